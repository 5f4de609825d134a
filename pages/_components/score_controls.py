"""Controls of the scorecard pages: lists whose choice is written to a key of the URL."""

from __future__ import annotations

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html

from pages._components.attributes import attributes
from pages._components.score_questions import DEFAULT


def select(id: str, key: str, label: str, *, first: bool = False) -> html.Label:
    """Return a list whose choice the script writes to the URL's key; the page's callback fills and sets it.

    first: whether the key "/" goes to it.
    """
    return _field(id, label, "page-search" if first else "", **attributes(data_query=key))


def leap(id: str, path: str, label: str) -> html.Label:
    """Return a list whose choice leads to the page `path` + value, with the rest of the address kept."""
    return _field(id, label, "page-search", **attributes(data_path=path))


def options(offered: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return (value, words) as the options of a list."""
    return [{"value": value, "label": words} for value, words in offered]


def listed(value: str, offered: Sequence[tuple[str, str]]) -> str:
    """Return the value that a list shows: its own where it is offered, else the default."""
    return value if value in dict(offered) else DEFAULT


def _field(id: str, label: str, style: str, **more: str) -> html.Label:
    return html.Label(
        [
            html.Span(label, className="field-name"),
            dbc.Select(id=id, options=[], class_name=f"control {style}".strip()),
        ],
        className="filter-field",
        **more,  # type: ignore[arg-type]
    )
