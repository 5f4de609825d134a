"""What holds for every page: readable at each size in both modes, usable without mouse or eyes, printable, linkable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import MODES, SIZES, Site, Visit, settled
from tests.browser.everywhere import address, templates

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]
# A4 at 96 px to the inch, by which the style sheets choose, and what its margins leave.
PAPER: ViewportSize = {"width": 794, "height": 1123}
SHEET = {"width": 703, "height": 1017}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("template", templates())
def test_sizes_and_accessibility(walk: Open, site: Site, template: str, mode: str) -> None:
    # The wall has a mode of its own, whatever the other pages have.
    own = f"?mode={mode}" if template == "/wall" else ""
    visit = walk(address(template, site.store) + own, "wide", mode)
    page = visit.page
    settled(page)
    assert page.evaluate("document.documentElement.dataset.bsTheme") == mode
    text = page.locator("#content").inner_text()
    assert len(text) > 40 and "</" not in text
    assert page.locator("#content .state-worse, #notices .notice").all_inner_texts() == []
    visit.check()
    for size in ("phone", "desk"):
        page.set_viewport_size({"width": SIZES[size][0], "height": SIZES[size][1]})
        page.wait_for_timeout(250)
        visit.check()
        assert violations(page, ".skip, .rail, .stage", of_colours=mode == "dark") == []


@pytest.mark.parametrize("template", templates())
def test_paper_and_address(walk: Open, open_page: Open, site: Site, template: str, tmp_path: Path) -> None:
    asked = address(template, site.store)
    visit = walk(f"{asked}?period=last7&cutoff=8")
    page = visit.page
    settled(page)
    shown = words(page)
    search = page.evaluate("window.location.search")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert (tmp_path / "page.pdf").stat().st_size > 10_000
    assert cut_on_paper(page) == []
    visit.check()
    fresh = open_page(asked + search)
    settled(fresh.page)
    assert words(fresh.page) == shown
    assert fresh.page.evaluate("window.location.search") == search
    fresh.check()


def test_definition_panel_and_notes_panel_are_accessible(open_page: Open) -> None:
    for mode in MODES:
        page = open_page("/", mode=mode).page
        settled(page)
        page.click("#map .info")
        page.wait_for_selector("#definition-body .definition")
        assert violations(page, "#definition-panel") == []
        page.keyboard.press("Escape")
        page.click("#map [data-note]")
        page.wait_for_selector("#note-list p")
        assert violations(page, "#note-panel") == []


def test_keys_lead_to_every_page_of_the_rail(open_page: Open) -> None:
    visit = open_page("/glossary")
    page = visit.page
    settled(page)
    links = page.locator(".rail-link")
    keys = [links.nth(n).get_attribute("data-key") for n in range(links.count())]
    assert all(keys) and len(set(keys)) == len(keys)
    for number, key in enumerate(keys):
        page.locator("body").press("g")
        page.locator("body").press(str(key))
        expect(links.nth(number)).to_have_attribute("aria-current", "page")
        # Each page says its name as its heading and in the window's title.
        name = str(links.nth(number).text_content())
        expect(page.locator("h1")).to_have_text(name)
        expect(page).to_have_title(f"{name} · 降控研判台")
        settled(page)
    page.locator("body").press("?")
    expect(page.locator("#key-help")).to_be_visible()
    shown = page.locator("#key-help kbd").all_inner_texts()
    assert {f"g {key}" for key in keys} <= set(shown)
    visit.check()


def words(page: Page) -> str:
    """Return what the page says, without the clock."""
    told = str(page.locator("#content").inner_text())
    for clock in page.locator("#content [data-clock]").all_inner_texts():
        told = told.replace(clock, "")
    return told


def violations(page: Page, where: str, of_colours: bool = False) -> list[str]:
    """Return the serious and critical findings of axe-core, each with the elements that it is about.

    of_colours: contrast alone, in which the modes differ. Of a hundred definitions, built alike, the first are judged.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(
        """([where, rules]) => axe.run(
          {include: where.split(', ').map(one => [one]), exclude: [['.definition ~ '.repeat(5) + '.definition']]},
          {resultTypes: ['violations'], ...rules},
        ).then(result => result.violations)""",
        [where, {"runOnly": ["color-contrast"]} if of_colours else {}],
    )
    return [
        f"{one['impact']} {one['id']}: " + "; ".join(str(node["target"][-1]) for node in one["nodes"][:4])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def cut_on_paper(page: Page) -> list[str]:
    """Return what A4 would cut: parts beyond the sheet's width, boxes that hide a part, figures above its height."""
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.evaluate("width => { document.body.style.width = width + 'px'; }", SHEET["width"])
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(200)
    found: list[str] = page.evaluate(
        """sheet => {
          const name = one => one.id || one.className.baseVal || one.className || one.tagName;
          const wide = [...document.querySelectorAll('.stage *')].filter(one => {
            const box = one.getBoundingClientRect();
            return box.width && box.height && box.right > sheet.width + 1 && !one.closest('.score-box, svg')
              && getComputedStyle(one).position !== 'absolute';
          }).map(one => 'beyond the sheet: ' + name(one));
          const hidden = [...document.querySelectorAll('.table-scroll, .matrix-box')]
            .filter(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
            .map(one => 'cut: ' + name(one.closest('[id]')));
          const figures = [...document.querySelectorAll('.js-plotly-plot')].filter(one => one.clientWidth);
          const tall = figures.filter(one => one.getBoundingClientRect().height > sheet.height - 120)
            .map(one => 'higher than a sheet: ' + one.parentElement.id);
          const spilled = figures.filter(one => {
            const svg = one.querySelector('.main-svg'), card = one.closest('.card-box');
            return svg && card && svg.getBoundingClientRect().right > card.getBoundingClientRect().right + 1;
          }).map(one => 'wider than its card: ' + one.parentElement.id);
          return [...new Set([...wide, ...hidden, ...tall, ...spilled])].slice(0, 8);
        }""",
        SHEET,
    )
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.evaluate("document.body.style.width = ''")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": SIZES["desk"][0], "height": SIZES["desk"][1]})
    page.wait_for_timeout(250)
    return found
