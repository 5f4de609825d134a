"""Alarms on the whole demo: 60 stations, three years; the realised rate where nothing was planted is printed."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.demo import bureau
from data.demo.plan import Plan
from data.reading import Reader
from data.snapshots import Store
from metrics.alarms import budget, fitting, rules, series

pytestmark = pytest.mark.soak
LAST = date(2026, 11, 21)


def test_the_budget_holds_on_the_whole_demo(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bureau.publish(store, Plan(60, 3, 300_000, 1, LAST))
    truths = json.loads((store.root / bureau.TRUTH_FILE).read_text(encoding="utf-8"))
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    started = time.process_time()
    daily = series.read(snapshot)
    judged = fitting.judge(daily, 2.0)
    found, _ = budget.realised(daily, judged.signals, _planted(daily, truths))
    assert found is not None
    low, high = found.interval
    spent = time.process_time() - started
    print(
        f"\n{found.rate:.2f} alarms per station-year ({low:.2f}–{high:.2f}) at a budget of 2, {spent:.1f} CPU seconds"
    )
    assert 1 <= found.rate <= 3
    control = next(truth for truth in truths if truth["id"] == "quiet-control")["stations"][0]
    place, width = daily.units.index(control), len(daily.groups)
    begins = rules.episodes(judged.signals.either, budget.GAP_DAYS)[-365:, place * width : (place + 1) * width]
    assert begins.sum() <= 4


def _planted(daily: series.Daily, truths: list[dict[str, Any]]) -> np.ndarray:
    out = np.zeros(daily.counts.shape, dtype=bool)
    width = len(daily.groups)
    for truth in truths:
        if truth["kind"] in ("rise", "campaign", "displacement", "relabelling") and truth["planted"]:
            start = max(0, (date.fromisoformat(truth["from"]) - daily.days[0]).days)
            for station in truth["stations"]:
                unit = daily.units.index(station)
                out[start:, unit * width : (unit + 1) * width] = True
    return out
