"""The smallest weekly roster that covers every need, solved exactly as an integer programme (HiGHS).

Each group of people works the same shift on `days_on` days in a row of every week, then is off. Covering: minimise Σ x
subject to Σ x(groups on duty in an hour) ≥ need of the hour, x whole. Source: Dantzig (1954), the toll-booth problem.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from metrics.model import MetricError
from metrics.staffing.values import DAYS, HOURS, Roster, Shift

Floats = NDArray[np.float64]
SECONDS = 10.0


def weekly_roster(needs: Sequence[float], days_on: int = 5) -> Roster:
    """Return the fewest people who cover the needs of seven days, `days_on` days on and the rest off, in a row.

    needs: people from Monday to Sunday; fractions are rounded up. Known answer: 17, 13, 15, 19, 14, 16, 11 with five
    days on: 23 people, relaxation 22.33. Raises MetricError for needs that are not seven or days_on outside 1–7.
    """
    if len(needs) != DAYS:
        raise MetricError("一周排班需要 7 天的需求人数，从星期一到星期日。")
    _check(days_on)
    starts = [(day, None) for day in range(DAYS)]
    on = np.array([[(day - start) % DAYS < days_on for start, _ in starts] for day in range(DAYS)], dtype=float)
    return _solved(on, _whole(needs).reshape(DAYS, 1), starts)


def shift_roster(needs: Sequence[Sequence[float | None]], shifts: Sequence[Shift], days_on: int = 5) -> Roster:
    """Return the fewest people who cover the needs of 7 × 24 hours, each on one shift for `days_on` days in a row.

    needs: people by [weekday][hour], Monday first; None counts as 0. A shift may reach into the next day. Raises
    MetricError where an hour with a need lies in no shift.
    """
    _check(days_on)
    need = _whole([value or 0.0 for day in needs for value in day])
    if need.size != DAYS * HOURS:
        raise MetricError("按班次排班需要 7 天 × 24 小时的需求人数。")
    starts: list[tuple[int, Shift | None]] = [(day, shift) for day in range(DAYS) for shift in shifts]
    on = np.zeros((DAYS * HOURS, len(starts)))
    for column, (start, shift) in enumerate(starts):
        assert shift is not None
        for day in range(start, start + days_on):
            first = day * HOURS + shift.begin
            on[np.arange(first, first + shift.length) % (DAYS * HOURS), column] = 1.0
    if (bare := np.flatnonzero((need > 0) & (on.sum(1) == 0))).size:
        raise MetricError(f"{bare[0] % HOURS} 时有需求但不在任何班次内。请增加覆盖全天的班次。")
    return _solved(on, need.reshape(DAYS, HOURS), starts)


def daily_shifts(needs: Sequence[float | None], shifts: Sequence[Shift]) -> tuple[tuple[Shift, int], ...]:
    """Return how many people to put on each shift of a day so that 24 hourly needs are covered with the fewest people.

    Every day is alike, a shift wraps around midnight. Raises MetricError as shift_roster.
    """
    roster = shift_roster([tuple(needs)] * DAYS, shifts, days_on=DAYS)
    counts: dict[Shift, int] = {}
    for _, shift, people in roster.groups:
        if shift is not None:
            counts[shift] = counts.get(shift, 0) + people
    return tuple((shift, counts[shift]) for shift in shifts if shift in counts)


def even_shifts(length: int, begin: int = 8) -> tuple[Shift, ...]:
    """Return the shifts that follow each other around the clock: three of 8 hours, two of 12."""
    if length < 1 or HOURS % length:
        raise MetricError("班次时长应能整除 24 小时（如 8 或 12 小时）。")
    return tuple(Shift((begin + n * length) % HOURS, length) for n in range(HOURS // length))


def _check(days_on: int) -> None:
    if not 1 <= days_on <= DAYS:
        raise MetricError("每周连续上班的天数应为 1 至 7 天。")


def _whole(needs: Sequence[float]) -> Floats:
    return np.ceil(np.asarray(needs, dtype=float) - 1e-9)


def _solved(on: Floats, need: Floats, starts: Sequence[tuple[int, Shift | None]]) -> Roster:
    """Return the roster that the programme gives; `on` by [hour or day, group]."""
    cost = np.ones(on.shape[1])
    cover = optimize.LinearConstraint(sparse.csr_array(on), lb=need.ravel())
    relaxed = optimize.milp(cost, constraints=cover)
    # Among the rosters of the fewest people any will do; a limit keeps a request from hanging on a hard instance.
    found = optimize.milp(
        cost, constraints=cover, integrality=np.ones_like(cost), options={"time_limit": SECONDS, "mip_rel_gap": 0.0}
    )
    if found.x is None or relaxed.x is None:
        raise MetricError("这样的需求排不出班。请检查需求人数和班次。")
    people = np.round(found.x).astype(int)
    size, bound = int(people.sum()), float(relaxed.fun)
    covered = (on @ people).reshape(need.shape)
    return Roster(
        size=size, bound=bound,
        groups=tuple((day, shift, int(n)) for (day, shift), n in zip(starts, people, strict=True) if n),
        cover=tuple(tuple(int(one) for one in row) for row in covered),
        surplus=float((covered - need).sum()),
        is_proven=bool(found.status == 0) or size <= math.ceil(bound - 1e-6),
    )  # fmt: skip
