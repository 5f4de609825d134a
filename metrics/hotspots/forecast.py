"""The hot-cell forecast of a version as pages show it: read from the fits, small counts hidden, quality beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.reading import Snapshot
from metrics import catalogue, fits, privacy
from metrics.catalogue import Catalogue
from metrics.hotspots import grid
from metrics.hotspots.backtest import verdict
from metrics.hotspots.fitting import CRIME, EVERYTHING
from metrics.selection import Selection

FORECAST, QUALITY = "hotspot_forecast", "hotspot_quality"


@dataclass(frozen=True, eq=False)
class Forecast:
    """Where the events of the next 28 days are expected. The frames are shared and must not be changed.

    state: ok, fitting (not computed yet) or nothing. label: what is forecast. cells: cell_x, cell_y, west … north,
    rank (in the bureau), score (expected events), recent and long_run (events behind it, "<3" for few), share_public
    (0 to 1 or None), station; only cells with at least three events behind them. quality: rows of hotspot_quality.
    sentence: how good it was, with its floor; "" where it could not be measured.
    """

    state: str
    label: str
    cells: pd.DataFrame
    quality: pd.DataFrame
    sentence: str
    notes: list[str]


def forecast(snapshot: Snapshot, selection: Selection) -> Forecast:
    """Return the forecast for a selection's categories and stations; its period plays no part."""
    known = catalogue.of(snapshot)
    ranked, quality = fits.table(snapshot, FORECAST), fits.table(snapshot, QUALITY)
    if ranked is None or quality is None:
        return Forecast("fitting", "", pd.DataFrame(), pd.DataFrame(), "", [fits.missing(snapshot, "热点")])
    return chosen(ranked, quality, selection, known, float(snapshot.meta.get("grid_lat0", "0")))


def chosen(
    ranked: pd.DataFrame, quality: pd.DataFrame, selection: Selection, known: Catalogue, lat0: float
) -> Forecast:
    """Return the part of the fitted tables that answers a selection."""
    subject, notes = _subject(selection.categories, set(ranked["subject"]), known)
    label = known.category_names().get(subject, subject)
    rows = ranked[ranked["subject"] == subject]
    stations = known.station_codes(selection.stations)
    if stations:
        rows = rows[rows["station"].isin(stations)]
        if not rows.empty or ranked["station"].ne("").any():
            notes.append("名次为全局名次。")
        else:
            notes.append("没有辖区边界，热点预测不能按派出所筛选。")
    few = int((rows["long_run"] < privacy.THRESHOLD).sum())
    notes += [f"另有 {few:,} 个网格依据不足 {privacy.THRESHOLD} 起，不列出。"] if few else []
    cells = _shown(rows[rows["long_run"] >= privacy.THRESHOLD], lat0)
    tested = quality[quality["subject"] == subject].reset_index(drop=True)
    if tested.empty:
        notes.append("历史不足，无法回测，准确性未知。")
    elif not tested["origin_known"].all():
        notes.append("来源未登记，预测无法区分群众报警与巡逻发现，可能强化既有巡逻。")
    else:
        notes.append("只用群众报警训练，不用巡逻发现，以免越巡越热。")
    return Forecast("ok" if len(cells) else "nothing", label, cells, tested, _sentence(tested), notes)


def _subject(categories: tuple[str, ...], fitted: set[str], known: Catalogue) -> tuple[str, list[str]]:
    """Return the fitted subject nearest to the categories chosen, and what must be said of it."""
    crime = CRIME if CRIME in fitted else EVERYTHING
    if not categories:
        return crime, []
    if set(categories) == {"刑事", "治安"}:
        return crime, []
    if len(categories) == 1:
        named = [
            one
            for table in known.categories.values()
            for one in table.values()
            if categories[0] in (one.code, one.name)
        ]
        exact = [name for name in (*categories, *(one.code for one in named)) if name in fitted]
        if exact:
            return exact[0], []
        wider = next((one.group for one in named if one.group in fitted), crime)
        return wider, [f"所选类别事件太少，未单独预测；以下为「{wider}」。"]
    return crime, [f"多个类别不合并预测；以下为「{crime}」。"]


def _shown(rows: pd.DataFrame, lat0: float) -> pd.DataFrame:
    width, height = grid.side_degrees(lat0)
    recent = [privacy.PRIMARY if n < privacy.THRESHOLD else int(n) for n in rows["recent"]]
    public = [None if pd.isna(share) else float(share) for share in rows["share_public"]]
    return pd.DataFrame(
        {
            "cell_x": rows["cell_x"], "cell_y": rows["cell_y"], "west": rows["cell_x"] * width,
            "south": rows["cell_y"] * height, "east": (rows["cell_x"] + 1) * width,
            "north": (rows["cell_y"] + 1) * height, "rank": rows["rank"], "score": rows["score"].round(2),
            "recent": pd.Series(recent, index=rows.index, dtype="object"), "long_run": rows["long_run"].astype(int),
            "share_public": pd.Series(public, index=rows.index, dtype="object"), "station": rows["station"],
        }
    ).reset_index(drop=True)  # fmt: skip


def _sentence(tested: pd.DataFrame) -> str:
    """Say what the back-test found at the smallest share of the area, with its counts and its floor."""
    if tested.empty or not tested["events"].iloc[0]:
        return ""
    lines = {row["method"]: row for _, row in tested[tested["share_area"] == tested["share_area"].min()].iterrows()}
    model, floor = lines["model"], lines["long_run"]
    return (
        f"回测 {model['first']:%Y-%m-%d} 至 {model['last']:%Y-%m-%d}：面积最热的 {model['share_area']:.0%} 命中"
        f" {model['n'] / model['events']:.1%}（{model['n']:,.0f}/{model['events']:,.0f} 起），PAI {model['pai']:.1f}"
        f"（随机为 1，长期均值 {floor['pai']:.1f}），PEI {model['pei']:.2f}；"
        f"{verdict(model['gained'], model['lost'], model['p'])}。"
    )
