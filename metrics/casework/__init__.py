"""案件侦防 as values: key figures, trend, categories, shares of stations, open cases, review times, communities."""

from __future__ import annotations

from datetime import date

from data.reading import Snapshot
from metrics import cache, catalogue, compare
from metrics.briefing import short_name
from metrics.casework import asking, judging, parts
from metrics.casework.asking import COMPARED, FIGURES, MEASURES
from metrics.casework.parts import Context
from metrics.casework.values import Casework
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS
from metrics.funnels import Row as Share
from metrics.periods import Period, describe
from metrics.selection import Selection

__all__ = ["COMPARED", "FIGURES", "MEASURES", "Casework", "casework"]


def casework(snapshot: Snapshot, selection: Selection) -> Casework:
    """Return the page of a selection, computed once per version; raises MetricError in plain Chinese."""
    return cache.answer(snapshot, selection, _casework)


def _casework(snapshot: Snapshot, selection: Selection) -> Casework:
    names = catalogue.of(snapshot)
    period = selection.resolve(names.data_as_of)
    with snapshot.together(asking.ahead(snapshot, names, selection, period)):
        return _found(snapshot, selection, names, period)


def _found(snapshot: Snapshot, selection: Selection, names: Catalogue, period: Period) -> Casework:
    answer, shape, notes = asking.answered(snapshot, names, selection, period)
    context = Context(names, selection, period, shape, answer, asking.known_of(snapshot))
    figures, rows = judging.figures(context), judging.rows(context)
    return Casework(
        state=_state(context),
        title=describe(context.window, selection.cutoff),
        last=context.window.last_day,
        windows={span: describe(answer.windows["cases", span], selection.cutoff) for span in shape.compared},
        known=context.source,
        figures=tuple(figures),
        trend=parts.trend(context),
        rows=tuple(rows),
        sums=judging.sums(context),
        kinds=judging.kinds(context),
        shares=_shares(snapshot, context),
        since=_since(context),
        ages=parts.ages(context),
        delays=parts.delays(context),
        delay_median=answer.total("filing_delay"),
        untimed=parts.untimed(context),
        communities=parts.communities(context),
        by_beat=shape.by_beat,
        no_beat=answer.total("cases_no_beat") or 0.0,
        judged_by=_judged_by(context),
        notes=(*notes, *answer.notes),
    )


def _state(context: Context) -> str:
    """Tell days that were never imported from a filter that finds nothing and from a quiet period."""
    answer = context.answer
    if answer.covered["cases", "current"] == 0:
        return "no_result" if context.known.covered("cases", *_days(context)) else "no_data"
    if any(answer.total(name) for name in ("cases_all", "cases_solved", "open_cases")):
        return "ok"
    return "no_result" if context.selection.stations or context.selection.categories else "nothing"


def _days(context: Context) -> tuple[date, date]:
    return context.window.first_day, context.window.last_day


def _since(context: Context) -> date | None:
    return min((first for first, _ in context.known.coverage.get("cases", [])), default=None)


def _judged_by(context: Context) -> str:
    if context.weekly:
        return f"判定：数量与此前 8 周同星期的预期相比，比率与上期相比；{compare.OWN_TEST}"
    if context.shape.judged:
        return f"判定：此前不足 8 周数据，数量不作判定；比率与上期相比；{compare.OWN_TEST}"
    return f"判定：与去年同期相比（没有同期数据时与上期相比）；{compare.OWN_TEST}"


def _shares(snapshot: Snapshot, context: Context) -> dict[str, tuple[Share, ...]]:
    """Return top and n of every station, whatever stations the page is narrowed to, by the key of the measure.

    Cases of no registered station have a row too, so that all together are those of the key figure.
    """
    frame = context.answer.frame(("station",))
    if context.selection.stations:
        frame = asking.of_stations(snapshot, context.selection, context.period).frame(("station",))
    names = context.known.station_names
    found = {}
    for key, name in MEASURES.items():
        metric = METRICS[name]
        listed = frame[["station", metric.numerator, metric.denominator]].itertuples(index=False, name=None)
        found[key] = tuple(
            (str(code), short_name(names.get(code, code)), float(top), float(n))
            for code, top, n in listed
            if top == top and n == n
        )
    return found
