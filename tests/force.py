"""Officers, duty and reports for the tiny bureau: readable rows for tests of staffing and reported metrics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import duckdb

from tests import tiny

HEADQUARTERS = "110101009000"
# Officers and auxiliaries by team of each station, and how many community officers were there a year ago.
TEAMS = ("所领导", "社区警务队", "案件办理队", "综合指挥室")
OFFICERS = {tiny.CITY: (2, 8, 6, 4), tiny.EDGE: (2, 3, 4, 1), tiny.VILLAGE: (1, 2, 2, 0)}
AUXILIARIES = {tiny.CITY: (0, 12, 6, 4), tiny.EDGE: (0, 4, 2, 2), tiny.VILLAGE: (0, 3, 0, 0)}
STAYED = {tiny.CITY: 7, tiny.EDGE: 3, tiny.VILLAGE: 1}
LEGAL = {tiny.CITY: 2, tiny.EDGE: 1, tiny.VILLAGE: 0}
HEADQUARTERS_OFFICERS = 30


def staffing(con: duckdb.DuckDBPyConnection, *months: str) -> None:
    """Insert the same headcounts for each month (2026-11) with who stayed and who is a legal officer."""
    for month in months:
        first = date.fromisoformat(f"{month}-01")
        for station, officers in OFFICERS.items():
            for team, heads, auxiliaries in zip(TEAMS, officers, AUXILIARIES[station], strict=True):
                stayed = STAYED[station] if team == "社区警务队" else heads
                legal = LEGAL[station] if team == "案件办理队" else 0
                _staff(con, first, station, team, "民警", heads, stayed, legal)
                _staff(con, first, station, team, "辅警", auxiliaries, auxiliaries, 0)
        _staff(con, first, HEADQUARTERS, "机关", "民警", HEADQUARTERS_OFFICERS, HEADQUARTERS_OFFICERS, 0)


def _staff(con: duckdb.DuckDBPyConnection, *row: Any) -> None:
    con.execute("INSERT INTO staffing VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def shift(
    con: duckdb.DuckDBPyConnection,
    station: str,
    begins: str,
    ends: str,
    post: str = "接处警",
    officers: int = 1,
    auxiliaries: int = 0,
) -> None:
    """Insert one post on one shift."""
    con.execute(
        "INSERT INTO duty VALUES (?, ?, ?, ?, ?, ?)",
        [station, datetime.fromisoformat(begins), datetime.fromisoformat(ends), post, officers, auxiliaries],
    )


def reports(con: duckdb.DuckDBPyConnection, rows: Iterable[tuple[str, str, str, float | None, float | None]]) -> None:
    """Insert reported indicators: month (2026-11), station, indicator, numerator, denominator."""
    for month, station, indicator, top, bottom in rows:
        con.execute(
            "INSERT INTO reported_indicators VALUES (?, ?, ?, ?, ?, '测试', NULL)",
            [date.fromisoformat(f"{month}-01"), station, indicator, top, bottom],
        )


def everything(con: duckdb.DuckDBPyConnection) -> None:
    """Insert some of all there is: two months of alerts and cases, fourteen months of staffing, duty and reports."""
    tiny.daily_alerts(con, "2026-10-01", 52, 6, cat="010101", station=tiny.CITY)
    tiny.daily_alerts(con, "2026-10-01", 52, 3, cat="04", station=tiny.EDGE)
    tiny.daily_alerts(con, "2026-10-01", 52, 2, cat="05", station=tiny.VILLAGE)
    con.execute(
        """
        UPDATE alerts SET
            beat_code = CASE station_code WHEN ? THEN 'B1' WHEN ? THEN 'B3' END, officers_n = 2,
            answer_time = call_time + INTERVAL 20 SECOND, dispatch_time = call_time + INTERVAL 2 MINUTE,
            arrive_time = call_time + INTERVAL 8 MINUTE, done_time = call_time + INTERVAL 38 MINUTE,
            feedback_time = call_time + INTERVAL 50 MINUTE, recv_type = '110', origin = '群众报警', level = 2,
            place_type = '住宅', visit_score = '满意', mediated = CASE cat_conf WHEN '04' THEN '已化解' END
        """,
        [tiny.CITY, tiny.VILLAGE],
    )
    filed = [f"2026-{month:02d}-{day:02d}" for month in (10, 11) for day in range(1, 21)]
    tiny.cases(
        con,
        [
            {
                "accept_time": f"{day} 08:00:00", "filed": f"{day} 10:00:00", "beat_code": "B1", "kind": "刑事",
                "handling_unit": tiny.CITY, "solved": f"{day} 20:00:00" if number % 2 else None,
            }
            for number, day in enumerate(filed)
        ],
    )  # fmt: skip
    staffing(con, "2025-10", "2025-11", "2026-10", "2026-11")
    for day in [*(f"2026-10-{n:02d}" for n in range(1, 32)), *(f"2026-11-{n:02d}" for n in range(1, 22))]:
        for station in OFFICERS:
            shift(con, station, f"{day} 08:00:00", f"{day} 20:00:00", officers=2, auxiliaries=2)
            shift(con, station, f"{day} 09:00:00", f"{day} 17:00:00", post="社区", officers=2)
    reports(
        con,
        [
            (month, station, name, 9.0, 10.0)
            for month in ("2026-09", "2026-10")
            for station in OFFICERS
            for name in ("双向熟悉率", "义警人数", "出警半径", "民转命案件", "本局自定")
        ],
    )
