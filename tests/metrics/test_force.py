"""What 警力配置 shows: who is short when, the staffing rules of a policy with what they lack, moves that make sense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import staffing, targets
from metrics.force import moves, shifts
from metrics.force.moves import Wish
from metrics.force.rules import Rule, rules
from metrics.force.work import work
from metrics.model import MetricError
from metrics.score import MISSED
from metrics.selection import Selection
from metrics.staffing.values import ShortRun
from tests import force, tiny
from tests.tiny import CITY, EDGE, VILLAGE

Change = Callable[[duckdb.DuckDBPyConnection], None]
FIRST, DAYS = date(2026, 9, 28), 28  # four whole weeks from a Monday
LAST = Selection(period="custom", first=FIRST + timedelta(days=DAYS - 1), last=FIRST + timedelta(days=DAYS - 1))
ALL_DAY = (9, 15, 22)


def calls(*hours: int, station: str = CITY, **more: Any) -> Change:
    """Calls at these hours of every day that bind two people for an hour."""

    def insert(con: duckdb.DuckDBPyConnection) -> None:
        moments = [datetime(2026, 9, 28, hour) + timedelta(days=n) for n in range(DAYS) for hour in hours]
        times: dict[str, timedelta] = {"dispatch_time": timedelta(0), "arrive_time": timedelta(minutes=10),
                                       "done_time": timedelta(hours=1)}  # fmt: skip
        rows = [
            {"call": at, "station": station, "officers_n": 2, **{key: at + after for key, after in times.items()}}
            for at in moments
        ]
        tiny.alerts(con, [{**row, **more} for row in rows])

    return insert


def duty(begin: int, length: int, people: int, station: str = CITY) -> Change:
    """The same shift every day."""

    def insert(con: duckdb.DuckDBPyConnection) -> None:
        for n in range(DAYS):
            at = datetime(2026, 9, 28, begin) + timedelta(days=n)
            force.shift(con, station, str(at), str(at + timedelta(hours=length)), officers=people)

    return insert


def short_at_night(store: Store) -> Snapshot:
    """东港 has nobody after 20 o'clock and a call at 22; 西郊 and 南山 have people enough around the clock."""
    return tiny.snapshot_of(
        store, calls(*ALL_DAY), duty(8, 12, 4), calls(10, station=EDGE), duty(0, 24, 6, EDGE),
        calls(12, station=VILLAGE), duty(0, 24, 9, VILLAGE),
    )  # fmt: skip


# ---- who is short when -----------------------------------------------------------------------------


def test_short_hours_are_those_of_the_station(store: Store) -> None:
    snapshot = short_at_night(store)
    found = work(snapshot, LAST)
    assert (found.count, found.name) == (3, "全部 3 个派出所")
    hours = [hour for hour, lack in enumerate(found.day) if lack.stations]
    own = staffing.of(snapshot, LAST, CITY)
    assert hours == sorted(hour for run in own.short for hour in run.hours) == [22]
    assert [code for code, _, _ in found.day[22].stations] == [CITY]
    need = own.day_needed[22]
    assert need is not None and 3 < need < 3.5 and found.day[22].people == 3
    assert [(code, name) for code, name, _ in found.short] == [(CITY, "东港所")]
    assert [hour % 24 for hour, lack in enumerate(found.week) if lack.stations] == [22] * 7


def test_a_chosen_station_stands_alone_and_the_table_keeps_all(store: Store) -> None:
    snapshot = short_at_night(store)
    found = work(snapshot, Selection(period="custom", first=LAST.first, last=LAST.last, stations=("西郊派出所",)))
    assert (found.count, found.name, found.one.station) == (1, "西郊所", EDGE)
    assert not any(lack.stations for lack in (*found.day, *found.week))
    assert set(found.table["station"]) == {CITY, EDGE, VILLAGE}
    two = work(snapshot, Selection(period="custom", first=LAST.first, last=LAST.last, stations=(EDGE, CITY)))
    assert (two.count, two.name) == (2, "2 个派出所")


def test_what_is_not_known_is_said_to_be_unknown(store: Store) -> None:
    found = work(tiny.snapshot_of(store, calls(*ALL_DAY, dispatch_time=None, arrive_time=None, done_time=None)), LAST)
    assert (found.knows_need, found.knows_duty) == (False, False)
    assert found.one.counted == 84
    assert not any(lack.stations for lack in found.day)


def test_duty_alone_and_work_alone(store: Store) -> None:
    found = work(tiny.snapshot_of(store, calls(*ALL_DAY)), LAST)
    assert (found.knows_need, found.knows_duty) == (True, False)


