"""The briefing's figures of one selection as KPI cards and as lines of the category table."""

from __future__ import annotations

from typing import Any

from metrics import change
from metrics.briefing import Card, Row
from metrics.briefing.verdicts import said_range
from metrics.model import RATIO
from pages._components import cards, figures, tables
from pages._components.changes import Verdict, change_of, verdict_of

# A share of single days jumps about: its line is that of the seven days up to each day (briefing.lines).
ROLLING = "曲线为各日止 7 天的比率"


def verdict_words(one: Card | Row) -> Verdict:
    """Say a verdict by what it compares with: the expectation where there is one, else the year before."""
    direction = one.z if one.expected else one.last_year.change
    return verdict_of(one.verdict, direction, one.metric, one.value, one.expected)


def card_text(card: Card, title: str = "") -> list[Any]:
    """Return the words of a KPI card: value, 环比 and 同比 with counts, expectation and verdict."""
    value = "—" if card.value is None else f"{card.value:{card.metric.format}}"
    lines = [
        ("环比", change_of(card.previous, card.metric, "上期")),
        ("同比", change_of(card.last_year, card.metric, "同期")),
    ]
    usual = f"预期 {said_range(card.expected)}" if card.expected else ""
    rolling = ROLLING if card.metric.kind == RATIO and any(one is not None for one in card.spark.values) else ""
    now = change.behind(card.previous)[0] or change.behind(card.last_year)[0]
    made_of = f"本期 {now} 起" if now else ""
    remark = card.metric.remark(card.value, card.previous.base, card.last_year.base)
    said = "；".join(filter(None, [usual, made_of, card.note, remark, rolling]))
    return cards.kpi_text(
        title or card.metric.label, value, card.metric.unit, lines, verdict_words(card), metric_id=card.metric.id,
        note=said,
    )  # fmt: skip


def card_spark(card: Card, mode: str) -> figures.Figure:
    """Draw the eight weeks of a KPI card inside their expected band."""
    tone = verdict_words(card).tone
    return figures.sparkline(
        [day.isoformat() for day in card.spark.days], card.spark.values, card.spark.low, card.spark.high, mode,
        tone=tone if tone != "none" else "neutral", unit=card.metric.unit, decimals=card.metric.decimals,
    )  # fmt: skip


def change_row(row: Row, href: str) -> tables.ChangeRow:
    """Return one line of the category table; href: the page narrowed to it."""
    now = row.metric.format
    return tables.ChangeRow(
        name=row.name,
        now="—" if row.value is None else f"{row.value:{now}}",
        last_year="—" if row.last_year.base is None else f"{row.last_year.base:{now}}",
        year_change=change_of(row.last_year, row.metric, "同期"),
        previous="—" if row.previous.base is None else f"{row.previous.base:{now}}",
        previous_change=change_of(row.previous, row.metric, "上期"),
        verdict=verdict_words(row),
        href=href,
        aligned=None if not row.note or row.festival is None else change_of(row.festival, row.metric, "对齐同期"),
        aligned_note=row.note,
    )
