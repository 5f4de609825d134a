"""Scores on screen: a sign or word always, no zero for what is unknown, gaps that fit a cell."""

from __future__ import annotations

import pytest

from metrics.score import MET, UNBOUND
from pages._components import scores
from tests.pages.making import points, score, share
from tests.pages.reading import read, text_of


def test_cells_say_state_value_and_gap() -> None:
    assert scores.cell_text(score("community_share", share(6, 12))) == "✓ 50.0%"
    assert scores.cell_text(score("community_share", share(4, 13))) == "30.8% 缺 2 名"
    assert scores.cell_text(score("community_share", None)) == "未报送"
    assert scores.cell_text(score("community_share", None, state=UNBOUND)) == "—"
    assert scores.cell_text(score("legal_cover", share(1, 1))) == "✓ 100%"


def test_more_than_the_whole_is_met_and_doubted() -> None:
    over = score("community_hours_urban", share(255, 240))
    assert over.state == MET
    assert scores.cell_text(over) == "✓ 106.2% 待核对"
    assert scores.explanation(over).endswith("加班可使其超过 100%，请核对排班")
    assert text_of(scores.state_words(over)) == "✓ 达标 ● 待核对"
    assert text_of(scores.gap_words(over)) == "加班可使其超过 100%，请核对排班"
    impossible = score("legal_cover", share(3, 2))
    assert text_of(scores.gap_words(impossible)) == "超过 100%：分子多于分母，请核对数据"
    # More people than posts, and a whole that is only printed as such, are no fault.
    assert score("beat_auxiliaries", share(25, 24)).remark == ""
    assert score("legal_cover", share(10_001, 10_000)).remark == ""
    assert text_of(scores.state_words(score("legal_cover", share(1, 1)))) == "✓ 达标"


def test_too_many_is_said_as_such() -> None:
    assert scores.cell_text(score("station_criminal_share", share(10, 10))) == "100% 多 3 起"


def test_percentage_points_are_short() -> None:
    assert scores.cell_text(score("community_stability", share(8, 10))) == "80.0% 缺 1 名"


def test_a_value_just_short_is_not_printed_as_the_target() -> None:
    almost = score("address_registered", share(9_999, 10_000))
    assert almost.value_text == "100.0%"
    assert scores.value_words(almost) == "99.99%"
    assert scores.cell_text(almost) == "99.99% 缺 1 处"


def test_only_missed_cells_have_a_colour() -> None:
    styles = {
        made.state: read(scores.cell(made)).all("td")[0].attributes["class"].split()
        for made in (
            score("community_share", share(6, 12)),
            score("community_share", share(1, 13)),
            score("community_share", None),
        )
    }
    assert styles == {"达标": ["is-met"], "未达标": ["is-missed", "far-2"], "未报送": ["is-unreported"]}


@pytest.mark.parametrize(("top", "size"), [(50, ""), (39, ""), (35, "far-1"), (20, "far-2")])
def test_tint_follows_the_relative_gap(top: int, size: str) -> None:
    drawn = read(scores.cell(score("community_share", share(top, 100))))
    assert drawn.all("td")[0].attributes["class"].partition(" ")[2] == size


def test_gap_names_both_ways() -> None:
    said = text_of(scores.gap_words(score("community_share", share(6, 22))))
    assert said == "还差 5 名社区民警新增 5 名；从其他队调整 3 名即可"
    assert text_of(scores.gap_words(score("community_share", None))) == "警力台账中没有"


def test_origin_tells_reported_from_computed() -> None:
    assert text_of(scores.origin_words(score("community_share", share(1, 2)))) == "●计算：警力台账2026-11"
    reported = score("mutual_familiarity", share(9, 10), source="报送：督导抽查")
    assert text_of(scores.origin_words(reported)) == "○报送：督导抽查2026-11"


def test_bullet_has_bar_and_requirement() -> None:
    drawn = read(scores.bullet(score("community_share", share(3, 10))))
    bar, wanted = drawn.all("i")
    assert "'width': '30.00%'" in bar.attributes["style"]
    assert "'left': '40.00%'" in wanted.attributes["style"]
    assert drawn.all("div")[0].attributes["aria-label"] == "30.0%，要求 ≥ 40%"
    assert scores.bullet(score("community_share", None)) is None


def test_trend_needs_two_months_and_breaks_at_gaps() -> None:
    assert scores.trend(score("community_share", share(4, 10), trend=points(None, 40.0))) == "—"
    drawn = scores.trend(score("community_share", share(4, 10), trend=points(30.0, None, 35.0, 40.0)))
    label = read(drawn).all("div")[0].attributes["aria-label"]
    assert label == "近 12 个月：2026-01 30.0，2026-04 40.0；最低 30.0，最高 40.0"
    assert read(drawn).all("i")[-1].attributes["style"].count("M") == 2


def test_flat_trend_is_drawn() -> None:
    drawn = scores.trend(score("disputes_turned_deadly", share(0, 1), trend=points(0.0, 0.0)))
    assert "nan" not in str(drawn).lower()
