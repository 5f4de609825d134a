"""Publishing: all or nothing, retention, roll back, lineage, the lock, and disks that fill up."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data import clock, durable, snapshots
from data.snapshots import Store, StoreError
from tests import tiny

ROOT = Path(__file__).resolve().parents[2]


def one_alert(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-20 08:00"}])


def state(store: Store) -> tuple[list[dict[str, Any]], list[str]]:
    """What an onlooker can see of a store: its versions and the names of its files."""
    return [version.to_json() for version in store.versions()], sorted(one.name for one in store.snapshots.glob("*"))


def test_a_publish_becomes_the_current_version_with_its_lineage(store: Store) -> None:
    version = tiny.publish(store, one_alert)
    assert store.current() == version
    assert (version.id, version.current, version.is_demo) == (1, True, False)
    assert version.tables["alerts"] == 1
    assert version.rows == sum(version.tables.values())
    assert version.data_as_of is not None
    source = version.sources[0]
    assert (source["name"], source["table"], source["kept"], source["rejected"]) == ("手工.csv", "alerts", 1, 0)
    datetime.fromisoformat(version.created_at)


def test_versions_come_newest_first_in_the_promised_shape(store: Store) -> None:
    tiny.publish(store, one_alert)
    tiny.publish(store, one_alert)
    shapes = [version.to_json() for version in store.versions()]
    assert [shape["id"] for shape in shapes] == [2, 1]
    assert [shape["current"] for shape in shapes] == [True, False]
    for shape in shapes:
        assert {"id", "current", "created_at", "data_as_of", "rows", "sources"} <= set(shape)
        json.dumps(shape)


def test_each_version_is_a_file_of_its_own_and_stays_as_it_was(store: Store) -> None:
    tiny.publish(store, one_alert)
    before = store.file(1).read_bytes()
    tiny.publish(store, one_alert)
    assert store.file(1).read_bytes() == before
    assert store.versions()[0].tables["alerts"] == 2


def test_from_empty_forgets_what_was_there(store: Store) -> None:
    tiny.publish(store, one_alert)
    with store.writing() as writer:
        version = writer.publish(lambda con: None, from_empty=True)
    assert version.tables["alerts"] == version.tables["stations"] == 0


def test_rejected_rows_move_beside_the_snapshot(store: Store, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.csv"
    rejected.write_text("行号,列,值,原因\n3,报警时间,昨天,无法识别\n", encoding="utf-8")
    with store.writing() as writer:
        version = writer.publish(one_alert, rejected=rejected)
    assert store.rejects(version.id).read_text(encoding="utf-8") == rejected.read_text(encoding="utf-8")


def test_an_empty_store_has_no_version(store: Store) -> None:
    assert store.current() is None
    assert store.versions() == []


# --- all or nothing -------------------------------------------------------------------------------------------------


def test_a_change_that_raises_publishes_nothing(store: Store) -> None:
    tiny.publish(store, one_alert)
    before = state(store)

    def half(con: duckdb.DuckDBPyConnection) -> None:
        one_alert(con)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"), store.writing() as writer:
        writer.publish(half)
    assert state(store) == before


def test_a_broken_invariant_publishes_nothing_and_names_it(store: Store) -> None:
    tiny.publish(store, one_alert)
    before = state(store)

    def same_code_twice(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("INSERT INTO stations (code, name) VALUES (?, '重复所')", [tiny.CITY])

    with pytest.raises(StoreError, match="派出所代码重复（1 处）"), store.writing() as writer:
        writer.publish(same_code_twice)
    assert state(store) == before


def test_a_row_without_its_batch_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="没有对应的导入批次"):
        tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}], batch_id=99))
    assert store.versions() == []


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("step", ["copy_file", "sync_file", "sync_folder", "replace_text"])
def test_a_full_disk_at_any_step_publishes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    tiny.publish(store, one_alert)
    before = state(store)
    monkeypatch.setattr(durable, step, no_space)
    with pytest.raises(StoreError, match="磁盘已满，未发布任何数据"):
        tiny.publish(store, one_alert)
    monkeypatch.undo()
    assert state(store) == before
    assert tiny.publish(store, one_alert).tables["alerts"] == 2


def test_a_disk_that_fills_before_the_pointer_is_written_publishes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.publish(store, one_alert)
    before = state(store)
    replace_text = durable.replace_text

    def full_at_the_pointer(path: Path, text: str) -> None:
        if path == store.pointer:
            no_space()
        replace_text(path, text)

    monkeypatch.setattr(durable, "replace_text", full_at_the_pointer)
    with pytest.raises(StoreError, match="磁盘已满"):
        tiny.publish(store, one_alert)
    assert state(store) == before


def test_a_failure_after_the_pointer_moved_keeps_the_version_that_it_names(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.publish(store, one_alert)
    replace_text = durable.replace_text

    def fails_after_writing(path: Path, text: str) -> None:
        replace_text(path, text)
        if path == store.pointer:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(durable, "replace_text", fails_after_writing)
    with pytest.raises(StoreError):
        tiny.publish(store, one_alert)
    current = store.current()
    assert current is not None and current.id == 2
    assert store.file(2).is_file()


def test_leftovers_of_a_killed_writer_are_removed(store: Store) -> None:
    tiny.publish(store, one_alert)
    before = state(store)
    (store.snapshots / "000002.tmp4711").write_bytes(b"half")
    (store.snapshots / "000002.tmp4711.wal").write_bytes(b"half")
    (store.snapshots / "000002.tmp4711.spill").mkdir()
    (store.root / "current.json.tmp4711").write_text("half")
    with store.writing():
        pass
    assert state(store) == before
    assert not list(store.root.glob("*.tmp*"))


def test_a_writer_killed_before_its_first_pointer_leaves_an_empty_store_that_works(store: Store) -> None:
    tiny.publish(store, one_alert)
    store.pointer.unlink()
    assert store.current() is None
    version = tiny.publish(store, one_alert)
    assert version.id == 2, "a name is never used twice"


# --- lock -----------------------------------------------------------------------------------------------------------

_HOLD = """
import sys, pathlib
from data.snapshots import Store
with Store(pathlib.Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.readline()
"""


def hold_lock(store: Store) -> subprocess.Popen[str]:
    """Start another process that holds the store's lock until a line is written to it."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(store.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_writer_waits_and_then_refuses_in_chinese(store: Store) -> None:
    holder = hold_lock(store)
    try:
        with pytest.raises(StoreError, match="正被另一个导入占用。请等它结束后重试"), store.writing(wait_seconds=0.2):
            pytest.fail("two writers at once")
    finally:
        holder.communicate("go\n")


def test_a_waiting_writer_goes_on_when_the_first_is_killed(store: Store) -> None:
    holder = hold_lock(store)
    holder.kill()
    holder.wait()
    assert tiny.publish(store, one_alert).id == 1


# --- roll back and retention ----------------------------------------------------------------------------------------


def test_roll_back_moves_only_the_pointer(store: Store) -> None:
    tiny.publish(store, one_alert)
    tiny.publish(store, one_alert)
    assert store.rollback(1).id == 1
    current = store.current()
    assert current is not None and (current.id, current.tables["alerts"]) == (1, 1)
    assert [version.id for version in store.versions()] == [2, 1]
    assert tiny.publish(store, one_alert).id == 3
    assert store.versions()[0].tables["alerts"] == 2, "a new version grows from the current one, not from the newest"


def test_roll_back_to_what_is_not_there_lists_what_is(store: Store) -> None:
    tiny.publish(store, one_alert)
    with pytest.raises(StoreError, match="没有版本 7。可回退的版本：1。"):
        store.rollback(7)


def test_roll_back_to_a_version_that_cannot_be_described_leaves_the_pointer(store: Store) -> None:
    tiny.publish(store, one_alert)
    tiny.publish(store, one_alert)
    store.sidecar(1).write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="说明文件"):
        store.rollback(1)
    assert store.current_id() == 2


