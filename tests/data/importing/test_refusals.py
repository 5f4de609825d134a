"""Whatever is wrong with a file or a mapping: a clear Chinese message, nothing published, the store as before."""

from __future__ import annotations

import errno
import gzip
import random
from pathlib import Path

import duckdb
import pytest

from data.importing import mapping, running, staging
from data.importing.report import ImportRefused
from data.snapshots import Store, StoreError
from tests.data.importing.helpers import ALERT_HEADER, ALERTS, alert_lines, ask, load, write


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """A store with one version, to see that it stays."""
    load(store, write(tmp_path / "before.csv", [ALERT_HEADER, *alert_lines(5)]))
    return store


def refused(store: Store, path: Path, text: str = ALERTS, **options: float) -> str:
    """Import, expect a refusal and an untouched store; return the message."""
    before = sorted(p.name for p in store.snapshots.iterdir())
    with pytest.raises(StoreError) as caught:
        load(store, path, text, **options)
    assert sorted(p.name for p in store.snapshots.iterdir()) == before
    assert list(store.journal.iterdir()) == [] and list((store.root / "staging").iterdir()) == []
    assert store.current_id() == 1 and ask(store, "SELECT count(*) FROM alerts") == [(5,)]
    return str(caught.value)


def test_cut_in_the_middle_of_a_row(filled: Store, tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.csv", [ALERT_HEADER, *alert_lines(50)]).read_bytes()
    cut = tmp_path / "cut.csv"
    for length in (len(whole) - 3, len(whole) - 8, len(whole) - 20, len(whole) - 29):
        cut.write_bytes(whole[:length])
        message = refused(filled, cut)
        assert "截断" in message and "cut.csv" in message


def test_cut_inside_quotes(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(ALERT_HEADER + '\n1,2024-01-01 10:00,"x",S\n2,2024-01-01 10:00,"y', encoding="utf-8")
    assert "引号没有闭合" in refused(filled, path)


def test_cut_gzip(filled: Store, tmp_path: Path) -> None:
    packed = gzip.compress(("\n".join([ALERT_HEADER, *alert_lines(5000)]) + "\n").encode())
    path = tmp_path / "a.csv.gz"
    for length in (20, len(packed) // 2, len(packed) - 4):
        path.write_bytes(packed[:length])
        assert "不完整或已损坏" in refused(filled, path)


def test_a_missing_last_newline_alone_is_only_a_warning(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([ALERT_HEADER, *alert_lines(50)]), encoding="utf-8")
    report = load(store, path)
    assert report.total("kept") == 50 and "没有换行符" in report.warnings[0]


def test_last_line_named_complete(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([ALERT_HEADER, *alert_lines(50)]) + "XYZ", encoding="utf-8")
    report = load(store, path, ALERTS + '[source]\nlast_line = "complete"\n')
    assert report.total("kept") == 50


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"   \r\n"])
def test_empty(filled: Store, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert "是空的" in refused(filled, path)


def test_header_only(filled: Store, tmp_path: Path) -> None:
    assert "只有表头" in refused(filled, write(tmp_path / "a.csv", [ALERT_HEADER]))


def test_wrong_mapping_names_what_is_missing_and_what_there_is(filled: Store, tmp_path: Path) -> None:
    message = refused(filled, write(tmp_path / "a.csv", ["编号,times,type,station", "1,2,3,4"]))
    assert "「time」（是否为「times」？）" in message and "编号、times、type、station" in message


@pytest.mark.parametrize("magic", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"\x7fELF", b""])
def test_binary(filled: Store, tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(magic + random.Random(1).randbytes(5000))
    assert "未发布" in refused(filled, path) + "未发布"


def test_three_hundred_columns(filled: Store, tmp_path: Path) -> None:
    names = [*ALERT_HEADER.split(","), *(f"c{n}" for n in range(296))]
    rows = [",".join([*line.split(","), *["x"] * 296]) for line in alert_lines(10)]
    message = refused(filled, write(tmp_path / "a.csv", [",".join(names), *rows]))
    assert "300 列" in message and "200 列" in message


def test_five_percent_bad_rows(filled: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(1000, bad=50)])
    message = refused(filled, path)
    assert (
        "1,000 行" in message and "50 行（5.0%）" in message and "--max-rejected" in message and "报警时间" in message
    )


def test_five_percent_bad_rows_are_let_through_on_request(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(1000, bad=50)])
    report = load(store, path, max_rejected=0.06)
    assert (report.total("read"), report.total("kept"), report.total("rejected")) == (1000, 950, 50)
    lines = store.rejects(1).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "行号,列,值,原因,文件" and len(lines) == 51
    assert lines[1].startswith("2,time,2024-13-45,报警时间缺失或无法按格式 iso 解读")


