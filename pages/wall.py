"""大屏: one message a screen, turned by itself, on a wall that nobody touches.

The layout holds every screen at once and never changes: assets/wall.js shows one after the other, says how old the data
is and asks for a version's figures through the store "wall-asked"; the answer names what it drew in "wall-shown".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, targets
from metrics.model import MetricError
from metrics.targets import Pack
from metrics.wall import FAILED, SCREENS, View, Wall, limit_hours, wall
from pages._components import figures, session, shell, states, status, wall_figures, wall_screens
from pages._components.attributes import attributes
from pages._components.figures import Figure
from pages._components.markup import static
from pages._components.wall_figures import Size

dash.register_page(__name__, path="/wall", name="大屏", title="大屏 · 降控研判台", order=11, key="w", filtered=False)

WITH_FIGURE = ("campaign", "today", "map", "week", "match")
# The map has a second one: its crowded middle enlarged.
FIGURES = (*WITH_FIGURE, "core")


def layout(**query: Any) -> html.Div:
    """Return all screens, empty; what the address asks for goes to the script as attributes."""
    view, notices = View.from_query(query)
    return html.Div(
        [
            html.Div(
                [html.Span(id="wall-date", className="wall-quiet"), html.Span(id="wall-clock")],
                className="wall-top", **attributes(data_clock="yes"),
            ),
            *(_screen(screen) for screen in SCREENS),
            html.Div(states.skeleton(2), className="wall-waiting"),
            html.Div(id="wall-message", role="status"),
            html.Div(id="wall-warning", role="status", **attributes(data_clock="yes")),
            _foot(notices),
            dcc.Store(id="wall-view", data={"stations": view.stations, "screens": view.screens, "chosen": view.chosen,
                                            "limit": view.limit}),
            dcc.Store(id="wall-asked"),
            dcc.Store(id="wall-shown"),
        ],
        id="wall",
        **attributes(data_seconds=str(view.seconds), data_mode=view.mode, data_empty="yes", data_waiting="yes"),
    )  # fmt: skip


def _screen(screen: str) -> html.Section:
    parts: list[Any] = [
        html.Div(id=f"wall-{screen}-head", className="wall-head"),
        html.Div(id=f"wall-{screen}-text", className="wall-text"),
    ]
    if screen in WITH_FIGURE:
        parts.append(html.Div(figures.graph(f"wall-{screen}-figure"), className="wall-figure"))
    if screen == "map":
        parts.append(html.Div(figures.graph("wall-core-figure"), className="wall-core"))
    alone = "" if screen in WITH_FIGURE else " wall-alone"
    return html.Section(
        parts, className=f"wall-screen{alone}", **attributes(data_screen=screen, aria_label=SCREENS[screen])
    )


def _foot(notices: list[str]) -> html.Div:
    return html.Div(
        [
            html.Div(html.Div(id="wall-progress"), className="wall-track"),
            html.Div(
                [
                    html.Div([
                        html.Span(id="wall-as-of"),
                        html.Span(id="wall-age", **attributes(data_clock="yes")),
                        html.Span(id="wall-version"),
                        html.Span("".join(notices), className="wall-notice tone-watch"),
                    ]),
                    html.Div(html.Span(id="wall-place", **attributes(data_clock="yes"))),
                ],
                className="wall-facts",
            ),
        ],
        className="wall-foot",
    )  # fmt: skip


@callback(
    output={
        "shown": Output("wall-shown", "data"),
        "heads": {screen: Output(f"wall-{screen}-head", "children") for screen in SCREENS},
        "texts": {screen: Output(f"wall-{screen}-text", "children") for screen in SCREENS},
        "figures": {screen: Output(f"wall-{screen}-figure", "figure") for screen in FIGURES},
    },
    inputs={"asked": Input("wall-asked", "data"), "view": State("wall-view", "data")},
    prevent_initial_call=True,
)
def show(asked: dict[str, Any] | None, view: dict[str, Any] | None) -> dict[str, Any]:
    """Draw a version for a size and a mode; the drawn screens are kept per version."""
    if asked is None or view is None:
        raise PreventUpdate
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            raise PreventUpdate
        store = session.current_store()
        size = wall_figures.size_of(asked)
        question = (tuple(view["stations"]), targets.of_store(store.root), size)
        drawn = cache.answer(snapshot, question, _drawn)
    except _Partly as partly:
        drawn = partly.drawn
    except (MetricError, StoreError) as error:
        return _unchanged({"key": asked.get("key"), "problem": str(error)})
    except PreventUpdate:
        raise
    except Exception as error:  # A wall has nobody to read a notice: the last good screen stays and says why.
        return _unchanged({"key": asked.get("key"), "problem": shell.explanation(error)})
    named = tuple(view["screens"])
    live = named if view["chosen"] else tuple(screen for screen in named if screen in drawn["live"])
    limit = limit_hours(View(limit=view["limit"]), store.root)
    shown = {**drawn["facts"], "key": asked.get("key"), "screens": live, "limit": limit, "problem": "",
             "failed": drawn["failed"]}  # fmt: skip
    return {"shown": shown, "heads": drawn["heads"], "texts": drawn["texts"], "figures": drawn["figures"]}


def _unchanged(shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "shown": shown,
        "heads": dict.fromkeys(SCREENS, no_update),
        "texts": dict.fromkeys(SCREENS, no_update),
        "figures": dict.fromkeys(FIGURES, no_update),
    }


class _Partly(Exception):
    """Some screens could not be drawn. The others are shown, and nothing is kept: the next question tries again."""

    def __init__(self, drawn: dict[str, Any]) -> None:
        super().__init__(*drawn["failed"])
        self.drawn = drawn


def _drawn(snapshot: Snapshot, question: tuple[tuple[str, ...], Pack, Size]) -> dict[str, Any]:
    """Draw all screens; raises _Partly where some failed and others did not."""
    stations, pack, size = question
    found = wall(snapshot, stations, pack)
    drawn: dict[str, Any] = {
        "facts": {"version": snapshot.id, "stamp": status.stamp(snapshot), "as_of": snapshot.version.data_as_of},
        "live": found.live, "failed": list(found.failed), "heads": {}, "texts": {}, "figures": {},
    }  # fmt: skip
    broken = []
    for screen in SCREENS:
        try:
            head, words, made = _one(screen, snapshot, found, size)
        except StoreError:
            raise
        except Exception as error:  # One screen that cannot be drawn says so; the others are renewed.
            session.log().error("screen %s of the wall failed", screen, exc_info=error)
            broken.append(error)
            drawn["failed"].append(screen)
            head, words, made = _one(screen, snapshot, _without(found, screen), size)
        drawn["heads"][screen], drawn["texts"][screen] = static(head), static(words)
        drawn["figures"] |= made
    if len(broken) == len(SCREENS):
        raise broken[0]
    if drawn["failed"]:
        drawn["live"] = tuple(screen for screen in SCREENS if screen in {*found.live, *drawn["failed"]})
        raise _Partly(drawn)
    return drawn


def _without(found: Wall, screen: str) -> Wall:
    return replace(found, missing={**found.missing, screen: FAILED})


def _one(screen: str, snapshot: Snapshot, found: Wall, size: Size) -> tuple[list[Any], list[Any], dict[str, Figure]]:
    parts = [part for part in FIGURES if part == screen or (part == "core" and screen == "map")]
    made = {part: wall_figures.figure(part, snapshot, found, size) for part in parts}
    return wall_screens.head(screen, snapshot, found), wall_screens.text(screen, found), made


clientside_callback(ClientsideFunction("wall", "shown"), Input("wall-shown", "data"))
