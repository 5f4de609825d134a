"""The figures behind a scorecard, by target, station and month, from one fused query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from data.reading import Snapshot
from metrics import query
from metrics.catalogue import Catalogue
from metrics.definitions import METRICS
from metrics.gaps import Figure
from metrics.model import RATIO
from metrics.periods import Period
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection
from metrics.targets import Pack, Target, indicators

BUREAU = ""
TREND_MONTHS = 12
# Tables whose rows are things that happened: no row is a real zero. The others are reports: no row is no report.
EVENTS = ("alerts", "cases")
OFFICERS = "officers"
SOURCE_NAMES = {
    "alerts": "接处警数据",
    "cases": "案件数据",
    "staffing": "警力台账",
    "duty": "勤务表",
    "reported_indicators": "报送数据",
}


@dataclass(frozen=True)
class Point:
    """The figure of one month, None where there is none."""

    month: date
    value: float | None


class Figures:
    """Every figure that the scorecard needs, by (metric or indicator, station, month), from one query."""

    def __init__(self, snapshot: Snapshot, known: Catalogue, pack: Pack, month: date) -> None:
        self.pack, self.month, self.known = pack, month, known
        years = 2 if any(target.compare for target in pack.targets) else 1
        self.months = months_before(month, TREND_MONTHS * years)
        self._ranks = dict(snapshot.rows("SELECT code, rank FROM stations"))
        self._sources: dict[tuple[str, date], dict[str, str | None]] = {}
        for indicator, code, when, source in snapshot.rows(
            "SELECT indicator, station_code, month, source FROM reported_indicators WHERE month BETWEEN $a AND $b",
            {"a": self.months[0], "b": month},
        ):
            self._sources.setdefault((indicator, when), {})[code] = source
        answer = query.run(snapshot, question(pack, self.months))
        self._values, self._covered = _values(answer)
        self._held: dict[str, date] = {}
        self._known: dict[str, bool] = {}

    def name(self, station: str) -> str:
        return self.known.stations[station].name if station else "全局"

    def kind(self, station: str) -> str | None:
        return self.known.stations[station].kind

    def rank(self, station: str) -> str | None:
        return self._ranks.get(station)

    def value(self, metric: str, station: str, month: date) -> float | None:
        """Return one aggregate, or None where the query gave none."""
        return self._values.get((metric, station, month))

    def covered(self, target: Target, month: date) -> bool:
        """Whether the month has data of the target's table at all."""
        return (METRICS[target.metric_id].view, month) in self._covered

    def reading(self, target: Target, station: str, month: date) -> Figure | None:
        """Return the figure itself, before any comparison with last year."""
        return self._composed(target, station, month) if target.per else self._computed(target, station, month)

    def figure(self, target: Target, station: str, month: date) -> Figure | None:
        """Return what is judged."""
        now = self.reading(target, station, month)
        if now is None:
            return None
        if target.compare:
            then = self.reading(target, station, month.replace(year=month.year - 1))
            return _against(now, then, target.compare)
        if target.direction == "above_mean":
            whole = self.reading(target, BUREAU, month)
            if whole is not None:
                return replace(now, all_numerator=whole.numerator, all_denominator=whole.denominator)
        return now

    def trend(self, target: Target, station: str) -> tuple[Point, ...]:
        """Return the figures of the last twelve months, each of its own month."""
        points = []
        for month in self.months[-TREND_MONTHS:]:
            figure = self.figure(target, station, month)
            points.append(Point(month, figure.value if figure else None))
        return tuple(points)

    def month_for(self, target: Target) -> date:
        """Return the month whose figure stands for the month that is asked for."""
        if target.table in EVENTS:
            return self.month
        if target.id not in self._held:
            everyone = [BUREAU, *self.known.stations]
            recent = self.months[-1 - target.holds_months :][::-1]
            known = (m for m in recent if any(self.reading(target, one, m) is not None for one in everyone))
            self._held[target.id] = next(known, self.month)
        return self._held[target.id]

    def ever_known(self, target: Target, station: str) -> bool:
        """Whether a station has a figure in any month that was read."""
        return any(self.reading(target, station, month) is not None for month in self.months)

    def anyone_known(self, target: Target) -> bool:
        """Whether any station has a figure in any month that was read."""
        if target.id not in self._known:
            self._known[target.id] = any(self.ever_known(target, station) for station in self.known.stations)
        return self._known[target.id]

    def source(self, target: Target, station: str, month: date) -> str:
        """Say where the figure comes from."""
        if target.source == "computed":
            return SOURCE_NAMES[target.table]
        by_station = self._sources.get((target.indicator, month), {})
        told = {text for code, text in by_station.items() if station in (code, BUREAU) and text}
        return f"报送：{'、'.join(sorted(told))}" if told else "报送"

    def as_of(self, target: Target, month: date) -> date:
        """Return the month of a stock, or the last day with data of an event figure."""
        if target.table not in EVENTS:
            return month
        end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        days = self.known.covered(target.table, month, end)
        return days[-1] if days else month

    def notes(self) -> tuple[str, ...]:
        """Say what in the reports cannot be right or is not understood."""
        known = {target.indicator for target in indicators()}
        strange = sorted({indicator for indicator, _ in self._sources if indicator not in known})
        notes = [f"报送数据中有不认识的指标名，未计入：{'、'.join(strange[:10])}。"] if strange else []
        wrong = sum(
            self._impossible(target, station) for target in self.pack.reported() for station in self.known.stations
        )
        if wrong:
            notes.append(f"{self.month:%Y-%m} 有 {wrong} 项报送的分子大于分母，请核对。")
        return tuple(notes)

    def _impossible(self, target: Target, station: str) -> bool:
        figure = self._computed(target, station, self.month_for(target))
        if not METRICS[target.metric_id].is_proportion or figure is None or not figure.denominator:
            return False
        return (figure.numerator or 0.0) > figure.denominator

    def _computed(self, target: Target, station: str, month: date) -> Figure | None:
        metric = METRICS[target.metric_id]
        value = self.value(metric.id, station, month)
        if value is None:
            return None
        if metric.kind != RATIO:
            return Figure(value)
        top, bottom = self.value(metric.numerator, station, month), self.value(metric.denominator, station, month)
        return Figure(value, top, bottom, metric.scale)

    def _composed(self, target: Target, station: str, month: date) -> Figure | None:
        """A figure against what the document asks for per beat: 100 × have ÷ Σ weight × number."""
        have = self.value(target.metric, station, month)
        parts = [self.value(name, station, month) for name, _ in target.per]
        needed = sum(weight * (part or 0.0) for part, (_, weight) in zip(parts, target.per, strict=True))
        return Figure(100.0 * have / needed, have, needed, 100.0) if have is not None and needed else None


