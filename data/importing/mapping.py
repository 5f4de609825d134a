"""A mapping: the TOML text that says how the columns of one source become the fields of one table, read and checked."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data.importing.fields import (
    ALERT_GROUPS,
    BEAT_KINDS,
    BOUNDARIES,
    CASE_GROUPS,
    HASHED_KINDS,
    STATION_KINDS,
    TARGETS,
    Table,
)
from data.snapshots import StoreError

PRECISIONS = ("minute", "hour", "day", "month")
COORDINATE_SYSTEMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
FILE_FORMATS = ("csv", "xlsx", "xls", "parquet")
NAMED_TIME_FORMATS = ("iso", "roc", "excel", "epoch", "epoch_ms")
CLOCK_FORMATS = ("auto", "hmm", "hour")
TOP_KEYS = (
    "name",
    "version",
    "description",
    "table",
    "zone",
    "source_zone",
    "coord_sys",
    "precision",
    "repeats",
    "case_source",
    "drop",
    "hash",
    "source",
    "fields",
    "register",
    "unpivot",
)
SOURCE_KEYS = (
    "name",
    "format",
    "encoding",
    "delimiter",
    "quote",
    "sheet",
    "title_rows",
    "header_rows",
    "footer_rows",
    "subtotal",
    "missing",
    "fill_down",
    "short_rows",
    "last_line",
)
FIELD_KEYS = (
    "column",
    "format",
    "time_column",
    "time_format",
    "hours_column",
    "after",
    "midnight_minutes",
    "translate",
    "otherwise",
    "constant",
    "default",
    "prefix",
    "pad",
    "strip_zeros",
    "scale",
    "order",
    "yes",
    "no",
    "unreadable",
    "optional",
)
# What a mapping of outlines can say; everything else belongs to tables of rows.
BOUNDARY_KEYS = ("name", "version", "description", "table", "coord_sys", "drop", "fields", "register")
BOUNDARY_FIELD_KEYS = ("column", "constant", "default", "translate", "otherwise", "prefix", "pad", "strip_zeros")
BOUNDARY_REGISTER_KEYS = ("stations", "kind")
REGISTER_KEYS = ("stations", "beats", "categories", "kind", "beat_kind", "group", "groups")


class MappingError(StoreError):
    """A mapping that cannot be used; the message names the file, the key and the way out."""


@dataclass(frozen=True)
class SourceSpec:
    """How to open the file; None means: detect."""

    name: str
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    sheet: str | None = None
    title_rows: int | None = None
    header_rows: int | None = None
    footer_rows: int = 0
    subtotal: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    short_rows: str = "reject"
    last_line: str = "check"


@dataclass(frozen=True)
class FieldMap:
    """How one field is filled: from columns (first that has a value), or with a constant."""

    name: str
    columns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    time_column: str | None = None
    time_format: str = "auto"
    hours_column: str | None = None
    after: str | None = None
    midnight_minutes: int = 600
    translate: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    constant: str | None = None
    default: str | None = None
    prefix: str = ""
    pad: int = 0
    strip_zeros: bool = False
    scale: float = 1.0
    order: str | None = None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    unreadable: str = "reject"
    optional: bool = False

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Return every source column that this field reads."""
        more = [column for column in (self.time_column, self.hours_column) if column]
        return (*self.columns, *more)


