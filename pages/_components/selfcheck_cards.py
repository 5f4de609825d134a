"""The cards of 所队自查, filled from its values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from dash import html

from metrics.briefing import Briefing
from metrics.catalogue import Catalogue
from metrics.force.advice import when_short
from metrics.selection import Selection
from metrics.selfcheck import SelfCheck
from metrics.selfcheck.words import moved_title
from pages._components import (
    alarm_notices,
    cards,
    change_rows,
    definitions,
    figures,
    peers,
    selfcheck_targets,
    staffing_figures,
    staffing_words,
    states,
    tables,
)
from pages._components import selfcheck_view as view
from pages._components.score_questions import OWN, card_address, data_words, station_address
from pages._components.selfcheck_figures import first_cells, own_map

Slots = dict[str, Any]
# What alarms watch that is no single category.
_WATCHED = {"违法犯罪": "刑事,治安"}

definitions.method(
    "station-targets",
    "目标对照",
    ("含义", "所选政策文件约束本所的每一项目标，现值与要求之差；按相对差距从大到小。"),
    ("算法", "与「指标账单」同一算法、同一月份；差距按补足后确能达标计算。"),
    ("注意", "未报送不计为 0，也不算未达标。"),
)
definitions.method(
    "station-alarm",
    "预警",
    ("含义", "近 7 日内超出预警线的上升：突升为一日或一周突然偏多，渐升为连续多日累积偏多。"),
    ("算法", "按星期、节假日、季节和长期走势的回归得出预期，预警线由每所每年的预警预算决定。"),
    ("注意", "预算与上一年实测的误报次数写在图下；同一波上升只报最强的一项。"),
)
definitions.method(
    "station-duty",
    "应配与在岗",
    ("含义", "一天各钟点处警需要的人数与排班在岗人数，民警、辅警合计。"),
    ("算法", "每小时出警 × 每起占用人·小时 ÷ 0.6；匹配度为警情与在岗工时在一周 168 小时分布的重合。"),
    ("注意", "缺 1 人以上且区间下限仍高于在岗才算缺人。"),
)
definitions.method(
    "station-peers",
    "与同类所相比",
    ("含义", "本所的万人年率及其 95% 区间在同类派出所区间之中的位置；不排名次。"),
    ("算法", "泊松精确区间；偏离按漏斗图界限（95%、99.8%）判断，已计过度离散。"),
    ("出处", "Garwood 1936；Spiegelhalter 2005"),
)


def notices(found: SelfCheck, known: Catalogue, query: dict[str, str]) -> list[Any]:
    """Return what must be said above the figures: what they are narrowed to, notes, and why figures are empty."""
    brief = found.briefing
    said = [_narrowing(found, query)] if found.only else []
    said += [states.notice(note) for note in dict.fromkeys([*brief.notes, *found.own.notes])]
    if brief.state == "no_data":
        runs = [run for table in ("alerts", "cases") for run in known.coverage.get(table, [])]
        covered = f"{min(first for first, _ in runs)} 至 {max(last for _, last in runs)}" if runs else ""
        said.append(states.notice(f"所选时段没有数据（现有 {covered}），以下警情图表为空，目标对照不受影响。"))
    elif brief.state == "no_result":
        said.append(states.notice(f"{found.station.name}在所选时段、类别下没有记录。"))
    elif brief.state == "nothing":
        said.append(states.notice(f"所选时段无{brief.noun}。"))
    return said


def _narrowing(found: SelfCheck, query: dict[str, str]) -> html.P:
    rest = {key: value for key, value in query.items() if key != "category"}
    back = html.A("看全部类别 ›", href=station_address(found.station.code, rest))
    return states.notice([f"警情与案件的图表只含{found.only}；目标对照、警力、同类所比较为全部类别。", back])


def tables_of(
    found: SelfCheck, known: Catalogue, selection: Selection, query: dict[str, str], source: str
) -> dict[str, Slots]:  # fmt: skip
    """Return the cards whose body is text or a table."""
    brief = found.briefing
    label = brief.subject.label
    carried = selfcheck_targets.carried_words(found.scores)
    rows = [change_rows.change_row(row, _narrowed(found, query, row.key)) for row in brief.rows]
    return {
        "station-scores": cards.filled(
            selfcheck_targets.targets(found) if found.scores else states.no_result(),
            title=selfcheck_targets.targets_title(found),
            sub=" · ".join(part for part in (data_words(found.card), carried, selfcheck_targets.tally(found)) if part),
            note=[
                html.Span(f"依据：{found.card.pack.document}"),
                html.Span(" · ", className="screen-only"),
                html.A("查看全部派出所 ›", href=card_address(query)),
                html.Span(" · ", className="screen-only"),
                html.A(
                    "打印本所全部目标 ›",
                    href=card_address(query, station=found.station.code, view=OWN),
                    className="screen-only",
                ),
            ],
            source=source,
        ),
        "station-changes": cards.filled(
            tables.change_table(rows) if rows else _no_rows(brief),
            title=view.titled(found, _changes_title(found)),
            sub=f"{label}，起 · {brief.title}" + _against(found),
            note=brief.judged_by,
            source=source,
        ),
        "station-alarms": _alarms(found, known, selection, source),
        "station-beats": _beats(found, source),
        "station-open": _open(found, source),
    }


def _alarms(found: SelfCheck, known: Catalogue, selection: Selection, source: str) -> Slots:
    if found.alarms is None and not known.coverage.get("alerts"):
        return cards.lacking("没有警情数据，无法预警。", title="预警")
    return cards.filled(
        view.alarms(found, _alarm_links(found, selection)),
        title=view.titled(found, view.alarms_title(found)),
        sub="有效警情，起 · 时段末前 7 日",
        note=found.alarms_note if found.alarms is not None else "",
        source=source,
    )


def _beats(found: SelfCheck, source: str) -> Slots:
    brief, own = found.briefing, found.own
    if not own.beats:
        return cards.lacking(_no_beats(found), title="各警格警情")
    return cards.filled(
        view.beats(own.beats, brief.subject.id),
        title=view.titled(found, view.beats_title(own.beats)),
        sub=f"{brief.subject.label}，起 · {own.beats_span.words} · 竖线为上年同期",
        note=_beats_note(found),
        source=source,
    )


def _open(found: SelfCheck, source: str) -> Slots:
    if not view.has_business(found.own):
        return cards.lacking(f"{'；'.join(view.no_business(found))}。", title="重复警情与待办")
    return cards.filled(
        view.open_business(found),
        title=view.titled(found, view.open_title(found)),
        sub=f"起，只计数 · 截至 {found.own.beats_span.last:%Y-%m-%d}，调解与侦破结果以数据截止时为准",
        source=source,
    )


def peers_of(found: SelfCheck, known: Catalogue, source: str) -> Slots:
    """Return the card of the station among those of its kind."""
    reason = peers.uncompared(found.peers, found.station)
    if reason:
        return cards.lacking(f"{reason}。", title="与同类所相比")
    return cards.filled(
        peers.drawn(found.peers, found.station, known.station_names),
        title="与同类所相比",
        sub=peers.words(found.peers, found.station) + (" · 全部类别" if found.only else ""),
        note=peers.note(),
        source=source,
    )


def _against(found: SelfCheck) -> str:
    windows = found.briefing.windows
    return f" · 环比对 {windows['previous']} · 同比对 {windows['last_year']}" if "previous" in windows else ""


def _no_rows(brief: Briefing) -> html.Div:
    if brief.state == "no_data":
        return states.no_data()
    return states.no_result() if brief.state == "no_result" else states.nothing_happened(brief.noun)


def _changes_title(found: SelfCheck) -> str:
    rows, noun = found.briefing.rows, found.briefing.noun
    calm = f"分类{noun}：没有超出波动的变化" if any(row.expected for row in rows) else f"分类{noun}"
    return moved_title(found.briefing) or calm


def _no_beats(found: SelfCheck) -> str:
    return "该时段没有警格可列，或时间不够精确。" if found.own.notes else "没有登记警格。请在「数据接入」导入警格表。"


def _beats_note(found: SelfCheck) -> list[html.Span]:
    """Say what the list leaves out, which is more on paper than on the screen."""
    shown = ((view.MOST_BEATS, "screen-only"), (view.PRINTED_BEATS, "print-only"))
    said = [(view.unlisted_words(found.own.beats, most), style) for most, style in shown]
    return [html.Span(text, className=style) for text, style in said if text]


def _narrowed(found: SelfCheck, query: dict[str, str], category: str) -> str:
    return station_address(found.station.code, {**query, "category": category})


def _alarm_links(found: SelfCheck, selection: Selection) -> dict[str, str]:
    """Return where each alarm leads: the trend of its category at this station."""
    mine = replace(selection, stations=(found.station.code,), categories=()).to_query()
    return {
        alarm.id: "/trend?" + urlencode({**mine, "category": _WATCHED.get(alarm.group, alarm.group)}, safe=",")
        for alarm in found.alarms or ()
    }


def figures_of(
    found: SelfCheck, known: Catalogue, query: dict[str, str], mode: str, source: str
) -> dict[str, Slots]:  # fmt: skip
    """Return the cards whose body is a figure."""
    return {
        "station-week": _week(found, mode, source),
        "station-map": _map(found, known, query, mode, source),
        "station-duty": _duty(found, mode, source),
    }


def _week(found: SelfCheck, mode: str, source: str) -> Slots:
    brief = found.briefing
    if brief.week is None:
        said = "时间不够精确或没有数据，不显示时段。"
        return cards.lacking(said, title="一周时段", body=figures.empty(mode))
    return cards.filled(
        figures.week_hours([[float(value) for value in row] for row in brief.week], mode),
        title=view.titled(found, view.busiest(brief.week)),
        sub=f"{brief.subject.label}，起 · 近 28 日 {brief.week_words}",
        source=source,
    )


def _map(found: SelfCheck, known: Catalogue, query: dict[str, str], mode: str, source: str) -> Slots:
    links = {code: station_address(code, query) for code in known.stations if code != found.station.code}
    first = first_cells(found.expected)
    said = [f"实心为热点，空心为预测未来 28 日{found.expected.label}最多的 {len(first)} 个网格（200 米）。"]
    if not len(first):
        said = ["实心为热点（200 米网格）。", *found.expected.notes]
    if found.hot is None:
        said[0] = "时间不够精确，不能截取 90 日统计热点。"
    elif found.hot.state in ("no_data", "no_coordinates"):
        said[0] = next(iter(found.hot.notes), "该时段没有数据，无法统计热点。")
    drawn = own_map(found, known.stations, links, mode)
    if not drawn["data"]:
        return cards.lacking("派出所没有边界和坐标，警情也没有坐标，无法绘制地图。", title="热点与预测", body=drawn)
    return cards.filled(
        drawn,
        title=view.titled(found, view.map_title(found, first)),
        sub=f"{found.briefing.subject.label}，起 · {found.own.beats_span.words}",
        note="".join(said),
        source=source,
    )


def _duty(found: SelfCheck, mode: str, source: str) -> Slots:
    work = found.work
    if work is None or not work.knows_need:
        note = found.work_note if work is None else work.one.words[0]
        return cards.lacking(f"{note.rstrip('。')}。", title="应配与在岗", body=figures.empty(mode))
    one = work.one
    said = [] if one.match is None else [f"匹配度 {one.match:.2f}（1 为警力完全跟着警情走）"]
    if one.match is not None and one.match_ceiling is not None:
        said[0] = f"匹配度 {one.match:.2f}（警情数量所限，至多约 {one.match_ceiling:.2f}）"
    if one.posts is not None:
        said.append(f"平均应配 {one.posts:.1f} 人")
    more = f"/staffing?station={quote(one.station)}"
    rising = alarm_notices.own_words(found.risen)
    return cards.filled(
        staffing_figures.day_steps(work, mode, lambda _: more),
        title=staffing_words.finding(work),
        sub=f"人，民警、辅警合计{' · 全部类别' if found.only else ''} · 按 {one.first} 至 {one.last} 的平均一天",
        note=[
            *([states.notice(rising)] if rising else []),
            *staffing_words.ways(work),
            html.P(["；".join(said), "。", *when_short(work)[1:], staffing_words.bridge(found.missed, work)]),
            html.A("警力配置 ›", href=more),
        ],
        source=source,
    )
