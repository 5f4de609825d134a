"""Fixtures that every room's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.snapshots import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a folder of its own."""
    return Store(tmp_path / "store")
