"""Work against duty of all stations at once, as arrays by [station, weekday, hour]; everything else reads from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from data.reading import Snapshot
from metrics import cache
from metrics.staffing import match, posts, queueing, workload
from metrics.staffing.values import Queue, Rules
from metrics.staffing.workload import Dates, Demand, Load

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Picture:
    """Counts and demand of a window with what follows from them; nan: not known. Nothing may be changed in place."""

    counted: Load
    demand: Demand
    rules: Rules

    @cached_property
    def needed(self) -> Floats:
        """People needed by [station, weekday, hour]."""
        return self._people(self.demand.mean)

    @cached_property
    def bounds(self) -> tuple[Floats, Floats]:
        """The 95% interval of the people needed; the people-hours per call count as known."""
        low, high = self.demand.interval()
        return self._people(low), self._people(high)

    @cached_property
    def on_duty(self) -> Floats:
        return self.counted.on_duty

    @cached_property
    def units(self) -> Floats:
        """Units on duty: people ÷ people per call."""
        return self.on_duty / self.demand.crew[:, None, None]

    @cached_property
    def load(self) -> Floats:
        """Offered load in Erlang: calls per hour × hours that a call binds a unit."""
        return self.demand.mean * self.demand.unit_hours[:, None, None]

    @cached_property
    def p_no_unit(self) -> Floats:
        return _known(queueing.erlang_c(self._filled(self.units), self._filled(self.load)), self.units + self.load)

    @cached_property
    def overload(self) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return queueing.is_overload(self.units, self.load)

    @cached_property
    def mean_wait(self) -> Floats:
        """Mean wait in hours; infinite in overload."""
        hours = self._filled(self.demand.unit_hours)[:, None, None]
        rate = queueing.drain(self._filled(self.units), self._filled(self.load), np.where(hours > 0, hours, 1.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = np.where(self.load > 0, self.p_no_unit / rate, 0.0)
        return np.where(np.isnan(self.p_no_unit), np.nan, np.where(self.overload, np.inf, wait))

    @cached_property
    def by_hour(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return needed, low, high and on duty by [station, hour of the day], an average day of the window."""
        if self.counted.days.sum() == 0:
            mean = low = high = np.full(self.demand.hour_shape.shape, np.nan)
        else:
            weight = (self.counted.days / self.counted.days.sum())[None, :, None]
            mean = np.where(weight > 0, weight * np.nan_to_num(self.demand.mean), 0.0).sum(1)
            low, high = self._hour_interval(mean)
        with np.errstate(invalid="ignore", divide="ignore"):
            days = self.counted.rostered.sum(1)[:, None]
            on_duty = np.where(days > 0, self.counted.duty.sum(1) / days, np.nan)
        return self._people(mean), self._people(low), self._people(high), on_duty

    @cached_property
    def average(self) -> Floats:
        """People needed on average around the clock, from the calls as counted; by station."""
        hours = self.counted.days.sum() * 24
        if hours == 0:
            return np.full(len(self.counted.stations), np.nan)
        calls = self.counted.calls.sum((1, 2))
        bound = np.where(calls > 0, calls * self.demand.hours_per_call, 0.0)
        # Calls that are known only by day bind people too: without others there is nothing to say.
        bound = np.where((calls == 0) & (self.counted.undated > 0), np.nan, bound)
        return np.asarray(bound / hours / self.rules.committed)

    @cached_property
    def average_on_duty(self) -> Floats:
        """People on duty on average around the clock; by station."""
        days = self.counted.rostered.sum(1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(days > 0, self.counted.duty.sum((1, 2)) / (days * 24), np.nan)

    def utilisation(self, places: list[int]) -> float | None:
        """Return the share of duty that calls of rostered days bind, in %, as the metric 占用率; None without duty."""
        counted = self.counted
        people = counted.duty[places].sum()
        untold = counted.rostered_calls[places] - counted.rostered_known[places]
        filled = np.where(untold > 0, untold * self.demand.hours_per_call[places], 0.0)
        bound = (counted.rostered_work[places] + filled).sum()
        return None if people == 0 or counted.days.sum() == 0 or np.isnan(bound) else float(100 * bound / people)

    def match(self, places: list[int]) -> tuple[float | None, float | None]:
        """Return the match index, and the ceiling that chance sets to it with so few calls."""
        calls = self.counted.matched[places].sum(0)
        found = match.index(calls, self.counted.duty[places].sum(0))
        shares = np.nan_to_num(self.demand.mean[places]).sum(0)
        if found is None or shares.sum() <= 0:
            return found, None
        return found, match.ceiling(shares / shares.sum() * calls.sum())

    def queue(self, places: list[int]) -> Queue | None:
        """Return how calls wait over the week, or None without calls, duty or work times."""
        known = ~np.isnan(self.p_no_unit[places])
        weights = np.where(known, np.nan_to_num(self.demand.mean[places]), 0.0)
        if weights.sum() <= 0:
            return None
        weights = (weights / weights.sum()).ravel()
        p, overload = np.nan_to_num(self.p_no_unit[places]).ravel(), self.overload[places].ravel()
        wait = np.nan_to_num(self.mean_wait[places], posinf=np.inf).ravel()
        hours = np.broadcast_to(self.demand.unit_hours[places][:, None, None], known.shape).ravel()
        drains = _drains(np.nan_to_num(self.units[places]).ravel(), np.nan_to_num(self.load[places]).ravel(), hours)
        p90 = float(queueing.wait_quantile(weights, p, drains))
        mean = float(np.where(weights > 0, weights * np.where(weights > 0, wait, 0.0), 0.0).sum())
        late = float((weights * p * np.exp(-drains * self.rules.wait_goal / 60)).sum())
        return Queue(
            p_no_unit=float((weights * p).sum()), mean_wait=minutes(mean), p90_wait=minutes(p90), p_late=late,
            overload=float(weights[overload].sum()),
        )  # fmt: skip

    def _hour_interval(self, mean: Floats) -> tuple[Floats, Floats]:
        """Return the 95% interval of an average day's calls per hour; without any call the exact Poisson bound."""
        shape = np.maximum(self.demand.hour_shape, 1e-12)
        low, high = (mean * stats.gamma.ppf(p, shape) / shape for p in (0.025, 0.975))
        nothing = -np.log(0.025) / (self.counted.days.sum() * 24)
        return np.where(mean > 0, low, 0.0), np.where(mean > 0, high, nothing)

    def _people(self, calls_per_hour: Floats) -> Floats:
        hours = self.demand.hours_per_call.reshape(-1, *[1] * (calls_per_hour.ndim - 1))
        # No calls need nobody, also where it is not known what a call would take.
        people = posts.needed(calls_per_hour, hours, self.rules)
        return np.where(calls_per_hour == 0, 0.0, people)

    @staticmethod
    def _filled(values: Floats) -> Floats:
        return np.asarray(np.nan_to_num(values))


def picture(snapshot: Snapshot, days: Dates, rules: Rules) -> Picture:
    """Return the picture of a window, once per version."""
    return cache.answer(snapshot, (days, rules), _picture)


def _picture(snapshot: Snapshot, question: tuple[Dates, Rules]) -> Picture:
    days, rules = question
    return Picture(workload.load(snapshot, days), workload.demand(snapshot, days, rules), rules)


def minutes(hours: float) -> float | None:
    """Return hours as minutes; None where they are endless or not known."""
    return float(60 * hours) if np.isfinite(hours) else None


def _drains(units: Floats, load: Floats, hours: Floats) -> Floats:
    return queueing.drain(units, load, np.where(hours > 0, hours, 1.0))


def _known(values: Floats, behind: Floats) -> Floats:
    return np.where(np.isnan(behind), np.nan, values)
