"""How many calls of which category reach which station on which day, at which second, in which cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.calendar import day_kind, days_from_festival
from data.demo import codes, roles
from data.demo.geography import SCENES, Geography
from data.demo.plan import Floats, Ints, Plan
from data.demo.roles import Roles

# Variance of a station's daily count over its mean.
OVERDISPERSION = 1.3
MERGED_SHARE = 0.016
NIGHT_LIFE = 2.2
_KIND_VOLUME = {"城区": 1.0, "城郊": 0.85, "农村": 0.65, "海港": 0.8, "厂矿": 0.7}
_SCENE_OF_RHYTHM = {
    "burglary": 0, "theft": 2, "street": 2, "fraud": 0, "injury": 2, "evening": 2, "noise": 0, "drunk": 2,
    "traffic": 1, "help": 0, "office": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Events:
    """Calls as parallel arrays, in order of time; `cell` indexes the land's cells."""

    second: Ints
    station: Ints
    category: Ints
    cell: Ints

    def __len__(self) -> int:
        return len(self.second)


@dataclass(frozen=True)
class Volumes:
    """The events and the expected numbers that the planted truths are stated in."""

    events: Events
    night_theft_base: float
    night_theft_extra: Ints
    hot_cell: int | None
    hot_cell_extra: int


@dataclass(frozen=True)
class Days:
    """What the generator knows of each day."""

    weekday: Ints
    off: Ints
    holiday: Ints
    festival: Ints
    summer: Floats
    years: Floats


def generate(plan: Plan, land: Geography, truth: Roles) -> Volumes:
    """All calls that start an alert (merged duplicates come later)."""
    days = describe_days(plan)
    daily = {name: day_factors(rhythm, days) for name, rhythm in codes.RHYTHMS.items()}
    rates = _rates(plan, land, truth, daily)
    noise = _noise(plan, land, truth, rates, daily)
    parts = [
        _draw_category(plan, land, c, rates[:, c], daily[leaf.rhythm], noise, truth, days)
        for c, leaf in enumerate(codes.LEAVES)
    ]
    night_base = _night_thefts(rates[truth.rise], daily)
    extra = _rise_per_day(plan, night_base)
    parts.append(_rise_events(plan, land, truth, extra))
    hot_cell, hot_extra = None, 0
    if truth.hot is not None:
        hot_cell = _hot_cell(plan, land, truth.hot)
        part = _hot_events(plan, truth.hot, hot_cell, rates[truth.hot, codes.BURGLARY], days)
        hot_extra = len(part)
        parts.append(part)
    return Volumes(_in_time_order(parts), night_base, extra, hot_cell, hot_extra)


def describe_days(plan: Plan) -> Days:
    """Weekday, day off, distance from Spring Festival and season of every day of the plan."""
    dates = [plan.day(i) for i in range(plan.days)]
    kinds = [_kind(day) for day in dates]
    of_year = np.array([day.timetuple().tm_yday for day in dates])
    return Days(
        weekday=np.array([day.weekday() for day in dates]),
        off=np.array([kind in ("周末", "节假日") for kind in kinds]).astype(np.int64),
        holiday=np.array([kind == "节假日" for kind in kinds]).astype(np.int64),
        festival=np.array([days_from_festival(day) for day in dates]),
        summer=np.cos(2 * np.pi * (of_year - 205) / 365.25),
        years=(np.arange(plan.days, dtype=np.float64) - plan.days / 2) / 365.25,
    )


def _kind(day: date) -> str:
    """Kind of day; a year without a published plan still has its fixed holidays."""
    kind, _, is_published = day_kind(day)
    if not is_published and ((day.month, day.day) in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))):
        return "节假日"
    return kind


def day_factors(rhythm: codes.Rhythm, days: Days) -> Floats:
    """Relative volume of each day: week, season, holidays, the dip of Spring Festival and the rebound after it."""
    sunday_like = np.where(days.weekday == 5, rhythm.saturday, rhythm.sunday)
    week = np.where(days.off == 1, sunday_like, np.where(days.weekday == 4, rhythm.friday, 1.0))
    week = np.where(days.holiday == 1, rhythm.sunday * rhythm.holiday, week)
    dip = (1 - rhythm.festival) * np.exp(-(((days.festival - 1.5) / 4.5) ** 2))
    rebound = 0.25 * (1 - rhythm.festival) * np.exp(-(((days.festival - 17) / 6.0) ** 2))
    factors: Floats = week * (1 + rhythm.summer * days.summer) * (1 - dip + rebound) * rhythm.yearly**days.years
    return factors


