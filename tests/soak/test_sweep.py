"""Every page under many filters: none fails, none stops for ever, whatever the store holds."""

from __future__ import annotations

import faulthandler
import itertools
import logging
from collections.abc import Iterator
from datetime import date

import pytest

from app import create_app
from data.demo import bureau
from data.demo.plan import Plan
from data.reading import Reader
from data.snapshots import Store
from metrics import cache, catalogue
from pages._components import heat_map
from tests import tiny
from tests.soak import pages

# DuckDB cannot be interrupted where it stops for ever (docs/design.md): the process ends with all its stacks.
_STUCK = 600
_ODD = ("", "cutoff=7&basis=original&valid=0")


def _filters(store: Store, periods: tuple[str, ...]) -> Iterator[str]:
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    known = catalogue.of(snapshot)
    assert known.data_as_of is not None
    here = f"period=custom&from={known.data_as_of:%Y-%m-01}&to={known.data_as_of:%Y-%m-%d}"
    stations = ("", f"station={pages.station(store)}")
    categories = ("", "category=刑事", *(f"category={code}" for code in list(known.category_names("alerts"))[:1]))
    for parts in itertools.product((here, *(f"period={one}" for one in periods)), stations, categories, _ODD):
        yield "&".join(part for part in parts if part)


def _failed(store: Store, periods: tuple[str, ...], caplog: pytest.LogCaptureFixture, step: int = 1) -> list[str]:
    """Return the pages and filters that did not get an answer; step: ask each so many-th filter only."""
    client, code = create_app(store.root).server.test_client(), pages.station(store)
    found = []
    with caplog.at_level(logging.ERROR):
        for page, query in itertools.product(pages.PAGES, list(_filters(store, periods))[::step]):
            cache.forget()
            caplog.clear()
            faulthandler.dump_traceback_later(_STUCK, exit=True)
            pages.redraw(client, page, query, code)
            faulthandler.cancel_dump_traceback_later()
            found += [f"{page} {query}"] if caplog.records else []
    return found


def test_few_filters_of_a_store_without_places(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-08-01", 90, 6))
    assert _failed(store, ("last7",), caplog, step=7) == []


def test_what_fails_is_found(store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-11-01", 9, 2))
    monkeypatch.setattr(heat_map, "drawn", lambda *_: 1 / 0)
    monkeypatch.setattr(pages, "PAGES", {page: pages.PAGES[page] for page in ("/trend", "/heat")})
    found = _failed(store, (), caplog, step=7)
    assert found and all(one.startswith("/heat ") for one in found)


@pytest.mark.soak
def test_many_filters_of_a_bureau(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    bureau.publish(store, Plan(8, 2, 6_000, 1, date(2026, 11, 21)))
    assert _failed(store, ("yesterday", "last7", "last30", "week", "month", "quarter", "year"), caplog) == []
