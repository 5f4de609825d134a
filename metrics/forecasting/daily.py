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
# Bounds of how precisely a station's coefficients are taken to be the bureau's: standard deviations of 18% and 1.8%.
LEAST_SHARED, MOST_SHARED = 30.0, 3000.0
_FREE = 1e-3
# Days after which an observation counts half when the bureau's level is adjusted; None is no adjustment at all.
HALF_LIVES: tuple[int | None, ...] = (None, 56, 112)
# Used where the history is too short to choose: no season can be told then, so that the level has to follow it.
SHORT_HALF_LIFE = 14
# The same for a station's share of the bureau, which changes slowly (a territory is redrawn).
SHARE_HALF_LIFE = 112
# Alerts that the level of the bureau, or a station's share, is believed to be right by: small numbers move it little.
BELIEVED, SHARE_BELIEVED = 50.0, 200.0


@dataclass(frozen=True)
class Baseline:
    """Expected counts learnt from the days before `end`.

    means: days × stations for all days of the calendar, NaN before the first that was learnt from and before a station
    began to report.
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
    at_work = opened(y)
    whole = regression.fit_many(y.sum(axis=1, keepdims=True), x)
    towards = np.repeat(whole.coefficients, y.shape[1], axis=1)
    towards[0] += np.log((y.sum(axis=0) + 0.5) / at_work.sum(axis=0) / (y.sum() + 0.5) * len(y))
    loose = regression.fit_many(y, x, at_work, ridge=prior_precision(None, towards), towards=towards, start=towards)
    precision = prior_precision(loose, towards)
    own = regression.fit_many(y, x, at_work, ridge=precision, towards=towards, start=loose.coefficients)
    means = np.full((len(rows), y.shape[1]), np.nan)
    means[first:] = regression.expected(own, later)
    means[days] = np.where(at_work > 0, means[days], np.nan)
    ahead = later[end - first : end - first + HORIZON]
    noise = _noise(own, ahead, (STATION_DAY, STATION_WEEK)) | _noise(whole, ahead, (BUREAU_DAY, BUREAU_WEEK))
    # An hour's share of the day's extra variance, and what a profile of so many weeks leaves unsure.
    noise[BUREAU_HOUR] = np.full(24, 1 + (noise[BUREAU_DAY][0] - 1) / 24 + 7 / max(7, min(len(days), PROFILE_DAYS)))
    return Baseline(end, means, noise)


def opened(y: Floats) -> Floats:
    """Return 1 for the days of each station on which it was at work, 0 before it began to report.

    A station began with its first alert if as many days without any before it cannot be chance at its later rate
    (P < e^−20); otherwise it always was. y: days × stations.
    """
    began = (y > 0).argmax(axis=0)
    later_rate = y.sum(axis=0) / (len(y) - began)
    began = np.where(began * later_rate > 20, began, 0)
    at_work: Floats = (np.arange(len(y))[:, None] >= began).astype(float)
    return at_work


def prior_precision(loose: regression.Fits | None, towards: Floats) -> Floats:
    """Return 1 ÷ τ² of each column, τ² being the variance between stations of their true coefficients.

    By moments over the stations' own coefficients b with sampling variance v (DerSimonian and Laird 1986): w = 1 ÷ v,
    Q = Σ w (b − b̄)², τ² = (Q − (stations − 1)) ÷ (Σ w − Σ w² ÷ Σ w). Loosely LEAST_SHARED without coefficients; the
    intercept is every station's own.
    """
    precision = np.full(len(towards), LEAST_SHARED)
    if loose is not None:
        w = 1 / np.diagonal(loose.covariance, axis1=1, axis2=2).T
        total = w.sum(axis=1)
        middle = (w * loose.coefficients).sum(axis=1) / total
        q = (w * (loose.coefficients - middle[:, None]) ** 2).sum(axis=1)
        between = (q - (w.shape[1] - 1)) / np.maximum(total - (w**2).sum(axis=1) / total, 1e-9)
        precision = np.clip(1 / np.maximum(between, 1e-9), LEAST_SHARED, MOST_SHARED)
    precision[0] = _FREE
    return precision


def _noise(fits: regression.Fits, ahead: Floats, names: tuple[str, str]) -> dict[str, Floats]:
    """Return φ + mean × variance of the log mean, for a day and for the whole week (whose days share that error)."""
    means, unsure = regression.expected(fits, ahead), regression.uncertainty(fits, ahead)
    return {
        names[0]: fits.phi + (means * unsure).mean(axis=0),
        names[1]: fits.phi + means.sum(axis=0) * unsure.mean(axis=0),
    }


def level(counts: Floats, means: Floats, end: int, half_life: int | None) -> Floats:
    """Return what the means of each station are multiplied with to meet the last weeks before `end`.

    The bureau's level (observed ÷ expected, recent days count more) times the station's share of it, which is learnt
    more slowly; shares change no sum over stations. 1 without a half-life.
    """
    if half_life is None:
        return np.ones(counts.shape[1])
    y, due = counts[:end], means[:end]
    known = ~np.isnan(due).all(axis=1, keepdims=True)
    total, due_total = y.sum(axis=1, keepdims=True), np.where(known, np.nansum(due, axis=1, keepdims=True), np.nan)
    usual = smoothed_ratio(total, due_total, SHARE_HALF_LIFE, BELIEVED)
    share = smoothed_ratio(y, due * usual, SHARE_HALF_LIFE, SHARE_BELIEVED)
    coming = means[end : end + HORIZON].sum(axis=0)
    whole = smoothed_ratio(total, due_total, half_life, BELIEVED)
    adjusted: Floats = whole * share * (coming.sum() / (share * coming).sum())
    return adjusted


def smoothed_ratio(seen: Floats, due: Floats, half_life: int, believed: float) -> Floats:
    """Return (Σ w·seen + believed) ÷ (Σ w·due + believed) of each column, with w = ½^(age in days ÷ half_life).

    seen, due: days × columns, the last day being the youngest; days where either is NaN are left out.
    """
    seen, due = seen[-8 * half_life :], due[-8 * half_life :]
    weight = 0.5 ** (np.arange(len(seen))[::-1, None] / half_life)
    known = ~(np.isnan(seen) | np.isnan(due))
    top, bottom = (np.where(known, weight * one, 0.0).sum(axis=0) for one in (seen, due))
    ratio: Floats = (top + believed) / (bottom + believed)
    return ratio


def ahead(counts: Floats, baseline: Baseline, end: int, half_life: int | None) -> Floats:
    """Return the means of the HORIZON days from `end` on: days × stations; the baseline may be some weeks old."""
    return baseline.means[end : end + HORIZON] * level(counts, baseline.means, end, half_life)
