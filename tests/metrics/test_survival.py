"""Durations with open ones censored: published answers, complete samples, and calls of a tiny bureau."""

from __future__ import annotations

import math
from dataclasses import astuple
from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.snapshots import Store
from metrics.ask import ask
from metrics.model import Refused, UnknownName
from metrics.responses import chain, worded
from metrics.selection import Selection
from metrics.survival import UNKNOWN, durations, of_complete, order_ranks
from tests import tiny

# Days of 228 patients of the North Central Cancer Treatment Group's lung cancer study, negative where still alive.
# Loprinzi et al. (1994), J. Clin. Oncol. 12: 601–607; as data set "lung" of the R package survival, time and status.
# fmt: off
LUNG = (
    306, 455, -1010, 210, 883, -1022, 310, 361, 218, 166, 170, 654, 728, 71, 567, 144, 613, 707, 61, 88, 301, 81, 624,
    371, 394, 520, 574, 118, 390, 12, 473, 26, 533, 107, 53, 122, 814, -965, 93, 731, 460, 153, 433, 145, 583, 95,
    303, 519, 643, 765, 735, 189, 53, 246, 689, 65, 5, 132, 687, 345, 444, 223, 175, 60, 163, 65, 208, -821, 428, 230,
    -840, 305, 11, 132, 226, 426, 705, 363, 11, 176, 791, 95, -196, 167, -806, 284, 641, 147, -740, 163, 655, 239, 88,
    245, -588, 30, 179, 310, 477, 166, -559, 450, 364, 107, 177, 156, -529, 11, 429, 351, 15, 181, 283, 201, 524, 13,
    212, 524, 288, 363, 442, 199, 550, 54, 558, 207, 92, 60, -551, -543, 293, 202, 353, -511, 267, -511, 371, 387,
    457, 337, 201, -404, 222, 62, -458, -356, 353, 163, 31, 340, 229, -444, -315, 182, 156, 329, -364, 291, 179, -376,
    -384, 268, -292, 142, -413, -266, 194, 320, 181, 285, -301, 348, 197, -382, -303, -296, 180, 186, 145, -269, -300,
    -284, 350, -272, -292, -332, 285, -259, 110, 286, 270, 81, 131, -225, 269, -225, -243, -279, -276, 135, 79, 59,
    -240, -202, -235, 105, -224, 239, -237, -173, -252, -221, -185, -92, 13, -222, -192, 183, -211, -175, -197, -203,
    116, -188, -191, -105, -174, -177,
)
# fmt: on


def test_lung_cancer_median() -> None:
    """R survival, survfit(Surv(time, status) ~ 1, lung): n 228, events 165, median 310, interval 285–363."""
    days = np.array(LUNG, dtype=float)
    found = durations(np.abs(days), days > 0)
    assert (found.n, found.open) == (228, 63)
    assert astuple(found.median) == (310, 285, 363)


def test_p90_interval_by_order_statistics() -> None:
    """Of 100 values the 84th and the 96th hold the P90 (binomial quantiles)."""
    assert order_ranks(100) == (84, 96)
    found = durations(np.arange(1, 101, dtype=float), np.ones(100, dtype=bool))
    assert astuple(found.p90) == (90, 84, 96)


def test_small_samples_set_no_upper_end() -> None:
    assert order_ranks(10) == (7, None)
    assert order_ranks(1, 0.5) == (None, None)


def test_quantiles_of_the_store() -> None:
    """DuckDB, 1 to 10: quantile_cont(.9) 9.1, quantile_disc(.9) 9; a complete sample here reads like the second."""
    row = duckdb.sql("SELECT quantile_cont(x, 0.9), quantile_disc(x, 0.9) FROM range(1, 11) AS r(x)").fetchone()
    assert row == (pytest.approx(9.1), 9)
    assert of_complete(np.arange(1, 11, dtype=float), 0.9).value == 9
    # With one that is open for as long as can be, the curve must step at the same place.
    found = durations(np.append(np.arange(1, 11, dtype=float), 50), np.array([True] * 10 + [False]))
    assert found.p90.value == 10 and found.median.value == 6


def test_open_calls_are_not_dropped() -> None:
    """Six took 1–6 minutes, six have been open for 30: the median of all is not that of the finished."""
    lengths = np.array([60, 120, 180, 240, 300, 360, *[1800] * 6], dtype=float)
    found = durations(lengths, lengths < 1800, goal=300)
    assert (found.n, found.open) == (12, 6)
    assert found.median.value == 360 and found.p90.value is None
    assert found.within.value == pytest.approx(100 * 5 / 12)
    dropped = durations(lengths[:6], np.ones(6, dtype=bool), goal=300)
    assert dropped.median.value == 180 and dropped.within.value == pytest.approx(100 * 5 / 6)


