"""Outlines of stations from a bureau's own GeoJSON: matched, merged, checked, staged, and written into stations."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from data import clock
from data import polygons as plane
from data.importing import geojson
from data.importing.detecting import sha256_of
from data.importing.expressions import MISSING, lit, point_layers, prepare
from data.importing.extracting import Progress, check_personal, fitted, present, unused
from data.importing.geojson import Feature
from data.importing.mapping import FieldMap, SourceMapping
from data.importing.personal import looks_personal
from data.importing.reading import find_columns
from data.importing.report import Reason
from data.importing.staging import MOST_REASONS, Context, Staged, batch_key
from data.polygons import Polygon, Ring

# A station with more points than this is thinned for drawing, with the first tolerance that suffices, the last at most.
MOST_DRAWN = 2000
TOLERANCES_METRES = (2.0, 5.0, 10.0, 20.0)
# A sixth decimal of a degree is a tenth of a metre.
DECIMALS = 6
_COLUMNS = ("code", "name", "features", "area_km2", "lon", "lat", "boundary")
_SHOWN = 5
_GEOMETRY = "geometry"


@dataclass(frozen=True)
class Outcome:
    """What outlines do to a store, counted in features; `unregistered`: stations that went away since the check."""

    updated: int
    unchanged: int
    registered: int
    unregistered: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Rejected:
    """A feature that cannot be used: its number, where it fails, what stands there, why."""

    number: int
    column: str
    value: str
    reason: str


@dataclass
class _Area:
    """All that a file says of one station."""

    code: str
    name: str
    first: int
    features: int = 0
    polygons: list[Polygon] = field(default_factory=list)
    seen: set[frozenset[plane.Point]] = field(default_factory=set)


@dataclass
class _Sorted:
    """Every feature of a file: in an area, a duplicate, or rejected; slivers: rings left out as too small."""

    areas: dict[str, _Area] = field(default_factory=dict)
    rejected: list[_Rejected] = field(default_factory=list)
    duplicate: int = 0
    slivers: int = 0


# ---- from a file to a batch ----------------------------------------------------------------------


def stage(path: Path, mapping: SourceMapping, context: Context, folder: Path, progress: Progress) -> Staged:
    """Read, match, check and write one GeoJSON file into a folder of its own; one row per station."""
    folder.mkdir(parents=True, exist_ok=True)
    progress("读取", 0.0)
    source = geojson.read(path)
    mapping = fitted(path, mapping, source.names)
    rows = [[one.properties.get(name, "") for name in source.names] for one in source.features]
    check_personal(mapping, source.names, rows)
    progress("检查", 0.0)
    features = _converted(source.features, mapping, folder)
    found = _sorted(features, mapping, source.names, context)
    warnings = [*_source_warnings(source, mapping), *_area_warnings(found, context)]
    thinned: list[str] = []
    drawn = [_row(area, thinned) for area in found.areas.values()]
    if thinned:
        warnings.append(f"{len(thinned)} 个派出所的边界超过 {MOST_DRAWN:,} 个点，已简化：{listed(thinned)}")
    _write_rows(drawn, folder / "rows.parquet")
    _write_rejects(found.rejected, folder / "rejected.csv", path.name)
    batch = _described(path, mapping) | {
        "read": len(source.features),
        "kept": sum(area.features for area in found.areas.values()),
        "rejected": len(found.rejected),
        "duplicate": found.duplicate,
        "reasons": [reason.to_json() for reason in _reasons(found.rejected)],
        "warnings": warnings,
        "unused": list(unused(mapping, source.names)),
        "dropped": list(present(mapping.drop, source.names)),
    }
    progress("检查", 1.0)
    return Staged(folder / "rows.parquet", folder / "rejected.csv", batch)


def _described(path: Path, mapping: SourceMapping) -> dict[str, Any]:
    """Return what every batch says of itself, with the parts empty that only rows of events have."""
    source_sha256 = sha256_of(path)
    return {
        "key": batch_key(source_sha256, mapping),
        "table": mapping.table.name,
        "source_name": path.name,
        "source_sha256": source_sha256,
        "mapping_name": mapping.name,
        "mapping_sha256": mapping.sha256,
        "mapping_text": mapping.text,
        "columns": list(_COLUMNS),
        "has_id": True,
        "repeats": mapping.repeats,
        "lat0": None,
        "skipped": {},
        "codes": {},
        "register": {"stations": mapping.register.stations, "categories": False, "kind": mapping.register.kind},
        "first_time": None,
        "last_time": None,
        "quality": {"rows": 0, "missing": [], "shares": []},
        "imported_at": clock.now().isoformat(sep=" "),
    }


def _converted(features: Sequence[Feature], mapping: SourceMapping, folder: Path) -> list[Feature]:
    """Return the features in WGS84, each point converted with the very SQL of all imports, and rounded."""
    rings = [ring for one in features for polygon in one.polygons for ring in polygon]
    moved = iter([_rounded(ring) for ring in _to_wgs84(rings, mapping, folder)])
    return [
        Feature(
            one.number, one.properties, tuple([next(moved) for _ in polygon] for polygon in one.polygons), one.problem
        )
        for one in features
    ]


def _to_wgs84(rings: list[Ring], mapping: SourceMapping, folder: Path) -> list[Ring]:
    layers = point_layers(mapping)
    if not layers:
        return rings
    points = folder / "points.csv"
    with points.open("w", encoding="utf-8", newline="") as handle:
        numbered = enumerate(point for ring in rings for point in ring)
        csv.writer(handle).writerows((number, repr(x), repr(y)) for number, (x, y) in numbered)
    query = (
        f"SELECT * FROM read_csv({lit(str(points))}, header = false, auto_detect = false, delim = ',',"
        " columns = {'n': 'BIGINT', 'x': 'DOUBLE', 'y': 'DOUBLE'})"
    )
    for layer in layers:
        query = f"SELECT {layer} FROM ({query})"
    with duckdb.connect(config={"threads": 1, "memory_limit": "512MB"}) as con:
        prepare(con)
        moved = iter(con.execute(f"SELECT x, y FROM ({query}) ORDER BY n").fetchall())
    points.unlink()
    return [[next(moved) for _ in ring] for ring in rings]


def _rounded(ring: Ring) -> Ring:
    """Cut the precision; points that fall together become one."""
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    return [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]


# ---- whose area it is ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Directory:
    """The stations of a store, to be found by code or name."""

    codes: frozenset[str]
    names: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, stations: Sequence[tuple[str, str]]) -> Directory:
        """Build it from (code, name) pairs."""
        names: dict[str, tuple[str, ...]] = {}
        for code, name in stations:
            names[_bare(name)] = (*names.get(_bare(name), ()), code)
        return cls(frozenset(code for code, _ in stations), names)

    def find(self, text: str) -> tuple[str, ...]:
        """Return the codes that a text may mean: its own, the station's for eight digits, or those of a name."""
        if text in self.codes:
            return (text,)
        if len(text) == 8 and text.isdigit() and f"{text}0000" in self.codes:
            return (f"{text}0000",)
        return self.names.get(_bare(text), ())


