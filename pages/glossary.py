"""指标口径: every metric and dimension with its definition, and the data dictionary."""

from __future__ import annotations

from functools import cache
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, clientside_callback, html

from data import dictionary
from metrics.definitions import DIMENSIONS, METRICS, sql_of
from metrics.model import RATIO, Dimension, Metric
from pages._components.attributes import attributes
from pages._components.markup import static

dash.register_page(__name__, path="/glossary", name="指标口径", title="指标口径 · 降控研判台", order=9, key="k")

_BETTER = {"lower": "越低越好 ↓", "higher": "越高越好 ↑", "neither": "不作好坏判断"}
_PRECISION = {"hour": "时间精确到小时", "day": "时间精确到日", "month": "时间精确到月"}


def layout(q: Any = "", **_: Any) -> html.Div:
    """Return all definitions; the search box hides what does not match, and its text is kept in the address."""
    wanted = q if isinstance(q, str) else ""
    return html.Div(
        [
            _head(wanted, [*_families(), "维度", "数据字典"]),
            _definitions(),
            html.P("没有符合的指标。请换一个词，或清空查找框。", id="glossary-none", className="state", hidden=True),
        ]
    )


clientside_callback(
    ClientsideFunction("glossary", "search"),
    Output("glossary-count", "children"),
    Output("glossary-none", "hidden"),
    Input("glossary-search", "value"),
)


@cache
def _definitions() -> html.Div:
    """Return all definitions as one part: they are the same for everybody and never change while serving."""
    return static(
        [
            *(_section(family, [_metric(one) for one in members]) for family, members in _families().items()),
            _section("维度", [_dimension(one) for one in DIMENSIONS.values()]),
            _section("数据字典", [_table(entry) for entry in dictionary.tables()]),
        ]
    )


def _families() -> dict[str, list[Metric]]:
    found: dict[str, list[Metric]] = {}
    for metric in METRICS.values():
        found.setdefault(metric.family, []).append(metric)
    return found


def _head(wanted: str, sections: list[str]) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Label(
                        [
                            html.Span("查找指标", className="visually-hidden"),
                            dbc.Input(
                                id="glossary-search",
                                type="search",
                                value=wanted,
                                placeholder="查找：名称、含义、条款或代码",
                                class_name="control page-search",
                            ),
                        ]
                    ),
                    html.Span(id="glossary-count", className="card-sub num", role="status"),
                ],
                className="glossary-tools",
            ),
            html.Nav(
                [html.A(name, href=f"/glossary#section-{name}") for name in sections],
                className="glossary-sections",
                **attributes(aria_label="分类"),
            ),
        ],
        className="glossary-head",
    )


def _section(name: str, entries: list[Any]) -> html.Section:
    return html.Section(
        [html.H2(name, id=f"section-{name}"), html.Div(entries, className="definitions")],
        className="card-box glossary-section",
        **attributes(aria_labelledby=f"section-{name}"),
    )


def _metric(metric: Metric) -> html.Article:
    facts: list[tuple[str, Any]] = [("含义", metric.meaning), ("算法", metric.formula)]
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
    return _entry(metric.id, metric.label, f"{metric.id} · 第 {metric.version} 版", facts)


def _dimension(dimension: Dimension) -> html.Article:
    facts = [
        ("含义", dimension.meaning),
        ("要求", _PRECISION[dimension.needs]),
        ("取数", _sql("SQL", dimension.sql)),
    ]
    return _entry(f"dimension-{dimension.id}", dimension.label, dimension.id, facts)


def _table(entry: dictionary.TableEntry) -> html.Article:
    rows = [
        html.Tr([html.Td(html.Code(one.name)), html.Td(one.meaning), html.Td(one.type.lower())])
        for one in entry.columns
    ]
    body = html.Details(
        [
            html.Summary(f"{len(rows)} 个字段"),
            html.Table(html.Tbody(rows), className="plain-table"),
        ],
        className="plain",
    )
    return html.Article(
        [_title(f"table-{entry.name}", entry.meaning, entry.name), body],
        id=f"table-{entry.name}",
        className="definition",
    )


def _entry(id: str, label: str, code: str, facts: list[tuple[str, Any]]) -> html.Article:
    listed = [part for name, text in facts for part in (html.Dt(name), html.Dd(text))]
    return html.Article([_title(id, label, code), html.Dl(listed)], id=id, className="definition")


def _title(id: str, label: str, code: str) -> html.H3:
    return html.H3(
        [
            html.A(label, href=f"/glossary#{id}", className="definition-name", title="本条的链接"),
            html.Span(f" {code}", className="definition-id"),
        ]
    )


def _sql(words: str, text: str) -> html.Details:
    return html.Details([html.Summary(words), html.Pre(text)], className="plain")


def _reference(metric_id: str) -> html.A:
    return html.A(METRICS[metric_id].label, href=f"/glossary#{metric_id}")
