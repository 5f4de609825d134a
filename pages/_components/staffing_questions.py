"""What 警力配置 asks for beyond the filter, read from the URL's own keys; odd values fall back with a notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.snapshots import Store
from metrics import targets
from metrics.catalogue import Catalogue
from metrics.force.moves import MOST_PEOPLE, Wish
from metrics.model import UnknownName
from metrics.targets import Pack

Query = Mapping[str, str]
DAYS = {"1234567": "每天", "12345": "周一至周五", "67": "周六、周日", "5": "周五", "56": "周五、周六"}
LENGTHS = (2, 3, 4, 6, 8, 10, 12, 24)
EXTRA = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30)
POSTS = (8, 12)
# How the tables are sorted: by key of the URL, the first is what an address without the key means.
STATION_ORDERS = ("short", "match", "busy", "nounit", "name")
RULE_ORDERS = ("missed", "value", "name")


def pack_of(query: Query, store: Store, notices: list[str]) -> Pack:
    """Return the pack of targets to show; an unknown one is answered with that of the bureau."""
    chosen = targets.of_store(store.root)
    wanted = query.get("policy", "")
    if not wanted or wanted == chosen.id:
        return chosen
    try:
        return targets.of_store(store.root, wanted[:80])
    except UnknownName as error:
        notices.append(f"{error}已按「{chosen.name}」显示。")
        return chosen


def pack_choices(store: Store, default: str) -> tuple[tuple[str, str], ...]:
    """Return the packs to choose from: (value, words), the bureau's own first and under the value `default`."""
    own = targets.of_store(store.root).id
    ids = sorted(targets.policies(), key=lambda id: id != own)
    return tuple(
        (default if id == own else id, targets.load(id).name + ("（本局采用）" if id == own else "")) for id in ids
    )


def one_of(query: Query, key: str, known: Iterable[str], what: str, notices: list[str]) -> str:
    """Return the value of a key, the first known one where it is missing or odd."""
    listed = list(known)
    wanted = query.get(key, "")
    if wanted in listed or not listed:
        return wanted
    if wanted:
        notices.append(f"{UnknownName(what, wanted[:40], listed)}已忽略。")
    return listed[0]


def wish_of(query: Query, known: Catalogue, notices: list[str]) -> Wish:
    """Return the move that the address asks for; what it leaves out is chosen by the page."""
    days = one_of(query, "days", DAYS, "星期", notices)
    give, take = (_station(query, key, known, notices) for key in ("give", "take"))
    if give and give == take:
        notices.append("调出和调入是同一个派出所，已另选调出的派出所。")
        give = None
    begin = _number(query, "begin", 0, 23, "起始钟点", notices)
    hours = _number(query, "hours", 1, 24, "时长", notices)
    return Wish(give, take, begin, hours, days, _number(query, "people", 1, MOST_PEOPLE, "调动人数", notices))


def extra_of(query: Query, notices: list[str]) -> tuple[int | None, int]:
    """Return the number of extra posts (None: as many as end every shortage) and the hours of each."""
    posts = _number(query, "extra", 1, max(EXTRA), "增配岗位数", notices)
    hours = _number(query, "post", 1, 24, "班次时长", notices)
    return posts, hours if hours in POSTS else POSTS[0]


def _station(query: Query, key: str, known: Catalogue, notices: list[str]) -> str | None:
    wanted = query.get(key, "")[:64]
    if not wanted:
        return None
    try:
        code = known.station_codes((wanted,))[0]
    except UnknownName as error:
        notices.append(f"{error}已另选派出所。")
        return None
    return code if code in known.stations else None


def _number(query: Query, key: str, low: int, high: int, what: str, notices: list[str]) -> int | None:
    wanted = query.get(key, "")[:20]
    if not wanted:
        return None
    if wanted.isascii() and wanted.isdigit() and low <= int(wanted) <= high:
        return int(wanted)
    notices.append(f"网址中的{what}「{wanted}」无法识别（应为 {low} 至 {high} 的整数），已按默认值显示。")
    return None
