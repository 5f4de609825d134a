"""What was fitted to a snapshot, in a file of its own beside it: written whole or not at all, read like a snapshot.

A snapshot never changes, and an import must not wait for regressions. So the fitted tables of version 129 lie in
`000129.fits.duckdb`: they are made after publishing, replaced as one file, retired together with the version, and can
be made again from it at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from data import durable
from data.reading import open_file
from data.snapshots import Store, StoreError

_ROWS = 100_000
_TYPES = {"i": "BIGINT", "u": "BIGINT", "f": "DOUBLE", "b": "BOOLEAN", "M": "TIMESTAMP"}


@contextlib.contextmanager
def fitting(store: Store) -> Iterator[bool]:
    """Hold the right to fit, one process at a time; yields False when another process is at it."""
    store.root.mkdir(parents=True, exist_ok=True)
    with (store.root / "fits.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        for left_over in store.snapshots.glob("*.fits.new*"):
            left_over.unlink(missing_ok=True)
        yield True


def write(store: Store, version_id: int, tables: Mapping[str, pd.DataFrame], meta: Mapping[str, str]) -> None:
    """Write fitted tables beside a snapshot, replacing what was there; raises StoreError when the disk refuses.

    tables: name → frame with columns of int, float, bool, str, date or datetime; None and NaN become NULL.
    """
    # Not *.tmp*: a writer that publishes meanwhile clears those.
    temporary = store.snapshots / f"{version_id:06d}.fits.new{os.getpid()}"
    try:
        _write(temporary, {**tables, "fits_meta": pd.DataFrame(sorted(meta.items()), columns=["key", "value"])})
        durable.sync_file(temporary)
        if not store.file(version_id).is_file():
            return  # The version was retired meanwhile.
        temporary.replace(store.fits(version_id))
        durable.sync_folder(store.snapshots)
    except (OSError, duckdb.Error) as error:
        raise StoreError(
            f"版本 {version_id} 的预警与预测未能写入 {store.snapshots}（{error}）。数据不受影响，请检查磁盘空间后重试。"
        ) from error
    finally:
        for left_over in store.snapshots.glob(f"{temporary.name}*"):
            left_over.unlink(missing_ok=True)


def meta_of(store: Store, version_id: int) -> dict[str, str]:
    """Return what the fitted file of a version says of itself; empty where there is none or it cannot be read."""
    path = store.fits(version_id)
    if not path.is_file():
        return {}
    try:
        with open_file(path) as con:
            return dict(con.execute("SELECT key, value FROM fits_meta").fetchall())
    except duckdb.Error:
        return {}


def _write(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    with duckdb.connect(str(path), config={"memory_limit": "1GB", "preserve_insertion_order": True}) as con:
        for name, frame in tables.items():
            _write_table(con, name, frame)
        con.execute("CHECKPOINT")


def _write_table(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    if not name.isidentifier() or not all(str(column).isidentifier() for column in frame.columns):
        raise ValueError(f"{name} is no table name, or has a column that is no name")
    types = {str(column): _type_of(frame[column]) for column in frame.columns}
    columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    con.execute(f'CREATE TABLE "{name}" ({columns})')
    # As lists, since DuckDB must not scan frames.
    wanted = ", ".join(f"unnest(cast(${place} AS {kind}[]))" for place, kind in enumerate(types.values(), 1))
    for first in range(0, len(frame), _ROWS):
        part = frame.iloc[first : first + _ROWS]
        con.execute(f'INSERT INTO "{name}" SELECT {wanted}', [_values(part[column]) for column in frame.columns])


def _values(column: pd.Series) -> list[object]:
    plain = column.dt.to_pydatetime() if column.dtype.kind == "M" else column.tolist()
    return [None if missing else value for value, missing in zip(plain, column.isna(), strict=True)]


def _type_of(column: pd.Series) -> str:
    if column.dtype.kind in _TYPES:
        return _TYPES[column.dtype.kind]
    known = column.dropna()
    first = known.iloc[0] if len(known) else ""
    if isinstance(first, datetime):
        return "TIMESTAMP"
    if isinstance(first, date):
        return "DATE"
    if isinstance(first, bool):
        return "BOOLEAN"
    if isinstance(first, (int, float)):
        return "DOUBLE"
    return "VARCHAR"
