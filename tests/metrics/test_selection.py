"""The filter in the URL: a round trip for whatever can be chosen, and no exception for whatever is typed."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.model import MetricError
from metrics.periods import PRESETS, Period
from metrics.selection import BASES, CUTOFFS, Selection

AS_OF = datetime(2026, 11, 22, 0)

names = st.text(st.characters(exclude_characters=",", codec="utf-8"), min_size=1, max_size=20).map(str.strip)
chosen = st.lists(names.filter(bool), max_size=5, unique=True).map(tuple)
days = st.tuples(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.dates(date(1900, 1, 1), date(2200, 12, 31))).map(
    lambda pair: (min(pair), max(pair))
)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    period = draw(st.sampled_from(list(PRESETS)))
    first, last = draw(days) if period == "custom" else (None, None)
    return Selection(
        period=period,
        first=first,
        last=last,
        stations=draw(chosen),
        categories=draw(chosen),
        basis=draw(st.sampled_from(list(BASES))),
        valid_only=draw(st.booleans()),
        cutoff=draw(st.sampled_from(CUTOFFS)),
        week_start=draw(st.integers(1, 7)),
    )


@settings(deadline=None)
@given(selections())
def test_a_selection_survives_the_url(selection: Selection) -> None:
    url = urlencode(selection.to_query())
    again, notices = Selection.from_query(dict(parse_qsl(url)))
    assert again == selection
    assert notices == []
    assert again.to_query() == selection.to_query()


keys = st.sampled_from(["period", "from", "to", "station", "category", "basis", "valid", "cutoff", "week", "theme", ""])
values = st.one_of(st.text(max_size=80), st.lists(st.text(max_size=10), max_size=3))


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(keys, values))
def test_no_query_raises_and_what_is_read_is_usable(query: dict[str, str | list[str]]) -> None:
    selection, notices = Selection.from_query(query)
    assert all(isinstance(notice, str) and notice for notice in notices)
    assert isinstance(selection.resolve(AS_OF), Period)
    assert selection.describe({}, {})
    assert Selection.from_query(dict(parse_qsl(urlencode(selection.to_query()))))[0] == selection


def test_defaults_make_an_empty_query() -> None:
    assert Selection().to_query() == {}
    assert Selection.from_query({}) == (Selection(), [])


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"period": "fortnight"}, "网址中的时段 fortnight 无法识别，已按昨日显示。"),
        ({"from": "2026-11-21", "to": "2026-11-01"}, "网址中的起止日期无法识别或先后颠倒，已按昨日显示。"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "网址中的起止日期无法识别或先后颠倒，已按昨日显示。"),
        ({"period": "custom"}, "网址中的起止日期无法识别或先后颠倒，已按昨日显示。"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "网址中的起止日期无法识别或先后颠倒，已按昨日显示。"),
        ({"basis": "both"}, "网址中的 basis=both 无法识别，已按默认值显示。"),
        ({"cutoff": "5"}, "网址中的 cutoff=5 无法识别，已按默认值显示。"),
        ({"week": "0"}, "网址中的 week=0 无法识别，已按默认值显示。"),
        ({"valid": "yes"}, "网址中的 valid=yes 无法识别，已按默认值显示。"),
    ],
)
def test_what_is_not_understood_is_said_and_replaced_by_the_default(query: dict[str, str], notice: str) -> None:
    assert Selection.from_query(query) == (Selection(), [notice])


def test_unknown_keys_are_left_alone() -> None:
    assert Selection.from_query({"theme": "dark", "utm": "x"}) == (Selection(), [])


def test_dates_alone_mean_a_custom_period() -> None:
    selection, notices = Selection.from_query({"from": "2026-11-01", "to": "2026-11-21"})
    assert notices == []
    assert selection.resolve(None) == Period(date(2026, 11, 1), date(2026, 11, 21))


def test_lists_and_commas_mean_the_same() -> None:
    one, _ = Selection.from_query({"station": ["A", "B"]})
    other, _ = Selection.from_query({"station": "A,B,,A"})
    assert one == other
    assert one.stations == ("A", "B")


def test_a_period_needs_data_to_be_resolved() -> None:
    with pytest.raises(MetricError, match="数据接入"):
        Selection().resolve(None)
    with pytest.raises(MetricError, match="缺少起止日期"):
        Selection(period="custom").resolve(AS_OF)


def test_the_statistical_day_moves_what_yesterday_is() -> None:
    # Data complete to midnight: with a day that begins at 8, the last complete one began the day before yesterday.
    assert Selection(cutoff=0).resolve(AS_OF).first == date(2026, 11, 21)
    assert Selection(cutoff=8).resolve(AS_OF).first == date(2026, 11, 20)
    assert Selection(cutoff=8).resolve(datetime(2026, 11, 22, 8)).first == date(2026, 11, 21)


def test_the_filter_in_words() -> None:
    selection = Selection(
        stations=("S1",), categories=("刑事",), basis="original", valid_only=True, cutoff=8, week_start=5
    )
    words = selection.describe({"S1": "东港派出所"}, {})
    assert words == "东港派出所 · 刑事 · 原始性质 · 仅有效警情 · 每日 8 时起算 · 每周从星期五起算"
    assert Selection().describe({}, {}) == "全部派出所 · 全部类别 · 确认性质"
    assert selection.scope({"S1": "东港派出所"}, {}).startswith("东港派出所、刑事、原始性质、仅有效警情")
    assert Selection(period="last7").scope({}, {}) == ""
    assert selection.subject("有效警情", {}) == "有效警情（刑事）"
    assert Selection().subject("有效警情", {}) == "有效警情"
    assert Selection(categories=("1", "2", "3", "4")).subject("有效警情", {}) == "有效警情（4 个类别）"
    assert Selection(stations=("1", "2", "3", "4")).describe({}, {}).startswith("4 个派出所")
