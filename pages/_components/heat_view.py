"""Controls, links and words of 风险热力, and the methods behind its ⓘ."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

from metrics.catalogue import Catalogue
from metrics.heat import LAYERS, READINGS, RISKS, TABLES, Heat, View
from metrics.heat.asking import STUDY_DAYS
from metrics.selection import Selection
from pages._components import definitions, maps, score_controls
from pages._components.heat_map import TIMES, TINTS, UNITS, Link, leading
from pages._components.score_questions import DEFAULT

MAP_METHODS = (
    definitions.method(
        "heat-residual",
        "地图：与预期之差",
        ("含义", "各派出所本期数量与其自身预期之差。在预期范围内的不着色。"),
        ("算法", "预期取此前 8 周同星期的平均（31 天以上取去年同期），按条件二项检验折算为 z，按逐日离散程度放宽。"),
        ("着色", f"|z| ≥ {TINTS[0]} 浅色，≥ {TINTS[1]} 较深；全部派出所一并按 5% 错误发现率校正后仍显著的为最深色。"),
        ("注意", "浅色可能是偶然；只有最深色是真变化。"),
    ),
    definitions.method(
        "heat-rate",
        "地图：万人发生率",
        ("含义", "每万名实有人口一年的起数，按有数据的天数折算。小所的率向全局靠拢，以免以小数定高低。"),
        ("算法", "经验贝叶斯收缩率（Marshall 矩估计），区间为后验 95% 区间。"),
        ("着色", f"漏斗图 95% 限内（已按离散程度放宽）的不着色；超出的按与全局之比，界为 {TIMES[0]}、{TIMES[1]} 倍。"),
        ("注意", "人口为登记的实有人口，商圈、车站等流动人口多的辖区会偏高。不作名次。"),
        ("出处", "Marshall 1991；Spiegelhalter 2005"),
    ),
    definitions.method(
        "heat-harm",
        "地图：危害加权",
        ("含义", "每起案件按其类别登记的危害权重计分，折算为每万人一年；只用于案件。"),
        ("算法", "Σ 起数 × 危害权重 ÷ 实有人口 × 10,000 × 365 ÷ 天数；区间为加权泊松和的 95% 伽马近似区间。"),
        ("着色", f"整个区间高于（低于）全局水平的着色，深浅按与全局之比，界为 {TIMES[0]}、{TIMES[1]} 倍。"),
        ("注意", "警情类别没有危害权重，不提供。没有权重的案件类别不计入，并说明起数。"),
        ("出处", "Fay、Feuer 1997"),
    ),
    definitions.method(
        "heat-hot",
        "热点网格",
        ("含义", "200 米网格中，本格及周边 400 米内明显多于研究范围平均水平的格。"),
        ("算法", "Gi*（二值权重），全部网格按 5% 错误发现率校正；不足 28 日的时段取截至其末日的 28 日。"),
        ("注意", "默认坐标（如派出所所在地）已剔除；不足 3 起的格显示为「<3」；悬停可见其中巡逻发现所占比例。"),
    ),
    definitions.method(
        "heat-forecast",
        "未来 28 日热点预测",
        ("含义", "按历史推算的未来 28 日各网格预计起数的名次；与所选时段无关。"),
        ("算法", "长期均值、近期起数与周边的加权，权重在更早的数据上选定；只用群众报警训练。"),
        ("注意", "准确性以回测给出，与「长期均值」比较；依据不足 3 起的网格不列。"),
    ),
)  # fmt: skip

definitions.method(
    "heat-week",
    "一周时段与案件时间的估算",
    ("含义", "按星期与钟点的起数。不足 28 日的时段取截至其末日的 28 日。各星期天数不等时，按每日平均着色。"),
    ("警情", "按接警时间。"),
    ("算法", "案件按发案时间起止：必在该时 = 整个起止落在该小时；可能在该时 = 触及该小时；期望 = 按起止平均分摊。"),
    ("注意", "假定起止之内各时刻可能性相同；起止越长，图越平。时间只精确到日、月的不计入。"),
    ("出处", "Ratcliffe 2000"),
)  # fmt: skip
definitions.method(
    "heat-calendar",
    "日历：逐日与预期之差",
    ("含义", "截至所选时段末日的 366 天，每日与此前 8 周同星期的平均相比。"),
    ("算法", f"|z| ≥ {TINTS[0]} 浅色；与「今日会商」「趋势研判」当日的判定相同，为真变化的最深色。"),
    ("注意", "节假日与平日本就不同，偏离预期不一定是异常。圆圈为节假日，圆点为调休上班日。"),
)
definitions.method(
    "heat-hours",
    "派出所 × 时：与自身同一时段的预期之差",
    ("含义", "每一行与自己比：该行的预期（按星期）按其此前 8 周的昼夜分布摊到 24 小时。"),
    ("算法", "31 天以上的时段取去年同期同一钟点。条件二项中 P 值折算为 z，全部格子一并按 5% 错误发现率校正。"),
    ("注意", "假定各星期的昼夜分布相同。案件按期望起数（发案时间起止分摊）取整后判定。"),
)


def linker(selection: Selection, view: View) -> Link:
    """Return a function from changes of the address to the page's link: link(station="…"), an empty text removes."""
    here = {**selection.to_query(), **view.to_query()}

    @cache
    def link(**changes: str) -> str:
        query = {key: value for key, value in {**here, **changes}.items() if value}
        return "/heat?" + urlencode(query, safe=",") if query else "/heat"

    return link