@dataclass(frozen=True)
class Register:
    """Which unknown codes become rows of the code lists, for sources that bring no lists."""

    stations: bool = False
    beats: bool = False
    categories: bool = False
    kind: str | None = None
    beat_kind: str | None = None
    group: str | None = None
    groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SourceMapping:
    """A whole mapping; `parts` has more than one entry when a wide table is unpivoted."""

    name: str
    version: str
    table: Table
    zone: str
    source_zone: str | None
    coord_sys: str | None
    precision: str | None
    repeats: str
    case_source: str
    drop: tuple[str, ...]
    hash: tuple[str, ...]
    source: SourceSpec
    parts: tuple[dict[str, FieldMap], ...]
    register: Register
    text: str = field(repr=False)
    sha256: str

    @property
    def fields(self) -> dict[str, FieldMap]:
        """Return the fields of the first part; all parts fill the same fields."""
        return self.parts[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every source column that is read, each once, in order."""
        seen = [column for part in self.parts for item in part.values() for column in item.all_columns]
        return tuple(dict.fromkeys(seen))

    @property
    def optional_columns(self) -> frozenset[str]:
        """Return the columns that a file may lack."""
        needed = {c for part in self.parts for item in part.values() if not item.optional for c in item.all_columns}
        return frozenset(set(self.columns) - needed)

    def has_id(self) -> bool:
        """Return whether rows of an event table carry an id."""
        return "id" in self.fields


def load(path: Path) -> SourceMapping:
    """Read and check a mapping file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MappingError(
            f"没有映射文件 {path}。请检查路径，或用 python -m data map 文件 -o {path} 生成一份。"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"映射文件 {path} 无法读取：须为 UTF-8 文本。") from error
    return parse(text, str(path), default_name=path.stem)


def parse(text: str, where: str = "映射", default_name: str = "mapping") -> SourceMapping:
    """Read and check a mapping text; `where` names it in messages."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{where} 不是有效的 TOML：{_toml_place(str(error))}。") from error
    try:
        return _build(content, text, default_name)
    except MappingError as error:
        raise MappingError(f"{where}：{error}") from None


def _toml_place(message: str) -> str:
    found = re.search(r"line (\d+), column (\d+)", message)
    return f"第 {found.group(1)} 行第 {found.group(2)} 列附近的写法有误" if found else "文件末尾的写法不完整"


def _build(content: dict[str, Any], text: str, default_name: str) -> SourceMapping:
    _known(content, TOP_KEYS, "")
    table_name = _one_of(content, "table", tuple(TARGETS), required=True)
    table = TARGETS[str(table_name)]
    if table is BOUNDARIES:
        _check_boundaries(content)
    name = _text(content, "name") or default_name
    source = _source(_section(content, "source"), name)
    base = _fields(_section(content, "fields"), table, "fields")
    mapping = SourceMapping(
        name=name,
        version=str(content.get("version", "1")),
        table=table,
        zone=_zone(content, "zone") or "Asia/Shanghai",
        source_zone=_zone(content, "source_zone"),
        coord_sys=_one_of(content, "coord_sys", COORDINATE_SYSTEMS),
        precision=_one_of(content, "precision", PRECISIONS),
        repeats=_one_of(content, "repeats", ("last", "keep")) or "last",
        case_source=_text(content, "case_source") or source.name,
        drop=_texts(content, "drop"),
        hash=_texts(content, "hash"),
        source=source,
        parts=_parts(content, base, table),
        register=_register(_section(content, "register"), table),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    _check_whole(mapping)
    return mapping


def _parts(content: dict[str, Any], base: dict[str, FieldMap], table: Table) -> tuple[dict[str, FieldMap], ...]:
    entries = content.get("unpivot", [])
    if not isinstance(entries, list):
        raise MappingError("unpivot 须写成 [[unpivot]]，每段给出一组列。")
    if not entries:
        return (base,)
    parts = tuple(base | _fields(_a_table(e, "unpivot"), table, f"unpivot 第 {i} 段") for i, e in enumerate(entries, 1))
    if any(set(part) != set(parts[0]) for part in parts):
        raise MappingError("各段 [[unpivot]] 须给出相同的字段。")
    return parts


def _source(content: dict[str, Any], name: str) -> SourceSpec:
    _known(content, SOURCE_KEYS, "source")
    delimiter = _text(content, "delimiter", "source")
    if delimiter is not None and len(delimiter) != 1:
        raise MappingError(f'source.delimiter 须为一个字符，现为「{delimiter}」（制表符写作 "\\t"）。')
    quote = _text(content, "quote", "source")
    subtotal = _texts(content, "subtotal", "source") if "subtotal" in content else None
    return SourceSpec(
        name=_text(content, "name", "source") or name,
        format=_one_of(content, "format", FILE_FORMATS, "source"),
        encoding=_text(content, "encoding", "source"),
        delimiter=delimiter,
        quote='"' if quote is None else quote[:1],
        sheet=_text(content, "sheet", "source"),
        title_rows=_count(content, "title_rows", "source"),
        header_rows=_count(content, "header_rows", "source"),
        footer_rows=_count(content, "footer_rows", "source") or 0,
        subtotal=subtotal,
        missing=_texts(content, "missing", "source"),
        fill_down=_texts(content, "fill_down", "source"),
        short_rows=_one_of(content, "short_rows", ("reject", "pad"), "source") or "reject",
        last_line=_one_of(content, "last_line", ("check", "complete"), "source") or "check",
    )


def _fields(content: dict[str, Any], table: Table, where: str) -> dict[str, FieldMap]:
    found = {}
    for name, entry in content.items():
        if name not in table.fields:
            raise MappingError(
                f"{where}.{name}：表 {table.name} 没有名为 {name} 的字段{_hint(name, table.fields)}"
                f"可用的字段：{'、'.join(table.fields)}。"
            )
        found[name] = _field_map(name, entry, f"{where}.{name}", table)
    return found


def _field_map(name: str, entry: Any, where: str, table: Table) -> FieldMap:
    if isinstance(entry, str):
        entry = {"column": entry}
    content = _a_table(entry, where)
    _known(content, FIELD_KEYS, where)
    translate = _a_table(content.get("translate", {}), f"{where}.translate")
    constant = content.get("constant")
    item = FieldMap(
        name=name,
        columns=_texts(content, "column", where),
        formats=_texts(content, "format", where),
        time_column=_text(content, "time_column", where),
        time_format=_clock_format(content, where),
        hours_column=_text(content, "hours_column", where),
        after=_text(content, "after", where),
        midnight_minutes=_count(content, "midnight_minutes", where) or 600,
        translate=tuple((str(key), _plain(value)) for key, value in translate.items()),
        otherwise=_text(content, "otherwise", where),
        constant=None if constant is None else _plain(constant),
        default=None if content.get("default") is None else _plain(content["default"]),
        prefix=_text(content, "prefix", where) or "",
        pad=_count(content, "pad", where) or 0,
        strip_zeros=bool(content.get("strip_zeros", False)),
        scale=float(content.get("scale", 1.0)),
        order=_one_of(content, "order", ("lat,lon", "lon,lat"), where),
        yes=_texts(content, "yes", where),
        no=_texts(content, "no", where),
        unreadable=_one_of(content, "unreadable", ("reject", "empty"), where) or "reject",
        optional=bool(content.get("optional", False)),
    )
    _check_field(item, where, table)
    return item


def _check_field(item: FieldMap, where: str, table: Table) -> None:
    kind = table.fields[item.name].kind
    if not item.columns and item.constant is None:
        raise MappingError(f"{where} 须给出 column（来源列）或 constant（固定值）。")
    if item.columns and item.constant is not None:
        raise MappingError(f"{where} 的 column 与 constant 只能写一个；缺值时的取值请用 default。")
    if item.formats and kind not in ("time", "month", "day", "point"):
        raise MappingError(f"{where}.format 只用于时间字段。")
    for form in item.formats if kind != "point" else ():
        if "%" not in form and form not in NAMED_TIME_FORMATS:
            raise MappingError(
                f"{where}.format 的「{form}」不认识{_hint(form, NAMED_TIME_FORMATS)}"
                f"可写 {'、'.join(NAMED_TIME_FORMATS)}，或 %Y-%m-%d %H:%M 这样的格式。"
            )
    if kind in HASHED_KINDS and (item.translate or item.constant is not None or item.default is not None):
        raise MappingError(f"{where} 是散列字段，只能写 column。")


def _clock_format(content: dict[str, Any], where: str) -> str:
    written = _text(content, "time_format", where) or "auto"
    known = {"%H%M": "hmm", "%H": "hour", "%H:%M": "auto", "%H:%M:%S": "auto", "%I:%M %p": "auto"}
    written = known.get(written, written)
    if written not in CLOCK_FORMATS:
        raise MappingError(
            f"{where}.time_format 的「{written}」不认识{_hint(written, CLOCK_FORMATS)}"
            "可写 auto（7:30、07:30:15、下午3:05）、hmm（730、0730）或 hour（7）。"
        )
    return written


def _register(content: dict[str, Any], table: Table) -> Register:
    _known(content, REGISTER_KEYS, "register")
    groups = CASE_GROUPS if table.name == "cases" else ALERT_GROUPS
    by_value = _a_table(content.get("groups", {}), "register.groups")
    for value, group in by_value.items():
        if group not in groups:
            raise MappingError(f"register.groups.{value} 的「{group}」不在可选值中：{'、'.join(groups)}。")
    return Register(
        stations=bool(content.get("stations", False)),
        beats=bool(content.get("beats", False)),
        categories=bool(content.get("categories", False)),
        kind=_one_of(content, "kind", STATION_KINDS, "register"),
        beat_kind=_one_of(content, "beat_kind", BEAT_KINDS, "register"),
        group=_one_of(content, "group", groups, "register"),
        groups=tuple((str(value), str(group)) for value, group in by_value.items()),
    )


def _check_whole(mapping: SourceMapping) -> None:
    table, fields = mapping.table, mapping.fields
    missing = [
        f"{item.name}（{item.label}）" for item in table.fields.values() if item.required and item.name not in fields
    ]
    if missing:
        raise MappingError(f"表 {table.name} 的必填字段没有映射：{'、'.join(missing)}。请在 [fields] 中补上。")
    if table.times and not any(name in fields for name in table.times):
        raise MappingError(f"表 {table.name} 至少要映射一个时间字段：{'、'.join(table.times)}。")
    located = [name for name in ("lon", "lat", "point") if name in fields]
    if located and mapping.coord_sys is None:
        raise MappingError(
            f"映射了坐标（{'、'.join(located)}），必须写明 coord_sys：{'、'.join(COORDINATE_SYSTEMS)} 之一。"
            "国内地图平台导出的多为 gcj02（偏移数百米），请向数据提供方核实。"
        )
    if ("lon" in fields) != ("lat" in fields):
        raise MappingError("lon 和 lat 须同时映射。")
    for item in fields.values():
        _check_after(item, mapping)
    hashed = {c for item in fields.values() if table.fields[item.name].kind in HASHED_KINDS for c in item.columns}
    for column in mapping.hash:
        if column not in hashed:
            raise MappingError(f"hash 中的列「{column}」没有对应到散列字段（id、parent_id、case_id、caller）。")
    both = [column for column in mapping.drop if column in mapping.columns]
    if both:
        raise MappingError(f"列「{both[0]}」既在 drop 中又被映射，请只留一处。")


def _check_boundaries(content: dict[str, Any]) -> None:
    """Check what holds for outlines only: fewer keys, and a coordinate system in any case."""
    _known(content, BOUNDARY_KEYS, "")
    _known(_section(content, "register"), BOUNDARY_REGISTER_KEYS, "register")
    for name, entry in _section(content, "fields").items():
        if isinstance(entry, dict):
            _known(entry, BOUNDARY_FIELD_KEYS, f"fields.{name}")
    if content.get("coord_sys") is None:
        raise MappingError(
            f"辖区边界必须写明 coord_sys：{'、'.join(COORDINATE_SYSTEMS)} 之一。"
            "国内地图平台导出的多为 gcj02（偏移数百米），请向数据提供方核实。"
        )


def _check_after(item: FieldMap, mapping: SourceMapping) -> None:
    if item.after is None:
        return
    other = mapping.fields.get(item.after)
    if other is None or mapping.table.fields[item.after].kind != "time" or other.after or item.after == item.name:
        times = [n for n, f in mapping.fields.items() if mapping.table.fields[n].kind == "time" and not f.after]
        raise MappingError(
            f"fields.{item.name}.after 的「{item.after}」须是另一个已映射、本身没有 after 的时间字段"
            f"{_hint(item.after, times)}"
        )


def without_columns(mapping: SourceMapping, absent: frozenset[str]) -> SourceMapping:
    """Return the mapping without the optional fields whose columns a file lacks."""
    if not absent:
        return mapping
    parts = tuple(
        {name: item for name, item in part.items() if not absent & set(item.all_columns)} for part in mapping.parts
    )
    return replace(mapping, parts=parts)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one most likely means."""
    by_fold = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.5)
    return by_fold[found[0]] if found else None


