"""Indicators that no event data can give: what stations and other units report by month."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.definitions.making import BINHAI, COUNTY, DALIAN, FENGXIAN, measure, quotient, share
from metrics.model import STOCK, Metric

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.

FAMILY = "报送"
_PLACES = ("station", "kind", "month", "quarter", "year")
_CAVEAT = "报送数据，来源见报送记录；取时段末有数据的最近一个月（一年以内）；没有报送的显示为「未报送」，不按 0 计"


@dataclass(frozen=True)
class Indicator:
    """A reported indicator: what is counted, out of what ("" for a plain number), its unit and where it binds."""

    id: str
    name: str
    top: str
    bottom: str
    clause: str
    unit: str = "%"
    better: str = "higher"
    meaning: str = ""


INDICATORS = (
    Indicator("address_registered", "标准地址登记率", "已登记的标准地址", "应登记的标准地址", f"{BINHAI} 第5条：100%"),
    Indicator("address_accurate", "标准地址准确率", "准确的标准地址", "核查的标准地址", f"{BINHAI} 第5条：100%"),
    Indicator("houses_registered", "实有房屋登记率", "已登记的实有房屋", "实有房屋", f"{BINHAI} 第5条：100%"),
    Indicator("units_registered", "实有单位登记率", "已登记的实有单位", "实有单位", f"{BINHAI} 第5条：100%"),
    Indicator("population_collected", "实有人口案前信息采集率", "案前已采集的人次", "应采集的人次",
              f"{BINHAI} 第5条：不低于 90%；{COUNTY} 第9条；{FENGXIAN}：高于全局平均"),
    Indicator("mutual_familiarity", "双向熟悉率", "熟悉的抽查人数", "抽查人数", f"{BINHAI} 第12条：不低于 80%；{COUNTY} 第20条"),
    Indicator("public_safety_sense", "群众安全感", "感到安全的受访人数", "受访人数", f"{BINHAI} 第12条：不低于 90%"),
    Indicator("public_satisfaction", "群众满意度", "表示满意的受访人数", "受访人数", f"{BINHAI} 第12条：不低于 90%"),
    Indicator("analysis_passed_on", "研判成果转递率", "已转递的研判成果", "研判成果", f"{BINHAI} 第3条：100%"),
    Indicator("warnings_passed_on", "预警转递率", "已转递的预警", "预警", f"{BINHAI} 第3条：100%"),
    Indicator("smart_upload", "智慧平安社区数据上传率", "正常上传的点位", "应上传的点位", f"{BINHAI} 第16条：不低于 90%"),
    Indicator("smart_cover", "智安小区覆盖率", "已建成的智安小区", "应建小区", f"{COUNTY} 第12条：100%"),
    Indicator("smart_online", "智安小区在线率", "在线的智安小区", "已建成的智安小区", f"{COUNTY} 第12条：100%"),
    Indicator("rooms_up_to_standard", "警务室达标率", "达标的警务室", "警务室", f"{BINHAI} 第19、21条：100%"),
    Indicator("rooms_shared", "合署办公率", "合署办公的警务室", "警务室", f"{BINHAI} 第19、21条：100%"),
    Indicator("community_posts_held", "社区民警兼职率", "在社区兼职的社区民警", "社区民警", f"{BINHAI} 第21条：100%"),
    Indicator("chief_in_leadership", "所长进街镇班子", "进班子的所长", "所长", f"{BINHAI} 第21条：100%"),
    Indicator("mediation_room", "公调对接室", "设有公调对接室的所", "应设的所（副处级）", f"{BINHAI} 第12条：100%"),
    Indicator("commendations", "立功嘉奖占比", "派出所立功嘉奖人次", "全局立功嘉奖人次", f"{BINHAI} 第23条：不低于 50%"),
    Indicator("mass_prevention", "群防群治力量", "群防群治人数", "实有人口", f"{BINHAI} 第14条：不低于 3%"),
    Indicator("volunteers_per_beat", "义警人数", "义警", "警格", f"{BINHAI} 第14条：每警格不少于 15 名", "名/警格"),
    Indicator("team_per_beat", "社区警务团队人数", "社区警务团队成员", "警格", f"{BINHAI} 第14条：每警格 8–15 人", "人/警格", "neither"),
    Indicator("police_seen", "见警率", "见到巡逻民警的受访人数", "受访人数", f"{DALIAN}：提高 20%"),
    Indicator("disputes_turned_deadly", "民转命案件", "由民间纠纷转化的命案", "", f"{BINHAI} 第12条：0 起", "起", "lower"),
    Indicator("video_patrol_auxiliaries", "视频巡查辅警", "综合指挥室视频巡查辅警", "", f"{DALIAN}：每室不少于 8 名", "人"),
    Indicator("dispatch_radius", "出警半径", "到辖区最远处的路程", "", f"{COUNTY} 第6条：不超过 30 公里", "公里", "lower", "最远"),
    Indicator("dispatch_minutes", "驾车到达时间", "到辖区最远处的驾车时间", "", f"{COUNTY} 第6条：30 分钟以内", "分钟", "lower", "最远"),
)
# Name as it stands in reported_indicators → id of its metric.
REPORTED = {indicator.name: f"reported_{indicator.id}" for indicator in INDICATORS}
# More than 100% is possible where the top is not a part of the bottom.
_NOT_A_PART = ("立功嘉奖占比", "群防群治力量")


def metrics() -> list[Metric]:
    """Return the metrics of every known indicator, and two that serve any indicator by name."""
    listed = [metric for indicator in INDICATORS for metric in _of(indicator)]
    return [*listed, *_any_indicator()]


def _of(indicator: Indicator) -> list[Metric]:
    id, name = REPORTED[indicator.name], indicator.name
    usual = {"view": "reported", "family": FAMILY, "dimensions": _PLACES, "caveat": _CAVEAT}
    if not indicator.bottom:
        farthest = indicator.meaning == "最远"
        sql, how = ("max(numerator)", "各所报送值中最大的") if farthest else ("sum(numerator)", "报送值之和")
        return [
            measure(id, name, f"{indicator.top}，{indicator.unit}", how, f"{sql} filter (where indicator = '{name}')",
                    kind=STOCK, unit=indicator.unit, better=indicator.better, clause=indicator.clause,
                    decimals=1 if farthest else 0, **usual),
        ]
    both = f"indicator = '{name}' and numerator is not null and denominator is not null"
    top, bottom = (
        measure(f"{id}_{part}", f"{name}：{words}", f"报送的{words}数", f"报送的{words}之和",
                f"sum({column}) filter (where {both})", kind=STOCK, unit="个", **usual)
        for part, words, column in (("n", indicator.top, "numerator"), ("base", indicator.bottom, "denominator"))
    )
    if indicator.unit == "%":
        value = share(id, name, f"{indicator.top}占{indicator.bottom}的比例", top.id, bottom.id,
                      f"{indicator.top} ÷ {indicator.bottom} × 100%", better=indicator.better, clause=indicator.clause,
                      is_proportion=name not in _NOT_A_PART, **usual)
    else:
        value = quotient(id, name, f"平均每个{indicator.bottom}的{indicator.top}数", top.id, bottom.id,
                         f"{indicator.top} ÷ {indicator.bottom}", unit=indicator.unit, better=indicator.better,
                         clause=indicator.clause, **usual)
    return [value, top, bottom]


def _any_indicator() -> list[Metric]:
    usual = {"view": "reported", "family": FAMILY, "kind": STOCK, "unit": "个", "decimals": 1,
             "dimensions": (*_PLACES, "indicator")}
    caveat = "须按「报送指标」或只对一项指标统计；不同指标相加没有意义；没有报送的没有行"
    return [
        measure("reported_top", "报送分子", "按报送指标列出的分子", "分子之和", "sum(numerator)", caveat=caveat, **usual),
        measure("reported_bottom", "报送分母", "按报送指标列出的分母", "分母之和", "sum(denominator)", caveat=caveat, **usual),
        measure("reported_rows", "报送记录数", "报送了的派出所与指标数", "报送记录计数", "count(*)", caveat=_CAVEAT,
                **{**usual, "unit": "条", "decimals": 0}),
    ]
