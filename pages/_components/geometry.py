"""Outlines of areas for drawing: rings from GeoJSON, thinned to what a screen can show."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.polygons import Point, thinned

# A screen shows about this many steps across a map; what is finer is left out.
SCREEN_STEPS = 2400
# One degree of latitude, the same that the grid uses.
METRES_PER_DEGREE = 110_574.0


@lru_cache(maxsize=2048)
def rings(boundary: str, tolerance: float = 0.0) -> tuple[tuple[Point, ...], ...]:
    """Return the rings of a GeoJSON geometry, feature or collection, as (lon, lat) points.

    tolerance: in degrees; points nearer than this to the line without them are left out.
    """
    try:
        found = _rings_of(json.loads(boundary))
    except (ValueError, TypeError, KeyError, IndexError):
        return ()
    return tuple(tuple(thinned(ring, tolerance)) for ring in found if len(ring) >= 4)


def _rings_of(shape: dict[str, Any]) -> list[list[Point]]:
    kind = shape.get("type")
    if kind == "Feature":
        return _rings_of(shape["geometry"])
    if kind in ("FeatureCollection", "GeometryCollection"):
        members = shape.get("features") or shape.get("geometries") or []
        return [ring for member in members for ring in _rings_of(member)]
    polygons = shape["coordinates"] if kind == "MultiPolygon" else [shape["coordinates"]] if kind == "Polygon" else []
    return [[(float(x), float(y)) for x, y, *_ in ring] for polygon in polygons for ring in polygon]


@lru_cache(maxsize=2048)
def path(shape: tuple[tuple[Point, ...], ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes of all rings in turn, rounded to a metre, NaN between two rings."""
    points = [point for ring in shape for point in ((math.nan, math.nan), *ring)][1:]
    xs, ys = np.array(points, dtype=np.float64).reshape(-1, 2).round(5).T
    return xs, ys


@lru_cache(maxsize=4096)
def middle(ring: tuple[Point, ...]) -> Point:
    """Return the centroid of a ring, for a name; falls back to the mean of its points."""
    area = x_sum = y_sum = 0.0
    for (x0, y0), (x1, y1) in pairwise(ring):
        cross = x0 * y1 - x1 * y0
        area += cross
        x_sum += (x0 + x1) * cross
        y_sum += (y0 + y1) * cross
    if abs(area) < 1e-12:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    return x_sum / (3 * area), y_sum / (3 * area)


def width_at(ring: tuple[Point, ...], at: Point) -> float:
    """Return how wide a ring is, in degrees, along the parallel through a point inside it; 0 when it lies outside."""
    x, y = at
    crossings = sorted(
        x0 + (y - y0) * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in pairwise(ring) if (y0 > y) != (y1 > y)
    )
    for left, right in zip(crossings[::2], crossings[1::2], strict=False):
        if left <= x <= right:
            return 2 * min(x - left, right - x)
    return 0.0


def extent(points: tuple[Point, ...]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of some points, never of zero size."""
    return around((points,))


def around(rings: Iterable[tuple[Point, ...]], more: tuple[Point, ...] = ()) -> tuple[float, float, float, float]:
    """Return west, south, east, north of some rings and points, at least one in all; never of zero size."""
    boxes = [_bounds(ring) for ring in (*rings, more) if ring]
    wests, souths, easts, norths = zip(*boxes, strict=True)
    west, south, east, north = min(wests), min(souths), max(easts), max(norths)
    pad = 0.005 if east - west < 1e-6 or north - south < 1e-6 else 0.0
    return west - pad, south - pad, east + pad, north + pad


@lru_cache(maxsize=4096)
def _bounds(points: tuple[Point, ...]) -> tuple[float, float, float, float]:
    across, up = zip(*points, strict=True)
    return min(across), min(up), max(across), max(up)


def round_length(metres: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not longer, for a scale bar."""
    power = 10.0 ** math.floor(math.log10(max(metres, 1.0)))
    return max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1.0))
