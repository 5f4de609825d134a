"""The glossary is complete, honest about its ratios, and written in the part of SQL that Spark runs too."""

from __future__ import annotations

import re

import pytest

from metrics.definitions import DIMENSIONS, METRICS, columns_of, sql_of
from metrics.model import COUNT, PERCENTILE, RATE, RATIO, Metric, UnknownName, lookup
from metrics.query import SOURCES

# Design 4-metrics, the tables of alerts and cases as far as this issue goes.
PROMISED = (
    "alerts", "alerts_valid", "alerts_crime", "alerts_criminal", "alerts_order", "alerts_traffic", "alerts_dispute",
    "alerts_help", "alerts_report", "alerts_complaint", "alerts_non_police", "diverted_share", "invalid_share",
    "alerts_per_10k", "repeat_share", "dispute_resolved", "satisfaction", "feedback_late", "conversion",
    "answer_median", "answer_p90", "dispatch_median", "dispatch_p90", "response_median", "response_p90",
    "response_within", "on_scene_median", "on_scene_p90", "response_unusable", "response_unusable_share",
    "feedback_30m", "feedback_60m", "feedback_2h", "feedback_4h", "feedback_over_4h",
    "cases_filed", "cases_solved", "clear_rate",
)  # fmt: skip
PROMISED_DIMENSIONS = (
    "station",
    "kind",
    "beat",
    "category",
    "group",
    "hour",
    "weekday",
    "day",
    "week",
    "month",
    "year",
)

# Silently different on Spark SQL (design 2-architecture), or DuckDB only.
NOT_SPARK = re.compile(
    r"dayofweek|isodow|dayname|\bepoch|percentile_cont|percentile_disc|quantile|list_|struct_pack|::|\bilike\b"
    r"|try_cast|strftime|regexp_matches|median\s*\(|\bmode\s*\(|arg_m(in|ax)|\bglob\b|\bqualify\b|to_days|string_agg"
)

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))


def test_everything_promised_is_there() -> None:
    assert set(PROMISED) <= set(METRICS)
    assert tuple(DIMENSIONS) == PROMISED_DIMENSIONS


@every_metric
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    for text in (metric.label, metric.meaning, metric.formula, metric.unit, metric.family):
        assert text.strip(), f"{metric.id} lacks a text"
    assert re.search(r"[\u4e00-\u9fff]", metric.meaning)
    assert metric.better in ("lower", "higher", "neither")
    assert metric.view in SOURCES
    assert metric.kind in (COUNT, RATIO, PERCENTILE, RATE)
    assert sql_of(metric)
    assert format(1234.5678, metric.format)


@every_metric
def test_a_share_names_its_numerator_and_denominator(metric: Metric) -> None:
    if metric.kind == RATIO:
        assert METRICS[metric.numerator].kind == METRICS[metric.denominator].kind == COUNT
        assert METRICS[metric.numerator].view == METRICS[metric.denominator].view == metric.view
        assert not metric.own_sql
    if metric.kind == RATE:
        assert METRICS[metric.numerator].kind == COUNT
    if metric.kind == PERCENTILE:
        assert METRICS[metric.denominator].kind == COUNT, "a percentile names its sample size"
    assert set(columns_of(metric)) <= set(METRICS)


def test_no_label_is_used_twice() -> None:
    seen: dict[str, str] = {}
    for metric in METRICS.values():
        assert metric.label not in seen or {metric.id, seen[metric.label]} == {"repeat_any", "repeat_share"}
        seen[metric.label] = metric.id


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=list(DIMENSIONS))
def test_a_dimension_says_what_it_is(dimension: object) -> None:
    for name in ("id", "label", "meaning", "sql"):
        assert getattr(dimension, name)


@every_metric
def test_metric_texts_stay_in_the_dialect_that_spark_shares(metric: Metric) -> None:
    assert not NOT_SPARK.search(metric.own_sql.lower()), metric.own_sql
    assert "date_diff" not in metric.own_sql.lower()


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=list(DIMENSIONS))
def test_dimension_texts_stay_in_the_dialect_that_spark_shares(dimension: object) -> None:
    sql = str(getattr(dimension, "sql")).lower()  # noqa: B009
    assert not NOT_SPARK.search(sql), sql
    for arguments in re.findall(r"date_diff\((.*)\)", sql):
        assert arguments.count("date") >= 2, "date_diff only between dates, never between timestamps"


def test_a_mistyped_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="没有名为「alerts_valld」的指标，是否要找「alerts_valid」？"):
        lookup("alerts_valld", METRICS, "指标")
    with pytest.raises(UnknownName, match="没有名为「zzzzzz」的指标。"):
        lookup("zzzzzz", METRICS, "指标")
