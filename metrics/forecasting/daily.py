"""Daily forecasts per station: a calendar regression whose shape stations share with the bureau, and its recent level.

log E[count of station s on day d] = x(d)·β(s). β(s) is drawn towards the bureau's own coefficients (normal prior, see
metrics.regression): a station has its own weekday or season only as far as its counts prove it. The level of the last
weeks may then be adjusted by exponential smoothing of observed ÷ expected. The bureau is the sum of its stations.
Source: rolling-origin comparison in `python -m metrics forecast backtest`; nothing is used that did not win there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.calendar import CalendarRow
from metrics import regression
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import (
    BUREAU_DAY,
    BUREAU_HOUR,
    BUREAU_WEEK,
    HORIZON,
    PROFILE_DAYS,
    STATION_DAY,
    STATION_WEEK,
)  # fmt: skip

# Learnt from at most so many days; longer was worse on real data (Chicago: five years against three).
LEARNING_DAYS = 3 * 365 + 1
# Prior precision of a station's coefficients around the bureau's: a standard deviation of about 3%. Between 300 and
# 3,000 the errors are equal to two digits; without (each station for itself) they are larger.
SHARED = 1000.0
_FREE = 1e-3
# Days after which an observation counts half when the level is adjusted; None is no adjustment.
HALF_LIVES: tuple[int | None, ...] = (None, 56, 112)
# Alerts that a station's level is believed to be right by: the adjustment of a small station is damped.
BELIEVED = 50.0


@dataclass(frozen=True)
class Baseline:
    """Expected counts learnt from the days before `end`.

    means: days × stations for all days of the calendar, NaN before the first that was learnt from.
    noise: level → variance ÷ mean of a new count, by column: noise within the sample and uncertainty of coefficients.
    """

    end: int
    means: Floats
    noise: dict[str, Floats]


def learn(counts: Floats, rows: Sequence[CalendarRow], end: int) -> Baseline:
    """Fit the days before `end`; counts: days × stations, NaN without data; rows: calendar of those days and later.

    Short histories use what they can estimate: under three weeks only the level, under ten months no season.
    Needs at least one day with data.
    """
    first = max(0, end - LEARNING_DAYS)
    days = [day for day in range(first, end) if not np.isnan(counts[day, 0])]
    known = [rows[day] for day in days]
    columns = regression.estimable(known)
    x = regression.design(known, rows[end][0], columns)
    later = regression.design(rows[first:], rows[end][0], columns)
    y = counts[days]
    whole = regression.fit_many(y.sum(axis=1, keepdims=True), x)
    towards = np.repeat(whole.coefficients, y.shape[1], axis=1)
    towards[0] += np.log((y.sum(axis=0) + 0.5) / (y.sum() + 0.5 * y.shape[1]))
    ridge = np.full(len(columns), SHARED)
    ridge[0] = _FREE
    own = regression.fit_many(y, x, ridge=ridge, towards=towards, start=towards)
    means = np.full((len(rows), y.shape[1]), np.nan)
    means[first:] = regression.expected(own, later)
    ahead = later[end - first : end - first + HORIZON]
    noise = _noise(own, ahead, (STATION_DAY, STATION_WEEK)) | _noise(whole, ahead, (BUREAU_DAY, BUREAU_WEEK))
    # An hour's share of the day's extra variance, and what a profile of so many weeks leaves unsure.
    noise[BUREAU_HOUR] = np.full(24, 1 + (noise[BUREAU_DAY][0] - 1) / 24 + 7 / max(7, min(len(days), PROFILE_DAYS)))
    return Baseline(end, means, noise)


def _noise(fits: regression.Fits, ahead: Floats, names: tuple[str, str]) -> dict[str, Floats]:
    """Return φ + mean × variance of the log mean, for a day and for the whole week (whose days share that error)."""
    means, unsure = regression.expected(fits, ahead), regression.uncertainty(fits, ahead)
    return {
        names[0]: fits.phi + (means * unsure).mean(axis=0),
        names[1]: fits.phi + means.sum(axis=0) * unsure.mean(axis=0),
    }


def level(counts: Floats, means: Floats, end: int, half_life: int | None) -> Floats:
    """Return what the means of each station are multiplied with to meet its last weeks before `end`.

    (Σ w·observed + 50) ÷ (Σ w·expected + 50) with w = ½^(age ÷ half_life); 1 without a half-life.
    """
    if half_life is None:
        return np.ones(counts.shape[1])
    first = max(0, end - 8 * half_life)
    weight = 0.5 ** (np.arange(end - first)[::-1, None] / half_life)
    y, mu = counts[first:end], means[first:end]
    known = ~(np.isnan(y) | np.isnan(mu))
    seen, due = (np.where(known, weight * one, 0.0).sum(axis=0) for one in (y, mu))
    adjusted: Floats = (seen + BELIEVED) / (due + BELIEVED)
    return adjusted


def ahead(counts: Floats, baseline: Baseline, end: int, half_life: int | None) -> Floats:
    """Return the means of the HORIZON days from `end` on: days × stations; the baseline may be some weeks old."""
    return baseline.means[end : end + HORIZON] * level(counts, baseline.means, end, half_life)
