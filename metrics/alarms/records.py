"""An alarm and everything that explains it, and how it is said."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from metrics import regression
from metrics.alarms import budget, rules
from metrics.alarms.baseline import Baseline
from metrics.alarms.budget import Signals
from metrics.alarms.rules import Scores
from metrics.alarms.series import Daily

SUDDEN, CREEPING = "突升", "渐升"
# The range that an alarm gives for what was expected: the central 95% of counts.
RANGE = (0.025, 0.975)
_MOST_DAYS = 5


@dataclass(frozen=True)
class Driver:
    """A beat (or, for the bureau, a station) or a day with what was seen and what was expected there."""

    name: str
    observed: int
    expected: float


@dataclass(frozen=True)
class Hours:
    """The hours of the day, from `since` until `until` o'clock, in which most of the excess lies."""

    since: int
    until: int
    observed: int
    expected: float


@dataclass(frozen=True)
class Alarm:
    """A rise beyond what the calendar and the past lead to expect.

    group: what rises (id of a series.Group). kind: 突升 when one window was too unlikely, else 渐升. first_day,
    last_day: of the signals. window: the days that `observed`, `expected` and the 95% range low–high are about: the
    latest (once it is over, the most unlikely) window of a sudden alarm, the whole rise of a creeping one.
    upper: count that the window had to pass, None for creeping. score, threshold: z and its level, or CUSUM and its
    level. excess: (observed − expected) ÷ its standard deviation. leader: id of the strongest alarm of the same surge
    (盗窃 within 刑事), its own if it leads.
    """

    id: str
    station: str
    name: str
    group: str
    kind: str
    first_day: date
    last_day: date
    is_ongoing: bool
    window_first: date
    window_last: date
    observed: int
    expected: float
    low: int
    high: int
    upper: int | None
    score: float
    threshold: float
    excess: float
    days: tuple[Driver, ...] = ()
    places: tuple[Driver, ...] = ()
    hours: Hours | None = None
    leader: str = ""
    budget: float = budget.DEFAULT_BUDGET
    realised: float | None = None
    model: str = ""
    fitted_through: date | None = None

    @property
    def sentence(self) -> str:
        """What an analyst reads aloud."""
        return sentence(self)


def strength(alarm: Alarm) -> float:
    """Return how far an alarm is past its threshold: 1 just reached, the same for both kinds.

    Thresholds of all series are set to the same rate of false alarms, so this is what makes kinds comparable.
    """
    return alarm.score / alarm.threshold


