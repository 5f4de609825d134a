"""Tables of 风险热力: stations with their risk, rows × hours, and the hour looked at."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from dash import html

from metrics.briefing import short_name
from metrics.definitions import UNREGISTERED
from metrics.heat.values import Heat, HourList, HourMatrix, Share, StationRisk, WeekHours
from pages._components import states
from pages._components.attributes import attributes
from pages._components.figures import WEEKDAYS, mark_of
from pages._components.heat_map import UNITS, Link, strength_of, strengths, verdict
from pages._components.markup import Written, static, tag

_SIGNS = {True: ("↑", "worse"), False: ("↓", "better")}
_BUSIEST = 6


def ordered(found: Heat) -> list[StationRisk]:
    """Return stations with what stands out first, then by events."""

    def rank(one: StationRisk) -> tuple[float, float]:
        return -abs(strength_of(one, found.risk) or 0), -(one.z if found.risk == "residual" else _level(one))

    return sorted(found.stations, key=rank)


def _level(one: StationRisk) -> float:
    return one.level.value if one.level else -1.0


def stations(found: Heat, link: Link) -> html.Div:
    """Return the list beside the map: every value that the map colours, in words and without pointing."""
    heads = ("派出所", found.metric.label, "预期" if found.risk == "residual" else UNITS[found.risk], "判定")
    head = tag(
        "tr", [tag("th", text, className="num" if 0 < n < 3 else "", scope="col") for n, text in enumerate(heads)]
    )
    body = [_station(one, found, link) for one in ordered(found)]
    table = tag("table", tag("thead", head), tag("tbody", body), className="plain-table")
    return static(table, "table-scroll heat-list", tabIndex="0", **attributes(role="region", aria_label="各所风险"))


def _station(one: StationRisk, found: Heat, link: Link) -> Written:
    step = strength_of(one, found.risk) or 0
    sign, tone = _SIGNS[step > 0] if abs(step) == 3 or (found.risk != "residual" and step) else ("", "none")
    beside: list[Any] = ["—"]
    if found.risk == "residual" and one.expected is not None:
        beside = [f"{one.expected:,.1f}"]
    elif found.risk != "residual" and one.level is not None:
        level = one.level
        beside = [f"{level.value:,.0f}", tag("span", f"{level.low:,.0f}–{level.high:,.0f}", className="interval")]
    return tag(
        "tr",
        tag("td", tag("a", short_name(one.name), href=link(station=one.code))),
        tag("td", f"{one.count:,.0f}", className="num"),
        tag("td", beside, className="num"),
        tag("td", f"{sign} {verdict(one, found.risk)}".strip(), className=f"tone-{tone}"),
    )


def hours(found: HourMatrix | None, link: Link) -> html.Div:
    """Return rows × 24 hours; a row's name leads to the page narrowed to it, colour stands only where it stands out."""
    if found is None:
        return states.panel("没有时段数据", "这些数据的时间不精确到小时，不能按时统计。")
    is_whole = bool((found.values % 1 == 0).all())
    corner = {"station": "派出所", "group": "归类", "category": "类别"}[found.dimension]
    titles = [tag("th", str(hour), scope="col", title=f"{hour}–{hour + 1} 时") for hour in range(24)]
    head = tag("thead", tag("tr", tag("th", corner, scope="col"), tag("th", "合计", scope="col"), titles))
    marks = strengths(found.z, found.real).astype(object)
    marks[np.isnan(found.expected)] = None
    rows = [_hour_row(found, n, marks[n].tolist(), link, is_whole) for n in range(len(found.rows))]
    return static(tag("table", head, tag("tbody", rows), className="matrix hour-matrix"), "matrix-box", tabIndex="0")


