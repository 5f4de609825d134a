"""Where the menu leads under a filter: assets/shell.js, run by Node where there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

SHELL = Path(__file__).parents[2] / "assets" / "shell.js"
# As much of a browser as the file asks for when it is loaded.
FRAME = """
global.document = {
  documentElement: {dataset: {}}, addEventListener() {}, querySelectorAll() { return []; },
  getElementById() { return null; },
};
global.window = {addEventListener() {}, fetch() {}};
const [file, search] = process.argv.slice(1);
require(file);
const facts = {pages: {"/": {}, "/trend": {}, "/station": {}}, keys: ["station", "period"]};
const ids = [{path: "/trend"}, {path: "/station"}];
console.log(JSON.stringify(window.dash_clientside.shell.navigation("/", search, facts, ids)[0]));
"""


def menu(search: str) -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    told = subprocess.run([node, "-e", FRAME, str(SHELL), search], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(told.stdout)
    return found


def test_one_chosen_station_opens_its_own_page() -> None:
    search = "?station=110102&period=week"
    assert menu(search) == [f"/trend{search}", f"/station/110102{search}"]


@pytest.mark.parametrize("search", ["", "?period=week", "?station=110102,110103", "?station=110102%2C110103"])
def test_none_or_several_stations_open_the_list(search: str) -> None:
    assert menu(search)[1] == "/station" + search.replace("%2C", ",")
