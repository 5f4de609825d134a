"""The filter bar: its controls at their defaults; filters.py keeps them and the URL the same."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html

from metrics import periods
from metrics.selection import BASES, CUTOFFS, WEEKDAY_NAMES
from pages._components.attributes import attributes

_PERIODS = tuple(periods.PRESETS.items())
_BASES = tuple(BASES.items())
_CUTOFFS = tuple((str(hour), f"{hour} 时") for hour in CUTOFFS)
_WEEKDAYS = tuple((str(number), f"周{name}") for number, name in enumerate(WEEKDAY_NAMES, start=1))


def bar() -> html.Div:
    """Return the filter bar with its controls at their defaults."""
    return html.Div(
        [
            _select("filter-period", "时段", _PERIODS),
            html.Span(
                [
                    _day("filter-from", "开始日期"),
                    html.Span("至", className="filter-word"),
                    _day("filter-to", "结束日期"),
                ],
                id="filter-days",
                className="filter-days",
                hidden=True,
            ),
            _picker("station", "派出所", "全部派出所"),
            _picker("category", "类别", "全部类别"),
            _select("filter-basis", "性质", _BASES),
            html.Details(
                [
                    html.Summary("更多", className="control"),
                    html.Div(
                        [
                            dbc.Switch(id="filter-valid", label="仅有效警情", value=False),
                            _radio("filter-cutoff", "统计日分界", _CUTOFFS),
                            _radio("filter-week", "一周始于", _WEEKDAYS),
                        ],
                        className="popover-panel",
                    ),
                ],
                className="picker picker-more",
            ),
        ],
        id="filters",
        className="filters",
        role="search",
        **attributes(aria_label="筛选"),
    )


def _select(id: str, label: str, options: tuple[tuple[str, str], ...]) -> html.Label:
    return html.Label(
        [
            html.Span(label, className="visually-hidden"),
            dbc.Select(
                id=id,
                options=[{"value": value, "label": text} for value, text in options],
                value=options[0][0],
                class_name="control",
            ),
        ],
        className="filter-field",
    )


def _day(id: str, label: str) -> html.Label:
    return html.Label(
        [html.Span(label, className="visually-hidden"), dbc.Input(id=id, type="date", class_name="control")],
        className="filter-field",
    )


def _radio(id: str, label: str, options: tuple[tuple[str, str], ...]) -> html.Fieldset:
    return html.Fieldset(
        [
            html.Legend(label),
            dbc.RadioItems(
                id=id,
                options=[{"value": value, "label": text} for value, text in options],
                value=options[0][0],
                inline=True,
            ),
        ],
        className="popover-group",
    )


def _picker(name: str, label: str, everything: str) -> html.Details:
    """Return a list to tick in, with a search box; the script of the shell filters it and closes it."""
    return html.Details(
        [
            html.Summary(everything, id=f"filter-{name}-summary", className="control"),
            html.Div(
                [
                    html.Label(
                        [
                            html.Span(f"查找{label}", className="visually-hidden"),
                            dbc.Input(type="search", placeholder=f"查找{label}", class_name="control picker-search"),
                        ]
                    ),
                    dbc.Checklist(id=f"filter-{name}", options=[], value=[], class_name="picker-list"),
                    html.Div(
                        [
                            html.Button("清空", type="button", className="button button-quiet picker-clear"),
                            html.Button(
                                "应用", id=f"filter-{name}-apply", type="button", className="button picker-apply"
                            ),
                        ],
                        className="picker-actions",
                    ),
                ],
                className="popover-panel",
            ),
        ],
        className="picker",
    )
