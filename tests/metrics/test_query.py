"""Answers of any metric: sums that agree, precision, rates, names; by the path that pages and the command line take."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics.ask import Table, ask
from metrics.definitions import METRICS, dimensions_of
from metrics.model import MetricError, Refused, UnknownName
from tests import tiny
from tests.metrics.asking import ALL, between, busy, by, values, with_alerts
from tests.tiny import CITY, EDGE, VILLAGE

# --- sums that must agree -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Seven alerts a day in the city and three at the edge from 2024-11-01 to 2026-11-21, and some elsewhere."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2024-11-01", 751, 7, station=CITY, cat="0101")
        tiny.daily_alerts(con, "2024-11-01", 751, 3, station=EDGE, cat="04")
        tiny.daily_alerts(con, "2024-11-01", 751, 1, station="880000000000", cat="7777")

    folder: Path = tmp_path_factory.mktemp("two_years")
    return tiny.snapshot_of(Store(folder), change)


WHOLE = between("2024-11-01", "2026-11-21")


@pytest.mark.parametrize("metric", ["alerts", "alerts_valid", "alerts_crime", "alerts_dispute", "alerts_unregistered"])
@pytest.mark.parametrize(
    "dimensions",
    [(name,) for name in dimensions_of(METRICS["alerts"])]
    + [("station", "month"), ("group", "hour"), ("kind", "weekday"), ("station", "group", "year")],
    ids="-".join,
)
def test_parts_add_up_to_the_bureau(two_years: Snapshot, metric: str, dimensions: tuple[str, ...]) -> None:
    total = values(two_years, metric, selection=WHOLE)[metric]
    assert sum(by(two_years, metric, *dimensions, selection=WHOLE).values()) == total


def test_days_add_up_to_months_and_months_to_years(two_years: Snapshot) -> None:
    days = by(two_years, "alerts", "day", selection=WHOLE)
    months = by(two_years, "alerts", "month", selection=WHOLE)
    years = by(two_years, "alerts", "year", selection=WHOLE)
    assert len(days) == 751
    for month, count in months.items():
        assert count == sum(value for day, value in days.items() if day.replace(day=1) == month)
    for year, count in years.items():
        assert count == sum(value for month, value in months.items() if month.year == year)
    assert months[date(2026, 11, 1)] == 21 * 11


def test_one_question_with_many_breakdowns_agrees_with_single_ones(two_years: Snapshot) -> None:
    from metrics.query import Breakdown, Question, run

    period = WHOLE.resolve(None)
    together = run(
        two_years,
        Question(
            WHOLE,
            period,
            (
                Breakdown(("alerts", "invalid_share")),
                Breakdown(("alerts",), ("station",), ("current", "previous")),
                Breakdown(("alerts", "alerts_crime"), ("group",)),
                Breakdown(("repeat_share", "cases_filed"), ("station",)),
                Breakdown(("alerts",), ("hour", "weekday")),
            ),
        ),
    )
    assert together.total("alerts") == 751 * 11
    stations = together.frame(("station",))
    assert dict(zip(stations["station"], stations["alerts"], strict=True)) == by(
        two_years, "alerts", "station", selection=WHOLE
    )
    assert {"repeat_share", "cases_filed"} <= set(stations.columns)
    groups = together.frame(("group",))
    assert groups.set_index("group")["alerts_crime"].to_dict() == by(
        two_years, "alerts_crime", "group", selection=WHOLE
    )
    assert len(together.frame(("hour", "weekday"))) == 168


# --- precision ------------------------------------------------------------------------------------------------------


def test_hours_and_days_of_data_known_by_month_are_refused(store: Store) -> None:
    snapshot = with_alerts(
        store, {"call": "2026-09-01", "time_precision": "month"}, {"call": "2026-10-01", "time_precision": "month"}
    )
    months = between("2026-09-01", "2026-10-31")
    assert list(by(snapshot, "alerts", "month", selection=months).values()) == [1, 1]
    assert list(by(snapshot, "alerts", "year", selection=months).values()) == [2]
    for name in ("hour", "day", "week", "weekday"):
        with pytest.raises(Refused, match="2026-09 至 2026-10 的警情时间只精确到月"):
            by(snapshot, "alerts", name, selection=months)
    with pytest.raises(Refused, match="截取不足整月的时段"):
        values(snapshot, "alerts", selection=between("2026-09-01", "2026-09-15"))
    assert values(snapshot, "alerts", selection=between("2026-09-01", "2026-09-30")) == {"alerts": 1}


def test_hours_of_data_known_by_day_are_refused_but_days_are_not(store: Store) -> None:
    snapshot = with_alerts(store, {"call": "2026-11-02", "time_precision": "day"})
    with pytest.raises(Refused, match="2026-11 的警情时间只精确到日，不能按小时统计"):
        by(snapshot, "alerts", "hour")
    assert busy(by(snapshot, "alerts", "weekday")) == {1: 1}


def test_mixed_precision_is_answered_with_a_note_that_is_true(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-11-01", "time_precision": "month"},
        {"call": "2026-11-01", "time_precision": "month"},
        {"call": "2026-11-02", "time_precision": "day"},
        {"call": "2026-11-03 08:00"},
        {"call": "2026-11-30 08:00"},
    )
    assert values(snapshot, "alerts") == {"alerts": 5}
    table = ask(snapshot, ("alerts",), ("hour",), ALL)
    assert sum(row["alerts"] for row in table.rows) == 2
    assert "未计入" in table.answer.notes[0]
    table = ask(snapshot, ("alerts",), ("day",), ALL)
    assert sum(row["alerts"] for row in table.rows) == 3
    part = ask(snapshot, ("alerts",), (), between("2026-11-01", "2026-11-15"))
    assert part.answer.notes == ["2026-11 有部分警情时间只精确到月，未计入截取不足整月的时段的数字。"]
    assert part.rows == [{"alerts": 2}], "rows known only by month are in no part of it"


def test_whole_months_inside_a_longer_part_are_counted(store: Store) -> None:
    snapshot = with_alerts(
        store,
        {"call": "2026-09-01", "time_precision": "month"},
        {"call": "2026-11-02 08:00"},
        {"call": "2026-11-20 08:00"},
    )
    table = ask(snapshot, ("alerts",), (), between("2026-09-01", "2026-11-15"))
    assert table.rows == [{"alerts": 2}]
    assert table.answer.notes == [], "September is whole, and November is known to the minute"


# --- rates ----------------------------------------------------------------------------------------------------------


def test_alerts_per_ten_thousand_people_and_year(two_years: Snapshot) -> None:
    stations = by(two_years, "alerts_per_10k", "station", selection=WHOLE)
    assert stations[CITY] == pytest.approx(7 * 365 / 2)
    assert stations[EDGE] == pytest.approx(3 * 365 / 1)
    assert (stations[VILLAGE], stations["未登记"]) == (0, None)
    # 35,000 people; the alerts of an unregistered unit belong to none of them.
    total = values(two_years, "alerts_per_10k", selection=WHOLE)["alerts_per_10k"]
    assert total == pytest.approx(10 * 365 / 3.5)
    months = by(two_years, "alerts_per_10k", "month", selection=WHOLE)
    assert months[date(2025, 2, 1)] == pytest.approx(10 * 365 / 3.5)
    assert months[date(2026, 11, 1)] == pytest.approx(10 * 365 / 3.5), "twenty-one days, not thirty"
    kinds = by(two_years, "alerts_per_10k", "kind", selection=WHOLE)
    assert (kinds["城区"], kinds["城郊"], kinds["未登记"]) == (pytest.approx(7 * 365 / 2), pytest.approx(3 * 365), None)


def test_a_rate_uses_the_days_that_have_data(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-09-01", 10, 7)
        tiny.daily_alerts(con, "2026-11-01", 10, 7)

    snapshot = tiny.snapshot_of(store, change)
    total = values(snapshot, "alerts_per_10k", selection=between("2026-09-01", "2026-11-10"))
    assert total["alerts_per_10k"] == pytest.approx(7 * 365 / 3.5)


@pytest.mark.parametrize("dimension", ["hour", "weekday"])
def test_a_yearly_rate_by_hour_is_refused(two_years: Snapshot, dimension: str) -> None:
    with pytest.raises(Refused, match="「万人警情」不能按"):
        by(two_years, "alerts_per_10k", dimension, selection=WHOLE)


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metrics", "dimensions", "message"),
    [
        (("alrts",), (), "没有名为「alrts」的指标，是否要找「alerts」？"),
        (("alerts",), ("statoin",), "没有名为「statoin」的维度，是否要找「station」？"),
        (("alerts; drop table alerts",), (), "没有名为「alerts; drop table alerts」的指标"),
        (("alerts",), ("1); drop table alerts; --",), "没有名为"),
    ],
)
def test_unknown_names_are_answered_and_never_reach_the_store(
    two_years: Snapshot, metrics: tuple[str, ...], dimensions: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UnknownName) as raised:
        ask(two_years, metrics, dimensions, WHOLE)
    assert message in str(raised.value)


def test_values_from_outside_are_parameters(two_years: Snapshot) -> None:
    for text in ("'; DROP TABLE alerts; --", '"', "$since_0", "{week_shift}", "%s"):
        with pytest.raises(MetricError):
            values(two_years, "alerts", selection=between("2026-11-01", "2026-11-21", stations=(text,)))


def test_rows_are_plain_values_in_json(two_years: Snapshot) -> None:
    table: Table = ask(two_years, ("alerts", "invalid_share"), ("month", "station"), WHOLE)
    first = table.to_json()[0]
    assert first["month"] == "2024-11" and isinstance(first["alerts"], int)
    interval = {"invalid_share_low", "invalid_share_high"}
    assert {"month", "station", "alerts", "invalid_share"} | interval == set(first)
