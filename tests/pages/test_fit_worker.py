"""The server fits a new version by itself, in a process of its own, and stops it with itself."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data import fits
from data.snapshots import Store
from metrics.fits import METHODS_VERSION, is_done
from pages._components import fit_worker
from pages._components.fit_worker import Watcher
from tests import tiny


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store")
    tiny.publish(made, lambda con: tiny.daily_alerts(con, "2026-10-01", 40, 3))
    return made


def _pretend(monkeypatch: pytest.MonkeyPatch, code: str) -> list[list[str]]:
    """Run `code` in place of the computation; returns the commands that were asked for."""
    asked: list[list[str]] = []
    real = subprocess.Popen

    def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        asked.append(command)
        return real([sys.executable, "-c", code], **options)

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(fit_worker, "SECONDS_BETWEEN_LOOKS", 0.01)
    return asked


def _until(condition: Any, seconds: float = 30.0) -> None:
    waiter = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waiter.wait(0.02)
    raise AssertionError("it never came")


def test_each_version_is_fitted_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _pretend(monkeypatch, "pass")
    watcher = Watcher(store)
    watcher.start()
    try:
        _until(lambda: len(asked) == 1)
        tiny.publish(store, lambda con: tiny.daily_alerts(con, "2026-11-10", 1, 3))
        _until(lambda: len(asked) == 2)
        assert asked[0][1:] == ["-m", "metrics", "fit", "--store", str(store.root.resolve())]
    finally:
        watcher.stop()


def test_a_fitted_version_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fits.write(store, 1, {"alarms": pd.DataFrame({"station": ["a"]})}, {"methods_version": METHODS_VERSION})
    assert is_done(store, 1)
    asked = _pretend(monkeypatch, "pass")
    looks: list[int] = []

    def current_id(_: Store) -> int:
        looks.append(1)
        return 1

    monkeypatch.setattr(Store, "current_id", current_id)
    watcher = Watcher(store)
    watcher.start()
    _until(lambda: len(looks) > 3)
    watcher.stop()
    assert asked == []


def test_a_failure_is_not_repeated_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _pretend(monkeypatch, "raise SystemExit(1)")
    watcher = Watcher(store)
    watcher.start()
    _until(lambda: len(asked) == 1 and watcher._running is None)
    watcher.stop()
    assert len(asked) == 1


def test_stopping_ends_the_computation(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _pretend(monkeypatch, "import time; time.sleep(600)")
    watcher = Watcher(store)
    watcher.start()
    _until(lambda: bool(asked) and watcher._running is not None)
    watcher.stop()
    assert not watcher._thread.is_alive()
