"""Hot-cell forecasts of one version: fitted once, back-tested on its own past, kept beside it.

Time goes in blocks of 28 days that end with the last complete day (months, where times are known only by month). The
last thirteen blocks measure, the thirteen before them choose the weights; shorter histories halve what they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from data.reading import Snapshot
from metrics import catalogue
from metrics.catalogue import Catalogue
from metrics.hotspots import defaults, grid, origin, prediction
from metrics.hotspots.grid import Area, Floats, Ints
from metrics.hotspots.prediction import LONG_RUN, LONGEST, SHARES, History, Quality, Weights
from metrics.model import UnknownName

BLOCK_DAYS = 28
FOLDS = 13
# Blocks before the first fold: a mean of fewer says little.
WARM_UP = 6
# A category with fewer events a block has no pattern to be measured by.
MIN_PER_BLOCK = 26
# Ranks kept of each subject: what the largest share of the area that is measured holds.
KEPT_SHARE = max(SHARES)
CRIME = "违法犯罪"
EVERYTHING = "全部"
_GROUPS = ("刑事", "治安", "交通", "纠纷", "求助")
_CRIME_GROUPS = ("刑事", "治安")

FORECAST_COLUMNS = (
    "subject", "cell_x", "cell_y", "lon", "lat", "score", "rank", "recent", "long_run", "share_public", "station",
)  # fmt: skip
QUALITY_COLUMNS = (
    "subject", "method", "share_area", "pai", "pei", "n", "events", "cells", "area", "area_km2", "folds", "block_days",
    "first", "last", "recent_weight", "recent_blocks", "near_weight", "gained", "lost", "p", "origin_known",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Events:
    """Located valid events of one table by cell of the area, block (0: the latest) and category.

    frame: columns cell, block, category, group_name, origin, events. days: days with data of each block.
    """

    frame: pd.DataFrame
    area: Area
    days: Floats
    first: date
    last: date
    by_month: bool
    table: str


def fit(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return hotspot_forecast and hotspot_quality; both without rows where nothing has coordinates."""
    forecasts: list[pd.DataFrame] = []
    qualities: list[dict[str, Any]] = []
    events, known = located(snapshot), catalogue.of(snapshot)
    if events is not None and not events.frame.empty:
        around = around_of(events.area)
        for subject, rows in subjects(events, known):
            forecast, quality = _fit_one(subject, rows, events, around)
            forecasts.append(forecast)
            qualities += quality
    return {
        "hotspot_forecast": pd.concat([_empty(FORECAST_COLUMNS), *forecasts], ignore_index=True),
        "hotspot_quality": pd.DataFrame(qualities, columns=list(QUALITY_COLUMNS)).astype(_kinds(QUALITY_COLUMNS)),
    }


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)).astype(_kinds(columns))


def _kinds(columns: tuple[str, ...]) -> dict[str, str]:
    """Return the type of each column, the same whether a table has rows or not."""
    return {name: next((kind for kind, names in _KINDS.items() if name in names), "float64") for name in columns}


_KINDS = {
    "str": {"subject", "method", "station"},
    "int64": {"cell_x", "cell_y", "rank", "cells", "area", "folds", "block_days", "recent_blocks"},
    "datetime64[s]": {"first", "last"},
    "bool": {"origin_known"},
}


def around_of(area: Area) -> sparse.csr_array:
    """Return cells × cells, 1/8 for each of the eight cells around."""
    return grid.neighbours(area, np.ones((3, 3), dtype=bool), with_self=False) / 8


def located(
    snapshot: Snapshot, last: date | None = None, blocks: int = LONGEST + 2 * FOLDS, first: date = date.min
) -> Events | None:
    """Return the events of the latest blocks up to `last` (default: the last complete day), none before `first`.

    Of alerts or, without those, of cases; None where nothing has coordinates.
    """
    area, known = grid.area_of(snapshot), catalogue.of(snapshot)
    if area is None or area.size == 0:
        return None
    for table in ("alerts", "cases"):
        end = last or _last_complete_day(known, table)
        if end is not None:
            events = _read(snapshot, known, area, table, first, end, blocks)
            if not events.frame.empty:
                return events
    return None


def _last_complete_day(known: Catalogue, table: str) -> date | None:
    runs, as_of = known.coverage.get(table, []), known.as_of.get(table)
    if not runs or as_of is None:
        return None
    # A day that is known only by its month or date is as complete as it will be.
    partial = as_of.date() == runs[-1][1] and as_of.hour < 23 and (as_of.hour, as_of.minute) != (0, 0)
    return runs[-1][1] - timedelta(days=1) if partial else runs[-1][1]


