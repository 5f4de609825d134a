"""The figure of a move: the days of both stations side by side, needed, on duty before and after."""

from __future__ import annotations

from typing import Any

from metrics.force.moves import Line, Trial
from metrics.staffing.posts import LEAST
from metrics.staffing.values import Side
from pages._components.figures import Figure, layout
from pages._components.staffing_figures import HOURS, NEEDED, ON_DUTY, lacking_areas, said, step, touch
from pages._components.template import pixels, tokens

_DOMAINS = ((0.0, 0.47), (0.53, 1.0))


def move_steps(trial: Trial, mode: str) -> Figure:
    """Draw the giving station on the left and the taking one on the right, on one scale."""
    token = tokens(mode)
    data: list[Figure] = []
    notes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    top = 1.12 * max(_most(trial.give), _most(trial.take), 1.0)
    sides = ((trial.give, trial.move.source), (trial.take, trial.move.target))
    for number, ((line, side), domain) in enumerate(zip(sides, _DOMAINS, strict=True)):
        mark = str(number + 1) if number else ""
        own = {"xaxis": f"x{mark}", "yaxis": f"y{mark}"}
        data += [{**trace, **own} for trace in _traces(line, top, token)]
        axes[f"xaxis{mark}"] = {
            "domain": list(domain), "range": [0, HOURS], "tickvals": [0, 6, 12, 18, 24], "anchor": f"y{mark}",
        }  # fmt: skip
        axes[f"yaxis{mark}"] = {
            "anchor": f"x{mark}", "range": [0, top], "showgrid": True, "nticks": 5, "showticklabels": number == 0,
        }  # fmt: skip
        notes.append(_name(side, domain[0], token))
    margin = {"l": 32, "r": 8, "t": 26, "b": 24}
    return {"data": data, "layout": layout(mode, "move", margin=margin, annotations=notes, barmode="overlay", **axes)}


def _most(line: Line) -> float:
    return max((value for part in (line.needed, line.before, line.after) for value in part if value), default=0.0)


def _name(side: Side, x: float, token: dict[str, str]) -> dict[str, Any]:
    verb = "调入" if side.people > 0 else "调出"
    return {
        "xref": "paper", "yref": "paper", "x": x, "y": 1, "xanchor": "left", "yanchor": "bottom", "showarrow": False,
        "text": f"<b>{side.name}</b> {verb} {abs(side.people)} 人",
        "font": {"color": token["ink"], "size": pixels("f1")},
    }  # fmt: skip


def _traces(line: Line, top: float, token: dict[str, str]) -> list[Figure]:
    hours = list(range(HOURS + 1))
    both = list(zip(line.needed, line.after, strict=True))
    sure = [need is not None and after is not None and need - after >= LEAST for need, after in both]
    hover = [
        ["", f"{hour}–{hour + 1} 时<br>{NEEDED} {said(need)}<br>{ON_DUTY}由 {said(before)} 变为 {said(after)}"]
        for hour, (need, before, after) in enumerate(zip(line.needed, line.before, line.after, strict=True))
    ]
    steps = (("before", line.before, "past", 2.0), ("after", line.after, "accent", 2.0))
    return [
        *lacking_areas(hours, line.needed, line.after, sure, token),
        *(
            {**step(hours, [*values, values[-1]], token[colour], width), "name": name, "hoverinfo": "skip"}
            for name, values, colour, width in (*steps, ("needed", line.needed, "ink", 1.5))
        ),
        touch(top, hover),
    ]
