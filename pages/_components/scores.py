"""Scores as they are shown: cells, gaps, bullets, trends. Colour only for 未达标, a sign or word always."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import html

from metrics.gaps import Gap
from metrics.readings import EVENTS
from metrics.score import MET, MISSED, STATES, UNBOUND, UNREPORTED, Score
from metrics.targets import Outcome, Target
from pages._components.attributes import attributes
from pages._components.markup import static

STATE_STYLES = {MET: "is-met", MISSED: "is-missed", UNREPORTED: "is-unreported", UNBOUND: "is-unbound"}
# Beside a share that is more than the whole: met, and yet to be looked at.
DOUBTED = "待核对"
REPORTED_MARK, COMPUTED_MARK = "○", "●"
# Measure words after which a short gap may stop: 「名社区民警」 becomes 「名」.
_MEASURES = ("人次", "名", "件", "条", "处", "家", "个", "起", "人")
# Relative gaps from which a cell is tinted, and tinted more: where so much is missed, size has to lead the eye.
_FAR = (0.1, 0.3)
_MOST_DIGITS = 4
_TREND_WIDTH, _TREND_HEIGHT, _TREND_EDGE = 112, 28, 4


def state_counts(scores: Sequence[Score]) -> dict[str, int]:
    """Return how many scores are in each state, in the order of STATES."""
    return {state: sum(score.state == state for score in scores) for state in STATES}


def short_gap(gap: Gap) -> str:
    """Say a gap in the width of a cell: 缺 3 名, 差 4.2 点, 多 2 起."""
    if gap.unit == "个百分点":
        unit = "点"
    else:
        unit = next((word for word in _MEASURES if gap.unit.startswith(word)), gap.unit.partition("/")[0])
    countable = unit in _MEASURES
    word = ("缺" if countable else "差") if gap.sign > 0 else ("多" if countable else "超")
    amount = f"{gap.amount:,.0f}" if float(gap.amount).is_integer() and countable else f"{gap.amount:,g}"
    return f"{word} {amount} {unit}"


def value_words(score: Score) -> str:
    """Return the value; one that misses its target only beyond the printed digits gets more, so as not to deny itself.

    99.98% of a wanted 100% is not printed as 100.0% 未达标.
    """
    if score.state != MISSED or score.value is None or score.wanted is None or score.target.compare:
        return score.value_text
    digits = score.target.decimals
    while digits < _MOST_DIGITS and round(score.value, digits) == round(score.wanted, digits):
        digits += 1
    if digits == score.target.decimals:
        return score.value_text
    unit = "%" if score.target.unit == "%" else f" {score.target.unit}"
    return f"{score.value:,.{digits}f}{unit}"


def cell_text(score: Score) -> str:
    """Return what stands in a cell of the matrix, sign or word included; its head says the unit."""
    value = value_words(score).partition(" ")[0].replace("100.0%", "100%")
    if score.state == MET:
        return f"✓ {value}{f' {DOUBTED}' if score.remark else ''}"
    if score.state == MISSED:
        return f"{value} {short_gap(score.gap)}" if score.gap else f"{value} 未达标"
    return UNREPORTED if score.state == UNREPORTED else "—"


def cell(score: Score) -> html.Td:
    """Return one cell of the matrix."""
    style = STATE_STYLES[score.state]
    size = sum(score.relative >= limit for limit in _FAR) if score.state == MISSED else 0
    return html.Td(cell_text(score), className=f"{style} far-{size}" if size else style, title=explanation(score))


def explanation(score: Score) -> str:
    """Say a score in one line, as its cell shows it to a pointer and a screen reader."""
    if score.state == MISSED and score.gap:
        return f"{score.gap.text}；{score.source} {score.as_of_text}"
    if score.state == MET:
        return "；".join(part for part in (f"达标，{score.source} {score.as_of_text}", score.remark) if part)
    return f"{score.state}：{score.reason}" if score.reason else score.state


def state_words(score: Score) -> html.Span:
    """Return the state as a word with its sign."""
    sign = {MET: "✓ ", MISSED: "✗ "}.get(score.state, "")
    said = html.Span(f"{sign}{score.state}", className=f"score-state {STATE_STYLES[score.state]}")
    return html.Span([said, " ", html.Span(f"● {DOUBTED}", className="tone-watch")]) if score.remark else said


def gap_words(score: Score) -> list[Any]:
    """Return the gap with, on a second line, the ways to close it; or why there is nothing to judge."""
    if score.gap is None:
        return [html.Span(text, className="tone-none") for text in (score.reason, score.remark) if text]
    said, mark, ways = score.gap.text.partition("（")
    if not mark:
        said, mark, ways = score.gap.text.partition("：")
    lines: list[Any] = [html.B(said, className="tone-worse")]
    if ways:
        lines.append(html.Span(ways.removesuffix("）"), className="score-ways"))
    return lines


def origin_words(score: Score) -> list[Any]:
    """Return the source of a figure and its date, with the hollow mark of what was reported."""
    reported = score.target.source == "reported"
    mark = html.Span(
        REPORTED_MARK if reported else COMPUTED_MARK, className="origin-mark", title="报送" if reported else "系统计算"
    )
    words = score.source if reported else f"计算：{score.source}"
    when = "" if score.as_of is None else f"{'截至 ' if score.target.table in EVENTS else ''}{score.as_of_text}"
    return [mark, html.Span(words), *([html.Span(when, className="score-when num")] if when else [])]


def says_words(target: Target) -> list[Any]:
    """Return the requirement; a value that the bureau has set itself says so."""
    if not target.overridden:
        return [target.says]
    original = "未定" if target.original is None else f"{target.original:g}{target.unit}"
    return [target.says, html.Span("本局调整", className="chip", title=f"文件原值 {original}。{target.reason}".strip())]


def bullet(score: Score, references: Sequence[Outcome] = ()) -> html.Div | None:
    """Return the value as a bar with the requirement as a line across it; None where that says nothing.

    references: results elsewhere, thin lines with their place in the title.
    """
    if score.value is None or score.target.compare or score.wanted is None:
        return None
    limits = [score.wanted, *([score.target.upper] if score.target.upper is not None else [])]
    known = [score.value, *limits, *(one.value for one in references)]
    percent = score.target.unit == "%" and max(known) <= 100
    longest = 100.0 if percent else max(known) * 1.1 or 1.0

    def place(value: float) -> str:
        return f"{min(100.0, max(0.0, 100 * value / longest)):.2f}%"

    marks = [html.I(className="bullet-wanted", style={"left": place(limit)}) for limit in limits]
    marks += [
        html.I(
            className="bullet-reference",
            style={"left": place(one.value)},
            title=f"{one.place} {one.value:g}{one.unit}",
        )
        for one in references
    ]
    said = f"{score.value_text}，要求 {score.target.says}"
    return html.Div(
        [html.I(className="bullet-bar", style={"width": place(score.value)}), *marks],
        className=f"bullet {STATE_STYLES[score.state]}",
        role="img",
        title=said,
        **attributes(aria_label=said),
    )


def trend(score: Score) -> html.Div | str:
    """Return the last twelve months as a line, with the requirement as a dashed one.

    The shapes are masks that the style sheet fills, so that light, dark and paper need no drawing of their own.
    """
    values = [point.value for point in score.trend]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return "—"
    wanted = score.wanted if score.target.compare == "" else score.target.value
    low, high = _span([*known, *([wanted] if wanted is not None else [])])
    said = _trend_words(score)
    layers = [html.I(className="trend-line", style={"--shape": _shape(_line(values, low, high))})]
    if wanted is not None:
        layers.insert(0, html.I(className="trend-wanted", style={"--shape": _shape(_level(wanted, low, high))}))
    return html.Div(
        layers, className=f"trend {STATE_STYLES[score.state]}", role="img", title=said, **attributes(aria_label=said)
    )


def _trend_words(score: Score) -> str:
    known = [(point.month, point.value) for point in score.trend if point.value is not None]
    values = [value for _, value in known]
    digits = score.target.decimals
    ends = "，".join(f"{month:%Y-%m} {value:.{digits}f}" for month, value in (known[0], known[-1]))
    return f"近 12 个月：{ends}；最低 {min(values):.{digits}f}，最高 {max(values):.{digits}f}"


def legend() -> html.Div:
    """Return the meaning of the signs in the matrix."""
    parts = [
        html.Span("✓ 达标", className="is-met"),
        html.Span("✗ 未达标：现值与差距", className="is-missed"),
        html.Span("差距达目标一成", className="legend-far far-1"),
        html.Span("三成以上", className="legend-far far-2"),
        html.Span(f"● {DOUBTED}：超过 100%", className="tone-watch"),
        html.Span("未报送：没有数据", className="is-unreported"),
        html.Span("— 不适用", className="is-unbound"),
        html.Span("○ 报送的指标，其余由系统计算"),
        html.Span("「点」为百分点"),
    ]
    return static(parts, "legend")


# ---- shapes --------------------------------------------------------------------------------------


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    return low - room, high + room


def _x(place: int, count: int) -> float:
    return _TREND_EDGE + (_TREND_WIDTH - 2 * _TREND_EDGE) * place / max(1, count - 1)


def _y(value: float, low: float, high: float) -> float:
    return _TREND_EDGE + (_TREND_HEIGHT - 2 * _TREND_EDGE) * (high - value) / (high - low)


def _line(values: Sequence[float | None], low: float, high: float) -> str:
    """Return the line, broken where a month has no figure, and a dot on the last known month."""
    path, pen_down, end = "", False, (0.0, 0.0)
    for place, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        end = (_x(place, len(values)), _y(value, low, high))
        here = f"{end[0]:.1f} {end[1]:.1f}"
        # A month alone between two without a figure is a line of no length, which round ends make a dot.
        path += f"L{here}" if pen_down else f"M{here}L{here}"
        pen_down = True
    ends = "stroke-linejoin='round' stroke-linecap='round'"
    return (
        f"<path d='{path}' fill='none' stroke='black' stroke-width='1.5' {ends}/>"
        f"<circle cx='{end[0]:.1f}' cy='{end[1]:.1f}' r='3'/>"
    )


def _level(value: float, low: float, high: float) -> str:
    y = _y(value, low, high)
    return f"<path d='M0 {y:.1f}H{_TREND_WIDTH}' stroke='black' stroke-width='1' stroke-dasharray='4 3'/>"


def _shape(inside: str) -> str:
    size = f"width='{_TREND_WIDTH}' height='{_TREND_HEIGHT}' viewBox='0 0 {_TREND_WIDTH} {_TREND_HEIGHT}'"
    drawing = quote(f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{inside}</svg>")
    return f'url("data:image/svg+xml,{drawing}")'
