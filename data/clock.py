"""Wall-clock time of the bureau: everything in the store is Asia/Shanghai without a zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

BUREAU_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the bureau's wall-clock time, naive, whatever zone the server runs in."""
    return datetime.now(BUREAU_ZONE).replace(tzinfo=None, microsecond=0)
