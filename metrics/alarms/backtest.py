"""How good the rules are: alarms per station and year, and the chance to catch a rise of half in its own week.

Every rule is tuned to the same budget on the year before last and measured on the last year, on all valid alerts of
each station. The rises are put in: a week of a station gets half of what was expected on top, as Poisson counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics.alarms import baseline, budget, classic, rules, series
from metrics.alarms.baseline import Baseline
from metrics.alarms.budget import GAP_DAYS
from metrics.alarms.fitting import SCORED_DAYS, judge
from metrics.alarms.records import Judged
from metrics.alarms.series import Daily, Group
from metrics.definitions import ALERT_GROUPS, UNMAPPED
from metrics.model import MetricError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# From what a rule may know before the injected week: the CUSUM has forgotten what lies further back.
_BEFORE = 200
_YEAR = 365
_FIRST_LEVELS = np.geomspace(1e-5, 0.2, 120)


@dataclass(frozen=True)
class Rule:
    """A rule as a statistic, days × series, that alarms above a level; usual: the level that textbooks name."""

    name: str
    usual: float
    statistic: Callable[[Floats, Baseline], Floats]


@dataclass(frozen=True)
class Result:
    """What a rule did: alarms per station-year at its usual level; at the level tuned to the budget on the year
    before, alarms per station-year and the share of injected weeks with a signal before their end."""

    name: str
    usual_rate: float
    tuned_rate: float
    caught: float


def compare_rules(snapshot: Snapshot, wanted: float = budget.DEFAULT_BUDGET, weeks: int = 16) -> list[Result]:
    """Return the results of all rules on the stations' totals; raises MetricError with less than three years."""
    daily = series.read(snapshot, (Group("全部", (*ALERT_GROUPS, UNMAPPED)),))
    if len(daily.days) < 3 * _YEAR - 1:
        raise MetricError("比较规则需要至少 3 年的数据：一年建立基线，一年调校，一年检验。")
    models = baseline.rolling(daily, daily.days[-1] - timedelta(days=SCORED_DAYS - 1))
    judged = judge(daily, wanted)
    return [_measured(rule, daily, models, wanted, weeks) for rule in _rules(daily, judged)]


def _rules(daily: Daily, judged: Judged) -> list[Rule]:
    """Return the rules; the product's own is both of its rules at once, each in units of its threshold."""
    weekly, now = judged.scores.is_weekly, judged.signals.months[-1]
    kinds = budget.kinds_of(daily, judged.scores)
    z, h = np.array(now.z)[kinds], np.array(now.h)[kinds]

    def joint(counts: Floats, models: Baseline) -> Floats:
        scores = rules.scores(counts, models, weekly)
        path = rules.cusum(scores.residual, weekly, np.array(rules.CAP * h.max()))
        return np.asarray(np.fmax(scores.sudden / z, path / h))

    def path_of(counts: Floats, models: Baseline) -> Floats:
        scores = rules.scores(counts, models, weekly)
        return rules.cusum(scores.residual, weekly, np.array(rules.CAP * 5.0))

    return [
        Rule("EARS C1", 3.09, lambda counts, _: _ears(counts, 0)),
        Rule("EARS C2", 3.09, lambda counts, _: _ears(counts, 2)),
        Rule("EARS C3", 2.0, lambda counts, _: classic.ears_c3(counts)),
        Rule("同星期均值 z", 3.0, lambda counts, _: _same_weekday(counts)),
        Rule("Farrington（周）", 1.0, lambda counts, _: _farrington(counts)),
        Rule("负二项 99.9%（日）", 3.09, lambda counts, models: rules.windows(counts, models, 1).sudden),
        Rule("负二项 99.9%（近 7 日）", 3.09, lambda counts, models: rules.windows(counts, models, 7).sudden),
        Rule("CUSUM（k 0.5，h 5）", 5.0, path_of),
        Rule("本系统：突升＋渐升", 1.0, joint),
    ]


def _ears(counts: Floats, lag: int) -> Floats:
    """Return C1 or C2 in standard deviations."""
    bound = classic.ears_c1 if lag == 0 else classic.ears_c2
    mean = bound(counts, 0.5)
    spread = bound(counts, 0.15865525393145707) - mean
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((counts - mean) / spread)


def _same_weekday(counts: Floats) -> Floats:
    """Return (count − m) ÷ √(m + m/8) with m the mean of the same weekday in the eight weeks before."""
    before = np.mean([np.roll(counts, 7 * week, axis=0) for week in range(1, 9)], axis=0)
    before[:56] = np.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((counts - before) / np.sqrt(before * (1 + 1 / 8)))


