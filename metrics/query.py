"""The only way from a question to numbers: all that a page asks becomes one SELECT, answered once per version.

The statement is a UNION ALL of one SELECT per clean view and span of time, each with GROUPING SETS for its breakdowns.
Values go in as parameters; names are looked up in the definitions, never pasted from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from data.reading import Snapshot
from metrics import catalogue
from metrics.axes import CALENDAR, Axes, bucket
from metrics.catalogue import Catalogue
from metrics.definitions import DIMENSIONS, METRICS, UNREGISTERED, columns_of
from metrics.model import COUNT, RATIO, Metric, Refused, UnknownName
from metrics.periods import Period, Window, cut_months, span_window
from metrics.selection import Selection

# Clean view of each metric view, and the fact table whose days it covers.
SOURCES = {"alerts": "alert_facts", "alert_repeats": "alert_repeats($since, $until, 30)", "cases": "case_facts"}
TABLES = {"alerts": "alerts", "alert_repeats": "alerts", "cases": "cases"}
_PRECISE_ENOUGH = {"hour": "('minute', 'hour')", "day": "('minute', 'hour', 'day')"}


@dataclass(frozen=True)
class Breakdown:
    """Metrics by dimensions (none: the total) for the named spans."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    spans: tuple[str, ...] = ("current",)


@dataclass(frozen=True)
class Question:
    """All that one page wants to know; hashable, so that it is its own cache key."""

    selection: Selection
    period: Period
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True)
class Part:
    """One SELECT of the statement: a view, a span and the precision that its breakdowns need."""

    view: str
    span: str
    needs: str
    window: Window
    columns: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    # Months held only in part, whose rows known only by month belong to no part.
    cut: tuple[date, ...] = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for names in self.sets for name in names))


@dataclass(frozen=True)
class Answer:
    """What a question got: frames by (breakdown dimensions, span), the windows behind them and what must be said."""

    question: Question
    snapshot_id: int
    frames: dict[tuple[tuple[str, ...], str], pd.DataFrame]
    windows: dict[tuple[str, str], Window]
    covered: dict[tuple[str, str], float]
    # The days with data in each window.
    days: dict[tuple[str, str], list[date]]
    notes: list[str] = field(default_factory=list)

    def frame(self, by: tuple[str, ...] = (), span: str = "current") -> pd.DataFrame:
        """Return one breakdown: a column per dimension and per metric; None where there is no data."""
        return self.frames[by, span]

    def total(self, metric: str, span: str = "current") -> float | None:
        """Return one total, or None where there is no data."""
        value = self.frames[(), span][metric].iloc[0]
        return None if pd.isna(value) else float(value)


def run(snapshot: Snapshot, question: Question) -> Answer:
    """Answer a question from the cache or the store; raises MetricError for what cannot be answered honestly."""
    from metrics import cache

    return cache.answer(snapshot, question, _run)


def _run(snapshot: Snapshot, question: Question) -> Answer:
    known = catalogue.of(snapshot)
    check_names(question)
    parts, notes = plan(question, known)
    sql, params = compile(question, parts, known)
    raw = snapshot.query(sql, params)
    return _assemble(snapshot, question, known, parts, raw, notes)


def check_names(question: Question) -> None:
    """Raise UnknownName for a metric or dimension that does not exist."""
    for breakdown in question.breakdowns:
        for name in breakdown.metrics:
            if name not in METRICS:
                raise UnknownName("指标", name, METRICS)
        for name in breakdown.by:
            if name not in DIMENSIONS:
                raise UnknownName("维度", name, DIMENSIONS)


def plan(question: Question, known: Catalogue) -> tuple[list[Part], list[str]]:
    """Split a question into parts and refuse what the precision of the data does not allow."""
    wanted: dict[tuple[str, str, str], dict[str, Any]] = {}
    for breakdown in question.breakdowns:
        needs = _needs(breakdown.by)
        for metric_id in breakdown.metrics:
            metric = METRICS[metric_id]
            for span in breakdown.spans:
                slot = wanted.setdefault((metric.view, span, needs), {"columns": {}, "sets": {}})
                slot["columns"] |= dict.fromkeys(columns_of(metric))
                slot["sets"] |= {breakdown.by: None}
    parts, notes = [], []
    for (view, span, needs), slot in wanted.items():
        window = _window(question, known, view, span)
        # The month that data have not filled yet is whole as far as the question goes.
        cut = cut_months(question.period.window if span == "current" else window)
        notes += _check_precision(known, TABLES[view], window, needs, cut)
        coarse = tuple(month for month in cut if "month" in known.precisions[TABLES[view]].get(month, ()))
        parts.append(Part(view, span, needs, window, tuple(slot["columns"]), tuple(slot["sets"]), coarse))
    return parts, list(dict.fromkeys(notes))


