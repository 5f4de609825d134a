"""A change between two numbers in words: as printed tables do, and as the sentence that an analyst reads aloud."""

from __future__ import annotations

import math
from fractions import Fraction

from metrics.compare import NO_BASE, REAL, TOO_FEW, USUAL, Comparison

NO_PERCENT = "—"
# From a smaller base a percentage misleads: the counts are said alone.
SMALL_BASE = 20
# Shares of fewer than this jump about: the counts that they are made of stand beside them.
FEW_BEHIND = 1_000
# Fewer than these say nothing yet, whatever was expected.
LEAST_TOLD = 3
# Outside the range that is printed beside it, yet not shown to be more than chance: not 正常波动 either.
HIGH, LOW = "偏高，未确认", "偏低，未确认"
SAID = {REAL: "超出随机波动", USUAL: "在正常波动范围内", TOO_FEW: "样本不足，难以判断"}


def badge(verdict: str, value: float | None, expected: tuple[float, float] | None) -> str:
    """Return the verdict as it stands beside a printed range: 偏高，未确认 or 偏低，未确认 outside it, else unchanged.

    value and expected in one unit. Known answer: 正常波动 of 166 against 100–159 is 偏高，未确认; 真变化 stays.
    """
    if verdict == REAL or value is None or expected is None or not math.isfinite(value):
        return verdict
    low, high = expected
    # One or two where none were expected say nothing yet.
    if low <= value <= high or (verdict == TOO_FEW and value < LEAST_TOLD):
        return verdict
    return HIGH if value > high else LOW


def percent(value: float | None, base: float | None) -> int | None:
    """Return the change in whole percent of the base, halves away from zero; None where there is no base.

    Known answers: 1,566 against 1,699 is −8; 14 against 16 is −13 (−12.5); 353 against 346 is +2 (2.02).
    """
    exact = _exact(value, base)
    if exact is None:
        return None
    size = math.floor(abs(exact) + Fraction(1, 2))
    return size if exact >= 0 else -size


def worded(value: float | None, base: float | None, unit: str = "") -> str:
    """Return 「−8%」, 「0%」 or, on a zero base, 「—（+3 起）」; 「—」 alone where a number is missing."""
    if not _known(value, base):
        return NO_PERCENT
    assert value is not None and base is not None
    whole = percent(value, base)
    if whole is not None:
        return f"{signed(whole)}%"
    behind = f" {unit}" if unit else ""
    return f"{NO_PERCENT}（{signed(value - base)}{behind}）"


def difference(comparison: Comparison, decimals: int = 0) -> float | None:
    """Return value − base as they are printed, so that a reader who subtracts finds the same; None without either.

    Known answer: 42.36 → 28.24 are printed 42.4 and 28.2, so with one decimal the difference is −14.2, not −14.1.
    """
    value, base = comparison.value, comparison.base
    if not _known(value, base):
        return None
    assert value is not None and base is not None
    return round(round(value, decimals) - round(base, decimals), decimals)


def behind(comparison: Comparison) -> tuple[str, str]:
    """Return what a share of few and its base are made of, 「11/31」 and 「15/16」; "" where both are of many."""
    if comparison.behind is None or min(comparison.behind[1], comparison.behind[3]) >= FEW_BEHIND:
        return "", ""
    top, n, base_top, base_n = comparison.behind
    return f"{top:,.0f}/{n:,.0f}", f"{base_top:,.0f}/{base_n:,.0f}"


def signed(number: float) -> str:
    """Return a number with its sign: 「+2」, 「−8」, and 「0」 without one."""
    if number == 0:
        return "0"
    return f"{'+' if number > 0 else '−'}{abs(number):,.12g}"


def sentence(
    name: str,
    value: float | None,
    unit: str,
    comparison: Comparison | None,
    word: str = "同比",
    judged: str | None = None,
    decimals: int = 0,
) -> str:
    """Return the sentence for a figure and its change, without a full stop.

    「刑事警情 42 起，同比下降 12.5%（少 6 起），在正常波动范围内」. A count of 0 reads 「无」. comparison: None leaves
    the change out. judged: a verdict in place of the comparison's own. decimals: of the value and its change.
    """
    if value is None or not math.isfinite(value):
        return f"{name}无数据"
    said = f"{name}{_amount(value, unit, decimals)}"
    return said if comparison is None else f"{said}，{clause(comparison, unit, word, judged, decimals)}"


