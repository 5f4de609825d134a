"""The staffing targets of a policy for the bureau, some stations or one, with what they lack in people.

All figures come from the scorecard: the targets that rest on staffing or rosters, each once by station and once for the
bureau as a whole. What is missing in all is the sum of what stations miss, because one station's surplus does not fill
another's gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.reading import Snapshot
from metrics import cache, catalogue, score
from metrics.definitions import METRICS
from metrics.model import RATIO
from metrics.score import MET, MISSED, UNBOUND, UNREPORTED, Score
from metrics.selection import Selection
from metrics.targets import Pack, Target

TABLES = ("staffing", "duty")
_WHOLE = "@全局"
_COUNTABLE = ("members", "converted", "count")
_ORDER = (MISSED, UNREPORTED, MET, UNBOUND)


@dataclass(frozen=True)
class Rule:
    """One target and who meets it.

    score: what a gauge shows: of the bureau or of the one station; None where only the share of stations that meet it
    says anything. rows: the stations that it binds, what is missed first. met, missed, unreported: how many of the
    chosen stations. text: what is missing, in words; "" where nothing is. people: the number in it.
    """

    target: Target
    clause: str
    score: Score | None
    rows: tuple[Score, ...]
    met: int
    missed: int
    unreported: int
    people: float
    text: str

    @property
    def is_missed(self) -> bool:
        """Whether what the gauge shows misses the target."""
        return self.missed > 0 if self.score is None else self.score.state == MISSED


@dataclass(frozen=True)
class Rules:
    """The staffing targets of a pack in one month, in its order. station: code of the one that is shown, else ""."""

    pack: Pack
    month: date
    station: str
    found: tuple[Rule, ...]

    def get(self, id: str) -> Rule | None:
        """Return one rule by the id of its target."""
        return next((rule for rule in self.found if rule.target.id == id), None)

    @property
    def binding(self) -> tuple[Rule, ...]:
        """The rules that what is chosen has to meet: a station only those of stations that bind it."""
        if not self.station:
            return self.found
        return tuple(rule for rule in self.found if rule.rows and rule.met + rule.missed + rule.unreported)

    @property
    def is_known(self) -> bool:
        """Whether anybody has a figure for any of them."""
        return any(rule.met or rule.missed for rule in self.found)

    @property
    def first_missed(self) -> Rule | None:
        """The first target of stations that any of them misses, else the first of stations."""
        of_stations = [rule for rule in self.found if rule.rows]
        return next((rule for rule in of_stations if rule.missed), of_stations[0] if of_stations else None)


def rules(snapshot: Snapshot, selection: Selection, pack: Pack) -> Rules:
    """Return the staffing targets in the last month of the period (at most that of the data); once per version."""
    chosen = catalogue.of(snapshot).station_codes(selection.stations)
    return cache.answer(snapshot, (month_of(snapshot, selection), chosen, pack), _rules)


def _rules(snapshot: Snapshot, question: tuple[date, tuple[str, ...], Pack]) -> Rules:
    month, stations, pack = question
    wanted = tuple(target for target in pack.targets if target.table in TABLES)
    if not wanted:
        return Rules(pack, month, "", ())
    card = score.scorecard(snapshot, replace(pack, targets=(*wanted, *filter(None, map(_whole, wanted)))), month)
    by_target: dict[str, list[Score]] = {}
    for one in card.scores:
        by_target.setdefault(one.target.id, []).append(one)
    chosen = set(stations)
    station = stations[0] if len(stations) == 1 else ""
    found = [
        _rule(target, by_target.get(target.id, []), by_target.get(target.id + _WHOLE, []), chosen, station)
        for target in wanted
    ]
    return Rules(pack, month, station, tuple(found))


def month_of(snapshot: Snapshot, selection: Selection) -> date:
    """Return the month of the period's last day, at most the last of the data."""
    latest = score.latest_month(snapshot)
    as_of = catalogue.of(snapshot).data_as_of
    if as_of is None:
        return latest
    return min(selection.resolve(as_of).last.replace(day=1), latest)


def _whole(target: Target) -> Target | None:
    """Return a station's target as one of the bureau, where the bureau's own figure means the same."""
    metric = METRICS[target.metric_id]
    one_ratio = metric.kind == RATIO or bool(target.per)
    if target.level == "bureau" or not one_ratio or target.gap == "count" or target.direction == "above_mean":
        return None
    if target.ranks or target.min_officers or target.only_reporting:
        return None
    return replace(target, id=target.id + _WHOLE, level="bureau", kinds=())


def _rule(target: Target, own: Sequence[Score], whole: Sequence[Score], chosen: set[str], station: str) -> Rule:
    if target.level == "bureau":
        return _of_bureau(target, own[0])
    bound = [one for one in own if one.state != UNBOUND]
    counted = [one for one in bound if not chosen or one.station in chosen]
    missed = [one for one in counted if one.state == MISSED]
    shown = next((one for one in own if one.station == station), None) if station else None
    if not chosen and whole and whole[0].value is not None:
        shown = replace(whole[0], target=target)
    people = sum(one.gap.amount for one in missed if one.gap) if target.gap in _COUNTABLE else 0.0
    return Rule(
        target, own[0].clause if own else "", shown, tuple(sorted(bound, key=_rank)),
        sum(one.state == MET for one in counted), len(missed), sum(one.state == UNREPORTED for one in counted), people,
        _text(target, missed, people, bool(station)),
    )  # fmt: skip


def _of_bureau(target: Target, one: Score) -> Rule:
    gap = one.gap.amount if one.gap else 0.0
    said = one.gap.text if one.gap else ""
    met, missed, unreported = (int(one.state == state) for state in (MET, MISSED, UNREPORTED))
    return Rule(target, one.clause, one, (), met, missed, unreported, gap, said)


def _rank(one: Score) -> tuple[int, float, float, str]:
    """Sort what is missed first, the most people first, then the farthest from the target."""
    amount = one.gap.amount if one.gap and one.target.gap in _COUNTABLE else 0.0
    return _ORDER.index(one.state), -amount, -one.relative, one.station


def _text(target: Target, missed: Sequence[Score], people: float, is_one: bool) -> str:
    """Say what is missing: one station's gap as the scorecard says it, of several how many and how much in all."""
    if not missed:
        return ""
    if is_one:
        return missed[0].gap.text if missed[0].gap else ""
    signs = {one.gap.sign for one in missed if one.gap}
    if not people or len(signs) != 1:
        return f"{len(missed)} 所未达标"
    verb = "还差" if signs == {1} else "多"
    return f"{len(missed)} 所未达标，合计{verb} {people:,.0f} {target.gap_unit}"
