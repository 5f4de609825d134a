"""警力配置: what the figures draw, what the cards say, every parameter from the address, odd ones answered in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue, score, targets
from metrics.briefing import short_name
from metrics.compare import REAL
from metrics.force import moves
from metrics.force.moves import Wish
from metrics.force.rules import rules
from metrics.force.work import Work, work
from metrics.selection import Selection
from metrics.staffing import moving
from metrics.staffing.values import Effect, ShortRun
from pages._components import (
    export,
    staffing_cards,
    staffing_effects,
    staffing_export,
    staffing_figures,
    staffing_move_figure,
    staffing_questions,
    staffing_tables,
    staffing_words,
)
from pages._components.shown import Shown
from pages._components.template import tokens
from tests import force, tiny
from tests.pages.asking import ask, html_of
from tests.pages.reading import read, text_of
from tests.tiny import CITY, EDGE, VILLAGE

FIRST, DAYS = date(2026, 9, 28), 28
LAST = Selection(period="custom", first=date(2026, 10, 25), last=date(2026, 10, 25))
FILTER: dict[str, Any] = {"selection.data": LAST.to_query(), "snapshot.data": "1"}


def fill(con: duckdb.DuckDBPyConnection, people_by_day: int = 4) -> None:
    """Four weeks: 东港 with a call at 22 and nobody there from 20 on, 西郊 and 南山 with people around the clock."""
    for station, hours, begin, length, people in (
        (CITY, (9, 15, 22), 8, 12, people_by_day), (EDGE, (10,), 0, 24, 6), (VILLAGE, (12,), 0, 24, 9),
    ):  # fmt: skip
        for n in range(DAYS):
            day = datetime(2026, 9, 28) + timedelta(days=n)
            rows = [day + timedelta(hours=hour) for hour in hours]
            tiny.alerts(con, [_call(at, station) for at in rows])
            start = day + timedelta(hours=begin)
            force.shift(con, station, str(start), str(start + timedelta(hours=length)), officers=people)
    force.staffing(con, "2025-10", "2026-10")


def _call(at: datetime, station: str) -> dict[str, Any]:
    times = {"dispatch_time": at, "arrive_time": at + timedelta(minutes=10), "done_time": at + timedelta(hours=1)}
    return {"call": at, "station": station, "officers_n": 2, **times}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("force") / "store")
    tiny.publish(store, fill)
    return store


@pytest.fixture(scope="module")
def snapshot(root: Store) -> Snapshot:
    found = Reader(root).snapshot()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def app(root: Store) -> Dash:
    return create_app(root.root)


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    found: FlaskClient = app.server.test_client()
    return found


def of(snapshot: Snapshot, *stations: str) -> Work:
    return work(snapshot, Selection("custom", LAST.first, LAST.last, stations))


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def address(code: str) -> str:
    return f"/staffing?station={code}"


# ---- figures ---------------------------------------------------------------------------------------


def test_day_of_one_station_fills_what_is_missing(snapshot: Snapshot) -> None:
    found = of(snapshot, CITY)
    figure = staffing_figures.day_steps(found, "light", address)
    drawn = traces(figure)
    assert drawn["duty"]["y"] == [*found.one.day_on_duty, found.one.day_on_duty[-1]]
    assert drawn["needed"]["y"][:24] == list(found.one.day_needed)
    assert drawn["needed"]["line"]["shape"] == drawn["duty"]["line"]["shape"] == "hv"
    # One box from 22 to 23, from nobody on duty up to what is needed.
    assert drawn["lacking"]["x"] == [22, 23, 23, 22, 22, None]
    assert drawn["lacking"]["y"][0] == 0 and drawn["lacking"]["y"][2] == found.one.day_needed[22]
    assert drawn["lacking"]["fillcolor"] == tokens("light")["worse"]
    assert "lacks" not in drawn
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["在岗", "应配", "缺 3 人"]
    top = figure["layout"]["yaxis"]["range"][1]
    assert top > max(value for value in (*found.one.day_high, *found.one.day_on_duty) if value is not None)


def test_less_than_a_person_is_only_tinted(snapshot: Snapshot) -> None:
    drawn = traces(staffing_figures.day_steps(of(snapshot, CITY), "dark", address))
    assert drawn["perhaps"]["fillcolor"] == tokens("dark")["high-1"]
    assert 22 not in drawn["perhaps"]["x"][::6]


def test_several_stations_have_a_strip_that_leads_to_the_worst(snapshot: Snapshot) -> None:
    found = of(snapshot)
    figure = staffing_figures.day_steps(found, "light", address)
    drawn = traces(figure)
    assert "lacking" not in drawn
    assert drawn["lacks"]["y"] == [found.day[hour].people for hour in range(24)]
    assert drawn["lacks"]["customdata"][22][0] == address(CITY)
    assert drawn["lacks"]["customdata"][9][0] == ""
    assert "东港所缺 3" in drawn["hours"]["customdata"][22][1]
    assert figure["layout"]["yaxis"]["domain"][0] > figure["layout"]["yaxis2"]["domain"][1]


def test_hover_says_counts_interval_and_duty(snapshot: Snapshot) -> None:
    said = traces(staffing_figures.day_steps(of(snapshot, CITY), "light", address))["hours"]["customdata"][22][1]
    assert said.startswith("<b>22–23 时</b><br>平均每小时来警 ")
    assert "95% 区间" in said and "在岗 0.0 人" in said and "缺 3" in said


def test_week_has_168_hours_from_monday(snapshot: Snapshot) -> None:
    figure = staffing_figures.week_steps(of(snapshot, CITY), "light", address)
    drawn = traces(figure)
    assert len(drawn["needed"]["x"]) == 169
    assert drawn["hours"]["customdata"][46][1].startswith("<b>周二 22–23 时</b>")
    assert figure["layout"]["xaxis"]["ticktext"][0] == "周一"
    assert len(figure["layout"]["shapes"]) == 6
    assert drawn["lacking"]["x"][::6] == [24 * day + 22 for day in range(7)]


def test_calls_stand_in_where_work_times_are_missing(snapshot: Snapshot) -> None:
    figure = staffing_figures.calls_steps(of(snapshot, CITY).one.calls, "light")
    assert figure["layout"]["yaxis"]["range"][1] > 0
    assert "平均每小时来警" in traces(figure)["hours"]["customdata"][0][1]


def test_move_draws_before_and_after_on_one_scale(snapshot: Snapshot) -> None:
    trial = moves.trial(snapshot, LAST, Wish(people=2))
    figure = staffing_move_figure.move_steps(trial, "light")
    given = [trace for trace in figure["data"] if trace["xaxis"] == "x"]
    taken = [trace for trace in figure["data"] if trace["xaxis"] == "x2"]
    before, after = (next(t["y"][22] for t in taken if t["name"] == name) for name in ("before", "after"))
    assert (before, after) == (0, pytest.approx(2))
    assert next(t["y"][22] for t in given if t["name"] == "after") == pytest.approx(7)
    assert figure["layout"]["yaxis"]["range"] == figure["layout"]["yaxis2"]["range"]
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert texts == ["<b>南山派出所</b> 调出 2 人", "<b>东港派出所</b> 调入 2 人"]


# ---- words and tables ------------------------------------------------------------------------------


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


# ---- the address -----------------------------------------------------------------------------------


def test_address_is_read_and_odd_values_are_said(snapshot: Snapshot) -> None:
    known, notices = catalogue.of(snapshot), list[str]()
    wish = staffing_questions.wish_of({"give": "南山派出所", "take": CITY, "begin": "21", "hours": "6"}, known, notices)
    assert (wish, notices) == (Wish(VILLAGE, CITY, 21, 6), [])
    odd = {"give": "没有的所", "begin": "25", "hours": "x", "days": "8", "people": "-1"}
    assert staffing_questions.wish_of(odd, known, notices) == Wish()
    assert len(notices) == 5
    assert staffing_questions.wish_of({"give": CITY, "take": CITY}, known, []) == Wish(take=CITY)
    assert staffing_questions.extra_of({"extra": "7", "post": "12"}, []) == (7, 12)
    assert staffing_questions.extra_of({"extra": "0", "post": "x"}, notices) == (None, 8)


# ---- callbacks -------------------------------------------------------------------------------------


def show(client: FlaskClient, **selection: str) -> dict[str, Any]:
    inputs = {**FILTER, "selection.data": {**LAST.to_query(), **selection}, "mode.data": "light"}
    return ask(client, "staffing-state.children", inputs)


def show_rules(client: FlaskClient, **asked: str) -> dict[str, Any]:
    return ask(client, "staffing-gauges.children", {**FILTER, "staffing-rules-asked.data": asked})


def show_move(client: FlaskClient, people: int = 1, changed: str = "", **asked: str) -> dict[str, Any]:
    inputs = {**FILTER, "mode.data": "light", "staffing-move-asked.data": asked, "staffing-people.value": people}
    return ask(client, "staffing-move-said.children", inputs, changed=changed)


def test_page_in_one_go(client: FlaskClient) -> None:
    answer = show(client)
    assert answer["staffing-grid"]["hidden"] is False
    assert answer["staffing-day-title"]["children"].startswith("3 个所中 1 个有缺人时段")
    assert "2026-09-28" not in answer["staffing-day-sub"]["children"]
    assert "无空闲警组" in html_of(answer["staffing-judged-body"]["children"])
    assert len(answer["staffing-week-figure"]["figure"]["data"]) >= 4


def test_chosen_station(client: FlaskClient) -> None:
    answer = show(client, station=EDGE)
    assert answer["staffing-day-title"]["children"] == "没有哪个时段缺 1 人以上"
    assert "西郊所" in answer["staffing-day-sub"]["children"]


def test_rules_follow_their_own_parameters(client: FlaskClient) -> None:
    answer = show_rules(client)
    assert answer["staffing-rows-title"]["children"] == "社区民警占派出所警力：3 所中 1 所未达标"
    answer = show_rules(client, target="auxiliary_ratio", policy="county-2023", order="name")
    assert answer["staffing-policy"]["value"] == "county-2023"
    assert answer["staffing-rows-title"]["children"].startswith("警辅比")
    odd = show_rules(client, target="communty_share", policy="binhai", rows="x")
    said = html_of(odd["staffing-gauges"]["children"])
    assert "是否要找「binhai-2023」" in said and "是否要找「community_share」" in said


def test_a_policy_without_targets_of_officers_says_so(client: FlaskClient) -> None:
    said = html_of(show_rules(client, policy="fengxian-2021")["staffing-gauges"]["children"])
    assert "没有警力目标" in said


def test_move_follows_address_and_slider(client: FlaskClient) -> None:
    answer = show_move(client)
    assert [answer[f"staffing-{key}"]["value"] for key in ("give", "take", "begin", "hours", "days")] == [
        VILLAGE, CITY, "22", "1", "1234567",
    ]  # fmt: skip
    # As many as end the shortage; a slider that stands there already is left alone.
    assert answer["staffing-people-words"]["children"] == "调 3 人（该班次至多 9 人）"
    assert answer["staffing-people"]["value"] == 3
    stands = show_move(client, people=3)
    assert "staffing-people" not in stands or "value" not in stands["staffing-people"]
    dragged = show_move(client, people=2, changed="staffing-people.value")
    assert dragged["staffing-move-title"]["children"] == "试算：南山所调 2 人到东港所"
    # The address goes before a slider that nobody touches.
    linked = ask(
        client, "staffing-move-said.children",
        {**FILTER, "mode.data": "light", "staffing-move-asked.data": {"people": "2"}, "staffing-people.value": 1},
        changed="staffing-move-asked.data",
    )  # fmt: skip
    assert linked["staffing-people"]["value"] == 2
    codes = [option["value"] for option in linked["staffing-give"]["options"]]
    assert CITY not in codes and VILLAGE in codes


def test_more_people_than_a_shift_has_are_refused_in_words(client: FlaskClient) -> None:
    answer = show_move(client, people=9, changed="staffing-people.value", give=EDGE)
    assert "该班次至多可调 6 人" in html_of(answer["staffing-move-state"]["children"])
    assert answer["staffing-people"]["value"] == 6


def test_extra_posts(client: FlaskClient) -> None:
    answer = ask(client, "staffing-extra-said.children", {**FILTER, "staffing-extra-asked.data": {"extra": "3"}})
    assert answer["staffing-extra-title"]["children"] == "增配 3 岗，各所缺人时段即可补足"
    said = html_of(answer["staffing-extra-said"]["children"])
    assert "东港所" in said and "22 时至 23 时缺 3 人；增 3 岗" in said
    assert answer["staffing-posts"]["value"] == "3"
    few = ask(client, "staffing-extra-said.children", {**FILTER, "staffing-extra-asked.data": {"extra": "1"}})
    assert few["staffing-extra-title"]["children"] == "增配 1 岗，最大缺口 3 人 → 2 人"
    enough = ask(client, "staffing-extra-said.children", {**FILTER, "staffing-extra-asked.data": {}})
    assert enough["staffing-extra-title"]["children"] == "增配 3 岗，各所缺人时段即可补足"
    assert enough["staffing-posts"]["value"] == "*"


def test_where_nobody_is_short_no_move_is_proposed(client: FlaskClient) -> None:
    inputs = {**FILTER, "selection.data": {**LAST.to_query(), "station": EDGE}, "mode.data": "light"}
    asked = {**inputs, "staffing-move-asked.data": {}, "staffing-people.value": 1}
    answer = ask(client, "staffing-move-said.children", asked)
    said = html_of(answer["staffing-move-state"]["children"])
    assert "不须调整" in said and "西郊派出所各时段均不缺人" in said
    assert f"'?take={EDGE}'" in str(answer["staffing-move-state"]["children"])
    assert answer["staffing-move-box"]["hidden"] is True


def test_no_calls_and_no_data_are_told_apart(client: FlaskClient) -> None:
    quiet = show(client, **{"from": "2020-01-01", "to": "2020-01-02"})
    assert "该时段无数据" in html_of(quiet["staffing-state"]["children"])
    assert quiet["staffing-day"]["hidden"] is True and quiet["staffing-grid"]["hidden"] is False


def test_empty_store(empty_app: Dash) -> None:
    answer = ask(empty_app.server.test_client(), "staffing-state.children", {**FILTER, "mode.data": "light"})
    assert answer["staffing-grid"]["hidden"] is True
    assert "还没有数据" in html_of(answer["staffing-state"]["children"])


def test_calls_by_the_day_refuse_hours(store: Store) -> None:
    tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-10-20", "time_precision": "day"}]))
    client = create_app(store.root).server.test_client()
    inputs = {"selection.data": {}, "snapshot.data": "1", "mode.data": "light"}
    answer = ask(client, "staffing-state.children", inputs)
    assert "无法按钟点测算" in html_of(answer["staffing-state"]["children"])


# ---- exports ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "rows"),
    [("day", 24), ("week", 168), ("rules", 10), ("rule_rows", 3), ("stations", 3), ("extra", 1)],
)
def test_every_card_exports_what_it_shows(snapshot: Snapshot, root: Store, card: str, rows: int) -> None:
    shown = Shown(snapshot, root, LAST, "/staffing", {})
    sheet = getattr(staffing_export, card)(shown)
    assert len(sheet.rows) == rows
    assert dict(sheet.head)["口径"]
    assert all(len(row) == len(sheet.columns) for row in sheet.rows)
    assert export.csv_text(sheet).count("\n") == rows + len(sheet.head) + 2


def test_exports_of_judgement_and_move_name_their_stations(snapshot: Snapshot, root: Store) -> None:
    shown = Shown(snapshot, root, LAST, "/staffing", {"people": "2"})
    judged = staffing_export.judged(shown)
    assert any("东港所" in str(row) for row in judged.rows)
    moved = staffing_export.move(shown)
    assert dict(moved.head)["推演"] == "南山派出所调 2 人到东港派出所，每日 22 时至 23 时"
    assert {row[0] for row in moved.rows} == {"南山派出所", "东港派出所"}