def test_a_ruined_pointer_is_said_and_mended_by_roll_back(store: Store) -> None:
    tiny.publish(store, one_alert)
    store.pointer.write_text("not json", encoding="utf-8")
    with pytest.raises(StoreError, match="rollback"):
        store.current()
    with pytest.raises(StoreError, match="rollback"):
        tiny.publish(store, one_alert)
    assert [(version.id, version.current) for version in store.versions()] == [(1, False)]
    store.rollback(1)
    assert store.current_id() == 1


def test_retention_keeps_the_last_fourteen_and_the_last_of_each_month(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [datetime(2026, 8, 31), datetime(2026, 9, 1), datetime(2026, 9, 30)]
    days += [datetime(2026, 10, day) for day in range(1, 11)]
    days += [datetime(2026, 11, day) for day in range(1, 8)]
    for day in days:
        monkeypatch.setattr(clock, "now", lambda day=day: day)
        with store.writing() as writer:
            writer.publish(lambda con: None)
    # Twenty versions: 7–20 are the last fourteen; 1 closes August and 3 September.
    assert store.version_ids() == [1, 3, *range(7, 21)]
    kept = {path.stem.split(".")[0] for path in store.snapshots.glob("*.json")}
    assert kept == {f"{version_id:06d}" for version_id in store.version_ids()}


def test_retention_never_removes_the_version_rolled_back_to(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "KEEP_VERSIONS", 2)
    for _ in range(2):
        tiny.publish(store, one_alert)
    store.rollback(1)
    version = tiny.publish(store, one_alert)
    assert version.tables["alerts"] == 2
    assert store.current_id() == 3


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_copying_falls_back_where_the_kernel_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3 * 1024 * 1024 + 17))

    def refused(*_: object) -> int:
        raise OSError(code, "not here")

    monkeypatch.setattr(os, "copy_file_range", refused)
    durable.copy_file(source, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == source.read_bytes()


def test_copying_does_not_hide_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 10)
    monkeypatch.setattr(os, "copy_file_range", no_space)
    with pytest.raises(OSError, match="No space"):
        durable.copy_file(source, tmp_path / "target")


