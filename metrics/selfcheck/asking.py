"""What 所队自查 asks beside the briefing of its station: beats, repeat calls, open disputes and cases, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from data.reading import Snapshot
from metrics import catalogue, compare, query
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS, UNREGISTERED
from metrics.model import Refused
from metrics.periods import span_window, years_before
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection
from metrics.selfcheck.values import Ages, Beat, Own, Repeats, Span

# Beats and hot cells of one station need more events than a day or a week holds.
STUDY_DAYS = 90
REPEAT_DAYS = 30
# Disputes older than a year are no longer called open business of the station: they are left to its files.
DISPUTE_DAYS = 365
# As in disputes_due: the time that a dispute may take.
DUE_DAYS = 7
_REPEATS = ("repeat_base", "repeat_any", "repeat_caller", "repeat_place", "repeat_keyed", "repeat_located")
_DISPUTES = ("disputes_pending", "disputes_resolved", "alerts_dispute")
_OPEN = ("open_cases", "open_over_90d", "open_over_365d")
_DISPUTE_AGES = (("7 日内", 7), ("8–30 日", 30), ("31–90 日", 90), ("90 日以上", DISPUTE_DAYS))
_CASE_AGES = ("90 天内", "91–365 天", "1 年以上")


@dataclass(frozen=True)
class Spans:
    """The spans of the question, by what they are for."""

    study: Span
    study_year_ago: Span
    repeats: Span
    repeats_before: Span
    disputes: Span


def spans_of(last: date) -> Spans:
    """Return the spans that end with a day."""
    study, repeats = _until(last, STUDY_DAYS), _until(last, REPEAT_DAYS)
    year_ago = Span(_year_before(study.first), _year_before(study.last))
    return Spans(
        study, year_ago, repeats, _until(repeats.first - timedelta(days=1), REPEAT_DAYS), _until(last, DISPUTE_DAYS)
    )


def _until(last: date, days: int) -> Span:
    return Span(last - timedelta(days=days - 1), last)


def _year_before(day: date) -> date:
    return years_before(pd.Timestamp(day).to_pydatetime(), 1).date()


def _named(span: Span) -> str:
    return f"{span.first}/{span.last}"


def last_day(known: Catalogue, selection: Selection, view: str) -> date:
    """Return the last day of the period that has elapsed."""
    period = selection.resolve(known.data_as_of)
    as_of = known.as_of.get(view) or known.data_as_of
    return period.last if as_of is None else span_window(period, "current", as_of).last_day


def own_figures(snapshot: Snapshot, selection: Selection, subject: str, last: date, phi: float) -> Own:
    """Return beats, repeats and open business of the one station of a selection, up to a day.

    subject: the count that beats show. phi: overdispersion of the station's daily counts.
    """
    known, spans = catalogue.of(snapshot), spans_of(last)
    answer, notes = _answered(snapshot, selection, subject, spans, known)
    if answer is None:
        return Own((), spans.study, None, None, None, tuple(notes))
    return Own(
        beats=_judged(_beats(answer, known, selection, subject, spans, phi)),
        beats_span=spans.study,
        repeats=_repeats(answer, spans),
        disputes=_disputes(answer, spans),
        cases=_cases(answer),
        notes=(*notes, *answer.notes),
        undue=_undue(answer, spans, known.as_of.get("alerts")),
    )


def _answered(
    snapshot: Snapshot, selection: Selection, subject: str, spans: Spans, known: Catalogue
) -> tuple[Answer | None, list[str]]:
    """Ask for everything; where times are too coarse for days or parts of months, for the open cases alone."""
    period = selection.resolve(known.data_as_of)
    notes: list[str] = []
    for asked, missing in _attempts(subject, spans):
        try:
            answer = query.run(snapshot, Question(selection, period, asked))
            return answer, [f"{notes[-1]}{missing}"] if notes else []
        except Refused as error:
            notes.append(str(error))
    return None, notes[-1:]


def question(selection: Selection, subject: str, spans: Spans, known: Catalogue) -> Question:
    """Return the question of everything beside the briefing."""
    asked, _ = _attempts(subject, spans)[0]
    return Question(selection, selection.resolve(known.data_as_of), asked)


def _attempts(subject: str, spans: Spans) -> tuple[tuple[tuple[Breakdown, ...], str], ...]:
    """Return what to ask, and what is missing then, from everything to what coarse times allow."""
    has_alerts = METRICS[subject].view == "alerts"
    stock = Breakdown(_OPEN)
    beats = Breakdown((subject,), ("beat",), (_named(spans.study), _named(spans.study_year_ago)))
    rolling = (
        Breakdown(_REPEATS, (), (_named(spans.repeats), _named(spans.repeats_before))),
        Breakdown(_DISPUTES, ("day",), (_named(spans.disputes),)),
    )
    return (
        ((beats, stock, *(rolling if has_alerts else ())), ""),
        ((beats, stock), "重复警情与待化解纠纷因此不显示。"),
        ((stock,), "警格、重复警情与待化解纠纷因此不显示。"),
    )


def _beats(
    answer: Answer, known: Catalogue, selection: Selection, subject: str, spans: Spans, phi: float
) -> tuple[Beat, ...]:
    now, before = _named(spans.study), _named(spans.study_year_ago)
    if (("beat",), now) not in answer.frames or not known.beats:
        return ()
    view = METRICS[subject].view
    days, days_before = answer.windows[view, now].days, answer.windows[view, before].days
    values, bases = (_by_beat(answer.frame(("beat",), span), subject) for span in (now, before))
    has_base = answer.covered[view, before] >= 1
    own = [code for code, beat in known.beats.items() if beat[1] in selection.stations]
    codes = dict.fromkeys([*own, *(code for code in values if values[code] > 0)])
    listed = [
        (code, values.get(code, 0.0), bases.get(code, 0.0) if has_base else None)
        for code in codes
    ]  # fmt: skip
    found = [
        Beat(
            code, known.beats[code][0] if code in known.beats else UNREGISTERED, value,
            compare.counts(value, days, base, days_before, phi),
        )
        for code, value, base in listed
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.name == UNREGISTERED, -one.value, one.code)))


def _by_beat(frame: pd.DataFrame, subject: str) -> dict[str, float]:
    return {
        str(code): float(value)
        for code, value in frame[["beat", subject]].itertuples(index=False)
        if not pd.isna(value)
    }  # fmt: skip


def _repeats(answer: Answer, spans: Spans) -> Repeats | None:
    now, before = _named(spans.repeats), _named(spans.repeats_before)
    if ((), now) not in answer.frames or "repeat_base" not in answer.frame((), now):
        return None
    base = answer.total("repeat_base", now)
    # Without caller keys and places nothing can repeat, and 0 would be false.
    if not base or not (answer.total("repeat_keyed", now) or answer.total("repeat_located", now)):
        return None
    counts = {name: answer.total(name, now) or 0.0 for name in _REPEATS}
    earlier, earlier_base = answer.total("repeat_any", before), answer.total("repeat_base", before)
    compared = compare.unjudged(
        compare.shares(counts["repeat_any"], base, earlier if earlier_base else None, earlier_base or 0.0)
    )
    return Repeats(spans.repeats, base, counts["repeat_any"], counts["repeat_caller"], counts["repeat_place"], compared)


def _judged(beats: tuple[Beat, ...]) -> tuple[Beat, ...]:
    """Judge beats as one family; the briefing's figures are judged in families of their own."""
    told = compare.judged([beat.comparison for beat in beats])
    return tuple(replace(beat, comparison=one) for beat, one in zip(beats, told, strict=True))