def _needs(by: tuple[str, ...]) -> str:
    order = {"month": 0, "day": 1, "hour": 2}
    return max((DIMENSIONS[name].needs for name in by), key=lambda need: order[need], default="month")


def _window(question: Question, known: Catalogue, view: str, span: str) -> Window:
    as_of = known.as_of.get(TABLES[view]) or known.data_as_of or datetime.max
    if as_of != datetime.max:
        as_of -= timedelta(hours=question.selection.cutoff)
    return span_window(question.period, span, as_of)


def _check_precision(known: Catalogue, table: str, window: Window, needs: str, cut: list[date]) -> list[str]:
    """Return notes, or raise Refused, where rows known only by month or day meet a finer question."""
    wanted, coarse = {
        "hour": ("按小时统计", {"month", "day"}),
        "day": ("按日、周、星期统计", {"month"}),
        "month": ("截取不足整月的时段", {"month"}),
    }[needs]
    touched = {day.replace(day=1) for day in window.dates()}
    months = {month: kinds for month, kinds in known.precisions.get(table, {}).items() if month in touched}
    asked = cut if needs == "month" else touched
    hit = [month for month, kinds in months.items() if kinds & coarse and month in asked]
    if not hit:
        return []
    what = "警情" if table == "alerts" else "案件"
    level = "月" if any("month" in months[month] for month in hit) else "日"
    said = f"{min(hit):%Y-%m}" + (f" 至 {max(hit):%Y-%m}" if len(hit) > 1 else "")
    if all(kinds <= coarse for kinds in months.values()):
        instead = "请改为按月、按年统计整月的数据。" if level == "月" else "请改为按日、周、月统计。"
        raise Refused(f"{said} 的{what}时间只精确到{level}，不能{wanted}。{instead}")
    return [f"{said} 有部分{what}时间只精确到{level}，未计入{wanted}的数字。"]


def compile(question: Question, parts: list[Part], known: Catalogue) -> tuple[str, dict[str, Any]]:
    """Return the one statement that answers all parts, and its parameters."""
    columns = tuple(dict.fromkeys(column for part in parts for column in part.columns))
    dimensions = tuple(dict.fromkeys(name for part in parts for name in part.dimensions))
    params: dict[str, Any] = {}
    selects = [
        _select(index, part, question.selection, known, columns, dimensions, params) for index, part in enumerate(parts)
    ]
    return "\nunion all\n".join(selects), params


def _select(
    index: int,
    part: Part,
    selection: Selection,
    known: Catalogue,
    columns: tuple[str, ...],
    dimensions: tuple[str, ...],
    params: dict[str, Any],
) -> str:
    own = part.dimensions
    shown = [f'"{name}"' if name in own else f'null as "{name}"' for name in dimensions]
    values = [
        f'{METRICS[name].own_sql} as "{name}"' if name in part.columns else f'null as "{name}"' for name in columns
    ]
    grouping = f"grouping({', '.join(_quoted(own))})" if own else "0"
    sets = ", ".join(f"({', '.join(_quoted(names))})" for names in part.sets)
    listed = ",\n    ".join([f"{index} as part", f"{grouping} as grouping_id", *shown, *values])
    return (
        f"select\n    {listed}\nfrom (\n{_base(index, part, selection, known, params)}\n) as prepared"
        f"\ngroup by grouping sets ({sets})"
    )


def _quoted(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]


def _base(index: int, part: Part, selection: Selection, known: Catalogue, params: dict[str, Any]) -> str:
    """Return the prepared rows of a part: its view with 口径, statistical time, dimensions and filters applied."""
    basis = "confirmed" if selection.basis == "confirmed" else "original"
    facts = f"category_{basis} as category, group_{basis} as category_group"
    dimensions = "".join(
        f', {DIMENSIONS[name].sql.format(week_shift=selection.week_start - 1)} as "{name}"'
        for name in part.dimensions
        if DIMENSIONS[name].sql != name
    )
    source = SOURCES[part.view].replace("$since", f"$since_{index}").replace("$until", f"$until_{index}")
    return (
        f"    select *{dimensions} from (\n"
        f"        select *, {facts}, {_counted_at(selection.cutoff)} as counted_at from {source}\n"
        f"    ) as facts\n"
        f"    where {_conditions(index, part, selection, known, params)}"
    )


def _counted_at(cutoff: int) -> str:
    """Statistical time: rows known only by day or month are not moved by the cut-off hour."""
    if cutoff == 0:
        return "happened_at"
    return (
        f"case when time_precision in ('minute', 'hour') then happened_at - interval {cutoff} hour else happened_at end"
    )


