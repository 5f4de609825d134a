"""Exports: what stands above the figures, typed cells, and no formula from the data."""

from __future__ import annotations

import base64
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from data.reading import Reader
from data.snapshots import Store
from pages._components import export, reported_template
from pages._components.export import Column, Sheet
from tests import tiny

SHEET = Sheet(
    "账单:1",
    (("标题", "指标账单"), ("版本", "3")),
    (Column("单位"), Column("现值", "number", decimals=1), Column("日期", "date"), Column("代码")),
    (("东港派出所", 30.77, date(2026, 11, 1), "110101010000"), ("=HYPERLINK(1)", None, None, "-1+2")),
)


def test_csv_opens_as_utf8_and_holds_no_formula() -> None:
    text = export.csv_text(SHEET)
    assert text.startswith("\ufeff标题,指标账单\r\n")
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert rows[2] == []
    assert rows[3] == ["单位", "现值", "日期", "代码"]
    assert rows[4] == ["东港派出所", "30.77", "2026-11-01", "110101010000"]
    assert rows[5] == ["'=HYPERLINK(1)", "", "", "'-1+2"]


def test_csv_keeps_negative_numbers() -> None:
    assert export.csv_text(Sheet("x", (), (Column("n", "number"),), ((-3.5,),))).endswith("-3.5\r\n")


def test_xlsx_has_typed_cells() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(export.xlsx_bytes([SHEET])))
    assert book.sheet_names == ["账单 1"]
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["标题", "指标账单"]
    assert rows[3] == ["单位", "现值", "日期", "代码"]
    assert rows[4] == ["东港派出所", 30.77, date(2026, 11, 1), "110101010000"]
    assert rows[5] == ["=HYPERLINK(1)", "", "", "-1+2"]


def test_xlsx_of_nothing_opens() -> None:
    empty = Sheet("空", (("标题", "空"),), (Column("单位"),), ())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(export.xlsx_bytes([empty]))).get_sheet_by_index(0).to_python()
    assert rows[-1] == ["单位", ""]


def test_head_names_data_and_version(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
    told = dict(export.head(snapshot, "指标账单", ("时段", "2026年11月"), ("筛选", "")))
    assert told["标题"] == "指标账单"
    assert told["版本"] == "1"
    assert told["数据截至"].startswith("2026-11-2")
    assert "筛选" not in told
    assert "示例数据" not in told


@pytest.mark.parametrize(("policy", "has"), [("county-2023", "出警半径"), ("", "出警半径"), ("nonsense", "出警半径")])
def test_template_lists_indicators_and_units(store: Store, tmp_path: Path, policy: str, has: str) -> None:
    tiny.publish(store)
    sent = reported_template.download(Reader(store).snapshot(), policy)
    book = CalamineWorkbook.from_filelike(io.BytesIO(base64.b64decode(sent["content"])))
    assert sent["filename"].endswith(".xlsx")
    assert has in [row[0] for row in book.get_sheet_by_name("指标").to_python()]
    assert [row[1] for row in book.get_sheet_by_name("单位").to_python()][1:] == [
        "东港派出所",
        "西郊派出所",
        "南山派出所",
    ]


def test_template_without_data() -> None:
    assert reported_template.download(None)["content"]
