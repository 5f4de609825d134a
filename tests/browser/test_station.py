"""所队自查 in a browser: two sheets of paper, the first screen of a phone, and the way to another station."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visit, settled
from tests.browser.everywhere import address

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Visit]
PAGE = "/station/<code>"


@pytest.mark.parametrize(("period", "size"), [("yesterday", "wide"), ("last7", "phone"), ("month", "desk")])
def test_prints_on_two_sheets(open_page: OpenPage, site: Site, tmp_path: Path, period: str, size: str) -> None:
    visit = open_page(f"{address(PAGE, site.store)}?period={period}", size=size)
    settled(visit.page)
    expect(visit.page.locator(".missed li").first).to_be_visible()
    visit.page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    sheets = re.findall(rb"/Type\s*/Page\b", (tmp_path / "page.pdf").read_bytes())
    assert len(sheets) == 2
    assert shapes_on_paper(visit.page) == {"280 / 52", "590 / 280"}
    visit.check()


def test_first_screen_of_a_phone_says_what_is_missed(open_page: OpenPage, site: Site) -> None:
    visit = open_page(address(PAGE, site.store), size="phone")
    settled(visit.page)
    expect(visit.page.locator(".selfcheck-told").first).to_be_in_viewport()
    expect(visit.page.locator(".missed-lack").nth(1)).to_be_in_viewport(ratio=1)
    # The station is the page's own, so the filter does not offer others.
    expect(visit.page.locator("#filter-station-summary")).to_be_hidden()
    visit.check()


def test_a_phone_leads_to_the_own_list_of_all_targets(open_page: OpenPage, site: Site) -> None:
    visit = open_page(address(PAGE, site.store), size="phone")
    page = visit.page
    settled(page)
    page.get_by_role("link", name="打印本所全部目标").click()
    expect(page.locator("#own-scores .score-lines tbody tr").nth(20)).to_be_attached()
    expect(page.locator("#own-scores-title")).to_be_in_viewport()
    expect(page.locator("#scores, #bureau, #clauses").filter(visible=True)).to_have_count(0)
    page.evaluate("window.print = () => { document.title = '打印'; }")
    page.get_by_role("button", name="打印").click()
    expect(page).to_have_title("打印")
    visit.check()


def test_category_narrows_and_the_crumb_goes_back(open_page: OpenPage, site: Site) -> None:
    visit = open_page(f"{address(PAGE, site.store)}?period=last30")
    page = visit.page
    settled(page)
    name = page.locator("#station-head h2").inner_text()
    page.locator("#station-changes .change-table a").first.click()
    expect(page).to_have_url(re.compile(r"/station/\d+\?.*category="))
    expect(page.locator("#crumbs .crumb-here")).to_be_visible()
    settled(page)
    expect(page.locator("#station-head h2")).to_have_text(f"{name} · 所队自查")
    page.locator("#crumbs a").first.click()
    expect(page).not_to_have_url(re.compile("category="))
    expect(page).to_have_url(re.compile(r"/station/\d+\?period=last30"))
    visit.check()


def test_the_menu_leads_back_to_the_list(open_page: OpenPage, site: Site) -> None:
    own = address(PAGE, site.store)
    code = own.rsplit("/", 1)[1]
    visit = open_page(f"/?station={code}")
    menu = visit.page.locator(".rail-link", has_text="所队自查")
    menu.click()
    expect(visit.page).to_have_url(re.compile(rf"{own}\?station={code}$"))
    expect(visit.page.locator(".missed li").first).to_be_visible()
    expect(menu).to_have_attribute("href", f"/station?station={code}")
    menu.click()
    expect(visit.page.locator(".station-list a").first).to_be_visible()
    visit.check()


def shapes_on_paper(page: Page) -> set[str]:
    """Return width / height of what is drawn for paper."""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    boxes = page.locator(".selfcheck .js-plotly-plot .svg-container")
    found = set(boxes.evaluate_all("all => all.map(one => one.style.aspectRatio)"))
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    return {str(one) for one in found}
