"""The tables behind the cards of 今日会商, as exports give them."""

from __future__ import annotations

from metrics import catalogue
from metrics.briefing import CARD_METRICS, Briefing, Matrix, brief
from metrics.change import badge
from metrics.model import MetricError
from pages._components import export, figures
from pages._components.briefing_warnings import METHOD, hours, note_of, places
from pages._components.export import Column, Sheet, sheet_of
from pages._components.shown import Shown


def against(found: Briefing) -> str:
    """Say with what days the changes compare."""
    return f"环比对 {found.windows['previous']} · 同比对 {found.windows['last_year']}"


def corner(matrix: Matrix | None) -> str:
    """Return what the rows of the matrix are."""
    return "派出所" if matrix is None or matrix.dimension == "station" else "警格"


def _found(shown: Shown) -> Briefing:
    return brief(shown.snapshot, shown.selection)


def _number_column(name: str) -> Column:
    return Column(name, "number", 12)


def _kpi_sheets(shown: Shown) -> list[Sheet]:
    """Return all key figures, and the days of their sparklines."""
    found = _found(shown)
    columns = [Column("指标", width=18), Column("单位", width=8)]
    columns += [_number_column(name) for name in ("本期", "上期", "环比 %", "同期", "同比 %", "预期下限", "预期上限")]
    columns.append(Column("判定"))
    rows = [
        (
            card.metric.label, card.metric.unit, card.value, card.previous.base, card.previous.percent,
            card.last_year.base, card.last_year.percent, *(card.expected or (None, None)),
            badge(card.verdict, card.value, card.expected),
        )
        for card in found.cards
    ]  # fmt: skip
    about = [card.metric.id for card in found.cards]
    lines = (("对比", against(found)), ("判定", found.judged_by.removeprefix("判定：")))
    days = [
        (card.metric.label, *values)
        for card in found.cards
        for values in zip(card.spark.days, card.spark.values, card.spark.low, card.spark.high, strict=True)
    ]
    daily = [Column("指标", width=18), Column("日期", "date")]
    daily += [_number_column(name) for name in ("数量", "预期下限", "预期上限")]
    return [
        sheet_of(shown, "关键指标", columns, rows, about=about, lines=lines),
        sheet_of(shown, "关键指标（近 8 周逐日）", daily, days, about=about, name="逐日"),
    ]


def _points_sheet(shown: Shown) -> Sheet:
    columns = (Column("序号", "number", 6), Column("要点", width=80), Column("判定"))
    rows = [(number, point.text, point.verdict) for number, point in enumerate(_found(shown).points, 1)]
    return sheet_of(shown, "要点", columns, rows, about="verdict")


def _changes_sheet(shown: Shown) -> Sheet:
    found = _found(shown)
    columns = [Column("类别", width=16)]
    columns += [_number_column(name) for name in ("本期", "同期", "同比增减", "同比 %", "上期", "环比增减", "环比 %")]
    columns += [Column("判定"), Column("按春节对齐", width=36)]
    rows = [
        (
            row.name, row.value, row.last_year.base, row.last_year.change, row.last_year.percent,
            row.previous.base, row.previous.change, row.previous.percent,
            badge(row.verdict, row.value, row.expected), row.note,
        )
        for row in found.rows
    ]  # fmt: skip
    lines = (
        ("指标", f"{found.subject.label}，起"),
        ("对比", against(found)),
        ("判定", found.judged_by.removeprefix("判定：")),
    )
    return sheet_of(shown, f"分类{found.noun}", columns, rows, about=found.subject.id, lines=lines)


def _matrix_sheet(shown: Shown) -> Sheet:
    """Return the matrix as it is shown: what may not be seen on the page is not in the file either."""
    found = _found(shown)
    matrix = found.matrix
    if matrix is None:
        raise MetricError("该时段没有可导出的内容。请改选时段。")
    columns = [Column(corner(matrix), width=16), *(_number_column(name) for _, name in matrix.columns)]
    rows = [
        (
            name,
            *(matrix.hidden.get((row, column)) or matrix.values[i, j] for j, (column, _) in enumerate(matrix.columns)),
        )
        for i, (row, name) in enumerate(matrix.rows)
    ]
    lines = (("指标", f"{found.subject.label}，起"),)
    return sheet_of(shown, f"{corner(matrix)} × 类别", columns, rows, about=found.subject.id, lines=lines)


def _week_sheet(shown: Shown) -> Sheet:
    found = _found(shown)
    week = [[None] * 24] * 7 if found.week is None else found.week
    columns = [Column("星期"), *(Column(f"{hour} 时", "number", 7) for hour in range(24))]
    rows = [(day, *values) for day, values in zip(figures.WEEKDAYS, week, strict=True)]
    lines = (("指标", f"{found.subject.label}，起"), ("统计日期", f"近 28 日：{found.week_words}"))
    return sheet_of(shown, "一周时段", columns, rows, about=found.subject.id, lines=lines)


def _map_sheet(shown: Shown) -> Sheet:
    found = _found(shown)
    names = catalogue.of(shown.snapshot).station_names
    columns = (
        Column("派出所", width=16), _number_column("本期"), Column("预期", "number", 12, 1),
        _number_column("预期下限"), _number_column("预期上限"),
        Column("标准化残差", "number", 12, 2), Column("判定"),
    )  # fmt: skip
    rows = [
        (
            names.get(place.code, place.code), place.value, place.expected,
            *(place.usual if found.has_ranges else (None, None)), place.z, found.standing(place),
        )
        for place in found.places
    ]  # fmt: skip
    lines = (("指标", f"{found.place_metric.label}，起"),)
    title = f"风险地图：{found.place_metric.label}"
    return sheet_of(shown, title, columns, rows, about=found.place_metric.id, lines=lines)


def _alarms_sheet(shown: Shown) -> Sheet:
    """Return the warnings as they are listed, or why there are none."""
    found = _found(shown)
    columns = [Column(name, width=12) for name in ("单位", "警情", "另见于", "预警")]
    columns += [
        Column("首次预警", "date"),
        Column("统计日期起", "date"),
        Column("统计日期止", "date"),
        _number_column("起数"),
    ]
    columns += [Column("预期", "number", 12, 1), _number_column("预期下限"), _number_column("预期上限")]
    columns += [Column("集中时段（起数/预期）", width=22), Column("偏多地点（起数/预期）", width=40)]
    rows = [
        (
            one.alarm.name, one.alarm.group, "、".join(one.also), one.verdict, one.alarm.first_day,
            one.alarm.window_first, one.alarm.window_last, one.alarm.observed,
            one.alarm.expected, one.alarm.low, one.alarm.high, hours(one.alarm), places(one.alarm),
        )
        for one in found.warnings.surges
    ]  # fmt: skip
    said = note_of(found) or found.warnings.missing
    lines = (("指标", "有效警情（确认性质），起"), ("说明", said if rows else f"没有预警。{said}"))
    return sheet_of(shown, "预警", columns, rows, about=METHOD, lines=lines)


def offer() -> None:
    """Let the cards of the page export what they show."""
    sheets = {
        "points": _points_sheet, "changes": _changes_sheet, "matrix": _matrix_sheet, "week": _week_sheet,
        "map": _map_sheet, "briefing-alarms": _alarms_sheet,
    }  # fmt: skip
    export.offer({**sheets, **{f"kpi-{name}": _kpi_sheets for name in CARD_METRICS}})
