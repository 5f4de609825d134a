"""What an answered question shows: no small cell in any form of it, and no rate without its interval."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb
import pytest

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue, privacy, query, showing
from metrics.__main__ import main
from metrics.ask import Table, ask
from metrics.periods import Period
from metrics.privacy import PRIMARY, SECONDARY
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from tests import tiny
from tests.tiny import CITY, EDGE, VILLAGE

OCTOBER = Selection(period="custom", first=date(2026, 10, 1), last=date(2026, 10, 31))
# Alerts per beat and place type in October; B1 and B2 make up the station, so 1 would follow from 10 − 9.
# fmt: off
PLACES = {
    ("B1", "店铺"): 1, ("B1", "住宅"): 11, ("B2", "店铺"): 9, ("B2", "住宅"): 7,
    ("B3", "店铺"): 8, ("B3", "住宅"): 6, ("B3", "厂区"): 7,
}
# fmt: on
# Alerts in September; 4 where nothing is said.
BEFORE = {("B3", "住宅"): 1, ("B3", "厂区"): 9}
SMALL = {("B1", "店铺"): PRIMARY, ("B1", "住宅"): SECONDARY, ("B2", "店铺"): SECONDARY, ("B2", "住宅"): SECONDARY}


def _calls(con: duckdb.DuckDBPyConnection) -> None:
    rows: list[dict[str, Any]] = []
    for (beat, place), n in PLACES.items():
        station = VILLAGE if beat == "B3" else CITY
        usual = {"station": station, "beat_code": beat, "place_type": place}
        rows += [
            {**usual, "call": f"2026-10-{1 + k:02} 08:00", "arrive_time": f"2026-10-{1 + k:02} 08:06"} for k in range(n)
        ]
        rows += [{**usual, "call": f"2026-09-{1 + k:02} 08:00"} for k in range(BEFORE.get((beat, place), 4))]
    tiny.alerts(con, rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("shown"))
    tiny.publish(store, _calls)
    return store


@pytest.fixture(scope="module")
def bureau(home: Store) -> Snapshot:
    snapshot = Reader(home).snapshot()
    assert snapshot is not None
    return snapshot


def _cells(table: Table, metric: str) -> dict[tuple[str, str], Any]:
    return {(row["beat"], row["place_type"]): row[metric] for row in table.rows}


def test_small_cells_and_their_guards_are_nowhere_in_the_answer(bureau: Snapshot) -> None:
    table = ask(bureau, ("alerts", "response_p90", "invalid_share"), ("beat", "place_type"), OCTOBER, ("previous",))
    assert _cells(table, "alerts") == {**PLACES, **SMALL}
    assert {value for key, value in _cells(table, "response_p90").items() if key in SMALL} == {SECONDARY}
    assert _cells(table, "response_p90")["B3", "住宅"] == 6
    # No alert is invalid, so the share gives a small count away everywhere.
    assert set(_cells(table, "invalid_share").values()) == {SECONDARY}
    frame = table.answer.frame(("beat", "place_type"))
    assert {privacy.is_hidden(value) for value in frame["alerts"][:4]} == {True}
    assert any("「<3」" in note for note in table.answer.notes)


def test_a_change_does_not_give_away_what_is_hidden(bureau: Snapshot) -> None:
    table = ask(bureau, ("alerts",), ("beat", "place_type"), OCTOBER, ("previous",))
    bases = {
        (row["beat"], row["place_type"]): table.comparisons[number, "alerts", "previous"].base
        for number, row in enumerate(table.rows)
    }
    # September's 1 in B3 is small; the 4 beside it, the smaller of the two, guards it.
    assert bases == {**dict.fromkeys(SMALL), ("B3", "住宅"): None, ("B3", "店铺"): None, ("B3", "厂区"): 9}
    hidden = [one for one in table.comparisons.values() if one.base is None]
    assert all((one.value, one.change, one.percent, one.p) == (None,) * 4 for one in hidden)


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_exports_show_the_marks(home: Store, capsys: pytest.CaptureFixture[str], form: str) -> None:
    words = ["ask", "alerts", "--by", "beat", "place_type", "--from", "2026-10-01", "--to", "2026-10-31"]
    assert main([*words, "--store", str(home.root), "--format", form]) == 0
    printed = capsys.readouterr()
    if form == "json":
        values = {(row["beat"], row["place_type"]): row["alerts"] for row in json.loads(printed.out)}
        assert values == {**PLACES, **SMALL}
    assert printed.out.count(PRIMARY) == 1 and printed.out.count(SECONDARY) == 3
    assert "「<3」" in printed.err


def test_beats_by_month_and_stations_by_hour_are_shown(bureau: Snapshot) -> None:
    table = ask(bureau, ("alerts",), ("beat", "month"), OCTOBER)
    assert [row["alerts"] for row in table.rows] == [12, 16, 21]
    hours = ask(bureau, ("alerts",), ("station", "hour"), OCTOBER)
    assert {row["alerts"] for row in hours.rows} == {0, 28, 21}


def test_who_asks_the_query_directly_can_hide_too(bureau: Snapshot) -> None:
    by = ("beat", "place_type")
    question = Question(OCTOBER, Period(OCTOBER.first, OCTOBER.last), (Breakdown(("alerts",), by),))  # type: ignore[arg-type]
    answer = showing.protected(query.run(bureau, question), by, catalogue.of(bureau))
    assert answer.frame(by)["alerts"].map(privacy.is_hidden).tolist() == [True] * 4 + [False] * 3


def test_rates_carry_interval_shrinkage_and_rank_interval(bureau: Snapshot) -> None:
    table = ask(bureau, ("alerts_per_10k",), ("station",), OCTOBER)
    rows = {row["station"]: row for row in table.to_json()}
    # 28 alerts of 20,000 people in the 11 days with data; Garwood: 28 → 18.606–40.468.
    unit = 3_650_000 / (20_000 * 11)
    assert rows[CITY]["alerts_per_10k"] == pytest.approx(28 * unit, abs=1e-5)
    assert rows[CITY]["alerts_per_10k_low"] == pytest.approx(18.606 * unit, rel=1e-4)
    assert rows[CITY]["alerts_per_10k_high"] == pytest.approx(40.468 * unit, rel=1e-4)
    assert rows[EDGE]["alerts_per_10k_low"] == 0 and rows[EDGE]["alerts_per_10k_high"] > 0
    assert rows[VILLAGE]["alerts_per_10k_rank_low"] == 1 and rows[EDGE]["alerts_per_10k_rank_high"] == 3
    assert 21 * 4 * unit > rows[VILLAGE]["alerts_per_10k_shrunk"] > rows[CITY]["alerts_per_10k_shrunk"]


def test_a_total_rate_has_an_interval_and_no_peers(bureau: Snapshot) -> None:
    table = ask(bureau, ("alerts_per_10k", "invalid_share"), (), OCTOBER)
    assert table.intervals[0, "alerts_per_10k"].low is not None and not table.peers
    assert table.intervals[0, "invalid_share"].low == 0 and table.to_json()[0]["invalid_share_high"] > 0
