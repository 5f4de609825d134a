"""Hours of the day at which a station has fewer people on duty than its calls need: what no policy clause asks for.

Needed = people-hours that calls bind ÷ hours ÷ 0.6 (at most 60% of the time committed); on duty = posts of 接处警 and
巡逻. Both are averages over three months, because a station's hour has too few calls in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.reading import Snapshot
from metrics import cache, catalogue, query
from metrics.model import Refused
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.readings import months_before
from metrics.selection import Selection

MONTHS = 3
# A whole person: less than that is rounding of rosters, which are made of people.
LEAST = 1.0


@dataclass(frozen=True)
class Shortfall:
    """Hours of a station with at least one person too few; needed, on_duty and missing are those of the worst hour."""

    station: str
    name: str
    hours: tuple[int, ...]
    worst_hour: int
    needed: float
    on_duty: float
    first: date
    last: date

    @property
    def missing(self) -> float:
        """People missing at the worst hour, on average."""
        return self.needed - self.on_duty

    @property
    def text(self) -> str:
        """Say it in one sentence."""
        return (
            f"{_said(self.hours)}在岗人数不足：{self.worst_hour} 时平均在岗 {self.on_duty:.1f} 人，"
            f"应配 {self.needed:.1f} 人，缺 {self.missing:.1f} 人"
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the shape is described in docs/targets.md."""
        return {
            "station": self.station, "station_name": self.name, "hours": list(self.hours),
            "worst_hour": self.worst_hour, "needed": round(self.needed, 3), "on_duty": round(self.on_duty, 3),
            "missing": round(self.missing, 3), "from": self.first.isoformat(), "to": self.last.isoformat(),
            "text": self.text,
        }  # fmt: skip


def shortfalls(snapshot: Snapshot, month: date) -> tuple[Shortfall, ...]:
    """Return the stations with shortfalls in the three months up to `month`, the largest first; () without rosters."""
    return cache.answer(snapshot, month.replace(day=1), _shortfalls)


def _shortfalls(snapshot: Snapshot, month: date) -> tuple[Shortfall, ...]:
    first = months_before(month, MONTHS)[0]
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    by = ("station", "hour")
    question = Question(
        Selection(period="custom", first=first, last=last),
        Period(first, last),
        (Breakdown(("posts_needed", "posts_on_duty"), by),),
    )
    try:
        frame = query.run(snapshot, question).frame(by)
    except Refused:  # times known only by day or month
        return ()
    known = catalogue.of(snapshot).stations
    found: dict[str, list[tuple[float, int, float, float]]] = {}
    for row in frame.to_dict("records"):
        needed, on_duty = row["posts_needed"], row["posts_on_duty"]
        if row["station"] in known and not pd.isna(needed) and not pd.isna(on_duty) and needed - on_duty >= LEAST:
            found.setdefault(row["station"], []).append((needed - on_duty, int(row["hour"]), needed, on_duty))
    listed = [_of_station(code, known[code].name, hours, first, last) for code, hours in found.items()]
    return tuple(sorted(listed, key=lambda one: -one.missing))


def _of_station(
    code: str, name: str, hours: list[tuple[float, int, float, float]], first: date, last: date
) -> Shortfall:
    _, worst, needed, on_duty = max(hours)
    return Shortfall(code, name, tuple(sorted(hour for _, hour, _, _ in hours)), worst, needed, on_duty, first, last)


def _said(hours: tuple[int, ...]) -> str:
    """Say hours as runs that may cross midnight: 21, 22, 23, 0 and 7 become 「7–8 时、21–次日1 时」."""
    chosen = set(hours)
    if len(chosen) == 24:
        return "全天"
    runs = []
    for begin in (hour for hour in hours if (hour - 1) % 24 not in chosen):
        length = next(n for n in range(1, 25) if (begin + n) % 24 not in chosen)
        end = begin + length
        runs.append(f"{begin}–{end} 时" if end <= 24 else f"{begin}–次日{end - 24} 时")
    return "、".join(runs)