def controls(view: View, known: Catalogue) -> dict[str, Any]:
    """Return options and values of the lists; the choice that an address without the key means is "*"."""
    usual = View().on(known)
    table = view.on(known).table
    offered = {
        "table": TABLES,
        "risk": {key: words for key, words in RISKS.items() if key != "harm" or table == "cases" or view.risk == key},
        "layer": LAYERS,
        "reading": READINGS if table == "cases" else {"expected": "按接警时间"},
    }
    shown = {"table": table, "risk": view.risk, "layer": view.layer, "reading": view.reading}
    options, values = {}, {}
    for key, choices in offered.items():
        default = getattr(usual, key)
        listed = [(DEFAULT if one == default else one, words) for one, words in choices.items()]
        options[key] = score_controls.options(listed)
        values[key] = DEFAULT if shown[key] == default or shown[key] not in choices else shown[key]
    return {"options": options, "values": values}


def no_map(known: Catalogue) -> list[str]:
    """Say why there is no map, where no station has a place."""
    return (
        []
        if _has_places(known)
        else ["派出所没有边界和坐标，不画地图。请在「数据接入」导入辖区边界（GeoJSON）或坐标。"]
    )


def _has_places(known: Catalogue) -> bool:
    return any(one.boundary or one.lon is not None for one in known.stations.values())


def grid_class(found: Heat, known: Catalogue, has_core: bool) -> str:
    """Return which cards the grid shows: what cannot be drawn at all leaves no empty box."""
    told = {
        "has-core": has_core,
        "no-map": not _has_places(known),
        "no-hours": found.week is None,
        "no-days": found.calendar is None,
    }
    return " ".join(["grid", *(name for name, is_so in told.items() if is_so)])


def unit(found: Heat) -> str:
    """Return the unit of the map."""
    return UNITS.get(found.risk, "起")


def map_note(found: Heat, known: Catalogue) -> str:
    """Say what the grid on the map is, what is left out, and which stations have no place."""
    said = [found.judged_by] if found.risk == "residual" else [_common_words(found)]
    if found.hot is not None:
        said.append(_hot_words(found, len(found.stations) < len(known.stations)))
    if found.forecast is not None:
        said.append(_forecast_words(found))
    lost = maps.unplaced([vars(one) for one in known.stations.values()])
    if lost:
        said.append(f"{len(lost)} 个所没有边界和坐标，未画")
    return "；".join(text for text in said if text) + "。"


def _common_words(found: Heat) -> str:
    return f"全局 {found.common or 0:,.1f} {unit(found)}，×÷ 为与全局之比，差别不超出随机波动的不着色"


