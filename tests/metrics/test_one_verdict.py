"""One figure of one period and filter has one verdict, on whichever page it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics.briefing import Card, brief
from metrics.casework import casework
from metrics.casework.values import Figure
from metrics.compare import NO_BASE, REAL, USUAL
from metrics.selection import Selection
from metrics.times import calendar_matrix
from metrics.trend import DAY, MONTH, WEEK, Asked, trend
from tests import tiny

LAST = date(2026, 11, 21)
DAYS = 500


def restless(con: duckdb.DuckDBPyConnection) -> None:
    """Five hundred days of counts that jump about (by a hash of the day), with more cases on two of the last days."""
    first = LAST - timedelta(days=DAYS - 1)
    number = tiny.batch(con, "alerts", DAYS)
    for category, station, least, spread in (
        ("0101", tiny.CITY, 6, 9), ("0101", tiny.EDGE, 1, 4), ("02", tiny.CITY, 9, 8), ("05", tiny.EDGE, 14, 12),
    ):  # fmt: skip
        con.execute(
            """
            INSERT INTO alerts (call_time, cat_conf, station_code, is_invalid, time_precision, batch_id)
            SELECT cast($first AS TIMESTAMP) + to_days(cast(d AS INTEGER)) + to_minutes(cast(50 * n AS BIGINT)),
                $category, $station, false, 'minute', $batch
            FROM range($days) AS day(d), range(28) AS nth(n)
            WHERE n < $least + hash(d * 7 + ascii($category) + length($station)) % $spread
            """,
            {"first": first.isoformat(), "days": DAYS, "batch": number, "category": category, "station": station,
             "least": least, "spread": spread},
        )  # fmt: skip
    for day in range(DAYS):
        when = first + timedelta(days=day)
        count = 5 + day * 2654435761 % 7 + {DAYS - 1: 9, DAYS - 3: 20}.get(day, 0)
        rows = [
            {"filed": f"{when} 10:{n:02d}:00", "solved": f"{when} 18:00:00" if n % 3 else None} for n in range(count)
        ]
        tiny.cases(con, rows, number)
    # Of the other kind, with more on another of the last days.
    con.execute(
        """
        INSERT INTO cases (file_time, category, kind, station_code, time_precision, batch_id)
        SELECT cast($first AS TIMESTAMP) + to_days(cast(d AS INTEGER)) + to_minutes(cast(23 * 60 + n AS BIGINT)),
            '070000', '行政', $station, 'minute', $batch
        FROM range($days) AS day(d), range(28) AS nth(n)
        WHERE n < 3 + hash(d) % 5 + CASE WHEN d = $days - 2 THEN 16 ELSE 0 END
        """,
        {"first": first.isoformat(), "days": DAYS, "station": tiny.CITY, "batch": number},
    )


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("one") / "store"), restless)


PERIODS = [
    *(Selection("custom", day, day) for day in (LAST - timedelta(days=n) for n in range(4))),
    Selection("custom", LAST - timedelta(days=6), LAST),
    Selection("custom", LAST - timedelta(days=29), LAST),
    Selection("custom", date(2026, 7, 1), LAST),
    Selection("custom", LAST, LAST, stations=(tiny.CITY,)),
]


def said(one: Card | Figure) -> tuple[object, ...]:
    return one.value, one.expected, one.verdict, one.previous.verdict, one.last_year.verdict


@pytest.mark.parametrize("selection", PERIODS, ids=lambda one: f"{one.first}-{one.last}-{len(one.stations)}")
def test_cards_lines_trend_and_cases_agree(snapshot: Snapshot, selection: Selection) -> None:
    found = brief(snapshot, selection)
    cases = {one.metric.id: one for one in casework(snapshot, selection).figures}
    for card in found.cards:
        total = trend(snapshot, selection, Asked(card.metric.id, WEEK, "station")).total
        assert said(card) == (total.value, total.usual, total.verdict, total.previous.verdict, total.last_year.verdict)
        if one := cases.get(card.metric.id):
            assert said(card) == said(one)
    parts = {one.key: one for one in trend(snapshot, selection, Asked("alerts_valid", DAY, "group")).parts}
    for row in found.rows:
        narrowed = trend(
            snapshot, replace(selection, categories=(row.key,)), Asked("alerts_valid", MONTH, "group")
        ).total
        assert (row.expected, row.verdict) == (narrowed.usual, narrowed.verdict)
        # A part has no 环比: without the year before it is not judged.
        if (part := parts.get(row.key)) and part.verdict != NO_BASE:
            assert (row.expected, row.verdict) == (part.usual, part.verdict)


def test_both_kinds_of_cases_have_the_verdict_of_their_own_metric(snapshot: Snapshot) -> None:
    verdicts = set()
    for selection in PERIODS:
        found = casework(snapshot, selection)
        parts = {one.key: one for one in trend(snapshot, selection, Asked("cases_all", DAY, "group")).parts}
        for group, one in found.kinds.items():
            total = trend(snapshot, selection, Asked(one.metric.id, WEEK, "station")).total
            assert one.value == sum(row.value for row in found.rows if row.group == group)
            assert (one.value, one.expected, one.verdict) == (total.value, total.usual, total.verdict)
            if parts[group].verdict != NO_BASE:
                assert (one.expected, one.verdict) == (parts[group].usual, parts[group].verdict)
            verdicts.add((group, one.verdict))
    assert verdicts >= {(group, verdict) for group in ("刑事", "行政") for verdict in (REAL, USUAL)}


def test_a_day_is_judged_alike_as_headline_and_as_point_of_its_line(snapshot: Snapshot) -> None:
    verdicts = set()
    for selection in PERIODS[:4]:
        found = trend(snapshot, selection, Asked("cases_filed", DAY, "station"))
        assert (found.points[-1].usual, found.points[-1].verdict) == (found.total.usual, found.total.verdict)
        verdicts.add(found.total.verdict)
    # The test would say nothing if all days were alike.
    assert verdicts >= {REAL, USUAL}


# The last day has not ended: its row is not judged.
@pytest.mark.parametrize("ago", range(1, 8))
def test_a_day_has_one_range_whatever_period_it_is_drawn_in(snapshot: Snapshot, ago: int) -> None:
    day = LAST - timedelta(days=ago)
    card = next(one for one in brief(snapshot, Selection("custom", day, day)).cards if one.metric.id == "alerts_valid")
    for first in (day, day - timedelta(days=6), day - timedelta(days=29)):
        drawn = trend(snapshot, Selection("custom", first, LAST), Asked("alerts_valid", DAY, "group")).points
        one = next(one for one in drawn if one.first == day)
        assert (one.value, one.usual, one.verdict) == (card.value, card.expected, card.verdict)
    square = next(one for one in calendar_matrix.of(snapshot, Selection("custom", day, LAST)).days if one.day == day)
    assert (square.value, square.real) == (card.value, card.verdict == REAL)
    assert square.z == pytest.approx(card.z)


@pytest.mark.parametrize("ago", range(1, 5))
def test_the_share_of_a_day_has_the_verdict_of_its_headline(snapshot: Snapshot, ago: int) -> None:
    day = LAST - timedelta(days=ago)
    total = trend(snapshot, Selection("custom", day, day), Asked("clear_rate", DAY, "station")).total
    drawn = trend(
        snapshot, Selection("custom", day - timedelta(days=9), LAST), Asked("clear_rate", DAY, "station")
    ).points
    one = next(one for one in drawn if one.first == day)
    assert (one.value, one.verdict) == (total.value, total.verdict)
    assert one.previous is not None and (one.previous.base, one.previous.p) == (total.previous.base, total.previous.p)
