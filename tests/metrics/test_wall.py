"""The wall as values: what its address asks for, the day under way, the stations that need attention."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import catalogue, compare, targets
from metrics.alarms.records import Alarm, Driver
from metrics.briefing import brief
from metrics.model import UnknownName
from metrics.selection import Selection
from metrics.wall import FAILED, View, limit_hours, wall
from metrics.wall.concerns import Reason, alarm_words, ranked
from metrics.wall.view import LIMIT_HOURS, SCREENS
from tests import force, tiny

PACK = targets.load("binhai-2023")


def of(snapshot: Snapshot, *stations: str) -> Any:
    return wall(snapshot, stations, PACK)


# ---- address --------------------------------------------------------------------------------------


def test_the_address_is_read() -> None:
    view, notices = View.from_query(
        {
            "screens": "week,今日警情,week",
            "seconds": "20",
            "mode": "dark",
            "stations": ["东港所", "S2"],
            "limit": "6",
        }
    )
    assert view == View(("week", "today"), True, 20, "dark", ("东港所", "S2"), 6.0)
    assert notices == []
    assert View.from_query({}) == (View(), [])
    assert View().screens == tuple(SCREENS)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"screens": "map,pie"}, "没有名为 pie 的屏"),
        ({"seconds": "1"}, "seconds=1 无法识别"),
        ({"seconds": "nan"}, "应在 5 至 600 之间"),
        ({"mode": "pink"}, "mode=pink 无法识别"),
        ({"limit": "-3"}, "limit=-3"),
    ],
)
def test_what_is_not_understood_is_said_and_left_out(query: dict[str, str], said: str) -> None:
    view, notices = View.from_query(query)
    assert len(notices) == 1 and said in notices[0]
    assert (view.seconds, view.mode, view.limit) == (15, "auto", None)


def test_the_limit_comes_from_the_address_then_the_configuration(tmp_path: Path) -> None:
    assert limit_hours(View(), tmp_path) == LIMIT_HOURS
    (tmp_path / "config.toml").write_text("[wall]\nlimit_hours = 2\n", encoding="utf-8")
    assert limit_hours(View(), tmp_path) == 2
    assert limit_hours(View(limit=0.5), tmp_path) == 0.5
    for odd in ("[wall]\nlimit_hours = 'x'\n", "wall = 3\n", "[wall\n", "[wall]\nlimit_hours = -1\n"):
        (tmp_path / "config.toml").write_text(odd, encoding="utf-8")
        assert limit_hours(View(), tmp_path) == LIMIT_HOURS


# ---- the day --------------------------------------------------------------------------------------


def test_a_day_under_way_is_compared_with_the_same_hours(store: Store) -> None:
    # 24 calls a day, one in the middle of every hour, then a day of which only the morning is known, with one an hour.
    morning = [{"call": f"2026-11-20 {hour:02d}:15"} for hour in range(8)]
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 24),
        lambda con: tiny.alerts(con, [*morning, {"call": "2026-11-20 08:00"}]),
    )
    found = of(snapshot).today
    assert found.day == date(2026, 11, 20)
    assert not found.is_whole
    first = found.counts[0]
    assert first.value == 9
    # By 8 o'clock eight calls were usual, not a third of the day's by the clock nor the whole 24.
    assert found.mean[8] == pytest.approx(8)
    assert found.mean[24] == pytest.approx(24)
    assert first.expected is not None and first.expected[0] <= 8 <= first.expected[1] < 24
    assert first.verdict == compare.USUAL
    assert (found.moments[0], found.so_far[0]) == (0.0, 0.0)
    assert found.so_far[-1] == pytest.approx(9, abs=1)


def test_a_surge_under_way_is_real(store: Store) -> None:
    many = [{"call": f"2026-11-20 {hour:02d}:{minute:02d}"} for hour in range(6) for minute in range(0, 60, 6)]
    snapshot = tiny.snapshot_of(
        store,
        lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 24),
        lambda con: tiny.alerts(con, many),
    )
    first = of(snapshot).today.counts[0]
    assert (first.value, first.verdict) == (60, compare.REAL)
    assert first.z > 3


def test_a_whole_day_says_what_its_briefing_says(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, force.everything)
    found = of(snapshot).today
    assert found.is_whole
    cards = {card.metric.id: card for card in brief(snapshot, Selection("custom", found.day, found.day)).cards}
    for count in found.counts:
        card = cards[count.metric.id]
        assert (count.value, count.expected, count.verdict) == (card.value, card.expected, card.verdict)


def test_a_day_without_weeks_before_is_not_judged(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.alerts(con, [{"call": "2026-02-28 08:00"}]))
    found = of(snapshot).today
    assert found.counts[0].expected is None
    assert found.counts[0].verdict == compare.NOT_JUDGED
    assert set(found.mean) == {None}


def test_the_twenty_ninth_of_february(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2023-12-01", 91, 6))
    found = of(snapshot)
    assert found.today.day == date(2024, 2, 29)
    assert found.today.counts[0].value == 6


# ---- screens --------------------------------------------------------------------------------------


def test_an_empty_store_has_no_screen(store: Store) -> None:
    snapshot = tiny.snapshot_of(store)
    found = of(snapshot)
    assert found.live == ()
    assert set(found.missing) == set(SCREENS)
    assert all(found.missing.values())


def test_what_the_data_cannot_fill_is_left_out_and_said(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 6, cat="0101"))
    found = of(snapshot)
    assert set(found.missing) == {"campaign", "match"}
    assert found.work is None and found.campaign is None
    assert found.week.total == 28 * 6


def test_cases_alone_show_neither_day_nor_officers(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.cases(con, [{"filed": "2026-11-20 10:00"}]))
    found = of(snapshot)
    assert {"today", "match", "campaign"} == set(found.missing)


def _broken(*_: Any) -> NoReturn:
    raise ZeroDivisionError("a fault of ours")


def test_a_broken_statistic_takes_only_its_screen_along(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 6, cat="0101"))
    with monkeypatch.context() as patched:
        patched.setattr("metrics.wall.today", _broken)
        found = of(snapshot)
    assert found.failed == ("today",)
    assert found.missing["today"] == FAILED and found.today is None
    assert "today" in found.live and "map" in found.live
    assert found.week.total == 28 * 6
    # The fault is not kept: the next question has the screen again.
    assert of(snapshot).today is not None and of(snapshot).failed == ()


def test_the_list_of_stations_says_which_evidence_failed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 6, cat="0101"))
    monkeypatch.setattr("metrics.wall.scorecard", _broken)
    monkeypatch.setattr("metrics.wall.brief", _broken)
    found = of(snapshot)
    assert found.concerns_note.endswith("近 7 日警情、指标统计时出错，未计入。")
    assert found.failed == ("campaign", "map", "week")
    assert found.today is not None


def test_a_wall_that_fails_altogether_is_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 6, cat="0101"))
    for part in ("today", "_recent", "_week", "_work", "_campaign", "concerns"):
        monkeypatch.setattr(f"metrics.wall.{part}", _broken)
    with pytest.raises(ZeroDivisionError):
        of(snapshot)


def test_an_unknown_station_is_answered_with_the_nearest(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 6, cat="0101"))
    with pytest.raises(UnknownName, match="东港派出所"):
        of(snapshot, "东港派处所")
    assert {place.code for place in of(snapshot, tiny.CITY).recent.places if place.value} == {tiny.CITY}


def test_the_hours_of_the_week(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 111, 2))
    week = of(snapshot).week
    # Two calls a day, at 6 and at 18 o'clock.
    assert week.total == 56
    assert (week.most.count, week.most.share) == (28, 50)
    assert (week.least.count, len(week.least.hours)) == (0, 4)
    assert (week.night.hours, week.night.count) == ((22, 23, 0, 1, 2, 3, 4, 5), 0)
    assert week.night.even == pytest.approx(100 / 3)
    assert (week.weekend, week.weekend_share) == (16, pytest.approx(100 * 2 / 7))
    assert week.weekend_even == pytest.approx(100 * 2 / 7)


def test_targets_count_the_stations_that_meet_them(store: Store) -> None:
    snapshot = tiny.snapshot_of(
        store,
        lambda con: force.staffing(con, "2026-10", "2026-11"),
        lambda con: tiny.daily_alerts(con, "2025-01-01", 690, 6, cat="0101"),
    )
    campaign = of(snapshot).campaign
    assert campaign.progress is None
    assert campaign.year.metric.id == "alerts_criminal"
    bars = {bar.label: bar for bar in campaign.bars}
    assert len(bars) == 4
    # 44 of 74 officers are in stations: more than half.
    assert bars["派出所警力占全局"].tone in ("better", "worse")
    assert all(0 <= bar.value <= 1 for bar in campaign.bars)
    assert any("所达标" in bar.text for bar in campaign.bars)


# ---- attention ------------------------------------------------------------------------------------


def reason(station: str, tier: int, weight: float, text: str) -> Reason:
    return Reason(station, tier, weight, text, "worse")


def test_stations_are_listed_by_their_evidence(store: Store) -> None:
    known = catalogue.of(tiny.snapshot_of(store))
    found = ranked(
        [
            reason(tiny.VILLAGE, 3, 20, "指标"), reason(tiny.EDGE, 2, 1, "缺人"), reason(tiny.CITY, 0, 4, "预警"),
            reason(tiny.CITY, 1, 9, "升高"), reason(tiny.CITY, 2, 3, "缺人"), reason(tiny.CITY, 3, 3, "指标"),
        ],
        known,
    )  # fmt: skip
    assert [one.name for one in found] == ["东港所", "西郊所", "南山所"]
    # The rise is the alarm's own, and two reasons are enough.
    assert [text for text, _ in found[0].reasons] == ["预警", "缺人"]


def test_never_more_than_five(store: Store) -> None:
    known = catalogue.of(tiny.snapshot_of(store))
    found = ranked([reason(f"S{n}", 0, n, "预警") for n in range(9)], known)
    assert [one.code for one in found] == ["S8", "S7", "S6", "S5", "S4"]


def test_an_alarm_names_no_place_finer_than_a_station() -> None:
    alarm = Alarm(
        id="a", station=tiny.CITY, name="东港所", group="盗窃", kind="突升", first_day=date(2026, 11, 15),
        last_day=date(2026, 11, 21), is_ongoing=True, window_first=date(2026, 11, 15), window_last=date(2026, 11, 21),
        observed=39, expected=6.0, low=4, high=9, upper=12, score=5.0, threshold=3.0, excess=8.0,
        places=(Driver("东港一社区", 30, 2.0),), leader="a", fitted_through=date(2026, 11, 21),
    )  # fmt: skip
    assert "东港一社区" in alarm.sentence
    assert alarm_words(alarm) == "盗窃警情近 7 日 39 起，预期 4–9 起（突升预警）"


def test_without_fits_the_wall_says_that_alarms_are_being_computed(store: Store) -> None:
    found = of(tiny.snapshot_of(store, force.everything))
    assert "正在计算" in found.concerns_note
    assert all(len(one.reasons) <= 2 for one in found.concerns)


def test_chosen_stations_alone_are_listed(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, force.everything)
    assert {one.code for one in of(snapshot, tiny.VILLAGE).concerns} <= {tiny.VILLAGE}


def test_values_are_frozen(store: Store) -> None:
    found = of(tiny.snapshot_of(store, force.everything))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.as_of = datetime(2026, 1, 1)
