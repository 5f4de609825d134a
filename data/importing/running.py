"""The import as command line and page use it: inspect, preview, try, run."""

from __future__ import annotations

import contextlib
import csv
import itertools
import math
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from data.importing import boundaries, boundary_guessing, geojson, guessing, publishing
from data.importing.applying import Applied, compare, own_group
from data.importing.detecting import detect, sha256_of
from data.importing.expressions import lit
from data.importing.extracting import Progress
from data.importing.fields import BOUNDARIES
from data.importing.keys import hash_key
from data.importing.mapping import SourceMapping, SourceSpec
from data.importing.reading import open_source
from data.importing.report import FileReport, ImportRefused, Reason, Report, UsageError
from data.importing.staging import Context, Staged, batch_key, stage
from data.snapshots import Store, StoreError

DEFAULT_MAX_REJECTED = 0.02
PREVIEW_ROWS = 20
# A bureau's points may lie a little outside the box around its stations.
_BOX_MARGIN_DEGREES = 0.2
_DEMO_LEFT = "数据仓原为示例数据：新版本只含导入的数据，示例数据留在旧版本中，可回退"


@dataclass(frozen=True)
class Inspection:
    """What a file looks like before any mapping."""

    file: str
    format: str
    encoding: str | None
    delimiter: str | None
    compressed: bool
    columns: tuple[str, ...]
    title_rows: int
    header_rows: int


