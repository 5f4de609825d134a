"""所队自查 as values: what a station misses, what moved, where and when, its officers, its open business, its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from data.reading import Snapshot
from metrics import cache, catalogue, fits, peers
from metrics.alarms.reading import budget_of, budget_text, current
from metrics.alarms.records import Alarm, with_leaders
from metrics.briefing import Briefing, brief
from metrics.catalogue import Catalogue
from metrics.force.work import Work, work
from metrics.forecasting import reading as forecasts
from metrics.forecasting.reading import Outlook
from metrics.hotspots.cells import HotCells, hot_cells
from metrics.hotspots.forecast import Forecast, forecast
from metrics.model import MetricError, UnknownName
from metrics.score import MET, MISSED, UNBOUND, UNREPORTED, Score, scorecard
from metrics.selection import Selection
from metrics.selfcheck.ahead import ahead
from metrics.selfcheck.asking import last_day, own_figures, study_selection
from metrics.selfcheck.narrowing import named, narrowed
from metrics.selfcheck.values import Ages, Beat, Own, Repeats, SelfCheck, Span
from metrics.selfcheck.words import headline, standing
from metrics.targets import Pack

__all__ = ["ORDER", "Ages", "Beat", "Own", "Repeats", "SelfCheck", "Span", "check", "ranked"]

# Targets in the order of what needs doing.
ORDER = (MISSED, UNREPORTED, MET, UNBOUND)


def check(snapshot: Snapshot, selection: Selection, station: str, pack: Pack, month: date) -> SelfCheck:
    """Return the self-check of a station (code): the filter's period and categories, the targets of a month.

    Computed once per version and question; the selection's stations play no part. Raises MetricError in plain Chinese.
    """
    return cache.answer(snapshot, (replace(selection, stations=(station,)), pack, month), _check)


def _check(snapshot: Snapshot, question: tuple[Selection, Pack, date]) -> SelfCheck:
    with snapshot.together(ahead(snapshot, question[0])):
        return _found(snapshot, *question)


def _found(snapshot: Snapshot, selection: Selection, pack: Pack, month: date) -> SelfCheck:
    known = catalogue.of(snapshot)
    station = known.stations[selection.stations[0]]
    only = named(selection, known)
    found = narrowed(brief(snapshot, selection), only)
    card = scorecard(snapshot, pack, month)
    scores = ranked(card.of_station(station.code))
    last = last_day(known, selection, found.subject.view)
    own = own_figures(snapshot, selection, found.subject.id, last, found.matrix.phi if found.matrix else 1.0)
    alarms, alarms_note = _alarms(snapshot, selection, known, last)
    risen = tuple(one for one in current(snapshot, selection.stations, last) or () if one.leader == one.id)
    outlook, outlook_note = _outlook(snapshot, station.code)
    force, work_note = _work(snapshot, selection)
    like = peers.compare(snapshot, station.kind, month)
    told = (*headline(scores, found, alarms or ()), standing(station.code, force, like))
    return SelfCheck(
        station=station, briefing=found, card=card, scores=scores, own=own, alarms=alarms, alarms_note=alarms_note,
        outlook=outlook, outlook_note=outlook_note, work=force, work_note=work_note,
        hot=_hot(snapshot, selection, found, own),
        expected=cache.answer(snapshot, (selection.stations, selection.categories), _expected),
        peers=like, told=tuple(text for text in told if text), only=only, risen=risen,
    )  # fmt: skip


def ranked(scores: Sequence[Score]) -> tuple[Score, ...]:
    """Return scores in the order of what needs doing: missed first, the farthest off on top; not bound last."""
    return tuple(sorted(scores, key=lambda score: (ORDER.index(score.state), -score.relative)))


def _alarms(
    snapshot: Snapshot, selection: Selection, known: Catalogue, last: date
) -> tuple[tuple[Alarm, ...] | None, str]:
    found = current(snapshot, selection.stations, last)
    if found is None:
        return None, fits.missing(snapshot, "预警")
    if selection.categories:
        names = {*selection.categories, *(known.category_names().get(code, code) for code in selection.categories)}
        # The alarm that led one may be of another category.
        found = tuple(with_leaders([alarm for alarm in found if alarm.group in names]))
    budget = budget_of(snapshot)
    return found, budget_text(budget) if budget else ""


def _outlook(snapshot: Snapshot, station: str) -> tuple[Outlook | None, str]:
    tables = {name: fits.table(snapshot, name) for name in forecasts.TABLES}
    known = {name: table for name, table in tables.items() if table is not None}
    if len(known) < len(tables):
        return None, fits.missing(snapshot, "预测")
    try:
        return forecasts.outlook(known, station), ""
    except UnknownName:
        return None, "本所数据不足，没有预测。"


def _expected(snapshot: Snapshot, question: tuple[tuple[str, ...], tuple[str, ...]]) -> Forecast:
    """Return the forecast of hot cells, in which the period plays no part."""
    return forecast(snapshot, Selection(stations=question[0], categories=question[1]))


def _work(snapshot: Snapshot, selection: Selection) -> tuple[Work | None, str]:
    """Return work against duty of the station; why not, where times or people are not known."""
    try:
        return work(snapshot, selection), ""
    except MetricError as error:
        return None, str(error)


def _hot(snapshot: Snapshot, selection: Selection, found: Briefing, own: Own) -> HotCells | None:
    """Return the hot cells of the days that beats are counted for; None where times are too coarse to cut them."""
    try:
        return hot_cells(snapshot, study_selection(selection, own.beats_span), found.subject.view)
    except MetricError:
        return None
