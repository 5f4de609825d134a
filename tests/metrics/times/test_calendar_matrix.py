"""Days against the eight weeks before, as weeks × weekdays; the hours of the week; the command line."""

from __future__ import annotations

import argparse
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics.model import MetricError, Refused
from metrics.selection import Selection
from metrics.times import calendar_matrix, cli, week
from tests import tiny
from tests.tiny import CITY, EDGE

LAST = date(2026, 11, 21)


def steady(con: duckdb.DuckDBPyConnection) -> None:
    """Twenty weeks of twelve a day, at 1, 3 … 23 o'clock."""
    tiny.daily_alerts(con, (LAST - timedelta(days=139)).isoformat(), 140, 12)


def burst(con: duckdb.DuckDBPyConnection) -> None:
    tiny.alerts(con, [{"call": f"2026-11-11 20:{n:02d}"} for n in range(60)])


def test_a_burst_stands_out_and_quiet_days_do_not(store: Store) -> None:
    found = calendar_matrix.of(tiny.snapshot_of(store, steady, burst), Selection())
    by_day = {one.day: one for one in found.days}
    assert len(found.days) == 366 and found.days[-1].day == LAST
    assert [one.day for one in found.days if one.real] == [date(2026, 11, 11)]
    one = by_day[date(2026, 11, 11)]
    assert (one.value, one.expected, one.kind, one.holiday) == (72, 12, "工作日", None)
    assert one.z is not None and one.z > 3
    # The Wednesday after has the burst among its eight weeks.
    assert by_day[date(2026, 11, 18)].expected == pytest.approx(12 + 60 / 8)


def test_days_without_data_or_without_eight_weeks_before_are_not_judged(store: Store) -> None:
    found = calendar_matrix.of(tiny.snapshot_of(store, steady), Selection())
    by_day = {one.day: one for one in found.days}
    first = LAST - timedelta(days=139)
    assert by_day[first - timedelta(days=1)].value is None
    assert (by_day[first].value, by_day[first].expected, by_day[first].z) == (12, None, None)
    assert by_day[first + timedelta(days=56)].expected == 12
    assert not any(one.real for one in found.days)


