"""要点 from warnings and verdicts: one story once, one verdict a sentence, slow rises on quiet days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pandas as pd
import pytest

from data import fits as files
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import fits
from metrics.alarms import CREEPING, SUDDEN, Alarm, evidence, records
from metrics.alarms.records import Hours
from metrics.briefing import Point, brief, keypoints
from metrics.change import HIGH, SAID
from metrics.compare import REAL, USUAL
from metrics.selection import Selection
from tests import tiny
from tests.metrics.test_briefing import LAST, burst, steady

WEEK = Selection(period="last7")


def alarm(station: str = tiny.VILLAGE, group: str = "刑事", **more: Any) -> Alarm:
    """A sudden rise of the last seven days."""
    usual: dict[str, Any] = {
        "id": f"{station}|{group}", "station": station, "name": "南山所", "group": group, "kind": SUDDEN,
        "first_day": LAST, "last_day": LAST, "is_ongoing": True, "window_first": LAST - timedelta(days=6),
        "window_last": LAST, "observed": 40, "expected": 3.0, "low": 0, "high": 7, "upper": 9, "score": 6.0,
        "threshold": 3.0, "excess": 9.0, "hours": Hours(22, 2, 40, 1.0), "fitted_through": LAST,
    }  # fmt: skip
    return Alarm(**{**usual, **more})


def slow(station: str = tiny.EDGE, group: str = "求助") -> Alarm:
    """A rise that added up over ten weeks and just passes its threshold."""
    return alarm(
        station, group, kind=CREEPING, name="西郊所", window_first=LAST - timedelta(days=69), hours=None,
        score=3.0, threshold=3.0, excess=2.0, upper=None,
    )  # fmt: skip


def fitted(
    store: Store,
    snapshot: Snapshot,
    *alarms: Alarm,
    seasonal: dict[tuple[str, str], float] | None = None,
    steps: Sequence[tuple[str, date, int, float, int, int]] = (),
) -> Snapshot:
    """Write warnings, and what season and calendar lead to expect a day, as if they had been fitted.

    steps: of the alarms' evidence: id, day, observed, expected, low, high.
    """
    budget = {
        "budget": 2.0, "realised": 1.97, "realised_low": 1.63, "realised_high": 2.36,
        "fitted_through": pd.Timestamp(LAST), "notes": "[]",
    }  # fmt: skip
    days = pd.date_range(LAST - timedelta(days=20), LAST)
    series = [
        {"station": station, "group": group, "day": day, "expected": mean}
        for (station, group), mean in (seasonal or {("无", "无"): 1.0}).items()
        for day in days
    ]
    ranked = records.with_leaders(alarms)
    tables = {
        "alarms": records.to_frame(ranked), "alarm_budget": pd.DataFrame([budget]),
        "alarm_series": pd.DataFrame(series),
    }  # fmt: skip
    if steps:
        columns = ["alarm", "day", "observed", "expected", "low", "high"]
        tables[evidence.TABLE] = pd.DataFrame(steps, columns=columns).astype({"day": "datetime64[ns]"})
    files.write(store, snapshot.id, tables, {"methods_version": fits.METHODS_VERSION})
    read = Reader(store).snapshot()
    assert read is not None
    return read


def test_a_warning_and_a_verdict_of_the_same_rise_are_one_story(store: Store) -> None:
    before = tiny.snapshot_of(store, steady, burst)
    assert sum("南山所" in point.text for point in brief(before, WEEK).points) == 1
    found = brief(fitted(store, before, alarm()), WEEK)
    told = [point for point in found.points if "南山所" in point.text]
    assert told == found.points[:1] and told[0].verdict == "突升预警" and told[0].tone == "worse"
    assert told[0].text == "南山所刑事警情近 7 日 40 起，预期 0–7 起（突升预警，当日首次），集中在 22 时至 2 时"
    assert told[0].page == "/heat" and Selection.from_query(told[0].query) == (
        Selection("custom", LAST - timedelta(days=6), LAST, (tiny.VILLAGE,), ("刑事",)),
        [],
    )


def test_a_day_within_the_weeks_of_a_warning_is_said_with_it(store: Store) -> None:
    found = brief(fitted(store, tiny.snapshot_of(store, steady, burst), alarm()), Selection())
    assert found.points[0].text.endswith("；11月21日刑事警情 40 起")
    # The verdict that it swallows lends its rank.
    assert found.points[0].weight > found.warnings.surges[0].weight


def test_a_slow_rise_shows_on_a_quiet_day(store: Store) -> None:
    snapshot = fitted(store, tiny.snapshot_of(store, steady), slow())
    points = brief(snapshot, Selection()).points
    assert points[0].text.startswith("西郊所求助警情近 70 日 40 起") and points[0].verdict == "渐升预警"
    assert points[0].page == "/trend" and points[0].tone == "watch"
    assert "没有超出随机波动" not in points[-1].text


def test_a_slow_rise_keeps_a_place_among_stronger_news(store: Store) -> None:
    groups = ("刑事", "治安", "交通", "纠纷", "举报", "投诉", "咨询", "其他")
    loud = [alarm(tiny.CITY if n % 2 else tiny.VILLAGE, group, excess=20.0 - n) for n, group in enumerate(groups)]
    found = brief(fitted(store, tiny.snapshot_of(store, steady), *loud, slow()), Selection())
    assert len(found.points) == 7
    assert [point.verdict for point in found.points].count("渐升预警") == 1 and found.points[-1].verdict == "渐升预警"


def test_nothing_ordinary_stands_before_anything_outside_its_range(store: Store) -> None:
    def risen(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        tiny.alerts(con, [{"call": f"{LAST} 21:{n:02d}:00", "cat": "05", "station": tiny.EDGE} for n in range(8)])

    groups = ("刑事", "治安", "交通", "纠纷", "举报", "投诉", "咨询", "其他")
    loud = [alarm(tiny.CITY if n % 2 else tiny.VILLAGE, group, excess=20.0 - n) for n, group in enumerate(groups)]
    snapshot = fitted(store, tiny.snapshot_of(store, risen), *loud)
    found = brief(snapshot, Selection())
    row = next(row for row in found.rows if row.name == "求助")
    assert row.verdict == USUAL and row.expected and (row.value or 0) > row.expected[1]
    assert [point.verdict for point in found.points] == ["突升预警"] * 6 + [HIGH]
    assert found.points[-1].text.startswith("全局求助警情")


def test_a_whole_outside_its_range_is_told_before_what_is_ordinary() -> None:
    real, usual, last = (Point(name, "plain", verdict, "/", {}, 0.0) for name, verdict in (
        ("a", REAL), ("b", USUAL), ("whole", HIGH),
    ))  # fmt: skip
    assert [one.text for one in keypoints._within([real], [usual], last)] == ["a", "whole", "b"]
    calm = replace(last, verdict=USUAL)
    assert [one.text for one in keypoints._within([real], [usual], calm)] == ["a", "b", "whole"]
    assert keypoints._within([real] * 7, [usual], calm) == [real] * 7
    assert keypoints._within([real] * 7, [usual], last)[-1] == last


def test_warnings_follow_stations_categories_and_the_end_of_the_period(store: Store) -> None:
    theft = alarm(group="盗窃", id="theft", excess=8.0)
    snapshot = fitted(store, tiny.snapshot_of(store, steady, burst), alarm(), theft, slow())

    def told(selection: Selection) -> list[tuple[str, str]]:
        return [(one.alarm.station, one.alarm.group) for one in brief(snapshot, selection).warnings.surges]

    crime, help_ = (tiny.VILLAGE, "刑事"), (tiny.EDGE, "求助")
    assert told(WEEK) == [crime, help_]
    assert brief(snapshot, WEEK).warnings.surges[0].also == ("盗窃",)
    assert told(replace(WEEK, stations=(tiny.EDGE,))) == [help_]
    assert told(replace(WEEK, categories=("刑事",))) == [crime]
    # A filter by one kind of crime: the warning of all crime says nothing of it, that of theft does.
    assert told(replace(WEEK, categories=("0101",))) == [(tiny.VILLAGE, "盗窃")]
    assert told(replace(WEEK, categories=("010101",))) == []
    week_before = Selection("custom", LAST - timedelta(days=20), LAST - timedelta(days=14))
    assert told(week_before) == []


def test_what_is_not_fitted_or_not_kept_is_said_once(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    assert brief(snapshot, Selection()).warnings.missing.startswith("预警正在计算")
    old = Selection("custom", LAST - timedelta(days=130), LAST - timedelta(days=120))
    found = brief(fitted(store, snapshot, slow()), old).warnings
    assert "只保留数据最后 90 天" in found.missing and found.surges == ()


@pytest.mark.parametrize(("a_day", "verdict"), [(40.0, USUAL), (1.0, REAL)])
def test_what_the_calendar_explains_is_no_finding(store: Store, a_day: float, verdict: str) -> None:
    snapshot = fitted(
        store, tiny.snapshot_of(store, steady, burst), seasonal={(tiny.VILLAGE, "刑事"): a_day, ("全局", "刑事"): 12.0}
    )
    point = next(one for one in brief(snapshot, Selection()).points if one.text.startswith("南山所"))
    assert point.verdict == verdict
    assert ("节假日与季节可以解释" in point.text) == (verdict == USUAL)


def test_a_sentence_has_one_verdict(store: Store) -> None:
    def last_year(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2025-11-15", 7, 2, cat="0101", station=tiny.CITY)

    found = brief(tiny.snapshot_of(store, steady, burst, last_year), WEEK)
    row = next(point for point in found.points if point.text.startswith("全局刑事警情"))
    assert "同比多 110 起（由 14 到 124）" in row.text and "高于前 8 周预期" in row.text and row.verdict == REAL
    assert not any(word in point.text for point in found.points for word in SAID.values())


def test_a_long_period_is_judged_by_the_year_before(store: Store) -> None:
    def more_than_last_year(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2025-09-01", 61, 4, cat="0101")
        tiny.daily_alerts(con, "2026-09-01", 61, 9, cat="0101")

    found = brief(
        tiny.snapshot_of(store, more_than_last_year), Selection("custom", date(2026, 9, 1), date(2026, 10, 31))
    )
    assert any(point.text == "全局刑事警情 549 起，同比上升 125.0%（多 305 起）" for point in found.points)
