"""The one pass over a source: counts every row, hashes identifiers, and writes only the mapped columns to a plain CSV.

Columns that the mapping does not use never leave this pass; neither do the identifiers in the clear.
"""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.importing.detecting import ReadError
from data.importing.expressions import MISSING
from data.importing.fields import HASHED_KINDS, TEXT_KINDS
from data.importing.keys import caller_hasher, id_hasher
from data.importing.mapping import FieldMap, SourceMapping, nearest, without_columns
from data.importing.personal import Suspicion, examine
from data.importing.reading import SUBTOTALS, Opened, Row, Tally, find_columns, is_footer, open_source
from data.importing.report import ImportRefused

SAMPLE_ROWS = 2000
_REPORT_EVERY = 20_000
_SHAPE = str.maketrans("0123456789", "9" * 10)

Progress = Callable[[str, float], None]
_Reject = Callable[[tuple[int, str, str, str]], object]
# Where a cell stands in the row, and the hash it goes through, if any.
_Cell = tuple[int, Callable[[str], str] | None]


@dataclass
class Extract:
    """What the pass produced: a headerless CSV of row number and columns, and the rows it had to reject."""

    path: Path
    rejects: Path
    mapping: SourceMapping
    columns: tuple[str, ...]
    names: tuple[str, ...]
    is_sheet: bool
    tally: Tally
    rows: int = 0
    bad_rows: int = 0
    warnings: list[str] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()


def extract(path: Path, mapping: SourceMapping, key: bytes, folder: Path, progress: Progress) -> Extract:
    """Read a source file with a mapping; raises a refusal when columns are absent or personal, or the file is cut."""
    needed = frozenset(mapping.columns) - mapping.optional_columns
    opened = open_source(path, mapping.source, needed)
    names = opened.header.names
    mapping = fitted(path, mapping, names)
    places, _ = find_columns(frozenset(mapping.columns), names)
    sample = list(itertools.islice(opened.rows, SAMPLE_ROWS))
    hidden = check_personal(mapping, names, [row for _, row in sample])
    opened.rows = itertools.chain(sample, opened.rows)
    result = Extract(
        folder / "rows.csv",
        folder / "bad_rows.csv",
        mapping,
        columns=tuple(places),
        names=names,
        is_sheet=opened.shape.format != "csv",
        tally=opened.tally,
        unused=unused(mapping, names),
        dropped=present(mapping.drop, names),
        hidden=hidden,
    )
    _write(path, opened, result, key, places, progress)
    return result


def fitted(path: Path, mapping: SourceMapping, names: tuple[str, ...]) -> SourceMapping:
    """Check that the mapped columns are there; optional ones may be absent."""
    _, absent = find_columns(frozenset(mapping.columns), names)
    lacking = [column for column in absent if column not in mapping.optional_columns]
    if not lacking:
        return without_columns(mapping, frozenset(absent))
    guesses = [
        f"「{column}」" + (f"（是否为「{near}」？）" if (near := nearest(column, names)) else "") for column in lacking
    ]
    have = "、".join(names[:40]) + (f" 等 {len(names)} 列" if len(names) > 40 else "")
    raise ImportRefused(
        f"映射 {mapping.name} 与文件 {path.name} 不符：文件中没有列 {'、'.join(guesses)}。文件现有的列：{have}。"
        "请换用正确的映射，或修改映射中的列名。未发布任何数据。"
    )


