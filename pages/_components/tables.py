"""Tables: changes by category, and the station × category matrix whose colour stands only where evidence does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from dash import html

from pages._components.changes import Change, Verdict, said
from pages._components.figures import mark_of
from pages._components.markup import Written, render, static


@dataclass(frozen=True)
class ChangeRow:
    """One line of the change table; values are printed as given.

    aligned: 同比 aligned to Spring Festival, under the plain one; aligned_note: the same in full.
    """

    name: str
    now: str
    last_year: str
    year_change: Change
    previous: str
    previous_change: Change
    verdict: Verdict
    href: str = ""
    is_total: bool = False
    aligned: Change | None = None
    aligned_note: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; strength −3 … 3 colours it, 0 and None do not; title says value and expectation."""

    text: str
    strength: int | None = None
    title: str = ""
    href: str = ""


def change_table(rows: Sequence[ChangeRow], first_column: str = "类别") -> html.Div:
    """Return 序号｜类别｜本期｜同期｜同比｜上期｜环比｜判定, as offices write it."""
    heads = (
        ("序号", "num hide-phone"),
        (first_column, ""),
        ("本期", "num"),
        ("同期", "num"),
        ("同比", "num"),
        ("上期", "num"),
        ("环比", "num"),
        ("判定", ""),
    )
    head = html.Thead(html.Tr([html.Th(text, className=style, scope="col") for text, style in heads]))
    body = html.Tbody([_change_row(number, row) for number, row in enumerate(rows, start=1)])
    return static(html.Table([head, body], className="change-table"), "table-scroll", tabIndex="0")


def _change_row(number: int, row: ChangeRow) -> html.Tr:
    tone = row.verdict.tone
    return html.Tr(
        [
            html.Td(number, className="num hide-phone tone-none"),
            html.Td(html.A(row.name, href=row.href) if row.href else row.name, className="name"),
            html.Td(row.now, className="num now"),
            html.Td(row.last_year, className="num"),
            html.Td(_year_change(row), className="num", title=row.aligned_note or row.year_change.note),
            html.Td(row.previous, className="num"),
            html.Td(
                said(row.previous_change, with_note=False),
                className="num",
                title=row.previous_change.note,
            ),
            html.Td(row.verdict.text, className=f"tone-{tone}", title=row.verdict.title),
        ],
        className="is-total" if row.is_total else "",
    )


def _year_change(row: ChangeRow) -> list[Any]:
    plain = said(row.year_change, with_note=False)
    if row.aligned is None:
        return [plain]
    return [plain, html.Span(["春节对齐 ", said(row.aligned, with_note=False)], className="aligned")]


def matrix(
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str], Cell],
    corner: str = "派出所",
) -> html.Div:
    """Return rows × columns as a table of links with sticky heads.

    rows, columns: (key, name) in the order to show; cells: by (row key, column key); a missing cell is blank.
    """
    head = html.Thead(
        html.Tr([html.Th(corner, scope="col"), *(html.Th(name, scope="col", title=name) for _, name in columns)])
    )
    body = html.Tbody(
        [
            html.Tr(
                [
                    html.Th(name, scope="row", title=name),
                    *(_cell(cells.get((row, column)), f"{name} · {title}") for column, title in columns),
                ]
            )
            for row, name in rows
        ]
    )
    return static(html.Table([head, body], className="matrix"), "matrix-box", tabIndex="0")


def _cell(cell: Cell | None, where: str) -> Written:
    """Write one cell; a page has hundreds, and components would take longer to make than the figures to ask for."""
    if cell is None:
        return Written('<td class="step-none"></td>')
    inside = escape(cell.text)
    if cell.href:
        inside = render(html.A(Written(inside), href=cell.href, tabIndex="-1"))
    said = escape(f"{where}：{cell.title or cell.text}")
    return Written(f'<td class="step-{mark_of(cell.strength)}" title="{said}">{inside}</td>')


def plain_table(
    heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Any]], caption: str = "", live: bool = False
) -> html.Div:
    """Return a table of text and numbers; heads: (name, whether it is a number).

    live: keep its cells as components, for the few that a callback listens to.
    """
    head = html.Thead(
        html.Tr([html.Th(name, className="num" if number else "", scope="col") for name, number in heads])
    )
    body = html.Tbody(
        [
            html.Tr([html.Td(value, className="num" if heads[i][1] else "") for i, value in enumerate(row)])
            for row in rows
        ]
    )
    children: list[Any] = [html.Caption(caption, className="visually-hidden")] if caption else []
    table = html.Table([*children, head, body], className="plain-table")
    if live:
        return html.Div(table, className="table-scroll", tabIndex="0")
    return static(table, "table-scroll", tabIndex="0")
