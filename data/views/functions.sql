-- Functions that the clean views and the metric texts use; DuckDB's own spellings stay in this folder.

-- Seconds from a to b, or NULL when the pair can't be used: missing, negative, over 24 h, or known only to the day.
CREATE OR REPLACE MACRO usable_seconds(a, b, time_precision) AS
    CASE
        WHEN time_precision = 'minute' AND b >= a AND date_diff('second', a, b) <= 86400
            THEN date_diff('second', a, b)
    END;

-- Spark SQL's name for an exact, interpolated percentile.
CREATE OR REPLACE MACRO percentile(x, p) AS quantile_cont(x, p);
