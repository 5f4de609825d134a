"""Rows of the `calendar` table: kind of day, public holiday and distance from Spring Festival."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar  # type: ignore[import-untyped, unused-ignore]
from lunar_python import Lunar  # type: ignore[import-untyped, unused-ignore]

CalendarRow = tuple[date, str, str | None, int, bool]

WORKDAY = "工作日"
WEEKEND = "周末"
MAKE_UP = "调休上班"
HOLIDAY = "节假日"

# The package names the days by their English title; its one long name is shortened for the screen.
_NAMES = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday} | {
    chinese_calendar.Holiday.anti_fascist_70th_day.value: "抗战胜利纪念日",
}


@cache
def spring_festival(year: int) -> date:
    """The solar date of the first day of the lunar year that begins in `year` (正月初一)."""
    solar = Lunar.fromYmd(year, 1, 1).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


@cache
def days_from_festival(day: date) -> int:
    """Days from the nearest Spring Festival, negative before it; of two equally near ones the earlier counts."""
    years = range(max(day.year - 1, date.min.year + 1), min(day.year + 1, date.max.year) + 1)
    distances = [(day - spring_festival(year)).days for year in years]
    return min(distances, key=lambda distance: (abs(distance), distance < 0))


@cache
def day_kind(day: date) -> tuple[str, str | None, bool]:
    """Kind of day, name of the public holiday, and whether the holiday plan of that year is known."""
    by_weekday = WEEKEND if day.weekday() >= 5 else WORKDAY
    try:
        is_off, title = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return by_weekday, None, False
    if title is None:
        return by_weekday, None, True
    if is_off:
        return HOLIDAY, _NAMES.get(title, title), True
    # A worked Saturday keeps no holiday name, so that `holiday IS NOT NULL` means a day off.
    return (MAKE_UP if day.weekday() >= 5 else WORKDAY), None, True


def calendar_rows(first: date, last: date) -> list[CalendarRow]:
    """One row per day from `first` to `last`, both included, in the column order of the table."""
    rows: list[CalendarRow] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        kind, holiday, is_published = day_kind(day)
        rows.append((day, kind, holiday, days_from_festival(day), is_published))
    return rows
