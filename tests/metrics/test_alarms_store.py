"""Alarms of whole stores: what is read, what is refused, what is found in a small demo bureau."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from data import fits as files
from data.demo import bureau
from data.demo.plan import Plan
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import alarms, fits
from metrics.alarms import budget, drivers, fitting, reading, series
from metrics.alarms.records import CREEPING, SUDDEN
from metrics.model import MetricError, Refused
from tests import tiny

LAST = date(2026, 11, 21)


def _quiet(con: duckdb.DuckDBPyConnection) -> None:
    """Two alerts a day in the city and one at the edge, for 120 days."""
    tiny.daily_alerts(con, "2026-07-25", 120, 2, cat="010101", station=tiny.CITY)
    tiny.daily_alerts(con, "2026-07-25", 120, 1, cat="04", station=tiny.EDGE)


def _burst(con: duckdb.DuckDBPyConnection) -> None:
    """Twelve thefts in the night of the last day, most of them in one beat."""
    rows = [{"call": f"2026-11-21 23:{n:02d}:00", "cat": "010102", "beat_code": "B1"} for n in range(10)]
    rows += [{"call": f"2026-11-21 22:{n:02d}:00", "cat": "010102", "beat_code": "B2"} for n in range(3)]
    tiny.alerts(con, rows)


def test_daily_counts_are_those_of_plain_sql(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _quiet, _burst)
    daily = series.read(snapshot)
    assert daily.days[0] == date(2026, 7, 25)
    assert daily.days[-1] == LAST
    assert [group.id for group in daily.groups] == ["刑事", "纠纷", "盗窃"]
    for unit, group, condition in (
        (tiny.CITY, "刑事", f"station = '{tiny.CITY}' AND group_confirmed = '刑事'"),
        (tiny.EDGE, "纠纷", f"station = '{tiny.EDGE}' AND group_confirmed = '纠纷'"),
        (series.BUREAU, "盗窃", "starts_with(category_confirmed, '0101')"),
    ):
        known = snapshot.rows(
            f"SELECT cast(happened_at AS DATE), count(*) FROM alert_facts WHERE valid AND {condition} GROUP BY 1"
        )
        found = daily.counts[:, daily.place(unit, group)]
        assert {day: n for day, n in zip(daily.days, found, strict=True) if n} == dict(known)


def test_a_burst_is_an_alarm_with_its_hours_and_beats(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _quiet, _burst)
    tables = fitting.fit(snapshot)
    found = [one for one in alarms_of(tables) if one.station == tiny.CITY and one.group == "盗窃"]
    (alarm,) = found
    assert alarm.kind == SUDDEN
    assert alarm.first_day == LAST
    assert alarm.hours is not None
    assert alarm.hours.since >= 21
    assert "东港一社区" in alarm.sentence
    assert alarm.sentence.startswith("东港所盗窃警情")
    assert alarm.budget == 2.0
    notes = json.loads(tables["alarm_budget"]["notes"][0])
    assert any("理论值" in note for note in notes)


def alarms_of(tables: dict[str, pd.DataFrame]) -> list[alarms.Alarm]:
    from metrics.alarms.records import from_frame

    return from_frame(tables["alarms"])


def test_a_beat_with_fewer_than_three_is_never_named(store: Store) -> None:
    def burst(con: duckdb.DuckDBPyConnection) -> None:
        rows = [{"call": f"2026-11-21 23:{n:02d}:00", "cat": "010102", "beat_code": "B1"} for n in range(10)]
        rows += [{"call": f"2026-11-21 22:{n:02d}:00", "cat": "010102", "beat_code": "B2"} for n in range(2)]
        tiny.alerts(con, rows)

    def only_beats(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("UPDATE alerts SET beat_code = 'B1' WHERE beat_code IS NULL AND station_code = ?", [tiny.CITY])

    snapshot = tiny.snapshot_of(store, _quiet, burst, only_beats)
    groups = {group.id: group for group in series.read(snapshot).groups}
    (alarm,) = [one for one in alarms_of(fitting.fit(snapshot)) if one.station == tiny.CITY and one.group == "盗窃"]
    assert alarm.observed >= 12
    full = drivers.explained(snapshot, alarm, groups["盗窃"])
    # B1 would leave exactly the two of B2: neither is named.
    assert full.places == ()


@pytest.mark.parametrize(
    ("days", "precision", "error", "text"),
    [(56, "minute", MetricError, "只有 56 天数据"), (200, "month", Refused, "只精确到月")],
)
def test_what_cannot_be_judged_is_refused_with_a_reason(
    store: Store, days: int, precision: str, error: type[MetricError], text: str
) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, (LAST - timedelta(days=days - 1)).isoformat(), days, 3)
        con.execute("UPDATE alerts SET time_precision = ?", [precision])

    with pytest.raises(error, match=text):
        fitting.fit(tiny.snapshot_of(store, change))


def test_the_first_day_after_eight_weeks_is_judged(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, (LAST - timedelta(days=56)).isoformat(), 57, 3)

    tables = fitting.fit(tiny.snapshot_of(store, change))
    assert set(tables["alarm_series"]["day"].dt.date) == {LAST}
    assert tables["alarms"].empty


def test_a_store_without_alerts_is_refused(store: Store) -> None:
    with pytest.raises(MetricError, match="还没有警情"):
        fitting.fit(tiny.snapshot_of(store))


def test_days_are_enough_hours_are_not_needed(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        _quiet(con)
        tiny.alerts(con, [{"call": "2026-11-21 00:00:00", "cat": "010102"} for _ in range(14)])
        con.execute("UPDATE alerts SET time_precision = 'day'")

    (alarm,) = [one for one in alarms_of(fitting.fit(tiny.snapshot_of(store, change))) if one.group == "盗窃"][:1]
    assert alarm.hours is None
    assert "时至" not in alarm.sentence


def test_the_budget_of_a_store_is_its_own(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _quiet)
    assert fitting.store_of(snapshot).resolve() == store.root.resolve()
    (store.root / "config.toml").write_text("[alarms]\nbudget = 5\n", encoding="utf-8")
    assert fitting.fit(snapshot)["alarm_budget"]["budget"][0] == 5.0
    (store.root / "config.toml").write_text("[alarms]\nbudget = 'many'\n", encoding="utf-8")
    with pytest.raises(MetricError, match="每所每年"):
        fitting.fit(snapshot)
    assert budget.of_store(Path("/nowhere")) == budget.DEFAULT_BUDGET


def test_pages_read_what_was_fitted(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, _quiet, _burst)
    assert alarms.current(snapshot) is None
    assert alarms.budget_of(snapshot) is None
    tables = fitting.fit(snapshot)
    files.write(store, snapshot.id, tables, {"methods_version": fits.METHODS_VERSION})
    with store.writing() as writer:
        writer.publish(lambda con: None)
    files.write(store, snapshot.id + 1, tables, {"methods_version": fits.METHODS_VERSION})
    read = Reader(store).snapshot()
    assert read is not None
    found = alarms.current(read, [tiny.CITY])
    assert found is not None
    assert {one.group for one in found} == {"刑事", "盗窃"}
    assert list(found) == [one for one in alarms_of(tables) if one.station == tiny.CITY and one.is_ongoing]
    assert alarms.current(read, [tiny.CITY], until=date(2026, 11, 20)) == ()
    said = alarms.budget_of(read)
    assert said is not None
    assert alarms.budget_text(said).startswith("按平均每所每年约 2 次设定")
    line = alarms.line(read, tiny.CITY, "盗窃")
    assert line is not None
    assert line["observed"].iloc[-1] == 15
    assert line["signal"].iloc[-1] == SUDDEN


def test_an_alarm_whose_leader_is_over_leads_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tiny.snapshot_of(store, _quiet, _burst)
    listed = [one for one in alarms_of(fitting.fit(snapshot)) if one.station == tiny.CITY and one.is_ongoing]
    led = next(one for one in listed if one.leader != one.id)
    over = replace(next(one for one in listed if one.id == led.leader), is_ongoing=False)
    monkeypatch.setattr(reading, "history", lambda *_: (over, led))
    (found,) = alarms.current(snapshot, [tiny.CITY]) or ()
    assert found.group == led.group and found.leader == found.id


# ---- a small demo --------------------------------------------------------------------------------


Demo = tuple[Snapshot, dict[str, dict[str, Any]], dict[str, pd.DataFrame]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Twelve stations and three years, what was planted in them, and what was fitted."""
    store = Store(tmp_path_factory.mktemp("demo"))
    bureau.publish(store, Plan(12, 3, 72_000, 1, LAST))
    truths = json.loads((store.root / bureau.TRUTH_FILE).read_text(encoding="utf-8"))
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot, {truth["id"]: truth for truth in truths}, fitting.fit(snapshot)


