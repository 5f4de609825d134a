-- alert_facts: one row is one 接警单 with every column that a metric or dimension may use.
-- Unregistered units and unmapped categories keep their rows; only their label changes.
CREATE OR REPLACE VIEW alert_facts AS
WITH coded AS (
    SELECT
        a.*,
        coalesce(a.cat_conf, a.cat_orig) AS raw_confirmed
    FROM alerts AS a
)
SELECT
    c.alert_id,
    c.call_time AS happened_at,
    c.time_precision,
    NOT (c.is_invalid OR contains(coalesce(confirmed.flags, ''), '无效')) AND c.parent_id IS NULL AS valid,
    c.is_invalid OR contains(coalesce(confirmed.flags, ''), '无效') AS invalid,
    c.parent_id IS NOT NULL AS merged,
    c.cat_conf IS NULL AS unconfirmed,
    CASE WHEN station.code IS NULL THEN '未登记' ELSE c.station_code END AS station,
    coalesce(station.kind, '未登记') AS kind,
    coalesce(station.population, 0) > 0 AS peopled,
    coalesce(beat.code, '未登记') AS beat,
    CASE WHEN confirmed.code IS NULL THEN '未映射' ELSE c.raw_confirmed END AS category_confirmed,
    coalesce(confirmed.group_name, '未映射') AS group_confirmed,
    CASE WHEN original.code IS NULL THEN '未映射' ELSE c.cat_orig END AS category_original,
    coalesce(original.group_name, '未映射') AS group_original,
    coalesce(c.recv_type, '未填') AS receive_type,
    coalesce(c.origin, '未填') AS origin,
    coalesce(cast(c.level AS VARCHAR), '未填') AS level,
    coalesce(c.place_type, '未填') AS place_type,
    c.mediated,
    c.visit_score,
    c.result_code,
    c.case_id IS NOT NULL AS became_case,
    c.cell_x,
    c.cell_y,
    c.caller_key,
    c.answer_time IS NOT NULL AS has_answer,
    c.dispatch_time IS NOT NULL AS has_dispatch,
    c.arrive_time IS NOT NULL AS has_arrive,
    c.done_time IS NOT NULL AS has_done,
    c.feedback_time IS NOT NULL AS has_feedback,
    -- Seconds between two stamps; NULL when one is missing or the pair is unusable (negative or over 24 h).
    usable_seconds(c.call_time, c.answer_time, c.time_precision) AS answer_seconds,
    usable_seconds(c.call_time, c.dispatch_time, c.time_precision) AS dispatch_seconds,
    usable_seconds(c.call_time, c.arrive_time, c.time_precision) AS arrive_seconds,
    usable_seconds(c.arrive_time, c.done_time, c.time_precision) AS scene_seconds,
    time_problem(c.call_time, c.answer_time, c.time_precision) AS answer_problem,
    time_problem(c.call_time, c.dispatch_time, c.time_precision) AS dispatch_problem,
    time_problem(c.call_time, c.arrive_time, c.time_precision) AS arrive_problem,
    time_problem(c.arrive_time, c.done_time, c.time_precision) AS scene_problem,
    -- People times seconds that the call bound: from dispatch until it was done.
    c.officers_n * usable_seconds(c.dispatch_time, c.done_time, c.time_precision) AS work_seconds,
    -- Late feedback is what is measured here, so there is no upper bound.
    elapsed_seconds(c.call_time, c.feedback_time, c.time_precision) AS feedback_seconds,
    -- Response goal by station kind: 5 minutes in the city, 10 elsewhere.
    CASE WHEN station.kind IN ('城区', '海港', '厂矿') THEN 300 ELSE 600 END AS arrive_goal_seconds
FROM coded AS c
LEFT JOIN stations AS station ON station.code = c.station_code
LEFT JOIN beats AS beat ON beat.code = c.beat_code
LEFT JOIN alert_categories AS confirmed ON confirmed.code = c.raw_confirmed
LEFT JOIN alert_categories AS original ON original.code = c.cat_orig;

-- alert_repeats(since, until, days): the rows of alert_facts in [since, until) with two flags,
-- true where an earlier valid alert of the same caller key, or of the same 100 m cell and group,
-- lies within `days` before. Reads `days` more at the front so that the first day is judged fairly.
CREATE OR REPLACE MACRO alert_repeats(since, until, days) AS TABLE
WITH near AS (
    SELECT
        f.*,
        lag(f.happened_at) OVER (PARTITION BY f.caller_key ORDER BY f.happened_at) AS caller_before,
        lag(f.happened_at) OVER (PARTITION BY f.cell_x, f.cell_y, f.group_confirmed ORDER BY f.happened_at) AS place_before
    FROM alert_facts AS f
    WHERE f.valid AND f.happened_at >= since - to_days(days) AND f.happened_at < until
)
SELECT
    near.* EXCLUDE (caller_before, place_before),
    near.caller_key IS NOT NULL AND near.caller_before IS NOT NULL
        AND near.caller_before >= near.happened_at - to_days(days) AS repeat_caller,
    near.cell_x IS NOT NULL AND near.place_before IS NOT NULL
        AND near.place_before >= near.happened_at - to_days(days) AS repeat_place
FROM near
WHERE near.happened_at >= since;
