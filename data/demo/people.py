"""Staffing by month, duty rosters of the last half year, and the indicators that stations report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from data.demo import codes
from data.demo.alerts import Alerts
from data.demo.geography import Geography
from data.demo.plan import Floats, Ints, Plan
from data.demo.roles import Roles

TEAMS = ("所领导", "社区警务队", "案件办理队", "综合指挥室", "机关")
ROLES = ("民警", "辅警")
POSTS = ("接处警", "巡逻", "社区", "窗口", "视频巡查")
DUTY_DAYS = 183
REPORTED_MONTHS = 24
STATION_FORCE_SHARE = 0.52
COMMUNITY_TARGET = 0.40
# A call binds this many people for this many hours; at most 60% of a shift may be committed.
_PEOPLE_HOURS, _COMMITTED = 1.45, 0.6


@dataclass(frozen=True)
class Force:
    """Final headcount per station: officers and auxiliaries by team (leaders, community, case, command)."""

    officers: Ints
    auxiliaries: Ints
    legal: Ints


@dataclass(frozen=True)
class Indicator:
    """A figure that no event can give: typical share, spread between stations, and how often it is reported."""

    name: str
    unit_of: str
    share: float
    spread: float
    reported: float
    source: str


INDICATORS = (
    Indicator("标准地址登记率", "地址", 0.992, 0.008, 0.98, "人口管理系统"),
    Indicator("标准地址准确率", "登记地址", 0.985, 0.012, 0.98, "人口管理系统"),
    Indicator("实有房屋登记率", "房屋", 0.988, 0.010, 0.98, "人口管理系统"),
    Indicator("实有单位登记率", "单位", 0.975, 0.02, 0.97, "人口管理系统"),
    Indicator("实有人口案前信息采集率", "人次", 0.915, 0.035, 0.95, "人口管理系统"),
    Indicator("双向熟悉率", "抽查人数", 0.83, 0.06, 0.92, "督导抽查"),
    Indicator("群众安全感", "受访人数", 0.945, 0.025, 0.9, "第三方测评"),
    Indicator("群众满意度", "受访人数", 0.935, 0.03, 0.9, "第三方测评"),
    Indicator("研判成果转递率", "成果", 0.985, 0.02, 0.95, "综合指挥室月报"),
    Indicator("预警转递率", "预警", 0.99, 0.015, 0.95, "综合指挥室月报"),
    Indicator("智慧平安社区数据上传率", "点位", 0.93, 0.05, 0.93, "科信部门"),
    Indicator("警务室达标率", "警务室", 0.95, 0.06, 0.97, "基层基础台账"),
    Indicator("合署办公率", "警务室", 0.93, 0.07, 0.97, "基层基础台账"),
    Indicator("社区民警兼职率", "社区民警", 0.97, 0.04, 0.97, "政治处"),
    Indicator("立功嘉奖占比", "嘉奖人次", 0.52, 0.1, 0.85, "政治处"),
)
# Counts and yes/no items: name, source, share of months reported.
COUNTS = (
    ("群防群治力量", "基层基础台账", 0.95),
    ("义警人数", "基层基础台账", 0.95),
    ("社区警务团队人数", "基层基础台账", 0.95),
    ("公调对接室", "基层基础台账", 0.98),
    ("所长进街镇班子", "政治处", 0.98),
    ("民转命案件", "刑侦部门", 1.0),
)


def force(plan: Plan, land: Geography, truth: Roles, alerts: Alerts) -> Force:
    """Headcount in the last month: enough for the work, some targets met and some missed."""
    rng = plan.rng("force")
    daily = np.bincount(alerts.events.station, minlength=land.size) / plan.days
    # Relative to the bureau's mean, so that a small trial demo has stations of a plausible size too.
    total = np.clip(np.round(7 + 10 * daily / max(float(daily.mean()), 1e-9)), 7, 48).astype(np.int64)
    leaders = np.where(total >= 16, 3, 2)
    community = np.ceil(total * rng.uniform(0.405, 0.47, land.size)).astype(np.int64)
    for station, missing in truth.gaps:
        community[station] = max(1, math.ceil(COMMUNITY_TARGET * total[station]) - missing)
    command = np.maximum(1, np.round(total * 0.14)).astype(np.int64)
    case = total - leaders - community - command
    officers = np.stack([leaders, community, np.maximum(case, 1), command], axis=1)
    ratio = np.where(
        rng.random(land.size) < 0.12, rng.uniform(0.75, 0.95, land.size), rng.uniform(1.05, 1.6, land.size)
    )
    auxiliaries = np.round(officers * ratio[:, None] * np.array([0, 1.35, 0.85, 1.3])).astype(np.int64)
    legal = np.where(total >= 20, 2, 1)
    if land.size >= 6:
        legal[truth.gaps[0][0]] = 0
    return Force(officers, auxiliaries, legal)


def staffing(plan: Plan, land: Geography, final: Force) -> dict[str, Ints]:
    """Rows month × unit × team × role, with a year before the first month so that stability can be told."""
    months = len(data_months(plan)) + 12
    rng = plan.rng("staffing")
    rows: list[tuple[Ints, ...]] = []
    for team in range(4):
        for role, heads in enumerate((final.officers[:, team], final.auxiliaries[:, team])):
            legal = final.legal if (team, role) == (2, 0) else np.zeros(land.size, dtype=np.int64)
            rows.append(_series(rng, months, heads, np.arange(land.size), team, role, legal))
    station_officers = int(final.officers.sum())
    bureau = station_officers * (1 - STATION_FORCE_SHARE) / STATION_FORCE_SHARE
    shares = np.array([share for _, _, share in codes.DEPARTMENTS])
    officers = np.maximum(1, np.round(bureau * shares)).astype(np.int64)
    units = land.size + np.arange(len(shares))
    for role, heads in enumerate((officers, np.round(officers * 0.8).astype(np.int64))):
        rows.append(_series(rng, months, heads, units, 4, role, np.zeros(len(shares), dtype=np.int64)))
    names = ("month", "unit", "team", "role", "headcount", "stayed", "has_stayed", "legal")
    columns = {name: np.concatenate([part[i] for part in rows]) for i, name in enumerate(names)}
    order = np.lexsort((columns["role"], columns["team"], columns["unit"], columns["month"]))
    return {name: column[order] for name, column in columns.items()}


def data_months(plan: Plan) -> list[date]:
    """Month starts from the month of the first day to that of the last."""
    count = (plan.until.year - plan.first_day.year) * 12 + plan.until.month - plan.first_day.month + 1
    return plan.month_starts(count)


def _series(
    rng: np.random.Generator, months: int, heads: Ints, units: Ints, team: int, role: int, legal: Ints
) -> tuple[Ints, ...]:
    """Headcount by month, wandering a little before the last half year, and who stayed from a year ago."""
    steps = rng.choice([-1, 0, 1], (months, len(heads)), p=(0.03, 0.92, 0.05))
    steps[-6:] = 0
    later = np.cumsum(steps[::-1], axis=0)[::-1]
    count = np.maximum(heads - later, np.minimum(heads, 1))
    before = np.vstack([np.zeros((12, len(heads)), dtype=np.int64), count[:-12]])
    keep = np.clip(rng.normal(0.945, 0.05, len(heads)), 0.75, 1.0)
    stayed = np.minimum(np.round(before * keep).astype(np.int64), count)
    month = np.repeat(np.arange(months), len(heads))
    unit = np.tile(units, months)
    has_stayed = (month >= 12).astype(np.int64)
    return (
        month,
        unit + 1,
        np.full(len(month), team + 1),
        np.full(len(month), role + 1),
        count.reshape(-1),
        stayed.reshape(-1),
        has_stayed,
        np.minimum(np.tile(legal, months), count.reshape(-1)),
    )


def duty_start(plan: Plan) -> datetime:
    """Midnight of the first day with a roster."""
    return plan.start + timedelta(days=plan.days - min(DUTY_DAYS, plan.days))


def duty(plan: Plan, land: Geography, truth: Roles, alerts: Alerts, final: Force) -> dict[str, Ints]:
    """Rosters of the last half year; one station has its night shift far below its work."""
    days = min(DUTY_DAYS, plan.days)
    first = plan.days - days
    weekday = np.array([plan.day(first + i).weekday() for i in range(days)])
    parts = [_station_duty(plan, s, truth, alerts, final, first, weekday) for s in range(land.size)]
    names = ("station", "starts", "ends", "post", "officers", "auxiliaries")
    columns = {name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)}
    order = np.lexsort((columns["post"], columns["station"], columns["starts"]))
    return {name: column[order] for name, column in columns.items()}


def _station_duty(
    plan: Plan, s: int, truth: Roles, alerts: Alerts, final: Force, first: int, weekday: Ints
) -> tuple[Ints, ...]:
    """All posts of one station: (post, from hour, to hour, officers, auxiliaries, on working days only)."""
    by_day, by_night = _needed(plan, alerts, s)
    community = int(final.officers[s, 1])
    badly = s == truth.night
    posts = [
        (0, 8.5, 20.5, by_day + (2 if badly else 0), by_day, False),
        (0, 20.5, 32.5, 1 if badly else by_night, 0 if badly else by_night, False),
        (1, 14.5, 22.5, 0 if badly else 1, 2, False),
        (2, 9.0, 17.5, max(1, round(community * 0.75)), max(1, round(int(final.auxiliaries[s, 1]) * 0.6)), True),
        (3, 9.0, 17.0, 1, 1, True),
        (4, 0.0, 8.0, 0, 1, False),
        (4, 8.0, 16.0, 0, 1, False),
        (4, 16.0, 24.0, 0, 1, False),
    ]
    if badly:
        posts[2] = (1, 9.0, 17.0, 1, 2, False)
    else:
        posts.append((1, 20.0, 26.0, 1, 1 + by_night // 2, False))
    columns: list[list[Ints]] = [[] for _ in range(6)]
    every = np.arange(first, first + len(weekday))
    for post, start, end, officers, auxiliaries, working_days in posts:
        day = every[weekday < 5] if working_days else every
        full = np.ones(len(day), dtype=np.int64)
        for column, values in zip(
            columns,
            (
                full * (s + 1),
                day * 86400 + int(start * 3600),
                day * 86400 + int(end * 3600),
                full * (post + 1),
                full * officers,
                full * auxiliaries,
            ),
            strict=True,
        ):
            column.append(values)
    return tuple(np.concatenate(column) for column in columns)


def _needed(plan: Plan, alerts: Alerts, s: int) -> tuple[int, int]:
    """Officers that the dispatched calls of one station need by day and by night (half of each crew are officers)."""
    mine = (alerts.events.station == s) & (alerts.columns["officers"] > 0)
    hour = alerts.events.second[mine] // 3600 % 24
    night = float(((hour >= 21) | (hour < 3)).sum()) / plan.days / 6
    day = float(((hour >= 9) & (hour < 21)).sum()) / plan.days / 12
    return _crew(day), _crew(night)


def _crew(calls_per_hour: float) -> int:
    return max(1, math.ceil(calls_per_hour * _PEOPLE_HOURS / _COMMITTED / 2))


def community_officers(plan: Plan, land: Geography, table: dict[str, Ints]) -> dict[date, Ints]:
    """Community officers by station in each month of the staffing table."""
    months = plan.month_starts(len(data_months(plan)) + 12)
    heads = np.zeros((len(months), land.size), dtype=np.int64)
    mine = (table["team"] == TEAMS.index("社区警务队") + 1) & (table["role"] == ROLES.index("民警") + 1)
    heads[table["month"][mine], table["unit"][mine] - 1] = table["headcount"][mine]
    return dict(zip(months, heads, strict=True))


def indicators(
    plan: Plan, land: Geography, officers: dict[date, Ints]
) -> list[tuple[date, str, str, float, float, str, str | None]]:
    """Rows of `reported_indicators`; what a station did not report has no row.

    officers: community officers by month. Rates of the same things have the same denominator: a police room per beat,
    the community officers of the staffing table, and of the addresses those that are registered can be accurate.
    """
    rng = plan.rng("indicators")
    sizes = _denominators(land, officers, rng)
    months = plan.month_starts(min(REPORTED_MONTHS, plan.years * 12))
    # The month that is still running is not reported yet.
    months = [m for m in months if (m + timedelta(days=32)).replace(day=1) <= plan.until + timedelta(days=1)]
    rows: list[tuple[date, str, str, float, float, str, str | None]] = []
    for item in INDICATORS:
        level = np.clip(rng.normal(item.share, item.spread, land.size), 0.3, 1.0)
        for m, month in enumerate(months):
            drift = level + (m - len(months) + 1) * item.spread * 0.02
            reported = rng.random(land.size) < item.reported
            size = sizes.get((item.unit_of, month), sizes.get((item.unit_of, None)))
            assert size is not None
            done = rng.binomial(size, np.clip(drift, 0.0, 1.0))
            if item.name == "标准地址登记率":
                sizes["登记地址", month] = done
            rows += [
                (month, land.codes[s], item.name, float(done[s]), float(size[s]), item.source, None)
                for s in np.flatnonzero(reported)
            ]
    for name, source, share in COUNTS:
        rows += _counts(name, source, share, months, land, rng)
    return rows


def _denominators(
    land: Geography, officers: dict[date, Ints], rng: np.random.Generator
) -> dict[tuple[str, date | None], Ints]:
    """How many of each thing a station has, by unit and, where it differs between months, by month."""
    sizes: dict[tuple[str, date | None], Ints] = {}
    for unit, per_head in (("地址", 0.42), ("房屋", 0.4), ("单位", 0.03), ("人次", 0.01)):
        heads = land.population * per_head * rng.uniform(0.9, 1.1, land.size)
        sizes[unit, None] = np.maximum(20, heads).astype(np.int64)
    for unit, low, high in (("抽查人数", 40, 80), ("受访人数", 120, 300)):
        sizes[unit, None] = rng.integers(low, high, land.size)
    for unit in ("成果", "预警", "点位", "嘉奖人次"):
        sizes[unit, None] = rng.integers(10, 60, land.size)
    sizes["警务室", None] = np.bincount(land.beat_station, minlength=land.size)
    sizes.update({("社区民警", month): heads for month, heads in officers.items()})
    return sizes


def _counts(
    name: str, source: str, share: float, months: list[date], land: Geography, rng: np.random.Generator
) -> list[tuple[date, str, str, float, float, str, str | None]]:
    """Indicators that are counts (per population or per beat) or yes/no (1 of 1)."""
    values: Floats
    bases: Floats = np.ones(land.size)
    who = list(range(land.size))
    if name == "群防群治力量":
        bases = land.population.astype(np.float64)
        values = np.round(bases * np.clip(rng.normal(0.033, 0.005, land.size), 0.015, 0.05))
    elif name == "义警人数":
        bases = np.bincount(land.beat_station, minlength=land.size).astype(np.float64)
        values = np.round(bases * rng.normal(16.5, 2.0, land.size))
    elif name == "社区警务团队人数":
        bases = np.bincount(land.beat_station, minlength=land.size).astype(np.float64)
        values = np.round(bases * rng.uniform(7.5, 13.0, land.size))
    elif name == "民转命案件":
        values = (rng.random(land.size) < 0.02).astype(np.float64)
    else:
        values = (rng.random(land.size) < 0.93).astype(np.float64)
    if name == "公调对接室":
        who = [s for s in who if land.ranks[s] == "副处级"]
    rows: list[tuple[date, str, str, float, float, str, str | None]] = []
    for m, month in enumerate(months):
        reported = rng.random(land.size) < share
        for s in who:
            if reported[s]:
                value = 0.0 if name == "民转命案件" and m != len(months) // 2 else float(values[s])
                rows.append((month, land.codes[s], name, value, float(bases[s]), source, None))
    return rows


def gap_to_hire(officers: int, community: int) -> int:
    """Community officers to hire so that hiring them alone reaches the target share."""
    return max(0, math.ceil(round((COMMUNITY_TARGET * officers - community) / (1 - COMMUNITY_TARGET), 9)))


def gap_to_move(officers: int, community: int) -> int:
    """Officers to move from other teams into the community team so that it reaches the target share."""
    return max(0, math.ceil(round(COMMUNITY_TARGET * officers - community, 9)))
