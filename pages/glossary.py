"""指标口径: every metric and dimension with its definition, and the data dictionary."""

from __future__ import annotations

from functools import cache
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, clientside_callback, html

from data import dictionary
from metrics.definitions import DIMENSIONS, METRICS
from metrics.model import Metric
from pages._components import definitions
from pages._components.attributes import attributes
from pages._components.markup import static

dash.register_page(__name__, path="/glossary", name="指标口径", title="指标口径 · 降控研判台", order=9, key="k")


def layout(q: Any = "", **_: Any) -> html.Div:
    """Return all definitions; the search box hides what does not match, and its text is kept in the address."""
    wanted = q if isinstance(q, str) else ""
    return html.Div(
        [
            _head(wanted, [*_families(), "方法", "维度", "数据字典"]),
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
            *(
                _section(family, [definitions.of_metric(one) for one in members])
                for family, members in _families().items()
            ),
            _section("方法", [definitions.of_method(one) for one in definitions.METHODS.values()]),
            _section("维度", [definitions.of_dimension(one) for one in DIMENSIONS.values()]),
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
        [definitions.title(f"table-{entry.name}", entry.meaning, entry.name), body],
        id=f"table-{entry.name}",
        className="definition",
    )
