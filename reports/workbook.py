"""A report as XLSX: its text, a sheet per table with typed cells and a frozen header, and a sheet of definitions."""

from __future__ import annotations

import io
import math
from typing import Any

import xlsxwriter

from reports.document import Cell, Chart, Report, Subheading, Table, tint
from reports.settling import settled
from reports.wording import numeral

# What a spreadsheet refuses in the name of a sheet, and how long it may be.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_LONGEST = 31
DEFINITIONS = "口径"
_TEXT_WIDTH, _LINE = 76.0, 15.0


def xlsx_bytes(report: Report) -> bytes:
    """Return a report as one workbook."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": report.title, "author": report.bureau, "created": report.settled_at})
        taken = {"正文", DEFINITIONS}
        _write_text(book, report)
        for table in report.tables[:-1]:
            _write_table(book, report, table, _named(table.name, taken))
        _write_table(book, report, report.definitions, DEFINITIONS)
    return settled(buffer.getvalue())


def _named(name: str, taken: set[str]) -> str:
    """Return a sheet name that is allowed and not taken yet."""
    base = name.translate(_NOT_IN_NAMES).strip()[:_LONGEST]
    found, number = base, 1
    while found in taken:
        number += 1
        found = f"{base[: _LONGEST - len(str(number))]}{number}"
    taken.add(found)
    return found


def _head(report: Report) -> list[tuple[str, str]]:
    marked = [("水印", report.watermark)] if report.watermark else []
    return [("标题", report.title), ("统计周期", report.period), ("单位", report.bureau), *report.origin, *marked]


def _write_text(book: Any, report: Report) -> None:
    """Write the sentences, so that a workbook can be read by itself."""
    page = book.add_worksheet("正文")
    wrap, strong = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
    page.set_column(0, 0, _TEXT_WIDTH, wrap)
    lines = [(text if name == "标题" else f"{name}：{text}", name == "标题") for name, text in _head(report)]
    lines.append((f"制表时间：{report.made_words}", False))
    for number, section in enumerate((one for one in report.sections if not one.appendix), 1):
        lines.append((f"{numeral(number)}、{section.title}", True))
        for part in section.parts:
            if isinstance(part, Table):
                lines.append((f"（见工作表「{part.name}」）", False))
            elif not isinstance(part, Chart):
                lines.append((part.text, isinstance(part, Subheading)))
    for row, (text, bold) in enumerate(lines):
        page.set_row(row, _height([text], [_TEXT_WIDTH]))
        page.write_string(row, 0, text, strong if bold else wrap)
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write_table(book: Any, report: Report, table: Table, name: str) -> None:
    page = book.add_worksheet(name)
    label, strong = book.add_format({"font_color": "#5B6778"}), book.add_format({"bold": True})
    header = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True, "valign": "vcenter"})
    head = [("表", table.name), *_head(report), *([("说明", table.note)] if table.note else [])]
    for row, (title, text) in enumerate(head):
        page.write_string(row, 0, title, label)
        page.write_string(row, 1, text, strong if row == 0 else None)
    top = len(head) + 1
    widths = [max(8.0, 9.0 * column.width) for column in table.columns]
    for place, column in enumerate(table.columns):
        page.set_column(place, place, widths[place])
        page.write_string(top, place, column.name, header)
    formats: dict[tuple[str, str], Any] = {}
    for number, cells in enumerate(table.rows, top + 1):
        if name == DEFINITIONS:
            page.set_row(number, _height([cell.text for cell in cells], widths))
        for place, cell in enumerate(cells):
            key = (cell.number, tint(cell))
            if key not in formats:
                formats[key] = book.add_format(_shape(cell, wrapped=name == DEFINITIONS))
            _write_cell(page, number, place, cell.value if cell.value is not None else cell.text, formats[key])
    page.freeze_panes(top + 1, _fixed(table))
    if table.rows:
        page.autofilter(top, 0, top + len(table.rows), len(table.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _shape(cell: Cell, wrapped: bool) -> dict[str, Any]:
    shape: dict[str, Any] = {"num_format": cell.number or "@", "border": 1, "text_wrap": wrapped, "valign": "top"}
    return shape | {"bg_color": f"#{tint(cell)}"} if tint(cell) else shape


def _height(texts: list[str], widths: list[float]) -> float:
    """Return the height of a row whose texts wrap; not every program finds it by itself. A Han character is 2 wide."""
    lines = [
        math.ceil(sum(2 if ord(sign) > 0x2E7F else 1 for sign in text) / (width - 2))
        for text, width in zip(texts, widths, strict=True)
    ]
    return _LINE * max(1, *lines)


def _fixed(table: Table) -> int:
    """Return how many columns on the left stay in sight: the number of the line and what it is about."""
    return 2 if table.columns[0].name == "序号" else 1


def _write_cell(page: Any, row: int, place: int, value: object, format: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        page.write_string(row, place, str(value), format)
    else:
        page.write_number(row, place, value, format)