def test_calls_known_by_the_day_enter_no_hour(store: Store) -> None:
    found = work(tiny.snapshot_of(store, calls(0, time_precision="day"), duty(0, 24, 2)), LAST)
    assert (found.one.counted, found.undated) == (0, DAYS)


def test_an_empty_store_is_refused_in_words(store: Store) -> None:
    with pytest.raises(MetricError, match="数据接入"):
        work(tiny.snapshot_of(store), LAST)


# ---- rules -----------------------------------------------------------------------------------------


@pytest.fixture
def staffed(store: Store) -> Snapshot:
    """Two months of calls, staffing and duty; 西郊 has 3 community officers of 10, the others their 40%."""
    return tiny.snapshot_of(store, force.everything)


def rule(snapshot: Snapshot, id: str, selection: Selection | None = None) -> Rule:
    found = rules(snapshot, selection or Selection(), targets.load()).get(id)
    assert found is not None
    return found


def test_bureau_figure_and_sum_of_the_gaps(staffed: Snapshot) -> None:
    """13 community officers of 35 are 37.1%; only 西郊 misses: (3 + 2) ÷ (10 + 2) is the first share from 40%."""
    found = rule(staffed, "community_share")
    assert found.score is not None
    assert (found.score.numerator, found.score.denominator) == (13, 35)
    assert found.score.value == pytest.approx(100 * 13 / 35)
    assert (found.met, found.missed, found.people) == (2, 1, 2)
    assert found.text == "1 所未达标，合计还差 2 名社区民警"
    assert [one.station for one in found.rows] == [EDGE, CITY, VILLAGE]


def test_gaps_of_several_stations_add_up(staffed: Snapshot) -> None:
    """Auxiliaries: 22 for 20 officers, 8 for 10, 3 for 5: two stations lack two each, the bureau as a whole fewer."""
    found = rule(staffed, "auxiliary_ratio")
    assert found.score is not None and found.score.value == pytest.approx(33 / 35)
    assert found.text == "2 所未达标，合计还差 4 名辅警"
    assert found.is_missed


def test_one_station_says_its_own_gap(staffed: Snapshot) -> None:
    found = rule(staffed, "community_share", Selection(stations=(EDGE,)))
    assert found.score is not None
    assert (found.score.station, found.score.state, found.missed) == (EDGE, MISSED, 1)
    assert found.text.startswith("还差 2 名社区民警")
    assert len(found.rows) == 3
    met = rule(staffed, "community_share", Selection(stations=(CITY,)))
    assert (met.text, met.is_missed) == ("", False)


def test_several_stations_and_counts_have_no_common_figure(staffed: Snapshot) -> None:
    assert rule(staffed, "community_share", Selection(stations=(EDGE, CITY))).score is None
    teams = rule(staffed, "two_teams_one_room")
    assert teams.score is None
    assert teams.met + teams.missed == 3


def test_a_rule_of_the_bureau_has_no_stations(staffed: Snapshot) -> None:
    found = rule(staffed, "station_force_share")
    assert found.rows == () and found.score is not None
    assert found.score.value == pytest.approx(100 * 35 / 65)


def test_every_policy_and_the_first_missed(staffed: Snapshot) -> None:
    for policy in targets.policies():
        found = rules(staffed, Selection(), targets.load(policy))
        assert all(one.target.table in ("staffing", "duty") for one in found.found)
        shown = found.first_missed
        assert shown is None or shown.rows
    first = rules(staffed, Selection(), targets.load()).first_missed
    assert first is not None and first.target.id == "community_share"


def test_without_staffing_nothing_is_known(store: Store) -> None:
    found = rules(tiny.snapshot_of(store, calls(9)), Selection(), targets.load())
    assert not found.is_known
    assert all(one.text == "" for one in found.found)


# ---- moves -----------------------------------------------------------------------------------------


def test_without_a_wish_the_short_station_gets_people_of_the_richest(store: Store) -> None:
    trial = moves.trial(short_at_night(store), LAST, Wish())
    assert (trial.plan.give, trial.plan.take) == (VILLAGE, CITY)
    needed = trial.take.needed[22]
    assert needed is not None and 3 < needed < 3.5
    assert (trial.plan.begin, trial.plan.hours, trial.plan.people, trial.plan.most) == (22, 1, 3, 9)
    assert trial.take.before[22] == 0 and trial.take.after[22] == pytest.approx(3)
    assert trial.give.before[22] == 9 and trial.give.after[22] == pytest.approx(6)
    assert trial.take.after[21] == trial.take.before[21] == 0
    # What is proposed ends the shortage, helps beyond doubt, and makes nobody short in its place.
    assert trial.rest == () and trial.move.source.shortfall[1] == 0
    effect = trial.move.target.p_no_unit
    assert effect.high is not None and effect.high < 0


