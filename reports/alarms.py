"""预警 as a report says them: read from what was fitted to the version, never computed while a report is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from metrics import fits
from metrics.alarms import reading
from metrics.alarms.records import Alarm, sentence
from reports.document import Text
from reports.sources import Source

# The strongest so many are said; how many there are is always said.
MOST = 10


def standing(source: Source) -> list[Text]:
    """Return what the early warning says of the week that ends with the period, or why it says nothing."""
    found = reading.current(source.snapshot, source.selection.stations, source.window.last_day)
    if found is None:
        # Paper does not update itself: what a page says while it waits would be wrong here.
        waiting = "生成材料时尚未完成计算，可稍后重新生成。"
        reason = fits.missing(source.snapshot, "预警") if fits.state(source.snapshot) else waiting
        return [Text(f"预警：{reason}", "note")]
    if not found:
        return [Text(f"截至{_until(source)}的七天内没有预警。"), *_rate(source)]
    more = f"，以下为最强的 {MOST} 条" if len(found) > MOST else ""
    told = [Text(f"截至{_until(source)}的七天内有预警 {len(found)} 条{more}：")]
    told += [
        Text(f"（{number}）{_said(alarm, source.window.last_day)}") for number, alarm in enumerate(found[:MOST], 1)
    ]
    if any(alarm.window_last > source.window.last_day for alarm in found[:MOST]):
        told.append(Text("预警按全部数据计算，所列时段可晚于本期。", "note"))
    return [*told, *_rate(source)]


def _until(source: Source) -> str:
    day = source.window.last_day
    return f"{day.month}月{day.day}日"


def _said(alarm: Alarm, last: date) -> str:
    # 「近 7 日」 is right only for days that end with the report's; others are said by their dates.
    text = sentence(replace(alarm, fitted_through=last))
    return text if text.endswith("。") else f"{text}。"


def _rate(source: Source) -> list[Text]:
    """Say how often this rule warns without a cause: no accuracy without its floor."""
    row = reading.budget_of(source.snapshot)
    if row is None or row.get("realised") is None:
        return []
    return [
        Text(
            f"预警按每所每年 {row['budget']:g} 次设定，回测实际 {row['realised']:.1f} 次"
            f"（95% 区间 {row['realised_low']:.1f}–{row['realised_high']:.1f}）。",
            "note",
        )
    ]
