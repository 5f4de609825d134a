"""Rates per 10,000 people and year: whose population and how many days stand behind each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from metrics.axes import CALENDAR, bucket
from metrics.catalogue import Catalogue
from metrics.model import Refused
from metrics.periods import Window
from metrics.selection import Selection

PER = 10_000 * 365
_NOT_BY = {"hour": "时", "weekday": "星期"}


def exposure(
    frame: pd.DataFrame, by: tuple[str, ...], window: Window, table: str, known: Catalogue, selection: Selection
) -> pd.Series[float]:
    """Return person-days behind each row of a frame; missing where the population is not known.

    Raises Refused for dimensions by which a yearly rate has no meaning.
    """
    wrong = [_NOT_BY[name] for name in by if name in _NOT_BY]
    if wrong:
        raise Refused(f"万人警情不能按{'、'.join(wrong)}统计。请去掉该维度，或改用 alerts_valid。")
    rows = [dict(zip(by, values, strict=True)) for values in frame[list(by)].itertuples(index=False, name=None)]
    if not by:
        rows = [{}] * len(frame)
    covered = known.covered(table, window.first_day, window.last_day)
    days = days_behind(by, window, covered, selection.week_start)
    people = [_people(row, by, known, selection) for row in rows]
    values = [float("nan") if who is None else who * days(row) for who, row in zip(people, rows, strict=True)]
    return pd.Series(values, index=frame.index, dtype="float64").where(lambda behind: behind > 0)


def days_behind(
    by: tuple[str, ...], window: Window, covered: Iterable[date], week_start: int
) -> Callable[[Mapping[str, Any]], float]:
    """Return a function from a row to how many covered days it stands for; a part of a day counts as that part."""
    calendar = [name for name in by if name in CALENDAR]
    days: dict[tuple[Any, ...], float] = {}
    for day in covered:
        midnight = datetime.combine(day, time())
        start, end = max(window.start, midnight), min(window.end, midnight + timedelta(days=1))
        key = tuple(bucket(day, name, week_start) for name in calendar)
        days[key] = days.get(key, 0.0) + max(0.0, (end - start) / timedelta(days=1))
    return lambda row: days.get(tuple(row[name] for name in calendar), 0.0)


def _people(row: dict[str, object], by: tuple[str, ...], known: Catalogue, selection: Selection) -> float | None:
    if "beat" in by:
        _, station_code, population = known.beats.get(str(row["beat"])) or ("", "", None)
        station = known.stations.get(station_code)
        return population if station and station.population else None
    if "station" in by:
        station = known.stations.get(str(row["station"]))
        return station.population if station else None
    chosen = known.station_codes(selection.stations) if selection.stations else tuple(known.stations)
    stations = [known.stations[code] for code in chosen if code in known.stations]
    if "kind" in by:
        stations = [station for station in stations if station.kind == row["kind"]]
    return sum(station.population or 0 for station in stations) or None
