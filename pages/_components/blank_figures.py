"""A figure that says in its middle why there is nothing to draw."""

from __future__ import annotations

from pages._components.figures import Figure, layout
from pages._components.template import pixels, tokens


def blank(mode: str, text: str) -> Figure:
    """Return a figure with one sentence in place of data; long ones are broken after their commas and full stops."""
    hidden = {"visible": False, "fixedrange": True}
    said = {
        "text": text.rstrip("。").replace("。", "。<br>").replace("，", "，<br>"), "x": 0.5, "y": 0.5, "xref": "paper",
        "yref": "paper", "showarrow": False, "font": {"color": tokens(mode)["ink-2"], "size": pixels("f1")},
    }  # fmt: skip
    return {"data": [], "layout": layout(mode, "blank", xaxis=hidden, yaxis=hidden, annotations=[said])}
