"""What a page looks at: period, stations, categories and 口径, read from and written to the URL and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from metrics import periods
from metrics.model import MetricError
from metrics.periods import Period

CUTOFFS = (0, 7, 8)
BASES = {"confirmed": "确认性质", "original": "原始性质"}
WEEKDAY_NAMES = "一二三四五六日"
_DEFAULT_PERIOD = "yesterday"
_KEYS = {"period", "from", "to", "station", "category", "basis", "valid", "cutoff", "week"}


@dataclass(frozen=True)
class Selection:
    """One filter; every figure on a page, its export and its report share it.

    stations, categories: codes or names as the user wrote them; () means all. A category may be a group (刑事).
    cutoff: hour at which the statistical day begins; day D runs from D cutoff:00 to the same hour of D+1.
    week_start: ISO weekday with which the business week begins.
    """

    period: str = _DEFAULT_PERIOD
    first: date | None = None
    last: date | None = None
    stations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    basis: str = "confirmed"
    valid_only: bool = False
    cutoff: int = 0
    week_start: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> tuple[Selection, list[str]]:
        """Read a URL's query; never raises. Returns the selection and Chinese notices on what was not understood."""
        notices: list[str] = []
        text = {key: _joined(value) for key, value in query.items()}
        period, first, last = _read_period(text, notices)
        selection = cls(
            period=period,
            first=first,
            last=last,
            stations=_listed(text.get("station", "")),
            categories=_listed(text.get("category", "")),
            basis=_choice(text, "basis", BASES, "confirmed", notices),
            valid_only=_choice(text, "valid", ("0", "1"), "0", notices) == "1",
            cutoff=int(_choice(text, "cutoff", [str(hour) for hour in CUTOFFS], "0", notices)),
            week_start=int(_choice(text, "week", "1234567", "1", notices)),
        )
        return selection, notices

    def to_query(self) -> dict[str, str]:
        """Return the shortest query that gives this selection back: only what differs from the defaults."""
        query = {}
        if self.period != _DEFAULT_PERIOD:
            query["period"] = self.period
        if self.period == "custom" and self.first and self.last:
            query |= {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.stations:
            query["station"] = ",".join(self.stations)
        if self.categories:
            query["category"] = ",".join(self.categories)
        if self.basis != "confirmed":
            query["basis"] = self.basis
        if self.valid_only:
            query["valid"] = "1"
        if self.cutoff:
            query["cutoff"] = str(self.cutoff)
        if self.week_start != 1:
            query["week"] = str(self.week_start)
        return query

    def resolve(self, as_of: datetime | None) -> Period:
        """Return the days meant, for data up to `as_of` (wall-clock)."""
        if self.period == "custom":
            if self.first is None or self.last is None:
                raise MetricError("自定义时段缺少起止日期。请写成 from=2026-11-01&to=2026-11-21。")
            return Period(self.first, self.last)
        if as_of is None:
            raise MetricError("数据仓里还没有警情或案件，无法确定时段。请先在「数据接入」导入数据。")
        return periods.resolve(self.period, as_of - timedelta(hours=self.cutoff), self.week_start)

    def describe(self, station_names: Mapping[str, str], category_names: Mapping[str, str]) -> str:
        """Say the filter in words, as screens, exports and reports print it."""
        parts = [
            _named(self.stations, station_names, "全部派出所", "个派出所"),
            _named(self.categories, category_names, "全部类别", "个类别"),
            BASES[self.basis],
        ]
        if self.valid_only:
            parts.append("仅有效警情")
        if self.cutoff:
            parts.append(f"每日 {self.cutoff} 时起算")
        if self.week_start != 1:
            parts.append(f"每周从星期{WEEKDAY_NAMES[self.week_start - 1]}起算")
        return " · ".join(parts)

    def scope(self, station_names: Mapping[str, str], category_names: Mapping[str, str]) -> str:
        """Say only what differs from the whole bureau, 「东港派出所、刑事、原始性质」; "" for all of it."""
        plain = Selection().describe({}, {}).split(" · ")
        return "、".join(one for one in self.describe(station_names, category_names).split(" · ") if one not in plain)

    def subject(self, label: str, category_names: Mapping[str, str]) -> str:
        """Say what is counted where the filter narrows it, for titles: 有效警情（盗窃）."""
        return f"{label}（{_named(self.categories, category_names, '', '个类别')}）" if self.categories else label


def _joined(value: str | list[str]) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip()[:64] for part in text.split(",") if part.strip()))


def _choice(text: Mapping[str, str], key: str, known: object, default: str, notices: list[str]) -> str:
    value = text.get(key, default)
    if value in list(known):  # type: ignore[call-overload]
        return value
    notices.append(f"网址中的 {key}={value[:20]} 无法识别，已按默认值显示。")
    return default


def _read_period(text: Mapping[str, str], notices: list[str]) -> tuple[str, date | None, date | None]:
    named = text.get("period", "custom" if "from" in text or "to" in text else _DEFAULT_PERIOD)
    if named not in periods.PRESETS:
        notices.append(f"网址中的时段 {named[:20]} 无法识别，已按昨日显示。")
        return _DEFAULT_PERIOD, None, None
    if named != "custom":
        return named, None, None
    first, last = _day(text.get("from", "")), _day(text.get("to", ""))
    if first is None or last is None or last < first:
        notices.append("网址中的起止日期无法识别或先后颠倒，已按昨日显示。")
        return _DEFAULT_PERIOD, None, None
    return "custom", first, last


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def _named(chosen: tuple[str, ...], names: Mapping[str, str], everything: str, unit: str) -> str:
    if not chosen:
        return everything
    if len(chosen) > 3:
        return f"{len(chosen)} {unit}"
    return "、".join(names.get(one, one) for one in chosen)
