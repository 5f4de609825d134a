"""The alarms of one version: fitted once, kept beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special

from data.reading import Snapshot
from metrics import catalogue, regression
from metrics.alarms import baseline, budget, drivers, evidence, records, rules, series
from metrics.alarms.records import Alarm, Judged
from metrics.alarms.series import BUREAU, Daily
from metrics.briefing.context import short_name

# Raised whenever the method changes; part of every alarm.
MODEL = "QP-1"
# Days that are judged: two years, the first to tune and the second to measure, and the rest of a month.
SCORED_DAYS = 760
ALARM_DAYS, SERIES_DAYS = 90, 400


def fit(snapshot: Snapshot, wanted: float | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot; raises MetricError (with the reason) where there can be no alarms.

    wanted: alarms per station and year; by default what the store's config.toml sets, else 2.
    alarms: one row each, signals within the last 90 days (records.to_frame). alarm_series: unit, group, day, observed,
    expected, upper, … of the last 400 days. alarm_budget: one row, budget and what was realised. alarm_thresholds: one
    row per month. alarm_models: one row per series, the last model. alarm_evidence: evidence.table.
    """
    asked = budget.checked(wanted) if wanted is not None else budget.of_store(store_of(snapshot))
    judged = judge(series.read(snapshot), asked)
    stations, bureau = budget.realised(judged.daily, judged.signals)
    known = catalogue.of(snapshot)
    names = {code: short_name(name) for code, name in known.station_names.items()} | {BUREAU: "全局"}
    since = judged.daily.days[-1] - timedelta(days=ALARM_DAYS - 1)
    groups = {group.id: group for group in judged.daily.groups}
    alarms = []
    for alarm in records.found(judged, names, since):
        rate = bureau if alarm.station == BUREAU else stations
        model = f"{MODEL}/{judged.baseline.models[-1].month:%Y-%m}"
        full = drivers.explained(snapshot, alarm, groups[alarm.group])
        alarms.append(replace(full, budget=asked, realised=rate.rate if rate else None, model=model))
    return {
        "alarms": records.to_frame(alarms),
        evidence.TABLE: evidence.table(judged, alarms),
        "alarm_series": _series(judged),
        "alarm_budget": _budget(judged, asked, stations, bureau, alarms),
        "alarm_thresholds": _thresholds(judged),
        "alarm_models": _models(judged),
    }


def store_of(snapshot: Snapshot) -> Path:
    """Return the folder of the store that a snapshot lies in (its key begins with its file)."""
    return Path(snapshot.key.rsplit(":", 2)[0]).parent.parent


def judge(daily: Daily, wanted: float) -> Judged:
    """Fit, score and judge every day of the last two years."""
    models = baseline.rolling(daily, daily.days[-1] - timedelta(days=SCORED_DAYS - 1))
    scores = rules.scores(daily.counts, models, rules.weekly_series(models))
    return Judged(daily, models, scores, budget.signals(daily, scores, models.first, wanted))


def _series(judged: Judged) -> pd.DataFrame:
    """Return the last 400 judged days of every series.

    observed, expected: of the day. span: days of the window that the sudden rule looks at (1, or 7 for weekly series),
    window_observed, window_expected, upper: of that window. cusum, threshold: of the creeping rule. signal: 突升, 渐升
    or empty. Days without data have NULL counts.
    """
    daily, scores, signals = judged.daily, judged.scores, judged.signals
    start = max(judged.baseline.first, len(daily.days) - SERIES_DAYS)
    days, width = len(daily.days) - start, len(daily.groups)

    def column(values: np.ndarray) -> np.ndarray:
        return np.asarray(values[start:].T.ravel())

    chosen = {
        name: np.where(scores.is_weekly, getattr(scores.week, name), getattr(scores.day, name))
        for name in ("observed", "expected", "phi")
    }
    upper = np.full(chosen["expected"].shape, np.nan)
    known = ~np.isnan(chosen["expected"]) & ~np.isnan(signals.z)
    known[:start] = False
    upper[known] = regression.quantile(chosen["expected"][known], chosen["phi"][known], special.ndtr(signals.z[known]))
    said = np.where(signals.sudden, records.SUDDEN, np.where(signals.creeping, records.CREEPING, ""))
    return pd.DataFrame(
        {
            "station": np.repeat(np.array(daily.units, dtype=object), width * days),
            "group": np.tile(
                np.repeat(np.array([one.id for one in daily.groups], dtype=object), days), len(daily.units)
            ),
            "day": np.tile(pd.to_datetime(list(daily.days[start:])).to_numpy(), len(daily.units) * width),
            "observed": column(daily.counts),
            "expected": column(judged.baseline.expected),
            "span": np.repeat(np.where(scores.is_weekly, rules.WEEK, 1), days),
            "window_observed": column(chosen["observed"]),
            "window_expected": column(chosen["expected"]),
            "upper": column(upper),
            "cusum": column(signals.cusum),
            "threshold": column(signals.h),
            "signal": column(said),
        }
    )


