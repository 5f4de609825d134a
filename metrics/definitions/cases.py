"""Cases: filed, solved, how long the review took, what is still open, who handled them, and where there were none."""

from __future__ import annotations

from typing import Any

from metrics.definitions.making import BINHAI, COUNTY, measure, quotient, share
from metrics.model import PERCENTILE, RATE, STOCK, Metric

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.

FAMILY = "案件"
_FILED = "event = '立案' and case_kind = '刑事'"


def metrics() -> list[Metric]:
    """Return every metric of cases."""
    return [*_filed_and_solved(), *_kinds(), *_reviews(), *_open(), *_handling(), *_zero_crime()]


def _count(id: str, label: str, meaning: str, condition: str, **more: Any) -> Metric:
    usual = {"unit": "起", "view": "cases", "family": FAMILY, "formula": f"{label}计数"}
    return measure(id, label, meaning, sql=f"count(*) filter (where {condition})", **{**usual, **more})


def _share(id: str, label: str, meaning: str, top: str, bottom: str, formula: str, **more: Any) -> Metric:
    return share(id, label, meaning, top, bottom, formula, **{"view": "cases", "family": FAMILY, **more})


def _filed_and_solved() -> list[Metric]:
    return [
        _count("cases_filed", "刑事立案", "按立案时间计的刑事案件数；无立案时间的依次取受案、报案、发案时间", _FILED,
               better="lower", caveat="不予立案的不计"),
        _count("cases_solved", "刑事破案", "按破案时间计的刑事案件数", "event = '破案' and case_kind = '刑事'", better="higher",
               caveat="状态为已破案而无破案时间的，按立案时间计入，见「无破案时间的破案」"),
        _count("cases_solved_undated", "无破案时间的破案", "状态为已破案而没有破案时间的刑事案件数",
               "event = '破案' and case_kind = '刑事' and solved_undated", better="lower"),
        _share("clear_rate", "破案率", "期内刑事破案与期内刑事立案之比", "cases_solved", "cases_filed",
               "刑事破案 ÷ 刑事立案 × 100%", better="higher", is_proportion=False, caveat="期内破案含以往立案的积案，可能超过 100%"),
        _count("cases_filed_solved", "期内立案已破", "期内立案、到数据截止时已破的刑事案件数", f"{_FILED} and solved_at is not null",
               better="higher"),
        _share("clear_rate_period", "现案破案率", "期内立案的刑事案件中，到数据截止时已破的比例", "cases_filed_solved",
               "cases_filed", "期内立案已破 ÷ 刑事立案 × 100%", better="higher",
               caveat="近期立案的还来不及破，比例会继续上升；与上期比较时偏低"),
        _count("cases_order", "治安受案", "按受案时间计的行政案件数", "event = '立案' and case_kind = '行政'", better="lower",
               caveat="无受案时间的依次取报案、发案时间"),
        _count("cases_all", "案件总数", "刑事与行政案件合计，按立案（受案）时间", "event = '立案'", better="lower"),
        _count("cases_located", "有坐标案件", "有网格坐标的案件数", "event = '立案' and cell_x is not null"),
        _count("cases_no_beat", "无警格案件", "警格未填或未登记的案件数", "event = '立案' and beat = '未登记'", better="lower"),
        _count("cases_peopled", "有人口数单位的刑事立案", "发案地派出所登记了实有人口的刑事立案数",
               "event = '立案' and case_kind = '刑事' and peopled", better="lower", caveat="万人发案率的分子"),
        Metric("cases_per_10k", "万人发案率", "每万名实有人口一年的刑事立案数", "刑事立案 ÷ 实有人口 × 10,000，按有数据的天数折算为一年",
               "起/万人·年", "cases", FAMILY, kind=RATE, numerator="cases_peopled", scale=3_650_000, decimals=1,
               better="lower", dimensions=_NOT_BY_HOUR,
               caveat="人口取自派出所（警格）登记数；未登记单位不计入；随附 95% 区间（精确泊松）"),
    ]


_NOT_BY_HOUR = (
    "station", "kind", "beat", "group", "category", "category1", "category2", "category3", "case_category", "day",
    "week", "month", "quarter", "year", "place_type",
)


