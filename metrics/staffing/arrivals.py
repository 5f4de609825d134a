"""Measured times from call to arrival by station, beside which the model's waits are read."""

from __future__ import annotations

from datetime import date

from data.reading import Snapshot, Statement
from metrics import cache, query
from metrics.model import Refused
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection

Dates = tuple[date, date]


def response_p90(snapshot: Snapshot, days: Dates) -> dict[str, float]:
    """Return the measured P90 from call to arrival by station, in minutes; once per version."""
    return cache.answer(snapshot, days, _response_p90)


def ahead(snapshot: Snapshot, days: Dates) -> list[Statement]:
    """Return what response_p90() will ask of the store, for Snapshot.together()."""
    return query.ahead(snapshot, _question(days))


def _question(days: Dates) -> Question:
    selection = Selection(period="custom", first=days[0], last=days[1], valid_only=True)
    return Question(selection, Period(*days), (Breakdown(("response_p90",), ("station",)),))


def _response_p90(snapshot: Snapshot, days: Dates) -> dict[str, float]:
    try:
        frame = query.run(snapshot, _question(days)).frame(("station",))
    except Refused:
        return {}
    known = frame.dropna(subset=["response_p90"])
    return {str(code): float(value) for code, value in zip(known["station"], known["response_p90"], strict=True)}
