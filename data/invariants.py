"""Statements that must hold in every snapshot; checked before it is published and by `python -m data check`."""

from __future__ import annotations

import duckdb

# Each query returns the number of offending rows; the text says in Chinese what would be wrong.
INVARIANTS = {
    "派出所代码重复": "SELECT count(*) - count(DISTINCT code) FROM stations",
    "警格代码重复": "SELECT count(*) - count(DISTINCT code) FROM beats",
    "警情类别代码重复": "SELECT count(*) - count(DISTINCT code) FROM alert_categories",
    "案件类别代码重复": "SELECT count(*) - count(DISTINCT code) FROM case_categories",
    "日历日期重复": "SELECT count(*) - count(DISTINCT day) FROM calendar",
    "导入批次重复": "SELECT count(*) - count(DISTINCT batch_key) FROM imports",
    "同一接警单号来自多个批次": (
        "SELECT count(*) FROM (SELECT alert_id FROM alerts WHERE alert_id IS NOT NULL"
        " GROUP BY alert_id HAVING min(batch_id) <> max(batch_id))"
    ),
    "同一案件编号来自多个批次": (
        "SELECT count(*) FROM (SELECT case_id FROM cases WHERE case_id IS NOT NULL"
        " GROUP BY case_id HAVING min(batch_id) <> max(batch_id))"
    ),
    "警情没有对应的导入批次": "SELECT count(*) FROM alerts WHERE batch_id NOT IN (SELECT batch_id FROM imports)",
    "案件没有对应的导入批次": "SELECT count(*) FROM cases WHERE batch_id NOT IN (SELECT batch_id FROM imports)",
    "警力记录重复": (
        "SELECT count(*) FROM (SELECT 1 FROM staffing GROUP BY month, station_code, team, role HAVING count(*) > 1)"
    ),
    "报送指标重复": (
        "SELECT count(*) FROM"
        " (SELECT 1 FROM reported_indicators GROUP BY month, station_code, indicator HAVING count(*) > 1)"
    ),
}


def broken(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return one Chinese sentence for each invariant that does not hold."""
    problems = []
    for text, query in INVARIANTS.items():
        row = con.execute(query).fetchone()
        if row and row[0]:
            problems.append(f"{text}（{row[0]} 处）")
    return problems
