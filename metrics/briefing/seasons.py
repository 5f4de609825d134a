"""What the calendar and the season lead to expect of a period, from the fitted baselines of the early warning.

The eight weeks before know no holidays: after Spring Festival or in the first cold week a count may differ from them
and still be what the time of year brings. A key point about such a count says so and claims nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from data.reading import Snapshot
from metrics import cache, fits
from metrics.periods import Window

# (station or BUREAU, watched group) → expected count of the period, None where no baseline covers it.
Expected = Callable[[str, str], float | None]


def expected(snapshot: Snapshot, window: Window) -> Expected:
    """Return a function that gives the fitted expectation; the table is read when it is first asked."""

    def of(station: str, group: str) -> float | None:
        table = cache.answer(snapshot, "alarm_series by day", _by_day)
        whole_days = window.start.hour == 0 and window.end.hour == 0
        if table is None or not whole_days or (station, group) not in table.columns:
            return None
        days = table[station, group].reindex(pd.DatetimeIndex(window.dates()))
        mean = float(days.sum(skipna=False)) if len(days) else np.nan
        return None if np.isnan(mean) else mean

    return of


def _by_day(snapshot: Snapshot, question: str) -> pd.DataFrame | None:
    """Return expected counts, a row per day and a column per (station, group)."""
    frame = fits.table(snapshot, "alarm_series")
    return None if frame is None else frame.pivot(index="day", columns=["station", "group"], values="expected")
