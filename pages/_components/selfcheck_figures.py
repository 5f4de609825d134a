"""Figures of 所队自查: the station's own map with hot cells and the cells where most is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from metrics.briefing import short_name
from metrics.catalogue import Station
from metrics.hotspots.forecast import Forecast
from metrics.selfcheck import SelfCheck
from pages._components.figures import Figure
from pages._components.maps import station_map
from pages._components.template import tokens

HEIGHT = 340
# Hot cells told one by one; the first are the hottest.
MOST_TOLD = 60
# The cells of the forecast that stand out: where a chief would send somebody first.
FIRST = 10


def first_cells(expected: Forecast) -> pd.DataFrame:
    """Return the station's cells in which most is expected, in their order."""
    return expected.cells.sort_values("rank").head(FIRST) if len(expected.cells) else expected.cells


def own_map(found: SelfCheck, stations: Mapping[str, Station], links: Mapping[str, str], mode: str) -> Figure:
    """Draw the station with its neighbours as context, hot cells filled, the cells of the forecast with an edge.

    links: where a click on each other station leads, by code.
    """
    own = found.station.code
    listed = [
        {"code": one.code, "name": short_name(one.name), "lon": one.lon, "lat": one.lat, "boundary": one.boundary}
        for one in stations.values()
    ]
    values: dict[str, dict[str, Any]] = {code: {"text": "邻所", "href": href} for code, href in links.items()}
    # Its own name would lie on the cells; the page says it in its head.
    values[own] = {"text": "本所辖区", "label": " ", "edge": True}
    return station_map(listed, values, [], mode, height=HEIGHT, over=layers(found, mode), focus=(own,))


def layers(found: SelfCheck, mode: str) -> list[Figure]:
    """Return hot cells (filled) and the leading cells of the forecast (edged), each with points that tell them."""
    token, drawn = tokens(mode), []
    if found.hot is not None and len(found.hot.cells):
        cells = found.hot.cells.head(MOST_TOLD)
        drawn.append(_squares(cells, "hot", {"fill": "toself", "fillcolor": token["watch"], "mode": "none"}))
        drawn.append(_points(cells, "hot-told", [hot_words(row) for row in cells.to_dict("records")]))
    ahead = first_cells(found.expected)
    if len(ahead):
        line = {"mode": "lines", "line": {"color": token["cat-4"], "width": 2}}
        drawn.append(_squares(ahead, "expected", line))
        label = found.expected.label
        texts = [expected_words(row, label, n) for n, row in enumerate(ahead.to_dict("records"), 1)]
        drawn.append(_points(ahead, "expected-told", texts))
    return drawn


def hot_words(row: Mapping[Any, Any]) -> str:
    """Say a hot cell; its count may be "<3"."""
    return f"热点网格（200 米）<br>{row['count']} 起，z {row['z']:.1f}"


def expected_words(row: Mapping[Any, Any], label: str, place: int) -> str:
    """Say a cell of the forecast with what stands behind it."""
    return (
        f"预测网格（200 米），本所第 {place} 位、全局第 {row['rank']} 位<br>未来 28 日{label}预计 {row['score']:.1f} 起"
        f"<br>近 28 日 {row['recent']} 起，历来 {row['long_run']:,} 起"
    )


def _squares(cells: pd.DataFrame, name: str, style: Figure) -> Figure:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for west, south, east, north in cells[["west", "south", "east", "north"]].round(5).itertuples(index=False):
        xs += [west, east, east, west, west, None]
        ys += [south, south, north, north, south, None]
    return {"type": "scatter", "name": name, "x": xs, "y": ys, "hoverinfo": "skip", **style}


def _points(cells: pd.DataFrame, name: str, texts: Sequence[str]) -> Figure:
    """Return invisible marks to point at: the squares themselves are drawn to scale."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": ((cells["west"] + cells["east"]) / 2).round(5).tolist(),
        "y": ((cells["south"] + cells["north"]) / 2).round(5).tolist(),
        "marker": {"symbol": "square", "size": 12, "opacity": 0},
        "hoverinfo": "text",
        "text": list(texts),
    }
