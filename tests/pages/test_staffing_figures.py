"""警力配置: what its figures draw."""

from __future__ import annotations

from typing import Any

import pytest

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics.force import moves
from metrics.force.moves import Wish
from pages._components import (
    staffing_figures,
    staffing_move_figure,
)
from pages._components.template import tokens
from tests.pages.staffed import LAST, of
from tests.tiny import CITY


@pytest.fixture(scope="module")
def snapshot(staffed_store: Store) -> Snapshot:
    found = Reader(staffed_store).snapshot()
    assert found is not None
    return found


def address(code: str) -> str:
    return f"/staffing?station={code}"


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"]}


def test_day_of_one_station_fills_what_is_missing(snapshot: Snapshot) -> None:
    found = of(snapshot, CITY)
    figure = staffing_figures.day_steps(found, "light", address)
    drawn = traces(figure)
    assert drawn["duty"]["y"] == [*found.one.day_on_duty, found.one.day_on_duty[-1]]
    assert drawn["needed"]["y"][:24] == list(found.one.day_needed)
    assert drawn["needed"]["line"]["shape"] == drawn["duty"]["line"]["shape"] == "hv"
    # One box from 22 to 23, from nobody on duty up to what is needed.
    assert drawn["lacking"]["x"] == [22, 23, 23, 22, 22, None]
    assert drawn["lacking"]["y"][0] == 0 and drawn["lacking"]["y"][2] == found.one.day_needed[22]
    assert drawn["lacking"]["fillcolor"] == tokens("light")["worse"]
    assert "lacks" not in drawn
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["在岗", "应配", "缺 3 人"]
    top = figure["layout"]["yaxis"]["range"][1]
    assert top > max(value for value in (*found.one.day_high, *found.one.day_on_duty) if value is not None)


def test_less_than_a_person_is_only_tinted(snapshot: Snapshot) -> None:
    drawn = traces(staffing_figures.day_steps(of(snapshot, CITY), "dark", address))
    assert drawn["perhaps"]["fillcolor"] == tokens("dark")["high-1"]
    assert 22 not in drawn["perhaps"]["x"][::6]


def test_several_stations_have_a_strip_that_leads_to_the_worst(snapshot: Snapshot) -> None:
    found = of(snapshot)
    figure = staffing_figures.day_steps(found, "light", address)
    drawn = traces(figure)
    assert "lacking" not in drawn
    assert drawn["lacks"]["y"] == [found.day[hour].people for hour in range(24)]
    assert drawn["lacks"]["customdata"][22][0] == address(CITY)
    assert drawn["lacks"]["customdata"][9][0] == ""
    assert "东港所缺 3" in drawn["hours"]["customdata"][22][1]
    assert figure["layout"]["yaxis"]["domain"][0] > figure["layout"]["yaxis2"]["domain"][1]


def test_hover_says_counts_interval_and_duty(snapshot: Snapshot) -> None:
    said = traces(staffing_figures.day_steps(of(snapshot, CITY), "light", address))["hours"]["customdata"][22][1]
    assert said.startswith("<b>22–23 时</b><br>平均每小时来警 ")
    assert "95% 区间" in said and "在岗 0.0 人" in said and "缺 3" in said


def test_week_has_168_hours_from_monday(snapshot: Snapshot) -> None:
    figure = staffing_figures.week_steps(of(snapshot, CITY), "light", address)
    drawn = traces(figure)
    assert len(drawn["needed"]["x"]) == 169
    assert drawn["hours"]["customdata"][46][1].startswith("<b>周二 22–23 时</b>")
    assert figure["layout"]["xaxis"]["ticktext"][0] == "周一"
    assert len(figure["layout"]["shapes"]) == 6
    assert drawn["lacking"]["x"][::6] == [24 * day + 22 for day in range(7)]


def test_calls_stand_in_where_work_times_are_missing(snapshot: Snapshot) -> None:
    figure = staffing_figures.calls_steps(of(snapshot, CITY).one.calls, "light")
    assert figure["layout"]["yaxis"]["range"][1] > 0
    assert "平均每小时来警" in traces(figure)["hours"]["customdata"][0][1]


def test_move_draws_before_and_after_on_one_scale(snapshot: Snapshot) -> None:
    trial = moves.trial(snapshot, LAST, Wish(people=2))
    figure = staffing_move_figure.move_steps(trial, "light")
    given = [trace for trace in figure["data"] if trace["xaxis"] == "x"]
    taken = [trace for trace in figure["data"] if trace["xaxis"] == "x2"]
    before, after = (next(t["y"][22] for t in taken if t["name"] == name) for name in ("before", "after"))
    assert (before, after) == (0, pytest.approx(2))
    assert next(t["y"][22] for t in given if t["name"] == "after") == pytest.approx(7)
    assert figure["layout"]["yaxis"]["range"] == figure["layout"]["yaxis2"]["range"]
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert texts == ["<b>南山派出所</b> 调出 2 人", "<b>东港派出所</b> 调入 2 人"]
