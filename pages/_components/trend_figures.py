"""The figures of 趋势研判: the line with its year before, band, holidays and forecast, and the two of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from metrics.compare import REAL
from metrics.forecasting.reading import Outlook
from metrics.model import COUNT, Metric
from metrics.trend import DAY, MONTH, WEEK, Point, Span, Trend
from metrics.trend.campaign import Progress, is_line
from pages._components.changes import change_of, verdict_of
from pages._components.figures import WEEKDAYS, Figure, layout
from pages._components.template import tokens

NOW, PAST = "本期", "上年同期"
# The strip below the axis that holds the holidays, as a share of the figure's height.
_STRIP = 0.085
_TICKS = {DAY: "%-m月%-d日", WEEK: "%-m月%-d日", MONTH: "%y年%-m月"}
# The first days of a campaign are too few for a percentage.
SETTLED_DAYS = 7


def line(found: Trend, mode: str, href: Callable[[Point], str]) -> Figure:
    """Draw a metric over time; href: where a click on a point leads.

    Traces by name: low/high (band: expected range of counts, 95% interval of others), past, now, partial (hollow: not
    whole yet), real (真变化), f90/f50 low and high, forecast, holidays.
    """
    token = tokens(mode)
    data = [
        *_band(found, token["band"]),
        _past(found, token["past"]),
        *_forecast(found.outlook, found.points, token),
        _now(found, token["accent"], href),
        *_partial(found, token, href),
        *_real(found, token, href),
        _holidays(found.holidays, token),
    ]
    ends = _limits(found)
    upright = {
        "domain": [_STRIP, 1], "range": ends, "showgrid": True, "tickformat": _ticks_of(found.metric, ends),
        "nticks": 6, "ticksuffix": "",
    }  # fmt: skip
    strip = {"domain": [0, _STRIP * 0.42], "range": [0, 1], "visible": False, "fixedrange": True}
    across = {
        "type": "date",
        "range": _reach(found),
        "tickformat": _TICKS[found.asked.grain],
        "anchor": "y2",
        "tickangle": 0,
        "nticks": 9,
    }
    return {
        "data": data,
        "layout": layout(
            mode,
            "trend-line",
            margin={"l": 52, "r": 12, "t": 26, "b": 26},
            xaxis=across,
            yaxis=upright,
            yaxis2=strip,
            shapes=[*_period_shape(found, token), *_campaign_shapes(found, token)],
            annotations=[*_labels(found, token), *_holiday_names(found, token), *_campaign_names(found, token)],
        ),
    }


# ---- traces --------------------------------------------------------------------------------------


def _at(point: Point) -> str:
    return point.first.isoformat()


def _band(found: Trend, colour: str) -> list[Figure]:
    """Return the expected range of counts, or the interval of each point of what is no count."""
    ends = [one.usual if found.metric.kind == COUNT else (one.low, one.high) for one in found.points]
    pairs = [pair if pair and None not in pair else (None, None) for pair in ends]
    edge = {
        "type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0},
        "x": [_at(one) for one in found.points],
    }  # fmt: skip
    return [
        {**edge, "name": "low", "y": [low for low, _ in pairs]},
        {**edge, "name": "high", "y": [high for _, high in pairs], "fill": "tonexty", "fillcolor": colour},
    ]


def _past(found: Trend, colour: str) -> Figure:
    return {
        "type": "scatter", "mode": "lines", "name": "past", "hoverinfo": "skip",
        "line": {"color": colour, "width": 1.75}, "x": [_at(one) for one in found.points],
        # Beside a part of a week the year before is a part as well: no line leads to it.
        "y": [None if one.partial else one.last_year.base for one in found.points],
    }  # fmt: skip


def _now(found: Trend, colour: str, href: Callable[[Point], str]) -> Figure:
    """Return the line of this year; its hover texts carry all that is known of a point, its clicks lead to it."""
    shown = [None if one.partial else one.value for one in found.points]
    return {
        "type": "scatter", "mode": "lines+markers", "name": "now", "x": [_at(one) for one in found.points], "y": shown,
        "line": {"color": colour, "width": 2}, "marker": {"color": colour, "size": 4},
        "text": [words(found, one) for one in found.points], "hovertemplate": "%{text}<extra></extra>",
        "customdata": [href(one) for one in found.points],
    }  # fmt: skip


def _partial(found: Trend, token: dict[str, str], href: Callable[[Point], str]) -> list[Figure]:
    chosen = [one for one in found.points if one.partial and one.value is not None]
    if not chosen:
        return []
    mark = {"color": token["surface"], "size": 8, "line": {"color": token["accent"], "width": 1.5}}
    return [_marks("partial", found, chosen, mark, href)]


def _real(found: Trend, token: dict[str, str], href: Callable[[Point], str]) -> list[Figure]:
    """Return the points that stand as 真变化, each with its arrow; the colour says what is worse or better."""
    chosen = [one for one in found.points if one.verdict == REAL]
    if not chosen:
        return []
    tones = [verdict_of(REAL, one.direction, found.metric).tone for one in chosen]
    colours = [token["ink-2"] if tone == "none" else token[tone] for tone in tones]
    texts = [token["ink-2"] if tone == "none" else token[f"{tone}-ink"] for tone in tones]
    arrows = {
        "type": "scatter", "mode": "text", "name": "arrows", "hoverinfo": "skip", "cliponaxis": False,
        "x": [_at(one) for one in chosen], "y": [one.value for one in chosen],
        "text": ["↑" if one.direction > 0 else "↓" for one in chosen], "textfont": {"color": texts, "size": 14},
        "textposition": ["top center" if one.direction > 0 else "bottom center" for one in chosen],
    }  # fmt: skip
    mark = {"color": colours, "size": 8, "line": {"color": token["surface"], "width": 1}}
    return [arrows, _marks("real", found, chosen, mark, href)]


def _marks(
    name: str, found: Trend, chosen: Sequence[Point], mark: dict[str, Any], href: Callable[[Point], str]
) -> Figure:
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [_at(one) for one in chosen],
        "y": [one.value for one in chosen], "marker": mark, "cliponaxis": False,
        "text": [words(found, one) for one in chosen], "hovertemplate": "%{text}<extra></extra>",
        "customdata": [href(one) for one in chosen],
    }  # fmt: skip


def _forecast(outlook: Outlook | None, points: Sequence[Point], token: dict[str, str]) -> list[Figure]:
    """Return the coming days: 90% and 50% intervals, and the mean as a dotted line."""
    if outlook is None or not points:
        return []
    days = [one.first.isoformat() for one in outlook.days]
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "x": days}
    fans = []
    for name, ends in (
        ("90", [(one.low90, one.high90) for one in outlook.days]),
        ("50", [(one.low50, one.high50) for one in outlook.days]),
    ):
        fans += [
            {**edge, "name": f"f{name}-low", "y": [low for low, _ in ends]},
            {**edge, "name": f"f{name}-high", "y": [high for _, high in ends], "fill": "tonexty",
             "fillcolor": token["seq-2"] if name == "90" else token["seq-3"]},
        ]  # fmt: skip
    texts = [
        f"{_day(one.first)} 预测<br>{one.mean:,.0f} 起<br>五成在 {one.low50:,}–{one.high50:,} 起"
        f"<br>九成在 {one.low90:,}–{one.high90:,} 起"
        for one in outlook.days
    ]
    mean = {
        "type": "scatter", "mode": "lines+markers", "name": "forecast", "x": days,
        "y": [one.mean for one in outlook.days], "line": {"color": token["accent"], "width": 2, "dash": "dot"},
        "marker": {"color": token["surface"], "size": 5, "line": {"color": token["accent"], "width": 1.5}},
        "text": texts, "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
    return [*fans, mean]


def _holidays(spans: Sequence[Span], token: dict[str, str]) -> Figure:
    """Return the holidays as ticks under the axis, as wide as they last."""
    return {
        "type": "bar", "name": "holidays", "yaxis": "y2", "marker": {"color": token["watch"]},
        "x": [_middle(one) for one in spans], "y": [1] * len(spans),
        "width": [((one.last - one.first).days + 1) * 86_400_000 for one in spans],
        "text": [f"{one.name}<br>{_days(one.first, one.last)}" for one in spans], "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip


def _middle(span: Span) -> str:
    """Return the noon or midnight in the middle of a span whose days are drawn from midnight to midnight."""
    hours = ((span.last - span.first).days) * 12
    return f"{span.first + timedelta(days=hours // 24)}T{hours % 24:02d}:00:00"


# ---- words ---------------------------------------------------------------------------------------


def words(found: Trend, point: Point) -> str:
    """Return all that is known of a point, for its hover."""
    metric = found.metric
    if point.value is None:
        return f"{label_of(found, point)}<br>无数据"
    lines = [label_of(found, point), f"{metric.label} {amount(metric, point.value)}"]
    if point.n is not None:
        lines[-1] += f"（样本 {point.n:,.0f}）"
    if point.low is not None and point.high is not None:
        lines.append(f"95% 区间 {point.low:{metric.format}}–{point.high:{metric.format}}")
    if point.last_year.base is not None:
        change = change_of(point.last_year, metric, "同期")
        note = f"（{change.note}）" if change.note else ""
        lines.append(f"同期 {amount(metric, point.last_year.base)}，同比 {change.sign}{change.text}{note}")
    if point.usual:
        lines.append(f"预期 {point.usual[0]:,.0f}–{point.usual[1]:,.0f} {metric.unit}")
    lines.append("未满一期，不作判定" if point.partial else point.verdict)
    return "<br>".join(lines)


def label_of(found: Trend, point: Point) -> str:
    """Return the name of a point: 2026年11月21日 周六, the week's two ends, 2026年11月."""
    if found.asked.grain == DAY:
        return f"{_day(point.first)} {WEEKDAYS[point.first.weekday()]}"
    if found.asked.grain == WEEK:
        return _days(point.first, point.last)
    return f"{point.first.year}年{point.first.month}月"


