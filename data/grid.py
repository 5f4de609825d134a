"""The 100 m grid that points are snapped to: column and row from longitude, latitude and the bureau's latitude."""

from __future__ import annotations

import math

CELL_METRES = 100.0
METRES_PER_DEGREE_EAST = 111_320.0
METRES_PER_DEGREE_NORTH = 110_574.0


def cell_of(lon: float, lat: float, lat0: float) -> tuple[int, int]:
    """Return the column and row of the cell that holds a point; lat0 is the bureau's reference latitude."""
    east = lon * math.cos(math.radians(lat0)) * METRES_PER_DEGREE_EAST
    north = lat * METRES_PER_DEGREE_NORTH
    return math.floor(east / CELL_METRES), math.floor(north / CELL_METRES)


def lonlat_of(cell_x: int, cell_y: int, lat0: float) -> tuple[float, float]:
    """Return longitude and latitude of a cell's centre."""
    lon = (cell_x + 0.5) * CELL_METRES / (METRES_PER_DEGREE_EAST * math.cos(math.radians(lat0)))
    lat = (cell_y + 0.5) * CELL_METRES / METRES_PER_DEGREE_NORTH
    return lon, lat


def cell_x_sql(lon: str, lat0: float) -> str:
    """Return the DuckDB expression of a cell's column for a longitude expression."""
    scale = math.cos(math.radians(lat0)) * METRES_PER_DEGREE_EAST / CELL_METRES
    return f"cast(floor(({lon}) * {scale!r}) AS INTEGER)"


def cell_y_sql(lat: str) -> str:
    """Return the DuckDB expression of a cell's row for a latitude expression."""
    return f"cast(floor(({lat}) * {METRES_PER_DEGREE_NORTH / CELL_METRES!r}) AS INTEGER)"


def moved_x_sql(cell_x: str, old_lat0: float, new_lat0: float) -> str:
    """Return the DuckDB expression that moves a column number from one reference latitude to another."""
    ratio = math.cos(math.radians(new_lat0)) / math.cos(math.radians(old_lat0))
    return f"cast(floor((({cell_x}) + 0.5) * {ratio!r}) AS INTEGER)"
