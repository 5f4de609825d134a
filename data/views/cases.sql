-- case_coded: one row is one case with its codes looked up and its times settled.
-- A case with only some of its times is dated by the first known of filing, acceptance, report, occurrence.
CREATE OR REPLACE VIEW case_coded AS
WITH dated AS (
    SELECT
        c.*,
        coalesce(c.file_time, c.accept_time, c.report_time, c.occur_from) AS filed_at,
        CASE
            WHEN c.solve_time IS NOT NULL THEN c.solve_time
            WHEN c.status = '已破案' THEN coalesce(c.file_time, c.accept_time, c.report_time, c.occur_from)
        END AS solved_at
    FROM cases AS c
)
SELECT
    d.time_precision,
    d.case_id,
    coalesce(d.kind, category.group_name, '未映射') AS case_kind,
    CASE WHEN station.code IS NULL THEN '未登记' ELSE d.station_code END AS station,
    coalesce(station.kind, '未登记') AS kind,
    coalesce(station.population, 0) > 0 AS peopled,
    coalesce(beat.code, '未登记') AS beat,
    CASE WHEN category.code IS NULL THEN '未映射' ELSE d.category END AS category_confirmed,
    coalesce(category.group_name, d.kind, '未映射') AS group_confirmed,
    CASE WHEN category.code IS NULL THEN '未映射' ELSE d.category END AS category_original,
    coalesce(category.group_name, d.kind, '未映射') AS group_original,
    coalesce(category.flags, '') AS flags,
    has_flag(category.flags, '盗') AS is_theft,
    has_flag(category.flags, '抢') AS is_robbery,
    has_flag(category.flags, '骗') AS is_fraud,
    coalesce(d.telecom, has_flag(category.flags, '电诈')) AS is_telecom,
    -- The code alone over-counts, so the record itself must say that the outcome was severe.
    has_flag(category.flags, '八类') AND coalesce(d.serious, false) AS is_serious8,
    d.solve_time IS NULL AND d.solved_at IS NOT NULL AS solved_undated,
    d.no_file_time IS NOT NULL AS not_filed,
    d.occur_from,
    d.occur_to,
    d.filed_at,
    d.solved_at,
    -- When the case stopped being open, whatever the way.
    least(d.solved_at, d.close_time, d.cancel_time, d.transfer_time) AS ended_at,
    d.handling_unit,
    handler.code IS NOT NULL AS handled_by_station,
    -- The review before filing: from acceptance to filing of a criminal case, from report to acceptance of others.
    CASE
        WHEN coalesce(d.kind, category.group_name) = '刑事' THEN d.accept_time IS NOT NULL AND d.file_time IS NOT NULL
        ELSE d.report_time IS NOT NULL AND d.accept_time IS NOT NULL
    END AS has_review,
    CASE
        WHEN coalesce(d.kind, category.group_name) = '刑事' THEN elapsed_seconds(d.accept_time, d.file_time, d.time_precision)
        ELSE elapsed_seconds(d.report_time, d.accept_time, d.time_precision)
    END AS review_seconds,
    coalesce(d.place_type, '未填') AS place_type,
    d.serious,
    d.telecom,
    coalesce(d.negative_list, false) AS negative_list,
    d.solved_from_backlog,
    d.loss_amount,
    d.cell_x,
    d.cell_y
FROM dated AS d
LEFT JOIN stations AS station ON station.code = d.station_code
LEFT JOIN stations AS handler ON handler.code = d.handling_unit
LEFT JOIN beats AS beat ON beat.code = d.beat_code
LEFT JOIN case_categories AS category ON category.code = d.category;

-- case_facts: one row is one event in the life of a case (立案 or 破案) at the time it happened,
-- so that "filed" and "solved" in a period are counted by their own dates in one scan.
CREATE OR REPLACE VIEW case_facts AS
SELECT '立案' AS event, filed_at AS happened_at, * FROM case_coded WHERE NOT not_filed
UNION ALL
SELECT '破案' AS event, solved_at AS happened_at, * FROM case_coded WHERE solved_at IS NOT NULL;

