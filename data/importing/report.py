"""What an import says of itself: counts, reasons, warnings and quality, as text for people and JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from data.snapshots import StoreError


@dataclass(frozen=True)
class Reason:
    """Why rows were rejected: the same text and column, how often, and the first source row."""

    reason: str
    column: str
    rows: int
    example_row: int

    def to_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "column": self.column, "rows": self.rows, "example_row": self.example_row}


@dataclass(frozen=True)
class FileReport:
    """The outcome of one file."""

    file: str
    table: str
    read: int = 0
    kept: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    replaced: int = 0
    first_time: str | None = None
    last_time: str | None = None
    same_as_batch: int | None = None
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()
    unused_columns: tuple[str, ...] = ()
    dropped_columns: tuple[str, ...] = ()
    registered: dict[str, int] = field(default_factory=dict)
    unregistered: tuple[tuple[str, int], ...] = ()
    unmapped: tuple[tuple[str, int], ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        found["reasons"] = [reason.to_json() for reason in self.reasons]
        found["unregistered"] = [{"code": code, "rows": rows} for code, rows in self.unregistered]
        found["unmapped"] = [{"code": code, "rows": rows} for code, rows in self.unmapped]
        return found


_COUNTS = ("read", "kept", "updated", "unchanged", "duplicate", "rejected")


@dataclass(frozen=True)
class Report:
    """The outcome of one command; `snapshot` is the version in force after it."""

    files: tuple[FileReport, ...]
    snapshot: int | None = None
    published: bool = False
    dry_run: bool = False
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
    replayed: tuple[str, ...] = ()

    def total(self, name: str) -> int:
        """Return one of the counts over all files."""
        return sum(getattr(one, name) for one in self.files)

    @property
    def rows_per_second(self) -> float:
        return round(self.total("read") / self.seconds, 1) if self.seconds else 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        many = len(self.files) > 1
        return tuple(f"{one.file}：{text}" if many else text for one in self.files for text in one.warnings)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of `import --json`."""
        found: dict[str, Any] = {name: self.total(name) for name in _COUNTS}
        found["snapshot"] = self.snapshot
        found["reasons"] = [reason.to_json() for reason in merged_reasons(self.files)]
        found["warnings"] = list(self.warnings)
        found["published"] = self.published
        found["dry_run"] = self.dry_run
        found["same_batch"] = bool(self.files) and all(one.same_as_batch is not None for one in self.files)
        found["rows_per_second"] = self.rows_per_second
        found["peak_memory_mb"] = self.peak_memory_mb
        found["seconds"] = round(self.seconds, 2)
        found["replayed"] = list(self.replayed)
        found["files"] = [one.to_json() for one in self.files]
        return found

    def to_text(self) -> str:
        """Return the report in Chinese."""
        lines: list[str] = []
        for one in self.files:
            lines += _file_lines(one)
        lines += [f"补发了上次中断时已确认的批次：{name}" for name in self.replayed]
        if self.dry_run:
            lines.append("试运行：未发布任何数据。")
        elif self.published:
            lines.append(f"已发布版本 {self.snapshot}。")
        else:
            lines.append(f"未改变任何数据，当前版本仍为 {self.snapshot}。")
        if self.seconds:
            lines.append(
                f"用时 {self.seconds:.1f} 秒，每秒 {self.rows_per_second:,.0f} 行，"
                f"内存峰值 {self.peak_memory_mb:,.0f} MB。"
            )
        return "\n".join(lines)


class ImportRefused(StoreError):
    """An import that published nothing, with what was found up to then."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


class UsageError(StoreError):
    """A command that cannot start: a file or a mapping is missing or unreadable."""


def merged_reasons(files: tuple[FileReport, ...]) -> list[Reason]:
    """Add up the reasons of several files, most frequent first."""
    found: dict[tuple[str, str], Reason] = {}
    for one in files:
        for reason in one.reasons:
            known = found.get((reason.reason, reason.column))
            rows = reason.rows + (known.rows if known else 0)
            found[reason.reason, reason.column] = replace(known or reason, rows=rows)
    return sorted(found.values(), key=lambda reason: -reason.rows)


def _file_lines(one: FileReport) -> list[str]:
    lines = [f"{one.file} → {one.table}"]
    if one.same_as_batch is not None:
        lines.append(f"  与第 {one.same_as_batch} 批相同，未改变任何数据。")
    lines.append(
        f"  读取 {one.read:,} 行 = 采用 {one.kept:,}（更新 {one.updated:,}，未变 {one.unchanged:,}）"
        f" + 重复 {one.duplicate:,} + 拒绝 {one.rejected:,}"
    )
    if one.first_time:
        lines.append(f"  时间范围 {one.first_time} 至 {one.last_time}（不含）")
    lines += [f"  拒绝 {r.rows:,} 行：{r.reason}（列 {r.column}，如第 {r.example_row} 行）" for r in one.reasons[:8]]
    lines += [f"  注意：{text}" for text in one.warnings]
    for label, codes in (("未登记的单位", one.unregistered), ("未映射的类别", one.unmapped)):
        if codes:
            shown = "、".join(f"{code}（{rows:,}）" for code, rows in codes[:10])
            more = f" 等 {len(codes)} 个" if len(codes) > 10 else ""
            lines.append(f"  {label}：{shown}{more}")
    lines += [f"  新登记{label} {count:,} 个" for label, count in one.registered.items() if count]
    if one.unused_columns:
        lines.append(f"  未使用的列：{'、'.join(one.unused_columns[:30])}")
    if one.dropped_columns:
        lines.append(f"  按映射舍弃的列：{'、'.join(one.dropped_columns[:30])}")
    if one.quality:
        lines += [f"  {text}" for text in quality_lines(one.quality)]
    return lines


def quality_lines(quality: dict[str, Any]) -> list[str]:
    """Return the measured quality in words; only what is worth reading."""
    lines = []
    missing = [f"{item['label']} {item['share']:.1%}" for item in quality.get("missing", []) if item["share"] > 0]
    if missing:
        lines.append("缺值比例：" + "、".join(missing[:12]))
    shares = [item for item in quality.get("shares", []) if item["count"]]
    return lines + [f"{item['label']}：{item['count']:,}（{item['share']:.1%}）" for item in shares]
