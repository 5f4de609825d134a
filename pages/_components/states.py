"""What a page says when there is nothing to draw, while it waits, or when something failed."""

from __future__ import annotations

from typing import Any

from dash import html

from pages._components.attributes import attributes


def panel(title: str, text: str, tone: str = "neutral", action: tuple[str, str] | None = None) -> html.Div:
    """Return a message in place of a figure; action: (words, address)."""
    children: list[Any] = [html.P(title, className="state-title"), html.P(text, className="state-text")]
    if action:
        children.append(html.A(action[0], href=action[1], className="button"))
    return html.Div(children, className=f"state state-{tone}", role="status")


def nothing_happened(what: str = "警情") -> html.Div:
    """Say that the data covers the period and there was none."""
    return panel(f"该时段无{what}", "数据已覆盖该时段，没有符合条件的记录。")


def no_data(covered: str = "") -> html.Div:
    """Say that no data covers the period; covered: the days that are covered, in words."""
    text = (
        f"现有数据覆盖 {covered}。请改选时段，或导入该时段的数据。" if covered else "请导入该时段的数据，或改选时段。"
    )
    return panel("该时段无数据", text, action=("数据接入", "/data"))


def no_result() -> html.Div:
    """Say that the filter leaves nothing over."""
    return panel("筛选无结果", "所选派出所与类别没有共同的记录。请放宽筛选条件。")


def empty_store() -> html.Div:
    """Say that the store holds no version yet and where to begin; the tools of the page step aside meanwhile."""
    return panel(
        "还没有数据", "导入接警、案件等数据文件后，本页会自动显示。", tone="empty", action=("前往数据接入", "/data")
    )


def empty_lineage() -> html.Div:
    """Say, on 数据接入 itself, that nothing has been imported yet."""
    return panel("还没有数据", "导入第一个文件后，这里会显示其来源与质量。")


def failed(message: str) -> html.Div:
    """Show the plain message of an error; the details are in the log."""
    return panel("无法显示", message, tone="worse")


def lacking(text: str) -> html.P:
    """Return one line that stands for a whole card: the data holds nothing of it (cards.lacking)."""
    return html.P(text, className="lacking")


def notice(text: Any, tone: str = "watch") -> html.P:
    """Return one line that tells the user what was ignored or changed: words, or words with a link."""
    return html.P(text, className=f"notice notice-{tone}")


def skeleton(lines: int = 3) -> html.Div:
    """Return grey lines that appear when loading takes longer than 0.3 s."""
    return html.Div(
        [html.Span(className="bone") for _ in range(lines)], className="skeleton", **attributes(aria_hidden="true")
    )
