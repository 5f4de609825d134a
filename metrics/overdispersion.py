"""Overdispersion φ of the counts that are compared: how much more they vary from day to day than chance alone.

One path for every page: φ is estimated from the daily series of the eight weeks before the period (or as much of it as
has data), so that what happens in the period never widens its own limits. A row with at least one event a day on
average has its own φ; rows with less share one, since a single sparse series tells too little.

φ = Σ (n − m)² / m ÷ degrees of freedom, m the mean of the row's weekday; at least 1 (McCullagh and Nelder 1989, 4.5).
Assumes days that are independent of each other and no trend within the eight weeks. It does not cover that whole
seasons differ from year to year. Hours and other parts of days get the φ of whole days: cautious, never too bold.
Known answer: one weekday's counts 2, 4, 6 (m 4, χ² 2, 2 degrees of freedom) make φ 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from metrics.periods import REFERENCE_DAYS

# Fewer days than three weeks leave two per weekday, and φ to chance.
FEWEST_DAYS = 21
ENOUGH_PER_DAY = 1.0
Row = Mapping[str, Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """φ by (metric, row of `by`); `shared` by metric for rows with too little of their own, `whole` over all rows.

    is_known: whether there were at least three weeks of days to estimate it from; without, every φ is 1.
    """

    by: tuple[str, ...] = ()
    own: dict[tuple[str, tuple[Any, ...]], float] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    is_known: bool = False

    def of(self, metric: str, row: Row) -> float:
        """Return φ of a metric in a row that has the dimensions `by`, and perhaps more."""
        key = tuple(row.get(name) for name in self.by)
        return self.own.get((metric, key), self.shared.get(metric, 1.0))


def spread(frame: pd.DataFrame, by: Sequence[str], metrics: Sequence[str], first: date) -> Spread:
    """Return φ from a frame with a column `day`, the dimensions `by` and one column per metric.

    first: the first day of the period; days from eight weeks before it up to the day before count, and of these those
    that the frame has: days without data must not be in it, days without events must be in it as 0.
    """
    places, days = pd.factorize(frame["day"])
    before = np.array([first - timedelta(days=REFERENCE_DAYS) <= day < first for day in days], dtype=bool)
    if before.sum() < FEWEST_DAYS:
        return Spread(tuple(by))
    weekdays = np.array([day.isoweekday() for day in days], dtype=np.int64)[places]
    numbers, keys = _rows(frame, by)
    inside = before[places] & (numbers >= 0)
    cells = (numbers * _WEEKDAYS + weekdays)[inside]
    found = Spread(tuple(by), is_known=True)
    for metric in metrics:
        values = frame[metric].to_numpy(dtype="float64", na_value=np.nan)[inside]
        pearson, freedom, mean = _pearson(cells, values, len(keys))
        sparse, own = mean < ENOUGH_PER_DAY, mean >= ENOUGH_PER_DAY
        found.whole[metric] = _phi(pearson.sum(), freedom.sum())
        found.shared[metric] = _phi(pearson[sparse].sum(), freedom[sparse].sum())
        for number in np.flatnonzero(own):
            found.own[metric, keys[number]] = _phi(pearson[number], freedom[number])
    return found


def rolling(values: Floats) -> Floats:
    """Return φ of each of a run of days from the eight weeks before it, as spread() has it for a period of that day.

    values: counts of consecutive days, NaN without data; same shape. 1 after fewer than three weeks of days.
    """
    if not values.size:
        return np.zeros(0)
    padded = np.concatenate([np.full(REFERENCE_DAYS, np.nan), values])[:-1]
    weeks = sliding_window_view(padded, REFERENCE_DAYS).reshape(len(values), -1, 7)
    days = (~np.isnan(weeks)).sum(axis=1)
    total, square = np.nansum(weeks, axis=1), np.nansum(weeks**2, axis=1)
    seen = total > 0
    pearson = np.where(seen, square * days / np.where(seen, total, 1.0) - total, 0.0).sum(axis=1)
    freedom = np.where(seen, days - 1, 0).sum(axis=1)
    known = (freedom > 0) & (days.sum(axis=1) >= FEWEST_DAYS)
    return np.where(known, np.maximum(1.0, pearson / np.where(known, freedom, 1)), 1.0)


# Places for the weekdays of a row: 1 to 7, so that 0 stays empty.
_WEEKDAYS = 8


def _rows(frame: pd.DataFrame, by: Sequence[str]) -> tuple[Ints, list[tuple[Any, ...]]]:
    """Return for each line of a frame the number of its row, −1 where a dimension is missing, and the rows' keys."""
    numbers, keys = np.zeros(len(frame), dtype=np.int64), [()]
    for name in by:
        places, values = pd.factorize(frame[name])
        missing = (numbers < 0) | (places < 0)
        seen, numbers = np.unique(numbers * len(values) + places, return_inverse=True)
        # A pair with a missing part may fall on any number; its lines are marked and never counted.
        keys = [(*keys[pair // len(values)], values[pair % len(values)]) if pair >= 0 else () for pair in seen.tolist()]
        numbers = np.where(missing, -1, numbers)
    return numbers, keys


def _pearson(cells: Ints, values: Floats, rows: int) -> tuple[Floats, Floats, Floats]:
    """Return Pearson's χ², its degrees of freedom and the mean per day of each row, NaN for one without any day.

    cells: number of the row × 8 + weekday of each value; NaN values are days without data.
    """
    known = ~np.isnan(values)
    size, cells, values = rows * _WEEKDAYS, cells[known], values[known]
    days = np.bincount(cells, minlength=size).astype(float)
    total = np.bincount(cells, values, minlength=size)
    square = np.bincount(cells, values**2, minlength=size)
    seen = total > 0
    count = np.where(seen, total, 1.0)
    # Σ (n − m)² / m of a weekday with mean m = total ÷ days.
    pearson = np.where(seen, square * days / count - total, 0.0)
    freedom = np.where(seen, days - 1, 0.0)
    with np.errstate(invalid="ignore"):
        mean = total.reshape(rows, _WEEKDAYS).sum(axis=1) / days.reshape(rows, _WEEKDAYS).sum(axis=1)
    return pearson.reshape(rows, _WEEKDAYS).sum(axis=1), freedom.reshape(rows, _WEEKDAYS).sum(axis=1), mean


def _phi(pearson: float, freedom: float) -> float:
    return float(np.maximum(1.0, pearson / freedom)) if freedom > 0 else 1.0
