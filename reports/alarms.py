"""预警 as a report says them: those of the briefing page, each rise once, never computed while a report is written."""

from __future__ import annotations

from metrics import fits
from metrics.briefing import Surge
from metrics.briefing.surges import SLOW
from reports.document import Text
from reports.sources import Source

# The strongest so many are said; how many there are is always said.
MOST = 10


def standing(source: Source) -> list[Text]:
    """Return what the early warning says of the week that ends with the period, or why it says nothing."""
    found = source.briefing.warnings
    if found.missing:
        # Paper does not update itself: what a page says while it waits would be wrong here.
        waiting = "生成材料时尚未完成计算，可稍后重新生成。"
        return [Text(f"预警：{found.missing if fits.state(source.snapshot) else waiting}", "note")]
    if not found.surges:
        return [Text(f"截至{_until(source)}的七天内没有预警。"), *_notes(source)]
    number = len(found.surges)
    more = f"，以下为最强的 {MOST} 处" if number > MOST else ""
    head = (
        f"截至{_until(source)}的七天内有信号的预警 {number} 处{more}"
        "（起数按各条所列日期计，不限于本期；同一上升见于几类的列最强的一类）："
    )
    told = [Text(f"（{n}）{_said(source, surge)}") for n, surge in enumerate(found.surges[:MOST], 1)]
    return [Text(head), *told, *_notes(source)]


def beside(source: Source) -> str:
    """Return 「另有预警 5 处，…」 for where one period is judged, "" where there are none: the windows differ."""
    number = len(source.briefing.warnings.surges)
    return f"另有预警 {number} 处，按截至{_until(source)}的一日、七日或更长时段判断，另列" if number else ""


def _until(source: Source) -> str:
    day = source.window.last_day
    return f"{day.month}月{day.day}日"


def _said(source: Source, surge: Surge) -> str:
    # The key point of a warning may add what the period itself counted; it is the same sentence otherwise.
    said = surge.alarm.sentence
    text = next((one.text for one in source.briefing.points if one.text.startswith(said)), said)
    also = f"；另见于{'、'.join(surge.also)}" if surge.also else ""
    return f"{text.removesuffix('。')}{also}。"


def _notes(source: Source) -> list[Text]:
    """Say how often this rule warns without a cause and what it is slow to see: no warning without its floor."""
    found = source.briefing.warnings
    rate = [Text(f"预警次数：{found.rate}；{SLOW}。", "note")] if found.rate else []
    return [*(Text(note, "note") for note in found.notes), *rate]
