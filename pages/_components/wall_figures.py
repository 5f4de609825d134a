"""Figures of the wall: those of the desk, drawn as if on a desk of the screen's shape, then enlarged as a whole.

One factor makes the desk's smallest text the wall's: 22 px at 1920 × 1080. What fits is decided before enlarging, so that
labels neither collide nor vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data.reading import Snapshot
from metrics import catalogue
from metrics.briefing import Place, short_name
from metrics.wall import Today, Wall
from pages._components import staffing_figures, trend_figures
from pages._components.figures import Figure, empty, layout, sparkline, week_hours
from pages._components.maps import station_map
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
        across, up = (wide, self.height * 0.52) if tall else (wide * 0.51, self.height - 24 * self.unit)
        return max(int(across / self.factor), 100), max(int(up / self.factor), 100)


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
    draw = _DRAWN[screen]
    made = None if screen in found.missing else draw(snapshot, found, size)
    return enlarged(made or empty(size.mode), size.factor)


def enlarged(made: Figure, factor: float) -> Figure:
    """Return a figure with every length in px multiplied: texts, lines, marks, margins, shifts. Data stay as they are."""
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
        return trend_figures.changes(shown.progress, size.mode)
    spark = shown.spark
    days = [day.isoformat() for day in spark.days]
    drawn = sparkline(days, spark.values, spark.low, spark.high, size.mode, unit=shown.metric.unit)
    words = _label(0, 1, f"{shown.metric.label}，近 8 周逐日；灰带为预期", tokens(size.mode)["ink-2"])
    drawn["layout"] |= {"annotations": [words], "margin": {"l": 2, "r": 6, "t": 30, "b": 8}}
    return drawn


def _map(snapshot: Snapshot, found: Wall, size: Size) -> Figure | None:
    if found.recent is None:
        return None
    known = catalogue.of(snapshot)
    stations = [
        {"code": one.code, "name": short_name(one.name), "lon": one.lon, "lat": one.lat, "boundary": one.boundary}
        for one in known.stations.values()
    ]
    values = {place.code: {"text": "", "strength": _strength(place)} for place in found.recent.places}
    width, height = size.box
    return station_map(stations, values, [], size.mode, height=height, width=width)


def _strength(place: Place) -> int:
    grade = 3 if place.real else sum(abs(place.z) >= limit for limit in _TINTS)
    return grade if place.z > 0 else -grade


def _week(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    hours = found.recent.week if found.recent else None
    if hours is None:
        return None
    return week_hours([[float(value) for value in row] for row in hours], size.mode)


def _match(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    return None if found.work is None else staffing_figures.day_steps(found.work, size.mode, lambda code: "")


def _today(_: Snapshot, found: Wall, size: Size) -> Figure | None:
    return None if found.today is None else day_so_far(found.today, size.mode)


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
    most = max([*found.so_far, *(high for high in found.high if high is not None)], default=1.0) or 1.0
    return {
        "data": data,
        "layout": layout(
            mode, "wall-today", margin={"l": 44, "r": 74, "t": 12, "b": 26},
            xaxis={"range": [0, 24], "tickvals": list(range(0, 25, 6)), "ticktext": [f"{h}时" for h in range(0, 25, 6)]},
            yaxis={"range": [0, most * 1.08], "showgrid": True, "nticks": 6, "tickformat": ",.0f"},
            annotations=_ends(found, most, token),
        ),
    }  # fmt: skip


def _ends(found: Today, most: float, token: dict[str, str]) -> list[dict[str, Any]]:
    """Return the names of the lines at their right ends, apart from each other."""
    last, count, mean = found.moments[-1], found.so_far[-1], found.mean[-1]
    here = {
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "font": {"color": token["accent"], "size": pixels("f1")},
    }
    notes = [{**here, "x": last, "y": count, "text": f"<b>{count:,.0f}</b>"}]
    if mean is not None:
        above = mean >= count if last >= 20 else True
        apart = most * 0.07
        at = mean if last < 20 or abs(mean - count) > apart else count + (apart if above else -apart)
        words = f"预期 {mean:,.0f}"
        notes.append({**here, "x": 24, "y": at, "text": words, "font": {**here["font"], "color": token["ink-2"]}})
    return notes


def _label(x: float, y: float, text: str, colour: str) -> dict[str, Any]:
    return {
        "xref": "paper", "yref": "paper", "x": x, "y": y, "xanchor": "left", "yanchor": "bottom", "text": text,
        "showarrow": False, "font": {"color": colour, "size": pixels("f1")},
    }  # fmt: skip


_DRAWN: dict[str, Callable[[Snapshot, Wall, Size], Figure | None]] = {
    "campaign": _campaign, "today": _today, "map": _map, "week": _week, "match": _match,
}  # fmt: skip
