"""风险热力 on hand-made bureaus: one path to each number, known answers of levels, hours of cases, plain refusals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from data.snapshots import Store
from metrics import catalogue
from metrics.briefing import brief
from metrics.heat import View, heat
from metrics.heat.levels import harms, rates, weighted_interval
from metrics.heat.stations import NO_HARM_OF_ALERTS, NO_PEOPLE, NO_WEIGHTS
from metrics.heat.values import ABOVE, AROUND, BELOW, Heat
from metrics.model import Refused
from metrics.selection import Selection
from tests import tiny
from tests.tiny import CITY, EDGE, VILLAGE

LAST = date(2026, 11, 21)
FIRST = LAST - timedelta(days=139)
WEEK = Selection(period="last7")


def steady(con: duckdb.DuckDBPyConnection) -> None:
    """Twenty weeks of the same: 12 thefts a day in the city, 6 calls for help at the edge, nothing in the village."""
    tiny.daily_alerts(con, FIRST.isoformat(), 140, 12, cat="0101", station=CITY)
    tiny.daily_alerts(con, FIRST.isoformat(), 140, 6, cat="05", station=EDGE)


def burst(con: duckdb.DuckDBPyConnection) -> None:
    """Forty more thefts in the city between 22 and 24 o'clock of the last night."""
    rows = [{"call": f"2026-11-21 {22 + n // 30}:{n % 30:02d}:00", "cat": "0101", "station": CITY} for n in range(40)]
    tiny.alerts(con, rows)


def of(store: Store, *changes: Any, selection: Selection = WEEK, **view: Any) -> Heat:
    return heat(tiny.snapshot_of(store, *changes), selection, View(layer="none", **view))


class TestView:
    def test_address_there_and_back(self) -> None:
        query = {"table": "cases", "risk": "harm", "layer": "forecast", "reading": "must", "at": "7-23"}
        view, notices = View.from_query(query)
        assert view == View("cases", "harm", "forecast", "must", (7, 23))
        assert view.to_query() == query
        assert notices == []
        assert View.from_query({}) == (View(), [])
        assert View().to_query() == {}

    @pytest.mark.parametrize(
        ("key", "value"), [("table", "people"), ("risk", "x"), ("layer", "3d"), ("reading", "no"), ("at", "8-1")]
    )
    def test_what_is_not_known_is_said(self, key: str, value: str) -> None:
        view, notices = View.from_query({key: value})
        assert view == View()
        assert len(notices) == 1
        assert value in notices[0]

    @pytest.mark.parametrize("at", ["1-24", "0-3", "1-007", "1", "-"])
    def test_hours_that_do_not_exist(self, at: str) -> None:
        assert View.from_query({"at": at})[0].at is None

    def test_a_store_of_cases_shows_cases(self, store: Store) -> None:
        known = catalogue.of(tiny.snapshot_of(store, lambda con: tiny.cases(con, [{"filed": "2026-11-20 10:00"}])))
        assert View().on(known).table == "cases"
        assert View(table="alerts").on(known).table == "alerts"


class TestLevels:
    def test_a_sum_of_equal_weights_has_the_exact_poisson_interval(self) -> None:
        assert weighted_interval(np.array([5.0]), np.array([1.0]), 1.0) == pytest.approx((1.624, 11.668), abs=1e-3)
        assert weighted_interval(np.array([2.0, 3.0]), np.ones(2), 1.0) == pytest.approx((1.624, 11.668), abs=1e-3)
        assert weighted_interval(np.array([]), np.array([]), 1.0) == pytest.approx((0.0, 3.689), abs=1e-3)
        assert weighted_interval(np.array([]), np.array([]), 0.0) == (0.0, 0.0)

    def test_one_heavy_case_tells_less_than_many_light_ones(self) -> None:
        heavy = weighted_interval(np.array([1.0]), np.array([100.0]), 100.0)
        light = weighted_interval(np.array([100.0]), np.array([1.0]), 1.0)
        assert heavy[0] < 3 < 81 < light[0] < 100 < light[1] < 122 < 550 < heavy[1]

    def test_harm_is_per_ten_thousand_people_and_year(self) -> None:
        year = 10_000 * 365.0
        counts = [{"a": 10.0, "b": 1.0, "unknown": 5.0}, {"a": 900.0}, {"a": 5.0}, {}]
        found, common = harms(counts, {"a": 2.0, "b": 50.0}, [year, year, year, None])
        assert [one.value if one else None for one in found] == [70.0, 1800.0, 10.0, None]
        assert common == pytest.approx(1880 / 3)
        assert [one.verdict for one in found if one] == [BELOW, ABOVE, BELOW]
        assert found[1] is not None
        assert found[1].times == pytest.approx(1800 / (1880 / 3))

    def test_rates_of_equal_places_are_the_common_rate(self) -> None:
        year = 10_000 * 365.0
        found, common = rates([20.0] * 5 + [0.0], [year] * 5 + [None])
        assert common == 20
        assert [one.value if one else None for one in found] == [20.0] * 5 + [None]
        assert {one.verdict for one in found if one} == {AROUND}
        assert rates([3.0], [None]) == ([None], None)

    def test_a_place_with_three_times_the_rate_stands_out(self) -> None:
        year = 10_000 * 365.0
        found, _ = rates([100.0] * 11 + [300.0], [year] * 12)
        assert found[-1] is not None
        assert found[-1].verdict == ABOVE
        assert found[-1].low < found[-1].value < found[-1].high < 350


