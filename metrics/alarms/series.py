"""What is watched: daily counts of valid alerts by station and group, with the days that have no data marked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import catalogue
from metrics.catalogue import Catalogue
from metrics.definitions import ALERT_GROUPS, UNMAPPED
from metrics.model import MetricError, Refused

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# The bureau as a whole is watched like a station.
BUREAU = "全局"
MOST_GROUPS = 8
# Five years explain a season well enough; older counts tell of another town.
LONGEST_DAYS = 1826
# A baseline needs eight weeks; the first day after them is the first that is judged.
SHORTEST_DAYS = 56
_CRIME = ("刑事", "治安")
# Level-1 groups below this share of all alerts are left to the pages.
_LARGE = 0.05
_FIRST_PLACES = 6


@dataclass(frozen=True)
class Group:
    """One thing that is watched: whole level-1 groups, or a level-2 category with all codes below it."""

    id: str
    groups: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Daily:
    """Counts, days × series; uncovered days are NaN. Series k is unit k // len(groups), group k % len(groups)."""

    days: tuple[date, ...]
    units: tuple[str, ...]
    groups: tuple[Group, ...]
    counts: Floats

    @property
    def known(self) -> Bools:
        """Which days have data."""
        return ~np.isnan(self.counts[:, 0])

    def place(self, unit: str, group: str) -> int:
        """Return the column of a series."""
        return self.units.index(unit) * len(self.groups) + [one.id for one in self.groups].index(group)


def read(snapshot: Snapshot, groups: tuple[Group, ...] | None = None) -> Daily:
    """Return the daily counts of the snapshot's last five years, whole days only.

    groups: what to count, by default what `choose` finds.
    Valid alerts by confirmed category; the bureau includes alerts of unregistered units. Raises Refused where days
    cannot be told (precision of a month) and MetricError with less than 8 weeks of data.
    """
    known = catalogue.of(snapshot)
    days, covered = _days(known)
    span = {"first": days[0], "until": days[-1] + timedelta(days=1)}
    groups = groups or choose(snapshot, known, span)
    columns = ", ".join(f"count(*) FILTER ({_condition(number)}) AS g{number}" for number in range(len(groups)))
    params = span | {f"groups{number}": list(group.groups) for number, group in enumerate(groups)}
    params |= {f"codes{number}": list(group.codes) for number, group in enumerate(groups)}
    frame = snapshot.query(
        f"SELECT station, cast(happened_at AS DATE) AS day, {columns} FROM alert_facts"
        " WHERE valid AND happened_at >= $first AND happened_at < $until GROUP BY station, day",
        params,
        seconds=60,
    )
    units = (*known.stations, BUREAU)
    return Daily(days, units, groups, _counts(frame, days, covered, units, len(groups)))


def _condition(number: int) -> str:
    return f"list_contains($groups{number}, group_confirmed) OR list_contains($codes{number}, category_confirmed)"


def _counts(frame: pd.DataFrame, days: tuple[date, ...], covered: Bools, units: tuple[str, ...], width: int) -> Floats:
    cube = np.zeros((len(days), len(units), width))
    places = {unit: number for number, unit in enumerate(units)}
    day = (pd.to_datetime(frame["day"]) - pd.Timestamp(days[0])).dt.days.to_numpy(dtype=int)
    unit = np.array([places.get(code, -1) for code in frame["station"]], dtype=int)
    values = frame[[f"g{number}" for number in range(width)]].to_numpy(dtype=float)
    registered = unit >= 0
    np.add.at(cube, (day[registered], unit[registered]), values[registered])
    np.add.at(cube[:, -1], day, values)
    cube[~covered] = np.nan
    return cube.reshape(len(days), -1)


def _days(known: Catalogue) -> tuple[tuple[date, ...], Bools]:
    """Return the days from the first to the last whole one, and which of them have daily data."""
    as_of = known.as_of.get("alerts")
    if as_of is None or not known.coverage.get("alerts"):
        raise MetricError("数据仓还没有警情，无法预警。请先导入警情。")
    last = as_of.date() - timedelta(days=1)
    coarse = {month for month, found in known.precisions["alerts"].items() if "month" in found}
    covered = known.covered("alerts", last - timedelta(days=LONGEST_DAYS - 1), last)
    fine = [day for day in covered if day.replace(day=1) not in coarse]
    if covered and not fine:
        raise Refused("警情的时间只精确到月，不能按日预警。请导入精确到日的警情。")
    if len(fine) <= SHORTEST_DAYS:
        raise MetricError(
            f"警情只有 {len(fine)} 天数据。预警先用 {SHORTEST_DAYS} 天（8 周）建立基线，其后才能判断。"
            "请先导入更早的警情。"
        )
    days = tuple(fine[0] + timedelta(days=n) for n in range((fine[-1] - fine[0]).days + 1))
    have = set(fine)
    return days, np.array([day in have for day in days], dtype=bool)


def choose(snapshot: Snapshot, known: Catalogue, span: dict[str, date]) -> tuple[Group, ...]:
    """Return the groups that are watched, at most 8.

    刑事 and 治安 together and each (crime is what the bureau answers for), then the largest other level-1 groups with
    at least 5% of all alerts, six in all; the other places go to level-2 categories of 刑事 (then 治安): first one
    that holds a code flagged 电诈 and the largest, by count. Groups without an alert are not watched.
    """
    rows = snapshot.rows(
        "SELECT group_confirmed, category_confirmed, count(*) FROM alert_facts"
        " WHERE valid AND happened_at >= $first AND happened_at < $until GROUP BY 1, 2",
        span,
    )
    of_group: Counter[str] = Counter()
    of_code: Counter[str] = Counter()
    for group, code, count in rows:
        of_group[group] += count
        of_code[code] += count
    crime = [name for name in _CRIME if of_group[name]]
    chosen = [Group("违法犯罪", _CRIME)] if len(crime) == 2 else []
    chosen += [Group(name, (name,)) for name in crime]
    large = [name for name in ALERT_GROUPS if name not in _CRIME and of_group[name] >= _LARGE * of_group.total()]
    large.sort(key=lambda name: -of_group[name])
    chosen += [Group(name, (name,)) for name in large[: _FIRST_PLACES - len(chosen)]]
    return (*chosen, *_watched(snapshot, known, of_code, MOST_GROUPS - len(chosen))) or (Group(UNMAPPED, (UNMAPPED,)),)


def _watched(snapshot: Snapshot, known: Catalogue, of_code: Counter[str], places: int) -> list[Group]:
    """Return the level-2 categories of crime that take the last places."""
    flagged = {row[0] for row in snapshot.rows("SELECT code FROM alert_categories WHERE contains(flags, '电诈')")}
    found = []
    for category in known.categories["alerts"].values():
        parent = known.categories["alerts"].get(category.parent or "")
        if parent is None or parent.parent is not None or category.group not in _CRIME:
            continue
        _, below = known.category_filter((category.code,), "alerts")
        count = sum(of_code[code] for code in below)
        if count:
            order = (_CRIME.index(category.group), not flagged & set(below), -count)
            found.append((order, Group(category.name, (), below)))
    found.sort(key=lambda one: one[0])
    return [group for _, group in found[:places]]
