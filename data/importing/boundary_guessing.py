"""A first mapping for a GeoJSON file: which property names the station, what is personal, what a person must answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from data.importing import geojson
from data.importing.aliases import ZONES
from data.importing.boundaries import Directory, listed, shown
from data.importing.fields import BOUNDARIES
from data.importing.personal import examine
from data.importing.reading import plain

_CODE_WORDS = r"代码|编码|编号|dm$|bm$|code|^id$|district|precinct"
_TITLE_WORDS = r"名称|派出所|单位|mc$|name|title"
_REGISTER = ("[register]", "stations = true", '# kind = "城区"  # 新建派出所的类别：城区 城郊 农村 海港 厂矿')


def guess(path: Path, stations: Sequence[tuple[str, str]]) -> str:
    """Look at a GeoJSON file and return the text of a mapping for it; stations: (code, name) of the store."""
    source = geojson.read(path)
    values = {name: [one.properties.get(name, "") for one in source.features] for name in source.names}
    known = Directory.of(stations)
    station = _station_property(values, known)
    title = next((name for name in values if name != station and _is_title(name, values[name])), None)
    drop = [s for name in values if name not in (station, title) and (s := examine(name, values[name]))]
    lines = [
        f"# 根据文件 {path.name} 猜出的映射，请核对后使用。各项含义见 docs/importing.md。",
        f"# 检测结果：GeoJSON，{len(source.features):,} 个要素；属性：{'、'.join(source.names) or '无'}",
        f"name = {_quote(re.sub(r'[^0-9A-Za-z一-鿿_-]+', '_', path.name.split('.')[0]) or 'boundaries')}",
        "version = 1",
        f'table = "{BOUNDARIES.name}"  # {BOUNDARIES.label}',
        *_coordinate_lines(source),
        *(["# 看起来含个人信息、地址或自由文字的属性，不入库："] if drop else []),
        *([f"drop = [{', '.join(_quote(one.column) for one in drop)}]"] if drop else []),
        "",
        "[fields]",
        *_field_lines(station, title, values, known),
    ]
    return "\n".join(lines) + "\n"


def _station_property(values: dict[str, list[str]], known: Directory) -> str | None:
    """Return the property whose values are stations of the store, else the one that is called so."""
    sound = {name: texts for name, texts in values.items() if not examine(name, texts, is_title=True) and any(texts)}
    matched = {name: sum(bool(known.find(text)) for text in texts if text) for name, texts in sound.items()}
    best = max(matched, key=lambda name: matched[name], default=None)
    if best is not None and matched[best]:
        return best
    named = (name for pattern in (_CODE_WORDS, _TITLE_WORDS) for name in sound if re.search(pattern, plain(name)))
    return next(named, None)


def _is_title(name: str, texts: list[str]) -> bool:
    words = bool(re.search(_TITLE_WORDS, plain(name))) and not all(text.isdigit() for text in texts)
    return words and any(texts) and not examine(name, texts, is_title=True)


def _coordinate_lines(source: geojson.Collection) -> list[str]:
    points = [point for one in source.features for polygon in one.polygons for point in polygon[0]]
    if points:
        x, y = sorted(x for x, _ in points)[len(points) // 2], sorted(y for _, y in points)[len(points) // 2]
        found = (zone for zone, west, east, south, north in ZONES if west <= x <= east and south <= y <= north)
        if next(found, None) != "Asia/Shanghai":
            return ['coord_sys = "wgs84"  # 坐标在国外，按 WGS84 处理']
    said = [f"# 文件声明 {source.crs}，但导出软件常自动写上，不足为凭。"] if source.crs else []
    return [
        "# 坐标系必须由数据提供方确认后填写：wgs84、cgcs2000、gcj02（高德、腾讯）、bd09（百度）。填错会偏移数百米。",
        *said,
        '# coord_sys = "？"',
    ]


def _field_lines(station: str | None, title: str | None, values: dict[str, list[str]], known: Directory) -> list[str]:
    if station is None:
        return ['# station = "？"  # 派出所代码或名称：必填，未能猜出，请填写属性名']
    texts = list(dict.fromkeys(text for text in values[station] if text))
    lost = [text for text in texts if not known.find(text)]
    lines = [f"station = {_quote(station)}  # {len(texts) - len(lost)} 个值与数据仓中的派出所对应，{len(lost)} 个没有"]
    name = [f"name = {_quote(title)}  # 只用于新建的派出所"] if title else []
    if not known.codes:
        return [
            *lines,
            *name,
            "",
            "# 数据仓还没有派出所，按本文件新建；已有单位代码表的请先导入，再删去本段。",
            *_REGISTER,
        ]
    if not lost:
        return lines
    named = listed([shown(text) for text in lost])
    offered = [f"# {line}" for line in (*name, "", *_REGISTER) if line]
    return [*lines, f"# 没有对应的值：{named}。请用 translate 对应到单位代码；确属新单位的启用以下各行：", *offered]


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
