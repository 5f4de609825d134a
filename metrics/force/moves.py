"""Moves to try out: what is asked for, filled in with what makes sense, and the hours before and after.

Without a wish the station that is short most gets people, in the hours in which it is short, from the station that has
most to spare in exactly those hours: as many as end the shortage, if that station can spare them. Where nobody is short
or nobody can spare anyone there is no move to propose, and what a station can do with its own roster is told first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import cache, catalogue, staffing
from metrics.force import shifts
from metrics.force.shifts import Within
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.staffing import moving, posts, workload
from metrics.staffing.picture import Picture, picture
from metrics.staffing.stations import runs_of_place
from metrics.staffing.values import DAYS, HOURS, Move, ShortRun, Slot

Floats = NDArray[np.float64]
# What is tried out at most: more people than a shift has are refused, and so many tell nothing about a shift.
MOST_PEOPLE = 12
_USUAL_HOURS = 8


@dataclass(frozen=True)
class Wish:
    """What a move should be; None: whatever makes sense. days: weekdays as 1234567."""

    give: str | None = None
    take: str | None = None
    begin: int | None = None
    hours: int | None = None
    days: str = "1234567"
    people: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything but the weekdays is left to choose: what is tried out then is a proposal."""
        return all(part is None for part in (self.give, self.take, self.begin, self.hours, self.people))


class Unneeded(MetricError):
    """There is no move to propose; take: the station that could be tried out all the same."""

    def __init__(self, words: str, take: str) -> None:
        super().__init__(words)
        self.take = take