@dataclass(frozen=True)
class Preview:
    """The first mapped rows as they would enter the store; identifiers are shown as hashes."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    report: FileReport


def quiet(stage_name: str, share: float) -> None:
    """Report no progress."""


def inspect(path: Path) -> Inspection:
    """Return format, encoding, delimiter and columns of a file."""
    _must_exist(path)
    spec = SourceSpec(name=path.stem)
    shape = detect(path, spec)
    header = open_source(path, spec).header
    return Inspection(
        path.name,
        shape.format,
        shape.encoding,
        shape.delimiter,
        shape.compressed,
        header.names,
        header.title_rows,
        header.header_rows,
    )


def guess(path: Path, store: Store | None = None) -> str:
    """Look at a file and return the text of a mapping for it; outlines are matched with the stations of the store."""
    _must_exist(path)
    if not geojson.looks_like(path):
        return guessing.guess(path)
    if store is None:
        return boundary_guessing.guess(path, ())
    with _plain_errors(store):
        version = publishing.base_version(store)
        if version is None:
            return boundary_guessing.guess(path, ())
        with publishing.read_only(store.file(version)) as con:
            stations = con.execute("SELECT code, name FROM stations ORDER BY code").fetchall()
    return boundary_guessing.guess(path, stations)


def preview(store: Store, path: Path, mapping: SourceMapping) -> Preview:
    """Map a file and return its first rows; nothing is published."""
    _must_exist(path)
    with _plain_errors(store), publishing.workspace(store) as folder:
        staged = _stage(path, mapping, _context(store, dry=True), folder / "0", quiet)
        with duckdb.connect(config={"threads": 1}) as con:
            columns = staged.batch["columns"]
            shown = ", ".join(f"coalesce(cast({column} AS VARCHAR), '')" for column in columns)
            rows = con.execute(
                f"SELECT {shown} FROM read_parquet({lit(str(staged.rows))}) ORDER BY row_no LIMIT {PREVIEW_ROWS}"
            ).fetchall()
        return Preview(tuple(columns), tuple(rows), _file_report(staged.batch, Applied()))


def dry_run(
    store: Store,
    paths: Sequence[Path],
    mapping: SourceMapping,
    max_rejected: float = DEFAULT_MAX_REJECTED,
    progress: Progress = quiet,
    rejects: Path | None = None,
) -> Report:
    """Do everything but publish, and say what publishing would do."""
    return _work(store, paths, mapping, max_rejected, progress, rejects, dry=True)


def run(
    store: Store,
    paths: Sequence[Path],
    mapping: SourceMapping,
    max_rejected: float = DEFAULT_MAX_REJECTED,
    progress: Progress = quiet,
    rejects: Path | None = None,
) -> Report:
    """Import files as one published version; raises ImportRefused with a report when nothing was published.

    rejects: a file that gets the rejected rows whatever happens.
    """
    return _work(store, paths, mapping, max_rejected, progress, rejects, dry=False)


def replay(store: Store) -> list[str]:
    """Publish what a crash left in the journal; to be called when a process that uses the store starts."""
    with _plain_errors(store):
        return publishing.replay(store)


# ---- the work ------------------------------------------------------------------------------------


def _work(
    store: Store,
    paths: Sequence[Path],
    mapping: SourceMapping,
    max_rejected: float,
    progress: Progress,
    rejects: Path | None,
    dry: bool,
) -> Report:
    started = time.monotonic()
    for path in paths:
        _must_exist(path)
    with _plain_errors(store):
        replayed = () if dry else tuple(publishing.replay(store))
        known = publishing.known_batches(store)
        keys = _keys(paths, mapping)
        fresh = [path for path in paths if keys[path] not in known]
        same = {path: known[keys[path]] for path in paths if keys[path] in known}
        reports = {path: _same_report(store, path, batch) for path, batch in same.items()}
        snapshot, published = store.current_id(), False
        replaces_demo = snapshot is not None and publishing.base_version(store) is None
        if fresh:
            with publishing.workspace(store) as folder:
                staged = [
                    _stage(path, mapping, _context(store, dry), folder / str(n), _named(progress, path, len(fresh)))
                    for n, path in enumerate(fresh)
                ]
                _copy_rejects(staged, rejects)
                found = tuple(_file_report(one.batch, Applied()) for one in staged)
                _check_rejected(found, max_rejected, _timed(Report(found, snapshot), started))
                if dry:
                    applied = _compared(store, staged)
                else:
                    progress("发布", 0.0)
                    applied, snapshot, published = _publish(store, staged, folder)
                for path, one, done in zip(fresh, staged, applied, strict=True):
                    reports[path] = _file_report(one.batch, done)
                    if replaces_demo:
                        reports[path] = replace(reports[path], warnings=(*reports[path].warnings, _DEMO_LEFT))
        files = tuple(reports[path] for path in paths)
    return _timed(Report(files, snapshot, published, dry, replayed=replayed), started)


def _stage(path: Path, mapping: SourceMapping, context: Context, folder: Path, progress: Progress) -> Staged:
    """Stage a table, or outlines where the mapping is for those."""
    reader = boundaries.stage if mapping.table is BOUNDARIES else stage
    return reader(path, mapping, context, folder, progress)


def _publish(store: Store, staged: list[Staged], folder: Path) -> tuple[tuple[Applied, ...], int | None, bool]:
    entry = publishing.acknowledge(store, staged, folder)
    try:
        done = publishing.publish_entry(store, entry)
    except (Exception, KeyboardInterrupt):
        # The caller is told that nothing was published, so nothing may turn up later.
        publishing.forget(store, entry)
        raise
    snapshot = done.version.id if done.version else store.current_id()
    return done.applied, snapshot, done.version is not None


def _compared(store: Store, staged: list[Staged]) -> tuple[Applied, ...]:
    version = publishing.base_version(store)
    if version is None:
        return tuple(
            Applied(
                unregistered=() if one.batch["register"]["stations"] else _counts(one.batch, "stations"),
                unmapped=() if one.batch["register"]["categories"] else _counts(one.batch, "categories"),
            )
            for one in staged
        )
    with publishing.read_only(store.file(version)) as con:
        con.execute("USE memory")
        return tuple(compare(con, one.batch, one.rows, "snapshot") for one in staged)


def _counts(batch: dict[str, Any], kind: str) -> tuple[tuple[str, int], ...]:
    return tuple((row[0], row[1]) for row in batch["codes"].get(kind, []))


def _keys(paths: Sequence[Path], mapping: SourceMapping) -> dict[Path, str]:
    keys: dict[Path, str] = {}
    for path in paths:
        key = batch_key(sha256_of(path), mapping)
        twin = next((other for other, known in keys.items() if known == key), None)
        if twin is not None:
            raise UsageError(f"文件 {path} 与 {twin} 内容相同，请只给出一个。")
        keys[path] = key
    return keys


def _named(progress: Progress, path: Path, many: int) -> Progress:
    if many == 1:
        return progress
    return lambda stage_name, share: progress(f"{path.name} {stage_name}", share)


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise UsageError(f"没有文件 {path}。请检查路径。")
    if path.is_dir():
        raise UsageError(f"{path} 是文件夹，请给出其中的文件。")


def _context(store: Store, dry: bool) -> Context:
    key = hash_key(store.root, create=not dry)
    version = publishing.base_version(store)
    if version is None:
        return Context(key)
    with publishing.read_only(store.file(version)) as con:
        known = con.execute("SELECT value FROM meta WHERE key = 'grid_lat0'").fetchone()
        row = con.execute("SELECT min(lon), min(lat), max(lon), max(lat), count(lon) FROM stations").fetchone()
        stations = tuple(con.execute("SELECT code, name FROM stations ORDER BY code").fetchall())
    lat0 = float(known[0]) if known else None
    if row is None or row[4] < 3:
        return Context(key, lat0, stations=stations)
    margin = _BOX_MARGIN_DEGREES
    box = (row[0] - margin, row[1] - margin, row[2] + margin, row[3] + margin)
    return Context(key, lat0, box, stations)


def _check_rejected(found: tuple[FileReport, ...], max_rejected: float, report: Report) -> None:
    for one in found:
        if one.read and one.rejected / one.read > max_rejected:
            shown = "；".join(
                f"{r.reason}（列 {r.column}，{r.rows:,} 行，如第 {r.example_row} 行）" for r in one.reasons[:3]
            )
            needed = math.ceil(one.rejected / one.read * 1000) / 10
            raise ImportRefused(
                f"文件 {one.file} 共 {one.read:,} 行，其中 {one.rejected:,} 行（{one.rejected / one.read:.1%}）不合格，"
                f"超过上限 {max_rejected:.1%}。主要原因：{shown}。未发布任何数据。"
                "请更正映射或源文件后重试；用 --rejects 文件.csv 可列出全部不合格行；"
                f"确认可以舍弃这些行时，加 --max-rejected {needed:g}%。",
                report,
            )
        if one.read and not one.kept:
            raise ImportRefused(f"文件 {one.file} 没有一行可以采用。未发布任何数据。", report)


def _copy_rejects(staged: list[Staged], target: Path | None) -> None:
    if target is None:
        return
    with target.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        for number, one in enumerate(staged):
            with one.rejects.open(encoding="utf-8", newline="") as reader:
                rows = csv.reader(reader)
                writer.writerows(rows if number == 0 else itertools.islice(rows, 1, None))


def _timed(report: Report, started: float) -> Report:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return replace(report, seconds=time.monotonic() - started, peak_memory_mb=round(peak, 1))


# ---- reports -------------------------------------------------------------------------------------


def _file_report(batch: dict[str, Any], done: Applied) -> FileReport:
    warnings = list(batch["warnings"])
    if done.replaced:
        warnings.append(f"同一文件曾用另一映射导入，原有 {done.replaced:,} 行已由本次替换")
    if done.overlaps is not None:
        warnings.append(
            f"时间段与第 {done.overlaps} 批重叠，且映射没有用编号列（id）：重叠部分会重复计数。"
            "来源有编号列时请在 [fields] 写 id"
        )
    warnings += _ungrouped(batch)
    return FileReport(
        file=batch["source_name"],
        table=batch["table"],
        read=batch["read"],
        kept=batch["kept"],
        updated=done.updated,
        unchanged=done.unchanged,
        duplicate=batch["duplicate"],
        rejected=batch["rejected"],
        replaced=done.replaced,
        first_time=batch["first_time"],
        last_time=batch["last_time"],
        same_as_batch=done.same_as_batch,
        reasons=tuple(Reason(**reason) for reason in batch["reasons"]),
        warnings=tuple(warnings),
        unused_columns=tuple(batch["unused"]),
        dropped_columns=tuple(batch["dropped"]),
        registered=done.registered or {},
        unregistered=done.unregistered,
        unmapped=done.unmapped,
        skipped=batch["skipped"],
        quality=batch["quality"],
    )


def _ungrouped(batch: dict[str, Any]) -> list[str]:
    """Warn when most alert categories fall into one group only because the mapping names no other."""
    register, codes = batch["register"], [row[0] for row in batch["codes"].get("categories", [])]
    if batch["table"] != "alerts" or not register["categories"]:
        return []
    left = [code for code in codes if code not in register["groups"] and not own_group(code, "alert_categories")]
    if len(left) * 2 <= len(codes) or register["group"] != "其他":
        return []
    shown = "、".join(left[:5])
    return [
        f"{len(left)} 个类别没有写明归组（{shown} 等），都归入「其他」，刑事、治安等指标将不含它们。"
        "请在映射的 [register.groups] 写明后重新导入"
    ]


def _same_report(store: Store, path: Path, batch_id: int) -> FileReport:
    with publishing.read_only(store.file(store.current_id() or 0)) as con:
        row = con.execute(
            """
            SELECT table_name, rows_read, rows_kept, rows_duplicate, rows_rejected, cast(first_time AS VARCHAR),
                   cast(last_time AS VARCHAR)
            FROM imports WHERE batch_id = ?
            """,
            [batch_id],
        ).fetchone() or ("", 0, 0, 0, 0, None, None)
    table, read, kept, duplicate, rejected, first, last = row
    return FileReport(
        path.name,
        table,
        read,
        kept,
        0,
        kept,
        duplicate,
        rejected,
        first_time=first,
        last_time=last,
        same_as_batch=batch_id,
        warnings=(f"与第 {batch_id} 批相同，未改变任何数据",),
    )


@contextlib.contextmanager
def _plain_errors(store: Store) -> Iterator[None]:
    """Turn what disks and the database engine raise into a message that says what to do."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        if error.errno == 28:
            raise ImportRefused(
                f"磁盘已满，未发布任何数据，原版本不受影响。请为 {store.root} 所在磁盘腾出空间后重试。"
            ) from error
        raise ImportRefused(
            f"读写文件出错（{error.strerror or error}：{error.filename or store.root}）。"
            "未发布任何数据，原版本不受影响。"
        ) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise ImportRefused(
            f"磁盘或内存不足，未发布任何数据，原版本不受影响。请为 {store.root} 所在磁盘腾出空间后重试。"
        ) from error
    except duckdb.Error as error:
        first = str(error).splitlines()[0][:200]
        raise ImportRefused(
            f"检查数据时出错，未发布任何数据，原版本不受影响。请保留源文件并联系维护人员（{first}）。"
        ) from error
