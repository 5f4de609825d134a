"""Levels per 10,000 people and year: rates by empirical Bayes, and harm as a weighted sum with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from metrics import smallnumbers
from metrics.heat.values import ABOVE, AROUND, BELOW, Floats, Level

PER = 10_000 * 365
_VERDICTS = {
    smallnumbers.HIGH: ABOVE, smallnumbers.VERY_HIGH: ABOVE, smallnumbers.LOW: BELOW, smallnumbers.VERY_LOW: BELOW,
}  # fmt: skip


def rates(counts: Sequence[float], exposure: Sequence[float | None]) -> tuple[list[Level | None], float | None]:
    """Return each place's empirical-Bayes rate with the interval of its posterior, and the common rate.

    exposure: person-days, None where the population is not known. The verdict is that of the funnel (95% limits,
    widened by overdispersion), which holds a place against chance and not against its neighbours' mean alone.
    """
    common = _common(counts, exposure)
    found: list[Level | None] = []
    for place in smallnumbers.places(list(counts), list(exposure), PER):
        shrunk, own = place.shrunk, place.rate
        if shrunk.value is None or shrunk.low is None or shrunk.high is None or own.value is None:
            found.append(None)
        else:
            verdict = _VERDICTS.get(place.verdict, AROUND)
            found.append(Level(shrunk.value, shrunk.low, shrunk.high, own.value, _times(shrunk.value, common), verdict))
    return found, common


def harms(
    counts: Sequence[Mapping[str, float]], weights: Mapping[str, float], exposure: Sequence[float | None]
) -> tuple[list[Level | None], float | None]:
    """Return Σ count × weight per 10,000 people and year with its 95% interval, and the bureau's.

    counts: by category, one mapping per place; categories without weight do not enter. A place is 高于全局 when its
    whole interval lies above the bureau's level, 低于全局 when it lies below.
    """
    sums = [sum(n * weights[name] for name, n in one.items() if name in weights) for one in counts]
    common = _common(sums, exposure)
    largest = max(weights.values(), default=0.0)
    found: list[Level | None] = []
    for one, total, people in zip(counts, sums, exposure, strict=True):
        if not people or common is None:
            found.append(None)
            continue
        pairs = [(n, weights[name]) for name, n in one.items() if name in weights]
        ends = weighted_interval(np.array([n for n, _ in pairs]), np.array([w for _, w in pairs]), largest)
        low, high = (PER * end / people for end in ends)
        verdict = ABOVE if low > common else BELOW if high < common else AROUND
        value = PER * total / people
        found.append(Level(value, low, high, value, _times(value, common), verdict))
    return found, common


def _common(counts: Sequence[float], exposure: Sequence[float | None]) -> float | None:
    """Return the level of all places with a known exposure together; None without any."""
    known = [(count, people) for count, people in zip(counts, exposure, strict=True) if people]
    people = sum(people for _, people in known)
    return PER * sum(count for count, _ in known) / people if people else None


def _times(value: float, common: float | None) -> float:
    return value / common if common else 1.0


def weighted_interval(counts: Floats, weights: Floats, largest: float) -> tuple[float, float]:
    """Return the 95% interval of a weighted sum of Poisson counts, by gamma approximation (Fay and Feuer 1997).

    largest: the largest weight that could have occurred; it carries the upper end where nothing happened. Assumes
    independent Poisson counts and known weights. Known answer: with all weights 1 it is the exact Poisson interval
    (5 → 1.624–11.668; 0 → 0–3.689).
    """
    total, variance = float((counts * weights).sum()), float((counts * weights**2).sum())
    low = 0.0 if total == 0 else variance / (2 * total) * float(stats.chi2.ppf(0.025, 2 * total**2 / variance))
    above, spread = total + largest, variance + largest**2
    if above == 0:
        return 0.0, 0.0
    return low, spread / (2 * above) * float(stats.chi2.ppf(0.975, 2 * above**2 / spread))
