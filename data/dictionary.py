"""The data dictionary, read from the comments of schema.sql."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import duckdb

from data.snapshots import create_schema


@dataclass(frozen=True)
class Column:
    """One column with its type and what it means."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class TableEntry:
    """One table, what one row of it is, and its columns in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


@cache
def tables() -> tuple[TableEntry, ...]:
    """Return every table of a snapshot in the order of the schema."""
    con = duckdb.connect(":memory:")
    try:
        create_schema(con)
        named = con.execute("SELECT table_name, comment FROM duckdb_tables() ORDER BY table_oid").fetchall()
        columns = con.execute(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() ORDER BY table_oid, column_index"
        ).fetchall()
    finally:
        con.close()
    of_table: dict[str, list[Column]] = {}
    for table, name, type_name, meaning in columns:
        of_table.setdefault(table, []).append(Column(name, type_name, meaning or ""))
    return tuple(TableEntry(name, meaning or "", tuple(of_table[name])) for name, meaning in named)
