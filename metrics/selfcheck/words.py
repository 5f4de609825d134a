"""The headline of 所队自查: what is missed and by how much, what moved, who is short; at most three sentences."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.alarms.records import Alarm, sentence
from metrics.briefing import Briefing, Card, Row
from metrics.compare import REAL
from metrics.force.work import Work
from metrics.peers import Comparison as Peers
from metrics.score import MET, MISSED, Score
from metrics.smallnumbers import VERY_HIGH
from metrics.staffing.posts import say_lack

_NAMED = 3


def headline(scores: Sequence[Score], briefing: Briefing, alarms: Sequence[Alarm]) -> tuple[str, ...]:
    """Return the sentences; scores are in the order of what needs doing, alarms the strongest first."""
    return tuple(text for text in (targets(scores), moved(briefing, alarms)) if text)


def standing(station: str, force: Work | None, peers: Peers) -> str:
    """Say the worst hours of shortage and rates far above those of like stations."""
    told = []
    if force is not None and force.knows_need and force.knows_duty and force.short:
        lacking = "、".join(say_lack(run) for _, _, run in force.short)
        told.append(f"{lacking}，所内调班即可补足" if force.ways and force.ways[0].within else lacking)
    places = [(one.metric.label, one.places[station].verdict) for one in peers.positions if station in one.places]
    told += [f"{label}比同类所明显偏高" for label, verdict in places if verdict == VERY_HIGH]
    return f"{'；'.join(told)}。" if told else ""


def targets(scores: Sequence[Score]) -> str:
    """Say how many targets are missed, and of the farthest off what they lack.

    「28 项可评目标中 12 项未达标，按比例差得最多：社区配警还差 5 名社区民警，…」
    """
    missed = [score for score in scores if score.state == MISSED]
    judged = len(missed) + sum(score.state == MET for score in scores)
    if not judged:
        return "没有可评的目标：警力、报送数据尚未导入。"
    if not missed:
        return f"可评的 {judged} 项目标全部达标。"
    named = "，".join(f"{score.target.label}{_lack(score)}" for score in missed[:_NAMED])
    most = "，按比例差得最多" if len(missed) > _NAMED else ""
    return f"{judged} 项可评目标中 {len(missed)} 项未达标{most}：{named}。"


def _lack(score: Score) -> str:
    """Return what is missing, without the ways to close it that the text adds in brackets."""
    if score.gap is None:
        return score.value_text
    return score.gap.text.partition("（")[0].partition("：")[0]


def moved(briefing: Briefing, alarms: Sequence[Alarm]) -> str:
    """Say the current alarms, else what is a real change in the period, else that nothing is."""
    if briefing.state in ("no_data", "no_result"):
        return ""
    leaders = [alarm for alarm in alarms if alarm.leader == alarm.id]
    if leaders:
        told = "；".join(sentence(alarm).removeprefix(alarm.name).strip() for alarm in leaders[:2])
        return f"{told}。"
    real = real_changes(briefing)
    if not real:
        return _calm(briefing)
    told = "；".join(_said(one, briefing.noun) for one in real[:_NAMED])
    return f"{len(real)} 项超出随机波动：{told}{_rest(real)}。"


def moved_title(briefing: Briefing) -> str:
    """Say the same changes as `moved`, by name only: a heading; "" where nothing is real."""
    real = real_changes(briefing)
    if not real:
        return ""
    return f"{len(real)} 项超出随机波动：{'、'.join(_name(one, briefing.noun) for one in real[:_NAMED])}{_rest(real)}"


def real_changes(briefing: Briefing) -> tuple[Row | Card, ...]:
    """Return what is judged 真变化, the strongest first: all rows, and the cards that do not repeat a row."""
    rows = {_name(row, briefing.noun) for row in briefing.rows}
    judged: list[Row | Card] = [*briefing.rows, *(card for card in briefing.cards if card.metric.label not in rows)]
    return tuple(sorted((one for one in judged if one.verdict == REAL), key=lambda one: -abs(one.z)))


def _rest(real: Sequence[Row | Card]) -> str:
    return f"等 {len(real)} 项" if len(real) > _NAMED else ""


def _name(one: Row | Card, noun: str) -> str:
    return f"{one.name}{noun}" if isinstance(one, Row) else one.metric.label


def _said(one: Row | Card, noun: str) -> str:
    unit = one.metric.unit
    text = f"{_name(one, noun)} {one.value or 0:{one.metric.format}} {unit}"
    if one.expected is None:
        return text
    low, high = one.expected
    return f"{text}，{'高于' if one.z > 0 else '低于'}预期 {low:,}–{high:,} {unit}"


def _calm(briefing: Briefing) -> str:
    card = next((card for card in briefing.cards if card.metric.id == briefing.subject.id), None)
    value = card.value if card else sum(row.value or 0 for row in briefing.rows)
    usual = f"，预期 {card.expected[0]:,}–{card.expected[1]:,} 起" if card and card.expected else ""
    verdict = "；没有超出随机波动的变化" if usual else ""
    label = card.metric.label if card else briefing.subject.label
    return f"{label} {value or 0:,.0f} 起{usual}{verdict}。"
