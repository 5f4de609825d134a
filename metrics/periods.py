"""Periods and the windows they are compared with, all on the part that has elapsed.

A window is a half-open stretch of statistical time: statistical time runs from 00:00 to 24:00 of the statistical day,
so that a day that is cut at 8 o'clock still starts at 00:00 here (`counted_at` = wall-clock time minus the cut-off).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from data.calendar import days_from_festival, spring_festival
from metrics.model import MetricError

PRESETS = {
    "yesterday": "昨日",
    "last7": "近7日",
    "last30": "近30日",
    "week": "本周",
    "month": "本月",
    "quarter": "本季",
    "year": "本年",
    "custom": "自定义",
}
COMPARISONS = {"previous": "环比", "last_year": "同比", "festival": "春节对齐同比"}
SPARK_DAYS, REFERENCE_DAYS = 112, 56


@dataclass(frozen=True)
class Window:
    """[start, end) in statistical time."""

    start: datetime
    end: datetime

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.end - self.start) / timedelta(days=1)

    @property
    def first_day(self) -> date:
        return self.start.date()

    @property
    def last_day(self) -> date:
        """The last day that the window touches."""
        return (self.end - timedelta(microseconds=1)).date() if self.end > self.start else self.start.date()

    def dates(self) -> list[date]:
        """Return every day that the window touches."""
        if self.end <= self.start:
            return []
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    def cut(self, end: datetime) -> Window:
        """Return the window up to `end`; empty when it had not begun by then."""
        return Window(self.start, max(self.start, min(self.end, end)))


@dataclass(frozen=True)
class Period:
    """Days from first to last, both included; unit says how the period before it is found."""

    first: date
    last: date
    unit: str = "days"

    @property
    def window(self) -> Window:
        """The whole period as a window."""
        return Window(_midnight(self.first), _midnight(self.last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def resolve(preset: str, as_of: datetime, week_start: int = 1) -> Period:
    """Return the period that a preset names for data up to `as_of` (statistical time).

    昨日, 近7日 and 近30日 end with the last complete day; 本周 … 本年 contain the last moment of data.
    """
    yesterday = as_of.date() - timedelta(days=1)
    if preset in ("yesterday", "last7", "last30"):
        length = {"yesterday": 1, "last7": 7, "last30": 30}[preset]
        return Period(yesterday - timedelta(days=length - 1), yesterday)
    today = (as_of - timedelta(microseconds=1)).date()
    if preset == "week":
        first = today - timedelta(days=(today.isoweekday() - week_start) % 7)
        return Period(first, first + timedelta(days=6), "week")
    if preset == "month":
        return Period(today.replace(day=1), _add_months(today.replace(day=1), 1) - timedelta(days=1), "month")
    if preset == "quarter":
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        return Period(first, _add_months(first, 3) - timedelta(days=1), "quarter")
    if preset == "year":
        return Period(date(today.year, 1, 1), date(today.year, 12, 31), "year")
    raise MetricError(f"没有名为「{preset}」的时段。可选：{'、'.join(PRESETS.values())}。")


def days_behind(as_of: datetime, now: datetime, cutoff: int = 0) -> int:
    """Return by how many days the last complete day of the data lies before yesterday; 0 when it is yesterday or later.

    as_of, now: wall-clock; cutoff: hour at which a day begins. Known answer: data up to 21 November 24:00 are complete
    on the 22nd (0), one day behind on the 23rd; data up to the 21st 16:00 are one day behind on the 22nd.
    """
    shift = timedelta(hours=cutoff)
    return max(0, ((now - shift).date() - (as_of - shift).date()).days)


def span_window(period: Period, span: str, as_of: datetime) -> Window:
    """Return the elapsed window of a span: current, previous, last_year, festival, a baseline year ("2019"), spark …

    as_of: end of the data in statistical time. Every comparison is cut to the time that has elapsed in the period.
    previous: the equally long window just before; for calendar units, and for days that are whole calendar months, as
    many months before (本月 against 上月, October against September).
    last_year: the same calendar dates a year before, 29 February standing for 28 February.
    festival: the same days counted from the Spring Festival of the year before (when it matters: metrics.festivals).
    spark, reference, month_before: 16 weeks to the period's last day, 8 weeks before the period, 4 weeks to its end.
    "2026-08-01/2026-11-21": those days, both included, whatever the period, for figures that show more than it.
    """
    whole = period.window
    current = whole.cut(as_of)
    if "/" in span:
        first, last = (date.fromisoformat(day) for day in span.split("/"))
        return Period(first, last).window.cut(as_of)
    if span == "current":
        return current
    if span == "spark":
        end = _midnight(current.end.date())
        return Window(end - timedelta(days=SPARK_DAYS), end)
    if span == "reference":
        return Window(whole.start - timedelta(days=REFERENCE_DAYS), whole.start)
    if span == "month_before":
        end = _midnight(current.end.date())
        return Window(end - timedelta(days=28), end)
    if span == "previous":
        return _previous(period, whole, current)
    if span == "festival":
        return festival_window(current)
    return years_earlier(current, years_back(span, whole.start.year))


def years_back(span: str, year: int) -> int:
    """Return how many years before `year` a span lies: last_year or a baseline year ("2019")."""
    if span == "last_year":
        return 1
    if span.isascii() and span.isdigit() and len(span) == 4 and 1900 <= int(span) <= 2200:
        return year - int(span)
    raise MetricError(
        f"没有名为「{span}」的对比。可选：previous（环比）、last_year（同比）、festival（春节对齐同比）或一个年份。"
    )


def years_earlier(window: Window, years: int) -> Window:
    """Return the same calendar dates; a window that ends at midnight is moved by its last day, not by the day after,
    so that 28 February stays one day in leap years. Whole months become whole months."""
    start = years_before(window.start, years)
    ends_with_day = window.end.time() == time() and window.end > window.start
    if not ends_with_day or (window.start.day == 1 and window.end.day == 1):
        return Window(start, max(start, years_before(window.end, years)))
    return Window(start, years_before(window.end - timedelta(days=1), years) + timedelta(days=1))


def festival_window(window: Window) -> Window:
    """Return the window as far from the Spring Festival of the year before as this one is from its own.

    Known answer: 2026-02-10 … 16, the week before the festival of 2026-02-17, becomes 2025-01-22 … 28.
    """
    festival = festival_of(window)
    shift = festival - spring_festival(festival.year - 1)
    return Window(window.start - shift, window.end - shift)


def festival_of(window: Window) -> date:
    """Return the Spring Festival that a window is counted from: the nearest to its middle."""
    middle = (window.start + (window.end - window.start) / 2).date()
    return middle - timedelta(days=days_from_festival(middle))


def _previous(period: Period, whole: Window, current: Window) -> Window:
    months = {"month": 1, "quarter": 3, "year": 12}.get(period.unit) or _whole_months(period)
    if not months:
        start = whole.start - (whole.end - whole.start)
        return Window(start, start + (current.end - current.start))
    start = _midnight(_add_months(period.first, -months))
    if current.end == whole.end:
        return Window(start, whole.start)
    return Window(start, min(start + (current.end - current.start), whole.start))


def _whole_months(period: Period) -> int:
    """Return how many whole calendar months the days make up, 0 where they cut one."""
    after = period.last + timedelta(days=1)
    if period.unit != "days" or period.first.day != 1 or after.day != 1:
        return 0
    return 12 * (after.year - period.first.year) + after.month - period.first.month


def years_before(moment: datetime, years: int) -> datetime:
    """Return the same moment of an earlier year, 29 February becoming 28 February."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - years, day=28)


