"""Whether a change is more than chance: intervals, tests and verdicts for counts, shares and their ratios.

Sources: Gu, Ng, Tang, Schucany (2008) for the E-test and score test of two Poisson rates, as in
statsmodels.stats.rates; Benjamini and Hochberg (1995) for many verdicts at once; quasi-Poisson overdispersion divides
z by the square root of φ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

REAL, USUAL, TOO_FEW, NO_BASE, NOT_JUDGED = "真变化", "正常波动", "样本不足", "无对比数据", "不作判定"
FALSE_DISCOVERY_RATE = 0.05
# A total is judged by its own test at three standard deviations (p .0027), as in a control chart (Shewhart 1931). Of
# the some eighteen totals of a page one passes by chance on at most one page in twenty.
LIMIT_Z = 3.0
_LIMIT_P = math.erfc(LIMIT_Z / math.sqrt(2))
# Calls about one quarrel come in rows: tests and intervals of independent events would find a change too often.
DEPENDENT = "同一来电、同一地点的重复并不独立，起数、比率都不作判定"
OWN_TEST = "总数、分类各按自身检验，超出 3 个标准差为真变化，各页一致"
# Below this count, on both sides, a total says nothing about rise or fall.
ENOUGH = 8
# Fewer than this are no rise, however rare they usually are.
LEAST_RISE = 3
# The E-test sums over all pairs of counts; beyond this total the score test gives the same answer.
ETEST_LIMIT = 1000
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Comparison:
    """One value against one base value.

    change: value − base, in the metric's unit. percent: change in % of the base, None when the base is 0.
    per_day_percent: change of the daily rate in %, None when the base is 0.
    low, high: 95% interval of `percent` of the daily rate (for shares: of the change in percentage points).
    p: two-sided, before correction; None where there is no test. detectable: whether a doubling could have been seen.
    phi: overdispersion that p and the interval allow for (1: none known).
    behind: of a share what it is made of, (top, n, top of the base, n of the base).
    """

    value: float | None
    base: float | None
    change: float | None = None
    percent: float | None = None
    per_day_percent: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    detectable: bool = True
    verdict: str = NOT_JUDGED
    phi: float = 1.0
    behind: tuple[float, float, float, float] | None = None


def counts(a: float | None, days_a: float, b: float | None, days_b: float, phi: float = 1.0) -> Comparison:
    """Compare count `a` in `days_a` days with count `b` in `days_b` days; `phi` ≥ 1 is the overdispersion.

    Assumes (quasi-)Poisson counts. Known answers (E-test): (6, 2) p .1749; (0, 3) .0884; (20, 10) .0688;
    42 in 28 days against 60 in 31: ratio .775, interval .524–1.147, p .207.
    """
    if a is None or b is None or days_a <= 0 or days_b <= 0:
        return Comparison(a, b, verdict=NO_BASE)
    percent = 100 * (a - b) / b if b else None
    per_day = 100 * ((a / days_a) / (b / days_b) - 1) if b else None
    low, high = rate_ratio_interval(a / phi, days_a, b / phi, days_b)
    return Comparison(
        value=a,
        base=b,
        change=a - b,
        percent=percent,
        per_day_percent=per_day,
        low=None if low is None else 100 * (low - 1),
        high=None if high is None else 100 * (high - 1),
        p=poisson_p(a, days_a, b, days_b, phi),
        detectable=_doubling_detectable(a, days_a, b, days_b, phi),
        phi=phi,
    )


def poisson_p(a: float, days_a: float, b: float, days_b: float, phi: float = 1.0) -> float:
    """Return the two-sided p of equal daily rates: E-test up to a total of 1,000, score test above."""
    return overdispersed(_equal_rates_p(a, days_a, b, days_b), phi)


@lru_cache(maxsize=16_384)
def _equal_rates_p(a: float, days_a: float, b: float, days_b: float) -> float:
    if a + b == 0:
        return 1.0
    ratio = days_a / days_b
    score = abs(_score(a, b, ratio))
    if a + b > ETEST_LIMIT:
        return float(2 * special.ndtr(-score))
    return min(_etest_p(score, ratio, (a + b) * days_a / (days_a + days_b), (a + b) * days_b / (days_a + days_b)), 1.0)


def _score(x1: Any, x2: Any, ratio: float) -> Any:
    """Return the score statistic of equal rates; ratio: exposure of x1 ÷ that of x2."""
    return (x1 - x2 * ratio) / np.sqrt((x1 + x2) * ratio + 1e-20)


def _etest_p(score: float, ratio: float, mean1: float, mean2: float) -> float:
    """Return the chance of a score at least as far from 0, for two Poisson counts with these means.

    The E-test of Krishnamoorthy and Thomson (2004), as statsmodels' etest_poisson_2indep. The statistic falls as x2
    grows, so for each x1 the counts x2 that are as extreme are those up to one root of (x1 − r x2)² = s² (x1 + x2) r
    (r ratio, s score) and those from the other on: sums over x1 alone, not over all pairs.
    """
    limit = score - 1e-15
    if limit <= 0:
        return 1.0
    # Less than 1e-13 of the first count lies beyond.
    width = 9 * math.sqrt(mean1)
    x1 = np.arange(max(0.0, math.floor(mean1 - width)), math.ceil(mean1 + width) + 30)
    root = limit * np.sqrt(4 * x1 * (1 + ratio) + limit**2)
    low = np.floor((2 * x1 + limit**2 - root) / (2 * ratio))
    high = np.ceil((2 * x1 + limit**2 + root) / (2 * ratio))
    # The roots are of real numbers: a count on the edge belongs to the side that its own statistic says.
    low += _score(x1, np.maximum(low + 1, 0), ratio) >= limit
    low -= (low >= 0) & (_score(x1, np.maximum(low, 0), ratio) < limit)
    high -= (high >= 1) & (_score(x1, np.maximum(high - 1, 0), ratio) <= -limit)
    high += _score(x1, np.maximum(high, 0), ratio) > -limit
    extreme = special.pdtr(np.maximum(low, 0), mean2) * (low >= 0) + np.where(
        high >= 1, special.pdtrc(np.maximum(high - 1, 0), mean2), 1.0
    )
    chance = np.exp(x1 * math.log(mean1) - mean1 - special.gammaln(x1 + 1))
    return float((chance * extreme).sum())


def overdispersed(p: float, phi: float) -> float:
    """Return p after dividing its z by √φ."""
    if phi <= 1 or p >= 1:
        return p
    # The plain functions behind stats.norm: a page asks hundreds of times.
    return float(2 * special.ndtr(special.ndtri(max(p, 1e-300) / 2) / math.sqrt(phi)))


def rate_ratio_interval(a: float, days_a: float, b: float, days_b: float) -> tuple[float | None, float | None]:
    """Return the 95% interval of the ratio of daily rates; an end is None where the data set no bound.

    Score interval: the ratios r with (a − b x)² ≤ z² (a + b) x, x = r · days_a / days_b, as statsmodels inverts its
    score test, solved as the quadratic that it is. Exact conditional interval when a count is 0. Known answer: 42 in 28
    against 60 in 31: .524–1.147.
    """
    total, per_day = a + b, days_b / days_a
    if total <= 0:
        return None, None
    if a == 0:
        top = 1 - 0.025 ** (1 / total)
        return 0.0, top / (1 - top) * per_day
    if b == 0:
        bottom = 0.025 ** (1 / total)
        return bottom / (1 - bottom) * per_day, None
    middle = a * b + _Z95**2 * total / 2
    half = math.sqrt(middle**2 - (a * b) ** 2)
    return (middle - half) / b**2 * per_day, (middle + half) / b**2 * per_day


def poisson_interval(count: float) -> tuple[float, float]:
    """Return the exact 95% interval of a Poisson mean (Garwood 1936).

    Known answers: 0 → [0, 3.689]; 5 → [1.624, 11.668]; 20 → [12.217, 30.888].
    """
    low = float(stats.chi2.ppf(0.025, 2 * count) / 2) if count > 0 else 0.0
    return low, float(stats.chi2.ppf(0.975, 2 * (count + 1)) / 2)


def shares(top_a: float | None, n_a: float, top_b: float | None, n_b: float) -> Comparison:
    """Compare two proportions top/n in % (score test, Newcombe interval of the difference in percentage points)."""
    if top_a is None or top_b is None or not n_a or not n_b:
        value = None if top_a is None or not n_a else 100 * top_a / n_a
        base = None if top_b is None or not n_b else 100 * top_b / n_b
        return Comparison(value, base, verdict=NO_BASE)
    a, b = top_a / n_a, top_b / n_b
    pooled = (top_a + top_b) / (n_a + n_b)
    spread = math.sqrt(max(pooled * (1 - pooled), 0.0) * (1 / n_a + 1 / n_b))
    p = float(2 * special.ndtr(-abs(a - b) / spread)) if spread > 0 else 1.0
    low, high = _newcombe(a, n_a, b, n_b)
    return Comparison(
        value=100 * a,
        base=100 * b,
        change=100 * (a - b),
        low=100 * low,
        high=100 * high,
        p=p,
        detectable=min(n_a, n_b) >= 30,
        behind=(top_a, n_a, top_b, n_b),
    )


def _newcombe(a: float, n_a: float, b: float, n_b: float) -> tuple[float, float]:
    (low_a, high_a), (low_b, high_b) = wilson(a, n_a), wilson(b, n_b)
    return (
        a - b - math.hypot(a - low_a, high_b - b),
        a - b + math.hypot(high_a - a, b - low_b),
    )


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95% score interval of a share of n (Wilson 1927)."""
    z2 = _Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * math.sqrt(max(share * (1 - share) / n + z2 / (4 * n * n), 0.0))
    return middle - half, middle + half


