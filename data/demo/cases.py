"""Criminal and administrative cases: those that calls became, those reported at the counter, and how they ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo import codes
from data.demo.alerts import STAMP_BASE, Alerts
from data.demo.geography import Geography
from data.demo.plan import Bools, Ints, Plan

STATUSES = ("受案", "立案侦查", "已破案", "已结案", "不予立案", "已撤案", "已移送")
PRECISIONS = ("minute", "day")
KINDS = ("刑事", "行政")
_HOUR, _DAY = 3600, 86400

# Cases that no call stands behind, per hundred criminal cases that calls became.
_COUNTER = {
    "040401": 13, "020200": 3, "010200": 9, "010300": 4, "020100": 1, "020300": 1, "030500": 0.6, "030300": 0.6,
    "030100": 0.12, "030400": 0.06, "010100": 0.2, "040500": 1.6, "050100": 3, "050200": 2.2, "050300": 1.4,
    "050400": 5, "040309": 3, "840300": 5, "840100": 3, "810100": 2, "830300": 2,
}  # fmt: skip
# Share solved and median days until then; the rest of each kind below.
_SOLVED = {
    "040301": (0.42, 24), "040302": (0.32, 21), "040303": (0.3, 18), "040304": (0.38, 12), "040309": (0.38, 18),
    "040401": (0.28, 50), "040402": (0.35, 40), "020200": (0.45, 60), "040100": (0.93, 4), "040200": (0.75, 7),
    "030200": (0.93, 3), "030300": (0.95, 3), "040600": (0.6, 8), "050300": (0.9, 6), "050400": (0.85, 12),
    "010200": (0.99, 1), "010300": (0.93, 3),
}  # fmt: skip
_SOLVED_OTHER = {"刑事": (0.7, 10), "行政": (0.72, 4)}
_LOSS = {
    "040301": 5200, "040302": 2300, "040303": 1600, "040304": 1800, "040309": 2600, "040401": 13000, "040402": 8000,
    "020200": 90000, "040100": 2000, "040200": 2500, "040500": 9000, "040600": 3200, "830200": 380, "830300": 450,
    "830400": 420,
}  # fmt: skip
_CRIMINAL = [i for i, case in enumerate(codes.CASES) if case.kind == "刑事"]
_NEGATIVE = ("010100", "030100", "030300", "030400", "020100", "020200", "020300", "050300")


@dataclass(frozen=True)
class Cases:
    """Rows in order of acceptance, coded as in Alerts; `of_alert` is the case number of each alert row, 0 for none."""

    columns: dict[str, Ints]
    of_alert: Ints

    def __len__(self) -> int:
        return len(self.columns["id"])


def generate(plan: Plan, land: Geography, alerts: Alerts) -> Cases:
    """Every case accepted before the end of the data, with what is known of it at that moment."""
    category, report, station, cell, alert_row = _origins(plan, land, alerts)
    rng = plan.rng("case acceptance")
    criminal = np.isin(category, _CRIMINAL)
    accept = report + (rng.lognormal(0, 0.9, len(report)) * np.where(criminal, 2.2, 1.3) * _HOUR).astype(np.int64)
    order = np.argsort(accept, kind="stable")
    order = order[accept[order] < plan.end_second]
    category, report, station = category[order], report[order], station[order]
    cell, alert_row, criminal, accept = cell[order], alert_row[order], criminal[order], accept[order]
    of_alert = np.zeros(len(alerts), dtype=np.int64)
    from_call = alert_row >= 0
    of_alert[alert_row[from_call]] = np.flatnonzero(from_call) + 1
    columns = {
        "id": np.arange(1, len(order) + 1),
        "kind": np.where(criminal, 1, 2),
        "category": category + 1,
        "report_time": report + STAMP_BASE,
        "accept_time": accept + STAMP_BASE,
    }
    columns |= _occurrence(plan, category, report)
    columns |= _course(plan, category, criminal, accept)
    columns |= _place(plan, land, alerts, category, station, cell, alert_row)
    columns |= _facts(plan, land, category, criminal, station)
    _coarsen(plan, columns)
    return Cases(columns, of_alert)


def _origins(plan: Plan, land: Geography, alerts: Alerts) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Category, time of report, station, cell (-1 unknown) and alert row (-1 none) of every possible case."""
    rows = np.flatnonzero(alerts.becomes_case)
    case_of = np.array([codes.CASE_INDEX.get(codes.CASE_OF_ALERT.get(code, ""), -1) for code in codes.CODES])
    from_calls = case_of[alerts.events.category[rows]]
    rng = plan.rng("counter cases")
    criminal_calls = int(np.isin(from_calls, _CRIMINAL).sum())
    share = np.array(list(_COUNTER.values())) / 100
    number = rng.poisson(share * criminal_calls)
    category = np.repeat([codes.CASE_INDEX[code] for code in _COUNTER], number)
    size = len(category)
    # Counters are open by day; people come to the stations that also get the calls.
    day = rng.integers(0, plan.days, size)
    second = day * _DAY + np.clip(rng.normal(14, 3.2, size) * _HOUR, 7 * _HOUR, 23 * _HOUR).astype(np.int64)
    weight = np.bincount(alerts.events.station, minlength=land.size).astype(np.float64)
    station = rng.choice(land.size, size, p=weight / weight.sum()) if size else np.zeros(0, dtype=np.int64)
    nowhere = np.full(size, -1)
    return (
        np.concatenate([from_calls, category]),
        np.concatenate([alerts.columns["call"][rows] - STAMP_BASE, second]),
        np.concatenate([alerts.events.station[rows], station]),
        np.concatenate([alerts.events.cell[rows], nowhere]),
        np.concatenate([rows, nowhere]),
    )


