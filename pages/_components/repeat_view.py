"""What the parts of 重复警情 share: the values, the filter, the page's own keys."""

from __future__ import annotations

from dataclasses import dataclass

from data.reading import Snapshot
from metrics import catalogue, repeats
from metrics.briefing import short_name
from metrics.hotspots import concentration
from metrics.hotspots.concentration import UNITS, Concentration
from metrics.repeats import Repeats, places
from metrics.repeats.values import Places
from metrics.selection import Selection
from pages._components import addresses

WINDOWS = {"30": "近 30 日", "90": "近 90 日", "365": "近 365 日"}
UNIT_WORDS = {key: f"按{words}" for key, words in UNITS.items()}
# Beats of a table that somebody reads.
MOST_BEATS = 50


@dataclass(frozen=True)
class Page:
    """What is drawn; days, unit: the page's own keys; source: the line under every card."""

    found: Repeats
    places: Places
    curve: Concentration
    selection: Selection
    days: str
    unit: str
    mode: str
    source: str
    stations: dict[str, str]
    beats: dict[str, str]

    def href(self, **changes: str) -> str:
        """Return the address of the page with some keys changed."""
        own = {"days": self.days, "unit": self.unit}
        usual = {"days": next(iter(WINDOWS)), "unit": next(iter(UNIT_WORDS))}
        kept = {key: value for key, value in own.items() if value != usual[key]}
        return addresses.address("/repeat", self.selection, kept, **changes)


def page_of(snapshot: Snapshot, selection: Selection, days: str, unit: str, mode: str, source: str) -> Page:
    """Return everything that the page and its exports show; raises MetricError."""
    known = catalogue.of(snapshot)
    window = places.window_of(snapshot, selection, int(days))
    asked = (
        *repeats.ahead(snapshot, selection), *places.ahead(snapshot, selection),
        *concentration.ahead(snapshot, window, "alerts", unit),
    )  # fmt: skip
    with snapshot.together(asked):
        found = repeats.repeats(snapshot, selection)
        spots = places.places(snapshot, selection, int(days))
        curve = concentration.concentration(snapshot, window, "alerts", unit)
    return Page(
        found=found, places=spots, curve=curve,
        selection=selection, days=days, unit=unit, mode=mode, source=source,
        stations={code: short_name(name) for code, name in known.station_names.items()},
        beats={code: beat[0] for code, beat in known.beats.items()},
    )  # fmt: skip
