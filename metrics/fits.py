"""Reading what was fitted once per version: alarms, forecasts, hot cells. metrics/fitting.py makes them."""

from __future__ import annotations

import pandas as pd

from data import fits as files
from data.reading import Snapshot
from data.snapshots import Store
from metrics import cache

# Raised whenever a method or a fitted table changes, so that versions that were fitted before are fitted again.
METHODS_VERSION = "2"


def table(snapshot: Snapshot, name: str) -> pd.DataFrame | None:
    """Return a fitted table of a version, read once per version; None while it is not fitted. Must not be changed."""
    return cache.answer(snapshot, name, _table)


def _table(snapshot: Snapshot, name: str) -> pd.DataFrame | None:
    return snapshot.fitted(name) if state(snapshot).get("methods_version") == METHODS_VERSION else None


def state(snapshot: Snapshot) -> dict[str, str]:
    """Return what the fits of a version say of themselves: methods version, seconds, problems; empty before them."""
    return cache.answer(snapshot, "fits_meta", _state)


def _state(snapshot: Snapshot, name: str) -> dict[str, str]:
    frame = snapshot.fitted(name)
    return {} if frame is None else dict(zip(frame["key"], frame["value"], strict=True))


def is_done(store: Store, version_id: int) -> bool:
    """Return whether a version was fitted with the methods of this program."""
    return files.meta_of(store, version_id).get("methods_version") == METHODS_VERSION


def missing(snapshot: Snapshot, method: str) -> str:
    """Say why a fitted figure is not there: being computed, or what kept the method (预警, 预测, 热点) from it."""
    found = state(snapshot)
    if found.get("methods_version") != METHODS_VERSION:
        return f"{method}正在计算，通常一分钟内完成，完成后自动显示。"
    return found.get(f"problem:{method}", f"本版本没有{method}结果。")