def _occurrence(plan: Plan, category: Ints, report: Ints) -> dict[str, Ints]:
    """Known interval of the deed: minutes for violence, a night or a day away for burglaries, days for fraud."""
    rng = plan.rng("occurrence")
    size = len(category)
    last = report - (rng.lognormal(0, 0.9, size) * 20 * 60).astype(np.int64)
    length = (rng.lognormal(0, 0.8, size) * 8 * 60).astype(np.int64)
    theft = _is(category, "040302", "040303", "040309", "830200", "830400", "040600")
    length[theft] = (rng.lognormal(1.6, 0.7, int(theft.sum())) * _HOUR).astype(np.int64)
    fraud = _is(category, "040401", "040402", "020200", "830300", "050400")
    length[fraud] = (rng.lognormal(3.0, 1.2, int(fraud.sum())) * _HOUR).astype(np.int64)
    # Burglaries come to light on coming home, in the morning, or after a journey.
    home = np.flatnonzero(_is(category, "040301"))
    u = rng.random(len(home))
    hours = np.where(u < 0.8, rng.normal(9.0, 1.5, len(home)), rng.lognormal(3.9, 0.7, len(home)))
    length[home] = (np.clip(hours, 1, 24 * 21) * _HOUR).astype(np.int64)
    unknown_end = rng.random(size) < 0.03
    first = np.maximum(last - length, -STAMP_BASE + 1)
    return {
        "occur_from": np.where(rng.random(size) < 0.01, 0, first + STAMP_BASE),
        "occur_to": np.where(unknown_end, 0, last + STAMP_BASE),
    }


def _course(plan: Plan, category: Ints, criminal: Bools, accept: Ints) -> dict[str, Ints]:
    """Filing, solving, closing, cancelling and transfer, as far as they lie before the end of the data."""
    rng = plan.rng("course")
    size = len(category)
    file = accept + (rng.lognormal(0, 0.95, size) * 21 * _HOUR).astype(np.int64)
    refused = criminal & (rng.random(size) < 0.06)
    chance = np.array([_SOLVED.get(c.code, _SOLVED_OTHER[c.kind])[0] for c in codes.CASES])[category]
    median = np.array([_SOLVED.get(c.code, _SOLVED_OTHER[c.kind])[1] for c in codes.CASES])[category]
    begun = np.where(criminal, file, accept)
    solve = begun + (rng.lognormal(0, 1.1, size) * median * _DAY).astype(np.int64)
    solved = (rng.random(size) < chance) & ~refused
    close = solve + (rng.lognormal(0, 0.5, size) * 35 * _DAY).astype(np.int64)
    u = rng.random(size)
    cancelled, moved = ~solved & ~refused & (u < 0.012), ~refused & (u > 0.985)
    later = begun + (rng.lognormal(0, 0.6, size) * 30 * _DAY).astype(np.int64)
    known: dict[str, Ints] = {}
    for name, stamp, applies in (
        ("file_time", file, criminal & ~refused),
        ("no_file_time", file, refused),
        ("solve_time", solve, solved),
        ("close_time", close, solved),
        ("cancel_time", later, cancelled),
        ("transfer_time", later, moved),
    ):
        known[name] = np.where(applies & (stamp < plan.end_second), stamp + STAMP_BASE, 0)
    status = np.where(criminal & (known["file_time"] == 0), 1, 2)
    for name, value in (
        ("transfer_time", 7),
        ("solve_time", 3),
        ("close_time", 4),
        ("no_file_time", 5),
        ("cancel_time", 6),
    ):
        status[known[name] > 0] = value
    # Old records say "solved" without saying when.
    undated = (status == 3) & (rng.random(size) < 0.012)
    year_start = _year_starts(plan)
    began_in = np.searchsorted(year_start, np.where(known["file_time"] > 0, file, accept), side="right")
    backlog = (known["solve_time"] > 0) & (np.searchsorted(year_start, solve, side="right") > began_in)
    known["solve_time"] = np.where(undated, 0, known["solve_time"])
    return known | {"status": status, "backlog": (backlog & ~undated).astype(np.int64)}


