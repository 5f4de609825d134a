"""The values that the briefing page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from metrics import expectation
from metrics.alarms.records import Alarm
from metrics.change import badge
from metrics.compare import ENOUGH, NOT_JUDGED, REAL, TOO_FEW, USUAL, Comparison
from metrics.definitions import UNREGISTERED
from metrics.model import Metric
from metrics.periods import Window


@dataclass(frozen=True)
class Spark:
    """Daily values of the last eight weeks with the band in which each day was expected."""

    days: list[date]
    values: list[float | None]
    low: list[float | None]
    high: list[float | None]


@dataclass(frozen=True)
class Week:
    """The seven days that a single day ends: count, usual range and verdict, as 案件侦防 shows them."""

    value: float
    expected: tuple[int, int]
    z: float
    verdict: str


@dataclass(frozen=True)
class Card:
    """One key figure. expected: the usual range (central 99%) of its period, None without eight weeks before it.

    festival: the comparison aligned to Spring Festival, None away from it; note says it in words. week: of a single day
    of cases, the days that its key point leads to.
    """

    metric: Metric
    value: float | None
    previous: Comparison
    last_year: Comparison
    expected: tuple[int, int] | None
    z: float
    verdict: str
    spark: Spark
    festival: Comparison | None = None
    note: str = ""
    week: Week | None = None


@dataclass(frozen=True)
class Row:
    """One line of the category table; festival and note as of a card. phi: overdispersion of its daily counts."""

    key: str
    name: str
    value: float | None
    previous: Comparison
    last_year: Comparison
    expected: tuple[int, int] | None
    z: float
    verdict: str
    metric: Metric
    festival: Comparison | None = None
    note: str = ""
    phi: float = 1.0


@dataclass(frozen=True)
class Matrix:
    """Counts of rows × columns with z against expectation; real marks what stands after correction for chance."""

    dimension: str
    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    values: NDArray[np.float64]
    expected: NDArray[np.float64]
    z: NDArray[np.float64]
    real: NDArray[np.bool_]
    phi: float
    noun: str
    # Marks by (row key, column key) where a count finer than a beat may not be shown.
    hidden: dict[tuple[str, str], str]
    # Names of the columns that are left out, and their counts by row; no counts where a cell may not be shown.
    left_out: tuple[str, ...] = ()
    rest: NDArray[np.float64] | None = None

    @property
    def registered(self) -> int:
        """How many rows are stations or beats; 未登记 is none."""
        return sum(code != UNREGISTERED for code, _ in self.rows)


@dataclass(frozen=True)
class Place:
    """A station: its count, what was expected and whether the difference is real.

    z is of all stations' overdispersion, as on 风险热力; phi is the station's own, for the range that its pages print.
    """

    code: str
    value: float
    expected: float
    z: float
    real: bool
    phi: float = 1.0

    @property
    def usual(self) -> tuple[int, int]:
        """The central 99% of what was expected."""
        return expectation.usual_range(self.expected, self.phi)

    @property
    def verdict(self) -> str:
        """How the station is judged among all: 真变化, 正常波动 or 样本不足."""
        if self.real:
            return REAL
        return USUAL if max(self.value, self.expected) >= ENOUGH else TOO_FEW


@dataclass(frozen=True)
class Surge:
    """A rise that the early warning tells of.

    also: other watched groups in which it shows. touched: level-1 groups and category codes in which its events lie.
    page, query: where it is shown why. weight: how surprising, on the scale of |z|.
    """

    alarm: Alarm
    also: tuple[str, ...]
    touched: frozenset[str]
    tone: str
    page: str
    query: dict[str, str]
    weight: float

    @property
    def verdict(self) -> str:
        """How it is judged: 突升预警 or 渐升预警."""
        return f"{self.alarm.kind}预警"


@dataclass(frozen=True)
class Surges:
    """The surges of a filter, the strongest first. missing: why there are none to tell of (not computed), else "".

    rate: budget and realised rate in words. notes: what readers must know of the warnings of this version.
    """

    surges: tuple[Surge, ...]
    missing: str = ""
    rate: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """A key point: a sentence, how it is judged ("worse", "better", "watch", "plain"), and the query that shows why.

    verdict: the one judgement that it is ranked by; a warning's stands in the text, any other behind it.
    """

    text: str
    tone: str
    verdict: str
    page: str
    query: dict[str, str]
    weight: float


@dataclass(frozen=True)
class Briefing:
    """All of the page. judged_by says with what the verdicts compare; by_weeks: whether with the eight weeks before.

    places: by place_metric, for the map; case_places: by cases filed; totals: by the subject, as on 风险热力.
    """

    snapshot_id: int
    as_of: datetime | None
    title: str
    window: Window
    by_weeks: bool
    filter_words: str
    windows: dict[str, str]
    cards: list[Card]
    rows: list[Row]
    matrix: Matrix | None
    places: list[Place]
    case_places: list[Place]
    totals: list[Place]
    place_metric: Metric
    week: NDArray[np.float64] | None
    week_words: str
    points: list[Point]
    warnings: Surges
    judged_by: str
    notes: list[str]
    state: str
    subject: Metric
    noun: str
    response: dict[str, float | None]

    @property
    def has_ranges(self) -> bool:
        """Whether eight weeks before the period say what was to be expected of it."""
        return self.by_weeks and any(row.expected is not None for row in self.rows)

    def standing(self, place: Place) -> str:
        """Return the verdict on a station as it stands beside its range, 不作判定 where nothing was to be expected."""
        if self.has_ranges:
            return badge(place.verdict, place.value, place.usual)
        return place.verdict if any(one.z for one in (*self.places, *self.totals)) else NOT_JUDGED
