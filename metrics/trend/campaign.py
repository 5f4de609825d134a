"""Progress of a campaign against its goal: what its stations counted since it began, beside baseline and comparison.

The change is T₁/T₀ − 1 over the elapsed days; the net change is the ratio of ratios (T₁/T₀) ÷ (C₁/C₀) − 1 with the
95% interval exp(log ± 1.96 √(φ(1/T₁ + 1/T₀ + 1/C₁ + 1/C₀))). Assumes that without the campaign its stations would have
moved as the comparison stations did. Known answer (5-statistics §9): T 207 → 110, C 308 → 318: .515 (.389–.681).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data.reading import Snapshot
from metrics import cache, catalogue, compare, overdispersion, query, targets
from metrics.catalogue import Catalogue
from metrics.compare import Comparison
from metrics.definitions import METRICS
from metrics.model import MetricError
from metrics.periods import Period, Window, describe
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection
from metrics.targets import Outcome
from metrics.trend.values import DAY

METRIC = "alerts_valid"
TREATED, COMPARED = "行动所", "对照所"
REACHED, AHEAD, BEHIND, MISSED, TOO_EARLY = "已达进度", "暂达进度", "暂未达进度", "未达进度", "数量太少"
_Z95 = 1.959963984540054
_BASES = {"last_year": "去年同期", "previous": "行动前等长时段"}
# Which published outcomes are about what a campaign counts: by group of its categories.
_OF_GROUP = {"刑事": ("alerts_criminal",), "治安": ("alerts_order",)}
_ABOUT_CASES = ("cases_all", "cases_filed", "cases_order")


@dataclass(frozen=True)
class Plan:
    """A row of the table campaigns."""

    name: str
    starts_on: date
    ends_on: date
    baseline: str
    categories: tuple[str, ...]
    goal: float
    stations: tuple[str, ...]
    comparison_stations: tuple[str, ...]

    @property
    def base_words(self) -> str:
        return _BASES.get(self.baseline, f"{self.baseline} 年同期")

    def wanted(self, base: float) -> float:
        """Return what the goal makes of a baseline count."""
        return base * (1 + self.goal / 100)


@dataclass(frozen=True)
class Net:
    """The change beyond that of the comparison stations, in % with its 95% interval; None where a count is 0."""

    percent: float | None
    low: float | None
    high: float | None

    @property
    def is_real(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Step:
    """One day since the start: cumulative counts, and the change in % with its 95% interval."""

    day: date
    now: float
    base: float
    percent: float | None
    low: float | None
    high: float | None
    compared_percent: float | None


@dataclass(frozen=True)
class Progress:
    """Where a campaign stands; steps up to the last day with data. state: one of REACHED … TOO_EARLY."""

    plan: Plan
    window: Window
    base_window: Window
    words: str
    categories: str
    treated: Comparison
    compared: Comparison | None
    net: Net
    phi: float
    state: str
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]


def plans(snapshot: Snapshot) -> tuple[Plan, ...]:
    """Return the campaigns of a version, the latest first."""
    return cache.answer(snapshot, "campaigns", _plans)


def _plans(snapshot: Snapshot, table: str) -> tuple[Plan, ...]:
    rows = snapshot.rows(
        "SELECT name, starts_on, ends_on, baseline, categories, goal, stations, comparison_stations"
        f" FROM {table} ORDER BY starts_on DESC, name"
    )
    return tuple(
        Plan(name, first, last, baseline, tuple(kinds), float(goal), tuple(stations), tuple(others))
        for name, first, last, baseline, kinds, goal, stations, others in rows
    )


def progress(snapshot: Snapshot, selection: Selection) -> Progress | None:
    """Return where the latest campaign that has begun stands; None where there is none, or no data of it.

    It has its own stations, categories and dates; of the filter only 性质 and the cut-off hour apply.
    """
    as_of = catalogue.of(snapshot).data_as_of
    begun = [plan for plan in plans(snapshot) if as_of is not None and plan.starts_on < as_of.date()]
    if not begun:
        return None
    return cache.answer(snapshot, (begun[0], selection.basis, selection.cutoff), _progress)


def _progress(snapshot: Snapshot, asked: tuple[Plan, str, int]) -> Progress | None:
    plan, basis, cutoff = asked
    known = catalogue.of(snapshot)
    period = Period(plan.starts_on, plan.ends_on)
    everywhere = tuple(dict.fromkeys((*plan.stations, *plan.comparison_stations)))
    selection = Selection("custom", period.first, period.last, everywhere, plan.categories, basis=basis, cutoff=cutoff)
    spans = ("current", plan.baseline, "reference")
    try:
        answer = query.run(snapshot, Question(selection, period, (Breakdown((METRIC,), ("station", DAY), spans),)))
    except MetricError:
        return None
    window, base = (answer.windows["alerts", span] for span in spans[:2])
    if answer.covered["alerts", "current"] < 1 or answer.covered["alerts", plan.baseline] < 1:
        return None
    phi = _phi(answer, plan)
    steps = _steps(answer, plan, phi)
    treated = _compared(answer, plan.stations, plan.baseline, phi)
    others = _compared(answer, plan.comparison_stations, plan.baseline, phi) if plan.comparison_stations else None
    words = f"{describe(window, cutoff)}，对{plan.base_words}（{describe(base, cutoff)}）"
    return Progress(
        plan, window, base, words, _category_words(plan, known), treated, others,
        net(treated, others, phi), phi, state(plan, treated, phi), steps, references(plan), tuple(answer.notes),
    )  # fmt: skip


def _of(answer: Answer, stations: tuple[str, ...], span: str) -> dict[date, float]:
    """Return the daily counts of some stations together."""
    frame = answer.frame(("station", DAY), span)
    rows = frame[frame["station"].isin(stations)]
    totals = rows.assign(n=rows[METRIC].astype("float64")).groupby("day")["n"].sum()
    return {day: float(total) for day, total in totals.items()}  # type: ignore[misc]


def _phi(answer: Answer, plan: Plan) -> float:
    """Return the overdispersion of the campaign's daily count in the eight weeks before it."""
    before = _of(answer, plan.stations, "reference")
    frame = pd.DataFrame({"day": list(before), METRIC: list(before.values())})
    return overdispersion.spread(frame, (), (METRIC,), plan.starts_on).of(METRIC, {})


