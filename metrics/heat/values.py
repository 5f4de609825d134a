"""The values that 风险热力 is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.hotspots.cells import HotCells
from metrics.hotspots.forecast import Forecast
from metrics.model import Metric
from metrics.periods import Window
from metrics.times.calendar_matrix import CalendarMatrix

Floats = NDArray[np.float64]
ABOVE, BELOW, AROUND = "高于全局", "低于全局", "与全局相当"


@dataclass(frozen=True)
class Level:
    """A level per 10,000 people and year with its 95% interval against the bureau's.

    raw: without shrinkage (for harm the same). times: value ÷ the bureau's level (1 where that is 0).
    verdict: 高于全局, 低于全局 or 与全局相当.
    """

    value: float
    low: float
    high: float
    raw: float
    times: float
    verdict: str


@dataclass(frozen=True)
class StationRisk:
    """One station: events of the period, what was expected of it (None: not judged), and its level (None: unknown).

    z: signed; real: stands after correction over all stations shown.
    """

    code: str
    name: str
    count: float
    expected: float | None
    z: float
    real: bool
    population: int | None
    level: Level | None = None


@dataclass(frozen=True)
class HourMatrix:
    """Rows × 24 hours against each row's own expectation; sorted by total, largest first.

    dimension: station, group or category. rows: (key, name). expected NaN: not judged. values of cases are sums of
    aoristic weights.
    """

    dimension: str
    rows: list[tuple[str, str]]
    values: Floats
    expected: Floats
    z: Floats
    real: NDArray[np.bool_]


@dataclass(frozen=True)
class WeekHours:
    """Hours of the week: 7 × 24, Monday first; days: how many of each weekday stand behind it (7)."""

    values: Floats
    days: Floats
    window: Window
    notes: list[str]

    @property
    def is_even(self) -> bool:
        """Whether each weekday comes as often, so that counts can be compared as they are."""
        return bool((self.days == self.days[0]).all())

    @property
    def shown(self) -> Floats:
        """Return counts; where weekdays do not come equally often, counts per day of that weekday, NaN without."""
        if self.is_even:
            return self.values
        days = self.days[:, None]
        return np.where(days > 0, self.values / np.where(days > 0, days, 1.0), np.nan)


@dataclass(frozen=True)
class Share:
    """A station or category in the hour looked at: events, its share there, and its share of all hours."""

    key: str
    name: str
    count: float
    share: float
    usual: float


@dataclass(frozen=True)
class HourList:
    """What happens in one hour of the week: events, stations and categories, most first."""

    at: tuple[int, int]
    total: float
    stations: list[Share]
    categories: list[Share]


@dataclass(frozen=True)
class Heat:
    """All of the page. state: ok, no_data, no_result or nothing. risk: the one shown, which may not be the one asked.

    common: the bureau's level where risk is rate or harm. judged_by says with what is compared. study: the stretch of
    hot cells and hours of the week, in words: at least four weeks. is_widened: the period is shorter than that.
    """

    state: str
    table: str
    noun: str
    metric: Metric
    title: str
    study: str
    risk: str
    common: float | None
    stations: list[StationRisk]
    judged_by: str
    matrix: HourMatrix | None
    week: WeekHours | None
    calendar: CalendarMatrix | None
    hot: HotCells | None
    forecast: Forecast | None
    hour: HourList | None
    notes: list[str]
    is_widened: bool = False
