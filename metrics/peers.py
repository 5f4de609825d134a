"""Where a station stands among stations of its kind: rates with their intervals, never a place in a league table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data.reading import Snapshot
from metrics import cache, catalogue, query, smallnumbers
from metrics.definitions import METRICS
from metrics.model import Metric, Refused
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.readings import months_before
from metrics.selection import Selection

# Fewer than these give no distribution to stand in.
LEAST = 4
COMPARED = ("alerts_valid", "alerts_crime", "cases_filed")
# Per 10,000 people and year.
_PER = 10_000 * 365
_MONTHS = 12


@dataclass(frozen=True)
class Position:
    """One rate of all stations of a kind: by station code, and what can be said of each."""

    metric: Metric
    counts: dict[str, float]
    places: dict[str, smallnumbers.Place]


@dataclass(frozen=True)
class Comparison:
    """Positions for a kind of station over the twelve months that end with a month; () where nothing can be said."""

    kind: str | None
    first: date
    last: date
    positions: tuple[Position, ...]
    reason: str


def compare(snapshot: Snapshot, kind: str | None, month: date) -> Comparison:
    """Return annual rates per 10,000 people of all stations of one kind; computed once per version, kind and month."""
    return cache.answer(snapshot, (kind, month), _compare)


def _compare(snapshot: Snapshot, asked: tuple[str | None, date]) -> Comparison:
    kind, month = asked
    first = months_before(month, _MONTHS)[0]
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    like = [one for one in catalogue.of(snapshot).stations.values() if one.kind == kind and one.population]
    if kind is None or len(like) < LEAST:
        return Comparison(kind, first, last, (), f"有人口的同类派出所不足 {LEAST} 个，不作比较")
    codes = tuple(one.code for one in like)
    selection = Selection(period="custom", first=first, last=last, stations=codes)
    question = Question(selection, Period(first, last), (Breakdown(COMPARED, ("station",)),))
    try:
        answer = query.run(snapshot, question)
    except Refused as error:
        return Comparison(kind, first, last, (), str(error))
    frame = answer.frame(("station",)).set_index("station")
    found = []
    for name in COMPARED:
        days = answer.windows[METRICS[name].view, "current"].days
        counts = {code: _count(frame, code, name) for code in codes}
        known = {code: count for code, count in counts.items() if count is not None}
        if sum(known.values()) > 0:
            exposure = [(one.population or 0) * days for one in like if one.code in known]
            places = smallnumbers.places(list(known.values()), exposure, _PER)
            found.append(Position(METRICS[name], known, dict(zip(known, places, strict=True))))
    return Comparison(kind, first, last, tuple(found), "" if found else "这段时间没有可比的警情或案件")


def _count(frame: pd.DataFrame, code: str, metric: str) -> float | None:
    value = frame[metric].get(code)
    return None if value is None or pd.isna(value) else float(value)
