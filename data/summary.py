"""What a snapshot says of itself: rows, days covered, data-as-of and measured quality, kept in its meta table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from data import clock
from data.calendar import calendar_rows

DATA_TABLES = (
    "alerts",
    "cases",
    "stations",
    "beats",
    "alert_categories",
    "case_categories",
    "staffing",
    "duty",
    "reported_indicators",
    "campaigns",
)
# The clean view that dates each kind of fact, and its column of time.
FACT_VIEWS = {"alerts": "alert_facts", "cases": "case_facts"}
# A gap to midnight of at most this many usual gaps between two records means that the day is complete.
COMPLETE_DAY_GAPS = 5


@dataclass(frozen=True)
class Check:
    """One measured quality share: `count` of `total` rows of the last 30 days of data."""

    id: str
    label: str
    count: int
    total: int
    level: str


def refresh(con: duckdb.DuckDBPyConnection, now: datetime | None = None) -> None:
    """Recompute the summary rows of `meta` and extend the calendar to the days of the data."""
    moment = now or clock.now()
    coverage = {table: covered_days(con, table) for table in FACT_VIEWS}
    as_of = {table: data_as_of(con, table, moment) for table in FACT_VIEWS}
    known = [stamp for stamp in as_of.values() if stamp is not None]
    put_meta(con, "coverage", json.dumps(coverage))
    put_meta(con, "as_of", json.dumps({table: _iso(stamp) for table, stamp in as_of.items()}))
    put_meta(con, "data_as_of", _iso(max(known)) or "" if known else "")
    put_meta(con, "rows", json.dumps({table: _count(con, table) for table in DATA_TABLES}))
    put_meta(con, "quality", json.dumps([check.__dict__ for check in measure_quality(con)], ensure_ascii=False))
    _extend_calendar(con, coverage)


def put_meta(con: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Set one row of `meta`."""
    con.execute("DELETE FROM meta WHERE key = ?", [key])
    con.execute("INSERT INTO meta VALUES (?, ?)", [key, value])


def covered_days(con: duckdb.DuckDBPyConnection, table: str) -> list[list[str]]:
    """Return [first day, last day] runs that the imported batches of a table cover, in order.

    A batch covers every day from its first to its last row; days between two batches that no batch covers are
    "no data", not "nothing happened".
    """
    spans = con.execute(
        f"""
        SELECT
            cast(min(happened_at) AS DATE),
            max(CASE time_precision WHEN 'month' THEN last_day(happened_at) ELSE cast(happened_at AS DATE) END)
        FROM (SELECT {_dated(table)} AS happened_at, time_precision, batch_id FROM {table})
        GROUP BY batch_id
        ORDER BY 1
        """
    ).fetchall()
    runs: list[list[date]] = []
    for first, last in spans:
        if runs and first <= runs[-1][1] + timedelta(days=1):
            runs[-1][1] = max(runs[-1][1], last)
        else:
            runs.append([first, last])
    return [[first.isoformat(), last.isoformat()] for first, last in runs]


def _dated(table: str) -> str:
    return "call_time" if table == "alerts" else "coalesce(file_time, accept_time, report_time, occur_from)"


def data_as_of(con: duckdb.DuckDBPyConnection, table: str, now: datetime) -> datetime | None:
    """Return the moment (exclusive) up to which a table's data is complete, or None without rows.

    The last day counts as complete when the time left to midnight is no longer than a few usual gaps between records;
    otherwise the data ends with its last record. Day and month precision end with their day or month.
    """
    view = FACT_VIEWS[table]
    row = con.execute(f"SELECT max(happened_at), max_by(time_precision, happened_at) FROM {view}").fetchone()
    if row is None or row[0] is None:
        return None
    last: datetime = row[0]
    precision: str = row[1]
    midnight = datetime(last.year, last.month, last.day) + timedelta(days=1)
    if precision == "month":
        midnight = (datetime(last.year, last.month, 1) + timedelta(days=32)).replace(day=1)
    if precision in ("day", "month"):
        return midnight
    recent = con.execute(f"SELECT count(*) FROM {view} WHERE happened_at > ?", [last - timedelta(days=28)]).fetchone()
    usual_gap = timedelta(days=28) / max(1, recent[0] if recent else 1)
    if midnight - last <= usual_gap * COMPLETE_DAY_GAPS and midnight <= now:
        return midnight
    return last + timedelta(minutes=1) if precision == "minute" else last + timedelta(hours=1)


