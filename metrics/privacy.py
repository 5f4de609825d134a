"""Small cells of fine breakdowns are not shown: "<3" for fewer than 3 events, and what would give them away.

Finer than a beat is a breakdown by beat together with another dimension that is not a whole of beats (place type,
category, team …) or with a time finer than a month (hour, weekday, day, week), and any breakdown by grid cells. Beats
by month, quarter or year, and anything by station, are not. The rule is about how a table is cut; a filter or the
metric itself says what is counted.

Primary: 0, 1 and 2 become "<3"; 0 as well, since a known 0 is what most subtractions start from. Combinations that do
not occur are added as "<3" for the same reason. Secondary: the totals of a table's rows and columns can be asked for
(a station's beats add up to the station, a beat's days to its month), so further cells become 「略」 until every 1 and
every 2 is a corner of a box of hidden cells whose corners can go up and down by one in turn: all totals stay, each
number stays possible, and so nobody can tell the numbers from the totals (hypercube method, Repsilber 1994). Where a
cell has no such box, all of its station (and month …) is hidden.

What can't be hidden: what follows from totals that are shown anyway (a station with a single beat; a block in which
only one cell is not 0), differences between questions with other filters, and between metrics.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

THRESHOLD = 3
PRIMARY, SECONDARY = "<3", "略"
# Dimensions that only bundle beats, those of grid cells, and times too coarse to tell one event from another.
WHOLES = frozenset({"station", "kind"})
CELLS = frozenset({"cell", "cell_x", "cell_y"})
COARSE = frozenset({"month", "quarter", "year"})
# A block with this share of small cells is hidden whole: nothing worth reading is left in it.
_NEARLY_ALL = 0.95
# Corners to be looked at in one block before it is hidden whole instead.
_EFFORT = 2_000_000
# Dimensions that are parts of one another make one axis, so that no beat is put into another station's row.
_BUNDLES = (
    WHOLES | {"beat"},
    CELLS,
    COARSE | {"day", "week"},
    frozenset({"group", "category", "category1", "category2", "category3", "case_category"}),
)

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Key = tuple[Any, ...]
Parents = Mapping[str, Callable[[Any], Any]]
_SHOWN, _SMALL, _GUARD = 0, 1, 2


def is_fine(by: Sequence[str]) -> bool:
    """Whether a breakdown is finer than a beat."""
    others = set(by) - {"beat"} - WHOLES - COARSE
    return bool(CELLS & others) or ("beat" in by and bool(others))


def is_hidden(value: object) -> bool:
    """Whether a value of a table is one of the two marks."""
    return isinstance(value, str) and value in (PRIMARY, SECONDARY)


def note(values: Iterable[object]) -> str:
    """Return what readers of these values are told; empty where nothing is hidden."""
    marks = Counter(str(value) for value in values if is_hidden(value))
    if not marks:
        return ""
    guards = f"{marks[SECONDARY]:,} 格显示为「{SECONDARY}」，以免由合计或比率反推" if marks[SECONDARY] else ""
    small = f"不足 {THRESHOLD} 起的 {marks[PRIMARY]:,} 格显示为「{PRIMARY}」" if marks[PRIMARY] else ""
    return f"比警格更细的统计中，{'；'.join(part for part in (small, guards) if part)}。"


def protect(
    frame: pd.DataFrame, by: Sequence[str], behind: Mapping[str, Sequence[str]], parents: Parents | None = None
) -> pd.DataFrame:
    """Return the frame of a fine breakdown with its small cells hidden; other breakdowns come back unchanged.

    by: dimension columns. behind: for every value column the count columns that it gives away (itself for a count;
    numerator and denominator for a ratio; sample size for a percentile); a value is hidden with any of them. Only
    counts show "<3": beside a share or minutes it would be read as their value.
    parents: for a dimension, a function from its value to the whole whose total is known (beat → station, day →
    month, category → group); cells are guarded within one such whole.
    """
    if not is_fine(by) or frame.empty:
        return frame
    counts = tuple(dict.fromkeys(name for names in behind.values() for name in names))
    full = _whole_grid(frame, by, [name for name in counts if name in frame], parents or {})
    states = {name: _states(full, by, name, parents or {}) for name in counts}
    out = full.copy()
    for name, names in behind.items():
        own = np.array(states[name] == _SMALL) if name in names else np.zeros(len(full), dtype=bool)
        hidden = np.any([states[one] != _SHOWN for one in names], axis=0) if names else own
        out[name] = full[name].astype("object").mask(hidden, SECONDARY).mask(own, PRIMARY)
    return out[[*frame.columns]]


def _axes(by: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the places in `by` that make up each axis: dimensions that are parts of one another share one."""
    of_name: dict[str, Any] = {name: n for n, bundle in enumerate(_BUNDLES) for name in bundle}
    if "day" in by:
        of_name["weekday"] = of_name["day"]
    axes: dict[Any, list[int]] = {}
    for place, name in enumerate(by):
        axes.setdefault(of_name.get(name, name), []).append(place)
    return [tuple(places) for places in axes.values()]


def _blocks(keys: list[Key], by: Sequence[str], parents: Parents) -> dict[Key, list[int]]:
    """Return rows by the wholes that they belong to: one station, one month … whose totals are known."""
    blocks: dict[Key, list[int]] = {}
    known = [(place, parents[name]) for place, name in enumerate(by) if name in parents]
    for row, key in enumerate(keys):
        blocks.setdefault(tuple(parent(key[place]) for place, parent in known), []).append(row)
    return blocks


