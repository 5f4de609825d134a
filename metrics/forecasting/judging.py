"""From forecasts and what then happened to the published figures of their quality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from metrics import regression
from metrics.forecasting import scoring
from metrics.forecasting.rolling import Rolled
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import BUREAU_DAY, BUREAU_HOUR, BUREAU_WEEK, HORIZON, STATION_WEEK, History, Quality


@dataclass(frozen=True)
class Trial:
    """The scored origins of one level.

    used: origins × days × columns means of the model that is used. bounds: the quantiles of scoring.LEVELS of the same
    shape. sample: steps × columns counts before the first origin, for the scale of MASE; season: its steps per week.
    """

    measure: str
    level: str
    model: str
    history: History
    rolled: Rolled
    used: Floats
    bounds: tuple[Floats, ...]
    sample: Floats
    season: int


def trial(
    history: History, measure: str, level: str, rolled: Rolled, psi: Floats, half_life: int | None, model: str
) -> Trial:
    """Prepare one level for judging; psi: dispersions that broadcast to origins × days × columns."""
    used = rolled.forecasts[half_life]
    sample, season = _sample(history, measure, level, rolled.origins[0])
    return Trial(measure, level, model, history, rolled, used, ends(used, psi), sample, season)


def ends(means: Floats, psi: Floats) -> tuple[Floats, ...]:
    """Return the quantiles of scoring.LEVELS of counts with these means and variance psi × mean."""
    return tuple(regression.quantile(means, psi, level) for level in scoring.LEVELS)


def _sample(history: History, measure: str, level: str, before: int) -> tuple[Floats, int]:
    """Return the counts before a day in the steps of a level, and how many steps back the naive forecast looks."""
    if level == BUREAU_HOUR:
        return history.hours[:before], HORIZON
    sample = history.counts[measure][:before]
    if level in (BUREAU_DAY, BUREAU_WEEK):
        sample = sample.sum(axis=1, keepdims=True)
    if level not in (STATION_WEEK, BUREAU_WEEK):
        return sample, HORIZON
    weeks = before // HORIZON
    return sample[before - HORIZON * weeks :].reshape(weeks, HORIZON, -1).sum(axis=1), 1


def quality(one: Trial, column: int | None = None, station: str = "") -> Quality:
    """Return the scores of all columns together, or of one column (a station)."""
    chosen = slice(None) if column is None else slice(column, column + 1)
    rolled = one.rolled
    y, f, plain, naive, year = (
        values[..., chosen] for values in (rolled.actual, one.used, rolled.forecasts[None], rolled.naive, rolled.year)
    )
    bounds = [end[..., chosen] for end in one.bounds]
    known = ~np.isnan(y)
    tested = [place for number, place in enumerate(rolled.origins) if known[number].any()]
    begins = [one.history.rows[place][0] - timedelta(days=1) for place in tested]
    whole_year = bool(tested) and not np.isnan(year[known]).any()
    return Quality(
        measure=one.measure, level=one.level, station=station, model=one.model,
        first_origin=begins[0] if begins else None, last_origin=begins[-1] if begins else None, origins=len(tested),
        mean=float(y[known].mean()) if tested else np.nan,
        wape=scoring.wape(y, f),
        plain_wape=scoring.wape(y, plain),
        naive_wape=scoring.wape(y, naive),
        year_wape=scoring.wape(y, year) if whole_year else np.nan,
        floor=scoring.poisson_floor(f[known]),
        mase=_mase(one, y, f, chosen),
        pinball=float(np.mean([scoring.pinball(y, q, at) for q, at in zip(bounds, scoring.LEVELS, strict=True)])),
        coverage50=scoring.coverage(y, bounds[1], bounds[2]),
        coverage90=scoring.coverage(y, bounds[0], bounds[3]),
    )  # fmt: skip


def _mase(one: Trial, y: Floats, f: Floats, chosen: slice) -> float:
    """Return the mean of MASE over the columns where it is defined."""
    sample = one.sample[:, chosen]
    scores = [
        scoring.mase(y[..., n], f[..., n], scoring.naive_scale(sample[:, n], one.season))
        for n in range(sample.shape[1])
    ]
    measured = [score for score in scores if not np.isnan(score)]
    return float(np.mean(measured)) if measured else np.nan
