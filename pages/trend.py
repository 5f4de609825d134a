"""趋势研判: one metric over time beside the year before and its expectation, its parts, and how far a campaign is."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, callback, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue, change
from metrics.compare import NO_BASE, NOT_JUDGED, REAL, USUAL
from metrics.model import COUNT, PERCENTILE, MetricError
from metrics.selection import Selection
from metrics.trend import GRAINS, Asked, Part, Point, Trend, campaign, covered_words, trend
from pages._components import (
    alarm_evidence,
    alarm_notices,
    campaign_cards,
    cards,
    figures,
    filters,
    score_controls,
    session,
    states,
    status,
    trend_export,
)
from pages._components import trend_figures as drawing
from pages._components.attributes import attributes
from pages._components.changes import change_of, chip, said, verdict_of
from pages._components.markup import static, tag
from pages._components.tables import plain_table
from pages._components.trend_methods import BAND, CAMPAIGN, FORECAST, PARTS
from pages._components.trend_parts import multiples, scale_words
from pages._components.trend_questions import BREAKDOWNS, KEYS, Choices, address, read

dash.register_page(
    __name__, path="/trend", name="趋势研判", title="趋势研判 · 降控研判台", order=2, key="t", filtered=True
)

_SELECTS = {"metric": "指标", "grain": "时间粒度", "by": "分项"}
_CARDS = ("trend-alarm", "trend-line", "trend-parts", "trend-campaign", "trend-change", "trend-table")
trend_export.offer()
alarm_evidence.offer("trend-alarm")
figures.follow_clicks("trend-line-figure")


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; every number arrives through the callback."""
    return html.Div(
        [
            html.Div(
                [score_controls.select(f"trend-{key}", key, label) for key, label in _SELECTS.items()],
                className="page-tools", role="search", **attributes(aria_label="趋势选择"),
            ),
            html.Div(id="trend-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Div(states.skeleton(2), id="trend-headline", className="trend-headline span-12"),
                    alarm_evidence.frame("trend-alarm"),
                    cards.figure_card("trend-line", "趋势", metric_id=(BAND, FORECAST), span="span-12", height=380),
                    cards.card("trend-parts", "分项", states.skeleton(8), metric_id=(PARTS, "verdict"), span="span-12"),
                    html.Div(
                        [
                            cards.figure_card("trend-campaign", "专项行动进度", metric_id=CAMPAIGN, height=300),
                            cards.figure_card("trend-change", "行动所与对照所", metric_id=CAMPAIGN, height=300),
                        ],
                        id="trend-campaigns", className="grid span-12",
                    ),
                    cards.card("trend-table", "逐期", states.skeleton(8), metric_id=(BAND, "verdict"), span="span-12"),
                ],
                id="trend-grid", className="grid",
            ),
        ]
    )  # fmt: skip


@callback(
    output={
        "state": Output("trend-state", "children"),
        "hidden": Output("trend-grid", "hidden"),
        "headline": Output("trend-headline", "children"),
        "campaigns": Output("trend-campaigns", "hidden"),
        "alarms": Output("trend-alarms", "hidden"),
        "options": {key: Output(f"trend-{key}", "options") for key in _SELECTS},
        "values": {key: Output(f"trend-{key}", "value") for key in _SELECTS},
        "cards": cards.slots(
            tables=("trend-parts", "trend-table"),
            figures=("trend-line", "trend-campaign", "trend-change", "trend-alarm"),
        ),
    },
    inputs={
        "selection": Input("selection", "data"),
        "search": Input("url", "search"),
        "version": Input("snapshot", "data"),
        "mode": Input("mode", "data"),
    },
)
def show(selection: dict[str, str] | None, search: str | None, version: int | None, mode: str | None) -> dict[str, Any]:
    """Fill the page from its URL; what is drawn is kept per version, filter, own parameters and mode."""
    if selection is None or mode is None:
        raise PreventUpdate
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        chosen = session.selection_of(selection)
        asked, choices, notices = read(filters.query_of(search), snapshot, chosen)
        own = tuple((key, value) for key, value in filters.query_of(search).items() if key in KEYS)
        drawn = cache.answer(snapshot, (chosen, asked, own, mode, status.stamp(snapshot)), _drawn)
        no_alarm, alarm = alarm_evidence.filled(snapshot, chosen, mode)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("查看本月", "/trend?period=month")))
    return {
        **drawn,
        "state": [
            *(states.notice(text) for text in notices),
            *alarm_notices.notices(snapshot, chosen, has_card=not no_alarm),
            *_listed(drawn["state"]),
        ],
        "headline": drawn["headline"] if no_alarm else _beside_alarm(drawn["headline"]),
        "alarms": no_alarm,
        "cards": {**drawn["cards"], "trend-alarm": alarm},
        "options": choices.options,
        "values": choices.values,
    }


def _listed(parts: Any) -> list[Any]:
    return parts if isinstance(parts, list) else [parts]


