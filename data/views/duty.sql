-- duty_facts(since, until): what duty and work have in common, on the days for which a station has a roster:
--   岗位: one row is one hour (or part of one) of one post, with its officers and auxiliaries;
--   警情: one valid call, with the people-hours that it bound, at the time of the call;
--   社区: one day of one station, with the community officers that it has and the hours that they are to work.
CREATE OR REPLACE MACRO duty_facts(since, until) AS TABLE
WITH shifts AS (
    SELECT d.*, greatest(d.starts_at, since) AS begins, least(d.ends_at, until) AS ends
    FROM duty AS d
    WHERE d.ends_at > since AND d.starts_at < until
),
pieces AS (
    SELECT
        *,
        unnest(generate_series(date_trunc('hour', begins), ends - INTERVAL 1 MICROSECOND, INTERVAL 1 HOUR)) AS full_hour
    FROM shifts
),
rostered AS (
    SELECT DISTINCT station_code, cast(starts_at AS DATE) AS day FROM shifts
),
community AS (
    SELECT station_code, cast(month AS DATE) AS month, sum(headcount) AS officers
    FROM staffing
    WHERE team = '社区警务队' AND role = '民警'
    GROUP BY station_code, month
),
combined AS (
    SELECT
        '岗位' AS row_kind,
        greatest(full_hour, begins) AS happened_at,
        'minute' AS time_precision,
        station_code,
        post,
        date_diff('second', greatest(full_hour, begins), least(full_hour + INTERVAL 1 HOUR, ends)) / 3600.0 AS hours,
        officers,
        auxiliaries,
        0.0 AS work_hours
    FROM pieces
    UNION ALL
    SELECT '警情', f.happened_at, f.time_precision, f.station, '', 0.0, 0, 0, coalesce(f.work_seconds, 0) / 3600.0
    FROM alert_facts AS f
    INNER JOIN rostered ON rostered.station_code = f.station AND rostered.day = cast(f.happened_at AS DATE)
    WHERE f.valid AND f.time_precision = 'minute' AND f.happened_at >= since AND f.happened_at < until
    UNION ALL
    SELECT
        '社区', cast(r.day AS TIMESTAMP), 'day', r.station_code, '',
        CASE WHEN c.kind IN ('工作日', '调休上班') THEN 8.0 ELSE 0.0 END, m.officers, 0, 0.0
    FROM rostered AS r
    ASOF INNER JOIN community AS m ON m.station_code = r.station_code AND m.month <= r.day
    LEFT JOIN calendar AS c ON c.day = r.day
)
SELECT
    combined.* EXCLUDE (station_code),
    CASE WHEN station.code IS NULL THEN '未登记' ELSE combined.station_code END AS station,
    coalesce(station.kind, '未登记') AS kind
FROM combined
LEFT JOIN stations AS station ON station.code = combined.station_code;
