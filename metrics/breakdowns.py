"""How the rows of the one statement become the breakdowns that were asked for.

The rows are read as arrays, each column once, and every breakdown becomes a frame at its end only: a page has ten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import rates
from metrics.axes import CALENDAR, Axes, bucket
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS, UNREGISTERED, VIEWS
from metrics.model import AMOUNT, COUNT, MATCH, RATE, RATIO, STOCK, Metric, View
from metrics.periods import Window
from metrics.questions import (
    WEEK_HOURS,
    Answer,
    Breakdown,
    Part,
    Question,
    grain_of,
    needs_of,
    wanted_columns,
)
from metrics.selection import Selection

# More than there are dimensions: GROUPING has a bit for each.
_GROUPING_BITS = 40
# A table as arrays of one length by name: dimensions as plain dates, whole numbers and texts, the others as numbers.
Columns = dict[str, NDArray[Any]]


def answer(
    snapshot: Snapshot, question: Question, known: Catalogue, parts: list[Part], raw: pd.DataFrame, notes: list[str]
) -> Answer:
    windows = {(part.view, part.span): part.window for part in parts}
    days = {key: _covered_days(known, VIEWS[key[0]], window) for key, window in windows.items()}
    covered = {key: len(days[key]) / max(1, len(window.dates())) for key, window in windows.items()}
    for view in [VIEWS[name] for name in dict.fromkeys(name for name, _ in covered)]:
        said, applies = category_note(view, question.selection, known)
        notes += said
        if not applies:
            covered |= {key: 0.0 for key in covered if key[0] == view.id}
            days |= {key: [] for key in days if key[0] == view.id}
    answers = Rows(question, known, parts, raw, covered, _lines(raw))
    frames: dict[tuple[tuple[str, ...], str], pd.DataFrame] = {}
    for breakdown in question.breakdowns:
        for span in breakdown.spans:
            key = (breakdown.by, span)
            frame = _breakdown_frame(breakdown, span, answers)
            frames[key] = _joined(frames[key], frame, breakdown.by) if key in frames else frame
    for (by, span), frame in frames.items():
        _zero_where_others_count(frame, by, {view: days[view, span] for view, one in windows if one == span}, question)
    return Answer(question, snapshot.id, frames, windows, covered, days, list(dict.fromkeys(notes)))


@dataclass(frozen=True)
class Rows:
    """What the statement returned, with what is needed to read it.

    lines: the places of the rows of each part and grouping.
    """

    question: Question
    known: Catalogue
    parts: list[Part]
    raw: pd.DataFrame
    covered: dict[tuple[str, str], float]
    lines: dict[tuple[int, int], NDArray[np.intp]]
    # Columns of all rows, read when first asked for.
    read: Columns = field(default_factory=dict)

    def numbers(self, name: str) -> NDArray[Any]:
        """Return an aggregate column of all rows as numbers, NaN where it is unknown."""
        if name not in self.read:
            self.read[name] = pd.to_numeric(self.raw[name]).to_numpy()
        return self.read[name]

    def keys(self, name: str) -> NDArray[np.object_]:
        """Return a dimension of all rows as plain dates, whole numbers or texts."""
        if name not in self.read:
            # Thousands of rows hold a few hundred days and stations: each is turned once.
            places, values = pd.factorize(self.raw[name], use_na_sentinel=False)
            turned = np.empty(len(values), dtype=object)
            turned[:] = [_plain(name, value) for value in values]
            self.read[name] = turned[places]
        return self.read[name]


def _plain(name: str, value: Any) -> Any:
    """Return a value of a dimension as a plain date, whole number or text."""
    turn = _PLAIN.get(name)
    if turn is None:
        return str(value)
    # Rows of other groupings do not have it.
    return None if pd.isna(value) else turn(value)


def _as_date(value: Any) -> date:
    day: date = pd.Timestamp(value).date()
    return day


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "day": _as_date, "week": _as_date, "month": _as_date, "quarter": _as_date,
    "hour": int, "weekday": int, "year": int,
}  # fmt: skip
_NO_LINES = np.zeros(0, dtype=np.intp)


def _lines(raw: pd.DataFrame) -> dict[tuple[int, int], NDArray[np.intp]]:
    """Return the places of the rows of each part and grouping, in their order."""
    if raw.empty:
        return {}
    groupings = raw["grouping_id"].to_numpy(dtype=np.int64)
    keys = raw["part"].to_numpy(dtype=np.int64) << _GROUPING_BITS | groupings
    order = np.argsort(keys, kind="stable")
    found, begins = np.unique(keys[order], return_index=True)
    return {
        (int(key) >> _GROUPING_BITS, int(key) & ((1 << _GROUPING_BITS) - 1)): places
        for key, places in zip(found, np.split(order, begins[1:]), strict=True)
    }


def _covered_days(known: Catalogue, view: View, window: Window) -> list[date]:
    """Return the days that a view's data cover in a window: a month that stands for it covers it whole."""
    if view.needs_beats and not known.beats:
        return []
    if not view.monthly:
        return _days_with_data(known, view, window)
    return window.dates() if _days_with_data(known, view, window) else []


