"""Thresholds from a budget: how many alarms per station and year a bureau wants to look at, no sigma.

Every month the thresholds are set anew so that the year before would have given that many alarms; the month itself is
judged with them. So what is counted over the last year is a back-test without peeking.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from metrics import compare
from metrics.alarms import classic, rules
from metrics.alarms.rules import Scores
from metrics.alarms.series import Daily
from metrics.model import MetricError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DEFAULT_BUDGET, LEAST, MOST = 2.0, 0.1, 50.0
CONFIG_FILE = "config.toml"
# An alarm is over when there was no signal for this many days; a later signal is a new alarm.
GAP_DAYS = 14
TUNING_DAYS, TUNING_SHORTEST, MEASURED_SHORTEST = 365, 180, 90
# With fewer alarms to go by than this, thresholds come from theory instead of from the year before.
ENOUGH_ALARMS = 10
LEVELS_Z = np.round(np.linspace(2.0, 6.0, 81), 2)
LEVELS_H = np.round(np.geomspace(2.0, 40.0, 60), 2)
TUNED, THEORY = "按上一年实测调校", "按理论值设定"
_YEAR = 365.25


@dataclass(frozen=True)
class Thresholds:
    """What a month is judged with. z: of the sudden rule, h: of the CUSUM; one for each kind of series.

    The kinds: daily and weekly series of the stations, and the bureau, whose large counts show what a model misses.
    source: how they were found; tuned_from, tuned_until: the days that they were tuned on, if any.
    """

    start: int
    end: int
    z: tuple[float, float, float]
    h: tuple[float, float, float]
    source: str
    tuned_from: date | None = None
    tuned_until: date | None = None


@dataclass(frozen=True)
class Signals:
    """Where the rules signal, days × series, and the CUSUM of each day under the threshold of its month."""

    sudden: Bools
    creeping: Bools
    cusum: Floats
    z: Floats
    h: Floats
    months: tuple[Thresholds, ...]

    @property
    def either(self) -> Bools:
        """Where one of the rules signals."""
        return self.sudden | self.creeping


@dataclass(frozen=True)
class Realised:
    """How many alarms there really were: counted over station-years, with the exact 95% interval of the rate.

    All alarms count, also those with a cause, so the rate of false ones is lower.
    """

    alarms: int
    station_years: float
    first: date
    last: date

    @property
    def rate(self) -> float:
        """Alarms per station and year."""
        return self.alarms / self.station_years

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95% Poisson interval of the rate."""
        low, high = compare.poisson_interval(self.alarms)
        return low / self.station_years, high / self.station_years


