"""A self-check of some categories alone: what they are called, and the key figures that still say something then."""

from __future__ import annotations

from dataclasses import replace

from metrics.briefing import Briefing, Card
from metrics.catalogue import Catalogue
from metrics.selection import Selection

_NAMED = 3
_TOTAL = "alerts"
_OF_GROUP = {"alerts_criminal": "刑事", "alerts_order": "治安", "alerts_dispute": "纠纷", "alerts_help": "求助"}


def named(selection: Selection, known: Catalogue) -> str:
    """Return what the page is narrowed to: 「盗窃」, 「盗窃、诈骗、纠纷等 5 类」; "" where it is not."""
    names = known.category_names()
    listed = [names.get(code, code) for code in selection.categories]
    rest = f"等 {len(listed)} 类" if len(listed) > _NAMED else ""
    return "、".join(listed[:_NAMED]) + rest


def narrowed(found: Briefing, selection: Selection, only: str) -> Briefing:
    """Return the briefing with the cards that a narrowed page has, each named after what it counts.

    One count has one name: of a single category all alerts, all valid ones and those of its group are the same calls,
    and those of other groups are none. Groups that are chosen among others keep their cards; cases that no chosen
    category is of have none.
    """
    if not only:
        return found
    several = len(selection.categories) > 1
    cards = []
    for card in found.cards:
        group = _OF_GROUP.get(card.metric.id)
        if group:
            cards += [card] if several and group in selection.categories else []
        elif card.metric.id != _TOTAL and _is_known(card):
            cards.append(replace(card, metric=replace(card.metric, label=f"{card.metric.label}（仅{only}）")))
    return replace(found, cards=cards)


def _is_known(card: Card) -> bool:
    return any(one is not None for one in (card.value, card.previous.base, card.last_year.base))