def _farrington(counts: Floats) -> Floats:
    """Return, on the last day of each week (counted from the last day), the week's count ÷ Farrington's bound.

    Years before: as many as there are, at most 4; in the first two years there is no bound.
    """
    out = np.full_like(counts, np.nan)
    rest = len(counts) % 7
    weekly = counts[rest:].reshape(-1, 7, counts.shape[1]).sum(axis=1)
    for week in range(2 * 52 // 2 + 3, len(weekly)):
        years = min(4, (week - 3) // 52)
        for one in range(counts.shape[1]):
            bound = classic.farrington(weekly[:, one], week, years) if years else np.nan
            if bound > 0:
                out[rest + 7 * week + 6, one] = weekly[week, one] / bound
    return out


def _measured(rule: Rule, daily: Daily, models: Baseline, wanted: float, weeks: int) -> Result:
    """Tune a rule on the year before last, count its alarms in the last, put rises in and see."""
    stations = len(daily.units) - 1
    statistic = np.nan_to_num(rule.statistic(daily.counts, models), nan=-np.inf)[:, :stations]
    last = len(daily.days)

    def rate(level: float, start: int) -> float:
        begins = rules.episodes(statistic > level, GAP_DAYS)[start : start + _YEAR]
        years = float(daily.known[start : start + _YEAR].sum()) / 365.25
        return float(begins.sum()) / stations / years

    seen = statistic[last - 2 * _YEAR : last - _YEAR]
    seen = seen[np.isfinite(seen)]
    levels = np.unique(np.quantile(seen, 1 - _FIRST_LEVELS)) if seen.size else np.array([rule.usual])
    # From above: where a level is so low that one alarm never ends, there are few alarms again.
    level = float(levels[-1])
    for lower in levels[::-1]:
        if rate(float(lower), last - 2 * _YEAR) > wanted:
            break
        level = float(lower)
    caught = _caught(rule, daily, models, level, weeks)
    return Result(rule.name, rate(rule.usual, last - _YEAR), rate(level, last - _YEAR), caught)


def _caught(rule: Rule, daily: Daily, models: Baseline, level: float, weeks: int) -> float:
    """Return the share of station-weeks with half as much again that were signalled within the week.

    Weeks that end on the same weekday as the data, evenly over the last year; stations that had a signal in the two
    weeks before are left out.
    """
    rng = np.random.default_rng(7)
    stations, last = len(daily.units) - 1, len(daily.days)
    hits = tries = 0
    for back in np.linspace(0, 51, weeks).astype(int):
        end = last - 7 * int(back)
        # Farrington's rule looks years back, the others at most 200 days.
        start = 0 if rule.name.startswith("Farrington") else max(0, end - _BEFORE)
        counts = daily.counts[start:end].copy()
        counts[-7:] += rng.poisson(0.5 * np.nan_to_num(models.expected[end - 7 : end]))
        found = _with_last_week(rule, counts, cut(models, start, end))[:, :stations] > level
        quiet = ~found[-7 - GAP_DAYS : -7].any(axis=0)
        hits += int((found[-7:].any(axis=0) & quiet).sum())
        tries += int(quiet.sum())
    return hits / tries if tries else float("nan")


def _with_last_week(rule: Rule, counts: Floats, models: Baseline) -> Floats:
    return np.nan_to_num(rule.statistic(counts, models), nan=-np.inf)


def cut(models: Baseline, start: int, end: int) -> Baseline:
    """Return the baseline of the days [start, end)."""
    part = slice(start, end)
    return replace(
        models,
        first=max(0, models.first - start),
        expected=models.expected[part],
        phi=models.phi[part],
        doubt=models.doubt[part],
    )


def power(judged: Judged, factor: float = 1.5, length: int = 7, times: int = 12) -> dict[str, float]:
    """Return, by group, the chance that the product signals a rise to `factor` within its `length` days.

    Rises are put into all stations at `times` moments of the last year; series with a signal in the two weeks before
    are left out.
    """
    rng = np.random.default_rng(11)
    daily, models, found = judged.daily, judged.baseline, judged.signals
    width = len(daily.groups)
    hits, tries = np.zeros(daily.counts.shape[1]), np.zeros(daily.counts.shape[1])
    for end in np.linspace(len(daily.days) - _YEAR + length, len(daily.days), times).astype(int):
        start = max(0, end - length - _BEFORE)
        counts = daily.counts[start:end].copy()
        counts[-length:] += rng.poisson((factor - 1) * np.nan_to_num(models.expected[end - length : end]))
        scores = rules.scores(counts, cut(models, start, end), judged.scores.is_weekly)
        z, h = found.z[end - 1], found.h[end - 1]
        path = _paths(scores, h)[-length:]
        signals = (np.nan_to_num(scores.sudden[-length:], nan=-np.inf) > z) | (path > h)
        quiet = ~found.either[max(0, end - length - GAP_DAYS) : end - length].any(axis=0)
        hits += signals.any(axis=0) & quiet
        tries += quiet
    stations = slice(None, -width)
    hit, tried = (one[stations].reshape(-1, width).sum(axis=0) for one in (hits, tries))
    return {group.id: float(hit[n] / tried[n]) if tried[n] else float("nan") for n, group in enumerate(daily.groups)}


def _paths(scores: rules.Scores, h: Floats) -> Floats:
    """Return the CUSUM of every series under its own threshold."""
    out = np.zeros_like(scores.residual)
    for level in np.unique(h[~np.isnan(h)]):
        here = h == level
        out[:, here] = rules.cusum(scores.residual[:, here], scores.is_weekly[here], np.array(rules.CAP * level))
    return out
