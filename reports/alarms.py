"""预警 as a report says them: read from what was fitted to the version, never computed while a report is written."""

from __future__ import annotations

from metrics import fits
from reports.document import Text
from reports.sources import Source


def standing(source: Source) -> list[Text]:
    """Return what the early warning says of the period, or why it says nothing."""
    frame = fits.table(source.snapshot, "alarms")
    if frame is None:
        return [Text(f"预警：{fits.missing(source.snapshot, '预警')}", "note")]
    return []
