"""Measurements on a million alerts: import, a small batch, the briefing and single questions. `make bench`."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import cache, catalogue
from metrics.ask import ask
from metrics.briefing import brief
from metrics.selection import Selection
from tests.soak.exports import write_export, write_mapping

ROOT = Path(__file__).resolve().parents[2]
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))


def main() -> None:
    """Measure in a temporary store and print one line per figure."""
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; {ROWS:,} alerts")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, mapping = Store(folder / "store"), write_mapping(folder)
        _imports(folder, store, mapping)
        snapshot = Reader(store).snapshot()
        assert snapshot is not None
        _questions(snapshot)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the asking process: {peak:,.0f} MB")


def _imports(folder: Path, store: Store, mapping: Path) -> None:
    whole = write_export(folder / "whole.csv", ROWS)
    found = _import(store, mapping, whole)
    megabytes = whole.stat().st_size / 1e6
    print(
        f"import of {found['read']:,} rows ({megabytes:,.0f} MB): {found['seconds']:.1f} s, "
        f"{found['rows_per_second']:,.0f} rows/s, peak memory {found['peak_memory_mb']:,.0f} MB"
    )
    print(f"snapshot: {store.file(found['snapshot']).stat().st_size / 1e6:,.0f} MB")
    seconds = [
        _import(store, mapping, write_export(folder / f"{n}.csv", 1000, ROWS + 500 * n - 500))["seconds"]
        for n in range(5)
    ]
    print(f"import of a 1,000-row batch, half of it new: median {statistics.median(seconds):.2f} s")


def _import(store: Store, mapping: Path, export: Path) -> dict[str, Any]:
    words = ["import", str(export), "--mapping", str(mapping), "--store", str(store.root), "--json"]
    done = subprocess.run([sys.executable, "-m", "data", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _questions(snapshot: Snapshot) -> None:
    as_of = catalogue.of(snapshot).data_as_of
    assert as_of is not None
    last = as_of.date() - timedelta(days=1)
    days = [
        Selection(period="custom", first=last - timedelta(days=n), last=last - timedelta(days=n)) for n in range(40)
    ]
    months = [replace(day, first=day.last and day.last - timedelta(days=29)) for day in days]
    years = [replace(day, first=day.last and day.last - timedelta(days=364)) for day in days[:8]]
    _rate("briefing of a day, one thread", lambda one: brief(snapshot, one), days[:20], 1)
    _rate("briefing of a day, eight threads", lambda one: brief(snapshot, one), days[20:], 8)
    _rate("briefing of thirty days, one thread", lambda one: brief(snapshot, one), months[:10], 1)
    _rate("the same from memory", lambda one: brief(snapshot, one), months[:10] * 100, 1)
    stations = ("alerts", "alerts_crime", "invalid_share", "response_p90")
    _rate("four metrics by station, a year", lambda one: ask(snapshot, stations, ("station",), one), years, 1)
    _rate(
        "alerts by hour and weekday, a year", lambda one: ask(snapshot, ("alerts",), ("hour", "weekday"), one), years, 1
    )
    _rate("repeats of a year", lambda one: ask(snapshot, ("repeat_share",), (), one), years[:3], 1)


def _rate(what: str, answer: Callable[[Selection], object], questions: list[Selection], threads: int) -> None:
    if len(set(questions)) == len(questions):
        cache.forget()
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(answer, questions))
    seconds = time.perf_counter() - started
    print(f"{what}: {len(questions) / seconds:,.1f} a second, {1000 * seconds / len(questions):,.2f} ms each")


if __name__ == "__main__":
    main()
