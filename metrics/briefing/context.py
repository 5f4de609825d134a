"""What the parts of a briefing share: the answer, the period's window and the names of its axis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics import catalogue, expectation, query
from metrics.briefing.asking import Shape
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS, UNMAPPED
from metrics.model import Metric
from metrics.overdispersion import Spread, spread
from metrics.periods import Period, Window
from metrics.query import Answer
from metrics.selection import Selection


@dataclass(frozen=True)
class Context:
    """One answered briefing question with what is needed to read it."""

    known: Catalogue
    selection: Selection
    period: Period
    shape: Shape
    answer: Answer

    @property
    def subject(self) -> Metric:
        """The metric that the table, the matrix and the week count."""
        return METRICS[self.shape.subject]

    @property
    def noun(self) -> str:
        """What is counted, in words."""
        return "警情" if self.subject.view == "alerts" else "案件"

    @property
    def window(self) -> Window:
        """The elapsed part of the period."""
        return self.answer.windows[self.subject.view, "current"]

    @property
    def weights(self) -> dict[int, float]:
        """How many days of each weekday the window holds."""
        return expectation.weekday_weights(self.window)

    @property
    def names(self) -> dict[str, str]:
        """Key → name on the axis, in the order in which groups are listed."""
        table = query.TABLES[self.subject.view]
        if self.shape.axis == "category":
            return {**self.known.category_names(table), UNMAPPED: UNMAPPED}
        return {group: group for group in catalogue.TABLE_GROUPS[table]}

    @property
    def daily(self) -> bool:
        return (("day",), "spark") in self.answer.frames

    @property
    def weekly(self) -> bool:
        """Whether the eight weeks before were asked for, so that there is an expectation."""
        return ((self.shape.rows, self.shape.axis, "weekday"), "reference") in self.answer.frames

    @property
    def has_base(self) -> bool:
        """Whether what the counts are judged against is wholly covered by data."""
        return self.covers(self.subject)

    def covers(self, metric: Metric) -> bool:
        """Whether what a metric is judged against is wholly covered by data."""
        span = "reference" if self.weekly else "last_year"
        return self.answer.covered[metric.view, span] >= 1

    def spread(self, by: tuple[str, ...], metrics: tuple[str, ...]) -> Spread:
        """Return the overdispersion of counts in the eight weeks before the period; φ 1 where days are not known."""
        span = "spark" if self.weekly and by != ("station",) else "reference"
        frame = self.answer.frames.get(((*by, "day"), span))
        return Spread(by) if frame is None else spread(frame, by, metrics, self.period.first)

    def expected(self, metric: Metric, days: list[date], values: NDArray[np.float64]) -> float | None:
        """Return the expectation of a metric's window from its daily series; None without eight whole weeks.

        Cases may end at another hour than alerts.
        """
        return expected_of(self.answer.windows[metric.view, "current"], days, values) if self.weekly else None


def expected_of(window: Window, days: list[date], values: NDArray[np.float64]) -> float | None:
    """Return the expectation of a window from a daily series; None unless it holds the eight whole weeks before."""
    before = [
        (day.isoweekday(), float(value))
        for day, value in zip(days, values, strict=True)
        if 0 < (window.first_day - day).days <= expectation.WEEKS * 7 and not np.isnan(value)
    ]
    if len(before) < expectation.WEEKS * 7:
        return None
    totals: dict[int, float] = {}
    for weekday, value in before:
        totals[weekday] = totals.get(weekday, 0.0) + value
    return expectation.of_weekday_totals(totals, expectation.weekday_weights(window))


def week_of(window: Window) -> Window | None:
    """Return the seven days that a single day ends, None for anything longer: one day of cases is too few to judge."""
    if window.days > 1 or window.end <= window.start:
        return None
    return replace(window, start=window.start - timedelta(days=6))


def series(frame: pd.DataFrame, metric: str) -> tuple[list[date], NDArray[np.float64]]:
    """Return the days of a frame and a metric's values on them, NaN where there is none."""
    return list(frame["day"]), frame[metric].to_numpy(dtype=float, na_value=np.nan)


def short_name(name: str) -> str:
    """Return the name by which a station is called in sentences and tables: 新港派出所 → 新港所."""
    return name.removesuffix("派出所") + "所" if name.endswith("派出所") else name
