"""The scorecard: every target for every station and month, with its gap in natural units, from one fused query.

A figure of a stock (staffing, reported) belongs to its month. Where nobody has a figure for the month yet, the latest
month in which anybody has one stands for it, at most `holds_months` back, and its month is printed beside it; where
others have one, a station without is 未报送. A figure of events covers the elapsed part of its month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from data.reading import Snapshot
from metrics import cache, catalogue, gaps
from metrics.definitions import METRICS
from metrics.gaps import Figure, Gap
from metrics.model import MetricError
from metrics.readings import BUREAU, EVENTS, OFFICERS, SOURCE_NAMES, Figures, Point
from metrics.targets import Pack, Target

MET, MISSED, UNREPORTED, UNBOUND = "达标", "未达标", "未报送", "不适用"
STATES = (MET, MISSED, UNREPORTED, UNBOUND)


@dataclass(frozen=True)
class Score:
    """One target for one station (station "" is the bureau) in one month.

    value: the figure in the target's unit, None where there is none. wanted: the value to reach (the bureau's own
    figure for a target against the mean). gap: only for 未达标. reason: why 未报送 or 不适用.
    as_of: the month of a stock figure (its first day), the last day of data of an event figure.
    """

    target: Target
    clause: str
    station: str
    name: str
    month: date
    value: float | None
    wanted: float | None
    numerator: float | None
    denominator: float | None
    state: str
    reason: str
    gap: Gap | None
    trend: tuple[Point, ...]
    source: str
    as_of: date | None

    @property
    def relative(self) -> float:
        """Distance from the target as a share of it: sorts gaps of different units; 0 where nothing is missing."""
        return self.gap.relative if self.gap else 0.0

    @property
    def change(self) -> float | None:
        """Change from the first to the last known month of the trend."""
        known = [point.value for point in self.trend if point.value is not None]
        return known[-1] - known[0] if len(known) > 1 else None

    @property
    def value_text(self) -> str:
        """The value as it is printed; never a zero for what was not reported."""
        if self.value is None:
            return "—"
        digits = 0 if float(self.value).is_integer() and self.target.unit != "%" else self.target.decimals
        sign = "+" if self.target.compare else ""
        unit = "%" if self.target.unit == "%" else f" {self.target.unit}"
        return f"{self.value:{sign},.{digits}f}{unit}".replace("-", "−")

    @property
    def remark(self) -> str:
        """Why a share is above 100%, which would hide a fault behind 达标; "" below, and where more is no fault."""
        if self.value is None or self.target.unit != "%" or self.target.compare or round(self.value, 1) <= 100:
            return ""
        metric = METRICS[self.target.metric_id]
        if metric.is_proportion:
            return "超过 100%：分子多于分母，请核对数据"
        return next((part for part in metric.caveat.split("；") if "超过 100%" in part), "")

    @property
    def as_of_text(self) -> str:
        """The date of the figure: a month for stocks, a day for events."""
        if self.as_of is None:
            return "—"
        return f"{self.as_of:%Y-%m-%d}" if self.target.table in EVENTS else f"{self.as_of:%Y-%m}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the shape is described in docs/targets.md."""
        gap = None
        if self.gap:
            gap = {
                "amount": self.gap.amount, "unit": self.gap.unit, "text": self.gap.text, "sign": self.gap.sign,
                "moved": self.gap.moved, "hired": self.gap.hired, "relative": _rounded(self.gap.relative),
            }  # fmt: skip
        return {
            "station": self.station,
            "station_name": self.name,
            "month": f"{self.month:%Y-%m}",
            "target": self.target.id,
            "label": self.target.label,
            "clause": self.clause,
            "summary": self.target.summary,
            "requirement": self.target.says,
            "direction": self.target.direction,
            "wanted": _rounded(self.wanted),
            "value": _rounded(self.value),
            "unit": self.target.unit,
            "numerator": _rounded(self.numerator),
            "denominator": _rounded(self.denominator),
            "state": self.state,
            "reason": self.reason,
            "gap": gap,
            "trend": [{"month": f"{point.month:%Y-%m}", "value": _rounded(point.value)} for point in self.trend],
            "reported": self.target.source == "reported",
            "source": self.source,
            "as_of": None if self.as_of is None else self.as_of_text,
            "overridden": self.target.overridden,
        }