def category_note(view: View, selection: Selection, known: Catalogue) -> tuple[list[str], bool]:
    """Return what must be said of a filter by category, and whether the view's metrics apply under it."""
    if not selection.categories:
        return [], True
    if not view.tree:
        return [f"{view.label}指标不分类别，未按所选类别筛选。"], True
    if any(known.category_filter(selection.categories, view.table)):
        return [], True
    what = "案件" if view.table == "cases" else "警情"
    return [f"所选类别不属于{what}类别，{what}指标不适用。"], False


def _breakdown_frame(breakdown: Breakdown, span: str, rows: Rows) -> pd.DataFrame:
    by, metrics = breakdown.by, [METRICS[name] for name in breakdown.metrics]
    wanted = [pair for metric in metrics for pair in wanted_columns(metric, by)]
    plain = tuple(dict.fromkeys(column for names, column in wanted if names == by))
    views = list(dict.fromkeys(METRICS[column].view for column in plain))
    columns = [[column for column in plain if METRICS[column].view == view] for view in views]
    tables = [
        _columns(rows, VIEWS[view], span, by, names, breakdown.complete)
        for view, names in zip(views, columns, strict=True)
    ]
    out = _frame(_valued(_together(tables, by), metrics, by, span, rows), by) if tables else None
    for metric in metrics:
        if metric.kind == MATCH:
            matched = _matched(metric, by, span, rows)
            out = matched if out is None else _joined(out, matched, by)
    assert out is not None
    return out if len(tables) == 1 else out[[*by, *dict.fromkeys(breakdown.metrics)]]


def _frame(table: Columns, by: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(one, dtype=object) if name in by else one for name, one in table.items()})


def _together(tables: list[Columns], by: tuple[str, ...]) -> Columns:
    """Return the columns of several views side by side, row by row of the same dimensions."""
    if len(tables) == 1:
        return tables[0]
    frame = _frame(tables[0], by)
    for more in tables[1:]:
        frame = _joined(frame, _frame(more, by), by)
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def _columns(
    rows: Rows, view: View, span: str, by: tuple[str, ...], columns: list[str], complete: bool = True
) -> Columns:
    """Return the aggregate columns of one view by dimensions, with every row that must be shown."""
    key = (view.id, span, needs_of(by), grain_of(view, by))
    index, part = next(
        (n, part) for n, part in enumerate(rows.parts) if (part.view, part.span, part.needs, part.grain) == key
    )
    if rows.covered[view.id, span] == 0.0:
        size = 0 if by else 1
        return {name: np.empty(0, dtype=object) for name in by} | {name: np.full(size, np.nan) for name in columns}
    lines = rows.lines.get((index, _grouping_id(part, by)), _NO_LINES)
    if view.monthly and by:
        # A group of rows that know nothing of these figures, such as the bureau's departments, is not shown.
        lines = lines[~np.all([np.isnan(rows.numbers(name)[lines]) for name in columns], axis=0)]
    seen = {name: rows.keys(name)[lines] for name in by}
    values = {name: rows.numbers(name)[lines] for name in columns}
    return seen | values if not (by and complete) else _complete(seen, values, part, rows.known, rows.question)


def _matched(metric: Metric, by: tuple[str, ...], span: str, rows: Rows) -> pd.DataFrame:
    """Return Σ min(share of the numerator, share of the denominator) over the hours of the week; 1 is perfect."""
    names = [metric.numerator, metric.denominator]
    slots = _frame(_columns(rows, VIEWS[metric.view], span, by + WEEK_HOURS, names), by + WEEK_HOURS)
    values = slots[names].astype("float64").fillna(0.0)
    groups = [slots[name] for name in by] or [pd.Series(0, index=slots.index)]
    totals = values.groupby(groups).transform("sum")
    shares = values / totals.where(totals > 0)
    common = shares.min(axis=1, skipna=False).groupby(groups).agg(lambda part: part.sum(min_count=len(part)))
    if not by:
        return pd.DataFrame({metric.id: [common.iloc[0] if len(common) else None]})
    matched: pd.DataFrame = common.rename(metric.id).reset_index().set_axis([*by, metric.id], axis=1)
    return matched


