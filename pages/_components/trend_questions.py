"""What 趋势研判 asks for, read from the URL's own keys: metric, grain, by, parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from data.reading import Snapshot
from metrics import catalogue
from metrics.definitions import METRICS, dimensions_of
from metrics.model import UnknownName
from metrics.selection import Selection
from metrics.trend import GRAINS, OFFERED, Asked, default_by, default_grain, default_metric, usable

KEYS = ("metric", "grain", "by", "parts")
BREAKDOWNS = {"group": "按归类", "category": "按类别", "station": "按派出所"}
# The value of a list whose key the address need not have (assets/scorecard.js removes the key for it).
DEFAULT = "*"
ALL = "all"


@dataclass(frozen=True)
class Choices:
    """What the lists of the page offer, and the value that each shows; options as dbc.Select takes them."""

    options: dict[str, list[dict[str, object]]]
    values: dict[str, str]


def read(query: Mapping[str, str], snapshot: Snapshot, selection: Selection) -> tuple[Asked, Choices, list[str]]:
    """Return the question, what else could be asked, and notices on what was not understood; raises MetricError."""
    notices: list[str] = []
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    usual = default_metric(known)
    listed = [name for name in METRICS if usable(METRICS[name])]
    metric = _one_of(query.get("metric", ""), listed, "可看趋势的指标", METRICS[usual].label, notices) or usual
    grain = _one_of(query.get("grain", ""), GRAINS, "时间粒度", "默认粒度", notices)
    by = _one_of(query.get("by", ""), BREAKDOWNS, "分项方式", "默认分项", notices)
    auto_grain, auto_by = default_grain(period), default_by(METRICS[metric], selection)
    if by == "station" and len(selection.stations) == 1:
        # A single station has no stations to be broken down into.
        by = ""
    asked = Asked(metric, grain or auto_grain, by or auto_by, query.get("parts") == ALL)
    return asked, _choices(asked, usual, auto_grain, auto_by, by, grain, selection), notices


def _choices(
    asked: Asked, usual: str, auto_grain: str, auto_by: str, by: str, grain: str, selection: Selection
) -> Choices:
    names = [*OFFERED, *([asked.metric] if asked.metric not in OFFERED else [])]
    allowed = dimensions_of(METRICS[asked.metric])
    ways = [
        (key, words) for key, words in BREAKDOWNS.items()
        if key in allowed and not (key == "station" and len(selection.stations) == 1)
    ]  # fmt: skip
    return Choices(
        options={
            "metric": _metrics(names, usual),
            "grain": _options([(DEFAULT, f"自动（{GRAINS[auto_grain]}）"), *GRAINS.items()]),
            "by": _options([(DEFAULT if key == auto_by else key, words) for key, words in ways]),
        },
        values={
            "metric": DEFAULT if asked.metric == usual else asked.metric,
            "grain": grain or DEFAULT,
            "by": DEFAULT if asked.by == auto_by else asked.by,
        },
    )


def _metrics(names: Iterable[str], usual: str) -> list[dict[str, object]]:
    """Return the metrics under the names of their families, which cannot be chosen."""
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(METRICS[name].family, []).append(name)
    found: list[dict[str, object]] = []
    for number, (family, members) in enumerate(families.items()):
        found.append({"value": f"family-{number}", "label": f"── {family} ──", "disabled": True})
        found += [{"value": DEFAULT if one == usual else one, "label": METRICS[one].label} for one in members]
    return found


def _options(offered: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    return [{"value": value, "label": words} for value, words in offered]


def _one_of(wanted: str, known: Iterable[str], what: str, instead: str, notices: list[str]) -> str:
    listed = list(known)
    if not wanted or wanted in listed:
        return wanted
    notices.append(f"{UnknownName(what, wanted[:40], listed)}已按{instead}显示。")
    return ""


def address(selection: Selection, own: Mapping[str, str], **changes: str) -> str:
    """Return the address of the page with its filter and own keys, some changed; an empty text removes a key."""
    kept = {key: value for key, value in own.items() if key in KEYS}
    ruled = {key: value for key, value in changes.items() if key not in KEYS}
    query = {key: value for key, value in {**selection.to_query(), **ruled, **kept, **changes}.items() if value}
    return "/trend" + (f"?{urlencode(query, safe=',')}" if query else "")
