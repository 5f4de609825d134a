"""A report as PPTX for the meeting: a title, then one key message a slide with the figure that carries it."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from metrics.model import MetricError
from reports import charts
from reports.document import Chart, Message, Report, Table
from reports.settling import settled

_WIDE, _HIGH = Inches(13.333), Inches(7.5)
_EDGE = 0.6
_INK, _INK_2, _ACCENT = "18212F", "5B6778", "1F5FBF"
FACE = "微软雅黑"
_TITLE_ONLY = ("Title Only", "仅标题")
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_MOST_ROWS = 13
# A longer message takes a smaller size, so that it stays on two lines.
_LONG, _VERY_LONG = 45, 80


def pptx_bytes(report: Report, template: Path | None = None) -> bytes:
    """Return the slides of a report; raises MetricError for a template that is no PPTX.

    template: its master, layouts and slide size are used, its own slides are left out.
    """
    show = _plain() if template is None else _opened(template)
    _title_slide(_Page.added(show, template is not None), report)
    behind = [Message(f"备查：{part.name}", part) for table in report.behind for part in _cut(table)]
    for number, message in enumerate((*report.messages, *behind), 2):
        _message_slide(_Page.added(show, template is not None), report, message, number)
    properties = show.core_properties
    properties.title, properties.author, properties.last_modified_by = report.title, report.bureau, report.bureau
    properties.created = properties.modified = report.settled_at
    properties.revision, properties.language = 1, "zh-CN"
    buffer = io.BytesIO()
    show.save(buffer)
    return settled(buffer.getvalue())


def _plain() -> Any:
    show = Presentation()
    for id, one in list(show.part.package._rels.items()):
        if one.reltype.endswith("/thumbnail"):
            # The preview picture of the library's empty file.
            show.part.package._rels.pop(id)
    show.slide_width, show.slide_height = _WIDE, _HIGH
    return show


def _opened(template: Path) -> Any:
    """Return a template without its own slides."""
    try:
        show = Presentation(str(template))
    except Exception as error:
        raise MetricError(f"模板 {template} 无法打开。请用 WPS 或 PowerPoint 另存为 .pptx 后重试。") from error
    listed = show.slides._sldIdLst
    for one in list(listed):
        show.part.drop_rel(one.rId)
        listed.remove(one)
    if not any(_has_title(layout) for layout in show.slide_layouts):
        raise MetricError(f"模板 {template} 没有带标题的版式。请加上「仅标题」版式后重试。")
    return show


def _has_title(layout: Any) -> bool:
    return any(one.placeholder_format.type in _TITLES for one in layout.placeholders)


def _layout(show: Any) -> Any:
    """Return the layout with a title and as little else as there is."""
    titled = [one for one in show.slide_layouts if _has_title(one)]
    return min(titled, key=lambda one: (one.name not in _TITLE_ONLY, len(one.placeholders)))


@dataclass(frozen=True)
class _Page:
    """A slide with its measures: everything is laid out for 7.5 inches of height and shrinks with the slide."""

    slide: Any
    wide: int
    scale: float
    is_own: bool

    @classmethod
    def added(cls, show: Any, is_own: bool) -> _Page:
        """Add a slide; is_own: of a bureau's template, whose title keeps its place and face."""
        slide = show.slides.add_slide(_layout(show))
        for one in list(slide.placeholders):
            if one.placeholder_format.type not in _TITLES:
                # Nobody shall read 「单击此处添加文本」 at a meeting.
                one._element.getparent().remove(one._element)
        return cls(slide, show.slide_width, show.slide_height / _HIGH, is_own)

    def inches(self, number: float) -> int:
        return int(Inches(number) * self.scale)

    @property
    def inside(self) -> int:
        """Width between the edges."""
        return self.wide - 2 * self.inches(_EDGE)

    def title(self, text: str, top: float, high: float, size: float) -> None:
        shape = self.slide.shapes.title
        if not self.is_own:
            shape.left, shape.top = self.inches(_EDGE), self.inches(top)
            shape.width, shape.height = self.inside, self.inches(high)
        self.say(shape.text_frame, text, size, bold=True, is_plain=self.is_own)

    def box(self, text: str, top: float, size: float, colour: str) -> None:
        box = self.slide.shapes.add_textbox(self.inches(_EDGE), self.inches(top), self.inside, self.inches(0.4))
        self.say(box.text_frame, text, size, colour=colour)

    def corner(self, text: str, right: float, top: float, width: float, size: float, colour: str) -> None:
        left = self.wide - self.inches(right)
        box = self.slide.shapes.add_textbox(left, self.inches(top), self.inches(width), self.inches(0.4))
        self.say(box.text_frame, text, size, colour=colour)

    def say(
        self, frame: Any, text: str, size: float, bold: bool = False, colour: str = _INK, is_plain: bool = False
    ) -> None:
        """Write one run into a frame; names the face for Chinese characters too, unless it is plain."""
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        paragraph = frame.paragraphs[0]
        paragraph.alignment = 1
        run = paragraph.add_run()
        run.text = text
        run.font.size = Pt(round(size * self.scale))
        properties = run._r.get_or_add_rPr()
        properties.set("lang", "zh-CN")
        if is_plain:
            return
        run.font.bold, run.font.name = bold, FACE
        run.font.color.rgb = RGBColor.from_string(colour)
        properties.find(qn("a:latin")).addnext(
            parse_xml(f'<a:ea xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" typeface="{FACE}"/>')
        )


