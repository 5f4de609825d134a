"""What metrics can be grouped by, and the clean views with what their rows can be grouped by."""

from __future__ import annotations

from metrics.model import Dimension, View

# fmt: off
# The definitions are a table: one metric reads as one block, whatever its width.

_TREE = "left join {tree} as tree on tree.code = facts.category"

DIMENSIONS: dict[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        Dimension("station", "派出所", "管辖（发案地）派出所代码；不在单位表中的为「未登记」", "station"),
        Dimension("kind", "派出所类别", "城区、城郊、农村、海港、厂矿", "kind"),
        Dimension("beat", "警格", "警格代码；不在警格表中的为「未登记」", "beat"),
        Dimension("group", "归类", "警情一级归类；案件为刑事、行政", "category_group"),
        Dimension("category", "类别", "类别代码，最细一级；不在类别表中的为「未映射」", "category"),
        Dimension("category1", "一级类别", "类别代码在类别树上的最高一级", "coalesce(tree.category1, category)", join=_TREE),
        Dimension("category2", "二级类别", "类别代码在类别树上的第二级；本身更高的取其自身", "coalesce(tree.category2, category)", join=_TREE),
        Dimension("category3", "三级类别", "类别代码在类别树上的第三级；本身更高的取其自身", "coalesce(tree.category3, category)", join=_TREE),
        Dimension("case_category", "案件类别", "案件类别代码，最细一级；不在类别表中的为「未映射」", "category"),
        Dimension("hour", "时", "发生的钟点，0–23", "hour(happened_at)", needs="hour", spine="hour"),
        Dimension("weekday", "星期", "自然日的星期，1 为星期一",
                  "date_diff('day', date '1900-01-01', cast(happened_at as date)) % 7 + 1",
                  needs="day", spine="weekday"),
        Dimension("day", "日", "统计日（按日界时刻）", "cast(counted_at as date)", needs="day", spine="day"),
        Dimension("week", "周", "业务周的起始日", "cast(date_trunc('week', counted_at - interval {week_shift} day) + interval {week_shift} day as date)", needs="day", spine="week"),
        Dimension("month", "月", "统计日所在月", "cast(date_trunc('month', counted_at) as date)", spine="month"),
        Dimension("quarter", "季", "统计日所在季的第一天", "cast(date_trunc('quarter', counted_at) as date)", spine="quarter"),
        Dimension("year", "年", "统计日所在年", "year(counted_at)", spine="year"),
        Dimension("place_type", "发生部位", "发生部位；没有填的为「未填」", "place_type"),
        Dimension("receive_type", "接警类型", "110、122、自接警、12345；没有填的为「未填」", "receive_type"),
        Dimension("origin", "来源", "群众报警、巡逻发现；没有填的为「未填」", "origin"),
        Dimension("level", "警情级别", "1 至 4；没有填的为「未填」", "level"),
        Dimension("team", "队伍", "所领导、社区警务队、案件办理队、综合指挥室、机关", "team"),
        Dimension("indicator", "报送指标", "报送指标的名称", "indicator"),
    )
}

_PLACE = ("station", "kind", "beat")
_CATEGORY = ("group", "category", "category1", "category2", "category3")
_TIME = ("hour", "weekday", "day", "week", "month", "quarter", "year")
_MONTHS = ("month", "quarter", "year")
_ALERT = (*_PLACE, *_CATEGORY, *_TIME, "place_type", "receive_type", "origin", "level")
_CASE = (*_PLACE, *_CATEGORY, "case_category", *_TIME, "place_type")

VIEWS: dict[str, View] = {
    view.id: view
    for view in (
        View("alerts", "警情", "alert_facts", "alerts", _ALERT, tree="alert_category_tree"),
        View("alert_repeats", "警情", "alert_repeats($since, $until, 30)", "alerts", _ALERT, tree="alert_category_tree"),
        View("alert_work", "警情", "alert_work($since, $until)", "alerts", _ALERT, tree="alert_category_tree"),
        View("cases", "案件", "case_facts", "cases", _CASE, tree="case_category_tree"),
        View("open_cases", "未破案件", "open_cases($since, $until, $grain)", "cases",
             (*_PLACE, *_CATEGORY, "case_category", *_MONTHS, "place_type"), tree="case_category_tree",
             listed=True),
        View("beat_cases", "零发案", "beat_cases($since, $until)", "cases", (*_PLACE, *_MONTHS), tree="case_category_tree",
             exempt="is_beat", listed=True, needs_beats=True),
        View("beats", "警格", "beat_months($since, $until)", "beats", (*_PLACE, *_MONTHS), listed=True),
        View("staffing", "警力", "staffing_facts", "staffing", ("station", "kind", "team", *_MONTHS), monthly=True),
        View("reported", "报送", "reported_facts", "reported_indicators", ("station", "kind", "indicator", *_MONTHS),
             monthly=True, apart="indicator"),
        View("duty", "勤务", "duty_facts($since, $until)", "duty", ("station", "kind", *_TIME)),
    )
}
