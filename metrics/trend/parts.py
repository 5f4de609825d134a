"""The breakdown of a trend by category or station: each part with its series, its change and its z."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

import numpy as np
from scipy import special

from metrics import compare, expectation
from metrics.ask import compared
from metrics.axes import bucket
from metrics.briefing import short_name
from metrics.briefing.lines import metric_of_group
from metrics.compare import Comparison
from metrics.definitions import UNMAPPED
from metrics.model import COUNT
from metrics.query import TABLES
from metrics.trend.asking import a_year_back, counted
from metrics.trend.series import Context, against, expectations, number
from metrics.trend.values import Part, Point

# So many parts are shown before the reader asks for all.
MOST = 12


def parts(context: Context, by: str, drawn: list[Point]) -> list[tuple[Part, Comparison]]:
    """Return every part that has anything, with the comparison that judges it, unsorted and not yet judged.

    The comparison: against the eight weeks before for a short period of a count, against the year before else.
    """
    answer, metric = context.answer, context.metric
    current = answer.frame((by,))
    spread = context.spread((by,))
    changes = compared(answer, (by,), (metric.id,), ("last_year",), spread)
    now, then = (_series(context, by, span, drawn) for span in (context.frame.now, context.frame.then))
    rows = current.to_dict("records")
    means = expectations(context, (by,))
    values = {str(row[by]): number(row, metric.id) for row in rows}  # type: ignore[arg-type]
    # Stations share the φ over all of them, as on the map.
    pooled = spread.whole.get(counted(metric), 1.0) if by == "station" else None
    phis = {key: pooled or spread.of(counted(metric), {by: key}) for key in means}
    scores = _scores(values, means, phis)
    found = []
    for place, row in enumerate(rows):
        key, value = str(row[by]), values[str(row[by])]
        change = changes[place, metric.id, "last_year"]
        if not value and not change.base and not any(now.get(key, ())):
            continue
        if value is not None and key in scores:
            usual, z = expectation.usual_range(means[key], phis[key]), scores[key]
            judged = against(value, means[key], z)
        else:
            usual, z, judged = None, _z_of(change), change
        part = Part(
            key, _name(context, by, key), metric_of_group(key, metric) if by == "group" else metric, value,
            number(row, metric.denominator), change, usual, z, compare.NOT_JUDGED,  # type: ignore[arg-type]
            now.get(key, ()), then.get(key, ()),
        )  # fmt: skip
        found.append((part, judged))
    return found


def _scores(
    values: Mapping[str, float | None], means: Mapping[str, float], phis: Mapping[str, float]
) -> dict[str, float]:
    """Return the signed z of each part that has an expectation."""
    known = {key: value for key in means if (value := values.get(key)) is not None}
    expected = np.array([means[key] for key in known])
    z, _ = compare.against_reference(np.array(list(known.values())), expected, expectation.WEEKS)
    return {key: float(one) / math.sqrt(max(phis[key], 1.0)) for key, one in zip(known, z, strict=True)}


def _z_of(change: Comparison) -> float:
    """Return the signed z that a comparison's p stands for; 0 without a test."""
    if change.p is None or not change.change:
        return 0.0
    return math.copysign(float(-special.ndtri(max(change.p, 1e-300) / 2)), change.change)


def _series(context: Context, by: str, span: str, drawn: list[Point]) -> dict[str, tuple[float | None, ...]]:
    """Return the values of each part at the drawn points, or at the points a year before them."""
    grain, week_start = context.frame.grain, context.selection.week_start
    frame, name = context.answer.frame((by, grain), span), context.metric.id
    place_of: list[date] = [
        one.first if span == context.frame.now else bucket(a_year_back(one.first, grain), grain, week_start)
        for one in drawn
    ]
    days = context.share_behind(span)
    # A part without a row on a day with data had none; a share without a row has no value.
    nothing = 0.0 if context.metric.kind == COUNT else np.nan
    place, keys = ({value: n for n, value in enumerate(dict.fromkeys(one))} for one in (place_of, frame[by]))
    at = np.array([place.get(first, len(place)) for first in frame[grain]], dtype=int)
    table = np.full((len(keys), len(place) + 1), nothing)
    table[[keys[key] for key in frame[by]], at] = frame[name].to_numpy(dtype=float, na_value=np.nan)
    table[:, [n for first, n in place.items() if not days(first)]] = np.nan
    # 29 February and the 28th stand beside one day of a year before.
    lines = table[:, [place[first] for first in place_of]].tolist()
    return {
        str(key): tuple(None if value != value else value for value in line)
        for key, line in zip(keys, lines, strict=True)
    }


def _name(context: Context, by: str, key: str) -> str:
    if by == "station":
        return short_name(context.known.station_names.get(key, key))
    names = context.known.category_names(TABLES[context.metric.view])
    return key if by == "group" or key == UNMAPPED else names.get(key, key)


def ranked(found: list[Part]) -> list[Part]:
    """Return parts, what stands out most first; equal ones by size."""
    return sorted(found, key=lambda part: (-abs(part.z), -(part.value or 0.0), part.key))
