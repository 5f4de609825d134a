select
    0 as part,
    grouping("station") as grouping_id,
    "station",
    null as "weekday",
    null as "hour",
    case when count(work_hours) = count(*) then sum(work_hours) end as "rostered_work_hours",
    sum(hours * (officers + auxiliaries)) filter (where row_kind = '岗位' and post in ('接处警', '巡逻')) as "response_hours",
    null as "rostered_alerts",
    null as "work_hours"
from (
    select facts.* from (
        select *, happened_at as counted_at from duty_facts($since_0, $until_0)
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (("station"))
union all
select
    1 as part,
    grouping("station", "weekday", "hour") as grouping_id,
    "station",
    "weekday",
    "hour",
    null as "rostered_work_hours",
    sum(hours * (officers + auxiliaries)) filter (where row_kind = '岗位' and post in ('接处警', '巡逻')) as "response_hours",
    count(*) filter (where row_kind = '警情') as "rostered_alerts",
    null as "work_hours"
from (
    select facts.*, date_diff('day', date '1900-01-01', cast(happened_at as date)) % 7 + 1 as "weekday", hour(happened_at) as "hour" from (
        select *, happened_at as counted_at from duty_facts($since_1, $until_1)
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1 and time_precision in ('minute', 'hour')
) as prepared
group by grouping sets (("station", "weekday", "hour"))
union all
select
    2 as part,
    grouping("station") as grouping_id,
    "station",
    null as "weekday",
    null as "hour",
    null as "rostered_work_hours",
    null as "response_hours",
    null as "rostered_alerts",
    case when count(work_hours) = count(*) then sum(work_hours) end as "work_hours"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_work($since_2, $until_2)
    ) as facts
    where happened_at >= $since_2 and happened_at < $until_2
) as prepared
group by grouping sets (("station"))

-- {"until_0": "2026-11-22 00:00:00", "since_0": "2026-11-01 00:00:00", "until_1": "2026-11-22 00:00:00", "since_1": "2026-11-01 00:00:00", "until_2": "2026-11-22 00:00:00", "since_2": "2026-11-01 00:00:00"}
