"""指标账单 and 所队自查 in Chromium: readable at every size, every choice in the address, downloads, paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Site, settled
from tests.browser.everywhere import address

if TYPE_CHECKING:
    OpenPage = Callable[..., Any]

pytestmark = pytest.mark.browser
STATIONS = 12


def rows(page: Page) -> Any:
    return page.locator(".score-matrix tbody tr")


def test_what_the_pages_show(open_page: OpenPage) -> None:
    visit = open_page("/scorecard")
    expect(rows(visit.page)).to_have_count(STATIONS)
    expect(visit.page.locator(".bureau-line")).to_have_count(2)
    visit = open_page("/station")
    visit.page.locator(".station-list a").first.click()
    expect(visit.page.locator(".missed li").first).to_be_visible()
    expect(visit.page.locator('.rail-link[aria-current="page"]')).to_have_text("所队自查")
    visit.check()


def test_head_and_first_column_stay_in_sight(open_page: OpenPage) -> None:
    page = open_page("/scorecard").page
    expect(rows(page)).to_have_count(STATIONS)
    settled(page)
    page.locator(".score-box").evaluate("box => { box.style.maxHeight = '300px'; box.scrollTo(900, 200); }")
    box = page.locator(".score-box").bounding_box()
    corner = page.locator(".score-matrix thead th").first.bounding_box()
    name = page.locator(".score-matrix tbody tr:last-child th").bounding_box()
    assert box and corner and name
    assert abs(corner["x"] - box["x"]) < 2
    assert abs(corner["y"] - box["y"]) < 3
    assert abs(name["x"] - box["x"]) < 2


def test_choices_live_in_the_address(open_page: OpenPage) -> None:
    visit = open_page("/scorecard?period=month")
    page = visit.page
    expect(rows(page)).to_have_count(STATIONS)
    page.select_option("#score-policy", "county-2023")
    expect(page.locator(".score-matrix")).to_contain_text("在编在岗民警")
    page.select_option("#score-state", "missed")
    page.select_option("#score-sort", "station")
    expect(page.locator("#score-sort")).to_have_value("station")
    expect(page).to_have_url(re.compile(r"/scorecard\?period=month&policy=county-2023&state=missed&sort=station$"))
    page.select_option("#score-policy", "*")
    expect(page.locator(".score-matrix")).to_contain_text("标准地址登记率")
    expect(page).not_to_have_url(re.compile("policy"))
    page.go_back()
    expect(page.locator("#score-policy")).to_have_value("county-2023")
    expect(page.locator(".clause-table")).to_contain_text("在编在岗民警")
    visit.check()


def test_links_of_the_matrix(open_page: OpenPage) -> None:
    visit = open_page("/scorecard")
    page = visit.page
    expect(rows(page)).to_have_count(STATIONS)
    page.locator(".score-matrix .column-name").nth(1).click()
    expect(page.locator("#target-community_stability.is-target")).to_be_in_viewport()
    page.locator(".score-matrix .column-missed").first.click()
    expect(page.locator("#score-sort")).not_to_have_value("*")
    page.locator(".score-matrix tbody tr").nth(1).locator("td").nth(3).click()
    expect(page.locator("#station-head h2")).to_be_visible()
    expect(page.locator(".missed-lack").first).to_be_visible()
    expect(page).to_have_url(re.compile("/station/"))
    visit.check()


def test_downloads(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/scorecard").page
    expect(rows(page)).to_have_count(STATIONS)
    wanted = (("#scores-export-csv", ".csv"), ("#scores-export-xlsx", ".xlsx"), ("text=下载报送模板", ".xlsx"))
    for button, ending in wanted:
        with page.expect_download() as started:
            page.click(button)
        assert started.value.suggested_filename.endswith(ending)
        started.value.save_as(tmp_path / f"file{ending}")
    assert "报送指标" in CalamineWorkbook.from_path(str(tmp_path / "file.xlsx")).sheet_names


def test_another_station_by_the_list(open_page: OpenPage) -> None:
    visit = open_page("/station?policy=county-2023")
    page = visit.page
    page.locator(".station-list a").first.click()
    expect(page.locator(".station-head h2")).to_be_visible()
    names = page.locator("#station-other option").all_inner_texts()
    page.select_option("#station-other", label=names[-1])
    expect(page.locator(".station-head h2")).to_have_text(f"{names[-1]} · 所队自查")
    expect(page).to_have_url(re.compile("policy=county-2023"))
    visit.check()


def test_unknown_station_and_odd_address(open_page: OpenPage) -> None:
    visit = open_page("/station/没有的所?month=x")
    expect(visit.page.locator("#station-state")).to_contain_text("没有名为「没有的所」的派出所")
    visit.check()
    assert "没有的所" in unquote(visit.page.url)


def test_prints_in_light_colours(open_page: OpenPage, tmp_path: Path) -> None:
    visit = open_page("/scorecard", mode="dark")
    expect(rows(visit.page)).to_have_count(STATIONS)
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert visit.page.evaluate("document.documentElement.dataset.bsTheme") == "light"
    visit.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert visit.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    visit.page.pdf(path=str(tmp_path / "page.pdf"), prefer_css_page_size=True)
    assert (tmp_path / "page.pdf").stat().st_size > 10_000
    visit.check()


@pytest.mark.parametrize(("view", "size"), [("", "desk"), ("own", "phone")])
def test_the_targets_of_one_station_print_on_two_sheets(open_page: OpenPage, site: Site, view: str, size: str) -> None:
    """A third would hold nothing but the foot."""
    code = address("/station/<code>", site.store).rsplit("/", 1)[1]
    visit = open_page(f"/scorecard?station={code}&view={view}", size=size)
    settled(visit.page)
    expect(visit.page.locator("#own-scores .score-lines tbody tr").nth(20)).to_be_attached()
    assert len(re.findall(rb"/Type\s*/Page\b", visit.page.pdf(prefer_css_page_size=True))) == 2
    visit.check()
