"""指标账单: every target of a policy × every station, with the gap that is true when it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
from dash import MATCH, Input, Output, State, callback, ctx, html
from dash.exceptions import PreventUpdate

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache
from metrics.model import MetricError
from metrics.score import MET, MISSED, UNBOUND, UNREPORTED, Score, Scorecard
from metrics.selfcheck import ranked
from pages._components import (
    cards,
    export,
    filters,
    reported_template,
    score_controls,
    score_tables,
    scores,
    session,
    states,
    status,
)
from pages._components.attributes import attributes
from pages._components.score_export import (
    asked_of,
    bureau_sheet,
    clauses_sheet,
    list_sheet,
    matrix_sheet,
    month_pinning,
    own_sheet,
)
from pages._components.score_questions import (
    BY_MISSED,
    DEFAULT,
    SORTS,
    STATES,
    Asked,
    Choices,
    card_of,
    data_words,
    read,
)
from pages._components.score_view import View, chosen_of, view_of
from pages._components.shown import Shown

dash.register_page(__name__, path="/scorecard", name="指标账单", title="指标账单 · 降控研判台", order=6, key="c")

_SELECTS = {"policy": "政策目标", "month": "月份", "kind": "派出所类别", "state": "状态", "sort": "排序"}
_PARTS = ("own-scores", "bureau", "scores", "clauses")
_DATED = ("own-scores", "bureau", "scores")


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; everything in it arrives through the callback."""
    return html.Div(
        [
            html.Div(
                [
                    *(
                        score_controls.select(f"score-{key}", key, label, first=key == "policy")
                        for key, label in _SELECTS.items()
                    ),
                    html.Span(
                        [export.template_button("scorecard"), export.buttons("scores-export")], className="tools-end"
                    ),
                ],
                className="page-tools",
                role="search",
                **attributes(aria_label="账单筛选"),
            ),
            html.Div(id="scorecard-state", **attributes(aria_live="polite")),
            html.Div(
                [
                    cards.card("bureau", "全局", states.skeleton(2), span="span-12"),
                    cards.card("scores", "派出所 × 目标", states.skeleton(10), span="span-12"),
                    cards.card("own-scores", "所选派出所", "", span="span-12"),
                    cards.card("clauses", "目标与条款", states.skeleton(6), span="span-12"),
                ],
                id="scorecard-grid",
                className="grid",
            ),
        ]
    )


@callback(
    output={
        "state": Output("scorecard-state", "children"),
        "hidden": Output("scorecard-grid", "hidden"),
        "parts": {name: Output(name, "hidden") for name in _PARTS},
        "options": {key: Output(f"score-{key}", "options") for key in _SELECTS},
        "values": {key: Output(f"score-{key}", "value") for key in _SELECTS},
        "titles": {name: Output(f"{name}-title", "children") for name in _PARTS},
        "subs": {name: Output(f"{name}-sub", "children") for name in _PARTS},
        "bodies": {name: Output(f"{name}-body", "children") for name in _PARTS},
        "notes": {"scores": Output("scores-note", "children")},
        "sources": {name: Output(f"{name}-source", "children") for name in _DATED},
    },
    inputs={"search": Input("url", "search"), "version": Input("snapshot", "data")},
)
def show(search: str | None, version: int | None) -> dict[str, Any]:
    """Fill the page from its URL; what is drawn is kept per version and question."""
    try:
        snapshot = session.current_snapshot()
        if snapshot is None:
            return _only(states.empty_store())
        asked, choices, notices = read(filters.query_of(search), snapshot, session.current_store())
        drawn = cache.answer(snapshot, asked, _drawn)
    except (MetricError, StoreError) as error:
        return _only(states.panel("无法显示", str(error), tone="worse", action=("数据接入", "/data")))
    return {
        **drawn,
        "state": [states.notice(text) for text in notices] + drawn["state"],
        "options": _options(asked, choices),
        "values": _values(asked, choices),
    }


