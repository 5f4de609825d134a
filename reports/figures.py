"""The charts that reports have in common, made of the values of the briefing."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.briefing import Card, Place, Row, short_name
from metrics.catalogue import Catalogue
from reports.document import Chart, Series

TREND_DAYS = 28
MOST_BARS = 10


def trend(card: Card) -> Chart | None:
    """Return the daily line of a key figure over four weeks with the band in which each day was expected."""
    spark = card.spark
    days, values = spark.days[-TREND_DAYS:], spark.values[-TREND_DAYS:]
    if not any(value is not None for value in values):
        return None
    series = [Series(card.metric.label, tuple(values))]
    if any(value is not None for value in spark.high[-TREND_DAYS:]):
        series += [
            Series("预期下限", tuple(_tidy(value) for value in spark.low[-TREND_DAYS:]), "band"),
            Series("预期上限", tuple(_tidy(value) for value in spark.high[-TREND_DAYS:]), "band"),
        ]
    labels = tuple(f"{day.month}.{day.day}" for day in days)
    number = "0.0" if card.metric.decimals else "#,##0"
    return Chart(
        f"{card.metric.label}逐日走势（近 {len(days)} 日）", "line", labels, tuple(series), card.metric.unit, number
    )


def _tidy(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def by_category(rows: Sequence[Row], name: str, unit: str = "起") -> Chart | None:
    """Return columns of this period, the one before and last year's, by category."""
    shown = [row for row in rows if row.value or row.previous.base or row.last_year.base]
    if not shown:
        return None
    series = [Series("本期", tuple(row.value for row in shown))]
    if any(row.previous.base is not None for row in shown):
        series.append(Series("上期", tuple(row.previous.base for row in shown), "before"))
    if any(row.last_year.base is not None for row in shown):
        series.append(Series("同期", tuple(row.last_year.base for row in shown), "past"))
    return Chart(name, "column", tuple(row.name for row in shown), tuple(series), unit)


def by_hour(values: Sequence[float | None], name: str, unit: str = "起") -> Chart:
    """Return 24 columns, one per hour."""
    return Chart(name, "column", tuple(str(hour) for hour in range(24)), (Series(name, tuple(values)),), unit)


def standing_out(places: Sequence[Place], known: Catalogue, name: str) -> Chart | None:
    """Return bars of the stations farthest above their expectation, with it beside."""
    above = sorted((one for one in places if one.z > 0 and one.value), key=lambda one: -one.z)[:MOST_BARS]
    if not above:
        return None
    labels = tuple(short_name(known.station_names.get(one.code, one.code)) for one in above)
    series = (
        Series("本期", tuple(one.value for one in above)),
        Series("预期", tuple(round(one.expected, 1) for one in above), "past"),
    )
    return Chart(name, "bar", labels, series, "起", "General")
