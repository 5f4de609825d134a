"""Cards: the frame of every figure and the KPI card.

How a page uses them (pages/briefing.py does):

    export.offer({"trend-line": line_sheet})         # 导出: CSV and XLSX of card trend-line, see export.py
    figures.follow_clicks("trend-line-figure")       # a click goes to the address in the customdata of what was hit

    def layout(**_: Any) -> html.Div:
        return html.Div([cards.figure_card("trend-line", "按日趋势", metric_id="alerts_valid", span="span-12")])

    @callback(output={"cards": cards.slots(tables=("trend-parts",), figures=("trend-line",)), …}, inputs=…)
    def show(…):
        return {"cards": {"trend-line": cards.filled(figure, title="警情 812 起", sub="起 · 近 30 日", source=…)}}

That gives title, unit and period (sub), note, source line, 批注 (notes, kept by data/notes.py, shown wherever the card
shows that period and filter), 导出 (PNG too where the body is a figure) and ⓘ. Ids of cards begin with the name of
their page and are used nowhere else. What ⓘ explains is a metric, a dimension, or definitions.method(…) of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import Output, html

from pages._components import definitions, export, figures, states
from pages._components.attributes import attributes
from pages._components.changes import Change, Verdict, chip, said
from pages._components.markup import static

NONE = dash.no_update
_SLOTS = ("title", "sub", "body", "note", "source")


def definition_link(metric_id: str) -> html.A:
    """Return the ⓘ that opens a definition in a panel on the page."""
    return definitions.link(metric_id)


def card(
    id: str,
    title: str,
    body: Any,
    *,
    sub: str = "",
    metric_id: str | Sequence[str] = "",
    note: Any = None,
    span: str = "span-6",
    notes: bool = True,
) -> html.Section:
    """Return the frame of a figure: title, unit and period, tools, body, note, source line and pinned notes.

    metric_id: what ⓘ opens: metrics, dimensions or methods (definitions.method); notes: whether one can pin notes.
    A card that offers no table (export.offer) is no figure: it has neither 导出 nor 批注.
    """
    is_figure = export.offered(id) is not None
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [html.H2(title, id=f"{id}-title"), html.Span(sub, id=f"{id}-sub", className="card-sub")],
                        className="card-titles",
                    ),
                    html.Div(_tools(id, metric_id, is_figure, notes), className="card-tools"),
                ],
                className="card-head",
            ),
            html.Div(body, id=f"{id}-body", className="card-body"),
            html.Div(note, id=f"{id}-note", className="card-note"),
            *([_note_lines(id)] if is_figure and notes else []),
            html.P("", id=f"{id}-source", className="card-source num"),
        ],
        id=id,
        className=f"card-box {span}",
        **attributes(aria_labelledby=f"{id}-title", aria_describedby=f"{id}-sub {id}-note"),
    )


def figure_card(
    id: str,
    title: str,
    *,
    height: int = 340,
    sub: str = "",
    metric_id: str | Sequence[str] = "",
    note: Any = None,
    span: str = "span-6",
) -> html.Section:
    """Return a card around one graph, whose id is `<id>-figure`; height in px."""
    graph = figures.graph(f"{id}-figure", height=height)
    return card(id, title, graph, sub=sub, metric_id=metric_id, note=note, span=span)


def slots(*, tables: Sequence[str] = (), figures: Sequence[str] = ()) -> dict[str, dict[str, Output]]:
    """Return the Outputs of cards: by card id, then title, sub, body, note and source.

    tables: cards whose body are components; figures: those of figure_card, whose body is the figure.
    """
    found: dict[str, dict[str, Output]] = {}
    for id in (*tables, *figures):
        outputs = {slot: Output(f"{id}-{slot}", "children") for slot in _SLOTS}
        found[id] = {**outputs, **({"body": Output(f"{id}-figure", "figure")} if id in figures else {})}
    return found


def filled(body: Any, *, title: Any = NONE, sub: Any = "", note: Any = None, source: Any = "") -> dict[str, Any]:
    """Return the values of one card's slots; body: components or a figure; without a title the card keeps its own."""
    return {"title": title, "sub": sub, "body": body, "note": note, "source": source}


