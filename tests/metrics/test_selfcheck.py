"""所队自查 as values: headline, beats, repeats, open disputes and cases of one station, on tiny stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from data.reading import Snapshot
from data.snapshots import Store
from metrics import catalogue, selfcheck, targets
from metrics.alarms.records import SUDDEN, Alarm
from metrics.briefing import brief
from metrics.definitions import METRICS
from metrics.score import MET, MISSED, UNREPORTED
from metrics.selection import Selection
from metrics.selfcheck import SelfCheck, narrowing, words
from metrics.selfcheck.asking import spans_of
from metrics.staffing.values import ShortRun
from tests import tiny
from tests.pages import making

LAST = date(2026, 11, 20)
PERIOD = Selection(period="custom", first=LAST, last=LAST)
MONTH = date(2026, 11, 1)


def checked(store: Store, *changes: Callable[[Any], None], selection: Selection = PERIOD) -> SelfCheck:
    return of(tiny.snapshot_of(store, *changes), selection)


def of(snapshot: Snapshot, selection: Selection = PERIOD) -> SelfCheck:
    return selfcheck.check(snapshot, selection, tiny.CITY, targets.load("binhai-2023"), MONTH)


def calls(*rows: dict[str, Any]) -> Callable[[Any], None]:
    return lambda con: tiny.alerts(con, rows)


def day(back: int) -> str:
    return f"{LAST - timedelta(days=back)} 10:00"


def test_spans_end_with_the_day() -> None:
    spans = spans_of(date(2024, 2, 29))
    assert (spans.study.first, spans.study.last) == (date(2023, 12, 2), date(2024, 2, 29))
    assert spans.study_year_ago.last == date(2023, 2, 28)
    assert (spans.repeats_before.first, spans.repeats_before.last) == (date(2024, 1, 1), date(2024, 1, 30))
    assert (spans.disputes.last - spans.disputes.first).days == 364


def test_disputes_by_age_count_only_what_is_open(store: Store) -> None:
    """Open ones 0, 6, 7, 29, 30, 90 and 400 days ago: two in 7 days, two up to 30, one up to 90, one older, one not."""
    open_ones = [{"call": day(back), "cat": "04", "mediated": "待化解"} for back in (0, 6, 7, 29, 30, 90, 400)]
    others = [
        {"call": day(1), "cat": "04", "mediated": "已化解"},
        {"call": day(1), "cat": "04", "mediated": "未化解"},
        {"call": day(1), "cat": "05", "mediated": "待化解"},
        {"call": day(1), "cat": "04", "mediated": "调解中", "station": tiny.EDGE},
        {"call": day(2), "cat": "04", "mediated": "调解中"},
    ]
    found = checked(store, calls(*open_ones, *others)).own.disputes
    assert found is not None
    assert found.classes == (("7 日内", 3.0), ("8–30 日", 2.0), ("31–90 日", 1.0), ("90 日以上", 1.0))
    assert found.total == 7
    assert found.base == 9


def test_disputes_without_any_outcome_are_unknown_not_zero(store: Store) -> None:
    assert checked(store, calls({"call": day(0), "cat": "04"})).own.disputes is None


def test_open_cases_by_age(store: Store) -> None:
    filed = [{"filed": day(back)} for back in (0, 90, 91, 365, 366)]
    ended = [{"filed": day(10), "solved": day(3)}, {"filed": day(10), "cancel_time": day(3)}]
    found = checked(store, lambda con: tiny.cases(con, [*filed, *ended])).own.cases
    assert found is not None
    # The end of the period is midnight after its last day, so the case of 90 days before is 91 days old by then.
    assert found.classes == (("90 天内", 1.0), ("91–365 天", 2.0), ("1 年以上", 2.0))


def test_repeats_are_counts_of_the_last_thirty_days(store: Store) -> None:
    one, other = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    rows: list[dict[str, Any]] = [
        {"call": day(20), "caller_key": one},
        {"call": day(10), "caller_key": one},
        {"call": day(5), "caller_key": other, "cell_x": 1, "cell_y": 1},
        {"call": day(4), "cell_x": 1, "cell_y": 1},
        {"call": day(40), "caller_key": other},
    ]
    found = checked(store, calls(*rows)).own.repeats
    assert found is not None
    # The call of 5 days ago is 35 days after the other of its caller; the next one has its place and kind.
    assert (found.base, found.any, found.caller, found.place) == (4, 2, 1, 1)
    assert found.comparison.base == 0
    assert found.comparison.change == 50


def test_repeats_without_key_and_place_are_unknown(store: Store) -> None:
    assert checked(store, calls({"call": day(0)}, {"call": day(1)})).own.repeats is None


def test_beats_against_the_same_days_a_year_before(store: Store) -> None:
    def both_years(con: Any) -> None:
        tiny.daily_alerts(con, "2025-06-01", 538, 1)
        con.execute("UPDATE alerts SET beat_code = 'B1'")
        tiny.daily_alerts(con, "2026-08-23", 90, 2)
        con.execute("UPDATE alerts SET beat_code = 'B2' WHERE beat_code IS NULL")

    found = {beat.name: beat for beat in checked(store, both_years).own.beats}
    assert (found["东港一社区"].value, found["东港一社区"].comparison.base) == (90, 90)
    assert found["东港一社区"].comparison.verdict == "正常波动"
    assert (found["东港二社区"].value, found["东港二社区"].comparison.base) == (180, 0)
    assert found["东港二社区"].comparison.verdict == "真变化"
    # A beat of another station is none of this one's.
    assert "南山村" not in found


def test_beats_without_a_year_before_are_not_judged(store: Store) -> None:
    found = checked(store, lambda con: tiny.daily_alerts(con, "2026-08-23", 90, 1)).own.beats
    assert found[0].comparison.base is None
    assert found[0].comparison.verdict == "无对比数据"


def test_numbers_are_those_of_the_briefing(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 112, 12))
    assert of(snapshot).briefing is brief(snapshot, replace(PERIOD, stations=(tiny.CITY,)))


def test_narrowed_to_a_category_one_count_has_one_card_with_one_name(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 112, 12, cat="0101"))
    whole, theft = of(snapshot), of(snapshot, replace(PERIOD, categories=("0101",)))
    assert whole.only == "" and len(whole.briefing.cards) == 8
    name = catalogue.of(snapshot).category_names()["0101"]
    assert theft.only == name
    assert [(card.metric.label, card.value) for card in theft.briefing.cards] == [(f"有效警情（仅{name}）", 12)]
    assert theft.told[1].startswith(f"有效警情（仅{name}） 12 起")
    # Of several whole groups each keeps its card; those of no chosen group have none.
    both = of(snapshot, replace(PERIOD, categories=("刑事", "治安")))
    labels = [card.metric.label for card in both.briefing.cards]
    assert labels[:3] == ["有效警情（仅刑事、治安）", "刑事警情", "治安警情"]
    assert not any("纠纷" in label or "总量" in label for label in labels)
    many = narrowing.named(replace(PERIOD, categories=("刑事", "治安", "纠纷", "求助")), catalogue.of(snapshot))
    assert many == "刑事、治安、纠纷等 4 类"


def test_stations_of_the_filter_play_no_part(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, calls({"call": day(0)}))
    assert of(snapshot, replace(PERIOD, stations=(tiny.EDGE,))) is of(snapshot)


def test_months_refuse_hours_and_ages_but_not_the_page(store: Store) -> None:
    rows = [{"call": "2026-10-01 00:00", "time_precision": "month"}] * 5
    october = replace(PERIOD, first=date(2026, 10, 1), last=date(2026, 10, 31))
    found = checked(store, calls(*rows), selection=october)
    assert found.own.repeats is None and found.own.disputes is None
    assert "只精确到月" in found.own.notes[0] and "重复警情与待化解纠纷因此不显示" in found.own.notes[0]
    # The 90 days hold October whole, and nothing known only by month is cut.
    assert found.own.beats[-1].name == "未登记" and found.own.beats[-1].value == 5
    assert found.briefing.week is None


def test_one_call_on_one_day(store: Store) -> None:
    found = checked(store, calls({"call": day(0)}))
    assert found.told[1] == "有效警情 1 起。"
    assert found.alarms is None and found.outlook is None
    assert "正在计算" in found.alarms_note and "正在计算" in found.outlook_note


def test_a_time_without_data_tells_targets_only(store: Store) -> None:
    early = replace(PERIOD, first=date(2025, 1, 1), last=date(2025, 1, 5))
    found = checked(store, calls({"call": day(0)}), selection=early)
    assert found.briefing.state == "no_data"
    assert len(found.told) == 1


# ---- words ---------------------------------------------------------------------------------------


def test_targets_are_said_with_what_they_lack() -> None:
    missed = making.score("community_share", making.share(4, 13))
    met = making.score("community_stability", making.share(9, 9))
    unknown = making.score("auxiliary_ratio", None)
    said = words.targets([missed, met, unknown])
    assert said == "2 项可评目标中 1 项未达标：社区民警占派出所警力还差 2 名社区民警。"
    assert words.targets([met]) == "可评的 1 项目标全部达标。"
    assert words.targets([unknown]).startswith("没有可评的目标")
    assert [score.state for score in selfcheck.ranked([met, unknown, missed])] == [MISSED, UNREPORTED, MET]


def alarm(**more: Any) -> Alarm:
    usual: dict[str, Any] = {
        "id": "A|盗窃|20261114", "station": tiny.CITY, "name": "东港派出所", "group": "盗窃", "kind": SUDDEN,
        "first_day": LAST, "last_day": LAST, "is_ongoing": True, "window_first": LAST - timedelta(days=6),
        "window_last": LAST, "observed": 39, "expected": 6.5, "low": 4, "high": 9, "upper": 12, "score": 6.0,
        "threshold": 3.0, "excess": 9.0, "leader": "A|盗窃|20261114", "fitted_through": LAST,
    }  # fmt: skip
    return Alarm(**{**usual, **more})


def test_alarms_lead_the_headline_without_the_name_of_the_station(store: Store) -> None:
    found = checked(store, calls({"call": day(0)}))
    follower = alarm(id="A|刑事|20261114", group="刑事")
    said = words.moved(found.briefing, [alarm(), follower])
    assert said == "盗窃警情近 7 日 39 起，预期 4–9 起（突升预警，当日首次）。"


def test_a_real_change_is_said_with_its_expectation(store: Store) -> None:
    def risen(con: Any) -> None:
        tiny.daily_alerts(con, "2026-07-01", 142, 4, cat="0101")
        tiny.daily_alerts(con, str(LAST), 1, 40, cat="0101")

    found = checked(store, risen)
    assert found.told[1].startswith("3 项超出随机波动：刑事警情 40 起，高于预期 0–")
    # The heading names the same changes in the same order; all alerts and the valid ones are cards of their own.
    assert words.moved_title(found.briefing) == "3 项超出随机波动：刑事警情、警情总量、有效警情"
    # The card of a group does not repeat its row.
    assert found.told[1].count("刑事警情") == 1


def test_a_shortened_list_says_how_many_there_are(store: Store) -> None:
    def risen(con: Any) -> None:
        for category in ("0101", "02", "04"):
            tiny.daily_alerts(con, "2026-07-01", 142, 4, cat=category)
            tiny.daily_alerts(con, str(LAST), 1, 40, cat=category)

    briefing = checked(store, risen).briefing
    real = words.real_changes(briefing)
    assert len(real) == 5 and {one.verdict for one in real} == {"真变化"}
    assert words.moved(briefing, []).startswith("5 项超出随机波动：")
    assert words.moved(briefing, []).endswith("等 5 项。") and words.moved_title(briefing).endswith("等 5 项")


def test_shortage_and_peers_are_said_only_where_they_stand_out() -> None:
    run = ShortRun((21, 22, 23), 21, 4.54, 1.0)
    force: Any = SimpleNamespace(knows_need=True, knows_duty=True, short=((tiny.CITY, "东港所", run),), ways=())
    verdicts = (("alerts_valid", "偏高"), ("alerts_crime", "明显偏高"))
    near: Any = SimpleNamespace(
        positions=[
            SimpleNamespace(metric=METRICS[name], places={tiny.CITY: SimpleNamespace(verdict=verdict)})
            for name, verdict in verdicts
        ]
    )
    nobody: Any = SimpleNamespace(positions=())
    said = words.standing(tiny.CITY, force, near)
    assert said == "21 时至 24 时最多缺 4 人；违法犯罪警情比同类所明显偏高。"
    assert words.standing(tiny.CITY, None, nobody) == ""


def test_quiet_days_say_so(store: Store) -> None:
    found = checked(store, lambda con: tiny.daily_alerts(con, "2026-07-01", 143, 12))
    assert found.told[1] == "有效警情 12 起，预期 4–22 起；没有超出随机波动的变化。"
