"""What 风险热力 asks of the store: one question, shaped by what the data allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.reading import Snapshot
from metrics import expectation, query
from metrics.catalogue import Catalogue
from metrics.heat.view import View
from metrics.model import Refused
from metrics.periods import Period, Window, span_window
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection

SUBJECTS = {"alerts": "alerts_valid", "cases": "cases_all"}
# Fewer days hold too few events for hot cells, and too few of each weekday for hours of the week.
STUDY_DAYS = 28
LAST_YEAR, REFERENCE = "last_year", "reference"


@dataclass(frozen=True)
class Shape:
    """What is asked: the count, the rows of the hour matrix (station, or categories of one station), what is known.

    base: the span that the period is judged against; study: that of hours of the week and hot cells. Hours of cases
    come from their intervals (case_times).
    """

    metric: str
    rows: str
    base: str
    study: str
    daily: bool
    hourly: bool
    harm: bool

    @property
    def has_hours(self) -> bool:
        return self.hourly and self.metric == SUBJECTS["alerts"]


def shape_of(known: Catalogue, selection: Selection, period: Period, view: View) -> Shape:
    """Return what to ask of this data."""
    groups = {category.group for category in known.categories[view.table].values()}
    axis = "category" if len(groups) <= 2 or selection.categories else "group"
    elapsed = span_window(period, "current", elapsed_end(known, selection, view.table))
    return Shape(
        metric=SUBJECTS[view.table],
        rows=axis if len(selection.stations) == 1 or len(known.stations) == 1 else "station",
        base=REFERENCE if period.window.days <= expectation.LONGEST_DAYS else LAST_YEAR,
        study="current" if elapsed.days >= STUDY_DAYS else "month_before",
        daily=True,
        hourly=True,
        harm=view.risk == "harm" and view.table == "cases",
    )


def study_window(known: Catalogue, selection: Selection, period: Period, shape: Shape, table: str) -> Window:
    """Return the days that hot cells and hours of the week are taken from: the period, or four weeks to its end."""
    return span_window(period, shape.study, elapsed_end(known, selection, table))


def studied(selection: Selection, window: Window) -> Selection:
    """Return the selection over the days of a window."""
    return replace(selection, period="custom", first=window.first_day, last=window.last_day)


def elapsed_end(known: Catalogue, selection: Selection, table: str) -> datetime:
    """Return the statistical time to which a table's data reach."""
    as_of = known.as_of.get(table) or known.data_as_of
    return datetime.max if as_of is None else as_of - timedelta(hours=selection.cutoff)


def answered(snapshot: Snapshot, selection: Selection, period: Period, shape: Shape) -> tuple[Answer, Shape, list[str]]:
    """Ask for everything; where times are known only by day or month, ask for what those can answer."""
    coarser = (
        (shape, ""),
        (replace(shape, hourly=False), "时段热力因此不显示。"),
        (replace(shape, hourly=False, daily=False, base=LAST_YEAR), "时段热力与日历因此不显示，预期取去年同期。"),
    )
    notes: list[str] = []
    for attempt, (possible, missing) in enumerate(coarser):
        try:
            answer = query.run(snapshot, Question(selection, period, breakdowns(possible)))
            return answer, possible, [notes[-1] + missing] if attempt else []
        except Refused as error:
            notes.append(str(error))
    raise Refused(notes[-1])


def breakdowns(shape: Shape) -> tuple[Breakdown, ...]:
    """Return all that the page shows of the period as breakdowns of one question."""
    metric = (shape.metric,)
    dimensions = dict.fromkeys(("station", shape.rows))
    found = [Breakdown(metric, (), ("current", shape.base))]
    for name in dimensions:
        found.append(Breakdown(metric, (name,), ("current", shape.base)))
        if shape.daily:
            found.append(Breakdown(metric, (name, "day"), (REFERENCE,)))
        if shape.base == REFERENCE:
            found.append(Breakdown(metric, (name, "weekday"), (REFERENCE,)))
    if shape.has_hours:
        found.append(Breakdown(metric, (shape.rows, "hour"), ("current", shape.base)))
        found.append(Breakdown(metric, ("weekday", "hour"), (shape.study,)))
    if shape.harm:
        found.append(Breakdown(metric, ("station", "category")))
    return tuple(found)
