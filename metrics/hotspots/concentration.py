"""How concentrated events are in places, against what chance alone would concentrate.

Lorenz curve: the share of events held by the share of places with most of them. Gini G = Σ_i (2i − n − 1) x_(i) ÷
(n Σ x) with places in rising order. With fewer events than places even the most even spread leaves places empty, so G
is bounded below by 1 − events/places; generalised Gini G' = max(1, places/events) (G − 1) + 1 (Bernasco & Steenbeek
2017) removes that. Beside it stands what events that fall on the places at random (Poisson) would give: few events
look concentrated by chance alone. Known answer: 5, 2, 1 and seven places without: G .80, G' .75.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from data.reading import Snapshot, Statement
from metrics import cache, catalogue
from metrics.hotspots.grid import Floats
from metrics.hotspots.places import placed, statement
from metrics.model import MetricError
from metrics.periods import describe
from metrics.selection import Selection

UNITS = {"cell": "网格", "beat": "警格", "station": "派出所"}
# Points of a curve that a figure draws.
POINTS = 200


@dataclass(frozen=True, eq=False)
class Concentration:
    """One curve and its figures; the frames are shared and must not be changed.

    curve, chance: columns places, events (shares from 0 to 1, most crowded places first). half: the share of places
    that hold half of the events; *_chance: the same of events that fall at random. None without events.
    state: ok, nothing, no_coordinates or no_data.
    """

    unit: str
    state: str
    places: int
    events: int
    curve: pd.DataFrame
    chance: pd.DataFrame
    gini: float | None
    generalised: float | None
    half: float | None
    gini_chance: float | None
    generalised_chance: float | None
    half_chance: float | None
    title: str
    notes: list[str]
    # Events with a place that lies outside the study area; of cells only.
    outside: int = 0

    @property
    def sentence(self) -> str:
        """The finding in one sentence; empty without events or with a single place."""
        if self.half is None or self.half_chance is None or self.generalised is None or self.places < 2:
            return ""
        return (
            f"{self.half:.1%} 的{UNITS[self.unit]}（{math.ceil(self.half * self.places - 1e-9):,} 个）集中了 "
            f"{self.events:,} 起的一半；随机分布时为 {self.half_chance:.1%}。广义基尼系数 {self.generalised:.2f}"
            f"（随机时 {self.generalised_chance:.2f}）。"
        )


def concentration(snapshot: Snapshot, selection: Selection, table: str = "alerts", unit: str = "cell") -> Concentration:
    """Return how concentrated a selection's events are in cells, beats or stations, once per version.

    Raises MetricError for another unit or table.
    """
    if unit not in UNITS:
        raise MetricError(f"集中度只能按 {'、'.join(UNITS)} 统计，没有「{unit}」。")
    return cache.answer(snapshot, (selection, table, unit), _concentration)


def ahead(snapshot: Snapshot, selection: Selection, table: str = "alerts", unit: str = "cell") -> list[Statement]:
    """Return what concentration() will ask of the store, for Snapshot.together(); raises MetricError."""
    if cache.holds(snapshot, (selection, table, unit), _concentration):
        return []
    return [statement(snapshot, selection, table)[0]]


def _concentration(snapshot: Snapshot, question: tuple[Selection, str, str]) -> Concentration:
    selection, table, unit = question
    found = placed(snapshot, selection, table)
    if unit == "cell":
        counts, state, notes = found.counts, found.state, [*found.notes]
        notes += [f"{found.area.words}。"] if found.area else []
    else:
        counts, notes = _of_places(snapshot, selection, found.frame, unit)
        state = "no_data" if found.covered_days == 0 else "ok" if counts.sum() else "nothing"
    measured = _measured(counts, unit, state, describe(found.window, selection.cutoff), notes)
    return replace(measured, outside=found.outside) if unit == "cell" else measured


def _of_places(snapshot: Snapshot, selection: Selection, frame: pd.DataFrame, unit: str) -> tuple[Floats, list[str]]:
    """Return events by registered beat or station of the selection, those without any included."""
    known = catalogue.of(snapshot)
    chosen = known.station_codes(selection.stations)
    stations = [code for code in known.stations if not chosen or code in chosen]
    codes = stations if unit == "station" else [code for code, beat in known.beats.items() if beat[1] in stations]
    sums = frame.groupby(unit)["events"].sum()
    lost = int(sums.sum() - sums.reindex(codes).sum())
    label = UNITS[unit]
    notes = [f"{lost:,} 起没有登记的{label}，未计入。"] if lost else []
    return sums.reindex(codes).fillna(0).to_numpy(dtype=float), notes


def _measured(counts: Floats, unit: str, state: str, title: str, notes: list[str]) -> Concentration:
    n, events = counts.size, float(counts.sum())
    if state != "ok" or events == 0:
        nothing = pd.DataFrame({"places": [], "events": []}, dtype="float64")
        state = "nothing" if state == "ok" else state
        return Concentration(
            unit, state, n, 0, nothing, nothing, None, None, None, None, None, None, title, notes
        )  # fmt: skip
    curve, chance = lorenz(counts), poisson_curve(events / n)
    # The curve is that of many places; the mean difference of n of them is smaller by (n − 1) / n.
    own, random = gini(counts), gini_of(chance) * (n - 1) / n
    return Concentration(
        unit=unit, state=state, places=n, events=int(events), curve=thinned(curve), chance=thinned(chance), gini=own,
        generalised=generalised(own, n, events), half=holding(curve), gini_chance=random,
        generalised_chance=generalised(random, n, events), half_chance=holding(chance), title=title, notes=notes,
    )  # fmt: skip


def gini(counts: Floats) -> float:
    """Return G of counts, 0 (even) to 1; 0 where nothing happened."""
    total, n = counts.sum(), counts.size
    if total == 0:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * np.sort(counts)).sum() / (n * total))


def generalised(g: float, places: int, events: float) -> float:
    """Return G' = max(1, places/events) (G − 1) + 1, 0 (as even as can be) to 1."""
    return max(1.0, places / events) * (g - 1) + 1


