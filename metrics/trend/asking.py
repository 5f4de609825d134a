"""What 趋势研判 asks of the store: one question for the period, the drawn stretch, the year before and the parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data.reading import Snapshot
from metrics import festivals, periods, query
from metrics.axes import bucket
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS, dimensions_of, of_events
from metrics.model import COUNT, PERCENTILE, RATE, RATIO, Metric, Refused
from metrics.periods import Period, Window, span_window
from metrics.query import TABLES, Answer, Breakdown, Question
from metrics.selection import Selection
from metrics.trend.values import DAY, MONTH, WEEK, Asked

# What the list of the page offers; any other metric of events opens by its address.
OFFERED = (
    "alerts", "alerts_valid", "alerts_crime", "alerts_criminal", "alerts_order", "alerts_traffic", "alerts_dispute",
    "alerts_help", "alerts_report", "alerts_complaint", "alerts_non_police", "alerts_per_10k", "invalid_share",
    "diverted_share", "repeat_share", "dispute_resolved", "satisfaction", "conversion", "response_median",
    "response_p90", "response_within", "dispatch_median", "on_scene_median", "feedback_late", "cases_all",
    "cases_filed", "cases_order", "cases_theft", "cases_robbery", "cases_fraud", "cases_telecom", "cases_serious8",
    "cases_solved", "clear_rate", "clear_rate_period", "cases_per_10k", "filing_within_3d", "filing_delay",
    "station_criminal_share",
)  # fmt: skip
_VIEWS = ("alerts", "alert_repeats", "cases")
# At least so much is drawn, however short the period: a day alone is no trend.
SHOWN = {DAY: 56, WEEK: 26, MONTH: 24}
# Up to so many days of period, the finer unit is the one that shows something.
_DAY_UNTIL, _WEEK_UNTIL = 62, 400
LONGEST_BY_DAY = 400
LEAD_DAYS = 56


@dataclass(frozen=True)
class Frame:
    """The stretch that is drawn: buckets from first to last day, the same a year before, and both as spans.

    lead: first day of what is asked, eight weeks earlier where the expectation needs them.
    """

    grain: str
    first: date
    last: date
    lead: date
    past_first: date
    past_last: date

    @property
    def now(self) -> str:
        return f"{self.lead.isoformat()}/{self.last.isoformat()}"

    @property
    def then(self) -> str:
        return f"{self.past_first.isoformat()}/{self.past_last.isoformat()}"


def usable(metric: Metric) -> bool:
    """Whether a metric has a trend here: events known by their day, and what is made of them."""
    kinds = (COUNT, RATIO, RATE, PERCENTILE)
    return metric.kind in kinds and metric.view in _VIEWS and of_events(metric) and DAY in dimensions_of(metric)


def default_metric(known: Catalogue) -> str:
    """Return what is shown first: alerts where there are any, cases else."""
    return "alerts_valid" if known.as_of.get("alerts") else "cases_all"


def default_grain(period: Period) -> str:
    """Return the unit of time for the length of a period: days to two months, weeks to a year, months beyond."""
    days = period.window.days
    return DAY if days <= _DAY_UNTIL else WEEK if days <= _WEEK_UNTIL else MONTH


def default_by(metric: Metric, selection: Selection) -> str:
    """Return the breakdown that says something: of a metric of one group its categories, of others the groups."""
    allowed = dimensions_of(metric)
    narrow = "category" in allowed and (bool(selection.categories) or metric.id in _ONE_GROUP)
    return "category" if narrow else "group" if "group" in allowed else "station"


_ONE_GROUP = {
    "alerts_criminal", "alerts_order", "alerts_traffic", "alerts_dispute", "alerts_help", "alerts_report",
    "alerts_complaint", "cases_filed", "cases_order", "cases_theft", "cases_robbery", "cases_fraud", "cases_telecom",
    "cases_serious8", "cases_solved", "clear_rate", "clear_rate_period", "dispute_resolved",
}  # fmt: skip


def frame_of(period: Period, window: Window, grain: str, week_start: int) -> Frame:
    """Return what is drawn for a period whose elapsed part is `window`."""
    last = window.last_day
    back = {
        DAY: last - timedelta(days=SHOWN[DAY] - 1),
        WEEK: last - timedelta(days=7 * (SHOWN[WEEK] - 1)),
        MONTH: _months_back(last, SHOWN[MONTH] - 1),
    }[grain]
    first = bucket(min(period.first, back), grain, week_start)
    lead = first if grain == MONTH else first - timedelta(days=LEAD_DAYS)
    return Frame(grain, first, last, lead, a_year_back(first, grain), a_year_back(last, grain))


def a_year_back(day: date, grain: str) -> date:
    """Return the day that stands a year before: the same date, for weeks 52 weeks earlier; 29 February the 28th."""
    if grain == WEEK:
        return day - timedelta(days=364)
    return periods.years_before(datetime(day.year, day.month, day.day), 1).date()


def _months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def elapsed(known: Catalogue, metric: Metric, selection: Selection, period: Period) -> Window:
    """Return the part of the period for which there can be data of the metric's table."""
    as_of = known.as_of.get(TABLES[metric.view]) or known.data_as_of or datetime.max
    return span_window(period, "current", as_of if as_of == datetime.max else as_of - timedelta(hours=selection.cutoff))


