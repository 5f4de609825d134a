"""Early warnings under a filter: what rises at the end of the period, each surge once, with the page that shows why."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta

from data.reading import Snapshot
from metrics import alarms, fits
from metrics.alarms import BUREAU, Alarm, records
from metrics.briefing.values import Surge, Surges
from metrics.catalogue import Catalogue
from metrics.definitions import ALERT_GROUPS, GROUP_BETTER
from metrics.periods import Window
from metrics.selection import Selection

SLOW = "起数少的类别，升幅不足一倍的常常报得晚或报不出"
# Warnings with a signal in so many days up to the end of the data are kept (alarms.fitting).
KEPT_DAYS = 90
# Rank of a warning that just passes its threshold: as rare as a count 3.3 standard deviations above expectation.
RARE = 3.3
# Ids of watched groups that are not a level-1 group or the name of a category.
_TOGETHER = {"违法犯罪": ("刑事", "治安")}
LOWER_IS_BETTER = {*(group for group, better in GROUP_BETTER.items() if better == "lower"), "群体性事件", "行政"}


@dataclass(frozen=True)
class Scope:
    """What a warning counts: level-1 groups wholly, or the codes of a category with all below it.

    chosen: how a filter says it. touched: the level-1 groups in which its events lie.
    """

    groups: frozenset[str]
    codes: frozenset[str]
    chosen: tuple[str, ...]
    touched: frozenset[str]


def scope_of(group: str, known: Catalogue) -> Scope:
    """Return what a watched group counts; a group without a name in this version holds nothing."""
    groups = _TOGETHER.get(group, (group,) if group in ALERT_GROUPS else ())
    listed = known.categories["alerts"]
    if groups:
        inside = frozenset(code for code, category in listed.items() if category.group in groups)
        return Scope(frozenset(groups), inside, groups, frozenset(groups))
    parents = [code for code, category in listed.items() if category.name == group]
    _, codes = known.category_filter(tuple(parents), "alerts")
    return Scope(frozenset(), frozenset(codes), tuple(parents[:1]), frozenset(listed[code].group for code in codes))


def surges(snapshot: Snapshot, known: Catalogue, selection: Selection, window: Window) -> Surges:
    """Return the surges with a signal in the seven days up to the end of the period, the strongest first.

    Warnings are of valid alerts by confirmed category and whole days; under a filter by category only those that count
    nothing else. One surge in several groups of a station is told by its strongest.
    """
    stations = known.station_codes(selection.stations)
    found = alarms.current(snapshot, stations, window.last_day)
    if found is None:
        return Surges((), fits.missing(snapshot, "预警"))
    if (too_old := _before_kept(snapshot, window.last_day)) is not None:
        return Surges((), too_old)
    within = [alarm for alarm in found if _is_within(scope_of(alarm.group, known), selection, known)]
    led = records.with_leaders([_told(alarm, window.last_day) for alarm in within])
    listed = tuple(
        _surge(alarm, [other.group for other in led if other.leader == alarm.id and other.id != alarm.id], known)
        for alarm in led
        if alarm.leader == alarm.id
    )
    rate, notes = _said_of_rate(snapshot)
    if any(one.alarm.window_last > window.last_day for one in listed):
        notes = ("预警按全部数据计算，所列日期可晚于本期。", *notes)
    if listed and selection.basis != "confirmed":
        notes = ("预警按确认性质计，与本期口径不同。", *notes)
    return Surges(listed, "", rate, notes)


def _before_kept(snapshot: Snapshot, last: date) -> str | None:
    """Say that the warnings of a period are not kept any more, where that is so."""
    row = alarms.budget_of(snapshot)
    through = None if row is None else row.get("fitted_through")
    if through is None or last >= through.date() - timedelta(days=KEPT_DAYS - 1):
        return None
    return f"预警只保留数据最后 {KEPT_DAYS} 天的，该时段更早，不再列出。"


def _told(alarm: Alarm, last: date) -> Alarm:
    """「近 7 日」 is said only of days that end with the period; others go by their dates."""
    return replace(alarm, fitted_through=last)


def _is_within(scope: Scope, selection: Selection, known: Catalogue) -> bool:
    if not selection.categories:
        return True
    groups, codes = known.category_filter(selection.categories, "alerts")
    if scope.groups:
        return scope.groups <= set(groups)
    listed = known.categories["alerts"]
    return bool(scope.codes) and all(code in codes or listed[code].group in groups for code in scope.codes)


def _surge(alarm: Alarm, also: list[str], known: Catalogue) -> Surge:
    scope = scope_of(alarm.group, known)
    counted = Selection(
        period="custom", first=alarm.window_first, last=alarm.window_last,
        stations=() if alarm.station == BUREAU else (alarm.station,), categories=scope.chosen,
    )  # fmt: skip
    return Surge(
        alarm=alarm,
        also=tuple(also),
        touched=scope.touched | scope.codes,
        tone="worse" if scope.touched <= LOWER_IS_BETTER else "watch",
        # Where the hours or the beats explain it, the page that shows both; else the line through time.
        page="/heat" if alarm.hours or alarm.places else "/trend",
        query=counted.to_query(),
        weight=RARE * records.strength(alarm),
    )


def _said_of_rate(snapshot: Snapshot) -> tuple[str, tuple[str, ...]]:
    """Return how often this rule warns, as set and as realised, and what readers must know of this version."""
    row = alarms.budget_of(snapshot)
    if row is None:
        return "", ()
    return alarms.budget_text(row), tuple(json.loads(row.get("notes") or "[]"))