def ratios(
    top_a: float | None, n_a: float, top_b: float | None, n_b: float, scale: float = 100.0, phi: float = 1.0
) -> Comparison:
    """Compare two ratios that may pass 1 (solved ÷ filed): numerators as Poisson counts over their denominators.

    phi: overdispersion of the numerators.
    """
    if top_a is None or top_b is None or not n_a or not n_b:
        return shares(top_a, n_a, top_b, n_b)
    tested = counts(top_a, n_a, top_b, n_b, phi)
    value, base = scale * top_a / n_a, scale * top_b / n_b
    points = [None if end is None else base * end / 100 for end in (tested.low, tested.high)]
    return replace(
        tested, value=value, base=base, change=value - base, percent=None, per_day_percent=None,
        low=points[0], high=points[1], behind=(top_a, n_a, top_b, n_b),
    )  # fmt: skip


def _doubling_detectable(a: float, days_a: float, b: float, days_b: float, phi: float) -> bool:
    """Whether a doubling would stand out at 95%: √φ · z · √(1/ea + 1/eb) ≤ ln 2 at the pooled rate."""
    rate = (a + b) / (days_a + days_b)
    if rate == 0:
        return False
    error = math.sqrt(phi * (1 / (rate * days_a) + 1 / (rate * days_b)))
    return _Z95 * error <= math.log(2)


