"""Where the next events will be: the long-run mean of a cell and its neighbours, and what happened there lately.

score = (1 − r) · M + r · R, each plus b × the mean of the eight cells around, ÷ (1 + b); M: events a day over up to
three years, R: over the last blocks. r, the number of blocks and b are chosen by back-test on earlier blocks than
those that the quality is measured on. r = b = 0 is the plain long-run mean, the floor that has to be beaten.

Quality (Chainey, Tompson & Uhlig 2008; Hunt 2016): PAI = (n/N) / (a/A), the share of events found over the share of
area searched (1 = by chance); PEI = PAI / PAI*, where PAI* is that of the same number of cells chosen with hindsight.
Known answers: observed 6, 3, 0 and predicted 3, 2, 1 give PAI 2, 1.5, 1 for one, two, three cells, PEI 1, 1, 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse, stats

from metrics.hotspots.grid import Floats, Ints

SHARES = (0.01, 0.02, 0.05)
# Blocks of the long-run mean: three years of 28 days.
LONGEST = 39


@dataclass(frozen=True)
class Weights:
    """recent: weight of the last `blocks` blocks; near: weight of the mean of the eight cells around."""

    recent: float = 0.0
    blocks: int = 1
    near: float = 0.0

    @property
    def words(self) -> str:
        """The weights in Chinese."""
        lately = f"，近 {self.blocks} 期占 {self.recent:.0%}" if self.recent else ""
        return f"长期均值{lately}{f'，邻格权重 {self.near:g}' if self.near else ''}"


LONG_RUN = Weights()
# From plain to elaborate: the first of equals is taken.
CANDIDATES = (
    LONG_RUN,
    *(Weights(near=near) for near in (0.25, 0.5, 1.0)),
    *(Weights(recent, blocks, near) for near in (0.0, 0.25, 0.5) for recent, blocks in ((0.2, 3), (0.2, 6), (0.5, 6))),
)


@dataclass(frozen=True, eq=False)
class History:
    """Events by block and cell, the latest block first, of the cells that have or adjoin any event.

    cells: their numbers in the area. area: how many cells the area has. sums: (blocks + 1) × cells, events of all
    blocks before a row. days: days with data of each block. around: cells × cells, 1/8 for the cells beside.
    """

    cells: Ints
    area: int
    sums: Floats
    days: Floats
    around: sparse.csr_array

    @classmethod
    def of(cls, counts: Floats, days: Floats, around: sparse.csr_array) -> History:
        """Make one of counts (blocks × all cells of the area) and the neighbours of all its cells."""
        seen = counts.sum(axis=0)
        cells = np.nonzero(seen + around @ seen)[0]
        sums = np.zeros((days.size + 1, cells.size))
        np.cumsum(counts[:, cells], axis=0, out=sums[1:])
        return cls(cells, counts.shape[1], sums, days, sparse.csr_array(around[cells][:, cells]))

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return int(self.days.size)

    @property
    def idle(self) -> int:
        """Number of cells of the area in which, and beside which, nothing ever happened."""
        return self.area - int(self.cells.size)

    def total(self, first: int, blocks: int) -> Floats:
        """Return the events of each cell in `blocks` blocks from `first` (0: the latest)."""
        difference: Floats = self.sums[min(first + blocks, self.blocks)] - self.sums[first]
        return difference

    def mean(self, first: int, blocks: int) -> Floats:
        """Return the events a day of each cell in `blocks` blocks from `first`, over the days that have data."""
        days = float(self.days[first : first + blocks].sum())
        return self.total(first, blocks) / (days or 1.0)


@dataclass(frozen=True)
class Quality:
    """How a ranking did on what came after it: a of A cells held n of N events; best: what hindsight would hold."""

    share: float
    n: float
    events: float
    cells: int
    area: int
    best: float

    @property
    def pai(self) -> float | None:
        """(n/N) / (a/A); None without events."""
        return pai(self.n, self.events, self.cells, self.area)

    @property
    def pei(self) -> float | None:
        """PAI ÷ the best PAI for that area; None without events."""
        return self.n / self.best if self.best else None


def pai(n: float, events: float, cells: float, area: float) -> float | None:
    """Return (n/N) / (a/A), or None where nothing happened or there is no area."""
    return (n / events) / (cells / area) if events and cells and area else None


def score(history: History, weights: Weights, first: int = 0) -> Floats:
    """Return the expected events a day of each cell, known from block `first` (0: the latest) and those before it."""
    return _Means(history, first).score(weights)


class _Means:
    """The means up to one block, each made once for all candidates."""

    def __init__(self, history: History, first: int) -> None:
        self._history, self._first = history, first
        self._known: dict[int, tuple[Floats, Floats]] = {}

    def score(self, weights: Weights) -> Floats:
        long_run, around = self._of(LONGEST)
        if weights.recent:
            recent, recent_around = self._of(weights.blocks)
            long_run = (1 - weights.recent) * long_run + weights.recent * recent
            around = (1 - weights.recent) * around + weights.recent * recent_around
        # Divided, so that the scores stay expected events: a neighbour's event counts here instead of there.
        return (long_run + weights.near * around) / (1 + weights.near)

    def _of(self, blocks: int) -> tuple[Floats, Floats]:
        if blocks not in self._known:
            mean = self._history.mean(self._first, blocks)
            self._known[blocks] = (mean, self._history.around @ mean)
        return self._known[blocks]


def included(scores: Floats, cells: int, idle: int = 0) -> Floats:
    """Return the part (0 to 1) of each cell in the best `cells`; equals at the edge share what is left evenly.

    idle: further cells of the area, with score 0 and without events, that are not in `scores`.
    """
    edge = _edges(scores, [cells])[0]
    above, equal = scores > edge, scores == edge
    left = cells - np.count_nonzero(above)
    ties = np.count_nonzero(equal) + (idle if edge == 0 else 0)
    parts: Floats = above + equal * (min(1.0, left / ties) if ties else 0.0)
    return parts


def _edges(scores: Floats, sizes: Sequence[int]) -> list[float]:
    """Return the score of the last of the best n cells for each n; 0 where there are fewer."""
    places = [max(0, scores.size - cells) for cells in sizes]
    sorted_there = np.partition(scores, places) if scores.size else scores
    return [
        float(sorted_there[place]) if scores.size >= cells else 0.0 for place, cells in zip(places, sizes, strict=True)
    ]


def sizes(area: int) -> list[int]:
    """Return the number of cells of each share that is measured, at least one."""
    return [max(1, round(share * area)) for share in SHARES]


def evaluate(scores: Floats, later: Floats, idle: int = 0) -> list[Quality]:
    """Return the quality of a ranking at each share of the area, by the events that came later in each cell."""
    area = scores.size + idle
    found, best = (caught(one, later, sizes(area), idle) for one in (scores, later))
    return [
        Quality(share, n, float(later.sum()), cells, area, most)
        for share, cells, n, most in zip(SHARES, sizes(area), found, best, strict=True)
    ]


def caught(scores: Floats, later: Floats, wanted: Sequence[int], idle: int = 0) -> list[float]:
    """Return the events in the best n cells for each n: Σ later × included, with one partition for all n."""
    happened = np.nonzero(later)[0]
    own, hits = scores[happened], later[happened]
    out = []
    for cells, edge in zip(wanted, _edges(scores, wanted), strict=True):
        ties = np.count_nonzero(scores == edge) + (idle if edge == 0 else 0)
        left = cells - np.count_nonzero(scores > edge)
        part = min(1.0, left / ties) if ties else 0.0
        out.append(float(hits[own > edge].sum() + hits[own == edge].sum() * part))
    return out


def pooled(parts: Sequence[Quality]) -> Quality:
    """Return the quality of one share over several folds: events and hits added up."""
    first = parts[0]
    return Quality(
        first.share, sum(one.n for one in parts), sum(one.events for one in parts), first.cells, first.area,
        sum(one.best for one in parts),
    )  # fmt: skip


def choose(history: History, folds: Sequence[int]) -> Weights:
    """Return the candidate with the largest mean PEI over the shares, each fold predicted from what came before it."""
    found = np.zeros((len(CANDIDATES), len(SHARES)))
    best = np.zeros(len(SHARES))
    wanted = sizes(history.area)
    for fold in folds:
        means, later = _Means(history, fold + 1), history.total(fold, 1)
        best += caught(later, later, wanted, history.idle)
        for number, weights in enumerate(CANDIDATES):
            found[number] += caught(means.score(weights), later, wanted, history.idle)
    if not best.all():
        return LONG_RUN
    return CANDIDATES[int(np.argmax((found / best).mean(axis=1)))]


def paired_p(model: Sequence[Floats], floor: Sequence[Floats], later: Sequence[Floats]) -> tuple[float, float, float]:
    """Return (events only the model caught, events only the floor caught, two-sided p) over folds.

    model, floor: parts of cells chosen by each. Exact sign test on the events that one caught and the other did not
    (McNemar); assumes that events are independent, so p is a lower bound where they come in series.
    """
    # Summed without BLAS, whose threads cost more than they save on vectors of this length.
    gained = sum(float((hits * np.maximum(a - b, 0)).sum()) for a, b, hits in zip(model, floor, later, strict=True))
    lost = sum(float((hits * np.maximum(b - a, 0)).sum()) for a, b, hits in zip(model, floor, later, strict=True))
    trials = round(gained + lost)
    return gained, lost, float(stats.binomtest(min(round(gained), trials), trials).pvalue) if trials else 1.0
