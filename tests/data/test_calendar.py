"""Calendar rows: published holidays, make-up workdays, Spring Festival and years nobody has published yet."""

from __future__ import annotations

from datetime import date

import pytest

from data.calendar import calendar_rows, days_from_festival, spring_festival


@pytest.mark.parametrize(
    ("day", "kind", "holiday"),
    [
        (date(2024, 2, 10), "节假日", "春节"),
        (date(2024, 2, 4), "调休上班", None),  # the Sunday worked before Spring Festival 2024
        (date(2024, 2, 3), "周末", None),
        (date(2024, 2, 29), "工作日", None),
        (date(2025, 10, 1), "节假日", "国庆节"),
        (date(2025, 10, 11), "调休上班", None),
        (date(2015, 9, 3), "节假日", "抗战胜利纪念日"),
    ],
)
def test_kinds_of_day(day: date, kind: str, holiday: str | None) -> None:
    assert calendar_rows(day, day) == [(day, kind, holiday, days_from_festival(day), True)]


@pytest.mark.parametrize(
    ("year", "festival"),
    # Dates as printed in design 5-statistics §1.
    [(2024, date(2024, 2, 10)), (2025, date(2025, 1, 29)), (2026, date(2026, 2, 17))],
)
def test_spring_festival_dates(year: int, festival: date) -> None:
    assert spring_festival(year) == festival
    assert days_from_festival(festival) == 0


def test_distance_is_negative_before_and_uses_the_nearest_festival() -> None:
    assert days_from_festival(date(2025, 1, 28)) == -1
    assert days_from_festival(date(2025, 2, 5)) == 7
    assert days_from_festival(date(2025, 12, 31)) == -48  # 2026-02-17 is nearer than 2025-01-29


def test_unpublished_years_fall_back_to_weekends() -> None:
    rows = calendar_rows(date(2099, 1, 1), date(2099, 12, 31))
    assert len(rows) == 365
    assert not any(is_published for *_, is_published in rows)
    assert {kind for _, kind, *_ in rows} == {"工作日", "周末"}
    assert all((kind == "周末") == (day.weekday() >= 5) for day, kind, *_ in rows)
    assert all(holiday is None for _, _, holiday, *_ in rows)


def test_every_day_once_and_in_order() -> None:
    rows = calendar_rows(date(2023, 12, 30), date(2025, 1, 2))
    days = [row[0] for row in rows]
    assert days[0] == date(2023, 12, 30)
    assert days[-1] == date(2025, 1, 2)
    assert len(set(days)) == len(days) == 370
    assert days == sorted(days)
    assert calendar_rows(date(2025, 1, 2), date(2025, 1, 1)) == []


def test_far_years_do_not_fail() -> None:
    assert len(calendar_rows(date(1, 1, 1), date(1, 1, 3))) == 3
    assert len(calendar_rows(date(9999, 12, 30), date(9999, 12, 31))) == 2
