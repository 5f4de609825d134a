"""Aoristic analysis: when cases happened that are known only by an interval (Ratcliffe 2000; McCue 1999).

A burglary between leaving and coming home happened at some hour of that interval. Each hour that the interval touches
gets the share of the interval that lies in it; the shares of a case add up to 1, so their sums are expected counts.
The SQL is the macro `case_hours` of the snapshot (data/views/cases.sql).

Assumes that within its interval a case is as likely in any minute as in any other. Long intervals blur the picture
towards flat; how many are longer than a week is told. Known answer: 08:00–16:00 → .125 in each of eight hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot, Statement
from metrics import cache, catalogue, query
from metrics.breakdowns import category_note
from metrics.catalogue import Catalogue
from metrics.definitions import VIEWS
from metrics.periods import Window, span_window
from metrics.selection import Selection
from metrics.times.week import grid


@dataclass(frozen=True)
class AoristicWeek:
    """Cases over the hours of the week, arrays of 7 × 24 with Monday first.

    must: cases whose whole interval lies in the hour. could: cases whose interval touches it. expected: sum of weights;
    must ≤ expected ≤ could everywhere. cases: how many are behind it, `expected` adds up to them.
    without_end: of these, counted at their start hour (and in must) for want of an end. week_long: of these, with an
    interval of a week or more. left_out: cases that no hour can be given to, by reason.
    """

    must: NDArray[np.float64]
    could: NDArray[np.float64]
    expected: NDArray[np.float64]
    cases: int
    without_end: int
    week_long: int
    left_out: dict[str, int]
    window: Window
    notes: list[str]


def week(snapshot: Snapshot, selection: Selection) -> AoristicWeek:
    """Return when the cases of a selection happened, computed once per version.

    Cases (刑事 and 行政, without those not filed) count in the period in which their interval begins; where the start
    is missing they are left out, and counted as such by the date of filing. Stations and categories filter as always.
    """
    return cache.answer(snapshot, selection, _week)


def _week(snapshot: Snapshot, selection: Selection) -> AoristicWeek:
    known = catalogue.of(snapshot)
    window = _window(known, selection)
    said, _ = category_note(VIEWS["cases"], selection, known)
    frame = snapshot.query(*_statement(known, selection, window))
    timed = frame[frame["left_out"].isna()]
    reasons = frame[frame["left_out"].notna()]
    left_out = {str(reason): int(n) for reason, n in zip(reasons["left_out"], reasons["cases"], strict=True)}
    return AoristicWeek(
        must=grid(timed, "must"),
        could=grid(timed, "could"),
        expected=grid(timed, "expected"),
        cases=int(timed["cases"].sum()),
        without_end=int(timed["without_end"].sum()),
        week_long=int(timed["week_long"].sum()),
        left_out=left_out,
        window=window,
        notes=[*said, *_notes(timed, left_out)],
    )


def ahead(snapshot: Snapshot, selection: Selection) -> list[Statement]:
    """Return what week() will ask of the store, for Snapshot.together()."""
    if cache.holds(snapshot, selection, _week):
        return []
    known = catalogue.of(snapshot)
    return [_statement(known, selection, _window(known, selection))]


def _window(known: Catalogue, selection: Selection) -> Window:
    """Return the elapsed period in statistical time, as the metrics of cases see it."""
    as_of = known.as_of.get("cases") or known.data_as_of
    end = datetime.max if as_of is None else as_of - timedelta(hours=selection.cutoff)
    return span_window(selection.resolve(known.data_as_of), "current", end)


def _statement(known: Catalogue, selection: Selection, window: Window) -> Statement:
    cutoff = timedelta(hours=selection.cutoff)
    params: dict[str, Any] = {"since": window.start + cutoff, "until": window.end + cutoff}
    basis = "confirmed" if selection.basis == "confirmed" else "original"
    terms = query.filters(selection, known, "cases", "0", params)
    return (
        "select left_out, weekday, hour, count(*) filter (where is_whole) as must, count(*) as could,\n"
        "    sum(weight) as expected, count(*) filter (where is_first) as cases,\n"
        "    count(*) filter (where is_first and (occur_to is null or occur_to < occur_from)) as without_end,\n"
        "    count(*) filter (where is_first and seconds >= 604800) as week_long\n"
        f"from (select *, category_{basis} as category, group_{basis} as category_group\n"
        "    from case_hours($since, $until)) as facts\n"
        f"where {' and '.join(terms) or 'true'}\ngroup by left_out, weekday, hour order by left_out, weekday, hour"
    ), params


def _notes(timed: pd.DataFrame, left_out: dict[str, int]) -> list[str]:
    """Say what does not come from a known interval."""
    cases, open_end, long = (int(timed[name].sum()) for name in ("cases", "without_end", "week_long"))
    notes = []
    if left_out:
        reasons = "、".join(f"{reason} {count:,} 起" for reason, count in left_out.items())
        notes.append(f"未计入 {sum(left_out.values()):,} 起：{reasons}。")
    if open_end:
        notes.append(f"{cases:,} 起中 {open_end:,} 起没有发案止时，计在起始的一小时。")
    if long:
        notes.append(f"{cases:,} 起中 {long:,} 起的发案时段不短于一周，平均计在 168 小时。")
    return notes
