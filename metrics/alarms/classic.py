"""The rules that others use, to compare with, and the run lengths that a CUSUM without history is set by.

EARS: Hutwagner et al. (2003). Farrington: Farrington, Andrews, Beale, Catchpole (1996). Run lengths: Brook and Evans
(1972). Known answers are those of the R package surveillance 1.24, to the printed digits (test_alarms_classic).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from metrics import regression
from metrics.alarms.baseline import anscombe

Floats = NDArray[np.float64]

BASELINE_DAYS = 7


def ears_c1(counts: Floats, alpha: float = 0.001) -> Floats:
    """Return the C1 bound of every day (days × series): mean + z·sd of the 7 days before; NaN for the first 7."""
    return _ears_bound(counts, 0, alpha)


def ears_c2(counts: Floats, alpha: float = 0.001) -> Floats:
    """Return the C2 bound of every day: as C1, leaving two days between the 7 days and the day; NaN for the first 9."""
    return _ears_bound(counts, 2, alpha)


def ears_c3(counts: Floats) -> Floats:
    """Return the C3 statistic of every day: Σ max(0, C2 − 1) over the day and the two before, in standard deviations.

    An alarm where it passes 2; NaN for the first 11 days. (R's surveillance leaves the day itself out of the sum.)
    """
    mean, spread = _before(counts, 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        above = np.maximum((counts - mean) / spread - 1, 0)
    out = np.full_like(counts, np.nan)
    out[2:] = above[2:] + above[1:-1] + above[:-2]
    return out


def _ears_bound(counts: Floats, lag: int, alpha: float) -> Floats:
    mean, spread = _before(counts, lag)
    bound: Floats = mean + stats.norm.isf(alpha) * spread
    return bound


def _before(counts: Floats, lag: int) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the 7 days that end `lag` days before the day before."""
    mean, spread = np.full_like(counts, np.nan), np.full_like(counts, np.nan)
    reach = BASELINE_DAYS + lag
    if len(counts) > reach:
        windows = np.lib.stride_tricks.sliding_window_view(counts, BASELINE_DAYS, axis=0)[: len(counts) - reach]
        mean[reach:], spread[reach:] = windows.mean(axis=-1), windows.std(axis=-1, ddof=1)
    return mean, spread


def farrington(weekly: Floats, week: int, years: int, half: int = 3, alpha: float = 0.01, season: int = 52) -> float:
    """Return Farrington's upper bound of one week's count; NaN where the weeks of the years before are not there.

    weekly: counts of consecutive weeks; week: place of the week judged. Reference: the same weeks ± `half` of each of
    the `years` before. Quasi-Poisson on level and linear trend, past outbreaks down-weighted by their Anscombe
    residual, the trend dropped unless significant at 5%, from 3 years, and not extrapolating above what was seen.
    Bound: μ(1 + ⅔ z √(φμ + var μ̂) ÷ μ)^1.5 with z of α/2; 0 with fewer than 5 events in the last 4 weeks.
    Known answer: salmonella.agona, weeks 282–312, b 4, w 3, α .01 → 6.9728, 7.2073, 5.7761, 5.9321 …, alarms 284, 285.
    """
    places = np.array([week - season * year + n for year in range(years, 0, -1) for n in range(-half, half + 1)])
    if places.min() < 0 or np.isnan(weekly[places]).any():
        return math.nan
    if weekly[max(0, week - 3) : week + 1].sum() < 5:
        return 0.0
    counts = weekly[places]
    mean, phi, doubt, p = _reference(counts, np.column_stack([np.ones(len(places)), (places - week) / season]))
    if not (years >= 3 and p < 0.05 and mean <= counts.max()):
        mean, phi, doubt, _ = _reference(counts, np.ones((len(places), 1)))
    spread = math.sqrt(phi * mean + mean**2 * doubt)
    return float(mean * (1 + 2 / 3 * stats.norm.isf(alpha / 2) * spread / mean) ** 1.5)


def _reference(counts: Floats, x: Floats) -> tuple[float, float, float, float]:
    """Return mean, φ, variance of the log mean (both where the trend is 0) and the p value of the trend."""
    y = counts[:, None]
    plain = regression.fit_many(y, x, ridge=0.0)
    means = regression.expected(plain, x)
    hat = means[:, 0] * np.einsum("dj,jk,dk->d", x, plain.covariance[0] / plain.phi[0], x)
    residual = anscombe(y, means, plain.phi)[:, 0] / np.sqrt(1 - hat)
    weights = np.where(residual > 1, np.maximum(residual, 1) ** -2.0, 1.0)
    fit = regression.fit_many(y, x, weights * len(weights) / weights.sum(), ridge=0.0)
    trend = fit.coefficients[-1, 0] / math.sqrt(fit.covariance[0, -1, -1]) if x.shape[1] > 1 else 0.0
    p = float(2 * stats.t.sf(abs(trend), len(counts) - x.shape[1]))
    return math.exp(fit.coefficients[0, 0]), float(fit.phi[0]), float(fit.covariance[0, 0, 0]), p


def normal_run_length(allowance: float, threshold: float, shift: float = 0.0, sides: int = 1) -> float:
    """Return the average run length until a CUSUM of N(shift, 1) residuals passes `threshold`.

    The CUSUM's integral equation by Gauss–Legendre quadrature; two sides combine as 1/L = 1/L⁺ + 1/L⁻. Known answers
    (two-sided, k .5): h 4 → 167.68; h 5 → 465.44.
    """
    if sides == 2:
        up, down = (normal_run_length(allowance, threshold, sign * shift) for sign in (1, -1))
        return 1 / (1 / up + 1 / down)
    nodes, widths = np.polynomial.legendre.leggauss(60)
    at, widths = (nodes + 1) * threshold / 2, widths * threshold / 2
    drift = shift - allowance
    # From 0 or from each node: to 0 again, and to each node.
    starts = np.concatenate([[0.0], at])
    to_zero = stats.norm.cdf(-starts - drift)
    to_nodes = stats.norm.pdf(at[None, :] - starts[:, None] - drift) * widths
    chain = np.column_stack([to_zero, to_nodes])
    return float(np.linalg.solve(np.eye(len(starts)) - chain, np.ones(len(starts)))[0])


def poisson_run_length(mean: float, allowance: float, threshold: float) -> float:
    """Return the average run length until an upper CUSUM of Poisson counts reaches `threshold`.

    Markov chain over the multiples of the steps; allowance and threshold in tenths. Known answers (mean, k, h):
    (1.5, 2.5, 5) → 519.37; (2, 3, 3) → 37.46.
    """
    step = 10 // math.gcd(10, round(allowance * 10), round(threshold * 10))
    states, cost = round(threshold * step), round(allowance * step)
    chain = np.zeros((states, states))
    highest = (states + cost) // step + 1
    for state in range(states):
        for count in range(highest + 1):
            after = max(0, state + count * step - cost)
            if after < states:
                chain[state, after] += stats.poisson.pmf(count, mean)
    return float(np.linalg.solve(np.eye(states) - chain, np.ones(states))[0])


def threshold_of_run_length(days: float, allowance: float) -> float:
    """Return the threshold at which a CUSUM of normal residuals runs `days` steps on average, one-sided (tenths)."""
    low, high = 1.0, 30.0
    while high - low > 0.05:
        middle = (low + high) / 2
        low, high = (middle, high) if normal_run_length(allowance, round(middle, 2)) < days else (low, middle)
    return round(high, 1)
