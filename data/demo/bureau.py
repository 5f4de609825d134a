"""Build the whole demo bureau and publish it as one snapshot."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data import durable
from data.demo import alerts, cases, geography, load, people, roles, truth, volumes
from data.demo.alerts import Alerts
from data.demo.cases import Cases
from data.demo.geography import Geography
from data.demo.people import Force
from data.demo.plan import Plan
from data.demo.roles import Roles
from data.demo.volumes import Volumes
from data.snapshots import Store, StoreError, Version

TRUTH_FILE = "demo_truth.json"
# The order of loading; its position is the batch number.
BATCHES = {
    name: number
    for number, name in enumerate(
        (
            "stations",
            "beats",
            "alert_categories",
            "case_categories",
            "alerts",
            "cases",
            "staffing",
            "duty",
            "reported_indicators",
            "campaigns",
        ),
        start=1,
    )
}


@dataclass(frozen=True)
class Bureau:
    """Everything that was generated, before it is loaded."""

    plan: Plan
    land: Geography
    roles: Roles
    volumes: Volumes
    alerts: Alerts
    cases: Cases
    force: Force


def generate(plan: Plan) -> Bureau:
    """Generate the bureau in memory."""
    land = geography.build(plan)
    chosen = roles.choose(land)
    calls = volumes.generate(plan, land, chosen)
    table = alerts.generate(plan, land, chosen, calls)
    return Bureau(
        plan=plan,
        land=land,
        roles=chosen,
        volumes=calls,
        alerts=table,
        cases=cases.generate(plan, land, table),
        force=people.force(plan, land, chosen, table),
    )


def publish(store: Store, plan: Plan, replace: bool = False) -> Version:
    """Generate the bureau and make it the store's current version; never mixes it with real data."""
    with store.writing() as writer, tempfile.TemporaryDirectory(dir=store.root, prefix="demo-") as folder:
        refuse_real_data(store, replace)
        bureau = generate(plan)
        version = writer.publish(lambda con: load_all(con, bureau, Path(folder)), from_empty=True)
        with duckdb.connect(str(store.file(version.id)), read_only=True) as con:
            planted = truth.describe(con, plan, bureau.land, bureau.roles, bureau.volumes)
        durable.replace_text(
            store.root / TRUTH_FILE, json.dumps(planted, ensure_ascii=False, indent=1, default=str) + "\n"
        )
        return version


def load_all(con: duckdb.DuckDBPyConnection, bureau: Bureau, folder: Path) -> None:
    """Fill an empty snapshot."""
    plan, land = bureau.plan, bureau.land
    rows = load.load_land(con, land)
    duty = people.duty(plan, land, bureau.roles, bureau.alerts, bureau.force)
    staffing = people.staffing(plan, land, bureau.force)
    for table in (
        load.alert_table(plan, land, bureau.alerts, bureau.cases.of_alert, BATCHES["alerts"]),
        load.case_table(plan, land, bureau.cases, BATCHES["cases"]),
        load.staffing_table(plan, land, staffing),
        load.duty_table(plan, land, duty),
    ):
        rows[table.name] = load.load_table(con, table, folder)
    reported = people.indicators(plan, land, people.community_officers(plan, land, staffing))
    rows["reported_indicators"] = load.insert_rows(con, "reported_indicators", reported)
    rows["campaigns"] = load.insert_campaign(con, plan, land, bureau.roles)
    load.write_meta(con)
    load.write_lineage(con, plan, rows, BATCHES)


def refuse_real_data(store: Store, replace: bool) -> None:
    """Stop before a demo takes the place of real data that somebody is looking at."""
    current = store.current()
    if current is not None and not current.is_demo and not replace:
        raise StoreError(
            f"数据仓 {store.root} 的当前版本 {current.id} 是实际数据，示例数据不会与它混在一起，未改变任何数据。"
            "请用 --store 指定另一个文件夹；确要以示例数据作为新版本，请加 --replace（原版本保留，可回退）。"
        )
