"""Known answers of the definitions, worked out by hand on the tiny bureau."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import query
from metrics.periods import Period
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection
from tests import force, tiny

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
Change = Callable[[duckdb.DuckDBPyConnection], None]


def answer(
    snapshot: Snapshot,
    metrics: tuple[str, ...],
    by: tuple[str, ...] = (),
    period: Period = NOVEMBER,
    spans: tuple[str, ...] = ("current",),
    **selection: Any,
) -> Answer:
    return query.run(snapshot, Question(Selection(**selection), period, (Breakdown(metrics, by, spans),)))


def values(snapshot: Snapshot, *metrics: str, period: Period = NOVEMBER, **selection: Any) -> list[float | None]:
    """Return the bureau's values of some metrics."""
    found = answer(snapshot, metrics, period=period, **selection)
    return [found.total(name) for name in metrics]


def rows(
    snapshot: Snapshot, metric: str, *by: str, period: Period = NOVEMBER, **selection: Any
) -> dict[Any, float | None]:
    """Return one metric by dimensions; the key is plain where there is one dimension."""
    frame = answer(snapshot, (metric,), by, period, **selection).frame(by)
    keys = list(frame[list(by)].itertuples(index=False, name=None))
    found = [None if value != value else float(value) for value in frame[metric].astype("float64")]
    return {key[0] if len(by) == 1 else key: value for key, value in zip(keys, found, strict=True)}


def test_satisfaction_of_the_published_survey(store: Store) -> None:
    """6,554 satisfied and 731 fairly satisfied of 7,781 visits give the published 88.93%."""

    def visits(con: duckdb.DuckDBPyConnection) -> None:
        for score, number in (("满意", 6554), ("基本满意", 731), ("不满意", 7781 - 6554 - 731), ("未回访", 200)):
            tiny.daily_alerts(con, "2026-11-20", 1, number)
            con.execute("UPDATE alerts SET visit_score = ? WHERE visit_score IS NULL", [score])

    points, answered, satisfaction = values(
        tiny.snapshot_of(store, visits), "visit_points", "visits_answered", "satisfaction"
    )
    assert (points, answered) == (6919.5, 7781)
    assert satisfaction is not None and f"{satisfaction:.2f}" == "88.93"


def test_unusable_times_are_counted_by_reason(store: Store) -> None:
    """Usable + missing + coarse + negative + over a day = every alert that is not merged into another."""
    call = "2026-11-20 08:00:00"

    def chain(con: duckdb.DuckDBPyConnection) -> None:
        rows = [
            {"arrive_time": "2026-11-20 08:04:00"},
            {"arrive_time": "2026-11-20 08:07:00"},
            {"arrive_time": "2026-11-20 07:59:00"},
            {"arrive_time": "2026-11-21 08:00:01"},
            {"arrive_time": "2026-11-20 09:00:00", "time_precision": "hour"},
            {},
            {"time_precision": "day"},
            {"arrive_time": "2026-11-20 08:01:00", "parent_id": "00000000-0000-0000-0000-000000000001"},
        ]
        tiny.alerts(con, [{"call": call, "station": tiny.CITY, **row} for row in rows])

    snapshot = tiny.snapshot_of(store, chain)
    names = ("n", "missing", "coarse", "negative", "over_day", "unusable", "stamped", "in_goal")
    assert values(snapshot, *(f"response_{name}" for name in names)) == [2, 2, 1, 1, 1, 3, 5, 1]
    shares = ("response_within", "response_within_5m", "response_unusable_share", "response_median")
    assert values(snapshot, *shares) == [50, 50, 60, 5.5]
    for stem in ("answer", "dispatch", "response", "on_scene"):
        parts = values(snapshot, *(f"{stem}_{name}" for name in names[:5]))
        assert sum(part or 0 for part in parts) == 7


def test_categories_by_level_of_the_tree(store: Store) -> None:
    """A code that lies higher stands for itself; a code that is not in the list stays 未映射."""

    def calls(con: duckdb.DuckDBPyConnection) -> None:
        cats = ["010101", "010101", "010102", "0101", "0102", "05", "77"]
        tiny.alerts(con, [{"call": "2026-11-20 08:00:00", "cat": cat} for cat in cats])
        tiny.cases(con, [{"filed": "2026-11-20 08:00:00", "category": code} for code in ("050100", "070000")])

    snapshot = tiny.snapshot_of(store, calls)
    assert rows(snapshot, "alerts", "category1") == {"01": 5, "05": 1, "未映射": 1}
    assert rows(snapshot, "alerts", "category2") == {"0101": 4, "0102": 1, "05": 1, "未映射": 1}
    third = {"0101": 1, "010101": 2, "010102": 1, "0102": 1, "05": 1, "未映射": 1}
    assert rows(snapshot, "alerts", "category3") == third
    assert rows(snapshot, "cases_all", "case_category") == {"050100": 1, "070000": 1}
    assert rows(snapshot, "cases_all", "category1") == {"050000": 1, "070000": 1}


