"""所队自查: one station, what it lacks first; an unknown one is answered with the nearest."""

from __future__ import annotations

import re
import sys
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import ROOT, create_app
from data.reading import Reader
from data.snapshots import Store
from metrics import catalogue, compare, peers
from metrics.briefing import CARD_METRICS
from metrics.model import MetricError
from metrics.score import MET, MISSED, UNREPORTED
from metrics.selection import Selection
from metrics.selfcheck import Beat
from pages._components import export, filters, selfcheck_figures, selfcheck_targets, selfcheck_view, session
from pages._components.shown import Shown
from tests import tiny
from tests.pages import making
from tests.pages.asking import ask, html_of

MONTH = date(2026, 11, 1)
VERSION = {"snapshot.data": 1}
NARROWED = ("station-changes", "station-alarms", "station-week", "station-map", "station-beats", "station-open")


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


def test_what_is_not_missed_and_yet_not_well_is_named() -> None:
    made = [
        making.score("legal_cover", None), making.score("mutual_familiarity", None),
        making.score("community_hours_urban", making.share(255, 240)),
        making.score("community_share", making.share(6, 12)),
    ]  # fmt: skip
    assert selfcheck_targets.besides(made) == [
        "未报送：法制员配备率、双向熟悉率。", "待核对：下沉时间（城镇社区） 106.2%，加班可使其超过 100%，请核对排班。",
    ]  # fmt: skip
    assert selfcheck_targets.besides(made[3:]) == []
    assert selfcheck_targets.besides(made[:1] * 12)[0].endswith("法制员配备率等 12 项，见「全部目标」。")


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
    assert "不作比较" in html_of(answer["station-peers-note"]["children"])
    assert "辖区人口未登记" in html_of(answer["station-head"]["children"])
    assert "类别未登记（1 个）" in choose(client)


def test_what_the_store_has_never_held_takes_one_line(store: Store) -> None:
    def only(con: Any) -> None:
        con.execute("INSERT INTO stations (code, name) VALUES ('A', '东港派出所')")
        tiny.alerts(con, [{"call": "2026-11-20 08:00", "station": "A"}])

    tiny.publish(store, only, with_lists=False)
    answer = show(create_app(store.root).server.test_client(), "A")
    lines = {id: str(answer[f"station-{id}-note"]["children"]) for id in ("map", "beats", "duty", "open", "peers")}
    assert [id for id, line in lines.items() if "'className': 'lacking'" not in line] == []
    assert "没有边界和坐标" in lines["map"] and "没有登记警格" in lines["beats"] and "没有案件数据" in lines["open"]
    assert all(answer[f"station-{id}-figure"]["figure"]["data"] == [] for id in ("map", "duty"))
    assert all(answer[f"station-{id}-sub"]["children"] == "" for id in lines)
    # Key figures of cases step aside; those of alerts stay, whatever the day.
    hidden = {id for id in CARD_METRICS if answer[f"station-kpi-{id}"]["hidden"]}
    assert hidden == {"cases_filed", "clear_rate"}
    assert "lacking" not in str(answer["station-week-note"]["children"])


def test_a_store_of_cases_only_has_no_cards_of_alerts(store: Store) -> None:
    def only(con: Any) -> None:
        con.execute("INSERT INTO stations (code, name) VALUES ('A', '东港派出所')")
        tiny.cases(con, [{"filed": "2026-11-20 08:00", "station": "A"}])

    tiny.publish(store, only, with_lists=False)
    answer = show(create_app(store.root).server.test_client(), "A")
    shown = {id for id in CARD_METRICS if not answer[f"station-kpi-{id}"]["hidden"]}
    assert shown == {"cases_filed", "clear_rate"}
    assert "'className': 'lacking'" in str(answer["station-alarms-note"]["children"])


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


# ---- the page's other cards ----------------------------------------------------------------------


def test_missed_targets_say_first_what_they_lack(client: FlaskClient, codes: list[str]) -> None:
    answer = show(client, codes[0])
    title = answer["station-scores-title"]["children"]
    body = html_of(answer["station-scores-body"]["children"])
    listed = re.findall(r'class="missed-lack"><b class="tone-worse">([^<]+)</b>', body)
    assert title == f"{len(listed)} 项未达标"
    assert all(re.search(r"\d", said) for said in listed)
    # The headline names the first of them in the same words.
    assert listed[0] in html_of(answer["station-head"]["children"])