-- open_cases(since, until, grain): the cases that were filed and not yet ended at the end of the period, or at the end
-- of each month, quarter or year in it (grain ''/'month'/'quarter'/'year'); age_days is their age at that moment.
CREATE OR REPLACE MACRO open_cases(since, until, grain) AS TABLE
WITH starts AS (
    SELECT unnest(
        generate_series(
            CASE WHEN grain = '' THEN since ELSE date_trunc(CASE WHEN grain = '' THEN 'month' ELSE grain END, since) END,
            until - INTERVAL 1 MICROSECOND,
            CASE grain
                WHEN 'month' THEN INTERVAL 1 MONTH
                WHEN 'quarter' THEN INTERVAL 3 MONTH
                WHEN 'year' THEN INTERVAL 1 YEAR
                ELSE INTERVAL 1000 YEAR
            END
        )
    ) AS begins
),
moments AS (
    SELECT greatest(begins, since) AS begins, coalesce(lead(begins) OVER (ORDER BY begins), until) AS ends FROM starts
)
SELECT
    m.begins AS happened_at,
    c.* EXCLUDE (time_precision),
    'month' AS time_precision,
    date_diff('day', cast(c.filed_at AS DATE), cast(m.ends AS DATE)) AS age_days
FROM case_coded AS c
INNER JOIN moments AS m ON c.filed_at < m.ends AND coalesce(c.ended_at >= m.ends, true)
WHERE NOT c.not_filed;

-- case_hours(since, until): one row per case and hour of the week that its interval (发案时间起止) touches, with the
-- share of the interval that lies in that hour (aoristic weight; the weights of a case add up to 1). Cases count by the
-- start of their interval; those that no hour can be given to make one row with hour NULL, dated by filing, and why.
-- A missing end (or one before the start) counts at the start hour; an interval of a week or more 1/168 in each hour.
CREATE OR REPLACE MACRO case_hours(since, until) AS TABLE
WITH starts AS (
    SELECT
        *,
        CASE
            WHEN time_precision NOT IN ('minute', 'hour') THEN '时间不精确到小时'
            WHEN occur_from IS NULL THEN '无发案时间'
        END AS left_out,
        coalesce(occur_from, filed_at) AS happened_at,
        date_diff('second', date_trunc('hour', occur_from), occur_from) AS first_second,
        greatest(date_diff('second', occur_from, occur_to), 0) AS seconds
    FROM case_coded
    WHERE NOT not_filed AND coalesce(occur_from, filed_at) >= since AND coalesce(occur_from, filed_at) < until
),
spans AS (
    SELECT
        * REPLACE (coalesce(seconds, 0) AS seconds),
        -- Hours on the clock that the interval touches; a point touches one.
        CASE
            WHEN left_out IS NOT NULL THEN 1
            ELSE least(greatest(ceil((first_second + coalesce(seconds, 0)) / 3600), 1), 169)
        END AS touched
    FROM starts
),
hours AS (
    -- The 169th hour is the first one a week later.
    SELECT *, unnest(range(cast(least(touched, 168) AS BIGINT))) AS nth FROM spans
)
SELECT
    * EXCLUDE (first_second, touched, nth),
    nth = 0 AS is_first,
    CASE WHEN left_out IS NULL THEN isodow(date_trunc('hour', occur_from) + to_hours(nth)) END AS weekday,
    CASE WHEN left_out IS NULL THEN hour(date_trunc('hour', occur_from) + to_hours(nth)) END AS hour,
    left_out IS NULL AND touched = 1 AS is_whole,
    CASE
        WHEN left_out IS NOT NULL THEN 0
        WHEN seconds = 0 THEN 1
        WHEN seconds >= 604800 THEN 1 / 168
        ELSE (
            least(first_second + seconds, (nth + 1) * 3600) - greatest(first_second, nth * 3600)
            + CASE WHEN nth = 0 AND touched = 169 THEN first_second + seconds - 604800 ELSE 0 END
        ) / seconds
    END AS weight
FROM hours;
