"""A self-check of some categories alone: what they are called, and the names of its key figures then."""

from __future__ import annotations

from dataclasses import replace

from metrics.briefing import Briefing, Card
from metrics.briefing.narrowing import OF_GROUP
from metrics.catalogue import Catalogue
from metrics.selection import Selection

_NAMED = 3


def named(selection: Selection, known: Catalogue) -> str:
    """Return what the page is narrowed to: 「盗窃」, 「盗窃、诈骗、纠纷等 5 类」; "" where it is not."""
    names = known.category_names()
    listed = [names.get(code, code) for code in selection.categories]
    rest = f"等 {len(listed)} 类" if len(listed) > _NAMED else ""
    return "、".join(listed[:_NAMED]) + rest


def narrowed(found: Briefing, only: str) -> Briefing:
    """Return the briefing with its cards named after what they count; those of one group say it by their own name."""
    return replace(found, cards=[_named(card, only) for card in found.cards]) if only else found


def _named(card: Card, only: str) -> Card:
    if card.metric.id in OF_GROUP:
        return card
    return replace(card, metric=replace(card.metric, label=f"{card.metric.label}（仅{only}）"))
