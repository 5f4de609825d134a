"""A category whose own name is a group joins that group; the mapping has the last word."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.importing import running
from data.importing.applying import _group_of
from data.snapshots import Store
from tests.data.importing.helpers import load, write

REGISTER = {"group": "其他", "groups": {"咨询": "联动流转"}}


@pytest.mark.parametrize(
    ("category", "group"),
    [
        ("刑事", "刑事"),
        ("治安警情", "治安"),
        ("群众求助", "求助"),
        ("纠纷类警情", "纠纷"),
        ("咨询", "联动流转"),
        ("THEFT", "其他"),
    ],
)
def test_the_name_says_the_group(category: str, group: str) -> None:
    assert _group_of(category, "alert_categories", REGISTER) == group


def test_cases_know_only_criminal_and_administrative() -> None:
    assert _group_of("行政", "case_categories", {"group": "刑事", "groups": {}}) == "行政"
    assert _group_of("治安", "case_categories", {"group": "刑事", "groups": {}}) == "刑事"


def test_categories_left_in_the_rest_are_named(store: Store, tmp_path: Path) -> None:
    rows = ["no,time,type", *(f"{n},2026-11-01 10:{n:02d},{name}" for n, name in enumerate(("甲", "乙", "丙", "刑事")))]
    source = write(tmp_path / "calls.csv", rows)
    text = 'name = "t"\ntable = "alerts"\n[fields]\nid = "no"\ncall_time = "time"\ncat_orig = "type"\n[register]\n'
    report = load(store, source, text + 'categories = true\ngroup = "其他"\n')
    assert any("3 个类别没有写明归组" in warning for warning in report.files[0].warnings)
    named = text + 'categories = true\ngroup = "其他"\n[register.groups]\n"甲" = "治安"\n"乙" = "纠纷"\n'
    assert not any("归组" in warning for warning in load(store, source, named).files[0].warnings)


def test_guessed_groups_follow_the_words(tmp_path: Path) -> None:
    names = ("入室盗窃", "打架斗殴", "家庭纠纷", "交通事故", "THEFT FROM VEHICLE", "问询")
    rows = [
        "接警编号,报警时间,警情类别",
        *(f"A{n:04d},2026-11-01 10:{n % 60:02d}:00,{names[n % 6]}" for n in range(120)),
    ]
    text = running.guess(write(tmp_path / "calls.csv", rows))
    assert 'id = "接警编号"' in text
    for name, group in zip(names, ("刑事", "治安", "纠纷", "交通", "刑事"), strict=False):
        assert f'"{name}" = "{group}"' in text
    assert '"问询" =' not in text
