"""What a version says of itself: days covered, data-as-of by precision, quality shares, calendar."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import duckdb
import pytest

from data import snapshots, summary
from tests import tiny

NOW = datetime(2026, 11, 22, 9)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty snapshot in memory with the code lists of the tiny bureau."""
    with duckdb.connect() as connection:
        snapshots.create_schema(connection)
        snapshots.create_views(connection)
        tiny.code_lists(connection)
        yield connection


def meta(con: duckdb.DuckDBPyConnection, key: str) -> Any:
    row = con.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    assert row is not None
    return json.loads(row[0])


# --- days covered ---------------------------------------------------------------------------------------------------


def test_a_batch_covers_every_day_between_its_first_and_last_row(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-01 08:00"}, {"call": "2026-11-20 23:59"}])
    assert summary.covered_days(con, "alerts") == [["2026-11-01", "2026-11-20"]]


def test_days_between_batches_are_a_gap_and_touching_batches_are_not(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-01 08:00"}, {"call": "2026-11-03 08:00"}])
    tiny.alerts(con, [{"call": "2026-11-04 08:00"}, {"call": "2026-11-05 08:00"}])
    tiny.alerts(con, [{"call": "2026-11-05 09:00"}, {"call": "2026-11-06 08:00"}])
    tiny.alerts(con, [{"call": "2026-11-10 08:00"}])
    assert summary.covered_days(con, "alerts") == [["2026-11-01", "2026-11-06"], ["2026-11-10", "2026-11-10"]]


def test_a_batch_inside_another_adds_nothing(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-01 08:00"}, {"call": "2026-11-20 08:00"}])
    tiny.alerts(con, [{"call": "2026-11-03 08:00"}])
    assert summary.covered_days(con, "alerts") == [["2026-11-01", "2026-11-20"]]


def test_rows_known_by_month_cover_the_whole_month(con: duckdb.DuckDBPyConnection) -> None:
    tiny.cases(con, [{"filed": "2024-02-01", "time_precision": "month"}])
    assert summary.covered_days(con, "cases") == [["2024-02-01", "2024-02-29"]]


def test_cases_cover_the_days_of_filing_or_the_first_date_known(con: duckdb.DuckDBPyConnection) -> None:
    tiny.cases(con, [{"filed": "2026-11-02"}, {"occur_from": "2026-10-30 03:00"}, {"accept_time": "2026-11-01"}])
    assert summary.covered_days(con, "cases") == [["2026-10-30", "2026-11-02"]]


# --- data as of -----------------------------------------------------------------------------------------------------


def busy_until(con: duckdb.DuckDBPyConnection, last: str) -> None:
    """Forty alerts a day for four weeks, then one at `last`."""
    tiny.daily_alerts(con, "2026-10-24", 28, 40)
    tiny.alerts(con, [{"call": last}])


@pytest.mark.parametrize(
    ("last", "as_of"),
    [
        # The usual gap is 36 minutes; five of them reach midnight from 21:00.
        ("2026-11-21 22:30", "2026-11-22 00:00"),
        ("2026-11-21 23:59", "2026-11-22 00:00"),
        ("2026-11-21 12:00", "2026-11-21 12:01"),
        ("2026-11-21 20:00", "2026-11-21 20:01"),
        # Today cannot be complete.
        ("2026-11-22 08:00", "2026-11-22 08:01"),
        ("2026-11-22 23:00", "2026-11-22 23:01"),
    ],
)
def test_the_last_day_is_complete_or_ends_with_its_last_record(
    con: duckdb.DuckDBPyConnection, last: str, as_of: str
) -> None:
    busy_until(con, last)
    assert summary.data_as_of(con, "alerts", NOW) == datetime.fromisoformat(as_of)


@pytest.mark.parametrize(
    ("call", "precision", "as_of"),
    [
        ("2026-11-21", "day", "2026-11-22"),
        ("2026-11-01", "month", "2026-12-01"),
        ("2026-12-01", "month", "2027-01-01"),
    ],
)
def test_coarse_data_end_with_their_day_or_month(
    con: duckdb.DuckDBPyConnection, call: str, precision: str, as_of: str
) -> None:
    tiny.daily_alerts(con, "2026-10-01", 28, 40)
    tiny.alerts(con, [{"call": call, "time_precision": precision}])
    assert summary.data_as_of(con, "alerts", NOW) == datetime.fromisoformat(as_of)


def test_data_known_by_the_hour_end_with_their_hour(con: duckdb.DuckDBPyConnection) -> None:
    tiny.daily_alerts(con, "2026-10-24", 28, 40)
    tiny.alerts(con, [{"call": "2026-11-21 12:00", "time_precision": "hour"}])
    assert summary.data_as_of(con, "alerts", NOW) == datetime(2026, 11, 21, 13)


def test_solved_cases_count_for_the_data_as_of(con: duckdb.DuckDBPyConnection) -> None:
    tiny.cases(con, [{"filed": "2026-11-01", "solved": "2026-11-20", "time_precision": "day"}])
    assert summary.data_as_of(con, "cases", NOW) == datetime(2026, 11, 21)


def test_an_empty_table_has_no_data_as_of(con: duckdb.DuckDBPyConnection) -> None:
    summary.refresh(con, NOW)
    assert meta(con, "as_of") == {"alerts": None, "cases": None}
    assert meta(con, "coverage") == {"alerts": [], "cases": []}
    assert meta(con, "quality") == []
    assert con.execute("SELECT value FROM meta WHERE key = 'data_as_of'").fetchone() == ("",)


def test_the_store_is_as_fresh_as_its_freshest_table(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-20", "time_precision": "day"}])
    tiny.cases(con, [{"filed": "2026-11-18", "time_precision": "day"}])
    summary.refresh(con, NOW)
    assert meta(con, "as_of") == {"alerts": "2026-11-21 00:00:00", "cases": "2026-11-19 00:00:00"}
    assert con.execute("SELECT value FROM meta WHERE key = 'data_as_of'").fetchone() == ("2026-11-21 00:00:00",)
    assert meta(con, "rows")["alerts"] == meta(con, "rows")["cases"] == 1
    assert meta(con, "rows")["stations"] == 3


def test_refreshing_twice_leaves_one_row_per_key(con: duckdb.DuckDBPyConnection) -> None:
    for _ in range(2):
        summary.refresh(con, NOW)
    assert con.execute("SELECT count(*) - count(DISTINCT key) FROM meta").fetchone() == (0,)


# --- quality --------------------------------------------------------------------------------------------------------

GOOD = {"call": "2026-11-20 08:07", "cat": "0101", "cell_x": 1, "cell_y": 1, "arrive_time": "2026-11-20 08:15"}


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        ("unmapped", {"cat": "7777"}),
        ("unregistered", {"station": "999999999999"}),
        ("unlocated", {"cell_x": None, "cell_y": None}),
        ("coarse_time", {"time_precision": "day"}),
        ("unusable_response", {"arrive_time": "2026-11-20 08:00"}),
        ("unusable_response", {"arrive_time": "2026-11-22 08:00"}),
        ("heaped_minutes", {"call": "2026-11-20 08:30"}),
        ("heaped_minutes", {"call": "2026-11-20 09:00", "arrive_time": "2026-11-20 09:05"}),
        ("unconfirmed", {"cat": None, "cat_orig": "0101"}),
    ],
)
def test_each_quality_share_counts_its_rows(con: duckdb.DuckDBPyConnection, check: str, bad: dict[str, Any]) -> None:
    tiny.alerts(con, [GOOD, GOOD, GOOD, {**GOOD, **bad}])
    measured = {one.id: (one.count, one.total) for one in summary.measure_quality(con)}
    assert measured[check][0] == 1
    # Rows known only by day have no minute and, having arrived, no usable response either.
    assert measured[check][1] == 4
    clean = {id for id, (count, _) in measured.items() if count == 0}
    assert clean >= set(measured) - {check, "unusable_response"}


def test_quality_levels_follow_their_thresholds(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [GOOD] * 99 + [{**GOOD, "cat": "7777"}])
    assert {one.id: one.level for one in summary.measure_quality(con)}["unmapped"] == "良好"
    tiny.alerts(con, [{**GOOD, "cat": "7777"}] * 4)
    assert {one.id: one.level for one in summary.measure_quality(con)}["unmapped"] == "一般"
    tiny.alerts(con, [{**GOOD, "cat": "7777"}] * 10)
    assert {one.id: one.level for one in summary.measure_quality(con)}["unmapped"] == "较差"


def test_quality_looks_at_the_last_thirty_days_of_data_only(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [GOOD, {**GOOD, "cat": "7777", "call": "2026-10-01 08:07", "arrive_time": None}])
    measured = {one.id: (one.count, one.total) for one in summary.measure_quality(con)}
    assert measured["unmapped"] == (0, 1)


# --- calendar -------------------------------------------------------------------------------------------------------


def load_alert(day: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    return lambda con: tiny.alerts(con, [{"call": day}])


def test_the_calendar_reaches_a_year_beyond_the_data_and_grows_with_them(con: duckdb.DuckDBPyConnection) -> None:
    load_alert("2024-02-29 08:00")(con)
    summary.refresh(con, NOW)
    edges = "SELECT min(day), max(day), count(*) - count(DISTINCT day) FROM calendar"
    assert [str(value) for value in con.execute(edges).fetchone() or ()] == ["2023-01-01", "2025-12-31", "0"]
    load_alert("2026-02-17 08:00")(con)
    summary.refresh(con, NOW)
    assert [str(value) for value in con.execute(edges).fetchone() or ()] == ["2023-01-01", "2027-12-31", "0"]
    festival = con.execute("SELECT kind, holiday, days_from_festival FROM calendar WHERE day = '2026-02-17'").fetchone()
    assert festival == ("节假日", "春节", 0)
