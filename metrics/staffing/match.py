"""Whether duty follows the calls over the hours of the week, and how much of a mismatch is only chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def index(demand: Floats, duty: Floats) -> float | None:
    """Return Σ min(share of the demand, share of the duty) over all cells: 1 means that duty follows the calls.

    None where there is no demand or no duty. Known answer: half of the calls in two of twelve equal hours of duty, each
    a quarter of the calls: 2/12.
    """
    calls, people = np.nan_to_num(demand).ravel(), np.nan_to_num(duty).ravel()
    if calls.sum() <= 0 or people.sum() <= 0:
        return None
    return float(np.minimum(calls / calls.sum(), people / people.sum()).sum())


def ceiling(expected: Floats) -> float | None:
    """Return the index to be expected of duty that follows the true demand perfectly, with so few calls counted.

    expected: expected calls per cell. Counted shares scatter about the true ones: 1 − ½ Σ E|N − μ| / Σ μ with
    E|N − μ| = 2 e^(−μ) μ^(⌊μ⌋+1) / ⌊μ⌋! for Poisson counts (Crow 1958). The total is taken as fixed, which is close
    from about 50 calls on. None without calls.
    """
    mean = np.nan_to_num(expected).ravel()
    mean = mean[mean > 0]
    if mean.size == 0:
        return None
    whole = np.floor(mean)
    scatter = 2 * np.exp(-mean + (whole + 1) * np.log(mean) - special.gammaln(whole + 1))
    return float(max(0.0, 1 - 0.5 * scatter.sum() / mean.sum()))
