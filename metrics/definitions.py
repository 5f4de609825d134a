"""The one list of metrics and dimensions that pages, exports, glossary, wall and reports all read."""

from __future__ import annotations

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.
from metrics.model import COUNT, PERCENTILE, RATE, RATIO, Dimension, Metric

# Level-1 groups of alerts, in the order in which offices list them.
ALERT_GROUPS = (
    "刑事", "治安", "交通", "群体性事件", "求助", "联动流转", "纠纷", "举报", "投诉", "咨询", "其他",
)
UNREGISTERED, UNMAPPED = "未登记", "未映射"

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

# id stem, label, column of usable seconds, columns that must both be present, what is measured, goal in SQL, goal in words
_SEGMENTS = (
    ("answer", "接警用时", "answer_seconds", "has_answer", "报警到接警", "60", "1 分钟"),
    ("dispatch", "派警用时", "dispatch_seconds", "has_dispatch", "报警到首次派警", "180", "3 分钟"),
    ("response", "到达用时", "arrive_seconds", "has_arrive", "报警到首次到达", "arrive_goal_seconds", "城区 5 分钟、其他 10 分钟"),
    ("on_scene", "处置用时", "scene_seconds", "has_arrive and has_done", "首次到达到处置完毕", "", ""),
)


def _alert(id: str, label: str, meaning: str, formula: str, sql: str, **more: object) -> Metric:
    return Metric(
        id=id, label=label, meaning=meaning, formula=formula, own_sql=sql, unit=str(more.pop("unit", "起")),
        view=str(more.pop("view", "alerts")), family=str(more.pop("family", "警情")), **more,  # type: ignore[arg-type]
    )


def _share(id: str, label: str, meaning: str, top: str, bottom: str, **more: object) -> Metric:
    return Metric(
        id=id, label=label, meaning=meaning, formula=str(more.pop("formula", "")) or "分子 ÷ 分母 × 100%", unit="%",
        view=str(more.pop("view", "alerts")), family=str(more.pop("family", "警情")), kind=RATIO, numerator=top,
        denominator=bottom, scale=100.0, decimals=1, is_proportion=bool(more.pop("is_proportion", True)), **more,  # type: ignore[arg-type]
    )


def _volumes() -> list[Metric]:
    groups = [
        _alert(
            id, label, f"有效警情中一级归类为「{group}」的接警单数", f"有效且归类为「{group}」的接警单计数",
            f"count(*) filter (where valid and category_group = '{group}')", better=better,
            caveat="归类按所选性质（确认或原始）；尚无反馈的按原始性质",
        )
        for id, label, group, better in _GROUP_METRICS
    ]
    return [
        _alert("alerts", "警情总量", "接警单数，含无效与并入的", "接警单计数", "count(*)", better="lower",
               caveat="一起警情可有多张派警单，只按接警单计"),
        _alert("alerts_valid", "有效警情", "既非无效、也未并入其他接警单的警情数", "接警单计数 − 无效 − 并入",
               "count(*) filter (where valid)", better="lower"),
        _alert("alerts_crime", "违法犯罪警情", "有效警情中归类为刑事或治安的接警单数", "刑事警情 + 治安警情",
               "count(*) filter (where valid and category_group in ('刑事', '治安'))", better="lower"),
        *groups,
        _alert("alerts_non_police", "非警务警情", "有效警情中归类为联动流转或咨询的接警单数", "联动流转 + 咨询",
               "count(*) filter (where valid and category_group in ('联动流转', '咨询'))"),
        _alert("alerts_diverted", "分流警情", "非警务警情中移交 12345 的接警单数", "非警务且处理结果为移交 12345",
               "count(*) filter (where valid and category_group in ('联动流转', '咨询') and result_code like '%12345%')"),
        _share("diverted_share", "分流率", "非警务警情中移交 12345 的比例", "alerts_diverted", "alerts_non_police",
               formula="分流警情 ÷ 非警务警情 × 100%", better="higher"),
        _alert("alerts_invalid", "无效警情", "取消、骚扰、断线、重复等无效接警单数", "无效标记的接警单计数",
               "count(*) filter (where invalid)"),
        _share("invalid_share", "无效警情占比", "全部接警单中无效的比例", "alerts_invalid", "alerts",
               formula="无效警情 ÷ 警情总量 × 100%"),
        _alert("alerts_peopled", "有人口数单位的有效警情", "管辖派出所登记了实有人口的有效警情数", "有效且派出所有人口数的接警单计数",
               "count(*) filter (where valid and peopled)", better="lower", caveat="万人警情的分子"),
        Metric("alerts_per_10k", "万人警情", "每万名实有人口一年的有效警情数", "有效警情 ÷ 实有人口 × 10,000，按有数据的天数折算为一年",
               "起/万人·年", "alerts", "警情", kind=RATE, numerator="alerts_peopled", decimals=1, better="lower",
               caveat="人口取自派出所（警格）登记数；未登记单位不计入；随附 95% 区间（精确泊松）"),
    ]


