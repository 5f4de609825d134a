"""What 所队自查 says beside its figures: headline, missed targets, alarms, beats, open business."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from metrics.alarms.records import Alarm, sentence
from metrics.compare import DEPENDENT, REAL
from metrics.definitions import METRICS, UNREGISTERED
from metrics.expectation import busiest_hours
from metrics.model import Metric
from metrics.selfcheck import Ages, Beat, Own, Repeats, SelfCheck
from pages._components import definitions, states, tables
from pages._components.attributes import attributes
from pages._components.changes import change_of, said, verdict_of
from pages._components.markup import static

# Beats beyond these are told in the export.
MOST_BEATS = 12
# What a sheet of paper holds; assets/station.css hides the others.
PRINTED_BEATS = 10

definitions.method(
    "station-beats",
    "各警格警情",
    ("含义", "本所各警格（社区、村）近 90 日的起数，与上年相同日期相比。"),
    ("算法", "两个计数按泊松比较，按本所逐日的离散程度放宽；各警格与重复报警率一并按 5% 错误发现率校正。"),
    ("注意", "警格按总数列出，不再细分；未登记警格的列在最后。"),
)
definitions.method(
    "station-open",
    "待办：未化解纠纷与未破案件",
    ("含义", "近 365 日报警、至数据截止时调解结果为待化解或调解中的纠纷警情；至时段末仍未破的刑事案件。只计数。"),
    ("算法", "纠纷按报警至时段末的天数分段；案件按立案至时段末的天数分段，与「案件侦防」同一指标。"),
    ("注意", "来源没有登记调解结果的，不显示为 0。"),
)
definitions.method(
    "station-map",
    "本所热点与预测网格",
    ("含义", "实心为近 90 日的热点网格，空心为预测未来 28 日本所最多的 10 个网格；200 米见方。"),
    (
        "算法",
        "热点：Gi*，400 米内二值权重，错误发现率 5%，与本所辖区平均相比。预测：长期均值、近期与邻近加权，按回测选定。",
    ),
    ("注意", "不足 3 起的写作「<3」；医院、派出所等默认落点不计。没有热点不等于没有警情。"),
)


# ---- headline ------------------------------------------------------------------------------------


def head(found: SelfCheck, rank: str | None) -> html.Div:
    """Return name and facts, the headline, and the outlook of the coming week in one line."""
    station = found.station
    facts = [
        station.kind or "类别未登记",
        rank or "规格未登记",
        f"辖区人口 {station.population:,} 人" if station.population else "辖区人口未登记",
        f"单位代码 {station.code}",
    ]
    page = html.Span(" · 所队自查", className="print-only")
    told = [html.P(text, className="selfcheck-told") for text in found.told]
    return static(
        [
            html.Div(
                [html.H2([station.name, page]), html.P(" · ".join(facts), className="card-sub num")], className="who"
            ),
            *told,
            html.P(outlook_words(found), className="selfcheck-outlook num"),
        ],
        "station-head",
    )


def outlook_words(found: SelfCheck) -> str:
    """Say what is expected of the coming seven days with its interval and how such forecasts did."""
    one = found.outlook
    if one is None:
        return found.outlook_note
    week = one.week
    span = f"{week.first.month}月{week.first.day}日至{week.last.month}月{week.last.day}日"
    tested = one.week_quality
    proof = f"（近 {tested.origins} 次回测误差 {tested.wape:.1%}）" if tested and tested.wape == tested.wape else ""
    every = "（全部类别）" if found.only else ""
    return f"未来 7 日（{span}）有效警情{every}预计 {week.mean:.0f} 起，九成可能 {week.low90}–{week.high90} 起{proof}"


def titled(found: SelfCheck, title: str) -> str:
    """Return the title of a card with the categories that it is narrowed to."""
    mark = f"（仅{found.only}）"
    return title + mark if found.only and mark not in title else title


# ---- alarms --------------------------------------------------------------------------------------


def alarms_title(found: SelfCheck) -> str:
    """Return how many alarms are open."""
    if found.alarms is None:
        return "预警"
    leaders = [alarm for alarm in found.alarms if alarm.leader == alarm.id]
    return f"{len(leaders)} 项预警" if leaders else "当前没有预警"


def alarms(found: SelfCheck, hrefs: dict[str, str]) -> html.Div:
    """Return the current alarms, the strongest first; those of the same surge below the one that leads them."""
    if found.alarms is None:
        return states.panel("预警尚未就绪", found.alarms_note)
    if not found.alarms:
        return static(html.P("近 7 日没有超出预警线的上升。", className="state-text"))
    leaders = [alarm for alarm in found.alarms if alarm.leader == alarm.id]
    return static(html.Ol([_alarm(one, found.alarms, hrefs) for one in leaders], className="points"))


def _alarm(alarm: Alarm, every: Sequence[Alarm], hrefs: dict[str, str]) -> html.Li:
    same = [one.group for one in every if one.leader == alarm.id and one.id != alarm.id]
    words: list[Any] = [html.Span("↑ ", className="tone-worse"), own_sentence(alarm)]
    if same:
        words.append(html.Span(f"（同一波：{'、'.join(same)}）", className="tone-none"))
    return html.Li(html.A(words, href=hrefs.get(alarm.id, "/glossary")))


def own_sentence(alarm: Alarm) -> str:
    """Say an alarm without the name of the station, which the page says already."""
    return sentence(alarm).removeprefix(alarm.name).strip()


# ---- beats, repeats, open business ---------------------------------------------------------------


def beats(found: Sequence[Beat], metric_id: str) -> html.Div:
    """Return the beats with most events, each as a bar with last year's mark, its change and verdict."""
    metric = METRICS[metric_id]
    longest = max([1.0, *(max(beat.value, beat.comparison.base or 0.0) for beat in found)])
    rows = [_beat(beat, metric, longest) for beat in found[:MOST_BEATS]]
    heads = (("警格", False), ("", False), ("近 90 日", True), ("同期", True), ("同比", True), ("判定", False))
    return tables.plain_table(heads, rows, "各警格警情")


