"""What the cards of 案件侦防 export: the same values as they show."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.casework import FIGURES, MEASURES, Casework, casework
from metrics.change import badge
from metrics.definitions import METRICS
from metrics.funnels import funnel
from pages._components import cases_words, export
from pages._components.cases_figures import unit_words
from pages._components.cases_methods import AGES, DELAYS, FUNNEL, TREND
from pages._components.shown import Shown


def offer(kpis: Mapping[str, str]) -> None:
    """Offer the tables of every card; kpis: ids of the key figures by metric."""
    sheets = {
        "cases-trend": _trend, "cases-kinds": _kinds, "cases-funnel": _funnel, "cases-ages": _ages,
        "cases-delays": _delays, "cases-zero": _zero,
    }  # fmt: skip
    export.offer({**sheets, **dict.fromkeys(kpis.values(), _figures)})


def _found(shown: Shown) -> Casework:
    return casework(shown.snapshot, shown.selection)


def _number(name: str, decimals: int | None = None) -> export.Column:
    return export.Column(name, "number", 12, decimals)


def _figures(shown: Shown) -> list[export.Sheet]:
    found = _found(shown)
    columns = [export.Column("指标", width=18), export.Column("单位", width=8)]
    columns += [_number(name) for name in ("本期", "分子", "分母", "上期", "环比 %", "同期", "同比 %")]
    columns += [_number("预期下限"), _number("预期上限"), export.Column("判定"), export.Column("说明", width=24)]
    rows = [
        (
            one.metric.label, one.metric.unit, one.value, one.top, one.bottom, one.previous.base, one.previous.percent,
            one.last_year.base, one.last_year.percent, *(one.expected or (None, None)),
            badge(one.verdict, one.value, one.expected),
            one.reason or one.note,
        )
        for one in found.figures
    ]  # fmt: skip
    past = [
        (one.metric.label, unit_words(day, one.grain), value)
        for one in found.figures
        for day, value in zip(one.days, one.history, strict=True)
    ]
    lines = (("对比", cases_words.against(found)),
             ("判定", found.judged_by.removeprefix("判定：")))  # fmt: skip
    history = (export.Column("指标", width=18), export.Column("时段", width=24), _number("数值"))
    return [
        export.sheet_of(shown, "案件关键指标", columns, rows, about=FIGURES, lines=lines),
        export.sheet_of(shown, "案件关键指标（逐期）", history, past, about=FIGURES, name="逐期"),
    ]


def _trend(shown: Shown) -> export.Sheet:
    trend = _found(shown).trend
    band = trend.band
    nothing: list[float | None] = [None] * len(trend.firsts)
    low, high = (band.low, band.high) if band else (nothing, nothing)
    columns = [export.Column("时段", width=24)]
    columns += [_number(name) for name in ("立案", "破案", "去年同期立案")]
    columns += [_number("预期下限", 0), _number("预期上限", 0)]
    rows = [
        (unit_words(first, trend.grain), *rest)
        for first, *rest in zip(trend.firsts, trend.filed, trend.solved, trend.past, low, high, strict=True)
    ]
    return export.sheet_of(shown, "立案与破案", columns, rows, about=("cases_filed", "cases_solved", TREND))


def _kinds(shown: Shown) -> export.Sheet:
    found = _found(shown)
    columns = [export.Column("归类", width=8), export.Column("类别", width=20)]
    columns += [_number(name) for name in ("立案", "同期", "同比 %", "上期", "环比 %", "破案", "预期下限", "预期上限")]
    columns.append(export.Column("判定"))
    rows = [
        (
            row.group, row.name, row.value, row.last_year.base, row.last_year.percent, row.previous.base,
            row.previous.percent, row.solved, *(row.expected or (None, None)),
            badge(row.verdict, row.value, row.expected),
        )
        for row in found.rows
    ]  # fmt: skip
    lines = (("判定", found.judged_by.removeprefix("判定：")),)
    return export.sheet_of(shown, "分类案件", columns, rows, about=("cases_all", "cases_solved"), lines=lines, fixed=2)


def _funnel(shown: Shown) -> export.Sheet:
    key = shown.query.get("measure", "")
    key = key if key in MEASURES else next(iter(MEASURES))
    metric = METRICS[MEASURES[key]]
    places = funnel(metric, _found(shown).shares[key])
    columns = [export.Column("派出所", width=16), _number("分子"), _number("分母"), _number(f"{metric.label} %", 1)]
    columns += [_number("区间下限", 1), _number("区间上限", 1), export.Column("判定")]
    rows = [(spot.name, spot.top, spot.n, spot.value, spot.low, spot.high, spot.verdict) for spot in places.spots]
    lines = (
        ("指标", f"{metric.label}，{metric.unit}"), ("中心", cases_words.common(places)),
        ("离散程度", f"φ {places.phi:.2f}"),
    )  # fmt: skip
    return export.sheet_of(shown, f"各所{metric.label}", columns, rows, about=(metric.id, FUNNEL), lines=lines)


def _ages(shown: Shown) -> export.Sheet:
    found = _found(shown).ages
    columns = (export.Column("立案至今", width=16), _number("未破案件"), _number("一年前"))
    rows = [] if found is None else list(zip(found.labels, found.now, found.then or [None] * 6, strict=True))
    return export.sheet_of(shown, "未破案件分龄", columns, rows, about=("open_cases", AGES))


def _delays(shown: Shown) -> export.Sheet:
    columns = [export.Column("案件", width=20), export.Column("时段"), export.Column("用时"), _number("案件数")]
    columns += [_number("合计"), _number("占比 %", 1)]
    found = _found(shown)
    rows = [
        (one.name, "本期" if one.span == "current" else "同期", label, count, one.base, 100 * count / one.base)
        for one in found.delays
        for label, count in zip(one.labels, one.cases, strict=True)
    ]
    about = ("filing_within_3d", "filing_within_24h", DELAYS)
    lines = (("未计入", cases_words.untimed_words(found.untimed)),)
    return export.sheet_of(shown, "受立案用时", columns, rows, about=about, lines=lines)


def _zero(shown: Shown) -> export.Sheet:
    found = _found(shown)
    first = "社区（村）" if found.by_beat else "派出所"
    columns = (export.Column(first, width=20), _number("零发案"), _number("参评"), _number("期内案件"))
    rows = [(one.name, one.zero, one.counted, one.cases) for one in found.communities]
    return export.sheet_of(shown, "零发案社区（村）", columns, rows, about="zero_crime_beats_share")
