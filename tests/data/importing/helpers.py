"""What the import tests share: a mapping from a few lines, one call to import, one to ask the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.importing import mapping, publishing, running
from data.importing.report import Report
from data.snapshots import Store

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT / "../shared/data"
MAPPINGS = ROOT / "tests/mappings"

ALERTS = """
name = "t"
table = "alerts"
[fields]
id = "no"
call_time = "time"
cat_orig = "type"
station_code = "station"
"""
ALERT_HEADER = "no,time,type,station"


def alert_lines(count: int, bad: int = 0) -> list[str]:
    """Return good rows of ALERTS, the first `bad` of them with an impossible time."""
    return [
        f"{n},{'2024-13-45' if n < bad else f'2024-03-{n % 28 + 1:02d} {n % 24:02d}:{n % 60:02d}'},盗窃,S{n % 3}"
        for n in range(count)
    ]


def write(path: Path, lines: list[str], encoding: str = "utf-8", end: str = "\n") -> Path:
    """Write lines with a line end after each."""
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


def load(store: Store, path: Path | list[Path], text: str = ALERTS, **options: Any) -> Report:
    """Import with a mapping text."""
    paths = path if isinstance(path, list) else [path]
    return running.run(store, paths, mapping.parse(text), **options)


def ask(store: Store, sql: str) -> list[tuple[Any, ...]]:
    """Ask the current version."""
    version = store.current_id()
    assert version is not None
    with publishing.read_only(store.file(version)) as con:
        return con.execute(sql).fetchall()


def shared(name: str) -> Path:
    """Return a real file, or skip the test where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"real data absent: {name}")
    return path
