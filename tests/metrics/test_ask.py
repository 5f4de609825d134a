"""Comparisons through the real path: equal elapsed time, gaps in the data, leap days, verdicts, JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics.ask import ask
from metrics.compare import NO_BASE, NOT_JUDGED, REAL, TOO_FEW, USUAL, Comparison
from metrics.model import MetricError
from metrics.selection import Selection
from tests import tiny
from tests.tiny import CITY, EDGE


def between(first: str, last: str, **more: Any) -> Selection:
    return Selection(period="custom", first=date.fromisoformat(first), last=date.fromisoformat(last), **more)


def with_days(store: Store, *batches: Iterable[Any], **more: Any) -> Snapshot:
    """A store of (first day, days, alerts a day) batches."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        for first, days, per_day, *row in batches:
            tiny.daily_alerts(con, first, days, per_day, **(row[0] if row else {}))

    return tiny.snapshot_of(store, change)


def compared(
    snapshot: Snapshot, span: str, selection: Selection, metric: str = "alerts", by: tuple[str, ...] = ()
) -> list[Comparison]:
    table = ask(snapshot, (metric,), by, selection, (span,))
    return [table.comparisons[row, metric, span] for row in range(len(table.rows))]


def test_this_month_is_compared_on_equal_elapsed_time(store: Store) -> None:
    # Twelve a day at 1, 3, 5 … 23 o'clock; on 22 November the data end after the one at 7.
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2025-10-01", 417, 12)
        tiny.alerts(con, [{"call": f"2026-11-22 0{hour}:00"} for hour in (1, 3, 5, 7)])

    snapshot = tiny.snapshot_of(store, change)
    month = Selection(period="month")
    table = ask(snapshot, ("alerts",), (), month, ("previous", "last_year"))
    assert table.answer.windows["alerts", "current"].end.isoformat() == "2026-11-22T07:01:00"
    assert table.rows == [{"alerts": 21 * 12 + 4}]
    previous, last_year = table.comparisons[0, "alerts", "previous"], table.comparisons[0, "alerts", "last_year"]
    assert previous.base == last_year.base == 21 * 12 + 4, "up to the 22nd, one minute past seven"
    assert previous.percent == last_year.percent == 0
    assert previous.verdict == last_year.verdict == USUAL


def test_a_baseline_year(store: Store) -> None:
    snapshot = with_days(store, ("2019-11-01", 30, 20), ("2026-11-01", 21, 10))
    one = compared(snapshot, "2019", between("2026-11-01", "2026-11-21"))[0]
    assert (one.value, one.base, one.percent, one.verdict) == (210, 420, -50, REAL)


def test_a_leap_day_is_compared_with_28_february(store: Store) -> None:
    snapshot = with_days(store, ("2023-02-01", 28, 5), ("2024-02-01", 29, 5))
    one = compared(snapshot, "last_year", between("2024-02-29", "2024-02-29"))[0]
    assert (one.value, one.base, one.percent) == (5, 5, 0)
    rows = compared(snapshot, "last_year", between("2024-02-27", "2024-02-29"), by=("day",))
    assert [one.base for one in rows] == [5, 5, 5]


def test_a_comparison_across_new_year(store: Store) -> None:
    snapshot = with_days(store, ("2024-12-01", 62, 4), ("2025-12-01", 62, 8))
    one = compared(snapshot, "last_year", between("2025-12-29", "2026-01-04"))[0]
    assert (one.value, one.base, one.percent) == (56, 28, 100)


# --- gaps -----------------------------------------------------------------------------------------------------------


def test_a_base_without_data_is_no_comparison_and_not_zero(store: Store) -> None:
    snapshot = with_days(store, ("2026-11-01", 21, 10))
    one = compared(snapshot, "last_year", between("2026-11-01", "2026-11-21"))[0]
    assert one == Comparison(210, None, verdict=NO_BASE)
    by_station = compared(snapshot, "last_year", between("2026-11-01", "2026-11-21"), by=("station",))
    assert {(one.base, one.verdict) for one in by_station} == {(None, NO_BASE)}