def _repeats() -> list[Metric]:
    window = "30 天内同一报警电话散列，或同一 100 米网格且同一归类"
    return [
        _alert("repeat_base", "重复警情分母", "参与重复判断的有效警情数", "有效警情计数", "count(*)", view="alert_repeats"),
        _alert("repeat_caller", "重复警情（同一来电）", "30 天内同一报警电话散列的第二起及以后", "同一来电 30 天内非首起计数",
               "count(*) filter (where repeat_caller)", view="alert_repeats", better="lower"),
        _alert("repeat_place", "重复警情（同一地点）", "30 天内同一 100 米网格、同一归类的第二起及以后", "同一地点 30 天内非首起计数",
               "count(*) filter (where repeat_place)", view="alert_repeats", better="lower"),
        _alert("repeat_any", "重复警情", f"{window}的第二起及以后", "两种规则任一成立的计数",
               "count(*) filter (where repeat_caller or repeat_place)", view="alert_repeats", better="lower"),
        _share("repeat_caller_share", "重复报警率（同一来电）", "有效警情中同一来电重复的比例", "repeat_caller", "repeat_base",
               view="alert_repeats", formula="同一来电重复 ÷ 有效警情 × 100%", better="lower"),
        _share("repeat_place_share", "重复报警率（同一地点）", "有效警情中同一地点重复的比例", "repeat_place", "repeat_base",
               view="alert_repeats", formula="同一地点重复 ÷ 有效警情 × 100%", better="lower"),
        _share("repeat_share", "重复报警率", f"有效警情中重复的比例：{window}", "repeat_any", "repeat_base",
               view="alert_repeats", formula="重复警情 ÷ 有效警情 × 100%", better="lower",
               caveat="坐标入库时已并入 100 米网格，故地点规则按 100 米而非 50 米；只计数，不列来电"),
    ]


