"""Work against duty: hand-made weeks, what is missing is said, the planted night shift is found and nothing else."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from data.demo import bureau
from data.demo.plan import Plan
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import query, staffing
from metrics.model import MetricError, UnknownName
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from metrics.staffing import cli, moving, posts, stations, workload
from metrics.staffing.values import Rules, StationStaffing
from tests import force, tiny
from tests.tiny import CITY, EDGE, VILLAGE

Change = Callable[[duckdb.DuckDBPyConnection], None]
FIRST, DAYS = date(2026, 9, 28), 28  # four whole weeks from a Monday
WEEKS = Rules(weeks=4)
LAST = Selection(period="custom", first=FIRST + timedelta(days=DAYS - 1), last=FIRST + timedelta(days=DAYS - 1))


def _each_day(days: int = DAYS) -> list[date]:
    return [FIRST + timedelta(days=n) for n in range(days)]


def calls(*hours: int, station: str = CITY, days: int = DAYS, **more: Any) -> Change:
    """Calls at these hours of every day: two people on the way at once, there after 10 minutes, an hour in all."""

    def insert(con: duckdb.DuckDBPyConnection) -> None:
        rows = []
        for day in _each_day(days):
            for hour in hours:
                at = datetime(day.year, day.month, day.day, hour)
                times = {"dispatch_time": at, "arrive_time": at + timedelta(minutes=10),
                         "done_time": at + timedelta(hours=1), "officers_n": 2}  # fmt: skip
                rows.append({"call": at, "station": station, **times, **more})
        tiny.alerts(con, rows)

    return insert


def duty(begin: int, length: int, people: int, station: str = CITY, days: int = DAYS) -> Change:
    """The same shift every day."""

    def insert(con: duckdb.DuckDBPyConnection) -> None:
        for day in _each_day(days):
            at = datetime(day.year, day.month, day.day, begin)
            force.shift(con, station, str(at), str(at + timedelta(hours=length)), officers=people)

    return insert


def of(snapshot: Snapshot, station: str | None = CITY, **more: Any) -> StationStaffing:
    return staffing.of(snapshot, LAST, station, Rules(weeks=4, **more))


# ---- one station by hand ---------------------------------------------------------------------------


def test_needed_and_on_duty_of_a_hand_made_month(store: Store) -> None:
    """Three calls a day of two people-hours each; three people from 8 to 20, who see two of the three calls."""
    one = of(tiny.snapshot_of(store, calls(9, 15, 22), duty(8, 12, 3)))
    assert (one.first, one.last) == (FIRST, FIRST + timedelta(days=DAYS - 1))
    assert (one.counted, one.measured, one.hours_per_call, one.crew) == (84, 84, 2, 2)
    assert one.posts == pytest.approx(3 * 2 / 24 / 0.6)
    assert one.headcount == math.ceil(3 * 2 / 24 / 0.6 * 365 * 24 / 1864)
    assert one.utilisation == pytest.approx(100 * 6 / 36)
    assert one.match == pytest.approx(2 / 12)
    assert one.day_on_duty == tuple(3 if 8 <= hour < 20 else 0 for hour in range(24))
    assert sum(value or 0 for value in one.day_needed) == pytest.approx(24 * 3 * 2 / 24 / 0.6, rel=0.05)
    assert one.day_needed[22] == pytest.approx(2 / 0.6, rel=0.25)
    assert [run.hours for run in one.short] == [(22,)]
    assert one.words[0].startswith("22 时至 23 时缺 3 人（22 时应配 3.")
    assert one.overload[2][22] and one.wait[2][22] is None and one.p_no_unit[2][22] == 1
    assert one.queue is not None and one.queue.overload > 0.3 and one.queue.p90_wait is None


def test_a_station_with_people_enough_is_told_so(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15, 22), duty(0, 24, 6)))
    assert one.short == () and one.words == ("各时段在岗人数均不少于应配人数（相差不足 1 人不计）。",)
    assert one.queue is not None and one.queue.overload == 0
    assert one.queue.p90_wait is not None and one.queue.mean_wait is not None
    assert all(value == 0 for day in one.shortfall for value in day)


def test_counts_duty_and_match_are_those_of_the_metrics(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22), calls(3, 9, station=EDGE), duty(8, 12, 3), duty(0, 8, 2, EDGE))
    names = ("posts_needed", "posts_on_duty", "utilisation", "match_index")
    period = Period(FIRST, FIRST + timedelta(days=DAYS - 1))
    asked = query.run(snapshot, Question(Selection(), period, (Breakdown(names, ("station",)),)))
    found = asked.frame(("station",)).set_index("station")
    for code in (CITY, EDGE):
        one, row = of(snapshot, code), found.loc[code]
        assert one.posts == pytest.approx(row["posts_needed"])
        assert sum(value or 0 for value in one.day_on_duty) / 24 == pytest.approx(row["posts_on_duty"])
        assert one.utilisation == pytest.approx(row["utilisation"])
        assert one.match == pytest.approx(row["match_index"])


def test_calls_without_times_take_the_mean_of_the_others_and_it_is_said(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15), calls(22, done_time=None), duty(8, 12, 3)))
    assert (one.counted, one.measured) == (84, 56)
    assert one.posts == pytest.approx(3 * 2 / 24 / 0.6)
    assert "出警 84 起，其中 28 起处置时间或人数缺失，按均值补足。" in one.notes


def test_work_with_gaps_is_that_of_the_metrics(store: Store) -> None:
    """Calls without times, a roster of half the days, calls that nobody went to: page and metrics say the same."""
    nobody: dict[str, Any] = dict.fromkeys(("dispatch_time", "arrive_time", "done_time", "officers_n"))
    snapshot = tiny.snapshot_of(
        store, calls(9, 15), calls(22, done_time=None), calls(3, **nobody), calls(4, days=5, station=EDGE),
        calls(5, days=5, station=EDGE, officers_n=None), duty(8, 12, 3, days=14), duty(0, 8, 2, EDGE),
    )  # fmt: skip
    names = ("posts_needed", "utilisation", "match_index")
    period = Period(FIRST, FIRST + timedelta(days=DAYS - 1))
    asked = query.run(snapshot, Question(Selection(), period, (Breakdown(names), Breakdown(names, ("station",)))))
    by_station = asked.frame(("station",)).set_index("station")
    for code, row in ((None, asked.frame().iloc[0]), (CITY, by_station.loc[CITY]), (EDGE, by_station.loc[EDGE])):
        one = of(snapshot, code)
        assert one.posts == pytest.approx(row["posts_needed"])
        assert one.utilisation == pytest.approx(row["utilisation"])
        assert one.match == pytest.approx(row["match_index"])
    assert of(snapshot, CITY).utilisation == pytest.approx(100 * 6 / 36)
    # Five calls are too few for a mean of their own: the bureau's fills the gaps, what is measured stays.
    assert of(snapshot, EDGE).posts == pytest.approx(10 * 2 / DAYS / 24 / 0.6)
    assert any("只有 5 起，其余按全局均值补足" in note for note in of(snapshot, EDGE).notes)


def test_a_call_has_the_same_hours_in_every_period(store: Store) -> None:
    """September's calls without times take September's mean, asked for a day, for all of it or with October."""

    def longer(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "UPDATE alerts SET done_time = call_time + INTERVAL 3 HOUR WHERE call_time >= TIMESTAMP '2026-10-01'"
        )
        con.execute("UPDATE alerts SET done_time = NULL WHERE hour(call_time) = 22")

    snapshot = tiny.snapshot_of(store, calls(*range(9, 23)), longer)

    def hours(first: date, last: date) -> float | None:
        asked = Question(Selection(), Period(first, last), (Breakdown(("work_hours",)),))
        return query.run(snapshot, asked).total("work_hours")

    september, october = (FIRST, date(2026, 9, 30)), (date(2026, 10, 1), FIRST + timedelta(days=DAYS - 1))
    assert hours(FIRST, FIRST) == pytest.approx(14 * 2)
    assert hours(*september) == pytest.approx(3 * 14 * 2)
    assert hours(*october) == pytest.approx(25 * 14 * 6)
    assert hours(FIRST, october[1]) == pytest.approx(3 * 14 * 2 + 25 * 14 * 6)


def test_calls_known_only_by_day_leave_the_need_unknown(store: Store) -> None:
    def only_days(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("UPDATE alerts SET time_precision = 'day', call_time = date_trunc('day', call_time)")

    snapshot = tiny.snapshot_of(store, calls(9, 15), only_days, duty(8, 12, 3))
    one = of(snapshot)
    assert (one.counted, one.posts, one.headcount) == (0, None, None)
    assert one.words == ("时段内没有知道钟点的警情，无法测算应配人数。",)
    asked = Question(Selection(), Period(FIRST, FIRST + timedelta(days=6)), (Breakdown(("posts_needed",)),))
    assert query.run(snapshot, asked).total("posts_needed") is None


def test_calls_of_no_known_station_are_left_out_and_it_is_said(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15), calls(3, station="999"), duty(8, 12, 3)), None)
    assert one.posts == pytest.approx(2 * 2 / 24 / 0.6)
    assert "另有 28 起出警警情的单位不在单位表中，未计入。" in one.notes


def test_calls_that_nobody_went_to_need_nobody(store: Store) -> None:
    nobody: dict[str, Any] = dict.fromkeys(("dispatch_time", "arrive_time", "done_time", "officers_n"))
    one = of(tiny.snapshot_of(store, calls(9), calls(22, **nobody), calls(20, is_invalid=True), duty(8, 12, 3)))
    assert one.counted == 28
    assert one.day_needed[22] == pytest.approx(0, abs=0.3)


def test_a_call_that_someone_reached_counts_though_its_dispatch_was_not_stamped(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15), calls(22, dispatch_time=None), duty(8, 12, 3)))
    assert (one.counted, one.measured) == (84, 56)


def test_the_day_that_still_runs_is_left_out(store: Store) -> None:
    today = FIRST + timedelta(days=DAYS)

    def morning(con: duckdb.DuckDBPyConnection) -> None:
        tiny.alerts(con, [{"call": datetime(today.year, today.month, today.day, 9)}])

    snapshot = tiny.snapshot_of(store, calls(*range(24)), morning)
    one = staffing.of(snapshot, Selection(period="custom", first=today, last=today), CITY, WEEKS)
    assert (one.last, one.counted) == (today - timedelta(days=1), 28 * 24)


def test_only_a_whole_person_beyond_chance_is_a_shortfall() -> None:
    need, low, people = np.full(24, 3.0), np.full(24, 2.5), np.full(24, 3.0)
    people[[3, 4]], people[10], people[12] = 1.0, 2.2, 1.9
    low[12] = 1.8
    assert [run.hours for run in posts.short_runs(need, low, people)] == [(3, 4)]


def test_headcount_and_relief() -> None:
    assert posts.relief_factor(24, 1864) == pytest.approx(4.70, abs=5e-3)
    assert posts.headcount(2, Rules()) == 10
    assert posts.headcount(3, Rules(), shift_hours=8) == 5
    assert posts.headcount(0, Rules()) == 0
    assert float(posts.needed(np.array(1.2), 1.5, Rules())) == pytest.approx(3)
    assert posts.needed(np.array([0.0, 0.1]), 1.5, Rules(least_crew=2)).tolist() == [0, 2]


def test_hours_are_said_as_runs_on_the_clock() -> None:
    assert posts.runs_of((21, 22, 23, 0, 7)) == [(7,), (21, 22, 23, 0)]
    assert [posts.say_run(run) for run in posts.runs_of((21, 22, 23, 0, 7))] == ["7 时至 8 时", "21 时至次日 1 时"]
    assert posts.say_run((22, 23)) == "22 时至 24 时"
    assert posts.say_run(posts.runs_of(tuple(range(24)))[0]) == "全天"
    assert posts.runs_of(()) == []


# ---- what is not known -----------------------------------------------------------------------------


def test_without_work_times_nothing_is_told_unless_a_default_is_set(store: Store) -> None:
    nothing: dict[str, Any] = {"dispatch_time": None, "arrive_time": None, "done_time": None, "officers_n": None}
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22, **nothing), duty(8, 12, 3))
    one = of(snapshot)
    assert (one.posts, one.headcount, one.utilisation, one.queue, one.short) == (None, None, None, None, ())
    assert all(value is None for day in one.needed for value in day)
    assert one.match == pytest.approx(2 / 12)
    unknown = ("work_hours", "posts_needed", "rostered_work_hours", "utilisation")
    asked = Question(Selection(), Period(FIRST, one.last), (Breakdown(unknown), Breakdown(unknown, ("station",))))
    answer = query.run(snapshot, asked)
    assert [answer.total(name) for name in unknown] == [None] * 4
    by_station = answer.frame(("station",)).set_index("station")
    assert by_station.loc[CITY].isna().all()
    # No calls bind nobody, whatever a call would take.
    assert by_station.loc[VILLAGE, "posts_needed"] == 0
    assert one.words == ("警情没有处置时间或出动人数，无法测算应配人数。",)
    given = of(snapshot, hours_per_call=2.0)
    assert given.posts == pytest.approx(3 * 2 / 24 / 0.6) and given.queue is not None
    assert any("每起按设定的 2 人·小时计" in note for note in given.notes)
    with pytest.raises(MetricError, match="没有处置时间"):
        staffing.what_if(snapshot, LAST, CITY, EDGE, rules=WEEKS, hours=((0, 1),))


def test_without_rosters_needed_is_told_and_nothing_is_compared(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22))
    one = of(snapshot)
    assert one.posts == pytest.approx(0.25 / 0.6)
    assert (one.match, one.match_ceiling, one.utilisation, one.queue, one.short) == (None, None, None, None, ())
    assert all(value is None for day in (*one.on_duty, *one.shortfall, *one.p_no_unit) for value in day)
    assert "没有排班数据。" in one.notes and "没有排班数据" in one.words[0]
    with pytest.raises(MetricError, match="没有排班数据"):
        staffing.what_if(snapshot, LAST, CITY, EDGE, rules=WEEKS, hours=((0, 1),))
    assert staffing.allocate(snapshot, LAST, 3, rules=WEEKS).words == ("没有可对照的排班和处警数据，无法分配。",)


def test_a_station_without_calls_needs_nobody(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22), duty(8, 12, 3), duty(8, 12, 2, VILLAGE))
    one = of(snapshot, VILLAGE)
    assert (one.counted, one.posts, one.headcount, one.utilisation) == (0, 0, 0, 0)
    assert (one.match, one.match_ceiling, one.queue, one.short) == (None, None, None, ())
    assert all(value == 0 for day in one.needed for value in day)
    assert all(value is not None and 0 < value < 1 for day in (*one.high, one.day_high) for value in day)
    assert one.words == ("时段内无出警警情，应配 0 人。",)


def test_rosters_without_any_alert(store: Store) -> None:
    def case(con: duckdb.DuckDBPyConnection) -> None:
        tiny.cases(con, [{"filed": "2026-10-25 10:00:00"}])

    one = of(tiny.snapshot_of(store, duty(8, 12, 3), case))
    assert (one.posts, one.utilisation, one.match, one.queue) == (None, None, None, None)
    assert "这段时间没有警情数据。" in one.notes


def test_an_empty_store_says_so(store: Store) -> None:
    with pytest.raises(MetricError, match="还没有警情"):
        staffing.of(tiny.snapshot_of(store), Selection())


def test_places_without_a_station_are_said(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22), duty(8, 12, 3))
    with pytest.raises(MetricError, match="已登记的派出所"):
        of(snapshot, "未登记")
    with pytest.raises(MetricError, match="已登记的派出所"):
        staffing.what_if(snapshot, LAST, CITY, "未登记", rules=WEEKS)
    nowhere = Selection(period="custom", first=LAST.first, last=LAST.last, stations=("未登记",))
    assert staffing.all_stations(snapshot, nowhere, WEEKS).empty
    assert staffing.allocate(snapshot, nowhere, 2, rules=WEEKS).grants == ()


def test_a_bureau_without_a_list_of_stations_is_told_so(store: Store) -> None:
    tiny.publish(store, calls(9), with_lists=False)
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    assert staffing.all_stations(snapshot, LAST, WEEKS).empty
    with pytest.raises(MetricError, match="导入单位表"):
        of(snapshot, None)


def test_fewer_days_of_roster_than_of_alerts_are_averaged_over_their_own(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15, 22), duty(8, 12, 3, days=14)))
    assert one.utilisation == pytest.approx(100 * 6 / 36)
    assert one.day_on_duty[9] == one.on_duty[0][9] == 3
    assert "排班数据只有 14 天，在岗人数按有排班的日子平均。" in one.notes


def test_29_february_is_a_day_like_any_other(store: Store) -> None:
    leap = [datetime(2028, 2, 28, 9) + timedelta(days=n) for n in range(3)]
    snapshot = tiny.snapshot_of(store, lambda con: tiny.alerts(con, [{"call": at} for at in leap]))
    one = staffing.of(snapshot, Selection(period="custom", first=date(2028, 2, 29), last=date(2028, 2, 29)), CITY)
    assert (one.first, one.last) == (date(2027, 12, 8), date(2028, 2, 29))
    assert one.counted == 2


def test_one_day_leaves_the_other_weekdays_unknown(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15, 22, days=1), duty(8, 12, 3, days=1)))
    assert one.needed[0][9] is not None and one.on_duty[0][9] == 3
    assert all(value is None for day in (*one.needed[1:], *one.on_duty[1:]) for value in day)
    assert one.posts == pytest.approx(0.25 / 0.6)
    assert any("没有警情数据，不计入平均" in note for note in one.notes)


def test_calls_known_only_by_day_enter_no_hour(store: Store) -> None:
    one = of(tiny.snapshot_of(store, calls(9, 15), calls(0, time_precision="day"), duty(8, 12, 3)))
    assert one.counted == 56
    assert one.calls[0][0] == pytest.approx(0, abs=0.2)
    assert any("另有 28 起有效警情不知钟点" in note for note in one.notes)


def test_categories_do_not_make_the_work_less(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15), duty(8, 12, 3))
    narrowed = Selection(period="custom", first=LAST.first, last=LAST.last, categories=("刑事",))
    one = staffing.of(snapshot, narrowed, CITY, WEEKS)
    assert one.counted == 56
    assert any("未按所选类别筛选" in note for note in one.notes)
    with pytest.raises(UnknownName):
        staffing.of(snapshot, LAST, "北郊派出所")


def test_all_stations_and_the_bureau_add_up(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22), calls(3, 9, station=EDGE), duty(8, 12, 3), duty(0, 8, 2, EDGE))
    frame = staffing.all_stations(snapshot, LAST, WEEKS).set_index("station")
    whole = of(snapshot, None)
    assert frame["calls"].sum() == whole.counted == 140
    assert frame["needed"].sum() == pytest.approx(whole.posts)
    # Shortfalls of one station are not made good by people of another.
    assert frame["missing_hours"].sum() == pytest.approx(sum(value or 0 for value in whole.day_shortfall), abs=0.2)
    assert json.loads(str(frame.loc[CITY, "short_hours"])) == [22]
    assert frame.loc[VILLAGE, "match"] is None and frame.loc[VILLAGE, "missing"] is None
    assert set(frame["match_verdict"]) == {stations.UNJUDGED}
    assert whole.words[0] == "3 个派出所中 2 个有缺 1 人以上的时段。"


def test_the_interval_of_a_sum_is_narrower_than_the_sum_of_the_intervals(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(9, 15, 22), calls(9, station=EDGE), duty(8, 12, 3))
    parts, whole = [of(snapshot, code) for code in (CITY, EDGE, VILLAGE)], of(snapshot, None)
    for high, needed in (("day_high", "day_needed"), ("day_low", "day_needed")):
        distances = [(getattr(one, high)[9] or 0) - (getattr(one, needed)[9] or 0) for one in parts]
        total = (getattr(whole, high)[9] or 0) - (getattr(whole, needed)[9] or 0)
        assert abs(total) == pytest.approx(math.hypot(*distances))


# ---- smoothing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("difference", [0.0, 0.3, 0.6])
def test_smoothed_rates_are_nearer_than_raw_ones_and_their_intervals_hold(difference: float) -> None:
    """Sixty stations whose hours differ by lognormal factors, twelve weeks: errors and coverage against the truth."""
    rng = np.random.default_rng(1)
    weeks, shape = 12, (60, 7, 24)
    pattern = 0.4 + np.exp(-(((np.arange(24) - 18) / 5) ** 2))
    truth = pattern * rng.uniform(0.1, 1.2, (60, 1, 1))
    for size, part in ((1.0, (60, 1, 24)), (0.5, (60, 7, 1)), (0.5, shape)):
        truth = truth * np.exp(difference * size * rng.standard_normal(part))
    counts = rng.poisson(truth * weeks).astype(float)
    gamma_shape, rate, hour_shape = workload.smoothed(counts, np.full(7, float(weeks)))
    mean = gamma_shape / rate
    assert np.sqrt(((mean - truth) ** 2).mean()) < 0.85 * np.sqrt(((counts / weeks - truth) ** 2).mean())
    low, high = (stats.gamma.ppf(p, gamma_shape) / rate for p in (0.025, 0.975))
    assert 0.85 <= ((low <= truth) & (truth <= high)).mean() <= 0.99
    by_hour = mean.mean(1)
    low, high = (by_hour * stats.gamma.ppf(p, hour_shape) / hour_shape for p in (0.025, 0.975))
    assert 0.92 <= ((low <= truth.mean(1)) & (truth.mean(1) <= high)).mean() <= 0.995
    assert mean.sum() * weeks == pytest.approx(counts.sum(), rel=0.01)


@pytest.mark.parametrize("counts", [np.zeros((3, 7, 24)), np.eye(168)[:1], np.eye(168)[:4]])
def test_smoothing_of_next_to_nothing_is_defined(counts: workload.Floats) -> None:
    shape, rate, by_hour = workload.smoothed(counts.reshape(-1, 7, 24), np.full(7, 4.0))
    assert np.isfinite(shape).all() and np.isfinite(rate).all() and np.isfinite(by_hour).all()
    assert (shape / rate >= 0).all()


# ---- moving a post ---------------------------------------------------------------------------------


def _busy(store: Store) -> Snapshot:
    evenings = calls(17, 18, 18, 19, 20, 21)
    return tiny.snapshot_of(store, evenings, calls(9, 18, station=EDGE), duty(0, 24, 6), duty(0, 24, 8, EDGE))


def test_a_moved_post_helps_one_and_costs_the_other(store: Store) -> None:
    snapshot = _busy(store)
    evening = staffing.slots(16, 8)
    move = staffing.what_if(snapshot, LAST, EDGE, CITY, 2, evening, WEEKS)
    helped, cost = move.target.p_no_unit, move.source.p_no_unit
    assert helped.after is not None and helped.before is not None and helped.high is not None
    assert helped.after < helped.before and helped.high < 0 and helped.verdict == "真变化"
    assert cost.low is not None and cost.low > 0
    assert move.target.p90_wait.low is not None and move.target.p90_wait.change is not None
    assert move.target.p90_wait.low <= move.target.p90_wait.change <= (move.target.p90_wait.high or 0)
    assert move.target.response_p90 == pytest.approx(10)
    assert move.words[0] == "从西郊派出所调 2 人到东港派出所（每日 16 时至 24 时）："
    assert staffing.what_if(snapshot, LAST, EDGE, CITY, 2, evening, WEEKS) == move


def test_more_people_help_more_and_before_is_what_the_station_has(store: Store) -> None:
    snapshot = _busy(store)
    after = []
    for people in (1, 2, 3):
        move = staffing.what_if(snapshot, LAST, EDGE, CITY, people, staffing.slots(0, 24), WEEKS)
        queue = of(snapshot).queue
        assert queue is not None
        assert move.target.p_no_unit.before == pytest.approx(queue.p_no_unit)
        assert move.target.p90_wait.before == pytest.approx(queue.p90_wait)
        after.append(move.target.p_no_unit.after or 0)
    assert after[0] > after[1] > after[2]


def test_moves_that_cannot_be_are_said(store: Store) -> None:
    snapshot = _busy(store)
    with pytest.raises(MetricError, match=r"平均在岗只有 6\.0 人，调不出 7 人"):
        staffing.what_if(snapshot, LAST, CITY, EDGE, 7, ((0, 3),), WEEKS)
    with pytest.raises(MetricError, match="同一个派出所"):
        staffing.what_if(snapshot, LAST, CITY, CITY, 1, ((0, 3),), WEEKS)
    with pytest.raises(MetricError, match="1 人以上"):
        staffing.what_if(snapshot, LAST, CITY, EDGE, 0, ((0, 3),), WEEKS)
    with pytest.raises(MetricError, match="请指定"):
        staffing.what_if(snapshot, LAST, CITY, EDGE, 1, None, WEEKS)


def test_effect_of_endless_waits() -> None:
    endless, some = np.full(9, np.inf), np.full(9, 0.5)
    for before, after, verdict in (
        (endless, endless, moving.UNSURE),
        (endless, some, "真变化"),
        (some, endless, "真变化"),
    ):
        found = moving.effect(before, after)
        assert found.verdict == verdict
    assert moving.effect(endless, some).before is None and moving.effect(endless, some).after == 0.5
    assert moving.effect(some, some).verdict == moving.UNSURE


def test_slots_of_a_shift() -> None:
    assert staffing.slots(22, 4, [6]) == ((0, 0), (0, 1), (6, 22), (6, 23))
    assert len(staffing.slots(0, 24)) == 168
    assert moving.say_slots(staffing.slots(21, 6)) == "每日 21 时至次日 3 时"
    assert moving.say_slots(staffing.slots(21, 6, [4])) == "一周 6 小时"
    with pytest.raises(MetricError):
        staffing.slots(25, 3)


def test_the_interval_of_a_move_holds_the_true_effect() -> None:
    """Draws about estimates from simulated counts: the 95% interval covers the effect at the true rates."""
    rng = np.random.default_rng(11)
    truth = (0.3 + 0.9 * np.exp(-(((np.arange(24) - 19) / 4) ** 2))) * np.ones((7, 1))
    held = 0
    for _ in range(60):
        counts = rng.poisson(truth * 12, (12, 7, 24)).astype(float)
        shape, rate, _hour = workload.smoothed(counts, np.full(7, 12.0))
        drawn = rng.gamma(shape[0], 1.0, (200, 7, 24)) * rng.gamma(counts[0].sum(), 1 / counts[0].sum(), (200, 1, 1))
        rates = np.vstack([truth[None], shape[:1] / rate[:1], drawn / rate[0]]).reshape(202, 168)
        change = _p_no_unit(rates, 3.0) - _p_no_unit(rates, 2.0)
        found = moving.effect(np.zeros(201), change[1:])
        assert found.low is not None and found.high is not None
        held += found.low <= change[0] <= found.high
    assert 50 <= held <= 60


def _p_no_unit(rates: workload.Floats, units: float) -> workload.Floats:
    from metrics.staffing import queueing

    weights = rates / rates.sum(1, keepdims=True)
    return np.asarray((weights * queueing.erlang_c(units, rates * 0.6)).sum(1))


def test_draws_carry_the_chance_in_all_calls_and_in_the_work_of_each(store: Store) -> None:
    """84 calls, half of one hour and half of three: relative errors 1/√84 of the level, ½/√84 of the mean work."""

    def alternate(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "UPDATE alerts SET done_time = call_time + INTERVAL 3 HOUR WHERE date_diff('day', DATE '2026-09-28',"
            " cast(call_time AS DATE)) % 2 = 1"
        )

    snapshot = tiny.snapshot_of(store, calls(9, 15, 22), alternate, duty(8, 12, 3))
    days = workload.window(snapshot, LAST, WEEKS)
    counted = workload.load(snapshot, days)
    place = counted.stations.index(CITY)
    assert workload.spread_per_call(counted)[place] == pytest.approx(0.5 / math.sqrt(84))
    state = moving._state(snapshot, (days, WEEKS, place))
    assert state.hours[1:].std() / state.hours[0, 0] == pytest.approx(0.5 / math.sqrt(84), rel=0.2)
    calls_drawn = (state.load / state.hours).sum(1)
    assert calls_drawn[1:].std() / calls_drawn[0] > 0.95 / math.sqrt(84)


def test_extra_posts_go_to_the_hours_that_are_short(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store, calls(9, 15, 22), calls(3, 9, station=EDGE), duty(8, 12, 4), duty(0, 24, 5, EDGE)
    )
    found = staffing.allocate(snapshot, LAST, 5, rules=WEEKS)
    assert [grant.station for grant in found.grants] == [CITY]
    assert found.worst_before == pytest.approx(of(snapshot).short[0].missing)
    assert found.worst_after < 0.5 and found.placed < found.asked
    assert all(any((22 - shift.begin) % 24 < 8 for shift in grant.shifts) for grant in found.grants)
    assert found.grants[0].reason.startswith("东港派出所 22 时至 23 时缺 3 人；增 ")
    # Without a number: as many as the shortages that are named take.
    enough = staffing.allocate(snapshot, LAST, rules=WEEKS)
    assert (enough.asked, enough.grants) == (found.placed, found.grants)
    with pytest.raises(MetricError):
        staffing.allocate(snapshot, LAST, 0)


# ---- the planted night shift and the command line --------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Snapshot, dict[str, Any], Path]]:
    root = tmp_path_factory.mktemp("staffed") / "store"
    bureau.publish(Store(root), Plan(12, 1, 60_000, 3, date(2026, 11, 21)))
    snapshot = Reader(Store(root)).snapshot()
    assert snapshot is not None
    truths = json.loads((root / bureau.TRUTH_FILE).read_text(encoding="utf-8"))
    (planted,) = [truth for truth in truths if truth["kind"] == "staffing"]
    yield snapshot, planted, root


def test_missing_people_are_rounded_in_one_way() -> None:
    said = [posts.say_missing(people) for people in (3.54, 3.5, 3.49, 1.0, 0.99, 0.5, 0.49, 0.0)]
    assert said == ["4 人", "4 人", "3 人", "1 人", "不足 1 人", "不足 1 人", "0 人", "0 人"]


def test_the_planted_night_shift_is_found_and_nothing_like_it(demo: tuple[Snapshot, dict[str, Any], Path]) -> None:
    snapshot, planted, _ = demo
    assert planted["planted"] and planted["detectable"]
    frame = staffing.all_stations(snapshot, Selection()).set_index("station")
    (code,) = planted["stations"]
    assert [index for index, hours in frame["short_hours"].items() if json.loads(hours)] == [code]
    assert list(frame.index[frame["match_verdict"] == stations.LOW]) == [code]
    one = staffing.of(snapshot, Selection(), code)
    assert one.short[0].worst_hour in planted["size"]["hours"]
    night = [one.day_shortfall[hour] or 0 for hour in planted["size"]["hours"]]
    assert sum(night) > 0.6 * sum(value or 0 for value in one.day_shortfall)


def test_the_command_line_answers(
    demo: tuple[Snapshot, dict[str, Any], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, planted, root = demo
    code = planted["stations"][0]
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers())
    other = next(name for name in ("990101010000", "990101020000") if name != code)

    def say(*words: str) -> str:
        parsed = parser.parse_args(["staffing", *words])
        assert parsed.handler(parsed) == 0
        return capsys.readouterr().out

    at = ("--store", str(root))
    assert "缺" in say("show", "--station", code, *at)
    assert json.loads(say("show", "--station", code, "--format", "json", *at))["station"] == code
    assert "明显偏低" in say("all", *at)
    assert len(json.loads(say("all", "--format", "json", *at))) == 12
    assert "调 1 人" in say("move", "--source", other, "--target", code, *at)
    assert "增配" in say("allocate", "2", *at)
    assert "至少 23 人" in say("roster", "--needs", "17,13,15,19,14,16,11")
    assert "已证明最少" in say("roster", "--station", code, *at)
    with pytest.raises(MetricError):
        say("roster", "--needs", "1,2")
    with pytest.raises(MetricError):
        say("move", "--source", other, "--target", code, "--shift", "21-6", *at)
