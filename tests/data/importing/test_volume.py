"""Large files: all rows in one go, memory bounded, speed and peak reported; a million rows behind the marker soak."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.data.importing.helpers import ROOT

HEADER = "接警单号,报警时间,派警时间,到达时间,反馈时间,类别,派出所,警格,经度,纬度,报警电话,简要案情"
MAPPING = """
name = "volume"
table = "alerts"
coord_sys = "gcj02"
drop = ["简要案情"]
[fields]
id = "接警单号"
call_time = "报警时间"
dispatch_time = "派警时间"
arrive_time = "到达时间"
feedback_time = "反馈时间"
cat_orig = "类别"
cat_conf = "类别"
station_code = "派出所"
beat_code = "警格"
lon = "经度"
lat = "纬度"
caller = "报警电话"
[register]
stations = true
beats = true
categories = true
"""


def write_calls(path: Path, rows: int) -> None:
    """Write invented calls over three years."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER.split(","))
        for number in range(rows):
            call = datetime(2022, 1, 1) + timedelta(seconds=number * (94_000_000 // rows))
            arrive = call + timedelta(seconds=chance.randint(60, 1800))
            writer.writerow(
                [
                    f"J{number:010d}",
                    call,
                    call + timedelta(seconds=40),
                    arrive,
                    arrive + timedelta(hours=1),
                    f"类别{chance.randrange(60)}",
                    f"3302{chance.randrange(60):02d}",
                    f"B{chance.randrange(900)}",
                    f"{121.5 + chance.random() / 5:.6f}",
                    f"{29.8 + chance.random() / 5:.6f}",
                    f"139{chance.randrange(10**8):08d}",
                    "报警人称楼下有人争吵，民警到场处置完毕",
                ]
            )


def import_rows(tmp_path: Path, rows: int) -> dict[str, Any]:
    """Import through the command line in a process of its own and return its JSON."""
    write_calls(tmp_path / "calls.csv", rows)
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    program = [sys.executable, "-m", "data", "import", str(tmp_path / "calls.csv"), "--json"]
    program += ["--mapping", str(tmp_path / "m.toml"), "--store", str(tmp_path / "store")]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("rows", "megabytes"),
    [
        (50_000, 1024),
        pytest.param(1_000_000, 2048, marks=pytest.mark.soak),
        pytest.param(10_000_000, 4096, marks=pytest.mark.soak),
    ],
)
def test_many_rows_in_bounded_memory(tmp_path: Path, rows: int, megabytes: int) -> None:
    found = import_rows(tmp_path, rows)
    assert (found["read"], found["kept"], found["rejected"]) == (rows, rows, 0)
    assert found["rows_per_second"] > 0 and 0 < found["peak_memory_mb"] < megabytes
