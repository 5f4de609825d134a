"""案件侦防 by clicks: another measure, one category, one station of the comparison, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, click_in, narrowed_by_first, settled, widened

pytestmark = pytest.mark.browser


def test_measure_category_and_station_narrow_and_the_crumbs_lead_back(walk: Callable[..., Visit]) -> None:
    visit = walk("/cases?period=year")
    page = visit.page
    settled(page)
    page.select_option("#cases-measure", "filing")
    expect(page).to_have_url(re.compile(r"\?period=year&measure=filing$"))
    settled(page)
    narrowed_by_first(page, "cases-kinds", "category")
    expect(page.locator("#cases-measure")).to_have_value("filing")
    settled(page)
    point = page.locator("#cases-funnel-figure .scatterlayer .point").first
    click_in(page, point, 0.5, 0.5, lambda: "station=" in page.url)
    expect(page.locator("#crumbs")).to_contain_text("全部派出所")
    settled(page)
    widened(page, "全部派出所", "station")
    widened(page, "全部类别", "category")
    expect(page).to_have_url(re.compile(r"\?period=year&measure=filing$"))
    visit.check()