def of_store(root: Path) -> float:
    """Return the budget that `<store>/config.toml` sets ([alarms] budget = 2.0); raises MetricError for a wrong one."""
    path = root / CONFIG_FILE
    if not path.is_file():
        return DEFAULT_BUDGET
    try:
        section = tomllib.loads(path.read_text(encoding="utf-8")).get("alarms", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MetricError(f"{path} 不是有效的 TOML（{error}）。请改正后重试。") from None
    return checked(section.get("budget", DEFAULT_BUDGET) if isinstance(section, dict) else section, f"{path}：")


def checked(budget: object, where: str = "") -> float:
    """Return a budget that makes sense; raises MetricError otherwise."""
    if isinstance(budget, bool) or not isinstance(budget, int | float) or not LEAST <= budget <= MOST:
        raise MetricError(
            f"{where}预警数量「{budget}」无效：请写 {LEAST:g} 至 {MOST:g} 之间的数，"
            f"表示每所每年的预警次数，例如 [alarms] 下写 budget = {DEFAULT_BUDGET:g}。"
        )
    return float(budget)


DAILY, WEEKLY, WHOLE = 0, 1, 2
# For each rule ("z", "h") the places of its levels, by kind of series.
Levels = dict[str, list[int]]


def kinds_of(daily: Daily, scores: Scores) -> NDArray[np.int64]:
    """Return the kind of every series."""
    kinds = np.where(scores.is_weekly, WEEKLY, DAILY)
    kinds[-len(daily.groups) :] = WHOLE
    return kinds


class Grid:
    """The signals of every level of both rules, computed once; a threshold then is a place in it."""

    def __init__(self, scores: Scores, kinds: NDArray[np.int64]) -> None:
        self.kinds = kinds
        found = np.nan_to_num(scores.sudden, nan=-np.inf)
        self.tables = {
            "z": [found > level for level in LEVELS_Z],
            "h": [_passes(scores, level) for level in LEVELS_H],
        }
        self.begun = {
            (rule, kind): np.array([_begun(signals[:, kinds == kind]) for signals in table])
            for rule, table in self.tables.items()
            for kind in (DAILY, WEEKLY, WHOLE)
        }

    def curve(self, rule: str, kind: int, days: slice) -> Floats:
        """Return the alarms of every level of a rule in these days, over all series of a kind."""
        begun = self.begun[rule, kind]
        found: Floats = begun[:, days.stop] - begun[:, days.start]
        return found

    def chosen(self, levels: Levels, days: slice, columns: NDArray[np.intp]) -> Bools:
        """Return where a rule signals in these days and columns, each kind of series with its levels."""
        out = np.zeros((days.stop - days.start, columns.size), dtype=bool)
        for kind in np.unique(self.kinds[columns]):
            here = np.flatnonzero(self.kinds[columns] == kind)
            for rule, table in self.tables.items():
                out[:, here] |= table[levels[rule][kind]][days][:, columns[here]]
        return out


def _begun(signals: Bools) -> Floats:
    """Return how many alarms have begun before each day (one more than there are days)."""
    return np.concatenate([[0.0], np.cumsum(rules.episodes(signals, GAP_DAYS).sum(axis=1))])


def _passes(scores: Scores, level: float) -> Bools:
    return rules.cusum(scores.residual, scores.is_weekly, np.array(rules.CAP * level)) > level


def signals(daily: Daily, scores: Scores, first: int, budget: float = DEFAULT_BUDGET) -> Signals:
    """Judge every day from place `first` on with the thresholds of its month.

    Thresholds share the budget equally between the two rules, the groups, and daily and weekly series, then all are
    moved together until the alarms of the year before meet the budget (an alarm of both rules counts once).
    """
    kinds = kinds_of(daily, scores)
    grid = Grid(scores, kinds)
    months = tuple(
        _thresholds(daily, grid, first, start, end, budget) for start, end in _month_places(daily.days, first)
    )
    shape = scores.sudden.shape
    z, h, path = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    paths: dict[float, Floats] = {}
    for month in months:
        days = slice(month.start, month.end)
        z[days] = np.array(month.z)[kinds]
        h[days] = np.array(month.h)[kinds]
        for level in set(month.h):
            if level not in paths:
                paths[level] = rules.cusum(scores.residual, scores.is_weekly, np.array(rules.CAP * level))
            path[days] = np.where(h[days] == level, paths[level][days], path[days])
    return Signals(np.nan_to_num(scores.sudden, nan=-np.inf) > z, path > h, path, z, h, months)


def _month_places(days: tuple[date, ...], first: int) -> Iterator[tuple[int, int]]:
    starts = [first, *(n for n in range(first + 1, len(days)) if days[n].day == 1), len(days)]
    yield from ((start, end) for start, end in itertools.pairwise(starts) if start < end)


def _thresholds(daily: Daily, grid: Grid, first: int, start: int, end: int, budget: float) -> Thresholds:
    """Return the thresholds of the month [start, end), tuned on the year before where there is enough of it."""
    since = max(first, start - TUNING_DAYS)
    width, stations = len(daily.groups), len(daily.units) - 1
    years = int(daily.known[since:start].sum()) / _YEAR
    if start - since < TUNING_SHORTEST or budget * stations * years < ENOUGH_ALARMS:
        z, h = theory(budget / width)
        return Thresholds(start, end, (z, z, z), (*h, max(h)), THEORY)
    days, columns = slice(since, start), np.arange(grid.kinds.size)
    levels = _tuned(grid, days, columns[:-width], budget * years * stations)
    whole = _tuned(grid, days, columns[-width:], budget * years)
    tuned = {}
    for rule, table in (("z", LEVELS_Z), ("h", LEVELS_H)):
        # One bureau and one year are little to go by: it is never judged more strictly than its stations.
        levels[rule][WHOLE] = max(levels[rule][DAILY], whole[rule][WHOLE])
        tuned[rule] = tuple(float(table[level]) for level in levels[rule])
    z3, h3 = ((one[DAILY], one[WEEKLY], one[WHOLE]) for one in (tuned["z"], tuned["h"]))
    return Thresholds(start, end, z3, h3, TUNED, daily.days[since], daily.days[start - 1])


def theory(rate: float) -> tuple[float, tuple[float, float]]:
    """Return z and h for `rate` alarms per series and year if residuals were independent and normal.

    Half of the rate for each rule: P(N > z) = ½ rate ÷ 365, and the run length of the CUSUM = 365 ÷ ½ rate days (for
    weekly series, weeks; their seven chains overlap so much that they count as three).
    """
    each = rate / 2
    z = float(stats.norm.isf(min(0.02, each / _YEAR)))
    run = max(30.0, _YEAR / each)
    return z, (
        classic.threshold_of_run_length(run, rules.ALLOWANCE),
        classic.threshold_of_run_length(max(30.0, run * 3 / 7), rules.ALLOWANCE),
    )


def _tuned(grid: Grid, days: slice, columns: NDArray[np.intp], wanted: float) -> Levels:
    """Return the levels with which these series had at most `wanted` alarms in these days."""
    kinds = grid.kinds[columns]
    curves = {
        (rule, kind): grid.curve(rule, kind, days) / max(1, int((kinds == kind).sum()))
        for rule in grid.tables
        for kind in (DAILY, WEEKLY, WHOLE)
    }
    low, high = 0.0, wanted / columns.size
    best = _levels(curves, low)
    before = slice(max(0, days.start - GAP_DAYS), days.stop)
    for _ in range(8):
        each = (low + high) / 2
        levels = _levels(curves, each)
        begins = rules.episodes(grid.chosen(levels, before, columns), GAP_DAYS)[days.start - before.start :]
        if begins.sum() > wanted:
            high = each
        else:
            low, best = each, levels
    return best


def _levels(curves: dict[tuple[str, int], Floats], each: float) -> Levels:
    """Return the lowest levels from which on each curve stays at or below `each` alarms per series."""

    def lowest(curve: Floats) -> int:
        above = np.flatnonzero(curve > each)
        return min(int(above[-1]) + 1, len(curve) - 1) if above.size else 0

    return {rule: [lowest(curves[rule, kind]) for kind in (DAILY, WEEKLY, WHOLE)] for rule in ("z", "h")}


def realised(daily: Daily, found: Signals, without: Bools | None = None) -> tuple[Realised | None, Realised | None]:
    """Return the alarms per year of the stations and of the bureau over the last year.

    Days with tuned thresholds, or with those of theory where there are less than 90 of them.

    without: station-days (days × series) to leave out, such as known events. None where less than 90 days were judged.
    """
    judged = [month for month in found.months if month.source == TUNED]
    start = max(judged[0].start if judged else len(daily.days), len(daily.days) - TUNING_DAYS)
    if len(daily.days) - start < MEASURED_SHORTEST:
        start = max(found.months[0].start, len(daily.days) - TUNING_DAYS)
    days = int(daily.known[start:].sum())
    if days < MEASURED_SHORTEST:
        return None, None
    begins = rules.episodes(found.either, GAP_DAYS)[start:]
    kept = np.broadcast_to(daily.known[start:, None], begins.shape)
    if without is not None:
        kept = kept & ~without[start:]
    width = len(daily.groups)
    first, last = daily.days[start], daily.days[-1]

    def over(columns: slice) -> Realised:
        alarms = int((begins & kept)[:, columns].sum())
        return Realised(alarms, float(kept[:, columns].sum()) / width / _YEAR, first, last)

    return over(slice(None, -width)), over(slice(-width, None))
