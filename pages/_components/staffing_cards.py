"""What the cards of 警力配置 hold, drawn from values: work against duty, rules, stations, a move, extra posts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from data.reading import Snapshot
from metrics import cache, catalogue
from metrics.briefing import short_name
from metrics.force.moves import Trial
from metrics.force.rules import Rule, Rules
from metrics.force.work import Work, work
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.staffing import Allocation
from pages._components import (
    cards,
    figures,
    score_controls,
    staffing_effects,
    staffing_figures,
    staffing_questions,
    staffing_tables,
    staffing_words,
    states,
    status,
)
from pages._components.score_questions import DEFAULT, month_words
from pages._components.staffing_move_figure import move_steps

Slots = dict[str, Any]


def work_cards(found: Work, selection: Selection, mode: str, source: str) -> dict[str, Slots]:
    """Return the cards of work against duty, by id."""
    days = f"{found.name} · {found.one.first:%Y-%m-%d} 至 {found.one.last:%m-%d} 平均"
    query = {key: value for key, value in selection.to_query().items() if key != "station"}

    def address(code: str) -> str:
        return "/staffing?" + urlencode({**query, "station": code}, safe=",")

    if found.knows_need:
        day = staffing_figures.day_steps(found, mode, address)
        week, week_note = staffing_figures.week_steps(found, mode, address), ""
    else:
        day = staffing_figures.calls_steps(found.one.calls, mode)
        week, week_note = figures.week_hours(found.one.calls, mode, decimals=1), "每小时平均来警，起。"
    unit = "人（民警、辅警）" if found.knows_need else "来警，起/时"
    judged = cards.filled(staffing_words.judgement(found), title="判断", sub=found.name, source=source)
    if not found.knows_need:
        judged = cards.lacking("".join(map(str, staffing_words.sentences(found))), title="判断")
    return {
        "staffing-day": cards.filled(
            day, title=staffing_words.finding(found), sub=f"{unit} · {days}",
            note=staffing_words.listed(staffing_words.assumptions(found)), source=source,
        ),
        "staffing-judged": judged,
        "staffing-week": cards.filled(
            week, title=staffing_words.week_finding(found), sub=f"{unit} · {days}", note=week_note, source=source
        ),
    }  # fmt: skip


def has_force(snapshot: Snapshot) -> bool:
    """Whether the store holds anything about officers: the ledger of a month, or rosters."""
    known = catalogue.of(snapshot)
    return bool(known.months.get("staffing") or known.rosters)


def rules_heads(snapshot: Snapshot, found: Rules, source: str) -> dict[str, Any]:
    """Return title, sub, note and source of the card of the targets."""
    if not has_force(snapshot):
        said = f"没有警力台账或勤务表数据，{len(found.found)} 项目标均无从对照。请在「数据接入」导入。"
        return {"title": "警力目标", "sub": "", "note": states.lacking(said), "source": ""}
    sub = f"{month_words(found.month)} · {found.pack.name}"
    return {"title": rules_title(found), "sub": sub, "note": rules_note(found), "source": source}


def rules_title(found: Rules) -> str:
    """Say how many targets are missed, by the station or by any of several."""
    if not found.is_known:
        return "警力目标"
    bound = found.binding
    missed = sum(bool(rule.missed) for rule in bound)
    if not found.station:
        return f"警力目标：{len(bound)} 项中 {missed} 项有所未达标"
    return f"警力目标：约束本所的 {len(bound)} 项中 {missed} 项未达标"


def rules_note(found: Rules) -> str:
    note = "环上的线为要求；点名称看各所。"
    if not found.station:
        note += "环为全局数，多配的所会抵消少配的所，差多少人以各所之和为准。"
    return f"{note}{found.pack.document}，概括为本系统自拟，以文件原文为准。"


def rows_card(
    snapshot: Snapshot, found: Rules, shown: Rule | None, query: dict[str, str], selection: Selection, source: str
) -> Slots:
    """Return the stations against the rule that is shown; the table stands for every filter of the same month."""
    if not has_force(snapshot):
        return cards.lacking("没有警力台账或勤务表数据，各所均未报送。", title="各所对照目标")
    if shown is None:
        message = states.panel("没有按所考核的警力目标", f"「{found.pack.name}」没有由台账或勤务表计算的派出所目标。")
        return cards.filled(message, title="各所对照目标", source=source)
    if not found.is_known:
        return cards.filled(states.panel("没有警力数据", "各所均未报送。"), title="各所对照目标", source=source)
    order = staffing_questions.one_of(query, "rows", staffing_questions.RULE_ORDERS, "排序", [])

    def table(*_: object) -> Any:
        return staffing_tables.rule_rows(shown, order, selection.stations)

    return cards.filled(
        cache.answer(snapshot, (found.pack, found.month, shown.target.id, order, selection.stations), table),
        title=f"{shown.target.label}：{staffing_tables.missed_words(shown)}",
        sub=f"要求 {shown.target.says} · {month_words(found.month)} · {shown.target.clause}",
        note=f"{shown.target.summary}。约束 {len(shown.rows)} 个所；竖线为要求。", source=source,
    )  # fmt: skip


def stations_card(snapshot: Snapshot, query: dict[str, str], selection: Selection, source: str) -> Slots:
    """Return all stations against their work; the table stands for every filter that averages the same days."""
    try:
        found = work(snapshot, selection)
    except MetricError as error:
        return cards.filled(states.panel("无法测算", str(error)), source=source)
    if not (found.knows_need or found.knows_duty):
        return cards.lacking("没有处置时间和排班数据，各所均无从对照。", title="各所警力与警情")
    order = staffing_questions.one_of(query, "order", staffing_questions.STATION_ORDERS, "排序", [])

    def table(*_: object) -> Any:
        return staffing_tables.station_rows(found.table, order, selection.stations)

    return cards.filled(
        cache.answer(snapshot, (found.one.first, found.one.last, order, selection.stations), table),
        title="各所警力与警情",
        sub=f"人 · {found.one.first:%Y-%m-%d} 至 {found.one.last:%m-%d} 平均 · {len(found.table)} 个所",
        note="应配、在岗为全天平均；缺 1 人以上且超出随机波动的钟点才着色。点表头排序，点所名看该所。",
        source=source,
    )


def move_parts(snapshot: Snapshot, trial: Trial, mode: str) -> dict[str, Any]:
    """Return the values of everything on the card of a move except the slider's and the notices."""
    plan, move = trial.plan, trial.move
    stations = tuple((code, short_name(name)) for code, name in catalogue.of(snapshot).station_names.items())
    lengths = sorted({*staffing_questions.LENGTHS, plan.hours})
    offered = {
        "give": [one for one in stations if one[0] != plan.take],
        "take": [one for one in stations if one[0] != plan.give],
        "begin": [(str(hour), f"{hour} 时") for hour in range(24)],
        "hours": [(str(hours), f"{hours} 小时") for hours in lengths],
        "days": list(staffing_questions.DAYS.items()),
    }  # fmt: skip
    return {
        "hidden": [False, False], "said": staffing_effects.move_said(trial),
        "options": {key: score_controls.options(choices) for key, choices in offered.items()},
        "values": {
            "give": plan.give, "take": plan.take, "begin": str(plan.begin), "hours": str(plan.hours), "days": plan.days
        },
        "most": plan.most, "words": staffing_effects.slider_words(plan.people, plan.most),
        "figure": move_steps(trial, mode),
        "heads": {
            "title": staffing_effects.move_title(trial),
            "sub": f"人 · {staffing_effects.when(trial)} · 细线应配，蓝线调整后，灰线现在",
            "note": staffing_words.listed(move.notes[-1:]), "source": status.source_line(snapshot),
        },
    }  # fmt: skip


