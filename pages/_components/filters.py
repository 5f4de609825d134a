"""The one callback that keeps the controls of the filter bar and the URL the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from data.snapshots import StoreError
from metrics import catalogue
from metrics.catalogue import TABLE_GROUPS, Catalogue
from metrics.model import UnknownName
from metrics.selection import Selection
from pages._components import filter_words, session, states
from pages._components.filter_bar import bar
from pages._components.filter_query import KEYS, merged, query_of
from pages._components.filter_words import summary

__all__ = ["KEYS", "bar", "merged", "query_of", "register"]

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
            "said": Output("filter-said", "children"),
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
        changed = _changed(ctx.triggered_prop_ids)
        if changed:
            return _after_control(search, controls, before, names, changed)
        return _after_url(search, before, names, problem)


def _changed(triggered: dict[str, Any]) -> list[str]:
    """Return the keys of the controls that the user has just changed; [] where the URL or the version has."""
    ids = [id.partition(".")[0] for id in triggered if id.startswith("filter-")]
    return [id.removeprefix("filter-").removesuffix("-apply") for id in ids]


def _catalogue() -> tuple[Catalogue | None, list[str]]:
    try:
        snapshot = session.current_snapshot()
    except StoreError as error:
        return None, [str(error)]
    return (catalogue.of(snapshot) if snapshot else None), []


def _after_control(
    search: str | None,
    controls: dict[str, Any],
    before: dict[str, str] | None,
    names: Catalogue | None,
    changed: Collection[str],
) -> dict[str, Any]:
    """Answer a changed control: a new URL and selection; controls that the URL has overtaken follow it."""
    nothing = _nothing()
    seen, controls = controls, _together(search, controls, before, names, changed)
    days = {"from": controls["from"] or "", "to": controls["to"] or ""}
    if controls["period"] == "custom" and not (days["from"] and days["to"]):
        # 自定义 begins with the days on screen, so that choosing it changes nothing yet.
        shown = filter_words.shown_days(session.selection_of(before), names)
        return {**nothing, "controls": {**nothing["controls"], **shown}, "days_hidden": False}
    selection, notices = Selection.from_query(_controls_query(controls))
    selection, unknown = _known(selection, names)
    query = selection.to_query()
    address = merged(search, selection)
    late = {key: value for key, value in _control_values(selection).items() if value != (seen[key] or type(value)())}
    return {
        **nothing,
        "controls": {**nothing["controls"], **late},
        "search": address,
        "selection": no_update if query == before else query,
        **_words(address, selection, names, [*notices, *unknown]),
    }


def _together(
    search: str | None,
    controls: dict[str, Any],
    before: dict[str, str] | None,
    names: Catalogue | None,
    changed: Collection[str],
) -> dict[str, Any]:
    """Return the controls as the user means them, who may have followed a link while they still show the page before.

    Three ways meet: what was last answered (`before`), what the URL says since, what the controls show. What differs
    from before is new; of two new values of one key the one of the control that has just been changed counts.
    """
    linked, _ = Selection.from_query(query_of(search))
    base, now = (_control_values(one) for one in (session.selection_of(before), _known(linked, names)[0]))

    def meant(key: str) -> Any:
        shown = controls[key] or type(base[key])()
        is_new = shown != base[key] and (key in changed or now[key] == base[key])
        return controls[key] if is_new else now[key]

    return {key: meant(key) for key in controls}


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
            "station": filter_words.station_options(names),
            "category": filter_words.category_options(names),
            "period": filter_words.period_options(selection, names),
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
        "words": filter_words.heading_words(selection, names),
        "said": filter_words.said(selection, names),
        "crumbs": filter_words.crumbs(search, selection, names),
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
        "said": no_update,
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
