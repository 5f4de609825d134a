"""Growing exports, repeated ids, rows without id, code lists, figures by key: what a second import does."""

from __future__ import annotations

from pathlib import Path

from data.importing import mapping, running
from data.importing.report import Report
from data.snapshots import Store
from tests.data.importing.helpers import ALERT_HEADER, ALERTS, alert_lines, ask, load, write


def counts(report: Report) -> tuple[int, ...]:
    return tuple(report.total(name) for name in ("read", "kept", "updated", "unchanged", "duplicate", "rejected"))


def test_growing_export_updates_by_id(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(100)]))
    lines = alert_lines(120)
    lines[7] = lines[7].replace("盗窃", "诈骗")
    report = load(store, write(tmp_path / "2.csv", [ALERT_HEADER, *lines]))
    assert counts(report) == (120, 120, 1, 99, 0, 0)
    assert ask(store, "SELECT count(*), count(DISTINCT alert_id) FROM alerts") == [(120, 120)]
    assert ask(store, "SELECT batch_id, count(*) FROM alerts GROUP BY 1 ORDER BY 1") == [(1, 99), (2, 21)]


def test_update_touches_only_the_mapped_fields(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)]))
    later = 'name = "t"\ntable = "alerts"\n[fields]\nid = "no"\ncall_time = "time"\nfeedback_time = "fed"\n'
    rows = [f"{line.split(',')[0]},{line.split(',')[1]},2024-04-01 10:00" for line in alert_lines(10)]
    report = load(store, write(tmp_path / "2.csv", ["no,time,fed", *rows]), later)
    assert counts(report) == (10, 10, 10, 0, 0, 0)
    assert ask(store, "SELECT count(*), count(cat_orig), count(feedback_time) FROM alerts") == [(10, 10, 10)]


def test_last_row_of_an_id_wins_and_the_earlier_is_counted(store: Store, tmp_path: Path) -> None:
    lines = [*alert_lines(10), "3,2024-03-09 09:09,诈骗,S9"]
    report = load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *lines]))
    assert counts(report) == (11, 10, 0, 0, 1, 0)
    assert ask(store, "SELECT cat_orig FROM alerts WHERE station_code = 'S9'") == [("诈骗",)]


def test_repeats_keep_all_rows_of_an_id(store: Store, tmp_path: Path) -> None:
    text = 'repeats = "keep"\n' + ALERTS
    lines = [*alert_lines(10), "3,2024-03-09 09:09,诈骗,S9"]
    assert counts(load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *lines]), text)) == (11, 11, 0, 0, 0, 0)
    more = [*lines, "3,2024-03-10 09:09,纠纷,S8", "11,2024-03-11 09:09,纠纷,S8"]
    assert counts(load(store, write(tmp_path / "2.csv", [ALERT_HEADER, *more]), text)) == (13, 13, 0, 11, 0, 0)
    found = ask(store, "SELECT count(*), count(DISTINCT alert_id) FROM alerts")
    assert found == [(13, 11)]
    assert ask(
        store, "SELECT cat_orig, count(*) FROM alerts WHERE station_code IN ('S8', 'S9') GROUP BY 1 ORDER BY 1"
    ) == [
        ("纠纷", 2),
        ("诈骗", 1),
    ]


def test_rows_without_id_are_appended_and_overlap_is_said(store: Store, tmp_path: Path) -> None:
    text = ALERTS.replace('id = "no"\n', "")
    load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10), alert_lines(1)[0]]), text)
    assert ask(store, "SELECT count(*) FROM alerts") == [(11,)]
    report = load(store, write(tmp_path / "2.csv", [ALERT_HEADER, *alert_lines(5)]), text)
    assert ask(store, "SELECT count(*) FROM alerts") == [(16,)]
    assert "与第 1 批重叠" in report.warnings[0]


def test_corrected_mapping_replaces_the_same_file(store: Store, tmp_path: Path) -> None:
    text = ALERTS.replace('id = "no"\n', "")
    path = write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)])
    load(store, path, text)
    report = load(store, path, text.replace("cat_orig", "cat_conf"))
    assert report.files[0].replaced == 10 and "已由本次替换" in report.warnings[0]
    assert ask(store, "SELECT count(*), count(cat_orig), count(cat_conf) FROM alerts") == [(10, 0, 10)]


