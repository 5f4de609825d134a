"""The station × category matrix, the map and the week of a briefing, before correction for chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics import compare, expectation, privacy, showing
from metrics.briefing.context import Context, short_name
from metrics.briefing.values import Matrix, Place
from metrics.definitions import METRICS, UNREGISTERED
from metrics.times.week import grid

MATRIX_COLUMNS = 8


def matrix(context: Context) -> Matrix | None:
    """Return counts of stations (or of one station's beats) × categories with z against what was expected of each."""
    by = (context.shape.rows, context.shape.axis)
    frame = context.answer.frame(by)
    if frame.empty:
        return None
    columns = _columns(context, frame)
    rows = [str(key) for key in dict.fromkeys(frame[by[0]])]
    values = _grid(frame, by, context.subject.id, rows, columns)
    expected, weeks, phi = _grid_expected(context, by, rows, columns)
    z, _ = compare.against_reference(values, expected, weeks, phi)
    hidden = _hidden(context, by, rows, columns)
    unseen = np.array([[(row, column) in hidden for column in columns] for row in rows], dtype=bool)
    z = np.where(unseen, 0.0, z) if context.has_base else np.zeros_like(values)
    order = np.argsort(-values.sum(axis=1), kind="stable")
    left_out = [str(key) for key in _seen(context, frame) if key not in columns]
    rest = _grid(frame, by, context.subject.id, rows, left_out).sum(axis=1)
    return Matrix(
        dimension=by[0],
        rows=[(rows[place], _row_name(context, rows[place])) for place in order],
        columns=[(column, context.names.get(column, column)) for column in columns],
        values=values[order],
        expected=expected[order],
        z=z[order],
        real=np.zeros(values.shape, dtype=bool),
        phi=phi,
        noun=context.noun,
        hidden=hidden,
        left_out=tuple(context.names.get(column, column) for column in left_out),
        rest=None if hidden else rest[order],
    )


def _hidden(context: Context, by: tuple[str, str], rows: list[str], columns: list[str]) -> dict[tuple[str, str], str]:
    """Return the marks of the cells that privacy keeps from being shown: small counts of a beat by category."""
    if not privacy.is_fine(by):
        return {}
    frame = showing.protected(context.answer, by, context.known).frame(by)
    cells = frame[[*by, context.subject.id]].itertuples(index=False, name=None)
    shown = {(str(row), str(column)): value for row, column, value in cells}
    # A combination that did not occur is as small as one that did once.
    every = {(row, column): shown.get((row, column), privacy.PRIMARY) for row in rows for column in columns}
    return {cell: value for cell, value in every.items() if privacy.is_hidden(value)}


def _columns(context: Context, frame: pd.DataFrame) -> list[str]:
    axis = context.shape.axis
    seen = _seen(context, frame)[:MATRIX_COLUMNS]
    if axis == "category":
        return seen
    order = {key: place for place, key in enumerate(context.names)}
    return sorted(seen, key=lambda key: order.get(key, len(order)))


def _seen(context: Context, frame: pd.DataFrame) -> list[str]:
    """Return the columns with anything in them, the largest first."""
    totals = frame.groupby(context.shape.axis)[context.subject.id].sum().sort_values(ascending=False)
    return [str(key) for key in totals.index if totals[key] > 0]


def _grid_expected(
    context: Context, by: tuple[str, str], rows: list[str], columns: list[str]
) -> tuple[NDArray[np.float64], float, float]:
    """Return what was expected of each cell, of how many stretches that is the mean, and the overdispersion."""
    if not context.weekly:
        before = _grid(context.answer.frame(by, "last_year"), by, context.subject.id, rows, columns)
        return before, 1.0, station_phi(context, context.subject.id)
    frame = context.answer.frame((*by, "weekday"), "reference")
    grid = np.zeros((len(rows), len(columns)))
    for weekday, share in context.weights.items():
        part = frame[frame["weekday"] == weekday]
        grid += _grid(part, by, context.subject.id, rows, columns) / expectation.WEEKS * share
    return grid, float(expectation.WEEKS), station_phi(context, context.subject.id)


def _grid(
    frame: pd.DataFrame, by: tuple[str, ...], metric: str, rows: list[str], columns: list[str]
) -> NDArray[np.float64]:
    places = {key: place for place, key in enumerate(rows)}
    spots = {key: place for place, key in enumerate(columns)}
    grid = np.zeros((len(rows), len(columns)))
    for row, column, value in frame[[*by, metric]].itertuples(index=False):
        if row in places and column in spots and value == value:
            grid[places[row], spots[column]] += float(value)
    return grid


def station_phi(context: Context, metric: str) -> float:
    """Return the overdispersion of station-days around each station's weekday means, pooled over stations."""
    return context.spread(("station",), (metric,)).whole.get(metric, 1.0)


def _row_name(context: Context, code: str) -> str:
    if context.shape.rows == "beat":
        return context.known.beats[code][0] if code in context.known.beats else code
    return short_name(context.known.station_names.get(code, code))


def places(context: Context) -> dict[str, list[Place]]:
    """Return, for each metric counted by station, every registered station with its count, what was expected, and z."""
    metrics = context.shape.counted
    frame = context.answer.frame(("station",))
    codes = [str(code) for code in frame["station"] if code != UNREGISTERED]
    if not codes:
        return {metric: [] for metric in metrics}
    values = _by_station(frame, metrics, codes)
    expected, weeks = _expected_by_station(context, metrics, codes)
    spread = context.spread(("station",), metrics)
    found = {}
    for n, metric in enumerate(metrics):
        z, _ = compare.against_reference(values[:, n], expected[:, n], weeks, spread.whole.get(metric, 1.0))
        if not context.covers(METRICS[metric]):
            z = np.zeros(len(codes))
        found[metric] = [
            Place(code, float(value), float(mean), float(score), False, spread.of(metric, {"station": code}))
            for code, value, mean, score in zip(codes, values[:, n], expected[:, n], z, strict=True)
        ]
    return found


def _expected_by_station(
    context: Context, metrics: tuple[str, ...], codes: list[str]
) -> tuple[NDArray[np.float64], float]:
    """Return stations × metrics of what was expected, and of how many stretches that is the mean."""
    if not context.weekly:
        return _by_station(context.answer.frame(("station",), "last_year"), metrics, codes), 1.0
    frame = context.answer.frame(("station", "weekday"), "reference")
    expected = np.zeros((len(codes), len(metrics)))
    for weekday, share in context.weights.items():
        expected += _by_station(frame[frame["weekday"] == weekday], metrics, codes) / expectation.WEEKS * share
    return expected, float(expectation.WEEKS)


def _by_station(frame: pd.DataFrame, metrics: tuple[str, ...], codes: list[str]) -> NDArray[np.float64]:
    return frame.set_index("station")[list(metrics)].reindex(codes).fillna(0).to_numpy(dtype=float)


def week(context: Context) -> NDArray[np.float64] | None:
    """Return counts of the last 28 days as 7 × 24, Monday first; None where hours are not known."""
    if (("weekday", "hour"), "month_before") not in context.answer.frames:
        return None
    frame = context.answer.frame(("weekday", "hour"), "month_before")
    if frame.empty:
        return None
    return grid(frame, context.subject.id)


def hours(context: Context) -> dict[tuple[str, str], dict[int, float]]:
    """Return counts by hour for each (row, column) of the matrix, for saying when something happened."""
    by = (context.shape.rows, context.shape.axis, "hour")
    if (by, "current") not in context.answer.frames:
        return {}
    found: dict[tuple[str, str], dict[int, float]] = {}
    frame = context.answer.frame(by)
    counted = frame.loc[frame[context.subject.id] > 0, [*by, context.subject.id]]
    for row, column, hour, value in counted.itertuples(index=False, name=None):
        found.setdefault((str(row), str(column)), {})[int(hour)] = float(value)
    return found
