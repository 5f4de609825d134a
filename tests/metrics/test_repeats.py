"""重复警情 on hand-made bureaus: shares and what they need, places in three windows, whose pace changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from data.demo import bureau
from data.demo.plan import Plan
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue
from metrics.ask import ask
from metrics.compare import DEPENDENT, NO_BASE, NOT_JUDGED, REAL, Comparison
from metrics.definitions import METRICS
from metrics.hotspots.repeats import repeat_places
from metrics.model import MetricError
from metrics.repeats import FIGURES, Repeats, repeats
from metrics.repeats.places import MOST, NO_CELL, places
from metrics.repeats.values import Figure
from metrics.selection import Selection
from metrics.selfcheck.asking import own_figures
from metrics.trend import DAY, MONTH, Asked, trend
from metrics.trend import WEEK as BY_WEEK
from tests import tiny

LAST = date(2026, 11, 21)
Change = Callable[[duckdb.DuckDBPyConnection], None]
WEEK = Selection(period="last7")
A_KEY, B_KEY, C_KEY = (str(uuid.UUID(int=n)) for n in (1, 2, 3))


def called(*rows: dict[str, Any]) -> Change:
    return lambda con: tiny.alerts(con, rows)


def at(day: date, **more: Any) -> dict[str, Any]:
    return {"call": f"{day} 10:00:00", **more}


def of(found: Repeats, metric: str) -> Figure:
    return next(one for one in found.figures if one.metric.id == metric)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    store = Store(tmp_path_factory.mktemp("repeats") / "store")
    bureau.publish(store, Plan(4, 1, 30_000, 3, LAST))
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot


def test_each_rule_counts_its_own_and_any_counts_once(store: Store) -> None:
    cell = {"cell_x": 7, "cell_y": 9}
    rows = [
        at(LAST - timedelta(days=20), caller_key=A_KEY, **cell),
        at(LAST - timedelta(days=2), caller_key=A_KEY, **cell),  # both rules
        at(LAST - timedelta(days=1), caller_key=A_KEY, cell_x=1, cell_y=1),  # the caller only
        at(LAST, caller_key=B_KEY, **cell),  # the place only
        at(LAST, caller_key=C_KEY, cell_x=2, cell_y=2),
    ]
    found = repeats(tiny.snapshot_of(store, called(*rows)), WEEK)
    assert [one.metric.id for one in found.figures] == list(FIGURES)
    assert of(found, "repeat_any").value == 3
    shares = {one.metric.id: (one.top, one.bottom) for one in found.figures[1:]}
    assert shares == {"repeat_share": (3, 4), "repeat_caller_share": (2, 4), "repeat_place_share": (2, 4)}
    assert [(row.name, row.repeats, row.base) for row in found.rows] == [("求助", 3, 4)]


def is_told_only(one: Comparison | None) -> bool:
    """Whether a comparison says what changed and nothing of chance."""
    return one is None or ((one.p, one.low, one.high) == (None, None, None) and one.verdict in (NOT_JUDGED, NO_BASE))


@pytest.mark.parametrize("name", [one.id for one in METRICS.values() if one.dependent])
def test_calls_that_follow_from_each_other_are_judged_nowhere(demo: Snapshot, name: str) -> None:
    month = Selection(period="month")
    for by in ((), ("group",), ("station",)):
        table = ask(demo, (name,), by, month, ("previous", "last_year"))
        assert all(is_told_only(one) for one in table.comparisons.values()) and not table.intervals
    for grain, part in ((DAY, "group"), (BY_WEEK, "station"), (MONTH, "group")):
        found = trend(demo, month, Asked(name, grain, part))
        total = found.total
        assert total.value and (total.verdict, total.usual, total.low, total.high) == (NOT_JUDGED, None, None, None)
        pairs = [(total.last_year, total.previous), *((one.last_year, one.previous) for one in found.points)]
        assert all(is_told_only(one) for pair in pairs for one in pair)
        assert {one.verdict for one in found.parts} <= {NOT_JUDGED, NO_BASE}
        assert {(one.verdict, one.usual, one.low) for one in found.points} == {(NOT_JUDGED, None, None)}
        assert found.judged_by == f"判定：{DEPENDENT}" and DEPENDENT in found.metric.caveat


def test_every_count_and_share_of_repeats_is_among_them(demo: Snapshot) -> None:
    counts = {"repeat_any", "repeat_caller", "repeat_place"}
    assert {one.id for one in METRICS.values() if one.dependent} == counts | set(FIGURES)
    found = repeats(demo, Selection(period="month"))
    assert all(is_told_only(one.previous) and is_told_only(one.last_year) for one in found.figures)
    assert all(is_told_only(one.previous) and is_told_only(one.last_year) for one in found.rows)
    code = next(iter(catalogue.of(demo).stations))
    own = own_figures(demo, Selection(period="month", stations=(code,)), "alerts_valid", LAST, 1.0).repeats
    assert own is not None and own.any and own.comparison.change is not None and is_told_only(own.comparison)


@pytest.mark.parametrize(
    ("row", "unknown", "compared"),
    [
        ({"caller_key": A_KEY}, {"repeat_place_share"}, "repeat_caller_share"),
        ({"cell_x": 3, "cell_y": 3}, {"repeat_caller_share"}, "repeat_place_share"),
        ({}, set(FIGURES), "repeat_place_share"),
    ],
)
def test_a_rule_without_its_data_is_unknown_and_not_zero(
    store: Store, row: dict[str, Any], unknown: set[str], compared: str
) -> None:
    found = repeats(tiny.snapshot_of(store, called(at(LAST, **row), at(LAST - timedelta(days=1), **row))), WEEK)
    assert {one.metric.id for one in found.figures if one.reason and one.value is None} == unknown
    assert found.compared_by == compared


def test_months_cannot_tell_thirty_days(store: Store) -> None:
    rows = [{"call": f"2026-{month:02d}-01 00:00:00", "time_precision": "month"} for month in (9, 10, 11)]
    assert repeats(tiny.snapshot_of(store, called(*rows)), Selection(period="month")).state == "coarse"


@pytest.mark.parametrize(
    ("selection", "state"),
    [
        (Selection(period="custom", first=date(2020, 1, 1), last=date(2020, 1, 7)), "no_data"),
        (Selection(stations=(tiny.VILLAGE,)), "no_result"),
        (Selection(categories=("投诉",)), "no_result"),
        (Selection(), "ok"),
        (Selection(period="custom", first=date(2026, 11, 10), last=date(2026, 11, 10)), "nothing"),
    ],
)
def test_nothing_is_told_from_no_data_and_from_no_result(store: Store, selection: Selection, state: str) -> None:
    snapshot = tiny.snapshot_of(store, called(at(date(2026, 11, 1)), at(LAST)))
    assert repeats(snapshot, selection).state == state


@pytest.mark.parametrize("days", [30, 90, 365])
@pytest.mark.parametrize("category", [(), ("纠纷",)])
def test_one_statement_gives_the_numbers_of_each_window(demo: Snapshot, days: int, category: tuple[str, ...]) -> None:
    selection = Selection(period="last30", categories=category)
    found, known = places(demo, selection, days), repeat_places(demo, selection, days)
    assert (found.calls, found.places, found.place_calls) == (known.calls, known.places, known.place_calls)
    assert found.share == known.share and found.in_all == len(known.cells)
    assert [spot.counts[days] for spot in found.spots] == known.cells["calls"].tolist()[:MOST]
    left = dict(found.left_out)
    left.pop(NO_CELL, None)
    assert left == dict(zip(known.left_out["reason"], known.left_out["calls"], strict=True))
    assert sum(beat.repeats for beat in found.beats) == found.repeats


def test_a_place_that_wakes_up_is_told_from_one_that_always_calls(store: Store) -> None:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        steady = [at(LAST - timedelta(days=n), cell_x=5, cell_y=5) for n in range(0, 365, 3)]
        woken = [at(LAST - timedelta(days=n % 20), cell_x=8, cell_y=8) for n in range(25)]
        tiny.alerts(con, [*steady, *woken, at(LAST - timedelta(days=364))])
        con.execute("INSERT INTO meta VALUES ('grid_lat0', '35.0')")

    found = places(tiny.snapshot_of(store, change), Selection(), 30)
    verdicts = {spot.cell: (spot.verdict == REAL, spot.z > 0) for spot in found.spots}
    assert verdicts[8, 8] == (True, True) and verdicts[5, 5][0] is False
    assert next(spot.counts for spot in found.spots if spot.cell == (8, 8)) == {30: 25, 90: 25, 365: 25}


def test_another_window_is_refused_in_words(demo: Snapshot) -> None:
    with pytest.raises(MetricError, match="没有 7 日"):
        places(demo, Selection(), 7)


def test_without_coordinates_there_are_no_places_but_their_number(store: Store) -> None:
    found = places(tiny.snapshot_of(store, called(at(LAST), at(LAST))), Selection(), 90)
    assert found.state == "no_coordinates" and found.left_out == ((NO_CELL, 2),) and found.share is None
