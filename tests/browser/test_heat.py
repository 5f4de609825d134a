"""风险热力 by clicks: an hour of the week, a station of the list, a station of the map, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, click_in, settled

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]


def test_hours_stations_and_lists_lead_on(open_page: Open) -> None:
    visit = open_page("/heat?period=last30")
    page = visit.page
    settled(page)
    cells = page.locator("#heat-week-figure .nsewdrag[data-subplot=xy]")
    # The fifth of seven rows and the 22nd of 24 columns of the cells.
    click_in(page, cells, 21.5 / 24, 4.5 / 7, lambda: "at=" in page.url)
    expect(page).to_have_url(re.compile("at=5-21"))
    expect(page.locator("#heat-hour-title")).to_have_text("周五 21–22 时")
    page.click("#heat-hour a:has-text('返回最多的时段')")
    expect(page.locator("#heat-hour-title")).to_have_text("最多的时段")
    page.select_option("#heat-table", "cases")
    expect(page).to_have_url(re.compile("table=cases"))
    expect(page.locator("#heat-reading")).to_contain_text("必在该时")
    page.select_option("#heat-risk", "harm")
    expect(page.locator("#heat-map-sub")).to_contain_text("危害分/万人·年")
    page.locator("#heat-list tbody a").first.click()
    expect(page).to_have_url(re.compile("station="))
    expect(page.locator("#heat-list tbody tr")).to_have_count(1)
    expect(page.locator("#heat-matrix-title")).to_contain_text("× 时")
    page.click("#crumbs a")
    expect(page.locator("#heat-list tbody tr")).to_have_count(12)
    expect(page).to_have_url(re.compile("table=cases.*risk=harm|risk=harm.*table=cases"))
    visit.check()


def test_a_station_on_the_map_narrows_the_page(open_page: Open) -> None:
    visit = open_page("/heat?period=last30&layer=none")
    page = visit.page
    settled(page)
    name = page.locator("#heat-map-figure .annotation-text").first
    click_in(page, name, 0.5, 0.5, lambda: "station=" in page.url)
    expect(page).to_have_url(re.compile("station="))
    expect(page.locator("#heat-list tbody tr")).to_have_count(1)
    visit.check()