class TestStations:
    def test_the_same_numbers_as_the_briefing(self, store: Store) -> None:
        snapshot = tiny.snapshot_of(store, steady, burst)
        for selection in (WEEK, Selection(period="yesterday"), Selection(period="month", cutoff=8)):
            narrow = Selection(**{**vars(selection), "categories": ("刑事", "求助")})
            there = [(one.code, one.value, one.expected, one.z, one.real) for one in brief(snapshot, narrow).places]
            found = heat(snapshot, narrow, View(layer="none"))
            assert [(one.code, one.count, one.expected, one.z, one.real) for one in found.stations] == there

    def test_only_what_stands_out_is_real(self, store: Store) -> None:
        found = of(store, steady, burst)
        by_code = {one.code: one for one in found.stations}
        assert (by_code[CITY].count, by_code[CITY].expected, by_code[CITY].real) == (7 * 12 + 40, 84.0, True)
        assert (by_code[EDGE].count, by_code[EDGE].expected, by_code[EDGE].real) == (42, 42.0, False)
        assert (by_code[VILLAGE].count, by_code[VILLAGE].expected, by_code[VILLAGE].z) == (0, 0.0, 0.0)
        assert found.state == "ok"

    def test_without_a_base_nothing_is_judged(self, store: Store) -> None:
        found = of(store, lambda con: tiny.daily_alerts(con, "2026-11-01", 21, 5, station=CITY))
        assert {one.expected for one in found.stations} == {None}
        assert not any(one.real for one in found.stations)
        assert found.matrix is not None
        assert np.isnan(found.matrix.expected).all()
        assert found.judged_by == "此前数据不足，不作判定"

    def test_long_periods_are_held_against_the_year_before(self, store: Store) -> None:
        everyday = lambda con: tiny.daily_alerts(con, "2025-01-01", 690, 4, station=CITY)  # noqa: E731
        found = of(store, everyday, selection=Selection(period="year"))
        assert found.stations[0].expected == found.stations[0].count == 325 * 4
        assert "去年同期" in found.judged_by

    def test_rate_needs_people(self, store: Store) -> None:
        found = of(store, steady, risk="rate")
        levels = {one.code: one.level for one in found.stations}
        city = levels[CITY]
        assert city is not None
        assert city.raw == pytest.approx(84 / 20_000 * 10_000 / 7 * 365)
        assert found.common == pytest.approx(126 / 35_000 * 10_000 / 7 * 365)
        nobody = of(store, lambda con: con.execute("UPDATE stations SET population = NULL"), risk="rate")
        assert (nobody.risk, nobody.notes) == ("residual", [NO_PEOPLE])

    def test_harm_is_of_cases_with_weights(self, store: Store) -> None:
        rows = [{"filed": "2026-11-20 10:00", "category": name} for name in ("050100", "050100", "050200", "070000")]
        cases = lambda con: tiny.cases(con, rows)  # noqa: E731
        assert of(store, cases, table="cases", risk="harm").notes[-1] == NO_WEIGHTS
        weigh = lambda con: con.execute("UPDATE case_categories SET harm_weight = 3 WHERE code = '050100'")  # noqa: E731
        found = of(store, weigh, table="cases", risk="harm")
        level = found.stations[0].level
        assert found.risk == "harm"
        assert level is not None
        assert level.value == pytest.approx(2 * 3 / 20_000 * 10_000 * 365), "one day with data"
        assert "4 起案件中 2 起的类别没有危害权重，未计入危害加权。" in found.notes
        assert of(store, steady, risk="harm", table="alerts").notes == [NO_HARM_OF_ALERTS]


