"""The map of 风险热力: stations by risk, hot cells or forecast cells on the grid, legend with limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.briefing import short_name
from metrics.catalogue import Catalogue
from metrics.heat.values import AROUND, Heat, StationRisk
from metrics.heat.view import RISKS
from metrics.privacy import is_hidden
from pages._components.figures import Figure
from pages._components.map_marks import Box
from pages._components.maps import crowd, station_map
from pages._components.template import pixels, tokens

Link = Callable[..., str]
# |z| from which a place is tinted, and tinted more; the full colour is kept for 真变化.
TINTS = (2.58, 3.3)
# Times the bureau's level from which a place that differs is coloured more, either way.
TIMES = (1.25, 1.5)
UNITS = {"rate": "起/万人·年", "harm": "危害分/万人·年"}
# Cells drawn dark and told one by one; more would cover the map and slow old PCs.
MOST_TOLD = 300
_SIDES = ("west", "south", "east", "north")
_HEIGHT, _WIDTH, _SWATCH = 520, 590, 43


def drawn(
    found: Heat,
    known: Catalogue,
    link: Link,
    mode: str,
    focus: Sequence[str] = (),
    inner: Box | None = None,
    window: Box | None = None,
) -> Figure:
    """Draw the map; link(station=code) is where a click on a station or cell leads.

    focus: the stations that it is cut to; window: the part in degrees that it is cut to; inner: the part that the
    other map shows, framed in this one.
    """
    chosen = set(focus)
    values: dict[str, dict[str, Any]] = {
        one.code: {
            "text": told(one, found),
            "strength": strength_of(one, found.risk),
            "href": link(station=one.code),
            "edge": one.code in chosen,
        }
        for one in found.stations
    }
    others: dict[str, dict[str, Any]] = {
        code: {"text": "未选，点击查看", "href": link(station=code)} for code in known.stations if code not in values
    }
    shapes, words = ([], []) if window else legend(found.risk, mode)
    return station_map(
        placed(known), values | others, [], mode, height=_HEIGHT, width=_WIDTH, focus=focus, window=window,
        over=layers(found, known, link, mode, window),
        legend=([*shapes, *([_window(inner, mode)] if inner else [])], words),
    )  # fmt: skip


def _window(box: Box, mode: str) -> Figure:
    """Return the frame of what the other map enlarges."""
    west, south, east, north = box
    line = {"color": tokens(mode)["accent"], "width": 1, "dash": "dot"}
    return {"type": "rect", "x0": west, "x1": east, "y0": south, "y1": north, "line": line}


def placed(known: Catalogue) -> list[dict[str, Any]]:
    """Return the stations as maps want them, with their short names."""
    return [
        {"code": one.code, "name": short_name(one.name), "lon": one.lon, "lat": one.lat, "boundary": one.boundary}
        for one in known.stations.values()
    ]


def core(known: Catalogue, focus: Sequence[str]) -> Box | None:
    """Return the crowded part of the bureau that deserves a map of its own; None where one station is looked at."""
    return None if focus else crowd(placed(known), _WIDTH, _HEIGHT)


def strength_of(one: StationRisk, risk: str) -> int | None:
    """Return −3 … 3, 0 within expectation or like the bureau; None where nothing can be said."""
    if risk == "residual":
        return None if one.expected is None else strength(one.z, one.real)
    if one.level is None:
        return None
    if one.level.verdict == AROUND:
        return 0
    times = one.level.times
    size = 1 + sum(max(times, 1 / times if times else TIMES[-1]) >= limit for limit in TIMES)
    return size if times > 1 else -size


def strengths(z: NDArray[np.float64], real: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Return strength() of many at once."""
    size = np.where(real, 3, sum((np.abs(z) >= limit).astype(int) for limit in TINTS))
    return np.where(z > 0, size, -size)


def strength(z: float, real: bool) -> int:
    """Return −3 … 3: 0 within expectation, ±3 only for what stands after correction over the page."""
    size = 3 if real else sum(abs(z) >= limit for limit in TINTS)
    return size if z > 0 else -size


