"""What stands in a written report: text, cells and the numbers behind its charts, read back from the file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import openpyxl
from pptx import Presentation

from reports import writing
from reports.document import Chart, Report, Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_of(report: Report, **more: Any) -> Any:
    """Write a report and open it as python-docx does."""
    return docx.Document(io.BytesIO(writing.content(report, ".docx", **more)))


def docx_text(report: Report) -> str:
    """Return every text of the body, tables included, a line per paragraph or cell."""
    body = docx_of(report).element.body
    return "\n".join("".join(run.text or "" for run in one.iter(f"{W}t")) for one in body.iter(f"{W}p"))


def xlsx_of(report: Report) -> Any:
    """Write a report and open it as openpyxl does."""
    return openpyxl.load_workbook(io.BytesIO(writing.content(report, ".xlsx")))


def xlsx_values(report: Report) -> set[Any]:
    """Return every value of every cell."""
    return {cell.value for sheet in xlsx_of(report) for row in sheet.iter_rows() for cell in row}


def pptx_of(report: Report) -> Any:
    """Write a report and open it as python-pptx does."""
    return Presentation(io.BytesIO(writing.content(report, ".pptx")))


def pptx_text(report: Report) -> str:
    """Return every text of every slide, tables included."""
    shapes = [shape for slide in pptx_of(report).slides for shape in slide.shapes]
    frames = [shape.text_frame.text for shape in shapes if shape.has_text_frame]
    cells = [cell.text for shape in shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return "\n".join([*frames, *cells])


def books_in(content: bytes, folder: str) -> list[list[tuple[Any, ...]]]:
    """Return the rows of the workbooks that stand behind the charts of a DOCX or PPTX, in the order of their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = sorted(
            (name for name in package.namelist() if name.startswith(folder)), key=lambda one: (len(one), one)
        )
        return [
            list(openpyxl.load_workbook(io.BytesIO(package.read(name))).active.iter_rows(values_only=True))
            for name in names
        ]


def texts(report: Report, title: str = "") -> str:
    """Return the sentences of a report, or of the section of this title."""
    sections = [section for section in report.sections if title in section.title]
    return "\n".join(part.text for section in sections for part in section.parts if not isinstance(part, Table | Chart))


def table(report: Report, name: str) -> Table:
    """Return the table of this name."""
    return next(one for one in report.tables if one.name == name)


def printed(found: Table) -> list[list[str]]:
    """Return the texts of a table's cells, without the header."""
    return [[cell.text for cell in row] for row in found.rows]
