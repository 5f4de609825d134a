"""The command `python -m metrics hotspots`: hot cells, forecast quality, repeat places and concentration."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store
from metrics import catalogue, periods
from metrics.hotspots import fitting, repeats
from metrics.hotspots.backtest import Backtest, backtest, verdict
from metrics.hotspots.cells import clustering, hot_cells
from metrics.hotspots.concentration import UNITS, concentration
from metrics.hotspots.fitting import Events
from metrics.hotspots.places import METRICS
from metrics.hotspots.prediction import Weights
from metrics.hotspots.repeats import repeat_places
from metrics.model import MetricError
from metrics.printing import aligned
from metrics.selection import Selection


def add_parsers(commands: argparse._SubParsersAction[Any]) -> None:
    """Register `hotspots` with list, backtest, repeats and concentration."""
    text = "地点：热点网格、热点预测回测、重复地点、集中度"
    parser = commands.add_parser("hotspots", help=text, description=text)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = _action(actions, "list", "热点网格（Gi* 显著）", _list)
    listing.add_argument("--table", choices=list(METRICS), default="alerts", help="警情或案件")
    listing.add_argument("--rows", type=int, default=20, metavar="N", help="最多列出的行数")
    testing = _action(actions, "backtest", "热点预测的 PAI 与 PEI，与长期均值相比", _backtest)
    testing.add_argument("--train-from", type=_day, metavar="DAY", help="训练的第一天；默认为最后一天之前 3 年")
    testing.add_argument(
        "--train-to", type=_day, metavar="DAY", help="训练的最后一天；其后到 --to 为检验；不填则逐期滚动"
    )
    repeating = _action(actions, "repeats", "重复地点（同一网格、同一归类 2 次以上）", _repeats)
    repeating.add_argument("--days", type=int, choices=repeats.WINDOWS, default=30, help="滚动窗口，日")
    repeating.add_argument("--rows", type=int, default=20, metavar="N", help="最多列出的行数")
    measuring = _action(actions, "concentration", "集中度：一半的警情集中在多少地方", _concentration)
    measuring.add_argument("--table", choices=list(METRICS), default="alerts", help="警情或案件")
    measuring.add_argument("--unit", choices=list(UNITS), default="cell", help="地方的单位")


def _action(
    actions: argparse._SubParsersAction[Any], name: str, text: str, handler: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument("--station", nargs="+", default=[], metavar="S", help="派出所代码或名称")
    parser.add_argument("--category", nargs="+", default=[], metavar="C", help="归类、类别代码或名称")
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="第一天（含）；默认为最后一天之前一年")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="最后一天（含）；默认为数据的最后一天")
    parser.set_defaults(handler=handler)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期「{text}」无法识别，请写成 2026-11-21 的形式") from None


def _years_before(last: date, years: int) -> date:
    """Return the first day of the `years` years that end with `last`."""
    return periods.years_before(datetime.combine(last, time()), years).date() + timedelta(days=1)


def _snapshot(parsed: argparse.Namespace) -> Snapshot:
    snapshot = Reader(Store(parsed.store), threads=2, memory_limit="2GB").snapshot()
    if snapshot is None:
        raise MetricError(
            f"数据仓 {parsed.store} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。"
        )
    return snapshot


def _selection(parsed: argparse.Namespace, snapshot: Snapshot) -> Selection:
    as_of = catalogue.of(snapshot).data_as_of
    # The data end before this moment, so midnight belongs to the day before.
    last = parsed.last or ((as_of - timedelta(microseconds=1)).date() if as_of else None)
    if last is None:
        raise MetricError("数据仓里还没有警情或案件，无法确定时段。请先导入数据，或用 --from 和 --to 指明时段。")
    first = parsed.first or (_years_before(last, 1))
    if last < first:
        raise MetricError(f"起止日期颠倒：--from {first} 晚于 --to {last}。")
    return Selection(
        period="custom", first=first, last=last, stations=tuple(parsed.station), categories=tuple(parsed.category)
    )


def _list(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    found = hot_cells(snapshot, _selection(parsed, snapshot), parsed.table)
    names = catalogue.of(snapshot).station_names
    header = ["派出所", "网格", "经度", "纬度", "片区", "起数", "占比", "群众报警", "z", "p"]
    body = [
        [
            names.get(row["station"], row["station"] or "—"), f"{row['cell_x']},{row['cell_y']}",
            f"{(row['west'] + row['east']) / 2:.5f}", f"{(row['south'] + row['north']) / 2:.5f}", str(row["cluster"]),
            str(row["count"]), _percent(row["share"]), _percent(row["share_public"]), f"{row['z']:.1f}",
            f"{row['p']:.1e}",
        ]
        for row in found.cells.head(parsed.rows).to_dict("records")
    ]  # fmt: skip
    print(aligned(header, body, 2))
    if found.inside:
        share = f"{found.hot_events:,}/{found.inside:,} 起（{found.hot_events / found.inside:.1%}）"
        print(f"\n{found.title}：{len(found.cells):,} 个热点网格、{found.clusters} 个片区，{share}。")
    if one := clustering(snapshot, _selection(parsed, snapshot), parsed.table):
        print(f"全局 Moran's I {one.value:.3f}（随机时 {one.expected:.5f}，z {one.z:.1f}）。")
    return _end(found.notes, snapshot)


def _percent(share: Any) -> str:
    return "—" if share is None else f"{share:.1%}"


def _backtest(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    events = fitting.located(snapshot, parsed.last)
    if events is None:
        raise MetricError("没有带坐标的数据，无法回测热点预测。")
    subject = (
        parsed.category[0] if parsed.category else fitting.CRIME if events.table == "alerts" else fitting.EVERYTHING
    )
    if parsed.train_to is None:
        return _rolling(snapshot, subject, events)
    first = parsed.train_from or _years_before(parsed.train_to, 3)
    found = backtest(snapshot, (first, parsed.train_to), events.last, subject)
    spans = f"训练 {found.train[0]} 至 {found.train[1]}，检验 {found.test[0]} 至 {found.test[1]}"
    print(f"{spans}；{found.subject}；{found.weights.words}")
    print(aligned(_HEADER, _lines(found), 1))
    return _end([f"{found.area_words}。", found.origin_words], snapshot)


_HEADER = ["面积", "格数", "命中", "PAI", "PEI", "长期均值 PAI", "长期均值 PEI", "多中", "少中", "p", "判定"]


def _lines(found: Backtest) -> list[list[str]]:
    return [
        [
            f"{one.model.share:.0%}", f"{one.model.cells:,}/{one.model.area:,}",
            f"{one.model.n:,.0f}/{one.model.events:,.0f}", _number(one.model.pai), _number(one.model.pei),
            _number(one.floor.pai), _number(one.floor.pei), f"{one.gained:.0f}", f"{one.lost:.0f}", _p(one.p),
            one.verdict,
        ]
        for one in found.lines
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "—" if value is None or pd.isna(value) else f"{value:.3f}"


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def _rolling(snapshot: Snapshot, subject: str, events: Events) -> int:
    """Print the quality that is fitted with every version: each of the last blocks from what came before it."""
    rows, origins = fitting.quality_of(subject, events, catalogue.of(snapshot))
    if not rows:
        raise MetricError("历史不足，无法回测：至少需要 7 期（每期 28 日）数据。")
    tested = pd.DataFrame(rows)
    body = []
    for _, both in tested.groupby("share_area", sort=True):
        model, floor = (both[both["method"] == name].iloc[0] for name in ("model", "long_run"))
        body.append(
            [
                f"{model['share_area']:.0%}", f"{model['cells']:,}/{model['area']:,}",
                f"{model['n']:,.0f}/{model['events']:,.0f}", _number(model["pai"]), _number(model["pei"]),
                _number(floor["pai"]), _number(floor["pei"]), f"{model['gained']:.0f}", f"{model['lost']:.0f}",
                _p(model["p"]), verdict(model["gained"], model["lost"], model["p"]),
            ]
        )  # fmt: skip
    one = tested.iloc[0]
    weights = Weights(one["recent_weight"], one["recent_blocks"], one["near_weight"])
    print(f"逐期滚动 {one['first']:%Y-%m-%d} 至 {one['last']:%Y-%m-%d}，{one['folds']} 期；{subject}；{weights.words}")
    print(aligned(_HEADER, body, 1))
    return _end([f"{events.area.words}。", origins.words], snapshot)


def _repeats(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    found = repeat_places(snapshot, _selection(parsed, snapshot), parsed.days)
    known = catalogue.of(snapshot)
    header = ["派出所", "警格", "重复地点", "报警", "重复"]
    beats = {code: beat[0] for code, beat in known.beats.items()}
    body = [
        [
            known.station_names.get(row["station"], row["station"]), beats.get(row["beat"], row["beat"]),
            f"{row['places']:,}", f"{row['calls']:,}", f"{row['repeats']:,}",
        ]
        for row in found.beats.head(parsed.rows).to_dict("records")
    ]  # fmt: skip
    print(aligned(header, body, 2))
    share = f"{found.repeats:,}/{found.calls:,} 起为重复（{_percent(found.share)}）"
    print(f"\n{found.title}：{found.places:,} 个重复地点，{share}。")
    return _end(found.notes, snapshot)


def _concentration(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    found = concentration(snapshot, _selection(parsed, snapshot), parsed.table, parsed.unit)
    print(f"{found.title}：{found.sentence or '该时段没有可统计的事件。'}")
    if found.gini is not None and found.gini_chance is not None:
        print(f"基尼系数 {found.gini:.3f}（随机时 {found.gini_chance:.3f}）。")
    return _end(found.notes, snapshot)


def _end(notes: list[str], snapshot: Snapshot) -> int:
    for note in notes:
        print(note)
    as_of = catalogue.of(snapshot).data_as_of
    demo = " · 示例数据" if snapshot.is_demo else ""
    print(f"数据截至 {as_of:%Y-%m-%d %H:%M} · 版本 {snapshot.id}{demo}" if as_of else "尚无数据")
    return 0
