"""One small demo store, one served application and one Chromium for all browser tests."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from data.demo import bureau
from data.demo.plan import Plan
from data.snapshots import Store
from metrics import fitting

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"desk": (1440, 900), "wide": (1920, 1080), "phone": (390, 844)}
MODES = ("light", "dark")
# Loads least of all.
NOWHERE = "/nowhere"
# Two cores may be busy with other tests.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """A served application with its store."""

    store: Store
    address: str
    server: subprocess.Popen[str]
    port: int


@dataclass
class Visit:
    """A page with what it did wrong: console errors, failed scripts, requests to other hosts."""

    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail on anything that a page must never do."""
        assert self.outside == []
        assert self.errors == []
        # Figures follow a new width a moment later.
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert holds(self.page, f"{wide} <= 0"), f"the page is {self.page.evaluate(wide)} px wider than its window"


def holds(page: Page, condition: str, arg: object = None) -> bool:
    """Wait for a condition in JavaScript and return whether it came true.

    Not Page.wait_for_function, whose second look the application's content policy forbids.
    """
    for _ in range(PATIENCE // 100):
        if page.evaluate(condition, arg):
            return True
        page.wait_for_timeout(100)
    return False


def serve(store: Store, port: int) -> subprocess.Popen[str]:
    """Start the application and return when it answers."""
    command = [sys.executable, "app.py", "--store", str(store.root), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert "已启动" in server.stdout.readline()
    return server


@contextlib.contextmanager
def served(store: Store) -> Iterator[Site]:
    """Serve a store on a free port for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    found = Site(store, f"http://127.0.0.1:{port}", serve(store, port), port)
    try:
        yield found
    finally:
        # A test may have started the server anew, so the one to stop is the one that runs now.
        found.server.terminate()
        found.server.wait(timeout=15)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application on a demo bureau of 12 stations and two years."""
    store = Store(tmp_path_factory.mktemp("site") / "store")
    bureau.publish(store, Plan(12, 2, 20_000, 1, date(2026, 11, 21)))
    # A server that fits by itself redraws every open page when that is done, whatever a test is about to click.
    fitting.ensure(store)
    with served(store) as found:
        yield found


@pytest.fixture
def open_page(site: Site, browser: BrowserContext) -> Iterator[Callable[..., Visit]]:
    """Open an address of the application; open_page("/data", size="phone", mode="dark")."""
    opened = []

    def visit(address: str, size: str = "desk", mode: str = "light") -> Visit:
        found = opened_page(browser, site.address, address, size, mode)
        opened.append(found.page)
        return found

    yield visit
    for page in opened:
        page.close()


def opened_page(browser: BrowserContext, site: str, address: str, size: str = "desk", mode: str = "light") -> Visit:
    """Open an address of a site in a page of its own, watched from its first request on."""
    width, height = SIZES[size]
    found = Visit(browser.new_page())
    found.page.set_viewport_size({"width": width, "height": height})
    found.page.add_init_script(f"window.localStorage.setItem('mode', '{mode}')")
    watch(found, site)
    found.page.goto(site + address)
    expect(found.page.locator("#rail-nav")).to_be_attached()
    return found


@pytest.fixture(scope="module")
def walk(site: Site, browser: BrowserContext) -> Iterator[Callable[..., Visit]]:
    """Go to an address within the application; walk("/trend", mode="dark"). One load for all tests of a file."""
    opened: dict[str, Visit] = {}

    def visit(address: str, size: str = "desk", mode: str = "light") -> Visit:
        if mode not in opened:
            opened[mode] = opened_page(browser, site.address, NOWHERE, size, mode)
        found = opened[mode]
        # What went wrong in another test is told there.
        found.errors.clear()
        found.outside.clear()
        width, height = SIZES[size]
        found.page.set_viewport_size({"width": width, "height": height})
        # Pages of one browser share what is remembered, and leaving the wall brings it back.
        found.page.evaluate(f"window.localStorage.setItem('mode', '{mode}')")
        if _path_of(found.page) == address.partition("?")[0]:
            go(found.page, NOWHERE)
        go(found.page, address)
        return found

    yield visit
    for found in opened.values():
        found.page.close()


def narrowed_by_first(page: Page, table: str, key: str) -> str:
    """Follow the first name of a table to the page that is narrowed to it by a key of the URL; return the name.

    Returns when the crumb that says so is drawn.
    """
    first = page.locator(f"#{table}-body tbody a").first
    # Links carry the filter that they were drawn for: a table of the one before is about to be replaced.
    asked = str(page.evaluate("window.location.search")).removeprefix("?")
    expect(first).to_have_attribute("href", re.compile(re.escape(asked)))
    name = first.inner_text()
    first.click()
    expect(page).to_have_url(re.compile(rf"[?&]{key}=\d*"))
    # A station's crumb says its whole name.
    expect(page.locator("#crumbs .crumb-here")).to_contain_text(name.removesuffix("所"))
    return name


def widened(page: Page, crumb: str, key: str) -> None:
    """Follow a crumb back; return when neither the URL nor the crumbs are narrowed by the key any more."""
    page.locator("#crumbs a", has_text=crumb).click()
    expect(page).not_to_have_url(re.compile(f"{key}="))
    # A crumb that is left keeps its old address until all are drawn anew.
    expect(page.locator("#crumbs")).not_to_contain_text(crumb)
    settled(page)


def go(page: Page, address: str) -> None:
    """Follow a link of the application to another page, with nothing loaded anew; returns when its layout is there."""
    # The first name on a page is its own.
    first = "(document.querySelector('#_pages_content [id]') || {}).id"
    before = page.evaluate(first)
    page.evaluate(
        "to => { history.pushState({}, '', to); window.dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }",
        address,
    )
    assert holds(page, f"before => {first} !== before", before), f"{address} did not come"


def _path_of(page: Page) -> str:
    found: str = page.evaluate("decodeURI(window.location.pathname)")
    return found


# What never ends, moves on purpose.
_ENDED = "one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity"


def settled(page: Page) -> None:
    """Wait until every answer is drawn: no skeleton, nothing being counted, no figure that is still empty."""
    expect(page.locator("#status .status-item").first).to_be_attached()
    expect(page.locator("#content [data-dash-is-loading=true], #content .bone:visible")).to_have_count(0)
    expect(page.locator("#content .dash-graph--pending")).to_have_count(0)
    assert holds(page, f"document.getAnimations().every(one => {_ENDED})"), "something moves on"


def press_for(page: Page, key: str) -> None:
    """Press g and a letter as a hand does, one right after the other: a busy machine would let the first one lapse."""
    page.evaluate(
        "keys => keys.forEach(key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))",
        ["g", key],
    )


def click_in(page: Page, target: Locator, across: float, down: float, done: Callable[[], bool]) -> None:
    """Click a part of a figure (0 to 1 across and down) until that has worked."""
    for _ in range(5):
        _point_at(page, target, across, down)
        page.mouse.down()
        page.mouse.up()
        for _ in range(60):
            if done():
                return
            page.wait_for_timeout(100)
    raise AssertionError("a click in a figure led nowhere")


def hover_in(page: Page, target: Locator, across: float, down: float, shown: Locator) -> None:
    """Point at a part of a figure until its hover text is there."""
    for _ in range(5):
        _point_at(page, target, across, down)
        for _ in range(60):
            if shown.count():
                return
            page.wait_for_timeout(100)
    raise AssertionError("a figure says nothing of what is pointed at")


def _point_at(page: Page, target: Locator, across: float, down: float) -> None:
    """Come to rest there: a figure takes a click for what it has found under the pointer before."""
    x, y = _resting_spot(page, target, across, down)
    page.mouse.move(x - 2, y)
    # Plotly looks for the point at most every 50 ms, and not at all while the pointer stands.
    page.wait_for_timeout(150)
    page.mouse.move(x, y)
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 150)))")


def _resting_spot(page: Page, target: Locator, across: float, down: float) -> tuple[float, float]:
    """Return where a part of a figure is once it rests: it moves while the page finds its width and letters."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    for _ in range(40):
        page.wait_for_timeout(250)
        before, box = box, target.bounding_box()
        if box == before:
            break
    assert box is not None
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def watch(visit: Visit, address: str) -> None:
    """Note what a page does wrong."""

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            visit.errors.append(message.text)

    def request(asked: Request) -> None:
        if not asked.url.startswith((address, "data:", "blob:")):
            visit.outside.append(asked.url)

    visit.page.on("console", console)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on("request", request)
