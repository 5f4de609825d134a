"""Places: where events are dense, where that is beyond chance, where the next will be, and where they come back."""

from __future__ import annotations

from metrics.hotspots.cells import HotCells, hot_cells
from metrics.hotspots.concentration import Concentration, concentration
from metrics.hotspots.repeats import RepeatPlaces, repeat_places

__all__ = ["Concentration", "HotCells", "RepeatPlaces", "concentration", "hot_cells", "repeat_places"]
