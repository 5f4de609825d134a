"""The real files through the mappings of tests/mappings: every published figure comes out exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.importing import mapping, running
from data.importing.report import Report
from data.snapshots import Store
from tests.data.importing.helpers import MAPPINGS, ask, shared


def bring(store: Store, mapping_name: str, *names: str) -> Report:
    paths: list[Path] = [shared(name) for name in names]
    return running.run(store, paths, mapping.load(MAPPINGS / f"{mapping_name}.toml"))


@pytest.fixture(scope="module")
def assaults(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("assaults"))
    report = bring(store, "chicago_assaults", "calls/chicago_aggravated_assaults.csv.gz")
    assert (report.total("read"), report.total("kept"), report.total("rejected")) == (148_636, 148_636, 0)
    return store


def test_assaults_per_year(assaults: Store) -> None:
    years = ask(assaults, "SELECT count(*) FROM alert_facts GROUP BY year(happened_at) ORDER BY year(happened_at)")
    assert [count for (count,) in years] == [
        17_324, 15_920, 15_103, 12_950, 12_943, 13_284, 15_329, 15_022, 15_433, 15_328,
    ]  # fmt: skip


def test_assaults_span_districts_and_places(assaults: Store) -> None:
    span = ask(assaults, "SELECT min(call_time)::VARCHAR, max(call_time)::VARCHAR FROM alerts")
    assert span == [("2010-01-01 00:05:00", "2019-12-31 23:54:00")]
    by_station = dict(ask(assaults, "SELECT station, count(*) FROM alert_facts GROUP BY 1"))
    assert len(by_station) == 23
    assert (by_station["11"], by_station["7"], by_station["6"]) == (12_816, 12_431, 10_977)
    by_category = dict(ask(assaults, "SELECT category_confirmed, count(*) FROM alert_facts GROUP BY 1"))
    assert (by_category["street"], by_category["residence"], by_category["education"]) == (70_713, 47_254, 7_708)
    assert ask(assaults, "SELECT DISTINCT group_confirmed FROM alert_facts") == [("刑事",)]


def test_assaults_busiest_hours(assaults: Store) -> None:
    cells = ask(
        assaults,
        """
        SELECT isodow(happened_at), hour(happened_at), count(*) FROM alert_facts
        WHERE year(happened_at) = 2019 GROUP BY ALL ORDER BY 3 DESC LIMIT 3
        """,
    )
    assert cells == [(7, 2, 166), (7, 1, 164), (6, 1, 156)]


def test_assaults_keep_identical_rows_and_fall_on_the_grid(assaults: Store) -> None:
    assert ask(assaults, "SELECT count(alert_id), count(cell_x), count(*) FROM alerts") == [(0, 148_636, 148_636)]
    (lat0,) = ask(assaults, "SELECT value FROM meta WHERE key = 'grid_lat0'")[0]
    assert lat0 == "41.8"
    lon, lat = ask(assaults, "SELECT lon, lat FROM stations WHERE code = '11'")[0]
    assert -87.8 < lon < -87.6 and 41.8 < lat < 41.95


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Report]:
    store = Store(tmp_path_factory.mktemp("calls"))
    return store, bring(store, "slo_calls", "calls/slo_police_calls_2021.csv")


def test_calls_with_response_times(calls: tuple[Store, Report]) -> None:
    store, report = calls
    assert (report.total("read"), report.total("kept"), report.total("duplicate")) == (11_539, 11_539, 0)
    counts = ask(
        store,
        """
        SELECT count(*), count(DISTINCT alert_id), count(dispatch_time), count(arrive_time),
               count(*) FILTER (WHERE arrive_time IS NOT NULL AND dispatch_time IS NULL),
               count(*) FILTER (WHERE date_diff('day', call_time, arrive_time) = 1),
               count(*) FILTER (WHERE arrive_time < call_time), min(call_time)::DATE::VARCHAR,
               max(call_time)::DATE::VARCHAR
        FROM alerts
        """,
    )
    assert counts == [(11_539, 11_536, 7_488, 9_833, 3_921, 82, 6, "2021-09-14", "2021-12-31")]


def test_calls_response_percentiles(calls: tuple[Store, Report]) -> None:
    store, _ = calls
    quantiles = (
        "SELECT count(arrive_seconds), quantile_cont(arrive_seconds, [0.5, 0.9, 0.95])"
        " FROM alert_facts WHERE has_arrive"
    )
    assert ask(store, quantiles) == [(9_827, [540.0, 1860.0, 2640.0])]
    (dispatched,) = ask(store, f"{quantiles} AND has_dispatch")
    assert dispatched[0] == 5_909 and dispatched[1][:2] == [840.0, 2160.0]


def test_negative_responses_are_measured(calls: tuple[Store, Report]) -> None:
    _, report = calls
    shares = {item["id"]: item["count"] for item in report.files[0].quality["shares"]}
    assert shares["negative_response"] == 6


def test_month_precision_and_a_corrected_mapping(store: Store, tmp_path: Path) -> None:
    report = bring(store, "lancashire_asb", "calls/lancashire_asb_2022.tab.gz")
    assert report.total("kept") == 56_434
    months = ask(store, "SELECT count(*) FROM alert_facts GROUP BY month(happened_at) ORDER BY month(happened_at)")
    assert [count for (count,) in months] == [
        4_415, 4_087, 5_028, 5_236, 5_174, 4_913, 5_187, 5_672, 4_662, 4_538, 4_034, 3_488,
    ]  # fmt: skip
    assert ask(store, "SELECT DISTINCT time_precision, day(call_time), hour(call_time) FROM alerts") == [
        ("month", 1, 0)
    ]


def test_chicago_cases(store: Store) -> None:
    report = bring(store, "chicago_cases", "cases/chicago_2015_10k.csv")
    assert report.total("kept") == 9_999
    assert ask(store, "SELECT event, count(*) FROM case_facts GROUP BY 1 ORDER BY 2") == [
        ("破案", 2_928),
        ("立案", 9_999),
    ]
    rows = ask(
        store,
        """
        SELECT category_confirmed, count(*) FILTER (WHERE event = '立案'), count(*) FILTER (WHERE event = '破案')
        FROM case_facts GROUP BY 1
        """,
    )
    counts = {name: (filed, solved) for name, filed, solved in rows}
    assert counts["THEFT"] == (2_034, 306)
    assert counts["BATTERY"] == (1_851, 432)
    assert counts["NARCOTICS"] == (1_122, 1_121)
    codes = ask(
        store,
        "SELECT count(DISTINCT beat_code), count(DISTINCT station_code), count(*) FILTER (WHERE cell_x IS NULL)"
        " FROM cases",
    )
    assert codes == [(274, 22, 162)]


def test_west_yorkshire_two_years_in_one_version(store: Store) -> None:
    report = bring(
        store, "west_yorkshire", "cases/west_yorkshire_2016-07.csv.gz", "cases/west_yorkshire_2017-07.csv.gz"
    )
    assert report.snapshot == 1
    assert [one.read for one in report.files] == [27_176, 28_537]
    assert report.total("rejected") == 0
    counts = ask(store, "SELECT year(happened_at), category_confirmed, count(*) FROM case_facts GROUP BY ALL")
    found = {(year, name): count for year, name, count in counts}
    for year, expected in ((2016, (7_429, 6_000, 2_683)), (2017, (5_955, 7_503, 2_714))):
        names = ("Anti-social behaviour", "Violence and sexual offences", "Criminal damage and arson")
        assert tuple(found[year, name] for name in names) == expected
    assert ask(store, "SELECT count(*) FROM imports") == [(2,)]


def test_taipei_in_two_encodings_is_the_same_data(store: Store) -> None:
    first = bring(store, "taipei", "messy/taipei_gbk_crlf.csv")
    assert (first.total("kept"), first.total("unchanged")) == (1_598, 0)
    second = bring(store, "taipei", "messy/taipei_utf8bom_quoted.csv")
    assert (second.total("kept"), second.total("unchanged"), second.total("updated")) == (1_598, 1_598, 0)
    years = dict(ask(store, "SELECT year(occur_from), count(*) FROM cases GROUP BY 1"))
    assert (years[2015], years[2016], years[2017]) == (615, 639, 321)
    assert ask(store, "SELECT min(occur_from)::VARCHAR, min(occur_to)::VARCHAR FROM cases") == [
        ("1989-02-10 10:00:00", "1989-02-10 13:00:00")
    ]
    assert ask(store, "SELECT DISTINCT time_precision FROM cases") == [("day",)]


def test_merged_header_with_subtotals(store: Store) -> None:
    report = bring(store, "wilmington", "messy/wilmington_merged_header.xlsx")
    assert report.total("rejected") == 0
    assert report.files[0].skipped["subtotal"] > 0
    total = ask(store, "SELECT sum(numerator), sum(denominator) FROM reported_indicators WHERE station_code = '全市'")
    assert total == [(1_566.0, 1_699.0)]
    stations = ask(store, "SELECT count(*), count(DISTINCT station_code) FROM reported_indicators")
    assert stations == [(49, 7)]


def test_same_file_twice_changes_nothing(calls: tuple[Store, Report]) -> None:
    store, _ = calls
    again = bring(store, "slo_calls", "calls/slo_police_calls_2021.csv")
    assert (again.published, again.snapshot, again.total("unchanged")) == (False, 1, 11_539)
    assert "未改变任何数据" in again.to_text()
    assert store.version_ids() == [1]