def _kinds() -> list[Metric]:
    return [
        _count("cases_theft", "盗窃立案", "刑事立案中类别带「盗」标记的", f"{_FILED} and is_theft", better="lower"),
        _count("cases_robbery", "抢劫抢夺立案", "刑事立案中类别带「抢」标记的", f"{_FILED} and is_robbery", better="lower"),
        _count("cases_fraud", "诈骗立案", "刑事立案中类别带「骗」标记的，含电信网络诈骗", f"{_FILED} and is_fraud", better="lower"),
        _count("cases_telecom", "电信网络诈骗立案", "刑事立案中标明电信网络诈骗的；未标明的按类别标记", f"{_FILED} and is_telecom",
               better="lower"),
        _count("cases_serious8", "八类案件立案", "刑事立案中类别属八类、且标明严重后果的", f"{_FILED} and is_serious8", better="lower",
               caveat="只看类别代码会多计，须同时有严重标志"),
    ]


def _reviews() -> list[Metric]:
    """Return how long it took to file: 行政 from report to acceptance, 刑事 from acceptance to filing."""
    order, criminal = "event = '立案' and case_kind = '行政'", _FILED
    usable = "review_seconds is not null"
    return [
        _count("filing_24h_base", "行政受案审查可用数", "能算出报案到受案用时的行政案件数", f"{order} and {usable}"),
        _count("filing_24h_met", "24 小时内受案", "报案到受案不超过 24 小时的行政案件数", f"{order} and review_seconds <= 86400",
               better="higher"),
        _share("filing_within_24h", "24 小时受案率", "行政案件中报案到受案不超过 24 小时的比例", "filing_24h_met", "filing_24h_base",
               "24 小时内受案 ÷ 可用 × 100%", better="higher", caveat="复杂案件可延至 3 日，本项不区分"),
        _count("filing_72h_met", "3 日内受案", "报案到受案不超过 3 日的行政案件数", f"{order} and review_seconds <= 259200",
               better="higher"),
        _count("filing_3d_base", "刑事立案审查可用数", "能算出受案到立案用时的刑事案件数", f"{criminal} and {usable}"),
        _count("filing_1d_met", "1 日内立案", "受案到立案不超过 1 日的刑事案件数", f"{criminal} and review_seconds <= 86400",
               better="higher"),
        _count("filing_3d_met", "3 日内立案", "受案到立案不超过 3 日的刑事案件数", f"{criminal} and review_seconds <= 259200",
               better="higher"),
        _share("filing_within_3d", "3 日立案率", "刑事案件中受案到立案不超过 3 日的比例", "filing_3d_met", "filing_3d_base",
               "3 日内立案 ÷ 可用 × 100%", better="higher", caveat="尚未立案和不予立案的不在其中；经批准可延至 7 日、30 日"),
        _count("filing_7d_met", "7 日内立案", "受案到立案不超过 7 日的刑事案件数", f"{criminal} and review_seconds <= 604800",
               better="higher"),
        _count("filing_30d_met", "30 日内立案", "受案到立案不超过 30 日的刑事案件数",
               f"{criminal} and review_seconds <= 2592000", better="higher"),
        _share("filing_within_7d", "7 日立案率", "刑事案件中受案到立案不超过 7 日的比例", "filing_7d_met", "filing_3d_base",
               "7 日内立案 ÷ 可用 × 100%", better="higher", caveat="尚未立案和不予立案的不在其中"),
        Metric("filing_delay", "刑事立案审查时长中位数", "刑事案件受案到立案的小时数从小到大排列，居中的一个", "可用时长的分位数（线性插值）",
               "小时", "cases", FAMILY, kind=PERCENTILE, denominator="filing_3d_base", decimals=1, better="lower",
               own_sql=f"percentile(case when {criminal} then review_seconds end, 0.5) / 3600.0",
               caveat="达标比例见「24 小时受案率」「3 日立案率」"),
        _count("filing_unusable", "立案审查时间不可用", "两个时间都有、但为负或精度不到分钟的案件数",
               f"event = '立案' and has_review and not ({usable})", better="lower"),
        _count("filing_missing", "立案审查时间缺失", "两个时间至少缺一个的案件数", "event = '立案' and not has_review", better="lower"),
    ]


