"""What pages ask of fitted alarms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.reading import Snapshot
from metrics import cache, fits
from metrics.alarms import records, rules
from metrics.alarms.records import Alarm


def history(snapshot: Snapshot, stations: Sequence[str] = ()) -> tuple[Alarm, ...] | None:
    """Return the alarms of the last 90 days, the strongest first; None while nothing is fitted (fits.missing).

    stations: codes (or series.BUREAU) to keep, all when empty.
    """
    alarms = cache.answer(snapshot, "alarms", _all)
    return None if alarms is None else tuple(one for one in alarms if not stations or one.station in stations)


def _all(snapshot: Snapshot, name: str) -> tuple[Alarm, ...] | None:
    frame = fits.table(snapshot, name)
    return None if frame is None else tuple(records.strongest_first(records.from_frame(frame)))


def current(snapshot: Snapshot, stations: Sequence[str] = (), until: date | None = None) -> tuple[Alarm, ...] | None:
    """Return the alarms with a signal in the seven days that end with `until` (by default the last day of the data).

    The strongest first; None while nothing is fitted.
    """
    alarms = history(snapshot, stations)
    if alarms is None:
        return None
    # The alarm that led one may be over: among those that are left the strongest leads.
    return tuple(records.with_leaders([one for one in alarms if _is_current(one, until)]))


def _is_current(alarm: Alarm, until: date | None) -> bool:
    if until is None:
        return alarm.is_ongoing
    return alarm.first_day <= until and alarm.last_day > until - timedelta(days=rules.WEEK)


def budget_of(snapshot: Snapshot) -> dict[str, Any] | None:
    """Return the row of alarm_budget: budget, thresholds, realised rate with its interval, notes (JSON list)."""
    frame = fits.table(snapshot, "alarm_budget")
    if frame is None or frame.empty:
        return None
    return plain(frame)


def plain(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the first row of a table by name, None where nothing is known."""
    return {str(key): None if pd.isna(value) else value for key, value in frame.iloc[0].items()}


def budget_text(said: dict[str, Any]) -> str:
    """Say the budget and what was realised, as it stands beside every alarm.

    「按平均每所每年约 2 次设定；上一年实测 1.98 次（95% 区间 1.64–2.37）」
    """
    text = f"按平均每所每年约 {said['budget']:g} 次设定"
    if said["realised"] is None:
        return f"{text}；数据不足，尚不能实测"
    interval = f"{said['realised_low']:.2f}–{said['realised_high']:.2f}"
    return f"{text}；上一年实测 {said['realised']:.2f} 次（95% 区间 {interval}）"


def line(snapshot: Snapshot, station: str, group: str) -> pd.DataFrame | None:
    """Return the rows of alarm_series of one unit and group, in the order of days."""
    frame = fits.table(snapshot, "alarm_series")
    if frame is None:
        return None
    chosen = frame[(frame["station"] == station) & (frame["group"] == group)]
    return chosen.sort_values("day").reset_index(drop=True)
