"""How a change is said: sign, words with counts, and the tone that its evidence deserves."""

from __future__ import annotations

from dataclasses import dataclass

from metrics import change as words
from metrics.compare import NO_BASE, REAL, TOO_FEW, USUAL, Comparison
from metrics.model import Metric
from pages._components.markup import Written, tag

# Below this base a percentage alone misleads: the counts stand beside it.
SMALL_BASE = 20
UP, DOWN, FLAT, UNKNOWN = "↑", "↓", "持平", "—"


@dataclass(frozen=True)
class Change:
    """A change as it is printed.

    sign: ↑, ↓, 持平 or —; text: the size (5.4%, 13 起); note: the counts (少 47 起, 上期 18).
    tone: worse or better where the direction matters, none otherwise; sure: the evidence carries it (真变化).
    """

    sign: str
    text: str = ""
    note: str = ""
    tone: str = "none"
    sure: bool = False


@dataclass(frozen=True)
class Verdict:
    """A judgement as it is printed on a chip; title says why."""

    text: str
    tone: str = "none"
    title: str = ""


def change_of(comparison: Comparison, metric: Metric, base_word: str = "上期") -> Change:
    """Say a comparison of a metric by the rules of the house.

    From a base under 20, 0 included, the counts are said alone. A difference is that of the printed numbers.
    """
    change, base = words.difference(comparison, metric.decimals), comparison.base
    if change is None or base is None or comparison.verdict == NO_BASE:
        return Change(UNKNOWN, note=f"{base_word}无数据")
    size = f"{abs(change):{metric.format}}"
    if change == 0:
        return Change(FLAT, note=f"{base_word} {base:{metric.format}}")
    sign = UP if change > 0 else DOWN
    tone = _tone(change, metric.better)
    sure = comparison.verdict == REAL
    unit = "个百分点" if metric.unit == "%" else metric.unit
    more = f"{'多' if change > 0 else '少'} {size} {unit}"
    if metric.unit == "%":
        _, then = words.behind(comparison)
        counts = f"，{then}" if then else ""
        return Change(sign, f"{size} 个百分点", f"{base_word} {base:{metric.format}}%{counts}", tone, sure)
    if comparison.percent is None or (metric.additive and base < SMALL_BASE):
        return Change(sign, f"{size} {unit}", f"{base_word} {base:{metric.format}}", tone, sure)
    return Change(sign, f"{abs(comparison.percent):,.1f}%", more, tone, sure)


def verdict_of(
    verdict: str,
    direction: float | None,
    metric: Metric,
    value: float | None = None,
    expected: tuple[float, float] | None = None,
) -> Verdict:
    """Say a verdict; only 真变化 has the colour of a direction, and only where a direction is better.

    direction: anything with the sign of the change (z, or the change itself). value, expected: given where the range
    is printed beside the figure; outside it, without 真变化, it is 偏高，未确认 or 偏低，未确认 (watch).
    """
    beside = words.badge(verdict, value, expected)
    if beside != verdict:
        return Verdict(beside, "watch", "在预期区间之外，但未经检验确认，仍可能是偶然")
    titles = {
        REAL: "超出随机波动（已按多重比较校正）",
        USUAL: "在随机波动范围之内",
        TOO_FEW: "数量太少，即使翻倍也难以与波动区分",
    }
    tone = _tone(direction or 0, metric.better) if verdict == REAL else "none"
    return Verdict(verdict, tone, titles.get(verdict, ""))


def _tone(change: float, better: str) -> str:
    if better not in ("lower", "higher") or change == 0:
        return "none"
    return "worse" if (change > 0) == (better == "lower") else "better"


def said(change: Change, with_note: bool = True) -> Written:
    """Write a change: the sign in its tone, the size too when the evidence carries it."""
    has_direction = change.sign in (UP, DOWN)
    parts = [tag("span", change.sign, className=f"sign tone-{change.tone}" if has_direction else "sign-word")]
    if change.text:
        parts.append(tag("span", f" {change.text}", className=f"tone-{change.tone}" if change.sure else ""))
    if with_note and change.note:
        parts.append(tag("span", f"（{change.note}）", className="count-beside"))
    return tag("span", parts, className="change")


def chip(verdict: Verdict) -> Written:
    """Write a verdict as a chip."""
    tone = "" if verdict.tone == "none" else f" chip-{verdict.tone}"
    return tag("span", verdict.text, className=f"chip{tone}", title=verdict.title)
