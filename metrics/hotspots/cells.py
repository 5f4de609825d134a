"""Hot cells of a selection: what may be called hot, how hot it is and where the heat comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from data.reading import Snapshot
from metrics import cache, catalogue, privacy, query
from metrics.hotspots import defaults, density, gi_star, grid, origin
from metrics.hotspots.grid import Area, Bools, Floats, Ints
from metrics.model import MetricError
from metrics.moran import Moran, moran, standardised
from metrics.periods import Window, describe
from metrics.selection import Selection

# Cells whose centres lie within this distance belong to the surroundings of a cell (12 of them at 200 m).
BAND_METRES = 400.0
METRICS = {"alerts": "alerts", "cases": "cases_filed"}
NOUNS = {"alerts": "警情", "cases": "案件"}
CELL_COLUMNS = (
    "cell_x", "cell_y", "west", "south", "east", "north", "station", "cluster", "z", "p", "count", "share",
    "share_public",
)  # fmt: skip
SURFACE_COLUMNS = ("cell_x", "cell_y", "west", "south", "east", "north", "density")


@dataclass(frozen=True, eq=False)
class Placed:
    """Events of a selection, and where they are.

    frame: column, row (of the study grid), cell_x, cell_y (100 m; NULL without coordinates), group_name, place_type,
    beat, station, origin, events. counts: events by cell of the area. total = unplaced + pinned + outside + inside.
    """

    table: str
    frame: pd.DataFrame
    area: Area | None
    counts: Floats
    total: int
    unplaced: int
    pinned: int
    outside: int
    window: Window
    covered_days: int
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


@dataclass(frozen=True, eq=False)
class HotCells:
    """Hot cells of a selection. Frames are shared and must not be changed.

    cells: CELL_COLUMNS; those with most events come first. Corners in degrees; cluster numbers adjoining hot cells
    from 1, the one with most events first; count is a number, or "<3"; share (of the events inside) and share_public
    (of those of known origin) are shares from 0 to 1, None where the count is hidden or no origin is known.
    surface: SURFACE_COLUMNS, density in events per km², only where it could not come from one or two events.
    clustering: Moran's I over the eight cells around, None where there is nothing to compare.
    """

    table: str
    state: str
    cells: pd.DataFrame
    surface: pd.DataFrame
    total: int
    inside: int
    hot_events: int
    clusters: int
    area: Area | None
    clustering: Moran | None
    origins: origin.Origins
    title: str
    notes: list[str] = field(default_factory=list)


def hot_cells(snapshot: Snapshot, selection: Selection, table: str = "alerts") -> HotCells:
    """Return the hot cells of alerts or cases under a selection, once per version.

    A cell is hot when Gi* (binary weights within 400 m) is significant by Benjamini–Hochberg at 5% over all cells of
    the study area. Default points are left out. Raises MetricError for another table.
    """
    return cache.answer(snapshot, (selection, table), _hot_cells)


def placed(snapshot: Snapshot, selection: Selection, table: str) -> Placed:
    """Return the events of a selection by place, once per version."""
    return cache.answer(snapshot, (selection, table), _placed)


def _placed(snapshot: Snapshot, question: tuple[Selection, str]) -> Placed:
    selection, table = question
    if table not in METRICS:
        raise MetricError(f"热点只统计警情（alerts）或案件（cases），没有「{table}」。")
    known = catalogue.of(snapshot)
    inner, params, window, notes = query.prepared(METRICS[table], selection, known)
    kind, filed = ("origin", "") if table == "alerts" else ("'未填' AS origin", " WHERE event = '立案'")
    frame = snapshot.query(
        f"SELECT cell_x, cell_y, category_group AS group_name, place_type, beat, station, {kind}, count(*) AS events"
        f" FROM (\n{inner}\n) AS rows_{filed} GROUP BY ALL ORDER BY ALL",
        params,
    )
    area = grid.area_of(snapshot, known.station_codes(selection.stations))
    points = defaults.default_points(snapshot, table)
    located = frame[frame["cell_x"].notna()]
    kept = located[defaults.without(located, points)].astype({"cell_x": "int64", "cell_y": "int64"})
    inside, counts = _on_area(kept, area)
    total, here = int(frame["events"].sum()), int(located["events"].sum())
    return Placed(
        table=table, frame=frame, area=area, counts=counts, total=total, unplaced=total - here,
        pinned=here - int(kept["events"].sum()), outside=int(kept["events"].sum()) - inside, window=window,
        covered_days=len(known.covered(table, window.first_day, window.last_day)) if window.dates() else 0,
        notes=(*notes, *defaults.note(points)),
    )  # fmt: skip


def _on_area(kept: pd.DataFrame, area: Area | None) -> tuple[int, Floats]:
    """Return how many events lie in the area, and events by cell."""
    if area is None:
        return 0, np.zeros(0)
    counts = by_cell(kept, area)
    return int(counts.sum()), counts


def by_cell(rows: pd.DataFrame, area: Area) -> Floats:
    """Return the events of rows with cell_x, cell_y (100 m) and events by cell of the area; others are left out."""
    columns, lines = (
        np.floor_divide(rows[name].to_numpy(dtype=np.int64), grid.SMALL_PER_SIDE) for name in ("cell_x", "cell_y")
    )
    at = area.find(columns, lines)
    inside = at >= 0
    counts: Floats = np.bincount(at[inside], rows["events"].to_numpy(dtype=float)[inside], area.size).astype(float)
    return counts


def band_of(area: Area) -> sparse.csr_array:
    """Return the binary weights of Gi* in an area, the cell itself included."""
    return grid.neighbours(area, grid.disc(round(BAND_METRES / grid.SIDE_METRES)), with_self=True)


def _weights(snapshot: Snapshot, stations: tuple[str, ...]) -> tuple[sparse.csr_array, sparse.csr_array]:
    area = grid.area_of(snapshot, stations)
    assert area is not None
    return band_of(area), standardised(grid.neighbours(area, np.ones((3, 3), dtype=bool), with_self=False))


def _hot_cells(snapshot: Snapshot, question: tuple[Selection, str]) -> HotCells:
    selection, table = question
    found, known = placed(snapshot, selection, table), catalogue.of(snapshot)
    located = found.frame[found.frame["cell_x"].notna()].astype({"cell_x": "int64", "cell_y": "int64"})
    rows = located[defaults.without(located, defaults.default_points(snapshot, table))]
    empty = _empty(found, origin.origins(rows), describe(found.window, selection.cutoff))
    if found.state != "ok" or found.area is None:
        return empty
    band, around = cache.answer(snapshot, known.station_codes(selection.stations), _weights)
    z = gi_star.gi_star(found.counts, band)
    p = gi_star.upper_p(found.counts, band, z)
    hot = gi_star.hot(p)
    cells = _cells(found.area, found.counts, rows, z, p, hot)
    return replace(
        empty,
        cells=cells,
        surface=_surface(found.area, found.counts),
        hot_events=int(found.counts[hot].sum()),
        clusters=int(cells["cluster"].max()) if len(cells) else 0,
        clustering=moran(found.counts, around),
        notes=[*empty.notes, *_method_notes(found.area, cells, empty.origins)],
    )


def _empty(found: Placed, origins: origin.Origins, title: str) -> HotCells:
    return HotCells(
        table=found.table, state=found.state, cells=pd.DataFrame(columns=list(CELL_COLUMNS)),
        surface=pd.DataFrame(columns=list(SURFACE_COLUMNS)), total=found.total, inside=found.inside, hot_events=0,
        clusters=0, area=found.area, clustering=None, origins=origins, title=title,
        notes=[*found.notes, *_count_notes(found)],
    )  # fmt: skip


def _cells(area: Area, counts: Floats, rows: pd.DataFrame, z: Floats, p: Floats, hot: Bools) -> pd.DataFrame:
    chosen: Ints = np.nonzero(hot)[0]
    # Small counts are equals here, so that the order does not tell them apart.
    size = np.where(counts[chosen] < privacy.THRESHOLD, 0, counts[chosen])
    chosen = chosen[np.lexsort((area.columns[chosen], area.rows[chosen], -z[chosen], -size))]
    public, patrol = (by_cell(rows[rows["origin"] == name], area)[chosen] for name in (origin.PUBLIC, origin.PATROL))
    own = counts[chosen]
    small = own < privacy.THRESHOLD
    share, from_public = own / max(1.0, counts.sum()), origin.share_public(public, patrol)
    return pd.DataFrame(
        {
            "cell_x": area.columns[chosen], "cell_y": area.rows[chosen], **area.corners(chosen),
            "station": [area.stations[cell] for cell in chosen], "cluster": _clusters(area, counts, chosen),
            "z": np.round(z[chosen], 1), "p": p[chosen],
            "count": [privacy.PRIMARY if few else int(n) for n, few in zip(own, small, strict=True)],
            "share": _none_where(small, share), "share_public": _none_where(small | np.isnan(from_public), from_public),
        },
        columns=list(CELL_COLUMNS),
    )  # fmt: skip


def _none_where(hidden: Bools, values: Floats) -> pd.Series[Any]:
    """Return values as objects: a missing one is None, never NaN."""
    listed = [None if gone else float(value) for gone, value in zip(hidden, values, strict=True)]
    return pd.Series(listed, dtype="object")


def _clusters(area: Area, counts: Floats, chosen: Ints) -> Ints:
    """Return for each hot cell the number of the group of adjoining hot cells that it is in; 1 has most events."""
    if chosen.size == 0:
        return np.zeros(0, dtype=np.int64)
    near = grid.neighbours(area, np.ones((3, 3), dtype=bool), with_self=False)[chosen][:, chosen]
    n, label = sparse.csgraph.connected_components(near, directed=False)
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(-np.bincount(label, counts[chosen], n), kind="stable")] = np.arange(1, n + 1)
    numbered: Ints = rank[label]
    return numbered


def _surface(area: Area, counts: Floats) -> pd.DataFrame:
    values = density.surface(area, counts)
    shown: Ints = np.nonzero(values >= density.of_events(privacy.THRESHOLD))[0]
    columns = {"cell_x": area.columns[shown], "cell_y": area.rows[shown], **area.corners(shown)}
    return pd.DataFrame({**columns, "density": np.round(values[shown], 1)}, columns=list(SURFACE_COLUMNS))


def _count_notes(found: Placed) -> list[str]:
    """Say what the map does not show, with its counts."""
    noun, notes = NOUNS[found.table], []
    if found.state == "no_coordinates":
        return [f"该时段{noun}没有坐标，无法统计热点。请在导入映射中填写经纬度。"]
    if found.unplaced:
        notes.append(
            f"{found.total:,} 起{noun}中 {found.unplaced:,} 起（{found.unplaced / found.total:.1%}）没有坐标，未计入。"
        )
    if found.outside:
        notes.append(f"另有 {found.outside:,} 起落在研究范围之外，未计入。")
    return notes


def _method_notes(area: Area, cells: pd.DataFrame, origins: origin.Origins) -> list[str]:
    few = int((cells["count"] == privacy.PRIMARY).sum())
    return [
        f"{area.words}。",
        f"热点：Gi*，{BAND_METRES:.0f} 米内二值权重，Benjamini–Hochberg 错误发现率 5%；与研究范围的平均水平相比。",
        f"密度图只供浏览：高斯核，带宽 {density.BANDWIDTH_METRES:.0f} 米；不足 {privacy.THRESHOLD} 起的地点不画。",
        *(
            [f"{few:,} 个热点网格本身不足 {privacy.THRESHOLD} 起，因周边密集而入选，显示为「{privacy.PRIMARY}」。"]
            if few
            else []
        ),
        origins.words,
    ]
