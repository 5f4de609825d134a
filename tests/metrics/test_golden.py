"""The SQL of one question per clean view, word for word; regenerate with UPDATE_GOLDEN=1 and read the difference."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import pytest

from metrics.catalogue import Catalogue, Category, Station
from metrics.definitions import METRICS
from metrics.query import Breakdown, Question, compile, plan
from metrics.selection import Selection

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

KNOWN = Catalogue(
    stations={"110101010000": Station("110101010000", "东港派出所", "城区", 20_000, None, None, None)},
    beats={},
    categories={
        "alerts": {
            "01": Category("01", "刑事警情", "刑事", None, "alerts"),
            "0101": Category("0101", "盗窃", "刑事", "01", "alerts"),
        },
        "cases": {"050100": Category("050100", "盗窃案", "刑事", None, "cases")},
    },
    as_of={"alerts": datetime(2026, 11, 22, 8), "cases": datetime(2026, 11, 22)},
    coverage={
        "alerts": [(date(2024, 1, 1), date(2026, 11, 22))],
        "cases": [(date(2024, 1, 1), date(2026, 11, 21))],
    },
    precisions={
        "alerts": {date(2026, 11, 1): frozenset({"minute"})},
        "cases": {date(2026, 11, 1): frozenset({"minute", "month"})},
    },
    bureau="",
)

QUESTIONS = {
    "alerts": (
        Selection(period="month"),
        (
            Breakdown(("alerts", "alerts_crime", "invalid_share"), (), ("current", "previous", "last_year")),
            Breakdown(("alerts_valid", "response_p90"), ("station",)),
            Breakdown(("alerts_valid",), ("group", "hour")),
        ),
    ),
    "alert_repeats": (
        Selection(period="last7", stations=("东港派出所",), valid_only=True, cutoff=8, week_start=5),
        (Breakdown(("repeat_share", "repeat_caller_share"), ("week",)),),
    ),
    "cases": (
        Selection(
            period="custom", first=date(2026, 11, 3), last=date(2026, 11, 20), categories=("刑事",), basis="original"
        ),
        (Breakdown(("cases_filed", "clear_rate"), ("kind", "month")), Breakdown(("cases_filed",))),
    ),
}


@pytest.mark.parametrize("view", QUESTIONS)
def test_the_statement_of_a_question_is_as_written_down(view: str) -> None:
    selection, breakdowns = QUESTIONS[view]
    question = Question(selection, selection.resolve(KNOWN.data_as_of), breakdowns)
    parts, _ = plan(question, KNOWN)
    sql, params = compile(question, parts, KNOWN)
    assert {METRICS[name].view for one in breakdowns for name in one.metrics} == {view}
    listed = "\n".join(f"-- ${name} = {value}" for name, value in params.items())
    path = GOLDEN / f"{view}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(f"{sql}\n{listed}\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == f"{sql}\n{listed}\n"
    for name in params:
        assert f"${name}" in sql
