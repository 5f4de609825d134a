"""Bureaus for reports: twenty steady weeks with the year before, and what a test adds to them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb

from data.reading import Snapshot
from data.snapshots import Store
from metrics.selection import Selection
from reports import daily, weekly
from reports.document import Report
from tests import force, tiny

LAST = date(2026, 11, 21)
CALLER = "5f0c1f3e-7d0b-4c83-9d0e-0a6b3f1f2c55"
MADE = datetime(2026, 11, 22, 7, 30)


def steady(con: duckdb.DuckDBPyConnection) -> None:
    """Twenty weeks of the same, in both years: 12 thefts a day in the city, 6 calls for help at the edge."""
    for first in (LAST - timedelta(days=139), LAST - timedelta(days=139 + 365)):
        tiny.daily_alerts(con, first.isoformat(), 140, 12, cat="0101", station=tiny.CITY)
        tiny.daily_alerts(con, first.isoformat(), 140, 6, cat="05", station=tiny.EDGE)


def burst(con: duckdb.DuckDBPyConnection) -> None:
    """Forty more thefts in the last night of the village."""
    calls = [f"2026-11-21 {22 + n // 30}:{n % 30:02d}:00" for n in range(40)]
    tiny.alerts(con, [{"call": call, "cat": "0101", "station": tiny.VILLAGE} for call in calls])


def whole(con: duckdb.DuckDBPyConnection) -> None:
    """Insert some of all there is: alerts (some by the same caller), cases, staffing, duty, reports, and the burst."""
    force.everything(con)
    burst(con)
    con.execute("UPDATE alerts SET caller_key = ? WHERE cat_conf = '04'", [CALLER])


def of_day(snapshot: Snapshot, day: date = LAST, **more: object) -> Report:
    """Return the daily report of a day."""
    return daily.daily(snapshot, Selection("custom", day, day, **more), MADE)  # type: ignore[arg-type]


def of_week(snapshot: Snapshot, last: date = LAST) -> Report:
    """Return the weekly report that ends with a day."""
    return weekly.weekly(snapshot, Selection("custom", last - timedelta(days=6), last), MADE)


def made(store: Store, *changes: object, day: date = LAST, **more: object) -> Report:
    """Publish the changes and return the daily report of a day."""
    return of_day(tiny.snapshot_of(store, *changes), day, **more)  # type: ignore[arg-type]
