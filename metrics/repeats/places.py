"""The places behind repeated alerts, for 30, 90 and 365 days at once: one statement instead of three long answers.

What counts and what is left out are the rules of metrics.hotspots.repeats (and tested to give its numbers); here the
store adds up the three windows, so that a page can show them beside each other.

z compares a place's last 30 days with its days before, up to 365: conditional mid-p test of two Poisson counts
(metrics.compare.against_reference), Benjamini–Hochberg over all places with at least three calls. It assumes calls that
are independent of each other; a row of calls about one quarrel makes it too bold, so it points, and does not prove.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd

from data import grid as small
from data.reading import Snapshot, Statement
from metrics import cache, catalogue, compare, privacy, query
from metrics.catalogue import Catalogue
from metrics.definitions import UNREGISTERED
from metrics.hotspots import defaults
from metrics.hotspots.repeats import HOUSE, LEFT_OUT_WORDS, PINNED, WINDOWS, rolling_window
from metrics.model import MetricError
from metrics.periods import Period, Window, describe
from metrics.repeats.values import Beat, Places, Spot
from metrics.selection import Selection

# Rows of a table that somebody reads.
MOST = 50
NO_CELL = "没有坐标"
_SQL = """
WITH events AS (
    SELECT category_group, cell_x, cell_y, station, beat, {reason} AS reason,
        counted_at >= $from_30 AS in_30, counted_at >= $from_90 AS in_90
    FROM (
{rows}
    ) AS selected
),
beats AS (
    SELECT reason, category_group, cell_x, cell_y, station, beat, count(*) AS n_365,
        count(*) FILTER (WHERE in_90) AS n_90, count(*) FILTER (WHERE in_30) AS n_30
    FROM events GROUP BY reason, category_group, cell_x, cell_y, station, beat
),
cells AS (
    SELECT category_group, cell_x, cell_y, max_by(station, (n_365, beat)) AS station,
        max_by(beat, (n_365, beat)) AS beat,
        CAST(sum(n_30) AS BIGINT) AS n_30, CAST(sum(n_90) AS BIGINT) AS n_90, CAST(sum(n_365) AS BIGINT) AS n_365
    FROM beats WHERE reason = '' GROUP BY category_group, cell_x, cell_y
)
SELECT 'cell' AS kind, * FROM cells WHERE n_365 >= 2
UNION ALL
SELECT reason AS kind, NULL, NULL, NULL, NULL, NULL, CAST(sum(n_30) AS BIGINT), CAST(sum(n_90) AS BIGINT),
    CAST(sum(n_365) AS BIGINT)
