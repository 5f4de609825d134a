"""The values that forecasts are made from and made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.calendar import CalendarRow
from metrics.forecasting.scoring import Floats

# The name under which the sum of all stations appears.
BUREAU = "全局"
HORIZON = 7
# The hours of the week are learnt from so many last days; the rhythm is stable, older years would blur what did change.
PROFILE_DAYS = 365
MEASURES = {"valid": "有效警情", "crime": "刑事和治安警情"}
STATION_DAY, STATION_WEEK, BUREAU_DAY, BUREAU_WEEK, BUREAU_HOUR = (
    "station_day", "station_week", "bureau_day", "bureau_week", "bureau_hour",
)  # fmt: skip
LEVEL_NAMES = {
    STATION_DAY: "派出所·日", STATION_WEEK: "派出所·周", BUREAU_DAY: "全局·日", BUREAU_WEEK: "全局·周",
    BUREAU_HOUR: "全局·小时",
}  # fmt: skip


@dataclass(frozen=True)
class History:
    """Daily counts up to the last complete day.

    rows: the calendar from the first covered day to HORIZON days after the last complete one. counts: measure → days ×
    stations, NaN on days without data. hours: days × 24 valid alerts of the bureau whose hour is known, NaN likewise.
    hours_known: share of recent valid alerts whose hour is known.
    """

    rows: tuple[CalendarRow, ...]
    stations: tuple[str, ...]
    counts: dict[str, Floats]
    hours: Floats
    hours_known: float

    @property
    def length(self) -> int:
        """Number of days up to the last complete one."""
        return len(self.rows) - HORIZON

    @property
    def covered(self) -> int:
        """Number of days that have data."""
        return int((~np.isnan(self.hours[:, 0])).sum())

    @property
    def origin(self) -> date:
        """The last complete day; forecasts are for the days after it."""
        return self.rows[-1][0] - timedelta(days=HORIZON)

    @property
    def ahead(self) -> tuple[date, ...]:
        """The days that are forecast."""
        return tuple(row[0] for row in self.rows[-HORIZON:])


@dataclass(frozen=True)
class Quality:
    """How forecasts of one level did before, over rolling origins (7 days ahead each, nothing of the future known).

    level: one of LEVEL_NAMES; station: "" for all together. wape: of the model that is used; plain_wape without the
    adjustment of the level, naive_wape of the same weekday a week before, year_wape 52 weeks before, floor the lowest
    possible for Poisson counts; shares of the total, NaN where there is nothing to measure. pinball: counts, mean of
    the four quantiles. coverage50, coverage90: shares of counts inside the intervals.
    """

    measure: str
    level: str
    station: str
    model: str
    first_origin: date | None
    last_origin: date | None
    origins: int
    mean: float
    wape: float
    plain_wape: float
    naive_wape: float
    year_wape: float
    floor: float
    mase: float
    pinball: float
    coverage50: float
    coverage90: float

    @property
    def beats_naive(self) -> bool | None:
        """Whether the model was better than repeating last week; None where that was not measured."""
        if math.isnan(self.wape) or math.isnan(self.naive_wape):
            return None
        return self.wape < self.naive_wape
