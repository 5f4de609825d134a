"""The values that 重复警情 is made of: shares over time and by category, and the places that call again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.compare import Comparison
from metrics.funnels import Row as Share
from metrics.model import Metric


@dataclass(frozen=True)
class Figure:
    """A key figure: top ÷ bottom (None for a count), what it is compared with, whole weeks. reason: why no value."""

    metric: Metric
    value: float | None
    top: float | None
    bottom: float | None
    previous: Comparison
    last_year: Comparison
    days: tuple[date, ...]
    history: tuple[float | None, ...]
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A group or category: valid alerts, those that repeat (any rule, same caller, same place), the share compared."""

    key: str
    name: str
    base: float
    repeats: float
    callers: float
    places: float
    previous: Comparison
    last_year: Comparison


@dataclass(frozen=True)
class Repeats:
    """Shares of repeated alerts. state: ok, no_data, no_result, nothing, or coarse (times known only by month).

    keyed, located: valid alerts with a caller key, with a cell. compared_by: the metric whose top and n `shares` holds
    for every station.
    """

    state: str
    title: str
    windows: dict[str, str]
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    axis: str
    compared_by: str
    shares: tuple[Share, ...]
    base: float
    keyed: float
    located: float
    notes: tuple[str, ...]

    @property
    def is_told(self) -> bool:
        """Whether the data can tell a repeat at all: by caller key or by cell."""
        return bool(self.keyed or self.located)


@dataclass(frozen=True)
class Spot:
    """A 100 m cell with calls of one group; counts by days of window. z, verdict: the last 30 days against before.

    lon, lat: its centre.
    """

    group: str
    cell: tuple[int, int]
    lon: float
    lat: float
    station: str
    beat: str
    counts: dict[int, int]
    z: float
    verdict: str


@dataclass(frozen=True)
class Beat:
    """A beat with its repeat places of one window: places, calls there, and calls after the first."""

    station: str
    beat: str
    places: int
    calls: int

    @property
    def repeats(self) -> int:
        return self.calls - self.places


@dataclass(frozen=True)
class Places:
    """Repeat places of one window that ends with the period, and what was left out of them.

    calls: with a place that counts; places, place_calls: cells × groups with two or more. spots: those with at least 3
    in the window, most first, up to MOST; in_all: how many there are. left_out: calls by reason. pins: default points.
    state: ok, nothing, no_coordinates, no_data.
    """

    days: int
    state: str
    title: str
    first: date
    last: date
    calls: int
    places: int
    place_calls: int
    spots: tuple[Spot, ...]
    in_all: int
    beats: tuple[Beat, ...]
    left_out: tuple[tuple[str, int], ...]
    pins: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]

    @property
    def repeats(self) -> int:
        return self.place_calls - self.places

    @property
    def share(self) -> float | None:
        """Calls after the first ÷ calls, 0 to 1."""
        return self.repeats / self.calls if self.calls else None
