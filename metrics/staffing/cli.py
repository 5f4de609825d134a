"""The command `python -m metrics staffing show | all | move | allocate | roster`."""

from __future__ import annotations

import argparse
import dataclasses
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data.reading import Reader, Snapshot
from data.snapshots import DEFAULT_STORE, Store
from metrics.model import MetricError
from metrics.periods import PRESETS
from metrics.printing import aligned
from metrics.selection import WEEKDAY_NAMES, Selection
from metrics.staffing import allocation, moving, roster, stations
from metrics.staffing.values import DAYS, HOURS, Roster, Rules, Shift, StationStaffing


def add_parsers(commands: Any) -> None:
    """Add `staffing` with its actions to the commands of `python -m metrics`."""
    parser = commands.add_parser(
        "staffing", help="警力配置：应配、在岗、等候、调整", description="警力与警情的对照和推演"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = _action(actions, "show", "一个派出所（或全部）每个钟点的应配与在岗", _show)
    show.add_argument("--station", metavar="S", help="派出所代码或名称；不填为全部")
    _action(actions, "all", "各派出所对照，缺口大的在前", _all)
    move = _action(actions, "move", "推演：把某几个钟点的人从甲所调到乙所", _move)
    move.add_argument("--source", required=True, metavar="S", help="调出的派出所")
    move.add_argument("--target", required=True, metavar="S", help="调入的派出所")
    move.add_argument("--people", type=int, default=1, metavar="N", help="人数")
    move.add_argument("--shift", metavar="BEGIN+HOURS", help="班次，如 21+6 表示 21 时起 6 小时；不填取调入所缺口时段")
    move.add_argument("--weekdays", default="1234567", metavar="D", help="星期，如 567")
    extra = _action(actions, "allocate", "增配 N 个岗位，使最大缺口降得最多", _allocate)
    extra.add_argument("extra", type=int, metavar="N", help="岗位数")
    extra.add_argument("--hours", type=int, default=allocation.SHIFT_HOURS, metavar="H", help="班次时长")
    plan = _action(actions, "roster", "最少人数的一周排班", _roster)
    plan.add_argument("--needs", metavar="N,…", help="星期一至星期日每日需要的人数，逗号分隔")
    plan.add_argument("--station", metavar="S", help="按该所每个钟点的应配人数排班")
    plan.add_argument("--hours", type=int, default=allocation.SHIFT_HOURS, metavar="H", help="班次时长（8 或 12）")
    plan.add_argument("--begin", type=int, default=8, metavar="H", help="第一个班次的起始钟点")
    plan.add_argument("--days-on", type=int, default=5, metavar="D", help="每周连续上班的天数")


def _action(actions: Any, name: str, text: str, handler: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    presets = [one for one in PRESETS if one != "custom"]
    parser.add_argument("--period", choices=presets, default="yesterday", help="时段名；平均到时段末为止的若干周")
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="第一天（含），与 --to 同用")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="最后一天（含）")
    parser.add_argument("--weeks", type=int, default=Rules.weeks, metavar="N", help="平均的周数")
    parser.add_argument(
        "--committed", type=float, default=Rules.committed, metavar="F", help="用于处警的时间上限（0.6）"
    )
    parser.add_argument("--hours-per-call", type=float, metavar="H", help="没有处置时间时每起警情的人·小时")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="输出格式")
    parser.set_defaults(handler=handler)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期「{text}」无法识别，请写成 2026-11-21 的形式") from None


def _asked(parsed: argparse.Namespace) -> tuple[Snapshot, Selection, Rules]:
    snapshot = Reader(Store(parsed.store)).snapshot()
    if snapshot is None:
        raise MetricError(f"数据仓 {parsed.store} 里还没有数据。请先用 python -m data import 或 demo 导入。")
    if bool(parsed.first) != bool(parsed.last):
        raise MetricError("--from 与 --to 要同时填写。")
    if not 0 < parsed.committed <= 1 or parsed.weeks < 1:
        raise MetricError("--committed 应在 0 与 1 之间，--weeks 至少为 1。")
    selection = Selection(period=parsed.period)
    if parsed.first:
        selection = Selection(period="custom", first=parsed.first, last=parsed.last)
    rules = Rules(committed=parsed.committed, weeks=parsed.weeks, hours_per_call=parsed.hours_per_call)
    return snapshot, selection, rules


def _show(parsed: argparse.Namespace) -> int:
    snapshot, selection, rules = _asked(parsed)
    one = stations.of(snapshot, selection, parsed.station, rules)
    if parsed.format == "json":
        return _json(one)
    print(f"{one.name}　{one.first} 至 {one.last}\n")
    print(aligned(["时", "出警/小时", "应配", "95% 区间", "在岗", "缺", "无空闲警组"], _hours(one), 1))
    queue = one.queue
    print(
        f"\n平均应配 {_said(one.posts)} 人，按轮休需编配 {_said(one.headcount, 0)} 人；占用率 {_said(one.utilisation)}%"
    )
    print(f"匹配度 {_said(one.match, 3)}（警情数量所限，最高约 {_said(one.match_ceiling, 3)}）")
    if queue:
        print(f"无空闲警组 {100 * queue.p_no_unit:.1f}%；超负荷时段警情占 {100 * queue.overload:.1f}%")
        print(f"等候平均 {_said(queue.mean_wait)} 分钟，P90 {_said(queue.p90_wait)} 分钟")
    return _said_with(one.words, one.notes, snapshot)


