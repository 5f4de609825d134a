"""The wall display as values: six screens of the bureau (or of chosen stations), computed once per version."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from data.reading import Snapshot
from data.snapshots import StoreError
from metrics import cache, catalogue, compare
from metrics.alarms import reading as alarms
from metrics.briefing import Briefing, brief, short_name
from metrics.catalogue import Catalogue
from metrics.force.work import Work, work
from metrics.model import MetricError, Refused
from metrics.score import MET, MISSED, Score, Scorecard, latest_month, scorecard
from metrics.selection import Selection
from metrics.targets import Pack
from metrics.trend import campaign as campaigns
from metrics.wall.concerns import concerns
from metrics.wall.today import today
from metrics.wall.values import Bar, Campaign, Concern, Count, Run, Today, Wall, Week, Year
from metrics.wall.view import SCREENS, View, limit_hours

__all__ = [
    "FAILED", "SCREENS", "Bar", "Campaign", "Concern", "Count", "Run", "Today", "View", "Wall", "Week", "Year",
    "limit_hours", "wall",
]  # fmt: skip

MOST_BARS, RUN = 4, 4
# The scorecard has no screen of its own: its targets are bars of one and reasons of another.
_CARD = "card"
_EVIDENCE = {"map": "近 7 日警情", "match": "缺人时段", _CARD: "指标"}
# First hour and length of the night, as on the pages about time.
NIGHT = (22, 8)
FAILED = "统计时出错，已写入日志；其他各屏不受影响。"
Part = TypeVar("Part")
_log = logging.getLogger(__name__)


class _Attempts:
    """Screens computed one by one: why one is missing, and which of them failed by a fault of this program."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}
        self.errors: dict[str, Exception] = {}

    def part(self, screen: str, compute: Callable[[], Part]) -> Part | None:
        """Return a part, or None with its reason noted; a version that cannot be read fails as a whole."""
        try:
            return compute()
        except MetricError as error:
            self.missing[screen] = str(error)
        except StoreError:
            raise
        except Exception as error:
            _log.error("the part %s of the wall failed", screen, exc_info=error)
            self.missing[screen] = FAILED
            self.errors[screen] = error
        return None


def wall(snapshot: Snapshot, stations: tuple[str, ...], pack: Pack) -> Wall:
    """Return all screens of stations (codes or names; () is the bureau) from answers that are kept per version.

    A screen that the data cannot fill is None with its reason, and so is one whose statistic failed: it never takes
    the others along. Raises UnknownName for a station that does not exist, and the error where every screen failed.
    """
    known = catalogue.of(snapshot)
    chosen = known.station_codes(stations)
    tried = _Attempts()
    card = tried.part(_CARD, lambda: scorecard(snapshot, pack, latest_month(snapshot)))
    recent = tried.part("map", lambda: _recent(snapshot, chosen))
    officers = tried.part("match", lambda: _work(snapshot, chosen))
    listed = tried.part("concern", lambda: concerns(snapshot, known, chosen, recent, officers, card))
    found = Wall(
        as_of=known.data_as_of,
        campaign=tried.part("campaign", lambda: _campaign(snapshot, known, chosen, card)),
        today=tried.part("today", lambda: cache.answer(snapshot, chosen, today)),
        recent=recent,
        week=tried.part("week", lambda: _week(_recent(snapshot, chosen))),
        work=officers,
        concerns=listed[0] if listed else None,
        concerns_note="".join(part for part in (listed[1] if listed else "", _left_out(tried)) if part),
        alarms_known=alarms.current(snapshot) is not None,
        missing={**tried.missing, **_without_content(known, recent)},
        failed=tuple(screen for screen in SCREENS if screen in tried.errors),
        names={code: short_name(name) for code, name in known.station_names.items()},
    )
    found.missing.pop(_CARD, None)
    if found.failed and set(found.live) == set(found.failed):
        raise tried.errors[found.failed[0]]
    return found


def _without_content(known: Catalogue, recent: Briefing | None) -> dict[str, str]:
    missing = {}
    if known.data_as_of is None:
        missing["concern"] = "没有警情或案件数据。"
    if recent is not None and not any(place.value or place.expected for place in recent.places):
        missing["map"] = f"近 7 日没有按派出所登记的{recent.place_metric.label}。"
    return missing


def _left_out(tried: _Attempts) -> str:
    """Say which evidence the list of stations lacks because its statistic failed."""
    named = [name for screen, name in _EVIDENCE.items() if screen in tried.errors]
    return f"{'、'.join(named)}统计时出错，未计入。" if named else ""


