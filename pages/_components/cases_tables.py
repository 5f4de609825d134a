"""The tables of 案件侦防: categories with filed and solved cases, communities without cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dash import html

from metrics.casework.values import Community, Figure, Row
from metrics.compare import NO_BASE, NOT_JUDGED, Comparison
from metrics.definitions import METRICS
from pages._components.changes import change_of, said, verdict_of
from pages._components.markup import static

_HEADS = (
    ("类别", ""), ("立案", "num"), ("同期", "num"), ("同比", "num"), ("上期", "num"), ("环比", "num"), ("破案", "num"),
    ("判定", ""),
)  # fmt: skip
# More is worse, for criminal cases as for others.
_METRIC = replace(METRICS["cases_all"], better="lower")


def categories(
    rows: Sequence[Row],
    sums: Mapping[str, Mapping[str, float]],
    href: Callable[[str], str],
    kinds: Mapping[str, Figure],
) -> html.Div:
    """Return the categories below the sums of their group; sums: by group and span, or "solved"; href: of a key.

    kinds: the metric that is the sum of a group, which lends it its verdict.
    """
    head = html.Thead(html.Tr([html.Th(text, className=style, scope="col") for text, style in _HEADS]))
    body = []
    for group in dict.fromkeys(row.group for row in rows):
        members = [row for row in rows if row.group == group]
        body.append(_sum(group, members, sums[group], _same(kinds.get(group), members)))
        body += [_line(row, href(row.key)) for row in members]
    return static(html.Table([head, html.Tbody(body)], className="change-table"), "matrix-box", tabIndex="0")


def _same(figure: Figure | None, rows: Sequence[Row]) -> Figure | None:
    """Return the metric of a group where it is the same number: a category of it may be mapped to another group."""
    return figure if figure is not None and figure.value == sum(row.value for row in rows) else None


def _sum(group: str, rows: Sequence[Row], sums: Mapping[str, float], figure: Figure | None) -> html.Tr:
    # A category without cases now has no line, but what it had before belongs to the sum.
    bases = [
        sums.get(span, 0.0) if any(one.base is not None for one in listed) else None
        for span, listed in (
            ("last_year", [row.last_year for row in rows]), ("previous", [row.previous for row in rows])
        )
    ]  # fmt: skip
    solved = sums.get("solved", 0.0) if any(row.solved is not None for row in rows) else None
    value = sum(row.value for row in rows)
    year, before = (change_of(_against(value, base), _METRIC, "") for base in bases)
    verdict, usual = verdict_of(NOT_JUDGED, None, _METRIC), ""
    if figure is not None:
        verdict = verdict_of(figure.verdict, figure.direction, _METRIC, figure.value, figure.expected)
        usual = _usual(figure.expected)
    return html.Tr(
        [
            html.Td(group, className="name"),
            html.Td(f"{value:,.0f}", className="num"),
            html.Td(_base(bases[0]), className="num"), html.Td(said(year, with_note=False), className="num"),
            html.Td(_base(bases[1]), className="num"), html.Td(said(before, with_note=False), className="num"),
            html.Td(_base(solved), className="num"),
            html.Td(verdict.text, className=f"tone-{verdict.tone}", title=usual or verdict.title),
        ],
        className="is-total",
    )  # fmt: skip


def _against(value: float, base: float | None) -> Comparison:
    """Return the change of a sum without a test of its own."""
    if base is None:
        return Comparison(value, None, verdict=NO_BASE)
    return Comparison(value, base, value - base, 100 * (value - base) / base if base else None)


def _line(row: Row, href: str) -> html.Tr:
    verdict = verdict_of(row.verdict, row.direction, _METRIC, row.value, row.expected)
    year, before = (change_of(*one) for one in ((row.last_year, _METRIC, "同期"), (row.previous, _METRIC, "上期")))
    return html.Tr(
        [
            html.Td(html.A(row.name, href=href), className="name"),
            html.Td(f"{row.value:,.0f}", className="num now"),
            html.Td(_base(row.last_year.base), className="num"),
            html.Td(said(year, with_note=False), className="num", title=year.note),
            html.Td(_base(row.previous.base), className="num"),
            html.Td(said(before, with_note=False), className="num", title=before.note),
            html.Td(_base(row.solved), className="num"),
            html.Td(verdict.text, className=f"tone-{verdict.tone}", title=_usual(row.expected) or verdict.title),
        ]
    )


def _usual(expected: tuple[int, int] | None) -> str:
    return f"预期 {expected[0]:,}–{expected[1]:,} 起" if expected else ""


def _base(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f}"


def communities(listed: Sequence[Community], by_beat: bool, href: Callable[[str], str]) -> html.Div:
    """Return stations with the share of their communities without cases as bars, or one station's communities."""
    heads: tuple[tuple[str, str], ...]
    if by_beat:
        heads = (("社区（村）", ""), ("期内案件", "num"), ("", ""))
        rows = [
            html.Tr(
                [
                    html.Td(one.name, className="name"),
                    html.Td(f"{one.cases:,.0f}", className="num now"),
                    html.Td("● 零发案" if one.zero else "", className="tone-better" if one.zero else ""),
                ]
            )
            for one in listed
        ]
    else:
        heads = (("派出所", ""), ("零发案", "num"), ("社区（村）", "num"), ("占比", ""), ("期内案件", "num"))
        rows = [_station(one, href(one.code)) for one in listed]
    head = html.Thead(html.Tr([html.Th(text, className=style, scope="col") for text, style in heads]))
    return static(html.Table([head, html.Tbody(rows)], className="change-table"), "matrix-box", tabIndex="0")


def _station(one: Community, href: str) -> html.Tr:
    share = one.zero / one.counted
    bar = html.Span(html.I(style={"width": f"{100 * share:.0f}%"}), className="share-bar")
    return html.Tr(
        [
            html.Td(html.A(one.name, href=href), className="name"),
            html.Td(f"{one.zero:,.0f}", className="num now"),
            html.Td(f"{one.counted:,.0f}", className="num"),
            html.Td([bar, html.Span(f"{share:.0%}", className="num")], title=f"{one.zero:.0f} ÷ {one.counted:.0f}"),
            html.Td(f"{one.cases:,.0f}", className="num"),
        ]
    )
