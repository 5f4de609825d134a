"""What texts become: times in every writing, zones, midnight, hour intervals, numbers, choices, points."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from data import grid
from data.importing import mapping, running
from data.snapshots import Store
from tests.data.importing.helpers import ask, load, write


def one(store: Store, tmp_path: Path, column: str, value: str, entry: str, top: str = "", table: str = "alerts") -> str:
    """Map one row whose field has the given entry and return the text of the staged column."""
    main = "" if entry.startswith("call_time") or table != "alerts" else 'call_time = "t"\n'
    text = f'table = "{table}"\n{top}\n[fields]\n{main}{entry}\n'
    path = tmp_path / "one.csv"
    path.write_text(f"t\tv\tw\n2024-01-01 10:00\t{value}\tz\n", encoding="utf-8")
    found = running.preview(store, path, mapping.parse(text))
    return found.rows[0][found.columns.index(column)]


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("iso", "2015-01-02T03:04:05.000", "2015-01-02 03:04:05"),
        ("iso", "2015-01-02T03:04:05Z", "2015-01-02 11:04:05"),
        ("iso", "2015-01-02T03:04+02:00", "2015-01-02 09:04:00"),
        ("iso", "2015-01-02 03:04:05 +08", "2015-01-02 03:04:05"),
        ("iso", "2015/1/2 3:04", "2015-01-02 03:04:00"),
        ("iso", "2015.01.02", "2015-01-02 00:00:00"),
        ("iso", "20150102", "2015-01-02 00:00:00"),
        ("iso", "20150102030405", "2015-01-02 03:04:05"),
        ("iso", "2015年1月2日 13时5分7秒", "2015-01-02 13:05:07"),
        ("iso", "2015年1月2日13:05", "2015-01-02 13:05:00"),
        ("iso", "2015年1月", "2015-01-01 00:00:00"),
        ("iso", "2015-01-02 24:00:00", "2015-01-03 00:00:00"),
        ("%m/%d/%Y %I:%M:%S %p", "1/2/2015 12:05:00 AM", "2015-01-02 00:05:00"),
        ("%Y %b %d %I:%M:%S %p", "2015 Jan 03 12:00:00 PM", "2015-01-03 12:00:00"),
        ("%Y/%m/%d %p %I:%M", "2015/1/3 下午 1:05", "2015-01-03 13:05:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2015-01-02T00:00:00-0500", "2015-01-02 13:00:00"),
        ("roc", "1040101", "2015-01-01 00:00:00"),
        ("roc", "780210", "1989-02-10 00:00:00"),
        ("roc", "民國104年1月2日", "2015-01-02 00:00:00"),
        ("roc", "104/01/02 13:05", "2015-01-02 13:05:00"),
        ("excel", "42005.5", "2015-01-01 12:00:00"),
        ("epoch", "1420070400", "2015-01-01 08:00:00"),
        ("epoch_ms", "1420070400000", "2015-01-01 08:00:00"),
    ],
)
def test_times(store: Store, tmp_path: Path, form: str, text: str, expected: str) -> None:
    assert one(store, tmp_path, "call_time", text, f'call_time = {{ column = "v", format = "{form}" }}') == expected


@pytest.mark.parametrize(
    ("text", "precision"),
    [("2015-01", "month"), ("2015-01-02", "day"), ("2015-01-02 10:00", "minute"), ("2015年3月", "month")],
)
def test_precision_of_iso_times(store: Store, tmp_path: Path, text: str, precision: str) -> None:
    assert one(store, tmp_path, "time_precision", text, 'call_time = { column = "v" }') == precision


@pytest.mark.parametrize(
    ("form", "text", "precision"),
    [("%Y-%m", "2015-01", "month"), ("%d.%m.%Y", "02.01.2015", "day"), ("%Y-%m-%d %H", "2015-01-02 10", "hour")],
)
def test_precision_of_formats(store: Store, tmp_path: Path, form: str, text: str, precision: str) -> None:
    entry = f'call_time = {{ column = "v", format = "{form}" }}'
    assert one(store, tmp_path, "time_precision", text, entry) == precision


def test_named_precision_cuts_the_time(store: Store, tmp_path: Path) -> None:
    top = 'precision = "month"'
    assert one(store, tmp_path, "call_time", "2015-03-17 10:00", 'call_time = "v"', top) == "2015-03-01 00:00:00"


def test_source_zone_is_converted(store: Store, tmp_path: Path) -> None:
    top = 'zone = "America/Chicago"\nsource_zone = "UTC"'
    assert one(store, tmp_path, "call_time", "2015-07-01 12:00", 'call_time = "v"', top) == "2015-07-01 07:00:00"
    assert one(store, tmp_path, "call_time", "2016-07-01T12:00:00Z", 'call_time = "v"', top) == "2016-07-01 07:00:00"


@pytest.mark.parametrize(
    ("form", "text", "clock"),
    [
        ("auto", "7:30", "07:30:00"),
        ("auto", "07:30:15", "07:30:15"),
        ("auto", "0730", "07:30:00"),
        ("auto", "下午3:05", "15:05:00"),
        ("auto", "12:05 AM", "00:05:00"),
        ("auto", "7时30分", "07:30:00"),
        ("auto", "0.3125", "07:30:00"),
        ("hmm", "45", "00:45:00"),
        ("hour", "7", "07:00:00"),
    ],
)
def test_clock_columns(store: Store, tmp_path: Path, form: str, text: str, clock: str) -> None:
    entry = f'call_time = {{ column = "t", time_column = "v", time_format = "{form}" }}'
    assert one(store, tmp_path, "call_time", text, entry) == f"2024-01-01 {clock}"


def test_a_date_with_a_clock_column_keeps_its_day_whatever_its_offset(store: Store, tmp_path: Path) -> None:
    entry = 'call_time = { column = "v", time_column = "t" }'
    top = 'zone = "America/Phoenix"'
    assert one(store, tmp_path, "call_time", "2019/03/01 00:00:00+00", entry, top) == "2019-03-01 10:00:00"
    top += '\nprecision = "day"'
    assert one(store, tmp_path, "call_time", "2019-03-01T00:00:00Z", 'call_time = "v"', top) == "2019-03-01 00:00:00"


def test_missing_clock_leaves_the_day(store: Store, tmp_path: Path) -> None:
    assert one(store, tmp_path, "time_precision", "", 'call_time = { column = "t", time_column = "v" }') == "day"


@pytest.mark.parametrize(
    ("arrived", "expected"),
    [("23:59", "2024-01-01 23:59:00"), ("00:05", "2024-01-02 00:05:00"), ("23:40", "2024-01-01 23:40:00"), ("", None)],
)
def test_clock_past_midnight(store: Store, tmp_path: Path, arrived: str, expected: str | None) -> None:
    text = """
        table = "alerts"
        [fields]
        call_time = { column = "day", time_column = "received" }
        arrive_time = { column = "day", time_column = "arrived", after = "call_time" }
    """
    load(store, write(tmp_path / "a.csv", ["day,received,arrived,x", f"2024-01-01,23:50,{arrived},"]), text)
    assert ask(store, "SELECT arrive_time::VARCHAR FROM alerts") == [(expected,)]


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [
        ("10~12", "10:00:00", "2024-01-01 13:00:00"),
        ("22~24", "22:00:00", "2024-01-02 00:00:00"),
        ("01~03", "01:00:00", "2024-01-01 04:00:00"),
        ("23-02", "23:00:00", "2024-01-02 03:00:00"),
        ("08:00-09:00", "08:00:00", "2024-01-01 09:00:00"),
        ("7時", "07:00:00", "2024-01-01 08:00:00"),
    ],
)
def test_hour_intervals(store: Store, tmp_path: Path, hours: str, start: str, end: str) -> None:
    entry = 'occur_from = { column = "t", hours_column = "v" }\noccur_to = { column = "t", hours_column = "v" }'
    assert one(store, tmp_path, "occur_from", hours, entry, table="cases") == f"2024-01-01 {start}"
    assert one(store, tmp_path, "occur_to", hours, entry, table="cases") == end


@pytest.mark.parametrize(
    ("column", "value", "entry", "expected"),
    [
        ("level", "3", 'level = "v"', "3"),
        ("officers_n", "1,234", 'officers_n = "v"', "1234"),
        ("is_invalid", "是", 'is_invalid = "v"', "true"),
        ("is_invalid", "作废", 'is_invalid = { column = "v", yes = "作废" }', "true"),
        (
            "origin",
            "P",
            'origin = { column = "v", translate = { p = "巡逻发现" }, otherwise = "群众报警" }',
            "巡逻发现",
        ),
        (
            "origin",
            "Q",
            'origin = { column = "v", translate = { p = "巡逻发现" }, otherwise = "群众报警" }',
            "群众报警",
        ),
        ("station_code", "0012", 'station_code = { column = "v", strip_zeros = true }', "12"),
        ("station_code", "12", 'station_code = { column = "v", pad = 4, prefix = "N" }', "N0012"),
        ("station_code", "N/A", 'station_code = { column = "v", default = "无" }', "无"),
        ("cat_orig", "　 盗窃 ", 'cat_orig = "v"', "盗窃"),
        ("cat_orig", "—", 'cat_orig = { column = ["v", "t"] }', "2024-01-01 10:00"),
        ("level", "9", 'level = { column = "v", unreadable = "empty" }', ""),
    ],
)
def test_values(store: Store, tmp_path: Path, column: str, value: str, entry: str, expected: str) -> None:
    assert one(store, tmp_path, column, value, entry) == expected


@pytest.mark.parametrize(
    ("system", "lon", "lat"),
    [("wgs84", 121.473701, 31.230416), ("gcj02", 121.478236, 31.228475), ("bd09", 121.484794, 31.234328)],
)
def test_coordinate_systems_meet_on_wgs84(store: Store, tmp_path: Path, system: str, lon: float, lat: float) -> None:
    text = f'table = "stations"\ncoord_sys = "{system}"\n[fields]\ncode = "c"\nname = "n"\nlon = "x"\nlat = "y"\n'
    load(store, write(tmp_path / "a.csv", ["c,n,x,y", f"1,甲所,{lon},{lat}"]), text)
    ((found_lon, found_lat),) = ask(store, "SELECT lon, lat FROM stations")
    metres = math.hypot((found_lon - 121.473701) * 95_000, (found_lat - 31.230416) * 110_574)
    assert metres < 5


def test_gcj02_outside_china_is_not_shifted(store: Store, tmp_path: Path) -> None:
    text = 'table = "stations"\ncoord_sys = "gcj02"\n[fields]\ncode = "c"\nname = "n"\nlon = "x"\nlat = "y"\n'
    load(store, write(tmp_path / "a.csv", ["c,n,x,y", "1,甲所,-87.5,41.5"]), text)
    assert ask(store, "SELECT lon, lat FROM stations") == [(-87.5, 41.5)]


@pytest.mark.parametrize("text", ["(41.5, -87.5)", "POINT (-87.5 41.5)", "41.5;-87.5"])
def test_points(store: Store, tmp_path: Path, text: str) -> None:
    top = 'coord_sys = "wgs84"'
    x, y = (one(store, tmp_path, column, text, 'point = "v"', top) for column in ("cell_x", "cell_y"))
    assert (int(x), int(y)) == grid.cell_of(-87.5, 41.5, 41.5)


def test_zero_and_impossible_points_are_missing_and_counted(store: Store, tmp_path: Path) -> None:
    text = 'table = "alerts"\ncoord_sys = "wgs84"\n[fields]\ncall_time = "t"\nlon = "x"\nlat = "y"\n'
    lines = [
        "t,x,y",
        "2024-01-01 10:00,0,0",
        "2024-01-01 10:00,500,20",
        "2024-01-01 10:00,,",
        "2024-01-01 10:00,120.1,30.1",
    ]
    report = load(store, write(tmp_path / "a.csv", lines), text)
    assert ask(store, "SELECT count(*), count(cell_x) FROM alerts") == [(4, 1)]
    shares = {item["id"]: item["count"] for item in report.files[0].quality["shares"]}
    assert (shares["bad_point"], shares["no_point"]) == (2, 1)


def test_quality_of_the_response_chain(store: Store, tmp_path: Path) -> None:
    text = """
        table = "alerts"
        [fields]
        call_time = "a"
        dispatch_time = "b"
        arrive_time = "c"
        feedback_time = "d"
    """
    lines = [
        "a,b,c,d",
        "2024-01-01 10:00,2024-01-01 10:02,2024-01-01 10:10,2024-01-01 12:00",
        "2024-01-01 10:30,2024-01-01 10:20,2024-01-01 10:10,2024-01-03 12:00",
        "2024-01-01 10:07,,2024-01-03 10:10,",
    ]
    report = load(store, write(tmp_path / "a.csv", lines), text)
    shares = {item["id"]: (item["count"], item["total"]) for item in report.files[0].quality["shares"]}
    assert shares["out_of_order"] == (1, 2)
    assert shares["negative_response"] == (1, 3)
    assert shares["long_response"] == (1, 3)
    assert shares["late_feedback"] == (1, 2)
    assert shares["heaped"] == (2, 3)