def test_the_picture_has_weeks_from_the_business_weeks_first_day(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    found = calendar_matrix.of(snapshot, Selection(week_start=5), days=10)
    assert found.weeks == [date(2026, 11, 6), date(2026, 11, 13), date(2026, 11, 20)]
    grid = found.grid()
    # 12 November is a Thursday, the last of its week; 21 November a Saturday.
    assert grid.shape == (3, 7) and np.nansum(grid) == 120
    assert grid[0, 6] == grid[2, 1] == 12 and np.isnan(grid[0, 5]) and np.isnan(grid[2, 2])
    assert np.nansum(found.grid("expected")) == 120 and np.nanmax(np.abs(found.grid("z"))) < 0.2


def test_holidays_make_up_days_and_the_leap_day_are_named(store: Store) -> None:
    def two_years(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2023-11-01", 200, 4)

    asked = Selection(period="custom", first=date(2024, 2, 1), last=date(2024, 2, 29))
    found = calendar_matrix.of(tiny.snapshot_of(store, two_years), asked, days=29)
    by_day = {one.day: (one.kind, one.holiday) for one in found.days}
    assert by_day[date(2024, 2, 10)] == ("节假日", "春节")
    assert by_day[date(2024, 2, 18)] == ("调休上班", None)
    assert by_day[date(2024, 2, 29)] == ("工作日", None)
    assert found.notes == []


def test_a_year_without_a_holiday_plan_says_so(store: Store) -> None:
    def later(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2098-10-01", 120, 3)

    asked = Selection(period="custom", first=date(2099, 1, 1), last=date(2099, 1, 10))
    found = calendar_matrix.of(tiny.snapshot_of(store, later), asked, days=10)
    assert found.notes == [calendar_matrix.UNPUBLISHED.format(years="2099")]
    assert {one.kind for one in found.days} == {"工作日", "周末"}


def test_a_year_that_has_not_ended_shows_the_days_up_to_now(store: Store) -> None:
    found = calendar_matrix.of(tiny.snapshot_of(store, steady), Selection(period="year"), days=30)
    assert (len(found.days), found.days[-1].day, found.days[-1].value) == (30, LAST, 12)


def test_a_day_that_has_partly_elapsed_is_not_shown(store: Store) -> None:
    def morning(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        tiny.alerts(con, [{"call": "2026-11-22 07:30"}])

    found = calendar_matrix.of(tiny.snapshot_of(store, morning), Selection(period="month"))
    assert found.days[-1].day == date(2026, 11, 22) and found.days[-1].value is None
    assert found.notes == ["2026-11-22 的数据只到 07:31，未显示。"]


def test_zeros_shares_and_empty_periods_have_defined_answers(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    quiet = calendar_matrix.of(snapshot, Selection(stations=(EDGE,)))
    known = [one for one in quiet.days if one.expected is not None]
    assert known and all((one.value, one.expected, one.z, one.real) == (0, 0, 0, False) for one in known)
    share = calendar_matrix.of(snapshot, Selection(), "invalid_share")
    assert share.days[-1].value == 0 and share.days[-1].expected is None
    future = Selection(period="custom", first=date(2030, 1, 1), last=date(2030, 1, 7))
    assert not any(one.value is not None for one in calendar_matrix.of(snapshot, future, days=7).days)
    with pytest.raises(Refused, match="不能按「日」统计"):
        calendar_matrix.of(snapshot, Selection(), "open_cases")


def test_months_only_are_refused_as_days(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store, lambda con: tiny.alerts(con, [{"call": "2026-10-01", "time_precision": "month"}] * 3)
    )
    with pytest.raises(Refused, match="只精确到月"):
        calendar_matrix.of(snapshot, Selection(period="month"))


# --- the hours of the week ------------------------------------------------------------------------------------------


def test_hours_of_the_week_per_day_of_that_weekday(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    found = week.of(snapshot, Selection(period="custom", first=date(2026, 11, 12), last=LAST), "alerts")
    assert found.days.tolist() == [1, 1, 1, 2, 2, 2, 1]
    assert found.counts.sum() == 120 and found.counts[3, 1] == 2 and found.counts[0, 1] == 1
    assert np.nanmax(found.per_day) == 1 and found.per_day[:, 0].sum() == 0
    day = week.of(snapshot, Selection(), "alerts")
    assert day.days.sum() == 1 and np.isnan(day.per_day[0]).all() and day.per_day[5, 1] == 1


def test_only_counts_known_to_the_hour_have_hours(store: Store) -> None:
    def mixed(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        tiny.alerts(con, [{"call": "2026-11-20 00:00", "time_precision": "day"}] * 5)

    snapshot = tiny.snapshot_of(store, mixed)
    found = week.of(snapshot, Selection(period="last7"), "alerts")
    assert found.counts.sum() == 84 and "未计入按小时统计" in found.notes[0]
    with pytest.raises(Refused, match="不是计数"):
        week.of(snapshot, Selection(), "response_median")


# --- the command ----------------------------------------------------------------------------------------------------


def run(snapshot: Snapshot, *words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers())
    parsed = parser.parse_args(["times", *words])
    return int(parsed.handler(parsed))


def test_the_command_prints_weeks_and_days(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    def filed(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        burst(con)
        interval = {"occur_from": "2026-11-02 08:00", "occur_to": "2026-11-02 16:00", "station": CITY}
        tiny.cases(con, [{"filed": "2026-11-03 10:00", **interval}] * 8)

    snapshot = tiny.snapshot_of(store, filed)
    where = ["--store", str(store.root)]
    assert run(snapshot, "cases", "--from", "2026-11-01", "--to", "2026-11-21", *where) == 0
    said = capsys.readouterr().out
    monday = next(line for line in said.splitlines() if line.startswith("周一")).split()
    assert monday[1:] == ["0.0"] * 8 + ["1.0"] * 8 + ["0.0"] * 8
    assert "案件 8 起" in said and said.endswith("数据截至 2026-11-22 00:00 · 版本 1\n")
    assert run(snapshot, "alerts", "--period", "last7", *where) == 0
    assert "有效警情 84 起" in capsys.readouterr().out
    assert run(snapshot, "days", "--period", "yesterday", *where) == 0
    assert "2026-11-11 工作日  72，预期 12.0" in capsys.readouterr().out
    with pytest.raises(MetricError, match="起止日期不全或颠倒"):
        run(snapshot, "cases", "--from", "2026-11-21", "--to", "2026-11-01", *where)


def test_the_command_on_a_store_without_data_says_what_to_do(store: Store) -> None:
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers())
    parsed = parser.parse_args(["times", "--store", str(store.root)])
    with pytest.raises(MetricError, match="还没有数据"):
        parsed.handler(parsed)
