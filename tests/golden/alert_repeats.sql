select
    0 as part,
    grouping("week") as grouping_id,
    "week",
    count(*) filter (where repeat_caller or repeat_place) as "repeat_any",
    count(*) as "repeat_base",
    count(*) filter (where repeat_caller) as "repeat_caller"
from (
    select *, cast(date_trunc('week', counted_at - interval 4 day) + interval 4 day as date) as "week" from (
        select *, category_confirmed as category, group_confirmed as category_group, case when time_precision in ('minute', 'hour') then happened_at - interval 8 hour else happened_at end as counted_at from alert_repeats($since_0, $until_0, 30)
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0 and counted_at >= $since_0 and counted_at < $end_0 and time_precision in ('minute', 'hour', 'day') and station in ($station_0_0)
) as prepared
group by grouping sets (("week"))
-- $since_0 = 2026-11-15 00:00:00
-- $until_0 = 2026-11-22 08:00:00
-- $end_0 = 2026-11-22 00:00:00
-- $station_0_0 = 110101010000
