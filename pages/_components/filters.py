"""The filter bar: its controls and the one callback that keeps them and the URL the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash_bootstrap_components as dbc
from dash import Dash, Input, Output, State, ctx, html, no_update

from data import clock
from data.snapshots import StoreError
from metrics import catalogue, periods
from metrics.catalogue import TABLE_GROUPS, Catalogue
from metrics.model import MetricError, UnknownName
from metrics.selection import BASES, CUTOFFS, WEEKDAY_NAMES, Selection
from pages._components import session, states
from pages._components.attributes import attributes

# The query keys that belong to the filter; anything else in the URL belongs to a page and is kept.
KEYS = ("period", "from", "to", "station", "category", "basis", "valid", "cutoff", "week")
_CONTROLS = {
    "period": ("filter-period", "value"),
    "from": ("filter-from", "value"),
    "to": ("filter-to", "value"),
    "station": ("filter-station", "value"),
    "category": ("filter-category", "value"),
    "basis": ("filter-basis", "value"),
    "valid": ("filter-valid", "value"),
    "cutoff": ("filter-cutoff", "value"),
    "week": ("filter-week", "value"),
}
# Ticking a station or category waits for 应用, so that five ticks are one question and one step back.
_WAITS_FOR_APPLY = ("station", "category")
_LISTS = (*_WAITS_FOR_APPLY, "period")
_PERIODS = tuple(periods.PRESETS.items())
# What 昨日 shows when the data is older, in the list of periods and behind the date.
LATEST, LATEST_IN_FULL = "最近一日", "最近有数据的一日"
_BASES = tuple(BASES.items())
_CUTOFFS = tuple((str(hour), f"{hour} 时") for hour in CUTOFFS)
_WEEKDAYS = tuple((str(number), f"周{name}") for number, name in enumerate(WEEKDAY_NAMES, start=1))


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


def register(app: Dash) -> None:
    """Keep URL and controls the same: the URL fills the controls, a changed control rewrites the URL."""
    applied = {f"{name}_applied": Input(f"filter-{name}-apply", "n_clicks") for name in _WAITS_FOR_APPLY}
    controls = {key: (State if key in _WAITS_FOR_APPLY else Input)(*where) for key, where in _CONTROLS.items()}

    @app.callback(
        output={
            "search": Output("url", "search"),
            "controls": {key: Output(*where) for key, where in _CONTROLS.items()},
            "options": {name: Output(f"filter-{name}", "options") for name in _LISTS},
            "summaries": {name: Output(f"filter-{name}-summary", "children") for name in _WAITS_FOR_APPLY},
            "days_hidden": Output("filter-days", "hidden"),
            "selection": Output("selection", "data"),
            "words": Output("period-words", "children"),
            "crumbs": Output("crumbs", "children"),
            "notices": Output("filter-notices", "children"),
        },
        inputs={
            "search": Input("url", "search"),
            "snapshot": Input("snapshot", "data"),
            "controls": controls,
            "applied": applied,
            "before": State("selection", "data"),
        },
    )
    def keep_in_step(
        search: str | None, snapshot: int | None, controls: dict[str, Any], applied: Any, before: dict[str, str] | None
    ) -> dict[str, Any]:
        names, problem = _catalogue()
        if _from_controls(ctx.triggered_prop_ids):
            return _after_control(search, controls, before, names)
        return _after_url(search, before, names, problem)


def _from_controls(triggered: dict[str, Any]) -> bool:
    return any(id.startswith("filter-") for id in triggered)


def _catalogue() -> tuple[Catalogue | None, list[str]]:
    try:
        snapshot = session.current_snapshot()
    except StoreError as error:
        return None, [str(error)]
    return (catalogue.of(snapshot) if snapshot else None), []


def _after_control(
    search: str | None, controls: dict[str, Any], before: dict[str, str] | None, names: Catalogue | None
) -> dict[str, Any]:
    """Answer a changed control: a new URL and selection; the controls stay as the user left them."""
    nothing = _nothing()
    days = {"from": controls["from"] or "", "to": controls["to"] or ""}
    if controls["period"] == "custom" and not (days["from"] and days["to"]):
        # 自定义 begins with the days on screen, so that choosing it changes nothing yet.
        shown = _shown_days(session.selection_of(before), names)
        return {**nothing, "controls": {**nothing["controls"], **shown}, "days_hidden": False}
    selection, notices = Selection.from_query(_controls_query(controls))
    selection, unknown = _known(selection, names)
    query = selection.to_query()
    address = merged(search, selection)
    return {
        **nothing,
        "search": address,
        "selection": no_update if query == before else query,
        **_words(address, selection, names, [*notices, *unknown]),
    }


def _controls_query(controls: dict[str, Any]) -> dict[str, str]:
    query = {
        "period": controls["period"] or "",
        "station": ",".join(controls["station"] or []),
        "category": ",".join(controls["category"] or []),
        "basis": controls["basis"] or "",
        "valid": "1" if controls["valid"] else "0",
        "cutoff": controls["cutoff"] or "0",
        "week": controls["week"] or "1",
    }
    if query["period"] == "custom":
        query |= {"from": controls["from"] or "", "to": controls["to"] or ""}
    return query


def _after_url(
    search: str | None, before: dict[str, str] | None, names: Catalogue | None, problem: list[str]
) -> dict[str, Any]:
    """Answer a new URL or version: the controls, their options and the selection follow it."""
    selection, notices = Selection.from_query(query_of(search))
    selection, unknown = _known(selection, names)
    query = selection.to_query()
    return {
        "search": no_update,
        "controls": _control_values(selection),
        "options": {
            "station": _station_options(names),
            "category": _category_options(names),
            "period": _period_options(selection, names),
        },
        # A new version with the same filter reaches the pages through the store "snapshot".
        "selection": no_update if query == before else query,
        **_words(search, selection, names, [*problem, *notices, *unknown]),
    }


def _control_values(selection: Selection) -> dict[str, Any]:
    return {
        "period": selection.period,
        "from": selection.first.isoformat() if selection.first else "",
        "to": selection.last.isoformat() if selection.last else "",
        "station": list(selection.stations),
        "category": list(selection.categories),
        "basis": selection.basis,
        "valid": selection.valid_only,
        "cutoff": str(selection.cutoff),
        "week": str(selection.week_start),
    }


def _words(search: str | None, selection: Selection, names: Catalogue | None, notices: list[str]) -> dict[str, Any]:
    return {
        "summaries": {
            "station": summary(selection.stations, names.station_names if names else {}, "全部派出所", "所"),
            "category": summary(selection.categories, names.category_names() if names else {}, "全部类别", "类"),
        },
        "days_hidden": selection.period != "custom",
        "words": heading_words(selection, names),
        "crumbs": crumbs(search, selection, names),
        "notices": [states.notice(text) for text in notices],
    }


def _nothing() -> dict[str, Any]:
    return {
        "search": no_update,
        "controls": dict.fromkeys(_CONTROLS, no_update),
        "options": dict.fromkeys(_LISTS, no_update),
        "summaries": dict.fromkeys(_WAITS_FOR_APPLY, no_update),
        "days_hidden": no_update,
        "selection": no_update,
        "words": no_update,
        "crumbs": no_update,
        "notices": no_update,
    }


def _known(selection: Selection, names: Catalogue | None) -> tuple[Selection, list[str]]:
    """Turn names into codes and leave out, with a notice, what this version of the data does not know."""
    if names is None:
        return selection, []
    notices: list[str] = []

    def keep(chosen: tuple[str, ...], code_of: Callable[[str], str]) -> tuple[str, ...]:
        kept = []
        for one in chosen:
            try:
                kept.append(code_of(one))
            except UnknownName as error:
                notices.append(f"{error}已忽略这一项筛选。")
        return tuple(dict.fromkeys(kept))

    def category_code(one: str) -> str:
        for table in TABLE_GROUPS:
            groups, codes = names.category_filter((one,), table)
            if groups or codes:
                return groups[0] if groups else codes[0]
        return one

    stations = keep(selection.stations, lambda one: names.station_codes((one,))[0])
    categories = keep(selection.categories, category_code)
    return replace(selection, stations=stations, categories=categories), notices


def _station_options(names: Catalogue | None) -> list[dict[str, Any]]:
    if names is None:
        return []
    return [{"value": code, "label": name} for code, name in names.station_names.items()]


def _category_options(names: Catalogue | None) -> list[dict[str, Any]]:
    """List the groups that the data uses, each followed by its own codes."""
    if names is None:
        return []
    options: list[dict[str, Any]] = []
    table = "alerts" if names.categories["alerts"] else "cases"
    listed = names.categories[table].values()
    for group in TABLE_GROUPS[table]:
        below = [category for category in listed if category.group == group]
        tops = [category for category in below if category.parent is None]
        if below:
            options.append({"value": group, "label": f"{group}（全部）"})
            # A single code above all others of its group says the same as the group.
            shown = [one for one in below if not (len(tops) == 1 < len(below) and one is tops[0])]
            options += [{"value": one.code, "label": f"　{one.name}"} for one in shown if one.name != group]
    return options


def summary(chosen: tuple[str, ...], names: dict[str, str], everything: str, unit: str) -> str:
    """Say a list of choices in the width of a button."""
    if not chosen:
        return everything
    first = names.get(chosen[0], chosen[0])
    return first if len(chosen) == 1 else f"{first}等 {len(chosen)} {unit}"


def period_words(selection: Selection, names: Catalogue | None) -> str:
    """Say the days that a selection shows, as far as the data goes."""
    as_of = names.data_as_of if names else None
    if as_of is None:
        return ""
    try:
        period = selection.resolve(as_of)
        window = periods.span_window(period, "current", as_of - timedelta(hours=selection.cutoff))
    except MetricError:
        return ""
    return periods.describe(window, selection.cutoff)


def heading_words(selection: Selection, names: Catalogue | None) -> str:
    """Say the days that a selection shows, and that the day is not yesterday where 昨日 was meant."""
    words = period_words(selection, names)
    is_late = bool(words) and selection.period == "yesterday" and _days_behind(selection, names) > 0
    return f"{words} · {LATEST_IN_FULL}" if is_late else words


def _period_options(selection: Selection, names: Catalogue | None) -> list[dict[str, str]]:
    """Return the periods; 昨日 is called by what it is when the data is older."""
    latest = {"yesterday": LATEST} if _days_behind(selection, names) else {}
    return [{"value": value, "label": latest.get(value, text)} for value, text in _PERIODS]


def _days_behind(selection: Selection, names: Catalogue | None) -> int:
    as_of = names.data_as_of if names else None
    return periods.days_behind(as_of, clock.now(), selection.cutoff) if as_of else 0


def _shown_days(selection: Selection, names: Catalogue | None) -> dict[str, str]:
    as_of = names.data_as_of if names else None
    if as_of is None:
        return {}
    period = selection.resolve(as_of)
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def crumbs(search: str | None, selection: Selection, names: Catalogue | None) -> list[Any]:
    """Return the way back when stations or categories are narrowed, nothing otherwise."""
    trail: list[Any] = []
    for key, chosen, known, everything, unit in (
        ("station", selection.stations, names.station_names if names else {}, "全部派出所", "所"),
        ("category", selection.categories, names.category_names() if names else {}, "全部类别", "类"),
    ):
        if chosen:
            here = summary(chosen, known, everything, unit)
            trail.append(
                html.Span(
                    [
                        html.A(everything, href=narrowed(search, **{key: ""}) or "?"),
                        html.Span("›", className="crumb-mark", **attributes(aria_hidden="true")),
                        html.Span(here, className="crumb-here"),
                    ],
                    className="crumb",
                )
            )
    return trail
