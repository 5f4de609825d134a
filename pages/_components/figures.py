"""Figures as plain dicts made by pure functions, and the only place that makes a dcc.Graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc

from pages._components.template import sequential, template, tokens

Figure = dict[str, Any]
Number = float | int | None

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
# Nothing leaves the machine: no cloud, no CDN, no logo; Chinese dates and buttons.
SAFE_CONFIG: Any = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
    "topojsonURL": "/assets/topojson/",
    "locale": "zh-CN",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}


def graph(
    id: str | dict[str, str], figure: Figure | None = None, *, height: int | None = None, **more: Any
) -> dcc.Graph:
    """Return a graph with the safe configuration; height in px, without it the height of its box."""
    return dcc.Graph(
        id=id,
        figure=figure or empty("light"),
        config=SAFE_CONFIG,
        responsive=True,
        className=f"figure {more.pop('className', '')}".strip(),
        style={"height": f"{height}px" if height else "100%"},
        **more,
    )


def follow_clicks(graph_id: str) -> None:
    """Let a click on a graph go to the address (or narrow to the query) in the customdata of what was hit."""
    clientside_callback(
        ClientsideFunction("shell", "follow"),
        Output(graph_id, "clickData"),
        Input(graph_id, "clickData"),
        State(graph_id, "figure"),
        prevent_initial_call=True,
    )


def layout(mode: str, revision: str, **more: Any) -> dict[str, Any]:
    """Return a layout on our template; a stable revision keeps what the user zoomed or hid."""
    return {"template": template(mode), "autosize": True, "uirevision": revision, **more}


def empty(mode: str) -> Figure:
    """Return a figure that shows nothing, to stand until the first answer."""
    hidden = {"visible": False}
    return {"data": [], "layout": layout(mode, "empty", xaxis=hidden, yaxis=hidden)}


def sparkline(
    days: Sequence[str],
    values: Sequence[Number],
    low: Sequence[Number],
    high: Sequence[Number],
    mode: str,
    *,
    tone: str = "neutral",
    unit: str = "起",
    decimals: int = 0,
) -> Figure:
    """Draw days as a line inside their expected band; the last point is marked in its tone.

    days: ISO dates; low, high: the band, None where nothing is expected; tone: worse, better, watch or neutral.
    """
    token = tokens(mode)
    line = {"color": token["accent"], "width": 1.5}
    data: list[Figure] = [
        *_band(days, low, high, token["band"]),
        {
            "type": "scatter",
            "mode": "lines",
            "name": "value",
            "x": list(days),
            "y": list(values),
            "line": line,
            "customdata": [_expected(*pair, decimals) for pair in zip(low, high, strict=True)],
            "hovertemplate": f"%{{x|%Y年%-m月%-d日 %a}}<br>%{{y:,.{decimals}f}} {unit}%{{customdata}}<extra></extra>",
        },
    ]
    known = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
    if known:
        colour = token["accent"] if tone == "neutral" else token[tone]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "last",
                "x": [known[-1][0]],
                "y": [known[-1][1]],
                "marker": {"color": colour, "size": 7, "line": {"color": token["surface"], "width": 1.5}},
                "cliponaxis": False,
                "hoverinfo": "skip",
            }
        )
    hidden = {"visible": False, "fixedrange": True}
    upright = {**hidden, "range": _spark_range([*values, *low, *high])}
    # A range that is null makes Plotly fail on the next drawing ("container is not an object"): no days, no range.
    across = {**hidden, "type": "date", **({"range": [days[0], days[-1]]} if days else {})}
    # The margins leave room for the mark at the end and for a line that touches its extremes.
    margin = {"l": 1, "r": 5, "t": 4, "b": 4}
    return {"data": data, "layout": layout(mode, "spark", margin=margin, xaxis=across, yaxis=upright, hovermode="x")}


def _band(days: Sequence[str], low: Sequence[Number], high: Sequence[Number], colour: str) -> list[Figure]:
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "x": list(days)}
    return [
        {**edge, "name": "low", "y": list(low)},
        {**edge, "name": "high", "y": list(high), "fill": "tonexty", "fillcolor": colour},
    ]


def _spark_range(values: Sequence[Number]) -> list[float]:
    """Return limits around all values; a flat line lies at the bottom and not across the middle of nothing."""
    known = [float(value) for value in values if value is not None]
    least, most = min(known, default=0.0), max(known, default=0.0)
    room = max(most - least, 2.0) * 0.04
    return [least - room, max(most, least + 2.0) + room]


def _expected(low: Number, high: Number, decimals: int) -> str:
    if low is None or high is None:
        return ""
    return f"，预期 {low:,.{decimals}f}–{high:,.{decimals}f}"


def week_hours(values: Sequence[Sequence[Number]], mode: str, *, unit: str = "起", decimals: int = 0) -> Figure:
    """Draw 7 × 24 values, Monday first, with the totals of each day and hour as thin bars on the margins.

    values: one row per weekday from Monday, one column per hour; None is "no data" and stays blank.
    """
    token = tokens(mode)
    number = f",.{decimals}f"
    hours = list(range(24))
    text = [[_hour_text(day, hour, values[day][hour], unit, number) for hour in hours] for day in range(7)]
    cells = {
        "type": "heatmap",
        "name": "cells",
        "x": hours,
        "y": list(WEEKDAYS),
        "z": [list(row) for row in values],
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "colorscale": sequential(mode),
        "zmin": 0,
        "zmax": max((value for row in values for value in row if value is not None), default=1) or 1,
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
    }
    by_hour = [_total(values[day][hour] for day in range(7)) for hour in hours]
    by_day = [_total(row) for row in values]
    bar = {
        "type": "bar",
        "marker": {"color": token["past"]},
        "hovertemplate": "%{text}<extra></extra>",
        "textposition": "none",
    }
    hour_bars = {
        **bar,
        "name": "hours",
        "x": hours,
        "y": by_hour,
        "yaxis": "y2",
        "text": [f"每日 {hour}–{hour + 1} 时<br>合计 {by_hour[hour]:{number}} {unit}" for hour in hours],
    }
    day_bars = {
        **bar,
        "name": "days",
        "orientation": "h",
        "x": by_day,
        "y": list(WEEKDAYS),
        "xaxis": "x2",
        "text": [f"{day}<br>合计 {total:{number}} {unit}" for day, total in zip(WEEKDAYS, by_day, strict=True)],
    }
    return {
        "data": [cells, hour_bars, day_bars],
        "layout": _week_layout(mode, max(by_hour, default=1), max(by_day, default=1)),
    }


def _week_layout(mode: str, most_hour: float, most_day: float) -> dict[str, Any]:
    bare = {"showticklabels": False, "ticks": "", "showgrid": False}
    return layout(
        mode,
        "week",
        margin={"l": 36, "r": 2, "t": 2, "b": 22},
        bargap=0.2,
        xaxis={
            "domain": [0, 0.94],
            "tickvals": list(range(0, 24, 3)),
            "range": [-0.5, 23.5],
            "ticks": "",
            "anchor": "y2",
        },
        yaxis={"domain": [0.19, 1], "autorange": "reversed", "ticks": ""},
        # Hour bars hang from the cells and day bars stand on them: each shares the axis of what it adds up.
        yaxis2={**bare, "domain": [0, 0.175], "range": [most_hour or 1, 0], "fixedrange": True},
        xaxis2={**bare, "domain": [0.948, 1], "range": [0, most_day or 1], "fixedrange": True},
    )


def _hour_text(day: int, hour: int, value: Number, unit: str, number: str) -> str:
    said = "无数据" if value is None else f"{value:{number}} {unit}"
    return f"{WEEKDAYS[day]} {hour}–{hour + 1} 时<br>{said}"


def _total(values: Any) -> float:
    return float(sum(value for value in values if value is not None))


def mark_of(strength: int | None) -> str:
    """Return the name of the diverging step of a strength from −3 (far below expectation) to 3 (far above)."""
    if strength is None:
        return "none"
    bounded = max(-3, min(3, strength))
    return "mid" if bounded == 0 else f"{'high' if bounded > 0 else 'low'}-{abs(bounded)}"


def step_colour(mark: str, tokens_of_mode: Mapping[str, str]) -> str:
    """Return the fill of a diverging step."""
    return tokens_of_mode["surface"] if mark == "none" else tokens_of_mode[mark]
