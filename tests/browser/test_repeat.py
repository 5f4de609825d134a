"""重复警情 by clicks: how far back is counted, one group, one station of the places, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, settled

pytestmark = pytest.mark.browser


def test_span_group_and_station_narrow_and_the_crumbs_lead_back(walk: Callable[..., Visit]) -> None:
    visit = walk("/repeat?period=last30")
    page = visit.page
    settled(page)
    page.select_option("#repeat-days", "365")
    expect(page).to_have_url(re.compile(r"\?period=last30&days=365$"))
    settled(page)
    group = page.locator("#repeat-kinds-body tbody a").first
    name = group.inner_text()
    group.click()
    expect(page).to_have_url(re.compile("category="))
    expect(page.locator("#crumbs .crumb-here")).to_have_text(name)
    page.locator("#crumbs a", has_text="全部类别").click()
    expect(page).not_to_have_url(re.compile("category="))
    settled(page)
    station = page.locator("#repeat-beats-body tbody a").first
    name = station.inner_text()
    station.click()
    expect(page).to_have_url(re.compile(r"station=\d+"))
    expect(page.locator("#crumbs .crumb-here")).to_contain_text(name.removesuffix("所"))
    expect(page.locator("#repeat-days")).to_have_value("365")
    page.locator("#crumbs a", has_text="全部派出所").click()
    expect(page).to_have_url(re.compile(r"\?period=last30&days=365$"))
    visit.check()
