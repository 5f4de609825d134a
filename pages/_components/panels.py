"""The panels that every card shares: the definition behind ⓘ, the notes of a figure, and the one download."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from data.notes import LONGEST_AUTHOR, LONGEST_TEXT, Note, Notes
from data.snapshots import StoreError
from metrics.model import MetricError
from pages._components import definitions, export, states
from pages._components.attributes import attributes
from pages._components.markup import static
from pages._components.shown import Shown, pin_of, pinned, shown_now

# Notes that stand below a figure; the panel lists all.
_LINES = 2
_WHERE = {
    "path": State("url", "pathname"),
    "search": State("url", "search"),
    "selection": State("selection", "data"),
}


def layout() -> list[Any]:
    """Return the dialogs and the stores through which the script of the cards asks."""
    return [
        html.Dialog(
            [
                _head("口径", "definition-title"),
                html.Div(states.skeleton(4), id="definition-body", className="panel-body"),
                static(_figure_tools(), "panel-foot", id="definition-tools"),
            ],
            id="definition-panel",
            className="panel",
            **attributes(aria_labelledby="definition-title"),
        ),
        html.Dialog(
            [_head("批注", "note-title"), html.Div(id="note-list", className="panel-body"), _form()],
            id="note-panel",
            className="panel",
            **attributes(aria_labelledby="note-title"),
        ),
        dcc.Store(id="definition-asked"),
        dcc.Store(id="export-asked"),
        dcc.Download(id="export-file"),
        dcc.Store(id="note-card"),
        dcc.Store(id="note-removed"),
        dcc.Store(id="notes-changed"),
    ]


def _head(words: str, id: str) -> html.Div:
    return html.Div(
        [
            html.H2(words, id=id),
            html.Button(
                "×", type="button", className="icon-button panel-close", title="关闭", **attributes(aria_label="关闭")
            ),
        ],
        className="panel-head",
    )


def _figure_tools() -> html.Div:
    """Return 批注 and 导出 of a card that has no room for them itself; the script says for which card they stand."""
    kinds = (("csv", "导出 CSV"), ("xlsx", "导出 XLSX"), ("png", "导出 PNG"))
    quiet = "button button-quiet"
    return html.Div(
        [
            html.Button("批注", type="button", className=quiet, **attributes(data_note="")),
            *(
                html.Button(words, type="button", className=quiet, **attributes(data_export=kind, data_card=""))
                for kind, words in kinds
            ),
        ]
    )


def _form() -> html.Div:
    return html.Div(
        [
            html.Label(
                [
                    html.Span("内容", className="field-name"),
                    dbc.Textarea(id="note-text", maxLength=LONGEST_TEXT, rows=3, class_name="control note-text"),
                ]
            ),
            html.Label(
                [
                    html.Span("署名（单位或岗位）", className="field-name"),
                    dbc.Input(
                        id="note-author",
                        maxLength=LONGEST_AUTHOR,
                        placeholder="如：指挥室研判岗",
                        persistence=True,
                        class_name="control",
                    ),
                ]
            ),
            html.P("请勿写入姓名、证件号、电话、住址等个人信息。", className="tone-none"),
            html.Div(id="note-message", **attributes(aria_live="polite")),
            html.Button("保存批注", id="note-save", type="button", className="button"),
        ],
        className="note-form",
    )


def register(app: Dash) -> None:
    """Answer ⓘ, 导出 and 批注 of all cards, and show the notes on them."""

    @app.callback(Output("definition-body", "children"), Input("definition-asked", "data"), prevent_initial_call=True)
    def define(asked: Mapping[str, Any] | None) -> Any:
        ids = str((asked or {}).get("ids", "")).split(",")
        found = [entry for entry in map(definitions.entry, ids) if entry is not None]
        return static(found) if found else states.failed("没有这条口径。请刷新页面后重试。")

    @app.callback(
        Output("export-file", "data"), inputs={"asked": Input("export-asked", "data"), "where": _WHERE},
        prevent_initial_call=True,
    )  # fmt: skip
    def send(asked: Mapping[str, Any] | None, where: dict[str, Any]) -> dict[str, Any]:
        shown = shown_now(**where)
        if shown is None or not asked:
            raise PreventUpdate
        return export.download(shown, str(asked.get("card", "")), str(asked.get("kind", "")))

    _register_notes(app)


def _register_notes(app: Dash) -> None:
    @app.callback(
        output={
            "list": Output("note-list", "children"),
            "message": Output("note-message", "children"),
            "text": Output("note-text", "value"),
            "changed": Output("notes-changed", "data"),
        },
        inputs={
            "card": Input("note-card", "data"),
            "saved": Input("note-save", "n_clicks"),
            "removed": Input("note-removed", "data"),
            "author": State("note-author", "value"),
            "text": State("note-text", "value"),
            "where": _WHERE,
        },
        prevent_initial_call=True,
    )
    def notes(
        card: Mapping[str, Any] | None, saved: int | None, removed: Mapping[str, Any] | None,
        author: str | None, text: str | None, where: dict[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        same = {"list": no_update, "message": "", "text": no_update, "changed": no_update}
        name = str((card or {}).get("card", ""))
        try:
            shown = shown_now(**where)
            if shown is None:
                return {**same, "message": states.notice("还没有数据，暂不能批注。")}
            if ctx.triggered_id == "note-save":
                Notes.of(shown.store).add(
                    pin_of(shown, name, _pinning(name)), author or "", text or "", shown.snapshot.id
                )
                same |= {"text": "", "changed": f"saved {saved}"}
            elif ctx.triggered_id == "note-removed" and removed:
                Notes.of(shown.store).remove(int(removed.get("id", 0)))
                same |= {"changed": f"removed {removed}"}
            return {**same, "list": _listed(notes_on(shown, [name]).get(name, []), shown)}
        except (MetricError, StoreError) as error:
            return {**same, "message": states.notice(str(error), "worse")}

    @app.callback(
        output={
            "counts": Output({"type": "note-count", "card": ALL}, "children"),
            "lines": Output({"type": "note-lines", "card": ALL}, "children"),
        },
        inputs={
            "path": Input("url", "pathname"),
            "search": Input("url", "search"),
            "selection": Input("selection", "data"),
            "version": Input("snapshot", "data"),
            "changed": Input("notes-changed", "data"),
        },
    )
    def mark(path: str | None, search: str | None, selection: dict[str, Any] | None, **_: Any) -> dict[str, list[Any]]:
        counted, lined = ([one["id"]["card"] for one in ctx.outputs_grouping[name]] for name in ("counts", "lines"))
        cards = list(dict.fromkeys([*counted, *lined]))
        try:
            shown = shown_now(path, search, selection)
            found = notes_on(shown, cards) if shown and cards else {}
        except (MetricError, StoreError):
            # The page itself says what is wrong with the store; the marks stay away.
            found = {}
        return {
            "counts": [str(len(found[card])) if card in found else "" for card in counted],
            "lines": [_lines(found[card]) if card in found else None for card in lined],
        }


def notes_on(shown: Shown, cards: list[str]) -> dict[str, list[Note]]:
    """Return the notes of cards for what is shown; cards that share a pinning are asked for at once."""
    found: dict[str, list[Note]] = {}
    notes = Notes.of(shown.store)
    for pinning in dict.fromkeys(map(_pinning, cards)):
        first, last, scope = pinning(shown)
        found |= notes.by_card([card for card in cards if _pinning(card) is pinning], first, last, scope)
    return found


def _pinning(card: str) -> Any:
    offer = export.offered(card)
    return offer.pinning if offer else pinned


def _listed(found: list[Note], shown: Shown) -> Any:
    if not found:
        return html.P("本图在该时段还没有批注。", className="tone-none")
    return static([_entry(note, shown) for note in found], "notes-listed")


def _entry(note: Note, shown: Shown) -> html.Article:
    days = f"{note.pin.first:%Y-%m-%d}" + ("" if note.pin.first == note.pin.last else f" 至 {note.pin.last:%Y-%m-%d}")
    older = note.version is not None and note.version != shown.snapshot.id
    seen = f" · 依据版本 {note.version}" if older else ""
    return html.Article(
        [
            html.P(note.text, className="note-words"),
            html.P(
                [
                    html.B(note.author),
                    html.Span(f" · {note.written_at:%Y-%m-%d %H:%M} · 时段 {days}{seen}", className="num"),
                    html.Button(
                        "删除", type="button", className="tool",
                        **attributes(data_remove_note=str(note.id), aria_label=f"删除 {note.author} 的批注"),
                    ),
                ],
                className="tone-none",
            ),
        ],
        className="note-entry",
    )  # fmt: skip


def _lines(found: list[Note]) -> html.Div:
    """Return the newest notes as lines under the figure."""
    lines = [
        html.P([html.B(f"批注 {note.author} {note.written_at:%m-%d %H:%M}："), note.text]) for note in found[:_LINES]
    ]
    more = len(found) - _LINES
    return static([*lines, *([html.P(f"另有 {more} 条批注")] if more > 0 else [])])
