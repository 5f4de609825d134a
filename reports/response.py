"""How fast help came: the arrival in words, the table of all segments of the response chain."""

from __future__ import annotations

from metrics.definitions import METRICS
from reports.document import Column, Part, Table, Text, count_cell, text_cell
from reports.sources import Source

_SEGMENTS = ("answer", "dispatch", "response", "on_scene")
_TIMES = ("n", "median", "p90", "within", "unusable", "unusable_share")
# 处置用时 has no goal.
TIMING = tuple(f"{one}_{part}" for one in _SEGMENTS for part in _TIMES if (one, part) != ("on_scene", "within"))


def chapter(source: Source) -> tuple[Part, ...]:
    """Return how fast help came, in words; the other segments stand in the appendix."""
    return (Text(_arrival(source.ask(*TIMING, spans=()).rows[0])),)


def _arrival(row: dict[str, float | None]) -> str:
    n, median, p90, within = (row[f"response_{part}"] for part in ("n", "median", "p90", "within"))
    if not n or median is None or p90 is None or within is None:
        return "本期没有可用的到达时间，到达用时不作统计。"
    share = row["response_unusable_share"]
    return (
        f"到达用时可用 {n:,.0f} 起，中位数 {median:.1f} 分钟，九成在 {p90:.1f} 分钟内（P90），达标率 {within:.1f}%；"
        f"另有 {row['response_unusable'] or 0:,.0f} 起时间不可用，占有时间的 {share or 0:.1f}%。"
    )


def timing_table(source: Source) -> Table | None:
    """Return the segments of the response chain: how many usable, median, P90, within goal, unusable."""
    if not source.has_alerts:
        return None
    row = source.ask(*TIMING, spans=()).rows[0]
    if not any(row[f"{one}_{part}"] for one in _SEGMENTS for part in ("n", "unusable")):
        return None
    lines = []
    for one in _SEGMENTS:
        label = METRICS[f"{one}_n"].label.removesuffix("可用数")
        values = [row.get(f"{one}_{part}") for part in _TIMES]
        places = (0, 1, 1, 1, 0, 1)
        lines.append((text_cell(label), *(count_cell(value, n) for value, n in zip(values, places, strict=True))))
    columns = (
        Column("环节", 1.2), Column("可用数（起）", 1.2, True), Column("中位数（分钟）", 1.4, True),
        Column("P90（分钟）", 1.2, True), Column("达标率（%）", 1.2, True), Column("不可用（起）", 1.2, True),
        Column("不可用占比（%）", 1.5, True),
    )  # fmt: skip
    note = (
        "达标：接警 1 分钟、派警 3 分钟、到达城区 5 分钟其他 10 分钟；处置用时无目标。"
        "不可用的时间不计入中位数与达标率。"
    )
    return Table("接处警时效", columns, tuple(lines), note)
