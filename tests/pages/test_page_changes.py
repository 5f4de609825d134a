"""Which change of the address draws a page: another page does, a filter does not once its page is there."""

from __future__ import annotations

import dash
import pytest
from dash import Dash

from tests.pages.asking import ask

GLOSSARY = {"title": "指标口径 · 降控研判台"}
REPEAT = {"title": "重复警情 · 降控研判台"}
PATH, SEARCH = "_pages_location.pathname", "_pages_location.search"


@pytest.mark.parametrize(
    ("changed", "drawn", "is_drawn_now"),
    [
        (PATH, REPEAT, True),
        (SEARCH, GLOSSARY, False),
        # Its first answer was still on its way: nothing is there yet, or the page that was left.
        (SEARCH, None, True),
        (SEARCH, REPEAT, True),
    ],
    ids=["another page", "another filter", "nothing there yet", "the former page still there"],
)
def test_a_page_is_drawn_once(empty_app: Dash, changed: str, drawn: object, is_drawn_now: bool) -> None:
    client = empty_app.server.test_client()
    asked = {PATH: "/glossary", SEARCH: "?period=last7"}
    found = ask(client, "_pages_content.children", asked, {"_pages_store.data": drawn}, changed)
    assert bool(found) == is_drawn_now
    assert not found or found["_pages_store"]["data"] == GLOSSARY


def test_every_page_has_a_title_of_its_own(empty_app: Dash) -> None:
    with empty_app.server.app_context():
        titles = [page["title"] for page in dash.page_registry.values()]
    alike = {title for title in titles if titles.count(title) > 1}
    assert not alike, "a page that is on its way is told from the one that stands by its title"
