"""The numbers of a report are those of the pages, and every one of them stands in every format."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from data.reading import Snapshot
from data.snapshots import Store
from metrics import score, targets
from metrics.ask import ask
from metrics.briefing import brief
from metrics.change import badge
from metrics.selection import Selection
from reports import daily, station, weekly, writing
from reports.document import Chart, Report
from tests import tiny
from tests.reports import reading
from tests.reports.making import CALLER, LAST, MADE, of_day, of_week, steady, whole

DAY = Selection("custom", LAST, LAST)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Snapshot, Store]]:
    store = Store(tmp_path_factory.mktemp("reported") / "store")
    yield tiny.snapshot_of(store, whole), store


@pytest.fixture(scope="module")
def snapshot(held: tuple[Snapshot, Store]) -> Snapshot:
    return held[0]


@pytest.fixture(scope="module", params=["daily", "weekly", "station"])
def report(request: pytest.FixtureRequest, held: tuple[Snapshot, Store]) -> Report:
    snapshot, store = held
    if request.param == "station":
        return station.monthly(snapshot, store.root, station.Asked("东港派出所", date(2026, 11, 1)), MADE)
    return of_day(snapshot) if request.param == "daily" else of_week(snapshot)


def test_every_text_and_number_stands_in_the_docx(report: Report) -> None:
    text = reading.docx_text(report)
    for section in report.sections:
        for part in section.parts:
            if hasattr(part, "text"):
                assert part.text in text
    lines = set(text.splitlines())
    missing = {
        cell.text for table in report.tables[:-1] for row in table.rows for cell in row if cell.text not in lines | {""}
    }
    assert not missing


def test_every_table_is_a_sheet_of_typed_cells(report: Report) -> None:
    book = reading.xlsx_of(report)
    assert book.sheetnames[0] == "正文" and book.sheetnames[-1] == "口径"
    assert len(book.sheetnames) == len(report.tables) + 1
    for table, name in zip(report.tables, book.sheetnames[1:], strict=True):
        sheet = book[name]
        top = int("".join(sign for sign in sheet.freeze_panes if sign.isdigit()))
        assert [cell.value for cell in sheet[top - 1]][: len(table.columns)] == [one.name for one in table.columns]
        for cells, row in zip(table.rows, sheet.iter_rows(min_row=top), strict=False):
            for cell, found in zip(cells, row, strict=False):
                wanted = cell.text if cell.value is None else cell.value
                assert found.value == (wanted or None) or found.value == pytest.approx(wanted)
                assert found.number_format == (cell.number or "@")


def test_every_message_stands_on_a_slide_with_a_native_chart(report: Report) -> None:
    show = reading.pptx_of(report)
    slides = list(show.slides)
    assert 3 <= len(report.messages) <= 5 and len(slides) >= len(report.messages) + 1 + len(report.behind)
    assert report.title in reading.pptx_text(report) and report.made_words in reading.pptx_text(report)
    for slide, message in zip(slides[1:], report.messages, strict=False):
        assert slide.shapes.title.text_frame.text == message.text
        if isinstance(message.figure, Chart):
            chart = next(shape.chart for shape in slide.shapes if shape.has_chart)
            drawn = [(plot.name, tuple(plot.values)) for plot in chart.plots[0].series]
            assert drawn == [(one.name, one.values) for one in message.figure.series]
            assert tuple(chart.plots[0].categories) == message.figure.categories


@pytest.mark.parametrize(("suffix", "folder"), [(".docx", "word/embeddings/"), (".pptx", "ppt/embeddings/")])
def test_behind_every_chart_stands_a_workbook_with_its_numbers(report: Report, suffix: str, folder: str) -> None:
    if suffix == ".docx":
        charts = [part for section in report.sections for part in section.parts if isinstance(part, Chart)]
    else:
        charts = [one.figure for one in report.messages if isinstance(one.figure, Chart)]
    content = writing.content(report, suffix)
    books = reading.books_in(content, folder)
    assert len(books) == len(charts) > 0
    wanted = [_rows(chart) for chart in charts]
    assert all(_rounded(book) in [_rounded(rows) for rows in wanted] for book in books)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None


def _rows(chart: Chart) -> list[tuple[Any, ...]]:
    head = (None, *(one.name for one in chart.series))
    return [head, *((name, *(one.values[n] for one in chart.series)) for n, name in enumerate(chart.categories))]


def _rounded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [tuple(round(one, 6) if isinstance(one, float | int) else one for one in row) for row in rows]


# ---- the same numbers as the pages ---------------------------------------------------------------


def of_every_kind(con: duckdb.DuckDBPyConnection) -> None:
    """A dispute and a case a day beside the steady calls."""
    steady(con)
    days = [LAST - timedelta(days=n) for n in range(140)]
    tiny.alerts(con, [{"call": f"{day} 20:00:00", "cat": "04"} for day in days])
    tiny.cases(con, [{"filed": f"{day} 23:00:00", "solved": f"{day} 23:30:00"} for day in days])


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return tiny.snapshot_of(Store(tmp_path_factory.mktemp("mixed") / "store"), of_every_kind)


@pytest.mark.parametrize("made", [daily.daily, weekly.weekly])
@pytest.mark.parametrize("chosen", [("刑事",), ("求助",), ("0101", "纠纷"), ("050100",)])
def test_a_report_of_categories_has_the_key_figures_of_the_page(
    mixed: Snapshot, made: Callable[..., Report], chosen: tuple[str, ...]
) -> None:
    selection = Selection("custom", LAST - timedelta(days=6), LAST, categories=chosen)
    report = made(mixed, selection, MADE)
    kept = [f"{card.metric.label}（{card.metric.unit}）" for card in brief(mixed, selection).cards]
    assert 0 < len(kept) < 8
    assert [row[1] for row in reading.printed(reading.table(report, "主要指标"))] == kept
    for suffix in (".docx", ".xlsx", ".pptx"):
        assert writing.content(report, suffix)
    said = reading.texts(report)
    assert "警情总量" not in said and ("有效警情不适用" in said) == (chosen == ("050100",))


def test_the_daily_report_says_what_the_briefing_says(snapshot: Snapshot) -> None:
    found, report = brief(snapshot, DAY), of_day(snapshot)
    text = reading.docx_text(report)
    for card in found.cards:
        assert card.value is None or f"{card.value:{card.metric.format}}" in text
    lines = {row[1]: row for row in reading.printed(reading.table(report, "分类警情"))}
    for one in found.rows:
        assert lines[one.name][2] == f"{one.value:,.0f}"
        assert lines[one.name][5] == f"{one.previous.base:,.0f}"
        assert lines[one.name][-1] == badge(one.verdict, one.value, one.expected)
        assert one.expected is None or lines[one.name][-2] == f"{one.expected[0]}–{one.expected[1]}"
    assert all(point.text in text for point in found.points)
    assert found.matrix is not None
    matrix = reading.table(report, "派出所分类警情")
    assert [[cell.value for cell in row[1:-2]] for row in matrix.rows] == found.matrix.values.tolist()
    # What the columns leave out stands beside them, so that every line adds up to its station.
    totals = {place.code: place.value for place in found.totals}
    for (code, _), row in zip(found.matrix.rows, matrix.rows, strict=True):
        counts = [float(cell.text) for cell in row[1:]]
        assert sum(counts[:-1]) == counts[-1] == totals[code]


def test_repeats_and_times_equal_the_answers_of_ask(snapshot: Snapshot) -> None:
    row = ask(snapshot, ("repeat_any", "repeat_base", "response_n", "response_p90"), (), DAY).rows[0]
    text = reading.texts(of_day(snapshot))
    assert f"重复警情 {row['repeat_any']:,} 起" in text
    assert f"占有效警情 {row['repeat_base']:,} 起的" in text
    assert f"到达用时可用 {row['response_n']:,} 起" in text
    assert f"九成在 {row['response_p90']:.1f} 分钟内" in text


def test_every_station_has_a_line_and_the_lines_make_the_total(snapshot: Snapshot) -> None:
    report = of_day(snapshot)
    lines = reading.table(report, "各派出所有效警情").rows
    assert [row[1].text for row in lines] == ["东港派出所", "西郊派出所", "南山派出所"]
    counts = [row[2].value for row in lines if isinstance(row[2].value, int)]
    assert len(counts) == len(lines)
    assert sum(counts) == ask(snapshot, ("alerts_valid",), (), DAY).rows[0]["alerts_valid"]


def test_the_station_report_lists_every_target_with_its_gap(held: tuple[Snapshot, Store]) -> None:
    snapshot, store = held
    report = station.monthly(snapshot, store.root, station.Asked(tiny.CITY, date(2026, 11, 1)), MADE)
    card = score.scorecard(snapshot, targets.of_store(store.root), date(2026, 11, 1))
    lines = {row[1]: row for row in reading.printed(reading.table(report, "目标对照"))}
    for one in card.of_station(tiny.CITY):
        line = lines[one.target.label]
        assert (line[3], line[4]) == (one.value_text, one.state)
        assert line[5] == (one.gap.text if one.gap else one.reason or "—")


def test_the_weekly_report_has_room_for_measures_and_invents_none(snapshot: Snapshot) -> None:
    report = of_week(snapshot)
    titles = [section.title for section in report.sections if not section.appendix]
    assert titles == [
        "基本情况",
        "警情特点",
        "发案与破案",
        "连续上升单位",
        "重点问题",
        "近期预测",
        "下一步措施",
        "指标对照表",
    ]
    section = next(one for one in report.sections if one.title == "下一步措施")
    assert {part.kind for part in section.parts} == {"blank"}  # type: ignore[union-attr]
    controls = list(reading.docx_of(report).element.body.iter(f"{reading.W}sdt"))
    assert len(controls) == len(section.parts)
    assert all(one.find(f".//{reading.W}showingPlcHdr") is not None for one in controls)


def test_definitions_cover_what_the_report_uses(snapshot: Snapshot) -> None:
    labels = {row[1].text for row in of_day(snapshot).definitions.rows}
    assert {"警情总量", "有效警情", "刑事立案", "破案率", "重复警情", "到达用时 P90", "零发案社区（村）"} <= labels


def test_nothing_that_leads_to_a_caller(snapshot: Snapshot) -> None:
    report = of_day(snapshot)
    assert "其中同一来电 3 起" in reading.texts(report)
    values = {str(value) for value in reading.xlsx_values(report)}
    assert not any(CALLER in text for text in (reading.docx_text(report), reading.pptx_text(report), *values))
