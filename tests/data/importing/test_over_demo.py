"""Real data over the demo bureau: the two never stand in one version."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data.importing import running
from data.importing.mapping import load
from data.snapshots import Store
from data.summary import put_meta
from tests import tiny

MAPPING = """
name = "calls"
version = 1
table = "alerts"
[fields]
call_time = { column = "time", format = "iso" }
cat_orig = "kind"
station_code = "unit"
[register]
stations = true
categories = true
group = "刑事"
"""


def demo(con: duckdb.DuckDBPyConnection) -> None:
    tiny.daily_alerts(con, "2026-10-01", 30, 10)
    put_meta(con, "is_demo", "1")


def test_an_import_leaves_the_demo_behind_and_can_be_rolled_back(store: Store, tmp_path: Path) -> None:
    tiny.publish(store, demo)
    source, mapping = tmp_path / "calls.csv", tmp_path / "calls.toml"
    source.write_text("time,kind,unit\n2026-11-01 10:00,theft,N\n2026-11-02 11:00,theft,S\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    report = running.run(store, [source], load(mapping))
    assert any("示例数据" in warning for warning in report.files[0].warnings)
    current = store.current()
    assert current is not None and not current.is_demo
    assert current.tables["alerts"] == 2 and current.tables["stations"] == 2
    again = running.run(store, [source], load(mapping))
    assert not again.published and again.files[0].unchanged == 2
    assert store.rollback(1).is_demo
