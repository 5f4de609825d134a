"""The officers of a station: how many, where its duty falls short of the work, and what it can do about that."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.force.advice import HEAD, advice, when_short
from metrics.force.work import Work, work
from metrics.model import MetricError
from metrics.staffing import StationStaffing
from reports.document import Chart, Message, Part, Series, Text
from reports.sources import Source
from reports.wording import stopped

OFFICERS = ("officers", "auxiliaries", "community_officers", "community_share", "auxiliary_ratio")


@dataclass(frozen=True)
class Force:
    """Work against duty of a station; work is None where it cannot be told, and why says so."""

    work: Work | None
    why: str = ""


def found(source: Source) -> Force:
    """Return work against duty of the one station of a report, from the function that its page asks."""
    try:
        return Force(work(source.snapshot, source.selection))
    except MetricError as error:
        return Force(None, str(error))


def chapter(source: Source, force: Force) -> tuple[Part, ...]:
    """Return headcounts, the short hours, what to do about them in the words of 所队自查, and the daily curve."""
    parts: list[Part] = [Text(_officers(source))]
    if force.work is None:
        return (*parts, Text(stopped(force.why)))
    one = force.work.one
    parts += [Text(stopped(words)) for words in when_short(force.work)]
    for way in advice(force.work):
        parts += [Text(HEAD + way.said), *(Text(stopped(words)) for words in way.parts)]
        parts += [Text(way.effect, "note")] if way.effect else []
    parts += [Text(stopped(words), "note") for words in one.notes]
    chart = _curve(one)
    return (*parts, *([chart] if chart else []))


def message(force: Force) -> Message | None:
    """Return the worst shortage and the way out of it over the daily curve, None where there is nothing to draw."""
    if force.work is None:
        return None
    chart = _curve(force.work.one)
    said = [words.rstrip("。") for words in (*when_short(force.work)[:1], *(way.words for way in force.work.ways))]
    return Message("；".join(said) or "应配与在岗", chart) if chart else None


def _officers(source: Source) -> str:
    row = source.ask(*OFFICERS, spans=()).rows
    if not row or row[0]["officers"] is None:
        return "警力未报送。"
    one = row[0]
    share = "" if one["community_share"] is None else f"，占 {one['community_share']:.1f}%"
    said = f"民警 {one['officers']} 名、辅警 {one['auxiliaries'] or 0} 名"
    return f"{said}，其中社区民警 {one['community_officers'] or 0} 名{share}。"


def _curve(one: StationStaffing) -> Chart | None:
    if not any((*one.day_needed, *one.day_on_duty)):
        return None
    series = (
        Series("应配", tuple(None if value is None else round(value, 2) for value in one.day_needed)),
        Series("在岗", tuple(None if value is None else round(value, 2) for value in one.day_on_duty), "past"),
    )
    hours = tuple(str(hour) for hour in range(24))
    return Chart(f"各时应配与在岗（{one.first:%Y-%m-%d} 至 {one.last:%Y-%m-%d}）", "line", hours, series, "人", "0.0")
