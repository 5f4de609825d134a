"""案件侦防: filed and solved, how long it took to file, what is still open, who handled it, where there was nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
from dash import Input, Output, callback, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue
from metrics.casework import FIGURES, MEASURES, casework
from metrics.casework.values import Figure
from metrics.definitions import METRICS
from metrics.funnels import Funnel, funnel
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.smallnumbers import VERY_HIGH, VERY_LOW
from pages._components import (
    addresses,
    cards,
    cases_export,
    cases_tables,
    cases_words,
    figures,
    filters,
    funnel_figures,
    score_controls,
    session,
    states,
    status,
)
from pages._components import cases_figures as drawing
from pages._components.attributes import attributes
from pages._components.blank_figures import blank
from pages._components.cases_methods import AGES, DELAYS, FUNNEL, TREND
from pages._components.cases_view import OFFERED, Page
from pages._components.changes import change_of, verdict_of

dash.register_page(
    __name__, path="/cases", name="案件侦防", title="案件侦防 · 降控研判台", order=7, key="j", filtered=True
)

_DRAWN = ("cases-trend", "cases-funnel", "cases-ages", "cases-delays")
_LISTED = ("cases-kinds", "cases-zero")
_KPIS = {name: f"cases-kpi-{name}" for name in FIGURES}

cases_export.offer(_KPIS)
figures.follow_clicks("cases-trend-figure")
figures.follow_clicks("cases-funnel-figure")


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; every number arrives through the callback."""
    return html.Div(
        [
            html.Div(id="cases-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Div([cards.kpi_frame(id) for id in _KPIS.values()], className="kpis span-12"),
                    cards.figure_card(
                        "cases-trend", "立案与破案", height=440, metric_id=("cases_filed", "cases_solved", TREND)
                    ),
                    cards.card("cases-kinds", "分类案件", states.skeleton(8), metric_id=("cases_all", "verdict")),
                    cards.card(
                        "cases-funnel", "各所比较",
                        [
                            html.Div(
                                score_controls.select("cases-measure", "measure", "比较"), className="card-choice"
                            ),
                            figures.graph("cases-funnel-figure", height=340),
                        ],
                        metric_id=(*MEASURES.values(), FUNNEL),
                    ),
                    cards.figure_card(
                        "cases-ages", "未破案件分龄", height=380, metric_id=("open_cases", "open_age_median", AGES)
                    ),
                    cards.figure_card(
                        "cases-delays", "受立案用时", height=400,
                        metric_id=("filing_within_3d", "filing_within_24h", DELAYS),
                    ),
                    cards.card(
                        "cases-zero", "零发案社区（村）", states.skeleton(8), metric_id=("zero_crime_beats_share",)
                    ),
                ],
                id="cases-grid", className="grid",
            ),
        ]
    )  # fmt: skip


@callback(
    output={
        "state": Output("cases-state", "children"),
        "hidden": Output("cases-grid", "hidden"),
        "options": Output("cases-measure", "options"),
        "value": Output("cases-measure", "value"),
        "texts": {name: Output(f"{id}-text", "children") for name, id in _KPIS.items()},
        "sparks": {name: Output(f"{id}-spark", "figure") for name, id in _KPIS.items()},
        "cards": cards.slots(tables=_LISTED, figures=_DRAWN),
    },
    inputs={
        "selection": Input("selection", "data"),
        "search": Input("url", "search"),
        "version": Input("snapshot", "data"),
        "mode": Input("mode", "data"),
    },
)
def show(selection: dict[str, str] | None, search: str | None, version: str | None, mode: str | None) -> dict[str, Any]:
    """Fill the page from one question; the drawn page is kept per version, filter, measure and mode."""
    if selection is None or mode is None:
        raise PreventUpdate
    notices: list[str] = []
    measure = addresses.chosen(filters.query_of(search), "measure", OFFERED, "比较指标", notices)
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        drawn = cache.answer(snapshot, (session.selection_of(selection), measure, mode), _drawn)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("查看本月", "/cases?period=month")))
    return {
        **drawn,
        "state": [*(states.notice(text) for text in notices), *drawn["state"]],
        "options": addresses.options(OFFERED),
        "value": addresses.shown(measure, OFFERED),
    }


def _only(*message: html.Div | html.P) -> dict[str, Any]:
    """Show messages in place of the figures."""
    return {
        "state": list(message), "hidden": True, "options": cards.NONE, "value": cards.NONE,
        "texts": dict.fromkeys(_KPIS, cards.NONE), "sparks": dict.fromkeys(_KPIS, cards.NONE),
        "cards": cards.kept(*_LISTED, *_DRAWN),
    }  # fmt: skip


