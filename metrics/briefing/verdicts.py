"""Key points from the verdicts of the page: cells of the matrix, lines of the table, cases; each with one verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from metrics import change, compare, expectation
from metrics.alarms import BUREAU
from metrics.briefing.asking import CARD_METRICS
from metrics.briefing.context import short_name, week_of
from metrics.briefing.surges import LOWER_IS_BETTER
from metrics.briefing.values import Briefing, Card, Matrix, Place, Point, Row
from metrics.catalogue import Catalogue
from metrics.compare import NOT_JUDGED, REAL, Comparison
from metrics.definitions import ALERT_GROUPS
from metrics.periods import Window
from metrics.selection import Selection

# From which |z| on a difference that may still be chance is told.
NEAR_Z = 2.3
# What a fall of a station asks for: it may be good news, or calls that were not entered.
CHECK = "请核对是否漏报或口径变化"
GROUP_WORDS = {*ALERT_GROUPS, "行政"}
Hours = dict[tuple[str, str], dict[int, float]]


@dataclass(frozen=True)
class Found:
    """A point with what it tells of: place (code of a station, or BUREAU), column, count and its overdispersion.

    rises: its direction. fact: the count alone, for a sentence that tells of longer than the period. expected: the
    range that its sentence prints. behind: what the page shows that it leads to, where that is not the same period.
    """

    point: Point
    place: str
    column: str
    rises: bool
    value: float = 0.0
    phi: float = 1.0
    fact: str = ""
    expected: tuple[int, int] | None = None
    behind: str = ""


def of_cells(brief: Briefing, known: Catalogue, selection: Selection, hours: Hours) -> list[Found]:
    """Return the cells of the matrix that stand after correction."""
    matrix = brief.matrix
    if matrix is None:
        return []
    return [_of_cell(matrix, i, j, known, selection, hours) for i, j in np.argwhere(matrix.real).tolist()]


def near_misses(brief: Briefing, known: Catalogue, selection: Selection, hours: Hours) -> list[Found]:
    """Return the strongest rises that the correction does not let pass: worth a look, not a claim."""
    matrix = brief.matrix
    if matrix is None:
        return []
    close = np.argwhere((matrix.z >= NEAR_Z) & ~matrix.real & (matrix.values >= 3)).tolist()
    close.sort(key=lambda place: -matrix.z[place[0], place[1]])
    found = [_of_cell(matrix, i, j, known, selection, hours) for i, j in close]
    usual = [expectation.usual_range(float(matrix.expected[i, j]), matrix.phi) for i, j in close]
    return [
        replace(one, point=_perhaps(one.point, float(matrix.values[i, j]), expected, "在各所各类中仍可能是偶然"))
        for one, expected, (i, j) in zip(found, usual, close, strict=True)
    ]


def _perhaps(point: Point, value: float, expected: tuple[int, int] | None, doubt: str) -> Point:
    """Return a point that claims nothing; outside its printed range it carries the badge that says so."""
    badge = change.badge(compare.USUAL, value, expected)
    if badge == compare.USUAL:
        return replace(point, text=f"{point.text}；处于区间高端，{doubt}", tone="plain", verdict=badge)
    return replace(point, text=f"{point.text}；{badge}：{doubt}", tone="watch", verdict=badge)


def _of_cell(matrix: Matrix, i: int, j: int, known: Catalogue, selection: Selection, hours: Hours) -> Found:
    (row, row_name), (column, column_name) = matrix.rows[i], matrix.columns[j]
    value, z = float(matrix.values[i, j]), float(matrix.z[i, j])
    usual = expectation.usual_range(float(matrix.expected[i, j]), matrix.phi)
    when = _busiest(hours.get((row, column), {})) if z > 0 else ""
    fact = f"{_named(column_name, matrix.noun)} {value:,.0f} 起"
    text = f"{row_name}{fact}，预期 {said_range(usual)} 起{when}"
    narrowed, place = replace(selection, categories=(column,)), _place(known, selection)
    if matrix.dimension == "station":
        narrowed, place = replace(narrowed, stations=(row,)), row
    # The hours and the places of a rise explain it; a fall is seen on the line.
    page = "/heat" if z > 0 and known.as_of.get("alerts") else "/trend"
    point = Point(text, _tone(column, known, z), REAL, page, narrowed.to_query(), abs(z))
    if matrix.dimension == "beat":
        # A part of a station has no baseline of its own.
        return Found(point, place, column, z > 0, fact=f"{row_name}{fact}")
    return Found(point, place, column, z > 0, value, matrix.phi, fact, usual)


def _place(known: Catalogue, selection: Selection) -> str:
    """Return whose figures stand in the table and on the cards: a station's under a filter by it, else the bureau's."""
    chosen = known.station_codes(selection.stations)
    return chosen[0] if len(chosen) == 1 else BUREAU


def _busiest(counts: dict[int, float]) -> str:
    spell = expectation.busiest_hours(counts)
    return f"；集中在 {spell[0]}–{spell[1] or 24} 时" if spell else ""


def _named(category: str, noun: str) -> str:
    """Say a category as a noun: 治安警情, 「入室盗窃」警情."""
    return f"{category}{noun}" if category in GROUP_WORDS else f"「{category}」{noun}"


def _tone(column: str, known: Catalogue, z: float) -> str:
    group = next(
        (known.categories[table][column].group for table in known.categories if column in known.categories[table]),
        column,
    )
    if group not in LOWER_IS_BETTER:
        return "watch"
    return "worse" if z > 0 else "better"


def outside(brief: Briefing, known: Catalogue, selection: Selection) -> list[Found]:
    """Return lines and cases outside their usual range that the correction does not let pass, the strongest first."""
    rows = [replace(row, verdict=REAL) for row in brief.rows if _is_outside(row)]
    cards = [replace(card, verdict=REAL) for card in brief.cards if _is_outside(card)]
    alone = replace(brief, rows=rows, cards=cards)
    found = [*of_rows(alone, known, selection), *_of_cases(alone, known, selection)]
    found.sort(key=lambda one: -one.point.weight)
    doubt = "仍可能是偶然"
    return [_told(replace(one, point=_perhaps(one.point, one.value, one.expected, doubt))) for one in found]


def _is_outside(one: Row | Card) -> bool:
    if one.expected is None or one.verdict != compare.USUAL or abs(one.z) < NEAR_Z:
        return False
    return not one.expected[0] <= (one.value or 0) <= one.expected[1]


def of_rows(brief: Briefing, known: Catalogue, selection: Selection) -> list[Found]:
    """Return the lines of the category table that stand after correction."""
    found = []
    for row in brief.rows:
        score = _score(row)
        if score is None:
            continue
        whole = "" if selection.stations else "全局"
        text = _said(f"{whole}{_named(row.name, brief.noun)}", row, score)
        query = replace(selection, categories=(row.key,)).to_query()
        # What moves the whole bureau matters more than as large a difference of one station.
        point = Point(text, _tone(row.key, known, score), REAL, "/trend", query, abs(score) + 0.5)
        found.append(
            Found(point, _place(known, selection), row.key, score > 0, row.value or 0.0, row.phi, expected=row.expected)
        )
    return found


def _score(one: Row | Card) -> float | None:
    """Return the signed z of what a line is judged by, None where it is not 真变化."""
    if one.verdict != REAL:
        return None
    if one.expected is not None:
        return one.z
    base = judging(one)
    if base is None or base.p is None or not base.change:
        return None
    return float(np.copysign(-special.ndtri(max(base.p, 1e-300) / 2), base.change))


def judging(one: Row | Card) -> Comparison | None:
    """Return the comparison whose verdict a figure has, None where it is judged by the eight weeks before."""
    if one.expected is not None:
        return None
    return one.previous if one.last_year.verdict == compare.NO_BASE else one.last_year


def _said(name: str, one: Row | Card, score: float, detail: str = "") -> str:
    """Say a figure so that the verdict behind it is about what stands last: its expectation, or 同比 (环比) alone.

    detail: what is said between the changes and the expectation.
    """
    unit, decimals = one.metric.unit, one.metric.decimals
    base, word = one.last_year, "同比"
    if judging(one) is one.previous:
        base, word = one.previous, "环比"
    known = None if base.verdict == compare.NO_BASE else base
    text = change.sentence(name, one.value, unit, known, word, NOT_JUDGED, decimals)
    if one.festival is not None and one.festival.verdict != compare.NO_BASE:
        aligned = change.clause(one.festival, unit, "按春节对齐同比", NOT_JUDGED, decimals)
        text = f"{text}；{aligned}"
    against = "" if one.expected is None else _against(one.value or 0, one.expected, score)
    return "；".join(filter(None, (text, detail, against)))


def _against(value: float, expected: tuple[int, int], score: float) -> str:
    low, high = expected
    base = f"前 {expectation.WEEKS} 周预期 {said_range(expected)} 起"
    if low <= value <= high:
        return f"处于{base}的{'高端' if score > 0 else '低端'}"
    return f"{'低于' if value < low else '高于'}{base}"


def explained(found: Found, seasonal: float | None) -> Found | None:
    """Return a finding as one that the calendar explains, None where it does not or nothing is known of it.

    seasonal: the count that holidays and season lead to expect; the finding is explained when it lies in the central
    99% around it, as wide as the page's own ranges.
    """
    if seasonal is None:
        return None
    usual = expectation.usual_range(seasonal, found.phi)
    if not usual[0] <= found.value <= usual[1]:
        return None
    text = f"{found.point.text}；节假日与季节可以解释（按日历推算 {said_range(usual)} 起）"
    return replace(found, point=replace(found.point, text=text, tone="plain", verdict=compare.USUAL))


def of_cases(brief: Briefing, known: Catalogue, selection: Selection) -> list[Found]:
    """Return the cases that stand; they have no row in the table, alerts are said by their rows."""
    return [_told(one, REAL) for one in _of_cases(brief, known, selection)]


def _of_cases(brief: Briefing, known: Catalogue, selection: Selection) -> list[Found]:
    """Return cases outside their range, with the station that stands out most."""
    found = []
    for card in brief.cards:
        score = _score(card)
        if card.metric.view != "cases" or score is None or card.value is None:
            continue
        asked, detail, top = _week_of(selection, brief.window), "", _standing_out(brief.case_places, score)
        if top is not None and not selection.stations:
            name = short_name(known.station_names.get(top.code, top.code))
            detail = f"最突出的是{name} {top.value:.0f} 起，平常 {top.expected:.1f} 起"
            # A single day leads to the seven days of which its sentence says the count: those of the whole.
            asked = replace(asked, stations=(top.code,)) if card.week is None else asked
        tone = "worse" if (score > 0) == (card.metric.better == "lower") else "better"
        text, weight = _said(card.metric.label, card, score, detail), abs(score) + 0.5
        point = Point(text, tone, REAL, "/cases", asked.to_query(), weight)
        found.append(
            Found(
                point, BUREAU, card.metric.id, score > 0, card.value, expected=card.expected, behind=_behind(card)
            )
        )  # fmt: skip
    return found


def _behind(card: Card) -> str:
    """Say what the page of the week shows, to which a single day leads: 「连同前 6 日共 174 起，高于预期 …」."""
    if card.week is None:
        return ""
    unit, week = card.metric.unit, card.week
    against = change.against_expected(week.value, week.expected, unit, week.verdict)
    return f"连同前 6 日共 {week.value:,.0f} {unit}，{against}"


def _told(one: Found, verdict: str = "") -> Found:
    """Return a finding whose sentence ends with what the page behind it shows; verdict: said before that."""
    if not one.behind:
        return one
    text = "；".join((f"{one.point.text}，{verdict}" if verdict else one.point.text, one.behind))
    return replace(one, point=replace(one.point, text=text))


def _week_of(selection: Selection, window: Window) -> Selection:
    """Return a selection of one day widened to the week that it ends: a single day of cases is too few to judge."""
    week = week_of(window)
    if week is None:
        return selection
    if selection.period == "yesterday":
        return replace(selection, period="last7")
    return replace(selection, period="custom", first=week.first_day, last=week.last_day)


def _standing_out(places: list[Place], direction: float) -> Place | None:
    """Return the station whose difference from its own expectation is strongest in a direction, if it is strong."""
    sign = 1 if direction > 0 else -1
    # One or two where none were expected are no rise of a station.
    enough = [place for place in places if sign < 0 or place.value >= compare.LEAST_RISE]
    best = max(enough, key=lambda place: sign * place.z, default=None)
    return best if best is not None and sign * best.z >= NEAR_Z else None


def timing(brief: Briefing, selection: Selection) -> list[Point]:
    """Say how long it took to arrive, with the counts behind it."""
    median, p90 = brief.response.get("response_median"), brief.response.get("response_p90")
    within, n = brief.response.get("response_within"), brief.response.get("response_n") or 0
    if median is None or p90 is None or within is None:
        return []
    unusable = brief.response.get("response_unusable") or 0
    rest = f"，另有 {unusable:,.0f} 起时间不可用" if unusable else ""
    text = f"到达用时中位数 {median:.1f} 分钟，九成在 {p90:.1f} 分钟内，达标率 {within:.1f}%（{n:,.0f} 起{rest}）"
    query = {**selection.to_query(), "metric": "response_median"}
    return [Point(text, "plain", NOT_JUDGED, "/trend", query, 0.0)]


def closing(brief: Briefing, selection: Selection, is_calm: bool) -> Point:
    """Say how the whole stands, so that a quiet morning reads as such and not as a gap."""
    query = {**selection.to_query(), "metric": brief.subject.id}
    card = next((one for one in brief.cards if one.metric.id == brief.subject.id), None)
    if card is None and brief.subject.id in CARD_METRICS:
        text = f"所选类别不属于{brief.noun}类别，{brief.subject.label}不适用"
        return Point(text, "plain", NOT_JUDGED, "/cases", selection.to_query(), 0.0)
    if card is None:
        total = sum(row.value or 0 for row in brief.rows)
        return Point(f"{brief.subject.label}共 {total:,.0f} 起", "plain", NOT_JUDGED, "/trend", query, 0.0)
    score = _score(card)
    text = f"{brief.subject.label}共 {card.value or 0:,.0f} 起"
    if score is not None:
        text = _said(f"{brief.subject.label}共", card, score)
        if score < 0 and len(selection.stations) == 1:
            return Point(f"{text}；{REAL}，{CHECK}", "watch", REAL, "/trend", query, 0.0)
        return Point(text, "plain", card.verdict, "/trend", query, 0.0)
    badge = change.badge(card.verdict, card.value, card.expected)
    if card.expected is not None:
        behind = f"；{badge}" if badge != card.verdict else "；没有超出随机波动的变化" if is_calm else ""
        text += f"，预期 {said_range(card.expected)} 起{behind}"
    return Point(text, "plain" if badge == card.verdict else "watch", badge, "/trend", query, 0.0)


def said_range(expected: tuple[int, int]) -> str:
    """Return 「2–6」, or one number where both ends are the same."""
    low, high = expected
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
