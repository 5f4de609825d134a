"""How the alerts of a day spread over its hours, by kind of day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.calendar import HOLIDAY, MAKE_UP, CalendarRow
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import PROFILE_DAYS

# The hours of a weekday are drawn towards those of all days as if so many alerts had been seen.
_BELIEVED = 200.0
# Below this share of alerts with a known hour there is no forecast by hour.
HOURS_KNOWN = 0.95


def kinds(rows: Sequence[CalendarRow]) -> NDArray[np.int64]:
    """Return 0 (Monday) to 6 for each day; a holiday counts as a Sunday, a make-up workday as a Wednesday."""
    found = [6 if row[1] == HOLIDAY else 2 if row[1] == MAKE_UP else row[0].weekday() for row in rows]
    return np.array(found, dtype=np.int64)


def profile(hours: Floats, totals: Floats, rows: Sequence[CalendarRow], end: int) -> Floats:
    """Return 7 × 24 shares of a day's alerts by kind of day, from the PROFILE_DAYS before `end`.

    hours: days × 24 alerts with a known hour; totals: all alerts of each day; NaN without data. A row adds up to the
    share of alerts whose hour is known. Without any alert the hours are equal.
    """
    first = max(0, end - PROFILE_DAYS)
    day_kinds = kinds(rows[first:end])
    seen, total = np.nan_to_num(hours[first:end]), np.nan_to_num(totals[first:end])
    if not total.sum() > 0:
        return np.full((7, 24), 1 / 24)
    overall = seen.sum(axis=0) / total.sum()
    by_kind = np.zeros((7, 24))
    np.add.at(by_kind, day_kinds, seen)
    days = np.bincount(day_kinds, weights=total, minlength=7)[:, None]
    shares: Floats = (by_kind + _BELIEVED * overall) / (days + _BELIEVED)
    return shares


def spread(day_means: Floats, shares: Floats, rows: Sequence[CalendarRow]) -> Floats:
    """Return days × 24 expected alerts from the mean of each day and the shares of its kind."""
    out: Floats = day_means[:, None] * shares[kinds(rows)]
    return out
