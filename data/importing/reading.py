"""One stream of numbered rows from any source file, and the header that names their columns."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb

from data.importing.detecting import ReadError, Shape, cut_message, detect, open_bytes
from data.importing.mapping import SourceSpec

MAX_COLUMNS = 200
HEAD_ROWS = 60
_FIELD_LIMIT = 1 << 24
SUBTOTALS = frozenset(
    (
        "合计",
        "小计",
        "总计",
        "合 计",
        "小 计",
        "总 计",
        "Total",
        "TOTAL",
        "Grand Total",
        "Subtotal",
        "總計",
        "合計",
        "小計",
    )
)
_FOOTER = re.compile(
    r"^\s*[(（]?\s*(注[:：\d]|备注|備註|说明|說明|数据来源|資料來源|来源|制表|填表|审核|统计时间|导出时间|"
    r"共\s*\d|source\b|note|total\b|generated|\d+ rows?\b|end of|-{3,}|={3,})",
    re.IGNORECASE,
)

Row = tuple[int, list[str]]


@dataclass
class Tally:
    """Counts of one reading; grows while the rows are drawn."""

    blank: int = 0
    footer: int = 0
    subtotal: int = 0
    title: int = 0
    last_row: int = 0
    fraction: Callable[[], float] = field(default=lambda: 0.0)


@dataclass(frozen=True)
class Header:
    """Column names and where the data begins (index into the rows that were looked at)."""

    names: tuple[str, ...]
    title_rows: int
    header_rows: int

    @property
    def data_start(self) -> int:
        return self.title_rows + self.header_rows


@dataclass
class Opened:
    """A source file with its header read; `rows` gives every row after it."""

    shape: Shape
    header: Header
    rows: Iterator[Row]
    tally: Tally


def open_source(path: Path, spec: SourceSpec, wanted: frozenset[str] = frozenset()) -> Opened:
    """Open a file, find its header (the row that names all wanted columns, if there is one) and give its rows."""
    shape = detect(path, spec)
    tally = Tally()
    rows = raw_rows(path, shape, spec, tally)
    head = list(itertools.islice(rows, HEAD_ROWS))
    if not any(any(cell.strip() for cell in row) for _, row in head):
        raise ReadError(f"文件 {path.name} 是空的，没有可导入的数据。请检查导出是否成功。")
    header = find_header([row for _, row in head], spec, wanted)
    if len(header.names) > MAX_COLUMNS:
        raise ReadError(
            f"文件 {path.name} 有 {len(header.names)} 列，超过上限 {MAX_COLUMNS} 列。"
            "列这样多的表多半带有不该入库的信息，或分隔符识别有误；请只导出需要的列，"
            "或在映射 source.delimiter 中写明分隔符。未发布任何数据。"
        )
    tally.title = header.title_rows
    return Opened(shape, header, itertools.chain(head[header.data_start :], rows), tally)


def raw_rows(path: Path, shape: Shape, spec: SourceSpec, tally: Tally) -> Iterator[Row]:
    """Give every row of the file with its line (or sheet row) number."""
    if shape.format == "csv":
        return _csv_rows(path, shape, spec, tally)
    if shape.format == "parquet":
        return _parquet_rows(path)
    return _sheet_rows(path, spec)


# ---- text ----------------------------------------------------------------------------------------


def _csv_rows(path: Path, shape: Shape, spec: SourceSpec, tally: Tally) -> Iterator[Row]:
    csv.field_size_limit(_FIELD_LIMIT)
    size = max(1, path.stat().st_size)
    with path.open("rb") as plain:
        tally.fraction = lambda: min(1.0, plain.tell() / size) if not plain.closed else 1.0
        raw = open_bytes(path, True) if shape.compressed else plain
        text = io.TextIOWrapper(raw, encoding=shape.encoding or "utf-8", errors="replace", newline="")
        try:
            yield from _records(text, path, shape, spec)
        except (EOFError, zlib.error) as error:
            raise ReadError(cut_message(path)) from error


def _records(text: io.TextIOWrapper, path: Path, shape: Shape, spec: SourceSpec) -> Iterator[Row]:
    """Split lines into records; `pending` holds the lines of the record just read."""
    pending: list[str] = []
    lines = _remembered(text, pending, shape.nulls)
    dialect: dict[str, Any] = {
        "delimiter": shape.delimiter or ",",
        "quotechar": spec.quote or None,
        "quoting": csv.QUOTE_MINIMAL if spec.quote else csv.QUOTE_NONE,
    }
    reader = csv.reader(lines, **dialect)
    before, width = 0, 0
    try:
        for row in reader:
            count = reader.line_num - before
            del pending[:-count]
            width = width or len(row)
            if count == 1:
                yield reader.line_num, row
            else:
                yield from _long_record(before + 1, row, pending, width, dialect)
            before = reader.line_num
    except csv.Error:
        raise ReadError(_open_quote(path, before + 1)) from None
    if pending and spec.quote and _is_open(pending, dialect):
        raise ReadError(_open_quote(path, before - len(pending) + 1))


def _remembered(text: io.TextIOWrapper, pending: list[str], nulls: bool) -> Iterator[str]:
    for line in text:
        kept = line.replace("\x00", "") if nulls else line
        pending.append(kept)
        yield kept


def _long_record(first: int, row: list[str], lines: list[str], width: int, dialect: dict[str, Any]) -> Iterator[Row]:
    """Give a record of several lines; when a stray quote glued good lines together, take them apart again."""
    apart = [next(csv.reader([line], **dialect), []) for line in lines]
    if width > 2 and sum(len(one) == width for one in apart) * 2 > len(apart):
        yield from zip(itertools.count(first), apart, strict=False)
        return
    yield first, [" ".join(cell.split()) if "\n" in cell or "\r" in cell else cell for cell in row]


def _is_open(lines: list[str], dialect: dict[str, Any]) -> bool:
    """Return whether the last record ends inside quotes."""
    try:
        list(csv.reader(lines, strict=True, **dialect))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _open_quote(path: Path, line: int) -> str:
    return (
        f"文件 {path.name} 从第 {line} 行起引号没有闭合：文件可能在行中间被截断，或某个单元格含有单独的引号。"
        '请重新导出；若该文件不用引号包裹文字，请在映射 [source] 中写 quote = ""。未发布任何数据。'
    )


# ---- spreadsheets and Parquet --------------------------------------------------------------------


def _sheet_rows(path: Path, spec: SourceSpec) -> Iterator[Row]:
    import python_calamine as calamine

    try:
        # By content, not by suffix: offices rename files.
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        names = book.sheet_names
        wanted = spec.sheet
        if wanted is not None and wanted not in names:
            raise ReadError(f"文件 {path.name} 没有名为「{wanted}」的工作表。现有：{'、'.join(names)}。")
        sheet = book.get_sheet_by_name(wanted) if wanted else _first_filled(book, names)
        if sheet is None or sheet.start is None:
            return
        first = sheet.start[0] + 1
        for number, row in enumerate(sheet.iter_rows(), start=first):
            yield number, [_cell(value) for value in row]
    except ReadError:
        raise
    # A damaged workbook raises whatever its parser met; a panic of the parser is no Exception subclass of ours.
    except Exception as error:
        raise ReadError(_sheet_problem(path, error)) from error


def _first_filled(book: Any, names: list[str]) -> Any:
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None and sheet.height > 1:
            return sheet
    return book.get_sheet_by_name(names[0]) if names else None


def _sheet_problem(path: Path, error: Exception) -> str:
    # A workbook with a password is a container whose parts bear this name in UTF-16.
    locked = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
    if locked or "assword" in type(error).__name__ + str(error):
        return f"文件 {path.name} 有密码保护。请在 Excel 中取消密码后另存，再导入。"
    return f"文件 {path.name} 已损坏或不是有效的 Excel 文件。请在 Excel 中打开并另存为 XLSX 或 CSV 后再导入。"


def _cell(value: Any) -> str:
    """Return a cell as the text that the same value would have in a CSV file."""
    if isinstance(value, str):
        return " ".join(value.split()) if "\n" in value or "\r" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _clock(value)
    return "" if value is None else str(value)


def _clock(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _parquet_rows(path: Path) -> Iterator[Row]:
    con = duckdb.connect(config={"memory_limit": "512MB", "threads": 1})
    try:
        con.execute("SET TimeZone = 'UTC'")
        columns = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
        names = [str(column[0]) for column in columns]
        yield 0, names
        chosen = ", ".join(f"cast({_quoted(name)} AS VARCHAR)" for name in names)
        con.execute(f"SELECT {chosen} FROM read_parquet(?)", [str(path)])
        number = 0
        while block := con.fetchmany(20_000):
            for row in block:
                number += 1
                yield number, ["" if value is None else _one_line(value) for value in row]
    except duckdb.Error as error:
        raise ReadError(f"文件 {path.name} 已损坏或不是有效的 Parquet 文件。请重新导出后再导入。") from error
    finally:
        con.close()


def _one_line(value: str) -> str:
    return " ".join(value.split()) if "\n" in value or "\r" in value else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---- header --------------------------------------------------------------------------------------


def find_header(rows: list[list[str]], spec: SourceSpec, wanted: frozenset[str]) -> Header:
    """Find title rows and header rows: as named, else where all wanted columns are, else by their look."""
    if spec.header_rows == 0:
        start = spec.title_rows or 0
        width = max((len(row) for row in rows[start:]), default=0)
        return Header(tuple(f"列{number}" for number in range(1, width + 1)), start, 0)
    starts = [spec.title_rows] if spec.title_rows is not None else range(min(20, len(rows)))
    depths = [spec.header_rows] if spec.header_rows is not None else [1, 2]
    for start in starts:
        for depth in depths:
            header = Header(_names(rows[start : start + depth]), start, depth)
            if wanted and find_columns(wanted, header.names)[1] == []:
                return header
    start = spec.title_rows if spec.title_rows is not None else _likely_start(rows)
    depth = spec.header_rows if spec.header_rows is not None else 1 + _is_two_level(rows, start)
    return Header(_names(rows[start : start + depth]), start, depth)


def find_columns(wanted: frozenset[str], names: tuple[str, ...]) -> tuple[dict[str, int], list[str]]:
    """Return where each wanted column is, and those that are absent; case and spaces do not matter."""
    exact = {name: index for index, name in reversed(list(enumerate(names)))}
    loose = {plain(name): index for index, name in reversed(list(enumerate(names)))}
    places, absent = {}, []
    for column in sorted(wanted):
        index = exact.get(column, loose.get(plain(column)))
        if index is None:
            absent.append(column)
        else:
            places[column] = index
    return places, absent


def plain(name: str) -> str:
    """Return a column name without case and blanks, for comparing."""
    return re.sub(r"[\s\u3000\ufeff]+", "", name).casefold()


def _filled(row: list[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _likely_start(rows: list[list[str]]) -> int:
    most = max((_filled(row) for row in rows), default=0)
    for index, row in enumerate(rows):
        filled = _filled(row)
        if filled and (filled >= 0.6 * most or (filled >= 2 and _is_two_level(rows, index))):
            return index
    return 0


def _is_two_level(rows: list[list[str]], start: int) -> bool:
    """Return whether the row below the header holds second-level labels under merged cells."""
    if start + 1 >= len(rows):
        return False
    upper, lower = rows[start], rows[start + 1]
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    pairs = list(zip(upper, lower, strict=True))
    gaps = [low.strip() for up, low in pairs if not up.strip() and low.strip()]
    labels = [low.strip() for low in lower if low.strip()]
    if len(gaps) < 2 or not upper[0].strip() or any(re.search(r"\d", label) for label in labels):
        return False
    return len(labels) > len(set(labels)) or any(up.strip() and not low.strip() for up, low in pairs)


def _names(rows: list[list[str]]) -> tuple[str, ...]:
    """Return column names, joining the levels of a merged header with a slash."""
    if not rows:
        return ()
    width = max(len(row) for row in rows)
    levels = [
        [" ".join(cell.replace("\ufeff", "").split()) for cell in row + [""] * (width - len(row))] for row in rows
    ]
    while width and not any(level[width - 1] for level in levels):
        width -= 1
    levels[:-1] = [_carried(level[:width]) for level in levels[:-1]]
    seen: dict[str, int] = {}
    names = []
    for index in range(width):
        parts = dict.fromkeys(level[index] for level in levels if level[index])
        name = "/".join(parts) or f"列{index + 1}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return tuple(names)


def _carried(level: list[str]) -> list[str]:
    """Fill a merged cell's text over the empty cells to its right."""
    filled, last = [], ""
    for cell in level:
        last = cell or last
        filled.append(last)
    return filled


# ---- data rows -----------------------------------------------------------------------------------


def is_footer(row: list[str], width: int) -> bool:
    """Return whether a row is a remark below the table: text in one cell only, of a known kind."""
    filled = [cell for cell in row if cell.strip()]
    return width >= 3 and len(filled) == 1 and bool(row[0].strip()) and bool(_FOOTER.match(filled[0]))
