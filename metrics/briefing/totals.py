"""Key points from the stations' totals, judged as 风险热力 judges them, so that both pages name the same stations.

A rise is told unless a warning or a cell of the matrix tells it already. All falls are one sentence below the rises:
what is missing may be good news, calls that were not entered or a change of how they are counted.
"""

from __future__ import annotations

from dataclasses import replace

from metrics import change
from metrics.briefing.context import short_name
from metrics.briefing.values import Briefing, Place, Point
from metrics.briefing.verdicts import CHECK, Found, said_range
from metrics.catalogue import Catalogue
from metrics.compare import REAL
from metrics.selection import Selection

# 风险热力 shows a station's total with its expectation, hours and days.
PAGE = "/heat"
# A sentence names so many stations, then says how many there are.
MOST_NAMED = 3
# Where more than a quarter of the stations fall (and more than this), one cause for all is likelier than many.
MANY, SHARE = 3, 0.25


def rises(brief: Briefing, known: Catalogue, selection: Selection, told: set[str]) -> list[Found]:
    """Return the stations whose total rose beyond chance, without those of which another sentence tells."""
    return [
        _rise(place, brief, known, selection)
        for place in brief.totals
        if place.real and place.z > 0 and place.code not in told
    ]


def _rise(place: Place, brief: Briefing, known: Catalogue, selection: Selection) -> Found:
    metric = brief.subject
    narrowed = replace(selection, stations=(place.code,))
    text = f"{_name(place, known)}{change.sentence(metric.label, place.value, metric.unit, None)}，{_against(place)}"
    tone = "worse" if metric.better == "lower" else "watch"
    point = Point(text, tone, REAL, PAGE, narrowed.to_query(), abs(place.z))
    return Found(point, place.code, metric.id, True, place.value, place.phi)


def falling(brief: Briefing) -> list[Place]:
    """Return the stations whose total fell beyond chance, the most surprising first."""
    return sorted((place for place in brief.totals if place.real and place.z < 0), key=lambda place: place.z)


def fall(brief: Briefing, known: Catalogue, selection: Selection, cells: list[Found]) -> Point | None:
    """Return one sentence on all falls, None without any; cells: falls of single categories there, told within."""
    places = falling(brief)
    if not places:
        return None
    own = {place.code: [one for one in cells if one.place == place.code] for place in places}
    # A fall of one category may say more than that of the whole.
    places.sort(key=lambda place: min([place.z, *(-one.point.weight for one in own[place.code])]))
    stations = tuple(place.code for place in places)
    narrowed = replace(selection, stations=stations if len(stations) == 1 else selection.stations)
    text = _alone(places[0], brief, known, own) if len(places) == 1 else _together(places, brief, known, own)
    return Point(
        f"{text}；{REAL}，{_advice(len(places), len(brief.totals))}", "watch", REAL, PAGE, narrowed.to_query(),
        max(abs(place.z) for place in places),
    )  # fmt: skip


def _alone(place: Place, brief: Briefing, known: Catalogue, own: dict[str, list[Found]]) -> str:
    metric = brief.subject
    said = change.sentence(metric.label, place.value, metric.unit, None)
    return f"{_name(place, known)}{said}，{_against(place)}{_within('，', place, own)}"


def _together(places: list[Place], brief: Briefing, known: Catalogue, own: dict[str, list[Found]]) -> str:
    ranges = [f"预期 {said_range(place.usual)} 起{_within('；', place, own)}" for place in places[:MOST_NAMED]]
    named = "、".join(
        f"{_name(place, known)} {place.value:,.0f} 起（{usual}）" for place, usual in zip(places, ranges, strict=False)
    )
    more = "等" if len(places) > MOST_NAMED else ""
    return f"{len(places)} 个所{brief.subject.label}低于预期：{named}{more}"


def _within(mark: str, place: Place, own: dict[str, list[Found]]) -> str:
    """Return 「，其中求助警情 88 起，预期 121–193 起」: the category that fell most, where it is not the whole."""
    strongest = max(own[place.code], key=lambda one: one.point.weight, default=None)
    if strongest is None or strongest.expected is None or strongest.value == place.value:
        return ""
    return f"{mark}其中{strongest.fact}，预期 {said_range(strongest.expected)} 起"


def _advice(number: int, stations: int) -> str:
    if number > max(MANY, SHARE * stations):
        return "多所同降，请先核对全局口径与节假日影响"
    return CHECK


def _against(place: Place) -> str:
    """Return 「低于预期 73–138 起」; a difference that stands among few stations may lie within the printed range."""
    usual = place.usual
    said = f"预期 {said_range(usual)} 起"
    if usual[0] <= place.value <= usual[1]:
        return f"处于{said}的{'高端' if place.z > 0 else '低端'}"
    return f"{'高于' if place.z > 0 else '低于'}{said}"


def _name(place: Place, known: Catalogue) -> str:
    return short_name(known.station_names.get(place.code, place.code))
