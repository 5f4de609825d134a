"""The map of stations: outlines drawn as SVG without tiles or WebGL, hot cells, names, scale bar and north."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pages._components import geometry
from pages._components.figures import Figure, layout, mark_of, step_colour
from pages._components.geometry import Point
from pages._components.template import pixels, tokens

Shape = Sequence[tuple[Point, ...]]

# The usual drawing width and height in px, for judging which names fit.
_WIDTH, _HEIGHT = 560, 300
_FLAGGED = 2
# How far outside a spot may lie, in sizes of the outlined bureau or of the middle half of its spots; least in degrees.
_FAR_FROM_OUTLINES, _FAR_FROM_SPOTS, _SMALLEST_REACH = 1.0, 4.0, 0.2
# The share of the map's height that is left under it for scale bar and north mark.
_STRIP = 0.09


def station_map(
    stations: Sequence[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    cells: Sequence[Mapping[str, Any]],
    mode: str,
    *,
    height: int = _HEIGHT,
) -> Figure:
    """Draw stations coloured by strength; a station without outline is a dot, one without place is left out.

    stations: code, name, lon, lat, boundary (GeoJSON text or None).
    values: by code: text (hover), strength (−3 … 3, None: no data), optional label and href (where a click leads).
    cells: lon, lat, text and optional href of hot cells.
    """
    outlined, dotted = _placed(stations)
    cells = _near(cells, outlined)
    points = [point for _, shape in outlined for ring in shape for point in ring]
    points += [(station["lon"], station["lat"]) for station in dotted]
    points += [(cell["lon"], cell["lat"]) for cell in cells]
    if not points:
        return _nothing_to_draw(mode)
    box = geometry.extent(points)
    squeeze = math.cos(math.radians((box[1] + box[3]) / 2))
    data = [_outline(station, shape, values.get(station["code"], {}), mode) for station, shape in outlined]
    data += [_dots(dotted, values, mode)] if dotted else []
    data += [_squares(cells, mode)] if cells else []
    marks = _scale_bar(box, squeeze, mode)
    names = _names(outlined, dotted, values, box, squeeze, height, mode)
    return {"data": data, "layout": _map_layout(box, squeeze, marks, names, mode)}


def _nothing_to_draw(mode: str) -> Figure:
    said = {
        "text": "派出所没有边界和坐标，无法绘制地图",
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"color": tokens(mode)["ink-2"], "size": pixels("f1")},
    }
    hidden = {"visible": False, "fixedrange": True}
    return {"data": [], "layout": layout(mode, "map", xaxis=hidden, yaxis=hidden, annotations=[said])}


def unplaced(stations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the stations that the map does not show: without a place, or far from all others."""
    outlined, dotted = _placed(stations)
    drawn = {station["code"] for station, _ in outlined} | {station["code"] for station in dotted}
    return [station["name"] for station in stations if station["code"] not in drawn]


def _placed(stations: Sequence[Mapping[str, Any]]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    rough = [(station, geometry.rings(station["boundary"])) for station in stations if station.get("boundary")]
    points = [point for _, shape in rough for ring in shape for point in ring]
    west, south, east, north = geometry.extent(points) if points else (0.0, 0.0, 1.0, 1.0)
    tolerance = round(max(east - west, north - south) / geometry.SCREEN_STEPS, 6)
    outlined = [(station, geometry.rings(station["boundary"], tolerance)) for station, shape in rough if shape]
    drawn = {station["code"] for station, _ in outlined}
    dotted = [s for s in stations if s["code"] not in drawn and s.get("lon") is not None and s.get("lat") is not None]
    return outlined, _near(dotted, outlined)


def _near(spots: Sequence[Mapping[str, Any]], outlined: Sequence[tuple[Any, Shape]]) -> list[Any]:
    """Leave out spots that lie so far away that the rest would shrink to a dot: wrong or foreign coordinates."""
    points = [point for _, shape in outlined for ring in shape for point in ring]
    if points:
        west, south, east, north = geometry.extent(points)
    elif spots:
        # Without outlines the middle half of the spots says where the bureau is.
        longitudes, latitudes = sorted(s["lon"] for s in spots), sorted(s["lat"] for s in spots)
        low, high = len(spots) // 4, (len(spots) * 3) // 4
        west, east = longitudes[low], longitudes[min(high, len(spots) - 1)]
        south, north = latitudes[low], latitudes[min(high, len(spots) - 1)]
    else:
        return []
    sizes = _FAR_FROM_OUTLINES if points else _FAR_FROM_SPOTS
    reach = max(sizes * max(east - west, north - south), _SMALLEST_REACH)
    return [
        spot
        for spot in spots
        if west - reach <= spot["lon"] <= east + reach and south - reach <= spot["lat"] <= north + reach
    ]


def _outline(station: Mapping[str, Any], shape: Shape, value: Mapping[str, Any], mode: str) -> Figure:
    """One trace per station: only a fill of its own can be pointed at anywhere inside it."""
    token = tokens(mode)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in shape:
        xs += [*([None] if xs else []), *(round(x, 5) for x, _ in ring)]
        ys += [*([None] if ys else []), *(round(y, 5) for _, y in ring)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": station["code"],
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": step_colour(mark_of(value.get("strength")), token),
        "line": {"color": token["line-2"], "width": 0.8},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": _hover(station, value),
        "customdata": [value.get("href", "")],
    }


def _dots(stations: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]], mode: str) -> Figure:
    token = tokens(mode)
    chosen = [values.get(station["code"], {}) for station in stations]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "dots",
        "x": [station["lon"] for station in stations],
        "y": [station["lat"] for station in stations],
        "marker": {
            "size": 13,
            "color": [step_colour(mark_of(value.get("strength")), token) for value in chosen],
            "line": {"color": token["ink-2"], "width": 1},
            "opacity": 1,
        },
        "hoverinfo": "text",
        "text": [_hover(station, value) for station, value in zip(stations, chosen, strict=True)],
        "customdata": [value.get("href", "") for value in chosen],
    }