def test_same_file_twice(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(10)])
    load(store, path)
    again = load(store, path)
    assert counts(again) == (10, 10, 0, 10, 0, 0) and not again.published and again.snapshot == 1
    assert again.to_json()["same_batch"] is True and "与第 1 批相同" in again.warnings[0]


def test_registering_codes(store: Store, tmp_path: Path) -> None:
    text = (
        'table = "alerts"\ncoord_sys = "wgs84"\n[fields]\ncall_time = "t"\ncat_orig = "c"\nstation_code = "s"\n'
        'beat_code = "b"\nlon = "x"\nlat = "y"\n[register]\nstations = true\nbeats = true\ncategories = true\n'
        'kind = "城区"\nbeat_kind = "农村"\ngroup = "其他"\n[register.groups]\n"盗窃" = "刑事"\n'
    )
    lines = ["t,c,s,b,x,y"]
    lines += [f"2024-01-01 10:00,{'盗窃' if n % 2 else '噪音'},S{n % 2},B{n % 4},{120 + n % 2},30" for n in range(8)]
    report = load(store, write(tmp_path / "a.csv", lines), text)
    assert report.files[0].registered == {"派出所": 2, "警格": 4, "类别": 2}
    assert ask(store, "SELECT code, name, kind, lon, lat FROM stations ORDER BY 1") == [
        ("S0", "S0", "城区", 120.0, 30.0),
        ("S1", "S1", "城区", 121.0, 30.0),
    ]
    assert ask(store, "SELECT code, station_code, kind FROM beats ORDER BY 1")[1] == ("B1", "S1", "农村")
    assert ask(store, "SELECT code, group_name FROM alert_categories ORDER BY 1") == [
        ("噪音", "其他"),
        ("盗窃", "刑事"),
    ]


def test_unregistered_units_and_unmapped_categories_are_listed(store: Store, tmp_path: Path) -> None:
    report = load(store, write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(9)]))
    assert report.files[0].unregistered == (("S0", 3), ("S1", 3), ("S2", 3))
    assert report.files[0].unmapped == (("盗窃", 9),)
    assert ask(store, "SELECT DISTINCT station, category_confirmed FROM alert_facts") == [("未登记", "未映射")]
    assert ask(store, "SELECT DISTINCT station_code FROM alerts ORDER BY 1") == [("S0",), ("S1",), ("S2",)]


def test_code_lists_and_figures_update_by_key(store: Store, tmp_path: Path) -> None:
    cases = {
        "stations": ("code,name,kind,population", ["330201,甲所,城区,1000"], ["330201,乙所,城区,1000"]),
        "beats": ("code,station_code,name,kind", ["01,330201,甲社区,城镇社区"], ["01,330201,甲村,农村"]),
        "alert_categories": ("code,parent,name,group_name", ["01,,刑事案件,刑事"], ["01,,刑事类警情,刑事"]),
        "case_categories": ("code,name,group_name,harm_weight", ["050100,盗窃,刑事,2.5"], ["050100,盗窃案,刑事,3"]),
        "staffing": (
            "month,station_code,team,role,headcount",
            ["2024-01,1,所领导,民警,5"],
            ["2024-01,1,所领导,民警,6"],
        ),
        "duty": (
            "station_code,starts_at,ends_at,post,officers,auxiliaries",
            ["1,2024-01-01 08:00,2024-01-01 20:00,巡逻,2,3"],
            ["1,2024-01-01 08:00,2024-01-01 20:00,巡逻,2,4"],
        ),
        "reported_indicators": (
            "month,station_code,indicator,numerator,denominator",
            ["2024-01,1,满意率,90,100"],
            ["2024-01,1,满意率,91,100"],
        ),
    }
    for table, (header, first, second) in cases.items():
        text = f'table = "{table}"\n[fields]\n' + "\n".join(f'{name} = "{name}"' for name in header.split(","))
        assert counts(load(store, write(tmp_path / "1.csv", [header, *first]), text)) == (1, 1, 0, 0, 0, 0), table
        more = write(tmp_path / "2.csv", [header + ",x", first[0] + ",y", second[0] + ",y"])
        assert counts(load(store, more, text)) == (2, 1, 1, 0, 1, 0), table
        assert ask(store, f"SELECT count(*) FROM {table}") == [(1,)]


