"""所队自查: one station on one screen for its chief: what is missed, what moved, where and when, who is short."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import dash
from dash import Input, Output, State, callback, dcc, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue
from metrics.briefing import CARD_METRICS
from metrics.catalogue import Catalogue, Station
from metrics.model import MetricError, UnknownName
from metrics.selection import Selection
from metrics.selfcheck import check
from pages._components import (
    cards,
    change_rows,
    export,
    figures,
    filters,
    report_downloads,
    score_controls,
    selfcheck_cards,
    session,
    states,
    status,
)
from pages._components import selfcheck_export as exports
from pages._components import selfcheck_view as view
from pages._components.attributes import attributes
from pages._components.score_questions import Asked, Choices, read, station_address
from pages._components.selfcheck_figures import HEIGHT

dash.register_page(
    __name__, path_template="/station/<code>", name="所队自查", title="本所自查 · 降控研判台", filtered=True
)

_SELECTS = {"policy": "政策目标", "month": "目标月份"}
_TABLES = ("station-scores", "station-changes", "station-alarms", "station-beats", "station-open", "station-peers")
_FIGURES = ("station-week", "station-map", "station-duty")
_KPIS = {name: f"station-kpi-{name}" for name in CARD_METRICS}

export.offer({"station-scores": exports.scores_sheet, "station-peers": exports.peers_sheet}, exports.pinned_month)
export.offer(
    {
        "station-changes": exports.changes_sheet, "station-alarms": exports.alarms_sheet,
        "station-week": exports.week_sheet, "station-map": exports.map_sheet, "station-beats": exports.beats_sheet,
        "station-duty": exports.duty_sheet, "station-open": exports.open_sheet,
        **dict.fromkeys(_KPIS.values(), exports.kpi_sheets),
    },
    exports.pinned_own,
)  # fmt: skip
figures.follow_clicks("station-map-figure")
dash.clientside_callback(
    # A printed or saved page is named after its station.
    """function (code, listed) {
        const found = (listed || []).find((one) => one.value === code);
        if (found) document.title = `${found.label} · 所队自查 · 降控研判台`;
        return window.dash_clientside.no_update;
    }""",
    Output("station-code", "modified_timestamp"),
    Input("station-other", "value"),
    State("station-other", "options"),
)


def layout(code: Any = "", **_: Any) -> html.Div:
    """Return the frame of the page; everything in it arrives through the callback."""
    return html.Div(
        [
            dcc.Store(id="station-code", data=unquote(code)[:80] if isinstance(code, str) else ""),
            html.Div(
                [
                    score_controls.leap("station-other", "/station/", "派出所"),
                    *(score_controls.select(f"station-{key}", key, label) for key, label in _SELECTS.items()),
                    html.Div([html.Span("本所月报"), report_downloads.station_buttons()], className="tools-end"),
                ],
                className="page-tools",
                role="search",
                **attributes(aria_label="派出所与目标月份"),
            ),
            html.Div(id="station-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Section(states.skeleton(3), id="station-head", className="card-box span-12"),
                    cards.card(
                        "station-scores", "目标对照", states.skeleton(8), span="span-12", metric_id="station-targets"
                    ),
                    html.Div([cards.kpi_frame(id) for id in _KPIS.values()], className="kpis span-12"),
                    *_figures(),
                ],
                id="station-grid",
                className="grid",
            ),
        ],
        className="selfcheck",
    )


def _figures() -> list[html.Section]:
    return [
        cards.card(
            "station-changes", "分类警情", states.skeleton(6), span="span-8", metric_id=("verdict", "alerts_valid")
        ),
        cards.card("station-alarms", "预警", states.skeleton(3), span="span-4", metric_id="station-alarm"),
        cards.figure_card("station-week", "一周时段", height=400, metric_id="alerts_valid"),
        cards.figure_card("station-map", "热点与预测", height=HEIGHT, metric_id="station-map"),
        cards.card("station-beats", "各警格警情", states.skeleton(6), metric_id="station-beats"),
        cards.figure_card("station-duty", "应配与在岗", height=360, metric_id="station-duty"),
        cards.card(
            "station-open", "重复警情与待办", states.skeleton(6), span="span-12",
            metric_id=("repeat_share", "station-open"),
        ),
        cards.card("station-peers", "与同类所相比", states.skeleton(3), span="span-12", metric_id="station-peers"),
    ]  # fmt: skip


@callback(
    output={
        "state": Output("station-state", "children"),
        "hidden": Output("station-grid", "hidden"),
        "head": Output("station-head", "children"),
        "kpis": {name: Output(id, "hidden") for name, id in _KPIS.items()},
        "texts": {name: Output(f"{id}-text", "children") for name, id in _KPIS.items()},
        "sparks": {name: Output(f"{id}-spark", "figure") for name, id in _KPIS.items()},
        "cards": cards.slots(tables=_TABLES, figures=_FIGURES),
        "options": {key: Output(f"station-{key}", "options") for key in ("other", *_SELECTS)},
        "values": {key: Output(f"station-{key}", "value") for key in ("other", *_SELECTS)},
    },
    inputs={
        "code": Input("station-code", "data"),
        "search": Input("url", "search"),
        "selection": Input("selection", "data"),
        "version": Input("snapshot", "data"),
        "mode": Input("mode", "data"),
    },
)
def show(
    code: str | None, search: str | None, selection: dict[str, str] | None, version: int | None, mode: str | None
) -> dict[str, Any]:
    """Fill the page from its address; what is drawn is kept per version and question."""
    if selection is None or mode is None:
        raise PreventUpdate
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        query = filters.query_of(search)
        known = catalogue.of(snapshot)
        try:
            found = known.stations[known.station_codes((code or "",))[0]]
        except (UnknownName, KeyError) as error:
            return _lost(_unknown(error, code or "", known, query), known)
        chosen = session.selection_of(selection)
        asked, choices, notices = read(query, snapshot, session.current_store())
        drawn = cache.answer(snapshot, (replace(chosen, stations=()), asked, found.code, mode), _drawn)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("数据接入", "/data")))
    return {
        **drawn,
        "state": [*(states.notice(text) for text in [*notices, *_other_stations(chosen, found)]), *drawn["state"]],
        "options": _options(known, choices),
        "values": _values(asked, choices, found.code),
    }


def _other_stations(chosen: Selection, station: Station) -> list[str]:
    """Say that the filter's stations do not rule here, unless they name this very station."""
    if not chosen.stations or chosen.stations == (station.code,):
        return []
    return [f"本页只看{station.name}，筛选中的其他派出所不起作用。"]


