"""Where heat comes from: calls of the public, or what patrols found themselves.

A forecast that learns from what patrols find sends patrols where patrols already are (feedback loop; Lum & Isaac
2016). So forecasts are trained on calls of the public only, and every hot cell says how much of its heat is of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.hotspots.grid import Floats

PUBLIC, PATROL = "群众报警", "巡逻发现"


@dataclass(frozen=True)
class Origins:
    """How many events are of each origin; unknown: not filled in."""

    public: int
    patrol: int
    unknown: int

    @property
    def is_known(self) -> bool:
        """Whether the source tells origins at all."""
        return self.public + self.patrol > 0

    @property
    def words(self) -> str:
        """What readers are told."""
        if not self.is_known:
            return "来源未登记，无法区分群众报警与巡逻发现。"
        known = self.public + self.patrol
        text = f"热度来源：群众报警 {self.public:,} 起，巡逻发现 {self.patrol:,} 起（占 {self.patrol / known:.1%}）"
        return f"{text}；另有 {self.unknown:,} 起未登记来源。" if self.unknown else f"{text}。"


def origins(frame: pd.DataFrame) -> Origins:
    """Return the totals of a frame with columns origin and events."""
    sums = frame.groupby("origin", observed=True)["events"].sum()
    public, patrol = int(sums.get(PUBLIC, 0)), int(sums.get(PATROL, 0))
    return Origins(public, patrol, int(sums.sum()) - public - patrol)


def trains(frame: pd.DataFrame, found: Origins) -> pd.Series[bool]:
    """Return which rows a forecast may learn from: calls of the public; all, where the source tells no origins."""
    return frame["origin"].eq(PUBLIC) if found.is_known else pd.Series(True, index=frame.index)


def share_public(public: Floats, patrol: Floats) -> Floats:
    """Return the share of calls of the public among events of known origin; NaN (None in answers) without any."""
    known = public + patrol
    share: Floats = np.divide(public, known, out=np.full(known.shape, np.nan), where=known > 0)
    return share
