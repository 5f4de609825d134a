"""Calls, work and duty by station and hour of the week: counted in one statement, smoothed where counts are small.

Smoothing (empirical Bayes, gamma-Poisson): the expected count of an hour of the week is the station's calls × its share
of that weekday × its share of that hour × what weekday and hour have in common bureau-wide; both shares are drawn to
the bureau's, the more the more alike the stations are. The rate is Gamma(k + n, k/m + E) with n calls in E hours, m the
expected rate and 1/k its relative variance: the scatter of the station's counts about m beyond chance (method of
moments) and the uncertainty of the two shares. A station that follows the pattern gets the pattern, one that differs
keeps its own counts. Mean and quantiles are the rate and its interval. Source: Clayton and Kaldor (1987) for the
gamma-Poisson; Mosimann (1962) for the Dirichlet-multinomial.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from data.reading import Snapshot, Statement
from metrics import cache, catalogue
from metrics.definitions import DIMENSIONS
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.staffing import arrivals
from metrics.staffing.values import DAYS, HOURS, Rules

Floats = NDArray[np.float64]
Dates = tuple[date, date]
# Below this many calls with work times a station's mean says little; the bureau's stands in.
ENOUGH_MEASURED = 30
# Least and most calls that the bureau's pattern may stand for, and the stations that it takes to tell.
_WEIGHTS, _ENOUGH_STATIONS = (1.0, 2000.0), 3
_FREE_CELLS = (DAYS - 1) * (HOURS - 1)
_Z95 = (0.025, 0.975)

# What a call bound is said by alert_work alone, so that hours here are those of the metric 处警占用工时.
_WEEKDAY = DIMENSIONS["weekday"].sql
_SQL = f"""
with calls as (
    select
        station, {_WEEKDAY} as weekday, hour(happened_at) as hour,
        case when time_precision in ('minute', 'hour') then 'calls' else 'undated' end as what,
        has_dispatch or has_arrive or has_done as stamped, attended, work_hours,
        work_seconds / 3600.0 as measured_hours,
        (arrive_seconds - dispatch_seconds + scene_seconds) / 3600.0 as attended_hours
    from alert_work($since, $until) where valid
)
select what, station, weekday, hour, count(*) as valid, count(*) filter (where attended) as attended,
    count(work_hours) filter (where attended) as known, coalesce(sum(work_hours), 0) as amount,
    count(*) filter (where stamped) as stamped, count(measured_hours) as measured,
    coalesce(sum(measured_hours), 0) as measured_hours,
    coalesce(sum(measured_hours * measured_hours), 0) as squares,
    coalesce(sum(measured_hours) filter (where attended_hours > 0), 0) as crew_hours,
    coalesce(sum(attended_hours) filter (where measured_hours is not null), 0) as unit_hours
from calls group by what, station, weekday, hour
union all
select row_kind, station, {_WEEKDAY} as weekday, hour(happened_at) as hour, count(*),
    count(*) filter (where attended), count(work_hours) filter (where attended),
    coalesce(sum(case row_kind when '警情' then work_hours else hours * (officers + auxiliaries) end), 0),
    0, 0, 0, 0, 0, 0
