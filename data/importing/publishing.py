"""Journal and publishing: once in the journal a batch survives a crash, and it is published whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data import durable
from data.importing.applying import Applied, apply
from data.importing.staging import Staged
from data.snapshots import Store, StoreError, Version, Writer

ENTRY = "entry.json"
_STALE_SECONDS = 60.0


@dataclass(frozen=True)
class Published:
    """The version in force and what each batch did; `version` is None when nothing had to be published."""

    version: Version | None
    applied: tuple[Applied, ...]


@contextlib.contextmanager
def workspace(store: Store) -> Iterator[Path]:
    """Give a private folder on the store's disk; what killed importers left behind is removed first."""
    room = store.root / "staging"
    room.mkdir(parents=True, exist_ok=True)
    _sweep(room)
    folder = room / uuid.uuid4().hex
    folder.mkdir(mode=0o700)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(room: Path) -> None:
    for folder in room.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < _STALE_SECONDS and not folder.name.startswith("done-"):
                continue
            lock = folder / "lock"
            if not lock.exists():
                shutil.rmtree(folder, ignore_errors=True)
                continue
            with lock.open("w") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


def acknowledge(store: Store, staged: list[Staged], folder: Path) -> Path:
    """Move staged files into the journal as one entry: after this returns, no crash loses them."""
    entry = folder / "journal"
    entry.mkdir()
    batches = []
    for number, one in enumerate(staged):
        name = f"rows-{number}.parquet"
        one.rows.rename(entry / name)
        durable.sync_file(entry / name)
        batches.append(one.batch | {"rows": name})
    rejects = _join_rejects([one.rejects for one in staged], entry / "rejected.csv")
    described = {"batches": batches, "rejected": rejects}
    durable.replace_text(entry / ENTRY, json.dumps(described, ensure_ascii=False, default=str))
    durable.sync_folder(entry)
    store.journal.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256("".join(one.batch["key"] for one in staged).encode()).hexdigest()
    target = store.journal / name
    if target.exists():
        forget(store, target)
    entry.rename(target)
    durable.sync_folder(store.journal)
    durable.sync_folder(store.root)
    return target


def _join_rejects(files: list[Path], target: Path) -> bool:
    """Write one list of rejected rows, with a mark that Excel reads as UTF-8; returns whether there are any."""
    rows = 0
    with target.open("w", encoding="utf-8-sig", newline="") as writer:
        for number, path in enumerate(files):
            with path.open(encoding="utf-8", newline="") as reader:
                header = next(reader, "")
                if number == 0:
                    writer.write(header)
                for line in reader:
                    writer.write(line)
                    rows += 1
        writer.flush()
        os.fsync(writer.fileno())
    return rows > 0


def publish_entry(store: Store, entry: Path) -> Published:
    """Publish one journal entry and remove it; batches that are already in the store are skipped."""
    described = json.loads((entry / ENTRY).read_text(encoding="utf-8"))
    with store.writing() as writer:
        published = _publish(writer, store, entry, described)
    forget(store, entry)
    return published


def _publish(writer: Writer, store: Store, entry: Path, described: dict[str, Any]) -> Published:
    applied: list[Applied] = []

    def change(con: duckdb.DuckDBPyConnection) -> None:
        applied.extend(apply(con, batch, entry / batch["rows"]) for batch in described["batches"])

    known = known_batches(store)
    if all(batch["key"] in known for batch in described["batches"]):
        same = [Applied(unchanged=batch["kept"], same_as_batch=known[batch["key"]]) for batch in described["batches"]]
        return Published(None, tuple(same))
    rejected = entry / "rejected.csv" if described["rejected"] else None
    version = writer.publish(change, rejected=rejected, from_empty=base_version(store) is None)
    return Published(version, tuple(applied))


def forget(store: Store, entry: Path) -> None:
    """Take an entry out of the journal in one step, then delete it."""
    room = store.root / "staging"
    room.mkdir(parents=True, exist_ok=True)
    gone = room / f"done-{uuid.uuid4().hex}"
    try:
        entry.rename(gone)
    except FileNotFoundError:
        return
    durable.sync_folder(store.journal)
    shutil.rmtree(gone, ignore_errors=True)


def base_version(store: Store) -> int | None:
    """Return the version that an import builds on: the current one, but none where that is the demo bureau.

    Invented and real data never stand in one version; the demo stays behind as a version to roll back to.
    """
    version = store.current()
    return None if version is None or version.is_demo else version.id


def known_batches(store: Store) -> dict[str, int]:
    """Return the keys of all batches in the current version with their numbers."""
    version = base_version(store)
    if version is None:
        return {}
    with read_only(store.file(version)) as con:
        return dict(con.execute("SELECT batch_key, batch_id FROM imports").fetchall())


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a snapshot apart from this process's own readers: attached to a connection in memory."""
    con = duckdb.connect(config={"memory_limit": "512MB", "threads": 1})
    try:
        con.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS snapshot (READ_ONLY)")
        con.execute("USE snapshot")
        yield con
    finally:
        con.close()


def replay(store: Store) -> list[str]:
    """Publish journal entries that a crash left unpublished; returns the source files brought in.

    An entry that cannot be published is moved out of the journal, kept, and named in the error.
    """
    done: list[str] = []
    entries = sorted(store.journal.glob("[0-9a-f]*"), key=lambda path: path.name) if store.journal.is_dir() else []
    for entry in entries:
        if not (entry / ENTRY).is_file():
            continue
        try:
            described = json.loads((entry / ENTRY).read_text(encoding="utf-8"))
            published = publish_entry(store, entry)
        except FileNotFoundError:
            continue  # Another process published it in the meantime.
        except (duckdb.Error, ValueError, KeyError) as error:
            kept = store.root / "stuck" / f"{entry.name}-{uuid.uuid4().hex[:8]}"
            kept.parent.mkdir(exist_ok=True)
            entry.rename(kept)
            durable.sync_folder(store.journal)
            raise StoreError(
                f"上次中断时已确认的一批数据无法发布，已保留在 {kept}。"
                "请保留该文件夹并联系维护人员；重新导入原文件即可补上数据。"
            ) from error
        if published.version is not None:
            done += [str(batch["source_name"]) for batch in described["batches"]]
    return done
