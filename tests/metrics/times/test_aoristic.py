"""Aoristic weeks: known answers of single intervals, sums, what is left out, filters, through the store's own SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.snapshots import Store
from metrics.selection import Selection
from metrics.times import aoristic
from metrics.times.aoristic import AoristicWeek
from tests import tiny
from tests.tiny import CITY, EDGE

# 2026-11-02 is a Monday.
NOVEMBER = Selection(period="custom", first=date(2026, 11, 1), last=date(2026, 11, 30))


def of(store: Store, cases: Iterable[dict[str, Any]], selection: Selection = NOVEMBER) -> AoristicWeek:
    """The week of hand-made cases; filed at the end of November unless they say otherwise."""
    rows = [{"filed": "2026-11-30 23:00", **case} for case in cases]
    return aoristic.week(tiny.snapshot_of(store, lambda con: tiny.cases(con, rows)), selection)


def case(begins: str | None, ends: str | None, **more: Any) -> dict[str, Any]:
    return {"occur_from": begins, "occur_to": ends, **more}


def touched(found: AoristicWeek) -> dict[tuple[int, int], float]:
    """Expected counts by (ISO weekday, hour) where there are any."""
    return {(int(day) + 1, int(hour)): found.expected[day, hour] for day, hour in np.argwhere(found.expected > 0)}


def test_eight_to_sixteen_is_an_eighth_in_each_of_eight_hours(store: Store) -> None:
    found = of(store, [case("2026-11-02 08:00", "2026-11-02 16:00")])
    assert touched(found) == {(1, hour): 0.125 for hour in range(8, 16)}
    assert (found.must.sum(), found.could.sum(), found.cases) == (0, 8, 1)


def test_parts_of_hours_weigh_as_they_are_long(store: Store) -> None:
    found = of(store, [case("2026-11-02 08:30", "2026-11-02 10:00")])
    assert touched(found) == pytest.approx({(1, 8): 1 / 3, (1, 9): 2 / 3})
    found = of(store, [case("2026-11-08 23:45", "2026-11-09 00:15")])
    assert touched(found)[1, 0] == touched(found)[7, 23] == 0.5, "Sunday midnight into Monday"


@pytest.mark.parametrize(
    ("begins", "ends", "without_end"),
    [
        ("2026-11-03 10:20", None, 1),
        ("2026-11-03 10:20", "2026-11-03 10:20", 0),
        ("2026-11-03 10:20", "2026-11-03 11:00", 0),
        ("2026-11-03 10:20", "2026-11-03 09:00", 1),
    ],
)
def test_points_and_missing_ends_count_at_the_start_hour(
    store: Store, begins: str, ends: str | None, without_end: int
) -> None:
    found = of(store, [case(begins, ends)])
    assert touched(found) == {(2, 10): 1.0}
    assert found.must[1, 10] == found.could[1, 10] == 1
    assert found.without_end == without_end
    assert any("没有发案止时" in note for note in found.notes) == bool(without_end)


@pytest.mark.parametrize("hours", [168, 169, 24 * 40])
def test_a_week_or_more_is_flat(store: Store, hours: int) -> None:
    ends = datetime(2026, 11, 4, 13, 20) + timedelta(hours=hours)
    found = of(store, [case("2026-11-04 13:20", ends.isoformat())])
    assert found.expected == pytest.approx(np.full((7, 24), 1 / 168))
    assert (found.could.sum(), found.must.sum(), found.week_long) == (168, 0, 1)


def test_just_under_a_week_comes_back_to_its_first_hour_once(store: Store) -> None:
    # 167 h 50 min from Wednesday 13:20: 40 minutes of the first hour and 10 of the same hour a week later.
    found = of(store, [case("2026-11-04 13:20", "2026-11-11 13:10")])
    assert found.could.max() == 1 and found.could.sum() == 168
    assert found.expected[2, 13] == pytest.approx(50 / (167 * 60 + 50))
    assert found.expected.sum() == pytest.approx(1)


def test_what_has_no_hour_is_left_out_and_told(store: Store) -> None:
    found = of(
        store,
        [
            case("2026-11-02 08:00", "2026-11-02 09:00"),
            case("2026-11-03 00:00", "2026-11-03 00:00", time_precision="day"),
            case("2026-11-01 00:00", None, time_precision="month"),
            case(None, "2026-11-04 10:00"),
            case("2026-11-05 10:00", "2026-11-05 11:00", time_precision="hour"),
            case("2026-11-06 10:00", None, no_file_time="2026-11-07 10:00", filed=None, accept_time="2026-11-06 12:00"),
        ],
    )
    assert touched(found) == {(1, 8): 1.0, (4, 10): 1.0}
    assert found.left_out == {"时间不精确到小时": 2, "无发案时间": 1}
    assert found.notes[0] == "未计入 3 起：无发案时间 1 起、时间不精确到小时 2 起。"


def test_the_period_holds_what_began_in_it(store: Store) -> None:
    rows = [
        case("2026-10-31 23:00", "2026-11-01 02:00"),
        case("2026-11-30 22:00", "2026-12-01 02:00", filed="2026-12-02 08:00"),
        case("2026-11-10 10:00", "2026-11-10 11:00", filed="2027-01-05 10:00"),
    ]
    assert touched(of(store, rows)).keys() == {(1, 22), (1, 23), (2, 0), (2, 1), (2, 10)}


def test_a_statistical_day_from_eight_o_clock_moves_the_period_and_not_the_hours(store: Store) -> None:
    rows = [
        case("2026-11-10 07:00", "2026-11-10 08:00", filed="2026-12-05 10:00"),
        case("2026-11-11 07:00", "2026-11-11 08:00", filed="2026-12-05 10:00"),
    ]
    one_day = Selection(period="custom", first=date(2026, 11, 10), last=date(2026, 11, 10), cutoff=8)
    assert touched(of(store, rows, one_day)) == {(3, 7): 1.0}


def test_stations_and_categories_filter(store: Store) -> None:
    rows = [
        case("2026-11-02 08:00", None, station=CITY, category="050100"),
        case("2026-11-02 09:00", None, station=EDGE, category="050100"),
        case("2026-11-02 10:00", None, station=EDGE, category="070000"),
    ]
    snapshot = tiny.snapshot_of(store, lambda con: tiny.cases(con, [{"filed": "2026-11-30 23:00", **r} for r in rows]))

    def hours(**chosen: Any) -> set[int]:
        return {hour for _, hour in touched(aoristic.week(snapshot, replace(NOVEMBER, **chosen)))}

    assert hours() == {8, 9, 10}
    assert hours(stations=(EDGE,)) == {9, 10}
    assert hours(categories=("刑事",)) == {8, 9}
    assert hours(categories=("殴打他人案",), stations=(EDGE,)) == {10}
    # A category that only alerts know says so and counts nothing.
    none = aoristic.week(snapshot, replace(NOVEMBER, categories=("纠纷",)))
    assert none.cases == 0 and none.expected.sum() == 0 and "案件指标不适用" in none.notes[0]


def test_no_cases_and_no_data_are_zeros(store: Store) -> None:
    found = of(store, [])
    assert (found.cases, found.could.sum(), found.left_out, found.notes) == (0, 0, {}, [])
    past = Selection(period="custom", first=date(2028, 2, 29), last=date(2028, 2, 29))
    assert of(store, [case("2026-11-02 08:00", None)], past).expected.sum() == 0


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    intervals=st.lists(
        st.tuples(st.integers(0, 25 * 86_400), st.one_of(st.none(), st.integers(-3_600, 9 * 86_400))), max_size=25
    )
)
def test_weights_add_up_and_lie_between_must_and_could(
    tmp_path_factory: pytest.TempPathFactory, intervals: list[tuple[int, int | None]]
) -> None:
    start = datetime(2026, 11, 1)
    rows = [
        case(
            (start + timedelta(seconds=first)).isoformat(),
            None if length is None else (start + timedelta(seconds=first + length)).isoformat(),
        )
        for first, length in intervals
    ]
    found = of(Store(tmp_path_factory.mktemp("week") / "store"), rows)
    assert found.cases == len(rows) and found.expected.sum() == pytest.approx(len(rows))
    assert (found.must <= found.expected + 1e-9).all() and (found.expected <= found.could + 1e-9).all()
    assert (found.could <= len(rows)).all()
