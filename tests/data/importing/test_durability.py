"""Killed at any moment: no acknowledged batch is lost, none is half published, readers never see an error."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from data.checking import check_store
from data.importing import mapping, publishing, running
from data.importing.report import ImportRefused
from data.reading import Reader
from data.snapshots import Store
from tests.data.importing.helpers import ALERT_HEADER, ALERTS, ROOT, alert_lines, ask, load, write


def begin(store: Store, path: Path, mapping_path: Path) -> subprocess.Popen[str]:
    program = [
        sys.executable,
        "-m",
        "tests.data.importing.killed_import",
        str(store.root),
        str(path),
        str(mapping_path),
    ]
    return subprocess.Popen(
        program, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )


def kill_after(process: subprocess.Popen[str], seconds: float) -> str:
    """Let it start, wait, kill it, return what it said."""
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    return first + rest


def kill_often(tmp_path: Path, rows: int, kills: int, longest: float) -> None:
    """Kill imports of changing files at random moments while two readers ask all the time."""
    store, chance = Store(tmp_path / "store"), random.Random(5)
    mapping_path = tmp_path / "m.toml"
    mapping_path.write_text(ALERTS, encoding="utf-8")
    load(store, write(tmp_path / "0.csv", [ALERT_HEADER, "start,2024-01-01 10:00,盗窃,S1"]))
    allowed, errors, stop = {1}, [], threading.Event()

    reader = Reader(store)

    def read() -> None:
        while not stop.is_set():
            try:
                snapshot = reader.snapshot()
                assert snapshot is not None
                ((count,),) = snapshot.rows("SELECT count(*) FROM alerts")
                if count not in allowed:
                    errors.append(f"saw {count} rows")
            except Exception as error:
                errors.append(repr(error))
            time.sleep(0.005)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    confirmed = 0
    for number in range(1, kills + 1):
        lines = [f"{number}-{line}" for line in alert_lines(rows)]
        path = write(tmp_path / f"{number}.csv", [ALERT_HEADER, *lines])
        allowed |= {1 + rows * batches for batches in range(number + 1)}
        confirmed += "acknowledged" in kill_after(begin(store, path, mapping_path), chance.uniform(0, longest))
        path.unlink()
    running.replay(store)
    stop.set()
    for thread in threads:
        thread.join()
    ((count,),) = ask(store, "SELECT count(*) FROM alerts")
    ((batches,),) = ask(store, "SELECT count(*) FROM imports")
    assert errors == []
    assert count == 1 + rows * (batches - 1) and batches - 1 >= confirmed
    assert check_store(store) == [] and list(store.journal.iterdir()) == []


def test_killed_at_random_moments(tmp_path: Path) -> None:
    kill_often(tmp_path, rows=20_000, kills=6, longest=1.2)


@pytest.mark.soak
def test_killed_at_fifty_random_moments_on_a_million_rows(tmp_path: Path) -> None:
    kill_often(tmp_path, rows=1_000_000, kills=50, longest=30.0)


def acknowledged(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import up to the acknowledgement, then die as a kill would: nothing is cleaned up."""

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish_entry", die)
        with pytest.raises(Killed):
            load(store, path)
    assert len(list(store.journal.iterdir())) == 1


def test_acknowledged_batch_is_published_at_the_next_import(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)]), monkeypatch)
    assert store.current_id() is None
    report = load(store, write(tmp_path / "2.csv", [ALERT_HEADER, *alert_lines(12)]))
    assert report.replayed == ("1.csv",) and "补发" in report.to_text()
    assert (report.total("unchanged"), report.total("kept")) == (10, 12)
    assert ask(store, "SELECT count(*) FROM imports") == [(2,)]


def test_acknowledged_batch_is_published_by_replay_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)])
    acknowledged(store, path, monkeypatch)
    assert running.replay(store) == ["1.csv"] and running.replay(store) == []
    assert load(store, path).files[0].same_as_batch == 1


def test_entry_whose_batch_is_already_published_is_only_removed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)])
    acknowledged(store, path, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "forget", lambda *_: None)
        assert running.replay(store) == ["1.csv"]
    assert running.replay(store) == [] and list(store.journal.iterdir()) == []
    assert ask(store, "SELECT count(*) FROM alerts") == [(10,)] and store.current_id() == 1


def test_an_entry_that_cannot_be_published_is_set_aside(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)]), monkeypatch)
    (entry,) = store.journal.iterdir()
    (entry / "rows-0.parquet").write_bytes(b"broken")
    other = write(tmp_path / "2.csv", [ALERT_HEADER, *alert_lines(3)])
    with pytest.raises(Exception, match="已保留在"):
        load(store, other)
    assert list(store.journal.iterdir()) == [] and len(list((store.root / "stuck").iterdir())) == 1
    assert load(store, other).total("kept") == 3


def test_a_failed_publish_leaves_nothing_to_turn_up_later(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "apply", fail)
        with pytest.raises(Exception, match="磁盘已满"):
            load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)]))
    assert running.replay(store) == [] and store.current_id() is None


def test_several_files_are_one_version(store: Store, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.csv", [ALERT_HEADER, *alert_lines(10 + n)]) for n in range(3)]
    report = running.run(store, files, mapping.parse(ALERTS))
    assert (report.snapshot, len(report.files), report.total("kept"), report.total("unchanged")) == (1, 3, 33, 21)
    assert ask(store, "SELECT count(*) FROM alerts") == [(12,)]
    assert ask(store, "SELECT count(*) FROM imports") == [(3,)]


def test_several_files_killed_after_acknowledgement_come_back_together(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    files = [write(tmp_path / f"{n}.csv", [ALERT_HEADER, *alert_lines(10 + n)]) for n in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish_entry", die)
        with pytest.raises(Killed):
            running.run(store, files, mapping.parse(ALERTS))
    assert running.replay(store) == ["0.csv", "1.csv"] and store.version_ids() == [1]


def test_the_same_file_given_twice_is_named(store: Store, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{n}.csv", [ALERT_HEADER, *alert_lines(10)]) for n in range(2)]
    with pytest.raises(Exception, match="内容相同"):
        running.run(store, files, mapping.parse(ALERTS))


def test_left_overs_of_a_killed_import_are_swept(store: Store, tmp_path: Path) -> None:
    left = store.root / "staging" / "dead"
    left.mkdir(parents=True)
    (left / "lock").touch()
    (left / "rows.csv").write_text("x")
    os.utime(left, (0, 0))
    load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)]))
    assert list((store.root / "staging").iterdir()) == []


def test_refusal_is_an_import_refusal() -> None:
    assert ImportRefused("x").report is None
