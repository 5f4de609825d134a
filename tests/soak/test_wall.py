"""大屏 for weeks in minutes: it turns, versions are published, the server dies, the network goes; the heap stays.

The page's clock is driven by the test, the server's is real. A poll that is under way is waited for, except while the
network is cut. SOAK_WALL=rotations,publishes,restarts,cuts changes the measure of the long one (2000,500,20,20).
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Route

from data.snapshots import Store
from tests import tiny
from tests.browser.conftest import Site, serve, served
from tests.browser.wall_steps import drawn, facts, pass_time

SECONDS, POLL = 5, 3.0
WARM = 60
FIRST_DAY, DAYS = "2026-07-01", 140


@dataclass
class Plan:
    """How long and how hard: rotations, and how often among them each thing happens (evenly spread).

    warm: versions that are drawn before the first rotation counts. The browser compiles what runs often, over the first
    hundred or so redraws, and keeps that (about 2 MB): without them the 200th rotation is in the middle of it.
    """

    rotations: int
    publishes: int
    restarts: int
    cuts: int
    settled: int
    warm: int = 0

    def happens(self, count: int, turn: int) -> bool:
        """Whether one of `count` evenly spread events falls on a turn."""
        return count > 0 and turn * count // self.rotations != (turn + 1) * count // self.rotations


@dataclass
class Outcome:
    """What was seen: turn, heap (bytes) and nodes of the page since settling; compiled code in the heap then and at the
    end; polls to recover; versions drawn; what went wrong."""

    heaps: list[tuple[int, int, int]] = field(default_factory=list)
    code: list[int] = field(default_factory=list)
    recoveries: list[int] = field(default_factory=list)
    versions: int = 0
    wrong: list[str] = field(default_factory=list)


class Watch:
    """One wall under siege."""

    def __init__(self, site: Site, page: Page, plan: Plan) -> None:
        self.site, self.page, self.plan, self.outcome = site, page, plan, Outcome()
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("HeapProfiler.enable")
        self.moment = datetime.fromisoformat(FIRST_DAY) + timedelta(days=DAYS)

    def run(self) -> Outcome:
        """Turn, publish, kill and cut as planned; measures the heap every tenth of the way."""
        plan, step = self.plan, max(1, self.plan.rotations // 10)
        for _ in range(plan.warm):
            self.publish()
        for turn in range(plan.rotations):
            if plan.happens(plan.publishes, turn):
                self.publish()
            if plan.happens(plan.restarts, turn):
                self.restart()
            if plan.happens(plan.cuts, turn):
                self.cut(silent=len(self.outcome.recoveries) % 2 == 0)
            pass_time(self.page, SECONDS, step=SECONDS)
            self.check(f"turn {turn}")
            if turn + 1 >= plan.settled and (turn + 1 == plan.settled or (turn + 1) % step == 0):
                self.measure(turn + 1)
        return self.outcome

    def publish(self) -> None:
        """Publish one more alert and wait until the wall has drawn it."""
        self.moment += timedelta(minutes=7)
        call = {"call": self.moment.isoformat(sep=" "), "cat": "0101"}
        version = tiny.publish(self.site.store, lambda con: tiny.alerts(con, [call]))
        for _ in range(120):
            pass_time(self.page, 1.0)
            if facts(self.page).get("version") == version.id:
                self.outcome.versions += 1
                return
            time.sleep(0.05)
        self.outcome.wrong.append(f"version {version.id} was not drawn")

    def restart(self) -> None:
        """Kill the server, let minutes pass, start it again: two polls later the wall must be well."""
        self.site.server.kill()
        self.site.server.wait(timeout=15)
        pass_time(self.page, 60, step=3.0)
        self.lost("server killed")
        self.site.server = serve(self.site.store, self.site.port)
        self.found("server restarted")

    def cut(self, silent: bool) -> None:
        """Cut the network: requests fail at once, or never answer at all."""
        if silent:
            self.page.route("**/health", _swallow)
            for _ in range(40):
                self.page.clock.run_for(3000)
            self.lost("network silent")
            self.page.unroute("**/health")
            # What hangs is given up after its patience; then come the two polls.
            self.page.clock.run_for(5500)
        else:
            self.page.context.set_offline(True)
            pass_time(self.page, 120, step=3.0)
            self.lost("network cut")
            self.page.context.set_offline(False)
        self.found("network back")

    def lost(self, what: str) -> None:
        self.check(what)
        if self.page.get_attribute("#wall", "data-lost") != "yes":
            self.outcome.wrong.append(f"{what}: the loss was not said")

    def found(self, what: str) -> None:
        for polls in (1, 2):
            pass_time(self.page, POLL)
            if self.page.get_attribute("#wall", "data-lost") == "no":
                self.outcome.recoveries.append(polls)
                self.check(what)
                return
        self.outcome.wrong.append(f"{what}: not recovered within two polls")

    def check(self, what: str) -> None:
        """A screen without the age of its data, or old data that does not say so, is wrong at any moment."""
        seen = self.page.evaluate(
            """() => ({
              screens: document.querySelectorAll('.wall-screen[data-slot]').length,
              graphs: document.querySelectorAll('#wall .js-plotly-plot').length,
              asOf: document.getElementById('wall-as-of').textContent,
              age: document.getElementById('wall-age').textContent,
              stale: document.getElementById('wall').dataset.stale,
            })"""
        )
        # All data of this store is older than the limit of its address, so that it must say so at any time.
        if seen["screens"] != 1 or not seen["asOf"] or not seen["age"].endswith("前") or seen["stale"] != "yes":
            self.outcome.wrong.append(f"{what}: {seen}")

    def measure(self, turn: int) -> None:
        """Note the heap after a forced collection."""
        for _ in range(3):
            self.devtools.send("HeapProfiler.collectGarbage")
        used = int(self.devtools.send("Runtime.getHeapUsage")["usedSize"])
        counted = self.devtools.send("Memory.getDOMCounters")
        self.outcome.heaps.append((turn, used, int(counted["nodes"])))
        if turn in (self.plan.settled, self.plan.rotations):
            self.outcome.code.append(self.compiled())
        print(f"{turn} rotations: heap {used / 1e6:.2f} MB", flush=True)

    def compiled(self) -> int:
        """Return the bytes of compiled code in the heap, which grow while the browser learns what runs often."""
        chunks: list[str] = []

        def take(event: dict[str, str]) -> None:
            chunks.append(event["chunk"])

        self.devtools.on("HeapProfiler.addHeapSnapshotChunk", take)
        self.devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        self.devtools.remove_listener("HeapProfiler.addHeapSnapshotChunk", take)
        found = json.loads("".join(chunks))
        meta, nodes = found["snapshot"]["meta"], found["nodes"]
        fields = meta["node_fields"]
        code = meta["node_types"][0].index("code")
        kinds, sizes = (nodes[fields.index(name) :: len(fields)] for name in ("type", "self_size"))
        return sum(size for kind, size in zip(kinds, sizes, strict=True) if kind == code)


def _swallow(route: Route) -> None:
    """Leave a request without any answer."""


@contextlib.contextmanager
def besieged(browser: BrowserContext, folder: Path, plan: Plan) -> Iterator[Watch]:
    store = Store(folder / "store")
    tiny.publish(store, _filled)
    with served(store) as site:
        address = f"/wall?seconds={SECONDS}&mode=dark&limit=0.05&screens=campaign,today,map,week,concern"
        page = browser.new_page()
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.clock.install()
        page.goto(site.address + address)
        drawn(page)
        try:
            yield Watch(site, page, plan)
        finally:
            page.context.set_offline(False)
            page.close()


def _filled(con: duckdb.DuckDBPyConnection) -> None:
    """Three stations with places, over twenty weeks."""
    for number, station in enumerate((tiny.CITY, tiny.EDGE, tiny.VILLAGE)):
        tiny.daily_alerts(con, FIRST_DAY, DAYS, 6 - number, cat="0101", station=station)
        con.execute("UPDATE stations SET lon = ?, lat = ? WHERE code = ?", [121.5 + number / 20, 38.9, station])


def report(outcome: Outcome, plan: Plan, seconds: float) -> str:
    heaps = ", ".join(f"{turn}: {used / 1e6:.2f} MB, {nodes} nodes" for turn, used, nodes in outcome.heaps)
    return (
        f"{plan.rotations} rotations, {outcome.versions} versions drawn, {outcome.recoveries.count(1)} recoveries "
        f"within one poll, {outcome.recoveries.count(2)} within two, {seconds:.0f} s; heap after collection {heaps}; "
        f"of it compiled code {', '.join(f'{size / 1e6:.2f} MB' for size in outcome.code)}; "
        f"wrong: {outcome.wrong[:5]}"
    )


def endure(browser: BrowserContext, folder: Path, plan: Plan) -> Outcome:
    began = time.monotonic()
    with besieged(browser, folder, plan) as watch:
        outcome = watch.run()
    said = report(outcome, plan, time.monotonic() - began)
    print("\n" + said)
    assert outcome.wrong == [], said
    assert outcome.versions == plan.warm + plan.publishes
    assert len(outcome.recoveries) == plan.restarts + plan.cuts
    return outcome


@pytest.mark.browser
def test_a_short_siege_of_the_wall(browser: BrowserContext, tmp_path: Path) -> None:
    endure(browser, tmp_path, Plan(rotations=12, publishes=3, restarts=1, cuts=2, settled=12))


@pytest.mark.soak
def test_two_thousand_rotations_of_the_wall(browser: BrowserContext, tmp_path: Path) -> None:
    rotations, publishes, restarts, cuts = map(int, os.environ.get("SOAK_WALL", "2000,500,20,20").split(","))
    plan = Plan(rotations, publishes, restarts, cuts, settled=rotations // 10, warm=WARM)
    outcome = endure(browser, tmp_path, plan)
    (_, first, _), *_, (_, last, _) = outcome.heaps
    assert last < 1.1 * first, outcome.heaps
    # What the page itself keeps must not grow at all, some texts apart.
    data = [whole - code for whole, code in zip((first, last), outcome.code, strict=True)]
    assert data[1] < 1.05 * data[0], (outcome.heaps, outcome.code)
