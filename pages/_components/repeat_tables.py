"""The tables of 重复警情: categories, places, beats, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dash import html

from metrics import privacy
from metrics.compare import REAL, Comparison
from metrics.definitions import METRICS
from metrics.hotspots.repeats import WINDOWS
from metrics.repeats.values import Beat, Places, Row, Spot
from pages._components.changes import Change, change_of, said
from pages._components.markup import static

_SHARE = METRICS["repeat_share"]
Heads = Sequence[tuple[str, str]]


def _table(heads: Heads, rows: Sequence[html.Tr]) -> html.Div:
    head = html.Thead(html.Tr([html.Th(text, className=style, scope="col") for text, style in heads]))
    return static(html.Table([head, html.Tbody(list(rows))], className="change-table"), "matrix-box", tabIndex="0")


def kinds(rows: Sequence[Row], axis: str, href: Callable[[str], str]) -> html.Div:
    """Return groups (or categories) with repeats, their share of valid alerts, and how the share changed."""
    heads = (
        ("归类" if axis == "group" else "类别", ""), ("重复 ÷ 有效", "num"), ("重复率", "num"), ("环比", "num"),
        ("同比", "num"), ("同一来电", "num"), ("同一地点", "num"),
    )  # fmt: skip
    return _table(heads, [_kind(row, href(row.key)) for row in rows])


def _kind(row: Row, href: str) -> html.Tr:
    before, year = _points(row.previous, "上期"), _points(row.last_year, "同期")
    return html.Tr(
        [
            html.Td(html.A(row.name, href=href), className="name"),
            html.Td([html.B(f"{row.repeats:,.0f}"), f" ÷ {row.base:,.0f}"], className="num"),
            html.Td(f"{100 * row.repeats / row.base:.1f}%", className="num"),
            html.Td(said(before, with_note=False), className="num", title=before.note),
            html.Td(said(year, with_note=False), className="num", title=year.note),
            html.Td(f"{row.callers:,.0f}", className="num"),
            html.Td(f"{row.places:,.0f}", className="num"),
        ]
    )


def _points(comparison: Comparison, word: str) -> Change:
    """Say a change of a share; the head of the table says that it is in percentage points."""
    change = change_of(comparison, _SHARE, word)
    return replace(change, text=change.text.removesuffix(" 个百分点"))


def shown_count(count: int) -> str:
    """Return a count of one place as it may be seen."""
    return f"{count:,}" if count >= privacy.THRESHOLD else privacy.PRIMARY


def pace_words(spot: Spot) -> tuple[str, str]:
    """Return what the last 30 days say of a place, and its tone."""
    if spot.verdict != REAL:
        return "未见显著变化", "none"
    return ("↑ 加快", "worse") if spot.z > 0 else ("↓ 放缓", "better")


def spots(
    listed: Sequence[Spot], stations: Mapping[str, str], beats: Mapping[str, str], href: Callable[[str], str]
) -> html.Div:
    """Return places with their calls of 30, 90 and 365 days; no caller, and "<3" below three."""
    heads = (
        ("警格", ""), ("派出所", ""), ("归类", ""), *((f"{days} 日", "num") for days in WINDOWS), ("近 30 日", ""),
    )  # fmt: skip
    return _table(heads, [_spot(spot, stations, beats, href(spot.station)) for spot in listed])


def _spot(spot: Spot, stations: Mapping[str, str], beats: Mapping[str, str], href: str) -> html.Tr:
    words, tone = pace_words(spot)
    counts = [html.Td(shown_count(spot.counts[days]), className="num") for days in WINDOWS]
    return html.Tr(
        [
            html.Td(beats.get(spot.beat, spot.beat), className="name", title=cell_words(spot)),
            html.Td(html.A(stations.get(spot.station, spot.station), href=href)),
            html.Td(spot.group),
            *counts,
            html.Td(words, className=f"tone-{tone}"),
        ]
    )


def cell_words(spot: Spot) -> str:
    """Return where the cell of a place lies."""
    return f"100 米网格，中心 {spot.lon:.4f}, {spot.lat:.4f}"


def beats(
    listed: Sequence[Beat], stations: Mapping[str, str], names: Mapping[str, str], href: Callable[[str], str]
) -> html.Div:
    """Return beats with their repeat places."""
    heads = (("警格", ""), ("派出所", ""), ("重复地点", "num"), ("所涉警情", "num"), ("重复起数", "num"))
    rows = [
        html.Tr(
            [
                html.Td(names.get(one.beat, one.beat), className="name"),
                html.Td(html.A(stations.get(one.station, one.station), href=href(one.station))),
                html.Td(f"{one.places:,}", className="num"),
                html.Td(f"{one.calls:,}", className="num"),
                html.Td(f"{one.repeats:,}", className="num now"),
            ]
        )
        for one in listed
    ]
    return _table(heads, rows)


def left_out(found: Places) -> html.Div:
    """Return what counts for repeat places and what does not, with counts and shares of all."""
    total = found.calls + sum(count for _, count in found.left_out)
    rows = [("计入", found.calls), *found.left_out, ("合计（有效警情）", total)]
    body = [
        html.Tr(
            [
                html.Td(name, className="name"),
                html.Td(f"{count:,}", className="num now"),
                html.Td(f"{count / total:.1%}" if total else "—", className="num"),
            ],
            className="is-total" if name.startswith("合计") else "",
        )
        for name, count in rows
    ]
    return _table((("警情", ""), ("起", "num"), ("占比", "num")), body)
