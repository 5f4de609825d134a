"""Weekly series: the band of the eight weeks before, gaps, zeros, and how often a quiet week falls outside."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from metrics.expectation import weekly_band

MONDAY = date(2026, 1, 5)


def weeks(count: int) -> list[date]:
    return [MONDAY + timedelta(days=7 * n) for n in range(count)]


def test_a_mean_of_a_hundred_gives_72_to_132() -> None:
    counts = np.array([90.0, 110.0] * 4 + [132.0, 133.0, 60.0])
    found = weekly_band(weeks(11), counts)
    assert found.mean[:8] == [None] * 8 and found.outside[:8] == [None] * 8
    assert found.mean[8] == 100
    assert (found.low[8], found.high[8]) == pytest.approx((72.25, 132.25))
    assert found.outside[8:] == [0, 0, -1], "the mean moves along: 105.25 in the tenth week"
    assert weekly_band(weeks(9), np.array([100.0] * 8 + [140.0]), phi=4.0).outside[8] == 0


def test_weeks_without_data_have_no_band_and_give_none() -> None:
    counts = np.array([100.0] * 8 + [np.nan] + [100.0] * 9)
    found = weekly_band(weeks(18), counts)
    assert found.counts[8] is None and found.mean[8] == 100 and found.outside[8] is None
    assert found.mean[9:17] == [None] * 8 and found.mean[17] == 100
    gap = weekly_band([*weeks(8), MONDAY + timedelta(days=7 * 9)], np.array([100.0] * 9))
    assert gap.mean[8] is None, "a week that is missing is not skipped over"


def test_zeros_and_nothing_have_defined_answers() -> None:
    found = weekly_band(weeks(10), np.zeros(10))
    assert (found.mean[9], found.low[9], found.high[9], found.outside[9]) == (0, 0, 2.25, 0)
    assert weekly_band([], np.array([])).weeks == []


@pytest.mark.parametrize("mean", [10.0, 100.0, 1000.0])
def test_half_a_percent_of_quiet_weeks_falls_outside(mean: float) -> None:
    random = np.random.default_rng(20261122)
    found = weekly_band(weeks(20_000), random.poisson(mean, 20_000).astype(float))
    outside = [side for side in found.outside if side is not None]
    assert 0.002 < np.mean(np.abs(outside)) < 0.008
