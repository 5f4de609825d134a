"""Every definition says what it is, and keeps to the SQL that also runs elsewhere."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path

import pytest

import metrics as room
from data.demo import people
from metrics import catalogue, query
from metrics.definitions import (
    DIMENSIONS,
    METRICS,
    REPORTED,
    VIEWS,
    columns_of,
    dimensions_of,
    of_events,
    sql_of,
    views_of,
)
from metrics.model import AMOUNT, COUNT, MATCH, PERCENTILE, RATE, RATIO, STOCK, Dimension, Metric, Refused, UnknownName
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from tests import force, tiny
from tests.metrics.golden import PERIOD, QUESTIONS, statement

KINDS = {COUNT, AMOUNT, STOCK, RATIO, PERCENTILE, RATE, MATCH}
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
# Every id of the design's tables of alerts, cases and staffing.
WORDS = """
    alerts alerts_valid alerts_crime alerts_criminal alerts_order alerts_traffic alerts_dispute alerts_help
    alerts_report alerts_complaint alerts_non_police diverted_share invalid_share alerts_per_10k repeat_share
    dispute_resolved satisfaction answer_median answer_p90 answer_within dispatch_median dispatch_within
    response_median response_p90 response_within on_scene_median on_scene_p90 feedback_late conversion
    cases_filed cases_order cases_theft cases_robbery cases_fraud cases_telecom cases_serious8 clear_rate
    clear_rate_period cases_per_10k filing_delay filing_within_24h filing_within_3d open_cases open_age_median
    station_criminal_share negative_list zero_crime_beats zero_crime_beats_share solved_per_officer
    station_force_share community_share auxiliary_ratio team_community_share team_case_share team_command_share
    officers community_stability beat_cover community_hours_urban community_hours_rural legal_cover workload
    utilisation posts_needed match_index
"""
_SPARK_DIFFERS = re.compile(
    r"dayofweek|isodow|epoch|percentile_cont|quantile|median\(|list_|unnest|\bto_days|::|\bexclude\b|strftime|arg_max"
    r"|max_by|interval '|\bilike\b|\bqualify\b|\[",
    re.IGNORECASE,
)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_metric_says_all_that_the_glossary_shows(metric: Metric) -> None:
    for name in ("id", "label", "meaning", "formula", "unit", "family"):
        assert getattr(metric, name).strip(), f"{metric.id} 缺 {name}"
    assert metric.better in ("lower", "higher", "neither") and metric.kind in KINDS
    assert metric.view in VIEWS and dimensions_of(metric)
    assert sql_of(metric).strip() and format(1234.5, metric.format)
    assert bool(metric.own_sql) == (metric.kind in (COUNT, AMOUNT, STOCK, PERCENTILE))
    for part in (metric.numerator, metric.denominator):
        assert not part or part in METRICS, f"{metric.id} 引用了不存在的 {part}"
    if metric.kind in (RATIO, MATCH):
        assert metric.numerator and metric.denominator
    if metric.kind == RATE:
        assert metric.numerator and metric.per in ("people", "hours")
    if metric.kind == PERCENTILE:
        assert METRICS[metric.denominator].kind in (COUNT, STOCK)
    assert re.fullmatch(r"[a-z0-9_]+", metric.id)
    said = metric.label + metric.meaning + metric.formula + metric.caveat
    assert not re.search(r"[a-z]{3,}_[a-z]+", said), "code names are not for users"


def test_labels_are_unique() -> None:
    """Two figures of one name could not be told apart on a page."""
    labels = [metric.label for metric in METRICS.values()]
    assert sorted(label for label in set(labels) if labels.count(label) > 1) == []


def test_every_metric_of_the_design_exists() -> None:
    assert set(METRICS) >= set(WORDS.split())


def test_shares_are_percentages_and_proportions_have_a_part_below() -> None:
    for metric in METRICS.values():
        if metric.unit == "%":
            assert metric.kind == RATIO and metric.scale == 100, metric.id
        if metric.is_proportion:
            assert metric.kind == RATIO, metric.id


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=list(DIMENSIONS))
def test_a_dimension_says_what_it_is_and_serves_some_metric(dimension: Dimension) -> None:
    assert dimension.label and dimension.meaning and dimension.sql
    assert dimension.needs in ("month", "day", "hour")
    assert any(dimension.id in dimensions_of(metric) for metric in METRICS.values())


def test_dimensions_of_the_issue_exist() -> None:
    wanted = (
        "station kind beat category category1 category2 category3 group case_category hour weekday day week month"
        " quarter year place_type receive_type origin level team"
    )
    assert set(wanted.split()) <= set(DIMENSIONS)
    for view in VIEWS.values():
        assert set(view.dimensions) <= set(DIMENSIONS), view.id


def test_metric_texts_keep_to_the_common_dialect() -> None:
    """Texts that Spark would read differently are kept out; DuckDB's own functions live in data/views."""
    for id, sql in [
        *((metric.id, metric.own_sql) for metric in METRICS.values()),
        *((dimension.id, dimension.sql) for dimension in DIMENSIONS.values()),
    ]:
        found = _SPARK_DIFFERS.search(sql)
        assert not found, f"{id}: {found.group() if found else ''}"
        for argument in re.findall(r"date_diff\(([^)]*\)[^)]*)\)", sql):
            assert "as date" in argument, f"{id}: date_diff of timestamps counts other things in Spark"
    for metric in METRICS.values():
        if metric.view == "staffing" and "sum(" in metric.own_sql:
            assert metric.own_sql.startswith("cast(") and "as bigint" in metric.own_sql, metric.id