def months_before(month: date, count: int) -> tuple[date, ...]:
    """Return `count` months ending with `month`, oldest first."""
    last = month.year * 12 + month.month - 1
    return tuple(date(n // 12, n % 12 + 1, 1) for n in range(last - count + 1, last + 1))


def _against(now: Figure, then: Figure | None, compare: str) -> Figure | None:
    """Return the difference to a year before, or that difference in percent of it."""
    if then is None:
        return None
    if compare == "last_year":
        return Figure(round(now.value - then.value, 9))
    return Figure(round(100.0 * (now.value - then.value) / then.value, 9)) if then.value else None


def question(pack: Pack, months: tuple[date, ...]) -> Question:
    """Return the one question behind a scorecard: metrics by station and month, and by month what is the bureau's."""
    stations = [target for target in pack.targets if target.level == "station"]
    whole = [target for target in pack.targets if target.level == "bureau" or target.direction == "above_mean"]
    asked = (((OFFICERS, *_names(stations)), ("station", "month")), (_names(whole), ("month",)))
    last = (months[-1] + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    breakdowns = tuple(Breakdown(tuple(dict.fromkeys(names)), by) for names, by in asked if names)
    return Question(Selection(period="custom", first=months[0], last=last), Period(months[0], last), breakdowns)


def _names(chosen: list[Target]) -> tuple[str, ...]:
    """Return the metrics behind targets, numerators and denominators included."""
    names: list[str] = []
    for target in chosen:
        metric = METRICS[target.metric_id]
        names += [metric.id, *([metric.numerator, metric.denominator] if metric.kind == RATIO else [])]
        names += [name for name, _ in target.per]
    return tuple(names)


def _values(answer: Answer) -> tuple[dict[tuple[str, str, date], float], set[tuple[str, date]]]:
    """Return all figures by (metric, station, month), and the (view, month) pairs that have data at all."""
    values: dict[tuple[str, str, date], float] = {}
    covered: set[tuple[str, date]] = set()
    for by, span in answer.frames:
        for row in answer.frame(by, span).to_dict("records"):
            station, month = str(row.get("station", BUREAU)), row["month"]
            for name, value in row.items():
                if name not in by and value is not None and not pd.isna(value):
                    values[str(name), station, month] = float(value)
                    covered.add((METRICS[str(name)].view, month))
    return values, covered
