"""One question as a table: metrics by dimensions, with comparisons, names and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from data.reading import Snapshot
from metrics import catalogue, compare, festivals, query, showing
from metrics.axes import CALENDAR, bucket
from metrics.catalogue import Catalogue
from metrics.compare import Comparison
from metrics.definitions import DIMENSIONS, METRICS, dimensions_of, of_events
from metrics.model import COUNT, RATE, RATIO, Metric, Refused
from metrics.overdispersion import Spread, spread
from metrics.periods import Period, Window, span_window, years_back, years_before
from metrics.query import TABLES, Answer, Breakdown, Question
from metrics.rates import days_behind
from metrics.selection import Selection
from metrics.smallnumbers import Place, Rate

# Beyond this many rows a daily series for each costs more than it tells.
MOST_SERIES = 1_000
_ALONE = {"group", "category", "category1", "category2", "category3", "case_category"}
UNKNOWN_SPREAD = "时段之前的逐日数据不足 3 周，判定未计日间的额外波动，可能偏松。"


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
                for part in ("change", "percent", "per_day_percent", "low", "high", "p", "phi"):
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
    notes = _aligned(known, selection, period, by) if "festival" in comparisons else []
    wanted = tuple(dict.fromkeys(name for metric in metrics for name in (metric, *_behind(METRICS[metric]))))
    breakdown = Breakdown(wanted, by, ("current", *comparisons))
    answer = query.run(snapshot, Question(selection, period, (breakdown,)))
    current = answer.frame(by)
    rows = [
        {**{name: row[name] for name in by}, **{name: _number(row[name]) for name in metrics}}
        for row in _records(current)
    ]
    spreads, said = _spreads(snapshot, answer, by, metrics) if comparisons else (Spread(), [])
    answer = replace(answer, notes=[*answer.notes, *notes, *said])
    table = Table(answer, by, metrics, comparisons, rows, compared(answer, by, metrics, comparisons, spreads))
    return showing.shown(table, known)


def _aligned(known: Catalogue, selection: Selection, period: Period, by: tuple[str, ...]) -> list[str]:
    """Return what must be said of festival-aligned figures; raises Refused where they would mean nothing."""
    coarse = [f"「{DIMENSIONS[name].label}」" for name in by if name in CALENDAR and name != "day"]
    if coarse:
        raise Refused(f"春节对齐同比按日平移，不能按{'、'.join(coarse)}统计。请改为按日，或去掉时间维度。")
    as_of = known.data_as_of or datetime.max
    window = span_window(
        period, "current", as_of if as_of == datetime.max else as_of - timedelta(hours=selection.cutoff)
    )
    if not festivals.matters(window):
        raise Refused(
            f"该时段与上年同期在春节前后 {festivals.NEAR_DAYS} 天内的天数相同，或长于半年，无须按春节对齐。"
            "请用 last_year（同比）。"
        )
    return [festivals.note(window)]


def _spreads(
    snapshot: Snapshot, answer: Answer, by: tuple[str, ...], metrics: tuple[str, ...]
) -> tuple[Spread, list[str]]:
    """Return the overdispersion of the counts behind metrics, by the places and categories of a breakdown.

    Too many rows share the φ of their stations, or of the whole.
    """
    names = tuple(name for name in dict.fromkeys(map(_counted, metrics)) if name)
    if not names:
        return Spread(), []
    question, rows = answer.question, max(1, len(answer.frame(by)))
    places = tuple(name for name in by if name not in (*CALENDAR, "weekday", "hour"))
    coarser = tuple(name for name in ("station",) if name in places)
    for finest in dict.fromkeys((*([places] if rows <= MOST_SERIES else []), coarser, ())):
        try:
            breakdown = Breakdown(names, (*finest, "day"), ("reference",))
            before = query.run(snapshot, replace(question, breakdowns=(breakdown,)))
        except Refused:
            continue
        found = spread(before.frame((*finest, "day"), "reference"), finest, names, question.period.first)
        return found, [] if found.is_known else [UNKNOWN_SPREAD]
    return Spread(), [UNKNOWN_SPREAD]


def _counted(name: str) -> str:
    """Return the count whose spread a comparison of a metric needs; "" where it needs none."""
    metric = METRICS[name]
    is_judged = of_events(metric) and not metric.dependent
    if not is_judged or metric.is_proportion or metric.kind not in (COUNT, RATE, RATIO):
        return ""
    count = name if metric.kind == COUNT else metric.numerator
    daily = METRICS[count].kind == COUNT and "day" in dimensions_of(METRICS[count])
    return count if daily else ""


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _behind(metric: Metric) -> tuple[str, ...]:
    """Return the metrics that a comparison of this one, or the decision whether it may be shown, must know."""
    return tuple(name for name in (metric.numerator, metric.denominator) if name)


def compared(
    answer: Answer,
    by: tuple[str, ...],
    metrics: tuple[str, ...],
    spans: tuple[str, ...],
    spreads: Spread,
    rows: Sequence[Mapping[str, Any]] | None = None,
) -> dict[tuple[int, str, str], Comparison]:
    """Return the judged comparison of every row, metric and span of a breakdown.

    Lists of places and times are searched for what stands out, and so corrected together for chance; totals and
    categories are judged alone, as wherever else they stand. spreads: the overdispersion of the counts.
    rows: by default those of the period.
    """
    keys: list[tuple[int, str, str]] = []
    raw: list[Comparison] = []
    current = _records(answer.frame(by)) if rows is None else [dict(row) for row in rows]
    for span in spans:
        base = {_key(row, by): row for row in _records(answer.frame(by, span))}
        moved = _mover(answer, by, span)
        days = {view: _Days(answer, view, span, by) for view in {METRICS[name].view for name in metrics}}
        for number, row in enumerate(current):
            then = moved(row)
            partner = base.get(_key(then, by))
            for name in metrics:
                keys.append((number, name, span))
                metric = METRICS[name]
                phi = spreads.of(_counted(name), row)
                one = _compare(metric, row, partner, *days[metric.view].behind(row, then), phi)
                raw.append(compare.unjudged(one) if metric.dependent else one)
    judge = compare.judged_alone if set(by) <= _ALONE else compare.judged
    return dict(zip(keys, judge(raw), strict=True))


def _key(row: dict[str, Any], by: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in by)


def _mover(answer: Answer, by: tuple[str, ...], span: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function from a current row to the dimensions of the row that it is compared with.

    Days of another year are matched by date; everything else on the calendar by its place in the window, whether or
    not there are data for it.
    """
    question = answer.question
    week_start = question.selection.week_start
    calendar = [name for name in by if name in CALENDAR]
    now, then = (_longest(answer, one) for one in ("current", span))
    places = {name: {value: n for n, value in enumerate(_buckets(now, name, week_start))} for name in calendar}
    values = {name: _buckets(then, name, week_start) for name in calendar}
    years = None if span in ("previous", "festival") else years_back(span, question.period.first.year)

    def move(name: str, value: Any) -> Any:
        if name == "day" and years is not None:
            return years_before(datetime(value.year, value.month, value.day), years).date()
        place = places[name].get(value, -1)
        return values[name][place] if 0 <= place < len(values[name]) else None

    def moved(row: dict[str, Any]) -> dict[str, Any]:
        out = {name: move(name, row[name]) if name in calendar else row[name] for name in by}
        if "weekday" in out and out.get("day"):
            out["weekday"] = out["day"].isoweekday()
        return out

    return moved


