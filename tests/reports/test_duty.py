"""A station's officers in its monthly report: what 所队自查 says of them, word for word."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from data.snapshots import Store
from metrics import catalogue, selfcheck, targets
from metrics.selection import Selection
from pages._components import selfcheck_cards
from reports import station
from reports.document import Chart, Text
from reports.wording import stopped
from tests import tiny
from tests.pages.reading import Element, read
from tests.pages.staffed import fill
from tests.tiny import CITY


@pytest.mark.parametrize("people_by_day", [4, 2], ids=["own roster", "from elsewhere"])
def test_the_monthly_report_of_a_short_station_says_the_same(store: Store, people_by_day: int) -> None:
    snapshot = tiny.snapshot_of(store, lambda con: fill(con, people_by_day))
    made = station.monthly(snapshot, store.root, station.Asked(CITY), datetime(2026, 10, 26, 7, 30))
    pack, month = targets.of_store(store.root), date(2026, 10, 1)
    check = selfcheck.check(snapshot, Selection(period="month"), CITY, pack, month)
    card = selfcheck_cards.figures_of(check, catalogue.of(snapshot), {}, "light", "")["station-duty"]
    told = next(section for section in made.sections if section.title == "警力配置").parts
    lines = [part.text for part in told if isinstance(part, Text)]
    begin = next(number for number, line in enumerate(lines) if line.startswith("怎么办："))
    shown = read(card["note"]).parts[0]
    assert isinstance(shown, Element) and shown.attributes["class"] == "way"
    way = [stopped(one.text) for one in shown.parts if isinstance(one, Element) for one in one.all("li") or [one]]
    assert len(way) == (3 if people_by_day == 4 else 1)
    assert lines[begin : begin + len(way)] == way
    # Hours with people to spare are told as part of the answer, never against it.
    assert not any("可先在所内调整" in line for line in lines)
    assert check.work is not None
    duty = next(one for one in made.messages if isinstance(one.figure, Chart) and "应配与在岗" in one.figure.name)
    assert check.work.ways[0].words in duty.text
