"""The values that 所队自查 is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.alarms.records import Alarm
from metrics.briefing import Briefing
from metrics.catalogue import Station
from metrics.compare import Comparison
from metrics.force.work import Work
from metrics.forecasting.reading import Outlook
from metrics.hotspots.cells import HotCells
from metrics.hotspots.forecast import Forecast
from metrics.peers import Comparison as Peers
from metrics.score import MISSED, Score, Scorecard


@dataclass(frozen=True)
class Span:
    """Days from first to last, both included."""

    first: date
    last: date

    @property
    def words(self) -> str:
        return f"{self.first:%Y-%m-%d} 至 {self.last:%Y-%m-%d}"


@dataclass(frozen=True)
class Beat:
    """One 警格: events in the days looked at, against the same dates a year before."""

    code: str
    name: str
    value: float
    comparison: Comparison


@dataclass(frozen=True)
class Repeats:
    """Repeat calls of the last 30 days, counts only: of `base` valid alerts `any` repeat an earlier one.

    caller, place: of the same caller, of the same place and group; an alert may be both. comparison: of the share
    (repeats ÷ base, in percentage points) with the 30 days before, not judged.
    """

    span: Span
    base: float
    any: float
    caller: float
    place: float
    comparison: Comparison


@dataclass(frozen=True)
class Ages:
    """How many are open by age: (age class, count) from the youngest; total is their sum. base: what they are part of.

    base: the count that the open ones are part of, None where there is no such count.
    """

    label: str
    unit: str
    classes: tuple[tuple[str, float], ...]
    base: float | None = None

    @property
    def total(self) -> float:
        return sum(count for _, count in self.classes)


@dataclass(frozen=True)
class Own:
    """What the station's own question gave; None (beats: empty) where the data cannot say, notes tell why.

    undue: of each of the last days of data whose disputes have time left to be settled: day, disputes, those still
    open; empty where the period ends before the data.
    """

    beats: tuple[Beat, ...]
    beats_span: Span
    repeats: Repeats | None
    disputes: Ages | None
    cases: Ages | None
    notes: tuple[str, ...]
    undue: tuple[tuple[date, float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class SelfCheck:
    """One station on one screen.

    scores: all targets, the missed first and those farthest off on top. alarms, outlook: None while not fitted;
    alarms_note, outlook_note, work_note: why a part is missing, or how good it is. told: the headline, at most
    three sentences. only: the categories that all but targets, staffing, peers and outlook is narrowed to, "" for all.
    risen: the leading alarms of the station, of whatever category.
    """

    station: Station
    briefing: Briefing
    card: Scorecard
    scores: tuple[Score, ...]
    own: Own
    alarms: tuple[Alarm, ...] | None
    alarms_note: str
    outlook: Outlook | None
    outlook_note: str
    work: Work | None
    work_note: str
    hot: HotCells | None
    expected: Forecast
    peers: Peers
    told: tuple[str, ...] = ()
    only: str = ""
    risen: tuple[Alarm, ...] = ()

    @property
    def missed(self) -> tuple[Score, ...]:
        return tuple(score for score in self.scores if score.state == MISSED)