def _keys(frame: pd.DataFrame, by: Sequence[str]) -> list[Key]:
    return list(frame[list(by)].itertuples(index=False, name=None))


def _whole_grid(frame: pd.DataFrame, by: Sequence[str], counts: Sequence[str], parents: Parents) -> pd.DataFrame:
    """Add the combinations that do not occur within each block with count 0, in the order of the values."""
    keys, axes = _keys(frame, by), _axes(by)
    known = set(keys)
    added: list[Key] = []
    for members in _blocks(keys, by, parents).values():
        seen = [dict.fromkeys(tuple(keys[row][place] for place in axis) for row in members) for axis in axes]
        for parts in itertools.product(*seen):
            value = {
                place: one
                for axis, part in zip(axes, parts, strict=True)
                for place, one in zip(axis, part, strict=True)
            }
            key = tuple(value[place] for place in range(len(by)))
            if key not in known:
                added.append(key)
    if not added:
        return frame.reset_index(drop=True)
    new = pd.DataFrame(added, columns=list(by), dtype="object").assign(**dict.fromkeys(counts, 0))
    whole = pd.concat([frame.astype(dict.fromkeys(by, "object")), new], ignore_index=True)
    order = [{value: n for n, value in enumerate(sorted(set(whole[name]), key=_sortable))} for name in by]
    places = [tuple(ranks[value] for ranks, value in zip(order, key, strict=True)) for key in [*keys, *added]]
    return whole.iloc[sorted(range(len(places)), key=places.__getitem__)].reset_index(drop=True)


def _sortable(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int) else (1, str(value))


def _states(frame: pd.DataFrame, by: Sequence[str], count: str, parents: Parents) -> Ints:
    """Return for each row whether its count is shown, small, or a guard of small ones."""
    values = pd.to_numeric(frame[count]).fillna(0).to_numpy(dtype=float)
    states = np.where(values < THRESHOLD, _SMALL, _SHOWN).astype(np.int64)
    keys, axes = _keys(frame, by), _axes(by)
    for members in _blocks(keys, by, parents).values():
        index, shape = [], []
        for axis in axes:
            places: dict[Key, int] = {}
            line = [places.setdefault(tuple(keys[row][place] for place in axis), len(places)) for row in members]
            index.append(np.array(line, dtype=np.int64))
            shape.append(len(places))
        cube = np.zeros(shape)
        cube[tuple(index)] = values[members]
        states[members] = np.where(guarded(cube)[tuple(index)], _GUARD, states[members])
    return states


def guarded(cube: NDArray[np.float64]) -> Bools:
    """Return which further cells of a block to hide, so that no 1 or 2 follows from sums along any axis.

    cube: counts, one axis per dimension. An axis of length 1 can't be guarded: its sum is the cell itself.
    """
    small = cube < THRESHOLD
    if not small.any() or small.all():
        return np.zeros(cube.shape, dtype=bool)
    axes = tuple(n for n, length in enumerate(cube.shape) if length > 1)
    wanted = np.argwhere(small & (cube > 0))
    if small.mean() >= _NEARLY_ALL or wanted.shape[0] * cube.size * 2 ** len(axes) > _EFFORT:
        return ~small
    hidden, guarded_already = small.copy(), np.zeros(cube.shape, dtype=bool)
    # The 2s first: they can only go down, so they have fewer boxes to choose from.
    for cell in sorted((tuple(int(n) for n in place) for place in wanted), key=lambda place: -cube[place]):
        if guarded_already[cell]:
            continue
        box = _cheapest_box(cube, hidden, cell, axes)
        if box is None:
            return ~small
        hidden[box] = guarded_already[box] = True
    return hidden & ~small


def _cheapest_box(
    cube: NDArray[np.float64], hidden: Bools, cell: tuple[int, ...], axes: tuple[int, ...]
) -> tuple[Ints, ...] | None:
    """Return the corners of the box around a cell that hides least more, or None where no box can guard it."""
    up, down = np.array(cube[cell] < THRESHOLD - 1), np.array(cube[cell] > 0)
    cost = np.zeros([1] * cube.ndim)
    for flipped in _subsets(axes):
        at = tuple(slice(None) if n in flipped else slice(place, place + 1) for n, place in enumerate(cell))
        corner, even = cube[at], len(flipped) % 2 == 0
        can_rise = (corner >= THRESHOLD) | (corner < THRESHOLD - 1)
        can_fall = (corner > THRESHOLD) | ((corner > 0) & (corner < THRESHOLD))
        up = up & (can_rise if even else can_fall)
        down = down & (can_fall if even else can_rise)
        cost = cost + np.where(hidden[at], 0.0, 1e6 + corner)
    possible = up | down
    for n in axes:
        possible[tuple(slice(None) if k != n else cell[n] for k in range(cube.ndim))] = False
    if not possible.any():
        return None
    best = np.unravel_index(int(np.argmin(np.where(possible, cost, np.inf))), possible.shape)
    corners = [
        tuple(int(best[n]) if n in flipped else cell[n] for n in range(cube.ndim)) for flipped in [(), *_subsets(axes)]
    ]
    return tuple(np.array(line, dtype=np.int64) for line in zip(*corners, strict=True))


def _subsets(axes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return every non-empty choice of axes."""
    return [chosen for size in range(1, len(axes) + 1) for chosen in itertools.combinations(axes, size)]
