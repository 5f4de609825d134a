"""The frame around every page: rail, filter bar, status, light and dark, keys, notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, set_props

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics.model import MetricError
from pages._components import filters, panels, report_downloads, session, states, status
from pages._components.attributes import attributes

PRODUCT = "降控研判台"
_KEYS = (("/", "转到筛选"), ("?", "显示或关闭本表"), ("Esc", "关闭打开的面板"), ("Tab", "依次移动焦点"))


def layout() -> html.Div:
    """Return the frame; Dash calls this for every visit."""
    snapshot, problem = status.read()
    return html.Div(
        [
            html.A("跳到内容", href="#content", className="skip"),
            _rail(snapshot),
            html.Div(
                [
                    html.Header(
                        [
                            html.Div(
                                [
                                    html.H1(PRODUCT, id="page-name", className="page-name"),
                                    html.P(id="period-words", className="period-words num"),
                                    # For paper and pictures, where the bar does not go.
                                    html.P(id="filter-said", className="filter-said"),
                                ],
                                id="heading",
                            ),
                            filters.bar(),
                            html.Div(
                                [
                                    html.Div(
                                        status.badge(snapshot, problem), id="status", className="status", role="status"
                                    ),
                                    html.Span("连接中断，正在重试", className="chip chip-worse offline", role="alert"),
                                    html.Button(
                                        id="mode-button", type="button", className="icon-button", title="切换深浅色"
                                    ),
                                ],
                                className="bar-end",
                            ),
                        ],
                        className="bar",
                    ),
                    html.Nav(id="crumbs", className="crumbs", **attributes(aria_label="筛选路径")),
                    html.Div(id="filter-notices", className="notices", **attributes(aria_live="polite")),
                    html.Div(id="notices", className="notices", **attributes(aria_live="polite")),
                    html.Main(dash.page_container, id="content", tabIndex="-1"),
                ],
                className="stage",
            ),
            _key_help(),
            *panels.layout(),
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="selection"),
            dcc.Store(id="mode"),
            dcc.Store(id="pages", data=_page_facts()),
            *status.parts(snapshot),
        ],
        id="shell",
        className="shell",
    )


def register(app: Dash) -> None:
    """Register the callbacks of the frame."""
    filters.register(app)
    status.register(app)
    panels.register(app)
    report_downloads.register(app)
    app.clientside_callback(
        ClientsideFunction("shell", "navigation"),
        Output({"type": "nav", "path": ALL}, "href"),
        Output({"type": "nav", "path": ALL}, "aria-current"),
        Output("page-name", "children"),
        Output("filters", "hidden"),
        Output("crumbs", "hidden"),
        Output("period-words", "hidden"),
        Output("filter-notices", "hidden"),
        Output("notices", "children"),
        Input("url", "pathname"),
        Input("url", "search"),
        State("pages", "data"),
        State({"type": "nav", "path": ALL}, "id"),
    )

    @app.callback(Output("rail-bureau", "children"), Input("snapshot", "data"), prevent_initial_call=True)
    def bureau(_: int | None) -> str:
        return _bureau(status.read()[0])

    app.clientside_callback(
        ClientsideFunction("shell", "mode"), Output("mode", "data"), Input("mode-button", "n_clicks")
    )


def explain_failure(error: Exception) -> None:
    """Say on screen that a callback failed."""
    set_props("notices", {"children": states.notice(explanation(error), "worse")})


def explanation(error: Exception) -> str:
    """Return what to tell the user: errors made for users speak for themselves, others go to the log."""
    if isinstance(error, (StoreError, MetricError)):
        return str(error)
    session.log().error("a page failed", exc_info=error)
    return "程序内部错误，已写入日志。请刷新页面重试；仍有问题请联系系统管理员。"


def _rail(snapshot: Snapshot | None) -> html.Aside:
    return html.Aside(
        [
            html.Div(
                [
                    html.A(PRODUCT, href="/", className="brand"),
                    html.Button("菜单", id="menu-button", type="button", **attributes(aria_expanded="false")),
                ],
                className="rail-head",
            ),
            html.Nav([_link(page) for page in _listed_pages()], id="rail-nav", **attributes(aria_label="页面")),
            html.P(_bureau(snapshot), id="rail-bureau", className="rail-foot"),
        ],
        className="rail",
    )


def _bureau(snapshot: Snapshot | None) -> str:
    return snapshot.meta.get("bureau", "") if snapshot else ""


def _link(page: Mapping[str, Any]) -> html.A:
    return html.A(
        page["name"],
        id={"type": "nav", "path": page["path"]},
        href=page["path"],
        className="rail-link",
        **attributes(data_key=page.get("key", ""), aria_current="false"),
    )


def _listed_pages() -> list[Mapping[str, Any]]:
    """Return the pages that the rail shows: those registered with an order."""
    return [page for page in dash.page_registry.values() if page["order"] is not None]


def _page_facts() -> dict[str, Any]:
    """Return what the browser needs to know of the pages: their names, and which of them the filter rules."""
    pages = {
        page["path"]: {"name": page["name"], "filtered": bool(page.get("filtered"))}
        for page in dash.page_registry.values()
    }
    return {"pages": pages, "keys": filters.KEYS}


def _key_help() -> html.Dialog:
    jumps = [(f"g {page['key']}", f"转到{page['name']}") for page in _listed_pages() if page.get("key")]
    return html.Dialog(
        [
            html.H2("键盘操作"),
            html.Table(
                html.Tbody([html.Tr([html.Td(html.Kbd(key)), html.Td(text)]) for key, text in [*_KEYS, *jumps]])
            ),
            html.Button("关闭", type="button", id="key-help-close", className="button button-quiet"),
        ],
        id="key-help",
    )
