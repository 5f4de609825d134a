"""The figures of 重复警情: shares by week, concentration beside chance, places on the map. Pure builders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from metrics.compare import REAL
from metrics.hotspots.concentration import UNITS, Concentration
from metrics.repeats.values import Figure as Share
from metrics.repeats.values import Spot
from pages._components.cases_figures import PERCENTS, unit_words
from pages._components.figures import Figure, layout
from pages._components.maps import station_map
from pages._components.template import pixels, tokens

_COLOURS = {"repeat_share": "accent", "repeat_caller_share": "cat-2", "repeat_place_share": "cat-3"}
_NAMES = {"repeat_share": "任一规则", "repeat_caller_share": "同一来电", "repeat_place_share": "同一地点"}
_LABEL_STEP = 0.085


def trend(found: Sequence[Share], mode: str, href: Callable[[date, date], str]) -> Figure:
    """Draw the shares of whole weeks, each line with its name at its end; a click leads to the week."""
    token = tokens(mode)
    shown = [one for one in found if one.metric.id in _NAMES and any(value is not None for value in one.history)]
    highest = max((value for one in shown for value in one.history if value is not None), default=1.0)
    data = [
        {
            "type": "scatter", "mode": "lines+markers", "name": one.metric.id,
            "x": [day.isoformat() for day in one.days], "y": list(one.history),
            "line": {"color": token[_COLOURS[one.metric.id]], "width": 2},
            "marker": {"size": 4, "color": token[_COLOURS[one.metric.id]]},
            "text": [
                f"{unit_words(day, 'week')}<br>{_NAMES[one.metric.id]} {'无数据' if value is None else f'{value:.1f}%'}"
                for day, value in zip(one.days, one.history, strict=True)
            ],
            "hovertemplate": "%{text}<extra></extra>",
            "customdata": [href(day, day + timedelta(days=6)) for day in one.days],
        }
        for one in shown
    ]  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            mode, "repeat-trend", margin={"l": 40, "r": 76, "t": 8, "b": 34}, annotations=_ends(shown, token, highest),
            xaxis={"type": "date", "tickformat": "%-m月%-d日", "tickangle": 0, "ticklabelstandoff": 5},
            yaxis={"range": [0, highest * 1.12 or 1], "ticksuffix": "%", "showgrid": True, "nticks": 5},
        ),
    }  # fmt: skip


def _ends(shown: Sequence[Share], token: Mapping[str, str], highest: float) -> list[dict[str, Any]]:
    ends = sorted((next(value for value in reversed(one.history) if value is not None), one.metric.id) for one in shown)
    found: list[dict[str, Any]] = []
    floor = -highest
    for value, name in ends:
        floor = max(value, floor + highest * _LABEL_STEP)
        found.append(
            {
                "text": _NAMES[name], "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": floor,
                "yanchor": "middle", "showarrow": False,
                "font": {"color": token[_COLOURS[name]], "size": pixels("f1")},
            }
        )  # fmt: skip
    return found


def lorenz(found: Concentration, mode: str) -> Figure:
    """Draw what share of the events the busiest places hold, beside chance and the even spread; half is marked."""
    token = tokens(mode)
    unit = UNITS[found.unit]
    lines = (("chance", found.chance, token["past"], "随机"), ("curve", found.curve, token["accent"], "实际"))
    data: list[Figure] = [
        {
            "type": "scatter", "mode": "lines", "name": "even", "x": [0, 100], "y": [0, 100], "hoverinfo": "skip",
            "line": {"color": token["line-2"], "width": 1, "dash": "dot"},
        }
    ]  # fmt: skip
    for name, frame, colour, words in lines:
        x, y = (100 * frame[column].to_numpy() for column in ("places", "events"))
        data.append(
            {
                "type": "scatter", "mode": "lines", "name": name, "x": [round(float(one), 3) for one in x],
                "y": [round(float(one), 3) for one in y],
                "line": {"color": colour, "width": 2.5 if name == "curve" else 2,
                         "dash": "solid" if name == "curve" else "dash"},
                "text": [words] * len(x),
                "hovertemplate": f"%{{text}}：%{{x:.1f}}% 的{unit}<br>占 %{{y:.1f}}% 的警情<extra></extra>",
            }
        )  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            mode, "repeat-lorenz", margin={"l": 48, "r": 24, "t": 8, "b": 42}, annotations=_halves(found, token),
            shapes=_half_lines(found, token),
            xaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "ticktext": PERCENTS, "ticklabelstandoff": 4,
                   "title": {"text": f"{unit}占比（警情多的在前）", "standoff": 6}},
            yaxis={"range": [0, 102], "tickvals": [0, 25, 50, 75, 100], "ticktext": PERCENTS, "showgrid": True},
        ),
    }  # fmt: skip


def _half_lines(found: Concentration, token: Mapping[str, str]) -> list[dict[str, Any]]:
    ends = [(found.half, token["accent"]), (found.half_chance, token["ink-2"])]
    return [
        {
            "type": "line", "x0": 100 * half, "x1": 100 * half, "y0": 0, "y1": 50,
            "line": {"color": colour, "width": 1, "dash": "dot"},
        }
        for half, colour in ends
        if half is not None
    ]  # fmt: skip


def _halves(found: Concentration, token: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the marked halves say, beside the lines and not on them."""
    if found.half is None or found.half_chance is None:
        return []
    words = (("实际", found.half, token["accent"], 40), ("随机", found.half_chance, token["ink-2"], 31))
    right = min(100 * found.half_chance + 14, 62)
    return [
        {
            "text": f"{name}：{half:.1%} 的{UNITS[found.unit]}占一半", "x": right, "y": y, "xanchor": "left",
            "showarrow": False, "font": {"color": colour, "size": pixels("f1")},
        }
        for name, half, colour, y in words
    ]  # fmt: skip