def _compared(answer: Answer, stations: tuple[str, ...], baseline: str, phi: float) -> Comparison:
    now, then = (sum(_of(answer, stations, span).values()) for span in ("current", baseline))
    days = [answer.windows["alerts", span].days for span in ("current", baseline)]
    return compare.judged([compare.counts(now, days[0], then, days[1], phi)])[0]


def net(treated: Comparison, others: Comparison | None, phi: float = 1.0) -> Net:
    """Return the ratio of ratios of two comparisons as a change in %."""
    if others is None:
        return Net(None, None, None)
    counts = (treated.value, treated.base, others.value, others.base)
    if any(not count for count in counts):
        return Net(None, None, None)
    t1, t0, c1, c0 = (float(count or 0) for count in counts)
    middle = math.log((t1 / t0) / (c1 / c0))
    half = _Z95 * math.sqrt(phi * (1 / t1 + 1 / t0 + 1 / c1 + 1 / c0))
    return Net(*(100 * (math.exp(one) - 1) for one in (middle, middle - half, middle + half)))


def state(plan: Plan, treated: Comparison, phi: float) -> str:
    """Return whether the count so far keeps to the goal: sure where the whole interval does, else 暂."""
    if treated.base is None or treated.value is None or treated.base < 1:
        return TOO_EARLY
    percent = 100 * (treated.value / treated.base - 1)
    falling = plan.goal <= 0
    kept = percent <= plan.goal if falling else percent >= plan.goal
    low, high = treated.low, treated.high
    edge = high if kept == falling else low
    if edge is None:
        return AHEAD if kept else BEHIND
    sure = (edge <= plan.goal if falling else edge >= plan.goal) if kept else (
        edge > plan.goal if falling else edge < plan.goal
    )  # fmt: skip
    return (REACHED if sure else AHEAD) if kept else (MISSED if sure else BEHIND)


def _steps(answer: Answer, plan: Plan, phi: float) -> tuple[Step, ...]:
    """Return the days so far, each beside the day of the baseline with the same place in the campaign."""
    days = answer.windows["alerts", "current"].dates()
    base_first = answer.windows["alerts", plan.baseline].first_day
    series = {
        (stations, span): _of(answer, stations, span)
        for stations in (plan.stations, plan.comparison_stations)
        for span in ("current", plan.baseline)
    }
    sums = dict.fromkeys(series, 0.0)
    found = []
    for place, day in enumerate(days):
        for key, counts in series.items():
            at = day if key[1] == "current" else base_first + timedelta(days=place)
            sums[key] += counts.get(at, 0.0)
        now, base = sums[plan.stations, "current"], sums[plan.stations, plan.baseline]
        other_now, other_base = (
            sums[plan.comparison_stations, "current"], sums[plan.comparison_stations, plan.baseline],
        )  # fmt: skip
        low, high = compare.rate_ratio_interval(now / phi, 1.0, base / phi, 1.0) if base else (None, None)
        ends = [None if end is None else 100 * (end - 1) for end in (low, high)]
        others = _percent(other_now, other_base) if plan.comparison_stations else None
        found.append(Step(day, now, base, _percent(now, base), ends[0], ends[1], others))
    return tuple(found)


def _percent(now: float, base: float) -> float | None:
    return 100 * (now / base - 1) if base else None


def references(plan: Plan) -> tuple[Outcome, ...]:
    """Return what other places published about what this campaign counts, then about cases: changes only."""
    names = [name for group in plan.categories for name in _OF_GROUP.get(group, ())]
    listed = [one for one in targets.outcomes() if one.base]
    return tuple(sorted(
        (one for one in listed if one.metric in (*names, *_ABOUT_CASES)), key=lambda one: one.metric not in names
    ))  # fmt: skip


def is_line(plan: Plan, outcome: Outcome) -> bool:
    """Whether an outcome is about alerts of the campaign's groups, so that it may stand as a line beside it."""
    return any(outcome.metric in _OF_GROUP.get(group, ()) for group in plan.categories)


def _category_words(plan: Plan, known: Catalogue) -> str:
    names = known.category_names("alerts")
    return "、".join(names.get(one, one) for one in plan.categories) + f"（{METRICS[METRIC].label}）"
