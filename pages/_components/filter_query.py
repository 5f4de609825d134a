"""The query of a URL: read, written, and changed in the part that belongs to the filter."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from metrics.selection import Selection

# The query keys that belong to the filter; anything else in the URL belongs to a page and is kept.
KEYS = ("period", "from", "to", "station", "category", "basis", "valid", "cutoff", "week")


def query_of(search: str | None) -> dict[str, str]:
    """Return the query of a URL as text by key; the last of several equal keys wins."""
    return dict(parse_qsl((search or "").lstrip("?"), keep_blank_values=True, errors="replace"))


def search_of(query: dict[str, str]) -> str:
    """Return the query part of a URL, with its question mark, or nothing."""
    return "?" + urlencode(query, safe=",") if query else ""


def merged(search: str | None, selection: Selection) -> str:
    """Return the URL's query with its filter replaced by a selection; keys of the page stay."""
    kept = {key: value for key, value in query_of(search).items() if key not in KEYS}
    return search_of({**selection.to_query(), **kept})


def narrowed(search: str | None, **changes: str) -> str:
    """Return a link's query: this one with some filter keys changed, an empty text removes a key."""
    query = {**query_of(search), **changes}
    return search_of({key: value for key, value in query.items() if value})
