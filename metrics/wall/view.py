"""What the address of a wall display asks for, with the bureau's own defaults from config.toml in the store."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCREENS = {
    "campaign": "战役进度", "today": "今日警情", "map": "风险地图", "week": "时段热力", "match": "警力匹配",
    "concern": "最需关注的所",
}  # fmt: skip
MODES = {"auto": "按时钟", "dark": "深色", "light": "浅色"}
CONFIG_FILE = "config.toml"
SECONDS, FEWEST_SECONDS, MOST_SECONDS = 15, 5, 600
# Data of whole days that is imported the next morning is up to 32 hours old when the next day's comes in.
LIMIT_HOURS = 32.0
_LEAST_LIMIT, _MOST_LIMIT = 0.05, 24.0 * 366


@dataclass(frozen=True)
class View:
    """screens: ids in their order; chosen: whether the address names them. seconds: per screen. mode: auto, dark or
    light. stations: codes or names, all when empty. limit: hours from which data is too old, None: as configured."""

    screens: tuple[str, ...] = tuple(SCREENS)
    chosen: bool = False
    seconds: int = SECONDS
    mode: str = "auto"
    stations: tuple[str, ...] = ()
    limit: float | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, object]) -> tuple[View, list[str]]:
        """Read a URL's query; never raises. Returns the view and Chinese notices on what was not understood."""
        text = {key: _joined(value) for key, value in query.items()}
        notices: list[str] = []
        screens = _screens(text.get("screens", ""), notices)
        seconds = _number(text, "seconds", (FEWEST_SECONDS, MOST_SECONDS), notices)
        mode = text.get("mode", "auto")
        if mode not in MODES:
            notices.append(_odd("mode", mode))
            mode = "auto"
        return cls(
            screens=screens or tuple(SCREENS),
            chosen=bool(screens),
            seconds=SECONDS if seconds is None else round(seconds),
            mode=mode,
            stations=_listed(text.get("stations", text.get("station", ""))),
            limit=_number(text, "limit", (_LEAST_LIMIT, _MOST_LIMIT), notices),
        ), notices


def limit_hours(view: View, root: Path) -> float:
    """Return the hours from which data is too old: the address', else [wall] limit_hours of config.toml, else 32."""
    if view.limit is not None:
        return view.limit
    try:
        section = tomllib.loads((root / CONFIG_FILE).read_text(encoding="utf-8-sig")).get("wall", {})
        hours = float(section.get("limit_hours", LIMIT_HOURS))
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return LIMIT_HOURS
    return hours if _LEAST_LIMIT <= hours <= _MOST_LIMIT else LIMIT_HOURS


def _screens(text: str, notices: list[str]) -> tuple[str, ...]:
    by_name = {name: id for id, name in SCREENS.items()}
    found = []
    for part in _listed(text):
        id = by_name.get(part, part)
        if id in SCREENS:
            found.append(id)
        else:
            notices.append(f"没有名为 {part[:20]} 的屏，可选 {'、'.join(SCREENS)}。")
    return tuple(dict.fromkeys(found))


def _number(text: Mapping[str, str], key: str, limits: tuple[float, float], notices: list[str]) -> float | None:
    if key not in text:
        return None
    try:
        value = float(text[key])
    except ValueError:
        value = float("nan")
    if limits[0] <= value <= limits[1]:
        return value
    notices.append(f"{_odd(key, text[key])[:-1]}，应在 {limits[0]:g} 至 {limits[1]:g} 之间。")
    return None


def _odd(key: str, value: str) -> str:
    return f"网址中的 {key}={value[:20]} 无法识别，已按默认值显示。"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip()[:64] for part in text.split(",") if part.strip()))


def _joined(value: object) -> str:
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)
