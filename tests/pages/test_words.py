"""How changes, tables, cards and states are worded."""

from __future__ import annotations

from typing import Any

import pytest
from dash import dcc, html

from metrics import compare
from metrics.compare import NO_BASE, REAL, USUAL, Comparison
from metrics.definitions import METRICS
from pages._components import cards, changes, states, tables
from pages._components.changes import Change, Verdict, change_of, verdict_of
from pages._components.markup import render, static, tag
from pages._components.tables import Cell, ChangeRow
from tests.pages.reading import read, text_of

ALERTS, SHARE, SOLVED = METRICS["alerts_valid"], METRICS["clear_rate"], METRICS["cases_solved"]


def against(value: float, base: float, verdict: str = USUAL) -> Comparison:
    percent = 100 * (value - base) / base if base else None
    return Comparison(value=value, base=base, change=value - base, percent=percent, verdict=verdict)


@pytest.mark.parametrize(
    ("value", "base", "expected"),
    [
        (822, 869, "↓ 5.4%（少 47 起）"),
        (42, 48, "↓ 12.5%（少 6 起）"),
        (31, 18, "↑ 13 起（上期 18）"),
        (3, 0, "↑ 3 起（上期 0）"),
        (5, 5, "持平（上期 5）"),
        (0, 0, "持平（上期 0）"),
        (0, 25, "↓ 100.0%（少 25 起）"),
        (2_000, 1_000, "↑ 100.0%（多 1,000 起）"),
    ],
)
def test_a_change_carries_its_counts(value: float, base: float, expected: str) -> None:
    assert text_of(static(changes.said(change_of(against(value, base), ALERTS)))) == expected


def test_a_share_changes_in_points() -> None:
    comparison = Comparison(value=40.0, base=35.0, change=5.0, verdict=USUAL)
    assert text_of(static(changes.said(change_of(comparison, SHARE, "同期")))) == "↑ 5.0 个百分点（同期 35.0%）"
    # Of few, the counts that make a large jump ordinary stand beside it.
    few = compare.shares(11, 31, 15, 16)
    assert text_of(static(changes.said(change_of(few, SHARE, "同期")))) == "↓ 58.3 个百分点（同期 93.8%，15/16）"
    # The printed difference is that of the printed numbers.
    odd = Comparison(value=28.24, base=42.36, change=-14.12, verdict=USUAL)
    assert text_of(static(changes.said(change_of(odd, SHARE, "同期")))) == "↓ 14.2 个百分点（同期 42.4%）"


def test_without_a_base() -> None:
    comparison = Comparison(value=4, base=None, verdict=NO_BASE)
    assert text_of(static(changes.said(change_of(comparison, ALERTS, "同期")))) == "—（同期无数据）"


@pytest.mark.parametrize(
    ("metric", "value", "tone"), [(ALERTS, 30, "worse"), (ALERTS, 10, "better"), (SOLVED, 30, "better")]
)
def test_tone_follows_what_should_fall(metric: Any, value: float, tone: str) -> None:
    assert change_of(against(value, 20), metric).tone == tone
    assert change_of(against(value, 20, REAL), metric).sure
    assert not change_of(against(value, 20), metric).sure


def test_only_a_real_change_is_coloured() -> None:
    assert verdict_of(REAL, 2.0, ALERTS).tone == "worse"
    assert verdict_of(REAL, -2.0, ALERTS).tone == "better"
    assert verdict_of(USUAL, 2.0, ALERTS).tone == "none"
    assert verdict_of(REAL, 2.0, METRICS["alerts_help"]).tone == "none"
    usual = read(static(changes.said(Change("↑", "5.0%", tone="worse", sure=False)))).all("span")
    assert [part.attributes.get("class", "") for part in usual] == ["change", "sign tone-worse", ""]


def test_outside_its_printed_range_a_figure_is_to_be_watched() -> None:
    high, low = (verdict_of(USUAL, 1.0, ALERTS, value, (100, 159)) for value in (166, 90))
    assert (high.text, high.tone) == ("偏高，未确认", "watch") and (low.text, low.tone) == ("偏低，未确认", "watch")
    assert verdict_of(USUAL, 1.0, ALERTS, 120, (100, 159)).tone == "none"
    assert verdict_of(REAL, 1.0, ALERTS, 166, (100, 159)).tone == "worse"


