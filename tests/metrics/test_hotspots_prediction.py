"""Hot-cell forecasts: PAI and PEI, ties, the choice of weights, and concentration against chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse, stats

from metrics.hotspots import concentration, fitting, grid, prediction
from metrics.hotspots.backtest import verdict
from metrics.hotspots.prediction import LONG_RUN, History, Quality, Weights
from tests.metrics.test_hotspots_grid import plain


def test_pai_and_pei_of_the_worked_example() -> None:
    observed, predicted = np.array([6.0, 3.0, 0.0]), np.array([3.0, 2.0, 1.0])
    found = [
        Quality(cells / 3, n, 9.0, cells, 3, best)
        for cells, n, best in zip(
            (1, 2, 3),
            prediction.caught(predicted, observed, (1, 2, 3)),
            prediction.caught(observed, observed, (1, 2, 3)),
            strict=True,
        )
    ]
    assert [one.pai for one in found] == pytest.approx([2, 1.5, 1])
    assert [one.pei for one in found] == pytest.approx([1, 1, 1])
    assert prediction.pai(2, 4, 1, 10) == pytest.approx(5.0)


def test_no_events_no_index() -> None:
    nothing = prediction.evaluate(np.arange(10.0), np.zeros(10))[0]
    assert (nothing.pai, nothing.pei) == (None, None)
    assert prediction.pai(0, 5, 0, 10) is None


def test_equals_at_the_edge_share_what_is_left() -> None:
    scores, later = np.array([5.0, 1.0, 1.0, 1.0, 0.0]), np.array([0.0, 6.0, 0.0, 3.0, 9.0])
    assert prediction.included(scores, 2).tolist() == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3, 0])
    assert prediction.caught(scores, later, (1, 2, 4, 5)) == pytest.approx([0.0, 3.0, 9.0, 18.0])


def test_idle_cells_count_as_cells_with_score_0() -> None:
    draw = np.random.default_rng(3)
    scores = draw.poisson(0.3, 50).astype(float)
    later = draw.poisson(0.3, 50).astype(float) * (scores > 0)
    whole = np.concatenate([scores, np.zeros(450)]), np.concatenate([later, np.zeros(450)])
    assert prediction.evaluate(scores, later, idle=450) == prediction.evaluate(*whole)
    for cells in (1, 10, 40, 200, 500):
        own = prediction.included(scores, cells, idle=450)
        assert own == pytest.approx(prediction.included(whole[0], cells)[:50])


def no_neighbours(cells: int) -> sparse.csr_array:
    return sparse.csr_array((cells, cells))


def test_means_are_over_the_days_that_have_data() -> None:
    counts = np.array([[2.0, 0.0], [0.0, 1.0], [4.0, 0.0]])
    history = History.of(counts, np.array([28.0, 0.0, 14.0]), no_neighbours(2))
    assert prediction.score(history, LONG_RUN).tolist() == pytest.approx([6 / 42, 1 / 42])
    recent = prediction.score(history, Weights(recent=0.5, blocks=1))
    assert recent.tolist() == pytest.approx([0.5 * 6 / 42 + 0.5 * 2 / 28, 0.5 / 42])
    assert prediction.score(history, LONG_RUN, first=2).tolist() == pytest.approx([4 / 14, 0])


def test_neighbours_lend_a_part_of_their_mean() -> None:
    area = plain(9)
    around = fitting.around_of(area)
    counts = np.zeros((1, area.size))
    middle = area.find(np.array([4]), np.array([4]))[0]
    counts[0, middle] = 28
    history = History.of(counts, np.array([28.0]), around)
    assert history.cells.size == 9 and history.idle == 72
    scores = prediction.score(history, Weights(near=0.5))
    assert sorted(scores) == pytest.approx([*[0.5 / 8 / 1.5] * 8, 1 / 1.5])


def history_of(counts: np.ndarray) -> History:
    return History.of(counts.astype(float), np.full(len(counts), 28.0), no_neighbours(counts.shape[1]))


def test_the_long_run_is_kept_where_places_are_steady_and_left_where_they_move() -> None:
    draw = np.random.default_rng(11)
    risk = np.where(np.arange(400) < 20, 6.0, 0.2)
    steady = draw.poisson(risk, (30, 400))
    assert prediction.choose(history_of(steady), range(10)).recent <= 0.2
    # Every four blocks other cells are hot; the latest block comes first.
    moving = np.vstack([draw.poisson(np.roll(risk, 20 * (block // 4))) for block in range(30)])
    assert prediction.choose(history_of(moving), range(10)).recent >= 0.2
    assert prediction.choose(history_of(steady), []) == LONG_RUN
    assert prediction.choose(history_of(np.zeros((30, 400))), range(10)) == LONG_RUN


def test_what_only_one_ranking_caught_is_tested() -> None:
    model, floor = np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0])
    gained, lost, p = prediction.paired_p([model], [floor], [np.array([9.0, 1.0, 50.0])])
    assert (gained, lost) == (9, 1)
    assert p == pytest.approx(stats.binomtest(9, 10).pvalue)
    assert verdict(gained, lost, p) == "优于长期均值"
    assert verdict(1, 9, p) == "不如长期均值"
    assert verdict(5, 6, 0.9) == "与长期均值无显著差别"
    assert verdict(*prediction.paired_p([model], [model], [np.ones(3)])) == "与长期均值相同"


def test_folds_measure_the_latest_blocks_and_choose_on_earlier_ones() -> None:
    assert fitting.folds_of(np.full(39, 28.0)) == (list(range(13)), list(range(13, 26)))
    assert fitting.folds_of(np.full(10, 28.0)) == ([0, 1], [2, 3])
    assert fitting.folds_of(np.full(6, 28.0)) == ([], [])
    # A block that lacks days is no test.
    assert fitting.folds_of(np.array([28.0, 20.0, *[28.0] * 7])) == ([0], [2])


# Concentration.


def test_gini_of_the_worked_example() -> None:
    counts = np.array([5.0, 2, 1, *[0] * 7])
    assert concentration.gini(counts) == pytest.approx(0.80)
    assert concentration.generalised(0.80, 10, 8) == pytest.approx(0.75)
    curve = concentration.lorenz(counts)
    assert curve["events"].tolist()[:4] == pytest.approx([0, 5 / 8, 7 / 8, 1])
    assert concentration.gini_of(curve) == pytest.approx(0.80)
    # Half of eight events is four of the five in the first of ten places.
    assert concentration.holding(curve) == pytest.approx(0.08)


def test_as_even_as_can_be_is_no_concentration() -> None:
    assert concentration.generalised(concentration.gini(np.array([1.0, 1, 0, 0])), 4, 2) == pytest.approx(0)
    assert concentration.gini(np.full(9, 4.0)) == pytest.approx(0)
    assert concentration.gini(np.zeros(5)) == 0


@pytest.mark.parametrize("mean", [0.02, 0.5, 7.0, 400.0])
def test_the_curve_of_chance_is_that_of_poisson_counts(mean: float) -> None:
    chance = concentration.poisson_curve(mean)
    drawn = np.random.default_rng(5).poisson(mean, 200_000).astype(float)
    assert concentration.gini_of(chance) == pytest.approx(concentration.gini(drawn), abs=0.004)
    own = concentration.holding(concentration.lorenz(drawn))
    assert concentration.holding(chance) == pytest.approx(own, rel=0.02, abs=0.001)
    assert chance["events"].is_monotonic_increasing and chance["events"].iloc[-1] == pytest.approx(1)


def test_a_thinned_curve_keeps_its_shape() -> None:
    curve = concentration.lorenz(np.random.default_rng(1).pareto(1.2, 50_000))
    thin = concentration.thinned(curve)
    assert len(thin) <= concentration.POINTS + 2
    assert concentration.gini_of(thin) == pytest.approx(concentration.gini_of(curve), abs=0.002)
    assert thin.iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]


def test_one_constant_says_how_large_a_cell_is() -> None:
    assert grid.SIDE_METRES == grid.SMALL_PER_SIDE * 100 == 200
