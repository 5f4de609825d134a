"""Pairs of dimensions add up, shares stay within bounds, and every metric answers under every reading of the data."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import query
from metrics.ask import Table, ask
from metrics.definitions import METRICS, dimensions_of
from metrics.model import Metric
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from tests import tiny
from tests.tiny import BEATS, CITY, EDGE, VILLAGE

PERIOD = Selection(period="custom", first=date(2026, 11, 1), last=date(2026, 11, 21))


def mixed(con: duckdb.DuckDBPyConnection) -> None:
    """Twenty-one days of alerts and cases in which every column takes every kind of value, missing ones too."""
    number = tiny.batch(con, "alerts")
    con.execute(
        """
        INSERT INTO alerts (
            alert_id, parent_id, call_time, answer_time, dispatch_time, arrive_time, done_time, feedback_time,
            cat_orig, cat_conf, is_invalid, station_code, beat_code, cell_x, cell_y, result_code, mediated,
            visit_score, caller_key, case_id, time_precision, batch_id
        )
        SELECT
            CASE WHEN n % 9 > 0 THEN uuid() END,
            CASE WHEN n % 23 = 0 THEN uuid() END,
            t,
            t + to_seconds(n % 100 - 5),
            CASE WHEN n % 4 > 0 THEN t + to_seconds(n % 300 - 20) END,
            CASE WHEN n % 5 > 0 THEN t + to_seconds((n * 37) % 3000 - 60) END,
            CASE WHEN n % 7 > 0 THEN t + to_seconds(n % 4000) END,
            CASE WHEN n % 6 > 0 THEN t + to_seconds((n * 91) % 20000) END,
            $categories[1 + n % 13],
            CASE WHEN n % 8 > 0 THEN $categories[1 + (n * 3) % 13] END,
            n % 14 = 0,
            $stations[1 + n % 5],
            $beats[1 + n % 4],
            CASE WHEN n % 10 > 0 THEN n % 6 END,
            CASE WHEN n % 10 > 0 THEN n % 4 END,
            $results[1 + n % 3],
            $mediated[1 + n % 5],
            $scores[1 + n % 5],
            CASE WHEN n % 3 > 0 THEN md5(cast(n % 50 AS VARCHAR))::UUID END,
            CASE WHEN n % 12 = 0 THEN uuid() END,
            'minute',
            $batch
        FROM (
            SELECT cast(n AS INTEGER) AS n, timestamp '2026-11-01' + to_minutes(cast(n * 30 AS BIGINT)) AS t
            FROM range(1008) AS rows(n)
        )
        """,
        {
            "categories": ["0101", "010101", "0102", "02", "03", "04", "05", "08", "09", "9901", "7777", "06", "07"],
            "stations": [CITY, EDGE, VILLAGE, "990000000000", None],
            "beats": ["B1", "B3", "XX", None],
            "results": ["移交12345", "现场处置", None],
            "mediated": ["已化解", "未化解", "待化解", "调解中", None],
            "scores": ["满意", "基本满意", "不满意", "未回访", None],
            "batch": number,
        },
    )
    number = tiny.batch(con, "cases")
    con.execute(
        """
        INSERT INTO cases (case_id, category, kind, file_time, solve_time, status, station_code, beat_code,
                           cell_x, time_precision, batch_id)
        SELECT
            uuid(), $categories[1 + n % 4], $kinds[1 + n % 3], t,
            CASE WHEN n % 3 = 0 THEN t + to_days(n % 9) END,
            CASE WHEN n % 5 = 0 THEN '已破案' END,
            $stations[1 + n % 5], $beats[1 + n % 4], CASE WHEN n % 2 = 0 THEN 3 END, 'minute', $batch
        FROM (
            SELECT cast(n AS INTEGER) AS n, timestamp '2026-11-01' + to_hours(cast(n * 2 AS BIGINT)) AS t
            FROM range(252) AS rows(n)
        )
        """,
        {
            "categories": ["050100", "050200", "070000", "123456"],
            "kinds": ["刑事", "行政", None],
            "stations": [CITY, EDGE, VILLAGE, "990000000000", None],
            "beats": [BEATS[0][0], "B3", "XX", None],
            "batch": number,
        },
    )


# Figures of events; the numbers of stations and beats are known without any.
EVENTS = tuple(metric.id for metric in METRICS.values() if metric.view in ("alerts", "alert_repeats", "cases"))


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("bureau")), mixed)


def tables(bureau: Snapshot, by: tuple[str, ...], selection: Selection = PERIOD) -> Table:
    """All metrics that a breakdown allows, in one question, as pages ask them."""
    allowed = tuple(
        metric.id
        for metric in METRICS.values()
        if set(by) <= set(dimensions_of(metric)) and not (selection.stations and "station" not in dimensions_of(metric))
    )
    return ask(bureau, allowed, by, selection, ("previous",))


@pytest.mark.parametrize("pair", list(combinations(dimensions_of(METRICS["alerts"]), 2)), ids="-".join)
def test_every_pair_of_dimensions_adds_up_without_doubles(bureau: Snapshot, pair: tuple[str, str]) -> None:
    """Below the protection of small cells, which is applied to what leaves the metrics."""
    metrics = tuple(
        name for name in ("alerts", "alerts_crime", "cases_filed") if set(pair) <= set(dimensions_of(METRICS[name]))
    )
    period = PERIOD.resolve(None)
    frame = query.run(bureau, Question(PERIOD, period, (Breakdown(metrics, pair),))).frame(pair)
    assert not frame.duplicated(list(pair)).any()
    for metric in metrics:
        assert frame[metric].sum() == ask(bureau, (metric,), (), PERIOD).rows[0][metric]


@pytest.mark.parametrize("metric", [one for one in METRICS.values() if one.is_proportion], ids=lambda one: one.id)
@pytest.mark.parametrize("by", [(), ("station",), ("group",), ("hour",)], ids="-".join)
def test_a_numerator_is_part_of_its_denominator(bureau: Snapshot, metric: Metric, by: tuple[str, ...]) -> None:
    if not set(by) <= set(dimensions_of(metric)):
        return
    for row in ask(bureau, (metric.numerator, metric.denominator), by, PERIOD).rows:
        assert row[metric.numerator] is None or row[metric.numerator] <= row[metric.denominator]


@pytest.mark.parametrize("basis", ["confirmed", "original"])
@pytest.mark.parametrize("cutoff", [0, 7, 8])
def test_every_metric_under_every_reading(bureau: Snapshot, basis: str, cutoff: int) -> None:
    selection = Selection(
        period="custom", first=date(2026, 11, 5), last=date(2026, 11, 18), stations=(CITY, "未登记"),
        categories=("刑事", "04", "9901"), basis=basis, valid_only=True, cutoff=cutoff, week_start=5,
    )  # fmt: skip
    assert tables(bureau, ("station", "week"), selection).rows


@pytest.mark.parametrize("by", [(), ("station",), ("day",), ("category", "hour")], ids="-".join)
def test_every_metric_where_there_are_no_data(bureau: Snapshot, by: tuple[str, ...]) -> None:
    nowhere = Selection(period="custom", first=date(2020, 1, 1), last=date(2020, 1, 31))
    table = ask(bureau, tuple(name for name in EVENTS if set(by) <= set(dimensions_of(METRICS[name]))), by, nowhere)
    assert table.rows == [] if by else set(table.rows[0].values()) == {None}


def test_every_metric_of_an_empty_store(store: Store) -> None:
    snapshot = tiny.snapshot_of(store)
    assert set(ask(snapshot, EVENTS, (), PERIOD).rows[0].values()) == {None}