def amount(metric: Metric, value: float) -> str:
    """Return a value with its unit."""
    return f"{value:{metric.format}}{'' if metric.unit == '%' else ' '}{metric.unit}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _days(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{_day(first)}至{year}{last.month}月{last.day}日"


# ---- limits, shapes, labels ----------------------------------------------------------------------


def _limits(found: Trend) -> list[float]:
    """Return limits around all that is drawn, from 0 where 0 is near."""
    values: list[float] = []
    for one in found.points:
        values += [value for value in (one.value, one.last_year.base, *(one.usual or ())) if value is not None]
        if found.metric.kind != COUNT:
            values += [end for end in (one.low, one.high) if end is not None]
    if found.outlook:
        values += [float(end) for one in found.outlook.days for end in (one.low90, one.high90)]
    least, most = min(values, default=0.0), max(values, default=1.0)
    if found.metric.kind != COUNT and found.metric.unit == "%":
        # A share of a handful has an interval that says nothing: the line keeps its room.
        known = [one.value for one in found.points if one.value is not None]
        spread = max((max(known) - min(known)) if known else 1.0, 5.0)
        least, most = max(least, min(known, default=0.0) - spread), min(most, max(known, default=1.0) + spread)
    room = max(most - least, 1.0) * 0.1
    low = 0.0 if least <= 0.45 * most else least - room
    return [low, most + room * 1.4]


