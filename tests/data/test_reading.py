"""Reading: publishes seen without a restart, versions held open, many threads, other processes, limits and the seal."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from data import reading
from data.reading import QueryTimeout, Reader
from data.snapshots import Store, StoreError
from tests import tiny

ROOT = Path(__file__).resolve().parents[2]
COUNT = "SELECT count(*) FROM alerts"


def one_alert(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-20 08:00"}])


def counted(reader: Reader) -> int:
    snapshot = reader.snapshot()
    assert snapshot is not None
    return int(snapshot.rows(COUNT)[0][0])


def test_an_empty_store_reads_as_nothing_and_then_as_its_first_version(store: Store) -> None:
    reader = Reader(store)
    assert reader.snapshot() is None
    tiny.publish(store, one_alert)
    assert counted(reader) == 1


def test_a_publish_and_a_roll_back_are_seen_without_a_restart(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    assert counted(reader) == 1
    tiny.publish(store, one_alert)
    assert counted(reader) == 2
    store.rollback(1)
    assert counted(reader) == 1


def test_the_same_version_is_opened_once(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    assert reader.snapshot() is reader.snapshot()


def test_a_version_that_is_held_stays_readable_after_it_was_replaced_and_deleted(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    held = reader.snapshot()
    assert held is not None
    tiny.publish(store, one_alert)
    store.file(1).unlink()
    assert counted(reader) == 2
    assert held.rows(COUNT) == [(1,)]
    assert held.id == 1


def test_a_snapshot_knows_its_key_meta_and_coverage(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, one_alert)
    assert snapshot.is_demo is False
    assert json.loads(snapshot.meta["coverage"]) == {"alerts": [["2026-11-20", "2026-11-20"]], "cases": []}
    tiny.publish(store, one_alert)
    later = Reader(store).snapshot()
    assert later is not None and later.key != snapshot.key


def test_answers_come_as_frames_and_rows_with_parameters(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, one_alert)
    assert snapshot.rows("SELECT $n + 1", {"n": 4}) == [(5,)]
    assert snapshot.query("SELECT ? AS n", [7])["n"].tolist() == [7]


_APART = (
    (
        """SELECT station_code AS name, count(*) AS n, CAST(NULL AS INTEGER) AS nothing, avg(1.5) AS mean, true AS flag,
               max(call_time) AS latest, max(CAST(call_time AS DATE)) AS day
           FROM alerts WHERE call_time < $until GROUP BY ALL ORDER BY ALL""",
        {"until": datetime(2026, 11, 21)},
    ),
    ("WITH counted AS (SELECT count(*) AS n FROM alerts WHERE call_time >= $until) SELECT n, '甲' AS name FROM counted",
     {"until": datetime(2026, 11, 20)}),
    ("SELECT 1 AS n WHERE $never", {"never": False}),
)  # fmt: skip


def test_statements_asked_together_answer_as_they_do_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.publish(store, one_alert)
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    alone = [snapshot.query(*one) for one in _APART]
    asked: list[str] = []
    original = type(snapshot)._answer

    def answer(self: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return original(self, sql, *rest)

    monkeypatch.setattr(type(snapshot), "_answer", answer)
    with snapshot.together([*_APART, _APART[0]]):
        found = [snapshot.query(*one) for one in _APART]
        assert len(asked) == 1
        assert snapshot.rows(COUNT) == [(1,)]
    for one, other in zip(alone, found, strict=True):
        pd.testing.assert_frame_equal(one, other)
    # What was asked ahead is used once, and is gone with the block.
    snapshot.query(*_APART[0])
    assert len(asked) == 3


def test_one_statement_alone_and_an_error_leave_nothing_behind(store: Store) -> None:
    tiny.publish(store, one_alert)
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    with snapshot.together(_APART[:1]):
        assert len(snapshot.query(*_APART[0])) == 1
    with pytest.raises(ZeroDivisionError), snapshot.together(_APART):
        _ = 1 // 0
    assert not reading._ahead.frames


def test_a_version_that_is_retired_while_it_is_opened_is_looked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    connect = duckdb.connect
    published: list[int] = []

    def retired_meanwhile(path: str, **settings: Any) -> duckdb.DuckDBPyConnection:
        if not published:
            published.append(1)
            monkeypatch.setattr(duckdb, "connect", connect)
            tiny.publish(store, one_alert)
            store.file(1).unlink()
            store.sidecar(1).unlink()
        return connect(path, **settings)

    monkeypatch.setattr(duckdb, "connect", retired_meanwhile)
    assert counted(reader) == 2


def test_a_version_that_is_retired_before_its_description_is_read_is_looked_for_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    describe = Store._describe

    def retired_meanwhile(self: Store, version_id: int, current: int | None) -> object:
        if version_id == 1 and self.sidecar(1).exists():
            monkeypatch.setattr(Store, "_describe", describe)
            tiny.publish(store, one_alert)
            store.file(1).unlink()
            store.sidecar(1).unlink()
        return describe(self, version_id, current)

    monkeypatch.setattr(Store, "_describe", retired_meanwhile)
    assert counted(reader) == 2


def test_a_version_that_cannot_be_opened_is_said_in_chinese(store: Store) -> None:
    tiny.publish(store, one_alert)
    store.file(1).write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="版本 1 无法打开"):
        Reader(store).snapshot()


def test_a_store_made_anew_in_the_same_folder_is_not_mistaken_for_the_old_one(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    first = reader.snapshot()
    assert first is not None
    old_key = first.key
    del first
    store.root.rename(store.root.with_name("old"))
    tiny.publish(store, one_alert, one_alert, one_alert)
    assert counted(reader) == 3
    new = reader.snapshot()
    assert new is not None and new.key != old_key


# --- many at once ---------------------------------------------------------------------------------------------------


def test_eight_threads_share_one_snapshot_while_versions_change(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    allowed = range(1, 7)

    def ask(_: int) -> list[int]:
        found = []
        for _ in range(30):
            snapshot = reader.snapshot()
            assert snapshot is not None
            number, frame = snapshot.rows(COUNT)[0][0], snapshot.query(COUNT)
            assert number == snapshot.version.tables["alerts"] == frame.iloc[0, 0]
            found.append(number)
        return found

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask, place) for place in range(8)]
        for _ in range(5):
            tiny.publish(store, one_alert)
        for answer in answers:
            found = answer.result()
            assert found == sorted(found), "no thread goes back to an older version"
            assert set(found) <= set(allowed)
    assert counted(reader) == 6


_PUBLISH = """
import sys, pathlib
from data.snapshots import Store
from tests import tiny
for _ in range(4):
    tiny.publish(Store(pathlib.Path(sys.argv[1])), lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
"""


def test_another_process_publishes_while_this_one_reads(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    publisher = subprocess.Popen([sys.executable, "-c", _PUBLISH, str(store.root)], cwd=ROOT)
    seen = {counted(reader)}
    while publisher.poll() is None:
        seen.add(counted(reader))
    assert publisher.returncode == 0
    seen.add(counted(reader))
    assert seen <= {1, 2, 3, 4, 5}
    assert {1, 5} <= seen


def _forked(reader: Reader, answers: Connection) -> None:
    try:
        answers.send([counted(reader) for _ in range(3)])
    except BaseException as error:
        answers.send(repr(error))
    finally:
        os._exit(0)


def ask_in_a_fork(reader: Reader) -> object:
    here, there = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=_forked, args=(reader, there))
    child.start()
    try:
        assert here.poll(60), "the forked reader hangs"
        return here.recv()
    finally:
        child.kill()
        child.join()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_reader_made_before_a_fork_opens_in_the_child(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    assert ask_in_a_fork(reader) == [1, 1, 1]
    assert counted(reader) == 1


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(
    duckdb.__version__.startswith("2.0."), reason="DuckDB 2.0 hangs in a child whose parent has a file open"
)
def test_a_child_does_not_use_the_connection_of_its_parent(store: Store) -> None:
    tiny.publish(store, one_alert)
    reader = Reader(store)
    assert counted(reader) == 1
    assert ask_in_a_fork(reader) == [1, 1, 1]
    assert counted(reader) == 1


# --- limits and the seal --------------------------------------------------------------------------------------------

_LONG = "SELECT count(*) FROM range(10000000) AS a(n), range(100000) AS b(m) WHERE (n * m) % 1000003 = 5"
_LONG_ROWS = "SELECT n, m FROM range(10000000) AS a(n), range(100000) AS b(m) WHERE (n * m) % 1000003 = -5"
_MANY_ROWS = "SELECT n, n * 2 AS m FROM range(4000000000) AS a(n)"


@pytest.mark.parametrize("sql", [_LONG, _LONG_ROWS], ids=["aggregate", "few rows"])
@pytest.mark.parametrize("how", ["query", "rows"])
def test_a_question_that_takes_too_long_is_stopped_and_the_snapshot_lives(store: Store, sql: str, how: str) -> None:
    snapshot = tiny.snapshot_of(store, one_alert)
    with pytest.raises(QueryTimeout, match=r"查询超过 0\.3 秒，已停止"):
        getattr(snapshot, how)(sql, None, 0.3)
    assert snapshot.rows(COUNT) == [(1,)]


def test_a_question_with_endless_rows_is_stopped_while_they_are_fetched(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, one_alert)
    with pytest.raises(StoreError):
        snapshot.rows(_MANY_ROWS, None, 0.3)
    assert snapshot.rows(COUNT) == [(1,)]


def test_the_time_limit_of_one_question_does_not_stop_another(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, one_alert)
    stopped = threading.Event()

    def too_long() -> None:
        with pytest.raises(QueryTimeout):
            snapshot.query(_LONG, None, 0.5)
        stopped.set()

    thread = threading.Thread(target=too_long)
    thread.start()
    while not stopped.is_set():
        assert snapshot.rows(COUNT) == [(1,)]
    thread.join()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/leak.csv'",
        "ATTACH '/tmp/other.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "SET memory_limit = '64GB'",
        "INSERT INTO stations (code, name) VALUES ('x', 'x')",
        "DROP TABLE alerts",
        "CREATE TABLE mine (n INTEGER)",
    ],
)
def test_no_statement_reaches_files_settings_or_data(store: Store, statement: str) -> None:
    snapshot = tiny.snapshot_of(store, one_alert)
    with pytest.raises(duckdb.Error):
        snapshot.rows(statement)


def test_a_version_opened_again_in_the_same_process_is_still_sealed(store: Store) -> None:
    first = tiny.snapshot_of(store, one_alert)
    second = Reader(store).snapshot()
    assert second is not None
    for snapshot in (first, second):
        with pytest.raises(duckdb.Error, match="disabled"):
            snapshot.rows("SELECT * FROM read_csv('/etc/passwd')")


def test_readers_of_different_sizes_may_share_a_process(store: Store) -> None:
    tiny.publish(store, one_alert)
    small, large = Reader(store), Reader(store, threads=2, memory_limit="2GB")
    assert counted(small) == counted(large) == 1


def test_the_limits_of_the_process_are_set(store: Store) -> None:
    tiny.publish(store, one_alert)
    snapshot = Reader(store, threads=1, memory_limit="512MB").snapshot()
    assert snapshot is not None
    threads, memory = snapshot.rows("SELECT current_setting('threads'), current_setting('memory_limit')")[0]
    assert threads == 1
    assert memory.startswith("488")  # 512 MB in MiB
    assert reading.QUERY_SECONDS > 0


# ---- a version whose views are not this program's --------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sql", "lacks"),
    [
        ("CREATE OR REPLACE VIEW alert_facts AS SELECT 1 AS old", "SELECT count(valid) FROM alert_facts", "valid"),
        ("DROP VIEW alert_facts", "SELECT count(*) FROM alert_facts", "alert_facts"),
        ("DROP MACRO TABLE duty_facts", "SELECT * FROM duty_facts(DATE '2026-11-01', DATE '2026-11-02')", "duty_facts"),
    ],
    ids=["column", "view", "macro"],
)
def test_views_of_another_release_are_told_with_what_to_do(store: Store, change: str, sql: str, lacks: str) -> None:
    tiny.publish(store, one_alert)
    altered(store, change, views="older")
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    with pytest.raises(StoreError) as refused:
        snapshot.query(sql)
    assert str(refused.value) == (
        f"版本 1 由另一版程序发布，缺少本程序要用的 {lacks}。请运行 python -m data rollback 1，按本程序重新发布后再试。"
    )
    # What it says is what helps.
    store.rollback(1)
    renewed = Reader(store).snapshot()
    assert renewed is not None and renewed.id == 2
    renewed.query(sql)


def test_a_file_that_lost_a_view_is_told_apart_and_a_wrong_statement_stays_an_error(store: Store) -> None:
    tiny.publish(store, one_alert)
    altered(store, "DROP VIEW alert_facts")
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    with pytest.raises(StoreError, match=r"版本 1 的文件缺少 alert_facts.*换一个版本"):
        snapshot.rows("SELECT count(*) FROM alert_facts")
    # This program's own mistake belongs into the log, whatever the data is.
    with pytest.raises(duckdb.BinderException):
        snapshot.rows("SELECT nonsense FROM alerts")
    assert snapshot.fitted("nothing") is None


def test_a_file_that_is_no_version_is_refused_in_words(store: Store) -> None:
    tiny.publish(store, one_alert)
    altered(store, "DROP TABLE meta")
    with pytest.raises(StoreError, match=r"版本 1 无法打开.*python -m data check"):
        Reader(store).snapshot()


def altered(store: Store, statement: str, views: str | None = None) -> None:
    """Change the file of version 1 behind the store's back; views: the stamp that its description then has."""
    with duckdb.connect(str(store.file(1))) as con:
        con.execute(statement)
    if views is not None:
        told = json.loads(store.sidecar(1).read_text(encoding="utf-8"))
        store.sidecar(1).write_text(json.dumps({**told, "views": views}), encoding="utf-8")
