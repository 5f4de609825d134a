"""Statistical days, business weeks, and days with and without data: known answers on hand-made rows."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from data.snapshots import Store
from metrics.ask import ask
from metrics.model import Refused
from tests import tiny
from tests.metrics.asking import between, busy, by, values, with_alerts
from tests.tiny import CITY, EDGE, VILLAGE

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
