"""What every card can do: its definition, its notes, its exports, and the way into a part and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from python_calamine import CalamineWorkbook

from data.notes import FILE
from tests.browser.conftest import Site, Visit, click_in, holds, hover_in, settled

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]


def exported(page: Page, card: str, kind: str, folder: Path) -> Path:
    """Return the file that the menu of a card gives."""
    page.click(f"#{card} .card-export summary")
    with page.expect_download() as started:
        page.click(f"#{card} [data-export={kind}]")
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_definition_opens_on_the_page_and_closes_by_key(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    page.locator("#map .info").focus()
    page.keyboard.press("Enter")
    panel = page.locator("#definition-panel")
    expect(panel).to_contain_text("违法犯罪警情")
    panel.locator("summary").first.click()
    expect(panel.locator("pre").first).to_contain_text("count(*)")
    expect(page.locator("#definition-tools")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("#map .info")).to_be_focused()
    page.click("#kpi-alerts_valid-text .info")
    expect(panel).to_contain_text("有效警情")
    expect(page.locator("#definition-tools")).to_be_visible()
    page.click("#definition-panel .panel-close")
    assert page.evaluate("window.location.pathname") == "/"
    visit.check()


def test_note_is_written_shown_with_its_period_and_removed(site: Site, open_page: Open) -> None:
    visit = open_page("/?period=last7")
    page = visit.page
    settled(page)
    page.click("#changes [data-note]")
    expect(page.locator("#note-list")).to_contain_text("还没有批注")
    page.fill("#note-text", "联系 138 0013 8000")
    page.fill("#note-author", "研判岗")
    page.click("#note-save")
    expect(page.locator("#note-message")).to_contain_text("疑似有证件号、电话")
    assert not (site.store.root / FILE).exists()
    page.fill("#note-text", "<img src=x onerror=alert(1)> 商圈活动所致")
    page.click("#note-save")
    expect(page.locator("#note-list .note-entry")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator("#note-text")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("#changes .note-count")).to_have_text("1")
    expect(page.locator("#changes .note-lines")).to_contain_text("研判岗")
    page.select_option("#filter-period", "yesterday")
    expect(page.locator("#changes .note-count")).to_have_text("")
    page.select_option("#filter-period", "last30")
    expect(page.locator("#changes .note-count")).to_have_text("1")
    page.click("#changes [data-note]")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("[data-remove-note]")
    expect(page.locator("#note-list")).to_contain_text("还没有批注")
    expect(page.locator("#changes .note-lines")).to_be_empty()
    visit.check()


def test_exports_hold_what_is_shown(open_page: Open, tmp_path: Path) -> None:
    visit = open_page("/?period=last7")
    page = visit.page
    settled(page)
    shown = page.locator("#changes tbody tr").first.locator("td").nth(2).inner_text()
    text = exported(page, "changes", "csv", tmp_path).read_text(encoding="utf-8-sig")
    assert text.startswith("标题,分类警情")
    assert "近7日" in text or "2026年11月15日至11月21日" in text
    for name in ("筛选,", "口径,", "数据截至,", "版本,"):
        assert f"\n{name}" in text
    rows = (
        CalamineWorkbook.from_path(str(exported(page, "changes", "xlsx", tmp_path))).get_sheet_by_index(0).to_python()
    )
    head = next(n for n, row in enumerate(rows) if row[0] == "类别")
    assert f"{rows[head + 1][1]:,.0f}" == shown
    visit.check()


def test_menu_opens_in_sight_on_a_phone(open_page: Open) -> None:
    visit = open_page("/", size="phone")
    page = visit.page
    settled(page)
    page.click("#map .card-export summary")
    menu = page.locator("#map .export-menu")
    expect(menu).to_be_visible()
    below, left, right = page.evaluate(
        """() => {
          const menu = document.querySelector('#map .export-menu').getBoundingClientRect();
          const summary = document.querySelector('#map .card-export summary').getBoundingClientRect();
          return [menu.top - summary.bottom, menu.left, menu.right];
        }"""
    )
    assert 0 <= below < 20
    assert left >= 0 and right <= 390
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    visit.check()


@pytest.mark.parametrize("card", ["map", "matrix"])
def test_picture_is_drawn_here_at_twice_the_size(open_page: Open, tmp_path: Path, card: str) -> None:
    visit = open_page("/", mode="dark")
    page = visit.page
    settled(page)
    content = exported(page, card, "png", tmp_path).read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    body = page.locator(f"#{card} .js-plotly-plot, #{card} table").first.bounding_box()
    assert body is not None
    assert width >= 2 * body["width"] and height > 2 * min(body["height"], 200)
    visit.check()


WRITTEN = """() => {
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
    window.written.push(text);
    return write.call(this, text, ...more);
  };
}"""


def test_a_picture_and_a_sheet_say_what_they_are_narrowed_to(open_page: Open, tmp_path: Path) -> None:
    visit = open_page("/?category=刑事&basis=original")
    page = visit.page
    settled(page)
    page.evaluate(WRITTEN)
    exported(page, "map", "png", tmp_path)
    said = "全部派出所 · 刑事 · 原始性质"
    exported(page, "matrix", "png", tmp_path)
    written = page.evaluate("() => window.written")
    # The key of the colours is drawn between its two words.
    assert written.count("低于预期") == 1 and written.count("高于预期") == 1
    assert said in "".join(page.evaluate("() => window.written"))
    expect(page.locator("#filter-said")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#filter-said")).to_be_visible()
    assert page.locator("#filter-said").inner_text() == said
    visit.check()


def test_a_click_narrows_the_page_and_the_crumb_goes_back(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    page.locator("#changes td.name a").first.click()
    expect(page).to_have_url(re.compile("category="))
    expect(page.locator("#crumbs")).to_contain_text("全部类别")
    settled(page)
    page.locator("#matrix td a").first.click()
    expect(page).to_have_url(re.compile(r"station=\d+"))
    page.locator("#crumbs a", has_text="全部派出所").click()
    expect(page).not_to_have_url(re.compile("station="))
    # The crumb that is left keeps the station until it is drawn anew.
    expect(page.locator("#crumbs")).not_to_contain_text("全部派出所")
    page.locator("#crumbs a", has_text="全部类别").click()
    expect(page).not_to_have_url(re.compile("category="))
    expect(page.locator("#crumbs")).to_be_empty()
    visit.check()


def test_a_polygon_of_the_map_narrows_the_page(open_page: Open) -> None:
    visit = open_page("/")
    page = visit.page
    settled(page)
    # The name of a station stands within its outline.
    name = page.locator("#map-figure text", has_text="所").first
    hover_in(page, name, 0.5, 0.5, page.locator("#map-figure .hovertext").first)
    expect(page.locator("#map-figure .hovertext").first).to_contain_text("预期")
    click_in(page, name, 0.5, 0.5, lambda: "station=" in page.url)
    expect(page).to_have_url(re.compile(r"station=\d+"))
    expect(page.locator("#crumbs")).to_contain_text("全部派出所")
    visit.check()


def test_wide_table_fades_until_it_is_scrolled_to_its_end(open_page: Open) -> None:
    page = open_page("/data", size="phone").page
    settled(page)
    box = page.locator("#versions-body .table-scroll")
    expect(box).to_have_attribute("data-more", "")
    box.evaluate("box => { box.scrollLeft = box.scrollWidth; }")
    expect(box).not_to_have_attribute("data-more", "")


def test_what_takes_longer_stands_as_a_skeleton(open_page: Open) -> None:
    page = open_page("/glossary").page
    settled(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        # The question for the page itself and its filter is let through: only its figures wait.
        if '"map-figure"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile("_dash-update-component"), hold)
    page.click('.rail-link[data-key="b"]')
    expect(page.locator("#map-figure[data-dash-is-loading=true]")).to_be_attached()
    expect(page.locator("#changes-body .skeleton")).to_have_css("opacity", "1")
    assert holds(page, "getComputedStyle(document.querySelector('#map-figure'), '::after').opacity === '1'")
    for route in held:
        route.continue_()
    page.unroute_all(behavior="ignoreErrors")
    settled(page)
    expect(page.locator("#changes tbody tr").first).to_be_visible()
    assert holds(page, "getComputedStyle(document.querySelector('#map-figure'), '::after').content === 'none'")
