"""The values of 趋势研判: points of a series, the period's figure, parts, forecast, marks on the calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from metrics import compare
from metrics.compare import NOT_JUDGED, Comparison
from metrics.forecasting.reading import Outlook
from metrics.model import Metric
from metrics.periods import Window
from metrics.targets import Outcome

DAY, WEEK, MONTH = "day", "week", "month"
GRAINS = {DAY: "按日", WEEK: "按周", MONTH: "按月"}
GRAIN_NOUNS = {DAY: "日", WEEK: "周", MONTH: "月"}


@dataclass(frozen=True)
class Asked:
    """What the page itself asks beside the filter.

    metric: id. grain: day, week or month. by: group, category or station. all_parts: every part, not the first twelve.
    """

    metric: str
    grain: str
    by: str
    all_parts: bool = False


@dataclass(frozen=True)
class Point:
    """One day, week or month, from first to last.

    value None: no data. n: sample behind a share or a median, None for counts. low, high: 95% interval of what is no
    count. partial: not wholly elapsed or covered, and so not judged. last_year: against the same dates (weeks: 52 weeks
    before, so that weekdays agree). expected: mean of the eight weeks before and the usual range, None where they are
    not all there. z: signed, of the value against it. previous: against the bucket before, None of counts. verdict: of
    the value against the expectation, of counts by months against the year before, of others against the bucket before
    (as the period is, where it is no longer than that). in_period: whether the filter's period holds it.
    """

    first: date
    last: date
    value: float | None
    n: float | None
    low: float | None
    high: float | None
    partial: bool
    last_year: Comparison
    previous: Comparison | None = None
    mean: float | None = None
    usual: tuple[float, float] | None = None
    z: float = 0.0
    verdict: str = NOT_JUDGED
    in_period: bool = False

    @property
    def direction(self) -> float:
        """Return anything with the sign of what the verdict is about."""
        return self.z if self.mean is not None else (self.judging.change or 0.0)

    @property
    def judging(self) -> Comparison:
        """Return the comparison behind the verdict, where it has no expectation."""
        return self.last_year if self.previous is None else compare.first_with_base(self.previous, self.last_year, True)


@dataclass(frozen=True)
class Total:
    """The figure of the period: value, sample, interval (of what is no count), comparisons, usual range, verdict.

    by_previous: whether 环比 gives the verdict where there is no usual range, as of shares of short periods.
    """

    value: float | None
    n: float | None
    low: float | None
    high: float | None
    last_year: Comparison
    previous: Comparison
    festival: Comparison | None
    usual: tuple[float, float] | None
    z: float
    verdict: str
    by_previous: bool = False

    @property
    def judges(self) -> tuple[Comparison, str]:
        """Return the comparison that gives the verdict where there is no usual range, and its name."""
        one = compare.first_with_base(self.previous, self.last_year, self.by_previous)
        return one, "环比" if one is self.previous else "同比"


@dataclass(frozen=True)
class Part:
    """One category or station: its figure of the period, and its series beside last year's (None: no data).

    metric: with the direction that is good for this part. judged: the comparison behind the verdict.
    """

    key: str
    name: str
    metric: Metric
    value: float | None
    n: float | None
    last_year: Comparison
    usual: tuple[float, float] | None
    z: float
    verdict: str
    values: tuple[float | None, ...]
    past: tuple[float | None, ...]


@dataclass(frozen=True)
class Span:
    """A stretch of the calendar with a name: a holiday or a campaign."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Trend:
    """All that 趋势研判 shows of one metric under one filter.

    state: ok, no_data (not covered), no_result (the filter leaves nothing) or nothing (covered, none happened).
    outlook: the coming seven days; outlook_note: why there is none, or how good such forecasts were.
    outcomes: what other places published of this very metric.
    """

    metric: Metric
    asked: Asked
    as_of: datetime | None
    window: Window
    title: str
    filter_words: str
    total: Total
    points: tuple[Point, ...]
    parts: tuple[Part, ...]
    parts_in_all: int
    sentence: str
    windows: dict[str, str]
    judged_by: str
    outlook: Outlook | None = None
    outlook_note: str = ""
    holidays: tuple[Span, ...] = ()
    campaigns: tuple[Span, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()
    state: str = "ok"
    phi: float = 1.0
    in_parts: dict[str, int] = field(default_factory=dict)
