"""Definitions as 指标口径 and the panel behind ⓘ show them: metrics, dimensions, and methods that pages name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from metrics.definitions import DIMENSIONS, METRICS, sql_of
from metrics.model import RATIO, Dimension, Metric
from pages._components.attributes import attributes

Facts = list[tuple[str, Any]]
_BETTER = {"lower": "越低越好 ↓", "higher": "越高越好 ↑", "neither": "不作好坏判断"}
_PRECISION = {"hour": "时间精确到小时", "day": "时间精确到日", "month": "时间精确到月"}


@dataclass(frozen=True)
class Method:
    """How something is judged or drawn that is no metric: a verdict, a forecast, a hot cell."""

    id: str
    label: str
    facts: tuple[tuple[str, str], ...]


METHODS: dict[str, Method] = {}


def method(id: str, label: str, *facts: tuple[str, str]) -> str:
    """Make a method known and return its id, for the ⓘ of a card; facts: (含义, …), (算法, …), (注意, …), (出处, …)."""
    METHODS[id] = Method(id, label, facts)
    return id


method(
    "verdict",
    "判定：真变化 / 正常波动 / 样本不足",
    ("含义", "数量与预期之差是否超出随机波动。只有超出时才给颜色。"),
    ("算法", "预期取此前 8 周同星期的平均，并按各自的离散程度放宽；31 日以上的时段与去年同期相比，比率与上期相比。"),
    (
        "同一数同一判定",
        "总数与分类各按自身检验：超出 3 个标准差（P ≤ 0.27%）且在所列预期区间之外为真变化。与同页有多少数无关，"
        "同一指标、时段、筛选在今日会商、趋势、案件、材料与大屏判定相同。"
        "一页约 18 个总数全无变化时，每 20 页约 1 页有误判。",
    ),
    ("众多比较", "各所、各格、各时段是从许多个里找出异常的，按 5% 错误发现率一并校正，因此比单看一个所时更严。"),
    ("偏高、偏低，未确认", "在所列预期区间（中间 99%）之外，但未超出 3 个标准差，仍可能是偶然。"),
    ("注意", "「样本不足」表示即使翻倍也难以与波动区分；不等于没有变化。"),
    ("出处", "控制图的 3 倍标准差界限：Shewhart 1931；多重比较：Benjamini 与 Hochberg 1995。"),
)


def link(ids: str | Sequence[str]) -> html.A:
    """Return the ⓘ of one definition or several: a panel on this page, the glossary when it is opened elsewhere."""
    wanted = [ids] if isinstance(ids, str) else list(ids)
    unknown = [id for id in wanted if id not in METRICS and id not in METHODS and id not in DIMENSIONS]
    if unknown:
        raise KeyError(f"no metric, dimension or method is called {'、'.join(unknown)}")
    return html.A(
        "ⓘ",
        href=f"/glossary#{anchor(wanted[0])}",
        className="info",
        title="查看口径",
        **attributes(aria_label="查看口径", aria_haspopup="dialog", data_define=",".join(wanted)),
    )


def anchor(id: str) -> str:
    """Return where 指标口径 has a definition."""
    return id if id in METRICS else f"method-{id}" if id in METHODS else f"dimension-{id}"


def entry(id: str) -> html.Article | None:
    """Return one definition by its id, None for an unknown one."""
    if id in METRICS:
        return of_metric(METRICS[id])
    if id in METHODS:
        return of_method(METHODS[id])
    return of_dimension(DIMENSIONS[id]) if id in DIMENSIONS else None


def of_metric(metric: Metric) -> html.Article:
    """Return the definition of a metric."""
    facts: Facts = [("含义", metric.meaning), ("算法", metric.formula)]
    if metric.kind == RATIO:
        facts += [("分子", _reference(metric.numerator)), ("分母", _reference(metric.denominator))]
    elif metric.denominator:
        facts.append(("样本数", _reference(metric.denominator)))
    elif metric.numerator:
        facts.append(("分子", _reference(metric.numerator)))
    facts.append(("单位", f"{metric.unit} · {_BETTER[metric.better]}"))
    if metric.caveat:
        facts.append(("注意", metric.caveat))
    if metric.clause:
        facts.append(("条款", metric.clause))
    facts.append(("取数", _sql(f"{metric.view} · SQL", sql_of(metric))))
    return article(metric.id, metric.label, f"{metric.id} · 第 {metric.version} 版", facts)


def of_dimension(dimension: Dimension) -> html.Article:
    """Return the definition of a dimension."""
    facts: Facts = [
        ("含义", dimension.meaning),
        ("要求", _PRECISION[dimension.needs]),
        ("取数", _sql("SQL", dimension.sql)),
    ]
    return article(anchor(dimension.id), dimension.label, dimension.id, facts)


def of_method(one: Method) -> html.Article:
    """Return the definition of a method."""
    return article(anchor(one.id), one.label, one.id, list(one.facts))


def article(id: str, label: str, code: str, facts: Facts) -> html.Article:
    """Return one entry of 指标口径."""
    listed = [part for name, text in facts for part in (html.Dt(name), html.Dd(text))]
    return html.Article([title(id, label, code), html.Dl(listed)], id=id, className="definition")


def title(id: str, label: str, code: str) -> html.H3:
    """Return the name of an entry, which is also the link to it."""
    return html.H3(
        [
            html.A(label, href=f"/glossary#{id}", className="definition-name", title="本条的链接"),
            html.Span(f" {code}", className="definition-id"),
        ]
    )


def words(ids: Sequence[str]) -> str:
    """Say definitions in one line, for the head of an export: name, formula and version."""
    said = [f"{METRICS[id].label}：{METRICS[id].formula}（第 {METRICS[id].version} 版）" for id in ids if id in METRICS]
    said += [f"{METHODS[id].label}：{dict(METHODS[id].facts).get('算法', '')}" for id in ids if id in METHODS]
    return "；".join(said)


def _sql(label: str, text: str) -> html.Details:
    return html.Details([html.Summary(label), html.Pre(text)], className="plain")


def _reference(metric_id: str) -> html.A:
    return html.A(METRICS[metric_id].label, href=f"/glossary#{metric_id}", **attributes(data_define=metric_id))
