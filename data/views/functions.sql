-- Functions that the clean views and the metric texts use; DuckDB's own spellings stay in this folder.

-- Seconds from a to b, or NULL when the pair can't be used: missing, negative, over 24 h, or known only to the day.
CREATE OR REPLACE MACRO usable_seconds(a, b, time_precision) AS
    CASE
        WHEN time_precision = 'minute' AND b >= a AND date_diff('second', a, b) <= 86400
            THEN date_diff('second', a, b)
    END;

-- Seconds from a to b however long, or NULL when the pair can't be used.
CREATE OR REPLACE MACRO elapsed_seconds(a, b, time_precision) AS
    CASE WHEN time_precision = 'minute' AND b >= a THEN date_diff('second', a, b) END;

-- Why a pair of stamps can't be used, in the order in which it is judged; NULL when it can.
CREATE OR REPLACE MACRO time_problem(a, b, time_precision) AS
    CASE
        WHEN a IS NULL OR b IS NULL THEN '缺失'
        WHEN time_precision <> 'minute' THEN '精度不足'
        WHEN b < a THEN '为负'
        WHEN date_diff('second', a, b) > 86400 THEN '超过24小时'
    END;

-- Whether a comma-separated list of flags has one.
CREATE OR REPLACE MACRO has_flag(flags, flag) AS contains(',' || coalesce(flags, '') || ',', ',' || flag || ',');

-- Spark SQL's name for an exact, interpolated percentile.
CREATE OR REPLACE MACRO percentile(x, p) AS quantile_cont(x, p);
