"""The command `python -m data demo`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from data import clock
from data.snapshots import DEFAULT_STORE, Store


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register `demo` with its options."""
    text = "生成一个虚构分局的示例数据，并发布为新版本（同样的参数总是得到同样的数据）"
    parser = subparsers.add_parser("demo", help=text, description=text)
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument(
        "--stations", type=_between(1, 200), default=60, metavar="N", help="派出所数，1 至 200，默认 60"
    )
    parser.add_argument("--years", type=_between(1, 10), default=3, metavar="N", help="年数，1 至 10，默认 3")
    parser.add_argument(
        "--alerts-per-year", type=_between(1, 5_000_000), default=300_000, metavar="N", help="每年接警单数，默认 300000"
    )
    parser.add_argument("--seed", type=_between(0, 2**63 - 1), default=1, metavar="N", help="随机种子，默认 1")
    parser.add_argument("--until", type=_day, default=None, metavar="YYYY-MM-DD", help="数据的最后一天，默认昨日")
    parser.add_argument("--replace", action="store_true", help="当前版本是实际数据时，仍以示例数据作为新版本")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    """Publish the demo and say what was made."""
    from data.demo import bureau
    from data.demo.plan import Plan

    today = clock.now().date()
    until = arguments.until or today - timedelta(days=1)
    if until > today:
        print(f"错误：--until {until} 晚于今天（{today}）。请给出今天或更早的日期。", file=sys.stderr)
        return 2
    plan = Plan(arguments.stations, arguments.years, arguments.alerts_per_year, arguments.seed, until)
    began = time.monotonic()
    if not arguments.json:
        print(f"正在生成示例数据：{plan.stations} 个派出所，{plan.first_day} 至 {plan.until} …", flush=True)
    version = bureau.publish(Store(arguments.store), plan, arguments.replace)
    seconds = round(time.monotonic() - began, 1)
    if arguments.json:
        print(json.dumps({**version.to_json(), "seconds": seconds}, ensure_ascii=False))
    else:
        print(
            f"已发布版本 {version.id}（示例数据）：{version.rows:,} 行，"
            f"用时 {seconds} 秒，数据截至 {version.data_as_of}。"
        )
    return 0


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} 不是 {low} 至 {high} 之间的整数")
        return int(text)

    return parse


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} 不是日期，应写作 YYYY-MM-DD") from None