def _only(message: html.Div) -> dict[str, Any]:
    """Show one message in place of the figures."""
    keep = dash.no_update
    return {
        "state": message, "hidden": True, "parts": dict.fromkeys(_PARTS, True),
        "options": dict.fromkeys(_SELECTS, keep), "values": dict.fromkeys(_SELECTS, keep),
        "titles": dict.fromkeys(_PARTS, keep), "subs": dict.fromkeys(_PARTS, keep),
        "bodies": dict.fromkeys(_PARTS, keep), "notes": {"scores": keep},
        "sources": dict.fromkeys(_DATED, keep),
    }  # fmt: skip


def _options(asked: Asked, choices: Choices) -> dict[str, list[dict[str, str]]]:
    orders = [(DEFAULT if key == BY_MISSED else key, words) for key, words in SORTS.items()]
    if asked.sort not in SORTS:
        orders.append((asked.sort, f"按「{asked.pack.get(asked.sort).label}」差距"))
    told = {
        "policy": choices.policies,
        "month": choices.months,
        "kind": choices.kinds,
        "state": ((DEFAULT, "全部状态"), *((key, f"只看{words}") for key, words in STATES.items())),
        "sort": orders,
    }
    return {key: score_controls.options(found) for key, found in told.items()}


def _values(asked: Asked, choices: Choices) -> dict[str, str]:
    return {
        "policy": score_controls.listed(asked.pack.id, choices.policies),
        "month": score_controls.listed(f"{asked.month:%Y-%m}", choices.months),
        "kind": asked.kind or DEFAULT,
        "state": asked.state or DEFAULT,
        "sort": DEFAULT if asked.sort == BY_MISSED else asked.sort,
    }


# ---- what is shown -------------------------------------------------------------------------------


def _drawn(snapshot: Snapshot, asked: Asked) -> dict[str, Any]:
    view = view_of(snapshot, asked)
    card = view.card
    own = _own(snapshot, asked)
    is_alone = bool(own) and asked.alone
    source = status.source_line(snapshot)
    bound = len({score.station for score in card.scores if score.station})
    return {
        "state": [states.notice(text) for text in [*card.notes, *_nothing_known(card), *_not_alone(asked, own)]],
        "hidden": False,
        "parts": {name: is_alone if name != "own-scores" else not own for name in _PARTS},
        "titles": {
            "own-scores": _own_title(own), "bureau": "全局目标", "scores": _title(view, asked), "clauses": "目标与条款",
        },
        "subs": {
            "own-scores": f"{data_words(card)} · {card.pack.name} · {len(own)} 项" if own else "",
            "bureau": f"{data_words(card)} · {len(view.bureau)} 项",
            "scores": f"{data_words(card)} · {len(view.stations)} 个派出所 × {len(view.columns)} 项目标"
            + (f"（共 {bound} 个派出所）" if len(view.stations) != bound else "")
            + (" · 所选派出所排在最前" if any(one.code in view.chosen for one in view.stations) else ""),
            "clauses": f"{card.pack.document} · 概括为本系统自拟，以文件原文为准",
        },
        "bodies": {
            "own-scores": score_tables.own(own, is_alone, dict(asked.query)),
            "bureau": score_tables.bureau(view.bureau),
            "scores": _scores_body(view, asked),
            "clauses": score_tables.clauses(card.pack),
        },
        "notes": {"scores": scores.legend() if _is_known(view, asked) else _nothing_reported(view)},
        "sources": dict.fromkeys(_DATED, source),
    }  # fmt: skip


def _scores_body(view: View, asked: Asked) -> Any:
    if not view.stations:
        return states.no_result()
    if not _is_known(view, asked):
        return None
    query = dict(asked.query)
    counts = scores.state_counts(list(view.scores.values()))
    return [score_tables.summary(counts, asked, query), score_tables.matrix(view, query)]


def _is_known(view: View, asked: Asked) -> bool:
    """Whether the matrix says anything: not where every one of its cells is 未报送 without being asked for."""
    told = any(score.state not in (UNREPORTED, UNBOUND) for score in view.scores.values())
    return told or bool(asked.state) or not view.stations


def _nothing_reported(view: View) -> html.P:
    return states.lacking(f"{len(view.stations)} 个派出所 {len(view.columns)} 项目标该月均未报送，不列空表。")


