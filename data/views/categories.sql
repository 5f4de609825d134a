-- alert_category_tree, case_category_tree: for each code its ancestors at levels 1, 2 and 3 by the tree of parents;
-- a code that lies higher stands for itself. A parent that is not in the list, or a circle, makes a code a root.
CREATE OR REPLACE MACRO category_levels(codes) AS TABLE
WITH RECURSIVE listed AS (
    SELECT own.code, CASE WHEN parent.code <> own.code THEN parent.code END AS parent
    FROM query_table(codes) AS own
    LEFT JOIN query_table(codes) AS parent ON parent.code = own.parent
),
paths AS (
    SELECT code, [code] AS path FROM listed WHERE parent IS NULL
    UNION ALL
    SELECT listed.code, list_append(paths.path, listed.code)
    FROM listed
    INNER JOIN paths ON listed.parent = paths.code
)
SELECT
    code,
    path[1] AS category1,
    coalesce(path[2], code) AS category2,
    coalesce(path[3], code) AS category3
FROM paths;

CREATE OR REPLACE VIEW alert_category_tree AS SELECT * FROM category_levels('alert_categories');
CREATE OR REPLACE VIEW case_category_tree AS SELECT * FROM category_levels('case_categories');
