"""The sentences of 案件侦防: findings, counts behind shares, what the source does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from metrics.casework.values import WEEK, Ages, Casework, Community, Figure, Known, Trend, Untimed
from metrics.catalogue import Catalogue
from metrics.funnels import LEAST, LEAST_SAMPLE, Funnel


def covered(known: Catalogue, table: str = "cases") -> str:
    """Return the days that a table has data for, in words; "" without any."""
    runs = known.coverage.get(table, [])
    return f"{min(first for first, _ in runs)} 至 {max(last for _, last in runs)}" if runs else ""


def against(found: Casework) -> str:
    """Return with what the period is compared."""
    words = {"last_year": "同比对", "previous": "环比对"}
    return " · ".join(f"{word} {found.windows[span]}" for span, word in words.items() if span in found.windows)


def beside(one: Figure) -> str:
    """Return the last line of a key figure: the counts of a share, the usual range, or why there is no value."""
    if one.reason:
        return one.reason
    counts = f"{one.top:,.0f} ÷ {one.bottom:,.0f}" if one.top is not None and one.bottom is not None else ""
    usual = f"预期 {one.expected[0]:,}–{one.expected[1]:,}" if one.expected else ""
    return "；".join(filter(None, (counts, usual, one.note)))


def reason(found: Casework, metric: str) -> str:
    """Return which part of a case the source never tells, "" where a figure has all that it needs."""
    known = next((one.reason for one in found.figures if one.metric.id == metric), "")
    return f"{known}。可在「数据接入」检查映射。" if known else ""


def trend_title(found: Trend, filed: Figure | None = None) -> str:
    """Say how the whole weeks lie; filed: the key figure, which leads where the period itself lies outside."""
    high = sum(side > 0 for _, side in found.outside)
    low = sum(side < 0 for _, side in found.outside)
    if found.band is None or not any(value is not None for value in found.band.low):
        return "立案与破案"
    lead = _outside(filed) if filed else ""
    if high or low:
        said = [f"{high} 周高于" if high else "", f"{low} 周低于" if low else ""]
        weeks = f"{'逐周' if lead else '立案'}有 {'、'.join(filter(None, said))}预期区间"
    else:
        full = sum(None not in pair for pair in zip(found.filed, found.band.low, strict=True))
        weeks = f"已满的 {full} 周{'未见超出' if lead else '立案均在预期区间内'}"
    open_week = "末周未满" if found.filed and found.filed[-1] is None else ""
    return "；".join(filter(None, (lead, weeks, open_week)))


def _outside(filed: Figure) -> str:
    """Say that the period lies outside the range that its card prints; "" where it does not."""
    if filed.expected is None or filed.value is None or filed.expected[0] <= filed.value <= filed.expected[1]:
        return ""
    low, high = filed.expected
    return f"本期立案 {filed.value:,.0f} 起，{'高' if filed.value > high else '低'}于预期 {low:,}–{high:,}"


def line_words(days: Sequence[date], grain: str) -> str:
    """Say what the small line of a key figure draws: its weeks and not the period; "" without one."""
    return f"折线为近 {len(days)} 个{'整周' if grain == WEEK else '月'}" if days else ""


def trend_sub(found: Trend) -> str:
    if not found.firsts:
        return "刑事案件，起"
    return f"刑事案件，起 · {'按周' if found.grain == WEEK else '按月'} · {found.firsts[0]} 起 {len(found.firsts)} 期"


def trend_note(found: Trend, known: Known) -> str:
    if not found.firsts:
        return "该时段无数据。"
    drawn = found.band is not None and any(value is not None for value in found.band.low)
    said = ["浅色带为立案的预期区间"] if drawn else ["此前不足 8 周或按月显示，不画预期区间"]
    said += ["不完整的周、月不画"] if None in found.filed else []
    said += [] if known.solving else ["数据没有破案时间，不画破案"]
    return " · ".join(said)


def funnel_note(found: Funnel) -> str:
    if not found.spots:
        return "该时段没有可比的案件。"
    if not found.curves:
        large = sum(spot.n >= LEAST_SAMPLE for spot in found.spots)
        few = f"样本达 {LEAST_SAMPLE} 起的派出所不足 {LEAST} 个" if large < LEAST else "各所均为 0% 或均为 100%"
        return f"{common(found)} · {few}，不作判定，不画界限。"
    few = f" · 空心为样本不足 {LEAST_SAMPLE} 起，不作判定" if any(not spot.verdict for spot in found.spots) else ""
    left = f" · {found.left_out} 个所没有样本" if found.left_out else ""
    return (
        f"横线为{common(found)} · 虚线 95%、实线 99.8% 界限（离散程度 φ {found.phi:.2f}）· "
        f"线内为偶然波动，线外才着色{few} · 点击进入该所{left}"
    )


def common(found: Funnel) -> str:
    """Return what the places are held to, with its counts: that of all cases, as the key figure shows it."""
    if found.mean is None:
        return "没有样本"
    return f"全部单位合计 {found.mean:.1f}{found.metric.unit}（{found.top:,.0f} ÷ {found.n:,.0f}）"


def ages_title(found: Ages) -> str:
    if found.median is None:
        return f"未破刑事案件 {found.total:,.0f} 起"
    return f"未破刑事案件 {found.total:,.0f} 起，半数已逾 {found.median:,.0f} 天"


def ages_note(found: Ages, since: date | None) -> str:
    long = sum(found.now[-2:])
    said = [f"超过 1 年 {long:,.0f} 起，占 {long / found.total:.1%}（{long:,.0f} ÷ {found.total:,.0f}）"]
    said += [f"九成在 {found.p90:,.0f} 天以内"] if found.p90 is not None else []
    if since:
        said.append(f"数据自 {since} 起，此前立案的不在其中，存量的同比因此偏高")
    return " · ".join(said)


def delays_note(found: Casework) -> str:
    said = [] if found.delay_median is None else [f"刑事审查时长中位数 {found.delay_median:.1f} 小时"]
    said.append(untimed_words(found.untimed))
    said.append("蓝为时限内，红为超过 3 日（行政 24 小时），经批准延长的未区分")
    return " · ".join(said)


def untimed_words(listed: Sequence[Untimed]) -> str:
    """Say how many cases of each kind the bars leave out, so that with them they are all that were filed."""
    if not any(one.left_out for one in listed):
        return "时间均可用"
    left = "、".join(f"{one.name} {one.cases:,.0f} 起中 {one.left_out:,.0f} 起" for one in listed)
    return f"时间缺失或不可用的未计入：{left}"


def zero_title(listed: Sequence[Community]) -> str:
    zero, counted = sum(one.zero for one in listed), sum(one.counted for one in listed)
    return f"{counted:,.0f} 个社区（村）中 {zero:,.0f} 个零发案（{zero / counted:.0%}）"


def zero_note(found: Casework) -> str:
    said = ["期间越长零发案越少，只与等长的时段比较", "按单位顺序排列，不排名次"]
    if found.no_beat:
        said.append(f"{found.no_beat:,.0f} 起案件没有警格，无法计入")
    return " · ".join(said)
