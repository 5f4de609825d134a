"""The cards and the category table of a briefing, before the whole page is corrected for chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics import change, compare, expectation
from metrics.ask import compared
from metrics.briefing.asking import CARD_METRICS, COMPARED, FESTIVAL
from metrics.briefing.context import Context, expected_of, series, week_of
from metrics.briefing.values import Card, Row, Spark, Week
from metrics.compare import Comparison
from metrics.definitions import ALERT_GROUPS, GROUP_BETTER, METRICS
from metrics.model import COUNT, Metric
from metrics.overdispersion import spread

SPARK_SHOWN = 56
# A table of categories stops here; groups are few and all shown.
MOST_CATEGORIES = 12


def cards(context: Context) -> list[Card]:
    """Return the key figures in their order."""
    frame = context.answer.frame(("day",), "spark") if context.daily else None
    spans = context.shape.compared
    spread = context.spread((), tuple(name for name in (*CARD_METRICS, "cases_solved") if METRICS[name].kind == COUNT))
    changes = compared(context.answer, (), CARD_METRICS, spans, spread)
    return [
        _card(context, METRICS[name], {span: changes[0, name, span] for span in spans}, frame, spread.of(name, {}))
        for name in CARD_METRICS
    ]


def _card(
    context: Context, metric: Metric, changes: dict[str, Comparison], frame: pd.DataFrame | None, phi: float
) -> Card:
    value = context.answer.total(metric.id)
    previous, last_year, festival = (changes.get(span) for span in (*COMPARED, FESTIVAL))
    assert previous is not None and last_year is not None
    plain = Card(
        metric, value, previous, last_year, None, 0.0, _fallback(context, metric, previous, last_year),
        Spark([], [], [], []), festival, festival_note(festival, metric),
    )  # fmt: skip
    if frame is None or frame.empty or (metric.kind == COUNT and frame[metric.id].isna().all()):
        return plain
    if metric.kind != COUNT:
        days, shares = _rolling_share(frame, metric)
        nothing: list[float | None] = [None] * len(days)
        return replace(plain, spark=Spark(days, shares, nothing, nothing))
    days, values = series(frame, metric.id)
    expected = context.expected(metric, days, values)
    drawn = replace(plain, spark=_spark(days, values, phi), week=_week(context, metric, frame))
    if expected is None or value is None:
        return drawn
    usual, z = expectation.usual_range(expected, phi), _z(value, expected, phi)
    return replace(drawn, expected=usual, z=z, verdict=compare.of_total(value, expected, z, usual))


def _week(context: Context, metric: Metric, frame: pd.DataFrame) -> Week | None:
    """Return the seven days that a single day of cases ends; None without the eight weeks before them."""
    window = week_of(context.answer.windows[metric.view, "current"])
    if metric.view != "cases" or window is None:
        return None
    days, values = series(frame, metric.id)
    expected = expected_of(window, days, values)
    if expected is None:
        return None
    phi = spread(frame, (), (metric.id,), window.first_day).of(metric.id, {})
    inside = [day >= window.first_day for day in days]
    value = float(np.nansum(values[inside]))
    usual, z = expectation.usual_range(expected, phi), _z(value, expected, phi)
    return Week(value, usual, z, compare.of_total(value, expected, z, usual))


def festival_note(festival: Comparison | None, metric: Metric) -> str:
    """Return 「按春节对齐同比下降 3.1%（少 2 起），在正常波动范围内」, or nothing away from Spring Festival."""
    if festival is None or festival.verdict == compare.NO_BASE:
        return ""
    return change.clause(festival, metric.unit, "按春节对齐同比", decimals=metric.decimals)


def _rolling_share(frame: pd.DataFrame, metric: Metric) -> tuple[list[date], list[float | None]]:
    """A share of single days jumps about; its line shows the share of the seven days up to each day."""
    top = frame[metric.numerator].astype(float).rolling(7).sum()
    bottom = frame[metric.denominator].astype(float).rolling(7).sum()
    shares = (metric.scale * top / bottom.where(bottom > 0)).tail(SPARK_SHOWN)
    return list(frame["day"].tail(SPARK_SHOWN)), [None if pd.isna(one) else float(one) for one in shares]


def _fallback(context: Context, metric: Metric, previous: Comparison, last_year: Comparison) -> str:
    """Where eight weeks say nothing of a count, the same dates a year before judge, then the stretch before."""
    if context.weekly and metric.kind == COUNT:
        return compare.NOT_JUDGED
    return compare.first_with_base(previous, last_year, context.weekly).verdict


def _z(value: float, expected: float, phi: float) -> float:
    z, _ = compare.against_reference(np.array([value]), np.array([expected]), expectation.WEEKS, phi)
    return float(z[0])


def _spark(days: list[date], values: NDArray[np.float64], phi: float) -> Spark:
    expected = expectation.daily(days, values)
    shown = slice(max(0, len(days) - SPARK_SHOWN), None)
    bands: list[Any] = [(None, None) if mean != mean else compare.band(mean, phi) for mean in expected[shown]]
    return Spark(
        days=days[shown],
        values=[None if value != value else float(value) for value in values[shown]],
        low=[band[0] for band in bands],
        high=[band[1] for band in bands],
    )


def rows(context: Context) -> list[Row]:
    """Return the lines of the category table: groups in office order, or the largest categories."""
    axis, metric, spans = context.shape.axis, context.subject, context.shape.compared
    spread = context.spread((axis,), (metric.id,))
    records = _told(context, axis)
    changes = compared(context.answer, (axis,), (metric.id,), spans, spread, records)
    daily = _daily_by_key(context)
    found = []
    for number, record in enumerate(records):
        key, value = str(record[axis]), float(record[metric.id])
        of_row = {span: changes[number, metric.id, span] for span in spans}
        found.append(_row(context, key, value, of_row, daily.get(key), spread.of(metric.id, {axis: key})))
    if axis == "category":
        return sorted(found, key=lambda row: -(row.value or 0))[:MOST_CATEGORIES]
    order = {key: place for place, key in enumerate(context.names)}
    return sorted(found, key=lambda row: order.get(row.key, len(order)))


def _told(context: Context, axis: str) -> list[dict[str, Any]]:
    """Return key and count of every line: what happened, and with 0 what only happened in the days compared with.

    Without these the columns would not add up to the key figures, and a kind that fell to nothing would not be told.
    """
    name = context.subject.id
    records = context.answer.frame((axis,))[[axis, name]].to_dict("records")
    if context.answer.total(name) is None:
        return records  # type: ignore[return-value]
    seen = {record[axis] for record in records}
    past = [context.answer.frame((axis,), span) for span in context.shape.compared]
    gone = dict.fromkeys(key for frame in past for key, n in zip(frame[axis], frame[name], strict=True) if n > 0)
    return [*records, *({axis: key, name: 0.0} for key in gone if key not in seen)]  # type: ignore[list-item]


def _row(
    context: Context,
    key: str,
    value: float,
    changes: dict[str, Comparison],
    daily: tuple[list[date], NDArray[np.float64]] | None,
    phi: float,
) -> Row:
    metric = metric_of_group(key, context.subject)
    previous, last_year, festival = (changes.get(span) for span in (*COMPARED, FESTIVAL))
    assert previous is not None and last_year is not None
    plain = Row(
        key, context.names.get(key, key), value, previous, last_year, None, 0.0,
        _fallback(context, metric, previous, last_year), metric, festival, festival_note(festival, metric), phi,
    )  # fmt: skip
    expected = context.expected(context.subject, *daily) if daily else None
    if expected is None:
        return plain
    usual, z = expectation.usual_range(expected, phi), _z(value, expected, phi)
    return replace(plain, expected=usual, z=z, verdict=compare.of_total(value, expected, z, usual))


def _daily_by_key(context: Context) -> dict[str, tuple[list[date], NDArray[np.float64]]]:
    if not context.daily:
        return {}
    axis = context.shape.axis
    frame = context.answer.frame((axis, "day"), "spark")
    return {str(key): series(part, context.subject.id) for key, part in frame.groupby(axis, sort=False)}


def metric_of_group(group: str, metric: Metric) -> Metric:
    """Return the metric with the direction that is good for a group: fewer 刑事 is better, fewer 求助 is neither."""
    better = GROUP_BETTER.get(group, "neither" if group in ALERT_GROUPS else metric.better)
    return replace(metric, better=better)
