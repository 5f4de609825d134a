"""When it was, as all reports tell it: the busiest hours in words and bars, tables of the week."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metrics import expectation
from metrics.model import Refused
from metrics.query import TABLES
from reports import figures, tables
from reports.document import Part, Table, Text
from reports.sources import Source


def chapter(source: Source) -> tuple[Part, ...]:
    """Return the busiest hours of the period in words, and a chart of the hours."""
    subject = source.briefing.subject
    try:
        week = _week_counts(source)
    except Refused as error:
        return (Text(str(error)),)
    if not week.sum():
        return (Text(f"本期无{source.briefing.noun}，不分时段。"),)
    counts = {hour: float(week[:, hour].sum()) for hour in range(24)}
    said = f"{busiest(counts, subject.label)}；{busiest_day(week.sum(axis=1), _days(source))}。"
    chart = figures.by_hour([counts[hour] for hour in range(24)], f"{subject.label}分时")
    return (Text(said), chart)


def busiest(counts: dict[int, float], label: str) -> str:
    """Say the four busiest hours with their share, or that there is too little to tell."""
    spell = expectation.busiest_hours(counts, share=0.0)
    if spell is None:
        return f"{label}数量少，不分时段"
    first, last = spell
    held = sum(counts.get((first + n) % 24, 0.0) for n in range((last - first) % 24))
    total = sum(counts.values())
    end = f"次日 {last}" if 0 < last < first else f" {last or 24}"
    return (
        f"{label}最多的四个小时为 {first} 时至{end} 时，{held:,.0f} 起，占 {total:,.0f} 起的 {100 * held / total:.1f}%"
    )


def busiest_day(counts: NDArray[np.float64], days: Sequence[int]) -> str:
    """Say the weekday with the most events a day: three Tuesdays of 32 are more than four Sundays of 30.

    counts, days: by weekday, Monday first: events, and days with data.
    """
    means = counts / np.maximum(days, 1)
    day = int(means.argmax())
    if len(set(days) - {0}) == 1:
        return f"最多的为{tables.WEEKDAYS[day]}，{counts[day]:,.0f} 起"
    return f"日均最多的为{tables.WEEKDAYS[day]}，{days[day]} 天 {counts[day]:,.0f} 起，日均 {means[day]:,.1f} 起"


def _days(source: Source) -> list[int]:
    """Return how many days with data the period has of each weekday, Monday first."""
    table = TABLES[source.briefing.subject.view]
    covered = source.known.covered(table, source.window.first_day, source.window.last_day)
    return [sum(day.weekday() == weekday for day in covered) for weekday in range(7)]


def _week_counts(source: Source) -> NDArray[np.float64]:
    """Return 7 × 24 counts of the period; raises Refused where hours are not known."""
    subject = source.briefing.subject
    week = np.zeros((7, 24))
    for row in source.ask(subject.id, by=("weekday", "hour"), spans=()).rows:
        week[int(row["weekday"]) - 1, int(row["hour"])] = float(row[subject.id] or 0)
    return week


def hours_table(source: Source, name: str) -> Table | None:
    """Return the weekday × hour counts of the period, None where there is nothing to count."""
    try:
        week = _week_counts(source)
    except Refused:
        return None
    return tables.week_hours(name, week, f"{source.briefing.subject.label}，起。底色越深越多。") if week.sum() else None


def weeks_table(source: Source) -> Table | None:
    """Return the hours of the last four weeks as the briefing shows them."""
    found = source.briefing
    if found.week is None:
        return None
    return tables.week_hours(
        "近 28 日一周时段", found.week, f"{found.subject.label}，起。{found.week_words}。底色越深越多。"
    )