def _add_months(first_of_month: date, months: int) -> date:
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def cut_months(window: Window) -> list[date]:
    """Return the first days of the months that a window touches without holding them whole."""
    touched = dict.fromkeys(day.replace(day=1) for day in window.dates())
    return [
        first for first in touched if _midnight(first) < window.start or _midnight(_add_months(first, 1)) > window.end
    ]


def describe(window: Window, cutoff: int = 0) -> str:
    """Say a window in Chinese, for titles and exports: 「2026年11月21日0时至24时」."""
    if window.end <= window.start:
        return f"{_say_day(window.first_day)}起，尚无数据"
    whole_days = window.end.time() == time()
    last = window.last_day
    if cutoff:
        end = window.end + timedelta(hours=cutoff)
        return f"{_say_day(window.first_day)}{cutoff}时至{_say_moment(end, window.first_day)}"
    if whole_days and window.days == 1:
        return f"{_say_day(last)}0时至24时"
    if whole_days:
        return f"{_say_day(window.first_day)}至{_say_day(last, window.first_day)}"
    return f"{_say_day(window.first_day)}至{_say_moment(window.end, window.first_day)}"


def _say_day(day: date, after: date | None = None) -> str:
    year = "" if after and after.year == day.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def _say_moment(moment: datetime, after: date) -> str:
    minutes = f"{moment.minute:02d}分" if moment.minute else ""
    return f"{_say_day(moment.date(), after)}{moment.hour}时{minutes}"
