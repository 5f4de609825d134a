"""The response chain: how long each segment took, how often within its target, and which times can't be used."""

from __future__ import annotations

from typing import Any

from metrics.definitions.making import alert, percentile, share
from metrics.model import Metric

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.

FAMILY = "接处警时效"


# id stem, label, column of usable seconds, why it is unusable, columns that must both be present,
# what is measured, goal in SQL, goal in words
_SEGMENTS = (
    ("answer", "接警用时", "answer_seconds", "answer_problem", "has_answer", "报警到接警", "60", "1 分钟"),
    ("dispatch", "派警用时", "dispatch_seconds", "dispatch_problem", "has_dispatch", "报警到首次派警", "180", "3 分钟"),
    ("response", "到达用时", "arrive_seconds", "arrive_problem", "has_arrive", "报警到首次到达", "arrive_goal_seconds", "城区 5 分钟、其他 10 分钟"),
    ("on_scene", "处置用时", "scene_seconds", "scene_problem", "has_arrive and has_done", "首次到达到处置完毕", "", ""),
)


def _segment(
    stem: str, label: str, column: str, problem: str, present: str, what: str, goal: str, goal_words: str
) -> list[Metric]:
    usable = f"case when not merged then {column} end"
    metrics = [
        _timing(f"{stem}_n", f"{label}可用数", f"能算出{what}用时的接警单数", "时间齐全且在 0–24 小时内的计数", f"count({usable})"),
        *_unusable(stem, label, column, problem, present, what),
        *(
            percentile(f"{stem}_{name}", f"{label}{words}", what, usable, part, f"{stem}_n")
            for name, words, part in (("median", "中位数", 0.5), ("p90", " P90", 0.9), ("p95", " P95", 0.95))
        ),
    ]
    if goal:
        metrics += _within(f"{stem}_in_goal", f"{stem}_within", label, what, f"{stem}_n", f"{column} <= {goal}", goal_words)
    return metrics


def _unusable(stem: str, label: str, column: str, problem: str, present: str, what: str) -> list[Metric]:
    """Return why times can't be used; usable + missing + coarse + negative + over a day = all that are not merged."""
    reasons = [
        _timing(f"{stem}_{id}", f"{label}{words}", f"{what}用时因{because}不可用的接警单数", f"{because}的计数",
                f"count(*) filter (where not merged and {problem} = '{reason}')", better="lower")
        for id, words, because, reason in (
            ("missing", "缺失数", "两个时间至少缺一个", "缺失"),
            ("coarse", "精度不足数", "时间只精确到小时、日或月", "精度不足"),
            ("negative", "为负数", "后一时间早于前一时间", "为负"),
            ("over_day", "超过 24 小时数", "超过 24 小时", "超过24小时"),
        )
    ]
    return [
        *reasons,
        _timing(f"{stem}_unusable", f"{label}不可用数", f"{what}两个时间都有但不可用的接警单数", "精度不足 + 为负 + 超过 24 小时",
                f"count(*) filter (where not merged and {present} and {column} is null)", better="lower",
                caveat="原因见缺失、精度不足、为负、超过 24 小时四项；缺失的不计入本项"),
        _timing(f"{stem}_stamped", f"{label}有时间数", f"{what}两个时间都有的接警单数", "两个时间都有的计数",
                f"count(*) filter (where not merged and {present})"),
        share(f"{stem}_unusable_share", f"{label}不可用占比", "有时间的接警单中不可用的比例", f"{stem}_unusable",
              f"{stem}_stamped", "不可用 ÷ 有时间 × 100%", family=FAMILY, better="lower"),
    ]


def _within(
    count_id: str, share_id: str, label: str, what: str, base: str, condition: str, words: str
) -> tuple[Metric, Metric]:
    """Return how many, and which share, took no longer than a goal."""
    return (
        _timing(count_id, f"{label}达标数", f"{what}在 {words}内的接警单数", "用时不超过目标的计数",
                f"count(*) filter (where not merged and {condition})", better="higher"),
        share(share_id, f"{label}达标率", f"{what}在 {words}内的比例", count_id, base, "达标 ÷ 可用 × 100%",
              family=FAMILY, better="higher", caveat="不可用的时间不计入分母"),
    )


def _circles() -> list[Metric]:
    """Return the shares that arrived within 1, 3 and 5 minutes of the call (1-3-5 circles)."""
    found = [
        _within(f"response_in_{n}m", f"response_within_{n}m", f"{n} 分钟到达", "报警到首次到达", "response_n",
                f"arrive_seconds <= {n * 60}", f"{n} 分钟")
        for n in (1, 3, 5)
    ]
    return [metric for pair in found for metric in pair]


def _timing(id: str, label: str, meaning: str, formula: str, sql: str, **more: Any) -> Metric:
    return alert(id, label, meaning, formula, sql, family=FAMILY, **more)


def _dispatched_response() -> list[Metric]:
    usable = "case when not merged and has_dispatch then arrive_seconds end"
    return [
        alert("response_dispatched_n", "经派警到达可用数", "有派警时间且能算出到达用时的接警单数", "有派警且到达用时可用的计数",
               f"count({usable})", family=FAMILY),
        percentile("response_dispatched_median", "经派警到达用时中位数", "有派警的警情，报警到首次到达", usable, 0.5,
                    "response_dispatched_n"),
        percentile("response_dispatched_p90", "经派警到达用时 P90", "有派警的警情，报警到首次到达", usable, 0.9,
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
        alert(id, label, f"有效警情中报警后 {words}反馈的", f"反馈用时 {words}的计数",
               f"count(*) filter (where valid and {condition})", family=FAMILY)
        for id, label, words, condition in bands
    ]
    return [
        *counts,
        alert("feedback_n", "已反馈警情", "有效警情中有可用反馈时间的", "反馈时间可用的计数",
               "count(*) filter (where valid and feedback_seconds is not null)", family=FAMILY),
        alert("feedback_late_n", "超时反馈警情", "有效警情中报警 30 分钟后才反馈的", "反馈用时超过 30 分钟的计数",
               "count(*) filter (where valid and feedback_seconds > 1800)", family=FAMILY, better="lower"),
        share("feedback_late", "超时反馈率", "已反馈警情中超过 30 分钟的比例", "feedback_late_n", "feedback_n",
               family=FAMILY, formula="超时反馈 ÷ 已反馈 × 100%", better="lower", caveat="分档见五个分档计数"),
    ]


def metrics() -> list[Metric]:
    """Return every metric of the response chain."""
    listed = [metric for segment in _SEGMENTS for metric in _segment(*segment)]
    return [*listed, *_circles(), *_dispatched_response(), *_feedback()]
