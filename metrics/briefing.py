"""The morning briefing as values: cards, category table, matrix, map, week and the key points, from one question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import catalogue, compare, expectation, query
from metrics.ask import compared
from metrics.catalogue import Catalogue
from metrics.compare import Comparison
from metrics.definitions import ALERT_GROUPS, GROUP_BETTER, METRICS, UNMAPPED, UNREGISTERED
from metrics.model import COUNT, Metric, Refused
from metrics.periods import Period, Window, describe, span_window
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection

CARD_METRICS = (
    "alerts", "alerts_valid", "alerts_criminal", "alerts_order", "alerts_dispute", "alerts_help", "cases_filed",
    "clear_rate",
)  # fmt: skip
RESPONSE = ("response_median", "response_p90", "response_within", "response_n", "response_unusable")
SPARK_SHOWN = 56
COMPARED = ("previous", "last_year")
MATRIX_COLUMNS = 8


@dataclass(frozen=True)
class Spark:
    """Daily values of the last eight weeks with the band in which each day was expected."""

    days: list[date]
    values: list[float | None]
    low: list[float | None]
    high: list[float | None]


@dataclass(frozen=True)
class Card:
    """One key figure. expected: the usual range (5–95%) of its period, or None where eight weeks are not there."""

    metric: Metric
    value: float | None
    previous: Comparison
    last_year: Comparison
    expected: tuple[int, int] | None
    z: float
    verdict: str
    spark: Spark


@dataclass(frozen=True)
class Row:
    """One line of the category table."""

    key: str
    name: str
    value: float | None
    previous: Comparison
    last_year: Comparison
    expected: tuple[int, int] | None
    z: float
    verdict: str
    metric: Metric


@dataclass(frozen=True)
class Matrix:
    """Counts of rows × columns with z against expectation; real marks what stands after correction for chance."""

    dimension: str
    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    values: NDArray[np.float64]
    expected: NDArray[np.float64]
    z: NDArray[np.float64]
    real: NDArray[np.bool_]
    phi: float


@dataclass(frozen=True)
class Place:
    """A station on the map: its count, what was expected and whether the difference is real."""

    code: str
    value: float
    expected: float
    z: float
    real: bool


@dataclass(frozen=True)
class Point:
    """A key point: a sentence, how it is judged ("worse", "better", "watch", "plain"), and the query that shows why."""

    text: str
    tone: str
    verdict: str
    page: str
    query: dict[str, str]
    weight: float


@dataclass(frozen=True)
class Briefing:
    """All of the page. judged_by says with what the verdicts compare."""

    snapshot_id: int
    as_of: datetime | None
    title: str
    filter_words: str
    windows: dict[str, str]
    cards: list[Card]
    rows: list[Row]
    matrix: Matrix | None
    places: list[Place]
    place_metric: Metric
    week: NDArray[np.float64] | None
    week_words: str
    points: list[Point]
    judged_by: str
    notes: list[str]
    state: str
    subject: Metric
    response: dict[str, float | None]


def brief(snapshot: Snapshot, selection: Selection) -> Briefing:
    """Return the briefing of a selection, computed once per version; raises MetricError in plain Chinese."""
    from metrics import cache

    return cache.answer(snapshot, selection, _brief)


def _brief(snapshot: Snapshot, selection: Selection) -> Briefing:
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    shape = _shape(known, selection, period)
    answer, notes = _answer(snapshot, selection, period, shape)
    return _Judge(known, selection, period, shape, answer, notes).briefing(snapshot)


@dataclass(frozen=True)
class _Shape:
    """What the data allows: the subject counted, its axis, the rows of the matrix, whether days and hours are known."""

    subject: str
    place_metric: str
    axis: str
    rows: str
    weekly: bool
    daily: bool
    hourly: bool


def _shape(known: Catalogue, selection: Selection, period: Period) -> _Shape:
    table = "alerts" if known.as_of.get("alerts") else "cases"
    groups = {category.group for category in known.categories[table].values()}
    narrowed = bool(selection.categories)
    return _Shape(
        subject="alerts_valid" if table == "alerts" else "cases_all",
        place_metric=("alerts_valid" if narrowed else "alerts_crime") if table == "alerts" else "cases_all",
        axis="category" if len(groups) <= 2 or narrowed else "group",
        rows="beat" if len(selection.stations) == 1 and known.beats else "station",
        weekly=period.window.days <= expectation.LONGEST_DAYS,
        daily=True,
        hourly=True,
    )


def _answer(snapshot: Snapshot, selection: Selection, period: Period, shape: _Shape) -> tuple[Answer, list[str]]:
    """Ask for everything; where the data is known only by month, ask for what months can answer."""
    try:
        return query.run(snapshot, Question(selection, period, _breakdowns(shape))), []
    except Refused as error:
        coarse = replace(shape, daily=False, hourly=False, weekly=False)
        answer = query.run(snapshot, Question(selection, period, _breakdowns(coarse)))
        return answer, [f"{error} 逐日走势、一周时段与预期判定因此不显示。"]


def _breakdowns(shape: _Shape) -> tuple[Breakdown, ...]:
    spans = ("current", *COMPARED)
    cards = (*CARD_METRICS, "cases_solved")
    timing = () if shape.subject != "alerts_valid" else RESPONSE
    judged = ("current",) if shape.weekly else ("current", "last_year")
    found = [
        Breakdown((*cards, *timing), (), spans),
        Breakdown((shape.subject,), (shape.axis,), spans),
        Breakdown((shape.subject,), (shape.rows, shape.axis), judged),
        Breakdown((shape.place_metric,), ("station",), judged),
    ]
    if shape.daily:
        found += [Breakdown(cards, ("day",), ("spark",)), Breakdown((shape.subject,), (shape.axis, "day"), ("spark",))]
    if shape.weekly:
        found += [
            Breakdown((shape.subject,), (shape.rows, shape.axis, "weekday"), ("reference",)),
            Breakdown((shape.place_metric,), ("station", "weekday"), ("reference",)),
            Breakdown((shape.subject,), ("station", "day"), ("reference",)),
        ]
    if shape.hourly:
        found.append(Breakdown((shape.subject,), ("weekday", "hour"), ("month_before",)))
        if shape.weekly:
            found.append(Breakdown((shape.subject,), (shape.rows, shape.axis, "hour")))
    return tuple(found)


class _Judge:
    """Turns one answer into the briefing; holds what its steps share."""

    def __init__(
        self,
        known: Catalogue,
        selection: Selection,
        period: Period,
        shape: _Shape,
        answer: Answer,
        notes: list[str],
    ) -> None:
        self.known, self.selection, self.period, self.answer = known, selection, period, answer
        self.daily = ((("day",), "spark")) in answer.frames
        self.weekly = ((shape.rows, shape.axis, "weekday"), "reference") in answer.frames
        self.shape = shape
        self.notes = [*notes, *answer.notes]
        self.subject = METRICS[shape.subject]
        self.window = answer.windows[self.subject.view, "current"]
        self.weights = expectation.weekday_weights(self.window)
        table = query.TABLES[self.subject.view]
        self.names = (
            {**known.category_names(table), UNMAPPED: UNMAPPED}
            if shape.axis == "category"
            else {group: group for group in catalogue.TABLE_GROUPS[table]}
        )

    def briefing(self, snapshot: Snapshot) -> Briefing:
        cards, rows = self._cards(), self._rows()
        matrix, places = self._matrix(), self._places()
        cards, rows, matrix, places = self._judged(cards, rows, matrix, places)
        brief = Briefing(
            snapshot_id=snapshot.id,
            as_of=self.known.data_as_of,
            title=describe(self.window, self.selection.cutoff),
            filter_words=self.selection.describe(self.known.station_names, self.known.category_names()),
            windows={
                span: describe(self.answer.windows[self.subject.view, span], self.selection.cutoff) for span in COMPARED
            },
            cards=cards,
            rows=rows,
            matrix=matrix,
            places=places,
            place_metric=METRICS[self.shape.place_metric],
            week=self._week(),
            week_words=self._week_words(),
            points=[],
            judged_by=self._judged_by(),
            notes=self.notes,
            state=self._state(),
            subject=self.subject,
            response={name: self.answer.total(name) for name in RESPONSE} if self.subject.view == "alerts" else {},
        )
        from metrics.keypoints import key_points

        return replace(brief, points=key_points(brief, self.known, self.selection, self._hours()))

    def _state(self) -> str:
        """Tell "no data" (outside what was imported) from "nothing happened" and "the filter found nothing"."""
        if all(self.answer.covered[METRICS[name].view, "current"] == 0 for name in ("alerts", "cases_filed")):
            return "no_data"
        found = [self.answer.total(name) for name in ("alerts", "cases_filed", "cases_solved")]
        if any(found):
            return "ok"
        return "no_result" if self.selection.stations or self.selection.categories else "nothing"

    def _judged_by(self) -> str:
        if self.weekly:
            return "判定：与此前 8 周同星期的预期相比，全页按 5% 错误发现率校正"
        return "判定：与去年同期相比，全页按 5% 错误发现率校正"

    def _series(self, frame: pd.DataFrame, metric: str) -> tuple[list[date], NDArray[np.float64]]:
        return list(frame["day"]), frame[metric].to_numpy(dtype=float, na_value=np.nan)

    def _expected(self, days: list[date], values: NDArray[np.float64]) -> tuple[float | None, float]:
        """Return the expectation of the current window from a daily series, and the series' φ."""
        before = [
            (day.isoweekday(), value)
            for day, value in zip(days, values, strict=True)
            if 0 < (self.window.first_day - day).days <= expectation.WEEKS * 7
        ]
        _, phi = expectation.daily(days, values)
        if not self.weekly or len(before) < expectation.WEEKS * 7:
            return None, phi
        totals: dict[int, float] = {}
        for weekday, value in before:
            totals[weekday] = totals.get(weekday, 0.0) + float(value)
        return expectation.of_weekday_totals(totals, self.weights), phi

    def _cards(self) -> list[Card]:
        spark = self.answer.frame(("day",), "spark") if self.daily else None
        changes = compared(self.answer, (), CARD_METRICS, COMPARED)
        return [
            self._card(METRICS[name], changes[0, name, "previous"], changes[0, name, "last_year"], spark)
            for name in CARD_METRICS
        ]

    def _card(self, metric: Metric, previous: Comparison, last_year: Comparison, frame: pd.DataFrame | None) -> Card:
        value = self.answer.total(metric.id)
        blank = Spark([], [], [], [])
        if frame is None or frame.empty or (metric.kind == COUNT and frame[metric.id].isna().all()):
            return Card(metric, value, previous, last_year, None, 0.0, self._fallback(last_year), blank)
        if metric.kind != COUNT:
            days, shares = self._rolling_share(frame, metric)
            spark = Spark(days, shares, [None] * len(days), [None] * len(days))
            return Card(metric, value, previous, last_year, None, 0.0, previous.verdict, spark)
        days, values = self._series(frame, metric.id)
        expected, phi = self._expected(days, values)
        spark = _spark(days, values)
        if expected is None or value is None:
            return Card(metric, value, previous, last_year, None, 0.0, self._fallback(last_year), spark)
        z, _ = compare.against_reference(np.array([value]), np.array([expected]), expectation.WEEKS, phi)
        return Card(
            metric, value, previous, last_year, expectation.usual_range(expected, phi), float(z[0]),
            _wait(value, expected), spark,
        )  # fmt: skip

    def _rolling_share(self, frame: pd.DataFrame, metric: Metric) -> tuple[list[date], list[float | None]]:
        """A share of single days jumps about; its line shows the share of the seven days up to each day."""
        top = frame[metric.numerator].astype(float).rolling(7).sum()
        bottom = frame[metric.denominator].astype(float).rolling(7).sum()
        shares = (metric.scale * top / bottom.where(bottom > 0)).tail(SPARK_SHOWN)
        return list(frame["day"].tail(SPARK_SHOWN)), [None if pd.isna(one) else float(one) for one in shares]

    def _fallback(self, last_year: Comparison) -> str:
        return compare.NOT_JUDGED if self.weekly else last_year.verdict

    def _rows(self) -> list[Row]:
        axis, metric = self.shape.axis, self.subject
        frame = self.answer.frame((axis,))
        changes = compared(self.answer, (axis,), (metric.id,), COMPARED)
        series = self._axis_series()
        rows = []
        for number, record in enumerate(frame.to_dict("records")):
            key, value = str(record[axis]), float(record[metric.id])
            previous, last_year = changes[number, metric.id, "previous"], changes[number, metric.id, "last_year"]
            expected, phi = self._expected(*series[key]) if key in series else (None, 1.0)
            z, usual, verdict = 0.0, None, self._fallback(last_year)
            if expected is not None:
                z = float(compare.against_reference(np.array([value]), np.array([expected]), 8, phi)[0][0])
                usual, verdict = expectation.usual_range(expected, phi), _wait(value, expected)
            shown = _metric_of_group(key, metric)
            rows.append(Row(key, self.names.get(key, key), value, previous, last_year, usual, z, verdict, shown))
        order = {key: place for place, key in enumerate(self.names)}
        if axis == "group":
            return sorted(rows, key=lambda row: order.get(row.key, 99))
        return sorted(rows, key=lambda row: -(row.value or 0))[:12]

    def _axis_series(self) -> dict[str, tuple[list[date], NDArray[np.float64]]]:
        if not self.daily:
            return {}
        frame = self.answer.frame((self.shape.axis, "day"), "spark")
        return {
            str(key): (list(part["day"]), part[self.subject.id].to_numpy(dtype=float))
            for key, part in frame.groupby(self.shape.axis, sort=False)
        }

    def _matrix(self) -> Matrix | None:
        by = (self.shape.rows, self.shape.axis)
        frame = self.answer.frame(by)
        if frame.empty:
            return None
        columns = self._columns(frame)
        rows = [str(key) for key in dict.fromkeys(frame[self.shape.rows])]
        values = _grid(frame, by, self.subject.id, rows, columns)
        if self.weekly:
            weekdays = self.answer.frame((*by, "weekday"), "reference")
            expected = self._weekday_grid(weekdays, by, rows, columns)
            weeks, phi = float(expectation.WEEKS), self._station_phi()
        else:
            expected = _grid(self.answer.frame(by, "last_year"), by, self.subject.id, rows, columns)
            weeks, phi = 1.0, 1.0
        z, _ = compare.against_reference(values, expected, weeks, phi)
        if not self._has_base():
            z = np.zeros_like(values)
        order = np.argsort(-values.sum(axis=1), kind="stable")
        return Matrix(
            dimension=self.shape.rows,
            rows=[(rows[place], self._row_name(rows[place])) for place in order],
            columns=[(column, self.names.get(column, column)) for column in columns],
            values=values[order],
            expected=expected[order],
            z=z[order],
            real=np.zeros(values.shape, dtype=bool),
            phi=phi,
        )

    def _has_base(self) -> bool:
        span = "reference" if self.weekly else "last_year"
        return self.answer.covered[self.subject.view, span] >= 1

    def _columns(self, frame: pd.DataFrame) -> list[str]:
        totals = frame.groupby(self.shape.axis)[self.subject.id].sum()
        seen = [str(key) for key in totals.sort_values(ascending=False).index if totals[key] > 0]
        if self.shape.axis == "group":
            order = list(self.names)
            return sorted(seen, key=lambda key: order.index(key) if key in order else 99)[:MATRIX_COLUMNS]
        return seen[:MATRIX_COLUMNS]

    def _weekday_grid(
        self, frame: pd.DataFrame, by: tuple[str, ...], rows: list[str], columns: list[str]
    ) -> NDArray[np.float64]:
        grid = np.zeros((len(rows), len(columns)))
        for weekday, share in self.weights.items():
            part = frame[frame["weekday"] == weekday]
            grid += _grid(part, by, self.subject.id, rows, columns) / expectation.WEEKS * share
        return grid

    def _station_phi(self) -> float:
        """Overdispersion of station-days around each station's weekday means, pooled over stations."""
        frame = self.answer.frame(("station", "day"), "reference")
        found = []
        for _, part in frame.groupby("station", sort=False):
            weekdays = np.array([day.isoweekday() for day in part["day"]], dtype=np.int64)
            values = part[self.subject.id].to_numpy(dtype=float)
            if values.sum() > 0:
                found.append(compare.dispersion(values, weekdays))
        return float(np.mean(found)) if found else 1.0

    def _row_name(self, code: str) -> str:
        if self.shape.rows == "beat":
            return self.known.beats[code][0] if code in self.known.beats else code
        return short_name(self.known.station_names.get(code, code))

    def _places(self) -> list[Place]:
        metric = self.shape.place_metric
        frame = self.answer.frame(("station",))
        if metric not in frame.columns or frame.empty:
            return []
        codes = [str(code) for code in frame["station"] if code != UNREGISTERED]
        values = frame.set_index("station")[metric].reindex(codes).fillna(0).to_numpy(dtype=float)
        if self.weekly:
            weekdays = self.answer.frame(("station", "weekday"), "reference")
            expected = np.zeros(len(codes))
            for weekday, share in self.weights.items():
                part = weekdays[weekdays["weekday"] == weekday].set_index("station")[metric]
                expected += part.reindex(codes).fillna(0).to_numpy(dtype=float) / expectation.WEEKS * share
            weeks = float(expectation.WEEKS)
        else:
            then = self.answer.frame(("station",), "last_year").set_index("station")[metric]
            expected, weeks = then.reindex(codes).fillna(0).to_numpy(dtype=float), 1.0
        z, _ = compare.against_reference(values, expected, weeks, self._station_phi() if self.weekly else 1.0)
        if not self._has_base():
            z = np.zeros_like(values)
        return [
            Place(code, float(value), float(mean), float(score), False)
            for code, value, mean, score in zip(codes, values, expected, z, strict=True)
        ]

    def _judged(
        self, cards: list[Card], rows: list[Row], matrix: Matrix | None, places: list[Place]
    ) -> tuple[list[Card], list[Row], Matrix | None, list[Place]]:
        """Correct every verdict of the page together: what is 真变化 here stands beside everything else shown."""
        single: list[Card | Row] = [card for card in cards if card.expected is not None]
        single += [row for row in rows if row.expected is not None]
        scores = [np.array([one.z for one in single]), np.array([place.z for place in places])]
        if matrix is not None:
            scores.append(matrix.z.ravel())
        z = np.concatenate(scores)
        real = compare.significant(_two_sided(z)) & (z != 0)
        first, second = len(single), len(single) + len(places)
        flags = {id(one): bool(flag) for one, flag in zip(single, real[:first], strict=True)}
        cards = [_with_verdict(card, flags) for card in cards]
        rows = [_with_verdict(row, flags) for row in rows]
        places = [replace(place, real=bool(flag)) for place, flag in zip(places, real[first:second], strict=True)]
        if matrix is not None:
            matrix = replace(matrix, real=real[second:].reshape(matrix.z.shape))
        return cards, rows, matrix, places

    def _week(self) -> NDArray[np.float64] | None:
        if (("weekday", "hour"), "month_before") not in self.answer.frames:
            return None
        frame = self.answer.frame(("weekday", "hour"), "month_before")
        if frame.empty:
            return None
        grid = np.zeros((7, 24))
        for weekday, hour, value in frame[["weekday", "hour", self.subject.id]].itertuples(index=False):
            grid[int(weekday) - 1, int(hour)] = float(value)
        return grid

    def _week_words(self) -> str:
        window = span_window(self.period, "month_before", self.window.end)
        return f"截至{describe(Window(window.start, window.end), 0)}"

    def _hours(self) -> dict[tuple[str, str], dict[int, float]]:
        by = (self.shape.rows, self.shape.axis, "hour")
        if (by, "current") not in self.answer.frames:
            return {}
        found: dict[tuple[str, str], dict[int, float]] = {}
        for row, column, hour, value in self.answer.frame(by)[[*by, self.subject.id]].itertuples(index=False):
            if value:
                found.setdefault((str(row), str(column)), {})[int(hour)] = float(value)
        return found


