"""Stations that have fewer people on duty than their calls need, for the scorecard: what no policy clause asks for.

Read from metrics.staffing, whose runs of short hours these are: an average day of the twelve weeks up to the end of the
month, at least one whole person short, beyond what chance explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from data.reading import Snapshot
from metrics import cache, catalogue
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.staffing import posts, workload
from metrics.staffing.picture import picture
from metrics.staffing.stations import runs_of_place
from metrics.staffing.values import Rules, ShortRun

WEEKS = Rules.weeks


@dataclass(frozen=True)
class Shortfall:
    """Runs of hours of a station with at least one person too few, the largest first; first, last: days averaged."""

    station: str
    name: str
    runs: tuple[ShortRun, ...]
    first: date
    last: date

    @property
    def hours(self) -> tuple[int, ...]:
        """All hours of the day that are short, in order."""
        return tuple(sorted(hour for run in self.runs for hour in run.hours))

    @property
    def worst(self) -> ShortRun:
        """The run with the hour that lacks most."""
        return max(self.runs, key=lambda run: run.missing)

    @property
    def missing(self) -> float:
        """People missing at the worst hour, on average."""
        return self.worst.missing

    @property
    def text(self) -> str:
        """Say it in one sentence."""
        return "；".join(posts.say_short(run) for run in self.runs)

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the shape is described in docs/targets.md."""
        return {
            "station": self.station, "station_name": self.name, "hours": list(self.hours),
            "worst_hour": self.worst.worst_hour, "needed": round(self.worst.needed, 3),
            "on_duty": round(self.worst.on_duty, 3), "missing": round(self.missing, 3),
            "from": self.first.isoformat(), "to": self.last.isoformat(), "text": self.text,
        }  # fmt: skip


def shortfalls(snapshot: Snapshot, month: date) -> tuple[Shortfall, ...]:
    """Return the stations with shortfalls in the weeks up to the end of `month`, the largest first.

    () without rosters, work times or alerts.
    """
    return cache.answer(snapshot, month.replace(day=1), _shortfalls)


def _shortfalls(snapshot: Snapshot, month: date) -> tuple[Shortfall, ...]:
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    rules = Rules()
    try:
        days = workload.window(snapshot, Selection(period="custom", first=last, last=last), rules)
    except MetricError:  # no alerts
        return ()
    whole = picture(snapshot, days, rules)
    names = catalogue.of(snapshot).station_names
    found = [
        Shortfall(code, names[code], runs, *days)
        for place, code in enumerate(whole.counted.stations)
        if (runs := runs_of_place(whole, place))
    ]
    return tuple(sorted(found, key=lambda one: (-one.missing, one.station)))