def _hot_words(found: Heat, is_narrowed: bool) -> str:
    hot = found.hot
    assert hot is not None
    if hot.state == "no_coordinates":
        return f"该时段{found.noun}没有坐标，不能统计热点"
    if not len(hot.cells) or hot.area is None:
        return f"热点网格（{found.study}）：没有显著的热点"
    within = "所选辖区" if is_narrowed else "全局"
    lost = hot.total - hot.inside
    apart = f"；另有 {lost:,} 起没有坐标、在默认落点或落在研究范围之外，不计入" if lost else ""
    return (
        f"▪ 热点网格 {len(hot.cells):,} 格（{found.study}），占面积 {len(hot.cells) / hot.area.size:.1%}，"
        f"集中 {hot.hot_events:,} / {hot.inside:,} 起（{hot.hot_events / max(1, hot.inside):.0%}），"
        f"起数最多的 100 格深色；与{within}的平均水平相比；{hot.origins.words.rstrip('。')}{apart}"
    )


def _forecast_words(found: Heat) -> str:
    forecast = found.forecast
    assert forecast is not None
    if forecast.state != "ok":
        return "".join(forecast.notes).rstrip("。") or "没有可预测的热点"
    first = min(leading(found), len(forecast.cells))
    told = [f"▪ 未来 28 日{forecast.label}预测：前 {first:,} 格深色，共 {len(forecast.cells):,} 格", forecast.sentence]
    return "；".join(part.rstrip("。") for part in [*told, *forecast.notes] if part)


def list_note(found: Heat) -> str:
    """Say what its interval is, and what a click does."""
    if found.risk == "residual":
        return "点击所名，本页只看该所。" if len(found.stations) > 1 else ""
    kind = "经验贝叶斯收缩率" if found.risk == "rate" else "加权和"
    return f"{kind}与 95% 区间；区间重叠的不分先后。"


def week_title(found: Heat) -> str:
    """Name the hours of the week; a period that is too short for them is replaced, which the title says."""
    return f"一周时段（近 {STUDY_DAYS} 日，不限于所选时段）" if found.is_widened else "一周时段"


def study_words(found: Heat) -> str:
    """Return the days that the hours of the week are about."""
    return f"所选时段不足 {STUDY_DAYS} 日，取 {found.study}" if found.is_widened else found.study


def week_unit(found: Heat) -> str:
    """Return the unit of the hours of the week."""
    return "起" if found.week is None or found.week.is_even else "起/日"


def week_note(found: Heat, view: View) -> str:
    """Say how times were read, and that a cell can be clicked."""
    if found.week is None:
        return "这些数据的时间不精确到小时，不能按时段统计。"
    reading = f"案件按发案时间起止，{READINGS[view.reading]}。" if found.table == "cases" else ""
    return f"{reading}点击一格，可看该时段的派出所与类别。{''.join(found.week.notes)}"


def calendar_title(found: Heat) -> str:
    """Return the finding of the calendar."""
    if found.calendar is None:
        return "日历"
    high = sum(one.real and (one.z or 0) > 0 for one in found.calendar.days)
    low = sum(one.real and (one.z or 0) < 0 for one in found.calendar.days)
    said = [f"{n} 天显著{word}预期" for n, word in ((high, "高于"), (low, "低于")) if n]
    return f"近一年 {'、'.join(said)}" if said else "日历：逐日与预期之差"


def calendar_sub(found: Heat) -> str:
    """Return unit and days of the calendar."""
    days = found.calendar.days if found.calendar else []
    span = f" · {days[0].day} 至 {days[-1].day}" if days else ""
    return f"{found.metric.label}，起{span}"


def calendar_note(found: Heat) -> str:
    """Say what the marks mean."""
    if found.calendar is None:
        return "这些数据的时间不精确到日，不能画日历。"
    return "红为高于预期、蓝为低于预期，颜色越浓越确定；○ 节假日 ● 调休上班。" + "".join(found.calendar.notes)


def matrix_title(found: Heat) -> str:
    """Return the finding of the hour matrix, or what it shows."""
    rows = {"group": "归类", "category": "类别"}.get(found.matrix.dimension if found.matrix else "", "派出所")
    if found.matrix is None or not found.matrix.real.any():
        return f"{rows} × 时"
    high = int((found.matrix.real & (found.matrix.z > 0)).sum())
    low = int(found.matrix.real.sum()) - high
    said = [f"{n} 个时段显著{word}预期" for n, word in ((high, "高于"), (low, "低于")) if n]
    return f"{rows} × 时：{'，'.join(said)}"
