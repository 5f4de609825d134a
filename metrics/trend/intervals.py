"""95% intervals of points that are no counts: Wilson for shares, exact Poisson for rates, order statistics for
percentiles.

Sources: Wilson (1927); Garwood (1936); order statistics as in metrics.survival.order_ranks (n 100, P90: ranks 84–96).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from data.reading import Snapshot
from metrics import catalogue, compare, query, smallnumbers
from metrics.definitions import METRICS
from metrics.model import PERCENTILE, RATE, RATIO, Metric
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from metrics.survival import order_ranks

Ends = tuple[float | None, float | None]
NONE: Ends = (None, None)
_PERCENTILE = re.compile(r"^percentile\((?P<values>.+), (?P<share>[\d.]+)\) / (?P<unit>[\d.]+)$")


def of_row(metric: Metric, row: Mapping[str, Any] | None) -> Ends:
    """Return the interval of a share, a ratio or a rate in the metric's unit.

    None for counts, without data, and where events are not independent of each other.
    """
    if row is None or metric.dependent or metric.kind not in (RATIO, RATE):
        return NONE
    top = _number(row.get(metric.numerator))
    if metric.kind == RATE:
        value = _number(row.get(metric.id))
        return NONE if top is None or not value else of_rate(top, value)
    bottom = _number(row.get(metric.denominator))
    return NONE if top is None or not bottom else of_ratio(metric, top, bottom)


def of_ratio(metric: Metric, top: float, bottom: float) -> Ends:
    """Return the interval of top ÷ bottom; a ratio that may pass 1 counts both as Poisson."""
    if not metric.is_proportion:
        low, high = compare.rate_ratio_interval(top, 1.0, bottom, 1.0)
        return tuple(None if end is None else metric.scale * end for end in (low, high))  # type: ignore[return-value]
    share = min(top / bottom, 1.0)
    low, high = compare.wilson(share, bottom)
    return metric.scale * min(max(0.0, low), share), metric.scale * max(min(1.0, high), share)


def of_rate(count: float, value: float) -> Ends:
    """Return the exact Poisson interval of a rate from its count (> 0) and value: both ends scale alike."""
    exact = smallnumbers.rate(count, 1.0, per=1.0)
    ends = [None if end is None else value * end / count for end in (exact.low, exact.high)]
    return ends[0], ends[1]


def of_percentiles(
    snapshot: Snapshot, metric: Metric, selection: Selection, period: Period, grain: str, span: str
) -> dict[Any, Ends]:
    """Return the order-statistic interval of a percentile for each day, week or month of a span, and for () the period.

    Empty for any other kind of metric. The same rows and the same expression as the metric's own.
    """
    found = _PERCENTILE.match(METRICS[metric.id].own_sql)
    if metric.kind != PERCENTILE or found is None:
        return {}
    known = catalogue.of(snapshot)
    asked = Question(
        selection, period, (Breakdown((metric.id,), (grain,), (span,)), Breakdown((metric.id,), (), ("current",)))
    )
    parts, _ = query.plan(asked, known)
    share, unit = float(found["share"]), float(found["unit"])
    ends: dict[Any, Ends] = {}
    for part in parts:
        params: dict[str, Any] = {}
        base = query._base(0, part, selection, known, params)
        key = f'"{grain}"' if part.span == span else "null"
        sql = (
            f"select {key} as bucket, {found['values']} as measured, count(*) as n from (\n{base}\n) as prepared\n"
            "group by 1, 2 having measured is not null order by 1, 2"
        )
        frame = snapshot.query(sql, params)
        if part.span != span:
            ends[()] = _ends(frame, share, unit)
            continue
        for bucket, rows in frame.groupby("bucket", sort=False):
            ends[pd.Timestamp(str(bucket)).date()] = _ends(rows, share, unit)
    return ends


def _ends(rows: pd.DataFrame, share: float, unit: float) -> Ends:
    """Return the interval from distinct values in order, each with how often it occurs."""
    up_to = np.cumsum(rows["n"].to_numpy(dtype=np.int64))
    if not up_to.size:
        return NONE
    values = rows["measured"].to_numpy(dtype=float)
    low, high = (
        None if rank is None else float(values[int(np.searchsorted(up_to, rank))]) / unit
        for rank in order_ranks(int(up_to[-1]), share)
    )
    return low, high


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
