"""The two cards of a campaign on 趋势研判: how far it is, and what is left of it beside the comparison stations."""

from __future__ import annotations

from typing import Any

from dash import html

from metrics import change
from metrics.trend.campaign import Progress
from pages._components import campaign_figures as drawing
from pages._components import cards


def filled(running: Progress | None, mode: str, source: str, of_bureau: bool = False) -> dict[str, Any]:
    """Return the values of both cards; without a campaign they stay as they are.

    of_bureau: the page shows some stations only, so the titles say that the campaign is that of the whole bureau.
    """
    if running is None:
        return cards.kept("trend-campaign", "trend-change")
    plan, treated = running.plan, running.treated
    whose = "全局行动：" if of_bureau else ""
    return {
        "trend-campaign": cards.filled(
            drawing.cumulative(running, mode),
            title=f"{whose}{running.state}：{_counts(running)}，目标 {_signed(plan.goal)}",
            sub=f"{plan.name} · {len(plan.stations)} 个行动所{running.categories}累计，起 · "
            f"第 {len(running.steps)} 天，共 {(plan.ends_on - plan.starts_on).days + 1} 天",
            note=f"{running.words} · 按目标到今日应不多于 {plan.wanted(treated.base or 0):,.0f} 起",
            source=source,
        ),
        "trend-change": cards.filled(
            drawing.changes(running, mode),
            title=whose + _net_words(running),
            sub=f"累计变化率，% · 对{plan.base_words}"
            + (f" · {len(plan.comparison_stations)} 个对照所" if plan.comparison_stations else ""),
            note=_compared_words(running),
            source=source,
        ),
    }


def _counts(running: Progress) -> str:
    found = running.treated
    return f"累计 {found.value or 0:,.0f} 起，{change.clause(found, '起', f'比{running.plan.base_words}')}"


def _net_words(running: Progress) -> str:
    """Return the change beyond that of the comparison stations, as far as it is sure."""
    net = running.net
    if running.compared is None:
        return "没有对照所，变化不能与大势分开"
    if net.percent is None or net.low is None or net.high is None:
        return "数量太少，不能与对照所相比"
    span = f"（95% 区间 {_signed(net.low)} 至 {_signed(net.high)}）"
    if not net.is_real:
        return f"扣除对照所后净变化 {_signed(net.percent)}{span}，尚不能断定"
    return f"扣除对照所后净{'下降' if net.percent < 0 else '上升'} {abs(net.percent):.1f}%{span}"


def _compared_words(running: Progress) -> list[Any]:
    lines = []
    if running.compared is not None:
        moved = change.clause(running.compared, "起", "同期")
        lines.append(html.P(f"对照所 {running.compared.value or 0:,.0f} 起，{moved}。灰带为行动所 95% 区间。"))
    told = "；".join(f"{one.place}{one.label} {_signed(one.value)}（{one.base}）" for one in running.outcomes)
    if told:
        lines.append(html.P(f"外地参考：{told}。来源：{running.outcomes[0].source}；基期、口径不同，不作目标。"))
    return lines


def _signed(value: float) -> str:
    return f"{value:+.1f}%".replace("-", "−")
