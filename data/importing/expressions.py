"""From a mapping to DuckDB SQL: one value, one precision and one problem expression per field."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from data.importing.fields import HASHED_KINDS, TEXT_KINDS, Field
from data.importing.mapping import FieldMap, SourceMapping

EARLIEST_YEAR = 1950
MISSING = ("", "NULL", "null", "(null)", "N/A", "n/a", "#N/A", "NaN", "nan", "None", "\\N", "-", "--", "—", "——")
YES = ("true", "t", "yes", "y", "1", "是", "有", "√", "对")
NO = ("false", "f", "no", "n", "0", "否", "无", "×", "错")

# Macros of the staging connection. Text in, naive local time out; NULL means: cannot be read.
MACROS = r"""
CREATE MACRO iso_text(t) AS
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    rtrim(regexp_replace(t, '\s*日\s*', ' ')),
                    '^(\d{4})\s*[年./]\s*(\d{1,2})\s*[月./]\s*(\d{1,2})', '\1-\2-\3'
                ),
                '\s*(\d{1,2})\s*[时時点點]\s*(\d{1,2})\s*分\s*((\d{1,2})\s*秒)?$', ' \1:\2'
            ),
            '^(\d{4})\s*[年./-]\s*(\d{1,2})\s*月?$', '\1-\2-01'
        ),
        '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'
    );
CREATE MACRO full_iso(t) AS
    regexp_replace(
        regexp_replace(t, '\s+(Z|UTC|[+-]\d{2}(:?\d{2})?)$', '\1'),
        '([T ]\d{1,2}:\d{2})(Z|[+-]\d{2}(:?\d{2})?)$', '\1:00\2'
    );
CREATE MACRO has_offset(t) AS regexp_matches(t, ':\d{2}(\.\d+)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)$');
CREATE MACRO iso_seconds(t) AS
    regexp_extract(t, '[时時点點]\s*\d{1,2}\s*分\s*(\d{1,2})\s*秒$', 1);
CREATE MACRO plain_iso(t) AS
    t LIKE '____-__-__ __:__:__' OR t LIKE '____-__-__' OR t LIKE '____-__-__ __:__' OR t LIKE '____-__-__T__:__:__';
CREATE MACRO from_iso(t, zone) AS
    CASE
        WHEN plain_iso(t) THEN try_cast(t AS TIMESTAMP)
        WHEN has_offset(t) THEN timezone(zone, try_cast(full_iso(t) AS TIMESTAMPTZ))
        WHEN regexp_matches(t, '^\d{14}$') THEN try_strptime(t, '%Y%m%d%H%M%S')
        WHEN regexp_matches(t, '^\d{12}$') THEN try_strptime(t, '%Y%m%d%H%M')
        WHEN regexp_matches(iso_text(t), '^\d{4}-\d{1,2}-\d{1,2}([T ].*)?$')
            THEN try_cast(iso_text(t) AS TIMESTAMP) + to_seconds(coalesce(try_cast(iso_seconds(t) AS INTEGER), 0))
    END;
CREATE MACRO iso_precision(t) AS
    CASE
        WHEN plain_iso(t) THEN CASE WHEN strlen(t) = 10 THEN 'day' ELSE 'minute' END
        WHEN regexp_matches(t, '^\d{4}\s*[年./-]\s*\d{1,2}\s*月?$') THEN 'month'
        WHEN regexp_matches(t, '[:时時点點]|^\d{12,14}$') THEN 'minute'
        ELSE 'day'
    END;
CREATE MACRO clock_parts(t) AS
    regexp_extract(
        regexp_replace(t, '^\d{4}-\d{1,2}-\d{1,2}[T ]', ''),
        '^(上午|下午|晚上|凌晨|中午)?\s*(\d{1,2})\s*[:：时時点點]\s*(\d{1,2})?\s*[:：分]?\s*(\d{1,2})?(?:\.\d+)?\s*秒?\s*(AM|PM|am|pm|A\.M\.|P\.M\.|a\.m\.|p\.m\.)?Z?$',
        ['zh', 'h', 'm', 's', 'en']
    );