def _read(snapshot: Snapshot, known: Catalogue, area: Area, table: str, first: date, last: date, oldest: int) -> Events:
    by_month = any("month" in kinds for kinds in known.precisions[table].values())
    block = _block_sql(by_month)
    side = grid.SMALL_PER_SIDE
    kind = "valid, origin" if table == "alerts" else "true AS valid, '未填' AS origin"
    frame = snapshot.query(
        f"""
        SELECT column_ AS "column", row_ AS "row", block, category, group_name, origin, count(*) AS events
        FROM (
            SELECT
                cell_x, cell_y, cast(floor(cell_x / {side}.0) AS INTEGER) AS column_,
                cast(floor(cell_y / {side}.0) AS INTEGER) AS row_, {block} AS block,
                category_confirmed AS category, group_confirmed AS group_name, {kind}
            FROM {defaults.VIEWS[table]}
            WHERE cell_x IS NOT NULL AND happened_at >= cast($first AS DATE)
                AND happened_at < cast($last AS DATE) + INTERVAL 1 DAY
        ) AS placed
        WHERE valid AND block < {oldest} AND {_not_pinned(defaults.default_points(snapshot, table))}
        GROUP BY ALL ORDER BY ALL
        """,
        {"first": first, "last": last},
    )
    frame["cell"] = area.find(frame["column"].to_numpy(dtype=np.int64), frame["row"].to_numpy(dtype=np.int64))
    frame = frame[frame["cell"] >= 0]
    for name in ("category", "group_name", "origin"):
        frame[name] = frame[name].astype("category")
    days = _days(known, table, last, by_month, int(frame["block"].max()) + 1 if len(frame) else 0)
    return Events(frame, area, days, _block_start(last, len(days) - 1, by_month), last, by_month, table)


def _block_sql(by_month: bool) -> str:
    if by_month:
        months = "(year({0}) * 12 + month({0}))"
        return f"{months.format('cast($last AS DATE)')} - {months.format('happened_at')}"
    return f"date_diff('day', cast(happened_at AS DATE), cast($last AS DATE)) // {BLOCK_DAYS}"


def _not_pinned(points: tuple[defaults.DefaultPoint, ...]) -> str:
    listed = ", ".join(f"({point.cell_x}, {point.cell_y})" for point in points)
    return f"(cell_x, cell_y) NOT IN ({listed})" if listed else "true"


