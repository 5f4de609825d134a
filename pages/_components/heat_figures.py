"""Figures of 风险热力 in time: hours of the week that can be clicked, and a year of days against expectation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from data.calendar import HOLIDAY, MAKE_UP
from metrics.heat.values import WeekHours
from metrics.times.calendar_matrix import CalendarMatrix, Day
from pages._components import figures
from pages._components.figures import WEEKDAYS, Figure, layout, mark_of, step_colour
from pages._components.heat_map import Link, strength
from pages._components.template import tokens

_STEPS = range(-3, 4)
_SAID = {HOLIDAY: "节假日", MAKE_UP: "调休上班"}


def week(found: WeekHours | None, link: Link, mode: str, at: tuple[int, int] | None = None) -> Figure:
    """Draw the hours of the week; a click on one looks at it, the one looked at has an edge."""
    if found is None:
        return figures.empty(mode)
    shown = found.shown
    whole = bool((shown[~np.isnan(shown)] % 1 == 0).all())
    unit = "起" if found.is_even else "起/日"
    values = [[None if np.isnan(value) else float(value) for value in row] for row in shown]
    drawn = figures.week_hours(values, mode, unit=unit, decimals=0 if whole else 2)
    cells = drawn["data"][0]
    cells["customdata"] = [[link(at=f"{day + 1}-{hour}") for hour in range(24)] for day in range(7)]
    if not found.is_even:
        # A mean without the counts behind it hides how few they may be.
        for day in range(7):
            for hour in range(24):
                cells["text"][day][hour] += f"<br>{found.values[day, hour]:,.1f} 起，{found.days[day]:.0f} 日"
    if at is not None:
        drawn["layout"]["shapes"] = [_edge(at, mode)]
    return drawn


def _edge(at: tuple[int, int], mode: str) -> Figure:
    day, hour = at[0] - 1, at[1]
    return {
        "type": "rect", "x0": hour - 0.5, "x1": hour + 0.5, "y0": day - 0.5, "y1": day + 0.5,
        "line": {"color": tokens(mode)["ink"], "width": 2},
    }  # fmt: skip


def calendar(found: CalendarMatrix | None, mode: str) -> Figure:
    """Draw days as columns of weeks, Monday (or the business week's first day) on top, against their expectation.

    Colour only where a day stands out; a ring marks public holidays, a dot make-up workdays. Days that cannot be judged
    are blank; hover says count, expectation and holiday of each.
    """
    if found is None or not found.days:
        return figures.empty(mode)
    token = tokens(mode)
    weeks = found.weeks
    column = {week: place for place, week in enumerate(weeks)}
    z: list[list[int | None]] = [[None] * len(weeks) for _ in range(7)]
    text = [[""] * len(weeks) for _ in range(7)]
    marks: dict[str, list[tuple[int, int]]] = {HOLIDAY: [], MAKE_UP: []}
    for one in found.days:
        x, y = _place(one.day, found.week_start, column)
        text[y][x] = _day_text(one, found.metric.unit)
        z[y][x] = None if one.value is None else 0 if one.z is None else strength(one.z, one.real)
        if one.kind in marks and one.value is not None:
            marks[one.kind].append((x, y))
    heat = {
        "type": "heatmap",
        "name": "days",
        "x": list(range(len(weeks))),
        "y": list(range(7)),
        "z": z,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "colorscale": _steps(token),
        "zmin": -3.5,
        "zmax": 3.5,
        "showscale": False,
        "xgap": 1.5,
        "ygap": 1.5,
        "hoverongaps": False,
    }
    rings = [
        _marks(marks[HOLIDAY], "holidays", "circle-open", 7, token),
        _marks(marks[MAKE_UP], "worked", "circle", 4, token),
    ]
    return {"data": [heat, *rings], "layout": _calendar_layout(found, weeks, mode)}


def _place(day: date, week_start: int, column: dict[date, int]) -> tuple[int, int]:
    shift = (day.isoweekday() - week_start) % 7
    return column[day - timedelta(days=shift)], shift


def _steps(token: dict[str, str]) -> list[list[Any]]:
    """Return seven flat bands, one per step from −3 to 3."""
    bands: list[list[Any]] = []
    for place, step in enumerate(_STEPS):
        colour = step_colour(mark_of(step), token)
        bands += [[place / 7, colour], [(place + 1) / 7, colour]]
    return bands


def _marks(places: list[tuple[int, int]], name: str, symbol: str, size: int, token: dict[str, str]) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "marker": {"symbol": symbol, "size": size, "color": token["ink"], "opacity": 0.75},
        "hoverinfo": "skip",
    }


def _day_text(one: Day, unit: str) -> str:
    said = one.holiday or _SAID.get(one.kind, "")
    head = f"{one.day:%Y-%m-%d} {WEEKDAYS[one.day.isoweekday() - 1]}{f'（{said}）' if said else ''}"
    if one.value is None:
        return f"{head}<br>无数据"
    if one.expected is None or one.z is None:
        return f"{head}<br>{one.value:,.0f} {unit}，此前不足 8 周，不作判定"
    return f"{head}<br>{one.value:,.0f} {unit}，预期 {one.expected:,.1f} {unit}<br>{_judged(one)}"


def _judged(one: Day) -> str:
    if one.real:
        return "显著高于预期" if (one.z or 0) > 0 else "显著低于预期"
    return "正常波动" if not strength(one.z or 0.0, False) else "偏离预期，或是偶然"


def _calendar_layout(found: CalendarMatrix, weeks: list[date], mode: str) -> dict[str, Any]:
    """Return axes with a tick at the first whole week of every other month, and the names of the days."""
    ticks = _months(weeks)
    names = [WEEKDAYS[(found.week_start - 1 + shift) % 7] for shift in range(7)]
    return layout(
        mode,
        "calendar",
        margin={"l": 36, "r": 2, "t": 22, "b": 2},
        xaxis={
            "side": "top",
            "tickangle": 0,
            "tickvals": list(ticks),
            "ticktext": list(ticks.values()),
            "range": [-0.5, len(weeks) - 0.5],
            "ticks": "",
        },
        yaxis={"tickvals": list(range(7)), "ticktext": names, "range": [6.5, -0.5], "ticks": ""},
    )


def _months(weeks: list[date]) -> dict[int, str]:
    """Return the label of every other month by the column where it begins; January is the year."""
    starts = [n for n, week in enumerate(weeks) if n and week.month != weeks[n - 1].month and week.month % 2]
    return {n: f"{weeks[n].year}年" if weeks[n].month == 1 else f"{weeks[n].month}月" for n in starts}
