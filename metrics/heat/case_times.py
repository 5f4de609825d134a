"""Cases by the hour in which they happened: aoristic weights (see metrics.times.aoristic) by place or category."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from data.reading import Snapshot, Statement
from metrics import query
from metrics.catalogue import Catalogue
from metrics.heat.context import Context
from metrics.periods import Window
from metrics.selection import Selection

_COLUMNS = {"station": "station", "category": "category", "group": "category_group"}


def by_hour(snapshot: Snapshot, context: Context, dimension: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows × 24 hours (sums of weights) of the period and of the span that it is judged against."""
    windows = [context.answer.windows[context.metric.view, span] for span in ("current", context.shape.base)]
    frame = snapshot.query(*by_hour_statement(context.known, context.selection, dimension, windows))
    now, before = (_wide(frame[frame["span"] == number]) for number in range(2))
    return now, before


def by_hour_statement(known: Catalogue, selection: Selection, dimension: str, windows: Sequence[Window]) -> Statement:
    """Return what by_hour() asks of the store: span (number of the window), key, hour and n."""
    params: dict[str, Any] = {}
    texts = [
        f"select {number} as span, {_COLUMNS[dimension]} as key, hour, sum(weight) as n\n"
        f"{_rows(known, selection, window, str(number), params)} group by 2, 3"
        for number, window in enumerate(windows)
    ]
    return "\nunion all\n".join(texts), params


def at_hour(snapshot: Snapshot, context: Context, window: Window, dimension: str) -> pd.DataFrame:
    """Return key, whole (weights in all hours) and there (in the hour looked at)."""
    assert context.view.at is not None
    return snapshot.query(*at_hour_statement(context.known, context.selection, context.view.at, window, dimension))


def at_hour_statement(
    known: Catalogue, selection: Selection, at: tuple[int, int], window: Window, dimension: str
) -> Statement:
    """Return what at_hour() asks of the store."""
    params: dict[str, Any] = {"weekday": at[0], "hour": at[1]}
    return (
        f"select {_COLUMNS[dimension]} as key, sum(weight) as whole,\n"
        "    coalesce(sum(weight) filter (where weekday = $weekday and hour = $hour), 0) as there\n"
        f"{_rows(known, selection, window, '0', params)} group by 1 order by 1",
        params,
    )


def _rows(known: Catalogue, selection: Selection, window: Window, suffix: str, params: dict[str, Any]) -> str:
    """Return FROM and WHERE of the timed hours of the selection's cases whose interval begins in a window."""
    cutoff = timedelta(hours=selection.cutoff)
    params[f"since_{suffix}"], params[f"until_{suffix}"] = window.start + cutoff, window.end + cutoff
    basis = "confirmed" if selection.basis == "confirmed" else "original"
    terms = query.filters(selection, known, "cases", suffix, params)
    return (
        f"from (select *, category_{basis} as category, group_{basis} as category_group\n"
        f"    from case_hours($since_{suffix}, $until_{suffix})) as facts\n"
        f"where {' and '.join(['left_out is null', *terms])}"
    )


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return pd.DataFrame(columns=range(24), dtype="float64")
    wide = frame.pivot_table(index="key", columns="hour", values="n", aggfunc="sum", fill_value=0.0)
    return wide.reindex(columns=range(24), fill_value=0.0)
