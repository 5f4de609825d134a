"""Reading GeoJSON areas: features with the texts of their properties and checked polygons, or the reason why not."""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from data import polygons as plane
from data.importing.detecting import GZIP_MAGIC, ReadError, cut_message
from data.polygons import Point, Polygon, Ring

LARGEST_BYTES = 64 * 1024 * 1024
MOST_FEATURES = 5000
MOST_POINTS = 500_000
_AREAS = ("Polygon", "MultiPolygon")
_SHAPE_WORDS = {
    "Point": "点",
    "MultiPoint": "点",
    "LineString": "线",
    "MultiLineString": "线",
    "GeometryCollection": "混合图形",
}
# Names of coordinate systems in degrees whose points are CGCS2000 or WGS84 as they are.
_PLAIN_SYSTEMS = re.compile(r"CRS:?84|EPSG:+(4326|4490|4979)$", re.IGNORECASE)
# Where China's latitudes would stand if they were longitudes, and the other way round.
_SWAPPED_X, _SWAPPED_Y = (3.0, 54.0), (73.0, 136.0)
_EXPORT = "请在 GIS 软件（如 QGIS、ArcGIS）中另存为 GeoJSON（经纬度坐标）后再导入。"


@dataclass(frozen=True)
class Feature:
    """One feature: its place in the file from 1, its properties as texts, and its area or what is wrong with it."""

    number: int
    properties: dict[str, str]
    polygons: tuple[Polygon, ...]
    problem: str | None = None


@dataclass(frozen=True)
class Collection:
    """A whole file: features in order, property names as first seen, and what was put right or looks odd."""

    features: tuple[Feature, ...]
    names: tuple[str, ...]
    crs: str | None
    closed: int = 0


class _ShapeError(Exception):
    """What is wrong with one feature, in Chinese."""


def looks_like(path: Path) -> bool:
    """Return whether a file is meant as GeoJSON: by its name, or by how its JSON begins."""
    if path.name.lower().removesuffix(".gz").endswith((".geojson", ".json", ".topojson")):
        return True
    try:
        with path.open("rb") as handle:
            head = handle.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError:
        return False
    return head.startswith(b"{") and (b'"Feature' in head or b'"features"' in head or b'"Topology"' in head)


def read(path: Path) -> Collection:
    """Read a FeatureCollection (or one Feature); raises ReadError when the file as a whole cannot be used.

    Rings come closed, outer ones counter-clockwise and holes clockwise (RFC 7946), heights left out.
    """
    content = _parsed(path)
    listed = _features(content, path)
    if len(listed) > MOST_FEATURES:
        _refuse(path, f"有 {len(listed):,} 个要素，超过上限 {MOST_FEATURES:,} 个。请只导出派出所辖区边界这一图层。")
    reader = _Reader(path)
    features = tuple(reader.feature(number, one) for number, one in enumerate(listed, 1))
    names = tuple(dict.fromkeys(name for one in features for name in one.properties))
    return Collection(features, names, _crs(content, path), reader.closed)


def _refuse(path: Path, words: str) -> NoReturn:
    raise ReadError(f"文件 {path.name} {words}未发布任何数据。")


# ---- the file ------------------------------------------------------------------------------------


