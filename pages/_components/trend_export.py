"""The tables behind the cards of 趋势研判, as exports give them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from metrics.change import badge
from metrics.model import COUNT, MetricError
from metrics.trend import Trend, campaign, trend
from metrics.trend.campaign import Progress
from pages._components import export
from pages._components import trend_figures as drawing
from pages._components.export import Column, Sheet, sheet_of
from pages._components.shown import Shown, pinned
from pages._components.trend_methods import BAND, CAMPAIGN, FORECAST, PARTS
from pages._components.trend_questions import BREAKDOWNS, read


def offer() -> None:
    """Let the cards of the page export what they show."""
    export.offer({"trend-line": _line_sheets, "trend-table": _points_sheet, "trend-parts": _parts_sheets})
    export.offer({"trend-campaign": _campaign_sheet, "trend-change": _campaign_sheet}, _campaign_pinning)


def _found(shown: Shown) -> Trend:
    asked, _, _ = read(shown.query, shown.snapshot, shown.selection)
    return trend(shown.snapshot, shown.selection, asked)


def _measure(found: Trend) -> tuple[str, str]:
    return "指标", f"{found.metric.label}，{found.metric.unit}"


def _number(name: str, decimals: int | None = None) -> Column:
    return Column(name, "number", 12, decimals)


def _points_sheet(shown: Shown) -> Sheet:
    found = _found(shown)
    metric = found.metric
    ends = ("预期下限", "预期上限") if metric.kind == COUNT else ("95% 下限", "95% 上限")
    columns = [Column("期", width=26), Column("起", "date"), Column("止", "date"), _number("本期", metric.decimals)]
    columns += [_number("样本"), _number("同期", metric.decimals), _number("同比增减", metric.decimals)]
    columns += [
        _number("同比 %", 1),
        *(_number(name, metric.decimals) for name in ends),
        Column("判定"),
        Column("备注"),
    ]
    rows = []
    for one in found.points:
        low, high = (one.usual or (None, None)) if metric.kind == COUNT else (one.low, one.high)
        rows.append(
            (drawing.label_of(found, one), one.first, one.last, one.value, one.n, one.last_year.base,
             one.last_year.change, one.last_year.percent, low, high,
             "" if one.partial else badge(one.verdict, one.value, one.usual),
             "未满一期" if one.partial else "")
        )  # fmt: skip
    lines = (_measure(found), ("判定方法", found.judged_by.removeprefix("判定：")))
    return sheet_of(shown, f"{metric.label}逐期", columns, rows, about=(metric.id, BAND), lines=lines)


def _line_sheets(shown: Shown) -> list[Sheet]:
    found, sheets = _found(shown), [_points_sheet(shown)]
    if found.outlook:
        columns = [Column("日期", "date"), _number("预测", 1)]
        columns += [_number(name) for name in ("五成下限", "五成上限", "九成下限", "九成上限")]
        rows = [(one.first, one.mean, one.low50, one.high50, one.low90, one.high90) for one in found.outlook.days]
        lines = (_measure(found), ("回测", found.outlook_note))
        sheets.append(sheet_of(shown, "未来 7 日预测", columns, rows, about=(found.metric.id, FORECAST), lines=lines))
    if found.holidays:
        columns = [Column("名称"), Column("起", "date"), Column("止", "date")]
        marks = [(one.name, one.first, one.last) for one in (*found.holidays, *found.campaigns)]
        sheets.append(sheet_of(shown, "节假日与行动", columns, marks, lines=(_measure(found),)))
    return sheets


def _parts_sheets(shown: Shown) -> list[Sheet]:
    found = _found(shown)
    metric = found.metric
    name = BREAKDOWNS[found.asked.by].removeprefix("按")
    columns = [Column(name, width=16), _number("本期", metric.decimals), _number("样本")]
    columns += [_number("同期", metric.decimals), _number("同比 %", 1), _number("预期下限"), _number("预期上限")]
    columns += [_number("z", 2), Column("判定")]
    rows = [
        (one.name, one.value, one.n, one.last_year.base, one.last_year.percent, *(one.usual or (None, None)), one.z,
         badge(one.verdict, one.value, one.usual))
        for one in found.parts
    ]  # fmt: skip
    lines = (_measure(found), ("判定方法", found.judged_by.removeprefix("判定：")))
    about = (metric.id, PARTS)
    series = [Column(name, width=16), Column("起", "date"), _number("本期", metric.decimals)]
    series.append(_number("上年同期", metric.decimals))
    listed: list[tuple[Any, ...]] = [
        (part.name, point.first, now, past)
        for part in found.parts
        for point, now, past in zip(found.points, part.values, part.past, strict=False)
    ]
    return [
        sheet_of(shown, f"{metric.label}{BREAKDOWNS[found.asked.by]}", columns, rows, about=about, lines=lines),
        sheet_of(shown, f"{metric.label}{BREAKDOWNS[found.asked.by]}逐期", series, listed, about=about, name="逐期",
                 lines=(_measure(found),)),
    ]  # fmt: skip


def _running(shown: Shown) -> Progress:
    found = campaign.progress(shown.snapshot, shown.selection)
    if found is None:
        raise MetricError("没有进行中的专项行动，没有可导出的内容。")
    return found


def _campaign_pinning(shown: Shown) -> tuple[date, date, str]:
    """Notes on a campaign hang on its own days, whatever the filter shows."""
    found = campaign.progress(shown.snapshot, shown.selection)
    if found is None:
        return pinned(shown)
    return found.plan.starts_on, found.window.last_day, urlencode({"campaign": found.plan.name}, quote_via=quote)


def _campaign_sheet(shown: Shown) -> Sheet:
    found = _running(shown)
    columns = [
        Column("日期", "date"),
        _number("本期累计"),
        _number(f"{found.plan.base_words}累计"),
        _number("目标累计", 1),
    ]
    columns += [_number("变化 %", 1), _number("95% 下限 %", 1), _number("95% 上限 %", 1), _number("对照所变化 %", 1)]
    rows = [
        (one.day, one.now, one.base, found.plan.wanted(one.base), one.percent, one.low, one.high, one.compared_percent)
        for one in found.steps
    ]
    lines = (
        ("行动", f"{found.plan.name}，{found.plan.starts_on} 至 {found.plan.ends_on}，目标 {found.plan.goal:+g}%"),
        ("比较", found.words),
        ("类别", found.categories),
    )
    return sheet_of(shown, "专项行动进度", columns, rows, about=CAMPAIGN, lines=lines)
