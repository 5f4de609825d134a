"""Repeat places: the same cell and group called two or more times within 30, 90 or 365 days. Places, never callers.

Left out is what draws calls without being a place with a problem: police stations (their house, and places so named),
hospitals, and default points. A window ends with the last day of the selection's period and rolls with it.
This counts places; the metric 重复报警率 counts alerts that have an earlier one within 30 days.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from data import grid as small
from data.reading import Snapshot
from metrics import cache, catalogue, privacy
from metrics.catalogue import Catalogue
from metrics.hotspots import defaults
from metrics.hotspots.defaults import DefaultPoint
from metrics.hotspots.places import Placed, placed
from metrics.model import MetricError
from metrics.periods import Period, describe
from metrics.selection import Selection

WINDOWS = (30, 90, 365)
# Words in 发生部位 by which a place is left out.
LEFT_OUT_WORDS = {
    "公安机关": ("派出所", "公安", "警务室", "警察", "police"),
    "医院": ("医院", "卫生院", "诊所", "急诊", "hospital", "healthcare", "medical"),
}
HOUSE, PINNED = "派出所驻地", "疑似默认落点"
PLACE_COLUMNS = ("group", "cell_x", "cell_y", "west", "south", "east", "north", "station", "beat", "calls")
BEAT_COLUMNS = ("station", "beat", "places", "calls", "repeats")


@dataclass(frozen=True, eq=False)
class RepeatPlaces:
    """Repeat places of one window. Frames are shared and must not be changed.

    calls: valid calls with a place that is not left out; places: cells × groups with two or more; place_calls: calls
    there; repeats: place_calls − places, the calls after the first. share: repeats ÷ calls, 0 to 1, None without calls.
    beats: BEAT_COLUMNS by the beat of the call (未登记 where unknown), those with most repeats first.
    cells: PLACE_COLUMNS, 100 m cells with at least 3 calls of one group, corners in degrees; those with fewer are
    only in the totals. left_out: columns reason, calls; points: the default points among them.
    state: ok, nothing, no_coordinates or no_data.
    """

    days: int
    state: str
    calls: int
    places: int
    place_calls: int
    repeats: int
    share: float | None
    beats: pd.DataFrame
    cells: pd.DataFrame
    left_out: pd.DataFrame
    points: tuple[DefaultPoint, ...]
    title: str
    notes: list[str]


def repeat_places(snapshot: Snapshot, selection: Selection, days: int = 30) -> RepeatPlaces:
    """Return the repeat places of valid alerts in the `days` days that end with the period, once per version.

    Raises MetricError for another window than 30, 90 or 365 days.
    """
    if days not in WINDOWS:
        raise MetricError(f"重复地点按 {'、'.join(map(str, WINDOWS))} 日滚动统计，没有 {days} 日。")
    return cache.answer(snapshot, (selection, days), _repeat_places)


def _repeat_places(snapshot: Snapshot, question: tuple[Selection, int]) -> RepeatPlaces:
    selection, days = question
    known = catalogue.of(snapshot)
    first, last = rolling_window(selection.resolve(known.data_as_of), known, days)
    rolling = replace(selection, period="custom", first=first, last=last, valid_only=True)
    found = placed(snapshot, rolling, "alerts", "category_group AS group_name", "place_type")
    located = found.frame[found.frame["cell_x"].notna()].astype({"cell_x": "int64", "cell_y": "int64"})
    reason = _reasons(located, snapshot)
    kept = located[reason == ""]
    whole = kept.groupby(["group_name", "cell_x", "cell_y"])["events"].transform("sum")
    repeated = kept[whole >= 2].assign(place_calls=whole[whole >= 2])
    left_out = located.assign(reason=reason)[reason != ""].groupby("reason")["events"].sum()
    return _summed(found, days, kept, repeated, left_out, snapshot, describe(found.window, selection.cutoff))


def rolling_window(period: Period, known: Catalogue, days: int) -> tuple[date, date]:
    """Return the first and last day of the window: `days` days, or whole months where times are known only by month."""
    # The data end before this moment, so midnight belongs to the day before.
    end = (known.data_as_of - timedelta(microseconds=1)).date() if known.data_as_of else period.last
    last = min(period.last, end)
    if not any("month" in kinds for kinds in known.precisions["alerts"].values()):
        return last - timedelta(days=days - 1), last
    months = last.year * 12 + last.month - {30: 1, 90: 3, 365: 12}[days]
    return date(months // 12, months % 12 + 1, 1), last.replace(day=monthrange(last.year, last.month)[1])


def _reasons(rows: pd.DataFrame, snapshot: Snapshot) -> pd.Series[str]:
    """Return why each row is left out, "" where it is not."""
    reason = pd.Series("", index=rows.index, dtype="str")
    reason[defaults.lies_in(rows, defaults.houses(snapshot).values())] = HOUSE
    pinned = [(point.cell_x, point.cell_y) for point in defaults.default_points(snapshot, "alerts")]
    reason[defaults.lies_in(rows, pinned)] = PINNED
    kinds = rows["place_type"].astype("str").fillna("")
    for name, words in LEFT_OUT_WORDS.items():
        named = [kind for kind in kinds.unique() if any(word in kind.lower() for word in words)]
        reason[kinds.isin(named)] = name
    return reason


def _summed(
    found: Placed, days: int, kept: pd.DataFrame, repeated: pd.DataFrame, left_out: pd.Series[int],
    snapshot: Snapshot, title: str,
) -> RepeatPlaces:  # fmt: skip
    calls, place_calls = int(kept["events"].sum()), int(repeated["events"].sum())
    places = len(repeated[["group_name", "cell_x", "cell_y"]].drop_duplicates())
    unplaced_share = found.unplaced / found.total if found.total else 0.0
    state = found.state if found.state in ("no_data", "no_coordinates") else "ok" if places else "nothing"
    notes = [
        "重复地点：同一 100 米网格、同一归类在窗口内报警 2 次以上；只统计地点，不涉及报警人。",
        f"逐格只列 {privacy.THRESHOLD} 起以上的地点，2 起的只计入合计。",
    ]
    notes += [f"{found.unplaced:,} 起（{unplaced_share:.1%}）没有坐标，无法判断。"] if found.unplaced else []
    notes += [f"未计入{reason} {n:,} 起。" for reason, n in left_out.items()]
    return RepeatPlaces(
        days=days, state=state, calls=calls, places=places, place_calls=place_calls, repeats=place_calls - places,
        share=(place_calls - places) / calls if calls else None, beats=_beats(repeated),
        cells=_cells(repeated, snapshot), left_out=left_out.rename("calls").reset_index(),
        points=found.points, title=title, notes=notes,
    )  # fmt: skip


def _beats(repeated: pd.DataFrame) -> pd.DataFrame:
    """Return places, calls and repeats by beat: a place counts for the beat with most of its calls."""
    place = ["group_name", "cell_x", "cell_y"]
    by_beat = repeated.groupby([*place, "station", "beat"])["events"].sum().reset_index()
    main = by_beat.sort_values([*place, "events", "beat"], ascending=[True, True, True, False, True])
    main = main.drop_duplicates(place)[[*place, "station", "beat"]]
    sizes = repeated.groupby(place)["events"].sum().rename("calls").reset_index()
    rows = main.merge(sizes, on=place)
    out = rows.groupby(["station", "beat"]).agg(places=("calls", "size"), calls=("calls", "sum")).reset_index()
    out["repeats"] = out["calls"] - out["places"]
    return out.sort_values(["repeats", "beat"], ascending=[False, True])[list(BEAT_COLUMNS)].reset_index(drop=True)


def _cells(repeated: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    rows = repeated[repeated["place_calls"] >= privacy.THRESHOLD]
    if rows.empty:
        return pd.DataFrame(columns=list(PLACE_COLUMNS))
    place = ["group_name", "cell_x", "cell_y"]
    out = (
        rows.sort_values("events", ascending=False)
        .groupby(place)
        .agg(station=("station", "first"), beat=("beat", "first"), calls=("events", "sum"))
        .reset_index()
        .rename(columns={"group_name": "group"})
    )
    width, height = small.cell_degrees(float(snapshot.meta["grid_lat0"]))
    out["west"], out["south"] = out["cell_x"] * width, out["cell_y"] * height
    out["east"], out["north"] = (out["cell_x"] + 1) * width, (out["cell_y"] + 1) * height
    order = out.sort_values(["calls", "group", "cell_x", "cell_y"], ascending=[False, True, True, True])
    return order[list(PLACE_COLUMNS)].reset_index(drop=True)
