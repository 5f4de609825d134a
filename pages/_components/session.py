"""The web process's access to the store: one reader per process, found through the running application."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics.selection import Selection

_KEY = "station_watch"


@dataclass(frozen=True)
class Session:
    """What one web process needs to answer: the store and its only reader."""

    store: Store
    reader: Reader


def attach(server: Flask, store: Store) -> None:
    """Give an application its store; the reader opens nothing before the first question."""
    server.extensions[_KEY] = Session(store, Reader(store))


def current_store() -> Store:
    """Return the store of the application that answers now."""
    return _session().store


def current_snapshot() -> Snapshot | None:
    """Return the current version, or None for an empty store; raises StoreError when it cannot be opened."""
    return _session().reader.snapshot()


def selection_of(query: dict[str, Any] | None) -> Selection:
    """Return the selection that the store "selection" holds; anything odd falls back to the defaults."""
    return Selection.from_query(query or {})[0]


def log() -> logging.Logger:
    """Return the application's log."""
    return current_app.logger


def _session() -> Session:
    session: Session = current_app.extensions[_KEY]
    return session
