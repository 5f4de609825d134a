"""Hot cells of a selection: what may be called hot, how hot it is and where the heat comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from data.reading import Snapshot, Statement
from metrics import cache, catalogue, privacy
from metrics.hotspots import density, gi_star, grid, origin, places
from metrics.hotspots.defaults import DefaultPoint
from metrics.hotspots.grid import Area, Bools, Floats, Ints
from metrics.hotspots.places import NOUNS, Placed, by_cell, cells_of, placed
from metrics.model import MetricError
from metrics.moran import Moran, moran, standardised
from metrics.periods import describe
from metrics.selection import Selection

# Cells whose centres lie within this distance belong to the surroundings of a cell (12 of them at 200 m).
BAND_METRES = 400.0
CELL_COLUMNS = (
    "cell_x", "cell_y", "west", "south", "east", "north", "station", "cluster", "z", "p", "count", "share",
    "share_public",
)  # fmt: skip
SURFACE_COLUMNS = ("cell_x", "cell_y", "density")


@dataclass(frozen=True, eq=False)
class HotCells:
    """Hot cells of a selection. Frames are shared and must not be changed.

    cells: CELL_COLUMNS; those with most events come first. Corners in degrees; cluster numbers adjoining hot cells
    from 1, the one with most events first; count is a number, or "<3"; share (of the events inside) and share_public
    (of those of known origin) are shares from 0 to 1, None where the count is hidden or no origin is known.
    width, height: of a cell in degrees; its corners are cell_x × width and (cell_x + 1) × width east, the same north.
    origins: of the events inside. points: the default points that were left out, of any time and station.
    """

    table: str
    state: str
    cells: pd.DataFrame
    total: int
    inside: int
    hot_events: int
    clusters: int
    area: Area | None
    origins: origin.Origins
    points: tuple[DefaultPoint, ...]
    width: float
    height: float
    title: str
    notes: list[str] = field(default_factory=list)


def hot_cells(snapshot: Snapshot, selection: Selection, table: str = "alerts") -> HotCells:
    """Return the hot cells of alerts or cases under a selection, once per version.

    A cell is hot when Gi* (binary weights within 400 m) is significant by Benjamini–Hochberg at 5% over all cells of
    the study area. Default points are left out. Raises MetricError for another table.
    """
    return cache.answer(snapshot, (selection, table), _hot_cells)


def ahead(snapshot: Snapshot, selection: Selection, table: str = "alerts") -> list[Statement]:
    """Return what hot_cells() will ask of the store, for Snapshot.together()."""
    if cache.holds(snapshot, (selection, table), _hot_cells):
        return []
    try:
        return [places.statement(snapshot, selection, table)[0]]
    except MetricError:
        return []


def surface(snapshot: Snapshot, selection: Selection, table: str = "alerts") -> pd.DataFrame:
    """Return the kernel density of a selection, for looking only: SURFACE_COLUMNS, density in events per km².

    Cells are left out where the density could come from one or two events. Once per version.
    """
    return cache.answer(snapshot, (selection, table), _surface_of)


def clustering(snapshot: Snapshot, selection: Selection, table: str = "alerts") -> Moran | None:
    """Return Moran's I of the counts over the eight cells around, None where there is nothing to compare."""
    found = placed(snapshot, selection, table)
    if found.state != "ok" or found.area is None:
        return None
    return moran(found.counts, standardised(grid.neighbours(found.area, np.ones((3, 3), dtype=bool), with_self=False)))


def _surface_of(snapshot: Snapshot, question: tuple[Selection, str]) -> pd.DataFrame:
    found = placed(snapshot, *question)
    if found.state != "ok" or found.area is None:
        return pd.DataFrame(columns=list(SURFACE_COLUMNS))
    return _surface(found.area, found.counts)


def band_of(area: Area) -> sparse.csr_array:
    """Return the binary weights of Gi* in an area, the cell itself included."""
    return grid.neighbours(area, grid.disc(round(BAND_METRES / grid.SIDE_METRES)), with_self=True)


def _band(snapshot: Snapshot, stations: tuple[str, ...]) -> sparse.csr_array:
    area = grid.area_of(snapshot, stations)
    assert area is not None
    return band_of(area)


def _hot_cells(snapshot: Snapshot, question: tuple[Selection, str]) -> HotCells:
    selection, table = question
    found, known = placed(snapshot, selection, table), catalogue.of(snapshot)
    empty = _empty(found, describe(found.window, selection.cutoff))
    if found.state != "ok" or found.area is None:
        return empty
    band = cache.answer(snapshot, known.station_codes(selection.stations), _band)
    z = gi_star.gi_star(found.counts, band)
    p = gi_star.upper_p(found.counts, band, z)
    hot = gi_star.hot(p)
    cells = _cells(found.area, found.counts, found.kept, z, p, hot)
    return replace(
        empty,
        cells=cells,
        hot_events=int(found.counts[hot].sum()),
        clusters=int(cells["cluster"].max()) if len(cells) else 0,
        notes=[*empty.notes, *_method_notes(found.area, cells, empty.origins)],
    )


def _empty(found: Placed, title: str) -> HotCells:
    width, height = found.area.cell_degrees if found.area else (0.0, 0.0)
    inside = found.kept[cells_of(found.kept, found.area) >= 0] if found.area else found.kept
    return HotCells(
        table=found.table, state=found.state, cells=pd.DataFrame(columns=list(CELL_COLUMNS)), total=found.total,
        inside=found.inside, hot_events=0, clusters=0, area=found.area, origins=origin.origins(inside),
        points=found.points, width=width, height=height, title=title, notes=[*found.notes, *_count_notes(found)],
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
    # Many answers are kept, so their largest part is kept small.
    columns = area.columns[shown].astype(np.int32), area.rows[shown].astype(np.int32), values[shown].astype(np.float32)
    return pd.DataFrame(dict(zip(SURFACE_COLUMNS, columns, strict=True)))


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
        *(
            [f"{few:,} 个热点网格本身不足 {privacy.THRESHOLD} 起，因周边密集而入选，显示为「{privacy.PRIMARY}」。"]
            if few
            else []
        ),
        origins.words,
    ]
