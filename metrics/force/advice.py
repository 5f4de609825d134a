"""What a station that is short can do, its own roster first: the words that its pages and its report print alike."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.force.shifts import Within
from metrics.force.work import Way, Work
from metrics.staffing.moving import OVERLOADED
from metrics.staffing.stations import spare_words
from metrics.staffing.values import Effect

HEAD = "怎么办："
# Smoothing leaves a few calls in every hour: fewer than this are none that anybody has to wait for.
NONE_OF_THEM = 0.005


@dataclass(frozen=True)
class Advice:
    """said: what to do. parts: who works which other hours. effect: what that does to the calls that find no unit.

    Without such shifts there are no parts and effect is "".
    """

    said: str
    parts: tuple[str, ...] = ()
    effect: str = ""


def advice(work: Work) -> tuple[Advice, ...]:
    """Return what the one station of `work` can do; () for one that lacks nobody, and for several stations."""
    return tuple(inside(way.within) if way.within else _outside(way) for way in work.ways if work.count == 1)


def inside(found: Within) -> Advice:
    """Say who works which other hours, and what that does to the calls that find no unit."""
    p, left = found.side.p_no_unit, found.side.overload[1]
    rest = f"；仍有 {left:.1%} 的出警警情{OVERLOADED}（缺不足 1 人的钟点）" if left >= NONE_OF_THEM else ""
    effect = f"来警时无空闲警组 {chance(p.before)} → {chance(p.after)}，{points(p)}，{p.verdict}{rest}。"
    return Advice(
        "先在所内调班，各时段即不再缺 1 人以上，不用外调。",
        tuple(part.text for part in found.parts),
        effect.replace("-", "−"),
    )


def _outside(way: Way) -> Advice:
    return Advice(f"{way.words}（见「警力配置」的试算与增配建议）。")


def when_short(work: Work) -> tuple[str, ...]:
    """Return the sentences on one station; whether its hours with people to spare help is what its way says."""
    spare = spare_words(work.one)
    return tuple(said for said in work.one.words if said != spare or not work.ways)


def chance(value: float | None) -> str:
    """Return a probability in %, or a dash."""
    return "—" if value is None else f"{value:.1%}"


def points(effect: Effect) -> str:
    """Return a change of a probability in percentage points with its interval, or a dash."""
    if effect.change is None or effect.low is None or effect.high is None:
        return "—"
    return f"{100 * effect.change:+.1f} 点（{100 * effect.low:+.1f} 至 {100 * effect.high:+.1f}）"
