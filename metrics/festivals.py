"""Spring Festival moves between 21 January and 20 February: the same days counted from it, a year before.

What is aligned is the distance from 正月初一 and nothing else: the weekday differs, and so do make-up workdays where
the holiday plan moved them. `note` says so with the days off on both sides.
"""

from __future__ import annotations

from collections import Counter

from data.calendar import HOLIDAY, WEEKEND, calendar_rows, days_from_festival
from metrics.periods import Window, festival_of, festival_window, years_earlier

# Within this many days of 正月初一 the season shows: from the way home (春运) to 元宵 and the way back.
NEAR_DAYS = 20
# Over half a year a shift by some weeks changes the season of most of its days.
LONGEST_DAYS = 184


def matters(window: Window) -> bool:
    """Whether the same calendar dates a year before hold other days around Spring Festival than the window does.

    So it does for a window that touches the 20 days before or after it in either year, and not for one that holds
    both neighbourhoods whole (a first half-year), that touches neither, or that is longer than half a year.
    """
    if not window.dates() or window.days > LONGEST_DAYS:
        return False
    return _neighbourhood(window) != _neighbourhood(years_earlier(window, 1))


def _neighbourhood(window: Window) -> Counter[int]:
    distances = (days_from_festival(day) for day in window.dates())
    return Counter(distance for distance in distances if abs(distance) <= NEAR_DAYS)


def note(window: Window) -> str:
    """Return what is aligned and what is not: distances from 正月初一, dates, days off on both sides."""
    base = festival_window(window)
    return (
        f"春节对齐同比：{_dates(window)} 对 {_dates(base)}，均为{_distance(window)}；"
        f"星期不对齐，休息日 {_days_off(window)} 天对 {_days_off(base)} 天。"
    )


def _dates(window: Window) -> str:
    first, last = window.first_day, window.last_day
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"


def _distance(window: Window) -> str:
    festival = festival_of(window)
    words = [_said((day - festival).days) for day in (window.first_day, window.last_day)]
    return words[0] if words[0] == words[1] else f"{words[0]}至{words[1]}"


def _said(distance: int) -> str:
    if distance == 0:
        return "正月初一"
    return f"春节{'前' if distance < 0 else '后'}第 {abs(distance)} 天"


def _days_off(window: Window) -> int:
    """Count weekends and public holidays; of years without a published plan, weekends only."""
    days = window.dates()
    return sum(row[1] in (HOLIDAY, WEEKEND) for row in calendar_rows(days[0], days[-1])) if days else 0
