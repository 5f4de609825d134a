"""Gi and Gi*: which cells stand, with what surrounds them, above what the whole area leads to expect.

Getis & Ord (1992), Ord & Getis (1995). With binary weights W_i = Σ_j w_ij (w_ii = 1 for Gi*, 0 for Gi):

    Gi*: z_i = (Σ_j w_ij x_j − W_i x̄) / (s √((n W_i − W_i²) / (n − 1))),  x̄ and s over all n cells, s² = Σx²/n − x̄²
    Gi:  the same over the n − 1 other cells, with (n − 1) W_i − W_i² over n − 2

Known answer (esda G_Local, transform "B"): points (10,10), (20,10), (40,10), (15,20), (30,20), (30,30) with
2, 3, 3.2, 5, 8, 7 and a band of 15 give z₁ = −1.01367 (Gi) and −1.39728 (Gi*).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse, stats

from metrics import compare
from metrics.hotspots.grid import Bools, Floats


def gi_star(values: Floats, near: sparse.csr_array) -> Floats:
    """Return z of Gi* for each place; near: binary weights that include the place itself. 0 where all are equal."""
    n = values.size
    weights, sums = _sums(values, near)
    mean = values.mean() if n else 0.0
    spread = np.sqrt(max(0.0, float((values**2).mean() - mean**2))) if n else 0.0
    room = (n * weights - weights**2) / max(1, n - 1)
    return _standardised(sums - weights * mean, spread * np.sqrt(np.maximum(room, 0.0)))


def gi(values: Floats, near: sparse.csr_array) -> Floats:
    """Return z of Gi for each place; near: binary weights without the place itself. 0 where all others are equal."""
    n = values.size
    if n < 3:
        return np.zeros(n)
    weights, sums = _sums(values, near)
    mean = (values.sum() - values) / (n - 1)
    spread = np.sqrt(np.maximum((np.square(values).sum() - values**2) / (n - 1) - mean**2, 0.0))
    room = ((n - 1) * weights - weights**2) / (n - 2)
    return _standardised(sums - weights * mean, spread * np.sqrt(np.maximum(room, 0.0)))


def upper_p(counts: Floats, near: sparse.csr_array, z: Floats) -> Floats:
    """Return one-sided p of "hotter than the area": the larger of the normal p of z and the exact binomial p.

    The binomial p is that of so many of the N events falling on W_i of n cells by chance. Sparse counts are far from
    normal: with 0.04 events a cell spread by chance, the normal p alone lets Benjamini–Hochberg claim hot cells on
    every map. Counts that cluster are wider than binomial: there z, whose spread is measured, is the stricter one.
    """
    weights, sums = _sums(counts, near)
    share = np.clip(weights / max(1, counts.size), 0.0, 1.0)
    exact = stats.binom.sf(np.rint(sums) - 1, np.rint(counts.sum()), share)
    larger: Floats = np.maximum(stats.norm.sf(z), np.where(sums > 0, exact, 1.0))
    return larger


def hot(p: Floats, rate: float = compare.FALSE_DISCOVERY_RATE) -> Bools:
    """Return which cells may be called hot: Benjamini–Hochberg over all cells of the area."""
    return compare.significant(p, rate)


def _sums(values: Floats, near: sparse.csr_array) -> tuple[Floats, Floats]:
    return near @ np.ones(values.size), near @ values


def _standardised(excess: Floats, spread: Floats) -> Floats:
    z: Floats = np.divide(excess, spread, out=np.zeros_like(excess), where=spread > 1e-12)
    return z
