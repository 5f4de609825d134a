"""Figures of the wall: those of the desk, drawn as if on a desk of the screen's shape, then enlarged as a whole.

One factor makes the desk's smallest text the wall's: 22 px at 1920 × 1080. What fits is decided before enlarging, so
that labels neither collide nor vanish.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data.reading import Snapshot
from metrics import catalogue
from metrics.briefing import Briefing, Place
from metrics.wall import Today, Wall
from pages._components import campaign_figures, maps, staffing_figures
from pages._components.figures import Figure, empty, layout, sparkline, week_hours
from pages._components.heat_map import placed
from pages._components.template import MODES, pixels, tokens

SMALLEST = 2.2
# |z| from which a station is tinted, and tinted more; the full colour is kept for 真变化, as on 今日会商.
_TINTS = (2.58, 3.3)
_LEAST_UNIT, _MOST_UNIT = 1.0, 100.0


@dataclass(frozen=True)
class Size:
    """The screen that figures are drawn for: colour mode, unit (10 px at 1920 × 1080), a screen's width and height."""

    mode: str
    unit: float
    width: float
    height: float

    @property
    def factor(self) -> float:
        """How much larger than on the desk everything is."""
        return SMALLEST * self.unit / pixels("f1")

    @property
    def box(self) -> tuple[int, int]:
        """Width and height of a figure in px of the desk that is enlarged."""
        tall = self.height > self.width
        wide = self.width - 7.6 * self.unit
        across, up = (wide, self.height * 0.38) if tall else (wide * 0.51, self.height - 24 * self.unit)
        return max(int(across / self.factor), 100), max(int(up / self.factor), 100)

    @property
    def core(self) -> tuple[int, int]:
        """The same for the enlarged middle of the map."""
        width, height = self.box
        return (width, int(height * 0.79)) if self.height > self.width else (int(width * 0.88), int(height * 0.55))


def size_of(asked: Mapping[str, Any]) -> Size:
    """Return the size that the browser asks for; anything odd becomes 1920 × 1080."""
    try:
        unit, width, height = (float(asked[key]) for key in ("unit", "width", "height"))
    except (KeyError, TypeError, ValueError):
        unit, width, height = 10.0, 1920.0, 1080.0
    if not (_LEAST_UNIT <= unit <= _MOST_UNIT and 100 <= width <= 20_000 and 100 <= height <= 20_000):
        unit, width, height = 10.0, 1920.0, 1080.0
    mode = str(asked.get("mode", ""))
    return Size(mode if mode in MODES else "dark", unit, width, height)


def figure(screen: str, snapshot: Snapshot, found: Wall, size: Size) -> Figure:
    """Return the figure of a screen; an empty one where the data cannot fill it."""
    made = None if found.missing.get("map" if screen == "core" else screen) else _DRAWN[screen](snapshot, found, size)
    return enlarged(made or empty(size.mode), size.factor)


def enlarged(made: Figure, factor: float) -> Figure:
    """Return a figure with every length in px multiplied: texts, lines, marks, margins, shifts; data stay."""
    larger = _enlarged(made, factor, "")
    assert isinstance(larger, dict)
    larger["layout"]["hovermode"] = False
    return larger


_LENGTHS = {"size", "xshift", "yshift", "borderpad", "borderwidth", "xgap", "ygap", "ticklen", "standoff", "ax", "ay"}


def _enlarged(part: Any, factor: float, parent: str) -> Any:
    if isinstance(part, dict):
        return {
            key: _times(value, factor)
            if key in _LENGTHS or parent == "margin" or (parent == "line" and key == "width")
            else _enlarged(value, factor, key)
            for key, value in part.items()
        }
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return [_enlarged(one, factor, parent) for one in part]
    return part


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return [_times(one, factor) for one in value] if isinstance(value, list) else round(value * factor, 2)


# ---- one figure a screen --------------------------------------------------------------------------


