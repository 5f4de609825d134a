"""Chapters with a decision in them: who rose for weeks, alarms, hours, cases without alerts, downloads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data import fits as files
from data.reading import Reader
from data.snapshots import Store
from metrics.alarms import records
from metrics.alarms.records import Alarm
from metrics.briefing import brief
from metrics.change import HIGH
from metrics.compare import DEPENDENT, REAL
from metrics.fits import METHODS_VERSION
from metrics.selection import Selection
from reports import hours, rising, sources, station
from tests import tiny
from tests.reports import reading
from tests.reports.making import LAST, MADE, made, of_day, of_week, steady

WEEK = Selection("custom", LAST - timedelta(days=6), LAST)


def rise(con: duckdb.DuckDBPyConnection) -> None:
    """The village: 1, 3, 6 and 10 calls a day in the last four weeks; the edge rises once and falls again."""
    for week, per_day in enumerate((1, 3, 6, 10)):
        first = LAST - timedelta(days=27 - 7 * week)
        tiny.daily_alerts(con, first.isoformat(), 7, per_day, cat="02", station=tiny.VILLAGE)
    tiny.daily_alerts(con, (LAST - timedelta(days=13)).isoformat(), 7, 2, cat="02", station=tiny.EDGE)


def test_who_rose_three_weeks_in_a_row(store: Store) -> None:
    source = sources.source_of(tiny.snapshot_of(store, steady, rise), WEEK)
    found = rising.weeks(source)
    assert found is not None
    assert [(one.name, one.counts) for one in found] == [("南山派出所", (7.0, 21.0, 42.0, 70.0))]
    assert found[0].change.verdict == REAL
    assert rising.by_chance(source) == pytest.approx(3 / 24)
    report = of_week(source.snapshot)
    assert "连续三周上升的派出所 1 个：南山所" in reading.texts(report, "连续上升单位")
    assert reading.printed(reading.table(report, "连续三周上升的派出所"))[0][2:] == [
        "7", "21", "42", "70", "增加 63 起", REAL
    ]  # fmt: skip


def test_four_weeks_are_needed_to_rise(store: Store) -> None:
    short = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-11-01", 21, 3))
    assert "不足四周数据" in reading.texts(of_week(short), "连续上升单位")


def test_busiest_hours_with_their_share_also_over_midnight() -> None:
    counts = dict.fromkeys(range(24), 0.0) | {22: 3.0, 23: 4.0, 0: 2.0, 1: 1.0, 12: 2.0}
    assert hours.busiest(counts, "有效警情") == "有效警情最多的四个小时为 22 时至次日 2 时，10 起，占 12 起的 83.3%"
    assert "20 时至 24 时" in hours.busiest({20: 5.0, 21: 5.0, 22: 5.0, 23: 5.0}, "有效警情")
    assert hours.busiest({3: 1.0}, "有效警情") == "有效警情数量少，不分时段"


def test_cases_without_alerts_have_their_own_words(store: Store) -> None:
    rows = [{"filed": f"2026-11-{day:02d} 10:00:00", "kind": "刑事"} for day in range(1, 22)]
    report = of_day(tiny.snapshot_of(store, lambda con: tiny.cases(con, rows)))
    titles = [section.title for section in report.sections]
    assert "总体案件" in titles and "重复警情" not in titles and "接处警时效" not in titles
    assert "全区共立案件 1 起：盗窃案 1 起。" in reading.texts(report)
    assert "零发案按案件立案计，不按警情：无刑事立案的派出所 2 个：西郊所、南山所。" in reading.texts(report)
    assert "警情" not in reading.texts(report, "总体案件")


def test_what_is_not_fitted_yet_is_said_and_a_problem_too(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    assert "预警：生成材料时尚未完成计算" in reading.texts(of_day(snapshot), "风险提示")
    meta = {"methods_version": METHODS_VERSION, "problem:预警": "数据不足八周，不作预警。"}
    files.write(store, snapshot.id, {}, meta)
    fitted = Reader(store).snapshot()
    assert fitted is not None
    assert "预警：数据不足八周，不作预警。" in reading.texts(of_day(fitted), "风险提示")


def alarm(station: str, name: str, last: date, observed: int) -> Alarm:
    first = last - timedelta(days=6)
    return Alarm(
        f"{station}-{observed}", station, name, "盗窃", "突升", last, last, True, first, last, observed, 6.0, 4, 9, 12,
        5.0, 3.0, observed - 6.0, fitted_through=LAST,
    )  # fmt: skip


def test_fitted_alarms_are_said_with_their_dates_and_how_often_they_are_wrong(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    alarms = [
        alarm(tiny.CITY, "东港所", LAST, 39),
        alarm(tiny.EDGE, "西郊所", LAST - timedelta(days=1), 21),
        alarm(tiny.VILLAGE, "南山所", LAST - timedelta(days=40), 17),
    ]
    budget = pd.DataFrame([{"budget": 2.0, "realised": 1.96, "realised_low": 1.6, "realised_high": 2.4}])
    tables = {"alarms": records.to_frame(alarms), "alarm_budget": budget}
    files.write(store, snapshot.id, tables, {"methods_version": METHODS_VERSION})
    fitted = Reader(store).snapshot()
    assert fitted is not None
    said = reading.texts(of_day(fitted), "风险提示")
    assert "截至11月21日的七天内有信号的预警 2 处，" in said and "南山所盗窃警情" not in said
    assert "东港所盗窃警情近 7 日 39 起，预期 4–9 起（突升预警，当日首次）" in said
    assert "西郊所盗窃警情11月14日至11月20日 21 起" in said
    assert "预警次数：按平均每所每年约 2 次设定；上一年实测 1.96 次（95% 区间 1.60–2.40）；" in said
    earlier = reading.texts(of_day(fitted, LAST - timedelta(days=1)), "风险提示")
    assert "西郊所盗窃警情近 7 日 21 起" in earlier and "预警按全部数据计算" not in earlier
    narrowed = reading.texts(of_day(fitted, stations=(tiny.VILLAGE,)), "风险提示")
    assert "截至11月21日的七天内没有预警。" in narrowed


def test_a_rise_seen_in_several_groups_is_told_once_and_apart_from_what_the_period_shows(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    rise = alarm(tiny.CITY, "东港所", LAST, 39)
    alarms = [rise, replace(rise, id="group", group="刑事", observed=41, score=4.0)]
    files.write(store, snapshot.id, {"alarms": records.to_frame(alarms)}, {"methods_version": METHODS_VERSION})
    fitted = Reader(store).snapshot()
    assert fitted is not None
    report = of_day(fitted)
    said = reading.texts(report, "风险提示")
    assert "有信号的预警 1 处，" in said and said.count("突升预警") == 1
    assert "东港所盗窃警情近 7 日 39 起，预期 4–9 起（突升预警，当日首次）" in said
    listed = reading.printed(reading.table(report, "预警"))
    assert [row[1:7] for row in listed] == [
        ["东港所", "盗窃（另见于刑事）", "突升预警", "11月21日（当日）", "11月15日–11月21日", "39"]
    ]
    beside = "另有预警 1 处，按截至11月21日的一日、七日或更长时段判断，另列"
    assert f"{beside}。" in reading.texts(report, "派出所情况")
    assert any(beside in message.text for message in report.messages)


def test_risks_come_early_and_the_long_table_at_the_end(store: Store) -> None:
    report = made(store, steady)
    titles = [section.title for section in report.sections]
    assert titles[:4] == ["统计周期与口径", "总体警情", "风险提示", "分类警情"]
    behind = {section.title for section in report.sections if section.appendix}
    assert "各派出所有效警情" in behind and "逐所数据见附表「各派出所有效警情」。" in reading.texts(report)


def test_what_is_registered_nowhere_is_no_station(store: Store) -> None:
    calls = [{"call": f"{LAST} 09:{n:02d}:00", "cat": "05", "station": None} for n in range(4)]
    report = made(store, steady, lambda con: tiny.alerts(con, calls))
    lines = reading.printed(reading.table(report, "各派出所有效警情"))
    assert [line[0] for line in lines] == ["1", "2", "3", "—"]
    assert lines[-1][1:3] == ["未登记", "4"] and lines[-1][-1] == "不作判定"
    said = reading.texts(report)
    assert "持平的 3 个" in said and "另有未登记派出所的 4 起" in said


def test_a_station_has_the_verdict_that_its_range_shows(store: Store) -> None:
    calls = [{"call": f"{LAST} 09:{n:02d}:00", "cat": "0101", "station": tiny.CITY} for n in range(11)]
    snapshot = tiny.snapshot_of(store, steady, lambda con: tiny.alerts(con, calls))
    found, report = brief(snapshot, Selection("custom", LAST, LAST)), of_day(snapshot)
    place = next(one for one in found.totals if one.code == tiny.CITY)
    low, high = place.usual
    assert place.value == 23 > high
    line = next(line for line in reading.printed(reading.table(report, "各派出所有效警情")) if line[1] == "东港派出所")
    assert line[-2:] == [f"{low}–{high}", found.standing(place)] and line[-1] in (REAL, HIGH)


def test_repeats_are_not_judged(store: Store) -> None:
    said = reading.texts(made(store, steady), "重复警情")
    assert "重复警情" in said and "正常波动" not in said and "随机波动" not in said
    assert DEPENDENT in said


def test_small_counts_of_beats_stay_hidden(store: Store) -> None:
    def beats(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-11-20", 2, 2, cat="0101")
        tiny.daily_alerts(con, "2026-11-20", 2, 5, cat="05")
        con.execute("UPDATE alerts SET beat_code = 'B1'")

    report = made(store, beats, stations=(tiny.CITY,))
    row = next(row for row in reading.printed(reading.table(report, "警格分类警情")) if row[0] == "东港一社区")
    assert "2" not in row and any(cell in ("<3", "略") for cell in row)
    assert "「<3」「略」为避免识别个人而不显示" in reading.table(report, "警格分类警情").note


@pytest.mark.parametrize("first", ["2026-11-01", "2026-10-01"])
def test_a_running_month_is_compared_with_the_same_days_before(store: Store, first: str) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    asked = station.Asked(tiny.CITY, date.fromisoformat(first))
    report = station.monthly(snapshot, Path(store.root), asked, MADE)
    said = reading.texts(report, "统计周期")
    expected = "环比对2026年10月1日至10月21日" if first == "2026-11-01" else "环比对2026年9月1日至9月30日"
    assert expected in said