def _hours(one: StationStaffing) -> list[list[str]]:
    def mean(week: Any, hour: int) -> float | None:
        known = [day[hour] for day in week if day[hour] is not None]
        return sum(known) / len(known) if known else None

    return [
        [str(hour), _said(mean(one.calls, hour), 2), _said(one.day_needed[hour]),
         f"{_said(one.day_low[hour])}–{_said(one.day_high[hour])}", _said(one.day_on_duty[hour]),
         _said(one.day_shortfall[hour]), _said(mean(one.p_no_unit, hour), 2)]
        for hour in range(HOURS)
    ]  # fmt: skip


def _all(parsed: argparse.Namespace) -> int:
    snapshot, selection, rules = _asked(parsed)
    frame = stations.all_stations(snapshot, selection, rules)
    if parsed.format == "json":
        return _json(frame.to_dict("records"))
    columns = {"calls": ("出警", 0), "needed": ("应配", 1), "on_duty": ("在岗", 1), "lacking": ("最多缺人", 0),
               "utilisation": ("占用率%", 1), "match": ("匹配度", 3), "p_no_unit": ("无空闲警组", 3)}  # fmt: skip
    body = [
        [row["name"], *(_said(row[name], digits) for name, (_, digits) in columns.items()), row["match_verdict"]]
        for row in frame.to_dict("records")
    ]
    print(aligned(["派出所", *(label for label, _ in columns.values()), "匹配判定"], body, 1))
    whole = stations.of(snapshot, selection, None, rules)
    return _said_with(whole.words, whole.notes, snapshot)


def _move(parsed: argparse.Namespace) -> int:
    snapshot, selection, rules = _asked(parsed)
    hours = None
    if parsed.shift:
        shift = _shift(parsed.shift)
        hours = moving.slots(shift.begin, shift.length, _weekdays(parsed.weekdays))
    move = moving.what_if(snapshot, selection, parsed.source, parsed.target, parsed.people, hours, rules)
    return _json(move) if parsed.format == "json" else _said_with(move.words, move.notes, snapshot)


def _allocate(parsed: argparse.Namespace) -> int:
    snapshot, selection, rules = _asked(parsed)
    found = allocation.allocate(snapshot, selection, parsed.extra, parsed.hours, rules)
    return _json(found) if parsed.format == "json" else _said_with(found.words, found.notes, snapshot)


def _roster(parsed: argparse.Namespace) -> int:
    if bool(parsed.needs) == bool(parsed.station):
        raise MetricError("请填写 --needs（七天人数）或 --station（派出所）之一。")
    if parsed.needs:
        found = roster.weekly_roster(_numbers(parsed.needs), parsed.days_on)
    else:
        snapshot, selection, rules = _asked(parsed)
        needed = stations.of(snapshot, selection, parsed.station, rules).needed
        found = roster.shift_roster(needed, roster.even_shifts(parsed.hours, parsed.begin), parsed.days_on)
    if parsed.format == "json":
        return _json(found)
    print("\n".join(_roster_lines(found, parsed.days_on)))
    return 0


def _roster_lines(found: Roster, days_on: int) -> list[str]:
    proven = "已证明最少" if found.is_proven else "未证明最少，已到计算时限"
    lines = [f"至少 {found.size} 人（线性松弛 {found.bound:.2f}，{proven}）"]
    for day, shift, people in found.groups:
        when = f"，{shift.text}" if shift else ""
        lines.append(f"  {people} 人：星期{WEEKDAY_NAMES[day]}起连上 {days_on} 天{when}")
    return lines


def _shift(text: str) -> Shift:
    begin, _, length = text.partition("+")
    if not (begin.isdigit() and length.isdigit()):
        raise MetricError(f"班次「{text}」无法识别。请写成 21+6 的形式（21 时起 6 小时）。")
    return Shift(int(begin), int(length))


def _weekdays(text: str) -> list[int]:
    if not text or not set(text) <= set("1234567"):
        raise MetricError(f"星期「{text}」无法识别。请用 1 至 7 的数字，如 567。")
    return [int(one) - 1 for one in dict.fromkeys(text)]


def _numbers(text: str) -> list[float]:
    try:
        found = [float(part) for part in text.replace("，", ",").split(",")]
    except ValueError:
        found = []
    if len(found) != DAYS or any(not 0 <= one < 1e5 for one in found):
        raise MetricError(f"「{text}」不是七天的人数。请写成 17,13,15,19,14,16,11 的形式。")
    return found


def _said(value: Any, digits: int = 1) -> str:
    return "—" if value is None or pd.isna(value) else f"{value:,.{digits}f}"


def _said_with(words: tuple[str, ...], notes: tuple[str, ...], snapshot: Snapshot) -> int:
    print("\n" + "\n".join(words))
    print("\n" + "\n".join(f"注：{note}" for note in notes))
    as_of = json.loads(snapshot.meta["as_of"]).get("alerts")
    shown = str(as_of)[:16] if as_of else "无"
    print(f"\n数据截至 {shown} · 版本 {snapshot.id}{' · 示例数据' if snapshot.is_demo else ''}")
    return 0


def _json(value: Any) -> int:
    plain = dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value
    print(json.dumps(plain, ensure_ascii=False, indent=1, default=_plain))
    return 0


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value.item()
