"""今日会商 in the browser: the key figures that chosen categories leave fill their room at every size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES, Visit, settled

pytestmark = pytest.mark.browser
# How far the figures of each row are from both sides of their room, in pixels.
GAPS = """() => {
  const room = document.querySelector('#briefing-grid > .kpis').getBoundingClientRect();
  const rows = {};
  for (const one of document.querySelectorAll('#briefing-grid > .kpis > .kpi')) {
    const box = one.getBoundingClientRect();
    if (box.width) (rows[Math.round(box.top)] ??= []).push(box);
  }
  return Object.values(rows).flatMap(boxes => [
    Math.min(...boxes.map(box => box.left)) - room.left, room.right - Math.max(...boxes.map(box => box.right)),
  ]);
}"""


@pytest.mark.parametrize(("chosen", "left"), [("刑事", 3), ("刑事,治安", 5), ("刑事,治安,纠纷,求助", 7)])
def test_figures_of_categories_leave_no_hole(walk: Callable[..., Visit], chosen: str, left: int) -> None:
    for size in SIZES:
        visit = walk(f"/?period=last7&category={chosen}", size)
        settled(visit.page)
        expect(visit.page.locator("#briefing-grid > .kpis > .kpi:visible")).to_have_count(left)
        assert all(abs(gap) <= 1 for gap in visit.page.evaluate(GAPS)), size
        visit.check()
