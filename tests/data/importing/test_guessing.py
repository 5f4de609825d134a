"""Guessed mappings: files in the shapes of many cities import as they are, every row, and the right time."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.importing import mapping, running
from data.importing.guessing import guess
from data.importing.report import ImportRefused
from data.snapshots import Store
from tests.data.importing import shapes
from tests.data.importing.helpers import ask, shared, write


@pytest.mark.parametrize("shape", shapes.SHAPES, ids=lambda shape: shape.name)
def test_guess_imports_as_it_is(shape: shapes.Shape, store: Store, tmp_path: Path) -> None:
    path = shapes.write(shape, tmp_path)
    text = guess(path)
    found = mapping.parse(text)
    assert found.table.name == shape.table, text
    report = running.run(store, [path], found)
    assert (report.total("read"), report.total("kept")) == (shapes.ROWS, shapes.ROWS), report.to_text()
    times = ask(store, f"SELECT min({shape.time})::DATE::VARCHAR, max(year({shape.time})) FROM {shape.table}")
    assert times == [("2015-01-01", 2015)]
    assert ask(store, f"SELECT DISTINCT time_precision FROM {shape.table}") == [(shape.precision,)]
    assert ("id" in found.fields) == shape.id
    assert report.files[0].unregistered == () and report.files[0].unmapped == ()


def test_personal_columns_go_to_drop(tmp_path: Path) -> None:
    shape = next(shape for shape in shapes.SHAPES if shape.name == "chinese")
    found = mapping.parse(guess(shapes.write(shape, tmp_path)))
    assert found.drop == ("报警电话", "报警人姓名", "案发地址", "简要案情")


def test_coordinate_system_inside_china_is_a_question(store: Store, tmp_path: Path) -> None:
    lines = ["接警单号,报警时间,经度,纬度", *[f"{n},2024-01-01 10:{n:02d},121.{n + 10},29.{n + 10}" for n in range(40)]]
    path = write(tmp_path / "a.csv", lines)
    text = guess(path)
    assert "# coord_sys" in text
    with pytest.raises(Exception, match="必须写明 coord_sys"):
        mapping.parse(text)
    answered = text.replace('# coord_sys = "？"', 'coord_sys = "gcj02"')
    assert running.run(store, [path], mapping.parse(answered)).total("kept") == 40


def test_repeated_ids_are_all_kept(store: Store, tmp_path: Path) -> None:
    lines = ["incident_number,call_time,call_type,district"]
    lines += [f"{n // 2},2024-01-01 10:{n:02d},x,N" for n in range(50)]
    path = write(tmp_path / "a.csv", lines)
    found = mapping.parse(guess(path))
    assert found.repeats == "keep"
    assert running.run(store, [path], found).total("kept") == 50


def test_day_before_month_is_told_from_month_before_day(store: Store, tmp_path: Path) -> None:
    lines = ["id,call date,call type", *[f"{n},{n % 28 + 1:02d}/03/2024 10:00,x" for n in range(40)]]
    path = write(tmp_path / "a.csv", lines)
    text = guess(path)
    assert "%d/%m/%Y %H:%M" in text
    running.run(store, [path], mapping.parse(text))
    assert ask(store, "SELECT DISTINCT month(call_time) FROM alerts") == [(3,)]


def test_ambiguous_order_is_said(tmp_path: Path) -> None:
    lines = ["id,call date,call type", *[f"{n},0{n % 9 + 1}/03/2024 10:00,x" for n in range(40)]]
    assert "日/月顺序" in guess(write(tmp_path / "a.csv", lines))


def test_code_lists_are_recognised(store: Store, tmp_path: Path) -> None:
    files = {
        "stations": ["单位代码,名称,类别,实有人口", *[f"3302{n:02d},第{n}派出所,城区,{n}000" for n in range(9)]],
        "staffing": ["月份,单位代码,队伍,人员类别,人数", "2024-01,330201,所领导,民警,4"],
        "duty": ["单位代码,上岗时间,下岗时间,岗位,民警,辅警", "330201,2024-01-01 08:00,2024-01-01 20:00,巡逻,2,2"],
        "reported_indicators": ["月份,单位代码,指标,分子,分母", "2024-01,330201,满意率,9,10"],
    }
    for table, lines in files.items():
        path = write(tmp_path / f"{table}.csv", lines)
        found = mapping.parse(guess(path))
        assert found.table.name == table
        assert running.run(store, [path], found).total("kept") == len(lines) - 1


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("calls/slo_police_calls_2021.csv", 11_539),
        ("cases/chicago_2015_10k.csv", 9_999),
        ("cases/west_yorkshire_2016-07.csv.gz", 27_176),
        ("messy/taipei_gbk_crlf.csv", 1_598),
    ],
)
def test_real_files_import_with_a_guessed_mapping(name: str, rows: int, store: Store) -> None:
    path = shared(name)
    report = running.dry_run(store, [path], mapping.parse(guess(path)))
    assert (report.total("read"), report.total("kept")) == (rows, rows)


def test_a_file_without_times_says_what_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ["甲,乙", *["1,2"] * 30])
    text = guess(path)
    assert "必填，未能猜出" in text
    with pytest.raises(Exception, match="必填字段没有映射"):
        mapping.parse(text)


def test_refused_is_known() -> None:
    assert issubclass(ImportRefused, Exception)
