"""重复警情: what its figures draw, what may be seen of a place, and its callback on stores of all kinds."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.snapshots import Store
from metrics.compare import DEPENDENT, NO_BASE, REAL, USUAL, Comparison
from metrics.definitions import METRICS, UNREGISTERED
from metrics.hotspots.concentration import _measured
from metrics.repeats.values import Figure, Places, Row, Spot
from pages._components import repeat_figures, repeat_tables, repeat_words
from pages._components.export import Sheet, offered
from pages._components.shown import Shown
from pages._components.template import tokens
from tests import tiny
from tests.pages.asking import ask, html_of
from tests.pages.reading import read

NOTHING = Comparison(None, None, verdict=NO_BASE)
WEEKS = tuple(date(2026, 9, 7) + timedelta(weeks=n) for n in range(3))
STATION = {"code": "S1", "name": "东港所", "lon": 118.0, "lat": 35.0, "boundary": None}


def share(name: str, *values: float | None) -> Figure:
    return Figure(METRICS[name], values[-1], 1.0, 2.0, NOTHING, NOTHING, WEEKS, values)


def spot(n_30: int, verdict: str = USUAL, z: float = 0.0, lon: float = 118.0) -> Spot:
    return Spot("纠纷", (1, 2), lon, 35.0, "S1", "B1", {30: n_30, 90: 9, 365: 40}, z, verdict)


def test_trend_has_a_named_line_for_each_rule_that_is_known() -> None:
    known = (share("repeat_share", 30.0, None, 32.0), share("repeat_caller_share", 7.0, 7.5, 8.0))
    figure = repeat_figures.trend((*known, share("repeat_place_share", None, None, None)), "light", "{}/{}".format)
    assert [one["name"] for one in figure["data"]] == ["repeat_share", "repeat_caller_share"]
    assert figure["data"][0]["text"][2] == "2026年9月21日至27日<br>任一规则 32.0%"
    assert figure["data"][0]["text"][1].endswith("无数据") and figure["data"][0]["y"][1] is None
    assert {note["text"] for note in figure["layout"]["annotations"]} == {"任一规则", "同一来电"}
    assert figure["data"][1]["customdata"][0] == "2026-09-07/2026-09-13"


def test_concentration_stands_beside_chance_with_both_halves_marked() -> None:
    found = _measured(np.array([5.0, 2, 1] + [0.0] * 7), "cell", "ok", "", [])
    figure = repeat_figures.lorenz(found, "light")
    assert [one["name"] for one in figure["data"]] == ["even", "chance", "curve"]
    assert figure["data"][2]["x"][:2] == [0, 10] and figure["data"][2]["y"][:2] == [0, 62.5]
    halves = [shape["x0"] for shape in figure["layout"]["shapes"]]
    assert halves[0] == pytest.approx(8.0) and halves[1] > halves[0]
    assert figure["layout"]["annotations"][0]["text"] == "实际：8.0% 的网格占一半"


def test_places_on_the_map_are_coloured_only_where_the_pace_rose() -> None:
    spots = (spot(9, REAL, 4.0, 118.001), spot(5, REAL, -4.0, 118.002), spot(4, lon=118.003))
    figure = repeat_figures.spot_map(
        [STATION], spots, {"B1": "东港一社区"}, 30, "light", lambda code: f"?station={code}"
    )
    cells = next(one for one in figure["data"] if one["name"] == "cells")
    token = tokens("light")
    assert cells["marker"]["color"] == [token["worse"], token["accent"], token["accent"]]
    assert cells["text"][0] == "东港一社区 · 纠纷<br>近 30 日 9 起，近 30 日加快"
    assert cells["customdata"] == ["?station=S1"] * 3


def test_a_place_never_shows_less_than_three() -> None:
    cells = read(
        repeat_tables.spots((spot(2), spot(3)), {"S1": "东港所"}, {"B1": "东港一社区"}, "?station={}".format)
    ).all("td")
    assert [cell.text for cell in cells[:7]] == ["东港一社区", "东港所", "纠纷", "<3", "9", "40", "未见显著变化"]
    assert cells[10].text == "3"
    assert [repeat_tables.pace_words(spot(9, REAL, z))[0] for z in (4.0, -4.0)] == ["↑ 加快", "↓ 放缓"]


def test_both_bases_of_concentration_and_of_places_are_told_where_they_differ() -> None:
    curve = _measured(np.array([5.0, 2, 1] + [0.0] * 7), "cell", "ok", "", [])
    day = WEEKS[0]
    found = Places(30, "ok", "", day, day, 6, 1, 5, (), 0, (), (("医院", 2),), (), ())
    said = repeat_words.bases(curve, found)
    assert "8 起为底数（含驻地、医院等），" in said and "6 起为底数" in said
    # 6 + 2 + 3 − 3 outside = 8: all four numbers stand on the page.
    apart = repeat_words.bases(replace(curve, outside=3), found)
    assert "研究范围内网格的 8 起为底数（含驻地、医院等，不含范围外的 3 起）" in apart
    assert repeat_words.bases(curve, replace(found, calls=8)) == ""


def test_the_line_of_a_card_names_its_weeks_and_its_end_has_no_tone(demo_app: Dash) -> None:
    page = importlib.import_module("pages.repeat")
    one = replace(share("repeat_share", 30.0, 31.0, 32.0), previous=Comparison(32.0, 9.0, 23.0))
    assert "折线为近 3 个整周" in html_of(page._text("repeat_share", one))
    # Repeats of one place depend on each other: the chip says so in place of a verdict.
    assert f'title="{DEPENDENT}">不作判定' in html_of(page._text("repeat_share", one))
    last = next(mark for mark in page._spark(one, "light")["data"] if mark["name"] == "last")
    assert last["marker"]["color"] == tokens("light")["accent"]


def test_a_share_stands_beside_its_counts() -> None:
    change = Comparison(50.0, 25.0, 25.0)
    row = Row("纠纷", "纠纷", 40.0, 20.0, 5.0, 16.0, change, NOTHING)
    cells = [cell.text for cell in read(repeat_tables.kinds((row,), "group", "?category={}".format)).all("td")]
    assert cells == ["纠纷", "20 ÷ 40", "50.0%", "↑ 25.0", "—", "5", "16"]


# ---- the callback --------------------------------------------------------------------------------


def shown(client: FlaskClient, selection: dict[str, str] | None = None, search: str = "") -> dict[str, Any]:
    inputs = {"selection.data": selection or {}, "url.search": search, "snapshot.data": "1", "mode.data": "light"}
    return ask(client, "repeat-grid.hidden", inputs)


def test_the_page_is_filled_and_keeps_its_own_keys_in_links(client: FlaskClient) -> None:
    found = shown(client, {"period": "last30"}, "?period=last30&days=90&unit=beat")
    assert (found["repeat-grid"]["hidden"], found["repeat-grid"]["className"]) == (False, "grid")
    assert (found["repeat-days"]["value"], found["repeat-unit"]["value"]) == ("90", "beat")
    assert "警格集中了一半警情" in found["repeat-lorenz-title"]["children"]
    assert "period=last30&amp;days=90&amp;unit=beat&amp;category=" in html_of(found["repeat-kinds-body"]["children"])
    assert "医院" in html_of(found["repeat-left-body"]["children"])


def test_without_keys_and_places_no_card_stands_empty(tmp_path: Any) -> None:
    store = Store(tmp_path / "store")
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-02-01", 28, 5))
    found = shown(create_app(store.root).server.test_client(), {"period": "last7"})
    assert found["repeat-grid"]["className"] == "grid no-shares no-spots"
    assert html_of(found["repeat-state"]["children"]).count("没有来电标识和坐标，无法判断重复。") == 1
    assert "'className': 'lacking'" in str(found["repeat-lorenz-note"]["children"])


def test_places_without_beats_are_no_list_of_beats(demo_app: Dash) -> None:
    places = SimpleNamespace(beats=(SimpleNamespace(beat=UNREGISTERED), SimpleNamespace(beat=UNREGISTERED)))
    page = importlib.import_module("pages.repeat")
    found = page._beats(SimpleNamespace(places=places))
    assert "没有登记警格" in str(found["note"]) and found["note"].className == "lacking"
    assert found["title"] == "重复警格"


def test_unknown_keys_fall_back_with_a_notice(client: FlaskClient) -> None:
    found = shown(client, {}, "?days=7&unit=caller")
    said = html_of(found["repeat-state"]["children"])
    assert "没有名为「7」的地点窗口" in said and "没有名为「caller」的集中度" in said


def test_no_export_tells_more_than_the_page(demo_store: Store) -> None:
    from data.reading import Reader
    from metrics.selection import Selection

    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    offer = offered("repeat-places")
    assert offer is not None
    view = Shown(snapshot, demo_store, Selection(period="last30"), "/repeat", {"days": "365"})
    sheet = offer.sheets(view)
    assert isinstance(sheet, Sheet) and sheet.rows
    counts = [value for row in sheet.rows for value in row[3:6]]
    assert counts and all(value == "<3" or int(str(value).replace(",", "")) >= 3 for value in counts)


def test_calls_by_month_without_keys_or_places_are_answered(tmp_path: Any) -> None:
    store = Store(tmp_path / "store")
    rows = [{"call": f"2026-{month:02d}-01 00:00:00", "time_precision": "month"} for month in (9, 10, 11)]
    tiny.publish(store, lambda con: tiny.alerts(con, rows))
    found = shown(create_app(store.root).server.test_client(), {"period": "month"})
    assert "只精确到月" in html_of(found["repeat-state"]["children"])
    assert "没有坐标" in html_of(found["repeat-places-body"]["children"])


def alone(con: duckdb.DuckDBPyConnection) -> None:
    """Leave one station in the registry."""
    con.execute("DELETE FROM stations WHERE code <> ?", [tiny.CITY])


def test_one_station_and_one_day(tmp_path: Any) -> None:
    store = Store(tmp_path / "store")
    tiny.publish(
        store,
        alone,
        lambda con: tiny.alerts(con, [{"call": "2026-11-21 08:00:00"}, {"call": "2026-11-21 23:59:00"}]),
    )
    day = {"period": "custom", "from": "2026-11-21", "to": "2026-11-21"}
    found = shown(create_app(store.root).server.test_client(), day, "?unit=station")
    assert found["repeat-grid"]["hidden"] is False
    assert "没有来电标识、坐标" in html_of(found["repeat-kpi-repeat_share-text"]["children"])


def test_an_empty_store_leads_to_the_import(empty_app: Dash) -> None:
    assert "还没有数据" in html_of(shown(empty_app.server.test_client())["repeat-state"]["children"])
