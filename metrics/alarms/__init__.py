"""Early warning: rises of a group of alerts at a station that calendar, season and chance do not explain.

series (what is watched) → baseline (what is expected) → rules (how unlikely) → budget (from when on it is an alarm)
→ records, evidence and drivers (what explains it)
→ fitting (all of it, once per version) → reading (what pages ask).
"""

from metrics.alarms.reading import budget_of, budget_text, current, history, line
from metrics.alarms.records import CREEPING, SUDDEN, Alarm, sentence
from metrics.alarms.series import BUREAU

__all__ = [
    "BUREAU", "CREEPING", "SUDDEN", "Alarm", "budget_of", "budget_text", "current", "history", "line", "sentence",
]  # fmt: skip
