"""Policy targets: packs of clauses in TOML, one per document, and what a bureau overrides in its configuration."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from metrics.definitions import METRICS, REPORTED, VIEWS
from metrics.model import MetricError, UnknownName

FOLDER = Path(__file__).with_name("policies")
OUTCOMES_FILE = "outcomes.toml"
CONFIG_FILE = "config.toml"
DEFAULT_POLICY = "binhai-2023"

DIRECTIONS = ("at_least", "at_most", "below", "between", "near", "above_mean")
SOURCES = ("computed", "reported")
LEVELS = ("station", "bureau")
COMPARES = ("", "last_year", "last_year_percent")
GAPS = ("members", "converted", "count", "values", "points")
STATION_KINDS = ("城区", "城郊", "农村", "海港", "厂矿")
STATION_RANKS = ("副处级", "正科级")
OVERRIDE_KEYS = ("value", "upper", "reason")


class TargetError(MetricError):
    """A pack or a configuration that cannot be used; the message says where, what and the nearest known name."""


@dataclass(frozen=True)
class Target:
    """One requirement of a document, as one figure per station (or for the bureau) and month.

    row: the row of the design's table that it belongs to. clause, summary: where it stands, in our own words.
    direction: at_least, at_most, below (strictly), between (value to upper), near (less than one person away) or
        above_mean (strictly above the bureau's own figure).
    value: in `unit`; None means that the document names no value.
    source: computed (metric, a metric id; with `per`, its value ÷ Σ weight × metric) or reported (indicator, a name in
        reported_indicators that metrics.definitions knows).
    level: station, or bureau for a figure that exists once. kinds, ranks: which stations it binds, () means all.
    min_officers: binds stations with at least so many officers. only_reporting: binds stations that report it at all.
    compare: "" judges the figure itself; last_year its difference to the same month a year before, last_year_percent
        that difference in %.
    gap: how a shortfall is counted: members (numerator is part of the denominator and people join or move),
        converted (numerator changes, denominator stays), count (the figure itself), values (unit of the figure),
        points (percentage points). gap_unit, gap_from, gap_verb: its words.
    numerator, denominator: what a station fills in for a reported indicator.
    holds_months: how many months the latest report of a figure stands in for months that nobody has reported yet.
    original, reason: the document's own value and why, where the bureau overrides it.
    """

    id: str
    label: str
    row: str
    clause: str
    summary: str
    direction: str
    unit: str
    source: str
    value: float | None = None
    upper: float | None = None
    metric: str = ""
    per: tuple[tuple[str, float], ...] = ()
    indicator: str = ""
    level: str = "station"
    kinds: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    min_officers: int = 0
    only_reporting: bool = False
    compare: str = ""
    gap: str = "points"
    gap_unit: str = ""
    gap_from: str = ""
    gap_verb: str = ""
    decimals: int = 1
    numerator: str = ""
    denominator: str = ""
    holds_months: int = 3
    overridden: bool = False
    original: float | None = None
    reason: str = ""

    @property
    def metric_id(self) -> str:
        """The metric behind the figure, whether computed or reported."""
        return self.metric or REPORTED[self.indicator]

    @property
    def table(self) -> str:
        """The table that its figure rests on: alerts, cases, staffing, duty or reported_indicators."""
        return VIEWS[METRICS[self.metric_id].view].table

    @property
    def says(self) -> str:
        """The requirement in a few characters: 「≥ 40%」, 「8–15 人/警格」, 「高于全局平均」."""
        if self.direction == "above_mean":
            return "高于全局平均"
        if self.value is None:
            return "列入考核，未定数值"
        unit = self.unit if self.unit == "%" else f" {self.unit}"
        if self.direction == "between" and self.upper is not None:
            return f"{self.value:g}–{self.upper:g}{unit}"
        value = f"{self.value:+g}".replace("-", "−") if self.compare else f"{self.value:g}"
        if not self.compare and (
            (self.direction, self.value) == ("at_most", 0) or (self.unit, self.value) == ("%", 100)
        ):
            return f"{value}{unit}"
        sign = {"at_least": "≥", "at_most": "≤", "below": "<", "near": "约"}[self.direction]
        return f"{'较上年同月 ' if self.compare else ''}{sign} {value}{unit}"

    @property
    def binds(self) -> str:
        """The stations that it binds, in words."""
        if self.level == "bureau":
            return "全局"
        parts = [*(["、".join(self.kinds)] if self.kinds else []), *(["、".join(self.ranks)] if self.ranks else [])]
        if self.min_officers:
            parts.append(f"民警 {self.min_officers} 名以上")
        if self.only_reporting:
            parts.append("报送该项的")
        return f"{'，'.join(parts)}派出所" if parts else "全部派出所"


@dataclass(frozen=True)
class Outcome:
    """A result that another place published: a reference line, never a target."""

    place: str
    label: str
    value: float
    unit: str
    source: str
    base: str = ""
    metric: str = ""
    indicator: str = ""


@dataclass(frozen=True)
class Pack:
    """The targets of one document, after the bureau's overrides."""

    id: str
    name: str
    document: str
    targets: tuple[Target, ...]

    def get(self, id: str) -> Target:
        """Return one target; raises UnknownName with the nearest one."""
        for target in self.targets:
            if target.id == id:
                return target
        raise UnknownName("目标", id, [target.id for target in self.targets])

    def clause_of(self, target: Target) -> str:
        """Return document and clause together, as pages and exports cite them."""
        return f"{self.document} {target.clause}".strip()

    def reported(self) -> tuple[Target, ...]:
        """Return the targets whose figures stations report."""
        return tuple(target for target in self.targets if target.source == "reported")


def policies() -> tuple[str, ...]:
    """Return the ids of all packs that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml") if path.name != OUTCOMES_FILE))


def load(policy: str = DEFAULT_POLICY, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> Pack:
    """Return a pack with a bureau's overrides; raises UnknownName or TargetError."""
    if policy not in policies():
        raise UnknownName("政策目标包", policy, policies())
    return overridden(_read_pack(policy), overrides or {}, "")


def of_store(root: Path, policy: str | None = None) -> Pack:
    """Return the pack that `<store>/config.toml` picks, with its overrides.

    policy: a pack to look at instead. Overrides belong to the pack that the configuration picks, so another one is
    shown as its document has it.
    """
    path = root / CONFIG_FILE
    chosen = _targets_section(path)
    configured = chosen.get("policy", DEFAULT_POLICY)
    if not isinstance(configured, str) or configured not in policies():
        hint = _hint(_short(configured), policies())
        raise TargetError(
            f"{path}：[targets] 的 policy「{_short(configured)}」不是已有的政策目标包{hint}"
            f"可选：{'、'.join(policies())}。"
        )
    if policy is not None and policy != configured:
        return load(policy)
    return overridden(load(configured), chosen.get("override", {}), f"{path}：")


def overridden(pack: Pack, overrides: Any, where: str) -> Pack:
    """Return the pack with single values replaced; every mistake is named with the nearest key that exists."""
    entries = _a_table(overrides, f"{where}[targets.override]")
    known = [target.id for target in pack.targets]
    for id in entries:
        if id not in known:
            raise TargetError(
                f"{where}[targets.override.{str(id)[:40]}]：目标包 {pack.id} 没有这一项{_hint(str(id), known)}"
                f"可用的项见 python -m metrics score --policy {pack.id}。"
            )
    done = [_override(target, entries[target.id], where) if target.id in entries else target for target in pack.targets]
    return replace(pack, targets=tuple(done))


def outcomes() -> tuple[Outcome, ...]:
    """Return results elsewhere with their source, for reference lines."""
    content = _toml(FOLDER / OUTCOMES_FILE)
    return tuple(Outcome(source=content["source"], **entry) for entry in content["outcome"])


def indicators() -> tuple[Target, ...]:
    """Return one target per reported indicator of all packs, in the order of the packs, for the template."""
    found: dict[str, Target] = {}
    for policy in sorted(policies(), key=lambda id: id != DEFAULT_POLICY):
        for target in _read_pack(policy).reported():
            found.setdefault(target.indicator, target)
    return tuple(found.values())


# ---- reading -------------------------------------------------------------------------------------


@cache
def _read_pack(policy: str) -> Pack:
    path = FOLDER / f"{policy}.toml"
    content = _toml(path)
    targets = tuple(_target(entry, f"{path.name} 第 {n} 项") for n, entry in enumerate(content["target"], 1))
    if len({target.id for target in targets}) != len(targets):
        raise TargetError(f"{path.name} 有重复的 id。")
    return Pack(content["id"], content["name"], content["document"], targets)


_NUMBERS = ("value", "upper")
_CHOICES = {
    "direction": DIRECTIONS,
    "source": SOURCES,
    "level": LEVELS,
    "compare": COMPARES,
    "gap": GAPS,
}


def _target(entry: Any, where: str) -> Target:
    content = dict(_a_table(entry, where))
    known = [field.name for field in fields(Target) if field.name not in ("overridden", "original", "reason")]
    _check_keys(content, known, where)
    for key in ("id", "label", "row", "clause", "summary", "direction", "unit", "source"):
        if not content.get(key):
            raise TargetError(f"{where} 缺少 {key}。")
    for key, choices in _CHOICES.items():
        if key in content and content[key] not in choices:
            raise TargetError(f"{where} 的 {key}「{content[key]}」不在可选值中{_hint(str(content[key]), choices)}")
    for key in _NUMBERS:
        if key in content:
            content[key] = _number(content[key], f"{where} 的 {key}")
    for key, choices in (("kinds", STATION_KINDS), ("ranks", STATION_RANKS)):
        content[key] = tuple(content.get(key, ()))
        _check_keys(dict.fromkeys(content[key]), choices, f"{where} 的 {key}")
    content["per"] = tuple((name, float(weight)) for name, weight in content.get("per", {}).items())
    target = Target(**content)
    if bool(target.metric) == bool(target.indicator) or bool(target.metric) != (target.source == "computed"):
        raise TargetError(f"{where}：computed 须写 metric，reported 须写 indicator，且只写一个。")
    if target.indicator and target.indicator not in REPORTED:
        raise TargetError(f"{where}：没有报送指标「{target.indicator}」{_hint(target.indicator, REPORTED)}")
    _check_value(target, where)
    return target


def _override(target: Target, entry: Any, where: str) -> Target:
    at = f"{where}[targets.override.{target.id}]"
    content = _a_table(entry, at)
    _check_keys(content, OVERRIDE_KEYS, at)
    if not {"value", "upper"} & set(content):
        raise TargetError(f"{at} 须给出 value（目标值，单位 {target.unit}）。")
    if "upper" in content and target.direction != "between":
        raise TargetError(f"{at}：「{target.label}」没有上限，只能写 value。")
    reason = content.get("reason", "")
    if not isinstance(reason, str):
        raise TargetError(f"{at} 的 reason 须是文字（加引号）。")
    changed = replace(
        target,
        value=_number(content["value"], f"{at} 的 value") if "value" in content else target.value,
        upper=_number(content["upper"], f"{at} 的 upper") if "upper" in content else target.upper,
        # A bureau that names a value asks for that value, not for the mean.
        direction="at_least" if target.direction == "above_mean" else target.direction,
        overridden=True,
        original=target.value,
        reason=reason[:200],
    )
    _check_value(changed, at)
    return changed


def _check_value(target: Target, where: str) -> None:
    """Refuse values that no station could meet or miss."""
    value, upper = target.value, target.upper
    if value is None:
        return
    if value < 0 and not target.compare:
        raise TargetError(f"{where} 的 value 不能为负，现为 {value:g}。")
    if target.unit == "%" and not target.compare and value > 100:
        raise TargetError(f"{where} 的 value 是百分数，应在 0 至 100 之间，现为 {value:g}。")
    if target.direction == "between" and (upper is None or upper < value):
        raise TargetError(f"{where} 的 upper（上限）须不小于 value（下限 {value:g}）。")


def _number(value: Any, where: str) -> float:
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise TypeError
        return float(value)
    except (TypeError, OverflowError):
        raise TargetError(f"{where} 须是数字，如 45 或 0.5，现为「{_short(value)}」。") from None


def _short(value: Any) -> str:
    try:
        return str(value)[:40]
    except ValueError:  # an integer of thousands of digits
        return "过大的数"


def _targets_section(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    section = _a_table(_toml(path).get("targets", {}), f"{path}：[targets]")
    _check_keys(section, ("policy", "override"), f"{path}：[targets]")
    return section


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise TargetError(f"{path} 无法读取：须为 UTF-8 文本。") from None
    except (ValueError, RecursionError) as error:
        raise TargetError(f"{path} 不是有效的 TOML（{str(error)[:80]}）。请改正后重试。") from None


def _a_table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TargetError(f"{where} 须是一组「项 = 值」，现为「{_short(value)}」。")
    return value


def _check_keys(content: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    listed = list(known)
    for key in content:
        if key not in listed:
            raise TargetError(f"{where} 没有名为「{key[:40]}」的项{_hint(key, listed)}可用：{'、'.join(listed)}。")


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:80], list(known), n=1, cutoff=0.4)
    return f"，是否要写「{near[0]}」？" if near else "。"
