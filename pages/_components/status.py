"""How fresh and how good the data is, said on every page, and the poll that notices a new version."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from data import clock
from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import periods
from pages._components import session
from pages._components.attributes import attributes
from pages._components.markup import static

POLL_MILLISECONDS = 3000
# The age in words is said anew every so many polls even when the version stays.
_POLLS_PER_RENEWAL = 20
LEVELS = ("良好", "一般", "较差")
_LEVEL_TONES = {"良好": "better", "一般": "watch", "较差": "worse"}


def parts(snapshot: Snapshot | None) -> list[Any]:
    """Return the invisible parts of the shell that carry the version to every callback."""
    return [dcc.Store(id="snapshot", data=stamp(snapshot)), dcc.Interval(id="poll", interval=POLL_MILLISECONDS)]


def register(app: Dash) -> None:
    """Read the pointer every few seconds; pages follow the store "snapshot"."""

    @app.callback(
        Output("snapshot", "data"),
        Output("status", "children"),
        Input("poll", "n_intervals"),
        State("snapshot", "data"),
        prevent_initial_call=True,
    )
    def poll(count: int, shown: str | None) -> tuple[Any, Any]:
        snapshot, problem = read()
        current = stamp(snapshot)
        if current == shown and problem is None and count % _POLLS_PER_RENEWAL:
            raise PreventUpdate
        return (no_update if current == shown or problem else current), badge(snapshot, problem)


def stamp(snapshot: Snapshot | None) -> str | None:
    """Return what pages listen to: it changes with the version, and again when the version has been fitted."""
    if snapshot is None:
        return None
    return f"{snapshot.id}{'+' if any(snapshot.fits_stamp) else ''}"


def read() -> tuple[Snapshot | None, str | None]:
    """Return the current version, or the plain message of what keeps it from being read."""
    try:
        return session.current_snapshot(), None
    except StoreError as error:
        return None, str(error)


def badge(snapshot: Snapshot | None, problem: str | None = None) -> list[Any]:
    """Return data-as-of, version, quality and the demo label."""
    if problem:
        return [html.Span("数据仓无法读取", className="tone-worse", title=problem)]
    if snapshot is None:
        return [html.A("尚无数据", href="/data", className="status-item")]
    as_of = snapshot.version.data_as_of
    items: list[Any] = [
        html.Span(f"数据截至 {as_of[:16] if as_of else '—'}", className="status-item num", title=_age(as_of)),
        html.Span(f"版本 {snapshot.id}", className="status-item num"),
        *_late(as_of),
        _quality(snapshot),
    ]
    if snapshot.is_demo:
        items.append(html.Span("示例数据", className="chip chip-watch", title="虚构的单位与数据，仅供演示"))
    return items


def source_line(snapshot: Snapshot | None) -> str:
    """Return what stands under every figure: data-as-of and version."""
    if snapshot is None:
        return ""
    as_of = snapshot.version.data_as_of
    return f"数据截至 {as_of[:16] if as_of else '—'} · 版本 {snapshot.id}"


def quality_checks(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the measured quality shares of a version: label, count, total, level."""
    checks: list[dict[str, Any]] = json.loads(snapshot.meta.get("quality", "[]"))
    return checks


def worst_level(checks: list[dict[str, Any]]) -> str:
    """Return the worst level among checks, 良好 when there is none."""
    return max((check["level"] for check in checks), key=LEVELS.index, default=LEVELS[0])


def level_tone(level: str) -> str:
    """Return the tone of a quality level."""
    return _LEVEL_TONES[level]


def _quality(snapshot: Snapshot) -> Any:
    checks = quality_checks(snapshot)
    if not checks:
        return html.Span("● 质量未测", className="status-item tone-none", title="尚无警情，质量无从测量")
    level = worst_level(checks)
    rows = [
        html.Tr(
            [
                html.Td(check["label"]),
                html.Td(f"{check['count']:,} / {check['total']:,}", className="num"),
                html.Td(f"{check['count'] / check['total']:.1%}", className="num"),
                html.Td(check["level"], className=f"tone-{level_tone(check['level'])}"),
            ]
        )
        for check in checks
    ]
    return html.Details(
        [
            html.Summary(
                [html.Span("● ", **attributes(aria_hidden="true")), f"质量{level}"],
                className=f"tone-{level_tone(level)}",
            ),
            static(
                [
                    html.P("近 30 日警情的质量实测", className="panel-title"),
                    html.Table(html.Tbody(rows), className="plain-table"),
                    html.A("查看数据接入与版本 ›", href="/data"),
                ],
                "popover-panel popover-right",
            ),
        ],
        className="picker picker-quality status-item",
    )


def _late(as_of: str | None) -> list[Any]:
    """Say how many days behind the data is; 昨日 then shows the last day that is there (filters.heading_words)."""
    days = periods.days_behind(datetime.fromisoformat(as_of), clock.now()) if as_of else 0
    if not days:
        return []
    return [
        html.Span(f"数据滞后 {days:,} 天", className="chip chip-watch", title=f"昨日的数据还没有导入。{_age(as_of)}")
    ]


def _age(as_of: str | None) -> str:
    if not as_of:
        return ""
    hours = (clock.now() - datetime.fromisoformat(as_of)).total_seconds() / 3600
    if hours < 1:
        return "数据距今不到 1 小时"
    return f"数据距今约 {hours:.0f} 小时" if hours < 48 else f"数据距今约 {hours / 24:.0f} 天"
