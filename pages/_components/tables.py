"""Tables: changes by category, and the station × category matrix whose colour stands only where evidence does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from pages._components.changes import Change, Verdict, said
from pages._components.figures import mark_of
from pages._components.markup import Written, static, tag


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
    head = tag("thead", tag("tr", [tag("th", text, className=style, scope="col") for text, style in heads]))
    body = tag("tbody", [_change_row(number, row) for number, row in enumerate(rows, start=1)])
    return static(tag("table", head, body, className="change-table"), "table-scroll", tabIndex="0")


def _change_row(number: int, row: ChangeRow) -> Written:
    return tag(
        "tr",
        tag("td", number, className="num hide-phone tone-none"),
        tag("td", tag("a", row.name, href=row.href) if row.href else row.name, className="name"),
        tag("td", row.now, className="num now"),
        tag("td", row.last_year, className="num"),
        tag("td", _year_change(row), className="num", title=row.aligned_note or row.year_change.note),
        tag("td", row.previous, className="num"),
        tag("td", said(row.previous_change, with_note=False), className="num", title=row.previous_change.note),
        tag("td", row.verdict.text, className=f"tone-{row.verdict.tone}", title=row.verdict.title),
        className="is-total" if row.is_total else "",
    )


def _year_change(row: ChangeRow) -> list[Any]:
    plain = said(row.year_change, with_note=False)
    if row.aligned is None:
        return [plain]
    return [plain, tag("span", "春节对齐 ", said(row.aligned, with_note=False), className="aligned")]


def matrix(
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str], Cell],
    corner: str = "派出所",
) -> html.Div:
    """Return rows × columns as a table of links with sticky heads.

    rows, columns: (key, name) in the order to show; cells: by (row key, column key); a missing cell is blank.
    """
    names = [tag("th", name, scope="col", title=name) for _, name in columns]
    head = tag("thead", tag("tr", tag("th", corner, scope="col"), names))
    body = [
        tag(
            "tr",
            tag("th", name, scope="row", title=name),
            [_cell(cells.get((row, column)), f"{name} · {title}") for column, title in columns],
        )
        for row, name in rows
    ]
    return static(tag("table", head, tag("tbody", body), className="matrix"), "matrix-box", tabIndex="0")


def _cell(cell: Cell | None, where: str) -> Written:
    if cell is None:
        return tag("td", className="step-none")
    inside = tag("a", cell.text, href=cell.href, tabIndex="-1") if cell.href else cell.text
    return tag("td", inside, className=f"step-{mark_of(cell.strength)}", title=f"{where}：{cell.title or cell.text}")


def plain_table(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Any]], caption: str = "") -> html.Div:
    """Return a table of text and numbers; heads: (name, whether it is a number)."""
    styles = ["num" if is_number else "" for _, is_number in heads]
    head = tag("tr", [tag("th", name, className=styles[i], scope="col") for i, (name, _) in enumerate(heads)])
    body = [tag("tr", [tag("td", value, className=styles[i]) for i, value in enumerate(row)]) for row in rows]
    named = tag("caption", caption, className="visually-hidden") if caption else None
    table = tag("table", named, tag("thead", head), tag("tbody", body), className="plain-table")
    return static(table, "table-scroll", tabIndex="0")


def live_table(heads: Sequence[tuple[str, bool]], rows: Sequence[Sequence[Any]], caption: str) -> html.Div:
    """Return the same of components, for the few tables with a cell that a callback listens to."""
    styles = ["num" if is_number else "" for _, is_number in heads]
    head = html.Tr([html.Th(name, className=styles[i], scope="col") for i, (name, _) in enumerate(heads)])
    body = [html.Tr([html.Td(value, className=styles[i]) for i, value in enumerate(row)]) for row in rows]
    named = html.Caption(caption, className="visually-hidden")
    table = html.Table([named, html.Thead(head), html.Tbody(body)], className="plain-table")
    return html.Div(table, className="table-scroll", tabIndex="0")
