"""The card that shows why there is an alarm: what it draws, says and exports, and when it stays away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from data.reading import Snapshot
from data.snapshots import Store
from metrics.alarms import BUREAU, Alarm
from metrics.alarms.evidence import Step
from metrics.alarms.records import Driver
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components import alarm_evidence, alarm_figures, alarm_notices, export
from pages._components.shown import Shown
from pages._components.template import tokens
from tests import tiny
from tests.metrics.test_briefing import LAST, burst, steady
from tests.metrics.test_briefing_points import alarm, fitted
from tests.pages.asking import ask, html_of
from tests.pages.reading import text_of
from tests.pages.test_figures import trace

DAYS = [LAST - timedelta(days=6 - n) for n in range(7)]
# Two events on each of four days, then ten, ten and twelve.
SEEN = [2, 4, 6, 8, 18, 28, 40]
STEPS = [Step(day, n, 0.5 * place, 0, place + 1) for place, (day, n) in enumerate(zip(DAYS, SEEN, strict=True), 1)]
HERE = Selection(period="last7", stations=(tiny.VILLAGE,))


def rows(one: Alarm) -> list[tuple[str, date, int, float, int, int]]:
    return [(one.id, step.day, step.observed, step.expected, step.low, step.high) for step in STEPS]


def written(store: Store, told: Alarm, *more: Alarm) -> Snapshot:
    return fitted(store, tiny.snapshot_of(store, steady, burst), told, *more, steps=rows(told))


@pytest.fixture(scope="module")
def risen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Snapshot]:
    """A store with an alarm of one station, and the steps behind it."""
    store = Store(tmp_path_factory.mktemp("risen") / "store")
    days = ((LAST, 12), (LAST - timedelta(days=1), 10), (LAST - timedelta(days=6), 2))
    return store, written(store, alarm(days=tuple(Driver(day.isoformat(), n, 0.5) for day, n in days)))


def shown(risen: tuple[Store, Snapshot], selection: Selection) -> Shown:
    return Shown(risen[1], risen[0], selection, "/heat", {})


def test_the_line_begins_at_zero_and_ends_at_the_alarm() -> None:
    figure = alarm_figures.added_up(alarm(), STEPS, "worse", "light")
    seen, expected = trace(figure, "observed"), trace(figure, "expected")
    assert seen["x"][0] == (DAYS[0] - timedelta(days=1)).isoformat() and seen["y"] == [0, *SEEN]
    assert expected["y"] == [0, *(one.expected for one in STEPS)]
    assert trace(figure, "high")["y"][-1] == 8 and trace(figure, "low")["y"][-1] == 0
    assert seen["line"]["color"] == tokens("light")["worse"]
    assert "累计 40 起" in seen["text"][-1] and "预期 3.5 起（95% 范围 0–8）" in seen["text"][-1]
    said = [one["text"] for one in figure["layout"]["annotations"]]
    assert said == ["预期 3.5", "实际 40", "首次预警 11月21日"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low == 0 and high > 40


@pytest.mark.parametrize(("first", "marks"), [(DAYS[3], 1), (DAYS[0] - timedelta(days=20), 0)])
def test_the_first_signal_is_marked_where_it_lies_in_the_window(first: date, marks: int) -> None:
    figure = alarm_figures.added_up(alarm(first_day=first), STEPS, "watch", "dark")
    assert len(figure["layout"].get("shapes", ())) == marks


def test_an_alarm_of_one_day_is_drawn() -> None:
    one = alarm(window_first=LAST, observed=40, low=0, high=3)
    figure = alarm_figures.added_up(one, [Step(LAST, 40, 0.5, 0, 3)], "worse", "light")
    assert trace(figure, "observed")["y"] == [0, 40]


def test_the_card_says_counts_range_and_what_drives_it(risen: tuple[Store, Snapshot]) -> None:
    hidden, card = alarm_evidence.filled(risen[1], HERE, "light")
    assert not hidden
    assert card["title"] == "预警依据：南山所刑事警情11月15日至11月21日 40 起，预期 0–7 起，集中在 22 时至 2 时"
    assert "突升预警 · 自11月15日起累计" in card["sub"] and "2.00 倍" in card["sub"]
    note = text_of(card["note"])
    assert "集中时段 22 时至 2 时 40 起（预期 1.0）" in note
    # Two events are no day to speak of.
    assert "最多的日子 11月21日 12 起（预期 0.5）、11月20日 10 起（预期 0.5）。" in note
    assert "算法不同" in note and "数据截至" in card["source"]


def test_the_first_alarm_has_the_card_the_others_a_line(store: Store) -> None:
    other = alarm(group="求助", id="help", score=3.2, hours=None)
    snapshot = written(store, alarm(), other)
    lines = text_of(alarm_notices.notices(snapshot, HERE, has_card=True))
    assert "求助" in lines and "刑事" not in lines
    assert "刑事" in text_of(alarm_notices.notices(snapshot, HERE))


def test_an_alarm_of_the_bureau_stands_where_no_station_is_chosen(store: Store) -> None:
    whole = alarm(BUREAU, name="全局")
    snapshot = written(store, whole, alarm())
    hidden, card = alarm_evidence.filled(snapshot, Selection(period="last7"), "light")
    assert not hidden and card["title"].startswith("预警依据：全局刑事警情")
    assert alarm_evidence.filled(snapshot, HERE, "light")[0]


@pytest.mark.parametrize(
    "other",
    [
        Selection(period="last7"),
        Selection(period="last7", stations=(tiny.CITY,)),
        Selection(period="last7", stations=(tiny.VILLAGE, tiny.CITY)),
        Selection(period="last7", stations=(tiny.VILLAGE,), categories=("求助",)),
        Selection(period="custom", first=date(2026, 10, 1), last=date(2026, 10, 31), stations=(tiny.VILLAGE,)),
    ],
)
def test_it_stays_away_from_what_it_is_not_about(risen: tuple[Store, Snapshot], other: Selection) -> None:
    assert alarm_evidence.filled(risen[1], other, "light")[0]
    with pytest.raises(MetricError, match="没有预警"):
        alarm_evidence.sheet(shown(risen, other))


def test_the_export_has_the_days_of_the_figure(risen: tuple[Store, Snapshot]) -> None:
    sheet = alarm_evidence.sheet(shown(risen, HERE))
    assert [row[:3] for row in sheet.rows] == [
        (day, n - before, n) for day, n, before in zip(DAYS, SEEN, [0, *SEEN], strict=False)
    ]
    said = dict(sheet.head)["预警"]
    assert said == "南山所刑事警情11月15日至11月21日 40 起，预期 0–7 起，集中在 22 时至 2 时（突升预警）"


@pytest.mark.parametrize("page", ["trend", "heat"])
def test_both_pages_show_it(risen: tuple[Store, Snapshot], page: str) -> None:
    client: FlaskClient = create_app(risen[0].root).server.test_client()
    selection = {"period": "last7", "station": tiny.VILLAGE}
    inputs: dict[str, Any] = {
        "selection.data": selection, "url.search": f"?period=last7&station={tiny.VILLAGE}", "snapshot.data": "1",
        "mode.data": "light",
    }  # fmt: skip
    answer = ask(client, f"{page}-alarms.hidden", inputs)
    assert export.offered(f"{page}-alarm") is not None
    assert answer[f"{page}-alarms"]["hidden"] is False
    assert answer[f"{page}-alarm-title"]["children"].startswith("预警依据：南山所")
    assert "预警模型" not in html_of(answer[f"{page}-state"]["children"])
    elsewhere = ask(client, f"{page}-alarms.hidden", inputs | {"selection.data": {"period": "last7"}, "url.search": ""})
    assert elsewhere[f"{page}-alarms"]["hidden"] is True
