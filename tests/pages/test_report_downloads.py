"""Hand-outs from the pages: the filter decides between daily and weekly, the file is the one of the command line."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import docx
import openpyxl
import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient

from data.reading import Reader
from data.snapshots import Store
from metrics import catalogue
from metrics.selection import Selection
from pages._components import report_downloads, session
from reports import writing
from reports.document import Report
from tests import tiny
from tests.pages.asking import ask, html_of
from tests.reports import reading
from tests.reports.making import LAST, steady


@pytest.fixture
def server(store: Store) -> Flask:
    tiny.publish(store, steady)
    server = Flask("reports")
    session.attach(server, store)
    return server


def test_seven_days_make_a_weekly_report_and_other_filters_a_daily_one(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    week = report_downloads.of_period(snapshot, {"period": "last7"})
    day = report_downloads.of_period(snapshot, {"station": "东港派出所"})
    month = report_downloads.of_period(snapshot, {"period": "last30"})
    assert [one.title for one in (week, day, month)] == ["警情研判周报", "每日警情研判", "警情研判"]
    known = catalogue.of(snapshot)
    periods = ("yesterday", "last7", "last30", "week")
    named = [report_downloads.name_of(Selection(period=one), known) for one in periods]
    assert named == ["日报", "周报", "研判报告", "周报"]
    assert any("东港派出所共接各类警情 12 起" in part.text for part in day.sections[1].parts if hasattr(part, "text"))


def test_the_file_is_named_after_report_period_and_version(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, steady)
    report = report_downloads.of_period(snapshot, {"period": "custom", "from": str(LAST), "to": str(LAST)})
    found = report_downloads.file_of(report, snapshot, ".docx")
    assert found["filename"] == "每日警情研判_2026年11月21日0时至24时_版本1.docx"
    document = docx.Document(io.BytesIO(base64.b64decode(found["content"])))
    assert document.paragraphs[0].text == "每日警情研判"


def test_the_station_report_reads_month_and_policy_from_the_address(server: Flask, store: Store) -> None:
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    with server.app_context():
        report = report_downloads.of_station(snapshot, tiny.CITY, "?month=2026-10&policy=county-2023")
    assert report.title == "东港派出所2026年10月自查月报"


# ---- the numbers of the page ---------------------------------------------------------------------


def numbers_in(text: str) -> set[str]:
    """Return every number of a text as it is printed, without its sign."""
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", text))


def shown_by(client: FlaskClient, query: dict[str, str], version: int) -> set[str]:
    """Return every number of the cards, 要点 and the category table, as the callback of the page prints them."""
    inputs = {"selection.data": query, "snapshot.data": str(version), "mode.data": "light"}
    answer = ask(client, "briefing-alarms-body.children", inputs)
    wanted = [
        id for id in answer if (id.startswith("kpi-") and id.endswith("-text")) or id in ("points-body", "changes-body")
    ]
    assert len(wanted) == 10
    text = " ".join(html_of(answer[id]["children"]) for id in wanted)
    # Addresses and explanations on hover are no text of the page.
    return numbers_in(re.sub(r"<[^>]*>", " ", text))


def sheet_numbers(report: Report) -> set[str]:
    """Return the numbers of a workbook: of its texts, of its typed cells as their formats print them, and what the
    columns of one row differ by (a typed percentage has no room for the count that stands beside it on paper)."""
    found: set[str] = set()
    for sheet in openpyxl.load_workbook(io.BytesIO(writing.content(report, ".xlsx"))):
        for row in sheet.iter_rows():
            values = [cell.value for cell in row]
            found |= numbers_in(" ".join(value for value in values if isinstance(value, str)))
            typed = [(cell.value, cell.number_format) for cell in row if isinstance(cell.value, int | float)]
            found |= {printed(value, format) for value, format in typed}
            counts = [value for value, format in typed if "%" not in format]
            found |= {printed(a - b, "#,##0") for a in counts for b in counts}
    return found


def printed(value: float, format: str) -> str:
    if "%" in format:
        return f"{abs(100 * value):,.1f}"
    return f"{abs(value):,.1f}" if "0.0" in format else f"{abs(value):,.0f}"


@pytest.mark.parametrize("query", [{}, {"period": "last7"}, {"period": "last7", "station": "1"}], ids=str)
def test_every_number_of_the_page_stands_in_every_format(
    demo_app: Dash, demo_store: Store, client: FlaskClient, query: dict[str, str]
) -> None:
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    if "station" in query:
        query = {**query, "station": next(iter(catalogue.of(snapshot).stations))}
    wanted = shown_by(client, query, snapshot.id)
    assert len(wanted) > 15
    report = report_downloads.of_period(snapshot, query)
    written: dict[str, Any] = {
        ".docx": numbers_in(reading.docx_text(report)), ".xlsx": sheet_numbers(report),
        ".pptx": numbers_in(reading.pptx_text(report)),
    }  # fmt: skip
    assert {suffix: sorted(wanted - found) for suffix, found in written.items() if wanted - found} == {}


# ---- the buttons ---------------------------------------------------------------------------------


def clicked(client: FlaskClient, id: str, suffix: str, states: dict[str, Any]) -> dict[str, Any]:
    """Return what a click on one of the three buttons answers."""
    inputs = {f"{id}-{one[1:]}.n_clicks": 1 if one == suffix else None for one in writing.FORMATS}
    return ask(client, f"{id}-file.data", inputs, states, changed=f"{id}-{suffix[1:]}.n_clicks")


@pytest.mark.parametrize("suffix", writing.FORMATS)
def test_each_button_gives_its_file(client: FlaskClient, demo_store: Store, suffix: str) -> None:
    snapshot = Reader(demo_store).snapshot()
    assert snapshot is not None
    station = next(iter(catalogue.of(snapshot).stations))
    for id, states in (
        ("report-period", {"selection.data": {}}),
        ("report-station", {"station-code.data": station, "url.search": ""}),
    ):
        answer = clicked(client, id, suffix, states)
        assert answer[f"{id}-file"]["data"]["filename"].endswith(suffix)
        assert base64.b64decode(answer[f"{id}-file"]["data"]["content"]).startswith(b"PK")
        assert answer[f"{id}-said"]["children"] == ""


def test_what_keeps_a_button_from_its_file_is_said(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = clicked(client, "report-station", ".docx", {"station-code.data": "东岗派出所", "url.search": ""})
    assert "东岗派出所" in lost["report-station-said"]["children"]
    long_ago = {"period": "custom", "from": "1999-01-01", "to": "1999-01-01"}
    past = clicked(client, "report-period", ".pptx", {"selection.data": long_ago})
    assert "没有数据，无法出报告" in past["report-period-said"]["children"]
    monkeypatch.setattr(session, "current_snapshot", lambda: None)
    for id, states in (
        ("report-period", {"selection.data": {}}),
        ("report-station", {"station-code.data": "1", "url.search": ""}),
    ):
        said = clicked(client, id, ".xlsx", states)[f"{id}-said"]["children"]
        assert said == "还没有数据。请先在「数据接入」导入数据。"
