"""What kind of file this is: format, compression, encoding and delimiter, found by looking at its bytes."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from data.importing.mapping import SourceSpec
from data.snapshots import StoreError

_CHUNK = 1 << 20
_SAMPLE_BYTES = 1 << 18
DELIMITERS = (",", "\t", ";", "|")
GZIP_MAGIC = b"\x1f\x8b"
_FOREIGN = {
    b"%PDF": "PDF 文档",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"SQLite format 3": "SQLite 数据库",
    b"\x7fELF": "程序",
    b"MZ": "程序",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Everyday characters, simplified and traditional: text read in the wrong encoding has hardly any of them.
_COMMON = frozenset(
    "的一是不了在人有我他这這中大来來上国國个個到说說们們为為子和你地出道也时時年得就那要下以生会會自着去之过過家学學对對可她里裡后後小么麼心多天而能好都然没沒日于於起还還发發成事只作当當想看文无無开開手十用主行方又如前所本见見经經头頭面公同三已老从從动動两兩长長"
    "市区區路街号號段巷弄村镇鎮县縣省台北南东東西新安山城警情派所报報类類别別接处處案件分局竊盗盜窃住宅时間间點点地址名称稱编編单單位电話话车車交通刑治纠糾纷紛求助诈詐骗騙机機关關门門口小区社区达達到结結果处理备備注受理立破嫌疑月周星期上午下午经纬緯度值班人员員数數量合计計"
)


class ReadError(StoreError):
    """A source file that cannot be read as a table; the message is plain Chinese."""


@dataclass(frozen=True)
class Shape:
    """How a file has to be opened.

    ends_open: a plain text file whose last line has no line end, so that it may have been cut.
    nulls: NUL characters in a text that is otherwise sound; they are left out.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    compressed: bool = False
    ends_open: bool = False
    nulls: bool = False


def detect(path: Path, spec: SourceSpec) -> Shape:
    """Look at a file and return how to open it; what the mapping names is taken as it is."""
    head = _head(path)
    compressed = head.startswith(GZIP_MAGIC)
    if compressed:
        head = _first_bytes(path)
    if not head.strip(b"\r\n\t \x00\xef\xbb\xbf"):
        raise ReadError(f"文件 {path.name} 是空的，没有可导入的数据。请检查导出是否成功。")
    found = spec.format or _format(head, path)
    if found != "csv":
        if compressed:
            raise ReadError(f"文件 {path.name} 是压缩过的 {found}。请先解压再导入。")
        return Shape(found)
    scan = _scan(path, compressed)
    encoding = _encoding(path, spec, head, scan)
    ends_open = not compressed and not _ends_with_newline(path, encoding)
    delimiter = spec.delimiter or _delimiter(path, compressed, encoding, spec.quote)
    return Shape("csv", encoding, delimiter, compressed, ends_open, scan.nulls > 0)


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def open_bytes(path: Path, compressed: bool) -> IO[bytes]:
    """Open a file for reading, unpacking gzip."""
    return gzip.open(path, "rb") if compressed else path.open("rb")  # type: ignore[return-value]


def cut_message(path: Path) -> str:
    """Return what to say of a compressed file that ends too early."""
    return f"压缩文件 {path.name} 不完整或已损坏（可能在传输中被截断）。请重新获取文件后再导入，未发布任何数据。"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(_SAMPLE_BYTES)
    except IsADirectoryError:
        raise ReadError(f"{path} 是文件夹，不是文件。") from None
    except PermissionError:
        raise ReadError(f"没有读取 {path} 的权限。") from None


def _first_bytes(path: Path) -> bytes:
    """Return the first unpacked bytes of a gzip file, as many as a broken file gives."""
    found = b""
    try:
        with gzip.open(path, "rb") as handle:
            while len(found) < _SAMPLE_BYTES and (chunk := handle.read(4096)):
                found += chunk
    except (EOFError, OSError, zlib.error):
        if not found:
            raise ReadError(cut_message(path)) from None
    return found


def _format(head: bytes, path: Path) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if b"xl/" in head or path.suffix.lower() in (".xlsx", ".xlsm"):
            return "xlsx"
        raise ReadError(f"文件 {path.name} 是 ZIP 压缩包。请先解压，再导入其中的表格文件。")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            raise ReadError(f"文件 {path.name} 是{kind}，不是表格数据。可导入 CSV/TSV、XLSX、XLS、Parquet。")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower().startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise ReadError(f"文件 {path.name} 实为网页或 XML。请在 Excel 中打开并另存为 XLSX 或 CSV 后再导入。")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"FeatureCollection"' in head[:2000]:
        raise ReadError(f'文件 {path.name} 是 GeoJSON。导入派出所辖区边界，映射须写 table = "boundaries"。')
    if path.suffix.lower() in (".xlsx", ".xls", ".parquet") and _looks_binary(head):
        raise ReadError(f"文件 {path.name} 已损坏，无法按 {path.suffix[1:].upper()} 打开。请重新导出。")
    return "csv"


@dataclass
class _Scan:
    """What one pass over the bytes found."""

    size: int = 0
    nulls: int = 0
    controls: int = 0
    utf8: bool = True
    high: bytes = b""


