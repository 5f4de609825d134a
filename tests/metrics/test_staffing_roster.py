"""Rosters and extra posts: printed values, and exhaustive search on small cases."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.model import MetricError
from metrics.staffing import allocation, roster
from metrics.staffing.allocation import Floats
from metrics.staffing.values import Shift


def test_weekly_roster_of_the_textbook() -> None:
    found = roster.weekly_roster([17, 13, 15, 19, 14, 16, 11])
    assert found.size == 23 and found.is_proven
    assert found.bound == pytest.approx(22.33, abs=5e-3)
    assert sum(people for _, _, people in found.groups) == 23


@settings(max_examples=30)
@given(st.lists(st.integers(0, 9), min_size=7, max_size=7), st.integers(1, 7))
def test_rosters_cover_every_need_with_no_more_than_they_must(needs: list[int], days_on: int) -> None:
    found = roster.weekly_roster(needs, days_on)
    cover = [sum(people for start, _, people in found.groups if (day - start) % 7 < days_on) for day in range(7)]
    assert cover == [row[0] for row in found.cover]
    assert all(have >= need for have, need in zip(cover, needs, strict=True))
    assert found.is_proven and found.bound - 1e-6 <= found.size
    assert found.surplus == sum(cover) - sum(needs)


@pytest.mark.parametrize("needs", [(1, 0, 2, 0, 0, 1, 1), (2, 2, 1, 0, 1, 2, 0)])
def test_no_smaller_roster_exists(needs: tuple[int, ...]) -> None:
    size = roster.weekly_roster(needs).size
    for groups in itertools.product(range(size), repeat=7):
        if sum(groups) == size - 1:
            cover = [sum(groups[(day - n) % 7] for n in range(5)) for day in range(7)]
            assert any(have < need for have, need in zip(cover, needs, strict=True))


def test_nobody_is_needed_where_nothing_is() -> None:
    assert roster.weekly_roster([0] * 7).size == 0
    assert roster.shift_roster([[None] * 24] * 7, roster.even_shifts(8)).groups == ()


def test_one_person_round_the_clock_takes_two_for_each_shift_of_five_days() -> None:
    found = roster.shift_roster([[1.0] * 24] * 7, roster.even_shifts(8))
    assert found.size == 6
    assert all(min(day) >= 1 for day in found.cover)
    assert roster.shift_roster([[1.0] * 24] * 7, roster.even_shifts(12), days_on=4).size == 4


def test_a_night_shift_reaches_into_the_next_day_and_week() -> None:
    night = Shift(20, 12)
    needs = [[0.0] * 24 for _ in range(7)]
    needs[6][23], needs[0][5] = 1, 1
    found = roster.shift_roster(needs, (night,), days_on=1)
    assert found.groups == ((6, night, 1),)
    assert night.text == "20–次日8 时"


def test_shifts_of_an_average_day() -> None:
    needs = [0.2] * 8 + [2.4] * 8 + [1.0] * 8
    shifts = roster.even_shifts(8)
    assert roster.daily_shifts(needs, shifts) == ((shifts[0], 3), (shifts[1], 1), (shifts[2], 1))


def test_what_cannot_be_rostered_is_said() -> None:
    for wrong in (
        lambda: roster.weekly_roster([1, 2, 3]),
        lambda: roster.weekly_roster([1] * 7, 8),
        lambda: roster.shift_roster([[1.0] * 24] * 7, (Shift(8, 8),)),
        lambda: roster.even_shifts(7),
    ):
        with pytest.raises(MetricError):
            wrong()


# ---- extra posts -----------------------------------------------------------------------------------


def _tried(short: Floats, count: int, length: int) -> float:
    """Return the smallest worst shortfall over all choices of shifts."""
    covers = (np.arange(24)[:, None] - np.arange(24)[None, :]) % 24 < length
    tries = itertools.combinations_with_replacement(range(24), count)
    return min(max(0.0, float((short - covers[:, list(begins)].sum(1)).max())) for begins in tries)


def _cases() -> list[Floats]:
    rng = np.random.default_rng(5)
    cases = [np.round(rng.uniform(-2, 4, 24), 2) for _ in range(4)]
    peaks = np.full(24, -1.0)
    peaks[[2, 14]] = 3.0
    return [*cases, peaks]


@pytest.mark.parametrize("short", _cases())
def test_the_best_shifts_are_those_of_exhaustive_search(short: Floats) -> None:
    for count in (1, 2, 3):
        found = allocation.best(tuple(short.tolist()), count, 8)
        assert found.worst == pytest.approx(_tried(short, count, 8))
        assert len(found.shifts) == count


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("extra", [1, 3, 4])
def test_greedy_reaches_the_smallest_worst_shortfall_of_all(seed: int, extra: int) -> None:
    rng = np.random.default_rng(seed)
    short: list[Floats] = [np.round(rng.uniform(-1, top, 24), 2) for top in (3, 5, 6)]
    smallest = [[_tried(one, count, 10) for count in range(extra + 1)] for one in short]
    splits = (split for split in itertools.product(range(extra + 1), repeat=3) if sum(split) == extra)
    best = min(max(smallest[n][count] for n, count in enumerate(split)) for split in splits)
    assert max(plan.worst for plan in allocation.spread(short, extra, 10)) == pytest.approx(best)


def test_posts_that_nobody_needs_are_not_given() -> None:
    def given_to(short: Sequence[Floats], extra: int) -> list[int]:
        return [len(plan.shifts) for plan in allocation.spread(short, extra, 8)]

    one = np.full(24, -1.0)
    one[5] = 1.4
    assert given_to([one, np.full(24, -2.0)], 9) == [1, 0]
    assert given_to([np.full(24, 0.3)], 3) == [0]
    assert given_to([], 3) == []