from duty_facts($since, $until) where row_kind = '警情' or (row_kind = '岗位' and post in ('接处警', '巡逻'))
group by row_kind, station, weekday, hour
union all
select 'days', station, weekday, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0
from (
    select distinct station_code as station, cast(starts_at as date) as happened_at,
        {_WEEKDAY.replace("happened_at", "starts_at")} as weekday
    from duty where starts_at >= $since and starts_at < $until
) as rostered group by station, weekday
"""


@dataclass(frozen=True, eq=False)
class Load:
    """What was counted from `first` to `last`, both included; arrays by [station, weekday, hour].

    days: days with alerts by weekday. calls: those that someone went to (all valid ones where the source never says
    who went: has_attended). matched: valid calls on rostered days. duty: people-hours of 接处警 and 巡逻. rostered:
    days with a roster by [station, weekday]. By station: known, work: calls whose people-hours are known or filled in,
    and the sum of these; rostered_calls, rostered_known, rostered_work: the same of calls on rostered days; measured:
    calls with usable work times; measured_work, squares: the sum of their people-hours and of the squares; crew_hours,
    unit_hours: people-hours and hours of those with known arrival; undated: valid calls whose hour is not known.
    elsewhere: calls of units that are no registered station. Nothing may be changed in place.
    """

    stations: tuple[str, ...]
    first: date
    last: date
    has_attended: bool
    days: Floats
    calls: Floats
    matched: Floats
    duty: Floats
    rostered: Floats
    known: Floats
    work: Floats
    rostered_calls: Floats
    rostered_known: Floats
    rostered_work: Floats
    measured: Floats
    measured_work: Floats
    squares: Floats
    crew_hours: Floats
    unit_hours: Floats
    undated: Floats
    elsewhere: int

    @property
    def on_duty(self) -> Floats:
        """People on duty on average; nan where a weekday has no roster."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.rostered[:, :, None] > 0, self.duty / self.rostered[:, :, None], np.nan)


@dataclass(frozen=True, eq=False)
class Demand:
    """Calls per hour as gamma distributions by [station, weekday, hour] (nan: no data), and what one call binds.

    hour_shape: shape of the gamma distribution of an average day's hours, by [station, hour]. hours_per_call:
    people-hours (nan: cannot tell); crew: people per call; by [station].
    """

    shape: Floats
    rate: Floats
    hour_shape: Floats
    hours_per_call: Floats
    crew: Floats

    @property
    def mean(self) -> Floats:
        """Calls per hour."""
        return self.shape / self.rate

    @property
    def unit_hours(self) -> Floats:
        """Hours that a call binds one unit."""
        return self.hours_per_call / self.crew

    def interval(self) -> tuple[Floats, Floats]:
        """Return the 95% interval of the calls per hour."""
        shape = np.maximum(self.shape, 1e-12)
        low, high = (stats.gamma.ppf(p, shape) / self.rate for p in _Z95)
        # Without any call in the window: the exact Poisson bound of the whole window.
        none = self.shape == 0
        return np.where(none, 0.0, low), np.where(none, -np.log(_Z95[0]) / self.rate, high)


def window(snapshot: Snapshot, selection: Selection, rules: Rules) -> Dates:
    """Return the days averaged: `rules.weeks` up to the last complete day of the period, or all of a longer period.

    Natural days, whatever the cut-off hour: an hour of the week is an hour of the clock. Raises MetricError.
    """
    known = catalogue.of(snapshot)
    as_of = known.data_as_of
    if as_of is None:
        raise MetricError("数据仓里还没有警情，无法测算警力。请先在「数据接入」导入警情。")
    period = selection.resolve(as_of)
    complete = as_of.date() - timedelta(days=1)
    if not known.covered("alerts", date.min, complete):
        complete = as_of.date()
    last = max(min(period.last, complete), min(period.first, complete))
    return min(period.first, last - timedelta(days=7 * rules.weeks - 1)), last


def by_days(snapshot: Snapshot, selection: Selection, rules: Rules) -> Selection:
    """Return the selection of the same days, stations (codes) and categories: filters that average the same days, as
    most periods up to today do, ask the same question. Raises MetricError, UnknownName."""
    first, last = window(snapshot, selection, rules)
    chosen = catalogue.of(snapshot).station_codes(selection.stations)
    return Selection("custom", first, last, chosen, selection.categories)


def _statements(snapshot: Snapshot, days: Dates) -> list[Statement]:
    """Return the calls and the duty of some days, and what is measured of them, since a page shows both."""
    since = datetime.combine(days[0], time())
    until = datetime.combine(days[1] + timedelta(days=1), time())
    return [(_SQL, {"since": since, "until": until}), *arrivals.ahead(snapshot, days)]


def load(snapshot: Snapshot, days: Dates) -> Load:
    """Return what was counted from the first to the last of `days`, once per version."""
    return cache.answer(snapshot, days, _load)