def _scan(path: Path, compressed: bool) -> _Scan:
    """Read the whole file once: is it UTF-8, has it NULs, and the lines with bytes above 127."""
    scan = _Scan()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_bytes(path, compressed) as handle:
            while chunk := handle.read(_CHUNK):
                _scan_chunk(chunk, scan, decoder)
    except (EOFError, OSError, zlib.error) as error:
        if compressed:
            raise ReadError(cut_message(path)) from error
        raise
    return scan


def _scan_chunk(chunk: bytes, scan: _Scan, decoder: codecs.IncrementalDecoder) -> None:
    scan.size += len(chunk)
    scan.nulls += chunk.count(b"\x00")
    scan.controls += len(chunk) - len(chunk.translate(None, bytes(range(1, 9)) + bytes(range(14, 27))))
    if chunk.isascii():
        # An unfinished character before ASCII is an error, too.
        if scan.utf8 and decoder.getstate()[0]:
            scan.utf8 = False
        return
    if len(scan.high) < _SAMPLE_BYTES:
        lines = [line for line in chunk.split(b"\n") if not line.isascii()]
        scan.high += b"\n".join(lines)[:_SAMPLE_BYTES] + b"\n"
    if scan.utf8:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            scan.utf8 = False


def _encoding(path: Path, spec: SourceSpec, head: bytes, scan: _Scan) -> str:
    if spec.encoding is not None:
        return _named_encoding(spec.encoding)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding
    if scan.nulls:
        wide = _utf16(head)
        if wide:
            return wide
        if scan.nulls > 16 and scan.nulls > scan.size / 1000:
            raise ReadError(_binary(path))
    if scan.controls > 16 and scan.controls > scan.size / 200:
        raise ReadError(_binary(path))
    if scan.utf8:
        return "utf-8"
    return _eight_bit(scan.high, path)


def _named_encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise ReadError(f"source.encoding 的「{name}」不认识。可写 utf-8、gbk、gb18030、big5、utf-16。") from None
    return {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}.get(known, known)


def _utf16(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark by where the NULs are; commas and digits always have one."""
    sample = head[: len(head) // 2 * 2]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.2 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.2 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def _eight_bit(high: bytes, path: Path) -> str:
    """Choose between UTF-8 with a few broken places, GB18030, Big5 and Western text."""
    if _mostly_utf8(high):
        return "utf-8"
    lone = Counter(len(run) for run in _high_runs(high))
    total = sum(lone.values())
    scores = {}
    for encoding in ("gb18030", "big5"):
        text = high.decode(encoding, errors="replace")
        wide = [char for char in text if ord(char) > 127]
        broken = sum(char == "\ufffd" for char in wide)
        common = sum(char in _COMMON for char in wide)
        scores[encoding] = (common - 3 * broken) / max(1, len(wide))
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= 0.15:
        return best
    if total and lone[1] / total >= 0.8:
        return "cp1252"
    if _looks_binary(high) or scores[best] < -1:
        raise ReadError(_binary(path))
    return best


def _high_runs(data: bytes) -> Iterator[bytes]:
    run = bytearray()
    for byte in data[:65536]:
        if byte > 127:
            run.append(byte)
        elif run:
            yield bytes(run)
            run.clear()


def _mostly_utf8(high: bytes) -> bool:
    """Return whether nearly all lines are UTF-8: a file glued together or cut inside a character."""
    lines = high.split(b"\n")
    good = 0
    for line in lines:
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            pass
    multibyte = sum(1 for char in high.decode("utf-8", errors="ignore") if ord(char) > 127)
    return good >= 0.9 * len(lines) - 1 and multibyte > 0 and len(lines) > 2


def _looks_binary(data: bytes) -> bool:
    odd = len(data) - len(data.translate(None, bytes(range(9)) + bytes(range(14, 27))))
    return odd > 16 and odd > len(data) / 200


def _binary(path: Path) -> str:
    return f"文件 {path.name} 不是文本，也不是能识别的表格格式。可导入 CSV/TSV、XLSX、XLS、Parquet。"


def _ends_with_newline(path: Path, encoding: str) -> bool:
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - 4))
        tail = handle.read()
    wide = encoding.startswith("utf-16")
    # A trailing NUL pair or Ctrl-Z comes from old exporters and ends a line as well.
    return (tail.rstrip(b"\x00") if wide else tail).endswith((b"\n", b"\r", b"\x1a"))


def _delimiter(path: Path, compressed: bool, encoding: str, quote: str) -> str:
    lines = sample_lines(path, compressed, encoding)
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        widths = _widths(lines, candidate, quote)
        if not widths:
            continue
        width, often = Counter(widths).most_common(1)[0]
        score = (width > 1) * (often / len(widths)) * (1 + min(width, 50) / 50)
        if score > best_score + 1e-9:
            best, best_score = candidate, score
    return best


def sample_lines(path: Path, compressed: bool, encoding: str, most: int = 200) -> list[str]:
    """Return the first lines of a text file, leniently decoded."""
    lines = []
    with open_bytes(path, compressed) as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        for line in text:
            if line.strip():
                lines.append(line.replace("\x00", ""))
            if len(lines) >= most:
                break
    return lines


def _widths(lines: list[str], delimiter: str, quote: str) -> list[int]:
    dialect: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, **dialect))
    except csv.Error:
        return []
    return [len(row) for row in rows]
