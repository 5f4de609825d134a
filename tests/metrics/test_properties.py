"""What must hold for any data: parts add up, shares stay below one, days make months, filters make unions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.reading import Snapshot
from data.snapshots import Store
from metrics import query
from metrics.definitions import METRICS, dimensions_of
from metrics.model import COUNT, STOCK, Metric
from metrics.periods import Period
from metrics.query import Breakdown, Question
from metrics.selection import Selection
from tests import force, tiny

FIRST, LAST = date(2026, 10, 1), date(2026, 11, 30)
AUTUMN = Period(FIRST, LAST)
STATIONS = (tiny.CITY, tiny.EDGE, tiny.VILLAGE, "999999999999")
ADDITIVE = tuple(name for name, metric in METRICS.items() if metric.additive)
PROPORTIONS = tuple(metric for metric in METRICS.values() if metric.is_proportion)
# Not a sum over places: one receipt may have rows in several, and the farthest place is one place.
NOT_BY_PLACE = {"alert_receipts", "reported_dispatch_radius", "reported_dispatch_minutes", "bureau_officers"}
BY_PLACE = tuple(
    name
    for name, metric in METRICS.items()
    if (metric.additive or metric.kind == STOCK) and "station" in dimensions_of(metric) and name not in NOT_BY_PLACE
)
FEW = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))

moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 30, 23, 59))
waits = st.one_of(st.none(), st.integers(-600, 100_000))
alert_rows = st.fixed_dictionaries(
    {
        "call": moments,
        "station": st.sampled_from(STATIONS),
        "cat": st.sampled_from(["01", "010101", "0102", "02", "04", "05", "08", "9901", "77"]),
        "answer": waits, "dispatch": waits, "arrive": waits, "done": waits, "feedback": waits,
        "merged": st.booleans(),
        "precision": st.sampled_from(["minute", "minute", "hour", "day"]),
        "beat_code": st.sampled_from(["B1", "B2", "B3", None]),
        "visit_score": st.sampled_from(["满意", "基本满意", "不满意", "未回访", None]),
        "mediated": st.sampled_from(["已化解", "待化解", None]),
        "caller": st.sampled_from([None, 1, 2]),
        "officers_n": st.sampled_from([None, 1, 3]),
    }
)  # fmt: skip
case_rows = st.fixed_dictionaries(
    {
        "accept": moments,
        "filing": st.one_of(st.none(), st.integers(0, 400)),
        "solving": st.one_of(st.none(), st.integers(0, 900)),
        "station": st.sampled_from(STATIONS),
        "beat_code": st.sampled_from(["B1", "B2", "B3", None]),
        "category": st.sampled_from(["050100", "050200", "070000", "000000"]),
        "kind": st.sampled_from(["刑事", "行政", None]),
        "handling_unit": st.sampled_from([*STATIONS, None]),
        "negative_list": st.booleans(),
    }
)


@contextmanager
def bureau(calls: list[dict[str, Any]], cases: list[dict[str, Any]]) -> Iterator[Snapshot]:
    """A bureau of any alerts and cases, with officers, rosters and reports; October and November are covered."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        ends = [{"call": moment} for moment in (datetime(2026, 10, 1), datetime(2026, 11, 30, 23, 59))]
        tiny.alerts(con, [*ends, *map(_alert, calls)])
        tiny.cases(con, [{"filed": end["call"], "kind": "刑事"} for end in ends] + [_case(row) for row in cases])
        force.staffing(con, "2025-11", "2026-10", "2026-11")
        for day in range(61):
            begins = datetime(2026, 10, 1) + timedelta(days=day, hours=8)
            force.shift(con, tiny.CITY, str(begins), str(begins + timedelta(hours=16)), officers=2)
            force.shift(con, tiny.VILLAGE, str(begins), str(begins + timedelta(hours=8)), post="社区")
        force.reports(con, [("2026-11", station, "双向熟悉率", 30, 40) for station in STATIONS[:3]])

    with tempfile.TemporaryDirectory() as folder:
        yield tiny.snapshot_of(Store(Path(folder) / "store"), change)


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    plain = ("call", "station", "cat", "beat_code", "visit_score", "mediated", "officers_n")
    found = {name: row[name] for name in plain}
    for name in ("answer", "dispatch", "arrive", "done", "feedback"):
        if row[name] is not None:
            found[f"{name}_time"] = row["call"] + timedelta(seconds=row[name])
    found["time_precision"] = row["precision"]
    if row["merged"]:
        found["parent_id"] = "00000000-0000-0000-0000-000000000001"
    if row["caller"]:
        found["caller_key"] = f"00000000-0000-0000-0000-00000000000{row['caller']}"
    return found


def _case(row: dict[str, Any]) -> dict[str, Any]:
    plain = ("station", "beat_code", "category", "kind", "handling_unit", "negative_list")
    found = {name: row[name] for name in plain} | {"accept_time": row["accept"]}
    if row["filing"] is not None:
        found["filed"] = row["accept"] + timedelta(hours=row["filing"])
    if row["solving"] is not None:
        found["solved"] = found.get("filed", row["accept"]) + timedelta(hours=row["solving"])
    return found


def frame(
    snapshot: Snapshot, metrics: tuple[str, ...], by: tuple[str, ...] = (), period: Period = AUTUMN, **selection: Any
) -> pd.DataFrame:
    return query.run(snapshot, Question(Selection(**selection), period, (Breakdown(metrics, by),))).frame(by)


def _sums(found: pd.DataFrame, names: tuple[str, ...]) -> dict[str, float]:
    return {name: float(pd.to_numeric(found[name]).fillna(0).sum()) for name in names}


