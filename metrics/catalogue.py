"""The names behind the codes of one snapshot, the people behind its places, and the days that its data cover."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from data.reading import Snapshot
from metrics.definitions import ALERT_GROUPS, UNMAPPED, UNREGISTERED
from metrics.model import UnknownName


@dataclass(frozen=True)
class Station:
    """A 派出所 as pages and maps need it; boundary is a GeoJSON geometry or None."""

    code: str
    name: str
    kind: str | None
    population: int | None
    lon: float | None
    lat: float | None
    boundary: str | None
    rank: str | None = None


@dataclass(frozen=True)
class Category:
    """A category code with the table ("alerts" or "cases") that it belongs to."""

    code: str
    name: str
    group: str
    parent: str | None
    table: str


@dataclass(frozen=True)
class Catalogue:
    """Code lists and data boundaries of one snapshot.

    as_of, coverage, precisions: of the facts (alerts, cases). months: of the tables whose rows are states of a month.
    rosters: runs of days that duty rosters cover.
    """

    stations: dict[str, Station]
    beats: dict[str, tuple[str, str, int | None]]
    categories: dict[str, dict[str, Category]]
    as_of: dict[str, datetime | None]
    coverage: dict[str, list[tuple[date, date]]]
    precisions: dict[str, dict[date, frozenset[str]]]
    bureau: str
    months: dict[str, tuple[date, ...]] = field(default_factory=dict)
    rosters: tuple[tuple[date, date], ...] = ()

    @property
    def data_as_of(self) -> datetime | None:
        """The latest moment of any fact."""
        return max((stamp for stamp in self.as_of.values() if stamp), default=None)

    @property
    def station_names(self) -> dict[str, str]:
        return {code: station.name for code, station in self.stations.items()}

    def category_names(self, table: str | None = None) -> dict[str, str]:
        """Return code → name for one table's categories; for any other, of both with the alerts' names first."""
        tables = [table] if table in self.categories else ["cases", "alerts"]
        return {code: one.name for name in tables for code, one in self.categories[name].items()}

    def covered(self, table: str, first: date, last: date) -> list[date]:
        """Return the days from first to last, both included, for which the table has data."""
        if table == "beats":
            # A code list is valid on any day.
            runs: Iterable[tuple[date, date]] = [(first, last)] if self.beats else []
        else:
            runs = self.rosters if table == "duty" else self.coverage.get(table, [])
        days = []
        for begin, end in runs:
            low, high = max(begin, first).toordinal(), min(end, last).toordinal()
            days += [date.fromordinal(n) for n in range(low, high + 1)]
        return days

    def station_codes(self, chosen: tuple[str, ...]) -> tuple[str, ...]:
        """Return codes for codes or names; raises UnknownName with the nearest known station."""
        by_name = {station.name: code for code, station in self.stations.items()}
        codes = []
        for one in chosen:
            if one in self.stations or one == UNREGISTERED:
                codes.append(one)
            elif one in by_name:
                codes.append(by_name[one])
            else:
                raise UnknownName("派出所", one, [*by_name, *self.stations])
        return tuple(codes)

    def category_filter(self, chosen: tuple[str, ...], table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return (groups, category codes with all codes below them) that `chosen` means in one table.

        chosen: groups, codes or names. What only the other table knows is left out; raises UnknownName for the rest.
        """
        groups: list[str] = []
        codes: list[str] = []
        for one in chosen:
            if one in TABLE_GROUPS[table]:
                groups.append(one)
            elif found := self._codes_named(one, table):
                codes += [below for code in found for below in self._below(code, table)]
            elif not any(one in TABLE_GROUPS[other] or self._codes_named(one, other) for other in TABLE_GROUPS):
                known = [*ALERT_GROUPS, *self.category_names(), *self.category_names().values()]
                raise UnknownName("类别", one, known)
        return tuple(groups), tuple(dict.fromkeys(codes))

    def _codes_named(self, name: str, table: str) -> list[str]:
        known = self.categories[table]
        return [name] if name in known else [code for code, category in known.items() if category.name == name]

    def _below(self, code: str, table: str) -> list[str]:
        children: dict[str | None, list[str]] = {}
        for other in self.categories[table].values():
            children.setdefault(other.parent, []).append(other.code)
        found, waiting = [], [code]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting += [child for child in children.get(one, []) if child not in found]
        return found


# What may stand for a whole group of a table's categories.
TABLE_GROUPS = {"alerts": (*ALERT_GROUPS, UNMAPPED), "cases": ("刑事", "行政", UNMAPPED)}
_KEEP = 4
_cache: OrderedDict[str, Catalogue] = OrderedDict()
_lock = threading.Lock()


def of(snapshot: Snapshot) -> Catalogue:
    """Return the catalogue of a snapshot; read once per version and process."""
    with _lock:
        if snapshot.key not in _cache:
            _cache[snapshot.key] = _read(snapshot)
            while len(_cache) > _KEEP:
                _cache.popitem(last=False)
        _cache.move_to_end(snapshot.key)
        return _cache[snapshot.key]


def _read(snapshot: Snapshot) -> Catalogue:
    stations = snapshot.rows(
        "SELECT code, name, kind, population, lon, lat, boundary, rank FROM stations ORDER BY code"
    )
    beats = snapshot.rows("SELECT code, name, station_code, population FROM beats ORDER BY code")
    categories = snapshot.rows(
        "SELECT code, name, group_name, parent, 'alerts' FROM alert_categories"
        " UNION ALL SELECT code, name, group_name, parent, 'cases' FROM case_categories ORDER BY 1"
    )
    as_of = json.loads(snapshot.meta["as_of"])
    coverage = json.loads(snapshot.meta["coverage"])
    return Catalogue(
        stations={row[0]: Station(*row) for row in stations},
        beats={row[0]: (row[1], row[2], row[3]) for row in beats},
        categories={
            table: {row[0]: Category(*row) for row in categories if row[4] == table} for table in ("alerts", "cases")
        },
        as_of={table: datetime.fromisoformat(stamp) if stamp else None for table, stamp in as_of.items()},
        coverage={
            table: [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in runs]
            for table, runs in coverage.items()
        },
        precisions={table: _precisions(snapshot, view) for table, view in _VIEWS.items()},
        bureau=snapshot.meta.get("bureau", ""),
        months={table: _months(snapshot, table) for table in ("staffing", "reported_indicators")},
        rosters=_rosters(snapshot),
    )


_VIEWS = {"alerts": "alert_facts", "cases": "case_facts"}


def _precisions(snapshot: Snapshot, view: str) -> dict[date, frozenset[str]]:
    """Return, for each month with rows, the time precisions that occur in it."""
    rows = snapshot.rows(f"SELECT DISTINCT cast(date_trunc('month', happened_at) AS DATE), time_precision FROM {view}")
    found: dict[date, set[str]] = {}
    for month, precision in rows:
        found.setdefault(month, set()).add(precision)
    return {month: frozenset(precisions) for month, precisions in found.items()}


def _months(snapshot: Snapshot, table: str) -> tuple[date, ...]:
    return tuple(row[0] for row in snapshot.rows(f"SELECT DISTINCT month FROM {table} ORDER BY month"))


def _rosters(snapshot: Snapshot) -> tuple[tuple[date, date], ...]:
    """Return [first day, last day] runs of days on which a shift begins, in order."""
    runs: list[tuple[date, date]] = []
    for (day,) in snapshot.rows("SELECT DISTINCT cast(starts_at AS DATE) AS day FROM duty ORDER BY day"):
        if runs and day == runs[-1][1] + timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return tuple(runs)