def _outcomes() -> list[Metric]:
    disputes = "valid and category_group = '纠纷'"
    return [
        _alert("disputes_resolved", "已化解纠纷", "纠纷警情中调解结果为已化解的", "纠纷且已化解计数",
               f"count(*) filter (where {disputes} and mediated = '已化解')", better="higher"),
        _alert("disputes_pending", "待化解纠纷", "纠纷警情中待化解或调解中的", "纠纷且待化解、调解中计数",
               f"count(*) filter (where {disputes} and mediated in ('待化解', '调解中'))", better="lower"),
        _share("dispute_resolved", "矛盾纠纷化解率", "纠纷警情中已化解的比例", "disputes_resolved", "alerts_dispute",
               formula="已化解 ÷ 纠纷警情 × 100%", better="higher", clause="津滨公通〔2023〕4号 第12条",
               caveat="待化解、调解中的计入分母，另列 disputes_pending"),
        _alert("visit_points", "回访折算满意数", "满意计 1、基本满意计 0.5 的合计", "满意 + 0.5 × 基本满意",
               "coalesce(sum(case visit_score when '满意' then 1.0 when '基本满意' then 0.5 else 0.0 end), 0)", unit="件",
               decimals=1),
        _alert("visits_answered", "回访有效数", "有明确评价的回访数", "满意 + 基本满意 + 不满意",
               "count(*) filter (where visit_score in ('满意', '基本满意', '不满意'))", unit="件"),
        _share("satisfaction", "警情满意率", "有评价的回访中的满意程度", "visit_points", "visits_answered",
               formula="（满意 + 0.5 × 基本满意）÷ 有效回访 × 100%", better="higher", caveat="未回访的不计入分母"),
        _alert("alerts_converted", "转案警情", "违法犯罪警情中已转为案件的", "刑事、治安且已关联案件计数",
               "count(*) filter (where valid and category_group in ('刑事', '治安') and became_case)"),
        _share("conversion", "转案率", "违法犯罪警情中转为案件的比例", "alerts_converted", "alerts_crime",
               formula="转案警情 ÷ 违法犯罪警情 × 100%", caveat="近期警情尚在受理，比例会继续上升"),
    ]


def _segment(stem: str, label: str, column: str, present: str, what: str, goal: str, goal_words: str) -> list[Metric]:
    family, usable = "接处警时效", f"case when not merged then {column} end"
    metrics = [
        _alert(f"{stem}_n", f"{label}可用数", f"能算出{what}用时的接警单数", "时间齐全且在 0–24 小时内的计数",
               f"count({usable})", family=family),
        _alert(f"{stem}_unusable", f"{label}不可用数", f"{what}两个时间都有但不可用的接警单数", "为负、超过 24 小时或只精确到日的计数",
               f"count(*) filter (where not merged and {present} and {column} is null)", family=family, better="lower"),
        _alert(f"{stem}_stamped", f"{label}有时间数", f"{what}两个时间都有的接警单数", "两个时间都有的计数",
               f"count(*) filter (where not merged and {present})", family=family),
        _share(f"{stem}_unusable_share", f"{label}不可用占比", "有时间的接警单中不可用的比例", f"{stem}_unusable",
               f"{stem}_stamped", family=family, formula="不可用 ÷ 有时间 × 100%", better="lower"),
        *(
            _percentile(f"{stem}_{name}", f"{label}{words}", what, usable, share, f"{stem}_n")
            for name, words, share in (("median", "中位数", 0.5), ("p90", " P90", 0.9), ("p95", " P95", 0.95))
        ),
    ]
    if goal:
        metrics += [
            _alert(f"{stem}_in_goal", f"{label}达标数", f"{what}在 {goal_words}内的接警单数", "用时不超过目标的计数",
                   f"count(*) filter (where not merged and {column} <= {goal})", family=family, better="higher"),
            _share(f"{stem}_within", f"{label}达标率", f"{what}在 {goal_words}内的比例", f"{stem}_in_goal", f"{stem}_n",
                   family=family, formula="达标 ÷ 可用 × 100%", better="higher"),
        ]
    return metrics


def _percentile(id: str, label: str, what: str, usable: str, share: float, count: str) -> Metric:
    return Metric(
        id=id, label=label, meaning=f"{what}用时从短到长排列，第 {share:.0%} 位的分钟数", unit="分钟", view="alerts",
        family="接处警时效", kind=PERCENTILE, formula="可用用时的分位数（线性插值）", decimals=1, better="lower",
        own_sql=f"percentile({usable}, {share}) / 60.0", denominator=count,
        caveat="不可用的时间不计入，另列其数；并入其他接警单的不重复计",
    )


