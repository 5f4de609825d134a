"""Times of response: which can be used, how they are summed up. Known answers on hand-made rows."""

from __future__ import annotations

import pytest

from data.snapshots import Store
from tests.metrics.asking import by, values, with_alerts
from tests.tiny import CITY, EDGE, VILLAGE


def test_response_times_across_midnight_and_those_that_cannot_be_used(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 23:58", "arrive_time": "2026-11-03 00:03"},  # 5 min, over midnight
        {"call": "2026-11-03 08:00", "arrive_time": "2026-11-03 08:15"},  # 15 min
        {"call": "2026-11-03 09:00", "arrive_time": "2026-11-03 09:25:30"},  # 25.5 min
        {"call": "2026-11-03 10:00", "arrive_time": "2026-11-04 10:00"},  # exactly 24 h is the limit
        {"call": "2026-11-03 10:00", "arrive_time": "2026-11-04 10:00:01"},  # over 24 h
        {"call": "2026-11-03 11:00", "arrive_time": "2026-11-03 10:59"},  # negative
        {"call": "2026-11-03", "arrive_time": "2026-11-03 10:59", "time_precision": "day"},
        {"call": "2026-11-03 12:00"},  # never arrived: neither usable nor unusable
        {"call": "2026-11-03 12:00", "arrive_time": "2026-11-03 12:01",
         "parent_id": "00000000-0000-0000-0000-000000000001"},  # merged into another
    )  # fmt: skip
    found = values(
        snapshot, "response_n", "response_unusable", "response_stamped", "response_median", "response_p90",
        "response_unusable_share", "response_in_goal", "alerts_arrived",
    )  # fmt: skip
    assert (found["response_n"], found["response_unusable"], found["response_stamped"]) == (4, 3, 7)
    assert found["response_median"] == pytest.approx((15 + 25.5) / 2)
    assert found["response_p90"] == pytest.approx(25.5 + 0.7 * (1440 - 25.5))
    assert found["response_unusable_share"] == pytest.approx(300 / 7)
    assert (found["response_in_goal"], found["alerts_arrived"]) == (1, 8)


def test_percentiles_interpolate_as_duckdb_does(store: Store) -> None:
    # Design 5-statistics §7: of 1..10 the 90% quantile is 9.1.
    snapshot = with_alerts(
        store, *({"call": "2026-11-02 08:00", "arrive_time": f"2026-11-02 08:{n:02d}"} for n in range(1, 11))
    )
    assert values(snapshot, "response_p90", "response_median") == {
        "response_p90": pytest.approx(9.1),
        "response_median": pytest.approx(5.5),
    }


def test_the_goal_depends_on_the_kind_of_station(store: Store) -> None:
    minutes = {"call": "2026-11-02 08:00", "arrive_time": "2026-11-02 08:08"}
    snapshot = with_alerts(store, {**minutes, "station": CITY}, {**minutes, "station": VILLAGE})
    assert by(snapshot, "response_within", "station") == {CITY: 0, EDGE: None, VILLAGE: 100}


def test_the_other_segments(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {
            "call": "2026-11-02 08:00", "answer_time": "2026-11-02 08:00:30", "dispatch_time": "2026-11-02 08:02",
            "arrive_time": "2026-11-02 08:10", "done_time": "2026-11-02 08:40", "feedback_time": "2026-11-02 09:30",
        },
        {"call": "2026-11-02 08:00", "arrive_time": "2026-11-02 08:20", "feedback_time": "2026-11-02 07:00"},
    )  # fmt: skip
    assert values(
        snapshot, "answer_median", "dispatch_median", "on_scene_median", "response_dispatched_median",
        "alerts_arrived_undispatched", "feedback_n", "feedback_2h", "feedback_late",
    ) == {
        "answer_median": 0.5, "dispatch_median": 2, "on_scene_median": 30, "response_dispatched_median": 10,
        "alerts_arrived_undispatched": 1, "feedback_n": 1, "feedback_2h": 1, "feedback_late": 100,
    }  # fmt: skip


def test_feedback_bands_are_closed_above_and_add_up(store: Store) -> None:
    ends = ("08:30", "08:30:01", "09:00", "10:00", "12:00", "12:00:01")
    snapshot = with_alerts(store, *({"call": "2026-11-02 08:00", "feedback_time": f"2026-11-02 {end}"} for end in ends))
    bands = ("feedback_30m", "feedback_60m", "feedback_2h", "feedback_4h", "feedback_over_4h")
    assert list(values(snapshot, *bands).values()) == [1, 2, 1, 1, 1]
    assert values(snapshot, "feedback_n", "feedback_late_n") == {"feedback_n": 6, "feedback_late_n": 5}
