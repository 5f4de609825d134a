"""Which stations should get extra posts so that the worst shortfall falls most.

An extra post is one person on the same shift of every day. f(k) is the smallest worst shortfall that a station can have
with k extra posts (their best shifts solved exactly); it never rises with k. Greedy: each post goes to the station with
the worst shortfall at that time. That is exact for the worst of all: let z be the best that N posts can do, and k(z)
the fewest posts with which a station comes to z; as long as some station is above z, the one that gets the post is
above z and so has fewer than k(z); there are at most N such posts, so at the end none is above z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from data.reading import Snapshot
from metrics import cache, catalogue
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.staffing import posts, workload
from metrics.staffing.picture import Picture, picture
from metrics.staffing.stations import notes_of, places_of, runs_of_place
from metrics.staffing.values import HOURS, Allocation, Grant, Rules, Shift, ShortRun

Floats = NDArray[np.float64]
SHIFT_HOURS, MOST = 8, 200
# Less than half a person is rounding, not a reason for a post.
_NOTHING = 0.5


@dataclass(frozen=True)
class Plan:
    """The best shifts of k extra posts for one station; worst: its largest shortfall with them, in people."""

    shifts: tuple[int, ...]
    worst: float


def allocate(
    snapshot: Snapshot,
    selection: Selection,
    extra: int | None = None,
    shift_hours: int = SHIFT_HOURS,
    rules: Rules | None = None,
) -> Allocation:
    """Return where `extra` posts of `shift_hours` a day lower the worst shortfall of the chosen stations most.

    extra: None: as many as end every shortage. Shortfalls are those of an average day's hours, of stations that are
    short in the sense of posts.short_runs. Posts that nobody needs are not placed. Raises MetricError.
    """
    if extra is not None and not 1 <= extra <= MOST:
        raise MetricError(f"增配岗位数应为 1 至 {MOST}。")
    if not 1 <= shift_hours <= HOURS:
        raise MetricError("班次时长应为 1 至 24 小时。")
    rules = rules or Rules()
    one = workload.by_days(snapshot, selection, rules)
    return cache.answer(snapshot, (one, extra, shift_hours, rules), _allocate)


def _allocate(snapshot: Snapshot, question: tuple[Selection, int | None, int, Rules]) -> Allocation:
    selection, extra, length, rules = question
    known = catalogue.of(snapshot)
    days = workload.window(snapshot, selection, rules)
    whole = picture(snapshot, days, rules)
    lacking = {place: _lacking(whole, place) for place in places_of(whole, selection)}
    usable = {place: values for place, values in lacking.items() if not np.isnan(values).any()}
    runs = {place: found for place in usable if (found := runs_of_place(whole, place))}
    names = known.station_names
    placed = spread([usable[place] for place in runs], MOST if extra is None else extra, length)
    grants = []
    for (place, short), plan in zip(runs.items(), placed, strict=True):
        if plan.shifts:
            code = whole.counted.stations[place]
            grants.append(_grant(code, names[code], short, plan, length))
    grants.sort(key=lambda grant: (-grant.before, grant.station))
    before = max((run.missing for found in runs.values() for run in found), default=0.0)
    after = max((plan.worst for plan in placed), default=0.0)
    count = sum(grant.posts for grant in grants)
    words = _words(count if extra is None else extra, count, before, after, grants, len(usable))
    return Allocation(
        count if extra is None else extra, count, tuple(grants), before, after, words,
        notes_of(whole, list(lacking), days, selection, known) if lacking else (),
    )  # fmt: skip


def spread(short: Sequence[Floats], extra: int, length: int) -> list[Plan]:
    """Return the plan of each station after giving `extra` posts one by one to the station that is worst off.

    short: people missing by hour of the day, one array of 24 per station (below 0: to spare). Exact for the largest
    shortfall of all (see above); posts that are left when the worst is cured are not given.
    """
    plans = [Plan((), max(0.0, float(values.max()))) for values in short]
    for _ in range(extra):
        if not plans:
            break
        worst = max(range(len(plans)), key=lambda number: (plans[number].worst, -number))
        if plans[worst].worst < _NOTHING:
            break
        plans[worst] = best(tuple(short[worst].tolist()), len(plans[worst].shifts) + 1, length)
    return plans


@lru_cache(maxsize=4096)
def best(short: tuple[float, ...], count: int, length: int) -> Plan:
    """Return the shifts of `count` daily posts with which the largest of 24 hourly shortfalls becomes smallest.

    Integer programme: minimise z subject to short(h) − Σ x(shifts that cover h) ≤ z, Σ x = count, x whole, z ≥ 0; among
    those the one with the smallest sum of what is left. Exact for z.
    """
    hours = np.arange(HOURS)
    covers = ((hours[:, None] - hours[None, :]) % HOURS < length).astype(float)
    need = np.asarray(short)
    # Variables: 24 numbers of posts by first hour, 24 shortfalls left, z. The shortfalls left only break ties.
    one, none = np.eye(HOURS), np.zeros((HOURS, HOURS))
    rows = [
        np.hstack([covers, one, np.zeros((HOURS, 1))]),
        np.hstack([none, -one, np.ones((HOURS, 1))]),
        np.hstack([np.ones((1, HOURS)), np.zeros((1, HOURS + 1))]),
    ]
    limits = optimize.LinearConstraint(
        sparse.csr_array(np.vstack(rows)),
        lb=np.concatenate([need, np.zeros(HOURS), [count]]),
        ub=np.concatenate([np.full(2 * HOURS, np.inf), [count]]),
    )
    cost = np.concatenate([np.zeros(HOURS), np.full(HOURS, 1e-4), [1.0]])
    whole = np.concatenate([np.ones(HOURS), np.zeros(HOURS + 1)])
    found = optimize.milp(cost, constraints=limits, integrality=whole, options={"mip_rel_gap": 0.0})
    if found.x is None:
        raise MetricError("增配方案无法求解。请减少增配岗位数后重试。")
    begins = np.repeat(hours, np.round(found.x[:HOURS]).astype(int))
    left = need - covers[:, begins].sum(1)
    return Plan(tuple(int(one) for one in begins), max(0.0, float(left.max())))


def _lacking(whole: Picture, place: int) -> Floats:
    need, _, _, duty = (part[place] for part in whole.by_hour)
    return np.asarray(need - duty)


def _grant(code: str, name: str, short: Sequence[ShortRun], plan: Plan, length: int) -> Grant:
    before = max(run.missing for run in short)
    shifts = tuple(Shift(begin, length) for begin in plan.shifts)
    listed = "、".join(f"{shift.text} {plan.shifts.count(shift.begin)} 人" for shift in dict.fromkeys(shifts))
    lacks = "、".join(posts.say_lack(run) for run in short)
    left = f"最大缺口 {posts.say_missing(before)} → {posts.say_missing(plan.worst)}"
    reason = f"{name} {lacks}；增 {len(shifts)} 岗（{listed}），{left}。"
    return Grant(code, name, len(shifts), shifts, before, plan.worst, reason)


def _words(
    extra: int, placed: int, before: float, after: float, grants: Sequence[Grant], stations: int
) -> tuple[str, ...]:
    if stations == 0:
        return ("没有可对照的排班和处警数据，无法分配。",)
    if not grants:
        return (f"{stations} 个派出所各时段均不缺人（缺 1 人以上且超出随机波动的才计），无需增配。",)
    words = [f"增配 {placed} 个岗位，最大缺口 {posts.say_missing(before)} → {posts.say_missing(after)}。"]
    if placed < extra:
        words.append(f"其余 {extra - placed} 个岗位已无半人以上的缺口可补，未分配。")
    return (*words, *(grant.reason for grant in grants))