def _dispatched_response() -> list[Metric]:
    usable = "case when not merged and has_dispatch then arrive_seconds end"
    return [
        _alert("response_dispatched_n", "经派警到达可用数", "有派警时间且能算出到达用时的接警单数", "有派警且到达用时可用的计数",
               f"count({usable})", family="接处警时效"),
        _percentile("response_dispatched_median", "经派警到达用时中位数", "有派警的警情，报警到首次到达", usable, 0.5,
                    "response_dispatched_n"),
        _percentile("response_dispatched_p90", "经派警到达用时 P90", "有派警的警情，报警到首次到达", usable, 0.9,
                    "response_dispatched_n"),
    ]


def _feedback() -> list[Metric]:
    bands = (
        ("feedback_30m", "30 分钟内反馈", "0–30 分钟", "feedback_seconds <= 1800"),
        ("feedback_60m", "30–60 分钟反馈", "30–60 分钟", "feedback_seconds > 1800 and feedback_seconds <= 3600"),
        ("feedback_2h", "1–2 小时反馈", "1–2 小时", "feedback_seconds > 3600 and feedback_seconds <= 7200"),
        ("feedback_4h", "2–4 小时反馈", "2–4 小时", "feedback_seconds > 7200 and feedback_seconds <= 14400"),
        ("feedback_over_4h", "超过 4 小时反馈", "4 小时以上", "feedback_seconds > 14400"),
    )
    counts = [
        _alert(id, label, f"有效警情中报警后 {words}反馈的", f"反馈用时 {words}的计数",
               f"count(*) filter (where valid and {condition})", family="接处警时效")
        for id, label, words, condition in bands
    ]
    return [
        *counts,
        _alert("feedback_n", "已反馈警情", "有效警情中有可用反馈时间的", "反馈时间可用的计数",
               "count(*) filter (where valid and feedback_seconds is not null)", family="接处警时效"),
        _alert("feedback_late_n", "超时反馈警情", "有效警情中报警 30 分钟后才反馈的", "反馈用时超过 30 分钟的计数",
               "count(*) filter (where valid and feedback_seconds > 1800)", family="接处警时效", better="lower"),
        _share("feedback_late", "超时反馈率", "已反馈警情中超过 30 分钟的比例", "feedback_late_n", "feedback_n",
               family="接处警时效", formula="超时反馈 ÷ 已反馈 × 100%", better="lower", caveat="分档见五个分档计数"),
    ]


def _quality() -> list[Metric]:
    def count(id: str, label: str, meaning: str, condition: str) -> Metric:
        return _alert(id, label, meaning, f"{label}计数", f"count(*) filter (where {condition})", family="数据质量")

    return [
        _alert("alert_receipts", "接警单号数", "不同接警单号的个数；没有单号的每行计一", "不同单号 + 无单号行数",
               "count(distinct alert_id) + count(*) filter (where alert_id is null)", family="数据质量"),
        count("alerts_merged", "并入警情", "并入其他接警单的", "merged"),
        count("alerts_unregistered", "未登记单位警情", "管辖单位不在单位表中的", f"station = '{UNREGISTERED}'"),
        count("alerts_unmapped", "未映射类别警情", "类别代码不在类别表中的", f"category = '{UNMAPPED}'"),
        count("alerts_unconfirmed", "尚无确认性质警情", "按原始性质统计的", "unconfirmed"),
        _share("unconfirmed_share", "尚无确认性质占比", "按原始性质统计的比例", "alerts_unconfirmed", "alerts",
               family="数据质量", formula="尚无确认性质 ÷ 警情总量 × 100%", better="lower"),
        count("alerts_located", "有坐标警情", "有网格坐标的", "cell_x is not null"),
        count("alerts_dispatched", "有派警时间警情", "填有派警时间的", "has_dispatch"),
        count("alerts_arrived", "有到达时间警情", "填有到达时间的", "has_arrive"),
        count("alerts_arrived_undispatched", "到达而无派警时间警情", "填有到达时间、未填派警时间的", "has_arrive and not has_dispatch"),
    ]


