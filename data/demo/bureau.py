"""Build the whole demo bureau and publish it as one snapshot."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from data.demo import alerts, geography, load, roles, volumes
from data.demo.plan import Plan
from data.snapshots import Store, StoreError, Version

# The order of loading; its position is the batch number.
BATCHES = {
    name: number
    for number, name in enumerate(("stations", "beats", "alert_categories", "case_categories", "alerts"), start=1)
}


def publish(store: Store, plan: Plan, replace: bool = False) -> Version:
    """Generate the bureau and make it the store's current version; never mixes it with real data."""
    with store.writing() as writer, tempfile.TemporaryDirectory(dir=store.root, prefix="demo-") as folder:
        refuse_real_data(store, replace)
        land = geography.build(plan)
        truth = roles.choose(land)
        calls = volumes.generate(plan, land, truth)
        table = alerts.generate(plan, land, truth, calls)

        def change(con: duckdb.DuckDBPyConnection) -> None:
            rows = load.load_land(con, land)
            rows["alerts"] = load.load_table(con, load.alert_table(plan, land, table, BATCHES["alerts"]), Path(folder))
            load.write_meta(con)
            load.write_lineage(con, plan, rows, BATCHES)

        return writer.publish(change, from_empty=True)


def refuse_real_data(store: Store, replace: bool) -> None:
    """Stop before a demo takes the place of real data that somebody is looking at."""
    current = store.current()
    if current is not None and not current.is_demo and not replace:
        raise StoreError(
            f"数据仓 {store.root} 的当前版本 {current.id} 是实际数据，示例数据不会与它混在一起，未改变任何数据。"
            "请用 --store 指定另一个文件夹；确要以示例数据作为新版本，请加 --replace（原版本保留，可回退）。"
        )
