"""The current alarms of the station that a page shows: they come from another model than the page's own range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.reading import Snapshot
from metrics import cache, catalogue, fits
from metrics.alarms import BUREAU, Alarm, sentence
from metrics.briefing.surges import surges
from metrics.briefing.values import Surge
from metrics.definitions import METRICS
from metrics.selection import Selection
from metrics.trend.asking import elapsed
from pages._components import states

# More lines than this would push the figures off the screen.
_MOST = 3
_APART = "预警按长期水平、季节、星期和节假日推算，与本页的预期算法不同，两者不必一致。"


def current(snapshot: Snapshot, selection: Selection) -> tuple[Surge, ...]:
    """Return the alarms at the end of the period of the one station that is chosen, the strongest first.

    Empty for none or several stations, and while nothing is fitted.
    """
    known = catalogue.of(snapshot)
    if known.data_as_of is None or len(known.station_codes(selection.stations)) != 1:
        return ()
    return _surges(snapshot, selection)


def _surges(snapshot: Snapshot, selection: Selection) -> tuple[Surge, ...]:
    known = catalogue.of(snapshot)
    period = selection.resolve(known.data_as_of)
    return surges(snapshot, known, selection, elapsed(known, METRICS["alerts_valid"], selection, period)).surges


def leading(snapshot: Snapshot, selection: Selection) -> tuple[Surge, ...]:
    """Return the alarms that a page is about: of the one station that is chosen, of the bureau where none is."""
    return cache.answer(snapshot, (selection, bool(fits.state(snapshot))), _leading)


def _leading(snapshot: Snapshot, question: tuple[Selection, bool]) -> tuple[Surge, ...]:
    selection, _ = question
    if selection.stations or catalogue.of(snapshot).data_as_of is None:
        return current(snapshot, selection)
    return tuple(one for one in _surges(snapshot, selection) if one.alarm.station == BUREAU)


def words(found: tuple[Surge, ...]) -> list[str]:
    """Say each alarm in its own sentence, one line a kind, then why its range is not that of the page."""
    kinds = dict.fromkeys(one.alarm.kind for one in found[:_MOST])
    lines = [f"预警模型（{kind}）：{_of_kind(found[:_MOST], kind, with_counts=True)}。" for kind in kinds]
    if len(found) > _MOST:
        lines[-1] += f"另有 {len(found) - _MOST} 处，见「所队自查」。"
    if lines:
        lines[-1] += _APART
    return lines


def _of_kind(found: tuple[Surge, ...], kind: str, with_counts: bool = False) -> str:
    return "；".join(f"{dated(one.alarm, with_counts)}{_also(one)}" for one in found if one.alarm.kind == kind)


def dated(alarm: Alarm, with_counts: bool = False) -> str:
    """Say an alarm with its dates: beside figures of other days 「近 7 日」 would be read as theirs."""
    return sentence(replace(alarm, fitted_through=None), with_kind=False, with_counts=with_counts)


def mean_words(found: tuple[Surge, ...]) -> str:
    """Say beside a mean of many weeks that it does not show the current alarms; "" without any."""
    if not found:
        return ""
    kinds = dict.fromkeys(one.alarm.kind for one in found[:_MOST])
    said = "；".join(f"{kind}：{_of_kind(found[:_MOST], kind)}" for kind in kinds)
    more = f"；另有 {len(found) - _MOST} 处" if len(found) > _MOST else ""
    return f"该所有预警（{said}{more}），本页为多周平均，均值不反映本周。"


def own_words(found: Sequence[Alarm]) -> str:
    """Say the same on a station's own page, where its name is not said again."""
    told = [f"{one.kind}：{dated(one).removeprefix(one.name).strip()}" for one in found[:_MOST]]
    more = f"；另有 {len(found) - _MOST} 处" if len(found) > _MOST else ""
    return f"本所有预警（{'；'.join(told)}{more}），本图为多周平均，不反映本周。" if found else ""


def _also(surge: Surge) -> str:
    return f"，另见于{'、'.join(surge.also)}" if surge.also else ""


def notices(snapshot: Snapshot, selection: Selection, has_card: bool = False) -> list[Any]:
    """Return the alarms as lines above the figures; has_card: the first one has a card of its own."""
    return [states.notice(line) for line in words(leading(snapshot, selection)[int(has_card) :])]
