"""How well hot cells were forecast: one ranking for a whole later span, and one for every block of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.reading import Snapshot
from metrics import catalogue
from metrics.compare import FALSE_DISCOVERY_RATE
from metrics.hotspots import fitting, origin, prediction
from metrics.hotspots.fitting import BLOCK_DAYS
from metrics.hotspots.grid import Floats
from metrics.hotspots.prediction import LONG_RUN, LONGEST, History, Quality, Weights
from metrics.model import MetricError


@dataclass(frozen=True)
class Line:
    """One share of the area: the model and the plain long-run mean, and the events that only one of them caught."""

    model: Quality
    floor: Quality
    gained: float
    lost: float
    p: float

    @property
    def verdict(self) -> str:
        """Whether the model beats the plain long-run mean, in Chinese."""
        return verdict(self.gained, self.lost, self.p)


@dataclass(frozen=True)
class Backtest:
    """A ranking made at the end of the training span, measured on all events of the span after it."""

    subject: str
    weights: Weights
    train: tuple[date, date]
    test: tuple[date, date]
    area_words: str
    origin_words: str
    lines: tuple[Line, ...]


def verdict(gained: float, lost: float, p: float) -> str:
    """Say what the sign test on the events that only one ranking caught means."""
    if gained == lost == 0:
        return "与长期均值相同"
    if p >= FALSE_DISCOVERY_RATE:
        return "与长期均值无显著差别"
    return "优于长期均值" if gained > lost else "不如长期均值"


def backtest(snapshot: Snapshot, train: tuple[date, date], test_last: date, subject: str = fitting.CRIME) -> Backtest:
    """Rank cells by what is known on the last training day; measure on the days from the next one to `test_last`.

    The training span is cut to whole blocks of 28 days, at most 39 (three years). The weights are chosen within it.
    The study area is that of the version, whenever its events happened. Raises MetricError where there is no data.
    """
    blocks = min(LONGEST, ((train[1] - train[0]).days + 1) // BLOCK_DAYS)
    if blocks < 1 or test_last <= train[1]:
        raise MetricError(f"训练时段至少 {BLOCK_DAYS} 日，检验时段须在其后。请检查起止日期。")
    known = catalogue.of(snapshot)
    events = fitting.located(snapshot, train[1], blocks)
    begins = train[1] + timedelta(days=1)
    later = fitting.located(snapshot, test_last, -(-(test_last - train[1]).days // BLOCK_DAYS), begins)
    if events is None or later is None or events.by_month:
        raise MetricError("没有带坐标、精确到日的数据，无法回测热点预测。")
    rows = fitting.rows_of(subject, events, known)
    history, origins = fitting.history_of(rows, events, fitting.around_of(events.area))
    measuring, choosing = fitting.folds_of(events.days)
    weights = prediction.choose(history, measuring + choosing)
    after = fitting.rows_of(subject, later, known)
    counts = fitting.matrix(after[origin.trains(after, origins)], later).sum(axis=0)
    return Backtest(
        subject=subject, weights=weights, train=(events.first, train[1]), test=(begins, test_last),
        area_words=events.area.words, origin_words=origins.words, lines=tuple(_compared(history, weights, counts)),
    )  # fmt: skip


def _compared(history: History, weights: Weights, later: Floats) -> Iterator[Line]:
    """Yield the model against the plain long-run mean at each share; later events may lie in cells new to both."""
    scores = [np.zeros(history.area), np.zeros(history.area)]
    for scored, one in zip(scores, (weights, LONG_RUN), strict=True):
        scored[history.cells] = prediction.score(history, one)
    model, floor = (prediction.evaluate(one, later) for one in scores)
    for ours, plain in zip(model, floor, strict=True):
        chosen = [prediction.included(one, ours.cells) for one in scores]
        yield Line(ours, plain, *prediction.paired_p([chosen[0]], [chosen[1]], [later]))