def _ticks_of(metric: Metric, ends: Sequence[float]) -> str:
    return ",.0f" if ends[1] - ends[0] > 5 else f",.{max(metric.decimals, 1)}f"


def _reach(found: Trend) -> list[str]:
    """Return the ends of the time axis, with room for the forecast."""
    if not found.points:
        return [found.window.first_day.isoformat(), (found.window.last_day + timedelta(days=1)).isoformat()]
    edge = timedelta(hours=14) if found.asked.grain == DAY else timedelta(days=4)
    last = found.outlook.days[-1].first if found.outlook else found.points[-1].first
    first = found.points[0].first
    return [f"{_moment(first, -edge)}", f"{_moment(last, edge)}"]


def _moment(day: date, shift: timedelta) -> str:
    return (datetime.combine(day, time()) + shift).isoformat()


def _period_shape(found: Trend, token: dict[str, str]) -> list[dict[str, Any]]:
    """Mark the filter's period on the axis, where it is only a part of what is drawn."""
    inside = [one for one in found.points if one.in_period]
    if not inside or len(inside) == len(found.points):
        return []
    half = timedelta(hours=12) if found.asked.grain == DAY else timedelta(0)
    ends = _moment(inside[0].first, -half), _moment(inside[-1].last, half)
    return [
        {"type": "rect", "yref": "y domain", "x0": ends[0], "x1": ends[1], "y0": 0, "y1": 0.014,
         "fillcolor": token["accent"], "line": {"width": 0}},
    ]  # fmt: skip


def _campaign_shapes(found: Trend, token: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"type": "line", "yref": "y domain", "x0": day.isoformat(), "x1": day.isoformat(), "y0": 0, "y1": 1,
         "line": {"color": token["ink-2"], "width": 1, "dash": "dash"}}
        for _, day in _campaign_days(found)
    ]  # fmt: skip


