"""Days and data that are not as usual, in every kind of report and every format: what the words then are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from data.snapshots import Store
from metrics.selection import Selection
from reports import daily, station, weekly, writing
from reports.document import Report
from tests import tiny
from tests.reports import reading
from tests.reports.making import LAST, MADE, steady

KINDS = ("daily", "weekly", "station")
LEAP, FESTIVAL = date(2024, 2, 29), date(2024, 2, 10)
MONTH_OF = {LEAP: date(2024, 2, 1), FESTIVAL: date(2024, 2, 1), LAST: date(2026, 11, 1)}


def quiet(con: duckdb.DuckDBPyConnection) -> None:
    """Two calls of one batch, outside of every period that a report holds: the days between are covered."""
    tiny.alerts(con, [{"call": at, "station": tiny.EDGE} for at in ("2025-06-01 10:00", "2026-11-22 00:00")])


def few(con: duckdb.DuckDBPyConnection) -> None:
    """Three calls of one category at one station, and nothing in any period before."""
    quiet(con)
    tiny.alerts(con, [{"call": f"{LAST} 1{n}:00", "cat": "02"} for n in range(3)])


def one_kind(con: duckdb.DuckDBPyConnection) -> None:
    for first in (LAST - timedelta(days=139), LAST - timedelta(days=139 + 365)):
        tiny.daily_alerts(con, first.isoformat(), 140, 12, cat="0101", station=tiny.CITY)


def two_years(con: duckdb.DuckDBPyConnection) -> None:
    tiny.daily_alerts(con, "2022-12-01", 460, 30, cat="02", station=tiny.CITY)


def reported(store: Store, kind: str, fill: Callable[[Any], None], last: date = LAST, **more: Any) -> Report:
    snapshot = tiny.snapshot_of(store, fill)
    if kind == "station":
        return station.monthly(snapshot, store.root, station.Asked(tiny.CITY, MONTH_OF[last]), MADE)
    days = {"daily": 0, "weekly": 6}[kind]
    made = daily.daily if kind == "daily" else weekly.weekly
    return made(snapshot, Selection("custom", last - timedelta(days=days), last, **more), MADE)


def written(report: Report) -> Iterator[str]:
    """Yield the whole text of each format."""
    yield reading.docx_text(report)
    yield "\n".join(str(value) for value in reading.xlsx_values(report) if value is not None)
    yield reading.pptx_text(report)


@pytest.mark.parametrize("kind", KINDS)
def test_a_period_without_alerts(store: Store, kind: str) -> None:
    report = reported(store, kind, quiet)
    whole = "东港派出所" if kind == "station" else "全区"
    assert f"{whole}未接报警情。" in reading.texts(report)
    assert "有效警情无，环比持平" in reading.texts(report)
    assert "本期无有效警情，无重复警情。" in reading.texts(report)
    for text in written(report):
        assert "有效警情无，环比持平" in text
        assert "nan" not in text.lower() and "None" not in text and "inf" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_base_of_zero_says_counts_and_no_percentage(store: Store, kind: str) -> None:
    report = reported(store, kind, few)
    assert "有效警情 3 起，环比多 3 起（由 0 到 3），同比多 3 起（由 0 到 3）" in reading.texts(report)
    order = next(row for row in reading.printed(reading.table(report, "主要指标")) if row[1].startswith("治安"))
    assert order[2:7] == ["3", "0", "增加 3 起", "0", "增加 3 起"]
    for text in written(report):
        assert "增加 3 起" in text and "inf" not in text and "nan" not in text.lower()


@pytest.mark.parametrize("kind", KINDS)
def test_one_category_at_one_station(store: Store, kind: str) -> None:
    report = reported(store, kind, one_kind)
    rows = reading.printed(reading.table(report, "分类警情"))
    assert [row[1] for row in rows] == ["刑事"]
    # A month of 21 days against the same days, a day against a day, a week against a week: all the same.
    assert rows[0][4:7:2] == ["持平", "持平"]
    for text in written(report):
        assert "刑事" in text and "持平" in text and "nan" not in text.lower()


@pytest.mark.parametrize("kind", ("daily", "weekly"))
def test_chosen_stations_stand_alone(store: Store, kind: str) -> None:
    report = reported(store, kind, steady, stations=("东港派出所", "西郊派出所"))
    assert [row[1] for row in reading.printed(reading.table(report, "各派出所有效警情"))] == [
        "东港派出所",
        "西郊派出所",
    ]
    assert all("南山" not in text for text in written(report))


@pytest.mark.parametrize("kind", KINDS)
def test_the_leap_day(store: Store, kind: str) -> None:
    report = reported(store, kind, two_years, LEAP)
    said = {
        "daily": "同比对2023年2月28日0时至24时", "weekly": "同比对2023年2月23日至2月28日",
        "station": "同比对2023年2月1日至2月28日",
    }[kind]  # fmt: skip
    for text in list(written(report))[:2]:
        assert said in text
    for text in written(report):
        assert "nan" not in text.lower()


@pytest.mark.parametrize("kind", KINDS)
def test_spring_festival(store: Store, kind: str) -> None:
    report = reported(store, kind, two_years, FESTIVAL)
    assert "春节对齐同比" in reading.texts(report)
    for text in list(written(report))[:2]:
        assert "按春节对齐同比" in text


def test_every_word_of_a_verdict_is_explained(store: Store) -> None:
    said = reading.texts(reported(store, "daily", steady), "统计周期")
    words = ("真变化", "偏高，未确认", "偏低，未确认", "正常波动", "样本不足", "不作判定", "无对比数据")
    assert [word for word in words if f"「{word}」" not in said] == []


# ---- months alone --------------------------------------------------------------------------------


def months(con: duckdb.DuckDBPyConnection) -> None:
    """Two years of which only the month is known, 40 calls each."""
    firsts = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(24)]
    rows = [{"call": f"{first} 00:00", "time_precision": "month", "cat": "02"} for first in firsts for _ in range(40)]
    tiny.alerts(con, rows)


@pytest.mark.parametrize("suffix", writing.FORMATS)
def test_data_known_by_month_gives_whole_months(store: Store, suffix: str) -> None:
    snapshot = tiny.snapshot_of(store, months)
    chosen = Selection("custom", date(2026, 10, 1), date(2026, 10, 31))
    report = daily.daily(snapshot, chosen, MADE)
    said = reading.texts(report)
    assert "2026年10月1日至10月31日，全区共接各类警情 40 起" in said
    assert "环比对2026年9月1日至9月30日" in said and "只精确到月" in said
    assert writing.content(report, suffix)
    own = station.monthly(snapshot, store.root, station.Asked(tiny.CITY, date(2026, 10, 1)), MADE)
    assert "有效警情 40 起，环比持平" in reading.texts(own)
    assert writing.content(replace(own, watermark="内部"), suffix)
