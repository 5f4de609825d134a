"""Which alerts count, and the shares that are made of them: known answers on hand-made rows."""

from __future__ import annotations

import duckdb
import pytest

from data.snapshots import Store
from metrics.model import UnknownName
from tests import tiny
from tests.metrics.asking import between, busy, by, values, with_alerts
from tests.tiny import CITY, EDGE, VILLAGE

# --- what is counted ------------------------------------------------------------------------------------------------


def test_valid_invalid_and_merged_alerts(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "cat": "0101"},
        {"call": "2026-11-02 09:00", "cat": "02"},
        {"call": "2026-11-02 10:00", "cat": "05", "is_invalid": True},
        {"call": "2026-11-02 11:00", "cat": "9901"},  # its category is flagged 无效
        {"call": "2026-11-02 12:00", "cat": "0101", "parent_id": "00000000-0000-0000-0000-000000000001"},
    )
    assert values(
        snapshot, "alerts", "alerts_valid", "alerts_invalid", "alerts_merged", "alerts_crime", "alerts_criminal",
        "alerts_order", "invalid_share",
    ) == {
        "alerts": 5, "alerts_valid": 2, "alerts_invalid": 2, "alerts_merged": 1, "alerts_crime": 2,
        "alerts_criminal": 1, "alerts_order": 1, "invalid_share": 40,
    }  # fmt: skip
    assert values(snapshot, "alerts", selection=between("2026-11-01", "2026-11-30", valid_only=True)) == {"alerts": 2}


def test_confirmed_category_counts_and_falls_back_to_the_original(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "cat_orig": "0101", "cat": "04"},
        {"call": "2026-11-02 09:00", "cat_orig": "0101", "cat": None},
    )
    assert busy(by(snapshot, "alerts", "group")) == {"纠纷": 1, "刑事": 1}
    original = between("2026-11-01", "2026-11-30", basis="original")
    assert busy(by(snapshot, "alerts", "group", selection=original)) == {"刑事": 2}
    assert values(snapshot, "alerts_criminal", selection=original) == {"alerts_criminal": 2}
    assert values(snapshot, "unconfirmed_share", "alerts_unconfirmed") == {
        "unconfirmed_share": 50,
        "alerts_unconfirmed": 1,
    }


def test_unregistered_stations_and_unmapped_categories_keep_their_rows(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "station": "990000000000", "cat": "7777"},
        {"call": "2026-11-02 08:00", "station": None, "cat": None},
        {"call": "2026-11-02 08:00", "station": CITY, "cat": "05"},
    )
    assert by(snapshot, "alerts", "station") == {CITY: 1, EDGE: 0, VILLAGE: 0, "未登记": 2}
    assert by(snapshot, "alerts", "category") == {"05": 1, "未映射": 2}
    assert by(snapshot, "alerts", "group") == {"求助": 1, "未映射": 2}
    assert busy(by(snapshot, "alerts", "kind")) == {"城区": 1, "未登记": 2}
    assert busy(by(snapshot, "alerts", "beat")) == {"未登记": 3}
    assert values(snapshot, "alerts_unregistered", "alerts_unmapped") == {
        "alerts_unregistered": 2,
        "alerts_unmapped": 2,
    }
    assert values(snapshot, "alerts", selection=between("2026-11-01", "2026-11-30", stations=("未登记",))) == {
        "alerts": 2
    }
    assert values(snapshot, "alerts", selection=between("2026-11-01", "2026-11-30", categories=("未映射",))) == {
        "alerts": 2
    }


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (("刑事",), 4),  # the group
        (("01",), 4),  # the code with all below it
        (("0101",), 3),
        (("盗窃",), 3),  # the same by name
        (("010101",), 1),
        (("010101", "010102"), 2),
        (("0101", "010101"), 3),  # nothing counted twice
        (("0102", "治安"), 2),
        (("99",), 0),
        ((), 5),
    ],
)
def test_a_category_means_its_whole_branch(store: Store, chosen: tuple[str, ...], count: int) -> None:
    snapshot = with_alerts(
        store, *({"call": "2026-11-02 08:00", "cat": cat} for cat in ("0101", "010101", "010102", "0102", "02"))
    )
    selection = between("2026-11-01", "2026-11-30", categories=chosen)
    assert values(snapshot, "alerts", selection=selection) == {"alerts": count}


def test_stations_are_chosen_by_code_or_name(store: Store) -> None:
    snapshot = with_alerts(
        store, *({"call": "2026-11-02 08:00", "station": code} for code in (CITY, CITY, EDGE, VILLAGE))
    )
    for chosen, expected in (((CITY,), {CITY: 2}), (("东港派出所", EDGE), {CITY: 2, EDGE: 1})):
        selection = between("2026-11-01", "2026-11-30", stations=chosen)
        assert by(snapshot, "alerts", "station", selection=selection) == expected
    with pytest.raises(UnknownName, match="没有名为「东巷派出所」的派出所，是否要找「东港派出所」？"):
        values(snapshot, "alerts", selection=between("2026-11-01", "2026-11-30", stations=("东巷派出所",)))
    with pytest.raises(UnknownName, match="没有名为「倒窃」的类别，是否要找「盗窃」？"):
        values(snapshot, "alerts", selection=between("2026-11-01", "2026-11-30", categories=("倒窃",)))


