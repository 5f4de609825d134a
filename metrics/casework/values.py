"""The values that 案件侦防 is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.compare import NO_BASE, Comparison
from metrics.expectation import WeeklyBand
from metrics.funnels import Row as Share
from metrics.model import Metric

WEEK, MONTH = "week", "month"


@dataclass(frozen=True)
class Known:
    """Which parts of a case the source ever tells; what it never tells is not 0 but unknown."""

    solving: bool
    filing_review: bool
    order_review: bool
    handling: bool
    beats: bool


@dataclass(frozen=True)
class Figure:
    """One key figure with the counts behind it (None for what is no share) and its own short history.

    expected: usual range of the period from the eight weeks before; z against it. reason: why there is no value.
    days, history: first days of weeks or months and the values there.
    """

    metric: Metric
    value: float | None
    top: float | None
    bottom: float | None
    previous: Comparison
    last_year: Comparison
    expected: tuple[int, int] | None
    z: float
    verdict: str
    days: tuple[date, ...]
    history: tuple[float | None, ...]
    grain: str
    reason: str = ""
    note: str = ""
    # Whether the stretch before judges first (short periods), or the year before.
    by_previous: bool = True

    @property
    def judges(self) -> Comparison:
        """The comparison that gives the verdict where there is no expectation."""
        first, second = (self.previous, self.last_year) if self.by_previous else (self.last_year, self.previous)
        return second if first.verdict == NO_BASE else first

    @property
    def direction(self) -> float:
        """Return anything with the sign of what the verdict is about."""
        return self.z if self.expected else (self.judges.change or 0.0)


@dataclass(frozen=True)
class Row:
    """One line of the category table: filed (or accepted) cases with their comparisons, and solved ones."""

    key: str
    name: str
    group: str
    value: float
    solved: float | None
    previous: Comparison
    last_year: Comparison
    expected: tuple[int, int] | None
    z: float
    verdict: str

    @property
    def judges(self) -> Comparison:
        """The comparison that gives the verdict where there is no expectation: the year before if known."""
        return self.previous if self.last_year.verdict == NO_BASE else self.last_year

    @property
    def direction(self) -> float:
        """Return anything with the sign of what the verdict is about."""
        return self.z if self.expected else (self.judges.change or 0.0)


@dataclass(frozen=True)
class Trend:
    """Filed and solved cases by week or month; past: filed 52 weeks, or the same month, a year before.

    None where the unit is not wholly covered. band: of filed cases, by weeks only.
    """

    grain: str
    firsts: tuple[date, ...]
    filed: tuple[float | None, ...]
    solved: tuple[float | None, ...]
    past: tuple[float | None, ...]
    band: WeeklyBand | None

    @property
    def outside(self) -> list[tuple[date, int]]:
        """Return the weeks outside their band with the side: 1 above, −1 below."""
        if self.band is None:
            return []
        return [(week, side) for week, side in zip(self.band.weeks, self.band.outside, strict=True) if side]


@dataclass(frozen=True)
class Ages:
    """Open criminal cases by age at the end of the period and, the same classes, a year before (None: no data)."""

    labels: tuple[str, ...]
    now: tuple[float, ...]
    then: tuple[float, ...] | None
    total: float
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class Delays:
    """How long the review before filing took: cases by class, in one period. limit: classes within the usual limit."""

    name: str
    span: str
    labels: tuple[str, ...]
    cases: tuple[float, ...]
    limit: int

    @property
    def base(self) -> float:
        return sum(self.cases)

    @property
    def within(self) -> float:
        return sum(self.cases[: self.limit])


@dataclass(frozen=True)
class Untimed:
    """Cases of one kind in the period, and how many of them tell no usable time of review."""

    name: str
    cases: float
    left_out: float


@dataclass(frozen=True)
class Community:
    """A station with its communities without cases, or one community with its cases."""

    code: str
    name: str
    zero: float
    counted: float
    cases: float


@dataclass(frozen=True)
class Casework:
    """All of the page. state: ok, no_data, no_result or nothing. last: the last day that has elapsed.

    sums: cases of each group by span, those of categories with none in the period too; solved ones under "solved".
    kinds: the metric that is the sum of a group, with its verdict.
    shares: top and n of every station by the key of a measure, for its funnel. since: the first day with cases; what
    was filed before is in no stock.
    """

    state: str
    title: str
    last: date
    windows: dict[str, str]
    known: Known
    figures: tuple[Figure, ...]
    trend: Trend
    rows: tuple[Row, ...]
    sums: dict[str, dict[str, float]]
    kinds: dict[str, Figure]
    shares: dict[str, tuple[Share, ...]]
    since: date | None
    ages: Ages | None
    delays: tuple[Delays, ...]
    delay_median: float | None
    untimed: tuple[Untimed, ...]
    communities: tuple[Community, ...]
    by_beat: bool
    no_beat: float
    judged_by: str
    notes: tuple[str, ...]
