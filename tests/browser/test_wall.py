"""大屏 in Chromium: it turns by itself, is readable in four sizes, and says what it shows when the server is gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from data.snapshots import Store
from tests import tiny
from tests.browser.conftest import Site, Visit, opened_page, press_for, serve, served
from tests.browser.wall_steps import drawn, pass_time, unreadable

pytestmark = pytest.mark.browser
POLL = 3.0
WALLS = {"hd": (1920, 1080), "uhd": (3840, 2160), "wide": (6656, 1792), "upright": (1080, 1920)}


@pytest.mark.parametrize("size", WALLS)
def test_every_screen_is_readable_and_whole(open_page: Callable[..., Visit], size: str) -> None:
    visit = open_page("/wall?seconds=5&mode=dark")
    page = visit.page
    page.set_viewport_size({"width": WALLS[size][0], "height": WALLS[size][1]})
    page.clock.install()
    page.reload()
    drawn(page)
    seen: set[str] = set()
    for _ in range(14):
        fresh = set(shown(page)) - seen
        assert not fresh or unreadable(page) == []
        seen |= fresh
        pass_time(page, 2.5)
    assert seen == {"campaign", "today", "map", "week", "match", "concern"}
    assert len(shown(page)) == (2 if size == "wide" else 1)
    visit.check()


def shown(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(".wall-screen[data-slot]", "all => all.map(one => one.dataset.screen)")
    return found


def test_the_address_rules_screens_mode_and_stations(open_page: Callable[..., Visit], site: Site) -> None:
    page = open_page("/wall?screens=week,today&mode=dark&seconds=600&stations=990101010000&limit=0.5").page
    drawn(page)
    assert shown(page) == ["week"]
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("#wall-place")).to_have_text("1 / 2　下一屏：今日警情")
    expect(page.locator("#wall")).to_have_attribute("data-stale", "yes")
    expect(page.locator("#wall-warning")).to_contain_text("未更新（允许 30 分钟）")
    assert page.locator(".rail").is_hidden() and page.locator(".bar").is_hidden()
    page = open_page("/wall?screens=nothing&mode=pink&limit=100000").page
    drawn(page)
    expect(page.locator(".wall-foot")).to_contain_text("没有名为 nothing 的屏")
    assert shown(page) == ["campaign"]


def test_leaving_brings_the_frame_back(open_page: Callable[..., Visit]) -> None:
    page = open_page("/wall?mode=dark").page
    drawn(page)
    press_for(page, "b")
    expect(page.locator(".rail")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_coming_back_before_the_next_tick_fills_the_new_page(open_page: Callable[..., Visit]) -> None:
    page = open_page("/wall?mode=dark&screens=week").page
    # The wall's timer beats when the test says so: to it the page was never left, but all on it is new and empty.
    page.add_init_script(
        "const beat = window.setInterval; window.setInterval = (does, after, ...more) =>"
        " after === 500 ? (window.tick = does, 0) : beat(does, after, ...more);"
    )
    page.reload()
    _ticked_until_drawn(page)
    page.evaluate("document.querySelector('.rail a').click()")
    expect(page.locator("#wall")).to_have_count(0)
    page.go_back()
    expect(page.locator("#wall")).to_be_attached()
    _ticked_until_drawn(page)


def _ticked_until_drawn(page: Page) -> None:
    title = page.locator(".wall-screen[data-slot] h2")
    for _ in range(200):
        page.evaluate("window.tick && window.tick()")
        if title.count():
            break
        page.wait_for_timeout(50)
    expect(title).not_to_be_empty()


def test_figures_that_are_slow_to_load_draw_no_page_anew(open_page: Callable[..., Visit]) -> None:
    page = open_page("/glossary").page
    # What draws figures fails once and then takes longer than Dash is patient for.
    asked: list[Route] = []
    page.route("**/plotly.min.js", lambda route: asked.append(route) if asked else _fail(asked, route))
    page.add_init_script(
        "window.drawnWalls = 0; new MutationObserver(list => list.forEach(one => one.addedNodes.forEach(node => {"
        " if (node.id === 'wall') { window.drawnWalls += 1; } }))).observe(document, {childList: true, subtree: true});"
    )
    page.clock.install()
    page.goto(page.url.replace("/glossary", "/wall?mode=dark&screens=week"))
    expect(page.locator("#wall")).to_be_attached()
    for _ in range(200):
        if len(asked) == 2:
            break
        page.clock.run_for(1000)
        page.wait_for_timeout(50)
    page.clock.run_for(40_000)
    asked[1].continue_()
    expect(page.locator("#wall-week-figure .main-svg").first).to_be_attached()
    assert page.evaluate("window.drawnWalls") == 1


def _fail(asked: list[Route], route: Route) -> None:
    asked.append(route)
    route.abort()


def test_a_lost_server_is_said_and_found_again(browser: BrowserContext, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 90, 6))
    with served(store) as site:
        visit = opened_page(browser, site.address, "/wall?limit=1000&mode=dark")
        page = visit.page
        try:
            drawn(page)
            words = page.locator(".wall-screen[data-slot] h2").inner_text()
            site.server.kill()
            site.server.wait(timeout=15)
            expect(page.locator("#wall")).to_have_attribute("data-lost", "yes")
            expect(page.locator("#wall-warning")).to_contain_text("连接中断")
            assert page.locator(".wall-screen[data-slot] h2").inner_text() == words
            expect(page.locator("#wall-age")).not_to_be_empty()
            tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
            site.server = serve(store, site.port)
            expect(page.locator("#wall")).to_have_attribute("data-lost", "no")
            expect(page.locator("#wall-version")).to_have_text("版本 2")
        finally:
            page.close()


def test_an_empty_store_says_so_and_fills_by_itself(browser: BrowserContext, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with served(store) as site:
        page = opened_page(browser, site.address, "/wall").page
        try:
            expect(page.locator("#wall-message")).to_contain_text("还没有数据")
            tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 90, 6))
            drawn(page)
        finally:
            page.close()


def test_a_laptop_that_slept_tells_the_age_at_once_and_recovers(open_page: Callable[..., Visit]) -> None:
    page = open_page("/wall?mode=dark&screens=week").page
    page.clock.install()
    page.reload()
    drawn(page)
    pass_time(page, POLL)
    before, words = age_hours(page), page.locator(".wall-screen[data-slot] h2").inner_text()
    # Whatever the time of this test is: no new page at four in the morning.
    page.route("**/wall?*", lambda route: route.abort())
    # It falls asleep while a question is under way, and the network is not there yet when it wakes.
    page.route("**/health", _swallow)
    page.clock.run_for(4000)
    page.clock.fast_forward("06:00:00")
    page.clock.run_for(500)
    assert age_hours(page) - before in (6, 7)
    assert page.locator(".wall-screen[data-slot] h2").inner_text() == words
    page.clock.run_for(30_000)
    expect(page.locator("#wall")).to_have_attribute("data-lost", "yes")
    expect(page.locator("#wall-warning")).to_contain_text("连接中断")
    page.unroute("**/health")
    # What hangs is given up; then come two polls, and the server's clock is right again.
    page.clock.run_for(5500)
    pass_time(page, 2 * POLL)
    expect(page.locator("#wall")).to_have_attribute("data-lost", "no")
    assert age_hours(page) - before in (0, 1)


def test_the_page_loads_anew_at_night_as_its_address_says(open_page: Callable[..., Visit]) -> None:
    address = "/wall?screens=week,today&mode=dark&seconds=600&stations=990101010000&limit=0.5"
    page = open_page(address).page
    page.clock.install()
    page.reload()
    drawn(page)
    seen = ruled(page)
    page.evaluate("window.notYet = true")
    # The server answers polls but not the page itself: what hangs on the wall stays.
    tried: list[str] = []

    def refuse(route: Route) -> None:
        tried.append(route.request.url)
        route.abort()

    page.route("**/wall?*", refuse)
    until_four(page)
    pass_time(page, 2 * POLL)
    assert tried and page.evaluate("window.notYet") is True
    drawn(page)
    # Hours later it is the other screen's turn.
    assert shown(page) == ["today"]
    page.unroute("**/wall?*")
    with page.expect_event("load"):
        until_four(page)
    assert not page.evaluate("window.notYet")
    drawn(page)
    assert page.url.endswith(address)
    assert ruled(page) == seen


def age_hours(page: Page) -> int:
    """Return the age of the data as the foot tells it, in whole hours."""
    said = re.fullmatch(r"(?:(\d+) 天)? ?(?:(\d+) 小时)?.*前", page.locator("#wall-age").inner_text())
    assert said is not None
    return 24 * int(said[1] or 0) + int(said[2] or 0)


def ruled(page: Page) -> list[str | None]:
    """Return what the address rules: the screen and its turn, the allowed age of the data, the colours."""
    words: list[str | None] = [page.locator(f"#wall-{part}").inner_text() for part in ("place", "as-of")]
    allowed = page.locator("#wall-warning").inner_text().partition("允许")[2]
    return [*shown(page), *words, allowed, page.get_attribute("html", "data-bs-theme")]


def until_four(page: Page) -> None:
    """Let the hours pass until ten past four by the clock of the wall."""
    hour, minute = map(int, page.locator("#wall-clock").inner_text().split(":"))
    minutes = (4 * 60 + 10 - hour * 60 - minute) % (24 * 60)
    # A page that has begun less than two hours ago waits for the next night.
    page.clock.fast_forward(60_000 * (minutes if minutes > 125 else minutes + 24 * 60))
    page.clock.run_for(500)


def _swallow(route: Route) -> None:
    """Leave a request without any answer."""
