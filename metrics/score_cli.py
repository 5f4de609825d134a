"""The commands `python -m metrics score` and `python -m metrics template`."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from data import clock
from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store
from data.templates import IndicatorLine, PreparedRow, UnitLine, write_reported
from metrics import catalogue, score, shortfalls, targets
from metrics.model import MetricError
from metrics.printing import aligned
from metrics.score import MISSED, STATES, Score, Scorecard
from metrics.shortfalls import Shortfall


def add_parsers(commands: argparse._SubParsersAction[Any]) -> None:
    """Register `score` and `template`."""
    packs = "、".join(targets.policies())
    text = "政策目标的达标账单：每个派出所、每项目标、一个月"
    scoring = commands.add_parser("score", help=text, description=text)
    scoring.add_argument("--policy", metavar="P", help=f"政策目标包：{packs}；默认按数据仓 config.toml")
    scoring.add_argument("--station", nargs="+", default=[], metavar="S", help="派出所代码或名称")
    scoring.add_argument("--month", type=_month, metavar="YYYY-MM", help="月份；默认为数据的最后一个月")
    _add_store(scoring)
    scoring.add_argument("--format", choices=("table", "csv", "json"), default="table", help="输出格式")
    scoring.set_defaults(handler=_score)
    text = "生成报送指标的填报模板（XLSX）"
    filling = commands.add_parser("template", help=text, description=text)
    filling.add_argument("-o", "--output", type=Path, required=True, metavar="F.xlsx", help="写入此文件")
    filling.add_argument("--policy", metavar="P", help=f"只列这一目标包的指标：{packs}；默认全部")
    filling.add_argument(
        "--station", nargs="+", default=[], metavar="S", help="为这些派出所预填每项指标一行，已报送的数一并带出"
    )
    filling.add_argument("--month", type=_month, metavar="YYYY-MM", help="预填的月份；默认为数据的最后一个月")
    _add_store(filling)
    filling.set_defaults(handler=_template)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")


def _month(text: str) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"月份「{text}」无法识别，请写成 2026-11 的形式") from None
    if not 1950 <= month.year <= 2200:
        raise argparse.ArgumentTypeError(f"月份「{text}」不在 1950 至 2200 年之间")
    return month


def _snapshot(folder: Path) -> Snapshot | None:
    return Reader(Store(folder), threads=2, memory_limit="2GB").snapshot()


# ---- score ---------------------------------------------------------------------------------------


def _score(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed.store)
    if snapshot is None:
        raise MetricError(
            f"数据仓 {parsed.store} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。"
        )
    pack = targets.of_store(parsed.store, parsed.policy)
    card = score.scorecard(snapshot, pack, parsed.month)
    short = shortfalls.shortfalls(snapshot, card.month)
    if parsed.station:
        chosen = catalogue.of(snapshot).station_codes(_words(parsed.station))
        card, short = card.only(chosen), tuple(one for one in short if one.station in chosen)
    for note in card.notes:
        print(f"注意：{note}", file=sys.stderr)
    if parsed.format == "json":
        found = card.to_json() | {"duty_shortfalls": [one.to_json() for one in short]}
        print(json.dumps(found, ensure_ascii=False, indent=1))
    elif parsed.format == "csv":
        print(_csv(card), end="")
    else:
        _print(card, short, whole=bool(parsed.station))
    return 0


def _words(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in texts for word in text.replace("，", ",").split(",") if word))


def _csv(card: Scorecard) -> str:
    buffer = io.StringIO()
    rows = [_flat(one) for one in card.to_json()["scores"]]
    if rows:
        writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return buffer.getvalue()


def _flat(one: dict[str, Any]) -> dict[str, Any]:
    """Return one score as a line: the gap in columns, the trend as 「2026-10=41.2」 separated by spaces."""
    gap = one["gap"] or {}
    row = {key: value for key, value in one.items() if key not in ("gap", "trend")}
    row |= {f"gap_{key}": gap.get(key) for key in ("text", "amount", "unit", "moved", "hired", "relative")}
    points = [f"{point['month']}={point['value']:g}" for point in one["trend"] if point["value"] is not None]
    return row | {"trend": " ".join(points)}


def _print(card: Scorecard, short: tuple[Shortfall, ...], whole: bool) -> None:
    print(f"{card.pack.name}　{card.pack.document}　{card.month:%Y-%m}\n")
    if whole:
        _print_scores(card)
    else:
        _print_summary(card)
    if short:
        print(f"\n勤务（近 {shortfalls.WEEKS} 周，非政策目标）")
        print("\n".join(f"  {one.name}：{one.text}" for one in short))
    as_of = f"{card.data_as_of:%Y-%m-%d %H:%M}" if card.data_as_of else "无"
    print(f"\n数据截至 {as_of} · 版本 {card.snapshot_id}{' · 示例数据' if card.is_demo else ''}")


def _print_scores(card: Scorecard) -> None:
    body = [
        [one.name, one.target.label, one.target.says, one.value_text, one.state, _gap_or_reason(one), one.as_of_text]
        for one in card.scores
    ]
    print(aligned(["单位", "目标", "要求", "现值", "状态", "差距或原因", "数据时间"], body, 7))


def _gap_or_reason(one: Score) -> str:
    return one.gap.text if one.gap else one.reason


def _print_summary(card: Scorecard) -> None:
    """One line per target: how many stations stand where, and the one that is farthest off."""
    body = []
    for target in card.pack.targets:
        scores = card.of_target(target.id)
        counts = [str(sum(one.state == state for one in scores)) for state in STATES]
        missed = sorted((one for one in scores if one.state == MISSED), key=lambda one: -one.relative)
        worst = f"{missed[0].name}：{missed[0].gap.text}" if missed and missed[0].gap else ""
        body.append([target.label, target.says, target.clause, *counts, worst])
    print(aligned(["目标", "要求", "条款", *STATES, "差距最大"], body, 3))


# ---- template ------------------------------------------------------------------------------------


def _template(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed.store)
    stations = catalogue.of(snapshot).stations if snapshot else {}
    units = [UnitLine(code, station.name) for code, station in stations.items()]
    month = parsed.month or (score.latest_month(snapshot) if snapshot else clock.now().date().replace(day=1))
    lines = indicator_lines(parsed.policy)
    prepared: list[PreparedRow] = []
    if parsed.station:
        if snapshot is None:
            raise MetricError(f"数据仓 {parsed.store} 还没有派出所，不能预填。请先导入单位表，或去掉 --station。")
        chosen = catalogue.of(snapshot).station_codes(_words(parsed.station))
        prepared = _prepared(snapshot, [unit for unit in units if unit.code in chosen], lines, month)
    write_reported(parsed.output, lines, units, month, prepared)
    print(f"已写入 {parsed.output}：{len(lines)} 项指标，{len(units)} 个单位。填好后导入：")
    print(f"  python -m data import {parsed.output} --mapping data/mappings/reported_indicators.toml")
    return 0


def _prepared(snapshot: Snapshot, units: list[UnitLine], lines: list[IndicatorLine], month: date) -> list[PreparedRow]:
    """Return a row per unit and indicator, with what was reported for the month already."""
    found = {
        (row[0], row[1]): row[2:]
        for row in snapshot.rows(
            "SELECT station_code, indicator, numerator, denominator, source, note FROM reported_indicators"
            " WHERE month = $month",
            {"month": month},
        )
    }
    return [PreparedRow(unit, line.name, *found.get((unit.code, line.name), ())) for unit in units for line in lines]


def indicator_lines(policy: str | None = None) -> list[IndicatorLine]:
    """Return what the template lists: the reported indicators of one pack, or of all."""
    chosen = targets.load(policy).reported() if policy else targets.indicators()
    document = {id: targets.load(id) for id in ([policy] if policy else targets.policies())}
    found = []
    for target in chosen:
        packs = [pack for pack in document.values() if any(one.indicator == target.indicator for one in pack.targets)]
        clauses = "；".join(
            pack.clause_of(one) for pack in packs for one in pack.targets if one.indicator == target.indicator
        )
        found.append(
            IndicatorLine(target.indicator, target.numerator, target.denominator, target.unit, target.says, clauses)
        )
    return found
