"""The invented land of the demo: coastline, station areas, beats and the grid cells where calls happen."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Voronoi, cKDTree

from data.demo.codes import KINDS
from data.demo.names import beat_names, station_names
from data.demo.plan import Bools, Floats, Ints, Plan
from data.grid import CELL_METRES, METRES_PER_DEGREE_EAST, METRES_PER_DEGREE_NORTH

# Open sea in the middle of the Yellow Sea: nobody can mistake the drawing for a real place.
CENTRE_LON, CENTRE_LAT = 123.4, 35.4
GRID_LAT0 = 35.4
KM_PER_LON = METRES_PER_DEGREE_EAST / 1000 * math.cos(math.radians(CENTRE_LAT))
KM_PER_LAT = METRES_PER_DEGREE_NORTH / 1000
MAX_VERTICES = 60

# Our own outline in km around the centre, clockwise from the north-west; the sea lies east and south.
_OUTLINE = (
    (-30, 18), (-19, 24), (-5, 21), (8, 25), (19, 22), (25, 17), (27, 11), (22, 7), (16, 5), (12.5, 1), (13, -4),
    (17, -7), (24, -8), (31, -12), (34, -17), (29, -21), (21, -19), (14, -17), (8, -20), (0, -24), (-9, -21),
    (-17, -25), (-26, -20), (-31, -11), (-28, -2), (-33, 8),
)  # fmt: skip
_CORE = (7.0, -2.0)
_COAST_POINTS = slice(4, 23)
_KIND_SHARES = {"城区": 0.40, "城郊": 0.233, "农村": 0.20, "海港": 0.084, "厂矿": 0.083}
_POPULATION = {"城区": 42000, "城郊": 33000, "农村": 21000, "海港": 15000, "厂矿": 17000}
# How tightly calls crowd around the middle of a beat, km.
_SPREAD = {"城区": 0.35, "城郊": 0.5, "农村": 0.55, "海港": 0.45, "厂矿": 0.5}


@dataclass(frozen=True)
class Geography:
    """Stations, beats and cells as parallel lists; cells are sorted by beat and beats by station."""

    codes: list[str]
    names: list[str]
    kinds: list[str]
    ranks: list[str]
    population: Ints
    area_km2: Floats
    lon: Floats
    lat: Floats
    boundaries: list[str]
    neighbours: list[list[int]]
    beat_codes: list[str]
    beat_station: Ints
    beat_names: list[str]
    beat_kinds: list[str]
    beat_population: Ints
    cell_x: Ints
    cell_y: Ints
    cell_beat: Ints
    # One running total of weights over all cells per kind of scene (see SCENES).
    cell_totals: Floats

    @property
    def size(self) -> int:
        return len(self.codes)


SCENES = ("居住", "道路", "商业", "分散")


def build(plan: Plan) -> Geography:
    """Draw the whole land for a number of stations; the same seed always draws the same land."""
    rng = plan.rng("geography")
    scale = float(np.clip(math.sqrt(plan.stations / 60), 0.25, 1.7))
    outline = _outline(rng, scale)
    sites = _sites(plan.stations, outline, scale, rng)
    sites, kinds = _ordered_by_kind(sites, outline, scale)
    rings, neighbours = _areas(sites, outline)
    warp = _warp(rng, scale)
    shapes = [_simplified(warp(_subdivided(ring)), MAX_VERTICES - 1) for ring in rings]
    centres = np.array([_centroid(shape) for shape in shapes])
    population = (rng.lognormal(0, 0.28, plan.stations) * [_POPULATION[kind] for kind in kinds]).round(-2)
    lon, lat = _lonlat(centres)
    codes = [station_code(i) for i in range(plan.stations)]
    beats = _beats(shapes, kinds, codes, population, rng)
    cells = _cells(shapes, kinds, beats, rng)
    return Geography(
        codes=codes,
        names=station_names(kinds),
        kinds=kinds,
        ranks=[_rank(kind, i) for i, kind in enumerate(kinds)],
        population=population.astype(np.int64),
        area_km2=np.array([abs(_signed_area(shape)) for shape in shapes]).round(2),
        lon=lon.round(5),
        lat=lat.round(5),
        boundaries=[_geojson(shape) for shape in shapes],
        neighbours=neighbours,
        beat_codes=beats.codes,
        beat_station=beats.station,
        beat_names=beat_names([kind == "城镇社区" for kind in beats.kinds], rng),
        beat_kinds=beats.kinds,
        beat_population=beats.population,
        cell_x=cells[0],
        cell_y=cells[1],
        cell_beat=cells[2],
        cell_totals=cells[3],
    )


def station_code(index: int) -> str:
    """12 digits: an invented district, then the station, then zeros."""
    district, number = divmod(index, 99)
    return f"{990101 + district:06d}{number + 1:02d}0000"


def _rank(kind: str, index: int) -> str:
    return "副处级" if kind == "城区" and index % 3 == 0 else "正科级"


def _outline(rng: np.random.Generator, scale: float) -> Floats:
    """The control points joined by a smooth closed curve, roughened more along the coast than inland."""
    points = np.array(_OUTLINE) * scale
    pieces, rough = [], []
    for i in range(len(points)):
        p0, p1, p2, p3 = (points[(i + k) % len(points)] for k in (-1, 0, 1, 2))
        steps = max(4, round(float(np.linalg.norm(p2 - p1)) / (1.1 * scale)))
        t = np.arange(steps)[:, None] / steps
        pieces.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * (p1 - p2) + p3 - p0) * t**3)
        )
        coast = _COAST_POINTS.start <= i < _COAST_POINTS.stop
        rough += [0.42 if coast else 0.12] * steps
    smooth = np.concatenate(pieces)
    rough_curve: Floats = smooth + rng.normal(0, 1, smooth.shape) * np.array(rough)[:, None] * scale
    return rough_curve


def _sites(count: int, outline: Floats, scale: float, rng: np.random.Generator) -> Floats:
    """Station sites: many in the core, few in the country, evened out by a few weighted Lloyd steps."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    side = 0.6 * scale
    axes = [np.arange(low[k] + side / 2, high[k], side) for k in (0, 1)]
    raster = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    raster = raster[_inside(raster, outline)]
    distance = np.linalg.norm(raster - np.array(_CORE) * scale, axis=1) / scale
    weight = 22 * np.exp(-0.5 * (distance / 4.2) ** 2) + 3.2 * np.exp(-0.5 * (distance / 11) ** 2) + 0.28
    sites = raster[rng.choice(len(raster), count, replace=False, p=weight / weight.sum())]
    sites = sites + rng.normal(0, 0.2 * scale, sites.shape)
    for _ in range(4):
        nearest = cKDTree(sites).query(raster)[1]
        total = np.bincount(nearest, weight, count)
        sums = [np.bincount(nearest, weight * raster[:, k], count) for k in (0, 1)]
        moved = np.stack(sums, axis=1) / np.maximum(total, 1e-9)[:, None]
        sites = np.where(total[:, None] > 0, 0.35 * sites + 0.65 * moved, sites)
    result: Floats = sites
    return result