def extra_parts(snapshot: Snapshot, found: Allocation, extra: int | None, hours: int, now: Work) -> dict[str, Any]:
    """Return the values of the card of extra posts."""
    listed = {*staffing_questions.EXTRA, *([extra] if extra else [])}
    offered = {
        "posts": [(DEFAULT, "补足为止"), *((str(n), f"{n} 个岗位") for n in sorted(listed))],
        "post": [(str(n), f"{n} 小时") for n in staffing_questions.POSTS],
    }
    heads: dict[str, Any] = {
        "title": staffing_words.allocation_title(found), "sub": "每岗每日一班、每班 1 人；按平均日各钟点的缺口",
        "note": "逐个岗位给最缺的所和时段，对降低最大缺口而言是最优的；只给有缺人时段的所，补到缺口不足半人。",
        "source": status.source_line(snapshot),
    }  # fmt: skip
    if not (now.knows_need and now.knows_duty):
        heads = {"title": "增配建议", "sub": "", "note": states.lacking("".join(found.words)), "source": ""}
    return {
        "said": staffing_words.allocation_said(found, now.ways),
        "options": {key: score_controls.options(choices) for key, choices in offered.items()},
        "values": {"posts": str(extra) if extra else DEFAULT, "post": str(hours)},
        "heads": heads,
    }
