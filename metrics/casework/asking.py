"""What 案件侦防 asks of the store: one question, coarser where the times of the data are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data.reading import Snapshot, Statement
from metrics import cache, expectation, query
from metrics.axes import bucket
from metrics.casework.values import MONTH, WEEK, Known
from metrics.catalogue import Catalogue
from metrics.model import Refused
from metrics.periods import Period, Window, span_window, years_before
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection

FIGURES = (
    "cases_filed", "cases_solved", "clear_rate", "open_cases", "filing_within_24h", "filing_within_3d",
    "station_criminal_share", "zero_crime_beats_share",
)  # fmt: skip
# The shares of which stations are compared, by the value of the page's own key.
MEASURES = {
    "clear": "clear_rate", "filing": "filing_within_3d", "accept": "filing_within_24h",
    "handled": "station_criminal_share",
}  # fmt: skip
COUNTS = ("cases_filed", "cases_solved")
# The sum of each group of the category table is a metric of its own, and judged as such.
KINDS = {"刑事": "cases_filed", "行政": "cases_order"}
BEHIND = (
    "filing_24h_met", "filing_24h_base", "filing_3d_met", "filing_3d_base", "criminal_by_station", "criminal_handled",
)  # fmt: skip
_REVIEWS = ("filing_1d_met", "filing_7d_met", "filing_30d_met", "filing_72h_met")
_ONCE = ("cases_all", "cases_filed_solved", "clear_rate_period", "cases_no_beat", "cases_solved_undated",
         "cases_order", "filing_delay")  # fmt: skip
AGES = (30, 90, 180, 365, 730)
_STOCK = (*(f"open_over_{days}d" for days in AGES), "open_age_median", "open_age_p90")
_ZERO = ("zero_crime_beats", "beats_counted")
COMPARED = ("previous", "last_year")
WEEKS, MONTHS, LEAD_WEEKS = 26, 13, 8
# Beyond this length, months show more than weeks.
_WEEKS_UNTIL = 100


@dataclass(frozen=True)
class Shape:
    """What the data allows. grain: of the trend; daily: whether days are known; first, last: of the trend."""

    grain: str
    daily: bool
    first: date
    last: date
    by_beat: bool
    compared: tuple[str, ...] = COMPARED

    @property
    def judged(self) -> bool:
        """Whether the eight weeks before say what was to be expected of the period."""
        return self.daily

    @property
    def now(self) -> str:
        lead = timedelta(weeks=LEAD_WEEKS) if self.grain == WEEK else timedelta()
        return f"{(self.first - lead).isoformat()}/{self.last.isoformat()}"

    @property
    def then(self) -> str:
        return f"{a_year_back(self.first, self.grain).isoformat()}/{a_year_back(self.last, self.grain).isoformat()}"

    @property
    def months(self) -> str:
        return f"{_months_back(self.last, MONTHS - 1).isoformat()}/{self.last.isoformat()}"


def a_year_back(day: date, grain: str) -> date:
    """Return the day a year before: 52 weeks for weeks, so that weekdays agree, else the same date."""
    if grain == WEEK:
        return day - timedelta(days=364)
    return years_before(datetime(day.year, day.month, day.day), 1).date()


def _months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def elapsed(known: Catalogue, selection: Selection, period: Period) -> Window:
    """Return the part of the period for which there can be cases."""
    as_of = known.as_of.get("cases") or known.data_as_of or datetime.max
    end = as_of if as_of == datetime.max else as_of - timedelta(hours=selection.cutoff)
    return span_window(period, "current", end)


def answered(
    snapshot: Snapshot, known: Catalogue, selection: Selection, period: Period
) -> tuple[Answer, Shape, list[str]]:
    """Ask for everything; where times are known only by month, ask for months and say so."""
    said = ""
    # The stretch before a whole month is seldom a whole month, and then cannot be told.
    for daily, compared in ((True, COMPARED), (False, COMPARED), (False, COMPARED[1:])):
        shape = replace(_shape(known, selection, period, daily), compared=compared)
        try:
            answer = query.run(snapshot, Question(selection, period, breakdowns(shape)))
            return answer, shape, [said] if said else []
        except Refused as error:
            refused, said = error, said or f"{error}已改为按月显示，不作预期判定。"
    raise refused


def _shape(known: Catalogue, selection: Selection, period: Period, daily: bool) -> Shape:
    window = elapsed(known, selection, period)
    grain = WEEK if daily and window.days <= _WEEKS_UNTIL else MONTH
    last = window.last_day
    back = last - timedelta(weeks=WEEKS - 1) if grain == WEEK else _months_back(last, 2 * MONTHS - 3)
    first = bucket(min(back, window.first_day), grain, selection.week_start)
    if not daily:
        last = _month_end(last)
    short = window.days <= expectation.LONGEST_DAYS
    by_beat = len(selection.stations) == 1 and bool(known.beats)
    return Shape(grain, daily and short, first, last, by_beat)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def breakdowns(shape: Shape) -> tuple[Breakdown, ...]:
    """Return all that the page shows as breakdowns of one question."""
    everything = (*FIGURES, *BEHIND, *_REVIEWS, *_ONCE, *_STOCK, *_ZERO)
    history = (*COUNTS, *(name for name in MEASURES.values()), *BEHIND)
    spans = ("current", *shape.compared)
    found = [
        Breakdown(everything, (), spans),
        Breakdown(history, (shape.grain,), (shape.now,)),
        Breakdown(COUNTS, (shape.grain,), (shape.then,)),
        Breakdown(("open_cases", *_ZERO, "zero_crime_beats_share"), ("month",), (shape.months,)),
        Breakdown(("cases_all", "cases_solved"), ("group", "category"), spans),
        Breakdown((*COUNTS, *BEHIND, *_ZERO, "cases_all"), ("station",)),
    ]
    if shape.daily:
        found += [
            Breakdown((*COUNTS, KINDS["行政"]), ("day",), ("reference",)),
            Breakdown(("cases_all",), ("group", "category", "day"), ("reference",)),
        ]
    if shape.by_beat:
        found += [Breakdown((*_ZERO, "cases_all"), ("beat",))]
    return tuple(found)


def of_stations(snapshot: Snapshot, selection: Selection, period: Period) -> Answer:
    """Return what stands for all stations, where the page itself is narrowed to some of them."""
    return query.run(snapshot, _of_all(selection, period))


def _of_all(selection: Selection, period: Period) -> Question:
    wide = replace(selection, stations=())
    return Question(wide, period, (Breakdown((*COUNTS, *BEHIND), ("station",)),))


def ahead(snapshot: Snapshot, known: Catalogue, selection: Selection, period: Period) -> list[Statement]:
    """Return what the page will ask of the store, for Snapshot.together()."""
    shape = _shape(known, selection, period, True)
    found = query.ahead(snapshot, Question(selection, period, breakdowns(shape)))
    return found + (query.ahead(snapshot, _of_all(selection, period)) if selection.stations else [])


def known_of(snapshot: Snapshot) -> Known:
    """Return which parts of a case the source ever tells, once per version."""
    return cache.answer(snapshot, "cases", _known_of)


def _known_of(snapshot: Snapshot, table: str) -> Known:
    ((solved, filing, order, handled, beats),) = snapshot.rows(
        "SELECT count(solved_at), count(CASE WHEN case_kind = '刑事' THEN review_seconds END),"
        " count(CASE WHEN case_kind = '行政' THEN review_seconds END), count(handling_unit),"
        " count(CASE WHEN beat <> '未登记' THEN 1 END) FROM case_facts WHERE event = '立案'"
    )
    return Known(*(count > 0 for count in (solved, filing, order, handled, beats)))
