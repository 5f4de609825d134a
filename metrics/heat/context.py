"""What the parts of 风险热力 share: the answer, the names, and what was expected of each row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from metrics import catalogue, compare, expectation
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS, UNMAPPED, UNREGISTERED
from metrics.heat.asking import REFERENCE, Shape
from metrics.heat.values import Floats
from metrics.heat.view import View
from metrics.model import Metric
from metrics.overdispersion import spread
from metrics.periods import REFERENCE_DAYS, Period, Window
from metrics.query import TABLES, Answer
from metrics.selection import Selection


@dataclass(frozen=True)
class Context:
    """One answered question with what is needed to read it."""

    known: Catalogue
    selection: Selection
    view: View
    period: Period
    shape: Shape
    answer: Answer
    _phis: dict[str, float] = field(default_factory=dict, compare=False)

    @property
    def metric(self) -> Metric:
        return METRICS[self.shape.metric]

    @property
    def window(self) -> Window:
        """The elapsed part of the period."""
        return self.answer.windows[self.metric.view, "current"]

    @property
    def has_base(self) -> bool:
        """Whether what the counts are judged against is wholly covered by data."""
        return self.answer.covered[self.metric.view, self.shape.base] >= 1

    @property
    def weekly(self) -> bool:
        return self.shape.base == REFERENCE

    @property
    def stretches(self) -> float:
        """How many stretches as long as the period stand behind an expectation by weekday, or a year before."""
        return float(expectation.WEEKS) if self.weekly else 1.0

    @property
    def days_ratio(self) -> float:
        """How many times the reference is as long as the period."""
        return REFERENCE_DAYS / max(self.window.days, 1e-9) if self.weekly else 1.0

    def names(self, dimension: str) -> dict[str, str]:
        """Return key → name of a dimension, in the order in which it is listed."""
        table = TABLES[self.metric.view]
        if dimension == "station":
            chosen = self.known.station_codes(self.selection.stations) or tuple(self.known.stations)
            return {code: self.known.station_names.get(code, code) for code in chosen if code != UNREGISTERED}
        if dimension == "category":
            return {**self.known.category_names(table), UNMAPPED: UNMAPPED}
        return {group: group for group in catalogue.TABLE_GROUPS[table]}

    def counts(self, dimension: str, keys: list[str], span: str = "current") -> Floats:
        """Return the counts of rows, 0 where nothing happened."""
        return listed(self.answer.frame((dimension,), span), dimension, self.shape.metric, keys)

    def expected(self, dimension: str, keys: list[str]) -> Floats:
        """Return what was expected of rows: by weekday from the eight weeks before, or the same dates a year ago."""
        if not self.weekly:
            return self.counts(dimension, keys, self.shape.base)
        frame = self.answer.frame((dimension, "weekday"), REFERENCE)
        weights = expectation.weekday_weights(self.window)
        counts = np.nan_to_num(frame[self.shape.metric].to_numpy(dtype=float))
        shares = np.array([weights.get(day, 0.0) for day in frame["weekday"]]) / expectation.WEEKS
        return _sums(frame[dimension], counts * shares, keys)

    def phi(self, dimension: str) -> float:
        """Return the overdispersion of the rows' days around their weekday means, pooled; 1 where days are unknown."""
        if dimension not in self._phis:
            self._phis[dimension] = self._phi(dimension)
        return self._phis[dimension]

    def _phi(self, dimension: str) -> float:
        frame = self.answer.frames.get(((dimension, "day"), REFERENCE))
        if frame is None:
            return 1.0
        return spread(frame, (dimension,), (self.shape.metric,), self.period.first).whole.get(self.shape.metric, 1.0)


def listed(frame: pd.DataFrame, dimension: str, column: str, keys: list[str]) -> Floats:
    """Return a column of a frame by key, 0 for keys that it lacks."""
    return _sums(frame[dimension], np.nan_to_num(frame[column].to_numpy(dtype=float)), keys)


def _sums(named: pd.Series[str], values: Floats, keys: list[str]) -> Floats:
    """Return the sum of the values of each key, 0 for keys without any."""
    place = {key: number for number, key in enumerate(keys)}
    places = np.array([place.get(key, len(keys)) for key in named], dtype=int)
    return np.bincount(places, weights=values, minlength=len(keys) + 1)[: len(keys)].astype(np.float64)


def judged(observed: Floats, expected: Floats, ratio: float, phi: float) -> Floats:
    """Return signed z of observed counts against expectations of `ratio` times as much material, each way rounded."""
    z, _ = compare.against_reference(np.rint(observed), expected, ratio, phi)
    return z
