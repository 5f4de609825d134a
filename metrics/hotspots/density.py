"""A smooth surface of events to look at: a Gaussian kernel on the grid. It claims nothing; gi_star.py does."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

from metrics.hotspots.grid import SIDE_METRES, Area, Floats

# About what an officer on foot overlooks; 1.5 cells, so that single cells are smoothed and streets stay apart.
BANDWIDTH_METRES = 300.0


def surface(area: Area, counts: Floats, bandwidth: float = BANDWIDTH_METRES) -> Floats:
    """Return events per km² at each cell of the area: Σ_j c_j K(d_ij), K Gaussian with σ = bandwidth, cut at 4 σ.

    Near the edge of the area the kernel is divided by the part of it that lies inside (uniform edge correction), so
    that a border is not cold for being a border; totals are kept only for events away from it.
    Known answer: one event far from the edge gives about 1 / (2πσ²) at its own cell.
    """
    sigma = bandwidth / SIDE_METRES
    smooth = ndimage.gaussian_filter(area.dense(counts), sigma, mode="constant")
    inside = ndimage.gaussian_filter(area.dense(np.ones(area.size)), sigma, mode="constant")
    at = (area.rows - area.low, area.columns - area.left)
    per_cell: Floats = smooth[at] / inside[at]
    return per_cell / (SIDE_METRES / 1000) ** 2


def of_events(events: int, bandwidth: float = BANDWIDTH_METRES) -> float:
    """Return the density (per km²) that `events` at one place make there; what lies below gives single ones away."""
    return events / (2 * math.pi * (bandwidth / 1000) ** 2)
