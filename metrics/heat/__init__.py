"""风险热力 as values: stations by risk, hot cells, hours of the week, days, rows × hours; from one question."""

from __future__ import annotations

from dataclasses import replace

from data.reading import Snapshot
from metrics import cache, catalogue
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS
from metrics.heat import hours, stations
from metrics.heat.ahead import ahead, hot_selection
from metrics.heat.asking import SUBJECTS, Shape, answered, shape_of, study_window
from metrics.heat.context import Context
from metrics.heat.values import Heat
from metrics.heat.view import KEYS, LAYERS, READINGS, RISKS, TABLES, View
from metrics.hotspots import cells, forecast
from metrics.model import Refused
from metrics.periods import Period, Window, describe
from metrics.selection import Selection
from metrics.times import calendar_matrix
from metrics.times.calendar_matrix import CalendarMatrix

__all__ = ["KEYS", "LAYERS", "READINGS", "RISKS", "TABLES", "Heat", "View", "heat"]


def heat(snapshot: Snapshot, selection: Selection, view: View) -> Heat:
    """Return the page of a selection and view, computed once per version; raises MetricError in plain Chinese."""
    return cache.answer(snapshot, (selection, view.on(catalogue.of(snapshot))), _heat)


def _heat(snapshot: Snapshot, question: tuple[Selection, View]) -> Heat:
    selection, view = question
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    shape = shape_of(known, selection, period, view)
    with snapshot.together(ahead(snapshot, selection, period, view, shape)):
        return _found(snapshot, selection, period, view, shape)


def _found(snapshot: Snapshot, selection: Selection, period: Period, view: View, shape: Shape) -> Heat:
    known, metric = catalogue.of(snapshot), METRICS[SUBJECTS[view.table]]
    answer, shape, notes = answered(snapshot, selection, period, shape)
    context = Context(known, selection, view, period, shape, answer)
    window = study_window(known, selection, period, shape, view.table)
    risk, listed, common, said = stations.levelled(snapshot, context, stations.residuals(context))
    week = hours.week(snapshot, context, window)
    calendar, no_calendar = _calendar(snapshot, context)
    return Heat(
        state=_state(context),
        table=view.table,
        noun=TABLES[view.table],
        metric=replace(metric, label=selection.subject(metric.label, known.category_names())),
        title=describe(context.window, selection.cutoff),
        study=describe(window, 0),
        risk=risk,
        common=common,
        stations=listed,
        judged_by=_judged_by(context),
        matrix=hours.matrix(snapshot, context),
        week=week,
        calendar=calendar,
        hot=_hot(snapshot, context, window) if view.layer == "hot" else None,
        forecast=forecast.forecast(snapshot, selection) if view.layer == "forecast" else None,
        hour=hours.looked_at(snapshot, context, window),
        notes=list(dict.fromkeys([*notes, *no_calendar, *answer.notes, *said])),
        is_widened=shape.study != "current",
    )


def _state(context: Context) -> str:
    """Tell "no data" (outside what was imported) from "nothing happened" and "the filter found nothing"."""
    answer, metric = context.answer, context.metric
    if answer.covered[metric.view, "current"] == 0:
        return "no_data"
    if answer.total(metric.id):
        return "ok"
    return "no_result" if context.selection.stations or context.selection.categories else "nothing"


def _judged_by(context: Context) -> str:
    if not context.has_base:
        return "此前数据不足，不作判定"
    if context.weekly:
        return "预期取此前 8 周同星期，各派出所、各时段两组分别按 5% 错误发现率校正"
    return "预期取去年同期，各派出所、各时段两组分别按 5% 错误发现率校正"


def _calendar(snapshot: Snapshot, context: Context) -> tuple[CalendarMatrix | None, list[str]]:
    """Return the days of a year, or why there are none."""
    if not context.shape.daily:
        return None, []
    try:
        return calendar_matrix.of(snapshot, context.selection, context.metric.id), []
    except Refused as error:
        # The year may be known only by month where the period itself is known by day.
        return None, [f"{error}日历因此不显示。"]


def _hot(snapshot: Snapshot, context: Context, window: Window) -> cells.HotCells:
    """Return the hot cells of the studied days, of the events that the map counts."""
    chosen = hot_selection(context.selection, window, context.view.table)
    return cells.hot_cells(snapshot, chosen, context.view.table)


def covered_words(known: Catalogue, table: str) -> str:
    """Say the days that a table's data cover."""
    runs = known.coverage.get(table, [])
    return f"{min(first for first, _ in runs)} 至 {max(last for _, last in runs)}" if runs else ""
