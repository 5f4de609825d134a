"""Notes that people pin to a figure and a period: one SQLite file (WAL) beside the snapshots, no analytics data.

Snapshots are immutable and made by imports; what people write lives here and is never copied into one.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from data import clock
from data.importing.personal import looks_personal
from data.snapshots import Store, StoreError

FILE = "notes.sqlite"
LONGEST_TEXT, LONGEST_AUTHOR = 500, 20
WAIT_SECONDS = 5.0
# Removed notes stay in the file, so that nobody can make a colleague's remark disappear without a trace.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY, card TEXT NOT NULL, scope TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
    author TEXT NOT NULL, written_at TEXT NOT NULL, text TEXT NOT NULL, version INTEGER, removed_at TEXT
);
CREATE INDEX IF NOT EXISTS notes_by_card ON notes (card, scope, first);
"""
_SEPARATED = re.compile(r"(?<=\d)[ \t\-—–_.·,，/()（）]+(?=[\dXx])")
# Mobile numbers, numbers with an area code, and everything as long as an identity number (15 or 18 places).
_PERSONAL = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0[1-9]\d{8,10}(?!\d)|(?<!\d)(?:\d{15}|\d{17}[\dXx])(?![\dXx])")
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Pin:
    """Where a note hangs: the card, the days that it shows (both included), and its filter in one fixed form."""

    card: str
    first: date
    last: date
    scope: str = ""


@dataclass(frozen=True)
class Note:
    """One note as it was written; version is the snapshot that its author saw."""

    id: int
    pin: Pin
    author: str
    written_at: datetime
    text: str
    version: int | None


@dataclass(frozen=True)
class Notes:
    """The notes of one store; every call opens the file anew, so that processes and threads never share it."""

    path: Path

    @classmethod
    def of(cls, store: Store) -> Notes:
        """Return the notes of a store."""
        return cls(store.root / FILE)

    def add(self, pin: Pin, author: str, text: str, version: int | None = None) -> Note:
        """Keep a note; raises StoreError for an empty or too long text, personal data, a full disk or a busy file."""
        author, text = _checked(author, text)
        written_at = clock.now()
        row = (pin.card, pin.scope, pin.first, pin.last, author, written_at, text, version)
        texts = [one.isoformat() if isinstance(one, date) else one for one in row]

        def insert(con: sqlite3.Connection) -> int:
            sql = "INSERT INTO notes (card, scope, first, last, author, written_at, text, version) VALUES (%s)"
            return con.execute(sql % ", ".join("?" for _ in texts), texts).lastrowid or 0

        return Note(self._do(insert), pin, author, written_at, text, version)

    def list_for(self, card: str, first: date, last: date, scope: str = "") -> list[Note]:
        """Return the notes of a card whose days lie within `first` to `last` under the same filter, newest first."""
        return self.by_card([card], first, last, scope).get(card, [])

    def by_card(self, cards: Iterable[str], first: date, last: date, scope: str = "") -> dict[str, list[Note]]:
        """Return list_for of several cards at once; a card without notes is left out."""
        wanted = set(cards)
        if not self.path.exists():
            return {}
        sql = (
            "SELECT id, card, first, last, scope, author, written_at, text, version FROM notes "
            "WHERE scope = ? AND first >= ? AND last <= ? AND removed_at IS NULL ORDER BY id DESC"
        )
        given = (scope, first.isoformat(), last.isoformat())
        found: dict[str, list[Note]] = {}
        for row in self._do(lambda con: con.execute(sql, given).fetchall()):
            if row[1] in wanted:
                found.setdefault(row[1], []).append(_note(row))
        return found

    def remove(self, note_id: int) -> None:
        """Take a note off its card; the file keeps it with the time of removal. An unknown id changes nothing."""
        sql = "UPDATE notes SET removed_at = ? WHERE id = ? AND removed_at IS NULL"
        self._do(lambda con: con.execute(sql, (clock.now().isoformat(), note_id)))

    def _do(self, action: Callable[[sqlite3.Connection], Found]) -> Found:
        """Run an action in one transaction; every failure is a StoreError in plain words."""
        try:
            with contextlib.closing(self._open()) as con, con:
                return action(con)
        except sqlite3.Error as error:
            raise StoreError(_plain(error, self.path)) from error
        except OSError as error:
            raise StoreError(f"批注库 {self.path.name} 无法写入（{error.strerror}）。请联系系统管理员。") from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        con = sqlite3.connect(self.path, timeout=WAIT_SECONDS)
        try:
            con.execute("PRAGMA journal_mode = WAL")
            con.executescript(_SCHEMA)
        except sqlite3.Error:
            con.close()
            raise
        return con


def _checked(author: str, text: str) -> tuple[str, str]:
    """Return both texts trimmed and without control characters; raises StoreError with what to change."""
    author, text = (_readable(one) for one in (author, text))
    author = " ".join(author.split())
    if not text:
        raise StoreError("批注内容为空。请填写后再保存。")
    if not author:
        raise StoreError("请填写署名，例如「指挥室研判岗」。")
    if len(text) > LONGEST_TEXT:
        raise StoreError(f"批注共 {len(text)} 字，最多 {LONGEST_TEXT} 字。请删减后再保存。")
    if len(author) > LONGEST_AUTHOR:
        raise StoreError(f"署名最多 {LONGEST_AUTHOR} 字。请写单位或岗位的简称。")
    if any(is_personal(one) for one in (author, text)):
        raise StoreError("批注中疑似有证件号、电话或车牌号，未保存。请删去后再保存：批注只写地点、时段和类别。")
    return author, text


def is_personal(text: str) -> bool:
    """Whether a text shows an identity, phone or plate number, separators and full-width digits included."""
    plain = unicodedata.normalize("NFKC", text)
    joined = _SEPARATED.sub("", plain)
    return looks_personal(plain) or bool(_PERSONAL.search(joined) or _PLATE.search(plain.upper()))


def _readable(text: str) -> str:
    kept = "".join(char for char in text if char == "\n" or unicodedata.category(char)[0] != "C")
    return kept.strip()


def _note(row: tuple[object, ...]) -> Note:
    number, card, first, last, scope, author, written_at, text, version = row
    pin = Pin(str(card), date.fromisoformat(str(first)), date.fromisoformat(str(last)), str(scope))
    seen = int(str(version)) if version is not None else None
    return Note(int(str(number)), pin, str(author), datetime.fromisoformat(str(written_at)), str(text), seen)


def _plain(error: sqlite3.Error, path: Path) -> str:
    said = str(error)
    if "full" in said:
        return "磁盘空间不足，批注没有保存。请联系系统管理员清理磁盘后重试。"
    if "locked" in said or "busy" in said:
        return "批注库正忙，没有完成。请稍后重试。"
    if "readonly" in said or "unable to open" in said:
        return f"批注库 {path.name} 不能写入。请联系系统管理员检查数据仓文件夹的权限。"
    return f"批注库 {path.name} 无法读取（{said}）。请联系系统管理员：备份后移走该文件，系统会新建一个。"
