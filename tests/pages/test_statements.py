"""A changed filter costs one statement on the store, on every page; what a version knows already costs none."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from data.snapshots import Store
from tests.soak.pages import CHANGES, PAGES, changed, opened, station

# The weeks of calls and duty behind 警力, and the month of the scorecard, do not change with the week that is chosen.
_STEADY = ("/staffing", "/scorecard")


@pytest.mark.parametrize("page", PAGES)
def test_a_changed_filter_asks_the_store_at_most_once(page: str, client: FlaskClient, demo_store: Store) -> None:
    code = station(demo_store)
    opened(client, page, code)
    for change in CHANGES:
        statements = changed(client, page, change.format(code=code), code).statements
        # Other weeks of calls and duty are asked apart (metrics.selfcheck.ahead says why).
        most = 2 if page.startswith("/station/") and change == "period=year" else 1
        assert len(statements) <= most, "\n\n".join(statements)
        assert statements or page in _STEADY or change != CHANGES[0]