def test_share_within_without_open_ones_is_the_plain_share_with_wilsons_interval() -> None:
    lengths = np.arange(1, 101, dtype=float)
    plain = durations(lengths, np.ones(100, dtype=bool), goal=90).within
    late = durations(np.append(lengths, 500.0), np.array([True] * 100 + [False]), goal=90).within
    assert (
        plain.value == 90
        and plain.low == pytest.approx(82.56, abs=0.01)
        and plain.high == pytest.approx(94.48, abs=0.01)
    )
    assert late.value == pytest.approx(100 * 90 / 101) and late.low is not None and late.low < 90


@pytest.mark.parametrize(
    ("lengths", "over"),
    [([], []), ([5.0, 9.0], [False, False]), ([math.nan, -3.0], [True, True])],
)
def test_nothing_to_say(lengths: list[float], over: list[bool]) -> None:
    found = durations(np.array(lengths, dtype=float), np.array(over, dtype=bool), goal=4)
    assert found.median == found.p90 == found.within == UNKNOWN


def test_one_call_and_all_equal() -> None:
    one = durations(np.array([7.0]), np.array([True]), goal=10)
    assert astuple(one.median) == (7, None, None) and one.within.value == 100
    same = durations(np.full(50, 5.0), np.array([True] * 40 + [False] * 10), goal=5)
    assert same.median.value == 5 and same.p90.value is None and same.within.value == pytest.approx(80)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40),
    st.one_of(st.none(), st.integers(0, 30)),
)
def test_nothing_that_is_not_a_number_comes_out(calls: list[tuple[int, bool]], goal: int | None) -> None:
    lengths = np.array([call[0] for call in calls], dtype=float)
    found = durations(lengths, np.array([call[1] for call in calls], dtype=bool), goal)
    for estimate in (found.median, found.p90, found.within):
        assert all(end is None or math.isfinite(end) for end in astuple(estimate))
        if None not in astuple(estimate):
            assert estimate.low <= estimate.value <= estimate.high  # type: ignore[operator]


def test_thousands_at_one_time_have_no_width() -> None:
    lengths = np.append(np.full(9000, 3.0), np.full(10, 1.0))
    found = durations(lengths, np.array([True] * 9000 + [False] * 10))
    assert astuple(found.median) == (3, 3, 3)


def test_each_call_may_have_its_own_goal() -> None:
    lengths, goals = np.array([4.0, 6.0, 4.0, 6.0, 50.0]), np.array([5.0, 5.0, 10.0, 10.0, 5.0])
    assert durations(lengths, np.ones(5, dtype=bool), goals).within.value == pytest.approx(60)
    assert durations(lengths, np.array([True] * 4 + [False]), goals).within.value == pytest.approx(60)


DAY = Selection(period="custom", first=date(2026, 11, 20), last=date(2026, 11, 21))


def _calls(con: duckdb.DuckDBPyConnection) -> None:
    day = "2026-11-20 10:"
    tiny.alerts(con, [
        *({"call": f"{day}00", "arrive_time": f"{day}0{n}"} for n in range(2, 10)),
        {"call": f"{day}10", "arrive_time": f"{day}05"},
        # Never written down: over, as the feedback says, or more than a day old.
        {"call": f"{day}20", "feedback_time": f"{day}50"},
        {"call": f"{day}30"},
        # Open when the data end, at 12:00 on the 21st; one is no matter for an officer, one is merged, one is invalid.
        {"call": "2026-11-21 11:30", "station": tiny.EDGE},
        {"call": "2026-11-21 11:57"},
        {"call": "2026-11-21 11:40", "cat": "09"},
        {"call": "2026-11-21 11:41", "parent_id": "00000000-0000-0000-0000-000000000001"},
        {"call": "2026-11-21 11:42", "is_invalid": True},
        {"call": "2026-11-21 12:00", "arrive_time": "2026-11-21 12:00"},
    ])  # fmt: skip


def test_calls_of_the_store_that_are_still_open(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _calls)
    (found,) = chain(snapshot, "response", (), DAY)
    assert (found.durations.n, found.durations.open) == (11, 2)
    assert found.left_out == {"为负": 1, "缺失": 4}
    # Minutes ÷ goal: of 11 end at 0, .4 and .6; the one open for .6 leaves; of 7 end at .8 and 1.
    assert found.durations.median.value == 6
    assert found.durations.within.value == pytest.approx(100 * (1 - 8 / 11 * 5 / 7))
    (row,) = ask(snapshot, ("response_n", "response_median"), (), DAY).rows
    assert row["response_n"] == 9 and row["response_median"] == 5
    edge = {one.key: one.durations for one in chain(snapshot, "response", ("station",), DAY)}[tiny.EDGE,]
    assert (edge.n, edge.open, edge.median) == (1, 1, UNKNOWN)


def test_what_a_chain_refuses_and_how_it_reads(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _calls)
    with pytest.raises(UnknownName, match="response"):
        chain(snapshot, "respons", (), DAY)
    with pytest.raises(Refused, match="警格"):
        chain(snapshot, "response", ("beat", "hour"), DAY)
    assert worded(UNKNOWN) == "未达到"
    assert worded(of_complete(np.arange(1, 11, dtype=float), 0.9)) == "9.0 分钟（95% 区间 7.0–未达到）"
