"""Daily and hourly counts of valid alerts as forecasts need them: complete days only, days without data marked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.calendar import calendar_rows
from data.reading import Snapshot
from metrics import catalogue
from metrics.catalogue import Catalogue
from metrics.definitions import UNREGISTERED
from metrics.forecasting import daily
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import HORIZON, MEASURES, PROFILE_DAYS, History
from metrics.model import MetricError, Refused

Ints = NDArray[np.int64]

# Enough for two years of back-test after three of learning; older years say little about the coming week.
LONGEST_DAYS = 6 * 366

_SQL = """
SELECT
    station,
    cast(happened_at AS DATE) AS day,
    CASE WHEN time_precision IN ('minute', 'hour') THEN hour(happened_at) ELSE -1 END AS hour,
    count(*) AS valid,
    count(*) FILTER (WHERE group_confirmed IN ('刑事', '治安')) AS crime
FROM alert_facts
WHERE valid AND happened_at >= $since AND happened_at < $until
GROUP BY ALL
"""


def read(snapshot: Snapshot) -> History:
    """Return the counts of a snapshot; raises MetricError without alerts, Refused where only their month is known."""
    known = catalogue.of(snapshot)
    first, last = _span(known)
    rows = snapshot.query(_SQL, {"since": first, "until": last + timedelta(days=1)}, seconds=60)
    stations = tuple(sorted({*known.stations, *rows["station"].unique()} - {UNREGISTERED}))
    if (rows["station"] == UNREGISTERED).any():
        stations = (*stations, UNREGISTERED)
    has_data = np.zeros((last - first).days + 1, dtype=bool)
    has_data[[(day - first).days for day in known.covered("alerts", first, last)]] = True
    place = _whole((pd.to_datetime(rows["day"]) - pd.Timestamp(first)).dt.days)
    column = _whole(rows["station"].map({station: n for n, station in enumerate(stations)}))
    width = len(stations)
    counts = {measure: _spread(place, column, _whole(rows[measure]), has_data, width) for measure in MEASURES}
    timed = (rows["hour"] >= 0).to_numpy()
    hours = _spread(place[timed], _whole(rows["hour"])[timed], _whole(rows["valid"])[timed], has_data, 24)
    recent = float(np.nansum(counts["valid"][-PROFILE_DAYS:]))
    share = float(np.nansum(hours[-PROFILE_DAYS:])) / recent if recent else 1.0
    calendar = tuple(calendar_rows(first, last + timedelta(days=HORIZON)))
    return History(calendar, stations, counts, hours, share)


def _span(known: Catalogue) -> tuple[date, date]:
    """Return the first covered and the last complete day, at most LONGEST_DAYS apart."""
    as_of, runs = known.as_of.get("alerts"), known.coverage.get("alerts", [])
    if as_of is None or not runs:
        raise MetricError("数据仓里还没有警情，无法预测。请先在「数据接入」导入警情。")
    last = min(runs[-1][1], (as_of - timedelta(days=1)).date())
    first = max(runs[0][0], last - timedelta(days=LONGEST_DAYS - 1))
    coarse = [month for month, kinds in known.precisions["alerts"].items() if "month" in kinds]
    if coarse:
        # Days before the last month whose days are unknown would be too low.
        first = max(first, (max(coarse) + timedelta(days=31)).replace(day=1))
        if last < first:
            raise Refused("警情的发生时间只精确到月，无法按日预测。请导入至少精确到日的警情。")
    if not known.covered("alerts", max(first, last - timedelta(days=daily.LEARNING_DAYS - 1)), last):
        raise MetricError("警情数据还不足一个完整的日子，无法预测。请在次日数据导入后再看。")
    return first, last


def _whole(column: pd.Series[Any]) -> Ints:
    return np.asarray(column, dtype=np.int64)


def _spread(day: Ints, column: Ints, value: Ints, has_data: NDArray[np.bool_], width: int) -> Floats:
    """Return days × width sums; days without data are NaN."""
    out = np.zeros((len(has_data), width))
    np.add.at(out, (day, column), value)
    out[~has_data] = np.nan
    return out