def _year_starts(plan: Plan) -> Ints:
    days = [i for i in range(plan.days) if (plan.day(i).month, plan.day(i).day) == (1, 1)]
    return np.array(days, dtype=np.int64) * _DAY


def _place(
    plan: Plan, land: Geography, alerts: Alerts, category: Ints, station: Ints, cell: Ints, alert_row: Ints
) -> dict[str, Ints]:
    """Where it happened: as on the call where there was one, unknown for many frauds."""
    rng = plan.rng("case places")
    size = len(category)
    row = np.maximum(alert_row, 0)
    called = alert_row >= 0
    vague = ~called | (_is(category, "040401") & (rng.random(size) < 0.35))
    own_beat = land.cell_beat[np.maximum(cell, 0)]
    first_beat = np.searchsorted(land.beat_station, np.arange(land.size))
    beats = np.bincount(land.beat_station, minlength=land.size)
    any_beat = first_beat[station] + (rng.random(size) * beats[station]).astype(np.int64)
    return {
        "station": station + 1,
        "beat": np.where(called, own_beat, any_beat) + 1,
        "cell_x": np.where(vague, 0, alerts.columns["cell_x"][row]),
        "cell_y": np.where(vague, 0, alerts.columns["cell_y"][row]),
        "place": np.where(called, alerts.columns["place"][row], 0),
    }


def _facts(plan: Plan, land: Geography, category: Ints, criminal: Bools, station: Ints) -> dict[str, Ints]:
    """Handling unit, loss and flags."""
    rng = plan.rng("case facts")
    size = len(category)
    negative = _is(category, *_NEGATIVE)
    share = np.clip(rng.normal(0.72, 0.05, land.size), 0.5, 0.9)[station]
    share[~criminal] = 0.985
    share[_is(category, "040401", "050400")] -= 0.22
    share[negative] = 0.03
    by_station = rng.random(size) < share
    department = np.where(_is(category, "040401", "050400"), 3, np.where(criminal, 1, 2))
    department[_is(category, "010200", "010300")] = 5
    median = np.array([_LOSS.get(case.code, 0) for case in codes.CASES])[category]
    loss = np.where(median > 0, np.maximum(median * rng.lognormal(0, 0.9, size), 1), 0).astype(np.int64)
    severe = np.array(["八类" in case.flags for case in codes.CASES])[category]
    return {
        "unit": np.where(by_station, station + 1, land.size + department),
        "loss": np.where(rng.random(size) < 0.03, 0, loss),
        "serious": (severe & (rng.random(size) < 0.25)).astype(np.int64),
        "telecom": _is(category, "040401", "050400").astype(np.int64),
        "negative": negative.astype(np.int64),
    }


def _coarsen(plan: Plan, columns: dict[str, Ints]) -> None:
    """A few cases were entered from paper and are known only to the day."""
    rows = plan.rng("case precision").random(len(columns["id"])) < 0.004
    columns["precision"] = np.where(rows, 2, 1)
    for name, stamps in columns.items():
        if name.endswith("_time") or name.startswith("occur"):
            stamps[rows] = stamps[rows] // _DAY * _DAY


def _is(category: Ints, *wanted: str) -> Bools:
    mine: Bools = np.array([case.code in wanted for case in codes.CASES])[category]
    return mine
