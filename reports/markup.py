"""WordprocessingML of what a report consists of: paragraphs, tables, lines to fill in, places of charts."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from reports.document import Cell, Chart, Table, tint

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
# Width of the text of a page with the margins of GB/T 9704: 156 mm in twentieths of a point, and in EMU.
TEXT_TWIPS, TEXT_EMU = 8845, 5_616_000
_CHART_RATIO = 0.3
# Up to this many bars fit the usual height of a chart.
_BARS = 8
# A table of up to so many rows fits a page and stays on one; of a longer one so many stay with the header.
_KEPT_ROWS, _FIRST_ROWS = 26, 3


def paragraph(text: str, style: str, page_break: bool = False) -> str:
    """Return a paragraph in a style (by id)."""
    before = "<w:pageBreakBefore/>" if page_break else ""
    return f"<w:p {_NAMES}><w:pPr><w:pStyle w:val={quoteattr(style)}/>{before}</w:pPr>{_run(text)}</w:p>"


def _run(text: str, more: str = "") -> str:
    clean = "".join(sign for sign in text if sign >= " ")
    properties = f"<w:rPr>{more}</w:rPr>" if more else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(clean)}</w:t></w:r>' if clean else ""


def fill_in(hint: str, style: str) -> str:
    """Return a line that people write themselves: a content control that shows its hint until it is clicked."""
    grey = '<w:color w:val="7F7F7F"/>'
    return (
        f"<w:p {_NAMES}><w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>"
        f'<w:sdt><w:sdtPr><w:alias w:val={quoteattr(hint)}/><w:showingPlcHdr/><w:text w:multiLine="1"/></w:sdtPr>'
        f"<w:sdtContent>{_run(hint, grey)}</w:sdtContent></w:sdt></w:p>"
    )


def table(table: Table, style: str) -> str:
    """Return a table whose header repeats on every page and whose rows are never split."""
    whole = sum(column.width for column in table.columns)
    widths = [round(TEXT_TWIPS * column.width / whole) for column in table.columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    head = "".join(_header(column.name, width, style) for column, width in zip(table.columns, widths, strict=True))
    rows = "".join(
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(
            _cell(cell, width, style, "right" if column.is_number else "left", _is_kept(table, number))
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        )
        + "</w:tr>"
        for number, row in enumerate(table.rows)
    )
    return (
        f'<w:tbl {_NAMES}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
    )


def _is_kept(table: Table, number: int) -> bool:
    """Whether a row stays on the page of what follows it: all of a short table with its note, the first of a long."""
    if len(table.rows) > _KEPT_ROWS:
        return number < _FIRST_ROWS
    return number < len(table.rows) - 1 or bool(table.note)


def _header(name: str, width: int, style: str) -> str:
    return _boxed(_run(name, "<w:b/>"), width, style, "center", '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>')


def _cell(cell: Cell, width: int, style: str, side: str, keep: bool) -> str:
    colour = tint(cell)
    shading = f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>' if colour else ""
    return _boxed(_run(cell.text), width, style, side, shading, keep)


def _boxed(run: str, width: int, style: str, side: str, shading: str, keep: bool = True) -> str:
    kept = "<w:keepNext/>" if keep else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shading}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/>{kept}<w:jc w:val="{side}"/></w:pPr>{run}</w:p></w:tc>'
    )


def chart(relationship: str, number: int, chart: Chart, style: str) -> str:
    """Return the paragraph that shows a chart part of the document."""
    bars = len(chart.categories) if chart.kind == "bar" else 0
    height = round(TEXT_EMU * _CHART_RATIO * max(1.0, bars / _BARS))
    said = f"{chart.name}（{chart.unit}）"
    return (
        f"<w:p {_NAMES}><w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr><w:r><w:drawing>"
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{TEXT_EMU}" cy="{height}"/>'
        f'<wp:docPr id="{1000 + number}" name="图{number}" descr={quoteattr(said)}/><wp:cNvGraphicFramePr/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="{relationship}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>'
    )