def _only(message: html.Div, choices: Choices | None = None) -> dict[str, Any]:
    """Show one message in place of the figures."""
    keep = dict.fromkeys(_SELECTS, cards.NONE)
    return {
        "state": message, "hidden": True, "headline": cards.NONE, "campaigns": cards.NONE,
        "alarms": cards.NONE,
        "options": keep, "values": keep, "cards": cards.kept(*_CARDS),
    }  # fmt: skip


Question = tuple[Selection, Asked, tuple[tuple[str, str], ...], str, str]


def _drawn(snapshot: Snapshot, question: Question) -> dict[str, Any]:
    selection, asked, own, mode, _ = question
    found = trend(snapshot, selection, asked)
    known = catalogue.of(snapshot)
    if found.state in ("no_data", "no_result"):
        nothing = states.no_data(covered_words(known, asked.metric))
        return _only(nothing if found.state == "no_data" else states.no_result())
    running = campaign.progress(snapshot, selection)
    source = status.source_line(snapshot)
    query = dict(own)
    return {
        "state": [states.notice(note) for note in found.notes]
        + ([states.nothing_happened(found.metric.label)] if found.state == "nothing" else []),
        "hidden": False,
        "headline": _headline(found),
        "campaigns": running is None,
        "cards": {
            "trend-line": _line(found, selection, query, mode, source),
            "trend-parts": _parts(found, selection, query, source),
            **campaign_cards.filled(running, mode, source, of_bureau=bool(selection.stations)),
            "trend-table": _table(found, source),
        },
    }


# ---- the metric itself ---------------------------------------------------------------------------


def _headline(found: Trend) -> list[Any]:
    """Return the sentence with its verdict, then what else the figure is compared with."""
    total, metric = found.total, found.metric
    direction = total.z if total.usual else total.last_year.change
    more = []
    # What the sentence says already is not said again; the figure has one verdict, that of the sentence.
    told = "" if total.usual else total.judges[1]
    if told != "同比":
        more.append(change.clause(total.last_year, metric.unit, "同比", NOT_JUDGED, decimals=metric.decimals))
    if total.usual:
        more.append("预期为此前 8 周同星期的平均")
    if total.low is not None and total.high is not None:
        more.append(f"95% 区间 {total.low:{metric.format}}–{total.high:{metric.format}} {metric.unit}")
    if total.n is not None:
        more.append(f"样本 {total.n:,.0f}")
    # 本年 has the same days before it whichever way they are called.
    if told != "环比" and total.previous.verdict != NO_BASE and found.windows["previous"] != found.windows["last_year"]:
        more.append(change.clause(total.previous, metric.unit, "环比", NOT_JUDGED, decimals=metric.decimals))
    if total.festival is not None:
        more.append(change.clause(total.festival, metric.unit, "按春节对齐同比", decimals=metric.decimals))
    more += [
        f"外地参考：{one.place}{one.label} {one.value:+.2f}%（{one.base}）".replace(" -", " −")
        for one in found.outcomes
    ]
    return [
        html.P(found.sentence, className="trend-sentence"),
        static(["与预期相比 ", chip(verdict_of(total.verdict, direction, metric, total.value, total.usual))])
        if total.usual
        else None,
        html.P("；".join(more), className="trend-more") if more else None,
    ]


def _beside_alarm(headline: Any) -> Any:
    """Say under a headline that the alarm below is judged in another way."""
    if not isinstance(headline, list):
        return headline
    words = "预警模型另有预警，见下「预警依据」：它按长期水平逐日累计，可先于本句的判定发现持续的小幅上升。"
    return [*headline, html.P(words, className="trend-more")]


def _line(found: Trend, selection: Selection, own: dict[str, str], mode: str, source: str) -> dict[str, Any]:
    def href(point: Point) -> str:
        days = {"period": "custom", "from": point.first.isoformat(), "to": point.last.isoformat()}
        return address(selection, own, **days)

    return cards.filled(
        drawing.line(found, mode, href),
        title=_finding(found),
        sub=f"{found.metric.label}，{found.metric.unit} · {_drawn_words(found)} · {found.filter_words}",
        note=_line_note(found),
        source=source,
    )


def _finding(found: Trend) -> str:
    """Return how many points stand out, which is what the line has to say."""
    noun = {"day": "日", "week": "周", "month": "个月"}[found.asked.grain]
    real = [one for one in found.points if one.verdict == REAL]
    if not any(one.verdict in (REAL, USUAL) for one in found.points):
        return f"{found.metric.label}{GRAINS[found.asked.grain]}"
    if not real:
        beyond = sum(_is_beyond(one) for one in found.points)
        said = f"{beyond} {noun}在区间外、未确认，其余在正常范围" if beyond else "所示各期均在正常范围"
        return f"{GRAINS[found.asked.grain]}：{said}"
    high = sum(one.direction > 0 for one in real)
    against = "上年同期" if found.metric.kind == COUNT else "上期"
    against = "预期" if any(one.mean is not None for one in real) else against
    parts = [f"{high} {noun}高于{against}"] if high else []
    parts += [f"{len(real) - high} {noun}低于{against}"] if len(real) > high else []
    return f"{GRAINS[found.asked.grain]}：{'、'.join(parts)}"


def _is_beyond(point: Point) -> bool:
    """Whether a whole day, week or month lies outside the range that is printed beside it."""
    return not point.partial and change.badge(USUAL, point.value, point.usual) != USUAL


