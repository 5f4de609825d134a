"""The interval strip: a station's rate with its interval among those of its kind, without places."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html

from metrics.catalogue import Station
from metrics.peers import Comparison, Position
from metrics.smallnumbers import Place
from pages._components import cards
from pages._components.attributes import attributes
from pages._components.markup import static


def words(compared: Comparison, station: Station) -> str:
    """Return what is compared over which months."""
    span = f"{compared.first:%Y-%m} 至 {compared.last:%Y-%m}"
    return f"{station.kind or '类别未登记'}派出所 · {span} · 起/万人·年"


def uncompared(compared: Comparison, station: Station) -> str:
    """Return why a station is not compared, without a full stop; "" where it is."""
    if any(station.code in one.places for one in compared.positions):
        return ""
    return compared.reason.rstrip("。") or "本所没有人口数，不能折算为每万人"


def drawn(compared: Comparison, station: Station, names: Mapping[str, str]) -> html.Div:
    """Return one strip per rate in which the station stands."""
    return static([_strip(one, station, names) for one in compared.positions if station.code in one.places])


def note() -> str:
    """Return how to read the strip."""
    return (
        "每条横线是一个所的 95% 区间（同类所之间），粗线为本所，竖线为同类平均；区间重叠的所不分先后。"
        "是否偏离按漏斗图界限（95%、99.8%，已计过度离散）判断。"
    )


def _strip(position: Position, station: Station, names: Mapping[str, str]) -> html.Div:
    own = position.places[station.code]
    ordered = sorted(position.places.items(), key=lambda item: item[1].rate.value or 0.0)
    longest = max((place.rate.high or 0.0) for _, place in ordered) or 1.0
    mean = _mean(position, own)
    lines = [_interval(place, longest, code == station.code, names.get(code, code)) for code, place in ordered]
    if mean is not None:
        lines.append(html.I(className="strip-mean", style={"left": f"{100 * mean / longest:.2f}%"}))
    said = f"本所 {_rate(own)}，同类平均 {mean:,.1f}，{own.verdict}" if mean is not None else f"本所 {_rate(own)}"
    return html.Div(
        [
            html.Div(
                [html.Span([position.metric.label, cards.definition_link(position.metric.id)]), html.B(_rate(own))],
                className="strip-name num",
            ),
            html.Div(lines, className="strip", role="img", title=said, **attributes(aria_label=said)),
            html.Div(
                [html.Span(own.verdict or "—"), html.Span(f"同类平均 {mean:,.1f}" if mean is not None else "")],
                className="strip-words num",
            ),
        ],
        className="strip-row",
    )


def _mean(position: Position, own: Place) -> float | None:
    """Return the common rate of the kind: the own rate ÷ the ratio to it."""
    if own.rate.value and own.ratio:
        return own.rate.value / own.ratio
    other = next((one for one in position.places.values() if one.rate.value and one.ratio), None)
    return other.rate.value / other.ratio if other and other.rate.value and other.ratio else None


def _interval(place: Place, longest: float, own: bool, name: str) -> html.I:
    low, high = place.rate.low or 0.0, place.rate.high or 0.0
    style = {"margin-left": f"{100 * low / longest:.2f}%", "width": f"{100 * (high - low) / longest:.2f}%"}
    return html.I(className="strip-own" if own else "strip-other", style=style, title=f"{name} {_rate(place)}")


def _rate(place: Place) -> str:
    rate = place.rate
    if rate.value is None or rate.low is None or rate.high is None:
        return "—"
    return f"{rate.value:,.1f}（{rate.low:,.1f}–{rate.high:,.1f}）"