class TestHours:
    def test_a_row_is_held_against_its_own_day(self, store: Store) -> None:
        found = of(store, steady, burst).matrix
        assert found is not None
        assert [key for key, _ in found.rows] == [CITY, EDGE, VILLAGE]
        assert found.values.sum(axis=1).tolist() == [124.0, 42.0, 0.0]
        assert found.expected.sum(axis=1) == pytest.approx([84.0, 42.0, 0.0])
        # 12 a day in the odd hours. Of the burst 30 fall in hour 22, where nothing ever did, 10 in hour 23 beside 7.
        assert found.expected[0, [1, 22, 23]] == pytest.approx([7.0, 0.0, 7.0])
        assert np.argwhere(found.real).tolist() == [[0, 22]]

    def test_one_station_shows_what_and_when(self, store: Store) -> None:
        found = of(store, steady, burst, selection=Selection(period="last7", stations=(CITY,))).matrix
        assert found is not None
        assert found.dimension == "group"
        assert [key for key, _ in found.rows] == ["刑事"]

    def test_a_short_period_is_studied_over_four_weeks(self, store: Store) -> None:
        found = of(store, steady, selection=Selection(period="yesterday"))
        assert found.week is not None
        assert found.week.values.sum() == 28 * 18
        assert found.week.is_even
        assert found.study == "2026年10月25日至11月21日"
        assert sum(one.count for one in found.stations) == 18

    def test_uneven_weekdays_are_told_per_day(self, store: Store) -> None:
        week = of(store, steady, selection=Selection(period="last30")).week
        assert week is not None
        assert not week.is_even
        assert week.days.sum() == 30
        assert np.nansum(week.shown) == pytest.approx(7 * 18)

    def test_the_hour_looked_at(self, store: Store) -> None:
        # 2026-11-21 is a Saturday.
        found = of(store, steady, burst, at=(6, 22)).hour
        assert found is not None
        assert [(one.key, one.count) for one in found.stations] == [(CITY, 30.0), (EDGE, 4.0)]
        assert found.stations[0].share == pytest.approx(30 / 34)
        assert found.stations[0].usual == pytest.approx((28 * 12 + 40) / (28 * 18 + 40))
        assert [one.key for one in found.categories] == ["刑事", "求助"]
        nothing = of(store, at=(6, 4)).hour
        assert nothing is not None
        assert (nothing.total, nothing.stations, nothing.categories) == (0, [], [])

    def test_cases_are_spread_over_their_interval(self, store: Store) -> None:
        # 2026-11-16 is a Monday; the case was filed later and elsewhere in the day.
        row = {"filed": "2026-11-18 10:00", "occur_from": "2026-11-16 08:00", "occur_to": "2026-11-16 16:00"}
        found = of(store, lambda con: tiny.cases(con, [{**row, "station": EDGE}]), steady, table="cases", at=(1, 9))
        assert found.week is not None
        assert found.week.values[0, 8:16].tolist() == [0.125] * 8
        assert found.matrix is not None
        assert found.matrix.rows[0][0] == EDGE
        assert found.matrix.values[0, 8:16].tolist() == [0.125] * 8
        assert found.hour is not None
        assert [(one.key, one.count) for one in found.hour.stations] == [(EDGE, 0.125)]
        could = of(store, table="cases", reading="could").week
        must = of(store, table="cases", reading="must").week
        assert could is not None
        assert must is not None
        assert (could.values.sum(), must.values.sum()) == (8.0, 0.0)


class TestRefusals:
    def test_days_without_data(self, store: Store) -> None:
        long_ago = Selection(period="custom", first=date(2019, 1, 1), last=date(2019, 1, 31))
        assert of(store, steady, selection=long_ago).state == "no_data"

    def test_nothing_and_no_result(self, store: Store) -> None:
        later = lambda con: tiny.alerts(con, [{"call": "2026-11-21 10:00"}])  # noqa: E731
        assert of(store, steady, later, selection=Selection(period="last7", stations=(VILLAGE,))).state == "no_result"

    def test_one_station_and_one_day(self, store: Store) -> None:
        def alone(con: duckdb.DuckDBPyConnection) -> None:
            con.execute("DELETE FROM beats")
            con.execute("DELETE FROM stations WHERE code <> $code", {"code": CITY})

        found = of(store, alone, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]), risk="rate")
        assert [one.count for one in found.stations] == [1.0]
        assert found.matrix is not None
        assert found.matrix.dimension == "group"
        assert found.state == "ok"

    def test_days_known_only_by_month_have_no_hours_and_no_calendar(self, store: Store) -> None:
        rows = [{"call": f"2026-{month:02d}-01", "time_precision": "month"} for month in range(1, 11)] * 3
        found = of(store, lambda con: tiny.alerts(con, rows), selection=Selection(
            period="custom", first=date(2026, 9, 1), last=date(2026, 9, 30)))  # fmt: skip
        assert (found.week, found.matrix, found.calendar, found.hour) == (None, None, None, None)
        assert found.stations[0].count == 3
        assert any("时段热力因此不显示" in note or "因此不显示" in note for note in found.notes)
        with pytest.raises(Refused, match="只精确到月"):
            of(store, selection=Selection(period="custom", first=date(2026, 9, 3), last=date(2026, 9, 9)))
