"""What the cards of 重复警情 export: the same values as they show, small counts as they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.compare import DEPENDENT, NOT_JUDGED
from metrics.definitions import METRICS
from metrics.funnels import funnel
from metrics.hotspots.concentration import UNITS
from metrics.hotspots.repeats import WINDOWS as ALL_DAYS
from metrics.repeats import FIGURES
from pages._components import cases_words, export
from pages._components.cases_figures import unit_words
from pages._components.repeat_methods import LORENZ, PACE, PLACES, SHARES
from pages._components.repeat_tables import pace_words, shown_count
from pages._components.repeat_view import MOST_BEATS, UNIT_WORDS, WINDOWS, Page, page_of
from pages._components.shown import Shown


def offer(kpis: Mapping[str, str]) -> None:
    """Offer the tables of every card; kpis: ids of the key figures by metric."""
    sheets = {
        "repeat-trend": _trend, "repeat-kinds": _kinds, "repeat-funnel": _funnel, "repeat-lorenz": _lorenz,
        "repeat-places": _places, "repeat-map": _places, "repeat-beats": _beats, "repeat-left": _left,
    }  # fmt: skip
    export.offer({**sheets, **dict.fromkeys(kpis.values(), _figures)})


def _page(shown: Shown) -> Page:
    own = {key: shown.query.get(key, "") for key in ("days", "unit")}
    days = own["days"] if own["days"] in WINDOWS else next(iter(WINDOWS))
    unit = own["unit"] if own["unit"] in UNIT_WORDS else next(iter(UNIT_WORDS))
    return page_of(shown.snapshot, shown.selection, days, unit, "light", "")


def _number(name: str, decimals: int | None = None) -> export.Column:
    return export.Column(name, "number", 12, decimals)


def _window(page: Page) -> tuple[tuple[str, str], ...]:
    return (("地点窗口", f"{WINDOWS[page.days]}（{page.places.title}）"),)


def _figures(shown: Shown) -> export.Sheet:
    found = _page(shown).found
    columns = [export.Column("指标", width=22), export.Column("单位", width=8)]
    columns += [_number(name) for name in ("本期", "分子", "分母", "上期", "同期")]
    columns += [export.Column("判定"), export.Column("说明", width=24)]
    rows = [
        (
            one.metric.label, one.metric.unit, one.value, one.top, one.bottom, one.previous.base, one.last_year.base,
            NOT_JUDGED, one.reason,
        )
        for one in found.figures
    ]  # fmt: skip
    lines = (("判定", DEPENDENT),)
    return export.sheet_of(shown, "重复警情关键指标", columns, rows, about=(*FIGURES, SHARES), lines=lines)


def _trend(shown: Shown) -> export.Sheet:
    found = _page(shown).found
    columns = [export.Column("指标", width=22), export.Column("周", width=26), _number("比例 %", 1)]
    rows = [
        (one.metric.label, unit_words(day, "week"), value)
        for one in found.figures[1:]
        for day, value in zip(one.days, one.history, strict=True)
    ]
    return export.sheet_of(shown, "重复报警率逐周", columns, rows, about=FIGURES[1:])


def _kinds(shown: Shown) -> export.Sheet:
    found = _page(shown).found
    columns = [export.Column("归类" if found.axis == "group" else "类别", width=16)]
    columns += [_number(name) for name in ("重复", "有效警情", "重复率 %", "上期 %", "同期 %", "同一来电", "同一地点")]
    rows = [
        (
            row.name, row.repeats, row.base, 100 * row.repeats / row.base, row.previous.base, row.last_year.base,
            row.callers, row.places,
        )
        for row in found.rows
    ]  # fmt: skip
    lines = (("判定", DEPENDENT),)
    return export.sheet_of(shown, "分类重复警情", columns, rows, about=("repeat_share", SHARES), lines=lines)


def _funnel(shown: Shown) -> export.Sheet:
    found = _page(shown).found
    metric = METRICS[found.compared_by]
    places = funnel(metric, found.shares)
    columns = [export.Column("派出所", width=16), _number("重复"), _number("有效警情")]
    columns += [_number("比例 %", 1), _number("区间下限", 1), _number("区间上限", 1), export.Column("判定")]
    rows = [(spot.name, spot.top, spot.n, spot.value, spot.low, spot.high, spot.verdict) for spot in places.spots]
    lines = (("中心", cases_words.common(places)), ("离散程度", f"φ {places.phi:.2f}"))
    return export.sheet_of(shown, f"各所{metric.label}", columns, rows, about=(metric.id, "cases-funnel"), lines=lines)


def _lorenz(shown: Shown) -> export.Sheet:
    page = _page(shown)
    found, unit = page.curve, UNITS[page.unit]
    columns = [export.Column("曲线"), _number(f"{unit}占比 %", 2), _number("警情占比 %", 2)]
    rows = [
        (name, 100 * x, 100 * y)
        for name, frame in (("实际", found.curve), ("随机", found.chance))
        for x, y in zip(frame["places"], frame["events"], strict=True)
    ]
    lines = (*_window(page), ("结果", found.sentence or "没有警情"))
    return export.sheet_of(shown, "警情集中度", columns, rows, about=LORENZ, lines=lines)


def _places(shown: Shown) -> export.Sheet:
    page = _page(shown)
    columns = [export.Column("警格", width=18), export.Column("派出所", width=14), export.Column("归类")]
    columns += [export.Column(f"{days} 日", width=10) for days in ALL_DAYS]
    columns += [export.Column("近 30 日"), _number("网格中心经度", 4), _number("网格中心纬度", 4)]
    rows = [
        (
            page.beats.get(spot.beat, spot.beat), page.stations.get(spot.station, spot.station), spot.group,
            *(shown_count(spot.counts[days]) for days in ALL_DAYS),
            pace_words(spot)[0], round(spot.lon, 4), round(spot.lat, 4),
        )
        for spot in page.places.spots
    ]  # fmt: skip
    return export.sheet_of(shown, "重复地点", columns, rows, about=(PLACES, PACE), lines=_window(page))


def _beats(shown: Shown) -> export.Sheet:
    page = _page(shown)
    columns = [export.Column("警格", width=18), export.Column("派出所", width=14)]
    columns += [_number(name) for name in ("重复地点", "所涉警情", "重复起数")]
    rows = [
        (page.beats.get(one.beat, one.beat), page.stations.get(one.station, one.station), one.places, one.calls,
         one.repeats)
        for one in page.places.beats[:MOST_BEATS]
    ]  # fmt: skip
    return export.sheet_of(shown, "重复警格", columns, rows, about=PLACES, lines=_window(page))


def _left(shown: Shown) -> export.Sheet:
    page = _page(shown)
    rows = [("计入", page.places.calls), *page.places.left_out]
    columns = (export.Column("警情", width=20), _number("起"))
    return export.sheet_of(shown, "重复地点未计入的警情", columns, rows, about=PLACES, lines=_window(page))
