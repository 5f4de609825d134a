"""Shifts within a station: people of hours that have enough, put into the hours of the same day that are short.

Offered only where that alone ends the shortage and leaves none elsewhere: before anybody is taken from another station,
its own roster comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics.staffing import moving, posts
from metrics.staffing.picture import Picture
from metrics.staffing.stations import runs_of_place
from metrics.staffing.values import HOURS, ShortRun, Side

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """People who work other hours of every day than now: from the hours `out` to the hours `into`, as many of them."""

    people: int
    out: tuple[int, ...]
    into: tuple[int, ...]

    @property
    def text(self) -> str:
        """Say it: 「10 时至 13 时的 4 人改排 21 时至 24 时」."""
        return f"{posts.say_run(self.out)}的 {self.people} 人改排 {posts.say_run(self.into)}"


@dataclass(frozen=True)
class Within:
    """What ends a station's shortage from its own roster, and what it does to its waits."""

    parts: tuple[Part, ...]
    side: Side


def within(snapshot: Snapshot, whole: Picture, place: int) -> Within | None:
    """Return the shifts that end the shortage of a station from its own people; None where they cannot or need not."""
    runs = runs_of_place(whole, place)
    found = arranged(whole.on_duty[place], whole.needed[place], runs) if runs else None
    if found is None:
        return None
    parts, duty = found
    if left(whole, place, duty):
        return None
    return Within(parts, moving.side_of(snapshot, whole, place, 0, duty))


def arranged(duty: Floats, needed: Floats, runs: tuple[ShortRun, ...]) -> tuple[tuple[Part, ...], Floats] | None:
    """Return who works which other hours, and the roster after it; None where no hours have so many to spare.

    duty, needed: by weekday and hour. Each run of short hours gets the people that it is said to lack, from as many
    hours in a row as it has, those with most to spare on their worst weekday; none of them short today.
    """
    parts, after = [], duty.copy()
    short = {hour for run in runs for hour in run.hours}
    for run in runs:
        people, length = posts.whole(run.missing), len(run.hours)
        spare = np.nan_to_num(after - needed, nan=-1.0).min(0)
        windows = [tuple((begin + n) % HOURS for n in range(length)) for begin in range(HOURS)]
        free = [hours for hours in windows if not short & set(hours)]
        best = max(free, key=lambda hours: min(spare[hour] for hour in hours), default=())
        if not best or min(spare[hour] for hour in best) < people:
            return None
        after[:, best] -= people
        after[:, run.hours] += people
        parts.append(Part(people, best, run.hours))
    return tuple(parts), after


def left(whole: Picture, place: int, duty: Floats) -> tuple[ShortRun, ...]:
    """Return the runs of short hours of an average day with other people on duty (by weekday and hour)."""
    need, low, _, _ = (part[place] for part in whole.by_hour)
    days = whole.counted.rostered[place][:, None]
    mean = np.where(days > 0, days * np.nan_to_num(duty), 0.0).sum(0) / max(float(days.sum()), 1.0)
    return posts.short_runs(need, low, mean)
