"""重复警情: how many alerts come back, and which places they come back to. No callers."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
from dash import Input, Output, callback, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue, privacy
from metrics.compare import DEPENDENT, NOT_JUDGED
from metrics.definitions import METRICS, UNREGISTERED
from metrics.funnels import funnel
from metrics.model import MetricError
from metrics.repeats import FIGURES
from metrics.repeats.values import Figure
from metrics.selection import Selection
from metrics.smallnumbers import VERY_HIGH, VERY_LOW
from pages._components import (
    addresses,
    cards,
    cases_words,
    figures,
    filters,
    funnel_figures,
    repeat_export,
    repeat_tables,
    repeat_words,
    score_controls,
    session,
    states,
    status,
)
from pages._components import repeat_figures as drawing
from pages._components.attributes import attributes
from pages._components.blank_figures import blank
from pages._components.cases_figures import history
from pages._components.changes import Verdict, change_of
from pages._components.repeat_methods import LORENZ, PACE, PLACES, SHARES
from pages._components.repeat_view import MOST_BEATS, UNIT_WORDS, WINDOWS, Page, page_of

dash.register_page(
    __name__, path="/repeat", name="重复警情", title="重复警情 · 降控研判台", order=8, key="r", filtered=True
)

_SELECTS = {"days": ("地点窗口", WINDOWS), "unit": ("集中度", UNIT_WORDS)}
_DRAWN = ("repeat-trend", "repeat-funnel", "repeat-lorenz", "repeat-map")
_LISTED = ("repeat-kinds", "repeat-places", "repeat-beats", "repeat-left")
_KPIS = {name: f"repeat-kpi-{name}" for name in FIGURES}
_UNJUDGED = Verdict(NOT_JUDGED, title=DEPENDENT)

repeat_export.offer(_KPIS)
for _id in ("repeat-trend-figure", "repeat-funnel-figure", "repeat-map-figure"):
    figures.follow_clicks(_id)


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; every number arrives through the callback."""
    drawn, listed = cards.figure_card, cards.card
    return html.Div(
        [
            html.Div(
                [score_controls.select(f"repeat-{key}", key, label) for key, (label, _) in _SELECTS.items()],
                className="page-tools", role="search", **attributes(aria_label="重复警情显示方式"),
            ),
            html.Div(id="repeat-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Div([cards.kpi_frame(id) for id in _KPIS.values()], className="kpis span-12"),
                    drawn("repeat-trend", "重复报警率逐周", height=360, metric_id=FIGURES[1:]),
                    listed("repeat-kinds", "分类重复", states.skeleton(8), metric_id=("repeat_share", SHARES)),
                    drawn("repeat-lorenz", "警情集中度", height=380, metric_id=LORENZ),
                    drawn("repeat-funnel", "各所重复报警率", height=380, metric_id=(*FIGURES[2:], "cases-funnel")),
                    listed("repeat-places", "重复地点", states.skeleton(8), metric_id=(PLACES, PACE)),
                    drawn("repeat-map", "重复地点分布", height=440, metric_id=(PLACES, PACE)),
                    listed("repeat-beats", "重复警格", states.skeleton(8), metric_id=PLACES),
                    listed("repeat-left", "未计入的警情", states.skeleton(4), metric_id=PLACES),
                ],
                id="repeat-grid", className="grid",
            ),
        ]
    )  # fmt: skip


@callback(
    output={
        "state": Output("repeat-state", "children"),
        "hidden": Output("repeat-grid", "hidden"),
        "shape": Output("repeat-grid", "className"),
        "options": {key: Output(f"repeat-{key}", "options") for key in _SELECTS},
        "values": {key: Output(f"repeat-{key}", "value") for key in _SELECTS},
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
    """Fill the page; what is drawn is kept per version, filter, window, unit and mode."""
    if selection is None or mode is None:
        raise PreventUpdate
    notices: list[str] = []
    query = filters.query_of(search)
    days, unit = (addresses.chosen(query, key, offered, label, notices) for key, (label, offered) in _SELECTS.items())
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        drawn = cache.answer(snapshot, (session.selection_of(selection), days, unit, mode), _drawn)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("查看本月", "/repeat?period=month")))
    return {
        **drawn,
        "state": [*(states.notice(text) for text in notices), *drawn["state"]],
        "options": {key: addresses.options(offered) for key, (_, offered) in _SELECTS.items()},
        "values": {"days": addresses.shown(days, WINDOWS), "unit": addresses.shown(unit, UNIT_WORDS)},
    }


