"""Bringing one staged batch into a snapshot: insert, update by key, register codes, write the lineage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data import grid
from data.importing import boundaries
from data.importing.expressions import lit
from data.importing.fields import ALERT_GROUPS, BOUNDARIES, CASE_GROUPS, FACT_TABLES, TABLES
from data.version import CODE_VERSION


@dataclass(frozen=True)
class Applied:
    """What one batch did to the store."""

    updated: int = 0
    unchanged: int = 0
    replaced: int = 0
    registered: dict[str, int] | None = None
    unregistered: tuple[tuple[str, int], ...] = ()
    unmapped: tuple[tuple[str, int], ...] = ()
    overlaps: int | None = None
    same_as_batch: int | None = None


def apply(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], rows: Path) -> Applied:
    """Apply a batch inside the caller's transaction; a batch that is already in `imports` changes nothing."""
    known = con.execute("SELECT batch_id FROM imports WHERE batch_key = ?", [batch["key"]]).fetchone()
    if known:
        return Applied(unchanged=batch["kept"], same_as_batch=known[0])
    batch_id = _number(con, "SELECT coalesce(max(batch_id), 0) + 1 FROM imports")
    if batch["table"] == BOUNDARIES.name:
        outlined = _outlined(boundaries.apply(con, batch, rows))
        _record(con, batch, batch_id, outlined.updated, outlined.unchanged)
        return outlined
    overlaps = _overlap(con, batch)
    replaced = _drop_earlier_rows(con, batch)
    source = _source(con, batch, rows)
    updated, unchanged = _plan(con, batch, source, "")
    _write(con, batch, source, batch_id)
    registered = _register(con, batch)
    _record(con, batch, batch_id, updated, unchanged)
    unregistered, unmapped = _unknown_codes(con, batch, "")
    con.execute("DROP TABLE IF EXISTS plan")
    return Applied(updated, unchanged, replaced, registered, unregistered, unmapped, overlaps)


def compare(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], rows: Path, schema: str) -> Applied:
    """Return what a batch would do to the snapshot attached as `schema`, without writing."""
    if batch["table"] == BOUNDARIES.name:
        return _outlined(boundaries.compare(con, batch, rows, f"{schema}."))
    updated, unchanged = _plan(con, batch, f"read_parquet({lit(str(rows))})", f"{schema}.")
    con.execute("DROP TABLE IF EXISTS plan")
    unregistered, unmapped = _unknown_codes(con, batch, f"{schema}.")
    register = batch["register"]
    return Applied(
        updated,
        unchanged,
        unregistered=() if register["stations"] else unregistered,
        unmapped=() if register["categories"] else unmapped,
    )


def _outlined(done: boundaries.Outcome) -> Applied:
    registered = {"派出所": done.registered} if done.registered else {}
    return Applied(done.updated, done.unchanged, registered=registered, unregistered=done.unregistered)


def _number(con: duckdb.DuckDBPyConnection, sql: str, params: list[Any] | None = None) -> int:
    row = con.execute(sql, params or []).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


# ---- rows ----------------------------------------------------------------------------------------


def _source(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], rows: Path) -> str:
    """Return the relation of staged rows, with cells on the grid of this store; the first points fix the grid."""
    relation = f"read_parquet({lit(str(rows))})"
    staged = batch["lat0"]
    if staged is None:
        return relation
    known = con.execute("SELECT value FROM meta WHERE key = 'grid_lat0'").fetchone()
    if known is None:
        con.execute("INSERT INTO meta VALUES ('grid_lat0', ?)", [str(staged)])
        return relation
    if float(known[0]) == staged:
        return relation
    moved = grid.moved_x_sql("cell_x", staged, float(known[0]))
    return f"(SELECT * REPLACE ({moved} AS cell_x) FROM {relation})"


def _overlap(con: duckdb.DuckDBPyConnection, batch: dict[str, Any]) -> int | None:
    """Return an earlier batch of other content whose rows without id may be the same events, or None."""
    if batch["has_id"] or batch["first_time"] is None:
        return None
    row = con.execute(
        """
        SELECT max(batch_id) FROM imports
        WHERE table_name = ? AND mapping_name = ? AND source_sha256 <> ? AND first_time < ? AND last_time > ?
        """,
        [batch["table"], batch["mapping_name"], batch["source_sha256"], batch["last_time"], batch["first_time"]],
    ).fetchone()
    return row[0] if row else None


