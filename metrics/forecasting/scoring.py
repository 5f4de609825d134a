"""How good a forecast of counts is: WAPE, MASE, pinball loss, coverage, and the floor that no forecast can beat.

MAPE is left out on purpose: it divides by counts that may be zero and rewards forecasts that are too low.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]

# The quantiles that the 50% and the 90% interval consist of.
LEVELS = (0.05, 0.25, 0.75, 0.95)


def wape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Return Σ|y − f| ÷ Σy; pairs with a NaN are left out, NaN where nothing happened.

    Known answer: y 17, 19, 21 and f 18, 18, 20 → 3 ÷ 57 = .05263.
    """
    y, f = _pairs(actual, forecast)
    total = float(y.sum())
    return float(np.abs(y - f).sum()) / total if total > 0 else math.nan


def mase(actual: ArrayLike, forecast: ArrayLike, scale: float) -> float:
    """Return the mean absolute error in units of `scale` (Hyndman and Koehler 2006); NaN where the scale is 0.

    Below 1 is better than the seasonal naive forecast was in the sample. Known answer: in-sample 10, 12, 14, 13, 15,
    16, 18 with m = 2 has the scale 2.4; y 17, 19, 21 and f 18, 18, 20 → .41667.
    """
    y, f = _pairs(actual, forecast)
    return float(np.abs(y - f).mean()) / scale if scale > 0 and y.size else math.nan


def naive_scale(sample: ArrayLike, season: int) -> float:
    """Return the mean of |y(t) − y(t − season)| along the first axis; NaN values (no data) are left out."""
    values = np.asarray(sample, dtype=float)
    steps = np.abs(values[season:] - values[:-season]) if len(values) > season else np.empty(0)
    steps = steps[~np.isnan(steps)]
    return float(steps.mean()) if steps.size else math.nan


def pinball(actual: ArrayLike, quantile: ArrayLike, level: float) -> float:
    """Return the mean of max(level · (y − q), (level − 1) · (y − q)) (Koenker and Bassett 1978), in counts."""
    y, q = _pairs(actual, quantile)
    return float(np.maximum(level * (y - q), (level - 1) * (y - q)).mean()) if y.size else math.nan


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Return the share of values inside [low, high], both ends included."""
    y, low_end, high_end = (np.asarray(one, dtype=float).ravel() for one in (actual, low, high))
    known = ~(np.isnan(y) | np.isnan(low_end) | np.isnan(high_end))
    inside = (y >= low_end) & (y <= high_end)
    return float(inside[known].mean()) if known.any() else math.nan


def poisson_floor(means: ArrayLike) -> float:
    """Return the lowest WAPE that any forecast can reach where counts are Poisson with these known means.

    Σ E|X − median| ÷ Σ μ, exact: with median m and distribution F, E|X − m| = 2(m·F(m) − μ·F(m − 1)) + μ − m.
    Real counts vary more than Poisson, so the floor is optimistic. NaN where nothing is expected.
    Known answers: .57 → 100%; 13.7 → 21.6%; 34.25 → 13.6%; 96 → 8.1%; 822 → 2.8%.
    """
    mu = np.asarray(means, dtype=float).ravel()
    mu = mu[~np.isnan(mu)]
    if not mu.sum() > 0:
        return math.nan
    median = stats.poisson.ppf(0.5, mu)
    error = 2 * (median * stats.poisson.cdf(median, mu) - mu * stats.poisson.cdf(median - 1, mu)) + mu - median
    return float(error.sum() / mu.sum())


def _pairs(actual: ArrayLike, forecast: ArrayLike) -> tuple[Floats, Floats]:
    y, f = np.asarray(actual, dtype=float).ravel(), np.asarray(forecast, dtype=float).ravel()
    known = ~(np.isnan(y) | np.isnan(f))
    return y[known], f[known]
