"""Four weeks of three stations with calls and shifts, for the tests of 警力配置."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from data.reading import Snapshot
from metrics.force.work import Work, work
from metrics.selection import Selection
from tests import force, tiny
from tests.tiny import CITY, EDGE, VILLAGE

FIRST, DAYS = date(2026, 9, 28), 28
LAST = Selection(period="custom", first=date(2026, 10, 25), last=date(2026, 10, 25))
FILTER: dict[str, Any] = {"selection.data": LAST.to_query(), "snapshot.data": "1"}


def fill(con: duckdb.DuckDBPyConnection, people_by_day: int = 4) -> None:
    """Four weeks: 东港 with a call at 22 and nobody there from 20 on, 西郊 and 南山 with people around the clock."""
    for station, hours, begin, length, people in (
        (CITY, (9, 15, 22), 8, 12, people_by_day), (EDGE, (10,), 0, 24, 6), (VILLAGE, (12,), 0, 24, 9),
    ):  # fmt: skip
        for n in range(DAYS):
            day = datetime(2026, 9, 28) + timedelta(days=n)
            rows = [day + timedelta(hours=hour) for hour in hours]
            tiny.alerts(con, [_call(at, station) for at in rows])
            start = day + timedelta(hours=begin)
            force.shift(con, station, str(start), str(start + timedelta(hours=length)), officers=people)
    force.staffing(con, "2025-10", "2026-10")


def _call(at: datetime, station: str) -> dict[str, Any]:
    times = {"dispatch_time": at, "arrive_time": at + timedelta(minutes=10), "done_time": at + timedelta(hours=1)}
    return {"call": at, "station": station, "officers_n": 2, **times}


def of(snapshot: Snapshot, *stations: str) -> Work:
    return work(snapshot, Selection("custom", LAST.first, LAST.last, stations))
