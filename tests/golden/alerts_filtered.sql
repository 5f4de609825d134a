select
    0 as part,
    grouping("week", "group") as grouping_id,
    "week",
    "group",
    count(*) as "alerts",
    count(*) filter (where valid and peopled) as "alerts_peopled"
from (
    select facts.*, cast(date_trunc('week', counted_at - interval 4 day) + interval 4 day as date) as "week", category_group as "group" from (
        select *, category_confirmed as category, group_confirmed as category_group, case when time_precision in ('minute', 'hour') then happened_at - interval 8 hour else happened_at end as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0 and counted_at >= $since_0 and counted_at < $end_0 and time_precision in ('minute', 'hour', 'day') and valid and station in ($station_0_0) and (category_group in ($category_group_0_0) or category in ($category_0_0))
) as prepared
group by grouping sets (("week", "group"))

-- {"until_0": "2026-11-22 00:00:00", "since_0": "2026-11-01 00:00:00", "end_0": "2026-11-21 16:00:00", "station_0_0": "110101010000", "category_group_0_0": "刑事", "category_0_0": "04"}