def test_change_table_has_the_columns_of_the_office() -> None:
    rise, flat = Change("↑", "63.2%", "多 12 起", "worse"), Change("持平")
    row = ChangeRow("刑事", "31", "19", rise, "18", flat, Verdict("真变化", "worse"), "?a=1")
    table = read(tables.change_table([row]))
    assert [head.text for head in table.all("th")] == ["序号", "类别", "本期", "同期", "同比", "上期", "环比", "判定"]
    cells = table.all("td")
    assert [cell.text for cell in cells] == ["1", "刑事", "31", "19", "↑ 63.2%", "18", "持平", "真变化"]
    assert cells[4].attributes["title"] == "多 12 起"
    assert table.all("a")[0].attributes["href"] == "?a=1"
    assert cells[-1].attributes["class"] == "tone-worse"


def test_matrix_cells_are_links_coloured_only_by_evidence() -> None:
    cells = {("s", "c"): Cell("8", 3, "8 起，预期 2–6", "?station=s"), ("s", "d"): Cell("4", 0, "", "?x=1")}
    box = read(tables.matrix([("s", "新港所")], [("c", "刑事"), ("d", "治安"), ("e", "求助")], cells))
    strong, quiet, blank = box.all("td")
    assert strong.attributes == {"class": "step-high-3", "title": "新港所 · 刑事：8 起，预期 2–6"}
    assert strong.all("a")[0].attributes["href"] == "?station=s"
    assert quiet.attributes["class"] == "step-mid"
    assert blank.attributes["class"] == "step-none"
    assert [head.attributes["scope"] for head in box.all("th")] == ["col", "col", "col", "col", "row"]


def test_tables_are_one_component() -> None:
    box = tables.matrix([("s", "所")], [("c", "类")], {("s", "c"): Cell("8")})
    assert getattr(box, "children", None) is None


class TestMarkup:
    def test_everything_is_escaped(self) -> None:
        tree = html.P(["<script>alert(1)</script>", html.B("&", title='"><img src=x>')])
        assert render(tree) == (
            '<p>&lt;script&gt;alert(1)&lt;/script&gt;<b title="&quot;&gt;&lt;img src=x&gt;">&amp;</b></p>'
        )

    def test_written_elements_are_escaped_and_kept(self) -> None:
        cell = tag("td", "a<b", tag("a", 5, href="?x=1&y"), None, className="num", title='"', hidden=False)
        assert cell == '<td class="num" title="&quot;">a&lt;b<a href="?x=1&amp;y">5</a></td>'
        assert render(html.Tr([cell])) == f"<tr>{cell}</tr>"
        with pytest.raises(ValueError, match="inside the application"):
            tag("a", "x", href="//elsewhere")

    def test_names_of_the_browser(self) -> None:
        part = html.Td("x", className="num", colSpan=2, hidden=True, style={"width": "5%"})
        assert render(part) == '<td class="num" colspan="2" hidden style="width: 5%">x</td>'
        assert render([None, 5, html.Details("y", open=False)]) == "5<details>y</details>"

    @pytest.mark.parametrize("href", ["javascript:alert(1)", "//elsewhere/x", "data:text/html,x", "ftp:x"])
    def test_links_stay_inside(self, href: str) -> None:
        with pytest.raises(ValueError, match="inside the application"):
            static(html.A("x", href=href))

    def test_nothing_is_lost_silently(self) -> None:
        with pytest.raises(TypeError):
            static(dcc.Input())
        with pytest.raises(TypeError):
            static(html.Button("x", n_clicks=0))


def test_card_has_a_title_a_definition_and_a_source() -> None:
    card = cards.card("week", "一周时段", "…", sub="起", metric_id="alerts_valid")
    shown = read(card)
    assert shown.all("a")[0].attributes["href"] == "/glossary#alerts_valid"
    ids = [part.attributes.get("id") for tag in ("h2", "span", "div", "p") for part in shown.all(tag)]
    assert {"week-title", "week-sub", "week-body", "week-note", "week-source"} <= set(ids)


def test_kpi_text_says_everything() -> None:
    lines = [("环比", Change("↓", "5.4%", "少 47 起", "better"))]
    parts = cards.kpi_text("有效警情", "822", "起", lines, Verdict("正常波动"), metric_id="alerts_valid", href="?x=1")
    said = text_of(parts)
    assert said == "有效警情ⓘ正常波动822起环比 ↓ 5.4%（少 47 起）"


def test_empty_is_explained() -> None:
    messages = {text_of(state) for state in (states.nothing_happened(), states.no_data(), states.no_result())}
    assert len(messages) == 3
    assert "2024年" in text_of(states.no_data("2024年1月1日至2026年11月21日"))
    assert read(states.empty_store()).all("a")[0].attributes["href"] == "/data"
