"""The template of reported indicators as a download: its indicators from the packs, its units from the data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from data import clock
from data.reading import Snapshot
from data.templates import UnitLine, write_reported
from metrics import catalogue, targets
from metrics.model import MetricError
from metrics.score import latest_month
from metrics.score_cli import indicator_lines
from pages._components import export


def download(snapshot: Snapshot | None, policy: str = "") -> dict[str, Any]:
    """Return the data of a dcc.Download; policy: only the indicators of this pack, where there is such a pack."""
    stations = catalogue.of(snapshot).stations if snapshot else {}
    units = [UnitLine(code, one.name) for code, one in stations.items()]
    lines = indicator_lines(policy if policy in targets.policies() else None)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "reported.xlsx"
        write_reported(path, lines, units, _month(snapshot))
        return export.file_download(path.read_bytes(), "报送指标模板.xlsx")


def _month(snapshot: Snapshot | None) -> date:
    if snapshot is not None:
        try:
            return latest_month(snapshot)
        except MetricError:
            pass
    return clock.now().date().replace(day=1)
