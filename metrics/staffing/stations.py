"""Work against duty of one station or all of them, as values with the words that go with them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.reading import Snapshot
from metrics import cache, catalogue
from metrics.catalogue import Catalogue
from metrics.model import MetricError
from metrics.selection import Selection
from metrics.staffing import posts, workload
from metrics.staffing.picture import Picture, minutes, picture
from metrics.staffing.values import DAYS, Rules, ShortRun, StationStaffing, Week
from metrics.staffing.workload import ENOUGH_MEASURED, Dates

Floats = NDArray[np.float64]
LOW, ALIKE, UNJUDGED = "明显偏低", "与各所相当", "不作判定"
_BUREAU_NAME = "全部派出所"
# Quartiles say little about fewer stations than this.
_ENOUGH_PEERS = 8
_FENCE = 1.5


def of(
    snapshot: Snapshot, selection: Selection, station: str | None = None, rules: Rules | None = None
) -> StationStaffing:
    """Return work against duty of a station (code or name), or of all that the selection has: once per version.

    Stands on the weeks before the end of the period (see Rules); all valid calls, whatever the selection's categories.
    Raises MetricError for an empty store, UnknownName for a station that does not exist.
    """
    rules = rules or Rules()
    one = replace(selection, stations=(station,)) if station else selection
    return cache.answer(snapshot, (workload.by_days(snapshot, one, rules), rules), _of)


def _of(snapshot: Snapshot, question: tuple[Selection, Rules]) -> StationStaffing:
    selection, rules = question
    known = catalogue.of(snapshot)
    days = workload.window(snapshot, selection, rules)
    whole = picture(snapshot, days, rules)
    places = places_of(whole, selection)
    if not places:
        raise MetricError("没有可测算的派出所。请选择已登记的派出所，或先在「数据接入」导入单位表。")
    code = whole.counted.stations[places[0]] if len(places) == 1 and selection.stations else ""
    result = _staffing(whole, places, code, known.station_names.get(code, _BUREAU_NAME))
    notes = notes_of(whole, places, days, selection, known)
    words = words_of(result) if len(places) == 1 else _words_of_all(whole, places, known, result)
    return replace(result, words=words, notes=notes, data_as_of=known.data_as_of, version=snapshot.id)


def places_of(whole: Picture, selection: Selection) -> list[int]:
    """Return the positions of the chosen stations (codes) in the arrays; all of them if none is chosen."""
    codes = whole.counted.stations
    return [place for place, code in enumerate(codes) if not selection.stations or code in selection.stations]


def _staffing(whole: Picture, places: list[int], station: str, name: str) -> StationStaffing:
    need, low, high, duty = (part[places] for part in whole.by_hour)
    week_low, week_high = _bounds(whole.needed[places], *(part[places] for part in whole.bounds))
    day_low, day_high = _bounds(need, low, high)
    lacking = posts.shortfall(whole.needed[places], whole.on_duty[places])
    p, wait = _over_stations(whole, places)
    average = _total(whole.average[places])
    match, ceiling = whole.match(places)
    day_lacking = posts.shortfall(need, duty)
    return StationStaffing(
        station=station, name=name, first=whole.counted.first, last=whole.counted.last,
        calls=week(_sum(whole.demand.mean[places])), needed=week(_sum(whole.needed[places])),
        low=week(week_low), high=week(week_high),
        on_duty=week(_sum(whole.on_duty[places])), shortfall=week(_sum(lacking)),
        wait=week(60 * wait), p_no_unit=week(p),
        overload=tuple(tuple(bool(one) for one in day) for day in np.any(whole.overload[places], axis=0).tolist()),
        day_needed=line(_sum(need)), day_low=line(day_low), day_high=line(day_high),
        day_on_duty=line(_sum(duty)), day_shortfall=line(_sum(day_lacking)),
        short=posts.short_runs(need[0], low[0], duty[0]) if len(places) == 1 else (),
        posts=average, headcount=None if average is None else posts.headcount(average, whole.rules),
        match=match, match_ceiling=ceiling, utilisation=whole.utilisation(places), queue=whole.queue(places),
        hours_per_call=_only(whole.demand.hours_per_call, places), crew=_only(whole.demand.crew, places),
        counted=int(whole.counted.calls[places].sum()), measured=int(whole.counted.measured[places].sum()),
        words=(), notes=(), data_as_of=None, version=0,
    )  # fmt: skip


def _over_stations(whole: Picture, places: list[int]) -> tuple[Floats, Floats]:
    """Return the chance of no free unit and the mean wait (hours) by hour of the week, weighted by the calls."""
    p, wait = whole.p_no_unit[places], whole.mean_wait[places]
    known = ~np.isnan(p)
    weights = np.where(known, np.nan_to_num(whole.demand.mean[places]), 0.0)
    # An hour without calls weighs every station the same, so that it has a value too.
    weights = np.where(weights.sum(0) > 0, weights, known.astype(float))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weights / weights.sum(0)
        mean_p = np.where(weights > 0, share * np.nan_to_num(p), 0.0).sum(0)
        mean_wait = np.where(weights > 0, share * np.nan_to_num(wait, posinf=np.inf), 0.0).sum(0)
    nothing = ~known.any(0)
    return np.where(nothing, np.nan, mean_p), np.where(nothing, np.nan, mean_wait)


# ---- words and notes -------------------------------------------------------------------------------


def words_of(one: StationStaffing) -> tuple[str, ...]:
    """Say where a station is short, overloaded or out of step; one sentence each, the worst first."""
    words = [_first_words(one.counted, one.posts, one.utilisation, one.short)]
    if one.counted == 0 or one.posts is None or one.utilisation is None:
        return tuple(words)
    words += [f"{posts.say_short(run)}。" for run in one.short[1:]]
    if one.queue and one.queue.overload > 0:
        words.append(f"{one.queue.overload:.0%} 的出警警情发生在超负荷时段，仅靠本所在岗警力会越积越多。")
    if one.short and (spare := spare_words(one)):
        words.append(spare)
    return tuple(words)


def _first_words(
    counted: int, needed: float | None, utilisation: float | None, short: tuple[ShortRun, ...]
) -> str:  # fmt: skip
    """Say the worst shortage, that there is none, or why nothing can be said."""
    if counted == 0:
        return "时段内无出警警情，应配 0 人。" if needed == 0 else "时段内没有知道钟点的警情，无法测算应配人数。"
    if needed is None:
        return "警情没有处置时间或出动人数，无法测算应配人数。"
    if utilisation is None:
        return f"平均应配 {needed:.1f} 人；没有排班数据，无法对照。"
    return f"{posts.say_short(short[0])}。" if short else "各时段在岗人数均不少于应配人数（相差不足 1 人不计）。"


def spare_words(one: StationStaffing) -> str:
    """Say in which hours a station that is short elsewhere has people to spare."""
    more = {
        hour: duty - need
        for hour, (need, duty) in enumerate(zip(one.day_needed, one.day_on_duty, strict=True))
        if need is not None and duty is not None and duty - need >= posts.LEAST
    }
    if not more:
        return ""
    run = max(posts.runs_of(tuple(more)), key=lambda hours: sum(more[hour] for hour in hours))
    mean = sum(more[hour] for hour in run) / len(run)
    return f"{posts.say_run(run)}平均富余 {mean:.1f} 人，可先在所内调整。"


def _words_of_all(whole: Picture, places: list[int], known: Catalogue, result: StationStaffing) -> tuple[str, ...]:
    """Say how many stations are short, and the three that are short most."""
    if result.posts is None or result.utilisation is None or result.counted == 0:
        return words_of(result)
    found = [(run, place) for place in places for run in runs_of_place(whole, place)[:1]]
    found.sort(key=lambda pair: -pair[0].missing)
    if not found:
        return (f"{len(places)} 个派出所各时段在岗人数均不少于应配人数（相差不足 1 人不计）。",)
    names = known.station_names
    said = [f"{names[whole.counted.stations[place]]} {posts.say_short(run)}。" for run, place in found[:3]]
    return (f"{len(places)} 个派出所中 {len(found)} 个有缺 1 人以上的时段。", *said)


def runs_of_place(whole: Picture, place: int) -> tuple[ShortRun, ...]:
    """Return the short hours of one station."""
    need, low, _, duty = (part[place] for part in whole.by_hour)
    return posts.short_runs(need, low, duty)


def notes_of(whole: Picture, places: list[int], days: Dates, selection: Selection, known: Catalogue) -> tuple[str, ...]:
    """Return what must be said with the figures: what they average, what was filled in, what is missing."""
    counted, covered = whole.counted, int(whole.counted.days.sum())
    span = (days[1] - days[0]).days + 1
    notes = [
        f"按 {days[0]} 至 {days[1]} 的 {covered} 天有效警情平均，日界为 0 时；"
        f"至多 {whole.rules.committed:.0%} 的时间用于处警。"
    ]
    if 0 < covered < span:
        notes.append(f"其中 {span - covered} 天没有警情数据，不计入平均。")
    if covered == 0:
        notes.append("这段时间没有警情数据。")
    if selection.categories:
        notes.append("警力按全部有效警情测算，未按所选类别筛选。")
    notes += _work_notes(whole, places)
    if undated := int(counted.undated[places].sum()):
        notes.append(f"另有 {undated} 起有效警情不知钟点，未计入。")
    if counted.elsewhere and not selection.stations:
        notes.append(f"另有 {counted.elsewhere} 起出警警情的单位不在单位表中，未计入。")
    rostered = [place for place in places if counted.rostered[place].sum() > 0]
    if len(rostered) < len(places):
        notes.append("没有排班数据。" if not rostered else f"{len(places) - len(rostered)} 个派出所没有排班数据。")
    most = int(counted.rostered[places].sum(1).max()) if places else 0
    if 0 < most < covered:
        notes.append(f"排班数据只有 {most} 天，在岗人数按有排班的日子平均。")
    return tuple(notes)


def _work_notes(whole: Picture, places: list[int]) -> list[str]:
    counted, hours = whole.counted, whole.demand.hours_per_call[places]
    calls, measured = int(counted.calls[places].sum()), int(counted.measured[places].sum())
    notes = []
    if not counted.has_attended and calls:
        notes.append("数据没有派警、到达、处置时间，全部有效警情按出警计。")
    if calls == 0:
        return notes
    if counted.known.sum() == 0:
        given = whole.rules.hours_per_call
        notes.append(
            "没有处置时间，无法测算。" if given is None else f"没有处置时间，每起按设定的 {given:g} 人·小时计。"
        )
    elif len(places) == 1 and measured < ENOUGH_MEASURED:
        notes.append(f"本所有处置时间的警情只有 {measured} 起，其余按全局均值补足，每起 {hours[0]:.2f} 人·小时。")
    elif measured < calls:
        notes.append(f"出警 {calls:,} 起，其中 {calls - measured:,} 起处置时间或人数缺失，按均值补足。")
    if counted.unit_hours.sum() == 0:
        notes.append(f"每起出动人数不明，警组按 {whole.rules.crew:g} 人计。")
    return notes


# ---- all stations ----------------------------------------------------------------------------------


def all_stations(snapshot: Snapshot, selection: Selection, rules: Rules | None = None) -> pd.DataFrame:
    """Return one row per chosen station, the largest shortfall first; once per version, not to be changed in place.

    Columns: station, name, calls (dispatched), calls_per_day, hours_per_call, needed and on_duty (people, average
    around the clock), headcount, missing (people at the worst hour of the day, 0 if none), missing_hour,
    missing_hours (people-hours a day), short_hours (JSON list), lacking (whole people missing in the worst of them),
    match, match_ceiling, match_verdict (明显偏低 / 与各所相当 / 不作判定, against the stations shown, corrected for few
    calls), utilisation (%), p_no_unit, mean_wait and p90_wait (minutes; None: endless or unknown), overload (share of
    calls), text. None where not known.
    """
    rules = rules or Rules()
    asked = replace(workload.by_days(snapshot, selection, rules), categories=())
    return cache.answer(snapshot, (asked, rules), _all_stations)


def _all_stations(snapshot: Snapshot, question: tuple[Selection, Rules]) -> pd.DataFrame:
    selection, rules = question
    known = catalogue.of(snapshot)
    whole = picture(snapshot, workload.window(snapshot, selection, rules), rules)
    rows = [_row(whole, place, known) for place in places_of(whole, selection)]
    verdicts = _judged([_relative(row["match"], row["match_ceiling"]) for row in rows])
    rows = [row | {"match_verdict": verdict} for row, verdict in zip(rows, verdicts, strict=True)]
    rows.sort(key=lambda row: (-(row["missing"] or 0.0), -(row["missing_hours"] or 0.0), row["station"]))
    columns = [*_COLUMNS[:-1], "text"]
    return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in columns})


_COLUMNS = (
    "station", "name", "calls", "calls_per_day", "hours_per_call", "needed", "on_duty", "headcount", "missing",
    "missing_hour", "missing_hours", "short_hours", "lacking", "match", "match_ceiling", "match_verdict", "utilisation",
    "p_no_unit", "mean_wait", "p90_wait", "overload", "text",
)  # fmt: skip


def _row(whole: Picture, place: int, known: Catalogue) -> dict[str, Any]:
    code, days = whole.counted.stations[place], whole.counted.days.sum()
    counted = int(whole.counted.calls[place].sum())
    needed, utilisation = number(whole.average[place]), whole.utilisation([place])
    queue, (match, ceiling), short = whole.queue([place]), whole.match([place]), runs_of_place(whole, place)
    lacking = posts.shortfall(whole.by_hour[0][place], whole.by_hour[3][place])
    is_known = bool(np.isfinite(lacking).all())
    worst = int(lacking.argmax()) if is_known else 0
    return {
        "station": code, "name": known.station_names[code], "calls": counted,
        "calls_per_day": counted / days if days else None,
        "hours_per_call": number(whole.demand.hours_per_call[place]),
        "needed": needed, "on_duty": number(whole.average_on_duty[place]),
        "headcount": None if needed is None else posts.headcount(needed, whole.rules),
        "missing": float(lacking[worst]) if is_known else None,
        "missing_hour": worst if is_known and lacking[worst] > 0 else None,
        "missing_hours": float(lacking.sum()) if is_known else None,
        "short_hours": json.dumps([hour for run in short for hour in run.hours]),
        "lacking": max((posts.whole(run.missing) for run in short), default=0),
        "match": match, "match_ceiling": ceiling, "utilisation": utilisation,
        "p_no_unit": queue.p_no_unit if queue else None, "mean_wait": queue.mean_wait if queue else None,
        "p90_wait": queue.p90_wait if queue else None, "overload": queue.overload if queue else None,
        "text": _first_words(counted, needed, utilisation, short),
    }  # fmt: skip


def _relative(match: object, ceiling: object) -> float:
    return float(match) / float(ceiling) if isinstance(match, float) and isinstance(ceiling, float) else math.nan


def _judged(values: list[float]) -> list[str]:
    """Say of each value whether it lies far below the others: 1.5 quartile ranges below the quartile (Tukey 1977)."""
    known = np.array([value for value in values if not math.isnan(value)])
    if len(known) < _ENOUGH_PEERS:
        return [UNJUDGED] * len(values)
    first, third = (float(quartile) for quartile in np.quantile(known, (0.25, 0.75)))
    limit = first - _FENCE * (third - first)
    return [UNJUDGED if math.isnan(value) else LOW if value < limit else ALIKE for value in values]


# ---- from arrays to values -------------------------------------------------------------------------


def week(values: Floats) -> Week:
    """Return an array [7, 24] as tuples with None for what is not known or endless."""
    return tuple(line(values[day]) for day in range(DAYS))


def line(values: Floats) -> tuple[float | None, ...]:
    """Return a row of numbers with None for what is not known or endless."""
    return tuple(float(value) if math.isfinite(value) else None for value in values.tolist())


def number(value: float) -> float | None:
    """Return a number, or None for what is not known or endless."""
    return float(value) if math.isfinite(value) else None


def _sum(values: Floats) -> Floats:
    """Sum over stations; nan where none is known."""
    nothing = np.isnan(values).all(0)
    return np.where(nothing, np.nan, np.nansum(values, axis=0))


def _bounds(values: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the interval of a sum of independent estimates: squared distances add up (MOVER, Zou 2008)."""
    total = _sum(values)
    return total - np.sqrt(_sum((values - low) ** 2)), total + np.sqrt(_sum((high - values) ** 2))


def _total(values: Floats) -> float | None:
    return number(float(np.nansum(values))) if not np.isnan(values).all() else None


def _only(values: Floats, places: list[int]) -> float | None:
    return number(float(values[places[0]])) if len(places) == 1 else None


__all__ = ["all_stations", "minutes", "of", "spare_words", "words_of"]
