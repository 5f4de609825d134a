"""What an unknown address shows; Dash looks for a page of this name."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from pages._components import states

dash.register_page(__name__, path="/404", name="找不到页面", title="找不到页面 · 降控研判台")


def layout(**_: Any) -> html.Div:
    """Return the message with a way back."""
    return states.panel("找不到页面", "地址可能有误，或页面已经移动。", action=("返回今日会商", "/"))
