"""Exports of 风险热力: what each card shows, small counts as shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics import catalogue
from metrics.heat import READINGS, RISKS, Heat, View, heat
from metrics.heat.values import HourMatrix, StationRisk
from metrics.hotspots.forecast import Forecast
from metrics.model import MetricError
from pages._components import export, heat_tables
from pages._components.export import Column, Sheet
from pages._components.figures import WEEKDAYS
from pages._components.heat_map import UNITS, verdict
from pages._components.shown import Shown

_METHODS = {"residual": "heat-residual", "rate": "heat-rate", "harm": "heat-harm"}
_HOURS = [Column(f"{hour} 时", "number", 8) for hour in range(24)]


_CELL = [*(Column(name, "number", 12, 5) for name in ("西", "南", "东", "北")), Column("派出所", width=16)]


def _found(shown: Shown) -> tuple[Heat, View]:
    view, _ = View.from_query(shown.query)
    return heat(shown.snapshot, shown.selection, view), view


def _lines(found: Heat, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (("指标", f"{found.metric.label}，起"), *more)


def stations(shown: Shown) -> Sheet:
    """Return the stations in the order of the list beside the map."""
    found, _ = _found(shown)
    columns = [Column("派出所", width=18), Column("起数", "number")]
    if found.risk == "residual":
        columns += [Column("预期", "number", 10, 1), Column("z", "number", 8, 2)]
        values: list[tuple[Any, ...]] = [
            (one.count, one.expected, one.z if one.expected is not None else None) for one in _order(found)
        ]
    else:
        unit = UNITS[found.risk]
        names = (f"{RISKS[found.risk]}（{unit}）", "区间下限", "区间上限", "未收缩")
        columns += [Column("实有人口", "number"), *(Column(name, "number", 12, 1) for name in names)]
        values = [
            (one.count, one.population, *(_level(one.level, name) for name in ("value", "low", "high", "raw")))
            for one in _order(found)
        ]
    columns.append(Column("判定", width=16))
    rows = [(one.name, *more, verdict(one, found.risk)) for one, more in zip(_order(found), values, strict=True)]
    about = (found.metric.id, _METHODS[found.risk])
    return export.sheet_of(
        shown, f"各所{RISKS[found.risk]}", columns, rows, about=about, lines=_lines(found, ("判定", found.judged_by))
    )


def _order(found: Heat) -> list[StationRisk]:
    return heat_tables.ordered(found)


def _level(level: object, name: str) -> float | None:
    return None if level is None else float(getattr(level, name))


def map_sheets(shown: Shown) -> list[Sheet]:
    """Return the stations, and the cells of the layer that lies on the map."""
    found, _ = _found(shown)
    names = catalogue.of(shown.snapshot).station_names
    sheets = [stations(shown)]
    if found.hot is not None and len(found.hot.cells):
        columns = [*_CELL, Column("起数"), Column("z", "number", 8, 1), Column("群众报警占比", "number", 12, 3)]
        rows = [(*_cell(c, names), str(c["count"]), c["z"], c["share_public"]) for c in _records(found.hot.cells)]
        lines = _lines(found, ("热点时段", found.study), ("说明", "".join(found.hot.notes)))
        sheets.append(export.sheet_of(shown, "热点网格", columns, rows, about="heat-hot", lines=lines))
    if found.forecast is not None and len(found.forecast.cells):
        sheets.append(_forecast(shown, found.forecast, names))
    return sheets


def _forecast(shown: Shown, found: Forecast, names: Mapping[str, str]) -> Sheet:
    columns = [
        Column("名次", "number", 8), *_CELL, Column("预计起数", "number", 10, 2), Column("近 28 日"),
        Column("历来起数", "number"),
    ]  # fmt: skip
    rows = [(c["rank"], *_cell(c, names), c["score"], str(c["recent"]), c["long_run"]) for c in _records(found.cells)]
    lines = (("预测对象", found.label), ("回测", found.sentence), ("说明", "".join(found.notes)))
    return export.sheet_of(shown, "未来 28 日热点预测", columns, rows, about="heat-forecast", lines=lines)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def _cell(cell: Mapping[Any, Any], names: Mapping[str, str]) -> tuple[Any, ...]:
    """Return where a cell is: its corners in degrees and its station."""
    return (*(cell[side] for side in ("west", "south", "east", "north")), names.get(cell["station"], ""))


def week(shown: Shown) -> Sheet:
    """Return the hours of the week as counts."""
    found, view = _found(shown)
    if found.week is None:
        raise MetricError("这些数据的时间不精确到小时，没有可导出的时段。")
    columns = [Column("星期", width=8), Column("日数", "number", 8), *_HOURS]
    rows = [(WEEKDAYS[day], found.week.days[day], *found.week.values[day]) for day in range(7)]
    reading = (("案件时间", READINGS[view.reading]),) if found.table == "cases" else ()
    lines = _lines(found, ("统计时段", found.study), *reading)
    return export.sheet_of(shown, "一周时段", columns, rows, about=(found.metric.id, "heat-week"), lines=lines)


def hour(shown: Shown) -> Sheet:
    """Return the busiest hours, or the stations and categories of the hour looked at."""
    found, _ = _found(shown)
    if found.hour is None:
        if found.week is None:
            raise MetricError("这些数据的时间不精确到小时，没有可导出的时段。")
        columns = [Column("时段", width=16), Column("起数", "number"), Column("占全周", "number", 10, 4)]
        total = float(found.week.values.sum())
        rows = [(words, count, count / total) for words, count in heat_tables.busiest_hours(found.week)]
        return export.sheet_of(
            shown, "最多的时段", columns, rows, about=found.metric.id, lines=_lines(found, ("统计时段", found.study))
        )
    columns = [Column("维度", width=8), Column("名称", width=18), Column("起数", "number", 10, 1)]
    columns += [Column(name, "number", 12, 4) for name in ("占该时段", "占全部时段")]
    parts = (("派出所", found.hour.stations), ("类别", found.hour.categories))
    listed = [(kind, one.name, one.count, one.share, one.usual) for kind, part in parts for one in part]
    title = f"{heat_tables.hour_words(found.hour.at)}的派出所与类别"
    return export.sheet_of(
        shown, title, columns, listed, about=found.metric.id, lines=_lines(found, ("统计时段", found.study))
    )


def calendar(shown: Shown) -> Sheet:
    """Return the days with their expectation."""
    found, _ = _found(shown)
    if found.calendar is None:
        raise MetricError("这些数据的时间不精确到日，没有可导出的日历。")
    columns = [Column("日期", "date"), Column("日类", width=10), Column("节假日"), Column("起数", "number")]
    columns += [Column("预期", "number", 10, 1), Column("z", "number", 8, 2), Column("显著", width=8)]
    rows = [(d.day, d.kind, d.holiday, d.value, d.expected, d.z, d.real) for d in found.calendar.days]
    about = (found.metric.id, "heat-calendar")
    return export.sheet_of(shown, "逐日与预期之差", columns, rows, about=about, lines=_lines(found))


def matrix(shown: Shown) -> list[Sheet]:
    """Return rows × hours as counts, as expectations and as z."""
    found, _ = _found(shown)
    if found.matrix is None:
        raise MetricError("这些数据的时间不精确到小时，没有可导出的时段。")
    return [_matrix_sheet(shown, found, found.matrix, name) for name in ("values", "expected", "z")]


def _matrix_sheet(shown: Shown, found: Heat, grid: HourMatrix, name: str) -> Sheet:
    words = {"values": "起数", "expected": "预期", "z": "z"}[name]
    corner = {"station": "派出所", "group": "归类", "category": "类别"}[grid.dimension]
    values = getattr(grid, name)
    rows = [(label, *values[n]) for n, (_, label) in enumerate(grid.rows)]
    columns = [Column(corner, width=16), *_HOURS]
    about = (found.metric.id, "heat-hours")
    lines = _lines(found, ("判定", found.judged_by))
    return export.sheet_of(shown, f"{corner} × 时（{words}）", columns, rows, about=about, lines=lines, name=words)


SHEETS: dict[str, export.Sheets] = {
    "heat-map": map_sheets,
    "heat-core": map_sheets, "heat-list": stations, "heat-week": week, "heat-hour": hour, "heat-calendar": calendar,
    "heat-matrix": matrix,
}  # fmt: skip
