"""警力配置: the staffing rules, the work against the officers on duty by hour, a move tried out, extra posts placed.

Four callbacks, because each card has parameters of its own in the address: moving the slider redraws the move and
nothing else. All stand on the same counted weeks (metrics.staffing), which are read once per version and period.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue, staffing
from metrics.force import moves
from metrics.force.rules import rules
from metrics.force.work import Work, work
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.targets import Pack
from pages._components import (
    alarm_notices,
    cards,
    export,
    figures,
    score_controls,
    session,
    staffing_cards,
    staffing_effects,
    staffing_questions,
    staffing_tables,
    states,
    status,
)
from pages._components import staffing_export as exports
from pages._components.score_questions import DEFAULT
from pages._components.staffing_frames import MOVE_SELECTS, extra_frame, move_frame, rules_frame

dash.register_page(
    __name__, path="/staffing", name="警力配置", title="警力配置 · 降控研判台", order=4, key="p", filtered=True
)

export.offer(
    {
        "staffing-day": exports.day, "staffing-judged": exports.judged, "staffing-week": exports.week,
        "staffing-rules": exports.rules, "staffing-rows": exports.rule_rows, "staffing-stations": exports.stations,
        "staffing-move": exports.move, "staffing-extra": exports.extra,
    }
)  # fmt: skip
_WORK = ("staffing-day", "staffing-judged", "staffing-week")
# What needs calls by the hour; the targets stand without them.
_BY_HOUR = (*_WORK, "staffing-stations", "staffing-move", "staffing-extra")
_NEED = ("staffing-need", "posts_needed", "posts_on_duty")


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; every number arrives through the callbacks."""
    return html.Div(
        [
            *(dcc.Store(id=f"staffing-{part}-asked") for part in ("rules", "move", "extra")),
            html.Div(id="staffing-state"),
            html.Div(
                [
                    cards.figure_card("staffing-day", "应配与在岗", height=320, metric_id=_NEED, span="span-8"),
                    cards.card(
                        "staffing-judged", "判断", states.skeleton(8), span="span-4",
                        metric_id=("staffing-need", "staffing-queue", "match_index", "utilisation"),
                    ),
                    cards.card(
                        "staffing-rules", "警力目标", rules_frame(), span="span-12", metric_id="staffing-rules"
                    ),
                    cards.figure_card("staffing-week", "一周 168 小时", height=260, metric_id=_NEED, span="span-12"),
                    cards.card("staffing-rows", "各所对照目标", states.skeleton(10), metric_id="staffing-rules"),
                    cards.card(
                        "staffing-stations", "各所警力与警情", states.skeleton(10),
                        metric_id=("staffing-need", "match_index", "utilisation", "staffing-queue"),
                    ),
                    cards.card(
                        "staffing-move", "试算：调整警力", move_frame(), span="span-12",
                        metric_id=("staffing-move", "staffing-queue"),
                    ),
                    cards.card(
                        "staffing-extra", "增配建议", extra_frame(), span="span-12", metric_id="staffing-extra"
                    ),
                ],
                id="staffing-grid",
                className="grid",
            ),
        ]
    )  # fmt: skip


figures.follow_clicks("staffing-day-figure")
figures.follow_clicks("staffing-week-figure")
clientside_callback(
    ClientsideFunction("staffing", "split"),
    *(Output(f"staffing-{part}-asked", "data") for part in ("rules", "move", "extra")),
    Input("url", "search"),
    *(State(f"staffing-{part}-asked", "data") for part in ("rules", "move", "extra")),
)

_FILTER = {"selection": Input("selection", "data"), "version": Input("snapshot", "data")}


