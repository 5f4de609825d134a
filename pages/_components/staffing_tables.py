"""Tables of 警力配置: gauges of the staffing rules, stations against a rule, stations against their work."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import html

from metrics.briefing import short_name
from metrics.force.rules import Rule, Rules
from metrics.score import MET, MISSED, Score
from metrics.staffing.stations import LOW
from pages._components import scores, states
from pages._components.attributes import attributes
from pages._components.markup import Written, render, static

# A row of 24 hours: from these people missing on a mark is tinted, tinted more, full.
_TINTS = (1, 2, 3)


def merged(words: Any, title: str = "", className: str = "", **changes: str) -> html.A:
    """Return a link that changes some keys of the address and keeps the others; an empty text removes a key."""
    href = "?" + urlencode(changes, safe=",")
    return html.A(words, href=href, title=title or None, className=className or None, **attributes(data_merge="yes"))


# ---- gauges ----------------------------------------------------------------------------------------


def gauges(found: Rules, shown: str) -> html.Div:
    """Return one gauge per rule with its gap in words; shown: id of the target that the rows beside are about."""
    if not found.found:
        return states.panel("没有警力目标", f"「{found.pack.name}」没有由警力台账或勤务表计算的目标。")
    if not found.is_known:
        text = (
            f"{found.month:%Y-%m} 没有警力台账或勤务表数据，{len(found.found)} 项目标均无从对照。请在「数据接入」导入。"
        )
        return states.panel("没有警力数据", text, action=("数据接入", "/data"))
    return static([_gauge(rule, rule.target.id == shown) for rule in found.found], "gauges")


def _gauge(rule: Rule, is_shown: bool) -> html.Div:
    target = rule.target
    name: Any = merged(target.label, title="查看各所", target=target.id) if rule.rows else html.Span(target.label)
    return html.Div(
        [
            _dial(rule),
            html.Div(
                [
                    html.Div(name, className="gauge-name", title=f"{target.clause}：{target.summary}"),
                    html.Div(_wanted(rule), className="gauge-wanted num"),
                    html.Div(gap_words(rule), className="gauge-gap"),
                ]
            ),
        ],
        className=f"gauge{' is-shown' if is_shown else ''}",
    )


def _wanted(rule: Rule) -> str:
    """Say what is asked for, and of how many stations the figure is a count."""
    if rule.score is None and rule.rows:
        return f"每所 {rule.target.says}"
    return f"要求 {rule.target.says}"


def gap_words(rule: Rule) -> Any:
    """Return what is missing by a rule, or that nothing is, for the bureau and for its stations."""
    if rule.text:
        missing = html.Span(f"✗ {rule.text}", className="tone-worse")
        # A bureau that meets what some of its stations miss says both, lest 106% look like a miss.
        is_met = rule.rows and rule.score is not None and not rule.score.station and rule.score.state == MET
        return [html.Span("✓ 全局达标；", className="tone-none"), missing] if is_met else missing
    if rule.score is not None and rule.score.state not in (MET, MISSED):
        said = rule.score.state + (f"：{rule.score.reason}" if rule.score.reason else "")
        return html.Span(said, className="tone-none")
    if rule.met == 0:
        return html.Span("未报送", className="tone-none")
    return html.Span("✓ 达标" if rule.met == 1 else f"✓ {rule.met} 所均达标", className="tone-none")


def _dial(rule: Rule) -> html.Div:
    """Return a half ring filled up to the value, with the requirement as a line across it."""
    text, value, wanted, longest = _scale(rule)
    marks: list[Any] = [html.B(text, className="num")]
    style = {"--value": f"{_share(value, longest):.4f}"}
    if wanted is not None:
        marks.append(html.I(className="dial-wanted", style={"--wanted": f"{_share(wanted, longest):.4f}"}))
    said = f"{rule.target.label} {text}，{_wanted(rule)}"
    look = "dial is-missed" if rule.is_missed else "dial"
    return html.Div(marks, className=look, style=style, role="img", title=said, **attributes(aria_label=said))


def _scale(rule: Rule) -> tuple[str, float | None, float | None, float]:
    """Return text, value, requirement and the end of the scale of a gauge."""
    one = rule.score
    if one is None:
        bound = rule.met + rule.missed
        return (f"{rule.met}/{bound} 所" if bound else "—"), (100.0 * rule.met / bound if bound else None), None, 100.0
    wanted = one.wanted if not rule.target.compare else None
    top = max(one.value or 0.0, rule.target.upper or 0.0)
    if rule.target.unit == "%" and (wanted or 0.0) < 100 and top <= 100:
        return scores.value_words(one), one.value, wanted, 100.0
    return scores.value_words(one).partition(" ")[0], one.value, wanted, max(1.25 * (wanted or 0.0), 1.1 * top) or 1.0


def _share(value: float | None, longest: float) -> float:
    return 0.0 if value is None else min(1.0, max(0.0, value / longest))


# ---- stations against a rule -----------------------------------------------------------------------


def rule_rows(rule: Rule, order: str, chosen: Collection[str]) -> html.Div:
    """Return one bullet per station that the rule binds; order: missed, value or name."""
    sorts = {"派出所": "name", "现值": "value", "差距": "missed"}
    head = html.Tr(
        [_head(text, sorts.get(text, ""), order, "rows") for text in ("派出所", "现值与要求", "现值", "差距")]
    )
    body = [_bullet_row(one, one.station in chosen) for one in sorted_rows(rule, order)]
    return static(html.Table([html.Thead(head), html.Tbody(body)], className="force-table"), "force-box", tabIndex="0")


def sorted_rows(rule: Rule, order: str) -> list[Score]:
    """Return the stations of a rule in an order; without a figure they come last."""
    found = list(rule.rows)
    if order == "value":
        found.sort(key=lambda one: (one.value is None, one.value or 0.0))
    elif order == "name":
        found.sort(key=lambda one: one.station)
    return found


def _bullet_row(one: Score, is_chosen: bool) -> html.Tr:
    name = merged(short_name(one.name), title=one.name, station=one.station)
    gap: Any = html.Span(scores.short_gap(one.gap), className="tone-worse", title=one.gap.text) if one.gap else None
    sign = {MET: "✓", MISSED: "✗"}.get(one.state, "")
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(scores.bullet(one) or "", className="bullet-cell"),
            html.Td(f"{sign} {scores.value_words(one)}", className=f"num {scores.STATE_STYLES[one.state]}"),
            html.Td(gap or _state(one)),
        ],
        className="is-chosen" if is_chosen else "",
    )


def _state(one: Score) -> html.Span:
    """Return the state of a figure; a share above 100% is met and still to be checked."""
    if one.remark:
        return html.Span(f"{one.state}，{scores.DOUBTED}", className="tone-watch", title=one.remark)
    return html.Span(one.state, className="tone-none")


# ---- stations against their work -------------------------------------------------------------------

_HEADS = (
    ("派出所", "name", ""), ("应配", "", "num"), ("在岗", "", "num"), ("最缺", "short", "num"),
    ("0–24 时缺人", "", ""), ("匹配度", "match", "num"), ("占用率", "busy", "num"), ("无空闲", "nounit", "num"),
)  # fmt: skip
_SORTS: Mapping[str, tuple[str, bool]] = {
    "short": ("missing", False), "match": ("match", True), "busy": ("utilisation", False),
    "nounit": ("p_no_unit", False), "name": ("station", True),
}  # fmt: skip


def sorted_stations(table: pd.DataFrame, order: str) -> list[dict[str, Any]]:
    """Return the rows of metrics.staffing.all_stations in an order; what is not known comes last."""
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    column, rises = _SORTS[order]
    known = [row for row in rows if row[column] is not None]
    known.sort(key=lambda row: row[column], reverse=not rises)
    return known + [row for row in rows if row[column] is None]


def station_rows(table: pd.DataFrame, order: str, chosen: Collection[str]) -> html.Div:
    """Return one row per station: people needed and on duty, short hours, match, use and waiting."""
    head = html.Tr([_head(text, key, order, "order", style) for text, key, style in _HEADS])
    body = [_station_row(row, row["station"] in chosen) for row in sorted_stations(table, order)]
    return static(html.Table([html.Thead(head), html.Tbody(body)], className="force-table"), "force-box", tabIndex="0")


def _station_row(row: Mapping[str, Any], is_chosen: bool) -> html.Tr:
    short = tuple(json.loads(row["short_hours"]))
    name = merged(short_name(row["name"]), title=row["text"], station=row["station"])
    low = row["match_verdict"] == LOW
    match = "—" if row["match"] is None else f"{row['match']:.2f}{' ↓' if low else ''}"
    ceiling = "" if row["match_ceiling"] is None else f"；警情数量所限，至多 {row['match_ceiling']:.2f}"
    return html.Tr(
        [
            html.Th(name, scope="row"),
            html.Td(number(row["needed"]), className="num"),
            html.Td(number(row["on_duty"]), className="num"),
            html.Td(_lacking(row["lacking"]), className="num", title=row["text"]),
            html.Td(_hours(short, row["lacking"]), title=row["text"]),
            html.Td(match, className="num tone-worse" if low else "num", title=f"{row['match_verdict']}{ceiling}"),
            html.Td(percent(row["utilisation"]), className="num"),
            html.Td(_chance(row["p_no_unit"]), className="num", title=_waiting(row)),
        ],
        className="is-chosen" if is_chosen else "",
    )  # fmt: skip


def _lacking(people: int) -> html.Span:
    if not people:
        return html.Span("—", className="tone-none")
    return html.Span(f"缺 {people}", className="tone-worse")


def _chance(p: float | None) -> str:
    return "—" if p is None else f"{p:.0%}"


@lru_cache(maxsize=512)
def _hours(short: tuple[int, ...], lacking: int) -> Written:
    """Write the 24 hours as a strip of marks; only hours that are short have a colour.

    Most stations have the same strip, that without any; drawing sixty took longer than the rest of the table.
    """
    step = sum(lacking >= limit for limit in _TINTS)
    said = "、".join(f"{hour} 时" for hour in short) or "无"
    marks = [html.I(className=f"step-high-{max(step, 1)}" if hour in short else "step-mid") for hour in range(24)]
    label = attributes(aria_label=f"缺人的钟点：{said}")
    return Written(render(html.Div(marks, className="hour-strip", role="img", **label)))


def _waiting(row: Mapping[str, Any]) -> str:
    wait = "超负荷" if row["mean_wait"] is None else f"{row['mean_wait']:.1f} 分钟"
    return f"来警时没有空闲警组的概率；平均等候 {wait}"


def _head(text: str, key: str, order: str, name: str, style: str = "") -> html.Th:
    if not key:
        return html.Th(text, scope="col", className=style)
    is_on = key == order
    inside = merged([text, html.Span(" ▾" if is_on else "", className="sort-mark")], f"按{text}排序", **{name: key})
    more = attributes(aria_sort="other") if is_on else {}
    return html.Th(inside, scope="col", className=style, **more)


def number(value: float | None) -> str:
    """Return a number of people, or a dash."""
    return "—" if value is None else f"{value:.1f}"


def percent(value: float | None) -> str:
    """Return a percentage (already × 100), or a dash."""
    return "—" if value is None else f"{value:.0f}%"


def missed_words(rule: Rule) -> str:
    """Say how many of the stations miss a target, and how much is missing in all."""
    missed = [one for one in rule.rows if one.state == MISSED]
    if not missed:
        return f"{len(rule.rows)} 所均未见差距"
    return f"{len(rule.rows)} 所中 {len(missed)} 所未达标"
