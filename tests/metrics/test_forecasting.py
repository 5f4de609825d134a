"""Forecasts of histories whose truth is known, their intervals, their back-test and every awkward history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics import regression
from metrics.forecasting import backtest, daily, fitting, hourly, reading, rolling
from metrics.forecasting.values import BUREAU, BUREAU_DAY, BUREAU_HOUR, STATION_DAY, STATION_WEEK, History
from metrics.model import UnknownName
from tests.metrics.making_history import DAY, WEEK, made

LAST = date(2026, 6, 28)
RATES = [40.0, 12.0, 3.0, 0.4]


@pytest.fixture(scope="module")
def history() -> History:
    return made(LAST, 600, RATES)


@pytest.fixture(scope="module")
def tables(history: History) -> dict[str, pd.DataFrame]:
    return fitting.tables(history)


def pooled(tables: dict[str, pd.DataFrame], level: str) -> pd.Series:
    table = tables["forecast_quality"]
    rows = table[(table["level"] == level) & (table["measure"] == "valid") & (table["station"] == "")]
    assert len(rows) == 1
    return rows.iloc[0]


# ---- known truths --------------------------------------------------------------------------------


def test_means_meet_the_truth(tables: dict[str, pd.DataFrame]) -> None:
    for station, rate in zip(("S0", "S1", "S2"), RATES, strict=False):
        one = reading.outlook(tables, station)
        truth = [rate * WEEK[day.first.weekday()] for day in one.days]
        assert [day.mean for day in one.days] == pytest.approx(truth, rel=0.12)
        assert one.week.mean == pytest.approx(sum(truth), rel=0.06)


def test_a_small_station_has_the_weekdays_of_the_bureau(tables: dict[str, pd.DataFrame]) -> None:
    means = np.array([day.mean for day in reading.outlook(tables, "S3").days])
    assert np.corrcoef(means, [WEEK[day.first.weekday()] for day in reading.outlook(tables, "S3").days])[0, 1] > 0.98


def test_a_large_station_keeps_its_own_weekdays() -> None:
    one = made(LAST, 600, [30.0, 30.0])
    weekend = np.array([row[0].weekday() >= 5 for row in one.rows[: one.length]])
    counts = one.counts["valid"].copy()
    counts[weekend, 0] = np.round(counts[weekend, 0] * 2)
    means = daily.learn(counts, one.rows, one.length).means[-7:]
    ratio = (means[:, 0] / means[:, 1])[[row[0].weekday() >= 5 for row in one.rows[-7:]]]
    assert (ratio > 1.8).all()


def test_prior_precision_by_hand() -> None:
    # Two stations, b 0 and .5 with variance .01 each: w 100, Q = 12.5, τ² = (12.5 − 1) ÷ (200 − 100) = .115.
    fits = regression.Fits(
        np.array([[1.0, 2.0], [0.0, 0.5]]), np.ones(2), np.repeat(np.diag([0.01, 0.01])[None], 2, axis=0)
    )
    bounded = np.clip(1 / 0.115, daily.LEAST_SHARED, daily.MOST_SHARED)
    assert daily.prior_precision(fits, np.zeros((2, 2)))[1] == pytest.approx(bounded)
    narrow = replace(fits, coefficients=np.array([[1.0, 2.0], [0.0, 0.2]]))
    # Q = 2, τ² = .01.
    assert daily.prior_precision(narrow, np.zeros((2, 2)))[1] == pytest.approx(100)
    alike = replace(fits, coefficients=np.array([[1.0, 2.0], [0.3, 0.3]]))
    assert daily.prior_precision(alike, np.zeros((2, 2)))[1] == daily.MOST_SHARED


def test_better_than_last_week_and_above_the_floor(tables: dict[str, pd.DataFrame]) -> None:
    for level in (STATION_DAY, STATION_WEEK, BUREAU_DAY, BUREAU_HOUR):
        row = pooled(tables, level)
        assert row["floor"] < row["wape"] < row["naive_wape"], level
        assert row["mase"] < 0.85
        assert row["origins"] == 52 or (len(tables["forecast_quality"]) and row["origins"] >= 38)


def test_intervals_hold_what_they_say() -> None:
    scored = [backtest.run(made(LAST, 600, [25.0] * 12, phi=phi, seed=seed), "valid").quality
              for phi, seed in ((1.0, 2), (2.5, 3))]  # fmt: skip
    for found in scored:
        by_level = {one.level: one for one in found if not one.station}
        # Counts are whole numbers, so the interval holds a little more than 90%.
        assert 0.88 <= by_level[STATION_DAY].coverage90 <= 0.95
        assert 0.86 <= by_level[STATION_WEEK].coverage90 <= 0.96
        assert 0.45 <= by_level[STATION_DAY].coverage50 <= 0.65
    assert scored[1][0].wape > scored[0][0].wape


def test_dispersion_of_errors_is_found() -> None:
    one = made(LAST, 600, [25.0] * 12, phi=2.5, seed=3)
    found = backtest.run(one, "valid")
    noise = daily.learn(one.counts["valid"], one.rows, one.length).noise
    psi = backtest.dispersions(found.parts, found.half_life, noise)
    assert float(psi[STATION_DAY].mean()) == pytest.approx(2.5, rel=0.1)
    assert (psi[STATION_WEEK] >= psi[STATION_DAY]).all()


def test_the_future_is_not_looked_at(history: History) -> None:
    places = rolling.origins(history, 6)
    later = {name: counts.copy() for name, counts in history.counts.items()}
    later["valid"][places[3] :] += 500
    hours = history.hours.copy()
    hours[places[3] :] += 500
    before, noise = rolling.roll(history, "valid", places[:4])
    after, other = rolling.roll(replace(history, counts=later, hours=hours), "valid", places[:4])
    for level, part in before.items():
        for half_life, means in part.forecasts.items():
            assert np.array_equal(means, after[level].forecasts[half_life])
    assert all(np.array_equal(a[level], b[level]) for a, b in zip(noise, other, strict=True) for level in a)
    assert not np.array_equal(before[STATION_DAY].actual, after[STATION_DAY].actual)


def test_seasonal_naive_is_last_week(history: History) -> None:
    places = rolling.origins(history, 5)
    part = rolling.roll(history, "valid", places)[0][STATION_DAY]
    assert np.array_equal(part.naive[1:], part.actual[:-1])
    assert np.array_equal(part.actual[-1], history.counts["valid"][-7:])


# ---- level ---------------------------------------------------------------------------------------


def test_smoothed_ratio_by_hand() -> None:
    seen, due = np.array([[8.0], [np.nan], [20.0]]), np.array([[10.0], [10.0], [10.0]])
    # Weights ¼, left out, 1 with a half-life of a day: (¼·8 + 20 + 5) ÷ (¼·10 + 10 + 5).
    assert daily.smoothed_ratio(seen, due, 1, 5.0)[0] == pytest.approx(27 / 17.5)


def test_a_new_level_is_followed_and_shares_change_no_sum(history: History) -> None:
    counts = history.counts["valid"].copy()
    counts[-60:] = np.round(counts[-60:] * 1.4)
    means = daily.learn(history.counts["valid"], history.rows, history.length).means
    adjusted = daily.level(counts, means, history.length, 14)
    assert adjusted[0] == pytest.approx(1.38, abs=0.06)
    coming = means[-7:].sum(axis=0)
    whole = daily.smoothed_ratio(counts.sum(axis=1)[:, None], means[:-7].sum(axis=1)[:, None], 14, daily.BELIEVED)
    assert (adjusted * coming).sum() == pytest.approx(whole[0] * coming.sum())
    assert (daily.level(counts, means, history.length, None) == 1).all()


def test_an_adjustment_is_chosen_only_where_it_helps() -> None:
    steady = backtest.run(made(LAST, 700, [30.0] * 6, phi=1.0), "valid")
    restless = made(LAST, 700, [30.0] * 6, phi=1.0)
    walk = np.exp(np.cumsum(np.random.default_rng(4).normal(0, 0.02, restless.length)))
    restless.counts["valid"][:] = np.round(restless.counts["valid"] * walk[:, None])
    moved = backtest.run(restless, "valid")
    assert moved.half_life is not None
    assert "近期水平" in moved.quality[0].model
    assert moved.quality[0].wape < moved.quality[0].plain_wape
    assert steady.quality[0].wape == pytest.approx(steady.quality[0].plain_wape, rel=0.01)


# ---- coherence -----------------------------------------------------------------------------------


def test_days_weeks_stations_and_hours_add_up(tables: dict[str, pd.DataFrame]) -> None:
    bureau = reading.outlook(tables)
    stations = [reading.outlook(tables, f"S{n}") for n in range(4)]
    assert bureau.week.mean == pytest.approx(sum(one.week.mean for one in stations))
    for number, day in enumerate(bureau.days):
        assert day.mean == pytest.approx(sum(one.days[number].mean for one in stations))
    hours = reading.hours(tables)
    assert hours is not None
    assert len(hours) == 168
    assert hours["mean"].to_numpy().reshape(7, 24).sum(axis=1) == pytest.approx([day.mean for day in bureau.days])
    for one in (bureau, *stations):
        assert one.week.mean == pytest.approx(sum(day.mean for day in one.days))
        assert sum(day.low90 for day in one.days) <= one.week.low90 <= one.week.low50 <= one.week.high50
        assert one.week.high50 <= one.week.high90 <= sum(day.high90 for day in one.days)


def test_hours_follow_the_day(history: History) -> None:
    shares = hourly.profile(history.hours, history.counts["valid"].sum(axis=1), history.rows, history.length)
    assert shares.sum(axis=1) == pytest.approx(np.ones(7))
    assert shares == pytest.approx(np.tile(DAY, (7, 1)), abs=0.015)


def test_a_holiday_has_the_hours_of_a_sunday() -> None:
    rows = made(date(2026, 9, 30), 30, [1.0]).rows
    kinds = hourly.kinds(rows)
    by_day = {row[0]: int(kind) for row, kind in zip(rows, kinds, strict=True)}
    assert by_day[date(2026, 10, 1)] == 6  # a Thursday, National Day
    assert by_day[date(2026, 9, 20)] == 2  # a Sunday that is worked


# ---- awkward histories ---------------------------------------------------------------------------


def whole(tables: dict[str, pd.DataFrame]) -> None:
    """No NaN, no infinity, ordered intervals."""
    for name in ("forecast_days", "forecast_weeks", "forecast_hours"):
        table = tables[name]
        numbers = table[["mean", *fitting.ENDS]].to_numpy(dtype=float)
        assert np.isfinite(numbers).all()
        assert (numbers >= 0).all()
        assert (np.diff(table[list(fitting.ENDS)].to_numpy(dtype=float), axis=1) >= 0).all()


@pytest.mark.parametrize("days", [1, 2, 13, 30, 62, 70, 120])
def test_short_histories(days: int) -> None:
    tables = fitting.tables(made(LAST, days, [20.0, 4.0]))
    whole(tables)
    one = reading.outlook(tables)
    assert one.week.mean == pytest.approx(24 * WEEK.sum(), rel=0.45 if days < 13 else 0.2)
    if days < rolling.LEAST_DAYS + 7:
        assert one.week_quality is None
        assert "未经回测" in one.notes[0]
        assert "未经回测" in reading.sentence(one, BUREAU)
    else:
        assert one.week_quality is not None
        assert one.week_quality.origins == (days - rolling.LEAST_DAYS) // 7
        assert "季节" in one.notes[0]


def test_one_day_is_less_sure_than_a_month() -> None:
    widths = []
    for days in (1, 30):
        week = reading.outlook(fitting.tables(made(LAST, days, [20.0], phi=1.0))).week
        widths.append((week.high90 - week.low90) / week.mean)
    assert widths[0] > 2 * widths[1]


def test_nothing_ever_happened() -> None:
    tables = fitting.tables(made(LAST, 200, [0.0, 0.0]))
    whole(tables)
    one = reading.outlook(tables, "S1")
    assert (one.week.low90, one.week.high90) == (0, 0)
    assert one.week.mean < 0.1
    assert "未经回测" in reading.sentence(one, "S1")


def test_a_station_that_began_to_report_later(history: History) -> None:
    counts = history.counts["valid"].copy()
    counts[:400, 1] = 0
    late = daily.opened(counts)
    assert late.sum(axis=0).tolist() == [600, 200, 600, 600], "a quiet station was always there"
    tables = fitting.tables(replace(history, counts={**history.counts, "valid": counts}))
    whole(tables)
    assert reading.outlook(tables, "S1").week.mean == pytest.approx(RATES[1] * WEEK.sum(), rel=0.08)
    assert reading.outlook(tables, "S0").week.mean == pytest.approx(RATES[0] * WEEK.sum(), rel=0.08)


def test_a_station_without_alerts_beside_a_busy_one() -> None:
    tables = fitting.tables(made(LAST, 200, [30.0, 0.0]))
    whole(tables)
    assert reading.outlook(tables, "S1").week.high90 <= 1
    assert reading.outlook(tables, "S0").week.mean == pytest.approx(30 * WEEK.sum(), rel=0.08)


def test_days_without_data_are_not_zeros(history: History) -> None:
    gap = slice(history.length - 60, history.length - 35)
    counts = {name: values.copy() for name, values in history.counts.items()}
    hours = history.hours.copy()
    for values in (*counts.values(), hours):
        values[gap] = np.nan
    tables = fitting.tables(replace(history, counts=counts, hours=hours))
    whole(tables)
    assert reading.outlook(tables).week.mean == pytest.approx(sum(RATES) * WEEK.sum(), rel=0.05)
    assert "25 天无数据" in tables["forecast_notes"]["note"][0]
    assert pooled(tables, STATION_DAY)["origins"] < pooled(fitting.tables(history), STATION_DAY)["origins"]


def test_leap_day_and_a_year_without_published_holidays() -> None:
    tables = fitting.tables(made(date(2032, 2, 25), 500, [20.0, 5.0]))
    whole(tables)
    days = [day.first for day in reading.outlook(tables).days]
    assert date(2032, 2, 29) in days
    assert "2032年放假安排尚未公布" in " ".join(tables["forecast_notes"]["note"])


def test_unknown_hours_are_not_forecast(history: History) -> None:
    tables = fitting.tables(replace(history, hours_known=0.6))
    assert reading.hours(tables) is None
    assert reading.quality_of(tables["forecast_quality"], BUREAU_HOUR) is None
    assert "60%" in " ".join(tables["forecast_notes"]["note"])


# ---- reading -------------------------------------------------------------------------------------


def test_what_is_said(tables: dict[str, pd.DataFrame]) -> None:
    one = reading.outlook(tables)
    assert one.origin == LAST
    assert one.model.startswith("日历回归")
    said = reading.sentence(one, BUREAU)
    assert said.startswith("全局未来 7 日（6月29日至7月5日）预计有效警情 ")
    assert f"{one.week.mean:.0f} 起" in said
    assert f"{one.week.low90}–{one.week.high90}" in said
    assert "优于沿用上周" in said
    assert "理论下限" in said
    assert "刑事和治安警情" in reading.sentence(reading.outlook(tables, "S1", "crime"), "S1")


def test_unknown_names_are_answered(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(UnknownName, match="S9"):
        reading.outlook(tables, "S9")
    with pytest.raises(UnknownName, match="crimes"):
        reading.outlook(tables, "S1", "crimes")


def test_the_same_again(history: History, tables: dict[str, pd.DataFrame]) -> None:
    again = fitting.tables(history)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])
