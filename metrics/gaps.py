"""How far a figure is from its target, in people, cases or percentage points, so that closing the gap meets the target.

Exact rational arithmetic throughout: 0.4 × 15 people must be 6, not 6.000000000000001 and so 7.
Known answers: 4 community officers of 13 at 40%: move 2 (6/13) or hire 2 (6/15); 6 of 22: move 3 (9/22) or hire 5
(11/27); 2 of 14: move 4 (6/14) or hire 6 (8/20).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from metrics.targets import Target


@dataclass(frozen=True)
class Gap:
    """What is missing.

    amount: the number that text and sorting use; for people it is what hiring takes, since that always suffices.
    moved, hired: people to move from elsewhere within the denominator, or to add to it; None where that cannot meet
        the target. sign: +1 too few, −1 too many. relative: distance from the target as a share of the target.
    """

    amount: float
    unit: str
    text: str
    sign: int
    relative: float
    moved: int | None = None
    hired: int | None = None


@dataclass(frozen=True)
class Figure:
    """A figure with what stands behind it; scale × numerator ÷ denominator = value where both are known.

    all_numerator, all_denominator: the bureau's, for targets against its mean.
    """

    value: float
    numerator: float | None = None
    denominator: float | None = None
    scale: float = 1.0
    all_numerator: float | None = None
    all_denominator: float | None = None


def met(target: Target, figure: Figure) -> bool | None:
    """Return whether a figure meets its target; None where the document names no value."""
    value = _exact_value(figure)
    if target.direction == "above_mean":
        mean = _mean(figure)
        return None if mean is None else value > mean
    if target.value is None:
        return None
    wanted = _exact(target.value)
    if target.direction == "near":
        return abs(_people_over(target, figure)) < 1
    if target.direction == "between":
        return wanted <= value <= _exact(target.upper if target.upper is not None else target.value)
    return {"at_least": value >= wanted, "at_most": value <= wanted, "below": value < wanted}[target.direction]


def wanted_value(target: Target, figure: Figure) -> float | None:
    """Return the value to reach, which for a target against the mean depends on the data."""
    if target.direction == "above_mean":
        mean = _mean(figure)
        return None if mean is None else float(mean)
    return target.value


def gap(target: Target, figure: Figure) -> Gap:
    """Return what a figure that misses its target lacks."""
    if target.direction == "near":
        return _near(target, figure)
    if target.gap == "members":
        return _members(target, figure)
    if target.gap == "converted" and figure.denominator is not None:
        return _converted(target, figure)
    if target.gap == "count":
        return _counted(target, figure)
    return _difference(target, figure)


# ---- by kind -------------------------------------------------------------------------------------


def _members(target: Target, figure: Figure) -> Gap:
    """People who are part of the denominator: moving leaves it as it is, hiring enlarges it.

    move ⌈t·D − N⌉, at most the D − N who are not yet there; hire ⌈(t·D − N) ÷ (1 − t)⌉, impossible for t = 1.
    """
    top, bottom, share = _parts(target, figure)
    missing = share * bottom - top
    moved = math.ceil(missing)
    hired = math.ceil(missing / (1 - share)) if share < 1 else None
    elsewhere = target.gap_from or "其他队"
    ways = f"从{elsewhere}调整 {moved} 名即可"
    if hired is None:
        text = f"还差 {moved} {target.gap_unit}：须从{elsewhere}调整，只靠新增不能达标"
    elif hired == moved:
        text = f"还差 {moved} {target.gap_unit}（新增或从{elsewhere}调整均可）"
    else:
        text = f"还差 {hired} {target.gap_unit}（新增 {hired} 名；{ways}）"
    return Gap(hired if hired is not None else moved, target.gap_unit, text, 1, _relative(target, figure), moved, hired)


def _converted(target: Target, figure: Figure) -> Gap:
    """Things that change state while their number stays: registered, resolved, handed over, posts filled."""
    top, bottom, share = _parts(target, figure)
    too_many = _over(target, figure)
    if target.direction == "above_mean":
        amount = _above_mean(figure)
    elif too_many:
        limit = target.upper if target.direction == "between" and target.upper is not None else target.value
        assert limit is not None
        amount = math.ceil(top - _exact(limit) / _exact(figure.scale) * bottom)
    else:
        amount = math.ceil(share * bottom - top)
    return _worded(target, figure, amount, too_many)


def _above_mean(figure: Figure) -> int:
    """Things to convert so that the station is above a mean which they raise too.

    (N + n) ÷ D > (S + n) ÷ T  ⇔  n > (S·D − N·T) ÷ (T − D); a station that is the whole bureau can never be above it.
    """
    assert figure.numerator is not None and figure.denominator is not None
    assert figure.all_numerator is not None and figure.all_denominator is not None
    top, bottom = _exact(figure.numerator), _exact(figure.denominator)
    all_top, all_bottom = _exact(figure.all_numerator), _exact(figure.all_denominator)
    if all_bottom <= bottom:
        return 0
    return math.floor((all_top * bottom - top * all_bottom) / (all_bottom - bottom)) + 1


def _counted(target: Target, figure: Figure) -> Gap:
    assert target.value is not None
    difference = _exact(target.value) - _exact_value(figure)
    return _worded(target, figure, math.ceil(abs(difference)), difference < 0)


def _near(target: Target, figure: Figure) -> Gap:
    """People to move in or out until less than one person is missing or too many."""
    over = _people_over(target, figure)
    amount = math.floor(abs(over))
    verb = "调出" if over > 0 else "调入"
    text = f"须{verb} {amount} {target.gap_unit}"
    return Gap(amount, target.gap_unit, text, -1 if over > 0 else 1, _relative(target, figure), amount, None)


def _difference(target: Target, figure: Figure) -> Gap:
    """Percentage points or the figure's own unit, rounded up so that closing what is printed is enough."""
    wanted = wanted_value(target, figure)
    assert wanted is not None
    too_many = _over(target, figure)
    if too_many and target.direction == "between" and target.upper is not None:
        wanted = target.upper
    step = 10**target.decimals
    difference = abs(_exact(wanted) - _exact_value(figure)) * step
    strict = target.direction in ("below", "above_mean")
    steps = math.floor(difference) + 1 if strict else math.ceil(difference)
    amount = steps / step
    unit = "个百分点" if target.unit == "%" else target.unit
    text = f"{'高出' if too_many else '还差'} {amount:.{target.decimals}f} {unit}"
    return Gap(amount, unit, text, -1 if too_many else 1, _relative(target, figure))


