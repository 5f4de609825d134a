"""要点 from the stations' totals: the same stations with the same numbers as on 风险热力, falls below the rises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import duckdb

from data.snapshots import Store
from metrics.briefing import Briefing, Point, brief
from metrics.briefing.verdicts import CHECK
from metrics.compare import REAL
from metrics.heat import View, heat
from metrics.selection import Selection
from tests import tiny
from tests.metrics.test_briefing import FIRST, LAST, burst, steady
from tests.metrics.test_briefing_points import alarm, fitted, slow

WEEK = Selection(period="last7")
GROUPS = ("刑事", "治安", "交通", "纠纷", "举报", "投诉", "咨询", "其他")


def silent(*stations: str) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Twenty weeks of 12 thefts a day in the city and 6 calls for help elsewhere; some say nothing in the last week."""

    def fill(con: duckdb.DuckDBPyConnection) -> None:
        for station, day, category in ((tiny.CITY, 12, "0101"), (tiny.EDGE, 6, "05"), (tiny.VILLAGE, 6, "05")):
            days = 133 if station in stations else 140
            tiny.daily_alerts(con, FIRST.isoformat(), days, day, cat=category, station=station)

    return fill


def of_falls(found: Briefing) -> list[Point]:
    return [point for point in found.points if "低于预期" in point.text]


def test_a_station_that_falls_silent_is_told_below_the_rises_and_leads_to_the_heat_of_it(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, silent(tiny.EDGE), burst)
    found = brief(snapshot, WEEK)
    (fall,) = of_falls(found)
    assert fall.text == f"西郊所有效警情无，低于预期 26–60 起；{REAL}，{CHECK}"
    assert (fall.verdict, fall.tone, fall.page) == (REAL, "watch", "/heat")
    assert Selection.from_query(fall.query) == (Selection(period="last7", stations=(tiny.EDGE,)), [])
    rises = [n for n, point in enumerate(found.points) if point.tone == "worse"]
    assert rises and max(rises) < found.points.index(fall) < len(found.points) - 1
    # The fall of its one category is the same story.
    assert sum("西郊所" in point.text for point in found.points) == 1


def test_the_stations_and_their_numbers_are_those_of_the_heat(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, silent(tiny.EDGE, tiny.VILLAGE), burst)
    for selection in (Selection(), WEEK, Selection(period="last30")):
        totals = [(one.code, one.value, one.expected, one.z, one.real) for one in brief(snapshot, selection).totals]
        listed = heat(snapshot, selection, View()).stations
        assert totals == [(one.code, one.count, one.expected, one.z, one.real) for one in listed]
        assert any(one.real for one in listed)


def test_several_falls_are_one_sentence(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, silent(tiny.EDGE, tiny.VILLAGE)), WEEK)
    (fall,) = of_falls(found)
    told = "西郊所 0 起（预期 26–60 起）、南山所 0 起（预期 26–60 起）"
    assert fall.text == f"2 个所有效警情低于预期：{told}；{REAL}，{CHECK}" and fall.query == {"period": "last7"}


def test_a_fall_keeps_its_place_among_many_warnings_and_a_slow_rise(store: Store) -> None:
    loud = [alarm(tiny.CITY if n % 2 else tiny.VILLAGE, group, excess=20.0 - n) for n, group in enumerate(GROUPS)]
    found = brief(fitted(store, tiny.snapshot_of(store, silent(tiny.EDGE)), *loud, slow()), WEEK)
    assert len(found.points) == 7 and "低于预期" in found.points[-2].text
    assert found.points[-3].verdict == "渐升预警"


def test_the_category_that_fell_most_is_told_with_its_station(store: Store) -> None:
    def busy(con: duckdb.DuckDBPyConnection) -> None:
        silent(tiny.EDGE)(con)
        tiny.daily_alerts(con, FIRST.isoformat(), 140, 6, cat="02", station=tiny.EDGE)
        tiny.daily_alerts(con, LAST.isoformat(), 1, 1, cat="05", station=tiny.EDGE)

    (fall,) = of_falls(brief(tiny.snapshot_of(store, busy), WEEK))
    assert fall.text.startswith("西郊所有效警情 43 起，低于预期 61–109 起，其中求助警情 1 起，预期 26–60 起；")


def test_a_rise_of_a_whole_station_is_told_where_nothing_else_tells_it(store: Store) -> None:
    many = ("0101", "02", "03", "05", "06")

    def risen(con: duckdb.DuckDBPyConnection) -> None:
        silent()(con)
        for category in many:
            tiny.daily_alerts(con, FIRST.isoformat(), 140, 1, cat=category, station=tiny.VILLAGE)
            tiny.daily_alerts(con, (LAST - timedelta(days=6)).isoformat(), 7, 1, cat=category, station=tiny.VILLAGE)

    snapshot = tiny.snapshot_of(store, risen)
    found = brief(snapshot, WEEK)
    assert found.matrix is not None and not found.matrix.real.any()
    (told,) = [point for point in found.points if "南山所" in point.text and point.verdict == REAL]
    assert told.text == "南山所有效警情 112 起，高于预期 55–101 起" and told.tone == "worse"
    assert told.page == "/heat" and told.query == {"period": "last7", "station": tiny.VILLAGE}
    # A warning tells of the same rise: it is one story.
    again = brief(fitted(store, snapshot, alarm()), WEEK)
    assert next(point.verdict for point in again.points if "南山所" in point.text) == "突升预警"
    assert not any(point.text == told.text for point in again.points)


def test_a_chosen_station_that_fell_is_told_by_its_own_total_alone(store: Store) -> None:
    def less(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, LAST.isoformat(), 1, 3, cat="05", station=tiny.EDGE)

    snapshot = tiny.snapshot_of(store, silent(tiny.EDGE), less)
    two = brief(snapshot, Selection(period="last7", stations=(tiny.EDGE, tiny.CITY)))
    assert [point.text[:11] for point in of_falls(two)] == ["西郊所有效警情 3 起"]
    last = brief(snapshot, Selection(period="last7", stations=(tiny.EDGE,))).points[-1]
    assert last.text == f"有效警情共 3 起；低于前 8 周预期 26–60 起；{REAL}，{CHECK}" and last.tone == "watch"
    assert of_falls(brief(snapshot, Selection(period="last7", stations=(tiny.CITY,)))) == []


def test_what_the_calendar_explains_stands_before_what_is_ordinary(store: Store) -> None:
    loud = [alarm(tiny.CITY if n % 2 else tiny.EDGE, group, excess=20.0 - n) for n, group in enumerate(GROUPS)]
    explains = {(tiny.VILLAGE, "刑事"): 40.0, ("全局", "刑事"): 12.0}
    found = brief(fitted(store, tiny.snapshot_of(store, steady, burst), *loud, seasonal=explains), Selection())
    texts = [point.text for point in found.points]
    assert len(texts) == 7 and sum("节假日与季节可以解释" in text for text in texts) == 1, texts
