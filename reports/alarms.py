"""预警 as a report says them: those of the briefing page, each rise once, never computed while a report is written."""

from __future__ import annotations

from metrics.alarms import Alarm, records
from metrics.briefing import Surge
from metrics.briefing.surges import SLOW
from reports import sources
from reports.document import Cell, Column, Table, Text, count_cell, text_cell
from reports.sources import Source
from reports.wording import usual

NAME = "预警"


def standing(source: Source) -> list[Text]:
    """Return what the early warning says of the week that ends with the period, or why it says nothing."""
    found = source.briefing.warnings
    if found.missing:
        return [Text(f"预警：{sources.unfitted(source) or found.missing}", "note")]
    if not found.surges:
        return [Text(f"截至{_until(source)}的七天内没有预警。"), *_notes(source)]
    number, where = len(found.surges), f"逐处的起数、预期、时段与地点见附表「{NAME}」"
    return [Text(f"截至{_until(source)}的七天内有信号的预警 {number} 处，{where}。"), *_notes(source)]


def table(source: Source) -> Table | None:
    """Return the warnings as the briefing page lists them, None where there are none."""
    found = source.briefing.warnings
    if not found.surges:
        return None
    columns = (
        Column("序号", 0.6), Column("单位", 1.2), Column("警情", 1.5), Column("预警", 1.1), Column("首次", 1.1),
        Column("统计日期", 1.5),
        Column("起数", 0.7, True), Column("预期", 0.9, True), Column("集中时段", 1.2), Column("偏多地点", 1.9),
    )  # fmt: skip
    rows = tuple((Cell(number, str(number), "0"), *_cells(surge)) for number, surge in enumerate(found.surges, 1))
    rate = f"{found.rate}；" if found.rate else ""
    note = f"有效警情（确认性质），起；括号内为起数/预期。{rate}{SLOW}。{''.join(found.notes)}"
    return Table(NAME, columns, rows, note)


def _cells(surge: Surge) -> tuple[Cell, ...]:
    alarm = surge.alarm
    also = f"（另见于{'、'.join(surge.also)}）" if surge.also else ""
    spell = alarm.hours
    when = f"{spell.since}–{spell.until} 时（{spell.observed:,}/{spell.expected:.1f}）" if spell else "—"
    where = "、".join(f"{one.name}（{one.observed:,}/{one.expected:.1f}）" for one in alarm.places)
    texts = (alarm.name, f"{alarm.group}{also}", surge.verdict, records.raised(alarm), days(alarm))
    return (
        *(text_cell(text) for text in texts), count_cell(alarm.observed), text_cell(usual((alarm.low, alarm.high))),
        text_cell(when), text_cell(where or "—"),
    )  # fmt: skip


def days(alarm: Alarm) -> str:
    """Say the days that the counts are about: 「11月15日–11月21日」."""
    first, last = (f"{day.month}月{day.day}日" for day in (alarm.window_first, alarm.window_last))
    return first if first == last else f"{first}–{last}"


def beside(source: Source) -> str:
    """Return 「另有预警 5 处，…」 for where one period is judged, "" where there are none: the windows differ."""
    number = len(source.briefing.warnings.surges)
    return f"另有预警 {number} 处，按截至{_until(source)}的一日、七日或更长时段判断，另列" if number else ""


def _until(source: Source) -> str:
    day = source.window.last_day
    return f"{day.month}月{day.day}日"


def _notes(source: Source) -> list[Text]:
    """Say how often this rule warns without a cause and what it is slow to see: no warning without its floor."""
    found = source.briefing.warnings
    counted = "起数按各条所列日期计，不限于本期；同一上升见于几类的列最强的一类。" if found.surges else ""
    rate = f"预警次数：{found.rate}；{SLOW}。" if found.rate else ""
    said = "".join((counted, *found.notes, rate))
    return [Text(said, "note")] if said else []
