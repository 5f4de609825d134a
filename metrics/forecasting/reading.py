"""Reading the fitted tables: the outlook of one station or the bureau, with how good such forecasts were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from metrics.forecasting.values import (
    BUREAU,
    BUREAU_DAY,
    BUREAU_HOUR,
    BUREAU_WEEK,
    MEASURES,
    STATION_DAY,
    STATION_WEEK,
    Quality,
)  # fmt: skip
from metrics.model import UnknownName

TABLES = ("forecast_days", "forecast_weeks", "forecast_hours", "forecast_quality", "forecast_notes")


@dataclass(frozen=True)
class Expected:
    """What is expected of the days from first to last: mean and the ends of the 50% and 90% intervals, in alerts."""

    first: date
    last: date
    mean: float
    low50: int
    high50: int
    low90: int
    high90: int


@dataclass(frozen=True)
class Outlook:
    """The coming seven days of a station (code) or the bureau.

    day_quality, week_quality: how forecasts of this very series did before; None where the history was too short to
    test. notes: what a reader must know.
    """

    station: str
    measure: str
    model: str
    days: tuple[Expected, ...]
    week: Expected
    day_quality: Quality | None
    week_quality: Quality | None
    notes: tuple[str, ...]

    @property
    def origin(self) -> date:
        """The last day that the forecast knows of."""
        return self.week.first - timedelta(days=1)


def outlook(tables: Mapping[str, pd.DataFrame], station: str = BUREAU, measure: str = "valid") -> Outlook:
    """Return the outlook of a station code or the bureau; raises UnknownName for any other name."""
    if measure not in MEASURES:
        raise UnknownName("预测指标", measure, MEASURES)
    days = _of(tables["forecast_days"], station, measure)
    if days.empty:
        raise UnknownName("派出所", station, list(tables["forecast_days"]["station"].unique()))
    weeks = _of(tables["forecast_weeks"], station, measure)
    names = (BUREAU_DAY, BUREAU_WEEK) if station == BUREAU else (STATION_DAY, STATION_WEEK)
    column = "" if station == BUREAU else station
    by_day, by_week = (quality_of(tables["forecast_quality"], name, measure, column) for name in names)
    week = weeks.iloc[0]
    return Outlook(
        station,
        measure,
        str(week["model"]),
        tuple(_expected(row, row["day"], row["day"]) for _, row in days.iterrows()),
        _expected(week, week["first"], week["last"]),
        by_day,
        by_week,
        tuple(tables["forecast_notes"]["note"]),
    )


def _of(table: pd.DataFrame, station: str, measure: str) -> pd.DataFrame:
    return table[(table["station"] == station) & (table["measure"] == measure)]


def _expected(row: Mapping[Any, Any] | pd.Series[Any], first: object, last: object) -> Expected:
    ends = (int(row[name]) for name in ("low50", "high50", "low90", "high90"))
    return Expected(_date(first), _date(last), float(row["mean"]), *ends)


def _date(value: Any) -> date:
    return pd.Timestamp(value).date()


def hours(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Return the bureau's coming hours (day, hour, mean and interval ends); None where hours are unknown."""
    found = tables["forecast_hours"]
    return None if found.empty else found


def quality_of(
    table: pd.DataFrame, level: str = BUREAU_HOUR, measure: str = "valid", station: str = ""
) -> Quality | None:
    """Return the back-test of one level ("" for all stations together); None where there was none."""
    rows = table[(table["level"] == level) & (table["measure"] == measure) & (table["station"] == station)]
    if rows.empty:
        return None
    row = {str(name): value for name, value in rows.iloc[0].items() if name != "origin"}
    for name in ("first_origin", "last_origin"):
        row[name] = None if pd.isna(row[name]) else _date(row[name])
    return Quality(**{**row, "origins": int(row["origins"])})


def sentence(one: Outlook, name: str) -> str:
    """Say the coming week as an analyst reads it aloud; name: of the station or the bureau."""
    week = one.week
    span = f"{week.first.month}月{week.first.day}日至{week.last.month}月{week.last.day}日"
    said = (
        f"{name}未来 7 日（{span}）预计{MEASURES[one.measure]} {week.mean:,.0f} 起，"
        f"九成可能在 {week.low90:,}–{week.high90:,} 起之间"
    )
    return f"{said}；{tested(one.week_quality)}。"


def tested(quality: Quality | None) -> str:
    """Say how good such forecasts were, beside repeating last week and the floor; never without them."""
    if quality is None or math.isnan(quality.wape):
        return "历史不足，未经回测"
    naive = "—" if math.isnan(quality.naive_wape) else f"{quality.naive_wape:.1%}"
    better = {True: "优于", False: "未优于", None: "对照"}[quality.beats_naive]
    return (
        f"近 {quality.origins} 次回测误差 {quality.wape:.1%}，{better}沿用上周（{naive}），"
        f"理论下限 {quality.floor:.1%}，90% 区间实际包含 {quality.coverage90:.0%}"
    )
