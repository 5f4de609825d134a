"""Hand-outs from the pages: the filter decides between daily and weekly, the file is the one of the command line."""

from __future__ import annotations

import base64
import io

import docx
import pytest
from flask import Flask

from data.reading import Reader
from data.snapshots import Store
from pages._components import report_downloads, session
from tests import tiny
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
