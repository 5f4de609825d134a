"""Addresses of a page with its filter and the keys that belong to the page alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from metrics.model import UnknownName
from metrics.selection import Selection

# The value of a list whose key the address need not have (assets/scorecard.js removes the key for it).
DEFAULT = "*"


def address(path: str, selection: Selection, own: Mapping[str, str], **changes: str) -> str:
    """Return a page's address with filter and own keys, some changed; an empty text removes a key."""
    query = {key: value for key, value in {**selection.to_query(), **own, **changes}.items() if value}
    return path + (f"?{urlencode(query, safe=',')}" if query else "")


def chosen(query: Mapping[str, str], key: str, known: Iterable[str], what: str, notices: list[str]) -> str:
    """Return the value of a key, the first known one where there is none or, with a notice, an unknown one."""
    listed = list(known)
    wanted = query.get(key, listed[0])
    if wanted in listed:
        return wanted
    notices.append(f"{UnknownName(what, wanted[:40], listed)}已按默认值显示。")
    return listed[0]


def options(offered: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the options of a list; the first is what an address without the key means."""
    return [{"value": value if n else DEFAULT, "label": words} for n, (value, words) in enumerate(offered.items())]


def shown(value: str, offered: Mapping[str, str]) -> str:
    """Return the value that a list shows."""
    return DEFAULT if value == next(iter(offered)) else value
