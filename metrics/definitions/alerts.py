"""Alerts: volumes, repeats, outcomes and the quality of their records."""

from __future__ import annotations

from typing import Any

from metrics.compare import DEPENDENT
from metrics.definitions.making import BINHAI, alert, share
from metrics.model import AMOUNT, RATE, STOCK, Metric

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.

UNREGISTERED, UNMAPPED = "未登记", "未映射"
# A year's rate or a number of posts means nothing for one hour of the day or one day of the week.
NOT_BY_HOUR = (
    "station", "kind", "beat", "group", "category", "category1", "category2", "category3", "day", "week", "month",
    "quarter", "year", "place_type", "receive_type", "origin", "level",
)

_GROUP_METRICS = (
    ("alerts_criminal", "刑事警情", "刑事", "lower"),
    ("alerts_order", "治安警情", "治安", "lower"),
    ("alerts_traffic", "交通警情", "交通", "lower"),
    ("alerts_dispute", "纠纷警情", "纠纷", "lower"),
    ("alerts_help", "求助警情", "求助", "neither"),
    ("alerts_report", "举报警情", "举报", "neither"),
    ("alerts_complaint", "投诉警情", "投诉", "lower"),
)

GROUP_BETTER = {group: better for _, _, group, better in _GROUP_METRICS}


def _volumes() -> list[Metric]:
    groups = [
        alert(
            id, label, f"有效警情中一级归类为「{group}」的接警单数", f"有效且归类为「{group}」的接警单计数",
            f"count(*) filter (where valid and category_group = '{group}')", better=better,
            caveat="归类按所选性质（确认或原始）；尚无反馈的按原始性质",
        )
        for id, label, group, better in _GROUP_METRICS
    ]
    return [
        alert("alerts", "警情总量", "接警单数，含无效与并入的", "接警单计数", "count(*)", better="lower",
               caveat="一起警情可有多张派警单，只按接警单计"),
        alert("alerts_valid", "有效警情", "既非无效、也未并入其他接警单的警情数", "接警单计数 − 无效 − 并入",
               "count(*) filter (where valid)", better="lower"),
        alert("alerts_crime", "违法犯罪警情", "有效警情中归类为刑事或治安的接警单数", "刑事警情 + 治安警情",
               "count(*) filter (where valid and category_group in ('刑事', '治安'))", better="lower"),
        *groups,
        alert("alerts_non_police", "非警务警情", "有效警情中归类为联动流转或咨询的接警单数", "联动流转 + 咨询",
               "count(*) filter (where valid and category_group in ('联动流转', '咨询'))"),
        alert("alerts_diverted", "分流警情", "非警务警情中移交 12345 的接警单数", "非警务且处理结果为移交 12345",
               "count(*) filter (where valid and category_group in ('联动流转', '咨询') and result_code like '%12345%')"),
        share("diverted_share", "分流率", "非警务警情中移交 12345 的比例", "alerts_diverted", "alerts_non_police",
               formula="分流警情 ÷ 非警务警情 × 100%", better="higher"),
        alert("alerts_invalid", "无效警情", "取消、骚扰、断线、重复等无效接警单数", "无效标记的接警单计数",
               "count(*) filter (where invalid)"),
        share("invalid_share", "无效警情占比", "全部接警单中无效的比例", "alerts_invalid", "alerts",
               formula="无效警情 ÷ 警情总量 × 100%"),
        alert("alerts_peopled", "有人口数单位的有效警情", "管辖派出所登记了实有人口的有效警情数", "有效且派出所有人口数的接警单计数",
              "count(*) filter (where valid and peopled)", better="lower", caveat="万人警情的分子"),
        Metric("alerts_per_10k", "万人警情", "每万名实有人口一年的有效警情数", "有效警情 ÷ 实有人口 × 10,000，按有数据的天数折算为一年",
               "起/万人·年", "alerts", "警情", kind=RATE, numerator="alerts_peopled", scale=3_650_000, decimals=1,
               better="lower", dimensions=NOT_BY_HOUR,
               caveat="人口取自派出所（警格）登记数；未登记单位不计入；随附 95% 区间（精确泊松）"),
    ]


