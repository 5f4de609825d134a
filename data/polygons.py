"""Geometry of areas in (lon, lat) points: inside, area, crossing edges, a point inside, fewer points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from data import grid

Point = tuple[float, float]
# A closed ring: the last point is the first. A polygon: its outer ring, then its holes.
Ring = list[Point]
Polygon = list[Ring]

# WGS84, which CGCS2000 equals to a tenth of a millimetre: half axis in km and squared eccentricity.
_HALF_AXIS_KM = 6378.137
_ECCENTRICITY_2 = 0.00669437999014
# Twice an area in square degrees.
_FLAT = 1e-10
# Where to look for a point inside an area that its centroid misses: shares of its height.
_SCAN = (0.5, 0.375, 0.625, 0.25, 0.75, 0.125, 0.875)


def turn(ring: Sequence[Point]) -> float:
    """Return twice the signed plane area of a closed ring in square degrees; positive when counter-clockwise."""
    x, y = ring[0]
    return sum((x0 - x) * (y1 - y) - (x1 - x) * (y0 - y) for (x0, y0), (x1, y1) in pairwise(ring))


def is_flat(ring: Sequence[Point]) -> bool:
    """Return whether a ring encloses less than about half a square metre: a line drawn to and fro, or rounding."""
    return len(ring) < 4 or abs(turn(ring)) < _FLAT


def inside(point: Point, polygon: Sequence[Sequence[Point]]) -> bool:
    """Return whether a point lies in a polygon and in none of its holes (even-odd rule)."""
    x, y = point
    crossed = 0
    for ring in polygon:
        for (x0, y0), (x1, y1) in pairwise(ring):
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                crossed += 1
    return crossed % 2 == 1


def area_km2(polygons: Sequence[Sequence[Sequence[Point]]]) -> float:
    """Return the area of polygons on the ellipsoid in km², holes taken off; overlapping polygons count twice.

    The plane area in the equal-area cylindrical projection, x = λ, y = a² q(φ) / 2 (Snyder 1987, Map Projections,
    formulas 3-12 and 10-15). Edges are straight in that projection, which matters for edges of many kilometres only.
    Known answer: the band of the whole earth has 510 065 622 km².
    """
    total = 0.0
    for polygon in polygons:
        sizes = [_ring_km2(ring) for ring in polygon]
        total += sizes[0] - sum(sizes[1:])
    return total


def _ring_km2(ring: Sequence[Point]) -> float:
    flat = [(math.radians(lon), _authalic(math.radians(lat))) for lon, lat in ring]
    return abs(turn(flat)) / 2 * _HALF_AXIS_KM**2 / 2


def _authalic(latitude: float) -> float:
    """Return q of a latitude in radians: the area of the band from the equator is a² q / 2 per radian of longitude."""
    e, sine = math.sqrt(_ECCENTRICITY_2), math.sin(latitude)
    return (1 - _ECCENTRICITY_2) * (sine / (1 - _ECCENTRICITY_2 * sine**2) + math.atanh(e * sine) / e)


def crossing(polygon: Sequence[Sequence[Point]]) -> Point | None:
    """Return a place where two edges of a polygon cross, or None; edges that only touch do not cross.

    Sorted by its west end, each edge is compared with those that begin before its east end, all edges with their n-th
    such neighbour at a time: fast for real outlines, at worst quadratic.
    """
    x, y = polygon[0][0]
    # Small numbers around the first point keep the sign of a cross product right.
    edges = np.array([(x0 - x, y0 - y, x1 - x, y1 - y) for ring in polygon for (x0, y0), (x1, y1) in pairwise(ring)])
    edges = edges[np.argsort(np.minimum(edges[:, 0], edges[:, 2]), kind="stable")]
    west, east = np.minimum(edges[:, 0], edges[:, 2]), np.maximum(edges[:, 0], edges[:, 2])
    south, north = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    ends, some = np.searchsorted(west, east, side="right"), np.arange(len(edges))
    for step in range(1, len(edges)):
        some = some[some + step < ends[some]]
        if not len(some):
            return None
        near = some[(south[some + step] <= north[some]) & (north[some + step] >= south[some])]
        found = near[_cross(edges[near], edges[near + step])]
        if len(found):
            at = _meeting(edges[found[0]].tolist(), edges[found[0] + step].tolist())
            return at[0] + x, at[1] + y
    return None


def _cross(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which pairs of edges cross in the inside of both."""

    def side(edge: np.ndarray, px: np.ndarray, py: np.ndarray) -> np.ndarray:
        ax, ay, bx, by = edge.T
        sides: np.ndarray = np.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax))
        return sides

    apart = side(ones, others[:, 0], others[:, 1]) * side(ones, others[:, 2], others[:, 3]) < 0
    split = side(others, ones[:, 0], ones[:, 1]) * side(others, ones[:, 2], ones[:, 3]) < 0
    both: np.ndarray = apart & split
    return both


