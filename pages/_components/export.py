"""Exports of what a page shows: CSV and XLSX that begin with what the figures are, and the template to report with.

A page says once, below its imports, which card gives which table:

    export.offer({"trend-line": line_sheet})

    def line_sheet(shown: Shown) -> export.Sheet:
        found = days(shown.snapshot, shown.selection)              # the same call that draws the figure
        columns = (export.Column("日期", "date"), export.Column("有效警情", "number", decimals=0))
        return export.sheet_of(shown, "按日趋势", columns, found.rows, about="alerts_valid")

The card then has the menu 「导出」 with CSV and XLSX; PNG is made in the browser of every card that holds a figure.
"""

from __future__ import annotations

import base64
import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dash import dcc, html

from data.reading import Snapshot
from metrics.model import MetricError
from pages._components import definitions
from pages._components.shown import Pinning, Shown, pinned
from pages._components.template import tokens

CSV_TYPE = "text/csv;charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A text that begins so is a formula to a spreadsheet.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What a spreadsheet refuses in the name of a sheet.
_NOT_IN_FILE_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|\n\t ', "-"))
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))

Value = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """A column of an export; decimals: how many a number shows in XLSX (None: as many as it has)."""

    name: str
    kind: Literal["text", "number", "date"] = "text"
    width: int = 12
    decimals: int | None = None


@dataclass(frozen=True)
class Sheet:
    """One table with the lines above it: what it is, its period, 口径, data-as-of and version."""

    name: str
    head: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    # Columns on the left that stay in sight.
    fixed: int = 0


Sheets = Callable[[Shown], Sheet | Sequence[Sheet]]


@dataclass(frozen=True)
class Offer:
    """What a card gives: its tables, and where its notes hang."""

    sheets: Sheets
    pinning: Pinning = pinned


_OFFERS: dict[str, Offer] = {}


def offer(sheets: Mapping[str, Sheets], pinning: Pinning = pinned) -> None:
    """Let cards export tables; CSV takes the first table, XLSX all of them.

    sheets: a function by card id, given what is shown; ids of cards are the same nowhere else in the application.
    pinning: first day, last day and filter that notes to these cards hang on, for pages that the filter bar does not
    rule. Raises ValueError for an id that another page offers.
    """
    for card, function in sheets.items():
        known = _OFFERS.get(card)
        if known and known.sheets.__module__ != function.__module__:
            raise ValueError(f"card {card} belongs to {known.sheets.__module__} and to {function.__module__}")
        _OFFERS[card] = Offer(function, pinning)


def offered(card: str) -> Offer | None:
    """Return what a card gives, None when its page offers nothing."""
    return _OFFERS.get(card)


def download(shown: Shown, card: str, kind: str) -> dict[str, Any]:
    """Return the data of a dcc.Download for the tables of a card; kind: csv or xlsx. Raises MetricError."""
    found = offered(card)
    if found is None:
        raise MetricError("这一图表没有可导出的数据。请刷新页面后重试。")
    made = found.sheets(shown)
    sheets = [made] if isinstance(made, Sheet) else list(made)
    told = dict(sheets[0].head)
    name = "_".join(part for part in (told.get("标题", card), told.get("时段", ""), f"版本{shown.snapshot.id}") if part)
    name = name.translate(_NOT_IN_FILE_NAMES)[:100]
    return csv_download(sheets[0], name) if kind == "csv" else xlsx_download(sheets, name)


def sheet_of(
    shown: Shown,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    about: str | Sequence[str] = (),
    lines: Sequence[tuple[str, str]] = (),
    fixed: int = 1,
    name: str = "",
) -> Sheet:
    """Return a table with the lines that stand above every export: title, period, filter, 口径, data-as-of, version.

    rows: in the order of the columns; NaN and pandas' missing values become blank, NumPy numbers plain ones.
    about: metric or method ids whose formulas are the 口径; lines: more lines, e.g. ("对比", "环比对 …").
    """
    ids = [about] if isinstance(about, str) else list(about)
    told = head(
        shown.snapshot,
        title,
        ("时段", shown.period_words()),
        ("筛选", shown.filter_words()),
        ("口径", definitions.words(ids)),
        *lines,
    )
    cells = tuple(tuple(plain(value) for value in row) for row in rows)
    return Sheet(name or title, told, tuple(columns), cells, fixed)


def plain(value: Any) -> Value:
    """Return what a spreadsheet can hold; anything without a value is blank."""
    if value is None or isinstance(value, (str, bool)):
        return None if value is None else str(value) if isinstance(value, str) else ("是" if value else "否")
    if hasattr(value, "item") and not isinstance(value, date):
        value = value.item()
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() else value
    if isinstance(value, (int, date)):
        # NaT is a date to Python and equal to nothing.
        return value if value == value else None
    return None if str(value) in ("<NA>", "nan", "NaT") else str(value)


