"""Rates per 10,000 people and year: whose population and how many days stand behind each row."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from metrics.catalogue import Catalogue
from metrics.model import Refused
from metrics.periods import Window
from metrics.selection import Selection

PER = 10_000 * 365
_NOT_BY = {"hour": "时", "weekday": "星期"}


def exposure(
    frame: pd.DataFrame, by: tuple[str, ...], window: Window, known: Catalogue, selection: Selection
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
    people = [_people(row, by, known, selection) for row in rows]
    days = [_days(row, by, window) for row in rows]
    values = [float("nan") if who is None else who * span for who, span in zip(people, days, strict=True)]
    return pd.Series(values, index=frame.index, dtype="float64")


def _people(row: dict[str, object], by: tuple[str, ...], known: Catalogue, selection: Selection) -> float | None:
    if "beat" in by:
        return (known.beats.get(str(row["beat"])) or ("", "", None))[2]
    if "station" in by:
        station = known.stations.get(str(row["station"]))
        return station.population if station else None
    chosen = known.station_codes(selection.stations) if selection.stations else tuple(known.stations)
    stations = [known.stations[code] for code in chosen if code in known.stations]
    if "kind" in by:
        stations = [station for station in stations if station.kind == row["kind"]]
    return sum(station.population or 0 for station in stations) or None


def _days(row: dict[str, object], by: tuple[str, ...], window: Window) -> float:
    for name in ("day", "week", "month", "year"):
        if name in by:
            start = row[name]
            first = date(start, 1, 1) if isinstance(start, int) else start
            assert isinstance(first, date)
            after = {
                "day": first + timedelta(days=1),
                "week": first + timedelta(days=7),
                "month": (first.replace(day=1) + timedelta(days=32)).replace(day=1),
                "year": date(first.year + 1, 1, 1),
            }[name]
            low, high = max(first, window.first_day), min(after, window.last_day + timedelta(days=1))
            return max(0, (high - low).days)
    return window.days
