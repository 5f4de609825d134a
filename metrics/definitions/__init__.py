"""The one list of metrics and dimensions that pages, exports, glossary, wall and reports all read."""

from __future__ import annotations

from metrics.definitions import alerts, cases, reported, response, staffing
from metrics.definitions.alerts import GROUP_BETTER, UNMAPPED, UNREGISTERED
from metrics.definitions.dimensions import DIMENSIONS, VIEWS
from metrics.definitions.reported import REPORTED
from metrics.model import AMOUNT, COUNT, MATCH, PERCENTILE, RATE, RATIO, Metric

__all__ = [
    "ALERT_GROUPS", "DIMENSIONS", "GROUP_BETTER", "METRICS", "REPORTED", "UNMAPPED", "UNREGISTERED", "VIEWS",
    "columns_of", "dimensions_of", "of_events", "sql_of", "views_of",
]  # fmt: skip

# Level-1 groups of alerts, in the order in which offices list them.
ALERT_GROUPS = (
    "刑事", "治安", "交通", "群体性事件", "求助", "联动流转", "纠纷", "举报", "投诉", "咨询", "其他",
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.id: metric
    for family in (
        alerts.metrics(), response.metrics(), alerts.quality(), cases.metrics(), staffing.metrics(), reported.metrics(),
    )
    for metric in family
}  # fmt: skip


def columns_of(metric: Metric) -> tuple[str, ...]:
    """Return the ids of the aggregate columns that a metric needs from the query, itself included if it is one."""
    if metric.kind == RATIO:
        return metric.numerator, metric.denominator
    if metric.kind == RATE:
        return (metric.numerator,)
    if metric.kind == PERCENTILE:
        return metric.id, metric.denominator
    # What two metrics have in common is made of their values by weekday and hour, not of columns of its own.
    return () if metric.kind == MATCH else (metric.id,)


def views_of(metric: Metric) -> tuple[str, ...]:
    """Return the clean views that a metric stands on."""
    return tuple(dict.fromkeys((metric.view, *(METRICS[name].view for name in columns_of(metric)))))


def dimensions_of(metric: Metric) -> tuple[str, ...]:
    """Return the ids of the dimensions by which a metric may be grouped, in the order of DIMENSIONS.

    A ratio of two metrics may be grouped by what both may.
    """
    allowed = set(metric.dimensions or VIEWS[metric.view].dimensions)
    for name in columns_of(metric):
        part = METRICS[name]
        allowed &= set(VIEWS[part.view].dimensions)
        if part.dimensions and part is not metric:
            allowed &= set(part.dimensions)
    return tuple(name for name in DIMENSIONS if name in allowed)


def of_events(metric: Metric) -> bool:
    """Whether chance plays a part in a metric, so that an interval or a test means something.

    It does for events and what is made of them; headcounts, hours and posts are simply so many.
    """
    if metric.kind not in (RATIO, RATE):
        return metric.kind in (COUNT, PERCENTILE)
    kind = METRICS[metric.numerator].kind
    return kind == COUNT or (metric.is_proportion and kind == AMOUNT)


def sql_of(metric: Metric) -> str:
    """Return the whole SQL expression of a metric, ratios spelled out."""
    if metric.kind == RATIO:
        top, bottom = METRICS[metric.numerator], METRICS[metric.denominator]
        if top.view == bottom.view:
            return f"{metric.scale:g} * {top.own_sql} / nullif({bottom.own_sql}, 0)"
        above, below = (f"(select {part.own_sql} from {part.view})" for part in (top, bottom))
        return f"{metric.scale:g} * {above}\n/ nullif({below}, 0)"
    if metric.kind == RATE:
        own = METRICS[metric.numerator].own_sql
        return (
            f"{own} / population * 10000 * 365 / days"
            if metric.per == "people"
            else f"{metric.scale:.4g} * {own} / hours"
        )
    if metric.kind == MATCH:
        top, bottom = METRICS[metric.numerator], METRICS[metric.denominator]
        return (
            "select sum(least(a / sum(a) over (), b / sum(b) over ())) from (\n"
            f"  select {top.own_sql} as a,\n    {bottom.own_sql} as b\n  from {metric.view}\n  group by weekday, hour)"
        )
    return metric.own_sql
