"""Measured quality of one batch: what is missing, impossible, coarse, rounded or late."""

from __future__ import annotations

import itertools
from typing import Any

import duckdb

from data.importing.fields import FACT_TABLES, Table

# The response chain in the order in which it must happen.
CHAIN = ("call_time", "answer_time", "dispatch_time", "sign_time", "depart_time", "arrive_time", "done_time")
LATE_FEEDBACK = "feedback_time > call_time + INTERVAL 24 HOUR"


def measure(
    con: duckdb.DuckDBPyConnection, table: Table, targets: set[str], box: tuple[float, float, float, float] | None
) -> dict[str, Any]:
    """Measure the table `accepted` of a staging connection.

    box: west, south, east, north of the bureau's stations, when there are any.
    """
    shares = _missing_parts(table, targets)
    if table.name in FACT_TABLES:
        shares += _point_parts(targets, box) + _precision_parts() + _heaping_parts(table, targets)
    if table.name == "alerts":
        shares += _chain_parts(targets)
    if not shares:
        return {"rows": 0, "missing": [], "shares": []}
    asked = ", ".join(
        f"count(*) FILTER (WHERE {rows}), count(*) FILTER (WHERE ({rows}) AND ({hit}))" for _, _, _, rows, hit in shares
    )
    counted = con.execute(f"SELECT count(*), {asked} FROM accepted").fetchone() or (0,)
    found: dict[str, Any] = {"rows": counted[0], "missing": [], "shares": []}
    for number, (section, name, label, _, _) in enumerate(shares):
        total, count = counted[1 + 2 * number], counted[2 + 2 * number]
        if total:
            found[section].append(
                {"id": name, "label": label, "count": count, "total": total, "share": round(count / total, 6)}
            )
    return found


_Part = tuple[str, str, str, str, str]


def _missing_parts(table: Table, targets: set[str]) -> list[_Part]:
    labels = {field.column: field.label for field in table.fields.values() if field.column}
    named = [(column, labels[column]) for column in sorted(targets) if column in labels]
    return [("missing", column, label, "true", f"{column} IS NULL") for column, label in named]


def _point_parts(targets: set[str], box: tuple[float, float, float, float] | None) -> list[_Part]:
    if "cell_x" not in targets:
        return []
    parts = [
        ("shares", "no_point", "没有坐标", "true", "lon IS NULL AND NOT has_point"),
        ("shares", "bad_point", "坐标无效（0,0 或超出范围）", "true", "lon IS NULL AND has_point"),
    ]
    if box is not None:
        west, south, east, north = box
        inside = f"lon BETWEEN {west!r} AND {east!r} AND lat BETWEEN {south!r} AND {north!r}"
        parts.append(("shares", "outside", "坐标在辖区之外", "lon IS NOT NULL", f"NOT ({inside})"))
    return parts


def _precision_parts() -> list[_Part]:
    words = {"minute": "分", "hour": "时", "day": "日", "month": "月"}
    return [
        ("shares", f"precision_{name}", f"时间精确到{word}", "true", f"time_precision = '{name}'")
        for name, word in words.items()
    ]


def _heaping_parts(table: Table, targets: set[str]) -> list[_Part]:
    names = [name for name in table.times if name in targets]
    if not names:
        return []
    minute = f"minute(coalesce({', '.join(names)})) IN (0, 30)"
    return [("shares", "heaped", "时间落在整点、半点（随机应为 3.3%）", "time_precision = 'minute'", minute)]


def _chain_parts(targets: set[str]) -> list[_Part]:
    chain = [name for name in CHAIN if name in targets]
    parts: list[_Part] = []
    pairs = list(itertools.pairwise(chain))
    if pairs:
        both = " OR ".join(f"({later} IS NOT NULL AND {earlier} IS NOT NULL)" for earlier, later in pairs)
        wrong = " OR ".join(f"({later} < {earlier})" for earlier, later in pairs)
        parts.append(("shares", "out_of_order", "处警各环节时间颠倒", both, f"coalesce({wrong}, false)"))
    if "arrive_time" in targets:
        known = "arrive_time IS NOT NULL"
        parts.append(("shares", "negative_response", "到达早于报警", known, "arrive_time < call_time"))
        long = "date_diff('second', call_time, arrive_time) > 86400"
        parts.append(("shares", "long_response", "到达超过 24 小时", known, long))
    if "feedback_time" in targets:
        parts.append(("shares", "late_feedback", "反馈晚于 24 小时", "feedback_time IS NOT NULL", LATE_FEEDBACK))
    return parts
