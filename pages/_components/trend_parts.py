"""Small multiples: a card per category or station, sorted by what stands out, each a link that narrows to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

import numpy as np
from dash import html
from numpy.lib.stride_tricks import sliding_window_view

from metrics.compare import NO_BASE, NOT_JUDGED, REAL
from metrics.model import COUNT
from metrics.trend import DAY, GRAIN_NOUNS, Part, Trend
from pages._components.changes import change_of, chip, said, verdict_of
from pages._components.markup import Written, static, tag

Line = Sequence[float | None]
_WIDTH, _HEIGHT, _EDGE = 200, 48, 3
_SMOOTH = 7
# How far the common scale reaches to both sides of the usual level, in percent: the least that holds most of the
# points. What lies beyond stays at the edge; its counts say how far.
REACHES = (20.0, 40.0, 60.0, 100.0)
_HELD = 0.95
# A line of fewer a day, week or month is noise from edge to edge.
FEWEST = 1


def multiples(found: Trend, href: Callable[[Part], str]) -> html.Div:
    """Return the parts as links; all share one scale: counts in percent of the year before, others as they are."""
    lines = [_scaled(found, part) for part in found.parts]
    limits = _limits(found, lines)
    return static(
        [_part(found, part, pair, limits, href(part)) for part, pair in zip(found.parts, lines, strict=True)],
        "multiples",
    )


def scale_words(found: Trend) -> str:
    """Say what the lines of the parts are drawn on."""
    smooth = "7 日平均，" if found.asked.grain == DAY else ""
    if found.metric.kind != COUNT:
        return f"各图同一纵轴，{found.metric.unit}"
    few = f"每{GRAIN_NOUNS[found.asked.grain]}不足 {FEWEST} 起的不画线"
    low, high = _limits(found, [_scaled(found, part) for part in found.parts])
    return f"{smooth}以上年同期（没有的取本期）平均为 100%（虚线），各图纵轴均为 {low:.0f}–{high:.0f}%，{few}"


def _indexed(found: Trend) -> bool:
    return found.metric.kind == COUNT


def _scaled(found: Trend, part: Part) -> tuple[Line, Line]:
    """Return the lines of this year and the year before as they are drawn."""
    smooth = found.asked.grain == DAY and found.metric.kind == COUNT
    now, past = (smoothed(one)[_SMOOTH - 1 :] if smooth else one for one in (part.values, part.past))
    if not _indexed(found):
        return now, past
    base = [value for value in part.past if value is not None] or [value for value in part.values if value is not None]
    mean = sum(base) / len(base) if base else 0.0
    if mean < FEWEST:
        return (), ()
    return tuple(_index(one, mean) for one in now), tuple(_index(one, mean) for one in past)


def _index(value: float | None, mean: float) -> float | None:
    return None if value is None or not mean else 100 * value / mean


def smoothed(values: Line) -> list[float | None]:
    """Return the mean of the seven days up to each day; None where one of them has no data."""
    if not values:
        return []
    days = np.concatenate([np.full(_SMOOTH - 1, np.nan), np.array(values, dtype=float)])
    return [None if mean != mean else mean for mean in sliding_window_view(days, _SMOOTH).mean(axis=1).tolist()]


def _limits(found: Trend, lines: Sequence[tuple[Line, Line]]) -> tuple[float, float]:
    every = [value for pair in lines for line in pair for value in line if value is not None] or [0.0]
    if _indexed(found):
        away = sorted(abs(value - 100) for value in every)
        needed = away[int(_HELD * (len(away) - 1))]
        reach = next((one for one in REACHES if one >= needed), REACHES[-1])
        return 100 - reach, 100 + reach
    room = max(max(every) - min(every), 1e-9) * 0.05
    return min(every) - room, max(every) + room


def _part(found: Trend, part: Part, lines: tuple[Line, Line], limits: tuple[float, float], href: str) -> Written:
    metric = part.metric
    verdict = verdict_of(part.verdict, part.z or part.last_year.change, metric, part.value, part.usual)
    value = "—" if part.value is None else f"{part.value:{metric.format}}"
    usual = f"预期 {part.usual[0]:,}–{part.usual[1]:,} {metric.unit}" if part.usual else ""
    sample = f"样本 {part.n:,.0f}" if part.n is not None else ""
    past, now = lines[1], lines[0]
    level = _indexed(found) and bool(now)
    layers = [
        tag("i", className="mini-level", style={"--shape": _shape(_level(100.0, limits))}) if level else None,
        tag("i", className="mini-past", style={"--shape": _shape(_line(past, limits))}),
        tag("i", className="mini-now", style={"--shape": _shape(_line(now, limits))}),
    ]
    judged = None if part.verdict in (NOT_JUDGED, NO_BASE) else chip(verdict)
    heading = tag("span", tag("b", part.name), judged, className="part-head")
    amount = tag(
        "span",
        tag("b", value, className="num"), tag("span", metric.unit, className="unit"), tag("span", usual or sample),
        className="part-value",
    )  # fmt: skip
    change = tag("span", "同比 ", said(change_of(part.last_year, metric, "同期")), className="part-change")
    style = f"part part-{verdict.tone}" if part.verdict == REAL else "part"
    drawing = tag("span", layers, className="mini", **{"aria-hidden": "true"}) if now else None
    return tag("a", heading, amount, change, drawing, href=href, className=style)


# ---- shapes: masks that the style sheet fills, so that light, dark and paper need no drawing of their own ---------


def _line(values: Line, limits: tuple[float, float]) -> str:
    path, pen_down = "", False
    for place, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        x = _EDGE + (_WIDTH - 2 * _EDGE) * place / max(1, len(values) - 1)
        here = f"{x:.1f} {_y(value, limits):.1f}"
        # A value alone between two gaps is a line of no length, which round ends make a dot.
        path += f"L{here}" if pen_down else f"M{here}L{here}"
        pen_down = True
    ends = "stroke-linejoin='round' stroke-linecap='round' vector-effect='non-scaling-stroke'"
    return f"<path d='{path}' fill='none' stroke='black' stroke-width='1.6' {ends}/>" if path else ""


def _level(value: float, limits: tuple[float, float]) -> str:
    y = _y(value, limits)
    dash = "stroke-dasharray='3 3' vector-effect='non-scaling-stroke'"
    return f"<path d='M0 {y:.1f}H{_WIDTH}' stroke='black' stroke-width='1' {dash}/>"


def _y(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return _EDGE + (_HEIGHT - 2 * _EDGE) * (high - min(max(value, low), high)) / (high - low)


def _shape(inside: str) -> str:
    box = f"width='{_WIDTH}' height='{_HEIGHT}' viewBox='0 0 {_WIDTH} {_HEIGHT}' preserveAspectRatio='none'"
    drawing = quote(f"<svg xmlns='http://www.w3.org/2000/svg' {box}>{inside}</svg>")
    return f'url("data:image/svg+xml,{drawing}")'