def _bare(name: str) -> str:
    return "".join(name.split()).casefold().removesuffix("派出所")


def _sorted(features: Sequence[Feature], mapping: SourceMapping, names: tuple[str, ...], context: Context) -> _Sorted:
    """Give every feature its place."""
    known, places = Directory.of(context.stations), _places(mapping, names)
    station, name_map = mapping.fields["station"], mapping.fields.get("name")
    column = "、".join(station.columns) or "（固定值）"
    found = _Sorted()
    for one in features:
        text = _text(station, one.properties, places)
        code, problem = _code_of(text, known, mapping)
        shape_problem = one.problem or _shape_problem(one, context)
        if shape_problem:
            label = f"「{shown(text)}」" if text else f"第 {one.number} 个要素"
            found.rejected.append(_Rejected(one.number, _GEOMETRY, shown(text), f"{label}{shape_problem}"))
        elif problem:
            found.rejected.append(_Rejected(one.number, column, shown(text), problem))
        else:
            name = _text(name_map, one.properties, places) if name_map else ""
            _put(found, code, name or code, one)
    return found


def _put(found: _Sorted, code: str, name: str, one: Feature) -> None:
    area = found.areas.setdefault(code, _Area(code, name, one.number))
    points = frozenset(point for polygon in one.polygons for ring in polygon for point in ring)
    if points in area.seen:
        found.duplicate += 1
        return
    area.seen.add(points)
    area.features += 1
    solid = [_solid(polygon) for polygon in one.polygons]
    area.polygons += [polygon for polygon in solid if polygon]
    found.slivers += sum(map(len, one.polygons)) - sum(map(len, solid))


