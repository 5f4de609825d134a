"""Cells and sentences of changes: zero bases, nothing, no change, the festival, leap days."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.snapshots import Store
from metrics import compare
from metrics.compare import NO_BASE, Comparison
from metrics.definitions import METRICS
from reports import hours, wording
from tests import tiny
from tests.reports.making import LAST, burst, made, steady
from tests.reports.reading import printed, table, texts

COUNT, SHARE = METRICS["alerts_valid"], METRICS["clear_rate"]


@pytest.mark.parametrize(
    ("value", "base", "said", "number"),
    [
        (42, 48, "−12.5%（−6）", -0.125), (30, 20, "+50.0%（+10）", 0.5), (7, 7, "持平", 0), (0, 0, "持平", 0),
        (0, 4, "减少 4 起", "减少 4 起"), (3, 0, "增加 3 起", "增加 3 起"), (11, 2, "增加 9 起", "增加 9 起"),
        (40, 19, "增加 21 起", "增加 21 起"), (18, 20, "−10.0%（−2）", -0.1),
        (None, 4, "—", None), (4, None, "—", None), (1_235, 1_234, "+0.1%（+1）", 0.001),
        (2_001, 2_000, "+0.1%（+1）", 0.001),
        (1_999, 2_000, "−0.1%（−1）", -0.001),
    ],
)  # fmt: skip
def test_a_change_is_printed_as_tables_do(
    value: float | None, base: float | None, said: str, number: float | str | None
) -> None:
    cell = wording.change_cell(compare.counts(value, 7, base, 7), COUNT)
    assert (cell.text, cell.value) == (said, number)


def test_a_share_changes_in_points_and_no_base_says_nothing() -> None:
    cell = wording.change_cell(Comparison(40.9, 55.9, -15.0), SHARE)
    assert (cell.text, cell.value) == ("−15.0 百分点", -15.0)
    assert wording.change_cell(Comparison(40.9, 40.88, 0.02), SHARE).text == "持平"
    assert wording.change_cell(Comparison(3, 2, 1, 50.0, verdict=NO_BASE), COUNT).text == "—"


def test_what_did_not_occur_is_said_and_not_a_zero() -> None:
    assert wording.counts([("盗窃", 3), ("诈骗", 1)]) == "盗窃 3 起、诈骗 1 起"
    assert (
        wording.counts([("刑事", 1_200), ("投诉", 0), ("举报", 0)], "警情") == "刑事警情 1,200 起，无投诉警情、举报警情"
    )
    assert wording.counts([("投诉", 0)]) == "无投诉"


def test_long_lists_are_cut_and_counted() -> None:
    assert wording.names([]) == "无"
    assert wording.names(["甲所", "乙所"]) == "甲所、乙所"
    assert wording.names([f"{n}所" for n in range(12)], most=2) == "0所、1所等 12 个"


def test_numerals_and_ranges() -> None:
    assert [wording.numeral(n) for n in (1, 9, 10, 11, 20, 23)] == ["一", "九", "十", "十一", "二十", "二十三"]
    assert (wording.usual((0, 0)), wording.usual((736, 1_965))) == ("0", "736–1,965")


# ---- whole reports -------------------------------------------------------------------------------


def test_a_day_without_alerts_says_so_everywhere(store: Store) -> None:
    # The days between the two stamps of one batch are covered; the day in question is one of them.
    report = made(store, lambda con: tiny.alerts(con, [{"call": "2026-11-01 10:00"}, {"call": "2026-11-22 10:00"}]))
    whole = texts(report)
    assert "2026年11月21日0时至24时，全区未接报警情。" in whole
    assert "有效警情无，环比持平" in whole
    assert "本期无有效警情，无重复警情。" in whole
    assert "本期没有可用的到达时间" in whole
    assert "nan" not in whole.lower() and "None" not in whole


def test_one_category_and_one_station(store: Store) -> None:
    report = made(store, steady, stations=("东港派出所",))
    said = texts(report, "总体警情")
    assert "东港派出所共接各类警情 12 起，其中有效警情 12 起。有效警情中，刑事警情 12 起。" in said
    assert "刑事警情 12 起，环比持平，同比持平" in said
    assert printed(table(report, "分类警情")) == [["1", "刑事", "12", "12", "持平", "12", "持平", "4–22", "正常波动"]]
    order = next(row for row in printed(table(report, "主要指标")) if row[1].startswith("治安"))
    assert (*order[2:7], order[-1]) == ("0", "0", "持平", "0", "持平", "样本不足")
    assert [row[1] for row in printed(table(report, "各派出所有效警情"))] == ["东港派出所"]


def test_a_zero_base_is_the_count_alone_in_tables(store: Store) -> None:
    report = made(
        store, steady, lambda con: tiny.alerts(con, [{"call": f"{LAST} 1{n}:00", "cat": "02"} for n in range(3)])
    )
    order = next(row for row in printed(table(report, "分类警情")) if row[1] == "治安")
    assert order[2:7] == ["3", "0", "增加 3 起", "0", "增加 3 起"]


def test_leap_day_is_compared_with_28_february(store: Store) -> None:
    def leap(con: object) -> None:
        tiny.daily_alerts(con, "2023-01-01", 425, 3, cat="02")  # type: ignore[arg-type]

    report = made(store, leap, day=date(2024, 2, 29))
    said = texts(report, "统计周期")
    assert "统计周期：2024年2月29日0时至24时。环比对2024年2月28日0时至24时" in said
    assert "同比对2023年2月28日0时至24时" in said


def test_around_spring_festival_the_aligned_figure_stands_beside(store: Store) -> None:
    def two_years(con: object) -> None:
        tiny.daily_alerts(con, "2023-01-01", 425, 3, cat="02")  # type: ignore[arg-type]

    report = made(store, two_years, day=date(2024, 2, 10))
    assert "春节对齐同比：2024-02-10 对 2023-01-22，均为正月初一" in texts(report, "统计周期")
    assert "（按春节对齐同比持平" in texts(report, "总体警情")


def test_a_burst_is_out_of_chance_in_words_table_and_slides(store: Store) -> None:
    report = made(store, steady, burst)
    assert "南山所刑事警情 40 起，预期 0 起；集中在" in texts(report, "风险提示")
    assert "超出随机波动" in texts(report, "风险提示")
    told = "本期（2026年11月21日0时至24时）违法犯罪警情显著高于自身预期的派出所：南山所（40 起，预期 0.0 起）。"
    assert told in texts(report, "派出所情况") and "另有预警" not in texts(report)
    assert any("南山所" in message.text for message in report.messages)


def test_the_busiest_weekday_is_that_of_the_mean_where_weekdays_differ_in_number() -> None:
    """Four Sundays of 30 are 120 events, three Tuesdays of 32 only 96."""
    counts = np.array([60.0, 96.0, 60.0, 60.0, 60.0, 60.0, 120.0])
    assert hours.busiest_day(counts, [3, 3, 3, 3, 3, 3, 4]) == "日均最多的为星期二，3 天 96 起，日均 32.0 起"
    assert hours.busiest_day(counts, [4] * 7) == "最多的为星期日，120 起"
    assert hours.busiest_day(np.array([0, 0, 0, 0, 0, 0, 9.0]), [0, 0, 0, 0, 0, 0, 1]) == "最多的为星期日，9 起"
