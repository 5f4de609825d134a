"""The command line of the store: python -m data import | map | demo | versions | rollback | check."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from data.snapshots import DEFAULT_STORE, Store, StoreError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused for a reason that the message gives, 2 wrong usage."""
    from data.demo import cli as demo_cli
    from data.importing import cli as importing_cli

    parser = argparse.ArgumentParser(prog="python -m data", description="数据仓：导入、示例数据、版本与检查")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    importing_cli.add_parsers(commands)
    demo_cli.add_parsers(commands)
    _add_version_parsers(commands)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.handler(parsed))
    except StoreError as error:
        return _refuse(error, getattr(parsed, "json", False))
    except KeyboardInterrupt:
        print("已中止。数据仓保持原版本。", file=sys.stderr)
        return 1


def _refuse(error: StoreError, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": str(error)}, ensure_ascii=False))
    print(f"错误：{error}", file=sys.stderr)
    return 1


def _add_version_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, text, handler in (
        ("versions", "列出版本，新的在前", _versions),
        ("rollback", "回退到一个版本", _rollback),
        ("check", "检查当前版本是否完好", _check),
    ):
        parser = commands.add_parser(name, help=text, description=text)
        if name == "rollback":
            parser.add_argument("id", type=int, metavar="ID", help="版本号，见 versions")
        parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
        parser.add_argument("--json", action="store_true", help="输出 JSON")
        parser.set_defaults(handler=handler)


def _versions(parsed: argparse.Namespace) -> int:
    versions = Store(parsed.store).versions()
    if parsed.json:
        print(json.dumps([version.to_json() for version in versions], ensure_ascii=False, indent=1))
        return 0
    if not versions:
        print("数据仓还没有版本。用 python -m data import 导入，或用 python -m data demo 生成示例数据。")
    for version in versions:
        mark = "*" if version.current else " "
        files = "、".join(str(source["name"]) for source in version.sources[-3:])
        print(
            f"{mark} {version.id:>6}  建于 {version.created_at}  数据截至 {version.data_as_of or '无'}"
            f"  {version.rows:>10,} 行  {files}"
        )
    return 0


def _rollback(parsed: argparse.Namespace) -> int:
    version = Store(parsed.store).rollback(parsed.id)
    if parsed.json:
        print(json.dumps(version.to_json(), ensure_ascii=False))
    else:
        print(f"已回退到版本 {version.id}（数据截至 {version.data_as_of or '无'}）。打开的页面会自动更新。")
    return 0


def _check(parsed: argparse.Namespace) -> int:
    from data.checking import check_store

    problems = check_store(Store(parsed.store))
    if parsed.json:
        print(json.dumps({"ok": not problems, "problems": problems}, ensure_ascii=False))
    else:
        print("\n".join(f"✗ {problem}" for problem in problems) or "✓ 当前版本完好。")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
