"""`python -m data versions | rollback | check`: shapes, exit codes and Chinese messages, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from data.__main__ import main
from data.snapshots import Store
from tests import tiny

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "data", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def two_versions(store: Store) -> Store:
    tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-19 08:00"}]))
    tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
    return store


def test_versions_as_json_have_the_promised_keys_newest_first(two_versions: Store) -> None:
    done = run("versions", "--store", str(two_versions.root), "--json")
    listed = json.loads(done.stdout)
    assert done.returncode == 0
    assert [(one["id"], one["current"]) for one in listed] == [(2, True), (1, False)]
    for one in listed:
        assert {"id", "current", "created_at", "data_as_of", "rows", "sources"} <= set(one)
    assert [len(one["sources"]) for one in listed] == [2, 1]


def test_versions_as_text_mark_the_current_one(two_versions: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["versions", "--store", str(two_versions.root)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("*") and "数据截至 2026-11-2" in first
    assert second.startswith(" ")


def test_versions_of_an_empty_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["versions", "--store", str(tmp_path / "none")]) == 0
    assert "还没有版本" in capsys.readouterr().out
    assert main(["versions", "--store", str(tmp_path / "none"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_roll_back_says_where_it_went(two_versions: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "1", "--store", str(two_versions.root)]) == 0
    assert "已回退到版本 1" in capsys.readouterr().out
    assert two_versions.current_id() == 1
    assert main(["rollback", "2", "--store", str(two_versions.root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == 2


def test_roll_back_to_nowhere_is_refused_with_code_1(two_versions: Store) -> None:
    done = run("rollback", "9", "--store", str(two_versions.root))
    assert (done.returncode, done.stderr) == (1, "错误：没有版本 9。可回退的版本：2、1。\n")
    done = run("rollback", "9", "--store", str(two_versions.root), "--json")
    assert json.loads(done.stdout) == {"error": "没有版本 9。可回退的版本：2、1。"}


def test_check_answers_0_or_1(two_versions: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--store", str(two_versions.root)]) == 0
    assert "完好" in capsys.readouterr().out
    two_versions.sidecar(2).unlink()
    assert main(["check", "--store", str(two_versions.root), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False and "版本 2" in answer["problems"][0]


@pytest.mark.parametrize(
    "words", [["rollback"], ["rollback", "one"], ["nonsense"], [], ["versions", "--nonsense"]], ids=" ".join
)
def test_wrong_usage_is_code_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == 2


@pytest.mark.parametrize("command", ["versions", "rollback", "check", "import", "map", "demo"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    assert exit.value.code == 0
    assert "--help" in capsys.readouterr().out
