"""The card that shows why there is an alarm, on the pages that 要点 and the list of alarms lead to."""

from __future__ import annotations

from typing import Any

from dash import html

from data.reading import Snapshot
from metrics import cache, fits
from metrics.alarms import Alarm, evidence, records
from metrics.alarms.evidence import Step
from metrics.briefing.values import Surge
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components import alarm_figures, alarm_notices, cards, export, figures, status
from pages._components.briefing_warnings import METHOD
from pages._components.export import Column, Sheet
from pages._components.shown import Shown

# Days that are named: so many, each with at least so many events.
_DAYS, _EVENTS = 3, 3


def frame(id: str) -> html.Div:
    """Return the hidden frame of the card; a page names it `<page>-alarm`."""
    card = cards.figure_card(id, "预警依据", metric_id=METHOD, span="span-12", height=240)
    return html.Div(card, id=f"{id}s", className="grid span-12", hidden=True)


def offer(id: str) -> None:
    """Let the card export its days."""
    export.offer({id: sheet})


def told(snapshot: Snapshot, selection: Selection) -> tuple[Surge, tuple[Step, ...]] | None:
    """Return the alarm that the card shows, with its days: the strongest of the chosen station or of the bureau."""
    found = alarm_notices.leading(snapshot, selection)
    steps = evidence.steps(snapshot, found[0].alarm) if found else ()
    return (found[0], steps) if steps else None


def filled(snapshot: Snapshot, selection: Selection, mode: str) -> tuple[bool, dict[str, Any]]:
    """Return whether the card stays hidden, and the values of its slots."""
    return cache.answer(snapshot, (selection, mode, bool(fits.state(snapshot))), _filled)


def _filled(snapshot: Snapshot, question: tuple[Selection, str, bool]) -> tuple[bool, dict[str, Any]]:
    selection, mode, _ = question
    found = told(snapshot, selection)
    if found is None:
        return True, cards.filled(figures.empty(mode))
    surge, steps = found
    alarm = surge.alarm
    return False, cards.filled(
        alarm_figures.added_up(alarm, steps, surge.tone, mode),
        title=f"预警依据：{alarm_notices.dated(alarm)}",
        sub=f"{alarm.kind}预警 · 自{_day(alarm)}起累计，起 · 强度为预警线的 {records.strength(alarm):.2f} 倍",
        note=_note(surge),
        source=status.source_line(snapshot),
    )


def _day(alarm: Alarm) -> str:
    return f"{alarm.window_first.month}月{alarm.window_first.day}日"


def _note(surge: Surge) -> list[Any]:
    """Return what drives the rise, then how its range is to be read."""
    alarm, parts = surge.alarm, []
    if alarm.hours:
        parts.append(f"集中时段 {alarm.hours.since} 时至 {alarm.hours.until} 时 {_counts(alarm.hours)}")
    if alarm.places:
        parts.append(f"{records.where(alarm)}{'、'.join(f'{one.name} {_counts(one)}' for one in alarm.places)}")
    days = [one for one in alarm.days if one.observed >= _EVENTS]
    if len(alarm.days) > 1 and days:
        most = sorted(days, key=lambda one: one.expected - one.observed)[:_DAYS]
        parts.append(f"最多的日子 {'、'.join(f'{_month_day(one.name)} {_counts(one)}' for one in most)}")
    if surge.also:
        parts.append(f"另见于{'、'.join(surge.also)}")
    apart = "灰带为 95% 预期范围，由长期水平、季节、星期和节假日推算，与本页其他图的预期算法不同，两者不必一致。"
    return [html.P(f"{'；'.join(parts)}。") if parts else None, html.P(apart)]


def _counts(part: Any) -> str:
    return f"{part.observed:,} 起（预期 {part.expected:,.1f}）"


def _month_day(iso: str) -> str:
    _, month, day = iso.split("-")
    return f"{int(month)}月{int(day)}日"


def sheet(shown: Shown) -> Sheet:
    """Return the days of the card; raises MetricError where there is none."""
    found = told(shown.snapshot, shown.selection)
    if found is None:
        raise MetricError("所选单位、类别和时段没有预警，没有可导出的依据。")
    surge, steps = found
    columns = [Column("日期", "date"), Column("当日", "number"), Column("累计", "number")]
    columns += [Column("累计预期", "number", 12, 1), Column("预期下限", "number"), Column("预期上限", "number")]
    lines = (("预警", f"{alarm_notices.dated(surge.alarm)}（{surge.alarm.kind}预警）"),)
    return export.sheet_of(shown, "预警依据", columns, _rows(steps), about=METHOD, lines=lines)


def _rows(steps: tuple[Step, ...]) -> list[tuple[Any, ...]]:
    before = [0, *(one.observed for one in steps)]
    return [
        (one.day, one.observed - earlier, one.observed, one.expected, one.low, one.high)
        for one, earlier in zip(steps, before, strict=False)
    ]