def _campaign(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    shown = found.campaign
    if shown is None:
        return None
    if shown.progress is not None:
        drawn = campaign_figures.changes(shown.progress, size.mode)
        return captioned(drawn, "累计变化，对同期；灰带为 95% 区间", size.mode)
    if shown.year is None:
        return None
    spark, metric = shown.year.spark, shown.year.metric
    days = [day.isoformat() for day in spark.days]
    drawn = sparkline(days, spark.values, spark.low, spark.high, size.mode, unit=metric.unit)
    drawn["layout"] |= {"annotations": [], "margin": {"l": 2, "r": 6, "t": 8, "b": 8}}
    return captioned(drawn, f"{metric.label}，近 8 周逐日；灰带为预期", size.mode)


def _map(snapshot: Snapshot, found: Wall, size: Size) -> Figure | None:
    if found.recent is None:
        return None
    stations = placed(catalogue.of(snapshot))
    width, height = size.box
    inner = maps.crowd(stations, width, height)
    frame = [_window(inner, size.mode)] if inner else []
    drawn = maps.station_map(
        stations, _values(found.recent), [], size.mode, height=height, width=width, legend=(frame, [])
    )
    if inner:
        shown = drawn["layout"]
        scale = height / (shown["yaxis"]["range"][1] - shown["yaxis"]["range"][0])
        shown["annotations"] = [note for note in shown["annotations"] if _is_clear(note, inner, scale)]
    return drawn


def _is_clear(note: Figure, inner: tuple[float, float, float, float], scale: float) -> bool:
    """Whether a name keeps clear of the part that is enlarged beside the map, which has its own; flagged ones stay."""
    if "xanchor" in note or note["text"].startswith("<b>"):
        return True
    west, south, east, north = inner
    high = pixels("f1") / scale
    wide = high * len(note["text"]) / 2 / math.cos(math.radians((south + north) / 2))
    x, y = float(note["x"]), float(note["y"])
    return x + wide < west or x - wide > east or y + high < south or y - high > north


def _core(snapshot: Snapshot, found: Wall, size: Size) -> Figure | None:
    """Return the crowded part of the map enlarged; None where all names fit on the map itself."""
    stations = placed(catalogue.of(snapshot))
    inner = maps.crowd(stations, *size.box)
    if found.recent is None or inner is None:
        return None
    width, height = size.core
    return maps.station_map(stations, _values(found.recent), [], size.mode, height=height, width=width, window=inner)


def _values(recent: Briefing) -> dict[str, dict[str, Any]]:
    """Return the tint of each station; those that the list beside the map tells are named in any case."""
    found = {place.code: strength(place) for place in recent.places}
    return {code: {"text": "", "strength": tint, "named": tint != 0} for code, tint in found.items()}


def _window(box: tuple[float, float, float, float], mode: str) -> Figure:
    west, south, east, north = box
    line = {"color": tokens(mode)["accent"], "width": 1.5, "dash": "dot"}
    return {"type": "rect", "x0": west, "x1": east, "y0": south, "y1": north, "line": line}


def strength(place: Place) -> int:
    """Return −3 … 3: 0 within expectation, ±3 only for what stands after correction, as on 今日会商."""
    grade = 3 if place.real else sum(abs(place.z) >= limit for limit in _TINTS)
    return grade if place.z > 0 else -grade


def _week(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    hours = found.recent.week if found.recent else None
    if hours is None:
        return None
    return week_hours([[float(value) for value in row] for row in hours], size.mode)


def _match(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    if found.work is None:
        return None
    drawn = staffing_figures.day_steps(found.work, size.mode, lambda code: "")
    return captioned(drawn, "平均一天各时，人", size.mode)


def _today(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    if found.today is None:
        return None
    words = "；虚线为同星期均值，灰带为预期范围" if found.today.mean[-1] is not None else ""
    label = found.today.counts[0].metric.label
    return captioned(day_so_far(found.today, size.mode), f"{label}累计，起{words}", size.mode)


def day_so_far(found: Today, mode: str) -> Figure:
    """Draw the count of the day as it grew, beside the mean and the usual range of the same weekday by each hour."""
    token = tokens(mode)
    hours = list(range(25))
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "x": hours}
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    data: list[Figure] = []
    if found.mean[-1] is not None:
        data = [
            {**edge, "name": "low", "y": list(found.low)},
            {**edge, "name": "high", "y": list(found.high), "fill": "tonexty", "fillcolor": token["band"]},
            {**line, "name": "mean", "x": hours, "y": list(found.mean),
             "line": {"color": token["ink-2"], "width": 1.5, "dash": "dot"}},
        ]  # fmt: skip
    data.append({**line, "name": "now", "x": list(found.moments), "y": list(found.so_far),
                 "line": {"color": token["accent"], "width": 3}})  # fmt: skip
    last, count = found.moments[-1], found.so_far[-1]
    data.append(
        {"type": "scatter", "mode": "markers", "name": "last", "x": [last], "y": [count], "hoverinfo": "skip",
         "marker": {"color": token["accent"], "size": 9}, "cliponaxis": False}
    )  # fmt: skip
    quarters = list(range(0, 25, 6))
    most = max([*found.so_far, *(high for high in found.high if high is not None)], default=1.0) or 1.0
    top, step = round_axis(most)
    return {
        "data": data,
        "layout": layout(
            mode, "wall-today", margin={"l": 44, "r": 74, "t": 12, "b": 31},
            xaxis={
                "range": [0, 24], "tickvals": quarters, "ticktext": [f"{hour} 时" for hour in quarters],
                "ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)",
            },
            yaxis={"range": [0, top], "tick0": 0, "dtick": step, "showgrid": True, "tickformat": ",.0f"},
            annotations=_ends(found, top, token),
        ),
    }  # fmt: skip


def round_axis(most: float) -> tuple[float, float]:
    """Return the end of an axis from 0 and its step: at most five steps of 1, 2 or 5 × 10ⁿ, the end at half of one.

    Plotly keeps the size of each axis label by its text and its place, up to 10,000 of them. An axis that ended at the
    data would add some with every version; round ends have few.
    """
    whole = max(most, 1.0) * 1.02
    scale = 10 ** math.floor(math.log10(whole / 5))
    step = next(scale * n for n in (1, 2, 5, 10) if whole <= 5 * scale * n)
    step = max(step, 1.0)
    return math.ceil(whole / (step / 2)) * step / 2, step


def _ends(found: Today, most: float, token: dict[str, str]) -> list[dict[str, Any]]:
    """Return the names of the lines at their right ends, apart from each other."""
    last, count, mean = found.moments[-1], found.so_far[-1], found.mean[-1]
    font = {"color": token["accent"], "size": pixels("f1")}
    here: dict[str, Any] = {"showarrow": False, "xanchor": "left", "xshift": 8, "font": font}
    notes = [{**here, "x": last, "y": count, "text": f"<b>{count:,.0f}</b>"}]
    if mean is not None:
        above = mean >= count if last >= 20 else True
        apart = most * 0.07
        at = mean if last < 20 or abs(mean - count) > apart else count + (apart if above else -apart)
        words = f"预期 {mean:,.0f}"
        notes.append({**here, "x": 24, "y": at, "text": words, "font": {**font, "color": token["ink-2"]}})
    return notes


def captioned(made: Figure, words: str, mode: str) -> Figure:
    """Return a figure with a line of words above it: what is drawn, in which unit."""
    shown = made["layout"]
    note = {
        "xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "text": words,
        "showarrow": False, "yshift": 6, "font": {"color": tokens(mode)["ink-2"], "size": pixels("f1")},
    }  # fmt: skip
    margin = {**shown.get("margin", {}), "t": 34}
    return {**made, "layout": {**shown, "margin": margin, "annotations": [*shown.get("annotations", []), note]}}


_DRAWN: dict[str, Callable[[Snapshot, Wall, Size], Figure | None]] = {
    "campaign": _campaign, "today": _today, "map": _map, "core": _core, "week": _week, "match": _match,
}  # fmt: skip
