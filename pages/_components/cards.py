"""Cards: the frame of every figure and the KPI card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from pages._components import figures, states
from pages._components.attributes import attributes
from pages._components.changes import Change, Verdict, chip, said
from pages._components.markup import static


def definition_link(metric_id: str) -> html.A:
    """Return the ⓘ that opens a definition in 指标口径."""
    return html.A(
        "ⓘ", href=f"/glossary#{metric_id}", className="info", title="查看口径", **attributes(aria_label="查看口径")
    )


def card(
    id: str,
    title: str,
    body: Any,
    *,
    sub: str = "",
    metric_id: str = "",
    note: Any = None,
    span: str = "span-6",
) -> html.Section:
    """Return the frame of a figure: title, unit and period, ⓘ, body, note, source line.

    A page's callbacks fill `<id>-title`, `<id>-sub`, `<id>-body`, `<id>-note` and `<id>-source`; a body that is a
    Graph keeps its own id, so that it is never made anew.
    """
    head: list[Any] = [
        html.H2(title, id=f"{id}-title"),
        html.Span(sub, id=f"{id}-sub", className="card-sub"),
    ]
    if metric_id:
        head.append(definition_link(metric_id))
    return html.Section(
        [
            html.Div(head, className="card-head"),
            html.Div(body, id=f"{id}-body", className="card-body"),
            html.Div(note, id=f"{id}-note", className="card-note"),
            html.P("", id=f"{id}-source", className="card-source num"),
        ],
        id=id,
        className=f"card-box {span}",
        **attributes(aria_labelledby=f"{id}-title"),
    )


def kpi_frame(id: str) -> html.Article:
    """Return the fixed part of a KPI card: callbacks fill `<id>-text` (kpi_text) and the figure of `<id>-spark`."""
    return html.Article(
        [
            html.Div(states.skeleton(), id=f"{id}-text"),
            html.Div(figures.graph(f"{id}-spark"), className="spark"),
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
