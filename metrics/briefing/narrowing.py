"""The key figures that a filter by category leaves meaningful: one count stands on one card."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.briefing.values import Card
from metrics.selection import Selection

_TOTAL = "alerts"
OF_GROUP = {"alerts_criminal": "刑事", "alerts_order": "治安", "alerts_dispute": "纠纷", "alerts_help": "求助"}


def kept(cards: Sequence[Card], selection: Selection) -> list[Card]:
    """Return the cards that say something of the chosen categories; all without such a choice.

    Of a single category all alerts, all valid ones and those of its group are the same calls, and those of other groups
    are none: the valid ones stand for it. Groups that are chosen among others keep their cards; cases that no chosen
    category is of have none.
    """
    if not selection.categories:
        return list(cards)
    return [card for card in cards if _says_something(card, selection.categories)]


def _says_something(card: Card, chosen: Sequence[str]) -> bool:
    group = OF_GROUP.get(card.metric.id)
    if group:
        return len(chosen) > 1 and group in chosen
    known = any(one is not None for one in (card.value, card.previous.base, card.last_year.base))
    return card.metric.id != _TOTAL and known
