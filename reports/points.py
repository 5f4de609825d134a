"""What a report draws attention to: the key points of the briefing and how many warnings there are."""

from __future__ import annotations

from metrics.briefing import Point
from metrics.change import SAID
from metrics.compare import REAL
from reports import alarms
from reports.document import Part, Text
from reports.sources import Source
from reports.wording import stopped


def key_points(source: Source) -> list[Text]:
    """Return the key points of the briefing as its page has them, numbered."""
    found = [point for point in source.briefing.points if point.text]
    if not found:
        return [Text("本期没有需要提示的变化。")]
    return [Text(f"（{number}）{point_text(point)}") for number, point in enumerate(found, 1)]


def risks(source: Source) -> list[Part]:
    """Return the key points, then how many warnings there are; the appendix lists them all."""
    return [Text(f"本期（{source.briefing.title}）要点："), *key_points(source), *alarms.standing(source)]


def point_text(point: Point) -> str:
    """Return a key point with its verdict behind it, as a full sentence."""
    verdict = f"，{SAID[REAL]}" if point.verdict == REAL and SAID[REAL] not in point.text else ""
    return stopped(point.text + verdict)
