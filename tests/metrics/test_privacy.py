"""Small cells of fine breakdowns: hidden, and not to be had back by subtracting from totals."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from metrics import privacy
from metrics.privacy import PRIMARY, SECONDARY, guarded, is_fine, protect

FINE = [
    ("beat", "place_type"), ("beat", "hour"), ("station", "beat", "weekday"), ("beat", "day"), ("beat", "week"),
    ("beat", "category"), ("beat", "group"), ("beat", "month", "hour"), ("cell_x", "cell_y"), ("cell",),
]  # fmt: skip
NOT_FINE = [
    (), ("beat",), ("beat", "month"), ("beat", "year"), ("beat", "station"), ("station", "hour"),
    ("station", "category", "day"), ("kind", "beat", "quarter"), ("place_type", "hour"),
]  # fmt: skip


@pytest.mark.parametrize("by", FINE)
def test_finer_than_a_beat(by: tuple[str, ...]) -> None:
    assert is_fine(by)


@pytest.mark.parametrize("by", NOT_FINE)
def test_not_finer_than_a_beat(by: tuple[str, ...]) -> None:
    assert not is_fine(by)
    frame = pd.DataFrame([{**dict.fromkeys(by, "a"), "alerts": 1}])
    assert protect(frame, by, {"alerts": ("alerts",)}) is frame


def _frame(table: dict[str, dict[str, int]]) -> pd.DataFrame:
    rows = [(beat, place, n) for beat, line in table.items() for place, n in line.items()]
    return pd.DataFrame(rows, columns=["beat", "place_type", "alerts"])


def _shown(frame: pd.DataFrame, value: str = "alerts") -> dict[tuple[str, str], Any]:
    return {(row["beat"], row["place_type"]): row[value] for row in frame.to_dict("records")}


def test_a_single_small_cell_takes_a_box_of_guards_with_it() -> None:
    """Rows B1 12, B2 16 and columns 店铺 10, 住宅 18 are known: without the guards, 1 would be 10 − 9."""
    table = _frame({"B1": {"店铺": 1, "住宅": 11}, "B2": {"店铺": 9, "住宅": 7}})
    protected = protect(table, ("beat", "place_type"), {"alerts": ("alerts",)})
    assert _shown(protected) == {**dict.fromkeys(_shown(table), SECONDARY), ("B1", "店铺"): PRIMARY}
    note = privacy.note(protected["alerts"])
    assert "1 格显示为「<3」" in note and "3 格显示为「略」" in note


def test_guards_are_the_smallest_that_do() -> None:
    table = {f"B{n}": {"a": 40, "b": 50, "c": 60} for n in range(4)}
    table["B0"]["a"], table["B2"]["b"], table["B2"]["a"], table["B0"]["b"] = 2, 5, 6, 7
    shown = _shown(protect(_frame(table), ("beat", "place_type"), {"alerts": ("alerts",)}))
    assert {key for key, value in shown.items() if value == SECONDARY} == {("B2", "b"), ("B2", "a"), ("B0", "b")}


def test_combinations_that_do_not_occur_are_small_cells_too() -> None:
    table = _frame({"B1": {"店铺": 2, "住宅": 11}, "B2": {"住宅": 7}})
    shown = _shown(protect(table, ("beat", "place_type"), {"alerts": ("alerts",)}))
    assert shown["B2", "店铺"] == PRIMARY and shown["B1", "店铺"] == PRIMARY


def test_shares_and_minutes_go_with_the_counts_behind_them() -> None:
    table = _frame({"B1": {"a": 40, "b": 50}, "B2": {"a": 30, "b": 60}}).assign(top=[1, 30, 20, 25])
    table["share"], table["p90"] = table["top"] / table["alerts"], [7.0, 8.0, 9.0, 6.0]
    protected = protect(
        table, ("beat", "place_type"), {"share": ("top", "alerts"), "p90": ("alerts",), "alerts": ("alerts",)}
    )
    assert _shown(protected, "share") == dict.fromkeys(_shown(table), SECONDARY)
    assert _shown(protected, "p90") == _shown(table, "p90")
    assert _shown(protected) == _shown(table)
    assert "「<3」" not in privacy.note(protected["share"]) and privacy.note(protected["p90"]) == ""


def test_beats_are_guarded_within_their_station_and_days_within_their_month() -> None:
    rows = [("S1", "A", "x", 1), ("S1", "A", "y", 30), ("S1", "B", "x", 20), ("S1", "B", "y", 10),
            ("S2", "C", "x", 4), ("S2", "C", "y", 5), ("S2", "D", "x", 6), ("S2", "D", "y", 7)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["station", "beat", "place_type", "alerts"])
    for by in (("station", "beat", "place_type"), ("beat", "place_type")):
        one = frame[[*by, "alerts"]]
        out = protect(one, by, {"alerts": ("alerts",)}, {"beat": lambda beat: "S1" if beat in "AB" else "S2"})
        assert len(out) == 8, "no beat appears under another station"
        assert [privacy.is_hidden(value) for value in out["alerts"]] == [True] * 4 + [False] * 4


def _bounds(cube: np.ndarray, hidden: np.ndarray, cell: tuple[int, ...]) -> tuple[float, float]:
    """Least and largest value of a hidden cell that agree with the shown cells, the marks and all sums along axes."""
    cells = [tuple(int(n) for n in place) for place in np.argwhere(hidden)]
    column = {place: n for n, place in enumerate(cells)}
    lines: dict[tuple[Any, ...], list[int]] = {}
    for place in cells:
        for axis in range(cube.ndim):
            lines.setdefault((axis, *place[:axis], *place[axis + 1 :]), []).append(column[place])
    left = np.array([[1.0 if n in line else 0.0 for n in range(len(cells))] for line in lines.values()])
    right = left @ np.array([cube[place] for place in cells])
    limits = [(0, 2) if cube[place] < 3 else (3, None) for place in cells]
    goal = np.zeros(len(cells))
    goal[column[cell]] = 1
    low, high = (linprog(sign * goal, A_eq=left, b_eq=right, bounds=limits) for sign in (1, -1))
    return float(low.fun), float(-high.fun)


def _given_away(cube: np.ndarray, hidden: np.ndarray) -> set[tuple[int, ...]]:
    ones = [tuple(int(n) for n in place) for place in np.argwhere((cube > 0) & (cube < 3))]
    return {cell for cell in ones if np.ptp(_bounds(cube, hidden, cell)) < 0.5}


_tables = arrays(
    np.float64,
    st.one_of(st.tuples(st.integers(2, 5), st.integers(2, 5)), st.tuples(*[st.integers(2, 3)] * 3)),
    elements=st.integers(0, 9).map(float),
)


@settings(max_examples=150, deadline=None)
@given(_tables)
def test_no_one_and_no_two_follows_from_the_totals(cube: np.ndarray) -> None:
    """Audit by linear programming; what is given away even with every cell hidden can't be helped."""
    hidden = (cube < 3) | guarded(cube)
    assert _given_away(cube, hidden) <= _given_away(cube, np.ones(cube.shape, dtype=bool))


