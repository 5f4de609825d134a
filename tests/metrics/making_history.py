"""Made-up histories for the tests of forecasts: negative binomial counts around means that the test knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data.calendar import calendar_rows
from metrics.forecasting.values import HORIZON, History

WEEK = np.array([1.0, 0.9, 1.0, 1.1, 1.2, 0.8, 0.6])
DAY = np.repeat([0.02, 0.06, 0.05], 8) / np.repeat([0.02, 0.06, 0.05], 8).sum()


def weekly(day: date) -> float:
    """A level that depends on the weekday alone."""
    return float(WEEK[day.weekday()])


def made(
    last: date, days: int, rates: list[float], shape: Callable[[date], float] = weekly, phi: float = 1.3, seed: int = 1
) -> History:
    """Return `days` days up to `last`; rates: mean per day of each station, times shape(day); variance phi × mean."""
    draw = np.random.default_rng(seed)
    rows = tuple(calendar_rows(last - timedelta(days=days - 1), last + timedelta(days=HORIZON)))
    means = np.array([[rate * shape(row[0]) for rate in rates] for row in rows[:days]])
    counts = drawn(draw, means, phi)
    hours = np.array([draw.multinomial(int(total), DAY) for total in counts.sum(axis=1)], dtype=float)
    stations = tuple(f"S{n}" for n in range(len(rates)))
    return History(rows, stations, {"valid": counts, "crime": np.floor(counts / 4)}, hours.reshape(days, 24), 1.0)


def drawn(draw: np.random.Generator, means: NDArray[np.float64], phi: float) -> NDArray[np.float64]:
    """Draw counts with these means and variance phi × mean."""
    if phi <= 1:
        return draw.poisson(means).astype(float)
    return draw.poisson(draw.gamma(means / (phi - 1), phi - 1)).astype(float)