def test_a_replaced_text_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pointer.json"
    durable.replace_text(path, "old")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        durable.replace_text(path, "new")
    assert path.read_text() == "old"


def test_no_permission_is_said_in_chinese(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(durable, "sync_folder", denied)
    with pytest.raises(StoreError, match=r"没有写入 .* 的权限"):
        tiny.publish(store, one_alert)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes; only root can make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip("cannot mount a small file system here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_is_really_full_keeps_the_version_and_says_so(small_disk: Path) -> None:
    store = Store(small_disk / "store")
    tiny.publish(store, one_alert)
    before = state(store)

    def more_than_fits(con: duckdb.DuckDBPyConnection) -> None:
        number = tiny.batch(con, "alerts")
        con.execute(
            "INSERT INTO alerts (alert_id, call_time, is_invalid, time_precision, batch_id)"
            " SELECT uuid(), timestamp '2026-11-20' + to_seconds(cast(n AS BIGINT)), false, 'minute', ?"
            " FROM range(1000000) AS rows(n)",
            [number],
        )

    with pytest.raises(StoreError, match="磁盘已满，未发布任何数据"):
        tiny.publish(store, more_than_fits)
    assert state(store) == before
    assert tiny.publish(store, one_alert).tables["alerts"] == 2


def _from_another_program(store: Store, version_id: int) -> None:
    """Make a version look as if an older program with other views had published it."""
    with duckdb.connect(str(store.file(version_id))) as con:
        con.execute("CREATE OR REPLACE VIEW alert_facts AS SELECT 1 AS old_column")
    told = json.loads(store.sidecar(version_id).read_text(encoding="utf-8"))
    store.sidecar(version_id).write_text(json.dumps({**told, "views": "older"}), encoding="utf-8")


def test_after_an_upgrade_the_current_version_gets_this_programs_views(store: Store) -> None:
    tiny.publish(store, one_alert)
    assert store.renew() is None
    _from_another_program(store, 1)
    renewed = store.renew()
    assert renewed is not None and (renewed.id, store.current_id()) == (2, 2)
    with duckdb.connect(str(store.file(2)), read_only=True) as con:
        assert con.execute("SELECT count(valid) FROM alert_facts").fetchone() == (1,)
    assert store.renew() is None


def test_rolling_back_behind_an_upgrade_copies_the_old_version(store: Store) -> None:
    tiny.publish(store, one_alert)
    tiny.publish(store, one_alert)
    _from_another_program(store, 1)
    back = store.rollback(1)
    assert (back.id, store.current_id(), back.tables["alerts"]) == (3, 3, 1)
    assert store.rollback(2).id == 2


def test_a_version_from_before_views_were_recorded_is_renewed(store: Store) -> None:
    tiny.publish(store, one_alert)
    told = json.loads(store.sidecar(1).read_text(encoding="utf-8"))
    del told["views"]
    store.sidecar(1).write_text(json.dumps(told), encoding="utf-8")
    assert store.current() is not None
    renewed = store.renew()
    assert renewed is not None and renewed.id == 2
