"""The funnel of stations: shares by sample size within the limits of chance, instead of a league table."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from metrics.funnels import Funnel, Spot
from metrics.smallnumbers import INSIDE, VERY_HIGH, VERY_LOW
from pages._components.figures import Figure, layout
from pages._components.template import pixels, tokens

# Names beside this many of the farthest places at most, so that they can be read.
_NAMED = 8
# What the figure leaves for its points on a phone, where names are nearest to one another; the size of a letter.
_WIDE, _HIGH, _LETTER = 230, 270, 14
# A ratio that may pass 100% is drawn up to so many times the common one; what lies higher stands at the edge.
_HIGHEST = 4


def funnel(
    found: Funnel, mode: str, href: Callable[[str], str], chosen: Collection[str] = (), better: str = "neither"
) -> Figure:
    """Draw stations by sample size (logarithmic) and share with the limits of chance; only those far outside have a
    colour.

    better: the direction that is good for the measure; chosen: codes of stations that the page is narrowed to.
    """
    token = tokens(mode)
    floor, top = _range(found)
    sizes = [spot.n for spot in found.spots] or [1.0]
    across = [math.log10(max(min(sizes), 1.0)) - 0.06, math.log10(max(sizes)) + 0.06]
    return {
        "data": [*_limit_lines(found, token), _spots(found, token, href, chosen, better, top)],
        "layout": layout(
            mode, "funnel", margin={"l": 48, "r": 84, "t": 12, "b": 42},
            annotations=[*_names(found, token, chosen, (across, (floor, top)), better),
                         *_on_the_lines(found, token, floor, top)],
            xaxis={"type": "log", "range": across, "tickvals": _ticks(max(sizes)), "tickformat": ",d",
                   "title": {"text": "样本数（分母，起，对数刻度）", "standoff": 8}},
            yaxis={"range": [floor, top + (top - floor) * 0.04], "ticksuffix": found.metric.unit, "showgrid": True,
                   "nticks": 6},
        ),
    }  # fmt: skip


def _range(found: Funnel) -> tuple[float, float]:
    """Return the limits of the upright axis: all places and, where samples are large, the lines around them."""
    values = [spot.value for spot in found.spots] or [0.0]
    if not found.metric.is_proportion:
        return 0.0, max(10.0, min(max(values), _HIGHEST * (found.mean or max(values))))
    edges = [end for curve in found.curves[-1:] for end in curve.control]
    low, high = min([*values, *edges]), max([*values, *edges])
    room = max(high - low, 1.0) * 0.08
    floor = max(0.0, low - room) - 0.5
    return floor, max(min(100.0, high + room), floor + 5)


def _ticks(most: float) -> list[int]:
    steps = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    return [step for step in steps if step <= most * 1.2]


def _limit_lines(found: Funnel, token: dict[str, str]) -> list[Figure]:
    if not found.curves:
        return []
    xs = [curve.n for curve in found.curves]
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "x": xs}
    pairs = (("warning", "dot", [curve.warning for curve in found.curves]),
             ("control", "solid", [curve.control for curve in found.curves]))  # fmt: skip
    made = [
        {**line, "name": f"{name}-{side}", "y": [pair[place] for pair in limits],
         "line": {"color": token["line-2"], "width": 1, "dash": dash}}
        for name, dash, limits in pairs
        for place, side in enumerate(("low", "high"))
    ]  # fmt: skip
    if found.mean is not None:
        made.append(
            {**line, "name": "mean", "y": [found.mean] * len(xs), "line": {"color": token["ink-2"], "width": 1}}
        )
    return made


def tone_of(spot: Spot, better: str) -> str:
    """Return worse or better for a place beyond the 99.8% limits of a measure with a good direction, none else."""
    if spot.verdict not in (VERY_HIGH, VERY_LOW) or better == "neither":
        return "none"
    return "better" if (spot.verdict == VERY_HIGH) == (better == "higher") else "worse"


def _spots(
    found: Funnel, token: dict[str, str], href: Callable[[str], str], chosen: Collection[str], better: str, top: float
) -> Figure:
    colours = {"worse": token["worse"], "better": token["better"], "none": token["ink-2"]}
    metric = found.metric
    return {
        "type": "scatter", "mode": "markers", "name": "spots",
        "x": [spot.n for spot in found.spots],
        "y": [min(spot.value, top) for spot in found.spots],
        "marker": {
            "symbol": ["triangle-up" if spot.value > top else "circle" for spot in found.spots],
            "size": [13 if spot.code in chosen else 8 for spot in found.spots],
            "color": [colours[tone_of(spot, better)] if spot.verdict or not found.curves else token["surface"]
                      for spot in found.spots],
            "line": {"color": [token["accent"] if spot.code in chosen else
                               token["surface" if spot.verdict or not found.curves else "ink-2"]
                               for spot in found.spots],
                     "width": [3 if spot.code in chosen else 1 for spot in found.spots]},
            "opacity": 1,
        },
        "text": [
            f"{spot.name}<br>{metric.label} {spot.value:.1f}{metric.unit}（{spot.top:,.0f} ÷ {spot.n:,.0f}）"
            f"<br>95% 区间 {spot.low:.1f}–{spot.high:.1f}{metric.unit}"
            + (f"<br>{spot.verdict}" if spot.verdict else "<br>样本不足，不作判定")
            for spot in found.spots
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "customdata": [href(spot.code) for spot in found.spots],
        "cliponaxis": False,
    }  # fmt: skip


class _Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    right: float
    low: float
    high: float

    def meets(self, other: _Box) -> bool:
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high


def _names(
    found: Funnel, token: dict[str, str], chosen: Collection[str], axes: tuple[Any, Any], better: str
) -> list[dict[str, Any]]:
    """Return the names of chosen places and of those outside the limits, none on another: what has no room has none."""
    ink = {"worse": token["worse-ink"], "better": token["better-ink"], "none": token["ink-2"]}
    far = [spot for spot in found.spots if spot.verdict in (VERY_HIGH, VERY_LOW) or spot.code in chosen]
    near = [spot for spot in found.spots if spot.verdict not in (INSIDE, "") and spot not in far]
    named = [*sorted(far, key=lambda spot: spot.code not in chosen), *sorted(near, key=lambda spot: -spot.n)][:_NAMED]
    arrows = {VERY_HIGH: " ↑", VERY_LOW: " ↓"}
    taken: list[_Box] = []
    words: list[dict[str, Any]] = []
    for spot in named:
        text, (x, y) = spot.name + arrows.get(spot.verdict, ""), _spot_at(spot, axes)
        box = next((box for box in _around(x, y, _LETTER * len(text)) if not any(map(box.meets, taken))), None)
        if box is None:
            continue
        taken.append(box)
        words.append(
            {
                "text": text, "x": math.log10(spot.n), "y": min(spot.value, axes[1][1]), "showarrow": False,
                "xanchor": "center" if box.left < x < box.right else "left" if box.left >= x else "right",
                "yanchor": "middle", "xshift": 9 * ((box.left >= x) - (box.right <= x)),
                "yshift": (box.low + box.high) / 2 - y,
                "font": {"color": ink[tone_of(spot, better)], "size": pixels("f1")},
            }
        )  # fmt: skip
    return words


def _spot_at(spot: Spot, axes: tuple[Any, Any]) -> tuple[float, float]:
    (left, right), (floor, top) = axes
    across = (math.log10(spot.n) - left) / (right - left)
    return across * _WIDE, (min(spot.value, top) - floor) / (top - floor) * _HIGH


def _around(x: float, y: float, width: float) -> list[_Box]:
    """Return where a name may stand: above its point, below, left or right of it, within the figure."""
    half, line = width / 2, _LETTER + 3
    centred = x - half >= -40 and x + half <= _WIDE
    found = [_Box(x - half, x + half, y + 5, y + 5 + line), _Box(x - half, x + half, y - 5 - line, y - 5)]
    beside = [
        _Box(x - 9 - width, x - 9, y - line / 2, y + line / 2),
        _Box(x + 9, x + 9 + width, y - line / 2, y + line / 2),
    ]
    inside = [box for box in beside if box.left >= -40 and box.right <= _WIDE]
    return [*([box for box in found if box.low >= -line] if centred else []), *inside]


def _on_the_lines(found: Funnel, token: dict[str, str], floor: float, top: float) -> list[dict[str, Any]]:
    """Return the words at the right ends of the lines, pushed apart where they would lie on one another."""
    if not found.curves or found.mean is None:
        return []
    end, step = found.curves[-1], (top - floor) * (_LETTER + 4) / _HIGH
    low, mean, high = (min(max(y, floor), top) for y in (end.control[0], found.mean, end.control[1]))
    unit = found.metric.unit
    lines = [
        (min(low, mean - step), "99.8%"),
        (mean, f"合计 {found.mean:.1f}{unit}"),
        (max(high, mean + step), "99.8%"),
    ]
    return [
        {
            "text": text, "x": 1, "xref": "paper", "xanchor": "left", "xshift": 4, "y": y, "showarrow": False,
            "font": {"color": token["ink-2"], "size": pixels("f1")},
        }
        for y, text in lines
    ]  # fmt: skip