def _cut(table: Table) -> list[Table]:
    """Return a table in pieces that fit a slide."""
    starts = range(0, len(table.rows), _MOST_ROWS)
    return [replace(table, rows=table.rows[start : start + _MOST_ROWS]) for start in starts]


def _title_slide(page: _Page, report: Report) -> None:
    page.title(report.title, 2.3, 1.2, 40)
    page.box(f"（{report.period}）", 3.6, 24, _INK)
    page.box("　".join(f"{name}：{text}" for name, text in report.origin), 4.4, 16, _INK_2)
    page.box(f"制表时间：{report.made_words}", 4.9, 16, _INK_2)
    _mark(page, report)


def _message_slide(page: _Page, report: Report, message: Message, number: int) -> None:
    length = len(message.text)
    page.title(message.text, 0.35, 1.15, 28 if length <= _LONG else 24 if length <= _VERY_LONG else 19)
    if isinstance(message.figure, Chart):
        _draw(page, message.figure, report)
    elif isinstance(message.figure, Table):
        _tabulate(page, message.figure)
    facts = "　".join(f"{name}：{text}" for name, text in report.origin)
    page.box(f"{report.period}　{facts}", 7.0, 11, _INK_2)
    page.corner(str(number), 1.2, 7.0, 0.7, 11, _INK_2)
    _mark(page, report)


def _draw(page: _Page, chart: Chart, report: Report) -> None:
    note = f"（{chart.note.rstrip('。')}）" if chart.note else ""
    page.box(f"{chart.name}{note}，单位：{chart.unit}", 1.55, 16, _INK_2)
    frame = page.slide.shapes.add_chart(
        charts.kind_of(chart), page.inches(_EDGE), page.inches(2.0), page.inside, page.inches(4.9),
        charts.data_of(chart),
    )  # fmt: skip
    frame.name = chart.name
    charts.dress(frame.chart, chart, round(14 * page.scale))
    frame.chart.part.chart_workbook.update_from_xlsx_blob(charts.workbook_of(chart, report.settled_at))


def _tabulate(page: _Page, table: Table) -> None:
    said = f"{table.name}。{table.note}" if table.note else table.name
    page.box(said, 1.55, 16 if len(said) <= _LONG else 11, _INK_2)
    rows = table.rows[:_MOST_ROWS]
    frame = page.slide.shapes.add_table(
        len(rows) + 1, len(table.columns), page.inches(_EDGE), page.inches(2.0), page.inside,
        page.inches(0.36 * (len(rows) + 1)),
    )  # fmt: skip
    whole = sum(column.width for column in table.columns)
    size = 12 if len(table.columns) > 6 else 13
    for place, column in enumerate(table.columns):
        frame.table.columns[place].width = int(page.inside * column.width / whole)
        page.say(frame.table.cell(0, place).text_frame, column.name, size, bold=True, colour="FFFFFF")
        for number, row in enumerate(rows, 1):
            page.say(frame.table.cell(number, place).text_frame, row[place].text, size)


def _mark(page: _Page, report: Report) -> None:
    if report.watermark:
        page.corner(report.watermark, 3.2, 0.05, 2.7, 14, "B7791F")
