"""The commands: exit codes, one JSON object on stdout, messages on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.__main__ import main
from data.importing import mapping
from tests.data.importing.helpers import ALERT_HEADER, ALERTS, alert_lines, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.toml").write_text(ALERTS, encoding="utf-8")
    write(tmp_path / "a.csv", [ALERT_HEADER, *alert_lines(100)])
    write(tmp_path / "bad.csv", [ALERT_HEADER, *alert_lines(100, bad=10)])
    return tmp_path


def call(folder: Path, *arguments: str) -> int:
    return main(["import", *arguments, "--mapping", str(folder / "m.toml"), "--store", str(folder / "s")])


def test_import_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, str(folder / "a.csv"), "--json") == 0
    out = json.loads(capsys.readouterr().out)
    wanted = {"read": 100, "kept": 100, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 0, "snapshot": 1}
    assert wanted.items() <= out.items() and out["reasons"] == []
    assert out["rows_per_second"] > 0 and out["peak_memory_mb"] > 0
    assert call(folder, str(folder / "a.csv"), "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["kept"], again["unchanged"], again["snapshot"], again["same_batch"]) == (100, 100, 1, True)


def test_import_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, str(folder / "a.csv")) == 0
    out = capsys.readouterr().out
    assert "已发布版本 1" in out and "未登记的单位：S0（34）" in out and "每秒" in out


def test_refusal_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, str(folder / "bad.csv"), "--json", "--rejects", str(folder / "r.csv")) == 1
    captured = capsys.readouterr()
    out = json.loads(captured.out)
    assert out["rejected"] == 10 and out["snapshot"] is None and "超过上限" in out["error"]
    assert out["reasons"][0]["rows"] == 10 and out["reasons"][0]["example_row"] == 2
    assert "错误" in captured.err
    assert len((folder / "r.csv").read_text(encoding="utf-8-sig").splitlines()) == 11


@pytest.mark.parametrize("limit", ["15%", "0.15", "15％"])
def test_limit_of_rejected_rows(folder: Path, limit: str) -> None:
    assert call(folder, str(folder / "bad.csv"), "--max-rejected", limit) == 0


def test_trial_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, str(folder / "a.csv"), "--dry-run") == 0
    assert "试运行" in capsys.readouterr().out and not (folder / "s" / "current.json").exists()


def test_usage_errors(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, str(folder / "none.csv"), "--json") == 2
    assert "没有文件" in json.loads(capsys.readouterr().out)["error"]
    assert main(["import", str(folder / "a.csv"), "--mapping", str(folder / "none.toml")]) == 2
    (folder / "m.toml").write_text("table = ", encoding="utf-8")
    assert call(folder, str(folder / "a.csv")) == 2
    for arguments in (["import"], ["import", "x", "--mapping", "y", "--max-rejected", "x"], ["map"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    capsys.readouterr()


def test_map_writes_a_mapping_that_imports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", str(folder / "a.csv"), "-o", str(folder / "g.toml")]) == 0
    assert mapping.load(folder / "g.toml").table.name == "alerts"
    assert main(["map", str(folder / "a.csv")]) == 0
    assert "table = " in capsys.readouterr().out
    assert main(["map", str(folder / "none.csv")]) == 2
    (folder / "empty.csv").write_text("")
    assert main(["map", str(folder / "empty.csv")]) == 1
    assert (
        main(["import", str(folder / "a.csv"), "--mapping", str(folder / "g.toml"), "--store", str(folder / "s")]) == 0
    )
