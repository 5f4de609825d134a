-- alert_work(since, until): alert_facts of the period with the people-hours that each call bound.
--   attended: valid, its hour known, and someone was on the way; every such call of a source that never says who went.
--   work_hours: people times hours from dispatch until done. Where that is not usable, the mean of the station in that
--   month, else of the bureau in that month (each of at least 30 measured calls), else of the bureau in the months
--   read; NULL where nothing was measured: what is not known is not nothing. 0 for calls that nobody went to.
--   Months are read whole, so that a call has the same hours in whatever period it is asked for.
CREATE OR REPLACE MACRO alert_work(since, until) AS TABLE
WITH station_means AS MATERIALIZED (
    SELECT
        station,
        date_trunc('month', happened_at) AS month,
        sum(work_seconds) / 3600.0 AS hours,
        count(work_seconds) AS measured,
        bool_or(has_dispatch OR has_arrive OR has_done) AS is_stamped
    FROM alert_facts
    WHERE
        valid AND time_precision IN ('minute', 'hour')
        AND happened_at >= date_trunc('month', since)
        AND happened_at < date_trunc('month', until - INTERVAL 1 MICROSECOND) + INTERVAL 1 MONTH
    GROUP BY ALL
),
bureau_means AS (
    SELECT month, sum(hours) AS hours, sum(measured) AS measured FROM station_means GROUP BY month
),
whole AS (
    SELECT sum(hours) / nullif(sum(measured), 0) AS mean, coalesce(bool_or(is_stamped), FALSE) AS is_stamped
    FROM station_means
),
means AS (
    SELECT
        s.station,
        s.month,
        w.is_stamped,
        CASE
            WHEN s.measured >= 30 THEN s.hours / s.measured
            WHEN b.measured >= 30 THEN b.hours / b.measured
            ELSE w.mean
        END AS mean
    FROM station_means AS s
    INNER JOIN bureau_means AS b ON b.month = s.month
    CROSS JOIN whole AS w
)
SELECT
    called.* EXCLUDE (mean),
    CASE
        WHEN attended THEN coalesce(work_seconds / 3600.0, mean)
        -- Known only by day, and nothing was measured: nobody can say that it bound nobody.
        WHEN valid AND time_precision NOT IN ('minute', 'hour') AND mean IS NULL THEN NULL
        ELSE 0.0
    END AS work_hours
FROM (
    SELECT
        f.*,
        m.mean,
        -- Every valid call with a known hour has a row in means.
        f.valid AND f.time_precision IN ('minute', 'hour')
            AND (NOT m.is_stamped OR f.has_dispatch OR f.has_arrive OR f.has_done) AS attended
    FROM alert_facts AS f
    LEFT JOIN means AS m ON m.station = f.station AND m.month = date_trunc('month', f.happened_at)
    WHERE f.happened_at >= since AND f.happened_at < until
) AS called;

-- duty_facts(since, until): what duty and work have in common, on the days for which a station has a roster:
--   岗位: one row is one hour (or part of one) of one post, with its officers and auxiliaries;
--   警情: one valid call whose hour is known, with what alert_work says of it, at the time of the call;
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
        FALSE AS attended,
        0.0 AS work_hours
    FROM pieces
    UNION ALL
    SELECT '警情', w.happened_at, w.time_precision, w.station, '', 0.0, 0, 0, w.attended, w.work_hours
    FROM alert_work(since, until) AS w
    INNER JOIN rostered ON rostered.station_code = w.station AND rostered.day = cast(w.happened_at AS DATE)
    WHERE w.valid AND w.time_precision IN ('minute', 'hour')
    UNION ALL
    SELECT
        '社区', cast(r.day AS TIMESTAMP), 'day', r.station_code, '',
        CASE WHEN c.kind IN ('工作日', '调休上班') THEN 8.0 ELSE 0.0 END, m.officers, 0, FALSE, 0.0
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
