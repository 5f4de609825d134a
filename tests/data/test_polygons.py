"""Areas on the earth: sizes against closed forms, points inside odd shapes, crossing edges, thinning."""

from __future__ import annotations

import math

import pytest

from data import polygons

SQUARE = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)]
# A C open to the east: its centroid lies in the gap.
HOOK = [(0.0, 0.0), (5.0, 0.0), (5.0, 1.0), (1.0, 1.0), (1.0, 4.0), (5.0, 4.0), (5.0, 5.0), (0.0, 5.0), (0.0, 0.0)]
BOW = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]


def band(south: float, north: float, steps: int = 2000) -> float:
    """Return the km² of one degree of longitude between two latitudes by adding up narrow strips of the ellipsoid."""
    a, e2 = 6378.137, 0.00669437999014
    total, step = 0.0, math.radians(north - south) / steps
    for number in range(steps):
        lat = math.radians(south) + (number + 0.5) * step
        w = 1 - e2 * math.sin(lat) ** 2
        total += a * (1 - e2) / w**1.5 * a / math.sqrt(w) * math.cos(lat) * step * math.radians(1)
    return total


def test_area_of_the_whole_earth() -> None:
    earth = [(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0), (-180.0, -90.0)]
    assert polygons.area_km2([[earth]]) == pytest.approx(510_065_622, abs=1)


@pytest.mark.parametrize("south", [-60.0, 0.0, 30.0, 41.0])
def test_area_of_one_degree(south: float) -> None:
    cell = [(120.0, south), (121.0, south), (121.0, south + 1), (120.0, south + 1), (120.0, south)]
    assert polygons.area_km2([[cell]]) == pytest.approx(band(south, south + 1), rel=1e-7)
    assert polygons.area_km2([[cell[::-1]]]) == pytest.approx(polygons.area_km2([[cell]]))


def test_area_without_holes_and_of_several_parts() -> None:
    whole, hole = polygons.area_km2([[SQUARE]]), polygons.area_km2([[HOLE]])
    assert polygons.area_km2([[SQUARE, HOLE]]) == pytest.approx(whole - hole)
    far = [(x + 10, y) for x, y in HOLE]
    assert polygons.area_km2([[SQUARE], [far]]) == pytest.approx(whole + hole)


@pytest.mark.parametrize("shape", [[SQUARE], [SQUARE, HOLE], [HOOK], [HOOK[::-1]]])
def test_point_inside(shape: list[list[polygons.Point]]) -> None:
    assert polygons.inside(polygons.point_inside([shape]), shape)


def test_point_inside_is_the_centroid_where_it_can_be_and_in_the_largest_part() -> None:
    small = [(x + 20, y) for x, y in HOLE]
    assert polygons.point_inside([[small], [SQUARE]]) == pytest.approx((2.0, 2.0))


def test_crossing() -> None:
    assert polygons.crossing([BOW]) == pytest.approx((1.0, 1.0))
    assert polygons.crossing([SQUARE]) is None and polygons.crossing([HOOK]) is None
    assert polygons.crossing([SQUARE, HOLE]) is None
    shifted = [(x + 2, y) for x, y in HOLE]
    assert polygons.crossing([SQUARE, shifted]) is not None


def test_touching_is_no_crossing() -> None:
    touching = [(4.0, 1.0), (2.0, 2.0), (2.0, 1.0), (4.0, 1.0)]
    assert polygons.crossing([SQUARE, touching]) is None


def test_crossing_is_found_among_many_edges() -> None:
    turn = 2 * math.pi / 3000
    circle = [(math.cos(n * turn), math.sin(n * turn)) for n in range(3000)]
    assert polygons.crossing([[*circle, circle[0]]]) is None
    circle[1000], circle[1001] = circle[1001], circle[1000]
    at = polygons.crossing([[*circle, circle[0]]])
    assert at is not None and math.dist(at, circle[1000]) < 0.01


def test_thinning_stays_within_its_tolerance() -> None:
    turn = 2 * math.pi / 4000
    ring = [(120 + 0.1 * math.cos(n * turn), 30 + 0.1 * math.sin(n * turn)) for n in range(4000)]
    ring.append(ring[0])
    thin = polygons.thinned_by_metres(ring, 20.0)
    assert 20 < len(thin) < 200 and thin[0] == thin[-1]
    # A chord 20 m off an arc of about 10 km takes away at most 20 m times the length of the line.
    lost = polygons.area_km2([[ring]]) - polygons.area_km2([[thin]])
    assert 0 < lost < 0.02 * 2 * math.pi * 11.2
    assert polygons.thinned_by_metres(ring, 0.0) == ring


def test_flat_rings() -> None:
    line = [(104.0, 30.0), (104.1, 30.1), (104.2, 30.2), (104.0, 30.0)]
    metre = [(104.0, 30.0), (104.00001, 30.0), (104.00001, 30.00001), (104.0, 30.0)]
    assert polygons.is_flat(line) and polygons.is_flat(SQUARE[:3])
    assert not polygons.is_flat(SQUARE) and not polygons.is_flat(metre)
