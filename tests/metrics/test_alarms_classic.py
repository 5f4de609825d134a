"""The rules that others use, against the R package surveillance 1.24."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.alarms import classic

# Counts of the example.
SERIES = np.array(
    [12, 15, 11, 14, 18, 20, 16, 13, 14, 12, 15, 17, 22, 15, 11, 16, 13, 14, 19, 21, 14, 30, 29, 15], dtype=float
)[:, None]
# Weekly reports of Salmonella Agona in England and Wales from 1990, the example of Farrington et al. (1996): the
# numbers are data set salmonella.agona of the R package surveillance.
SALMONELLA = np.array(
    [
        1, 0, 5, 2, 1, 2, 0, 4, 0, 0, 0, 3, 1, 1, 0, 0, 2, 2, 0, 2, 6, 3, 2, 1, 2, 0, 1, 1, 3, 5, 3, 4, 3, 6, 5, 8, 6,
        3, 6, 2, 5, 2, 1, 5, 7, 1, 10, 3, 4, 0, 0, 1, 6, 0, 2, 2, 0, 0, 2, 2, 0, 6, 7, 1, 0, 0, 0, 1, 1, 4, 3, 1, 3, 2,
        6, 3, 4, 4, 8, 12, 9, 17, 16, 8, 6, 13, 4, 7, 10, 3, 11, 4, 6, 4, 7, 6, 2, 9, 2, 3, 4, 1, 2, 2, 0, 0, 1, 2, 2,
        2, 5, 0, 0, 4, 2, 1, 3, 2, 0, 1, 1, 3, 0, 1, 3, 2, 3, 6, 2, 1, 3, 3, 2, 2, 2, 1, 3, 3, 2, 3, 0, 2, 4, 6, 7, 3,
        1, 4, 1, 2, 5, 1, 3, 1, 0, 1, 3, 3, 0, 0, 1, 1, 0, 1, 4, 1, 1, 0, 0, 1, 1, 4, 1, 0, 1, 2, 1, 4, 3, 3, 0, 3, 5,
        3, 3, 4, 3, 3, 3, 4, 5, 7, 6, 5, 3, 2, 1, 3, 2, 1, 2, 1, 1, 0, 0, 1, 1, 0, 1, 4, 3, 2, 0, 1, 0, 3, 1, 1, 4, 4,
        0, 1, 4, 2, 0, 1, 1, 0, 1, 1, 2, 5, 4, 0, 2, 1, 1, 3, 6, 1, 7, 6, 2, 5, 7, 5, 4, 5, 6, 6, 1, 2, 2, 5, 4, 1, 6,
        2, 5, 3, 4, 7, 6, 10, 2, 4, 0, 3, 0, 1, 3, 0, 1, 1, 0, 1, 0, 1, 0, 1, 2, 2, 4, 7, 6, 1, 4, 6, 4, 2, 4, 5, 5, 9,
        8, 6, 3, 2, 3, 4, 3, 3, 4, 4, 2, 1, 2, 3, 2, 2, 0, 4,
    ],
    dtype=float,
)  # fmt: skip
BOUNDS = [
    6.972774, 7.207257, 5.776060, 5.932147, 5.080637, 6.270881, 6.076660, 4.848360, 5.294677, 6.094826, 7.680342,
    13.246239, 13.258656, 11.817053, 11.449808, 11.216055, 11.088674, 11.079319, 11.255462, 9.967855, 6.840360,
    7.171901, 9.813041, 5.811428, 5.615926, 7.862128, 7.650144, 7.928645, 6.872412, 7.362888, 17.290589,
]  # fmt: skip


def _days(found: np.ndarray) -> list[int]:
    return [int(place) + 1 for place in np.flatnonzero(found)]


def test_ears_c1() -> None:
    bound = classic.ears_c1(SERIES)[:, 0]
    assert np.isnan(bound[:7]).all()
    assert bound[7] == pytest.approx(24.9846, abs=5e-5)
    assert bound[21] == pytest.approx(26.2601, abs=5e-5)
    assert _days(SERIES[:, 0] > bound) == [22]


def test_ears_c2() -> None:
    bound = classic.ears_c2(SERIES)[:, 0]
    assert bound[9:12] == pytest.approx([24.9846, 24.6782, 24.6556], abs=5e-5)
    assert _days(SERIES[:, 0] > bound) == [22, 23]


def test_ears_c3() -> None:
    found = classic.ears_c3(SERIES)[:, 0]
    c2 = [(SERIES[n, 0] - SERIES[n - 9 : n - 2, 0].mean()) / SERIES[n - 9 : n - 2, 0].std(ddof=1) for n in range(9, 24)]
    assert np.isnan(found[:11]).all()
    assert found[11] == pytest.approx(sum(max(0.0, one - 1) for one in c2[:3]))
    assert found[23] == pytest.approx(sum(max(0.0, one - 1) for one in c2[-3:]))
    assert _days(found > 2) == [22, 23, 24]


def test_ears_of_a_short_series_has_no_bound() -> None:
    assert np.isnan(classic.ears_c1(SERIES[:7])).all()
    assert np.isnan(classic.ears_c3(SERIES[:3])).all()


def test_farrington() -> None:
    bounds = [classic.farrington(SALMONELLA, week - 1, years=4) for week in range(282, 313)]
    assert bounds == pytest.approx(BOUNDS, abs=2e-4)  # R stops its iterations earlier
    assert bounds[:4] == pytest.approx([6.9728, 7.2073, 5.7761, 5.9321], abs=5e-5)
    assert [week for week, bound in zip(range(282, 313), bounds, strict=True) if SALMONELLA[week - 1] > bound] == [
        284, 285,
    ]  # fmt: skip


def test_farrington_without_enough_years_has_no_bound() -> None:
    assert np.isnan(classic.farrington(SALMONELLA, 100, years=4))


def test_run_lengths() -> None:
    assert classic.normal_run_length(0.5, 4.0, sides=2) == pytest.approx(167.68, abs=5e-3)
    assert classic.normal_run_length(0.5, 5.0, sides=2) == pytest.approx(465.44, abs=5e-3)
    assert classic.poisson_run_length(1.5, 2.5, 5.0) == pytest.approx(519.37, abs=5e-3)
    assert classic.poisson_run_length(2.0, 3.0, 3.0) == pytest.approx(37.46, abs=5e-3)


def test_the_threshold_of_a_run_length_is_its_inverse() -> None:
    assert classic.threshold_of_run_length(2 * 465.44, 0.5) == pytest.approx(5.0, abs=0.1)
    assert classic.threshold_of_run_length(2 * 167.68, 0.5) == pytest.approx(4.0, abs=0.1)
