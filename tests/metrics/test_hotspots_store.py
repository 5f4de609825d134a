"""Hot cells, forecasts, repeat places and concentration of a small store whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from data import grid as small
from data.demo import bureau
from data.demo.plan import Plan
from data.importing import mapping, running
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue
from metrics.hotspots import cells, defaults, fitting, forecast, grid, prediction
from metrics.hotspots.backtest import backtest
from metrics.hotspots.cells import hot_cells
from metrics.hotspots.concentration import concentration
from metrics.hotspots.origin import PATROL, PUBLIC
from metrics.hotspots.repeats import repeat_places
from metrics.model import MetricError, Refused
from metrics.selection import Selection
from tests import tiny
from tests.data.importing.helpers import MAPPINGS, shared
from tests.tiny import CITY, EDGE

LAT0 = 30.0
LAST = date(2026, 11, 21)
# The 100 m cell in the south-west of 东港's square of 4 km; 西郊's begins 20 study cells further east.
WEST, SOUTH = 96_000, 33_000


def square(left: int, low: int, side: int) -> str:
    """Return a GeoJSON square of `side` study cells from a 100 m cell."""
    width, height = small.cell_degrees(LAT0)
    xs, ys = (left * width, (left + 2 * side) * width), (low * height, (low + 2 * side) * height)
    ring = [[xs[0], ys[0]], [xs[1], ys[0]], [xs[1], ys[1]], [xs[0], ys[1]], [xs[0], ys[0]]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def places(con: duckdb.DuckDBPyConnection, bounded: bool = True) -> None:
    """Give the bureau a grid, and two of its stations a boundary and a house."""
    con.execute("INSERT INTO meta VALUES ('grid_lat0', ?)", [str(LAT0)])
    for station, left in ((CITY, WEST), (EDGE, WEST + 40)):
        lon, lat = small.lonlat_of(left + 3, SOUTH + 3, LAT0)
        con.execute(
            "UPDATE stations SET boundary = ?, lon = ?, lat = ? WHERE code = ?",
            [square(left, SOUTH, 20) if bounded else None, lon, lat, station],
        )


def calls(x: int, y: int, days: Iterable[int], **row: Any) -> list[dict[str, Any]]:
    """Return calls in the 100 m cell (x, y) from the south-west corner, each some days before the last one."""
    noon = datetime.combine(LAST, datetime.min.time()).replace(hour=12)
    usual = {"cell_x": WEST + x, "cell_y": SOUTH + y, "origin": PUBLIC, "cat": "010101"}
    return [{**usual, "call": noon - timedelta(days=day), **row} for day in days]


def scattered(n: int, days: int, seed: int = 1, **row: Any) -> list[dict[str, Any]]:
    draw = np.random.default_rng(seed)
    spots = draw.integers(0, 40, (n, 2)).tolist()
    return [call for x, y in spots for call in calls(x, y, [int(draw.integers(0, days))], **row)]


def filled(store: Store, *rows: dict[str, Any], bounded: bool = True) -> Snapshot:
    return tiny.snapshot_of(store, lambda con: places(con, bounded), lambda con: tiny.alerts(con, rows))


def year(**more: Any) -> Selection:
    return Selection(period="custom", first=LAST - timedelta(days=364), last=LAST, **more)


def test_a_planted_cell_is_hot_and_says_where_its_heat_comes_from(store: Store) -> None:
    planted = [*calls(20, 20, range(0, 90, 10)), *calls(20, 20, range(5, 35, 10), origin=PATROL)]
    found = hot_cells(filled(store, *planted, *scattered(40, 360)), year())
    assert (found.state, found.total, found.inside) == ("ok", 52, 52)
    top = found.cells.iloc[0]
    assert (top["cell_x"], top["cell_y"]) == ((WEST + 20) // 2, (SOUTH + 20) // 2)
    assert (top["station"], top["cluster"], top["count"]) == (CITY, 1, 12)
    assert top["share"] == pytest.approx(12 / 52) and top["share_public"] == pytest.approx(0.75)
    assert top["p"] < 0.001 and top["z"] > 3
    assert (found.origins.public, found.origins.patrol) == (49, 3)
    assert found.clusters == 1 and found.hot_events >= 12
    assert "800 个 200 米网格，32.0 平方公里" in "".join(found.notes)


def test_small_counts_of_cells_are_hidden_and_never_nan(store: Store) -> None:
    snapshot = filled(store, *calls(20, 20, range(10)), *scattered(20, 360))
    found, surface = hot_cells(snapshot, year()), cells.surface(snapshot, year())
    few = found.cells[found.cells["count"] == "<3"]
    assert len(few) and set(few["share"]) == {None} and set(few["share_public"]) == {None}
    shown = [n for n in found.cells["count"] if n != "<3"]
    assert shown and min(shown) >= 3
    # The surface is not drawn where one or two calls would show.
    lonely = (surface["cell_x"] == (WEST + 20) // 2) & (surface["cell_y"] == (SOUTH + 20) // 2)
    assert lonely.any() and len(surface) < 60


def test_one_call_is_no_hot_cell(store: Store) -> None:
    snapshot = filled(store, *calls(5, 5, [1]))
    found, surface = hot_cells(snapshot, year()), cells.surface(snapshot, year())
    assert (found.state, found.inside, len(found.cells), len(surface)) == ("ok", 1, 0, 0)


def test_everything_in_one_cell_is_one_hot_cell_of_all(store: Store) -> None:
    snapshot = filled(store, *calls(20, 20, range(30)))
    found = hot_cells(snapshot, year())
    assert (found.cells.iloc[0]["count"], found.cells.iloc[0]["share"]) == (30, 1.0)
    held = concentration(snapshot, year())
    assert held.gini == pytest.approx(1 - 1 / 800) and held.half == pytest.approx(0.5 / 800)
    assert held.generalised == pytest.approx(1 - 1 / 30)


def test_without_coordinates_it_says_so(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-11-01", 21, 3))
    found = hot_cells(snapshot, year())
    assert (found.state, found.total, len(found.cells)) == ("no_coordinates", 63, 0)
    assert "没有坐标" in found.notes[-1]
    assert concentration(snapshot, year()).state == "no_coordinates"
    assert concentration(snapshot, year(), unit="station").events == 63
    assert repeat_places(snapshot, year()).state == "no_coordinates"
    fitted = fitting.fit(snapshot)
    assert fitted["hotspot_forecast"].empty and fitted["hotspot_quality"].empty
    shown = shown_of(fitted, Selection(), catalogue.of(snapshot), 0.0)
    assert (shown.state, shown.sentence) == ("nothing", "")


def test_nothing_and_no_data_are_told_apart(store: Store) -> None:
    snapshot = filled(store, *calls(5, 5, [1, 2]))
    assert hot_cells(snapshot, year(categories=("交通",))).state == "nothing"
    before = Selection(period="custom", first=date(2020, 1, 1), last=date(2020, 1, 31))
    assert hot_cells(snapshot, before).state == "no_data"
    assert repeat_places(snapshot, before).state == "no_data"
    empty = concentration(snapshot, before)
    assert (empty.state, empty.sentence, empty.gini) == ("no_data", "", None)


def test_a_station_is_studied_within_its_own_boundary(store: Store) -> None:
    snapshot = filled(store, *calls(20, 20, range(10)), *calls(60, 20, range(4), station=CITY))
    found = hot_cells(snapshot, year(stations=("东港派出所",)))
    assert found.area is not None and found.area.size == 400
    assert (found.total, found.inside) == (14, 10)
    assert any("4 起落在研究范围之外" in note for note in found.notes)
    # The origins are those of what is inside, and what is not is a number too.
    assert found.origins.public + found.origins.patrol + found.origins.unknown == 10
    chosen = year(stations=("东港派出所",))
    assert (concentration(snapshot, chosen).outside, concentration(snapshot, chosen, unit="beat").outside) == (4, 0)


def test_without_boundaries_the_area_is_around_the_events(store: Store) -> None:
    found = hot_cells(filled(store, *calls(20, 20, range(5)), bounded=False), year())
    assert found.area is not None and found.area.size == 13
    assert any("没有辖区边界" in note for note in found.notes)


def test_filters_apply_and_cases_have_no_origin(store: Store) -> None:
    def cases(con: duckdb.DuckDBPyConnection) -> None:
        places(con)
        tiny.cases(con, [{"filed": "2026-11-10", "cell_x": WEST + 9, "cell_y": SOUTH + 9} for _ in range(8)])

    found = hot_cells(tiny.snapshot_of(store, cases), year(), "cases")
    assert found.cells.iloc[0]["count"] == 8 and found.cells.iloc[0]["share_public"] is None
    assert any("无法区分" in note for note in found.notes)
    assert hot_cells(tiny.snapshot_of(store), year(categories=("诈骗案",)), "cases").state == "nothing"
    with pytest.raises(MetricError, match="duty"):
        hot_cells(tiny.snapshot_of(store), year(), "duty")


def test_whole_months_will_do_for_places_but_part_of_one_will_not(store: Store) -> None:
    rows = calls(20, 20, range(0, 300, 20), time_precision="month")
    for row in rows:
        row["call"] = row["call"].replace(day=1, hour=0)
    snapshot = filled(store, *rows)
    whole = Selection(period="custom", first=date(2026, 1, 1), last=date(2026, 11, 30))
    assert hot_cells(snapshot, whole).cells.iloc[0]["count"] == 15
    assert repeat_places(snapshot, whole, 90).calls == len([r for r in rows if r["call"].month >= 9])
    with pytest.raises(Refused):
        hot_cells(snapshot, year())
    assert fitting.located(snapshot).by_month  # type: ignore[union-attr]


def shown_of(fitted: dict[str, pd.DataFrame], *about: Any) -> forecast.Forecast:
    return forecast.chosen(fitted["hotspot_forecast"], fitted["hotspot_quality"], *about)


# Default points.


def counts(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["station", "cell_x", "cell_y", "calls"])


def ordinary(station: str, cells_: int = 12, each: int = 20) -> list[tuple[str, int, int, int]]:
    return [(station, 10 * int(station) + x, 5, each) for x in range(cells_)]


def test_a_pin_stands_alone() -> None:
    pin = ("1", 999, 9, 260)
    found = defaults.find(counts(*ordinary("1"), pin), {})
    assert [(point.cell_x, point.cell_y, point.calls) for point in found] == [(999, 9, 260)]
    assert "占本所 52%" in found[0].reason
    # Busy places come in numbers; a handful of cells says nothing; a few calls are no pin.
    assert defaults.find(counts(*ordinary("1"), pin, *[("1", 900 + n, 9, 200) for n in range(10)]), {}) == ()
    assert defaults.find(counts(*ordinary("1", 5), pin), {}) == ()
    assert defaults.find(counts(*ordinary("1", 12, 1), ("1", 999, 9, 99)), {}) == ()
    assert defaults.find(counts(), {}) == ()


def test_the_stations_own_house_needs_less() -> None:
    busy = counts(*ordinary("1"), ("1", 999, 9, 65))
    assert defaults.find(busy, {}) == ()
    assert "派出所驻地" in defaults.find(busy, {"1": (999, 9)})[0].reason


def test_a_point_that_five_stations_share_is_a_fallback() -> None:
    rows = [row for n in range(1, 6) for row in [*ordinary(str(n)), (str(n), 0, 0, 6)]]
    assert [point.calls for point in defaults.find(counts(*rows), {})] == [30]
    assert defaults.find(counts(*rows[:-1]), {}) == (), "four stations can meet in one place"


def test_default_points_are_left_out_of_heat_and_forecast_and_are_named(store: Store) -> None:
    pinned = calls(0, 0, [n % 300 for n in range(120)])
    snapshot = filled(store, *pinned, *calls(20, 20, range(0, 300, 25)), *scattered(60, 300))
    found = hot_cells(snapshot, year())
    assert found.total - found.inside == 120
    assert ((WEST) // 2, SOUTH // 2) not in set(zip(found.cells["cell_x"], found.cells["cell_y"], strict=True))
    assert any("疑似默认落点 1 个" in note for note in found.notes)
    assert [(point.cell_x, point.cell_y, point.calls) for point in found.points] == [(WEST, SOUTH, 120)]
    repeated = repeat_places(snapshot, year(), 365)
    assert repeated.points == found.points and dict(repeated.left_out.values.tolist())["疑似默认落点"] == 120
    ranked = fitting.fit(snapshot)["hotspot_forecast"]
    assert (ranked.iloc[0]["cell_x"], ranked.iloc[0]["cell_y"]) == ((WEST + 20) // 2, (SOUTH + 20) // 2)


# Repeat places.


def test_repeat_places_count_places_and_hide_pairs(store: Store) -> None:
    snapshot = filled(
        store,
        *calls(10, 10, [0, 5, 29], beat_code="B1"),  # three within 30 days
        *calls(12, 10, [0, 20], beat_code="B1"),  # two: only in the totals
        *calls(14, 10, [0, 45], beat_code="B2"),  # two within 90 days
        *calls(16, 10, [3], cat="04"),
        *calls(16, 10, [4], cat="05"),  # same cell, another group
        *calls(18, 10, [1, 2], is_invalid=True),
        *calls(20, 10, [1, 2, 3], place_type="人民医院急诊"),
        *calls(22, 10, [1, 2, 3], place_type="派出所"),
        *calls(3, 3, [1, 2, 3]),  # the station's house
    )
    found = repeat_places(snapshot, year(), 30)
    assert (found.calls, found.places, found.place_calls, found.repeats) == (8, 2, 5, 3)
    assert found.share == pytest.approx(3 / 8)
    assert found.cells[["cell_x", "calls", "beat"]].values.tolist() == [[WEST + 10, 3, "B1"]]
    assert found.beats.values.tolist() == [[CITY, "B1", 2, 5, 3]]
    assert dict(found.left_out.values.tolist()) == {"公安机关": 3, "医院": 3, "派出所驻地": 3}
    assert repeat_places(snapshot, year(), 90).places == 3
    earlier = Selection(period="custom", first=LAST - timedelta(days=9), last=LAST - timedelta(days=4))
    assert repeat_places(snapshot, earlier, 30).cells.empty
    with pytest.raises(MetricError, match="31"):
        repeat_places(snapshot, year(), 31)


def test_concentration_by_beat_and_station(store: Store) -> None:
    snapshot = filled(store, *calls(1, 1, range(6), beat_code="B1"), *calls(60, 1, range(2), station=EDGE))
    beats = concentration(snapshot, year(), unit="beat")
    assert (beats.places, beats.events) == (3, 6) and beats.gini == pytest.approx(2 / 3)
    assert any("2 起没有登记的警格" in note for note in beats.notes)
    stations = concentration(snapshot, year(), unit="station")
    assert (stations.places, stations.events) == (3, 8) and "3 个" not in stations.sentence
    one = concentration(snapshot, year(stations=(CITY,)), unit="station")
    assert (one.places, one.gini, one.gini_chance, one.sentence) == (1, 0.0, 0.0, "")
    with pytest.raises(MetricError, match="street"):
        concentration(snapshot, year(), unit="street")


# Forecasts.


def two_years(cell: tuple[int, int], every: int, **row: Any) -> list[dict[str, Any]]:
    return calls(*cell, range(0, 728, every), **row)


def test_patrols_do_not_teach_the_forecast(store: Store) -> None:
    rows = [*two_years((20, 20), 16), *two_years((40, 20), 7, origin=PATROL, station=EDGE), *scattered(200, 700)]
    fitted = fitting.fit(filled(store, *rows))
    ranked = fitted["hotspot_forecast"]
    everything = ranked[ranked["subject"] == fitting.EVERYTHING].reset_index(drop=True)
    assert (everything.iloc[0]["cell_x"], everything.iloc[0]["long_run"]) == ((WEST + 20) // 2, 46)
    patrolled = everything[(everything["cell_x"] == (WEST + 40) // 2) & (everything["cell_y"] == (SOUTH + 20) // 2)]
    assert patrolled.empty or patrolled.iloc[0]["share_public"] < 0.1
    assert everything["rank"].tolist() == list(range(1, len(everything) + 1))
    quality = fitted["hotspot_quality"]
    assert quality["origin_known"].all() and set(quality["method"]) == {"model", "long_run"}
    one = quality[(quality["subject"] == fitting.EVERYTHING) & (quality["method"] == "model")]
    assert one["share_area"].tolist() == [0.01, 0.02, 0.05] and one["cells"].tolist() == [8, 16, 40]
    assert (one["pai"] == (one["n"] / one["events"]) / (one["cells"] / 800)).all()
    assert one["last"].iloc[0] == pd.Timestamp(LAST)


def test_without_origins_everything_teaches_and_it_is_said(store: Store) -> None:
    snapshot = filled(store, *two_years((20, 20), 16, origin=None), *scattered(200, 700, origin=None))
    fitted = fitting.fit(snapshot)
    assert not fitted["hotspot_quality"]["origin_known"].any()
    shown = shown_of(fitted, Selection(), catalogue.of(snapshot), LAT0)
    assert any("无法区分" in note for note in shown.notes)
    assert set(shown.cells["share_public"]) == {None}


def test_the_same_version_is_fitted_the_same(store: Store) -> None:
    snapshot = filled(store, *two_years((20, 20), 16), *scattered(100, 700))
    first, second = fitting.fit(snapshot), fitting.fit(snapshot)
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])


def test_what_pages_see_of_a_forecast(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "MIN_PER_BLOCK", 1)
    snapshot = filled(store, *two_years((20, 20), 16), *scattered(120, 700), *two_years((60, 30), 20, station=EDGE))
    fitted, known = fitting.fit(snapshot), catalogue.of(snapshot)

    def shown(**selection: Any) -> forecast.Forecast:
        return shown_of(fitted, Selection(**selection), known, LAT0)

    whole = shown()
    assert (whole.state, whole.label) == ("ok", fitting.CRIME)
    assert whole.sentence.startswith("回测 ") and "（随机为 1，长期均值" in whole.sentence
    assert whole.cells["long_run"].min() >= 3 and all(n == "<3" or n >= 3 for n in whole.cells["recent"])
    assert any("依据不足 3 起" in note for note in whole.notes)
    assert set(shown(stations=("西郊派出所",)).cells["station"]) == {EDGE}
    assert shown(categories=("刑事",)).label == "刑事"
    assert shown(categories=("刑事", "治安")).notes == whole.notes
    rare = shown(categories=("扒窃",))
    assert rare.label == "刑事" and "事件太少" in rare.notes[0]
    assert "不合并" in shown(categories=("交通", "求助")).notes[0]
    assert forecast.forecast(snapshot, Selection()).state == "fitting"


def test_a_backtest_learns_only_from_its_training_days(store: Store) -> None:
    # The hot cell of the test year is silent before it, and the one before it is silent in it.
    rows = [*calls(20, 20, range(400, 700, 5)), *calls(50, 20, range(0, 300, 5), station=EDGE), *scattered(60, 700)]
    found = backtest(filled(store, *rows), (date(2024, 12, 23), date(2025, 11, 21)), LAST)
    assert found.test == (date(2025, 11, 22), LAST)
    assert (found.train[1] - found.train[0]).days + 1 == 11 * 28
    best = found.lines[0]
    assert best.model.n < 10 and best.model.best >= 60
    with pytest.raises(MetricError, match="训练时段"):
        backtest(filled(store), (LAST, LAST), LAST)


# Larger truths.


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, dict[str, Any]]:
    """A demo bureau busy enough for its planted hot cell, and what was planted."""
    store = Store(tmp_path_factory.mktemp("demo"))
    bureau.publish(store, Plan(8, 2, 40_000, 1, LAST))
    truths = json.loads((store.root / bureau.TRUTH_FILE).read_text(encoding="utf-8"))
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot, next(one for one in truths if one["id"] == "hot-cell")


def test_the_planted_cell_of_the_demo_is_hot_and_first_in_the_forecast(demo: tuple[Snapshot, dict[str, Any]]) -> None:
    snapshot, truth = demo
    assert truth["size"]["burglaries_in_cell"] >= 5
    planted = truth["size"]["cell_x"] // grid.SMALL_PER_SIDE, truth["size"]["cell_y"] // grid.SMALL_PER_SIDE
    code = truth["categories"][0]
    two = Selection(period="custom", first=LAST - timedelta(days=729), last=LAST, categories=(code,))
    top = hot_cells(snapshot, two).cells.iloc[0]
    assert (top["cell_x"], top["cell_y"], top["station"]) == (*planted, truth["stations"][0])
    events = fitting.located(snapshot)
    assert events is not None
    rows = fitting.rows_of(fitting.EVERYTHING, events, catalogue.of(snapshot))
    history, _ = fitting.history_of(rows[rows["category"] == code], events, fitting.around_of(events.area))
    scores = prediction.score(history, prediction.LONG_RUN)
    best = history.cells[int(np.argmax(scores))]
    assert (events.area.columns[best], events.area.rows[best]) == planted


@pytest.fixture(scope="module")
def assaults(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Ten years of Chicago, skipped where the folder is absent."""
    path: Path = shared("calls/chicago_aggravated_assaults.csv.gz")
    store = Store(tmp_path_factory.mktemp("assaults"))
    running.run(store, [path], mapping.load(MAPPINGS / "chicago_assaults.toml"))
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot


