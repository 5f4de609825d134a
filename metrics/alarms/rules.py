"""The two rules, sudden and creeping, as scores of every day: how unlikely a count is, and what small rises add up to.

Both are kept for single days and for sliding weeks; a series takes one of them (see `Scores`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from metrics import regression
from metrics.alarms.baseline import Baseline

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WEEK = 7
# Series with a lower daily mean are judged by weeks.
WEEKLY_BELOW = 1.0
# Allowance of the CUSUM: half a standard deviation is best for rises of one (Page 1954; Hawkins and Olwell 1998).
ALLOWANCE = 0.5
# A CUSUM stops at this multiple of its threshold, so that a long rise is not announced for months after its end.
CAP = 2.0


@dataclass(frozen=True)
class Windows:
    """Counts of a day, or of the seven days that end with it, against what was expected; days × series.

    phi: variance ÷ expected, with the doubt about the level. sudden: z with P(N > z) = P(count ≥ observed). residual:
    (observed − expected) ÷ √variance. NaN on days without data or model.
    """

    observed: Floats
    expected: Floats
    phi: Floats
    sudden: Floats
    residual: Floats


@dataclass(frozen=True)
class Scores:
    """What the rules look at, days × series; is_weekly: one per series."""

    day: Windows
    week: Windows
    is_weekly: Bools
    sudden: Floats
    residual: Floats


def weekly_series(baseline: Baseline) -> Bools:
    """Return which series have a mean below 1 a day, by the first model, so that the answer never changes midway."""
    first = baseline.expected[baseline.first : baseline.first + 31]
    return np.asarray(np.nanmean(first, axis=0) < WEEKLY_BELOW)


def scores(counts: Floats, baseline: Baseline, is_weekly: Bools) -> Scores:
    """Return the scores of counts (days × series) against their baseline.

    Sudden: daily series are asked about the day and about the seven days that end with it, and the more unlikely one
    counts; weekly series about the seven days. Creeping: the standardised residual of the day or of the week.
    """
    day, week = windows(counts, baseline, 1), windows(counts, baseline, WEEK)
    sudden = np.where(is_weekly, week.sudden, np.fmax(day.sudden, week.sudden))
    return Scores(day, week, is_weekly, sudden, np.where(is_weekly, week.residual, day.residual))


def windows(counts: Floats, baseline: Baseline, days: int) -> Windows:
    """Return the windows of `days` days that end with each day; a day without data makes its windows NaN.

    A new count is negative binomial with variance Σ φμ + (Σ μ)²·doubt: the doubt about the level is the same on all
    days of a window, so it grows with the square of the sum.
    """
    observed, expected = _sums(counts, days), _sums(baseline.expected, days)
    variance = _sums(baseline.phi * baseline.expected, days) + expected**2 * baseline.doubt
    phi = variance / expected
    known = ~(np.isnan(observed) | np.isnan(expected))
    sudden = np.full_like(observed, np.nan)
    chance = regression.tail(observed[known], expected[known], phi[known])
    sudden[known] = -special.ndtri(np.clip(chance, 1e-300, 1 - 1e-16))
    return Windows(observed, expected, phi, sudden, (observed - expected) / np.sqrt(variance))


def _sums(values: Floats, days: int) -> Floats:
    return values if days == 1 else sliding(values)


def sliding(values: Floats) -> Floats:
    """Return the sum of the seven days that end with each day; NaN where one is not known."""
    out = np.full_like(values, np.nan)
    if len(values) >= WEEK:
        out[WEEK - 1 :] = np.lib.stride_tricks.sliding_window_view(values, WEEK, axis=0).sum(axis=-1)
    return out


def cusum(residual: Floats, is_weekly: Bools, top: Floats, allowance: float = ALLOWANCE) -> Floats:
    """Return the upper CUSUM of every day: C = max(0, C before + residual − allowance), at most `top` (days or scalar).

    C before is that of the day before; for weekly series that of the same weekday a week before, so that each of the
    seven chains adds up weeks that do not overlap. A day without data carries its value on.
    """
    out = np.zeros_like(residual)
    limit = np.broadcast_to(top, (len(residual),))
    for day in range(len(residual)):
        yesterday = out[day - 1] if day else 0.0
        before = np.where(is_weekly, out[day - WEEK], yesterday) if day >= WEEK else np.where(is_weekly, 0.0, yesterday)
        step = np.nan_to_num(residual[day] - allowance, nan=0.0)
        out[day] = np.clip(before + step, 0.0, limit[day])
    return out


def episodes(signals: Bools, gap: int) -> Bools:
    """Return the days on which an alarm begins: a signal without another one in the `gap` days before."""
    running = np.vstack([np.zeros((1, signals.shape[1]), dtype=np.int64), np.cumsum(signals, axis=0)])
    day = np.arange(len(signals))
    recent = running[day] - running[np.maximum(day - gap, 0)]
    begins: Bools = signals & (recent == 0)
    return begins
