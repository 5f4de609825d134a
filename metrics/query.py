"""The only way from a question to numbers: all that a page asks becomes one SELECT, answered once per version.

The statement is a UNION ALL of one SELECT per clean view and span of time, each with GROUPING SETS for its breakdowns.
Values go in as parameters; names are looked up in the definitions, never pasted from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot, Statement
from metrics import catalogue
from metrics.axes import CALENDAR, Axes, bucket
from metrics.catalogue import Catalogue
from metrics.definitions import DIMENSIONS, METRICS, UNREGISTERED, VIEWS, columns_of, dimensions_of
from metrics.model import AMOUNT, COUNT, MATCH, RATE, RATIO, STOCK, Metric, MetricError, Refused, UnknownName, View
from metrics.periods import Period, Window, cut_months, span_window
from metrics.selection import Selection

# The table whose days or months say where a view has data.
TABLES = {view.id: view.table for view in VIEWS.values()}
# The hours of the week, over which a match of two metrics is made.
_WEEK_HOURS = ("weekday", "hour")
# More than there are dimensions: GROUPING has a bit for each.
_GROUPING_BITS = 40
_PRECISE_ENOUGH = {"hour": "('minute', 'hour')", "day": "('minute', 'hour', 'day')"}


@dataclass(frozen=True)
class Breakdown:
    """Metrics by dimensions (none: the total) for the named spans.

    complete: whether days, hours and stations in which nothing was counted have rows too; sums need none of them.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    spans: tuple[str, ...] = ("current",)
    complete: bool = True


@dataclass(frozen=True)
class Question:
    """All that one page wants to know; hashable, so that it is its own cache key."""

    selection: Selection
    period: Period
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True)
class Part:
    """One SELECT of the statement: a view, a span, the precision and the unit of time that its breakdowns need.

    grain: "" or "month", "quarter", "year", for views whose rows are states at the end of such a unit.
    """

    view: str
    span: str
    needs: str
    grain: str
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


def ahead(snapshot: Snapshot, question: Question) -> list[Statement]:
    """Return what run() will ask of the store, for Snapshot.together(); nothing where it knows or refuses."""
    from metrics import cache

    if cache.holds(snapshot, question, _run):
        return []
    known = catalogue.of(snapshot)
    try:
        check_names(question)
        parts, _ = plan(question, known)
    except MetricError:
        return []
    return [compile(question, parts, known)]


def prepared(metric: str, selection: Selection, known: Catalogue) -> tuple[str, dict[str, Any], Window, list[str]]:
    """Return the SELECT of the rows that a selection means, its parameters, their window and what must be said.

    For analyses of rows that no aggregate can express (places); `metric` names the view and its precision rules. The
    rows carry what the view has, with category, category_group and counted_at.
    """
    question = Question(selection, selection.resolve(known.data_as_of), (Breakdown((metric,)),))
    (part,), notes = plan(question, known)
    params: dict[str, Any] = {}
    return _base(0, part, selection, known, params), params, part.window, notes


def check_names(question: Question) -> None:
    """Raise UnknownName for a metric or dimension that does not exist, Refused for one that the other does not know."""
    for breakdown in question.breakdowns:
        for name in breakdown.metrics:
            if name not in METRICS:
                raise UnknownName("指标", name, METRICS)
        for name in breakdown.by:
            if name not in DIMENSIONS:
                raise UnknownName("维度", name, DIMENSIONS)
        for name in breakdown.metrics:
            _check_dimensions(METRICS[name], breakdown.by, question.selection)


def _check_dimensions(metric: Metric, by: tuple[str, ...], selection: Selection) -> None:
    allowed = dimensions_of(metric)
    wrong = [f"「{DIMENSIONS[name].label}」" for name in by if name not in allowed]
    if wrong:
        usable = "、".join(DIMENSIONS[name].label for name in allowed)
        raise Refused(f"「{metric.label}」不能按{'、'.join(wrong)}统计，可用：{usable}。")
    if selection.stations and "station" not in allowed:
        raise Refused(f"「{metric.label}」只按全局计算，不能按派出所筛选。请去掉派出所条件。")