def _disputes(answer: Answer, spans: Spans) -> Ages | None:
    """Return the disputes of the last year that are 待化解 or 调解中, by the days since they were called in."""
    span = _named(spans.disputes)
    if (("day",), span) not in answer.frames:
        return None
    frame = answer.frame(("day",), span)
    # Where no dispute has any outcome the source does not record them, and none open would be a false zero.
    if not (frame["disputes_pending"].sum() + frame["disputes_resolved"].sum()):
        return None
    ages = [(spans.disputes.last - pd.Timestamp(day).date()).days + 1 for day in frame["day"]]
    pending = [0.0 if pd.isna(value) else float(value) for value in frame["disputes_pending"]]
    return Ages(
        "待化解、调解中纠纷", "起", _classed(zip(ages, pending, strict=True)), float(frame["alerts_dispute"].sum())
    )


def _undue(answer: Answer, spans: Spans, as_of: datetime | None) -> tuple[tuple[date, float, float], ...]:
    """Return day, disputes and open disputes of the days that the rate of settled ones leaves out (disputes_due)."""
    span = _named(spans.disputes)
    # A stamp at midnight is the end of the day before.
    if as_of is None or (as_of - timedelta(seconds=1)).date() > spans.disputes.last:
        return ()
    if (("day",), span) not in answer.frames:
        return ()
    frame = answer.frame(("day",), span)
    found = [
        (pd.Timestamp(day).date(), 0.0 if pd.isna(every) else float(every), 0.0 if pd.isna(left) else float(left))
        for day, every, left in frame[["day", "alerts_dispute", "disputes_pending"]].itertuples(index=False)
    ]
    since = spans.disputes.last - timedelta(days=DUE_DAYS)
    return tuple(one for one in found if one[0] > since)


def _classed(aged: Iterable[tuple[int, float]]) -> tuple[tuple[str, float], ...]:
    totals = dict.fromkeys((name for name, _ in _DISPUTE_AGES), 0.0)
    for age, count in aged:
        totals[next(name for name, most in _DISPUTE_AGES if age <= most)] += count
    return tuple(totals.items())


def _cases(answer: Answer) -> Ages | None:
    """Return the criminal cases that were open at the end of the period by age, from the metrics of 案件侦防."""
    everything, over_90, over_365 = (answer.total(name) for name in _OPEN)
    if everything is None or over_90 is None or over_365 is None:
        return None
    counts = (everything - over_90, over_90 - over_365, over_365)
    return Ages("未破刑事案件", "起", tuple(zip(_CASE_AGES, counts, strict=True)))


def study_selection(selection: Selection, span: Span) -> Selection:
    """Return the selection over the days of a span."""
    return replace(selection, period="custom", first=span.first, last=span.last)
