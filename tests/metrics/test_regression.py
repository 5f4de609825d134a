"""The calendar regression against statsmodels, and its answers where a plain fit has none."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from data.calendar import calendar_rows
from metrics import regression


def _simulated(days: int = 800, first: date = date(2023, 3, 1)) -> tuple[np.ndarray, np.ndarray]:
    rows = calendar_rows(first, first + timedelta(days=days - 1))
    x = regression.design(rows, first)
    rng = np.random.default_rng(5)
    beta = rng.normal(0, 0.2, (x.shape[1], 3))
    beta[0] = np.log([0.4, 3.0, 40.0])
    return rng.poisson(rng.gamma(5, 1 / 5, (days, 3)) * np.exp(x @ beta)).astype(float), x


def test_without_prior_it_is_the_maximum_likelihood_fit_of_statsmodels() -> None:
    import statsmodels.api as sm

    counts, x = _simulated()
    weights = np.random.default_rng(1).uniform(0.2, 1.0, counts.shape)
    for w in (None, weights):
        fits = regression.fit_many(counts, x, w, ridge=0.0)
        for number in range(3):
            var_weights = None if w is None else w[:, number]
            known = sm.GLM(counts[:, number], x, family=sm.families.Poisson(), var_weights=var_weights).fit(tol=1e-12)
            assert fits.coefficients[:, number] == pytest.approx(known.params, abs=1e-6)
            bare = fits.covariance[number] / fits.phi[number]
            assert bare == pytest.approx(known.cov_params(), abs=1e-6)
    fits = regression.fit_many(counts, x, ridge=0.0)
    known = sm.GLM(counts[:, 2], x, family=sm.families.Poisson()).fit(scale="X2", tol=1e-12)
    assert fits.phi[2] == pytest.approx(known.scale, rel=1e-6)
    assert fits.phi[2] > 2


def test_a_weight_of_zero_leaves_a_day_out() -> None:
    counts, x = _simulated()
    weights = np.ones(len(x))
    weights[100:300] = 0
    wild = counts.copy()
    wild[100:300] = 999
    kept = regression.fit_many(wild, x, weights, ridge=0.0)
    left = regression.fit_many(counts[weights > 0], x[weights > 0], ridge=0.0)
    assert kept.coefficients == pytest.approx(left.coefficients, abs=1e-5)
    assert kept.phi == pytest.approx(left.phi, rel=1e-5)


def test_all_zeros_and_separation_stay_finite() -> None:
    counts, x = _simulated()
    counts[:, 0] = 0
    counts[x[:, 7] > 0, 1] = 0  # never anything on a holiday
    fits = regression.fit_many(counts, x)
    means = regression.expected(fits, x)
    assert np.isfinite(fits.coefficients).all()
    assert np.isfinite(fits.covariance).all()
    assert means[:, 0].max() < 0.01
    assert means[x[:, 7] > 0, 1].mean() < 0.5
    assert (regression.uncertainty(fits, x) >= 0).all()


def test_a_small_series_borrows_from_the_prior_what_it_cannot_estimate() -> None:
    counts, x = _simulated()
    whole = regression.fit_many(counts.sum(axis=1, keepdims=True), x)
    few = counts[:, :1]
    towards = whole.coefficients.copy()
    towards[0] = np.log(few.mean())
    ridge = np.full(x.shape[1], 1e6)
    ridge[0] = 1e-3
    near = regression.fit_many(few, x, ridge=ridge, towards=towards)
    assert near.coefficients[1:, 0] == pytest.approx(whole.coefficients[1:, 0], abs=1e-3)
    assert regression.expected(near, x).sum() == pytest.approx(few.sum(), rel=1e-3)


def test_what_a_short_history_cannot_estimate_drops_out() -> None:
    def names(first: str, days: int) -> tuple[str, ...]:
        start = date.fromisoformat(first)
        return regression.estimable(calendar_rows(start, start + timedelta(days=days - 1)))

    assert names("2025-06-02", 7) == ("intercept",)
    assert set(names("2025-06-02", 56)) == {"intercept", *regression.WEEKDAYS}
    assert "holiday" in names("2025-04-01", 56)
    assert "trend" not in names("2024-01-01", 400)
    assert names("2023-01-01", 800) == regression.COLUMNS
    assert regression.estimable([]) == ("intercept",)


def test_the_calendar_of_the_design() -> None:
    def at(day: str, column: str) -> float:
        row = calendar_rows(date.fromisoformat(day), date.fromisoformat(day))
        return float(regression.design(row, date(2024, 1, 1), [column])[0, 0])

    assert at("2026-02-28", "sat") == 0  # a worked Saturday after Spring Festival
    assert at("2026-03-07", "sat") == 1
    assert at("2024-10-01", "national") == at("2024-10-01", "holiday") == 1
    assert at("2024-05-01", "national") == 0
    assert at("2024-10-01", "tue") == 0
    assert at("2024-02-10", "during") > at("2024-02-20", "during")
    assert at("2025-01-01", "trend") == pytest.approx(366 / 365.25)
    assert at("2024-02-29", "intercept") == 1
    # No plan is published that far ahead: the statutory days are known all the same.
    assert at("2091-10-01", "holiday") == 1
    assert at("2091-10-04", "holiday") == 0


def test_quantile_and_tail_are_those_of_the_negative_binomial() -> None:
    mean, phi = np.array([0.2, 3.0, 40.0]), np.array([1.0, 1.5, 2.0])
    assert regression.quantile(mean, phi, 0.999)[0] == stats.poisson.ppf(0.999, 0.2)
    for n in (1, 2):
        known = stats.nbinom(mean[n] / (phi[n] - 1), 1 / phi[n])
        assert regression.quantile(mean, phi, 0.999)[n] == known.ppf(0.999)
        assert regression.tail(np.array([9.0, 9.0, 60.0]), mean, phi)[n] == pytest.approx(known.sf([9, 9, 60][n] - 1))
    assert regression.tail(np.array([0.0, 3.0, 1.0]), mean, 1.0)[0] == 1
    assert regression.tail(np.array([2.0]), np.array([0.2]), 1.0)[0] == pytest.approx(stats.poisson.sf(1, 0.2))