def _hint(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known)
    return f"，是否要写 {close}？" if close else "。"


def _known(content: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in content:
        if key not in keys:
            full = f"{where}.{key}" if where else key
            raise MappingError(f"没有名为 {full} 的项{_hint(key, keys)}可用的项：{'、'.join(keys)}。")


def _section(content: dict[str, Any], key: str) -> dict[str, Any]:
    return _a_table(content.get(key, {}), key)


def _a_table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MappingError(f"{where} 须是一组「项 = 值」，现为「{value}」。")
    return value


def _text(content: dict[str, Any], key: str, where: str = "") -> str | None:
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise MappingError(f"{_full(where, key)} 须是文字（加引号），现为「{value}」。")
    return value


def _texts(content: dict[str, Any], key: str, where: str = "") -> tuple[str, ...]:
    value = content.get(key, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise MappingError(f'{_full(where, key)} 须是文字或文字列表，如 ["甲", "乙"]。')
    return tuple(values)


def _count(content: dict[str, Any], key: str, where: str) -> int | None:
    value = content.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise MappingError(f"{_full(where, key)} 须是不小于 0 的整数，现为「{value}」。")
    return value


def _one_of(
    content: dict[str, Any], key: str, choices: tuple[str, ...], where: str = "", required: bool = False
) -> str | None:
    value = content.get(key)
    if value is None:
        if required:
            raise MappingError(f"缺少 {_full(where, key)}。可选值：{'、'.join(choices)}。")
        return None
    if value not in choices:
        raise MappingError(
            f"{_full(where, key)} 的「{value}」不在可选值中{_hint(str(value), choices)}可选值：{'、'.join(choices)}。"
        )
    return str(value)


def _zone(content: dict[str, Any], key: str) -> str | None:
    value = _text(content, key)
    if value is None:
        return None
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise MappingError(f"{key} 的「{value}」不是时区名。请写 Asia/Shanghai、America/Chicago 这样的名称。") from None
    return value


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _full(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
