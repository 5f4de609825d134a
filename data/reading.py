"""Reading snapshots: a read-only connection per version and process, a cursor per question, a time limit on each."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.snapshots import Store, StoreError, Version, view_stamp

QUERY_SECONDS = 20.0
# The text of a statement and its parameters by name.
Statement = tuple[str, dict[str, Any]]
Answer = TypeVar("Answer")


class QueryTimeout(StoreError):
    """A question took longer than its limit and was stopped."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One open, immutable version of the data; safe to use from many threads."""

    version: Version
    key: str
    meta: dict[str, str]
    fits_stamp: tuple[int, int]
    _connection: duckdb.DuckDBPyConnection
    _fits: duckdb.DuckDBPyConnection | None = None

    @property
    def id(self) -> int:
        return self.version.id

    @property
    def is_demo(self) -> bool:
        return self.meta.get("is_demo") == "1"

    def query(self, sql: str, params: Any = None, seconds: float = QUERY_SECONDS) -> pd.DataFrame:
        """Return the answer of one statement as a frame.

        Raises QueryTimeout after `seconds`, StoreError where the version lacks a view, column or macro.
        """
        ready = _ahead.frames.pop(_name(self.key, sql, params), None) if _ahead.frames else None
        return self._answer(sql, params, seconds, duckdb.DuckDBPyConnection.df) if ready is None else ready

    @contextmanager
    def together(self, statements: Sequence[Statement]) -> Iterator[None]:
        """Ask several statements as one: within the block this thread's query() finds their answers ready.

        A page's parts ask for themselves, each where its numbers are made; the page says beforehand what they will ask.
        What is asked otherwise in the block is asked as usual.
        """
        wanted = {_name(self.key, *one): one for one in statements}
        if len(wanted) > 1:
            _ahead.frames |= dict(zip(wanted, self._frames(list(wanted.values())), strict=True))
        try:
            yield
        finally:
            for name in wanted:
                _ahead.frames.pop(name, None)

    def _frames(self, statements: list[Statement]) -> list[pd.DataFrame]:
        texts, params = list[str](), dict[str, Any]()
        for number, (sql, own) in enumerate(statements):
            text = _PARAMETER.sub(rf"$s{number}_\1", sql)
            texts.append(f"select {number} as statement, columns('(.*)') as 's{number}_\\1' from (\n{text}\n)")
            params |= {f"s{number}_{name}": value for name, value in own.items()}
        whole = self.query("\nunion all by name\n".join(texts), params)
        asked = whole.pop("statement").to_numpy()
        return [_part(whole, f"s{number}_", asked == number) for number in range(len(statements))]

    def rows(self, sql: str, params: Any = None, seconds: float = QUERY_SECONDS) -> list[tuple[Any, ...]]:
        """Return the answer of one statement as tuples; raises as query() does."""
        return self._answer(sql, params, seconds, duckdb.DuckDBPyConnection.fetchall)

    def fitted(self, table: str) -> pd.DataFrame | None:
        """Return a whole table of what was fitted to this version, None where it was not fitted (yet)."""
        if self._fits is None or not table.isidentifier():
            return None
        try:
            return self._answer(
                f'SELECT * FROM "{table}"', None, QUERY_SECONDS, duckdb.DuckDBPyConnection.df, self._fits
            )
        except duckdb.CatalogException:
            return None

    def _answer(
        self,
        sql: str,
        params: Any,
        seconds: float,
        fetch: Callable[[duckdb.DuckDBPyConnection], Answer],
        connection: duckdb.DuckDBPyConnection | None = None,
    ) -> Answer:
        with (connection or self._connection).cursor() as cursor:
            late = threading.Event()

            def stop() -> None:
                late.set()
                cursor.interrupt()

            # Rows are made while they are fetched, so the limit covers both.
            timer = threading.Timer(seconds, stop)
            timer.start()
            try:
                return fetch(cursor.execute(sql, params) if params is not None else cursor.execute(sql))
            except duckdb.Error as error:
                # An interrupt between executing and fetching has another name.
                if late.is_set():
                    raise QueryTimeout(f"查询超过 {seconds:g} 秒，已停止。请缩短时段或减少筛选范围后重试。") from error
                said = _lacking(self.version, error) if connection is None else ""
                if not said:
                    raise
                raise StoreError(said) from error
            finally:
                timer.cancel()


def _lacking(version: Version, error: duckdb.Error) -> str:
    """Say which view, column or macro a version lacks, and what helps; "" for any other error.

    An unknown column in a version with this program's own views is a mistake of the program, not of the data.
    """
    is_older = version.views != view_stamp()
    if not (isinstance(error, duckdb.CatalogException) or (is_older and isinstance(error, duckdb.BinderException))):
        return ""
    named = _LACKED.search(str(error))
    lacks = f" {named[1]}" if named else "视图或字段"
    if is_older:
        return (
            f"版本 {version.id} 由另一版程序发布，缺少本程序要用的{lacks}。"
            f"请运行 python -m data rollback {version.id}，按本程序重新发布后再试。"
        )
    return (
        f"版本 {version.id} 的文件缺少{lacks}，可能已被改动。"
        "请运行 python -m data versions 查看版本，再用 rollback 换一个版本。"
    )


class _Ahead(threading.local):
    """Answers that a thread has asked for ahead, until they are used."""

    def __init__(self) -> None:
        self.frames: dict[Hashable, pd.DataFrame] = {}


_ahead = _Ahead()
_PARAMETER = re.compile(r"\$([a-z_]\w*)")
# How DuckDB names what is not there: 「Table with name x」, 「Referenced column "x"」, 「a column named "x"」.
_LACKED = re.compile(r'(?:with name|Referenced column|column named) "?([\w.]+)')


