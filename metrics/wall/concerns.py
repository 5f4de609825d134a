"""The stations that need attention, with the reason in words: what chance does not explain, then what is short.

No league table: a station is named for a fitted alarm, a rise that stands after correction over all stations, or a
shortfall of at least one whole officer; missed targets only fill what is left. The order is that
of the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.reading import Snapshot
from metrics import fits
from metrics.alarms import reading as alarms
from metrics.alarms.records import Alarm, strength
from metrics.alarms.series import BUREAU
from metrics.briefing import Briefing, short_name
from metrics.catalogue import Catalogue
from metrics.force.work import Work
from metrics.score import MISSED, Scorecard
from metrics.staffing import posts
from metrics.wall.values import Concern

MOST, MOST_REASONS = 5, 2
WATCH, WORSE = "watch", "worse"
_ALARM, _RISE, _SHORT, _TARGET = range(4)


@dataclass(frozen=True)
class Reason:
    """Why a station is named: tier (smaller is stronger evidence), weight within it, words, tone."""

    station: str
    tier: int
    weight: float
    text: str
    tone: str


def concerns(
    snapshot: Snapshot, known: Catalogue, stations: Sequence[str], recent: Briefing | None, work: Work | None,
    card: Scorecard | None,
) -> tuple[tuple[Concern, ...], str]:  # fmt: skip
    """Return up to five stations and what must be said beside them."""
    listed = alarms.current(snapshot)
    note = fits.missing(snapshot, "预警") if listed is None else _budget(snapshot)
    found = [
        *_of_alarms(listed or (), known), *_of_rises(recent), *_of_staff(work), *_of_targets(card),
    ]  # fmt: skip
    allowed = set(stations) or set(known.stations)
    return ranked([one for one in found if one.station in allowed], known), note


def ranked(reasons: Sequence[Reason], known: Catalogue) -> tuple[Concern, ...]:
    """Return the stations by their strongest reason, each with at most two; a rise told by an alarm is left out."""
    by_station: dict[str, list[Reason]] = {}
    for one in sorted(reasons, key=lambda one: (one.tier, -one.weight, one.station)):
        told = by_station.setdefault(one.station, [])
        doubled = one.tier == _RISE and any(other.tier == _ALARM for other in told)
        if len(told) < MOST_REASONS and not doubled:
            told.append(one)
    return tuple(
        Concern(code, short_name(known.station_names.get(code, code)), tuple((one.text, one.tone) for one in told))
        for code, told in list(by_station.items())[:MOST]
    )


def _budget(snapshot: Snapshot) -> str:
    said = alarms.budget_of(snapshot)
    return "" if said is None else f"预警{alarms.budget_text(said)}；小数量的上升可能较晚才报或不报。"


def _of_alarms(listed: Sequence[Alarm], known: Catalogue) -> list[Reason]:
    return [
        Reason(one.station, _ALARM, strength(one), alarm_words(one), WORSE)
        for one in listed
        if one.leader == one.id and one.station != BUREAU and one.station in known.stations
    ]


def alarm_words(alarm: Alarm) -> str:
    """Say an alarm without its station, which stands beside it, and without places finer than a station."""
    return replace(alarm, places=()).sentence.removeprefix(alarm.name).strip()


def _of_rises(recent: Briefing | None) -> list[Reason]:
    if recent is None:
        return []
    label = recent.place_metric.label
    return [
        Reason(
            one.code, _RISE, one.z,
            f"近 7 日{label} {one.value:,.0f} 起，预期 {one.expected:,.1f} 起，真变化", WORSE,
        )
        for one in recent.places
        if one.real and one.z > 0
    ]  # fmt: skip


def _of_staff(work: Work | None) -> list[Reason]:
    if work is None:
        return []
    return [Reason(code, _SHORT, run.missing, posts.say_short(run), WATCH) for code, _, run in work.short]


def _of_targets(card: Scorecard | None) -> list[Reason]:
    """Return one reason per station that misses targets: how many, and the gap that is relatively largest."""
    if card is None:
        return []
    found = []
    for code in dict.fromkeys(score.station for score in card.scores if score.station):
        scores = [score for score in card.of_station(code) if score.state == MISSED and score.gap]
        if scores:
            worst = max(scores, key=lambda score: score.relative)
            assert worst.gap is not None
            text = f"{len(scores)} 项指标未达标，差距最大的是{worst.target.label}：{worst.value_text}，{worst.gap.text}"
            found.append(Reason(code, _TARGET, len(scores) + min(worst.relative, 0.99), text, WATCH))
    return found
