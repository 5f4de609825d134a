"""The figure of an alarm: what was seen since its window began, added up, beside what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from metrics.alarms import Alarm
from metrics.alarms.evidence import Step
from pages._components.figures import Figure
from pages._components.line_ends import line_layout, thirds
from pages._components.template import tokens
from pages._components.trend_figures import day_words, label


def added_up(alarm: Alarm, steps: Sequence[Step], tone: str, mode: str) -> Figure:
    """Draw the steps of an alarm from 0 on the day before its window.

    tone: of the rise (worse or watch). Traces by name: low/high (95% range), expected, observed; a dotted line on the
    day of the first signal, where that lies in the window.
    """
    token = tokens(mode)
    days = [one.day.isoformat() for one in (Step(_before(alarm), 0, 0.0, 0, 0), *steps)]
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "x": days}
    texts = ["", *(_words(one) for one in steps)]
    data = [
        {**edge, "name": "low", "y": [0, *(one.low for one in steps)]},
        {**edge, "name": "high", "y": [0, *(one.high for one in steps)], "fill": "tonexty", "fillcolor": token["band"]},
        {"type": "scatter", "mode": "lines", "name": "expected", "hoverinfo": "skip", "x": days,
         "y": [0, *(one.expected for one in steps)], "line": {"color": token["past"], "width": 2}},
        {"type": "scatter", "mode": "lines", "name": "observed", "x": days, "y": [0, *(one.observed for one in steps)],
         "line": {"color": token[tone], "width": 2}, "text": texts, "hovertemplate": "%{text}<extra></extra>"},
    ]  # fmt: skip
    last = steps[-1]
    most = max(last.observed, last.high, 1)
    ends = [
        (f"实际 {last.observed:,}", last.observed, token[f"{tone}-ink"]),
        (f"预期 {last.expected:,.1f}", last.expected, token["ink-2"]),
    ]
    frame = line_layout(mode, "alarm", days, [0, most * 1.1], ends, room=92)
    frame["xaxis"]["tickvals"] = thirds(days[1:])
    return {"data": data, "layout": _with_first_signal(frame, alarm, token)}


def _before(alarm: Alarm) -> date:
    return alarm.window_first - timedelta(days=1)


def _words(step: Step) -> str:
    return (
        f"至 {day_words(step.day)}<br>累计 {step.observed:,} 起<br>预期 {step.expected:,.1f} 起"
        f"（95% 范围 {step.low:,}–{step.high:,}）"
    )


def _with_first_signal(frame: dict[str, Any], alarm: Alarm, token: dict[str, str]) -> dict[str, Any]:
    if not alarm.window_first <= alarm.first_day <= alarm.window_last:
        return frame
    day = alarm.first_day.isoformat()
    line = {"color": token["ink-2"], "width": 1, "dash": "dot"}
    frame["shapes"] = [{"type": "line", "x0": day, "x1": day, "yref": "paper", "y0": 0, "y1": 1, "line": line}]
    words = f"首次预警 {alarm.first_day.month}月{alarm.first_day.day}日"
    is_late = (alarm.first_day - alarm.window_first) * 2 > alarm.window_last - alarm.window_first
    side = {"xanchor": "right", "xshift": -4} if is_late else {"xanchor": "left", "xshift": 4}
    frame["annotations"].append(label(day, 1.0, words, token["ink-2"], yref="paper", yanchor="top", **side))
    return frame
