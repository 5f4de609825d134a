"""What 警力配置 says beside its figures: judgement and measures, the effect of a move, where extra posts go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dash import html

from metrics.briefing import short_name
from metrics.compare import REAL
from metrics.force.moves import Trial, Unneeded
from metrics.force.shifts import Within
from metrics.force.work import Work
from metrics.score import Score
from metrics.staffing import posts
from metrics.staffing.moving import say_slots
from metrics.staffing.posts import LEAST, say_missing, say_run, whole
from metrics.staffing.stations import LOW, UNJUDGED
from metrics.staffing.values import Allocation, Effect, ShortRun, Side, StationStaffing
from pages._components import staffing_questions, states
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
    worst = f"{say_run(run.hours)}缺 {whole(run.missing)} 人"
    if work.count == 1:
        return worst
    stations = len({code for code, _, _ in work.short})
    return f"{work.count} 个所中 {stations} 个有缺人时段：{name} {worst}"


def judgement(work: Work) -> html.Div:
    """Return what stands out in sentences, and the measures with what they mean."""
    parts: list[Any] = [html.Ul([html.Li(said) for said in sentences(work)], className="said")]
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
        return list(work.one.words)
    listed: list[Any] = []
    for code, name, run in work.short[:_SHORT_LISTED]:
        listed.append([merged(name, "查看该所", station=code), f" {run_words(run)}。"])
    if len(work.short) > _SHORT_LISTED:
        listed.append(f"另有 {len(work.short) - _SHORT_LISTED} 处，见各所对照。")
    return listed


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
    worst = f"{run.worst_hour} 时应配 {run.needed:.1f}，在岗 {run.on_duty:.1f}"
    return f"{say_run(run.hours)}缺 {whole(run.missing)} 人（{worst}）"


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
    assert one.queue is not None
    wait = one.queue.p90_wait
    late = f"P90；等候超过 10 分钟的占 {one.queue.p_late:.0%}（模型估计，不含路程）"
    found = [
        ("无空闲警组", f"{one.queue.p_no_unit:.1%}", "来警时所有警组都在处警的概率", ""),
        ("等候派出", "无法估计" if wait is None else f"{wait:.1f} 分钟", late, "worse" if wait is None else ""),
    ]
    if one.queue.overload > 0:
        found.append(("超负荷", f"{one.queue.overload:.1%}", "的出警警情发生在工作量超过在岗警力的时段", "worse"))
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


# ---- a move ----------------------------------------------------------------------------------------


def move_title(trial: Trial) -> str:
    """Say the move in one line."""
    return f"试算：{short_name(trial.move.source.name)}调 {trial.plan.people} 人到{short_name(trial.move.target.name)}"


def move_said(trial: Trial) -> html.Div:
    """Return one table per station: each figure before and after, with the interval of the change and its verdict."""
    sides = html.Div([_side(trial.move.source, "调出"), _side(trial.move.target, "调入")], className="sides")
    rest = "；".join(posts.say_short(run) for run in trial.rest)
    told = [html.P(f"调整后{short_name(trial.move.target.name)}仍有：{rest}。", className="card-note")] if rest else []
    own = [_within(trial.within)] if trial.within else []
    return static([*own, sides, *told])


def _within(found: Within) -> html.P:
    """Say what the station can do with its own people, before anybody else's."""
    p = found.side.p_no_unit
    said = f"{short_name(found.side.name)}把 {within_words(found)}，各时段即不再缺人"
    effect = f"来警时无空闲警组由 {_chance(p.before)} 变为 {_chance(p.after)}，{_points(p)}，{p.verdict}".replace(
        "-", "−"
    )
    return html.P([html.B("先在所内调班："), f"{said}；{effect}。"], className="move-within")


def within_words(found: Within) -> str:
    """Say who works which other hours."""
    return "，".join(part.text for part in found.parts)


def _side(side: Side, verb: str) -> html.Div:
    heads = ("", "现在", "调整后", "变化（95% 区间）", "判定")
    head = html.Tr([html.Th(text, scope="col", className="num" if 0 < n < 4 else "") for n, text in enumerate(heads)])
    rows = [_effect_row(*row) for row in effect_rows(side)]
    caption = html.Caption(f"{side.name} · {verb} {abs(side.people)} 人")
    return html.Div(html.Table([caption, html.Thead(head), html.Tbody(rows)], className="plain-table side-table"))


EffectRow = tuple[str, str, str, str, str, float]


def effect_rows(side: Side) -> list[EffectRow]:
    """Return label, before, after, change with interval, verdict, and the sign of the change (0 where not real)."""
    p, wait = side.p_no_unit, side.p90_wait
    rows = [
        ("来警时无空闲警组", _chance(p.before), _chance(p.after), _points(p), p.verdict, _sign(p)),
        ("等候派出 P90（分钟）", _minutes(wait.before), _minutes(wait.after), _span(wait), *_judged(wait)),
    ]
    if max(side.shortfall) >= LEAST:
        most, left = (say_missing(missing) for missing in side.shortfall)
        change = math.fsum(sign * whole(one) for sign, one in zip((-1, 1), side.shortfall, strict=True) if one >= LEAST)
        rows.append(("最大缺口", most, left, f"{change:+.0f} 人" if change else "不变", "按平均日计", change))
    if max(side.overload) >= 0.0005:
        before, after = side.overload
        change = after - before
        rows.append(
            ("超负荷时段的警情", f"{before:.1%}", f"{after:.1%}", f"{100 * change:+.1f} 点", "", round(change, 3))
        )
    if side.response_p90 is not None:
        rows.append(("实测到达 P90（分钟）", f"{side.response_p90:.1f}", "—", "含路程，供参照", "", 0.0))
    return [(*row[:3], row[3].replace("-", "−"), *row[4:]) for row in rows]


