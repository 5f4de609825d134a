"""The filter bar and the URL: the same filter both ways, nothing lost, nothing believed that does not exist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from dash import no_update
from hypothesis import given
from hypothesis import strategies as st

from data import clock
from data.reading import Reader
from data.snapshots import Store
from metrics import catalogue
from metrics.catalogue import Catalogue
from metrics.selection import Selection
from pages._components import filter_query, filter_words, filters, status
from tests.pages.reading import text_of


@pytest.fixture(scope="module")
def names(demo_store: Store) -> Catalogue:
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    return catalogue.of(snapshot)


def controls(selection: Selection) -> dict[str, Any]:
    return filters._control_values(selection)


@given(search=st.text(max_size=200))
def test_any_text_as_a_query_is_read(search: str) -> None:
    query = filters.query_of(search)
    assert all(isinstance(value, str) for value in query.values())
    Selection.from_query(query)


@pytest.mark.parametrize(
    "search",
    [
        "",
        "?period=last7",
        "?period=custom&from=2026-11-01&to=2026-11-07",
        "?station=1,2&category=%E5%88%91%E4%BA%8B&basis=original&valid=1&cutoff=8&week=5",
    ],
)
def test_controls_give_back_the_url(search: str) -> None:
    selection, notices = Selection.from_query(filters.query_of(search))
    assert notices == []
    again, _ = Selection.from_query(filters._controls_query(controls(selection)))
    assert again == selection
    assert filters.query_of(filters.merged("", again)) == filters.query_of(search)


def test_a_page_keeps_its_own_keys() -> None:
    address = filters.merged("?metric=alerts&period=last7&station=1", Selection(period="month"))
    assert filters.query_of(address) == {"metric": "alerts", "period": "month"}


def test_links_change_one_key() -> None:
    assert filter_query.narrowed("?period=last7", station="a") == "?period=last7&station=a"
    assert filter_query.narrowed("?period=last7&station=a", station="") == "?period=last7"
    assert filter_query.narrowed("?station=a", station="") == ""


def test_unknown_names_are_left_out_and_said(names: Catalogue) -> None:
    code = next(iter(names.stations))
    wanted = Selection(stations=(code, "不存在的所"), categories=("刑事", "没有的类"))
    kept, notices = filters._known(wanted, names)
    assert kept.stations == (code,)
    assert kept.categories == ("刑事",)
    assert len(notices) == 2
    assert all("已忽略" in text for text in notices)


def test_names_become_codes(names: Catalogue) -> None:
    code, name = next(iter(names.station_names.items()))
    assert filters._known(Selection(stations=(name, code)), names)[0].stations == (code,)


def test_url_fills_controls_and_options(names: Catalogue) -> None:
    code = next(iter(names.stations))
    found = filters._after_url(f"?station={code}&period=last30", None, names, [])
    assert found["controls"]["station"] == [code]
    assert found["controls"]["period"] == "last30"
    assert code in [option["value"] for option in found["options"]["station"]]
    assert found["search"] is no_update
    assert found["selection"] == {"station": code, "period": "last30"}
    assert found["days_hidden"] is True
    assert len(found["crumbs"]) == 1


def test_a_new_version_with_the_same_filter_asks_nothing_anew(names: Catalogue) -> None:
    assert filters._after_url("?period=last7", {"period": "last7"}, names, [])["selection"] is no_update


def test_a_control_rewrites_the_url(names: Catalogue) -> None:
    values = controls(Selection()) | {"period": "month", "valid": True}
    found = filters._after_control("?metric=x", values, {}, names, ["valid"])
    assert filters.query_of(found["search"]) == {"period": "month", "valid": "1", "metric": "x"}
    assert found["selection"] == {"period": "month", "valid": "1"}
    assert all(value is no_update for value in found["controls"].values())


def test_a_control_that_is_changed_before_a_link_is_answered_does_not_undo_it(names: Catalogue) -> None:
    code, other, *_ = names.stations
    before = {"station": code, "category": "刑事"}
    shown = controls(Selection(stations=(code,), categories=("刑事",)))
    # The crumb has taken the station from the URL, the controls do not know of it, and another period is chosen.
    found = filters._after_control("?category=刑事", {**shown, "period": "last7"}, before, names, ["period"])
    assert filters.query_of(found["search"]) == {"period": "last7", "category": "刑事"}
    assert found["selection"] == {"period": "last7", "category": "刑事"}
    # The list of stations follows; what shows the truth already is left alone.
    assert {key: value for key, value in found["controls"].items() if value is not no_update} == {"station": []}
    # Two changes of controls, the second before the first is answered, both count.
    both = filters._after_control(
        "?station=" + code, {**controls(Selection(stations=(code,))), "period": "last7", "valid": True},
        {"station": code}, names, ["valid"],
    )  # fmt: skip
    assert filters.query_of(both["search"]) == {"station": code, "period": "last7", "valid": "1"}
    # Of two new values of one key that of the changed control counts, else that of the URL.
    for changed, expected in ((["station"], other), (["period"], None)):
        again = filters._after_control(
            "", {**controls(Selection(stations=(other,))), "period": "month"}, {"station": code}, names, changed
        )
        assert filters.query_of(again["search"]).get("station") == expected


def test_custom_begins_with_the_days_on_screen(names: Catalogue) -> None:
    values = controls(Selection()) | {"period": "custom"}
    found = filters._after_control("?period=last7", values, {"period": "last7"}, names, ["period"])
    assert (found["controls"]["from"], found["controls"]["to"]) == ("2026-11-15", "2026-11-21")
    assert found["days_hidden"] is False
    assert found["search"] is no_update


def test_words_of_the_bar(names: Catalogue) -> None:
    assert filter_words.period_words(Selection(), names) == "2026年11月21日0时至24时"
    assert filter_words.summary((), {}, "全部派出所", "所") == "全部派出所"
    assert filter_words.summary(("a",), {"a": "新港所"}, "全部派出所", "所") == "新港所"
    assert filter_words.summary(("a", "b"), {"a": "新港所"}, "全部派出所", "所") == "新港所等 2 所"


@pytest.mark.parametrize(("now", "late"), [("2026-11-22 07:30", False), ("2026-11-23 07:30", True)])
def test_data_of_another_day_than_yesterday_is_not_called_yesterday(
    names: Catalogue, demo_store: Store, monkeypatch: pytest.MonkeyPatch, now: str, late: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(now))
    found = filters._after_url("", None, names, [])
    assert found["words"] == "2026年11月21日0时至24时" + (" · 最近有数据的一日" if late else "")
    assert found["options"]["period"][0] == {"value": "yesterday", "label": "最近一日" if late else "昨日"}
    assert "最近" not in filters._after_url("?period=month", None, names, [])["words"]
    # What the status says agrees.
    assert ("数据滞后 1 天" in text_of(status.badge(Reader(demo_store).snapshot()))) == late


def test_without_data_the_bar_still_stands() -> None:
    found = filters._after_url("?station=x", None, None, ["版本指针无法读取"])
    assert found["options"]["station"] == []
    assert found["words"] == ""
    assert len(found["notices"]) == 1


def test_every_group_with_codes_can_be_chosen(names: Catalogue) -> None:
    values = [option["value"] for option in filter_words.category_options(names)]
    assert "刑事" in values
    assert len(values) == len(set(values))
