"""Questions to hand-made stores, in as few words as a test can have."""

from __future__ import annotations

from datetime import date
from typing import Any

from data.reading import Snapshot
from data.snapshots import Store
from metrics.ask import ask
from metrics.selection import Selection
from tests import tiny


def between(first: str, last: str, **more: Any) -> Selection:
    return Selection(period="custom", first=date.fromisoformat(first), last=date.fromisoformat(last), **more)


ALL = between("2026-11-01", "2026-11-30")


def with_alerts(store: Store, *rows: dict[str, Any]) -> Snapshot:
    return tiny.snapshot_of(store, lambda con: tiny.alerts(con, rows))


def with_cases(store: Store, *rows: dict[str, Any]) -> Snapshot:
    return tiny.snapshot_of(store, lambda con: tiny.cases(con, rows))


def values(snapshot: Snapshot, *metrics: str, selection: Selection = ALL) -> dict[str, Any]:
    """The totals of some metrics."""
    return ask(snapshot, metrics, (), selection).rows[0]


def by(snapshot: Snapshot, metric: str, *dimensions: str, selection: Selection = ALL) -> dict[Any, Any]:
    """One metric by dimensions: value by key, a tuple where there are several dimensions."""
    rows = ask(snapshot, (metric,), dimensions, selection).rows
    keys = [tuple(row[name] for name in dimensions) for row in rows]
    assert len(set(keys)) == len(keys), "every combination has one row"
    return {key if len(key) > 1 else key[0]: row[metric] for key, row in zip(keys, rows, strict=True)}


def busy(counts: dict[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in counts.items() if value}
