"""Which cases count, and when: known answers on hand-made rows."""

from __future__ import annotations

from datetime import date

import duckdb

from data.snapshots import Store
from metrics.ask import ask
from tests import tiny
from tests.metrics.asking import between, busy, by, values, with_cases
from tests.tiny import CITY, EDGE, VILLAGE


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
