"""大屏 as it is drawn: figures enlarged as a whole, words with counts and verdicts, the callback, odd requests."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.reading import Reader
from data.snapshots import Store
from metrics import compare
from metrics.definitions import METRICS
from metrics.wall import SCREENS, Count, Today
from pages._components import figures, wall_figures
from pages._components.template import MODES, tokens
from pages._components.wall_figures import Size, captioned, day_so_far, enlarged, size_of
from tests import tiny
from tests.pages.asking import ask, html_of

HD = {"mode": "dark", "unit": 10, "width": 1920, "height": 1080}
PARTS = ("wall-campaign-head", "wall-campaign-text")


def view(**more: Any) -> dict[str, Any]:
    return {"stations": [], "screens": list(SCREENS), "chosen": False, "limit": None, **more}


def answer(client: FlaskClient, asked: dict[str, Any], shown: dict[str, Any] | None = None) -> dict[str, Any]:
    return ask(client, "wall-shown.data", {"wall-asked.data": asked}, {"wall-view.data": shown or view()})


def test_every_screen_is_filled_from_one_question(client: FlaskClient) -> None:
    found = answer(client, {**HD, "key": "k"})
    shown = found["wall-shown"]["data"]
    assert (shown["key"], shown["version"], shown["as_of"]) == ("k", 1, "2026-11-22 00:00:00")
    assert shown["screens"] == list(SCREENS)
    assert shown["limit"] == 32 and shown["problem"] == ""
    for screen in SCREENS:
        head = html_of(found[f"wall-{screen}-head"]["children"])
        words = html_of(found[f"wall-{screen}-text"]["children"])
        assert "<h2>" in head and "示例数据" in head
        assert len(words) > 60
        assert not any(odd in head + words for odd in ("None", "nan", "NaN", "inf "))


def test_numbers_stand_with_their_range_and_verdict(client: FlaskClient) -> None:
    found = answer(client, {**HD, "key": "k"})
    words = html_of(found["wall-today-text"]["children"])
    assert words.count("预期") >= 5
    assert "起" in words and ("正常波动" in words or "真变化" in words)
    campaign = html_of(found["wall-campaign-text"]["children"])
    assert "95% 区间" in campaign and "目标" in campaign
    assert "不是排名" in html_of(found["wall-concern-head"]["children"])


def test_no_figure_needs_the_mouse(client: FlaskClient) -> None:
    found = answer(client, {**HD, "key": "k"})
    for part in ("campaign", "today", "map", "week", "match", "core"):
        assert found[f"wall-{part}-figure"]["figure"]["layout"]["hovermode"] is False


def test_nothing_finer_than_a_station_is_sent(client: FlaskClient, demo_store: Store) -> None:
    sent = json.dumps(answer(client, {**HD, "key": "k"}), ensure_ascii=False)
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    beats = snapshot.rows("SELECT name FROM beats")
    assert beats
    assert [name for (name,) in beats if name in sent] == []


def test_named_screens_stay_even_without_data(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 90, 6))
    client = create_app(store.root).server.test_client()
    found = answer(client, {**HD, "key": "k"}, view(screens=["match", "today"], chosen=True, limit=2.0))
    assert found["wall-shown"]["data"]["screens"] == ["match", "today"]
    assert found["wall-shown"]["data"]["limit"] == 2
    said = html_of(found["wall-match-text"]["children"])
    assert "本屏暂无内容" in said and 'class="wall-said' in said
    left = answer(client, {**HD, "key": "k"}, view(screens=["match", "today"]))
    assert left["wall-shown"]["data"]["screens"] == ["today"]


def test_an_unknown_station_keeps_the_last_screen_and_says_why(client: FlaskClient) -> None:
    found = answer(client, {**HD, "key": "k"}, view(stations=["新港派处所"]))
    assert "没有名为「新港派处所」的派出所" in found["wall-shown"]["data"]["problem"]
    assert "wall-today-text" not in found


def _broken(*_: Any) -> NoReturn:
    raise ZeroDivisionError("a fault of ours")


def test_a_screen_that_cannot_be_drawn_says_so_and_the_others_are_new(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {**HD, "unit": 9.5, "key": "k"}
    with monkeypatch.context() as patched:
        patched.setitem(wall_figures._DRAWN, "week", _broken)
        found = answer(client, asked)
    shown = found["wall-shown"]["data"]
    assert shown["failed"] == ["week"] and shown["problem"] == ""
    assert shown["screens"] == list(SCREENS)
    assert "统计时出错" in html_of(found["wall-week-text"]["children"])
    assert found["wall-week-figure"]["figure"]["data"] == []
    assert "预期" in html_of(found["wall-today-text"]["children"])
    # A fault is not kept: the next question tries again.
    again = answer(client, asked)
    assert again["wall-shown"]["data"]["failed"] == []
    assert again["wall-week-figure"]["figure"]["data"] != []


@pytest.mark.parametrize("most", [0, 1, 7, 45, 794, 1000, 123_456])
def test_axes_end_at_round_numbers_so_that_their_labels_stay_few(most: float) -> None:
    top, step = wall_figures.round_axis(most)
    assert most < top <= max(1.5 * most, 1.5)
    assert top % (step / 2) == 0
    assert top / step <= 5.5


def test_an_empty_store_is_left_to_the_script(empty_app: Dash) -> None:
    assert answer(empty_app.server.test_client(), {**HD, "key": "k"}) == {}


@pytest.mark.parametrize(
    "asked", [{}, {"unit": "x"}, {"unit": 1e9, "width": 1, "height": 1}, {"mode": "pink", "unit": 5}]
)
def test_an_odd_size_becomes_the_usual_one(asked: dict[str, Any]) -> None:
    assert size_of(asked) == Size("dark", 10.0, 1920.0, 1080.0)


def test_health_carries_what_the_wall_listens_to(client: FlaskClient) -> None:
    assert client.get("/health").get_json()["stamp"].startswith("1")


# ---- figures --------------------------------------------------------------------------------------


def test_enlarging_multiplies_lengths_and_leaves_data() -> None:
    made: dict[str, Any] = {
        "data": [
            {"type": "bar", "x": [1, 2], "width": [0.8], "marker": {"size": [3, 4], "line": {"width": 1}}},
            {"type": "scatter", "y": [5], "line": {"width": 2, "dash": "dot"}, "xgap": 1},
        ],
        "layout": {
            "margin": {"l": 10, "t": 4}, "annotations": [{"x": 3, "yshift": -10, "font": {"size": 14}}],
            "shapes": [{"x0": 1, "line": {"width": 1}}], "template": {"layout": {"font": {"size": 14}}},
        },
    }  # fmt: skip
    larger = enlarged(made, 2.0)
    assert larger["data"][0] == {
        "type": "bar", "x": [1, 2], "width": [0.8], "marker": {"size": [6, 8], "line": {"width": 2}},
    }  # fmt: skip
    assert larger["data"][1] == {"type": "scatter", "y": [5], "line": {"width": 4, "dash": "dot"}, "xgap": 2}
    assert larger["layout"]["margin"] == {"l": 20, "t": 8}
    assert larger["layout"]["annotations"] == [{"x": 3, "yshift": -20, "font": {"size": 28}}]
    assert larger["layout"]["template"]["layout"]["font"]["size"] == 28
    assert made["layout"]["margin"] == {"l": 10, "t": 4}


def test_the_smallest_text_is_22_px_on_a_full_hd_wall() -> None:
    size = Size("dark", 10.0, 1920.0, 1080.0)
    larger = enlarged(figures.empty("dark"), size.factor)
    assert larger["layout"]["template"]["layout"]["font"]["size"] == pytest.approx(22)
    upright = Size("dark", 10.0, 1080.0, 1920.0)
    assert upright.box[1] < upright.box[0] < size.box[0] * 1.5


def day(value: float, mean: float | None) -> Today:
    known: tuple[float | None, ...] = tuple(None if mean is None else mean * n / 24 for n in range(25))
    count = Count(METRICS["alerts_valid"], value, None, 0.0, compare.NOT_JUDGED)
    moment = datetime(2026, 11, 20, 12)
    return Today(
        date(2026, 11, 20), moment, False, (count,), tuple(float(n) for n in range(13)),
        tuple(value * n / 12 for n in range(13)), known, known, known, (),
    )  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_the_day_so_far_is_drawn_beside_its_expectation(mode: str) -> None:
    drawn = day_so_far(day(60, 100), mode)
    traces = {trace["name"]: trace for trace in drawn["data"]}
    assert list(traces) == ["low", "high", "mean", "now", "last"]
    assert (traces["last"]["x"], traces["last"]["y"]) == ([12.0], [60.0])
    assert traces["now"]["line"]["color"] == tokens(mode)["accent"]
    assert [note["text"] for note in drawn["layout"]["annotations"]] == ["<b>60</b>", "预期 100"]
    assert drawn["layout"]["yaxis"]["range"][1] > 100


def test_without_weeks_before_the_day_stands_alone() -> None:
    drawn = day_so_far(day(0, None), "dark")
    assert [trace["name"] for trace in drawn["data"]] == ["now", "last"]
    assert drawn["layout"]["yaxis"]["range"][1] > 0


def test_a_caption_says_what_is_drawn() -> None:
    drawn = captioned(day_so_far(day(5, 6), "dark"), "有效警情累计，起", "dark")
    assert drawn["layout"]["annotations"][-1]["text"] == "有效警情累计，起"
    assert drawn["layout"]["margin"]["t"] > 30


def test_every_screen_with_a_figure_is_drawn() -> None:
    assert set(wall_figures._DRAWN) == set(SCREENS) - {"concern"} | {"core"}
