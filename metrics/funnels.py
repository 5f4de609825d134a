"""Stations around a common share or ratio: limits by sample size instead of a league table.

Proportions (3 日立案率) have binomial limits, ratios that may pass 100% (破案率) Poisson ones: quantiles of the
mid-p distribution function F(r) − ½ P(R = r), interpolated, so that a place lies outside exactly when its mid-p says
so: 1 of 1 is never remarkable. Both are widened by √φ, φ the mean square of the winsorised z of all places
(Spiegelhalter 2005). Known answers: one of one at a common 88%: no upper limit; 100 at 50%: 40.15% to 59.85%.
The common value is that of all cases, those of no registered station and of stations without a sample too: the number
that the key figure of the same filter shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from metrics.compare import poisson_interval, wilson
from metrics.definitions import UNREGISTERED
from metrics.model import Metric
from metrics.smallnumbers import CONTROL, WARNING, Floats, Limits, overdispersion, position

# Fewer places than these give no distribution to stand in.
LEAST = 4
# A share of fewer cases than these says nothing of its place, however far it lies.
LEAST_SAMPLE = 5
# Points of a limit curve.
STEPS = 40
# Code, name, top, n.
Row = tuple[str, str, float, float]


@dataclass(frozen=True)
class Spot:
    """One place: top of n, its value in the metric's unit with its 95% interval, and where that lies in the funnel.

    verdict: "" where there is no funnel or the sample is below LEAST_SAMPLE.
    """

    code: str
    name: str
    top: float
    n: float
    value: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Curve:
    """The limits of a share at one sample size, in the metric's unit."""

    n: float
    warning: Limits
    control: Limits


@dataclass(frozen=True)
class Funnel:
    """Places with a sample around their common value, top of n (None without any), in the metric's unit.

    curves: from LEAST_SAMPLE on; none below LEAST places with such samples. left_out: places without a sample.
    """

    metric: Metric
    mean: float | None
    top: float
    n: float
    phi: float
    spots: tuple[Spot, ...]
    curves: tuple[Curve, ...]
    left_out: int


def funnel(metric: Metric, rows: Sequence[Row]) -> Funnel:
    """Return the funnel of (code, name, top, n); assumes that places differ only by chance and φ.

    A row of the code UNREGISTERED counts for the common value alone.
    """
    top, n = sum(row[2] for row in rows), sum(row[3] for row in rows)
    places = [row for row in rows if row[0] != UNREGISTERED]
    usable = [row for row in places if row[3] > 0]
    left_out = len(places) - len(usable)
    if not usable:
        return Funnel(metric, metric.scale * top / n if n else None, top, n, 1.0, (), (), left_out)
    share = top / n
    large = [row for row in usable if row[3] >= LEAST_SAMPLE]
    judged = len(large) >= LEAST and share > 0 and (share < 1 or not metric.is_proportion)
    phi = _phi(metric, share, large) if judged else 1.0
    curves = _curves(metric, share, phi, max(row[3] for row in large)) if judged else ()
    spots = _spots(metric, share, phi, judged, usable)
    return Funnel(metric, metric.scale * share, top, n, phi, spots, curves, left_out)


def _spots(metric: Metric, share: float, phi: float, judged: bool, usable: Sequence[Row]) -> tuple[Spot, ...]:
    n = np.array([row[3] for row in usable], dtype=float)
    warning, control = (limits(metric, share, n, level, phi) for level in (WARNING, CONTROL))
    found = []
    for place, (code, name, top, size) in enumerate(usable):
        low, high = _interval(metric, top, size)
        lines = [(float(pair[0][place]), float(pair[1][place])) for pair in (warning, control)]
        verdict = position(top / size, *lines) if judged and size >= LEAST_SAMPLE else ""
        found.append(Spot(code, name, top, size, metric.scale * top / size, low, high, verdict))
    return tuple(found)


def _interval(metric: Metric, top: float, n: float) -> Limits:
    """Return the 95% interval of top ÷ n in the metric's unit."""
    if metric.is_proportion:
        low, high = wilson(top / n, n)
        # At 0 and 1 an end may pass the share itself by a rounding error.
        return metric.scale * max(0.0, min(low, top / n)), metric.scale * min(1.0, max(high, top / n))
    low, high = poisson_interval(top)
    return metric.scale * low / n, metric.scale * high / n


def limits(metric: Metric, share: float, n: Floats, level: float, phi: float = 1.0) -> tuple[Floats, Floats]:
    """Return (low, high) of top ÷ n at a common share (0 to 1), between which `level` of the places lie by chance."""
    wide = math.sqrt(max(phi, 1.0))
    law = stats.binom(n, share) if metric.is_proportion else stats.poisson(n * share)
    low, high = (_quantile(law, p) / n for p in ((1 - level) / 2, (1 + level) / 2))
    top = np.minimum(1.0, share + (high - share) * wide) if metric.is_proportion else share + (high - share) * wide
    return np.maximum(0.0, share - (share - low) * wide), np.maximum(share, top)


def _quantile(law: Any, p: float) -> Floats:
    """Return where the mid-p distribution function, G(r) = F(r) − ½ P(R = r) between counts a line, reaches p."""
    r = law.ppf(p)
    r = np.where(law.cdf(r) - law.pmf(r) / 2 > p, r - 1, r)
    below, above = (law.cdf(k) - law.pmf(k) / 2 for k in (r, r + 1))
    step = np.where(above > below, above - below, 1.0)
    out: Floats = np.maximum(0.0, r + (p - below) / step)
    return out


def _phi(metric: Metric, share: float, rows: Sequence[Row]) -> float:
    tops, n = (np.array([row[place] for row in rows], dtype=float) for place in (2, 3))
    if not metric.is_proportion:
        return overdispersion(tops, share * n)
    z = 2 * np.sqrt(n) * (np.arcsin(np.sqrt(tops / n)) - math.asin(math.sqrt(share)))
    low, high = np.quantile(z, [0.1, 0.9])
    return max(1.0, float((np.clip(z, low, high) ** 2).mean()))


def _curves(metric: Metric, share: float, phi: float, most: float) -> tuple[Curve, ...]:
    sizes = np.unique(np.rint(np.geomspace(LEAST_SAMPLE, most * 1.05 + 1, STEPS)))
    pairs = (limits(metric, share, sizes, level, phi) for level in (WARNING, CONTROL))
    lines = metric.scale * np.array([line for pair in pairs for line in pair])
    return tuple(
        Curve(float(n), (float(w_low), float(w_high)), (float(c_low), float(c_high)))
        for n, w_low, w_high, c_low, c_high in zip(sizes, *lines, strict=True)
    )