def _own(snapshot: Snapshot, asked: Asked) -> tuple[Score, ...]:
    """Return all targets of the one station of the filter in the order of 所队自查; () for any other filter."""
    chosen = chosen_of(snapshot, asked)
    if len(chosen) != 1:
        return ()
    found = card_of(snapshot, asked).of_station(chosen[0])
    return ranked(found)


def _not_alone(asked: Asked, own: Sequence[Score]) -> list[str]:
    return ["没有选定一个派出所，显示全部。"] if asked.alone and not own else []


def _own_title(own: Sequence[Score]) -> str:
    if not own:
        return "所选派出所"
    missed = sum(score.state == MISSED for score in own)
    return f"{own[0].name}：{missed} 项未达标" if missed else f"{own[0].name}：未见未达标项"


def _nothing_known(card: Scorecard) -> list[str]:
    if any(score.state in (MET, MISSED) for score in card.scores):
        return []
    return ["该月没有一项目标可以评分：缺少警力台账、案件或报送数据。可下载报送模板填报，或在「数据接入」导入。"]


def _title(view: View, asked: Asked) -> str:
    missing = sum(any(score.state == MISSED for score in view.row(one.code)) for one in view.stations)
    kind = f"{asked.kind}派出所" if asked.kind else "派出所"
    if asked.state not in ("", "missed") or not missing:
        return f"{kind} × 目标"
    return f"{missing} 个{kind}{'均' if missing == len(view.stations) else ''}有未达标项"


# ---- downloads -----------------------------------------------------------------------------------


@callback(
    Output("scores-export-file", "data"),
    Input("scores-export-csv", "n_clicks"),
    Input("scores-export-xlsx", "n_clicks"),
    State("url", "search"),
    prevent_initial_call=True,
)
def download(_csv: int | None, _xlsx: int | None, search: str | None) -> dict[str, Any]:
    """Export what the page shows: CSV has a line per station and target, XLSX the matrix as well."""
    snapshot = session.current_snapshot()
    if snapshot is None or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    asked, _, _ = read(filters.query_of(search), snapshot, session.current_store())
    view = view_of(snapshot, asked)
    name = f"指标账单_{asked.pack.id}_{asked.month:%Y-%m}_版本{snapshot.id}"
    if ctx.triggered_id == "scores-export-csv":
        return export.csv_download(list_sheet(snapshot, asked, view), name)
    return export.xlsx_download([matrix_sheet(snapshot, asked, view), list_sheet(snapshot, asked, view)], name)


def _bureau_sheet(shown: Shown) -> export.Sheet:
    asked = asked_of(shown)
    return bureau_sheet(shown.snapshot, asked, view_of(shown.snapshot, asked))


def _scores_sheets(shown: Shown) -> list[export.Sheet]:
    asked = asked_of(shown)
    view = view_of(shown.snapshot, asked)
    return [matrix_sheet(shown.snapshot, asked, view), list_sheet(shown.snapshot, asked, view)]


def _clauses_sheet(shown: Shown) -> export.Sheet:
    return clauses_sheet(shown.snapshot, asked_of(shown))


def _own_sheet(shown: Shown) -> export.Sheet:
    asked = asked_of(shown)
    own = _own(shown.snapshot, asked)
    if not own:
        raise MetricError("筛选中没有选定一个派出所。请在筛选中选一个派出所后导出。")
    return own_sheet(shown.snapshot, asked, own)


export.offer(
    {"own-scores": _own_sheet, "bureau": _bureau_sheet, "scores": _scores_sheets, "clauses": _clauses_sheet},
    month_pinning,
)


@callback(
    Output({"type": "reported-template-file", "place": MATCH}, "data"),
    Input({"type": "reported-template", "place": MATCH}, "n_clicks"),
    State("url", "search"),
    prevent_initial_call=True,
)
def download_template(clicks: int | None, search: str | None) -> dict[str, Any]:
    """Send the template of reported indicators: those of the pack that is shown, or of the bureau's own."""
    if not clicks:
        raise PreventUpdate
    return reported_template.download(session.current_snapshot(), filters.query_of(search).get("policy", ""))