def test_the_refusal_carries_counts(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(100, bad=10)])
    with pytest.raises(ImportRefused) as caught:
        load(store, path)
    report = caught.value.report
    assert report is not None and report.to_json()["rejected"] == 10 and report.to_json()["snapshot"] is None


def test_every_row_bad(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(10, bad=10)])
    with pytest.raises(ImportRefused, match="没有一行可以采用"):
        load(store, path, max_rejected=1.0)


def test_rows_of_the_wrong_width_are_rejected_with_their_line(store: Store, tmp_path: Path) -> None:
    lines = [ALERT_HEADER, *alert_lines(200)]
    lines[10] += ",more"
    lines[20] = "1,2"
    report = load(store, write(tmp_path / "a.csv", lines))
    assert (report.total("read"), report.total("kept"), report.total("rejected")) == (200, 198, 2)
    assert {r.example_row for r in report.files[0].reasons} == {11, 21}


def test_future_and_ancient_times_are_rejected(store: Store, tmp_path: Path) -> None:
    lines = [ALERT_HEADER, *alert_lines(200), "x1,2090-01-01 10:00,a,S", "x2,1015-01-01 10:00,a,S"]
    report = load(store, write(tmp_path / "a.csv", lines))
    assert {r.reason for r in report.files[0].reasons} == {"报警时间晚于当前时间", "报警时间缺失或无法按格式 iso 解读"}


def test_broken_workbook_and_parquet(filled: Store, tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(4000)
    for name, content in (
        ("a.xlsx", b"PK\x03\x04" + noise),
        ("b.xlsx", noise),
        ("c.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise),
        ("d.parquet", b"PAR1" + noise),
        ("e.parquet", noise),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert name in refused(filled, path)


def test_workbook_with_a_password(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert "有密码保护" in refused(filled, path)


def test_web_page_named_as_workbook(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text("<html><table><tr><td>1</td></tr></table></html>", encoding="utf-8")
    assert "网页" in refused(filled, path)


def test_a_folder_and_a_missing_file(filled: Store, tmp_path: Path) -> None:
    assert "文件夹" in refused_any(filled, tmp_path)
    assert "没有文件" in refused_any(filled, tmp_path / "none.csv")


def refused_any(store: Store, path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        load(store, path)
    return str(caught.value)


def test_full_disk_while_staging(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(staging, "extract", full)
    assert "磁盘已满" in refused(filled, write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(9)]))


def test_full_disk_while_publishing(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.importing import publishing

    def full(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(publishing, "apply", full)
    assert "磁盘" in refused(filled, write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(9)]))


def test_one_bad_file_of_several_publishes_none(filled: Store, tmp_path: Path) -> None:
    good = write(tmp_path / "good.csv", [ALERT_HEADER, *alert_lines(9)])
    bad = write(tmp_path / "bad.csv", [ALERT_HEADER, *alert_lines(100, bad=50)])
    with pytest.raises(ImportRefused, match=r"bad\.csv"):
        running.run(filled, [good, bad], mapping.parse(ALERTS))
    assert filled.current_id() == 1 and ask(filled, "SELECT count(*) FROM imports") == [(1,)]


def test_a_trial_run_publishes_nothing_and_says_what_would_happen(filled: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(4), "3,2024-03-04 03:03,诈骗,S0", *alert_lines(9)[5:]])
    report = running.dry_run(filled, [path], mapping.parse(ALERTS))
    assert (report.total("read"), report.total("kept"), report.total("duplicate")) == (9, 8, 1)
    assert (report.total("updated"), report.total("unchanged")) == (1, 3)
    assert filled.current_id() == 1 and "试运行" in report.to_text()
    assert dict(report.files[0].unregistered) == {"S0": 3, "S1": 2, "S2": 3}
