"""What the figure builders draw: traces, colours, limits, words."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plotly.io.json import to_json_plotly  # type: ignore[import-untyped]

from data import polygons
from pages._components import figures, geometry, maps
from pages._components.template import tokens

DAYS = [(date(2026, 9, 27) + timedelta(days=n)).isoformat() for n in range(56)]
VALUES = [10.0] * 55 + [31.0]
WEEK: list[list[float | None]] = [[float(day * 100 + hour) for hour in range(24)] for day in range(7)]
SQUARE = [[120.0, 30.0], [120.1, 30.0], [120.1, 30.1], [120.0, 30.1], [120.0, 30.0]]


def trace(figure: figures.Figure, name: str) -> dict[str, Any]:
    """Return the trace of a name."""
    found: dict[str, Any] = next(one for one in figure["data"] if one["name"] == name)
    return found


def station(code: str, shift: float = 0.0, **more: Any) -> dict[str, Any]:
    ring = [[x + shift, y] for x, y in SQUARE]
    boundary = json.dumps({"type": "Polygon", "coordinates": [ring]})
    return {"code": code, "name": f"{code}所", "lon": 120.05 + shift, "lat": 30.05, "boundary": boundary} | more


def test_graph_always_has_the_safe_config() -> None:
    config = figures.graph("x").to_plotly_json()["props"]["config"]
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False
    assert config["topojsonURL"] == "/assets/topojson/"
    assert config["locale"] == "zh-CN"


def test_only_figures_makes_graphs() -> None:
    pages = Path(figures.__file__).resolve().parents[1]
    makers = [path.name for path in pages.rglob("*.py") if "Graph(" in path.read_text(encoding="utf-8")]
    assert makers == ["figures.py"]


def plain(part: Any) -> Any:
    """Return a figure with its arrays as lists, a gap in them as null."""
    if isinstance(part, np.ndarray):
        return [None if value != value else value for value in part.tolist()]
    if isinstance(part, dict):
        return {name: plain(one) for name, one in part.items()}
    return [plain(one) for one in part] if isinstance(part, (list, tuple)) else part


def test_figures_are_sent_as_they_are() -> None:
    drawn = [
        figures.empty("dark"),
        figures.sparkline(DAYS, [1] * 56, [0] * 56, [2] * 56, "light"),
        figures.week_hours([[1] * 24] * 7, "light"),
        maps.station_map([station("a")], {}, [], "light"),
    ]
    for figure in drawn:
        assert json.loads(to_json_plotly(figure)) == plain(figure)
        assert set(figure) == {"data", "layout"}
        assert figure["layout"]["uirevision"]


class TestSparkline:
    def test_line_inside_its_band(self) -> None:
        drawn = figures.sparkline(DAYS, VALUES, [5.0] * 56, [15.0] * 56, "light")
        assert trace(drawn, "low")["y"] == [5.0] * 56
        assert trace(drawn, "high")["fill"] == "tonexty"
        assert trace(drawn, "high")["fillcolor"] == tokens("light")["band"]
        assert trace(drawn, "value")["x"] == DAYS
        assert trace(drawn, "value")["customdata"][0] == "，预期 5–15"
        assert drawn["layout"]["xaxis"]["range"] == [DAYS[0], DAYS[-1]]

    @pytest.mark.parametrize(("tone", "token"), [("worse", "worse"), ("better", "better"), ("neutral", "accent")])
    def test_last_point_in_its_tone(self, tone: str, token: str) -> None:
        last = trace(figures.sparkline(DAYS, VALUES, [5] * 56, [15] * 56, "dark", tone=tone), "last")
        assert (last["x"], last["y"]) == ([DAYS[-1]], [31.0])
        assert last["marker"]["color"] == tokens("dark")[token]

    def test_gaps_stay_gaps(self) -> None:
        drawn = figures.sparkline(DAYS[:3], [1, None, None], [None] * 3, [None] * 3, "light")
        assert trace(drawn, "value")["y"] == [1, None, None]
        assert trace(drawn, "last")["x"] == [DAYS[0]]
        assert trace(drawn, "value")["customdata"] == ["", "", ""]

    def test_nothing_known(self) -> None:
        drawn = figures.sparkline([], [], [], [], "light")
        assert [one["name"] for one in drawn["data"]] == ["low", "high", "value"]


class TestWeekHours:
    def test_monday_first_from_the_top(self) -> None:
        drawn = figures.week_hours(WEEK, "light")
        cells = trace(drawn, "cells")
        assert cells["y"][0] == "周一"
        assert cells["z"][6][23] == 623
        assert drawn["layout"]["yaxis"]["autorange"] == "reversed"
        assert cells["zmin"] == 0
        assert cells["zmax"] == 623
        assert cells["text"][4][21] == "周五 21–22 时<br>421 起"

    def test_totals_on_both_margins(self) -> None:
        drawn = figures.week_hours(WEEK, "light")
        assert trace(drawn, "hours")["y"][0] == sum(day * 100 for day in range(7))
        assert trace(drawn, "days")["x"][1] == sum(100 + hour for hour in range(24))
        assert trace(drawn, "hours")["text"][0] == "每日 0–1 时<br>合计 2,100 起"

    def test_no_data_is_not_zero(self) -> None:
        values: list[list[float | None]] = [[None] * 24 for _ in range(7)]
        values[0][0] = 0
        cells = trace(figures.week_hours(values, "light"), "cells")
        assert cells["z"][0][0] == 0
        assert cells["z"][0][1] is None
        assert cells["text"][0][1].endswith("无数据")
        assert cells["hoverongaps"] is False
        assert cells["zmax"] == 1


class TestStationMap:
    def test_colour_only_where_the_evidence_is(self) -> None:
        stations = [station("a"), station("b", 0.2), station("c", 0.4), station("d", 0.6)]
        values = {
            "a": {"text": "9 起", "strength": 3, "href": "?station=a"},
            "b": {"text": "2 起", "strength": 0},
            "c": {"text": "1 起", "strength": -9},
        }
        drawn = maps.station_map(stations, values, [], "light")
        token = tokens("light")
        assert trace(drawn, "a")["fillcolor"] == token["high-3"]
        assert trace(drawn, "b")["fillcolor"] == token["mid"]
        assert trace(drawn, "c")["fillcolor"] == token["low-3"]
        assert trace(drawn, "d")["fillcolor"] == token["surface"]
        assert trace(drawn, "a")["text"] == "a所<br>9 起"
        assert trace(drawn, "d")["text"] == "d所<br>无数据"
        assert trace(drawn, "a")["customdata"] == ["?station=a"]

    def test_without_webgl_or_tiles(self) -> None:
        drawn = maps.station_map([station("a")], {}, [{"lon": 120, "lat": 30, "text": "热点"}], "dark")
        assert {one["type"] for one in drawn["data"]} == {"scatter"}
        assert "map" not in drawn["layout"]
        assert "geo" not in drawn["layout"]
        assert trace(drawn, "cells")["marker"]["symbol"] == "square"

    def test_a_degree_is_as_long_across_as_up(self) -> None:
        layout = maps.station_map([station("a", boundary=None, lat=60.0)], {}, [], "light")["layout"]
        assert layout["yaxis"]["scaleanchor"] == "x"
        assert layout["yaxis"]["scaleratio"] == pytest.approx(2.0, rel=0.01)

    def test_stations_without_outline_are_dots_and_without_place_are_named(self) -> None:
        listed = [station("a"), station("b", boundary=None), station("c", boundary=None, lon=None, lat=None)]
        drawn = maps.station_map(listed, {"b": {"text": "3 起", "strength": 2}}, [], "light")
        assert trace(drawn, "dots")["text"] == ["b所<br>3 起"]
        assert trace(drawn, "dots")["marker"]["color"] == [tokens("light")["high-2"]]
        assert maps.unplaced(listed) == ["c所"]

    def test_dots_at_the_edge_are_whole_and_told_from_their_neighbours(self) -> None:
        dots = [station(f"d{n}", n / 10, boundary=None) for n in range(8)]
        drawn = maps.station_map(dots, {}, [], "light", width=560, height=300)
        found = trace(drawn, "dots")
        (west, east), (south, north) = (drawn["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))
        scale = min(560 / (east - west), 300 / (north - south))
        half = found["marker"]["size"] / 2
        assert all((x - west) * scale >= half and (east - x) * scale >= half for x in found["x"])
        assert all((y - south) * scale >= half and (north - y) * scale >= half for y in found["y"])
        part = maps.station_map(dots, {}, [], "light", window=(west, south, found["x"][4], north))
        assert trace(part, "dots")["x"] == found["x"][:4]
        assert found["marker"]["line"]["width"] >= 1
        assert found["marker"]["line"]["color"] not in found["marker"]["color"]

    def test_a_spot_on_another_continent_does_not_shrink_the_map(self) -> None:
        far = station("far", boundary=None, lon=-2.6, lat=53.7)
        listed = [station("a"), station("b", 0.2), far]
        drawn = maps.station_map(listed, {}, [{"lon": 0, "lat": 0, "text": "热点"}], "light")
        assert [one["name"] for one in drawn["data"]] == ["a", "b"]
        assert drawn["layout"]["xaxis"]["range"] == pytest.approx([120.0, 120.3])
        assert maps.unplaced(listed) == ["far所"]
        dots = [station(f"d{n}", n / 10, boundary=None) for n in range(8)]
        assert maps.unplaced([*dots, far]) == ["far所"]

    def test_scale_bar_and_north(self) -> None:
        layout = maps.station_map([station("a"), station("b", 0.4)], {}, [], "light")["layout"]
        assert any(note["text"].split() == ["北", "↑", "5", "公里"] for note in layout["annotations"])
        bar = layout["shapes"][0]
        metres = (bar["x1"] - bar["x0"]) * geometry.METRES_PER_DEGREE / layout["yaxis"]["scaleratio"]
        assert metres == pytest.approx(5000, rel=1e-6)

    def test_flagged_stations_are_named_first_and_names_do_not_collide(self) -> None:
        crowd = [station(f"s{n}", n * 0.001) for n in range(20)]
        notes = maps.station_map(crowd, {"s7": {"text": "", "strength": 3}}, [], "light")["layout"]["annotations"]
        assert [note["text"] for note in notes[:-1]] == ["<b>s7所</b>"]

    def test_broken_or_missing_outlines_draw_what_there_is(self) -> None:
        drawn = maps.station_map([station("a", boundary="{not json")], {}, [], "light")
        assert [one["name"] for one in drawn["data"]] == ["dots"]
        nothing = maps.station_map([], {}, [], "light")
        assert nothing["data"] == []
        assert "无法绘制地图" in nothing["layout"]["annotations"][0]["text"]


class TestGeometry:
    def test_multipolygons_and_collections(self) -> None:
        polygon = {"type": "Polygon", "coordinates": [SQUARE]}
        many = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
        feature = {"type": "Feature", "geometry": many}
        assert len(geometry.rings(json.dumps({"type": "FeatureCollection", "features": [feature]}))) == 2
        assert len(geometry.rings(json.dumps({"type": "GeometryCollection", "geometries": [polygon]}))) == 1
        assert geometry.rings('{"type": "Point", "coordinates": [1, 2]}') == ()

    def test_thinning_keeps_the_shape_within_the_tolerance(self) -> None:
        ring = [(n / 1000, 0.0) for n in range(1000)] + [(1.0, n / 1000) for n in range(1000)] + [(0.0, 0.0)]
        thin = polygons.thinned(ring, 0.01)
        assert len(thin) == 4
        assert thin[0] == thin[-1] == (0.0, 0.0)
        assert polygons.thinned(ring, 0.0) == ring

    def test_middle_and_width(self) -> None:
        ring = tuple((x, y) for x, y in SQUARE)
        assert geometry.middle(ring) == pytest.approx((120.05, 30.05))
        assert geometry.width_at(ring, (120.05, 30.05)) == pytest.approx(0.1)
        assert geometry.width_at(ring, (121.0, 30.05)) == 0

    def test_path_has_a_gap_between_rings(self) -> None:
        shape = (((1.0, 2.0), (1.1, 2.0), (1.0, 2.0)), ((3.000001, 4.0), (3.1, 4.0), (3.0, 4.0)))
        xs, ys = geometry.path(shape)
        assert plain(xs) == [1.0, 1.1, 1.0, None, 3.0, 3.1, 3.0]
        assert plain(ys) == [2.0, 2.0, 2.0, None, 4.0, 4.0, 4.0]
        assert [one.size for one in geometry.path(())] == [0, 0]
        assert geometry.around(shape) == (1.0, 2.0, 3.1, 4.0) == geometry.around(shape[1:], ((1.0, 2.0),))
        assert geometry.extent(((1.0, 2.0),)) == (0.995, 1.995, 1.005, 2.005), "a point alone has some room"

    @pytest.mark.parametrize(("metres", "expected"), [(9, 5), (10, 10), (4999, 2000), (30_000, 20_000), (0.2, 1)])
    def test_round_lengths(self, metres: float, expected: float) -> None:
        assert geometry.round_length(metres) == expected


def test_a_line_without_days_has_no_range_that_is_null() -> None:
    across = figures.sparkline([], [], [], [], "light")["layout"]["xaxis"]
    assert "range" not in across
