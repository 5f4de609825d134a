"""The grid: cells of about 100 m, the same in Python and SQL, and back to a point inside the cell."""

from __future__ import annotations

import math

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from data import grid

LONS = st.floats(-180, 180)
LATS = st.floats(-80, 80)


@given(LONS, LATS, st.sampled_from([0.0, 29.9, 41.8, -33.5, 53.8]))
def test_centre_of_a_cell_is_in_the_cell(lon: float, lat: float, lat0: float) -> None:
    cell = grid.cell_of(lon, lat, lat0)
    assert grid.cell_of(*grid.lonlat_of(*cell, lat0), lat0) == cell


@given(LONS, LATS)
def test_centre_is_near_the_point(lon: float, lat: float) -> None:
    back = grid.lonlat_of(*grid.cell_of(lon, lat, 30.0), 30.0)
    assert abs(back[0] - lon) * math.cos(math.radians(30.0)) * 111_320 <= 50.1
    assert abs(back[1] - lat) * 110_574 <= 50.1


def test_sql_agrees_with_python() -> None:
    points = [(x / 7, y / 3) for x in range(-900, 900, 53) for y in range(-200, 200, 17)]
    x_sql, y_sql = grid.cell_x_sql("p[1]", 41.8), grid.cell_y_sql("p[2]")
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT {x_sql}, {y_sql} FROM (SELECT unnest(?::DOUBLE[][]) AS p)", [points]).fetchall()
    assert rows == [grid.cell_of(x, y, 41.8) for x, y in points]


def test_moving_between_reference_latitudes_stays_within_a_cell() -> None:
    with duckdb.connect() as con:
        for lon in (121.5, -87.6, 0.3):
            old, _ = grid.cell_of(lon, 30, 30.0)
            row = con.execute(f"SELECT {grid.moved_x_sql(str(old), 30.0, 31.0)}").fetchone()
            assert row is not None and abs(row[0] - grid.cell_of(lon, 30, 31.0)[0]) <= 1