def _longest(answer: Answer, span: str) -> Window:
    return max((window for (_, one), window in answer.windows.items() if one == span), key=lambda window: window.end)


def _buckets(window: Window, name: str, week_start: int) -> list[Any]:
    return list(dict.fromkeys(bucket(day, name, week_start) for day in window.dates()))


class _Days:
    """How many days stand behind a row and the row it is compared with; 0 where a part of them has no data."""

    def __init__(self, answer: Answer, view: str, span: str, by: tuple[str, ...]) -> None:
        week_start = answer.question.selection.week_start
        self._sides = [
            (
                days_behind(by, answer.windows[view, one], answer.days[view, one], week_start),
                days_behind(by, answer.windows[view, one], answer.windows[view, one].dates(), week_start),
            )
            for one in ("current", span)
        ]

    def behind(self, now: dict[str, Any], then: dict[str, Any]) -> tuple[float, float]:
        """Return (days now, days then)."""
        found = [
            covered(row) if covered(row) == whole(row) else 0.0
            for row, (covered, whole) in zip((now, then), self._sides, strict=True)
        ]
        return found[0], found[1]


def _compare(
    metric: Metric,
    row: dict[str, Any],
    partner: dict[str, Any] | None,
    days_now: float,
    days_then: float,
    phi: float,
) -> Comparison:
    # A breakdown leaves out what did not occur; where there are data, that is 0.
    missing = 0.0 if days_then and metric.kind == COUNT else None

    def base(name: str) -> float | int | None:
        return _number(partner[name]) if partner else missing

    if not days_now or not days_then:
        return Comparison(_number(row[metric.id]), base(metric.id), verdict=compare.NO_BASE)
    if metric.kind == COUNT:
        return compare.counts(_number(row[metric.id]), days_now, base(metric.id), days_then, phi)
    if metric.kind == RATE and of_events(metric):
        tested = compare.counts(_number(row[metric.numerator]), days_now, base(metric.numerator), days_then, phi)
        return _of_rate(tested, _number(row[metric.id]), base(metric.id))
    if metric.kind == RATIO and of_events(metric):
        tops = _number(row[metric.numerator]), base(metric.numerator)
        bottoms = _number(row[metric.denominator]) or 0.0, base(metric.denominator) or 0.0
        if metric.is_proportion:
            return compare.shares(tops[0], bottoms[0], tops[1], bottoms[1])
        return compare.ratios(tops[0], bottoms[0], tops[1], bottoms[1], metric.scale, phi)
    return _untested(_number(row[metric.id]), base(metric.id))


def _of_rate(tested: Comparison, value: float | None, base: float | None) -> Comparison:
    change = None if value is None or base is None else value - base
    return Comparison(
        value, base, change, tested.per_day_percent, tested.per_day_percent, tested.low, tested.high, tested.p,
        tested.detectable, tested.verdict, tested.phi,
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