def test_a_base_with_a_gap_gives_no_change(store: Store) -> None:
    snapshot = with_days(store, ("2025-11-01", 10, 10), ("2025-11-15", 10, 10), ("2026-11-01", 21, 10))
    one = compared(snapshot, "last_year", between("2026-11-01", "2026-11-21"))[0]
    assert (one.value, one.base) == (210, 170)
    assert (one.change, one.percent, one.p, one.verdict) == (None, None, None, NO_BASE)


def test_a_period_with_a_gap_gives_no_change_either(store: Store) -> None:
    snapshot = with_days(store, ("2025-11-01", 30, 10), ("2026-11-01", 5, 10), ("2026-11-10", 12, 10))
    one = compared(snapshot, "last_year", between("2026-11-01", "2026-11-21"))[0]
    assert (one.value, one.base) == (170, 210)
    assert (one.change, one.p, one.verdict) == (None, None, NO_BASE)


def test_rows_of_whole_months_are_compared_although_others_have_gaps(store: Store) -> None:
    snapshot = with_days(store, ("2025-02-10", 140, 10), ("2026-01-01", 120, 12))
    table = ask(snapshot, ("alerts",), ("month",), between("2026-01-01", "2026-04-30"), ("last_year",))
    found = {
        row["month"].month: table.comparisons[place, "alerts", "last_year"] for place, row in enumerate(table.rows)
    }
    assert [found[month].verdict for month in (1, 2)] == [NO_BASE, NO_BASE], "no January, half a February"
    assert [found[month].percent for month in (1, 2)] == [None, None]
    assert [found[month].verdict for month in (3, 4)] == [REAL, REAL]
    assert [found[month].percent for month in (3, 4)] == [pytest.approx(20), pytest.approx(20)]


def test_a_station_without_alerts_then_and_now_is_compared_as_zero(store: Store) -> None:
    snapshot = with_days(store, ("2025-11-01", 21, 10), ("2026-11-01", 21, 10, {"station": EDGE}))
    table = ask(snapshot, ("alerts",), ("station",), between("2026-11-01", "2026-11-21"), ("last_year",))
    found = {row["station"]: table.comparisons[place, "alerts", "last_year"] for place, row in enumerate(table.rows)}
    assert (found[CITY].value, found[CITY].base, found[CITY].percent) == (0, 210, -100)
    assert (found[EDGE].value, found[EDGE].base, found[EDGE].percent, found[EDGE].verdict) == (210, 0, None, REAL)
    assert found[tiny.VILLAGE].verdict == TOO_FEW


def test_a_category_that_nobody_reported_before_is_compared_as_zero(store: Store) -> None:
    snapshot = with_days(store, ("2025-11-01", 21, 10), ("2026-11-01", 21, 10, {"cat": "0101"}))
    one = compared(snapshot, "last_year", between("2026-11-01", "2026-11-21"), by=("category",))[0]
    assert (one.value, one.base, one.verdict) == (210, 0, REAL)


# --- by time --------------------------------------------------------------------------------------------------------


def test_months_are_compared_by_the_day(store: Store) -> None:
    snapshot = with_days(store, ("2025-12-01", 120, 10))
    selection = between("2026-02-01", "2026-02-28")
    table = ask(
        snapshot, ("alerts",), ("month",), Selection(period="custom", first=selection.first, last=selection.last)
    )
    assert table.rows == [{"month": date(2026, 2, 1), "alerts": 280}]
    one = compared(snapshot, "last_year", between("2026-01-01", "2026-02-28"), by=("month",))
    assert [entry.verdict for entry in one] == [NO_BASE, NO_BASE]


def test_a_month_of_31_days_against_one_of_28_at_an_equal_rate_is_no_change(store: Store) -> None:
    # Periods of whole months are compared month by month: February and March with December and January.
    snapshot = with_days(store, ("2025-12-01", 121, 50))
    rows = compared(snapshot, "previous", between("2026-02-01", "2026-03-31"), by=("month",))
    assert [one.per_day_percent for one in rows if one.per_day_percent is not None] == pytest.approx(
        [0] * len([one for one in rows if one.per_day_percent is not None]), abs=1e-6
    )
    assert all(one.verdict in (USUAL, NO_BASE) for one in rows)