def _repeats() -> list[Metric]:
    window = "30 天内同一报警电话散列，或同一 100 米网格且同一归类"
    alike: dict[str, Any] = {"dependent": True, "caveat": DEPENDENT}
    return [
        alert("repeat_base", "重复警情分母", "参与重复判断的有效警情数", "有效警情计数", "count(*)", view="alert_repeats"),
        alert("repeat_keyed", "有来电标识的有效警情", "有报警电话散列、能判断同一来电的有效警情数", "有来电散列的有效警情计数",
               "count(*) filter (where caller_key is not null)", view="alert_repeats"),
        alert("repeat_located", "有网格的有效警情", "有网格坐标、能判断同一地点的有效警情数", "有网格的有效警情计数",
               "count(*) filter (where cell_x is not null)", view="alert_repeats"),
        alert("repeat_caller", "重复警情（同一来电）", "30 天内同一报警电话散列的第二起及以后", "同一来电 30 天内非首起计数",
               "count(*) filter (where repeat_caller)", view="alert_repeats", better="lower", **alike),
        alert("repeat_place", "重复警情（同一地点）", "30 天内同一 100 米网格、同一归类的第二起及以后", "同一地点 30 天内非首起计数",
               "count(*) filter (where repeat_place)", view="alert_repeats", better="lower", **alike),
        alert("repeat_any", "重复警情", f"{window}的第二起及以后", "两种规则任一成立的计数",
               "count(*) filter (where repeat_caller or repeat_place)", view="alert_repeats", better="lower", **alike),
        share("repeat_caller_share", "重复报警率（同一来电）", "有效警情中同一来电重复的比例", "repeat_caller", "repeat_base",
               view="alert_repeats", formula="同一来电重复 ÷ 有效警情 × 100%", better="lower", **alike),
        share("repeat_place_share", "重复报警率（同一地点）", "有效警情中同一地点重复的比例", "repeat_place", "repeat_base",
               view="alert_repeats", formula="同一地点重复 ÷ 有效警情 × 100%", better="lower", **alike),
        share("repeat_share", "重复报警率", f"有效警情中重复的比例：{window}", "repeat_any", "repeat_base",
               view="alert_repeats", formula="重复警情 ÷ 有效警情 × 100%", better="lower",
               dependent=True, caveat=f"{alike['caveat']}；坐标入库时已并入 100 米网格，故地点规则按 100 米而非 50 米；只计数，不列来电"),
    ]


_TERM = (
    "治安调解应在受理后 3 个工作日内完成（公通字〔2007〕81号 第九条），按含双休日的 7 日计；"
    "报警不满 7 日的不论是否化解均不计入，在办数见「待化解纠纷」"
)


