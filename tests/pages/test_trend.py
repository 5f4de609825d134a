"""趋势研判: what its figures draw, what its address means, and what the callback answers through the client."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics.compare import REAL, Comparison
from metrics.definitions import METRICS
from metrics.forecasting.reading import Expected, Outlook
from metrics.selection import Selection
from metrics.trend import DAY, MONTH, WEEK, Asked, Point, Trend, campaign, trend
from metrics.trend.campaign import Progress
from metrics.trend.values import Span
from pages._components import campaign_figures, trend_figures, trend_parts, trend_questions
from pages._components.template import tokens
from pages._components.trend_questions import address, read
from tests.pages.asking import ask, html_of

OUTPUT = "trend-headline.children"


@pytest.fixture
def snapshot(demo_store: Store) -> Snapshot:
    found = Reader(demo_store).snapshot()
    assert found is not None
    return found


@pytest.fixture
def month(snapshot: Snapshot) -> Trend:
    return trend(snapshot, Selection(period="last30"), Asked("alerts_valid", DAY, "group"))


@pytest.fixture
def running(snapshot: Snapshot) -> Progress:
    found = campaign.progress(snapshot, Selection())
    assert found is not None
    return found


def named(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def href(point: Point) -> str:
    return f"/trend?from={point.first}"


# ---- the line ------------------------------------------------------------------------------------


def test_the_line_shows_now_past_band_and_holidays(month: Trend) -> None:
    figure = trend_figures.line(month, "light", href)
    traces, token = named(figure), tokens("light")
    assert traces["now"]["y"] == [one.value for one in month.points]
    assert traces["past"]["y"] == [one.last_year.base for one in month.points]
    assert traces["now"]["line"]["color"] == token["accent"] and traces["past"]["line"]["color"] == token["past"]
    assert list(zip(traces["low"]["y"], traces["high"]["y"], strict=True)) == [one.usual for one in month.points]
    assert [text.split("<br>")[0] for text in traces["holidays"]["text"]] == ["中秋", "国庆节"]
    assert traces["holidays"]["width"][1] == 7 * 86_400_000
    assert traces["now"]["customdata"][0] == f"/trend?from={month.points[0].first}"


def test_hover_says_counts_change_expectation_and_verdict(month: Trend) -> None:
    point = month.points[-1]
    said = trend_figures.words(month, point)
    assert said.startswith("2026年11月21日 周六<br>有效警情 ")
    assert f"{point.value:,.0f} 起" in said and "同期" in said and "预期" in said and said.endswith(point.verdict)


def test_a_real_change_has_an_arrow_in_its_tone_and_others_have_none(month: Trend) -> None:
    assert "real" not in named(trend_figures.line(month, "light", href))
    high = replace(month.points[-1], verdict=REAL, z=5.0)
    traces = named(trend_figures.line(replace(month, points=(*month.points[:-1], high)), "dark", href))
    assert traces["arrows"]["text"] == ["↑"] and traces["real"]["marker"]["color"] == [tokens("dark")["worse"]]
    neither = replace(month, metric=METRICS["alerts_help"], points=(*month.points[:-1], high))
    assert named(trend_figures.line(neither, "dark", href))["real"]["marker"]["color"] == [tokens("dark")["ink-2"]]


def test_what_is_not_whole_yet_is_hollow_and_not_on_the_line(snapshot: Snapshot) -> None:
    found = trend(snapshot, Selection(period="last30"), Asked("alerts_valid", WEEK, "group"))
    traces = named(trend_figures.line(found, "light", href))
    assert found.points[-1].partial and traces["now"]["y"][-1] is None
    assert traces["partial"]["y"] == [found.points[-1].value]
    assert "未满一期" in traces["partial"]["text"][0]


def test_shares_are_drawn_in_their_interval(snapshot: Snapshot) -> None:
    found = trend(snapshot, Selection(period="last30"), Asked("response_within", WEEK, "station"))
    traces = named(trend_figures.line(found, "light", href))
    assert list(zip(traces["low"]["y"], traces["high"]["y"], strict=True)) == [(p.low, p.high) for p in found.points]
    said = trend_figures.words(found, found.points[0])
    assert "95% 区间" in said and "样本" in said


def test_the_forecast_stands_beside_the_line_with_both_intervals(month: Trend) -> None:
    days = [date(2026, 11, 22) + timedelta(days=n) for n in range(7)]
    expected = tuple(Expected(day, day, 50.0, 45, 55, 40, 60) for day in days)
    week = Expected(days[0], days[-1], 350.0, 330, 370, 310, 390)
    found = replace(month, outlook=Outlook("全局", "valid", "模型", expected, week, None, None, ()))
    figure = trend_figures.line(found, "light", href)
    traces = named(figure)
    assert traces["forecast"]["x"] == [day.isoformat() for day in days]
    assert (traces["f90-low"]["y"], traces["f50-high"]["y"]) == ([40] * 7, [55] * 7)
    assert "九成在 40–60 起" in traces["forecast"]["text"][0]
    assert figure["layout"]["xaxis"]["range"][1] > "2026-11-28"
    assert "预测 7 日" in [one["text"] for one in figure["layout"]["annotations"]]


def test_campaign_dates_and_the_period_are_marked(month: Trend) -> None:
    point = month.points[10]
    found = replace(month, campaigns=(Span("百日行动", point.first, date(2027, 1, 1)),))
    layout = trend_figures.line(found, "light", href)["layout"]
    lines = [shape for shape in layout["shapes"] if shape["type"] == "line"]
    assert [shape["x0"] for shape in lines] == [point.first.isoformat()]
    assert any(one["text"].startswith("行动开始") for one in layout["annotations"])
    bars = [shape for shape in layout["shapes"] if shape["type"] == "rect"]
    assert bars[0]["x0"].startswith("2026-10-22T12") and bars[0]["x1"].startswith("2026-11-21T12")


def test_limits_hold_everything_that_is_drawn(month: Trend) -> None:
    low, high = trend_figures.line(month, "light", href)["layout"]["yaxis"]["range"]
    values = [v for one in month.points for v in (one.value, one.last_year.base, *(one.usual or ())) if v is not None]
    assert low <= min(values) and high > max(values)


def test_nothing_to_draw_is_still_a_figure(month: Trend) -> None:
    figure = trend_figures.line(replace(month, points=(), holidays=(), campaigns=()), "light", href)
    assert figure["layout"]["annotations"] == [] and named(figure)["now"]["y"] == []


# ---- campaign ------------------------------------------------------------------------------------


def test_the_campaign_shows_now_baseline_and_goal(running: Progress) -> None:
    figure = campaign_figures.cumulative(running, "light")
    traces = named(figure)
    assert traces["now"]["y"][-1] == running.treated.value and traces["base"]["y"][-1] == running.treated.base
    assert traces["goal"]["y"][-1] == pytest.approx(0.9 * (running.treated.base or 0))
    assert {one["text"] for one in figure["layout"]["annotations"]} == {"去年同期", "目标", "本期"}
    assert figure["layout"]["yaxis"]["range"][0] == 0


def test_changes_stand_beside_comparison_goal_and_outcomes_elsewhere(running: Progress) -> None:
    figure = campaign_figures.changes(running, "light")
    traces, said = named(figure), [one["text"] for one in figure["layout"]["annotations"]]
    assert traces["treated"]["y"][-1] == running.steps[-1].percent
    assert traces["compared"]["y"][-1] == running.steps[-1].compared_percent
    assert "河南刑事警情 −30.3%" in said and "河南治安警情 −19.9%" in said and "目标" in said
    assert [shape["y0"] for shape in figure["layout"]["shapes"]] == [0.0, -10.0, -30.26, -19.88]


# ---- parts ---------------------------------------------------------------------------------------


def test_parts_are_links_with_counts_and_a_verdict(month: Trend) -> None:
    shown = html_of(trend_parts.multiples(month, lambda part: f"/trend?category={part.key}").to_plotly_json())
    assert shown.count("<a ") == len(month.parts) and "/trend?category=" in shown
    assert all(part.name in shown for part in month.parts) and "同比" in shown
    assert shown.count("data:image/svg") >= len(month.parts)


def test_seven_days_are_averaged_and_gaps_stay_gaps() -> None:
    assert trend_parts.smoothed([7.0] * 6 + [14.0])[-2:] == [None, 8.0]
    assert trend_parts.smoothed([1.0] * 6 + [None] + [1.0] * 2)[-1] is None


def test_the_common_scale_of_parts_is_the_least_that_holds_most_of_them(month: Trend) -> None:
    level: tuple[float, ...] = (10.0,) * len(month.parts[0].past)
    quiet = replace(month.parts[0], values=tuple(1.15 * one for one in level), past=level)
    wild = replace(month.parts[0], values=tuple(3 * one for one in level), past=level)
    assert "纵轴均为 80–120%" in trend_parts.scale_words(replace(month, parts=(quiet,)))
    assert "纵轴均为 0–200%" in trend_parts.scale_words(replace(month, parts=(quiet, wild)))


def test_unjudged_parts_carry_no_chip(snapshot: Snapshot) -> None:
    found = trend(snapshot, Selection(period="last30"), Asked("response_median", WEEK, "station"))
    shown = html_of(trend_parts.multiples(found, lambda part: "/trend").to_plotly_json())
    assert "chip" not in shown and "样本" in shown


# ---- address -------------------------------------------------------------------------------------


def test_the_address_says_metric_grain_and_breakdown(snapshot: Snapshot) -> None:
    query = {"metric": "response_median", "grain": "month", "by": "station", "parts": "all"}
    asked, choices, notices = read(query, snapshot, Selection())
    assert asked == Asked("response_median", MONTH, "station", True) and notices == []
    assert choices.values == {"metric": "response_median", "grain": "month", "by": "station"}
    assert address(Selection(period="last7"), query, by="") == (
        "/trend?period=last7&metric=response_median&grain=month&parts=all"
    )


def test_what_is_not_known_falls_back_with_a_notice(snapshot: Snapshot) -> None:
    asked, choices, notices = read({"metric": "alerts_vali", "grain": "hour", "by": "cell"}, snapshot, Selection())
    assert asked == Asked("alerts_valid", DAY, "group")
    assert len(notices) == 3 and "是否要找「alerts_valid」" in notices[0]
    assert set(choices.values.values()) == {trend_questions.DEFAULT}


def test_the_list_groups_metrics_by_family(snapshot: Snapshot) -> None:
    options = read({"metric": "feedback_n"}, snapshot, Selection())[1].options["metric"]
    assert [one["label"] for one in options if one.get("disabled")] == ["── 警情 ──", "── 接处警时效 ──", "── 案件 ──"]
    assert "feedback_n" in [one["value"] for one in options]


def test_one_station_has_no_stations_below_it(snapshot: Snapshot) -> None:
    code = snapshot.rows("SELECT min(code) FROM stations")[0][0]
    asked, choices, _ = read({"by": "station"}, snapshot, Selection(stations=(code,)))
    assert asked.by == "group" and "station" not in [one["value"] for one in choices.options["by"]]


# ---- the callback --------------------------------------------------------------------------------


def answered(client: FlaskClient, search: str, selection: dict[str, str]) -> dict[str, Any]:
    inputs = {"selection.data": selection, "url.search": search, "snapshot.data": "1", "mode.data": "light"}
    return ask(client, OUTPUT, inputs)


def test_the_page_answers_with_every_card(client: FlaskClient) -> None:
    found = answered(client, "?period=last30&by=station", {"period": "last30"})
    assert found["trend-grid"]["hidden"] is False
    headline = str(found["trend-headline"]["children"])
    assert "有效警情" in headline and "同比" in headline and "与预期相比" in headline
    assert found["trend-line-figure"]["figure"]["data"] and found["trend-change-figure"]["figure"]["data"]
    assert "by=" not in html_of(found["trend-parts-body"]["children"])
    assert "station=" in html_of(found["trend-parts-body"]["children"])
    table = html_of(found["trend-table-body"]["children"])
    assert [name in table for name in ("本期", "同期", "同比", "预期", "判定")] == [True] * 5
    assert "数据截至" in found["trend-line-source"]["children"]


def test_the_headline_leads_with_the_expectation_and_the_year_before_is_second(client: FlaskClient) -> None:
    first, _, more = answered(client, "?period=last30", {"period": "last30"})["trend-headline"]["children"]
    assert "预期 " in html_of(first) and "同比" not in html_of(first)
    assert html_of(more).startswith("同比")


def test_beside_one_station_a_campaign_is_said_to_be_that_of_the_bureau(
    snapshot: Snapshot, client: FlaskClient
) -> None:
    code = snapshot.rows("SELECT min(code) FROM stations")[0][0]
    for chosen, whose in (({}, False), ({"station": code}, True)):
        found = answered(client, "", {"period": "last30", **chosen})
        for card in ("trend-campaign", "trend-change"):
            assert found[f"{card}-title"]["children"].startswith("全局行动：") is whose


def test_a_point_leads_to_its_own_day_with_the_same_question(client: FlaskClient) -> None:
    found = answered(client, "?metric=alerts_crime&grain=week", {})
    first = next(one for one in found["trend-line-figure"]["figure"]["data"] if one["name"] == "now")["customdata"][-1]
    assert first == "/trend?period=custom&from=2026-11-16&to=2026-11-22&metric=alerts_crime&grain=week"


def test_a_period_without_data_and_a_filter_without_result_are_told_apart(client: FlaskClient) -> None:
    none = answered(client, "", {"period": "custom", "from": "2020-01-01", "to": "2020-01-07"})
    assert none["trend-grid"]["hidden"] is True and "该时段无数据" in str(none["trend-state"]["children"])
    nothing = answered(client, "?metric=cases_filed", {"category": "投诉"})
    assert nothing["trend-grid"]["hidden"] is True


def test_an_empty_store_says_where_to_begin(empty_app: Dash) -> None:
    found = answered(empty_app.server.test_client(), "", {})
    assert "还没有数据" in str(found["trend-state"]["children"]) and found["trend-grid"]["hidden"] is True


def test_a_median_does_not_claim_that_all_is_normal(client: FlaskClient) -> None:
    found = answered(client, "?metric=response_median", {"period": "last30"})
    assert found["trend-line-title"]["children"] == "到达用时中位数按日"
    assert "不作检验" in str(found["trend-table-note"]["children"])


def test_percent_without_a_base_has_no_percent(month: Trend) -> None:
    point = replace(month.points[-1], last_year=Comparison(3.0, 0.0, 3.0))
    assert "同比 ↑3 起（同期 0）" in trend_figures.words(month, point)
