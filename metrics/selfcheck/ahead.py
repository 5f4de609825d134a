"""What 所队自查 will ask of the store, so that its briefing, its beats and its hot cells go there as one statement.

The weeks of calls and duty behind 警力 are asked apart, once for all filters that average the same weeks: with one
thread, DuckDB 1.5 stops for ever (and cannot be interrupted) in this union with the views of duty (duckdb#24961).
"""

from __future__ import annotations

from data.reading import Snapshot, Statement
from metrics import catalogue, query
from metrics.briefing import asking as briefing
from metrics.definitions import METRICS
from metrics.hotspots import cells
from metrics.selection import Selection
from metrics.selfcheck.asking import last_day, question, spans_of, study_selection


def ahead(snapshot: Snapshot, selection: Selection) -> list[Statement]:
    """Return all statements of the page of the one station of a selection, without those that are answered already."""
    known = catalogue.of(snapshot)
    subject = METRICS[briefing.shape_of(known, selection, selection.resolve(known.data_as_of)).subject]
    spans = spans_of(last_day(known, selection, subject.view))
    return [
        *briefing.ahead(snapshot, selection),
        *query.ahead(snapshot, question(selection, subject.id, spans, known)),
        *cells.ahead(snapshot, study_selection(selection, spans.study), subject.view),
    ]
