"""Whether a store is sound: pointer, files, invariants, counts and left-over journal entries."""

from __future__ import annotations

import json

import duckdb

from data import invariants
from data.reading import open_file
from data.snapshots import Store, StoreError
from data.summary import DATA_TABLES


def check_store(store: Store) -> list[str]:
    """Return one Chinese sentence per problem; an empty list means that the current version is sound."""
    try:
        version = store.current()
    except StoreError as error:
        return [str(error)]
    if version is None:
        return [f"数据仓 {store.root} 还没有版本。请先导入数据，或运行 python -m data demo。"]
    path = store.file(version.id)
    try:
        con = open_file(path)
    except duckdb.Error as error:
        return [f"版本 {version.id} 的文件 {path} 无法打开（{error}）。请用 rollback 换一个版本。"]
    try:
        problems = invariants.broken(con) + _miscounted(con, version.tables)
    except duckdb.Error as error:
        problems = [f"版本 {version.id} 的文件已损坏（{error}）。请用 rollback 换一个版本。"]
    finally:
        con.close()
    waiting = [entry.name for entry in store.journal.glob("*") if not entry.name.startswith(".")]
    if waiting:
        problems.append(f"有 {len(waiting)} 个已确认的批次尚未发布；下次导入或启动网页时会自动补发。")
    return problems


def _miscounted(con: duckdb.DuckDBPyConnection, expected: dict[str, int]) -> list[str]:
    row = con.execute("SELECT value FROM meta WHERE key = 'rows'").fetchone()
    recorded = json.loads(row[0]) if row else {}
    problems = []
    for table in DATA_TABLES:
        counted = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        rows = int(counted[0]) if counted else 0
        if rows != expected.get(table) or rows != recorded.get(table):
            problems.append(f"表 {table} 实有 {rows} 行，与版本说明的 {expected.get(table)} 行不符")
    return problems