def _hour_row(found: HourMatrix, row: int, marks: list[int | None], link: Link, is_whole: bool) -> Written:
    """Write one row; of what its cells say, the name alone comes from the data and is escaped."""
    key, name = found.rows[row]
    name = short_name(name)
    shown, least = (",.0f", 1.0) if is_whole else (",.1f", 0.05)
    label = (
        name
        if key == UNREGISTERED and found.dimension != "station"
        else tag("a", name, href=link(**{"station" if found.dimension == "station" else "category": key}))
    )
    parts = [tag("th", label, scope="row", title=name), f'<td class="step-none">{found.values[row].sum():,.0f}</td>']
    lines = zip(*(grid[row].tolist() for grid in (found.values, found.expected, found.real)), marks, strict=True)
    for hour, (value, expected, real, mark) in enumerate(lines):
        against = "，无预期" if mark is None else f"，预期 {expected:,.1f} 起"
        told = f"{escape(name)} {hour}–{hour + 1} 时：{value:{shown}} 起{against}{'，真变化' if real else ''}"
        # A nought in every other cell would drown what there is.
        text = f"{value:{shown}}" if value >= least else ""
        parts.append(f'<td class="step-{mark_of(mark)}" title="{told}">{text}</td>')
    return Written(f"<tr>{''.join(parts)}</tr>")


def busiest_hours(found: WeekHours) -> list[tuple[str, float]]:
    """Return the hours of the week with most events (per day, where weekdays do not come equally often)."""
    return [(hour_words(at), float(found.values[at[0] - 1, at[1]])) for at in _top(found)]


def _top(found: WeekHours) -> list[tuple[int, int]]:
    places = [(float(found.shown[day, hour]), day + 1, hour) for day in range(7) for hour in range(24)]
    return [(day, hour) for value, day, hour in sorted(places, key=lambda one: -one[0])[:_BUSIEST] if value > 0]


def busiest(found: WeekHours | None, link: Link) -> html.Div:
    """Return the hours of the week with most events, each leading to what happens in it."""
    if found is None:
        return states.panel("没有时段数据", "这些数据的时间不精确到小时，不能按时统计。")
    total = float(found.values.sum())
    if not total:
        return states.nothing_happened()
    rows = []
    for day, hour in _top(found):
        count = float(found.values[day - 1, hour])
        per_day = [] if found.is_even else [f"{found.shown[day - 1, hour]:,.1f}"]
        cells = [*per_day, f"{count:,.0f}", f"{count / total:.1%}"]
        words = html.A(hour_words((day, hour)), href=link(at=f"{day}-{hour}"))
        rows.append(html.Tr([html.Td(words), *(html.Td(text, className="num") for text in cells)]))
    heads = ("时段", *(() if found.is_even else ("起/日",)), "起数", "占全周")
    return static(_table(heads, rows), "table-scroll", tabIndex="0")


def looked_at(found: HourList, link: Link) -> html.Div:
    """Return the stations and categories of one hour of the week: events, share of the hour, share of all hours."""
    if not found.total:
        return states.panel(
            "该时段无记录", f"{hour_words(found.at)}没有符合条件的记录。", action=("查看全部时段", link(at=""))
        )
    parts = [
        _table((head, "起数", "占该时段", "占全部时段"), [_share(one, link(**{key: one.key})) for one in listed])
        for head, key, listed in (("派出所", "station", found.stations), ("类别", "category", found.categories))
    ]
    return static([*parts, html.P(html.A("‹ 返回最多的时段", href=link(at="")))], "table-scroll", tabIndex="0")


def _share(one: Share, href: str) -> html.Tr:
    cells = [
        f"{one.count:,.0f}" if one.count == int(one.count) else f"{one.count:,.1f}",
        f"{one.share:.1%}",
        f"{one.usual:.1%}",
    ]
    return html.Tr(
        [html.Td(html.A(short_name(one.name), href=href)), *(html.Td(text, className="num") for text in cells)]
    )


def _table(heads: tuple[str, ...], rows: list[html.Tr]) -> html.Table:
    names = [html.Th(text, className="num" if n else "", scope="col") for n, text in enumerate(heads)]
    return html.Table([html.Thead(html.Tr(names)), html.Tbody(rows)], className="plain-table")


def hour_words(at: tuple[int, int]) -> str:
    """Say an hour of the week: 周五 22–23 时."""
    return f"{WEEKDAYS[at[0] - 1]} {at[1]}–{at[1] + 1} 时"