def _drawn(snapshot: Snapshot, question: tuple[Selection, str, str]) -> dict[str, Any]:
    selection, measure, mode = question
    found = casework(snapshot, selection)
    notes = [states.notice(note) for note in found.notes]
    if found.state in ("no_data", "no_result"):
        covered = cases_words.covered(catalogue.of(snapshot))
        if not covered:
            return _only(states.panel("没有案件数据", "导入案件数据后，本页会自动显示。", action=("数据接入", "/data")))
        return _only(*notes, states.no_data(covered) if found.state == "no_data" else states.no_result())
    page = Page(found, selection, measure, mode, status.source_line(snapshot))
    places = funnel(METRICS[MEASURES[measure]], found.shares[measure])
    chosen = catalogue.of(snapshot).station_codes(selection.stations)
    return {
        "state": notes + ([states.nothing_happened("案件")] if found.state == "nothing" else []),
        "hidden": False,
        "texts": {one.metric.id: _text(one) for one in found.figures},
        "sparks": {one.metric.id: _spark(one, mode) for one in found.figures},
        "cards": {
            "cases-trend": _trend(page),
            "cases-kinds": _kinds(page),
            "cases-funnel": _funnel(page, places, chosen),
            "cases-ages": _ages(page),
            "cases-delays": _delays(page),
            "cases-zero": _zero(page),
        },
    }


def _text(one: Figure) -> list[Any]:
    metric = one.metric
    value = "—" if one.value is None else f"{one.value:{metric.format}}"
    lines = [("环比", change_of(one.previous, metric, "上期")), ("同比", change_of(one.last_year, metric, "同期"))]
    remark = metric.remark(one.value, one.previous.base, one.last_year.base)
    parts = (cases_words.beside(one), remark, cases_words.line_words(one.days, one.grain))
    return cards.kpi_text(
        metric.label, value, metric.unit, lines,
        verdict_of(one.verdict, one.direction, metric, one.value, one.expected),
        metric_id=metric.id,
        note="；".join(filter(None, parts)),
    )  # fmt: skip


def _spark(one: Figure, mode: str) -> figures.Figure:
    if not one.days:
        return figures.empty(mode)
    return drawing.history(one.days, one.history, one.grain, one.metric.unit, one.metric.decimals, mode)


def _trend(page: Page) -> dict[str, Any]:
    def week(first: date, last: date) -> str:
        return page.href(**{"period": "custom", "from": first.isoformat(), "to": last.isoformat()})

    trend = page.found.trend
    filed = next((one for one in page.found.figures if one.metric.id == "cases_filed"), None)
    return cards.filled(
        drawing.trend(trend, page.mode, week) if trend.firsts else blank(page.mode, "该时段无数据"),
        title=cases_words.trend_title(trend, filed), sub=cases_words.trend_sub(trend),
        note=cases_words.trend_note(trend, page.found.known), source=page.source,
    )  # fmt: skip


def _kinds(page: Page) -> dict[str, Any]:
    found = page.found
    against = cases_words.against(found)
    return cards.filled(
        cases_tables.categories(found.rows, found.sums, lambda key: page.href(category=key), found.kinds)
        if found.rows else states.nothing_happened("案件"),
        sub=f"案件，起 · {found.title} · {against}", note=f"{found.judged_by} · 合计行含本期无案件的类别",
        source=page.source,
    )  # fmt: skip


def _funnel(page: Page, places: Funnel, chosen: tuple[str, ...]) -> dict[str, Any]:
    metric = places.metric
    far = sum(spot.verdict in (VERY_HIGH, VERY_LOW) for spot in places.spots)
    known = cases_words.reason(page.found, metric.id) or ("" if places.spots else "该时段没有可比的案件")
    body = blank(page.mode, known) if known else funnel_figures.funnel(
        places, page.mode, lambda code: page.href(station=code), chosen, metric.better
    )  # fmt: skip
    return cards.filled(
        body,
        title=f"{far} 个所{metric.label}超出偶然" if far else f"各所{metric.label}",
        sub=f"{metric.label}，{metric.unit} · {page.found.title} · 每点一所，横轴为样本数",
        note=None if known else cases_words.funnel_note(places), source=page.source,
    )  # fmt: skip


def _ages(page: Page) -> dict[str, Any]:
    found = page.found.ages
    known = cases_words.reason(page.found, "open_cases")
    if found is None or known or not found.total:
        said = known or ("无未破刑事案件" if found else "该时段无数据")
        return cards.filled(blank(page.mode, said), title="未破案件分龄", source=page.source)
    return cards.filled(
        drawing.ages(found, page.mode), title=cases_words.ages_title(found),
        sub=f"未破刑事案件，起 · 截至 {page.found.last} · 细柱为一年前",
        note=cases_words.ages_note(found, page.found.since), source=page.source,
    )  # fmt: skip


def _delays(page: Page) -> dict[str, Any]:
    found = page.found
    if not found.delays:
        said = "没有可算用时的案件：缺少报案、受案或立案时间。"
        return cards.lacking(said, title="受立案用时", body=blank(page.mode, ""))
    return cards.filled(
        drawing.delays(found.delays, page.mode), sub=f"案件占比，% · {found.title}，同期为去年",
        note=cases_words.delays_note(found), source=page.source,
    )  # fmt: skip


def _zero(page: Page) -> dict[str, Any]:
    found = page.found
    if not found.communities:
        said = cases_words.reason(found, "zero_crime_beats_share") or "没有登记的社区（村）。"
        return cards.filled(html.P(said, className="tone-none"), source=page.source)
    return cards.filled(
        cases_tables.communities(found.communities, found.by_beat, lambda code: page.href(station=code)),
        title=cases_words.zero_title(found.communities), sub=f"社区（村），个 · {found.title}",
        note=cases_words.zero_note(found), source=page.source,
    )  # fmt: skip
