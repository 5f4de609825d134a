"""The trend of one metric: points, expectation, intervals, parts, forecast conditions and a campaign, on known days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import compare
from metrics.compare import NOT_JUDGED, REAL, TOO_FEW, USUAL
from metrics.definitions import METRICS
from metrics.model import PERCENTILE, UnknownName
from metrics.periods import Period, Window, span_window
from metrics.selection import Selection
from metrics.trend import (
    DAY,
    MONTH,
    OFFERED,
    WEEK,
    Asked,
    Trend,
    asking,
    campaign,
    default_by,
    default_grain,
    intervals,
    trend,
    usable,
)
from tests import tiny

LAST = date(2026, 11, 21)
FIRST = LAST - timedelta(days=559)
DAYS = (LAST - FIRST).days + 1
VALID_BY_DAY = Asked("alerts_valid", DAY, "group")


def steady(con: duckdb.DuckDBPyConnection) -> None:
    """Eighty weeks of the same: 12 thefts a day in the city, 6 calls for help at the edge."""
    tiny.daily_alerts(con, FIRST.isoformat(), DAYS, 12, cat="0101", station=tiny.CITY)
    tiny.daily_alerts(con, FIRST.isoformat(), DAYS, 6, cat="05", station=tiny.EDGE)


def burst(con: duckdb.DuckDBPyConnection) -> None:
    """Sixty more thefts on the last day."""
    tiny.alerts(con, [{"call": f"2026-11-21 20:{n % 60:02d}:00", "cat": "0101"} for n in range(60)])


def found_in(snapshot: Snapshot, asked: Asked = VALID_BY_DAY, **filter: Any) -> Trend:
    return trend(snapshot, Selection(**filter), asked)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("calm") / "store"), steady)


@pytest.fixture(scope="module")
def risen(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("risen") / "store"), steady, burst)


def test_a_day_is_shown_with_eight_weeks_and_the_same_dates_a_year_before(calm: Snapshot) -> None:
    found = found_in(calm)
    assert [one.first for one in found.points] == [LAST - timedelta(days=55 - n) for n in range(56)]
    assert {(one.value, one.last_year.base, one.mean, one.verdict) for one in found.points} == {(18, 18, 18, USUAL)}
    assert all(one.usual and one.usual[0] < 18 < one.usual[1] for one in found.points)
    assert [one.first for one in found.points if one.in_period] == [LAST]
    assert found.total.value == 18 and found.total.verdict == USUAL
    low, high = found.total.usual or (0, 0)
    assert found.sentence == f"有效警情 18 起，预期 {low}–{high} 起，在正常波动范围内"


def test_the_headline_says_what_the_filter_leaves(calm: Snapshot) -> None:
    found = found_in(calm, period="last7", categories=("刑事",), stations=(tiny.CITY,))
    assert found.sentence.startswith("东港派出所有效警情（刑事） 84 起")
    two = found_in(calm, period="last7", stations=(tiny.CITY, tiny.EDGE))
    assert two.sentence.startswith("2 个派出所有效警情 126 起")


def test_a_burst_is_real_in_the_total_the_point_and_the_part(risen: Snapshot) -> None:
    found = found_in(risen)
    assert found.total.verdict == REAL and found.total.z > 0
    low, high = found.total.usual or (0, 0)
    assert found.sentence == f"有效警情 78 起，高于预期 {low}–{high} 起，超出随机波动"
    assert [one.first for one in found.points if one.verdict == REAL] == [LAST]
    assert found.parts[0].name == "刑事" and found.parts[0].verdict == REAL and found.parts[0].value == 72
    assert found.parts[1].verdict == TOO_FEW
    assert sum(part.value or 0 for part in found.parts) == found.total.value == 78


def test_parts_carry_their_series_at_the_drawn_points(risen: Snapshot) -> None:
    found = found_in(risen, Asked("alerts_valid", DAY, "station"))
    by_name = {part.name: part for part in found.parts}
    assert by_name["东港所"].values == (*[12.0] * 55, 72.0) and by_name["东港所"].past == (12.0,) * 56
    assert by_name["西郊所"].values == (6.0,) * 56
    assert "南山所" not in by_name


def test_the_verdict_on_the_period_does_not_depend_on_the_unit_of_time(risen: Snapshot) -> None:
    totals = {found_in(risen, Asked("alerts_valid", grain, "group"), period="last7").total for grain in (DAY, WEEK)}
    assert len({(one.value, one.usual, round(one.z, 9), one.verdict) for one in totals}) == 1


def test_weeks_have_the_square_root_band_and_the_unfinished_one_is_not_judged(calm: Snapshot) -> None:
    found = found_in(calm, Asked("alerts_valid", WEEK, "group"), period="last30")
    whole, last = found.points[-2], found.points[-1]
    assert whole.value == 126 and whole.mean == 126
    assert whole.usual == pytest.approx(compare.band(126))
    assert (last.first, last.value, last.partial, last.verdict) == (date(2026, 11, 16), 108, True, NOT_JUDGED)
    # 52 weeks before, as far as the week has elapsed.
    assert last.last_year.base == 108


def test_weeks_of_few_events_do_not_widen_their_own_range(store: Store) -> None:
    """Two calls every second week vary like chance: the median of (n − m)² ÷ m jumps where n is 0, 1 or 2."""

    def sparse(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        con.execute(
            "DELETE FROM alerts WHERE station_code = ? AND NOT (isodow(call_time) = 1 AND hour(call_time) < 4"
            " AND date_diff('week', DATE '2025-01-06', call_time) % 2 = 0)",
            [tiny.CITY],
        )

    snapshot = tiny.snapshot_of(store, sparse)
    found = found_in(snapshot, Asked("alerts_valid", WEEK, "group"), period="last30", stations=(tiny.CITY,))
    whole = found.points[-2]
    assert whole.mean == 1.0
    assert whole.usual == pytest.approx(compare.band(1.0))


def test_months_are_judged_against_the_year_before(calm: Snapshot) -> None:
    found = found_in(calm, Asked("alerts_valid", MONTH, "group"), period="year")
    october = next(one for one in found.points if one.first == date(2026, 10, 1))
    assert october.value == october.last_year.base == 18 * 31 and october.usual is None and october.verdict == USUAL
    assert found.points[0].first == date(2025, 5, 1)


def test_holidays_and_the_festival_aligned_change_are_offered(calm: Snapshot) -> None:
    spring: dict[str, Any] = {"period": "custom", "first": date(2026, 2, 10), "last": date(2026, 2, 24)}
    found = found_in(calm, **spring)
    assert [(one.name, one.first) for one in found.holidays if one.name == "春节"] == [("春节", date(2026, 2, 15))]
    assert found.total.festival is not None
    assert found_in(calm).total.festival is None


@pytest.mark.parametrize(
    ("filter", "state"),
    [
        ({"period": "custom", "first": date(2020, 1, 1), "last": date(2020, 1, 7)}, "no_data"),
        ({"stations": (tiny.VILLAGE,)}, "no_result"),
        ({"categories": ("投诉",)}, "no_result"),
        ({}, "ok"),
    ],
)
def test_nothing_is_told_from_no_data_and_from_no_result(calm: Snapshot, filter: dict[str, Any], state: str) -> None:
    assert found_in(calm, **filter).state == state


def test_one_call_on_one_day_is_an_answer(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.alerts(con, [{"call": "2026-11-21 10:00:00"}]))
    for grain in (DAY, WEEK, MONTH):
        found = found_in(snapshot, Asked("alerts_valid", grain, "station"), period="month")
        assert found.state == "ok" and found.points[-1].value == 1 and found.points[-1].verdict == NOT_JUDGED


def test_a_leap_day_is_drawn_and_stands_against_the_28th(store: Store) -> None:
    def leap(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2023-01-01", 430, 4)

    leap_day: dict[str, Any] = {"period": "custom", "first": date(2024, 2, 29), "last": date(2024, 2, 29)}
    point = found_in(tiny.snapshot_of(store, leap), **leap_day).points[-1]
    assert (point.first, point.value, point.last_year.base) == (date(2024, 2, 29), 4, 4)


def test_data_known_by_month_is_drawn_by_month_and_says_why(store: Store) -> None:
    def coarse(con: duckdb.DuckDBPyConnection) -> None:
        rows = [
            {"call": f"{2025 + n // 12}-{n % 12 + 1:02d}-01 00:00:00", "time_precision": "month"} for n in range(22)
        ]
        tiny.alerts(con, rows * 5)

    found = found_in(tiny.snapshot_of(store, coarse), period="year")
    assert found.asked.grain == MONTH and found.points[-1].value == 5
    assert any("只精确到月" in note and "改为按月" in note for note in found.notes)


def test_a_long_period_by_day_becomes_weeks(calm: Snapshot) -> None:
    found = found_in(calm, period="custom", first=date(2025, 5, 15), last=LAST)
    assert found.asked.grain == WEEK and any("400 日" in note for note in found.notes)


def test_a_metric_without_a_trend_is_refused_with_the_nearest(calm: Snapshot) -> None:
    with pytest.raises(UnknownName, match="可看趋势的指标"):
        found_in(calm, Asked("officers", MONTH, "station"))


def test_every_metric_that_is_offered_has_a_trend(calm: Snapshot) -> None:
    for name in OFFERED:
        assert usable(METRICS[name]), name
        by = default_by(METRICS[name], Selection())
        assert found_in(calm, Asked(name, WEEK, by), period="last30").metric.id == name


def test_grain_follows_the_length_of_the_period() -> None:
    lengths = {1: DAY, 30: DAY, 62: DAY, 63: WEEK, 365: WEEK, 401: MONTH}
    assert {n: default_grain(Period(LAST - timedelta(days=n - 1), LAST)) for n in lengths} == lengths


def test_an_explicit_stretch_is_cut_to_the_data() -> None:
    window = span_window(Period(LAST, LAST), "2026-11-01/2026-11-30", datetime(2026, 11, 22))
    assert window == Window(datetime(2026, 11, 1), datetime(2026, 11, 22))


# ---- intervals -----------------------------------------------------------------------------------


def test_shares_have_wilson_and_rates_exact_poisson_intervals() -> None:
    low, high = intervals.of_ratio(METRICS["response_within"], 30, 40)
    assert (low, high) == pytest.approx((59.81, 85.81), abs=0.01)
    # Exact Poisson: 20 → [12.217, 30.888].
    assert intervals.of_rate(20, 200.0) == pytest.approx((122.17, 308.88), abs=0.01)


def test_percentiles_have_order_statistics(store: Store) -> None:
    """P90 of 1 … 100 minutes: ranks 84 and 96."""

    def timed(con: duckdb.DuckDBPyConnection) -> None:
        start = datetime(2026, 11, 21, 8)
        tiny.alerts(con, [{"call": start, "arrive_time": start + timedelta(minutes=n)} for n in range(1, 101)])

    found = found_in(tiny.snapshot_of(store, timed), Asked("response_p90", DAY, "station"))
    assert (found.points[-1].low, found.points[-1].high, found.points[-1].n) == (84, 96, 100)
    assert (found.total.low, found.total.high) == (84, 96)


def test_every_percentile_of_the_list_can_be_taken_apart() -> None:
    for metric in (one for one in METRICS.values() if one.kind == PERCENTILE and usable(one)):
        assert intervals._PERCENTILE.match(metric.own_sql), metric.id


# ---- campaign ------------------------------------------------------------------------------------


def test_the_ratio_of_ratios_is_the_printed_one() -> None:
    treated, others = compare.counts(110, 1, 207, 1), compare.counts(318, 1, 308, 1)
    found = campaign.net(treated, others)
    assert (found.percent, found.low, found.high) == pytest.approx((-48.5, -61.1, -31.9), abs=0.06)
    assert found.is_real


PLAN = campaign.Plan("百日行动", date(2026, 10, 1), date(2027, 1, 8), "last_year", ("刑事",), -10.0, ("A",), ("B",))


@pytest.mark.parametrize(
    ("now", "base", "state"),
    [
        (500, 1000, campaign.REACHED), (880, 1000, campaign.AHEAD), (930, 1000, campaign.BEHIND),
        (1100, 1000, campaign.MISSED), (3, 0, campaign.TOO_EARLY),
    ],
)  # fmt: skip
def test_the_goal_is_reached_for_sure_only_with_the_whole_interval(now: float, base: float, state: str) -> None:
    assert campaign.state(PLAN, compare.counts(now, 50, base, 50), 1.0) == state


def test_a_goal_that_rises_is_read_the_other_way_round() -> None:
    rising = replace(PLAN, goal=20.0)
    assert campaign.state(rising, compare.counts(1500, 50, 1000, 50), 1.0) == campaign.REACHED
    assert campaign.state(rising, compare.counts(900, 50, 1000, 50), 1.0) == campaign.MISSED


def test_a_campaign_counts_its_own_stations_days_and_categories(store: Store) -> None:
    def halved(con: duckdb.DuckDBPyConnection) -> None:
        before = (date(2026, 10, 1) - FIRST).days
        tiny.daily_alerts(con, FIRST.isoformat(), before, 12, cat="0101", station=tiny.CITY)
        tiny.daily_alerts(con, "2026-10-01", 52, 6, cat="0101", station=tiny.CITY)
        tiny.daily_alerts(con, FIRST.isoformat(), DAYS, 9, cat="0101", station=tiny.EDGE)
        tiny.daily_alerts(con, FIRST.isoformat(), DAYS, 20, cat="05", station=tiny.CITY)
        con.execute(
            "INSERT INTO campaigns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ["百日行动", date(2026, 10, 1), date(2027, 1, 8), "last_year", ["刑事"], -10.0, [tiny.CITY], [tiny.EDGE],
             [], None],
        )  # fmt: skip

    found = campaign.progress(tiny.snapshot_of(store, halved), Selection(stations=(tiny.VILLAGE,)))
    assert found is not None and found.compared is not None
    assert (found.treated.value, found.treated.base) == (6 * 52, 12 * 52)
    assert (found.compared.value, found.compared.base) == (9 * 52, 9 * 52)
    assert found.net.percent == pytest.approx(-50) and found.state == campaign.REACHED
    assert len(found.steps) == 52 and (found.steps[0].now, found.steps[0].base) == (6, 12)
    assert found.outcomes[0].metric == "alerts_criminal"


def test_no_campaign_is_nothing(calm: Snapshot) -> None:
    assert campaign.progress(calm, Selection()) is None


def test_a_filter_that_the_forecast_is_not_about_says_so(calm: Snapshot) -> None:
    assert "全部类别" in found_in(calm, categories=("刑事",)).outlook_note
    assert found_in(calm, Asked("alerts_help", DAY, "group")).outlook_note == ""
    assert "预测" in found_in(calm).outlook_note


def test_the_frame_holds_eight_weeks_before_what_is_drawn() -> None:
    frame = asking.frame_of(Period(LAST, LAST), Period(LAST, LAST).window, DAY, 1)
    assert (frame.first - frame.lead).days == 56 and (frame.last - frame.first).days == 55
    weeks = asking.frame_of(Period(LAST, LAST), Period(LAST, LAST).window, WEEK, 1)
    assert weeks.first.isoweekday() == 1 and (weeks.first - weeks.past_first).days == 364
