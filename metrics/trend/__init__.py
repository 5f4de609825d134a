"""One metric over time: beside the year before, its expectation, its parts, its forecast. One question, one answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data.calendar import HOLIDAY, calendar_rows
from data.reading import Snapshot
from metrics import cache, catalogue, change, compare, expectation, festivals, fits, targets
from metrics.ask import compared
from metrics.catalogue import Catalogue
from metrics.compare import Comparison
from metrics.definitions import METRICS
from metrics.forecasting import reading
from metrics.forecasting.values import BUREAU
from metrics.model import COUNT, PERCENTILE, Metric, MetricError, UnknownName
from metrics.periods import describe
from metrics.selection import Selection
from metrics.trend import campaign, intervals, parts, series
from metrics.trend.asking import (
    OFFERED,
    answered,
    compared_spans,
    counted,
    default_by,
    default_grain,
    default_metric,
    elapsed,
    understood,
    usable,
)
from metrics.trend.series import Context
from metrics.trend.values import (
    DAY,
    GRAIN_NOUNS,
    GRAINS,
    MONTH,
    WEEK,
    Asked,
    Part,
    Point,
    Span,
    Total,
    Trend,
)

__all__ = [
    "DAY", "GRAINS", "GRAIN_NOUNS", "MONTH", "OFFERED", "WEEK", "Asked", "Part", "Point", "Span", "Total", "Trend",
    "default_by", "default_grain", "default_metric", "trend", "usable",
]  # fmt: skip

# Which forecast belongs to which metric.
_FORECAST = {"alerts_valid": "valid", "alerts_crime": "crime"}


def trend(snapshot: Snapshot, selection: Selection, asked: Asked) -> Trend:
    """Return the trend of a metric under a filter, computed once per version; raises MetricError in plain Chinese."""
    if asked.metric not in METRICS or not usable(METRICS[asked.metric]):
        raise UnknownName("可看趋势的指标", asked.metric, OFFERED)
    return cache.answer(snapshot, (selection, asked, bool(fits.state(snapshot))), _trend)


def _trend(snapshot: Snapshot, question: tuple[Selection, Asked, bool]) -> Trend:
    selection, asked, _ = question
    metric, known = METRICS[asked.metric], catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    window = elapsed(known, metric, selection, period)
    asked, notices = understood(asked, selection, period, metric)
    answer, frame, refused = answered(snapshot, selection, period, window, asked)
    asked = replace(asked, grain=frame.grain)
    context = Context(known, selection, period, window, frame, answer, metric)
    ends = intervals.of_percentiles(snapshot, metric, selection, period, frame.grain, frame.now)
    drawn = series.points(context, ends)
    if metric.dependent:
        drawn = [_unjudged(one) for one in drawn]
    by_days = not refused and period.window.days <= expectation.LONGEST_DAYS
    total = _total(context, ends.get((), intervals.NONE), by_days)
    drawn, of_parts = _judged(context, drawn, asked.by)
    shown = parts.ranked(of_parts)
    outlook, outlook_note = _outlook(snapshot, context, drawn)
    return Trend(
        replace(metric, label=_subject(context)), asked, known.data_as_of, window, describe(window, selection.cutoff),
        selection.describe(known.station_names, known.category_names()), total, tuple(drawn),
        tuple(shown if asked.all_parts else shown[: parts.MOST]), len(shown), _sentence(context, total),
        {span: describe(answer.windows[metric.view, span], selection.cutoff) for span in compared_spans(window)},
        _judged_by(context, asked, by_days), outlook, outlook_note, _holidays(drawn), _campaigns(snapshot, drawn),
        tuple(one for one in targets.outcomes() if one.base and one.metric == metric.id),
        tuple(dict.fromkeys([*notices, *refused, *answer.notes, *_aligned(context), *_remark(metric, total, drawn)])),
        _state(context, total, drawn),
    )  # fmt: skip


def _total(context: Context, ends: intervals.Ends, by_days: bool) -> Total:
    """Return the figure of the period, judged alone as on every page; by_days: a short period of known days."""
    metric, answer, spans = context.metric, context.answer, compared_spans(context.window)
    spread = context.spread(())
    changes = compared(answer, (), (metric.id,), spans, spread)
    last_year, previous = (changes[0, metric.id, span] for span in ("last_year", "previous"))
    festival = changes.get((0, metric.id, "festival"))
    row = {str(name): value for name, value in answer.frame(()).iloc[0].to_dict().items()}
    value = series.number(row, metric.id)
    low, high = ends if ends != intervals.NONE else intervals.of_row(metric, row)
    mean = series.expectations(context).get("")
    n, by_previous = series.number(row, metric.denominator), by_days and metric.kind != COUNT
    verdict = compare.first_with_base(previous, last_year, by_previous).verdict
    usual, z, phi = None, 0.0, spread.of(counted(metric), {})
    if mean is not None and value is not None:
        usual, z = expectation.usual_range(mean, phi), series.score(value, mean, phi)
        verdict = compare.of_total(value, mean, z, usual)
    elif by_days and metric.kind == COUNT:
        verdict = compare.NOT_JUDGED
    return Total(value, n, low, high, last_year, previous, festival, usual, z, verdict, by_previous)


def _judged(context: Context, drawn: list[Point], by: str) -> tuple[list[Point], list[Part]]:
    """Judge the points and the parts: totals of a day or a category alone, a list of stations as one family."""
    found = parts.parts(context, by, drawn)
    if by == "station":
        of_parts = compare.judged([judged for _, judged in found])
        told = [replace(part, verdict=_kept(one.verdict, part.value, part.usual))
                for (part, _), one in zip(found, of_parts, strict=True)]  # fmt: skip
    else:
        told = [replace(part, verdict=_alone(part.value, part.usual, part.z, judged)) for part, judged in found]
    of_points = [(one, _test_of(one)) for one in drawn]
    return [
        one if test is None else replace(one, verdict=_alone(one.value, one.usual, one.z, test))
        for one, test in of_points
    ], told


def _alone(value: float | None, usual: tuple[float, float] | None, z: float, test: Comparison) -> str:
    """Return the verdict on a total: against its expectation where there is one, else against the year before."""
    if usual is None or value is None:
        return compare.judged_alone([test])[0].verdict
    return compare.of_total(value, test.base or 0.0, z, usual)


def _kept(verdict: str, value: float | None, usual: tuple[float, float] | None) -> str:
    """Return the verdict; what lies in its usual range is never called a real change, whatever stands beside it."""
    inside = usual is not None and value is not None and usual[0] <= value <= usual[1]
    return compare.USUAL if verdict == compare.REAL and inside else verdict


def _unjudged(point: Point) -> Point:
    """Return a point of events that are not independent: what it was, and nothing of what was to be expected."""
    previous = None if point.previous is None else compare.unjudged(point.previous)
    return replace(point, last_year=compare.unjudged(point.last_year), previous=previous, mean=None, usual=None, z=0.0)


def _test_of(point: Point) -> Comparison | None:
    """Return what judges a point: its expectation, else the year before; None for what is not whole or has neither."""
    if point.value is None or point.partial:
        return None
    if point.mean is not None:
        return series.against(point.value, point.mean, point.z)
    return point.judging if point.judging.p is not None else None


def _sentence(context: Context, total: Total) -> str:
    """Return the figure with what is most telling of it: its expectation where there is one, else the year before."""
    metric = context.metric
    names = [context.known.station_names.get(code, code) for code in context.selection.stations]
    place = names[0] if len(names) == 1 else f"{len(names)} 个派出所" if names else ""
    label = _subject(context)
    if total.usual is None or total.value is None:
        judges, word = total.judges
        said = change.sentence(label, total.value, metric.unit, judges, word, decimals=metric.decimals)
        return f"{place}{said}"
    said = change.sentence(label, total.value, metric.unit, None, decimals=metric.decimals)
    return f"{place}{said}，{change.against_expected(total.value, total.usual, metric.unit, total.verdict)}"


def _subject(context: Context) -> str:
    return context.selection.subject(context.metric.label, context.known.category_names())


def _state(context: Context, total: Total, drawn: list[Point]) -> str:
    """Tell "no data" (outside what was imported) from "nothing happened" and "the filter found nothing"."""
    covered = context.answer.covered[context.metric.view, "current"] > 0
    if not covered or (total.value is None and context.metric.kind == COUNT):
        return "no_data"
    if any(one.value or one.last_year.base for one in drawn):
        return "ok"
    return "no_result" if context.selection.stations or context.selection.categories else "nothing"


def _judged_by(context: Context, asked: Asked, by_days: bool) -> str:
    units = {
        DAY: "各日与此前 8 周同星期相比", WEEK: "各周与此前 8 周相比", MONTH: "各月与上年同月相比"
    }[asked.grain]  # fmt: skip
    if context.metric.kind != COUNT:
        units = "各期与上一期相比"
    by_previous = "时段与上期相比" if by_days and context.metric.kind != COUNT else "时段与上年同期相比"
    whole = "时段与此前 8 周同星期相比" if context.weekly else by_previous
    if context.metric.dependent:
        return f"判定：{compare.DEPENDENT}"
    if context.metric.kind == PERCENTILE:
        return "判定：中位数与分位数不作检验，以 95% 区间为准"
    if asked.by == "station":
        return f"判定：{whole}，{units}；{compare.OWN_TEST}；各所按 5% 错误发现率校正"
    return f"判定：{whole}，{units}；{compare.OWN_TEST}"


def _aligned(context: Context) -> list[str]:
    has_base = context.answer.covered.get((context.metric.view, "festival"), 0.0) > 0
    return [festivals.note(context.window)] if has_base else []


def _remark(metric: Metric, total: Total, drawn: list[Point]) -> list[str]:
    """Explain shares above 100%, where any is shown."""
    said = metric.remark(total.value, *(one.value for one in drawn))
    return [f"{metric.label}：{said}。"] if said else []


def _outlook(snapshot: Snapshot, context: Context, drawn: list[Point]) -> tuple[reading.Outlook | None, str]:
    """Return the coming seven days where the forecast is about what is shown, else why it is not there."""
    measure = _FORECAST.get(context.metric.id)
    selection = context.selection
    if measure is None or context.frame.grain != DAY:
        return None, ""
    if selection.categories or selection.basis != "confirmed" or selection.cutoff or len(selection.stations) > 1:
        return None, "预测只按全部类别、确认性质、0 时分界，对全局或单个派出所作出，当前筛选下不显示。"
    tables = {name: fits.table(snapshot, name) for name in reading.TABLES}
    if any(table is None for table in tables.values()):
        return None, fits.missing(snapshot, "预测")
    stations = context.known.station_codes(selection.stations)
    try:
        outlook = reading.outlook(tables, stations[0] if stations else BUREAU, measure)  # type: ignore[arg-type]
    except MetricError as error:
        return None, str(error)
    if not drawn or outlook.origin != drawn[-1].last:
        return None, "预测从最近一个完整日起算，时段不止于该日时不显示。"
    return outlook, reading.tested(outlook.day_quality)


def _holidays(drawn: list[Point]) -> tuple[Span, ...]:
    """Return the public holidays on the drawn days, runs of one name together."""
    found: list[Span] = []
    for row in calendar_rows(drawn[0].first, drawn[-1].last) if drawn else []:
        if row[1] != HOLIDAY or not row[2]:
            continue
        last = found[-1] if found else None
        if last and last.name == row[2] and (row[0] - last.last).days == 1:
            found[-1] = replace(last, last=row[0])
        else:
            found.append(Span(row[2], row[0], row[0]))
    return tuple(found)


def _campaigns(snapshot: Snapshot, drawn: list[Point]) -> tuple[Span, ...]:
    if not drawn:
        return ()
    first, last = drawn[0].first, drawn[-1].last
    return tuple(
        Span(plan.name, plan.starts_on, plan.ends_on)
        for plan in campaign.plans(snapshot)
        if plan.starts_on <= last and plan.ends_on >= first
    )


def covered_words(known: Catalogue, metric_id: str) -> str:
    """Return the days that the metric's table has data for, in words; "" without any."""
    runs = known.coverage.get(series.table_of(METRICS[metric_id]), [])
    first: date | None = min((one for one, _ in runs), default=None)
    return f"{first} 至 {max(last for _, last in runs)}" if first else ""
