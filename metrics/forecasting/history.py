"""Daily and hourly counts of valid alerts as forecasts need them: complete days only, days without data marked."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.reading import Snapshot
from metrics import catalogue
from metrics.catalogue import Catalogue
from metrics.definitions import UNREGISTERED
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import MEASURES, History
from metrics.model import MetricError, Refused

# Older years say little about the coming week and would make every fit slower.
LONGEST_DAYS = 5 * 366
# The hours of the week are learnt, and the share of alerts with a known hour is taken, from this many days.
PROFILE_DAYS = 365

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
    days = _days(known)
    rows = snapshot.query(_SQL, {"since": days[0], "until": days[-1] + timedelta(days=1)}, seconds=60)
    stations = tuple(sorted({*known.stations, *rows["station"].unique()} - {UNREGISTERED}))
    if (rows["station"] == UNREGISTERED).any():
        stations = (*stations, UNREGISTERED)
    has_data = np.zeros(len(days), dtype=bool)
    for day in known.covered("alerts", days[0], days[-1]):
        has_data[(day - days[0]).days] = True
    place = (pd.to_datetime(rows["day"]) - pd.Timestamp(days[0])).dt.days.to_numpy()
    column = rows["station"].map({station: n for n, station in enumerate(stations)}).to_numpy()
    counts = {
        measure: _spread(place, column, rows[measure].to_numpy(), has_data, len(stations)) for measure in MEASURES
    }
    timed = (rows["hour"] >= 0).to_numpy()
    hour, valid = rows["hour"].to_numpy(), rows["valid"].to_numpy()
    hours = _spread(place[timed], hour[timed], valid[timed], has_data, 24)
    recent = float(np.nansum(counts["valid"][-PROFILE_DAYS:]))
    share = float(np.nansum(hours[-PROFILE_DAYS:])) / recent if recent else 1.0
    return History(days, stations, counts, hours, share)


def _days(known: Catalogue) -> tuple[date, ...]:
    """Return all days from the first covered to the last complete one, at most LONGEST_DAYS."""
    as_of, runs = known.as_of.get("alerts"), known.coverage.get("alerts", [])
    if as_of is None or not runs:
        raise MetricError("数据仓里还没有警情，无法预测。请先在「数据接入」导入警情。")
    last = min(runs[-1][1], (as_of - timedelta(days=1)).date())
    first = max(runs[0][0], last - timedelta(days=LONGEST_DAYS - 1))
    months = [kinds for month, kinds in known.precisions["alerts"].items() if month >= first.replace(day=1)]
    if any("month" in kinds for kinds in months):
        raise Refused("警情的发生时间只精确到月，无法按日预测。请导入至少精确到日的警情。")
    if last < first:
        raise MetricError("警情数据还不足一个完整的日子，无法预测。请在次日数据导入后再看。")
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def _spread(day: Floats, column: Floats, value: Floats, has_data: np.ndarray, width: int) -> Floats:
    """Return days × width sums; days without data are NaN."""
    out = np.zeros((len(has_data), width))
    np.add.at(out, (day.astype(int), column.astype(int)), value)
    out[~has_data] = np.nan
    return out
