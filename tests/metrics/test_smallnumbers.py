"""Rates, shrinkage, funnel limits and rank intervals against published answers, and where there is next to nothing."""

from __future__ import annotations

import math
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import smallnumbers
from metrics.smallnumbers import Place, Rate, funnel_limits, places, rank_intervals, rate, shrunk

# Sudden infant deaths and births 1974–78 in the 100 counties of North Carolina, in the order of the file.
# Cressie (1993), Statistics for Spatial Data, pp. 386–389; as libpysal example "sids2", SID74 and BIR74.
# fmt: off
SID74 = (
    1, 0, 5, 1, 9, 7, 0, 0, 4, 1, 2, 16, 4, 4, 4, 18, 3, 4, 1, 1, 1, 0, 1, 2, 10, 23, 13, 6, 4, 16, 8, 0, 10, 6, 0, 2,
    16, 2, 4, 1, 0, 8, 5, 5, 0, 5, 7, 2, 11, 3, 14, 5, 9, 6, 2, 0, 7, 3, 4, 5, 12, 18, 6, 10, 8, 2, 5, 44, 3, 3, 5, 5,
    0, 10, 3, 11, 1, 0, 4, 1, 2, 38, 1, 4, 15, 7, 0, 4, 4, 0, 13, 8, 29, 31, 5, 8, 4, 15, 12, 5,
)
BIR74 = (
    1091, 487, 3188, 508, 1421, 1452, 286, 420, 968, 1612, 1035, 4449, 1671, 1556, 2180, 3608, 1638, 3146, 1323, 484,
    751, 781, 1269, 1399, 11858, 16184, 4672, 1324, 3164, 7970, 4021, 671, 3657, 3609, 770, 1549, 14484, 765, 4139,
    1207, 1333, 5509, 3573, 990, 248, 1946, 4456, 1646, 3702, 4606, 5094, 5754, 7515, 3999, 2110, 521, 2692, 675, 870,
    2252, 2992, 6638, 3776, 4866, 2216, 1143, 2648, 21588, 4099, 1258, 2356, 2574, 415, 3589, 1173, 9014, 533, 797,
    3025, 542, 1027, 20366, 578, 3915, 1570, 1494, 338, 2483, 2756, 284, 5868, 2255, 11158, 7889, 2414, 1782, 1228,
    3350, 5526, 2181,
)
# fmt: on


def _arrays() -> tuple[np.ndarray, np.ndarray]:
    return np.array(SID74, dtype=float), np.array(BIR74, dtype=float)


def test_shrunk_rates_are_marshalls() -> None:
    """esda 2.9, Empirical_Bayes(SID74, BIR74).r, first five counties."""
    values, weights = shrunk(*_arrays())
    assert [f"{value:.7f}" for value in values[:5]] == ["0.0016973", "0.0017054", "0.0017731", "0.0020129", "0.0035349"]
    assert ((weights > 0) & (weights < 1)).all()


def test_shrunk_rates_lie_between_the_own_rate_and_the_mean_and_inside_their_interval() -> None:
    deaths, births = _arrays()
    mean = deaths.sum() / births.sum()
    for one, own in zip(places(SID74, BIR74), deaths / births, strict=True):
        assert one.shrunk.value is not None and one.shrunk.low is not None and one.shrunk.high is not None
        assert min(own, mean) - 1e-12 <= one.shrunk.value <= max(own, mean) + 1e-12
        assert one.shrunk.low < one.shrunk.value < one.shrunk.high


@pytest.mark.parametrize(
    ("expected", "level", "printed"),
    [(20, 0.95, (".560", "1.437")), (20, 0.998, (".359", "1.736")), (100, 0.95, (".804", "1.196"))],
)
def test_funnel_limits(expected: float, level: float, printed: tuple[str, str]) -> None:
    """Spiegelhalter (2005), Funnel plots for comparing institutional performance: interpolated exact Poisson limits."""
    # The printed numbers were rounded twice: .35846 → .3585 → .359.
    for end, text in zip(funnel_limits(expected, level), printed, strict=True):
        assert end == pytest.approx(float(text), abs=0.0006)


def test_funnel_widens_with_overdispersion_and_never_below_zero() -> None:
    low, high = funnel_limits(20, 0.95)
    wide_low, wide_high = funnel_limits(20, 0.95, phi=4)
    assert (1 - wide_low) == pytest.approx(2 * (1 - low)) and (wide_high - 1) == pytest.approx(2 * (high - 1))
    assert funnel_limits(5, 0.998, phi=9)[0] == 0.0
    assert funnel_limits(0) == (0.0, math.inf)