def _only(*message: html.Div | html.P) -> dict[str, Any]:
    """Show messages in place of the figures."""
    keep = dict.fromkeys(_SELECTS, cards.NONE)
    return {
        "state": list(message), "hidden": True, "shape": cards.NONE, "options": keep, "values": keep,
        "texts": dict.fromkeys(_KPIS, cards.NONE), "sparks": dict.fromkeys(_KPIS, cards.NONE),
        "cards": cards.kept(*_LISTED, *_DRAWN),
    }  # fmt: skip


def _drawn(snapshot: Snapshot, question: tuple[Selection, str, str, str]) -> dict[str, Any]:
    selection, days, unit, mode = question
    page = page_of(snapshot, selection, days, unit, mode, status.source_line(snapshot))
    found, known = page.found, catalogue.of(snapshot)
    notes = [states.notice(note) for note in dict.fromkeys((*found.notes, *page.places.notes))]
    if found.state in ("no_data", "no_result"):
        covered = cases_words.covered(known, "alerts")
        return _only(*notes, states.no_data(covered) if found.state == "no_data" else states.no_result())
    if found.state == "coarse":
        notes.append(states.notice("警情时间只精确到月，无法判断 30 日内的重复；下方重复地点按整月统计。"))
    elif found.base and not found.is_told:
        notes.append(states.notice(repeat_words.untold(found)))
    chosen = known.station_codes(selection.stations)
    figures_by_id = {one.metric.id: one for one in found.figures}
    return {
        "state": notes + ([states.nothing_happened()] if found.state == "nothing" else []),
        "hidden": False,
        "shape": " ".join(["grid", *repeat_words.left_out(page.found, page.places)]),
        "texts": {name: _text(name, figures_by_id.get(name)) for name in FIGURES},
        "sparks": {name: _spark(figures_by_id.get(name), mode) for name in FIGURES},
        "cards": {
            "repeat-trend": _trend(page),
            "repeat-kinds": _kinds(page),
            "repeat-lorenz": _lorenz(page),
            "repeat-funnel": _funnel(page, chosen),
            "repeat-places": _places(page),
            "repeat-map": _map(page, known, chosen),
            "repeat-beats": _beats(page),
            "repeat-left": _left(page),
        },
    }


# ---- shares --------------------------------------------------------------------------------------


def _text(name: str, one: Figure | None) -> list[Any]:
    metric = METRICS[name]
    if one is None:
        return cards.kpi_text(metric.label, "—", metric.unit, [], _UNJUDGED, metric_id=name)
    value = "—" if one.value is None else f"{one.value:{metric.format}}"
    lines = [("环比", change_of(one.previous, metric, "上期")), ("同比", change_of(one.last_year, metric, "同期"))]
    counts = f"{one.top:,.0f} ÷ {one.bottom:,.0f}" if one.top is not None and one.bottom is not None else ""
    return cards.kpi_text(
        metric.label,
        value,
        metric.unit,
        lines,
        _UNJUDGED,
        metric_id=name,
        note=one.reason
        or "；".join(filter(None, (counts or "30 日内再次报警", one.note, cases_words.line_words(one.days, "week")))),
    )


def _spark(one: Figure | None, mode: str) -> figures.Figure:
    if one is None or not one.days:
        return figures.empty(mode)
    return history(one.days, one.history, "week", one.metric.unit, one.metric.decimals, mode)


def _trend(page: Page) -> dict[str, Any]:
    def week(first: date, last: date) -> str:
        return page.href(**{"period": "custom", "from": first.isoformat(), "to": last.isoformat()})

    if not any(one.days for one in page.found.figures):
        return cards.filled(blank(page.mode, repeat_words.untold(page.found)), source=page.source)
    return cards.filled(
        drawing.trend(page.found.figures, page.mode, week),
        sub="占有效警情，% · 近 26 周 · 完整的周",
        note="30 日内同一来电，或同一 100 米网格且同一归类的第二起及以后",
        source=page.source,
    )


def _kinds(page: Page) -> dict[str, Any]:
    found = page.found
    if not found.rows or not found.is_told:
        return cards.filled(html.P(repeat_words.untold(found), className="tone-none"), source=page.source)
    return cards.filled(
        repeat_tables.kinds(found.rows, found.axis, lambda key: page.href(category=key)),
        sub=f"有效警情，起 · {found.title} · 环比、同比为百分点", note=f"{DEPENDENT}。", source=page.source,
    )  # fmt: skip


