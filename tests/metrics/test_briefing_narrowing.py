"""今日会商 of chosen categories: the key figures that then still say something, each count once."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics.briefing import CARD_METRICS, brief
from metrics.compare import NOT_JUDGED
from metrics.selection import Selection
from tests import tiny
from tests.metrics.test_briefing import FIRST, LAST, steady

CASES = ("cases_filed", "clear_rate")


def with_cases(con: duckdb.DuckDBPyConnection) -> None:
    """A filed case a day beside steady calls of 刑事 and 求助."""
    steady(con)
    days = [FIRST + timedelta(days=n) for n in range(140)]
    tiny.cases(con, [{"filed": f"{day} 23:00:00", "solved": f"{day} 23:30:00"} for day in days])


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("narrow") / "store"), with_cases)


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ((), CARD_METRICS),
        (("刑事",), ("alerts_valid", *CASES)),
        (("01",), ("alerts_valid",)),
        (("0101",), ("alerts_valid",)),
        (("求助",), ("alerts_valid",)),
        (("刑事", "求助"), ("alerts_valid", "alerts_criminal", "alerts_help", *CASES)),
        (("0101", "求助"), ("alerts_valid", "alerts_help")),
        (("050100",), CASES),
    ],
)
def test_a_count_stands_on_one_card_and_none_is_empty_by_its_nature(
    snapshot: Snapshot, chosen: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    found = brief(snapshot, Selection(period="last7", categories=chosen))
    assert tuple(card.metric.id for card in found.cards) == kept
    assert all(card.value for card in found.cards if chosen)


def test_a_kind_that_fell_to_nothing_keeps_its_line(store: Store) -> None:
    def gone(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        con.execute("DELETE FROM alerts WHERE cat_conf LIKE '05%' AND call_time >= ?", [LAST - timedelta(days=6)])

    found = brief(tiny.snapshot_of(store, gone), Selection(period="last7"))
    (row,) = [row for row in found.rows if row.key == "求助"]
    assert row.value == 0 and row.previous.base and row.previous.change == -row.previous.base
    valid = next(card for card in found.cards if card.metric.id == "alerts_valid")
    assert sum(row.previous.base or 0 for row in found.rows) == valid.previous.base
    assert sum(row.last_year.base or 0 for row in found.rows) == (valid.last_year.base or 0)


def test_alerts_of_a_category_of_cases_are_not_said_to_be_none(snapshot: Snapshot) -> None:
    last = brief(snapshot, Selection(period="last7", categories=("050100",))).points[-1]
    assert (last.text, last.verdict, last.page) == ("所选类别不属于警情类别，有效警情不适用", NOT_JUDGED, "/cases")