def test_without_guards_the_audit_finds_what_is_given_away() -> None:
    cube = np.array([[1.0, 11.0], [9.0, 7.0]])
    assert _given_away(cube, cube < 3) == {(0, 0)} and not _given_away(cube, (cube < 3) | guarded(cube))


def test_what_needs_no_guard_gets_none() -> None:
    assert not guarded(np.array([[5.0, 6.0], [7.0, 8.0]])).any()
    assert not guarded(np.zeros((3, 3))).any()
    assert not guarded(np.array([[1.0, 1.0, 9.0], [1.0, 1.0, 9.0], [9.0, 9.0, 9.0]])).any()


def test_large_and_empty_breakdowns() -> None:
    draw = np.random.default_rng(1)
    rows = [(f"B{beat}", hour, int(n)) for beat, hour, n in zip(
        np.repeat(np.arange(300), 24), np.tile(np.arange(24), 300), draw.poisson(4, 7200), strict=True)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["beat", "hour", "alerts"])
    out = protect(frame, ("beat", "hour"), {"alerts": ("alerts",)}, {"beat": lambda beat: beat[:2]})
    assert all(mark == PRIMARY for mark, n in zip(out["alerts"], frame["alerts"], strict=True) if n < 3)
    assert all(mark in (n, SECONDARY) for mark, n in zip(out["alerts"], frame["alerts"], strict=True) if n >= 3)
    empty = frame.iloc[:0]
    assert protect(empty, ("beat", "hour"), {"alerts": ("alerts",)}).empty


def test_order_of_rows_and_columns_is_kept() -> None:
    frame = pd.DataFrame(
        [(hour, beat, 5) for hour, beat in itertools.product((2, 10), ("B1", "B2"))], columns=["hour", "beat", "alerts"]
    )
    out = protect(frame, ("hour", "beat"), {"alerts": ("alerts",)})
    assert list(out.columns) == list(frame.columns) and out["alerts"].tolist() == [5] * 4
    assert out["hour"].tolist() == [2, 2, 10, 10]
