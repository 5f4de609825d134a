"""The part of a scorecard that 指标账单 shows, in its order; its export shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.reading import Snapshot
from metrics import cache, catalogue
from metrics.catalogue import Station
from metrics.model import UnknownName
from metrics.score import MISSED, Score, Scorecard
from metrics.targets import Target
from pages._components.score_questions import BY_GAP, BY_MISSED, BY_STATION, SORTS, STATES, Asked, card_of


@dataclass(frozen=True)
class View:
    """Rows, columns and cells.

    stations: in the order of the page, the chosen ones first. scores: by (station, target id); cells of another state
    than the one asked for are left out. chosen: codes of the stations of the filter.
    """

    card: Scorecard
    stations: tuple[Station, ...]
    columns: tuple[Target, ...]
    scores: dict[tuple[str, str], Score]
    bureau: tuple[Score, ...]
    chosen: tuple[str, ...]

    def row(self, station: str) -> list[Score]:
        """Return what is shown of one station."""
        return [self.scores[station, column.id] for column in self.columns if (station, column.id) in self.scores]

    def column(self, target: str) -> list[Score]:
        """Return what is shown of one target."""
        return [self.scores[one.code, target] for one in self.stations if (one.code, target) in self.scores]


def view_of(snapshot: Snapshot, asked: Asked) -> View:
    """Return rows and columns that have anything of the state asked for, in the order asked for."""
    return cache.answer(snapshot, asked, _view)


def _view(snapshot: Snapshot, asked: Asked) -> View:
    card = card_of(snapshot, asked)
    known = catalogue.of(snapshot).stations
    wanted = STATES.get(asked.state)
    of_kind = [code for code, one in known.items() if not asked.kind or one.kind == asked.kind]
    everything = {(score.station, score.target.id): score for score in card.scores if score.station in of_kind}
    shown = {key: score for key, score in everything.items() if wanted is None or score.state == wanted}
    rows = {code for code, _ in shown}
    columns = {id for _, id in shown}
    chosen = chosen_of(snapshot, asked)
    # A station that was looked for stands where it is seen, in front of the order of all.
    ordered = sorted(_ordered(of_kind, everything, asked.sort), key=lambda code: code not in chosen)
    return View(
        card=card,
        stations=tuple(known[code] for code in ordered if code in rows),
        columns=tuple(target for target in card.pack.targets if target.id in columns),
        scores=shown,
        bureau=tuple(score for score in card.scores if score.station == ""),
        chosen=chosen,
    )


def chosen_of(snapshot: Snapshot, asked: Asked) -> tuple[str, ...]:
    """Return the codes of the stations of the filter; the table keeps the others, for a station is seen among them."""
    named = tuple(part.strip() for part in dict(asked.query).get("station", "").split(",") if part.strip())
    known = catalogue.of(snapshot)
    try:
        return tuple(code for code in known.station_codes(named) if code in known.stations)
    except UnknownName:
        return ()


def _ordered(codes: Sequence[str], found: dict[tuple[str, str], Score], sort: str) -> list[str]:
    """Return the stations in order; equal ones by their code.

    A station's gap is the sum of its relative gaps, each at most 1, so that one target cannot outweigh all others.
    """
    if sort == BY_STATION:
        return list(codes)
    missed: dict[str, int] = dict.fromkeys(codes, 0)
    distance: dict[str, float] = dict.fromkeys(codes, 0.0)
    for (code, id), score in found.items():
        if score.state == MISSED and sort in (BY_MISSED, BY_GAP, id):
            missed[code] += 1
            distance[code] += min(1.0, score.relative) if sort in SORTS else score.relative
    if sort == BY_MISSED:
        return sorted(codes, key=lambda code: (-missed[code], -distance[code], code))
    return sorted(codes, key=lambda code: (-distance[code], -missed[code], code))
