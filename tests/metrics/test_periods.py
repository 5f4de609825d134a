"""Periods and what they are compared with: presets, elapsed parts, leap days, year boundaries, wording."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from metrics import periods
from metrics.model import MetricError
from metrics.periods import Period, Window, describe, resolve, span_window

# Sunday 22 November 2026, eight o'clock.
AS_OF = datetime(2026, 11, 22, 8)


def window(start: str, end: str) -> Window:
    return Window(datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("last7", "2026-11-15", "2026-11-21"),
        ("last30", "2026-10-23", "2026-11-21"),
        ("week", "2026-11-16", "2026-11-22"),
        ("month", "2026-11-01", "2026-11-30"),
        ("quarter", "2026-10-01", "2026-12-31"),
        ("year", "2026-01-01", "2026-12-31"),
    ],
)
def test_every_preset_names_its_days(preset: str, first: str, last: str) -> None:
    period = resolve(preset, AS_OF)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


def test_every_preset_is_tested_and_custom_has_no_days_of_its_own() -> None:
    with pytest.raises(MetricError, match="没有名为「custom」的时段"):
        resolve("custom", AS_OF)
    for preset in set(periods.PRESETS) - {"custom"}:
        assert resolve(preset, AS_OF).first <= AS_OF.date()


@pytest.mark.parametrize(
    ("week_start", "first", "last"),
    [(1, "2026-11-16", "2026-11-22"), (5, "2026-11-20", "2026-11-26"), (7, "2026-11-22", "2026-11-28")],
)
def test_the_business_week_begins_where_the_bureau_says(week_start: int, first: str, last: str) -> None:
    period = resolve("week", AS_OF, week_start)
    assert (period.first.isoformat(), period.last.isoformat(), period.unit) == (first, last, "week")


@pytest.mark.parametrize(
    ("as_of", "preset", "first", "last"),
    [
        # Data complete to midnight: the day that just ended is yesterday, and it still belongs to its month and year.
        ("2026-12-01 00:00", "yesterday", "2026-11-30", "2026-11-30"),
        ("2026-12-01 00:00", "month", "2026-11-01", "2026-11-30"),
        ("2027-01-01 00:00", "year", "2026-01-01", "2026-12-31"),
        ("2027-01-01 00:00", "quarter", "2026-10-01", "2026-12-31"),
        ("2027-01-01 00:01", "year", "2027-01-01", "2027-12-31"),
        ("2027-01-03 08:00", "last7", "2026-12-27", "2027-01-02"),
        ("2027-01-01 08:00", "week", "2026-12-28", "2027-01-03"),
        ("2024-02-15 08:00", "month", "2024-02-01", "2024-02-29"),
        ("2025-02-15 08:00", "month", "2025-02-01", "2025-02-28"),
        ("2026-12-15 08:00", "month", "2026-12-01", "2026-12-31"),
    ],
)
def test_presets_at_the_edges_of_months_and_years(as_of: str, preset: str, first: str, last: str) -> None:
    period = resolve(preset, datetime.fromisoformat(as_of))
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


# --- comparisons ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "span", "start", "end"),
    [
        ("yesterday", "current", "2026-11-21", "2026-11-22"),
        ("yesterday", "previous", "2026-11-20", "2026-11-21"),
        ("yesterday", "last_year", "2025-11-21", "2025-11-22"),
        ("last7", "previous", "2026-11-08", "2026-11-15"),
        ("last7", "last_year", "2025-11-15", "2025-11-22"),
        # 本月 on the 22nd at 8 o'clock against the same elapsed part of October and of last November.
        ("month", "current", "2026-11-01", "2026-11-22 08:00"),
        ("month", "previous", "2026-10-01", "2026-10-22 08:00"),
        ("month", "last_year", "2025-11-01", "2025-11-22 08:00"),
        ("month", "2019", "2019-11-01", "2019-11-22 08:00"),
        ("week", "current", "2026-11-16", "2026-11-22 08:00"),
        ("week", "previous", "2026-11-09", "2026-11-15 08:00"),
        ("quarter", "current", "2026-10-01", "2026-11-22 08:00"),
        ("quarter", "previous", "2026-07-01", "2026-08-22 08:00"),
        ("year", "current", "2026-01-01", "2026-11-22 08:00"),
        ("year", "previous", "2025-01-01", "2025-11-22 08:00"),
        ("year", "last_year", "2025-01-01", "2025-11-22 08:00"),
        ("year", "2019", "2019-01-01", "2019-11-22 08:00"),
    ],
)
def test_comparisons_are_cut_to_the_elapsed_part(preset: str, span: str, start: str, end: str) -> None:
    assert span_window(resolve(preset, AS_OF), span, AS_OF) == window(start, end)


def test_a_part_of_march_is_compared_with_no_more_than_february() -> None:
    as_of = datetime(2026, 3, 30, 12)
    assert span_window(resolve("month", as_of), "previous", as_of) == window("2026-02-01", "2026-03-01")


def test_a_whole_month_is_compared_with_the_whole_month_before() -> None:
    as_of = datetime(2026, 3, 1)
    period = resolve("month", as_of)
    assert span_window(period, "current", as_of) == window("2026-02-01", "2026-03-01")
    assert span_window(period, "previous", as_of) == window("2026-01-01", "2026-02-01")


def custom(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("period", "span", "start", "end"),
    [
        # 29 February stands for 28 February; every other day for itself.
        (custom("2024-02-29", "2024-02-29"), "last_year", "2023-02-28", "2023-03-01"),
        (custom("2024-02-28", "2024-02-28"), "last_year", "2023-02-28", "2023-03-01"),
        (custom("2025-02-28", "2025-02-28"), "last_year", "2024-02-28", "2024-02-29"),
        (custom("2025-02-22", "2025-02-28"), "last_year", "2024-02-22", "2024-02-29"),
        (custom("2024-02-22", "2024-02-28"), "last_year", "2023-02-22", "2023-03-01"),
        (custom("2024-03-01", "2024-03-01"), "last_year", "2023-03-01", "2023-03-02"),
        # Whole months are compared with whole months, whatever their length.
        (custom("2025-02-01", "2025-02-28"), "last_year", "2024-02-01", "2024-03-01"),
        (custom("2024-02-01", "2024-02-29"), "last_year", "2023-02-01", "2023-03-01"),
        (custom("2024-01-01", "2024-12-31"), "last_year", "2023-01-01", "2024-01-01"),
        (custom("2024-02-29", "2024-02-29"), "2020", "2020-02-29", "2020-03-01"),
        (custom("2025-12-29", "2026-01-04"), "last_year", "2024-12-29", "2025-01-05"),
        (custom("2025-12-29", "2026-01-04"), "2019", "2019-12-29", "2020-01-05"),
        (custom("2025-12-29", "2026-01-04"), "previous", "2025-12-22", "2025-12-29"),
        # Days that are whole months are compared with as many months before, as 本月 and 本季 are.
        (custom("2026-10-01", "2026-10-31"), "previous", "2026-09-01", "2026-10-01"),
        (custom("2024-03-01", "2024-03-31"), "previous", "2024-02-01", "2024-03-01"),
        (custom("2025-11-01", "2026-01-31"), "previous", "2025-08-01", "2025-11-01"),
        (custom("2026-10-01", "2026-10-30"), "previous", "2026-09-01", "2026-10-01"),
        (custom("2026-10-02", "2026-10-31"), "previous", "2026-09-02", "2026-10-02"),
    ],
)
def test_leap_days_and_year_boundaries(period: Period, span: str, start: str, end: str) -> None:
    assert span_window(period, span, AS_OF) == window(start, end)


def test_a_leap_day_that_has_partly_elapsed() -> None:
    as_of = datetime(2024, 2, 29, 8)
    assert span_window(resolve("month", as_of), "last_year", as_of) == window("2023-02-01", "2023-02-28 08:00")


def test_a_period_that_has_not_begun_is_empty() -> None:
    future = custom("2026-12-01", "2026-12-31")
    current = span_window(future, "current", AS_OF)
    assert (current.days, current.dates()) == (0, [])
    assert span_window(future, "previous", AS_OF).dates() == []


def test_reference_windows_end_where_the_period_begins() -> None:
    assert span_window(resolve("yesterday", AS_OF), "reference", AS_OF) == window("2026-09-26", "2026-11-21")
    assert span_window(resolve("yesterday", AS_OF), "spark", AS_OF).end == datetime(2026, 11, 22)


@pytest.mark.parametrize("span", ["next", "", "0", "-1", "²⁰¹⁹", "99999", "1000000000000"])
def test_an_unknown_comparison_is_refused_in_chinese(span: str) -> None:
    known = "可选：previous（环比）、last_year（同比）、festival（春节对齐同比）或一个年份"
    with pytest.raises(MetricError, match=known):
        span_window(resolve("month", AS_OF), span, AS_OF)


# --- windows and words ----------------------------------------------------------------------------------------------


def test_a_window_knows_its_days() -> None:
    part = window("2026-11-20", "2026-11-22 08:00")
    assert part.days == pytest.approx(2 + 1 / 3)
    assert [day.day for day in part.dates()] == [20, 21, 22]
    assert window("2026-11-20", "2026-11-22").last_day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("start", "end", "cutoff", "words"),
    [
        ("2026-11-21", "2026-11-22", 0, "2026年11月21日0时至24时"),
        ("2026-11-15", "2026-11-22", 0, "2026年11月15日至11月21日"),
        ("2025-12-29", "2026-01-05", 0, "2025年12月29日至2026年1月4日"),
        ("2026-11-01", "2026-11-22 08:00", 0, "2026年11月1日至11月22日8时"),
        ("2026-11-01", "2026-11-22 08:05", 0, "2026年11月1日至11月22日8时05分"),
        ("2026-11-21", "2026-11-22", 8, "2026年11月21日8时至11月22日8时"),
        ("2025-12-31", "2026-01-01", 7, "2025年12月31日7时至2026年1月1日7时"),
        ("2026-12-01", "2026-12-01", 0, "2026年12月1日起，尚无数据"),
    ],
)
def test_windows_are_said_as_offices_write_them(start: str, end: str, cutoff: int, words: str) -> None:
    assert describe(window(start, end), cutoff) == words


@pytest.mark.parametrize(
    ("as_of", "now", "cutoff", "days"),
    [
        ("2026-11-22 00:00", "2026-11-22 07:30", 0, 0),
        ("2026-11-22 00:00", "2026-11-23 00:00", 0, 1),
        ("2026-11-21 16:00", "2026-11-22 07:30", 0, 1),
        ("2026-11-22 00:00", "2026-11-22 07:30", 8, 0),
        ("2026-11-22 00:00", "2026-11-22 09:00", 8, 1),
        ("2026-11-25 00:00", "2026-11-22 09:00", 0, 0),
        ("2024-02-29 00:00", "2024-03-01 09:00", 0, 1),
    ],
)
def test_days_behind_count_from_the_last_complete_day(as_of: str, now: str, cutoff: int, days: int) -> None:
    assert periods.days_behind(datetime.fromisoformat(as_of), datetime.fromisoformat(now), cutoff) == days
