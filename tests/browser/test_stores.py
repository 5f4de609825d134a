"""Every page on every kind of store: nothing but plain words where there is nothing to draw."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import BrowserContext, expect

from data.importing import mapping, running
from data.snapshots import Store
from metrics import fitting
from tests import tiny
from tests.browser.conftest import Visit, go, opened_page, served, settled
from tests.browser.everywhere import address, templates
from tests.data.importing.helpers import MAPPINGS, shared

pytestmark = pytest.mark.browser


def empty(store: Store) -> None:
    """No version at all."""


def one_day(store: Store) -> None:
    """One station, one day, one call and one case."""
    call = {"call": "2026-11-20 08:00", "cat": "0101"}
    case = {"filed": "2026-11-20 10:00"}

    def one_station(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("DELETE FROM beats WHERE station_code <> $code", {"code": tiny.CITY})
        con.execute("DELETE FROM stations WHERE code <> $code", {"code": tiny.CITY})

    tiny.publish(store, one_station, lambda con: tiny.alerts(con, [call]), lambda con: tiny.cases(con, [case]))


def chicago(store: Store) -> None:
    """The last two years of one kind of call in 23 districts, without outlines."""
    with gzip.open(shared("calls/chicago_aggravated_assaults.csv.gz"), "rt", encoding="utf-8") as lines:
        head, *calls = lines
    last = str(int(max(calls)[:4]) - 1)
    path = store.root.parent / "calls.csv"
    path.write_text("".join([head, *(call for call in calls if call >= last)]), encoding="utf-8")
    running.run(store, [path], mapping.load(MAPPINGS / "chicago_assaults.toml"))


def slo(store: Store) -> None:
    """A year of calls with response times, without cases and without stations' people."""
    path = shared("calls/slo_police_calls_2021.csv")
    running.run(store, [path], mapping.load(MAPPINGS / "slo_calls.toml"))


@pytest.mark.parametrize("fill", [empty, one_day, chicago, slo], ids=lambda fill: fill.__name__)
def test_every_page_opens(fill: Callable[[Store], None], browser: BrowserContext, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    fill(store)
    # A server that fits by itself redraws its pages while they are read.
    fitting.ensure(store)
    first, *others = templates()
    with served(store) as site:
        visit = opened_page(browser, site.address, address(first, store))
        try:
            check(visit, first)
            for template in others:
                go(visit.page, address(template, store))
                check(visit, template)
        finally:
            visit.page.close()


def check(visit: Visit, template: str) -> None:
    """Fail on a page without words, with an error, or with what no reader understands."""
    settled(visit.page)
    said = visit.page.locator("#content").inner_text() + visit.page.locator("#notices").inner_text()
    assert "程序内部错误" not in said, template
    assert not any(word in said for word in ("NaN", "None", "nan ", "inf ")), template
    assert len(said) > 15, template
    expect(visit.page.locator("#notices .notice-worse")).to_have_count(0)
    # A card without data is one line, whatever stands beside it.
    lines = "Array.from(document.querySelectorAll('.card-box:has(> .card-note > .lacking)'))"
    assert visit.page.evaluate(f"{lines}.filter((card) => card.offsetHeight > 64).map((card) => card.id)") == []
    visit.check()