def judged(comparisons: list[Comparison], rate: float = FALSE_DISCOVERY_RATE) -> list[Comparison]:
    """Give every comparison its verdict, with Benjamini–Hochberg over all tests that are shown together.

    Of the 真变化 that a page shows, at most `rate` are expected to be chance. The verdict follows from p alone, so
    comparisons that were judged already may be judged again in a larger family.
    """
    tested = [place for place, one in enumerate(comparisons) if one.p is not None]
    real = significant(np.array([comparisons[place].p for place in tested], dtype=float), rate)
    verdicts = {place: bool(flag) for place, flag in zip(tested, real, strict=True)}
    out = []
    for place, one in enumerate(comparisons):
        if place not in verdicts:
            out.append(one)
        else:
            usual = USUAL if one.detectable else TOO_FEW
            out.append(replace(one, verdict=REAL if verdicts[place] else usual))
    return out


def judged_alone(comparisons: list[Comparison]) -> list[Comparison]:
    """Give every comparison its verdict by its own test at three standard deviations, whatever is shown beside it.

    For totals (one metric under one filter and period), which stand on several pages and must be judged alike on all.
    """
    return [one if one.p is None else replace(one, verdict=_alone(one)) for one in comparisons]


def _alone(one: Comparison) -> str:
    if one.p is not None and one.p <= _LIMIT_P and one.change:
        return REAL
    return USUAL if one.detectable else TOO_FEW


