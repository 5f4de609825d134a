"""What moving people of some hours from one station to another does to the wait for a free unit, with its interval.

Parametric bootstrap, seeded: the hourly rates are drawn DRAWS times from their gamma distributions, times one draw of
the station's whole level (Poisson) and one of its mean work per call (normal), because those move all hours together.
Each draw gives the wait before and after, the quantiles of the differences are the interval. The same draws serve every
move, so that a slider moves smoothly; only the hours that a move touches are computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import cache, catalogue, compare
from metrics.catalogue import Catalogue
from metrics.model import MetricError
from metrics.selection import WEEKDAY_NAMES, Selection
from metrics.staffing import arrivals, posts, queueing, workload
from metrics.staffing.picture import Picture, picture
from metrics.staffing.stations import notes_of, runs_of_place
from metrics.staffing.values import DAYS, HOURS, Effect, Move, Rules, Side, Slot
from metrics.staffing.workload import Dates

Floats = NDArray[np.float64]
DRAWS, SEED = 200, 20
UNSURE = "不能断定"
# What stands for a wait without end, and for one that is as good as endless (minutes).
OVERLOADED = "超负荷"
LONGEST, LONG = 24 * 60.0, "超过 24 小时"


@dataclass(frozen=True, eq=False)
class State:
    """One station's queue by [draw, hour of the week]; the first draw is the estimate itself.

    weights: share of the calls. load, units, waiting (P no unit free), drains: see queueing. hours: per call and unit,
    by [draw, 1].
    """

    weights: Floats
    load: Floats
    units: Floats
    waiting: Floats
    drains: Floats
    hours: Floats

    def with_units(self, units: Floats) -> State:
        """Return the state with other units (by hour of the week); only hours that differ are computed."""
        changed = np.flatnonzero(units != self.units)
        waiting, drains = self.waiting.copy(), self.drains.copy()
        waiting[:, changed] = queueing.erlang_c(units[changed], self.load[:, changed])
        drains[:, changed] = queueing.drain(units[changed], self.load[:, changed], self.hours)
        return replace(self, units=units, waiting=waiting, drains=drains)

    @property
    def p_no_unit(self) -> Floats:
        """Chance that a call finds no free unit, by draw."""
        return np.asarray((self.weights * self.waiting).sum(-1))

    @property
    def p90_wait(self) -> Floats:
        """P90 of the wait in minutes by draw; infinite in overload."""
        return 60 * queueing.wait_quantile(self.weights, self.waiting, self.drains)

    @property
    def overload(self) -> float:
        """Share of the calls in overloaded hours, by the estimate."""
        return float((self.weights[0] * (self.drains[0] <= 0) * (self.load[0] > 0)).sum())


def slots(begin: int, length: int, weekdays: Iterable[int] = range(DAYS)) -> tuple[Slot, ...]:
    """Return the hours of the week (weekday 0–6, hour) of a shift that begins at `begin` on the given weekdays."""
    if not (0 <= begin < HOURS and 1 <= length <= HOURS):
        raise MetricError("班次写法有误：起始钟点为 0–23，时长为 1–24 小时。")
    hours = [((day + (begin + n) // HOURS) % DAYS, (begin + n) % HOURS) for day in weekdays for n in range(length)]
    return tuple(sorted(set(hours)))


def what_if(
    snapshot: Snapshot,
    selection: Selection,
    source: str,
    target: str,
    people: int = 1,
    hours: Sequence[Slot] | None = None,
    rules: Rules | None = None,
) -> Move:
    """Return what it does to both stations when `people` of the hours of the week go from `source` to `target`.

    hours: see slots(); None: the target's shortest-staffed run of hours on every day. Raises MetricError where the
    source has not so many people, where there is no roster or no work time, or the two stations are one.
    """
    rules = rules or Rules()
    known = catalogue.of(snapshot)
    a, b = known.station_codes((source, target))
    if a == b:
        raise MetricError("调出和调入是同一个派出所。请选择两个派出所。")
    if people < 1:
        raise MetricError("调动人数应为 1 人以上的整数。")
    days = workload.window(snapshot, selection, rules)
    whole = picture(snapshot, days, rules)
    if not {a, b} <= set(whole.counted.stations):
        raise MetricError("「未登记」不是派出所，不能调动。请选择两个已登记的派出所。")
    places = [whole.counted.stations.index(code) for code in (a, b)]
    moved = tuple(hours) if hours is not None else _default_hours(whole, places[1])
    one, other = (
        _side(snapshot, whole, place, sign * people, moved, known) for place, sign in zip(places, (-1, 1), strict=True)
    )
    when = say_slots(moved)
    words = (f"从{one.name}调 {people} 人到{other.name}（{when}）：", one.text, other.text)
    notes = (*notes_of(whole, places, days, selection, known), _MODEL)
    return Move(one, other, people, moved, words, notes)


_MODEL = (
    "等候为排队模型估计：等到有空闲警组的时间，不含路程；假定报警随机到来、先到先办、他所不支援。"
    "到达用时 P90 为实测，含路程，供参照。"
)


def _default_hours(whole: Picture, place: int) -> tuple[Slot, ...]:
    runs = runs_of_place(whole, place)
    if not runs:
        raise MetricError("调入所没有缺 1 人以上的时段。请指定要调动的钟点。")
    return slots(runs[0].hours[0], len(runs[0].hours))


def _side(snapshot: Snapshot, whole: Picture, place: int, people: int, hours: Sequence[Slot], known: Catalogue) -> Side:
    code = whole.counted.stations[place]
    name = known.station_names[code]
    _check(whole, place, name)
    return side_of(snapshot, whole, place, people, moved(whole, place, people, hours, name))


def side_of(snapshot: Snapshot, whole: Picture, place: int, people: int, duty: Floats) -> Side:
    """Return what other people on duty (by weekday and hour) do to a station; people: how many come (+) or go (−)."""
    code = whole.counted.stations[place]
    before = cache.answer(snapshot, ((whole.counted.first, whole.counted.last), whole.rules, place), _state)
    after = before.with_units(np.nan_to_num(duty).ravel() / whole.demand.crew[place])
    side = Side(
        station=code, name=catalogue.of(snapshot).station_names[code], people=people,
        p90_wait=effect(before.p90_wait, after.p90_wait), p_no_unit=effect(before.p_no_unit, after.p_no_unit),
        overload=(before.overload, after.overload),
        shortfall=(_worst(whole, place, whole.on_duty[place]), _worst(whole, place, duty)),
        response_p90=arrivals.response_p90(snapshot, (whole.counted.first, whole.counted.last)).get(code), text="",
    )  # fmt: skip
    return replace(side, text=say_side(side))


def _check(whole: Picture, place: int, name: str) -> None:
    if np.isnan(whole.on_duty[place]).all():
        raise MetricError(f"{name}在这段时间没有排班数据，无法推演。请先导入勤务排班，或换一个时段。")
    if np.isnan(whole.demand.hours_per_call[place]):
        raise MetricError(f"{name}的警情没有处置时间，无法推演。请补充派警、处置完毕时间和出动人数。")


def moved(whole: Picture, place: int, people: int, hours: Sequence[Slot], name: str) -> Floats:
    """Return people on duty after the move; raises MetricError where there are not so many to take."""
    duty: Floats = whole.on_duty[place].copy()
    for day, hour in hours:
        if people < 0 and duty[day, hour] + people < -1e-9:
            raise MetricError(
                f"{name}星期{WEEKDAY_NAMES[day]} {hour} 时平均在岗只有 {duty[day, hour]:.1f} 人，调不出 {-people} 人。"
                "请减少人数或换一个时段。"
            )
        duty[day, hour] += people
    return duty


def _state(snapshot: Snapshot, question: tuple[Dates, Rules, int]) -> State:
    days, rules, place = question
    whole = picture(snapshot, days, rules)
    shape, rate = whole.demand.shape[place].ravel(), whole.demand.rate[place].ravel()
    known = ~(np.isnan(shape) | np.isnan(whole.on_duty[place].ravel()))
    rng = np.random.default_rng((SEED, place))
    drawn = rng.gamma(np.where(known, shape, 0.0), 1.0, (DRAWS, shape.size))
    counted = float(whole.counted.calls[place].sum())
    level = rng.gamma(max(counted, 1.0), 1 / max(counted, 1.0), (DRAWS, 1))
    work = 1 + workload.spread_per_call(whole.counted)[place] * rng.standard_normal((DRAWS, 1))
    estimate = np.nan_to_num(shape)[None, :]
    calls = np.where(known, np.vstack([estimate, drawn * level]) / np.where(known, rate, 1.0), 0.0)
    total = calls.sum(1, keepdims=True)
    hours = float(whole.demand.unit_hours[place]) * np.vstack([[[1.0]], np.maximum(work, 0.05)])
    units = np.nan_to_num(whole.units[place]).ravel()
    load = calls * hours
    return State(
        calls / np.where(total > 0, total, 1.0), load, units, queueing.erlang_c(units, load),
        queueing.drain(units, load, hours), hours,
    )  # fmt: skip


def effect(before: Floats, after: Floats) -> Effect:
    """Return the change of a figure from its draws; the first draw is the estimate, the others make the interval.

    Endless before and after is no change. The verdict is 真变化 when the 95% interval leaves out 0.
    """
    with np.errstate(invalid="ignore"):
        change = np.where(np.isinf(before) & np.isinf(after), 0.0, after - before)
    low, high = (float(np.quantile(change[1:], p, method="inverted_cdf")) for p in (0.025, 0.975))
    sure = low > 0 or high < 0
    return Effect(
        _finite(before[0]), _finite(after[0]), _finite(change[0]), _finite(low), _finite(high),
        compare.REAL if sure else UNSURE,
    )  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _worst(whole: Picture, place: int, duty: Floats) -> float:
    """Return the largest shortfall of an average day's hours, in people."""
    need = whole.by_hour[0][place]
    days = whole.counted.rostered[place][:, None]
    mean = np.where(days > 0, days * np.nan_to_num(duty), 0.0).sum(0) / max(days.sum(), 1.0)
    return float(np.maximum(need - mean, 0.0).max())


