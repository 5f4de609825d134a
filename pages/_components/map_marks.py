"""What is written on a map: names where they fit, scale bar and north."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.polygons import Point
from pages._components import geometry
from pages._components.figures import mark_of
from pages._components.template import pixels, tokens

Shape = tuple[tuple[Point, ...], ...]
Box = tuple[float, float, float, float]
# The share of the map's height that is left under it for scale bar and north mark.
STRIP = 0.09
_FLAGGED = 2
# Width of a phone's map in px, and the mark of names that do not fit there (assets/heat.css looks for it).
_PHONE = 330
WIDE_ONLY = f"{tokens('light')['font']}, wide-only".replace('"', "")
# px that a name is lifted above an area that is too small for it.
_LIFT = 14


@dataclass(frozen=True)
class Frame:
    """What a map shows: west, south, east, north in degrees, drawn on about width × height px."""

    box: Box
    width: int
    height: int

    @property
    def squeeze(self) -> float:
        """How much shorter a degree of longitude is than one of latitude."""
        return math.cos(math.radians((self.box[1] + self.box[3]) / 2))

    @property
    def scale(self) -> float:
        """Pixels per degree of latitude."""
        west, south, east, north = self.box
        return min(self.width / ((east - west) * self.squeeze), self.height / (north - south))


def names(
    outlined: Sequence[tuple[Mapping[str, Any], Shape]],
    dotted: Sequence[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    frame: Frame,
    mode: str,
) -> list[dict[str, Any]]:
    """Name the flagged stations first, strongest first, then others where the name fits inside; none overlap."""
    size = pixels("f1")
    wanted = [(station, *_room(shape, frame)) for station, shape in outlined]
    wanted += [(station, (station["lon"], station["lat"]), (0.0, 0.0)) for station in dotted]
    west, south, east, north = frame.box
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for station, (x, y), (wide, tall) in sorted(wanted, key=lambda one: -_weight(values.get(one[0]["code"], {}))):
        value = values.get(station["code"], {})
        label = str(value.get("label") or station["name"])
        need = size * len(label)
        if not (west <= x <= east and south <= y <= north):
            continue
        inside = _is_room(label, wide, tall)
        if not _weight(value) and not inside:
            continue
        left, top = (x - frame.box[0]) * frame.squeeze * frame.scale - need / 2, (frame.box[3] - y) * frame.scale
        top -= 0 if inside else _LIFT
        area = (left, top - size / 2, left + need, top + size * 0.7)
        if any(area[0] < t[2] and t[0] < area[2] and area[1] < t[3] and t[1] < area[3] for t in taken):
            continue
        taken.append(area)
        small = _PHONE / frame.width
        found.append(_name(label, (x, y), value, inside, mode))
        if not _weight(value) and not _is_room(label, wide * small, tall * small):
            # A phone's map is so much smaller: the style sheet leaves these names out there.
            found[-1]["font"]["family"] = WIDE_ONLY
    return found


def fits(station: Mapping[str, Any], shape: Shape, frame: Frame) -> bool:
    """Whether the name of a station fits into its outline."""
    _, (wide, tall) = _room(shape, frame)
    return _is_room(str(station["name"]), wide, tall)


def _room(shape: Shape, frame: Frame) -> tuple[Point, tuple[float, float]]:
    """Return the middle of the largest ring, and how wide and tall it is there in px."""
    ring = max(shape, key=len)
    center = geometry.middle(ring)
    _, south, _, north = geometry.extent(ring)
    return center, (geometry.width_at(ring, center) * frame.squeeze * frame.scale, (north - south) * frame.scale)


def _is_room(label: str, wide: float, tall: float) -> bool:
    size = pixels("f1")
    return wide >= size * len(label) * 1.15 and tall >= size * 1.6


def _weight(value: Mapping[str, Any]) -> int:
    """Return how much a name is wanted; 0 for stations that are neither flagged nor to be named in any case."""
    strength = abs(int(value.get("strength") or 0))
    return strength if strength >= _FLAGGED else int(bool(value.get("named")))


def _name(label: str, at: Point, value: Mapping[str, Any], inside: bool, mode: str) -> dict[str, Any]:
    token = tokens(mode)
    flagged, mark = _weight(value) > 0, mark_of(value.get("strength"))
    colour = f"on-{mark}" if flagged or mark not in ("none", "mid") else "ink-2"
    note: dict[str, Any] = {
        "x": at[0],
        "y": at[1],
        "text": f"<b>{label}</b>" if flagged else label,
        "showarrow": False,
        "captureevents": False,
        "font": {"color": token[colour], "size": pixels("f1")},
    }
    if not inside:
        # The name is wider than its area: a plate keeps it readable, above the area so that its colour stays visible.
        note["font"]["color"] = token["ink"]
        note |= {"bgcolor": token["surface"], "opacity": 0.92, "borderpad": 1, "yshift": _LIFT}
    return note


def scale_bar(frame: Frame, mode: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shapes and the words of scale bar and north mark, in the strip under the map."""
    token = tokens(mode)
    west, south, east, north = frame.box
    width = (east - west) * frame.squeeze * geometry.METRES_PER_DEGREE
    metres = geometry.round_length(width / 5)
    start = east - metres / geometry.METRES_PER_DEGREE / frame.squeeze
    y = south - (north - south) * STRIP * 0.6
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
