"""The wall display as values: six screens of the bureau (or of chosen stations), computed once per version."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import cache, catalogue, compare, fits
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
from metrics.wall.values import Bar, Campaign, Concern, Count, Run, Today, Wall, Week
from metrics.wall.view import SCREENS, View, limit_hours

__all__ = [
    "SCREENS", "Bar", "Campaign", "Concern", "Count", "Run", "Today", "View", "Wall", "Week", "limit_hours", "wall",
]  # fmt: skip

MOST_BARS, RUN = 4, 4
# First hour and length of the night, as on the pages about time.
NIGHT = (22, 8)
Part = TypeVar("Part")


def wall(snapshot: Snapshot, stations: tuple[str, ...], pack: Pack) -> Wall:
    """Return all screens of stations (codes or names; () is the bureau), computed once per version.

    A screen that the data cannot fill is None with its reason. Raises UnknownName for a station that does not exist.
    """
    chosen = catalogue.of(snapshot).station_codes(stations)
    return cache.answer(snapshot, (chosen, pack, bool(fits.state(snapshot))), _wall)


def _wall(snapshot: Snapshot, question: tuple[tuple[str, ...], Pack, bool]) -> Wall:
    stations, pack, _ = question
    known = catalogue.of(snapshot)
    missing: dict[str, str] = {}

    def tried(screen: str, compute: Callable[[], Part]) -> Part | None:
        try:
            return compute()
        except MetricError as error:
            missing[screen] = str(error)
            return None

    card = tried("", lambda: scorecard(snapshot, pack, latest_month(snapshot)))
    recent = tried("map", lambda: _recent(snapshot, stations))
    officers = tried("match", lambda: _work(snapshot, stations))
    found, note = concerns(snapshot, known, stations, recent, officers, card)
    if known.data_as_of is None:
        missing["concern"] = "没有警情或案件数据。"
    if recent is not None and not any(place.value or place.expected for place in recent.places):
        missing["map"] = "近 7 日没有按派出所登记的警情。"
    parts = Wall(
        as_of=known.data_as_of,
        campaign=tried("campaign", lambda: _campaign(snapshot, known, stations, card)),
        today=tried("today", lambda: today(snapshot, stations)),
        recent=recent,
        week=tried("week", lambda: _week(recent)),
        work=officers,
        concerns=found,
        concerns_note=note,
        alarms_known=alarms.current(snapshot) is not None,
        missing=missing,
        names={code: short_name(name) for code, name in known.station_names.items()},
    )
    missing.pop("", None)
    return parts


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
    year = brief(snapshot, Selection("year", stations=stations))
    name = "alerts_criminal" if known.as_of.get("alerts") else "cases_filed"
    figure = next(one for one in year.cards if one.metric.id == name)
    change = figure.last_year
    if progress is None and (change.verdict == compare.NO_BASE or not change.base):
        figure = next(one for one in year.cards if one.metric.id == ("alerts" if name.startswith("al") else name))
        change = figure.last_year
        if change.verdict == compare.NO_BASE or not change.base:
            raise Refused("没有专项行动，也没有上年同期数据可比。")
    bars, words = _bars(card, stations)
    return Campaign(
        progress, figure.metric, change, f"{year.title}，对{year.windows['last_year']}", figure.spark, bars, words
    )


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


def _week(recent: Briefing | None) -> Week:
    """Return when in the week most happened over the last four weeks, from the briefing's own hours."""
    if recent is None or recent.week is None:
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
    return Week(recent.week_words, recent.subject.label, recent.noun, total, most, least, _run("夜间", *NIGHT, by_hour))


def _run(name: str, first: int, length: int, by_hour: NDArray[np.float64]) -> Run:
    listed = tuple((first + n) % 24 for n in range(length))
    count = float(by_hour[list(listed)].sum())
    return Run(name, listed, count, 100 * count / float(by_hour.sum()))
