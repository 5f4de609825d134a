"""The targets of one station: what is missed and by how much, what else needs a look, all with their clauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from metrics.score import MISSED, UNBOUND, UNREPORTED, Score
from metrics.selfcheck import ORDER, SelfCheck
from metrics.selfcheck.asking import DUE_DAYS
from pages._components import scores
from pages._components.attributes import attributes
from pages._components.markup import static

_COLUMNS = ("目标", "现值", "要求", "状态", "差距", "近 12 个月", "来源与时间")
# A store without any reports has dozens that nothing was reported for.
_NAMED = 8


def targets(found: SelfCheck) -> html.Div:
    """Return what is missed, one short line each, and all targets with their clauses folded below."""
    missed = found.missed
    binding = [score for score in found.scores if score.state != UNBOUND]
    rest = [score for score in found.scores if score.state == UNBOUND]
    parts: list[Any] = []
    if missed:
        parts.append(html.Ol([_missed(score, _young(score, found)) for score in missed], className="missed"))
    elif binding:
        met = scores.state_counts(binding)
        words = "、".join(f"{state} {met[state]} 项" for state in ORDER if met[state])
        parts.append(html.P(f"{words}。", className="state-text"))
    parts += [html.P(words, className="besides") for words in besides(binding)]
    if binding:
        parts.append(
            html.Details(
                [html.Summary(f"全部 {len(binding)} 项目标：条款、来源与近 12 个月"), lines(binding)],
                className="plain all-targets",
            )
        )
    if rest:
        parts.append(html.Details([html.Summary(f"不适用 {len(rest)} 项"), lines(rest)], className="plain"))
    return static(parts)


def besides(binding: Sequence[Score]) -> list[str]:
    """Name what no other line shows: targets that nothing was reported for, and shares that are more than the whole."""
    names = [score.target.label for score in binding if score.state == UNREPORTED]
    rest = f"等 {len(names)} 项，见「全部目标」" if len(names) > _NAMED else ""
    unreported = f"{'、'.join(names[:_NAMED])}{rest}"
    above = "；".join(
        f"{score.target.label} {scores.value_words(score)}，{score.remark}" for score in binding if score.remark
    )
    return [f"{word}：{told}。" for word, told in ((UNREPORTED, unreported), (scores.DOUBTED, above)) if told]


def _young(score: Score, found: SelfCheck) -> str:
    """Say how many disputes a rate leaves out because their time is not up yet.

    Nothing where the page counts other categories or other days than the target.
    """
    if score.target.metric != "dispute_resolved" or found.only:
        return ""
    inside = [one for one in found.own.undue if one[0] >= score.month]
    every, left = sum(one[1] for one in inside), sum(one[2] for one in inside)
    still = f"，其中 {left:,.0f} 起待化解、调解中" if left else ""
    return f"；近 {DUE_DAYS} 日报警的 {every:,.0f} 起未到期，不计{still}" if every else ""


def _missed(score: Score, more: str = "") -> html.Li:
    """Return one missed target: what it lacks first, then value and requirement."""
    lack, *ways = scores.gap_words(score) or [html.B("未达标", className="tone-worse")]
    counts = ""
    if score.numerator is not None and score.denominator:
        counts = f"（{score.numerator:,g}/{score.denominator:,g}）"
    name = (
        html.A(score.target.label, href=f"/glossary#{score.target.metric}")
        if score.target.metric
        else html.Span(score.target.label)
    )
    return html.Li(
        [
            html.Div([html.Span("✗ ", className="is-missed"), name, *_carried_mark(score)], className="missed-name"),
            html.Div(lack, className="missed-lack"),
            html.Div(
                f"{scores.value_words(score)}{counts}，要求{score.target.says}{more}", className="missed-value num"
            ),
            html.Div(scores.trend(score), className="missed-trend"),
        ],
        title="；".join([score.target.clause, *(part.children for part in ways if isinstance(part.children, str))]),
    )


def _carried(score: Score) -> str:
    """Return the earlier month that a reported figure is of, "" where it is of the month itself."""
    if score.target.source != "reported" or score.as_of is None or score.as_of >= score.month:
        return ""
    year = f"{score.as_of.year}年" if score.as_of.year != score.month.year else ""
    return f"{year}{score.as_of.month}月"


def _carried_mark(score: Score) -> list[html.Span]:
    month = _carried(score)
    return [html.Span(f" {month}报", className="carried num")] if month else []


def carried_words(found: Sequence[Score]) -> str:
    """Say which earlier months stand in for reported figures of the month."""
    months = sorted({(score.as_of, _carried(score)) for score in found if score.as_of and _carried(score)})
    return f"报送类沿用 {'、'.join(month for _, month in months)}" if months else ""


def lines(found: Sequence[Score]) -> html.Div:
    """Return targets one below the other, each with value, requirement, gap, trend and source."""
    top = html.Thead(html.Tr([html.Th(name, scope="col") for name in _COLUMNS]))
    body = html.Tbody([_line(score) for score in found])
    return html.Div(html.Table([top, body], className="score-lines"), className="table-scroll", tabIndex="0")


def _line(score: Score) -> html.Tr:
    target = score.target
    counts = ""
    if score.numerator is not None and score.denominator:
        counts = f"{score.numerator:,g} / {score.denominator:,g}"
    value = [
        html.B(scores.value_words(score), className=f"num {scores.STATE_STYLES[score.state]}"),
        scores.bullet(score),
        html.Span(counts, className="num"),
    ]
    name: list[Any] = [
        html.A(target.label, href=f"/glossary#{target.metric}") if target.metric else html.Span(target.label),
        *_carried_mark(score),
        html.Span(f"{target.clause} · {target.summary}", className="score-clause"),
    ]
    cells: list[tuple[str, list[Any]]] = [
        ("name", name),
        ("value", value),
        ("says", scores.says_words(target)),
        ("state", [scores.state_words(score)]),
        ("gap", scores.gap_words(score)),
        ("trend", [scores.trend(score)]),
        ("origin", scores.origin_words(score)),
    ]
    return html.Tr(
        [
            html.Td(parts, className=f"line-{kind}", **attributes(data_label=label))
            for label, (kind, parts) in zip(_COLUMNS, cells, strict=True)
        ]
    )


def targets_title(found: SelfCheck) -> str:
    """Return the finding of the targets."""
    counts = scores.state_counts(found.scores)
    return f"{counts[MISSED]} 项未达标" if counts[MISSED] else "目标对照"


def tally(found: SelfCheck) -> str:
    """Say how many targets are in each other state than missed, which the title says."""
    counts = scores.state_counts(found.scores)
    return " · ".join(f"{state} {counts[state]} 项" for state in ORDER if state != MISSED and counts[state])