def head(snapshot: Snapshot, title: str, *lines: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the lines above a table: title, the lines given, then data-as-of, version, and 示例数据."""
    as_of = snapshot.version.data_as_of
    told = [
        ("标题", title),
        ("单位", snapshot.meta.get("bureau", "")),
        *lines,
        ("数据截至", as_of[:16] if as_of else "—"),
        ("版本", str(snapshot.id)),
        *([("示例数据", "虚构的单位与数据，仅供演示")] if snapshot.is_demo else []),
    ]
    return tuple((name, text) for name, text in told if text)


def csv_text(sheet: Sheet) -> str:
    """Return a table as CSV that spreadsheets open as UTF-8; no text of the data can act as a formula there."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows((name, _harmless(text)) for name, text in sheet.head)
    writer.writerow(())
    writer.writerow(_harmless(column.name) for column in sheet.columns)
    writer.writerows([_harmless(value) for value in row] for row in sheet.rows)
    return "\ufeff" + buffer.getvalue()


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return tables as one workbook: typed cells, the header frozen and filterable."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        for sheet in sheets:
            _write_sheet(book, sheet)
    return buffer.getvalue()


def csv_download(sheet: Sheet, name: str) -> dict[str, Any]:
    """Return the data of a dcc.Download for a CSV."""
    return _download(csv_text(sheet).encode(), f"{name}.csv", CSV_TYPE)


def xlsx_download(sheets: Sequence[Sheet], name: str) -> dict[str, Any]:
    """Return the data of a dcc.Download for a workbook."""
    return _download(xlsx_bytes(sheets), f"{name}.xlsx", XLSX_TYPE)


def file_download(content: bytes, name: str) -> dict[str, Any]:
    """Return the data of a dcc.Download for a workbook that was written elsewhere."""
    return _download(content, name, XLSX_TYPE)


def buttons(id: str) -> html.Span:
    """Return the buttons CSV and XLSX of a figure, `<id>-csv` and `<id>-xlsx`, and the download `<id>-file`."""
    return html.Span(
        [
            html.Button(
                f"导出 {words}",
                id=f"{id}-{kind}",
                type="button",
                className="button button-quiet",
                title=f"导出本页所示（{words}）",
            )
            for kind, words in (("csv", "CSV"), ("xlsx", "XLSX"))
        ]
        + [dcc.Download(id=f"{id}-file")],
        className="export-buttons",
    )


def template_button(place: str) -> html.Span:
    """Return the button that downloads the template of reported indicators; place: the page that it stands on."""
    return html.Span(
        [
            html.Button(
                "下载报送模板（XLSX）",
                id={"type": "reported-template", "place": place},
                type="button",
                className="button button-quiet",
                title="填好后在「数据接入」导入，映射选「报送指标」",
            ),
            dcc.Download(id={"type": "reported-template-file", "place": place}),
        ]
    )


def _download(content: bytes, name: str, type: str) -> dict[str, Any]:
    return {"content": base64.b64encode(content).decode(), "filename": name, "type": type, "base64": True}


def _harmless(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and len(value) > 1:
        return f"'{value}"
    return value


def _write_sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name.translate(_NOT_IN_SHEET_NAMES)[:31])
    token = tokens("light")
    label, strong = book.add_format({"font_color": token["ink-2"]}), book.add_format({"bold": True})
    header = book.add_format(
        {"bold": True, "bg_color": token["surface-2"], "bottom": 1, "text_wrap": True, "valign": "vcenter"}
    )
    for row, (name, text) in enumerate(sheet.head):
        page.write_string(row, 0, name, label)
        page.write_string(row, 1, text, strong if row == 0 else None)
    top = len(sheet.head) + 1
    formats = [_format(book, column) for column in sheet.columns]
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(top, place, column.name, header)
    for number, row_values in enumerate(sheet.rows, top + 1):
        for place, value in enumerate(row_values):
            _write_value(page, number, place, value, formats[place])
    page.freeze_panes(top + 1, sheet.fixed)
    if sheet.rows:
        page.autofilter(top, 0, top + len(sheet.rows), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _format(book: Any, column: Column) -> Any:
    if column.kind == "date":
        return book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
    if column.kind == "text":
        return book.add_format({"num_format": "@"})
    if column.decimals is None:
        return book.add_format({"num_format": "General"})
    return book.add_format({"num_format": "#,##0" + ("." + "0" * column.decimals if column.decimals else "")})


def _write_value(page: Any, row: int, place: int, value: Value, format: Any) -> None:
    if value is None:
        page.write_blank(row, place, None, format)
    elif isinstance(value, str):
        page.write_string(row, place, value, format)
    elif isinstance(value, date):
        page.write_datetime(row, place, value, format)
    else:
        page.write_number(row, place, value, format)
