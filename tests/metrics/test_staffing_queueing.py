"""Erlang's formulas: printed values, whole units by recursion, overload that is never a probability above 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.staffing import match, queueing


@pytest.mark.parametrize(
    ("units", "load", "expected"),
    [
        (2, 1, 1 / 3), (3, 2, 4 / 9), (5, 4, 128 / 231), (10, 6, 1458 / 14393), (12, 10, 0.449388), (14, 10, 0.174132),
    ],
)  # fmt: skip
def test_chance_to_wait(units: int, load: float, expected: float) -> None:
    assert float(queueing.erlang_c(units, load)) == pytest.approx(expected, abs=5e-7)


def test_waiting_time_of_six_calls_an_hour_on_five_units() -> None:
    load = 6 * 0.5
    assert 60 * float(queueing.mean_wait(5, load, 0.5)) == pytest.approx(3.542, abs=5e-4)
    assert float(queueing.p_wait_over(5, load, 0.5, 10 / 60)) == pytest.approx(0.1212, abs=5e-5)


@given(st.integers(1, 60), st.floats(0.01, 50))
def test_real_numbers_of_units_continue_the_whole_ones(units: int, load: float) -> None:
    blocked = 1.0
    for n in range(1, units + 1):
        blocked = load * blocked / (n + load * blocked)
    assert float(queueing.erlang_b(units, load)) == pytest.approx(blocked, rel=1e-6, abs=1e-12)


@given(st.floats(0, 40), st.floats(0, 200), st.floats(0, 5))
def test_probabilities_stay_between_0_and_1_and_more_units_never_hurt(units: float, load: float, more: float) -> None:
    before, after = queueing.erlang_c([units, units + more], load)
    assert 0 <= after <= before + 1e-9 <= 1 + 2e-9
    assert not np.isnan(queueing.mean_wait([units, units + more], load, 0.7)).any()


@pytest.mark.parametrize(("units", "load"), [(5, 5), (5, 50), (0, 1), (3, 1e6)])
def test_overload_says_so(units: float, load: float) -> None:
    assert bool(queueing.is_overload(units, load))
    assert float(queueing.erlang_c(units, load)) == 1
    assert float(queueing.mean_wait(units, load, 0.5)) == math.inf
    assert float(queueing.p_wait_over(units, load, 0.5, 10)) == 1


def test_nobody_waits_where_nobody_calls() -> None:
    assert not bool(queueing.is_overload(0, 0))
    assert float(queueing.erlang_c(3, 0)) == 0
    assert float(queueing.mean_wait(3, 0, 0.5)) == 0


def test_quantile_of_one_hour_is_the_formula_turned_round() -> None:
    waiting, drain = float(queueing.erlang_c(5, 3)), float(queueing.drain(5, 3, 0.5))
    found = queueing.wait_quantile(np.array([1.0]), np.array([waiting]), np.array([drain]), 0.9)
    assert float(found) == pytest.approx(math.log(waiting / 0.1) / drain)


def test_quantile_of_several_hours_leaves_a_tenth_behind() -> None:
    weights = np.array([0.5, 0.3, 0.2])
    waiting, drains = queueing.erlang_c([5, 3, 2], [3, 2.5, 0.5]), queueing.drain([5, 3, 2], [3, 2.5, 0.5], 0.5)
    t = queueing.wait_quantile(weights, waiting, drains)
    assert float((weights * waiting * np.exp(-drains * t)).sum()) == pytest.approx(0.1)


def test_a_tenth_of_the_calls_in_overload_makes_the_quantile_endless() -> None:
    waiting, drains = np.array([0.2, 1.0]), np.array([2.0, 0.0])
    assert np.isinf(queueing.wait_quantile(np.array([0.9, 0.1]), waiting, drains))
    assert np.isfinite(queueing.wait_quantile(np.array([0.95, 0.05]), waiting, drains))
    # Fewer than a tenth wait at all.
    assert float(queueing.wait_quantile(np.array([1.0]), np.array([0.05]), np.array([2.0]))) == 0


def test_match_index_by_hand() -> None:
    duty = np.zeros((7, 24))
    duty[0, :12] = 1
    calls = np.zeros((7, 24))
    calls[0, [3, 9]], calls[5, [2, 4]] = 1, 1
    assert match.index(calls, duty) == pytest.approx(2 / 12)
    assert match.index(duty, duty) == pytest.approx(1)
    assert match.index(0 * calls, duty) is None and match.index(calls, 0 * duty) is None


def test_ceiling_is_what_chance_leaves_of_a_perfect_match() -> None:
    rng = np.random.default_rng(3)
    for mean in (0.4, 3.0, 40.0):
        expected = mean * rng.uniform(0.2, 1.8, 168)
        drawn = [match.index(rng.poisson(expected).astype(float), expected) for _ in range(400)]
        assert match.ceiling(expected) == pytest.approx(np.mean([one for one in drawn if one is not None]), abs=0.01)
    assert match.ceiling(np.zeros(168)) is None