@FEW
@given(st.lists(alert_rows, max_size=30), st.lists(case_rows, max_size=15))
def test_parts_below_shares_and_stations_that_add_up(calls: list[dict[str, Any]], cases: list[dict[str, Any]]) -> None:
    with bureau(calls, cases) as snapshot:
        for by in ((), ("station",), ("month",)):
            metrics = tuple(one for one in PROPORTIONS if set(by) <= set(dimensions_of(one)))
            _numerators_below(snapshot, metrics, by)
        whole = _sums(frame(snapshot, BY_PLACE), BY_PLACE)
        assert _sums(frame(snapshot, BY_PLACE, ("station",)), BY_PLACE) == pytest.approx(whole)
        assert _sums(frame(snapshot, BY_PLACE, ("kind",)), BY_PLACE) == pytest.approx(whole)


def _numerators_below(snapshot: Snapshot, metrics: tuple[Metric, ...], by: tuple[str, ...]) -> None:
    names = tuple(dict.fromkeys(name for one in metrics for name in (one.id, one.numerator, one.denominator)))
    found = frame(snapshot, names, by).fillna(0)
    for metric in metrics:
        top, bottom = (pd.to_numeric(found[name]) for name in (metric.numerator, metric.denominator))
        assert (top <= bottom).all(), metric.id
        assert pd.to_numeric(found[metric.id]).between(0, 100).all(), metric.id


def call(moment: str, **row: Any) -> dict[str, Any]:
    """One of alert_rows, with the times that make its work known."""
    usual = {"station": tiny.CITY, "cat": "04", "merged": False, "precision": "minute", "beat_code": None, "caller": 1}
    unknown = {"visit_score": None, "mediated": None, "officers_n": 1, "feedback": None}
    times = {"answer": 10, "dispatch": 60, "arrive": 600, "done": 3600}
    return {"call": datetime.fromisoformat(moment), **usual, **unknown, **times, **row}


@FEW
@given(st.lists(alert_rows, max_size=30), st.lists(case_rows, max_size=15), st.sampled_from([0, 7, 8]))
# One month's hours are known, the other's are not.
@example([call("2026-10-23 07:50"), call("2026-11-19 04:24", station=tiny.EDGE, precision="day")], [], 8)
def test_days_make_months_quarters_and_the_whole(
    calls: list[dict[str, Any]], cases: list[dict[str, Any]], cutoff: int
) -> None:
    names = tuple(
        name
        for name in ADDITIVE
        if {"day", "month"} <= set(dimensions_of(METRICS[name])) and METRICS[name].view != "duty"
    )
    with bureau(calls, cases) as snapshot:
        days = frame(snapshot, names, ("day",), cutoff=cutoff)
        months = frame(snapshot, names, ("month",), cutoff=cutoff)
        by_day = days.assign(month=[day.replace(day=1) for day in days["day"]]).groupby("month")[list(names)]
        # Hours that are not known of one day are not known of its month.
        by_month = by_day.sum(skipna=False)
        pd.testing.assert_frame_equal(
            by_month.astype("float64"), months.set_index("month")[list(names)].astype("float64"), check_names=False,
            check_index_type=False,
        )  # fmt: skip
        whole = frame(snapshot, names, cutoff=cutoff)
        known = tuple(name for name in names if months[name].notna().all())
        assert whole[[name for name in names if name not in known]].isna().all(axis=None)
        for by in ("month", "quarter", "year", "week"):
            parts = _sums(frame(snapshot, known, (by,), cutoff=cutoff), known)
            assert parts == pytest.approx(_sums(whole, known)), by


@FEW
@given(
    st.lists(alert_rows, max_size=30),
    st.lists(case_rows, max_size=15),
    st.sets(st.sampled_from([*STATIONS[:3], "未登记"]), min_size=1),
)
def test_a_union_of_filters_is_the_sum_of_its_parts(
    calls: list[dict[str, Any]], cases: list[dict[str, Any]], chosen: set[str]
) -> None:
    groups = ("刑事", "治安", "纠纷")
    with bureau(calls, cases) as snapshot:
        by_place = tuple(name for name in ADDITIVE if "station" in dimensions_of(METRICS[name]))
        together = _sums(frame(snapshot, by_place, stations=tuple(chosen)), by_place)
        parts = [_sums(frame(snapshot, by_place, stations=(one,)), by_place) for one in chosen]
        assert {name: sum(part[name] for part in parts) for name in by_place} == pytest.approx(together)
        events = tuple(
            name for name in ADDITIVE if METRICS[name].kind == COUNT and "group" in dimensions_of(METRICS[name])
        )
        together = _sums(frame(snapshot, events, categories=groups), events)
        parts = [_sums(frame(snapshot, events, categories=(one,)), events) for one in groups]
        assert {name: sum(part[name] for part in parts) for name in events} == pytest.approx(together)
        by_group = frame(snapshot, events, ("group",)).set_index("group")
        shown = by_group.loc[[one for one in groups if one in by_group.index]].reset_index()
        assert _sums(shown, events) == pytest.approx(together)


def test_levels_of_the_tree_add_up_to_the_whole() -> None:
    cats = ["01", "010101", "0102", "02", "04", "77"]
    calls = [{"call": datetime(2026, 10, 5, 9), "cat": cat} for cat in cats]
    with tempfile.TemporaryDirectory() as folder:
        snapshot = tiny.snapshot_of(Store(Path(folder) / "store"), lambda con: tiny.alerts(con, calls))
        for level in ("category", "category1", "category2", "category3"):
            assert _sums(frame(snapshot, ("alerts",), (level,)), ("alerts",)) == {"alerts": len(cats)}
