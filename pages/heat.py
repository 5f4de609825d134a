"""风险热力: where the risk is, when in the week, on which days, and at which hours each station's."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, callback, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue
from metrics.catalogue import Catalogue
from metrics.heat import RISKS, Heat, View, covered_words, heat
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components import (
    alarm_evidence,
    alarm_notices,
    cards,
    export,
    figures,
    filters,
    heat_figures,
    heat_map,
    heat_tables,
    heat_view,
    score_controls,
    session,
    states,
    status,
)
from pages._components.attributes import attributes
from pages._components.heat_export import SHEETS
from pages._components.heat_map import Link
from pages._components.map_marks import Box

dash.register_page(
    __name__, path="/heat", name="风险热力", title="风险热力 · 降控研判台", order=3, key="h", filtered=True
)

_FIGURES = ("heat-alarm", "heat-map", "heat-core", "heat-week", "heat-calendar")
_TABLES = ("heat-list", "heat-hour", "heat-matrix")
_SELECTS = {"table": "统计对象", "risk": "地图颜色", "layer": "网格图层", "reading": "案件时间"}

export.offer(SHEETS)
alarm_evidence.offer("heat-alarm")
figures.follow_clicks("heat-map-figure")
figures.follow_clicks("heat-core-figure")
figures.follow_clicks("heat-week-figure")


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; every number arrives through the callback."""
    counts = ("alerts_valid", "cases_all")
    return html.Div(
        [
            html.Div(
                [score_controls.select(f"heat-{key}", key, label) for key, label in _SELECTS.items()],
                className="page-tools",
                role="search",
                **attributes(aria_label="热力显示方式"),
            ),
            html.Div(id="heat-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    alarm_evidence.frame("heat-alarm"),
                    cards.figure_card(
                        "heat-map", "风险地图", height=520, span="heat-map", metric_id=heat_view.MAP_METHODS
                    ),
                    cards.figure_card(
                        "heat-core", "密集处放大", height=520, span="heat-core", metric_id=heat_view.MAP_METHODS
                    ),
                    cards.card(
                        "heat-list", "各所", states.skeleton(12), span="heat-side", metric_id=("verdict", *counts)
                    ),
                    cards.figure_card(
                        "heat-week", "一周时段", height=300, span="heat-wide", metric_id=("heat-week", *counts)
                    ),
                    cards.card("heat-hour", "时段详情", states.skeleton(6), span="heat-side", metric_id=counts),
                    cards.figure_card(
                        "heat-calendar", "日历", height=210, span="heat-days", metric_id=("heat-calendar", *counts)
                    ),
                    cards.card(
                        "heat-matrix", "派出所 × 时", states.skeleton(12), span="span-12",
                        metric_id=("heat-hours", *counts),
                    ),
                ],
                id="heat-grid",
                className="grid",
            ),
        ]
    )  # fmt: skip


@callback(
    output={
        "state": Output("heat-state", "children"),
        "hidden": Output("heat-grid", "hidden"),
        "alarms": Output("heat-alarms", "hidden"),
        "grid": Output("heat-grid", "className"),
        "options": {key: Output(f"heat-{key}", "options") for key in _SELECTS},
        "values": {key: Output(f"heat-{key}", "value") for key in _SELECTS},
        "cards": cards.slots(tables=_TABLES, figures=_FIGURES),
    },
    inputs={
        "selection": Input("selection", "data"),
        "search": Input("url", "search"),
        "version": Input("snapshot", "data"),
        "mode": Input("mode", "data"),
    },
)
def show(selection: dict[str, str] | None, search: str | None, version: int | None, mode: str | None) -> dict[str, Any]:
    """Fill the page from one question; the drawn page is kept per version, filter, view and mode."""
    if selection is None or mode is None:
        raise PreventUpdate
    view, notices = View.from_query(filters.query_of(search))
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        chosen = session.selection_of(selection)
        found = cache.answer(snapshot, (chosen, view, mode), _drawn)
        no_alarm, alarm = alarm_evidence.filled(snapshot, chosen, mode)
        others = alarm_notices.notices(snapshot, chosen, has_card=not no_alarm)
        return {
            **found,
            "state": [*map(states.notice, notices), *others, *found["state"]],
            "alarms": no_alarm,
            "cards": {**found["cards"], "heat-alarm": alarm},
            **heat_view.controls(view, catalogue.of(snapshot)),
        }
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("查看本年", "/heat?period=year")))


