"""The weekly report: a week, what it was made of, who rose for weeks, and room for what people decide."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from data.reading import Snapshot
from metrics import catalogue
from metrics.ask import Table as Answered
from metrics.briefing import CARD_METRICS, short_name
from metrics.change import badge
from metrics.compare import REAL
from metrics.definitions import METRICS
from metrics.model import MetricError
from metrics.periods import resolve
from metrics.selection import Selection
from metrics.trend import DAY, Asked, trend
from reports import (
    ahead,
    figures,
    framing,
    hours,
    messages,
    places,
    points,
    repeats,
    response,
    rising,
    sources,
    tables,
    volumes,
)
from reports.document import Part, Report, Section, Text
from reports.rising import Riser
from reports.sources import Source
from reports.tables import Line
from reports.wording import names, of_card, usual

_FEATURES = ("类别", "时段", "区域", "部位")
_TOLD = ("alerts_criminal", "alerts_order", "alerts_traffic", "alerts_dispute", "alerts_help")
CASES = ("cases_filed", "cases_solved", "cases_order", "cases_fraud", "cases_theft")
_BLANKS, _HOURS = 3, "本周时段"
# Categories of a week's cases worth a line.
_MOST = 12


def last_whole_day(snapshot: Snapshot, cutoff: int = 0) -> date:
    """Return the last complete day of the data; raises MetricError for a version without any."""
    as_of = catalogue.of(snapshot).data_as_of
    if as_of is None:
        raise MetricError("数据仓里还没有警情或案件，无法出报告。请先在「数据接入」导入数据。")
    return resolve("yesterday", as_of - timedelta(hours=cutoff)).last


def weekly(snapshot: Snapshot, selection: Selection, made_at: datetime, watermark: str = "") -> Report:
    """Return the report of seven days; raises MetricError where there is nothing to report on."""
    source = sources.source_of(snapshot, selection)
    return Report(
        title=f"{source.known.bureau}{source.briefing.noun}研判周报",
        period=source.period_words,
        bureau=source.known.bureau,
        origin=sources.origin(source),
        sections=tuple(_sections(source)),
        messages=messages.five(source),
        behind=messages.behind(source),
        definitions=tables.definitions(_used(source)),
        made_at=made_at,
        settled_at=sources.settled_at(source),
        watermark=sources.mark(source, watermark),
    )


def _used(source: Source) -> list[str]:
    alerts = [*repeats.REPEATS, *response.TIMING] if source.has_alerts else []
    cases = [*CASES, *places.ZERO_CRIME] if source.has_cases else []
    return [*CARD_METRICS, source.briefing.subject.id, source.briefing.place_metric.id, *alerts, *cases]


def _sections(source: Source) -> list[Section]:
    noun = source.briefing.noun
    risers = rising.weeks(source)
    found = [
        Section("基本情况", tuple(_basics(source))),
        Section(f"{noun}特点", tuple(_features(source))),
        *([Section("发案与破案", tuple(_cases(source)))] if source.has_cases else []),
        Section("连续上升单位", tuple(_rising(source, risers))),
        Section("重点问题", tuple(points.risks(source))),
        Section(ahead.TITLE, ahead.chapter(source)),
        Section("下一步措施", framing.to_write(_BLANKS)),
        Section("指标对照表", tuple(_compared(source))),
    ]
    return [*found, *framing.appendix(source, places.station_table(source), hours.hours_table(source, _HOURS))]


# ---- 一、基本情况 --------------------------------------------------------------------------------


def _basics(source: Source) -> list[Part]:
    trend = volumes.trend_chart(source)
    scope = [part for part in framing.scope(source).parts if isinstance(part, Text)]
    return [
        *(Text(part.text, "note") for part in scope),
        Text(volumes.opening(source)),
        *_against_last_week(source),
        *volumes.card_sentences(source, *_TOLD),
        *([trend] if trend else []),
    ]


def _against_last_week(source: Source) -> list[Text]:
    """Return 「有效警情日均 828.6 起，…」: the whole with its daily mean."""
    if not source.has_alerts:
        return []
    card = volumes.card_of(source, "alerts_valid")
    if card is None or card.value is None:
        return []
    return [Text(f"{of_card(card)}。日均 {card.value / source.window.days:,.1f} 起。")]


# ---- 二、警情特点 --------------------------------------------------------------------------------


def _features(source: Source) -> list[Part]:
    parts: list[Part] = []
    where = (*places.stations(source), *places.places_chart(source))
    made = (_by_category(source), hours.chapter(source), where, _by_spot(source))
    shown = [(title, part) for title, part in zip(_FEATURES, made, strict=True) if part]
    for number, (title, part) in enumerate(shown, 1):
        parts += [framing.level_two(number, title), *part]
    return parts


def _by_category(source: Source) -> tuple[Part, ...]:
    found = source.briefing
    real = [f"{row.name} {row.value or 0:,.0f} 起" for row in found.rows if row.verdict == REAL]
    chart = figures.by_category(found.rows, f"分类{found.noun}：本周、上周与同期")
    said = Text(f"超出随机波动的类别：{names(real)}。")
    return (said, *volumes.categories(source), *([chart] if chart else []))


def _by_spot(source: Source) -> tuple[Part, ...]:
    subject = source.briefing.subject
    lines = tables.lines_of(source.ask(subject.id, by=("place_type",)), subject.id, "place_type", {})
    lines = [line for line in lines if line.value or line.previous.base or line.last_year.base]
    if not lines or {line.name for line in lines} == {"未填"}:
        return ()
    total = sum(tables.size_of(line) for line in lines) or 1
    top = [
        f"{line.name} {tables.size_of(line):,.0f} 起（占 {100 * tables.size_of(line) / total:.1f}%）"
        for line in lines[:3]
    ]
    table = tables.changes(
        "发生部位",
        "部位",
        lines,
        f"单位：起。指标：{subject.label}。判定为环比，已按全部部位校正。{tables.hidden_note(lines)}",
    )
    return (Text(f"较多的部位：{names(top)}。"), table)


# ---- 三、发案与破案 ------------------------------------------------------------------------------


def _cases(source: Source) -> list[Part]:
    if not source.ask("cases_filed", spans=()).answer.covered["cases", "current"]:
        return [Text("案件数据未覆盖本周，不作统计。")]
    filed = volumes.card_sentences(source, "cases_filed", "clear_rate")
    table = source.ask(*CASES)
    lines = [_line(source, table, name) for name in CASES]
    kinds = tables.lines_of(
        source.ask("cases_filed", by=("case_category",)),
        "cases_filed",
        "case_category",
        source.known.category_names("cases"),
    )
    kinds = [line for line in kinds if line.value][:_MOST]
    note = "单位：起。判定为与此前 8 周同星期的预期相比，与各页一致。"
    parts: list[Part] = [*filed, tables.changes("立案与破案", "指标", lines, note)]
    note = "单位：起。判定为环比，各类按自身检验（3 个标准差）。"
    if kinds:
        parts.append(tables.changes("刑事立案较多的类别", "类别", kinds, note))
    trend = volumes.trend_of(source, "cases_filed")
    return [*parts, *([trend] if trend else [])]


def _line(source: Source, table: Answered, name: str) -> Line:
    """Return a figure of cases with the verdict that 趋势研判 and 案件侦防 give it."""
    previous, last_year = (table.comparisons[0, name, span] for span in tables.COMPARED)
    total = trend(source.snapshot, source.selection, Asked(name, DAY, "group")).total
    low, high = total.usual or (0, 0)
    expected = usual((int(low), int(high))) if total.usual else ""
    verdict = badge(total.verdict, total.value, total.usual)
    return Line(METRICS[name].label, table.rows[0][name], previous, last_year, verdict, METRICS[name], expected)


# ---- 四 to 七 ------------------------------------------------------------------------------------


def _rising(source: Source, found: tuple[Riser, ...] | None) -> list[Part]:
    label = source.briefing.subject.label
    if found is None:
        return [Text("不足四周数据，不判断连续上升。")]
    chance = rising.by_chance(source)
    said = (
        f"{label}连续三周上升的派出所 {len(found)} 个"
        + (f"：{names([short_name(one.name) for one in found])}" if found else "")
        + f"。各周互不相关时，仅凭偶然平均也会有约 {chance:.1f} 个，判定以「真变化」为准。"
    )
    if not found:
        return [Text(said)]
    return [Text(said), rising.table(found, label)]


def _compared(source: Source) -> list[Part]:
    parts: list[Part] = [volumes.card_table(source, "主要指标")]
    if source.has_alerts:
        parts += [*repeats.chapter(source), *response.chapter(source)]
    return parts
