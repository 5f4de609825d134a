"""What 指标账单 shows: the bureau's targets, the matrix of stations and targets, one station's list, the clauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from metrics import targets
from metrics.briefing import short_name
from metrics.catalogue import Station
from metrics.score import MET, MISSED, UNBOUND, UNREPORTED, Score
from metrics.targets import Outcome, Pack, Target
from pages._components import scores, selfcheck_targets
from pages._components.attributes import attributes
from pages._components.markup import static
from pages._components.score_questions import OWN, STATES, Asked, card_address, station_address
from pages._components.score_view import View


def own(found: Sequence[Score], is_alone: bool, query: dict[str, str]) -> Any:
    """Return the targets that bind a station and the names of the others, with the way to and from its page alone."""
    if not found:
        return ""
    rest = "、".join(score.target.label for score in found if score.state == UNBOUND)
    bound = [score for score in found if score.state != UNBOUND]
    told = [html.P(f"不适用：{rest}。", className="tone-none")] if rest else []
    # Above the list: on paper a line below it would have a sheet of its own now and then.
    return static([_ways(is_alone, query), *told, selfcheck_targets.lines(bound)])


def _ways(is_alone: bool, query: dict[str, str]) -> html.P:
    if not is_alone:
        parts: list[Any] = [
            html.A("只看本所（可打印）", href=card_address(query, view=OWN), className="button button-quiet")
        ]
    else:
        parts = [
            html.Button("打印", type="button", className="button", **attributes(data_print="")),
            html.A("查看全部派出所", href=card_address(query, view=""), className="button button-quiet"),
        ]
    return html.P(parts, className="own-ways")


def summary(counts: dict[str, int], asked: Asked, query: dict[str, str]) -> html.Div:
    """Return the counts of all cells on screen, each a link that shows only its state."""
    parts: list[Any] = []
    for state in (MISSED, UNREPORTED, MET, UNBOUND):
        key = next((key for key, words in STATES.items() if words == state), "")
        words: list[Any] = [html.B(f"{counts[state]:,}", className="num"), f" 项{state}"]
        if asked.state and asked.state != key:
            continue
        style = scores.STATE_STYLES[state if counts[state] else UNBOUND]
        again = card_address(query, state="" if asked.state == key else key)
        parts.append(html.A(words, href=again, className=style) if key else html.Span(words, className=style))
    if asked.state:
        parts.append(html.A("显示全部状态", href=card_address(query, state="")))
    return static(parts, "score-summary")


def bureau(found: Sequence[Score]) -> html.Div:
    if not found:
        return html.Div(html.P("这一目标包没有以全局为单位的目标。", className="tone-none"))
    return static([_bureau_line(score) for score in found], "bureau-strip")


def _bureau_line(score: Score) -> html.Div:
    target = score.target
    elsewhere = [one for one in targets.outcomes() if _comparable(one, target)]
    told = "；".join(f"{one.place} {one.value:g}{one.unit}" for one in elsewhere)
    return html.Div(
        [
            html.Div(
                [html.A(target.label, href=f"#target-{target.id}"), html.Span(target.says, className="tone-none")],
                className="bureau-name",
            ),
            html.Div(
                [html.B(scores.value_words(score), className="num"), scores.state_words(score)],
                className="bureau-value",
            ),
            scores.bullet(score, elsewhere),
            html.Div(scores.gap_words(score), className="bureau-gap"),
            html.Div(f"外地参考：{told}" if told else "", className="tone-none"),
            html.Div(scores.origin_words(score), className="score-origin"),
        ],
        className="bureau-line",
    )


def _comparable(outcome: Outcome, target: Target) -> bool:
    """Whether a result elsewhere is a level of the same figure, not its change."""
    if outcome.base:
        return False
    return target.metric == outcome.metric if outcome.metric else target.indicator == outcome.indicator


def matrix(view: View, query: dict[str, str]) -> html.Div:
    head = html.Thead(
        html.Tr(
            [
                html.Th("派出所", scope="col"),
                html.Th("未达标", scope="col"),
                *(_column(column, view.column(column.id), query) for column in view.columns),
            ]
        )
    )
    body = html.Tbody([_row(view, station, query, station.code in view.chosen) for station in view.stations])
    return static(html.Table([head, body], className="score-matrix"), "score-box", tabIndex="0")


def _column(target: Target, found: Sequence[Score], query: dict[str, str]) -> html.Th:
    name, mark, rest = target.label.partition("（")
    # The part in brackets stays on one line.
    label: list[Any] = [name, html.Span(f"（{rest}", className="together")] if mark else [name]
    missed = sum(score.state == MISSED for score in found)
    lines: list[Any] = [
        html.A(label, href=f"#target-{target.id}", className="column-name"),
        html.Span(target.says, className="column-says"),
    ]
    if missed:
        said = f"{missed} 所未达标，按这一项的差距排序"
        lines.append(
            html.A(f"✗ {missed} 所", href=card_address(query, sort=target.id), className="column-missed", title=said)
        )
    style = "is-reported" if target.source == "reported" else ""
    return html.Th(lines, scope="col", title=f"{target.label}：{target.summary}", className=style)


def _row(view: View, station: Station, query: dict[str, str], is_chosen: bool) -> html.Tr:
    found = [view.scores.get((station.code, column.id)) for column in view.columns]
    name = html.A(short_name(station.name), href=station_address(station.code, query))
    return html.Tr(
        [
            html.Th(name, scope="row", title=f"{station.name} · {station.kind or '类别未登记'}"),
            html.Td(sum(score is not None and score.state == MISSED for score in found)),
            *(scores.cell(score) if score else html.Td("") for score in found),
        ],
        className="is-link is-chosen" if is_chosen else "is-link",
    )


_CLAUSE_HEADS = ("目标", "要求", "依据", "概括", "约束", "来源")


def clauses(pack: Pack) -> html.Div:
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in _CLAUSE_HEADS]))
    body = html.Tbody([_clause(target) for target in pack.targets])
    return static(html.Table([head, body], className="plain-table clause-table"), "table-scroll", tabIndex="0")


def _clause(target: Target) -> html.Tr:
    summary = [target.summary]
    if target.overridden:
        original = "未定数值" if target.original is None else f"{target.original:g} {target.unit}"
        summary.append(f"（本局调整，文件原为 {original}{'：' if target.reason else ''}{target.reason}）")
    cells: list[Any] = [
        html.Th(target.label, scope="row"),
        html.Td(scores.says_words(target)),
        html.Td(target.clause),
        html.Td(summary),
        html.Td(target.binds),
        html.Td(_origin(target)),
    ]
    return html.Tr(cells, id=f"target-{target.id}")


def _origin(target: Target) -> Any:
    """Return the link to the definition of a computed figure, or the two numbers that a reported one is made of."""
    if target.source == "computed":
        return html.A("● 系统计算，查看口径 ›", href=f"/glossary#{target.metric}")
    parts = [
        f"分子 {target.numerator}" if target.numerator else "",
        f"分母 {target.denominator}" if target.denominator else "",
    ]
    told = "，".join(part for part in parts if part)
    return f"○ 报送：{told}" if told else "○ 报送"
