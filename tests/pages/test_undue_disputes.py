"""Disputes whose time is not up: what the rate of settled ones leaves out adds up with what it counts."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from data.snapshots import Store
from metrics import selfcheck, targets
from metrics.score import Score
from metrics.selection import Selection
from pages._components import selfcheck_targets
from tests import tiny

LAST = date(2026, 11, 20)
MONTH = date(2026, 11, 1)


def disputes(con: Any) -> None:
    """Six within the seven days (two open, one of another station, one on the first of them), three before."""
    rows = [
        (0, "待化解"),
        (1, "调解中"),
        (2, "已化解"),
        (3, "已化解"),
        (6, "已化解"),
        (7, "已化解"),
        (8, "待化解"),
        (9, "已化解"),
    ]
    made = [{"call": f"{LAST - timedelta(days=n)} 10:00", "cat": "04", "mediated": said} for n, said in rows]
    tiny.alerts(con, [*made, {**made[0], "station": tiny.EDGE}])


def check(store: Store, last: date) -> selfcheck.SelfCheck:
    period = Selection(period="custom", first=last, last=last)
    return selfcheck.check(
        tiny.snapshot_of(store, disputes), period, tiny.CITY, targets.load("binhai-2023"), MONTH
    )  # fmt: skip


def rate_of(found: selfcheck.SelfCheck) -> Score:
    return next(score for score in found.scores if score.target.metric == "dispute_resolved")


def test_what_is_counted_and_what_is_not_make_all_disputes(store: Store) -> None:
    found = check(store, LAST)
    rate = rate_of(found)
    assert (rate.numerator, rate.denominator) == (2, 3)
    assert sum(every for _, every, _ in found.own.undue) == 5
    assert selfcheck_targets._young(rate, found) == "；近 7 日报警的 5 起未到期，不计，其中 2 起待化解、调解中"


def test_nothing_is_said_of_other_days_months_or_categories(store: Store) -> None:
    found = check(store, LAST)
    rate: Any = rate_of(found)
    assert check(store, LAST - timedelta(days=1)).own.undue == ()
    later: Any = SimpleNamespace(target=rate.target, month=date(2026, 12, 1))
    assert selfcheck_targets._young(later, found) == ""
    narrowed: Any = SimpleNamespace(own=found.own, only="求助")
    assert selfcheck_targets._young(rate, narrowed) == ""
