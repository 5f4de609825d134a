"""What 数据接入 shows: the report of a check, the preview, versions with their lineage, measured quality."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from dash import html

from data import dictionary
from data.importing.fields import BOUNDARIES
from data.reading import Snapshot
from data.snapshots import Store, Version
from pages._components import jobs, states, status
from pages._components.attributes import attributes
from pages._components.tables import live_table, plain_table

_SHORT_HASH = 10
# Outlines go into the table of stations; these are what a check shows of them besides that table's columns.
_OUTLINES, _OUTLINE_WORDS = BOUNDARIES.name, {"features": "要素数"}


def result_panel(token: str, state: jobs.State) -> list[Any]:
    """Return what a finished step found: published, ready to publish, or refused, with the whole report."""
    result: dict[str, Any] = state.result or {}
    report: dict[str, Any] | None = result.get("report")
    parts: list[Any] = [_verdict(state.action, result, report)]
    if report:
        parts += [_file_panel(one) for one in report["files"]]
        if any(one["rejected"] for one in report["files"]):
            where = f"version/{report['snapshot']}" if report["published"] else f"check/{token}"
            parts.append(html.P(_download("下载不合格行（CSV，含行号与原因）", f"/rejected/{where}.csv")))
    if report and result.get("preview"):
        parts.append(_preview(result["preview"], report["files"][0]["table"]))
    return parts


def may_publish(state: jobs.State) -> bool:
    """Return whether the latest step was a check that passed and found something new."""
    result = state.result or {}
    if state.action != jobs.CHECK or "error" in result:
        return False
    return not result["report"]["same_batch"]


def _verdict(action: str, result: dict[str, Any], report: dict[str, Any] | None) -> html.P:
    if "error" in result:
        return states.notice(result["error"], "worse")
    if report is None:
        return states.notice("没有得到检查结果，未发布任何数据。", "worse")
    if report["same_batch"]:
        return states.notice(f"{'；'.join(report['warnings'])}。当前版本仍为 {report['snapshot']}。")
    if action == jobs.PUBLISH:
        words = (
            f"已发布版本 {report['snapshot']}，打开的页面会自动更新。" if report["published"] else "未改变任何数据。"
        )
        return states.notice(words, "better")
    return states.notice("检查通过，尚未发布。请核对下面的结果，再按「发布」。", "better")


def _file_panel(one: dict[str, Any]) -> html.Div:
    counts = [
        ("读取", one["read"]),
        ("采用", one["kept"]),
        ("其中更新", one["updated"]),
        ("其中未变", one["unchanged"]),
        ("重复", one["duplicate"]),
        ("不合格", one["rejected"]),
    ]
    parts: list[Any] = [
        html.H3(f"{one['file']} → {_table_label(one['table'])}"),
        html.Dl(
            [part for name, rows in counts for part in (html.Dt(name), html.Dd(f"{rows:,}"))], className="counts num"
        ),
    ]
    if one["first_time"]:
        parts.append(html.P(f"时间范围 {one['first_time']} 至 {one['last_time']}（不含）", className="num"))
    if one["reasons"]:
        rows = [(r["reason"], r["column"], f"{r['rows']:,}", f"{r['example_row']:,}") for r in one["reasons"]]
        parts += [
            html.H3("不合格原因"),
            plain_table([("原因", False), ("列", False), ("行数", True), ("例：行号", True)], rows),
        ]
    parts += [states.notice(text) for text in one["warnings"]]
    for name, key in (("未登记的单位", "unregistered"), ("未映射的类别", "unmapped")):
        if one[key]:
            parts.append(html.P(f"{name}：{_listed([(item['code'], item['rows']) for item in one[key]])}"))
    if one["registered"]:
        parts += [html.P(f"新登记{name} {count:,} 个") for name, count in one["registered"].items() if count]
    for name, key in (("未使用的列", "unused_columns"), ("按映射舍弃的列", "dropped_columns")):
        if one[key]:
            parts.append(html.P(f"{name}：{'、'.join(one[key][:40])}", className="card-sub"))
    shares = [item for item in one["quality"].get("shares", []) if item["count"]]
    missing = [item for item in one["quality"].get("missing", []) if item["share"] > 0]
    if shares or missing:
        parts.append(_quality_of_file(shares, missing))
    return html.Div(parts, className="import-report")


def _quality_of_file(shares: Sequence[dict[str, Any]], missing: Sequence[dict[str, Any]]) -> html.Details:
    rows = [(item["label"], f"{item['count']:,}", f"{item['share']:.1%}") for item in shares]
    rows += [(f"缺值：{item['label']}", "", f"{item['share']:.1%}") for item in missing]
    table = plain_table([("质量实测", False), ("行数", True), ("占比", True)], rows)
    return html.Details([html.Summary("数据质量实测"), table], className="plain")


def _listed(codes: Sequence[tuple[str, int]], most: int = 12) -> str:
    shown = "、".join(f"{code}（{rows:,}）" for code, rows in codes[:most])
    return f"{shown} 等 {len(codes)} 个" if len(codes) > most else shown


def _preview(preview: dict[str, Any], table: str) -> html.Div:
    shown = "stations" if table == _OUTLINES else table
    entry = next((one for one in dictionary.tables() if one.name == shown), None)
    words = {column.name: re.split("[（；：，]", column.meaning)[0] for column in entry.columns} if entry else {}
    words |= _OUTLINE_WORDS
    heads = [(words.get(column, column), False) for column in preview["columns"]]
    return html.Div(
        [html.H3(f"映射后的前 {len(preview['rows'])} 行（标识已散列）"), plain_table(heads, preview["rows"])],
        className="import-preview",
    )


def versions_table(store: Store, versions: Sequence[Version]) -> Any:
    """Return all versions, newest first, each with what it added and a button to go back to it."""
    if not versions:
        return states.panel("还没有版本", "导入第一个文件后，这里会列出每个版本及其来源。")
    rows = [_version_row(store, version, older) for version, older in zip(versions, [*versions[1:], None], strict=True)]
    heads = [
        ("版本", True),
        ("建立时间", False),
        ("数据截至", False),
        ("行数", True),
        ("本版新增来源", False),
        ("", False),
    ]
    return live_table(heads, rows, "版本与来源")


def _version_row(store: Store, version: Version, older: Version | None) -> tuple[Any, ...]:
    pairs = zip(version.sources, older.sources if older else [], strict=False)
    new = version.sources[sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) :]
    names: list[Any] = [
        html.Div(f"{source['name']} → {_table_label(source['table'])} {source['kept']:,} 行") for source in new[:6]
    ]
    if len(new) > 6:
        names.append(html.Div(f"等 {len(new)} 个来源"))
    action: list[Any] = []
    if version.current:
        action.append(html.Span("当前", className="chip chip-better"))
    else:
        button = html.Button(
            "回退到此版", id={"type": "rollback", "version": version.id}, type="button", className="button button-quiet"
        )
        action.append(button)
    if store.rejects(version.id).is_file():
        action.append(_download("不合格行", f"/rejected/version/{version.id}.csv"))
    if version.is_demo:
        names.append(html.Span("示例数据", className="chip chip-watch"))
    as_of = version.data_as_of[:16] if version.data_as_of else "—"
    return (
        version.id,
        version.created_at[:16],
        as_of,
        f"{version.rows:,}",
        names or "—",
        html.Div(action, className="row-actions"),
    )


def lineage_table(snapshot: Snapshot) -> Any:
    """Return every batch of the current version with its file, mapping and row counts."""
    rows = snapshot.rows(
        """
        SELECT batch_id, source_name, source_sha256, table_name, mapping_name, mapping_sha256, rows_read, rows_kept,
               rows_updated, rows_unchanged, rows_duplicate, rows_rejected, imported_at
        FROM imports ORDER BY batch_id DESC
        """
    )
    if not rows:
        return states.panel("没有导入记录", "本版本还没有导入过文件。")
    heads = [("批次", True), ("来源文件", False), ("文件散列", False), ("内容", False), ("映射", False)]
    heads += [(name, True) for name in ("读取", "采用", "更新", "未变", "重复", "不合格")]
    shown = [
        (
            batch,
            name,
            html.Code(file_hash[:_SHORT_HASH], title=file_hash),
            _table_label(table),
            html.Span(mapping, title=f"映射散列 {mapping_hash}"),
            *(f"{count:,}" for count in counts),
            f"{imported_at:%Y-%m-%d %H:%M}",
        )
        for batch, name, file_hash, table, mapping, mapping_hash, *counts, imported_at in rows
    ]
    return plain_table([*heads, ("导入时间", False)], shown, "本版本的来源")


def quality_table(snapshot: Snapshot) -> Any:
    """Return the measured quality of the last 30 days of alerts."""
    checks = status.quality_checks(snapshot)
    if not checks:
        return states.panel("质量未测", "还没有警情数据，质量无从测量。")
    rows = [
        (
            check["label"],
            f"{check['count']:,}",
            f"{check['total']:,}",
            f"{check['count'] / check['total']:.1%}",
            html.Span(check["level"], className=f"tone-{status.level_tone(check['level'])}"),
        )
        for check in checks
    ]
    heads = [("项目", False), ("行数", True), ("总数", True), ("占比", True), ("判定", False)]
    return plain_table(heads, rows, "数据质量")


def _download(words: str, href: str) -> html.A:
    return html.A(words, href=href, download="")


def _table_label(table: str) -> str:
    known = {entry.name: entry.meaning.split("，")[0] for entry in dictionary.tables()}
    return BOUNDARIES.label if table == _OUTLINES else known.get(table, table)


def progress_bar(state: jobs.State) -> html.Div:
    """Return stage and share of a running step."""
    share = f"{state.share:.0%}" if 0 < state.share < 1 else ""
    return html.Div(
        [
            html.Span(f"{state.stage} {share}".strip(), className="num"),
            html.Span(
                html.I(style={"width": f"{state.share:.0%}"}),
                className="progress-line",
                **attributes(aria_hidden="true"),
            ),
        ],
        className="progress-box",
        role="status",
    )
