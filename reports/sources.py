"""What a report stands on: the version, the filter, the briefing that the page shows, and the facts about the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.reading import Snapshot
from metrics import catalogue, fits
from metrics.ask import Table, ask
from metrics.briefing import Briefing, brief
from metrics.catalogue import Catalogue
from metrics.model import MetricError
from metrics.periods import Window
from metrics.selection import Selection
from reports.tables import COMPARED

DEMO = "示例数据"
WHOLE = "全区"


@dataclass(frozen=True)
class Source:
    """A version with a filter, and what the pages say about them."""

    snapshot: Snapshot
    selection: Selection
    known: Catalogue
    briefing: Briefing

    @property
    def has_alerts(self) -> bool:
        """Whether the version has alerts at all; some bureaus import cases alone."""
        return bool(self.known.as_of.get("alerts"))

    @property
    def has_cases(self) -> bool:
        return bool(self.known.as_of.get("cases"))

    @property
    def window(self) -> Window:
        """The elapsed part of the period, in statistical time."""
        as_of = self.known.data_as_of or datetime.max
        cut = as_of - timedelta(hours=self.selection.cutoff)
        return self.whole_window.cut(cut)

    @property
    def period_words(self) -> str:
        """The period, and what the filter leaves: 「2026年11月22日0时至24时 · 新港派出所、刑事、原始性质」."""
        scope = self.selection.scope(self.known.station_names, self.known.category_names())
        return f"{self.briefing.title} · {scope}" if scope else self.briefing.title

    @property
    def whole_window(self) -> Window:
        """The whole period, whether or not it is over."""
        return self.selection.resolve(self.known.data_as_of).window

    @property
    def whole(self) -> str:
        """Of whom the report speaks: 全区, or the stations chosen."""
        chosen = self.selection.stations
        if not chosen:
            return WHOLE
        names = [self.known.station_names.get(code, code) for code in chosen]
        return "、".join(names) if len(names) <= 3 else f"所选 {len(names)} 个派出所"

    def ask(self, *metrics: str, by: tuple[str, ...] = (), spans: tuple[str, ...] = COMPARED) -> Table:
        """Answer a question about the report's filter as pages and the command line do."""
        return ask(self.snapshot, metrics, by, self.selection, spans)


def source_of(snapshot: Snapshot, selection: Selection) -> Source:
    """Return what a report stands on; raises MetricError where there is nothing to report on."""
    known = catalogue.of(snapshot)
    codes = known.station_codes(selection.stations)
    found = brief(snapshot, selection if codes == selection.stations else _with(selection, codes))
    if found.state == "no_data":
        said = found.title if found.title.endswith("尚无数据") else f"{found.title}没有数据"
        raise MetricError(f"{said}，无法出报告。{covered_words(known)}")
    return Source(snapshot, _with(selection, codes), known, found)


def unfitted(source: Source) -> str:
    """Say that a version is not fitted yet, "" where it is. Paper does not update itself, as a page that waits does."""
    done = fits.state(source.snapshot).get("methods_version") == fits.METHODS_VERSION
    return "" if done else "生成材料时尚未完成计算，可稍后重新生成。"


def _with(selection: Selection, stations: tuple[str, ...]) -> Selection:
    return replace(selection, stations=stations)


def covered_words(known: Catalogue) -> str:
    """Say for which days there is data, and what to do."""
    runs = [run for table in ("alerts", "cases") for run in known.coverage.get(table, [])]
    if not runs:
        return "数据仓里还没有警情或案件，请先在「数据接入」导入数据。"
    first, last = min(one for one, _ in runs), max(one for _, one in runs)
    return f"现有数据为 {first:%Y-%m-%d} 至 {last:%Y-%m-%d}，请改用其中的日期，或先导入该日数据。"


def origin(source: Source) -> tuple[tuple[str, str], ...]:
    """Return what is known of the data: as-of, version, and that it is invented where it is."""
    as_of = source.briefing.as_of
    said = f"{as_of:%Y-%m-%d %H:%M}" if as_of else "—"
    facts = [("数据截至", said), ("版本", str(source.snapshot.id))]
    if source.snapshot.is_demo:
        facts.append((DEMO, "虚构的单位与数据，仅供演示"))
    return tuple(facts)


def settled_at(source: Source) -> datetime:
    """Return the moment that stands in the properties of a file: that of the data."""
    return source.briefing.as_of or datetime(2000, 1, 1)


def mark(source: Source, wanted: str) -> str:
    """Return the watermark; invented data always says so."""
    return " ".join(dict.fromkeys(part for part in (DEMO if source.snapshot.is_demo else "", wanted) if part))