def test_every_reported_indicator_of_the_packs_and_the_demo_has_a_metric() -> None:
    packs = (Path(room.__file__).parent / "policies").glob("*.toml")
    targets = [one for pack in packs for one in tomllib.loads(pack.read_text("utf-8")).get("target", [])]
    named = {one["indicator"] for one in targets if "indicator" in one}
    named |= {item.name for item in people.INDICATORS} | {name for name, _, _ in people.COUNTS}
    assert named and named <= set(REPORTED)
    assert {one["metric"] for one in targets if "metric" in one} <= set(METRICS)


def test_ratios_across_views_know_what_both_know() -> None:
    metric = METRICS["solved_per_officer"]
    assert views_of(metric) == ("cases", "staffing")
    assert dimensions_of(metric) == ("station", "kind", "month", "quarter", "year")
    assert columns_of(metric) == ("cases_solved", "officers")


def test_chance_plays_a_part_in_events_only() -> None:
    assert all(of_events(METRICS[name]) for name in ("alerts", "clear_rate", "satisfaction", "alerts_per_10k"))
    assert not any(of_events(METRICS[name]) for name in ("officers", "community_share", "posts_needed", "utilisation"))


@pytest.mark.parametrize(
    ("metric", "by", "words"),
    [
        (
            "community_share",
            ("category",),
            "「社区民警占派出所警力」不能按「类别」统计，可用：派出所、派出所类别、月",
        ),
        ("alerts_per_10k", ("hour",), "「万人警情」不能按「时」统计"),
        ("workload", ("hour", "team"), "「单警处警量」不能按「时」、「队伍」统计"),
        ("alerts", ("case_category",), "「警情总量」不能按「案件类别」统计"),
    ],
)
def test_a_dimension_that_a_metric_does_not_know_is_refused(metric: str, by: tuple[str, ...], words: str) -> None:
    question = Question(Selection(), PERIOD, (Breakdown((metric,), by),))
    with pytest.raises(Refused) as refused:
        query.check_names(question)
    assert str(refused.value).startswith(words)


def test_a_figure_of_the_bureau_is_not_asked_of_a_station() -> None:
    question = Question(Selection(stations=(tiny.CITY,)), PERIOD, (Breakdown(("station_force_share",)),))
    with pytest.raises(Refused, match="只按全局计算"):
        query.check_names(question)


def test_names_that_do_not_exist_are_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"comunity_share.*community_share"):
        query.check_names(Question(Selection(), PERIOD, (Breakdown(("comunity_share",)),)))
    with pytest.raises(UnknownName, match=r"quater.*quarter"):
        query.check_names(Question(Selection(), PERIOD, (Breakdown(("alerts",), ("quater",)),)))


@pytest.mark.parametrize("name", QUESTIONS)
def test_golden_sql(name: str, tmp_path: Path) -> None:
    """One statement per family, as it goes to the store; GOLDEN=1 writes them anew after a meant change."""
    from data.snapshots import Store

    known = catalogue.of(tiny.snapshot_of(Store(tmp_path / "store"), force.everything))
    sql, params = statement(name, known)
    text = f"{sql}\n\n-- {json.dumps(params, ensure_ascii=False, default=str)}\n"
    file = GOLDEN / f"{name}.sql"
    if os.environ.get("GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{file.name} 与语句不同；确属有意修改时，用 GOLDEN=1 重新生成"


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*.sql")} == set(QUESTIONS)


def test_values_go_in_as_parameters() -> None:
    """A name that someone typed never becomes part of the statement."""
    known = catalogue.Catalogue({}, {}, {"alerts": {}, "cases": {}}, {}, {}, {}, "")
    question = Question(Selection(stations=("未登记",)), Period(PERIOD.first, PERIOD.last), (Breakdown(("alerts",)),))
    parts, _ = query.plan(question, known)
    sql, params = query.compile(question, parts, known)
    assert "未登记" in params.values() and "$station_0_0" in sql
