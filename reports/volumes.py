"""How much there was, as all reports tell it: opening sentence, key figures, categories, the daily line."""

from __future__ import annotations

from metrics.briefing import Card
from metrics.change import badge, behind
from reports import figures, tables
from reports.document import Chart, Part, Table, Text
from reports.sources import Source
from reports.tables import Line
from reports.wording import counts, of_card, stopped, usual

# Sub-categories worth naming in the opening sentence.
_NAMED = 3


def opening(source: Source) -> str:
    """Return the sentence that a report opens with: all calls, then by group, 刑事 with what it consists of."""
    found = source.briefing
    if not source.has_alerts:
        total = sum(row.value or 0 for row in found.rows)
        if not total:
            return f"{found.title}，{source.whole}未立案件。"
        kinds = counts((row.name, row.value or 0) for row in found.rows)
        return f"{found.title}，{source.whole}共立案件 {total:,.0f} 起：{kinds}。"
    every, valid = (card.value or 0 if (card := card_of(source, name)) else 0 for name in ("alerts", "alerts_valid"))
    if source.selection.categories:
        some = f"共接所选类别有效警情 {valid:,.0f} 起" if valid else "未接报所选类别警情"
        return f"{found.title}，{source.whole}{some}。"
    if not every:
        return f"{found.title}，{source.whole}未接报警情。"
    said = f"{found.title}，{source.whole}共接各类警情 {every:,.0f} 起，其中有效警情 {valid:,.0f} 起。"
    return f"{said}有效警情中，{_groups(source)}。" if valid else said


def _groups(source: Source) -> str:
    parts, none = [], []
    for row in source.briefing.rows:
        if not row.value:
            none.append(row.name)
            continue
        inside = _inside(source, row.key) if row.key == "刑事" else ""
        parts.append(f"{row.name}{'' if row.name.endswith('事件') else '警情'} {row.value:,.0f} 起{inside}")
    missing = f"，无{'、'.join(none)}警情" if none else ""
    return "，".join(parts) + missing


def _inside(source: Source, group: str) -> str:
    """Return 「（盗窃 15 起、诈骗 9 起、其他 4 起）」 for the largest kinds within a group."""
    table = source.ask("alerts_valid", by=("group", "category2"), spans=())
    kinds = source.known.category_names("alerts")
    inside = [
        (kinds.get(row["category2"], row["category2"]), row["alerts_valid"])
        for row in table.rows
        if row["group"] == group
    ]
    inside.sort(key=lambda one: -one[1])
    shown, rest = inside[:_NAMED], sum(count for _, count in inside[_NAMED:])
    listed = [*(one for one in shown if one[1]), *([("其余", rest)] if rest else [])]
    return f"（{counts(listed)}）" if len(listed) > 1 else ""


def card_of(source: Source, metric: str) -> Card | None:
    """Return a key figure of the briefing, None where the chosen categories leave it nothing to say."""
    return next((card for card in source.briefing.cards if card.metric.id == metric), None)


def key_figures(source: Source) -> list[Card]:
    """Return the key figures that the data can answer."""
    return [
        card for card in source.briefing.cards
        if (source.has_alerts if card.metric.view == "alerts" else source.has_cases)
    ]  # fmt: skip


def card_sentences(source: Source, *metrics: str) -> list[Text]:
    """Return a sentence per key figure, with what is said of Spring Festival behind it."""
    found = []
    for card in key_figures(source):
        if card.metric.id in metrics:
            aligned = f"（{card.note}）" if card.note else ""
            found.append(Text(stopped(of_card(card) + aligned)))
    return found


def card_table(source: Source, name: str) -> Table:
    """Return the key figures with the usual header."""
    lines = [
        Line(
            f"{card.metric.label}（{card.metric.unit}）",
            card.value,
            card.previous,
            card.last_year,
            badge(card.verdict, card.value, card.expected),
            card.metric,
            usual(card.expected) if card.expected else "—",
        )
        for card in key_figures(source)
    ]
    return tables.changes(name, "指标", lines, f"{source.briefing.judged_by}。{_made_of(source)}")


def _made_of(source: Source) -> str:
    """Return the counts behind shares of few, and why one may be above 100%: 「破案率：本期 11/31，上期 14/26。」."""
    said = []
    for card in key_figures(source):
        (now, before), (also, year) = behind(card.previous), behind(card.last_year)
        found = (("本期", now or also), ("上期", before), ("同期", year))
        parts = [f"{word} {counts}" for word, counts in found if counts]
        parts += filter(None, [card.metric.remark(card.value, card.previous.base, card.last_year.base)])
        said += [f"{card.metric.label}：{'，'.join(parts)}。"] if parts else []
    return "".join(said)


def categories(source: Source) -> tuple[Part, ...]:
    """Return the category table of the briefing, or that there is nothing to put into it."""
    if not source.briefing.rows:
        return (Text(f"本期、上期与同期均无{source.briefing.noun}。"),)
    return (_category_table(source),)


def _category_table(source: Source) -> Table:
    lines = [
        Line(
            row.name, row.value, row.previous, row.last_year, badge(row.verdict, row.value, row.expected), row.metric,
            usual(row.expected) if row.expected else "",
        )
        for row in source.briefing.rows
    ]  # fmt: skip
    found = source.briefing
    return tables.changes(
        f"分类{found.noun}", "类别", lines, f"单位：起。指标：{found.subject.label}。{found.judged_by}。"
    )


def trend_chart(source: Source) -> Chart | None:
    """Return the daily line of what the briefing counts."""
    return trend_of(source, "alerts_valid" if source.has_alerts else "cases_filed")


def trend_of(source: Source, metric: str) -> Chart | None:
    """Return the daily line of a key figure, None where there is none."""
    card = card_of(source, metric)
    return None if card is None else figures.trend(card)