def test_chicago_2019_from_2016_to_2018(assaults: Snapshot) -> None:
    found = backtest(assaults, (date(2016, 1, 1), date(2018, 12, 31)), date(2019, 12, 31), fitting.EVERYTHING)
    # The city has 606 km², of which 589 are land; around ten years of events lie 593.5.
    assert found.lines[0].model.area * 0.04 == pytest.approx(593.5, abs=0.1)
    assert [one.model.events for one in found.lines] == [15_328] * 3
    assert [one.model.pai for one in found.lines] == pytest.approx([10.36, 8.54, 6.35], abs=0.01)
    assert [one.floor.pai for one in found.lines] == pytest.approx([10.17, 8.45, 6.32], abs=0.01)
    assert [one.model.pei for one in found.lines] == pytest.approx([0.796, 0.797, 0.811], abs=0.002)
    # Not one of the three beats the plain long-run mean beyond chance, and it says so.
    assert {one.verdict for one in found.lines} == {"与长期均值无显著差别"}


def test_gi_star_of_the_whole_demo_claims_what_cells_say(demo: tuple[Snapshot, dict[str, Any]]) -> None:
    found = hot_cells(demo[0], year())
    clustered = cells.clustering(demo[0], year())
    assert clustered is not None and clustered.z > 10
    assert found.hot_events / found.inside > 0.2 and len(found.cells) < 0.2 * found.area.size  # type: ignore[union-attr]
    assert sorted(found.cells["cluster"].unique()) == list(range(1, found.clusters + 1))
    assert list(found.cells.columns) == list(cells.CELL_COLUMNS)