def _ordered_by_kind(sites: Floats, outline: Floats, scale: float) -> tuple[Floats, list[str]]:
    """Give every site its kind by where it lies, and put the kinds one after another from the core outwards."""
    count = len(sites)
    numbers = _kind_numbers(count)
    core = np.linalg.norm(sites - np.array(_CORE) * scale, axis=1)
    by_core = np.argsort(core, kind="stable").tolist()
    chosen: dict[str, list[int]] = {"城区": by_core[: numbers["城区"]]}
    rest = by_core[numbers["城区"] :]
    coast = outline[len(outline) // 5 : len(outline) * 4 // 5]
    to_sea = cKDTree(coast).query(sites)[0]
    chosen["海港"] = sorted(rest, key=lambda i: to_sea[i] + 0.08 * core[i])[: numbers["海港"]]
    rest = [i for i in rest if i not in chosen["海港"]]
    # Works and mines lie together in the west of the town.
    plant = np.array(_CORE) * scale + np.array([-11.0, 7.0]) * scale
    to_plant = np.linalg.norm(sites - plant, axis=1)
    chosen["厂矿"] = sorted(rest, key=lambda i: to_plant[i])[: numbers["厂矿"]]
    rest = [i for i in rest if i not in chosen["厂矿"]]
    chosen["城郊"], chosen["农村"] = rest[: numbers["城郊"]], rest[numbers["城郊"] :]
    order = [i for kind in KINDS for i in chosen[kind]]
    return sites[order], [kind for kind in KINDS for _ in chosen[kind]]


def _kind_numbers(count: int) -> dict[str, int]:
    exact = {kind: share * count for kind, share in _KIND_SHARES.items()}
    numbers = {kind: int(value) for kind, value in exact.items()}
    by_rest = sorted(exact, key=lambda kind: numbers[kind] - exact[kind])
    for kind in by_rest[: count - sum(numbers.values())]:
        numbers[kind] += 1
    return numbers


def _areas(sites: Floats, outline: Floats) -> tuple[list[Floats], list[list[int]]]:
    """Voronoi cells of the sites cut by the outline, and which stations touch."""
    count = len(sites)
    if count == 1:
        return [outline], [[]]
    far = 20 * np.abs(outline).max()
    frame = np.array([(far, 0), (-far, 0), (0, far), (0, -far)])
    diagram = Voronoi(np.concatenate([sites, frame]))
    rings = []
    for i in range(count):
        corners = diagram.vertices[diagram.regions[diagram.point_region[i]]]
        around = np.argsort(np.arctan2(*(corners - sites[i]).T[::-1]))
        rings.append(_largest_piece(_clip(outline, corners[around])))
    touching: list[set[int]] = [set() for _ in range(count)]
    for (a, b), ridge in zip(diagram.ridge_points, diagram.ridge_vertices, strict=True):
        if a < count and b < count and -1 not in ridge and _shares_land(diagram.vertices[ridge], outline):
            touching[a].add(int(b))
            touching[b].add(int(a))
    return rings, [sorted(others) for others in touching]


def _shares_land(ends: Floats, outline: Floats) -> bool:
    along = np.linspace(0.02, 0.98, 25)[:, None]
    return bool(_inside(ends[0] * (1 - along) + ends[1] * along, outline).any())


def _clip(subject: Floats, convex: Floats) -> Floats:
    """Sutherland-Hodgman: the part of `subject` inside a convex ring that runs counter-clockwise."""
    output = subject
    for start, end in zip(convex, np.roll(convex, -1, axis=0), strict=True):
        edge = end - start
        side = edge[0] * (output[:, 1] - start[1]) - edge[1] * (output[:, 0] - start[0])
        kept: list[Floats] = []
        for i in range(len(output)):
            before, here = side[i - 1], side[i]
            if (before >= 0) != (here >= 0):
                kept.append(output[i - 1] + (output[i] - output[i - 1]) * (before / (before - here)))
            if here >= 0:
                kept.append(output[i])
        output = np.array(kept).reshape(-1, 2)
        if not len(output):
            break
    return output


def _largest_piece(ring: Floats) -> Floats:
    """Cut the bridges that clipping leaves across the sea, and keep the largest piece of land."""
    ring = ring[np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1) > 1e-7]
    along = np.roll(ring, -1, axis=0) - ring
    length = np.linalg.norm(along, axis=1)
    unit = along / length[:, None]
    for i in range(len(ring)):
        offset = ring - ring[i]
        beside = np.abs(unit[i, 0] * offset[:, 1] - unit[i, 1] * offset[:, 0]) < 1e-6
        # A bridge is walked twice, there and back: two edges on one line, opposite and overlapping.
        back = beside & (unit @ unit[i] < -0.999999)
        far = offset @ unit[i]
        overlap = np.minimum(far, length[i]) - np.maximum(far - length, 0)
        for j in np.flatnonzero(back & (overlap > 1e-6)):
            if j > i:
                pieces = ring[i + 1 : j + 1], np.concatenate([ring[j + 1 :], ring[: i + 1]])
                return _largest_piece(max(pieces, key=lambda piece: abs(_signed_area(piece))))
    return ring


