"""What the parts of 案件侦防 share: the values, the filter, the page's own key."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.casework import MEASURES, Casework
from metrics.definitions import METRICS
from metrics.selection import Selection
from pages._components import addresses

# What stations can be compared by, as the list of the page says it.
OFFERED = {key: METRICS[name].label for key, name in MEASURES.items()}


@dataclass(frozen=True)
class Page:
    """What is drawn; measure: a key of MEASURES; source: the line under every card."""

    found: Casework
    selection: Selection
    measure: str
    mode: str
    source: str

    @property
    def own(self) -> dict[str, str]:
        """The page's own key as links carry it on."""
        return {} if self.measure == next(iter(OFFERED)) else {"measure": self.measure}

    def href(self, **changes: str) -> str:
        """Return the address of the page with some keys changed."""
        return addresses.address("/cases", self.selection, self.own, **changes)
