"""所队自查: one station, what it lacks first; an unknown one is answered with the nearest."""

from __future__ import annotations

import re
import sys
from datetime import date
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.reading import Reader
from data.snapshots import Store
from metrics import catalogue, peers
from metrics.score import MET, MISSED, UNREPORTED
from pages._components import filters, session
from tests import tiny
from tests.pages.asking import ask, html_of

MONTH = date(2026, 11, 1)
VERSION = {"snapshot.data": 1}


def show(client: FlaskClient, code: str, search: str = "") -> dict[str, Any]:
    inputs = {
        "station-code.data": code, "url.search": search, "selection.data": filters.query_of(search), **VERSION,
        "mode.data": "light",
    }  # fmt: skip
    return ask(client, "station-scores-body.children", inputs)


def choose(client: FlaskClient, search: str = "") -> str:
    answer = ask(client, "stations-body.children", {"url.search": search, **VERSION})
    return html_of(answer["stations-body"]["children"])


@pytest.fixture(scope="module")
def codes(demo_store: Store) -> list[str]:
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    return list(catalogue.of(snapshot).stations)


def test_missed_come_first(client: FlaskClient, codes: list[str]) -> None:
    body = html_of(show(client, codes[0])["station-scores-body"]["children"])
    states = re.findall(r"score-state [^>]*>(?:✓ |✗ )?(达标|未达标|未报送|不适用)<", body)
    order = [MISSED, UNREPORTED, MET, "不适用"]
    assert [order.index(state) for state in states] == sorted(order.index(state) for state in states)
    assert len(states) >= 31


def test_head_and_clause(client: FlaskClient, codes: list[str]) -> None:
    answer = show(client, codes[0])
    head = html_of(answer["station-head"]["children"])
    assert re.search(r"辖区人口 [\d,]+ 人", head)
    assert codes[0] in head
    body = html_of(answer["station-scores-body"]["children"])
    assert "第18条" in body
    assert "近 12 个月：" in body


def test_a_name_works_like_a_code(client: FlaskClient, codes: list[str]) -> None:
    names = [option["label"] for option in show(client, codes[1])["station-other"]["options"]]
    answer = show(client, names[1])
    assert answer["station-other"]["value"] == codes[1]


@pytest.mark.parametrize("code", ["", "none", "99", "x" * 80, "未登记", "<script>alert(1)</script>"])
def test_unknown_station_is_answered_in_words(client: FlaskClient, code: str) -> None:
    answer = show(client, code)
    said = html_of(answer["station-state"]["children"])
    assert answer["station-grid"]["hidden"] is True
    assert "没有这个派出所" in said
    assert "选择派出所" in said


def test_nearest_known_is_offered(client: FlaskClient, codes: list[str]) -> None:
    state = show(client, codes[0][:-1] + "9")["station-state"]["children"]
    assert f"/station/{codes[0]}" in str(state)


def test_unknown_policy_and_month_are_said(client: FlaskClient, codes: list[str]) -> None:
    answer = show(client, codes[0], "?policy=dalian&month=0000-00")
    said = html_of(answer["station-state"]["children"])
    assert "是否要找「dalian-2020」" in said
    assert "无法识别" in said
    assert answer["station-grid"]["hidden"] is False


def test_every_policy_and_an_old_month(client: FlaskClient, codes: list[str]) -> None:
    for policy in ("county-2023", "dalian-2020", "fengxian-2021"):
        answer = show(client, codes[-1], f"?policy={policy}&month=2026-03")
        assert answer["station-grid"]["hidden"] is False


def test_empty_store(empty_app: Dash) -> None:
    client = empty_app.server.test_client()
    assert "还没有数据" in html_of(show(client, "A")["station-state"]["children"])
    assert "还没有数据" in choose(client)


def test_store_without_staffing_or_population(store: Store) -> None:
    def only(con: Any) -> None:
        con.execute("INSERT INTO stations (code, name) VALUES ('A', '东港派出所')")
        tiny.alerts(con, [{"call": "2026-11-20 08:00", "station": "A"}])

    tiny.publish(store, only, with_lists=False)
    client = create_app(store.root).server.test_client()
    answer = show(client, "A")
    assert "未报送" in html_of(answer["station-scores-body"]["children"])
    assert "不作比较" in html_of(answer["station-peers-body"]["children"])
    assert "辖区人口未登记" in html_of(answer["station-head"]["children"])
    assert "类别未登记（1 个）" in choose(client)


def test_chooser_lists_all_with_what_they_miss(client: FlaskClient, codes: list[str]) -> None:
    listed = choose(client, "?period=month")
    assert all(f"/station/{code}?period=month" in listed for code in codes)
    assert "项未达标" in listed


def test_chooser_stands_without_facts(store: Store) -> None:
    tiny.publish(store)
    listed = choose(create_app(store.root).server.test_client())
    assert "东港所" in listed
    assert "数据接入" in listed


def test_layouts_do_no_work(demo_app: Dash, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> None:
        pytest.fail("a layout asked for data")

    monkeypatch.setattr(session, "current_snapshot", asked)
    with demo_app.server.test_request_context("/"):
        for name in ("scorecard", "station", "stations"):
            assert sys.modules[f"pages.{name}"].layout(code="%E6%96%B0", q=["a"])


# ---- peers ---------------------------------------------------------------------------------------


def peer_store(store: Store, populations: list[int | None], alerts: list[int]) -> Any:
    def change(con: Any) -> None:
        for number, (people, count) in enumerate(zip(populations, alerts, strict=True)):
            con.execute(
                "INSERT INTO stations (code, name, kind, population) VALUES (?, ?, '城区', ?)",
                [f"S{number}", f"{number}号派出所", people],
            )
            if count:
                tiny.daily_alerts(con, "2026-11-01", 10, count // 10, station=f"S{number}")

    tiny.publish(store, change, with_lists=False)
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot


def test_peers_share_one_rate(store: Store) -> None:
    snapshot = peer_store(store, [10_000] * 5, [100] * 5)
    found = peers.compare(snapshot, "城区", MONTH)
    valid = found.positions[0]
    assert valid.metric.id == "alerts_valid"
    assert {place.verdict for place in valid.places.values()} == {"波动范围内"}
    # 100 events: the exact interval is 81.36 to 121.63, so the ends are these parts of the rate.
    place = valid.places["S0"]
    assert place.rate.value and place.rate.low and place.rate.high
    assert place.rate.low / place.rate.value == pytest.approx(0.8136, abs=1e-4)
    assert place.rate.high / place.rate.value == pytest.approx(1.2163, abs=1e-4)


def test_a_station_far_above_stands_out(store: Store) -> None:
    snapshot = peer_store(store, [10_000] * 20, [400] + [100] * 19)
    found = peers.compare(snapshot, "城区", MONTH)
    assert found.positions[0].places["S0"].verdict in ("偏高", "明显偏高")


def test_too_few_peers_are_not_compared(store: Store) -> None:
    snapshot = peer_store(store, [10_000, 10_000, None, None], [100] * 4)
    found = peers.compare(snapshot, "城区", MONTH)
    assert found.positions == ()
    assert "不作比较" in found.reason
    assert peers.compare(snapshot, None, MONTH).positions == ()
