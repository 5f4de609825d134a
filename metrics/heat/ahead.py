"""What 风险热力 will ask of the store beside its one question, so that all of it goes there as one statement."""

from __future__ import annotations

from dataclasses import replace

from data.reading import Snapshot, Statement
from metrics import catalogue, query
from metrics.heat import case_times, hours
from metrics.heat.asking import SUBJECTS, Shape, breakdowns, elapsed_end, studied, study_window
from metrics.heat.view import View
from metrics.hotspots import cells
from metrics.periods import Period, Window, span_window
from metrics.query import Question
from metrics.selection import Selection
from metrics.times import aoristic, calendar_matrix


def ahead(snapshot: Snapshot, selection: Selection, period: Period, view: View, shape: Shape) -> list[Statement]:
    """Return all statements of a page, for Snapshot.together(); without those that have their answer already."""
    known = catalogue.of(snapshot)
    window = study_window(known, selection, period, shape, view.table)
    found = [
        *query.ahead(snapshot, Question(selection, period, breakdowns(shape))),
        *calendar_matrix.ahead(snapshot, selection, SUBJECTS[view.table]),
    ]
    if view.layer == "hot":
        found += cells.ahead(snapshot, hot_selection(selection, window, view.table), view.table)
    if view.table == "cases":
        found += aoristic.ahead(snapshot, studied(selection, window))
        end = elapsed_end(known, selection, view.table)
        spans = [span_window(period, span, end) for span in ("current", shape.base)]
        found.append(case_times.by_hour_statement(known, selection, shape.rows, spans))
    for dimension in hours.hour_axes(selection, shape) if view.at else ():
        if view.table == "cases" and view.at:
            found.append(case_times.at_hour_statement(known, selection, view.at, window, dimension))
        else:
            found += query.ahead(snapshot, hours.hour_question(selection, SUBJECTS[view.table], window, dimension))
    return found


def hot_selection(selection: Selection, window: Window, table: str) -> Selection:
    """Return the events of hot cells: those of the studied days that the map counts."""
    chosen = studied(selection, window)
    return replace(chosen, valid_only=True) if table == "alerts" else chosen