def _recent(snapshot: Snapshot, stations: tuple[str, ...]) -> Briefing:
    found = brief(snapshot, Selection("last7", stations=stations))
    if found.state == "no_data":
        raise Refused("近 7 日没有数据。")
    return found


def _work(snapshot: Snapshot, stations: tuple[str, ...]) -> Work:
    found = work(snapshot, Selection(stations=stations))
    if found.one.posts is None or found.one.counted == 0:
        raise Refused("警情没有处置时间，无法测算应配警力。")
    if found.one.utilisation is None:
        raise Refused("没有排班数据，无法对照应配与在岗。")
    return found


def _campaign(snapshot: Snapshot, known: Catalogue, stations: tuple[str, ...], card: Scorecard | None) -> Campaign:
    """Return the latest campaign of the bureau, or the year so far where there is none or stations are chosen."""
    progress = None if stations else campaigns.progress(snapshot, Selection())
    year = _year(snapshot, known, stations) if progress is None else None
    bars, words = _bars(card, stations)
    return Campaign(progress, year, bars, words)


def _year(snapshot: Snapshot, known: Catalogue, stations: tuple[str, ...]) -> Year:
    """Return the criminal alerts (or all, or the cases) of the year against the year before."""
    found = brief(snapshot, Selection("year", stations=stations))
    cards = {card.metric.id: card for card in found.cards}
    names = ("alerts_criminal", "alerts") if known.as_of.get("alerts") else ("cases_filed",)
    for card in (cards[name] for name in names):
        if card.last_year.verdict != compare.NO_BASE and card.last_year.base:
            return Year(card.metric, card.last_year, f"{found.title}，对{found.windows['last_year']}", card.spark)
    raise Refused("没有专项行动，也没有上年同期数据可比。")


def _bars(card: Scorecard | None, stations: tuple[str, ...]) -> tuple[tuple[Bar, ...], str]:
    """Return the bureau's own targets, then the targets that the largest share of stations misses."""
    if card is None:
        return (), ""
    own = [] if stations else [one for one in card.scores if not one.station and one.value is not None]
    bars = [_own_bar(one) for one in own if one.state in (MET, MISSED)]
    shares = []
    for target in (one for one in card.pack.targets if one.level == "station"):
        scores = [one for one in card.of_target(target.id) if not stations or one.station in stations]
        met, bound = (sum(one.state in states for one in scores) for states in ((MET,), (MET, MISSED)))
        if bound:
            tone = "better" if met == bound else "worse"
            text = f"{met} / {bound} 所达标" if met < bound else f"{bound} 所全部达标"
            shares.append((met / bound, Bar(target.label, met / bound, 1.0, text, tone)))
    shares.sort(key=lambda pair: pair[0])
    bars += [bar for _, bar in shares]
    return tuple(bars[:MOST_BARS]), f"{card.pack.name} · {card.month.year}年{card.month.month}月"


def _own_bar(score: Score) -> Bar:
    """Return the bar of a target of the bureau itself; its length is the larger of value and target and some room."""
    value, wanted = abs(score.value or 0.0), None if score.wanted is None else abs(score.wanted)
    whole = 100.0 if score.target.unit == "%" and not score.target.compare else 1.15 * max(value, wanted or 0.0, 1e-9)
    missed = score.state == MISSED
    text = f"{score.value_text}，{score.gap.text if missed and score.gap else score.state}"
    share = None if wanted is None else min(wanted / whole, 1.0)
    return Bar(score.target.label, min(value / whole, 1.0), share, text, "worse" if missed else "better")


def _week(recent: Briefing) -> Week:
    """Return when in the week most happened over the last four weeks, from the briefing's own hours."""
    if recent.week is None:
        raise Refused("数据没有钟点，不能看时段。")
    hours, total = recent.week, float(recent.week.sum())
    if not total:
        raise Refused("近四周没有记录。")
    by_hour = hours.sum(axis=0)
    starts = [float(sum(by_hour[(first + n) % 24] for n in range(RUN))) for first in range(24)]
    most, least = (
        _run(name, int(first), RUN, by_hour)
        for name, first in (("最集中的 4 小时", np.argmax(starts)), ("最少的 4 小时", np.argmin(starts)))
    )
    return Week(
        recent.week_words, recent.subject.label, recent.noun, total, most, least, _run("夜间", *NIGHT, by_hour),
        float(hours[5:].sum()),
    )  # fmt: skip


def _run(name: str, first: int, length: int, by_hour: NDArray[np.float64]) -> Run:
    listed = tuple((first + n) % 24 for n in range(length))
    count = float(by_hour[list(listed)].sum())
    return Run(name, listed, count, 100 * count / float(by_hour.sum()))
