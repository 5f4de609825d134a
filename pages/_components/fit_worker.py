"""Keeps the current version fitted while the server runs: a thread that watches, a process that computes.

Regressions take a minute of one core; in a process of their own, with low priority, they never slow a page.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from data.snapshots import Store, StoreError
from metrics.fits import is_done

SECONDS_BETWEEN_LOOKS = 3.0
# A version that could not be fitted is tried again after this long, not at every look.
SECONDS_AFTER_FAILURE = 600.0
_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)


class Watcher:
    """Fits each version of a store as it becomes current, until it is stopped."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="fits", daemon=True)
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, and the computation that may be under way."""
        self._stop.set()
        if self._running is not None:
            self._running.terminate()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        done: int | None = None
        while not self._stop.is_set():
            wait = SECONDS_BETWEEN_LOOKS
            try:
                current = self.store.current_id()
                if current is not None and current != done:
                    if is_done(self.store, current) or self._fit() == 0:
                        done = current
                    else:
                        wait = SECONDS_AFTER_FAILURE
            except (StoreError, OSError) as error:
                _log.warning("fits wait: %s", error)
            self._stop.wait(wait)

    def _fit(self) -> int:
        """Fit in a process of its own; returns its exit code."""
        command = [sys.executable, "-m", "metrics", "fit", "--store", str(self.store.root.resolve())]
        self._running = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, preexec_fn=_behave)
        if self._stop.is_set():
            self._running.terminate()
        code = self._running.wait()
        self._running = None
        if code and not self._stop.is_set():
            _log.error("fitting the current version failed with code %s", code)
        return code


def _behave() -> None:
    """Let pages go first."""
    os.nice(10)
