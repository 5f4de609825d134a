"""One question as a table: metrics by dimensions, with comparisons, names and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from data.reading import Snapshot
from metrics import catalogue, compare, query, showing
from metrics.compare import Comparison
from metrics.definitions import DIMENSIONS, METRICS, of_events
from metrics.model import COUNT, RATE, RATIO, Metric
from metrics.periods import Window, years_before
from metrics.query import TABLES, Answer, Breakdown, Question
from metrics.selection import Selection
from metrics.smallnumbers import Place, Rate

_TIME = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Table:
    """Rows of plain values; comparisons by (row number, metric id, span).

    Values of breakdowns finer than a beat may be "<3" or 「略」 (see privacy). intervals, peers: by (row number, metric
    id), the 95% interval of rates and proportions, and for rates by place where the place stands among the others.
    """

    answer: Answer
    by: tuple[str, ...]
    metrics: tuple[str, ...]
    spans: tuple[str, ...]
    rows: list[dict[str, Any]]
    comparisons: dict[tuple[int, str, str], Comparison]
    intervals: dict[tuple[int, str], Rate] = field(default_factory=dict)
    peers: dict[tuple[int, str], Place] = field(default_factory=dict)

    def to_json(self) -> list[dict[str, Any]]:
        """Return a list of objects whose keys are the dimension and metric ids, and `metric_span…` for comparisons."""
        return [self._object(number, row) for number, row in enumerate(self.rows)]

    def _object(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        out = {name: _plain(value, name) for name, value in row.items()}
        for metric in self.metrics:
            out |= {name: _plain(value) for name, value in showing.columns(self, number, metric).items()}
            for span in self.spans:
                one = self.comparisons[number, metric, span]
                stem = f"{metric}_{span}"
                out[stem] = _plain(one.base)
                for part in ("change", "percent", "per_day_percent", "low", "high", "p"):
                    out[f"{stem}_{part}"] = _plain(getattr(one, part))
                out[f"{stem}_verdict"] = one.verdict
        return out


def ask(
    snapshot: Snapshot,
    metrics: tuple[str, ...],
    by: tuple[str, ...] = (),
    selection: Selection | None = None,
    comparisons: tuple[str, ...] = (),
) -> Table:
    """Answer a question; raises MetricError in plain Chinese for what does not exist or cannot be answered honestly."""
    selection = selection or Selection()
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    probe = Question(selection, period, (Breakdown(metrics, by),))
    query.check_names(probe)
    wanted = tuple(dict.fromkeys(name for metric in metrics for name in (metric, *_behind(METRICS[metric]))))
    breakdown = Breakdown(wanted, by, ("current", *comparisons))
    answer = query.run(snapshot, Question(selection, period, (breakdown,)))
    current = answer.frame(by)
    rows = [
        {**{name: row[name] for name in by}, **{name: _number(row[name]) for name in metrics}}
        for row in _records(current)
    ]
    table = Table(answer, by, metrics, comparisons, rows, compared(answer, by, metrics, comparisons))
    return showing.shown(table, known)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _behind(metric: Metric) -> tuple[str, ...]:
    """Return the metrics that a comparison of this one, or the decision whether it may be shown, must know."""
    return tuple(name for name in (metric.numerator, metric.denominator) if name)


def compared(
    answer: Answer, by: tuple[str, ...], metrics: tuple[str, ...], spans: tuple[str, ...], phi: float = 1.0
) -> dict[tuple[int, str, str], Comparison]:
    """Return the judged comparison of every row, metric and span of a breakdown; corrected together for chance."""
    keys: list[tuple[int, str, str]] = []
    raw: list[Comparison] = []
    current = _records(answer.frame(by))
    for span in spans:
        partners = _partners(answer, by, span)
        for number, row in enumerate(current):
            partner = partners(row)
            for name in metrics:
                keys.append((number, name, span))
                raw.append(_compare(answer, METRICS[name], by, span, row, partner, phi))
    return dict(zip(keys, compare.judged(raw), strict=True))


def _partners(answer: Answer, by: tuple[str, ...], span: str) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    """Return a function from a current row to its row in the compared span; days and months are matched by place."""
    base = _records(answer.frame(by, span))
    if not by:
        return lambda row: base[0] if base else None
    order_now = {name: _order(answer.frame(by)[name]) for name in by if name in _TIME}
    order_then = {name: _order(answer.frame(by, span)[name]) for name in by if name in _TIME}
    calendar = span != "previous"

    def key_now(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(_moved(row[name], name, order_now, calendar, answer, span) for name in by)

    def key_then(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(_placed(row[name], name, order_then, calendar) for name in by)

    found = {key_then(row): row for row in base}
    return lambda row: found.get(key_now(row))


def _order(values: Iterable[Any]) -> dict[Any, int]:
    return {value: place for place, value in enumerate(sorted(set(values)))}


def _placed(value: Any, name: str, order: dict[str, dict[Any, int]], calendar: bool) -> Any:
    if name not in order or (calendar and name == "day"):
        return value
    return order[name][value]


def _moved(value: Any, name: str, order: dict[str, dict[Any, int]], calendar: bool, answer: Answer, span: str) -> Any:
    if calendar and name == "day":
        years = 1 if span == "last_year" else answer.question.period.first.year - int(span)
        return years_before(datetime(value.year, value.month, value.day), years).date()
    return _placed(value, name, order, calendar)


def _compare(
    answer: Answer,
    metric: Metric,
    by: tuple[str, ...],
    span: str,
    row: dict[str, Any],
    partner: dict[str, Any] | None,
    phi: float,
) -> Comparison:
    if answer.covered[metric.view, span] == 0 or answer.covered[metric.view, "current"] == 0:
        return Comparison(_number(row[metric.id]), None, verdict=compare.NO_BASE)
    now, then = answer.windows[metric.view, "current"], answer.windows[metric.view, span]
    missing = 0.0 if set(by).isdisjoint(_TIME) and metric.kind == COUNT else None

    def base(name: str) -> float | int | None:
        return _number(partner[name]) if partner else missing

    if metric.kind == COUNT:
        days_now, days_then = _exposure(by, now, then)
        one = compare.counts(_number(row[metric.id]), days_now, base(metric.id), days_then, phi)
    elif metric.kind == RATE and of_events(metric):
        days_now, days_then = _exposure(by, now, then)
        tested = compare.counts(_number(row[metric.numerator]), days_now, base(metric.numerator), days_then, phi)
        one = _of_rate(tested, _number(row[metric.id]), base(metric.id))
    elif metric.kind == RATIO and of_events(metric):
        tops = _number(row[metric.numerator]), base(metric.numerator)
        bottoms = _number(row[metric.denominator]) or 0.0, base(metric.denominator) or 0.0
        if metric.is_proportion:
            one = compare.shares(tops[0], bottoms[0], tops[1], bottoms[1])
        else:
            one = compare.ratios(tops[0], bottoms[0], tops[1], bottoms[1], metric.scale)
    else:
        one = _untested(_number(row[metric.id]), base(metric.id))
    if answer.covered[metric.view, span] < 1:
        return Comparison(one.value, one.base, one.change, one.percent, verdict=compare.NO_BASE)
    return one


def _exposure(by: tuple[str, ...], now: Window, then: Window) -> tuple[float, float]:
    """Days behind each row: the window's own, or equal ones where rows are single days, hours or weeks."""
    return (now.days, then.days) if set(by).isdisjoint(_TIME) else (1.0, 1.0)


