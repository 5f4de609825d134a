"""Figures of 警力配置: people needed against people on duty as two steps over the day and the week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from metrics.force.work import Lack, Work
from metrics.staffing.posts import whole
from metrics.staffing.values import Week
from pages._components.figures import WEEKDAYS, Figure, Number, layout
from pages._components.template import pixels, tokens

Address = Callable[[str], str]
HOURS, WEEK_HOURS = 24, 168
NEEDED, ON_DUTY = "应配", "在岗"
# The strip below holds what stations lack; it has a scale of its own, because sums of stations hide it.
_MAIN, _STRIP = [0.3, 1.0], [0.0, 0.17]


def day_steps(work: Work, mode: str, address: Address) -> Figure:
    """Draw an average day: needed with its interval, on duty, what is missing filled; several stations with a strip.

    address: where a click on the hour of a shortfall leads, given the code of the station that lacks most.
    """
    one = work.one
    rows = _rows(
        one.calls, one.day_needed, one.day_low, one.day_high, one.day_on_duty, work.day,
        [f"{hour}–{hour + 1} 时" for hour in range(HOURS)],
    )  # fmt: skip
    axis = {"range": [0, HOURS], "tickvals": list(range(0, 25, 3)), "ticktext": [str(h) for h in range(0, 25, 3)]}
    return _drawn(work, rows, axis, mode, "day", address)


def week_steps(work: Work, mode: str, address: Address) -> Figure:
    """Draw the 168 hours of the week in the same way, Monday first."""
    one = work.one
    names = [f"{day} {hour}–{hour + 1} 时" for day in WEEKDAYS for hour in range(HOURS)]
    needed, low, high, duty = (_flat(part) for part in (one.needed, one.low, one.high, one.on_duty))
    rows = _rows(one.calls, needed, low, high, duty, work.week, names)
    middles = [HOURS * day + 12 for day in range(7)]
    axis = {"range": [0, WEEK_HOURS], "tickvals": middles, "ticktext": list(WEEKDAYS), "ticks": ""}
    figure = _drawn(work, rows, axis, mode, "week", address)
    token = tokens(mode)
    midnight = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": token["line"], "width": 1}}
    figure["layout"]["shapes"] = [{**midnight, "x0": HOURS * day, "x1": HOURS * day} for day in range(1, 7)]
    return figure


def calls_steps(week: Week, mode: str) -> Figure:
    """Draw calls per hour of an average day, for data that do not say how many people a call binds."""
    token = tokens(mode)
    means = _mean_day(week)
    top = max((value for value in means if value is not None), default=1.0) * 1.12 or 1.0
    hover = [
        ["", f"{hour}–{hour + 1} 时<br>平均每小时来警 {'无数据' if mean is None else f'{mean:.2f} 起'}"]
        for hour, mean in enumerate(means)
    ]
    line = {**step(list(range(HOURS + 1)), [*means, means[-1]], token["accent"], 2), "name": "calls"}
    data = [{**line, "hoverinfo": "skip"}, touch(top, hover)]
    axis = {"range": [0, HOURS], "tickvals": list(range(0, 25, 3)), "ticktext": [str(h) for h in range(0, 25, 3)]}
    upright = {"range": [0, top], "showgrid": True, "nticks": 5}
    margin = {"l": 40, "r": 8, "t": 14, "b": 26}
    return {"data": data, "layout": layout(mode, "calls", margin=margin, xaxis=axis, yaxis=upright)}


# ---- two steps -------------------------------------------------------------------------------------


def _rows(
    calls: Week, needed: Sequence[Number], low: Sequence[Number], high: Sequence[Number], duty: Sequence[Number],
    lacks: Sequence[Lack], names: Sequence[str],
) -> list[dict[str, Any]]:  # fmt: skip
    by_hour = _flat(calls) if len(needed) == WEEK_HOURS else _mean_day(calls)
    return [
        {"name": name, "calls": c, "needed": n, "low": a, "high": b, "duty": d, "lack": lack}
        for name, c, n, a, b, d, lack in zip(names, by_hour, needed, low, high, duty, lacks, strict=True)
    ]


def _drawn(
    work: Work, rows: Sequence[dict[str, Any]], axis: dict[str, Any], mode: str, revision: str, address: Address
) -> Figure:
    token = tokens(mode)
    several = work.count > 1 and work.knows_duty
    hover = [[_leads(row, several, address), _hover(row, several)] for row in rows]
    top = max((value for row in rows for value in (row["high"], row["duty"]) if value is not None), default=0.0) or 1.0
    data = [*_lines(work, rows, several, token), touch(top * 1.12, hover)]
    upright = {"range": [0, top * 1.12], "showgrid": True, "nticks": 5, "domain": _MAIN if several else [0, 1]}
    axes: dict[str, Any] = {"xaxis": axis, "yaxis": upright}
    notes = _labels(rows, work.knows_duty, token)
    if several:
        most = max((row["lack"].people for row in rows), default=0)
        data.append(_strip(rows, hover, token))
        axes |= {"xaxis": {**axis, "anchor": "y2"}, "yaxis2": _strip_axis(most)}
        notes.append(_strip_label(most, token))
    elif len(rows) == HOURS:
        notes += _lack_labels(rows, token)
    margin = {"l": 40, "r": 8, "t": 14, "b": 26}
    shown = layout(mode, revision, margin=margin, annotations=notes, bargap=0.15, barmode="overlay", **axes)
    return {"data": data, "layout": shown}


def _lines(work: Work, rows: Sequence[dict[str, Any]], several: bool, token: dict[str, str]) -> list[Figure]:
    """Return the interval, what is missing, and the two steps; of several stations what is missing has a strip."""
    edges = list(range(len(rows) + 1))
    needed, duty = [row["needed"] for row in rows], [row["duty"] for row in rows]
    found = _interval(edges, rows, token)
    if not several:
        found += lacking_areas(edges, needed, duty, [bool(row["lack"].stations) for row in rows], token)
    if work.knows_duty:
        found.append({**step(edges, [*duty, duty[-1]], token["accent"], 2), "name": "duty", "hoverinfo": "skip"})
    return [*found, {**step(edges, [*needed, needed[-1]], token["ink"], 2), "name": "needed", "hoverinfo": "skip"}]


def _strip_axis(most: int) -> dict[str, Any]:
    marks = [most] if most else []
    return {"domain": _STRIP, "range": [0, max(most, 1.0) * 1.2], "showgrid": True, "tickvals": marks}


def _interval(edges: list[int], rows: Sequence[dict[str, Any]], token: dict[str, str]) -> list[Figure]:
    low, high = ([row[key] for row in rows] for key in ("low", "high"))
    bare = {"line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    return [
        {"type": "scatter", "mode": "lines", "x": edges, "y": [*low, low[-1]], "name": "low", **bare},
        {
            "type": "scatter", "mode": "lines", "x": edges, "y": [*high, high[-1]], "name": "high", "fill": "tonexty",
            "fillcolor": token["band"], **bare,
        },
    ]  # fmt: skip


def lacking_areas(
    edges: Sequence[int], needed: Sequence[Number], duty: Sequence[Number], sure: Sequence[bool], token: dict[str, str]
) -> list[Figure]:
    """Return the areas between duty and need where people are missing: full colour only where it is a shortfall.

    sure: hours that lack a whole person; the others lack less than that or may do so by chance, and are only tinted.
    """
    areas = []
    for name, colour, wanted in (("perhaps", token["high-1"], False), ("lacking", token["worse"], True)):
        x: list[float | None] = []
        y: list[float | None] = []
        for hour, (need, there) in enumerate(zip(needed, duty, strict=True)):
            if need is not None and there is not None and need > there and sure[hour] is wanted:
                begin, end = edges[hour], edges[hour + 1]
                x += [begin, end, end, begin, begin, None]
                y += [there, there, need, need, there, None]
        if x:
            box = {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "fill": "toself"}
            areas.append({**box, "fillcolor": colour, "line": {"width": 0}, "hoverinfo": "skip"})
    return areas


def touch(top: float, hover: Sequence[Any]) -> Figure:
    """Return unseen bars over whole hours that answer to the pointer: the ends of steps would answer for two hours."""
    return {
        "type": "bar", "name": "hours", "x": [hour + 0.5 for hour in range(len(hover))], "y": [top] * len(hover),
        "width": 1, "marker": {"color": "rgba(0,0,0,0)", "line": {"width": 0}}, "customdata": list(hover),
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }  # fmt: skip


def _strip(rows: Sequence[dict[str, Any]], hover: Sequence[list[str]], token: dict[str, str]) -> Figure:
    return {
        "type": "bar", "name": "lacks", "x": [hour + 0.5 for hour in range(len(rows))], "yaxis": "y2",
        "y": [row["lack"].people for row in rows], "marker": {"color": token["worse"]}, "customdata": list(hover),
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }  # fmt: skip


def _leads(row: dict[str, Any], several: bool, address: Address) -> str:
    """Return where a click on an hour leads: to the station that lacks most, where there are several."""
    return address(row["lack"].stations[0][0]) if several and row["lack"].stations else ""


def _strip_label(most: int, token: dict[str, str]) -> dict[str, Any]:
    text = "各所缺人之和（每所缺 1 人以上的才计）" if most else "各所均不缺人（缺 1 人以上的才计）"
    return {
        "xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": _STRIP[1], "yanchor": "bottom", "text": text,
        "showarrow": False, "font": {"color": token["worse-ink"] if most else token["ink-2"], "size": pixels("f1")},
    }  # fmt: skip


def _labels(rows: Sequence[dict[str, Any]], with_duty: bool, token: dict[str, str]) -> list[dict[str, Any]]:
    """Return the names of the two lines, each where it is farthest from the other."""
    found = []
    gaps = [
        (row["duty"] - row["needed"]) if with_duty and row["duty"] is not None and row["needed"] is not None else 0.0
        for row in rows
    ]
    at = max(range(len(rows)), key=lambda hour: abs(gaps[hour]))
    for key, text, colour in (("duty", ON_DUTY, token["accent"]), ("needed", NEEDED, token["ink"])):
        value = rows[at][key]
        if value is None or (key == "duty" and not with_duty):
            continue
        other = rows[at]["needed" if key == "duty" else "duty"]
        above = other is None or value >= other
        found.append(
            {
                "x": at + 0.5, "y": value, "text": text, "showarrow": False, "yshift": 10 if above else -10,
                "xanchor": "left" if at < len(rows) / 2 else "right", "font": {"color": colour, "size": pixels("f1")},
            }
        )  # fmt: skip
    return found


def _lack_labels(rows: Sequence[dict[str, Any]], token: dict[str, str]) -> list[dict[str, Any]]:
    """Return 「缺 4 人」 at the worst hour of each run of short hours, at most three."""
    runs: list[list[int]] = []
    for hour, row in enumerate(rows):
        if row["lack"].stations:
            if runs and runs[-1][-1] == hour - 1:
                runs[-1].append(hour)
            else:
                runs.append([hour])
    worst = [max(run, key=lambda hour: rows[hour]["lack"].people) for run in runs]
    worst.sort(key=lambda hour: -rows[hour]["lack"].people)
    edge = len(rows) * 0.03
    return [
        {
            "x": min(max(hour + 0.5, edge), len(rows) - edge), "y": _above(rows, hour), "yshift": 10,
            "showarrow": False,
            "text": f"缺 {rows[hour]['lack'].people} 人",
            "font": {"color": token["worse-ink"], "size": pixels("f1")},
        }
        for hour in worst[:3]
    ]  # fmt: skip


def _above(rows: Sequence[dict[str, Any]], hour: int) -> float:
    """Return a height above all that is drawn at an hour and beside it."""
    near = rows[max(0, hour - 1) : hour + 2]
    return max(float(row[key]) for row in near for key in ("needed", "high", "duty") if row[key] is not None)


def _hover(row: dict[str, Any], several: bool) -> str:
    lines = [f"<b>{row['name']}</b>"]
    if row["calls"] is not None:
        lines.append(f"平均每小时来警 {row['calls']:.2f} 起")
    if row["needed"] is not None and row["low"] is not None:
        lines.append(f"{NEEDED} {said(row['needed'])}（95% 区间 {row['low']:.1f}–{row['high']:.1f}）")
    lines.append(f"{ON_DUTY} {said(row['duty'])}")
    lack = row["lack"].stations
    lines += [f"{name if several else ''}缺 {whole(missing)} 人" for _, name, missing in lack[:3]]
    if len(lack) > 3:
        lines.append(f"等 {len(lack)} 个所，共缺 {row['lack'].people} 人")
    return "<br>".join(lines)


def said(value: Number) -> str:
    """Say a number of people."""
    return "无数据" if value is None else f"{value:.1f} 人"


def step(x: Sequence[float], y: Sequence[Number], colour: str, width: float) -> Figure:
    """Return a step that holds each value from its hour to the next."""
    line = {"color": colour, "width": width, "shape": "hv"}
    return {"type": "scatter", "mode": "lines", "x": list(x), "y": list(y), "line": line}


def _flat(week: Week) -> list[float | None]:
    return [value for day in week for value in day]


def _mean_day(week: Week) -> list[float | None]:
    """Return the mean of the weekdays by hour of the day."""
    known = [[day[hour] for day in week if day[hour] is not None] for hour in range(HOURS)]
    return [sum(values) / len(values) if values else None for values in known]  # type: ignore[arg-type]
