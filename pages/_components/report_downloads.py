"""The hand-out of what a page shows, as DOCX, XLSX or PPTX: buttons, and the callbacks that write the file.

A page under the filter bar places `period_buttons()`, the page of a station `station_buttons()`.
"""

from __future__ import annotations

import base64
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from data import clock
from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import catalogue
from metrics.catalogue import Catalogue
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components import filters, session
from pages._components.attributes import attributes
from pages._components.score_questions import read
from reports import daily, station, weekly, writing
from reports.document import Report

_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
# What a file system refuses in a name.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', "_"))
_WEEK_DAYS = 7


def period_buttons() -> html.Span:
    """Return the buttons of the report on the page's filter: seven days make a weekly report, else a daily one."""
    return _buttons("report-period", "按本页筛选生成：一天为日报，七天为周报，其余为研判报告")


def station_buttons() -> html.Span:
    """Return the buttons of the monthly report of the station that the page shows."""
    return _buttons("report-station", "生成本所月报")


def _buttons(id: str, title: str) -> html.Span:
    buttons = [
        html.Button(
            f"导出 {suffix[1:].upper()}", id=f"{id}-{suffix[1:]}", type="button", className="button button-quiet",
            title=title,
        )
        for suffix in writing.FORMATS
    ]  # fmt: skip
    said = html.Span(id=f"{id}-said", className="export-said", **attributes(aria_live="polite"))
    return html.Span([*buttons, said, dcc.Download(id=f"{id}-file")], className="export-buttons")


def _outputs(id: str) -> list[Any]:
    return [Output(f"{id}-file", "data"), Output(f"{id}-said", "children")]


def _inputs(id: str) -> list[Any]:
    return [Input(f"{id}-{suffix[1:]}", "n_clicks") for suffix in writing.FORMATS]


def _running(id: str) -> list[Any]:
    """While a file is written its buttons rest, so that nobody asks twice."""
    return [(Output(f"{id}-{suffix[1:]}", "disabled"), True, False) for suffix in writing.FORMATS]


def register(app: Dash) -> None:
    """Register the callbacks of the buttons."""

    @app.callback(
        *_outputs("report-period"), *_inputs("report-period"), State("selection", "data"),
        running=_running("report-period"), prevent_initial_call=True,
    )  # fmt: skip
    def download_period(*clicked: Any) -> tuple[Any, Any]:
        """Write the report on the page's filter."""
        *_, query = clicked
        return _downloaded(lambda snapshot: of_period(snapshot, query))

    @app.callback(
        *_outputs("report-station"), *_inputs("report-station"), State("station-code", "data"), State("url", "search"),
        running=_running("report-station"), prevent_initial_call=True,
    )  # fmt: skip
    def download_station(*clicked: Any) -> tuple[Any, Any]:
        """Write the monthly report of the station that the page shows."""
        *_, code, search = clicked
        return _downloaded(lambda snapshot: of_station(snapshot, code or "", search))


def name_of(selection: Selection, known: Catalogue) -> str:
    """Say which report the filter makes: 日报, 周报 or, of another length, 研判报告."""
    days = selection.resolve(known.data_as_of).window.days
    return {1: "日报", _WEEK_DAYS: "周报"}.get(int(days), "研判报告")


def of_period(snapshot: Snapshot, query: dict[str, str] | None) -> Report:
    """Return the report on the filter in the store "selection"; raises MetricError."""
    selection = session.selection_of(query)
    period = selection.resolve(catalogue.of(snapshot).data_as_of)
    made = weekly.weekly if period.window.days == _WEEK_DAYS else daily.daily
    return made(snapshot, selection, clock.now())


def of_station(snapshot: Snapshot, code: str, search: str | None) -> Report:
    """Return the monthly report of a station for the month and policy in the page's address; raises MetricError."""
    store = session.current_store()
    asked, _, _ = read(filters.query_of(search), snapshot, store)
    question = station.Asked(code, asked.month, asked.pack.id)
    return station.monthly(snapshot, store.root, question, clock.now())


def _downloaded(make: Any) -> tuple[Any, Any]:
    """Return the file for the button that was clicked, or what keeps it from being written."""
    if not ctx.triggered[0]["value"]:
        raise PreventUpdate
    suffix = f".{str(ctx.triggered_id).rsplit('-', 1)[1]}"
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return no_update, "还没有数据。请先在「数据接入」导入数据。"
        report = make(snapshot)
        return file_of(report, snapshot, suffix), ""
    except (MetricError, StoreError) as error:
        return no_update, str(error)


def file_of(report: Report, snapshot: Snapshot, suffix: str) -> dict[str, Any]:
    """Return the data of a dcc.Download."""
    name = f"{report.title}_{report.period}_版本{snapshot.id}".translate(_NOT_IN_NAMES)
    content = base64.b64encode(writing.content(report, suffix)).decode()
    return {"content": content, "filename": f"{name}{suffix}", "type": _TYPES[suffix], "base64": True}
