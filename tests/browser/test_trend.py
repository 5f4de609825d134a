"""趋势研判 in the browser: a chosen metric goes into the address, a part narrows the page, the crumb leads back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visit, click_in, settled


def test_a_metric_and_a_part_narrow_the_page_and_the_crumb_leads_back(open_page: Callable[..., Visit]) -> None:
    visit = open_page("/trend?period=last30&by=station")
    page = visit.page
    settled(page)
    page.get_by_label("指标").select_option("alerts_crime")
    expect(page).to_have_url(re.compile("period=last30&by=station&metric=alerts_crime$"))
    expect(page.locator(".trend-sentence")).to_contain_text("违法犯罪警情")
    name = page.locator("#trend-parts .part b").first.inner_text()
    page.locator("#trend-parts .part").first.click()
    expect(page.locator("#crumbs")).to_contain_text(name.removesuffix("所"))
    expect(page.get_by_label("分项")).to_have_value("*")
    settled(page)
    page.locator("#crumbs a").first.click()
    expect(page.locator("#crumbs")).not_to_contain_text(name.removesuffix("所"))
    visit.check()


def test_a_day_of_the_line_leads_to_that_day(open_page: Callable[..., Visit]) -> None:
    visit = open_page("/trend?period=last30")
    page = visit.page
    settled(page)
    points = page.locator("#trend-line-figure .scatterlayer .point")
    # The days that are forecast stand to the right of the first that was measured.
    lefts = points.evaluate_all("all => all.map(one => one.getBoundingClientRect().left)")
    point = points.nth(lefts.index(min(lefts)))
    words = page.locator("#period-words")
    click_in(page, point, 0.5, 0.5, lambda: "0时至24时" in words.inner_text())
    expect(words).to_contain_text("9月27日0时至24时")
    visit.check()
