"""今日会商 where one kind of record reaches back further than another: no expectation without its eight weeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from data.snapshots import Store
from metrics.briefing import brief
from metrics.selection import Selection
from tests import tiny


def _cases(con: duckdb.DuckDBPyConnection) -> None:
    first = datetime(2026, 10, 1, 9)
    tiny.cases(con, [{"filed": str(first + timedelta(days=day))} for day in range(45)])


def test_cases_of_six_weeks_beside_alerts_of_twenty(tmp_path: Path) -> None:
    snapshot = tiny.snapshot_of(
        Store(tmp_path / "store"), lambda con: tiny.daily_alerts(con, "2026-06-28", 140, 3), _cases
    )
    found = brief(snapshot, Selection(period="last7"))
    cards = {card.metric.id: card for card in found.cards}
    assert cards["alerts"].expected is not None and cards["alerts"].value == 21
    assert cards["cases_filed"].expected is None and cards["cases_filed"].value == 7