def _effect_row(label: str, before: str, after: str, change: str, verdict: str, sign: float) -> html.Tr:
    mark, tone = ("↑ ", "worse") if sign > 0 else ("↓ ", "better") if sign < 0 else ("", "none")
    return html.Tr(
        [
            html.Th(label, scope="row"),
            html.Td(before, className="num"),
            html.Td(after, className="num now"),
            html.Td(f"{mark}{change}", className=f"num tone-{tone}"),
            html.Td(verdict, className=f"tone-{tone if verdict == REAL else 'none'}"),
        ]
    )


def _judged(effect: Effect) -> tuple[str, float]:
    """Return the verdict and sign; where nobody waits before and after there is nothing to judge."""
    if effect.before == effect.after == 0:
        return "不变", 0.0
    if effect.before is None and effect.after is None:
        return "不作判定", 0.0
    return effect.verdict, _sign(effect)


def _sign(effect: Effect) -> float:
    if effect.verdict != REAL:
        return 0.0
    if effect.change is None:
        # From a number to endless waiting or back; the interval lies on one side of 0.
        return 1.0 if effect.after is None else -1.0
    return effect.change


def _chance(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _minutes(value: float | None) -> str:
    return "超负荷" if value is None else f"{value:.1f}"


def _points(effect: Effect) -> str:
    if effect.change is None or effect.low is None or effect.high is None:
        return "—"
    return f"{100 * effect.change:+.1f} 点（{100 * effect.low:+.1f} 至 {100 * effect.high:+.1f}）"


def _span(effect: Effect) -> str:
    if effect.before == effect.after == 0:
        return "均不到 10% 的来警须等候"
    if effect.before is None or effect.after is None:
        return "仍超负荷" if effect.before is effect.after else "转为超负荷" if effect.after is None else "不再超负荷"
    if effect.change is None or effect.low is None or effect.high is None:
        return f"{effect.after - effect.before:+.1f}（区间无界）"
    return f"{effect.change:+.1f}（{effect.low:+.1f} 至 {effect.high:+.1f}）"


# ---- extra posts -----------------------------------------------------------------------------------


def allocation_title(found: Allocation) -> str:
    """Say what extra posts do."""
    if not found.grants:
        return "增配建议：无需增配"
    if not whole(found.worst_after):
        return f"增配 {found.placed} 岗，各所缺人时段即可补足"
    return f"增配 {found.placed} 岗，最大缺口 {say_missing(found.worst_before)} → {say_missing(found.worst_after)}"


def allocation_said(found: Allocation) -> html.Div:
    """Return who gets posts on which shifts, and why."""
    if not found.grants:
        return static([html.P(words) for words in found.words])
    rows = [
        html.Tr(
            [
                html.Th(merged(short_name(grant.name), station=grant.station), scope="row"),
                html.Td(f"{grant.posts} 岗", className="num now"),
                html.Td(f"{say_missing(grant.before)} → {say_missing(grant.after)}", className="num"),
                html.Td(_reason(grant.reason)),
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
    """Return a reason without the station's name, which stands in its row already."""
    return text.partition(" ")[2] or text


def slider_words(people: int, most: int) -> str:
    """Say the number of people on the slider."""
    return f"调 {people} 人（该班次至多 {most} 人）"


def refused(text: str) -> html.Div:
    """Say why there is nothing to try out."""
    return states.panel("无法推演", text)


def unneeded(error: Unneeded) -> html.Div:
    """Say why no move is proposed, with a link that tries one out all the same."""
    link = merged("仍要试算", className="button", take=error.take)
    parts = [html.P("不须调整", className="state-title"), html.P(str(error), className="state-text"), link]
    return html.Div(parts, className="state state-neutral", role="status")


def listed(words: Sequence[str]) -> html.Div:
    """Return notes as one paragraph each."""
    return static([html.Span(said) for said in words], "assumptions")


def when(trial: Trial) -> str:
    """Say the hours that are moved."""
    plan = trial.plan
    if plan.days == "1234567":
        return say_slots(plan.slots)
    return f"{staffing_questions.DAYS[plan.days]} {plan.begin} 时起 {plan.hours} 小时"


def week_finding(work: Work) -> str:
    """Return the title of the weekly curve: how many hours of the week are short."""
    short = sum(bool(lack.stations) for lack in work.week)
    if not (work.knows_need and work.knows_duty):
        return "一周 168 小时"
    return f"一周 168 小时中 {short} 个小时有所缺人" if work.count > 1 else f"一周 168 小时中 {short} 个小时缺人"
