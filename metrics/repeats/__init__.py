"""重复警情: how many alerts come back within 30 days, and which places they come back to. Never who calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from data.reading import Snapshot, Statement
from metrics import cache, catalogue, query
from metrics.ask import compared
from metrics.axes import bucket
from metrics.briefing import short_name
from metrics.catalogue import Catalogue
from metrics.compare import NO_BASE, Comparison
from metrics.definitions import METRICS, UNMAPPED
from metrics.funnels import Row as Share
from metrics.model import RATIO, Refused
from metrics.overdispersion import Spread
from metrics.periods import Period, describe, span_window
from metrics.query import Answer, Breakdown, Question
from metrics.repeats.values import Figure, Repeats, Row
from metrics.selection import Selection

FIGURES = ("repeat_any", "repeat_share", "repeat_caller_share", "repeat_place_share")
LINES = ("repeat_share", "repeat_caller_share", "repeat_place_share")
COMPARED = ("previous", "last_year")
WEEKS = 26
_BEHIND = ("repeat_base", "repeat_any", "repeat_caller", "repeat_place")
_BY_STATION = Breakdown(("repeat_base", "repeat_caller", "repeat_place"), ("station",))

__all__ = ["COMPARED", "FIGURES", "LINES", "Repeats", "repeats"]


def repeats(snapshot: Snapshot, selection: Selection) -> Repeats:
    """Return the shares of a selection, computed once per version; raises MetricError in plain Chinese."""
    return cache.answer(snapshot, selection, _repeats)


def ahead(snapshot: Snapshot, selection: Selection) -> list[Statement]:
    """Return what repeats() will ask of the store, for Snapshot.together()."""
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    if cache.holds(snapshot, selection, _repeats) or _coarse(known, selection, period):
        return []
    parts = _breakdowns(_axis(selection), _weeks(known, selection, period))
    found = query.ahead(snapshot, Question(selection, period, parts))
    return found + (query.ahead(snapshot, _of_all(selection, period)) if selection.stations else [])


def _axis(selection: Selection) -> str:
    return "category" if selection.categories else "group"


def _of_all(selection: Selection, period: Period) -> Question:
    """Return the question of all stations, where the page itself is narrowed to some of them."""
    return Question(replace(selection, stations=()), period, (_BY_STATION,))


def _repeats(snapshot: Snapshot, selection: Selection) -> Repeats:
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    axis = _axis(selection)
    if _coarse(known, selection, period):
        return _nothing("coarse", axis)
    weeks = _weeks(known, selection, period)
    try:
        answer = query.run(snapshot, Question(selection, period, _breakdowns(axis, weeks)))
    except Refused as error:
        return replace(_nothing("coarse", axis), notes=(str(error),))
    total = answer.total
    figures, rows = _figures(answer, selection, known, weeks), _rows(answer, axis, known)
    return Repeats(
        state=_state(answer, selection, known),
        title=describe(answer.windows["alert_repeats", "current"], selection.cutoff),
        windows={span: describe(answer.windows["alert_repeats", span], selection.cutoff) for span in COMPARED},
        figures=tuple(figures),
        rows=tuple(rows),
        axis=axis,
        compared_by=_compared_by(answer),
        shares=_shares(snapshot, selection, period, answer, known),
        base=total("repeat_base") or 0.0,
        keyed=total("repeat_keyed") or 0.0,
        located=total("repeat_located") or 0.0,
        notes=tuple(answer.notes),
    )


def _nothing(state: str, axis: str) -> Repeats:
    return Repeats(state, "", {}, (), (), axis, "repeat_place_share", (), 0.0, 0.0, 0.0, ())


def _coarse(known: Catalogue, selection: Selection, period: Period) -> bool:
    """Whether the period's alerts are known only by month, so that 30 days cannot be told."""
    touched = {day.replace(day=1) for day in period.window.dates()}
    kinds = [found for month, found in known.precisions.get("alerts", {}).items() if month in touched]
    return bool(kinds) and all(found == {"month"} for found in kinds)


def _weeks(known: Catalogue, selection: Selection, period: Period) -> str:
    """Return the span of the trend: whole weeks up to the period's last day."""
    as_of = known.as_of.get("alerts") or known.data_as_of or datetime.max
    end = as_of if as_of == datetime.max else as_of - timedelta(hours=selection.cutoff)
    last = span_window(period, "current", end).last_day
    first = bucket(min(last - timedelta(weeks=WEEKS - 1), period.first), "week", selection.week_start)
    first = max(first, last - timedelta(weeks=2 * 53))
    return f"{first.isoformat()}/{last.isoformat()}"


