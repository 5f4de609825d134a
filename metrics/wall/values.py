"""The values that the wall display is made of: figures of the bureau and of stations, nothing finer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from metrics.briefing import Briefing, Spark
from metrics.compare import Comparison
from metrics.force.work import Work
from metrics.model import Metric
from metrics.trend.campaign import Progress


@dataclass(frozen=True)
class Bar:
    """A policy target on a bar: value and target as shares of its length (0–1), and how it is said."""

    label: str
    value: float
    wanted: float | None
    text: str
    tone: str


@dataclass(frozen=True)
class Year:
    """The year so far against the year before, in words, and the last eight weeks of the same count."""

    metric: Metric
    change: Comparison
    words: str
    spark: Spark


@dataclass(frozen=True)
class Campaign:
    """The campaign, or the year where none has begun or it says nothing of the chosen stations; exactly one is there.

    bars: targets, missed first.
    """

    progress: Progress | None
    year: Year | None
    bars: tuple[Bar, ...]
    bars_words: str


@dataclass(frozen=True)
class Count:
    """A count of the day with the range expected by that time (central 99%) and its verdict; None: no expectation."""

    metric: Metric
    value: float
    expected: tuple[int, int] | None
    z: float
    verdict: str


@dataclass(frozen=True)
class Today:
    """The last day with data, up to its last moment.

    counts: the leading count first. hours: moments of the day (0–24) with the leading count so far, up to the last
    moment; mean, low and high: what was expected by each full hour (25 values, None without eight weeks before).
    """

    day: date
    until: datetime
    is_whole: bool
    counts: tuple[Count, ...]
    moments: tuple[float, ...]
    so_far: tuple[float, ...]
    mean: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """Hours of the day one after the other (perhaps over midnight), their events and share of all events in %."""

    name: str
    hours: tuple[int, ...]
    count: float
    share: float

    @property
    def even(self) -> float:
        """The share in % that as many hours had if events came evenly over the day."""
        return 100 * len(self.hours) / 24


@dataclass(frozen=True)
class Week:
    """Hours of the day over the last four weeks: the four with most events, the four with fewest, the night.

    weekend: events of Saturday and Sunday; its share in %, and what it would be if events came evenly over the week.
    """

    words: str
    label: str
    noun: str
    total: float
    most: Run
    least: Run
    night: Run
    weekend: float

    @property
    def weekend_share(self) -> float:
        """Saturday's and Sunday's share of all events in %."""
        return 100 * self.weekend / self.total

    @property
    def weekend_even(self) -> float:
        """The share in % that two days of seven had if events came evenly."""
        return 100 * 2 / 7


@dataclass(frozen=True)
class Concern:
    """A station that needs attention and why, the strongest reason first; (text, tone) each."""

    code: str
    name: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Wall:
    """All screens of one version; a screen that the data cannot fill is None, and `missing` says why, by its id.

    failed: screens among them whose statistic broke; they are shown, so that it is seen. names: of stations by code,
    short. alarms_known: whether alarms have been fitted for this version.
    """

    as_of: datetime | None
    campaign: Campaign | None
    today: Today | None
    recent: Briefing | None
    week: Week | None
    work: Work | None
    concerns: tuple[Concern, ...] | None
    concerns_note: str
    alarms_known: bool
    missing: dict[str, str]
    failed: tuple[str, ...]
    names: dict[str, str]

    @property
    def live(self) -> tuple[str, ...]:
        """The screens that have something to show, be it what broke."""
        from metrics.wall.view import SCREENS

        return tuple(name for name in SCREENS if name not in self.missing or name in self.failed)