def _open() -> list[Metric]:
    kind, moment = "case_kind = '刑事'", "未破、未结、未撤、未移送，以时段结束时为准；按月、季、年统计时取各自期末"

    def stock(id: str, label: str, meaning: str, condition: str) -> Metric:
        return _count(id, label, meaning, condition, view="open_cases", kind=STOCK, better="lower", caveat=moment)

    def age(id: str, label: str, part: float) -> Metric:
        return Metric(id, label, f"未破刑事案件自立案起的天数，第 {part:.0%} 位", "存量案件天数的分位数（线性插值）", "天", "open_cases",
                      FAMILY, kind=PERCENTILE, denominator="open_cases", better="lower", caveat=moment,
                      own_sql=f"percentile(case when {kind} then age_days end, {part})")

    return [
        stock("open_cases", "未破案件存量", "已立案、到时段结束时仍未破的刑事案件数", kind),
        stock("open_over_30d", "超过 30 天未破", "立案超过 30 天仍未破的刑事案件数", f"{kind} and age_days > 30"),
        stock("open_over_90d", "超过 90 天未破", "立案超过 90 天仍未破的刑事案件数", f"{kind} and age_days > 90"),
        stock("open_over_180d", "超过 180 天未破", "立案超过 180 天仍未破的刑事案件数", f"{kind} and age_days > 180"),
        stock("open_over_365d", "超过 1 年未破", "立案超过 365 天仍未破的刑事案件数", f"{kind} and age_days > 365"),
        stock("open_over_730d", "超过 2 年未破", "立案超过 730 天仍未破的刑事案件数", f"{kind} and age_days > 730"),
        age("open_age_median", "未破案件时长中位数", 0.5),
        age("open_age_p90", "未破案件时长 P90", 0.9),
    ]


def _handling() -> list[Metric]:
    return [
        _count("criminal_handled", "有办理单位的刑事案件", "填有办理单位的刑事立案数", f"{_FILED} and handling_unit is not null"),
        _count("criminal_by_station", "派出所办理的刑事案件", "办理单位是派出所的刑事立案数", f"{_FILED} and handled_by_station"),
        _share("station_criminal_share", "派出所办理刑事案件占比", "刑事立案中由派出所办理的比例", "criminal_by_station",
               "criminal_handled", "派出所办理 ÷ 有办理单位的刑事立案 × 100%", better="lower",
               clause=f"{BINHAI} 第2条：不超过 70%", caveat="未填办理单位的不计入；按所统计时归发案地派出所"),
        _count("negative_list", "负面清单案件由派出所立案", "负面清单标志的案件中办理单位是派出所的立案数",
               "event = '立案' and negative_list and handled_by_station", better="lower",
               clause=f"{COUNTY} 第16–17条：应为 0", caveat="按所统计时归发案地派出所"),
        quotient("solved_per_officer", "单警破案数", "派出所每名民警在期内破获的刑事案件数", "cases_solved", "officers",
                 "刑事破案 ÷ 派出所民警", unit="起/人", view="cases", family=FAMILY, decimals=2, better="higher",
                 caveat="期间越长数越大；民警数取时段末有数据的最近一个月；含专业队在辖区破获的"),
    ]


def _zero_crime() -> list[Metric]:
    usual: dict[str, Any] = {"view": "beat_cases", "family": FAMILY, "unit": "个", "kind": STOCK}
    beats = "count(distinct case when is_beat then beat end)"
    return [
        measure("beats_counted", "参评社区（村）", "已登记的警格数", "不同警格计数", beats, **usual),
        measure("zero_crime_beats", "零发案社区（村）", "期内没有刑事、行政立案的警格数", "已登记警格 − 期内有立案的警格",
                f"{beats} - count(distinct case when not is_beat then beat end)", better="higher", **usual,
                caveat="期间越长越少，不能由各月相加；警格未填的案件无法计入，见「无警格案件」；按类别筛选时只看所选类别的案件"),
        _share("zero_crime_beats_share", "零发案社区（村）占比", "期内没有立案的警格占已登记警格的比例", "zero_crime_beats",
               "beats_counted", "零发案社区 ÷ 已登记警格 × 100%", view="beat_cases", better="higher",
               caveat="期间越长越低；警格未填的案件无法计入，见「无警格案件」"),
    ]
