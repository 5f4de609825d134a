"""The monthly report of one station: targets and gaps, own trend, own hours, repeats, response, staffing, peers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from data.reading import Snapshot
from metrics import catalogue, peers, score, targets
from metrics.ask import ask
from metrics.briefing import CARD_METRICS
from metrics.catalogue import Station
from metrics.model import MetricError, Refused
from metrics.readings import months_before
from metrics.score import MISSED, STATES, UNBOUND, Score, Scorecard
from metrics.selection import Selection
from reports import ahead, duty, framing, hours, messages, points, repeats, response, sources, tables, volumes
from reports.document import Cell, Chart, Column, Message, Part, Report, Section, Series, Table, Text, text_cell
from reports.duty import Force
from reports.sources import Source
from reports.wording import names, of_card, stopped

_TREND_MONTHS = 12
# Data up to midnight ends with the day before.
_MOMENT = timedelta(microseconds=1)
_TARGETS, _BLANKS = "目标对照", 2
_TOLD = ("alerts_valid", "alerts_criminal", "alerts_order", "alerts_dispute", "cases_filed", "clear_rate")


@dataclass(frozen=True)
class Asked:
    """Which station (code or name), which month (None: the last of the data), which pack of targets."""

    station: str
    month: date | None = None
    policy: str | None = None
    cutoff: int = 0


@dataclass(frozen=True)
class _Own:
    """What the chapters on one station share."""

    source: Source
    station: Station
    card: Scorecard
    scores: tuple[Score, ...]
    force: Force


def monthly(snapshot: Snapshot, store: Path, asked: Asked, made_at: datetime, watermark: str = "") -> Report:
    """Return the report of a station's month; raises UnknownName for a station that does not exist."""
    known = catalogue.of(snapshot)
    code = known.station_codes((asked.station,))[0]
    if code not in known.stations:
        raise MetricError("「未登记」不是派出所，没有月报。请改用派出所代码或名称。")
    month = (asked.month or score.latest_month(snapshot)).replace(day=1)
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    # The month that still runs is compared with the same days of the one before, as the page does with 本月.
    chosen = Selection(stations=(code,), cutoff=asked.cutoff)
    runs = known.data_as_of is not None and month <= (known.data_as_of - _MOMENT).date() <= last
    chosen = replace(chosen, period="month") if runs else replace(chosen, period="custom", first=month, last=last)
    source = sources.source_of(snapshot, chosen)
    card = score.scorecard(snapshot, targets.of_store(store, asked.policy), month)
    own = _Own(source, known.stations[code], card, card.of_station(code), duty.found(source))
    return Report(
        title=f"{_spaced(own.station.name)}{month.year}年{month.month}月自查月报",
        period=source.briefing.title,
        bureau=known.bureau,
        origin=sources.origin(source),
        sections=tuple(_sections(own)),
        messages=tuple(_messages(own)),
        behind=messages.behind(source),
        definitions=tables.definitions(_used(own)),
        made_at=made_at,
        settled_at=sources.settled_at(source),
        watermark=sources.mark(source, watermark),
    )


def _spaced(name: str) -> str:
    """Return a name that does not run into the year behind it."""
    return f"{name} " if name[-1:].isascii() else name


def _used(own: _Own) -> list[str]:
    computed = [one.target.metric for one in own.scores if one.target.metric]
    alerts = [*repeats.REPEATS, *response.TIMING] if own.source.has_alerts else []
    return [*CARD_METRICS, own.source.briefing.subject.id, *computed, *duty.OFFICERS, *alerts, *peers.COMPARED]