def told(one: StationRisk, found: Heat) -> str:
    """Say a station's risk with its counts, for the hover."""
    counts = f"{found.metric.label} {one.count:,.0f} 起"
    if found.risk == "residual":
        if one.expected is None:
            return f"{counts}<br>无预期，不作判定"
        return f"{counts}，预期 {one.expected:,.1f} 起<br>{verdict(one, found.risk)}"
    if one.level is None:
        return f"{counts}<br>没有登记人口"
    level = one.level
    return (
        f"{RISKS[found.risk]} {level.value:,.1f}（95% 区间 {level.low:,.1f}–{level.high:,.1f}）{UNITS[found.risk]}<br>"
        f"全局 {found.common or 0:,.1f}，{level.verdict}<br>{counts}，实有人口 {one.population or 0:,} 人"
    )


def verdict(one: StationRisk, risk: str) -> str:
    """Say how a station is judged, in a few words."""
    if risk != "residual":
        return one.level.verdict if one.level else "无人口"
    if one.expected is None:
        return "不作判定"
    if one.real:
        return "显著高于预期" if one.z > 0 else "显著低于预期"
    if abs(one.z) < TINTS[0]:
        return "正常波动"
    return "偏高，或是偶然" if one.z > 0 else "偏低，或是偶然"


def title(found: Heat) -> str:
    """Return the finding of the map, or what it shows."""
    if len(found.stations) == 1:
        only = found.stations[0]
        return f"{short_name(only.name)}{found.metric.label}：{verdict(only, found.risk)}"
    if found.risk == "residual":
        high = sum(one.real and one.z > 0 for one in found.stations)
        low = sum(one.real and one.z < 0 for one in found.stations)
        said = [f"{n} 个所{found.metric.label}显著{word}预期" for n, word in ((high, "高于"), (low, "低于")) if n]
        return "，".join(said) or f"各所{found.metric.label}与预期之差"
    high = sum(one.level is not None and one.level.verdict == "高于全局" for one in found.stations)
    return f"{high} 个所{RISKS[found.risk]}高于全局" if high else f"各所{RISKS[found.risk]}"


# ---- the grid on top ------------------------------------------------------------------------------


def layers(found: Heat, known: Catalogue, link: Link, mode: str, window: Box | None = None) -> list[Figure]:
    """Return the traces of hot cells or of the forecast: all cells light, the first ones dark and told."""
    if found.hot is not None and len(found.hot.cells):
        cells, colour = found.hot.cells, "watch"
        first = cells[~cells["count"].map(is_hidden)].head(MOST_TOLD // 3)
        texts = [_hot_text(row, known, found.noun) for row in first.to_dict("records")]
    elif found.forecast is not None and len(found.forecast.cells):
        cells, colour = found.forecast.cells.sort_values("rank"), "cat-4"
        first = cells.head(min(MOST_TOLD, leading(found)))
        texts = [_forecast_text(row, known, found.forecast.label) for row in first.to_dict("records")]
    else:
        return []
    token = tokens(mode)
    cells = _inside(cells, window)
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "told",
        "x": ((first["west"] + first["east"]) / 2).round(5).tolist(),
        "y": ((first["south"] + first["north"]) / 2).round(5).tolist(),
        # Only there to be pointed at: the squares themselves are drawn to scale.
        "marker": {"symbol": "square", "size": 9, "opacity": 0},
        "hoverinfo": "text",
        "text": texts,
        "customdata": [link(station=code) if code else "" for code in first["station"]],
    }
    return [_patches(cells, "grid", token[colour], 0.3), _patches(first, "first", token[colour], 1.0), points]


def _inside(cells: pd.DataFrame, window: Box | None) -> pd.DataFrame:
    """Return the cells that touch a window; what is not seen need not be sent."""
    if window is None:
        return cells
    west, south, east, north = window
    touched = (cells["east"] >= west) & (cells["west"] <= east) & (cells["north"] >= south) & (cells["south"] <= north)
    return cells[touched]


def leading(found: Heat) -> int:
    """Return how many cells make up the smallest share of the area that the forecast was tested on."""
    tested = found.forecast.quality if found.forecast is not None else pd.DataFrame()
    if tested.empty:
        return MOST_TOLD
    return int(tested.sort_values("share_area")["cells"].iloc[0])


def _hot_text(row: Mapping[Any, Any], known: Catalogue, noun: str) -> str:
    share = row["share_public"]
    origin = "" if share is None else f"<br>群众报警 {share:.0%}，巡逻发现 {1 - share:.0%}"
    return f"热点网格（200 米） {_name(row, known)}<br>{noun} {row['count']} 起，z {row['z']:.1f}{origin}"


