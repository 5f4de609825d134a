"""The values that the metrics layer is made of: Metric, Dimension and the errors that a user can act on.

MetricError
 ├── UnknownName   a metric, dimension, station or category that does not exist, with the nearest one that does
 └── Refused       a question that the data cannot answer honestly (hours of data that is known only by month)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

COUNT, AMOUNT, STOCK, RATIO, PERCENTILE, RATE, MATCH = (
    "count", "amount", "stock", "ratio", "percentile", "rate", "match",
)  # fmt: skip


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

    kind: count (events; additive; own_sql is an aggregate over the view), amount (additive, but no events: hours),
        stock (what there is at a moment: additive over places, not over time), ratio (numerator ÷ denominator, metric
        ids that may stand on different views, × scale), percentile (own_sql; denominator names the metric with its
        sample size), rate (numerator per people and year, or per hour, × scale) or match (what two metrics have in
        common over the 168 hours of the week).
    better: "lower", "higher" or "neither".
    scale: what a ratio or a rate is multiplied by (100 for %).
    per: what a rate is divided by: "people" (person-days) or "hours" (hours of the period).
    dimensions: what it may be grouped by, where that is less than its view allows.
    dependent: its events follow from each other (calls about one quarrel), so that no test of independent events holds:
        changes are told and not judged.
    may_be_unknown: its own_sql gives NULL for rows of which nothing is known; elsewhere NULL means that there are none.
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
    per: str = "people"
    dimensions: tuple[str, ...] = ()
    # A ratio whose numerator is part of its denominator is a proportion; others (clear rate) may pass 100%.
    is_proportion: bool = False
    may_be_unknown: bool = False
    dependent: bool = False

    @property
    def additive(self) -> bool:
        """Whether values of parts, of time as of place, may be added up."""
        return self.kind in (COUNT, AMOUNT)

    def remark(self, *values: float | None) -> str:
        """Return what must stand beside shares above 100%, which would read as a fault: the caveat; else ""."""
        is_quotient = self.kind == RATIO and self.unit == "%" and not self.is_proportion
        return self.caveat if is_quotient and any(value is not None and value > 100 for value in values) else ""

    @property
    def format(self) -> str:
        """The format specification of a value."""
        return f",.{self.decimals}f"


@dataclass(frozen=True)
class Dimension:
    """Something to group by.

    sql: expression over the prepared rows of any view.
    needs: coarsest time precision that may enter ("month", "day" or "hour").
    spine: "" or the kind of complete axis that is joined ("hour", "weekday", "day", "week", "month", "quarter",
        "year").
    join: "" or the join that sql needs; {tree} stands for the view's category tree.
    """

    id: str
    label: str
    meaning: str
    sql: str
    needs: str = "month"
    spine: str = ""
    join: str = ""


@dataclass(frozen=True)
class View:
    """A clean view that metrics stand on.

    label: what its rows are called in messages. source: what stands behind FROM; $since, $until and $grain are filled.
    table: the table whose covered days or months say where there is data.
    dimensions: what its rows can be grouped by.
    tree: view of the category levels, or "" where rows have no category.
    monthly: rows are the state of a month; the latest month not after the period's end stands for the period.
    apart: column by whose values the latest month is told apart.
    exempt: condition of rows that a filter by category leaves alone.
    listed: rows stand for places or moments, also where there is no data; those without data are left out.
    needs_beats: without a list of beats there is nothing to say.
    """

    id: str
    label: str
    source: str
    table: str
    dimensions: tuple[str, ...]
    tree: str = ""
    monthly: bool = False
    apart: str = ""
    exempt: str = ""
    listed: bool = False
    needs_beats: bool = False

    @property
    def graded(self) -> bool:
        """Whether rows depend on the unit of time that is asked for."""
        return self.monthly or "$grain" in self.source
