"""Stations whose count rose three weeks in a row: which ones, and how many chance alone would bring."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta

from metrics import compare
from metrics.ask import ask
from metrics.compare import Comparison
from metrics.definitions import METRICS
from reports.document import Cell, Column, Table, count_cell, text_cell
from reports.sources import Source
from reports.wording import change_cell

WEEKS = 4
# Four unlike numbers in a random order rise throughout once in 4! = 24 times.
_CHANCE = 1 / 24


@dataclass(frozen=True)
class Riser:
    """A station with its counts of four weeks, oldest first, and the last week against the first."""

    name: str
    counts: tuple[float, ...]
    change: Comparison


def weeks(source: Source) -> tuple[Riser, ...] | None:
    """Return the stations that rose three weeks in a row, the steepest first; None without four weeks of data.

    The verdict compares the last week with the first of the four (E-test or score test, widened by the overdispersion
    of station-days), corrected for chance over all stations, not only over those that rose.
    """
    window, subject = source.window, source.briefing.subject
    first = window.last_day - timedelta(days=7 * WEEKS - 1)
    start = (window.last_day + timedelta(days=1)).isoweekday()
    chosen = replace(source.selection, period="custom", first=first, last=window.last_day, week_start=start)
    table = ask(source.snapshot, (subject.id,), ("station", "week"), chosen)
    if table.answer.covered[subject.view, "current"] < 1:
        return None
    counts: dict[str, list[float]] = {}
    for row in table.rows:
        counts.setdefault(str(row["station"]), []).append(float(row[subject.id] or 0))
    whole = {code: tuple(found) for code, found in counts.items() if len(found) == WEEKS}
    matrix = source.briefing.matrix
    phi = matrix.phi if matrix is not None and matrix.dimension == "station" else 1.0
    judged = compare.judged([compare.counts(found[-1], 7.0, found[0], 7.0, phi) for found in whole.values()])
    names = source.known.station_names
    found = [
        Riser(names.get(code, code), values, change)
        for (code, values), change in zip(whole.items(), judged, strict=True)
        if all(before < after for before, after in itertools.pairwise(values))
    ]
    return tuple(sorted(found, key=lambda one: -(one.change.change or 0)))


def by_chance(source: Source) -> float:
    """Return how many stations rise three weeks in a row by chance alone, ties aside."""
    chosen = source.selection.stations or tuple(source.known.stations)
    return len(chosen) * _CHANCE


def table(found: tuple[Riser, ...], label: str) -> Table:
    """Return the counts of four weeks with the change from the first to the last."""
    columns = (
        Column("序号", 0.6), Column("单位", 1.9), Column("前三周", 1.0, True), Column("前二周", 1.0, True),
        Column("上周", 1.0, True), Column("本周", 1.0, True), Column("本周比前三周", 1.6, True), Column("判定", 1.1),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(number, str(number), "0"), text_cell(one.name), *(count_cell(count) for count in one.counts),
            change_cell(one.change, METRICS["alerts_valid"]), text_cell(one.change.verdict),
        )
        for number, one in enumerate(found, 1)
    )  # fmt: skip
    return Table(
        "连续三周上升的派出所", columns, rows, f"单位：起。指标：{label}。判定为本周与前三周相比，已按全部单位校正。"
    )
