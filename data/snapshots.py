"""The store: immutable snapshot files, one pointer to the current one, atomic publishing and reading without locks.

A writer copies the current snapshot, changes the copy in one transaction, checks it, and renames it to a name that was
never used before; then the pointer file is replaced. Readers look at the pointer (one stat per request) and open each
snapshot read-only. A crash at any moment leaves the old pointer and at most a left-over temporary file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from data import clock, durable, invariants, summary
from data.version import CODE_VERSION

DEFAULT_STORE = Path("var/store")
KEEP_VERSIONS = 14
# Files of data/views in the order in which they build on each other.
VIEWS = ("functions", "categories", "alerts", "cases", "beats", "staffing", "reported", "duty")
LOCK_WAIT_SECONDS = 600.0
WRITER_MEMORY = "1GB"
_ROOM = Path(__file__).parent


class StoreError(Exception):
    """Something about the store that the user can act on; the message is plain Chinese."""


@dataclass(frozen=True)
class Version:
    """One published snapshot as `python -m data versions` lists it."""

    id: int
    current: bool
    created_at: str
    data_as_of: str | None
    rows: int
    tables: dict[str, int]
    sources: list[dict[str, Any]]
    is_demo: bool
    code_version: str
    # Which view definitions it carries; "" for versions from before they were recorded.
    views: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the `versions` command."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "views"}


@dataclass(frozen=True)
class Store:
    """A folder of snapshots with its pointer, lock, journal, mappings, inbox and configuration."""

    root: Path = DEFAULT_STORE

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def pointer(self) -> Path:
        return self.root / "current.json"

    def file(self, version_id: int) -> Path:
        """Return the path of a snapshot's database file."""
        return self.snapshots / f"{version_id:06d}.duckdb"

    def sidecar(self, version_id: int) -> Path:
        """Return the path of a snapshot's description."""
        return self.snapshots / f"{version_id:06d}.json"

    def rejects(self, version_id: int) -> Path:
        """Return the path of the rows that a snapshot's import rejected."""
        return self.snapshots / f"{version_id:06d}.rejected.csv"

    def fits(self, version_id: int) -> Path:
        """Return the path of what was fitted to a snapshot; made after publishing, so it may be absent."""
        return self.snapshots / f"{version_id:06d}.fits.duckdb"

    def current_id(self) -> int | None:
        """Return the id that the pointer names, or None for an empty store."""
        try:
            return int(json.loads(self.pointer.read_text(encoding="utf-8"))["id"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"版本指针 {self.pointer} 无法读取。请用 python -m data versions 查看版本，再用 rollback 指定一个版本。"
            ) from error

    def current(self) -> Version | None:
        """Return the current version, or None for an empty store."""
        version_id = self.current_id()
        return None if version_id is None else self._describe(version_id, version_id)

    def versions(self) -> list[Version]:
        """Return all versions that can be rolled back to, newest first."""
        try:
            current = self.current_id()
        except StoreError:
            current = None
        return [self._describe(version_id, current) for version_id in reversed(self.version_ids())]

    def version_ids(self) -> list[int]:
        """Return the ids of the snapshot files on disk, oldest first."""
        if not self.snapshots.is_dir():
            return []
        return sorted(int(path.stem) for path in self.snapshots.glob("[0-9]*.duckdb") if path.stem.isdigit())

    def rollback(self, version_id: int) -> Version:
        """Make an older (or newer) version the current one; nothing is deleted.

        A version from before an upgrade is copied to a new one, so that it answers what this program asks.
        """
        with self.writing() as writer:
            if not self.file(version_id).is_file():
                have = "、".join(str(known) for known in reversed(self.version_ids())) or "无"
                raise StoreError(f"没有版本 {version_id}。可回退的版本：{have}。")
            version = self._describe(version_id, version_id)
            self._point_to(version_id)
            return writer.renew() or version

    def renew(self) -> Version | None:
        """Publish the current version anew if it carries the view definitions of another program version."""
        current = self.current()
        if current is None or current.views == view_stamp():
            return None
        with self.writing() as writer:
            return writer.renew()

    @contextlib.contextmanager
    def writing(self, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[Writer]:
        """Hold the store's only write lock; clears what a killed writer left behind."""
        try:
            for folder in (self.snapshots, self.journal, self.mappings, self.inbox):
                folder.mkdir(parents=True, exist_ok=True)
            with (self.root / "lock").open("a") as handle:
                _lock(handle.fileno(), wait_seconds, self.root)
                for left_over in [*self.snapshots.glob("*.tmp*"), *self.root.glob("*.tmp*")]:
                    _remove(left_over)
                yield Writer(self)
        except OSError as error:
            raise StoreError(_disk_message(error, self.root)) from error
        except duckdb.Error as error:
            # A full disk comes as an IOException, or as a TransactionException from COMMIT.
            if "No space left" in str(error):
                raise StoreError(_disk_message(OSError(errno.ENOSPC, ""), self.root)) from error
            if "Could not write" in str(error) or isinstance(error, duckdb.FatalException):
                raise StoreError(
                    f"写入 {self.root} 失败，未发布任何数据，原版本不受影响。请检查磁盘空间与权限后重试。"
                ) from error
            raise

    def _describe(self, version_id: int, current: int | None) -> Version:
        try:
            known = json.loads(self.sidecar(version_id).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"版本 {version_id} 的说明文件 {self.sidecar(version_id)} 无法读取。"
                "请运行 python -m data check，或用 rollback 换一个版本。"
            ) from error
        return Version(current=version_id == current, **known)

    def _point_to(self, version_id: int) -> None:
        durable.replace_text(
            self.pointer, json.dumps({"id": version_id, "pointed_at": clock.now().isoformat(sep=" ")}) + "\n"
        )


@dataclass(frozen=True)
class Writer:
    """The right to publish, held while the store's lock is held."""

    store: Store

    def publish(
        self,
        change: Callable[[duckdb.DuckDBPyConnection], None],
        *,
        rejected: Path | None = None,
        from_empty: bool = False,
    ) -> Version:
        """Apply `change` to a copy of the current snapshot in one transaction and make it the current version.

        change: gets a connection inside an open transaction; whatever it raises publishes nothing.
        rejected: a file of rejected rows that moves beside the snapshot.
        from_empty: start from an empty schema in place of the current snapshot.
        """
        store = self.store
        current = store.current_id()
        version_id = max([*store.version_ids(), current or 0]) + 1
        temporary = store.snapshots / f"{version_id:06d}.tmp{os.getpid()}"
        try:
            if current is not None and not from_empty:
                durable.copy_file(store.file(current), temporary)
            described = _build(temporary, change, version_id)
            durable.sync_file(temporary)
            if rejected is not None:
                shutil.copyfile(rejected, store.rejects(version_id))
            durable.replace_text(store.sidecar(version_id), json.dumps(described, ensure_ascii=False))
            temporary.rename(store.file(version_id))
            durable.sync_folder(store.snapshots)
            store._point_to(version_id)
        except BaseException:
            _forget(store, version_id, temporary)
            raise
        _retire_old(store, version_id)
        return store._describe(version_id, version_id)

    def renew(self) -> Version | None:
        """Publish the current version anew if its views are not this program's; returns it, None when they are."""
        current = self.store.current()
        if current is None or current.views == view_stamp():
            return None
        return self.publish(lambda con: None)


def _forget(store: Store, version_id: int, temporary: Path) -> None:
    """Remove what a failed publish wrote; a file that the pointer names already stays."""
    left_overs = [*store.snapshots.glob(f"{temporary.name}*"), *store.snapshots.glob(f"{version_id:06d}.*.tmp*")]
    with contextlib.suppress(StoreError):
        if store.current_id() != version_id:
            left_overs += [store.file(version_id), store.rejects(version_id), store.sidecar(version_id)]
    for left_over in [*left_overs, *store.root.glob("*.tmp*")]:
        _remove(left_over)


def _build(path: Path, change: Callable[[duckdb.DuckDBPyConnection], None], version_id: int) -> dict[str, Any]:
    """Run one change on a snapshot file and return the text of its sidecar."""
    fresh = not path.exists()
    con = duckdb.connect(str(path), config=_writer_config(path))
    try:
        con.execute("BEGIN")
        if fresh:
            create_schema(con)
        change(con)
        create_views(con)
        summary.refresh(con)
        problems = invariants.broken(con)
        if problems:
            raise StoreError("数据未通过一致性检查，未发布：" + "；".join(problems))
        described = _describe_content(con, version_id)
        con.execute("COMMIT")
        con.execute("CHECKPOINT")
    finally:
        con.close()
    return described


def _writer_config(path: Path) -> dict[str, Any]:
    return {
        "memory_limit": WRITER_MEMORY,
        "temp_directory": f"{path}.spill",
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def create_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables of a snapshot."""
    con.execute((_ROOM / "schema.sql").read_text(encoding="utf-8"))


@cache
def view_stamp() -> str:
    """Return a short hash of this program's view definitions."""
    texts = [(_ROOM / "views" / f"{view}.sql").read_bytes() for view in VIEWS]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def create_views(con: duckdb.DuckDBPyConnection) -> None:
    """Create the clean views and macros anew, so that a snapshot always carries this version's definitions."""
    for view in VIEWS:
        con.execute((_ROOM / "views" / f"{view}.sql").read_text(encoding="utf-8"))


def _describe_content(con: duckdb.DuckDBPyConnection, version_id: int) -> dict[str, Any]:
    meta = dict(con.execute("SELECT key, value FROM meta").fetchall())
    tables = json.loads(meta["rows"])
    names = ("name", "sha256", "table", "mapping", "read", "kept", "rejected", "imported_at")
    sources = con.execute(
        """
        SELECT source_name, source_sha256, table_name, mapping_name, rows_read, rows_kept, rows_rejected,
               strftime(imported_at, '%Y-%m-%d %H:%M:%S')
        FROM imports ORDER BY batch_id
        """
    ).fetchall()
    return {
        "id": version_id,
        "created_at": clock.now().isoformat(sep=" "),
        "data_as_of": meta["data_as_of"] or None,
        "rows": sum(tables.values()),
        "tables": tables,
        "sources": [dict(zip(names, source, strict=True)) for source in sources],
        "is_demo": meta.get("is_demo") == "1",
        "code_version": CODE_VERSION,
        "views": view_stamp(),
    }


def _retire_old(store: Store, newest: int) -> None:
    """Delete versions beyond the last KEEP_VERSIONS, but keep the last one of each month."""
    ids = store.version_ids()
    keep = {newest, *ids[-KEEP_VERSIONS:]}
    last_of_month: dict[str, int] = {}
    for version_id in ids:
        with contextlib.suppress(StoreError):
            last_of_month[store._describe(version_id, None).created_at[:7]] = version_id
    for version_id in set(ids) - keep - set(last_of_month.values()):
        # The file goes last: a version without a file is not listed, one without a sidecar would be an error.
        for path in (
            store.fits(version_id), store.file(version_id), store.rejects(version_id), store.sidecar(version_id),
        ):  # fmt: skip
            _remove(path)


def _lock(handle: int, wait_seconds: float, root: Path) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise StoreError(f"数据仓 {root} 正被另一个导入占用。请等它结束后重试。") from None
            time.sleep(0.05)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _disk_message(error: OSError, root: Path) -> str:
    if error.errno == errno.ENOSPC:
        return f"磁盘已满，未发布任何数据，原版本不受影响。请为 {root} 所在磁盘腾出空间后重试。"
    if error.errno in (errno.EACCES, errno.EROFS):
        return f"没有写入 {root} 的权限。请检查文件夹权限后重试。"
    return f"读写 {root} 出错（{error.strerror or error}）。原版本不受影响，请检查磁盘后重试。"
