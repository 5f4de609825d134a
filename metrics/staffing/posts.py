"""From calls to people: needed by hour, the people to employ for them, the hours that are short, and how to say it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metrics.staffing.values import HOURS, Rules, ShortRun

Floats = NDArray[np.float64]
# A whole person: less than that is rounding of rosters, which are made of people.
LEAST = 1.0
DAYS_A_YEAR = 365


def needed(calls_per_hour: Floats, hours_per_call: Floats | float, rules: Rules) -> Floats:
    """Return people needed = calls per hour × people-hours per call ÷ the share of the time that calls may bind.

    Where calls come in, at least `rules.least_crew`; 0 without calls; nan where either is not known. Known answer: 1.2
    calls an hour of 1.5 people-hours at 60%: 3.
    """
    people = calls_per_hour * hours_per_call / rules.committed
    return np.where(calls_per_hour > 0, np.maximum(people, rules.least_crew), people)


def relief_factor(shift_hours: float, net_hours: float) -> float:
    """Return how many people one post of `shift_hours` a day takes all year round: 365 × shift hours ÷ net hours.

    Known answer: a post around the clock at 1,864 net hours: 4.70.
    """
    return DAYS_A_YEAR * shift_hours / net_hours


def headcount(posts: float, rules: Rules, shift_hours: float = HOURS) -> int:
    """Return the people to employ for `posts` that are filled `shift_hours` a day, rounded up to whole people."""
    return math.ceil(posts * relief_factor(shift_hours, rules.net_hours) - 1e-9)


def shortfall(need: Floats, on_duty: Floats) -> Floats:
    """Return people missing, 0 where there are enough, nan where either is not known."""
    return np.where(np.isnan(need) | np.isnan(on_duty), np.nan, np.maximum(need - on_duty, 0.0))


def short_runs(need: Floats, low: Floats, on_duty: Floats) -> tuple[ShortRun, ...]:
    """Return the runs of hours that lack at least one person, beyond what chance explains; the largest first.

    need, low, on_duty: by hour of the day; low is the lower end of the 95% interval of what is needed. A run may cross
    midnight.
    """
    with np.errstate(invalid="ignore"):
        short = (need - on_duty >= LEAST) & (low > on_duty)
    runs = []
    for hours in runs_of(tuple(int(hour) for hour in np.flatnonzero(short))):
        worst = max(hours, key=lambda hour: float(need[hour] - on_duty[hour]))
        runs.append(ShortRun(hours, worst, float(need[worst]), float(on_duty[worst])))
    return tuple(sorted(runs, key=lambda run: -sum(float(need[hour] - on_duty[hour]) for hour in run.hours)))


def runs_of(hours: Sequence[int]) -> list[tuple[int, ...]]:
    """Return hours of the day as runs on the clock: 21, 22, 23, 0 and 7 become (7), (21, 22, 23, 0)."""
    chosen = set(hours)
    if len(chosen) == HOURS:
        return [tuple(range(HOURS))]
    runs = []
    for begin in sorted(hour for hour in chosen if (hour - 1) % HOURS not in chosen):
        length = next(n for n in range(1, HOURS + 1) if (begin + n) % HOURS not in chosen)
        runs.append(tuple((begin + n) % HOURS for n in range(length)))
    return runs


def say_run(hours: Sequence[int]) -> str:
    """Say a run of hours: 「21 时至次日 3 时」, 「7 时至 8 时」, 「全天」."""
    if len(hours) == HOURS:
        return "全天"
    end = hours[0] + len(hours)
    return f"{hours[0]} 时至 {end} 时" if end <= HOURS else f"{hours[0]} 时至次日 {end - HOURS} 时"


def whole(people: float) -> int:
    """Return missing people as whole ones, half a person up: the only rounding of 「缺 N 人」, wherever it is said.

    With so many more less than half a person is left. Known answer: 3.54 missing are 4, and 0.46 too many of them.
    """
    return math.floor(people + 0.5)


def say_missing(people: float) -> str:
    """Say how many people are missing: 「4 人」, 「不足 1 人」, which is no shortage, 「0 人」 below half a person."""
    return "不足 1 人" if whole(people) and people < LEAST else f"{whole(people)} 人"


def say_short(run: ShortRun) -> str:
    """Say a shortfall with its worst hour: 「21 时至次日 3 时最多缺 3 人（22 时应配 4.2 人，在岗 1.0 人）」."""
    return f"{say_lack(run)}（{run.worst_hour} 时应配 {run.needed:.1f} 人，在岗 {run.on_duty:.1f} 人）"


def say_lack(run: ShortRun) -> str:
    """Say a shortfall in short; of several hours not every one lacks as many: 「21 时至次日 3 时最多缺 3 人」."""
    return f"{say_run(run.hours)}{'最多' if len(run.hours) > 1 else ''}缺 {whole(run.missing)} 人"
