"""A small demo store and the application on it, shared by the tests of the pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.demo import bureau
from data.demo.plan import Plan
from data.snapshots import Store
from tests import tiny
from tests.pages import staffed

DEMO_UNTIL = date(2026, 11, 21)


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A demo bureau of 8 stations and two years."""
    store = Store(tmp_path_factory.mktemp("demo") / "store")
    bureau.publish(store, Plan(8, 2, 6_000, 1, DEMO_UNTIL))
    return store


@pytest.fixture(scope="session")
def staffed_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three stations with calls and shifts of four weeks (tests/pages/staffed.py)."""
    store = Store(tmp_path_factory.mktemp("force") / "store")
    tiny.publish(store, staffed.fill)
    return store


@pytest.fixture(scope="session")
def demo_app(demo_store: Store) -> Dash:
    """The application on the demo store."""
    return create_app(demo_store.root)


@pytest.fixture
def client(demo_app: Dash) -> FlaskClient:
    """A client that talks to the application without a network."""
    found: FlaskClient = demo_app.server.test_client()
    return found


@pytest.fixture
def empty_app(tmp_path: Path) -> Dash:
    """The application on a store without any version."""
    return create_app(tmp_path / "store")