def _beat(beat: Beat, metric: Metric, longest: float) -> tuple[Any, ...]:
    """Return one line: name, bar with last year's mark, counts, change, verdict."""
    verdict = verdict_of(beat.comparison.verdict, beat.comparison.change, metric)
    base = beat.comparison.base
    parts = [html.I(className="bullet-bar", style={"width": f"{100 * beat.value / longest:.1f}%"})]
    if base is not None:
        parts.append(html.I(className="bullet-wanted", style={"left": f"{100 * base / longest:.1f}%"}))
    style = "bullet is-missed" if verdict.tone == "worse" else "bullet"
    return (
        beat.name,
        html.Div(parts, className=style, **attributes(aria_hidden="true")),
        f"{beat.value:,.0f}",
        "—" if base is None else f"{base:,.0f}",
        said(change_of(beat.comparison, metric, "同期"), with_note=False),
        html.Span(verdict.text, className=f"tone-{verdict.tone}"),
    )


def unlisted_words(found: Sequence[Beat], most: int) -> str:
    """Say which beats a list of the first `most` leaves out; events without a beat are none."""
    left = found[most:]
    beats = sum(beat.name != UNREGISTERED for beat in left)
    without = sum(beat.value for beat in left if beat.name == UNREGISTERED)
    parts = [f"{beats} 个警格"] if beats else []
    parts += [f"{UNREGISTERED}警格的 {without:,.0f} 起"] if without else []
    text = "、".join(parts)
    return f"另有{' ' if beats else ''}{text}，见导出。" if parts else ""


def beats_title(found: Sequence[Beat]) -> str:
    """Return the finding of the beats: which rise, else which hold half of all."""
    rising = [beat.name for beat in found if beat.comparison.verdict == REAL and (beat.comparison.change or 0) > 0]
    if rising:
        return f"{'、'.join(rising[:2])}{'等' if len(rising) > 2 else ''}高于同期"
    return "各警格警情"


def has_business(own: Own) -> bool:
    """Whether anything is known of repeat calls, disputes or open cases."""
    return any(one is not None for one in (own.repeats, own.disputes, own.cases))


