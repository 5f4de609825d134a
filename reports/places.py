"""Where it was, as all reports tell it: stations that stand out, zero crime, the tables of all stations."""

from __future__ import annotations

from metrics.briefing import short_name
from metrics.compare import REAL
from metrics.model import Refused
from reports import alarms, figures, tables
from reports.document import Cell, Column, Part, Table, Text, count_cell, text_cell
from reports.sources import Source
from reports.tables import Line
from reports.wording import names, stopped, usual

ZERO_CRIME = ("zero_crime_beats", "beats_counted", "zero_crime_beats_share")


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
