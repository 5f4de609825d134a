"""Write the demo's columns to plain files of whole numbers and load them into an empty snapshot in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from data import clock
from data.demo import alerts as alert_lists
from data.demo import codes
from data.demo.alerts import STAMP_BASE, Alerts
from data.demo.geography import GRID_LAT0, Geography
from data.demo.plan import BUREAU, SOURCE, Ints, Plan
from data.version import CODE_VERSION

UNREGISTERED_UNIT = "990199990000"
_CHUNK = 200_000


@dataclass(frozen=True)
class Table:
    """One table to load: its columns of whole numbers, and the SELECT that gives them their meaning.

    `numbers` becomes a file that the SELECT reads as `numbers`; `lists` are the parameters that it looks values up in.
    """

    name: str
    numbers: dict[str, Ints]
    select: str
    lists: dict[str, Any]


def write_numbers(path: Path, columns: dict[str, Ints]) -> None:
    """Write whole numbers from 0 up as fixed-width CSV without a header (20 times faster than a text writer)."""
    names = list(columns)
    size = len(columns[names[0]])
    widths = [len(str(int(columns[name].max(initial=0)))) for name in names]
    with path.open("wb") as file:
        for low in range(0, size, _CHUNK):
            rows = min(_CHUNK, size - low)
            page = np.full((rows, sum(widths) + len(widths)), ord(","), dtype=np.uint8)
            at = 0
            for name, width in zip(names, widths, strict=True):
                rest = columns[name][low : low + rows].astype(np.int64)
                for position in range(at + width - 1, at - 1, -1):
                    rest, digit = np.divmod(rest, 10)
                    page[:, position] = digit + ord("0")
                at += width + 1
            page[:, -1] = ord("\n")
            file.write(page.tobytes())


def load_table(con: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> int:
    """Insert one table through its file; returns the number of rows."""
    path = folder / f"{table.name}.csv"
    write_numbers(path, table.numbers)
    types = ", ".join(f"'{name}': 'BIGINT'" for name in table.numbers)
    source = f"read_csv($numbers, header = false, auto_detect = false, delim = ',', columns = {{{types}}})"
    con.execute(
        f"INSERT INTO {table.name} " + table.select.replace("FROM numbers", f"FROM {source}"),
        {"numbers": str(path), **table.lists},
    )
    path.unlink()
    return len(next(iter(table.numbers.values())))


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert a short list of rows, column by column."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        marks = ", ".join(f"unnest(${i + 1})" for i in range(len(columns)))
        con.execute(f"INSERT INTO {table} SELECT {marks}", columns)
    return len(rows)


def alert_table(plan: Plan, land: Geography, alerts: Alerts, batch: int) -> Table:
    """The `alerts` table; ids are keyed by seed and row, as a real import keys them by its secret."""
    stamp = "CASE WHEN {0} > 0 THEN make_timestamp($base + {0} * 1000000) END"
    uuid = "CASE WHEN {1} > 0 THEN md5($salt || '|{0}|' || {1})::UUID END"
    select = f"""
        SELECT
            {uuid.format("alert", "id")}, {uuid.format("alert", "parent")},
            $recv_types[recv_type], $source_modes[source_mode],
            {", ".join(stamp.format(name) for name in ("call", "answer", "dispatch", "sign", "depart", "arrive"))},
            {stamp.format("done")}, {stamp.format("feedback")},
            $categories[cat_orig], $categories[cat_conf],
            nullif(level, 0), invalid = 1, $stations[station], $beats[beat], nullif(cell_x, 0), nullif(cell_y, 0),
            $places[place], $results[result], $mediations[mediated], $scores[visit],
            {uuid.format("caller", "caller")}, {uuid.format("case", '"case"')},
            nullif(officers, 0), nullif(vehicles, 0), $origins[origin], $precisions[precision], $batch
        FROM numbers
    """
    lists: dict[str, Any] = {
        "base": _micros(plan) - STAMP_BASE * 1_000_000,
        "salt": f"demo|{plan.seed}",
        "recv_types": list(alert_lists.RECV_TYPES),
        "source_modes": list(alert_lists.SOURCE_MODES),
        "categories": [*codes.CODES, codes.UNMAPPED_CODE],
        "stations": [*land.codes, UNREGISTERED_UNIT],
        "beats": land.beat_codes,
        "places": list(alert_lists.PLACE_TYPES),
        "results": list(alert_lists.RESULTS),
        "mediations": list(alert_lists.MEDIATED),
        "scores": list(alert_lists.SCORES),
        "origins": list(alert_lists.ORIGINS),
        "precisions": list(alert_lists.PRECISIONS),
        "batch": batch,
    }
    return Table("alerts", alerts.columns, select, lists)


def _micros(plan: Plan) -> int:
    return int(np.datetime64(plan.start, "us").astype(np.int64))


def load_land(con: duckdb.DuckDBPyConnection, land: Geography) -> dict[str, int]:
    """Insert stations, beats and the code lists; returns rows per table."""
    stations = list(
        zip(
            land.codes,
            land.names,
            land.kinds,
            land.ranks,
            land.population.tolist(),
            land.area_km2.tolist(),
            land.lon.tolist(),
            land.lat.tolist(),
            land.boundaries,
            strict=True,
        )
    )
    beats = list(
        zip(
            land.beat_codes,
            [land.codes[s] for s in land.beat_station],
            land.beat_names,
            land.beat_kinds,
            land.beat_population.tolist(),
            strict=True,
        )
    )
    return {
        "stations": insert_rows(con, "stations", stations),
        "beats": insert_rows(con, "beats", beats),
        "alert_categories": insert_rows(con, "alert_categories", codes.rows_alert_categories()),
        "case_categories": insert_rows(con, "case_categories", codes.rows_case_categories()),
    }


def write_meta(con: duckdb.DuckDBPyConnection) -> None:
    """Say in the snapshot that it is a demo, of which bureau, and where its grid is anchored."""
    insert_rows(con, "meta", [("is_demo", "1"), ("bureau", BUREAU), ("grid_lat0", str(GRID_LAT0))])


def write_lineage(con: duckdb.DuckDBPyConnection, plan: Plan, rows: dict[str, int], batches: dict[str, int]) -> None:
    """One `imports` row per table: the arguments stand for the file, for they alone decide the rows."""
    arguments = json.dumps(
        {
            "stations": plan.stations,
            "years": plan.years,
            "alerts_per_year": plan.alerts_per_year,
            "seed": plan.seed,
            "until": plan.until.isoformat(),
        }
    )
    lineage = []
    for name, batch in batches.items():
        digest = hashlib.sha256(f"{CODE_VERSION}|{name}|{arguments}".encode()).hexdigest()
        timed = name in ("alerts", "cases", "duty")
        lineage.append(
            (
                batch,
                f"demo-{name}-{digest}",
                name,
                SOURCE,
                digest,
                "demo",
                hashlib.sha256(arguments.encode()).hexdigest(),
                arguments,
                rows[name],
                rows[name],
                0,
                0,
                0,
                0,
                plan.start if timed else None,
                plan.end if timed else None,
                json.dumps({"synthetic": True, "rows": rows[name]}),
                CODE_VERSION,
                clock.now(),
            )
        )
    insert_rows(con, "imports", lineage)
