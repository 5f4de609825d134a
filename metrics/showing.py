"""What of an answered table may be shown, and how sure its rates are: small cells hidden, intervals beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from metrics import compare, privacy, rates, smallnumbers
from metrics.catalogue import Catalogue
from metrics.compare import Comparison
from metrics.definitions import METRICS, of_events
from metrics.model import COUNT, RATE
from metrics.query import Answer
from metrics.smallnumbers import Place, Rate

if TYPE_CHECKING:
    from metrics.ask import Table

# Breakdowns whose rows are peers: each is judged against the others instead of being given a place.
_PEERS = ({"station"}, {"beat"}, {"station", "beat"})
_CATEGORIES = ("category", "category1", "category2", "category3", "case_category")
Cell = tuple[int, str]


def shown(table: Table, known: Catalogue) -> Table:
    """Return the table as anyone may see it; nothing of what is hidden is left in it, nor in its answer."""
    sure = replace(table, intervals=_intervals(table, known), peers=_peers(table, known))
    return _hidden(sure, known) if privacy.is_fine(table.by) else sure


def protected(answer: Answer, by: tuple[str, ...], known: Catalogue) -> Answer:
    """Return an answer whose frames of one breakdown have their small cells hidden, for who asks query.run directly."""
    if not privacy.is_fine(by):
        return answer
    frames = {key: _protect(frame, by, known) if key[0] == by else frame for key, frame in answer.frames.items()}
    shown_values = frames[by, "current"].drop(columns=list(by)).to_numpy().ravel()
    return replace(answer, frames=frames, notes=[*answer.notes, *filter(None, [privacy.note(shown_values)])])


def _protect(frame: pd.DataFrame, by: tuple[str, ...], known: Catalogue) -> pd.DataFrame:
    metrics = [name for name in frame.columns if name not in by]
    return privacy.protect(frame, by, {name: _behind(name, metrics) for name in metrics}, _parents(known))


def _behind(name: str, present: list[str]) -> tuple[str, ...]:
    """Return the counts of events that a metric's value gives away."""
    metric = METRICS[name]
    listed = dict.fromkeys((name, metric.numerator, metric.denominator))
    return tuple(one for one in listed if one in present and METRICS[one].kind == COUNT)


def _parents(known: Catalogue) -> privacy.Parents:
    categories = {code: one.group for table in known.categories.values() for code, one in table.items()}

    def station(beat: Any) -> Any:
        return known.beats[beat][1] if beat in known.beats else beat

    def month(day: Any) -> Any:
        return day.replace(day=1) if isinstance(day, date) else day

    def group(code: Any) -> Any:
        return categories.get(code, code)

    return {"beat": station, "day": month, **dict.fromkeys(_CATEGORIES, group)}


def _hidden(table: Table, known: Catalogue) -> Table:
    answer = protected(table.answer, table.by, known)
    old = {_key(row, table.by): number for number, row in enumerate(table.rows)}
    rows: list[dict[str, Any]] = []
    comparisons: dict[tuple[int, str, str], Comparison] = {}
    intervals: dict[Cell, Rate] = {}
    closed = {span: _closed(table, span, known) for span in table.spans}
    for number, marked in enumerate(answer.frame(table.by).to_dict("records")):
        before = old.get(_key(marked, table.by))
        values = {} if before is None else table.rows[before]
        row: dict[str, Any] = {name: marked[name] for name in table.by}
        for name in table.metrics:
            secret = privacy.is_hidden(marked[name])
            row[name] = marked[name] if secret else values.get(name)
            for span in table.spans:
                one = None if secret or before is None else table.comparisons[before, name, span]
                open_base = one is not None and (before, name) not in closed[span]
                comparisons[number, name, span] = one if one and open_base else Comparison(None, None)
            if before is not None and not secret and (before, name) in table.intervals:
                intervals[number, name] = table.intervals[before, name]
        rows.append(row)
    said = privacy.note(row[name] for row in rows for name in table.metrics)
    answer = replace(answer, notes=[*table.answer.notes, *filter(None, [said])])
    return replace(table, answer=answer, rows=rows, comparisons=comparisons, intervals=intervals, peers={})


def _key(row: Any, by: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in by)