def _solid(polygon: Polygon) -> Polygon:
    """Leave out rings without surface; without the outer one nothing is left."""
    return [] if plane.is_flat(polygon[0]) else [ring for ring in polygon if not plane.is_flat(ring)]


def _places(mapping: SourceMapping, names: tuple[str, ...]) -> dict[str, str]:
    """Return how the file writes each mapped property."""
    places, _ = find_columns(frozenset(mapping.columns), names)
    return {column: names[index] for column, index in places.items()}


def _text(item: FieldMap, properties: dict[str, str], places: dict[str, str]) -> str:
    """Return a field's text as the SQL of other imports makes it: digits, prefix, translation, default."""
    if item.constant is not None:
        return item.constant
    given = (properties.get(places[column], "") for column in item.columns)
    text = next((one for one in given if one not in MISSING), "")
    if text:
        text = (text.lstrip("0") or text[:1]) if item.strip_zeros else text
        text = item.prefix + text.rjust(item.pad, "0")
        if item.translate:
            other = text if item.otherwise is None else item.otherwise
            text = {source.casefold(): target for source, target in item.translate}.get(text.casefold(), other)
    return text or item.default or ""


def _code_of(text: str, known: Directory, mapping: SourceMapping) -> tuple[str, str | None]:
    """Return the station's code, or why there is none."""
    longest = mapping.table.fields["station"].longest
    if not text or len(text) > longest:
        return "", f"派出所代码或名称缺失，或超过 {longest} 字"
    codes = known.find(text)
    if len(codes) > 1:
        return "", f"有 {len(codes)} 个派出所名为「{shown(text)}」，请改用代码"
    if codes:
        return codes[0], None
    if mapping.register.stations:
        return text, None
    return "", (
        f"没有代码或名称为「{shown(text)}」的派出所；可在映射中用 translate 对应，或写 [register] stations = true 新建"
    )


def shown(text: str) -> str:
    """Return a code or name as it may be printed."""
    return "（不显示）" if looks_personal(text) else text[:40]


def _shape_problem(one: Feature, context: Context) -> str | None:
    """Return what is wrong with a converted shape: nothing left of it, or at home only with swapped coordinates."""
    if not any(_solid(polygon) for polygon in one.polygons):
        return "面积为零，不成面"
    if context.box is None:
        return None
    box = _extent(one.polygons)
    west, south, east, north = box
    if not _overlap(box, context.box) and _overlap((south, west, north, east), context.box):
        return f"经度与纬度写反（{west:g}, {south:g}）：GeoJSON 须先经度后纬度"
    return None


def _extent(polygons: Sequence[Polygon]) -> tuple[float, float, float, float]:
    points = [point for polygon in polygons for point in polygon[0]]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


# ---- rows ----------------------------------------------------------------------------------------


def _row(area: _Area, thinned: list[str]) -> tuple[Any, ...]:
    """Return one station's row as it enters the store; adds to `thinned` how its outline was simplified."""
    polygons, metres = _drawable(area.polygons)
    if metres:
        before, after = _points(area.polygons), _points(polygons)
        thinned.append(f"{area.code}（{before:,} 点，按 {metres:g} 米容差减为 {after:,} 点）")
    lon, lat = _point_of(polygons)
    return (area.first, area.code, area.name, area.features, _area_of(polygons), lon, lat, _geometry(polygons))


def _points(polygons: Sequence[Polygon]) -> int:
    return sum(len(ring) for polygon in polygons for ring in polygon)


