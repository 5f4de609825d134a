"""警力配置: what its cards and tables say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import score, targets
from metrics.briefing import short_name
from metrics.compare import REAL
from metrics.force import moves
from metrics.force.moves import Wish
from metrics.force.rules import rules
from metrics.selection import Selection
from metrics.staffing import moving
from metrics.staffing.values import Effect, ShortRun
from pages._components import (
    staffing_cards,
    staffing_effects,
    staffing_tables,
    staffing_words,
)
from tests import tiny
from tests.pages.asking import html_of
from tests.pages.reading import read, text_of
from tests.pages.staffed import LAST, fill, of
from tests.tiny import CITY, EDGE


@pytest.fixture(scope="module")
def snapshot(staffed_store: Store) -> Snapshot:
    found = Reader(staffed_store).snapshot()
    assert found is not None
    return found


def test_title_says_who_is_short_when(snapshot: Snapshot) -> None:
    assert staffing_words.finding(of(snapshot)) == "3 个所中 1 个有缺人时段：东港所 22 时至 23 时缺 3 人"
    assert staffing_words.finding(of(snapshot, CITY)) == "22 时至 23 时缺 3 人"
    assert staffing_words.finding(of(snapshot, EDGE)) == "没有哪个时段缺 1 人以上"
    assert staffing_words.week_finding(of(snapshot, CITY)) == "一周 168 小时中 7 个小时缺人"


def test_measures_carry_their_meaning(snapshot: Snapshot) -> None:
    found = {label: (value, meaning) for label, value, meaning, _ in staffing_words.measures(of(snapshot, CITY))}
    assert set(found) == {"应配 / 在岗", "占用率", "匹配度", "无空闲警组", "超负荷"}
    assert found["占用率"][0] == "12.5%" and "60%" in found["占用率"][1]
    # An endless wait and the hours behind it are one thing, said once.
    assert found["超负荷"][0] == "33.1%" and "等不到空闲警组" in found["超负荷"][1]
    assert "等候派出" in {label for label, *_ in staffing_words.measures(of(snapshot, EDGE))}
    assert any("60%" in said for said in staffing_words.assumptions(of(snapshot, CITY)))


def test_gauges_show_value_requirement_and_gap(snapshot: Snapshot) -> None:
    found = rules(snapshot, LAST, targets.load())
    drawn = read(staffing_tables.gauges(found, "community_share"))
    share = next(one for one in drawn.all("div") if "is-shown" in one.attributes.get("class", ""))
    assert "社区民警占派出所警力" in share.text
    dial = next(one for one in share.all("div") if "dial" in one.attributes.get("class", ""))
    assert dial.attributes["style"] == "--value: 0.3714"
    assert "is-missed" in dial.attributes["class"]
    assert dial.all("i")[0].attributes["style"] == "--wanted: 0.4000"
    assert "✗ 1 所未达标，合计还差 2 名社区民警" in share.text
    assert dial.attributes["aria-label"] == "社区民警占派出所警力 37.1%，要求 ≥ 40%"


def test_a_bureau_that_meets_what_stations_miss_says_both(snapshot: Snapshot) -> None:
    found = rules(snapshot, LAST, targets.load())
    rule = found.get("community_share")
    assert rule is not None and rule.score is not None and rule.score.state == score.MISSED
    assert text_of(staffing_tables.gap_words(rule)).startswith("✗ 1 所未达标")
    well = replace(rule, score=replace(rule.score, state=score.MET, gap=None))
    assert text_of(staffing_tables.gap_words(well)).startswith("✓ 全局达标；✗ 1 所未达标")
    assert staffing_cards.rules_title(found).startswith("警力目标：10 项中 ")


def test_the_heading_counts_what_binds_the_station(snapshot: Snapshot) -> None:
    found = rules(snapshot, Selection("custom", LAST.first, LAST.last, (EDGE,)), targets.load())
    assert "station_force_share" in {rule.target.id for rule in found.found if rule not in found.binding}
    assert all(rule.met + rule.missed + rule.unreported == 1 for rule in found.binding)
    missed = sum(rule.missed for rule in found.binding)
    assert staffing_cards.rules_title(found) == f"警力目标：约束本所的 {len(found.binding)} 项中 {missed} 项未达标"
    assert len(found.binding) < len(found.found)


def test_people_by_the_rule_and_by_the_work_are_told_apart(snapshot: Snapshot) -> None:
    card = score.scorecard(snapshot, targets.load(), date(2026, 10, 1))
    missed = [one for one in card.of_station(EDGE) if one.state == score.MISSED]
    said = staffing_words.bridge(missed, of(snapshot, EDGE))
    assert said.startswith("「社区民警占派出所警力」等按文件配比计") and said.endswith("配比有缺口，各时段却不缺人。")
    assert staffing_words.bridge([], of(snapshot, EDGE)) == ""
    assert staffing_words.bridge([], of(snapshot, CITY)) == "警力配比目标未见缺口，缺人在班次安排。"


def test_rule_rows_put_the_missed_first_and_sort(snapshot: Snapshot) -> None:
    found = rules(snapshot, LAST, targets.load()).get("community_share")
    assert found is not None

    def names(order: str) -> list[str]:
        table = read(staffing_tables.rule_rows(found, order, ()))
        return [row.all("th")[0].text for row in table.all("tr")[1:]]

    assert names("missed") == ["西郊所", "东港所", "南山所"]
    assert names("name") == ["东港所", "西郊所", "南山所"]
    assert names("value")[0] == "西郊所"


def test_station_rows_mark_the_short_hours_and_the_chosen(snapshot: Snapshot) -> None:
    table = read(staffing_tables.station_rows(of(snapshot).table, "short", (EDGE,)))
    rows = table.all("tr")[1:]
    assert rows[0].all("th")[0].text == "东港所"
    marks = [mark.attributes["class"] for mark in rows[0].all("i")]
    assert [hour for hour, mark in enumerate(marks) if mark != "step-mid"] == [22]
    chosen = [row.all("th")[0].text for row in rows if "is-chosen" in row.attributes.get("class", "")]
    assert chosen == ["西郊所"]
    assert 'aria-sort="other"' in str(staffing_tables.station_rows(of(snapshot).table, "busy", ()).to_plotly_json())


def test_when_names_the_weekdays(snapshot: Snapshot) -> None:
    assert staffing_effects.when(moves.trial(snapshot, LAST, Wish())) == "每日 22 时至 23 时"
    weekend = moves.trial(snapshot, LAST, Wish(days="67", begin=20, hours=8))
    assert staffing_effects.when(weekend) == "周六、周日 20 时起 8 小时"


def test_effect_of_a_move_has_interval_and_verdict(snapshot: Snapshot) -> None:
    trial = moves.trial(snapshot, LAST, Wish(people=4))
    rows = {row[0]: row for row in staffing_effects.effect_rows(trial.move.target)}
    _, before, after, change, verdict, tone = rows["来警时无空闲警组"]
    assert (before.endswith("%"), after.endswith("%")) == (True, True)
    assert "至" in change and verdict == "真变化" and tone == "better"
    assert rows["等候派出 P90（分钟）"][1] == "超负荷"
    assert rows["等候派出 P90（分钟）"][3] == "不再超负荷"
    assert text_of(staffing_effects.move_said(trial)).count("变化（95% 区间）") == 2
    assert rows["最大缺口"][1:4] == ("3 人", "0 人", "−3 人")
    assert [rows[name][5] for name in ("等候派出 P90（分钟）", "最大缺口", "超负荷时段的警情")] == ["better"] * 3


def test_only_what_leaves_nothing_over_is_green(snapshot: Snapshot) -> None:
    side = moves.trial(snapshot, LAST, Wish(people=4)).move.target
    partly = replace(side, overload=(0.258, 0.065), shortfall=(4.0, 2.0))
    rows = {row[0]: row for row in staffing_effects.effect_rows(partly)}
    assert rows["等候派出 P90（分钟）"][3] == "已可估；6.5% 的警情仍超负荷"
    assert {rows[name][5] for name in ("等候派出 P90（分钟）", "最大缺口", "超负荷时段的警情")} == {"less"}
    table = html_of(staffing_effects.move_said(replace_target(moves.trial(snapshot, LAST, Wish(people=4)), partly)))
    row = table[table.index("超负荷时段的警情") :].partition("</tr>")[0]
    assert "↓ −19.3 点" in row and "tone-better" not in row


def test_what_a_move_costs_the_giving_station_is_said(snapshot: Snapshot) -> None:
    trial = moves.trial(snapshot, LAST, Wish(people=3))
    assert (trial.opened, trial.bare, trial.rest) == ((), (), ())
    run = ShortRun((22, 23, 0), 23, 2.4, 0.2)
    emptied = replace(trial, opened=(run,), bare=(23, 0))
    said = text_of(staffing_effects.move_said(emptied))
    still = next(iter(staffing_effects.effect_rows(trial.move.source)))
    assert still[1] == still[2] and still[3:] == ("不变", "", "none"), "what rounds to nothing has no direction"
    give = short_name(trial.move.source.name)
    assert f"调整后{give}转为缺人：22 时至次日 1 时最多缺 2 人（23 时应配 2.4 人，在岗 0.2 人）。" in said
    assert f"调整后{give} 23 时至次日 1 时无人在岗。" in said


def test_hours_left_with_nobody_are_those_that_had_somebody() -> None:
    line = moves.Line((1.0,) * 24, (3.0, 0.2, 2.0, *(4.0,) * 21), (0.0, 0.0, None, *(1.0,) * 21))
    assert moves.bare(line) == (0,)


def test_a_wait_of_more_than_a_day_is_not_told_to_the_minute(snapshot: Snapshot) -> None:
    side = moves.trial(snapshot, LAST, Wish(people=4)).move.source
    endless = replace(side, p90_wait=Effect(19.0, 13_372.2, 13_353.2, 40.5, None, REAL))
    row = next(row for row in staffing_effects.effect_rows(endless) if row[0] == "等候派出 P90（分钟）")
    assert row[1:5] == ("19.0", "超过 24 小时", "至少 +40.5", REAL)
    assert "等候 P90 由 19.0 分钟变为超过 24 小时" in moving.say_side(endless).replace("P90由", "P90 由")


def replace_target(trial: moves.Trial, side: Any) -> moves.Trial:
    return replace(trial, move=replace(trial.move, target=side))


def test_a_short_station_is_told_what_to_do_first(snapshot: Snapshot) -> None:
    found = of(snapshot, CITY)
    assert [one.within is None for one in found.ways] == [False]
    said = text_of(staffing_words.judgement(found))
    assert "怎么办：先在所内调班" in said and "的 3 人改排 22 时至 23 时" in said
    # Hours with people to spare are told as part of the answer, not beside it.
    assert "可先在所内调整" not in said
    assert "→" in said and "真变化" in said
    assert "所内调班即可补足：" in text_of(staffing_words.judgement(of(snapshot)))
    assert of(snapshot, EDGE).ways == () and "怎么办" not in text_of(staffing_words.judgement(of(snapshot, EDGE)))


def test_without_people_to_spare_the_answer_is_another(store: Store) -> None:
    found = of(tiny.snapshot_of(store, lambda con: fill(con, 2)), CITY)
    said = "所内没有足够富余的时段可改排，须从他所调入或增配"
    assert [(one.within, one.words) for one in found.ways] == [(None, said)]
    assert f"怎么办：{said}" in text_of(staffing_words.judgement(found))