def _campaign_days(found: Trend) -> list[tuple[str, date]]:
    if not found.points:
        return []
    first, last = found.points[0].first, found.points[-1].last
    days = [(f"{one.name} 开始", one.first) for one in found.campaigns]
    days += [(f"{one.name} 结束", one.last) for one in found.campaigns]
    return [(name, day) for name, day in days if first <= day <= last]


def _campaign_names(found: Trend, token: dict[str, str]) -> list[dict[str, Any]]:
    return [
        _label(day.isoformat(), 1.0, f"行动{name[-2:]} {day.month}月{day.day}日", token["ink-2"], yref="y domain",
               xanchor="left", yanchor="bottom", hovertext=name)
        for name, day in _campaign_days(found)
    ]  # fmt: skip


def _labels(found: Trend, token: dict[str, str]) -> list[dict[str, Any]]:
    """Name the two lines where they are farthest apart: the higher above itself, the lower below."""
    whole = [one for one in found.points if one.value is not None and not one.partial]
    labels = []
    if whole:
        inner = whole[len(whole) // 12 : max(1, len(whole) - len(whole) // 6)]
        both = [one for one in inner if one.last_year.base is not None]
        at = max(both, key=_distance) if both else inner[0]
        above = not both or (at.value or 0.0) >= (at.last_year.base or 0.0)
        labels.append(_label(_at(at), at.value or 0.0, NOW, token["accent"], yshift=14 if above else -14))
        if both:
            base = at.last_year.base or 0.0
            labels.append(_label(_at(at), base, PAST, token["ink-2"], yshift=-14 if above else 14))
    if found.outlook:
        last = found.outlook.days[-1].first.isoformat()
        labels.append(
            _label(last, 1.0, "预测 7 日", token["accent"], yref="y domain", xanchor="right", yanchor="bottom")
        )
    return labels


def _distance(point: Point) -> float:
    return abs((point.value or 0.0) - (point.last_year.base or 0.0))


def _holiday_names(found: Trend, token: dict[str, str]) -> list[dict[str, Any]]:
    """Name the holidays beside their ticks, the longest first, as far as there is room between them."""
    if not found.points:
        return []
    # A name takes about a tenth of a narrow screen.
    room = timedelta(days=max((found.points[-1].last - found.points[0].first).days, 1) // 9)
    taken: list[tuple[date, date]] = []
    names = []
    for one in sorted(found.holidays, key=lambda span: (span.first - span.last, span.first)):
        ends = one.last, one.last + room
        others = [(span.first, span.last) for span in found.holidays if span != one]
        if any(first < ends[1] and last > ends[0] for first, last in [*taken, *others]):
            continue
        taken.append(ends)
        # At the right end the name stands before its tick.
        fits = ends[1] <= found.points[-1].last or found.outlook is not None
        at = _moment(one.last, timedelta(hours=14)) if fits else _moment(one.first, -timedelta(hours=14))
        names.append(_label(at, 0.5, one.name, token["ink-2"], yref="y2", xanchor="left" if fits else "right"))
    return names


def _label(x: str | float, y: float, text: str, colour: str, **more: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"color": colour, "size": 14}, **more}


# ---- campaign ------------------------------------------------------------------------------------


def cumulative(found: Progress, mode: str) -> Figure:
    """Draw the counts of a campaign's stations since it began, beside the baseline and what the goal makes of it."""
    token = tokens(mode)
    days = [one.day.isoformat() for one in found.steps]
    lines = (
        ("base", found.plan.base_words, token["past"], "solid", [one.base for one in found.steps]),
        ("goal", "目标", token["watch"], "dash", [found.plan.wanted(one.base) for one in found.steps]),
        ("now", "本期", token["accent"], "solid", [one.now for one in found.steps]),
    )
    texts = [
        f"{_day(one.day)}（第 {place} 天）<br>累计 {one.now:,.0f} 起<br>{found.plan.base_words} {one.base:,.0f} 起"
        f"<br>目标 {found.plan.wanted(one.base):,.0f} 起"
        for place, one in enumerate(found.steps, 1)
    ]
    data = [
        {"type": "scatter", "mode": "lines", "name": name, "x": days, "y": values,
         "line": {"color": colour, "width": 2, "dash": dash}, "text": texts,
         **({"hovertemplate": "%{text}<extra></extra>"} if name == "now" else {"hoverinfo": "skip"})}
        for name, _, colour, dash, values in lines
    ]  # fmt: skip
    most = max((max(values, default=0.0) for *_, values in lines), default=1.0) or 1.0
    inks = {"base": token["ink-2"], "goal": token["watch-ink"], "now": token["accent"]}
    ends = [(words_, values[-1], inks[name]) for name, words_, _, _, values in lines if values]
    return {"data": data, "layout": _campaign_layout(mode, days, [0, most * 1.06], ends, ",.0f", most * 0.075)}


def changes(found: Progress, mode: str) -> Figure:
    """Draw the cumulative change in %: the campaign's stations with their interval, the comparison stations, the goal
    and what other places published as lines. The first week is left out: too few for a percentage."""
    token = tokens(mode)
    steps = found.steps[SETTLED_DAYS - 1 :] if len(found.steps) >= 2 * SETTLED_DAYS else found.steps
    days = [one.day.isoformat() for one in steps]
    edge = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "x": days}
    texts = [
        f"{_day(one.day)}<br>行动所 {_percent(one.percent)}（95% 区间 {_percent(one.low)} 至 {_percent(one.high)}）"
        f"<br>对照所 {_percent(one.compared_percent)}"
        for one in steps
    ]
    data = [
        {**edge, "name": "low", "y": [one.low for one in steps]},
        {**edge, "name": "high", "y": [one.high for one in steps], "fill": "tonexty", "fillcolor": token["band"]},
        {"type": "scatter", "mode": "lines", "name": "compared", "x": days, "hoverinfo": "skip",
         "y": [one.compared_percent for one in steps], "line": {"color": token["past"], "width": 2}},
        {"type": "scatter", "mode": "lines", "name": "treated", "x": days, "y": [one.percent for one in steps],
         "line": {"color": token["accent"], "width": 2}, "text": texts, "hovertemplate": "%{text}<extra></extra>"},
    ]  # fmt: skip
    levels = [("目标", found.plan.goal, token["watch"], "dash")]
    levels += [
        (f"{one.place}{one.label}", one.value, token["ink-2"], "dot")
        for one in found.outcomes
        if is_line(found.plan, one)
    ]
    limits = _percent_limits(steps, [value for _, value, _, _ in levels])
    last = steps[-1] if steps else None
    ends = [("目标", found.plan.goal, token["watch-ink"])]
    if last and last.percent is not None:
        ends.append(("行动所", last.percent, token["accent"]))
    if last and last.compared_percent is not None:
        ends.append(("对照所", last.compared_percent, token["ink-2"]))
    frame = _campaign_layout(mode, days, limits, ends, ",.0f", (limits[1] - limits[0]) * 0.07)
    frame["yaxis"]["ticksuffix"] = "%"
    frame["shapes"] = [_level(0.0, token["line-2"], "solid"), *(_level(y, c, dash) for _, y, c, dash in levels)]
    frame["annotations"] += [
        _label(
            0.99, value, f"{name} {_percent(value)}", token["ink-2"], xref="paper", xanchor="right", yanchor="bottom"
        )
        for name, value, _, _ in levels[1:]
    ]
    return {"data": data, "layout": frame}


