"""The fixed parts of the cards of 警力配置 that one can set: their controls, and where the callbacks write."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from pages._components import figures, score_controls, states
from pages._components.attributes import attributes

MOVE_SELECTS = {"give": "调出", "take": "调入", "begin": "起始", "hours": "时长", "days": "星期"}


def rules_frame() -> list[Any]:
    """Return the choice of the policy, and where the gauges go."""
    return [
        html.Div([score_controls.select("staffing-policy", "policy", "政策目标")], className="force-tools"),
        html.Div(states.skeleton(6), id="staffing-gauges"),
    ]


def move_frame() -> list[Any]:
    """Return the controls of a move, its figure and its tables."""
    slider = dbc.Input(id="staffing-people", type="range", min=1, max=4, step=1, value=1)
    return [
        html.Div(
            [
                *(score_controls.select(f"staffing-{key}", key, label) for key, label in MOVE_SELECTS.items()),
                html.Label(
                    [html.Span("调动人数", id="staffing-people-words", className="field-name num"), slider],
                    className="filter-field is-slider",
                    **attributes(data_query="people"),
                ),
            ],
            id="staffing-move-tools",
            className="force-tools",
            role="group",
            **attributes(aria_label="调整的条件"),
        ),
        html.Div(id="staffing-move-state", **attributes(aria_live="polite")),
        html.Div(figures.graph("staffing-move-figure", height=230), id="staffing-move-box"),
        html.Div(id="staffing-move-said"),
    ]


def extra_frame() -> list[Any]:
    """Return the controls of extra posts, and where they are said."""
    return [
        html.Div(
            [
                score_controls.select("staffing-posts", "extra", "增配岗位"),
                score_controls.select("staffing-post", "post", "每岗每日"),
            ],
            className="force-tools",
        ),
        html.Div(states.skeleton(4), id="staffing-extra-said"),
    ]
