"""今日会商 as it is drawn: sentences with their verdict, the list of warnings, changes aligned to Spring Festival."""

from __future__ import annotations

import sys
from dataclasses import replace

import duckdb
import pytest
from dash import Dash
from flask.testing import FlaskClient

from data.reading import Reader
from data.snapshots import Store
from metrics import catalogue
from metrics.briefing import CARD_METRICS, Point, brief
from metrics.briefing.surges import SLOW
from metrics.compare import REAL
from metrics.selection import Selection
from pages._components import briefing_export, briefing_warnings, change_rows, tables
from pages._components.changes import Change, Verdict
from pages._components.shown import Shown
from tests import tiny
from tests.metrics.test_briefing import burst, steady
from tests.metrics.test_briefing_points import alarm, fitted, slow
from tests.pages.asking import ask, html_of
from tests.pages.reading import read, text_of

WEEK = Selection(period="last7")


def test_the_list_says_counts_expectation_hours_and_where_to_look(store: Store) -> None:
    theft = alarm(group="盗窃", id="theft", excess=8.0)
    found = brief(fitted(store, tiny.snapshot_of(store, steady, burst), alarm(), theft, slow()), WEEK)
    assert briefing_warnings.title_of(found) == "预警 2 处"
    lines = [[cell.text for cell in row.all("td")] for row in read(briefing_warnings.body(found)).all("tr")[1:]]
    assert lines[0] == [
        "南山所", "刑事另见于盗窃", "↑ 突升预警",
        "11月21日（当日）", "11月15日–11月21日", "40", "0–7", "22–2 时（40/1.0）", "时段地点 ›",
    ]  # fmt: skip
    assert lines[1][7:] == ["未见集中", "走势 ›"]
    assert lines[1][2] == "↑ 渐升预警" and lines[1][-1] == "走势 ›"
    link = read(briefing_warnings.body(found)).all("a")[0].attributes["href"]
    assert link.startswith("/heat?period=custom&from=2026-11-15&to=2026-11-21&station=") and "category=" in link
    note = briefing_warnings.note_of(found)
    assert "按平均每所每年约 2 次设定；上一年实测 1.97 次（95% 区间 1.63–2.36）" in note and SLOW in note
    said = text_of(briefing_warnings.points_note(found))
    assert "预警按平均每所每年约 2 次设定" in said and said.endswith("没有异常时也会偶然出现，须逐条核实。")


def test_warnings_beside_figures_of_the_original_category_say_that_they_are_not(store: Store) -> None:
    snapshot = fitted(store, tiny.snapshot_of(store, steady, burst), alarm())
    said = text_of(briefing_warnings.points_note(brief(snapshot, Selection(period="last7", basis="original"))))
    assert "原始性质" in said and "预警按确认性质计，与本期口径不同。" in said
    assert "确认性质计" not in text_of(briefing_warnings.points_note(brief(snapshot, WEEK)))


