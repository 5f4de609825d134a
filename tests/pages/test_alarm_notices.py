"""The line that a page shows for the current alarms of its station: they have another expectation than the page."""

from __future__ import annotations

from datetime import date

from data.snapshots import Store
from metrics.selection import Selection
from pages._components import alarm_notices
from tests import tiny
from tests.metrics.test_briefing import burst, steady
from tests.metrics.test_briefing_points import alarm, fitted
from tests.pages.reading import text_of


def test_one_station_with_an_alarm_reads_the_alarm_in_its_own_words(store: Store) -> None:
    rise, theft = alarm(), alarm(group="盗窃", id="theft", excess=8.0)
    snapshot = fitted(store, tiny.snapshot_of(store, steady, burst), rise, theft)
    said = text_of(alarm_notices.notices(snapshot, Selection(period="last7", stations=(tiny.VILLAGE,))))
    assert said.startswith("预警模型（突升）：南山所刑事警情11月15日至11月21日 40 起，预期 0–7 起")
    assert "集中在 22 时至 2 时（40 起，预期 1.0）" in said
    assert said.count("预警模型") == 1 and "另见于盗窃" in said and "预期算法不同" in said
    own = Selection(period="last7", stations=(tiny.VILLAGE,), categories=("刑事",))
    assert "预警模型（突升）：" in text_of(alarm_notices.notices(snapshot, own))


def test_the_kind_of_several_alarms_is_said_once(store: Store) -> None:
    groups = ("求助", "交通", "纠纷")
    risen = [alarm(group=group, id=group, excess=9.0 - n) for n, group in enumerate(groups)]
    snapshot = fitted(store, tiny.snapshot_of(store, steady), *risen)
    found = alarm_notices.current(snapshot, Selection(period="last7", stations=(tiny.VILLAGE,)))
    for said in ("".join(alarm_notices.words(found)), alarm_notices.mean_words(found)):
        assert said.count("突升") == 1 and said.count("南山所") == 3


def test_an_alarm_that_ended_days_ago_goes_by_its_dates(store: Store) -> None:
    old = alarm(
        first_day=date(2026, 11, 15),
        last_day=date(2026, 11, 19),
        window_last=date(2026, 11, 19),
        fitted_through=date(2026, 11, 21),
    )
    snapshot = fitted(store, tiny.snapshot_of(store, steady, burst), old)
    there = Selection(period="custom", first=date(2026, 11, 13), last=date(2026, 11, 19), stations=(tiny.VILLAGE,))
    said = text_of(alarm_notices.notices(snapshot, there))
    assert "近" not in said and "11月15日至11月19日" in said


def test_no_line_for_other_stations_categories_or_days(store: Store) -> None:
    snapshot = fitted(store, tiny.snapshot_of(store, steady, burst), alarm())
    for other in (
        Selection(period="last7"),
        Selection(period="last7", stations=(tiny.CITY,)),
        Selection(period="last7", stations=(tiny.VILLAGE, tiny.CITY)),
        Selection(period="last7", stations=(tiny.VILLAGE,), categories=("求助",)),
        Selection(period="custom", first=date(2026, 10, 1), last=date(2026, 10, 31), stations=(tiny.VILLAGE,)),
    ):
        assert alarm_notices.notices(snapshot, other) == []


def test_a_mean_says_that_it_hides_the_alarm(store: Store) -> None:
    snapshot = fitted(store, tiny.snapshot_of(store, steady, burst), alarm())
    found = alarm_notices.current(snapshot, Selection(stations=(tiny.VILLAGE,)))
    said = alarm_notices.mean_words(found)
    assert said.startswith("该所有预警（突升：南山所刑事警情") and said.endswith("均值不反映本周。")
    assert alarm_notices.mean_words(()) == ""


def test_a_station_s_own_page_leaves_its_name_out() -> None:
    said = alarm_notices.own_words([alarm()])
    assert said.startswith("本所有预警（突升：刑事警情11月15日至11月21日 40 起") and said.endswith("不反映本周。")
    assert alarm_notices.own_words([]) == ""
    assert alarm_notices.own_words([alarm()] * 5).count("突升：") == 3
    assert "另有 2 处" in alarm_notices.own_words([alarm()] * 5)


def test_no_line_while_nothing_is_fitted(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    assert alarm_notices.notices(snapshot, Selection(period="last7", stations=(tiny.VILLAGE,))) == []
