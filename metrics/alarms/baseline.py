"""What is expected of each day, by models that know nothing of the month they are asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.calendar import calendar_rows
from metrics import regression
from metrics.alarms.series import SHORTEST_DAYS, Daily
from metrics.regression import Fits

Floats = NDArray[np.float64]

# A model learns from at most this many days before its month.
TRAINING_DAYS = 1096
# Standardised residuals above this are taken for past outbreaks (Noufaily et al. 2013).
OUTBREAK = 2.58
_REWEIGHTED = 2
# How far a station may differ from the bureau, as standard deviations on the log scale; its level is its own.
_SPREAD = {"trend": 0.15, "holiday": 0.15, "national": 0.15} | dict.fromkeys(regression.FESTIVAL, 0.2)
_USUAL_SPREAD, _LEVEL_PRIOR = 0.12, 1e-3


@dataclass(frozen=True)
class Model:
    """The models that were fitted for one month: all series, the columns they have, the days they learnt from."""

    month: date
    first: date
    last: date
    columns: tuple[str, ...]
    fits: Fits


@dataclass(frozen=True)
class Baseline:
    """Expected counts, days × series, NaN where no model was made.

    phi: variance ÷ mean of a day's count around its true mean. doubt: variance of the log of the expected count.
    """

    first: int
    expected: Floats
    phi: Floats
    doubt: Floats
    models: tuple[Model, ...]


def rolling(daily: Daily, first: date) -> Baseline:
    """Fit a model for every month from `first` on, with the data before that month, and ask it for that month.

    A first month within the first 8 weeks of data starts after them. The model is quasi-Poisson on the calendar
    (metrics/regression.py); past outbreaks count less (Farrington et al. 1996); a station's calendar effects are drawn
    towards the bureau's of the same group, so that 0.2 alerts a day need not find Spring Festival alone.
    """
    expected = np.full_like(daily.counts, np.nan)
    phi, doubt = np.full_like(expected, np.nan), np.full_like(expected, np.nan)
    begin = max((first - daily.days[0]).days, SHORTEST_DAYS)
    models: list[Model] = []
    for start, end in _months(daily.days, begin):
        model = _fit(daily, start, models[-1] if models else None)
        x = regression.design(calendar_rows(daily.days[start], daily.days[end - 1]), model.month, model.columns)
        expected[start:end] = regression.expected(model.fits, x)
        phi[start:end] = model.fits.phi
        doubt[start:end] = regression.uncertainty(model.fits, x)
        models.append(model)
    return Baseline(begin, expected, phi, doubt, tuple(models))


def _months(days: tuple[date, ...], begin: int) -> list[tuple[int, int]]:
    """Return [start, end) places of the months from `begin`; a first part of a month is one of them."""
    starts = [begin, *(n for n in range(begin + 1, len(days)) if days[n].day == 1)]
    return [pair for pair in zip(starts, [*starts[1:], len(days)], strict=True) if pair[0] < pair[1]]


def _fit(daily: Daily, end: int, before: Model | None) -> Model:
    """Fit the model of the days before place `end`."""
    start = max(0, end - TRAINING_DAYS)
    known = daily.known[start:end]
    month = daily.days[end]
    rows = [row for row, have in zip(calendar_rows(daily.days[start], daily.days[end - 1]), known, strict=True) if have]
    columns = regression.estimable(rows)
    x = regression.design(rows, month, columns)
    counts = daily.counts[start:end][known]
    width = len(daily.groups)
    begin = None if before is None else _moved(before, columns, month)
    whole = fit_robust(counts[:, -width:], x, None, None, None if begin is None else begin[:, -width:])
    towards = np.tile(whole.coefficients, (1, len(daily.units) - 1))
    towards[0] = np.log((counts[:, :-width].sum(axis=0) + 0.5) / len(counts))
    ridge = np.array([_LEVEL_PRIOR, *(_SPREAD.get(name, _USUAL_SPREAD) ** -2 for name in columns[1:])])
    own = fit_robust(counts[:, :-width], x, ridge, towards, towards if begin is None else begin[:, :-width])
    fits = Fits(
        np.hstack([own.coefficients, whole.coefficients]),
        np.concatenate([own.phi, whole.phi]),
        np.concatenate([own.covariance, whole.covariance]),
    )
    return Model(month, daily.days[start], daily.days[end - 1], columns, fits)


def _moved(before: Model, columns: tuple[str, ...], month: date) -> Floats:
    """Return the last model's coefficients as a start for this one: other columns, and the trend from another day."""
    old = dict(zip(before.columns, before.fits.coefficients, strict=True))
    nothing = np.zeros(before.fits.coefficients.shape[1])
    start = np.array([old.get(name, nothing) for name in columns])
    start[0] += old.get("trend", nothing) * ((month - before.month).days / 365.25)
    return start


def fit_robust(counts: Floats, x: Floats, ridge: Floats | None, towards: Floats | None, start: Floats | None) -> Fits:
    """Fit, weigh past outbreaks down, fit again; twice, since an outbreak first hides behind the φ that it inflates."""
    prior = regression.RIDGE if ridge is None else ridge
    fits = regression.fit_many(counts, x, ridge=prior, towards=towards, start=start)
    for _ in range(_REWEIGHTED):
        weights = outbreak_weights(counts, regression.expected(fits, x), fits.phi)
        fits = regression.fit_many(counts, x, weights, ridge=prior, towards=towards, start=fits.coefficients)
    return fits


def outbreak_weights(counts: Floats, means: Floats, phi: Floats, above: float = OUTBREAK) -> Floats:
    """Return 1 for usual days and (above ÷ residual)² for days whose standardised Anscombe residual passes `above`.

    Only rises are weighed down: a baseline
    that ignores falls would call the usual a rise.
    """
    residual = anscombe(counts, means, phi)
    return np.where(residual > above, (above / np.maximum(residual, above)) ** 2, 1.0)


def anscombe(counts: Floats, means: Floats, phi: Floats) -> Floats:
    """Return standardised Anscombe residuals of quasi-Poisson counts, 1.5 (y^⅔ − μ^⅔) μ^(−1/6) ÷ √φ."""
    residual: Floats = 1.5 * (np.cbrt(counts**2) - np.cbrt(means**2)) / means ** (1 / 6) / np.sqrt(phi)
    return residual


def unpublished_years(days: tuple[date, ...]) -> tuple[int, ...]:
    """Return the years of these days whose holiday plan is not known: holidays there are only the statutory days."""
    years = sorted({day.year for day in days})
    return tuple(year for year in years if not calendar_rows(date(year, 1, 2), date(year, 1, 2))[0][4])