def no_business(found: SelfCheck) -> list[str]:
    """Say what is not known of repeat calls, disputes and open cases."""
    own = found.own
    reasons = (
        (own.repeats, "没有可判断重复的警情（须有来电标识或坐标）"),
        (own.disputes, "所选类别没有纠纷调解结果" if found.only else "没有登记纠纷调解结果"),
        (own.cases, "所选类别没有案件" if found.only else "没有案件数据"),
    )
    return [words for one, words in reasons if one is None]


def open_business(found: SelfCheck) -> html.Div:
    """Return repeat calls, open disputes and open cases as lines of counts."""
    own = found.own
    parts: list[Any] = []
    if own.repeats:
        parts.append(_repeats(own.repeats))
    parts += [_ages(one) for one in (own.disputes, own.cases) if one is not None]
    missing = no_business(found)
    if missing:
        parts.append(html.P(f"{'；'.join(missing)}。", className="tone-none"))
    return static(parts, "open-business")


def _repeats(one: Repeats) -> html.Div:
    metric = METRICS["repeat_share"]
    change = change_of(one.comparison, metric, "前 30 日")
    return html.Div(
        [
            html.H3("重复报警"),
            html.P(
                [
                    html.B(f"{100 * one.any / one.base:.1f}%", className="num"),
                    f"（{one.any:,.0f}/{one.base:,.0f} 起） 较前 30 日 ",
                    said(change),
                ]
            ),
            html.P(
                f"同一来电 {one.caller:,.0f} 起，同一地点同类 {one.place:,.0f} 起（可兼有）；{DEPENDENT}",
                className="tone-none num",
            ),
        ],
        className="open-line",
    )


def _ages(one: Ages) -> html.Div:
    part = f"，占近 365 日纠纷的 {100 * one.total / one.base:.1f}%（{one.base:,.0f} 起）" if one.base else ""
    longest = max([1.0, *(count for _, count in one.classes)])
    bars = [
        html.Div(
            [
                html.Span(name),
                html.Div(
                    html.I(className="bullet-bar", style={"width": f"{100 * count / longest:.1f}%"}),
                    className="bullet",
                    **attributes(aria_hidden="true"),
                ),
                html.Span(f"{count:,.0f}", className="num"),
            ],
            className="age-line",
        )
        for name, count in one.classes
    ]
    return html.Div(
        [html.H3(one.label), html.P([html.B(f"{one.total:,.0f} {one.unit}", className="num"), part]), *bars],
        className="open-line",
    )


def open_title(found: SelfCheck) -> str:
    """Return what waits longest."""
    own, waits = found.own, []
    if own.disputes and own.disputes.total:
        waits.append(f"{own.disputes.total:,.0f} 起纠纷待化解")
    if own.cases and own.cases.total:
        waits.append(f"{own.cases.total:,.0f} 起刑事案件未破")
    return "，".join(waits) or "重复警情与待办"


def map_title(found: SelfCheck, first: pd.DataFrame) -> str:
    """Return the finding of the map: the hot cells, and how much of the forecast lies in its first cells."""
    known = found.hot is not None and found.hot.state == "ok"
    if found.hot is not None and len(found.hot.cells):
        return f"{found.hot.clusters} 处热点，共 {len(found.hot.cells)} 个网格"
    total = float(found.expected.cells["score"].sum()) if len(first) else 0.0
    if not total:
        return "辖区内无显著热点" if known else "热点与预测"
    held = float(first["score"].sum())
    ahead = f"未来 28 日{found.expected.label}预计 {total:.0f} 起，{held:.0f} 起在 {len(first)} 个网格"
    return f"无显著热点；{ahead}" if known else ahead


def busiest(week: Any) -> str:
    """Return the four hours of the day that hold most, where they hold much; else the plain title."""
    if week is None:
        return "一周时段"
    found = busiest_hours({hour: float(week[:, hour].sum()) for hour in range(24)}, share=0.25)
    return f"集中在 {found[0]}–{found[1] or 24} 时" if found else "一周时段"
