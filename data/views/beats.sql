-- beat_months(since, until): every registered beat once in each month of the period.
CREATE OR REPLACE MACRO beat_months(since, until) AS TABLE
WITH months AS (
    SELECT unnest(generate_series(date_trunc('month', since), until - INTERVAL 1 MICROSECOND, INTERVAL 1 MONTH)) AS begins
)
SELECT
    greatest(m.begins, since) AS happened_at,
    'month' AS time_precision,
    CASE WHEN station.code IS NULL THEN '未登记' ELSE b.station_code END AS station,
    coalesce(station.kind, '未登记') AS kind,
    b.code AS beat,
    b.kind AS beat_kind,
    b.population AS people
FROM beats AS b
CROSS JOIN months AS m
LEFT JOIN stations AS station ON station.code = b.station_code;

-- beat_cases(since, until): the beats of each month, and every case that was filed in one of them in the period.
-- A case counts for the station of its beat, so that beats with and without cases add up by station.
CREATE OR REPLACE MACRO beat_cases(since, until) AS TABLE
SELECT
    happened_at, time_precision, station, kind, beat, true AS is_beat,
    '' AS category_confirmed, '' AS group_confirmed, '' AS category_original, '' AS group_original
FROM beat_months(since, until)
UNION ALL
SELECT
    f.happened_at, f.time_precision, CASE WHEN station.code IS NULL THEN '未登记' ELSE b.station_code END,
    coalesce(station.kind, '未登记'), f.beat, false,
    f.category_confirmed, f.group_confirmed, f.category_original, f.group_original
FROM case_facts AS f
INNER JOIN beats AS b ON b.code = f.beat
LEFT JOIN stations AS station ON station.code = b.station_code
WHERE f.event = '立案' AND f.happened_at >= since AND f.happened_at < until;
