"""The values that forecasts are made of and made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from metrics.forecasting.scoring import Floats

# The name under which the sum of all stations appears.
BUREAU = "全局"
HORIZON = 7
WEEK_HOURS = 24 * HORIZON
MEASURES = {"valid": "有效警情", "crime": "刑事和治安警情"}


@dataclass(frozen=True)
class History:
    """Daily counts up to the last complete day.

    days: every day from the first covered one to the last complete one, without gaps. counts: measure → days × series,
    NaN on days without data. hours: days × 24 valid alerts of the whole bureau whose hour is known, NaN likewise.
    hours_known: share of recent valid alerts whose hour is known.
    """

    days: tuple[date, ...]
    stations: tuple[str, ...]
    counts: dict[str, Floats]
    hours: Floats
    hours_known: float

    @property
    def covered(self) -> int:
        """Number of days that have data."""
        return int((~np.isnan(self.hours[:, 0])).sum()) if self.days else 0

    @property
    def origin(self) -> date:
        """The last complete day; forecasts are for the days after it."""
        return self.days[-1]

    @property
    def ahead(self) -> tuple[date, ...]:
        """The days that are forecast."""
        return tuple(self.origin + timedelta(days=n) for n in range(1, HORIZON + 1))
