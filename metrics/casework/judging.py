"""Key figures and categories of 案件侦防 with what was expected of them, each judged alone as on every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from metrics import compare, expectation
from metrics.ask import compared
from metrics.casework.asking import COMPARED, COUNTS, FIGURES, KINDS
from metrics.casework.parts import Context, number, units
from metrics.casework.values import MONTH, Figure, Row
from metrics.compare import NO_BASE, NOT_JUDGED, Comparison
from metrics.definitions import METRICS, UNMAPPED
from metrics.model import COUNT, RATIO, Metric
from metrics.periods import Window

NOTHING = Comparison(None, None, verdict=NO_BASE)
_BY_MONTH = ("open_cases", "zero_crime_beats_share")


def figures(context: Context) -> list[Figure]:
    """Return the key figures in their order."""
    return _figures(context, FIGURES, COUNTS)


def kinds(context: Context) -> dict[str, Figure]:
    """Return the sum of each group of the category table with the verdict that its metric has on every page."""
    names = tuple(KINDS.values())
    return dict(zip(KINDS, _figures(context, names, names), strict=True))


def _figures(context: Context, names: tuple[str, ...], counted: tuple[str, ...]) -> list[Figure]:
    spread = context.spread((), counted)
    changes = compared(context.answer, (), names, context.shape.compared, spread)
    found = []
    for name in names:
        previous, last_year = (changes.get((0, name, span), NOTHING) for span in COMPARED)
        found.append(_figure(context, METRICS[name], previous, last_year, spread.of(name, {})))
    return found


def _figure(context: Context, metric: Metric, previous: Comparison, last_year: Comparison, phi: float) -> Figure:
    reason = _unknown(context, metric)
    days, history = _history(context, metric)
    plain = Figure(
        metric, None, None, None, NOTHING, NOTHING, None, 0.0, NOT_JUDGED, days, history,
        MONTH if metric.id in _BY_MONTH else context.shape.grain, reason,
    )  # fmt: skip
    if reason:
        return replace(plain, days=(), history=())
    total = context.answer.total
    top, bottom = (total(name) if metric.kind == RATIO else None for name in (metric.numerator, metric.denominator))
    found = replace(
        plain, value=total(metric.id), top=top, bottom=bottom, previous=previous, last_year=last_year,
        by_previous=context.shape.judged, note=_note(context, metric),
    )  # fmt: skip
    found = replace(found, verdict=NOT_JUDGED if _waits(context, metric) else found.judges.verdict)
    if metric.kind != COUNT or not context.weekly or found.value is None:
        return found
    mean = _expected(context.answer.frame(("day",), "reference"), metric.id, context.window)
    usual, z, verdict = _against(found.value, mean, phi)
    return replace(found, expected=usual, z=z, verdict=verdict)


def _waits(context: Context, metric: Metric) -> bool:
    """Whether a count of a short period lacks the eight weeks that judge it, as on 今日会商."""
    return metric.kind == COUNT and context.shape.judged and not context.weekly


def _unknown(context: Context, metric: Metric) -> str:
    """Say which part of a case the source never tells, where a figure needs it."""
    source = context.source
    needs = {
        "cases_solved": (source.solving, "数据没有破案时间"),
        "clear_rate": (source.solving, "数据没有破案时间"),
        "open_cases": (source.solving, "数据没有破案、结案时间"),
        "filing_within_24h": (source.order_review, "数据没有行政案件的报案或受案时间"),
        "filing_within_3d": (source.filing_review, "数据没有刑事案件的受案或立案时间"),
        "station_criminal_share": (source.handling, "数据没有办理单位"),
        "zero_crime_beats_share": (source.beats, "案件没有登记的警格"),
    }
    known, said = needs.get(metric.id, (True, ""))
    return "" if known else said


def _note(context: Context, metric: Metric) -> str:
    total = context.answer.total
    if metric.id == "clear_rate" and total("clear_rate_period") is not None:
        return f"现案 {total('clear_rate_period'):.1f}%（{total('cases_filed_solved'):,.0f} 起已破）"
    if metric.id == "open_cases" and total("open_over_365d") is not None:
        begun = min((first for first, _ in context.known.coverage["cases"]), default=None)
        since = f"；自 {begun:%Y-%m} 起累计" if begun else ""
        return f"超过 1 年 {total('open_over_365d'):,.0f} 起{since}"
    if metric.id == "cases_solved" and total("cases_solved_undated"):
        return f"其中 {total('cases_solved_undated'):,.0f} 起无破案时间"
    return ""


def _history(context: Context, metric: Metric) -> tuple[tuple[date, ...], tuple[float | None, ...]]:
    """Return the whole weeks (or months) of a figure; the stock also at the end of the month that has begun."""
    shape = context.shape
    grain, span = (MONTH, shape.months) if metric.id in _BY_MONTH else (shape.grain, shape.now)
    frame = context.answer.frame((grain,), span)
    if frame.empty or metric.id not in frame:
        return (), ()
    whole = units(context, span, grain, metric.view)
    values = dict(zip(frame[grain], frame[metric.id], strict=True))
    kept = [first for first in whole if whole[first] or metric.id == "open_cases"]
    return tuple(kept), tuple(number(values.get(first)) for first in kept)


def _expected(frame: pd.DataFrame, metric: str, window: Window) -> float:
    """Return what the eight weeks before lead to expect of the window, weekday by weekday."""
    totals: dict[int, float] = {}
    for day, count in zip(frame["day"], frame[metric], strict=True):
        totals[day.isoweekday()] = totals.get(day.isoweekday(), 0.0) + float(count)
    return expectation.of_weekday_totals(totals, expectation.weekday_weights(window))


def _against(value: float, expected: float, phi: float) -> tuple[tuple[int, int], float, str]:
    """Return the usual range, z and the verdict."""
    found, _ = compare.against_reference(np.array([value]), np.array([expected]), expectation.WEEKS, phi)
    usual, z = expectation.usual_range(expected, phi), float(found[0])
    return usual, z, compare.of_total(value, expected, z, usual)


def rows(context: Context) -> list[Row]:
    """Return the categories with cases in the period or what it is compared with, most cases first within a group."""
    by = ("group", "category")
    spread = context.spread(by, ("cases_all",))
    changes = compared(context.answer, by, ("cases_all",), context.shape.compared, spread)
    daily = _daily(context, by)
    names = {**context.known.category_names("cases"), UNMAPPED: UNMAPPED}
    found = []
    for place, record in enumerate(context.answer.frame(by).to_dict("records")):
        previous, last_year = (changes.get((place, "cases_all", span), NOTHING) for span in COMPARED)
        key, group, value = str(record["category"]), str(record["group"]), number(record["cases_all"]) or 0.0
        if not value and not previous.base and not last_year.base:
            continue
        solved = number(record["cases_solved"]) if group == "刑事" and context.source.solving else None
        row = Row(key, names.get(key, key), group, value, solved, previous, last_year, None, 0.0, NOT_JUDGED)
        row = replace(row, verdict=NOT_JUDGED if _waits(context, METRICS["cases_all"]) else row.judges.verdict)
        if context.weekly:
            phi = spread.of("cases_all", {"group": group, "category": key})
            frame = daily.get((group, key))
            expected = 0.0 if frame is None else _expected(frame, "cases_all", context.window)
            usual, z, verdict = _against(value, expected, phi)
            row = replace(row, expected=usual, z=z, verdict=verdict)
        found.append(row)
    return sorted(found, key=lambda row: (row.group != "刑事", row.group, -row.value, row.key))


def sums(context: Context) -> dict[str, dict[str, float]]:
    """Return the cases of each group by span and its solved ones, with the categories that have none in the period."""
    found: dict[str, dict[str, float]] = {}
    for span in ("current", *context.shape.compared):
        frame = context.answer.frame(("group", "category"), span)
        for group, count in frame.groupby("group")["cases_all"].sum().items():
            found.setdefault(str(group), {})[span] = float(count)
    for group, count in context.answer.frame(("group", "category")).groupby("group")["cases_solved"].sum().items():
        found.setdefault(str(group), {})["solved"] = float(count)
    return found


def _daily(context: Context, by: tuple[str, ...]) -> dict[tuple[str, str], pd.DataFrame]:
    if not context.weekly:
        return {}
    frame = context.answer.frame((*by, "day"), "reference")
    return {(str(key[0]), str(key[1])): part for key, part in frame.groupby(list(by), sort=False)}
