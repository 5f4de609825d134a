"""Which stations carry which planted truth, and how large each one is."""

from __future__ import annotations

from dataclasses import dataclass

from data.demo.geography import Geography
from data.demo.plan import Plan

NIGHT_HOURS = (22, 23, 0, 1, 2, 3, 4, 5)
RISE_DAYS = 14
RISE_PEAK_DAYS = 7
RISE_EARLY, RISE_PEAK = 2.0, 6.0
CAMPAIGN_NAME = "滨城守望·降警情控发案百日行动"
CAMPAIGN_DAYS_SO_FAR = 56
CAMPAIGN_LENGTH = 100
CAMPAIGN_GOAL = -10.0
CAMPAIGN_FACTOR = 0.75
DISPLACED_FACTOR = 1.45
RELABEL_DAYS = 120
RELABEL_SHARE = 0.6
HOT_CELL_FACTOR = 0.9
GAPS = (2, 3, 4)


@dataclass(frozen=True)
class Roles:
    """Station indices; None or empty where the bureau is too small for that truth."""

    rise: int
    relabel: int | None
    campaign: tuple[int, ...]
    displaced: int | None
    buffer: tuple[int, ...]
    comparison: tuple[int, ...]
    night: int
    hot: int | None
    control: int | None
    gaps: tuple[tuple[int, int], ...]


def choose(land: Geography) -> Roles:
    """Give each truth a station of its own, the kinds of the issue first, as far as the stations reach."""
    used = {0}
    relabel = _take(land, used, ("城郊", "城区"))
    night = _busiest(land, used)
    campaign, buffer, comparison = _campaign(land, used) if land.size - len(used) >= 3 else ((), (), ())
    used |= {*campaign, *buffer, *comparison}
    hot = _take(land, used, ("城郊", "城区"))
    control = _take(land, used, ("城郊", "农村"))
    # Staffing gaps touch no event, so they may share a station with another truth.
    others = [i for i in range(land.size) if land.kinds[i] in ("城区", "城郊") and i not in (0, control)]
    return Roles(
        rise=0,
        relabel=relabel,
        campaign=campaign,
        displaced=buffer[0] if buffer else None,
        buffer=buffer,
        comparison=comparison,
        night=night,
        hot=hot,
        control=control,
        gaps=tuple(zip((others or [0])[-len(GAPS) :], GAPS, strict=False)),
    )


def _take(land: Geography, used: set[int], kinds: tuple[str, ...]) -> int | None:
    free = [i for i in range(land.size) if i not in used]
    if not free:
        return None
    wanted = [i for kind in kinds for i in free if land.kinds[i] == kind]
    # The most peopled of the kind wanted first, so that there is enough to see.
    first_kind = land.kinds[(wanted or free)[0]]
    chosen = max((i for i in free if land.kinds[i] == first_kind), key=lambda i: int(land.population[i]))
    used.add(chosen)
    return chosen


def _busiest(land: Geography, used: set[int]) -> int:
    """The most peopled town station that is still free; a roster touches no event, so it may also be shared."""
    town = [i for i in range(land.size) if land.kinds[i] == "城区"] or list(range(land.size))
    chosen = max([i for i in town if i not in used] or town[-1:], key=lambda i: int(land.population[i]))
    used.add(chosen)
    return chosen


def _campaign(land: Geography, used: set[int]) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """A connected block of town stations, the stations around it, and others like it farther away."""
    number = max(1, round(land.size * 8 / 60))
    free = [i for i in range(land.size) if i not in used]
    town = [i for i in free if land.kinds[i] == "城区"] or free
    block = [max(town, key=lambda i: _distance(land, i, 0))]
    while len(block) < number:
        edge = [j for i in block for j in land.neighbours[i] if j in town and j not in block]
        if not edge:
            break
        block.append(min(edge, key=lambda j: _distance(land, j, block[0])))
    around = sorted({j for i in block for j in land.neighbours[i]} - set(block) - used)
    # The busiest kind of neighbour first: what is pushed out of the town turns up next door in the town.
    around.sort(key=lambda j: (land.kinds[j] != "城区", -int(land.population[j])))
    buffer = around[: max(1, number // 2)] or [next(i for i in free if i not in block)]
    others = [i for i in [*town, *free] if i not in block and i not in around and i not in buffer]
    others = others or [i for i in free if i not in block and i not in buffer]
    return tuple(sorted(block)), tuple(buffer), tuple(sorted(dict.fromkeys(others[:number])))


def _distance(land: Geography, a: int, b: int) -> float:
    return float((land.lon[a] - land.lon[b]) ** 2 + (land.lat[a] - land.lat[b]) ** 2)


def campaign_start(plan: Plan) -> int:
    """Day index on which the campaign starts; a short demo starts it in its second half; always a Monday."""
    first = max(plan.days - CAMPAIGN_DAYS_SO_FAR, plan.days // 2)
    to_monday = -plan.day(first).weekday() % 7
    return min(first + to_monday, plan.days - 1)


def relabel_start(plan: Plan) -> int:
    """Day index from which one station closes criminal calls as 求助."""
    return max(plan.days - RELABEL_DAYS, plan.days // 2)