def _parsed(path: Path) -> Any:
    data = _bytes(path)
    if not data.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        _refuse(path, "是空的，没有可导入的边界。请检查导出是否成功。")
    if data.startswith(b"PK\x03\x04"):
        _refuse(path, f"是 ZIP 压缩包（Shapefile 常这样打包）。{_EXPORT}")
    if data.lstrip()[:1] == b"<":
        _refuse(path, f"是 XML（如 KML、GML）而不是 GeoJSON。{_EXPORT}")
    try:
        return json.loads(_decoded(data, path), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if re.match(rb'\s*\{[^\n]*"Feature"[^\n]*\}\s*\n\s*\{', data):
            _refuse(path, f"每行是一个要素，不是一个 FeatureCollection。{_EXPORT}")
        _refuse(path, f"不是完整的 JSON（第 {error.lineno} 行第 {error.colno} 列附近）：可能被截断。请重新导出。")
    except (RecursionError, ValueError):
        _refuse(path, "不是有效的 JSON：嵌套过深，或含有 NaN、Infinity 一类的数。请重新导出。")


def _bytes(path: Path) -> bytes:
    """Return the bytes of a file, unpacked; the limit also stops a small file that unpacks into a huge one."""
    try:
        with path.open("rb") as handle:
            packed = handle.read(2) == GZIP_MAGIC
        with gzip.open(path) if packed else path.open("rb") as handle:
            data = handle.read(LARGEST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ReadError(cut_message(path)) from None
    if len(data) > LARGEST_BYTES:
        limit = LARGEST_BYTES // 1024 // 1024
        _refuse(path, f"超过上限 {limit} MB。请在 GIS 软件中简化边界（如容差 5 米）、坐标保留 6 位小数后再导出。")
    return data


def _decoded(data: bytes, path: Path) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    _refuse(path, "不是 UTF-8 文本。请以 UTF-8 编码重新导出。")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _features(content: Any, path: Path) -> list[Any]:
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "Topology":
        _refuse(path, f"是 TopoJSON，不是 GeoJSON。{_EXPORT}")
    if isinstance(content, dict) and ("geometryType" in content or "spatialReference" in content):
        _refuse(path, f"是 Esri JSON，不是 GeoJSON。{_EXPORT}")
    if kind == "Feature":
        return [content]
    if kind in (*_AREAS, *_SHAPE_WORDS):
        _refuse(path, "只有几何图形，没有派出所代码或名称。请导出带属性的 FeatureCollection。")
    listed = content.get("features") if isinstance(content, dict) else None
    if kind != "FeatureCollection" or not isinstance(listed, list):
        _refuse(path, f"不是 GeoJSON 的 FeatureCollection。{_EXPORT}")
    if not listed:
        _refuse(path, "没有任何要素。请检查导出条件。")
    return listed


def _crs(content: dict[str, Any], path: Path) -> str | None:
    """Return the coordinate system that an older GeoJSON names; refuses one whose points would lie elsewhere."""
    crs = content.get("crs")
    found = crs.get("properties") if isinstance(crs, dict) else None
    name = found.get("name") if isinstance(found, dict) else None
    if not isinstance(name, str):
        return None
    if not _PLAIN_SYSTEMS.search(name):
        _refuse(path, f"声明的坐标系是 {name[:60]}，不是 WGS84 或 CGCS2000 经纬度。请在 GIS 软件中转换后再导出。")
    return name


# ---- one feature ---------------------------------------------------------------------------------


class _Reader:
    """Reads features one after another; counts points against the limit and rings that had to be closed."""

    def __init__(self, path: Path) -> None:
        self.path, self.points, self.closed = path, 0, 0

    def feature(self, number: int, raw: Any) -> Feature:
        """Return one feature; what is wrong with its shape becomes its problem."""
        found = raw.get("properties") if isinstance(raw, dict) else None
        texts = {str(name): _text(value) for name, value in found.items()} if isinstance(found, dict) else {}
        try:
            shape = tuple(self._polygon(one) for one in _polygon_lists(raw))
            for polygon in shape:
                _check(polygon)
        except _ShapeError as error:
            return Feature(number, texts, (), str(error))
        return Feature(number, texts, shape)

    def _polygon(self, raw: Any) -> Polygon:
        if not isinstance(raw, list) or not raw:
            raise _ShapeError("坐标写法有误：多边形没有环")
        return [_turned(self._ring(one), outer=place == 0) for place, one in enumerate(raw)]

    def _ring(self, raw: Any) -> Ring:
        if not isinstance(raw, list):
            raise _ShapeError("坐标写法有误：须为 [[经度, 纬度], …]")
        self.points += len(raw)
        if self.points > MOST_POINTS:
            _refuse(self.path, f"的边界超过 {MOST_POINTS:,} 个点。请在 GIS 软件中简化（如容差 5 米）后再导出。")
        points = [_point(one) for one in raw]
        ring = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
        if ring and ring[0] != ring[-1]:
            ring.append(ring[0])
            self.closed += 1
        if len(ring) < 4:
            raise _ShapeError("有一个环不足 4 个点（含闭合点），不成面")
        return ring


def _text(value: Any) -> str:
    """Return a property as the text that the same value would have in a table; nested values have none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _polygon_lists(raw: Any) -> list[Any]:
    shape = raw.get("geometry") if isinstance(raw, dict) else None
    if not isinstance(shape, dict):
        raise _ShapeError("没有几何图形")
    kind, coordinates = shape.get("type"), shape.get("coordinates")
    if kind not in _AREAS:
        word = _SHAPE_WORDS.get(str(kind), "无法识别的图形")
        raise _ShapeError(f"是{word}（{str(kind)[:30]}），不是面；边界须为 Polygon 或 MultiPolygon")
    listed = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(listed, list) or not listed:
        raise _ShapeError("几何图形没有坐标")
    return listed


def _point(raw: Any) -> Point:
    pair = raw[:2] if isinstance(raw, list) else []
    if len(pair) < 2 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in pair):
        raise _ShapeError("坐标写法有误：须为 [经度, 纬度]")
    try:
        x, y = float(pair[0]), float(pair[1])
    except OverflowError:
        x = y = math.inf
    if abs(x) > 180 or abs(y) > 90:
        if abs(x) <= 90 and abs(y) <= 180:
            raise _ShapeError(f"经度与纬度写反（{x:g}, {y:g}）：GeoJSON 须先经度后纬度")
        raise _ShapeError(f"坐标 {x:g}, {y:g} 超出经纬度范围，可能是投影坐标，请转换为经纬度")
    return x, y


def _turned(ring: Ring, outer: bool) -> Ring:
    return ring if (plane.turn(ring) > 0) == outer else ring[::-1]


def _check(polygon: Polygon) -> None:
    """Raise when a polygon is no area: swapped coordinates, edges that cross, holes outside."""
    if all(_between(x, _SWAPPED_X) and _between(y, _SWAPPED_Y) for x, y in polygon[0]):
        x, y = polygon[0][0]
        raise _ShapeError(f"经度与纬度写反（{x:g}, {y:g}）：GeoJSON 须先经度后纬度")
    place = plane.crossing(polygon)
    if place is not None:
        raise _ShapeError(f"边界自相交（约在 {place[0]:.5f}, {place[1]:.5f}），请在 GIS 软件中修复几何")
    holes = [ring for ring in polygon[1:] if not plane.is_flat(ring)]
    if any(not plane.inside(plane.point_inside([[hole]]), polygon[:1]) for hole in holes):
        raise _ShapeError("有一个内环（孔）在外环之外，请在 GIS 软件中修复几何")


def _between(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
