"""Moran's I against the published example, and where it has no answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from metrics.moran import moran, standardised

# Sudden infant deaths 1974–78 and births in the 100 counties of North Carolina (vital statistics of the state, as in
# Cressie 1993), and for each county the neighbours that come after it.
DEATHS = """
1 0 5 1 9 7 0 0 4 1 2 16 4 4 4 18 3 4 1 1 1 0 1 2 10 23 13 6 4 16 8 0 10 6 0 2 16 2 4 1 0 8 5 5 0 5 7 2 11 3 14
5 9 6 2 0 7 3 4 5 12 18 6 10 8 2 5 44 3 3 5 5 0 10 3 11 1 0 4 1 2 38 1 4 15 7 0 4 4 0 13 8 29 31 5 8 4 15 12 5
"""
BIRTHS = """
1091 487 3188 508 1421 1452 286 420 968 1612 1035 4449 1671 1556 2180 3608 1638 3146 1323 484 751 781 1269 1399
11858 16184 4672 1324 3164 7970 4021 671 3657 3609 770 1549 14484 765 4139 1207 1333 5509 3573 990 248 1946 4456
1646 3702 4606 5094 5754 7515 3999 2110 521 2692 675 870 2252 2992 6638 3776 4866 2216 1143 2648 21588 4099 1258
2356 2574 415 3589 1173 9014 533 797 3025 542 1027 20366 578 3915 1570 1494 338 2483 2756 284 5868 2255 11158
7889 2414 1782 1228 3350 5526 2181
"""
LATER = """
1,17,18 2,17 9,17,22,24 6,55 5,8,15,27 7,27 7,16 16,19,20 14,15,23 11,24 11,13,26,28 25,26 13,14,23,29,36 28,29
23 27,30,32,35 19 18,22,33,38,40 21,33 20 - 31,33,42,45 24,38,39 30,36 25,39,41 26,41,46 28,46,47 35,43 29,47
36,47 32,48,53 34,45 35,48,50 40,42,51 37,45,52 43,50,56 47,53,62 52,54 39,40,49,51,64,67,68 41,49 51 46,49,69
45,51,60,63 44,56,86 86 52,60 47,66,69 59,62,66 50,53,58,61 68,70 56,58,73,90 64 54,60,71 61,62,78 57,65,74 86
79,86,90 65,72,77 61,73 62,66 63,71,76 73,78,87 66,78,81 64,75 67,75 74,77 69,81,85,88 68,75,83 70,83 70,84,88
83,84 74,76 77,80 82,87,90 - - - 80,89 81,87,95,96 90 89 85,93,95 87,90,92,94 84 88 91,93 - 92,96 91 - 94 93
94,96 95,97 - 96,97 97,98,99 99 99 -
"""


def county_neighbours() -> sparse.csr_array:
    """Return the binary, symmetric weights of the counties."""
    later = [[int(n) for n in text.split(",")] if text != "-" else [] for text in LATER.split()]
    pairs = [(one, other) for one, others in enumerate(later) for other in others]
    rows, columns = np.array(pairs).T
    half = sparse.csr_array((np.ones(len(pairs)), (rows, columns)), shape=(100, 100))
    return sparse.csr_array(half + half.T)


def test_infant_deaths_per_birth_cluster_as_published() -> None:
    deaths, births = (np.array(text.split(), dtype=float) for text in (DEATHS, BIRTHS))
    found = moran(deaths / births * 1000, standardised(county_neighbours()))
    assert found is not None
    assert found.value == pytest.approx(0.247725, abs=5e-7)
    assert found.expected == pytest.approx(-1 / 99)
    assert found.z == pytest.approx(3.942847, abs=5e-6)
    assert found.p < 0.0001


def test_no_answer_without_places_differences_or_neighbours() -> None:
    around = county_neighbours()
    assert moran(np.zeros(0), sparse.csr_array((0, 0))) is None
    assert moran(np.ones(100), around) is None
    assert moran(np.arange(3.0), sparse.csr_array(np.ones((3, 3)))) is None
    assert moran(np.arange(100.0), sparse.csr_array((100, 100))) is None


def test_rows_without_neighbours_stay_empty() -> None:
    alone = sparse.csr_array(np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert standardised(alone).toarray().tolist() == [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