def _subdivided(ring: Floats) -> Floats:
    """Cut long edges into equal pieces; both neighbours cut a shared edge at the same points."""
    pieces = []
    for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        steps = int(np.clip(math.ceil(float(np.linalg.norm(end - start)) / 0.9), 1, 6))
        pieces.append(start + (end - start) * (np.arange(steps)[:, None] / steps))
    return np.concatenate(pieces)


def _warp(rng: np.random.Generator, scale: float) -> Callable[[Floats], Floats]:
    """A smooth displacement of the plane, the same for every ring, so that borders bend but still fit."""
    waves = [
        (2 * math.pi / (length * scale), size * scale, rng.uniform(0, 2 * math.pi, 4))
        for length, size in ((17.0, 0.75), (6.5, 0.3), (3.1, 0.14))
    ]

    def move(points: Floats) -> Floats:
        x, y = points[:, 0], points[:, 1]
        moved = points.copy()
        for k, size, phase in waves:
            moved[:, 0] += size * np.sin(k * y + phase[0]) * np.cos(0.7 * k * x + phase[1])
            moved[:, 1] += size * np.sin(k * x + phase[2]) * np.cos(0.7 * k * y + phase[3])
        return moved

    return move


def _simplified(ring: Floats, limit: int) -> Floats:
    """Drop the vertices whose corner covers least, until at most `limit` are left."""
    while len(ring) > limit:
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        one, two = ring - before, after - before
        covered = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
        ring = np.delete(ring, int(np.argmin(covered)), axis=0)
    return ring