def clause(comparison: Comparison, unit: str, word: str = "同比", judged: str | None = None, decimals: int = 0) -> str:
    """Return the part of the sentence that says the change: 「同比下降 12.5%（少 6 起），在正常波动范围内」.

    Without a change 「同比持平」, without data 「同比无对比数据」. From a base of under 20 起, 0 included, the counts
    are said alone: 「同比多 2 起（由 4 到 6）」. Where the lengths differ, so that counts a day changed otherwise, that
    too.
    """
    verdict = comparison.verdict if judged is None else judged
    if verdict == NO_BASE or comparison.change is None or not _known(comparison.value, comparison.base):
        return f"{word}{NO_BASE}"
    behind = f"，{SAID[verdict]}" if verdict in SAID else ""
    return f"{word}{_size(comparison, unit, decimals)}{_per_day(comparison, unit)}{behind}"


def against_expected(value: float, usual: tuple[float, float], unit: str, verdict: str) -> str:
    """Return where a count stands to its expected range: 「高于预期 3–14 起，超出随机波动」.

    Outside the range without a sure verdict it says so, as it may still be chance.
    """
    low, high = usual
    span = f"预期 {low:,.0f}–{high:,.0f} {unit}"
    if low <= value <= high:
        judged = TOO_FEW if verdict == TOO_FEW else USUAL
        return f"{span}，{SAID[judged]}"
    where = f"{'高于' if value > high else '低于'}{span}"
    return f"{where}，{SAID[verdict] if verdict == REAL else '仍可能是偶然'}"


def _amount(value: float, unit: str, decimals: int) -> str:
    if value == 0 and unit == "起":
        return "无"
    return f" {value:,.{decimals}f}%" if unit == "%" else f" {value:,.{decimals}f} {unit}".rstrip()


def _size(comparison: Comparison, unit: str, decimals: int) -> str:
    value, base, change = comparison.value, comparison.base, difference(comparison, decimals)
    assert value is not None and base is not None and change is not None
    amount = f"{abs(change):,.{decimals}f}"
    if change == 0:
        return "持平"
    if unit == "%":
        now, then = behind(comparison)
        counts = f"（由 {then} 到 {now}）" if now else ""
        return f"{'上升' if change > 0 else '下降'} {amount} 个百分点{counts}"
    more = f"{'多' if change > 0 else '少'} {amount} {unit}".rstrip()
    exact = _exact(value, base)
    counts = f"由 {base:,.{decimals}f} 到 {value:,.{decimals}f}"
    if exact is None or _is_few(base, unit):
        return f"{more}（{counts}）"
    counts = f"，{counts}" if base < SMALL_BASE else ""
    return f"{_direction(exact)}（{more}{counts}）"


def _is_few(base: float | None, unit: str) -> bool:
    """Whether a base is too few events for a percentage; minutes or rates below 20 are not few."""
    return unit == "起" and base is not None and base < SMALL_BASE


def _per_day(comparison: Comparison, unit: str) -> str:
    """Say the change of the daily rate where it is another one than that of the raw counts."""
    raw, daily = comparison.percent, comparison.per_day_percent
    if raw is None or daily is None or abs(raw - daily) < 0.05:
        return ""
    said = _direction(Fraction(daily))
    return f"，按日均{said.split(' ')[0] if _is_few(comparison.base, unit) else said}"


def _direction(exact: Fraction) -> str:
    """Return 「下降 12.5%」: one decimal, halves away from zero."""
    tenths = math.floor(abs(exact) * 10 + Fraction(1, 2))
    if tenths == 0:
        return "基本持平"
    return f"{'上升' if exact > 0 else '下降'} {tenths // 10:,}.{tenths % 10}%"


def _exact(value: float | None, base: float | None) -> Fraction | None:
    """Return the change in % of the base, without the rounding of floats, which may fall on either side of a half."""
    if not _known(value, base) or base == 0:
        return None
    assert value is not None and base is not None
    return 100 * (Fraction(value) - Fraction(base)) / abs(Fraction(base))


def _known(value: float | None, base: float | None) -> bool:
    return value is not None and base is not None and math.isfinite(value) and math.isfinite(base)
