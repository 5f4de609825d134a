-- case_facts: one row is one event in the life of a case (立案 or 破案) at the time it happened,
-- so that "filed" and "solved" in a period are counted by their own dates in one scan.
-- A case with only some of its times is dated by the first known of filing, acceptance, report, occurrence.
CREATE OR REPLACE VIEW case_facts AS
WITH dated AS (
    SELECT
        c.*,
        coalesce(c.file_time, c.accept_time, c.report_time, c.occur_from) AS filed_at,
        CASE
            WHEN c.solve_time IS NOT NULL THEN c.solve_time
            WHEN c.status = '已破案' THEN coalesce(c.file_time, c.accept_time, c.report_time, c.occur_from)
        END AS solved_at
    FROM cases AS c
),
events AS (
    SELECT '立案' AS event, d.filed_at AS happened_at, d.* FROM dated AS d WHERE d.no_file_time IS NULL
    UNION ALL
    SELECT '破案' AS event, d.solved_at AS happened_at, d.* FROM dated AS d WHERE d.solved_at IS NOT NULL
)
SELECT
    e.event,
    e.happened_at,
    e.time_precision,
    e.case_id,
    coalesce(e.kind, category.group_name, '未映射') AS case_kind,
    CASE WHEN station.code IS NULL THEN '未登记' ELSE e.station_code END AS station,
    coalesce(station.kind, '未登记') AS kind,
    coalesce(beat.code, '未登记') AS beat,
    CASE WHEN category.code IS NULL THEN '未映射' ELSE e.category END AS category_confirmed,
    coalesce(category.group_name, e.kind, '未映射') AS group_confirmed,
    CASE WHEN category.code IS NULL THEN '未映射' ELSE e.category END AS category_original,
    coalesce(category.group_name, e.kind, '未映射') AS group_original,
    coalesce(category.flags, '') AS flags,
    e.solve_time IS NULL AND e.solved_at IS NOT NULL AS solved_undated,
    e.filed_at,
    e.solved_at,
    e.handling_unit,
    e.place_type,
    e.serious,
    e.telecom,
    e.negative_list,
    e.solved_from_backlog,
    e.loss_amount,
    e.cell_x,
    e.cell_y
FROM events AS e
LEFT JOIN stations AS station ON station.code = e.station_code
LEFT JOIN beats AS beat ON beat.code = e.beat_code
LEFT JOIN case_categories AS category ON category.code = e.category;
