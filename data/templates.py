"""XLSX files for people to fill in, with headers that the mapping of the same name imports as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.snapshots import StoreError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# data/mappings/reported_indicators.toml names this sheet and these headers.
SHEET = "报送指标"
HEADERS = ("月份", "单位代码", "单位名称", "指标名称", "分子", "分母", "数据来源", "口径说明")
_WIDTHS = (10, 16, 20, 26, 12, 12, 20, 36)
# Rows that carry drop-down lists and number checks.
ROWS = 3000


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator that may be reported, and what its two numbers mean."""

    name: str
    numerator: str
    denominator: str
    unit: str
    requirement: str
    clause: str


@dataclass(frozen=True)
class UnitLine:
    """A unit that reports."""

    code: str
    name: str


@dataclass(frozen=True)
class PreparedRow:
    """A row that the template already has: what was reported before is carried along, so that it is not lost."""

    unit: UnitLine
    indicator: str
    numerator: float | None = None
    denominator: float | None = None
    source: str | None = None
    note: str | None = None


def write_reported(
    path: Path,
    indicators: Sequence[IndicatorLine],
    units: Sequence[UnitLine],
    month: date,
    prepared: Sequence[PreparedRow] = (),
) -> None:
    """Write the template of reported indicators: the sheet to fill in, instructions, indicators and units.

    prepared: rows that stand there already. An import of an empty number takes the place of an earlier one, so a row
        that was reported before must come with its numbers.
    """
    # Writing XLSX is needed for this file alone; reading and serving do without.
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    form = book.add_worksheet(SHEET)
    _instructions(book, month)
    _list(book, "指标", ("指标名称", "分子", "分母", "单位", "要求", "依据"), (26, 34, 34, 12, 18, 60), [
        (one.name, one.numerator, one.denominator, one.unit, one.requirement, one.clause) for one in indicators
    ])  # fmt: skip
    _list(book, "单位", ("单位代码", "单位名称"), (16, 24), [(one.code, one.name) for one in units])
    _form(book, form, len(indicators), len(units))
    for number, row in enumerate(prepared, 1):
        values = (
            f"{month:%Y-%m}", row.unit.code, row.unit.name, row.indicator,
            row.numerator, row.denominator, row.source, row.note,
        )  # fmt: skip
        for column, value in enumerate(values):
            if value is not None:
                form.write(number, column, value)
    try:
        book.close()
    except FileCreateError as error:
        raise StoreError(f"无法写入 {path}（{error}）。请检查文件夹是否存在、文件是否被打开。") from None


def _form(book: Workbook, sheet: Worksheet, indicators: int, units: int) -> None:
    header, text = (
        book.add_format({"bold": True, "bg_color": "#E3E7ED", "border": 1}),
        book.add_format({"num_format": "@"}),
    )
    number = book.add_format({"num_format": "General"})
    for column, (name, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
        # Codes and months stay text: a 12-digit code or 2026-10 must not become a number or a date.
        sheet.set_column(column, column, width, number if name in ("分子", "分母") else text)
        sheet.write_string(0, column, name, header)
    sheet.freeze_panes(1, 0)
    _allow(
        sheet, "指标名称", {"validate": "list", "source": f"=指标!$A$2:$A${indicators + 1}"}, "请从列表中选择指标名称"
    )
    if units:
        _allow(
            sheet, "单位代码", {"validate": "list", "source": f"=单位!$A$2:$A${units + 1}"}, "请从列表中选择单位代码"
        )
    for name in ("分子", "分母"):
        _allow(sheet, name, {"validate": "decimal", "criteria": ">=", "value": 0}, "请填不小于 0 的数字")


def _allow(sheet: Worksheet, column: str, rule: dict[str, Any], message: str) -> None:
    place = HEADERS.index(column)
    sheet.data_validation(1, place, ROWS, place, {**rule, "error_title": column, "error_message": message})


def _instructions(book: Workbook, month: date) -> None:
    sheet = book.add_worksheet("填报说明")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    lines = (
        "报送指标填报说明",
        f"1. 在「{SHEET}」表中填写，一行为一个单位、一个月、一项指标。表头、表名请勿改动。",
        f"2. 月份写成 {month:%Y-%m} 的形式。单位代码、指标名称从下拉列表选择，也可从「单位」「指标」两表复制。",
        "3. 只填分子、分母两个数，不填百分比；每项指标的分子、分母各指什么，见「指标」表。注明「不填」的留空。",
        "4. 没有数据的指标不要填 0：整行删去，或分子留空，系统显示为「未报送」。确实为零的填 0。",
        "5. 同一单位、同月、同项再次报送，以后导入的为准。",
        "6. 数据来源写系统或部门名称。口径说明只写统计口径，不得出现姓名、证件号、电话、住址等个人信息。",
        "7. 导入：在「数据接入」页选择映射 reported_indicators，或运行",
        "    python -m data import 本文件.xlsx --mapping data/mappings/reported_indicators.toml",
    )
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, line)


def _list(
    book: Workbook, name: str, headers: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]
) -> None:
    sheet = book.add_worksheet(name)
    header, text = book.add_format({"bold": True, "bg_color": "#E3E7ED"}), book.add_format({"num_format": "@"})
    for column, (title, width) in enumerate(zip(headers, widths, strict=True)):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, header)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    sheet.freeze_panes(1, 0)
