"""案件侦防 by clicks: another measure, one category, one station of the comparison, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, click_in, settled

pytestmark = pytest.mark.browser


def test_measure_category_and_station_narrow_and_the_crumbs_lead_back(walk: Callable[..., Visit]) -> None:
    visit = walk("/cases?period=year")
    page = visit.page
    settled(page)
    page.select_option("#cases-measure", "filing")
    expect(page).to_have_url(re.compile(r"\?period=year&measure=filing$"))
    settled(page)
    kind = page.locator("#cases-kinds-body tbody a").first
    name = kind.inner_text()
    kind.click()
    expect(page).to_have_url(re.compile(r"\?period=year&.*category=\d+"))
    expect(page.locator("#crumbs .crumb-here")).to_have_text(name)
    expect(page.locator("#cases-measure")).to_have_value("filing")
    settled(page)
    point = page.locator("#cases-funnel-figure .scatterlayer .point").first
    click_in(page, point, 0.5, 0.5, lambda: "station=" in page.url)
    expect(page.locator("#crumbs")).to_contain_text("全部派出所")
    settled(page)
    page.locator("#crumbs a", has_text="全部派出所").click()
    expect(page).not_to_have_url(re.compile("station="))
    # The crumb that is left keeps the station until it is drawn anew.
    expect(page.locator("#crumbs")).not_to_contain_text("全部派出所")
    page.locator("#crumbs a", has_text="全部类别").click()
    expect(page).to_have_url(re.compile(r"\?period=year&measure=filing$"))
    visit.check()
