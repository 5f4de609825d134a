"""警力配置: every parameter from the address, odd ones answered in words; what each card exports."""

from __future__ import annotations

from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue
from metrics.force.moves import Wish
from pages._components import (
    export,
    staffing_export,
    staffing_questions,
)
from pages._components.shown import Shown
from tests import tiny
from tests.pages.asking import ask, html_of
from tests.pages.staffed import FILTER, LAST
from tests.tiny import CITY, EDGE, VILLAGE


@pytest.fixture(scope="module")
def snapshot(staffed_store: Store) -> Snapshot:
    found = Reader(staffed_store).snapshot()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def app(staffed_store: Store) -> Dash:
    return create_app(staffed_store.root)


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    found: FlaskClient = app.server.test_client()
    return found


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


def test_what_needs_officers_takes_one_line_where_there_are_none(store: Store) -> None:
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-10-01", 30, 4))
    client = create_app(store.root).server.test_client()
    inputs = {"selection.data": {}, "snapshot.data": "1"}
    asked = {
        **ask(client, "staffing-state.children", {**inputs, "mode.data": "light"}),
        **ask(client, "staffing-gauges.children", {**inputs, "staffing-rules-asked.data": {}}),
        **ask(client, "staffing-move-state.children",
              {**inputs, "mode.data": "light", "staffing-move-asked.data": {}, "staffing-people.value": 1}),
        **ask(client, "staffing-extra-said.children", {**inputs, "staffing-extra-asked.data": {}}),
    }  # fmt: skip
    cards = ("judged", "rules", "rows", "stations", "move", "extra")
    lines = {card: str(asked[f"staffing-{card}-note"]["children"]) for card in cards}
    assert [card for card, line in lines.items() if "'className': 'lacking'" not in line] == []
    assert "没有警力台账或勤务表数据" in lines["rules"] and "没有勤务排班数据" in lines["move"]
    # The calls themselves are drawn.
    assert asked["staffing-day-figure"]["figure"]["data"] and "lacking" not in str(asked["staffing-day-note"])


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
def test_every_card_exports_what_it_shows(snapshot: Snapshot, staffed_store: Store, card: str, rows: int) -> None:
    shown = Shown(snapshot, staffed_store, LAST, "/staffing", {})
    sheet = getattr(staffing_export, card)(shown)
    assert len(sheet.rows) == rows
    assert dict(sheet.head)["口径"]
    assert all(len(row) == len(sheet.columns) for row in sheet.rows)
    assert export.csv_text(sheet).count("\n") == rows + len(sheet.head) + 2


def test_exports_of_judgement_and_move_name_their_stations(snapshot: Snapshot, staffed_store: Store) -> None:
    shown = Shown(snapshot, staffed_store, LAST, "/staffing", {"people": "2"})
    judged = staffing_export.judged(shown)
    assert any("东港所" in str(row) for row in judged.rows)
    moved = staffing_export.move(shown)
    assert dict(moved.head)["推演"] == "南山派出所调 2 人到东港派出所，每日 22 时至 23 时"
    assert {row[0] for row in moved.rows} == {"南山派出所", "东港派出所"}
