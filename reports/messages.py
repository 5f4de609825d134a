"""The slides of a meeting: five key messages, each with the figure that carries it."""

from __future__ import annotations

from metrics.briefing import short_name
from metrics.change import SAID
from metrics.compare import NOT_JUDGED, REAL
from metrics.model import Refused
from reports import ahead, alarms, figures, hours, points, volumes
from reports.document import Cell, Column, Message, Table, text_cell
from reports.sources import Source
from reports.wording import names, of_card, usual


def five(source: Source) -> tuple[Message, ...]:
    """Return the messages on the whole, the categories, the places, the hours and the cases."""
    made = (_whole(source), categories(source), _places(source), _hours(source), _cases(source))
    return tuple(message for message in made if message is not None)


def behind(source: Source) -> tuple[Table, ...]:
    """Return what a meeting may ask for behind the messages: every figure of the briefing page, and the forecast."""
    found = (
        volumes.card_table(source, "主要指标"),
        *(part for part in volumes.categories(source) if isinstance(part, Table)),
        _points(source), alarms.table(source), *ahead.parts(source),
    )  # fmt: skip
    return tuple(one for one in found if one is not None and one.rows)


def _points(source: Source) -> Table:
    columns = (Column("序号", 0.7), Column("要点", 12.0))
    told = [points.point_text(point) for point in source.briefing.points if point.text]
    rows = tuple((Cell(number, str(number), "0"), text_cell(text)) for number, text in enumerate(told, 1))
    return Table("要点", columns, rows)


def _whole(source: Source) -> Message:
    card = volumes.card_of(source, "alerts_valid")
    if not source.has_alerts or card is None:
        return Message(volumes.opening(source), volumes.trend_chart(source))
    return Message(f"{source.briefing.title}，{source.whole}{of_card(card)}", volumes.trend_chart(source))


def categories(source: Source) -> Message | None:
    """Return the message on the categories: which of them are out of chance."""
    found = source.briefing
    chart = figures.by_category(found.rows, f"分类{found.noun}：本期、上期与同期")
    if chart is None:
        return None
    real = [
        f"{row.name} {row.value or 0:,.0f} 起" + (f"（预期 {usual(row.expected)}）" if row.expected else "")
        for row in found.rows
        if row.verdict == REAL
    ]
    if real:
        return Message(f"{SAID[REAL]}的类别：{names(real)}", chart)
    judged = any(row.verdict != NOT_JUDGED for row in found.rows)
    return Message(f"分类{found.noun}没有超出随机波动的变化" if judged else f"分类{found.noun}（不作判定）", chart)


def _places(source: Source) -> Message | None:
    found, word = source.briefing, source.briefing.place_metric.label
    chart = figures.standing_out(found.places, source.known, f"{word}高于自身预期最多的派出所")
    if chart is None:
        return None
    high = [
        short_name(source.known.station_names.get(one.code, one.code)) for one in found.places if one.real and one.z > 0
    ]
    if high:
        return Message(f"{word}显著高于自身预期的派出所：{names(high)}", chart)
    beside = alarms.beside(source)
    said = f"本期没有派出所的{word}显著高于自身预期；偏高的尚可能是偶然"
    return Message(f"{said}。{beside}" if beside else said, chart)


def _hours(source: Source) -> Message | None:
    subject = source.briefing.subject
    try:
        rows = source.ask(subject.id, by=("hour",), spans=()).rows
    except Refused:
        return None
    counts = {int(row["hour"]): float(row[subject.id] or 0) for row in rows}
    if not sum(counts.values()):
        return None
    chart = figures.by_hour([counts.get(hour, 0.0) for hour in range(24)], f"{subject.label}分时")
    return Message(hours.busiest(counts, subject.label), chart)


def _cases(source: Source) -> Message | None:
    if not source.has_cases or source.briefing.subject.view == "cases":
        return None
    told = [card for name in ("cases_filed", "clear_rate") if (card := volumes.card_of(source, name))]
    return Message("；".join(map(of_card, told)), volumes.trend_of(source, "cases_filed")) if told else None