def _name(key: str, sql: str, params: Any) -> Hashable:
    return key, sql, repr(params)


def _part(whole: pd.DataFrame, prefix: str, rows: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the rows and columns of one statement, with the types that it has alone."""
    own = whole.loc[rows, [name for name in whole.columns if name.startswith(prefix)]].reset_index(drop=True)
    own.columns = own.columns.str.removeprefix(prefix)
    for name, column in own.items():
        # Whole numbers and flags may be unknown in the rows of the other statements only.
        if column.dtype.kind in "iub" and not column.hasnans:
            own[name] = column.to_numpy()
    return own


class Reader:
    """Gives the current snapshot of a store; opens each version once and only after a fork, never before.

    threads, memory_limit: DuckDB's limits for this process (its own default memory limit is 80% of the machine).
    """

    def __init__(self, store: Store, threads: int = 1, memory_limit: str = "1GB") -> None:
        self.store = store
        self._limits = (threads, memory_limit)
        self._lock = threading.Lock()
        # One value, so that a thread never sees the stamp of one version with the snapshot of another.
        self._held: tuple[tuple[int, ...] | None, Snapshot | None] = (None, None)

    def snapshot(self) -> Snapshot | None:
        """Return the current version, or None for an empty store; two stats when nothing changed.

        A version that was fitted meanwhile is opened anew, under a new key.
        """
        held, snapshot = self._held
        stamp = self._stamp(snapshot)
        if stamp == held:
            return snapshot
        with self._lock:
            stamp = self._stamp(self._held[1])
            if stamp != self._held[0]:
                # The old version is let go first: a store made anew in this folder may use its path again, and the
                # database that a path names is shared within a process for as long as anyone has it open.
                snapshot = None
                self._held = ((), None)
                pointed, snapshot = self._pointer_stamp(), self._open_current()
                self._held = (None if pointed is None else (*pointed, *_stamp_in(snapshot)), snapshot)
            return self._held[1]

    def version(self, version_id: int) -> Snapshot:
        """Open one version, current or not, so that what was reported can be made again; raises StoreError.

        A version whose views are of another release must be rolled back to first, which renews them.
        """
        found = next((one for one in self.store.versions() if one.id == version_id), None)
        if found is None:
            kept = "、".join(str(one) for one in self.store.version_ids()) or "无"
            raise StoreError(f"没有版本 {version_id}。现有版本：{kept}。")
        if found.views and found.views != view_stamp():
            raise StoreError(
                f"版本 {version_id} 由另一版程序生成，口径可能不同。请先运行 python -m data rollback {version_id}。"
            )
        return self._open(found)

    def _stamp(self, snapshot: Snapshot | None) -> tuple[int, ...] | None:
        pointed = self._pointer_stamp()
        if pointed is None or snapshot is None:
            return pointed
        return (*pointed, *_stamp_of(self.store.fits(snapshot.id)))

    def _pointer_stamp(self) -> tuple[int, ...] | None:
        try:
            status = self.store.pointer.stat()
        except FileNotFoundError:
            return None
        return os.getpid(), status.st_ino, status.st_mtime_ns, status.st_size

    def _open_current(self) -> Snapshot | None:
        # A version can be retired between reading the pointer and opening the file: read the pointer again then.
        for attempt in range(5):
            try:
                version = self.store.current()
            except StoreError:
                if attempt == 4:
                    raise
                continue
            if version is None:
                return None
            try:
                return self._open(version)
            except (duckdb.IOException, duckdb.CatalogException, FileNotFoundError):
                if attempt == 4:
                    raise StoreError(
                        f"版本 {version.id} 无法打开。请运行 python -m data check，或用 rollback 换一个版本。"
                    ) from None
        return None

    def _open(self, version: Version) -> Snapshot:
        path = self.store.file(version.id)
        status = path.stat()
        connection = open_file(path, *self._limits)
        meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        fits_stamp = _stamp_of(self.store.fits(version.id))
        fits = _open_fits(self.store.fits(version.id), *self._limits) if any(fits_stamp) else None
        key = f"{path.resolve()}:{status.st_ino}:{status.st_mtime_ns}:{'-'.join(map(str, fits_stamp))}"
        return Snapshot(version=version, key=key, meta=meta, fits_stamp=fits_stamp, _connection=connection, _fits=fits)


def _stamp_of(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_mtime_ns


def _stamp_in(snapshot: Snapshot | None) -> tuple[int, ...]:
    return () if snapshot is None else snapshot.fits_stamp


def _open_fits(path: Path, threads: int, memory_limit: str) -> duckdb.DuckDBPyConnection | None:
    # Numbers without their fits are still right, so a broken fitted file never keeps a page from showing them.
    try:
        return open_file(path, threads, memory_limit)
    except (duckdb.Error, OSError):
        return None


def open_file(path: Path, threads: int = 1, memory_limit: str = "1GB") -> duckdb.DuckDBPyConnection:
    """Open a snapshot's file read-only, limited and sealed; whoever opens a version first in a process sets its limits.

    DuckDB refuses to open a file twice in one process with different settings, so every reader comes through here.
    """
    connection = duckdb.connect(
        str(path), read_only=True, config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    row = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    if row and row[0]:
        return connection
    connection.execute(f"SET threads = {int(threads)}")
    connection.execute("SET memory_limit = $limit", {"limit": memory_limit})
    # No files, extensions or settings for whatever statement comes later; the order matters.
    connection.execute("SET temp_directory = ''")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
