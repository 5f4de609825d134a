"""The alert table of the demo: response chain, feedback, repeat callers, merged calls, and realistic flaws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.demo import codes, roles
from data.demo.geography import Geography
from data.demo.plan import Bools, Floats, Ints, Plan
from data.demo.roles import Roles
from data.demo.volumes import MERGED_SHARE, Events, Volumes

RECV_TYPES = ("110", "122", "自接警", "12345")
SOURCE_MODES = ("电话", "短信", "互联网", "技防报警", "当面")
PLACE_TYPES = (
    "住宅小区", "道路", "商场超市", "餐饮娱乐", "学校周边", "医院", "建筑工地", "港口码头", "厂区", "村庄", "公园广场",
    "宾馆酒店", "网络", "其他",
)  # fmt: skip
RESULTS = (
    "现场处置完毕", "受理为刑事案件", "受理为行政案件", "现场调解", "移交12345", "移交其他部门", "电话答复", "无效警情",
    "移交交警部门",
)  # fmt: skip
MEDIATED = ("待化解", "调解中", "已化解", "未化解")
SCORES = ("满意", "基本满意", "不满意", "未回访")
ORIGINS = ("群众报警", "巡逻发现")
PRECISIONS = ("minute", "hour")

# Seconds from leaving to arriving, and from arriving to being done: medians.
_TRAVEL = {"城区": 170, "城郊": 340, "农村": 560, "海港": 215, "厂矿": 205}
_SCENE_MINUTES = {"刑事": 42, "治安": 34, "交通": 22, "求助": 15, "纠纷": 31, "群体性事件": 80}
_DISPATCHED = {
    "刑事": 0.97, "治安": 0.98, "交通": 0.95, "群体性事件": 1.0, "求助": 0.93, "纠纷": 0.98, "举报": 0.85, "投诉": 0.05,
    "咨询": 0.03, "联动流转": 0.12, "其他": 0.6,
}  # fmt: skip
# Leaves that become a case, and how often; the rest of their level is below.
_CONVERTED = {"010301": 0.62, "010401": 0.72, "010201": 0.9, "010402": 0.95, "010101": 0.68}
# What a call of a group first sounded like when it sounded like something else.
_SOUNDED_LIKE: dict[str, tuple[tuple[str, float], ...]] = {
    "刑事": (("0202", 0.05), ("0509", 0.03), ("0709", 0.02)),
    "治安": (("0709", 0.05), ("0509", 0.04), ("010109", 0.012)),
    "交通": (("0509", 0.012), ("0709", 0.006)),
    "求助": (("0709", 0.02), ("0201", 0.008), ("010109", 0.003), ("1003", 0.012)),
    "纠纷": (("0201", 0.06), ("0509", 0.03)),
    "举报": (("0509", 0.04), ("0601", 0.02)),
    "联动流转": (("0509", 0.12),),
    "咨询": (("0509", 0.06),),
    "其他": (("0509", 0.10),),
}
FEEDBACK_MISSING = 0.018


@dataclass(frozen=True)
class Alerts:
    """Rows in order of call: whole numbers per column, 0 standing for NULL and lists counted from 1.

    The column `case` is still to come. Stamps are seconds since the plan's start plus STAMP_BASE, so that a stamp from
    before the start stays positive.
    `events` holds the truth behind the rows, before gaps and slips.
    """

    columns: dict[str, Ints]
    events: Events
    becomes_case: Bools
    relabelled: Bools

    def __len__(self) -> int:
        return len(self.events)


STAMP_BASE = 400 * 86400


def generate(plan: Plan, land: Geography, truth: Roles, volumes: Volumes) -> Alerts:
    """Turn calls into rows: true category, chain, feedback, callers, then what records get wrong."""
    events, parent = _with_duplicates(plan, volumes.events)
    category = events.category
    invalid = _flagged(category, "无效")
    dispatched = _dispatched(plan, category, invalid, parent > 0)
    stamps = _chain(plan, land, events, dispatched)
    stamps["feedback"] = _feedback(plan, events, stamps, dispatched)
    relabelled = _relabelled(plan, truth, events)
    unconfirmed = (stamps["feedback"] >= plan.end_second) | _chance(plan, "no feedback", len(events), FEEDBACK_MISSING)
    becomes_case = _conversions(plan, category, (parent > 0) | relabelled | unconfirmed)
    original = _original(plan, category, relabelled)
    confirmed = np.where(relabelled, codes.OTHER_HELP, category)
    columns = {"id": np.arange(1, len(events) + 1), "parent": parent}
    columns |= _recorded_stamps(plan, events, stamps, dispatched, unconfirmed)
    columns |= _recorded_categories(plan, original, confirmed, unconfirmed)
    columns["invalid"] = np.where(unconfirmed, _flagged(original, "无效"), invalid).astype(np.int64)
    columns |= _places(plan, land, events)
    columns |= _handling(plan, category, dispatched)
    columns |= _outcomes(plan, events, confirmed, unconfirmed, dispatched, becomes_case)
    columns["caller"] = _callers(plan, land, events, columns["recv_type"], columns["origin"])
    _coarsen(plan, columns)
    return Alerts(columns, events, becomes_case, relabelled)


def _flagged(category: Ints, flag: str) -> Bools:
    return np.array([flag in leaf.flags for leaf in codes.LEAVES])[category]


def _of_group(category: Ints, values: Mapping[str, float], default: float) -> Floats:
    """The value that each row's group has."""
    table: Floats = np.array([values.get(group, default) for group in codes.GROUPS])
    return table[category]