def _answered(
    selection: dict[str, str] | None, draw: Callable[[Snapshot, Selection], dict[str, Any]],
    failed: Callable[[html.Div], dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """Return what a part of the page draws, or one message in its place."""
    if selection is None:
        raise PreventUpdate
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return failed(states.empty_store())
        return draw(snapshot, session.selection_of(selection))
    except (MetricError, StoreError) as error:
        return failed(states.panel("无法显示", str(error), tone="worse", action=("数据接入", "/data")))


# ---- work against duty -----------------------------------------------------------------------------


@callback(
    output={
        "state": Output("staffing-state", "children"),
        "hidden": {id: Output(id, "hidden") for id in ("staffing-grid", *_BY_HOUR)},
        "cards": cards.slots(tables=("staffing-judged",), figures=("staffing-day", "staffing-week")),
    },
    inputs={**_FILTER, "mode": Input("mode", "data")},
)
def show(selection: dict[str, str] | None, version: int | None, mode: str | None) -> dict[str, Any]:
    """Draw work against duty; kept per version, filter and mode."""
    if mode is None:
        raise PreventUpdate

    def draw(snapshot: Snapshot, one: Selection) -> dict[str, Any]:
        drawn = cache.answer(snapshot, (one, mode), _drawn)
        # Alarms arrive with the fits of a version, later than what is kept of it.
        found = alarm_notices.mean_words(alarm_notices.current(snapshot, one))
        return {**drawn, "state": [states.notice(found), *drawn["state"]]} if found and drawn["state"] == [] else drawn

    return _answered(selection, draw, _only)


def _only(message: html.Div) -> dict[str, Any]:
    """Show a message in place of what needs calls by the hour, and of everything in an empty store."""
    hidden = {"staffing-grid": session.current_snapshot() is None, **dict.fromkeys(_BY_HOUR, True)}
    return {"state": message, "hidden": hidden, "cards": cards.kept(*_WORK)}


def _drawn(snapshot: Snapshot, question: tuple[Selection, str]) -> dict[str, Any]:
    selection, mode = question
    found = work(snapshot, selection)
    if found.one.counted == 0:
        return _nothing(found, snapshot)
    return {
        "state": [],
        "hidden": dict.fromkeys(("staffing-grid", *_BY_HOUR), False),
        "cards": staffing_cards.work_cards(found, selection, mode, status.source_line(snapshot)),
    }


def _nothing(found: Work, snapshot: Snapshot) -> dict[str, Any]:
    """Say why there is no work to compare with: no hours, no data or no calls."""
    if found.undated:
        text = f"{found.undated:,} 起有效警情只知日期或月份，不知钟点，无法按钟点对照警力。"
        return _only(states.panel("无法按钟点测算", text))
    runs = catalogue.of(snapshot).coverage.get("alerts", [])
    days = found.one.first, found.one.last
    if not catalogue.of(snapshot).covered("alerts", *days):
        return _only(states.no_data(f"{runs[0][0]} 至 {runs[-1][1]}" if runs else ""))
    return _only(states.nothing_happened("有效警情"))


# ---- rules and stations ----------------------------------------------------------------------------


@callback(
    output={
        "gauges": Output("staffing-gauges", "children"),
        "policies": Output("staffing-policy", "options"),
        "policy": Output("staffing-policy", "value"),
        "heads": {
            slot: Output(f"staffing-rules-{slot}", "children") for slot in ("title", "sub", "note", "source")
        },
        "cards": cards.slots(tables=("staffing-rows", "staffing-stations")),
    },
    inputs={**_FILTER, "asked": Input("staffing-rules-asked", "data")},
)  # fmt: skip
def show_rules(
    selection: dict[str, str] | None, version: int | None, asked: dict[str, str] | None
) -> dict[str, Any]:  # fmt: skip
    """Draw the gauges and both tables of stations."""
    query = asked or {}

    def draw(snapshot: Snapshot, one: Selection) -> dict[str, Any]:
        notices: list[str] = []
        store = session.current_store()
        pack = staffing_questions.pack_of(query, store, notices)
        drawn = cache.answer(snapshot, (one, pack, tuple(sorted(query.items()))), _rules_drawn)
        offered = staffing_questions.pack_choices(store, DEFAULT)
        gauges = [*(states.notice(text) for text in notices), *drawn["gauges"]]
        return {
            **drawn, "gauges": gauges, "policies": score_controls.options(offered),
            "policy": score_controls.listed(pack.id, offered),
        }  # fmt: skip

    return _answered(selection, draw, _no_rules)


def _no_rules(message: html.Div) -> dict[str, Any]:
    return {
        "gauges": message, "policies": no_update, "policy": no_update,
        "heads": {"title": "警力目标", "sub": "", "note": "", "source": ""},
        "cards": {id: cards.filled(message) for id in ("staffing-rows", "staffing-stations")},
    }  # fmt: skip


def _rules_drawn(snapshot: Snapshot, question: tuple[Selection, Pack, tuple[tuple[str, str], ...]]) -> dict[str, Any]:
    selection, pack, asked = question
    query, notices = dict(asked), list[str]()
    found = rules(snapshot, selection, pack)
    shown = exports.rule_shown(found, query, notices)
    shown_id, source = shown.target.id if shown else "", status.source_line(snapshot)
    return {
        "gauges": [*(states.notice(text) for text in notices), staffing_tables.gauges(found, shown_id)],
        "heads": staffing_cards.rules_heads(snapshot, found, source),
        "cards": {
            "staffing-rows": staffing_cards.rows_card(snapshot, found, shown, query, selection, source),
            "staffing-stations": staffing_cards.stations_card(snapshot, query, selection, source),
        },
    }  # fmt: skip


# ---- a move ----------------------------------------------------------------------------------------


@callback(
    output={
        "state": Output("staffing-move-state", "children"),
        "hidden": [Output(f"staffing-move-{part}", "hidden") for part in ("box", "tools")],
        "said": Output("staffing-move-said", "children"),
        "options": {key: Output(f"staffing-{key}", "options") for key in MOVE_SELECTS},
        "values": {key: Output(f"staffing-{key}", "value") for key in MOVE_SELECTS},
        "people": Output("staffing-people", "value"),
        "most": Output("staffing-people", "max"),
        "words": Output("staffing-people-words", "children"),
        "figure": Output("staffing-move-figure", "figure"),
        "heads": {slot: Output(f"staffing-move-{slot}", "children") for slot in ("title", "sub", "note", "source")},
    },
    inputs={
        **_FILTER, "mode": Input("mode", "data"), "asked": Input("staffing-move-asked", "data"),
        "people": Input("staffing-people", "value"),
    },
)  # fmt: skip
def show_move(
    selection: dict[str, str] | None, version: int | None, mode: str | None, asked: dict[str, str] | None, people: Any
) -> dict[str, Any]:
    """Draw what the move that the address asks for does; a slider that is dragged goes before the address.

    The slider is set only where it stands elsewhere, lest a late answer pull it back.
    """
    if mode is None:
        raise PreventUpdate

    def draw(snapshot: Snapshot, one: Selection) -> dict[str, Any]:
        notices: list[str] = []
        dragged = ctx.triggered_id == "staffing-people"
        query = {**(asked or {}), **({"people": str(people)} if dragged else {})}
        wish = staffing_questions.wish_of(query, catalogue.of(snapshot), notices)
        try:
            trial = moves.trial(snapshot, one, wish)
        except moves.Unneeded as error:
            return _no_move(staffing_effects.unneeded(error))
        except MetricError as error:
            if not catalogue.of(snapshot).rosters:
                return _no_move(
                    None, states.lacking("没有勤务排班数据，无法推演调整。请先在「数据接入」导入勤务排班。")
                )
            return _no_move(staffing_effects.refused(str(error)))
        if wish.people and wish.people > trial.plan.people:
            notices.append(f"该班次至多可调 {trial.plan.most} 人，已按 {trial.plan.people} 人推演。")
        stands = str(people) == str(trial.plan.people)
        drawn = staffing_cards.move_parts(snapshot, trial, mode)
        state = [states.notice(text) for text in notices]
        if dragged:
            # The lists stay as they are: drawing sixty names anew takes longer than everything else.
            drawn |= {key: dict.fromkeys(MOVE_SELECTS, no_update) for key in ("options", "values")}
        return {**drawn, "state": state, "people": no_update if stands else trial.plan.people}

    return _answered(selection, draw, _no_move)


def _no_move(message: html.Div | None, note: html.P | str = "") -> dict[str, Any]:
    """Say why there is no move; note: a line in place of the whole card."""
    same = dict.fromkeys(MOVE_SELECTS, no_update)
    return {
        "state": message, "hidden": [True, True], "said": "", "options": same, "values": same, "people": no_update,
        "most": no_update, "words": no_update, "figure": no_update,
        "heads": {"title": "试算：调整警力", "sub": "", "note": note, "source": ""},
    }  # fmt: skip


# ---- extra posts -----------------------------------------------------------------------------------


@callback(
    output={
        "said": Output("staffing-extra-said", "children"),
        "options": {key: Output(f"staffing-{key}", "options") for key in ("posts", "post")},
        "values": {key: Output(f"staffing-{key}", "value") for key in ("posts", "post")},
        "heads": {slot: Output(f"staffing-extra-{slot}", "children") for slot in ("title", "sub", "note", "source")},
    },
    inputs={**_FILTER, "asked": Input("staffing-extra-asked", "data")},
)
def show_extra(selection: dict[str, str] | None, version: int | None, asked: dict[str, str] | None) -> dict[str, Any]:
    """Draw where extra posts help most."""

    def draw(snapshot: Snapshot, one: Selection) -> dict[str, Any]:
        notices: list[str] = []
        extra, hours = staffing_questions.extra_of(asked or {}, notices)
        found = staffing.allocate(snapshot, one, extra, hours)
        now = work(snapshot, one)
        drawn = staffing_cards.extra_parts(snapshot, found, extra, hours, now)
        return {**drawn, "said": [*(states.notice(text) for text in notices), drawn["said"]]}

    return _answered(selection, draw, _no_extra)


def _no_extra(message: html.Div) -> dict[str, Any]:
    same = dict.fromkeys(("posts", "post"), no_update)
    heads = {"title": "增配建议", "sub": "", "note": "", "source": ""}
    return {"said": message, "options": same, "values": same, "heads": heads}
