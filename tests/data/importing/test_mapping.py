"""Mappings: every mistake is named with file, key and the nearest valid word; every key is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.importing import mapping
from data.importing.fields import TABLES
from data.importing.mapping import MappingError
from tests.data.importing.helpers import MAPPINGS, ROOT

GOOD = 'table = "alerts"\n[fields]\ncall_time = "t"\n'


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_kept_mappings_are_sound(path: Path) -> None:
    assert mapping.load(path).name == path.stem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('table = "alert"', "「alert」不在可选值中，是否要写 alerts？"),
        ("", "缺少 table"),
        ('table = "alerts"\n[fields]\ncalltime = "t"', "没有名为 calltime 的字段，是否要写 call_time？"),
        ('table = "alerts"\n[fields]\ncat_orig = "t"', "必填字段没有映射：call_time（报警时间）"),
        ('tabel = "alerts"', "没有名为 tabel 的项，是否要写 table？"),
        (GOOD + '[sorce]\nsheet = "a"', "没有名为 sorce 的项，是否要写 source？"),
        (GOOD + '[source]\ndelimeter = ","', "没有名为 source.delimeter 的项，是否要写 delimiter？"),
        (GOOD + '[source]\ndelimiter = "::"', "须为一个字符"),
        (GOOD + '[source]\ntitle_rows = "2"', "须是不小于 0 的整数"),
        (GOOD + 'lon = "x"\nlat = "y"', "必须写明 coord_sys"),
        ('coord_sys = "wgs84"\n' + GOOD + 'lon = "x"', "lon 和 lat 须同时映射"),
        ('coord_sys = "gcj"\n' + GOOD, "是否要写 gcj02？"),
        ('zone = "Beijing"\n' + GOOD, "不是时区名"),
        ('table = "alerts"\n[fields]\ncall_time = { column = "t", formt = "iso" }', "是否要写 format？"),
        ('table = "alerts"\n[fields]\ncall_time = { column = "t", format = "isoo" }', "是否要写 iso？"),
        ('table = "alerts"\n[fields]\ncall_time = { column = "t", time_column = "u", time_format = "hm" }', "hmm"),
        ('table = "alerts"\n[fields]\ncall_time = { format = "iso" }', "须给出 column"),
        (GOOD + 'level = { column = "a", constant = 1 }', "只能写一个"),
        (GOOD + 'id = { column = "a", default = "x" }', "散列字段"),
        (GOOD + 'arrive_time = { column = "a", after = "calltime" }', "是否要写 call_time？"),
        ('drop = ["t"]\n' + GOOD, "既在 drop 中又被映射"),
        ('hash = ["z"]\n' + GOOD, "没有对应到散列字段"),
        (GOOD + '[register]\ngroup = "刑"', "不在可选值中"),
        ('repeats = "all"\n' + GOOD, "repeats"),
        ('table = "alerts"\n[fields\n', "第 2 行"),
        ('table = 3', "「3」不在可选值中"),
        (GOOD + 'level = 3', "须是一组"),
        ('drop = [1]\n' + GOOD, "须是文字或文字列表"),
    ],
)  # fmt: skip
def test_mistakes_are_named(text: str, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        mapping.parse(text, "my.toml")
    assert said in str(caught.value) and str(caught.value).startswith("my.toml")


def test_missing_mapping_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="python -m data map"):
        mapping.load(tmp_path / "none.toml")


def test_every_key_and_field_is_documented() -> None:
    text = (ROOT / "docs/importing.md").read_text(encoding="utf-8")
    words = {
        *mapping.TOP_KEYS,
        *mapping.SOURCE_KEYS,
        *mapping.FIELD_KEYS,
        *mapping.REGISTER_KEYS,
        *mapping.PRECISIONS,
        *mapping.COORDINATE_SYSTEMS,
        *mapping.FILE_FORMATS,
        *mapping.NAMED_TIME_FORMATS,
        *mapping.CLOCK_FORMATS,
        *TABLES,
        *(name for table in TABLES.values() for name in table.fields),
    }
    assert sorted(word for word in words if f"`{word}`" not in text) == []


def test_field_columns_exist_in_the_schema() -> None:
    schema = (ROOT / "data/schema.sql").read_text(encoding="utf-8")
    for table in TABLES.values():
        body = schema.split(f"CREATE TABLE {table.name} (")[1].split(");")[0]
        for item in table.fields.values():
            assert item.column is None or re.search(rf"^    {item.column} ", body, re.MULTILINE)