def _block_start(last: date, block: int, by_month: bool) -> date:
    """Return the first day of a block; block −1 is the one to come."""
    if by_month:
        months = last.year * 12 + last.month - 1 - block
        return date(months // 12, months % 12 + 1, 1)
    return last - timedelta(days=BLOCK_DAYS * (block + 1) - 1)


def _days(known: Catalogue, table: str, last: date, by_month: bool, blocks: int) -> Floats:
    """Return the days with data of each block."""
    days = np.zeros(blocks)
    if blocks:
        for day in known.covered(table, _block_start(last, blocks - 1, by_month), last):
            months = (last.year - day.year) * 12 + last.month - day.month
            days[months if by_month else (last - day).days // BLOCK_DAYS] += 1
    return days


def subjects(events: Events, known: Catalogue) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield what is forecast: everything, 违法犯罪, groups, crime categories of all levels with enough events."""
    frame, of_alerts = events.frame, events.table == "alerts"
    enough = MIN_PER_BLOCK * max(1, events.days.size)
    yield EVERYTHING, frame
    crime = frame[frame["group_name"].isin(_CRIME_GROUPS)] if of_alerts else frame
    if of_alerts and len(crime):
        yield CRIME, crime
    for group in _GROUPS if of_alerts else ("刑事", "行政"):
        rows = frame[frame["group_name"] == group]
        if rows["events"].sum() >= enough:
            yield group, rows
    for code, category in known.categories[events.table].items():
        # A category without parent is its group.
        if category.parent is None or (of_alerts and category.group not in _CRIME_GROUPS):
            continue
        rows = crime[crime["category"].isin(known.category_filter((code,), events.table)[1])]
        if rows["events"].sum() >= enough:
            yield code, rows


def rows_of(subject: str, events: Events, known: Catalogue) -> pd.DataFrame:
    """Return the events of one subject, by its name or a category's; raises UnknownName where it is not forecast."""
    found = dict(subjects(events, known))
    named = [code for code, name in known.category_names(events.table).items() if name == subject]
    wanted = next((one for one in (subject, *named) if one in found), None)
    if wanted is None:
        names = [known.category_names(events.table).get(one, one) for one in found]
        raise UnknownName("预测对象（事件太少的不预测）", subject, names)
    return found[wanted]


def quality_of(subject: str, events: Events, known: Catalogue) -> tuple[list[dict[str, Any]], origin.Origins]:
    """Return the lines of hotspot_quality of one subject (none with little history), and its events' origins."""
    history, found = history_of(rows_of(subject, events, known), events, around_of(events.area))
    measuring, choosing = folds_of(events.days)
    return _quality(subject, history, prediction.choose(history, choosing), measuring, events, found), found


def history_of(rows: pd.DataFrame, events: Events, around: sparse.csr_array) -> tuple[History, origin.Origins]:
    """Return what a forecast may learn from, by block and cell, and the origins of all of it."""
    found = origin.origins(rows)
    return History.of(matrix(rows[origin.trains(rows, found)], events), events.days, around), found


def matrix(rows: pd.DataFrame, events: Events) -> Floats:
    """Return events by block and cell of the area."""
    at = rows["block"].to_numpy(dtype=np.int64) * events.area.size + rows["cell"].to_numpy(dtype=np.int64)
    size = events.area.size * events.days.size
    counts: Floats = np.bincount(at, rows["events"].to_numpy(dtype=float), size).astype(float)
    return counts.reshape(-1, events.area.size)


def folds_of(days: Floats) -> tuple[list[int], list[int]]:
    """Return (blocks that measure, earlier blocks that choose), the latest first; only blocks full of data count."""
    full = [n for n in range(max(0, days.size - WARM_UP)) if days[n] >= BLOCK_DAYS]
    measuring = full[: min(FOLDS, (len(full) + 1) // 2)]
    return measuring, full[len(measuring) : len(measuring) + FOLDS]


def _fit_one(
    subject: str, rows: pd.DataFrame, events: Events, around: Any
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    history, found = history_of(rows, events, around)
    measuring, choosing = folds_of(events.days)
    chosen = prediction.choose(history, choosing)
    quality = _quality(subject, history, chosen, measuring, events, found)
    scores = prediction.score(history, chosen)
    return _forecast(subject, scores, chosen, history, rows, events), quality


def _forecast(
    subject: str, scores: Floats, chosen: Weights, history: History, rows: pd.DataFrame, events: Events
) -> pd.DataFrame:
    """Return the best cells of a subject; score in events per 28 days, recent and long_run as counts of events."""
    area, own = events.area, history.cells
    kept = min(int((scores > 0).sum()), max(1, round(KEPT_SHARE * area.size)))
    # Equals by their place, so that the same data always give the same order.
    order: Ints = np.lexsort((area.columns[own], area.rows[own], -scores))[:kept]
    best = own[order]
    corners = area.corners(best)
    public, patrol = (_by_cell(rows[rows["origin"] == name], area)[best] for name in (origin.PUBLIC, origin.PATROL))
    return pd.DataFrame(
        {
            "subject": subject, "cell_x": area.columns[best], "cell_y": area.rows[best],
            "lon": (corners["west"] + corners["east"]) / 2, "lat": (corners["south"] + corners["north"]) / 2,
            "score": scores[order] * BLOCK_DAYS, "rank": np.arange(1, kept + 1),
            "recent": history.total(0, chosen.blocks)[order], "long_run": history.total(0, LONGEST)[order],
            "share_public": origin.share_public(public, patrol),
            "station": [area.stations[cell] for cell in best],
        },
        columns=list(FORECAST_COLUMNS),
    )  # fmt: skip


def _by_cell(rows: pd.DataFrame, area: Area) -> Floats:
    at = rows["cell"].to_numpy(dtype=np.int64)
    counts: Floats = np.bincount(at, rows["events"].to_numpy(dtype=float), area.size).astype(float)
    return counts


def _quality(
    subject: str, history: History, chosen: Weights, folds: list[int], events: Events, found: origin.Origins
) -> list[dict[str, Any]]:
    if not folds:
        return []
    later = [history.total(fold, 1) for fold in folds]
    scored = {
        name: [prediction.score(history, weights, fold + 1) for fold in folds]
        for name, weights in (("model", chosen), ("long_run", LONG_RUN))
    }
    tried = {
        name: [prediction.evaluate(*pair, history.idle) for pair in zip(scores, later, strict=True)]
        for name, scores in scored.items()
    }
    common = {
        "subject": subject, "folds": len(folds), "block_days": BLOCK_DAYS, "area": history.area,
        "first": pd.Timestamp(_block_start(events.last, max(folds), events.by_month)),
        "last": pd.Timestamp(_block_start(events.last, min(folds) - 1, events.by_month) - timedelta(days=1)),
        "recent_weight": chosen.recent, "recent_blocks": chosen.blocks, "near_weight": chosen.near,
        "area_km2": events.area.km2, "origin_known": found.is_known,
    }  # fmt: skip
    return [line for place in range(len(SHARES)) for line in _lines(place, tried, scored, later, history.idle, common)]


def _lines(
    place: int,
    tried: dict[str, list[list[Quality]]],
    scored: dict[str, list[Floats]],
    later: list[Floats],
    idle: int,
    common: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """Yield the lines of one share of the area: the model with its test against the floor, and the floor."""
    whole = {name: prediction.pooled([fold[place] for fold in folds]) for name, folds in tried.items()}
    chosen = {
        name: [prediction.included(one, whole[name].cells, idle) for one in scores] for name, scores in scored.items()
    }
    gained, lost, p = prediction.paired_p(chosen["model"], chosen["long_run"], later)
    for name, one in whole.items():
        yield common | {
            "method": name, "share_area": one.share, "pai": one.pai, "pei": one.pei, "n": one.n, "events": one.events,
            "cells": one.cells, "gained": gained, "lost": lost, "p": p,
        }  # fmt: skip
