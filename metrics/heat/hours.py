"""When in the day and the week: rows × hours against their own expectation, hours of the week, one hour looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from data.reading import Snapshot
from metrics import compare, query
from metrics.heat import case_times
from metrics.heat.asking import Shape, studied
from metrics.heat.context import Context, judged
from metrics.heat.values import Floats, HourList, HourMatrix, Share, WeekHours
from metrics.periods import Period, Window
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from metrics.times import aoristic
from metrics.times.week import grid

HOURS = 24
LISTED = 8


def matrix(snapshot: Snapshot, context: Context) -> HourMatrix | None:
    """Return rows × hours of the period, each cell against the row's own expectation at that hour.

    The expectation of a row (by weekday, as on the map) is spread over the day as the row's events of the eight weeks
    before were; in longer periods it is the same dates of the year before. Assumes that a row's day has the same shape
    on all weekdays.
    """
    if not context.shape.hourly:
        return None
    dimension = context.shape.rows
    names = context.names(dimension)
    now, before = _both(snapshot, context, dimension)
    seen = set(now.index)
    keys = [key for key in names if dimension == "station" or key in seen] + sorted(seen - set(names))
    if not keys:
        return None
    values, past = (frame.reindex(keys).fillna(0.0).to_numpy(dtype=float) for frame in (now, before))
    expected = _spread_out(context, dimension, keys, past)
    z = np.zeros(values.shape)
    if context.has_base:
        z = judged(values, expected, context.days_ratio, context.phi(dimension))
    real = compare.significant(2 * special.ndtr(-np.abs(z))) & (z != 0)
    order = np.argsort(-values.sum(axis=1), kind="stable")
    return HourMatrix(
        dimension=dimension,
        rows=[(keys[place], names.get(keys[place], keys[place])) for place in order],
        values=values[order],
        expected=expected[order] if context.has_base else np.full(values.shape, np.nan),
        z=z[order],
        real=real[order],
    )


def _spread_out(context: Context, dimension: str, keys: list[str], past: Floats) -> Floats:
    """Return the expectation of each row and hour: the row's own, in the shape of its past day."""
    if not context.weekly:
        return past
    totals = past.sum(axis=1)
    # Hours of cases come from when they happened, and so does what is expected of the whole.
    own = context.metric.view == "cases"
    whole = totals / context.days_ratio if own else context.expected(dimension, keys)
    shape = past / np.where(totals > 0, totals, 1.0)[:, None]
    return np.asarray(shape * whole[:, None], dtype=np.float64)


def _both(snapshot: Snapshot, context: Context, dimension: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows × 24 hours of the period and of what it is judged against."""
    if context.metric.view == "cases":
        return case_times.by_hour(snapshot, context, dimension)
    by, name = (dimension, "hour"), context.shape.metric
    return _wide(context.answer.frame(by), by, name), _wide(context.answer.frame(by, context.shape.base), by, name)


def _wide(frame: pd.DataFrame, by: tuple[str, str], column: str) -> pd.DataFrame:
    if frame.empty:
        return pd.DataFrame(columns=range(HOURS), dtype="float64")
    places, keys = pd.factorize(frame[by[0]])
    table = np.zeros((len(keys), HOURS))
    np.add.at(table, (places, frame[by[1]].to_numpy(dtype=int)), np.nan_to_num(frame[column].to_numpy(dtype=float)))
    return pd.DataFrame(table, index=keys)


def week(snapshot: Snapshot, context: Context, window: Window) -> WeekHours | None:
    """Return the hours of the week of the studied days: alerts as counted, cases by the chosen reading."""
    if not context.shape.hourly:
        return None
    if context.metric.view == "cases":
        found = aoristic.week(snapshot, studied(context.selection, window))
        return WeekHours(getattr(found, context.view.reading), _weekdays(context, window), found.window, found.notes)
    frame = context.answer.frame(("weekday", "hour"), context.shape.study)
    span = context.answer.windows[context.metric.view, context.shape.study]
    return WeekHours(grid(frame, context.shape.metric), _weekdays(context, span), span, [])


def _weekdays(context: Context, window: Window) -> Floats:
    days = np.zeros(7)
    for day in context.known.covered(query.TABLES[context.metric.view], window.first_day, window.last_day):
        days[day.isoweekday() - 1] += 1
    return days


def looked_at(snapshot: Snapshot, context: Context, window: Window) -> HourList | None:
    """Return the stations and categories of the hour that the view names; None where it names none."""
    at = context.view.at
    if at is None or not context.shape.hourly:
        return None
    axes = hour_axes(context.selection, context.shape)
    parts = [_at_hour(snapshot, context, window, dimension) for dimension in axes]
    shares = [_shares(part, context.names(name)) for part, name in zip(parts, axes, strict=True)]
    return HourList(at, float(parts[0]["there"].sum()), *shares)


def hour_axes(selection: Selection, shape: Shape) -> tuple[str, str]:
    """Return the dimensions of which an hour's rows are listed."""
    return "station", "category" if selection.categories or shape.rows == "category" else "group"


def _at_hour(snapshot: Snapshot, context: Context, window: Window, dimension: str) -> pd.DataFrame:
    """Return key, there (events in the hour) and whole (in all hours) of a dimension."""
    assert context.view.at is not None
    weekday, hour = context.view.at
    if context.metric.view == "cases":
        return case_times.at_hour(snapshot, context, window, dimension)
    name = context.shape.metric
    frame = query.run(snapshot, hour_question(context.selection, name, window, dimension)).frame(
        (dimension, "weekday", "hour")
    )
    chosen = (frame["weekday"] == weekday) & (frame["hour"] == hour)
    counts = pd.to_numeric(frame[name]).astype("float64")
    sums = pd.DataFrame({"key": frame[dimension], "there": counts.where(chosen, 0.0), "whole": counts})
    return sums.groupby("key", as_index=False).sum()


def hour_question(selection: Selection, metric: str, window: Window, dimension: str) -> Question:
    """Return the question of a dimension by the hours of the week."""
    by = (dimension, "weekday", "hour")
    return Question(studied(selection, window), Period(window.first_day, window.last_day), (Breakdown((metric,), by),))


def _shares(part: pd.DataFrame, names: dict[str, str]) -> list[Share]:
    """Return the rows with most events in the hour."""
    there, whole = float(part["there"].sum()), float(part["whole"].sum())
    if not there:
        return []
    top = part.sort_values(["there", "whole"], ascending=False, kind="stable").head(LISTED)
    return [
        Share(str(key), names.get(str(key), str(key)), float(n), float(n) / there, float(total) / whole)
        for key, n, total in top[["key", "there", "whole"]].itertuples(index=False)
        if n > 0
    ]
