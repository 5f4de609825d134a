"""The figures of a campaign on 趋势研判: counts since it began, and the change beside comparison and goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metrics.trend.campaign import Progress, is_line
from pages._components.figures import Figure
from pages._components.line_ends import line_layout
from pages._components.template import tokens
from pages._components.trend_figures import day_words, label

# The first days of a campaign are too few for a percentage.
SETTLED_DAYS = 7


def cumulative(found: Progress, mode: str) -> Figure:
    """Draw the counts of a campaign's stations since it began, beside the baseline and what the goal makes of it."""
    token = tokens(mode)
    days = [one.day.isoformat() for one in found.steps]
    lines = (
        ("base", found.plan.base_words, token["past"], "solid", [one.base for one in found.steps]),
        ("goal", "目标", token["watch"], "dash", [found.plan.wanted(one.base) for one in found.steps]),
        ("now", "本期", token["accent"], "solid", [one.now for one in found.steps]),
    )
    texts = [
        f"{day_words(one.day)}（第 {place} 天）<br>累计 {one.now:,.0f} 起<br>{found.plan.base_words} {one.base:,.0f} 起"
        f"<br>目标 {found.plan.wanted(one.base):,.0f} 起"
        for place, one in enumerate(found.steps, 1)
    ]
    data = [
        {"type": "scatter", "mode": "lines", "name": name, "x": days, "y": values,
         "line": {"color": colour, "width": 2, "dash": dash}, "text": texts,
         **({"hovertemplate": "%{text}<extra></extra>"} if name == "now" else {"hoverinfo": "skip"})}
        for name, _, colour, dash, values in lines
    ]  # fmt: skip
    most = max((max(values, default=0.0) for *_, values in lines), default=1.0) or 1.0
    inks = {"base": token["ink-2"], "goal": token["watch-ink"], "now": token["accent"]}
    ends = [(words_, values[-1], inks[name]) for name, words_, _, _, values in lines if values]
    return {"data": data, "layout": line_layout(mode, "trend-campaign", days, [0, most * 1.06], ends)}


def changes(found: Progress, mode: str) -> Figure:
    """Draw the cumulative change in %: the campaign's stations with their interval, the comparison stations, the goal
    and what other places published as lines. The first week is left out: too few for a percentage."""
    token = tokens(mode)
    steps = found.steps[SETTLED_DAYS - 1 :] if len(found.steps) >= 2 * SETTLED_DAYS else found.steps
    days = [one.day.isoformat() for one in steps]
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "x": days}
    texts = [
        f"{day_words(one.day)}<br>行动所 {_percent(one.percent)}"
        f"（95% 区间 {_percent(one.low)} 至 {_percent(one.high)}）"
        f"<br>对照所 {_percent(one.compared_percent)}"
        for one in steps
    ]
    data = [
        {**edge, "name": "low", "y": [one.low for one in steps]},
        {**edge, "name": "high", "y": [one.high for one in steps], "fill": "tonexty", "fillcolor": token["band"]},
        {"type": "scatter", "mode": "lines", "name": "compared", "x": days, "hoverinfo": "skip",
         "y": [one.compared_percent for one in steps], "line": {"color": token["past"], "width": 2}},
        {"type": "scatter", "mode": "lines", "name": "treated", "x": days, "y": [one.percent for one in steps],
         "line": {"color": token["accent"], "width": 2}, "text": texts, "hovertemplate": "%{text}<extra></extra>"},
    ]  # fmt: skip
    levels = [("目标", found.plan.goal, token["watch"], "dash")]
    levels += [
        (f"{one.place}{one.label}", one.value, token["ink-2"], "dot")
        for one in found.outcomes
        if is_line(found.plan, one)
    ]
    limits = _percent_limits(steps, [value for _, value, _, _ in levels])
    last = steps[-1] if steps else None
    ends = [("目标", found.plan.goal, token["watch-ink"])]
    if last and last.percent is not None:
        ends.append(("行动所", last.percent, token["accent"]))
    if last and last.compared_percent is not None:
        ends.append(("对照所", last.compared_percent, token["ink-2"]))
    frame = line_layout(mode, "trend-campaign", days, limits, ends)
    frame["yaxis"]["ticksuffix"] = "%"
    frame["shapes"] = [_level(0.0, token["line-2"], "solid"), *(_level(y, c, dash) for _, y, c, dash in levels)]
    frame["annotations"] += [
        label(0.99, value, f"{name} {_percent(value)}", token["ink-2"], xref="paper", xanchor="right", yanchor="bottom")
        for name, value, _, _ in levels[1:]
    ]
    return {"data": data, "layout": frame}


def _level(y: float, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y,
        "line": {"color": colour, "width": 1, "dash": dash},
    }  # fmt: skip


def _percent_limits(steps: Sequence[Any], levels: Sequence[float]) -> list[float]:
    values = [one for step in steps for one in (step.percent, step.compared_percent) if one is not None]
    least, most = min([*values, *levels, 0.0]), max([*values, *levels, 0.0])
    room = max(most - least, 10.0) * 0.12
    return [least - room, most + room]


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f}%".replace("-", "−")
