"""Policy packs: every row of the target table is there, overrides change what they say, mistakes are named."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import targets
from metrics.definitions import METRICS
from metrics.model import MetricError, UnknownName
from metrics.targets import OVERRIDE_KEYS, Pack, TargetError

# The target table of the design: row, pack, clause, what the pack must say (one entry per figure of the row).
TABLE = (
    ("派出所警力占全局", "binhai-2023", "第18条", ("≥ 50%",)),
    ("派出所警力占全局", "county-2023", "第4条", ("≥ 40%",)),
    ("社区民警占派出所警力", "binhai-2023", "第1、18条", ("≥ 40%",)),
    ("社区民警占派出所警力", "county-2023", "第4条", ("≥ 40%",)),
    ("社区民警稳定率", "binhai-2023", "第18条", ("≥ 90%",)),
    ("警辅比", "binhai-2023", "第18条", ("≥ 1 名辅警/民警",)),
    ("警辅比", "county-2023", "第6条", ("≥ 2 名辅警/民警",)),
    ("两队一室", "binhai-2023", "第1–3条", ("≥ 3 个",)),
    ("两队一室", "county-2023", "第6条", ("约 40%", "约 40%", "约 20%")),
    ("在编在岗", "county-2023", "第4条", ("≥ 5 人",)),
    ("社区配警", "binhai-2023", "第1条", ("100%", "100%")),
    ("社区配警", "county-2023", "第5条", ("100%",)),
    ("社区配警", "dalian-2020", "", ("100%", "100%")),
    ("下沉时间", "binhai-2023", "第1条", ("≥ 80%", "≥ 20 小时/周")),
    ("派出所办理刑事案件占比", "binhai-2023", "第2条", ("≤ 70%",)),
    ("派出所办理刑事案件占比", "county-2023", "第16–17条", ("0 起",)),
    ("研判成果/预警转递率", "binhai-2023", "第3条", ("100%", "100%")),
    ("法制员配备率", "binhai-2023", "第3条", ("100%",)),
    ("法制员配备率", "county-2023", "第19条", ("100%",)),
    ("标准地址登记率、准确率 / 实有房屋 / 实有单位登记率", "binhai-2023", "第5条", ("100%", "100%", "100%", "100%")),
    ("实有人口案前信息采集率", "binhai-2023", "第5条", ("≥ 90%",)),
    ("实有人口案前信息采集率", "county-2023", "第9条", ("列入考核，未定数值",)),
    ("实有人口案前信息采集率", "fengxian-2021", "", ("高于全局平均",)),
    ("矛盾纠纷警情化解成功率", "binhai-2023", "第12条", ("≥ 98%",)),
    ("双向熟悉率", "binhai-2023", "第12条", ("≥ 80%",)),
    ("双向熟悉率", "county-2023", "第20条", ("列入考核，未定数值",)),
    ("公调对接室 (副处级所)", "binhai-2023", "第12条", ("100%",)),
    ("群众安全感、满意度", "binhai-2023", "第12条", ("≥ 90%", "≥ 90%")),
    ("民转命案件", "binhai-2023", "第12条", ("0 起",)),
    ("群防群治力量", "binhai-2023", "第14条", ("≥ 3%",)),
    ("义警 / 警格", "binhai-2023", "第14条", ("≥ 15 名/警格",)),
    ("社区警务团队", "binhai-2023", "第14条", ("8–15 人/警格",)),
    ("智慧平安社区数据上传率", "binhai-2023", "第16条", ("≥ 90%",)),
    ("智慧平安社区数据上传率", "county-2023", "第12条", ("100%", "100%")),
    ("警务室达标, 合署", "binhai-2023", "第19、21条", ("100%", "100%")),
    ("所长进街镇班子, 社区民警兼职", "binhai-2023", "第21条", ("100%", "100%")),
    ("立功嘉奖占比", "binhai-2023", "第23条", ("≥ 50%",)),
    ("出警半径", "county-2023", "第6条", ("≤ 30 公里", "< 30 分钟")),
    ("出警半径", "dalian-2020", "", ("较上年同月 ≤ −1 分钟",)),
    ("视频巡查辅警", "dalian-2020", "", ("≥ 8 人",)),
    ("见警率", "dalian-2020", "", ("较上年同月 ≥ +20%",)),
)


@pytest.mark.parametrize(("row", "policy", "clause", "says"), TABLE)
def test_every_row_of_the_table_is_in_its_pack(row: str, policy: str, clause: str, says: tuple[str, ...]) -> None:
    found = [target for target in targets.load(policy).targets if target.row == row]
    assert tuple(target.says for target in found) == says
    assert all(target.clause == clause if clause else "未列条号" in target.clause for target in found)


def test_packs_hold_nothing_that_the_table_lacks() -> None:
    table = {(row, policy) for row, policy, _, _ in TABLE}
    packs = {(target.row, policy) for policy in targets.policies() for target in targets.load(policy).targets}
    assert packs == table


def test_scope_of_the_targets() -> None:
    binhai, county = targets.load("binhai-2023"), targets.load("county-2023")
    assert binhai.get("mediation_room").ranks == ("副处级",)
    assert binhai.get("community_hours_rural").kinds == ("农村",)
    assert {target.id for target in binhai.targets if target.level == "bureau"} == {
        "station_force_share",
        "commendation_share",
    }
    sized = {target.id for target in county.targets if target.min_officers == 15}
    assert sized == {"auxiliary_ratio", "team_community", "team_case", "team_command"}
    assert county.get("auxiliary_ratio").binds == "民警 15 名以上派出所"


def _all_targets() -> list[Any]:
    return [
        pytest.param(target, id=f"{policy}-{target.id}")
        for policy in targets.policies()
        for target in targets.load(policy).targets
    ]


@pytest.mark.parametrize("target", _all_targets())
def test_every_target_can_be_computed_or_reported(target: targets.Target) -> None:
    if target.source == "reported":
        assert target.numerator and target.denominator, "the template must say what the two numbers mean"
        assert not target.metric
    else:
        for name in (target.metric, *(name for name, _ in target.per)):
            assert name in METRICS, f"{target.id} stands on an unknown metric {name}"
    if target.source == "computed" and not target.per and target.unit == "%":
        assert METRICS[target.metric].unit == "%"
    assert target.gap in ("points", "values") or target.gap_unit


def test_clause_cites_document_and_number() -> None:
    pack = targets.load("binhai-2023")
    assert pack.clause_of(pack.get("dispute_resolved")).startswith("津滨公通〔2023〕4号")
    assert pack.clause_of(pack.get("dispute_resolved")).endswith("第12条")


def test_outcomes_elsewhere_name_their_source() -> None:
    found = {(one.place, one.label): one.value for one in targets.outcomes()}
    assert len(found) == 13
    assert found["河南", "刑事警情"] == -30.26
    assert found["吉林", "社区民警占派出所警力"] == 49.4
    assert found["延安", "群众满意度"] == 98.35
    assert all(one.source == "全国公安厅局长座谈会经验交流摘登" for one in targets.outcomes())
    known = {target.indicator for target in targets.indicators()}
    assert all(one.metric in METRICS or one.indicator in known for one in targets.outcomes())


def test_unknown_pack_and_target_name_the_nearest() -> None:
    with pytest.raises(UnknownName, match="binhai-2023"):
        targets.load("binhai2023")
    with pytest.raises(UnknownName, match="community_share"):
        targets.load("binhai-2023").get("comunity_share")


# ---- configuration -------------------------------------------------------------------------------


def _configured(folder: Path, text: str, policy: str | None = None) -> Pack:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return targets.of_store(folder, policy)


def test_without_configuration_the_default_pack_stands(tmp_path: Path) -> None:
    assert targets.of_store(tmp_path).id == "binhai-2023"
    assert _configured(tmp_path, "[other]\nkey = 1\n").id == "binhai-2023"


def test_a_bureau_picks_a_pack_and_overrides_single_targets(tmp_path: Path) -> None:
    text = (
        '[targets]\npolicy = "county-2023"\n'
        '[targets.override.community_share]\nvalue = 45\nreason = "分局 2026 年考核办法"\n'
        "[targets.override.population_collected]\nvalue = 92.5\n"
    )
    pack = _configured(tmp_path, text)
    share = pack.get("community_share")
    assert (pack.id, share.value, share.original, share.overridden) == ("county-2023", 45.0, 40.0, True)
    assert share.reason == "分局 2026 年考核办法"
    assert pack.get("population_collected").says == "≥ 92.5%"
    assert not pack.get("min_officers").overridden
    # Another pack is shown as its document has it.
    assert targets.of_store(tmp_path, "binhai-2023").get("community_share").value == 40.0


def test_a_value_takes_the_place_of_the_mean(tmp_path: Path) -> None:
    pack = _configured(
        tmp_path, '[targets]\npolicy = "fengxian-2021"\n[targets.override.population_collected]\nvalue = 91\n'
    )
    assert pack.get("population_collected").says == "≥ 91%"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[targets]\npolicy = "binhai"\n', "binhai-2023"),
        ("[targets]\npolicy = 3\n", "binhai-2023"),
        ('[targets]\npolcy = "binhai-2023"\n', "policy"),
        ("[targets.override.comunity_share]\nvalue = 45\n", "community_share"),
        ("[targets.override.community_share]\nvalu = 45\n", "value"),
        ('[targets.override.community_share]\nvalue = "45"\n', "须是数字"),
        ("[targets.override.community_share]\nvalue = true\n", "须是数字"),
        ("[targets.override.community_share]\nvalue = nan\n", "须是数字"),
        ("[targets.override.community_share]\nvalue = inf\n", "须是数字"),
        ("[targets.override.community_share]\nvalue = 140\n", "0 至 100"),
        ("[targets.override.community_share]\nvalue = -4\n", "不能为负"),
        ("[targets.override.community_share]\nupper = 60\n", "没有上限"),
        ("[targets.override.community_share]\n", "须给出 value"),
        ("[targets.override.community_share]\nvalue = 45\nreason = 3\n", "须是文字"),
        ("[targets.override.community_team_size]\nvalue = 20\n", "upper"),
        ("[targets.override]\ncommunity_share = 45\n", "一组"),
        ("[targets]\noverride = 45\n", "一组"),
        ("targets = 45\n", "一组"),
        ("[targets\n", "TOML"),
        ("x = " + "9" * 5000 + "\n", "TOML"),
        ("x = " + "[" * 3000 + "\n", "TOML"),
    ],
)
def test_mistakes_in_the_configuration_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TargetError) as caught:
        _configured(tmp_path, text)
    assert said in str(caught.value)
    assert "config.toml" in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(TargetError, match="UTF-8"):
        targets.of_store(tmp_path)


_ids = st.one_of(
    st.sampled_from([target.id for target in targets.load("binhai-2023").targets]),
    st.text(string.ascii_letters + "_社区", max_size=20),
)
_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=2)
)
_entries = st.one_of(
    _values, st.dictionaries(st.one_of(st.sampled_from(OVERRIDE_KEYS), st.text(max_size=6)), _values, max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(_values, st.dictionaries(_ids, _entries, max_size=4)))
def test_any_override_gives_a_pack_or_a_plain_refusal(overrides: Any) -> None:
    base = targets.load("binhai-2023")
    try:
        pack = targets.overridden(base, overrides, "config.toml：")
    except MetricError as error:
        assert any("一" <= letter <= "鿿" for letter in str(error))
        return
    changed = set(overrides)
    for before, after in zip(base.targets, pack.targets, strict=True):
        assert after.overridden == (before.id in changed)
        if not after.overridden:
            assert after == before
        elif after.value is not None:
            assert after.value >= 0
            assert after.unit != "%" or after.value <= 100
