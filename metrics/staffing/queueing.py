"""How long calls wait for a free unit: Erlang's formulas on arrays, with a number of units that need not be whole.

Assumes Poisson calls, exponential work times, calls served in turn, a state that has settled within the hour. Sources:
Erlang (1917); Jagerman (1974) for B with a real number of units, 1/B = a ∫ e^(−at) (1+t)^c dt.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def erlang_b(units: ArrayLike, load: ArrayLike) -> Floats:
    """Return the chance that all `units` are busy when calls that find none are lost; `load` in Erlang.

    B = a^c e^(−a) / Γ(c+1, a); 0 without load, 1 without units. Known answer: B(2, 1) = 1/5.
    """
    c, a = np.broadcast_arrays(np.asarray(units, dtype=float), np.asarray(load, dtype=float))
    busy = np.where(a > 0, a, 1.0)
    log_top = c * np.log(busy) - busy - special.gammaln(c + 1)
    bottom = special.gammaincc(c + 1, busy)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        blocked = np.exp(log_top) / bottom
    # Far in overload both parts vanish; there the units carry all they can: B → 1 − c/a.
    blocked = np.where(bottom > 1e-250, blocked, 1 - c / np.maximum(busy, np.maximum(c, 1e-9)))
    return np.where(a > 0, np.clip(blocked, 0.0, 1.0), np.where(c > 0, 0.0, 1.0))


def erlang_c(units: ArrayLike, load: ArrayLike) -> Floats:
    """Return the chance that a call has to wait, P(no unit free); 1 in overload (load ≥ units), never above.

    C = cB / (c − a(1 − B)). Known answers: C(2, 1) = 1/3; C(3, 2) = 4/9; C(5, 4) = 128/231;
    C(10, 6) = 1458/14393; C(12, 10) = .449388; C(14, 10) = .174132.
    """
    c, a = np.broadcast_arrays(np.asarray(units, dtype=float), np.asarray(load, dtype=float))
    blocked = erlang_b(c, a)
    spare = c - a * (1 - blocked)
    waiting = c * blocked / np.where(spare > 0, spare, 1.0)
    return np.where(is_overload(c, a), 1.0, np.clip(waiting, 0.0, 1.0))


def is_overload(units: ArrayLike, load: ArrayLike) -> NDArray[np.bool_]:
    """Whether the work that comes in is at least what the units can do: the queue would grow without end."""
    c, a = np.asarray(units, dtype=float), np.asarray(load, dtype=float)
    return np.asarray((a >= c) & (a > 0), dtype=bool)


def drain(units: ArrayLike, load: ArrayLike, hours_per_call: ArrayLike) -> Floats:
    """Return cμ − λ, the rate per hour at which a queue empties; 0 in overload."""
    c, a = np.asarray(units, dtype=float), np.asarray(load, dtype=float)
    rate = (c - a) / np.asarray(hours_per_call, dtype=float)
    return np.where(is_overload(c, a), 0.0, np.maximum(rate, 0.0))


def mean_wait(units: ArrayLike, load: ArrayLike, hours_per_call: float) -> Floats:
    """Return Wq = C / (cμ − λ) in hours; infinite in overload, 0 without load.

    Known answer: 6 calls an hour of 30 minutes, 5 units: 3.542 minutes.
    """
    c, a = np.broadcast_arrays(np.asarray(units, dtype=float), np.asarray(load, dtype=float))
    rate = drain(c, a, hours_per_call)
    with np.errstate(over="ignore"):
        waiting = erlang_c(c, a) / np.where(rate > 0, rate, 1.0)
    return np.where(a > 0, np.where(is_overload(c, a), np.inf, waiting), 0.0)


def p_wait_over(units: ArrayLike, load: ArrayLike, hours_per_call: float, hours: float) -> Floats:
    """Return P(W > t) = C e^(−(cμ − λ)t); 1 in overload. Known answer: as above, t 10 minutes: .1212."""
    return np.asarray(erlang_c(units, load) * np.exp(-drain(units, load, hours_per_call) * hours))


def wait_quantile(weights: Floats, waiting: Floats, drains: Floats, share: float = 0.9) -> Floats:
    """Return the quantile of the wait (hours) over hours of different load, on the last axis; infinite in overload.

    The wait of a random call is 0 or exponential: P(W > t) = Σ w C e^(−rt) over hours with weights w. As a function of
    t this is convex and falls, so Newton's steps from 0 never pass the root. Assumes weights that sum to 1 or 0.
    """
    mass, late = weights * waiting, 1 - share
    endless = (mass * (drains <= 0)).sum(-1) >= late
    found = np.zeros(endless.shape)
    for _ in range(60):
        tail = mass * np.exp(-drains * found[..., None])
        over = np.maximum(tail.sum(-1) - late, 0.0)
        slope = (tail * drains).sum(-1)
        step = np.where(endless | (slope <= 0), 0.0, over / np.where(slope > 0, slope, 1.0))
        found = found + step
        if float(step.max(initial=0.0)) < 1e-7:
            break
    return np.where(endless, np.inf, found)
