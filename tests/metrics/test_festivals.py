"""Spring Festival moves: which days stand for which, when it matters, what is said, and both 同比 side by side."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import festivals
from metrics.ask import ask
from metrics.briefing import brief
from metrics.compare import NO_BASE, REAL, USUAL
from metrics.model import Refused
from metrics.periods import Period, Window, festival_of, festival_window, span_window
from metrics.selection import Selection
from tests import tiny


def window(first: str, last: str) -> Window:
    return Period(date.fromisoformat(first), date.fromisoformat(last)).window


def between(first: str, last: str) -> Selection:
    return Selection(period="custom", first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("now", "then"),
    [
        # 正月初一 itself: 2024-02-10, 2025-01-29, 2026-02-17 (design 5-statistics §1).
        (("2026-02-17", "2026-02-17"), ("2025-01-29", "2025-01-29")),
        (("2025-01-29", "2025-01-29"), ("2024-02-10", "2024-02-10")),
        (("2026-02-10", "2026-02-16"), ("2025-01-22", "2025-01-28")),
        (("2025-01-25", "2025-02-03"), ("2024-02-06", "2024-02-15")),
        (("2024-02-29", "2024-02-29"), ("2023-02-10", "2023-02-10")),
        # Only the year before touches the festival: 28 days before it in both years.
        (("2026-01-20", "2026-01-26"), ("2025-01-01", "2025-01-07")),
        (("2025-12-29", "2026-01-04"), ("2024-12-10", "2024-12-16")),
    ],
)
def test_the_same_days_from_the_festival(now: tuple[str, str], then: tuple[str, str]) -> None:
    assert festival_window(window(*now)) == window(*then)
    first, last = (date.fromisoformat(day) for day in now)
    assert span_window(Period(first, last), "festival", datetime(2027, 1, 1)) == window(*then)


def test_the_elapsed_part_is_aligned() -> None:
    as_of = datetime(2026, 2, 18, 9, 30)
    february = Period(date(2026, 2, 1), date(2026, 2, 28), "month")
    assert span_window(february, "festival", as_of) == Window(datetime(2025, 1, 13), datetime(2025, 1, 30, 9, 30))


def test_a_window_belongs_to_the_festival_nearest_to_its_middle() -> None:
    assert festival_of(window("2025-12-20", "2026-01-05")) == date(2026, 2, 17)
    assert festival_of(window("2025-02-01", "2025-02-28")) == date(2025, 1, 29)


@pytest.mark.parametrize(
    ("first", "last", "matters"),
    [
        ("2026-02-10", "2026-02-16", True),
        ("2026-01-20", "2026-01-26", True),
        ("2026-02-26", "2026-03-09", True),
        ("2026-03-10", "2026-03-12", False),
        ("2026-11-15", "2026-11-21", False),
        # Twenty days before and after lie in the quarter of both years.
        ("2026-01-01", "2026-03-31", False),
        ("2026-01-01", "2026-02-15", True),
        ("2026-01-01", "2026-12-31", False),
        # In 2025 the neighbourhood ends on 18 February, in 2024 on 1 March.
        ("2025-02-19", "2025-02-28", True),
    ],
)
def test_it_matters_where_the_two_years_hold_other_days_of_the_season(first: str, last: str, matters: bool) -> None:
    assert festivals.matters(window(first, last)) == matters


def test_an_empty_window_and_years_without_a_plan_have_answers() -> None:
    empty = Window(datetime(2026, 2, 17), datetime(2026, 2, 17))
    assert not festivals.matters(empty) and festival_window(empty).dates() == []
    far = window("2099-01-15", "2099-01-21")
    assert festivals.matters(far) and "休息日 2 天对 2 天" in festivals.note(far)


def test_the_note_says_what_is_aligned_and_what_is_not() -> None:
    assert festivals.note(window("2026-02-15", "2026-02-21")) == (
        "春节对齐同比：2026-02-15 至 2026-02-21 对 2025-01-27 至 2025-02-02，均为春节前第 2 天至春节后第 4 天；"
        "星期不对齐，休息日 7 天对 6 天。"
    )


# --- through the real path ------------------------------------------------------------------------------------------

FESTIVALS = (date(2025, 1, 29), date(2026, 2, 17))


def quiet_festivals(con: duckdb.DuckDBPyConnection) -> None:
    """Forty a day, twenty from the third day before each festival to the sixth after it."""
    day = date(2024, 11, 1)
    while day <= date(2026, 3, 31):
        near = any(-3 <= (day - festival).days <= 6 for festival in FESTIVALS)
        tiny.daily_alerts(con, day.isoformat(), 1, 20 if near else 40, cat="0101")
        day += timedelta(days=1)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("festival") / "store"), quiet_festivals)


def test_the_calendar_sees_a_fall_and_the_festival_none(snapshot: Snapshot) -> None:
    table = ask(snapshot, ("alerts",), (), between("2026-02-14", "2026-02-20"), ("last_year", "festival"))
    calendar, aligned = table.comparisons[0, "alerts", "last_year"], table.comparisons[0, "alerts", "festival"]
    assert (calendar.value, calendar.base, calendar.verdict) == (140, 280, REAL)
    assert (aligned.value, aligned.base, aligned.percent, aligned.verdict) == (140, 140, 0, USUAL)
    assert any(
        note.startswith("春节对齐同比：2026-02-14 至 2026-02-20 对 2025-01-26 至 2025-02-01")
        for note in table.answer.notes
    )


def test_days_are_matched_by_their_distance(snapshot: Snapshot) -> None:
    table = ask(snapshot, ("alerts",), ("day",), between("2026-02-12", "2026-02-26"), ("festival",))
    found = [table.comparisons[row, "alerts", "festival"] for row in range(len(table.rows))]
    assert [one.value for one in found] == [one.base for one in found] == [40] * 2 + [20] * 10 + [40] * 3


def test_a_year_before_without_data_gives_no_comparison(snapshot: Snapshot) -> None:
    table = ask(snapshot, ("alerts",), (), between("2025-01-26", "2025-02-01"), ("festival",))
    assert table.comparisons[0, "alerts", "festival"].verdict == NO_BASE


@pytest.mark.parametrize(
    ("selection", "by", "why"),
    [
        (between("2025-11-01", "2025-11-07"), (), "无须按春节对齐"),
        (between("2025-01-01", "2025-12-31"), (), "无须按春节对齐"),
        (between("2026-02-10", "2026-02-16"), ("week",), "不能按「周」统计"),
    ],
)
def test_it_is_refused_where_it_would_mean_nothing(
    snapshot: Snapshot, selection: Selection, by: tuple[str, ...], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        ask(snapshot, ("alerts",), by, selection, ("festival",))


def test_the_briefing_says_both(snapshot: Snapshot) -> None:
    found = brief(snapshot, between("2026-02-14", "2026-02-20"))
    card = next(card for card in found.cards if card.metric.id == "alerts_criminal")
    assert card.festival is not None and card.festival.change == 0
    assert card.note == "按春节对齐同比持平，在正常波动范围内"
    row = next(row for row in found.rows if row.key == "刑事")
    assert row.note == card.note and row.last_year.base == 280
    point = next(point for point in found.points if point.text.startswith("全局刑事警情"))
    # One sentence, one verdict: the point is ranked by what the eight weeks before lead to expect.
    assert "同比下降 50.0%（少 140 起）；按春节对齐同比持平；低于前 8 周预期 238–324 起" in point.text
    assert any(note.startswith("春节对齐同比：") for note in found.notes)
    assert "2025年1月26日至2月1日" in found.windows["festival"]
    away = brief(snapshot, between("2025-11-01", "2025-11-07"))
    assert all(card.festival is None and card.note == "" for card in away.cards) and "festival" not in away.windows
