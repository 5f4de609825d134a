-- staffing_facts: one row is one month, unit, team and role. Units that are not stations are the bureau's departments.
CREATE OR REPLACE VIEW staffing_facts AS
SELECT
    cast(s.month AS TIMESTAMP) AS happened_at,
    'month' AS time_precision,
    CASE WHEN station.code IS NOT NULL THEN s.station_code WHEN s.team = '机关' THEN '机关' ELSE '未登记' END AS station,
    coalesce(station.kind, CASE WHEN s.team = '机关' THEN '机关' ELSE '未登记' END) AS kind,
    station.code IS NOT NULL AS is_station,
    s.team,
    s.role,
    s.headcount,
    s.legal_officer,
    -- Who stayed can only be held against a headcount of a year ago that is known.
    CASE WHEN before.headcount IS NOT NULL THEN s.stayed END AS stayed,
    CASE WHEN s.stayed IS NOT NULL THEN before.headcount END AS year_ago
FROM staffing AS s
LEFT JOIN stations AS station ON station.code = s.station_code
LEFT JOIN staffing AS before
    ON before.station_code = s.station_code AND before.team = s.team AND before.role = s.role
    AND before.month = s.month - INTERVAL 1 YEAR;
