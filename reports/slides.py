"""A report as PPTX for the meeting: a title, then one key message a slide with the figure that carries it."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from reports import charts
from reports.document import Chart, Message, Report, Table
from reports.settling import settled

_WIDE, _HIGH = Inches(13.333), Inches(7.5)
_EDGE = Inches(0.6)
_INK, _INK_2, _ACCENT = "18212F", "5B6778", "1F5FBF"
FACE = "微软雅黑"
_TITLE_ONLY = 5
_MOST_ROWS = 13
# A longer message takes a smaller size, so that it stays on two lines.
_LONG, _VERY_LONG = 45, 80


def pptx_bytes(report: Report) -> bytes:
    """Return the slides of a report."""
    show = Presentation()
    for id, one in list(show.part.package._rels.items()):
        if one.reltype.endswith("/thumbnail"):
            # The preview picture of the library's empty file.
            show.part.package._rels.pop(id)
    show.slide_width, show.slide_height = _WIDE, _HIGH
    _title_slide(show, report)
    behind = [Message(f"备查：{part.name}", part) for table in report.behind for part in _cut(table)]
    for number, message in enumerate((*report.messages, *behind), 2):
        _message_slide(show, report, message, number)
    properties = show.core_properties
    properties.title, properties.author, properties.last_modified_by = report.title, report.bureau, report.bureau
    properties.created = properties.modified = report.settled_at
    properties.revision, properties.language = 1, "zh-CN"
    buffer = io.BytesIO()
    show.save(buffer)
    return settled(buffer.getvalue())


def _cut(table: Table) -> list[Table]:
    """Return a table in pieces that fit a slide."""
    starts = range(0, len(table.rows), _MOST_ROWS)
    return [replace(table, rows=table.rows[start : start + _MOST_ROWS]) for start in starts]


def _title_slide(show: Any, report: Report) -> None:
    slide = show.slides.add_slide(show.slide_layouts[_TITLE_ONLY])
    _place(slide.shapes.title, _EDGE, Inches(2.3), _WIDE - 2 * _EDGE, Inches(1.2))
    _say(slide.shapes.title.text_frame, report.title, 40, bold=True)
    said = [f"（{report.period}）", "　".join(f"{name}：{text}" for name, text in report.origin)]
    _box(slide, said[0], Inches(3.6), 24, _INK)
    _box(slide, said[1], Inches(4.4), 16, _INK_2)
    _box(slide, f"制表时间：{report.made_words}", Inches(4.9), 16, _INK_2)
    _mark(slide, report)


def _message_slide(show: Any, report: Report, message: Message, number: int) -> None:
    slide = show.slides.add_slide(show.slide_layouts[_TITLE_ONLY])
    _place(slide.shapes.title, _EDGE, Inches(0.35), _WIDE - 2 * _EDGE, Inches(1.15))
    length = len(message.text)
    _say(
        slide.shapes.title.text_frame, message.text, 28 if length <= _LONG else 24 if length <= _VERY_LONG else 19, True
    )
    if isinstance(message.figure, Chart):
        _draw(slide, message.figure, report)
    elif isinstance(message.figure, Table):
        _tabulate(slide, message.figure)
    facts = "　".join(f"{name}：{text}" for name, text in report.origin)
    _box(slide, f"{report.period}　{facts}", Inches(7.0), 11, _INK_2)
    _number(slide, number)
    _mark(slide, report)


def _draw(slide: Any, chart: Chart, report: Report) -> None:
    note = f"（{chart.note.rstrip('。')}）" if chart.note else ""
    _box(slide, f"{chart.name}{note}，单位：{chart.unit}", Inches(1.55), 16, _INK_2)
    frame = slide.shapes.add_chart(
        charts.kind_of(chart), _EDGE, Inches(2.0), _WIDE - 2 * _EDGE, Inches(4.9), charts.data_of(chart)
    )
    frame.name = chart.name
    charts.dress(frame.chart, chart, 14)
    frame.chart.part.chart_workbook.update_from_xlsx_blob(charts.workbook_of(chart, report.settled_at))


def _tabulate(slide: Any, table: Table) -> None:
    _box(slide, f"{table.name}。{table.note}", Inches(1.55), 16 if len(table.note) <= _LONG else 11, _INK_2)
    rows = table.rows[:_MOST_ROWS]
    frame = slide.shapes.add_table(
        len(rows) + 1, len(table.columns), _EDGE, Inches(2.0), _WIDE - 2 * _EDGE, Inches(0.36) * (len(rows) + 1)
    )
    whole = sum(column.width for column in table.columns)
    size = 12 if len(table.columns) > 6 else 13
    for place, column in enumerate(table.columns):
        frame.table.columns[place].width = int((_WIDE - 2 * _EDGE) * column.width / whole)
        _say(frame.table.cell(0, place).text_frame, column.name, size, bold=True, colour="FFFFFF")
        for number, row in enumerate(rows, 1):
            _say(frame.table.cell(number, place).text_frame, row[place].text, size)


def _box(slide: Any, text: str, top: Any, size: float, colour: str) -> None:
    box = slide.shapes.add_textbox(_EDGE, top, _WIDE - 2 * _EDGE, Inches(0.4))
    _say(box.text_frame, text, size, colour=colour)


def _number(slide: Any, number: int) -> None:
    box = slide.shapes.add_textbox(_WIDE - Inches(1.2), Inches(7.0), Inches(0.7), Inches(0.4))
    _say(box.text_frame, str(number), 11, colour=_INK_2)


def _mark(slide: Any, report: Report) -> None:
    if report.watermark:
        box = slide.shapes.add_textbox(_WIDE - Inches(3.2), Inches(0.05), Inches(2.7), Inches(0.35))
        _say(box.text_frame, report.watermark, 14, colour="B7791F")


def _place(shape: Any, left: Any, top: Any, width: Any, height: Any) -> None:
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def _say(frame: Any, text: str, size: float, bold: bool = False, colour: str = _INK) -> None:
    """Write one run into a frame; names the face for Chinese characters too."""
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = 1
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FACE
    run.font.color.rgb = RGBColor.from_string(colour)
    properties = run._r.get_or_add_rPr()
    properties.set("lang", "zh-CN")
    properties.find(qn("a:latin")).addnext(
        parse_xml(f'<a:ea xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" typeface="{FACE}"/>')
    )