def _squares(cells: Sequence[Mapping[str, Any]], mode: str) -> Figure:
    token = tokens(mode)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "cells",
        "x": [cell["lon"] for cell in cells],
        "y": [cell["lat"] for cell in cells],
        "marker": {
            "symbol": "square",
            "size": 8,
            "color": token["worse"],
            "line": {"color": token["surface"], "width": 1.5},
            "opacity": 1,
        },
        "hoverinfo": "text",
        "text": [cell["text"] for cell in cells],
        "customdata": [cell.get("href", "") for cell in cells],
    }


def _hover(station: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    return f"{station['name']}<br>{value.get('text') or '无数据'}"


def _names(
    outlined: Sequence[tuple[Mapping[str, Any], Shape]],
    dotted: Sequence[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    box: tuple[float, float, float, float],
    squeeze: float,
    height: int,
    mode: str,
) -> list[dict[str, Any]]:
    """Name the flagged stations first, strongest first, then others where the name fits inside; none overlap."""
    scale = min(_WIDTH / ((box[2] - box[0]) * squeeze), height / (box[3] - box[1]))
    size = pixels("f1")
    wanted = []
    for station, shape in outlined:
        ring = max(shape, key=len)
        center = geometry.middle(ring)
        _, south, _, north = geometry.extent(list(ring))
        room = geometry.width_at(ring, center) * squeeze * scale, (north - south) * scale
        wanted.append((station, center, room))
    wanted += [(station, (station["lon"], station["lat"]), (0.0, 0.0)) for station in dotted]

    def strength(station: Mapping[str, Any]) -> int:
        return abs(int(values.get(station["code"], {}).get("strength") or 0))

    taken: list[tuple[float, float, float, float]] = []
    names = []
    for station, (x, y), (wide, tall) in sorted(wanted, key=lambda one: -strength(one[0])):
        value = values.get(station["code"], {})
        label = str(value.get("label") or station["name"])
        flagged = strength(station) >= _FLAGGED
        need = size * len(label)
        if not flagged and (wide < need * 1.15 or tall < size * 1.6):
            continue
        left, top = (x - box[0]) * squeeze * scale - need / 2, (box[3] - y) * scale - size / 2
        area = (left, top, left + need, top + size * 1.2)
        if any(area[0] < t[2] and t[0] < area[2] and area[1] < t[3] and t[1] < area[3] for t in taken):
            continue
        taken.append(area)
        names.append(_name(label, (x, y), flagged, mark_of(value.get("strength")), wide >= need * 1.15, mode))
    return names


def _name(label: str, at: Point, flagged: bool, mark: str, inside: bool, mode: str) -> dict[str, Any]:
    token = tokens(mode)
    quiet = "ink-2" if mark in ("none", "mid") else f"on-{mark}"
    note: dict[str, Any] = {
        "x": at[0],
        "y": at[1],
        "text": f"<b>{label}</b>" if flagged else label,
        "showarrow": False,
        "captureevents": False,
        "font": {"color": token[f"on-{mark}" if flagged else quiet], "size": pixels("f1")},
    }
    if not inside:
        # The name is wider than its area: a plate keeps it readable, above the area so that its colour stays visible.
        note["font"]["color"] = token["ink"]
        note |= {"bgcolor": token["surface"], "opacity": 0.92, "borderpad": 1, "yshift": 14}
    return note


def _scale_bar(
    box: tuple[float, float, float, float], squeeze: float, mode: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shapes and the words of scale bar and north mark, in the strip under the map."""
    token = tokens(mode)
    west, south, east, north = box
    width = (east - west) * squeeze * geometry.METRES_PER_DEGREE
    metres = geometry.round_length(width / 5)
    start = east - metres / geometry.METRES_PER_DEGREE / squeeze
    y = south - (north - south) * _STRIP * 0.6
    line = {"type": "line", "line": {"color": token["ink-2"], "width": 2}, "y0": y, "y1": y, "x0": start, "x1": east}
    words = f"{metres / 1000:g} 公里" if metres >= 1000 else f"{metres:g} 米"
    note = {
        "x": start,
        "y": y,
        "text": f"北 ↑   {words} ",
        "showarrow": False,
        "xanchor": "right",
        "font": {"color": token["ink-2"], "size": pixels("f1")},
    }
    return [line], [note]


def _map_layout(
    box: tuple[float, float, float, float],
    squeeze: float,
    marks: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    names: list[dict[str, Any]],
    mode: str,
) -> dict[str, Any]:
    west, south, east, north = box
    tall = north - south
    hidden = {"visible": False, "fixedrange": True, "constrain": "range"}
    return layout(
        mode,
        "map",
        xaxis={**hidden, "range": [west, east]},
        yaxis={
            **hidden,
            "range": [south - tall * _STRIP, north + tall * 0.01],
            "scaleanchor": "x",
            "scaleratio": 1 / squeeze,
        },
        shapes=marks[0],
        annotations=[*names, *marks[1]],
    )