def present(columns: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of a file that a list of columns names, as the file writes them."""
    places, _ = find_columns(frozenset(columns), names)
    return tuple(names[index] for index in sorted(places.values()))


def unused(mapping: SourceMapping, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of a file that the mapping neither reads nor drops."""
    used = {*present(mapping.columns, names), *present(mapping.drop, names)}
    return tuple(name for name in names if name not in used)


# ---- personal data -------------------------------------------------------------------------------


def check_personal(mapping: SourceMapping, names: tuple[str, ...], rows: list[list[str]]) -> frozenset[str]:
    """Refuse columns that look personal unless they are dropped, hashed, or kept only as numbers, times or choices.

    Returns the mapped columns that look personal all the same; their values are never shown.
    """
    places, _ = find_columns(frozenset(mapping.columns), names)
    wanted = {index: column for column, index in places.items()}
    users = _users(mapping, wanted)
    dropped = set(present(mapping.drop, names))
    found, hidden = [], set()
    for index, name in enumerate(names):
        if name in dropped:
            continue
        kinds = users.get(index, set())
        values = [row[index] for row in rows if index < len(row)]
        suspicion = examine(name, values, is_title=kinds == {"title"})
        if suspicion and kinds and not kinds & set(TEXT_KINDS):
            hidden.add(wanted[index])
        elif suspicion:
            found.append((suspicion, bool(kinds)))
    if found:
        raise ImportRefused(_personal_message(mapping, found))
    return frozenset(hidden)


def _users(mapping: SourceMapping, columns: dict[int, str]) -> dict[int, set[str]]:
    """Return the kinds of the fields that each column fills; one translated to closed values counts as a choice."""
    users: dict[int, set[str]] = {}
    for index, column in columns.items():
        kinds = set()
        for part in mapping.parts:
            for item in part.values():
                if column in item.all_columns:
                    closed = item.translate and item.otherwise is not None
                    kinds.add("choice" if closed else mapping.table.fields[item.name].kind)
        users[index] = kinds
    return users


def _personal_message(mapping: SourceMapping, found: list[tuple[Suspicion, bool]]) -> str:
    mapped = [one for one, is_mapped in found if is_mapped]
    others = [one for one, is_mapped in found if not is_mapped]
    parts = [f"映射 {mapping.name}：以下列看起来含有个人信息或自由文字，不能入库："]
    parts.append("、".join(f"「{one.column}」（{one.label}）" for one, _ in found) + "。")
    if others:
        listed = ", ".join(f'"{one.column}"' for one in others)
        parts.append(f"请在映射中写 drop = [{listed}] 明确舍弃（可加到已有的 drop 中）。")
    if mapped:
        named = "、".join(f"「{one.column}」" for one in mapped)
        parts.append(
            f"已映射的列 {named} 请从 [fields] 中去掉并写入 drop；编号、电话可改为映射到 id、caller 等散列字段。"
        )
    parts.append("未发布任何数据。")
    return "".join(parts)


# ---- the pass ------------------------------------------------------------------------------------


def _write(path: Path, opened: Opened, result: Extract, key: bytes, places: dict[str, int], progress: Progress) -> None:
    cells = _cells(result.mapping, places, key)
    with (
        result.path.open("w", encoding="utf-8", newline="") as good,
        result.rejects.open("w", encoding="utf-8", newline="") as bad,
    ):
        writer, rejecter = csv.writer(good), csv.writer(bad)
        rows = _sound_rows(path, opened, result, rejecter.writerow, places)
        kept = _without_footer(rows, result.mapping.source.footer_rows, result.tally)
        while block := list(itertools.islice(kept, _REPORT_EVERY)):
            writer.writerows(_picked(block, cells))
            result.rows += len(block)
            progress("读取", opened.tally.fraction())
    if not result.rows and not result.bad_rows:
        raise ReadError(f"文件 {path.name} 只有表头，没有数据行。请检查导出条件。未发布任何数据。")
    progress("读取", 1.0)


def _picked(rows: list[Row], cells: list[_Cell]) -> Iterator[list[str]]:
    """Give line number, clear cells without blanks around them, and hashed cells of each row."""
    clear = [index for index, change in cells if change is None]
    hashed = [(index, change) for index, change in cells if change is not None]
    for number, row in rows:
        picked = [str(number)]
        picked += [row[index].strip() for index in clear]
        picked += [change(row[index]) for index, change in hashed]
        yield picked


def output_columns(mapping: SourceMapping, places: tuple[str, ...]) -> list[str]:
    """Return what each column of the extract holds: a source column, or 「field (hash)」."""
    clear = [column for column in places if _is_clear(mapping, column)]
    return clear + [f"{item.name} (hash)" for item in _hashed(mapping)]


def _is_clear(mapping: SourceMapping, column: str) -> bool:
    """Return whether a column is read by a field that is not hashed."""
    return any(
        column in item.all_columns and mapping.table.fields[item.name].kind not in HASHED_KINDS
        for part in mapping.parts
        for item in part.values()
    )


def _hashed(mapping: SourceMapping) -> list[FieldMap]:
    return [item for item in mapping.fields.values() if mapping.table.fields[item.name].kind in HASHED_KINDS]


def _cells(mapping: SourceMapping, places: dict[str, int], key: bytes) -> list[_Cell]:
    cells: list[_Cell] = [(index, None) for column, index in places.items() if _is_clear(mapping, column)]
    missing = frozenset((*MISSING, *mapping.source.missing))
    for item in _hashed(mapping):
        index = places[item.columns[0]]
        if mapping.table.fields[item.name].kind == "caller":
            cells.append((index, caller_hasher(key, missing)))
        else:
            # A case id in an alert must equal the id of that case in its own source.
            is_case = mapping.table.name == "alerts" and item.name == "case_id"
            source = mapping.case_source if is_case else mapping.source.name
            cells.append((index, id_hasher(key, source, "cases" if is_case else mapping.table.name, missing)))
    return cells


def _without_footer(rows: Iterator[Row], count: int, tally: Tally) -> Iterator[Row]:
    """Hold back the last rows that the mapping names as footer."""
    if not count:
        yield from rows
        return
    held: deque[Row] = deque()
    for row in rows:
        held.append(row)
        if len(held) > count:
            yield held.popleft()
    tally.footer += len(held)


def _sound_rows(path: Path, opened: Opened, result: Extract, reject: _Reject, places: dict[str, int]) -> Iterator[Row]:
    """Give the data rows; blank, sub-total and footer rows are counted and left out, merged cells filled down."""
    spec, tally = result.mapping.source, opened.tally
    width = len(opened.header.names)
    subtotals = SUBTOTALS if spec.subtotal is None else frozenset(spec.subtotal)
    # Markers that the mapping names may stand anywhere; the usual ones only where the row's label is.
    looked = slice(None) if spec.subtotal is not None else slice(3)
    fill = [places[column] if column in places else _place(column, opened) for column in spec.fill_down]
    last = [""] * width
    ending = _Ending(opened)
    for number, row in _fitting_rows(path, opened, result, reject):
        if not row[0].strip() and not "".join(row).strip():
            tally.blank += 1
            continue
        for index in fill:
            row[index] = last[index] = row[index].strip() or last[index]
        if not subtotals.isdisjoint(map(str.strip, row[looked]) if result.is_sheet else row[looked]):
            tally.subtotal += 1
        elif not row[-1] and is_footer(row, width):
            tally.footer += 1
        else:
            if ending.watching:
                ending.see(row)
            yield number, row
    ending.check(path, result)


def _fitting_rows(path: Path, opened: Opened, result: Extract, reject: _Reject) -> Iterator[Row]:
    """Give rows of the header's width; a short row at the very end means that the file was cut."""
    width = len(opened.header.names)
    pad = result.is_sheet or result.mapping.source.short_rows == "pad"
    short: Row | None = None
    for number, row in opened.rows:
        if short is not None and row:
            _reject_width(short, width, result, reject)
            short = None
        if len(row) == width:
            yield number, row
            continue
        fitted = _fit(row, width, pad)
        if fitted is not None:
            yield number, fitted
        elif is_footer(row, width):
            opened.tally.footer += 1
        elif len(row) < width:
            short = (number, row)
        else:
            _reject_width((number, row), width, result, reject)
    if short is not None:
        raise ReadError(_cut(path, short, width))


def _place(column: str, opened: Opened) -> int:
    places, absent = find_columns(frozenset([column]), opened.header.names)
    if absent:
        raise ImportRefused(f"映射 source.fill_down 中的列「{column}」在文件中不存在。")
    return places[column]


def _fit(row: list[str], width: int, pad: bool) -> list[str] | None:
    """Bring a row to the header's width when only empty cells differ; blank lines count as fitting."""
    if len(row) > width:
        return None if any(cell.strip() for cell in row[width:]) else row[:width]
    if pad or not any(row):
        return row + [""] * (width - len(row))
    return None


def _reject_width(row: Row, width: int, result: Extract, reject: Callable[[tuple[int, str, str, str]], object]) -> None:
    number, cells = row
    what = "少于" if len(cells) < width else "多于"
    reject((number, "（整行）", f"{len(cells)} 列", f"列数{what}表头（表头 {width} 列）"))
    result.bad_rows += 1


def _cut(path: Path, row: Row, width: int) -> str:
    return (
        f"文件 {path.name} 的最后一行（第 {row[0]} 行）不完整：只有 {len(row[1])} 列，表头有 {width} 列，"
        "文件可能被截断，请重新导出后再导入。若该行是表尾说明，请在映射 [source] 中写 footer_rows = 1 与 "
        'short_rows = "pad"。未发布任何数据。'
    )


class _Ending:
    """Judges whether the last line of a text without a final line end was cut inside its last cell."""

    def __init__(self, opened: Opened) -> None:
        self.watching = opened.shape.ends_open
        self.shapes: set[str] = set()
        self.last = ""
        self.rows = 0

    def see(self, row: list[str]) -> None:
        """Remember the shape of the last cell of the row before."""
        if self.rows and len(self.shapes) < 50_000:
            self.shapes.add(_shape(self.last))
        self.last = row[-1]
        self.rows += 1

    def check(self, path: Path, result: Extract) -> None:
        """Refuse a file whose last cell is like no other; warn of the rest."""
        if not self.watching or self.rows < 2 or result.mapping.source.last_line == "complete":
            return
        if _shape(self.last) not in self.shapes:
            raise ReadError(
                f"文件 {path.name} 的最后一行没有换行符，最后一格的值也与其他行不同，文件可能在行中间被截断。"
                '请重新导出；若确认文件完整，请在映射 [source] 中写 last_line = "complete"。未发布任何数据。'
            )
        result.warnings.append("文件末尾没有换行符，最后一行可能不完整，请核对。")


def _shape(value: str) -> str:
    return value.strip().translate(_SHAPE)
