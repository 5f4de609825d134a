"""近期预测: what the fits expect of the coming days, hours and places, each with how good such forecasts were."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from metrics import expectation, fits
from metrics.forecasting import reading
from metrics.forecasting.reading import Outlook
from metrics.forecasting.values import BUREAU, MEASURES
from metrics.hotspots import forecast as hotspots
from metrics.hotspots.grid import SIDE_METRES
from metrics.model import MetricError
from metrics.periods import resolve
from reports import sources
from reports.document import Cell, Column, Part, Table, Text, count_cell, text_cell
from reports.sources import Source

TITLE = "近期预测"
DAYS, CELLS = "未来七天预测", "未来 28 日热点预测"
_MOST_CELLS = 5
_WEEKDAYS = "一二三四五六日"


def chapter(source: Source) -> tuple[Part, ...]:
    """Return forecast and hot cells, a sentence or two and a small table each, or why there is none."""
    if waiting := sources.unfitted(source):
        return (Text(f"预测：{waiting}"),)
    last = _last_whole_day(source)
    if source.window.last_day < last:
        ends = source.window.last_day
        return (Text(f"预测只从最后一个完整日（{_said(last)}）往后作出；本期止于{_said(ends)}，不列。"),)
    return (*_days(source), *_cells(source))


def parts(source: Source) -> tuple[Table, ...]:
    """Return the tables of the chapter alone."""
    return tuple(part for part in chapter(source) if isinstance(part, Table))


def _last_whole_day(source: Source) -> date:
    as_of = source.known.data_as_of
    return source.window.last_day if as_of is None else resolve("yesterday", as_of).last


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# ---- days and hours ------------------------------------------------------------------------------


def _days(source: Source) -> tuple[Part, ...]:
    tables, why = _fitted(source)
    if tables is None:
        return (Text(f"预测：{why}"),)
    chosen = source.selection.stations
    try:
        found = reading.outlook(tables, chosen[0] if chosen else BUREAU)
    except MetricError:
        return (Text("预测：本所数据不足，没有预测。"),)
    # Hours are forecast for the bureau alone.
    hours = None if chosen else reading.hours(tables)
    said = reading.sentence(found, source.whole)
    busiest = "" if hours is None else f"七天合计，预计最忙的四个小时为 {_busiest(_by_hour(hours))}。"
    return (Text(said + busiest), _day_table(found, hours, tables["forecast_quality"]))


def _fitted(source: Source) -> tuple[dict[str, pd.DataFrame] | None, str]:
    """Return the fitted tables, or why there is no forecast under this filter: the rules of 趋势研判."""
    chosen = source.selection
    if chosen.categories or chosen.basis != "confirmed" or chosen.cutoff or len(chosen.stations) > 1:
        return None, "只按全部类别、确认性质、0 时分界，对全局或单个派出所作出，当前筛选下不列。"
    read = {name: fits.table(source.snapshot, name) for name in reading.TABLES}
    tables = {name: table for name, table in read.items() if table is not None}
    return (tables, "") if len(tables) == len(read) else (None, fits.missing(source.snapshot, "预测"))


def _by_hour(hours: pd.DataFrame) -> dict[int, float]:
    return {int(hour): float(mean) for hour, mean in hours.groupby("hour")["mean"].sum().items()}  # type: ignore[call-overload]


def _busiest(counts: dict[int, float]) -> str:
    """Return 「16–20 时（1,330 起，27.3%）」, or 「—」 where too little is expected."""
    spell = expectation.busiest_hours(counts, share=0.0)
    if spell is None:
        return "—"
    first, last = spell
    held = sum(counts.get((first + n) % 24, 0.0) for n in range((last - first) % 24))
    return f"{first}–{last or 24} 时（{held:,.0f} 起，{100 * held / sum(counts.values()):.1f}%）"


def _day_table(found: Outlook, hours: pd.DataFrame | None, quality: pd.DataFrame) -> Table:
    columns = [
        Column("日期", 1.2), Column("星期", 0.6), Column("预计", 0.8, True), Column("五成区间", 1.4),
        Column("九成区间", 1.3), *([] if hours is None else [Column("预计最忙的四小时", 2.7)]),
    ]  # fmt: skip
    rows = []
    for one in found.days:
        of_day = None if hours is None else hours[pd.to_datetime(hours["day"]).dt.date == one.first]
        when = [] if of_day is None else [text_cell(_busiest(_by_hour(of_day)))]
        day = (text_cell(f"{one.first:%Y-%m-%d}"), text_cell(_WEEKDAYS[one.first.weekday()]))
        rows.append((*day, *_expected(one), *when))
    when = [] if hours is None else [text_cell(_busiest(_by_hour(hours)))]
    rows.append((text_cell("七日合计"), text_cell(""), *_expected(found.week), *when))
    by_hour = "" if hours is None else f"逐小时预测{reading.tested(reading.quality_of(quality))}。"
    by_day = f"{MEASURES[found.measure]}，起。逐日预测{reading.tested(found.day_quality)}。"
    return Table(DAYS, tuple(columns), tuple(rows), "".join((by_day, by_hour, *found.notes)))


def _expected(one: reading.Expected) -> tuple[Cell, ...]:
    return (
        count_cell(round(one.mean)), text_cell(f"{one.low50:,}–{one.high50:,}"),
        text_cell(f"{one.low90:,}–{one.high90:,}"),
    )  # fmt: skip


# ---- places --------------------------------------------------------------------------------------


def _cells(source: Source) -> tuple[Part, ...]:
    found = hotspots.forecast(source.snapshot, source.selection)
    if found.state != "ok":
        return (Text(f"热点：{''.join(found.notes) or '没有可预测的热点。'}"),)
    first: list[dict[Any, Any]] = found.cells.head(_MOST_CELLS).to_dict("records")
    names = source.known.station_names
    known = [names[one["station"]] for one in first if one["station"] in names]
    where = f"，在{'、'.join(dict.fromkeys(known))}辖区" if known else ""
    said = f"未来 28 日{found.label}预计最集中的 {len(first)} 个网格（{SIDE_METRES:.0f} 米见方）见表{where}。"
    columns = (
        Column("名次", 0.6), Column("派出所", 1.6), Column("网格中心（经度，纬度）", 2.0),
        Column("预计（起）", 1.0, True), Column("历来（起）", 1.0, True),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(int(one["rank"]), str(one["rank"]), "0"), text_cell(names.get(one["station"], "—")),
            text_cell(_centre(one)), count_cell(float(one["score"]), 1), count_cell(float(one["long_run"])),
        )
        for one in first
    )  # fmt: skip
    return (Text(said), Table(CELLS, columns, rows, "".join((found.sentence, *found.notes))))


def _centre(cell: dict[Any, Any]) -> str:
    return f"{(cell['west'] + cell['east']) / 2:.4f}，{(cell['south'] + cell['north']) / 2:.4f}"
