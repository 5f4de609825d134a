"""Scores made by hand, for tests of how they are shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from metrics import gaps, targets
from metrics.gaps import Figure
from metrics.readings import Point
from metrics.score import MET, MISSED, UNREPORTED, Score

MONTH = date(2026, 11, 1)


def score(target_id: str, figure: Figure | None, policy: str = "binhai-2023", **more: Any) -> Score:
    """Return the score of a figure, judged as the scorecard judges."""
    pack = targets.load(policy)
    target = pack.get(target_id)
    judged = None if figure is None else gaps.met(target, figure)
    state = UNREPORTED if figure is None else MET if judged else MISSED
    usual: dict[str, Any] = {
        "target": target,
        "clause": pack.clause_of(target),
        "station": "S1",
        "name": "东港派出所",
        "month": MONTH,
        "value": figure.value if figure else None,
        "wanted": gaps.wanted_value(target, figure) if figure else target.value,
        "numerator": figure.numerator if figure else None,
        "denominator": figure.denominator if figure else None,
        "state": state,
        "reason": "" if figure else "警力台账中没有",
        "gap": gaps.gap(target, figure) if figure and state == MISSED else None,
        "trend": (),
        "source": "警力台账",
        "as_of": MONTH if figure else None,
    }
    return Score(**{**usual, **more})


def share(top: float, bottom: float) -> Figure:
    """Return a share in %."""
    return Figure(100.0 * top / bottom, top, bottom, 100.0)


def points(*values: float | None) -> tuple[Point, ...]:
    """Return a trend of 2026, from January."""
    return tuple(Point(date(2026, number, 1), value) for number, value in enumerate(values, 1))
