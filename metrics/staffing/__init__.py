"""Are the officers where the work is: needed and on duty by hour of the week, waiting, moves, rosters, extra posts."""

from __future__ import annotations

from metrics.staffing.allocation import allocate
from metrics.staffing.moving import slots, what_if
from metrics.staffing.roster import daily_shifts, even_shifts, shift_roster, weekly_roster
from metrics.staffing.stations import all_stations, of
from metrics.staffing.values import (
    Allocation,
    Effect,
    Grant,
    Move,
    Queue,
    Roster,
    Rules,
    Shift,
    ShortRun,
    Side,
    StationStaffing,
)  # fmt: skip

__all__ = [
    "Allocation", "Effect", "Grant", "Move", "Queue", "Roster", "Rules", "Shift", "ShortRun", "Side",
    "StationStaffing", "all_stations", "allocate", "daily_shifts", "even_shifts", "of", "shift_roster", "slots",
    "weekly_roster", "what_if",
]  # fmt: skip