def _signed_area(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _centroid(ring: Floats) -> tuple[float, float]:
    x, y = ring[:, 0], ring[:, 1]
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    six_areas = 3 * cross.sum()
    return (
        float(((x + np.roll(x, -1)) * cross).sum() / six_areas),
        float(((y + np.roll(y, -1)) * cross).sum() / six_areas),
    )


def _inside(points: Floats, ring: Floats) -> Bools:
    """Ray casting: which points lie inside the ring."""
    inside = np.zeros(len(points), dtype=bool)
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def _lonlat(points: Floats) -> tuple[Floats, Floats]:
    return CENTRE_LON + points[:, 0] / KM_PER_LON, CENTRE_LAT + points[:, 1] / KM_PER_LAT


def _geojson(ring: Floats) -> str:
    lon, lat = _lonlat(ring if _signed_area(ring) > 0 else ring[::-1])
    corners = [[round(float(a), 5), round(float(b), 5)] for a, b in zip(lon, lat, strict=True)]
    return json.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]}, separators=(",", ":"))


@dataclass(frozen=True)
class _Beats:
    codes: list[str]
    station: Ints
    kinds: list[str]
    population: Ints
    centres: Floats


def _beats(
    shapes: list[Floats], kinds: list[str], codes: list[str], population: Floats, rng: np.random.Generator
) -> _Beats:
    """About 15 beats a station, each with a centre inside the station's area."""
    beat_codes, station, beat_kinds, people, centres = [], [], [], [], []
    for s, (shape, kind) in enumerate(zip(shapes, kinds, strict=True)):
        number = int(rng.integers(12, 19))
        low, high = shape.min(axis=0), shape.max(axis=0)
        trial = rng.uniform(low, high, (600, 2))
        trial = trial[_inside(trial, shape)]
        # Farthest points first keep the centres apart.
        picked = [trial[0]]
        for _ in range(number - 1):
            gap = np.min([np.linalg.norm(trial[:200] - point, axis=1) for point in picked], axis=0)
            picked.append(trial[int(np.argmax(gap * rng.uniform(0.6, 1, len(gap))))])
        urban_share = {"农村": 0.15, "城郊": 0.6}.get(kind, 1.0)
        share = rng.dirichlet(np.full(number, 6.0))
        for b in range(number):
            beat_codes.append(f"{codes[s][:8]}{b + 1:04d}")
            beat_kinds.append("城镇社区" if b < max(1, round(number * urban_share)) else "农村")
            people.append(round(float(share[b] * population[s])))
        station += [s] * number
        centres += picked
    return _Beats(beat_codes, np.array(station), beat_kinds, np.array(people), np.array(centres))


def _cells(
    shapes: list[Floats], kinds: list[str], beats: _Beats, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Floats]:
    """100 m cells inside every area, each belonging to its nearest beat, with weights for every kind of scene."""
    xs, ys, owners, weights = [], [], [], []
    for s, shape in enumerate(shapes):
        x, y, points = _grid(shape)
        mine = np.flatnonzero(beats.station == s)
        distance, nearest = cKDTree(beats.centres[mine]).query(points)
        near = np.exp(-0.5 * (distance / _SPREAD[kinds[s]]) ** 2)
        noise = rng.lognormal(0, 1.0, (3, len(points)))
        road = np.minimum(np.abs(x % 9 - 4), np.abs(y % 11 - 5)) == 0
        scene = np.stack(
            [
                (near + 0.02) * noise[0],
                (near + 0.15) * np.where(road, 1.0, 0.04) * noise[1],
                (near**2 + 0.01) * noise[2] ** 1.5,
                near + 0.3,
            ]
        )
        order = np.argsort(nearest, kind="stable")
        xs.append(x[order])
        ys.append(y[order])
        owners.append(mine[nearest[order]])
        weights.append(scene[:, order])
    return np.concatenate(xs), np.concatenate(ys), np.concatenate(owners), np.cumsum(np.hstack(weights), axis=1)


def _grid(shape: Floats) -> tuple[Ints, Ints, Floats]:
    """Cells whose middle lies in the shape (or the middle cell of a shape smaller than a cell)."""
    lon, lat = _lonlat(shape)
    per_lon = math.cos(math.radians(GRID_LAT0)) * METRES_PER_DEGREE_EAST / CELL_METRES
    per_lat = METRES_PER_DEGREE_NORTH / CELL_METRES
    x_range = np.arange(math.floor(lon.min() * per_lon), math.floor(lon.max() * per_lon) + 1)
    y_range = np.arange(math.floor(lat.min() * per_lat), math.floor(lat.max() * per_lat) + 1)
    x, y = (axis.reshape(-1) for axis in np.meshgrid(x_range, y_range))
    points = np.stack(
        [
            ((x + 0.5) / per_lon - CENTRE_LON) * KM_PER_LON,
            ((y + 0.5) / per_lat - CENTRE_LAT) * KM_PER_LAT,
        ],
        axis=1,
    )
    inside = _inside(points, shape)
    return x[inside], y[inside], points[inside]