def test_no_warning_and_no_fit_are_told_apart(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    assert "正在计算" in text_of(briefing_warnings.body(brief(snapshot, WEEK)))
    assert briefing_warnings.note_of(brief(snapshot, WEEK)) == ""
    assert "7 天内没有预警" in text_of(briefing_warnings.body(brief(fitted(store, snapshot), WEEK)))


@pytest.mark.parametrize(
    ("text", "verdict", "shown", "toned"),
    [
        ("甲所盗窃 9 起（突升预警），集中在夜间", "突升预警", "甲所盗窃 9 起（突升预警），集中在夜间", "突升预警"),
        ("乙所纠纷 9 起，预期 1–5 起", REAL, "乙所纠纷 9 起，预期 1–5 起，真变化", REAL),
        ("警情共 9 起", "正常波动", "警情共 9 起", ""),
    ],
)
def test_a_sentence_shows_its_verdict_once(demo_app: Dash, text: str, verdict: str, shown: str, toned: str) -> None:
    from pages.briefing import _point

    words, address = _point(Point(text, "worse", verdict, "/trend", {"station": "1"}, 1.0))
    assert text_of(words) == shown and address == "/trend?station=1"
    tones = [one.text for one in read(words).all("span") if one.attributes.get("class") == "tone-worse"]
    assert tones == ([toned] if toned else [])


def test_a_change_aligned_to_the_festival_stands_under_the_plain_one() -> None:
    row = tables.ChangeRow(
        "刑事", "9", "12", Change("↓", "25.0%"), "8", Change("↑", "1 起"), Verdict("正常波动"),
        aligned=Change("↓", "3.1%"), aligned_note="按春节对齐同比下降 3.1%（少 2 起）",
    )  # fmt: skip
    cell = read(tables.change_table([row])).all("td")[4]
    assert cell.text == "↓ 25.0%春节对齐 ↓ 3.1%" and cell.attributes["title"] == row.aligned_note


def test_the_page_links_only_to_pages_that_are_there(demo_app: Dash, demo_store: Store, client: FlaskClient) -> None:
    import dash

    paths = {page["path"] for page in dash.page_registry.values()}
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    for selection in (WEEK, Selection(), Selection(period="year")):
        found = brief(snapshot, selection)
        assert found.points and {point.page for point in found.points} <= paths
    assert {"/heat", "/trend", "/cases"} <= paths
    inputs = {"selection.data": {"period": "last7"}, "snapshot.data": str(snapshot.id), "mode.data": "light"}
    answer = ask(client, "briefing-alarms-body.children", inputs)
    assert "预警" in html_of(answer["briefing-alarms-body"]["children"])
    assert "有效警情共" in html_of(answer["points-body"]["children"])


@pytest.mark.parametrize("chosen", ["", "刑事", "0101", "刑事,求助"])
def test_the_page_and_its_file_show_the_figures_that_categories_leave(
    client: FlaskClient, demo_store: Store, chosen: str
) -> None:
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    query = {"period": "last7", **({"category": chosen} if chosen else {})}
    selection, _ = Selection.from_query(query)
    kept = [card.metric for card in brief(snapshot, selection).cards]
    answer = ask(client, "briefing-grid.hidden", {"selection.data": query, "snapshot.data": "1", "mode.data": "light"})
    seen = [name for name in CARD_METRICS if not answer[f"kpi-{name}"]["hidden"]]
    assert seen == [metric.id for metric in kept] and (len(seen) == len(CARD_METRICS)) == (not chosen)
    # No frame is left waiting.
    assert not any("skeleton" in html_of(answer[f"kpi-{name}-text"]["children"]) for name in CARD_METRICS)
    assert all(answer[f"kpi-{name}-text"]["children"] == [] for name in CARD_METRICS if name not in seen)
    sheet = briefing_export._kpi_sheets(Shown(snapshot, demo_store, selection, "/", query))[0]
    assert [row[0] for row in sheet.rows] == [metric.label for metric in kept]


def test_a_share_above_all_is_explained_and_its_line_is_named(store: Store) -> None:
    def solved(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        old = [{"filed": "2026-09-01 09:00:00", "solved": f"2026-11-21 1{n}:00:00"} for n in range(3)]
        tiny.cases(con, [*old, {"filed": "2026-11-21 09:00:00"}])

    found = brief(tiny.snapshot_of(store, solved), Selection())
    card = next(card for card in found.cards if card.metric.id == "clear_rate")
    assert card.value == 300
    assert "期内破案含以往立案的积案，可能超过 100%；曲线为各日止 7 天的比率" in text_of(change_rows.card_text(card))
    usual = text_of(change_rows.card_text(replace(card, value=60.0)))
    assert "可能超过" not in usual and "曲线为" in usual
    # A share above all in the stretch that is compared with reads like a fault just the same.
    for then in ("previous", "last_year"):
        past = replace(card, value=60.0, **{then: replace(getattr(card, then), base=200.0)})
        assert "可能超过 100%" in text_of(change_rows.card_text(past))
    count = next(card for card in found.cards if card.metric.id == "cases_filed")
    assert "曲线" not in text_of(change_rows.card_text(count))


def test_without_places_the_map_is_one_line(demo_app: Dash, demo_store: Store, store: Store) -> None:
    page = sys.modules["pages.briefing"]

    snapshot = tiny.snapshot_of(store, steady)
    found, known = brief(snapshot, WEEK), catalogue.of(snapshot)
    card = page._map_card(found, known, WEEK, "light", "")
    assert "派出所没有登记边界和坐标" in text_of(card["sub"]) and card["note"] == ""
    assert read(card["sub"]).all("span")[0].attributes["class"] == "no-places"
    placed = Reader(demo_store).snapshot()
    assert placed is not None
    drawn = page._map_card(brief(placed, WEEK), catalogue.of(placed), WEEK, "light", "")
    assert "no-places" not in html_of(drawn["sub"]) and drawn["note"]
