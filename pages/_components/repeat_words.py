"""The sentences of 重复警情: why there is nothing, what the places add up to, what the funnel can say."""

from __future__ import annotations

from metrics.funnels import Funnel
from metrics.hotspots.concentration import UNITS, Concentration
from metrics.repeats.values import Places, Repeats
from pages._components import cases_words

# Beyond this, stations differ so much by nature that limits of chance tell nothing.
_DIFFERENT = 5.0


def why(state: str) -> str:
    """Say why a figure of places is empty."""
    return {
        "no_coordinates": "警情没有坐标，无法按地点统计。可改看按警格或派出所的集中度。",
        "no_data": "该窗口无数据。",
    }.get(state, "该窗口没有可统计的警情。")


def untold(found: Repeats) -> str:
    """Say why there are no shares: nothing known to repeat by, times known only by month, or no whole week."""
    if found.state == "coarse":
        return "警情时间只精确到月，无法判断 30 日内的重复。"
    if found.base and not found.is_told:
        return "该时段的警情没有来电标识和坐标，无法判断重复。"
    return "没有可算重复率的警情或完整的周。"


def left_out(found: Repeats, listed: Places) -> list[str]:
    """Return what the page leaves out, as classes of its grid: cards that would all say that they are empty."""
    said = [] if found.is_told else ["no-shares"]
    return [*said, "no-spots"] if listed.state == "no_coordinates" else said


def places_note(found: Places) -> str:
    """Say how the table is ordered and what all repeat places add up to."""
    said = [f"列出起数最多的 {len(found.spots)} 处，供排查，不作名次"] if found.in_all > len(found.spots) else []
    said.append("「近 30 日」与此前速度相比，只有超出随机的才标 ↑ ↓")
    if found.share is not None:
        said.append(
            f"共 {found.places:,} 处重复地点 {found.place_calls:,} 起，重复 {found.repeats:,} 起，"
            f"占 {found.share:.1%}（{found.repeats:,} ÷ {found.calls:,}）"
        )
    return " · ".join(said)


def bases(curve: Concentration, found: Places) -> str:
    """Say why the concentration and the repeat places count different alerts; "" where they count the same."""
    if curve.state != "ok" or curve.events == found.calls:
        return ""
    where = f"落在研究范围内{UNITS[curve.unit]}" if curve.outside else f"能落到{UNITS[curve.unit]}"
    but = f"，不含范围外的 {curve.outside:,} 起" if curve.outside else ""
    return (
        f"集中度以{where}的 {curve.events:,} 起为底数（含驻地、医院等{but}），"
        f"重复地点以「未计入的警情」表中「计入」的 {found.calls:,} 起为底数"
    )


def funnel_note(found: Funnel) -> str:
    """Say how to read the funnel, and where it tells little."""
    said = cases_words.funnel_note(found)
    if found.curves and found.phi > _DIFFERENT:
        said += " · 各所差异远大于偶然，多半来自辖区的密度与功能，不宜相互比较"
    return said
