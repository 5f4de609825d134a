"""How reports say figures: cells of changes, and the sentences that offices open a report with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from metrics.briefing import Card
from metrics.change import HIGH, LOW, SAID, SMALL_BASE, badge, clause, difference, sentence, signed
from metrics.compare import NO_BASE, NOT_JUDGED, Comparison
from metrics.model import Metric
from reports.document import Cell, text_cell

# A reader of a list of places wants the first few; the table behind it has them all.
MOST_NAMES = 8


def change_cell(comparison: Comparison, metric: Metric) -> Cell:
    """Return a change as printed tables do: 「+5.0%（+2）」, 「增加 9 起」, 「持平」, 「—」 without data.

    A percentage of a base under 20 misleads: 2 to 11 is 「增加 9 起」, not 「+450.0%」. A change of a percentage is in
    percentage points. One decimal, halves away from zero, as in the sentences.
    """
    value, base, change = comparison.value, comparison.base, difference(comparison, metric.decimals)
    if change is None or value is None or base is None or comparison.verdict == NO_BASE:
        return Cell(None, "—")
    if change == 0:
        return Cell(0, "持平", '"持平"')
    if metric.unit == "%":
        points = f"{'−' if change < 0 else '+'}{abs(change):,.{metric.decimals}f}"
        return Cell(change, f"{points} 百分点", '+0.0"百分点";-0.0"百分点"')
    if base < SMALL_BASE:
        said = f"{'减少' if change < 0 else '增加'} {abs(change):,.{metric.decimals}f} {metric.unit}".rstrip()
        return text_cell(said)
    tenths = _tenths(value, base)
    percent = f"{'−' if tenths < 0 else '+'}{abs(tenths) / 10:,.1f}%"
    return Cell(tenths / 1000, f"{percent}（{signed(change)}）", "+0.0%;-0.0%")


def _tenths(value: float, base: float) -> int:
    """Return the change in tenths of a percent of the base, halves away from zero."""
    exact = 1000 * (Fraction(value) - Fraction(base)) / abs(Fraction(base))
    size = math.floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


def of_card(card: Card) -> str:
    """Return the sentence of a key figure: value, 环比, 同比, what was expected, verdict."""
    metric, unit, places = card.metric, card.metric.unit, card.metric.decimals
    said = sentence(metric.label, card.value, unit, card.previous, "环比", NOT_JUDGED, places)
    if card.value is None:
        return said
    said += f"，{clause(card.last_year, unit, '同比', NOT_JUDGED, places)}"
    if card.expected:
        said += f"，预期 {usual(card.expected)} {unit}"
    judged = badge(card.verdict, card.value, card.expected)
    return f"{said}，{SAID.get(judged, judged)}" if judged in (*SAID, HIGH, LOW) else said


def usual(expected: tuple[int, int]) -> str:
    """Return 「736–965」, or 「0」 where both ends are the same."""
    low, high = expected
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def counts(found: Iterable[tuple[str, float]], noun: str = "") -> str:
    """Return 「刑事警情 32 起、治安警情 43 起，无投诉警情」: what did not occur is said at the end, not as a zero."""
    listed = list(found)
    some = "、".join(f"{name}{noun} {count:,.0f} 起" for name, count in listed if count)
    none = "、".join(f"{name}{noun}" for name, count in listed if not count)
    return "，".join(part for part in (some, f"无{none}" if none else "") if part)


def names(found: Sequence[str], most: int = MOST_NAMES) -> str:
    """Return 「甲所、乙所、丙所等 12 个所」, or all of them when they are few; 「无」 for none."""
    if not found:
        return "无"
    if len(found) <= most:
        return "、".join(found)
    return f"{'、'.join(found[:most])}等 {len(found)} 个"


def numeral(number: int) -> str:
    """Return 1 … 99 as the numeral of a heading: 一, 十, 十二, 二十三."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")


def stopped(text: str) -> str:
    """Return a sentence with its full stop."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
