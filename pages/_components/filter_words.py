"""What the filter bar says and offers: its days in words, the lists to choose from, the crumbs back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dash import html

from data import clock
from metrics import periods
from metrics.catalogue import TABLE_GROUPS, Catalogue
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components.attributes import attributes
from pages._components.filter_query import narrowed

# What 昨日 shows when the data is older, in the list of periods and behind the date.
LATEST, LATEST_IN_FULL = "最近一日", "最近有数据的一日"


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


def said(selection: Selection, names: Catalogue | None) -> str:
    """Say the whole filter but its days, as exports do."""
    return selection.describe(names.station_names if names else {}, names.category_names() if names else {})


def period_options(selection: Selection, names: Catalogue | None) -> list[dict[str, str]]:
    """Return the periods; 昨日 is called by what it is when the data is older."""
    latest = {"yesterday": LATEST} if _days_behind(selection, names) else {}
    return [{"value": value, "label": latest.get(value, text)} for value, text in periods.PRESETS.items()]


def _days_behind(selection: Selection, names: Catalogue | None) -> int:
    as_of = names.data_as_of if names else None
    return periods.days_behind(as_of, clock.now(), selection.cutoff) if as_of else 0


def shown_days(selection: Selection, names: Catalogue | None) -> dict[str, str]:
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
                        # The script takes the key from the address as it is by then: this one may be a moment old.
                        html.A(everything, href=narrowed(search, **{key: ""}) or "?", **attributes(data_drop=key)),
                        html.Span("›", className="crumb-mark", **attributes(aria_hidden="true")),
                        html.Span(here, className="crumb-here"),
                    ],
                    className="crumb",
                )
            )
    return trail


def station_options(names: Catalogue | None) -> list[dict[str, Any]]:
    if names is None:
        return []
    return [{"value": code, "label": name} for code, name in names.station_names.items()]


def category_options(names: Catalogue | None) -> list[dict[str, Any]]:
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
