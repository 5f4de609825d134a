"""The command line of the metrics: python -m metrics COMMAND; each family of statistics brings its own commands."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from data.reading import Reader
from data.snapshots import DEFAULT_STORE, Store, StoreError
from metrics import catalogue, change, privacy, score_cli
from metrics.alarms import cli as alarms_cli
from metrics.ask import Table, ask, named
from metrics.compare import Comparison
from metrics.definitions import DIMENSIONS, METRICS, dimensions_of, sql_of, views_of
from metrics.forecasting import cli as forecasting_cli
from metrics.hotspots import cli as hotspots_cli
from metrics.model import COUNT, RATE, MetricError, UnknownName
from metrics.periods import COMPARISONS, PRESETS, describe
from metrics.printing import aligned
from metrics.selection import BASES, CUTOFFS, Selection
from metrics.staffing import cli as staffing_cli
from metrics.times import cli as times_cli


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 answered, 1 the data cannot answer it, 2 wrong usage."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.handler(parsed))
    except UnknownName as error:
        return _fail(error, 2)
    except (MetricError, StoreError) as error:
        return _fail(error, 1)


def _fail(error: Exception, code: int) -> int:
    print(f"错误：{error}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m metrics", description="指标：列出口径，按口径提问")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="列出全部指标与维度", description="列出全部指标与维度")
    listing.add_argument("--json", action="store_true", help="输出 JSON")
    listing.set_defaults(handler=_list)
    asking = commands.add_parser("ask", help="按口径提问", description="按口径提问；与网页走同一条路径")
    asking.add_argument("metrics", nargs="+", metavar="METRIC", help="指标名，见 list")
    asking.add_argument("--by", nargs="+", default=[], metavar="DIMENSION", help="维度，可多个或用逗号分隔")
    asking.add_argument("--from", dest="first", type=_day, metavar="DAY", help="第一天（含），如 2026-11-01")
    asking.add_argument("--to", dest="last", type=_day, metavar="DAY", help="最后一天（含）")
    presets = [name for name in PRESETS if name != "custom"]
    asking.add_argument("--period", choices=presets, help="时段名；默认为全部数据")
    asking.add_argument("--station", nargs="+", default=[], metavar="S", help="派出所代码或名称")
    asking.add_argument("--category", nargs="+", default=[], metavar="C", help="归类、类别代码或名称")
    asking.add_argument("--basis", choices=list(BASES), default="confirmed", help="确认性质或原始性质")
    asking.add_argument("--valid", action="store_true", help="仅有效警情")
    asking.add_argument("--cutoff", type=int, choices=CUTOFFS, default=0, help="统计日起算的钟点")
    asking.add_argument("--week-start", type=int, choices=range(1, 8), default=1, help="业务周起始，1 为星期一")
    asking.add_argument(
        "--compare",
        default="",
        metavar="SPANS",
        help="previous（环比）、last_year（同比）、festival（春节对齐）、年份，逗号分隔",
    )
    asking.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    asking.add_argument("--format", choices=("table", "csv", "json"), default="table", help="输出格式")
    asking.set_defaults(handler=_ask)
    for family in (score_cli, alarms_cli, forecasting_cli, hotspots_cli, staffing_cli, times_cli):
        family.add_parsers(commands)
    fits = commands.add_parser(
        "fit", help="计算当前版本的预警、预测与热点", description="计算当前版本的预警、预测与热点"
    )
    fits.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    fits.add_argument("--again", action="store_true", help="已计算过也重新计算")
    fits.set_defaults(handler=_fit)
    return parser


def _fit(parsed: argparse.Namespace) -> int:
    # Loaded here, since every other command answers without the regressions.
    from metrics import fitting

    done = fitting.ensure(Store(parsed.store), parsed.again)
    if done is None:
        print("当前版本已计算过，或数据仓为空，或另一个进程正在计算。")
        return 0
    for key, value in done.items():
        kind, _, method = key.partition(":")
        if kind == "seconds":
            print(f"{method}：{value} 秒" + (f"（{done[f'problem:{method}']}）" if f"problem:{method}" in done else ""))
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期「{text}」无法识别，请写成 2026-11-21 的形式") from None


def _list(parsed: argparse.Namespace) -> int:
    if parsed.json:
        metrics = [
            {
                "id": metric.id, "label": metric.label, "meaning": metric.meaning, "formula": metric.formula,
                "unit": metric.unit, "better": metric.better, "family": metric.family, "view": metric.view,
                "kind": metric.kind, "numerator": metric.numerator, "denominator": metric.denominator,
                "clause": metric.clause, "caveat": metric.caveat, "version": metric.version, "sql": sql_of(metric),
                "format": metric.format, "views": list(views_of(metric)), "dimensions": list(dimensions_of(metric)),
            }
            for metric in METRICS.values()
        ]  # fmt: skip
        dimensions = [{"id": one.id, "label": one.label, "meaning": one.meaning} for one in DIMENSIONS.values()]
        print(json.dumps({"metrics": metrics, "dimensions": dimensions}, ensure_ascii=False, indent=1))
        return 0
    for metric in METRICS.values():
        print(f"{metric.id:<28} {metric.label}（{metric.unit}）：{metric.meaning}")
    print("\n维度：" + "、".join(f"{one.id}（{one.label}）" for one in DIMENSIONS.values()))
    return 0


def _ask(parsed: argparse.Namespace) -> int:
    snapshot = Reader(Store(parsed.store), threads=2, memory_limit="2GB").snapshot()
    if snapshot is None:
        raise MetricError(
            f"数据仓 {parsed.store} 还没有数据。请先用 python -m data import 导入，或 python -m data demo。"
        )
    known = catalogue.of(snapshot)
    table = ask(snapshot, tuple(parsed.metrics), _words(parsed.by), _selection(parsed, known), _words([parsed.compare]))
    for note in table.answer.notes:
        print(f"注意：{note}", file=sys.stderr)
    if parsed.format == "json":
        print(json.dumps(table.to_json(), ensure_ascii=False, indent=1))
    elif parsed.format == "csv":
        print(_csv(table.to_json(), table, snapshot), end="")
    else:
        _print_table(table, snapshot, known)
    return 0


def _words(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in texts for word in text.replace("，", ",").split(",") if word))


def _selection(parsed: argparse.Namespace, known: catalogue.Catalogue) -> Selection:
    first, last, period = parsed.first, parsed.last, parsed.period or "custom"
    if period == "custom":
        days = [day for runs in known.coverage.values() for run in runs for day in run]
        if not days and not (first and last):
            raise MetricError("数据仓里还没有警情或案件。请先导入数据，或用 --from 和 --to 指明时段。")
        first, last = first or min(days), last or max(days)
        if last < first:
            raise MetricError(f"起止日期颠倒：--from {first} 晚于 --to {last}。")
    return Selection(
        period=period, first=first if period == "custom" else None, last=last if period == "custom" else None,
        stations=_words(parsed.station), categories=_words(parsed.category), basis=parsed.basis,
        valid_only=parsed.valid, cutoff=parsed.cutoff, week_start=parsed.week_start,
    )  # fmt: skip


def _with_names(objects: list[dict[str, Any]], table: Table, snapshot: Any) -> list[dict[str, Any]]:
    """Put the name of a code behind it: `station`, `station_name`."""
    names = {dimension: known for dimension, _, known in named(table, snapshot) if known}
    out = []
    for one in objects:
        row: dict[str, Any] = {}
        for key, value in one.items():
            row[key] = value
            if key in names:
                row[f"{key}_name"] = names[key].get(str(value), "")
        out.append(row)
    return out


def _csv(objects: list[dict[str, Any]], table: Table, snapshot: Any) -> str:
    buffer = io.StringIO()
    rows = _with_names(objects, table, snapshot)
    if rows:
        writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return buffer.getvalue()


def _print_table(table: Table, snapshot: Any, known: catalogue.Catalogue) -> None:
    window = next(iter(table.answer.windows.values()))
    names = {dimension: known_names for dimension, _, known_names in named(table, snapshot)}
    header = [DIMENSIONS[name].label for name in table.by]
    for metric in table.metrics:
        header += [f"{METRICS[metric].label}（{METRICS[metric].unit}）", *_beside_header(table, metric)]
        header += [COMPARISONS.get(span, span) for span in table.spans]
    body = []
    for number, row in enumerate(table.rows):
        cells = [_dimension_cell(row[name], name, names[name]) for name in table.by]
        for metric in table.metrics:
            value = row[metric]
            cells += [_value_cell(value, metric), *_beside(table, number, metric)]
            cells += [_change_cell(table.comparisons[number, metric, span], metric) for span in table.spans]
        body.append(cells)
    print(aligned(header, body, len(table.by)))
    as_of = known.data_as_of.strftime("%Y-%m-%d %H:%M") if known.data_as_of else "无"
    demo = " · 示例数据" if snapshot.is_demo else ""
    print(f"\n{describe(window, table.answer.question.selection.cutoff)} · 数据截至 {as_of} · 版本 {snapshot.id}{demo}")


def _value_cell(value: Any, metric: str) -> str:
    if value is None:
        return "—"
    return str(value) if privacy.is_hidden(value) else format(value, METRICS[metric].format)


def _beside_header(table: Table, metric: str) -> list[str]:
    if METRICS[metric].kind != RATE:
        return []
    return ["95% 区间", "收缩估计", "与总体相比", "名次区间"] if table.peers else ["95% 区间"]


def _beside(table: Table, number: int, metric: str) -> list[str]:
    """Return what stands beside a rate: its interval and, among peers, what takes the place of a rank."""
    if METRICS[metric].kind != RATE:
        return []
    interval = table.intervals.get((number, metric))
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    cells = [_span_cell(low, high, METRICS[metric].format)]
    if table.peers:
        place = table.peers[number, metric]
        ranks = _span_cell(place.rank_low, place.rank_high, "d")
        cells += [_value_cell(place.shrunk.value, metric), place.verdict or "—", ranks]
    return cells


def _span_cell(low: float | None, high: float | None, form: str) -> str:
    return "—" if low is None or high is None else f"{low:{form}}–{high:{form}}"


def _dimension_cell(value: Any, dimension: str, names: dict[str, str]) -> str:
    name = names.get(str(value), "")
    text = f"{value:%Y-%m}" if dimension == "month" else str(value)
    if dimension == "weekday":
        return name
    if dimension == "quarter":
        return f"{value.year} 年第 {(value.month + 2) // 3} 季"
    return f"{text} {name}" if name and name != text else text


def _change_cell(one: Comparison, metric: str) -> str:
    if one.change is None:
        return one.verdict
    base = format(one.base, METRICS[metric].format)
    if one.base == 0 and METRICS[metric].kind == COUNT:
        return f"{change.worded(one.value, one.base, METRICS[metric].unit)}{one.verdict}"
    size = f"{one.percent:+.1f}%" if one.percent is not None else f"{one.change:+,.{METRICS[metric].decimals}f}"
    return f"{size}（原 {base}）{one.verdict}"


if __name__ == "__main__":
    sys.exit(main())
