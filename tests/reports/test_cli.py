"""python -m reports: what it writes, what it refuses and with which exit code, older versions, the time of making."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import duckdb
import pytest

from data.snapshots import Store, view_stamp
from metrics import cache
from reports.__main__ import main
from tests import tiny
from tests.reports.making import burst, steady

ROOT = Path(__file__).resolve().parents[2]
AT, OTHER = "2026-11-22T07:30", "2026-11-23T09:05"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two versions: steady weeks, then the burst."""
    store = Store(tmp_path_factory.mktemp("cli") / "store")
    tiny.publish(store, steady)
    tiny.publish(store, burst)
    return store


def run(store: Store, out: Path, *arguments: str) -> int:
    return main([*arguments, "--store", str(store.root), "--out", str(out), "--made-at", AT])


def text_of(path: Path) -> str:
    return "\n".join(one.text for one in docx.Document(str(path)).paragraphs)


def test_without_a_date_it_is_the_last_whole_day(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(store, tmp_path / "d.docx", "daily") == 0
    assert "已写入" in capsys.readouterr().out
    text = text_of(tmp_path / "d.docx")
    assert "（2026年11月21日0时至24时）" in text
    assert text.count("制表时间：2026年11月22日7时30分") == 1
    assert run(store, tmp_path / "w.docx", "weekly") == 0
    assert "（2026年11月15日至11月21日）" in text_of(tmp_path / "w.docx")


def test_an_older_version_gives_its_own_numbers(store: Store, tmp_path: Path) -> None:
    assert run(store, tmp_path / "old.docx", "daily", "--version", "1") == 0
    assert run(store, tmp_path / "new.docx", "daily") == 0
    assert "共接各类警情 18 起" in text_of(tmp_path / "old.docx") and "版本：1" in text_of(tmp_path / "old.docx")
    assert "共接各类警情 58 起" in text_of(tmp_path / "new.docx") and "版本：2" in text_of(tmp_path / "new.docx")


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx"])
def test_another_process_at_another_time_gives_the_same_bytes(store: Store, tmp_path: Path, suffix: str) -> None:
    assert run(store, tmp_path / f"here{suffix}", "daily") == 0
    done = subprocess.run(
        [
            sys.executable, "-m", "reports", "daily", "--store", str(store.root), "--made-at", AT,
            "--out", str(tmp_path / f"there{suffix}"),
        ],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"there{suffix}").read_bytes() == (tmp_path / f"here{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx"])
def test_a_report_can_be_made_again_after_newer_versions(tmp_path: Path, suffix: str) -> None:
    own = Store(tmp_path / "store")
    tiny.publish(own, steady)
    first, later, again = (tmp_path / f"{name}{suffix}" for name in ("first", "later", "again"))
    assert run(own, first, "daily") == 0
    tiny.publish(own, burst)
    tiny.publish(own, _without_help)
    assert run(own, later, "daily") == 0 and run(own, again, "daily", "--version", "1") == 0
    assert again.read_bytes() == first.read_bytes() != later.read_bytes()
    # Made at another time it differs in that time alone.
    cache.forget()
    assert main(["daily", "--store", str(own.root), "--version", "1", "--out", str(again), "--made-at", OTHER]) == 0
    assert again.read_bytes() != first.read_bytes()
    old, new = (_unpacked(path) for path in (first, again))
    assert {name: text.replace("2026年11月23日9时05分", "2026年11月22日7时30分") for name, text in new.items()} == old


def _without_help(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM alerts WHERE cat_conf = '05'")


def _unpacked(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}


def test_a_period_of_any_length(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(store, tmp_path / "m.docx", "period", "--from", "2026-11-01", "--to", "2026-11-20") == 0
    assert "（2026年11月1日至11月20日）" in text_of(tmp_path / "m.docx")
    assert run(store, tmp_path / "n.docx", "period", "--from", "2026-11-20", "--to", "2026-11-01") == 2
    assert "晚于" in capsys.readouterr().err


def test_months_alone_refuse_a_day_and_say_what_to_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = Store(tmp_path / "months")
    rows = [{"call": f"2026-{month:02d}-01 00:00", "time_precision": "month"} for month in range(1, 11)]
    tiny.publish(own, lambda con: tiny.alerts(con, rows))
    assert run(own, tmp_path / "d.docx", "daily") == 1
    assert "只精确到月" in (said := capsys.readouterr().err) and "python -m reports period" in said
    assert run(own, tmp_path / "p.docx", "period", "--from", "2026-09-01", "--to", "2026-09-30") == 0


@pytest.mark.parametrize(
    ("arguments", "name", "code", "said"),
    [
        (("daily", "--date", "2030-01-01"), "x.docx", 1, "无法出报告。现有数据为 2025-"),
        (("daily", "--date", "2020-01-01"), "x.docx", 1, "2020年1月1日0时至24时没有数据"),
        (("station", "--station", "东岗派出所"), "x.docx", 2, "是否要找「东港派出所」"),
        (("daily", "--version", "9"), "x.docx", 1, "没有版本 9。现有版本：1、2。"),
        (("daily",), "x.pdf", 2, "请以 .docx、.xlsx 或 .pptx 结尾"),
        (("daily", "--template", "T.docx"), "x.xlsx", 2, "模板只用于 .docx 和 .pptx"),
        (("daily", "--template", "T.docx"), "x.pptx", 2, "须与所写文件同一格式"),
        (("daily",), "没有/x.docx", 1, "文件夹不存在"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], name: str, code: int,
    said: str,
) -> None:  # fmt: skip
    assert run(store, tmp_path / name, *arguments) == code
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_empty_store_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (("daily",), ("weekly",), ("station", "--station", "东港派出所")):
        assert run(Store(tmp_path / "none"), tmp_path / "x.docx", *command) == 1
        assert "还没有数据" in capsys.readouterr().err


def test_a_store_with_code_lists_alone_has_nothing_to_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = Store(tmp_path / "lists")
    tiny.publish(empty, lambda con: None)
    for command in (("daily",), ("weekly",), ("station", "--station", "东港派出所")):
        assert run(empty, tmp_path / "x.docx", *command) == 1
        assert "导入" in capsys.readouterr().err


def test_wrong_dates_are_wrong_usage(store: Store, tmp_path: Path) -> None:
    for wrong in (("daily", "--date", "2026-13-01"), ("station", "--station", "x", "--month", "11月")):
        with pytest.raises(SystemExit) as stopped:
            run(store, tmp_path / "x.docx", *wrong)
        assert stopped.value.code == 2


def test_the_template_to_change_is_written(tmp_path: Path) -> None:
    assert main(["template", "--out", str(tmp_path / "t.docx")]) == 0
    assert "{{正文}}" in text_of(tmp_path / "t.docx")
    assert main(["template", "--out", str(tmp_path / "t.xlsx")]) == 2


def test_a_version_of_another_release_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = Store(tmp_path / "store")
    tiny.publish(own, steady)
    with duckdb.connect(str(own.file(1))) as con:
        con.execute("CREATE OR REPLACE VIEW alert_facts AS SELECT 1 AS old")
    told = own.sidecar(1).read_text(encoding="utf-8")
    own.sidecar(1).write_text(told.replace(view_stamp(), "older"), encoding="utf-8")
    assert run(own, tmp_path / "d.docx", "daily") == 1
    said = capsys.readouterr().err
    assert said.startswith("错误：版本 1 由另一版程序发布，缺少本程序要用的") and "python -m data rollback 1" in said
    assert "Traceback" not in said and "Error" not in said
