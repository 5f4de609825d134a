"""Why an alarm was raised: what was seen since its window began, added up, beside what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from data.reading import Snapshot
from metrics import fits, regression
from metrics.alarms import records
from metrics.alarms.records import Alarm, Judged

TABLE = "alarm_evidence"
_COLUMNS = ("alarm", "day", "observed", "expected", "low", "high")


@dataclass(frozen=True)
class Step:
    """Events from the first day of the window up to `day`: seen, expected, and the central 95% range of counts."""

    day: date
    observed: int
    expected: float
    low: int
    high: int


def table(judged: Judged, alarms: Sequence[Alarm]) -> pd.DataFrame:
    """Return the steps of all alarms: alarm (id), day, observed, expected, low, high; days without data are left out.

    The last step of an alarm has the numbers of the alarm itself.
    """
    rows = [(alarm.id, *step) for alarm in alarms for step in _added_up(judged, alarm)]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"day": "datetime64[ns]"})


def _added_up(judged: Judged, alarm: Alarm) -> list[tuple[date, int, float, int, int]]:
    days = judged.daily.days
    series = judged.daily.place(alarm.station, alarm.group)
    first, last = (days.index(day) for day in (alarm.window_first, alarm.window_last))
    places = [place for place in range(first, last + 1) if judged.daily.known[place]]
    sums = np.array([records.window_of(judged, series, first, place) for place in places], dtype=float).reshape(-1, 3)
    low, high = (regression.quantile(sums[:, 1], sums[:, 2], level) for level in records.RANGE)
    return [
        (days[place], int(observed), float(expected), int(least), int(most))
        for place, (observed, expected, _), least, most in zip(places, sums, low, high, strict=True)
    ]


def steps(snapshot: Snapshot, alarm: Alarm) -> tuple[Step, ...]:
    """Return the steps of a fitted alarm in the order of days; empty while nothing is fitted."""
    frame = fits.table(snapshot, TABLE)
    if frame is None:
        return ()
    own = frame[frame["alarm"] == alarm.id].sort_values("day")
    return tuple(
        Step(day.date(), int(observed), float(expected), int(low), int(high))
        for day, observed, expected, low, high in own[list(_COLUMNS[1:])].itertuples(index=False, name=None)
    )
