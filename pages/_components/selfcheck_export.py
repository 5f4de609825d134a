"""Exports of 所队自查: every card as it is shown, read from the values that drew it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

from metrics import catalogue
from metrics.catalogue import Station
from metrics.change import badge
from metrics.model import MetricError
from metrics.score import Score
from metrics.selfcheck import SelfCheck, check
from metrics.selfcheck.values import Ages
from metrics.staffing.values import StationStaffing
from pages._components import export, figures, peers
from pages._components.score_export import SCORE_COLUMNS, asked_of, month_pinning, score_rows, sheet_head
from pages._components.selfcheck_figures import first_cells
from pages._components.selfcheck_view import own_sentence
from pages._components.shown import Shown, pinned


def station_of(shown: Shown) -> Station:
    """Return the station that the path names; raises UnknownName."""
    known = catalogue.of(shown.snapshot)
    return known.stations[known.station_codes((unquote(shown.path.rpartition("/")[2]),))[0]]


def own(shown: Shown) -> Shown:
    """Return what is shown with the station of the path as its filter: the filter bar's own does not rule here."""
    return replace(shown, selection=replace(shown.selection, stations=(station_of(shown).code,)))


def found_of(shown: Shown) -> SelfCheck:
    """Return the values that the page shows."""
    asked = asked_of(shown)
    return check(shown.snapshot, shown.selection, station_of(shown).code, asked.pack, asked.month)


def pinned_own(shown: Shown) -> tuple[date, date, str]:
    """Return where notes of the filter's period hang: on this station."""
    return pinned(own(shown))


def pinned_month(shown: Shown) -> tuple[date, date, str]:
    """Return where notes of the targets' month hang: on this station and policy."""
    return month_pinning(shown, station_of(shown).code)


def _number(name: str, decimals: int | None = None, width: int = 12) -> export.Column:
    return export.Column(name, "number", width, decimals)


def scores_sheet(shown: Shown) -> export.Sheet:
    """Return all targets, what is missed first."""
    found = found_of(shown)
    return targets_sheet(shown, found.scores)


def targets_sheet(shown: Shown, ranked: tuple[Score, ...]) -> export.Sheet:
    """Return scores of the station as lines."""
    head = sheet_head(shown.snapshot, asked_of(shown), f"所队自查：{station_of(shown).name}")
    return export.Sheet("目标对照", head, SCORE_COLUMNS, score_rows(shown.snapshot, ranked), fixed=4)


def _against(found: SelfCheck) -> str:
    windows = found.briefing.windows
    return f"环比对 {windows['previous']} · 同比对 {windows['last_year']}"


def _why(rows: Sequence[object], reason: str) -> list[tuple[str, str]]:
    """Return the line that says why a table is empty; none where it is not."""
    return [] if rows else [("说明", reason)]


_COMPARED = ("本期", "上期", "环比 %", "同期", "同比 %", "预期下限", "预期上限")


def kpi_sheets(shown: Shown) -> list[export.Sheet]:
    """Return the key figures, and the days of their sparklines."""
    found, mine = found_of(shown), own(shown)
    columns = [export.Column("指标", width=18), export.Column("单位", width=8), *(_number(name) for name in _COMPARED)]
    columns.append(export.Column("判定"))
    rows = [
        (
            card.metric.label, card.metric.unit, card.value, card.previous.base, card.previous.percent,
            card.last_year.base, card.last_year.percent, *(card.expected or (None, None)),
            badge(card.verdict, card.value, card.expected),
        )
        for card in found.briefing.cards
    ]  # fmt: skip
    about = [card.metric.id for card in found.briefing.cards]
    daily = [export.Column("指标", width=18), export.Column("日期", "date")]
    daily += [_number(name) for name in ("数量", "预期下限", "预期上限")]
    days = [
        (card.metric.label, *values)
        for card in found.briefing.cards
        for values in zip(card.spark.days, card.spark.values, card.spark.low, card.spark.high, strict=True)
    ]
    lines = (("对比", _against(found)), ("判定", found.briefing.judged_by.removeprefix("判定：")))
    return [
        export.sheet_of(
            mine, f"{found.station.name}关键指标", columns, rows, about=about, lines=lines, name="关键指标"
        ),
        export.sheet_of(mine, f"{found.station.name}近 8 周逐日", daily, days, about=about, name="逐日"),
    ]


