select
    0 as part,
    grouping("hour") as grouping_id,
    "hour",
    percentile(case when not merged then arrive_seconds end, 0.5) / 60.0 as "response_median",
    count(case when not merged then arrive_seconds end) as "response_n",
    count(*) filter (where not merged and arrive_seconds <= arrive_goal_seconds) as "response_in_goal",
    count(*) filter (where not merged and arrive_problem = '为负') as "response_negative"
from (
    select facts.*, hour(happened_at) as "hour" from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0 and time_precision in ('minute', 'hour')
) as prepared
group by grouping sets (("hour"))

-- {"until_0": "2026-11-22 00:00:00", "since_0": "2026-11-01 00:00:00"}
