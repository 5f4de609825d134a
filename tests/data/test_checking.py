"""`check` finds what is wrong with a store and says what to do; it finds nothing in a sound one."""

from __future__ import annotations

import json

import duckdb

from data.checking import check_store
from data.reading import Reader
from data.snapshots import Store
from tests import tiny


def one_alert(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": "2026-11-20 08:00"}])


def test_a_sound_store_has_no_problems_even_while_it_is_read(store: Store) -> None:
    tiny.publish(store, one_alert)
    assert check_store(store) == []
    reader = Reader(store, threads=2, memory_limit="2GB")
    assert reader.snapshot() is not None
    assert check_store(store) == []


def test_an_empty_store_is_told_how_to_begin(store: Store) -> None:
    assert "python -m data demo" in check_store(store)[0]


def test_a_ruined_pointer_file_or_description_is_found(store: Store) -> None:
    tiny.publish(store, one_alert)
    pointer = store.pointer.read_text(encoding="utf-8")
    store.pointer.write_text("{}", encoding="utf-8")
    assert "无法读取" in check_store(store)[0]
    store.pointer.write_text(pointer, encoding="utf-8")
    store.sidecar(1).unlink()
    assert "说明文件" in check_store(store)[0]


def test_a_missing_or_damaged_file_is_found(store: Store) -> None:
    tiny.publish(store, one_alert)
    whole = store.file(1).read_bytes()
    store.file(1).write_bytes(whole[: len(whole) // 2])
    assert "rollback" in check_store(store)[0]
    store.file(1).unlink()
    assert "无法打开" in check_store(store)[0]


def test_counts_that_differ_from_the_description_are_found(store: Store) -> None:
    tiny.publish(store, one_alert)
    described = json.loads(store.sidecar(1).read_text(encoding="utf-8"))
    described["tables"]["alerts"] = 5
    store.sidecar(1).write_text(json.dumps(described), encoding="utf-8")
    assert check_store(store) == ["表 alerts 实有 1 行，与版本说明的 5 行不符"]


def test_a_broken_invariant_is_found(store: Store) -> None:
    tiny.publish(store, one_alert)
    with duckdb.connect(str(store.file(1))) as con:
        con.execute("UPDATE alerts SET batch_id = 77")
    assert "警情没有对应的导入批次（1 处）" in check_store(store)


def test_acknowledged_batches_that_wait_are_mentioned(store: Store) -> None:
    tiny.publish(store, one_alert)
    (store.journal / "deadbeef").mkdir()
    assert "1 个已确认的批次尚未发布" in check_store(store)[0]
