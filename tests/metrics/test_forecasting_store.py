"""Forecasts of a store: what is read, what is refused, the command line, and real calls of Chicago."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from data import fits as files
from data.calendar import calendar_rows
from data.reading import Reader
from data.snapshots import Store
from metrics import fits
from metrics.forecasting import backtest, cli, fitting, history, reading
from metrics.forecasting.values import BUREAU, HORIZON, STATION_DAY, STATION_WEEK, History
from metrics.model import MetricError, Refused, UnknownName
from tests import tiny
from tests.data.importing.helpers import shared


def run(sql: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Return a change of a store that is one statement."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(sql)

    return change


def ask(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["forecast", *words])
    return int(parsed.handler(parsed))


def test_only_valid_alerts_of_complete_days_are_counted(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-10-01", 20, 6, cat="05"),
        lambda con: tiny.daily_alerts(con, "2026-10-01", 20, 2, cat="0101"),
        lambda con: tiny.daily_alerts(con, "2026-10-01", 20, 3, cat="9901"),
        lambda con: tiny.daily_alerts(con, "2026-10-01", 20, 1, cat="02", station="X"),
        # A day that has only begun.
        lambda con: tiny.alerts(con, [{"call": "2026-10-21 00:10:00"}]),
    )
    past = history.read(snapshot)
    assert past.origin == date(2026, 10, 20)
    assert (past.length, past.covered, past.hours_known) == (20, 20, 1.0)
    assert past.stations == (tiny.CITY, tiny.EDGE, tiny.VILLAGE, "未登记")
    assert past.counts["valid"][7].tolist() == [8, 0, 0, 1]
    assert past.counts["crime"][7].tolist() == [2, 0, 0, 1]
    assert past.hours.sum(axis=1).tolist() == [9] * 20


def test_days_without_data_are_marked(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-09-01", 10, 6),
        lambda con: tiny.daily_alerts(con, "2026-10-01", 20, 6),
    )
    past = history.read(snapshot)
    assert (past.length, past.covered) == (50, 30)
    assert np.isnan(past.counts["valid"][15]).all()


def test_a_month_is_no_day(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-08-01", 31, 6),
        run("UPDATE alerts SET time_precision = 'month', call_time = date_trunc('month', call_time)"),
    )
    with pytest.raises(Refused, match="只精确到月"):
        fitting.fit(snapshot)
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-09-01", 30, 6))
    past = history.read(snapshot)
    assert past.rows[0][0] == date(2026, 9, 1), "the months known only as a whole are left out"


def test_days_without_hours_give_no_hours(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-08-01", 70, 6),
        run("UPDATE alerts SET time_precision = 'day', call_time = date_trunc('day', call_time)"),
    )
    tables = fitting.fit(snapshot)
    assert reading.hours(tables) is None
    assert reading.outlook(tables).week.mean == pytest.approx(42, rel=0.02)
    assert "记有钟点" in tables["forecast_notes"]["note"].str.cat()


def test_nothing_to_forecast_from(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: None)
    with pytest.raises(MetricError, match="还没有警情"):
        fitting.fit(snapshot)
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-10-20", 1, 20_000),
        run("DELETE FROM alerts WHERE call_time >= '2026-10-20 03:00:00'"),
    )
    with pytest.raises(MetricError, match="不足一个完整的日子"):
        fitting.fit(snapshot)


def test_the_command_shows_a_week(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-07-01", 100, 6))
    where = ["--store", str(store.root)]
    assert ask("show", *where) == 0
    said = capsys.readouterr()
    assert "全局未来 7 日（10月9日至10月15日）预计有效警情 42 起" in said.out
    assert "2026-10-15 星期四" in said.out
    assert said.out.count("\n10-") == 7, "one row of hours per day"
    assert "未计入季节变化" in said.err
    assert ask("show", "--station", "东港派出所", *where) == 0
    assert "东港派出所未来 7 日" in capsys.readouterr().out
    assert ask("backtest", "--weeks", "4", *where) == 0
    said = capsys.readouterr()
    assert "4 个起点" in said.out
    assert "泊松下限" in said.out


def test_what_was_fitted_is_shown(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    version = tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-07-01", 100, 6))
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    tables = fitting.fit(snapshot)
    tables["forecast_notes"] = pd.DataFrame({"note": ["从文件读出"]})
    files.write(store, version.id, tables, {"methods_version": fits.METHODS_VERSION})
    assert ask("show", "--store", str(store.root)) == 0
    said = capsys.readouterr()
    assert "从文件读出" in said.err
    assert "10月9日至10月15日" in said.out
    assert "6 次回测" in said.out


def test_the_command_explains_what_it_cannot_do(store: Store) -> None:
    with pytest.raises(MetricError, match="还没有数据"):
        ask("show", "--store", str(store.root))
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-09-01", 30, 6))
    with pytest.raises(MetricError, match="不足 9 周"):
        ask("backtest", "--store", str(store.root))
    with pytest.raises(UnknownName):
        ask("show", "--station", "东岗", "--store", str(store.root))
    with pytest.raises(SystemExit):
        ask("backtest", "--weeks", "0", "--store", str(store.root))


# ---- real calls ----------------------------------------------------------------------------------


def chicago() -> History:
    """Aggravated assaults of 2014–2019 by police district and day."""
    calls = pd.read_csv(shared("calls/chicago_aggravated_assaults.csv.gz"), usecols=["date", "district"])
    when = pd.to_datetime(calls["date"])
    calls = calls.assign(day=when.dt.normalize(), hour=when.dt.hour)[when.dt.year >= 2014]
    days = pd.date_range("2014-01-01", "2019-12-31")
    counts = calls.groupby(["day", "district"]).size().unstack(fill_value=0).reindex(days, fill_value=0)
    hours = calls.groupby(["day", "hour"]).size().unstack(fill_value=0).reindex(days, fill_value=0)
    rows = tuple(calendar_rows(days[0].date(), days[-1].date() + pd.Timedelta(days=HORIZON)))
    values = counts.to_numpy(dtype=float)
    return History(rows, tuple(map(str, counts.columns)), {"valid": values}, hours.to_numpy(dtype=float), 1.0)


def test_real_calls_of_chicago() -> None:
    # A year of weekly origins; `python -m metrics forecast backtest` prints the full figures.
    found = {one.level: one for one in backtest.run(chicago(), "valid").quality if not one.station}
    week, day = found[STATION_WEEK], found[STATION_DAY]
    assert week.origins == 52
    assert week.floor < week.wape < min(week.naive_wape, week.year_wape)
    assert week.wape == pytest.approx(0.233, abs=0.005)
    assert week.naive_wape == pytest.approx(0.318, abs=0.0005)
    assert week.floor == pytest.approx(0.208, abs=0.002)
    assert 0.85 <= week.coverage90 <= 0.95
    assert day.floor < day.wape < day.naive_wape
    assert week.mase < 1


def test_the_bureau_has_a_name_of_its_own(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 70, 6))
    tables = fitting.fit(snapshot)
    assert set(tables["forecast_days"]["station"]) == {*(one[0] for one in tiny.STATIONS), BUREAU}
    assert len(tables["forecast_days"]) == 2 * 4 * HORIZON