@dataclass(frozen=True)
class Plan:
    """A move with everything filled in; most: the largest number of people that the giving station has to move."""

    give: str
    take: str
    begin: int
    hours: int
    days: str
    people: int
    most: int

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The hours of the week that are moved."""
        return staffing.slots(self.begin, self.hours, [int(day) - 1 for day in self.days])


@dataclass(frozen=True)
class Line:
    """An average day of one station by hour: needed, on duty before and after; None where not known."""

    needed: tuple[float | None, ...]
    before: tuple[float | None, ...]
    after: tuple[float | None, ...]


@dataclass(frozen=True)
class Trial:
    """A move tried out: its plan, its effect and the days of the giving and the taking station.

    within: what ends the taking station's shortage without anybody from elsewhere. rest: its hours still short.
    opened: hours in which the giving station is short only after the move. bare: those of its hours left with nobody.
    """

    plan: Plan
    move: Move
    give: Line
    take: Line
    within: Within | None
    rest: tuple[ShortRun, ...]
    opened: tuple[ShortRun, ...]
    bare: tuple[int, ...]


def trial(snapshot: Snapshot, selection: Selection, wish: Wish) -> Trial:
    """Return what a move does; once per version. Raises MetricError where there is nothing to move or to compare, and
    Unneeded where nothing is wished for and no move is to be proposed."""
    plain = replace(workload.by_days(snapshot, selection, staffing.Rules()), categories=())
    return cache.answer(snapshot, (plain, wish), _trial)


def _trial(snapshot: Snapshot, question: tuple[Selection, Wish]) -> Trial:
    selection, wish = question
    rules = staffing.Rules()
    whole = picture(snapshot, workload.window(snapshot, selection, rules), rules)
    made = plan(whole, selection, wish)
    if wish.is_open:
        _refuse_idle(snapshot, whole, made, selection)
    move = staffing.what_if(snapshot, selection, made.give, made.take, made.people, made.slots)
    places = [whole.counted.stations.index(code) for code in (made.give, made.take)]
    give, take = (
        _line(whole, place, sign * made.people, made.slots) for place, sign in zip(places, (-1, 1), strict=True)
    )
    opened, rest = (
        shifts.left(whole, place, moving.moved(whole, place, sign * made.people, made.slots, side.name))
        for place, sign, side in zip(places, (-1, 1), (move.source, move.target), strict=True)
    )
    already = {hour for run in runs_of_place(whole, places[0]) for hour in run.hours}
    return Trial(
        made, move, give, take, shifts.within(snapshot, whole, places[1]), rest,
        tuple(run for run in opened if not already.issuperset(run.hours)), bare(give),
    )  # fmt: skip


def bare(line: Line) -> tuple[int, ...]:
    """Return the hours in which nobody is left of those who were there."""
    both = enumerate(zip(line.before, line.after, strict=True))
    return tuple(hour for hour, (before, after) in both if before and after is not None and after < 0.5 <= before)


def _refuse_idle(snapshot: Snapshot, whole: Picture, made: Plan, selection: Selection) -> None:
    """Refuse to propose a move where nobody is short, or where who could give would be short in its place."""
    codes, names = whole.counted.stations, catalogue.of(snapshot).station_names
    take = codes.index(made.take)
    runs = runs_of_place(whole, take)
    if not runs:
        who = names[made.take] if len(selection.stations) == 1 else "所选各所" if selection.stations else "各所"
        raise Unneeded(f"{who}各时段均不缺人（缺 1 人以上且超出随机波动的才计），无须调入。", made.take)
    if _least(whole.on_duty - whole.needed, made.slots)[codes.index(made.give)] < 1:
        own = shifts.within(snapshot, whole, take)
        ways = f"可在所内调班：{'；'.join(part.text for part in own.parts)}。" if own else "须增配，见「增配建议」。"
        said = f"{names[made.take]} {posts.say_lack(runs[0])}，各所在该时段均没有富余的人。"
        raise Unneeded(said + ways, made.take)


def plan(whole: Picture, selection: Selection, wish: Wish) -> Plan:
    """Return the move that is wished for with everything filled in; people at most what the giving station has."""
    codes = whole.counted.stations
    usable = [
        place
        for place in range(len(codes))
        if not np.isnan(whole.on_duty[place]).all() and not np.isnan(whole.demand.hours_per_call[place])
    ]
    if len(usable) < 2:
        raise MetricError(_too_few(whole))
    take = codes.index(wish.take) if wish.take in codes else _neediest(whole, usable, selection, wish.give)
    begin, length = _shift(whole, take, wish)
    slots = staffing.slots(begin, length, [int(day) - 1 for day in wish.days])
    give = codes.index(wish.give) if wish.give in codes else _richest(whole, usable, slots, take)
    most = max(1, min(MOST_PEOPLE, int(np.floor(_least(whole.on_duty, slots)[give] + 1e-9))))
    people = wish.people or _enough(whole, give, take, slots)
    return Plan(codes[give], codes[take], begin, length, wish.days, max(1, min(people, most)), most)


def _too_few(whole: Picture) -> str:
    if np.isnan(whole.on_duty).all():
        return "没有勤务排班数据，无法推演调整。请先在「数据接入」导入勤务排班。"
    if np.isnan(whole.demand.hours_per_call).all():
        return "警情没有处置时间或出动人数，无法推演调整。请补充派警、处置完毕时间和出动人数。"
    return "有排班和处警数据的派出所不足两个，没有可以推演的调整。"


def _neediest(whole: Picture, usable: list[int], selection: Selection, give: str | None) -> int:
    """Return the chosen station that is short most; without any short one that whose calls find no unit most often."""
    codes = whole.counted.stations
    others = [place for place in usable if codes[place] != give]
    chosen = [place for place in others if codes[place] in selection.stations] or others

    missing = {place: max((run.missing for run in runs_of_place(whole, place)), default=0.0) for place in chosen}
    if any(missing.values()):
        return max(chosen, key=lambda place: missing[place])
    queues = {place: whole.queue([place]) for place in chosen}
    return max(chosen, key=lambda place: queue.p_no_unit if (queue := queues[place]) else 0.0)


def _shift(whole: Picture, take: int, wish: Wish) -> tuple[int, int]:
    """Return begin and length of the shift: as wished, else the hours in which the taking station is short."""
    runs = runs_of_place(whole, take)
    if wish.begin is None and wish.hours is None and runs:
        return runs[0].hours[0], len(runs[0].hours)
    length = wish.hours or _USUAL_HOURS
    if wish.begin is not None:
        return wish.begin, length
    need, _, _, duty = (part[take] for part in whole.by_hour)
    lacking = np.nan_to_num(need - duty)
    sums = [sum(lacking[(begin + n) % HOURS] for n in range(length)) for begin in range(HOURS)]
    return int(np.argmax(sums)), length


def _richest(whole: Picture, usable: list[int], slots: tuple[Slot, ...], take: int) -> int:
    """Return the station that has most to spare in every one of the hours."""
    spare = _least(whole.on_duty - whole.needed, slots)
    return max((place for place in usable if place != take), key=lambda place: (float(spare[place]), -place))


def _enough(whole: Picture, give: int, take: int, slots: tuple[Slot, ...]) -> int:
    """Return the people that end what is lacking on an average day, as far as the giving station can spare them."""
    need, _, _, duty = (part[take] for part in whole.by_hour)
    lacking = np.nan_to_num(need - duty)
    wanted = max((float(lacking[hour]) for _, hour in slots), default=0.0)
    spare = float(_least(whole.on_duty - whole.needed, slots)[give])
    return max(1, min(posts.whole(wanted), int(np.floor(spare + 1e-9))))


def _least(values: Floats, slots: tuple[Slot, ...]) -> Floats:
    """Return the smallest value of some hours of the week, by station; −1 where one is not known."""
    chosen = np.stack([values[:, day, hour] for day, hour in slots], axis=1)
    return np.asarray(np.nan_to_num(chosen, nan=-1.0).min(1))


def _line(whole: Picture, place: int, people: int, slots: tuple[Slot, ...]) -> Line:
    """Return an average day: the hours of each weekday count as often as the weekday is rostered."""
    need, _, _, duty = (part[place] for part in whole.by_hour)
    moved = np.zeros((DAYS, HOURS))
    for day, hour in slots:
        moved[day, hour] = people
    days = whole.counted.rostered[place]
    after = duty + (moved * days[:, None]).sum(0) / max(float(days.sum()), 1.0)
    return Line(_known(need), _known(duty), _known(after))


def _known(values: Floats) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values.tolist())
