"""A tiny bureau for tests: readable rows put into a store with the real writer, nothing in between."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import duckdb

from data.reading import Reader, Snapshot
from data.snapshots import Store, Version

CITY, EDGE, VILLAGE = "110101010000", "110101020000", "110101030000"
STATIONS = (
    (CITY, "东港派出所", "城区", "副处级", 20_000),
    (EDGE, "西郊派出所", "城郊", "正科级", 10_000),
    (VILLAGE, "南山派出所", "农村", "正科级", 5_000),
)
BEATS = (
    ("B1", CITY, "东港一社区", "城镇社区", 12_000),
    ("B2", CITY, "东港二社区", "城镇社区", 8_000),
    ("B3", VILLAGE, "南山村", "农村", 5_000),
)
# A tree of three levels below 刑事, one code for every other group that a metric names.
ALERT_CATEGORIES = (
    ("01", None, "刑事警情", "刑事", ""),
    ("0101", "01", "盗窃", "刑事", ""),
    ("010101", "0101", "入室盗窃", "刑事", ""),
    ("010102", "0101", "扒窃", "刑事", ""),
    ("0102", "01", "诈骗", "刑事", "电诈"),
    ("02", None, "治安警情", "治安", ""),
    ("03", None, "交通警情", "交通", ""),
    ("04", None, "纠纷警情", "纠纷", ""),
    ("05", None, "群众求助", "求助", ""),
    ("06", None, "举报线索", "举报", ""),
    ("07", None, "投诉监督", "投诉", ""),
    ("08", None, "联动事项", "联动流转", ""),
    ("09", None, "业务咨询", "咨询", ""),
    ("99", None, "其他警情", "其他", ""),
    ("9901", "99", "骚扰电话", "其他", "无效"),
)
CASE_CATEGORIES = (
    ("050000", None, "侵犯财产案", "刑事", ""),
    ("050100", "050000", "盗窃案", "刑事", "盗"),
    ("050200", "050000", "诈骗案", "刑事", "骗,电诈"),
    ("070000", None, "殴打他人案", "行政", ""),
)

_numbers = itertools.count(1)


def code_lists(con: duckdb.DuckDBPyConnection) -> None:
    """Insert stations, beats and both category lists."""
    con.executemany("INSERT INTO stations (code, name, kind, rank, population) VALUES (?, ?, ?, ?, ?)", STATIONS)
    con.executemany("INSERT INTO beats VALUES (?, ?, ?, ?, ?)", BEATS)
    con.executemany("INSERT INTO alert_categories VALUES (?, ?, ?, ?, ?)", ALERT_CATEGORIES)
    con.executemany(
        "INSERT INTO case_categories (code, parent, name, group_name, flags) VALUES (?, ?, ?, ?, ?)", CASE_CATEGORIES
    )


def batch(con: duckdb.DuckDBPyConnection, table: str = "alerts", rows: int = 0, name: str = "手工.csv") -> int:
    """Insert a row of lineage and return its batch id."""
    known = con.execute("SELECT coalesce(max(batch_id), 0) + 1 FROM imports").fetchone()
    assert known is not None
    key = f"batch-{next(_numbers)}-{known[0]}"
    con.execute(
        "INSERT INTO imports VALUES (?, ?, ?, ?, 'sha', 'tiny', 'sha', '', ?, ?, 0, 0, 0, 0, NULL, NULL, '{}', 't', ?)",
        [known[0], key, table, name, rows, rows, datetime(2026, 11, 22, 9)],
    )
    return int(known[0])


def alerts(con: duckdb.DuckDBPyConnection, rows: Iterable[dict[str, Any]], batch_id: int | None = None) -> None:
    """Insert alerts; a row names only what matters to the test, `call` stands for call_time and `cat` for cat_conf."""
    listed = list(rows)
    number = batch_id or batch(con, "alerts", len(listed))
    for row in listed:
        usual = {"is_invalid": False, "time_precision": "minute", "batch_id": number, "station": CITY, "cat": "05"}
        full = {**usual, **row}
        names = {"call": "call_time", "cat": "cat_conf", "station": "station_code"}
        _insert(con, "alerts", {names.get(key, key): value for key, value in full.items()})


def cases(con: duckdb.DuckDBPyConnection, rows: Iterable[dict[str, Any]], batch_id: int | None = None) -> None:
    """Insert cases; `filed` and `solved` stand for file_time and solve_time."""
    listed = list(rows)
    number = batch_id or batch(con, "cases", len(listed))
    for row in listed:
        full = {"time_precision": "minute", "batch_id": number, "station": CITY, "category": "050100", **row}
        names = {"filed": "file_time", "solved": "solve_time", "station": "station_code"}
        _insert(con, "cases", {names.get(key, key): value for key, value in full.items()})


def daily_alerts(con: duckdb.DuckDBPyConnection, first: str, days: int, per_day: int, **row: Any) -> None:
    """Insert `per_day` alerts on each of `days` days from `first`, evenly over the day, in one batch."""
    number = batch(con, "alerts", days * per_day)
    con.execute(
        """
        INSERT INTO alerts (call_time, cat_conf, station_code, is_invalid, time_precision, batch_id)
        SELECT
            cast($first AS TIMESTAMP) + to_days(cast(d AS INTEGER))
                + to_seconds(cast(floor(86400 * (n + 0.5) / $per_day) AS BIGINT)),
            $cat, $station, false, 'minute', $batch
        FROM range($days) AS day(d), range($per_day) AS nth(n)
        """,
        {
            "first": first, "days": days, "per_day": per_day, "batch": number,
            "cat": row.get("cat", "05"), "station": row.get("station", CITY),
        },
    )  # fmt: skip


def publish(store: Store, *changes: Callable[[duckdb.DuckDBPyConnection], None], with_lists: bool = True) -> Version:
    """Publish one version that begins with the code lists (the first time) and applies the changes in order."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        if with_lists and con.execute("SELECT count(*) FROM stations").fetchone() == (0,):
            code_lists(con)
        for one in changes:
            one(con)

    with store.writing() as writer:
        return writer.publish(change)


def snapshot_of(store: Store, *changes: Callable[[duckdb.DuckDBPyConnection], None]) -> Snapshot:
    """Publish the changes and open what came of it."""
    publish(store, *changes)
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot


def _insert(con: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" for _ in row)
    con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
