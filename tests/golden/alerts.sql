select
    0 as part,
    grouping("station") as grouping_id,
    "station",
    null as "group",
    null as "hour",
    count(*) as "alerts",
    count(*) filter (where valid and category_group in ('刑事', '治安')) as "alerts_crime",
    count(*) filter (where invalid) as "alerts_invalid",
    count(*) filter (where valid) as "alerts_valid",
    percentile(case when not merged then arrive_seconds end, 0.9) / 60.0 as "response_p90",
    count(case when not merged then arrive_seconds end) as "response_n"
from (
    select * from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets ((), ("station"))
union all
select
    1 as part,
    0 as grouping_id,
    null as "station",
    null as "group",
    null as "hour",
    count(*) as "alerts",
    count(*) filter (where valid and category_group in ('刑事', '治安')) as "alerts_crime",
    count(*) filter (where invalid) as "alerts_invalid",
    null as "alerts_valid",
    null as "response_p90",
    null as "response_n"
from (
    select * from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1
) as prepared
group by grouping sets (())
union all
select
    2 as part,
    0 as grouping_id,
    null as "station",
    null as "group",
    null as "hour",
    count(*) as "alerts",
    count(*) filter (where valid and category_group in ('刑事', '治安')) as "alerts_crime",
    count(*) filter (where invalid) as "alerts_invalid",
    null as "alerts_valid",
    null as "response_p90",
    null as "response_n"
from (
    select * from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_2 and happened_at < $until_2
) as prepared
group by grouping sets (())
union all
select
    3 as part,
    grouping("group", "hour") as grouping_id,
    null as "station",
    "group",
    "hour",
    null as "alerts",
    null as "alerts_crime",
    null as "alerts_invalid",
    count(*) filter (where valid) as "alerts_valid",
    null as "response_p90",
    null as "response_n"
from (
    select *, category_group as "group", hour(happened_at) as "hour" from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_3 and happened_at < $until_3 and time_precision in ('minute', 'hour')
) as prepared
group by grouping sets (("group", "hour"))
-- $since_0 = 2026-11-01 00:00:00
-- $until_0 = 2026-11-22 08:00:00
-- $since_1 = 2026-10-01 00:00:00
-- $until_1 = 2026-10-22 08:00:00
-- $since_2 = 2025-11-01 00:00:00
-- $until_2 = 2025-11-22 08:00:00
-- $since_3 = 2026-11-01 00:00:00
-- $until_3 = 2026-11-22 08:00:00
