"""The command `python -m metrics alarms`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store
from metrics import catalogue
from metrics.alarms import backtest, budget, fitting, reading, records, series
from metrics.alarms.records import Alarm
from metrics.alarms.series import BUREAU
from metrics.model import MetricError
from metrics.printing import aligned


def add_parsers(commands: argparse._SubParsersAction[Any]) -> None:
    """Register `alarms`."""
    text = "预警：近期异常上升的警情（list），或各预警规则的回测比较（backtest）"
    parser = commands.add_parser("alarms", help=text, description=text)
    parser.add_argument("what", nargs="?", choices=("list", "backtest"), default="list", help="默认 list")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument("--station", nargs="+", default=[], metavar="S", help="派出所代码或名称，或「全局」")
    parser.add_argument("--budget", type=float, metavar="N", help="每所每年的预警次数；默认按数据仓 config.toml")
    parser.add_argument("--all", action="store_true", help="近 90 日的全部预警，默认只列持续中的")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="输出格式")
    parser.set_defaults(handler=_run)


def _run(parsed: argparse.Namespace) -> int:
    snapshot = Reader(Store(parsed.store), threads=2, memory_limit="2GB").snapshot()
    if snapshot is None:
        raise MetricError(
            f"数据仓 {parsed.store} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。"
        )
    return _backtest(snapshot, parsed) if parsed.what == "backtest" else _list(snapshot, parsed)


def _list(snapshot: Snapshot, parsed: argparse.Namespace) -> int:
    named = tuple(word for word in parsed.station if word != BUREAU)
    chosen = catalogue.of(snapshot).station_codes(named) + (BUREAU,) * (BUREAU in parsed.station)
    alarms, said = _fitted(snapshot, parsed.budget)
    listed = [one for one in alarms if (parsed.all or one.is_ongoing) and (not chosen or one.station in chosen)]
    for note in json.loads(said["notes"]):
        print(f"注意：{note}", file=sys.stderr)
    if parsed.format == "json":
        print(records.to_frame(listed).to_json(orient="records", force_ascii=False, date_format="iso", indent=1))
        return 0
    for one in listed:
        print(f"{one.sentence}。{one.first_day} 起，{one.kind}值 {one.score:.2f}（阈值 {one.threshold:.2f}）")
    print(f"\n{'近 90 日' if parsed.all else '持续中'}的预警 {len(listed)} 条 · {reading.budget_text(said)}")
    print(f"数据截至 {said['fitted_through']:%Y-%m-%d} · 版本 {snapshot.id}{' · 示例数据' if snapshot.is_demo else ''}")
    return 0


def _fitted(snapshot: Snapshot, wanted: float | None) -> tuple[list[Alarm], dict[str, Any]]:
    """Return the alarms and the budget row that lie beside the snapshot, or fit them for another budget or none."""
    kept, said = reading.history(snapshot), reading.budget_of(snapshot)
    if wanted is None and kept is not None and said is not None:
        return list(kept), said
    tables = fitting.fit(snapshot, wanted)
    return records.from_frame(tables["alarms"]), reading.plain(tables["alarm_budget"])


def _backtest(snapshot: Snapshot, parsed: argparse.Namespace) -> int:
    """Print the rules side by side, then what the product does group by group."""
    store_budget = budget.of_store(fitting.store_of(snapshot))
    wanted = store_budget if parsed.budget is None else budget.checked(parsed.budget)
    judged = fitting.judge(series.read(snapshot), wanted)
    stations, bureau = budget.realised(judged.daily, judged.signals)
    week = backtest.power(judged)
    months = backtest.power(judged, 1.5, 56)
    print(f"本系统，各类警情（预算每所每年 {wanted:g} 次）：上升 50% 时被预警的比例\n")
    body = [[group, f"{week[group]:.0%}", f"{months[group]:.0%}"] for group in week]
    print(aligned(["类别", "当周", "持续 8 周内"], body, 1))
    for name, rate in (("派出所", stations), ("全局", bureau)):
        if rate is not None:
            low, high = rate.interval
            print(
                f"\n{name}实际：{rate.alarms} 次，每所每年 {rate.rate:.2f} 次（95% 区间 {low:.2f}–{high:.2f}），"
                f"{rate.first} 至 {rate.last}，阈值均由此前数据设定"
            )
    print("\n各规则，派出所全部警情：前年建立基线，上一年调校到同一预算，最近一年检验\n")
    body = [
        [one.name, f"{one.usual_rate:.2f}", f"{one.tuned_rate:.2f}", f"{one.caught:.0%}"]
        for one in backtest.compare_rules(snapshot, wanted)
    ]
    print(aligned(["规则", "常用阈值：次/所·年", "按预算调校：次/所·年", "上升 50% 当周发现"], body, 1))
    return 0
