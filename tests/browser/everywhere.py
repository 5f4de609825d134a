"""The addresses of all registered pages, for tests that no new page can escape."""

from __future__ import annotations

import functools
import tempfile

import dash

from app import create_app
from data.reading import Reader
from data.snapshots import Store


@functools.cache
def templates() -> tuple[str, ...]:
    """Return the path of every page, in the order of the rail; a page of one station as /station/<code>."""
    with tempfile.TemporaryDirectory() as folder:
        create_app(folder)
    pages = [page for page in dash.page_registry.values() if not page["module"].endswith("not_found_404")]
    return tuple(page["path_template"] or page["path"] for page in pages)


def address(template: str, store: Store) -> str:
    """Return an address of a page on a store: a page of one station shows the first."""
    if "<" not in template:
        return template
    snapshot = Reader(store).snapshot()
    codes = snapshot.rows("SELECT code FROM stations ORDER BY code LIMIT 1") if snapshot else []
    return template.partition("<")[0] + (codes[0][0] if codes else "1")