def _load(snapshot: Snapshot, days: Dates) -> Load:
    known = catalogue.of(snapshot)
    codes = tuple(known.stations)
    statements = _statements(snapshot, days)
    with snapshot.together(statements):
        frame = snapshot.query(*statements[0])
        arrivals.response_p90(snapshot, days)
    places = {code: number for number, code in enumerate(codes)}
    frame = frame.assign(place=[places.get(code, -1) for code in frame["station"]])
    elsewhere = frame[(frame["place"] < 0) & (frame["what"] == "calls")]
    frame = frame[frame["place"] >= 0]

    def week(what: str, column: str) -> Floats:
        out = np.zeros((len(codes), DAYS, HOURS))
        rows = frame[frame["what"] == what]
        cells = (rows["place"].to_numpy(int), rows["weekday"].to_numpy(int) - 1, rows["hour"].to_numpy(int))
        out[cells] = rows[column].to_numpy(float)
        return out

    def total(what: str, column: str) -> Floats:
        return np.asarray(week(what, column).sum((1, 2)))

    covered = known.covered("alerts", *days)
    return Load(
        stations=codes, first=days[0], last=days[1], has_attended=bool(frame["stamped"].sum() > 0),
        days=np.bincount([day.weekday() for day in covered], minlength=DAYS).astype(float),
        calls=week("calls", "attended"), matched=week("警情", "valid"),
        duty=week("岗位", "amount"), rostered=week("days", "valid")[:, :, 0],
        known=total("calls", "known"), work=total("calls", "amount"),
        rostered_calls=total("警情", "attended"), rostered_known=total("警情", "known"),
        rostered_work=total("警情", "amount"),
        measured=total("calls", "measured"), measured_work=total("calls", "measured_hours"),
        squares=total("calls", "squares"), crew_hours=total("calls", "crew_hours"),
        unit_hours=total("calls", "unit_hours"), undated=total("undated", "valid"),
        elsewhere=int(elsewhere["attended"].sum()),
    )  # fmt: skip


def demand(snapshot: Snapshot, days: Dates, rules: Rules) -> Demand:
    """Return the smoothed demand of all stations, once per version."""
    return cache.answer(snapshot, (days, rules), _demand)


def _demand(snapshot: Snapshot, question: tuple[Dates, Rules]) -> Demand:
    days, rules = question
    counted = load(snapshot, days)
    return Demand(*smoothed(counted.calls, counted.days), *per_call(counted, rules))


def per_call(counted: Load, rules: Rules) -> tuple[Floats, Floats]:
    """Return people-hours per call and people per call, by station.

    A station without calls has the bureau's; where the source has no work times, the rule's default or nan. People per
    call stand on ENOUGH_MEASURED calls with known arrival, else they are the bureau's or the rule's.
    """
    hours = _ratio(counted.work, counted.known)
    hours = np.where(np.isnan(hours), _ratio(counted.work.sum(), counted.known.sum()), hours)
    crew = np.where(counted.measured >= ENOUGH_MEASURED, _ratio(counted.crew_hours, counted.unit_hours), np.nan)
    crew = np.where(np.isnan(crew), _ratio(counted.crew_hours.sum(), counted.unit_hours.sum()), crew)
    default = np.nan if rules.hours_per_call is None else rules.hours_per_call
    return np.where(np.isnan(hours), default, hours), np.where(np.isnan(crew), rules.crew, crew)


def spread_per_call(counted: Load) -> Floats:
    """Return the relative standard error of the mean people-hours per call, by station.

    Of a share w of the calls the station's own n say it, of the others the bureau's N: c √(w² / n + (1 − w)² / N) with
    the relative spread c of one call. w is 1 from ENOUGH_MEASURED calls on, because then its own fill its gaps.
    """
    n, total, squares = counted.measured, counted.measured_work, counted.squares
    enough = n >= ENOUGH_MEASURED
    own = np.where(enough, 1.0, np.nan_to_num(_ratio(n, counted.known)))
    size, amount, square = (np.where(enough, part, part.sum()) for part in (n, total, squares))
    variance = np.maximum(_ratio(square, size) - _ratio(amount, size) ** 2, 0.0)
    behind = own**2 / np.maximum(n, 1.0) + (1 - own) ** 2 / max(float(n.sum()), 1.0)
    return np.asarray(np.nan_to_num(np.sqrt(variance * behind) / _ratio(amount, size)))