def test_nothing_is_proposed_where_nobody_is_short(store: Store) -> None:
    snapshot = short_at_night(store)
    one = Selection(period="custom", first=LAST.first, last=LAST.last, stations=(EDGE,))
    with pytest.raises(moves.Unneeded, match="西郊派出所各时段均不缺人") as refused:
        moves.trial(snapshot, one, Wish())
    assert refused.value.take == EDGE
    # Who asks for it gets it tried out.
    assert moves.trial(snapshot, one, Wish(take=EDGE)).plan.take == EDGE


def test_nothing_is_proposed_where_nobody_can_spare_anyone(store: Store) -> None:
    tight = (calls(22, station=EDGE), duty(0, 24, 3, EDGE), calls(22, station=VILLAGE), duty(0, 24, 3, VILLAGE))
    snapshot = tiny.snapshot_of(store, calls(*ALL_DAY), duty(8, 12, 4), *tight)
    with pytest.raises(moves.Unneeded, match="东港派出所 22 时至 23 时缺 3 人，各所在该时段均没有富余的人"):
        moves.trial(snapshot, LAST, Wish())


def test_a_shift_within_the_station_comes_first_where_it_ends_the_shortage(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls(*ALL_DAY), duty(8, 12, 7), calls(10, station=EDGE), duty(0, 24, 9, EDGE))
    trial = moves.trial(snapshot, LAST, Wish())
    assert trial.within is not None
    (part,) = trial.within.parts
    assert (part.people, part.into, len(part.out)) == (3, (22,), 1)
    assert part.out[0] in range(8, 20) and part.out[0] not in (9, 15)
    assert trial.within.side.shortfall[0] > 3 and trial.within.side.shortfall[1] < 0.5
    effect = trial.within.side.p_no_unit
    assert effect.high is not None and effect.high < 0
    assert trial.within.side.text.startswith("东港派出所所内调班：")


def test_hours_that_are_short_themselves_give_nobody() -> None:
    needed, duty = np.full((7, 24), 1.0), np.full((7, 24), 1.0)
    needed[:, [2, 14]], duty[:, 8] = 3.0, 4.0
    runs = tuple(ShortRun((hour,), hour, 3.0, 1.0) for hour in (2, 14))
    assert shifts.arranged(duty, needed, runs) is None  # 3 to spare at 8, 4 are lacking
    found = shifts.arranged(duty, needed, runs[:1])
    assert found is not None
    parts, after = found
    assert [(part.people, part.out, part.into) for part in parts] == [(2, (8,), (2,))]
    assert after[0, 8] == 2 and after[0, 2] == 3 and after.sum() == duty.sum()
    assert parts[0].text == "8 时至 9 时的 2 人改排 2 时至 3 时"


def test_a_move_on_some_weekdays_is_spread_over_the_average_day(store: Store) -> None:
    trial = moves.trial(short_at_night(store), LAST, Wish(days="67", begin=22, hours=2, people=7))
    assert trial.take.after[22] == pytest.approx(7 * 2 / 7)
    assert len(trial.plan.slots) == 4


def test_more_people_than_there_are_become_those_there_are(store: Store) -> None:
    trial = moves.trial(short_at_night(store), LAST, Wish(give=EDGE, take=CITY, people=12))
    assert (trial.plan.people, trial.plan.most) == (6, 6)
    assert trial.move.source.people == -6


def test_the_chosen_station_is_the_one_that_gets_people(store: Store) -> None:
    chosen = Selection(period="custom", first=LAST.first, last=LAST.last, stations=(EDGE,))
    plan = moves.trial(short_at_night(store), chosen, Wish(people=1)).plan
    assert (plan.give, plan.take, plan.hours) == (VILLAGE, EDGE, 8)


def test_the_giving_station_does_not_get_its_own_people_back(store: Store) -> None:
    plan = moves.trial(short_at_night(store), LAST, Wish(give=CITY, begin=9, hours=3)).plan
    assert plan.give == CITY and plan.take != CITY


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([calls(*ALL_DAY)], "没有勤务排班数据"),
        ([calls(*ALL_DAY), duty(0, 24, 3)], "不足两个"),
        ([calls(9, dispatch_time=None, arrive_time=None, done_time=None), duty(0, 24, 3)], "没有处置时间"),
    ],
)
def test_what_cannot_be_tried_out_says_why(store: Store, changes: list[Change], said: str) -> None:
    with pytest.raises(MetricError, match=said):
        moves.trial(tiny.snapshot_of(store, *changes), LAST, Wish())
