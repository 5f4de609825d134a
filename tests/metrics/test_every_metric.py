"""Every metric runs with every dimension that it allows, on a hand-made bureau and on a small demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest

from data.demo import bureau
from data.demo.plan import Plan
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import query
from metrics.definitions import DIMENSIONS, METRICS, dimensions_of
from metrics.model import Refused
from metrics.periods import Period
from metrics.query import Answer, Breakdown, Question
from metrics.selection import Selection
from tests import force, tiny

BY_HOURS = Period(date(2026, 10, 1), date(2026, 11, 21))
STORES = ("tiny", "demo", "empty")


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Snapshot]]:
    """A hand-made bureau with some of everything, a demo of three stations, and a bureau with code lists only."""
    root = tmp_path_factory.mktemp("stores")
    bureau.publish(Store(root / "demo"), Plan(3, 1, 3000, 7, date(2026, 11, 21)), False)
    demo = Reader(Store(root / "demo")).snapshot()
    assert demo is not None
    yield {
        "tiny": tiny.snapshot_of(Store(root / "tiny"), force.everything),
        "demo": demo,
        "empty": tiny.snapshot_of(Store(root / "empty")),
    }


def ask(snapshot: Snapshot, metrics: tuple[str, ...], by: tuple[str, ...] = (), **selection: object) -> Answer:
    chosen = Selection(**selection)  # type: ignore[arg-type]
    return query.run(snapshot, Question(chosen, BY_HOURS, (Breakdown(metrics, by),)))


def allowing(*by: str) -> tuple[str, ...]:
    return tuple(name for name, metric in METRICS.items() if set(by) <= set(dimensions_of(metric)))


@pytest.mark.parametrize("store_name", STORES)
@pytest.mark.parametrize("dimension", ["", *DIMENSIONS])
def test_every_metric_runs_by_every_dimension_it_allows(
    snapshots: dict[str, Snapshot], store_name: str, dimension: str
) -> None:
    by = (dimension,) if dimension else ()
    frame = ask(snapshots[store_name], allowing(*by), by).frame(by)
    assert list(frame.columns) == [*by, *allowing(*by)]
    assert not frame[list(by)].isna().any().any() and not frame.duplicated(list(by) or None).any()
    for name in allowing(*by):
        pd.to_numeric(frame[name])


@pytest.mark.parametrize("dimension", [name for name in DIMENSIONS if name not in ("station", "indicator")])
def test_every_metric_runs_by_station_and_another_dimension(snapshots: dict[str, Snapshot], dimension: str) -> None:
    by = ("station", dimension)
    metrics = allowing(*by)
    frame = ask(snapshots["tiny"], metrics, by, cutoff=8, week_start=5).frame(by)
    assert list(frame.columns) == [*by, *metrics]


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_alone_gives_what_it_gives_among_others(snapshots: dict[str, Snapshot], name: str) -> None:
    alone = ask(snapshots["tiny"], (name,)).total(name)
    among = ask(snapshots["tiny"], tuple(METRICS)).total(name)
    assert alone == among or alone == pytest.approx(among)


def test_every_metric_runs_under_every_filter(snapshots: dict[str, Snapshot]) -> None:
    for_stations = allowing("station")
    for selection in (
        {"stations": (tiny.CITY, "未登记")},
        {"categories": ("刑事", "050000", "04")},
        {"categories": ("交通",)},
        {"valid_only": True, "basis": "original", "cutoff": 7},
    ):
        assert len(ask(snapshots["tiny"], for_stations, **selection).frame()) == 1


def test_the_hand_made_bureau_lets_nearly_every_metric_say_something(snapshots: dict[str, Snapshot]) -> None:
    """A metric that is silent here is not tested at all; those that stay silent are named."""
    frame = ask(snapshots["tiny"], tuple(METRICS)).frame()
    silent = {name for name in METRICS if pd.isna(frame[name].iloc[0])}
    reported = {name for name in METRICS if name.startswith("reported_")}
    assert silent - reported == {"filing_within_24h", "diverted_share"}


def test_what_is_not_allowed_is_refused(snapshots: dict[str, Snapshot]) -> None:
    for name, metric in METRICS.items():
        for dimension in DIMENSIONS:
            if dimension not in dimensions_of(metric):
                with pytest.raises(Refused, match="不能按"):
                    ask(snapshots["tiny"], (name,), (dimension,))


def test_an_empty_day_is_nought_and_a_day_outside_the_data_is_absent(snapshots: dict[str, Snapshot]) -> None:
    def days(metric: str, **period: object) -> dict[date, float]:
        chosen = Period(date(2026, 9, 25), date(2026, 11, 30))
        answer = query.run(snapshots["tiny"], Question(Selection(**period), chosen, (Breakdown((metric,), ("day",)),)))  # type: ignore[arg-type]
        frame = answer.frame(("day",))
        return dict(zip(frame["day"], frame[metric], strict=True))

    alerts = days("alerts_traffic")
    assert min(alerts) == date(2026, 10, 1) and max(alerts) == date(2026, 11, 21)
    assert len(alerts) == 52 and set(alerts.values()) == {0}
    cases = days("cases_filed")
    assert cases[date(2026, 10, 20)] == 1 and cases[date(2026, 10, 25)] == 0


def test_stations_without_anything_are_nought_and_unknown_officers_are_not(snapshots: dict[str, Snapshot]) -> None:
    frame = ask(snapshots["tiny"], ("cases_filed", "zero_crime_beats", "beats"), ("station",)).frame(("station",))
    assert dict(zip(frame["station"], frame["cases_filed"], strict=True))[tiny.VILLAGE] == 0
    assert dict(zip(frame["station"], frame["beats"], strict=True))[tiny.EDGE] == 0
    assert dict(zip(frame["station"], frame["zero_crime_beats"], strict=True)) == {
        tiny.CITY: 1, tiny.EDGE: 0, tiny.VILLAGE: 1,
    }  # fmt: skip
    empty = ask(snapshots["empty"], ("officers", "community_share"), ("station",)).frame(("station",))
    assert empty.empty or empty["officers"].isna().all()
