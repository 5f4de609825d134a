"""From a source file to a checked, privacy-clean batch: rows as Parquet, rejected rows as CSV, counts as JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from data import clock, grid
from data.importing import quality
from data.importing.detecting import sha256_of
from data.importing.expressions import MISSING, Column, Compiler, lit, point_layers, prepare
from data.importing.extracting import Extract, Progress, extract, output_columns
from data.importing.fields import FACT_TABLES, HASHED_KINDS
from data.importing.mapping import SourceMapping
from data.importing.report import ImportRefused, Reason

MEMORY = "1500MB"
THREADS = 2
MOST_CODES = {"stations": 3000, "beats": 30_000, "categories": 3000}
MOST_REASONS = 50
_SHOWN_LENGTH = 40
# Shapes of identity and phone numbers in a value that is about to be shown.
_PERSONAL = r"\d{15}|1[3-9]\d{9}|\d{3}[-. )]+\d{3}[-. ]\d{4}|0\d{2,3}-\d{7}"


@dataclass(frozen=True)
class Context:
    """What staging needs to know of the store: hash key, grid latitude, its stations and the box around them.

    stations: (code, name).
    """

    key: bytes
    lat0: float | None = None
    box: tuple[float, float, float, float] | None = None
    stations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Staged:
    """One staged file; `batch` is everything the journal keeps beside the rows, ready for JSON."""

    rows: Path
    rejects: Path
    batch: dict[str, Any]


@dataclass(frozen=True)
class _Check:
    """A reason to reject a row; the condition sees a_, g_ and v_ columns."""

    condition: str
    reason: str
    column: str
    shown: str


def batch_key(source_sha256: str, mapping: SourceMapping) -> str:
    """Return the name of a batch: same bytes under the same mapping are the same batch."""
    return hashlib.sha256(f"{source_sha256}|{mapping.sha256}".encode()).hexdigest()


def stage(path: Path, mapping: SourceMapping, context: Context, folder: Path, progress: Progress) -> Staged:
    """Read, map, check and write one file into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    source_sha256 = sha256_of(path)
    taken = extract(path, mapping, context.key, folder, progress)
    progress("检查", 0.0)
    con = _connect(folder)
    try:
        staged = _stage_rows(con, taken, context, folder, path.name)
    finally:
        con.close()
    for left_over in (taken.path, taken.rejects, folder / "staging.duckdb"):
        left_over.unlink(missing_ok=True)
    progress("检查", 1.0)
    described = {
        "key": batch_key(source_sha256, mapping),
        "table": mapping.table.name,
        "source_name": path.name,
        "source_sha256": source_sha256,
        "mapping_name": mapping.name,
        "mapping_sha256": mapping.sha256,
        "mapping_text": mapping.text,
    }
    return Staged(folder / "rows.parquet", folder / "rejected.csv", described | staged)


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(
        str(folder / "staging.duckdb"),
        config={
            "memory_limit": MEMORY,
            "threads": THREADS,
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    prepare(con)
    return con


def _stage_rows(
    con: duckdb.DuckDBPyConnection, taken: Extract, context: Context, folder: Path, file: str
) -> dict[str, Any]:
    mapping = taken.mapping
    _clean_rows(con, taken)
    columns, checks = _value_rows(con, taken)
    lat0 = _accept(con, mapping, columns, context)
    reasons = _write_rejects(con, taken, checks, folder / "rejected.csv", file)
    targets = _targets(mapping, columns)
    order = "call_time, row_no" if mapping.table.name == "alerts" else "row_no"
    con.execute(
        f"COPY (SELECT row_no, {', '.join(targets)} FROM accepted ORDER BY {order})"
        f" TO {lit(str(folder / 'rows.parquet'))} (FORMAT parquet, ROW_GROUP_SIZE 100000)"
    )
    parts = len(mapping.parts)
    read = (taken.rows + taken.bad_rows) * parts
    kept = _one(con, "SELECT count(*) FROM accepted")
    refused = _one(con, "SELECT count(*) FROM valued WHERE problem IS NOT NULL") + taken.bad_rows * parts
    return {
        "columns": targets,
        "has_id": mapping.table.name not in FACT_TABLES or mapping.has_id(),
        "repeats": mapping.repeats,
        "lat0": lat0,
        "read": read,
        "kept": kept,
        "rejected": refused,
        "duplicate": read - kept - refused,
        "reasons": [reason.to_json() for reason in reasons],
        "warnings": [*taken.warnings, *_lost_warnings(con, columns)],
        "unused": list(taken.unused),
        "dropped": list(taken.dropped),
        "skipped": {
            "title": taken.tally.title,
            "blank": taken.tally.blank,
            "footer": taken.tally.footer,
            "subtotal": taken.tally.subtotal,
        },
        "codes": _codes(con, mapping, columns),
        "register": _register(mapping),
        **_span(con, mapping),
        "quality": quality.measure(con, mapping.table, set(targets), context.box),
        "imported_at": clock.now().isoformat(sep=" "),
    }


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


# ---- values --------------------------------------------------------------------------------------


def _clean_rows(con: duckdb.DuckDBPyConnection, taken: Extract) -> None:
    """Create the view `cleaned`: row number and c0, c1, … with missing markers as NULL."""
    names = [f"c{number}" for number in range(len(output_columns(taken.mapping, taken.columns)))]
    listed = ", ".join(f"{lit(name)}: 'VARCHAR'" for name in ("row_no", *names))
    # DuckDB reserves 16 times this for its buffer; only a boundary may be a very long cell.
    longest_line = 1 << (24 if "boundary" in taken.mapping.fields else 21)
    con.execute(
        f"CREATE VIEW source AS SELECT * FROM read_csv({lit(str(taken.path))}, header = false, auto_detect = false,"
        " delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = true, strict_mode = true,"
        f" max_line_size = {longest_line}, columns = {{{listed}}})"
    )
    words = ", ".join(lit(word) for word in dict.fromkeys((*MISSING, *taken.mapping.source.missing)))
    longest = max(len(word.encode()) for word in (*MISSING, *taken.mapping.source.missing))
    cleaned = "".join(
        f", CASE WHEN strlen({name}) > {longest} THEN {name} WHEN {name} NOT IN ({words}) THEN {name} END AS {name}"
        for name in names
    )
    con.execute(f"CREATE VIEW cleaned AS SELECT cast(row_no AS BIGINT) AS row_no{cleaned} FROM source")


def _value_rows(con: duckdb.DuckDBPyConnection, taken: Extract) -> tuple[dict[str, Column], list[_Check]]:
    """Create the table `valued`: one row per record with values, point, precision and the first problem."""
    mapping = taken.mapping
    held = output_columns(mapping, taken.columns)
    places = {column: f"c{number}" for number, column in enumerate(held)}
    columns: dict[str, Column] = {}
    checks: list[_Check] = []
    for number, part in enumerate(mapping.parts):
        compiler = Compiler(mapping, places, taken.is_sheet)
        columns = {name: compiler.column(item) for name, item in part.items()}
        hidden = {name for name, item in part.items() if taken.hidden & set(item.all_columns)}
        checks = _checks(mapping, columns, hidden)
        create = "CREATE TABLE valued AS" if number == 0 else "INSERT INTO valued"
        con.execute(f"{create} {_part_sql(mapping, columns, checks)}")
    return columns, checks


def _checks(mapping: SourceMapping, columns: dict[str, Column], hidden: set[str]) -> list[_Check]:
    shown = {name: "NULL" if name in hidden else column.shown for name, column in columns.items()}
    checks = [
        _Check(column.problem, column.reason, column.source, shown[name])
        for name, column in columns.items()
        if column.problem
    ]
    times = [name for name in mapping.table.times if name in columns]
    if times:
        known = f"coalesce({', '.join(f'v_{name}' for name in times)})"
        checks.append(_Check(f"{known} IS NULL", "没有任何可用的时间", columns[times[0]].source, shown[times[0]]))
        limit = (clock.now() + timedelta(days=1)).isoformat(sep=" ")
        for name in times:
            late = f"v_{name} > TIMESTAMP {lit(limit)}"
            checks.append(_Check(late, f"{columns[name].field.label}晚于当前时间", columns[name].source, shown[name]))
    if mapping.table.name == "duty":
        checks.append(
            _Check("v_ends_at <= v_starts_at", "下岗时间不晚于上岗时间", columns["ends_at"].source, shown["ends_at"])
        )
    return checks


def _part_sql(mapping: SourceMapping, columns: dict[str, Column], checks: list[_Check]) -> str:
    """Return the SELECT of one part in layers: texts read, values checked, problems and points."""
    firsts = [f"({c.first}) AS a_{n}, ({c.given}) AS g_{n}" for n, c in columns.items()]
    firsts += [f"({c.precision}) AS p_{n}" for n, c in columns.items() if c.precision]
    values = [f"({c.value}) AS v_{n}" for n, c in columns.items()]
    cases = " ".join(f"WHEN {check.condition} THEN {number}" for number, check in enumerate(checks))
    texts = " ".join(f"WHEN {number} THEN {check.shown}" for number, check in enumerate(checks))
    problem = f"CASE {cases} END" if checks else "NULL::INTEGER"
    shown = f"CASE problem {texts} END" if checks else "NULL"
    kept = [f"v_{name}" for name in columns] + [f"p_{name}" for name, column in columns.items() if column.precision]
    lost = [f"({column.lost}) AS l_{name}" for name, column in columns.items() if column.lost]
    kept += [f"l_{name}" for name, column in columns.items() if column.lost]
    return (
        f"SELECT row_no, problem, left(shown, {_SHOWN_LENGTH}) AS shown, {', '.join(kept)},"
        f" x AS lon, y AS lat, has_point FROM ({_point_sql(mapping, columns)}"
        f"SELECT *, {', '.join([f'{shown} AS shown', *lost])} FROM ("
        f"SELECT *, {problem} AS problem FROM ("
        f"SELECT *, {', '.join(values)} FROM ("
        f"SELECT *, {', '.join(firsts)} FROM cleaned{')' * (4 + _point_depth(mapping))}"
    )


def _point_depth(mapping: SourceMapping) -> int:
    return 2 + len(point_layers(mapping))


def _point_sql(mapping: SourceMapping, columns: dict[str, Column]) -> str:
    """Return the opening of the nested SELECTs that add x, y (WGS84, or NULL for a bad point) and has_point."""
    lon, lat = _point(mapping, columns)
    good = "abs(raw_x) <= 180 AND abs(raw_y) <= 90 AND NOT (abs(raw_x) < 0.01 AND abs(raw_y) < 0.01)"
    opening = (
        f"SELECT *, CASE WHEN {good} THEN raw_x END AS x, CASE WHEN {good} THEN raw_y END AS y,"
        f" raw_x IS NOT NULL AND raw_y IS NOT NULL AS has_point FROM (SELECT *, {lon} AS raw_x, {lat} AS raw_y FROM ("
    )
    for layer in point_layers(mapping):
        opening = f"SELECT {layer} FROM ({opening}"
    return opening


def _point(mapping: SourceMapping, columns: dict[str, Column]) -> tuple[str, str]:
    if "lon" in columns:
        return "v_lon", "v_lat"
    if "point" not in columns:
        return "NULL::DOUBLE", "NULL::DOUBLE"
    one, two = (f"try_cast(nullif(point_parts(v_point).{part}, '') AS DOUBLE)" for part in ("a", "b"))
    order = mapping.fields["point"].order
    if order:
        return (one, two) if order == "lon,lat" else (two, one)
    # WKT and GeoJSON put longitude first, a bare pair in brackets latitude; beyond 90 only longitude is possible.
    lon_first = f"(regexp_matches(upper(v_point), 'POINT|COORDINATES') OR abs({one}) > 90)"
    return f"CASE WHEN {lon_first} THEN {one} ELSE {two} END", f"CASE WHEN {lon_first} THEN {two} ELSE {one} END"


# ---- accepted rows -------------------------------------------------------------------------------


def _accept(
    con: duckdb.DuckDBPyConnection, mapping: SourceMapping, columns: dict[str, Column], context: Context
) -> float | None:
    """Create the table `accepted` with the target columns; returns the grid latitude used, if any."""
    lat0 = None
    chosen = ["row_no", "lon", "lat", "has_point"]
    if mapping.table.name in FACT_TABLES:
        lat0 = _grid_latitude(con, context) if _has_point(columns) else None
        chosen += _cells(lat0) if _has_point(columns) else []
        times = [name for name in mapping.table.times if name in columns]
        cases = " ".join(f"WHEN v_{name} IS NOT NULL THEN p_{name}" for name in times)
        chosen.append(f"CASE {cases} END AS time_precision")
    elif _has_point(columns):
        chosen = ["row_no", "lon", "lat", "has_point"]
    for name, column in columns.items():
        target = column.field.column
        if target and target not in ("lon", "lat"):
            chosen.append(f"v_{name} AS {target}")
    con.execute(
        f"CREATE TABLE accepted AS SELECT {', '.join(chosen)} FROM valued WHERE problem IS NULL{_only_last(mapping)}"
    )
    return lat0


def _only_last(mapping: SourceMapping) -> str:
    """Return the clause that keeps the last row of each key, where the mapping wants that."""
    if mapping.table.name in FACT_TABLES:
        if not mapping.has_id() or mapping.repeats == "keep":
            return ""
        return " QUALIFY v_id IS NULL OR row_number() OVER (PARTITION BY v_id ORDER BY row_no DESC) = 1"
    keys = ", ".join(f"v_{name}" for name in mapping.table.key)
    return f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY row_no DESC) = 1"


def _has_point(columns: dict[str, Column]) -> bool:
    return "lon" in columns or "point" in columns


def _grid_latitude(con: duckdb.DuckDBPyConnection, context: Context) -> float | None:
    if context.lat0 is not None:
        return context.lat0
    row = con.execute("SELECT round(median(lat), 1) FROM valued WHERE problem IS NULL").fetchone()
    return float(row[0]) if row and row[0] is not None else None


def _cells(lat0: float | None) -> list[str]:
    if lat0 is None:
        return ["NULL::INTEGER AS cell_x", "NULL::INTEGER AS cell_y"]
    return [f"{grid.cell_x_sql('lon', lat0)} AS cell_x", f"{grid.cell_y_sql('lat')} AS cell_y"]


def _targets(mapping: SourceMapping, columns: dict[str, Column]) -> list[str]:
    """Return the columns of the table that this batch fills."""
    targets = [column.field.column for column in columns.values() if column.field.column]
    if mapping.table.name in FACT_TABLES:
        targets += ["cell_x", "cell_y"] if _has_point(columns) else []
        targets.append("time_precision")
    elif "point" in columns:
        targets += ["lon", "lat"]
    return list(dict.fromkeys(targets))


def _span(con: duckdb.DuckDBPyConnection, mapping: SourceMapping) -> dict[str, str | None]:
    """Return the first time of the batch and the moment after its last one."""
    known = [mapping.table.fields[name].column for name in mapping.table.times if name in mapping.fields]
    if not known:
        return {"first_time": None, "last_time": None}
    row = con.execute(
        f"""
        SELECT min(t), max(CASE p WHEN 'month' THEN date_trunc('month', t) + INTERVAL 1 MONTH
                                  WHEN 'day' THEN date_trunc('day', t) + INTERVAL 1 DAY
                                  WHEN 'hour' THEN t + INTERVAL 1 HOUR ELSE t + INTERVAL 1 MINUTE END)
        FROM (SELECT coalesce({", ".join(str(name) for name in known)}) AS t, time_precision AS p FROM accepted)
        """
    ).fetchone()
    first, last = row or (None, None)
    return {"first_time": _iso(first), "last_time": _iso(last)}


def _iso(stamp: datetime | None) -> str | None:
    return stamp.isoformat(sep=" ") if stamp else None


# ---- codes ---------------------------------------------------------------------------------------


def _codes(con: duckdb.DuckDBPyConnection, mapping: SourceMapping, columns: dict[str, Column]) -> dict[str, Any]:
    """Return the unit and category codes of an event batch with counts, and the mean point of each station."""
    if mapping.table.name not in FACT_TABLES:
        return {}
    found: dict[str, Any] = {}
    if "station_code" in columns:
        found["stations"] = con.execute(
            "SELECT station_code, count(*), avg(lon), avg(lat) FROM accepted WHERE station_code IS NOT NULL"
            f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CODES['stations'] + 1}"
        ).fetchall()
    if "beat_code" in columns:
        station = "mode(station_code)" if "station_code" in columns else "NULL"
        found["beats"] = con.execute(
            f"SELECT beat_code, count(*), {station} FROM accepted WHERE beat_code IS NOT NULL"
            f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CODES['beats'] + 1}"
        ).fetchall()
    names = [name for name in ("cat_conf", "cat_orig", "category") if name in columns]
    if names:
        listed = ", ".join(names)
        # An alert whose two categories are the same code counts once.
        found["categories"] = con.execute(
            f"SELECT code, count(*) FROM (SELECT unnest(list_distinct([{listed}])) AS code FROM accepted)"
            f" WHERE code IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CODES['categories'] + 1}"
        ).fetchall()
    for kind, rows in found.items():
        wanted = getattr(mapping.register, kind)
        if wanted and len(rows) > MOST_CODES[kind]:
            word = {"stations": "派出所", "beats": "警格", "categories": "类别"}[kind]
            raise ImportRefused(
                f"映射 {mapping.name} 要登记的{word}超过 {MOST_CODES[kind]} 个，很可能列对应错了。"
                f"请检查映射，或去掉 register.{kind}。未发布任何数据。"
            )
    return found


