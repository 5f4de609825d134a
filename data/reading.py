"""Reading snapshots: a read-only connection per version and process, a cursor per question, a time limit on each."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from data.snapshots import Store, StoreError, Version

QUERY_SECONDS = 20.0


class QueryTimeout(StoreError):
    """A question took longer than its limit and was stopped."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One open, immutable version of the data; safe to use from many threads."""

    version: Version
    key: str
    meta: dict[str, str]
    _connection: duckdb.DuckDBPyConnection

    @property
    def id(self) -> int:
        return self.version.id

    @property
    def is_demo(self) -> bool:
        return self.meta.get("is_demo") == "1"

    def query(self, sql: str, params: Any = None, seconds: float = QUERY_SECONDS) -> pd.DataFrame:
        """Return the answer of one statement as a frame; raises QueryTimeout after `seconds`."""
        with self._connection.cursor() as cursor:
            frame: pd.DataFrame = _limited(cursor, sql, params, seconds).df()
            return frame

    def rows(self, sql: str, params: Any = None, seconds: float = QUERY_SECONDS) -> list[tuple[Any, ...]]:
        """Return the answer of one statement as tuples; raises QueryTimeout after `seconds`."""
        with self._connection.cursor() as cursor:
            rows: list[tuple[Any, ...]] = _limited(cursor, sql, params, seconds).fetchall()
            return rows


def _limited(cursor: duckdb.DuckDBPyConnection, sql: str, params: Any, seconds: float) -> duckdb.DuckDBPyConnection:
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.start()
    try:
        return cursor.execute(sql, params) if params is not None else cursor.execute(sql)
    except duckdb.InterruptException as error:
        raise QueryTimeout(f"查询超过 {seconds:g} 秒，已停止。请缩短时段或减少筛选范围后重试。") from error
    finally:
        timer.cancel()


class Reader:
    """Gives the current snapshot of a store; opens each version once and only after a fork, never before.

    threads, memory_limit: DuckDB's limits for this process (its own default memory limit is 80% of the machine).
    """

    def __init__(self, store: Store, threads: int = 1, memory_limit: str = "1GB") -> None:
        self.store = store
        self._config: dict[str, Any] = {
            "threads": threads,
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._pid = os.getpid()
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot | None:
        """Return the current version, or None for an empty store; one stat when nothing changed."""
        stamp = self._pointer_stamp()
        if stamp == self._stamp and self._pid == os.getpid():
            return self._snapshot
        with self._lock:
            if stamp != self._stamp or self._pid != os.getpid():
                self._snapshot = self._open_current()
                self._stamp, self._pid = stamp, os.getpid()
            return self._snapshot

    def _pointer_stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self.store.pointer.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _open_current(self) -> Snapshot | None:
        # A version can be retired between reading the pointer and opening the file: read the pointer again then.
        for attempt in range(5):
            version = self.store.current()
            if version is None:
                return None
            try:
                return self._open(version)
            except (duckdb.IOException, StoreError):
                if attempt == 4:
                    raise StoreError(
                        f"版本 {version.id} 无法打开。请运行 python -m data check，或用 rollback 换一个版本。"
                    ) from None
        return None

    def _open(self, version: Version) -> Snapshot:
        path = self.store.file(version.id)
        connection = duckdb.connect(str(path), read_only=True, config=self._config)
        _seal(connection)
        meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        return Snapshot(version=version, key=f"{path.resolve()}", meta=meta, _connection=connection)


def _seal(connection: duckdb.DuckDBPyConnection) -> None:
    """Forbid files, extensions and settings to whatever statement comes later; the order matters."""
    row = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    if row and row[0]:
        return  # The same version is still open in this process and was sealed then.
    connection.execute("SET temp_directory = ''")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def coverage(snapshot: Snapshot, table: str) -> list[tuple[str, str]]:
    """Return the runs of days, first and last included, that a fact table covers."""
    runs: list[list[str]] = json.loads(snapshot.meta.get("coverage", "{}")).get(table, [])
    return [(first, last) for first, last in runs]
