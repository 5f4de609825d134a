"""所队自查: one station against every target of a policy, what it lacks first, and its place among its like."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import unquote

import dash
from dash import Input, Output, State, callback, ctx, dcc, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue
from metrics.catalogue import Catalogue, Station
from metrics.model import MetricError, UnknownName
from metrics.peers import compare
from metrics.score import MET, MISSED, UNBOUND, UNREPORTED, Score
from pages._components import cards, export, filters, peers, score_controls, scores, session, states, status
from pages._components.attributes import attributes
from pages._components.markup import static
from pages._components.score_export import SCORE_COLUMNS, asked_of, month_pinning, score_rows, sheet_head
from pages._components.score_questions import Asked, Choices, card_address, card_of, data_words, read, station_address
from pages._components.shown import Shown

dash.register_page(__name__, path_template="/station/<code>", name="所队自查", title="所队自查 · 降控研判台")

_SELECTS = {"policy": "政策目标", "month": "月份"}
_ORDER = (MISSED, UNREPORTED, MET, UNBOUND)
_COLUMNS = ("目标", "现值", "要求", "状态", "差距", "近 12 个月", "来源与时间")


def layout(code: Any = "", **_: Any) -> html.Div:
    """Return the frame of the page; everything in it arrives through the callback."""
    return html.Div(
        [
            dcc.Store(id="station-code", data=unquote(code)[:80] if isinstance(code, str) else ""),
            html.Div(
                [
                    score_controls.leap("station-other", "/station/", "派出所"),
                    *(score_controls.select(f"station-{key}", key, label) for key, label in _SELECTS.items()),
                    html.Span(export.buttons("station-export"), className="tools-end"),
                ],
                className="page-tools",
                role="search",
                **attributes(aria_label="派出所与月份"),
            ),
            html.Div(id="station-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    html.Section(states.skeleton(2), id="station-head", className="card-box span-12"),
                    cards.card("station-scores", "目标对照", states.skeleton(10), span="span-12"),
                    cards.card("station-peers", "与同类所相比", states.skeleton(3), span="span-12"),
                ],
                id="station-grid",
                className="grid",
            ),
        ]
    )


@callback(
    output={
        "state": Output("station-state", "children"),
        "hidden": Output("station-grid", "hidden"),
        "head": Output("station-head", "children"),
        "title": Output("station-scores-title", "children"),
        "sub": Output("station-scores-sub", "children"),
        "body": Output("station-scores-body", "children"),
        "note": Output("station-scores-note", "children"),
        "source": Output("station-scores-source", "children"),
        "peers": Output("station-peers-body", "children"),
        "peers_sub": Output("station-peers-sub", "children"),
        "peers_note": Output("station-peers-note", "children"),
        "peers_source": Output("station-peers-source", "children"),
        "options": {key: Output(f"station-{key}", "options") for key in ("other", *_SELECTS)},
        "values": {key: Output(f"station-{key}", "value") for key in ("other", *_SELECTS)},
    },
    inputs={
        "code": Input("station-code", "data"),
        "search": Input("url", "search"),
        "version": Input("snapshot", "data"),
    },
)
def show(code: str | None, search: str | None, version: int | None) -> dict[str, Any]:
    """Fill the page from its address; what is drawn is kept per version and question."""
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        query = filters.query_of(search)
        known = catalogue.of(snapshot)
        try:
            found = known.stations[known.station_codes((code or "",))[0]]
        except (UnknownName, KeyError) as error:
            lost = _only(_unknown(error, code or "", known, query))
            names = score_controls.options(tuple(known.station_names.items()))
            return {**lost, "options": {**lost["options"], "other": names}}
        asked, choices, notices = read(query, snapshot, session.current_store())
        drawn = cache.answer(snapshot, (asked, found.code), _drawn)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("数据接入", "/data")))
    return {
        **drawn,
        "state": [states.notice(text) for text in notices],
        "options": {
            "other": score_controls.options(tuple(known.station_names.items())),
            "policy": score_controls.options(choices.policies),
            "month": score_controls.options(choices.months),
        },
        "values": _values(asked, choices, found.code),
    }


def _only(message: html.Div) -> dict[str, Any]:
    keep = dash.no_update
    names = ("head", "title", "sub", "body", "note", "source", "peers", "peers_sub", "peers_note", "peers_source")
    lists = dict.fromkeys(("other", *_SELECTS), keep)
    return {"state": message, "hidden": True, **dict.fromkeys(names, keep), "options": lists, "values": lists}


def _unknown(error: Exception, code: str, known: Catalogue, query: dict[str, str]) -> html.Div:
    """Say that there is no such station, with links to the nearest known ones."""
    names = {**{one.name: one.code for one in known.stations.values()}, **{code: code for code in known.stations}}
    near = dict.fromkeys(names[name] for name in difflib.get_close_matches(code, list(names), n=3, cutoff=0.4))
    links = [
        html.A(known.stations[one].name, href=station_address(one, query), className="button button-quiet")
        for one in near
    ]
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


def _values(asked: Asked, choices: Choices, code: str) -> dict[str, str]:
    return {
        "other": code,
        "policy": score_controls.listed(asked.pack.id, choices.policies),
        "month": score_controls.listed(f"{asked.month:%Y-%m}", choices.months),
    }


# ---- what is shown -------------------------------------------------------------------------------


def _drawn(snapshot: Snapshot, question: tuple[Asked, str]) -> dict[str, Any]:
    asked, code = question
    card, station = card_of(snapshot, asked), catalogue.of(snapshot).stations[code]
    found = card.of_station(code)
    counts = scores.state_counts(found)
    source = status.source_line(snapshot)
    compared = compare(snapshot, station.kind, asked.month)
    names = catalogue.of(snapshot).station_names
    return {
        "hidden": False,
        "head": _head(snapshot, station, counts),
        "title": f"{counts[MISSED]} 项未达标" if counts[MISSED] else "目标对照",
        "sub": f"{data_words(card)} · {card.pack.name}",
        "body": _table(found) if found else states.no_result(),
        "note": [
            html.Span(f"{card.pack.document} · 概括为本系统自拟，以文件原文为准。"),
            html.Span("● 系统计算 ○ 报送 · 虚线为要求 · "),
            html.A("查看全部派出所 ›", href=card_address(dict(asked.query))),
        ],
        "source": source,
        "peers": peers.drawn(compared, station, names),
        "peers_sub": peers.words(compared, station),
        "peers_note": peers.note() if compared.positions else "",
        "peers_source": source,
    }


def _head(snapshot: Snapshot, station: Station, counts: dict[str, int]) -> html.Div:
    rank = snapshot.rows("SELECT rank FROM stations WHERE code = $code", {"code": station.code})[0][0]
    facts = [
        station.kind or "类别未登记",
        rank or "规格未登记",
        f"辖区人口 {station.population:,} 人" if station.population else "辖区人口未登记",
        f"单位代码 {station.code}",
    ]
    tally = [
        html.Div([html.B(counts[state], className="num"), html.Span(state)], className=scores.STATE_STYLES[state])
        for state in _ORDER
    ]
    return static(
        [
            html.Div([html.H2(station.name), html.P(" · ".join(facts), className="card-sub num")]),
            html.Div(tally, className="tally"),
        ],
        "station-head",
    )


def _table(found: Sequence[Score]) -> html.Div:
    """Return the targets in the order of what needs doing; what does not bind the station is folded away."""
    ranked = sorted(found, key=lambda score: (_ORDER.index(score.state), -score.relative))
    binding = [score for score in ranked if score.state != UNBOUND]
    rest = [score for score in ranked if score.state == UNBOUND]
    parts: list[Any] = [_lines(binding)] if binding else []
    if rest:
        parts.append(
            html.Details([html.Summary(f"不适用 {len(rest)} 项"), _lines(rest)], className="plain", open=not binding)
        )
    return static(parts)


def _lines(found: Sequence[Score]) -> html.Div:
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in _COLUMNS]))
    body = html.Tbody([_line(score) for score in found])
    return html.Div(html.Table([head, body], className="score-lines"), className="table-scroll")


def _line(score: Score) -> html.Tr:
    target = score.target
    counts = ""
    if score.numerator is not None and score.denominator:
        counts = f"{score.numerator:,g} / {score.denominator:,g}"
    value = [
        html.B(scores.value_words(score), className=f"num {scores.STATE_STYLES[score.state]}"),
        scores.bullet(score),
        html.Span(counts, className="num"),
    ]
    name: list[Any] = [
        html.A(target.label, href=f"/glossary#{target.metric}") if target.metric else html.Span(target.label),
        html.Span(f"{target.clause} · {target.summary}", className="score-clause"),
    ]
    cells: list[tuple[str, list[Any]]] = [
        ("name", name),
        ("value", value),
        ("says", scores.says_words(target)),
        ("state", [scores.state_words(score)]),
        ("gap", scores.gap_words(score)),
        ("trend", [scores.trend(score)]),
        ("origin", scores.origin_words(score)),
    ]
    tds = [
        html.Td(parts, className=f"line-{kind}", **attributes(data_label=label))
        for label, (kind, parts) in zip(_COLUMNS, cells, strict=True)
    ]
    return html.Tr(tds)


# ---- download ------------------------------------------------------------------------------------


@callback(
    Output("station-export-file", "data"),
    Input("station-export-csv", "n_clicks"),
    Input("station-export-xlsx", "n_clicks"),
    State("station-code", "data"),
    State("url", "search"),
    prevent_initial_call=True,
)
def download(_csv: int | None, _xlsx: int | None, code: str | None, search: str | None) -> dict[str, Any]:
    """Export the targets of the station as the page lists them."""
    snapshot = session.current_snapshot()
    if snapshot is None or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    asked, _, _ = read(filters.query_of(search), snapshot, session.current_store())
    known = catalogue.of(snapshot)
    station = known.stations[known.station_codes((code or "",))[0]]
    sheet = station_sheet(snapshot, asked, station)
    name = f"所队自查_{station.name}_{asked.month:%Y-%m}_版本{snapshot.id}"
    if ctx.triggered_id == "station-export-csv":
        return export.csv_download(sheet, name)
    return export.xlsx_download([sheet], name)


def station_sheet(snapshot: Snapshot, asked: Asked, station: Station) -> export.Sheet:
    """Return the scores of a station, what it misses first."""
    found = card_of(snapshot, asked).of_station(station.code)
    ranked = sorted(found, key=lambda score: (_ORDER.index(score.state), -score.relative))
    head = sheet_head(snapshot, asked, f"所队自查：{station.name}")
    return export.Sheet("目标对照", head, SCORE_COLUMNS, score_rows(snapshot, ranked), fixed=4)


def _station_of(shown: Shown) -> Station:
    """Return the station that the path names; raises UnknownName."""
    known = catalogue.of(shown.snapshot)
    return known.stations[known.station_codes((unquote(shown.path.rpartition("/")[2]),))[0]]


def _pinning(shown: Shown) -> tuple[date, date, str]:
    return month_pinning(shown, _station_of(shown).code)


def _scores_sheet(shown: Shown) -> export.Sheet:
    return station_sheet(shown.snapshot, asked_of(shown), _station_of(shown))


def _peers_sheet(shown: Shown) -> export.Sheet:
    """Return the rates of all stations of the kind with their intervals, in the order of the stations."""
    station, asked = _station_of(shown), asked_of(shown)
    compared = compare(shown.snapshot, station.kind, asked.month)
    names = catalogue.of(shown.snapshot).station_names
    columns = (
        export.Column("派出所", width=16), export.Column("指标", width=16), export.Column("数量", "number"),
        export.Column("率", "number", 10, 1), export.Column("区间下限", "number", 10, 1),
        export.Column("区间上限", "number", 10, 1), export.Column("判定", width=16),
    )  # fmt: skip
    rows = tuple(
        (
            names.get(code, code), position.metric.label, export.plain(position.counts[code]),
            export.plain(place.rate.value), export.plain(place.rate.low), export.plain(place.rate.high),
            place.verdict or None,
        )
        for position in compared.positions
        for code, place in position.places.items()
    )  # fmt: skip
    told = (("比较", peers.words(compared, station)), *((("说明", compared.reason),) if compared.reason else ()))
    head = (*sheet_head(shown.snapshot, asked, f"与同类所相比：{station.name}"), *told)
    return export.Sheet("与同类所相比", head, columns, rows, fixed=1)


export.offer({"station-scores": _scores_sheet, "station-peers": _peers_sheet}, _pinning)
