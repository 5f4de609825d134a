"""Notes: kept with their figure, period and filter; plain words when they cannot be; nothing personal."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from data import notes as module
from data.notes import LONGEST_TEXT, Notes, Pin, is_personal
from data.snapshots import Store, StoreError

FIRST, LAST = date(2026, 11, 15), date(2026, 11, 21)
PIN = Pin("trend-line", FIRST, LAST, "station=S1")


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    """The notes of a store that has none yet."""
    return Notes.of(Store(tmp_path / "store"))


def found(notes: Notes, first: date = FIRST, last: date = LAST, scope: str = "station=S1") -> list[str]:
    return [note.text for note in notes.list_for("trend-line", first, last, scope)]


def test_reading_makes_no_file(notes: Notes) -> None:
    assert found(notes) == []
    assert not notes.path.exists()


def test_a_note_comes_back_as_it_was_written(notes: Notes) -> None:
    written = notes.add(PIN, "  指挥室 研判岗 ", " 商圈活动\n<b>待复核</b>\x00\u202e ", 7)
    assert notes.list_for("trend-line", FIRST, LAST, "station=S1") == [written]
    assert (written.author, written.text, written.version) == ("指挥室 研判岗", "商圈活动\n<b>待复核</b>", 7)
    assert written.pin == PIN


@pytest.mark.parametrize(
    ("first", "last", "scope", "shown"),
    [
        (FIRST, LAST, "station=S1", True),
        (date(2026, 11, 1), date(2026, 11, 30), "station=S1", True),
        (date(2026, 11, 16), LAST, "station=S1", False),
        (FIRST, date(2026, 11, 20), "station=S1", False),
        (FIRST, LAST, "", False),
        (FIRST, LAST, "station=S2", False),
    ],
)
def test_shows_where_its_days_and_its_filter_are_shown(
    notes: Notes, first: date, last: date, scope: str, shown: bool
) -> None:
    notes.add(PIN, "岗", "注")
    assert found(notes, first, last, scope) == (["注"] if shown else [])


def test_several_cards_at_once_newest_first(notes: Notes) -> None:
    notes.add(PIN, "岗", "一")
    notes.add(Pin("heat-map", FIRST, LAST, "station=S1"), "岗", "二")
    notes.add(PIN, "岗", "三")
    by_card = notes.by_card(["trend-line", "heat-map", "other"], FIRST, LAST, "station=S1")
    assert {card: [note.text for note in listed] for card, listed in by_card.items()} == {
        "trend-line": ["三", "一"],
        "heat-map": ["二"],
    }


def test_removed_is_not_shown_and_not_lost(notes: Notes) -> None:
    note = notes.add(PIN, "岗", "注")
    notes.remove(note.id)
    notes.remove(12345)
    assert found(notes) == []
    with sqlite3.connect(notes.path) as con:
        assert con.execute("SELECT text, removed_at IS NOT NULL FROM notes").fetchall() == [("注", 1)]


@pytest.mark.parametrize(
    ("author", "text", "said"),
    [
        ("岗", " \n ", "内容为空"),
        ("", "注", "请填写署名"),
        ("岗", "长" * (LONGEST_TEXT + 1), "最多 500 字"),
        ("长" * 21, "注", "署名最多 20 字"),
        ("岗", "电话 13800138000", "疑似有证件号"),
        ("13800138000", "注", "疑似有证件号"),
    ],
)
def test_what_is_refused_is_said_and_not_kept(notes: Notes, author: str, text: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        notes.add(PIN, author, text)
    assert not notes.path.exists()


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X", "身份证 110105194912310021 的人",
        "１３８００１３８０００", "138-0013-8000", "138 0013 8000",
        "010-62345678", "(021) 6234 5678", "嫌疑车 京A·12345", "鲁b12345",
    ],
)  # fmt: skip
def test_personal(text: str) -> None:
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 22:30 至 2026-11-22 02:00 警力不足", "110101010000 东港派出所", "立案 35 起，同比 +105.9%（17→35）",
        "11月15日–21日，共 1,234 起", "A区3栋周边盗窃 18、35、22 起", "",
    ],
)  # fmt: skip
def test_not_personal(text: str) -> None:
    assert not is_personal(text)


def test_full_disk_is_said_and_nothing_is_half_written(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.add(PIN, "岗", "先")
    opened = Notes._open

    def nearly_full(self: Notes) -> sqlite3.Connection:
        con = opened(self)
        pages = con.execute("PRAGMA page_count").fetchone()[0]
        con.execute(f"PRAGMA max_page_count = {pages}")
        return con

    monkeypatch.setattr(Notes, "_open", nearly_full)
    with pytest.raises(StoreError, match="磁盘空间不足，批注没有保存"):
        for _ in range(100):
            notes.add(PIN, "岗", "字" * LONGEST_TEXT)
    assert found(notes)[-1] == "先"


def test_busy_file_is_said(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.add(PIN, "岗", "先")
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    with sqlite3.connect(notes.path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="正忙"):
            notes.add(PIN, "岗", "后")
        # Readers do not wait for a writer.
        assert found(notes) == ["先"]


def test_broken_file_is_said(notes: Notes) -> None:
    notes.path.parent.mkdir(parents=True)
    notes.path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"notes\.sqlite 无法读取"):
        found(notes)


def test_many_threads_lose_nothing(notes: Notes) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            notes.add(PIN, "岗", f"{number}-{turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found(notes)) == sorted(f"{number}-{turn}" for number in range(8) for turn in range(5))
