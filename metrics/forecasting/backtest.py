"""Rolling-origin back-test: which level adjustment is best, how wide intervals must be, and how good forecasts were.

The older half of the origins (at most a year) chooses the half-life; the later ones are scored and published. The
intervals of each origin are calibrated on the errors of all origins before it, those of the coming week on all: what is
scored is the procedure that is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.forecasting import daily, judging, rolling, scoring
from metrics.forecasting.rolling import Rolled
from metrics.forecasting.scoring import Floats
from metrics.forecasting.values import (
    BUREAU_DAY,
    BUREAU_HOUR,
    BUREAU_WEEK,
    STATION_DAY,
    STATION_WEEK,
    History,
    Quality,
)  # fmt: skip

TUNING, SCORED = 52, 52
# With fewer origins nothing is chosen: daily.SHORT_HALF_LIFE is used and scored on all of them.
LEAST_ORIGINS = 12
# An own dispersion counts fully only with many more residuals than this.
_BELIEVED = 60.0
_LEAST_MEAN = 0.05


@dataclass(frozen=True)
class Tested:
    """What the back-test found.

    half_life: of the level adjustment, None for none. parts: level → forecasts and what came, empty where the history
    is too short. quality: level by level, of all stations together first, then of each.
    """

    half_life: int | None
    parts: dict[str, Rolled]
    quality: tuple[Quality, ...]


def run(history: History, measure: str, scored: int = SCORED) -> Tested:
    """Back-test one measure over up to `scored` weekly origins, after those that tune."""
    places = rolling.origins(history, scored + TUNING)
    if not places:
        return Tested(daily.SHORT_HALF_LIFE, {}, ())
    parts, noise = rolling.roll(history, measure, places)
    tuning = tuning_size(len(places))
    half_life: int | None = daily.SHORT_HALF_LIFE
    if tuning:
        half_life = best_half_life({name: part.part(0, tuning) for name, part in parts.items()})
    first = max(tuning, len(places) - scored)
    widths = _widths_in_turn(parts, half_life, noise, first)
    found: list[Quality] = []
    for name, part in parts.items():
        model = model_name(half_life, name == BUREAU_HOUR)
        one = judging.trial(history, measure, name, part.part(first), widths[name], half_life, model)
        found.append(judging.quality(one))
        if name in (STATION_DAY, STATION_WEEK):
            found += [judging.quality(one, column, station) for column, station in enumerate(history.stations)]
    return Tested(half_life, parts, tuple(found))


def model_name(half_life: int | None, by_hour: bool = False) -> str:
    """Say which model a forecast comes from."""
    adjusted = "" if half_life is None else f"×近期水平（半衰期 {half_life} 天）"
    return f"日历回归{adjusted}{'×周时段分布' if by_hour else ''}"


def tuning_size(count: int) -> int:
    """Return how many of `count` origins tune: half of them, at most a year."""
    return 0 if count < LEAST_ORIGINS else min(TUNING, count // 2)


def best_half_life(tuning: dict[str, Rolled]) -> int | None:
    """Return the half-life with the lowest WAPE ÷ that of the plain regression, mean over all levels; None if plain."""
    relative: dict[int | None, list[float]] = {half_life: [] for half_life in daily.HALF_LIVES}
    for part in tuning.values():
        plain = scoring.wape(part.actual, part.forecasts[None])
        for half_life in daily.HALF_LIVES:
            error = scoring.wape(part.actual, part.forecasts[half_life])
            relative[half_life].append(error / plain if plain > 0 else 1.0)
    # The plain one stands first, so that it wins where nothing is better.
    return min(relative, key=lambda half_life: float(np.mean(relative[half_life])))


def _widths_in_turn(
    parts: dict[str, Rolled], half_life: int | None, noise: list[dict[str, Floats]], first: int
) -> dict[str, Floats]:
    """Return for each level origins × 1 × columns dispersions, those of an origin from the errors before it."""
    steps = [
        dispersions({name: part.part(0, n) for name, part in parts.items()}, half_life, noise[n])
        for n in range(first, len(noise))
    ]
    return {name: np.stack([step[name] for step in steps])[:, None, :] for name in parts}


def dispersions(parts: dict[str, Rolled], half_life: int | None, noise: dict[str, Floats]) -> dict[str, Floats]:
    """Return variance ÷ mean of forecast errors, level → by column, ≥ 1; a week is no surer than its separate days."""
    found = {
        name: dispersion(parts[name], half_life, within) if name in parts else np.maximum(within, 1.0)
        for name, within in noise.items()
    }
    for week, day in ((STATION_WEEK, STATION_DAY), (BUREAU_WEEK, BUREAU_DAY)):
        found[week] = np.maximum(found[week], found[day])
    return found


def dispersion(rolled: Rolled, half_life: int | None, noise: Floats) -> Floats:
    """Return variance ÷ mean of forecast errors for each column, ≥ 1.

    The noise within the sample, times how much larger errors were out of it (all columns together), drawn to each
    column's own errors as far as they are many: the uncertainty of parameters and the drift of levels are in it.
    """
    y, f = (one.reshape(-1, one.shape[2]) for one in (rolled.actual, rolled.forecasts[half_life]))
    known = ~np.isnan(y)
    number = known.sum(axis=0)
    if not number.any():
        return np.maximum(noise, 1.0)
    mean = np.maximum(np.where(known, f, 0.0).sum(axis=0) / np.maximum(number, 1), _LEAST_MEAN)
    squares = np.where(known, (y - f) ** 2, 0.0).sum(axis=0) / mean
    usual = noise * squares.sum() / (number * noise).sum()
    own: Floats = (squares + _BELIEVED * usual) / (number + _BELIEVED)
    return np.maximum(own, 1.0)
