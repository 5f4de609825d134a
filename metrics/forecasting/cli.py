"""The command `python -m metrics forecast show|backtest`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store
from metrics import catalogue, fits
from metrics.forecasting import backtest, fitting, history, reading
from metrics.forecasting.values import BUREAU, BUREAU_HOUR, LEVEL_NAMES, MEASURES, Quality
from metrics.model import MetricError
from metrics.printing import aligned
from metrics.selection import WEEKDAY_NAMES

_LONGEST_WEEKS = 156


def add_parsers(commands: argparse._SubParsersAction[Any]) -> None:
    """Register `forecast`."""
    text = "未来七日警情预测及其回测"
    kinds = commands.add_parser("forecast", help=text, description=text).add_subparsers(
        dest="kind", required=True, metavar="show|backtest"
    )
    showing = kinds.add_parser("show", help="未来七日预测", description="一个派出所或全局未来七日的预测")
    showing.add_argument("--station", metavar="S", help="派出所代码或名称；默认全局")
    _add_common(showing)
    showing.set_defaults(handler=_show)
    testing = kinds.add_parser(
        "backtest", help="滚动回测", description="逐周滚动回测，与沿用上周、去年同期和理论下限对照"
    )
    testing.add_argument("--weeks", type=_weeks, default=104, metavar="N", help="计分的周数，默认 104")
    _add_common(testing)
    testing.set_defaults(handler=_backtest)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--measure", choices=list(MEASURES), default="valid", help="有效警情，或其中的刑事和治安警情")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")


def _weeks(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= _LONGEST_WEEKS:
        raise argparse.ArgumentTypeError(f"周数「{text}」应为 1 至 {_LONGEST_WEEKS} 的整数")
    return int(text)


def _snapshot(folder: Path) -> Snapshot:
    snapshot = Reader(Store(folder), threads=2, memory_limit="2GB").snapshot()
    if snapshot is None:
        raise MetricError(f"数据仓 {folder} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。")
    return snapshot


# ---- show ----------------------------------------------------------------------------------------


def _show(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed.store)
    known = catalogue.of(snapshot)
    station = known.station_codes((parsed.station,))[0] if parsed.station else BUREAU
    tables = _tables(snapshot)
    one = reading.outlook(tables, station, parsed.measure)
    print(reading.sentence(one, known.station_names.get(station, station)))
    print(f"逐日预测{reading.tested(one.day_quality)}。\n")
    body = [[f"{day.first} 星期{WEEKDAY_NAMES[day.first.weekday()]}", *_ends(day)] for day in one.days]
    print(aligned(["日期", "预测", "50%区间", "90%区间"], [*body, ["合计", *_ends(one.week)]], 1))
    hours = reading.hours(tables)
    if station == BUREAU and parsed.measure == "valid" and hours is not None:
        print(f"\n逐时预测{reading.tested(reading.quality_of(tables['forecast_quality'], BUREAU_HOUR))}。\n")
        print(_by_hour(hours))
    for note in one.notes:
        print(f"注意：{note}", file=sys.stderr)
    return 0


def _tables(snapshot: Snapshot) -> Mapping[str, pd.DataFrame]:
    """Return what was fitted to this version, or fit it now."""
    found = {name: fits.table(snapshot, name) for name in reading.TABLES}
    fitted = {name: table for name, table in found.items() if table is not None}
    return fitted if len(fitted) == len(found) else fitting.fit(snapshot)


def _ends(one: reading.Expected) -> list[str]:
    return [f"{one.mean:.1f}", f"{one.low50}–{one.high50}", f"{one.low90}–{one.high90}"]


def _by_hour(hours: pd.DataFrame) -> str:
    """Return the mean of each hour, one row per day."""
    body = []
    for day, part in hours.groupby("day", sort=True):
        body.append([f"{pd.Timestamp(str(day)):%m-%d}", *(f"{mean:.0f}" for mean in part.sort_values("hour")["mean"])])
    return aligned(["", *(str(hour) for hour in range(24))], body, 1)


# ---- backtest ------------------------------------------------------------------------------------


def _backtest(parsed: argparse.Namespace) -> int:
    past = history.read(_snapshot(parsed.store))
    found = backtest.run(past, parsed.measure, parsed.weeks)
    if not found.quality:
        raise MetricError(f"只有 {past.covered} 天有数据，不足 9 周，无法回测。请导入更长时段的警情后重试。")
    pooled = [one for one in found.quality if not one.station]
    first = pooled[0]
    span = f"{first.first_origin} 至 {first.last_origin}"
    print(f"{MEASURES[parsed.measure]} · {first.model} · {first.origins} 个起点，{span}")
    header = [
        "层级", "均值", "WAPE", "无水平调整", "沿用上周", "去年同期", "泊松下限", "MASE", "分位损失",
        "50%覆盖", "90%覆盖",
    ]  # fmt: skip
    print(aligned(header, [_row(one) for one in pooled], 1))
    for one in pooled:
        if not one.beats_naive:
            print(f"注意：{LEVEL_NAMES[one.level]}未优于沿用上周", file=sys.stderr)
    return 0


def _row(one: Quality) -> list[str]:
    shares = (one.wape, one.plain_wape, one.naive_wape, one.year_wape, one.floor)
    return [
        LEVEL_NAMES[one.level], f"{one.mean:.2f}", *(_share(share) for share in shares),
        _number(one.mase), _number(one.pinball), _share(one.coverage50), _share(one.coverage90),
    ]  # fmt: skip


def _share(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.1%}"


def _number(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.3f}"
