"""What the staffing statistics take and give: frozen values, ready for pages.

A week is seven tuples of 24 numbers, Monday first; None stands where nothing is known. People are officers and
auxiliaries together, as in the metrics 应配岗位 and 在岗人数.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

Week = tuple[tuple[float | None, ...], ...]
Flags = tuple[tuple[bool, ...], ...]
Slot = tuple[int, int]
DAYS, HOURS = 7, 24


@dataclass(frozen=True)
class Rules:
    """What a bureau may set.

    committed: largest share of the time on duty that calls may bind. weeks: the weeks before the end of the period that
    are averaged (a longer period is taken whole). net_hours: hours a year that one person works (233 days of 8 hours:
    365 − 104 weekend days − 13 holidays − 10 days of leave − 5 of training). hours_per_call: people-hours per call for
    a source without work times; None: cannot tell. crew: people per call where arrivals are not known. least_crew: the
    smallest number of people that an hour with calls needs. wait_goal: minutes that a call may wait for a free unit.
    """

    committed: float = 0.6
    weeks: int = 12
    net_hours: float = 1864.0
    hours_per_call: float | None = None
    crew: float = 2.0
    least_crew: float = 0.0
    wait_goal: float = 10.0


@dataclass(frozen=True)
class Queue:
    """How calls wait for a unit over the week, each hour weighted by its calls (Erlang C).

    p_no_unit: chance that no unit is free when a call comes in, 1 in overload. mean_wait, p90_wait: minutes; None when
    overloaded hours make them endless. p_late: chance to wait longer than the goal. overload: share of the calls that
    come in hours whose work exceeds what is on duty.
    """

    p_no_unit: float
    mean_wait: float | None
    p90_wait: float | None
    p_late: float
    overload: float


@dataclass(frozen=True)
class ShortRun:
    """Hours of the day, one after the other, that lack at least one whole person; the figures are the worst hour's."""

    hours: tuple[int, ...]
    worst_hour: int
    needed: float
    on_duty: float

    @property
    def missing(self) -> float:
        """People missing at the worst hour."""
        return self.needed - self.on_duty


@dataclass(frozen=True)
class StationStaffing:
    """Work against duty of one station (or of all chosen ones: station "") over the hours of the week.

    calls: dispatched calls per hour, smoothed. needed, low, high: people with a 95% interval. on_duty: people on 接处警
    and 巡逻. shortfall: people missing, of all stations the sum of theirs. wait: mean minutes for a free unit, None in
    overload. p_no_unit: per hour. day_*: the same by hour of the day. posts: needed on average around the clock.
    headcount: people that must be employed to fill them. match: index 0–1; match_ceiling: what chance leaves of a
    perfect 1 with so few calls. utilisation: share of duty bound by calls, in %.
    counted, measured: dispatched calls and those of them with usable work times.
    """

    station: str
    name: str
    first: date
    last: date
    calls: Week
    needed: Week
    low: Week
    high: Week
    on_duty: Week
    shortfall: Week
    wait: Week
    p_no_unit: Week
    overload: Flags
    day_needed: tuple[float | None, ...]
    day_low: tuple[float | None, ...]
    day_high: tuple[float | None, ...]
    day_on_duty: tuple[float | None, ...]
    day_shortfall: tuple[float | None, ...]
    short: tuple[ShortRun, ...]
    posts: float | None
    headcount: int | None
    match: float | None
    match_ceiling: float | None
    utilisation: float | None
    queue: Queue | None
    hours_per_call: float | None
    crew: float | None
    counted: int
    measured: int
    words: tuple[str, ...]
    notes: tuple[str, ...]
    data_as_of: datetime | None
    version: int


@dataclass(frozen=True)
class Effect:
    """A figure before and after a move, with the 95% interval of the difference; None: endless wait (overload)."""

    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True)
class Side:
    """What a move does to one station; p90_wait in minutes, p_no_unit as a share, shortfall in people at its worst."""

    station: str
    name: str
    people: int
    p90_wait: Effect
    p_no_unit: Effect
    overload: tuple[float, float]
    shortfall: tuple[float, float]
    response_p90: float | None
    text: str


@dataclass(frozen=True)
class Move:
    """People of some hours of the week moved from one station to another."""

    source: Side
    target: Side
    people: int
    hours: tuple[Slot, ...]
    words: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Shift:
    """A shift that begins at a full hour of the day and lasts some hours, into the next day if need be."""

    begin: int
    length: int

    @property
    def text(self) -> str:
        """Say it: 「21–次日5 时」."""
        end = self.begin + self.length
        return f"{self.begin}–{end} 时" if end <= HOURS else f"{self.begin}–次日{end - HOURS} 时"


@dataclass(frozen=True)
class Roster:
    """A smallest weekly roster: groups of people with the same shift and the same first day of duty (0 is Monday).

    size: people. bound: what the linear relaxation needs; no roster can be smaller than its ceiling. cover: people on
    duty by [weekday][hour] (by [weekday][0] for a roster of days). is_proven: whether no smaller roster exists.
    """

    size: int
    bound: float
    groups: tuple[tuple[int, Shift | None, int], ...]
    cover: tuple[tuple[int, ...], ...]
    surplus: float
    is_proven: bool


@dataclass(frozen=True)
class Grant:
    """Extra daily shifts that one station gets, and what they do to its largest shortfall (people)."""

    station: str
    name: str
    posts: int
    shifts: tuple[Shift, ...]
    before: float
    after: float
    reason: str


@dataclass(frozen=True)
class Allocation:
    """Extra daily shifts over stations; worst_*: the largest shortfall of any station and hour, before and after."""

    asked: int
    placed: int
    grants: tuple[Grant, ...]
    worst_before: float
    worst_after: float
    words: tuple[str, ...]
    notes: tuple[str, ...]
