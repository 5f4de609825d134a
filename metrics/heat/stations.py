"""The stations of the map: events, what was expected of each, and the level of its risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from data.reading import Snapshot
from metrics import cache, compare
from metrics.heat import levels
from metrics.heat.context import Context, judged
from metrics.heat.values import Level, StationRisk
from metrics.rates import days_behind

NO_PEOPLE = "派出所没有登记人口，不能折算万人水平，已改为「与预期之差」。请在「数据接入」导入人口。"
NO_HARM_OF_ALERTS = "警情没有危害权重（权重随案件类别登记），已改为「与预期之差」。要看危害加权，请切换到「案件」。"
NO_WEIGHTS = "案件类别没有登记危害权重，已改为「与预期之差」。"


def residuals(context: Context) -> list[StationRisk]:
    """Return every station of the selection with its events, its expectation and whether the difference is real."""
    names = context.names("station")
    codes = list(names)
    if not codes:
        return []
    counts, expected = context.counts("station", codes), context.expected("station", codes)
    z = np.zeros(len(codes))
    if context.has_base:
        z = judged(counts, expected, context.stretches, context.phi("station"))
    real = compare.significant(2 * special.ndtr(-np.abs(z))) & (z != 0)
    return [
        StationRisk(
            code=code,
            name=names[code],
            count=float(counts[n]),
            expected=float(expected[n]) if context.has_base else None,
            z=float(z[n]),
            real=bool(real[n]),
            population=context.known.stations[code].population,
        )
        for n, code in enumerate(codes)
    ]


def levelled(
    snapshot: Snapshot, context: Context, found: list[StationRisk]
) -> tuple[str, list[StationRisk], float | None, list[str]]:
    """Return (risk shown, stations, the bureau's level, what must be said), with levels where they were asked for."""
    asked = context.view.risk
    if asked == "residual":
        return asked, found, None, []
    if asked == "harm" and context.view.table == "alerts":
        return "residual", found, None, [NO_HARM_OF_ALERTS]
    exposure = _exposure(context, found)
    if not any(exposure):
        return "residual", found, None, [NO_PEOPLE]
    if asked == "rate":
        listed, common = levels.rates([one.count for one in found], exposure)
        return asked, _with(found, listed), common, []
    weights = cache.answer(snapshot, "harm_weights", _weights)
    if not weights:
        return "residual", found, None, [NO_WEIGHTS]
    counts = _by_category(context.answer.frame(("station", "category")), context.metric.id, found)
    listed, common = levels.harms(counts, weights, exposure)
    return asked, _with(found, listed), common, _unweighted(counts, weights)


def _with(found: list[StationRisk], listed: list[Level | None]) -> list[StationRisk]:
    return [replace(one, level=level) for one, level in zip(found, listed, strict=True)]


def _exposure(context: Context, found: list[StationRisk]) -> list[float | None]:
    """Return person-days of each station on days with data, None without population."""
    days = context.answer.days[context.metric.view, "current"]
    length = days_behind((), context.window, days, context.selection.week_start)({})
    return [one.population * length if one.population and length else None for one in found]


def _weights(snapshot: Snapshot, _: str) -> dict[str, float]:
    rows = snapshot.rows("SELECT code, harm_weight FROM case_categories WHERE harm_weight IS NOT NULL")
    return {code: float(weight) for code, weight in rows}


def _by_category(frame: pd.DataFrame, metric: str, found: list[StationRisk]) -> list[dict[str, float]]:
    by_station: dict[str, dict[str, float]] = {one.code: {} for one in found}
    for station, category, count in frame[["station", "category", metric]].itertuples(index=False):
        if station in by_station and count == count and count:
            by_station[station][category] = float(count)
    return list(by_station.values())


def _unweighted(counts: list[dict[str, float]], weights: dict[str, float]) -> list[str]:
    total = sum(n for one in counts for n in one.values())
    without = sum(n for one in counts for name, n in one.items() if name not in weights)
    if not without:
        return []
    return [f"{total:,.0f} 起案件中 {without:,.0f} 起的类别没有危害权重，未计入危害加权。"]
