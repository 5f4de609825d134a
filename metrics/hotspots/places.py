"""The events of a selection by place: what every figure about places starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.reading import Snapshot, Statement
from metrics import catalogue, query
from metrics.hotspots import defaults, grid
from metrics.hotspots.defaults import DefaultPoint
from metrics.hotspots.grid import Area, Floats, Ints
from metrics.model import MetricError
from metrics.periods import Window
from metrics.selection import Selection

METRICS = {"alerts": "alerts", "cases": "cases_filed"}
NOUNS = {"alerts": "警情", "cases": "案件"}


@dataclass(frozen=True, eq=False)
class Placed:
    """Events of a selection, and where they are.

    frame: cell_x, cell_y (100 m; NULL without coordinates), station, beat, origin, events and what else was asked for.
    kept: its rows with coordinates that lie at no default point. counts: events by cell of the area.
    points: the default points of the table. total = unplaced + pinned + outside + inside.
    """

    table: str
    frame: pd.DataFrame
    kept: pd.DataFrame
    area: Area | None
    counts: Floats
    total: int
    unplaced: int
    pinned: int
    outside: int
    window: Window
    covered_days: int
    points: tuple[DefaultPoint, ...]
    notes: tuple[str, ...]

    @property
    def inside(self) -> int:
        """Events in the study area, those at default points left out."""
        return self.total - self.unplaced - self.pinned - self.outside

    @property
    def state(self) -> str:
        """ok, no_data (days not covered), no_coordinates or nothing (no event in the study area)."""
        if self.covered_days == 0:
            return "no_data"
        if self.area is None or self.area.size == 0 or (self.total > 0 and self.unplaced == self.total):
            return "no_coordinates"
        return "ok" if self.inside else "nothing"


def placed(snapshot: Snapshot, selection: Selection, table: str, *more: str) -> Placed:
    """Return the events of a selection by place; more: further columns to tell them apart by.

    Not kept: the frame has hundreds of thousands of rows for some years. Raises MetricError for another table.
    """
    if table not in METRICS:
        raise MetricError(f"地点只统计警情（alerts）或案件（cases），没有「{table}」。")
    known = catalogue.of(snapshot)
    frame, window, notes = _rows(snapshot, selection, table, more)
    area = grid.area_of(snapshot, known.station_codes(selection.stations))
    points = defaults.default_points(snapshot, table)
    located = frame[frame["cell_x"].notna()].astype({"cell_x": "int64", "cell_y": "int64"})
    kept = located[~defaults.lies_in(located, [(point.cell_x, point.cell_y) for point in points])]
    counts = by_cell(kept, area) if area else np.zeros(0)
    total, here, free = (int(one["events"].sum()) for one in (frame, located, kept))
    return Placed(
        table=table, frame=frame, kept=kept, area=area, counts=counts, total=total, unplaced=total - here,
        pinned=here - free, outside=free - int(counts.sum()), window=window,
        covered_days=len(known.covered(table, window.first_day, window.last_day)) if window.dates() else 0,
        points=points, notes=(*notes, *defaults.note(points)),
    )  # fmt: skip


def _rows(
    snapshot: Snapshot, selection: Selection, table: str, more: tuple[str, ...]
) -> tuple[pd.DataFrame, Window, list[str]]:
    (sql, params), window, notes = statement(snapshot, selection, table, more)
    return snapshot.query(sql, params), window, notes


def statement(
    snapshot: Snapshot, selection: Selection, table: str, more: tuple[str, ...] = ()
) -> tuple[Statement, Window, list[str]]:
    """Return what placed() asks of the store, the window of it and what must be said; raises MetricError."""
    inner, params, window, notes = query.prepared(METRICS[table], selection, catalogue.of(snapshot))
    kind, filed = ("origin", "") if table == "alerts" else ("'未填' AS origin", " WHERE event = '立案'")
    columns = ", ".join(("cell_x", "cell_y", "station", "beat", kind, *more))
    sql = f"SELECT {columns}, count(*) AS events FROM (\n{inner}\n) AS selected{filed} GROUP BY ALL ORDER BY ALL"
    return (sql, params), window, notes


def cells_of(rows: pd.DataFrame, area: Area) -> Ints:
    """Return for rows with cell_x, cell_y (100 m) the number of the area's cell, −1 outside."""
    columns, lines = (
        np.floor_divide(rows[name].to_numpy(dtype=np.int64), grid.SMALL_PER_SIDE) for name in ("cell_x", "cell_y")
    )
    return area.find(columns, lines)


def by_cell(rows: pd.DataFrame, area: Area) -> Floats:
    """Return the events of rows with cell_x, cell_y (100 m) and events by cell of the area; others are left out."""
    at = cells_of(rows, area)
    inside = at >= 0
    counts: Floats = np.bincount(at[inside], rows["events"].to_numpy(dtype=float)[inside], area.size).astype(float)
    return counts