def _drawn_words(found: Trend) -> str:
    if not found.points:
        return found.title
    first, last = found.points[0].first, min(found.points[-1].last, found.window.last_day)
    return f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}，时段 {found.title}"


def _line_note(found: Trend) -> list[Any]:
    """Return what the marks mean and how good the forecast is."""
    band = "预期区间" if any(one.usual for one in found.points) else "95% 区间"
    has_band = any(one.usual or one.low is not None for one in found.points)
    aligned = "上年同期为前推 52 周（星期对齐）" if found.asked.grain == "week" else "上年同期为上年同日期"
    marks = [f"灰带为{band}"] if has_band else []
    arrows = [] if found.metric.dependent else ["↑↓ 为真变化"]
    marks += [aligned, "轴上蓝线为所选时段，轴下色块为节假日", *arrows, found.judged_by]
    if any(one.usual for one in found.points) and any((one.last - one.first).days >= 4 for one in found.holidays):
        marks.append("长假之后 8 周的预期含假期，略偏离平常")
    lines = [html.P(" · ".join(marks))]
    if found.outlook:
        lines.append(html.P(f"预测（深、浅带为五成、九成区间）：{found.outlook_note}"))
    elif found.outlook_note:
        lines.append(html.P(found.outlook_note))
    return lines


def _table(found: Trend, source: str) -> dict[str, Any]:
    metric, counts = found.metric, found.metric.kind == COUNT
    heads = [("期", False), ("本期", True), *([] if counts else [("样本", True)]), ("同期", True), ("同比", True)]
    heads += [("预期" if counts else "95% 区间", True), ("判定", False)]
    rows = [_row(found, one) for one in reversed(found.points)]
    return cards.filled(
        plain_table(heads, rows, caption=f"{metric.label}逐期"),
        title=f"逐{drawing_noun(found)}明细",
        sub=f"{metric.label}，{metric.unit} · {_drawn_words(found)}",
        note=found.judged_by,
        source=source,
    )


def drawing_noun(found: Trend) -> str:
    """Return 日, 周 or 月."""
    return GRAINS[found.asked.grain].removeprefix("按")


def _row(found: Trend, point: Point) -> list[Any]:
    metric = found.metric
    change = change_of(point.last_year, metric, "同期")
    beside = point.usual if _is_beyond(point) else None
    verdict = verdict_of(point.verdict, point.direction, metric, point.value, beside)
    ends = point.usual if metric.kind == COUNT else (point.low, point.high)
    span = "—" if not ends or None in ends else f"{ends[0]:{metric.format}}–{ends[1]:{metric.format}}"
    judged = "未满一期" if point.partial else verdict.text if point.value is not None else "无数据"
    return [
        drawing.label_of(found, point),
        "—" if point.value is None else f"{point.value:{metric.format}}",
        *([] if metric.kind == COUNT else ["—" if point.n is None else f"{point.n:,.0f}"]),
        "—" if point.last_year.base is None else f"{point.last_year.base:{metric.format}}",
        said(change),
        span,
        tag("span", judged, className=f"tone-{'none' if point.partial else verdict.tone}", title=verdict.title),
    ]


# ---- its parts -----------------------------------------------------------------------------------


def _parts(found: Trend, selection: Selection, own: dict[str, str], source: str) -> dict[str, Any]:
    by = found.asked.by

    def href(part: Part) -> str:
        key = "station" if by == "station" else "category"
        return address(selection, own, **{key: part.key, "by": "", "parts": ""})

    real = [part for part in found.parts if part.verdict == REAL]
    noun = {"group": "类", "category": "类", "station": "所"}[by]
    judged = any(part.verdict in (REAL, USUAL) for part in found.parts)
    beyond = sum(change.badge(part.verdict, part.value, part.usual) not in (part.verdict, REAL) for part in found.parts)
    rest_words = f"：{beyond} {noun}在区间外、未确认，其余在正常范围" if beyond else "：所示均在正常范围"
    title = BREAKDOWNS[by] + (rest_words if judged else "")
    if real:
        title = f"{len(real)} {noun}真变化：{'、'.join(part.name for part in real[:4])}{' 等' if len(real) > 4 else ''}"
    rest = found.parts_in_all - len(found.parts)
    sorted_by = "按数值" if found.metric.kind == PERCENTILE or found.metric.dependent else "按与预期或同期之差"
    more: list[Any] = [f"{sorted_by}的大小排列，共 {found.parts_in_all} {noun} · {scale_words(found)} · "]
    more.append("蓝线本期、灰线上年同期 · 点击转到该项")
    if rest > 0:
        more += [" · ", html.A(f"显示其余 {rest} {noun} ›", href=address(selection, own, parts="all"))]
    elif found.asked.all_parts:
        more += [" · ", html.A("只看前 12 项", href=address(selection, own, parts=""))]
    return cards.filled(
        multiples(found, href) if found.parts else states.nothing_happened(found.metric.label),
        title=title,
        sub=f"{found.metric.label}，{found.metric.unit} · {found.title}",
        note=more,
        source=source,
    )
