"""The forecast tables that are made once per version: the coming seven days, and how good such forecasts were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

import numpy as np
import pandas as pd

from data.reading import Snapshot
from metrics.forecasting import backtest, daily, history, hourly, judging, rolling
from metrics.forecasting.backtest import Tested
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import (
    BUREAU,
    BUREAU_DAY,
    BUREAU_HOUR,
    BUREAU_WEEK,
    HORIZON,
    MEASURES,
    PROFILE_DAYS,
    STATION_DAY,
    STATION_WEEK,
    History,
    Quality,
)  # fmt: skip

ENDS = ("low90", "low50", "high50", "high90")
# Under so many days a season cannot be told from a trend (see metrics.regression).
_SEASON_DAYS = 300


@dataclass(frozen=True)
class Coming:
    """Means of the coming days. days: HORIZON × stations. hours: HORIZON × 24 of the bureau, or None.

    dispersions: level → variance ÷ mean by column.
    """

    model: str
    days: Floats
    hours: Floats | None
    dispersions: dict[str, Floats]


def fit(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """Return the tables forecast_days, forecast_weeks, forecast_hours, forecast_quality and forecast_notes.

    forecast_days: measure ("valid", "crime"), station (code, or 全局 for all together), day, mean, low90, low50,
    high50, high90 in alerts. forecast_weeks: the same for the days from first to last, and the model.
    forecast_hours: day and hour of the bureau, valid alerts. forecast_quality: origin and the fields of values.Quality.
    forecast_notes: note, what a reader must know. Raises MetricError without alerts and Refused where only the month of
    alerts is known.
    """
    return tables(history.read(snapshot))


def tables(past: History) -> dict[str, pd.DataFrame]:
    """Return the tables of `fit` for a history."""
    tested = {measure: backtest.run(past, measure) for measure in MEASURES}
    coming = {measure: predict(past, measure, tested[measure]) for measure in MEASURES}
    return {
        "forecast_days": pd.concat([_days(past, measure, one) for measure, one in coming.items()], ignore_index=True),
        "forecast_weeks": pd.concat([_weeks(past, measure, one) for measure, one in coming.items()], ignore_index=True),
        "forecast_hours": _hours(past, coming["valid"]),
        "forecast_quality": _quality(past, tested),
        "forecast_notes": pd.DataFrame({"note": notes(past, tested["valid"])}, dtype=object),
    }


def predict(past: History, measure: str, tested: Tested) -> Coming:
    """Forecast the coming days of one measure with what the back-test chose; the bureau is the sum of its stations."""
    counts, end = past.counts[measure], past.length
    baseline = daily.learn(counts, past.rows, end)
    days = daily.ahead(counts, baseline, end, tested.half_life)
    hours = None
    if measure == "valid" and past.hours_known >= hourly.HOURS_KNOWN:
        shares = hourly.profile(past.hours, counts.sum(axis=1), past.rows, end)
        hours = hourly.spread(days.sum(axis=1), shares, past.rows[end:])
    return Coming(
        backtest.model_name(tested.half_life),
        days,
        hours,
        backtest.dispersions(tested.parts, tested.half_life, baseline.noise),
    )


def _days(past: History, measure: str, coming: Coming) -> pd.DataFrame:
    """Return the rows of every station, then of the bureau, day by day."""
    means = np.column_stack([coming.days, coming.days.sum(axis=1)])
    psi = np.append(coming.dispersions[STATION_DAY], coming.dispersions[BUREAU_DAY])
    places = [*past.stations, BUREAU]
    keys: dict[str, Sequence[object]] = {
        "measure": [measure] * means.size,
        "station": [place for place in places for _ in range(HORIZON)],
        "day": list(past.ahead) * len(places),
    }
    return _frame(keys, means.T.ravel(), np.repeat(psi, HORIZON))


def _weeks(past: History, measure: str, coming: Coming) -> pd.DataFrame:
    totals = coming.days.sum(axis=0)
    psi = np.append(coming.dispersions[STATION_WEEK], coming.dispersions[BUREAU_WEEK])
    keys: dict[str, Sequence[object]] = {
        "measure": [measure] * psi.size,
        "station": [*past.stations, BUREAU],
        "first": [past.ahead[0]] * psi.size,
        "last": [past.ahead[-1]] * psi.size,
        "model": [coming.model] * psi.size,
    }
    return _frame(keys, np.append(totals, totals.sum()), psi)


def _hours(past: History, coming: Coming) -> pd.DataFrame:
    hours = np.empty((0, 24)) if coming.hours is None else coming.hours
    keys: dict[str, Sequence[object]] = {
        "day": [day for day in past.ahead[: len(hours)] for _ in range(24)],
        "hour": list(range(24)) * len(hours),
    }
    return _frame(keys, hours.ravel(), np.tile(coming.dispersions[BUREAU_HOUR], len(hours)))


def _frame(keys: dict[str, Sequence[object]], means: Floats, psi: Floats) -> pd.DataFrame:
    """Return keys, mean and the ends of the intervals."""
    bounds = judging.ends(means, psi)
    return pd.DataFrame(
        {**keys, "mean": means, **{name: end.astype(int) for name, end in zip(ENDS, bounds, strict=True)}}
    )


def _quality(past: History, tested: dict[str, Tested]) -> pd.DataFrame:
    rows = [{"origin": past.origin, **asdict(one)} for found in tested.values() for one in found.quality]
    return pd.DataFrame(rows, columns=["origin", *(field.name for field in fields(Quality))])


def notes(past: History, tested: Tested) -> list[str]:
    """Say what is missing or uncertain: short history, gaps, unpublished holidays, unknown hours."""
    said = []
    if not tested.parts:
        least = (rolling.LEAST_DAYS + HORIZON) // 7
        said.append(f"只有 {past.covered} 天有数据，不足 {least} 周，预测未经回测，区间仅供参考。")
    elif past.covered < _SEASON_DAYS:
        said.append(f"只有 {past.covered} 天有数据，预测未计入季节变化。")
    recent = past.hours[-PROFILE_DAYS:, 0]
    if missing := int(np.isnan(recent).sum()):
        said.append(f"最近 {len(recent)} 天中有 {missing} 天无数据，未计入。")
    if years := _unpublished(past.rows[-HORIZON:]):
        said.append(f"{'、'.join(years)}年放假安排尚未公布，按周末和固定节日预测。")
    if past.hours_known < hourly.HOURS_KNOWN:
        said.append(f"仅 {past.hours_known:.0%} 的警情记有钟点，不作分时预测。")
    return said


def _unpublished(rows: Sequence[tuple[date, str, str | None, int, bool]]) -> list[str]:
    return sorted({str(row[0].year) for row in rows if not row[4]})
