"""Rolling origins: the forecasts that would have been made each week, beside what then happened.

Every origin knows only the days before it; the regression is learnt anew every four weeks, the level every week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.forecasting import daily, hourly
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import (
    BUREAU_DAY,
    BUREAU_HOUR,
    BUREAU_WEEK,
    HORIZON,
    STATION_DAY,
    STATION_WEEK,
    History,
)  # fmt: skip

# Days with data before the first origin; with less nothing is tested and nothing is chosen.
LEAST_DAYS = 56
REFIT_ORIGINS = 4
_YEAR_BACK = 364
_ALL = (*daily.HALF_LIVES, daily.SHORT_HALF_LIFE)


@dataclass(frozen=True)
class Rolled:
    """What was forecast and what came, origins × days × columns (stations, the bureau, or its 24 hours).

    actual: NaN where the day or the one a week before has no data. forecasts: half-life → means. naive, year: counts of
    7 and 364 days before.
    """

    origins: tuple[int, ...]
    actual: Floats
    forecasts: dict[int | None, Floats]
    naive: Floats
    year: Floats

    def part(self, first: int, last: int | None = None) -> Rolled:
        """Return some of the origins."""
        cut = slice(first, last)
        forecasts = {half_life: means[cut] for half_life, means in self.forecasts.items()}
        return Rolled(self.origins[cut], self.actual[cut], forecasts, self.naive[cut], self.year[cut])

    def summed(self, axis: int) -> Rolled:
        """Return the sums over days (axis 1, weeks) or over columns (axis 2, the bureau)."""
        forecasts = {key: means.sum(axis=axis, keepdims=True) for key, means in self.forecasts.items()}
        actual, naive, year = (one.sum(axis=axis, keepdims=True) for one in (self.actual, self.naive, self.year))
        return Rolled(self.origins, actual, forecasts, naive, year)


def origins(history: History, wanted: int) -> tuple[int, ...]:
    """Return up to `wanted` weekly origins, the last a week before the end; each has LEAST_DAYS to learn from."""
    has_data = ~np.isnan(history.hours[:, 0])
    places = [history.length - HORIZON * back for back in range(wanted, 0, -1)]
    return tuple(
        place for place in places if place > 0 and has_data[:place][-daily.LEARNING_DAYS :].sum() >= LEAST_DAYS
    )


def roll(history: History, measure: str, places: Sequence[int]) -> tuple[dict[str, Rolled], list[dict[str, Floats]]]:
    """Return the forecasts of all origins at every level, and of each origin the noise that its learning found.

    Hours only of valid alerts, where they are known.
    """
    counts = history.counts[measure]
    totals = counts.sum(axis=1)
    by_day: dict[int | None, list[Floats]] = {half_life: [] for half_life in _ALL}
    by_hour: dict[int | None, list[Floats]] = {half_life: [] for half_life in _ALL}
    noise = []
    for number, place in enumerate(places):
        if number % REFIT_ORIGINS == 0:
            baseline = daily.learn(counts, history.rows, place)
        noise.append(baseline.noise)
        shares = hourly.profile(history.hours, totals, history.rows, place)
        for half_life in _ALL:
            means = daily.ahead(counts, baseline, place, half_life)
            by_day[half_life].append(means)
            rows = history.rows[place : place + HORIZON]
            by_hour[half_life].append(hourly.spread(means.sum(axis=1), shares, rows))
    days = _rolled(counts, places, by_day)
    bureau = days.summed(2)
    levels = {STATION_DAY: days, STATION_WEEK: days.summed(1), BUREAU_DAY: bureau, BUREAU_WEEK: bureau.summed(1)}
    if measure == "valid" and history.hours_known >= hourly.HOURS_KNOWN:
        levels[BUREAU_HOUR] = _rolled(history.hours, places, by_hour)
    return levels, noise


def _rolled(counts: Floats, places: Sequence[int], means: dict[int | None, list[Floats]]) -> Rolled:
    actual, naive, year = (
        np.stack([_week(counts, place - back) for place in places]) for back in (0, HORIZON, _YEAR_BACK)
    )
    actual = np.where(np.isnan(naive), np.nan, actual)
    forecasts = {half_life: np.stack(found) for half_life, found in means.items()}
    return Rolled(tuple(places), actual, forecasts, naive, year)


def _week(counts: Floats, first: int) -> Floats:
    """Return the HORIZON days from `first`, NaN before the history begins."""
    if first < 0:
        return np.full((HORIZON, counts.shape[1]), np.nan)
    return counts[first : first + HORIZON]
