"""The steps behind an alarm add up to the alarm's own numbers."""

from __future__ import annotations

import itertools
from datetime import date

import duckdb
import pandas as pd
import pytest

from data import fits as files
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import fits
from metrics.alarms import Alarm, evidence, fitting, history
from tests import tiny

GAP = date(2026, 11, 12)


def _quiet(con: duckdb.DuckDBPyConnection) -> None:
    tiny.daily_alerts(con, "2026-06-01", 174, 2, cat="0101", station=tiny.CITY)
    tiny.daily_alerts(con, "2026-06-01", 174, 3, cat="04", station=tiny.EDGE)


def _rise(con: duckdb.DuckDBPyConnection) -> None:
    """Two more disputes a day at the edge for three weeks, twenty thefts in the city on the last day."""
    tiny.daily_alerts(con, "2026-11-01", 21, 2, cat="04", station=tiny.EDGE)
    tiny.alerts(con, [{"call": f"2026-11-21 {n:02d}:30:00", "cat": "0101"} for n in range(20)])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    store = Store(tmp_path_factory.mktemp("evidence") / "store")
    snapshot = tiny.snapshot_of(store, _quiet, _rise)
    files.write(store, snapshot.id, fitting.fit(snapshot), {"methods_version": fits.METHODS_VERSION})
    fitted = Reader(store).snapshot()
    assert fitted is not None
    return fitted


@pytest.fixture
def risen(fitted: Snapshot) -> tuple[Snapshot, tuple[Alarm, ...]]:
    found = history(fitted)
    assert found is not None and {one.station for one in found} >= {tiny.CITY, tiny.EDGE}
    return fitted, found


def test_the_last_step_is_the_alarm(risen: tuple[Snapshot, tuple[Alarm, ...]]) -> None:
    snapshot, found = risen
    for alarm in found:
        last = evidence.steps(snapshot, alarm)[-1]
        assert (last.day, last.observed, last.low, last.high) == (
            alarm.window_last, alarm.observed, alarm.low, alarm.high,
        )  # fmt: skip
        assert last.expected == pytest.approx(alarm.expected)


def test_steps_are_the_days_of_the_window_added_up(risen: tuple[Snapshot, tuple[Alarm, ...]]) -> None:
    snapshot, found = risen
    for alarm in found:
        steps = evidence.steps(snapshot, alarm)
        assert [one.day for one in steps] == [
            day.date() for day in pd.date_range(alarm.window_first, alarm.window_last)
        ]
        assert all(a.observed <= b.observed and a.expected < b.expected for a, b in itertools.pairwise(steps))
        assert all(one.low <= one.expected <= one.high for one in steps)
    slow = next(one for one in found if one.station == tiny.EDGE and one.group == "纠纷")
    rise = [one for one in evidence.steps(snapshot, slow) if one.day >= date(2026, 11, 1)]
    assert all(b.observed - a.observed == 5 for a, b in itertools.pairwise(rise))


def test_without_fits_there_is_no_evidence(store: Store, risen: tuple[Snapshot, tuple[Alarm, ...]]) -> None:
    assert evidence.steps(tiny.snapshot_of(store), risen[1][0]) == ()


def test_a_day_without_data_is_no_step_and_no_zero(store: Store) -> None:
    def gap(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-06-01", 164, 2, cat="0101", station=tiny.CITY)
        tiny.daily_alerts(con, "2026-11-13", 9, 8, cat="0101", station=tiny.CITY)

    snapshot = tiny.snapshot_of(store, gap)
    tables = fitting.fit(snapshot)
    days = set(tables[evidence.TABLE]["day"].dt.date)
    assert days and GAP not in days