def _in_groups(category: Ints, *groups: str) -> Bools:
    return np.array([group in groups for group in codes.GROUPS])[category]


def _in_codes(category: Ints, *leaves: str) -> Bools:
    return np.array([code in leaves for code in codes.CODES])[category]


def _chance(plan: Plan, name: str, size: int, share: float | Floats) -> Bools:
    return plan.rng(name).random(size) < share


def _with_duplicates(plan: Plan, events: Events) -> tuple[Events, Ints]:
    """Add second calls about the same thing a few minutes later, merged into the first."""
    rng = plan.rng("duplicates")
    likely = _of_group(events.category, {"交通": 1.6, "求助": 1.0, "纠纷": 1.3, "治安": 1.6, "刑事": 0.8}, 0.0)
    share = MERGED_SHARE * likely * len(likely) / max(float(likely.sum()), 1e-9)
    first = np.flatnonzero(rng.random(len(events)) < share)
    second = events.second[first] + rng.integers(20, 1500, len(first))
    first, second = first[second < plan.end_second], second[second < plan.end_second]
    order = np.argsort(np.concatenate([events.second, second]), kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    parent = np.concatenate([np.zeros(len(events), dtype=np.int64), number[first]])[order]
    joined = Events(
        np.concatenate([events.second, second])[order],
        np.concatenate([events.station, events.station[first]])[order],
        np.concatenate([events.category, events.category[first]])[order],
        np.concatenate([events.cell, events.cell[first]])[order],
    )
    return joined, parent


def _dispatched(plan: Plan, category: Ints, invalid: Bools, merged: Bools) -> Bools:
    share = _of_group(category, _DISPATCHED, 0.5)
    share[invalid] = 0.0
    share[_in_codes(category, "990103")] = 0.45
    share[merged] = 0.06
    return _chance(plan, "dispatched", len(category), share)


def _lognormal(rng: np.random.Generator, median: float | Floats, sigma: float, size: int) -> Ints:
    seconds: Ints = (median * rng.lognormal(0, sigma, size)).astype(np.int64) + 1
    return seconds


def _chain(plan: Plan, land: Geography, events: Events, dispatched: Bools) -> dict[str, Ints]:
    """True times of the response chain in seconds; a station with many calls in the last hour is slower."""
    size = len(events)
    rng = plan.rng("chain")
    stamps = {"answer": events.second + _lognormal(rng, 6.0, 0.5, size)}
    stamps["dispatch"] = stamps["answer"] + _lognormal(rng, 42.0, 0.5, size)
    stamps["sign"] = stamps["dispatch"] + _lognormal(rng, 18.0, 0.7, size)
    stamps["depart"] = stamps["sign"] + _lognormal(rng, 30.0, 0.6, size)
    hour = events.second // 3600 % 24
    busy = 1 + 0.07 * np.minimum(_calls_in_last_hour(events, dispatched), 12)
    busy = busy * np.where(hour < 6, 0.9, np.where((hour == 8) | (hour == 17) | (hour == 18), 1.15, 1.0))
    travel = np.array([_TRAVEL[kind] for kind in land.kinds])[events.station] * busy
    stamps["arrive"] = stamps["depart"] + _lognormal(rng, travel, 0.42, size)
    scene = _of_group(events.category, _SCENE_MINUTES, 14.0) * 60
    stamps["done"] = stamps["arrive"] + _lognormal(rng, scene, 0.6, size)
    return stamps


def _calls_in_last_hour(events: Events, dispatched: Bools) -> Ints:
    """Dispatched calls of the same station in the hour before each call."""
    span = int(events.second.max(initial=0)) + 7200
    key = events.station * span + events.second
    known = np.sort(key[dispatched])
    count: Ints = np.searchsorted(known, key) - np.searchsorted(known, key - 3600)
    return count


def _feedback(plan: Plan, events: Events, stamps: dict[str, Ints], dispatched: Bools) -> Ints:
    """When the station wrote its feedback: mostly within the half hour, some hours late."""
    rng = plan.rng("feedback")
    size = len(events)
    after = _lognormal(rng, 560.0, 0.9, size)
    late = rng.random(size) < 0.045
    after[late] += _lognormal(rng, 7200.0, 0.8, int(late.sum()))
    told = events.second + _lognormal(rng, 240.0, 0.7, size)
    feedback: Ints = np.where(dispatched, stamps["done"] + after, told)
    return feedback


def _relabelled(plan: Plan, truth: Roles, events: Events) -> Bools:
    """Criminal calls that one station closes as 求助 from a known day on."""
    if truth.relabel is None:
        return np.zeros(len(events), dtype=bool)
    since = roles.relabel_start(plan) * 86400
    there = (events.station == truth.relabel) & (events.second >= since) & _in_groups(events.category, "刑事")
    relabelled: Bools = there & _chance(plan, "relabel", len(events), roles.RELABEL_SHARE)
    return relabelled


def _conversions(plan: Plan, category: Ints, never: Bools) -> Bools:
    share = _of_group(category, {"刑事": 0.52, "治安": 0.14}, 0.0)
    for code, value in _CONVERTED.items():
        share[category == codes.INDEX[code]] = value
    return _chance(plan, "conversion", len(category), share) & ~never


def _original(plan: Plan, category: Ints, relabelled: Bools) -> Ints:
    """The category at call taking: a neighbour in the tree or another group for about one call in eleven."""
    rng = plan.rng("original category")
    original = category.copy()
    u = rng.random(len(category))
    for group, sounded in _SOUNDED_LIKE.items():
        low = 0.0
        mine = _in_groups(category, group) & ~relabelled
        for code, share in sounded:
            original[mine & (u >= low) & (u < low + share)] = codes.INDEX[code]
            low += share
    siblings = rng.random(len(category)) < 0.035
    for group in codes.GROUP_NAMES:
        rows = np.flatnonzero(siblings & (original == category) & _in_groups(category, group))
        leaves = [i for i in codes.category_mask(group) if "无效" not in codes.LEAVES[i].flags]
        rows = rows[~_flagged(category[rows], "无效")]
        original[rows] = rng.choice(leaves, len(rows))
    return original


def _recorded_categories(plan: Plan, original: Ints, confirmed: Ints, unconfirmed: Bools) -> dict[str, Ints]:
    """Both categories; a few rows carry a code that the bureau's list does not hold (one past its end)."""
    unknown = len(codes.CODES) + 1
    unmapped = _chance(plan, "unmapped", len(original), 0.001)
    kept = unmapped & (original == confirmed) & _chance(plan, "unmapped still", len(original), 0.4)
    return {
        "cat_orig": np.where(unmapped, unknown, original + 1),
        "cat_conf": np.where(unconfirmed, 0, np.where(kept, unknown, confirmed + 1)),
    }


def _recorded_stamps(
    plan: Plan, events: Events, stamps: dict[str, Ints], dispatched: Bools, unconfirmed: Bools
) -> dict[str, Ints]:
    """Stamps as the system holds them: not yet known, missing, out of order, wrong or rounded."""
    size = len(events)
    rng = plan.rng("recorded stamps")
    recorded = {name: stamp.copy() for name, stamp in stamps.items()}
    arrive = recorded["arrive"]
    heaped = rng.random(size) < 0.06
    arrive[heaped] = np.maximum((arrive[heaped] + 150) // 300 * 300, stamps["depart"][heaped])
    swapped = rng.random(size) < 0.004
    arrive[swapped] = stamps["dispatch"][swapped] - rng.integers(1, 40, int(swapped.sum()))
    negative = rng.random(size) < 0.003
    arrive[negative] = events.second[negative] - rng.integers(30, 7200, int(negative.sum()))
    wrong_day = rng.random(size) < 0.001
    arrive[wrong_day] += 86400 * rng.integers(1, 9, int(wrong_day.sum()))
    for name, share in (("dispatch", 0.010), ("sign", 0.020), ("depart", 0.025), ("arrive", 0.025), ("done", 0.020)):
        unknown = ~dispatched | (stamps[name] >= plan.end_second) | (rng.random(size) < share)
        recorded[name] = np.where(unknown, 0, recorded[name] + STAMP_BASE)
    unanswered = (rng.random(size) < 0.004) | (stamps["answer"] >= plan.end_second)
    recorded["answer"] = np.where(unanswered, 0, recorded["answer"] + STAMP_BASE)
    recorded["feedback"] = np.where(unconfirmed, 0, recorded["feedback"] + STAMP_BASE)
    return {"call": events.second + STAMP_BASE} | recorded


def _places(plan: Plan, land: Geography, events: Events) -> dict[str, Ints]:
    """Station, beat, cell and kind of place, with the gaps and slips of real records."""
    size = len(events)
    rng = plan.rng("places")
    beat = land.cell_beat[events.cell]
    x, y = land.cell_x[events.cell], land.cell_y[events.cell]
    astray = rng.random(size) < 0.0015
    x = np.where(astray, x + rng.integers(900, 4000, size), x)
    unlocated = (rng.random(size) < 0.02) | (_in_groups(events.category, "咨询") & (rng.random(size) < 0.6))
    foreign = rng.random(size) < 0.0012
    return {
        "station": np.where(foreign, land.size + 1, events.station + 1),
        "beat": np.where(foreign | (rng.random(size) < 0.03), 0, beat + 1),
        "cell_x": np.where(unlocated, 0, x),
        "cell_y": np.where(unlocated, 0, y),
        "place": _place_types(land, events, rng),
    }


def _place_types(land: Geography, events: Events, rng: np.random.Generator) -> Ints:
    """Index of the kind of place, by group of category and kind of station; now and then not filled in."""
    weights = {
        "交通": (0.04, 0.86, 0.02, 0.01, 0.02, 0.01, 0.01, 0.01, 0.01, 0.0, 0.0, 0.0, 0.0, 0.01),
        "刑事": (0.38, 0.1, 0.13, 0.1, 0.03, 0.02, 0.02, 0.02, 0.03, 0.05, 0.04, 0.04, 0.0, 0.04),
        "治安": (0.26, 0.13, 0.12, 0.22, 0.03, 0.03, 0.02, 0.02, 0.02, 0.05, 0.04, 0.04, 0.0, 0.02),
        "纠纷": (0.46, 0.06, 0.14, 0.1, 0.02, 0.03, 0.05, 0.01, 0.03, 0.06, 0.01, 0.02, 0.0, 0.01),
        "": (0.4, 0.16, 0.08, 0.08, 0.03, 0.03, 0.02, 0.02, 0.02, 0.06, 0.05, 0.02, 0.0, 0.03),
    }
    place = np.zeros(len(events), dtype=np.int64)
    known = [name for name in weights if name]
    for group, shares in weights.items():
        mine = _in_groups(events.category, group) if group else ~_in_groups(events.category, *known)
        steps = np.cumsum(shares) / np.sum(shares)
        place[mine] = np.searchsorted(steps, rng.random(int(mine.sum())), side="right") + 1
    kind = np.array(land.kinds)[events.station]
    u = rng.random(len(events))
    home = place == 1
    place[home & (kind == "农村") & (u < 0.75)] = PLACE_TYPES.index("村庄") + 1
    place[home & (kind == "海港") & (u < 0.35)] = PLACE_TYPES.index("港口码头") + 1
    place[home & (kind == "厂矿") & (u < 0.4)] = PLACE_TYPES.index("厂区") + 1
    place[_in_codes(events.category, "010301", "0804")] = PLACE_TYPES.index("网络") + 1
    place[rng.random(len(events)) < 0.015] = 0
    return place


def _handling(plan: Plan, category: Ints, dispatched: Bools) -> dict[str, Ints]:
    """How the call came in, how urgent it is, and who went."""
    size = len(category)
    rng = plan.rng("handling")
    traffic = _in_groups(category, "交通")
    u = rng.random(size)
    recv = np.where(u < 0.07, 3, np.where(u < 0.09, 4, 1))
    recv[traffic & (u > 0.62)] = 2
    patrol = _in_groups(category, "刑事", "治安", "交通", "求助") & (rng.random(size) < 0.035)
    recv[patrol] = 3
    mode = 1 + np.searchsorted(np.array([0.9, 0.912, 0.975, 0.985]), rng.random(size), side="right")
    mode[recv == 3] = 5
    level = np.full(size, 3)
    level[_in_groups(category, "咨询", "投诉", "联动流转", "其他")] = 4
    level[_in_codes(category, "030102", "0505", "0506", "0507", "0401", "0402")] = 2
    severe = _flagged(category, "八类")
    level[severe] = np.where(rng.random(int(severe.sum())) < 0.3, 1, 2)
    officers = np.where(dispatched, 2 + rng.poisson(0.35, size) + 2 * (level <= 2), 0)
    vehicles = np.where(dispatched, 1 + (level <= 2) * (rng.random(size) < 0.5), 0)
    level[rng.random(size) < 0.008] = 0
    return {
        "recv_type": recv,
        "source_mode": mode,
        "level": level,
        "officers": officers,
        "vehicles": vehicles.astype(np.int64),
        "origin": np.where(patrol, 2, 1),
    }


def _outcomes(
    plan: Plan, events: Events, confirmed: Ints, unconfirmed: Bools, dispatched: Bools, becomes_case: Bools
) -> dict[str, Ints]:
    """Result, mediation and the caller's answer when called back, all by the confirmed category."""
    size = len(events)
    rng = plan.rng("outcomes")
    u = rng.random(size)
    result = np.where(dispatched, 1, 7)
    dispute = _in_groups(confirmed, "纠纷")
    result[dispute & dispatched] = 4
    result[_in_groups(confirmed, "交通") & (u < 0.55)] = 9
    other = _in_groups(confirmed, "联动流转", "咨询")
    result[other] = np.where(u[other] < 0.58, 5, np.where(u[other] < 0.7, 6, 7))
    result[_in_groups(confirmed, "刑事") & becomes_case] = 2
    result[_in_groups(confirmed, "治安") & becomes_case] = 3
    result[_flagged(confirmed, "无效")] = 8
    result[unconfirmed] = 0
    # A dispute of last week may still be in mediation; how well it ends differs between stations.
    success = np.clip(plan.rng("mediation").normal(0.981, 0.012, int(events.station.max(initial=0)) + 1), 0.93, 0.998)
    fresh = events.second > plan.end_second - 7 * 86400
    u = rng.random(size)
    mediated = np.where(rng.random(size) < success[events.station], 3, np.where(u < 0.6, 4, 1))
    mediated[fresh & (u < 0.18)] = 2
    mediated[unconfirmed & fresh] = 1
    score = np.searchsorted(np.array([0.34, 0.385, 0.41]), rng.random(size), side="right") + 1
    asked = dispatched & ~unconfirmed & ~_flagged(confirmed, "无效")
    return {
        "result": result,
        "mediated": np.where(dispute, mediated, 0),
        "visit": np.where(asked, score, 0),
    }


def _callers(plan: Plan, land: Geography, events: Events, recv: Ints, origin: Ints) -> Ints:
    """A number per caller: most call once, a few of each station's people call again and again."""
    size = len(events)
    rng = plan.rng("callers")
    invalid = _flagged(events.category, "无效")
    prone = np.where(_in_codes(events.category, "990101"), 0.55, np.where(invalid, 0.06, 0.10))
    prone[_in_codes(events.category, "0701", "0702", "0705", "0409")] = 0.2
    pool = 160
    person = np.minimum((rng.pareto(1.1, size) * 6).astype(np.int64), pool - 1)
    single = land.size * pool + np.arange(1, size + 1)
    caller = np.where(rng.random(size) < prone, events.station * pool + person + 1, single)
    anonymous = (origin == 2) | (rng.random(size) < np.where(recv == 3, 0.6, 0.015))
    return np.where(anonymous, 0, caller)


def _coarsen(plan: Plan, columns: dict[str, Ints]) -> None:
    """A few walk-in reports are written up later and known only to the hour; others are rounded to the half hour."""
    size = len(columns["call"])
    rng = plan.rng("precision")
    walk_in = columns["recv_type"] == 3
    u = rng.random(size)
    hour_only = walk_in & (u < 0.012) & (columns["parent"] == 0)
    rounded = walk_in & (u > 0.85)
    columns["precision"] = np.where(hour_only, 2, 1)
    for rows, step in ((hour_only, 3600), (rounded, 1800)):
        columns["call"][rows] = columns["call"][rows] // step * step
    for name in ("answer", "dispatch", "sign", "depart", "arrive", "done"):
        columns[name][hour_only] = 0