def test_exact_intervals_of_rates() -> None:
    """Garwood (1936): 0 → 0–3.689; 5 → 1.624–11.668; 20 → 12.217–30.888."""
    # Printed as 1.624, rounded twice: 1.62349 → 1.6235 → 1.624.
    assert astuple(rate(0, 1)) == pytest.approx((0, 0, 3.689), abs=0.0006)
    assert astuple(rate(5, 1)) == pytest.approx((5, 1.624, 11.668), abs=0.0006)
    assert astuple(rate(20, 2, per=2)) == pytest.approx((20, 12.217, 30.888), abs=0.0006)


@pytest.mark.parametrize(("count", "people"), [(3, 0), (3, None), (None, 5), (3, math.nan), (math.nan, 5), (3, -1)])
def test_a_rate_without_people_is_not_known(count: float | None, people: float | None) -> None:
    assert rate(count, people) == Rate(None, None, None)


def test_league_table_of_sixty_stations_is_noise() -> None:
    """60 stations of about 100 events, true spread 10%: the mean 95% rank interval spans about 37 places."""
    spans = []
    for seed in range(20):
        draw = np.random.default_rng(seed)
        counts = draw.poisson(100 * draw.gamma(100, 0.01, 60)).astype(float)
        ends = rank_intervals(counts, np.ones(60))
        spans.append((ends[:, 1] - ends[:, 0]).mean())
    assert np.mean(spans) == pytest.approx(37, abs=1)


def test_rank_intervals_hold_the_true_rank_and_do_not_change_from_call_to_call() -> None:
    draw = np.random.default_rng(7)
    held = []
    for _ in range(10):
        true = 100 * draw.gamma(25, 0.04, 60)
        counts = draw.poisson(true).astype(float)
        ends = rank_intervals(counts, np.ones(60))
        ranks = (-true).argsort().argsort() + 1
        held.append(((ends[:, 0] <= ranks) & (ranks <= ends[:, 1])).mean())
        assert (ends == rank_intervals(counts, np.ones(60))).all()
    assert np.mean(held) > 0.9


def test_equal_places_get_the_common_rate_and_nearly_all_ranks() -> None:
    for one in places([50] * 30, [1000.0] * 30):
        assert one.weight == 0 and one.shrunk.value == pytest.approx(0.05) and one.ratio == 1
        assert one.verdict == smallnumbers.INSIDE
        assert one.rank_low is not None and one.rank_high is not None and one.rank_high - one.rank_low > 25


def test_one_station_is_its_own_peer() -> None:
    (one,) = places([7], [3000.0], per=1000)
    assert (
        astuple(one.rate) == pytest.approx(astuple(one.shrunk))
        and one.ratio == 1
        and (one.rank_low, one.rank_high) == (1, 1)
    )


def test_no_events_anywhere() -> None:
    for one in places([0, 0, 0], [10.0, 20.0, 30.0]):
        assert one.rate.value == 0 and one.shrunk.value == 0 and one.ratio is None and one.verdict == ""
        assert one.shrunk.high is not None and one.shrunk.high > 0


def test_a_place_without_people_is_left_out_and_keeps_its_row() -> None:
    listed = places([5, 100, 6], [1000.0, None, 1200.0])
    assert listed[1].rate == Rate(None, None, None) and listed[1].rank_low is None and listed[1].verdict == ""
    assert {listed[0].rank_low, listed[2].rank_high} == {1, 2}
    assert places([], []) == [] and places([None], [0.0])[0].shrunk.value is None


def test_a_place_far_outside_is_told_apart() -> None:
    listed = places([100, 98, 103, 99, 101, 102, 97, 100, 99, 200, 30], [1.0] * 11)
    assert [one.verdict for one in listed[-2:]] == [smallnumbers.VERY_HIGH, smallnumbers.VERY_LOW]
    assert {one.verdict for one in listed[:9]} == {smallnumbers.INSIDE}


_numbers = st.one_of(st.none(), st.just(float("nan")), st.integers(0, 10**6), st.floats(0.001, 1e9))


@given(st.lists(st.tuples(_numbers, _numbers), max_size=12))
def test_nothing_that_is_not_a_number_comes_out(pairs: list[tuple[float | None, float | None]]) -> None:
    for one in places([pair[0] for pair in pairs], [pair[1] for pair in pairs]):
        assert all(math.isfinite(number) for number in _numbers_in(replace(one, verdict="")))


def _numbers_in(one: Place) -> list[float]:
    values = [value if isinstance(value, tuple) else (value,) for value in astuple(one)]
    return [float(number) for value in values for number in value if number is not None and number != ""]