def _metric_of_group(group: str, metric: Metric) -> Metric:
    """Return the metric with the direction that is good for a group: fewer 刑事 is better, fewer 求助 is neither."""
    better = GROUP_BETTER.get(group, "neither" if group in ALERT_GROUPS else metric.better)
    return replace(metric, better=better)


def _grid(
    frame: pd.DataFrame, by: tuple[str, ...], metric: str, rows: list[str], columns: list[str]
) -> NDArray[np.float64]:
    places = {key: place for place, key in enumerate(rows)}
    spots = {key: place for place, key in enumerate(columns)}
    grid = np.zeros((len(rows), len(columns)))
    for row, column, value in frame[[*by, metric]].itertuples(index=False):
        if row in places and column in spots and value == value:
            grid[places[row], spots[column]] += float(value)
    return grid


def _spark(days: list[date], values: NDArray[np.float64]) -> Spark:
    expected, phi = expectation.daily(days, values)
    shown = slice(max(0, len(days) - SPARK_SHOWN), None)
    bands: list[Any] = [(None, None) if mean != mean else compare.band(mean, phi) for mean in expected[shown]]
    return Spark(
        days=days[shown],
        values=[None if value != value else float(value) for value in values[shown]],
        low=[band[0] for band in bands],
        high=[band[1] for band in bands],
    )


def _wait(value: float, expected: float) -> str:
    """The verdict unless the correction over the page finds a real change."""
    return compare.USUAL if max(value, expected) >= 8 else compare.TOO_FEW


def _with_verdict(one: Any, flags: dict[int, bool]) -> Any:
    return replace(one, verdict=compare.REAL) if flags.get(id(one)) else one


def _two_sided(z: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy import stats

    p: NDArray[np.float64] = np.clip(2 * stats.norm.sf(np.abs(z)), 0.0, 1.0)
    return p


def short_name(name: str) -> str:
    """Return the name by which a station is called in sentences and tables: 新港派出所 → 新港所."""
    return name.removesuffix("派出所") + "所" if name.endswith("派出所") else name
