"""警力配置 in Chromium: the slider moves the figures and then the address, links change one key, clicks narrow."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, settled

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]


def test_a_move_lives_in_the_address(open_page: Open) -> None:
    visit = open_page("/staffing")
    page = visit.page
    settled(page)
    # Nobody is short in this store, so that nothing is proposed; who wants to may try all the same.
    page.locator("#staffing-move-state a", has_text="仍要试算").click()
    words = page.locator("#staffing-people-words")
    expect(words).to_contain_text("调 1 人")
    taken = page.locator("#staffing-take").input_value()
    page.locator("#staffing-people").focus()
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("调 2 人")
    expect(page.locator("#staffing-move-title")).to_contain_text("调 2 人")
    page.wait_for_url(f"**/staffing?take={taken}&people=2")
    page.select_option("#staffing-hours", "6")
    expect(page.locator("#staffing-hours")).to_have_value("6")
    page.wait_for_url(f"**/staffing?take={taken}&people=2&hours=6")
    title = page.locator("#staffing-move-title").inner_text()
    again = open_page(f"/staffing?take={taken}&people=2&hours=6").page
    expect(again.locator("#staffing-move-title")).to_have_text(title)
    expect(again.locator("#staffing-people")).to_have_value("2")
    visit.check()


def test_gauges_and_heads_change_one_key_and_keep_the_others(open_page: Open) -> None:
    visit = open_page("/staffing?period=last7&people=2")
    page = visit.page
    settled(page)
    page.locator(".gauge-name a", has_text="警辅比").click()
    expect(page.locator("#staffing-rows-title")).to_contain_text("警辅比")
    page.locator("#staffing-stations th a", has_text="占用率").click()
    expect(page.locator("#staffing-stations th[aria-sort]")).to_contain_text("占用率")
    expect(page).to_have_url(re.compile(r"/staffing\?period=last7&people=2&target=auxiliary_ratio&order=busy$"))
    name = page.locator("#staffing-stations tbody th").nth(2)
    chosen = name.inner_text()
    name.locator("a").click()
    expect(page.locator("#staffing-day-sub")).to_contain_text(chosen)
    expect(page.locator("#staffing-stations tr.is-chosen th")).to_have_text(chosen)
    page.go_back()
    expect(page.locator("#staffing-day-sub")).to_contain_text("全部")
    visit.check()
