"""What 警力配置 says beside its figures: judgement and measures, the effect of a move, where extra posts go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from metrics.briefing import short_name
from metrics.force.advice import HEAD, Advice, advice, when_short
from metrics.force.work import Way, Work
from metrics.score import Score
from metrics.staffing.moving import OVERLOADED
from metrics.staffing.posts import say_lack, say_missing, whole
from metrics.staffing.stations import LOW, UNJUDGED
from metrics.staffing.values import Allocation, ShortRun, StationStaffing
from pages._components.markup import static
from pages._components.staffing_tables import merged

_SHORT_LISTED = 4
Measure = tuple[str, str, str, str]


def finding(work: Work) -> str:
    """Return the title of the daily curve: who is short when, in one line."""
    if not work.knows_need:
        return "没有处置时间，无法测算应配人数"
    if not work.knows_duty:
        return "没有排班数据，只有应配人数"
    if not work.short:
        return "没有哪个时段缺 1 人以上"
    _, name, run = work.short[0]
    if work.count == 1:
        return "、".join(say_lack(one) for _, _, one in work.short)
    stations = len({code for code, _, _ in work.short})
    return f"{work.count} 个所中 {stations} 个有缺人时段：{name} {say_lack(run)}"


def judgement(work: Work) -> html.Div:
    """Return what stands out in sentences, and the measures with what they mean."""
    parts: list[Any] = [html.Ul([html.Li(said) for said in sentences(work)], className="said")]
    if work.count == 1:
        parts += ways(work)
    found = measures(work)
    if found:
        listed = [_measure(*one) for one in found]
        parts.append(html.Dl([part for pair in listed for part in pair], className="measures"))
    return static(parts)


def sentences(work: Work) -> list[Any]:
    """Return the sentences; of several stations each leads to its station."""
    if not work.knows_need:
        return ["警情没有处置时间或出动人数，无法测算应配人数；可看来警的时段分布。"]
    if work.count == 1 or not work.short:
        return list(when_short(work))
    listed: list[Any] = []
    told: set[str] = set()
    for code, name, run in work.short[:_SHORT_LISTED]:
        listed.append([merged(name, "查看该所", station=code), f" {run_words(run)}。"])
        if code not in told:
            listed[-1] += [html.Span(f"{way.words}。") for way in work.ways if way.code == code]
        told.add(code)
    if len(work.short) > _SHORT_LISTED:
        listed.append(f"另有 {len(work.short) - _SHORT_LISTED} 处，见各所对照。")
    return listed


def ways(work: Work) -> list[html.Div]:
    """Return what a station that is short can do, its own roster first; [] for one that lacks nobody."""
    return [way(one) for one in advice(work)]


def way(one: Advice, head: str = HEAD) -> html.Div:
    """Return what to do, who works which other hours, and what that does to the calls that find no unit."""
    parts: list[Any] = [html.P([html.B(head), one.said])]
    if one.parts:
        parts.append(html.Ul([html.Li(part) for part in one.parts]))
    if one.effect:
        parts.append(html.P(one.effect, className="tone-none"))
    return html.Div(parts, className="way")


def bridge(missed: Sequence[Score], work: Work) -> str:
    """Say how people missing by a policy's ratio and people missing by the work go together; "" where neither is."""
    if not (work.knows_need and work.knows_duty):
        return ""
    lacking = [one.target.label for one in missed if one.target.table == "staffing"]
    if not lacking:
        return "警力配比目标未见缺口，缺人在班次安排。" if work.short else ""
    named = f"「{lacking[0]}」{'等' if len(lacking) > 1 else ''}按文件配比计，差的是编制与队别"
    end = "补足配比不等于补足这些时段" if work.short else "配比有缺口，各时段却不缺人"
    return f"{named}；本图按警情计，看接处警、巡逻岗逐时够不够：{end}。"


def run_words(run: ShortRun) -> str:
    """Say a run of short hours with its worst hour."""
    return f"{say_lack(run)}（{run.worst_hour} 时应配 {run.needed:.1f}，在岗 {run.on_duty:.1f}）"


def _measure(label: str, value: str, meaning: str, tone: str) -> tuple[html.Dt, html.Dd]:
    inside = [html.B(value, className=f"num tone-{tone}" if tone else "num"), html.Span(meaning, className="tone-none")]
    return html.Dt(label), html.Dd(inside)


