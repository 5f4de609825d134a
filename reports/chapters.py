"""Chapters that daily and weekly reports share, each a section of values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metrics import expectation
from metrics.briefing import Card, Point, short_name
from metrics.change import HIGH, LOW, SAID, badge, behind, clause, sentence
from metrics.compare import NO_BASE, NOT_JUDGED, REAL, TOO_FEW, USUAL
from metrics.definitions import METRICS
from metrics.model import Refused
from reports import alarms, figures, tables
from reports.document import Cell, Chart, Column, Part, Section, Subheading, Table, Text, count_cell, text_cell
from reports.sources import Source
from reports.tables import Line
from reports.wording import counts, names, numeral, of_card, usual

REPEATS = ("repeat_any", "repeat_base", "repeat_share", "repeat_caller", "repeat_place")
ZERO_CRIME = ("zero_crime_beats", "beats_counted", "zero_crime_beats_share")
_SEGMENTS = ("answer", "dispatch", "response", "on_scene")
_TIMES = ("n", "median", "p90", "within", "unusable", "unusable_share")
# 处置用时 has no goal.
TIMING = tuple(f"{one}_{part}" for one in _SEGMENTS for part in _TIMES if (one, part) != ("on_scene", "within"))
# Sub-categories worth naming in the opening sentence.
_NAMED = 3


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


def stopped(text: str) -> str:
    """Return a sentence with its full stop."""
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


# ---- volumes -------------------------------------------------------------------------------------


def opening(source: Source) -> str:
    """Return the sentence that a report opens with: all calls, then by group, 刑事 with what it consists of."""
    found = source.briefing
    if not source.has_alerts:
        total = sum(row.value or 0 for row in found.rows)
        if not total:
            return f"{found.title}，{source.whole}未立案件。"
        kinds = counts((row.name, row.value or 0) for row in found.rows)
        return f"{found.title}，{source.whole}共立案件 {total:,.0f} 起：{kinds}。"
    every, valid = (card_of(source, name).value or 0 for name in ("alerts", "alerts_valid"))
    if not every:
        return f"{found.title}，{source.whole}未接报警情。"
    kind = "所选类别警情" if source.selection.categories else "各类警情"
    said = f"{found.title}，{source.whole}共接{kind} {every:,.0f} 起，其中有效警情 {valid:,.0f} 起。"
    if not valid or source.selection.categories:
        return said
    return f"{said}有效警情中，{_groups(source)}。"


def _groups(source: Source) -> str:
    parts, none = [], []
    for row in source.briefing.rows:
        if not row.value:
            none.append(row.name)
            continue
        inside = _inside(source, row.key) if row.key == "刑事" else ""
        parts.append(f"{row.name}{'' if row.name.endswith('事件') else '警情'} {row.value:,.0f} 起{inside}")
    missing = f"，无{'、'.join(none)}警情" if none else ""
    return "，".join(parts) + missing


def _inside(source: Source, group: str) -> str:
    """Return 「（盗窃 15 起、诈骗 9 起、其他 4 起）」 for the largest kinds within a group."""
    table = source.ask("alerts_valid", by=("group", "category2"), spans=())
    kinds = source.known.category_names("alerts")
    inside = [
        (kinds.get(row["category2"], row["category2"]), row["alerts_valid"])
        for row in table.rows
        if row["group"] == group
    ]
    inside.sort(key=lambda one: -one[1])
    shown, rest = inside[:_NAMED], sum(count for _, count in inside[_NAMED:])
    listed = [*(one for one in shown if one[1]), *([("其余", rest)] if rest else [])]
    return f"（{counts(listed)}）" if len(listed) > 1 else ""


def card_of(source: Source, metric: str) -> Card:
    """Return a key figure of the briefing."""
    return next(card for card in source.briefing.cards if card.metric.id == metric)


def key_figures(source: Source) -> list[Card]:
    """Return the key figures that the data can answer."""
    return [
        card for card in source.briefing.cards
        if (source.has_alerts if card.metric.view == "alerts" else source.has_cases)
    ]  # fmt: skip


def card_sentences(source: Source, *metrics: str) -> list[Text]:
    """Return a sentence per key figure, with what is said of Spring Festival behind it."""
    found = []
    for card in key_figures(source):
        if card.metric.id in metrics:
            aligned = f"（{card.note}）" if card.note else ""
            found.append(Text(stopped(of_card(card) + aligned)))
    return found


def card_table(source: Source, name: str) -> Table:
    """Return the key figures with the usual header."""
    lines = [
        Line(
            f"{card.metric.label}（{card.metric.unit}）",
            card.value,
            card.previous,
            card.last_year,
            badge(card.verdict, card.value, card.expected),
            card.metric,
            usual(card.expected) if card.expected else "—",
        )
        for card in key_figures(source)
    ]
    return tables.changes(name, "指标", lines, f"{source.briefing.judged_by}。{_made_of(source)}")


def _made_of(source: Source) -> str:
    """Return the counts behind shares of few, and why one may be above 100%: 「破案率：本期 11/31，上期 14/26。」."""
    said = []
    for card in key_figures(source):
        (now, before), (also, year) = behind(card.previous), behind(card.last_year)
        found = (("本期", now or also), ("上期", before), ("同期", year))
        parts = [f"{word} {counts}" for word, counts in found if counts]
        parts += filter(None, [card.metric.remark(card.value, card.previous.base, card.last_year.base)])
        said += [f"{card.metric.label}：{'，'.join(parts)}。"] if parts else []
    return "".join(said)


def categories(source: Source) -> tuple[Part, ...]:
    """Return the category table of the briefing, or that there is nothing to put into it."""
    if not source.briefing.rows:
        return (Text(f"本期、上期与同期均无{source.briefing.noun}。"),)
    return (_category_table(source),)


def _category_table(source: Source) -> Table:
    lines = [
        Line(
            row.name, row.value, row.previous, row.last_year, badge(row.verdict, row.value, row.expected), row.metric,
            usual(row.expected) if row.expected else "",
        )
        for row in source.briefing.rows
    ]  # fmt: skip
    found = source.briefing
    return tables.changes(
        f"分类{found.noun}", "类别", lines, f"单位：起。指标：{found.subject.label}。{found.judged_by}。"
    )


def trend_chart(source: Source) -> Chart | None:
    """Return the daily line of what the briefing counts."""
    wanted = "alerts_valid" if source.has_alerts else "cases_filed"
    return figures.trend(card_of(source, wanted))


# ---- places --------------------------------------------------------------------------------------


def stations(source: Source) -> tuple[Part, ...]:
    """Return what happened where, and who needs a look; the table of all stations stands in the appendix."""
    found = focus(source)
    return (*_where(source, _station_lines(source)), *zero_crime(source), *([found] if found else []))


def places_chart(source: Source) -> tuple[Part, ...]:
    """Return the stations farthest above their expectation as bars."""
    found = source.briefing
    chart = figures.standing_out(found.places, source.known, f"{found.place_metric.label}高于自身预期最多的派出所")
    return (chart,) if chart else ()


def focus(source: Source) -> Table | None:
    """Return the stations significantly above their expectation or under a warning, None where there are none."""
    places = {one.code: one for one in source.briefing.places}
    warned: dict[str, list[str]] = {}
    for surge in source.briefing.warnings.surges:
        one = surge.alarm
        said = f"{one.group} {one.observed:,} 起（{alarms.days(one)}）"
        warned.setdefault(one.station, []).append(said)
    high = sorted((one for one in places.values() if one.real and one.z > 0), key=lambda one: -one.z)
    codes = [code for code in dict.fromkeys([*(one.code for one in high), *warned]) if code in places]
    if not codes:
        return None
    ranged = source.briefing.has_ranges
    columns = (
        Column("序号", 0.6), Column("单位", 1.1), Column("本期数", 0.8, True), Column("预期", 0.8, True),
        Column("判定", 1.2), Column("预警", 3.6),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(number, str(number), "0"), text_cell(short_name(source.known.station_names.get(code, code))),
            count_cell(places[code].value),
            text_cell(usual(places[code].usual) if ranged else "—"), text_cell(source.briefing.standing(places[code])),
            text_cell("；".join(warned.get(code, [])) or "—"),
        )
        for number, code in enumerate(codes, 1)
    )  # fmt: skip
    note = f"本期数、预期与判定为{source.briefing.place_metric.label}，起；预警按所列日期与类别另计。"
    return Table("重点派出所", columns, rows, note)


def station_table(source: Source) -> Table:
    """Return a line per station; as long as the bureau has stations, so it is printed behind the text."""
    label = source.briefing.subject.label
    base = "此前 8 周同星期的预期" if source.briefing.has_ranges else "去年同期"
    note = f"单位：起。指标：{label}。判定为与{base}相比，已按全部派出所校正；「未登记」不是派出所，不计入所数。"
    return tables.changes(f"各派出所{label}", "单位", _station_lines(source), note)


def _station_lines(source: Source) -> list[Line]:
    subject = source.briefing.subject.id
    return tables.station_lines(source.ask(subject, by=("station",)), subject, source.known, source.briefing)


def _where(source: Source, lines: list[Line]) -> list[Text]:
    apart, lines = [line for line in lines if line.is_apart], [line for line in lines if not line.is_apart]
    ups, downs, flat = ([line for line in lines if _sign(line) == sign] for sign in (1, -1, 0))
    label = source.briefing.subject.label
    if not (ups or downs or flat):
        said = f"上期没有数据，各派出所{label}不作环比。"
    else:
        real = [short_name(line.name) for line in lines if line.verdict == REAL]
        said = (
            f"{label}环比上升的派出所 {len(ups)} 个、下降的 {len(downs)} 个、持平的 {len(flat)} 个。"
            f"与自身预期相比超出随机波动的：{names(real)}。逐所数据见附表「{station_table(source).name}」。"
        )
    if apart and tables.size_of(apart[0]):
        said += f"另有未登记派出所的 {tables.size_of(apart[0]):,.0f} 起。"
    high = [one for one in source.briefing.places if one.real and one.z > 0]
    word = source.briefing.place_metric.label
    called = source.known.station_names
    placed = [
        f"{short_name(called.get(one.code, one.code))}（{one.value:,.0f} 起，预期 {one.expected:.1f} 起）"
        for one in high
    ]
    beside = alarms.beside(source)
    return [
        Text(said),
        Text(f"本期（{source.briefing.title}）{word}显著高于自身预期的派出所：{names(placed)}。"),
        *([Text(f"{beside}。", "note")] if beside else []),
    ]


def _sign(line: Line) -> int | None:
    change = line.previous.change
    return None if change is None else (change > 0) - (change < 0)


def zero_crime(source: Source) -> list[Text]:
    """Return where no case was filed: stations, and communities (villages) where beats are known."""
    if not source.has_cases:
        return []
    table = source.ask("cases_filed", by=("station",), spans=())
    filed = {str(row["station"]): row["cases_filed"] for row in table.rows}
    if not table.answer.covered["cases", "current"]:
        return [Text("案件数据未覆盖本期，零发案不作统计。")]
    chosen = source.selection.stations or tuple(source.known.stations)
    none = [short_name(source.known.station_names[code]) for code in chosen if not filed.get(code)]
    # By cases: a station may have calls about crime and not one case filed.
    said = f"零发案按案件立案计，不按警情：无刑事立案的派出所 {len(none)} 个"
    said += f"：{names(none)}" if none else ""
    return [Text(stopped(said)), *_zero_beats(source)]


def _zero_beats(source: Source) -> list[Text]:
    try:
        row = source.ask(*ZERO_CRIME, spans=()).rows[0]
    except (Refused, IndexError):
        return []
    if not row["beats_counted"]:
        return []
    return [
        Text(
            f"零发案（无刑事、行政立案）的社区（村） {row['zero_crime_beats'] or 0:,} 个，"
            f"占参评 {row['beats_counted']:,} 个的 {row['zero_crime_beats_share'] or 0:.1f}%。"
        )
    ]


def _week_counts(source: Source) -> NDArray[np.float64]:
    """Return 7 × 24 counts of the period; raises Refused where hours are not known."""
    subject = source.briefing.subject
    week = np.zeros((7, 24))
    for row in source.ask(subject.id, by=("weekday", "hour"), spans=()).rows:
        week[int(row["weekday"]) - 1, int(row["hour"])] = float(row[subject.id] or 0)
    return week


def hours_table(source: Source, name: str) -> Table | None:
    """Return the weekday × hour counts of the period, None where there is nothing to count."""
    try:
        week = _week_counts(source)
    except Refused:
        return None
    return tables.week_hours(name, week, f"{source.briefing.subject.label}，起。底色越深越多。") if week.sum() else None


def hours(source: Source) -> tuple[Part, ...]:
    """Return the busiest hours of the period in words, and a chart of the hours."""
    subject = source.briefing.subject
    try:
        week = _week_counts(source)
    except Refused as error:
        return (Text(str(error)),)
    if not week.sum():
        return (Text(f"本期无{source.briefing.noun}，不分时段。"),)
    counts = {hour: float(week[:, hour].sum()) for hour in range(24)}
    day = int(week.sum(axis=1).argmax())
    said = f"{busiest(counts, subject.label)}；最多的为{tables.WEEKDAYS[day]}，{week[day].sum():,.0f} 起。"
    chart = figures.by_hour([counts[hour] for hour in range(24)], f"{subject.label}分时")
    return (Text(said), chart)


def busiest(counts: dict[int, float], label: str) -> str:
    """Say the four busiest hours with their share, or that there is too little to tell."""
    spell = expectation.busiest_hours(counts, share=0.0)
    if spell is None:
        return f"{label}数量少，不分时段"
    first, last = spell
    held = sum(counts.get((first + n) % 24, 0.0) for n in range((last - first) % 24))
    total = sum(counts.values())
    end = f"次日 {last}" if 0 < last < first else f" {last or 24}"
    return (
        f"{label}最多的四个小时为 {first} 时至{end} 时，{held:,.0f} 起，占 {total:,.0f} 起的 {100 * held / total:.1f}%"
    )


# ---- repeats, response, risks --------------------------------------------------------------------


def repeats(source: Source) -> tuple[Part, ...]:
    """Return repeat calls as counts; nothing that leads to a caller."""
    table = source.ask(*REPEATS)
    row = table.rows[0]
    if not row["repeat_base"]:
        return (Text("本期无有效警情，无重复警情。"),)
    previous, last_year = (table.comparisons[0, "repeat_any", span] for span in tables.COMPARED)
    # Repeats of one place depend on each other, so that no test of counts holds; the page does not judge them either.
    said = sentence("重复警情", row["repeat_any"], "起", previous, "环比", NOT_JUDGED)
    said += f"，{clause(last_year, '起', '同比', NOT_JUDGED)}。"
    inside = (
        f"占有效警情 {row['repeat_base']:,} 起的 {row['repeat_share'] or 0:.1f}%，"
        f"其中同一来电 {row['repeat_caller']:,} 起、同一地点同类 {row['repeat_place']:,} 起（可同时属于两类）。"
    )
    said += inside if row["repeat_any"] else ""
    how = "重复警情按近 30 天认定，只计数，不列来电与报警人；同一地点的重复并不独立，起数不作判定。"
    return (Text(said), Text(how, "note"))


def response(source: Source) -> tuple[Part, ...]:
    """Return how fast help came, in words; the other segments stand in the appendix."""
    return (Text(_arrival(source.ask(*TIMING, spans=()).rows[0])),)


def timing_table(source: Source) -> Table | None:
    """Return the segments of the response chain: how many usable, median, P90, within goal, unusable."""
    if not source.has_alerts:
        return None
    row = source.ask(*TIMING, spans=()).rows[0]
    if not any(row[f"{one}_{part}"] for one in _SEGMENTS for part in ("n", "unusable")):
        return None
    lines = []
    for one in _SEGMENTS:
        label = METRICS[f"{one}_n"].label.removesuffix("可用数")
        values = [row.get(f"{one}_{part}") for part in _TIMES]
        places = (0, 1, 1, 1, 0, 1)
        lines.append((text_cell(label), *(count_cell(value, n) for value, n in zip(values, places, strict=True))))
    columns = (
        Column("环节", 1.2), Column("可用数（起）", 1.2, True), Column("中位数（分钟）", 1.4, True),
        Column("P90（分钟）", 1.2, True), Column("达标率（%）", 1.2, True), Column("不可用（起）", 1.2, True),
        Column("不可用占比（%）", 1.5, True),
    )  # fmt: skip
    note = (
        "达标：接警 1 分钟、派警 3 分钟、到达城区 5 分钟其他 10 分钟；处置用时无目标。"
        "不可用的时间不计入中位数与达标率。"
    )
    return Table("接处警时效", columns, tuple(lines), note)


def _arrival(row: dict[str, float | None]) -> str:
    n, median, p90, within = (row[f"response_{part}"] for part in ("n", "median", "p90", "within"))
    if not n or median is None or p90 is None or within is None:
        return "本期没有可用的到达时间，到达用时不作统计。"
    share = row["response_unusable_share"]
    return (
        f"到达用时可用 {n:,.0f} 起，中位数 {median:.1f} 分钟，九成在 {p90:.1f} 分钟内（P90），达标率 {within:.1f}%；"
        f"另有 {row['response_unusable'] or 0:,.0f} 起时间不可用，占有时间的 {share or 0:.1f}%。"
    )


def key_points(source: Source) -> list[Text]:
    """Return the key points of the briefing as its page has them, numbered."""
    found = [point for point in source.briefing.points if point.text]
    if not found:
        return [Text("本期没有需要提示的变化。")]
    return [Text(f"（{number}）{point_text(point)}") for number, point in enumerate(found, 1)]


def risks(source: Source) -> list[Part]:
    """Return the key points, then how many warnings there are; the appendix lists them all."""
    return [Text(f"本期（{source.briefing.title}）要点："), *key_points(source), *alarms.standing(source)]


def point_text(point: Point) -> str:
    """Return a key point with its verdict behind it, as a full sentence."""
    verdict = f"，{SAID[REAL]}" if point.verdict == REAL and SAID[REAL] not in point.text else ""
    return stopped(point.text + verdict)


def weeks_table(source: Source) -> Table | None:
    """Return the hours of the last four weeks as the briefing shows them."""
    found = source.briefing
    if found.week is None:
        return None
    return tables.week_hours(
        "近 28 日一周时段", found.week, f"{found.subject.label}，起。{found.week_words}。底色越深越多。"
    )


def matrix_table(source: Source) -> Table | None:
    """Return 派出所 × 类别, or 警格 × 类别 of one station."""
    found = source.briefing
    if found.matrix is None:
        return None
    title = f"{'派出所' if found.matrix.dimension == 'station' else '警格'}分类{found.noun}"
    note = f"{found.subject.label}，起。「*」为超出自身预期（已校正）。"
    if found.matrix.left_out:
        note += f"{'「其余」为' if found.matrix.rest is not None else '未列'}{'、'.join(found.matrix.left_out)}。"
    if found.matrix.hidden:
        note += "「<3」「略」为避免识别个人而不显示。"
    return tables.matrix(title, found.matrix, note)


def appendix(source: Source, *own: Table | None) -> list[Section]:
    """Return the long tables behind the text: a report's own first, then those that all have."""
    shared = (alarms.table(source), timing_table(source), matrix_table(source), weeks_table(source))
    return [Section(one.name, (one,), appendix=True) for one in (*own, *shared) if one is not None]


def to_write(lines: int) -> tuple[Part, ...]:
    """Return lines that people fill in: nobody invents measures for them."""
    return tuple(Text(f"（{number}）〔由研判人员填写〕", "blank") for number in range(1, lines + 1))


def level_two(number: int, title: str) -> Subheading:
    """Return 「（一）…」."""
    return Subheading(f"（{numeral(number)}）{title}")
