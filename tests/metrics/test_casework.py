"""案件侦防 on hand-made bureaus: counts, ages, review times, communities, verdicts, what the source does not tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import query
from metrics.casework import FIGURES, Casework, casework
from metrics.casework.values import MONTH, WEEK, Figure
from metrics.compare import NO_BASE, NOT_JUDGED, REAL, TOO_FEW, USUAL
from metrics.selection import Selection
from tests import tiny

LAST = date(2026, 11, 21)
Change = Callable[[duckdb.DuckDBPyConnection], None]


def filed(*rows: dict[str, Any]) -> Change:
    return lambda con: tiny.cases(con, rows)


def steady(con: duckdb.DuckDBPyConnection) -> None:
    """Two years of three thefts a day in the city, one of them solved the same day."""
    days = [LAST - timedelta(days=n) for n in range(730)]
    tiny.cases(
        con,
        [
            {"filed": f"{day} {hour:02d}:00:00", "solved": f"{day} 20:00:00" if hour == 8 else None}
            for day in days
            for hour in (8, 12, 20)
        ],
    )


def of(found: Casework, metric: str) -> Figure:
    return next(one for one in found.figures if one.metric.id == metric)


def test_all_that_the_page_shows_is_one_query(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    asked: list[query.Question] = []
    run = query.run

    def counted(one: Snapshot, question: query.Question) -> query.Answer:
        asked.append(question)
        return run(one, question)

    monkeypatch.setattr(query, "run", counted)
    casework(snapshot, Selection(period="last30"))
    assert len(asked) == 1


def test_figures_carry_their_counts_and_a_quiet_month_is_usual(store: Store) -> None:
    found = casework(tiny.snapshot_of(store, steady), Selection(period="last30"))
    assert [one.metric.id for one in found.figures] == list(FIGURES)
    rate = of(found, "clear_rate")
    assert (of(found, "cases_filed").value, rate.top, rate.bottom) == (90, 30, 90)
    assert rate.value == pytest.approx(100 / 3)
    assert of(found, "cases_filed").verdict == USUAL
    assert of(found, "open_cases").verdict == NOT_JUDGED
    assert found.state == "ok" and found.trend.grain == WEEK and len(found.trend.firsts) == 26
    assert set(found.trend.filed) == {21.0, None} and not found.trend.outside


def test_a_burst_is_real_in_the_figure_and_in_its_category(store: Store) -> None:
    burst = filed(*({"filed": f"{LAST} {10 + n // 60}:{n % 60:02d}:00", "category": "050200"} for n in range(25)))
    found = casework(tiny.snapshot_of(store, steady, burst), Selection())
    assert of(found, "cases_filed").verdict == REAL and of(found, "cases_filed").direction > 0
    verdicts = {row.name: row.verdict for row in found.rows}
    assert verdicts["诈骗案"] == REAL and verdicts["盗窃案"] == TOO_FEW


def test_two_where_none_were_expected_are_too_few_to_be_a_real_rise(store: Store) -> None:
    def verdict(*changes: Change) -> str:
        found = casework(tiny.snapshot_of(store, *changes), Selection(period="last7"))
        return next(row.verdict for row in found.rows if row.name == "诈骗案")

    rows = [{"filed": f"{LAST} {10 + n}:30:00", "category": "050200"} for n in range(3)]
    assert verdict(steady, filed(*rows[:2])) == TOO_FEW
    assert verdict(filed(rows[2])) == REAL


def test_the_sum_of_a_group_holds_what_a_category_without_cases_had_before(store: Store) -> None:
    before = filed(*({"filed": f"2026-11-10 {8 + n:02d}:00:00", "category": "050200"} for n in range(2)))
    found = casework(tiny.snapshot_of(store, steady, before), Selection(period="last7"))
    assert [row.name for row in found.rows] == ["盗窃案"]
    assert found.sums["刑事"] == {"current": 21, "previous": 23, "last_year": 21, "solved": 7}
    assert of(found, "cases_filed").previous.base == 23


def test_open_cases_fall_into_the_class_of_their_age(store: Store) -> None:
    ages = (1, 30, 31, 90, 91, 180, 181, 365, 366, 730, 731)
    rows = [{"filed": f"{LAST + timedelta(days=1) - timedelta(days=age)} 00:00:00"} for age in ages]
    solved = {"filed": "2026-11-01 00:00:00", "solved": "2026-11-21 23:00:00"}
    snapshot = tiny.snapshot_of(store, filed(*rows, solved, {"filed": "2026-11-21 23:59:59"}))
    found = casework(snapshot, Selection(period="custom", first=LAST, last=LAST))
    assert found.ages is not None
    # The last one, filed in the last second, is open too; its age is one day.
    assert found.ages.now == (3.0, 2.0, 2.0, 2.0, 2.0, 1.0)
    assert found.ages.total == 12 and found.since == LAST + timedelta(days=1) - timedelta(days=731)


def test_review_times_fall_into_their_classes_and_the_rest_is_named(store: Store) -> None:
    begun = datetime(2026, 11, 1, 8)
    hours = (1, 24, 25, 72, 73, 168, 169, 720, 721)
    criminal = [{"accept_time": str(begun), "filed": str(begun + timedelta(hours=n))} for n in hours]
    order = [
        {
            "kind": "行政",
            "category": "070000",
            "report_time": str(begun),
            "accept_time": str(begun + timedelta(hours=n)),
        }
        for n in (2, 24, 30, 80)
    ]
    missing = {"filed": "2026-11-02 00:00:00"}
    wrong = {"accept_time": "2026-11-03 00:00:00", "filed": "2026-11-02 00:00:00"}
    snapshot = tiny.snapshot_of(store, filed(*criminal, *order, missing, wrong, {"filed": "2026-12-31 23:00:00"}))
    found = casework(snapshot, Selection(period="custom", first=date(2026, 11, 1), last=date(2026, 12, 30)))
    by_name = {one.name[:2]: one for one in found.delays if one.span == "current"}
    assert by_name["刑事"].cases == (2, 2, 2, 2, 1) and by_name["刑事"].within == 4 and by_name["刑事"].base == 9
    assert by_name["行政"].cases == (2, 1, 1) and by_name["行政"].within == 2
    assert [(one.name, one.cases, one.left_out) for one in found.untimed] == [("刑事", 11, 2), ("行政", 4, 0)]
    assert of(found, "cases_filed").value == by_name["刑事"].base + found.untimed[0].left_out
    assert of(found, "filing_within_3d").top == 4 and of(found, "filing_within_3d").bottom == 9


def test_communities_by_station_then_by_name_when_one_is_chosen(store: Store) -> None:
    rows: list[dict[str, Any]] = [
        {"filed": "2026-11-20 08:00:00", "beat_code": "B1"}, {"filed": "2026-11-20 09:00:00", "beat_code": None},
    ]  # fmt: skip
    snapshot = tiny.snapshot_of(store, filed(*rows, {"filed": "2026-11-21 23:00:00", "beat_code": "B1"}))
    found = casework(snapshot, Selection(period="last7"))
    listed = {one.code: (one.zero, one.counted) for one in found.communities}
    assert listed == {tiny.CITY: (1, 2), tiny.VILLAGE: (1, 1)} and not found.by_beat and found.no_beat == 1
    city = casework(snapshot, Selection(period="last7", stations=(tiny.CITY,)))
    assert city.by_beat and {one.name: one.zero for one in city.communities} == {"东港一社区": 0, "东港二社区": 1}


def test_what_the_source_never_tells_is_unknown_and_not_zero(store: Store) -> None:
    days: list[dict[str, Any]] = [{"filed": f"{LAST - timedelta(days=n)} 08:00:00"} for n in range(60)]
    found = casework(tiny.snapshot_of(store, filed(*days)), Selection(period="last7"))
    said = {one.metric.id: one.reason for one in found.figures if one.reason}
    assert set(said) == set(FIGURES) - {"cases_filed"}
    assert all(of(found, name).value is None and of(found, name).previous.verdict == NO_BASE for name in said)
    assert said["cases_solved"] == "数据没有破案时间" and set(found.trend.solved) == {None}
    assert found.communities == () and found.delays == ()


def test_stations_are_compared_whatever_the_page_is_narrowed_to(store: Store) -> None:
    rows = [{"filed": f"2026-11-20 {n:02d}:00:00", "station": tiny.EDGE} for n in range(5)]
    snapshot = tiny.snapshot_of(store, steady, filed(*rows))
    whole = casework(snapshot, Selection(period="last7")).shares["clear"]
    narrow = casework(snapshot, Selection(period="last7", stations=(tiny.EDGE,))).shares["clear"]
    assert whole == narrow
    assert {(code, n) for code, _, _, n in whole} == {(tiny.CITY, 21), (tiny.EDGE, 5), (tiny.VILLAGE, 0)}


@pytest.mark.parametrize(
    ("selection", "state"),
    [
        (Selection(period="custom", first=date(2020, 1, 1), last=date(2020, 1, 7)), "no_data"),
        (Selection(stations=(tiny.VILLAGE,)), "no_result"),
        (Selection(categories=("纠纷",)), "no_result"),
        (Selection(), "ok"),
        (Selection(period="custom", first=date(2024, 11, 29), last=date(2024, 11, 29)), "ok"),
    ],
)
def test_nothing_is_told_from_no_data_and_from_no_result(store: Store, selection: Selection, state: str) -> None:
    assert casework(tiny.snapshot_of(store, steady), selection).state == state


def test_a_quiet_day_inside_the_data_is_nothing(store: Store) -> None:
    rows = [{"filed": "2026-11-01 08:00:00", "solved": "2026-11-02 08:00:00"}, {"filed": "2026-11-21 08:00:00"}]
    day = Selection(period="custom", first=date(2026, 11, 10), last=date(2026, 11, 10))
    found = casework(tiny.snapshot_of(store, filed(*rows)), day)
    assert found.state == "nothing" and found.rows == () and of(found, "clear_rate").value is None


def test_cases_known_by_month_are_shown_by_month_and_not_judged_by_weeks(store: Store) -> None:
    rows = [
        {"filed": f"2026-{month:02d}-01 00:00:00", "time_precision": "month"}
        for month in range(1, 12)
        for _ in range(9)
    ]
    snapshot = tiny.snapshot_of(store, filed(*rows))
    found = casework(snapshot, Selection(period="custom", first=date(2026, 10, 1), last=date(2026, 10, 31)))
    assert found.trend.grain == MONTH and of(found, "cases_filed").value == 9
    assert of(found, "cases_filed").expected is None and any("已改为按月" in note for note in found.notes)


def test_long_periods_are_judged_by_the_year_before(store: Store) -> None:
    found = casework(tiny.snapshot_of(store, steady), Selection(period="year"))
    assert found.trend.grain == MONTH and of(found, "cases_filed").expected is None
    assert "去年同期" in found.judged_by and of(found, "cases_filed").verdict == USUAL
