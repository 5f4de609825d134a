"""φ before the period: known answers, rows with too little, what does not enter, and verdicts that take it in."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from data.snapshots import Store
from metrics import compare
from metrics.ask import UNKNOWN_SPREAD, ask
from metrics.compare import REAL
from metrics.overdispersion import Spread, rolling, spread
from metrics.selection import Selection
from tests import tiny

FIRST = date(2026, 11, 2)


def frame_of(values: list[float], last: date = FIRST - timedelta(days=1), **more: str) -> pd.DataFrame:
    """Daily values up to `last`."""
    days = [last - timedelta(days=n) for n in range(len(values) - 1, -1, -1)]
    return pd.DataFrame({"day": pd.Series(days, dtype="object"), "n": values, **more})


def test_the_known_answer_of_one_weekday() -> None:
    # Mondays 2, 4, 6 and nothing on other days: χ² = (4 + 0 + 4) / 4 = 2 with 2 degrees of freedom.
    values = [0.0] * 21
    values[0], values[7], values[14] = 2.0, 4.0, 6.0
    assert spread(frame_of(values), (), ("n",), FIRST).whole["n"] == 1.0
    values[0], values[14] = 0.0, 8.0  # χ² = (16 + 0 + 16) / 4 = 8
    assert spread(frame_of(values), (), ("n",), FIRST).whole["n"] == pytest.approx(4.0)


def test_it_is_pearson_over_its_freedom_around_weekday_means() -> None:
    random = np.random.default_rng(3)
    values = random.negative_binomial(12, 0.4, 56).astype(float)
    frame = frame_of(list(values))
    found = spread(frame, (), ("n",), FIRST)
    # Eight whole weeks, a column per weekday.
    weeks = values.reshape(8, 7)
    means = weeks.mean(0)
    expected = ((weeks - means) ** 2 / means).sum() / (7 * 7)
    assert expected > 1.5
    assert found.of("n", {}) == pytest.approx(expected) and found.is_known


def test_the_period_itself_and_what_lies_long_before_do_not_enter() -> None:
    quiet = [10.0] * 56
    burst = pd.concat([frame_of([500.0, 3.0, *quiet]), frame_of([900.0], FIRST)])
    assert spread(burst, (), ("n",), FIRST).of("n", {}) == 1.0


def test_rows_with_less_than_one_a_day_share_theirs() -> None:
    random = np.random.default_rng(11)
    busy = frame_of(list(random.negative_binomial(10, 0.25, 56).astype(float)), station="A")
    sparse = [frame_of(list(random.poisson(0.3, 56).astype(float)), station=f"S{n}") for n in range(40)]
    found = spread(pd.concat([busy, *sparse]), ("station",), ("n",), FIRST)
    assert found.of("n", {"station": "A", "group": "刑事"}) > 2.5
    assert found.of("n", {"station": "S1"}) == found.of("n", {"station": "elsewhere"}) < 1.2
    assert found.whole["n"] > found.shared["n"]


def test_too_few_days_nothing_at_all_and_unknown_days_give_one() -> None:
    assert not spread(frame_of([5.0, 50.0] * 10), (), ("n",), FIRST).is_known
    assert spread(frame_of([0.0] * 56), (), ("n",), FIRST).of("n", {}) == 1.0
    assert spread(frame_of([np.nan] * 56), (), ("n",), FIRST).of("n", {}) == 1.0
    assert Spread().of("n", {}) == 1.0


# --- through the real path ------------------------------------------------------------------------------------------


def clumped(con: duckdb.DuckDBPyConnection) -> None:
    """Eight weeks of 4 and 28 a day by turns, then a week of 21 a day; the same week of 14 a day a year before."""
    for n in range(56):
        tiny.daily_alerts(con, (FIRST - timedelta(days=56 - n)).isoformat(), 1, 28 if n % 2 else 4)
    tiny.daily_alerts(con, FIRST.isoformat(), 7, 21)
    tiny.daily_alerts(con, "2025-11-02", 7, 14)


WEEK = Selection(period="custom", first=FIRST, last=FIRST + timedelta(days=6))


def test_a_change_within_the_usual_clumping_is_no_finding(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, clumped)
    one = ask(snapshot, ("alerts",), (), WEEK, ("last_year",)).comparisons[0, "alerts", "last_year"]
    assert (one.value, one.base) == (147, 98) and one.phi > 5
    assert compare.judged([compare.counts(147, 7, 98, 7)])[0].verdict == REAL
    assert one.verdict != REAL
    assert one.p == pytest.approx(compare.poisson_p(147, 7, 98, 7, one.phi))
    rows = ask(snapshot, ("alerts", "alerts_per_10k"), ("station",), WEEK, ("last_year",))
    assert rows.comparisons[0, "alerts", "last_year"].phi == pytest.approx(one.phi)
    assert rows.comparisons[0, "alerts_per_10k", "last_year"].phi == pytest.approx(one.phi)
    assert rows.comparisons[1, "alerts", "last_year"].phi == 1.0
    assert rows.to_json()[0]["alerts_last_year_phi"] == pytest.approx(one.phi, abs=1e-6)


def test_without_days_before_it_is_said_that_nothing_is_allowed_for(store: Store) -> None:
    def short(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2025-11-02", 7, 14)
        tiny.daily_alerts(con, FIRST.isoformat(), 7, 21)

    table = ask(tiny.snapshot_of(store, short), ("alerts",), (), WEEK, ("last_year",))
    assert table.comparisons[0, "alerts", "last_year"].phi == 1.0
    assert table.answer.notes == [UNKNOWN_SPREAD]
    assert ask(tiny.snapshot_of(store), ("alerts",), (), WEEK).answer.notes == []


def test_rolling_is_the_spread_of_each_day() -> None:
    rng = np.random.default_rng(5)
    values = rng.poisson(3.0, 130).astype(float)
    values[[4, 60, 61]], values[90:97] = np.nan, 0.0
    days = [FIRST + timedelta(days=n) for n in range(130)]
    known = ~np.isnan(values)
    frame = pd.DataFrame({"day": [day for day, has in zip(days, known, strict=True) if has], "n": values[known]})
    each = [spread(frame, (), ("n",), day).of("n", {}) for day in days]
    assert rolling(values) == pytest.approx(each)
    assert each[:10] == [1.0] * 10 and max(each) > 1.2
    assert rolling(np.zeros(0)).size == 0
