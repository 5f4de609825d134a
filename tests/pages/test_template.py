"""Tokens: one file for colours and sizes, read by style sheets and figures alike; text is readable on all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages._components.template import MODES, pixels, sequential, template, tokens

ASSETS = Path(__file__).resolve().parents[2] / "assets"
# What the design fixes, by mode.
FIXED = {
    "light": {
        "bg": "#F6F7F9", "surface": "#FFFFFF", "line": "#E3E7ED", "ink": "#18212F", "ink-2": "#5B6778",
        "accent": "#1F5FBF", "past": "#AAB4C3", "worse": "#C8372D", "better": "#1E8A5B", "watch": "#B7791F",
    },
    "dark": {
        "bg": "#0E1420", "surface": "#161E2C", "line": "#273245", "ink": "#E8EDF4", "ink-2": "#9AA8BC",
        "accent": "#6BA4FF", "past": "#4A5A73", "worse": "#FF7A70", "better": "#4CC38A", "watch": "#F0B44C",
    },
}  # fmt: skip
STEPS = ("low-3", "low-2", "low-1", "mid", "high-1", "high-2", "high-3")


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_known_answers() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
def test_tokens_are_those_of_the_design(mode: str) -> None:
    found = tokens(mode)
    assert {name: found[name] for name in FIXED[mode]} == FIXED[mode]


def test_both_modes_have_the_same_names() -> None:
    assert set(tokens("light")) == set(tokens("dark"))


def test_every_variable_that_a_sheet_or_figure_uses_is_a_token() -> None:
    used = set()
    for sheet in ("layout.css", "print.css", "tokens.css"):
        used |= set(re.findall(r"var\(--([\w-]+)\)", (ASSETS / sheet).read_text(encoding="utf-8")))
    assert used <= set(tokens("light"))


def test_colours_stand_in_the_tokens_only() -> None:
    for sheet in ("layout.css", "print.css"):
        text = re.sub(r"/\*.*?\*/", "", (ASSETS / sheet).read_text(encoding="utf-8"), flags=re.DOTALL)
        assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;\s])", text)) <= {"#FFF"}, sheet
    components = Path(template.__wrapped__.__code__.co_filename).parent
    for source in components.glob("*.py"):
        assert not re.findall(r'"#[0-9A-Fa-f]{6}"', source.read_text(encoding="utf-8")), source.name


@pytest.mark.parametrize("mode", MODES)
def test_template_draws_with_the_tokens(mode: str) -> None:
    drawn, found = template(mode)["layout"], tokens(mode)
    assert drawn["font"]["color"] == found["ink"]
    assert drawn["font"]["size"] == pixels("f1") == 14
    assert drawn["font"]["family"] == found["font"].replace('"', "")
    assert drawn["xaxis"]["gridcolor"] == found["line"]
    assert drawn["hoverlabel"]["bgcolor"] == found["surface"]
    assert [colour for _, colour in sequential(mode)] == [found[f"seq-{n}"] for n in range(1, 8)]


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable(mode: str) -> None:
    found = tokens(mode)
    for surface in ("bg", "surface", "surface-2"):
        for ink in ("ink", "ink-2", "accent", "worse-ink", "better-ink", "watch-ink"):
            assert contrast(found[ink], found[surface]) >= 4.5, (ink, surface)
    for tone in ("worse", "better", "watch"):
        assert contrast(found["ink"], found[f"{tone}-wash"]) >= 4.5
    for step in STEPS:
        assert contrast(found[f"on-{step}"], found[step]) >= 4.5, step
    assert contrast(found["on-accent"], found["accent"]) >= 4.5
    assert contrast(found["rail-ink"], found["rail"]) >= 4.5
    assert contrast(found["rail-ink-on"], found["rail-2"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_marks_stand_out(mode: str) -> None:
    found = tokens(mode)
    for mark in ("accent", "worse", "better", "watch", "high-3", "low-3", *(f"cat-{n}" for n in range(1, 8))):
        assert contrast(found[mark], found["surface"]) >= 3, mark