def _funnel(page: Page, chosen: tuple[str, ...]) -> dict[str, Any]:
    metric = METRICS[page.found.compared_by]
    places = funnel(metric, page.found.shares)
    far = sum(spot.verdict in (VERY_HIGH, VERY_LOW) for spot in places.spots)
    if not places.spots or not page.found.is_told:
        return cards.filled(blank(page.mode, repeat_words.untold(page.found)), title="各所比较", source=page.source)
    body = funnel_figures.funnel(places, page.mode, lambda code: page.href(station=code), chosen, metric.better)
    return cards.filled(
        body, title=f"{far} 个所{metric.label}超出偶然" if far else f"各所{metric.label}",
        sub=f"占有效警情，% · {page.found.title} · 每点一所，横轴为样本数",
        note=repeat_words.funnel_note(places), source=page.source,
    )  # fmt: skip


# ---- places --------------------------------------------------------------------------------------


def _lorenz(page: Page) -> dict[str, Any]:
    found = page.curve
    notes = " · ".join(note.rstrip("。") for note in found.notes)
    if found.state != "ok":
        said = repeat_words.why(found.state)
        if found.state == "no_coordinates":
            return cards.lacking(said, title="警情集中度", body=blank(page.mode, ""))
        return cards.filled(blank(page.mode, said), title="警情集中度", source=page.source)
    return cards.filled(
        drawing.lorenz(found, page.mode),
        title=f"{found.half:.1%} 的{UNIT_WORDS[page.unit][1:]}集中了一半警情" if found.half else "警情集中度",
        sub=f"有效警情，% · {page.places.title}",
        note=[found.sentence, html.Br(), " · ".join(filter(None, (notes, repeat_words.bases(found, page.places))))],
        source=page.source,
    )  # fmt: skip


def _places(page: Page) -> dict[str, Any]:
    found = page.places
    if not found.spots:
        said = "没有 3 起以上的重复地点。" if found.state in ("ok", "nothing") else repeat_words.why(found.state)
        return cards.filled(html.P(said, className="tone-none"), sub=found.title, source=page.source)
    return cards.filled(
        repeat_tables.spots(found.spots, page.stations, page.beats, lambda code: page.href(station=code)),
        title=f"{found.in_all:,} 处地点在{WINDOWS[page.days]}内报警 {privacy.THRESHOLD} 起以上",
        sub=f"100 米网格 × 归类，起 · 截至 {found.last}",
        note=repeat_words.places_note(found), source=page.source,
    )  # fmt: skip


def _map(page: Page, known: catalogue.Catalogue, chosen: tuple[str, ...]) -> dict[str, Any]:
    stations = [
        {"code": one.code, "name": page.stations[one.code], "lon": one.lon, "lat": one.lat, "boundary": one.boundary}
        for one in known.stations.values()
    ]
    spots = page.places.spots
    if not spots:
        return cards.filled(blank(page.mode, "没有可以画出的重复地点"), sub=page.places.title, source=page.source)
    body = drawing.spot_map(
        stations, spots, page.beats, int(page.days), page.mode, lambda code: page.href(station=code), chosen
    )
    return cards.filled(
        body, sub=f"所列 {len(spots)} 处 · {page.places.title}",
        note="方块为所列重复地点，红色为近 30 日加快 · 点击进入该所", source=page.source,
    )  # fmt: skip


def _beats(page: Page) -> dict[str, Any]:
    listed = page.places.beats
    if listed and all(one.beat in ("", UNREGISTERED) for one in listed):
        return cards.lacking("没有登记警格。请在「数据接入」导入警格表。", title="重复警格")
    if not listed:
        return cards.filled(html.P("没有重复地点。", className="tone-none"), source=page.source)
    shown, named = listed[:MOST_BEATS], sum(one.beat not in ("", UNREGISTERED) for one in listed)
    rest = "（另有未登记警格的）" if named < len(listed) else ""
    some = f"列出重复最多的 {len(shown)} 个，" if len(listed) > len(shown) else ""
    return cards.filled(
        repeat_tables.beats(shown, page.stations, page.beats, lambda code: page.href(station=code)),
        title=f"{named:,} 个警格有重复地点{rest}", sub=f"起 · {page.places.title}",
        note=f"{some}供排查，不作名次；重复起数 = 所涉警情 − 地点数", source=page.source,
    )  # fmt: skip


def _left(page: Page) -> dict[str, Any]:
    found = page.places
    pins = [html.Li(f"{calls:,} 起（历年）：{reason}") for calls, reason in found.pins[:5]]
    listed = [html.P(f"疑似默认落点 {len(found.pins)} 个", className="panel-title"), html.Ul(pins)] if pins else []
    return cards.filled(
        [repeat_tables.left_out(found), *listed], sub=f"有效警情，起 · {found.title}",
        note=["派出所驻地、公安机关、医院和疑似默认落点引来的警情不反映当地问题，故不计入重复地点。",
              *([html.Br(), said] if (said := repeat_words.bases(page.curve, found)) else [])],
        source=page.source,
    )  # fmt: skip
