"""`python -m metrics list | ask`: three formats, exit codes 0, 1 and 2, messages in Chinese."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from data.snapshots import Store
from metrics.__main__ import main
from metrics.ask import UNKNOWN_SPREAD
from metrics.definitions import DIMENSIONS, METRICS
from tests import tiny
from tests.tiny import CITY, EDGE, VILLAGE

ROOT = Path(__file__).resolve().parents[2]


def change(con: duckdb.DuckDBPyConnection) -> None:
    tiny.daily_alerts(con, "2025-11-01", 30, 5)
    tiny.daily_alerts(con, "2026-11-01", 21, 10, cat="0101")
    tiny.alerts(con, [{"call": "2026-11-21 23:50", "station": EDGE, "arrive_time": "2026-11-21 23:55"}])
    tiny.cases(con, [{"filed": "2026-08-01", "time_precision": "month"}])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    store = Store(tmp_path_factory.mktemp("cli"))
    tiny.publish(store, change)
    return str(store.root)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "metrics", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def test_asking_for_json_gives_objects_with_ids_as_keys(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["ask", "alerts", "alerts_crime", "--by", "station", "--from", "2026-11-01", "--to", "2026-11-21"]
    assert main([*words, "--store", root, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"station": CITY, "alerts": 210, "alerts_crime": 210},
        {"station": EDGE, "alerts": 1, "alerts_crime": 0},
        {"station": VILLAGE, "alerts": 0, "alerts_crime": 0},
    ]


def test_both_days_are_included_and_lists_may_be_written_in_two_ways(
    root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one_day = ["--from", "2026-11-21", "--to", "2026-11-21", "--store", root, "--format", "json"]
    assert main(["ask", "alerts", "--by", "day,station", *one_day, "--station", f"{CITY},{EDGE}"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["ask", "alerts", "--by", "day", "station", *one_day, "--station", "东港派出所", EDGE]) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert first == [
        {"day": "2026-11-21", "station": CITY, "alerts": 10},
        {"day": "2026-11-21", "station": EDGE, "alerts": 1},
    ]


def test_comparisons_come_with_counts_intervals_and_verdicts(root: str) -> None:
    words = ["--from", "2026-11-01", "--to", "2026-11-21", "--compare", "last_year,previous", "--store", root]
    done = run("ask", "alerts", *words, "--format", "json")
    assert (done.returncode, done.stderr) == (0, f"注意：{UNKNOWN_SPREAD}\n"), "no data in the eight weeks before"
    (row,) = json.loads(done.stdout)
    assert (row["alerts"], row["alerts_last_year"], row["alerts_last_year_verdict"]) == (211, 105, "真变化")
    assert row["alerts_last_year_low"] < row["alerts_last_year_per_day_percent"] < row["alerts_last_year_high"]
    assert (row["alerts_previous"], row["alerts_previous_percent"]) == (None, None)
    assert row["alerts_previous_verdict"] == "无对比数据"


def test_csv_has_names_beside_codes(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--from", "2026-11-01", "--to", "2026-11-21", "--store", root, "--format", "csv"]
    assert main(["ask", "alerts", "response_median", "--by", "station", *words]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[1] == {"station": EDGE, "station_name": "西郊派出所", "alerts": "1", "response_median": "5"}
    assert rows[2]["response_median"] == "", "unknown is empty, not 0"


def test_a_table_says_period_freshness_and_version(root: str) -> None:
    done = run("ask", "alerts", "--by", "station", "--period", "month", "--compare", "last_year", "--store", root)
    assert done.returncode == 0
    assert "派出所" in done.stdout and "警情总量（起）" in done.stdout and "东港派出所" in done.stdout
    assert "同比" in done.stdout and "+100.0%（原 105）真变化" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("2026年11月1日至11月21日 · 数据截至 2026-11-22 00:00 · 版本 1")


def test_without_dates_everything_is_meant(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "alerts", "--store", root, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"alerts": 361}]


def test_the_list_says_everything_the_glossary_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed["metrics"]] == list(METRICS)
    assert [one["id"] for one in listed["dimensions"]] == list(DIMENSIONS)
    for one in listed["metrics"]:
        assert all(one[key] for key in ("id", "label", "meaning", "formula", "unit", "better", "sql"))
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    assert "alerts_valid" in text and "有效警情" in text and "维度：" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--period", "yesterday", "--by", "hour"], None),
        (
            ["--from", "2026-11-21", "--to", "2026-11-01"],
            "错误：起止日期颠倒：--from 2026-11-21 晚于 --to 2026-11-01。",
        ),
        (["--compare", "lastyear"], "错误：没有名为「lastyear」的对比"),
    ],
)
def test_what_the_data_cannot_answer_is_code_1(
    root: str, capsys: pytest.CaptureFixture[str], words: list[str], message: str | None
) -> None:
    assert main(["ask", "alerts", "--store", root, *words]) == (1 if message else 0)
    assert message is None or message in capsys.readouterr().err


def test_hours_of_data_known_by_month_are_code_1(root: str) -> None:
    done = run("ask", "cases_filed", "--by", "hour", "--store", root)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("错误：2026-08 的案件时间只精确到月，不能按小时统计。")


def test_an_empty_store_is_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "alerts", "--store", str(tmp_path / "none")]) == 1
    assert "python -m data import" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ask", "alrts"], "没有名为「alrts」的指标，是否要找「alerts」？"),
        (["ask", "alerts", "--by", "statoin"], "没有名为「statoin」的维度，是否要找「station」？"),
        (["ask", "alerts", "--station", "东巷派出所"], "是否要找「东港派出所」？"),
        (["ask", "alerts", "--category", "倒窃"], "是否要找「盗窃」？"),
    ],
)
def test_names_that_do_not_exist_are_code_2(
    root: str, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main([*words, "--store", root]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [], ["ask"], ["ask", "alerts", "--from", "yesterday"], ["ask", "alerts", "--cutoff", "5"],
        ["ask", "alerts", "--period", "fortnight"], ["ask", "alerts", "--format", "xml"], ["nonsense"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_code_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(words)
    assert exit.value.code == 2


@pytest.mark.parametrize("command", ["ask", "list"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    assert exit.value.code == 0
    assert "--help" in capsys.readouterr().out