def plan(question: Question, known: Catalogue) -> tuple[list[Part], list[str]]:
    """Split a question into parts and refuse what the precision of the data does not allow."""
    wanted: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for breakdown in question.breakdowns:
        for metric_id in breakdown.metrics:
            for by, column in _wanted(METRICS[metric_id], breakdown.by):
                view = VIEWS[METRICS[column].view]
                for span in breakdown.spans:
                    slot = wanted.setdefault((view.id, span, _needs(by), _grain(view, by)), {"columns": {}, "sets": {}})
                    slot["columns"][column] = slot["sets"][by] = None
    parts, notes = [], []
    for (view_id, span, needs, grain), slot in wanted.items():
        view = VIEWS[view_id]
        window = _window(question, known, view, span, grain)
        notes += _age_note(question, known, view, span, window) if view.monthly else []
        # The month that data have not filled yet is whole as far as the question goes.
        cut = [] if view.monthly else cut_months(question.period.window if span == "current" else window)
        notes += [] if view.monthly else _check_precision(known, view.table, window, needs, cut)
        coarse = tuple(month for month in cut if "month" in known.precisions.get(view.table, {}).get(month, ()))
        parts.append(Part(view_id, span, needs, grain, window, tuple(slot["columns"]), tuple(slot["sets"]), coarse))
    return parts, list(dict.fromkeys(notes))


def _wanted(metric: Metric, by: tuple[str, ...]) -> list[tuple[tuple[str, ...], str]]:
    """Return the aggregate columns that a metric is made of, each with the dimensions by which it is needed."""
    if metric.kind == MATCH:
        return [(by + _WEEK_HOURS, name) for name in (metric.numerator, metric.denominator)]
    return [(by, name) for name in columns_of(metric)]


def _needs(by: tuple[str, ...]) -> str:
    order = {"month": 0, "day": 1, "hour": 2}
    return max((DIMENSIONS[name].needs for name in by), key=lambda need: order[need], default="month")


def _grain(view: View, by: tuple[str, ...]) -> str:
    """Return the finest unit of time asked for, where the view's rows depend on it."""
    return next((name for name in ("month", "quarter", "year") if view.graded and name in by), "")


def _window(question: Question, known: Catalogue, view: View, span: str, grain: str) -> Window:
    if view.monthly:
        return _months_window(span_window(question.period, span, datetime.max), known.months.get(view.table, ()), grain)
    as_of = known.as_of.get(view.table) or known.data_as_of or datetime.max
    if as_of != datetime.max:
        as_of -= timedelta(hours=question.selection.cutoff)
    return span_window(question.period, span, as_of)


def _months_window(asked: Window, months: tuple[date, ...], grain: str) -> Window:
    """Return the months that stand for a window: those that it touches, or without a unit of time the latest one.

    The latest lies before the end of the window, and no more than a year.
    """
    start = datetime.combine(asked.first_day.replace(day=1), time())
    if grain:
        return Window(start, asked.end)
    stands = [month for month in months if _year_back(asked.end) <= datetime.combine(month, time()) < asked.end]
    if not stands:
        return Window(start, start)
    latest = datetime.combine(max(stands), time())
    return Window(latest, (latest + timedelta(days=32)).replace(day=1))


