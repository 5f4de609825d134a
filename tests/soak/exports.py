"""Generated exports of alerts for the long checks: a daily export that grows by id, with feedback that comes later."""

from __future__ import annotations

from pathlib import Path

import duckdb

MAPPING = """
name = "generated"
table = "alerts"
coord_sys = "wgs84"

[fields]
id = "接警单编号"
call_time = "报警时间"
dispatch_time = "派警时间"
arrive_time = "到达时间"
feedback_time = "反馈时间"
cat_orig = "原始类别"
cat_conf = "确认类别"
station_code = "管辖单位"
lon = "经度"
lat = "纬度"
"""
# Rows at the end of an export whose feedback only the next one has.
OPEN_ROWS = 500


def write_mapping(folder: Path) -> Path:
    """Write the mapping of the generated exports and return its path."""
    path = folder / "generated.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def write_export(path: Path, rows: int, first: int = 0) -> Path:
    """Write the rows first … first + rows of an endless, always equal sequence; the last ones lack their feedback."""
    with duckdb.connect() as con:
        con.execute(
            f"""
            COPY (
                SELECT
                    'J' || lpad(cast(n AS VARCHAR), 12, '0') AS 接警单编号,
                    strftime(t, '%Y-%m-%d %H:%M:%S') AS 报警时间,
                    strftime(t + to_seconds(60 + n % 200), '%Y-%m-%d %H:%M:%S') AS 派警时间,
                    CASE WHEN n % 20 > 0
                        THEN strftime(t + to_seconds(200 + (n * 37) % 1500), '%Y-%m-%d %H:%M:%S') END AS 到达时间,
                    CASE WHEN n < {first + rows - OPEN_ROWS}
                        THEN strftime(t + to_seconds(900 + (n * 91) % 9000), '%Y-%m-%d %H:%M:%S') END AS 反馈时间,
                    '0' || (1 + n % 9) AS 原始类别,
                    CASE WHEN n < {first + rows - OPEN_ROWS} THEN '0' || (1 + (n * 7) % 9) END AS 确认类别,
                    '1101010' || lpad(cast(n % 60 AS VARCHAR), 2, '0') || '000' AS 管辖单位,
                    117.5 + (n * 31 % 4000) / 10000.0 AS 经度,
                    39.0 + (n * 17 % 3000) / 10000.0 AS 纬度
                FROM (
                    SELECT n, timestamp '2023-01-01' + to_seconds(n * 90) AS t
                    FROM range({first}, {first + rows}) AS rows(n)
                )
            ) TO '{path}' (HEADER, DELIMITER ',')
            """
        )
    return path
