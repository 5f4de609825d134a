"""The command `python -m metrics times`: when cases happened, alerts come, and which days stood out."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store
from metrics import catalogue
from metrics.model import MetricError
from metrics.periods import PRESETS, describe
from metrics.selection import WEEKDAY_NAMES, Selection
from metrics.times import aoristic, calendar_matrix, week


def add_parsers(commands: argparse._SubParsersAction[Any]) -> None:
    """Register `times`."""
    text = "时间规律：案件一周时段（按发案起止折算）、警情一周时段、逐日与预期之差"
    parser = commands.add_parser("times", help=text, description=text)
    parser.add_argument(
        "what", nargs="?", choices=("cases", "alerts", "days"), default="cases",
        help="cases 案件一周时段（默认）；alerts 警情一周时段；days 与预期相差最大的日子",
    )  # fmt: skip
    parser.add_argument("--metric", default="alerts_valid", metavar="METRIC", help="alerts、days 的指标，见 list")
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="第一天（含）")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="最后一天（含）")
    parser.add_argument(
        "--period", choices=[name for name in PRESETS if name != "custom"], default="year", help="时段名"
    )
    parser.add_argument("--station", nargs="+", default=[], metavar="S", help="派出所代码或名称")
    parser.add_argument("--category", nargs="+", default=[], metavar="C", help="归类、类别代码或名称")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.set_defaults(handler=_times)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期「{text}」无法识别，请写成 2026-11-21 的形式") from None


def _times(parsed: argparse.Namespace) -> int:
    snapshot = Reader(Store(parsed.store), threads=2, memory_limit="2GB").snapshot()
    if snapshot is None:
        raise MetricError(
            f"数据仓 {parsed.store} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。"
        )
    printed = {"cases": _print_cases, "alerts": _print_alerts, "days": _print_days}[parsed.what]
    printed(snapshot, _selection(parsed), parsed.metric)
    as_of = catalogue.of(snapshot).data_as_of
    demo = " · 示例数据" if snapshot.is_demo else ""
    print(f"\n数据截至 {f'{as_of:%Y-%m-%d %H:%M}' if as_of else '无'} · 版本 {snapshot.id}{demo}")
    return 0


def _selection(parsed: argparse.Namespace) -> Selection:
    chosen = Selection(period=parsed.period, stations=_words(parsed.station), categories=_words(parsed.category))
    if parsed.first is None and parsed.last is None:
        return chosen
    if parsed.first is None or parsed.last is None or parsed.last < parsed.first:
        raise MetricError("起止日期不全或颠倒。请同时给出 --from 和 --to，前者不晚于后者。")
    return replace(chosen, period="custom", first=parsed.first, last=parsed.last)


def _words(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in texts for word in text.replace("，", ",").split(",") if word))


def _print_cases(snapshot: Snapshot, selection: Selection, _: str) -> None:
    found = aoristic.week(snapshot, selection)
    print(f"{describe(found.window, selection.cutoff)} · 案件 {found.cases:,} 起，按发案起算")
    for title, counts, form in (
        ("期望（按时段长短折算）", found.expected, ".1f"),
        ("必在该小时", found.must, ".0f"),
        ("可能在该小时", found.could, ".0f"),
    ):
        print(f"\n{title}，合计 {counts.sum():,.0f}")
        _print_week(counts, form)
    _print_notes(found.notes)


def _print_alerts(snapshot: Snapshot, selection: Selection, metric: str) -> None:
    found = week.of(snapshot, selection, metric)
    print(f"{describe(found.window, selection.cutoff)} · {found.metric.label} {found.counts.sum():,.0f} 起\n")
    _print_week(found.counts, ".0f")
    _print_notes(found.notes)


def _print_week(counts: NDArray[np.float64], form: str) -> None:
    print("时  " + "".join(f"{hour:>7}" for hour in range(24)))
    for name, line in zip(WEEKDAY_NAMES, counts, strict=True):
        print(f"周{name}" + "".join(f"{value:>7{form}}" for value in line))


def _print_days(snapshot: Snapshot, selection: Selection, metric: str) -> None:
    found = calendar_matrix.of(snapshot, selection, metric)
    judged = [one for one in found.days if one.z is not None]
    marked = sum(one.real for one in judged)
    print(f"{found.metric.label}，{len(found.days)} 天，可判 {len(judged)} 天，真变化 {marked} 天\n")
    for one in sorted(judged, key=lambda one: -abs(one.z or 0.0))[:20]:
        verdict = "真变化" if one.real else ""
        name = one.holiday or one.kind
        print(f"{one.day} {name}  {one.value:,.0f}，预期 {one.expected:,.1f}，z {one.z:+.1f} {verdict}")
    _print_notes(found.notes)


def _print_notes(notes: list[str]) -> None:
    if notes:
        print("\n" + "\n".join(f"注意：{note}" for note in notes))
