"""今日会商: what moved, whether it is real, where and when; the first page of the day."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import dash
from dash import Input, Output, callback, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue
from metrics.briefing import CARD_METRICS, Briefing, Matrix, Place, Point, Row, brief, short_name
from metrics.compare import REAL
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components import (
    briefing_export,
    briefing_warnings,
    cards,
    change_rows,
    figures,
    report_downloads,
    session,
    states,
    status,
    tables,
)
from pages._components.briefing_export import against, corner
from pages._components.maps import station_map

dash.register_page(__name__, path="/", name="今日会商", title="今日会商 · 降控研判台", order=1, key="b", filtered=True)

_SPARKS = {name: f"kpi-{name}-spark" for name in CARD_METRICS}
# |z| from which a cell is tinted, and tinted more; the full colour is kept for 真变化.
_TINTS = (2.58, 3.3)
# More categories than this are counted, not named, where the matrix leaves them out.
_MOST_LEFT_OUT = 4


def layout(**query: Any) -> html.Div:
    """Return the frame of the page; every number arrives through the callback."""
    return html.Div(
        [
            html.Div(
                [html.Span("日报", id="briefing-report"), report_downloads.period_buttons()],
                className="briefing-reports",
            ),
            html.Div(id="briefing-state"),
            html.Div(
                [
                    html.Div([cards.kpi_frame(f"kpi-{name}") for name in CARD_METRICS], className="kpis span-9"),
                    cards.card("points", "要点", states.skeleton(6), span="span-3", metric_id="verdict", notes=False),
                    cards.card("changes", "分类警情", states.skeleton(8), metric_id=("verdict", "alerts_valid")),
                    cards.card("matrix", "派出所 × 类别", states.skeleton(8), metric_id=("verdict", "alerts_valid")),
                    briefing_warnings.card(),
                    cards.figure_card("week", "一周时段", metric_id="alerts_valid"),
                    cards.figure_card("map", "风险地图：违法犯罪警情", metric_id=("alerts_crime", "verdict")),
                ],
                id="briefing-grid",
                className="grid",
            ),
        ]
    )


briefing_export.offer()
figures.follow_clicks("map-figure")


@callback(
    output={
        "state": Output("briefing-state", "children"),
        "report": Output("briefing-report", "children"),
        "hidden": Output("briefing-grid", "hidden"),
        "kpis": {name: Output(f"kpi-{name}", "hidden") for name in CARD_METRICS},
        "texts": {name: Output(f"kpi-{name}-text", "children") for name in CARD_METRICS},
        "sparks": {name: Output(id, "figure") for name, id in _SPARKS.items()},
        "cards": cards.slots(tables=("points", "changes", "matrix", "briefing-alarms"), figures=("week", "map")),
    },
    inputs={
        "selection": Input("selection", "data"),
        "version": Input("snapshot", "data"),
        "mode": Input("mode", "data"),
    },
)
def show(selection: dict[str, str] | None, version: int | None, mode: str | None) -> dict[str, Any]:
    """Fill the page from one question; the drawn page is kept per version, filter and mode."""
    if selection is None or mode is None:
        raise PreventUpdate
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        return cache.answer(snapshot, (session.selection_of(selection), mode), _drawn)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("查看本月", "/?period=month")))


def _only(message: html.Div) -> dict[str, Any]:
    """Show one message in place of the figures."""
    return {
        "state": message,
        "report": cards.NONE,
        "hidden": True,
        "kpis": dict.fromkeys(CARD_METRICS, cards.NONE),
        "texts": dict.fromkeys(CARD_METRICS, cards.NONE),
        "sparks": dict.fromkeys(CARD_METRICS, cards.NONE),
        "cards": cards.kept("points", "changes", "matrix", "briefing-alarms", "week", "map"),
    }


def _drawn(snapshot: Snapshot, question: tuple[Selection, str]) -> dict[str, Any]:
    selection, mode = question
    found = brief(snapshot, selection)
    known = catalogue.of(snapshot)
    if found.state in ("no_data", "no_result"):
        return _only(states.no_data(_covered(known)) if found.state == "no_data" else states.no_result())
    # A filter by category leaves some figures nothing of their own to say.
    shown = {card.metric.id: card for card in found.cards}
    return {
        "state": [states.notice(note) for note in found.notes]
        + ([states.nothing_happened(found.noun)] if found.state == "nothing" else []),
        "report": f"{report_downloads.name_of(selection, known)}：{found.title}",
        "hidden": False,
        "kpis": {name: name not in shown for name in CARD_METRICS},
        "texts": {name: change_rows.card_text(shown[name]) if name in shown else [] for name in CARD_METRICS},
        "sparks": {
            name: change_rows.card_spark(shown[name], mode) if name in shown else cards.NONE for name in CARD_METRICS
        },
        "cards": _cards(found, known, selection, mode, status.source_line(snapshot)),
    }


def _cards(
    found: Briefing, known: catalogue.Catalogue, selection: Selection, mode: str, source: str
) -> dict[str, dict[str, Any]]:
    label = found.subject.label
    return {
        "points": cards.filled(
            cards.points([_point(point) for point in found.points]),
            note=briefing_warnings.points_note(found),
            source=source,
        ),
        "briefing-alarms": cards.filled(
            briefing_warnings.body(found),
            title=briefing_warnings.title_of(found),
            sub=briefing_warnings.sub_of(found),
            note=briefing_warnings.note_of(found),
            source=source,
        ),
        "changes": cards.filled(
            tables.change_table([change_rows.change_row(row, _narrowed_to(row, selection)) for row in found.rows]),
            title=f"分类{found.noun}",
            sub=f"{label}，起 · {found.title} · {against(found)}",
            note=found.judged_by,
            source=source,
        ),
        "matrix": cards.filled(
            _matrix(found.matrix, selection) if found.matrix else states.nothing_happened(found.noun),
            title=f"{corner(found.matrix)} × 类别",
            sub=f"{label}，起 · {found.title} · 底色为与自身预期之差 · 按总数排列，共 {_rows_said(found)}"
            + (" · 「<3」「略」为避免识别个人而不显示" if found.matrix and found.matrix.hidden else ""),
            note=cards.diverging_legend(),
            source=source,
        ),
        "week": cards.filled(_week(found, mode), sub=f"近 28 日{label}，起 · {found.week_words}", source=source),
        "map": _map_card(found, known, selection, mode, source),
    }


def _map_card(
    found: Briefing, known: catalogue.Catalogue, selection: Selection, mode: str, source: str
) -> dict[str, Any]:
    figure, title = _map(found, known, selection, mode), _map_title(found)
    if any(one.boundary or (one.lon is not None and one.lat is not None) for one in known.stations.values()):
        sub = f"{found.place_metric.label}，起 · {found.title}"
        return cards.filled(figure, title=title, sub=sub, note=_map_words(found.places), source=source)
    # One line in place of an empty map (briefing.css); the room goes to the week.
    words = html.Span("派出所没有登记边界和坐标，不画地图；在「数据接入」导入后显示。", className="no-places")
    return cards.filled(figure, title=title, sub=words, note="", source=source)


def _rows_said(found: Briefing) -> str:
    """Say how many stations or beats there are, and what stands beside or is left out."""
    matrix = found.matrix
    if matrix is None:
        return "0 行"
    apart = "，未登记另列" if len(matrix.rows) > matrix.registered else ""
    left_out = f" · 未列{'、'.join(matrix.left_out)}" if 0 < len(matrix.left_out) <= _MOST_LEFT_OUT else ""
    more = f" · 未列另外 {len(matrix.left_out)} 类" if len(matrix.left_out) > _MOST_LEFT_OUT else ""
    return f"{matrix.registered} 个{corner(matrix)}{apart}{left_out}{more}"


def _covered(known: catalogue.Catalogue) -> str:
    runs = [run for table in ("alerts", "cases") for run in known.coverage.get(table, [])]
    return f"{min(first for first, _ in runs)} 至 {max(last for _, last in runs)}" if runs else ""


def _href(query: dict[str, str]) -> str:
    return "/?" + urlencode(query, safe=",") if query else "/"


def _point(point: Point) -> tuple[Any, str]:
    tone = point.tone if point.tone != "plain" else "none"
    before, verdict, after = point.text.partition(point.verdict)
    if verdict:
        words: list[Any] = [before, cards.toned(verdict, tone), after]
    else:
        words = [point.text, *(["，", cards.toned(REAL, tone)] if point.verdict == REAL else [])]
    return html.Span(words), f"{point.page}{_href(point.query)[1:]}"


def _narrowed_to(row: Row, selection: Selection) -> str:
    return _href({**selection.to_query(), "category": row.key})


def _matrix(matrix: Matrix, selection: Selection) -> html.Div:
    cells = {}
    for i, (row, _) in enumerate(matrix.rows):
        for j, (column, _) in enumerate(matrix.columns):
            value, expected = matrix.values[i, j], matrix.expected[i, j]
            strength = _strength(float(matrix.z[i, j]), bool(matrix.real[i, j]))
            mark = matrix.hidden.get((row, column), "")
            said = f"{value:.0f} 起，预期 {expected:.1f} 起" + ("，真变化" if matrix.real[i, j] else "")
            href = _href(_narrowed(selection, matrix, row, column))
            cells[row, column] = tables.Cell(mark or f"{value:.0f}", strength, "小数不显示" if mark else said, href)
    return tables.matrix(matrix.rows, matrix.columns, cells, corner(matrix))


def _narrowed(selection: Selection, matrix: Matrix, row: str, column: str) -> dict[str, str]:
    station = {"station": row} if matrix.dimension == "station" else {}
    return {**selection.to_query(), **station, "category": column}


def _strength(z: float, real: bool) -> int:
    """Return −3 … 3: 0 within expectation, ±3 only for what stands after correction over the page."""
    size = 3 if real else sum(abs(z) >= limit for limit in _TINTS)
    return size if z > 0 else -size


def _week(found: Briefing, mode: str) -> figures.Figure:
    if found.week is None:
        return figures.empty(mode)
    return figures.week_hours([[float(value) for value in row] for row in found.week], mode)


def _map(found: Briefing, known: catalogue.Catalogue, selection: Selection, mode: str) -> figures.Figure:
    stations = [
        {
            "code": one.code, "name": short_name(one.name), "lon": one.lon, "lat": one.lat, "boundary": one.boundary,
        }
        for one in known.stations.values()
    ]  # fmt: skip
    values = {
        place.code: {
            "text": f"{found.place_metric.label} {place.value:.0f} 起，预期 {place.expected:.1f} 起"
            + ("，真变化" if place.real else ""),
            "strength": _strength(place.z, place.real),
            "href": _href({**selection.to_query(), "station": place.code}),
        }
        for place in found.places
    }
    # One or a few chosen stations are drawn large; the others stay as context.
    return station_map(stations, values, [], mode, height=340, focus=known.station_codes(selection.stations))


def _map_title(found: Briefing) -> str:
    high = sum(place.real and place.z > 0 for place in found.places)
    return f"{high} 个所{found.place_metric.label}高于预期" if high else f"风险地图：{found.place_metric.label}"


def _map_words(places: list[Place]) -> str:
    high = sum(place.real and place.z > 0 for place in places)
    low = sum(place.real and place.z < 0 for place in places)
    tinted = sum(not place.real and abs(place.z) >= _TINTS[0] for place in places)
    if not any(place.z for place in places):
        return "数据不足，不作判定"
    some = f" · 浅色 {tinted} 所偏高或偏低，尚可能是偶然" if tinted else ""
    return f"显著高于预期 {high} 所 · 显著低于预期 {low} 所{some} · 其余在正常范围"