def changes_sheet(shown: Shown) -> export.Sheet:
    """Return the category table."""
    found = found_of(shown)
    columns = [export.Column("类别", width=16), *(_number(name) for name in _COMPARED), export.Column("判定")]
    rows = [
        (
            row.name, row.value, row.previous.base, row.previous.percent, row.last_year.base, row.last_year.percent,
            *(row.expected or (None, None)), badge(row.verdict, row.value, row.expected),
        )
        for row in found.briefing.rows
    ]  # fmt: skip
    lines = [("指标", f"{found.briefing.subject.label}，起"), ("对比", _against(found))]
    lines += _why(rows, f"该时段无{found.briefing.noun}。")
    return export.sheet_of(
        own(shown), f"{found.station.name}分类{found.briefing.noun}", columns, rows, about=found.briefing.subject.id,
        lines=lines, name="分类",
    )  # fmt: skip


def alarms_sheet(shown: Shown) -> export.Sheet:
    """Return the current alarms."""
    found = found_of(shown)
    if found.alarms is None:
        raise MetricError(found.alarms_note)
    columns = (
        export.Column("归类", width=14), export.Column("种类", width=8), export.Column("起", "date"),
        export.Column("止", "date"), _number("实有", 0), _number("预期", 1), _number("预期下限", 0),
        _number("预期上限", 0), export.Column("说明", width=60),
    )  # fmt: skip
    rows = [
        (
            one.group, one.kind, one.window_first, one.window_last, one.observed, one.expected, one.low, one.high,
            own_sentence(one),
        )
        for one in found.alarms
    ]  # fmt: skip
    lines = [("预警", found.alarms_note), *_why(rows, "近 7 日没有超出预警线的上升。")]
    return export.sheet_of(
        own(shown), f"{found.station.name}预警", columns, rows, about="station-alarm", lines=lines, name="预警"
    )


def week_sheet(shown: Shown) -> export.Sheet:
    """Return the hours of the week."""
    found = found_of(shown).briefing
    week = [[None] * 24] * 7 if found.week is None else found.week
    columns = [export.Column("星期"), *(export.Column(f"{hour} 时", "number", 7) for hour in range(24))]
    rows = [(day, *values) for day, values in zip(figures.WEEKDAYS, week, strict=True)]
    lines = (("指标", f"{found.subject.label}，起"), ("统计日期", f"近 28 日：{found.week_words}"))
    return export.sheet_of(own(shown), "一周时段", columns, rows, about=found.subject.id, lines=lines)


def map_sheet(shown: Shown) -> export.Sheet:
    """Return hot cells and the first cells of the forecast; small counts stay hidden."""
    found = found_of(shown)
    columns = (
        export.Column("网格", width=10), export.Column("经度", "number", 12, 5), export.Column("纬度", "number", 12, 5),
        export.Column("起数", width=10), _number("z", 1), _number("全局名次", 0), _number("未来 28 日预计", 1),
    )  # fmt: skip
    rows: list[tuple[object, ...]] = []
    if found.hot is not None:
        rows += [
            ("热点", (one["west"] + one["east"]) / 2, (one["south"] + one["north"]) / 2, str(one["count"]), one["z"],
             None, None)
            for one in found.hot.cells.to_dict("records")
        ]  # fmt: skip
    rows += [
        ("预测", (one["west"] + one["east"]) / 2, (one["south"] + one["north"]) / 2, str(one["recent"]), None,
         one["rank"], one["score"])
        for one in first_cells(found.expected).to_dict("records")
    ]  # fmt: skip
    empty = "没有热点网格；" + "".join(found.expected.notes)
    lines = [("统计日期", found.own.beats_span.words), ("预测", found.expected.sentence), *_why(rows, empty)]
    return export.sheet_of(
        own(shown), f"{found.station.name}热点与预测网格", columns, rows, about="station-map", lines=lines, name="网格"
    )