def _breakdowns(axis: str, weeks: str) -> tuple[Breakdown, ...]:
    shares = (*FIGURES, *_BEHIND)
    return (
        Breakdown((*shares, "repeat_keyed", "repeat_located"), (), ("current", *COMPARED)),
        Breakdown(shares, (axis,), ("current", *COMPARED)),
        _BY_STATION,
        Breakdown(shares, ("week",), (weeks,)),
    )


def _figures(answer: Answer, selection: Selection, known: Catalogue, weeks: str) -> list[Figure]:
    changes = compared(answer, (), FIGURES, COMPARED, Spread())
    frame = answer.frame(("week",), weeks)
    whole = _whole(answer, selection, known, weeks)
    found = []
    for name in FIGURES:
        metric = METRICS[name]
        top, bottom = (
            answer.total(one) if metric.kind == RATIO else None for one in (metric.numerator, metric.denominator)
        )
        values = dict(zip(frame["week"], frame[name], strict=True))
        history = tuple(None if values.get(day) != values.get(day) else _number(values.get(day)) for day in whole)
        previous, last_year = (changes[0, name, span] for span in COMPARED)
        one = Figure(metric, answer.total(name), top, bottom, previous, last_year, whole, history)
        found.append(_known_only(one, answer))
    return found


def _known_only(one: Figure, answer: Answer) -> Figure:
    """Say where the data lack what a rule needs: without caller keys nobody calls twice."""
    both = (("repeat_keyed", "来电标识"), ("repeat_located", "坐标"))
    rules = {"repeat_caller_share": both[:1], "repeat_place_share": both[1:]}.get(one.metric.id, both)
    missing = [word for column, word in rules if not answer.total(column)]
    if len(missing) < len(rules) or not answer.total("repeat_base"):
        return replace(one, note=f"没有{'、'.join(missing)}，只按另一规则" if missing else "")
    word = "、".join(missing)
    nothing = Comparison(None, None, verdict=NO_BASE)
    return replace(
        one, value=None, top=None, bottom=None, previous=nothing, last_year=nothing, days=(), history=(),
        reason=f"该时段的警情没有{word}",
    )  # fmt: skip


def _whole(answer: Answer, selection: Selection, known: Catalogue, weeks: str) -> tuple[date, ...]:
    """Return the first days of the weeks that data cover wholly."""
    days = set(answer.days["alert_repeats", weeks])
    as_of = known.as_of.get("alerts") or datetime.max
    firsts = dict.fromkeys(bucket(day, "week", selection.week_start) for day in sorted(days))
    return tuple(
        first
        for first in firsts
        if all(first + timedelta(days=n) in days for n in range(7))
        and datetime(first.year, first.month, first.day, selection.cutoff) + timedelta(days=7) <= as_of
    )


def _rows(answer: Answer, axis: str, known: Catalogue) -> list[Row]:
    names = {**known.category_names("alerts"), UNMAPPED: UNMAPPED} if axis == "category" else {}
    changes = compared(answer, (axis,), ("repeat_share",), COMPARED, Spread())
    found = []
    for place, record in enumerate(answer.frame((axis,)).to_dict("records")):
        base, any_, caller, cell = (_number(record[name]) or 0.0 for name in _BEHIND)
        previous, last_year = (changes[place, "repeat_share", span] for span in COMPARED)
        if base:
            key = str(record[axis])
            found.append(Row(key, names.get(key, key), base, any_, caller, cell, previous, last_year))
    return sorted(found, key=lambda row: (-row.repeats, row.key))


def _compared_by(answer: Answer) -> str:
    """Return the share by which stations are compared.

    Callers where they are known: how often places come back follows from how densely a station is built, so that the
    limits of chance say little about it.
    """
    return "repeat_caller_share" if answer.total("repeat_keyed") else "repeat_place_share"


def _shares(
    snapshot: Snapshot, selection: Selection, period: Period, answer: Answer, known: Catalogue
) -> tuple[Share, ...]:
    """Return repeats and valid alerts of every station and of none, whatever stations the page is narrowed to."""
    top = METRICS[_compared_by(answer)].numerator
    if selection.stations:
        answer = query.run(snapshot, _of_all(selection, period))
    listed = answer.frame(("station",))[["station", top, "repeat_base"]].itertuples(index=False, name=None)
    names = known.station_names
    return tuple(
        (str(code), short_name(names.get(code, code)), float(count), float(n))
        for code, count, n in listed
        if count == count and n == n
    )


def _state(answer: Answer, selection: Selection, known: Catalogue) -> str:
    if answer.covered["alert_repeats", "current"] == 0:
        window = answer.windows["alert_repeats", "current"]
        return "no_result" if known.covered("alerts", window.first_day, window.last_day) else "no_data"
    if answer.total("repeat_base"):
        return "ok"
    return "no_result" if selection.stations or selection.categories else "nothing"


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    return None if np.isnan(number) else number