def measures(work: Work) -> list[Measure]:
    """Return label, value, meaning and tone of each measure that is known."""
    one = work.one
    found: list[Measure] = []
    if one.posts is not None and work.knows_need:
        duty = [value for value in one.day_on_duty if value is not None]
        there = f" / {sum(duty) / len(duty):.1f}" if duty else ""
        staff = f"全天平均，人；须编配 {one.headcount:,} 人轮值" if one.headcount is not None else "全天平均，人"
        found.append(("应配 / 在岗" if duty else "应配", f"{one.posts:.1f}{there}", staff, ""))
    if one.utilisation is not None:
        over = one.utilisation > 100 * work.committed
        meaning = f"处警占在岗时间之比，{'超过' if over else '不宜超过'} {work.committed:.0%}"
        found.append(("占用率", f"{one.utilisation:.1f}%", meaning, "worse" if over else ""))
    if one.match is not None:
        found.append(("匹配度", f"{one.match:.2f}", _match_meaning(work), "worse" if _verdict(work) == LOW else ""))
    if one.queue is not None:
        found += _queue(one)
    return found


def _queue(one: StationStaffing) -> list[Measure]:
    """Return how calls wait; endless waits and the hours that cause them are one thing and have one name."""
    assert one.queue is not None
    found = [("无空闲警组", f"{one.queue.p_no_unit:.1%}", "来警时所有警组都在处警的概率", "")]
    if one.queue.p90_wait is not None:
        late = f"P90；等候超过 10 分钟的占 {one.queue.p_late:.0%}（模型估计，不含路程）"
        found.append(("等候派出", f"{one.queue.p90_wait:.1f} 分钟", late, ""))
    if one.queue.overload > 0:
        said = "的出警警情发生在工作量超过在岗警力的时段，那时等不到空闲警组"
        found.append((OVERLOADED, f"{one.queue.overload:.1%}", said, "worse"))
    return found


def _verdict(work: Work) -> str:
    if work.count != 1 or not work.one.station:
        return UNJUDGED
    verdicts = dict(zip(work.table["station"], work.table["match_verdict"], strict=True))
    return str(verdicts.get(work.one.station, UNJUDGED))


def _match_meaning(work: Work) -> str:
    ceiling = "" if work.one.match_ceiling is None else f"，警情数量所限至多 {work.one.match_ceiling:.2f}"
    judged = "" if _verdict(work) == UNJUDGED else f"；{_verdict(work)}"
    return f"1 为警力完全跟随警情{ceiling}{judged}"


def assumptions(work: Work) -> list[str]:
    """Return what the figures rest on: days, share of time, people-hours per call, people per unit, posts."""
    one, told = work.one, list(work.one.notes)
    if one.hours_per_call is not None and one.crew is not None:
        per_call = f"每起占用 {one.hours_per_call:.2f} 人·小时（{one.measured:,} 起有处置时间）"
        told.append(f"{per_call}，每组 {one.crew:.1f} 人。")
    told.append("在岗为接处警、巡逻岗的民警和辅警。")
    return told


# ---- extra posts -----------------------------------------------------------------------------------


def allocation_title(found: Allocation) -> str:
    """Say what extra posts do."""
    if not found.grants:
        return "增配建议：无需增配"
    if not whole(found.worst_after):
        return f"增配 {found.placed} 岗，各所缺人时段即可补足"
    return f"增配 {found.placed} 岗，最大缺口 {say_missing(found.worst_before)} → {say_missing(found.worst_after)}"


def allocation_said(found: Allocation, ways: Sequence[Way] = ()) -> html.Div:
    """Return who gets posts on which shifts, and why; ways: what short stations can do, some with their own roster."""
    own = {way.code for way in ways if way.within}
    if not found.grants:
        return static([html.P(words) for words in found.words])
    rows = [
        html.Tr(
            [
                html.Th(merged(short_name(grant.name), station=grant.station), scope="row"),
                html.Td(f"{grant.posts} 岗", className="num now"),
                html.Td(f"{say_missing(grant.before)} → {say_missing(grant.after)}", className="num"),
                html.Td([_reason(grant.reason), html.B("所内调班可免增配。") if grant.station in own else None]),
            ]
        )
        for grant in found.grants
    ]
    heads = (("派出所", ""), ("增配", "num"), ("最大缺口", "num"), ("理由", ""))
    head = html.Tr([html.Th(text, scope="col", className=style) for text, style in heads])
    rest = [html.P(words, className="card-note") for words in found.words[1:] if words.startswith("其余")]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="plain-table extra-table")
    return static([html.Div(table, className="table-scroll", tabIndex="0"), *rest])


def _reason(text: str) -> str:
    """Return a reason as a sentence without the station's name, which stands in its row already."""
    return f"{(text.partition(' ')[2] or text).rstrip('。')}。"


def listed(words: Sequence[str]) -> html.Div:
    """Return notes as one paragraph each."""
    return static([html.Span(said) for said in words], "assumptions")


def week_finding(work: Work) -> str:
    """Return the title of the weekly curve: how many hours of the week are short."""
    short = sum(bool(lack.stations) for lack in work.week)
    if not (work.knows_need and work.knows_duty):
        return "一周 168 小时"
    return f"一周 168 小时中 {short} 个小时有所缺人" if work.count > 1 else f"一周 168 小时中 {short} 个小时缺人"