def _worded(target: Target, figure: Figure, amount: int, too_many: bool) -> Gap:
    unit, verb = target.gap_unit, target.gap_verb
    if too_many:
        text = f"多 {amount} {unit}" + (f"（须{verb}）" if verb else "")
    else:
        text = f"还差 {amount} {unit}" + (f"（再{verb} {amount} {unit}）" if verb else "")
    return Gap(amount, unit, text, -1 if too_many else 1, _relative(target, figure))


# ---- exact values --------------------------------------------------------------------------------


def _exact(number: float) -> Fraction:
    """A float as the decimal that prints for it: 0.4 is two fifths."""
    return Fraction(Decimal(repr(float(number))))


def _exact_value(figure: Figure) -> Fraction:
    if figure.numerator is None or not figure.denominator:
        return _exact(figure.value)
    return _exact(figure.scale) * _exact(figure.numerator) / _exact(figure.denominator)


def _parts(target: Target, figure: Figure) -> tuple[Fraction, Fraction, Fraction]:
    """Return numerator, denominator and the wanted ratio between them."""
    assert figure.numerator is not None and figure.denominator is not None
    share = _exact(target.value) / _exact(figure.scale) if target.value is not None else Fraction(0)
    return _exact(figure.numerator), _exact(figure.denominator), share


def _people_over(target: Target, figure: Figure) -> Fraction:
    top, bottom, share = _parts(target, figure)
    return top - share * bottom


def _mean(figure: Figure) -> Fraction | None:
    if figure.all_numerator is None or not figure.all_denominator:
        return None
    return _exact(figure.scale) * _exact(figure.all_numerator) / _exact(figure.all_denominator)


def _over(target: Target, figure: Figure) -> bool:
    if target.direction == "between":
        return target.upper is not None and _exact_value(figure) > _exact(target.upper)
    return target.direction in ("at_most", "below")


def _relative(target: Target, figure: Figure) -> float:
    wanted = wanted_value(target, figure) or 0.0
    if target.direction == "between" and target.upper is not None and figure.value > target.upper:
        wanted = target.upper
    distance = abs(figure.value - wanted)
    return distance / abs(wanted) if wanted else distance