def test_the_planted_rise_alarms_in_its_weeks(demo: Demo) -> None:
    _, truths, tables = demo
    truth = truths["night-theft-rise"]
    found = [one for one in alarms_of(tables) if one.station == truth["stations"][0] and one.group == "盗窃"]
    rise = [one for one in found if one.is_ongoing]
    assert len(rise) == 1
    assert rise[0].first_day >= date.fromisoformat(truth["from"])
    assert rise[0].observed > rise[0].high
    assert rise[0].hours is not None
    assert rise[0].hours.since in (21, 22, 23)


def test_the_planted_displacement_creeps(demo: Demo) -> None:
    _, truths, tables = demo
    truth = truths["displacement"]
    first = date.fromisoformat(truth["from"])
    found = [one for one in alarms_of(tables) if one.station == truth["stations"][0] and one.first_day >= first]
    assert any(one.group in ("违法犯罪", "治安") and one.kind == CREEPING for one in found)


def test_the_budget_holds_where_nothing_was_planted(demo: Demo) -> None:
    snapshot, truths, _ = demo
    judged = fitting.judge(series.read(snapshot), 2.0)
    stations, _ = budget.realised(judged.daily, judged.signals, planted(judged.daily, truths))
    assert stations is not None
    assert 1 <= stations.rate <= 3


def planted(daily: series.Daily, truths: dict[str, dict[str, Any]]) -> np.ndarray:
    """Return the days and series that something was planted in."""
    out = np.zeros(daily.counts.shape, dtype=bool)
    width = len(daily.groups)
    for truth in truths.values():
        if truth["kind"] in ("rise", "campaign", "displacement", "relabelling") and truth["planted"]:
            start = max(0, (date.fromisoformat(truth["from"]) - daily.days[0]).days)
            for station in truth["stations"]:
                unit = daily.units.index(station)
                out[start:, unit * width : (unit + 1) * width] = True
    return out


def test_the_fitted_tables_have_no_holes(demo: Demo) -> None:
    snapshot, _, tables = demo
    line = tables["alarm_series"]
    assert len(line) == 13 * 8 * fitting.SERIES_DAYS
    assert not line.drop(columns="signal").isna().any().any()
    assert (line["upper"] > line["window_expected"]).all()
    said = tables["alarm_budget"].iloc[0]
    assert said["realised_low"] < said["realised"] < said["realised_high"]
    assert len(tables["alarm_models"]) == 13 * 8
    assert tables["alarm_models"]["phi"].between(1, 2).all()
    again = fitting.fit(snapshot)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])