def _meeting(one: Sequence[float], other: Sequence[float]) -> Point:
    (ax, ay, bx, by), (cx, cy, dx, dy) = one, other
    share = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / ((bx - ax) * (dy - cy) - (by - ay) * (dx - cx))
    return ax + share * (bx - ax), ay + share * (by - ay)


def point_inside(polygons: Sequence[Sequence[Sequence[Point]]]) -> Point:
    """Return a point in the largest of some polygons: its centroid, else the middle of its widest place."""
    polygon = max(polygons, key=lambda one: abs(turn(one[0])))
    center = _centroid(polygon[0])
    if inside(center, polygon):
        return center
    south, north = min(y for _, y in polygon[0]), max(y for _, y in polygon[0])
    best, widest = center, 0.0
    for share in _SCAN:
        y = south + (north - south) * share
        edges = (edge for ring in polygon for edge in pairwise(ring))
        met = sorted(x0 + (y - y0) * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in edges if (y0 > y) != (y1 > y))
        for left, right in zip(met[::2], met[1::2], strict=False):
            if right - left > widest:
                best, widest = ((left + right) / 2, y), right - left
    return best


def _centroid(ring: Sequence[Point]) -> Point:
    x, y = ring[0]
    area = x_sum = y_sum = 0.0
    for (x0, y0), (x1, y1) in pairwise(ring):
        cross = (x0 - x) * (y1 - y) - (x1 - x) * (y0 - y)
        area += cross
        x_sum += (x0 + x1 - 2 * x) * cross
        y_sum += (y0 + y1 - 2 * y) * cross
    return (x + x_sum / (3 * area), y + y_sum / (3 * area)) if area else (x, y)


def thinned(ring: list[Point], tolerance: float) -> list[Point]:
    """Return a closed ring without the points that lie within `tolerance` of the line without them (Douglas–Peucker).

    tolerance: in the units of the points. A ring that would have fewer than four points comes back as it was.
    """
    return [ring[index] for index in _kept(ring, tolerance)]


def thinned_by_metres(ring: Ring, metres: float) -> Ring:
    """Return `thinned` with a tolerance in metres, for points in degrees."""
    east = grid.METRES_PER_DEGREE_EAST * math.cos(math.radians(ring[0][1]))
    flat = [(lon * east, lat * grid.METRES_PER_DEGREE_NORTH) for lon, lat in ring]
    return [ring[index] for index in _kept(flat, metres)]


def _kept(ring: list[Point], tolerance: float) -> list[int]:
    everything = list(range(len(ring)))
    if tolerance <= 0 or len(ring) < 8:
        return everything
    far = max(everything, key=lambda index: math.dist(ring[0], ring[index]))
    keep = {0, far, len(ring) - 1}
    waiting = [(0, far), (far, len(ring) - 1)]
    while waiting:
        first, last = waiting.pop()
        index, distance = _farthest(ring, first, last)
        if distance > tolerance:
            keep.add(index)
            waiting += [(first, index), (index, last)]
    return sorted(keep) if len(keep) >= 4 else everything


def _farthest(ring: list[Point], first: int, last: int) -> tuple[int, float]:
    (x0, y0), (x1, y1) = ring[first], ring[last]
    dx, dy = x1 - x0, y1 - y0
    length = math.hypot(dx, dy)
    best, distance = first, 0.0
    for index in range(first + 1, last):
        x, y = ring[index]
        away = abs(dy * (x - x0) - dx * (y - y0)) / length if length else math.hypot(x - x0, y - y0)
        if away > distance:
            best, distance = index, away
    return best, distance