def _drawable(polygons: list[Polygon]) -> tuple[list[Polygon], float]:
    """Return polygons with few enough points to draw, and the tolerance in metres that took; 0 for none."""
    thin, used = polygons, 0.0
    for metres in TOLERANCES_METRES:
        if _points(thin) <= MOST_DRAWN:
            break
        thin, used = [_thinned(polygon, metres) for polygon in polygons], metres
    return thin, used


def _thinned(polygon: Polygon, metres: float) -> Polygon:
    """Thin a polygon; where that would make edges cross or a ring vanish, it stays as it is."""
    thin = [plane.thinned_by_metres(ring, metres) for ring in polygon]
    sound = not any(map(plane.is_flat, thin)) and plane.crossing(thin) is None
    return thin if sound else polygon


def _area_of(polygons: Sequence[Polygon]) -> float:
    return round(plane.area_km2(polygons), 4)


def _point_of(polygons: Sequence[Polygon]) -> plane.Point:
    lon, lat = plane.point_inside(polygons)
    return round(lon, DECIMALS), round(lat, DECIMALS)


def _geometry(polygons: list[Polygon]) -> str:
    shape = {"type": "Polygon", "coordinates": polygons[0]}
    if len(polygons) > 1:
        shape = {"type": "MultiPolygon", "coordinates": polygons}
    return json.dumps(shape, separators=(",", ":"))


def _polygons_of(boundary: str) -> list[Polygon]:
    """Return the polygons of a stored outline; one that another import wrote may be anything, then there are none."""
    try:
        shape = json.loads(boundary)
        listed = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        polygons = [[[(float(x), float(y)) for x, y, *_ in ring] for ring in polygon] for polygon in listed]
    except (ValueError, TypeError, KeyError):
        return []
    return polygons if all(polygon and all(len(ring) >= 4 for ring in polygon) for polygon in polygons) else []


def _write_rows(rows: list[tuple[Any, ...]], target: Path) -> None:
    with duckdb.connect(config={"threads": 1, "memory_limit": "512MB"}) as con:
        con.execute(
            "CREATE TABLE areas (row_no BIGINT, code VARCHAR, name VARCHAR, features BIGINT, area_km2 DOUBLE,"
            " lon DOUBLE, lat DOUBLE, boundary VARCHAR)"
        )
        if rows:
            con.executemany("INSERT INTO areas VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        con.execute(f"COPY (FROM areas ORDER BY row_no) TO {lit(str(target))} (FORMAT parquet)")


def _write_rejects(rejected: list[_Rejected], target: Path, file: str) -> None:
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("行号", "列", "值", "原因", "文件"))
        writer.writerows((one.number, one.column, one.value, one.reason, file) for one in rejected)


def _reasons(rejected: list[_Rejected]) -> list[Reason]:
    counted: dict[tuple[str, str], list[int]] = {}
    for one in rejected:
        counted.setdefault((one.reason, one.column), []).append(one.number)
    reasons = [Reason(reason, column, len(rows), rows[0]) for (reason, column), rows in counted.items()]
    return sorted(reasons, key=lambda one: (-one.rows, one.example_row))[:MOST_REASONS]


# ---- what a person should look at ----------------------------------------------------------------


def _source_warnings(source: geojson.Collection, mapping: SourceMapping) -> list[str]:
    warnings = []
    if source.crs and mapping.coord_sys in ("gcj02", "bd09"):
        warnings.append(f"文件声明坐标系 {source.crs}，映射写的是 {mapping.coord_sys}：已按映射换算，请核对")
    if source.closed:
        warnings.append(f"{source.closed:,} 个环首尾不相接，已自动闭合")
    return warnings