def measure_quality(con: duckdb.DuckDBPyConnection) -> list[Check]:
    """Measure the shares behind the quality badge over the last 30 days of alerts."""
    row = con.execute(
        """
        WITH recent AS (
            SELECT f.*, a_minute FROM (
                SELECT *, minute(happened_at) AS a_minute FROM alert_facts
                WHERE happened_at > (SELECT max(call_time) FROM alerts) - INTERVAL 30 DAY
            ) AS f
        )
        SELECT
            count(*),
            count(*) FILTER (WHERE category_confirmed = '未映射'),
            count(*) FILTER (WHERE station = '未登记'),
            count(*) FILTER (WHERE cell_x IS NULL),
            count(*) FILTER (WHERE time_precision IN ('day', 'month')),
            count(*) FILTER (WHERE has_arrive AND arrive_seconds IS NULL),
            count(*) FILTER (WHERE has_arrive),
            count(*) FILTER (WHERE time_precision = 'minute' AND a_minute IN (0, 30)),
            count(*) FILTER (WHERE time_precision = 'minute'),
            count(*) FILTER (WHERE valid AND unconfirmed),
            count(*) FILTER (WHERE valid)
        FROM recent
        """
    ).fetchone()
    if row is None or not row[0]:
        return []
    total, unmapped, unregistered, unlocated, coarse, unusable, arrived, heaped, minutes, unconfirmed, valid = row
    checks = [
        _check("unmapped", "类别未映射", unmapped, total, 0.02, 0.10),
        _check("unregistered", "单位未登记", unregistered, total, 0.02, 0.10),
        _check("unlocated", "缺少坐标", unlocated, total, 0.10, 0.30),
        _check("coarse_time", "时间只精确到日或月", coarse, total, 0.05, 0.50),
        _check("unusable_response", "到达时间不可用", unusable, arrived, 0.03, 0.10),
        # Honest clocks put 2 of 60 minutes at :00 and :30.
        _check("heaped_minutes", "报警时间落在整点、半点", heaped, minutes, 0.10, 0.25),
        _check("unconfirmed", "尚无反馈，按原始性质统计", unconfirmed, valid, 0.10, 0.30),
    ]
    # What a source never brings is no fault of its records: it shows as missing where it is asked for.
    never = {"unlocated": unlocated == total, "unconfirmed": unconfirmed == valid}
    checks = [check for check in checks if not never.get(check.id)]
    return [check for check in checks if check.total]


def _check(id: str, label: str, count: int, total: int, watch: float, bad: float) -> Check:
    share = count / total if total else 0.0
    level = "较差" if share >= bad else "一般" if share >= watch else "良好"
    return Check(id=id, label=label, count=count, total=total, level=level)


def _extend_calendar(con: duckdb.DuckDBPyConnection, coverage: dict[str, list[list[str]]]) -> None:
    years = [int(day[:4]) for runs in coverage.values() for run in runs for day in run]
    if not years:
        return
    first, last = date(min(years) - 1, 1, 1), date(max(years) + 1, 12, 31)
    have = con.execute("SELECT min(day), max(day) FROM calendar").fetchone()
    if have and have[0] is not None and have[0] <= first and have[1] >= last:
        return
    columns: list[Any] = [list(column) for column in zip(*calendar_rows(first, last), strict=True)]
    con.execute("DELETE FROM calendar")
    con.execute("INSERT INTO calendar SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)", columns)


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _iso(stamp: datetime | None) -> str | None:
    return stamp.isoformat(sep=" ") if stamp else None
