"""Complete axes: which rows a breakdown must have, whether or not anything was counted in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics.model import Refused

CALENDAR = ("day", "week", "month", "quarter", "year")
# Beyond this a table helps nobody and its rows alone fill the memory.
MOST_ROWS = 500_000
_ORDERED = (*CALENDAR, "weekday", "hour")
Columns = dict[str, NDArray[np.object_]]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Axes:
    """What is known of the axes of one part: the days with data, the stations asked for with their kinds."""

    days: list[date]
    stations: dict[str, str]
    week_start: int = 1
    # Whether days, months … that were seen but are not covered are left out (lists that hold for every month).
    only_covered: bool = False

    def rows(self, by: tuple[str, ...], found: Columns) -> tuple[Columns, Places]:
        """Return every row that a breakdown shows: what was seen, and days, hours and stations without anything.

        found: the seen rows, a column per dimension. Returns the shown rows likewise, and for each the place of its
        seen row, -1 without one. Dimensions that follow from each other (day and month, station and kind) appear in
        their real combinations only; those without a complete axis (category, beat) in the combinations that were seen.
        """
        factors = [(names, self._values(names, found)) for names in _factors(by)]
        size = math.prod(len(values) for _, values in factors)
        if size > MOST_ROWS:
            raise Refused(f"结果将有 {size:,} 行，超过上限 {MOST_ROWS:,} 行。请减少维度或缩短时段。")
        ranks = {name: self._rank(name, found[name]) for name in by}
        factors.sort(key=lambda factor: by.index(factor[0][0]))
        order = tuple(name for names, _ in factors for name in names)
        sorted_factors = [_sorted(names, values, ranks) for names, values in factors]
        shown, places = _product(
            [(names, values) for (names, _), (values, _) in zip(factors, sorted_factors, strict=True)], found
        )
        if order != by or not all(is_strict for _, is_strict in sorted_factors):
            rows = list(zip(*(shown[name] for name in by), strict=True))
            sorting = sorted(range(len(rows)), key=lambda place: _ranked(by, rows[place], ranks))
            shown = {name: shown[name][sorting] for name in by}
            places = places[sorting]
        return shown, places

    def _values(self, names: tuple[str, ...], found: Columns) -> list[Any]:
        if self.only_covered and set(names) & set(CALENDAR):
            return list(dict.fromkeys(self._whole(names)))
        seen = dict.fromkeys(zip(*(found[name] for name in names), strict=True))
        return list(dict.fromkeys(self._whole(names)) | seen)

    def _whole(self, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
        if set(names) & set(CALENDAR):
            return [tuple(bucket(day, name, self.week_start) for name in names) for day in self.days]
        if names == ("hour",):
            return [(hour,) for hour in range(24)]
        if names == ("weekday",):
            return [(weekday,) for weekday in range(1, 8)]
        if "station" in names and "beat" not in names:
            return [
                tuple(code if name == "station" else kind for name in names) for code, kind in self.stations.items()
            ]
        return []

    def _rank(self, name: str, seen: Iterable[Any]) -> dict[Any, Any]:
        if name in _ORDERED:
            days = [bucket(day, name, self.week_start) for day in self.days]
            return {value: value for value in [*set(seen), *days, *range(24)]}
        values = [*(self.stations if name == "station" else ()), *sorted(set(seen), key=str)]
        return {value: place for place, value in reversed(list(enumerate(values)))}


def _product(factors: list[tuple[tuple[str, ...], list[tuple[Any, ...]]]], found: Columns) -> tuple[Columns, Places]:
    """Return all combinations of the factors' values, and which seen row each of them is (-1: none)."""
    sizes = [len(values) for _, values in factors]
    shown: Columns = {}
    at = np.zeros(len(next(iter(found.values()), ())), dtype=np.intp)
    known = np.ones(at.size, dtype=bool)
    for number, (names, values) in enumerate(factors):
        inner, outer = math.prod(sizes[number + 1 :]), math.prod(sizes[:number])
        for place, name in enumerate(names):
            shown[name] = np.tile(np.repeat(_objects([value[place] for value in values]), inner), outer)
        one = _index([found[name] for name in names], values)
        known &= one >= 0
        at = at * len(values) + one
    places = np.full(math.prod(sizes), -1, dtype=np.intp)
    places[at[known]] = np.flatnonzero(known)
    return shown, places


def _index(columns: Sequence[NDArray[np.object_]], values: list[tuple[Any, ...]]) -> Places:
    """Return the place of each row of some columns among the values, -1 for none."""
    place: dict[Any, int] = {value: n for n, value in enumerate(values)}
    keys: Iterable[Any] = zip(*columns, strict=True)
    if len(columns) == 1:
        place, keys = {value: n for (value,), n in place.items()}, columns[0]
    return np.array([place.get(key, -1) for key in keys], dtype=np.intp)


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _ranked(names: tuple[str, ...], row: tuple[Any, ...], ranks: dict[str, dict[Any, Any]]) -> tuple[Any, ...]:
    return tuple(ranks[name].get(value, 0) for name, value in zip(names, row, strict=True))


def _sorted(
    names: tuple[str, ...], values: list[tuple[Any, ...]], ranks: dict[str, dict[Any, Any]]
) -> tuple[list[tuple[Any, ...]], bool]:
    """Return the values of a factor in their order, and whether no two share a place in it.

    Where that is so, the product of sorted factors is sorted already.
    """
    places = {value: _ranked(names, value, ranks) for value in values}
    return sorted(values, key=places.__getitem__), len(set(places.values())) == len(values)


def _factors(by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Split dimensions into groups that vary independently of each other."""
    calendar = tuple(name for name in by if name in CALENDAR)
    dated = tuple(name for name in by if name in calendar or (calendar and name == "weekday"))
    placed = tuple(name for name in by if name in ("station", "kind")) if "station" in by and "beat" not in by else ()
    alone = [(name,) for name in by if name in ("hour", "weekday") and name not in dated]
    known = {name for names in (dated, placed, *alone) for name in names}
    free = tuple(name for name in by if name not in known)
    return [names for names in (placed, dated, *alone, free) if names]


def bucket(day: date, name: str, week_start: int = 1) -> Any:
    """Return the value of a calendar dimension for a day."""
    if name == "week":
        return day - timedelta(days=(day.isoweekday() - week_start) % 7)
    if name == "month":
        return day.replace(day=1)
    if name == "quarter":
        return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
    return {"year": day.year, "weekday": day.isoweekday()}.get(name, day)