def _sections(own: _Own) -> list[Section]:
    source = own.source
    alerts = [
        Section("重复警情", repeats.chapter(source)),
        Section("接处警时效", response.chapter(source)),
    ]  # fmt: skip
    return [
        framing.scope(source),
        Section("目标对照与差距", tuple(_targets(own))),
        Section(f"{source.briefing.noun}与走势", tuple(_volumes(own))),
        Section("时段与警格", tuple(_hours_and_beats(own))),
        *(alerts if source.has_alerts else []),
        Section("警力配置", duty.chapter(source, own.force)),
        Section("与同类所相比", tuple(_peers(own))),
        Section("需要关注", tuple(points.risks(source))),
        Section(ahead.TITLE, ahead.chapter(source)),
        Section("下一步措施", framing.to_write(_BLANKS)),
        *framing.appendix(source, _score_table(own), _cards(own), hours.hours_table(source, "本月时段")),
    ]


# ---- targets -------------------------------------------------------------------------------------


def _targets(own: _Own) -> list[Part]:
    counts = Counter(one.state for one in own.scores)
    told = "、".join(f"{state} {counts[state]} 项" for state in STATES)
    missed = [one for one in _ranked(own) if one.state == MISSED]
    parts: list[Part] = [Text(f"{own.card.pack.name}：{told}。")]
    parts += [
        Text(
            f"（{number}）{one.target.label}{one.value_text.replace(' ', '')}，要求{one.target.says}，{one.gap.text}。"
        )
        for number, one in enumerate(missed, 1)
        if one.gap
    ]
    parts += [Text(f"各项目标见附表「{_TARGETS}」。")]
    return [*parts, *(Text(note, "note") for note in own.card.notes)]


def _ranked(own: _Own) -> list[Score]:
    """Return what is missed first, the farthest off on top; what does not bind the station last."""
    order = (MISSED, *(state for state in STATES if state not in (MISSED, UNBOUND)), UNBOUND)
    return sorted(own.scores, key=lambda one: (order.index(one.state), -one.relative))


def _score_table(own: _Own) -> Table:
    columns = (
        Column("序号", 0.75), Column("目标", 2.2), Column("要求", 1.1), Column("现值", 1.2, True), Column("状态", 1.1),
        Column("差距或原因", 3.0), Column("依据", 1.2), Column("数据时间", 1.3),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(number, str(number), "0"), text_cell(one.target.label), text_cell(one.target.says),
            _value(one), text_cell(one.state), text_cell(one.gap.text if one.gap else one.reason or one.remark or "—"),
            text_cell(one.target.clause), text_cell(one.as_of_text),
        )
        for number, one in enumerate(_ranked(own), 1)
    )  # fmt: skip
    return Table(_TARGETS, columns, rows, f"{own.card.pack.document}。未报送不计为 0；差距按补足后确能达标计算。")


def _value(one: Score) -> Cell:
    if one.value is None:
        return Cell(None, one.value_text)
    return Cell(round(one.value, 4), one.value_text, "0" if float(one.value).is_integer() else "0.0#")


# ---- volumes -------------------------------------------------------------------------------------


def _volumes(own: _Own) -> list[Part]:
    source = own.source
    return [
        Text(volumes.opening(source)),
        *volumes.card_sentences(source, *_TOLD),
        *_months(own),
        *volumes.categories(source),
    ]


def _cards(own: _Own) -> Table:
    return volumes.card_table(own.source, "主要指标")


def _months(own: _Own) -> list[Chart]:
    """Return the line of twelve months with those of the year before."""
    source, subject = own.source, own.source.briefing.subject
    window = source.window
    first = months_before(window.first_day.replace(day=1), _TREND_MONTHS)[0]
    chosen = replace(source.selection, period="custom", first=first, last=window.last_day)
    table = ask(source.snapshot, (subject.id,), ("month",), chosen, ("last_year",))
    if len(table.rows) < 2:
        return []
    labels = tuple(f"{row['month'].year}.{row['month'].month}" for row in table.rows)
    series = [Series("本期", tuple(row[subject.id] for row in table.rows))]
    earlier = tuple(table.comparisons[number, subject.id, "last_year"].base for number in range(len(table.rows)))
    if any(value is not None for value in earlier):
        series.append(Series("同期", earlier, "past"))
    note = "" if window == source.whole_window else f"最后一个月截至 {window.last_day:%Y-%m-%d}，同期取相同日期。"
    return [Chart(f"近 {len(labels)} 个月{subject.label}", "line", labels, tuple(series), "起", note=note)]