def test_numbers_equal_those_of_the_briefing_of_the_station(client: FlaskClient, codes: list[str]) -> None:
    own = show(client, codes[0], "?period=last7")
    inputs = {"selection.data": {"period": "last7", "station": codes[0]}, **VERSION, "mode.data": "light"}
    brief = ask(client, "changes-body.children", inputs)

    def counts(body: Any) -> list[str]:
        return re.findall(r'class="num now">([\d,]+)<', html_of(body))

    assert counts(own["station-changes-body"]["children"]) == counts(brief["changes-body"]["children"]) != []
    kpi = html_of(own["station-kpi-alerts_valid-text"]["children"])
    assert re.findall(r"\d+", kpi) == re.findall(r"\d+", html_of(brief["kpi-alerts_valid-text"]["children"]))


def test_filter_narrows_the_page_and_keeps_its_station(client: FlaskClient, codes: list[str]) -> None:
    whole = show(client, codes[0], "?period=last30")
    narrowed = show(client, codes[0], f"?period=last30&category=求助&station={codes[1]}")
    said = html_of(narrowed["station-state"]["children"])
    assert "筛选中的其他派出所不起作用" in said
    assert "不起作用" not in html_of(show(client, codes[0], f"?station={codes[0]}")["station-state"]["children"])
    assert html_of(narrowed["station-changes-body"]["children"]) != html_of(whole["station-changes-body"]["children"])
    # Targets are those of the month, whatever the filter.
    assert narrowed["station-scores-title"] == whole["station-scores-title"]


def test_every_title_says_what_the_page_is_narrowed_to(client: FlaskClient, codes: list[str]) -> None:
    def titles(search: str) -> dict[str, str]:
        answer = show(client, codes[0], search)
        return {id: str(answer[f"{id}-title"]["children"]) for id in NARROWED}

    assert all(title.count("（仅盗窃）") == 1 for title in titles("?period=last30&category=盗窃").values())
    assert not any("仅" in title for title in titles("?period=last30").values())
    answer = show(client, codes[0], "?period=last30&category=盗窃")
    notice = str(answer["station-state"]["children"][0])
    assert "只含盗窃" in notice and f"'/station/{codes[0]}?period=last30'" in notice
    hidden = {name: answer[f"station-kpi-{name}"]["hidden"] for name in ("alerts", "alerts_valid", "alerts_order")}
    assert hidden == {"alerts": True, "alerts_valid": False, "alerts_order": True}
    assert "有效警情（仅盗窃）" in html_of(answer["station-kpi-alerts_valid-text"]["children"])


def test_a_category_leads_to_this_page_narrowed(client: FlaskClient, codes: list[str]) -> None:
    body = html_of(show(client, codes[0], "?period=last7")["station-changes-body"]["children"])
    assert f'href="/station/{codes[0]}?period=last7&amp;category=' in body


def test_parts_that_wait_for_their_fit_say_so(client: FlaskClient, codes: list[str]) -> None:
    answer = show(client, codes[0])
    assert "预警正在计算" in html_of(answer["station-alarms-body"]["children"])
    assert "预测正在计算" in html_of(answer["station-head"]["children"])
    assert "热点正在计算" in html_of(answer["station-map-note"]["children"])


def test_a_time_without_data_says_so_and_keeps_the_targets(client: FlaskClient, codes: list[str]) -> None:
    answer = show(client, codes[0], "?period=custom&from=2001-01-01&to=2001-01-02")
    assert "所选时段没有数据" in html_of(answer["station-state"]["children"])
    assert "该时段无数据" in html_of(answer["station-changes-body"]["children"])
    assert "未达标" in answer["station-scores-title"]["children"]


def test_every_card_exports_what_it_shows(demo_app: Dash, demo_store: Store, codes: list[str]) -> None:
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    with demo_app.server.test_request_context("/"):
        shown = Shown(snapshot, demo_store, Selection(period="last7"), f"/station/{codes[0]}", {"period": "last7"})
        for card in ("changes", "beats", "duty", "open", "map", "week", "peers", "scores", "kpi-alerts"):
            offer = export.offered(f"station-{card}")
            assert offer is not None
            made = offer.sheets(shown)
            sheet = made if isinstance(made, export.Sheet) else made[0]
            told = dict(sheet.head)
            assert told["数据截至"] and told["口径"]
            assert all(len(row) == len(sheet.columns) for row in sheet.rows)
        with pytest.raises(MetricError, match="正在计算"):
            _sheets("station-alarms", shown)
        first, last, scope = export.offered("station-beats").pinning(shown)  # type: ignore[union-attr]
    assert (last - first).days == 6
    assert scope == f"station={codes[0]}"


def _sheets(card: str, shown: Shown) -> Any:
    offer = export.offered(card)
    assert offer is not None
    return offer.sheets(shown)


# ---- builders ------------------------------------------------------------------------------------


