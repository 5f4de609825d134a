"""The hours of the week, 7 × 24 with Monday first, of whatever is known to the hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import catalogue, query
from metrics.definitions import METRICS
from metrics.model import COUNT, Metric, Refused
from metrics.periods import Window
from metrics.query import Breakdown, Question
from metrics.selection import Selection

BY = ("weekday", "hour")


@dataclass(frozen=True)
class Week:
    """Events by weekday and hour: 7 × 24 counts, and the days of each weekday that they come from (7).

    Natural weekdays and clock hours, whatever the hour at which the statistical day begins. `per_day` is counts per day
    of that weekday, NaN for a weekday that the period does not hold.
    """

    metric: Metric
    counts: NDArray[np.float64]
    days: NDArray[np.float64]
    window: Window
    notes: list[str]

    @property
    def per_day(self) -> NDArray[np.float64]:
        """Events per day of each weekday and hour, so that five Mondays weigh no more than four Sundays."""
        days = self.days[:, None]
        return np.where(days > 0, self.counts / np.where(days > 0, days, 1.0), np.nan)


def of(snapshot: Snapshot, selection: Selection, metric: str = "alerts_valid") -> Week:
    """Return when events of a count fall; raises Refused for other kinds and for data without hours.

    Rows known only to the day or month are left out, which a note says. The days are those with data in the elapsed
    period.
    """
    known = catalogue.of(snapshot)
    question = Question(selection, selection.resolve(known.data_as_of), (Breakdown((metric,), BY),))
    query.check_names(question)
    if METRICS[metric].kind != COUNT:
        raise Refused(f"「{METRICS[metric].label}」不是计数，不能按一周时段合计。请选择起数类指标。")
    answer = query.run(snapshot, question)
    view = METRICS[metric].view
    days = np.zeros(7)
    for day in answer.days[view, "current"]:
        days[day.isoweekday() - 1] += 1
    counts = grid(answer.frame(BY), metric)
    return Week(METRICS[metric], counts, days, answer.windows[view, "current"], answer.notes)


def grid(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column of a frame by weekday (1–7) and hour as 7 × 24; hours that the frame lacks are 0."""
    found = np.zeros((7, 24))
    for weekday, hour, value in frame[[*BY, column]].itertuples(index=False):
        if value == value and value is not None:
            found[int(weekday) - 1, int(hour)] = float(value)
    return found