def _forecast_text(row: Mapping[Any, Any], known: Catalogue, label: str) -> str:
    share = row["share_public"]
    origin = "" if share is None else f"<br>依据中群众报警 {share:.0%}，巡逻发现 {1 - share:.0%}"
    return (
        f"预测第 {row['rank']} 位（200 米网格） {_name(row, known)}<br>未来 28 日{label}预计 {row['score']:.1f} 起"
        f"<br>近 28 日 {row['recent']} 起，历来 {row['long_run']:,} 起{origin}"
    )


def _name(row: Mapping[Any, Any], known: Catalogue) -> str:
    return short_name(known.station_names.get(row["station"], ""))


def _patches(cells: pd.DataFrame, name: str, colour: str, opacity: float) -> Figure:
    """Return one filled trace of all cells; neighbours in a row become one box, which makes the drawing light."""
    west, south, east, north = boxes(cells).T
    gap = np.full(west.size, np.nan)
    xs = np.column_stack([west, east, east, west, west, gap]).ravel()[:-1]
    ys = np.column_stack([south, south, north, north, south, gap]).ravel()[:-1]
    return {
        "type": "scatter",
        "mode": "none",
        "name": name,
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": _clear(colour, opacity),
        "hoverinfo": "skip",
    }


def boxes(cells: pd.DataFrame) -> NDArray[np.float64]:
    """Return west, south, east, north of runs of adjoining cells in each row of the grid, a row per run."""
    if cells.empty:
        return np.zeros((0, 4))
    listed = cells.sort_values(["cell_y", "cell_x"], kind="stable")
    row, column = listed["cell_y"].to_numpy(), listed["cell_x"].to_numpy()
    breaks = np.flatnonzero((np.diff(row) != 0) | (np.diff(column) != 1)) + 1
    first, last = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(row)]]) - 1
    ends = [listed[side].to_numpy(dtype=float)[at] for side, at in zip(_SIDES, (first, first, last, last), strict=True)]
    return np.column_stack(ends).round(5)


def _clear(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


# ---- legend ---------------------------------------------------------------------------------------


def legend(risk: str, mode: str) -> tuple[list[Figure], list[Figure]]:
    """Return shapes and words of the seven steps with their limits, in the lower left corner."""
    token = tokens(mode)
    size = {"color": token["ink-2"], "size": pixels("f1")}
    # A plate under it, for maps that are cut to a part and reach into the corner.
    plate = _step(0, token["surface"], token["surface"])
    shapes: list[Figure] = [{**plate, "x1": 7 * _SWATCH, "y0": 0, "y1": 50}]
    notes: list[Figure] = []
    for place, (mark, words) in enumerate(zip(_MARKS, limits(risk), strict=True)):
        left = place * _SWATCH
        shapes.append(_step(left, token[mark], token["line-2"]))
        notes.append(_corner(words, left + _SWATCH / 2, 20, "center", "top", size))
    ends = ("低于预期", "高于预期") if risk == "residual" else ("低于全局", "高于全局")
    notes.append(_corner(ends[0], 0, 30, "left", "bottom", size))
    notes.append(_corner(ends[1], 7 * _SWATCH, 30, "right", "bottom", size))
    return shapes, notes


def _step(left: float, colour: str, edge: str) -> Figure:
    return {
        "type": "rect", "xref": "paper", "yref": "paper", "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": 0,
        "yanchor": 0, "x0": left, "x1": left + _SWATCH - 1, "y0": 20, "y1": 30, "fillcolor": colour,
        "line": {"width": 0.5, "color": edge},
    }  # fmt: skip


_MARKS = ("low-3", "low-2", "low-1", "mid", "high-1", "high-2", "high-3")


def limits(risk: str) -> list[str]:
    """Return what each of the seven steps stands for, lowest first."""
    if risk == "residual":
        near, far = (f"{limit:.1f}" for limit in TINTS)
        return ["显著", f"−{far}", f"−{near}", "正常", near, far, "显著"]
    near, far = (f"{limit:g}" for limit in TIMES)
    return [f"÷{far}", f"÷{near}", "÷1", "相当", "×1", f"×{near}", f"×{far}"]


def _corner(text: str, x: float, y: float, xanchor: str, yanchor: str, font: dict[str, Any]) -> Figure:
    return {
        "text": text, "xref": "paper", "yref": "paper", "x": 0, "y": 0, "xshift": x, "yshift": y, "xanchor": xanchor,
        "yanchor": yanchor, "showarrow": False, "borderpad": 0, "font": font,
    }  # fmt: skip
