"""The morning briefing as values: cards, category table, matrix, map, week and key points, from one question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from data.reading import Snapshot
from metrics import cache, catalogue, compare, festivals
from metrics.briefing import lines, narrowing, seasons
from metrics.briefing import places as placed
from metrics.briefing.asking import CARD_METRICS, FESTIVAL, RESPONSE, answered, shape_of
from metrics.briefing.context import Context, short_name
from metrics.briefing.keypoints import key_points
from metrics.briefing.surges import surges
from metrics.briefing.values import Briefing, Card, Matrix, Place, Point, Row, Spark, Surge, Surges
from metrics.definitions import METRICS
from metrics.periods import Window, describe, span_window
from metrics.selection import Selection

__all__ = [
    "CARD_METRICS", "Briefing", "Card", "Matrix", "Place", "Point", "Row", "Spark", "Surge",
    "Surges", "brief", "short_name",
]  # fmt: skip

_FAMILIES = "各所总数、分所分类两组各按 5% 错误发现率校正"


def brief(snapshot: Snapshot, selection: Selection) -> Briefing:
    """Return the briefing of a selection, computed once per version; raises MetricError in plain Chinese."""
    return cache.answer(snapshot, selection, _brief)


def _brief(snapshot: Snapshot, selection: Selection) -> Briefing:
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    shape = shape_of(known, selection, period)
    answer, notes = answered(snapshot, selection, period, shape)
    context = Context(known, selection, period, shape, answer)
    by_station = placed.places(context)
    matrix, places = _judged(placed.matrix(context), by_station[shape.place_metric])
    found = Briefing(
        snapshot_id=snapshot.id,
        as_of=known.data_as_of,
        title=describe(context.window, selection.cutoff),
        window=context.window,
        by_weeks=context.weekly,
        filter_words=selection.describe(known.station_names, known.category_names()),
        windows={
            span: _said_window(answer.windows[context.subject.view, span], context.window, selection.cutoff)
            for span in shape.compared
        },
        cards=narrowing.kept(lines.cards(context), selection),
        rows=lines.rows(context),
        matrix=matrix,
        places=places,
        case_places=by_station["cases_filed"],
        totals=_judged_totals(by_station[shape.subject]),
        place_metric=METRICS[shape.place_metric],
        week=placed.week(context),
        week_words=describe(span_window(period, "month_before", context.window.end), 0),
        points=[],
        warnings=surges(snapshot, known, selection, context.window),
        judged_by=_judged_by(context),
        notes=[*notes, *answer.notes, *_aligned(context)],
        state=_state(context),
        subject=context.subject,
        noun=context.noun,
        response={name: answer.total(name) for name in RESPONSE} if context.subject.view == "alerts" else {},
    )
    expected = seasons.expected(snapshot, context.window)
    return replace(found, points=key_points(found, known, selection, placed.hours(context), expected))


def _said_window(base: Window, window: Window, cutoff: int) -> str:
    """Say what a period is compared with; of single days on other weekdays those too: 「…（周六对周五）」."""
    said = describe(base, cutoff)
    one_day = all(timedelta() < one.end - one.start <= timedelta(days=1) for one in (window, base))
    if not one_day or window.first_day.weekday() == base.first_day.weekday():
        return said
    here, there = (f"周{'一二三四五六日'[one.first_day.weekday()]}" for one in (window, base))
    return f"{said}（{here}对{there}）"


def _state(context: Context) -> str:
    """Tell "no data" (outside what was imported) from "nothing happened" and "the filter found nothing"."""
    answer = context.answer
    if all(answer.covered[METRICS[name].view, "current"] == 0 for name in ("alerts", "cases_filed")):
        return "no_data"
    if any(answer.total(name) for name in ("alerts", "cases_filed", "cases_solved", context.subject.id)):
        return "ok"
    return "no_result" if context.selection.stations or context.selection.categories else "nothing"


def _aligned(context: Context) -> list[str]:
    """Say what the festival-aligned figures compare, where there are any."""
    has_base = context.answer.covered.get((context.subject.view, FESTIVAL), 0.0) > 0
    return [festivals.note(context.window)] if has_base else []


def _judged_by(context: Context) -> str:
    if context.weekly and not context.has_base:
        return "判定：此前不足 8 周数据，不作判定"
    if context.weekly:
        return f"判定：数量与此前 8 周同星期的预期相比，比率与上期相比；{compare.OWN_TEST}；{_FAMILIES}"
    return f"判定：与去年同期相比（没有同期数据时与上期相比）；{compare.OWN_TEST}；{_FAMILIES}"


def _judged(matrix: Matrix | None, places: list[Place]) -> tuple[Matrix | None, list[Place]]:
    """Correct the verdicts on stations and cells for their number: at most 5% of their 真变化 should be chance.

    Cards and lines are totals, judged alone (compare.of_total). The stations' totals are a family of their own, that of
    风险热力 (_judged_totals).
    """
    cells = np.zeros(0) if matrix is None else matrix.z.ravel()
    of_places, of_cells = np.split(_real([*(one.z for one in places), *cells]), [len(places)])
    places = [replace(place, real=bool(flag)) for place, flag in zip(places, of_places, strict=True)]
    return (None if matrix is None else replace(matrix, real=of_cells.reshape(matrix.z.shape))), places


def _judged_totals(totals: list[Place]) -> list[Place]:
    """Correct the stations' totals for their own number, as 风险热力 does; a single station's stands on the cards."""
    if len(totals) < 2:
        return totals
    flags = _real([place.z for place in totals])
    return [replace(place, real=bool(flag)) for place, flag in zip(totals, flags, strict=True)]


def _real(scores: list[float]) -> NDArray[np.bool_]:
    z = np.array(scores, dtype=float)
    flags: NDArray[np.bool_] = compare.significant(_two_sided(z)) & (z != 0)
    return flags


def _two_sided(z: NDArray[np.float64]) -> NDArray[np.float64]:
    p: NDArray[np.float64] = np.clip(2 * stats.norm.sf(np.abs(z)), 0.0, 1.0)
    return p
