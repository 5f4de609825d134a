"""The study grid: which cells belong, who is whose neighbour, what Gi* and the density make of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from metrics import compare
from metrics.hotspots import density, gi_star, grid


def square(left: float, low: float, side: float, *holes: list[list[float]]) -> dict[str, Any]:
    """Return a GeoJSON square whose corners are given in cells of the study grid at latitude 0."""
    corners = [[left, low], [left + side, low], [left + side, low + side], [left, low + side], [left, low]]
    return {"type": "Polygon", "coordinates": [degrees(ring) for ring in (corners, *holes)]}


def degrees(ring: list[list[float]]) -> list[list[float]]:
    width, height = grid.side_degrees(0.0)
    return [[x * width, y * height] for x, y in ring]


def plain(side: int) -> grid.Area:
    """Return an area of side × side cells."""
    return grid.from_boundaries([("S", square(0, 0, side))], 0.0)


def test_a_cell_belongs_where_its_centre_lies() -> None:
    area = grid.from_boundaries([("A", square(-3, -2, 4)), ("B", square(1, -2, 2.4))], 0.0)
    assert area.km2 == pytest.approx((16 + 4) * 0.04)
    cells = set(zip(area.columns.tolist(), area.rows.tolist(), area.stations, strict=True))
    assert cells == {(x, y, "A") for x in range(-3, 1) for y in range(-2, 2)} | {
        (x, y, "B") for x in (1, 2) for y in (-2, -1)
    }


def test_holes_are_left_out_and_islands_count() -> None:
    hole = [[1.0, 1.0], [3.0, 1.0], [3.0, 3.0], [1.0, 3.0], [1.0, 1.0]]
    assert grid.from_boundaries([("A", square(0, 0, 4, hole))], 0.0).size == 16 - 4
    islands = {"type": "MultiPolygon", "coordinates": [square(x, 0, 2)["coordinates"] for x in (0, 10)]}
    assert grid.from_boundaries([("A", islands)], 0.0).size == 8


def test_where_boundaries_overlap_the_first_station_has_the_cell() -> None:
    area = grid.from_boundaries([("A", square(0, 0, 2)), ("B", square(1, 0, 2))], 0.0)
    assert (area.size, area.stations.count("A"), area.stations.count("B")) == (6, 4, 2)


def test_a_boundary_smaller_than_a_cell_gives_an_area_without_cells() -> None:
    area = grid.from_boundaries([("A", square(0.1, 0.1, 0.2))], 0.0)
    assert (area.size, area.km2) == (0, 0.0)
    assert area.find(np.array([0, 5]), np.array([0, 5])).tolist() == [-1, -1]


def test_without_boundaries_the_area_is_what_surrounds_the_events() -> None:
    area = grid.from_events(np.array([-7]), np.array([4]), 30.0)
    # 400 m around a cell of 200 m: the disc of radius two cells.
    assert area.size == 13
    assert not area.has_boundaries and set(area.stations) == {""}
    ring = [(x, y) for x in range(9) for y in range(9) if x in (0, 8) or y in (0, 8)]
    columns, rows = np.array(ring).T
    assert grid.from_events(columns, rows, 30.0).find(np.array([4]), np.array([4]))[0] >= 0, "holes are filled"


def test_found_cells_are_the_cells_and_corners_enclose_them() -> None:
    area = grid.from_boundaries([("A", square(-3, -2, 4))], 0.0)
    assert area.find(area.columns, area.rows).tolist() == list(range(16))
    assert area.find(np.array([-4, 1, 0]), np.array([0, 0, 2])).tolist() == [-1, -1, -1]
    corners = area.corners(area.find(np.array([-3]), np.array([-2])))
    width, height = grid.side_degrees(0.0)
    assert [corners[side][0] for side in ("west", "south", "east", "north")] == pytest.approx(
        [-3 * width, -2 * height, -2 * width, -1 * height]
    )


def test_neighbours_within_400_m() -> None:
    area = plain(7)
    band = grid.neighbours(area, grid.disc(2), with_self=True)
    middle, corner = area.find(np.array([3, 0]), np.array([3, 0]))
    counts = band @ np.ones(area.size)
    assert (counts[middle], counts[corner]) == (13, 6)
    assert (band != band.T).nnz == 0
    assert grid.neighbours(area, grid.disc(2), with_self=False).diagonal().sum() == 0


# Getis & Ord's statistics against esda G_Local(transform="B") on six points with a band of 15.
POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
VALUES = np.array([2, 3, 3.2, 5, 8, 7])


def within(band: float, with_self: bool) -> sparse.csr_array:
    distance = np.hypot(*(POINTS[:, None] - POINTS[None]).transpose(2, 0, 1))
    return sparse.csr_array(((distance <= band) & (with_self | (distance > 0))).astype(float))


def test_gi_of_the_library() -> None:
    z = gi_star.gi(VALUES, within(15, with_self=False))
    assert z == pytest.approx([-1.01367, -0.04362, 1.31559, -0.31413, 1.15374, 1.77834], abs=5e-6)


def test_gi_star_of_the_library() -> None:
    z = gi_star.gi_star(VALUES, within(15, with_self=True))
    assert z == pytest.approx([-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424], abs=5e-6)


def test_equal_values_and_too_few_places_have_no_z() -> None:
    band = grid.neighbours(plain(4), grid.disc(2), with_self=True)
    assert not gi_star.gi_star(np.zeros(16), band).any()
    assert not gi_star.gi_star(np.full(16, 3.0), band).any()
    assert gi_star.gi_star(np.zeros(0), sparse.csr_array((0, 0))).size == 0
    assert gi_star.gi(np.array([1.0, 5.0]), sparse.csr_array(np.ones((2, 2)))).tolist() == [0.0, 0.0]
    one = sparse.csr_array(np.ones((1, 1)))
    assert gi_star.upper_p(np.array([7.0]), one, gi_star.gi_star(np.array([7.0]), one)) == pytest.approx([1.0])


def test_chance_alone_makes_no_hot_cells_where_the_normal_p_alone_would() -> None:
    band = grid.neighbours(plain(60), grid.disc(2), with_self=True)
    draw = np.random.default_rng(20261121)
    claimed, naive = 0, 0
    for mean in (0.005, 0.02, 0.1, 1.0):
        for _ in range(25):
            counts = draw.poisson(mean, 3600).astype(float)
            z = gi_star.gi_star(counts, band)
            claimed += bool(gi_star.hot(gi_star.upper_p(counts, band, z)).any())
            naive += bool(compare.significant(np.asarray(_normal(z))).any())
    # At 5% about 5 of 100 maps may show a hot cell.
    assert claimed <= 10
    assert naive >= 50


def _normal(z: grid.Floats) -> list[float]:
    return [0.5 * math.erfc(one / math.sqrt(2)) for one in z]


def test_a_planted_cluster_is_claimed_where_it_is() -> None:
    area = plain(60)
    counts = np.random.default_rng(7).poisson(0.05, area.size).astype(float)
    middle = area.find(np.array([30]), np.array([30]))[0]
    counts[middle] += 12
    band = grid.neighbours(area, grid.disc(2), with_self=True)
    hot = gi_star.hot(gi_star.upper_p(counts, band, gi_star.gi_star(counts, band)))
    assert hot[middle]
    assert set(np.nonzero(hot)[0]) <= set(band[[middle]].indices)


def test_density_of_one_event_and_of_an_even_spread() -> None:
    area = plain(41)
    counts = np.zeros(area.size)
    middle = area.find(np.array([20]), np.array([20]))[0]
    counts[middle] = 1
    # 1 / (2πσ²) with σ = 0.3 km, to what a grid of 200 m can follow.
    assert density.surface(area, counts)[middle] == pytest.approx(1 / (2 * math.pi * 0.09), rel=0.01)
    assert density.of_events(3) == pytest.approx(3 / (2 * math.pi * 0.09))
    assert density.surface(area, counts).sum() * 0.04 == pytest.approx(1.0, abs=1e-3)
    assert density.surface(area, np.full(area.size, 2.0)) == pytest.approx(np.full(area.size, 2 / 0.04))
