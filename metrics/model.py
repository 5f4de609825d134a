"""The values that the metrics layer is made of: Metric, Dimension and the errors that a user can act on.

MetricError
 ├── UnknownName   a metric, dimension, station or category that does not exist, with the nearest one that does
 └── Refused       a question that the data cannot answer honestly (hours of data that is known only by month)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

COUNT, RATIO, PERCENTILE, RATE = "count", "ratio", "percentile", "rate"


class MetricError(Exception):
    """A question that cannot be answered; the message is plain Chinese and says what to do next."""


class UnknownName(MetricError):
    """A name that does not exist."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
        hint = f"，是否要找「{near[0]}」？" if near else "。"
        super().__init__(f"没有名为「{name}」的{what}{hint}")


class Refused(MetricError):
    """A question that the data cannot answer honestly."""


@dataclass(frozen=True)
class Metric:
    """One figure with its only definition.

    kind: count (additive; sql is an aggregate over the view), ratio (numerator ÷ denominator, metric ids, × scale),
        percentile (sql; denominator names the metric with its sample size) or rate (per 10,000 people and year).
    better: "lower", "higher" or "neither".
    scale: what a ratio is multiplied by (100 for %).
    """

    id: str
    label: str
    meaning: str
    formula: str
    unit: str
    view: str
    family: str
    kind: str = COUNT
    own_sql: str = ""
    numerator: str = ""
    denominator: str = ""
    scale: float = 1.0
    decimals: int = 0
    better: str = "neither"
    clause: str = ""
    caveat: str = ""
    version: int = 1
    # A ratio whose numerator is part of its denominator is a proportion; others (clear rate) may pass 100%.
    is_proportion: bool = False

    @property
    def additive(self) -> bool:
        """Whether values of parts may be added up."""
        return self.kind == COUNT

    @property
    def format(self) -> str:
        """The format specification of a value."""
        return f",.{self.decimals}f"


@dataclass(frozen=True)
class Dimension:
    """Something to group by.

    sql: expression over the prepared rows of any view.
    needs: coarsest time precision that may enter ("month", "day" or "hour").
    spine: "" or the kind of complete axis that is joined ("hour", "weekday", "day", "week", "month", "year").
    """

    id: str
    label: str
    meaning: str
    sql: str
    needs: str = "month"
    spine: str = ""


def lookup(name: str, known: dict[str, Metric] | dict[str, Dimension], what: str) -> Metric | Dimension:
    """Return the named metric or dimension; raises UnknownName with the nearest known one."""
    if name not in known:
        raise UnknownName(what, name, known)
    return known[name]