def _year_back(end: datetime) -> datetime:
    """Return the start of the first of the twelve months that end with the one before `end`."""
    last = (end - timedelta(microseconds=1)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return datetime(last.year - (last.month < 12), last.month % 12 + 1, 1)


def _age_note(question: Question, known: Catalogue, view: View, span: str, window: Window) -> list[str]:
    """Say which month stands for the period, where it is an earlier one."""
    asked = span_window(question.period, span, datetime.max)
    if not window.dates() or window.end > datetime.combine(asked.last_day.replace(day=1), time()):
        return []
    return [f"{view.label}数据取 {window.first_day:%Y-%m}，其后到时段末没有更新的月份。"]


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
    view = VIEWS[part.view]
    basis = "confirmed" if selection.basis == "confirmed" else "original"
    facts = f", category_{basis} as category, group_{basis} as category_group" if view.tree else ""
    dimensions = "".join(
        f', {DIMENSIONS[name].sql.format(week_shift=selection.week_start - 1)} as "{name}"'
        for name in part.dimensions
        if DIMENSIONS[name].sql != name
    )
    joins = dict.fromkeys(DIMENSIONS[name].join.format(tree=view.tree) for name in part.dimensions)
    return (
        f"    select facts.*{dimensions} from (\n"
        f"        select *{facts}, {_counted_at(selection.cutoff)} as counted_at from {_source(index, part)}\n"
        f"    ) as facts{''.join(f' {join}' for join in joins if join)}\n"
        f"    where {_conditions(index, part, selection, known, params)}"
    )


def _source(index: int, part: Part) -> str:
    """Return what a part reads: its view; where rows are states of a month, only the latest of each unit of time."""
    view = VIEWS[part.view]
    source = view.source.replace("$since", f"$since_{index}").replace("$until", f"$until_{index}")
    source = source.replace("$grain", f"'{part.grain}'")
    if not view.monthly or part.grain == "month":
        return source
    unit = f"date_trunc('{part.grain}', happened_at)" if part.grain else ""
    apart = ", ".join(column for column in (view.apart, unit) if column)
    return (
        f"(\n            select * from (\n"
        f"                select *, max(happened_at) over ({f'partition by {apart}' if apart else ''}) as latest_at"
        f" from {source}\n"
        f"                where happened_at >= $since_{index} and happened_at < $until_{index}\n"
        f"            ) as months where happened_at = latest_at\n        ) as latest"
    )


def _counted_at(cutoff: int) -> str:
    """Statistical time: rows known only by day or month are not moved by the cut-off hour."""
    if cutoff == 0:
        return "happened_at"
    return (
        f"case when time_precision in ('minute', 'hour') then happened_at - interval {cutoff} hour else happened_at end"
    )


def _conditions(index: int, part: Part, selection: Selection, known: Catalogue, params: dict[str, Any]) -> str:
    view = VIEWS[part.view]
    terms = _time_terms(index, part, selection, params)
    if part.needs in _PRECISE_ENOUGH:
        terms.append(f"time_precision in {_PRECISE_ENOUGH[part.needs]}")
    elif part.cut:
        months = _one_of("cast(happened_at as date)", part.cut, f"cut_{index}", params)
        terms.append(f"not (time_precision = 'month' and {months})")
    if selection.valid_only and part.view == "alerts":
        terms.append("valid")
    terms += filters(selection, known, view.table if view.tree else "", str(index), params, view.exempt)
    return " and ".join(terms)


def filters(
    selection: Selection, known: Catalogue, table: str, suffix: str, params: dict[str, Any], exempt: str = ""
) -> list[str]:
    """Return the conditions on prepared rows that a filter by station and category means, filling `params`.

    table: whose categories the rows have, "" for rows without. exempt: a condition of rows that categories leave alone.
    """
    terms = []
    if selection.stations:
        terms.append(_one_of("station", known.station_codes(selection.stations), f"station_{suffix}", params))
    if selection.categories and table:
        groups, codes = known.category_filter(selection.categories, table)
        either = [exempt] if exempt else []
        either += [
            _one_of(column, values, f"{column}_{suffix}", params)
            for column, values in (("category_group", groups), ("category", codes))
            if values
        ]
        terms.append(f"({' or '.join(either)})" if either else "false")
    return terms


def _time_terms(index: int, part: Part, selection: Selection, params: dict[str, Any]) -> list[str]:
    cutoff = 0 if VIEWS[part.view].monthly else selection.cutoff
    params[f"until_{index}"] = part.window.end + timedelta(hours=cutoff)
    # What stands for a period may be an earlier month, of each indicator its own.
    is_latest = VIEWS[part.view].monthly and not part.grain
    params[f"since_{index}"] = _year_back(part.window.end) if is_latest else part.window.start
    # The bounds on happened_at let the store skip row groups; those on counted_at decide.
    terms = [f"happened_at >= $since_{index} and happened_at < $until_{index}"]
    if cutoff:
        params[f"end_{index}"] = part.window.end
        terms.append(f"counted_at >= $since_{index} and counted_at < $end_{index}")
    return terms


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
    days = {key: _covered_days(known, VIEWS[key[0]], window) for key, window in windows.items()}
    covered = {key: len(days[key]) / max(1, len(window.dates())) for key, window in windows.items()}
    for view in [VIEWS[name] for name in dict.fromkeys(name for name, _ in covered)]:
        said, applies = category_note(view, question.selection, known)
        notes += said
        if not applies:
            covered |= {key: 0.0 for key in covered if key[0] == view.id}
            days |= {key: [] for key in days if key[0] == view.id}
    answers = Rows(question, known, parts, raw, covered, _lines(raw))
    frames: dict[tuple[tuple[str, ...], str], pd.DataFrame] = {}
    for breakdown in question.breakdowns:
        for span in breakdown.spans:
            key = (breakdown.by, span)
            frame = _breakdown_frame(breakdown, span, answers)
            frames[key] = _joined(frames[key], frame, breakdown.by) if key in frames else frame
    for (by, span), frame in frames.items():
        _zero_where_others_count(frame, by, {view: days[view, span] for view, one in windows if one == span}, question)
    return Answer(question, snapshot.id, frames, windows, covered, days, list(dict.fromkeys(notes)))


@dataclass(frozen=True)
class Rows:
    """What the statement returned, with what is needed to read it.

    lines: the places of the rows of each part and grouping.
    """

    question: Question
    known: Catalogue
    parts: list[Part]
    raw: pd.DataFrame
    covered: dict[tuple[str, str], float]
    lines: dict[tuple[int, int], NDArray[np.intp]]


_NO_LINES = np.zeros(0, dtype=np.intp)


def _lines(raw: pd.DataFrame) -> dict[tuple[int, int], NDArray[np.intp]]:
    """Return the places of the rows of each part and grouping, in their order."""
    if raw.empty:
        return {}
    groupings = raw["grouping_id"].to_numpy(dtype=np.int64)
    keys = raw["part"].to_numpy(dtype=np.int64) << _GROUPING_BITS | groupings
    order = np.argsort(keys, kind="stable")
    found, begins = np.unique(keys[order], return_index=True)
    return {
        (int(key) >> _GROUPING_BITS, int(key) & ((1 << _GROUPING_BITS) - 1)): places
        for key, places in zip(found, np.split(order, begins[1:]), strict=True)
    }


def _covered_days(known: Catalogue, view: View, window: Window) -> list[date]:
    """Return the days that a view's data cover in a window: a month that stands for it covers it whole."""
    if view.needs_beats and not known.beats:
        return []
    if not view.monthly:
        return _days_with_data(known, view, window)
    return window.dates() if _days_with_data(known, view, window) else []


def category_note(view: View, selection: Selection, known: Catalogue) -> tuple[list[str], bool]:
    """Return what must be said of a filter by category, and whether the view's metrics apply under it."""
    if not selection.categories:
        return [], True
    if not view.tree:
        return [f"{view.label}指标不分类别，未按所选类别筛选。"], True
    if any(known.category_filter(selection.categories, view.table)):
        return [], True
    what = "案件" if view.table == "cases" else "警情"
    return [f"所选类别不属于{what}类别，{what}指标不适用。"], False


def _breakdown_frame(breakdown: Breakdown, span: str, rows: Rows) -> pd.DataFrame:
    by, metrics = breakdown.by, [METRICS[name] for name in breakdown.metrics]
    wanted = [pair for metric in metrics for pair in _wanted(metric, by)]
    plain = tuple(dict.fromkeys(column for names, column in wanted if names == by))
    result: pd.DataFrame | None = None
    for view in dict.fromkeys(METRICS[column].view for column in plain):
        columns = [column for column in plain if METRICS[column].view == view]
        frame = _columns_frame(rows, VIEWS[view], span, by, columns, breakdown.complete)
        result = frame if result is None else _joined(result, frame, by)
    out = None if result is None else _valued(result, metrics, by, span, rows)
    for metric in metrics:
        if metric.kind == MATCH:
            matched = _matched(metric, by, span, rows)
            out = matched if out is None else _joined(out, matched, by)
    assert out is not None
    return out[[*by, *dict.fromkeys(breakdown.metrics)]]


def _columns_frame(
    rows: Rows, view: View, span: str, by: tuple[str, ...], columns: list[str], complete: bool = True
) -> pd.DataFrame:
    """Return the aggregate columns of one view by dimensions, with every row that must be shown."""
    key = (view.id, span, _needs(by), _grain(view, by))
    index, part = next(
        (n, part) for n, part in enumerate(rows.parts) if (part.view, part.span, part.needs, part.grain) == key
    )
    lines = rows.lines.get((index, _grouping_id(part, by)), _NO_LINES)
    raw = pd.DataFrame({name: rows.raw[name].array.take(lines) for name in (*by, *columns)})
    if view.monthly and by:
        # A group of rows that know nothing of these figures, such as the bureau's departments, is not shown.
        raw = raw.dropna(how="all", subset=columns).reset_index(drop=True)
    frame = _python_values(raw, by)
    if rows.covered[view.id, span] == 0.0:
        return frame.iloc[:0] if by else frame.assign(**dict.fromkeys(columns))
    return frame if not (by and complete) else _complete(frame, by, columns, part, rows.known, rows.question)


def _matched(metric: Metric, by: tuple[str, ...], span: str, rows: Rows) -> pd.DataFrame:
    """Return Σ min(share of the numerator, share of the denominator) over the hours of the week; 1 is perfect."""
    names = [metric.numerator, metric.denominator]
    slots = _columns_frame(rows, VIEWS[metric.view], span, by + _WEEK_HOURS, names)
    values = slots[names].apply(pd.to_numeric).astype("float64").fillna(0.0)
    groups = [slots[name] for name in by] or [pd.Series(0, index=slots.index)]
    totals = values.groupby(groups).transform("sum")
    shares = values / totals.where(totals > 0)
    common = shares.min(axis=1, skipna=False).groupby(groups).agg(lambda part: part.sum(min_count=len(part)))
    if not by:
        return pd.DataFrame({metric.id: [common.iloc[0] if len(common) else None]})
    matched: pd.DataFrame = common.rename(metric.id).reset_index().set_axis([*by, metric.id], axis=1)
    return matched


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
        if VIEWS[METRICS[name].view].monthly:
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
    seen = {name: frame[name].to_numpy(dtype=object) for name in by}
    shown, found = _axes(part, known, question.selection).rows(by, seen)
    whole = frame[columns].reindex(found).reset_index(drop=True)
    if not VIEWS[part.view].monthly:
        # What was not reported for a month is not known; events that did not happen are 0.
        counts = [column for column in columns if METRICS[column].kind in (COUNT, AMOUNT, STOCK)]
        plain = [name for name in counts if not METRICS[name].may_be_unknown]
        whole[plain] = whole[plain].fillna(0)
        for name in set(counts).difference(plain):
            whole[name] = whole[name].where(whole[name].notna() | (found >= 0), 0)
    named = pd.DataFrame({name: pd.Series(shown[name], dtype="object") for name in by})
    return pd.concat([named, whole], axis=1)


def _axes(part: Part, known: Catalogue, selection: Selection) -> Axes:
    view = VIEWS[part.view]
    chosen = known.station_codes(selection.stations) if selection.stations else tuple(known.stations)
    kinds = {code: known.stations[code].kind if code in known.stations else None for code in chosen}
    return Axes(
        days=_days_with_data(known, view, part.window),
        stations={code: kind or UNREGISTERED for code, kind in kinds.items()},
        week_start=selection.week_start,
        only_covered=view.listed,
    )


def _days_with_data(known: Catalogue, view: View, window: Window) -> list[date]:
    """Return the days with data in a window; of a view of months, the first days of its months."""
    if not window.dates():
        return []
    if view.monthly:
        return [month for month in known.months.get(view.table, ()) if window.first_day <= month <= window.last_day]
    return known.covered(view.table, window.first_day, window.last_day)


def _python_values(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """Turn dimension columns into plain dates, integers and text."""
    convert: dict[str, Callable[[Any], Any]] = {
        "day": _as_date,
        "week": _as_date,
        "month": _as_date,
        "quarter": _as_date,
        "hour": int,
        "weekday": int,
        "year": int,
    }
    out = frame.copy()
    for name in by:
        # Thousands of rows hold a few hundred days and stations: each is turned once.
        places, values = pd.factorize(frame[name], use_na_sentinel=False)
        turned = [convert.get(name, str)(value) for value in values]
        out[name] = pd.Series([turned[place] for place in places], dtype="object")
    return out


def _as_date(value: Any) -> date:
    day: date = pd.Timestamp(value).date()
    return day


def _valued(frame: pd.DataFrame, metrics: list[Metric], by: tuple[str, ...], span: str, rows: Rows) -> pd.DataFrame:
    """Turn aggregate columns into metric values: ratios and rates are made here and only here."""
    from metrics import rates

    values: dict[str, pd.Series[Any]] = {name: frame[name] for name in by}
    for metric in metrics:
        if metric.kind == RATIO:
            top = pd.to_numeric(frame[metric.numerator]).astype("float64")
            bottom = pd.to_numeric(frame[metric.denominator]).astype("float64")
            values[metric.id] = metric.scale * top / bottom.where(bottom > 0)
        elif metric.kind == RATE:
            count = pd.to_numeric(frame[metric.numerator]).astype("float64")
            part = next(one for one in rows.parts if (one.view, one.span) == (metric.view, span))
            exposure = rates.exposure(metric, frame, by, part.window, rows.known, rows.question.selection)
            values[metric.id] = metric.scale * count / exposure
        elif metric.kind != MATCH:
            values[metric.id] = pd.to_numeric(frame[metric.id])
    return pd.DataFrame(values, index=frame.index)
