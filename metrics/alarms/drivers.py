"""Which beats and which hours an alarm comes from: those with more than their usual share of its alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import catalogue, privacy
from metrics.alarms.records import Alarm, Driver, Hours
from metrics.alarms.series import BUREAU, Group
from metrics.briefing.context import short_name
from metrics.catalogue import Catalogue
from metrics.definitions import UNREGISTERED

# Usual shares are those of a year before the window.
REFERENCE_DAYS = 364
_MOST_PLACES = 3
# How far above its share a place or a stretch of hours must be, in standard deviations; hours are searched for among
# many stretches, so they need more.
_Z_PLACE, _Z_HOURS = 2.5, 3.0
_SHORTEST, _LONGEST = 2, 8
# A stretch is named when it holds at least this share of the alerts.
_SHARE = 0.5

_SQL = """
SELECT
    {place} AS place,
    CASE WHEN time_precision IN ('minute', 'hour') THEN hour(happened_at) ELSE -1 END AS hour,
    happened_at >= $first AS inside,
    count(*) AS n
FROM alert_facts
WHERE valid AND happened_at >= $since AND happened_at < $until AND ($everywhere OR station = $station)
    AND (list_contains($groups, group_confirmed) OR list_contains($codes, category_confirmed))
GROUP BY ALL
"""


def explained(snapshot: Snapshot, alarm: Alarm, group: Group) -> Alarm:
    """Return the alarm with the places and the hours that drive it; beats with fewer than 3 alerts are never named."""
    params = {
        "first": alarm.window_first,
        "since": alarm.window_first - timedelta(days=REFERENCE_DAYS),
        "until": alarm.window_last + timedelta(days=1),
        "everywhere": alarm.station == BUREAU,
        "station": alarm.station,
        "groups": list(group.groups),
        "codes": list(group.codes),
    }
    place = "station" if alarm.station == BUREAU else "beat"
    frame = snapshot.query(_SQL.format(place=place), params)
    return replace(alarm, places=_places(frame, alarm, catalogue.of(snapshot)), hours=_hours(frame, alarm))


def _places(frame: pd.DataFrame, alarm: Alarm, known: Catalogue) -> tuple[Driver, ...]:
    usual = frame[~frame["inside"]].groupby("place")["n"].sum()
    now = frame[frame["inside"]].groupby("place")["n"].sum()
    if not usual.sum():
        return ()
    found = []
    for code, observed in now.items():
        share = (float(usual.get(code, 0)) + 0.5) / (float(usual.sum()) + 1)
        mean, above = alarm.expected * share, _above(int(observed), int(now.sum()), share)
        if code != UNREGISTERED and observed >= privacy.THRESHOLD and above >= _Z_PLACE:
            found.append((observed - mean, Driver(_name(str(code), known), int(observed), mean)))
    found.sort(key=lambda one: (-one[0], one[1].name))
    chosen = [driver for _, driver in found[:_MOST_PLACES]]
    # What is left over must not give away a beat with 1 or 2 either.
    while chosen and 0 < int(now.sum()) - sum(driver.observed for driver in chosen) < privacy.THRESHOLD:
        chosen.pop()
    return tuple(chosen)


def _above(observed: int, total: int, share: float) -> float:
    """Return by how many standard deviations a part of the total is above its usual share (binomial)."""
    return float((observed - total * share) / max(total * share * (1 - share), 0.25) ** 0.5)


def _name(code: str, known: Catalogue) -> str:
    if code in known.stations:
        return short_name(known.stations[code].name)
    return known.beats[code][0] if code in known.beats else code


def _hours(frame: pd.DataFrame, alarm: Alarm) -> Hours | None:
    """Return the stretch of hours (2 to 8) that is farthest above its usual share, None where none stands out."""
    timed = frame[frame["hour"] >= 0]
    now, usual = (_by_hour(timed[timed["inside"] == inside]) for inside in (True, False))
    if now.sum() < privacy.THRESHOLD or usual.sum() < 24 or alarm.observed <= 0:
        return None
    shares = (usual + 0.5) / (usual.sum() + 12)
    timed_mean = alarm.expected * now.sum() / alarm.observed
    best, found = _Z_HOURS, None
    for length in range(_SHORTEST, _LONGEST + 1):
        for since in range(24):
            hours = [(since + n) % 24 for n in range(length)]
            observed, share = int(now[hours].sum()), float(shares[hours].sum())
            above = _above(observed, int(now.sum()), share)
            if above > best and observed >= max(privacy.THRESHOLD, _SHARE * now.sum()):
                best, found = above, Hours(since, (since + length) % 24, observed, timed_mean * share)
    return found


def _by_hour(frame: pd.DataFrame) -> NDArray[np.float64]:
    out = np.zeros(24)
    np.add.at(out, frame["hour"].to_numpy(dtype=int), frame["n"].to_numpy(dtype=float))
    return out
