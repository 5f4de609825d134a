"""The DOCX: the layout of official documents, tables that survive page breaks, templates, the same bytes."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.shared import Mm, Pt
from pptx import Presentation
from pptx.util import Inches

from data.reading import Reader
from data.snapshots import Store
from metrics import cache
from metrics.model import MetricError
from reports import writing
from reports.document import Report
from tests.reports import reading
from tests.reports.making import burst, made, of_day, steady
from tests.reports.reading import W


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return made(Store(tmp_path_factory.mktemp("word") / "store"), steady, burst)


def test_page_and_styles_follow_the_standard(report: Report) -> None:
    document = reading.docx_of(report)
    page = document.sections[0]
    for length, wanted in (
        (page.page_width, 210), (page.page_height, 297), (page.top_margin, 37), (page.left_margin, 28),
        (page.bottom_margin, 35), (page.right_margin, 26),
    ):  # fmt: skip
        assert abs(length - Mm(wanted)) < Mm(0.1)
    body, title = document.styles["公文正文"], document.styles["公文标题"]
    assert (title.font.size, body.font.size) == (Pt(22), Pt(16))
    assert Pt(28) <= body.paragraph_format.line_spacing <= Pt(30)
    assert body.element.pPr.ind.get(f"{W}firstLineChars") == "200"
    assert body.element.rPr.rFonts.get(f"{W}eastAsia") == "仿宋_GB2312"
    assert document.paragraphs[0].text == report.title and document.paragraphs[0].style.name == "公文标题"
    headings = [one.text for one in document.paragraphs if one.style.name == "公文一级标题"]
    assert headings[:3] == ["一、统计周期与口径", "二、总体警情", "三、风险提示"]
    assert [one.split("　")[0] for one in headings if one.startswith("附表")] == [f"附表{n}" for n in range(1, 6)]


def test_page_numbers_and_fallback_faces(report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(writing.content(report, ".docx"))) as package:
        footers = [package.read(name).decode() for name in package.namelist() if name.startswith("word/footer")]
        faces = package.read("word/fontTable.xml").decode()
        assert "docProps/thumbnail.jpeg" not in package.namelist()
    assert len(footers) == 2
    assert all("PAGE" in footer and "— " in footer and " —" in footer for footer in footers)
    assert 'w:val="仿宋,FangSong,Noto Serif CJK SC"' in faces


def test_headers_of_tables_repeat_and_rows_stay_whole(report: Report) -> None:
    tables = list(reading.docx_of(report).element.body.iter(f"{W}tbl"))
    # The definitions are paragraphs: six columns are too many for a page.
    assert len(tables) == len(report.tables) - 1
    for one in tables:
        first, *rest = one.iter(f"{W}tr")
        assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in (first, *rest))
        assert not any(row.find(f"{W}trPr/{W}tblHeader") is not None for row in rest)


def test_a_watermark_only_where_it_is_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    plain = made(store, steady)
    assert b"v:textpath" not in _headers(plain)
    marked = _headers(replace(plain, watermark="内部资料"))
    assert marked.count('string="内部资料"'.encode()) == 2


def _headers(report: Report) -> bytes:
    with zipfile.ZipFile(io.BytesIO(writing.content(report, ".docx"))) as package:
        return b"".join(package.read(name) for name in package.namelist() if name.startswith("word/header"))


# ---- templates -----------------------------------------------------------------------------------


def test_a_template_keeps_its_look_and_gets_the_content_at_its_marker(report: Report, tmp_path: Path) -> None:
    own = docx.Document()
    own.sections[0].left_margin = Mm(31)
    own.styles.add_style("公文正文", 1).font.size = Pt(14)
    own.sections[0].header.paragraphs[0].text = "{{单位}}内部资料 {{制表时间}}"
    own.add_paragraph("关于 {{统计周期}} 的").add_run("{{标题}}（版本{{版本}}）")
    own.add_paragraph("{{正文}}")
    own.add_paragraph("报：局领导")
    own.save(str(tmp_path / "own.docx"))
    found = reading.docx_of(report, template=tmp_path / "own.docx")
    texts = [one.text for one in found.paragraphs]
    assert texts[0] == f"关于 {report.period} 的{report.title}（版本1）"
    assert texts[1] == "一、统计周期与口径" and texts[-1] == "报：局领导"
    assert found.sections[0].header.paragraphs[0].text == f"{report.bureau}内部资料 {report.made_words}"
    assert abs(found.sections[0].left_margin - Mm(31)) < Mm(0.1)
    assert found.styles["公文正文"].font.size == Pt(14)
    assert found.styles["公文一级标题"].font.size == Pt(16)


def test_without_a_marker_the_content_stands_at_the_end(report: Report, tmp_path: Path) -> None:
    own = docx.Document()
    own.add_paragraph("本局抬头")
    own.save(str(tmp_path / "own.docx"))
    texts = [one.text for one in reading.docx_of(report, template=tmp_path / "own.docx").paragraphs]
    assert texts[:2] == ["本局抬头", report.title]


def test_our_own_template_gives_our_own_report(report: Report, tmp_path: Path) -> None:
    (tmp_path / "ours.docx").write_bytes(writing.template_bytes())
    lines = {one.text for one in reading.docx_of(report, template=tmp_path / "ours.docx").paragraphs}
    plain = {one.text for one in reading.docx_of(report).paragraphs}
    assert {line for line in plain if "数据截至" not in line} <= lines
    assert not any("{{" in line for line in lines)


def test_a_template_that_is_none_is_refused_in_words(report: Report, tmp_path: Path) -> None:
    (tmp_path / "not.docx").write_text("no zip")
    with pytest.raises(MetricError, match=r"模板 .*无法打开"):
        writing.content(report, ".docx", tmp_path / "not.docx")


def test_slides_take_the_look_of_a_template(report: Report, tmp_path: Path) -> None:
    own = Presentation()
    own.slide_width, own.slide_height = Inches(10), Inches(5.625)
    own.slide_masters[0].background.fill.solid()
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "旧的一页"
    own.save(str(tmp_path / "own.pptx"))
    show = Presentation(io.BytesIO(writing.content(report, ".pptx", tmp_path / "own.pptx")))
    plain = reading.pptx_of(report)
    assert (show.slide_width, show.slide_height) == (Inches(10), Inches(5.625))
    titles = [slide.shapes.title.text_frame.text for slide in show.slides]
    assert titles == [slide.shapes.title.text_frame.text for slide in plain.slides]
    for slide in show.slides:
        assert slide.slide_layout.name == "Title Only"
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= Inches(10)
            # Nothing is pushed off a slide that is not as high as ours.
            assert shape.top + shape.height <= Inches(5.625) + 1
    with zipfile.ZipFile(io.BytesIO(writing.content(report, ".pptx", tmp_path / "own.pptx"))) as package:
        assert "旧的一页" not in "".join(package.read(name).decode("utf-8", "ignore") for name in package.namelist())


def test_a_template_without_a_title_or_no_pptx_is_refused(report: Report, tmp_path: Path) -> None:
    (tmp_path / "not.pptx").write_text("no zip")
    with pytest.raises(MetricError, match=r"模板 .*无法打开"):
        writing.content(report, ".pptx", tmp_path / "not.pptx")
    bare = Presentation()
    for layout in list(bare.slide_layouts):
        if layout.name != "Blank":
            bare.slide_layouts.remove(layout)
    bare.save(str(tmp_path / "bare.pptx"))
    with pytest.raises(MetricError, match="没有带标题的版式"):
        writing.content(report, ".pptx", tmp_path / "bare.pptx")


# ---- bytes and other programs --------------------------------------------------------------------


@pytest.mark.parametrize("suffix", writing.FORMATS)
def test_the_same_version_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    store = Store(tmp_path / "store")
    first = writing.content(made(store, steady), suffix)
    cache.forget()
    again = Reader(Store(tmp_path / "store")).snapshot()
    assert again is not None
    assert writing.content(of_day(again), suffix) == first


def test_office_opens_it_and_every_page_has_its_text(report: Report, tmp_path: Path) -> None:
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("needs soffice (libreoffice-writer, -impress, -calc) and pdftotext (poppler-utils)")
    for suffix in writing.FORMATS:
        (tmp_path / f"report{suffix}").write_bytes(writing.content(report, suffix))
        done = subprocess.run(
            [
                office, f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf",
                "--outdir", str(tmp_path / suffix[1:]), str(tmp_path / f"report{suffix}"),
            ],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        pdf = tmp_path / suffix[1:] / "report.pdf"
        assert pdf.exists(), done.stderr
        text = subprocess.run([reader, str(pdf), "-"], capture_output=True, text=True, check=True).stdout
        flat = "".join(text.split())
        assert "每日警情研判" in flat and "版本：1" in flat.replace(":", "：")
        assert "有效警情58起" in flat
