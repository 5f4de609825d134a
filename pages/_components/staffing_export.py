"""Exports of 警力配置: what each card shows, from the same values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from metrics import catalogue, staffing
from metrics.force import moves
from metrics.force.rules import Rule, Rules
from metrics.force.rules import rules as rules_of
from metrics.force.work import Work, work
from metrics.model import MetricError
from metrics.staffing.posts import say_missing, whole
from pages._components import staffing_effects, staffing_methods, staffing_questions, staffing_tables, staffing_words
from pages._components.export import Column, Sheet, sheet_of
from pages._components.figures import WEEKDAYS
from pages._components.score_questions import month_words
from pages._components.shown import Shown

# Importing them makes the methods known to whoever offers these tables.
METHODS = staffing_methods.__name__
_PEOPLE = (
    Column("来警（起/时）", "number", 12, 2), Column("应配（人）", "number", 12, 2),
    Column("区间下限", "number", 10, 2),
    Column("区间上限", "number", 10, 2), Column("在岗（人）", "number", 12, 2), Column("缺人之和", "number", 10, 0),
    Column("缺人的派出所", width=32),
)  # fmt: skip


def rule_shown(found: Rules, query: Mapping[str, str], notices: list[str]) -> Rule | None:
    """Return the rule whose stations are listed: as asked, else the first that any station misses."""
    usual = found.first_missed
    if usual is None:
        return None
    ids = [usual.target.id, *(rule.target.id for rule in found.found if rule.rows)]
    return found.get(staffing_questions.one_of(query, "target", ids, "目标", notices))


def day(shown: Shown) -> Sheet:
    """Return the 24 hours of an average day."""
    found = work(shown.snapshot, shown.selection)
    one = found.one
    calls = [_mean([row[hour] for row in one.calls]) for hour in range(24)]
    rows = [
        (f"{hour}–{hour + 1} 时", calls[hour], one.day_needed[hour], one.day_low[hour], one.day_high[hour],
         one.day_on_duty[hour], *_lack(found, hour, "day"))
        for hour in range(24)
    ]  # fmt: skip
    columns = (Column("钟点"), *_PEOPLE)
    return sheet_of(shown, "应配与在岗（平均日）", columns, rows, about=("staffing-need",), lines=_lines(found))


def week(shown: Shown) -> Sheet:
    """Return the 168 hours of the week."""
    found = work(shown.snapshot, shown.selection)
    one = found.one
    rows = [
        (WEEKDAYS[number], f"{hour}–{hour + 1} 时", one.calls[number][hour], one.needed[number][hour],
         one.low[number][hour], one.high[number][hour], one.on_duty[number][hour],
         *_lack(found, 24 * number + hour, "week"))
        for number in range(7)
        for hour in range(24)
    ]  # fmt: skip
    columns = (Column("星期"), Column("钟点"), *_PEOPLE)
    return sheet_of(shown, "应配与在岗（一周）", columns, rows, about=("staffing-need",), lines=_lines(found), fixed=2)


def judged(shown: Shown) -> Sheet:
    """Return the measures and, below them, who is short when."""
    found = work(shown.snapshot, shown.selection)
    rows = [(label, value, meaning) for label, value, meaning, _ in staffing_words.measures(found)]
    rows += [
        ("缺人时段", f"{name} {len(run.hours)} 小时", staffing_words.run_words(run)) for _, name, run in found.short
    ]
    rows += [("怎么办", one.name, one.words) for one in found.ways]
    columns = (Column("指标", width=16), Column("数值", width=20), Column("含义", width=60))
    about = ("staffing-need", "staffing-queue", "match_index", "utilisation")
    return sheet_of(shown, "警力判断", columns, rows, about=about, lines=_lines(found))


def rules(shown: Shown) -> Sheet:
    """Return what the gauges show."""
    found = _rules(shown)
    columns = (
        Column("目标", width=22), Column("现值", "number", 10, 2), Column("单位", width=12), Column("要求", width=16),
        Column("达标所", "number"), Column("未达标所", "number"), Column("未报送所", "number"),
        Column("差距", width=40), Column("依据", width=40),
    )  # fmt: skip
    rows = [
        (rule.target.label, rule.score.value if rule.score else None, rule.target.unit if rule.score else "",
         rule.target.says, rule.met, rule.missed, rule.unreported, rule.text, rule.clause)
        for rule in found.found
    ]  # fmt: skip
    return sheet_of(shown, "警力目标", columns, rows, about=("staffing-rules",), lines=_month(found))


def rule_rows(shown: Shown) -> Sheet:
    """Return the stations against the target that is listed, in the order on screen."""
    found = _rules(shown)
    rule = rule_shown(found, shown.query, [])
    if rule is None:
        raise MetricError(f"「{found.pack.name}」没有按派出所计算的警力目标，没有可导出的数据。")
    order = staffing_questions.one_of(shown.query, "rows", staffing_questions.RULE_ORDERS, "排序", [])
    columns = (
        Column("派出所", width=18), Column("现值", "number", 10, 2), Column("分子", "number"), Column("分母", "number"),
        Column("要求", width=14), Column("状态"), Column("差距", width=48),
    )  # fmt: skip
    rows = [
        (one.name, one.value, one.numerator, one.denominator, one.target.says, one.state,
         one.gap.text if one.gap else one.reason)
        for one in staffing_tables.sorted_rows(rule, order)
    ]  # fmt: skip
    return sheet_of(shown, rule.target.label, columns, rows, about=("staffing-rules",), lines=_month(found))


def stations(shown: Shown) -> Sheet:
    """Return all stations against their work, in the order on screen."""
    found = work(shown.snapshot, shown.selection)
    order = staffing_questions.one_of(shown.query, "order", staffing_questions.STATION_ORDERS, "排序", [])
    columns = (
        Column("派出所", width=18), Column("出警（起）", "number", 10, 0), Column("应配", "number", 10, 2),
        Column("在岗", "number", 10, 2), Column("须编配", "number", 10, 0), Column("最多缺人", "number", 10, 0),
        Column("缺人钟点", width=20), Column("匹配度", "number", 10, 3), Column("匹配度上限", "number", 10, 3),
        Column("判定", width=12), Column("占用率（%）", "number", 10, 1), Column("无空闲概率", "number", 10, 3),
        Column("等候 P90（分钟）", "number", 12, 1), Column("说明", width=48),
    )  # fmt: skip
    rows = [_station(row) for row in staffing_tables.sorted_stations(found.table, order)]
    about = ("staffing-need", "match_index", "utilisation", "staffing-queue")
    return sheet_of(shown, "各所警力与警情", columns, rows, about=about, lines=_lines(found))


def _station(row: Mapping[str, Any]) -> tuple[Any, ...]:
    short = json.loads(row["short_hours"])
    return (
        row["name"], row["calls"], row["needed"], row["on_duty"], row["headcount"], row["lacking"],
        "、".join(map(str, short)), row["match"], row["match_ceiling"], row["match_verdict"], row["utilisation"],
        row["p_no_unit"], row["p90_wait"], row["text"],
    )  # fmt: skip


def move(shown: Shown) -> Sheet:
    """Return the effect of the move on both stations."""
    wish = staffing_questions.wish_of(shown.query, catalogue.of(shown.snapshot), [])
    trial = moves.trial(shown.snapshot, shown.selection, wish)
    columns = (
        Column("派出所", width=18), Column("指标", width=22), Column("现在"), Column("调整后"),
        Column("变化（95% 区间）", width=32), Column("判定", width=14),
    )  # fmt: skip
    rows = [
        (side.name, *row[:5])
        for side in (trial.move.source, trial.move.target)
        for row in staffing_effects.effect_rows(side)
    ]
    moved = (
        f"{trial.move.source.name}调 {trial.plan.people} 人到{trial.move.target.name}，{staffing_effects.when(trial)}"
    )
    lines = (("推演", moved), ("说明", " ".join(trial.move.notes)))
    return sheet_of(shown, "试算：调整警力", columns, rows, about=("staffing-move", "staffing-queue"), lines=lines)


def extra(shown: Shown) -> Sheet:
    """Return where extra posts go."""
    number, hours = staffing_questions.extra_of(shown.query, [])
    found = staffing.allocate(shown.snapshot, shown.selection, number, hours)
    columns = (
        Column("派出所", width=18), Column("增配岗位", "number", 10, 0), Column("现最大缺口"), Column("增配后"),
        Column("理由", width=64),
    )  # fmt: skip
    rows = [
        (grant.name, grant.posts, say_missing(grant.before), say_missing(grant.after), grant.reason)
        for grant in found.grants
    ]
    lines = (
        ("增配", f"{found.asked} 个岗位，每岗每日 {hours} 小时"),
        ("说明", " ".join((*found.words[:2], *found.notes))),
    )
    return sheet_of(shown, "增配建议", columns, rows, about=("staffing-extra",), lines=lines)


def _rules(shown: Shown) -> Rules:
    return rules_of(shown.snapshot, shown.selection, staffing_questions.pack_of(shown.query, shown.store, []))


def _month(found: Rules) -> tuple[tuple[str, str], ...]:
    return (("月份", month_words(found.month)), ("目标", f"{found.pack.name}（{found.pack.document}）"))


def _lines(found: Work) -> tuple[tuple[str, str], ...]:
    return (("范围", found.name), ("说明", " ".join(staffing_words.assumptions(found))))


def _lack(found: Work, hour: int, grain: str) -> tuple[int | None, str]:
    lack = (found.day if grain == "day" else found.week)[hour]
    if not found.knows_duty:
        return None, ""
    return lack.people, "、".join(f"{name} {whole(missing)}" for _, name, missing in lack.stations)


def _mean(values: list[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
