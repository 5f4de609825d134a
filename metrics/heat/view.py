"""What 风险热力 adds to the filter: events, risk, layer, reading of unknown times and the hour looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from metrics.catalogue import Catalogue

TABLES = {"alerts": "警情", "cases": "案件"}
RISKS = {"residual": "与预期之差", "rate": "万人发生率", "harm": "危害加权"}
LAYERS = {"hot": "热点网格", "forecast": "未来 28 日预测", "none": "不叠加"}
READINGS = {"expected": "期望起数", "must": "必在该时", "could": "可能在该时"}
_CHOICES = {"table": TABLES, "risk": RISKS, "layer": LAYERS, "reading": READINGS}
KEYS = (*_CHOICES, "at")
_AT = re.compile(r"([1-7])-(\d|1\d|2[0-3])")


@dataclass(frozen=True)
class View:
    """The page's own part of its address. table "" means what the store has; at: ISO weekday and hour looked at."""

    table: str = ""
    risk: str = "residual"
    layer: str = "hot"
    reading: str = "expected"
    at: tuple[int, int] | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[View, list[str]]:
        """Read a URL's query; never raises. Returns the view and Chinese notices on what was not understood."""
        found, notices = cls(), []
        for key, known in _CHOICES.items():
            value = query.get(key, "")
            if value in known:
                found = replace(found, **{key: value})  # type: ignore[arg-type]
            elif value:
                notices.append(f"网址中的 {key}={value[:20]} 无法识别，已按默认值显示。")
        text = query.get("at", "")
        hit = _AT.fullmatch(text)
        if hit:
            found = replace(found, at=(int(hit[1]), int(hit[2])))
        elif text:
            notices.append(f"网址中的 at={text[:20]} 无法识别，应为「星期-钟点」，如 5-22。")
        return found, notices

    def on(self, known: Catalogue) -> View:
        """Return the view with its events settled: what was asked for, else alerts where there are any."""
        table = self.table or ("alerts" if known.as_of.get("alerts") or not known.as_of.get("cases") else "cases")
        return replace(self, table=table)

    def to_query(self) -> dict[str, str]:
        """Return the shortest query that gives this view back."""
        usual = View()
        query = {key: getattr(self, key) for key in _CHOICES if getattr(self, key) != getattr(usual, key)}
        return query | ({"at": f"{self.at[0]}-{self.at[1]}"} if self.at else {})
