"""Everything that is fitted once per version, computed together and written beside the snapshot.

`python -m metrics fit` and the server's background process call `ensure`; pages and reports read with metrics/fits.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pandas as pd

from data import fits as files
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics.alarms import fitting as alarms
from metrics.fits import METHODS_VERSION, is_done
from metrics.forecasting import fitting as forecasting
from metrics.hotspots import fitting as hotspots
from metrics.model import MetricError

Fitted = Mapping[str, pd.DataFrame]
FITTERS: tuple[tuple[str, Callable[[Snapshot], Fitted]], ...] = (
    ("预警", alarms.fit),
    ("预测", forecasting.fit),
    ("热点", hotspots.fit),
)


def compute(snapshot: Snapshot) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Return all fitted tables of a version, and how it went: CPU seconds per method, or what kept one from it."""
    tables: dict[str, pd.DataFrame] = {}
    meta = {"methods_version": METHODS_VERSION, "snapshot": str(snapshot.id)}
    for name, fit in FITTERS:
        started = time.process_time()
        try:
            tables |= fit(snapshot)
        except MetricError as error:
            meta[f"problem:{name}"] = str(error)
        meta[f"seconds:{name}"] = f"{time.process_time() - started:.1f}"
    return tables, meta


def ensure(store: Store, again: bool = False) -> dict[str, str] | None:
    """Fit the current version unless that was done; returns how it went, None when there was nothing to do.

    again: fit it even so. Raises StoreError when the store cannot be read or written.
    """
    with files.fitting(store) as free:
        version_id = store.current_id()
        if not free or version_id is None or (is_done(store, version_id) and not again):
            return None
        snapshot = Reader(store, threads=2, memory_limit="2GB").snapshot()
        if snapshot is None:
            return None
        tables, meta = compute(snapshot)
        files.write(store, snapshot.id, tables, meta)
        return meta
