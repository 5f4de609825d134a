-- reported_facts: one row is one month, station and indicator that was reported; what was not reported has no row.
CREATE OR REPLACE VIEW reported_facts AS
SELECT
    cast(r.month AS TIMESTAMP) AS happened_at,
    'month' AS time_precision,
    CASE WHEN station.code IS NULL THEN '未登记' ELSE r.station_code END AS station,
    coalesce(station.kind, '未登记') AS kind,
    r.indicator,
    r.numerator,
    r.denominator,
    coalesce(r.source, '未填') AS source
FROM reported_indicators AS r
LEFT JOIN stations AS station ON station.code = r.station_code;