def lacking(text: str, *, title: Any = NONE, body: Any = None) -> dict[str, Any]:
    """Return the values of a card for which the data holds nothing: one line that says so, after all other cards.

    body: an empty figure where the card has one, so that no older figure stays behind.
    """
    return filled(body, title=title, note=states.lacking(text))


def kept(*ids: str) -> dict[str, dict[str, Any]]:
    """Return the values that leave cards as they are."""
    return {id: dict.fromkeys(_SLOTS, NONE) for id in ids}


def _note_lines(id: str) -> html.Div:
    return html.Div(id={"type": "note-lines", "card": id}, className="note-lines")


def _tools(id: str, metric_id: str | Sequence[str], is_figure: bool, notes: bool) -> list[Any]:
    """Return 批注, 导出 and ⓘ; the script of the cards listens to them."""
    found: list[Any] = []
    if is_figure and notes:
        found.append(
            html.Button(
                ["批注", html.Span(id={"type": "note-count", "card": id}, className="note-count num")],
                type="button",
                className="tool",
                title="查看或添加批注",
                **attributes(data_note=id, aria_haspopup="dialog"),
            )
        )
    if is_figure:
        found.append(static(_export_menu(id), "card-export"))
    if metric_id:
        found.append(static(definitions.link(metric_id), "card-info"))
    return found


def _export_menu(id: str) -> html.Details:
    buttons = [
        html.Button(words, type="button", className="menu-item", **attributes(data_export=kind, data_card=id))
        for kind, words in (("csv", "CSV"), ("xlsx", "XLSX"), ("png", "PNG 图片"))
    ]
    return html.Details(
        [
            html.Summary("导出", className="tool", title="导出本图所示"),
            html.Div(buttons, className="popover-panel popover-right export-menu"),
        ],
        className="picker",
    )


def kpi_frame(id: str) -> html.Article:
    """Return the fixed part of a KPI card: callbacks fill `<id>-text` (kpi_text) and the figure of `<id>-spark`.

    The panel behind its ⓘ holds 批注 and 导出, for which the card itself has no room.
    """
    return html.Article(
        [
            html.Div(states.skeleton(), id=f"{id}-text"),
            html.Div(figures.graph(f"{id}-spark"), className="spark"),
            _note_lines(id),
        ],
        id=id,
        className="card-box kpi",
    )


def kpi_text(
    title: str,
    value: str,
    unit: str,
    lines: Sequence[tuple[str, Change]],
    verdict: Verdict,
    *,
    metric_id: str = "",
    href: str = "",
    note: str = "",
) -> list[Any]:
    """Return the words of a KPI card: title and verdict, value, one line per comparison.

    lines: (环比 or 同比, change); href: where a click on the title leads; note: a last line, e.g. on unusable data.
    """
    name = html.A(title, href=href) if href else title
    parts = [
        html.Div(
            [html.H2(name), *([definition_link(metric_id)] if metric_id else []), chip(verdict)],
            className="kpi-head",
        ),
        html.P([value, html.Span(unit, className="unit")], className="kpi-value"),
        *(
            html.P([html.Span(f"{word} "), said(change)], className="kpi-line", title=_in_full(word, change))
            for word, change in lines
        ),
        *([html.P(note, className="kpi-line")] if note else []),
    ]
    return [static(parts)]


def _in_full(word: str, change: Change) -> str:
    note = f"（{change.note}）" if change.note else ""
    return f"{word} {change.sign} {change.text}{note}"


def points(sentences: Sequence[tuple[Any, str]]) -> html.Div:
    """Return the ranked sentences of 要点, each a link into the page that shows why: (words, address)."""
    return static(html.Ol([html.Li(html.A(words, href=href)) for words, href in sentences], className="points"))


def strong(text: str) -> html.B:
    """Return the part of a sentence that carries it."""
    return html.B(text)


def toned(text: str, tone: str) -> html.Span:
    """Return a verdict inside a sentence."""
    return html.Span(text, className=f"tone-{tone}")


def diverging_legend(low: str = "低于预期", middle: str = "预期之内", high: str = "高于预期") -> html.Div:
    """Return the legend of the diverging steps, with words at both ends."""
    steps = ["low-3", "low-2", "low-1", "mid", "high-1", "high-2", "high-3"]
    swatches = html.Span([html.I(className=f"step-{step}") for step in steps], className="legend-steps", title=middle)
    return static([low, swatches, high], "legend")
