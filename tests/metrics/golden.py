"""The questions whose statements are kept as golden SQL, one per family of metrics."""

from __future__ import annotations

from datetime import date
from typing import Any

from metrics import query
from metrics.catalogue import Catalogue
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from tests import tiny

PERIOD = Period(date(2026, 11, 1), date(2026, 11, 21))
_CHOSEN = Selection(stations=(tiny.CITY,), categories=("刑事", "04"), cutoff=8, valid_only=True, week_start=5)

QUESTIONS: dict[str, Question] = {
    "alerts": Question(
        Selection(),
        PERIOD,
        (
            Breakdown(("alerts_valid", "invalid_share", "satisfaction"), (), ("current", "previous", "last_year")),
            Breakdown(("alerts_valid",), ("station", "category2")),
        ),
    ),
    "alerts_filtered": Question(_CHOSEN, PERIOD, (Breakdown(("alerts", "alerts_per_10k"), ("week", "group")),)),
    "alert_repeats": Question(Selection(), PERIOD, (Breakdown(("repeat_share",), ("group",)),)),
    "response": Question(
        Selection(), PERIOD, (Breakdown(("response_median", "response_within", "response_negative"), ("hour",)),)
    ),
    "quality": Question(Selection(basis="original"), PERIOD, (Breakdown(("unconfirmed_share", "alert_receipts")),)),
    "cases": Question(
        Selection(categories=("050000",)),
        PERIOD,
        (Breakdown(("cases_filed", "clear_rate", "filing_within_3d", "station_criminal_share"), ("quarter", "kind")),),
    ),
    "open_cases": Question(
        Selection(), PERIOD, (Breakdown(("open_cases", "open_age_median")), Breakdown(("open_cases",), ("month",)))
    ),
    "zero_crime": Question(
        Selection(categories=("刑事",)), PERIOD, (Breakdown(("zero_crime_beats_share",), ("station",)),)
    ),
    "staffing": Question(
        Selection(),
        PERIOD,
        (
            Breakdown(("community_share", "community_stability", "legal_cover"), ("station",)),
            Breakdown(("officers",), ("quarter", "team")),
            Breakdown(("officers",), ("month",)),
        ),
    ),
    "across": Question(
        Selection(), PERIOD, (Breakdown(("solved_per_officer", "workload", "beat_cover"), ("station",)),)
    ),
    "duty": Question(Selection(), PERIOD, (Breakdown(("utilisation", "match_index", "posts_needed"), ("station",)),)),
    "reported": Question(
        Selection(),
        PERIOD,
        (Breakdown(("reported_mutual_familiarity",)), Breakdown(("reported_top",), ("indicator", "year"))),
    ),
}


def statement(name: str, known: Catalogue) -> tuple[str, dict[str, Any]]:
    """Return the statement and parameters of one of the questions."""
    parts, _ = query.plan(QUESTIONS[name], known)
    return query.compile(QUESTIONS[name], parts, known)
