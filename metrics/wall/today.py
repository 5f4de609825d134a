"""The last day with data as it unfolds: counts so far beside what the same weekday had by then.

A day that is over has the figures of the briefing of that day. A day under way is compared with the same hours of the
same weekday, since calls do not come evenly over the day; the part of an hour that has begun counts in proportion.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import catalogue, compare, expectation, overdispersion, query
from metrics.briefing import Card, brief
from metrics.definitions import METRICS
from metrics.model import Refused
from metrics.periods import Period
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection
from metrics.wall.values import Count, Today

LEADING = "alerts_valid"
COUNTED = (LEADING, "alerts_criminal", "alerts_order", "alerts_dispute", "alerts_help")
HOURS = 24
Floats = NDArray[np.float64]


def today(snapshot: Snapshot, stations: tuple[str, ...]) -> Today:
    """Return the last day with alerts; raises Refused where there is none, or where its hours are not known."""
    as_of = catalogue.of(snapshot).as_of.get("alerts")
    if as_of is None:
        raise Refused("没有警情数据。")
    day = (as_of - timedelta(microseconds=1)).date()
    hours = (as_of - datetime.combine(day, time())) / timedelta(hours=1)
    selection = Selection("custom", day, day, stations)
    asked = Question(selection, Period(day, day), (Breakdown(COUNTED, ("day", "hour"), ("current", "reference")),))
    answer = query.run(snapshot, asked)
    has_base = answer.covered["alerts", "reference"] >= 1
    known = {name: _grids(answer, name, day) for name in COUNTED}
    moments = (*(float(n) for n in range(int(hours) + 1)), *([hours] if hours % 1 else []))
    now, before = known[LEADING]
    phi = _phi(before, day, float(HOURS))
    means = [float(np.mean([_by(row, n) for row in _alike(before, day)])) if has_base else None for n in range(25)]
    ends = [(None, None) if mean is None else expectation.usual_range(mean, phi) for mean in means]
    return Today(
        day=day, until=as_of, is_whole=hours >= HOURS,
        counts=_of_briefing(snapshot, stations, day) if hours >= HOURS else _counts(known, day, hours, has_base),
        moments=moments, so_far=tuple(_by(now[day], moment) for moment in moments),
        mean=tuple(means), low=tuple(low for low, _ in ends), high=tuple(high for _, high in ends),
        notes=tuple(answer.notes),
    )  # fmt: skip


Grid = dict[date, Floats]


def _grids(answer: Answer, name: str, day: date) -> tuple[Grid, Grid]:
    """Return the counts by day and hour of the day itself and of the eight weeks before it."""
    spans = {"current": [day], "reference": answer.days["alerts", "reference"]}
    found = []
    for span, days in spans.items():
        grid = {one: np.zeros(HOURS) for one in days}
        frame = answer.frame(("day", "hour"), span)
        for one, hour, count in frame[["day", "hour", name]].itertuples(index=False, name=None):
            if one in grid and not pd.isna(count):
                grid[one][int(hour)] += float(count)
        found.append(grid)
    return found[0], found[1]


def _by(row: Floats, moment: float) -> float:
    """Return the count of a day up to a moment (hours since midnight); part of an hour counts in proportion."""
    whole = int(moment)
    rest = row[whole] * (moment - whole) if whole < HOURS else 0.0
    return float(row[:whole].sum() + rest)


def _alike(before: Grid, day: date) -> list[Floats]:
    return [row for one, row in before.items() if one.isoweekday() == day.isoweekday()] or [np.zeros(HOURS)]


def _phi(before: Grid, day: date, moment: float) -> float:
    """Return the overdispersion of the days before, each up to the moment."""
    frame = pd.DataFrame({"day": list(before), LEADING: [_by(row, moment) for row in before.values()]})
    return overdispersion.spread(frame, (), (LEADING,), day).of(LEADING, {}) if len(frame) else 1.0


def _counts(known: dict[str, tuple[Grid, Grid]], day: date, hours: float, has_base: bool) -> tuple[Count, ...]:
    """Judge the counts so far, each alone as totals are everywhere."""
    found = []
    for name, (now, before) in known.items():
        # What has been counted is counted; only the past is cut at the same moment.
        value, phi = float(now[day].sum()), _phi(before, day, hours)
        mean = float(np.mean([_by(row, hours) for row in _alike(before, day)]))
        z = compare.against_reference(np.array([value]), np.array([mean]), expectation.WEEKS, phi)[0][0]
        if has_base:
            usual = expectation.usual_range(mean, phi)
            verdict = compare.of_total(value, mean, float(z), usual)
            found.append(Count(METRICS[name], value, usual, float(z), verdict))
        else:
            found.append(Count(METRICS[name], value, None, 0.0, compare.NOT_JUDGED))
    return tuple(found)


def _of_briefing(snapshot: Snapshot, stations: tuple[str, ...], day: date) -> tuple[Count, ...]:
    """Return the figures of a day that is over as its briefing has them, so that both say the same."""
    asked = Selection(stations=stations)
    # Mostly it is the day that 今日会商 shows without being asked for another, so that one answer serves both.
    if asked.resolve(catalogue.of(snapshot).data_as_of) != Period(day, day):
        asked = Selection("custom", day, day, stations)
    cards: dict[str, Card] = {card.metric.id: card for card in brief(snapshot, asked).cards}
    listed = (cards[name] for name in COUNTED)
    return tuple(Count(card.metric, card.value or 0.0, card.expected, card.z, card.verdict) for card in listed)