def smoothed(calls: Floats, days: Floats) -> tuple[Floats, Floats, Floats]:
    """Return shape and rate of the gamma distribution of the calls per hour, and the shape of an average day's hours.

    calls: counts by [station, weekday, hour]. days: days counted by weekday; a weekday without any has rate nan. A
    station without calls has shape 0 and as rate all the hours counted, so that its mean is 0 and its bound finite.
    """
    exposure = np.where(days > 0, days, np.nan)[None, :, None]
    by_day, by_hour = _shares(calls.sum(2)), _shares(calls.sum(1))
    pattern = by_day.share[:, :, None] * by_hour.share[:, None, :] * _interplay(calls, days)
    total = calls.sum((1, 2))[:, None, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.nan_to_num(pattern / pattern.sum((1, 2), keepdims=True) * total)
        scatter = ((calls - expected) ** 2 - expected).sum((1, 2)) * (DAYS * HOURS / _FREE_CELLS)
        own = np.where(scatter > 0, scatter / (expected**2).sum((1, 2)), 0.0)[:, None, None]
        # The pattern is itself estimated: from the calls behind the weekday and those behind the hour.
        k = 1 / np.maximum(own + 1 / by_day.behind[:, :, None] + 1 / by_hour.behind[:, None, :], 1e-9)
        shape, rate = k + calls, k * exposure / expected + exposure
    none = total == 0
    shape = np.where(np.isnan(exposure), np.nan, np.where(none, 0.0, shape))
    rate = np.where(none, days.sum() * HOURS + 0 * exposure, rate)
    return shape, rate, np.where(none[:, :, 0], 0.0, by_hour.behind)


@dataclass(frozen=True, eq=False)
class _Shares:
    """Shares of weekdays or hours by station, and the calls that stand behind each, borrowed ones included."""

    share: Floats
    behind: Floats


def _shares(counts: Floats) -> _Shares:
    """Return each station's shares drawn to the bureau's by the weight that the likeness of the stations gives it.

    Dirichlet-multinomial: share = (n + κq) / (N + κ), where κ follows from how far the stations' shares scatter beyond
    chance, Σ (n − Nq)² − Nq(1 − q) over Σ N(N − 1)q(1 − q) = 1 / (κ + 1). Fewer than three stations lend nothing.
    """
    total = counts.sum(1, keepdims=True)
    # Half a call more in every cell: no hour is impossible because it happened to be empty.
    bureau = (counts.sum(0) + 0.5) / (counts.sum() + 0.5 * counts.shape[1])
    chance = bureau * (1 - bureau)
    scatter = ((counts - total * bureau) ** 2 - total * chance).sum()
    most = (total * np.maximum(total - 1, 0) * chance).sum()
    alike = max(scatter / most, 0.0) if most > 0 else 1.0
    weight = 1.0 if (total > 0).sum() < _ENOUGH_STATIONS else float(np.clip(1 / max(alike, 1e-9) - 1, *_WEIGHTS))
    behind = counts + weight * bureau
    return _Shares(behind / (total + weight), behind)


def _interplay(calls: Floats, days: Floats) -> Floats:
    """Return how much more than weekday × hour all the calls come in each hour of the week; 1: no more.

    Drawn to 1 by gamma-Poisson as the rates are; fewer than three stations cannot tell a pattern from their own chance.
    """
    seen = calls.sum(0) * (days > 0)[:, None]
    if (calls.sum((1, 2)) > 0).sum() < _ENOUGH_STATIONS:
        return np.ones_like(seen)
    expected = seen.sum(1)[:, None] * seen.sum(0)[None, :] / seen.sum()
    scatter = ((seen - expected) ** 2 - expected).sum() * (DAYS * HOURS / _FREE_CELLS)
    weight = float(np.clip((expected**2).sum() / max(scatter, 1e-9), 1.0, 1e6))
    return np.asarray((weight + seen) / (weight + expected))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, np.asarray(top, dtype=float) / bottom, np.nan)