# ---- words ---------------------------------------------------------------------------------------


def say_slots(hours: Sequence[Slot]) -> str:
    """Say hours of the week: 「每日 21 时至次日 3 时」, or 「一周 12 小时」 where the days differ."""
    by_day = {day: tuple(sorted(hour for one, hour in hours if one == day)) for day in range(DAYS)}
    if len(set(by_day.values())) == 1 and by_day[0]:
        return "每日 " + "、".join(posts.say_run(run) for run in posts.runs_of(by_day[0]))
    return f"一周 {len(set(hours))} 小时"


def say_side(side: Side) -> str:
    """Say what a move does to one station, with before, after, interval and verdict."""
    p = side.p_no_unit
    said = f"{side.name}{'增' if side.people > 0 else '减'} {abs(side.people)} 人："
    if not side.people:
        said = f"{side.name}所内调班："
    if p.before is not None and p.after is not None:
        said += f"来警时无空闲警组的概率由 {p.before:.1%} 变为 {p.after:.1%}"
        if p.low is not None and p.high is not None:
            change = 100 * (p.after - p.before)
            said += f"（变化 {change:+.1f} 个百分点，95% 区间 {100 * p.low:+.1f} 至 {100 * p.high:+.1f}）"
    said += f"；等候 P90 由{_wait(side.p90_wait.before)}变为{_wait(side.p90_wait.after)}"
    wait = side.p90_wait
    if (
        wait.before is not None
        and wait.after is not None
        and wait.after <= LONGEST
        and None not in (wait.low, wait.high)
    ):
        said += f"（95% 区间 {wait.low:+.1f} 至 {wait.high:+.1f} 分钟）"
    if side.shortfall[0] >= posts.LEAST or side.shortfall[1] >= posts.LEAST:
        said += f"；最大缺口 {posts.say_missing(side.shortfall[0])} → {posts.say_missing(side.shortfall[1])}"
    return f"{said}。{'' if p.verdict == compare.REAL else '变化不能断定。'}"


def _wait(minutes: float | None) -> str:
    return OVERLOADED if minutes is None else LONG if minutes > LONGEST else f" {minutes:.1f} 分钟"
