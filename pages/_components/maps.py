"""The map of stations: outlines drawn as SVG without tiles or WebGL, hot cells, names, scale bar and north."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from pages._components import geometry
from pages._components.figures import Figure, layout, mark_of, step_colour
from pages._components.map_marks import STRIP, Box, Frame, Shape, fits, names, scale_bar
from pages._components.template import pixels, tokens

# The usual drawing width and height in px, for judging which names fit.
_WIDTH, _HEIGHT = 560, 300
# How far outside a spot may lie, in sizes of the outlined bureau or of the middle half of its spots; least in degrees.
_FAR_FROM_OUTLINES, _FAR_FROM_SPOTS, _SMALLEST_REACH = 1.0, 4.0, 0.2
# px of a dot, and what it needs on the usual drawing to be whole on a phone's, which is little more than half as wide.
_DOT, _ROOM = 13, 14
# So many stations too small for their names, and so much larger a scale, make an enlarged part worth its room.
_CROWD, _WORTH = 8, 1.8


def station_map(
    stations: Sequence[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    cells: Sequence[Mapping[str, Any]],
    mode: str,
    *,
    height: int = _HEIGHT,
    width: int = _WIDTH,
    over: Sequence[Figure] = (),
    legend: tuple[list[Figure], list[Figure]] = ([], []),
    focus: Collection[str] = (),
    window: Box | None = None,
) -> Figure:
    """Draw stations coloured by strength; a station without outline is a dot, one without place is left out.

    stations: code, name, lon, lat, boundary (GeoJSON text or None).
    values: by code: text (hover), strength (−3 … 3, None: no data), optional label and href (where a click leads);
    edge: whether the outline is strong.
    cells: lon, lat, text and optional href of hot cells. over: traces on top of the stations, in degrees.
    legend: shapes and annotations. focus: codes of the stations that the map is cut to; the others stay as context.
    window: west, south, east, north in degrees that the map is cut to instead.
    """
    outlined, dotted = _placed(stations)
    cells = _near(cells, outlined)
    # Where no outline says how far the bureau reaches, what lies on top does.
    spots = [] if outlined else _spots(over)
    box = window or _box(outlined, dotted, [*cells, *_near(spots, outlined)], focus)
    if box is None:
        return _nothing_to_draw(mode)
    frame = Frame(box, width, height)
    if window:
        dotted = _whole(dotted, frame)
    elif dotted:
        frame = _roomy(frame)
    data = [_outline(station, shape, values.get(station["code"], {}), mode) for station, shape in outlined]
    # The outlines of flagged and chosen stations lie on top of their neighbours'.
    data.sort(key=lambda one: one["line"]["width"])
    data += [_dots(dotted, values, mode)] if dotted else []
    data += [*over, *([_borders(outlined, mode)] if over else []), *([_squares(cells, mode)] if cells else [])]
    shapes, words = scale_bar(frame, mode)
    notes = [*names(outlined, dotted, values, frame, mode), *words, *legend[1]]
    part = f"{window}" if window else "".join(f"-{code}" for code in sorted(focus))
    return {"data": data, "layout": _map_layout(frame, [*shapes, *legend[0]], notes, mode, part)}


def _spots(over: Sequence[Figure]) -> list[dict[str, float]]:
    """Return the points of traces as places."""
    lines = [np.array([trace["x"], trace["y"]], dtype=np.float64) for trace in over]
    return [{"lon": x, "lat": y} for line in lines for x, y in line[:, ~np.isnan(line[0])].T.tolist()]


def crowd(stations: Sequence[Mapping[str, Any]], width: int = _WIDTH, height: int = _HEIGHT) -> Box | None:
    """Return the part of a map, in degrees, where many stations are too small for their names; None where few are.

    The part is around the middle nine tenths of them, and only worth a map of its own where that shows them at nearly
    twice the scale.
    """
    outlined, dotted = _placed(stations)
    box = _box(outlined, dotted, (), ())
    if box is None:
        return None
    frame = Frame(box, width, height)
    small = [
        (geometry.middle(max(shape, key=len)), shape) for station, shape in outlined if not fits(station, shape, frame)
    ]
    if len(small) < _CROWD:
        return None
    ends = []
    for axis in range(2):
        listed = sorted(center[axis] for center, _ in small)
        ends.append((listed[len(listed) // 20], listed[-1 - len(listed) // 20]))
    inner = [
        ring
        for center, shape in small
        if all(low <= value <= high for value, (low, high) in zip(center, ends, strict=True))
        for ring in shape
    ]
    found = geometry.around(inner)
    return found if Frame(found, width, height).scale >= _WORTH * frame.scale else None


def _box(
    outlined: Sequence[tuple[Any, Shape]], dotted: Sequence[Any], cells: Sequence[Any], focus: Collection[str]
) -> Box | None:
    """Return what the map shows: everything, or the stations in focus with some room around them."""
    chosen = {station["code"] for station, _ in outlined} | {station["code"] for station in dotted}
    wanted = chosen & set(focus) or chosen
    rings = [ring for station, shape in outlined if station["code"] in wanted for ring in shape]
    points = [(station["lon"], station["lat"]) for station in dotted if station["code"] in wanted]
    points += [(cell["lon"], cell["lat"]) for cell in cells]
    if not rings and not points:
        return None
    west, south, east, north = geometry.around(rings, tuple(points))
    room = 0.04 if wanted != chosen else 0.0
    across, up = (east - west) * room, (north - south) * room
    return west - across, south - up, east + across, north + up


def _roomy(frame: Frame) -> Frame:
    """Widen a map by the room that whole dots need at its edges."""
    west, south, east, north = frame.box
    up = _ROOM / frame.scale
    across = up / frame.squeeze
    return Frame((west - across, south - up, east + across, north + up), frame.width, frame.height)


def _whole(dotted: Sequence[Any], frame: Frame) -> list[Any]:
    """Leave out the dots that would be cut by the edge of a window, or lie under its scale bar."""
    west, south, east, north = frame.box
    up = _DOT / 2 / frame.scale
    across = up / frame.squeeze
    return [
        one for one in dotted if west + across <= one["lon"] <= east - across and south + up <= one["lat"] <= north - up
    ]


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
    rings = [ring for _, shape in rough for ring in shape]
    west, south, east, north = geometry.around(rings) if rings else (0.0, 0.0, 1.0, 1.0)
    tolerance = round(max(east - west, north - south) / geometry.SCREEN_STEPS, 6)
    outlined = [(station, geometry.rings(station["boundary"], tolerance)) for station, shape in rough if shape]
    drawn = {station["code"] for station, _ in outlined}
    dotted = [s for s in stations if s["code"] not in drawn and s.get("lon") is not None and s.get("lat") is not None]
    return outlined, _near(dotted, outlined)


def _near(spots: Sequence[Mapping[str, Any]], outlined: Sequence[tuple[Any, Shape]]) -> list[Any]:
    """Leave out spots that lie so far away that the rest would shrink to a dot: wrong or foreign coordinates."""
    rings = [ring for _, shape in outlined for ring in shape]
    if rings:
        west, south, east, north = geometry.around(rings)
    elif spots:
        # Without outlines the middle half of the spots says where the bureau is.
        longitudes, latitudes = sorted(s["lon"] for s in spots), sorted(s["lat"] for s in spots)
        low, high = len(spots) // 4, (len(spots) * 3) // 4
        west, east = longitudes[low], longitudes[min(high, len(spots) - 1)]
        south, north = latitudes[low], latitudes[min(high, len(spots) - 1)]
    else:
        return []
    sizes = _FAR_FROM_OUTLINES if rings else _FAR_FROM_SPOTS
    reach = max(sizes * max(east - west, north - south), _SMALLEST_REACH)
    return [
        spot
        for spot in spots
        if west - reach <= spot["lon"] <= east + reach and south - reach <= spot["lat"] <= north + reach
    ]


def _outline(station: Mapping[str, Any], shape: Shape, value: Mapping[str, Any], mode: str) -> Figure:
    """One trace per station: only a fill of its own can be pointed at anywhere inside it."""
    token = tokens(mode)
    xs, ys = geometry.path(shape)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": station["code"],
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": step_colour(mark_of(value.get("strength")), token),
        "line": {"color": token["ink" if value.get("edge") else "line-2"], "width": 1.8 if value.get("edge") else 0.8},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": _hover(station, value),
        "customdata": [value.get("href", "")],
    }


def _borders(outlined: Sequence[tuple[Mapping[str, Any], Shape]], mode: str) -> Figure:
    """Return all outlines once more, as lines over whatever covers the stations."""
    xs, ys = geometry.path(tuple(ring for _, shape in outlined for ring in shape))
    line = {"color": tokens(mode)["ink-2"], "width": 0.5}
    return {"type": "scatter", "mode": "lines", "name": "borders", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


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
            "size": _DOT,
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


def _map_layout(frame: Frame, shapes: list[Figure], notes: list[Figure], mode: str, part: str) -> dict[str, Any]:
    west, south, east, north = frame.box
    tall = north - south
    hidden = {"visible": False, "fixedrange": True, "constrain": "range"}
    return layout(
        mode,
        # A new part of the town is a new view; the same part keeps it.
        f"map{part}",
        xaxis={**hidden, "range": [west, east]},
        yaxis={
            **hidden,
            "range": [south - tall * STRIP, north + tall * 0.01],
            "scaleanchor": "x",
            "scaleratio": 1 / frame.squeeze,
        },
        shapes=shapes,
        annotations=notes,
    )
