"""重复警情 by clicks: how far back is counted, one group, one station of the places, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, narrowed_by_first, settled, widened

pytestmark = pytest.mark.browser


def test_span_group_and_station_narrow_and_the_crumbs_lead_back(walk: Callable[..., Visit]) -> None:
    visit = walk("/repeat?period=last30")
    page = visit.page
    settled(page)
    page.select_option("#repeat-days", "365")
    expect(page).to_have_url(re.compile(r"\?period=last30&days=365$"))
    settled(page)
    narrowed_by_first(page, "repeat-kinds", "category")
    widened(page, "全部类别", "category")
    narrowed_by_first(page, "repeat-beats", "station")
    expect(page.locator("#repeat-days")).to_have_value("365")
    widened(page, "全部派出所", "station")
    expect(page).to_have_url(re.compile(r"\?period=last30&days=365$"))
    visit.check()
