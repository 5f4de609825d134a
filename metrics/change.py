"""A change between two counts, worded as printed tables do: whole percent, or 「—」 on a zero base."""

from __future__ import annotations

import math
from fractions import Fraction

NO_PERCENT = "—"


def percent(value: float | None, base: float | None) -> int | None:
    """Return the change in whole percent of the base, halves away from zero; None where there is no base.

    Known answers: 1,566 against 1,699 is −8; 14 against 16 is −13 (−12.5); 353 against 346 is +2 (2.02).
    """
    if not _known(value, base) or base == 0:
        return None
    assert value is not None and base is not None
    # Fractions, since 100 · (a − b) / b of floats may fall on either side of a half.
    exact = 100 * (Fraction(value) - Fraction(base)) / abs(Fraction(base))
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


def signed(number: float) -> str:
    """Return a number with its sign: 「+2」, 「−8」, and 「0」 without one."""
    if number == 0:
        return "0"
    return f"{'+' if number > 0 else '−'}{abs(number):,.12g}"


def _known(value: float | None, base: float | None) -> bool:
    return value is not None and base is not None and math.isfinite(value) and math.isfinite(base)