def strongest_first(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Return alarms in the one order in which every page lists them."""
    return sorted(alarms, key=lambda alarm: (-strength(alarm), -alarm.excess, alarm.id))


def sentence(alarm: Alarm, with_kind: bool = True, with_counts: bool = False) -> str:
    """Say an alarm: 「新港所盗窃警情近 7 日 39 起，预期 4–9 起（突升预警），集中在 22 时至 6 时」.

    with_kind: False where the words before it say 突升预警 already. with_counts: whether hours and places carry what
    was seen and expected there, 「偏多在听景园社区（6 起，预期 1.4）」.
    """
    what = alarm.group if alarm.group.endswith("警情") else f"{alarm.group}警情"
    expected = f"{alarm.low:,}–{alarm.high:,}" if alarm.low < alarm.high else f"{alarm.low:,}"
    # A name of letters or digits needs a space before the words.
    name = f"{alarm.name} " if alarm.name[-1:].isascii() else alarm.name
    kind = f"（{alarm.kind}预警{'，当日首次' if is_new(alarm) else ''}）" if with_kind else ""
    text = f"{name}{what}{_when(alarm)} {alarm.observed:,} 起，预期 {expected} 起{kind}"
    if alarm.hours:
        text += f"，集中在 {alarm.hours.since} 时至 {alarm.hours.until} 时{_counts(alarm.hours, with_counts)}"
    if alarm.places:
        text += f"，{where(alarm)}{'、'.join(f'{place.name}{_counts(place, with_counts)}' for place in alarm.places)}"
    return text


def is_new(alarm: Alarm) -> bool:
    """Return whether an alarm was raised for the first time on the last day that is told of."""
    return alarm.first_day == alarm.fitted_through


def raised(alarm: Alarm) -> str:
    """Say the day of the first signal, and that it is the last one told of: 「11月22日（当日）」."""
    day = f"{alarm.first_day.month}月{alarm.first_day.day}日"
    return f"{day}（当日）" if is_new(alarm) else day


def where(alarm: Alarm) -> str:
    """Return how places are said: 主要在 where they hold at least half of the events, else 偏多在."""
    return "主要在" if 2 * sum(place.observed for place in alarm.places) >= alarm.observed else "偏多在"


def _counts(part: Driver | Hours, are_said: bool) -> str:
    return f"（{part.observed:,} 起，预期 {part.expected:,.1f}）" if are_said else ""


def _when(alarm: Alarm) -> str:
    length = (alarm.window_last - alarm.window_first).days + 1
    last = f"{alarm.window_last.month}月{alarm.window_last.day}日"
    if length == 1:
        return last
    if alarm.window_last == alarm.fitted_through:
        return f"近 {length} 日"
    return f"{alarm.window_first.month}月{alarm.window_first.day}日至{last}"


@dataclass(frozen=True)
class Judged:
    """Everything that alarms are made of."""

    daily: Daily
    baseline: Baseline
    scores: Scores
    signals: Signals


def found(judged: Judged, names: dict[str, str], since: date) -> list[Alarm]:
    """Return the alarms with a signal on or after `since`, the strongest first, without what drives them."""
    days, groups = judged.daily.days, judged.daily.groups
    start = max((since - days[0]).days, 0)
    either = judged.signals.either
    begins = rules.episodes(either, budget.GAP_DAYS)
    alarms = []
    for series in np.flatnonzero(either[start:].any(axis=0)):
        unit, group = judged.daily.units[series // len(groups)], groups[series % len(groups)]
        places = np.flatnonzero(either[:, series])
        firsts = [*np.flatnonzero(begins[:, series]), len(days)]
        for first, after in itertools.pairwise(firsts):
            inside = places[(places >= first) & (places < after)]
            if inside[-1] >= start:
                alarms.append(_alarm(judged, int(series), inside, unit, names.get(unit, unit), group.id))
    return with_leaders(alarms)


def _alarm(judged: Judged, series: int, inside: NDArray[np.intp], unit: str, name: str, group: str) -> Alarm:
    """Return one alarm; inside: the places of its days with a signal."""
    days, found = judged.daily.days, judged.signals
    ongoing = bool(inside[-1] >= len(days) - rules.WEEK)
    # What goes on is told as it is now, what is over by its worst window.
    told = inside[-1:] if ongoing else inside
    sudden = told[found.sudden[told, series]]
    if sudden.size:
        last = int(sudden[np.argmax(judged.scores.sudden[sudden, series])])
        by_day = judged.scores.day.sudden[last, series] >= judged.scores.sudden[last, series]
        first = last if by_day else last - rules.WEEK + 1
        score, threshold = judged.scores.sudden[last, series], found.z[last, series]
    else:
        path = found.cusum[told, series]
        last = int(told[len(path) - 1 - np.argmax(path[::-1])])
        first = _rise_began(judged, series, last)
        score, threshold = found.cusum[last, series], found.h[last, series]
    observed, mean, phi = window_of(judged, series, first, last)
    low, high = regression.quantile(np.array([mean, mean]), phi, np.array(RANGE))
    upper = int(regression.quantile(np.array([mean]), phi, float(special.ndtr(threshold)))[0]) if sudden.size else None
    return Alarm(
        id=f"{unit}|{group}|{days[inside[0]]:%Y%m%d}",
        station=unit,
        name=name,
        group=group,
        kind=SUDDEN if sudden.size else CREEPING,
        first_day=days[inside[0]],
        last_day=days[inside[-1]],
        is_ongoing=ongoing,
        window_first=days[first],
        window_last=days[last],
        observed=int(observed),
        expected=mean,
        low=int(low),
        high=int(high),
        upper=upper,
        score=float(score),
        threshold=float(threshold),
        excess=(observed - mean) / float(np.sqrt(phi * mean)),
        days=_days(judged, series, first, last),
        fitted_through=days[-1],
    )


def _rise_began(judged: Judged, series: int, last: int) -> int:
    """Return the first day of the rise that a CUSUM has added up: the day after it was 0 for the last time."""
    step = rules.WEEK if judged.scores.is_weekly[series] else 1
    place = last
    while place - step >= judged.baseline.first and judged.signals.cusum[place - step, series] > 0:
        place -= step
    return max(place - step + 1, judged.baseline.first)


def window_of(judged: Judged, series: int, first: int, last: int) -> tuple[float, float, float]:
    """Return observed, expected and φ of the days [first, last] of a series, days without data left out."""
    days = slice(first, last + 1)
    known = judged.daily.known[days]
    mean = judged.baseline.expected[days, series][known]
    noise = float((judged.baseline.phi[days, series][known] * mean).sum())
    total = float(mean.sum())
    doubt = float(judged.baseline.doubt[days, series][known].mean())
    return float(judged.daily.counts[days, series][known].sum()), total, noise / total + total * doubt


def _days(judged: Judged, series: int, first: int, last: int) -> tuple[Driver, ...]:
    """Return the days with the largest excess, in the order of time."""
    counts, means = judged.daily.counts[:, series], judged.baseline.expected[:, series]
    above = [n for n in range(first, last + 1) if counts[n] > means[n]]
    chosen = sorted(sorted(above, key=lambda n: means[n] - counts[n])[:_MOST_DAYS])
    return tuple(Driver(judged.daily.days[n].isoformat(), int(counts[n]), float(means[n])) for n in chosen)


def with_leaders(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Name the strongest of the alarms that tell of the same surge: same unit, crime or same group, days that touch.

    The strongest first.
    """
    out: list[Alarm] = []
    for alarm in strongest_first(alarms):
        same = next((other for other in out if other.leader == other.id and _same_surge(other, alarm)), None)
        out.append(replace(alarm, leader=same.id if same else alarm.id))
    return out


# Groups that hold one another: crime as a whole, its two halves and the level-2 categories within.
_APART = ("求助", "交通", "纠纷", "群体性事件", "联动流转", "举报", "投诉", "咨询", "其他")


def _same_surge(one: Alarm, other: Alarm) -> bool:
    related = one.group == other.group or (one.group not in _APART and other.group not in _APART)
    touches = one.first_day <= other.last_day and other.first_day <= one.last_day
    return one.station == other.station and related and touches


# ---- as a table ----------------------------------------------------------------------------------

_JSON = ("days", "places", "hours")
_DATES = ("first_day", "last_day", "window_first", "window_last", "fitted_through")


def to_frame(alarms: list[Alarm]) -> pd.DataFrame:
    """Return the alarms as a table: one row each, lists as JSON, the sentence beside them."""
    rows = []
    for alarm in alarms:
        row = asdict(alarm)
        row |= {name: json.dumps(row[name], ensure_ascii=False) for name in _JSON}
        rows.append(row | {"sentence": alarm.sentence})
    columns = [*Alarm.__dataclass_fields__, "sentence"]
    return pd.DataFrame(rows, columns=columns)


def from_frame(frame: pd.DataFrame) -> list[Alarm]:
    """Return the alarms of such a table."""
    alarms = []
    for row in frame.drop(columns="sentence").to_dict("records"):
        values: dict[str, Any] = {
            str(key): None if value is None or value != value else value for key, value in row.items()
        }
        for name in _DATES:
            values[name] = pd.Timestamp(values[name]).date()
        for name in ("days", "places"):
            values[name] = tuple(Driver(**one) for one in json.loads(values[name]))
        hours = json.loads(values["hours"])
        values["hours"] = Hours(**hours) if hours else None
        values["upper"] = None if values["upper"] is None else int(values["upper"])
        alarms.append(Alarm(**values))
    return alarms