def _conditions(index: int, part: Part, selection: Selection, known: Catalogue, params: dict[str, Any]) -> str:
    params[f"since_{index}"] = part.window.start
    params[f"until_{index}"] = part.window.end + timedelta(hours=selection.cutoff)
    # The bounds on happened_at let the store skip row groups; those on counted_at decide.
    terms = [f"happened_at >= $since_{index} and happened_at < $until_{index}"]
    if selection.cutoff:
        params[f"end_{index}"] = part.window.end
        terms.append(f"counted_at >= $since_{index} and counted_at < $end_{index}")
    if part.needs in _PRECISE_ENOUGH:
        terms.append(f"time_precision in {_PRECISE_ENOUGH[part.needs]}")
    elif part.cut:
        months = _one_of("cast(happened_at as date)", part.cut, f"cut_{index}", params)
        terms.append(f"not (time_precision = 'month' and {months})")
    if selection.valid_only and part.view == "alerts":
        terms.append("valid")
    if selection.stations:
        terms.append(_one_of("station", known.station_codes(selection.stations), f"station_{index}", params))
    if selection.categories:
        groups, codes = known.category_filter(selection.categories, TABLES[part.view])
        either = [
            _one_of(column, values, f"{column}_{index}", params)
            for column, values in (("category_group", groups), ("category", codes))
            if values
        ]
        terms.append(f"({' or '.join(either)})" if either else "false")
    return " and ".join(terms)


def _one_of(column: str, values: tuple[Any, ...], stem: str, params: dict[str, Any]) -> str:
    names = []
    for number, value in enumerate(values):
        params[f"{stem}_{number}"] = value
        names.append(f"${stem}_{number}")
    return f"{column} in ({', '.join(names)})"


def _assemble(
    snapshot: Snapshot, question: Question, known: Catalogue, parts: list[Part], raw: pd.DataFrame, notes: list[str]
) -> Answer:
    windows = {(part.view, part.span): part.window for part in parts}
    days = {
        (view, span): known.covered(TABLES[view], window.first_day, window.last_day) if window.dates() else []
        for (view, span), window in windows.items()
    }
    covered = {key: len(days[key]) / max(1, len(window.dates())) for key, window in windows.items()}
    for view in dict.fromkeys(view for view, _ in covered):
        if question.selection.categories and not any(
            known.category_filter(question.selection.categories, TABLES[view])
        ):
            notes.append(
                "所选类别不属于案件类别，案件指标不适用。"
                if view == "cases"
                else "所选类别不属于警情类别，警情指标不适用。"
            )
            covered |= {key: 0.0 for key in covered if key[0] == view}
            days |= {key: [] for key in days if key[0] == view}
    frames: dict[tuple[tuple[str, ...], str], pd.DataFrame] = {}
    for breakdown in question.breakdowns:
        for span in breakdown.spans:
            key = (breakdown.by, span)
            frame = _breakdown_frame(breakdown, span, parts, raw, known, question, covered)
            frames[key] = _joined(frames[key], frame, breakdown.by) if key in frames else frame
    for (by, span), frame in frames.items():
        _zero_where_others_count(frame, by, {view: days[view, span] for view, one in windows if one == span}, question)
    return Answer(question, snapshot.id, frames, windows, covered, days, list(dict.fromkeys(notes)))


def _breakdown_frame(
    breakdown: Breakdown,
    span: str,
    parts: list[Part],
    raw: pd.DataFrame,
    known: Catalogue,
    question: Question,
    covered: dict[tuple[str, str], float],
) -> pd.DataFrame:
    needs = _needs(breakdown.by)
    result: pd.DataFrame | None = None
    for view in dict.fromkeys(METRICS[name].view for name in breakdown.metrics):
        index = next(n for n, part in enumerate(parts) if (part.view, part.span, part.needs) == (view, span, needs))
        part = parts[index]
        metrics = [METRICS[name] for name in breakdown.metrics if METRICS[name].view == view]
        columns = list(dict.fromkeys(column for metric in metrics for column in columns_of(metric)))
        rows = raw[(raw["part"] == index) & (raw["grouping_id"] == _grouping_id(part, breakdown.by))]
        frame = _python_values(rows[[*breakdown.by, *columns]].reset_index(drop=True), breakdown.by)
        if covered[view, span] == 0.0:
            frame = frame.iloc[:0] if breakdown.by else frame.assign(**dict.fromkeys(columns))
        else:
            frame = frame if not breakdown.by else _complete(frame, breakdown.by, columns, part, known, question)
        frame = _valued(frame, metrics, breakdown.by, part, known, question)
        result = frame if result is None else _joined(result, frame, breakdown.by)
    assert result is not None
    return result[[*breakdown.by, *dict.fromkeys(breakdown.metrics)]]


