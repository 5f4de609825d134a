"""The 100 m grid that points are snapped to: column and row from longitude, latitude and the bureau's latitude."""

from __future__ import annotations

import math

CELL_METRES = 100.0
METRES_PER_DEGREE_EAST = 111_320.0
METRES_PER_DEGREE_NORTH = 110_574.0
_CELLS_NORTH = METRES_PER_DEGREE_NORTH / CELL_METRES


def cell_of(lon: float, lat: float, lat0: float) -> tuple[int, int]:
    """Return the column and row of the cell that holds a point; lat0 is the bureau's reference latitude."""
    return math.floor(lon * _cells_east(lat0)), math.floor(lat * _CELLS_NORTH)


def lonlat_of(cell_x: int, cell_y: int, lat0: float) -> tuple[float, float]:
    """Return longitude and latitude of a cell's centre."""
    return (cell_x + 0.5) / _cells_east(lat0), (cell_y + 0.5) / _CELLS_NORTH


def cell_degrees(lat0: float) -> tuple[float, float]:
    """Return how many degrees of longitude and of latitude a cell is wide and high."""
    return 1 / _cells_east(lat0), 1 / _CELLS_NORTH


def cell_x_sql(lon: str, lat0: float) -> str:
    """Return the DuckDB expression of a cell's column for a longitude expression."""
    return f"cast(floor(({lon}) * {_double(_cells_east(lat0))}) AS INTEGER)"


def cell_y_sql(lat: str) -> str:
    """Return the DuckDB expression of a cell's row for a latitude expression."""
    return f"cast(floor(({lat}) * {_double(_CELLS_NORTH)}) AS INTEGER)"


def moved_x_sql(cell_x: str, old_lat0: float, new_lat0: float) -> str:
    """Return the DuckDB expression that moves a column number from one reference latitude to another."""
    ratio = _cells_east(new_lat0) / _cells_east(old_lat0)
    return f"cast(floor((({cell_x}) + 0.5) * {_double(ratio)}) AS INTEGER)"


def _cells_east(lat0: float) -> float:
    """Return the number of cells in one degree of longitude at the reference latitude."""
    return math.cos(math.radians(lat0)) * METRES_PER_DEGREE_EAST / CELL_METRES


def _double(number: float) -> str:
    # A bare literal would be a DECIMAL in DuckDB and round differently from Python.
    return f"{number!r}::DOUBLE"
