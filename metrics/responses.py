"""The response chain with calls still open: median, P90 and share within the target, nothing dropped without a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.reading import Snapshot
from metrics import cache, catalogue, privacy, query, survival
from metrics.model import Refused, UnknownName
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from metrics.survival import Durations, Estimate

# Usable times end at 24 hours; what has been open for longer was never written down.
_LONGEST = 86_400
OPEN, ENDED = "未结束", "可用"


@dataclass(frozen=True)
class Segment:
    """One segment of the chain, in columns of the alert view; goal: seconds, in SQL."""

    label: str
    seconds: str
    problem: str
    goal: str
    begun: str
    later: tuple[str, ...]


_STAMPS = ("has_answer", "has_dispatch", "has_arrive", "has_done", "has_feedback")
SEGMENTS = {
    "answer": Segment("接警用时", "answer_seconds", "answer_problem", "60", "0", _STAMPS),
    "dispatch": Segment("派警用时", "dispatch_seconds", "dispatch_problem", "180", "0", _STAMPS[1:]),
    "response": Segment("到达用时", "arrive_seconds", "arrive_problem", "arrive_goal_seconds", "0", _STAMPS[2:]),
    "on_scene": Segment("处置用时", "scene_seconds", "scene_problem", "null", "arrive_seconds", _STAMPS[3:]),
}


@dataclass(frozen=True)
class Chain:
    """One segment for one row of a breakdown (key: the dimension values), in minutes; within in %.

    durations: n usable or open, of them open. left_out: why other calls have no usable time, reason → count.
    """

    segment: str
    key: tuple[Any, ...]
    durations: Durations
    left_out: dict[str, int]


def chain(
    snapshot: Snapshot, segment: str, by: tuple[str, ...] = (), selection: Selection | None = None
) -> tuple[Chain, ...]:
    """Return one segment by dimensions that are not finer than a beat, sorted; empty where there are no calls.

    A call is open when it is valid, less than 24 hours old at the time of the last call in the data, and has neither
    the stamp that ends the segment nor a later one. It counts for as long as it has been open (censored). Calls of
    联动流转 and 咨询 need no officer and are not held open. What is merged into another call is not counted.
    """
    if segment not in SEGMENTS:
        raise UnknownName("用时", segment, SEGMENTS)
    selection = selection or Selection()
    period = selection.resolve(catalogue.of(snapshot).data_as_of)
    question = Question(selection, period, (Breakdown((f"{segment}_n",), by),))
    query.check_names(question)
    if privacy.is_fine(by):
        raise Refused("用时分布不按比警格更细的维度统计。请去掉一个维度。")
    return cache.answer(snapshot, (segment, by, selection, period), _chain)


def _chain(snapshot: Snapshot, asked: tuple[str, tuple[str, ...], Selection, Period]) -> tuple[Chain, ...]:
    segment, by, selection, period = asked
    known = catalogue.of(snapshot)
    parts, _ = query.plan(Question(selection, period, (Breakdown((f"{segment}_n",), by),)), known)
    params: dict[str, Any] = {"last_look": _last_look(snapshot), "longest": _LONGEST}
    rows = query._base(0, parts[0], selection, known, params)
    frame = snapshot.query(_statement(SEGMENTS[segment], by, rows), params)
    groups = frame.groupby(list(by), sort=True) if by else [((), frame)]
    return tuple(_one(segment, key if isinstance(key, tuple) else (key,), part) for key, part in groups if len(part))


def _last_look(snapshot: Snapshot) -> Any:
    """Return the last call: up to then, at least, an arrival would have been written down."""
    return snapshot.rows("select max(happened_at) from alert_facts where time_precision = 'minute'")[0][0]


def _statement(segment: Segment, by: tuple[str, ...], rows: str) -> str:
    """Return calls by dimensions, state and whole seconds; the same calls as the metrics of the segment count."""
    names = "".join(f'"{name}", ' for name in by)
    waiting = "" if segment.problem == "answer_problem" else " and category_group not in ('联动流转', '咨询')"
    stamped = " or ".join(segment.later)
    return f"""
select {names}state, seconds, goal, count(*) as n
from (
    select {names}{segment.goal} as goal,
        case when {segment.problem} is null then {segment.seconds} when is_open then waited end as seconds,
        case when {segment.problem} is null then '{ENDED}' when is_open then '{OPEN}'
            else {segment.problem} end as state
    from (
        select *, valid{waiting} and time_precision = 'minute' and not ({stamped})
            and waited >= 0 and waited < $longest as is_open
        from (
            select *, date_diff('second', happened_at, cast($last_look as timestamp)) - {segment.begun} as waited
            from (
{rows}
            ) as prepared
        ) as timed
    ) as judged
    where not merged
) as calls
group by all"""


def _one(segment: str, key: tuple[Any, ...], part: pd.DataFrame) -> Chain:
    counted = part[part["state"].isin([ENDED, OPEN])]
    times = counted["n"].to_numpy(dtype=np.int64)
    minutes = np.repeat(counted["seconds"].to_numpy(dtype=float) / 60, times)
    over = np.repeat((counted["state"] == ENDED).to_numpy(dtype=bool), times)
    goals = np.repeat(pd.to_numeric(counted["goal"]).to_numpy(dtype=float) / 60, times)
    found = survival.durations(minutes, over, goals if SEGMENTS[segment].goal != "null" else None)
    left_out = part[~part["state"].isin([ENDED, OPEN])].groupby("state")["n"].sum()
    return Chain(segment, key, found, {str(reason): int(n) for reason, n in left_out.items()})


def worded(estimate: Estimate, unit: str = "分钟") -> str:
    """Return 「6.4 分钟（95% 区间 6.2–6.7）」; an end that the data do not reach is 「未达到」."""
    if estimate.value is None:
        return "未达到"
    low, high = ("未达到" if end is None else f"{end:.1f}" for end in (estimate.low, estimate.high))
    return f"{estimate.value:.1f} {unit}（95% 区间 {low}–{high}）"