def spot_map(
    stations: Sequence[Mapping[str, Any]], spots: Sequence[Spot], names: Mapping[str, str], days: int, mode: str,
    href: Callable[[str], str], focus: Sequence[str] = (),
) -> Figure:  # fmt: skip
    """Draw the listed places as squares on the map of stations; only those whose pace changed have a colour."""
    token = tokens(mode)
    cells = [
        {
            "lon": spot.lon, "lat": spot.lat, "href": href(spot.station),
            "text": f"{names.get(spot.beat, spot.beat)} · {spot.group}<br>近 {days} 日 {spot.counts[days]:,} 起"
            f"{'，近 30 日加快' if spot.verdict == REAL and spot.z > 0 else ''}",
        }
        for spot in spots
    ]  # fmt: skip
    values = {str(one["code"]): {"text": "", "strength": 0, "href": href(str(one["code"]))} for one in stations}
    made = station_map(stations, values, cells, mode, height=420, focus=focus, window=None if focus else _window(spots))
    squares = next((one for one in made["data"] if one.get("name") == "cells"), None)
    if squares is not None:
        by_place = {(spot.lon, spot.lat): spot for spot in spots}
        drawn = [by_place[x, y] for x, y in zip(squares["x"], squares["y"], strict=True)]
        squares["marker"] = {
            **squares["marker"],
            "color": [token["worse"] if one.verdict == REAL and one.z > 0 else token["accent"] for one in drawn],
        }
    return made


def _window(spots: Sequence[Spot]) -> tuple[float, float, float, float] | None:
    """Return the part of the map that holds the places, with half as much room around them; None without any."""
    if not spots:
        return None
    xs, ys = [spot.lon for spot in spots], [spot.lat for spot in spots]
    wide, tall = max(max(xs) - min(xs), 0.02) / 4, max(max(ys) - min(ys), 0.02) / 4
    return min(xs) - wide, min(ys) - tall, max(xs) + wide, max(ys) + tall
