"""The tables that reports have in common: changes with the usual header, matrices, hours of the week, definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics import compare
from metrics.ask import Table as Answered
from metrics.briefing import Briefing, Matrix
from metrics.briefing.verdicts import said_range
from metrics.catalogue import Catalogue
from metrics.change import badge
from metrics.compare import Comparison
from metrics.definitions import METRICS, UNREGISTERED
from metrics.model import Metric
from metrics.privacy import is_hidden
from reports.document import Cell, Column, Table, count_cell, text_cell
from reports.wording import change_cell

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
COMPARED = ("previous", "last_year")
_LONG_NAME = 7


@dataclass(frozen=True)
class Line:
    """One line of a table of changes. value: the count, or a mark where it may not be shown.

    expected: the usual range in words, "" in tables without it. is_apart: stands below the numbered lines (未登记).
    """

    name: str
    value: float | str | None
    previous: Comparison
    last_year: Comparison
    verdict: str
    metric: Metric
    expected: str = ""
    is_apart: bool = False


def changes(name: str, first: str, lines: Sequence[Line], note: str = "") -> Table:
    """Return 序号｜单位｜本期数｜同期数｜同比｜上期数｜环比｜判定; first: what the second column names."""
    with_range = any(line.expected for line in lines)
    place, label, count, change, judged = (0.75, 2.1, 1.05, 1.6, 1.3) if with_range else (0.6, 1.9, 0.9, 1.7, 1.1)
    if with_range and all(len(line.name) < _LONG_NAME for line in lines):
        # Short names leave the changes a line.
        place, label, count, change = 0.72, 1.6, 1.02, 2.0
    columns = (
        Column("序号", place), Column(first, label), Column("本期数", count, True), Column("同期数", count, True),
        Column("同比", change, True), Column("上期数", count, True), Column("环比", change, True),
        *([Column("预期", 1.2, True)] if with_range else []), Column("判定", judged),
    )  # fmt: skip
    ordered = [*(line for line in lines if not line.is_apart), *(line for line in lines if line.is_apart)]
    rows = tuple(
        _change_row(text_cell("—") if line.is_apart else Cell(number, str(number), "0"), line, with_range)
        for number, line in enumerate(ordered, 1)
    )
    return Table(name, columns, rows, note)


def _change_row(number: Cell, line: Line, with_range: bool) -> tuple[Cell, ...]:
    places = line.metric.decimals
    return (
        number, text_cell(line.name), value_cell(line.value, places),
        count_cell(line.last_year.base, places), change_cell(line.last_year, line.metric),
        count_cell(line.previous.base, places), change_cell(line.previous, line.metric),
        *([text_cell(line.expected or "—")] if with_range else []), text_cell(line.verdict),
    )  # fmt: skip


def value_cell(value: float | str | None, decimals: int = 0) -> Cell:
    """Return a number, or the mark that stands for one that may not be shown."""
    return text_cell(value) if isinstance(value, str) else count_cell(value, decimals)


def lines_of(table: Answered, metric: str, dimension: str, names: dict[str, str]) -> list[Line]:
    """Return a line per row of an answered question with one dimension, the largest first.

    The verdict is that on the 环比, since reports come out week by week and day by day.
    """
    lines = []
    for number, row in enumerate(table.rows):
        previous, last_year = (table.comparisons[number, metric, span] for span in COMPARED)
        code = str(row[dimension])
        lines.append(Line(names.get(code, code), row[metric], previous, last_year, previous.verdict, METRICS[metric]))
    return sorted(lines, key=lambda line: -size_of(line))


def size_of(line: Line) -> float:
    """Return the count of a line for sorting; what may not be shown is small."""
    return line.value if isinstance(line.value, int | float) else 0.0


def station_lines(table: Answered, metric: str, known: Catalogue, found: Briefing) -> list[Line]:
    """Return a line per registered station and, apart, for 未登记, in the order of their codes; none occurred means 0.

    The verdict on a station is that of 风险热力 and 今日会商, beside the range that it stands on.
    """
    judged = {place.code: place for place in found.totals}
    alone = next((card for card in found.cards if card.metric.id == metric), None) if len(judged) == 1 else None
    places = {str(row["station"]): number for number, row in enumerate(table.rows)}
    lines = []
    for code, name in [
        *known.station_names.items(),
        *([(UNREGISTERED, UNREGISTERED)] if UNREGISTERED in places else []),
    ]:
        if code not in judged and code != UNREGISTERED:
            continue
        if code in places:
            number = places[code]
            value = table.rows[number][metric]
            pair = [table.comparisons[number, metric, span] for span in COMPARED]
        else:
            pair = [_nothing(table, metric, span, code) for span in COMPARED]
            value = pair[0].value
        line = Line(name, value, pair[0], pair[1], compare.NOT_JUDGED, METRICS[metric], is_apart=code == UNREGISTERED)
        if alone is not None:
            usual, verdict = alone.expected, badge(alone.verdict, alone.value, alone.expected)
        elif code in judged:
            usual = judged[code].usual if found.has_ranges else None
            verdict = found.standing(judged[code])
        else:
            usual, verdict = None, compare.NOT_JUDGED
        lines.append(replace(line, verdict=verdict, expected=said_range(usual) if usual else ""))
    return lines


def _nothing(table: Answered, metric: str, span: str, code: str) -> Comparison:
    """Return the comparison of a station that does not occur in the answer; 0 where there are data."""
    view = METRICS[metric].view
    now, then = (0.0 if table.answer.covered[view, one] else None for one in ("current", span))
    if now is None or then is None:
        return Comparison(now, then, verdict=compare.NO_BASE)
    frame = table.answer.frame(("station",), span)
    found = frame.loc[frame["station"] == code, metric]
    base = float(found.iloc[0]) if len(found) and found.iloc[0] == found.iloc[0] else 0.0
    return replace(compare.counts(0.0, 1.0, base, 1.0), verdict=compare.NOT_JUDGED)


def matrix(name: str, found: Matrix, note: str = "") -> Table:
    """Return the counts of stations × categories; 「*」 marks what is out of its expectation after correction."""
    corner = "派出所" if found.dimension == "station" else "警格"
    # What the columns leave out stands in one of its own, so that a line adds up.
    more = ["其余", "合计"] if found.rest is not None else []
    labels = [*(label for _, label in found.columns), *more]
    columns = (Column(corner, 1.6), *(Column(label, 1.0, True) for label in labels))
    rows = []
    for i, (row, label) in enumerate(found.rows):
        cells = [text_cell(label)]
        for j, (column, _) in enumerate(found.columns):
            mark = found.hidden.get((row, column), "")
            value = int(found.values[i, j])
            star = "*" if found.real[i, j] else ""
            cells.append(text_cell(mark) if mark else Cell(value, f"{value:,}{star}", f'#,##0"{star}"'))
        if found.rest is not None:
            cells += [count_cell(found.rest[i]), count_cell(found.values[i].sum() + found.rest[i])]
        rows.append(tuple(cells))
    return Table(name, columns, tuple(rows), note)


def week_hours(name: str, week: NDArray[np.float64], note: str = "") -> Table:
    """Return 7 × 24 counts as hours (lines) × weekdays (columns), tinted by their size, with sums on both margins."""
    columns = (Column("时段", 1.3), *(Column(day, 1.0, True) for day in WEEKDAYS), Column("合计", 1.0, True))
    top = float(week.max()) or 1.0
    rows = []
    for hour in range(24):
        cells = [_shaded(float(week[day, hour]), float(week[day, hour]) / top) for day in range(7)]
        rows.append((text_cell(f"{hour}–{hour + 1} 时"), *cells, _shaded(float(week[:, hour].sum()), 0.0)))
    sums = [_shaded(float(week[day].sum()), 0.0) for day in range(7)]
    rows.append((text_cell("合计"), *sums, _shaded(float(week.sum()), 0.0)))
    return Table(name, columns, tuple(rows), note)


def _shaded(value: float, shade: float) -> Cell:
    return Cell(int(value), f"{value:,.0f}", "#,##0", shade)


def definitions(metrics: Iterable[str]) -> Table:
    """Return what each metric of a report means and how it is computed, each once."""
    rows = []
    for number, one in enumerate(dict.fromkeys(metrics), 1):
        metric = METRICS[one]
        meaning = f"{metric.meaning}。{metric.caveat}。" if metric.caveat else f"{metric.meaning}。"
        rows.append(
            (
                Cell(number, str(number), "0"), text_cell(metric.label), text_cell(metric.unit), text_cell(meaning),
                text_cell(metric.formula), text_cell(metric.clause or "—"),
            )
        )  # fmt: skip
    columns = (
        Column("序号", 0.6), Column("指标", 1.8), Column("单位", 0.8), Column("含义", 4.0), Column("算法", 3.0),
        Column("依据", 1.6),
    )  # fmt: skip
    return Table("指标口径", columns, tuple(rows))


def hidden_note(lines: Iterable[Line]) -> str:
    """Say what the marks of a table mean where it has any."""
    return "「<3」「略」为避免识别个人而不显示。" if any(is_hidden(line.value) for line in lines) else ""