def _campaign_layout(
    mode: str, days: Sequence[str], limits: Sequence[float], ends: Sequence[tuple[str, float, str]], ticks: str,
    apart: float,
) -> dict[str, Any]:  # fmt: skip
    """Return a layout with the names of the lines at their right ends, pushed apart where they would overlap."""
    labels, free = [], float("-inf")
    for text, y, colour in sorted(ends, key=lambda end: end[1]):
        at = max(y, free + apart)
        free = at
        labels.append(_label(1.0, at, text, colour, xref="paper", xanchor="left", xshift=4))
    return layout(
        mode, "trend-campaign", margin={"l": 52, "r": 76, "t": 8, "b": 26},
        xaxis={"type": "date", "tickformat": "%-m月%-d日", "tickangle": 0, "nticks": 5,
               "range": [days[0], days[-1]] if days else None},
        yaxis={"range": list(limits), "showgrid": True, "tickformat": ticks, "nticks": 6}, annotations=labels,
    )  # fmt: skip


def _level(y: float, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y,
        "line": {"color": colour, "width": 1, "dash": dash},
    }  # fmt: skip


def _percent_limits(steps: Sequence[Any], levels: Sequence[float]) -> list[float]:
    values = [one for step in steps for one in (step.percent, step.compared_percent) if one is not None]
    least, most = min([*values, *levels, 0.0]), max([*values, *levels, 0.0])
    room = max(most - least, 10.0) * 0.12
    return [least - room, most + room]


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f}%".replace("-", "−")