def _zero_where_others_count(
    frame: pd.DataFrame, by: tuple[str, ...], days: dict[str, list[date]], question: Question
) -> None:
    """Set counts to 0 in rows that only another view has (a beat with alerts and no cases), on days with data.

    Categories and groups are left unknown: most codes of alerts mean nothing for cases.
    """
    if not by or {"category", "group"} & set(by):
        return
    for name in frame.columns:
        if name not in METRICS or METRICS[name].kind != COUNT or not frame[name].isna().any():
            continue
        buckets = {
            tuple(bucket(day, one, question.selection.week_start) for one in by if one in CALENDAR)
            for day in days[METRICS[name].view]
        }
        rows = frame[[one for one in by if one in CALENDAR]].itertuples(index=False, name=None)
        covered = [row in buckets for row in rows] if set(by) & set(CALENDAR) else [bool(buckets)] * len(frame)
        frame.loc[frame[name].isna() & pd.Series(covered, index=frame.index), name] = 0


def _grouping_id(part: Part, by: tuple[str, ...]) -> int:
    """GROUPING(a, b, c) sets a bit for every column that is not grouped by; the last column has the lowest bit."""
    own = part.dimensions
    return sum(1 << (len(own) - 1 - place) for place, name in enumerate(own) if name not in by)


def _joined(left: pd.DataFrame, right: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    new = [column for column in right.columns if column not in left.columns]
    if not by:
        return pd.concat([left.reset_index(drop=True), right[new].reset_index(drop=True)], axis=1)
    return left.merge(right[[*by, *new]], on=list(by), how="outer")


def _complete(
    frame: pd.DataFrame,
    by: tuple[str, ...],
    columns: list[str],
    part: Part,
    known: Catalogue,
    question: Question,
) -> pd.DataFrame:
    """Add what grouping drops: days, hours and registered stations without a row are 0; days without data are not."""
    keys = [tuple(row) for row in frame[list(by)].itertuples(index=False, name=None)]
    places = {key: place for place, key in enumerate(keys)}
    full = _axes(part, known, question.selection).keys(by, keys)
    whole = frame[columns].reindex([places.get(key, -1) for key in full]).reset_index(drop=True)
    counts = [column for column in columns if METRICS[column].kind == COUNT]
    whole[counts] = whole[counts].fillna(0)
    for position, name in enumerate(by):
        whole.insert(position, name, pd.Series([key[position] for key in full], dtype="object"))
    return whole


def _axes(part: Part, known: Catalogue, selection: Selection) -> Axes:
    chosen = known.station_codes(selection.stations) if selection.stations else tuple(known.stations)
    kinds = {code: known.stations[code].kind if code in known.stations else None for code in chosen}
    return Axes(
        days=known.covered(TABLES[part.view], part.window.first_day, part.window.last_day),
        stations={code: kind or UNREGISTERED for code, kind in kinds.items()},
        week_start=selection.week_start,
    )


def _python_values(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Turn dimension columns into plain dates, integers and text."""
    convert: dict[str, Callable[[Any], Any]] = {
        "day": _as_date,
        "week": _as_date,
        "month": _as_date,
        "hour": int,
        "weekday": int,
        "year": int,
    }
    out = frame.copy()
    for name in by:
        out[name] = pd.Series([convert.get(name, str)(value) for value in frame[name]], dtype="object")
    return out


def _as_date(value: Any) -> date:
    day: date = pd.Timestamp(value).date()
    return day


def _valued(
    frame: pd.DataFrame,
    metrics: list[Metric],
    by: tuple[str, ...],
    part: Part,
    known: Catalogue,
    question: Question,
) -> pd.DataFrame:
    """Turn aggregate columns into metric values: ratios and rates are made here and only here."""
    from metrics import rates

    out = frame[list(by)].copy()
    for metric in metrics:
        if metric.kind == RATIO:
            top = pd.to_numeric(frame[metric.numerator]).astype("float64")
            bottom = pd.to_numeric(frame[metric.denominator]).astype("float64")
            out[metric.id] = metric.scale * top / bottom.where(bottom > 0)
        elif metric.kind == COUNT or metric.own_sql:
            out[metric.id] = pd.to_numeric(frame[metric.id])
        else:
            count = pd.to_numeric(frame[metric.numerator]).astype("float64")
            behind = rates.exposure(frame, by, part.window, TABLES[part.view], known, question.selection)
            out[metric.id] = count / behind * rates.PER
    return out
