"""What stands around the chapters of a report: scope in front, lines to fill in, the appendix behind."""

from __future__ import annotations

from metrics.change import HIGH, LOW
from metrics.compare import NO_BASE, NOT_JUDGED, REAL, TOO_FEW, USUAL
from reports import alarms, hours, places, response
from reports.document import Part, Section, Subheading, Table, Text
from reports.sources import Source
from reports.wording import numeral, stopped


def scope(source: Source) -> Section:
    """一、统计周期与口径."""
    found = source.briefing
    counted = (
        "一起警情只按一张接警单计；有效警情不含无效、并入的接警单"
        if source.has_alerts
        else "案件按立案（受案）时间统计，不予立案的不计"
    )
    lines = [
        f"统计周期：{found.title}。环比对{found.windows['previous']}，同比对{found.windows['last_year']}。",
        f"统计口径：{found.filter_words.replace(' · ', '、')}；{counted}。",
        f"{found.judged_by}。「{REAL}」指超出随机波动；「{HIGH}」「{LOW}」指在预期区间之外，但未经检验确认，仍可能是偶然；"
        f"「{USUAL}」指在随机波动范围内；「{TOO_FEW}」指数量太少，即使翻倍也难以区分；「{NOT_JUDGED}」指此前数据不足，"
        f"没有可比的预期；「{NO_BASE}」指对比时段没有数据。",
        *found.notes,
    ]
    return Section("统计周期与口径", tuple(Text(stopped(line), "note") for line in lines))


def to_write(lines: int) -> tuple[Part, ...]:
    """Return lines that people fill in: nobody invents measures for them."""
    return tuple(Text(f"（{number}）〔由研判人员填写〕", "blank") for number in range(1, lines + 1))


def level_two(number: int, title: str) -> Subheading:
    """Return 「（一）…」."""
    return Subheading(f"（{numeral(number)}）{title}")


def appendix(source: Source, *own: Table | None) -> list[Section]:
    """Return the long tables behind the text: a report's own first, then those that all have."""
    shared = (
        alarms.table(source),
        response.timing_table(source),
        places.matrix_table(source),
        hours.weeks_table(source),
    )
    return [Section(one.name, (one,), appendix=True) for one in (*own, *shared) if one is not None]
