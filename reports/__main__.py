"""The command line of the reports: python -m reports daily | weekly | period | station | template."""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

from data import clock
from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store, StoreError
from metrics.model import MetricError, Refused, UnknownName
from metrics.selection import CUTOFFS, Selection
from reports import daily, station, weekly, writing
from reports.document import Report

_REASONS = {FileNotFoundError: "文件夹不存在", PermissionError: "没有写入权限", IsADirectoryError: "这是文件夹"}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 written, 1 the data cannot answer it, 2 wrong usage."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.handler(parsed))
    except (UnknownName, writing.WrongUse) as error:
        return _fail(error, 2)
    except Refused as error:
        return _fail(f"{error}整月、全年的材料用 python -m reports period --from 首日 --to 末日。", 1)
    except (MetricError, StoreError) as error:
        return _fail(error, 1)
    except OSError as error:
        return _fail(f"{parsed.out} 无法写入（{_REASONS.get(type(error), error.strerror)}）。请换一个位置重试。", 1)


def _fail(error: object, code: int) -> int:
    print(f"错误：{error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reports", description="材料：日报、周报、派出所月报")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser("daily", help="日报", description="某日的警情研判")
    one.add_argument("--date", type=_day, metavar="D", help="日期，如 2026-11-20；默认数据的最后一个完整日")
    _add_shared(one)
    one.set_defaults(handler=_daily)
    one = commands.add_parser("weekly", help="周报", description="截至某日的七天")
    one.add_argument("--week-ending", type=_day, metavar="D", help="一周的最后一天；默认数据的最后一个完整日")
    _add_shared(one)
    one.set_defaults(handler=_weekly)
    one = commands.add_parser("period", help="任意时段", description="任意一段日期，如整月、全年；只有月份的数据用它")
    one.add_argument("--from", dest="first", type=_day, required=True, metavar="D", help="第一天")
    one.add_argument("--to", dest="last", type=_day, required=True, metavar="D", help="最后一天")
    _add_shared(one)
    one.set_defaults(handler=_period)
    one = commands.add_parser("station", help="派出所月报", description="一个派出所、一个月")
    one.add_argument("--station", required=True, metavar="S", help="派出所代码或名称")
    one.add_argument("--month", type=_month, metavar="YYYY-MM", help="月份；默认数据的最后一个月")
    one.add_argument("--policy", metavar="P", help="政策目标包；默认按数据仓 config.toml")
    _add_shared(one)
    one.set_defaults(handler=_station)
    one = commands.add_parser(
        "template", help="写出 DOCX 模板样例", description="写出 DOCX 模板样例，可改后用于 --template"
    )
    one.add_argument("--out", type=Path, required=True, metavar="T.docx", help="写入此文件")
    one.set_defaults(handler=_template)
    return parser


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="写入此文件：.docx、.xlsx 或 .pptx")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument("--version", type=int, metavar="N", help="版本号；默认当前版本")
    parser.add_argument("--template", type=Path, metavar="T", help="本局的模板：.docx 或 .pptx")
    parser.add_argument("--watermark", default="", metavar="TEXT", help="水印文字")
    parser.add_argument("--cutoff", type=int, choices=CUTOFFS, default=0, help="统计日起算的钟点")
    parser.add_argument("--made-at", type=_moment, metavar="T", help="制表时间，如 2026-11-21T07:30；默认现在")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期「{text}」无法识别，请写成 2026-11-21 的形式") from None


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"月份「{text}」无法识别，请写成 2026-11 的形式") from None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"时间「{text}」无法识别，请写成 2026-11-21T07:30 的形式") from None


# ---- commands ------------------------------------------------------------------------------------


def _daily(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    day = parsed.date
    chosen = Selection("custom", day, day, cutoff=parsed.cutoff) if day else Selection(cutoff=parsed.cutoff)
    return _write(daily.daily(snapshot, chosen, _made_at(parsed), parsed.watermark), parsed)


def _weekly(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    last = parsed.week_ending or weekly.last_whole_day(snapshot, parsed.cutoff)
    chosen = Selection("custom", last - timedelta(days=6), last, cutoff=parsed.cutoff)
    return _write(weekly.weekly(snapshot, chosen, _made_at(parsed), parsed.watermark), parsed)


def _period(parsed: argparse.Namespace) -> int:
    if parsed.last < parsed.first:
        raise writing.WrongUse(f"--from {parsed.first} 晚于 --to {parsed.last}。请对调。")
    snapshot = _snapshot(parsed)
    chosen = Selection("custom", parsed.first, parsed.last, cutoff=parsed.cutoff)
    return _write(daily.daily(snapshot, chosen, _made_at(parsed), parsed.watermark), parsed)


def _station(parsed: argparse.Namespace) -> int:
    snapshot = _snapshot(parsed)
    asked = station.Asked(parsed.station, parsed.month, parsed.policy, parsed.cutoff)
    return _write(station.monthly(snapshot, parsed.store, asked, _made_at(parsed), parsed.watermark), parsed)


def _template(parsed: argparse.Namespace) -> int:
    if parsed.out.suffix.lower() != ".docx":
        raise writing.WrongUse(f"模板只能写成 .docx，不是「{parsed.out.name}」。")
    parsed.out.write_bytes(writing.template_bytes())
    print(f"已写入 {parsed.out}。修改样式、页眉页脚后用 --template 指定。")
    return 0


def _made_at(parsed: argparse.Namespace) -> datetime:
    return parsed.made_at or clock.now()


def _snapshot(parsed: argparse.Namespace) -> Snapshot:
    # What cannot be written is said before a minute is spent on it.
    writing.format_of(parsed.out, parsed.template)
    reader = Reader(Store(parsed.store), threads=2, memory_limit="2GB")
    snapshot = reader.snapshot() if parsed.version is None else reader.version(parsed.version)
    if snapshot is None:
        raise MetricError(
            f"数据仓 {parsed.store} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。"
        )
    return snapshot


def _write(report: Report, parsed: argparse.Namespace) -> int:
    content = writing.content(report, writing.format_of(parsed.out, parsed.template), parsed.template)
    writing.put(parsed.out, content)
    print(f"已写入 {parsed.out}：{report.title}（{report.period}）")
    return 0


if __name__ == "__main__":
    sys.exit(main())
