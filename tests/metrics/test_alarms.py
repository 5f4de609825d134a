"""Alarms on made-up counts: the two rules, the budget, what has no answer, and how an alarm is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from metrics.alarms import baseline, budget, fitting, records, rules
from metrics.alarms.records import Alarm, Driver, Hours, Judged
from metrics.alarms.series import BUREAU, Daily, Group
from metrics.model import MetricError

LAST = date(2026, 11, 21)
DAYS = 1096
GROUPS = (Group("治安", ("治安",)), Group("盗窃", (), ("0101",)))
Floats = NDArray[np.float64]


def made(stations: int = 16, days: int = DAYS, means: tuple[float, float] = (3.0, 0.3), seed: int = 4) -> Daily:
    """Return counts with a weekend effect and a variance of 1.3 times the mean; the bureau is their sum."""
    rng = np.random.default_rng(seed)
    span = tuple(LAST - timedelta(days=days - 1 - n) for n in range(days))
    week = np.array([1.3 if day.weekday() >= 5 else 1.0 for day in span])
    level = np.outer(rng.uniform(0.7, 1.4, stations), means).ravel()
    shape = np.maximum(np.outer(week, level) / 0.3, 1e-9)
    counts = rng.poisson(rng.gamma(shape) * 0.3).astype(float)
    whole = np.stack([counts[:, place::2].sum(axis=1) for place in (0, 1)], axis=1)
    units = (*(f"S{n:02d}" for n in range(stations)), BUREAU)
    return Daily(span, units, GROUPS, np.hstack([counts, whole]))


def raised(daily: Daily, place: int, first: int, until: int, extra: Floats | int) -> Daily:
    """Return the counts with something on top of one series."""
    counts = daily.counts.copy()
    counts[first:until, place] += extra
    return replace(daily, counts=counts)


@pytest.fixture(scope="module")
def calm() -> Daily:
    return made()


@pytest.fixture(scope="module")
def calm_judged(calm: Daily) -> Judged:
    return fitting.judge(calm, 2.0)


@pytest.fixture(scope="module")
def judged(calm: Daily) -> Judged:
    rise = np.random.default_rng(1).poisson(1.6, 60).astype(float)
    with_rises = raised(calm, calm.place("S03", "治安"), DAYS - 60, DAYS, rise)
    with_rises = raised(with_rises, calm.place("S05", "治安"), DAYS - 1, DAYS, 20)
    with_rises = raised(with_rises, calm.place("S07", "盗窃"), DAYS - 6, DAYS, 2)
    return fitting.judge(with_rises, 2.0)


def _of(judged: Judged, unit: str, group: str) -> list[Alarm]:
    alarms = records.found(judged, {}, LAST - timedelta(days=60))
    return [one for one in alarms if one.station == unit and one.group == group]


def test_a_sudden_day_is_an_alarm(judged: Judged) -> None:
    (alarm,) = [one for one in _of(judged, "S05", "治安") if one.is_ongoing]
    assert (alarm.kind, alarm.first_day, alarm.last_day) == (records.SUDDEN, LAST, LAST)
    assert alarm.window_first == alarm.window_last == LAST
    assert alarm.observed >= 20 > alarm.high > alarm.expected > alarm.low
    assert alarm.upper is not None
    assert alarm.observed > alarm.upper > alarm.high
    assert alarm.score > alarm.threshold > 2
    assert [driver.name for driver in alarm.days] == [LAST.isoformat()]


def test_a_creeping_rise_is_an_alarm_that_tells_since_when(judged: Judged) -> None:
    alarms = [one for one in _of(judged, "S03", "治安") if one.is_ongoing]
    assert len(alarms) == 1
    alarm = alarms[0]
    assert alarm.kind == records.CREEPING
    assert alarm.upper is None
    assert abs((alarm.window_first - (LAST - timedelta(days=59))).days) <= 21
    assert alarm.observed > alarm.high
    assert alarm.score > alarm.threshold


def test_small_counts_are_judged_by_weeks(judged: Judged) -> None:
    assert judged.scores.is_weekly[judged.daily.place("S07", "盗窃")]
    assert not judged.scores.is_weekly[judged.daily.place("S07", "治安")]
    (alarm,) = [one for one in _of(judged, "S07", "盗窃") if one.is_ongoing]
    assert alarm.kind == records.SUDDEN
    assert (alarm.window_last - alarm.window_first).days == 6


def test_the_past_is_judged_without_knowing_the_future(calm: Daily, calm_judged: Judged) -> None:
    before = calm_judged
    wild = raised(calm, 0, DAYS - 21, DAYS, 50)
    after = fitting.judge(wild, 2.0)
    until = DAYS - 21
    assert after.baseline.expected[:until] == pytest.approx(before.baseline.expected[:until], nan_ok=True)
    assert (after.signals.either[:until] == before.signals.either[:until]).all()
    assert after.signals.months == before.signals.months


def test_the_budget_is_met_on_a_year_that_it_was_not_tuned_on(calm: Daily, calm_judged: Judged) -> None:
    rates = {}
    for wanted in (1.0, 4.0):
        found = budget.signals(calm, calm_judged.scores, calm_judged.baseline.first, wanted)
        stations, _ = budget.realised(calm, found)
        assert stations is not None
        assert stations.station_years == pytest.approx(16, abs=0.1)
        rates[wanted] = stations.rate
        assert found.months[-1].source == budget.TUNED
        assert stations.interval[0] < stations.rate < stations.interval[1]
    assert 0.5 <= rates[1.0] <= 2.0
    assert 2.5 <= rates[4.0] <= 6.0


def test_known_events_can_be_left_out_of_the_rate(judged: Judged) -> None:
    everything = np.ones(judged.daily.counts.shape, dtype=bool)
    everything[:, :2] = False
    with_all, _ = budget.realised(judged.daily, judged.signals)
    with_one, _ = budget.realised(judged.daily, judged.signals, everything)
    assert with_all is not None
    assert with_one is not None
    assert with_one.station_years == pytest.approx(1, abs=0.01)
    assert with_one.alarms < with_all.alarms


def test_all_zeros_give_no_alarm_and_no_nan() -> None:
    daily = made(stations=3, days=400)
    found = fitting.judge(replace(daily, counts=np.zeros_like(daily.counts)), 2.0)
    assert not found.signals.either.any()
    assert np.isfinite(found.baseline.expected[found.baseline.first :]).all()


def test_one_station_uses_thresholds_of_theory_and_says_so() -> None:
    daily = made(stations=1)
    found = fitting.judge(daily, 2.0)
    assert {month.source for month in found.signals.months} == {budget.THEORY}
    assert any("理论值" in note for note in fitting.notes(daily, budget.THEORY, False))
    stations, bureau = budget.realised(daily, found.signals)
    assert stations is not None
    assert bureau is not None
    assert 0 <= stations.rate <= 8


def test_days_without_data_are_neither_zero_nor_an_alarm(calm: Daily) -> None:
    counts = calm.counts.copy()
    counts[DAYS - 200 : DAYS - 150] = np.nan
    holed = replace(calm, counts=counts)
    found = fitting.judge(holed, 2.0)
    assert not found.signals.sudden[DAYS - 200 : DAYS - 150].any()
    path = found.signals.cusum[DAYS - 200 : DAYS - 150]
    daily_series = ~found.scores.is_weekly
    assert (np.diff(path[:20], axis=0)[:, daily_series] == 0).all()
    # Had the hole counted as zeros, the level would have sunk below the true one.
    assert np.nanmean(found.baseline.expected[-20:, 0]) == pytest.approx(np.nanmean(calm.counts[:, 0]), rel=0.15)
    assert any("50 天没有数据" in note for note in fitting.notes(holed, budget.TUNED, False))


def test_a_year_without_a_holiday_plan_is_named() -> None:
    days = (date(2090, 12, 31), date(2091, 1, 1))
    assert baseline.unpublished_years(days) == (2090, 2091)
    daily = replace(made(stations=1, days=100), days=tuple(date(2091, 1, 1) + timedelta(days=n) for n in range(100)))
    assert any("2091" in note for note in fitting.notes(daily, budget.TUNED, False))
    assert np.isfinite(fitting.judge(daily, 2.0).baseline.expected[-1]).all()


def test_a_past_outbreak_counts_less_in_what_is_expected(calm: Daily, monkeypatch: pytest.MonkeyPatch) -> None:
    def expected(daily: Daily) -> float:
        return float(baseline.rolling(daily, LAST - timedelta(days=30)).expected[-1, 0])

    outbreak = raised(calm, 0, 900, 920, 20)
    rise = expected(outbreak) - expected(calm)
    monkeypatch.setattr(baseline, "_REWEIGHTED", 0)
    assert 0 < rise < 0.6 * (expected(outbreak) - expected(calm))


def test_the_cusum_is_pages() -> None:
    residual = np.array([[1.0], [2.0], [-3.0], [0.5], [9.0], [np.nan]])
    path = rules.cusum(residual, np.array([False]), np.array(5.0))
    assert path[:, 0].tolist() == [0.5, 2.0, 0.0, 0.0, 5.0, 5.0]
    weekly = rules.cusum(np.ones((15, 1)), np.array([True]), np.array(9.0))
    assert weekly[:, 0].tolist() == [0.5] * 7 + [1.0] * 7 + [1.5]


def test_a_running_alarm_counts_once() -> None:
    signals = np.zeros((60, 1), dtype=bool)
    signals[[3, 4, 10, 24, 39]] = True
    assert np.flatnonzero(rules.episodes(signals, 14)).tolist() == [3, 39]


def test_a_budget_that_makes_no_sense_is_refused() -> None:
    assert budget.checked(3) == 3.0
    for wrong in (0, -1, 1000, "two", True, None):
        with pytest.raises(MetricError, match="每所每年"):
            budget.checked(wrong)


def _alarm(**changes: object) -> Alarm:
    plain = Alarm(
        id="S|盗窃|20261116", station="S", name="新港所", group="盗窃", kind=records.SUDDEN,
        first_day=date(2026, 11, 16), last_day=LAST, is_ongoing=True, window_first=date(2026, 11, 15),
        window_last=LAST, observed=39, expected=6.4, low=4, high=9, upper=16, score=6.3, threshold=3.3, excess=8.0,
        hours=Hours(22, 6, 30, 2.0), fitted_through=LAST, leader="S|盗窃|20261116",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_the_sentence_that_an_analyst_reads_aloud() -> None:
    assert _alarm().sentence == "新港所盗窃警情近 7 日 39 起，预期 4–9 起（突升预警），集中在 22 时至 6 时"
    past = _alarm(
        window_first=date(2026, 9, 3), window_last=date(2026, 9, 20), kind=records.CREEPING, hours=None,
        places=(Driver("东港一社区", 9, 2.0), Driver("东港二社区", 5, 1.0)),
    )  # fmt: skip
    assert past.sentence == (
        "新港所盗窃警情9月3日至9月20日 39 起，预期 4–9 起（渐升预警），偏多在东港一社区、东港二社区"
    )
    one_day = _alarm(window_first=LAST, hours=None, name="PN5", low=0, high=0)
    assert one_day.sentence == "PN5 盗窃警情11月21日 39 起，预期 0 起（突升预警）"


def test_a_place_with_half_of_the_events_is_where_they_mainly_are_and_a_new_alarm_says_so() -> None:
    most = _alarm(hours=None, places=(Driver("一社区", 12, 2.0), Driver("二社区", 8, 1.0)), first_day=LAST)
    assert most.sentence == "新港所盗窃警情近 7 日 39 起，预期 4–9 起（突升预警，当日首次），主要在一社区、二社区"


def test_a_table_of_alarms_comes_back_as_it_was() -> None:
    alarms = [_alarm(), _alarm(id="x", upper=None, hours=None, places=(Driver("一社区", 3, 0.5),), realised=1.9)]
    assert records.from_frame(records.to_frame(alarms)) == alarms
    assert records.from_frame(records.to_frame([])) == []


def test_alarms_of_one_surge_have_one_leader() -> None:
    theft, crime = _alarm(), _alarm(id="b", group="刑事", excess=7.0)
    help_, later = _alarm(id="c", group="求助"), _alarm(id="d", group="刑事", first_day=LAST + timedelta(days=3))
    found = records.with_leaders([theft, crime, help_, later])
    assert {one.id: one.leader for one in found} == {theft.id: theft.id, "b": theft.id, "c": "c", "d": "d"}


def test_alarms_have_one_order_by_how_far_they_are_past_their_threshold() -> None:
    """1.2 and 2 times past; where that is the same, the larger excess leads."""
    weak = _alarm(id="weak", score=3.6, threshold=3.0, excess=20.0)
    slow = _alarm(id="slow", kind=records.CREEPING, score=10.0, threshold=5.0, excess=2.0)
    large = _alarm(id="large", kind=records.CREEPING, score=10.0, threshold=5.0, excess=3.0)
    assert [one.id for one in records.strongest_first([weak, slow, large])] == ["large", "slow", "weak"]
    assert [one.id for one in records.with_leaders([weak, slow, large])] == ["large", "slow", "weak"]


def test_what_drives_an_alarm_is_said_with_its_counts_on_request() -> None:
    found = _alarm(places=(Driver("听景园社区", 6, 1.38),))
    assert records.sentence(found, False, with_counts=True).endswith(
        "预期 4–9 起，集中在 22 时至 6 时（30 起，预期 2.0），偏多在听景园社区（6 起，预期 1.4）"
    )
