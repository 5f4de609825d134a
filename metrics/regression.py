"""Daily counts explained by the calendar: the baseline that alarms and forecasts share.

A count of a day is quasi-Poisson with a log-linear mean: weekday, holidays, Spring Festival (which moves), season and
trend. Many series are fitted at once over the same days by penalised iteratively reweighted least squares
(McCullagh and Nelder 1989, ch. 6 and 9); the penalty is a normal prior, with which a small series can borrow what it
cannot estimate itself from a larger one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from data.calendar import HOLIDAY, MAKE_UP, CalendarRow

Floats = NDArray[np.float64]

# Wednesday is the ordinary day that the others are compared with.
WEEKDAYS = {"mon": 0, "tue": 1, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
# Centre and width in days from the first day of the lunar year of each bump around Spring Festival.
FESTIVAL = {"before": (-9.0, 4.0), "during": (1.5, 3.5), "after": (9.0, 4.0), "rebound": (18.0, 5.0)}
HARMONICS = ("cos1", "sin1", "cos2", "sin2")
COLUMNS = ("intercept", *WEEKDAYS, "holiday", "national", *FESTIVAL, *HARMONICS, "trend")
# Days from first to last that a season or a trend needs: with less one is taken for the other.
SEASON_DAYS, TREND_DAYS = 300, 540
RIDGE, _RIDGE_INTERCEPT = 0.1, 1e-3
_YEAR = 365.25
# A Newton step of this size leaves an error of about its square.
_ROUNDS, _CLOSE = 25, 1e-4


@dataclass(frozen=True)
class Fits:
    """Fitted models of many series over the same columns.

    coefficients: columns × series, on the log scale. phi: overdispersion of each series, ≥ 1.
    covariance: series × columns × columns, already multiplied by phi.
    """

    coefficients: Floats
    phi: Floats
    covariance: Floats


def design(rows: Sequence[CalendarRow], origin: date, columns: Sequence[str] | None = None) -> Floats:
    """Return the design of these days, days × columns, float.

    rows: of data.calendar.calendar_rows. origin: day at which the trend is 0 (its unit is a year).
    columns: names from COLUMNS, in order; by default what these days can estimate (see `estimable`). To predict, give
    the columns of the days that were fitted. A make-up workday counts as a workday, a holiday as no weekday at all.
    """
    values = _values(rows, origin)
    chosen = estimable(rows) if columns is None else columns
    return np.column_stack([values[name] for name in chosen]) if rows else np.zeros((0, len(chosen)))


def estimable(rows: Sequence[CalendarRow]) -> tuple[str, ...]:
    """Return the names of the columns that these days can estimate, in the order of COLUMNS.

    A weekday or a kind of holiday must have occurred 3 times, a bump of the festival for about 3 days, the season
    needs 300 days and the trend 540.
    """
    if not rows:
        return ("intercept",)
    values = _values(rows, rows[0][0])
    span = (max(row[0] for row in rows) - min(row[0] for row in rows)).days + 1
    kept = ["intercept"]
    for name in COLUMNS[1:]:
        if name in HARMONICS:
            enough = span >= SEASON_DAYS
        elif name == "trend":
            enough = span >= TREND_DAYS
        else:
            enough = float(values[name].sum()) >= 3
        if enough:
            kept.append(name)
    return tuple(kept)


def _values(rows: Sequence[CalendarRow], origin: date) -> dict[str, Floats]:
    """Return every column by name."""
    days = [row[0] for row in rows]
    off = np.array([_is_holiday(row) for row in rows], dtype=bool)
    plain = off | np.array([row[1] == MAKE_UP for row in rows], dtype=bool)
    weekday = np.where(plain, 2, np.array([day.weekday() for day in days], dtype=int))
    festival = np.array([row[3] for row in rows], dtype=float)
    national = np.array([(day.month, day.day) >= (9, 28) and (day.month, day.day) <= (10, 8) for day in days], bool)
    angle = 2 * np.pi * np.array([day.timetuple().tm_yday for day in days], dtype=float) / _YEAR
    values = {"intercept": np.ones(len(rows)), "holiday": off.astype(float), "national": (off & national).astype(float)}
    values |= {name: (weekday == number).astype(float) for name, number in WEEKDAYS.items()}
    values |= {name: np.exp(-(((festival - at) / width) ** 2)) for name, (at, width) in FESTIVAL.items()}
    for name, wave in zip(HARMONICS, (np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)), strict=True):
        values[name] = wave
    values["trend"] = np.array([(day - origin).days for day in days], dtype=float) / _YEAR
    return values


def _is_holiday(row: CalendarRow) -> bool:
    """Whether a day is a public holiday; in a year without a published plan the statutory days that don't move."""
    day, kind, _, from_festival, is_published = row
    if is_published:
        return kind == HOLIDAY
    return (day.month, day.day) in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3)) or 0 <= from_festival <= 2


