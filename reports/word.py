"""A report as DOCX in the layout of official documents (GB/T 9704), or in a bureau's own template."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part as PackagePart
from docx.oxml import parse_xml
from docx.text.paragraph import Paragraph

from metrics.model import MetricError
from reports import charts, markup
from reports.document import Chart, Report, Section, Subheading, Table, Text
from reports.settling import settled
from reports.stationery import dressed, plain_document, watermark
from reports.wording import numeral

MARKER = "{{正文}}"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def docx_bytes(report: Report, template: Path | None = None) -> bytes:
    """Return a report as DOCX; raises MetricError for a template that is no DOCX.

    template: its styles, margins, header and footer are kept. The report takes the place of the paragraph {{正文}} (or
    stands at the end); {{标题}}, {{单位}}, {{统计周期}}, {{数据截至}}, {{版本}} and {{制表时间}} are filled in
    wherever they stand.
    """
    document = plain_document() if template is None else _opened(template)
    styles = dressed(document)
    titled = _filled(document, report)
    body = [*([] if titled else _head(report, styles)), *_content(document, report, styles)]
    _put(document, body)
    if report.watermark:
        watermark(document, report.watermark)
    _settle_properties(document, report)
    buffer = io.BytesIO()
    document.save(buffer)
    return settled(buffer.getvalue())


def _opened(template: Path) -> Document:
    try:
        return docx.Document(str(template))
    except Exception as error:
        raise MetricError(f"模板 {template} 无法打开。请用 WPS 或 Word 另存为 .docx 后重试。") from error


def _settle_properties(document: Document, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = report.title, report.bureau, report.bureau
    properties.created = properties.modified = report.settled_at
    properties.comments, properties.revision, properties.language = "", 1, "zh-CN"


# ---- placeholders --------------------------------------------------------------------------------


def _filled(document: Document, report: Report) -> bool:
    """Fill the placeholders of a template; returns whether it has a place for the title."""
    values = {"标题": report.title, "单位": report.bureau, "统计周期": report.period, "制表时间": report.made_words}
    values |= dict(report.origin)
    titled = False
    for paragraph in _paragraphs(document):
        text = paragraph.text
        if "{{" not in text or text.strip() == MARKER:
            continue
        titled |= "{{标题}}" in text
        for name, value in values.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        # Word splits a placeholder over runs as it likes: the first run takes the text, in its own format.
        first, *rest = paragraph.runs
        first.text = text
        for run in rest:
            run._r.getparent().remove(run._r)
    return titled


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    """Yield every paragraph of the body, of its tables, and of headers and footers."""
    tables = list(document.tables)
    yield from document.paragraphs
    for section in document.sections:
        for part in (
            section.header, section.footer, section.first_page_header, section.first_page_footer,
            section.even_page_header, section.even_page_footer,
        ):  # fmt: skip
            if not part.is_linked_to_previous:
                yield from part.paragraphs
                tables += part.tables
    for table in tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def _put(document: Document, body: Iterable[str]) -> None:
    """Put elements in the place of the marker, or before the last section's properties."""
    marker = next((one for one in document.paragraphs if one.text.strip() == MARKER), None)
    anchor = document.element.body.sectPr if marker is None else marker._p
    for xml in body:
        anchor.addprevious(parse_xml(xml))
    if marker is not None:
        marker._p.getparent().remove(marker._p)


# ---- content -------------------------------------------------------------------------------------


def _head(report: Report, styles: dict[str, str]) -> list[str]:
    facts = [f"{name}：{text}" for name, text in report.origin]
    made = f"制表时间：{report.made_words}"
    return [
        markup.paragraph(report.title, styles["title"]),
        markup.paragraph(f"（{report.period}）", styles["subtitle"]),
        markup.paragraph("　".join([*facts[:2], made]), styles["origin"]),
        *(markup.paragraph(fact, styles["origin"]) for fact in facts[2:]),
    ]


def _content(document: Document, report: Report, styles: dict[str, str]) -> Iterator[str]:
    figures = _Figures(document, report)
    main = [section for section in report.sections if not section.appendix]
    extra = [section for section in report.sections if section.appendix]
    for number, section in enumerate(main, 1):
        yield markup.paragraph(f"{numeral(number)}、{section.title}", styles["heading"])
        yield from _parts(section, styles, figures)
    last = Section(report.definitions.name, tuple(_defined(report.definitions)), appendix=True)
    for number, section in enumerate([*extra, last], 1):
        # The appendix begins on a page of its own; a table that would be cut goes to the next page whole.
        yield markup.paragraph(f"附表{number}　{section.title}", styles["heading"], page_break=number == 1)
        yield from _parts(section, styles, figures)


def _parts(section: Section, styles: dict[str, str], figures: _Figures) -> Iterator[str]:
    for part in section.parts:
        if isinstance(part, Subheading):
            yield markup.paragraph(part.text, styles["subheading"])
        elif isinstance(part, Table):
            yield from _table(part, styles, titled=part.name != section.title)
        elif isinstance(part, Chart):
            yield figures.drawn(part, styles["figure"])
            yield markup.paragraph(part.name, styles["caption_below"])
            if part.note:
                yield markup.paragraph(part.note, styles["note"])
        elif part.kind == "blank":
            yield markup.fill_in(part.text, styles["body"])
        else:
            yield markup.paragraph(part.text, styles[part.kind])


def _table(table: Table, styles: dict[str, str], titled: bool) -> Iterator[str]:
    if titled:
        yield markup.paragraph(table.name, styles["caption"])
    yield markup.table(table, styles["cell"])
    yield markup.paragraph(table.note, styles["note"])


def _defined(table: Table) -> Iterator[Text]:
    """Yield the definitions as small paragraphs: six columns on a sheet are too many for a page of paper."""
    for number, label, unit, meaning, formula, clause in table.rows:
        based = f"依据：{clause.text}。" if clause.text != "—" else ""
        yield Text(
            f"{number.text}. {label.text}（{unit.text}）：{meaning.text}算法：{formula.text}。{based}", "definition"
        )


class _Figures:
    """Numbers the charts of a document and adds their parts to its package."""

    def __init__(self, document: Document, report: Report) -> None:
        self._document, self._report, self._count = document, report, 0

    def drawn(self, chart: Chart, style: str) -> str:
        """Add a chart and its workbook; returns the paragraph that shows it."""
        self._count += 1
        package = self._document.part.package
        book = PackagePart(
            PackURI(f"/word/embeddings/station_watch_{self._count}.xlsx"), _XLSX_TYPE,
            charts.workbook_of(chart, self._report.settled_at), package,
        )  # fmt: skip
        part = PackagePart(PackURI(f"/word/charts/station_watch_{self._count}.xml"), _CHART_TYPE, None, package)
        id = part.relate_to(book, RELATIONSHIP_TYPE.PACKAGE)
        part._blob = charts.xml_of(chart, 9, id)
        shown = self._document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
        return markup.chart(shown, self._count, chart, style)


def sample_template() -> bytes:
    """Return a template to change: our page, every style with its name, and every placeholder."""
    document = plain_document()
    styles = dressed(document)
    lines = [
        ("title", "{{标题}}"), ("subtitle", "（{{统计周期}}）"),
        ("origin", "{{单位}}　数据截至：{{数据截至}}　版本：{{版本}}　制表时间：{{制表时间}}"), ("body", MARKER),
    ]  # fmt: skip
    _put(document, [markup.paragraph(text, styles[role]) for role, text in lines])
    document.core_properties.author = ""
    document.core_properties.comments = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return settled(buffer.getvalue())
