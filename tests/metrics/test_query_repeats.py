"""Alerts that come back within thirty days: known answers on hand-made rows."""

from __future__ import annotations

from data.snapshots import Store
from tests.metrics.asking import between, values, with_alerts
from tests.tiny import CITY, EDGE

CALLER = "00000000-0000-0000-0000-0000000000c1"


def test_a_repeat_counts_up_to_exactly_thirty_days(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-10-03 08:00", "caller_key": CALLER},
        {"call": "2026-11-02 08:00", "caller_key": CALLER},  # exactly 30 days
        {"call": "2026-11-02 08:00", "cell_x": 5, "cell_y": 7},
        {"call": "2026-10-03 07:59", "cell_x": 5, "cell_y": 7},  # 30 days and a minute before
    )
    assert values(snapshot, "repeat_base", "repeat_caller", "repeat_place", "repeat_any") == {
        "repeat_base": 2,
        "repeat_caller": 1,
        "repeat_place": 0,
        "repeat_any": 1,
    }
    assert values(snapshot, "repeat_share") == {"repeat_share": 50}


def test_a_place_repeats_only_within_its_group_and_cell(store: Store) -> None:
    first = {"call": "2026-11-02 08:00", "cell_x": 5, "cell_y": 7, "cat": "04"}
    snapshot = with_alerts(
        store,
        first,
        {**first, "call": "2026-11-03 08:00"},  # the second dispute in the cell
        {**first, "call": "2026-11-04 08:00", "cat": "05"},
        {**first, "call": "2026-11-05 08:00", "cell_y": 8},
        {"call": "2026-11-06 08:00", "cat": "04"},  # without a place
        {"call": "2026-11-07 08:00", "cat": "04"},
        {**first, "call": "2026-11-08 08:00", "is_invalid": True},
    )
    assert values(snapshot, "repeat_place", "repeat_base", "repeat_caller") == {
        "repeat_place": 1,
        "repeat_base": 6,
        "repeat_caller": 0,
    }


def test_the_alert_before_may_lie_outside_the_filter(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "caller_key": CALLER, "station": EDGE},
        {"call": "2026-11-03 08:00", "caller_key": CALLER, "station": CITY},
    )
    selection = between("2026-11-01", "2026-11-30", stations=(CITY,))
    assert values(snapshot, "repeat_caller", "repeat_base", selection=selection) == {
        "repeat_caller": 1,
        "repeat_base": 1,
    }


def test_repeats_follow_the_cut_off_too(store: Store) -> None:
    snapshot = with_alerts(
        store, {"call": "2026-11-20 09:00", "caller_key": CALLER}, {"call": "2026-11-21 07:00", "caller_key": CALLER},
        {"call": "2026-11-22 09:00"},
    )  # fmt: skip
    selection = between("2026-11-20", "2026-11-20", cutoff=8)
    assert values(snapshot, "repeat_base", "repeat_caller", selection=selection) == {
        "repeat_base": 2,
        "repeat_caller": 1,
    }
