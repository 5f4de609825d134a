"""Repeat calls of a report, counts only."""

from __future__ import annotations

from metrics.change import clause, sentence
from metrics.compare import DEPENDENT, NOT_JUDGED
from reports import tables
from reports.document import Part, Text
from reports.sources import Source

REPEATS = ("repeat_any", "repeat_base", "repeat_share", "repeat_caller", "repeat_place")


def chapter(source: Source) -> tuple[Part, ...]:
    """Return repeat calls as counts; nothing that leads to a caller."""
    table = source.ask(*REPEATS)
    row = table.rows[0]
    if not row["repeat_base"]:
        return (Text("本期无有效警情，无重复警情。"),)
    previous, last_year = (table.comparisons[0, "repeat_any", span] for span in tables.COMPARED)
    said = sentence("重复警情", row["repeat_any"], "起", previous, "环比", NOT_JUDGED)
    said += f"，{clause(last_year, '起', '同比', NOT_JUDGED)}。"
    inside = (
        f"占有效警情 {row['repeat_base']:,} 起的 {row['repeat_share'] or 0:.1f}%，"
        f"其中同一来电 {row['repeat_caller']:,} 起、同一地点同类 {row['repeat_place']:,} 起（可同时属于两类）。"
    )
    said += inside if row["repeat_any"] else ""
    how = f"重复警情按近 30 天认定，只计数，不列来电与报警人；{DEPENDENT}。"
    return (Text(said), Text(how, "note"))
