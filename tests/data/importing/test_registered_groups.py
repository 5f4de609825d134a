"""A category whose own name is a group joins that group; the mapping has the last word."""

from __future__ import annotations

import pytest

from data.importing.applying import _group_of

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