def _cases() -> list[Metric]:
    def count(id: str, label: str, meaning: str, condition: str, **more: object) -> Metric:
        return _alert(id, label, meaning, f"{label}计数", f"count(*) filter (where {condition})",
                      view="cases", family="案件", **more)

    return [
        count("cases_filed", "刑事立案", "按立案时间计的刑事案件数；无立案时间的依次取受案、报案、发案时间",
              "event = '立案' and case_kind = '刑事'", better="lower", caveat="不予立案的不计"),
        count("cases_solved", "刑事破案", "按破案时间计的刑事案件数", "event = '破案' and case_kind = '刑事'", better="higher",
              caveat="状态为已破案而无破案时间的，按立案时间计入，见 cases_solved_undated"),
        count("cases_solved_undated", "无破案时间的破案", "状态为已破案而没有破案时间的刑事案件数",
              "event = '破案' and case_kind = '刑事' and solved_undated"),
        _share("clear_rate", "破案率", "期内刑事破案与期内刑事立案之比", "cases_solved", "cases_filed", view="cases",
               family="案件", formula="刑事破案 ÷ 刑事立案 × 100%", better="higher", is_proportion=False,
               caveat="含破获的积案，可能超过 100%"),
        count("cases_all", "案件总数", "刑事与行政案件合计，按立案（受案）时间", "event = '立案'", better="lower"),
        count("cases_located", "有坐标案件", "有网格坐标的案件数", "event = '立案' and cell_x is not null"),
    ]


def _all() -> dict[str, Metric]:
    listed = [*_volumes(), *_repeats(), *_outcomes()]
    for segment in _SEGMENTS:
        listed += _segment(*segment)
    listed += [*_dispatched_response(), *_feedback(), *_quality(), *_cases()]
    return {metric.id: metric for metric in listed}


METRICS: dict[str, Metric] = _all()

DIMENSIONS: dict[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        Dimension("station", "派出所", "管辖（发案地）派出所代码；不在单位表中的为「未登记」", "station"),
        Dimension("kind", "派出所类别", "城区、城郊、农村、海港、厂矿", "kind"),
        Dimension("beat", "警格", "警格代码；不在警格表中的为「未登记」", "beat"),
        Dimension("category", "类别", "类别代码；不在类别表中的为「未映射」", "category"),
        Dimension("group", "归类", "警情一级归类；案件为刑事、行政", "category_group"),
        Dimension("hour", "时", "发生的钟点，0–23", "hour(happened_at)", needs="hour", spine="hour"),
        Dimension("weekday", "星期", "自然日的星期，1 为星期一",
                  "date_diff('day', date '1900-01-01', cast(happened_at as date)) % 7 + 1",
                  needs="day", spine="weekday"),
        Dimension("day", "日", "统计日（按日界时刻）", "cast(counted_at as date)", needs="day", spine="day"),
        Dimension("week", "周", "业务周的起始日", "cast(date_trunc('week', counted_at - interval {week_shift} day) + interval {week_shift} day as date)", needs="day", spine="week"),
        Dimension("month", "月", "统计日所在月", "cast(date_trunc('month', counted_at) as date)", spine="month"),
        Dimension("year", "年", "统计日所在年", "year(counted_at)", spine="year"),
    )
}


def sql_of(metric: Metric) -> str:
    """Return the whole SQL expression of a metric, ratios spelled out."""
    if metric.kind == RATIO:
        top, bottom = METRICS[metric.numerator], METRICS[metric.denominator]
        return f"{metric.scale:g} * {top.own_sql} / nullif({bottom.own_sql}, 0)"
    if metric.kind == RATE:
        return f"{METRICS[metric.numerator].own_sql} / population * 10000 * 365 / days"
    return metric.own_sql


def columns_of(metric: Metric) -> tuple[str, ...]:
    """Return the ids of the aggregate columns that a metric needs from the query, itself included if it is one."""
    if metric.kind == RATIO:
        return metric.numerator, metric.denominator
    if metric.kind == RATE:
        return (metric.numerator,)
    if metric.kind == PERCENTILE:
        return metric.id, metric.denominator
    assert metric.kind == COUNT
    return (metric.id,)
