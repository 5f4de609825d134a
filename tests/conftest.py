"""Fixtures that every room's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import BrowserContext, sync_playwright

from data.snapshots import Store

# A busy machine is slow; how long one example takes says nothing about what is tested. The same examples every time:
# a run must not fail by luck. To look for new ones: pytest --hypothesis-profile=search.
settings.register_profile("search", deadline=None)
settings.register_profile("patient", deadline=None, derandomize=True)
settings.load_profile("patient")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes after their argument: made bytes may hold the clock, and every worker must collect the same names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store in a folder of its own."""
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    """Debian's Chromium; one for all rooms, since a process can drive only one."""
    from tests.browser.conftest import FLAGS

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; `make browser` installs it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        # One context, so that the large scripts are fetched once; each test has pages of its own.
        yield launched.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce")
        launched.close()
