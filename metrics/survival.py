"""How long things take when some are not over yet: median, P90 and share within a target, open ones censored.

Sources: Kaplan and Meier (1958) with Greenwood's variance, through statsmodels' SurvfuncRight; interval of a quantile
by inverting the log-transformed test (Brookmeyer and Crowley 1982); of a complete sample by order statistics.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from metrics.compare import wilson

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# S(t) comes from a product of fractions; a step that reaches the quantile exactly must count as reached.
_EXACT = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A value with its 95% interval; None where the data do not reach that far."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Durations:
    """What can be said of n durations of which `open` are not over yet; within: share up to the goal, in %."""

    n: int
    open: int
    median: Estimate
    p90: Estimate
    within: Estimate


UNKNOWN = Estimate(None, None, None)


def durations(lengths: Floats, over: Bools, goal: float | Floats | None = None) -> Durations:
    """Return median, P90 and share within `goal`, in the unit of `lengths`.

    lengths: how long each took, or has taken up to now where `over` is false. goal: one for all, or one for each (then
    the share is that of lengths ÷ goal up to 1). Assumes that being open now says nothing
    about how long it will still take. Known answer: NCCTG lung cancer data: median 310, interval 285–363.
    """
    usable = np.isfinite(lengths) & (lengths >= 0)
    if isinstance(goal, np.ndarray):
        share = durations((lengths / goal)[usable], over[usable], 1.0).within
        return replace(durations(lengths, over), within=share)
    lengths, over = lengths[usable], over[usable]
    unfinished = int((~over).sum())
    if not over.any():
        return Durations(int(lengths.size), unfinished, UNKNOWN, UNKNOWN, UNKNOWN)
    if not unfinished:
        ordered = np.sort(lengths)
        quantiles = [of_complete(ordered, share) for share in (0.5, 0.9)]
        within = _share_within(ordered, goal)
    else:
        curve = _Curve.of(lengths, over)
        quantiles = [curve.quantile(share) for share in (0.5, 0.9)]
        within = curve.within(goal)
    return Durations(int(lengths.size), unfinished, quantiles[0], quantiles[1], within)


def of_complete(ordered: Floats, share: float) -> Estimate:
    """Return the smallest value that `share` of a sorted, complete sample does not exceed, with its interval."""
    low, high = order_ranks(ordered.size, share)
    place = int(np.ceil(share * ordered.size - _EXACT))
    return Estimate(
        float(ordered[max(place, 1) - 1]),
        float(ordered[low - 1]) if low else None,
        float(ordered[high - 1]) if high else None,
    )


def order_ranks(n: int, share: float = 0.9) -> tuple[int | None, int | None]:
    """Return the ranks (1 is the smallest) of the values that hold a quantile with at least 95% certainty.

    Binomial, no assumption on the distribution; None where n is too small for an end. Known answer: P90 of 100 values:
    ranks 84 to 96.
    """
    low, high = (int(end) for end in stats.binom.ppf([0.025, 0.975], n, share))
    return (low if low >= 1 else None), (high + 1 if high + 1 <= n else None)


def _share_within(ordered: Floats, goal: float | None) -> Estimate:
    if goal is None:
        return UNKNOWN
    return _percent(float((ordered <= goal).mean()), ordered.size)


def _percent(share: float, n: float) -> Estimate:
    low, high = wilson(share, n)
    # Rounding must not put the share itself outside.
    return Estimate(100 * share, 100 * min(max(0.0, low), share), 100 * max(min(1.0, high), share))


@dataclass(frozen=True)
class _Curve:
    """The share still open at each time at which something ended, its standard error and how many were at risk."""

    times: Floats
    open: Floats
    error: Floats
    at_risk: Floats
    limits: tuple[tuple[float, float], tuple[float, float]]

    @classmethod
    def of(cls, lengths: Floats, over: Bools) -> _Curve:
        from statsmodels.duration.survfunc import SurvfuncRight

        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)
            curve = SurvfuncRight(lengths, over.astype(int))
            limits = [curve.quantile_ci(share, 0.05, method="log") for share in (0.5, 0.9)]
        arrays = [np.asarray(one, dtype=float) for one in (curve.surv_times, curve.surv_prob, curve.surv_prob_se)]
        at_risk = np.asarray(curve.n_risk, dtype=float)
        return cls(arrays[0], arrays[1], arrays[2], at_risk, (limits[0], limits[1]))

    def quantile(self, share: float) -> Estimate:
        """Return the first time at which at most 1 − share are still open."""
        reached = np.flatnonzero(self.open <= 1 - share + _EXACT)
        low, high = self.limits[0 if share == 0.5 else 1]
        value = float(self.times[reached[0]]) if reached.size else None
        if value is not None and np.isnan(low) and np.isnan(high):
            # So many at once that the curve steps over the whole interval.
            return Estimate(value, value, value)
        return Estimate(value, _finite(low), _finite(high))

    def within(self, goal: float | None) -> Estimate:
        """Return the share over by `goal`; Wilson interval of the sample size that Greenwood stands for."""
        if goal is None:
            return UNKNOWN
        place = int(np.searchsorted(self.times, goal, side="right")) - 1
        if place < 0:
            return _percent(0.0, float(self.at_risk[0]))
        left, error = float(self.open[place]), float(self.error[place])
        if left * (1 - left) > 0 and error > 0:
            return _percent(1 - left, left * (1 - left) / error**2)
        return _percent(1 - left, float(self.at_risk[place]))


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
