"""Known answers on hand-made rows, through the path that pages and the command line take."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics.ask import Table, ask
from metrics.definitions import METRICS, dimensions_of
from metrics.model import MetricError, Refused, UnknownName
from metrics.selection import Selection
from tests import tiny
from tests.tiny import CITY, EDGE, VILLAGE


def between(first: str, last: str, **more: Any) -> Selection:
    return Selection(period="custom", first=date.fromisoformat(first), last=date.fromisoformat(last), **more)


ALL = between("2026-11-01", "2026-11-30")


def with_alerts(store: Store, *rows: dict[str, Any]) -> Snapshot:
    return tiny.snapshot_of(store, lambda con: tiny.alerts(con, rows))


def with_cases(store: Store, *rows: dict[str, Any]) -> Snapshot:
    return tiny.snapshot_of(store, lambda con: tiny.cases(con, rows))


def values(snapshot: Snapshot, *metrics: str, selection: Selection = ALL) -> dict[str, Any]:
    """The totals of some metrics."""
    return ask(snapshot, metrics, (), selection).rows[0]


def by(snapshot: Snapshot, metric: str, *dimensions: str, selection: Selection = ALL) -> dict[Any, Any]:
    """One metric by dimensions: value by key, a tuple where there are several dimensions."""
    rows = ask(snapshot, (metric,), dimensions, selection).rows
    keys = [tuple(row[name] for name in dimensions) for row in rows]
    assert len(set(keys)) == len(keys), "every combination has one row"
    return {key if len(key) > 1 else key[0]: row[metric] for key, row in zip(keys, rows, strict=True)}


def busy(counts: dict[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in counts.items() if value}


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


# --- response times -------------------------------------------------------------------------------------------------


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


# --- repeats --------------------------------------------------------------------------------------------------------

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


# --- statistical days and business weeks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cutoff", "expected"), [(0, {"2026-11-20": 1, "2026-11-21": 5}), (7, {"2026-11-20": 3, "2026-11-21": 3}),
                             (8, {"2026-11-20": 4, "2026-11-21": 2})],
)  # fmt: skip
def test_the_cut_off_hour_moves_the_night_to_the_day_before(
    store: Store, cutoff: int, expected: dict[str, int]
) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-20 12:00"},
        {"call": "2026-11-21 00:00"},
        {"call": "2026-11-21 06:59"},
        {"call": "2026-11-21 07:00"},
        {"call": "2026-11-21 08:00"},
        {"call": "2026-11-21", "time_precision": "day"},  # stays on its day whatever the hour
    )
    selection = between("2026-11-20", "2026-11-21", cutoff=cutoff)
    found = by(snapshot, "alerts", "day", selection=selection)
    assert {day.isoformat(): count for day, count in found.items()} == expected
    assert values(snapshot, "alerts", selection=selection) == {"alerts": 6}


def test_a_statistical_day_ends_at_the_same_hour_of_the_next(store: Store) -> None:
    snapshot = with_alerts(
        store, {"call": "2026-11-20 08:00"}, {"call": "2026-11-21 07:59"}, {"call": "2026-11-21 08:00"},
        {"call": "2026-11-22 09:00"},
    )  # fmt: skip
    assert values(snapshot, "alerts", selection=between("2026-11-20", "2026-11-20", cutoff=8)) == {"alerts": 2}
    hours = by(snapshot, "alerts", "hour", selection=between("2026-11-20", "2026-11-20", cutoff=8))
    assert busy(hours) == {8: 1, 7: 1}, "hours stay those of the clock"


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


def test_business_weeks_start_on_the_day_the_bureau_says(store: Store) -> None:
    # 2026-11-20 is a Friday.
    snapshot = with_alerts(store, *({"call": f"2026-11-{day} 08:00"} for day in ("13", "19", "20", "22", "26", "27")))
    selection = between("2026-11-13", "2026-11-27", week_start=5)
    assert by(snapshot, "alerts", "week", selection=selection) == {
        date(2026, 11, 13): 2,
        date(2026, 11, 20): 3,
        date(2026, 11, 27): 1,
    }
    monday = by(snapshot, "alerts", "week", selection=between("2026-11-13", "2026-11-27"))
    assert monday == {date(2026, 11, 9): 1, date(2026, 11, 16): 3, date(2026, 11, 23): 2}


def test_weekdays_are_iso(store: Store) -> None:
    snapshot = with_alerts(
        store, {"call": "2026-11-16 23:59"}, {"call": "2026-11-22 00:00"}, {"call": "2026-11-22 08:00"}
    )
    assert by(snapshot, "alerts", "weekday") == {1: 1, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 2}


def test_weekdays_long_ago_are_iso_too(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "1969-07-20 20:17"}, {"call": "1969-07-21 02:56"})  # a Sunday and a Monday
    assert busy(by(snapshot, "alerts", "weekday", selection=between("1969-07-20", "1969-07-21"))) == {7: 1, 1: 1}


# --- days with and without data -------------------------------------------------------------------------------------


def test_quiet_days_are_zero_and_days_without_data_are_absent(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.alerts(con, [{"call": "2026-11-02 08:00"}, {"call": "2026-11-04 08:00"}])
        tiny.alerts(con, [{"call": "2026-11-08 08:00"}])

    snapshot = tiny.snapshot_of(store, change)
    found = by(snapshot, "alerts", "day", selection=between("2026-10-25", "2026-11-30"))
    assert {day.day: count for day, count in found.items()} == {2: 1, 3: 0, 4: 1, 8: 1}


def test_every_hour_and_every_station_has_a_row(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-11-02 08:00", "station": EDGE})
    assert by(snapshot, "alerts", "hour") == {hour: int(hour == 8) for hour in range(24)}
    table = by(snapshot, "alerts", "station", "hour")
    assert len(table) == 3 * 24 and busy(table) == {(EDGE, 8): 1}


def test_a_period_without_data_has_no_numbers(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-11-02 08:00"})
    nowhere = between("2024-01-01", "2024-01-31")
    assert values(snapshot, "alerts", "alerts_valid", selection=nowhere) == {"alerts": None, "alerts_valid": None}
    assert by(snapshot, "alerts", "day", selection=nowhere) == {}
    assert by(snapshot, "alerts", "station", selection=nowhere) == {}


def test_calendar_dimensions_do_not_invent_impossible_pairs(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-10-30 08:00"}, {"call": "2026-11-02 08:00"})
    selection = between("2026-10-30", "2026-11-02")
    table = by(snapshot, "alerts", "month", "day", selection=selection)
    assert {(month.month, day.day): count for (month, day), count in table.items()} == {
        (10, 30): 1,
        (10, 31): 0,
        (11, 1): 0,
        (11, 2): 1,
    }
    assert all(
        day.isoweekday() == weekday for day, weekday in by(snapshot, "alerts", "day", "weekday", selection=selection)
    )
    assert set(by(snapshot, "alerts", "year", "month", selection=selection)) == {
        (2026, date(2026, 10, 1)),
        (2026, date(2026, 11, 1)),
    }


def test_a_station_has_one_kind_and_its_own_beats(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-02 08:00", "station": CITY, "beat_code": "B1"},
        {"call": "2026-11-02 08:00", "station": VILLAGE, "beat_code": "B3"},
    )
    assert by(snapshot, "alerts", "station", "kind") == {(CITY, "城区"): 1, (EDGE, "城郊"): 0, (VILLAGE, "农村"): 1}
    assert by(snapshot, "alerts", "station", "beat") == {(CITY, "B1"): 1, (VILLAGE, "B3"): 1}


def test_a_question_of_too_many_rows_is_refused(store: Store) -> None:
    def years(con: duckdb.DuckDBPyConnection) -> None:
        tiny.alerts(con, [{"call": "1990-01-01 08:00"}, {"call": "2026-11-02 08:00"}])

    snapshot = tiny.snapshot_of(store, years)
    with pytest.raises(Refused, match="请减少维度或缩短时段"):
        ask(snapshot, ("alerts",), ("day", "hour", "station"), between("1990-01-01", "2026-11-30"))


# --- sums that must agree -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Seven alerts a day in the city and three at the edge from 2024-11-01 to 2026-11-21, and some elsewhere."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2024-11-01", 751, 7, station=CITY, cat="0101")
        tiny.daily_alerts(con, "2024-11-01", 751, 3, station=EDGE, cat="04")
        tiny.daily_alerts(con, "2024-11-01", 751, 1, station="880000000000", cat="7777")

    folder: Path = tmp_path_factory.mktemp("two_years")
    return tiny.snapshot_of(Store(folder), change)


WHOLE = between("2024-11-01", "2026-11-21")


@pytest.mark.parametrize("metric", ["alerts", "alerts_valid", "alerts_crime", "alerts_dispute", "alerts_unregistered"])
@pytest.mark.parametrize(
    "dimensions",
    [(name,) for name in dimensions_of(METRICS["alerts"])]
    + [("station", "month"), ("group", "hour"), ("kind", "weekday"), ("station", "group", "year")],
    ids="-".join,
)
def test_parts_add_up_to_the_bureau(two_years: Snapshot, metric: str, dimensions: tuple[str, ...]) -> None:
    total = values(two_years, metric, selection=WHOLE)[metric]
    assert sum(by(two_years, metric, *dimensions, selection=WHOLE).values()) == total


def test_days_add_up_to_months_and_months_to_years(two_years: Snapshot) -> None:
    days = by(two_years, "alerts", "day", selection=WHOLE)
    months = by(two_years, "alerts", "month", selection=WHOLE)
    years = by(two_years, "alerts", "year", selection=WHOLE)
    assert len(days) == 751
    for month, count in months.items():
        assert count == sum(value for day, value in days.items() if day.replace(day=1) == month)
    for year, count in years.items():
        assert count == sum(value for month, value in months.items() if month.year == year)
    assert months[date(2026, 11, 1)] == 21 * 11


def test_one_question_with_many_breakdowns_agrees_with_single_ones(two_years: Snapshot) -> None:
    from metrics.query import Breakdown, Question, run

    period = WHOLE.resolve(None)
    together = run(
        two_years,
        Question(
            WHOLE,
            period,
            (
                Breakdown(("alerts", "invalid_share")),
                Breakdown(("alerts",), ("station",), ("current", "previous")),
                Breakdown(("alerts", "alerts_crime"), ("group",)),
                Breakdown(("repeat_share", "cases_filed"), ("station",)),
                Breakdown(("alerts",), ("hour", "weekday")),
            ),
        ),
    )
    assert together.total("alerts") == 751 * 11
    stations = together.frame(("station",))
    assert dict(zip(stations["station"], stations["alerts"], strict=True)) == by(
        two_years, "alerts", "station", selection=WHOLE
    )
    assert {"repeat_share", "cases_filed"} <= set(stations.columns)
    groups = together.frame(("group",))
    assert groups.set_index("group")["alerts_crime"].to_dict() == by(
        two_years, "alerts_crime", "group", selection=WHOLE
    )
    assert len(together.frame(("hour", "weekday"))) == 168


# --- precision ------------------------------------------------------------------------------------------------------


def test_hours_and_days_of_data_known_by_month_are_refused(store: Store) -> None:
    snapshot = with_alerts(
        store, {"call": "2026-09-01", "time_precision": "month"}, {"call": "2026-10-01", "time_precision": "month"}
    )
    months = between("2026-09-01", "2026-10-31")
    assert list(by(snapshot, "alerts", "month", selection=months).values()) == [1, 1]
    assert list(by(snapshot, "alerts", "year", selection=months).values()) == [2]
    for name in ("hour", "day", "week", "weekday"):
        with pytest.raises(Refused, match="2026-09 至 2026-10 的警情时间只精确到月"):
            by(snapshot, "alerts", name, selection=months)
    with pytest.raises(Refused, match="截取不足整月的时段"):
        values(snapshot, "alerts", selection=between("2026-09-01", "2026-09-15"))
    assert values(snapshot, "alerts", selection=between("2026-09-01", "2026-09-30")) == {"alerts": 1}


def test_hours_of_data_known_by_day_are_refused_but_days_are_not(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-11-02", "time_precision": "day"})
    with pytest.raises(Refused, match="2026-11 的警情时间只精确到日，不能按小时统计"):
        by(snapshot, "alerts", "hour")
    assert busy(by(snapshot, "alerts", "weekday")) == {1: 1}


def test_mixed_precision_is_answered_with_a_note_that_is_true(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-01", "time_precision": "month"},
        {"call": "2026-11-01", "time_precision": "month"},
        {"call": "2026-11-02", "time_precision": "day"},
        {"call": "2026-11-03 08:00"},
        {"call": "2026-11-30 08:00"},
    )
    assert values(snapshot, "alerts") == {"alerts": 5}
    table = ask(snapshot, ("alerts",), ("hour",), ALL)
    assert sum(row["alerts"] for row in table.rows) == 2
    assert "未计入" in table.answer.notes[0]
    table = ask(snapshot, ("alerts",), ("day",), ALL)
    assert sum(row["alerts"] for row in table.rows) == 3
    part = ask(snapshot, ("alerts",), (), between("2026-11-01", "2026-11-15"))
    assert part.answer.notes == ["2026-11 有部分警情时间只精确到月，未计入截取不足整月的时段的数字。"]
    assert part.rows == [{"alerts": 2}], "rows known only by month are in no part of it"


def test_whole_months_inside_a_longer_part_are_counted(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-09-01", "time_precision": "month"},
        {"call": "2026-11-02 08:00"},
        {"call": "2026-11-20 08:00"},
    )
    table = ask(snapshot, ("alerts",), (), between("2026-09-01", "2026-11-15"))
    assert table.rows == [{"alerts": 2}]
    assert table.answer.notes == [], "September is whole, and November is known to the minute"


# --- cases ----------------------------------------------------------------------------------------------------------


def test_cases_are_filed_and_solved_at_their_own_times(store: Store) -> None:
    snapshot = with_cases(
        store,
        {"filed": "2026-10-20 08:00", "solved": "2026-11-05 08:00"},
        {"filed": "2026-11-02 08:00", "solved": "2026-11-10 08:00"},
        {"filed": "2026-11-03 08:00"},
        {"filed": "2026-11-04 08:00", "category": "070000"},  # 行政
        {"filed": "2026-11-05 08:00", "status": "已破案"},  # solved, nobody knows when
        {"filed": "2026-11-06 08:00", "no_file_time": "2026-11-07 08:00"},  # 不予立案
        {"report_time": "2026-11-08 08:00"},
    )
    assert values(snapshot, "cases_filed", "cases_solved", "cases_solved_undated", "clear_rate", "cases_all") == {
        "cases_filed": 4,
        "cases_solved": 3,
        "cases_solved_undated": 1,
        "clear_rate": 75,
        "cases_all": 5,
    }
    assert busy(by(snapshot, "cases_solved", "day")) == {
        date(2026, 11, 5): 2,
        date(2026, 11, 10): 1,
    }


def test_a_clear_rate_may_pass_a_hundred(store: Store) -> None:
    snapshot = with_cases(
        store,
        {"filed": "2026-10-01 08:00", "solved": "2026-11-02 08:00"},
        {"filed": "2026-10-02 08:00", "solved": "2026-11-03 08:00"},
        {"filed": "2026-11-04 08:00"},
    )
    assert values(snapshot, "clear_rate") == {"clear_rate": 200}


def test_categories_of_alerts_and_cases_are_told_apart(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.alerts(con, [{"call": "2026-11-02 08:00", "cat": "0101"}, {"call": "2026-11-20 08:00", "cat": "02"}])
        tiny.cases(con, [{"filed": "2026-11-02 08:00"}, {"filed": "2026-11-20 08:00", "category": "070000"}])

    snapshot = tiny.snapshot_of(store, change)
    both = ("alerts", "cases_all")
    assert values(snapshot, *both, selection=between("2026-11-01", "2026-11-30", categories=("刑事",))) == {
        "alerts": 1,
        "cases_all": 1,
    }
    table = ask(snapshot, both, (), between("2026-11-01", "2026-11-30", categories=("盗窃",)))
    assert table.rows == [{"alerts": 1, "cases_all": None}]
    assert table.answer.notes == ["所选类别不属于案件类别，案件指标不适用。"]
    table = ask(snapshot, both, ("station",), between("2026-11-01", "2026-11-30", categories=("050000",)))
    assert table.answer.notes == ["所选类别不属于警情类别，警情指标不适用。"]
    assert {row["station"]: row["cases_all"] for row in table.rows} == {CITY: 1, EDGE: 0, VILLAGE: 0}
    assert all(row["alerts"] is None for row in table.rows)


# --- rates ----------------------------------------------------------------------------------------------------------


def test_alerts_per_ten_thousand_people_and_year(two_years: Snapshot) -> None:
    stations = by(two_years, "alerts_per_10k", "station", selection=WHOLE)
    assert stations[CITY] == pytest.approx(7 * 365 / 2)
    assert stations[EDGE] == pytest.approx(3 * 365 / 1)
    assert (stations[VILLAGE], stations["未登记"]) == (0, None)
    # 35,000 people; the alerts of an unregistered unit belong to none of them.
    total = values(two_years, "alerts_per_10k", selection=WHOLE)["alerts_per_10k"]
    assert total == pytest.approx(10 * 365 / 3.5)
    months = by(two_years, "alerts_per_10k", "month", selection=WHOLE)
    assert months[date(2025, 2, 1)] == pytest.approx(10 * 365 / 3.5)
    assert months[date(2026, 11, 1)] == pytest.approx(10 * 365 / 3.5), "twenty-one days, not thirty"
    kinds = by(two_years, "alerts_per_10k", "kind", selection=WHOLE)
    assert (kinds["城区"], kinds["城郊"], kinds["未登记"]) == (pytest.approx(7 * 365 / 2), pytest.approx(3 * 365), None)


def test_a_rate_uses_the_days_that_have_data(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-09-01", 10, 7)
        tiny.daily_alerts(con, "2026-11-01", 10, 7)

    snapshot = tiny.snapshot_of(store, change)
    total = values(snapshot, "alerts_per_10k", selection=between("2026-09-01", "2026-11-10"))
    assert total["alerts_per_10k"] == pytest.approx(7 * 365 / 3.5)


@pytest.mark.parametrize("dimension", ["hour", "weekday"])
def test_a_yearly_rate_by_hour_is_refused(two_years: Snapshot, dimension: str) -> None:
    with pytest.raises(Refused, match="「万人警情」不能按"):
        by(two_years, "alerts_per_10k", dimension, selection=WHOLE)


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metrics", "dimensions", "message"),
    [
        (("alrts",), (), "没有名为「alrts」的指标，是否要找「alerts」？"),
        (("alerts",), ("statoin",), "没有名为「statoin」的维度，是否要找「station」？"),
        (("alerts; drop table alerts",), (), "没有名为「alerts; drop table alerts」的指标"),
        (("alerts",), ("1); drop table alerts; --",), "没有名为"),
    ],
)
def test_unknown_names_are_answered_and_never_reach_the_store(
    two_years: Snapshot, metrics: tuple[str, ...], dimensions: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UnknownName) as raised:
        ask(two_years, metrics, dimensions, WHOLE)
    assert message in str(raised.value)


def test_values_from_outside_are_parameters(two_years: Snapshot) -> None:
    for text in ("'; DROP TABLE alerts; --", '"', "$since_0", "{week_shift}", "%s"):
        with pytest.raises(MetricError):
            values(two_years, "alerts", selection=between("2026-11-01", "2026-11-21", stations=(text,)))


def test_rows_are_plain_values_in_json(two_years: Snapshot) -> None:
    table: Table = ask(two_years, ("alerts", "invalid_share"), ("month", "station"), WHOLE)
    first = table.to_json()[0]
    assert first["month"] == "2024-11" and isinstance(first["alerts"], int)
    interval = {"invalid_share_low", "invalid_share_high"}
    assert {"month", "station", "alerts", "invalid_share"} | interval == set(first)
