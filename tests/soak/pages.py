"""What a change of the filter costs: statements, their time and the server's time, page by page, over real callbacks.

python -m tests.soak.pages --store var/store [--page /trend] [--repeat 3]
"""

from __future__ import annotations

import argparse
import functools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from app import create_app
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import cache
from pages._components import filters
from tests.pages.asking import ask, callback_of

# One output of each callback that a changed filter runs; the shell's own (filter bar, status) are asked with each page.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("briefing-state.children",),
    "/trend": ("trend-state.children",),
    "/trend?by=station": ("trend-state.children",),
    "/heat": ("heat-state.children",),
    "/heat?table=cases&at=5-21": ("heat-state.children",),
    "/staffing": (
        "staffing-state.children",
        "staffing-gauges.children",
        "staffing-move-state.children",
        "staffing-extra-said.children",
    ),
    "/station/{code}": ("station-state.children",),
    "/cases": ("cases-state.children",),
    "/repeat": ("repeat-state.children",),
    "/scorecard": ("scorecard-state.children",),
}
CHANGES = ("period=last7", "period=last30", "period=last7&station={code}", "period=last30&category=刑事", "period=year")


@dataclass
class Cost:
    """Statements on the store, seconds within them, and seconds of processor time in all."""

    statements: list[str]
    inside: float = 0.0
    whole: float = 0.0


@contextmanager
def counted() -> Iterator[Cost]:
    """Count what happens within the block; statements on fitted tables are told apart by their text."""
    cost, original = Cost([]), Snapshot._answer

    def answer(self: Snapshot, sql: str, params: Any, seconds: float, fetch: Any, *fitted: Any) -> Any:
        began = time.thread_time()
        try:
            return original(self, sql, params, seconds, fetch, *fitted)
        finally:
            cost.inside += time.thread_time() - began
            # Fitted tables are read once per version, whatever is asked of them.
            cost.statements += [] if fitted else [sql]

    Snapshot._answer = answer  # type: ignore
    began = time.thread_time()
    try:
        yield cost
    finally:
        cost.whole = time.thread_time() - began
        Snapshot._answer = original  # type: ignore[method-assign]


def redraw(client: FlaskClient, page: str, query: str, code: str) -> None:
    """Ask for everything of a page that a changed filter redraws."""
    path, _, own = page.partition("?")
    search = "?" + "&".join(part for part in (query, own) if part)
    asked = dict(part.split("=", 1) for part in own.split("&") if part)
    given = {
        "selection.data": filters.query_of(search),
        "url.search": search,
        "url.pathname": path.format(code=code),
        "snapshot.data": "1",
        "mode.data": "light",
        "station-code.data": code,
        **{f"staffing-{part}-asked.data": asked for part in ("rules", "move", "extra")},
    }
    for output in PAGES[page]:
        ask(client, output, {name: given.get(name) for name in _inputs(client, output)})


@functools.cache
def _inputs(client: FlaskClient, output: str) -> list[str]:
    found = callback_of(client, output)
    return [f"{one['id']}.{one['property']}" for one in found["inputs"]]


def cost_of(client: FlaskClient, page: str, query: str, code: str) -> Cost:
    """Return the cost of a change to `query` on a page that was open without any filter, with nothing else known."""
    opened(client, page, code)
    return changed(client, page, query, code)


def opened(client: FlaskClient, page: str, code: str) -> None:
    """Open a page without any filter, with nothing known before."""
    cache.forget()
    redraw(client, page, "", code)


def changed(client: FlaskClient, page: str, query: str, code: str) -> Cost:
    """Return the cost of a change to `query` on the page that is open."""
    with counted() as cost:
        redraw(client, page, query, code)
    return cost


def main() -> None:
    """Print a line per page and change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", required=True)
    parser.add_argument("--page", choices=tuple(PAGES))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--texts", action="store_true", help="print the statements")
    told = parser.parse_args()
    client = create_app(told.store).server.test_client()
    code = station(Store(Path(told.store)))
    for page in (told.page,) if told.page else PAGES:
        for query in (change.format(code=code) for change in CHANGES):
            tries = [cost_of(client, page, query, code) for _ in range(told.repeat)]
            best = min(tries, key=lambda cost: cost.whole)
            ratio = best.whole / best.inside if best.inside else float("nan")
            print(
                f"{page:20} {query:32} {len(best.statements)} statements, {1000 * best.whole:5.0f} ms, "
                f"in them {1000 * best.inside:5.0f} ms, ratio {ratio:.2f}",
                flush=True,
            )
            for text in best.statements if told.texts else ():
                print("    " + " ".join(text.split())[:230])


def station(store: Store) -> str:
    """Return the code of the first station."""
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return str(snapshot.rows("SELECT code FROM stations ORDER BY code LIMIT 1")[0][0])


if __name__ == "__main__":
    main()
