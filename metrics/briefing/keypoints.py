"""要点: up to seven sentences, the most surprising first, each with the page and filter that show why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from metrics import change, compare, expectation
from metrics.briefing.context import short_name
from metrics.briefing.values import Briefing, Card, Matrix, Place, Point, Row
from metrics.catalogue import Catalogue
from metrics.definitions import ALERT_GROUPS, GROUP_BETTER
from metrics.selection import Selection

MOST = 7
# How many of the strongest differences that may still be chance are told, and from which |z| on.
NEAR, NEAR_Z = 3, 2.3
# Groups whose rise is bad news; for the others a change is only worth a look.
GROUP_WORDS = {*ALERT_GROUPS, "行政"}
_LOWER_IS_BETTER = {*(group for group, better in GROUP_BETTER.items() if better == "lower"), "群体性事件", "行政"}


def key_points(
    brief: Briefing, known: Catalogue, selection: Selection, hours: dict[tuple[str, str], dict[int, float]]
) -> list[Point]:
    """Return the sentences for a briefing; `hours` holds counts by hour per (matrix row, column)."""
    if brief.state != "ok":
        return []
    found = [
        *_of_matrix(brief, known, selection, hours),
        *_of_rows(brief, known, selection),
        *_of_cards(brief, known, selection),
    ]
    found.sort(key=lambda point: -point.weight)
    closing = [*_timing(brief, selection), _closing(brief, selection, len(found))]
    room = MOST - len(closing)
    near = _near_misses(brief, known, selection, hours)[:NEAR]
    return [*found[:room], *near[: max(0, room - len(found))], *closing]


def _of_matrix(
    brief: Briefing, known: Catalogue, selection: Selection, hours: dict[tuple[str, str], dict[int, float]]
) -> list[Point]:
    matrix = brief.matrix
    if matrix is None:
        return []
    return [_of_cell(matrix, i, j, known, selection, hours) for i, j in np.argwhere(matrix.real).tolist()]


def _near_misses(
    brief: Briefing, known: Catalogue, selection: Selection, hours: dict[tuple[str, str], dict[int, float]]
) -> list[Point]:
    """Return the strongest rises that the correction does not let pass: worth a look, not a claim."""
    matrix = brief.matrix
    if matrix is None:
        return []
    close = np.argwhere((matrix.z >= NEAR_Z) & ~matrix.real & (matrix.values >= 3)).tolist()
    close.sort(key=lambda place: -matrix.z[place[0], place[1]])
    points = [_of_cell(matrix, i, j, known, selection, hours) for i, j in close]
    return [
        replace(point, text=f"{point.text}；偏高，但在各所各类中仍可能是偶然", tone="plain", verdict=compare.USUAL)
        for point in points
    ]


def _of_cell(
    matrix: Matrix,
    i: int,
    j: int,
    known: Catalogue,
    selection: Selection,
    hours: dict[tuple[str, str], dict[int, float]],
) -> Point:
    (row, row_name), (column, column_name) = matrix.rows[i], matrix.columns[j]
    value, z = float(matrix.values[i, j]), float(matrix.z[i, j])
    usual = expectation.usual_range(float(matrix.expected[i, j]), matrix.phi)
    when = _busiest(hours.get((row, column), {}))
    text = f"{row_name}{_named(column_name, matrix.noun)} {value:,.0f} 起，预期 {_range(usual)} 起{when}"
    narrowed = _narrowed(selection, matrix, row, column)
    return Point(text, _tone(column, known, z), compare.REAL, "/", narrowed.to_query(), abs(z))


def _timing(brief: Briefing, selection: Selection) -> list[Point]:
    median, p90 = brief.response.get("response_median"), brief.response.get("response_p90")
    within, n = brief.response.get("response_within"), brief.response.get("response_n") or 0
    if median is None or p90 is None or within is None:
        return []
    unusable = brief.response.get("response_unusable") or 0
    rest = f"，另有 {unusable:,.0f} 起时间不可用" if unusable else ""
    text = f"到达用时中位数 {median:.1f} 分钟，九成在 {p90:.1f} 分钟内，达标率 {within:.1f}%（{n:,.0f} 起{rest}）"
    return [Point(text, "plain", compare.NOT_JUDGED, "/glossary", {}, 0.0, "response_within")]


def _busiest(counts: dict[int, float]) -> str:
    spell = expectation.busiest_hours(counts)
    return f"；集中在 {spell[0]}–{spell[1] or 24} 时" if spell else ""


def _named(category: str, noun: str) -> str:
    """Say a category as a noun: 治安警情, 「入室盗窃」警情."""
    return f"{category}{noun}" if category in GROUP_WORDS else f"「{category}」{noun}"


def _narrowed(selection: Selection, matrix: Matrix, row: str, column: str) -> Selection:
    if matrix.dimension == "station":
        return replace(selection, stations=(row,), categories=(column,))
    return replace(selection, categories=(column,))


def _tone(column: str, known: Catalogue, z: float) -> str:
    group = next(
        (known.categories[table][column].group for table in known.categories if column in known.categories[table]),
        column,
    )
    if group not in _LOWER_IS_BETTER:
        return "watch"
    return "worse" if z > 0 else "better"


def _of_rows(brief: Briefing, known: Catalogue, selection: Selection) -> list[Point]:
    points = []
    for row in brief.rows:
        if row.verdict != compare.REAL or row.expected is None:
            continue
        whole = "" if selection.stations else "全局"
        text = _said(f"{whole}{_named(row.name, brief.noun)}", row, row.expected)
        narrowed = replace(selection, categories=(row.key,))
        points.append(
            Point(text, _tone(row.key, known, row.z), compare.REAL, "/", narrowed.to_query(), abs(row.z) + 0.5)
        )
    return points


def _said(name: str, one: Row | Card, expected: tuple[int, int]) -> str:
    """Say a figure, its 同比 (aligned to Spring Festival too, around it), and last what the verdict compares with."""
    known = None if one.last_year.verdict == compare.NO_BASE else one.last_year
    text = change.sentence(name, one.value, one.metric.unit, known, decimals=one.metric.decimals)
    aligned = "" if one.festival is None or one.festival.verdict == compare.NO_BASE else f"；{one.note}"
    return f"{text}{aligned}；预期 {_range(expected)} 起"


def _of_cards(brief: Briefing, known: Catalogue, selection: Selection) -> list[Point]:
    """Cases have no row in the table; alerts are said by their rows. Names the station that stands out most."""
    points = []
    for card in brief.cards:
        if card.metric.view != "cases" or card.verdict != compare.REAL or card.expected is None or card.value is None:
            continue
        tone = "worse" if card.z > 0 else "better"
        text = _said(card.metric.label, card, card.expected)
        query, top = selection.to_query(), _standing_out(brief.case_places, card.z)
        if top is not None and not selection.stations:
            name = short_name(known.station_names.get(top.code, top.code))
            text += f"；最突出的是{name} {top.value:.0f} 起，平常 {top.expected:.1f} 起"
            query = replace(selection, stations=(top.code,)).to_query()
        points.append(Point(text, tone, compare.REAL, "/", query, abs(card.z)))
    return points


def _standing_out(places: list[Place], direction: float) -> Place | None:
    """Return the station whose difference from its own expectation is strongest in a direction, if it is strong."""
    sign = 1 if direction > 0 else -1
    best = max(places, key=lambda place: sign * place.z, default=None)
    return best if best is not None and sign * best.z >= NEAR_Z else None


def _closing(brief: Briefing, selection: Selection, before: int) -> Point:
    """Say how the whole stands, so that a quiet morning reads as such and not as a gap."""
    card = next((one for one in brief.cards if one.metric.id == brief.subject.id), None)
    total = sum(row.value or 0 for row in brief.rows) if card is None else card.value or 0
    usual = f"，预期 {_range(card.expected)} 起" if card and card.expected else ""
    within = card is not None and card.expected is not None and card.expected[0] <= total <= card.expected[1]
    calm = "" if before or not within else "；没有超出随机波动的变化"
    text = f"{brief.subject.label}共 {total:,.0f} 起{usual}{calm}"
    return Point(
        text,
        "plain",
        card.verdict if card else compare.NOT_JUDGED,
        "/glossary",
        {},
        0.0,
        brief.subject.id,
    )


def _range(expected: tuple[int, int]) -> str:
    low, high = expected
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
