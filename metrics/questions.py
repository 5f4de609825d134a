"""Questions to the store and their answers, as values: what a page asks for, how it is split, what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from metrics.definitions import DIMENSIONS, columns_of
from metrics.model import MATCH, Metric, View
from metrics.periods import Period, Window
from metrics.selection import Selection

# The hours of the week, over which a match of two metrics is made.
WEEK_HOURS = ("weekday", "hour")


@dataclass(frozen=True)
class Breakdown:
    """Metrics by dimensions (none: the total) for the named spans.

    complete: whether days, hours and stations in which nothing was counted have rows too; sums need none of them.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    spans: tuple[str, ...] = ("current",)
    complete: bool = True


@dataclass(frozen=True)
class Question:
    """All that one page wants to know; hashable, so that it is its own cache key."""

    selection: Selection
    period: Period
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True)
class Part:
    """One SELECT of the statement: a view, a span, the precision and the unit of time that its breakdowns need.

    grain: "" or "month", "quarter", "year", for views whose rows are states at the end of such a unit.
    """

    view: str
    span: str
    needs: str
    grain: str
    window: Window
    columns: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    # Months held only in part, whose rows known only by month belong to no part.
    cut: tuple[date, ...] = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for names in self.sets for name in names))


@dataclass(frozen=True)
class Answer:
    """What a question got: frames by (breakdown dimensions, span), the windows behind them and what must be said."""

    question: Question
    snapshot_id: int
    frames: dict[tuple[tuple[str, ...], str], pd.DataFrame]
    windows: dict[tuple[str, str], Window]
    covered: dict[tuple[str, str], float]
    # The days with data in each window.
    days: dict[tuple[str, str], list[date]]
    notes: list[str] = field(default_factory=list)

    def frame(self, by: tuple[str, ...] = (), span: str = "current") -> pd.DataFrame:
        """Return one breakdown: a column per dimension and per metric; None where there is no data."""
        return self.frames[by, span]

    def total(self, metric: str, span: str = "current") -> float | None:
        """Return one total, or None where there is no data."""
        value = self.frames[(), span][metric].iloc[0]
        return None if pd.isna(value) else float(value)


def wanted_columns(metric: Metric, by: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Return the aggregate columns that a metric is made of, each with the dimensions by which it is needed."""
    if metric.kind == MATCH:
        return [(by + WEEK_HOURS, name) for name in (metric.numerator, metric.denominator)]
    return [(by, name) for name in columns_of(metric)]


def needs_of(by: tuple[str, ...]) -> str:
    order = {"month": 0, "day": 1, "hour": 2}
    return max((DIMENSIONS[name].needs for name in by), key=lambda need: order[need], default="month")


def grain_of(view: View, by: tuple[str, ...]) -> str:
    """Return the finest unit of time asked for, where the view's rows depend on it."""
    return next((name for name in ("month", "quarter", "year") if view.graded and name in by), "")
