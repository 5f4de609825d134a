"""Encodings, delimiters, quoting, headers, footers: the same rows whatever the office sends."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import duckdb
import openpyxl
import pytest

from data.importing import mapping, running
from data.importing.detecting import ReadError, detect
from data.importing.mapping import SourceSpec
from data.importing.reading import open_source
from data.snapshots import Store
from tests.data.importing.helpers import ALERT_HEADER, ALERTS, alert_lines, ask, load, write

CHINESE = (
    'table = "alerts"\n[fields]\ncall_time = "报警时间"\ncat_orig = "警情类别"\nstation_code = "派出所"\n'
    'place_type = "部位"\n'
)
HEADER = ["报警时间", "警情类别", "派出所", "部位"]


def chinese_rows(count: int = 40) -> list[list[str]]:
    kinds = ["盗窃案件", "纠纷求助", "交通事故", "诈骗警情"]
    return [
        [f"2024-05-{n % 28 + 1:02d} 08:{n % 60:02d}", kinds[n % 4], f"城关{n % 3}所", "商场门口"] for n in range(count)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(store: Store, tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(row) for row in [HEADER, *chinese_rows()]]
    path = write(tmp_path / "a.csv", lines, encoding, "\r\n")
    found = running.preview(store, path, mapping.parse(CHINESE))
    assert (found.report.read, found.report.kept) == (40, 40)
    assert found.rows[0] == ("2024-05-01 08:00:00", "盗窃案件", "城关0所", "商场门口", "minute")


def test_big5(store: Store, tmp_path: Path) -> None:
    lines = ["發生日期,案件類型,單位", *[f"1130{n % 9 + 1}15,住宅竊盜,中山分局" for n in range(30)]]
    text = 'table = "cases"\n[fields]\noccur_from = { column = "發生日期", format = "roc" }\ncategory = "案件類型"\n'
    load(store, write(tmp_path / "a.csv", lines, "big5"), text)
    assert ask(store, "SELECT DISTINCT category, year(occur_from) FROM cases") == [("住宅竊盜", 2024)]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    lines = ["no,time,type,station", *[f"{n},2024-01-01 10:00,café à Orléans,Montréal" for n in range(20)]]
    assert detect(write(tmp_path / "a.csv", lines, "cp1252"), SourceSpec("a")).encoding == "cp1252"


def test_chinese_far_below_an_ascii_beginning(tmp_path: Path) -> None:
    lines = [
        "no,time,type,station",
        *[f"{n},2024-01-01 10:00,theft,N" for n in range(60_000)],
        "9,2024-01-01 10:00,盗窃,城东所",
    ]
    assert detect(write(tmp_path / "a.csv", lines, "gbk"), SourceSpec("a")).encoding == "gb18030"


def test_gzip_and_named_encoding(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("\n".join(",".join(row) for row in [HEADER, *chinese_rows()]).encode("gbk")))
    load(store, path, CHINESE + '[source]\nencoding = "gbk"\n')
    assert ask(store, "SELECT count(*) FROM alerts") == [(40,)]


def test_quotes_newlines_blank_lines_and_stray_columns(store: Store, tmp_path: Path) -> None:
    text = (
        'no,time,type,station,,\r\n"1","2024-01-01 10:00","a ""b"", c","S1",,\r\n\r\n'
        '2,2024-01-02 10:00,"two\nlines",S2,,\r\n,,,,,\r\n3,2024-01-03 10:00,plain,S3\r\n'
    )
    path = tmp_path / "a.csv"
    path.write_text(text + "4,2024-01-03 11:00,plain,S3,,\r\n", encoding="utf-8", newline="")
    report = load(store, path, ALERTS, max_rejected=0.0)
    assert ask(store, "SELECT cat_orig FROM alerts ORDER BY call_time") == [
        ('a "b", c',),
        ("two lines",),
        ("plain",),
        ("plain",),
    ]
    assert report.files[0].skipped["blank"] == 2


def test_a_stray_quote_costs_one_row_only(store: Store, tmp_path: Path) -> None:
    lines = [ALERT_HEADER, *alert_lines(200)]
    lines[50] = lines[50].replace("盗窃", '"盗窃')
    lines[60] = lines[60].replace("盗窃", '盗"窃"')
    report = load(store, write(tmp_path / "a.csv", lines), ALERTS)
    assert (report.total("read"), report.total("kept"), report.total("rejected")) == (200, 199, 1)
    assert report.files[0].reasons[0].example_row == 51


def test_row_numbers_are_line_numbers(store: Store, tmp_path: Path) -> None:
    lines = ["标题", "", ALERT_HEADER, *alert_lines(100)]
    lines[40] = lines[40].replace("2024", "x")
    report = load(store, write(tmp_path / "a.csv", lines), ALERTS)
    assert report.files[0].reasons[0].example_row == 41
    assert (report.total("read"), report.total("kept")) == (100, 99)


def test_title_rows_footer_and_subtotals(store: Store, tmp_path: Path) -> None:
    lines = [
        "某分局警情明细,,,",
        "制表：指挥中心,,,",
        ALERT_HEADER,
        *alert_lines(10),
        "合计,10,,",
        "注：以上为初查数据,,,",
    ]
    report = load(store, write(tmp_path / "a.csv", lines), ALERTS)
    skipped = report.files[0].skipped
    assert (report.total("read"), report.total("kept"), skipped["title"], skipped["subtotal"], skipped["footer"]) == (
        10,
        10,
        2,
        1,
        1,
    )


def test_named_footer_rows(store: Store, tmp_path: Path) -> None:
    lines = [ALERT_HEADER, *alert_lines(10), "甲,乙,丙,丁"]
    report = load(store, write(tmp_path / "a.csv", lines), ALERTS + "[source]\nfooter_rows = 1\n")
    assert (report.total("read"), report.total("rejected")) == (10, 0)


def test_two_level_header_in_a_csv(tmp_path: Path) -> None:
    lines = ["单位,本期,,上期,", ",接警,处警,接警,处警", *[f"所{n},1,2,3,4" for n in range(10)]]
    opened = open_source(write(tmp_path / "a.csv", lines), SourceSpec("a"))
    assert opened.header.names == ("单位", "本期/接警", "本期/处警", "上期/接警", "上期/处警")


def test_no_header(store: Store, tmp_path: Path) -> None:
    text = 'table = "alerts"\n[source]\nheader_rows = 0\n[fields]\ncall_time = "列2"\ncat_orig = "列3"\n'
    load(store, write(tmp_path / "a.csv", alert_lines(10)), text)
    assert ask(store, "SELECT count(*) FROM alerts") == [(10,)]


def test_spreadsheet_with_dates_times_and_numbers(store: Store, tmp_path: Path) -> None:
    from datetime import datetime, time

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["接警记录", None, None, None])
    sheet.append(["no", "time", "clock", "type"])
    for n in range(30):
        sheet.append([1000 + n, datetime(2024, 3, n % 28 + 1), time(n % 24, 5), "盗窃"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    text = (
        'table = "alerts"\n[fields]\nid = "no"\n'
        'call_time = { column = "time", format = "%Y/%m/%d", time_column = "clock" }\ncat_orig = "type"\n'
    )
    load(store, path, text)
    assert ask(store, "SELECT count(*), min(call_time)::VARCHAR, count(alert_id) FROM alerts") == [
        (30, "2024-03-01 00:05:00", 30)
    ]


def test_same_rows_from_csv_and_excel_have_the_same_ids(store: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(ALERT_HEADER.split(","))
    for line in alert_lines(20):
        number, moment, kind, station = line.split(",")
        sheet.append([int(number), moment, kind, station])
    path = tmp_path / "a.xlsx"
    book.save(path)
    load(store, path)
    report = load(store, write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(20)]))
    assert report.total("unchanged") == 20


def test_parquet_with_zoned_stamps(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            f"COPY (SELECT i AS no, (TIMESTAMPTZ '2024-01-01 20:00:00+00' + to_minutes(i)) AS time, 'x' AS type,"
            f" 'S' AS station FROM range(50) t(i)) TO '{path}' (FORMAT parquet)"
        )
    load(store, path)
    assert ask(store, "SELECT min(call_time)::VARCHAR FROM alerts") == [("2024-01-02 04:00:00",)]


def test_inspect_names_what_it_found(tmp_path: Path) -> None:
    found = running.inspect(write(tmp_path / "a.txt", ["|".join(row) for row in [HEADER, *chinese_rows()]], "gbk"))
    assert (found.format, found.encoding, found.delimiter, found.columns) == ("csv", "gb18030", "|", tuple(HEADER))


def test_random_bytes_never_give_a_traceback(tmp_path: Path) -> None:
    chance = random.Random(7)
    for number in range(60):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(chance.randbytes(chance.choice([1, 50, 3000])))
        try:
            opened = open_source(path, SourceSpec("x"))
            list(opened.rows)
        except ReadError as error:
            assert "文件" in str(error)
