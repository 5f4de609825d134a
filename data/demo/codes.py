"""Our own short code lists of the demo: alert categories with their share and rhythm, and case categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.plan import Floats

KINDS = ("城区", "城郊", "农村", "海港", "厂矿")


@dataclass(frozen=True)
class Category:
    """A leaf that alerts carry: `share` is in ten-thousandths of all valid alerts."""

    code: str
    name: str
    group: str
    share: float
    rhythm: str
    flags: str = ""


# First level: code, name, group of the schema.
ROOTS = (
    ("01", "刑事警情", "刑事"),
    ("02", "治安警情", "治安"),
    ("03", "交通警情", "交通"),
    ("04", "群体性事件", "群体性事件"),
    ("05", "群众紧急求助", "求助"),
    ("06", "联动流转", "联动流转"),
    ("07", "纠纷", "纠纷"),
    ("08", "举报", "举报"),
    ("09", "投诉监督", "投诉"),
    ("10", "咨询", "咨询"),
    ("99", "其他", "其他"),
)
BRANCHES = (
    ("0101", "盗窃"),
    ("0102", "抢劫抢夺"),
    ("0103", "诈骗"),
    ("0104", "侵犯人身权利"),
    ("0105", "其他刑事"),
    ("0301", "交通事故"),
    ("0302", "交通管理"),
    ("9901", "无效警情"),
)
GROUP_OF = {code: group for code, _, group in ROOTS}


def _leaf(code: str, name: str, share: float, rhythm: str, flags: str = "") -> Category:
    return Category(code, name, GROUP_OF[code[:2]], share, rhythm, flags)


LEAVES = (
    _leaf("010101", "入室盗窃", 30, "burglary"),
    _leaf("010102", "盗窃电动车", 72, "theft"),
    _leaf("010103", "盗窃车内财物", 24, "theft"),
    _leaf("010104", "扒窃", 16, "street"),
    _leaf("010109", "其他盗窃", 44, "theft"),
    _leaf("010201", "抢劫", 2, "injury", "八类"),
    _leaf("010202", "抢夺", 4, "street"),
    _leaf("010301", "电信网络诈骗", 92, "fraud", "电诈"),
    _leaf("010302", "其他诈骗", 14, "fraud"),
    _leaf("010401", "故意伤害", 16, "injury", "八类"),
    _leaf("010402", "其他严重暴力", 2, "injury", "八类"),
    _leaf("010501", "故意毁坏财物", 9, "injury"),
    _leaf("010502", "涉毒", 4, "street"),
    _leaf("010509", "其他刑事", 8, "office"),
    _leaf("0201", "殴打他人", 250, "injury"),
    _leaf("0202", "小额盗窃", 130, "theft"),
    _leaf("0203", "赌博", 60, "evening"),
    _leaf("0204", "涉黄", 25, "evening"),
    _leaf("0205", "扰乱公共秩序", 90, "evening"),
    _leaf("0206", "损毁财物", 75, "theft"),
    _leaf("0207", "骚扰滋事", 44, "injury"),
    _leaf("0208", "犬只扰民伤人", 60, "street"),
    _leaf("0209", "阻碍执行职务", 6, "injury"),
    _leaf("030101", "财产损失事故", 1750, "traffic"),
    _leaf("030102", "伤人事故", 330, "traffic"),
    _leaf("030103", "事故逃逸", 60, "evening"),
    _leaf("030201", "交通违法", 400, "traffic"),
    _leaf("030202", "道路拥堵", 220, "traffic"),
    _leaf("030209", "其他交通", 120, "traffic"),
    _leaf("0401", "聚集上访", 6, "office"),
    _leaf("0402", "其他群体性事件", 4, "office"),
    _leaf("0501", "查找走失人员", 240, "evening"),
    _leaf("0502", "被困开锁", 380, "help"),
    _leaf("0503", "遗失物品", 520, "help"),
    _leaf("0504", "醉酒救助", 290, "drunk"),
    _leaf("0505", "轻生救助", 45, "evening"),
    _leaf("0506", "水域危难救助", 30, "street"),
    _leaf("0507", "火情协助", 60, "help"),
    _leaf("0509", "其他求助", 1355, "help"),
    _leaf("0601", "市政设施", 170, "office"),
    _leaf("0602", "环境噪声", 140, "noise"),
    _leaf("0603", "占道经营", 110, "evening"),
    _leaf("0609", "其他非警务", 40, "office"),
    _leaf("0701", "家庭婚恋纠纷", 470, "evening"),
    _leaf("0702", "邻里纠纷", 300, "help"),
    _leaf("0703", "消费纠纷", 340, "street"),
    _leaf("0704", "劳资纠纷", 130, "office"),
    _leaf("0705", "噪声扰民纠纷", 280, "noise"),
    _leaf("0706", "物业纠纷", 120, "help"),
    _leaf("0709", "其他纠纷", 80, "help"),
    _leaf("0801", "涉赌举报", 110, "evening"),
    _leaf("0802", "涉黄举报", 60, "evening"),
    _leaf("0803", "交通违法举报", 120, "traffic"),
    _leaf("0804", "涉诈线索举报", 50, "office", "电诈"),
    _leaf("0809", "其他举报", 100, "help"),
    _leaf("0901", "执法办案投诉", 45, "office"),
    _leaf("0902", "服务态度投诉", 75, "office"),
    _leaf("1001", "户籍证件咨询", 150, "office"),
    _leaf("1002", "交管业务咨询", 100, "office"),
    _leaf("1003", "法律政策咨询", 80, "office"),
    _leaf("9909", "其他警情", 40, "help"),
    # Invalid calls come on top of the 10,000: about 12% of everything received.
    _leaf("990101", "骚扰电话", 260, "drunk", "无效"),
    _leaf("990102", "断线误拨", 620, "help", "无效"),
    _leaf("990103", "报警人取消", 290, "help", "无效"),
    _leaf("990104", "无声电话", 210, "help", "无效"),
)
CODES = tuple(leaf.code for leaf in LEAVES)
INDEX = {leaf.code: i for i, leaf in enumerate(LEAVES)}
GROUPS = tuple(leaf.group for leaf in LEAVES)
GROUP_NAMES = tuple(group for _, _, group in ROOTS)
# A code that the bureau's list does not hold, as a new version of the calling system would send.
UNMAPPED_CODE = "889901"

# How much more or less of a group a kind of station sees than the bureau as a whole.
MIX: dict[str, dict[str, float]] = {
    "城区": {"刑事": 1.1, "治安": 1.05, "交通": 0.95, "求助": 1.05, "纠纷": 1.0, "举报": 1.1},
    "城郊": {"刑事": 1.0, "治安": 1.0, "交通": 1.15, "求助": 0.95, "纠纷": 1.0, "举报": 0.9},
    "农村": {"刑事": 0.75, "治安": 0.85, "交通": 1.05, "求助": 0.85, "纠纷": 1.3, "举报": 0.7},
    "海港": {"刑事": 0.9, "治安": 1.0, "交通": 0.9, "求助": 1.1, "纠纷": 0.9, "举报": 1.0},
    "厂矿": {"刑事": 0.85, "治安": 1.0, "交通": 0.9, "求助": 0.9, "纠纷": 1.2, "举报": 0.9},
}


def rows_alert_categories() -> list[tuple[str, str | None, str, str, str | None]]:
    """Rows of `alert_categories` in column order, every parent before its children."""
    rows: list[tuple[str, str | None, str, str, str | None]] = [
        (code, None, name, group, None) for code, name, group in ROOTS
    ]
    rows += [(code, code[:2], name, GROUP_OF[code[:2]], None) for code, name in BRANCHES]
    rows += [(leaf.code, leaf.code[:-2], leaf.name, leaf.group, leaf.flags or None) for leaf in LEAVES]
    return rows


def category_mask(*groups: str) -> list[int]:
    """Indices of the leaves in these groups."""
    return [i for i, leaf in enumerate(LEAVES) if leaf.group in groups]


THEFTS = tuple(INDEX[code] for code in ("010101", "010102", "010103", "010109"))
BURGLARY = INDEX["010101"]
OTHER_HELP = INDEX["0509"]


@dataclass(frozen=True)
class Rhythm:
    """When a kind of call comes: peaks over the day, factors over the week, the year and the holidays."""

    peaks: tuple[tuple[float, float, float], ...]  # hour, width in hours, weight
    floor: float  # weight of an hour without a peak
    friday: float = 1.0
    saturday: float = 1.0
    sunday: float = 1.0
    summer: float = 0.0  # relative rise in July, fall in January
    festival: float = 0.6  # factor in the week of Spring Festival
    holiday: float = 1.0  # factor on other public holidays
    yearly: float = 1.0  # factor from one year to the next


RHYTHMS = {
    "burglary": Rhythm(
        ((8, 1.5, 1.0), (19, 2.0, 0.8), (2, 2.5, 1.3)), 0.25, saturday=0.95, summer=0.1, festival=0.8, yearly=0.95
    ),
    "theft": Rhythm(
        ((8, 1.5, 0.9), (18, 2.0, 1.0), (0, 2.5, 0.9)), 0.3, friday=1.05, summer=0.12, festival=0.5, yearly=0.96
    ),
    "street": Rhythm(
        ((10, 2.0, 1.0), (16, 2.5, 1.2), (20, 2.0, 0.8)), 0.1, saturday=1.15, sunday=1.1, summer=0.12, holiday=1.1
    ),
    "fraud": Rhythm(((11, 2.0, 1.2), (15, 2.2, 1.4), (20, 1.8, 0.6)), 0.06, saturday=0.85, sunday=0.8, yearly=0.97),
    "injury": Rhythm(
        ((23.5, 1.6, 2.0), (16, 3.0, 0.7), (20.5, 2.0, 0.8)),
        0.12,
        friday=1.12,
        saturday=1.25,
        summer=0.18,
        festival=0.7,
    ),
    "evening": Rhythm(((21, 2.2, 1.6), (15, 3.0, 0.7)), 0.14, friday=1.05, saturday=1.1, summer=0.1, festival=0.75),
    "noise": Rhythm(((22, 1.5, 2.4), (7, 1.5, 0.4), (13, 1.5, 0.4)), 0.1, saturday=1.2, sunday=1.1, summer=0.45),
    "drunk": Rhythm(((23, 1.8, 2.2), (20.5, 1.5, 0.9)), 0.15, friday=1.2, saturday=1.3, summer=0.15, festival=0.9),
    "traffic": Rhythm(
        ((8, 1.2, 1.6), (18, 1.5, 1.7), (14.5, 3.0, 1.0)),
        0.1,
        friday=1.08,
        saturday=0.96,
        sunday=0.9,
        holiday=1.08,
        festival=0.55,
        yearly=1.03,
    ),
    "help": Rhythm(((10, 2.5, 0.9), (15.5, 2.2, 1.1), (20.5, 2.0, 1.0)), 0.16, summer=0.06, festival=0.7, yearly=1.02),
    "office": Rhythm(((10, 1.6, 1.5), (15.5, 1.8, 1.3)), 0.05, saturday=0.6, sunday=0.5, holiday=0.6, festival=0.35),
}


def hour_profile(rhythm: Rhythm, weekend: bool, summer: bool) -> Floats:
    """Share of each of the 24 hours (sums to 1); nights are fuller at weekends and in summer."""
    hours = np.arange(24) + 0.5
    weights = np.full(24, rhythm.floor)
    weights[2:6] *= 0.6
    for centre, width, weight in rhythm.peaks:
        distance = np.abs(hours - centre)
        distance = np.minimum(distance, 24 - distance)
        weights += weight * np.exp(-0.5 * (distance / width) ** 2)
    night = (hours >= 21) | (hours < 2)
    weights *= np.where(night, 1.0 + 0.15 * weekend + 0.2 * summer, 1.0)
    if weekend and rhythm is RHYTHMS["traffic"]:
        weights[7:9] *= 0.55
    profile: Floats = weights / weights.sum()
    return profile


# Departments of the bureau itself, with their share of its officers.
DEPARTMENTS = (
    ("990100010000", "刑事侦查大队", 0.17),
    ("990100020000", "治安管理大队", 0.09),
    ("990100030000", "反诈中心", 0.05),
    ("990100040000", "指挥中心", 0.08),
    ("990100050000", "交通警察大队", 0.26),
    ("990100060000", "法制大队", 0.05),
    ("990100070000", "巡特警大队", 0.13),
    ("990100080000", "网络安全保卫大队", 0.05),
    ("990100090000", "情报研判中心", 0.04),
    ("990100100000", "综合保障处", 0.08),
)
DEPARTMENT_CODES = tuple(code for code, _, _ in DEPARTMENTS)


@dataclass(frozen=True)
class CaseCategory:
    """A case category of ours: harm is a weight without unit, a small theft being 1."""

    code: str
    name: str
    kind: str
    flags: str
    harm: float


CASE_PARENTS = (
    ("010000", "危害公共安全案", "刑事"),
    ("020000", "破坏经济秩序案", "刑事"),
    ("030000", "侵犯人身权利案", "刑事"),
    ("040000", "侵犯财产案", "刑事"),
    ("050000", "妨害社会管理案", "刑事"),
    ("810000", "扰乱公共秩序", "行政"),
    ("820000", "妨害公共安全", "行政"),
    ("830000", "侵犯人身财产权利", "行政"),
    ("840000", "妨害社会管理", "行政"),
)
CASES = (
    CaseCategory("010100", "放火案", "刑事", "八类", 60),
    CaseCategory("010200", "危险驾驶案", "刑事", "", 4),
    CaseCategory("010300", "交通肇事案", "刑事", "", 25),
    CaseCategory("020100", "生产销售伪劣产品案", "刑事", "", 6),
    CaseCategory("020200", "合同诈骗案", "刑事", "骗", 10),
    CaseCategory("020300", "非法经营案", "刑事", "", 6),
    CaseCategory("030100", "故意杀人案", "刑事", "八类", 200),
    CaseCategory("030200", "故意伤害案", "刑事", "八类", 30),
    CaseCategory("030300", "强奸案", "刑事", "八类", 80),
    CaseCategory("030400", "绑架案", "刑事", "八类", 100),
    CaseCategory("030500", "非法拘禁案", "刑事", "", 15),
    CaseCategory("040100", "抢劫案", "刑事", "抢,八类", 40),
    CaseCategory("040200", "抢夺案", "刑事", "抢", 12),
    CaseCategory("040301", "入室盗窃案", "刑事", "盗", 8),
    CaseCategory("040302", "盗窃电动车案", "刑事", "盗", 2),
    CaseCategory("040303", "盗窃车内财物案", "刑事", "盗", 2),
    CaseCategory("040304", "扒窃案", "刑事", "盗", 2),
    CaseCategory("040309", "其他盗窃案", "刑事", "盗", 2),
    CaseCategory("040401", "电信网络诈骗案", "刑事", "骗,电诈", 10),
    CaseCategory("040402", "其他诈骗案", "刑事", "骗", 6),
    CaseCategory("040500", "敲诈勒索案", "刑事", "", 10),
    CaseCategory("040600", "故意毁坏财物案", "刑事", "", 3),
    CaseCategory("050100", "寻衅滋事案", "刑事", "", 8),
    CaseCategory("050200", "开设赌场案", "刑事", "", 8),
    CaseCategory("050300", "贩卖毒品案", "刑事", "", 40),
    CaseCategory("050400", "帮助信息网络犯罪活动案", "刑事", "", 6),
    CaseCategory("810100", "扰乱单位秩序", "行政", "", 0.6),
    CaseCategory("810200", "寻衅滋事（行政）", "行政", "", 0.8),
    CaseCategory("820100", "违规养犬", "行政", "", 0.3),
    CaseCategory("830100", "殴打他人", "行政", "", 1),
    CaseCategory("830200", "盗窃（行政）", "行政", "盗", 0.5),
    CaseCategory("830300", "诈骗（行政）", "行政", "骗", 0.5),
    CaseCategory("830400", "故意损毁财物", "行政", "", 0.5),
    CaseCategory("830500", "侵扰他人生活", "行政", "", 0.4),
    CaseCategory("840100", "赌博", "行政", "", 0.5),
    CaseCategory("840200", "卖淫嫖娼", "行政", "", 0.5),
    CaseCategory("840300", "吸毒", "行政", "", 1),
    CaseCategory("840400", "阻碍执行职务", "行政", "", 1),
)
CASE_INDEX = {case.code: i for i, case in enumerate(CASES)}

# The case that a call of this category is filed as, when it is filed.
CASE_OF_ALERT = {
    "010101": "040301",
    "010102": "040302",
    "010103": "040303",
    "010104": "040304",
    "010109": "040309",
    "010201": "040100",
    "010202": "040200",
    "010301": "040401",
    "010302": "040402",
    "010401": "030200",
    "010402": "030300",
    "010501": "040600",
    "010502": "050300",
    "010509": "050100",
    "0201": "830100",
    "0202": "830200",
    "0203": "840100",
    "0204": "840200",
    "0205": "810200",
    "0206": "830400",
    "0207": "830500",
    "0208": "820100",
    "0209": "840400",
}


def rows_case_categories() -> list[tuple[str, str | None, str, str, str | None, float | None]]:
    """Rows of `case_categories` in column order, every parent before its children."""
    rows: list[tuple[str, str | None, str, str, str | None, float | None]] = [
        (code, None, name, kind, None, None) for code, name, kind in CASE_PARENTS
    ]
    rows += [(c.code, c.code[:2] + "0000", c.name, c.kind, c.flags or None, c.harm) for c in CASES]
    return rows
