"""The points of a trend: values, the same dates a year before, expectation and interval, before any verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from data.calendar import HOLIDAY, MAKE_UP, calendar_rows
from metrics import compare, expectation
from metrics.axes import bucket
from metrics.catalogue import Catalogue
from metrics.compare import Comparison
from metrics.model import COUNT, RATE, Metric
from metrics.overdispersion import Spread, rolling, spread
from metrics.periods import REFERENCE_DAYS, Period, Window
from metrics.query import TABLES, Answer
from metrics.rates import days_behind
from metrics.selection import Selection
from metrics.trend import intervals
from metrics.trend.asking import Frame, a_year_back, counted
from metrics.trend.values import DAY, MONTH, WEEK, Point

# Below this count, on both sides, a day says nothing about rise or fall (as on 今日会商).
ENOUGH = 8
# Fewer weeks than this say nothing about how weeks vary; nor do weeks of so few events, where (n − m)² ÷ m of a Poisson
# count jumps and its median is anywhere between a half and three times that of χ².
_FEWEST_WEEKS = 8
_FEWEST_A_WEEK = 5.0
_MEDIAN_CHI2 = 0.4549364


@dataclass(frozen=True)
class Context:
    """One answered question with what is needed to read it."""

    known: Catalogue
    selection: Selection
    period: Period
    window: Window
    frame: Frame
    answer: Answer
    metric: Metric
    # Each is asked for several times.
    spreads: dict[tuple[str, ...], Spread] = field(default_factory=dict)

    @property
    def buckets(self) -> list[date]:
        """Return the first days of all that is asked for, lead included."""
        week_start, grain = self.selection.week_start, self.frame.grain
        every = (self.frame.lead + timedelta(days=n) for n in range((self.frame.last - self.frame.lead).days + 1))
        return list(dict.fromkeys(bucket(day, grain, week_start) for day in every))

    @property
    def weekly(self) -> bool:
        """Whether the period is judged by the eight weeks before it rather than by the year before."""
        return self.has_days and self.period.window.days <= expectation.LONGEST_DAYS and self.metric.kind == COUNT

    @property
    def has_days(self) -> bool:
        """Whether the daily counts of the eight weeks before the period are known."""
        return self.before() is not None

    def before(self, by: tuple[str, ...] = ()) -> pd.DataFrame | None:
        """Return the daily counts of the eight weeks before the period; None where days are not known or not asked."""
        if not counted(self.metric):
            return None
        since = self.period.first - timedelta(days=REFERENCE_DAYS)
        if self.frame.grain == DAY:
            frame = self.answer.frame((*by, DAY), self.frame.now)
            return frame[(frame["day"] >= since) & (frame["day"] < self.period.first)]
        return self.answer.frames.get(((*by, DAY), "reference"))

    def spread(self, by: tuple[str, ...]) -> Spread:
        """Return the overdispersion of counts in the eight weeks before the period; φ 1 where days are not known."""
        if by not in self.spreads:
            frame = self.before(by)
            names = (counted(self.metric),)
            self.spreads[by] = Spread(by) if frame is None else spread(frame, by, names, self.period.first)
        return self.spreads[by]

    def share_behind(self, span: str) -> Callable[[date], float]:
        """Return a function from a bucket of a span to the days with data behind it."""
        view, week_start = self.metric.view, self.selection.week_start
        days = days_behind(
            (self.frame.grain,), self.answer.windows[view, span], self.answer.days[view, span], week_start
        )
        return lambda first: days({self.frame.grain: first})


def end_of(first: date, grain: str) -> date:
    """Return the last day of a bucket."""
    if grain == DAY:
        return first
    if grain == WEEK:
        return first + timedelta(days=6)
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def points(context: Context, ends: Mapping[date, tuple[float | None, float | None]]) -> list[Point]:
    """Return the points that are drawn; ends: intervals of percentiles by bucket (metrics.trend.intervals)."""
    grain, metric = context.frame.grain, context.metric
    now = rows_of(context.answer.frame((grain,), context.frame.now), grain)
    then = rows_of(context.answer.frame((grain,), context.frame.then), grain)
    days_now, days_then = context.share_behind(context.frame.now), context.share_behind(context.frame.then)
    phi = context.spread(()).of(counted(metric), {})
    found = []
    earlier = None
    for first in context.buckets:
        last = end_of(first, grain)
        before = bucket(a_year_back(first, grain), grain, context.selection.week_start)
        row, past = now.get(first), then.get(before)
        value = number(row, metric.id)
        low, high = ends.get(first, (None, None)) if ends else intervals.of_row(metric, row)
        previous = None
        if metric.kind != COUNT and earlier is not None:
            previous = compared_rows(metric, row, now.get(earlier), days_now(first), days_now(earlier), phi)
        earlier = first
        found.append(
            Point(
                first, last, value, number(row, metric.denominator), low, high,
                partial=value is not None and days_now(first) < (last - first).days + 1,
                last_year=compared_rows(metric, row, past, days_now(first), days_then(before), phi, grain == MONTH),
                previous=previous,
                in_period=first <= context.window.last_day and last >= context.period.first,
            )
        )  # fmt: skip
    return _trimmed([one for one in _expected(context, found) if one.first >= context.frame.first])


def compared_rows(
    metric: Metric,
    row: Mapping[str, Any] | None,
    past: Mapping[str, Any] | None,
    days: float,
    before: float,
    phi: float,
    tested: bool = True,
) -> Comparison:
    """Compare a bucket with the one a year before; without data on either side there is no comparison.

    tested: whether a count needs a test; days and weeks are judged by their expectation instead.
    """
    value, base = number(row, metric.id), number(past, metric.id)
    if value is None or base is None or not days or not before:
        return Comparison(value, base, verdict=compare.NO_BASE)
    if metric.kind == COUNT and not tested:
        percent = 100 * (value - base) / base if base else None
        return Comparison(value, base, value - base, percent, percent)
    if metric.kind == COUNT:
        return compare.counts(value, days, base, before, phi)
    if metric.kind == RATE:
        of_rate = compare.counts(number(row, metric.numerator), days, number(past, metric.numerator), before, phi)
        percent = of_rate.per_day_percent
        return replace(of_rate, value=value, base=base, change=value - base, percent=percent)
    if metric.numerator and metric.denominator:
        parts = [number(one, name) for one in (row, past) for name in (metric.numerator, metric.denominator)]
        if metric.is_proportion:
            return compare.shares(parts[0], parts[1] or 0.0, parts[2], parts[3] or 0.0)
        return compare.ratios(parts[0], parts[1] or 0.0, parts[2], parts[3] or 0.0, metric.scale, phi)
    return Comparison(value, base, value - base, 100 * (value - base) / base if base else None)


def rows_of(frame: pd.DataFrame, *names: str) -> dict[Any, dict[str, Any]]:
    """Return the rows of a frame by one dimension, or by several as a tuple."""
    records: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return {(one[names[0]] if len(names) == 1 else tuple(one[name] for name in names)): one for one in records}


def number(row: Mapping[str, Any] | None, name: str) -> float | None:
    """Return a cell as a number, None where there is none."""
    value = None if row is None or not name else row.get(name)
    return None if value is None or pd.isna(value) else float(value)


# ---- expectation ---------------------------------------------------------------------------------


def _expected(context: Context, found: list[Point]) -> list[Point]:
    """Give whole days and weeks of counts their expectation, band and z.

    φ of a day is that of the eight weeks before it, whatever the period, so that it has one range on every page; the φ
    of weeks is their own.
    """
    if context.metric.kind != COUNT or context.frame.grain == MONTH or not found:
        return found
    values = np.array([np.nan if one.value is None or one.partial else one.value for one in found])
    starts = [one.first for one in found]
    means = expectation.daily(starts, values)
    is_week = context.frame.grain == WEEK
    phi = week_phi(found, values, means) if is_week else 1.0
    phis = np.full(len(found), phi) if is_week else rolling(values)
    z = np.full(len(found), np.nan)
    sure = ~np.isnan(values) & ~np.isnan(means)
    z[sure] = compare.against_reference(values[sure], means[sure], expectation.WEEKS, phis[sure])[0]
    band = _week_bands(starts, values, phi) if is_week else list(map(_usual, means.tolist(), phis.tolist()))
    return [
        one if np.isnan(mean) else replace(
            one, mean=float(mean), usual=ends, z=0.0 if np.isnan(score) else float(score)
        )
        for one, mean, score, ends in zip(found, means, z, band, strict=True)
    ]  # fmt: skip


def _usual(mean: float, phi: float) -> tuple[float, float] | None:
    return None if np.isnan(mean) else expectation.usual_range(float(mean), phi)


def _week_bands(starts: list[date], values: NDArray[np.float64], phi: float) -> list[tuple[float, float] | None]:
    found = expectation.weekly_band(starts, values, phi)
    return [
        None if low is None or high is None else (low, high) for low, high in zip(found.low, found.high, strict=True)
    ]


def week_phi(found: list[Point], values: NDArray[np.float64], means: NDArray[np.float64]) -> float:
    """Return φ of ordinary weeks around their expectation, ≥ 1: median of (n − m)² ÷ (m (1 + 1/8)) over .4549.

    The median of χ² with one degree of freedom is .4549, so that up to half of the weeks may be exceptional without
    widening the limits. Weeks with holidays or make-up days differ by their nature and do not count, nor do weeks
    with fewer than five events expected, for which φ is 1.
    """
    special = {row[0] for row in calendar_rows(found[0].first, found[-1].last) if row[1] in (HOLIDAY, MAKE_UP)}
    squares = [
        (n - m) ** 2 / (m * (1 + 1 / expectation.WEEKS))
        for one, n, m in zip(found, values, means, strict=True)
        if m >= _FEWEST_A_WEEK and n == n and not any(one.first <= day <= one.last for day in special)
    ]
    return max(1.0, float(np.median(squares)) / _MEDIAN_CHI2) if len(squares) >= _FEWEST_WEEKS else 1.0


def _trimmed(found: list[Point]) -> list[Point]:
    """Leave out what lies before the first data."""
    known = [place for place, one in enumerate(found) if one.value is not None or one.last_year.base is not None]
    return found[known[0] :] if known else []


def expectations(context: Context, by: tuple[str, ...] = ()) -> dict[str, float]:
    """Return what the eight weeks before lead to expect of the elapsed period, by part ("" for the whole).

    Empty where the period is too long for it, or unless all of those days have data.
    """
    whole = context.before()
    if whole is None or not context.weekly or whole["day"].nunique() < expectation.WEEKS * 7:
        return {}
    frame = context.before(by)
    assert frame is not None
    weights = expectation.weekday_weights(context.window)
    shares = pd.Series([weights.get(day.isoweekday(), 0.0) for day in frame["day"]], index=frame.index, dtype="float64")
    parts = frame[by[0]].astype(str) if by else pd.Series("", index=frame.index)
    expected = (frame[context.metric.id].astype("float64") * shares).groupby(parts).sum() / expectation.WEEKS
    return {str(key): float(value) for key, value in expected.items()}


def score(value: float, mean: float, phi: float) -> float:
    """Return the signed z of a count against its expectation."""
    z, _ = compare.against_reference(np.array([value]), np.array([mean]), expectation.WEEKS, phi)
    return float(z[0])


def against(value: float, mean: float, z: float) -> Comparison:
    """Return a count against its expectation as a comparison that can be judged with others."""
    return Comparison(
        value, mean, value - mean, p=float(2 * special.ndtr(-abs(z))), detectable=max(value, mean) >= ENOUGH
    )


def table_of(metric: Metric) -> str:
    """Return the table whose covered days say where a metric has data."""
    return TABLES[metric.view]
