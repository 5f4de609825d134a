"""The parts of 案件侦防 that need no verdict: trend, ages, review times, communities without cases."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from metrics import expectation
from metrics.axes import bucket
from metrics.briefing import short_name
from metrics.casework import asking
from metrics.casework.asking import AGES, Shape
from metrics.casework.values import WEEK, Ages, Community, Delays, Known, Trend, Untimed
from metrics.catalogue import Catalogue
from metrics.definitions import UNREGISTERED
from metrics.overdispersion import Spread, spread
from metrics.periods import Period, Window
from metrics.query import Answer
from metrics.selection import Selection

AGE_LABELS = ("30 天以内", "31–90 天", "91–180 天", "181–365 天", "1–2 年", "2 年以上")
FILING_LABELS = ("1 日内", "1–3 日", "3–7 日", "7–30 日", "30 日以上")
ACCEPT_LABELS = ("24 小时内", "1–3 日", "3 日以上")


@dataclass(frozen=True)
class Context:
    """One answered question with what is needed to read it."""

    known: Catalogue
    selection: Selection
    period: Period
    shape: Shape
    answer: Answer
    source: Known

    @property
    def window(self) -> Window:
        """The elapsed part of the period."""
        return asking.elapsed(self.known, self.selection, self.period)

    @property
    def weekly(self) -> bool:
        """Whether eight whole weeks before the period say what was to be expected."""
        return self.shape.judged and self.answer.covered["cases", "reference"] >= 1

    def spread(self, by: tuple[str, ...], metrics: tuple[str, ...]) -> Spread:
        """Return the overdispersion of daily counts in the eight weeks before the period."""
        frame = self.answer.frames.get(((*by, "day"), "reference"))
        return Spread(by) if frame is None else spread(frame, by, metrics, self.period.first)


def number(value: Any) -> float | None:
    """Return a value of a frame as a plain number, None where there is none."""
    return None if value is None or pd.isna(value) else float(value)


def units(context: Context, span: str, grain: str, view: str = "cases") -> dict[date, bool]:
    """Return the first days of the units of a span that data touch, and whether data cover each wholly."""
    days = set(context.answer.days[view, span])
    start = context.selection.week_start
    found: dict[date, bool] = {}
    for first in dict.fromkeys(bucket(day, grain, start) for day in sorted(days)):
        length = 7 if grain == WEEK else ((first + timedelta(days=32)).replace(day=1) - first).days
        whole = all(first + timedelta(days=n) in days for n in range(length))
        found[first] = whole and _elapsed(context, first, length)
    return found


def _elapsed(context: Context, first: date, length: int) -> bool:
    """Whether a unit had ended when the data did: the last day of data may be half a day."""
    as_of = context.known.as_of.get("cases")
    end = first + timedelta(days=length)
    return as_of is None or as_of - timedelta(hours=context.selection.cutoff) >= pd.Timestamp(end)


def trend(context: Context) -> Trend:
    """Return filed and solved cases of the whole weeks or months, the year before, and the band."""
    shape, answer = context.shape, context.answer
    whole = units(context, shape.now, shape.grain)
    now = answer.frame((shape.grain,), shape.now).set_index(shape.grain)
    then = answer.frame((shape.grain,), shape.then).set_index(shape.grain)
    past_whole = units(context, shape.then, shape.grain)
    firsts = [first for first in whole if first >= shape.first]

    def of(frame: pd.DataFrame, name: str, first: date, known: dict[date, bool]) -> float | None:
        return number(frame[name].get(first)) if known.get(first) else None

    back = {first: bucket(asking.a_year_back(first, shape.grain), shape.grain, _start(context)) for first in firsts}
    return Trend(
        grain=shape.grain,
        firsts=tuple(firsts),
        filed=tuple(of(now, "cases_filed", first, whole) for first in firsts),
        solved=tuple(of(now, "cases_solved", first, whole) if context.source.solving else None for first in firsts),
        past=tuple(of(then, "cases_filed", back[first], past_whole) for first in firsts),
        band=_band(context, now, whole) if shape.grain == WEEK else None,
    )


def _start(context: Context) -> int:
    return context.selection.week_start


def _band(context: Context, now: pd.DataFrame, whole: dict[date, bool]) -> expectation.WeeklyBand | None:
    counts = [number(now["cases_filed"].get(first)) if complete else None for first, complete in whole.items()]
    values = np.array([np.nan if count is None else count for count in counts], dtype=float)
    phi = context.spread((), ("cases_filed",)).of("cases_filed", {})
    made = expectation.weekly_band(list(whole), values, phi)
    shown = [place for place, week in enumerate(made.weeks) if week >= context.shape.first]
    kept = ([getattr(made, name)[place] for place in shown] for name in ("weeks", *_BAND))
    return expectation.WeeklyBand(*kept)


_BAND = ("counts", "mean", "low", "high", "outside")


def ages(context: Context) -> Ages | None:
    """Return open criminal cases by age class; None where there is no data."""
    now = _classes(context, "current")
    if now is None:
        return None
    answer = context.answer
    return Ages(
        AGE_LABELS, now, _classes(context, "last_year"), sum(now), answer.total("open_age_median"),
        answer.total("open_age_p90"),
    )  # fmt: skip


def _classes(context: Context, span: str) -> tuple[float, ...] | None:
    names = ("open_cases", *(f"open_over_{days}d" for days in AGES))
    over = [context.answer.total(name, span) for name in names]
    if any(value is None for value in over):
        return None
    steps = [value or 0.0 for value in over] + [0.0]
    return tuple(high - low for high, low in itertools.pairwise(steps))


def delays(context: Context) -> tuple[Delays, ...]:
    """Return the review times of criminal and other cases in the period and the year before, where there are any."""
    kinds = (
        ("刑事（受案到立案）", FILING_LABELS, ("filing_1d_met", "filing_3d_met", "filing_7d_met", "filing_30d_met"),
         "filing_3d_base", 2),
        ("行政（报案到受案）", ACCEPT_LABELS, ("filing_24h_met", "filing_72h_met"), "filing_24h_base", 1),
    )  # fmt: skip
    found = []
    for name, labels, within, base, limit in kinds:
        for span in ("current", "last_year"):
            steps = [context.answer.total(one, span) for one in (*within, base)]
            if steps[-1]:
                known = [0.0, *(step or 0.0 for step in steps)]
                cases = tuple(high - low for low, high in itertools.pairwise(known))
                found.append(Delays(name, span, labels, cases, limit))
    return tuple(found)


def untimed(context: Context) -> tuple[Untimed, ...]:
    """Return, for each kind with cases in the period, how many of them tell no review time: all but those drawn."""
    found = []
    for name, cases, usable in (("刑事", "cases_filed", "filing_3d_base"), ("行政", "cases_order", "filing_24h_base")):
        counted = context.answer.total(cases) or 0.0
        if counted:
            found.append(Untimed(name, counted, counted - (context.answer.total(usable) or 0.0)))
    return tuple(found)


def communities(context: Context) -> tuple[Community, ...]:
    """Return stations with their communities without cases in the order of the registry, or one station's communities.

    Communities without cases come first, then by name: the order says nothing about which is worse.
    """
    if not context.source.beats or not context.known.beats:
        return ()
    axis = "beat" if context.shape.by_beat else "station"
    frame = context.answer.frame((axis,))
    found = []
    for code, zero, counted, cases in frame[[axis, "zero_crime_beats", "beats_counted", "cases_all"]].itertuples(
        index=False, name=None
    ):
        if code == UNREGISTERED or not number(counted):
            continue
        name = context.known.beats[code][0] if axis == "beat" else _station(context, code)
        found.append(Community(code, name, number(zero) or 0.0, number(counted) or 0.0, number(cases) or 0.0))
    return tuple(sorted(found, key=lambda one: (-one.zero, one.code)) if axis == "beat" else found)


def _station(context: Context, code: str) -> str:
    return short_name(context.known.station_names.get(code, code))