def _zero_where_others_count(
    frame: pd.DataFrame, by: tuple[str, ...], days: dict[str, list[date]], question: Question
) -> None:
    """Set counts to 0 in rows that only another view has (a beat with alerts and no cases), on days with data.

    Categories and groups are left unknown: most codes of alerts mean nothing for cases.
    """
    if not by or {"category", "group"} & set(by):
        return
    for name in frame.columns:
        if name not in METRICS or METRICS[name].kind != COUNT or not frame[name].isna().any():
            continue
        if VIEWS[METRICS[name].view].monthly:
            continue
        buckets = {
            tuple(bucket(day, one, question.selection.week_start) for one in by if one in CALENDAR)
            for day in days[METRICS[name].view]
        }
        rows = frame[[one for one in by if one in CALENDAR]].itertuples(index=False, name=None)
        covered = [row in buckets for row in rows] if set(by) & set(CALENDAR) else [bool(buckets)] * len(frame)
        frame.loc[frame[name].isna() & pd.Series(covered, index=frame.index), name] = 0


def _grouping_id(part: Part, by: tuple[str, ...]) -> int:
    """GROUPING(a, b, c) sets a bit for every column that is not grouped by; the last column has the lowest bit."""
    own = part.dimensions
    return sum(1 << (len(own) - 1 - place) for place, name in enumerate(own) if name not in by)


def _joined(left: pd.DataFrame, right: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    new = [column for column in right.columns if column not in left.columns]
    if not by:
        return pd.concat([left.reset_index(drop=True), right[new].reset_index(drop=True)], axis=1)
    return left.merge(right[[*by, *new]], on=list(by), how="outer")


def _complete(seen: Columns, values: Columns, part: Part, known: Catalogue, question: Question) -> Columns:
    """Add what grouping drops: days, hours and registered stations without a row are 0; days without data are not."""
    shown, found = _axes(part, known, question.selection).rows(tuple(seen), seen)
    has = found >= 0
    whole: Columns = {}
    for name, column in values.items():
        if not column.size:
            one = np.full(found.size, np.nan)
        elif has.all():
            one = column[found]
        else:
            one = np.where(has, column[found], np.nan)
        # What was not reported for a month is not known; events that did not happen are 0.
        if METRICS[name].kind in (COUNT, AMOUNT, STOCK) and not VIEWS[part.view].monthly:
            one = np.where(~has if METRICS[name].may_be_unknown else np.isnan(one), 0, one)
        whole[name] = one
    return {**shown, **whole}


def _axes(part: Part, known: Catalogue, selection: Selection) -> Axes:
    view = VIEWS[part.view]
    chosen = known.station_codes(selection.stations) if selection.stations else tuple(known.stations)
    kinds = {code: known.stations[code].kind if code in known.stations else None for code in chosen}
    return Axes(
        days=_days_with_data(known, view, part.window),
        stations={code: kind or UNREGISTERED for code, kind in kinds.items()},
        week_start=selection.week_start,
        only_covered=view.listed,
    )


def _days_with_data(known: Catalogue, view: View, window: Window) -> list[date]:
    """Return the days with data in a window; of a view of months, the first days of its months."""
    if not window.dates():
        return []
    if view.monthly:
        return [month for month in known.months.get(view.table, ()) if window.first_day <= month <= window.last_day]
    return known.covered(view.table, window.first_day, window.last_day)


def _valued(table: Columns, metrics: list[Metric], by: tuple[str, ...], span: str, rows: Rows) -> Columns:
    """Turn aggregate columns into metric values: ratios and rates are made here and only here."""
    values: Columns = {name: table[name] for name in by}
    for metric in metrics:
        if metric.kind == RATIO:
            bottom = table[metric.denominator]
            values[metric.id] = metric.scale * table[metric.numerator] / np.where(bottom > 0, bottom, np.nan)
        elif metric.kind == RATE:
            count = table[metric.numerator]
            part = next(one for one in rows.parts if (one.view, one.span) == (metric.view, span))
            keys = [dict(zip(by, row, strict=True)) for row in zip(*(table[name] for name in by), strict=True)]
            exposure = rates.exposure(
                metric, keys if by else [{}] * count.size, by, part.window, rows.known, rows.question.selection
            )
            values[metric.id] = metric.scale * count / exposure
        elif metric.kind != MATCH:
            values[metric.id] = table[metric.id]
    return values
