"""Answers by (version, question): a version never changes, so nothing is ever invalidated, only forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from data.reading import Snapshot

Result = TypeVar("Result")
KEEP = 256
_results: OrderedDict[Hashable, object] = OrderedDict()
_running: dict[Hashable, threading.Lock] = {}
_guard = threading.Lock()


def answer(snapshot: Snapshot, question: Hashable, compute: Callable[..., Result]) -> Result:
    """Return compute(snapshot, question), computed at most once per version; one computation at a time per key.

    The result is shared between threads and must not be changed by whoever gets it. An error is not kept.
    """
    key = (snapshot.key, compute.__module__, compute.__qualname__, question)
    with _guard:
        if key in _results:
            _results.move_to_end(key)
            return _results[key]  # type: ignore[return-value]
        turn = _running.setdefault(key, threading.Lock())
    with turn:
        with _guard:
            if key in _results:
                return _results[key]  # type: ignore[return-value]
        try:
            result = compute(snapshot, question)
            with _guard:
                _results[key] = result
                while len(_results) > KEEP:
                    _results.popitem(last=False)
        finally:
            with _guard:
                _running.pop(key, None)
    return result


def holds(snapshot: Snapshot, question: Hashable, compute: Callable[..., object]) -> bool:
    """Return whether answer(snapshot, question, compute) would have its answer at once."""
    return (snapshot.key, compute.__module__, compute.__qualname__, question) in _results


def forget() -> None:
    """Drop every answer, for measurements of how long they take to make."""
    with _guard:
        _results.clear()
