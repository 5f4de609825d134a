"""The briefing on hand-made bureaus: what is real, what is not, and what is said when there is nothing to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import duckdb
import pytest

from data.snapshots import Store
from metrics import catalogue, expectation
from metrics.briefing import Briefing, Matrix, brief, verdicts
from metrics.briefing.asking import CARD_METRICS
from metrics.casework import casework
from metrics.change import HIGH
from metrics.compare import NO_BASE, REAL, TOO_FEW, USUAL
from metrics.model import Refused
from metrics.periods import Window
from metrics.selection import Selection
from tests import tiny

LAST = date(2026, 11, 21)
FIRST = LAST - timedelta(days=139)


def steady(con: duckdb.DuckDBPyConnection) -> None:
    """Twenty weeks of the same: 12 thefts a day in the city, 6 calls for help at the edge."""
    tiny.daily_alerts(con, FIRST.isoformat(), 140, 12, cat="0101", station=tiny.CITY)
    tiny.daily_alerts(con, FIRST.isoformat(), 140, 6, cat="05", station=tiny.EDGE)


def burst(con: duckdb.DuckDBPyConnection) -> None:
    """Forty more thefts in the last night of the village."""
    tiny.alerts(
        con,
        [
            {"call": f"2026-11-21 {22 + n // 30}:{n % 30:02d}:00", "cat": "0101", "station": tiny.VILLAGE}
            for n in range(40)
        ],
    )


def test_a_burst_is_real_and_leads_the_key_points(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady, burst), Selection())
    assert found.state == "ok"
    first = found.points[0]
    assert first.verdict == REAL and first.tone == "worse"
    real = {(grid(found).rows[i][0], grid(found).columns[j][0]) for i, j in _where(found)}
    assert (tiny.VILLAGE, "刑事") in real
    assert any("南山所刑事警情 40 起，预期 0 起；集中在" in point.text for point in found.points)
    assert {place.code for place in found.places if place.real} == {tiny.VILLAGE}


def test_the_same_every_day_is_usual_and_says_so(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady), Selection())
    verdicts = {card.metric.id: card.verdict for card in found.cards}
    assert verdicts["alerts_valid"] == USUAL and verdicts["alerts_criminal"] == USUAL
    assert verdicts["alerts_dispute"] == TOO_FEW
    assert not grid(found).real.any()
    assert [point.text for point in found.points if point.verdict == REAL] == []
    assert found.points[-1].text.endswith("没有超出随机波动的变化")


def test_the_closing_sentence_claims_calm_only_where_it_is(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady, burst), Selection())
    assert "没有超出随机波动" not in found.points[-1].text


def test_one_station_is_not_called_the_whole_bureau(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady, burst), Selection(stations=(tiny.VILLAGE,)))
    assert found.points and not any("全局" in point.text for point in found.points)


def test_many_cases_name_the_station_that_stands_out(store: Store) -> None:
    def filed(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        days = [(FIRST + timedelta(days=n)).isoformat() for n in range(140)]
        tiny.cases(con, [{"filed": f"{day} 09:00:00", "station": tiny.EDGE} for day in days])
        tiny.cases(con, [{"filed": f"2026-11-21 10:{n:02d}:00", "station": tiny.VILLAGE} for n in range(30)])

    snapshot = tiny.snapshot_of(store, filed)
    found = brief(snapshot, Selection())
    point = next(point for point in found.points if point.text.startswith("刑事立案 31 起"))
    assert "最突出的是南山所 30 起，平常 0.0 起" in point.text
    # One day of cases is too few to judge: the page that it leads to shows the week, and the sentence says its count.
    assert point.query == {"period": "last7"} and point.tone == "worse"
    assert point.text.endswith(f"起，{REAL}；连同前 6 日共 37 起，高于预期 1–15 起，超出随机波动")
    listed = brief(snapshot, Selection("custom", LAST, LAST)).points
    point = next(point for point in listed if point.text.startswith("刑事立案 31 起"))
    assert Selection.from_query(point.query) == (Selection("custom", LAST - timedelta(days=6), LAST), [])
    # A week leads to the station of which it says the count.
    listed = brief(snapshot, Selection(period="last7")).points
    point = next(point for point in listed if point.text.startswith("刑事立案 37 起"))
    assert point.query == {"period": "last7", "station": tiny.VILLAGE} and "连同" not in point.text


def test_a_day_of_cases_tells_the_week_that_its_page_shows(store: Store) -> None:
    def filed(con: duckdb.DuckDBPyConnection) -> None:
        for n in range(140):
            rows = [
                {"filed": f"{FIRST + timedelta(days=n)} 23:{m:02d}:00"} for m in range(4 + 5 * n % 7 + 9 * (n == 139))
            ]
            tiny.cases(con, rows)

    snapshot = tiny.snapshot_of(store, steady, filed)
    for selection in (Selection(), Selection("custom", LAST, LAST), Selection("custom", LAST, LAST, (tiny.CITY,))):
        found = brief(snapshot, selection)
        card = next(one for one in found.cards if one.metric.id == "cases_filed")
        point = next(one for one in found.points if one.text.startswith("刑事立案"))
        shown, _ = Selection.from_query(point.query)
        figure = casework(snapshot, shown).figures[0]
        assert card.week is not None and card.week.value == figure.value != card.value
        assert (card.week.expected, card.week.z, card.week.verdict) == (figure.expected, figure.z, figure.verdict)
        assert f"{point.verdict}：仍可能是偶然；连同前 6 日共 {figure.value:.0f} 起，" in point.text
    # Longer periods lead to themselves.
    assert {one.week for one in brief(snapshot, Selection(period="last7")).cards} == {None}


def test_single_days_on_other_weekdays_are_said_so(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    assert brief(snapshot, Selection()).windows == {
        "previous": "2026年11月20日0时至24时（周六对周五）", "last_year": "2025年11月21日0时至24时（周六对周五）",
    }  # fmt: skip
    assert not any("周" in said for said in brief(snapshot, Selection(period="last7")).windows.values())


def test_outside_its_printed_range_without_real_change_is_said_so(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    found = brief(snapshot, Selection())
    rows = [replace(row, value=30.0, expected=(4, 23), z=2.5, verdict=USUAL) for row in found.rows[:1]]
    cards = [replace(card, value=30.0, expected=(4, 23), verdict=USUAL) for card in found.cards]
    changed = replace(found, rows=rows, cards=cards)
    (told,) = verdicts.outside(changed, catalogue.of(snapshot), Selection())
    assert told.point.text.endswith("高于前 8 周预期 4–23 起；偏高，未确认：仍可能是偶然")
    assert (told.point.verdict, told.point.tone) == (HIGH, "watch")
    last = verdicts.closing(changed, Selection(), is_calm=True)
    assert last.text == "有效警情共 30 起，预期 4–23 起；偏高，未确认" and last.verdict == HIGH


def test_every_card_has_eight_weeks_and_a_band_around_the_expectation(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady), Selection())
    assert [card.metric.id for card in found.cards] == list(CARD_METRICS)
    card = next(card for card in found.cards if card.metric.id == "alerts_valid")
    assert card.value == 18 and len(card.spark.days) == 56 and card.spark.days[-1] == LAST
    assert all(low and high and low < 18 < high for low, high in zip(card.spark.low, card.spark.high, strict=True))


def test_matrix_and_table_add_up_to_the_card(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady, burst), Selection())
    valid = next(card.value for card in found.cards if card.metric.id == "alerts_valid")
    assert grid(found).values.sum() == valid == sum(row.value or 0 for row in found.rows)
    assert sum(place.value for place in found.places) == 12 + 40


def test_a_week_is_compared_with_eight_weeks_before(store: Store) -> None:
    found = brief(tiny.snapshot_of(store, steady), Selection(period="last7"))
    assert grid(found).expected.sum() == pytest.approx(18 * 7)


@pytest.mark.parametrize(
    ("selection", "state"),
    [
        (Selection(period="custom", first=date(2020, 1, 1), last=date(2020, 1, 7)), "no_data"),
        (Selection(stations=(tiny.VILLAGE,)), "no_result"),
        (Selection(categories=("投诉",)), "no_result"),
        (Selection(), "ok"),
    ],
)
def test_nothing_is_told_from_no_data_and_from_no_result(store: Store, selection: Selection, state: str) -> None:
    assert brief(tiny.snapshot_of(store, steady), selection).state == state


def test_a_quiet_day_inside_the_data_is_nothing_not_no_data(store: Store) -> None:
    def gap(con: duckdb.DuckDBPyConnection) -> None:
        tiny.alerts(con, [{"call": "2026-11-01 10:00:00"}, {"call": "2026-11-21 10:00:00"}])

    day = date(2026, 11, 10)
    found = brief(tiny.snapshot_of(store, gap), Selection(period="custom", first=day, last=day))
    assert found.state == "nothing"


def test_too_little_history_gives_no_expectation_and_no_verdict(store: Store) -> None:
    def short(con: duckdb.DuckDBPyConnection) -> None:
        tiny.daily_alerts(con, "2026-11-15", 7, 20, cat="0101")

    found = brief(tiny.snapshot_of(store, short), Selection())
    assert all(card.expected is None for card in found.cards)
    assert not grid(found).real.any() and not grid(found).z.any()


def test_one_station_is_shown_by_its_beats(store: Store) -> None:
    def beats(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        con.execute("UPDATE alerts SET beat_code = 'B1' WHERE station_code = ?", [tiny.CITY])

    found = brief(tiny.snapshot_of(store, beats), Selection(stations=(tiny.CITY,)))
    assert grid(found).dimension == "beat" and grid(found).rows == [("B1", "东港一社区")]


def test_small_counts_of_a_beat_by_category_are_hidden_and_never_judged(store: Store) -> None:
    def beats(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        con.execute("UPDATE alerts SET beat_code = 'B1' WHERE station_code = ?", [tiny.CITY])
        tiny.alerts(con, [{"call": "2026-11-21 10:00:00", "cat": "03", "station": tiny.CITY, "beat_code": "B2"}])

    found = grid(brief(tiny.snapshot_of(store, beats), Selection(stations=(tiny.CITY,))))
    assert found.hidden["B2", "交通"] == "<3"
    shown = {
        found.values[i, j]
        for i, (row, _) in enumerate(found.rows)
        for j, (column, _) in enumerate(found.columns)
        if (row, column) not in found.hidden
    }
    assert all(value >= 3 for value in shown)
    place = [row for row, _ in found.rows].index("B2"), [column for column, _ in found.columns].index("交通")
    assert found.z[place] == 0 and not found.real[place]
    assert grid(brief(tiny.snapshot_of(store), Selection())).hidden == {}


def test_months_without_days_are_shown_as_months_and_refused_as_days(store: Store) -> None:
    def monthly(con: duckdb.DuckDBPyConnection) -> None:
        rows = [
            {"call": f"2026-{month:02d}-01 00:00:00", "time_precision": "month", "cat": "02"}
            for month in (9, 10)
            for _ in range(month * 5)
        ]
        tiny.alerts(con, rows)

    snapshot = tiny.snapshot_of(store, monthly)
    with pytest.raises(Refused, match="只精确到月"):
        brief(snapshot, Selection())
    found = brief(snapshot, Selection(period="month"))
    assert found.rows[0].value == 50 and found.week is None
    assert "只精确到月" in found.notes[0]
    assert found.cards[0].previous.base == 45 and found.cards[0].last_year.verdict == NO_BASE


def test_days_without_hours_have_no_week(store: Store) -> None:
    def by_day(con: duckdb.DuckDBPyConnection) -> None:
        steady(con)
        con.execute("UPDATE alerts SET time_precision = 'day', call_time = date_trunc('day', call_time)")

    found = brief(tiny.snapshot_of(store, by_day), Selection())
    assert found.week is None and "只精确到日" in found.notes[0]
    assert found.cards[1].expected is not None


def test_a_store_of_cases_only_counts_cases(store: Store) -> None:
    def filed(con: duckdb.DuckDBPyConnection) -> None:
        tiny.cases(con, [{"filed": f"2026-11-{day:02d} 09:00:00"} for day in range(1, 22)])

    found = brief(tiny.snapshot_of(store, filed), Selection(period="month"))
    assert found.noun == "案件" and found.subject.id == "cases_all"
    assert found.rows[0].value == 21 and found.points[-1].text.startswith("案件总数共 21 起")


def test_a_quiet_day_of_a_store_of_cases_only_is_nothing(store: Store) -> None:
    def filed(con: duckdb.DuckDBPyConnection) -> None:
        tiny.cases(con, [{"filed": f"2024-{month}-15 09:00:00"} for month in ("01", "02", "03")])

    leap_day = Selection(period="custom", first=date(2024, 2, 29), last=date(2024, 2, 29))
    snapshot = tiny.snapshot_of(store, filed)
    assert brief(snapshot, leap_day).state == "nothing"
    assert brief(snapshot, Selection(stations=(tiny.EDGE,), period="month")).state == "no_result"


def test_expectation_follows_the_weekday() -> None:
    """Eight Saturdays of 16 lead to expect 16 for a Saturday and 8 for half of one."""
    saturday = Window(_at("2026-11-21T00"), _at("2026-11-22T00"))
    half = Window(_at("2026-11-21T00"), _at("2026-11-21T12"))
    totals = {6: 128.0, 7: 8.0}
    assert expectation.of_weekday_totals(totals, expectation.weekday_weights(saturday)) == 16
    assert expectation.of_weekday_totals(totals, expectation.weekday_weights(half)) == 8


def test_usual_range_is_poisson_and_widens_with_dispersion() -> None:
    """Poisson mean 20: 0.5% quantile 10, 99.5% quantile 32 (R: qpois(c(.005, .995), 20))."""
    assert expectation.usual_range(20) == (10, 32)
    low, high = expectation.usual_range(20, 2.0)
    assert low < 10 and high > 32
    assert expectation.usual_range(0) == (0, 0)


def test_busiest_hours_cross_midnight_and_stay_silent_when_spread() -> None:
    assert expectation.busiest_hours({22: 3, 23: 3, 0: 3, 1: 2, 12: 1}) == (22, 2)
    assert expectation.busiest_hours(dict.fromkeys(range(24), 1)) is None
    assert expectation.busiest_hours({5: 1}) is None


def grid(found: Briefing) -> Matrix:
    """The matrix of a briefing that has one."""
    assert found.matrix is not None
    return found.matrix


def _where(found: Briefing) -> list[tuple[int, int]]:
    rows, columns = grid(found).real.nonzero()
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