FROM beats GROUP BY reason
"""


def places(snapshot: Snapshot, selection: Selection, days: int = 30) -> Places:
    """Return the repeat places of valid alerts in the window of `days` that ends with the period, once per version.

    Raises MetricError for another window than 30, 90 or 365 days.
    """
    if days not in WINDOWS:
        raise MetricError(f"重复地点按 {'、'.join(map(str, WINDOWS))} 日滚动统计，没有 {days} 日。")
    return cache.answer(snapshot, selection, _all)[days]


def ahead(snapshot: Snapshot, selection: Selection) -> list[Statement]:
    """Return what places() will ask of the store, for Snapshot.together()."""
    return [] if cache.holds(snapshot, selection, _all) else [_statement(snapshot, selection)[0]]


def window_of(snapshot: Snapshot, selection: Selection, days: int) -> Selection:
    """Return the selection of valid alerts in the window of `days` that ends with the period."""
    known = catalogue.of(snapshot)
    first, last = rolling_window(selection.resolve(known.data_as_of), known, days)
    return replace(selection, period="custom", first=first, last=last, valid_only=True)


def _all(snapshot: Snapshot, selection: Selection) -> dict[int, Places]:
    """Return all windows; the long frame that they are read from is not kept."""
    frame, notes = _counted(snapshot, selection)
    return {days: _places(snapshot, selection, days, frame, notes) for days in WINDOWS}


def _places(snapshot: Snapshot, selection: Selection, days: int, frame: pd.DataFrame, notes: list[str]) -> Places:
    known = catalogue.of(snapshot)
    chosen = window_of(snapshot, selection, days)
    assert chosen.first is not None and chosen.last is not None
    cells, sums = frame[frame["kind"] == "cell"], frame[frame["kind"] != "cell"].set_index("kind")
    name = f"n_{days}"
    repeated = cells[cells[name] >= 2]
    listed = cells[cells[name] >= privacy.THRESHOLD].sort_values(
        [name, "n_365", "category_group", "cell_x", "cell_y"], ascending=[False, False, True, True, True]
    )
    calls = int(sums[name].get("", 0))
    state = _state(known, chosen, sums, name, len(repeated))
    return Places(
        days=days, state=state, title=describe(_window(chosen), selection.cutoff), first=chosen.first,
        last=chosen.last, calls=calls, places=len(repeated), place_calls=int(repeated[name].sum()),
        spots=_spots(snapshot, listed.head(MOST)), in_all=len(listed), beats=_beats(repeated, name),
        left_out=_left_out(sums, name), pins=tuple(
            (point.calls, point.reason) for point in defaults.default_points(snapshot, "alerts")
        ),
        notes=(*notes, *_short(known, chosen)),
    )  # fmt: skip


def _window(chosen: Selection) -> Window:
    assert chosen.first is not None and chosen.last is not None
    return Period(chosen.first, chosen.last).window


def _state(known: Catalogue, chosen: Selection, sums: pd.DataFrame, name: str, places: int) -> str:
    assert chosen.first is not None and chosen.last is not None
    if not known.covered("alerts", chosen.first, chosen.last):
        return "no_data"
    total = int(sums[name].sum())
    if total and int(sums[name].get(NO_CELL, 0)) == total:
        return "no_coordinates"
    return "ok" if places else "nothing"


def _short(known: Catalogue, chosen: Selection) -> list[str]:
    """Say where the data do not cover the window."""
    assert chosen.first is not None and chosen.last is not None
    covered = len(known.covered("alerts", chosen.first, chosen.last))
    length = (chosen.last - chosen.first).days + 1
    return [f"窗口 {length} 天中有 {covered} 天有数据，其余不计。"] if 0 < covered < length else []


def _counted(snapshot: Snapshot, selection: Selection) -> tuple[pd.DataFrame, list[str]]:
    """Return places with their counts in all windows and z, and the sums by reason of what was left out ("": kept)."""
    known = catalogue.of(snapshot)
    statement, notes = _statement(snapshot, selection)
    frame = snapshot.query(*statement)
    frame[["n_30", "n_90", "n_365"]] = frame[["n_30", "n_90", "n_365"]].fillna(0).astype("int64")
    widest, recent = (window_of(snapshot, selection, days) for days in (WINDOWS[-1], WINDOWS[0]))
    return _paced(frame, known, widest, _day(recent.first)), notes


def _statement(snapshot: Snapshot, selection: Selection) -> tuple[Statement, list[str]]:
    """Return what is asked of the store and what must be said of it."""
    widest = window_of(snapshot, selection, WINDOWS[-1])
    rows, params, _, notes = query.prepared("alerts", widest, catalogue.of(snapshot))
    starts = {days: window_of(snapshot, selection, days).first for days in WINDOWS}
    params |= {f"from_{days}": datetime.combine(_day(starts[days]), time()) for days in WINDOWS[:-1]}
    return (_SQL.format(rows=rows, reason=_reason(snapshot, params)), params), notes


def _day(value: date | None) -> date:
    assert value is not None
    return value


def _paced(frame: pd.DataFrame, known: Catalogue, widest: Selection, recent: date) -> pd.DataFrame:
    """Add z and real: the last 30 days against the days before, on equal exposure."""
    days = known.covered("alerts", _day(widest.first), _day(widest.last))
    now = sum(day >= recent for day in days)
    before = len(days) - now
    frame = frame.assign(z=0.0, real=False)
    judged = ((frame["kind"] == "cell") & (frame["n_365"] >= privacy.THRESHOLD)).to_numpy()
    if not now or before < now or not judged.any():
        return frame
    stretches = before / now
    last = frame.loc[judged, "n_30"].to_numpy(dtype=float)
    earlier = frame.loc[judged, "n_365"].to_numpy(dtype=float) - last
    z, p = compare.against_reference(last, earlier / stretches, stretches)
    frame.loc[judged, "z"] = z
    frame.loc[judged, "real"] = compare.significant(np.asarray(p, dtype=float))
    return frame


def _reason(snapshot: Snapshot, params: dict[str, Any]) -> str:
    """Return the expression that says why an alert does not count, '' where it does; fills `params`."""
    kinds = cache.answer(snapshot, "alerts", _place_types)
    terms = ["WHEN cell_x IS NULL THEN $no_cell"]
    params["no_cell"] = NO_CELL
    for number, (name, words) in enumerate(reversed(list(LEFT_OUT_WORDS.items()))):
        named = [kind for kind in kinds if any(word in kind.lower() for word in words)]
        if named:
            params[f"reason_{number}"] = name
            terms.append(f"WHEN place_type IN ({_listed(named, f'type_{number}', params)}) THEN $reason_{number}")
    pins = [(point.cell_x, point.cell_y) for point in defaults.default_points(snapshot, "alerts")]
    houses = list(defaults.houses(snapshot).values())
    for listed, reason, said in ((pins, "pinned", PINNED), (houses, "house", HOUSE)):
        if listed:
            params[reason] = said
            # Cells as one number, since a list of pairs is searched pair by pair.
            keys = [x * 2**32 + y for x, y in listed]
            found = _listed(keys, reason, params)
            terms.append(f"WHEN CAST(cell_x AS BIGINT) * 4294967296 + cell_y IN ({found}) THEN ${reason}")
    return f"CASE {' '.join(terms)} ELSE '' END"


def _place_types(snapshot: Snapshot, table: str) -> tuple[str, ...]:
    rows = snapshot.rows("SELECT DISTINCT place_type FROM alert_facts ORDER BY place_type")
    return tuple(str(row[0]) for row in rows if row[0])


def _listed(values: Iterable[Any], stem: str, params: dict[str, Any]) -> str:
    names = []
    for number, value in enumerate(values):
        params[f"{stem}_{number}"] = value
        names.append(f"${stem}_{number}")
    return ", ".join(names)


def _left_out(sums: pd.DataFrame, name: str) -> tuple[tuple[str, int], ...]:
    listed = [(str(kind), int(count)) for kind, count in sums[name].items() if kind and count]
    return tuple(sorted(listed, key=lambda pair: -pair[1]))


def _beats(repeated: pd.DataFrame, name: str) -> tuple[Beat, ...]:
    """Return the beats of repeat places, most repeats first; a place counts for the beat with most of its calls."""
    sums = repeated.groupby(["station", "beat"])[name].agg(["size", "sum"]).reset_index()
    found = [Beat(str(row.station), str(row.beat), int(row[3]), int(row[4])) for row in sums.itertuples()]
    return tuple(sorted(found, key=lambda one: (-one.repeats, one.station, one.beat)))


def _spots(snapshot: Snapshot, listed: pd.DataFrame) -> tuple[Spot, ...]:
    if listed.empty:
        return ()
    width, height = small.cell_degrees(float(snapshot.meta["grid_lat0"]))
    found = []
    for row in listed.to_dict("records"):
        x, y = int(row["cell_x"]), int(row["cell_y"])
        counts = {days: int(row[f"n_{days}"]) for days in WINDOWS}
        verdict = compare.REAL if row["real"] else compare.USUAL
        centre = (x + 0.5) * width, (y + 0.5) * height
        names = [str(row[name] or UNREGISTERED) for name in ("station", "beat")]
        found.append(
            Spot(str(row["category_group"]), (x, y), centre[0], centre[1], names[0], names[1], counts,
                 float(row["z"]), verdict)
        )  # fmt: skip
    return tuple(found)
