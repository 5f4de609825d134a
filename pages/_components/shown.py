"""What a figure shows at the moment somebody asks for its export or its notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from data.notes import Pin
from data.reading import Snapshot
from data.snapshots import Store
from metrics import catalogue, periods
from metrics.selection import Selection
from pages._components import filters, session


@dataclass(frozen=True)
class Shown:
    """The version, the filter, and the address as the browser has it: path and query, keys of the page included."""

    snapshot: Snapshot
    store: Store
    selection: Selection
    path: str
    query: dict[str, str]

    def period_words(self) -> str:
        """Say the days that are shown, as far as the data goes; raises MetricError without any data."""
        as_of = catalogue.of(self.snapshot).data_as_of
        period = self.selection.resolve(as_of)
        if as_of is None:
            return ""
        window = periods.span_window(period, "current", as_of - timedelta(hours=self.selection.cutoff))
        return periods.describe(window, self.selection.cutoff)

    def filter_words(self) -> str:
        """Say the filter."""
        known = catalogue.of(self.snapshot)
        return self.selection.describe(known.station_names, known.category_names())


Pinning = Callable[[Shown], tuple[date, date, str]]


def shown_now(path: str | None, search: str | None, selection: dict[str, Any] | None) -> Shown | None:
    """Return what the browser shows, None for an empty store; raises StoreError."""
    snapshot = session.current_snapshot()
    if snapshot is None:
        return None
    query = filters.query_of(search)
    chosen = session.selection_of(selection if selection is not None else query)
    return Shown(snapshot, session.current_store(), chosen, path or "/", query)


def pinned(shown: Shown) -> tuple[date, date, str]:
    """Return first day, last day and filter that a note on a page of the filter bar belongs to.

    口径, cut-off and 仅有效警情 do not part notes: they are about the same event seen in two ways.
    """
    period = shown.selection.resolve(catalogue.of(shown.snapshot).data_as_of)
    narrowed = {"station": shown.selection.stations, "category": shown.selection.categories}
    parts = {key: ",".join(sorted(chosen)) for key, chosen in narrowed.items() if chosen}
    return period.first, period.last, urlencode(parts, quote_via=quote)


def pin_of(shown: Shown, card: str, pinning: Pinning = pinned) -> Pin:
    """Return where a note to a card hangs now."""
    first, last, scope = pinning(shown)
    return Pin(card, first, last, scope)