def _only(message: Any) -> dict[str, Any]:
    keep = dash.no_update
    lists = dict.fromkeys(("other", *_SELECTS), keep)
    return {
        "state": message, "hidden": True, "head": keep, "kpis": dict.fromkeys(_KPIS, keep),
        "texts": dict.fromkeys(_KPIS, keep),
        "sparks": dict.fromkeys(_KPIS, keep), "cards": cards.kept(*_TABLES, *_FIGURES), "options": lists,
        "values": lists,
    }  # fmt: skip


def _lost(message: Any, known: Catalogue) -> dict[str, Any]:
    lost = _only(message)
    return {**lost, "options": {**lost["options"], "other": score_controls.options(tuple(known.station_names.items()))}}


def _unknown(error: Exception, code: str, known: Catalogue, query: dict[str, str]) -> html.Div:
    """Say that there is no such station, with links to the nearest known ones."""
    names = {**{one.name: one.code for one in known.stations.values()}, **{code: code for code in known.stations}}
    near = dict.fromkeys(names[name] for name in difflib.get_close_matches(code, list(names), n=3, cutoff=0.4))
    links = [
        html.A(known.stations[one].name, href=station_address(one, query), className="button button-quiet")
        for one in near
    ]  # fmt: skip
    said = str(error) if isinstance(error, UnknownName) else f"没有名为「{code}」的派出所。"
    return html.Div(
        [
            html.P("没有这个派出所", className="state-title"),
            html.P(said, className="state-text"),
            html.P([*links, html.A("选择派出所", href="/station", className="button")], className="state-actions"),
        ],
        className="state state-neutral",
        role="status",
    )


def _options(known: Catalogue, choices: Choices) -> dict[str, Any]:
    return {
        "other": score_controls.options(tuple(known.station_names.items())),
        "policy": score_controls.options(choices.policies),
        "month": score_controls.options(choices.months),
    }


def _values(asked: Asked, choices: Choices, code: str) -> dict[str, str]:
    return {
        "other": code,
        "policy": score_controls.listed(asked.pack.id, choices.policies),
        "month": score_controls.listed(f"{asked.month:%Y-%m}", choices.months),
    }


def _drawn(snapshot: Snapshot, question: tuple[Selection, Asked, str, str]) -> dict[str, Any]:
    selection, asked, code, mode = question
    found = check(snapshot, selection, code, asked.pack, asked.month)
    known, query = catalogue.of(snapshot), dict(asked.query)
    rank = known.stations[code].rank
    source = status.source_line(snapshot)
    # What the store has never held steps aside: its cards would say nothing.
    held = [card for card in found.briefing.cards if known.coverage.get(card.metric.view)]
    shown, unseen = {card.metric.id: card for card in held}, dict.fromkeys(_KPIS, dash.no_update)
    return {
        "hidden": False,
        "state": selfcheck_cards.notices(found, known, query),
        "head": view.head(found, rank),
        "kpis": {name: name not in shown for name in _KPIS},
        "texts": unseen | {name: change_rows.card_text(card) for name, card in shown.items()},
        "sparks": unseen | {name: change_rows.card_spark(card, mode) for name, card in shown.items()},
        "cards": {
            **selfcheck_cards.tables_of(found, known, selection, query, source),
            **selfcheck_cards.figures_of(found, known, query, mode, source),
            "station-peers": selfcheck_cards.peers_of(found, known, source),
        },
    }
