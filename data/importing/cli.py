"""The commands `python -m data import` and `python -m data map`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from data.importing import mapping, running
from data.importing.report import ImportRefused, UsageError
from data.snapshots import DEFAULT_STORE, Store, StoreError

_QUIET_SECONDS = 3.0


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `import` and `map`."""
    text = "按映射导入文件，发布一个新版本"
    parser = commands.add_parser("import", help=text, description=text)
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="CSV/TSV（可 gzip）、XLSX、XLS、Parquet 或 GeoJSON"
    )
    parser.add_argument("--mapping", required=True, type=Path, metavar="M.toml", help="映射文件，见 docs/importing.md")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument(
        "--max-rejected",
        type=share,
        default=running.DEFAULT_MAX_REJECTED,
        metavar="2%",
        help="不合格行的上限，默认 2%%",
    )
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="把全部不合格行写入此 CSV")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不发布")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.set_defaults(handler=_import)
    text = "查看文件并猜出一份带注释的映射"
    guess = commands.add_parser("map", help=text, description=text)
    guess.add_argument("file", type=Path, metavar="FILE", help="要查看的文件")
    guess.add_argument(
        "--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹，辖区边界据此对应派出所"
    )
    guess.add_argument("--force", action="store_true", help="覆盖已有的映射文件")
    guess.add_argument("-o", "--output", type=Path, metavar="M.toml", help="写入此文件；不给则打印")
    guess.set_defaults(handler=_map)


def share(text: str) -> float:
    """Read 2% or 0.02 as a share."""
    try:
        value = float(text[:-1]) / 100 if text.endswith(("%", "％")) else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"「{text}」不是比例。请写 2% 或 0.02。")
    return value


class _Progress:
    """Prints progress on stderr, at most once a second, and only for work that takes longer."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def __call__(self, stage: str, done: float) -> None:
        now = time.monotonic()
        if now - self.last >= _QUIET_SECONDS:
            self.last = now
            print(f"{stage} {done:.0%}" if 0 < done < 1 else f"{stage}…", file=sys.stderr, flush=True)


def _import(parsed: argparse.Namespace) -> int:
    store = Store(parsed.store)
    work = running.dry_run if parsed.dry_run else running.run
    try:
        loaded = mapping.load(parsed.mapping)
        report = work(store, parsed.files, loaded, parsed.max_rejected, _Progress(), parsed.rejects)
    except (UsageError, mapping.MappingError) as error:
        return _fail(error, parsed.json, 2)
    except StoreError as error:
        return _fail(error, parsed.json, 1)
    if parsed.json:
        print(json.dumps(report.to_json(), ensure_ascii=False))
        print(_speed(report.to_json()), file=sys.stderr)
    else:
        print(report.to_text())
    return 0


def _speed(found: dict[str, Any]) -> str:
    return f"每秒 {found['rows_per_second']:,.0f} 行，内存峰值 {found['peak_memory_mb']:,.0f} MB"


def _fail(error: StoreError, as_json: bool, code: int) -> int:
    if as_json:
        found: dict[str, Any] = {"error": str(error)}
        if isinstance(error, ImportRefused) and error.report is not None:
            found |= error.report.to_json()
        print(json.dumps(found, ensure_ascii=False))
    print(f"错误：{error}", file=sys.stderr)
    return code


def _map(parsed: argparse.Namespace) -> int:
    try:
        text = running.guess(parsed.file, Store(parsed.store))
    except UsageError as error:
        return _fail(error, False, 2)
    if parsed.output is None:
        print(text, end="")
        return 0
    if parsed.output.exists() and not parsed.force:
        return _fail(UsageError(f"{parsed.output} 已存在，没有改动。请换一个文件名，或加 --force 覆盖。"), False, 2)
    try:
        parsed.output.write_text(text, encoding="utf-8")
    except OSError as error:
        return _fail(UsageError(f"无法写入 {parsed.output}（{error.strerror}）。"), False, 2)
    if "？" in text:
        print("映射中有标「？」的项须先填写（如坐标系 coord_sys）。")
    print(f"已写入 {parsed.output}。请核对后运行：python -m data import {parsed.file} --mapping {parsed.output}")
    return 0
