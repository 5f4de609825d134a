"""What the briefing asks of the store: one question, shaped by what the data allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.reading import Snapshot, Statement
from metrics import catalogue, expectation, festivals, query
from metrics.catalogue import Catalogue
from metrics.model import Refused
from metrics.periods import Period, span_window
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection

CARD_METRICS = (
    "alerts", "alerts_valid", "alerts_criminal", "alerts_order", "alerts_dispute", "alerts_help", "cases_filed",
    "clear_rate",
)  # fmt: skip
RESPONSE = ("response_median", "response_p90", "response_within", "response_n", "response_unusable")
COMPARED, FESTIVAL = ("previous", "last_year"), "festival"


@dataclass(frozen=True)
class Shape:
    """What the data allows: the subject counted, its axis, the rows of the matrix, whether days and hours are known."""

    subject: str
    place_metric: str
    axis: str
    rows: str
    weekly: bool
    daily: bool
    hourly: bool
    # What the period is compared with: 环比, 同比 and, around Spring Festival, the days aligned to it.
    compared: tuple[str, ...] = COMPARED

    @property
    def counted(self) -> tuple[str, ...]:
        """The metrics that are counted by station."""
        return tuple(dict.fromkeys((self.subject, self.place_metric, "cases_filed")))


def shape_of(known: Catalogue, selection: Selection, period: Period) -> Shape:
    """Return what to ask of this data: alerts where there are any, categories where groups would say nothing."""
    table = "alerts" if known.as_of.get("alerts") else "cases"
    as_of = known.as_of.get(table)
    window = span_window(
        period, "current", datetime.max if as_of is None else as_of - timedelta(hours=selection.cutoff)
    )
    groups = {category.group for category in known.categories[table].values()}
    narrowed = bool(selection.categories)
    return Shape(
        subject="alerts_valid" if table == "alerts" else "cases_all",
        place_metric=("alerts_valid" if narrowed else "alerts_crime") if table == "alerts" else "cases_all",
        axis="category" if len(groups) <= 2 or narrowed else "group",
        rows="beat" if len(selection.stations) == 1 and known.beats else "station",
        weekly=period.window.days <= expectation.LONGEST_DAYS,
        daily=True,
        hourly=True,
        compared=(*COMPARED, FESTIVAL) if festivals.matters(window) else COMPARED,
    )


def answered(snapshot: Snapshot, selection: Selection, period: Period, shape: Shape) -> tuple[Answer, list[str]]:
    """Ask for everything; where the data is known only by day or month, ask for what those can answer."""
    coarser = (
        (shape, ""),
        (replace(shape, hourly=False), "一周时段因此不显示。"),
        (replace(shape, hourly=False, daily=False, weekly=False), "逐日走势、一周时段与预期判定因此不显示。"),
    )
    notes: list[str] = []
    for attempt, (possible, missing) in enumerate(coarser):
        try:
            answer = query.run(snapshot, Question(selection, period, breakdowns(possible)))
            return answer, [notes[-1] + missing] if attempt else []
        except Refused as error:
            notes.append(str(error))
    raise Refused(notes[-1])


def ahead(snapshot: Snapshot, selection: Selection) -> list[Statement]:
    """Return what the briefing will ask of the store, for Snapshot.together()."""
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    return query.ahead(snapshot, Question(selection, period, breakdowns(shape_of(known, selection, period))))


def breakdowns(shape: Shape) -> tuple[Breakdown, ...]:
    """Return all that the page shows as breakdowns of one question."""
    spans = ("current", *shape.compared)
    cards = (*CARD_METRICS, "cases_solved")
    timing = () if shape.subject != "alerts_valid" else RESPONSE
    judged = ("current",) if shape.weekly else ("current", "last_year")
    found = [
        Breakdown(tuple(dict.fromkeys((*cards, *timing, shape.subject))), (), spans),
        Breakdown((shape.subject,), (shape.axis,), spans),
        Breakdown((shape.subject,), (shape.rows, shape.axis), judged),
        Breakdown(shape.counted, ("station",), judged),
    ]
    if shape.daily:
        found += [
            Breakdown(cards, ("day",), ("spark",)),
            Breakdown((shape.subject,), (shape.axis, "day"), ("spark",)),
            Breakdown(shape.counted, ("station", "day"), ("reference",)),
        ]
        # The 16 weeks of the sparklines hold the eight before a short period only.
        if not shape.weekly:
            found += [Breakdown(cards, ("day",), ("reference",))]
            found += [Breakdown((shape.subject,), (shape.axis, "day"), ("reference",))]
    if shape.weekly:
        found += [
            Breakdown((shape.subject,), (shape.rows, shape.axis, "weekday"), ("reference",), complete=False),
            Breakdown(shape.counted, ("station", "weekday"), ("reference",), complete=False),
        ]
    if shape.hourly:
        found.append(Breakdown((shape.subject,), ("weekday", "hour"), ("month_before",)))
        if shape.weekly:
            found.append(Breakdown((shape.subject,), (shape.rows, shape.axis, "hour"), complete=False))
    return tuple(found)