def test_receipts_are_counted_once_per_number(store: Store) -> None:
    number = "00000000-0000-0000-0000-00000000000a"
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "alert_id": number},
        {"call": "2026-11-02 08:00", "alert_id": number},
        {"call": "2026-11-02 08:00"},
        {"call": "2026-11-02 08:00"},
    )
    assert values(snapshot, "alerts", "alert_receipts") == {"alerts": 4, "alert_receipts": 3}


def test_non_police_alerts_and_what_was_handed_on(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "cat": "08", "result_code": "移交12345"},
        {"call": "2026-11-02 08:00", "cat": "08", "result_code": "现场处置"},
        {"call": "2026-11-02 08:00", "cat": "09"},
        {"call": "2026-11-02 08:00", "cat": "09", "result_code": "12345"},
        {"call": "2026-11-02 08:00", "cat": "05", "result_code": "移交12345"},
    )
    assert values(snapshot, "alerts_non_police", "diverted_share") == {"alerts_non_police": 4, "diverted_share": 50}


# --- published and derived shares -----------------------------------------------------------------------------------


def test_satisfaction_reproduces_the_published_figure(store: Store) -> None:
    # Design 4-metrics: 6,554 满意 and 731 基本满意 of 7,781 answered visits were published as 88.93%.
    def visits(con: duckdb.DuckDBPyConnection) -> None:
        number = tiny.batch(con)
        for score, count in (
            ("满意", 6554),
            ("基本满意", 731),
            ("不满意", 7781 - 6554 - 731),
            ("未回访", 500),
            (None, 99),
        ):
            con.execute(
                "INSERT INTO alerts (call_time, cat_conf, station_code, visit_score, is_invalid, time_precision,"
                " batch_id) SELECT '2026-11-02 08:00', '05', ?, ?, false, 'minute', ? FROM range(?)",
                [CITY, score, number, count],
            )

    found = values(tiny.snapshot_of(store, visits), "satisfaction", "visits_answered", "visit_points")
    assert round(found["satisfaction"], 2) == 88.93
    assert (found["visits_answered"], found["visit_points"]) == (7781, 6919.5)


def test_disputes_are_resolved_or_pending(store: Store) -> None:
    snapshot = with_alerts(
        store,
        *(
            {"call": "2026-11-02 08:00", "cat": "04", "mediated": how}
            for how in ("已化解", "已化解", "调解中", "待化解", None)
        ),
        {"call": "2026-11-02 08:00", "cat": "05", "mediated": "已化解"},
    )
    assert values(snapshot, "dispute_resolved", "disputes_pending", "alerts_dispute") == {
        "dispute_resolved": None,
        "disputes_pending": 2,
        "alerts_dispute": 5,
    }


def test_disputes_count_once_their_time_is_up(store: Store) -> None:
    """Seven days from the call, whatever became of them: 2 of 4 of the second, none of the tenth, six days old."""
    snapshot = with_alerts(
        store,
        *(
            {"call": f"2026-11-{day} 08:00", "cat": "04", "mediated": how}
            for day, hows in (("02", ("已化解", "已化解", "调解中", None)), ("10", ("已化解", "待化解")))
            for how in hows
        ),
        {"call": "2026-11-16 08:00", "cat": "05"},
    )
    assert values(snapshot, "dispute_resolved", "disputes_due", "disputes_due_resolved", "disputes_pending") == {
        "dispute_resolved": 50,
        "disputes_due": 4,
        "disputes_due_resolved": 2,
        "disputes_pending": 2,
    }


def test_conversion_counts_crime_alerts_that_became_a_case(store: Store) -> None:
    case = "00000000-0000-0000-0000-0000000000ca"
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "cat": "0101", "case_id": case},
        {"call": "2026-11-02 08:00", "cat": "02"},
        {"call": "2026-11-02 08:00", "cat": "05", "case_id": case},
    )
    assert values(snapshot, "conversion", "alerts_converted") == {"conversion": 50, "alerts_converted": 1}


def test_a_share_of_nothing_is_unknown_and_not_zero(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-11-02 08:00"})
    assert values(
        snapshot, "dispute_resolved", "satisfaction", "alerts_dispute", "visit_points", "visits_answered"
    ) == {
        "dispute_resolved": None,
        "satisfaction": None,
        "alerts_dispute": 0,
        "visit_points": 0,
        "visits_answered": 0,
    }
    assert values(snapshot, "response_median", "response_n") == {"response_median": None, "response_n": 0}


def test_a_sum_over_a_quiet_day_is_zero(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-11-01 08:00"}, {"call": "2026-11-03 08:00", "visit_score": "满意"})
    quiet = between("2026-11-02", "2026-11-02")
    assert values(snapshot, "visit_points", "alerts", selection=quiet) == {"visit_points": 0, "alerts": 0}