def _hours_and_beats(own: _Own) -> list[Part]:
    source, subject = own.source, own.source.briefing.subject
    parts = list(hours.chapter(source))
    try:
        table = source.ask(subject.id, by=("beat",))
    except Refused:
        return parts
    beats = {code: beat[0] for code, beat in source.known.beats.items()}
    lines = tables.lines_of(table, subject.id, "beat", beats)
    if not lines or not source.known.beats:
        return parts
    note = f"单位：起。指标：{subject.label}。判定为环比，已按全部警格校正。{tables.hidden_note(lines)}"
    return [*parts, tables.changes("各警格情况", "警格", lines, note)]


# ---- peers ---------------------------------------------------------------------------------------


def _peers(own: _Own) -> list[Part]:
    compared = peers.compare(own.source.snapshot, own.station.kind, own.card.month)
    code = own.station.code
    shown = [one for one in compared.positions if code in one.places]
    if not shown:
        return [Text(stopped(f"不作比较：{compared.reason or '本所没有人口数，不能折算为每万人'}"))]
    columns = (
        Column("指标", 1.6), Column("本所", 1.0, True), Column("95% 区间", 1.6), Column("同类所数", 0.9, True),
        Column("名次区间（1 为最高）", 1.6), Column("判定", 1.6),
    )  # fmt: skip
    rows = []
    for one in shown:
        place = one.places[code]
        rate = place.rate
        span = "—" if rate.low is None or rate.high is None else f"{rate.low:,.1f}–{rate.high:,.1f}"
        ranks = "—" if place.rank_low is None else _span(place.rank_low, place.rank_high)
        value = Cell(None, "—") if rate.value is None else Cell(round(rate.value, 1), f"{rate.value:,.1f}", "#,##0.0")
        size = Cell(len(one.places), str(len(one.places)), "0")
        rows.append(
            (
                text_cell(one.metric.label),
                value,
                text_cell(span),
                size,
                text_cell(ranks),
                text_cell(place.verdict or "—"),
            )
        )
    note = (
        f"{own.station.kind}派出所，{compared.first:%Y-%m} 至 {compared.last:%Y-%m}，起/万人·年。"
        "区间重叠的所不分先后；是否偏离按漏斗图界限判断。"
    )
    return [Table("与同类所相比", columns, tuple(rows), note)]


def _span(low: int | None, high: int | None) -> str:
    return str(low) if low == high else f"{low}–{high}"


# ---- slides --------------------------------------------------------------------------------------


def _messages(own: _Own) -> list[Message]:
    source = own.source
    missed = [one for one in _ranked(own) if one.state == MISSED]
    short = [f"{one.target.label}（{one.gap.text}）" for one in missed[:3] if one.gap]
    said = f"{len(missed)} 项目标未达标：{names(short)}" if missed else "没有未达标的目标"
    months = _months(own)
    whole = volumes.card_of(source, "alerts_valid" if source.has_alerts else "cases_filed")
    found = [
        Message(said, _score_slide(own)),
        Message(of_card(whole), months[0] if months else None) if whole else None,
        messages.categories(source),
    ]
    busy = hours.chapter(source)
    charts = [part for part in busy if isinstance(part, Chart)]
    if charts and isinstance(busy[0], Text):
        found.append(Message(busy[0].text, charts[0]))
    found.append(duty.message(own.force))
    return [message for message in found if message is not None and message.figure is not None]


def _score_slide(own: _Own) -> Table:
    """Return the missed targets in the columns that fit a slide; all that bind where none is missed."""
    whole = _score_table(own)
    states = [one.state for one in _ranked(own)]
    wanted = [row for row, state in zip(whole.rows, states, strict=True) if state == MISSED] or [
        row for row, state in zip(whole.rows, states, strict=True) if state != UNBOUND
    ]
    return replace(whole, columns=whole.columns[:6], rows=tuple(row[:6] for row in wanted))
