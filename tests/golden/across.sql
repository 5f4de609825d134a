select
    0 as part,
    grouping("station") as grouping_id,
    "station",
    count(*) filter (where event = '破案' and case_kind = '刑事') as "cases_solved",
    null as "officers",
    null as "community_officers",
    null as "alerts_valid",
    null as "beat_officers_needed"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from case_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (("station"))
union all
select
    1 as part,
    grouping("station") as grouping_id,
    "station",
    null as "cases_solved",
    cast(sum(case when role = '民警' then headcount else 0 end) filter (where is_station) as bigint) as "officers",
    cast(sum(case when role = '民警' and team = '社区警务队' then headcount else 0 end) filter (where is_station) as bigint) as "community_officers",
    null as "alerts_valid",
    null as "beat_officers_needed"
from (
    select facts.* from (
        select *, happened_at as counted_at from (
            select * from (
                select *, max(happened_at) over () as latest_at from staffing_facts
                where happened_at >= $since_1 and happened_at < $until_1
            ) as months where happened_at = latest_at
        ) as latest
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1
) as prepared
group by grouping sets (("station"))
union all
select
    2 as part,
    grouping("station") as grouping_id,
    "station",
    null as "cases_solved",
    null as "officers",
    null as "community_officers",
    count(*) filter (where valid) as "alerts_valid",
    null as "beat_officers_needed"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_2 and happened_at < $until_2
) as prepared
group by grouping sets (("station"))
union all
select
    3 as part,
    grouping("station") as grouping_id,
    "station",
    null as "cases_solved",
    null as "officers",
    null as "community_officers",
    null as "alerts_valid",
    count(distinct beat) as "beat_officers_needed"
from (
    select facts.* from (
        select *, happened_at as counted_at from beat_months($since_3, $until_3)
    ) as facts
    where happened_at >= $since_3 and happened_at < $until_3
) as prepared
group by grouping sets (("station"))

-- {"until_0": "2026-11-21 00:00:00", "since_0": "2026-11-01 00:00:00", "until_1": "2026-12-01 00:00:00", "since_1": "2025-12-01 00:00:00", "until_2": "2026-11-22 00:00:00", "since_2": "2026-11-01 00:00:00", "until_3": "2026-11-22 00:00:00", "since_3": "2026-11-01 00:00:00"}
