"""What the screens of the wall say, in few large words; all of it is there without pointing at anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html

from data.reading import Snapshot
from metrics.briefing import Place
from metrics.compare import REAL, Comparison
from metrics.definitions import METRICS
from metrics.force.work import Work
from metrics.model import Metric
from metrics.staffing import posts
from metrics.trend.campaign import AHEAD, MISSED, REACHED, Net, Progress
from metrics.trend.campaign import METRIC as COUNTED
from metrics.wall import SCREENS, Bar, Campaign, Concern, Count, Wall, Year
from pages._components import wall_figures
from pages._components.changes import change_of, verdict_of
from pages._components.figures import WEEKDAYS

_MOST_PLACES, _MOST_SHORT = 5, 4
_STATE_TONES = {REACHED: "better", AHEAD: "none", MISSED: "worse"}


def head(screen: str, snapshot: Snapshot, found: Wall) -> list[Any]:
    """Return the title of a screen and the line under it: the measure and its days."""
    title, sub = _HEADS[screen](found) if screen not in found.missing else (SCREENS[screen], "")
    bureau = snapshot.meta.get("bureau", "")
    chip = [html.Span("示例数据", className="chip chip-watch")] if snapshot.is_demo else []
    below = " · ".join(part for part in (bureau, sub) if part)
    return [html.H2([title, *chip]), html.P(below, className="wall-label")]


def text(screen: str, found: Wall) -> list[Any]:
    """Return what stands beside the figure of a screen, or why there is nothing."""
    if screen in found.missing:
        return [html.P(f"本屏暂无内容：{found.missing[screen]}", className="wall-said wall-label")]
    return _TEXTS[screen](found)


# ---- 战役进度 -------------------------------------------------------------------------------------


def _campaign_head(found: Wall) -> tuple[str, str]:
    shown = found.campaign
    assert shown is not None
    if shown.progress is None:
        assert shown.year is not None
        return "降警情控发案 · 本年进度", shown.year.words
    plan = shown.progress.plan
    whole, passed = (plan.ends_on - plan.starts_on).days + 1, len(shown.progress.steps)
    return "降警情控发案 · 战役进度", f"{plan.name}，第 {passed} / {whole} 天"


def _campaign_text(found: Wall) -> list[Any]:
    shown = found.campaign
    assert shown is not None
    lines = _progress(shown.progress) if shown.progress else _year(shown.year) if shown.year else []
    return [*lines, *_bars(shown)]


def _year(found: Year) -> list[Any]:
    return [
        html.P(f"本年{found.metric.label}，同比", className="wall-label"), _huge(found.change, found.metric),
        html.P(_with_verdict(found.change, found.metric)),
    ]  # fmt: skip


def _progress(found: Progress) -> list[Any]:
    plan, treated, metric = found.plan, found.treated, METRICS[COUNTED]
    tone = _STATE_TONES.get(found.state, "watch")
    words: list[Any] = [
        f"{treated.value:,.0f} 起，{_more(treated)} · 目标 {_percent(plan.goal)} · ",
        html.Span(found.state, className=f"wall-strong tone-{tone}"),
    ]
    return [
        html.P(f"{len(plan.stations)} 个行动所{found.categories}，对{plan.base_words}", className="wall-label"),
        _huge(treated, metric),
        html.P(words),
        html.P(_with_verdict(treated, metric, counts=False)),
        html.Div(_beside(found, metric), className="wall-keys"),
    ]


def _beside(found: Progress, metric: Metric) -> list[Any]:
    """Return the comparison stations and the change beyond theirs."""
    if found.compared is None:
        return []
    keys = [_key("对照所同期", _percent(found.compared.percent), found.compared.verdict, "none")]
    if found.net.percent is not None:
        tone = verdict_of(REAL if found.net.is_real else "", found.net.percent, metric).tone
        keys.append(_key("扣除对照后净变化", _percent(found.net.percent), f"95% 区间 {_interval(found.net)}", tone))
    return keys


def _bars(shown: Campaign) -> list[Any]:
    if not shown.bars:
        return []
    cells = [cell for bar in shown.bars for cell in _bar(bar)]
    return [html.Div(cells, className="wall-bars"), html.P(shown.bars_words, className="wall-note")]


def _bar(bar: Bar) -> list[Any]:
    track: list[Any] = [html.I(style={"width": f"{100 * bar.value:.1f}%"})]
    if bar.wanted is not None:
        track.append(html.B(style={"left": f"{100 * bar.wanted:.1f}%"}))
    return [
        html.Span(bar.label),
        html.Span(track, className=f"wall-bar is-{bar.tone}"),
        html.Span(bar.text, className=f"tone-{bar.tone}"),
    ]


# ---- 今日警情 -------------------------------------------------------------------------------------


def _today_head(found: Wall) -> tuple[str, str]:
    today = found.today
    assert today is not None
    hour = (
        "24 时"
        if today.is_whole
        else f"{today.until.hour} 时" + (f" {today.until.minute} 分" * bool(today.until.minute))
    )
    day = f"{today.day.month}月{today.day.day}日"
    return f"{day}警情", f"{today.day.year}年{day} {WEEKDAYS[today.day.weekday()]}，0 时至 {hour}"


def _today_text(found: Wall) -> list[Any]:
    today = found.today
    assert today is not None
    first, *others = today.counts
    # What this data never counts is left out: nothing happened and nothing was expected.
    others = [one for one in others if one.value or (one.expected and one.expected[1])]
    lines = [
        html.P(first.metric.label, className="wall-label"),
        html.P([f"{first.value:,.0f}", html.Span("起", className="unit")], className="wall-huge"),
        html.P(_expected(first, today.is_whole)),
        html.Div([_count(one) for one in others], className="wall-keys"),
    ]
    usual = "预期取此前 8 周同星期，各数按自身检验，超出 3 个标准差为真变化。"
    return [*lines, html.P(usual if first.expected else "此前不足 8 周数据，不作判定。", className="wall-note")]


def _expected(one: Count, is_whole: bool) -> list[Any]:
    if one.expected is None:
        return [one.verdict]
    return [f"{'预期' if is_whole else '此刻预期'} {one.expected[0]:,}–{one.expected[1]:,} 起 · ", _judged(one)]


def _judged(one: Count) -> html.Span:
    verdict = verdict_of(one.verdict, one.z, one.metric, one.value, one.expected)
    sign = {True: "↑ ", False: "↓ "}[one.z > 0] if one.verdict == REAL else ""
    return html.Span(f"{sign}{verdict.text}", className=f"wall-strong tone-{verdict.tone}")


def _count(one: Count) -> html.Div:
    usual = f"预期 {one.expected[0]:,}–{one.expected[1]:,} · " if one.expected else ""
    return _counted(one.metric.label, one.value, [usual, _judged(one)])


def _counted(label: str, value: float, note: Any, unit: str = "起", decimals: int = 0) -> html.Div:
    return html.Div([
        html.P(label, className="wall-label"),
        html.P([f"{value:,.{decimals}f}", html.Span(unit, className="unit")], className="wall-key"), html.P(note),
    ])  # fmt: skip


# ---- 风险地图 -------------------------------------------------------------------------------------


def _map_head(found: Wall) -> tuple[str, str]:
    recent = found.recent
    assert recent is not None
    high = sum(place.real and place.z > 0 for place in recent.places)
    label = recent.place_metric.label
    title = f"{high} 个所{label}高于预期" if high else f"各所{label}均未显著高于预期"
    return title, f"{label}，起 · {recent.title}"


def _map_text(found: Wall) -> list[Any]:
    recent = found.recent
    assert recent is not None
    told = sorted((one for one in recent.places if wall_figures.strength(one)), key=lambda one: (not one.real, -one.z))
    rows = [html.Li(_place(one, found.names)) for one in told[:_MOST_PLACES]]
    judged = recent.judged_by.removeprefix("判定：") if any(one.z for one in recent.places) else "数据不足，不作判定"
    return [
        html.Ul(rows, className="wall-list wall-places"),
        html.P(f"浅色尚可能是偶然，其余在预期范围内、不着色。{judged}。", className="wall-note"),
    ]


def _place(one: Place, names: dict[str, str]) -> list[Any]:
    sign, tone = ("↑", "worse") if one.z > 0 else ("↓", "better")
    sure = f"wall-strong tone-{tone}" if one.real else "wall-strong"
    return [
        html.Span(names.get(one.code, one.code)),
        html.Span([
            html.Span(f"{sign} {one.value:,.0f} 起", className=sure), f"，预期 {one.expected:,.1f} 起，",
            html.Span("真变化", className=f"tone-{tone}") if one.real else "可能是偶然",
        ]),
    ]  # fmt: skip


# ---- 时段热力 -------------------------------------------------------------------------------------


def _week_head(found: Wall) -> tuple[str, str]:
    week = found.week
    assert week is not None
    return f"{posts.say_run(week.most.hours)}占全天{week.noun}的 {week.most.share:.0f}%", f"{week.label}，{week.words}"


def _week_text(found: Wall) -> list[Any]:
    week = found.week
    assert week is not None
    night, least = week.night, week.least
    keys = [
        _share(f"{night.name} {posts.say_run(night.hours)}", night.count, night.share, night.even),
        _share("周六、周日", week.weekend, week.weekend_share, week.weekend_even),
        _share(f"最少：{posts.say_run(least.hours)}", least.count, least.share, least.even),
        _counted("四周合计", week.total, ""),
    ]  # fmt: skip
    return [
        html.P(week.most.name, className="wall-label"),
        html.P(posts.say_run(week.most.hours), className="wall-key wall-large"),
        html.P(f"{week.most.count:,.0f} 起，占 {week.most.share:.0f}%（均匀时 {week.most.even:.0f}%）"),
        html.Div(keys, className="wall-keys"),
        html.P("均匀：各时、各日一样多时的占比。底色越浓越多，边上的条为按时、按日合计。", className="wall-note"),
    ]


def _share(label: str, count: float, share: float, even: float) -> html.Div:
    return _key(label, f"{share:.0f}%", f"{count:,.0f} 起，均匀时 {even:.0f}%", "none")


# ---- 警力匹配 -------------------------------------------------------------------------------------


def _match_head(found: Wall) -> tuple[str, str]:
    work = found.work
    assert work is not None
    count = len({code for code, _, _ in work.short})
    title = f"{count} 个所有缺人的时段" if count else "各所各时段在岗不少于应配"
    one = work.one
    return title, f"应配与在岗，人 · {one.first.month}月{one.first.day}日至{one.last.month}月{one.last.day}日的平均一天"


def _match_text(found: Wall) -> list[Any]:
    work = found.work
    assert work is not None
    rows = [
        html.Li([
            html.Span(name),
            html.Span([
                f"{posts.say_run(run.hours)} ",
                html.Span(f"缺 {posts.whole(run.missing)} 人", className="wall-strong tone-worse"),
            ]),
        ])
        for _, name, run in work.short[:_MOST_SHORT]
    ]  # fmt: skip
    more = len(work.short) - _MOST_SHORT
    note = "缺 1 人以上且超出偶然的才计。" + (f"另有 {more} 个时段未列。" if more > 0 else "")
    said, tone = ("缺人的时段", "wall-label ") if rows else ("没有缺 1 人以上的时段。", "")
    lead = html.P(said, className=f"{tone}wall-block")
    return [
        html.Div(_match_keys(work), className="wall-keys"), lead, html.Ul(rows, className="wall-list"),
        html.P(note, className="wall-note"),
    ]  # fmt: skip


def _match_keys(work: Work) -> list[Any]:
    one = work.one
    keys = []
    if one.match is not None:
        ceiling = "" if one.match_ceiling is None else f"满分 1，偶然所限 {one.match_ceiling:.2f}"
        keys.append(_key("警力与警情匹配指数", f"{one.match:.2f}", ceiling, "none"))
    if one.utilisation is not None:
        keys.append(_key("在岗时间用于处警", f"{one.utilisation:.0f}%", f"至多 {work.committed:.0%} 为宜", "none"))
    duty = [value for value in one.day_on_duty if value is not None]
    if one.posts is not None and work.knows_need:
        keys.append(_counted("全天平均应配", one.posts, "", "人", 1))
    if duty:
        keys.append(_counted("全天平均在岗", sum(duty) / len(duty), "", "人", 1))
    return keys


# ---- 最需关注的所 ---------------------------------------------------------------------------------


def _concern_head(found: Wall) -> tuple[str, str]:
    count = len(found.concerns or ())
    title = f"最需关注的 {count} 个所" if count else "没有发现需要特别关注的所"
    return title, "按证据强弱排列，不是排名"


def _concern_text(found: Wall) -> list[Any]:
    notes = [html.P(found.concerns_note, className="wall-note")] if found.concerns_note else []
    if found.concerns:
        return [html.Ul([_concern(one) for one in found.concerns], className="wall-concerns"), *notes]
    looked = [
        ("没有预警", found.alarms_known), ("没有显著高于预期的所", found.recent is not None),
        ("没有缺人的时段", found.work is not None),
    ]  # fmt: skip
    said = "，".join(words for words, is_known in looked if is_known)
    return [html.P(f"{said}。" if said else "数据不足，不能判断。", className="wall-said"), *notes]


def _concern(one: Concern) -> html.Li:
    signs = {"worse": "↑ ", "watch": "● "}
    return html.Li([
        html.Span(one.name, className="wall-name"),
        html.Div([
            html.P([html.Span(signs.get(tone, ""), className=f"tone-{tone}"), words])
            for words, tone in one.reasons
        ], className="wall-why"),
    ])  # fmt: skip


# ---- words ----------------------------------------------------------------------------------------


def _huge(comparison: Comparison, metric: Metric) -> html.P:
    change = change_of(comparison, metric, "同期")
    tone = change.tone if change.sure else "none"
    sign: list[Any] = [html.Span(change.sign, className="wall-sign"), " "] if change.sign else []
    return html.P([*sign, change.text], className=f"wall-huge tone-{tone}")


def _with_verdict(comparison: Comparison, metric: Metric, counts: bool = True) -> list[Any]:
    """Return the counts, the verdict and the interval behind a change."""
    verdict = verdict_of(comparison.verdict, comparison.change, metric)
    said = f"{comparison.value:,.0f} {metric.unit}，{_more(comparison)} · " if counts else ""
    behind = f"（95% 区间 {_interval(comparison)}）" if comparison.low is not None else ""
    return [said, html.Span(verdict.text, className=f"wall-strong tone-{verdict.tone}"), behind]


def _more(comparison: Comparison) -> str:
    change = comparison.change or 0.0
    return "持平" if change == 0 else f"{'多' if change > 0 else '少'} {abs(change):,.0f} 起"


def _interval(one: Comparison | Net) -> str:
    return f"{_percent(one.low)} 至 {_percent(one.high)}"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f}%".replace("-", "−").replace(".0%", "%")


def _key(label: str, value: str, note: str, tone: str) -> html.Div:
    return html.Div([
        html.P(label, className="wall-label"), html.P(value, className=f"wall-key tone-{tone}"), html.P(note),
    ])  # fmt: skip


_HEADS: dict[str, Callable[[Wall], tuple[str, str]]] = {
    "campaign": _campaign_head, "today": _today_head, "map": _map_head, "week": _week_head, "match": _match_head,
    "concern": _concern_head,
}  # fmt: skip
_TEXTS: dict[str, Callable[[Wall], list[Any]]] = {
    "campaign": _campaign_text, "today": _today_text, "map": _map_text, "week": _week_text, "match": _match_text,
    "concern": _concern_text,
}  # fmt: skip