CREATE MACRO clock_afternoon(p) AS p.zh IN ('下午', '晚上') OR upper(p.en[1:1]) = 'P';
CREATE MACRO clock_hour(p) AS
    CASE
        WHEN p.zh = '' AND p.en = '' THEN try_cast(p.h AS INTEGER)
        WHEN p.zh = '中午' THEN try_cast(p.h AS INTEGER)
        WHEN try_cast(p.h AS INTEGER) > 12 THEN CASE WHEN p.zh <> '' THEN try_cast(p.h AS INTEGER) END
        ELSE try_cast(p.h AS INTEGER) % 12 + CASE WHEN clock_afternoon(p) THEN 12 ELSE 0 END
    END;
CREATE MACRO hms_seconds(h, m, s) AS
    CASE WHEN (h BETWEEN 0 AND 23 AND m BETWEEN 0 AND 59 AND s BETWEEN 0 AND 59) OR (h = 24 AND m = 0 AND s = 0)
        THEN h * 3600 + m * 60 + s END;
CREATE MACRO parts_seconds(p) AS
    hms_seconds(clock_hour(p), coalesce(try_cast(p.m AS INTEGER), 0), coalesce(try_cast(p.s AS INTEGER), 0));
CREATE MACRO clock_auto(t) AS
    CASE
        WHEN regexp_matches(t, '^\d{3,4}$') THEN hms_seconds(t::INTEGER // 100, t::INTEGER % 100, 0)
        WHEN regexp_matches(t, '^\d{6}$')
            THEN hms_seconds(t::INTEGER // 10000, t::INTEGER // 100 % 100, t::INTEGER % 100)
        WHEN regexp_matches(t, '^0?\.\d+$') THEN cast(round(try_cast(t AS DOUBLE) * 86400) AS INTEGER)
        WHEN clock_parts(t).h <> '' THEN parts_seconds(clock_parts(t))
    END;
CREATE MACRO clock_hmm(t) AS
    CASE
        WHEN regexp_matches(t, '^\d{1,4}$') THEN hms_seconds(t::INTEGER // 100, t::INTEGER % 100, 0)
        ELSE clock_auto(t)
    END;
CREATE MACRO clock_hourly(t) AS hms_seconds(try_cast(regexp_extract(t, '^(\d{1,2})', 1) AS INTEGER), 0, 0);
CREATE MACRO roc_parts(t) AS
    regexp_extract(
        regexp_replace(t, '^(\d{2,3})(\d{2})(\d{2})$', '\1-\2-\3'),
        '^(?:民國|民国)?\s*(\d{2,3})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?[T ]*(.*)$',
        ['y', 'm', 'd', 'rest']
    );
CREATE MACRO from_roc(t) AS
    try_cast(
        (try_cast(roc_parts(t).y AS INTEGER) + 1911)::VARCHAR
        || '-' || roc_parts(t).m || '-' || roc_parts(t).d AS TIMESTAMP
    ) + to_seconds(CASE WHEN roc_parts(t).rest = '' THEN 0 ELSE clock_auto(roc_parts(t).rest) END);
CREATE MACRO from_excel(t) AS
    CASE
        WHEN try_cast(t AS DOUBLE) BETWEEN 1 AND 200000
            THEN TIMESTAMP '1899-12-30' + to_seconds(cast(round(try_cast(t AS DOUBLE) * 86400) AS BIGINT))
    END;
CREATE MACRO meridian(t) AS replace(replace(t, '上午', 'AM'), '下午', 'PM');
CREATE MACRO digits(t) AS replace(replace(replace(replace(t, ',', ''), '，', ''), ' ', ''), '¥', '');
CREATE MACRO number_of(t) AS coalesce(try_cast(t AS DOUBLE), try_cast(digits(t) AS DOUBLE));
CREATE MACRO hours_of(t) AS
    regexp_extract(
        t,
        '^\s*(\d{1,2})(?:[:：时時点點]\d{0,2})?\s*(?:[~～\-—–至到]+\s*(\d{1,2})(?:[:：时時点點]\d{0,2})?)?\s*[时時点點]?$',
        ['a', 'b']
    );
CREATE MACRO point_parts(t) AS
    regexp_extract(t, '(-?\d+(?:\.\d+)?)[°]?[,，;\s]+(-?\d+(?:\.\d+)?)', ['a', 'b']);
CREATE MACRO shift_lat(x, y) AS
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    + (20 * sin(6 * x * pi()) + 20 * sin(2 * x * pi())) * 2 / 3
    + (20 * sin(y * pi()) + 40 * sin(y / 3 * pi())) * 2 / 3
    + (160 * sin(y / 12 * pi()) + 320 * sin(y * pi() / 30)) * 2 / 3;
CREATE MACRO shift_lon(x, y) AS
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    + (20 * sin(6 * x * pi()) + 20 * sin(2 * x * pi())) * 2 / 3
    + (20 * sin(x * pi()) + 40 * sin(x / 3 * pi())) * 2 / 3
    + (150 * sin(x / 12 * pi()) + 300 * sin(x / 30 * pi())) * 2 / 3;
CREATE MACRO earth_magic(lat) AS 1 - 0.00669342162296594323 * pow(sin(radians(lat)), 2);
CREATE MACRO gcj_dlat(lon, lat) AS
    shift_lat(lon - 105, lat - 35) * 180
    / ((6378245.0 * (1 - 0.00669342162296594323)) / (earth_magic(lat) * sqrt(earth_magic(lat))) * pi());
CREATE MACRO gcj_dlon(lon, lat) AS
    shift_lon(lon - 105, lat - 35) * 180 / (6378245.0 / sqrt(earth_magic(lat)) * cos(radians(lat)) * pi());
CREATE MACRO in_china(lon, lat) AS lon BETWEEN 72.004 AND 137.8347 AND lat BETWEEN 0.8293 AND 55.8271;
CREATE MACRO bd_angle(lon, lat) AS
    atan2(lat - 0.006, lon - 0.0065) - 0.000003 * cos((lon - 0.0065) * pi() * 3000 / 180);
CREATE MACRO bd_radius(lon, lat) AS
    sqrt(pow(lon - 0.0065, 2) + pow(lat - 0.006, 2)) - 0.00002 * sin((lat - 0.006) * pi() * 3000 / 180);
"""


@dataclass(frozen=True)
class Column:
    """The SQL of one field in two layers, so that no text is read twice.

    first: from the cleaned source columns; given: whether the source has something. Later layers see first as
    a_<field> and given as g_<field>. value: the checked value from them. problem: when the row must be rejected.
    lost: when a value is left empty because it cannot be read. shown: the source text for the list of rejected rows.
    """

    field: Field
    first: str
    given: str
    value: str
    precision: str | None
    problem: str | None
    lost: str | None
    reason: str
    shown: str
    source: str


def lit(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the macros on a staging connection."""
    con.execute(MACROS)


@dataclass(frozen=True)
class Compiler:
    """Turns the field maps of one mapping part into SQL over cleaned source columns.

    places: the SQL name of each cleaned source column. excel: date cells arrive as ISO text whatever the format says.
    """

    mapping: SourceMapping
    places: dict[str, str]
    excel: bool

    def column(self, item: FieldMap) -> Column:
        """Return the SQL of one field."""
        spec = self.mapping.table.fields[item.name]
        text = self.text(item)
        first, precision, reason = self._first(item, spec, text)
        unread = f"g_{item.name} AND v_{item.name} IS NULL"
        problem: str | None = unread
        lost: str | None = None
        if spec.required:
            problem = f"v_{item.name} IS NULL"
        elif item.unreadable == "empty" or spec.kind in ("lon", "lat", "point"):
            problem, lost = None, unread
        hidden = spec.kind in HASHED_KINDS or not item.columns
        return Column(
            spec,
            first,
            self._given(item, spec, text),
            self._value(item, spec),
            precision,
            problem,
            lost,
            reason,
            "NULL" if hidden else self._shown(item),
            "、".join(item.all_columns) or "（固定值）",
        )

    def _given(self, item: FieldMap, spec: Field, text: str) -> str:
        if spec.kind in HASHED_KINDS:
            return "false"
        given = f"({text}) IS NOT NULL"
        if spec.name not in self.mapping.table.times:
            clocks = [column for column in (item.time_column, item.hours_column) if column]
            given += "".join(f" AND {self.places[column]} IS NOT NULL" for column in clocks)
        return given

    def text(self, item: FieldMap) -> str:
        """Return the SQL of a field's text after translation, before it is read as its kind."""
        if item.constant is not None:
            return lit(item.constant)
        if self.mapping.table.fields[item.name].kind in HASHED_KINDS:
            return "NULL"
        inner = ", ".join(self.places[column] for column in item.columns)
        text = f"coalesce({inner})" if len(item.columns) > 1 else inner
        if item.strip_zeros:
            text = f"coalesce(nullif(ltrim({text}, '0'), ''), left({text}, 1))"
        if item.pad:
            text = f"CASE WHEN length({text}) < {item.pad} THEN lpad({text}, {item.pad}, '0') ELSE {text} END"
        if item.prefix:
            text = f"({lit(item.prefix)} || {text})"
        if item.translate:
            other = text if item.otherwise is None else f"nullif({lit(item.otherwise)}, '')"
            cases = " ".join(f"WHEN {lit(a.casefold())} THEN nullif({lit(b)}, '')" for a, b in item.translate)
            text = f"CASE WHEN {text} IS NOT NULL THEN CASE lower({text}) {cases} ELSE {other} END END"
        if item.default is not None:
            text = f"coalesce({text}, {lit(item.default)})"
        return text

    def _shown(self, item: FieldMap) -> str:
        return "concat_ws(' ', " + ", ".join(self.places[column] for column in item.all_columns) + ")"

    def _first(self, item: FieldMap, spec: Field, text: str) -> tuple[str, str | None, str]:
        label, kind = spec.label, spec.kind
        if kind in ("time", "month"):
            return self._time(item, spec, text)
        if kind in ("number", "integer"):
            return f"number_of({text}) * {item.scale!r}", None, f"{label}不是有效的数{_limits(spec)}"
        if kind in ("lon", "lat"):
            return f"number_of({text}) * {item.scale!r}", None, f"{label}不是数"
        if kind == "boolean":
            yes, no = _words(item.yes or YES), _words(item.no or NO)
            value = f"CASE WHEN lower({text}) IN ({yes}) THEN true WHEN lower({text}) IN ({no}) THEN false END"
            return value, None, f"{label}不是「是/否」一类的值"
        if kind == "choice":
            return text, None, f"{label}不在可选值中（{'、'.join(spec.choices)}），可在映射中用 translate 翻译"
        if kind in HASHED_KINDS:
            return f"cast(nullif({self.places[spec.name + ' (hash)']}, '') AS UUID)", None, f"缺少{label}"
        if kind in ("point", "boundary"):
            return text, None, f"{label}无法解读（辖区边界须为 GeoJSON 的 Polygon 或 MultiPolygon）"
        return text, None, f"{label}缺失、超过 {spec.longest} 字或含无法解码的字符"

    def _value(self, item: FieldMap, spec: Field) -> str:
        """Return the checked value over a_<field>."""
        first, kind = f"a_{item.name}", spec.kind
        if kind in ("time", "month"):
            if item.after:
                minutes = f"date_diff('minute', a_{item.after}, {first})"
                first = f"CASE WHEN {minutes} < -{item.midnight_minutes} THEN {first} + INTERVAL 1 DAY ELSE {first} END"
            near = f"CASE WHEN year(a_{item.name}) BETWEEN {EARLIEST_YEAR} AND 2100 THEN {first} END"
            return f"cast(date_trunc('month', {near}) AS DATE)" if kind == "month" else near
        if kind in ("number", "integer"):
            whole = f" AND {first} = floor({first})" if kind == "integer" else ""
            least = f" AND {first} >= {spec.least!r}" if spec.least is not None else ""
            most = f" AND {first} <= {spec.most!r}" if spec.most is not None else ""
            value = f"CASE WHEN isfinite({first}){whole}{least}{most} THEN {first} END"
            return f"cast({value} AS BIGINT)" if kind == "integer" else value
        if kind == "choice":
            return f"CASE WHEN {first} IN ({', '.join(lit(choice) for choice in spec.choices)}) THEN {first} END"
        if kind == "boundary":
            shapes = "('Polygon', 'MultiPolygon')"
            return (
                f"CASE WHEN json_valid({first}) AND json_extract_string({first}, '$.type') IN {shapes} THEN {first} END"
            )
        if kind in TEXT_KINDS:
            return f"CASE WHEN length({first}) <= {spec.longest} AND NOT contains({first}, chr(65533)) THEN {first} END"
        return first

    # ---- times -------------------------------------------------------------------------------

    def _time(self, item: FieldMap, spec: Field, text: str) -> tuple[str, str, str]:
        formats = item.formats or ("iso",)
        if self.excel and "iso" not in formats:
            formats = (*formats, "iso")
        day_only = item.time_column or item.hours_column or self.mapping.precision in ("day", "month")
        tries = [self._read(form, text, bool(day_only)) for form in formats]
        value = "coalesce(" + ", ".join(tries) + ")" if len(tries) > 1 else tries[0]
        precision = self._precision(formats, tries, text)
        if item.time_column:
            value, precision = self._with_clock(item, spec, value)
        elif item.hours_column:
            value, precision = self._with_hours(item, value)
        if self.mapping.precision in ("day", "month") and not item.hours_column:
            value = f"date_trunc('{self.mapping.precision}', {value})"
        wanted = "、".join(item.formats or ("iso",))
        return f"date_trunc('second', {value})", precision, f"{spec.label}缺失或无法按格式 {wanted} 解读"

    def _read(self, form: str, text: str, day_only: bool) -> str:
        """Read one format; a stamp of which only the day counts keeps its day, whatever zone its midnight bears."""
        if not day_only:
            return read_time(form, text, self.mapping.zone, self.mapping.source_zone)
        if form == "iso":
            day = r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ].*$"
            text = f"regexp_replace({text}, {lit(day)}, '\\1')"
        return read_time(form, text, self.mapping.zone)

    def _precision(self, formats: tuple[str, ...], tries: list[str], text: str) -> str:
        if self.mapping.precision:
            return lit(self.mapping.precision)
        each = [f"iso_precision({text})" if form == "iso" else lit(_format_precision(form)) for form in formats]
        if "roc" in formats:
            each[formats.index("roc")] = f"CASE WHEN roc_parts({text}).rest = '' THEN 'day' ELSE 'minute' END"
        if len(each) == 1:
            return each[0]
        cases = " ".join(f"WHEN ({read}) IS NOT NULL THEN {one}" for read, one in zip(tries, each, strict=True))
        return f"CASE {cases} END"

    def _with_clock(self, item: FieldMap, spec: Field, value: str) -> tuple[str, str]:
        """Add a time of day to a date; a missing one leaves the day for a required time and nothing for the others."""
        clock = self.places[str(item.time_column)]
        reader = {"auto": "clock_auto", "hmm": "clock_hmm", "hour": "clock_hourly"}[item.time_format]
        day = f"date_trunc('day', {value})"
        dates_row = spec.name in self.mapping.table.times
        missing = day if dates_row else "NULL"
        joined = f"CASE WHEN {clock} IS NULL THEN {missing} ELSE {day} + to_seconds({reader}({clock})) END"
        finest = "hour" if item.time_format == "hour" else "minute"
        precision = f"CASE WHEN {clock} IS NULL THEN 'day' ELSE '{finest}' END"
        return joined, lit(self.mapping.precision) if self.mapping.precision else precision

    def _with_hours(self, item: FieldMap, value: str) -> tuple[str, str]:
        """Add an interval of hours, last hour included: 10~12 runs from 10:00 to 13:00, 22~24 ends at midnight."""
        hours = self.places[str(item.hours_column)]
        day = f"date_trunc('day', {value})"
        first = f"try_cast(hours_of({hours}).a AS INTEGER)"
        last = f"coalesce(try_cast(nullif(hours_of({hours}).b, '') AS INTEGER), {first})"
        if item.name == "occur_to":
            # A written :00 is a boundary, a bare hour is meant as a whole.
            whole = f"CASE WHEN regexp_matches({hours}, '[:：]00\\D*$') THEN 0 ELSE 1 END"
            end = f"least({last} + {whole}, 24) + CASE WHEN {last} < {first} THEN 24 ELSE 0 END"
            hour, empty = f"CASE WHEN {last} <= 24 THEN {end} END", "NULL"
        else:
            hour, empty = f"CASE WHEN {first} <= 24 THEN {first} END", day
        joined = f"CASE WHEN {hours} IS NULL THEN {empty} ELSE {day} + to_hours({hour}) END"
        precision = f"CASE WHEN {hours} IS NOT NULL AND {last} = {first} THEN 'hour' ELSE 'day' END"
        return joined, lit(self.mapping.precision) if self.mapping.precision else precision


def read_time(form: str, text: str, zone: str, source_zone: str | None = None) -> str:
    """Return SQL that reads a text as local time; NULL where it does not fit the format."""
    if form == "iso":
        # A bare stamp is in source_zone when that is given; one that carries its own offset goes straight to zone.
        bare = f"CASE WHEN NOT has_offset({text}) THEN from_iso({text}, 'UTC') END"
        with_offset = f"CASE WHEN has_offset({text}) THEN from_iso({text}, {lit(zone)}) END"
        return f"coalesce({with_offset}, {_moved(bare, zone, source_zone)})" if source_zone else _iso_read(text, zone)
    if form in ("epoch", "epoch_ms"):
        unit = 1000 if form == "epoch_ms" else 1
        number = f"try_cast({text} AS DOUBLE)"
        return (
            f"timezone({lit(zone)}, CASE WHEN abs({number}) < {4e9 * unit!r} THEN to_timestamp({number} / {unit}) END)"
        )
    if "%z" in form or "%Z" in form:
        return f"timezone({lit(zone)}, try_strptime(meridian({text}), {lit(form)}))"
    if form in ("roc", "excel"):
        return _moved(f"from_{form}({text})", zone, source_zone)
    return _moved(f"try_strptime(meridian({text}), {lit(form)})", zone, source_zone)


def _iso_read(text: str, zone: str) -> str:
    return f"from_iso({text}, {lit(zone)})"


def _moved(read: str, zone: str, source_zone: str | None) -> str:
    return f"timezone({lit(zone)}, timezone({lit(source_zone)}, {read}))" if source_zone else read


def _format_precision(form: str) -> str:
    if form in ("epoch", "epoch_ms", "excel"):
        return "minute"
    if "%M" in form or "%c" in form or "%X" in form:
        return "minute"
    if "%H" in form or "%I" in form:
        return "hour"
    return "day" if "%d" in form or "%j" in form or "%x" in form else "month"


def _limits(spec: Field) -> str:
    if spec.least is not None and spec.most is not None and spec.most < 1000:
        return f"（{spec.least:g} 至 {spec.most:g}）"
    return "（不小于 0）" if spec.least == 0 else ""


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(lit(word.lower()) for word in words)


def point_layers(mapping: SourceMapping) -> list[str]:
    """Return SELECT lists, each over the one before, that turn columns x, y into WGS84.

    Outside China GCJ-02 and BD-09 are not shifted. The second step of the inverse brings the error from about 2 m to
    centimetres; layers keep the long formulas from being computed twice.
    """
    if mapping.coord_sys not in ("gcj02", "bd09"):
        return []
    layers = []
    if mapping.coord_sys == "bd09":
        layers.append(
            "* REPLACE (CASE WHEN in_china(x, y) THEN bd_radius(x, y) * cos(bd_angle(x, y)) ELSE x END AS x,"
            " CASE WHEN in_china(x, y) THEN bd_radius(x, y) * sin(bd_angle(x, y)) ELSE y END AS y)"
        )
    layers.append("* REPLACE (x - gcj_dlon(x, y) AS x, y - gcj_dlat(x, y) AS y), x AS from_x, y AS from_y")
    layers.append(
        "* REPLACE (CASE WHEN in_china(from_x, from_y) THEN from_x - gcj_dlon(x, y) ELSE from_x END AS x,"
        " CASE WHEN in_china(from_x, from_y) THEN from_y - gcj_dlat(x, y) ELSE from_y END AS y)"
    )
    return layers
