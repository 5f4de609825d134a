"""The look of official documents (GB/T 9704): page, styles, page numbers, watermark; what a template lacks of it."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle

_LEFT, _CENTRE = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER
_BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY
# Faces that a machine without the first one has in its place; none is shipped.
_FALLBACKS = {
    "方正小标宋简体": "小标宋,SimSun,Noto Serif CJK SC",
    "黑体": "SimHei,Noto Sans CJK SC",
    "楷体_GB2312": "楷体,KaiTi,Noto Serif CJK SC",
    "仿宋_GB2312": "仿宋,FangSong,Noto Serif CJK SC",
    "宋体": "SimSun,Noto Serif CJK SC",
}
_LATIN = "Times New Roman"


@dataclass(frozen=True)
class Look:
    """A paragraph style: face, size and line in points (line 0: single), alignment, indent of the first line.

    keep: on the page of what follows. together: never cut by the end of a page.
    """

    name: str
    face: str
    size: float
    line: float = 29.0
    align: WD_ALIGN_PARAGRAPH = _BOTH
    indent: bool = False
    outline: int | None = None
    keep: bool = False
    space: float = 0.0
    together: bool = False


LOOKS = {
    "title": Look("公文标题", "方正小标宋简体", 22, 35, _CENTRE),
    "subtitle": Look("公文副题", "楷体_GB2312", 16, 29, _CENTRE),
    "origin": Look("公文出处", "宋体", 10.5, 18, _CENTRE, space=6),
    "heading": Look("公文一级标题", "黑体", 16, indent=True, outline=0, keep=True),
    "subheading": Look("公文二级标题", "楷体_GB2312", 16, indent=True, outline=1, keep=True),
    "body": Look("公文正文", "仿宋_GB2312", 16, indent=True),
    "caption": Look("公文表题", "黑体", 12, 22, _CENTRE, keep=True, space=4),
    "caption_below": Look("公文图题", "黑体", 12, 22, _CENTRE),
    "note": Look("公文注", "宋体", 10.5, 16, _LEFT, space=6, together=True),
    "definition": Look("公文口径", "宋体", 9, 13, _LEFT, space=3, together=True),
    "cell": Look("公文表格", "宋体", 10.5, 0, _LEFT),
    "figure": Look("公文图", "宋体", 10.5, 0, _CENTRE, keep=True),
}


def plain_document() -> Document:
    """Return an empty document on our own stationery."""
    document = docx.Document()
    _forget_thumbnail(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    # One character from the outer edge of the type area, as the standard has it: right on odd pages, left on even ones.
    _number_pages(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _number_pages(section.even_page_footer, _LEFT)
    _speak_chinese(document)
    return document


def dressed(document: Document) -> dict[str, str]:
    """Give a document the styles that it lacks; returns the id of each by its role. A template's own are left alone."""
    known = {style.name for style in document.styles}
    for look in LOOKS.values():
        if look.name not in known:
            _add(document, look)
    _name_fallbacks(document)
    return {role: document.styles[look.name].style_id for role, look in LOOKS.items()}


def _add(document: Document, look: Look) -> None:
    style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = None
    _set_face(style, look.face)
    style.font.size = Pt(look.size)
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(0), Pt(look.space)
    form.alignment, form.keep_with_next = look.align, look.keep
    form.widow_control, form.keep_together = False, look.together
    if look.line:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(look.line)
    if look.indent:
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:firstLineChars"), "200")
        indent.set(qn("w:firstLine"), str(round(look.size * 2 * 20)))
    if look.outline is not None:
        style.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{look.outline}"/>'))


def _set_face(style: ParagraphStyle, face: str) -> None:
    style.font.name = _LATIN
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    faces.set(qn("w:eastAsia"), face)
    faces.set(qn("w:hint"), "eastAsia")


def _speak_chinese(document: Document) -> None:
    """Set the language and faces of what has no style of its own."""
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _set_face(normal, "仿宋_GB2312")
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _forget_thumbnail(document: Document) -> None:
    """Drop the preview picture of the library's empty document."""
    package = document.part.package
    for id, one in list(package.rels.items()):
        if one.reltype.endswith("/thumbnail"):
            del package.rels[id]


def _name_fallbacks(document: Document) -> None:
    """List in the font table what may stand for a face that the reader's machine lacks."""
    part = next((one for one in document.part.package.parts if str(one.partname) == "/word/fontTable.xml"), None)
    if part is None:
        return
    root = parse_xml(part.blob)
    known = {font.get(qn("w:name")) for font in root}
    for face, others in _FALLBACKS.items():
        if face not in known:
            root.append(
                parse_xml(
                    f"<w:font {nsdecls('w')} w:name={quoteattr(face)}><w:altName w:val={quoteattr(others)}/>"
                    '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
                )
            )
    part._blob = serialize_part_xml(root)


def _number_pages(footer: object, side: WD_ALIGN_PARAGRAPH) -> None:
    """Put 「— 1 —」 into a footer, 宋体 14 pt, one character from the edge."""
    footer.is_linked_to_previous = False  # type: ignore[attr-defined]
    paragraph = footer.paragraphs[0]  # type: ignore[attr-defined]
    paragraph.alignment = side
    edge = "right" if side == WD_ALIGN_PARAGRAPH.RIGHT else "left"
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()
    indent.set(qn(f"w:{edge}Chars"), "100")
    indent.set(qn(f"w:{edge}"), "280")
    face = (
        '<w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>'
        '<w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr>'
    )
    for inside in (
        "<w:t>— </w:t>", '<w:fldChar w:fldCharType="begin"/>', '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>', "<w:t>1</w:t>", '<w:fldChar w:fldCharType="end"/>', "<w:t> —</w:t>",
    ):  # fmt: skip
        spaced = inside.replace("<w:t>", '<w:t xml:space="preserve">')
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{face}{spaced}</w:r>"))


def watermark(document: Document, text: str) -> None:
    """Put a pale text across every page, behind the content, into every header that is in use."""
    for section in document.sections:
        headers = [section.header]
        if document.settings.odd_and_even_pages_header_footer:
            headers.append(section.even_page_header)
        if section.different_first_page_header_footer:
            headers.append(section.first_page_header)
        for number, header in enumerate(headers, 1):
            header.is_linked_to_previous = False
            header.paragraphs[0]._p.append(parse_xml(_marked(text, number)))


def _marked(text: str, number: int) -> str:
    width = min(480, max(200, 80 * len(text)))
    return (
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<w:rPr><w:noProof/></w:rPr><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136"'
        ' adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>'
        '<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>'
        '</v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="StationWatchMark{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136"'
        f' alt={quoteattr(text)} style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:90pt;'
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#d9d9d9" stroked="f">'
        f'<v:fill opacity=".45"/><v:textpath style="font-family:黑体;font-size:1pt" string={quoteattr(text)}/>'
        "</v:shape></w:pict></w:r>"
    )
