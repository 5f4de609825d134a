"""Charts as Office itself draws them: editable, in the reader's fonts, made without a browser or a font on the server.

A chart is an XML part and a small workbook with its numbers. python-pptx writes the XML; DOCX and PPTX both embed it.
"""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter
from docx.opc.oxml import serialize_part_xml
from pptx.chart.chart import Chart as Drawn
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

from reports.document import Chart, Series

_KINDS = {
    "line": XL_CHART_TYPE.LINE,
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
}
# Dark enough to tell apart when printed without colour.
_COLOURS = {"now": "1F5FBF", "past": "AAB4C3", "before": "7F8B9C", "band": "8A94A3"}
FACE = "黑体"


def data_of(chart: Chart) -> CategoryChartData:
    """Return the numbers of a chart as python-pptx takes them."""
    data = CategoryChartData(number_format=chart.number)
    data.categories = list(chart.categories)
    for series in chart.series:
        data.add_series(series.name, list(series.values))
    return data


def kind_of(chart: Chart) -> XL_CHART_TYPE:
    """Return the chart type by its name in Office."""
    return _KINDS[chart.kind]


def xml_of(chart: Chart, points: float, workbook_id: str) -> bytes:
    """Return the chart part; points: size of its text; workbook_id: relationship of its workbook."""
    space = parse_xml(data_of(chart).xml_bytes(kind_of(chart)))
    dress(Drawn(space, None), chart, points)
    external = parse_xml(
        '<c:externalData xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        f' r:id="{workbook_id}"><c:autoUpdate val="0"/></c:externalData>'
    )
    space.append(external)
    return bytes(serialize_part_xml(space))


def dress(drawn: Drawn, chart: Chart, points: float) -> None:
    """Give a chart its colours, text size and axes; nothing that carries no data."""
    drawn.font.size = Pt(points)
    drawn.font.name = FACE
    _set_face(drawn)
    drawn.has_title = False
    drawn.has_legend = len(chart.series) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.TOP
        drawn.legend.include_in_layout = False
    _dress_axes(drawn, chart, points)
    plot = drawn.plots[0]
    if chart.kind != "line":
        plot.gap_width = 60
        plot.overlap = 0
    if chart.kind == "bar" or (chart.kind == "column" and len(chart.series) == 1):
        _label(plot, chart, points)
    for drawing, series in zip(plot.series, chart.series, strict=True):
        _dress_series(drawing, series, chart.kind)


def _set_face(drawn: Drawn) -> None:
    """Name the face for Chinese characters too; python-pptx names it for Latin letters only."""
    for properties in drawn._chartSpace.iter(qn("a:defRPr")):
        for old in properties.findall(qn("a:ea")):
            properties.remove(old)
        face = parse_xml(f'<a:ea xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" typeface="{FACE}"/>')
        latin = properties.find(qn("a:latin"))
        if latin is None:
            properties.append(face)
        else:
            latin.addnext(face)


def _dress_axes(drawn: Drawn, chart: Chart, points: float) -> None:
    values, labels = drawn.value_axis, drawn.category_axis
    values.has_major_gridlines = chart.kind == "line"
    if values.has_major_gridlines:
        values.major_gridlines.format.line.color.rgb = RGBColor.from_string("E3E7ED")
    values.format.line.fill.background()
    values.tick_labels.font.size = Pt(points)
    values.tick_labels.number_format = chart.number
    values.tick_labels.number_format_is_linked = False
    if chart.kind != "line":
        values.minimum_scale = 0
        values.visible = chart.kind == "column" and len(chart.series) > 1
    labels.tick_labels.font.size = Pt(points)
    labels.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    labels.format.line.color.rgb = RGBColor.from_string("AAB4C3")
    labels.has_major_gridlines = False
    # The first of a list stands on top, as it does in a table.
    labels.reverse_order = chart.kind == "bar"


def _label(plot: object, chart: Chart, points: float) -> None:
    plot.has_data_labels = True  # type: ignore[attr-defined]
    labels = plot.data_labels  # type: ignore[attr-defined]
    labels.show_value = True
    labels.number_format = chart.number
    labels.number_format_is_linked = False
    labels.font.size = Pt(points)


def _dress_series(drawing: object, series: Series, kind: str) -> None:
    colour = RGBColor.from_string(_COLOURS[series.role])
    if kind != "line":
        fill = drawing.format.fill  # type: ignore[attr-defined]
        fill.solid()
        fill.fore_color.rgb = colour
        return
    drawing.smooth = False  # type: ignore[attr-defined]
    line = drawing.format.line  # type: ignore[attr-defined]
    line.color.rgb = colour
    line.width = Pt(1 if series.role == "band" else 2)
    if series.role == "band":
        line.dash_style = MSO_LINE_DASH_STYLE.DASH


def workbook_of(chart: Chart, settled_at: datetime) -> bytes:
    """Return the workbook behind a chart, laid out as its XML refers to it: categories in A, series in B, C, …"""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": settled_at})
        sheet = book.add_worksheet("Sheet1")
        number = book.add_format({"num_format": chart.number})
        sheet.set_column(0, 0, 16)
        for row, category in enumerate(chart.categories, 1):
            sheet.write_string(row, 0, category)
        for column, series in enumerate(chart.series, 1):
            sheet.write_string(0, column, series.name)
            for row, value in enumerate(series.values, 1):
                if value is not None:
                    sheet.write_number(row, column, value, number)
    return buffer.getvalue()
