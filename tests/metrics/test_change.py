"""The sentence that is read aloud: every verdict, zero bases, small bases, unequal lengths, points of a share."""

from __future__ import annotations

import math

import pytest

from metrics import change, compare
from metrics.compare import NO_BASE, REAL, TOO_FEW, USUAL, Comparison


def one(value: float | None, base: float | None, days: float = 7, days_base: float = 7) -> Comparison:
    """A judged comparison of two counts."""
    return compare.judged([compare.counts(value, days, base, days_base)])[0]


@pytest.mark.parametrize(
    ("comparison", "said"),
    [
        (one(42, 48), "刑事警情 42 起，同比下降 12.5%（少 6 起），在正常波动范围内"),
        (one(300, 150), "刑事警情 300 起，同比上升 100.0%（多 150 起），超出随机波动"),
        (one(1001, 1000), "刑事警情 1,001 起，同比上升 0.1%（多 1 起），在正常波动范围内"),
        (one(10_001, 10_000), "刑事警情 10,001 起，同比基本持平（多 1 起），在正常波动范围内"),
        (one(50, 50), "刑事警情 50 起，同比持平，在正常波动范围内"),
        # From a base under 20 the counts are said alone.
        (one(6, 4), "刑事警情 6 起，同比多 2 起（由 4 到 6），样本不足，难以判断"),
        (one(0, 19), "刑事警情无，同比少 19 起（由 19 到 0），超出随机波动"),
        (one(20, 20), "刑事警情 20 起，同比持平，在正常波动范围内"),
        (one(3, 0), "刑事警情 3 起，同比多 3 起（由 0 到 3），样本不足，难以判断"),
        (one(0, 0), "刑事警情无，同比持平，样本不足，难以判断"),
        (one(42, None), "刑事警情 42 起，同比无对比数据"),
        (one(None, 42), "刑事警情无数据"),
        # The trap of January and February: the same every day.
        (
            one(280, 310, 28, 31),
            "刑事警情 280 起，同比下降 9.7%（少 30 起），按日均基本持平，在正常波动范围内",
        ),
        # Of few events a day only the direction is said: fewer in all, yet more a day.
        (one(10, 12, 7, 14), "刑事警情 10 起，同比少 2 起（由 12 到 10），按日均上升，样本不足，难以判断"),
        (one(42, 60, 28, 31), "刑事警情 42 起，同比下降 30.0%（少 18 起），按日均下降 22.5%，在正常波动范围内"),
    ],
)
def test_counts(comparison: Comparison, said: str) -> None:
    assert change.sentence("刑事警情", comparison.value, "起", comparison) == said


def test_halves_of_a_tenth_go_away_from_zero() -> None:
    # 2 in 1,600 are .125%, 1 in 800 too; floats may print .12.
    assert "上升 12.3%（" in change.clause(one(449, 400), "起")  # 12.25
    assert "下降 12.3%（" in change.clause(one(351, 400), "起")


def test_the_word_the_verdict_and_the_decimals_may_be_others() -> None:
    plain = one(42, 48)
    assert change.clause(plain, "起", "环比", REAL) == "环比下降 12.5%（少 6 起），超出随机波动"
    assert change.clause(plain, "起", "按春节对齐同比", "") == "按春节对齐同比下降 12.5%（少 6 起）"
    assert change.sentence("万人警情", 12.34, "起/万人·年", None, decimals=1) == "万人警情 12.3 起/万人·年"
    rate = Comparison(12.0, 15.0, -3.0, -20.0, -20.0, verdict=USUAL)
    assert change.clause(rate, "分钟", decimals=1) == "同比下降 20.0%（少 3.0 分钟，由 15.0 到 12.0），在正常波动范围内"


def test_shares_change_in_points() -> None:
    share = compare.judged([compare.shares(40, 100, 30, 100)])[0]
    said = change.sentence("破案率", share.value, "%", share, decimals=1)
    assert said == "破案率 40.0%，同比上升 10.0 个百分点（由 30/100 到 40/100），在正常波动范围内"
    many = compare.judged([compare.shares(4_000, 10_000, 3_000, 10_000)])[0]
    assert change.clause(many, "%", decimals=1) == "同比上升 10.0 个百分点，超出随机波动"
    same = compare.judged([compare.shares(30, 100, 30, 100)])[0]
    assert change.clause(same, "%", decimals=1) == "同比持平，在正常波动范围内"


def test_a_difference_is_that_of_the_printed_numbers() -> None:
    share = Comparison(28.24, 42.36, 28.24 - 42.36, verdict=USUAL)
    # −14.12 by itself, yet 28.2 − 42.4 for whoever reads both.
    assert change.difference(share, 1) == -14.2
    assert change.clause(share, "%", decimals=1).startswith("同比下降 14.2 个百分点")
    assert change.clause(Comparison(28.24, 28.16, 0.08, verdict=USUAL), "%", decimals=1) == "同比持平，在正常波动范围内"
    assert change.difference(Comparison(None, 1.0), 1) is None


@pytest.mark.parametrize("verdict", [REAL, USUAL, TOO_FEW])
def test_every_verdict_has_its_words_and_no_nan_is_ever_said(verdict: str) -> None:
    assert change.clause(one(42, 48), "起", judged=verdict).endswith(change.SAID[verdict])
    assert change.clause(Comparison(1.0, math.nan, math.nan, verdict=verdict), "起") == f"同比{NO_BASE}"
    assert change.sentence("警情", math.nan, "起", one(1, 2)) == "警情无数据"


@pytest.mark.parametrize(
    ("verdict", "value", "expected", "said"),
    [
        (USUAL, 166, (100, 159), change.HIGH),
        (USUAL, 99, (100, 159), change.LOW),
        (TOO_FEW, 3, (0, 2), change.HIGH),
        (TOO_FEW, 1, (0, 0), TOO_FEW),
        (USUAL, 159, (100, 159), USUAL),
        (REAL, 166, (100, 159), REAL),
        (USUAL, 166, None, USUAL),
        (USUAL, None, (100, 159), USUAL),
    ],
)
def test_what_lies_outside_its_printed_range_is_not_called_usual(
    verdict: str, value: float | None, expected: tuple[float, float] | None, said: str
) -> None:
    assert change.badge(verdict, value, expected) == said


def test_a_sentence_never_opposes_the_range_it_prints() -> None:
    assert change.against_expected(28, (12, 26), "起", REAL) == "高于预期 12–26 起，超出随机波动"
    assert change.against_expected(28, (12, 26), "起", USUAL) == "高于预期 12–26 起，仍可能是偶然"
    assert change.against_expected(5, (12, 26), "起", REAL) == "低于预期 12–26 起，超出随机波动"
    assert change.against_expected(1, (0, 3), "起", TOO_FEW) == "预期 0–3 起，样本不足，难以判断"