def test_a_circle_or_a_missing_parent_does_not_lose_a_category(store: Store) -> None:
    def circle(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("UPDATE alert_categories SET parent = code WHERE code = '02'")
        con.execute("UPDATE alert_categories SET parent = '88' WHERE code = '03'")
        con.execute("UPDATE alert_categories SET parent = '08' WHERE code = '09'")
        con.execute("UPDATE alert_categories SET parent = '09' WHERE code = '08'")
        tiny.alerts(con, [{"call": "2026-11-20 08:00:00", "cat": cat} for cat in ("02", "03", "08", "09")])

    assert rows(tiny.snapshot_of(store, circle), "alerts", "category1") == {"02": 1, "03": 1, "08": 1, "09": 1}


def _six_cases(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO case_categories VALUES ('030100', NULL, '故意伤害案', '刑事', '八类', NULL)")
    day = "2026-11-10"
    tiny.cases(
        con,
        [
            # 2 hours and 4 days until filed; the first solved in the period.
            {"accept_time": f"{day} 08:00:00", "filed": f"{day} 10:00:00", "solved": f"{day} 20:00:00",
             "handling_unit": tiny.CITY, "beat_code": "B1", "kind": "刑事"},
            {"accept_time": "2026-11-06 10:00:00", "filed": f"{day} 10:00:00", "handling_unit": force.HEADQUARTERS,
             "category": "050200", "beat_code": "B1", "kind": "刑事"},
            # Severe outcome, filed by a station though on the negative list.
            {"filed": f"{day} 11:00:00", "category": "030100", "serious": True, "negative_list": True,
             "handling_unit": tiny.VILLAGE, "station": tiny.VILLAGE, "beat_code": "B3", "kind": "刑事"},
            {"filed": f"{day} 11:00:00", "category": "030100", "serious": False, "kind": "刑事"},
            # An old case, filed a year ago, solved now.
            {"filed": "2025-11-20 09:00:00", "solved": "2026-11-12 09:00:00", "kind": "刑事"},
            # Administrative: accepted 30 hours after the report.
            {"report_time": "2026-11-09 06:00:00", "accept_time": f"{day} 12:00:00", "category": "070000",
             "kind": "行政"},
        ],
    )  # fmt: skip


def test_cases_by_kind_speed_and_handler(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _six_cases)
    kinds = ("cases_order", "cases_theft", "cases_fraud", "cases_telecom", "cases_serious8")
    assert values(snapshot, *kinds) == [1, 1, 1, 1, 1]
    assert values(snapshot, "cases_filed", "cases_solved") == [4, 2]
    assert values(snapshot, "clear_rate", "clear_rate_period") == [50, 25]
    assert values(snapshot, "filing_within_24h", "filing_within_3d", "filing_within_7d") == [0, 50, 100]
    assert values(snapshot, "filing_delay", "filing_missing") == [49, 2]
    handled = ("criminal_handled", "criminal_by_station", "station_criminal_share", "negative_list")
    assert values(snapshot, *handled) == [3, 2, pytest.approx(200 / 3), 1]


def test_open_cases_at_the_end_of_the_period_and_of_each_month(store: Store) -> None:
    def filed(con: duckdb.DuckDBPyConnection) -> None:
        tiny.cases(
            con,
            [
                {"filed": "2026-09-01 09:00:00", "kind": "刑事"},
                {"filed": "2026-09-11 09:00:00", "solved": "2026-10-05 09:00:00", "kind": "刑事"},
                {"filed": "2026-10-11 09:00:00", "cancel_time": "2026-11-02 09:00:00", "kind": "刑事"},
                {"filed": "2026-11-21 09:00:00", "kind": "刑事"},
                {"accept_time": "2026-10-11 09:00:00", "no_file_time": "2026-10-12 09:00:00", "kind": "刑事"},
                {"filed": "2026-10-11 09:00:00", "status": "已破案", "kind": "刑事"},
            ],
        )

    snapshot = tiny.snapshot_of(store, filed)
    autumn = Period(date(2026, 9, 1), date(2026, 11, 30))
    months = [date(2026, month, 1) for month in (9, 10, 11)]
    assert rows(snapshot, "open_cases", "month", period=autumn) == dict(zip(months, [2, 2, 2], strict=True))
    assert rows(snapshot, "open_age_median", "month", period=autumn) == dict(zip(months, [25, 41, 41.5], strict=True))
    assert rows(snapshot, "open_cases", "quarter", period=autumn) == {date(2026, 7, 1): 2, date(2026, 10, 1): 2}
    # Filed on 1 September and on 21 November, with which the data end.
    assert values(snapshot, "open_cases", "open_age_median", "open_over_90d", period=autumn) == [2, 41.5, 0]
    early = Period(date(2026, 9, 1), date(2026, 9, 20))
    assert values(snapshot, "open_cases", "open_age_median", period=early) == [2, 15]


def test_beats_without_crime(store: Store) -> None:
    """B1 has cases in October and November, B3 in November only, B2 never."""

    def filed(con: duckdb.DuckDBPyConnection) -> None:
        days = [("2026-10-05", "B1", "050100"), ("2026-11-05", "B1", "070000"), ("2026-11-06", "B3", "050100")]
        tiny.cases(con, [{"filed": f"{day} 09:00:00", "beat_code": beat, "category": code} for day, beat, code in days])

    snapshot = tiny.snapshot_of(store, filed)
    autumn = Period(date(2026, 10, 1), date(2026, 11, 30))
    assert rows(snapshot, "zero_crime_beats", "month", period=autumn) == {date(2026, 10, 1): 2, date(2026, 11, 1): 1}
    assert values(snapshot, "zero_crime_beats", "beats_counted", period=autumn) == [1, 3]
    assert rows(snapshot, "zero_crime_beats", "station") == {tiny.CITY: 1, tiny.EDGE: 0, tiny.VILLAGE: 0}
    assert values(snapshot, "zero_crime_beats", categories=("050000",)) == [2]
    assert rows(snapshot, "zero_crime_beats", "beat", period=autumn) == {"B1": 0, "B2": 1, "B3": 0}


def _force(con: duckdb.DuckDBPyConnection) -> None:
    tiny.daily_alerts(con, "2026-11-01", 21, 10)
    force.staffing(con, "2025-09", "2026-09")


def test_officers_and_their_structure(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _force)
    counts = ("officers", "community_officers", "auxiliaries", "bureau_officers", "teams_set_up")
    assert values(snapshot, *counts) == [35, 13, 33, 65, 8]
    assert values(snapshot, "station_force_share") == [pytest.approx(100 * 35 / 65)]
    assert rows(snapshot, "community_share", "station") == {
        tiny.CITY: 40, tiny.EDGE: 30, tiny.VILLAGE: 40,
    }  # fmt: skip
    assert rows(snapshot, "teams_set_up", "station") == {tiny.CITY: 3, tiny.EDGE: 3, tiny.VILLAGE: 2}
    mix = ("team_community_share", "team_case_share", "team_command_share")
    assert [rows(snapshot, name, "station")[tiny.CITY] for name in mix] == [
        pytest.approx(100 * part / 18) for part in (8, 6, 4)
    ]
    assert rows(snapshot, "auxiliary_ratio", "station")[tiny.CITY] == pytest.approx(22 / 20)
    assert values(snapshot, "legal_cover") == [pytest.approx(200 / 3)]
    assert values(snapshot, "community_stability") == [pytest.approx(100 * 11 / 13)]
    assert rows(snapshot, "officers", "team") == {"所领导": 5, "社区警务队": 13, "案件办理队": 12, "综合指挥室": 5}
    assert rows(snapshot, "bureau_officers", "team")["机关"] == 30
    assert values(snapshot, "workload") == [210 / 35]


def test_beats_and_the_officers_they_need(store: Store) -> None:
    """Two urban beats (12,000 and 8,000 people) and a village of 5,000."""
    snapshot = tiny.snapshot_of(store, _force)
    names = ("beats_urban", "beats_rural", "beats_large", "beat_officers_needed", "beat_officers_needed_large")
    assert values(snapshot, *names, "beat_auxiliaries_needed") == [2, 1, 2, 3, 5, 5]
    assert rows(snapshot, "beat_cover", "station") == {tiny.CITY: 400, tiny.EDGE: None, tiny.VILLAGE: 200}
    assert rows(snapshot, "beat_auxiliary_cover", "station")[tiny.CITY] == 300


def test_the_latest_month_stands_for_the_period_and_says_so(store: Store) -> None:
    def grown(con: duckdb.DuckDBPyConnection) -> None:
        _force(con)
        con.execute(
            "INSERT INTO staffing SELECT DATE '2026-08-01', * EXCLUDE (month) FROM staffing WHERE year(month) = 2026"
        )
        con.execute("UPDATE staffing SET headcount = headcount + 1 WHERE month = DATE '2026-08-01' AND role = '民警'")

    snapshot = tiny.snapshot_of(store, grown)
    found = answer(snapshot, ("officers",), spans=("current", "last_year"))
    assert found.total("officers") == 35 and "警力数据取 2026-09，其后到时段末没有更新的月份。" in found.notes
    assert found.total("officers", "last_year") == 35
    assert values(snapshot, "officers", period=Period(date(2026, 8, 10), date(2026, 8, 20))) == [47]
    # Half a month asks no more of months than a whole one; without a month there is no figure.
    assert values(snapshot, "officers", period=Period(date(2025, 8, 1), date(2025, 8, 31))) == [None]
    # What is older than a year stands for nothing.
    assert values(snapshot, "officers", period=Period(date(2027, 9, 1), date(2027, 9, 30))) == [None]
    assert values(snapshot, "officers", period=Period(date(2027, 8, 1), date(2027, 8, 31))) == [35]
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert rows(snapshot, "officers", "month", period=year) == {date(2026, 8, 1): 47, date(2026, 9, 1): 35}
    assert rows(snapshot, "officers", "quarter", period=year) == {date(2026, 7, 1): 35}
    assert rows(snapshot, "officers", "year", period=year) == {2026: 35}


def test_what_was_not_reported_is_not_nought(store: Store) -> None:
    def reported(con: duckdb.DuckDBPyConnection) -> None:
        force.reports(
            con,
            [
                ("2026-10", tiny.CITY, "双向熟悉率", 40, 50),
                ("2026-10", tiny.EDGE, "双向熟悉率", 20, 50),
                ("2026-09", tiny.CITY, "民转命案件", 0, None),
                ("2026-10", tiny.CITY, "出警半径", 12.5, None),
                ("2026-10", tiny.EDGE, "出警半径", 28, None),
            ],
        )

    snapshot = tiny.snapshot_of(store, reported)
    by_station = rows(snapshot, "reported_mutual_familiarity", "station")
    assert by_station == {tiny.CITY: 80, tiny.EDGE: 40, tiny.VILLAGE: None}
    assert values(snapshot, "reported_mutual_familiarity") == [60]
    # Each indicator has its own latest month.
    assert values(snapshot, "reported_disputes_turned_deadly", "reported_dispatch_radius") == [0, 28]
    assert values(snapshot, "reported_smart_cover") == [None]
    assert rows(snapshot, "reported_rows", "indicator") == {"双向熟悉率": 2, "民转命案件": 1, "出警半径": 2}


def test_community_time_from_the_roster(store: Store) -> None:
    """One working week of five days: the city posts 8 officers for 6 of 8 hours, the village 2 officers for 7 hours."""

    def week(con: duckdb.DuckDBPyConnection) -> None:
        _force(con)
        for day in range(9, 16):
            force.shift(con, tiny.CITY, f"2026-11-{day:02d} 00:00:00", f"2026-11-{day:02d} 08:00:00")
            force.shift(con, tiny.VILLAGE, f"2026-11-{day:02d} 00:00:00", f"2026-11-{day:02d} 08:00:00")
        for day in range(9, 14):
            force.shift(con, tiny.CITY, f"2026-11-{day:02d} 09:30:00", f"2026-11-{day:02d} 15:30:00", "社区", 8)
            force.shift(con, tiny.VILLAGE, f"2026-11-{day:02d} 09:00:00", f"2026-11-{day:02d} 16:00:00", "社区", 2)

    snapshot = tiny.snapshot_of(store, week)
    urban = ("community_hours_urban_n", "community_work_urban_n", "community_hours_urban")
    assert values(snapshot, *urban) == [240, 320, 75]
    rural = ("community_hours_rural_n", "community_weeks_rural_n", "community_hours_rural")
    assert values(snapshot, *rural) == [70, 2, 35]
    assert rows(snapshot, "community_hours_rural", "station") == {
        tiny.CITY: None, tiny.EDGE: None, tiny.VILLAGE: 35,
    }  # fmt: skip


def test_work_against_duty(store: Store) -> None:
    """Two posts from 8 to 20 o'clock; calls of one hour for two people at 9 and at 22 o'clock on one of two days."""

    def day(con: duckdb.DuckDBPyConnection) -> None:
        calls = [("2026-11-20 09:00:00", "10:00"), ("2026-11-20 22:00:00", "23:00"), ("2026-11-21 23:59:00", None)]
        tiny.alerts(
            con,
            [
                {"call": call, "officers_n": 2, "dispatch_time": call if done else None,
                 "done_time": f"{call[:11]}{done}:00" if done else None}
                for call, done in calls
            ],
        )  # fmt: skip
        force.shift(con, tiny.CITY, "2026-11-20 08:00:00", "2026-11-20 20:00:00", officers=1, auxiliaries=1)

    snapshot = tiny.snapshot_of(store, day)
    two_days = Period(date(2026, 11, 20), date(2026, 11, 21))
    assert values(snapshot, "work_hours", "response_hours", "rostered_work_hours", period=two_days) == [4, 24, 4]
    assert values(snapshot, "utilisation", period=two_days) == [pytest.approx(100 * 4 / 24)]
    assert values(snapshot, "posts_needed", period=two_days) == [pytest.approx(4 / 48 / 0.6)]
    assert rows(snapshot, "posts_needed", "hour", period=two_days)[9] == pytest.approx(2 / 2 / 0.6)
    assert rows(snapshot, "posts_needed", "weekday", period=two_days)[5] == pytest.approx(4 / 24 / 0.6)
    # The roster covers one day: 24 people-hours in it.
    assert values(snapshot, "posts_on_duty", period=two_days) == [1]
    assert rows(snapshot, "posts_on_duty", "hour", period=two_days)[8] == 2
    # Half of the calls fall into the hours of duty, each of which holds a twelfth of the duty.
    assert values(snapshot, "match_index", period=two_days) == [pytest.approx(1 / 12)]


def test_rosters_that_follow_the_calls_match_perfectly(store: Store) -> None:
    def follows(con: duckdb.DuckDBPyConnection) -> None:
        calls = [f"2026-11-{day:02d} {hour:02d}:30:00" for day in range(9, 16) for hour in (9, 15, 22)]
        tiny.alerts(con, [{"call": call} for call in calls])
        for call in calls:
            force.shift(con, tiny.CITY, f"{call[:14]}00:00", f"{call[:14]}59:00")

    snapshot = tiny.snapshot_of(store, follows)
    week = Period(date(2026, 11, 9), date(2026, 11, 15))
    assert values(snapshot, "match_index", period=week) == [pytest.approx(1)]
    assert rows(snapshot, "match_index", "station", period=week) == {
        tiny.CITY: pytest.approx(1), tiny.EDGE: None, tiny.VILLAGE: None,
    }  # fmt: skip


def test_ratios_across_views_by_month(store: Store) -> None:
    def both(con: duckdb.DuckDBPyConnection) -> None:
        days = ["2026-10-05", "2026-11-05", "2026-11-06"]
        tiny.cases(con, [{"filed": f"{day} 09:00:00", "solved": f"{day} 19:00:00", "kind": "刑事"} for day in days])
        force.staffing(con, "2026-10")

    snapshot = tiny.snapshot_of(store, both)
    autumn = Period(date(2026, 10, 1), date(2026, 11, 30))
    assert rows(snapshot, "solved_per_officer", "month", period=autumn) == {
        date(2026, 10, 1): 1 / 35, date(2026, 11, 1): None,
    }  # fmt: skip
    assert values(snapshot, "solved_per_officer", period=autumn) == [3 / 35]


def test_filters_by_category_leave_officers_alone_and_say_so(store: Store) -> None:
    found = answer(tiny.snapshot_of(store, _force), ("officers", "alerts"), categories=("求助",))
    assert (found.total("officers"), found.total("alerts")) == (35, 210)
    assert "警力指标不分类别，未按所选类别筛选。" in found.notes


def test_rates_divide_by_people_and_days(store: Store) -> None:
    """210 alerts among 35,000 people in 21 days; a quarter counts the days that have data."""
    snapshot = tiny.snapshot_of(store, _force)
    expected = 210 / 35_000 * 10_000 * 365 / 21
    assert values(snapshot, "alerts_per_10k") == [pytest.approx(expected)]
    quarter = rows(snapshot, "alerts_per_10k", "quarter", period=Period(date(2026, 10, 1), date(2026, 12, 31)))
    assert quarter == {date(2026, 10, 1): pytest.approx(210 / 35_000 * 10_000 * 365 / 21)}
