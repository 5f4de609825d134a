"""The only way from a question to numbers: all that a page asks becomes one SELECT, answered once per version.

The statement is a UNION ALL of one SELECT per clean view and span of time, each with GROUPING SETS for its breakdowns.
Values go in as parameters; names are looked up in the definitions, never pasted from outside.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from data.reading import Snapshot, Statement
from metrics import breakdowns, catalogue
from metrics.catalogue import Catalogue
from metrics.definitions import DIMENSIONS, METRICS, VIEWS, dimensions_of
from metrics.model import Metric, MetricError, Refused, UnknownName, View
from metrics.periods import Window, cut_months, span_window
from metrics.questions import Answer, Breakdown, Part, Question, grain_of, needs_of, wanted_columns
from metrics.selection import Selection

__all__ = ["TABLES", "Answer", "Breakdown", "Part", "Question", "ahead", "check_names", "compile", "filters", "plan",
           "prepared", "run"]  # fmt: skip

# The table whose days or months say where a view has data.
TABLES = {view.id: view.table for view in VIEWS.values()}
_PRECISE_ENOUGH = {"hour": "('minute', 'hour')", "day": "('minute', 'hour', 'day')"}


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
    return breakdowns.answer(snapshot, question, known, parts, raw, notes)


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
            for by, column in wanted_columns(METRICS[metric_id], breakdown.by):
                view = VIEWS[METRICS[column].view]
                for span in breakdown.spans:
                    slot = wanted.setdefault(
                        (view.id, span, needs_of(by), grain_of(view, by)), {"columns": {}, "sets": {}}
                    )
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