def _rates(plan: Plan, land: Geography, truth: Roles, daily: dict[str, Floats]) -> Floats:
    """Calls per ordinary day by station and category, scaled so that the whole period has the number asked for."""
    rng = plan.rng("station volumes")
    size = land.population * np.array([_KIND_VOLUME[kind] for kind in land.kinds])
    size = size * rng.lognormal(0, 0.12, land.size)
    mix = np.array(
        [[codes.MIX[kind].get(group, 1.0) for group in codes.GROUPS] for kind in land.kinds]
    ) * rng.lognormal(0, 0.12, (land.size, len(codes.LEAVES)))
    # The harbour-side night market: the station that will rise is already the bureau's busiest for thefts.
    mix[truth.rise, [c for c in codes.THEFTS if c != codes.BURGLARY]] *= 14.0
    # A street of bars: the station whose night roster will not match its work.
    lively = [i for i, leaf in enumerate(codes.LEAVES) if leaf.rhythm in ("injury", "drunk", "evening", "noise")]
    mix[truth.night, lively] *= NIGHT_LIFE
    size[truth.rise] = max(size[truth.rise], 1.7 * float(np.mean(size)))
    shares = np.array([leaf.share for leaf in codes.LEAVES])
    rates: Floats = size[:, None] * mix * shares
    per_category = np.array([daily[leaf.rhythm].sum() for leaf in codes.LEAVES])
    # Mixes shift shares between stations, never the bureau's total of a category.
    rates *= (shares / shares.sum()) / rates.sum(axis=0)
    wanted = plan.alerts_per_year * plan.years / (1 + MERGED_SHARE)
    rates *= wanted / float((rates.sum(axis=0) * per_category).sum())
    return rates


def _noise(plan: Plan, land: Geography, truth: Roles, rates: Floats, daily: dict[str, Floats]) -> Floats:
    """A gamma factor per station and day that gives the daily count its overdispersion."""
    rng = plan.rng("station days")
    rhythms = list(daily)
    per_rhythm = np.stack(
        [rates[:, [i for i, leaf in enumerate(codes.LEAVES) if leaf.rhythm == name]].sum(axis=1) for name in rhythms]
    )
    expected = per_rhythm.T @ np.stack([daily[name] for name in rhythms])
    shape = np.maximum(expected / (OVERDISPERSION - 1), 0.05)
    noise: Floats = rng.gamma(shape) / shape
    if truth.control is not None:
        noise[truth.control] = 1.0
    return noise


def _draw_category(
    plan: Plan,
    land: Geography,
    c: int,
    rate: Floats,
    daily: Floats,
    noise: Floats,
    truth: Roles,
    days: Days,
) -> Events:
    """The events of one category: a count per station and day, then hour, second and cell for each."""
    leaf = codes.LEAVES[c]
    rng = plan.rng(f"category {leaf.code}")
    expected = np.outer(rate, daily) * noise
    if leaf.group in ("刑事", "治安") and truth.campaign:
        since = roles.campaign_start(plan)
        expected[list(truth.campaign), since:] *= roles.CAMPAIGN_FACTOR
        expected[truth.displaced, since:] *= roles.DISPLACED_FACTOR
    counts = rng.poisson(expected).reshape(-1)
    station, day = np.divmod(np.repeat(np.arange(counts.size), counts), plan.days)
    second = day * 86400 + draw_seconds(codes.RHYTHMS[leaf.rhythm], day, days, rng)
    cell = draw_cells(land, station, _SCENE_OF_RHYTHM[leaf.rhythm], rng)
    return Events(second, station, np.full(len(day), c), cell)


