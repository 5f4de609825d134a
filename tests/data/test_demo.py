"""The demo bureau: deterministic, well-formed, without personal data, and with truths that plain SQL can measure."""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from data import invariants
from data.demo import bureau, cli, codes, geography, load, people, volumes
from data.demo.plan import Plan, years_before
from data.snapshots import Store, StoreError
from data.summary import DATA_TABLES

SMALL = Plan(stations=6, years=1, alerts_per_year=6_000, seed=1, until=date(2024, 2, 29))
MIDDLE = Plan(stations=40, years=2, alerts_per_year=200_000, seed=1, until=date(2026, 11, 21))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A snapshot of six stations and one year."""
    yield from _published(tmp_path_factory.mktemp("small"), SMALL)


@pytest.fixture(scope="module")
def middle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A snapshot large enough for every planted truth to show."""
    yield from _published(tmp_path_factory.mktemp("middle"), MIDDLE)


def _published(root: Path, plan: Plan) -> Iterator[duckdb.DuckDBPyConnection]:
    store = Store(root)
    version = bureau.publish(store, plan)
    with duckdb.connect(str(store.file(version.id)), read_only=True) as con:
        con.execute("SET VARIABLE root = ?", [str(root)])
        yield con


def _truths(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    root = Path(_one(con, "SELECT getvariable('root')"))
    return {truth["id"]: truth for truth in json.loads((root / bureau.TRUTH_FILE).read_text(encoding="utf-8"))}


def _one(con: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> Any:
    row = con.execute(query, values or []).fetchone()
    assert row is not None
    return row[0]


def _fingerprints(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    found = {}
    for table in DATA_TABLES:
        row = con.execute(f"SELECT count(*), coalesce(sum(hash(t)), 0) FROM {table} AS t").fetchone()
        assert row is not None
        found[table] = (row[0], int(row[1]))
    return found


def test_same_arguments_give_the_same_rows(small: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    for again in _published(tmp_path / "again", SMALL):
        assert _fingerprints(again) == _fingerprints(small)
        assert _truths(again) == _truths(small)


def test_another_seed_gives_another_bureau(small: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    other = Plan(SMALL.stations, SMALL.years, SMALL.alerts_per_year, 2, SMALL.until)
    for con in _published(tmp_path / "other", other):
        mine, theirs = _fingerprints(small), _fingerprints(con)
        assert all(mine[table] != theirs[table] for table in ("stations", "alerts", "cases", "staffing"))
        assert mine["alert_categories"] == theirs["alert_categories"]


def test_no_invariant_is_broken(small: duckdb.DuckDBPyConnection, middle: duckdb.DuckDBPyConnection) -> None:
    assert invariants.broken(small) == []
    assert invariants.broken(middle) == []


def test_says_that_it_is_a_demo(small: duckdb.DuckDBPyConnection) -> None:
    meta = dict(small.execute("SELECT key, value FROM meta").fetchall())
    assert meta["is_demo"] == "1"
    assert meta["bureau"] == "滨城公安分局（示例）"
    assert float(meta["grid_lat0"]) == geography.GRID_LAT0
    lineage = small.execute("SELECT table_name, source_name, rows_kept, quality FROM imports").fetchall()
    assert {name for name, *_ in lineage} == set(DATA_TABLES)
    for name, source, kept, quality in lineage:
        assert source == "示例数据生成器"
        assert kept == _one(small, f"SELECT count(*) FROM {name}") == json.loads(quality)["rows"]


def test_ends_with_the_last_day_even_on_29_february(small: duckdb.DuckDBPyConnection) -> None:
    first, last = small.execute("SELECT min(call_time), max(call_time) FROM alerts").fetchall()[0]
    assert first.date() >= date(2023, 3, 1)
    assert last.date() == date(2024, 2, 29)
    for table, columns in (
        ("alerts", ("answer_time", "dispatch_time", "sign_time", "depart_time", "done_time", "feedback_time")),
        ("cases", ("report_time", "accept_time", "file_time", "no_file_time", "solve_time", "close_time")),
    ):
        for column in columns:
            assert _one(small, f"SELECT count(*) FROM {table} WHERE {column} >= TIMESTAMP '2024-03-01'") == 0
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)


def test_alerts_lie_in_order_of_time(middle: duckdb.DuckDBPyConnection) -> None:
    # Walk-in reports known to the hour are the only ones that may step back, and by less than an hour.
    steps = "SELECT call_time - lag(call_time) OVER (ORDER BY rowid) AS step FROM alerts"
    assert _one(middle, f"SELECT count(*) FROM ({steps}) WHERE step < INTERVAL '-1 hour'") == 0


def test_codes_fit_together(small: duckdb.DuckDBPyConnection) -> None:
    assert _one(small, "SELECT count(*) FROM stations WHERE NOT regexp_full_match(code, '99[0-9]{10}')") == 0
    assert _one(small, "SELECT count(*) FROM beats WHERE station_code NOT IN (SELECT code FROM stations)") == 0
    for table in ("alert_categories", "case_categories"):
        orphans = f"SELECT count(*) FROM {table} WHERE parent IS NOT NULL AND parent NOT IN (SELECT code FROM {table})"
        assert _one(small, orphans) == 0
    assert _one(small, "SELECT count(*) FROM cases WHERE category NOT IN (SELECT code FROM case_categories)") == 0
    assert (
        _one(
            small,
            "SELECT count(*) FROM alerts WHERE case_id IS NOT NULL AND case_id NOT IN (SELECT case_id FROM cases)",
        )
        == 0
    )
    assert _one(small, "SELECT count(*) FROM alerts WHERE parent_id NOT IN (SELECT alert_id FROM alerts)") == 0
    assert set(codes.CASE_OF_ALERT) <= set(codes.CODES)
    assert set(codes.CASE_OF_ALERT.values()) <= set(codes.CASE_INDEX)


def test_a_case_runs_forward(middle: duckdb.DuckDBPyConnection) -> None:
    assert (
        _one(
            middle,
            "SELECT count(*) FROM cases WHERE time_precision = 'minute' AND (occur_from > occur_to"
            " OR occur_to > report_time OR report_time > accept_time OR accept_time > file_time"
            " OR file_time > solve_time OR solve_time > close_time OR (kind = '行政' AND file_time IS NOT NULL))",
        )
        == 0
    )


def test_nothing_looks_like_a_person(small: duckdb.DuckDBPyConnection) -> None:
    columns = small.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'main'"
        " AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')"
    ).fetchall()
    assert not [c for _, c, _ in columns if re.search(r"phone|mobile|id_card|idcard|address|person|victim", c)]
    for table, column, kind in columns:
        if kind == "VARCHAR" and column != "boundary" and table in DATA_TABLES:
            pattern = "(1[3-9][0-9]{9}|[0-9]{17}[0-9Xx])"
            query = f"SELECT count(*) FROM {table} WHERE regexp_full_match({column}, '{pattern}')"
            assert _one(small, query) == 0, (table, column)


def test_land_is_whole_and_far_from_any_place() -> None:
    for count in (1, 2, 7, 60):
        land = geography.build(Plan(count, 1, 1000, 3, date(2026, 1, 1)))
        assert len(set(land.names)) == len(set(land.codes)) == count
        cells = set(zip(land.cell_x.tolist(), land.cell_y.tolist(), strict=True))
        assert len(cells) >= 0.99 * len(land.cell_x), "areas overlap"
        for text in land.boundaries:
            ring = json.loads(text)["coordinates"][0]
            assert 4 <= len(ring) <= geography.MAX_VERTICES
            assert ring[0] == ring[-1]
            # Open water of the Yellow Sea.
            assert all(122.4 < lon < 124.4 and 34.6 < lat < 36.2 for lon, lat in ring)


def test_kinds_are_mixed_and_beats_number_about_fifteen(middle: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(middle.execute("SELECT kind, count(*) FROM stations GROUP BY 1").fetchall())
    assert set(kinds) == set(codes.KINDS)
    assert 13 <= _one(middle, "SELECT count(*) FROM beats") / 40 <= 17


def test_volume_is_what_was_asked_for(middle: duckdb.DuckDBPyConnection) -> None:
    assert _one(middle, "SELECT count(*) FROM alerts") == pytest.approx(400_000, rel=0.01)


@pytest.mark.parametrize(
    ("group", "low", "high"),
    [
        ("刑事", 0.025, 0.045),
        ("治安", 0.06, 0.09),
        ("交通", 0.26, 0.32),
        ("求助", 0.25, 0.32),
        ("纠纷", 0.15, 0.19),
        ("举报", 0.035, 0.055),
    ],
)
def test_shares_of_groups(middle: duckdb.DuckDBPyConnection, group: str, low: float, high: float) -> None:
    share = _one(middle, "SELECT avg(cast(group_confirmed = ? AS INTEGER)) FROM alert_facts WHERE valid", [group])
    assert low < share < high


@pytest.mark.parametrize(
    ("rows", "low", "high"),
    [
        ("invalid", 0.10, 0.14),
        ("merged", 0.01, 0.02),
        ("unconfirmed", 0.01, 0.04),
        ("cell_x IS NULL", 0.01, 0.06),
        ("station = '未登记'", 0.0005, 0.003),
        ("category_original = '未映射'", 0.0005, 0.003),
        ("NOT unconfirmed AND category_original <> category_confirmed", 0.05, 0.13),
        ("has_arrive AND arrive_seconds IS NULL", 0.001, 0.01),
        ("time_precision = 'hour'", 0.0001, 0.005),
        ("origin = '巡逻发现'", 0.01, 0.04),
    ],
)
def test_flaws_have_realistic_shares(middle: duckdb.DuckDBPyConnection, rows: str, low: float, high: float) -> None:
    assert low < _one(middle, f"SELECT avg(cast({rows} AS INTEGER)) FROM alert_facts") < high


def test_days_breathe(middle: duckdb.DuckDBPyConnection) -> None:
    def daily(days: str) -> float:
        total = f"SELECT count(*) FROM alert_facts WHERE valid AND cast(happened_at AS DATE) BETWEEN {days}"
        return float(_one(middle, total))

    # 2026-02-17 is Spring Festival: a dip in its week, a rebound two to three weeks later.
    festival = daily("DATE '2026-02-16' AND DATE '2026-02-20'") / 5
    ordinary = daily("DATE '2026-04-13' AND DATE '2026-04-24'") / 12
    assert festival < 0.75 * ordinary
    by_hour = dict(
        middle.execute("SELECT hour(happened_at), count(*) FROM alert_facts WHERE valid GROUP BY 1").fetchall()
    )
    assert max(by_hour[3], by_hour[4]) < 0.25 * min(by_hour[15], by_hour[16], by_hour[20])
    # A station's day varies more than Poisson; the planted phi is 1.3 on top of the calendar.
    days = volumes.describe_days(MIDDLE)
    assert days.off.sum() > 200


def test_response_is_faster_in_town(middle: duckdb.DuckDBPyConnection) -> None:
    medians = dict(
        middle.execute("SELECT kind, median(arrive_seconds) FROM alert_facts WHERE valid GROUP BY 1").fetchall()
    )
    assert 240 < medians["城区"] < 400 < medians["城郊"] < 600 < medians["农村"] < 900


def test_some_call_again(middle: duckdb.DuckDBPyConnection) -> None:
    share = _one(
        middle,
        "SELECT avg(cast(repeat_caller AS INTEGER))"
        " FROM alert_repeats(TIMESTAMP '2026-10-22', TIMESTAMP '2026-11-22', 30)",
    )
    assert 0.04 < share < 0.15


def test_every_truth_is_planted_and_shows(middle: duckdb.DuckDBPyConnection) -> None:
    truths = _truths(middle)
    assert len(truths) == 11
    for truth in truths.values():
        assert truth["planted"], truth
        assert truth["detectable"], truth
        assert truth["from"] <= truth["to"] == "2026-11-21"
        assert truth["what"] and truth["expect"]
    disturbed = [code for truth in truths.values() if truth["kind"] != "target" for code in truth["stations"]]
    assert len(disturbed) == len(set(disturbed)), "each truth has its own stations"


def test_night_thefts_rise(middle: duckdb.DuckDBPyConnection) -> None:
    truth = _truths(middle)["night-theft-rise"]
    per_night = dict(
        middle.execute(
            "SELECT happened_at >= TIMESTAMP '2026-11-15', count(*) FROM alert_facts WHERE valid AND station = ?"
            " AND category_confirmed IN ('010101', '010102', '010103', '010109')"
            " AND (hour(happened_at) >= 22 OR hour(happened_at) < 6)"
            " AND happened_at >= TIMESTAMP '2025-11-22'"
            " AND (happened_at >= TIMESTAMP '2026-11-15' OR happened_at < TIMESTAMP '2026-11-08') GROUP BY 1",
            truth["stations"],
        ).fetchall()
    )
    factor = (per_night[True] / 7) / (per_night[False] / 351)
    assert 0.6 * truth["size"]["factor_last_week"] < factor < 1.5 * truth["size"]["factor_last_week"]


def test_campaign_and_displacement_have_their_size(middle: duckdb.DuckDBPyConnection) -> None:
    truths = _truths(middle)
    row = middle.execute(
        "SELECT starts_on, stations, comparison_stations, buffer_stations, locked_at, goal FROM campaigns"
    ).fetchone()
    assert row is not None
    starts_on, stations, comparison, buffer, locked_at, goal = row
    assert (starts_on.weekday(), goal) == (0, -10.0)
    assert locked_at.date() < starts_on
    assert stations == truths["campaign-effect"]["stations"]
    assert truths["displacement"]["stations"][0] in buffer
    assert not {*stations} & {*comparison, *buffer}

    def crimes(where: list[str], campaign: bool) -> int:
        return int(
            _one(
                middle,
                "SELECT count(*) FROM alert_facts WHERE valid AND group_confirmed IN ('刑事', '治安')"
                " AND list_contains(?, station) AND (happened_at >= ?) = ?",
                [where, starts_on, campaign],
            )
        )

    for name in ("campaign-effect", "displacement"):
        there = truths[name]["stations"]
        counts = [crimes(there, True), crimes(there, False), crimes(comparison, True), crimes(comparison, False)]
        error = float(np.sqrt(1.3 * sum(1 / count for count in counts)))
        measured = float(np.log(counts[0] / counts[1] * counts[3] / counts[2]))
        assert abs(measured - np.log(truths[name]["size"]["factor"])) < 2.5 * error


def test_relabelling_hides_crime(middle: duckdb.DuckDBPyConnection) -> None:
    truth = _truths(middle)["relabelling"]
    shares = dict(
        middle.execute(
            "SELECT happened_at >= cast(? AS DATE), avg(cast(group_confirmed = '求助' AS INTEGER)) FROM alert_facts"
            " WHERE NOT unconfirmed AND station = ? AND group_original = '刑事' GROUP BY 1",
            [truth["from"], truth["stations"][0]],
        ).fetchall()
    )
    assert shares[False] < 0.08
    assert 0.35 < shares[True] < 0.85
    elsewhere = _one(
        middle,
        "SELECT avg(cast(group_confirmed = '求助' AS INTEGER)) FROM alert_facts"
        " WHERE NOT unconfirmed AND station <> ? AND group_original = '刑事'",
        truth["stations"],
    )
    assert elsewhere < 0.08


def test_staffing_truths(middle: duckdb.DuckDBPyConnection) -> None:
    truths = _truths(middle)
    short = {
        code: (int(officers), int(community))
        for code, officers, community in middle.execute(
            "SELECT station_code, sum(headcount), sum(headcount) FILTER (WHERE team = '社区警务队') FROM staffing"
            " WHERE month = DATE '2026-11-01' AND role = '民警' AND team <> '机关' GROUP BY 1"
            " HAVING sum(headcount) FILTER (WHERE team = '社区警务队') < 0.4 * sum(headcount)"
        ).fetchall()
    }
    planted = {truth["stations"][0]: truth["size"] for name, truth in truths.items() if name.startswith("community")}
    assert set(short) == set(planted)
    for code, (officers, community) in short.items():
        move, hire = planted[code]["gap_if_moved_from_other_teams"], planted[code]["gap_if_hired"]
        assert move == planted[code]["planted_gap"]
        assert (community + move) / officers >= 0.4 > (community + move - 1) / officers
        assert (community + hire) / (officers + hire) >= 0.4 > (community + hire - 1) / (officers + hire - 1)
    night = truths["night-shift"]["size"]
    assert night["people_on_duty_on_average"] < night["people_needed_on_average"]
    share = _one(
        middle,
        "SELECT sum(headcount) FILTER (WHERE team <> '机关') / sum(headcount) FROM staffing"
        " WHERE month = DATE '2026-11-01' AND role = '民警'",
    )
    assert 0.5 < share < 0.55


def test_rates_of_the_same_things_have_the_same_denominator(middle: duckdb.DuckDBPyConnection) -> None:
    """A police room per beat, the community officers of the staffing table, accurate addresses of those registered."""
    reported = "(SELECT * FROM reported_indicators WHERE indicator = '{}')"

    def both(one: str, other: str) -> str:
        return f"FROM {reported.format(one)} a JOIN {reported.format(other)} b USING (station_code, month)"

    rooms = both("警务室达标率", "合署办公率")
    assert _one(middle, f"SELECT count(*) {rooms}") > 50
    assert _one(middle, f"SELECT count(*) {rooms} WHERE a.denominator <> b.denominator") == 0
    addresses = both("标准地址登记率", "标准地址准确率")
    assert _one(middle, f"SELECT count(*) {addresses} WHERE a.numerator <> b.denominator") == 0
    officers = (
        "SELECT station_code, month, sum(headcount) AS heads FROM staffing WHERE team = '社区警务队' AND role = '民警'"
        " GROUP BY ALL"
    )
    posts = f"FROM {reported.format('社区民警兼职率')} r JOIN ({officers}) s USING (station_code, month)"
    assert _one(middle, f"SELECT count(*) {posts}") > 50
    assert _one(middle, f"SELECT count(*) {posts} WHERE r.denominator <> s.heads") == 0


def test_gaps_to_hire_and_to_move() -> None:
    assert (people.gap_to_move(20, 8), people.gap_to_hire(20, 8)) == (0, 0)
    assert (people.gap_to_move(20, 5), people.gap_to_hire(20, 5)) == (3, 5)
    assert (people.gap_to_move(13, 4), people.gap_to_hire(13, 4)) == (2, 2)


def test_hot_cell_stands_out(middle: duckdb.DuckDBPyConnection) -> None:
    size = _truths(middle)["hot-cell"]["size"]
    top = middle.execute(
        "SELECT cell_x, cell_y, count(*) FROM alert_facts WHERE valid AND category_confirmed = '010101'"
        " AND cell_x IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1"
    ).fetchone()
    assert top is not None
    assert top[:2] == (size["cell_x"], size["cell_y"])
    assert top[2] >= 0.8 * size["planted_alerts"]


def test_quiet_station_is_poisson(middle: duckdb.DuckDBPyConnection) -> None:
    truth = _truths(middle)["quiet-control"]
    ratio = _one(
        middle,
        "WITH daily AS (SELECT cast(happened_at AS DATE) AS day, count(*) AS n FROM alert_facts WHERE valid"
        " AND station = ? AND happened_at BETWEEN TIMESTAMP '2026-04-01' AND TIMESTAMP '2026-09-27' GROUP BY 1)"
        " SELECT var_samp(n) / avg(n) FROM daily",
        truth["stations"],
    )
    assert 0.75 < ratio < 1.35


def test_small_bureaux_say_what_they_cannot_carry(tmp_path: Path) -> None:
    for con in _published(tmp_path, Plan(1, 1, 2_000, 5, date(2025, 1, 31))):
        truths = _truths(con)
        assert truths["night-theft-rise"]["planted"]
        assert not truths["campaign-effect"]["planted"]
        assert "太少" in truths["campaign-effect"]["what"]
        assert _one(con, "SELECT count(*) FROM stations") == 1
        assert _one(con, "SELECT count(*) FROM campaigns") == 0
        assert _one(con, "SELECT count(*) FROM alerts") == pytest.approx(2_000, rel=0.1)


def test_a_few_alerts_are_enough(tmp_path: Path) -> None:
    for con in _published(tmp_path, Plan(3, 1, 1, 1, date(2025, 12, 31))):
        assert _one(con, "SELECT count(*) FROM alerts") < 10
        assert not _truths(con)["night-theft-rise"]["detectable"]


def _run(root: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers())
    few = ("--stations", "2", "--years", "1", "--alerts-per-year", "500", "--until", "2025-06-30")
    parsed = parser.parse_args(["demo", "--store", str(root), *few, *options])
    return int(parsed.handler(parsed))


def _with_case_categories(con: duckdb.DuckDBPyConnection) -> None:
    load.insert_rows(con, "case_categories", codes.rows_case_categories())


def test_never_takes_the_place_of_real_data(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writing() as writer:
        real = writer.publish(_with_case_categories)
    with pytest.raises(StoreError, match="实际数据"):
        _run(tmp_path)
    assert store.current_id() == real.id
    assert not (tmp_path / bureau.TRUTH_FILE).exists()
    assert _run(tmp_path, "--replace") == 0
    current = store.current()
    assert current is not None and current.is_demo
    assert store.rollback(real.id).tables["alerts"] == 0


def test_a_new_demo_replaces_the_old_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(tmp_path)
    assert _run(tmp_path) == 0
    assert "已发布版本 1" in capsys.readouterr().out
    assert _run(tmp_path, "--seed", "2", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["id"], printed["is_demo"]) == (2, True)
    assert printed["tables"]["stations"] == 2
    first, second = reversed(store.versions())
    assert second.tables["alerts"] < 1.5 * first.tables["alerts"]
    assert not list(tmp_path.glob("demo-*")), "no temporary files stay behind"


@pytest.mark.parametrize(
    "options",
    [("--stations", "0"), ("--stations", "201"), ("--years", "x"), ("--until", "2025-02-30"), ("--seed", "-1")],
)
def test_wrong_options_are_usage_errors(tmp_path: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        _run(tmp_path, *options)
    assert stopped.value.code == 2


def test_a_future_day_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, "--until", "2999-01-01") == 2
    assert "晚于今天" in capsys.readouterr().err
    assert not (tmp_path / "snapshots").exists()


def test_numbers_are_written_as_fixed_width_text(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    load.write_numbers(path, {"a": np.array([0, 7, 120]), "b": np.array([5, 4, 3])})
    assert path.read_text() == "000,5\n007,4\n120,3\n"


@pytest.mark.soak
def test_default_size_in_time_and_memory(tmp_path: Path) -> None:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "data", "demo", "--store", str(tmp_path)], check=True)
    assert time.monotonic() - began < 60
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 3 * 1024 * 1024
