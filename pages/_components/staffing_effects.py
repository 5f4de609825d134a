"""What 警力配置 says of a move: what it does to both stations, what is left over, why there is nothing to try out."""

from __future__ import annotations

import math

from dash import html

from metrics.briefing import short_name
from metrics.compare import REAL
from metrics.force.advice import NONE_OF_THEM, chance, inside, points
from metrics.force.moves import Trial, Unneeded
from metrics.staffing import posts
from metrics.staffing.moving import LONG, LONGEST, OVERLOADED, say_slots
from metrics.staffing.posts import LEAST, say_missing, whole
from metrics.staffing.values import Effect, Side
from pages._components import staffing_questions, states
from pages._components.markup import static
from pages._components.staffing_tables import merged
from pages._components.staffing_words import way


def move_title(trial: Trial) -> str:
    """Say the move in one line."""
    return f"试算：{short_name(trial.move.source.name)}调 {trial.plan.people} 人到{short_name(trial.move.target.name)}"


def move_said(trial: Trial) -> html.Div:
    """Return one table per station: each figure before and after, with the interval of the change and its verdict."""
    sides = html.Div([_side(trial.move.source, "调出"), _side(trial.move.target, "调入")], className="sides")
    told = [html.P(f"{said}。", className="card-note") for said in _left_over(trial)]
    own = [way(inside(trial.within), "不外调的办法：")] if trial.within else []
    return static([sides, *told, *own])


def _left_over(trial: Trial) -> list[str]:
    """Say what the move leaves short at the taking station, and what it newly costs the giving one."""
    give, take = (short_name(side.name) for side in (trial.move.source, trial.move.target))
    found = [f"调整后{take}仍有：{'；'.join(map(posts.say_short, trial.rest))}"] if trial.rest else []
    if trial.opened:
        found.append(f"调整后{give}转为缺人：{'；'.join(map(posts.say_short, trial.opened))}")
    if trial.bare:
        runs = "、".join(posts.say_run(run) for run in posts.runs_of(trial.bare))
        found.append(f"调整后{give} {runs}无人在岗")
    return found


def _side(side: Side, verb: str) -> html.Div:
    heads = ("", "现在", "调整后", "变化（95% 区间）", "判定")
    head = html.Tr([html.Th(text, scope="col", className="num" if 0 < n < 4 else "") for n, text in enumerate(heads)])
    rows = [_effect_row(*row) for row in effect_rows(side)]
    caption = html.Caption(f"{side.name} · {verb} {abs(side.people)} 人")
    return html.Div(html.Table([caption, html.Thead(head), html.Tbody(rows)], className="plain-table side-table"))


# Label, before, after, change with its interval, verdict, tone: worse, better, less (better, but not all), none.
EffectRow = tuple[str, str, str, str, str, str]
_MARKS = {"worse": ("↑ ", "worse"), "better": ("↓ ", "better"), "less": ("↓ ", "none"), "none": ("", "none")}


def effect_rows(side: Side) -> list[EffectRow]:
    """Return what changes at one station; green is only what leaves neither overload nor shortage over."""
    p, wait = side.p_no_unit, side.p90_wait
    moved = (points(p), p.verdict, _tone(_sign(p))) if chance(p.before) != chance(p.after) else ("不变", "", "none")
    rows = [
        ("来警时无空闲警组", chance(p.before), chance(p.after), *moved),
        ("等候派出 P90（分钟）", _minutes(wait.before), _minutes(wait.after), _span(side), *_judged(side)),
    ]
    if max(side.shortfall) >= LEAST:
        most, left = (say_missing(missing) for missing in side.shortfall)
        change = math.fsum(sign * whole(one) for sign, one in zip((-1, 1), side.shortfall, strict=True) if one >= LEAST)
        tone = _tone(change, side.shortfall[1] >= LEAST)
        rows.append(("最大缺口", most, left, f"{change:+.0f} 人" if change else "不变", "按平均日计", tone))
    if max(side.overload) >= 0.0005:
        before, after = side.overload
        change = after - before
        tone = _tone(round(change, 3), _is_overloaded(side))
        rows.append((f"{OVERLOADED}时段的警情", f"{before:.1%}", f"{after:.1%}", f"{100 * change:+.1f} 点", "", tone))
    if side.response_p90 is not None:
        rows.append(("实测到达 P90（分钟）", f"{side.response_p90:.1f}", "—", "含路程，供参照", "", "none"))
    return [(*row[:3], row[3].replace("-", "−"), *row[4:]) for row in rows]


def _effect_row(label: str, before: str, after: str, change: str, verdict: str, tone: str) -> html.Tr:
    mark, style = _MARKS[tone]
    return html.Tr(
        [
            html.Th(label, scope="row"),
            html.Td(before, className="num"),
            html.Td(after, className="num now"),
            html.Td(f"{mark}{change}", className=f"num tone-{style}"),
            html.Td(verdict, className=f"tone-{style if verdict == REAL else 'none'}"),
        ]
    )


def _is_overloaded(side: Side) -> bool:
    return side.overload[1] >= NONE_OF_THEM


def _tone(sign: float, is_left: bool = False) -> str:
    if sign == 0:
        return "none"
    return "worse" if sign > 0 else "less" if is_left else "better"


def _judged(side: Side) -> tuple[str, str]:
    """Return verdict and tone of the wait; where nobody waits before and after there is nothing to judge."""
    effect = side.p90_wait
    if effect.before == effect.after == 0:
        return "不变", "none"
    if effect.before is None and effect.after is None:
        return "不作判定", "none"
    return effect.verdict, _tone(_sign(effect), _is_overloaded(side))


def _sign(effect: Effect) -> float:
    if effect.verdict != REAL:
        return 0.0
    if effect.change is None:
        # From a number to endless waiting or back; the interval lies on one side of 0.
        return 1.0 if effect.after is None else -1.0
    return effect.change


def _minutes(value: float | None) -> str:
    return OVERLOADED if value is None else LONG if value > LONGEST else f"{value:,.1f}"


def _span(side: Side) -> str:
    effect = side.p90_wait
    if effect.before == effect.after == 0:
        return "均不到 10% 的来警须等候"
    if effect.before is None and effect.after is None:
        return f"仍{OVERLOADED}"
    if effect.after is None:
        return f"转为{OVERLOADED}"
    if effect.before is None:
        # A P90 is known as soon as less than a tenth of the calls wait without end.
        return f"已可估；{side.overload[1]:.1%} 的警情仍{OVERLOADED}" if _is_overloaded(side) else f"不再{OVERLOADED}"
    if effect.change is None or effect.low is None or effect.high is None or effect.after > LONGEST:
        # Some draws end in overload: the change has one end only.
        return f"至少 {effect.low:+,.1f}" if effect.low is not None else "幅度不定"
    return f"{effect.change:+.1f}（{effect.low:+.1f} 至 {effect.high:+.1f}）"


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


def when(trial: Trial) -> str:
    """Say the hours that are moved."""
    plan = trial.plan
    if plan.days == "1234567":
        return say_slots(plan.slots)
    return f"{staffing_questions.DAYS[plan.days]} {plan.begin} 时起 {plan.hours} 小时"