def _drop_earlier_rows(con: duckdb.DuckDBPyConnection, batch: dict[str, Any]) -> int:
    """Remove rows without id that the same file brought in under another mapping: they would count twice."""
    if batch["table"] not in FACT_TABLES:
        return 0
    key = TABLES[batch["table"]].key[0]
    where = f"{key} IS NULL AND batch_id IN (SELECT batch_id FROM imports WHERE table_name = ? AND source_sha256 = ?)"
    params = [batch["table"], batch["source_sha256"]]
    count = _number(con, f"SELECT count(*) FROM {batch['table']} WHERE {where}", params)
    if count:
        con.execute(f"DELETE FROM {batch['table']} WHERE {where}", params)
    return count


def _plan(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], source: str, schema: str) -> tuple[int, int]:
    """Create the table `plan` when rows can meet rows of the store; returns how many are updated and unchanged."""
    table = f"{schema}{batch['table']}"
    keys = TABLES[batch["table"]].key
    some = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    if not batch["has_id"] or not _number(con, f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {some} LIMIT 1)"):
        return 0, 0
    others = [column for column in batch["columns"] if column not in keys]
    listed = ", ".join(keys)
    order = ", ".join([*others, *keys])
    same_key = " AND ".join(f"k.{key} = i.{key}" for key in keys)
    differs = " OR ".join(f"k.{column} IS DISTINCT FROM i.{column}" for column in others) or "false"
    # One id may have several rows; the n-th of the file meets the n-th of the store in a fixed order.
    nth = f"row_number() OVER (PARTITION BY {listed} ORDER BY {order}) AS nth"
    con.execute(
        f"""
        CREATE TEMP TABLE plan AS
        WITH incoming AS (SELECT *, {nth} FROM {source}),
        known AS (
            SELECT {", ".join(batch["columns"])}, t.rowid AS target, {nth} FROM {table} AS t
            WHERE ({listed}) IN (SELECT ({listed}) FROM {source})
        )
        SELECT i.*, k.target, k.target IS NOT NULL AND ({differs}) AS changed
        FROM incoming AS i LEFT JOIN known AS k ON {same_key} AND k.nth = i.nth
        """
    )
    row = con.execute(
        "SELECT count(*) FILTER (WHERE changed), count(*) FILTER (WHERE target IS NOT NULL AND NOT changed) FROM plan"
    ).fetchone() or (0, 0)
    return int(row[0]), int(row[1])


