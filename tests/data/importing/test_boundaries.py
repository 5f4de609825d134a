"""Outlines from a bureau's own GeoJSON: matched, merged, converted, refused in plain words, all or nothing."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest

from data import polygons
from data.__main__ import main
from data.importing import boundaries, geojson, mapping, publishing, running
from data.importing.fields import BOUNDARIES
from data.importing.report import ImportRefused, Report
from data.snapshots import Store, StoreError
from tests.data.importing.helpers import MAPPINGS, ROOT, ask, load, shared, write

STATIONS = (
    'table = "stations"\ncoord_sys = "wgs84"\n[fields]\ncode = "c"\nname = "n"\nlon = "x"\nlat = "y"\narea_km2 = "a"\n'
)
ROWS = [
    "c,n,x,y,a",
    "510101010000,甲市公安局城关派出所,104.05,30.05,7.5",
    "510101020000,河东派出所,,,",
    "510101030000,河西派出所,104.25,30.05,",
    "510101040000,北山派出所,104.35,30.05,",
]
MAPPING = 'name = "b"\ntable = "boundaries"\ncoord_sys = "wgs84"\n[fields]\nstation = "dm"\n'
A, B, C = "510101010000", "510101020000", "510101030000"


def box(west: float, south: float = 30.0, size: float = 0.1) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(station: Any, shape: Any, kind: str = "Polygon", **more: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": shape}
    return {"type": "Feature", "properties": {"dm": station, **more}, "geometry": geometry}


def save(path: Path, *features: Any, **more: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """A store with four stations, one of them without a place."""
    load(store, write(tmp_path / "stations.csv", ROWS), STATIONS)
    return store


def stations(store: Store) -> dict[str, tuple[Any, ...]]:
    rows = ask(store, "SELECT code, name, lon, lat, area_km2, boundary FROM stations ORDER BY code")
    return {
        code: (name, lon, lat, area, json.loads(shape) if shape else None) for code, name, lon, lat, area, shape in rows
    }


def counts(report: Report) -> tuple[int, ...]:
    return tuple(report.total(name) for name in ("read", "kept", "updated", "unchanged", "duplicate", "rejected"))


# ---- what comes in -------------------------------------------------------------------------------


def test_one_polygon_per_station(filled: Store, tmp_path: Path) -> None:
    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)]), feature("51010102", [box(104.1)]))
    report = load(filled, path, MAPPING)
    assert counts(report) == (2, 2, 0, 0, 0, 0) and report.snapshot == 2
    found = stations(filled)
    assert found[A][4] == {"type": "Polygon", "coordinates": [box(104.0)]}
    assert found[A][1:4] == (104.05, 30.05, 7.5), "what the bureau gave stays"
    assert found[B][1:3] == pytest.approx((104.15, 30.05))
    assert found[B][3] == pytest.approx(polygons.area_km2([[[(x, y) for x, y in box(104.1)]]]), abs=1e-4)
    assert found[C][4] is None
    assert any("2 个派出所不在本文件中" in text for text in report.warnings)


def test_several_features_of_one_station_become_one_shape(filled: Store, tmp_path: Path) -> None:
    two = [[box(104.4)], [box(104.6)]]
    same = box(104.0)[2:] + box(104.0)[1:3]
    path = save(
        tmp_path / "b.geojson",
        feature("城关 派出所", [box(104.0)]),
        feature("甲市公安局城关派出所", [box(104.2)]),
        feature(A, two, "MultiPolygon"),
        feature(A, [same]),
    )
    text = MAPPING + '[fields.name]\ncolumn = "dm"\n'
    text = text.replace('station = "dm"', f'station = {{ column = "dm", translate = {{ "城关 派出所" = "{A}" }} }}')
    report = load(filled, path, text)
    assert counts(report) == (4, 3, 0, 0, 1, 0)
    shape = stations(filled)[A][4]
    assert (shape["type"], len(shape["coordinates"])) == ("MultiPolygon", 4)
    assert "1 个派出所由多个要素合并而成：510101010000（3）" in report.warnings
    assert ask(filled, "SELECT rows_read, rows_kept, rows_duplicate, table_name FROM imports WHERE batch_id = 2") == [
        (4, 3, 1, "boundaries")
    ]


def test_rings_are_closed_and_turned_and_heights_left_out(filled: Store, tmp_path: Path) -> None:
    outer = [[x, y, 500] for x, y in box(104.0)[::-1][:-1]]
    inner = [[x, y, 500.5] for x, y in box(104.02, 30.02, 0.05)]
    report = load(filled, save(tmp_path / "b.geojson", feature(A, [outer, inner])), MAPPING)
    rings = [[tuple(point) for point in ring] for ring in stations(filled)[A][4]["coordinates"]]
    assert [ring[0] == ring[-1] for ring in rings] == [True, True]
    assert polygons.turn(rings[0]) > 0 > polygons.turn(rings[1])
    assert "1 个环首尾不相接，已自动闭合" in report.warnings


def test_slivers_are_left_out_and_counted(filled: Store, tmp_path: Path) -> None:
    sliver = [[104.3, 30.0], [104.4, 30.1], [104.5, 30.2], [104.3, 30.0]]
    report = load(filled, save(tmp_path / "b.geojson", feature(A, [[box(104.0)], [sliver]], "MultiPolygon")), MAPPING)
    assert stations(filled)[A][4] == {"type": "Polygon", "coordinates": [box(104.0)]}
    assert "1 个面积不足 1 平方米的环已略去" in report.warnings


@pytest.mark.parametrize(
    ("system", "lon", "lat"),
    [("wgs84", 121.473701, 31.230416), ("gcj02", 121.478236, 31.228475), ("bd09", 121.484794, 31.234328)],
)
def test_every_point_is_converted(store: Store, tmp_path: Path, system: str, lon: float, lat: float) -> None:
    path = save(tmp_path / "b.geojson", feature("A", [box(lon, lat, 0.02)]))
    load(store, path, MAPPING.replace("wgs84", system) + "[register]\nstations = true\n")
    ring = stations(store)["A"][4]["coordinates"][0]
    assert ring[0] == pytest.approx((121.473701, 31.230416), abs=2e-5)
    shifts = {(round(x - a, 4), round(y - b, 4)) for (x, y), (a, b) in zip(ring, box(lon, lat, 0.02), strict=True)}
    assert system == "wgs84" or all(math.hypot(*shift) > 0.002 for shift in shifts)


def test_many_points_are_thinned_and_said_so(filled: Store, tmp_path: Path) -> None:
    turn = 2 * math.pi / 9000
    ring = [[104.05 + 0.05 * math.cos(n * turn), 30.05 + 0.05 * math.sin(n * turn)] for n in range(9000)]
    report = load(filled, save(tmp_path / "b.geojson", feature(B, [ring])), MAPPING)
    _, _, _, area, shape = stations(filled)[B]
    assert len(shape["coordinates"][0]) <= boundaries.MOST_DRAWN
    assert area == pytest.approx(polygons.area_km2([[[(x, y) for x, y in [*ring, ring[0]]]]]), rel=1e-3)
    assert any("（9,001 点，按 2 米容差减为 " in text for text in report.warnings)
    assert max(len(str(x).split(".")[-1]) for x, _ in shape["coordinates"][0]) <= 6


def test_new_stations_only_where_the_mapping_says_so(store: Store, tmp_path: Path) -> None:
    path = save(
        tmp_path / "b.geojson", feature(101, [box(104.0)], mc="城关派出所"), feature("102", [box(104.1)], mc=None)
    )
    with pytest.raises(ImportRefused, match="没有代码或名称为「101」的派出所"):
        load(store, path, MAPPING)
    assert store.current_id() is None
    report = load(store, path, MAPPING + 'name = "mc"\n[register]\nstations = true\nkind = "农村"\n')
    assert report.files[0].registered == {"派出所": 2} and "新登记派出所 2 个" in report.to_text()
    assert ask(store, "SELECT code, name, kind FROM stations ORDER BY code") == [
        ("101", "城关派出所", "农村"),
        ("102", "102", "农村"),
    ]


# ---- the promises --------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing_and_a_new_one_updates(filled: Store, tmp_path: Path) -> None:
    first = save(tmp_path / "1.geojson", feature(B, [box(104.1)]), feature(C, [box(104.2)]))
    load(filled, first, MAPPING)
    before = stations(filled)
    again = load(filled, first, MAPPING)
    assert (again.published, again.snapshot, again.files[0].same_as_batch) == (False, 2, 2)
    moved = load(filled, save(tmp_path / "2.geojson", feature(B, [box(104.12)]), feature(C, [box(104.2)])), MAPPING)
    assert counts(moved) == (2, 2, 1, 1, 0, 0)
    after = stations(filled)
    assert after[C] == before[C]
    assert after[B][1] == pytest.approx(104.17), "a place that came from the outline follows it"
    assert after[B][3] != before[B][3] or after[B][4] != before[B][4]


def test_nothing_is_published_when_one_feature_is_bad_unless_allowed(filled: Store, tmp_path: Path) -> None:
    good = [feature(A, [box(104.0)]), feature(B, [box(104.1)])]
    path = save(tmp_path / "b.geojson", *good, feature("无名所", [box(104.3)]))
    with pytest.raises(ImportRefused, match="没有代码或名称为「无名所」的派出所"):
        load(filled, path, MAPPING, rejects=tmp_path / "r.csv")
    assert filled.current_id() == 1 and list(filled.journal.iterdir()) == []
    listed = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[0] == "行号,列,值,原因,文件" and listed[1].startswith("3,dm,无名所,")
    report = load(filled, path, MAPPING, max_rejected=0.4)
    assert counts(report) == (3, 2, 0, 0, 0, 1) and stations(filled)[A][4] is not None
    assert filled.rejects(2).read_text(encoding="utf-8-sig").count("无名所") == 2


def test_a_trial_run_says_the_same_and_writes_nothing(filled: Store, tmp_path: Path) -> None:
    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)]), feature(B, [box(104.1)]))
    loaded = mapping.parse(MAPPING)
    tried = running.dry_run(filled, [path], loaded)
    shown = running.preview(filled, path, loaded)
    assert filled.current_id() == 1 and counts(tried) == counts(load(filled, path, MAPPING))
    assert shown.columns[:3] == ("code", "name", "features") and [row[0] for row in shown.rows] == [A, B]


def test_a_crash_after_the_acknowledgement_loses_nothing(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)]))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(publishing, "publish_entry", die)
        load(filled, path, MAPPING)
    assert stations(filled)[A][4] is None
    assert running.replay(filled) == ["b.geojson"]
    assert stations(filled)[A][4] is not None


def test_other_properties_stay_outside_and_personal_ones_must_be_dropped(filled: Store, tmp_path: Path) -> None:
    more = {"负责人姓名": "张三丰", "电话": "13800138000", "memo": "abcdefgh"}
    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)], **more))
    with pytest.raises(ImportRefused, match="「负责人姓名」（人名）、「电话」（电话号码）"):
        load(filled, path, MAPPING)
    text = MAPPING.replace("[fields]", 'drop = ["负责人姓名", "电话"]\n[fields]')
    report = load(filled, path, text)
    assert report.files[0].unused_columns == ("memo",) and report.files[0].dropped_columns == ("负责人姓名", "电话")
    stored = filled.file(2).read_bytes()
    assert not any(value.encode() in stored for value in more.values())


# ---- what is refused -----------------------------------------------------------------------------

BOW = [[104.0, 30.0], [104.1, 30.1], [104.1, 30.0], [104.0, 30.1], [104.0, 30.0]]


@pytest.mark.parametrize(
    ("shape", "kind", "words"),
    [
        ([BOW], "Polygon", "边界自相交（约在 104.05000, 30.05000）"),
        ([box(104.0)[:2]], "Polygon", "不足 4 个点"),
        ([[[104.0, 30.0], [104.1, 30.1], [104.2, 30.2], [104.0, 30.0]]], "Polygon", "面积为零"),
        ([[[104.0, 30.0], [104.0000001, 30.0], [104.0, 30.0000001], [104.0, 30.0]]], "Polygon", "面积为零"),
        ([[[y, x] for x, y in box(104.0)]], "Polygon", "经度与纬度写反"),
        ([[[y, x] for x, y in box(80.0)]], "Polygon", "经度与纬度写反"),
        ([[[x * 1e5, y * 1e5] for x, y in box(104.0)]], "Polygon", "投影坐标"),
        ([[["104", "30"], ["104.1", "30"], ["104.1", "30.1"]]], "Polygon", "坐标写法有误"),
        ([[[104], [105], [106], [104]]], "Polygon", "坐标写法有误"),
        ([[[True, 30.0], [104.1, 30.0], [104.1, 30.1]]], "Polygon", "坐标写法有误"),
        ([[[10**400, 30.0], [104.1, 30.0], [104.1, 30.1]]], "Polygon", "超出经纬度范围"),
        ([], "Polygon", "没有环"),
        ([], "MultiPolygon", "没有坐标"),
        ({}, "Polygon", "没有环"),
        ([[]], "Polygon", "不足 4 个点"),
        ([box(104.0), box(104.5)], "Polygon", "内环（孔）在外环之外"),
        ([104.0, 30.0], "Point", "是点（Point），不是面"),
        ([[104.0, 30.0], [104.1, 30.1]], "LineString", "是线（LineString），不是面"),
        (None, "Polygon", "没有"),
    ],
)
def test_a_bad_shape_is_named(filled: Store, tmp_path: Path, shape: Any, kind: str, words: str) -> None:
    path = save(tmp_path / "b.geojson", feature(B, [box(104.1)]), feature(A, shape, kind))
    with pytest.raises(ImportRefused) as caught:
        load(filled, path, MAPPING)
    assert words in str(caught.value) and f"「{A}」" in str(caught.value) and "第 2 行" in str(caught.value)
    assert filled.current_id() == 1


def test_features_without_shape_or_station(filled: Store, tmp_path: Path) -> None:
    bare = {"type": "Feature", "properties": None, "geometry": None}
    with pytest.raises(ImportRefused, match="第 2 个要素没有几何图形"):
        load(filled, save(tmp_path / "1.geojson", feature(A, [box(104.0)]), bare), MAPPING)
    with pytest.raises(ImportRefused, match="派出所代码或名称缺失"):
        load(filled, save(tmp_path / "2.geojson", feature(A, [box(104.0)]), feature(" ", [box(104.1)])), MAPPING)


def test_a_name_that_two_stations_bear_needs_a_code(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "s.csv", [ROWS[0], "1,城关派出所,,,", "2,城关,,,"]), STATIONS)
    with pytest.raises(ImportRefused, match="有 2 个派出所名为「城关」"):
        load(store, save(tmp_path / "b.geojson", feature("城关", [box(104.0)])), MAPPING)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "是空的"),
        (b"PK\x03\x04xx", "ZIP"),
        (b'<?xml version="1.0"?><kml/>', "KML"),
        (b'{"type": "FeatureCollection", "features": [', "被截断"),
        (b'{"type": "Topology", "objects": {}, "arcs": []}', "TopoJSON"),
        (b'{"geometryType": "esriGeometryPolygon", "features": []}', "Esri JSON"),
        (b'{"type": "Polygon", "coordinates": []}', "没有派出所代码或名称"),
        (b'{"type": "FeatureCollection", "features": []}', "没有任何要素"),
        (b'{"type": "FeatureCollection"}', "不是 GeoJSON"),
        (b"[1, 2]", "不是 GeoJSON"),
        (b'{"type": "Feature", "x": NaN}', "NaN"),
        (b'{"type": ' + b"[" * 200_000, "嵌套过深"),
        (b'{"type": "Feature", "properties": {}}\n{"type": "Feature", "properties": {}}\n', "每行是一个要素"),
        (gzip.compress(b'{"type": "FeatureCollection"}', mtime=0)[:20], "不完整或已损坏"),
    ],
)
def test_a_file_that_is_no_geojson(filled: Store, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "b.geojson"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=words):
        load(filled, path, MAPPING)
    assert filled.current_id() == 1 and list((filled.root / "staging").iterdir()) == []


def test_limits(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)]), feature(B, [box(104.1)]))
    for name, limit, words in (
        ("LARGEST_BYTES", 100, "超过上限 0 MB"),
        ("MOST_FEATURES", 1, "2 个要素，超过上限 1 个"),
        ("MOST_POINTS", 9, "超过 9 个点"),
    ):
        with monkeypatch.context() as patch, pytest.raises(StoreError, match=words):
            patch.setattr(geojson, name, limit)
            load(filled, path, MAPPING)


def test_coordinate_system_named_in_the_file(filled: Store, tmp_path: Path) -> None:
    def named(name: str) -> dict[str, Any]:
        return {"type": "name", "properties": {"name": name}}

    plain = save(tmp_path / "1.geojson", feature(A, [box(104.0)]), crs=named("urn:ogc:def:crs:OGC:1.3:CRS84"))
    report = load(filled, plain, MAPPING.replace("wgs84", "gcj02"))
    assert any("文件声明坐标系" in text and "gcj02" in text for text in report.warnings)
    other = save(tmp_path / "2.geojson", feature(A, [box(104.0)]), crs=named("urn:ogc:def:crs:EPSG::4549"))
    with pytest.raises(StoreError, match="EPSG::4549"):
        load(filled, other, MAPPING)


def test_odd_places_are_reported(filled: Store, tmp_path: Path) -> None:
    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)]), feature(B, [box(104.01)]), feature(C, [box(120.0)]))
    warnings = load(filled, path, MAPPING).warnings
    assert any("1 对边界重叠" in text and f"{A} 与 {B}" in text for text in warnings)
    assert any("1 个边界不在已登记派出所的范围内" in text and C in text for text in warnings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MAPPING.replace('coord_sys = "wgs84"\n', ""), "必须写明 coord_sys"),
        (MAPPING.replace('station = "dm"', 'name = "dm"'), "station（派出所代码或名称）"),
        (MAPPING.replace('"dm"', '{ column = "dm", format = "iso" }'), "fields.station.format"),
        (MAPPING + "[register]\nbeats = true\n", "register.beats"),
        (MAPPING + '[source]\nsheet = "x"\n', "没有名为 source 的项"),
        (MAPPING.replace('"dm"', '"dmx"'), "是否为「dm」？"),
    ],
)
def test_a_mapping_that_does_not_fit(filled: Store, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(StoreError) as caught:
        load(filled, save(tmp_path / "b.geojson", feature(A, [box(104.0)])), text)
    assert words in str(caught.value)


def test_geojson_under_a_mapping_for_rows_says_what_to_write(filled: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match='table = "boundaries"'):
        load(filled, save(tmp_path / "b.geojson", feature(A, [box(104.0)])), STATIONS)


def test_every_field_is_documented() -> None:
    text = (ROOT / "docs/importing.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in (BOUNDARIES.name, *BOUNDARIES.fields, *mapping.BOUNDARY_FIELD_KEYS))
    example = text.split("```toml\n")[1].split("```")[0]
    assert mapping.parse(example).table is BOUNDARIES


# ---- a first mapping -----------------------------------------------------------------------------


def test_guess_finds_the_property_of_the_stations(
    filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = {"电话": "13800138000", "等级": "一级"}
    path = save(
        tmp_path / "b.geojson",
        feature("河东", [box(104.1)], OBJECTID=1, **more),
        feature("河西派出所", [box(104.2)], OBJECTID=2, **more),
    )
    assert main(["map", str(path), "--store", str(filled.root), "-o", str(tmp_path / "m.toml")]) == 0
    assert "coord_sys" in capsys.readouterr().out
    text = (tmp_path / "m.toml").read_text(encoding="utf-8")
    assert 'station = "dm"  # 2 个值与数据仓中的派出所对应，0 个没有' in text and 'drop = ["电话"]' in text
    with pytest.raises(StoreError, match="coord_sys"):
        mapping.parse(text)
    report = load(filled, path, text.replace('# coord_sys = "？"', 'coord_sys = "cgcs2000"'))
    assert report.total("kept") == 2 and stations(filled)[B][4] is not None


def test_guess_without_stations_offers_to_create_them(store: Store, tmp_path: Path) -> None:
    path = save(
        tmp_path / "b.geojson",
        feature(None, [box(-87.0, 41.0)], code="101", 名称="城关派出所"),
        feature(None, [box(-86.9, 41.0)], code="102", 名称="河东派出所"),
    )
    load(store, path, running.guess(path, store))
    assert ask(store, "SELECT code, name, boundary IS NOT NULL FROM stations ORDER BY code") == [
        ("101", "城关派出所", True),
        ("102", "河东派出所", True),
    ]


def test_guess_lists_what_has_no_station(filled: Store, tmp_path: Path) -> None:
    path = save(tmp_path / "b.geojson", feature(A, [box(104.0)]), feature("新区", [box(104.1)]))
    text = running.guess(path, filled)
    assert "1 个值与数据仓中的派出所对应，1 个没有" in text and "# 没有对应的值：新区" in text
    assert "# stations = true" in text


# ---- real data -----------------------------------------------------------------------------------


def test_chicago_districts(store: Store) -> None:
    outlines = shared("calls/chicago_police_districts.geojson")
    calls = mapping.load(MAPPINGS / "chicago_assaults.toml")
    running.run(store, [shared("calls/chicago_aggravated_assaults.csv.gz")], calls)
    report = load(store, outlines, running.guess(outlines, store))
    assert counts(report) == (25, 25, 0, 0, 0, 0)
    assert report.files[0].unused_columns == ("description",)
    found = stations(store)
    shapes = {code: row[4] for code, row in found.items()}
    assert len(shapes) == 23 and all(shapes.values())
    parts = {code: len(s["coordinates"]) if s["type"] == "MultiPolygon" else 1 for code, s in shapes.items()}
    assert sum(parts.values()) == 25 and parts.pop("31") == 3 and set(parts.values()) == {1}
    assert any("31（3）" in text for text in report.warnings)
    # The city's land is about 607 km²; 31 is two holes in 16 and one in 22.
    assert sum(row[3] for row in found.values()) == pytest.approx(608.9, abs=0.1)
    assert found["31"][3] == pytest.approx(8.82, abs=0.01)
    lon, lat = found["11"][1:3]
    assert polygons.inside((lon, lat), [[(x, y) for x, y in ring] for ring in shapes["11"]["coordinates"]])