def unjudged(one: Comparison) -> Comparison:
    """Return a comparison without what a test of independent events says of it: p, interval and verdict."""
    verdict = NO_BASE if one.verdict == NO_BASE else NOT_JUDGED
    return replace(one, p=None, low=None, high=None, verdict=verdict)


def of_total(value: float, expected: float, z: float, usual: tuple[float, float]) -> str:
    """Return the verdict on a total against its expectation: the same on every page that shows it.

    真变化 from three standard deviations and outside the range that is printed; a rise needs three events. Known
    answers: 31 against 16 (7–28, z 2.93) is 正常波动, with z 3.01 真变化; 2 against 0 (0–0) is 样本不足.
    """
    is_outside = not usual[0] <= value <= usual[1]
    if abs(z) >= LIMIT_Z and is_outside and (z < 0 or value >= LEAST_RISE):
        return REAL
    return USUAL if max(value, expected) >= ENOUGH else TOO_FEW


def first_with_base(previous: Comparison, last_year: Comparison, is_short: bool) -> Comparison:
    """Return what judges a total without an expectation: 环比 of a short period, 同比 of a long one, else the other."""
    first, second = (previous, last_year) if is_short else (last_year, previous)
    return second if first.verdict == NO_BASE else first


def significant(p: NDArray[np.float64], rate: float = FALSE_DISCOVERY_RATE) -> NDArray[np.bool_]:
    """Return which p values Benjamini–Hochberg accepts at a false discovery rate; same shape as p."""
    if p.size == 0:
        return np.zeros(p.shape, dtype=bool)
    return np.asarray(stats.false_discovery_control(p.ravel(), method="bh") <= rate).reshape(p.shape)


def against_reference(
    observed: NDArray[np.float64], expected: NDArray[np.float64], weeks: float, phi: float | NDArray[np.float64] = 1.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare many counts with what earlier weeks lead to expect; returns (signed z, two-sided p), same shape.

    expected: mean of `weeks` earlier stretches of the same length, so its total is expected × weeks. Conditional
    mid-p test: given the sum, the observed count is binomial with share 1 / (1 + weeks). Assumes equal exposure.
    """
    before = np.rint(expected * weeks)
    total = observed + before
    share = 1 / (1 + weeks)
    # The binomial's tails by the incomplete beta function: its general distribution costs a page of scalars most of
    # its time.
    rest = total - observed
    point = np.exp(
        special.gammaln(total + 1) - special.gammaln(observed + 1) - special.gammaln(rest + 1)
        + special.xlogy(observed, share) + special.xlog1py(rest, -share)
    )  # fmt: skip
    above = np.where(rest > 0, special.betainc(observed + 1, np.maximum(rest, 1), share), 0.0)
    below = np.where(observed > 0, special.betainc(rest + 1, np.maximum(observed, 1), 1 - share), 0.0)
    upper, lower = (np.clip(tail + point / 2, 1e-300, 1.0) for tail in (above, below))
    z = np.where(upper <= lower, -special.ndtri(upper), special.ndtri(lower)) / np.sqrt(np.maximum(phi, 1.0))
    z = np.where(total > 0, z, 0.0)
    return z, 2 * special.ndtr(-np.abs(z))


def band(mean: float, phi: float = 1.0) -> tuple[float, float]:
    """Return the expected band (√m ± 1.5·√φ)² around a mean count (about 99.7% for φ = 1)."""
    half = 1.5 * math.sqrt(phi)
    return max(0.0, math.sqrt(mean) - half) ** 2, (math.sqrt(mean) + half) ** 2