def draw_seconds(rhythm: codes.Rhythm, day: Ints, days: Days, rng: np.random.Generator) -> Ints:
    """A second of the day for each event, by the hour profile of its kind of day."""
    u = rng.random(len(day))
    hour = np.zeros(len(day), dtype=np.int64)
    for off in (0, 1):
        for summer in (0, 1):
            here = (days.off[day] == off) & ((days.summer[day] > 0.5) == summer)
            steps = np.cumsum(codes.hour_profile(rhythm, bool(off), bool(summer)))
            hour[here] = np.minimum(np.searchsorted(steps, u[here], side="right"), 23)
    seconds: Ints = hour * 3600 + rng.integers(0, 3600, len(day))
    return seconds


def draw_cells(land: Geography, station: Ints, scene: int, rng: np.random.Generator) -> Ints:
    """A cell of its own station for each event, by the weights of the scene."""
    totals = land.cell_totals[scene]
    last = np.searchsorted(land.beat_station[land.cell_beat], np.arange(land.size), side="right") - 1
    ends = totals[last]
    starts = np.concatenate([[0.0], ends[:-1]])
    target = starts[station] + rng.random(len(station)) * (ends - starts)[station]
    first = np.concatenate([[0], last[:-1] + 1])
    cells: Ints = np.clip(np.searchsorted(totals, target, side="right"), first[station], last[station])
    return cells


def _night_thefts(rate: Floats, daily: dict[str, Floats]) -> float:
    """Expected criminal thefts at night on an average day of the data's last year at one station."""
    expected = 0.0
    for c in codes.THEFTS:
        rhythm = codes.LEAVES[c].rhythm
        share = codes.hour_profile(codes.RHYTHMS[rhythm], False, False)[list(roles.NIGHT_HOURS)].sum()
        expected += float(rate[c] * share * daily[rhythm][-56:].mean())
    return expected


def _rise_per_day(plan: Plan, base: float) -> Ints:
    """Extra night thefts on each of the last days; whole numbers that keep the running total."""
    factors = np.full(roles.RISE_DAYS, roles.RISE_EARLY)
    factors[-roles.RISE_PEAK_DAYS :] = roles.RISE_PEAK
    running = np.floor(np.cumsum((factors - 1) * base)[::-1] + 0.5)[::-1]
    extra: Ints = np.diff(np.concatenate([[0.0], running])).astype(np.int64)
    return extra[-plan.days :]


def _rise_events(plan: Plan, land: Geography, truth: Roles, extra: Ints) -> Events:
    rng = plan.rng("night thefts")
    day = np.repeat(np.arange(plan.days - len(extra), plan.days), extra)
    hour = rng.choice(roles.NIGHT_HOURS, len(day), p=(0.2, 0.2, 0.17, 0.14, 0.11, 0.08, 0.06, 0.04))
    station = np.full(len(day), truth.rise)
    second = day * 86400 + hour * 3600 + rng.integers(0, 3600, len(day))
    category = rng.choice(np.array(codes.THEFTS), len(day), p=(0.15, 0.45, 0.2, 0.2))
    cell = draw_cells(land, station, SCENES.index("商业"), rng)
    return Events(second, station, category, cell)


def _hot_cell(plan: Plan, land: Geography, station: int) -> int:
    mine = np.flatnonzero(land.beat_station[land.cell_beat] == station)
    weights = np.diff(np.concatenate([[0.0], land.cell_totals[0]]))[mine]
    # Neither the busiest cell nor an empty one: the truth must stand out for its burglaries alone.
    ranked = mine[np.argsort(-weights, kind="stable")]
    return int(ranked[min(len(ranked) - 1, int(plan.rng("hot cell").integers(20, 40)))])


def _hot_events(plan: Plan, station: int, cell: int, rate: float, days: Days) -> Events:
    rng = plan.rng("hot cell events")
    number = math.ceil(roles.HOT_CELL_FACTOR * rate * plan.days)
    day = np.sort(rng.integers(0, plan.days, number))
    second = day * 86400 + draw_seconds(codes.RHYTHMS["burglary"], day, days, rng)
    return Events(second, np.full(number, station), np.full(number, codes.BURGLARY), np.full(number, cell))


def _in_time_order(parts: list[Events]) -> Events:
    second = np.concatenate([part.second for part in parts])
    order = np.argsort(second, kind="stable")
    return Events(
        second[order],
        np.concatenate([part.station for part in parts])[order],
        np.concatenate([part.category for part in parts])[order],
        np.concatenate([part.cell for part in parts])[order],
    )