def _of_rate(tested: Comparison, value: float | None, base: float | None) -> Comparison:
    change = None if value is None or base is None else value - base
    return Comparison(
        value, base, change, tested.per_day_percent, tested.per_day_percent, tested.low, tested.high, tested.p,
        tested.detectable, tested.verdict,
    )  # fmt: skip


def _untested(value: float | None, base: float | None) -> Comparison:
    if value is None or base is None:
        return Comparison(value, base, verdict=compare.NO_BASE)
    return Comparison(value, base, value - base, 100 * (value - base) / base if base else None)


def _number(value: Any) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def _plain(value: Any, name: str = "") -> Any:
    """Return a value as JSON knows it: months as 2026-11, quarters as 2026-Q4, other days as 2026-11-21."""
    if isinstance(value, date):
        if name == "quarter":
            return f"{value.year}-Q{(value.month + 2) // 3}"
        return value.strftime("%Y-%m") if name == "month" else value.isoformat()
    if isinstance(value, float):
        return round(value, 6) if value == value and abs(value) != float("inf") else None
    return value


def named(table: Table, snapshot: Snapshot) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (dimension id, label, code → name) for the dimensions of a table whose codes have names."""
    known = catalogue.of(snapshot)
    views = {TABLES[METRICS[name].view] for name in table.metrics}
    categories = known.category_names(views.pop() if len(views) == 1 else None)
    names = {
        "station": known.station_names,
        "beat": {code: beat[0] for code, beat in known.beats.items()},
        **dict.fromkeys(("category", "category1", "category2", "category3"), categories),
        "case_category": known.category_names("cases"),
        "weekday": {str(n): f"星期{day}" for n, day in enumerate("一二三四五六日", 1)},
    }
    for name in table.by:
        yield name, DIMENSIONS[name].label, names.get(name, {})