def _budget(
    judged: Judged, asked: float, stations: budget.Realised | None, bureau: budget.Realised | None, alarms: list[Alarm]
) -> pd.DataFrame:
    daily, now = judged.daily, judged.signals.months[-1]
    row = {
        "budget": asked,
        "source": now.source,
        **_levels(now),
        "tuned_from": pd.Timestamp(now.tuned_from) if now.tuned_from else None,
        "tuned_until": pd.Timestamp(now.tuned_until) if now.tuned_until else None,
        "alarms": stations.alarms if stations else None,
        "station_years": stations.station_years if stations else None,
        "realised": stations.rate if stations else None,
        "realised_low": stations.interval[0] if stations else None,
        "realised_high": stations.interval[1] if stations else None,
        "bureau_realised": bureau.rate if bureau else None,
        "measured_from": pd.Timestamp(stations.first) if stations else None,
        "measured_until": pd.Timestamp(stations.last) if stations else None,
        "fitted_through": pd.Timestamp(daily.days[-1]),
        "model": MODEL,
        "ongoing": sum(alarm.is_ongoing for alarm in alarms),
        "groups": json.dumps([group.id for group in daily.groups], ensure_ascii=False),
        "notes": json.dumps(notes(daily, now.source, stations is None), ensure_ascii=False),
    }
    return pd.DataFrame([row])


def notes(daily: Daily, source: str, is_unmeasured: bool) -> list[str]:
    """Return what readers must know of these alarms."""
    out = []
    if source == budget.THEORY:
        out.append("历史数据或派出所较少，预警阈值按理论值设定，实际次数可能偏离设定。")
    if years := baseline.unpublished_years(daily.days):
        listed = "、".join(str(year) for year in years)
        out.append(f"{listed}年放假安排未公布或不在日历内，按周末和法定固定假日推算，调休可能有出入。")
    if is_unmeasured:
        out.append(f"可检验的数据不足 {budget.MEASURED_SHORTEST} 天，尚不能回测实际预警次数。")
    if missing := int((~daily.known).sum()):
        out.append(f"有 {missing} 天没有数据，不作判断，也不按 0 起计。")
    return out


def _thresholds(judged: Judged) -> pd.DataFrame:
    days = judged.daily.days
    return pd.DataFrame(
        [
            {
                "month": pd.Timestamp(days[one.start]),
                "until": pd.Timestamp(days[one.end - 1]),
                "source": one.source,
                **_levels(one),
                "tuned_from": pd.Timestamp(one.tuned_from) if one.tuned_from else None,
                "tuned_until": pd.Timestamp(one.tuned_until) if one.tuned_until else None,
            }
            for one in judged.signals.months
        ]
    )


def _levels(month: budget.Thresholds) -> dict[str, float]:
    """Return the thresholds of a month by name: rule and kind of series."""
    kinds = ("daily", "weekly", "bureau")
    pairs = {"z": month.z, "h": month.h}
    return {
        f"{rule}_{kind}": value for rule, values in pairs.items() for kind, value in zip(kinds, values, strict=True)
    }


def _models(judged: Judged) -> pd.DataFrame:
    """Return the last model of every series: level a day, overdispersion, coefficients on the log scale."""
    daily, model = judged.daily, judged.baseline.models[-1]
    width = len(daily.groups)
    mean = np.nanmean(judged.baseline.expected[-365:], axis=0)
    return pd.DataFrame(
        {
            "station": [unit for unit in daily.units for _ in range(width)],
            "group": [group.id for _ in daily.units for group in daily.groups],
            "per_day": mean,
            "phi": model.fits.phi,
            "is_weekly": judged.scores.is_weekly,
            "month": pd.Timestamp(model.month),
            "trained_from": pd.Timestamp(model.first),
            "trained_until": pd.Timestamp(model.last),
            "coefficients": [
                json.dumps({name: round(float(value), 4) for name, value in zip(model.columns, column, strict=True)})
                for column in model.fits.coefficients.T
            ],
        }
    )