def test_wide_table_is_unpivoted(store: Store, tmp_path: Path) -> None:
    text = """
        table = "reported_indicators"
        [fields]
        month = "月份"
        station_code = "单位"
        [[unpivot]]
        indicator = { constant = "群众满意率" }
        numerator = "满意"
        denominator = "回访"
        [[unpivot]]
        indicator = { constant = "回访率" }
        numerator = "回访"
        denominator = "警情"
    """
    lines = ["月份,单位,满意,回访,警情", "2024-01,甲所,80,90,100", '2024-01,乙所,"1,080","1,090","1,100"']
    report = load(store, write(tmp_path / "a.csv", lines), text)
    assert counts(report) == (4, 4, 0, 0, 0, 0)
    found = ask(
        store, "SELECT indicator, sum(numerator), sum(denominator) FROM reported_indicators GROUP BY 1 ORDER BY 1"
    )
    assert found == [("回访率", 1180.0, 1200.0), ("群众满意率", 1160.0, 1180.0)]


def test_bad_figures_are_rejected_with_a_reason(store: Store, tmp_path: Path) -> None:
    text = 'table = "duty"\n[fields]\n' + "\n".join(
        f'{name} = "{name}"' for name in ("station_code", "starts_at", "ends_at", "post", "officers", "auxiliaries")
    )
    lines = [
        "station_code,starts_at,ends_at,post,officers,auxiliaries",
        "1,2024-01-01 08:00,2024-01-01 20:00,巡逻,2,3",
        "1,2024-01-01 20:00,2024-01-01 08:00,巡逻,2,3",
        "1,2024-01-02 08:00,2024-01-02 20:00,站岗,2,3",
        "1,2024-01-03 08:00,2024-01-03 20:00,巡逻,-1,3",
        "1,2024-01-04 08:00,2024-01-04 20:00,巡逻,1.5,3",
    ]
    report = load(store, write(tmp_path / "a.csv", lines), text, max_rejected=1.0)
    reasons = {reason.example_row: reason.reason for reason in report.files[0].reasons}
    assert report.total("kept") == 1
    assert reasons[3] == "下岗时间不晚于上岗时间" and "不在可选值中" in reasons[4]
    assert reasons[5] == "民警人数不是有效的数（不小于 0）"


def test_grid_latitude_stays_with_the_first_points(store: Store, tmp_path: Path) -> None:
    text = 'table = "alerts"\ncoord_sys = "wgs84"\n[fields]\ncall_time = "t"\nlon = "x"\nlat = "y"\n'
    load(store, write(tmp_path / "1.csv", ["t,x,y", "2024-01-01 10:00,120.5,30.04"]), text)
    load(store, write(tmp_path / "2.csv", ["t,x,y", "2024-01-02 10:00,120.5,35.04"]), text)
    assert ask(store, "SELECT value FROM meta WHERE key = 'grid_lat0'") == [("30.0",)]
    assert ask(store, "SELECT count(DISTINCT cell_x) FROM alerts") == [(1,)]


def test_preview_shows_hashes_and_publishes_nothing(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(50)])
    found = running.preview(store, path, mapping.parse(ALERTS))
    assert len(found.rows) == 20 and found.columns[:2] == ("alert_id", "call_time") and len(found.rows[0][0]) == 36
    assert store.current_id() is None and found.report.read == 50


def test_quality_and_lineage_are_recorded(store: Store, tmp_path: Path) -> None:
    load(store, write(tmp_path / "1.csv", [ALERT_HEADER, *alert_lines(100, bad=1)]))
    row = ask(
        store,
        "SELECT table_name, source_name, length(source_sha256), mapping_text, rows_read, rows_rejected,"
        " first_time::VARCHAR, json_extract(quality, '$.rows')::INT FROM imports",
    )[0]
    assert row == ("alerts", "1.csv", 64, ALERTS, 100, 1, "2024-03-01 04:28:00", 99)
