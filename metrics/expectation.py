"""What the eight weeks before lead to expect of a period, weekday by weekday."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import special

from metrics.compare import band
from metrics.periods import REFERENCE_DAYS, Window

WEEKS = REFERENCE_DAYS // 7
# Beyond this length the weeks before say less than the same dates a year before.
LONGEST_DAYS = 31
_USUAL = (0.005, 0.995)


def weekday_weights(window: Window) -> dict[int, float]:
    """Return how many days of each ISO weekday a window holds; a part of a day counts as that part."""
    weights: dict[int, float] = {}
    for day in window.dates():
        midnight = datetime.combine(day, time())
        start, end = max(window.start, midnight), min(window.end, midnight + timedelta(days=1))
        share = (end - start) / timedelta(days=1)
        weights[day.isoweekday()] = weights.get(day.isoweekday(), 0.0) + share
    return weights


def of_weekday_totals(totals: Mapping[int, float], weights: Mapping[int, float]) -> float:
    """Return the expected count of a window from the totals of each weekday over the eight weeks before."""
    return sum(totals.get(weekday, 0.0) / WEEKS * share for weekday, share in weights.items())


def daily(days: Sequence[date], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected value of each day: the mean of its weekday in the eight weeks before, NaN where they are
    not all there."""
    by_day = dict(zip(days, values, strict=True))
    return np.array([_mean_before(by_day, day) for day in days], dtype=float)


def _mean_before(by_day: Mapping[date, float], day: date) -> float:
    before = [by_day.get(day - timedelta(days=7 * week)) for week in range(1, WEEKS + 1)]
    known = [value for value in before if value is not None and value == value]
    return float(np.mean(known)) if len(known) == WEEKS else math.nan


@dataclass(frozen=True)
class WeeklyBand:
    """A weekly series with the band in which each week was expected; None where the eight weeks before are not all
    there. outside: −1 below the band, 1 above it, 0 in it, None where there is no count or no band."""

    weeks: list[date]
    counts: list[float | None]
    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]
    outside: list[int | None]


def weekly_band(weeks: Sequence[date], counts: NDArray[np.float64], phi: float = 1.0) -> WeeklyBand:
    """Return the band (√m ± 1.5 √φ)² of each week, m the mean of the eight weeks before it.

    weeks: first days, in any gaps; counts: of whole weeks, NaN for a week that is not wholly elapsed or covered. phi:
    overdispersion of weekly counts. √ makes the spread of a Poisson count ½ whatever its mean; with the error of m it
    is ½ √(1 + 1/8), so that 0.5% of quiet weeks fall outside (m ≥ 10). Known answer: m 100 gives 72.25–132.25.
    """
    by_week = dict(zip(weeks, counts, strict=True))
    found = WeeklyBand(list(weeks), [], [], [], [], [])
    for week, count in by_week.items():
        mean = _mean_before(by_week, week)
        value = float(count) if count == count else None
        low, high = (None, None) if math.isnan(mean) else band(mean, phi)
        found.counts.append(value)
        found.mean.append(None if math.isnan(mean) else mean)
        found.low.append(low)
        found.high.append(high)
        found.outside.append(_side(value, low, high))
    return found


def _side(value: float | None, low: float | None, high: float | None) -> int | None:
    if value is None or low is None or high is None:
        return None
    return int(value > high) - int(value < low)


def usual_range(mean: float, phi: float = 1.0) -> tuple[int, int]:
    """Return the central 99% range of a count with this mean and variance φ × mean (negative binomial)."""
    if mean <= 0:
        return 0, 0
    if phi <= 1.001:
        low, high = (_least(special.pdtrik(p, mean), lambda n: special.pdtr(n, mean), p) for p in _USUAL)
    else:
        r, q = mean / (phi - 1), 1 / phi
        low, high = (_least(special.nbdtrik(p, r, q), lambda n: special.betainc(r, n + 1, q), p) for p in _USUAL)
    return low, high


def _least(estimate: float, cdf: Callable[[int], float], p: float) -> int:
    """Return the least count at which a distribution function reaches p, from an estimate on the real line."""
    n = max(0, math.ceil(estimate) - 1)
    while n > 0 and cdf(n - 1) >= p:
        n -= 1
    while cdf(n) < p:
        n += 1
    return n


def busiest_hours(counts: Mapping[int, float], width: int = 4, share: float = 0.5) -> tuple[int, int] | None:
    """Return (first hour, hour after the last) of the `width` hours that hold at least `share` of the events."""
    total = sum(counts.values())
    if total < 4:
        return None
    best = max(range(24), key=lambda first: sum(counts.get((first + n) % 24, 0.0) for n in range(width)))
    held = sum(counts.get((best + n) % 24, 0.0) for n in range(width))
    return (best, (best + width) % 24) if held >= share * total else None