def compared_spans(window: Window) -> tuple[str, ...]:
    """Return what the period is compared with: 同比, 环比 and, around Spring Festival, the days aligned to it."""
    return ("last_year", "previous", *(("festival",) if festivals.matters(window) else ()))


def columns(metric: Metric) -> tuple[str, ...]:
    """Return the metric with the counts behind it."""
    return tuple(dict.fromkeys(name for name in (metric.id, metric.numerator, metric.denominator) if name))


def counted(metric: Metric) -> str:
    """Return the count whose spread a judgement needs; "" where days of it tell nothing."""
    if metric.is_proportion or metric.dependent or metric.kind == PERCENTILE:
        return ""
    name = metric.id if metric.kind == COUNT else metric.numerator
    return name if METRICS[name].kind == COUNT and DAY in dimensions_of(METRICS[name]) else ""


def breakdowns(metric: Metric, by: str, frame: Frame, window: Window, daily: bool) -> tuple[Breakdown, ...]:
    """Return all that the page shows of a metric as breakdowns of one question."""
    names = columns(metric)
    found = [
        Breakdown(names, (), ("current", *compared_spans(window))),
        Breakdown(names, (frame.grain,), (frame.now, frame.then)),
        Breakdown(names, (by,), ("current", "last_year")),
        Breakdown(names, (by, frame.grain), (frame.now, frame.then)),
    ]
    # Days that are drawn hold the eight weeks before the period.
    if daily and frame.grain != DAY and counted(metric):
        found += [
            Breakdown((counted(metric),), (DAY,), ("reference",)),
            Breakdown((counted(metric),), (by, DAY), ("reference",)),
        ]
    return tuple(found)


def answered(
    snapshot: Snapshot, selection: Selection, period: Period, window: Window, asked: Asked
) -> tuple[Answer, Frame, list[str]]:
    """Ask for everything; where the data is known only by month, ask for months and say so. Raises MetricError."""
    metric, said = METRICS[asked.metric], ""
    for grain, daily in dict.fromkeys(((asked.grain, True), (MONTH, False))):
        frame = frame_of(period, window, grain, selection.week_start)
        question = Question(selection, period, breakdowns(metric, asked.by, frame, window, daily))
        try:
            return query.run(snapshot, question), frame, [said] if said else []
        except Refused as error:
            said = f"{error}已改为按月显示，不作预期判定。"
            refused = error
    raise refused


def understood(asked: Asked, selection: Selection, period: Period, metric: Metric) -> tuple[Asked, list[str]]:
    """Return the question with what cannot be drawn replaced, and a notice for each replacement."""
    notices = []
    if asked.grain == DAY and period.window.days > LONGEST_BY_DAY:
        notices.append(f"时段长于 {LONGEST_BY_DAY} 日，已改为按周显示。")
        asked = replace(asked, grain=WEEK)
    if asked.by not in dimensions_of(metric):
        asked = replace(asked, by=default_by(metric, selection))
    return asked, notices