def _area_warnings(found: _Sorted, context: Context) -> list[str]:
    warnings = []
    merged = [f"{area.code}（{area.features}）" for area in found.areas.values() if area.features > 1]
    if merged:
        warnings.append(f"{len(merged)} 个派出所由多个要素合并而成：{listed(merged)}")
    if found.slivers:
        warnings.append(f"{found.slivers:,} 个面积不足 1 平方米的环已略去")
    known = {code for code, _ in context.stations}
    bare = sorted(known - set(found.areas))
    if bare and found.areas:
        warnings.append(f"{len(bare)} 个派出所不在本文件中，边界保持原样：{listed(bare)}")
    if context.box is not None:
        far = [code for code, area in found.areas.items() if not _overlap(_extent(area.polygons), context.box)]
        if far:
            warnings.append(f"{len(far)} 个边界不在已登记派出所的范围内，请核对坐标：{listed(far)}")
    pairs = [f"{one} 与 {other}" for one, other in _overlapping(list(found.areas.values()))]
    if pairs:
        warnings.append(f"{len(pairs)} 对边界重叠，请核对：{listed(pairs)}")
    return warnings


def listed(texts: Sequence[str]) -> str:
    """Return the first few of some texts in one line."""
    return "、".join(texts[:_SHOWN]) + (" 等" if len(texts) > _SHOWN else "")


def _overlapping(areas: list[_Area]) -> Iterator[tuple[str, str]]:
    """Give pairs of stations of which one has its inner point within the other: copies and wrongly matched areas."""
    placed = [(area, _point_of(area.polygons), _extent(area.polygons)) for area in areas]
    for number, (one, at, box) in enumerate(placed):
        for other, its, its_box in placed[number + 1 :]:
            if _holds(other, its_box, at) or _holds(one, box, its):
                yield one.code, other.code


def _holds(area: _Area, box: tuple[float, float, float, float], at: plane.Point) -> bool:
    return _overlap((*at, *at), box) and any(plane.inside(at, polygon) for polygon in area.polygons)


# ---- from a batch into the store -----------------------------------------------------------------


def compare(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], rows: Path, schema: str = "") -> Outcome:
    """Return what a batch would do to the stations of a store; schema: "" or the name of an attached one with a dot."""
    known = dict(con.execute(f"SELECT code, boundary FROM {schema}stations").fetchall())
    areas = con.execute(
        f"SELECT code, features, boundary FROM read_parquet({lit(str(rows))}) ORDER BY row_no"
    ).fetchall()
    fresh = [(code, features) for code, features, _ in areas if code not in known]
    register = batch["register"]["stations"]
    return Outcome(
        updated=sum(n for code, n, boundary in areas if known.get(code) not in (None, boundary)),
        unchanged=sum(n for code, n, boundary in areas if known.get(code) == boundary),
        registered=len(fresh) if register else 0,
        unregistered=() if register else tuple(fresh),
    )


def apply(con: duckdb.DuckDBPyConnection, batch: dict[str, Any], rows: Path) -> Outcome:
    """Write outlines into the stations of a store, and place and size where a station has none of its own."""
    done = compare(con, batch, rows)
    listed = con.execute("SELECT code, boundary, lon, lat, area_km2 FROM stations").fetchall()
    known = {code: rest for code, *rest in listed}
    staged = f"SELECT {', '.join(_COLUMNS)} FROM read_parquet({lit(str(rows))}) ORDER BY row_no"
    for code, name, _, area, lon, lat, boundary in con.execute(staged).fetchall():
        if code in known:
            lon, lat, area = _filled(known[code], (lon, lat, area))
            con.execute(
                "UPDATE stations SET boundary = ?, lon = ?, lat = ?, area_km2 = ? WHERE code = ?",
                [boundary, lon, lat, area, code],
            )
        elif batch["register"]["stations"]:
            con.execute(
                "INSERT INTO stations (code, name, kind, area_km2, lon, lat, boundary) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [code, name, batch["register"]["kind"], area, lon, lat, boundary],
            )
    return done


def _filled(known: list[Any], computed: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return place and size: the bureau's own where it has them, the outline's where they are empty or its work."""
    boundary, lon, lat, area = known
    before = _polygons_of(boundary) if boundary else []
    if lon is None or lat is None or (before and _point_of(before) == (lon, lat)):
        lon, lat = computed[:2]
    if area is None or (before and _area_of(before) == area):
        area = computed[2]
    return lon, lat, area