def _closed(table: Table, span: str, known: Catalogue) -> set[Cell]:
    """Return (row, metric) whose base is small, guards a small one, or is no count: a change would give it away."""
    counts = [name for name in table.metrics if METRICS[name].kind == COUNT]
    closed = {(number, name) for number in range(len(table.rows)) for name in table.metrics if name not in counts}
    if not counts or not table.rows:
        return closed
    base = pd.DataFrame(
        [
            {name: row[name] for name in table.by}
            | {name: table.comparisons[number, name, span].base or 0 for name in counts}
            for number, row in enumerate(table.rows)
        ]
    )
    done = _protect(base, table.by, known)
    marks = {_key(row, table.by): row for row in done.to_dict("records")}
    for number, row in enumerate(table.rows):
        marked = marks[_key(row, table.by)]
        closed |= {(number, name) for name in counts if privacy.is_hidden(marked[name])}
    return closed


def _intervals(table: Table, known: Catalogue) -> dict[Cell, Rate]:
    """Return the 95% interval of every rate (exact Poisson) and proportion (Wilson), in the metric's unit."""
    frame = table.answer.frame(table.by)
    found: dict[Cell, Rate] = {}
    for name in table.metrics:
        metric = METRICS[name]
        if not _has_interval(name):
            continue
        if metric.kind == RATE:
            counts, exposure = _rate_parts(table, name, known)
            for number, pair in enumerate(zip(counts, exposure, strict=True)):
                found[number, name] = smallnumbers.rate(*pair, per=metric.scale)
        else:
            tops, bottoms = _floats(frame[metric.numerator]), _floats(frame[metric.denominator])
            for number, (top, bottom) in enumerate(zip(tops, bottoms, strict=True)):
                found[number, name] = _share(top, bottom, metric.scale)
    return found


def _has_interval(name: str) -> bool:
    """Whether a metric is a rate or a proportion of events that are independent of each other."""
    metric = METRICS[name]
    return of_events(metric) and not metric.dependent and (metric.kind == RATE or metric.is_proportion)


def _share(top: float | None, bottom: float | None, scale: float) -> Rate:
    if top is None or not bottom:
        return Rate(None, None, None)
    share = min(top / bottom, 1.0)
    low, high = compare.wilson(share, bottom)
    return Rate(scale * share, scale * min(max(0.0, low), share), scale * max(min(1.0, high), share))


def _peers(table: Table, known: Catalogue) -> dict[Cell, Place]:
    """Return every row of a breakdown by places among the others: shrunken rate, funnel, rank interval."""
    if set(table.by) not in _PEERS:
        return {}
    found: dict[Cell, Place] = {}
    for name in table.metrics:
        if METRICS[name].kind == RATE and of_events(METRICS[name]):
            listed = smallnumbers.places(*_rate_parts(table, name, known), per=METRICS[name].scale)
            found |= {(number, name): place for number, place in enumerate(listed)}
    return found


def _rate_parts(table: Table, name: str, known: Catalogue) -> tuple[list[float | None], list[float | None]]:
    """Return counts and exposure behind the rows of a rate."""
    metric, frame = METRICS[name], table.answer.frame(table.by)
    window = table.answer.windows[metric.view, "current"]
    rows = frame[list(table.by)].to_dict("records")
    exposure = rates.exposure(metric, rows, table.by, window, known, table.answer.question.selection)  # type: ignore[arg-type]
    return _floats(frame[metric.numerator]), _floats(exposure)


def _floats(values: Any) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]


def columns(table: Table, number: int, metric: str) -> dict[str, Any]:
    """Return what stands beside a value in exports: interval, and for peers the rest that keeps a ranking honest."""
    out: dict[str, Any] = {}
    if _has_interval(metric):
        interval = table.intervals.get((number, metric), Rate(None, None, None))
        out |= {f"{metric}_low": interval.low, f"{metric}_high": interval.high}
    place = table.peers.get((number, metric))
    if place is not None:
        out |= {
            f"{metric}_shrunk": place.shrunk.value, f"{metric}_shrunk_low": place.shrunk.low,
            f"{metric}_shrunk_high": place.shrunk.high, f"{metric}_ratio": place.ratio,
            f"{metric}_funnel": place.verdict, f"{metric}_rank_low": place.rank_low,
            f"{metric}_rank_high": place.rank_high,
        }  # fmt: skip
    return out
