"""The card of early warnings on 今日会商: each surge on one line, with its counts, when, where, and the page behind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import html

from metrics.alarms import Alarm, records
from metrics.briefing import Briefing, Surge
from metrics.briefing.surges import KEPT_DAYS, SLOW
from pages._components import cards, definitions, states, tables

METHOD = definitions.method(
    "briefing-alarm",
    "预警：突升与渐升",
    (
        "含义",
        "某所（或全局）某类警情比日历、季节和自身以往所能解释的更多。突升看一日或七日，渐升看小幅上升的累积。",
    ),
    ("算法", "准泊松回归按长期水平、趋势、季节、星期、节假日推算每日预期；突升看负二项尾概率，渐升用单侧 CUSUM。"),
    ("次数", "阈值按平均每所每年的预警次数设定（默认 2 次），并以上一年的数据实测。"),
    ("注意", f"{SLOW}。预警不等于真变化：是提示去看，不是结论。只保留最近 {KEPT_DAYS} 天。"),
    ("出处", "Noufaily 等 2013；Page 1954"),
)
_HEADS = (
    ("单位", False), ("警情", False), ("预警", False), ("首次预警", False), ("统计日期", False),
    ("起数", True), ("预期", True),
)  # fmt: skip
# Columns that stand where any warning fills them: what is spread over the day or the area says so.
_WHEN, _WHERE, _SPREAD = ("集中时段（起数/预期）", False), ("偏多地点（起数/预期）", False), "未见集中"


def title_of(found: Briefing) -> str:
    """Return the finding: how many rises, or that there are none."""
    number = len(found.warnings.surges)
    return f"预警 {number} 处" if number else "预警"


def sub_of(found: Briefing) -> str:
    """Say what is counted and until when."""
    last = found.window.last_day
    return f"有效警情（确认性质），起 · 截至 {last.month}月{last.day}日的 7 天内有信号的上升，最强的在前"


def body(found: Briefing) -> Any:
    """Return the table of warnings, or why there is none."""
    if found.warnings.missing:
        return html.P(found.warnings.missing, className="card-note")
    if not found.warnings.surges:
        last = found.window.last_day
        return html.P(f"截至 {last.month}月{last.day}日的 7 天内没有预警。", className="card-note")
    surges = found.warnings.surges
    # One fact a column: when, where.
    told = [(head, say) for head, say in ((_WHEN, hours), (_WHERE, places)) if any(say(one.alarm) for one in surges)]
    heads = [*_HEADS, *(head for head, _ in told), ("依据", False)]
    return tables.plain_table(heads, [_cells(one, [say(one.alarm) for _, say in told]) for one in surges], "预警")


def note_of(found: Briefing) -> str:
    """Say how often the rule warns without a cause, and what it is slow to see: no warning without its floor."""
    if found.warnings.missing:
        return ""
    rate = [f"预警次数：{found.warnings.rate}"] if found.warnings.rate else []
    return "；".join([*rate, SLOW]) + "。" + "".join(found.warnings.notes)


def _cells(surge: Surge, facts: list[str]) -> list[Any]:
    alarm = surge.alarm
    also = html.Span(f"另见于{'、'.join(surge.also)}", className="warning-also") if surge.also else ""
    words = {"/heat": "时段地点 ›", "/trend": "走势 ›"}[surge.page]
    return [
        alarm.name,
        html.Span([alarm.group, also]),
        html.Span(["↑ ", surge.verdict], className=f"tone-{surge.tone}"),
        html.B(records.raised(alarm)) if records.is_new(alarm) else records.raised(alarm),
        days(alarm),
        f"{alarm.observed:,}",
        expected(alarm),
        *(fact or html.Span(_SPREAD, className="tone-none") for fact in facts),
        html.A(words, href=f"{surge.page}?{urlencode(surge.query, safe=',')}"),
    ]


def days(alarm: Alarm) -> str:
    """Say the days that the counts are about."""
    first, last = (f"{day.month}月{day.day}日" for day in (alarm.window_first, alarm.window_last))
    return first if first == last else f"{first}–{last}"


def expected(alarm: Alarm) -> str:
    """Say the central 95% of what was expected."""
    return f"{alarm.low:,}–{alarm.high:,}" if alarm.low < alarm.high else f"{alarm.low:,}"


def hours(alarm: Alarm) -> str:
    """Say the hours in which most of the excess lies, with their counts; "" where it is spread over the day."""
    if alarm.hours is None:
        return ""
    spell = alarm.hours
    return f"{spell.since}–{spell.until} 时（{spell.observed:,}/{spell.expected:.1f}）"


def places(alarm: Alarm) -> str:
    """Say where most of the excess lies, with counts and expectation."""
    return "、".join(f"{one.name}（{one.observed:,}/{one.expected:.1f}）" for one in alarm.places)


def points_note(found: Briefing) -> Any:
    """Return what stands under 要点: the filter, and how often warnings come."""
    rate = found.warnings.rate if found.warnings.surges else ""
    often = f"预警{rate}；没有异常时也会偶然出现，须逐条核实。"
    return [html.P(line) for line in (found.filter_words, rate and often, *found.warnings.notes) if line]


def card() -> html.Section:
    """Return the frame of the card."""
    return cards.card("briefing-alarms", "预警", states.skeleton(4), metric_id=METHOD, span="span-12")
