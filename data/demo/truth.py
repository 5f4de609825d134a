"""What is hidden in the demo, how large it is, and what plain SQL measures of it: the content of demo_truth.json."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
from scipy.stats import binom

from data.demo import codes, people, roles
from data.demo.geography import Geography
from data.demo.plan import Plan, years_before
from data.demo.roles import Roles
from data.demo.volumes import Volumes

CRIME = ["刑事", "治安"]
THEFT_CODES = [codes.CODES[c] for c in codes.THEFTS]
# A truth counts as detectable when plain counts show it at this level.
ALPHA = 0.01
Z_DETECTABLE = 1.96


@dataclass(frozen=True)
class Site:
    """What every truth is told from."""

    con: duckdb.DuckDBPyConnection
    plan: Plan
    land: Geography
    roles: Roles
    volumes: Volumes

    def number(self, query: str, **values: Any) -> float:
        row = self.con.execute(query, values).fetchone()
        return float(row[0]) if row and row[0] is not None else 0.0

    def name(self, station: int) -> str:
        return self.land.names[station]

    def day(self, index: int) -> date:
        return self.plan.day(max(0, index))

    @property
    def after_end(self) -> date:
        return self.plan.until + timedelta(days=1)


def describe(
    con: duckdb.DuckDBPyConnection, plan: Plan, land: Geography, chosen: Roles, volumes: Volumes
) -> list[dict[str, Any]]:
    """Every planted truth; `planted` says whether the bureau was large enough to carry it, `detectable` whether
    plain counts show it."""
    site = Site(con, plan, land, chosen, volumes)
    return [
        _rise(site),
        _campaign(site),
        _displacement(site),
        _relabelling(site),
        _night_shift(site),
        _hot_cell(site),
        *_community_gaps(site),
        _legal_gap(site),
        _control(site),
    ]


def _entry(
    id: str,
    kind: str,
    what: str,
    stations: list[str],
    categories: list[str],
    first: date,
    last: date,
    size: dict[str, Any],
    detectable: bool,
    expect: str,
) -> dict[str, Any]:
    return {
        "id": id,
        "kind": kind,
        "what": what,
        "planted": True,
        "detectable": detectable,
        "stations": stations,
        "categories": categories,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "size": size,
        "expect": expect if detectable else "规模太小，差异不显著，不应作出判断",
    }


def _absent(id: str, kind: str, why: str) -> dict[str, Any]:
    return {
        "id": id,
        "kind": kind,
        "what": f"未植入：{why}",
        "planted": False,
        "detectable": False,
        "stations": [],
        "categories": [],
        "from": None,
        "to": None,
        "size": {},
        "expect": "无",
    }


_TOO_FEW = "派出所太少，没有可用的派出所"


def _rise(site: Site) -> dict[str, Any]:
    """Night thefts in the last days against the eight weeks before."""
    code = site.land.codes[site.roles.rise]

    def count(first: date, until: date) -> float:
        return site.number(
            "SELECT count(*) FROM alert_facts WHERE valid AND station = $code"
            " AND list_contains($thefts, category_confirmed) AND list_contains($hours, hour(happened_at))"
            " AND happened_at >= $first AND happened_at < $until",
            code=code,
            thefts=THEFT_CODES,
            hours=list(roles.NIGHT_HOURS),
            first=first,
            until=until,
        )

    end = site.after_end
    week, before = count(end - timedelta(days=7), end), count(end - timedelta(days=63), end - timedelta(days=7))
    # One-sided exact test of two Poisson rates, 7 days against 56.
    p = float(binom.sf(week - 1, week + before, 7 / 63)) if week + before else 1.0
    first = site.plan.days - len(site.volumes.night_theft_extra)
    return _entry(
        "night-theft-rise",
        "rise",
        f"{site.name(site.roles.rise)}夜间（22 时至次日 6 时）盗窃警情在最后两周真实上升："
        f"先约为平时的 {roles.RISE_EARLY:g} 倍，最后 7 天约为 {roles.RISE_PEAK:g} 倍",
        [code],
        THEFT_CODES,
        site.day(first),
        site.plan.until,
        {
            "hours": list(roles.NIGHT_HOURS),
            "factor_first_week": roles.RISE_EARLY,
            "factor_last_week": roles.RISE_PEAK,
            "expected_per_night_before": round(site.volumes.night_theft_base, 3),
            "planted_alerts": int(site.volumes.night_theft_extra.sum()),
            "last_day": count(site.plan.until, end),
            "last_7_days": week,
            "previous_56_days": before,
            "p_value": p,
        },
        p < ALPHA,
        "近 7 日与前 8 周相比判为真变化；突升预警应命中该所盗窃类警情",
    )


def _crime(site: Site, stations: tuple[int, ...], first: date, until: date) -> float:
    return site.number(
        "SELECT count(*) FROM alert_facts WHERE valid AND list_contains($stations, station)"
        " AND list_contains($groups, group_confirmed) AND happened_at >= $first AND happened_at < $until",
        stations=[site.land.codes[s] for s in stations],
        groups=CRIME,
        first=first,
        until=until,
    )


def _against_comparison(site: Site, stations: tuple[int, ...]) -> tuple[dict[str, Any], float]:
    """Counts before and during the campaign, there and in the comparison stations; their ratio of ratios and its z."""
    start = site.day(roles.campaign_start(site.plan))
    length = site.after_end - start
    # The long run before is the steadier base; the same days a year before are given beside it.
    base = max(site.plan.first_day, start - timedelta(days=364))
    last_year = years_before(start, 1)
    during, before = _crime(site, stations, start, site.after_end), _crime(site, stations, base, start)
    others = site.roles.comparison
    other_during, other_before = _crime(site, others, start, site.after_end), _crime(site, others, base, start)
    size: dict[str, Any] = {
        "during": during,
        "before": before,
        "days_during": length.days,
        "days_before": (start - base).days,
        "comparison_during": other_during,
        "comparison_before": other_before,
    }
    if last_year >= site.plan.first_day:
        size["same_days_last_year"] = _crime(site, stations, last_year, last_year + length)
        size["comparison_same_days_last_year"] = _crime(site, others, last_year, last_year + length)
    counts = (during, before, other_during, other_before)
    if min(counts) == 0:
        return size, 0.0
    ratio = (during / before) / (other_during / other_before)
    z = math.log(ratio) / math.sqrt(sum(1 / count for count in counts))
    size |= {"measured_factor": round(ratio, 4), "z": round(z, 2)}
    return size, z


def _campaign(site: Site) -> dict[str, Any]:
    if not site.roles.campaign:
        return _absent("campaign-effect", "campaign", _TOO_FEW)
    size, z = _against_comparison(site, site.roles.campaign)
    change = round((roles.CAMPAIGN_FACTOR - 1) * 100, 1)
    return _entry(
        "campaign-effect",
        "campaign",
        f"专项行动「{roles.CAMPAIGN_NAME}」使 {len(site.roles.campaign)} 个行动派出所的违法犯罪警情变化 {change:+g}%",
        [site.land.codes[s] for s in site.roles.campaign],
        CRIME,
        site.day(roles.campaign_start(site.plan)),
        site.plan.until,
        {
            "factor": roles.CAMPAIGN_FACTOR,
            "change_percent": change,
            "goal_percent": roles.CAMPAIGN_GOAL,
            "comparison_stations": [site.land.codes[s] for s in site.roles.comparison],
            **size,
        },
        z < -Z_DETECTABLE,
        "行动区相对对照区的变化率区间包含植入值且不含 0",
    )


def _displacement(site: Site) -> dict[str, Any]:
    if site.roles.displaced is None:
        return _absent("displacement", "displacement", _TOO_FEW)
    size, z = _against_comparison(site, (site.roles.displaced,))
    change = round((roles.DISPLACED_FACTOR - 1) * 100, 1)
    return _entry(
        "displacement",
        "displacement",
        f"行动开始后，相邻的{site.name(site.roles.displaced)}违法犯罪警情变化 {change:+g}%（转移）；其余缓冲所不变",
        [site.land.codes[site.roles.displaced]],
        CRIME,
        site.day(roles.campaign_start(site.plan)),
        site.plan.until,
        {
            "factor": roles.DISPLACED_FACTOR,
            "change_percent": change,
            "buffer_stations": [site.land.codes[s] for s in site.roles.buffer],
            **size,
        },
        z > Z_DETECTABLE,
        "缓冲区上升应作为转移提示，净效果小于行动区效果",
    )


def _relabelling(site: Site) -> dict[str, Any]:
    station = site.roles.relabel
    if station is None:
        return _absent("relabelling", "relabelling", _TOO_FEW)
    start = site.day(roles.relabel_start(site.plan))
    counts = {}
    for name, first, until in (("before", site.plan.first_day, start), ("after", start, site.after_end)):
        row = site.con.execute(
            "SELECT count(*), count(*) FILTER (WHERE group_confirmed = '求助') FROM alert_facts"
            " WHERE NOT unconfirmed AND station = ? AND group_original = '刑事'"
            " AND happened_at >= ? AND happened_at < ?",
            [site.land.codes[station], first, until],
        ).fetchone()
        counts[name] = row or (0, 0)
    (n0, k0), (n1, k1) = counts["before"], counts["after"]
    base = max(k0 / n0 if n0 else 0.0, 0.02)
    p = float(binom.sf(k1 - 1, n1, base)) if n1 else 1.0
    return _entry(
        "relabelling",
        "relabelling",
        f"{site.name(station)}自该日起约 {roles.RELABEL_SHARE:.0%} 的刑事警情反馈时改为「求助」，且不转案",
        [site.land.codes[station]],
        ["刑事", "求助"],
        start,
        site.plan.until,
        {
            "share": roles.RELABEL_SHARE,
            "original_criminal_before": n0,
            "changed_to_help_before": k0,
            "original_criminal_after": n1,
            "changed_to_help_after": k1,
            "p_value": p,
        },
        p < ALPHA,
        "确认性质的刑事警情下降不是真实下降：原始刑事→确认求助的改动率失控，每起警情的立案数下降",
    )


def _night_shift(site: Site) -> dict[str, Any]:
    """Officers that the calls need from 21 to 03, at most 60% of the time committed, against those on duty."""
    code = site.land.codes[site.roles.night]
    days = min(people.DUTY_DAYS, site.plan.days)
    first = site.plan.until - timedelta(days=days - 1)
    row = site.con.execute(
        """
        SELECT count(*), sum(officers_n * date_diff('second', dispatch_time, done_time)) / 3600.0
        FROM alerts
        WHERE station_code = ? AND call_time >= ? AND (hour(call_time) >= 21 OR hour(call_time) < 3)
            AND date_diff('second', dispatch_time, done_time) BETWEEN 0 AND 86400
        """,
        [code, first],
    ).fetchone()
    calls, hours = (row[0], float(row[1] or 0)) if row else (0, 0.0)
    needed = hours / (days * 6) / 0.6
    on_duty = site.number(
        """
        SELECT sum(officers + auxiliaries) / ($days * 6.0)
        FROM duty, (SELECT unnest([21, 22, 23, 24, 25, 26]) AS h) AS hours
        WHERE station_code = $code AND post IN ('接处警', '巡逻')
            AND date_trunc('day', starts_at) + to_hours(h) >= starts_at
            AND date_trunc('day', starts_at) + to_hours(h) < ends_at
        """,
        code=code,
        days=days,
    )
    return _entry(
        "night-shift",
        "staffing",
        f"{site.name(site.roles.night)} 21 时至次日 3 时在岗人数远低于应配人数（白天有富余）",
        [code],
        [],
        first,
        site.plan.until,
        {
            "hours": [21, 22, 23, 0, 1, 2],
            "dispatched_calls": int(calls),
            "people_hours_of_work": round(hours, 1),
            "people_needed_on_average": round(needed, 2),
            "people_on_duty_on_average": round(on_duty, 2),
            "shortfall": round(needed - on_duty, 2),
        },
        needed > on_duty + 0.5,
        "警力与警情匹配度偏低，缺口集中在 21 时至次日 3 时",
    )


def _hot_cell(site: Site) -> dict[str, Any]:
    cell, station = site.volumes.hot_cell, site.roles.hot
    if cell is None or station is None:
        return _absent("hot-cell", "hotspot", _TOO_FEW)
    x, y = int(site.land.cell_x[cell]), int(site.land.cell_y[cell])
    code, burglary = site.land.codes[station], codes.CODES[codes.BURGLARY]
    inside = site.number(
        "SELECT count(*) FROM alert_facts WHERE valid AND category_confirmed = $c AND cell_x = $x AND cell_y = $y",
        c=burglary,
        x=x,
        y=y,
    )
    elsewhere = site.number(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM alert_facts WHERE valid AND category_confirmed = $c"
        " AND station = $code AND cell_x IS NOT NULL AND (cell_x, cell_y) <> ($x, $y) GROUP BY cell_x, cell_y)",
        c=burglary,
        code=code,
        x=x,
        y=y,
    )
    return _entry(
        "hot-cell",
        "hotspot",
        f"{site.name(station)}一个 100 米网格内入室盗窃警情长期密集（另植入 {site.volumes.hot_cell_extra} 起）",
        [code],
        [burglary],
        site.plan.first_day,
        site.plan.until,
        {
            "cell_x": x,
            "cell_y": y,
            "beat": site.land.beat_codes[int(site.land.cell_beat[cell])],
            "planted_alerts": site.volumes.hot_cell_extra,
            "burglaries_in_cell": inside,
            "most_in_any_other_cell": elsewhere,
        },
        inside >= 8 and inside >= 3 * max(elsewhere, 1),
        "热点检验应显著，该网格列入热点预测前列",
    )


def _community_gaps(site: Site) -> list[dict[str, Any]]:
    """Stations below 40% community officers, by the staffing rows of the last month."""
    month = site.plan.until.replace(day=1)
    entries = []
    for station, missing in site.roles.gaps:
        code = site.land.codes[station]
        row = site.con.execute(
            "SELECT sum(headcount), sum(headcount) FILTER (WHERE team = '社区警务队') FROM staffing"
            " WHERE month = ? AND station_code = ? AND role = '民警'",
            [month, code],
        ).fetchone()
        officers, community = (int(row[0]), int(row[1])) if row else (0, 0)
        moved = people.gap_to_move(officers, community)
        entries.append(
            _entry(
                f"community-gap-{code}",
                "target",
                f"{site.name(station)}社区民警 {community} 名，占民警 {officers} 名的 {community / officers:.1%}，"
                "低于 40% 的要求",
                [code],
                [],
                month,
                site.plan.until,
                {
                    "target": people.COMMUNITY_TARGET,
                    "officers": officers,
                    "community_officers": community,
                    "planted_gap": missing,
                    "gap_if_moved_from_other_teams": moved,
                    "gap_if_hired": people.gap_to_hire(officers, community),
                },
                moved > 0,
                "社区民警占派出所警力未达标；缺口人数与此一致",
            )
        )
    return entries


def _legal_gap(site: Site) -> dict[str, Any]:
    month = site.plan.until.replace(day=1)
    rows = site.con.execute(
        "SELECT station_code FROM staffing WHERE month = ? AND team = '案件办理队' AND role = '民警'"
        " GROUP BY station_code HAVING sum(coalesce(legal_officer, 0)) = 0 ORDER BY 1",
        [month],
    ).fetchall()
    missing = [str(row[0]) for row in rows]
    if not missing:
        return _absent("legal-officer-gap", "target", _TOO_FEW)
    return _entry(
        "legal-officer-gap",
        "target",
        "、".join(site.name(site.land.codes.index(code)) for code in missing) + "没有法制员",
        missing,
        [],
        month,
        site.plan.until,
        {"stations_without": len(missing), "stations": site.land.size},
        True,
        "法制员配备率低于 100%，缺口落在这些所",
    )


def _control(site: Site) -> dict[str, Any]:
    station = site.roles.control
    if station is None:
        return _absent("quiet-control", "control", _TOO_FEW)
    days = site.plan.days
    total = site.number(
        "SELECT count(*) FROM alert_facts WHERE valid AND station = $code", code=site.land.codes[station]
    )
    return _entry(
        "quiet-control",
        "control",
        f"{site.name(station)}没有植入任何异常，逐日数量只有泊松波动",
        [site.land.codes[station]],
        [],
        site.plan.first_day,
        site.plan.until,
        {"valid_alerts": total, "valid_alerts_per_day": round(total / days, 2)},
        True,
        "不应报警，不应判为真变化（误报率不超过设定预算）",
    )
