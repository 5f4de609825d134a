"""From page to page in Chromium: a filter that changes while a page is on its way finds that page."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit, holds

pytestmark = pytest.mark.browser
_GO = "to => { history.pushState({}, '', to); window.dispatchEvent(new CustomEvent('_dashprivate_pushstate')); }"


def test_a_filter_that_changes_while_a_page_is_on_its_way_draws_that_page(open_page: Callable[..., Visit]) -> None:
    visit = open_page("/nowhere")
    page = visit.page
    expect(page.locator("#_pages_content")).to_contain_text("找不到页面")
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        if "_pages_content" in asked["output"] and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/_dash-update-component*", hold_first)
    page.evaluate(_GO, "/glossary")
    for _ in range(300):
        if held:
            break
        page.wait_for_timeout(100)
    page.evaluate(_GO, "/glossary?period=last7")
    assert holds(page, "document.title.startsWith('指标口径')"), "the second answer did not come"
    expect(page.locator("#glossary-search")).to_be_attached()
    held[0].continue_()
    visit.check()