def test_days_are_compared_by_place_with_the_days_before(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        for day in range(1, 15):
            tiny.daily_alerts(con, f"2026-11-{day:02d}", 1, day)

    snapshot = tiny.snapshot_of(store, change)
    rows = compared(snapshot, "previous", between("2026-11-08", "2026-11-14"), by=("day",))
    assert [(one.value, one.base) for one in rows] == [(day, day - 7) for day in range(8, 15)]


def test_hours_are_compared_over_the_whole_window(store: Store) -> None:
    snapshot = with_days(store, ("2026-10-01", 31, 24), ("2026-11-01", 30, 24))
    month = Selection(period="custom", first=date(2026, 11, 1), last=date(2026, 11, 30))
    rows = compared(snapshot, "previous", month, by=("hour",))
    assert len(rows) == 24
    assert all(one.per_day_percent == pytest.approx(0, abs=1e-6) for one in rows)


# --- kinds of metrics -----------------------------------------------------------------------------------------------


def test_shares_change_in_points_and_rates_by_the_day(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-10-01", 31, 10)
        tiny.daily_alerts(con, "2026-11-01", 30, 10)
        con.execute("UPDATE alerts SET is_invalid = true WHERE call_time >= '2026-11-01' AND hour(call_time) < 12")

    snapshot = tiny.snapshot_of(store, change)
    november = between("2026-11-01", "2026-11-30")
    share = compared(snapshot, "previous", november, "invalid_share")[0]
    assert (share.value, share.base, share.change, share.percent, share.verdict) == (50, 0, 50, None, REAL)
    rate = compared(snapshot, "previous", november, "alerts_per_10k")[0]
    assert rate.percent == pytest.approx(-50)
    assert rate.verdict == REAL
    median = compared(snapshot, "previous", november, "response_median")[0]
    assert (median.value, median.base, median.verdict) == (None, None, NO_BASE)


def test_percentiles_are_compared_without_a_verdict(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-10-01", 61, 10)
        con.execute("UPDATE alerts SET arrive_time = call_time + INTERVAL 5 MINUTE")

    snapshot = tiny.snapshot_of(store, change)
    one = compared(snapshot, "previous", between("2026-11-01", "2026-11-30"), "response_median")[0]
    assert (one.value, one.base, one.change, one.p, one.verdict) == (5, 5, 0, None, NOT_JUDGED)


def test_many_comparisons_are_corrected_together(store: Store) -> None:
    # 28 against 14 a window alone is p ≈ .04; among dozens of others without change it is no longer a finding.
    def change(con: duckdb.DuckDBPyConnection) -> None:
        for hour in range(24):
            for day, count in (("2026-11-01", 14), ("2026-11-02", 28 if hour == 3 else 14)):
                tiny.alerts(con, [{"call": f"{day} {hour:02d}:30"}] * count)
        tiny.alerts(con, [{"call": "2026-11-03 12:00"}])

    snapshot = tiny.snapshot_of(store, change)
    rows = compared(snapshot, "previous", between("2026-11-02", "2026-11-02"), by=("hour",))
    assert rows[3].p is not None and rows[3].p < 0.05
    assert rows[3].verdict != REAL


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json_keys_are_ids_and_every_change_has_its_verdict(store: Store) -> None:
    snapshot = with_days(store, ("2025-11-01", 30, 5), ("2026-11-01", 21, 10))
    table = ask(snapshot, ("alerts",), ("month",), between("2026-11-01", "2026-11-21"), ("last_year",))
    (row,) = table.to_json()
    assert row["month"] == "2026-11"
    assert (row["alerts"], row["alerts_last_year"], row["alerts_last_year_percent"]) == (210, 105, 100)
    assert row["alerts_last_year_verdict"] == REAL
    assert set(row) == {
        "month",
        "alerts",
        "alerts_last_year",
        *(
            f"alerts_last_year_{field.name}"
            for field in fields(Comparison)
            if field.name not in ("value", "base", "detectable", "behind")
        ),
    }


def test_an_unknown_comparison_is_refused(store: Store) -> None:
    snapshot = with_days(store, ("2026-11-01", 21, 10))
    with pytest.raises(MetricError, match="没有名为「last」的对比"):
        ask(snapshot, ("alerts",), (), between("2026-11-01", "2026-11-21"), ("last",))