def fit_many(
    counts: Floats,
    x: Floats,
    weights: Floats | None = None,
    *,
    ridge: float | Floats = RIDGE,
    towards: Floats | None = None,
    start: Floats | None = None,
) -> Fits:
    """Fit log E[count] = x·β to every column of counts.

    counts: days × series, ≥ 0. x: days × columns, the intercept first. weights: ≥ 0, days × series or one per day
    (0 leaves a day out). Maximises the weighted Poisson log-likelihood − ½ Σ ridge·(β − towards)².
    ridge: prior precision, one for all or one per column (the intercept's own is tiny when one is given for all; 0 is
    plain maximum likelihood). towards: columns × series, default 0 and the log mean for the intercept.
    start: coefficients to begin with. All-zero series and separated columns stay finite because of the prior.
    φ = weighted Pearson χ² ÷ (Σ weights − columns), at least 1. Known answers: statsmodels GLM (test_regression).
    """
    y = np.asarray(counts, dtype=float)
    w = np.ones_like(y) if weights is None else np.broadcast_to(_column(weights), y.shape)
    log_mean = np.log(((w * y).sum(axis=0) + 0.5) / np.maximum(w.sum(axis=0), 1.0))
    plain = np.vstack([log_mean, np.zeros((x.shape[1] - 1, y.shape[1]))])
    penalty = _penalty(ridge, x.shape[1])
    pairs = np.triu_indices(x.shape[1])
    products = x[:, pairs[0]] * x[:, pairs[1]]
    middle = plain if towards is None else towards
    beta = plain if start is None else start
    for _ in range(_ROUNDS):
        mu = _means(x, beta)
        slope = x.T @ (w * (y - mu)) - penalty[:, None] * (beta - middle)
        step = np.linalg.solve(_information(w * mu, products, pairs, penalty), slope.T[:, :, None])[:, :, 0].T
        # A step that moves a mean by more than e² is cut, so that a poor start cannot overshoot.
        reach = np.abs(x @ step).max(axis=0, initial=0.0)
        beta = beta + step * np.minimum(1.0, 2.0 / np.maximum(reach, 1e-12))
        if reach.max(initial=0.0) < _CLOSE:
            break
    mu = _means(x, beta)
    freedom = np.maximum(w.sum(axis=0) - x.shape[1], 1.0)
    phi = np.maximum(1.0, (w * (y - mu) ** 2 / mu).sum(axis=0) / freedom)
    covariance = np.linalg.inv(_information(w * mu, products, pairs, penalty)) * phi[:, None, None]
    return Fits(beta, phi, covariance)


def _column(weights: Floats) -> Floats:
    return weights[:, None] if weights.ndim == 1 else weights


def _penalty(ridge: float | Floats, columns: int) -> Floats:
    if isinstance(ridge, np.ndarray):
        return ridge
    penalty = np.full(columns, float(ridge))
    penalty[0] = min(_RIDGE_INTERCEPT, float(ridge))
    return penalty


def _means(x: Floats, beta: Floats) -> Floats:
    means: Floats = np.exp(np.clip(x @ beta, -20.0, 20.0))
    return means


def _information(w: Floats, products: Floats, pairs: tuple[NDArray[np.intp], ...], penalty: Floats) -> Floats:
    """Return x'diag(w)x + penalty of every series: series × columns × columns."""
    columns = penalty.size
    out = np.empty((w.shape[1], columns, columns))
    upper = w.T @ products
    out[:, pairs[0], pairs[1]] = upper
    out[:, pairs[1], pairs[0]] = upper
    # A trace on the diagonal keeps columns without any information solvable when there is no prior.
    out[:, range(columns), range(columns)] += penalty + 1e-10
    return out


def expected(fits: Fits, x: Floats) -> Floats:
    """Return the expected counts of the days of x: days × series, > 0."""
    return _means(x, fits.coefficients)


def uncertainty(fits: Fits, x: Floats) -> Floats:
    """Return the variance of the log of each expected count, x·Σ·x: days × series.

    The variance of a new count is then about mean·(φ + mean·uncertainty): noise of the day and of the baseline.
    """
    found: Floats = np.einsum("dj,sjk,dk->ds", x, fits.covariance, x, optimize=True)
    return np.maximum(found, 0.0)


def quantile(mean: Floats, phi: Floats | float, level: Floats | float) -> Floats:
    """Return the smallest count c with P(count ≤ c) ≥ level, for mean and variance φ·mean (negative binomial).

    Poisson for φ ≤ 1.001; arguments broadcast. Known answers: scipy.stats.nbinom(μ/(φ−1), 1/φ).
    """
    m, f, q = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(phi, dtype=float), level)
    plain = f <= 1.001
    spread = np.where(plain, 2.0, f)
    found: Floats = np.asarray(stats.nbinom.ppf(q, np.maximum(m, 1e-12) / (spread - 1), 1 / spread), dtype=float)
    return np.where(plain, stats.poisson.ppf(q, m), found) if plain.any() else found


def tail(observed: Floats, mean: Floats, phi: Floats | float) -> Floats:
    """Return P(count ≥ observed) for mean and variance φ·mean (negative binomial; Poisson for φ ≤ 1.001)."""
    y, m, f = np.broadcast_arrays(observed, np.asarray(mean, dtype=float), np.asarray(phi, dtype=float))
    plain = f <= 1.001
    spread = np.where(plain, 2.0, f)
    size = np.maximum(m, 1e-12) / (spread - 1)
    # P(Y ≥ y) = I(1 − 1/φ; y, size): the regularised beta function, without scipy's slower checks.
    at = np.maximum(y, 1.0)
    found: Floats = np.where(
        plain, special.gammainc(at, np.maximum(m, 1e-12)), special.betainc(at, size, 1 - 1 / spread)
    )
    return np.where(y <= 0, 1.0, found)
