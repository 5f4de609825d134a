"""Default points: cells where calls are pinned when nobody knows the place, told by what no real place looks like.

A 100 m cell is taken for one when
- it has calls of at least five stations, each with 5 calls or more and 5% of the cell's (jurisdictions meet in threes
  and fours, so a place that five of them share is a fallback), or
- it has at least 100 calls and 20% of its station's, and ten times as many as the station's tenth-busiest cell (busy
  places come in numbers; a pin stands alone); or
- it is the cell of the station's own house with at least 50 calls and 5% of its station's, three times as many as the
  tenth-busiest (the usual pin).
A station with fewer than ten cells is judged by the first rule only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data import grid
from data.reading import Snapshot
from metrics import cache, catalogue

VIEWS = {"alerts": "alert_facts", "cases": "(SELECT * FROM case_facts WHERE event = '立案') AS filed"}
# Calls, share of the station's calls, and times its tenth-busiest cell. Strict, as a real hot cell must not be hidden.
ANYWHERE, OWN_HOUSE = (100, 0.20, 10), (50, 0.05, 3)
MIN_STATIONS, STATION_CALLS, STATION_SHARE = 5, 5, 0.05


@dataclass(frozen=True)
class DefaultPoint:
    """A 100 m cell, its calls over all time and why it is taken for a default point."""

    cell_x: int
    cell_y: int
    calls: int
    reason: str


def default_points(snapshot: Snapshot, table: str) -> tuple[DefaultPoint, ...]:
    """Return the default points of a table ("alerts" or "cases") over all its time, once per version."""
    return cache.answer(snapshot, table, _default_points)


def _default_points(snapshot: Snapshot, table: str) -> tuple[DefaultPoint, ...]:
    counts = snapshot.query(
        f"SELECT station, cell_x, cell_y, count(*) AS calls FROM {VIEWS[table]} WHERE cell_x IS NOT NULL"
        " GROUP BY station, cell_x, cell_y"
    )
    return find(counts, houses(snapshot))


def houses(snapshot: Snapshot) -> dict[str, tuple[int, int]]:
    """Return the 100 m cell of each station's own house, by code."""
    text = snapshot.meta.get("grid_lat0")
    if text is None:
        return {}
    known = catalogue.of(snapshot).stations.values()
    return {
        one.code: grid.cell_of(one.lon, one.lat, float(text))
        for one in known
        if one.lon is not None and one.lat is not None
    }


def find(counts: pd.DataFrame, own: Mapping[str, tuple[int, int]]) -> tuple[DefaultPoint, ...]:
    """Return the default points in counts by station, cell_x, cell_y (column calls), the largest first.

    own: the cell of each station's own house.
    """
    if counts.empty:
        return ()
    cell = ["cell_x", "cell_y"]
    whole = counts.groupby(cell)["calls"].transform("sum")
    strong = counts[(counts["calls"] >= STATION_CALLS) & (counts["calls"] >= STATION_SHARE * whole)]
    sharing = strong.groupby(cell).size()
    shared = sharing[sharing >= MIN_STATIONS]
    found: dict[tuple[int, int], str] = {
        (int(x), int(y)): f"{n} 个派出所的警情落在同一点" for (x, y), n in zip(shared.index, shared, strict=True)
    }
    total = counts.groupby("station")["calls"].transform("sum")
    rank = counts.groupby("station")["calls"].rank(method="first", ascending=False)
    tenth = counts["station"].map(counts[rank == 10].set_index("station")["calls"])
    columns = (counts[name].tolist() for name in ("station", *cell, "calls"))
    for station, x, y, calls, whole_of, beside in zip(*columns, total, tenth, strict=True):
        is_own = own.get(station) == (x, y)
        least, share, times = OWN_HOUSE if is_own else ANYWHERE
        # Without a tenth cell `beside` is NaN, which no count reaches.
        if calls >= least and calls >= share * whole_of and calls >= times * beside:
            where = "派出所驻地一点" if is_own else "一点"
            found.setdefault((x, y), f"{where}占本所 {calls / whole_of:.0%}")
    sizes = counts.groupby(cell)["calls"].sum()
    points = [DefaultPoint(x, y, int(sizes[x, y]), reason) for (x, y), reason in found.items()]
    return tuple(sorted(points, key=lambda point: (-point.calls, point.cell_x, point.cell_y)))


def lies_in(frame: pd.DataFrame, listed: Iterable[tuple[int, int]]) -> NDArray[np.bool_]:
    """Return which rows (cell_x, cell_y, both known) lie in one of the listed cells."""
    own = _keys(frame["cell_x"].to_numpy(dtype=np.int64), frame["cell_y"].to_numpy(dtype=np.int64))
    cells = np.array(list(listed), dtype=np.int64).reshape(-1, 2)
    return np.isin(own, _keys(cells[:, 0], cells[:, 1]))


def _keys(columns: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each cell; cell numbers have 32 bits."""
    return columns * 2**32 + rows


def note(points: tuple[DefaultPoint, ...]) -> list[str]:
    """Return what readers are told of the points that were left out."""
    if not points:
        return []
    worst = "；".join(f"{point.calls:,} 起（{point.reason}）" for point in points[:3])
    return [f"疑似默认落点 {len(points)} 个，未计入：{worst}{' 等' if len(points) > 3 else ''}。"]
