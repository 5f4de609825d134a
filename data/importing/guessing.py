"""A first mapping for an unknown file: which table, which columns, which formats; written commented, for a person."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data.importing import aliases
from data.importing.expressions import MISSING, prepare, read_time
from data.importing.fields import FACT_TABLES, TABLES, TEXT_KINDS, Field, Table
from data.importing.mapping import SourceSpec
from data.importing.personal import Suspicion, examine
from data.importing.reading import SUBTOTALS, Opened, is_footer, open_source
from data.importing.report import UsageError

SAMPLE_ROWS = 4000
_READS_MOST = 0.9
# A category list longer than this is no list.
_MOST_LABELS = 1500
_MOST_STATIONS = 400
_MOST_IDS = 3_000_000
_MOST_GROUPED = 200
_LEAST_DISTINCT_IDS = 0.3
FORMATS = (
    "iso",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S%p",
    "%m/%d/%Y %I:%M%p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%m/%d/%y %I:%M:%S %p",
    "%m/%d/%y %I:%M %p",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %H:%M",
    "%m/%d/%y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%d/%m/%y %H:%M",
    "%d/%m/%y",
    "%Y/%m/%d %p %I:%M:%S",
    "%Y/%m/%d %p %I:%M",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y-%m-%d %I:%M %p",
    "%Y/%m/%d %I:%M:%S %p",
    "%Y/%m/%d %I:%M %p",
    "%Y %b %d %I:%M:%S %p",
    "%b %d %Y %I:%M:%S %p",
    "%b %d %Y %I:%M%p",
    "%b %d, %Y %I:%M:%S %p",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%B %d, %Y %I:%M %p",
    "%B %d, %Y",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%d %B %Y",
    "%m-%d-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M",
    "%m-%d-%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%a %b %d %H:%M:%S %Y",
    "%Y-%m-%d-%H.%M.%S",
    "%b-%Y",
    "%B %Y",
    "%m/%Y",
    "roc",
)
_NUMERIC_FORMATS = ("epoch_ms", "epoch", "excel")
_DATE_SHAPE = re.compile(r"\d[/\-.年 ]|\d{6}|[A-Za-z]{3}[ \-]\d")
_TIME_WORD = re.compile(r"time|date|hour|tod|clock|时|時|日期|_dt|_tm|occurred|received|created|month|月份")


@dataclass
class _Profile:
    """What the sample shows of one column."""

    name: str
    header: str
    values: list[str]
    suspicion: Suspicion | None
    formats: tuple[str, ...] = ()
    read_share: float = 0.0
    all_midnight: bool = False
    all_first_of_month: bool = False
    ambiguous: bool = False
    clock: str | None = None
    fields: list[str] = field(default_factory=list)

    @property
    def distinct(self) -> int:
        return len(set(self.values))

    @property
    def is_day(self) -> bool:
        return bool(self.formats) and self.all_midnight

    def is_labels(self) -> bool:
        """Return whether the values are a list of short labels that repeat."""
        return (
            bool(self.values)
            and self.distinct <= min(_MOST_LABELS, max(8, 0.5 * len(self.values)))
            and max(map(len, self.values)) <= 180
            and self.suspicion is None
        )

    def numbers(self) -> list[float]:
        """Return the values as numbers, or nothing when one of them is no number."""
        found = []
        for value in self.values:
            try:
                found.append(float(value.replace(",", "")))
            except ValueError:
                return []
        return found


@dataclass
class _Guess:
    """The mapping being put together."""

    table: Table
    profiles: list[_Profile]
    entries: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)
    precision: str | None = None
    repeats: str | None = None
    coord_sys: str | None = None
    zone: str = "Asia/Shanghai"

    def put(self, name: str, entry: str, *profiles: _Profile, note: str = "") -> None:
        """Fill a field and mark the columns as used."""
        self.entries[name] = entry
        if note:
            self.notes[name] = note
        for profile in profiles:
            profile.fields.append(name)


def guess(path: Path) -> str:
    """Look at a file and return the text of a mapping for it."""
    if not path.exists():
        raise UsageError(f"没有文件 {path}。请检查路径。")
    spec = SourceSpec(name=path.stem)
    opened = open_source(path, spec)
    profiles = _profiles(opened)
    _find_times(profiles)
    table = _choose_table(profiles, path.stem)
    found = _Guess(table, profiles)
    _fill_point(found)
    if table.name in FACT_TABLES:
        _fill_times(found)
        _fill_facts(found)
        _fill_id(found, path, spec)
    else:
        _fill_lists(found)
    return _text(found, path, opened)


# ---- looking -------------------------------------------------------------------------------------


def _profiles(opened: Opened) -> list[_Profile]:
    names = opened.header.names
    width = len(names)
    rows = [
        row
        for _, row in itertools.islice(opened.rows, SAMPLE_ROWS)
        if len(row) >= width and not is_footer(row, width) and SUBTOTALS.isdisjoint(cell.strip() for cell in row[:3])
    ]
    profiles = []
    for index, name in enumerate(names):
        values = [value for row in rows if (value := row[index].strip(" \t\u3000\xa0")) not in MISSING]
        profiles.append(_Profile(name, aliases.plain_header(name), values, examine(name, values)))
    return profiles


def _find_times(profiles: list[_Profile]) -> None:
    """Find the columns of dates and times and the formats that read them, with the very SQL of the import."""
    con = duckdb.connect(config={"threads": 1, "memory_limit": "512MB"})
    try:
        con.execute("SET TimeZone = 'UTC'")
        prepare(con)
        for profile in profiles:
            if not profile.values:
                continue
            con.execute("CREATE OR REPLACE TEMP TABLE one AS SELECT unnest(?::VARCHAR[]) AS t", [profile.values])
            timely = bool(_TIME_WORD.search(profile.name.casefold()))
            profile.clock = _clock(con, profile, timely)
            if profile.clock is None and _may_be_date(profile, timely):
                _read_formats(con, profile, timely)
    finally:
        con.close()


def _may_be_date(profile: _Profile, timely: bool) -> bool:
    if timely and profile.numbers():
        return True
    shaped = sum(bool(_DATE_SHAPE.search(value)) and len(value) <= 40 for value in profile.values[:200])
    return shaped >= 0.8 * len(profile.values[:200])


def _clock(con: duckdb.DuckDBPyConnection, profile: _Profile, timely: bool) -> str | None:
    """Return the clock format of a column of times of day, if it is one."""
    colons = sum(bool(re.match(r"^\s*(上午|下午)?\s*\d{1,2}[:：时時]", value)) for value in profile.values)
    readers = {"auto": "clock_auto"} if colons >= 0.8 * len(profile.values) else {}
    numbers = profile.numbers()
    if (
        timely
        and not readers
        and numbers
        and all(0 <= number <= 2400 for number in numbers)
        and "date" not in profile.header
    ):
        hourly = max(numbers) <= 24 and "hour" in profile.header
        readers = {"hour": "clock_hourly"} if hourly else {"hmm": "clock_hmm"}
    for name, reader in readers.items():
        read = con.execute(f"SELECT count({reader}(t)) / count(*) FROM one").fetchone()
        if read and read[0] >= _READS_MOST:
            return name
    return None


def _read_formats(con: duckdb.DuckDBPyConnection, profile: _Profile, timely: bool) -> None:
    numbers = profile.numbers()
    tried: tuple[str, ...] = FORMATS
    if numbers:
        tried = ("iso", "roc", *_NUMERIC_FORMATS) if timely else ()
        tried = tuple(form for form in tried if _plausible(form, numbers))
    shares = {form: _share_read(con, form) for form in tried}
    if not shares:
        return
    best = max(shares, key=lambda form: (shares[form], -tried.index(form)))
    if shares[best] < 0.5:
        return
    formats = [best]
    for form in tried:
        together = " OR ".join(f"({read_time(one, 't', 'UTC')}) IS NOT NULL" for one in [*formats, form])
        if shares[form] and _one(con, f"SELECT count(*) FILTER (WHERE {together}) / count(*) FROM one") > _total(
            con, formats
        ):
            formats.append(form)
    profile.read_share = _total(con, formats)
    if profile.read_share < _READS_MOST:
        return
    profile.formats = tuple(formats)
    swapped = best.replace("%m/%d", "%d/%m")
    profile.ambiguous = best != swapped and shares.get(swapped, 0.0) >= shares[best]
    read = "coalesce(" + ", ".join(read_time(form, "t", "UTC") for form in formats) + ")"
    row = con.execute(
        f"SELECT bool_and(x = date_trunc('day', x)), bool_and(x = date_trunc('month', x)), count(DISTINCT x)"
        f" FROM (SELECT {read} AS x FROM one) WHERE x IS NOT NULL"
    ).fetchone() or (False, False, 0)
    profile.all_midnight = bool(row[0])
    profile.all_first_of_month = bool(row[1]) and len(profile.values) >= 20


def _plausible(form: str, numbers: list[float]) -> bool:
    low, high = min(numbers), max(numbers)
    ranges = {
        "iso": (19_000_101, 21_001_231),
        "roc": (100_101, 1_500_000),
        "epoch": (1e8, 4e9),
        "epoch_ms": (1e11, 4e12),
        "excel": (20_000, 80_000),
    }
    if form == "iso" and low >= 19_000_101_000_000 and high <= 21_001_231_000_000:
        return True
    if form == "iso" and low >= 190_001_010_000 and high <= 210_012_312_359:
        return True
    return ranges[form][0] <= low and high <= ranges[form][1]


def _share_read(con: duckdb.DuckDBPyConnection, form: str) -> float:
    read = read_time(form, "t", "UTC")
    return _one(con, f"SELECT count(*) FILTER (WHERE year({read}) BETWEEN 1950 AND 2100) / count(*) FROM one")


def _total(con: duckdb.DuckDBPyConnection, formats: list[str]) -> float:
    together = " OR ".join(f"({read_time(form, 't', 'UTC')}) IS NOT NULL" for form in formats)
    return _one(con, f"SELECT count(*) FILTER (WHERE {together}) / count(*) FROM one")


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = con.execute(sql).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0


def _choose_table(profiles: list[_Profile], stem: str) -> Table:
    headers = [profile.header for profile in profiles]
    for name, needed in aliases.LIST_TABLES.items():
        if all(any(re.search(pattern, header) for header in headers) for pattern in needed):
            return TABLES[name]
    words = [*headers, aliases.plain_header(stem)]
    calls = sum(bool(re.search(pattern, word)) for pattern in aliases.CALL_WORDS for word in words)
    crimes = sum(bool(re.search(pattern, word)) for pattern in aliases.CASE_WORDS for word in words)
    return TABLES["cases" if crimes > calls else "alerts"]


# ---- choosing ------------------------------------------------------------------------------------


def _matching(found: _Guess, patterns: tuple[str, ...]) -> Iterator[_Profile]:
    """Give the unused columns that a list of header patterns names, best pattern first."""
    for pattern in patterns:
        for profile in found.profiles:
            if not profile.fields and re.search(pattern, profile.header):
                yield profile


def _fill_point(found: _Guess) -> None:
    lon = next((p for p in _matching(found, aliases.LON) if _within(p, 180)), None)
    lat = next((p for p in _matching(found, aliases.LAT) if p is not lon and _within(p, 90)), None)
    if lon and lat:
        found.put("lon", _quote(lon.name), lon)
        found.put("lat", _quote(lat.name), lat)
        lons, lats = lon.numbers(), lat.numbers()
    else:
        point = next((p for p in found.profiles if _is_point(p)), None)
        if point is None or "point" not in found.table.fields:
            return
        found.put("point", _quote(point.name), point)
        pairs = [re.findall(r"-?\d+(?:\.\d+)?", value) for value in point.values]
        firsts, seconds = ([float(pair[i]) for pair in pairs if len(pair) >= 2] for i in (0, 1))
        wkt = "point" in point.values[0].casefold()
        lons, lats = (firsts, seconds) if wkt else (seconds, firsts)
    _judge_place(found, lons, lats)


def _within(profile: _Profile, limit: float) -> bool:
    numbers = profile.numbers()
    return bool(numbers) and max(map(abs, numbers)) <= limit and any(number % 1 for number in numbers)


def _is_point(profile: _Profile) -> bool:
    shape = re.compile(r"^\s*(POINT\s*)?\(?\s*-?\d{1,3}\.\d+\s*[,\s]\s*-?\d{1,3}\.\d+\s*\)?\s*$", re.IGNORECASE)
    return bool(profile.values) and sum(bool(shape.match(v)) for v in profile.values) >= 0.9 * len(profile.values)


def _judge_place(found: _Guess, lons: list[float], lats: list[float]) -> None:
    """Guess zone and coordinate system from where the points are; inside China the system is left as a question."""
    points = [(x, y) for x, y in zip(lons, lats, strict=False) if abs(x) > 0.01 and abs(y) > 0.01]
    if not points:
        return
    lon = sorted(x for x, _ in points)[len(points) // 2]
    lat = sorted(y for _, y in points)[len(points) // 2]
    for zone, west, east, south, north in aliases.ZONES:
        if west <= lon <= east and south <= lat <= north:
            found.zone = zone
            break
    found.coord_sys = None if found.zone == "Asia/Shanghai" else "wgs84"


def _fill_times(found: _Guess) -> None:
    """Fill the main time first; clock columns then go with its date."""
    wanted = aliases.ALERT_TIMES if found.table.name == "alerts" else aliases.CASE_TIMES
    for name, patterns in wanted.items():
        profile = next((p for p in _matching(found, patterns) if p.formats), None)
        if profile is not None:
            _put_time(found, name, profile)
    main = "call_time" if found.table.name == "alerts" else "occur_from"
    if not set(found.entries) & set(found.table.times):
        profile = next((p for p in found.profiles if p.formats and not p.fields and "update" not in p.header), None)
        if profile is not None:
            _put_time(found, main, profile)
    _fill_lone_clocks(found, wanted, main)
    _keep_occurrence(found)


def _put_time(found: _Guess, name: str, profile: _Profile) -> None:
    clock = _clock_for(found, name, profile) if profile.is_day else None
    form = json.dumps(list(profile.formats) if len(profile.formats) > 1 else profile.formats[0], ensure_ascii=False)
    parts = [f"column = {_quote(profile.name)}", f"format = {form}"]
    used = [profile]
    if clock is not None:
        parts.append(f"time_column = {_quote(clock.name)}")
        parts += [f'time_format = "{clock.clock}"'] if clock.clock != "auto" else []
        used.append(clock)
    else:
        hours = _hours_for(found, profile) if name in ("occur_from", "occur_to") else None
        if hours is not None:
            parts.append(f"hours_column = {_quote(hours.name)}")
            found.put("occur_to", "{ " + ", ".join(parts) + " }")
            used.append(hours)
    is_main = name in found.table.times
    if not is_main:
        parts.append('unreadable = "empty"')
    note = "日/月顺序无法从样本判断，请核对" if profile.ambiguous else ""
    found.put(name, "{ " + ", ".join(parts) + " }", *used, note=note)
    if is_main and clock is None and len(used) == 1:
        _judge_precision(found, profile)


def _judge_precision(found: _Guess, profile: _Profile) -> None:
    """A stamp whose time is always midnight is known to the day only, whatever its format says."""
    says_time = any("%H" in form or "%I" in form for form in profile.formats) or any(":" in v for v in profile.values)
    if profile.all_first_of_month:
        found.precision = "month"
    elif profile.all_midnight and says_time and len(profile.values) >= 20:
        found.precision = "day"


def _clock_for(found: _Guess, name: str, day: _Profile) -> _Profile | None:
    """Return the column of times of day that belongs to a column of dates: by a like name, else the one that fits."""
    free = [profile for profile in found.profiles if profile.clock and not profile.fields]
    stem = aliases.time_stem(day.header)
    like = [profile for profile in free if aliases.time_stem(profile.header) == stem]
    patterns = (aliases.ALERT_TIMES | aliases.CASE_TIMES).get(name, ())
    like += [p for pattern in patterns for p in free if re.search(pattern, p.header)]
    neutral = [profile for profile in free if aliases.time_stem(profile.header) in ("", "incident", "event", "call")]
    return next(iter([*like, *neutral]), None)


def _hours_for(found: _Guess, day: _Profile) -> _Profile | None:
    """Return a column of hour intervals such as 10~12."""
    shape = re.compile(r"^\s*\d{1,2}\s*[~～\-—至到]\s*\d{1,2}\s*[时時]?$")
    for profile in found.profiles:
        free = not profile.fields and profile is not day and profile.values and not profile.formats
        if free and sum(bool(shape.match(v)) for v in profile.values) >= 0.9 * len(profile.values):
            return profile
    return None


def _fill_lone_clocks(found: _Guess, wanted: dict[str, tuple[str, ...]], main: str) -> None:
    """Columns such as dispatched and arrived with a time of day only take the date of the main time."""
    entry = found.entries.get(main)
    day = next((p for p in found.profiles if main in p.fields and p.formats), None)
    if entry is None or day is None or "time_column" not in entry:
        return
    form = json.dumps(day.formats[0])
    for name, patterns in wanted.items():
        if name in found.entries:
            continue
        clock = next((p for p in _matching(found, patterns) if p.clock), None)
        if clock is not None:
            form_part = f', time_format = "{clock.clock}"' if clock.clock != "auto" else ""
            found.put(
                name,
                f"{{ column = {_quote(day.name)}, format = {form}, time_column = {_quote(clock.name)}{form_part},"
                f' after = "{main}", unreadable = "empty" }}',
                clock,
            )


def _keep_occurrence(found: _Guess) -> None:
    """Date cases by occurrence when the file has it; a report time is offered as a comment."""
    occurred = next((p for p in found.profiles if "occur_from" in p.fields and p.formats), None)
    if found.table.name != "cases" or occurred is None:
        return
    for profile in found.profiles:
        if "report_time" in profile.fields:
            profile.fields.remove("report_time")
    if "report_time" in found.entries:
        found.offered["report_time"] = found.entries.pop("report_time")
        found.precision = None
        if "time_column" not in found.entries["occur_from"]:
            _judge_precision(found, occurred)


def _fill_facts(found: _Guess) -> None:
    wanted = aliases.ALERT_LABELS if found.table.name == "alerts" else aliases.CASE_LABELS
    for name, patterns in wanted.items():
        candidates = [p for p in _matching(found, patterns) if p.is_labels() and not p.clock]
        if name in aliases.FEW and candidates:
            candidates = [p for p in candidates if p.distinct <= _MOST_STATIONS]
        if candidates:
            found.put(name, _label_entry(found.table.fields[name], candidates[0]), candidates[0])
    if found.table.name == "alerts":
        _fill_level(found)
        _fill_origin(found)
    else:
        _fill_solved(found)
        if "kind" not in found.entries:
            found.put("kind", '{ constant = "刑事" }', note="来源未区分刑事与行政，按刑事计")
    _fill_gaps(found)


def _fill_gaps(found: _Guess) -> None:
    """Give rows a station and a category even where the file has no column for them."""
    if "station_code" not in found.entries and "beat_code" in found.entries:
        found.entries["station_code"] = found.entries.pop("beat_code")
        found.notes["station_code"] = "没有派出所列，以警格代替，请核对"
    if "station_code" not in found.entries:
        labels = (p for p in _matching(found, aliases.FALLBACK_STATION) if p.is_labels())
        place = next((p for p in labels if p.distinct <= _MOST_STATIONS), None)
        if place is not None:
            found.put("station_code", _quote(place.name), place, note="没有派出所列，暂以此列代替，请核对")
        else:
            found.put("station_code", '{ constant = "全市" }', note="来源没有单位列，全部记为一个单位")
    category = "cat_orig" if found.table.name == "alerts" else "category"
    if category not in found.entries and "cat_conf" not in found.entries:
        if "place_type" in found.entries:
            found.put(category, found.entries["place_type"], note="没有类别列，暂以发生部位代替，请核对")
        else:
            found.put(category, '{ constant = "未分类" }', note="来源没有类别列")


def _label_entry(spec: Field, profile: _Profile) -> str:
    if spec.kind in TEXT_KINDS and max(map(len, profile.values)) * 2 > spec.longest:
        return f'{{ column = {_quote(profile.name)}, unreadable = "empty" }}'
    return _quote(profile.name)


def _fill_level(found: _Guess) -> None:
    for profile in _matching(found, aliases.LEVEL):
        numbers = profile.numbers()
        if numbers and sum(number in (1, 2, 3, 4) for number in numbers) >= 0.95 * len(numbers):
            found.put("level", f'{{ column = {_quote(profile.name)}, unreadable = "empty" }}', profile)
            return


def _fill_origin(found: _Guess) -> None:
    for profile in _matching(found, aliases.SELF_INITIATED):
        if {value.casefold() for value in profile.values} <= {"y", "n", "yes", "no", "true", "false", "1", "0"}:
            pairs = ", ".join(f'{word} = "巡逻发现"' for word in ("y", "yes", "true", "1"))
            found.put(
                "origin",
                f'{{ column = {_quote(profile.name)}, translate = {{ {pairs} }}, otherwise = "群众报警" }}',
                profile,
            )
            return


def _fill_solved(found: _Guess) -> None:
    for profile in _matching(found, aliases.ARREST):
        if {value.casefold() for value in profile.values} <= {"y", "n", "yes", "no", "true", "false", "1", "0"}:
            pairs = ", ".join(f'{word} = "已破案"' for word in ("true", "yes", "y", "1"))
            found.put(
                "status",
                f'{{ column = {_quote(profile.name)}, translate = {{ {pairs} }}, otherwise = "" }}',
                profile,
                note="来源没有破案时间，按立案时间计入破案数",
            )
            return


def _fill_id(found: _Guess, path: Path, spec: SourceSpec) -> None:
    """Choose the id: a column that names one event; when an id repeats, all its rows are kept."""
    candidates = []
    for profile in _matching(found, aliases.IDS):
        if profile.suspicion is None or profile.suspicion.kind in ("phone", "identity"):
            share = profile.distinct / max(1, len(profile.values))
            if share >= _LEAST_DISTINCT_IDS and profile not in candidates:
                candidates.append(profile)
    if not candidates:
        return
    unique = [p for p in candidates if p.distinct == len(p.values)]
    chosen = unique[0] if unique else candidates[0]
    found.put("id", _quote(chosen.name), chosen)
    repeated = _repeats(path, spec, chosen.name)
    if repeated:
        found.repeats = "keep"
        found.notes["id"] = f"有 {repeated:,} 行的编号与别的行相同，全部保留（repeats = keep）"


def _repeats(path: Path, spec: SourceSpec, column: str) -> int:
    """Return how many rows repeat an id of another row, over the whole file up to a limit."""
    opened = open_source(path, spec)
    index = opened.header.names.index(column)
    seen: set[int] = set()
    repeated = 0
    for _, row in itertools.islice(opened.rows, _MOST_IDS):
        value = row[index].strip() if index < len(row) else ""
        if value in MISSING:
            continue
        mark = hash(value)
        repeated += mark in seen
        seen.add(mark)
    return repeated


def _fill_lists(found: _Guess) -> None:
    """Fill code lists, staffing, duty and indicators by Chinese and English column names."""
    for name, spec in found.table.fields.items():
        patterns = (
            *aliases.LIST_FIELDS.get(name, ()),
            aliases.plain_header(spec.label),
            f"^{aliases.plain_header(name)}$",
        )
        profile = next(iter(_matching(found, patterns)), None)
        if profile is None:
            continue
        if spec.kind in ("time", "month"):
            if profile.formats:
                form = json.dumps(profile.formats[0])
                found.put(name, f"{{ column = {_quote(profile.name)}, format = {form} }}", profile)
        elif profile.suspicion is None or spec.kind not in TEXT_KINDS or spec.kind == "title":
            found.put(name, _quote(profile.name), profile)


# ---- writing -------------------------------------------------------------------------------------


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _text(found: _Guess, path: Path, opened: Opened) -> str:
    shape = opened.shape
    lines = [
        f"# 根据文件 {path.name} 猜出的映射，请核对后使用。各项含义见 docs/importing.md。",
        f"# 检测结果：格式 {shape.format}"
        + (f"，编码 {shape.encoding}，分隔符 {_quote(shape.delimiter or '')}" if shape.format == "csv" else ""),
        f"name = {_quote(re.sub(r'[^0-9A-Za-z一-鿿_-]+', '_', path.name.split('.')[0]) or 'mapping')}",
        "version = 1",
        f"table = {_quote(found.table.name)}  # {found.table.label}",
        f"zone = {_quote(found.zone)}  # 当地时区；带时区的时间换算到这里",
    ]
    lines += _coordinate_lines(found)
    if found.precision:
        word = {"month": "月", "day": "日"}[found.precision]
        lines.append(f'precision = "{found.precision}"  # 样本中的时间只精确到{word}')
    if found.repeats:
        lines.append(f'repeats = "{found.repeats}"')
    lines += _drop_lines(found)
    lines += ["", *_source_lines(opened), "[fields]"]
    for name in found.table.fields:
        if name in found.entries:
            note = found.notes.get(name)
            label = found.table.fields[name].label
            lines.append(f"{name} = {found.entries[name]}  # {label}{'；' + note if note else ''}")
    for name, entry in found.offered.items():
        lines.append(f"# {name} = {entry}  # {found.table.fields[name].label}；启用后按报案时间而不按发案时间统计")
    absent = [item for item in found.table.fields.values() if item.required and item.name not in found.entries]
    lines += [f'# {item.name} = "？"  # {item.label}：必填，未能猜出，请填写来源列' for item in absent]
    lines += _register_lines(found)
    unused = [p.name for p in found.profiles if not p.fields and p.suspicion is None]
    if unused:
        lines += ["", f"# 未使用的列（不入库）：{'、'.join(unused)}"]
    return "\n".join(lines) + "\n"


def _coordinate_lines(found: _Guess) -> list[str]:
    if not {"lon", "point"} & set(found.entries):
        return []
    if found.coord_sys:
        return [f'coord_sys = "{found.coord_sys}"  # 坐标在国外，按 WGS84 处理']
    return [
        "# 坐标系必须由数据提供方确认后填写：wgs84、cgcs2000、gcj02（高德、腾讯）、bd09（百度）。填错会偏移数百米。",
        '# coord_sys = "？"',
    ]


def _drop_lines(found: _Guess) -> list[str]:
    dropped = [p for p in found.profiles if p.suspicion is not None and not p.fields]
    if not dropped:
        return []
    lines = ["# 看起来含个人信息、地址或自由文字的列，不入库：", "drop = ["]
    lines += [f"    {_quote(p.name)},  # {p.suspicion.label}" for p in dropped if p.suspicion]
    return [*lines, "]"]


def _source_lines(opened: Opened) -> list[str]:
    header = opened.header
    if header.title_rows == 0 and header.header_rows == 1:
        return []
    return [
        "[source]",
        f"title_rows = {header.title_rows}  # 表头之前的行数",
        f"header_rows = {header.header_rows}  # 表头行数",
        "",
    ]


def _register_lines(found: _Guess) -> list[str]:
    if found.table.name not in FACT_TABLES:
        return []
    lines = ["", "# 来源不带代码表时，按出现的值登记单位与类别；已有代码表的请删去本段。", "[register]"]
    lines += ["stations = true"] if "station_code" in found.entries else []
    lines += ["beats = true"] if {"beat_code", "station_code"} <= set(found.entries) else []
    if {"cat_orig", "cat_conf", "category"} & set(found.entries):
        group = "刑事" if found.table.name == "cases" else "其他"
        lines += ["categories = true", f'group = "{group}"  # 未在 [register.groups] 写明的类别归入此组']
        lines += _group_lines(found)
    return lines if len(lines) > 3 else []


def _group_lines(found: _Guess) -> list[str]:
    """Guess groups from the words of the alert categories seen, for a person to confirm."""
    if found.table.name != "alerts":
        return []
    named = [profile for profile in found.profiles if {"cat_orig", "cat_conf"} & set(profile.fields)]
    seen = list(dict.fromkeys(value for profile in named for value in profile.values))[:_MOST_GROUPED]
    pairs = [(value, _group_in(value)) for value in seen]
    known = [f"{_quote(value)} = {_quote(group)}" for value, group in pairs if group]
    return (
        ["", "# 按字面猜出的归组，请核对；刑事、治安、纠纷等指标按此统计。", "[register.groups]", *known]
        if known
        else []
    )


def _group_in(category: str) -> str | None:
    return next((group for group, words in aliases.GROUP_WORDS if re.search(words, category, re.IGNORECASE)), None)
