"""近期预测 in reports: what was fitted with its interval and measured error, words where nothing was."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from data import fits as files
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics.fits import METHODS_VERSION
from metrics.forecasting import fitting as forecasts
from metrics.forecasting.reading import outlook, sentence
from metrics.hotspots.fitting import FORECAST_COLUMNS, QUALITY_COLUMNS
from reports import ahead
from tests import tiny
from tests.reports import reading
from tests.reports.making import LAST, of_day, of_week, steady

CELLS = pd.DataFrame(
    [
        {
            "subject": "违法犯罪", "cell_x": 100 + n, "cell_y": 200, "lon": 123.0, "lat": 35.0, "score": 7.1 - n,
            "rank": n + 1, "recent": 5.0, "long_run": 340.0 - 169 * n, "share_public": 0.9, "station": tiny.CITY,
        }
        for n in range(3)
    ]
)[list(FORECAST_COLUMNS)]  # fmt: skip


def fitted(store: Store, *changes: object) -> Snapshot:
    """Publish, fit the forecast and put three hot cells beside it, the last with too few events to be shown."""
    snapshot = tiny.snapshot_of(store, *changes)  # type: ignore[arg-type]
    tables = {
        **forecasts.fit(snapshot), "hotspot_forecast": CELLS,
        "hotspot_quality": pd.DataFrame(columns=list(QUALITY_COLUMNS)),
    }  # fmt: skip
    files.write(store, snapshot.id, tables, {"methods_version": METHODS_VERSION})
    found = Reader(store).snapshot()
    assert found is not None
    return found


def test_the_coming_week_with_interval_and_error(store: Store) -> None:
    snapshot = fitted(store, steady)
    told = outlook(forecasts.fit(snapshot))
    for report in (of_day(snapshot), of_week(snapshot)):
        said = reading.texts(report, ahead.TITLE)
        assert sentence(told, "全区") in said and "九成可能在" in said and "回测误差" in said and "理论下限" in said
        rows = reading.printed(reading.table(report, ahead.DAYS))
        assert [row[0] for row in rows] == [*(f"2026-11-{22 + n}" for n in range(7)), "七日合计"]
        assert rows[-1][2] == f"{told.week.mean:,.0f}" and rows[-1][4] == f"{told.week.low90:,}–{told.week.high90:,}"
        assert "逐日预测" in reading.table(report, ahead.DAYS).note
        assert all(row[0] in reading.pptx_text(report) for row in rows)


def test_hot_cells_with_their_station_and_without_the_few(store: Store) -> None:
    report = of_day(fitted(store, steady))
    rows = reading.printed(reading.table(report, ahead.CELLS))
    assert [(row[0], row[1], row[3], row[4]) for row in rows] == [
        ("1", "东港派出所", "7.1", "340"), ("2", "东港派出所", "6.1", "171")
    ]  # fmt: skip
    assert "另有 1 个网格依据不足 3 起" in reading.table(report, ahead.CELLS).note
    assert "在东港派出所辖区" in reading.texts(report, ahead.TITLE)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"categories": ("刑事",)}, "当前筛选下不列"),
        ({"stations": ("东港派出所", "西郊派出所")}, "当前筛选下不列"),
        (
            {"day": LAST - timedelta(days=3)},
            "预测只从最后一个完整日（2026年11月21日）往后作出；本期止于2026年11月18日，不列。",
        ),
    ],
)
def test_where_no_forecast_is_due_it_is_said(store: Store, more: dict[str, object], said: str) -> None:
    report = of_day(fitted(store, steady), **more)  # type: ignore[arg-type]
    assert said in reading.texts(report, ahead.TITLE)
    assert ahead.DAYS not in {table.name for table in report.tables}


def test_one_station_has_its_own_forecast_without_hours(store: Store) -> None:
    report = of_day(fitted(store, steady), stations=("东港派出所",))
    assert "东港派出所未来 7 日" in reading.texts(report, ahead.TITLE)
    assert len(reading.table(report, ahead.DAYS).columns) == 5


def test_what_is_not_fitted_or_cannot_be_is_said(store: Store) -> None:
    assert "生成材料时尚未完成计算" in reading.texts(of_day(tiny.snapshot_of(store, steady)), ahead.TITLE)
    meta = {"methods_version": METHODS_VERSION, "problem:预测": "只精确到月，无法按日预测。"}
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    files.write(store, snapshot.id, {}, meta)
    again = Reader(store).snapshot()
    assert again is not None
    assert "预测：只精确到月，无法按日预测。" in reading.texts(of_day(again, date(2026, 11, 21)), ahead.TITLE)
