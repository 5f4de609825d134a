"""What stands below a rate: the people of a place times days, or the hours of a period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.axes import CALENDAR, bucket
from metrics.catalogue import Catalogue
from metrics.definitions import VIEWS
from metrics.model import Metric
from metrics.periods import Window
from metrics.selection import Selection

Row = dict[str, object]
_BUCKETS: dict[str, Callable[[date], date]] = {
    "day": lambda first: first + timedelta(days=1),
    "week": lambda first: first + timedelta(days=7),
    "month": lambda first: _month_after(first, 1),
    "quarter": lambda first: _month_after(first, 3),
    "year": lambda first: date(first.year + 1, 1, 1),
}


def exposure(
    metric: Metric, rows: list[Row], by: tuple[str, ...], window: Window, known: Catalogue, selection: Selection
) -> NDArray[np.float64]:
    """Return person-days, or hours with data, behind each row of dimensions; NaN where the population is not known."""
    covered = known.covered(VIEWS[metric.view].table, window.first_day, window.last_day)
    if metric.per == "hours":
        found = np.array([_hours(row, _part(row, window), covered, selection.cutoff) for row in rows], dtype=float)
    else:
        days = days_behind(by, window, covered, selection.week_start)
        found = np.array([_people(row, by, known, selection) * days(row) for row in rows], dtype=float)
    return np.where(found > 0, found, np.nan)


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


def _people(row: Row, by: tuple[str, ...], known: Catalogue, selection: Selection) -> float:
    unknown = float("nan")
    if "beat" in by:
        _, station_code, population = known.beats.get(str(row["beat"])) or ("", "", None)
        station = known.stations.get(station_code)
        return (population if station and station.population else None) or unknown
    if "station" in by:
        station = known.stations.get(str(row["station"]))
        return (station.population if station else None) or unknown
    chosen = known.station_codes(selection.stations) if selection.stations else tuple(known.stations)
    stations = [known.stations[code] for code in chosen if code in known.stations]
    if "kind" in by:
        stations = [station for station in stations if station.kind == row["kind"]]
    return sum(station.population or 0 for station in stations) or unknown


def _part(row: Row, window: Window) -> Window:
    """Return the part of the window that a row's day, week, month, quarter or year holds."""
    start, end = window.start, window.end
    for name, after in _BUCKETS.items():
        if name in row:
            value = row[name]
            first = date(value, 1, 1) if isinstance(value, int) else value
            assert isinstance(first, date)
            start = max(start, datetime.combine(first, time()))
            end = min(end, datetime.combine(after(first), time()))
    return Window(start, max(start, end))


def _hours(row: Row, window: Window, covered: list[date], cutoff: int) -> float:
    """Return how many hours with data of the row's hour of the day and day of the week a window holds."""
    total = 0.0
    for day in covered:
        midnight = datetime.combine(day, time())
        start, end = max(window.start, midnight), min(window.end, midnight + timedelta(days=1))
        if "hour" in row:
            # Statistical time runs behind the clock by the cut-off hour.
            begins = midnight + timedelta(hours=(int(str(row["hour"])) - cutoff) % 24)
            start, end = max(start, begins), min(end, begins + timedelta(hours=1))
        if "weekday" in row:
            start, end = _of_weekday(start, end, int(str(row["weekday"])), cutoff)
        total += max(0.0, (end - start) / timedelta(hours=1))
    return total


def _of_weekday(start: datetime, end: datetime, weekday: int, cutoff: int) -> tuple[datetime, datetime]:
    """Return the part of a statistical day whose clock shows a weekday: the day itself, and after midnight the next."""
    shift = timedelta(hours=cutoff)
    for day in dict.fromkeys(((start + shift).date(), (end + shift - timedelta(microseconds=1)).date())):
        if day.isoweekday() == weekday:
            midnight = datetime.combine(day, time()) - shift
            return max(start, midnight), min(end, midnight + timedelta(days=1))
    return start, start


def _month_after(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
