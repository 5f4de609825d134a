"""The frame, 指标口径 and 数据接入 in a real browser: sizes, modes, URL, back button, publish, lost connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Site, Visit, holds, hover_in, press_for, serve, settled
from tests.browser.everywhere import address
from tests.pages.test_jobs import MAPPING, ROWS

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
_ONE_LINE = """(() => {
    const box = (part) => part.getBoundingClientRect();
    const tops = Array.from(document.getElementById("filters").children).map(box).filter((one) => one.width);
    const inside = box(document.querySelector(".bar-end")).top < tops[0].bottom;
    return inside && new Set(tops.map((one) => Math.round(one.top))).size === 1;
})()"""


def search_of(page: Page) -> str:
    found: str = page.evaluate("window.location.search")
    return found


def test_first_paint_has_the_right_mode(open_page: Open) -> None:
    visit = open_page("/glossary", mode="dark")
    seen = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert seen == "rgb(14, 20, 32)"
    head = visit.page.evaluate("Array.from(document.head.children).map(one => one.src || one.href || '')")
    assert "/assets/theme.js" in head[[bool(re.search(r"\.(js|css)", one)) for one in head].index(True)]


def test_mode_is_switched_and_remembered(open_page: Open) -> None:
    visit = open_page("/glossary")
    visit.page.click("#mode-button")
    expect(visit.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert holds(visit.page, "window.localStorage.getItem('mode') === 'dark'")
    visit.check()


@pytest.mark.parametrize("width", [1440, 1280])
def test_the_bar_is_one_line_with_every_badge(open_page: Open, width: int) -> None:
    page = open_page("/").page
    page.set_viewport_size({"width": width, "height": 900})
    settled(page)
    page.evaluate(
        """() => {
            const late = document.createElement("span");
            late.className = "chip chip-watch";
            late.textContent = "数据滞后 12 天";
            const status = document.getElementById("status");
            if (!status.textContent.includes("数据滞后")) status.prepend(late);
            document.getElementById("period-words").textContent = "2026年11月21日0时至24时 · 最近有数据的一日";
        }"""
    )
    assert page.locator("#status .chip").count() == 2
    assert holds(page, _ONE_LINE)


@pytest.mark.parametrize("width", [1440, 1280])
def test_chosen_days_stand_in_the_one_line_of_the_bar(open_page: Open, width: int) -> None:
    page = open_page("/trend?period=custom&from=2026-10-23&to=2026-11-20&category=刑事").page
    page.set_viewport_size({"width": width, "height": 900})
    settled(page)
    expect(page.locator("#filter-from")).to_have_value("2026-10-23")
    expect(page.locator("#filter-category-summary")).to_have_text("刑事")
    page.evaluate("document.getElementById('filter-station-summary').textContent = '新港派出所'")
    assert holds(page, _ONE_LINE)


def test_filter_rewrites_the_url_and_the_url_reproduces_the_page(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    value = page.locator("#kpi-alerts_valid-text")
    before = value.inner_text()
    page.select_option("#filter-period", "last30")
    expect(page).to_have_url(re.compile(r"\?period=last30$"))
    expect(value).not_to_have_text(before, use_inner_text=True)
    before = value.inner_text()
    page.click("#filter-station-summary")
    page.locator("#filter-station .form-check-label").first.click()
    page.click("#filter-station-apply")
    expect(page).to_have_url(re.compile(r"station=\d+"))
    expect(value).not_to_have_text(before, use_inner_text=True)
    page.select_option("#filter-basis", "original")
    expect(page).to_have_url(re.compile(r"basis=original"))
    settled(page)
    shown = page.locator("#period-words").inner_text(), value.inner_text()
    again = open_page("/" + search_of(page)).page
    settled(again)
    expect(again.locator("#filter-period")).to_have_value("last30")
    expect(again.locator("#filter-basis")).to_have_value("original")
    expect(again.locator("#crumbs")).to_contain_text("全部派出所")
    expect(again.locator("#kpi-alerts_valid-text")).to_have_text(shown[1], use_inner_text=True)
    assert again.locator("#period-words").inner_text() == shown[0]
    visit.check()


def test_back_goes_one_filter_back_and_keeps_the_figures(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    page.evaluate("document.querySelector('#week-figure .js-plotly-plot').marked = true")
    page.select_option("#filter-period", "last7")
    expect(page).to_have_url(re.compile("period=last7"))
    page.select_option("#filter-period", "month")
    expect(page).to_have_url(re.compile("period=month"))
    page.go_back()
    expect(page.locator("#filter-period")).to_have_value("last7")
    page.go_back()
    expect(page.locator("#filter-period")).to_have_value("yesterday")
    expect(page).not_to_have_url(re.compile("period="))
    settled(page)
    assert page.evaluate("document.querySelector('#week-figure .js-plotly-plot').marked"), "the figure was made anew"
    visit.check()


def test_what_a_crumb_took_away_stays_away_while_its_answer_is_on_the_way(open_page: Open, site: Site) -> None:
    station = address("/station/<code>", site.store).rsplit("/", 1)[1]
    visit = open_page(f"/repeat?station={station}&category=刑事")
    page = visit.page
    settled(page)
    held: list[Route] = []
    page.route(re.compile("_dash-update-component"), lambda route: held.append(route))
    page.locator("#crumbs a", has_text="全部派出所").click()
    expect(page).to_have_url(re.compile(r"/repeat\?category=[^&]+$"))
    # Nothing has been answered: the bar still shows the station, and the other crumb was made with it.
    expect(page.locator("#filter-station-summary")).not_to_have_text("全部派出所")
    page.locator("#crumbs a", has_text="全部类别").click()
    expect(page).to_have_url(re.compile(r"/repeat$"))
    page.select_option("#filter-period", "last30")
    for route in held:
        route.continue_()
    page.unroute_all(behavior="ignoreErrors")
    expect(page).to_have_url(re.compile(r"/repeat\?period=last30$"))
    expect(page.locator("#filter-station-summary")).to_have_text("全部派出所")
    expect(page.locator("#crumbs")).to_be_empty()
    settled(page)
    assert search_of(page) == "?period=last30"
    visit.check()


def test_custom_days(open_page: Open) -> None:
    visit = open_page("/?period=last7")
    page = visit.page
    settled(page)
    page.select_option("#filter-period", "custom")
    expect(page.locator("#filter-from")).to_have_value("2026-11-15")
    page.fill("#filter-from", "2026-11-10")
    expect(page).to_have_url(re.compile(r"period=custom&from=2026-11-10&to=2026-11-21"))
    visit.check()


def test_stations_are_searched_and_ticked_before_they_count(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    page.click("#filter-station-summary")
    rows = page.locator("#filter-station .form-check:visible")
    expect(rows).to_have_count(12)
    name = rows.nth(3).inner_text()
    page.locator(".picker[open] .picker-search").fill(name)
    expect(rows).to_have_count(1)
    rows.locator("label").click()
    assert search_of(page) == ""
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("station="))
    expect(page.locator("#filter-station-summary")).to_have_text(name)
    page.click("#crumbs a")
    expect(page.locator("#filter-station-summary")).to_have_text("全部派出所")
    visit.check()


@pytest.mark.parametrize(
    "query",
    [
        "?period=nonsense&station=%00&category=%E4%B8%8D&cutoff=99&week=x&valid=maybe&basis=",
        "?from=2026-99-99&to=yesterday",
        "?&&==&station=&station=&%FF%FE",
        "?period=custom&from=2026-11-21&to=2026-11-01",
        "?station=" + "x," * 400,
    ],
)
def test_a_malformed_url_gives_a_page_with_a_notice(open_page: Open, query: str) -> None:
    visit = open_page("/" + query)
    settled(visit.page)
    expect(visit.page.locator("#kpi-alerts_valid-text .kpi-value")).to_be_visible()
    if "station=&station=" not in query:
        expect(visit.page.locator("#filter-notices .notice").first).to_be_visible()
    visit.check()


def test_an_unknown_page_says_so(open_page: Open) -> None:
    visit = open_page("/nothing/here")
    expect(visit.page.locator("#content")).to_contain_text("找不到页面")
    visit.page.click("text=返回今日会商")
    expect(visit.page.locator("#kpi-alerts_valid-text .kpi-value")).to_be_visible()
    visit.check()


def test_keys(open_page: Open) -> None:
    visit = open_page("/?period=last7")
    page = visit.page
    settled(page)
    page.keyboard.press("/")
    expect(page.locator("#filter-period")).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_contain_text("转到数据接入")
    page.keyboard.press("Escape")
    expect(page.locator("#key-help")).to_be_hidden()
    press_for(page, "k")
    expect(page.locator("#page-name")).to_have_text("指标口径")
    expect(page).to_have_url(re.compile(r"/glossary\?period=last7$"))
    expect(page.locator("#glossary-search")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#glossary-search")).to_be_focused()
    visit.check()


def test_menu_on_a_phone(open_page: Open) -> None:
    visit = open_page("/glossary", "phone")
    page = visit.page
    expect(page.locator("#rail-nav")).to_be_hidden()
    page.click("#menu-button")
    page.click("#rail-nav >> text=数据接入")
    expect(page.locator("#page-name")).to_have_text("数据接入")
    expect(page.locator("#rail-nav")).to_be_hidden()
    visit.check()


def test_glossary_search_and_anchors(open_page: Open) -> None:
    visit = open_page("/glossary#response_p90")
    page = visit.page
    expect(page.locator("#response_p90")).to_be_in_viewport()
    expect(page.locator("#response_p90")).to_have_class(re.compile("is-target"))
    page.fill("#glossary-search", "破案率 积案")
    expect(page.locator(".definition:visible")).to_have_count(1)
    expect(page.locator("#clear_rate")).to_be_visible()
    expect(page).to_have_url(re.compile("q="))
    page.locator("#clear_rate summary").click()
    expect(page.locator("#clear_rate pre")).to_contain_text("nullif")
    page.fill("#glossary-search", "没有这个词")
    expect(page.locator("#glossary-none")).to_be_visible()
    visit.check()


def test_figures_speak_chinese(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    hover = page.locator(".hoverlayer .hovertext").first
    hover_in(page, page.locator("#kpi-alerts_valid-spark"), 0.5, 0.5, hover)
    expect(hover).to_contain_text(re.compile(r"2026年\d+月\d+日 周.*起，预期"))
    visit.check()


class TestImport:
    """A file goes in through the page; the tests build on each other's versions."""

    def test_publish_appears_on_an_open_page_by_itself(self, site: Site, open_page: Open, tmp_path: Path) -> None:
        watching = open_page("/")
        settled(watching.page)
        before = site.store.current_id()
        visit = open_page("/data")
        self.choose(visit.page, tmp_path, ROWS)
        visit.page.fill("#mapping-text", MAPPING)
        visit.page.click("#import-check")
        expect(visit.page.locator("#import-result")).to_contain_text("检查通过", timeout=30_000)
        expect(visit.page.locator("#import-result")).to_contain_text("映射后的前 20 行")
        assert site.store.current_id() == before
        visit.page.click("#import-publish")
        expect(visit.page.locator("#import-result")).to_contain_text("已发布版本 2", timeout=30_000)
        expect(watching.page.locator("#status")).to_contain_text("版本 2")
        expect(watching.page.locator("#changes-source")).to_contain_text("版本 2")
        expect(visit.page.locator("#versions-body")).to_contain_text("calls.csv")
        assert list((site.store.root / "uploads").glob("*/source/*")) == []
        visit.check()
        watching.check()

    def test_roll_back_asks_first(self, site: Site, open_page: Open) -> None:
        visit = open_page("/data")
        visit.page.once("dialog", lambda dialog: dialog.dismiss())
        visit.page.click("text=回退到此版")
        visit.page.wait_for_timeout(300)
        assert site.store.current_id() == 2
        visit.page.once("dialog", lambda dialog: dialog.accept())
        visit.page.click("text=回退到此版")
        expect(visit.page.locator("#import-result")).to_contain_text("已回退到版本 1")
        expect(visit.page.locator("#status")).to_contain_text("版本 1")
        assert site.store.current_id() == 1
        visit.check()

    @pytest.mark.parametrize("content", ["\x00\x01\x02\x03" * 500, "id,time\n1,x\n"])
    def test_a_wrong_file_is_said_and_changes_nothing(
        self, site: Site, open_page: Open, tmp_path: Path, content: str
    ) -> None:
        before = site.store.version_ids()
        visit = open_page("/data")
        self.choose(visit.page, tmp_path, content)
        visit.page.fill("#mapping-text", MAPPING)
        visit.page.click("#import-check")
        expect(visit.page.locator("#import-result .notice-worse")).to_be_visible(timeout=30_000)
        expect(visit.page.locator("#import-publish")).to_be_disabled()
        assert "Traceback" not in visit.page.locator("#content").inner_text()
        assert site.store.version_ids() == before
        visit.check()

    def test_an_empty_file_is_refused_at_once(self, open_page: Open, tmp_path: Path) -> None:
        visit = open_page("/data")
        self.pick(visit.page, tmp_path, "")
        expect(visit.page.locator("#import-result")).to_contain_text("是空的")
        expect(visit.page.locator("#import-check")).to_be_disabled()

    @staticmethod
    def pick(page: Page, folder: Path, content: str) -> None:
        path = folder / "calls.csv"
        path.write_text(content, encoding="utf-8")
        settled(page)
        with page.expect_file_chooser() as chooser:
            page.click("#upload-pick")
        chooser.value.set_files(path)

    def choose(self, page: Page, folder: Path, content: str) -> None:
        self.pick(page, folder, content)
        expect(page.locator("#job-file")).to_contain_text("calls.csv")
        # The guess of a mapping has arrived, or has been refused.
        expect(
            page.locator("#mapping-text:not([disabled]):not(:placeholder-shown), #mapping-said .notice").first
        ).to_be_visible()


def test_lost_connection_is_said_and_recovers(site: Site, open_page: Open) -> None:
    visit = open_page("/glossary")
    settled(visit.page)
    expect(visit.page.locator(".offline")).to_be_hidden()
    site.server.terminate()
    site.server.wait(timeout=15)
    expect(visit.page.locator(".offline")).to_be_visible()
    site.server = serve(site.store, site.port)
    expect(visit.page.locator(".offline")).to_be_hidden()
    expect(visit.page.locator("#status")).to_be_visible()
