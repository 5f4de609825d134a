"""数据接入: choose a file and a mapping, check, publish; versions with their lineage, roll back, data quality."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, clientside_callback, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from data.importing import running
from data.snapshots import Store, StoreError
from pages._components import cards, import_panels, jobs, session, states, status
from pages._components.attributes import attributes
from pages._components.export import template_button

dash.register_page(__name__, path="/data", name="数据接入", title="数据接入 · 降控研判台", order=10, key="d")

GUESSED = "@guess"
_POLL_MILLISECONDS = 700


def layout(**_: Any) -> html.Div:
    """Return the frame of the page; every list arrives through a callback."""
    return html.Div(
        [
            html.Section(
                [
                    html.Div(html.H2("导入"), className="card-head"),
                    html.Div([_file_step(), _mapping_step(), _check_step()], className="steps"),
                    html.Div(id="import-progress", className="import-progress"),
                    html.Div(id="import-result", **attributes(aria_live="polite")),
                ],
                className="card-box span-12",
            ),
            cards.card(
                "versions", "版本", states.skeleton(5), sub="每次导入生成一个新版本；回退不删除任何数据", span="span-12"
            ),
            cards.card("lineage", "本版本的来源", states.skeleton(5), span="span-12"),
            cards.card("quality", "数据质量", states.skeleton(5), sub="近 30 日警情", span="span-6"),
            dcc.Store(id="upload-answer"),
            dcc.Store(id="job"),
            dcc.Store(id="rollback-to"),
            dcc.Interval(id="job-poll", interval=_POLL_MILLISECONDS, disabled=True),
            dcc.ConfirmDialog(id="rollback-confirm"),
        ],
        className="grid",
    )


def _file_step() -> html.Div:
    limit = jobs.LARGEST_UPLOAD // 1024 // 1024
    return html.Div(
        [
            html.H3("1 选择文件"),
            html.Div(
                [
                    html.Button("选择文件…", id="upload-pick", type="button", className="button"),
                    html.Span(f"或把文件拖到这里，不超过 {limit} MB", className="card-sub"),
                    html.P(id="upload-line", className="num", role="status"),
                ],
                id="upload-box",
                className="upload-box",
                **attributes(data_limit=str(jobs.LARGEST_UPLOAD), data_too_large=jobs.too_large()),
            ),
            html.P("支持 CSV/TSV（含 gzip）、XLSX、XLS、Parquet，辖区边界用 GeoJSON。", className="card-sub"),
            html.P("导入后删除上传的文件。", className="card-sub"),
            html.Label("服务器收件文件夹（inbox）中的文件", htmlFor="inbox-choice"),
            html.Div(
                [
                    dbc.Select(id="inbox-choice", options=[], value="", class_name="control"),
                    html.Button("使用此文件", id="inbox-take", type="button", className="button button-quiet"),
                ],
                className="inline-fields",
            ),
            html.Div(id="job-file", className="job-file"),
            html.P(["报送指标：", template_button("data")]),
        ],
        className="step",
    )


def _mapping_step() -> html.Div:
    return html.Div(
        [
            html.H3("2 确认映射"),
            html.Div(
                [
                    html.Label("映射", htmlFor="mapping-choice", className="visually-hidden"),
                    dbc.Select(id="mapping-choice", options=_mapping_options([]), value=GUESSED, class_name="control"),
                    html.Button("打开映射文件…", id="mapping-pick", type="button", className="button button-quiet"),
                ],
                className="inline-fields",
            ),
            html.Label("映射内容（TOML，可直接修改）", htmlFor="mapping-text"),
            dcc.Textarea(
                id="mapping-text",
                value="",
                placeholder="选择文件后自动识别",
                className="mapping-text",
                spellCheck=False,
            ),
            html.Div(
                [
                    html.Label("另存为", htmlFor="mapping-name"),
                    dbc.Input(id="mapping-name", type="text", placeholder="名称", class_name="control"),
                    html.Button("保存映射", id="mapping-keep", type="button", className="button button-quiet"),
                ],
                className="inline-fields",
            ),
            html.Div(id="mapping-said"),
        ],
        className="step",
    )


def _check_step() -> html.Div:
    return html.Div(
        [
            html.H3("3 检查并发布"),
            html.Div(
                [
                    html.Label("不合格行上限", htmlFor="most-rejected"),
                    dbc.Input(
                        id="most-rejected", type="number", value=2, min=0, max=100, step=0.1, class_name="control"
                    ),
                    html.Span("%"),
                ],
                className="inline-fields",
            ),
            html.Div(
                [
                    html.Button("检查", id="import-check", type="button", className="button", disabled=True),
                    html.Button("发布", id="import-publish", type="button", className="button", disabled=True),
                ],
                className="inline-fields",
            ),
            html.P("检查不改变任何数据。发布要么整批生效，要么不生效。", className="card-sub"),
        ],
        className="step",
    )


@callback(
    output={
        "job": Output("job", "data"),
        "file": Output("job-file", "children"),
        "result": Output("import-result", "children", allow_duplicate=True),
        "ready": Output("import-check", "disabled", allow_duplicate=True),
        "publish": Output("import-publish", "disabled", allow_duplicate=True),
    },
    inputs={
        "answer": Input("upload-answer", "data"),
        "take": Input("inbox-take", "n_clicks"),
        "name": State("inbox-choice", "value"),
        "before": State("job", "data"),
    },
    prevent_initial_call=True,
)
def choose(answer: dict[str, Any] | None, take: int | None, name: str | None, before: str | None) -> dict[str, Any]:
    """Take an uploaded file or one of the inbox."""
    store = session.current_store()
    kept = dict.fromkeys(("job", "file", "ready", "publish"), no_update)
    try:
        if ctx.triggered_id == "upload-answer":
            if not answer:
                raise PreventUpdate
            if "error" in answer:
                raise StoreError(answer["error"])
            job = jobs.find(store, answer["token"])
        else:
            job = jobs.take_from_inbox(store, name or "")
    except StoreError as error:
        return {**kept, "result": states.notice(str(error), "worse")}
    if before and before != job.token:
        jobs.discard(store, before)
    chosen = html.P([html.B(job.name), f"　{_size(job.size)}"], className="num")
    return {"job": job.token, "file": chosen, "result": None, "ready": False, "publish": True}


@callback(
    Output("mapping-text", "value"),
    Output("mapping-said", "children"),
    Input("mapping-choice", "value"),
    Input("job", "data"),
    # Looking at a large file takes a moment: what is typed meanwhile would be lost.
    running=[(Output("mapping-text", "disabled"), True, False)],
    prevent_initial_call=True,
)
def choose_mapping(choice: str, token: str | None) -> tuple[Any, Any]:
    """Show the mapping that was chosen: one of the store, or a guess from the file."""
    store = session.current_store()
    try:
        if choice != GUESSED:
            return (
                (jobs.mapping_text(store, choice), None) if ctx.triggered_id == "mapping-choice" else (no_update, None)
            )
        return (running.guess(jobs.find(store, token).path, store), None) if token else (no_update, None)
    except StoreError as error:
        return no_update, states.notice(str(error), "worse")


@callback(
    Output("mapping-choice", "options"),
    Output("mapping-said", "children", allow_duplicate=True),
    Output("inbox-choice", "options"),
    Output("inbox-choice", "placeholder"),
    Input("mapping-keep", "n_clicks"),
    Input("snapshot", "data"),
    Input("upload-answer", "data"),
    State("mapping-name", "value"),
    State("mapping-text", "value"),
    prevent_initial_call="initial_duplicate",
)
def lists(
    clicks: int | None, version: int | None, answer: Any, name: str | None, text: str
) -> tuple[Any, Any, Any, str]:
    """Keep a mapping when asked to, and list the mappings and the inbox as they are now."""
    store = session.current_store()
    said: Any = no_update
    if ctx.triggered_id == "mapping-keep":
        try:
            said = states.notice(f"已保存为「{jobs.keep_mapping(store, name or '', text)}」。", "better")
        except (StoreError, OSError) as error:
            said = states.notice(str(error) if isinstance(error, StoreError) else "没有写入映射的权限。", "worse")
    files = [{"value": name, "label": f"{name}（{_size(size)}）"} for name, size in jobs.inbox_files(store)]
    return _mapping_options(jobs.mapping_names(store)), said, files, "请选择…" if files else "收件文件夹中没有文件"


@callback(
    output={
        "progress": Output("import-progress", "children"),
        "result": Output("import-result", "children"),
        "polling": Output("job-poll", "disabled"),
        "check": Output("import-check", "disabled"),
        "publish": Output("import-publish", "disabled"),
    },
    inputs={
        "check": Input("import-check", "n_clicks"),
        "publish": Input("import-publish", "n_clicks"),
        "poll": Input("job-poll", "n_intervals"),
        "text": State("mapping-text", "value"),
        "most": State("most-rejected", "value"),
        "token": State("job", "data"),
    },
    prevent_initial_call=True,
)
def work(check: Any, publish: Any, poll: Any, text: str, most: float | None, token: str | None) -> dict[str, Any]:
    """Start a step, follow it, and show what it found."""
    store = session.current_store()
    same = dict.fromkeys(("progress", "result", "polling", "check", "publish"), no_update)
    try:
        if ctx.triggered_id in ("import-check", "import-publish"):
            action = jobs.CHECK if ctx.triggered_id == "import-check" else jobs.PUBLISH
            jobs.start(store, token or "", action, text, (2 if most is None else float(most)) / 100)
            running_now = jobs.State(running=True, stage="准备")
            return {**_busy(running_now), "result": None}
        state = jobs.state(store, token)
    except StoreError as error:
        return {**same, "progress": None, "polling": True, "result": states.notice(str(error), "worse"), "check": True}
    if state.running:
        return {**_busy(state), "result": no_update}
    return _finished(store, token or "", state)


clientside_callback(
    # A changed mapping or limit has to be checked again before it can be published.
    "function () { return true; }",
    Output("import-publish", "disabled", allow_duplicate=True),
    Input("mapping-text", "value"),
    Input("most-rejected", "value"),
    prevent_initial_call=True,
)


def _busy(state: jobs.State) -> dict[str, Any]:
    return {"progress": import_panels.progress_bar(state), "polling": False, "check": True, "publish": True}


def _finished(store: Store, token: str, state: jobs.State) -> dict[str, Any]:
    if state.result is None:
        return {"progress": None, "result": no_update, "polling": True, "check": no_update, "publish": no_update}
    panel = import_panels.result_panel(token, state)
    published = state.action == jobs.PUBLISH and "error" not in state.result
    if published:
        jobs.discard(store, token)
    return {
        "progress": None, "result": panel, "polling": True, "check": published,
        "publish": not import_panels.may_publish(state),
    }  # fmt: skip


@callback(
    output={
        "versions": Output("versions-body", "children"),
        "lineage": Output("lineage-body", "children"),
        "quality": Output("quality-body", "children"),
        "sources": {name: Output(f"{name}-source", "children") for name in ("lineage", "quality")},
    },
    inputs={"version": Input("snapshot", "data")},
)
def show_versions(version: int | None) -> dict[str, Any]:
    """List versions, lineage and quality as they are now."""
    store = session.current_store()
    try:
        snapshot = session.current_snapshot()
        source = status.source_line(snapshot)
        return {
            "versions": import_panels.versions_table(store, store.versions()),
            "lineage": import_panels.lineage_table(snapshot) if snapshot else states.empty_lineage(),
            "quality": import_panels.quality_table(snapshot) if snapshot else states.empty_lineage(),
            "sources": {"lineage": source, "quality": source},
        }
    except StoreError as error:
        message = states.failed(str(error))
        return {"versions": message, "lineage": None, "quality": None, "sources": {"lineage": "", "quality": ""}}


@callback(
    Output("rollback-confirm", "message"),
    Output("rollback-confirm", "displayed"),
    Output("rollback-to", "data"),
    Input({"type": "rollback", "version": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def ask_rollback(clicks: list[int | None]) -> tuple[str, bool, int]:
    """Ask before going back to a version."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate
    version = int(ctx.triggered_id["version"])
    return f"回退到版本 {version}？所有打开的页面会改用该版本的数据。现有版本保留，可随时再换回来。", True, version


@callback(
    Output("snapshot", "data", allow_duplicate=True),
    Output("status", "children", allow_duplicate=True),
    Output("import-result", "children", allow_duplicate=True),
    Input("rollback-confirm", "submit_n_clicks"),
    State("rollback-to", "data"),
    prevent_initial_call=True,
)
def roll_back(clicks: int | None, version: int | None) -> tuple[Any, Any, Any]:
    """Make an older version the current one; this page follows at once, the others with their next poll."""
    if not clicks or version is None:
        raise PreventUpdate
    try:
        session.current_store().rollback(version)
    except StoreError as error:
        return no_update, no_update, states.notice(str(error), "worse")
    snapshot, problem = status.read()
    said = states.notice(f"已回退到版本 {version}，打开的页面会自动更新。", "better")
    return status.stamp(snapshot), status.badge(snapshot, problem), said


def _mapping_options(names: list[str]) -> list[dict[str, str]]:
    return [{"value": GUESSED, "label": "自动识别"}, *({"value": name, "label": name} for name in names)]


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:,.1f} MB" if size >= 1024 * 1024 else f"{size / 1024:,.1f} KB"
