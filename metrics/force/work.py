"""Work against duty of the chosen stations, with who is short in which hour of the day and of the week.

A station is short in an hour when it lacks at least one whole person and the lower end of the 95% interval of what it
needs is still above what is on duty: the same rule as for its runs of short hours (metrics.staffing.posts).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import cache, catalogue, staffing
from metrics.briefing import short_name
from metrics.catalogue import Catalogue
from metrics.force import shifts
from metrics.force.shifts import Within
from metrics.selection import Selection
from metrics.staffing import posts, workload
from metrics.staffing.picture import Picture, picture
from metrics.staffing.stations import places_of, runs_of_place
from metrics.staffing.values import ShortRun, StationStaffing

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# As many short stations as the page tells of one by one.
_MOST_WAYS = 4


@dataclass(frozen=True)
class Lack:
    """Stations that are short in one hour, the worst first: (code, name, people missing)."""

    stations: tuple[tuple[str, str, float], ...]

    @property
    def people(self) -> int:
        """People missing in all of them, each station's in whole people, so that the parts add up."""
        return sum(posts.whole(missing) for _, _, missing in self.stations)


@dataclass(frozen=True)
class Way:
    """How a short station comes through: within, its own roster in other hours; None where that is not enough."""

    code: str
    name: str
    within: Within | None

    @property
    def words(self) -> str:
        """Say it in a line: 「所内调班即可补足：9 时至 13 时的 4 人改排 21 时至次日 1 时」."""
        if self.within is None:
            return "所内没有足够富余的时段可改排，须从他所调入或增配"
        return f"所内调班即可补足：{'，'.join(part.text for part in self.within.parts)}"


@dataclass(frozen=True, eq=False)
class Work:
    """What is shown of some stations.

    one: the sums and figures of the chosen stations. count: how many they are. name: what to call them. day, week: who
    is short by hour of the day (24) and of the week (168, Monday first). short: runs of short hours with their station,
    the worst first. table: all stations (metrics.staffing.all_stations). undated: calls whose hour is not known.
    ways: what the stations that are short most can do, the worst first.
    committed: the share of duty that calls may bind. knows_need, knows_duty: whether the calls say how many people they
    bind, and whether any of the stations has a roster.
    """

    one: StationStaffing
    count: int
    name: str
    day: tuple[Lack, ...]
    week: tuple[Lack, ...]
    short: tuple[tuple[str, str, ShortRun], ...]
    table: pd.DataFrame
    undated: int
    committed: float
    knows_need: bool
    knows_duty: bool
    ways: tuple[Way, ...] = ()


def work(snapshot: Snapshot, selection: Selection) -> Work:
    """Return work against duty of the chosen stations; raises MetricError for a store without alerts or stations."""
    return cache.answer(snapshot, workload.by_days(snapshot, selection, staffing.Rules()), _work)


def _work(snapshot: Snapshot, selection: Selection) -> Work:
    one = staffing.of(snapshot, selection)
    known = catalogue.of(snapshot)
    rules = staffing.Rules()
    whole = picture(snapshot, workload.window(snapshot, selection, rules), rules)
    places = places_of(whole, selection)
    need, low, _, duty = whole.by_hour
    short = _runs(whole, places, known)
    return Work(
        one=one, count=len(places), name=_name(one, len(places), selection),
        day=_lacks(whole, places, known, need, low, duty),
        week=_lacks(whole, places, known, whole.needed, whole.bounds[0], whole.on_duty),
        short=short, ways=_ways(snapshot, whole, short),
        table=staffing.all_stations(snapshot, replace(selection, stations=())),
        undated=int(whole.counted.undated[places].sum()), committed=rules.committed,
        knows_need=bool(np.isfinite(whole.demand.hours_per_call[places]).any()),
        knows_duty=bool(np.isfinite(whole.on_duty[places]).any()),
    )  # fmt: skip


def is_short(need: Floats, low: Floats, duty: Floats) -> Flags:
    """Return where at least one person is missing beyond what chance explains; False where nothing is known."""
    with np.errstate(invalid="ignore"):
        return (need - duty >= posts.LEAST) & (low > duty)


def _lacks(
    whole: Picture, places: list[int], known: Catalogue, need: Floats, low: Floats, duty: Floats
) -> tuple[Lack, ...]:
    """Return who is short in each hour; arrays by [station, …hours]."""
    hours = need[0].size
    short = is_short(need, low, duty).reshape(len(need), hours)
    missing = (need - duty).reshape(len(need), hours)
    codes, names = whole.counted.stations, known.station_names

    def lack(hour: int) -> Lack:
        found = sorted((place for place in places if short[place, hour]), key=lambda place: -missing[place, hour])
        return Lack(
            tuple((codes[place], short_name(names[codes[place]]), float(missing[place, hour])) for place in found)
        )

    return tuple(lack(hour) for hour in range(hours))


def _runs(whole: Picture, places: list[int], known: Catalogue) -> tuple[tuple[str, str, ShortRun], ...]:
    codes, names = whole.counted.stations, known.station_names
    found = [
        (codes[place], short_name(names[codes[place]]), run) for place in places for run in runs_of_place(whole, place)
    ]
    return tuple(sorted(found, key=lambda one: -one[2].missing))


def _ways(snapshot: Snapshot, whole: Picture, short: tuple[tuple[str, str, ShortRun], ...]) -> tuple[Way, ...]:
    names = {code: name for code, name, _ in short}
    found = list(names.items())[:_MOST_WAYS]
    return tuple(
        Way(code, name, shifts.within(snapshot, whole, whole.counted.stations.index(code))) for code, name in found
    )


def _name(one: StationStaffing, count: int, selection: Selection) -> str:
    if one.station:
        return short_name(one.name)
    return f"{count} 个派出所" if selection.stations else f"全部 {count} 个派出所"
