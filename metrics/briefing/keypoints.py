"""要点: up to seven sentences, the most surprising first, each with the page and filter that show why.

Warnings and verdicts are ranked on one scale (|z|). What both tell of one place and the same events is one story, told
by the warning, which has the longer evidence.
"""

from __future__ import annotations

from metrics.alarms import CREEPING
from metrics.briefing import totals, verdicts
from metrics.briefing.seasons import Expected
from metrics.briefing.values import Briefing, Point, Surge
from metrics.briefing.verdicts import Found, Hours, explained
from metrics.catalogue import Catalogue
from metrics.compare import NOT_JUDGED, TOO_FEW, USUAL
from metrics.selection import Selection

MOST = 7
# How many of the strongest differences that may still be chance are told.
NEAR = 3


def key_points(
    brief: Briefing, known: Catalogue, selection: Selection, hours: Hours, seasonal: Expected
) -> list[Point]:
    """Return the sentences for a briefing.

    hours: counts by hour per (matrix row, column); seasonal: what holidays and season lead to expect of the period.
    """
    if brief.state not in ("ok", "nothing"):
        return []
    surges = brief.warnings.surges
    cells = verdicts.of_cells(brief, known, selection, hours)
    fall = totals.fall(brief, known, selection, [one for one in cells if not one.rises])
    fallen = {place.code for place in totals.falling(brief)}
    risen = {surge.alarm.station for surge in surges} | {one.place for one in cells if one.rises}
    judged = [
        *(one for one in cells if one.rises or one.place not in fallen),
        *totals.rises(brief, known, selection, risen),
        *verdicts.of_rows(brief, known, selection),
        *verdicts.of_cases(brief, known, selection),
    ]
    told = [_told(brief, surge, [one for one in judged if _is_same(surge, one)]) for surge in surges]
    rest = _untold(judged, surges)
    # Only the eight weeks before know nothing of the calendar; where a year before is the base, the calendar is in it.
    reasons = [explained(one, seasonal(one.place, one.column)) if brief.by_weeks else None for one in rest]
    ranked = [*told, *(one.point for one, reason in zip(rest, reasons, strict=True) if reason is None)]
    near = _untold(verdicts.outside(brief, known, selection), surges)
    near = [*near, *_untold(verdicts.near_misses(brief, known, selection, hours), surges)][:NEAR]
    perhaps = [*filter(None, reasons), *near]
    ranked.sort(key=lambda point: -point.weight)
    last = verdicts.closing(brief, selection, is_calm=not (ranked or fall or any(reasons)))
    if brief.state == "nothing":
        return [*ranked, *([fall] if fall else [])][:MOST]
    # What the calendar explains lies outside its printed range all the same.
    beyond = [one.point for one in perhaps if _is_outside(one) or not _is_ordinary(one.point)]
    # All falls, the strongest of what is not confirmed and a whole outside its range are told whatever else is.
    kept = [*([fall] if fall else []), *beyond[:1]]
    room = MOST - len(kept) - (not _is_ordinary(last))
    inside = [one.point for one in perhaps if one.point not in beyond]
    ordinary = [*inside, *verdicts.timing(brief, selection)]
    return _within([*_with_slow(ranked, told, surges, room), *kept, *beyond[1:]], ordinary, last)


def _untold(found: list[Found], surges: tuple[Surge, ...]) -> list[Found]:
    return [one for one in found if not any(_is_same(surge, one) for surge in surges)]


def _within(first: list[Point], ordinary: list[Point], last: Point) -> list[Point]:
    """Fill seven places: what lies outside its range first, then what is ordinary; an ordinary whole stands last.

    Nothing ordinary takes the place of anything outside its range: not the whole either.
    """
    if not _is_ordinary(last):
        return [*first[: MOST - 1], last, *ordinary][:MOST]
    return first[:MOST] if len(first) >= MOST else [*[*first, *ordinary][: MOST - 1], last]


def _is_outside(one: Found) -> bool:
    return one.expected is not None and not one.expected[0] <= one.value <= one.expected[1]


def _is_ordinary(point: Point) -> bool:
    return point.verdict in (USUAL, TOO_FEW, NOT_JUDGED)


def _with_slow(ranked: list[Point], told: list[Point], surges: tuple[Surge, ...], room: int) -> list[Point]:
    """Fill the room, with a place for the strongest slow rise, which no verdict about the period itself can show."""
    slow = next((point for point, surge in zip(told, surges, strict=True) if surge.alarm.kind == CREEPING), None)
    if slow is None or slow in ranked[:room]:
        return ranked[:room]
    return [*ranked[: room - 1], slow]


def _is_same(surge: Surge, one: Found) -> bool:
    """Whether a verdict tells of a rise at the same place and of the same events as a warning."""
    return one.rises and one.place == surge.alarm.station and one.column in surge.touched


def _told(brief: Briefing, surge: Surge, same: list[Found]) -> Point:
    """Return the point of a warning; a verdict that it swallows lends its rank, and its count where the days differ."""
    text = surge.alarm.sentence
    largest = max(same, key=lambda one: one.point.weight, default=None)
    if largest is not None and largest.fact and not _is_same_days(brief, surge):
        text = f"{text}；{_said_period(brief)}{largest.fact}"
    weight = max([surge.weight, *(one.point.weight for one in same)])
    return Point(text, surge.tone, surge.verdict, surge.page, surge.query, weight)


def _said_period(brief: Briefing) -> str:
    """Return 「11月21日」 of a single day, which need not be yesterday, else 「本期」."""
    day = brief.window.last_day
    return f"{day.month}月{day.day}日" if brief.window.days <= 1 else "本期"


def _is_same_days(brief: Briefing, surge: Surge) -> bool:
    return (surge.alarm.window_first, surge.alarm.window_last) == (brief.window.first_day, brief.window.last_day)