def lorenz(counts: Floats) -> pd.DataFrame:
    """Return the curve from (0, 0) to (1, 1): shares of places, most crowded first, and of events."""
    held = np.cumsum(np.sort(counts)[::-1])
    places = np.arange(counts.size + 1) / counts.size
    return pd.DataFrame({"places": places, "events": np.concatenate([[0.0], held / held[-1]])})


def poisson_curve(mean: float) -> pd.DataFrame:
    """Return the curve of places whose counts are Poisson with a mean, in the limit of many places.

    Places with k or more: P(X ≥ k); they hold E[X; X ≥ k] / mean = P(X ≥ k − 1) of the events.
    """
    highest = int(stats.poisson.isf(1e-12, mean)) + 1
    k = np.arange(highest, -1, -1)
    places = np.concatenate([[0.0], stats.poisson.sf(k - 1, mean)])
    return pd.DataFrame({"places": places, "events": np.concatenate([[0.0], stats.poisson.sf(k - 2, mean)])})


def gini_of(curve: pd.DataFrame) -> float:
    """Return G of a curve: twice the area between it and the diagonal."""
    return float(2 * np.trapezoid(curve["events"], curve["places"]) - 1)


def holding(curve: pd.DataFrame, share: float = 0.5) -> float:
    """Return the share of places that hold a share of the events, interpolated on the curve."""
    return float(np.interp(share, curve["events"], curve["places"]))


def thinned(curve: pd.DataFrame) -> pd.DataFrame:
    """Return at most about POINTS points of a curve: what a figure needs, evenly along both axes."""
    if len(curve) <= POINTS:
        return curve
    wanted = np.linspace(0, 1, POINTS // 2)
    at = [np.searchsorted(curve[name].to_numpy(), wanted) for name in ("places", "events")]
    kept = np.unique(np.concatenate([*at, [0, len(curve) - 1]]).clip(0, len(curve) - 1))
    return curve.iloc[kept].reset_index(drop=True)
