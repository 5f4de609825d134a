"""Funnels: limits by printed and hand-made answers, what small samples may not say, what has nothing to compare."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from metrics.definitions import METRICS, UNREGISTERED
from metrics.funnels import LEAST, LEAST_SAMPLE, Row, funnel, limits
from metrics.smallnumbers import CONTROL, INSIDE, VERY_HIGH, VERY_LOW, WARNING

SHARE, RATIO = METRICS["filing_within_3d"], METRICS["clear_rate"]


def rows(*pairs: tuple[float, float]) -> list[Row]:
    return [(f"S{place}", f"{place}所", top, n) for place, (top, n) in enumerate(pairs)]


def test_limits_of_a_hundred_at_one_half() -> None:
    low, high = limits(SHARE, 0.5, np.array([100.0]), WARNING)
    assert (low[0], high[0]) == (pytest.approx(0.4015, abs=1e-4), pytest.approx(0.5985, abs=1e-4))


@pytest.mark.parametrize("level", [WARNING, CONTROL])
@pytest.mark.parametrize(("metric", "share"), [(SHARE, 0.3), (SHARE, 0.88), (RATIO, 0.45)])
def test_a_count_lies_outside_exactly_when_its_mid_p_says_so(level: float, metric: object, share: float) -> None:
    n, tail = 23.0, (1 - level) / 2
    low, high = limits(metric, share, np.array([n]), level)  # type: ignore[arg-type]
    law = stats.binom(n, share) if metric is SHARE else stats.poisson(n * share)
    for top in range(24):
        upper = law.sf(top) + law.pmf(top) / 2
        lower = law.cdf(top) - law.pmf(top) / 2
        assert (top / n > high[0] + 1e-12) == (upper < tail - 1e-12)
        assert (top / n < low[0] - 1e-12) == (lower < tail - 1e-12)


def test_one_of_one_is_never_remarkable() -> None:
    found = funnel(SHARE, rows((1, 1), (0, 1), *[(80, 100), (82, 100)] * 2))
    assert [spot.verdict for spot in found.spots] == ["", "", *[INSIDE] * 4]
    assert limits(SHARE, 0.88, np.array([1.0]), WARNING)[1][0] == 1.0


def test_a_small_sample_is_not_judged_however_far_it_lies() -> None:
    found = funnel(RATIO, rows(*[(4, 10)] * 30, (5, 1), (40, LEAST_SAMPLE - 1), (20, LEAST_SAMPLE)))
    assert [spot.verdict for spot in found.spots[30:]] == ["", "", VERY_HIGH]
    assert found.curves[0].n == LEAST_SAMPLE


def test_the_common_value_is_that_of_all_cases_whoever_they_belong_to() -> None:
    listed = [*rows(*[(4, 10)] * 5, (3, 0)), (UNREGISTERED, UNREGISTERED, 2.0, 1.0)]
    found = funnel(RATIO, listed)
    assert (found.top, found.n) == (25.0, 51.0) and found.mean == pytest.approx(100 * 25 / 51)
    assert len(found.spots) == 5 and found.left_out == 1
    assert funnel(RATIO, listed[-2:]).mean == pytest.approx(500.0)


def test_only_the_far_ones_stand_out_and_the_mean_is_that_of_all_cases() -> None:
    found = funnel(SHARE, rows(*[(50, 100)] * 12, (95, 100), (5, 100)))
    verdicts = {spot.name: spot.verdict for spot in found.spots}
    assert verdicts["12所"] == VERY_HIGH and verdicts["13所"] == VERY_LOW
    assert sum(verdict == INSIDE for verdict in verdicts.values()) == 12
    assert found.mean == pytest.approx(50.0)


def test_places_that_differ_by_nature_widen_the_limits() -> None:
    pairs = [(n, 200) for n in (20, 40, 60, 80, 100, 120, 140, 160, 180)]
    found = funnel(SHARE, rows(*pairs))
    assert found.phi > 20
    assert not any(spot.verdict in (VERY_HIGH, VERY_LOW) for spot in found.spots)


def test_a_ratio_may_pass_one_hundred_percent() -> None:
    found = funnel(RATIO, rows((5, 2), (3, 10), (4, 10), (5, 10), (6, 10)))
    assert found.spots[0].value == 250.0
    assert max(end for curve in found.curves for end in curve.control) > 100.0


@pytest.mark.parametrize("pairs", [[], [(0, 0)], [(0, 0), (0, 0)], [(1, 2)] * (LEAST - 1), [(0, 9)] * 5, [(9, 9)] * 5])
def test_without_a_distribution_nothing_is_judged(pairs: list[tuple[float, float]]) -> None:
    found = funnel(SHARE, rows(*pairs))
    assert found.curves == () and all(spot.verdict == "" for spot in found.spots)
    assert len(found.spots) + found.left_out == len(pairs)
    assert all(0 <= spot.low <= spot.value <= spot.high <= 100 + 1e-9 for spot in found.spots)
