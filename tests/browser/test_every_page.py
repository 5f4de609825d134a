"""What holds for every page: readable at each size in both modes, usable without mouse or eyes, printable, linkable."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import MODES, NOWHERE, SIZES, Site, Visit, press_for, settled
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
def test_paper_and_address(walk: Open, open_page: Open, site: Site, template: str) -> None:
    asked = address(template, site.store)
    visit = walk(f"{asked}?period=last7&cutoff=8")
    page = visit.page
    settled(page)
    shown = words(page)
    search = page.evaluate("window.location.search")
    assert cut_on_paper(page) == []
    assert across_sheets(page) == []
    visit.check()
    fresh = open_page(asked + search)
    settled(fresh.page)
    assert words(fresh.page) == shown
    assert fresh.page.evaluate("window.location.search") == search
    fresh.check()


def test_what_two_sheets_share_is_found(open_page: Open) -> None:
    page = open_page(NOWHERE).page
    for rule, found in (("auto", 3), ("avoid", 0)):
        page.evaluate(
            """rule => {
              const room = '<div class="made" style="height: 200mm"></div>';
              const part = `<div class="made kpi" style="break-inside: ${rule}">` + 'line<br>'.repeat(30) + '</div>';
              document.querySelectorAll('.made').forEach(one => one.remove());
              document.querySelector('.stage').insertAdjacentHTML('beforeend', room + part);
            }""",
            rule,
        )
        assert len(across_sheets(page)) == found


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
        press_for(page, str(key))
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
          const over = [...document.querySelectorAll('.card-box tr, .card-note, .card-source')].filter(one => {
            const box = one.getBoundingClientRect(), card = one.closest('.card-box');
            return card && one.checkVisibility() && box.height && box.bottom > card.getBoundingClientRect().bottom + 1;
          }).map(one => 'prints over the next card: ' + name(one.closest('[id]')));
          return [...new Set([...wide, ...hidden, ...tall, ...spilled, ...over])].slice(0, 8);
        }""",
        SHEET,
    )
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.evaluate("document.body.style.width = ''")
    # Not "screen", which would then hold for the PDF too.
    page.emulate_media(media="null")
    page.set_viewport_size({"width": SIZES["desk"][0], "height": SIZES["desk"][1]})
    page.wait_for_timeout(250)
    return found


# Marks the upper and the lower edge of every figure, row and head of a card, and links to the marks: of what is linked
# to, Chromium writes down in the PDF on which sheet and how high it stands.
_MARKS = """() => {
  const parts = document.querySelectorAll('.stage :is(.js-plotly-plot, tbody tr, .card-head, .kpi, .mini, .gauge)');
  const shown = [...parts].filter(one => one.checkVisibility());
  const links = document.createElement('nav');
  shown.forEach((one, number) => {
    for (const side of ['top', 'bottom']) {
      const mark = document.createElement(one.tagName === 'TR' ? 'td' : 'i'), link = document.createElement('a');
      mark.id = `sheet-${number}-${side}`;
      mark.style.cssText = `position:absolute;left:0;${side}:0;width:1px;height:1px;padding:0;border:0`;
      link.href = '#' + mark.id;
      links.append(link);
      one.append(mark);
    }
    if (getComputedStyle(one).position === 'static') { one.style.position = 'relative'; }
  });
  document.querySelector('.stage').append(links);
  return shown.map(one => `${(one.closest('[id]') || {}).id}: ${one.textContent.slice(0, 30)}`);
}"""
_UNMARK = """() => {
  document.querySelectorAll('[id^="sheet-"]').forEach(one => one.remove());
  document.querySelector('.stage > nav').remove();
}"""


def across_sheets(page: Page) -> list[str]:
    """Return which figures, rows and heads of cards begin on one sheet of the printed page and end on another."""
    names = page.evaluate(_MARKS)
    # Shorter sheets end elsewhere: what stands whole on all of them does so by rule and not by luck.
    papers = [page.pdf(prefer_css_page_size=True), *(page.pdf(width="210mm", height=f"{mm}mm") for mm in (270, 240))]
    page.evaluate(_UNMARK)
    cut: list[str] = []
    for paper in papers:
        found: dict[int, dict[bytes, bytes]] = {}
        for number, side, sheet in re.findall(rb"/sheet-(\d+)-(top|bottom)\s*\[\s*(\d+) 0 R\s*/XYZ", paper):
            found.setdefault(int(number), {})[side] = sheet
        whole = {number: edges for number, edges in found.items() if len(edges) == 2}
        # What paper leaves out has no place; without any the marks themselves would have failed.
        assert whole or not names
        cut += [names[number] for number, edges in sorted(whole.items()) if edges[b"top"] != edges[b"bottom"]]
    return cut
