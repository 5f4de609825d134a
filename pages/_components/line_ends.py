"""Lines over days that carry their names at their right ends instead of a legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pages._components.figures import layout
from pages._components.trend_figures import label

# What a line's end says: words, the height at which the line ends, colour of the words.
End = tuple[str, float, str]


def line_layout(
    mode: str, revision: str, days: Sequence[str], limits: Sequence[float], ends: Sequence[End], room: int = 76
) -> dict[str, Any]:
    """Return a layout with the names of the lines at their right ends, pushed apart where they would overlap.

    days: ISO, first to last; limits: of the values; room: px right of the lines.
    """
    labels, free, apart = [], float("-inf"), (limits[1] - limits[0]) * 0.07
    for text, y, colour in sorted(ends, key=lambda end: end[1]):
        at = max(y, free + apart)
        free = at
        labels.append(label(1.0, at, text, colour, xref="paper", xanchor="left", xshift=4))
    return layout(
        mode, revision, margin={"l": 52, "r": room, "t": 8, "b": 32},
        xaxis={"type": "date", "tickformat": "%-m月%-d日", "tickangle": 0, "tickvals": thirds(days),
               "ticklabelstandoff": 5, "range": [days[0], days[-1]] if days else None},
        yaxis={"range": list(limits), "showgrid": True, "tickformat": ",.0f", "nticks": 6}, annotations=labels,
    )  # fmt: skip


def thirds(days: Sequence[str]) -> list[str]:
    """Return the first day and those after a third and two: as many as have room on a phone."""
    return list(dict.fromkeys(days[len(days) * third // 3] for third in range(3))) if days else []
