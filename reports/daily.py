"""The daily report: what the briefing page shows, in the order in which offices write it."""

from __future__ import annotations

from datetime import datetime

from data.reading import Snapshot
from metrics.briefing import CARD_METRICS
from metrics.selection import Selection
from reports import ahead, framing, messages, places, points, repeats, response, sources, tables, volumes
from reports.document import Part, Report, Section, Text
from reports.sources import Source

_TOLD = ("alerts_valid", "alerts_criminal", "cases_filed")
_BLANKS = 2


def daily(snapshot: Snapshot, selection: Selection, made_at: datetime, watermark: str = "") -> Report:
    """Return the report of a filter (usually one day); raises MetricError where there is nothing to report on."""
    source = sources.source_of(snapshot, selection)
    one_day = source.window.days <= 1
    return Report(
        title=f"{source.known.bureau}{'每日' if one_day else ''}{source.briefing.noun}研判",
        period=source.period_words,
        bureau=source.known.bureau,
        origin=sources.origin(source),
        sections=tuple(_sections(source)),
        messages=messages.five(source),
        behind=messages.behind(source),
        definitions=tables.definitions(_used(source)),
        made_at=made_at,
        settled_at=sources.settled_at(source),
        watermark=sources.mark(source, watermark),
    )


def _used(source: Source) -> list[str]:
    alerts = [*repeats.REPEATS, *response.TIMING] if source.has_alerts else []
    cases = [*places.ZERO_CRIME] if source.has_cases else []
    return [*CARD_METRICS, source.briefing.subject.id, source.briefing.place_metric.id, *alerts, *cases]


def _sections(source: Source) -> list[Section]:
    noun = source.briefing.noun
    found = [
        framing.scope(source),
        Section(f"总体{noun}", tuple(_whole(source))),
        Section("风险提示", tuple(points.risks(source))),
        Section(f"分类{noun}", volumes.categories(source)),
        Section("派出所情况与零发案", places.stations(source)),
    ]
    if source.has_alerts:
        found.append(Section("重复警情与接处警时效", (*repeats.chapter(source), *response.chapter(source))))
    found += [
        Section(ahead.TITLE, ahead.chapter(source)),
        Section("工作建议", framing.to_write(_BLANKS)),
    ]
    return [*found, *framing.appendix(source, volumes.card_table(source, "主要指标"), places.station_table(source))]


def _whole(source: Source) -> list[Part]:
    trend = volumes.trend_chart(source)
    return [
        Text(volumes.opening(source)),
        *volumes.card_sentences(source, *_TOLD),
        *([trend] if trend else []),
    ]