@dataclass(frozen=True)
class Scorecard:
    """All scores of a pack in one month: the bureau's first, then by station in the order of their codes."""

    pack: Pack
    month: date
    scores: tuple[Score, ...]
    notes: tuple[str, ...]
    snapshot_id: int
    data_as_of: datetime | None
    is_demo: bool

    def of_station(self, code: str) -> tuple[Score, ...]:
        """Return the scores of one station, in the order of the pack."""
        return tuple(score for score in self.scores if score.station == code)

    def of_target(self, id: str) -> tuple[Score, ...]:
        """Return the scores of one target, by station."""
        return tuple(score for score in self.scores if score.target.id == id)

    def only(self, stations: Iterable[str]) -> Scorecard:
        """Return the card with these stations alone; figures of the bureau are not theirs and go."""
        chosen = set(stations)
        return replace(self, scores=tuple(score for score in self.scores if score.station in chosen))

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the shape is described in docs/targets.md."""
        return {
            "policy": self.pack.id,
            "name": self.pack.name,
            "document": self.pack.document,
            "month": f"{self.month:%Y-%m}",
            "snapshot": self.snapshot_id,
            "data_as_of": self.data_as_of.isoformat(sep=" ") if self.data_as_of else None,
            "demo": self.is_demo,
            "notes": list(self.notes),
            "scores": [score.to_json() for score in self.scores],
        }


def _rounded(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(float(value), 6)


def scorecard(snapshot: Snapshot, pack: Pack, month: date | None = None) -> Scorecard:
    """Return the scorecard of a pack for a month (default: the last of the data); computed once per version."""
    return cache.answer(snapshot, (pack, (month or latest_month(snapshot)).replace(day=1)), _scorecard)


def latest_month(snapshot: Snapshot) -> date:
    """Return the month of the last moment of data, or of the last staffing or report where there are no events."""
    as_of = catalogue.of(snapshot).data_as_of
    if as_of is not None:
        return (as_of - timedelta(microseconds=1)).date().replace(day=1)
    months = snapshot.rows(
        "SELECT max(month) FROM (SELECT month FROM staffing UNION SELECT month FROM reported_indicators)"
    )
    if months[0][0] is None:
        raise MetricError("数据仓里还没有警情、案件、警力或报送数据，无法评分。请先在「数据接入」导入数据。")
    latest: date = months[0][0]
    return latest


def _scorecard(snapshot: Snapshot, asked: tuple[Pack, date]) -> Scorecard:
    pack, month = asked
    known = catalogue.of(snapshot)
    table = Figures(snapshot, known, pack, month)
    bureau = [_score(table, target, BUREAU) for target in pack.targets if target.level == "bureau"]
    binding = [target for target in pack.targets if target.level == "station"]
    stations = [_score(table, target, code) for code in known.stations for target in binding]
    return Scorecard(
        pack, month, (*bureau, *stations), table.notes(), snapshot.id, known.data_as_of, snapshot.is_demo
    )  # fmt: skip


# ---- judgement -----------------------------------------------------------------------------------


def _score(table: Figures, target: Target, station: str) -> Score:
    month = table.month_for(target)
    figure = table.figure(target, station, month)
    state, reason = _state(table, target, station, month, figure)
    missing = gaps.gap(target, figure) if state == MISSED and figure else None
    return Score(
        target=target,
        clause=table.pack.clause_of(target),
        station=station,
        name=table.name(station),
        month=table.month,
        value=figure.value if figure else None,
        wanted=gaps.wanted_value(target, figure) if figure else target.value,
        numerator=figure.numerator if figure else None,
        denominator=figure.denominator if figure else None,
        state=state,
        reason=reason,
        gap=missing,
        trend=table.trend(target, station),
        source=table.source(target, station, month),
        as_of=table.as_of(target, month) if figure else None,
    )


def _state(table: Figures, target: Target, station: str, month: date, figure: Figure | None) -> tuple[str, str]:
    """Return the state and, where there is nothing to judge, why."""
    bound = _bound(table, target, station, month)
    if bound:
        return bound
    if figure is None:
        return _without_figure(table, target, station, month)
    judged = gaps.met(target, figure)
    if judged is None:
        return UNBOUND, "文件未定数值，仅供对照"
    return (MET, "") if judged else (MISSED, "")


def _bound(table: Figures, target: Target, station: str, month: date) -> tuple[str, str] | None:
    """Return 不适用 (or 未报送 where it cannot be told) for a station that the target does not bind, else None."""
    if target.level == "bureau":
        return None
    for allowed, actual, what in (
        (target.kinds, table.kind(station), "类别"),
        (target.ranks, table.rank(station), "规格"),
    ):
        if allowed and actual is None:
            return UNREPORTED, f"派出所{what}未登记"
        if allowed and actual not in allowed:
            return UNBOUND, f"只约束{target.binds}"
    if target.min_officers:
        officers = table.value(OFFICERS, station, month)
        if not officers:
            return UNREPORTED, "警力未报送"
        if officers < target.min_officers:
            return UNBOUND, f"只约束{target.binds}，本所 {officers:.0f} 名"
    if target.only_reporting and table.anyone_known(target) and not table.ever_known(target, station):
        return UNBOUND, f"只约束{target.binds}"
    return None


def _without_figure(table: Figures, target: Target, station: str, month: date) -> tuple[str, str]:
    """Return why there is no figure: nothing happened that could be judged, or nobody recorded or reported it."""
    if target.compare and table.reading(target, station, month) is not None:
        return UNREPORTED, f"上年同月{SOURCE_NAMES[target.table]}中没有"
    if target.table in EVENTS and table.covered(target, month) and table.anyone_known(target):
        return UNBOUND, "当月没有可供计算的警情" if target.table == "alerts" else "当月没有可供计算的案件"
    return UNREPORTED, f"{SOURCE_NAMES[target.table]}中没有"
