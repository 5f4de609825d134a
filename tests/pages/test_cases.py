"""案件侦防: what its figures draw, what it says, and its callback on stores of all kinds."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.reading import Snapshot
from data.snapshots import Store
from metrics import cache, compare
from metrics.casework.values import WEEK, Ages, Community, Delays, Figure, Row, Trend, Untimed
from metrics.compare import NO_BASE, REAL, USUAL, Comparison
from metrics.definitions import METRICS
from metrics.expectation import weekly_band
from metrics.funnels import Funnel, funnel
from pages._components import cases_figures, cases_tables, cases_words, funnel_figures
from pages._components.template import tokens
from tests import tiny
from tests.pages.asking import ask, html_of
from tests.pages.reading import read

WEEKS = [date(2026, 8, 3) + timedelta(weeks=n) for n in range(12)]
COUNTS = (100.0, 98.0, 104.0, 99.0, 101.0, 100.0, 97.0, 103.0, 100.0, 160.0, 99.0, None)


def made_trend() -> Trend:
    counts = np.array([np.nan if count is None else count for count in COUNTS])
    return Trend(
        WEEK, tuple(WEEKS), COUNTS, tuple(40.0 for _ in WEEKS), (None, *(90.0 for _ in WEEKS[1:])),
        weekly_band(WEEKS, counts),
    )  # fmt: skip


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in figure["data"] if one["name"] == name)
    return found


def href(first: date, last: date) -> str:
    return f"/cases?from={first}&to={last}"


def test_trend_draws_all_three_lines_the_band_and_what_lies_outside() -> None:
    figure = cases_figures.trend(made_trend(), "light", href)
    assert [one["name"] for one in figure["data"]] == ["low", "high", "past", "solved", "filed", "outside"]
    filed = trace(figure, "filed")
    assert filed["y"] == list(COUNTS) and filed["customdata"][0] == "/cases?from=2026-08-03&to=2026-08-09"
    assert "2026年10月5日至11日<br>立案 160 起<br>预期" in filed["text"][9] and "数据不全" in filed["text"][11]
    outside = trace(figure, "outside")
    assert outside["x"] == ["2026-10-05"] and outside["text"] == ["↑"]
    assert outside["marker"]["color"] == [tokens("light")["worse"]]
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["破案", "去年同期立案", "立案"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low == 0 and high > 160
    assert cases_words.trend_title(made_trend()) == "立案有 1 周高于预期区间；末周未满"


def figure(value: float) -> Figure:
    nothing = Comparison(None, None, verdict=NO_BASE)
    return Figure(
        METRICS["cases_filed"], value, None, None, nothing, nothing, (3, 25), 4.0, REAL, tuple(WEEKS[:-1]),
        COUNTS[:-1], WEEK,
    )  # fmt: skip


def test_no_title_calls_all_weeks_usual_beside_a_period_outside_its_range() -> None:
    trend = made_trend()
    assert trend.band is not None
    band = replace(trend.band, outside=[0] * 12)
    quiet = replace(trend, band=band)
    known = sum(low is not None and value is not None for low, value in zip(band.low, COUNTS, strict=True))
    assert cases_words.trend_title(quiet, figure(20.0)) == f"已满的 {known} 周立案均在预期区间内；末周未满"
    said = cases_words.trend_title(quiet, figure(39.0))
    assert said == f"本期立案 39 起，高于预期 3–25；已满的 {known} 周未见超出；末周未满"
    assert cases_words.trend_title(quiet, figure(1.0)).startswith("本期立案 1 起，低于预期 3–25；")
    assert cases_words.trend_title(trend, figure(39.0)).startswith("本期立案 39 起，高于预期 3–25；逐周有 1 周高于")


def test_the_line_of_a_card_names_its_weeks_and_its_end_has_no_tone(demo_app: Dash) -> None:
    page = importlib.import_module("pages.cases")
    assert "折线为近 11 个整周" in html_of(page._text(figure(39.0)))
    last = trace(page._spark(figure(39.0), "light"), "last")
    assert last["marker"]["color"] == tokens("light")["accent"] and cases_words.line_words((), WEEK) == ""


def test_a_share_above_all_is_explained_wherever_it_stands(demo_app: Dash) -> None:
    page = importlib.import_module("pages.cases")
    usual = replace(figure(12.5), metric=METRICS["clear_rate"], expected=None)
    assert "可能超过" not in html_of(page._text(usual))
    for then in ("previous", "last_year"):
        past = replace(usual, **{then: compare.shares(1, 8, 4, 2)})  # type: ignore[arg-type]
        assert "可能超过 100%" in html_of(page._text(past))


def test_trend_without_solved_cases_draws_no_line_of_zeros() -> None:
    figure = cases_figures.trend(replace(made_trend(), solved=(None,) * 12, band=None), "dark", href)
    assert [one["name"] for one in figure["data"]] == ["past", "filed"]


def made_funnel(*pairs: tuple[float, float]) -> Funnel:
    return funnel(METRICS["clear_rate"], [(f"S{n}", f"{n}所", top, of) for n, (top, of) in enumerate(pairs)])


def test_funnel_colours_only_beyond_the_outer_limits() -> None:
    found = made_funnel(*[(50, 100)] * 10, (5, 100), (160, 100))
    figure = funnel_figures.funnel(found, "light", lambda code: f"/cases?station={code}", ("S3",), "higher")
    spots, token = trace(figure, "spots"), tokens("light")
    assert spots["marker"]["color"][10:] == [token["worse"], token["better"]]
    assert set(spots["marker"]["color"][:10]) == {token["ink-2"]}
    assert spots["marker"]["size"][3] > spots["marker"]["size"][2]
    assert "破案率 5.0%（5 ÷ 100）" in spots["text"][10] and "95% 区间" in spots["text"][10]
    assert spots["customdata"][4] == "/cases?station=S4"
    words = [note["text"] for note in figure["layout"]["annotations"]]
    assert {"10所 ↓", "11所 ↑", "3所"} <= set(words) and figure["layout"]["xaxis"]["type"] == "log"
    assert {one["name"] for one in figure["data"]} >= {"warning-low", "control-high", "mean"}


def test_a_ratio_far_above_all_stands_at_the_edge_with_its_own_number() -> None:
    found = made_funnel(*[(4, 10)] * 8, (90, 10))
    spots = trace(funnel_figures.funnel(found, "light", str, (), "higher"), "spots")
    assert spots["y"][8] < 900 and "900.0%" in spots["text"][8] and spots["marker"]["symbol"][8] == "triangle-up"


@pytest.mark.parametrize("pairs", [[], [(0.0, 3.0)] * 5, [(2.0, 3.0)]])
def test_funnel_without_limits_still_draws(pairs: list[tuple[float, float]]) -> None:
    figure = funnel_figures.funnel(made_funnel(*pairs), "light", str)
    assert [one["name"] for one in figure["data"]] == ["spots"] and figure["layout"]["annotations"] == []


def overlapping(figure: dict[str, Any]) -> list[tuple[str, str]]:
    """Return pairs of names that lie on one another in a figure of 230 × 270 pixels for its points."""
    (left, right), (low, high) = figure["layout"]["xaxis"]["range"], figure["layout"]["yaxis"]["range"]
    boxes = []
    for note in figure["layout"]["annotations"]:
        wide, paper = 14 * len(note["text"]), note.get("xref") == "paper"
        x = (230 if paper else (note["x"] - left) / (right - left) * 230) + note.get("xshift", 0)
        x -= {"left": 0, "center": wide / 2, "right": wide}[note["xanchor"]]
        y = (note["y"] - low) / (high - low) * 270 + note.get("yshift", 0)
        boxes.append((note["text"], x, x + wide, y - 7, y + 7))
    return [
        (one[0], other[0])
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if one[1] < other[2] and other[1] < one[2] and one[3] < other[4] and other[3] < one[4]
    ]


def test_no_name_in_a_funnel_lies_on_another() -> None:
    crowd = [(0, 90), (1, 91), (2, 92), (0, 93), (1, 95), (2, 96), (170, 90), (171, 91), (172, 92), (173, 90)]
    found = made_funnel(*[(50, 100)] * 200, *crowd)
    figure = funnel_figures.funnel(found, "light", str, (), "higher")
    names = [note["text"] for note in figure["layout"]["annotations"]]
    assert overlapping(figure) == [] and {"↑", "↓"} <= {name[-1] for name in names}
    assert "合计 51.1%" in names
    alike = funnel_figures.funnel(made_funnel(*[(0, 900)] * 9, (4, 900)), "light", str, ("S3", "S4"), "higher")
    assert overlapping(alike) == []


def test_a_small_sample_is_hollow_and_the_note_says_why() -> None:
    found = made_funnel(*[(4, 10)] * 8, (5, 1))
    spots = trace(funnel_figures.funnel(found, "light", str, (), "higher"), "spots")
    token = tokens("light")
    assert (spots["marker"]["color"][8], spots["marker"]["line"]["color"][8]) == (token["surface"], token["ink-2"])
    assert spots["marker"]["color"][0] == token["ink-2"] and "样本不足，不作判定" in spots["text"][8]
    assert "空心为样本不足 5 起，不作判定" in cases_words.funnel_note(found)
    assert cases_words.funnel_note(found).startswith("横线为全部单位合计 45.7%（37 ÷ 81） · ")
    few = cases_words.funnel_note(made_funnel((1, 2), (2, 2)))
    assert few == "全部单位合计 75.0%（3 ÷ 4） · 样本达 5 起的派出所不足 4 个，不作判定，不画界限。"


def test_the_cases_left_out_of_the_review_times_are_told_by_kind() -> None:
    said = cases_words.untimed_words((Untimed("刑事", 174.0, 27.0), Untimed("行政", 78.0, 2.0)))
    assert said == "时间缺失或不可用的未计入：刑事 174 起中 27 起、行政 78 起中 2 起"
    assert cases_words.untimed_words((Untimed("刑事", 174.0, 0.0),)) == "时间均可用"


def test_ages_show_counts_shares_and_the_year_before() -> None:
    found = Ages(("30 天以内", "2 年以上"), (5.0, 15.0), (1.0, 0.0), 20.0, 400.0, 900.0)
    figure = cases_figures.ages(found, "light")
    assert [one["name"] for one in figure["data"]] == ["then", "now"]
    assert trace(figure, "now")["customdata"][1] == "2 年以上<br>15 起，占 75.0%（15 ÷ 20）"
    assert cases_words.ages_title(found) == "未破刑事案件 20 起，半数已逾 400 天"
    assert [one["name"] for one in cases_figures.ages(replace(found, then=None), "light")["data"]] == ["now"]


def test_delays_fill_each_bar_and_say_the_share_within_the_limit() -> None:
    labels = ("1 日内", "1–3 日", "3–7 日", "7–30 日", "30 日以上")
    found = (
        Delays("刑事（受案到立案）", "current", labels, (6.0, 2.0, 1.0, 1.0, 0.0), 2),
        Delays("行政（报案到受案）", "current", ("24 小时内", "1–3 日", "3 日以上"), (3.0, 1.0, 0.0), 1),
    )
    figure = cases_figures.delays(found, "light")
    assert sum(one["x"][0] for one in figure["data"][:5]) == pytest.approx(100)
    words = [note["text"] for note in figure["layout"]["annotations"]]
    assert words == ["3 日内 80.0%（8 ÷ 10），超过 2 起", "24 小时内 75.0%（3 ÷ 4），超过 1 起"]
    # On the upper edges of the bars, the first row above the second.
    assert [note["y"] for note in figure["layout"]["annotations"]] == [pytest.approx(1.19), pytest.approx(0.19)]
    assert figure["data"][0]["customdata"] == ["刑事（受案到立案） · 本期<br>1 日内 6 起，60.0%（6 ÷ 10）"]


def test_the_sum_of_a_group_is_that_of_all_its_categories() -> None:
    change = Comparison(8.0, 8.0, 0.0, 0.0, verdict=USUAL)
    row = Row(
        "050100", "盗窃案", "刑事", 8.0, None, change, replace(change, base=None, verdict=NO_BASE), None, 0.0, USUAL
    )
    sums = {"刑事": {"current": 8.0, "previous": 9.0, "solved": 5.0}}
    cells = [cell.text for cell in read(_kinds(row, sums)).all("td")]
    assert cells[:8] == ["刑事", "8", "—", "—", "9", "↓ 1 起", "—", "不作判定"]
    known = replace(row, solved=3.0)
    cells = [cell.text for cell in read(_kinds(known, sums)).all("td")]
    assert (cells[6], cells[14]) == ("5", "3")
    # The metric of a group is the same number, and so has the same verdict here, with its range.
    for group, name in (("刑事", "cases_filed"), ("行政", "cases_order")):
        line, sums = replace(known, group=group), {group: {"current": 8.0}}
        figure = Figure(METRICS[name], 8.0, None, None, change, change, (1, 6), 3.2, REAL, (), (), "week")
        told = read(_kinds(line, sums, {group: figure})).all("td")[7]
        assert (told.text, told.attributes["title"]) == (REAL, "预期 1–6 起")
        other = read(_kinds(line, sums, {group: replace(figure, value=9.0)}))
        assert other.all("td")[7].text == "不作判定"


def _kinds(row: Row, sums: dict[str, dict[str, float]], kinds: dict[str, Figure] | None = None) -> Any:
    return cases_tables.categories((row,), sums, "/cases?category={}".format, kinds or {})


def test_communities_carry_counts_beside_the_share() -> None:
    listed = (Community("S1", "东港所", 1, 4, 9), Community("S2", "西郊所", 0, 0.5, 3))
    cells = read(cases_tables.communities(listed[:1], False, lambda code: f"/cases?station={code}")).all("td")
    assert [cell.text for cell in cells] == ["东港所", "1", "4", "25%", "9"]
    assert read(cases_tables.communities(listed[:1], True, str)).all("td")[2].text == "● 零发案"


# ---- the callback --------------------------------------------------------------------------------


def shown(client: FlaskClient, selection: dict[str, str] | None = None, search: str = "") -> dict[str, Any]:
    return ask(
        client,
        "cases-grid.hidden",
        {
            "selection.data": selection or {}, "url.search": search, "snapshot.data": "1", "mode.data": "light",
        },
    )  # fmt: skip


def test_the_page_is_filled_from_one_filter(client: FlaskClient) -> None:
    found = shown(client, {"period": "last30"}, "?period=last30&measure=handled")
    assert found["cases-grid"]["hidden"] is False
    assert "起" in html_of(found["cases-kpi-cases_filed-text"]["children"])
    assert "÷" in html_of(found["cases-kpi-clear_rate-text"]["children"])
    assert "派出所办理刑事案件占比" in found["cases-funnel-title"]["children"]
    assert found["cases-measure"]["value"] == "handled"
    links = found["cases-funnel-figure"]["figure"]["data"][-1]["customdata"]
    assert links[0].startswith("/cases?period=last30&measure=handled&station=")
    assert "category=" in html_of(found["cases-kinds-body"]["children"])


def test_an_unknown_measure_falls_back_with_a_notice(client: FlaskClient) -> None:
    found = shown(client, {}, "?measure=luck")
    assert "没有名为「luck」的比较指标" in html_of(found["cases-state"]["children"])
    assert found["cases-measure"]["value"] == "*"


def test_a_drawn_page_is_kept(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    shown(client, {"period": "last7"})
    monkeypatch.setattr(Snapshot, "query", lambda *args: pytest.fail("a kept page asks nothing"))
    assert shown(client, {"period": "last7"})["cases-grid"]["hidden"] is False
    cache.forget()


@pytest.mark.parametrize("change", [lambda con: None, lambda con: tiny.alerts(con, [{"call": "2026-11-21 08:00:00"}])])
def test_stores_without_cases_say_so(tmp_path: Any, change: Any) -> None:
    store = Store(tmp_path / "store")
    tiny.publish(store, change)
    found = shown(create_app(store.root).server.test_client(), {"period": "last7"})
    said = html_of(found["cases-state"]["children"])
    assert found["cases-grid"]["hidden"] is True and ("没有案件数据" in said or "还没有警情或案件" in said)


def alone(con: duckdb.DuckDBPyConnection) -> None:
    """Leave one station in the registry."""
    con.execute("DELETE FROM stations WHERE code <> ?", [tiny.CITY])


def test_one_station_and_one_day(tmp_path: Any) -> None:
    store = Store(tmp_path / "store")
    tiny.publish(
        store,
        alone,
        lambda con: tiny.cases(con, [{"filed": "2026-11-21 08:00:00"}, {"filed": "2026-11-21 23:59:00"}]),
    )
    day = {"period": "custom", "from": "2026-11-21", "to": "2026-11-21"}
    found = shown(create_app(store.root).server.test_client(), day)
    assert found["cases-grid"]["hidden"] is False
    assert "2起" in html_of(found["cases-kpi-cases_filed-text"]["children"]).replace("</span>", "").replace(
        '<span class="unit">', ""
    )
    # Without the moments of reporting and accepting there are no delays: one line in place of an empty figure.
    assert "'className': 'lacking'" in str(found["cases-delays-note"]["children"])
    assert found["cases-delays-figure"]["figure"]["data"] == []


def test_an_empty_store_leads_to_the_import(empty_app: Dash) -> None:
    found = shown(empty_app.server.test_client())
    assert "还没有数据" in html_of(found["cases-state"]["children"])
