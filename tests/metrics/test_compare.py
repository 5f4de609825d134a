"""Known answers of the comparison statistics, verdicts, and what Benjamini–Hochberg promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import confint_poisson_2indep
from statsmodels.stats.rates import test_poisson_2indep as poisson_test

from metrics import compare
from metrics.compare import NO_BASE, NOT_JUDGED, REAL, TOO_FEW, USUAL, Comparison

# --- known answers: design 5-statistics §1, computed there with statsmodels 0.15 ------------------------------------


@pytest.mark.parametrize(("a", "b", "p"), [(6, 2, 0.1749), (0, 3, 0.0884), (20, 10, 0.0688)])
def test_e_test_of_equal_exposures(a: int, b: int, p: float) -> None:
    assert compare.poisson_p(a, 1, b, 1) == pytest.approx(p, abs=5e-5)


def test_forty_two_in_28_days_against_sixty_in_31() -> None:
    one = compare.counts(42, 28, 60, 31)
    assert one.p == pytest.approx(0.207, abs=5e-4)
    assert one.per_day_percent == pytest.approx(100 * (0.775 - 1), abs=0.05)
    assert one.low == pytest.approx(100 * (0.524 - 1), abs=0.05)
    assert one.high == pytest.approx(100 * (1.147 - 1), abs=0.05)
    assert one.percent == pytest.approx(-30)
    assert one.change == -18


def test_score_test_of_the_breast_cancer_rates() -> None:
    # 60 in 51477.5 against 30 in 54308.7 person-years: the example of Ng and Tang (2005), z = 3.4174.
    z = poisson_test(60, 51477.5, 30, 54308.7, method="score").statistic
    assert z == pytest.approx(3.4174, abs=5e-5)
    p = compare.poisson_p(60, 51477.5, 30, 54308.7)
    assert p < 0.001, "the E-test, which is used at these counts, agrees"
    scaled = compare.poisson_p(600, 51477.5, 600, 54308.7)
    assert scaled == pytest.approx(poisson_test(600, 51477.5, 600, 54308.7, method="score").pvalue), "score above 1,000"


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (5, 1.624, 11.668), (20, 12.217, 30.888)])
def test_exact_poisson_intervals(count: int, low: float, high: float) -> None:
    assert compare.poisson_interval(count) == pytest.approx((low, high), abs=6e-4)


def test_an_equal_daily_rate_in_january_and_february_is_no_change() -> None:
    # The trap of §1: 310 in January against 280 in February reads −9.7% raw.
    one = compare.counts(280, 28, 310, 31)
    assert one.percent == pytest.approx(-9.677, abs=1e-3)
    assert one.per_day_percent == pytest.approx(0)
    assert one.p == pytest.approx(1.0, abs=0.02)


# --- intervals and tests where they are delicate --------------------------------------------------------------------


def test_a_count_of_zero_has_an_exact_interval() -> None:
    low, high = compare.rate_ratio_interval(0, 1, 3, 1)
    assert low == 0.0
    # Conditional on the sum: P(0 of 3) = 0.025 at the share s with (1 − s)^3 = 0.025.
    share = 1 - 0.025 ** (1 / 3)
    assert high == pytest.approx(share / (1 - share))
    low, high = compare.rate_ratio_interval(3, 1, 0, 1)
    assert high is None and low == pytest.approx((1 - share) / share)
    assert compare.rate_ratio_interval(0, 1, 0, 1) == (None, None)


def test_nothing_against_nothing_is_too_little_to_say() -> None:
    one = compare.counts(0, 7, 0, 7)
    assert (one.change, one.percent, one.p) == (0, None, 1.0)
    assert compare.judged([one])[0].verdict == TOO_FEW


def test_no_data_on_either_side_is_no_comparison() -> None:
    for one in (compare.counts(5, 7, None, 7), compare.counts(None, 7, 5, 7), compare.counts(5, 7, 5, 0)):
        assert (one.verdict, one.change, one.p) == (NO_BASE, None, None)
    assert compare.shares(5, 10, None, 10).verdict == NO_BASE
    assert compare.shares(0, 0, 5, 10).verdict == NO_BASE
    assert compare.shares(0, 0, 5, 10).base == 50


def test_overdispersion_divides_z_by_its_root() -> None:
    p = compare.poisson_p(140, 30, 100, 30)
    z = stats.norm.isf(p / 2)
    assert stats.norm.isf(compare.poisson_p(140, 30, 100, 30, phi=4.0) / 2) == pytest.approx(z / 2)
    assert compare.overdispersed(p, 1.0) == compare.overdispersed(p, 0.5) == p


def test_shares_are_compared_in_percentage_points() -> None:
    # Newcombe (1998), example (a): 56/70 against 48/80, interval .0524 to .3339 of the difference.
    one = compare.shares(56, 70, 48, 80)
    assert one.change == pytest.approx(20)
    assert [one.low, one.high] == pytest.approx([5.24, 33.39], abs=0.01)
    assert one.percent is None


def test_ratios_that_pass_one_are_not_treated_as_shares() -> None:
    one = compare.ratios(120, 100, 80, 100)
    assert [one.value, one.base, one.change] == pytest.approx([120, 80, 40])
    assert one.p == pytest.approx(compare.poisson_p(120, 100, 80, 100))
    assert one.low is not None and one.low < 40 < (one.high or 0.0), "points of change"


def test_the_weekly_band_is_root_m_plus_minus_one_and_a_half() -> None:
    assert compare.band(100) == pytest.approx((8.5**2, 11.5**2))
    assert compare.band(1)[0] == 0.0
    assert compare.band(100, phi=4) == pytest.approx((7**2, 13**2))


def test_against_reference_is_the_conditional_mid_p() -> None:
    z, p = compare.against_reference(np.array([10.0, 0.0, 30.0]), np.array([10.0, 0.0, 10.0]), 8)
    assert abs(z[0]) < 0.2 and p[0] > 0.8
    assert (z[1], p[1]) == (0.0, 1.0)
    assert z[2] > 4
    before = 80
    mid = stats.binom.sf(30, 30 + before, 1 / 9) + stats.binom.pmf(30, 30 + before, 1 / 9) / 2
    assert z[2] == pytest.approx(stats.norm.isf(mid))


@settings(deadline=None, max_examples=60)
@given(a=st.integers(0, 400), b=st.integers(0, 400), days_a=st.integers(1, 366), days_b=st.integers(1, 366))
def test_every_comparison_is_finite_and_symmetric(a: int, b: int, days_a: int, days_b: int) -> None:
    one, other = compare.counts(a, days_a, b, days_b), compare.counts(b, days_b, a, days_a)
    assert one.p is not None and 0 <= one.p <= 1
    # The E-test adds up outcomes at least as extreme; rounding decides about those that tie with the observed one.
    assert other.p == pytest.approx(one.p, abs=5e-3)
    if one.low is not None and one.high is not None and one.per_day_percent is not None:
        assert one.low - 1e-6 <= one.per_day_percent <= one.high + 1e-6


# --- verdicts -------------------------------------------------------------------------------------------------------


def test_verdicts_in_words() -> None:
    cases = [
        compare.counts(300, 7, 150, 7),
        compare.counts(152, 7, 150, 7),
        compare.counts(2, 7, 3, 7),
        compare.counts(5, 7, None, 7),
        Comparison(5.0, 4.0, 1.0),
    ]
    assert [one.verdict for one in compare.judged(cases)] == [REAL, USUAL, TOO_FEW, NO_BASE, NOT_JUDGED]


def test_benjamini_hochberg_of_the_original_paper() -> None:
    # Benjamini and Hochberg (1995), table of 15 p values: the first four are significant at .05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0]  # fmt: skip
    assert compare.significant(np.array(p)).tolist() == [True] * 4 + [False] * 11
    assert compare.significant(np.array([])).tolist() == []
    assert compare.significant(np.array([[0.001, 0.9], [0.8, 0.7]])).tolist() == [[True, False], [False, False]]


def test_a_page_without_any_change_rarely_claims_one() -> None:
    """200 pages of 60 stations × 10 groups, where nothing changed: the share of pages with a 真变化 stays below 8%.

    Under the null the false discovery rate is the chance of any claim; 5% is promised, Poisson counts give less.
    """
    random = np.random.default_rng(20261122)
    claimed = 0
    for _ in range(200):
        now, before = random.poisson(8.0, 600), random.poisson(64.0, 600)
        _, p = compare.against_reference(now.astype(float), before / 8, 8)
        claimed += bool(compare.significant(p).any())
    assert claimed <= 16


def test_of_the_changes_claimed_few_are_chance() -> None:
    random = np.random.default_rng(5)
    shares = []
    for _ in range(100):
        means = np.where(np.arange(300) < 60, 60.0, 20.0)  # sixty places really rose threefold
        now, before = random.poisson(means), random.poisson(20.0 * 8, 300)
        _, p = compare.against_reference(now.astype(float), before / 8, 8)
        real = compare.significant(p)
        shares.append(real[60:].sum() / max(1, real.sum()))
        assert real[:60].mean() > 0.9
    assert float(np.mean(shares)) <= compare.FALSE_DISCOVERY_RATE


def test_a_larger_family_asks_for_more() -> None:
    # p = .0344 and .0201 stand alone; with thirteen other tests of the page they do not (Benjamini and Hochberg 1995).
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
              0.7590, 1.0]  # fmt: skip
    first, rest = ([Comparison(1.0, 1.0, 0.0, p=p) for p in part] for part in (values[:5], values[5:]))
    assert [one.verdict for one in compare.judged(first)] == [REAL] * 5
    # Judged already, they may be judged again among others.
    both = [one.verdict for one in compare.judged([*compare.judged(first), *rest])]
    assert both == [REAL] * 4 + [USUAL] * 11 and compare.judged([]) == []


def test_a_total_has_the_verdict_of_its_own_test_whatever_stands_beside_it() -> None:
    # Three standard deviations are p .0027 (Shewhart 1931).
    near, far = (Comparison(31.0, 16.0, 15.0, p=p) for p in (0.0028, 0.0026))
    assert [one.verdict for one in compare.judged_alone([near, far])] == [USUAL, REAL]
    crowd = [Comparison(1.0, 1.0, 0.0, p=0.5)] * 500
    assert compare.judged_alone([far, *crowd])[0].verdict == REAL != compare.judged([far, *crowd])[0].verdict
    rare = replace(near, detectable=False)
    kept = Comparison(None, None, verdict=NO_BASE)
    assert [one.verdict for one in compare.judged_alone([rare, kept])] == [TOO_FEW, NO_BASE]
    # Eighteen totals of a page without any change: at most one page in twenty shows one.
    assert 1 - (1 - 0.0027) ** 18 < 0.05


def test_a_total_is_real_only_outside_the_range_that_is_printed() -> None:
    assert compare.of_total(31, 16, 2.93, (7, 28)) == USUAL
    assert compare.of_total(31, 16, 3.01, (7, 28)) == REAL
    assert compare.of_total(28, 16, 3.01, (7, 28)) == USUAL
    assert compare.of_total(2, 16, -3.4, (7, 28)) == REAL
    # One or two of what never happens are no rise.
    assert compare.of_total(2, 0.0, 3.2, (0, 0)) == TOO_FEW and compare.of_total(3, 0.0, 3.2, (0, 0)) == REAL


def test_a_short_period_is_judged_by_the_one_before_and_a_long_one_by_the_year_before() -> None:
    before, year, none = (Comparison(1.0, base, 1.0) for base in (1.0, 2.0, 3.0))
    none = replace(none, verdict=NO_BASE)
    assert compare.first_with_base(before, year, True) is before
    assert compare.first_with_base(before, year, False) is year
    assert compare.first_with_base(none, year, True) is year and compare.first_with_base(before, none, False) is before


@pytest.mark.parametrize(
    ("a", "days_a", "b", "days_b"), [(42, 28, 60, 31), (1, 7, 1, 7), (5.5, 7, 3.2, 8), (3000, 30, 2500, 31)]
)
def test_the_score_interval_is_that_of_statsmodels(a: float, days_a: float, b: float, days_b: float) -> None:
    oracle = confint_poisson_2indep(a, days_a, b, days_b, method="score", compare="ratio")
    assert compare.rate_ratio_interval(a, days_a, b, days_b) == pytest.approx(oracle, rel=1e-6)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=120, deadline=None)
@given(
    a=st.integers(0, 600),
    b=st.integers(0, 600),
    days_a=st.sampled_from([0.5, 1.0, 7.0, 28.0, 31.0]),
    days_b=st.sampled_from([1.0, 7.0, 28.0, 366.0]),
)
def test_the_p_of_equal_rates_is_that_of_statsmodels(a: int, b: int, days_a: float, days_b: float) -> None:
    method = "etest" if a + b <= compare.ETEST_LIMIT else "score"
    expected = min(float(poisson_test(a, days_a, b, days_b, method=method).pvalue), 1.0) if a + b else 1.0
    assert compare.poisson_p(a, days_a, b, days_b) == pytest.approx(expected, abs=1e-9)