def _outcomes() -> list[Metric]:
    disputes = "valid and category_group = '纠纷'"
    # Counted back from the last day of the data: how old a dispute is does not depend on the day on which one looks.
    due = "cast(happened_at as date) <= (select cast(max(call_time) as date) - 7 from alerts)"
    return [
        alert("disputes_resolved", "已化解纠纷", "纠纷警情中调解结果为已化解的", "纠纷且已化解计数",
               f"count(*) filter (where {disputes} and mediated = '已化解')", better="higher"),
        alert("disputes_pending", "待化解纠纷", "纠纷警情中待化解或调解中的", "纠纷且待化解、调解中计数",
               f"count(*) filter (where {disputes} and mediated in ('待化解', '调解中'))", better="lower"),
        alert("disputes_due", "调解到期纠纷", "报警已满 7 日的纠纷警情", "纠纷且报警满 7 日计数",
               f"count(*) filter (where {disputes} and {due})", caveat=_TERM),
        alert("disputes_due_resolved", "到期已化解纠纷", "报警已满 7 日的纠纷警情中已化解的", "纠纷且报警满 7 日且已化解计数",
               f"count(*) filter (where {disputes} and {due} and mediated = '已化解')", better="higher", caveat=_TERM),
        share("dispute_resolved", "矛盾纠纷化解率", "调解期已满的纠纷警情中已化解的比例", "disputes_due_resolved", "disputes_due",
               formula="到期已化解 ÷ 报警已满 7 日的纠纷警情 × 100%", better="higher", clause=f"{BINHAI} 第12条：不低于 98%",
               caveat=f"{_TERM}；满 7 日仍待化解、调解中的计入分母"),
        alert("visit_points", "回访折算满意数", "满意计 1、基本满意计 0.5 的合计", "满意 + 0.5 × 基本满意",
               "coalesce(sum(case visit_score when '满意' then 1.0 when '基本满意' then 0.5 else 0.0 end), 0)", unit="件",
               kind=AMOUNT, decimals=1, better="higher"),
        alert("visits_answered", "回访有效数", "有明确评价的回访数", "满意 + 基本满意 + 不满意",
               "count(*) filter (where visit_score in ('满意', '基本满意', '不满意'))", unit="件"),
        share("satisfaction", "警情满意率", "有评价的回访中的满意程度", "visit_points", "visits_answered",
               formula="（满意 + 0.5 × 基本满意）÷ 有效回访 × 100%", better="higher", caveat="未回访的不计入分母；基本满意折半计"),
        alert("alerts_converted", "转案警情", "违法犯罪警情中已转为案件的", "刑事、治安且已关联案件计数",
               "count(*) filter (where valid and category_group in ('刑事', '治安') and became_case)"),
        share("conversion", "转案率", "违法犯罪警情中转为案件的比例", "alerts_converted", "alerts_crime",
               formula="转案警情 ÷ 违法犯罪警情 × 100%", caveat="近期警情尚在受理，比例会继续上升"),
    ]


def _quality() -> list[Metric]:
    def count(id: str, label: str, meaning: str, condition: str) -> Metric:
        return alert(id, label, meaning, f"{label}计数", f"count(*) filter (where {condition})", family="数据质量")

    return [
        alert("alert_receipts", "接警单号数", "不同接警单号的个数；没有单号的每行计一", "不同单号 + 无单号行数",
               "count(distinct alert_id) + count(*) filter (where alert_id is null)", family="数据质量",
               kind=STOCK, caveat="同一单号有多行（多张派警单）时，各部分之和大于合计"),
        count("alerts_merged", "并入警情", "并入其他接警单的", "merged"),
        count("alerts_unregistered", "未登记单位警情", "管辖单位不在单位表中的", f"station = '{UNREGISTERED}'"),
        count("alerts_unmapped", "未映射类别警情", "类别代码不在类别表中的", f"category = '{UNMAPPED}'"),
        count("alerts_unconfirmed", "尚无确认性质警情", "按原始性质统计的", "unconfirmed"),
        share("unconfirmed_share", "尚无确认性质占比", "按原始性质统计的比例", "alerts_unconfirmed", "alerts",
               family="数据质量", formula="尚无确认性质 ÷ 警情总量 × 100%", better="lower"),
        count("alerts_located", "有坐标警情", "有网格坐标的", "cell_x is not null"),
        count("alerts_dispatched", "有派警时间警情", "填有派警时间的", "has_dispatch"),
        count("alerts_arrived", "有到达时间警情", "填有到达时间的", "has_arrive"),
        count("alerts_arrived_undispatched", "到达而无派警时间警情", "填有到达时间、未填派警时间的", "has_arrive and not has_dispatch"),
    ]


def metrics() -> list[Metric]:
    """Return every metric of alerts but the response chain."""
    return [*_volumes(), *_repeats(), *_outcomes()]


def quality() -> list[Metric]:
    """Return the metrics on what the records themselves lack."""
    return _quality()
