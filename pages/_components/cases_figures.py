"""The figures of 案件侦防: trend, ages of open cases, review times. Pure builders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from metrics.casework.values import WEEK, Ages, Delays, Trend
from pages._components.figures import Figure, layout, sparkline
from pages._components.template import pixels, tokens

Href = Callable[[date, date], str]
# How much of its row a bar of review times fills.
_THICK = 0.38
PERCENTS = ["0", "25%", "50%", "75%", "100%"]


def unit_words(first: date, grain: str) -> str:
    """Return 「11月9日至15日」 for a week and 「2026年11月」 for a month."""
    if grain != WEEK:
        return f"{first.year}年{first.month}月"
    last = first + timedelta(days=6)
    end = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{end}"


def unit_end(first: date, grain: str) -> date:
    """Return the last day of a week or month."""
    if grain == WEEK:
        return first + timedelta(days=6)
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def history(
    days: Sequence[date], values: Sequence[float | None], grain: str, unit: str, decimals: int, mode: str
) -> Figure:
    """Draw the weeks or months of a key figure without a band, as the line of its card.

    Its end has no tone: the verdict of the card is about the period, which ends on another day.
    """
    nothing: list[None] = [None] * len(days)
    made = sparkline(
        [day.isoformat() for day in days], list(values), nothing, nothing, mode, unit=unit, decimals=decimals
    )
    line = next(one for one in made["data"] if one["name"] == "value")
    line["customdata"] = [unit_words(day, grain) for day in days]
    line["hovertemplate"] = f"%{{customdata}}<br>%{{y:,.{decimals}f}} {unit}<extra></extra>"
    return made


def trend(found: Trend, mode: str, href: Href) -> Figure:
    """Draw filed cases with their band and the year before, and solved cases; a click leads to the week or month."""
    token = tokens(mode)
    xs = [first.isoformat() for first in found.firsts]
    data: list[Figure] = _band(found, token["band"])
    lines = [
        ("past", "去年同期立案", found.past, token["past"], "dot"),
        ("solved", "破案", found.solved, token["cat-3"], "solid"),
        ("filed", "立案", found.filed, token["accent"], "solid"),
    ]
    shown = [line for line in lines if any(value is not None for value in line[2])]
    for name, words, values, colour, dash in shown:
        data.append(
            {
                "type": "scatter", "mode": "lines+markers", "name": name, "x": xs, "y": list(values),
                "line": {"color": colour, "width": 1.5 if name == "past" else 2, "dash": dash},
                "marker": {"size": 4, "color": colour},
                "text": _said(found, words, values),
                "hovertemplate": "%{text}<extra></extra>",
                "customdata": [href(first, unit_end(first, found.grain)) for first in found.firsts],
            }
        )  # fmt: skip
    data += _outside(found, token)
    top = max((value for _, _, values, _, _ in shown for value in values if value is not None), default=1.0)
    highest = max([top, *(value for value in (found.band.high if found.band else []) if value is not None)])
    labels = _line_labels(
        [(words, values, token["ink-2"] if name == "past" else colour) for name, words, values, colour, _ in shown],
        highest,
    )
    return {
        "data": data,
        "layout": layout(
            mode, "cases-trend", margin={"l": 36, "r": 100, "t": 8, "b": 28}, hovermode="closest", annotations=labels,
            xaxis={"type": "date", "tickformat": "%-m月%-d日" if found.grain == WEEK else "%Y-%m", "tickangle": 0},
            yaxis={"range": [0, highest * 1.08 or 1], "showgrid": True, "nticks": 5},
        ),
    }  # fmt: skip


def _band(found: Trend, colour: str) -> list[Figure]:
    if found.band is None:
        return []
    known = [
        (week.isoformat(), low, high)
        for week, low, high in zip(found.band.weeks, found.band.low, found.band.high, strict=True)
        if low is not None and high is not None
    ]
    edge = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"width": 0},
        "x": [one[0] for one in known],
    }
    return [
        {**edge, "name": "low", "y": [one[1] for one in known]},
        {**edge, "name": "high", "y": [one[2] for one in known], "fill": "tonexty", "fillcolor": colour},
    ]


def _said(found: Trend, words: str, values: Sequence[float | None]) -> list[str]:
    said = []
    for place, (first, value) in enumerate(zip(found.firsts, values, strict=True)):
        count = "数据不全" if value is None else f"{value:,.0f} 起"
        usual = ""
        if words == "立案" and found.band is not None and place < len(found.band.low):
            low, high = found.band.low[place], found.band.high[place]
            usual = f"<br>预期 {low:,.0f}–{high:,.0f} 起" if low is not None and high is not None else ""
        said.append(f"{unit_words(first, found.grain)}<br>{words} {count}{usual}")
    return said


def _outside(found: Trend, token: dict[str, str]) -> list[Figure]:
    """Mark the weeks outside their band: red above, green below, with an arrow for who sees no colours."""
    filed = dict(zip(found.firsts, found.filed, strict=True))
    marks = [(week, side) for week, side in found.outside if filed.get(week) is not None]
    if not marks:
        return []
    return [
        {
            "type": "scatter", "mode": "markers+text", "name": "outside", "x": [week.isoformat() for week, _ in marks],
            "y": [filed[week] for week, _ in marks], "hoverinfo": "skip", "cliponaxis": False,
            "text": ["↑" if side > 0 else "↓" for _, side in marks],
            "textposition": ["top center" if side > 0 else "bottom center" for _, side in marks],
            "textfont": {"color": [token["worse-ink" if side > 0 else "better-ink"] for _, side in marks]},
            "marker": {"size": 9, "color": [token["worse" if side > 0 else "better"] for _, side in marks],
                       "line": {"color": token["surface"], "width": 1.5}},
        }
    ]  # fmt: skip


def _line_labels(lines: Sequence[tuple[str, Sequence[float | None], str]], highest: float) -> list[dict[str, Any]]:
    """Return the names of lines at their right ends, pushed apart where they would lie on one another."""
    ends: list[tuple[str, float, str]] = []
    for words, values, colour in lines:
        known = [value for value in values if value is not None]
        ends += [(words, known[-1], colour)] if known else []
    step, floor = highest * 0.085, -1.0
    found: list[dict[str, Any]] = []
    for words, y, colour in sorted(ends, key=lambda end: end[1]):
        floor = max(y, floor + step) if found else y
        found.append(
            {
                "text": words, "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": floor, "yanchor": "middle",
                "showarrow": False, "font": {"color": colour, "size": pixels("f1")},
            }
        )  # fmt: skip
    return found


def ages(found: Ages, mode: str) -> Figure:
    """Draw open cases by age class with the counts on the bars, and the year before as thin bars beside them."""
    token = tokens(mode)
    total = max(found.total, 1.0)
    bar = {"type": "bar", "x": list(found.labels), "hovertemplate": "%{customdata}<extra></extra>"}
    data: list[Figure] = []
    if found.then is not None:
        data.append(
            {
                **bar, "name": "then", "y": list(found.then), "marker": {"color": token["past"]}, "width": 0.16,
                "offset": -0.38, "textposition": "none",
                "customdata": [f"{label}<br>一年前 {count:,.0f} 起" for label, count in
                               zip(found.labels, found.then, strict=True)],
            }
        )  # fmt: skip
    data.append(
        {
            **bar, "name": "now", "y": list(found.now), "marker": {"color": token["accent"]}, "width": 0.5,
            "offset": -0.2, "text": [f"{count:,.0f}" for count in found.now], "textposition": "outside",
            "textfont": {"color": token["ink"]}, "cliponaxis": False, "constraintext": "none",
            "customdata": [f"{label}<br>{count:,.0f} 起，占 {count / total:.1%}（{count:,.0f} ÷ {found.total:,.0f}）"
                           for label, count in zip(found.labels, found.now, strict=True)],
        }
    )  # fmt: skip
    highest = max([*found.now, *(found.then or ()), 1.0])
    return {
        "data": data,
        "layout": layout(
            mode, "cases-ages", margin={"l": 44, "r": 4, "t": 16, "b": 46}, barmode="overlay",
            xaxis={"type": "category", "ticks": "", "tickangle": 0, "tickvals": list(found.labels),
                   "ticktext": [_folded(label) for label in found.labels]},
            yaxis={"range": [0, highest * 1.12], "showgrid": True, "nticks": 5, "tickformat": ",d"},
        ),
    }  # fmt: skip


def _folded(label: str) -> str:
    """Return a class in two lines, so that six stand side by side on a phone."""
    return label.replace("–", "–<br>") if label.endswith(" 天") else label.replace("以", "<br>以")


def delays(found: Sequence[Delays], mode: str) -> Figure:
    """Draw review times as bars of 100%, one per kind and period, from within the limit to far beyond it."""
    token = tokens(mode)
    rows = [_delay_name(one) for one in found]
    shades = ["seq-6", "seq-4", "seq-3", "high-1", "high-2"]
    data: list[Figure] = []
    for place, one in enumerate(found):
        late = len(one.labels) - one.limit
        colours = [token[shades[n]] for n in range(one.limit)] + [token[f"high-{min(n + 1, 2)}"] for n in range(late)]
        for number, (label, count) in enumerate(zip(one.labels, one.cases, strict=True)):
            share = 100 * count / one.base
            data.append(
                {
                    "type": "bar", "orientation": "h", "name": f"{place}-{number}", "x": [share], "y": [rows[place]],
                    "marker": {"color": colours[number], "line": {"color": token["surface"], "width": 1}},
                    "hovertemplate": "%{customdata}<extra></extra>", "textposition": "none",
                    "customdata": [f"{one.name} · {_span(one)}<br>{label} {count:,.0f} 起，{share:.1f}%"
                                   f"（{count:,.0f} ÷ {one.base:,.0f}）"],
                    "opacity": 1 if one.span == "current" else 0.55,
                }
            )  # fmt: skip
    return {
        "data": data,
        "layout": layout(
            mode, "cases-delays", margin={"l": 52, "r": 24, "t": 8, "b": 28}, barmode="stack", bargap=1 - _THICK,
            annotations=[_delay_words(one, place, token) for place, one in enumerate(reversed(found))][::-1],
            xaxis={"range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "ticktext": PERCENTS},
            yaxis={"type": "category", "categoryorder": "array", "categoryarray": rows[::-1], "ticks": "",
                   "range": [-0.5, len(rows) - 0.35]},
        ),
    }  # fmt: skip


def _span(one: Delays) -> str:
    return "本期" if one.span == "current" else "同期"


def _delay_name(one: Delays) -> str:
    return f"{one.name[:2]}<br>{_span(one)}"


def _delay_words(one: Delays, place: int, token: dict[str, str]) -> dict[str, Any]:
    """Return the words on the upper edge of a bar, whatever its thickness; place: counted from below."""
    label = one.labels[one.limit - 1]
    limit = "3 日内" if one.limit == 2 else label
    late = one.base - one.within
    return {
        "text": f"{limit} {100 * one.within / one.base:.1f}%（{one.within:,.0f} ÷ {one.base:,.0f}）"
        + (f"，超过 {late:,.0f} 起" if late else ""),
        "x": 0, "xanchor": "left", "y": place + _THICK / 2, "yanchor": "bottom", "showarrow": False,
        "font": {"color": token["ink"] if one.span == "current" else token["ink-2"], "size": pixels("f1")},
    }  # fmt: skip
