"""One Plotly template per colour mode, made from the same tokens as the style sheets."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

MODES = ("light", "dark")
_TOKENS = Path(__file__).resolve().parents[2] / "assets" / "tokens.css"
_BLOCK = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>[^{}]*)\}")
_DECLARATION = re.compile(r"--(?P<name>[\w-]+):\s*(?P<value>[^;]+);")


@cache
def tokens(mode: str) -> dict[str, str]:
    """Return the tokens of a mode as assets/tokens.css has them, names without the leading dashes."""
    text = re.sub(r"/\*.*?\*/", "", _TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    found: dict[str, str] = {}
    for block in _BLOCK.finditer(text):
        selectors = {selector.strip() for selector in block["selectors"].split(",")}
        if ":root" in selectors or f'[data-bs-theme="{mode}"]' in selectors:
            found.update({hit["name"]: hit["value"].strip() for hit in _DECLARATION.finditer(block["body"])})
    return found


def pixels(name: str) -> int:
    """Return a size token as a number of pixels."""
    return int(tokens("light")[name].removesuffix("px"))


def sequential(mode: str) -> list[list[Any]]:
    """Return the one-hue colour scale, low to high."""
    steps = [tokens(mode)[f"seq-{step}"] for step in range(1, 8)]
    return [[index / (len(steps) - 1), colour] for index, colour in enumerate(steps)]


@cache
def template(mode: str) -> dict[str, Any]:
    """Return the layout template of a mode: no frame, few grid lines, our type and colours."""
    token = tokens(mode)
    axis = {
        "gridcolor": token["line"],
        "linecolor": token["line-2"],
        "tickcolor": token["line-2"],
        "tickfont": {"color": token["ink-2"], "size": pixels("f1")},
        "title": {"font": {"color": token["ink-2"], "size": pixels("f1")}},
        "zeroline": False,
        "showgrid": False,
        "showline": False,
        "fixedrange": True,
        "automargin": False,
    }
    return {
        "layout": {
            "font": {"family": token["font"].replace('"', ""), "size": pixels("f1"), "color": token["ink"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [token[f"cat-{number}"] for number in range(1, 8)],
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "hoverlabel": {
                "bgcolor": token["surface"],
                "bordercolor": token["line-2"],
                "font": {"color": token["ink"], "size": pixels("f1")},
                "align": "left",
            },
            "xaxis": axis,
            "yaxis": axis,
        }
    }