def _only(message: html.Div) -> dict[str, Any]:
    """Show one message in place of the figures."""
    keep = dict.fromkeys(_SELECTS, dash.no_update)
    return {
        "state": [message], "hidden": True, "alarms": dash.no_update, "grid": "grid", "options": keep, "values": keep,
        "cards": cards.kept(*_TABLES, *_FIGURES),
    }  # fmt: skip


def _drawn(snapshot: Snapshot, question: tuple[Selection, View, str]) -> dict[str, Any]:
    selection, view, mode = question
    known = catalogue.of(snapshot)
    found = heat(snapshot, selection, view)
    if found.state in ("no_data", "no_result"):
        said = states.no_data(covered_words(known, found.table)) if found.state == "no_data" else states.no_result()
        return {"state": [said], "hidden": True, "grid": "grid", "cards": cards.kept(*_TABLES, *_FIGURES)}
    link = heat_view.linker(selection, view)
    focus = known.station_codes(selection.stations)
    core = heat_map.core(known, focus)
    shown = _cards(
        found,
        known,
        view,
        link,
        mode,
        status.source_line(snapshot),
        heat_map.drawn(found, known, link, mode, focus, core),
    )
    notes = [states.notice(note) for note in [*found.notes, *heat_view.no_map(known)]]
    nothing = [states.nothing_happened(found.noun)] if found.state == "nothing" else []
    return {
        "state": [*notes, *nothing],
        "hidden": False,
        "grid": heat_view.grid_class(found, known, core is not None),
        "cards": {**shown, "heat-core": _core(found, known, link, mode, core) if core else _no_core(mode)},
    }


def _core(found: Heat, known: Catalogue, link: Link, mode: str, core: Box) -> dict[str, Any]:
    """Return the enlarged part of the map; what it shows is explained beside the whole map."""
    return cards.filled(
        heat_map.drawn(found, known, link, mode, window=core),
        sub=f"「风险地图」中派出所密集的部分 · {found.metric.label}",
        note="图例与说明同「风险地图」。",
    )


def _no_core(mode: str) -> dict[str, Any]:
    return cards.filled(figures.empty(mode))


def _cards(
    found: Heat, known: Catalogue, view: View, link: Link, mode: str, source: str, map: figures.Figure
) -> dict[str, dict[str, Any]]:
    label = found.metric.label
    return {
        "heat-map": cards.filled(
            map,
            title=heat_map.title(found),
            sub=f"{label} · {heat_view.unit(found)} · {found.title}",
            note=heat_view.map_note(found, known),
            source=source,
        ),
        "heat-list": cards.filled(
            heat_tables.stations(found, link),
            title=f"各所{RISKS[found.risk]}",
            sub=f"{heat_view.unit(found)} · 最突出的在前",
            note=heat_view.list_note(found),
            source=source,
        ),
        "heat-week": cards.filled(
            heat_figures.week(found.week, link, mode, view.at),
            title=heat_view.week_title(found),
            sub=f"{label}，{heat_view.week_unit(found)} · {heat_view.study_words(found)}",
            note=heat_view.week_note(found, view),
            source=source,
        ),
        "heat-hour": cards.filled(
            heat_tables.looked_at(found.hour, link) if found.hour else heat_tables.busiest(found.week, link),
            title=heat_tables.hour_words(found.hour.at) if found.hour else "最多的时段",
            sub=f"{label}，起 · {heat_view.study_words(found)}",
            source=source,
        ),
        "heat-calendar": cards.filled(
            heat_figures.calendar(found.calendar, mode),
            title=heat_view.calendar_title(found),
            sub=heat_view.calendar_sub(found),
            note=heat_view.calendar_note(found),
            source=source,
        ),
        "heat-matrix": cards.filled(
            heat_tables.hours(found.matrix, link),
            title=heat_view.matrix_title(found),
            sub=f"{label}，起 · {found.title} · 底色为与自身同一时段的预期之差",
            note=cards.diverging_legend() if found.matrix else None,
            source=source,
        ),
    }
