"""Scores of forecasts against worked examples and the published floors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from metrics.forecasting import scoring

SAMPLE, ACTUAL, FORECAST = [10, 12, 14, 13, 15, 16, 18], [17, 19, 21], [18, 18, 20]


def test_worked_example() -> None:
    scale = scoring.naive_scale(SAMPLE, 2)
    assert scale == pytest.approx(2.4)
    assert f"{scoring.mase(ACTUAL, FORECAST, scale):.5f}" == "0.41667"
    assert f"{scoring.wape(ACTUAL, FORECAST):.5f}" == "0.05263"


@pytest.mark.parametrize(
    ("mean", "floor"), [(0.57, "100.0%"), (13.7, "21.6%"), (822 / 24, "13.6%"), (96, "8.1%"), (822, "2.8%")]
)
def test_poisson_floor(mean: float, floor: str) -> None:
    # The hourly mean is 822 ÷ 24 = 34.25, printed as 34 in the design; exactly 34.0 would give 13.65%.
    assert f"{scoring.poisson_floor(mean):.1%}" == floor


def test_floor_agrees_with_the_sum_over_the_distribution() -> None:
    counts = np.arange(200)
    for mean in (0.3, 1.7, 6.0, 40.0):
        median = stats.poisson.median(mean)
        direct = (np.abs(counts - median) * stats.poisson.pmf(counts, mean)).sum() / mean
        assert scoring.poisson_floor([mean, mean]) == pytest.approx(direct, rel=1e-9)


def test_floor_of_mixed_means_weighs_by_volume() -> None:
    mixed = scoring.poisson_floor([0.57, 822])
    assert mixed == pytest.approx((1.0 * 0.57 + scoring.poisson_floor(822) * 822) / 822.57)


def test_pinball_and_coverage() -> None:
    assert scoring.pinball([10, 2], [6, 6], 0.9) == pytest.approx((0.9 * 4 + 0.1 * 4) / 2)
    assert scoring.coverage([1, 2, 3, math.nan], [1, 0, 4, 0], [1, 1, 5, 9]) == pytest.approx(1 / 3)


def test_nothing_has_defined_answers() -> None:
    assert math.isnan(scoring.wape([0, 0], [1, 0]))
    assert math.isnan(scoring.mase([1], [1], 0.0))
    assert math.isnan(scoring.naive_scale([1, 2], 7))
    assert math.isnan(scoring.poisson_floor([0.0]))
    assert math.isnan(scoring.pinball([], [], 0.5))
    assert math.isnan(scoring.coverage([], [], []))
