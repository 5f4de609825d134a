"""风险热力: what its map, hours, calendar and tables draw, and what the page answers through the application."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dash import Dash
from flask.testing import FlaskClient

from data.calendar import HOLIDAY, MAKE_UP
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue
from metrics.definitions import METRICS
from metrics.heat import View, heat
from metrics.heat.values import ABOVE, AROUND, Heat, HourList, HourMatrix, Level, Share, StationRisk, WeekHours
from metrics.hotspots.origin import Origins
from metrics.periods import Window
from metrics.privacy import PRIMARY
from metrics.selection import Selection
from metrics.times.calendar_matrix import CalendarMatrix, Day
from pages._components import export, heat_export, heat_figures, heat_map, heat_tables, heat_view, maps
from pages._components.shown import Shown
from pages._components.template import tokens
from tests.pages.asking import ask, html_of
from tests.pages.reading import read, text_of
from tests.pages.test_figures import SQUARE, station, trace

CARDS = ("heat-map", "heat-core", "heat-list", "heat-week", "heat-hour", "heat-calendar", "heat-matrix")


def link(**changes: str) -> str:
    return "/heat?" + "&".join(f"{key}={value}" for key, value in changes.items())


def risk(code: str, **more: Any) -> StationRisk:
    usual: dict[str, Any] = {
        "name": f"{code}派出所", "count": 12.0, "expected": 9.5, "z": 0.4, "real": False, "population": 20_000,
    }  # fmt: skip
    return StationRisk(code=code, **{**usual, **more})


def page_of(*stations: StationRisk, **more: Any) -> Heat:
    usual: dict[str, Any] = {
        "state": "ok", "table": "alerts", "noun": "警情", "metric": METRICS["alerts_valid"], "title": "11月",
        "study": "近 28 日", "risk": "residual", "common": None, "stations": list(stations), "judged_by": "按 8 周",
        "matrix": None, "week": None, "calendar": None, "hot": None, "forecast": None, "hour": None, "notes": [],
    }  # fmt: skip
    return Heat(**{**usual, **more})


def cells(*rows: tuple[int, int, object]) -> pd.DataFrame:
    """Cells of 0.002° at (column, row) with a count."""
    side = 0.002
    return pd.DataFrame(
        [
            {
                "cell_x": x, "cell_y": y, "west": x * side, "south": y * side, "east": (x + 1) * side,
                "north": (y + 1) * side, "station": "a", "cluster": 1, "z": 9.1, "p": 0.0, "count": count,
                "share": None, "share_public": None if count == PRIMARY else 0.75,
            }
            for x, y, count in rows
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def demo(demo_store: Store) -> Snapshot:
    found = Reader(demo_store).snapshot()
    assert found is not None
    return found


class TestRiskOfAStation:
    @pytest.mark.parametrize(
        ("z", "real", "step"), [(0.5, False, 0), (2.6, False, 1), (-3.4, False, -2), (2.0, True, 3), (-2.0, True, -3)]
    )
    def test_colour_only_where_the_evidence_is(self, z: float, real: bool, step: int) -> None:
        assert heat_map.strength_of(risk("a", z=z, real=real), "residual") == step

    def test_nothing_known_is_nothing_said(self) -> None:
        assert heat_map.strength_of(risk("a", expected=None), "residual") is None
        assert heat_map.strength_of(risk("a"), "rate") is None
        assert heat_map.told(risk("a", expected=None), page_of()) == "有效警情 12 起<br>无预期，不作判定"

    @pytest.mark.parametrize(("times", "step"), [(1.1, 1), (1.25, 2), (1.6, 3), (0.9, -1), (0.8, -2), (0.0, -3)])
    def test_levels_are_coloured_by_their_ratio_where_they_differ(self, times: float, step: int) -> None:
        differs = Level(times * 10, 1, 20, times * 10, times, ABOVE if times > 1 else "低于全局")
        assert heat_map.strength_of(risk("a", level=differs), "rate") == step
        same = Level(times * 10, 1, 20, times * 10, times, AROUND)
        assert heat_map.strength_of(risk("a", level=same), "rate") == 0

    def test_hover_carries_counts_interval_and_people(self) -> None:
        one = risk("a", level=Level(31.25, 20.0, 44.4, 33.0, 1.4, ABOVE))
        said = heat_map.told(one, page_of(one, risk="rate", common=22.0))
        assert "31.2（95% 区间 20.0–44.4）起/万人·年" in said
        assert "全局 22.0，高于全局" in said
        assert "有效警情 12 起，实有人口 20,000 人" in said

    def test_titles_state_the_finding(self) -> None:
        high, low, usual = risk("a", z=4.0, real=True), risk("b", z=-4.0, real=True), risk("c")
        assert heat_map.title(page_of(high, low, usual)) == "1 个所有效警情显著高于预期，1 个所有效警情显著低于预期"
        assert heat_map.title(page_of(usual, usual)) == "各所有效警情与预期之差"
        assert heat_map.title(page_of(high)) == "a所有效警情：显著高于预期"


class TestMap:
    def test_legend_has_seven_steps_with_limits(self) -> None:
        for kind, first, last in (("residual", "显著", "高于预期"), ("rate", "÷1.5", "高于全局")):
            shapes, words = heat_map.legend(kind, "light")
            assert [one["fillcolor"] for one in shapes[1:]] == [
                tokens("light")[name] for name in ("low-3", "low-2", "low-1", "mid", "high-1", "high-2", "high-3")
            ]
            assert words[0]["text"] == first
            assert words[-1]["text"] == last

    def test_many_strengths_are_those_of_each(self) -> None:
        z = np.array([[-4.0, -3.3, -2.6], [0.0, 2.58, 9.0]])
        real = np.array([[True, False, False], [False, False, True]])
        assert heat_map.strengths(z, real).tolist() == [[-3, -2, -1], [0, 1, 3]]
        each = [[heat_map.strength(float(z[i, j]), bool(real[i, j])) for j in range(3)] for i in range(2)]
        assert each == heat_map.strengths(z, real).tolist()

    def test_neighbours_become_one_box(self) -> None:
        found = heat_map.boxes(cells((5, 1, 9), (3, 1, 9), (4, 1, 9), (7, 1, 9), (4, 2, 9)))
        assert found.tolist() == [
            [0.006, 0.002, 0.012, 0.004],
            [0.014, 0.002, 0.016, 0.004],
            [0.008, 0.004, 0.01, 0.006],
        ]

    def test_hot_cells_tell_their_origin_and_hide_few(self, demo: Snapshot) -> None:
        known = catalogue.of(demo)
        found = heat(demo, Selection(period="last30"), View())
        assert found.hot is not None
        hot = replace(found.hot, cells=cells((3, 1, 9), (4, 1, PRIMARY)))
        grid, first, told = heat_map.layers(replace(found, hot=hot), known, link, "dark")
        assert len(grid["x"]) == 5, "both cells, as one box"
        assert len(first["x"]) == 5
        assert first["x"][1] - first["x"][0] == pytest.approx(0.002), "the cell with few is not among the told"
        assert told["text"] == ["热点网格（200 米） <br>警情 9 起，z 9.1<br>群众报警 75%，巡逻发现 25%"]
        assert told["customdata"] == ["/heat?station=a"]
        assert told["marker"]["opacity"] == 0

    def test_cut_to_a_station_the_others_stay_as_context(self, demo: Snapshot) -> None:
        known = catalogue.of(demo)
        code = next(iter(known.stations))
        selection = Selection(period="last30", stations=(code,))
        found = heat(demo, selection, View(layer="none"))
        whole = heat_map.drawn(heat(demo, Selection(period="last30"), View(layer="none")), known, link, "light")
        drawn = heat_map.drawn(found, known, link, "light", (code,))
        spans = [np.ptp(one["layout"]["xaxis"]["range"]) for one in (whole, drawn)]
        assert spans[1] < spans[0]
        other = next(one for one in drawn["data"] if one["name"] not in (code, "borders"))
        assert other["text"].endswith("未选，点击查看")
        assert trace(drawn, code)["line"]["color"] == tokens("light")["ink"]

    def test_a_crowd_is_worth_a_map_of_its_own(self) -> None:
        wide = [_sized(f"w{n}", 0.4 * (n % 3), 0.4 * (n // 3), 0.35) for n in range(6)]
        small = [_sized(f"s{n}", 0.36 + 0.01 * (n % 4), 0.1 + 0.01 * (n // 4), 0.008) for n in range(12)]
        box = maps.crowd([*wide, *small])
        assert box is not None
        assert box == pytest.approx((120.36, 30.1, 120.398, 30.128), abs=0.011)
        assert maps.crowd(wide) is None
        assert maps.crowd([]) is None
        drawn = maps.station_map([*wide, *small], {}, [], "light", window=box)
        assert drawn["layout"]["xaxis"]["range"] == [box[0], box[2]]

    def test_names_that_a_phone_has_no_room_for_are_marked(self) -> None:
        listed = [_sized("a", 0.0, 0.0, 0.3), _sized("b", 0.3, 0.0, 0.03), _sized("c", 0.3, 0.1, 0.07)]
        drawn = maps.station_map(listed, {"c": {"text": "", "strength": 3}}, [], "light", width=590, height=520)
        families = {note["text"]: note["font"].get("family", "") for note in drawn["layout"]["annotations"]}
        assert families["a所"] == families["<b>c所</b>"] == ""
        assert families["b所"].endswith("wide-only")

    @pytest.mark.parametrize("gap", [None, math.nan])
    def test_without_outlines_the_cells_say_how_far_the_map_reaches(self, gap: float | None) -> None:
        over = [{"type": "scatter", "name": "grid", "x": [120.0, 120.2, gap], "y": [30.0, 30.1, gap]}]
        spot = {"code": "a", "name": "a所", "lon": 120.1, "lat": 30.05, "boundary": None}
        drawn = maps.station_map([spot], {}, [], "light", over=over)
        # All of both cells, and the room that a whole dot takes.
        assert drawn["layout"]["xaxis"]["range"] == pytest.approx([120.0, 120.2], abs=0.01)
        assert drawn["layout"]["xaxis"]["range"][0] <= 120.0 and drawn["layout"]["xaxis"]["range"][1] >= 120.2


def _sized(code: str, right: float, up: float, size: float) -> dict[str, Any]:
    ring = [[120 + right + (x - 120) * size / 0.1, 30 + up + (y - 30) * size / 0.1] for x, y in SQUARE]
    return station(code) | {"boundary": json.dumps({"type": "Polygon", "coordinates": [ring]})}


def week_of(days: list[float], value: float = 4.0) -> WeekHours:
    return WeekHours(np.full((7, 24), value), np.array(days), Window(date(2026, 11, 1), date(2026, 11, 29)), [])  # type: ignore[arg-type]


class TestWeek:
    def test_every_hour_leads_to_itself(self) -> None:
        drawn = heat_figures.week(week_of([4.0] * 7), link, "light", (5, 22))
        cells = trace(drawn, "cells")
        assert cells["customdata"][4][22] == "/heat?at=5-22"
        assert cells["text"][4][22] == "周五 22–23 时<br>4 起"
        edge = drawn["layout"]["shapes"][0]
        assert (edge["x0"], edge["x1"], edge["y0"], edge["y1"]) == (21.5, 22.5, 3.5, 4.5)
        assert json.loads(json.dumps(drawn)) == drawn

    def test_uneven_weekdays_are_means_with_their_counts(self) -> None:
        cells = trace(heat_figures.week(week_of([4, 4, 4, 4, 5, 4, 0]), link, "light"), "cells")
        assert cells["z"][0][0] == 1.0
        assert cells["z"][4][0] == 0.8
        assert cells["z"][6][0] is None, "a weekday that the period does not hold"
        assert cells["text"][4][0] == "周五 0–1 时<br>0.80 起/日<br>4.0 起，5 日"

    def test_no_hours(self) -> None:
        assert heat_figures.week(None, link, "dark")["data"] == []
        assert "不精确到小时" in text_of(heat_tables.busiest(None, link))


class TestCalendar:
    def days(self) -> list[Day]:
        found: list[dict[str, Any]] = []
        for n in range(21):
            day = date(2026, 2, 9) + timedelta(days=n)
            usual: dict[str, Any] = {
                "day": day,
                "value": 10.0,
                "expected": 9.0,
                "z": 0.3,
                "real": False,
                "kind": "工作日",
                "holiday": None,
            }
            found.append(usual)
        found[8] |= {"kind": HOLIDAY, "holiday": "春节", "value": 2.0, "z": -4.0, "real": True}
        found[19] |= {"kind": MAKE_UP}
        found[1] |= {"value": None, "expected": None, "z": None}
        found[2] |= {"expected": None, "z": None}
        return [Day(**one) for one in found]

    def test_weeks_across_and_monday_on_top(self) -> None:
        drawn = heat_figures.calendar(CalendarMatrix(METRICS["alerts_valid"], self.days(), 1, []), "light")
        heat = trace(drawn, "days")
        assert np.array(heat["z"], dtype=float).shape == (7, 3)
        assert heat["z"][1][1] == -3
        assert heat["z"][0][0] == 0
        assert heat["z"][1][0] is None
        assert heat["text"][1][1] == "2026-02-17 周二（春节）<br>2 起，预期 9.0 起<br>显著低于预期"
        assert heat["text"][1][0].endswith("无数据")
        assert heat["text"][2][0].endswith("不作判定")
        assert (trace(drawn, "holidays")["x"], trace(drawn, "holidays")["y"]) == ([1], [1])
        assert (trace(drawn, "worked")["x"], trace(drawn, "worked")["y"]) == ([2], [5])
        assert drawn["layout"]["yaxis"]["range"] == [6.5, -0.5]
        assert drawn["layout"]["yaxis"]["ticktext"][0] == "周一"

    def test_the_business_week_begins_where_it_says(self) -> None:
        drawn = heat_figures.calendar(CalendarMatrix(METRICS["alerts_valid"], self.days(), 5, []), "dark")
        assert drawn["layout"]["yaxis"]["ticktext"][0] == "周五"
        assert trace(drawn, "days")["text"][4][1].startswith("2026-02-17 周二")

    def test_colours_are_flat_steps(self) -> None:
        scale = trace(
            heat_figures.calendar(CalendarMatrix(METRICS["alerts_valid"], self.days(), 1, []), "dark"), "days"
        )
        assert (scale["zmin"], scale["zmax"]) == (-3.5, 3.5)
        assert [colour for _, colour in scale["colorscale"]][::2] == [
            tokens("dark")[name] for name in ("low-3", "low-2", "low-1", "mid", "high-1", "high-2", "high-3")
        ]

    def test_no_days(self) -> None:
        assert heat_figures.calendar(None, "light")["data"] == []


class TestTables:
    def test_what_stands_out_comes_first(self) -> None:
        listed = [risk("a", count=99.0), risk("b", z=3.0), risk("c", z=-5.0, real=True), risk("d", z=5.0, real=True)]
        table = read(heat_tables.stations(page_of(*listed), link))
        assert [row.all("td")[0].text for row in table.all("tr")[1:]] == ["d所", "c所", "b所", "a所"]
        assert [row.all("td")[3].text for row in table.all("tr")[1:]] == [
            "↑ 显著高于预期", "↓ 显著低于预期", "偏高，或是偶然", "正常波动",
        ]  # fmt: skip
        assert table.all("a")[0].attributes["href"] == "/heat?station=d"

    def test_hours_are_coloured_and_told(self) -> None:
        values, expected = np.zeros((2, 24)), np.full((2, 24), 0.5)
        values[0, 22] = 30
        real = values > 0
        found = HourMatrix(
            "station", [("a", "新港派出所"), ("未登记", "未登记")], values, expected, np.where(real, 9.0, 0.0), real
        )
        table = read(heat_tables.hours(found, link))
        cell = table.all("tr")[1].all("td")[23]
        assert cell.text == "30"
        assert cell.attributes["class"] == "step-high-3"
        assert cell.attributes["title"] == "新港所 22–23 时：30 起，预期 0.5 起，真变化"
        assert table.all("tr")[1].all("td")[1].text == "", "a nought stays blank"
        assert [one.attributes["scope"] for one in table.all("th")] == ["col"] * 26 + ["row"] * 2

    def test_rows_of_cases_show_parts(self) -> None:
        values = np.full((1, 24), 0.04)
        values[0, 3] = 0.36
        blank = np.full((1, 24), np.nan)
        table = read(
            heat_tables.hours(HourMatrix("group", [("刑事", "刑事")], values, blank, values * 0, values > 9), link)
        )
        told = [one.text for one in table.all("tr")[1].all("td")]
        assert told[0] == "1"
        assert told[4] == "0.4"
        assert told[1] == ""
        assert "无预期" in table.all("tr")[1].all("td")[4].attributes["title"]

    def test_the_hour_looked_at(self) -> None:
        found = HourList(
            (5, 22), 34.0, [Share("a", "新港派出所", 30.0, 0.882, 0.5)], [Share("刑事", "刑事", 0.25, 0.1, 0.2)]
        )
        said = text_of(heat_tables.looked_at(found, link))
        assert "新港所3088.2%50.0%" in said
        assert "刑事0.210.0%20.0%" in said
        empty = HourList((1, 3), 0.0, [], [])
        assert "周一 3–4 时没有符合条件的记录" in text_of(heat_tables.looked_at(empty, link))


class TestWords:
    def test_links_keep_what_is_shown(self) -> None:
        link = heat_view.linker(Selection(period="last30"), View(table="cases", at=(5, 22)))
        assert link(station="S1") == "/heat?period=last30&table=cases&at=5-22&station=S1"
        assert link(at="") == "/heat?period=last30&table=cases"
        assert heat_view.linker(Selection(), View())() == "/heat"

    def test_what_the_grid_leaves_out_stands_beside_its_sums(self) -> None:
        def said(total: int) -> str:
            cells: Any = SimpleNamespace(
                state="ok", cells=[0], area=SimpleNamespace(size=50), hot_events=40, inside=100, total=total,
                origins=Origins(90, 10, 0),
            )  # fmt: skip
            found: Any = SimpleNamespace(hot=cells, study="近 30 日", noun="警情")
            return heat_view._hot_words(found, False)

        assert "集中 40 / 100 起" in said(100) and "不计入" not in said(100)
        assert said(104).endswith("（占 10.0%）；另有 4 起没有坐标、在默认落点或落在研究范围之外，不计入")

    def test_lists_offer_what_the_events_have(self, demo: Snapshot) -> None:
        known = catalogue.of(demo)
        found = heat_view.controls(View(), known)
        assert [one["value"] for one in found["options"]["risk"]] == ["*", "rate"]
        assert [one["label"] for one in found["options"]["reading"]] == ["按接警时间"]
        found = heat_view.controls(View(table="cases", risk="harm", reading="must"), known)
        assert [one["value"] for one in found["options"]["risk"]] == ["*", "rate", "harm"]
        assert found["values"] == {"table": "cases", "risk": "harm", "layer": "*", "reading": "must"}


class TestPage:
    def ask(self, client: FlaskClient, search: str, **selection: str) -> dict[str, Any]:
        inputs = {"selection.data": selection, "url.search": search, "snapshot.data": "1", "mode.data": "light"}
        return ask(client, "heat-state.children", inputs)

    def test_everything_is_filled(self, client: FlaskClient) -> None:
        found = self.ask(client, "?period=last30", period="last30")
        assert found["heat-grid"]["hidden"] is False
        assert found["heat-map-figure"]["figure"]["data"]
        assert found["heat-week-figure"]["figure"]["data"][0]["type"] == "heatmap"
        assert found["heat-calendar-figure"]["figure"]["data"][0]["name"] == "days"
        assert "hour-matrix" in html_of(found["heat-matrix-body"]["children"])
        assert found["heat-table"]["value"] == "*"
        for card in CARDS[:1] + CARDS[2:]:
            assert "数据截至" in found[f"{card}-source"]["children"], card

    def test_hours_of_the_week_say_that_they_reach_beyond_a_short_period(self, client: FlaskClient) -> None:
        found = self.ask(client, "", period="last7")
        assert found["heat-week-title"]["children"] == "一周时段（近 28 日，不限于所选时段）"
        for card in ("heat-week", "heat-hour"):
            assert "所选时段不足 28 日，取 2026年10月25日至11月21日" in found[f"{card}-sub"]["children"]
        found = self.ask(client, "", period="last30")
        assert found["heat-week-title"]["children"] == "一周时段" and "不足" not in found["heat-week-sub"]["children"]

    def test_a_link_reproduces_the_page(self, client: FlaskClient) -> None:
        found = self.ask(client, "?period=year&table=cases&risk=harm&reading=could&at=6-21", period="year")
        assert found["heat-table"]["value"] == "cases"
        assert found["heat-hour-title"]["children"] == "周六 21–22 时"
        assert "危害分/万人·年" in found["heat-map-sub"]["children"]
        assert "可能在该时" in found["heat-week-note"]["children"]

    def test_what_is_not_known_is_said(self, client: FlaskClient) -> None:
        found = self.ask(client, "?risk=luck")
        assert "risk=luck 无法识别" in html_of(found["heat-state"]["children"])
        assert found["heat-grid"]["hidden"] is False

    def test_days_without_data(self, client: FlaskClient) -> None:
        days = {"period": "custom", "from": "2019-01-01", "to": "2019-01-31"}
        found = self.ask(client, "", **days)
        assert "该时段无数据" in html_of(found["heat-state"]["children"])
        assert found["heat-grid"]["hidden"] is True

    def test_an_empty_store(self, empty_app: Dash) -> None:
        found = self.ask(empty_app.server.test_client(), "")
        assert "还没有数据" in html_of(found["heat-state"]["children"])

    def test_the_forecast_waits_for_its_fit(self, client: FlaskClient) -> None:
        found = self.ask(client, "?layer=forecast")
        assert "预测" in found["heat-map-note"]["children"] or "热点" in found["heat-map-note"]["children"]


class TestExports:
    @pytest.mark.parametrize("card", CARDS)
    @pytest.mark.parametrize(
        "query", [{"period": "last30"}, {"period": "year", "table": "cases", "risk": "rate", "at": "6-21"}]
    )
    def test_every_card_gives_what_it_shows(
        self, demo_store: Store, demo: Snapshot, card: str, query: dict[str, str]
    ) -> None:
        shown = Shown(demo, demo_store, Selection.from_query(query)[0], "/heat", query)
        made = heat_export.SHEETS[card](shown)
        for sheet in [made] if isinstance(made, export.Sheet) else made:
            assert sheet.rows
            assert {len(row) for row in sheet.rows} == {len(sheet.columns)}
            assert dict(sheet.head)["口径"]

    def test_few_events_of_a_cell_stay_hidden(self, demo_store: Store, demo: Snapshot) -> None:
        query = {"period": "last30"}
        shown = Shown(demo, demo_store, Selection.from_query(query)[0], "/heat", query)
        sheet = heat_export.map_sheets(shown)[1]
        place = [column.name for column in sheet.columns].index("起数")
        told = {str(row[place]) for row in sheet.rows}
        assert PRIMARY in told
        assert not told & {"0", "1", "2"}
