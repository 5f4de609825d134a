"""Steps that tests of the wall share: wait until it is drawn, let its time pass, find what could not be read."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

SMALLEST = 22.0
# Sizes are promised for 1920 × 1080; on other screens the same share of them.
_LOOK = """() => {
  const wall = document.getElementById('wall'), unit = parseFloat(getComputedStyle(wall).getPropertyValue('--u'));
  const least = 2.2 * unit - 0.1, found = [];
  const seen = one => getComputedStyle(one).visibility !== 'hidden' && one.getClientRects().length;
  for (const one of wall.querySelectorAll('*')) {
    if (!seen(one)) { continue; }
    const own = [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (own && size < least) { found.push('small: ' + one.textContent.slice(0, 20)); }
    const box = one.getBoundingClientRect();
    const inside = box.left >= -1 && box.top >= -1 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
    if (own && !inside) { found.push('outside: ' + one.textContent.slice(0, 20)); }
  }
  const cut = one => one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2;
  const boxes = '[data-slot] .wall-text, [data-slot] .wall-head, [data-slot] .wall-concerns';
  for (const one of wall.querySelectorAll(boxes)) {
    if (cut(one)) { found.push('cut: ' + (one.id || one.className)); }
  }
  for (const one of wall.querySelectorAll('.wall-screen[data-slot] .wall-bars > span:not(.wall-bar)')) {
    if (one.scrollWidth > one.clientWidth + 2) { found.push('cut: ' + one.textContent); }
  }
  const numbers = [...wall.querySelectorAll('.wall-screen[data-slot] .wall-key, .wall-screen[data-slot] .wall-huge')];
  for (const one of numbers) {
    if (parseFloat(getComputedStyle(one).fontSize) < 7.2 * unit) { found.push('key figure: ' + one.textContent); }
  }
  return found;
}"""


def drawn(page: Page) -> None:
    """Wait until a screen is shown with the age of its data."""
    for _ in range(200):
        if page.locator(".wall-screen[data-slot]").count():
            break
        if has_fake_clock(page):
            page.clock.run_for(500)
        page.wait_for_timeout(100)
    expect(page.locator(".wall-screen[data-slot]").first).to_be_visible()
    expect(page.locator("#wall-age")).not_to_be_empty()


def has_fake_clock(page: Page) -> bool:
    """Whether the test holds the clock of the page."""
    return bool(page.evaluate("typeof __pwClock !== 'undefined'"))


def pass_time(page: Page, seconds: float, step: float = 1.0) -> None:
    """Let the page's time pass in steps; a poll under way is waited for, since the server lives in real time."""
    for _ in range(round(seconds / step)):
        page.clock.run_for(round(1000 * step))
        for _ in range(400):
            if not page.evaluate("() => { const f = window.wallFacts && window.wallFacts(); return f && f.polling; }"):
                break
            page.wait_for_timeout(20)


def facts(page: Page) -> dict[str, Any]:
    """Return what the wall says of itself: turns, version, failures, whether it asks."""
    found: dict[str, Any] | None = page.evaluate("window.wallFacts && window.wallFacts()")
    return found or {}


def unreadable(page: Page) -> list[str]:
    """Return texts that are too small, cut or outside of the screen."""
    found: list[str] = page.evaluate(_LOOK)
    return found
