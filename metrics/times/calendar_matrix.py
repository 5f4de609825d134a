"""Up to a year of days as weeks × weekdays, each day against what the eight weeks before lead to expect of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.calendar import calendar_rows
from data.reading import Snapshot, Statement
from metrics import cache, catalogue, compare, expectation, query
from metrics.axes import bucket
from metrics.definitions import METRICS
from metrics.model import COUNT, Metric
from metrics.overdispersion import rolling
from metrics.periods import REFERENCE_DAYS, Period, Window, span_window
from metrics.query import Breakdown, Question
from metrics.selection import Selection

LONGEST_DAYS = 366
UNPUBLISHED = "{years} 年的节假日安排尚未公布，按周末推算。"
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Day:
    """One day. value None: no data, or the day has not wholly elapsed. expected, z None: not the eight weeks before.

    kind: 工作日, 周末, 调休上班 or 节假日; holiday: its name, None on other days. z: signed, of the value against the
    mean of the same weekday in the eight weeks before, divided by √φ. real: the verdict that 今日会商 has of that day
    (compare.of_total). Holidays differ from ordinary days and may well be real; in the eight weeks after long ones,
    the expectation holds them too and is somewhat off.
    """

    day: date
    value: float | None
    expected: float | None
    z: float | None
    real: bool
    kind: str
    holiday: str | None


@dataclass(frozen=True)
class CalendarMatrix:
    """Days in order; `weeks` are the first days of the rows of a weeks × weekdays picture, `grid` puts days there."""

    metric: Metric
    days: list[Day]
    week_start: int
    notes: list[str]

    @property
    def weeks(self) -> list[date]:
        """Return the first day of each week, with the business week's start."""
        return list(dict.fromkeys(bucket(one.day, "week", self.week_start) for one in self.days))

    def grid(self, name: str = "value") -> _Floats:
        """Return value, expected or z as weeks × 7 from the week's first day; NaN for none and outside the period."""
        rows = {week: place for place, week in enumerate(self.weeks)}
        found = np.full((len(rows), 7), np.nan)
        for one in self.days:
            week = bucket(one.day, "week", self.week_start)
            value = getattr(one, name)
            found[rows[week], (one.day - week).days] = math.nan if value is None else value
        return found


def of(
    snapshot: Snapshot, selection: Selection, metric: str = "alerts_valid", days: int = LONGEST_DAYS
) -> CalendarMatrix:
    """Return the last `days` (at most 366) days up to the end of the selection's elapsed period.

    Only counts have an expectation; other metrics have values. Raises Refused for a metric that days can't be asked of.
    """
    return cache.answer(snapshot, (selection, metric, min(days, LONGEST_DAYS)), _of)


def _of(snapshot: Snapshot, question: tuple[Selection, str, int]) -> CalendarMatrix:
    selection, metric, length = question
    known = catalogue.of(snapshot)
    period = _elapsed(selection, selection.resolve(known.data_as_of), known.data_as_of)
    values, window, notes = _series(snapshot, selection, period, metric, length)
    shown = window.dates()[-length:]
    listed = pd.Series(values, dtype="float64")
    every = [shown[0] - timedelta(days=n) for n in range(REFERENCE_DAYS, 0, -1)] + shown if shown else []
    found = np.asarray(listed.reindex(every), dtype=np.float64)
    rows = calendar_rows(every[0], every[-1]) if every else []
    expected, z, phi = _judged(every, found, METRICS[metric])
    real = _real(found, expected, z, phi)[-len(shown) :] if shown else np.zeros(0, dtype=bool)
    tail = list(zip(every, found, expected, z, rows, strict=True))[-len(shown) :] if shown else []
    return CalendarMatrix(
        metric=METRICS[metric],
        days=[
            Day(day, _none(value), _none(mean), _none(score), bool(flag), row[1], row[2])
            for (day, value, mean, score, row), flag in zip(tail, real, strict=True)
        ],
        week_start=selection.week_start,
        notes=[*notes, *_unpublished([row[0] for row in rows[-len(shown) :] if not row[4]])],
    )


def ahead(snapshot: Snapshot, selection: Selection, metric: str, days: int = LONGEST_DAYS) -> list[Statement]:
    """Return what of() will ask of the store, for Snapshot.together()."""
    known = catalogue.of(snapshot)
    period = _elapsed(selection, selection.resolve(known.data_as_of), known.data_as_of)
    return query.ahead(snapshot, _question(selection, period, metric, days))


def _question(selection: Selection, period: Period, metric: str, length: int) -> Question:
    first = period.last - timedelta(days=length + REFERENCE_DAYS - 1)
    return Question(selection, Period(first, period.last), (Breakdown((metric,), ("day",)),))


def _elapsed(selection: Selection, period: Period, as_of: datetime | None) -> Period:
    """Return the days of a period that have begun; all of it where none has."""
    if as_of is None:
        return period
    window = span_window(period, "current", as_of - timedelta(hours=selection.cutoff))
    return replace(period, last=window.last_day) if window.dates() else period


def _series(
    snapshot: Snapshot, selection: Selection, period: Period, metric: str, length: int
) -> tuple[dict[date, float], Window, list[str]]:
    """Return the values of whole days, eight weeks more than shown, and the window that they are shown of."""
    answer = query.run(snapshot, _question(selection, period, metric, length))
    window = answer.windows[METRICS[metric].view, "current"]
    frame = answer.frame(("day",))
    values = dict(zip(frame["day"], pd.to_numeric(frame[metric]).astype("float64"), strict=True))
    notes = list(answer.notes)
    if window.dates() and window.end.time() != window.end.min.time():
        values.pop(window.last_day, None)
        notes.append(f"{window.last_day:%Y-%m-%d} 的数据只到 {window.end:%H:%M}，未显示。")
    return values, window, notes


def _judged(days: list[date], values: _Floats, metric: Metric) -> tuple[_Floats, _Floats, _Floats]:
    """Return expectation, z and φ of each day, each from the eight weeks before it: what 今日会商 has of that day."""
    nothing = np.full(len(days), np.nan)
    if metric.kind != COUNT or not days:
        return nothing, nothing, nothing
    expected, phi = expectation.daily(days, values), rolling(values)
    known = ~np.isnan(expected) & ~np.isnan(values)
    z = nothing.copy()
    z[known] = compare.against_reference(values[known], expected[known], expectation.WEEKS, phi[known])[0]
    return expected, z, phi


def _real(values: _Floats, expected: _Floats, z: _Floats, phi: _Floats) -> NDArray[np.bool_]:
    flags = np.zeros(z.shape, dtype=bool)
    for n in np.flatnonzero(np.nan_to_num(np.abs(z)) >= compare.LIMIT_Z):
        usual = expectation.usual_range(float(expected[n]), float(phi[n]))
        flags[n] = compare.of_total(float(values[n]), float(expected[n]), float(z[n]), usual) == compare.REAL
    return flags


def _unpublished(days: list[date]) -> list[str]:
    years = sorted({day.year for day in days})
    return [UNPUBLISHED.format(years="、".join(map(str, years)))] if years else []


def _none(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)
