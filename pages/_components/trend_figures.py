"""The line of 趋势研判: a metric with its year before, band, holidays and forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from metrics.change import badge
from metrics.compare import REAL
from metrics.forecasting.reading import Outlook
from metrics.model import COUNT, Metric
from metrics.trend import DAY, MONTH, WEEK, Point, Span, Trend
from pages._components.changes import change_of, verdict_of
from pages._components.figures import WEEKDAYS, Figure, layout
from pages._components.template import tokens

NOW, PAST = "本期", "上年同期"
# The strip below the axis that holds the holidays, as a share of the figure's height.
_STRIP = 0.085
_TICKS = {DAY: "%-m月%-d日", WEEK: "%-m月%-d日", MONTH: "%y年%-m月"}


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
        f"{day_words(one.first)} 预测<br>{one.mean:,.0f} 起<br>五成在 {one.low50:,}–{one.high50:,} 起"
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
        "text": [f"{one.name}<br>{days_words(one.first, one.last)}" for one in spans], "textposition": "none",
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
    lines.append("未满一期，不作判定" if point.partial else badge(point.verdict, point.value, point.usual))
    return "<br>".join(lines)


def label_of(found: Trend, point: Point) -> str:
    """Return the name of a point: 2026年11月21日 周六, the week's two ends, 2026年11月."""
    if found.asked.grain == DAY:
        return f"{day_words(point.first)} {WEEKDAYS[point.first.weekday()]}"
    if found.asked.grain == WEEK:
        return days_words(point.first, point.last)
    return f"{point.first.year}年{point.first.month}月"


def amount(metric: Metric, value: float) -> str:
    """Return a value with its unit."""
    return f"{value:{metric.format}}{'' if metric.unit == '%' else ' '}{metric.unit}"


def day_words(day: date) -> str:
    """Return 2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def days_words(first: date, last: date) -> str:
    """Return the two ends of a stretch, or its only day."""
    if first == last:
        return day_words(first)
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{day_words(first)}至{year}{last.month}月{last.day}日"


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
        for _, day in _campaigndays_words(found)
    ]  # fmt: skip


def _campaigndays_words(found: Trend) -> list[tuple[str, date]]:
    if not found.points:
        return []
    first, last = found.points[0].first, found.points[-1].last
    days = [(f"{one.name} 开始", one.first) for one in found.campaigns]
    days += [(f"{one.name} 结束", one.last) for one in found.campaigns]
    return [(name, day) for name, day in days if first <= day <= last]


def _campaign_names(found: Trend, token: dict[str, str]) -> list[dict[str, Any]]:
    return [
        label(day.isoformat(), 1.0, f"行动{name[-2:]} {day.month}月{day.day}日", token["ink-2"], yref="y domain",
               xanchor="left", yanchor="bottom", hovertext=name)
        for name, day in _campaigndays_words(found)
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
        labels.append(label(_at(at), at.value or 0.0, NOW, token["accent"], yshift=14 if above else -14))
        if both:
            base = at.last_year.base or 0.0
            labels.append(label(_at(at), base, PAST, token["ink-2"], yshift=-14 if above else 14))
    if found.outlook:
        last = found.outlook.days[-1].first.isoformat()
        labels.append(
            label(last, 1.0, "预测 7 日", token["accent"], yref="y domain", xanchor="right", yanchor="bottom")
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
        names.append(label(at, 0.5, one.name, token["ink-2"], yref="y2", xanchor="left" if fits else "right"))
    return names


def label(x: str | float, y: float, text: str, colour: str, **more: Any) -> dict[str, Any]:
    """Return a text on a figure, without an arrow."""
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"color": colour, "size": 14}, **more}
