"""What the pages of the scorecard ask for, read from the URL's own keys: policy, month, kind, state, sort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from data.reading import Snapshot
from data.snapshots import Store
from metrics import cache, catalogue, targets
from metrics.model import UnknownName
from metrics.score import MET, MISSED, UNREPORTED, Scorecard, latest_month, scorecard
from metrics.targets import Pack

KEYS = ("policy", "month", "kind", "state", "sort", "view")
# The value of "view" that leaves nothing on the page but the list of the one station that the filter names.
OWN = "own"
# The value of a list whose key the address need not have; the page's script removes the key for it.
DEFAULT = "*"
BY_MISSED, BY_GAP, BY_STATION = "missed", "gap", "station"
SORTS = {BY_MISSED: "按未达标项数", BY_GAP: "按差距大小", BY_STATION: "按单位顺序"}
STATES = {"missed": MISSED, "unreported": UNREPORTED, "met": MET}
# A list of months longer than this helps nobody; older ones still open by their address.
_LISTED_MONTHS = 36


@dataclass(frozen=True)
class Asked:
    """A question as the URL asks it, understood: the pack with its overrides, the month, what is shown, in which order.

    kind: a kind of station, "" for all. state: a key of STATES, "" for all. sort: a key of SORTS or the id of a target.
    query: the whole query of the URL by key, the filter of the other pages included, as links carry it on.
    alone: whether the list of the filter's one station is all that is shown.
    """

    pack: Pack
    month: date
    kind: str
    state: str
    sort: str
    query: tuple[tuple[str, str], ...]
    alone: bool = False


@dataclass(frozen=True)
class Choices:
    """What the controls offer: (value, words) each; the value DEFAULT is what an address without the key means."""

    policies: tuple[tuple[str, str], ...]
    months: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]


def read(query: Mapping[str, str], snapshot: Snapshot, store: Store) -> tuple[Asked, Choices, list[str]]:
    """Return the question, what else could be asked, and notices on what was not understood.

    Raises TargetError for a configuration that cannot be used and MetricError for a store without any data.
    """
    notices: list[str] = []
    pack, configured = _pack(query.get("policy", ""), store, notices)
    known = months(snapshot)
    month = _month(query.get("month", ""), known, notices)
    kinds = tuple(dict.fromkeys(one.kind for one in catalogue.of(snapshot).stations.values() if one.kind))
    kind = _one_of(query.get("kind", ""), kinds, "派出所类别", notices)
    state = _one_of(query.get("state", ""), STATES, "状态", notices)
    orders = [*SORTS, *(target.id for target in pack.targets if target.level == "station")]
    sort = _one_of(query.get("sort", ""), orders, "排序", notices) or BY_MISSED
    alone = _one_of(query.get("view", ""), (OWN,), "页面内容", notices) == OWN
    asked = Asked(pack, month, kind, state, sort, tuple(query.items()), alone)
    choices = Choices(
        policies=tuple(
            (DEFAULT if id == configured else id, targets.load(id).name + ("（本局采用）" if id == configured else ""))
            for id in sorted(targets.policies(), key=lambda id: id != configured)
        ),
        months=tuple(
            (DEFAULT if one == known[0] else f"{one:%Y-%m}", month_words(one)) for one in _listed(known, month)
        ),
        kinds=((DEFAULT, "全部类别"), *((one, one) for one in kinds)),
    )
    return asked, choices, notices


def card_of(snapshot: Snapshot, asked: Asked) -> Scorecard:
    """Return the whole scorecard that is asked for."""
    return scorecard(snapshot, asked.pack, asked.month)


def months(snapshot: Snapshot) -> tuple[date, ...]:
    """Return the months that have data, newest first; raises MetricError where there are none."""
    return cache.answer(snapshot, "", _months)


def month_words(month: date) -> str:
    """Return 「2026年11月」."""
    return f"{month.year}年{month.month}月"


def data_words(card: Scorecard) -> str:
    """Say the month, and how far its data goes when it is not over yet."""
    words = month_words(card.month)
    end = (card.month + timedelta(days=32)).replace(day=1)
    as_of = card.data_as_of
    if as_of is None or as_of.date() >= end or as_of.date() < card.month:
        return words
    last = (as_of - timedelta(microseconds=1)).date()
    return words if last + timedelta(days=1) == end else f"{words}（发生类指标截至 {last.month}月{last.day}日）"


def station_address(code: str, query: Mapping[str, str]) -> str:
    """Return the address of a station's page; policy, month and the filter travel along."""
    kept = {key: value for key, value in query.items() if key not in ("kind", "state", "sort", "view")}
    return f"/station/{quote(code, safe='')}" + (f"?{urlencode(kept, safe=',')}" if kept else "")


def card_address(query: Mapping[str, str], **changes: str) -> str:
    """Return the address of 指标账单 with some keys changed; an empty text removes a key."""
    changed = {key: value for key, value in {**query, **changes}.items() if value}
    return "/scorecard" + (f"?{urlencode(changed, safe=',')}" if changed else "")


def _pack(wanted: str, store: Store, notices: list[str]) -> tuple[Pack, str]:
    """Return the pack to show and the id of the one that the bureau has chosen."""
    chosen = targets.of_store(store.root)
    if not wanted or wanted == chosen.id:
        return chosen, chosen.id
    try:
        return targets.of_store(store.root, wanted[:80]), chosen.id
    except UnknownName as error:
        notices.append(f"{error}已按「{chosen.name}」显示。")
        return chosen, chosen.id


def _month(wanted: str, known: tuple[date, ...], notices: list[str]) -> date:
    if not wanted:
        return known[0]
    try:
        month = date.fromisoformat(f"{wanted[:20]}-01")
    except ValueError:
        notices.append(
            f"网址中的月份「{wanted[:20]}」无法识别（应如 {known[0]:%Y-%m}），已按{month_words(known[0])}显示。"
        )
        return known[0]
    if month not in known:
        notices.append(
            f"{month_words(month)}没有数据（现有 {known[-1]:%Y-%m} 至 {known[0]:%Y-%m}），"
            f"已按{month_words(known[0])}显示。"
        )
        return known[0]
    return month


def _one_of(wanted: str, known: Iterable[str], what: str, notices: list[str]) -> str:
    listed = list(known)
    if not wanted or wanted in listed:
        return wanted
    notices.append(f"{UnknownName(what, wanted[:40], listed)}已忽略。")
    return ""


def _listed(known: tuple[date, ...], shown: date) -> tuple[date, ...]:
    return known[:_LISTED_MONTHS] + ((shown,) if shown not in known[:_LISTED_MONTHS] else ())


def _months(snapshot: Snapshot, _: str) -> tuple[date, ...]:
    latest = latest_month(snapshot)
    found = {
        first.replace(day=1)
        for runs in catalogue.of(snapshot).coverage.values()
        for first, _ in runs
        if first <= latest
    }
    stocks = snapshot.rows(
        "SELECT min(month) FROM (SELECT month FROM staffing UNION ALL SELECT month FROM reported_indicators)"
    )
    earliest = min([*found, *([stocks[0][0]] if stocks[0][0] else []), latest])
    count = (latest.year - earliest.year) * 12 + latest.month - earliest.month + 1
    numbers = (latest.year * 12 + latest.month - 1 - step for step in range(count))
    return tuple(date(number // 12, number % 12 + 1, 1) for number in numbers)