def _register(mapping: SourceMapping) -> dict[str, Any]:
    register = mapping.register
    default_group = "刑事" if mapping.table.name == "cases" else "其他"
    return {
        "stations": register.stations,
        "beats": register.beats,
        "categories": register.categories,
        "kind": register.kind,
        "beat_kind": register.beat_kind,
        "group": register.group or default_group,
        "groups": dict(register.groups),
    }


# ---- rejected rows -------------------------------------------------------------------------------


def _write_rejects(
    con: duckdb.DuckDBPyConnection, taken: Extract, checks: list[_Check], target: Path, file: str
) -> list[Reason]:
    """Write all rejected rows in source order and return the reasons, most frequent first."""
    con.execute("CREATE TABLE reasons (problem INTEGER, reason VARCHAR, source VARCHAR)")
    for number, check in enumerate(checks):
        con.execute("INSERT INTO reasons VALUES (?, ?, ?)", [number, check.reason, check.column])
    con.execute(
        f"""
        CREATE VIEW rejected AS
        SELECT row_no, source AS "column", reason,
               CASE WHEN regexp_matches(shown, {lit(_PERSONAL)}) THEN '（不显示）' ELSE shown END AS value
        FROM valued JOIN reasons USING (problem)
        UNION ALL
        SELECT cast(a AS BIGINT), b, d, c
        FROM read_csv({lit(str(taken.rejects))}, header = false, auto_detect = false,
                      columns = {{'a': 'VARCHAR', 'b': 'VARCHAR', 'c': 'VARCHAR', 'd': 'VARCHAR'}})
        """
    )
    con.execute(
        f"""
        COPY (SELECT row_no AS 行号, "column" AS 列, value AS 值, reason AS 原因, {lit(file)} AS 文件
              FROM rejected ORDER BY row_no) TO {lit(str(target))} (FORMAT csv, HEADER true)
        """
    )
    rows = con.execute(
        f"""
        SELECT reason, "column", count(*), min(row_no) FROM rejected
        GROUP BY 1, 2 ORDER BY 3 DESC, 4 LIMIT {MOST_REASONS}
        """
    ).fetchall()
    return [Reason(reason, column, count, first) for reason, column, count, first in rows]


def _lost_warnings(con: duckdb.DuckDBPyConnection, columns: dict[str, Column]) -> list[str]:
    """Say how many optional values were left empty because they could not be read."""
    warnings = []
    for name, column in columns.items():
        if column.lost and column.field.kind not in HASHED_KINDS:
            count = _one(con, f"SELECT count(*) FROM valued WHERE problem IS NULL AND l_{name}")
            if count:
                warnings.append(f"{column.field.label}（列 {column.source}）有 {count:,} 个值无法解读，已按缺失处理")
    return warnings