def beats_sheet(shown: Shown) -> export.Sheet:
    """Return all beats."""
    found = found_of(shown)
    columns = (
        export.Column("警格", width=16), _number("近 90 日", 0), _number("同期", 0), _number("增减", 0),
        _number("同比 %", 1), export.Column("判定"),
    )  # fmt: skip
    rows = [
        (
            beat.name, beat.value, beat.comparison.base, beat.comparison.change, beat.comparison.percent,
            beat.comparison.verdict,
        )
        for beat in found.own.beats
    ]  # fmt: skip
    lines = [("指标", f"{found.briefing.subject.label}，起"), ("统计日期", found.own.beats_span.words)]
    lines += _why(rows, "没有警格可列。")
    return export.sheet_of(
        own(shown), f"{found.station.name}各警格", columns, rows, about="station-beats", lines=lines, name="警格"
    )


def duty_sheet(shown: Shown) -> export.Sheet:
    """Return needed and on duty by hour of the day."""
    found = found_of(shown)
    if found.work is None:
        raise MetricError(found.work_note)
    one: StationStaffing = found.work.one
    columns = (
        _number("时", 0, 6), _number("应配", 2), _number("区间下限", 2), _number("区间上限", 2), _number("在岗", 2),
        _number("缺", 2),
    )  # fmt: skip
    rows = list(
        zip(
            range(24), one.day_needed, one.day_low, one.day_high, one.day_on_duty, one.day_shortfall, strict=True,
        )
    )  # fmt: skip
    lines = (
        ("统计日期", f"{one.first} 至 {one.last}"), ("说明", "".join(one.notes)),
        *(("怎么办", way.words) for way in found.work.ways),
    )  # fmt: skip
    return export.sheet_of(
        own(shown), f"{found.station.name}应配与在岗", columns, rows, about="station-duty", lines=lines, name="警力"
    )


def open_sheet(shown: Shown) -> export.Sheet:
    """Return repeat calls and open business as counts."""
    found = found_of(shown)
    columns = (export.Column("项目", width=24), export.Column("分段", width=16), _number("起", 0))
    rows: list[tuple[object, ...]] = []
    if one := found.own.repeats:
        rows += [
            ("重复报警（近 30 日）", "合计", one.any), ("重复报警（近 30 日）", "同一来电", one.caller),
            ("重复报警（近 30 日）", "同一地点同类", one.place), ("重复报警（近 30 日）", "参与判断", one.base),
        ]  # fmt: skip
    for ages in (found.own.disputes, found.own.cases):
        rows += _ages(ages) if ages else []
    about = ("repeat_share", "disputes_pending", "open_cases")
    lines = _why(rows, "没有可判断重复的警情、纠纷调解结果和案件数据。")
    title = f"{found.station.name}重复警情与待办"
    return export.sheet_of(own(shown), title, columns, rows, about=about, lines=lines, name="待办")


def _ages(ages: Ages) -> list[tuple[object, ...]]:
    return [*((ages.label, name, count) for name, count in ages.classes), (ages.label, "合计", ages.total)]


def peers_sheet(shown: Shown) -> export.Sheet:
    """Return the rates of all stations of the kind with their intervals, in the order of the stations."""
    found, asked = found_of(shown), asked_of(shown)
    compared, names = found.peers, catalogue.of(shown.snapshot).station_names
    columns = (
        export.Column("派出所", width=16), export.Column("指标", width=16), _number("数量"), _number("率", 1, 10),
        _number("区间下限", 1, 10), _number("区间上限", 1, 10), export.Column("判定", width=16),
    )  # fmt: skip
    rows = tuple(
        (
            names.get(code, code), position.metric.label, export.plain(position.counts[code]),
            export.plain(place.rate.value), export.plain(place.rate.low), export.plain(place.rate.high),
            place.verdict or None,
        )
        for position in compared.positions
        for code, place in position.places.items()
    )  # fmt: skip
    told = (("比较", peers.words(compared, found.station)), *((("说明", compared.reason),) if compared.reason else ()))
    head = (*sheet_head(shown.snapshot, asked, f"与同类所相比：{found.station.name}"), *told)
    return export.Sheet("与同类所相比", head, columns, rows, fixed=1)