def _write(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], source: str, batch_id: int) -> None:
    table, columns = batch["table"], batch["columns"]
    is_fact = table in FACT_TABLES
    planned = bool(_number(con, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'plan'"))
    if planned:
        keys = TABLES[table].key
        sets = [f"{column} = p.{column}" for column in columns if column not in keys]
        sets += [f"batch_id = {batch_id}"] if is_fact else []
        if sets:
            con.execute(
                f"UPDATE {table} SET {', '.join(sets)} FROM plan AS p WHERE {table}.rowid = p.target AND p.changed"
            )
    targets, values = list(columns), list(columns)
    if is_fact:
        targets, values = [*targets, "batch_id"], [*values, str(batch_id)]
    if table == "alerts" and "is_invalid" not in columns:
        targets, values = [*targets, "is_invalid"], [*values, "false"]
    if "is_invalid" in columns:
        values[columns.index("is_invalid")] = "coalesce(is_invalid, false)"
    new = "plan WHERE target IS NULL" if planned else source
    con.execute(f"INSERT INTO {table} ({', '.join(targets)}) SELECT {', '.join(values)} FROM {new}")
    if planned and is_fact and batch["repeats"] == "keep":
        # All rows of one id belong to the batch that touched it last.
        key = TABLES[table].key[0]
        con.execute(
            f"UPDATE {table} SET batch_id = {batch_id} WHERE batch_id <> {batch_id}"
            f" AND {key} IN (SELECT {key} FROM plan WHERE changed OR target IS NULL)"
        )


# ---- codes ---------------------------------------------------------------------------------------


def own_group(category: str, table: str) -> str | None:
    """Return the group that a category's own name says: 治安警情 → 治安."""
    named = category.removesuffix("警情").removesuffix("类")
    known = ALERT_GROUPS if table == "alert_categories" else CASE_GROUPS
    return next((group for group in known if named in (group, f"群众{group}")), None)


def _group_of(category: str, table: str, register: dict[str, Any]) -> str:
    """Return the group of a registered category: as the mapping says, else as its name says, else the usual one."""
    group: str = register["groups"].get(category) or own_group(category, table) or register["group"]
    return group


def _register(con: duckdb.DuckDBPyConnection, batch: dict[str, Any]) -> dict[str, int]:
    """Add unknown codes to the code lists where the mapping asks for it; the value is both code and name."""
    codes, register = batch["codes"], batch["register"]
    done: dict[str, int] = {}
    rows: list[tuple[Any, ...]]
    if register["stations"] and codes.get("stations"):
        fresh = [row for row in codes["stations"] if row[0] not in _codes(con, "stations")]
        rows = [(code, code, register["kind"], lon, lat) for code, _, lon, lat in fresh]
        done["派出所"] = _insert(con, "stations (code, name, kind, lon, lat)", rows)
    if register["beats"] and codes.get("beats"):
        fresh = [row for row in codes["beats"] if row[0] not in _codes(con, "beats") and row[2]]
        rows = [(code, code, station, register["beat_kind"]) for code, _, station in fresh]
        done["警格"] = _insert(con, "beats (code, name, station_code, kind)", rows)
    if register["categories"] and codes.get("categories"):
        table = _category_table(batch)
        fresh = [row for row in codes["categories"] if row[0] not in _codes(con, table)]
        rows = [(code, code, _group_of(code, table, register)) for code, _ in fresh]
        done["类别"] = _insert(con, f"{table} (code, name, group_name)", rows)
    return done


def _category_table(batch: dict[str, Any]) -> str:
    return "case_categories" if batch["table"] == "cases" else "alert_categories"


def _codes(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {row[0] for row in con.execute(f"SELECT code FROM {table}").fetchall()}


def _insert(con: duckdb.DuckDBPyConnection, target: str, rows: list[tuple[Any, ...]]) -> int:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        con.executemany(f"INSERT INTO {target} VALUES ({marks})", rows)
    return len(rows)


def _unknown_codes(
    con: duckdb.DuckDBPyConnection, batch: dict[str, Any], schema: str
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """Return the unit codes and category codes of the batch that no list has, with their counts."""
    codes = batch["codes"]
    stations = _codes(con, f"{schema}stations") if codes.get("stations") else set()
    categories = _codes(con, f"{schema}{_category_table(batch)}") if codes.get("categories") else set()
    unregistered = tuple((row[0], row[1]) for row in codes.get("stations", []) if row[0] not in stations)
    unmapped = tuple((row[0], row[1]) for row in codes.get("categories", []) if row[0] not in categories)
    return unregistered, unmapped


# ---- lineage -------------------------------------------------------------------------------------


def _record(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], batch_id: int, updated: int, unchanged: int) -> None:
    values = {
        "batch_id": batch_id,
        "batch_key": batch["key"],
        "table_name": batch["table"],
        "source_name": batch["source_name"],
        "source_sha256": batch["source_sha256"],
        "mapping_name": batch["mapping_name"],
        "mapping_sha256": batch["mapping_sha256"],
        "mapping_text": batch["mapping_text"],
        "rows_read": batch["read"],
        "rows_kept": batch["kept"],
        "rows_updated": updated,
        "rows_unchanged": unchanged,
        "rows_duplicate": batch["duplicate"],
        "rows_rejected": batch["rejected"],
        "first_time": batch["first_time"],
        "last_time": batch["last_time"],
        "quality": json.dumps(batch["quality"], ensure_ascii=False),
        "code_version": CODE_VERSION,
        "imported_at": batch["imported_at"],
    }
    marks = ", ".join("?" * len(values))
    con.execute(f"INSERT INTO imports ({', '.join(values)}) VALUES ({marks})", list(values.values()))
