"""所队自查 without a station: the list to choose from, by kind, with how many targets each misses."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import dash
from dash import Input, Output, callback, html

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue
from metrics.briefing import short_name
from metrics.catalogue import Station
from metrics.model import MetricError
from metrics.score import MET, MISSED
from pages._components import filters, session, states, status
from pages._components.markup import static
from pages._components.score_questions import Asked, card_of, month_words, read, station_address

dash.register_page(__name__, path="/station", name="所队自查", title="所队自查 · 降控研判台", order=5, key="s")

_UNKNOWN_KIND = "类别未登记"


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; the list arrives through the callback."""
    return html.Div(
        html.Section(
            [
                html.Div(
                    [html.H2("选择派出所"), html.Span(id="stations-sub", className="card-sub")], className="card-head"
                ),
                html.Div(states.skeleton(8), id="stations-body"),
                html.P("", id="stations-source", className="card-source num"),
            ],
            className="card-box",
        )
    )


@callback(
    Output("stations-body", "children"),
    Output("stations-sub", "children"),
    Output("stations-source", "children"),
    Input("url", "search"),
    Input("snapshot", "data"),
)
def show(search: str | None, version: int | None) -> tuple[Any, Any, Any]:
    """List the stations; without anything to score the list stands without counts."""
    try:
        snapshot = session.current_snapshot()
    except StoreError as error:
        return states.failed(str(error)), "", ""
    if snapshot is None:
        return states.empty_store(), "", ""
    query = filters.query_of(search)
    try:
        asked, _, notices = read(query, snapshot, session.current_store())
        missed = cache.answer(snapshot, asked, _missed)
        said = f"{month_words(asked.month)} · {asked.pack.name} · 数字为未达标项数"
    except MetricError as error:
        missed, said, notices = {}, "", [str(error)]
    body = [*(states.notice(text) for text in notices), static(_groups(snapshot, missed, query))]
    return body, said, status.source_line(snapshot)


def _missed(snapshot: Snapshot, asked: Asked) -> dict[str, int]:
    """Return how many targets each station misses, of stations for which any can be judged."""
    counts: dict[str, int] = {}
    for score in card_of(snapshot, asked).scores:
        if score.state in (MET, MISSED):
            counts[score.station] = counts.get(score.station, 0) + (score.state == MISSED)
    return counts


def _groups(snapshot: Snapshot, missed: dict[str, int], query: dict[str, str]) -> list[Any]:
    stations = catalogue.of(snapshot).stations
    if not stations:
        return [states.panel("没有派出所", "请先在「数据接入」导入单位表。", action=("数据接入", "/data"))]
    kinds = list(dict.fromkeys(one.kind or _UNKNOWN_KIND for one in stations.values()))
    listed = sorted(stations.values(), key=lambda one: kinds.index(one.kind or _UNKNOWN_KIND))
    parts: list[Any] = []
    for kind, members in groupby(listed, key=lambda one: one.kind or _UNKNOWN_KIND):
        links = [_link(one, missed.get(one.code), query) for one in members]
        parts.append(html.H3(f"{kind}（{len(links)} 个）", className="station-kind"))
        parts.append(html.Div(links, className="station-list"))
    return parts


def _link(station: Station, missed: int | None, query: dict[str, str]) -> html.A:
    count = "未报送" if missed is None else (f"{missed} 项" if missed else "✓")
    said = f"{station.name}：没有可评的数据" if missed is None else f"{station.name}：{missed} 项未达标"
    return html.A(
        [html.Span(short_name(station.name)), html.Span(count, className="num tone-none")],
        href=station_address(station.code, query),
        title=said,
    )