def cells(*places: tuple[int, int], **more: Any) -> pd.DataFrame:
    rows = [{"west": x, "south": y, "east": x + 1, "north": y + 1, "z": 4.2, **more} for x, y in places]
    return pd.DataFrame(rows)


def check_with(hot: pd.DataFrame, expected: pd.DataFrame) -> Any:
    return SimpleNamespace(
        hot=SimpleNamespace(cells=hot, clusters=1, state="ok"),
        expected=SimpleNamespace(cells=expected, label="违法犯罪警情"),
        station=SimpleNamespace(code="A"),
    )


def test_map_draws_hot_cells_filled_and_expected_ones_with_an_edge() -> None:
    ahead = cells(*((x, 5) for x in range(12)), score=0.5, recent="<3", long_run=7)
    ahead["rank"] = range(20, 32)
    found = check_with(cells((0, 0), (1, 0), count="<3"), ahead)
    hot, told, edged, points = selfcheck_figures.layers(found, "light")
    assert (hot["fill"], hot["mode"]) == ("toself", "none")
    assert hot["x"][:6] == [0, 1, 1, 0, 0, None]
    assert told["text"] == ["热点网格（200 米）<br><3 起，z 4.2"] * 2
    assert "fill" not in edged and edged["mode"] == "lines"
    assert len(points["text"]) == selfcheck_figures.FIRST
    assert "本所第 1 位、全局第 20 位" in points["text"][0]
    assert "预计 0.5 起" in points["text"][0] and "近 28 日 <3 起" in points["text"][0]
    first = selfcheck_figures.first_cells(found.expected)
    assert selfcheck_view.map_title(found, first) == "1 处热点，共 2 个网格"
    quiet = check_with(cells(), ahead)
    label = found.expected.label
    assert selfcheck_view.map_title(quiet, first) == f"无显著热点；未来 28 日{label}预计 6 起，5 起在 10 个网格"
    assert selfcheck_view.map_title(check_with(cells(), cells()), cells()) == "辖区内无显著热点"


def test_busiest_hours_are_the_title_only_where_they_hold_much() -> None:
    week = np.ones((7, 24))
    assert selfcheck_view.busiest(week) == "一周时段"
    week[:, 20:24] = 5
    assert selfcheck_view.busiest(week) == "集中在 20–24 时"
    assert selfcheck_view.busiest(None) == "一周时段"


def test_beats_colour_only_what_really_rose() -> None:
    calm = Beat("B1", "一社区", 50, compare.judged([compare.counts(50, 90, 48, 90)])[0])
    risen = Beat("B2", "二社区", 90, compare.judged([compare.counts(90, 90, 30, 90)])[0])
    body = text_and_classes(selfcheck_view.beats([calm, risen], "alerts_valid"))
    assert body.count("bullet is-missed") == 1
    assert selfcheck_view.beats_title([calm, risen]) == "二社区高于同期"
    assert selfcheck_view.beats_title([calm]) == "各警格警情"


def test_what_a_list_of_beats_leaves_out_is_said() -> None:
    judged = compare.judged([compare.counts(50, 90, 48, 90)])[0]
    listed = [Beat(f"B{number}", f"{number}社区", 50, judged) for number in range(16)]
    listed.append(Beat("", "未登记", 97, judged))
    assert selfcheck_view.unlisted_words(listed, 12) == "另有 4 个警格、未登记警格的 97 起，见导出。"
    assert selfcheck_view.unlisted_words(listed, 10) == "另有 6 个警格、未登记警格的 97 起，见导出。"
    assert selfcheck_view.unlisted_words(listed, 16) == "另有未登记警格的 97 起，见导出。"
    assert selfcheck_view.unlisted_words(listed, 17) == ""
    # The style sheet hides what the words on paper call hidden.
    hidden = f"#station-beats tr:nth-child(n + {selfcheck_view.PRINTED_BEATS + 1}) {{ display: none; }}"
    assert hidden in (ROOT / "assets" / "station.css").read_text(encoding="utf-8")


def test_reported_figures_of_an_earlier_month_are_marked() -> None:
    october = making.score("volunteers_per_beat", None, as_of=date(2026, 10, 1))
    current = making.score("volunteers_per_beat", None, as_of=MONTH)
    computed = making.score("community_share", making.share(4, 13), as_of=date(2026, 10, 1))
    assert selfcheck_targets.carried_words([october, current, computed]) == "报送类沿用 10月"
    assert selfcheck_targets.carried_words([current, computed]) == ""


def text_and_classes(part: Any) -> str:
    return str(part.to_plotly_json()["props"]["data-html"])
