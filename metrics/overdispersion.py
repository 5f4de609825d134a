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

from metrics.periods import REFERENCE_DAYS

# Fewer days than three weeks leave two per weekday, and φ to chance.
FEWEST_DAYS = 21
ENOUGH_PER_DAY = 1.0
Row = Mapping[str, Any]


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
    days = frame["day"]
    before = frame[(days < first) & (days >= first - timedelta(days=REFERENCE_DAYS))]
    if before["day"].nunique() < FEWEST_DAYS:
        return Spread(tuple(by))
    groups = before.assign(weekday_=[day.isoweekday() for day in before["day"]], all_=0)
    found = Spread(tuple(by), is_known=True)
    for metric in metrics:
        rows = _pearson(groups, list(by) or ["all_"], metric)
        sparse = rows[rows["mean"] < ENOUGH_PER_DAY]
        found.whole[metric] = _phi(rows["pearson"].sum(), rows["freedom"].sum())
        found.shared[metric] = _phi(sparse["pearson"].sum(), sparse["freedom"].sum())
        for key, row in rows[rows["mean"] >= ENOUGH_PER_DAY].iterrows():
            found.own[metric, _key(key) if by else ()] = _phi(row["pearson"], row["freedom"])
    return found


def _pearson(groups: pd.DataFrame, names: list[str], metric: str) -> pd.DataFrame:
    """Return Pearson's χ², its degrees of freedom and the mean per day of each row."""
    values = pd.to_numeric(groups[metric]).astype("float64")
    listed = groups[[*names, "weekday_"]].assign(n=values, square=values**2).dropna(subset=["n"])
    grouped = listed.groupby([*names, "weekday_"], sort=False)
    cells = grouped.agg(n=("n", "sum"), square=("square", "sum"), days=("n", "size"))
    seen = cells["n"] > 0
    mean = (cells["n"] / cells["days"]).where(seen, 1.0)
    cells["pearson"] = ((cells["square"] - cells["n"] ** 2 / cells["days"]) / mean).where(seen, 0.0)
    cells["freedom"] = (cells["days"] - 1).where(seen, 0)
    rows = cells.groupby(level=list(range(len(names))), sort=False).sum()
    rows["mean"] = rows["n"] / rows["days"]
    return rows


def _phi(pearson: float, freedom: float) -> float:
    return float(np.maximum(1.0, pearson / freedom)) if freedom > 0 else 1.0


def _key(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)
